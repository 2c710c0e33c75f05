"""Other ways to write what is left of a relation, as proposals: the checker's algebra has to confirm each.

A proposal is {"form": text, "given": [[place of a fact, multiplier], …]}: the slack is the form plus the multiples.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import sympy as sp

from numerics.deadline import OutOfTimeError, interrupted_after
from theory.errors import StatementError
from theory.parsing import parse_statement
from theory.statement import Relation, show

SECONDS, MOST_OPERATIONS = 0.4, 60
Json = dict[str, Any]


def read(text: str) -> Relation | None:
    """The relation that the text states; None where it is not in the language of users, as where(t, a, b) is not."""
    try:
        (relation,) = parse_statement(text).relations
    except (StatementError, ValueError):
        return None
    return relation


def gap(relation: Relation) -> Any:
    """What the checker takes for the slack: ≥ 0, or > 0, or 0."""
    upwards = relation.op not in ("<", "<=")
    return relation.lhs - relation.rhs if upwards else relation.rhs - relation.lhs


def forms(facts: Sequence[str], text: str, own: int | None = None) -> Iterator[Json]:
    """Factors of the slack; multiples of one fact; sums of two. From place `own` on the facts are lemmas."""
    relation = read(text)
    if relation is None or relation.op == "!=" or sp.count_ops(gap(relation)) > MOST_OPERATIONS:
        return
    slack = gap(relation)
    known = [(place, gap(h)) for place, other in enumerate(facts) if (h := read(other)) is not None]
    known = [(place, g) for place, g in known if g.free_symbols & slack.free_symbols and sp.count_ops(g) < 30]
    try:
        with interrupted_after(SECONDS):
            if relation.op != "==":
                yield from ({"form": show(form)} for form in dict.fromkeys((sp.factor(slack), sp.factor_terms(slack))))
            if own is not None:
                yield from _from_lemmas(slack, known, own)
            if slack.atoms(sp.Function):
                return
            yield from _multiples(slack, known)
            yield from _sums(slack, known)
    except (OutOfTimeError, ArithmeticError, ValueError, TypeError, NotImplementedError, sp.PolynomialError):
        return


def _multiples(slack: Any, known: Sequence[tuple[int, Any]]) -> Iterator[Json]:
    for place, g in known:
        m = sp.factor(sp.cancel(slack / g))
        if sp.count_ops(m) < 12:
            yield {"form": "0", "given": [[place, show(m)]]}


def cleared(text: str) -> tuple[str, str] | None:
    """(relation, m): the slack in one variable y is m times that of the relation, in which exponentials are balanced.

    tanh y − y(1 − tanh² y) becomes e^{2y} − e^{−2y} − 4y: its derivatives have signs on y > 0 that are plain.
    """
    relation = read(text)
    if relation is None or relation.op in ("==", "!=") or len(relation.free_symbols) != 1:
        return None
    try:
        with interrupted_after(SECONDS):
            return _cleared(gap(relation), relation)
    except (OutOfTimeError, ArithmeticError, ValueError, TypeError, NotImplementedError, sp.PolynomialError):
        return None


def _cleared(slack: Any, relation: Relation) -> tuple[str, str] | None:
    (y,) = relation.free_symbols
    above, below = sp.fraction(sp.together(slack.rewrite(sp.exp)))
    above = sp.expand(above)
    powers = [sp.Poly(e.args[0], y) for e in above.atoms(sp.exp) if e.args[0].is_polynomial(y)]
    if len(powers) != len(above.atoms(sp.exp)) or any(p.degree() != 1 or p.nth(0) != 0 for p in powers):
        return None
    found = [p.nth(1) for p in powers] + ([0] if above.subs(dict.fromkeys(above.atoms(sp.exp), 0)) != 0 else [])
    if not powers or not all(value.is_Rational for value in map(sp.sympify, found)):
        return None
    middle: Any = sp.Rational(min(found) + max(found), 2)
    balanced = sp.expand(above * sp.exp(-middle * y))
    # The numerator may have been given the denominator's sign.
    at_one: Any = below.subs(y, 1)
    sign = -1 if at_one < 0 else 1
    op = ">" if relation.strict else ">="
    return f"{show(sign * balanced)} {op} 0", show(sign * sp.exp(middle * y) / below)


def _from_lemmas(slack: Any, known: Sequence[tuple[int, Any]], own: int) -> Iterator[Json]:
    """m·lemma, and lemma + m·hypothesis."""
    lemmas = [(place, g) for place, g in known if place >= own]
    for place, g in lemmas:
        m: Any = sp.simplify(slack / g)
        if sp.count_ops(m) < 30:
            yield {"form": "0", "given": [[place, show(m)]]}
        for other, h in known:
            if other < own:
                yield {"form": "0", "given": [[place, "1"], [other, show(sp.factor(sp.cancel((slack - g) / h)))]]}


def _sums(slack: Any, known: Sequence[tuple[int, Any]]) -> Iterator[Json]:
    """c·g + d·h + e for numbers c, d, e ≥ 0; and the same with slack, g and h over one denominator."""
    c, d, e = unknowns = sp.symbols("c_ d_ e_")
    for (i, g), (j, h) in combinations(known, 2):
        above: Any = sp.numer(sp.together(slack - c * g - d * h - e))
        symbols = sorted(above.free_symbols - set(unknowns), key=str)
        equations = sp.Poly(sp.expand(above), *symbols).coeffs() if symbols else [above]
        solutions: Any = sp.linsolve(equations, *unknowns)
        for found in solutions:
            if all(value.is_Rational for value in found):
                yield {"form": show(found[2]), "given": [[i, show(found[0])], [j, show(found[1])]]}
    for (i, g), (j, h) in combinations(known, 2):
        # With a multiplier that is a variable, or one over it: what is left of products of two relations.
        for v in sorted(slack.free_symbols, key=str):
            for m in (v, 1 / v):
                for first, second, p, q in ((g, h, i, j), (h, g, j, i)):
                    rest = sp.cancel((slack - m * first) / second)
                    if sp.count_ops(rest) < 8:
                        yield {"form": "0", "given": [[p, show(m)], [q, show(sp.factor(rest))]]}
