"""The certified supremum or infimum of an expression under hypotheses: its value, whether it is attained, and where.

Above, the value is bounded by concave boxes and subdivision (`numerics.extrema.summit`), or by its limit at an end;
below, by f at an exact point of the domain, or by continuity. Nothing is rounded inwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from typing import Any

import sympy as sp

from numerics.deadline import Deadline, OutOfTimeError
from numerics.enclosure.interval import Interval, fraction, precision
from numerics.enclosure.program import UnsupportedError, enclose
from numerics.extrema.ends import Found, Top
from numerics.extrema.summit import Summit
from numerics.proof.domain import EmptyDomainError, domains, without_pinned
from numerics.proof.exact import constant_sign
from numerics.proof.goal import Domain, Goal
from numerics.proof.kinks import largest_of, smooth_parts
from numerics.proof.real_statement import RealStatement
from numerics.verdict import Evidence
from theory.errors import VacuousError
from theory.statement import Relation, show

MOST_DIGITS = 1000


@dataclass(frozen=True)
class Extremum:
    """sup f (inf f) over the points that satisfy the hypotheses.

    It lies in [lo, hi]; either end is None where it is not finite or not known. `exact` is its closed form where one
    is certain (∞ and −∞ included). `attained` is None where that is not decided. `where` lists the places, each from
    the variables to an exact number, an enclosing pair of decimals, or the end that is approached ("-> oo").
    `certain` says that both bounds are proved and as close as was asked for; otherwise the question is left open.
    """

    lo: Fraction | None
    hi: Fraction | None
    exact: sp.Expr | None
    attained: bool | None
    where: tuple[Mapping[str, Any], ...]
    evidence: tuple[Evidence, ...]
    certain: bool
    digits: int

    @property
    def value(self) -> str | tuple[str, str] | None:
        """The closed form; else the certified enclosure in decimals; None where one of its ends is unknown."""
        if self.exact is not None:
            return show(self.exact)
        return self.decimals

    @property
    def decimals(self) -> tuple[str, str] | None:
        """The enclosure in decimals, rounded outwards; None for an infinite value or an unknown end."""
        if self.lo is None or self.hi is None:
            return None
        if self.exact is not None:
            lo, hi = enclosure_of(self.exact, self.digits)
            return decimal(lo, self.digits, ROUND_FLOOR), decimal(hi, self.digits, ROUND_CEILING)
        return decimal(self.lo, self.digits, ROUND_FLOOR), decimal(self.hi, self.digits, ROUND_CEILING)

    @property
    def bounds(self) -> tuple[str | None, str | None]:
        """What is certain below and above, in decimals; None where nothing is, or where the value is infinite."""
        lo = None if self.lo is None else decimal(self.lo, self.digits, ROUND_FLOOR)
        return lo, None if self.hi is None else decimal(self.hi, self.digits, ROUND_CEILING)


def extremum(
    expression: sp.Expr,
    hypotheses: Sequence[Relation],
    variables: Sequence[sp.Symbol],
    digits: int = 10,
    deadline: Deadline | None = None,
    largest: bool = True,
    conditions: Sequence[Relation] = (),
) -> Extremum:
    """sup {f(x) : the hypotheses hold at x}, the infimum where `largest` is False, to `digits` significant digits.

    Raises VacuousError where the hypotheses admit nothing, UndefinedError where f is not a real number somewhere.
    """
    deadline = deadline or Deadline.after(60.0)
    variables = [*variables, *sorted(_symbols(expression, hypotheses) - set(variables), key=str)]
    statement = RealStatement(hypotheses, (Relation(expression, ">=", sp.S.Zero),), variables, conditions)
    try:
        satisfiable = statement.refuse_vacuous(deadline.share(0.3))
        defined = statement.undefined(deadline.share(0.3)).proofs is not None
    except OutOfTimeError:
        satisfiable = defined = False
    bits = int(3.33 * (2 * digits + 25)) + 64
    goals = list(parts(expression if largest else -expression, statement.hypotheses, variables))
    found = Found(complete=satisfiable and defined and bool(goals))
    if not satisfiable:
        found.notes.append("no point was found that satisfies the hypotheses")
    if not defined:
        found.notes.append("the expression was not proved to be a real number throughout")
    for place, goal in enumerate(goals):
        floor = max((top.lo for top in found.tops if top.lo is not None), default=None)
        one = _explored(goal, bits, deadline.share(1 / (len(goals) - place)), floor)
        found.tops += one.tops
        found.notes += one.notes
        found.complete = found.complete and one.complete
    return _gathered(found, digits, largest)


def _symbols(expression: sp.Expr, hypotheses: Sequence[Relation]) -> set[Any]:
    return set(expression.free_symbols).union(*(h.free_symbols for h in hypotheses))


def parts(f: sp.Expr, hypotheses: Sequence[Relation], variables: Sequence[sp.Symbol]) -> Iterator[Goal]:
    """Smooth functions, each on a part of the domain, whose least upper bounds have that of f as their maximum."""
    try:
        waiting = [Goal(f, False, domain) for domain in domains(hypotheses, variables)]
    except EmptyDomainError as reason:
        shown = ", ".join(map(str, hypotheses))
        raise VacuousError(f"no point satisfies {shown} ({reason}): correct the conditions") from None
    for goal in waiting:
        for larger in largest_of(goal):
            yield from smooth_parts(larger)


def _explored(goal: Goal, bits: int, deadline: Deadline, floor: Fraction | None) -> Found:
    try:
        domain, values = without_pinned(goal.domain)
        domain, values, f = _eliminated(domain, values, goal.expression.subs(values))
        search = Summit(f, domain, bits, deadline)
    except EmptyDomainError:
        return Found(complete=True)
    try:
        found = search.explore(floor)
    except OutOfTimeError:
        return Found(search.found.tops, False, ["ran out of time"])
    except UnsupportedError as reason:
        return Found(search.found.tops, False, [f"no engine takes this: {reason}"])
    found.tops = [Top(t.lo, t.hi, t.exact, t.attained, {**values, **t.where}, t.by) for t in found.tops]
    return found


def _eliminated(domain: Domain, values: dict[Any, Any], f: sp.Expr) -> tuple[Domain, dict[Any, Any], sp.Expr]:
    """Without the variables that a linear equation among the constraints gives in terms of the others."""
    from numerics.proof.domain import assume

    for g, strict in domain.constraints:
        if strict or ((-g, False) not in domain.constraints and (sp.expand(-g), False) not in domain.constraints):
            continue
        variables: list[Any] = sorted(g.free_symbols, key=str)
        for v in variables:
            slope: Any = sp.diff(g, v)
            if slope.free_symbols or not constant_sign(slope):
                continue
            image: Any = sp.expand(v - g / slope)
            rest = Domain({u: bounds for u, bounds in domain.ranges.items() if u != v})
            bounds = domain.ranges[v]
            if not bounds.lo.is_infinite:
                rest = assume(rest, image - bounds.lo, bounds.lo_open)
            if not bounds.hi.is_infinite:
                rest = assume(rest, bounds.hi - image, bounds.hi_open)
            other: Any
            for other, is_strict in domain.constraints:
                if sp.expand(other - g) != 0 and sp.expand(other + g) != 0:
                    rest = assume(rest, other.subs(v, image), is_strict)
            return _eliminated(rest, {**values, v: image}, f.subs(v, image))
    return domain, values, f


def _gathered(found: Found, digits: int, largest: bool) -> Extremum:
    """The highest tops of all parts as one result; the signs turned for an infimum."""
    evidence = [Evidence("search", "extremum", note) for note in dict.fromkeys(found.notes)]
    if not found.tops:
        return Extremum(None, None, None, None, (), tuple(evidence), False, digits)
    infinite = [top for top in found.tops if top.exact is sp.S.Infinity]
    if infinite:
        evidence.insert(0, Evidence("limit", "Arb", "an expansion with a certain remainder grows beyond every bound"))
        value = sp.S.Infinity if largest else sp.S.NegativeInfinity
        return Extremum(None, None, value, False, _places(infinite, digits), tuple(evidence), True, digits)
    lo = max((top.lo for top in found.tops if top.lo is not None), default=None)
    best = [top for top in found.tops if top.hi is None or lo is None or top.hi >= lo]
    hi = None if any(top.hi is None for top in best) else max(top.hi for top in best if top.hi is not None)
    exact = _common(best) if found.complete else None
    if not found.complete:
        hi = None
    close = lo is not None and hi is not None and hi - lo <= Fraction(1, 10**digits) * _size(lo)
    kinds = {top.attained for top in best}
    if exact is None:
        attained = kinds.pop() if len(kinds) == 1 else None
    else:
        attained = True if True in kinds else None if None in kinds else False
    if attained:
        best = [top for top in best if top.attained]
    evidence = [Evidence("enclosure", "Arb", by) for by in dict.fromkeys(top.by for top in best)] + evidence
    certain = found.complete and (exact is not None or close)
    places = _places(best, digits)
    if not largest:
        lo, hi, exact = None if hi is None else -hi, None if lo is None else -lo, None if exact is None else -exact
    return Extremum(lo, hi, exact, attained, places, tuple(evidence), certain, digits)


def _common(tops: Sequence[Top]) -> sp.Expr | None:
    """The largest of the exact values, where all that may be the largest are exact and comparable."""
    if not tops or any(top.exact is None for top in tops):
        return None
    best: Any = tops[0].exact
    for top in tops[1:]:
        sign = constant_sign(top.exact - best)  # pyright: ignore[reportOperatorIssue]
        if sign is None:
            return None
        if sign > 0 or (sign == 0 and sp.count_ops(top.exact) < sp.count_ops(best)):
            best = top.exact
    return best


def _size(x: Fraction) -> Fraction:
    """The power of ten at or below |x|, 1 for zero."""
    return Fraction(10) ** _exponent(x) if x else Fraction(1)


def _exponent(x: Fraction) -> int:
    return Decimal(abs(x.numerator)).adjusted() - Decimal(x.denominator).adjusted() - 1


def _places(tops: Sequence[Top], digits: int) -> tuple[dict[str, Any], ...]:
    shown: list[dict[str, Any]] = []
    for top in tops:
        exact: dict[sp.Symbol, Any] = {
            v: c for v, c in top.where.items() if isinstance(c, sp.Expr) and not c.free_symbols
        }
        place: dict[str, Any] = {}
        for v, c in top.where.items():
            if isinstance(c, sp.Expr):
                substitute: Any = c.subs
                place[str(v)] = show(substitute(exact))
            else:
                place[str(v)] = _decimals(c, digits) if isinstance(c, Interval) else c
        if place not in shown:
            shown.append(place)
    return tuple(shown)


def _decimals(x: Interval, digits: int) -> tuple[str, str] | str:
    if not x.finite:
        return repr(x)
    return decimal(fraction(x.lo), digits, ROUND_FLOOR), decimal(fraction(x.hi), digits, ROUND_CEILING)


def decimal(x: Fraction, digits: int, rounding: str) -> str:
    """The number to so many significant digits and one more, rounded as told; plain notation where it is short."""
    context = Context(prec=digits + 1, rounding=rounding, Emax=10**9, Emin=-(10**9))
    value = context.divide(Decimal(x.numerator), Decimal(x.denominator))
    return format(value, "f") if value == 0 or -6 <= value.adjusted() <= digits + 20 else str(value)


def enclosure_of(value: sp.Expr, digits: int) -> tuple[Fraction, Fraction]:
    """Two fractions around an exact constant, at most 10^(−digits) of its size apart."""
    with precision(int(3.33 * (digits + 10)) + 32):
        around = enclose(value)
    return fraction(around.lo), fraction(around.hi)
