"""Equalities that are no matter of size: by cases, for a definition by cases, or by algebra from other equalities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

from numerics.deadline import Deadline, OutOfTimeError, interrupted_after
from numerics.enclosure.program import UnsupportedError
from numerics.proof.exact import reduces_to_zero
from numerics.proof.goal import Domain, Goal, Proof
from numerics.proof.real_statement import RealStatement
from theory.definedness import conditions
from theory.errors import StatementError
from theory.statement import Relation

_SECONDS = 5.0


def equality(hypotheses: Sequence[Relation], wanted: Relation, deadline: Deadline) -> Proof | None:
    """The equality `wanted` under the hypotheses, by one of the two rules; None where neither tells."""
    if wanted.op != "==":
        return None
    try:
        with interrupted_after(min(_SECONDS, max(deadline.left, 0.01))):
            return by_cases(wanted, deadline) or from_equalities(hypotheses, wanted)
    except (OutOfTimeError, UnsupportedError, StatementError, sp.PolynomialError, ValueError, NotImplementedError):
        return None


def by_cases(wanted: Relation, deadline: Deadline) -> Proof | None:
    """**Equality by cases.** With one definition by cases, its value a where v = c and b elsewhere, v a variable: the
    sides agree at v = c with a in its place, and with b in its place they agree identically.

    Soundness: every v is c or not. The value b is defined where v ≠ c, which the prover has to show; nothing else in
    the sides asks for a condition. That is read from b itself, as in the sides it may have been cancelled.
    """
    branches = wanted.lhs.atoms(sp.Piecewise) | wanted.rhs.atoms(sp.Piecewise)
    if len(branches) != 1:
        return None
    (branch,) = branches
    parts: Any = branch.args
    if len(parts) != 2 or not isinstance(parts[0][1], sp.Eq) or parts[1][1] != sp.true:
        return None
    (here, condition), (elsewhere, _) = parts
    v, c = condition.lhs, condition.rhs
    if not isinstance(v, sp.Symbol) or not c.is_Rational:
        return None
    at_point = wanted.map(lambda side: side.xreplace({branch: here}).subs(v, c))
    apart = wanted.map(lambda side: side.xreplace({branch: elsewhere}))
    away = Relation(v, "!=", c)
    around = wanted.map(lambda side: side.xreplace({branch: sp.Dummy("b", real=True)}))
    if _asked(around) or conditions(here) or not all(reduces_to_zero(r.lhs - r.rhs) for r in (at_point, apart)):
        return None
    for needed in conditions(elsewhere):
        variables: list[Any] = sorted(needed.free_symbols | {v}, key=str)
        attempt = RealStatement((away,), (needed,), variables).prove(deadline)
        if attempt.proofs is None:
            return None
    return _proof("equality by cases", wanted, f"both sides agree at {v} = {c}, and identically where {away}")


def from_equalities(hypotheses: Sequence[Relation], wanted: Relation) -> Proof | None:
    """**Equality from equalities.** With every tanh(…), sech(…) and the like read as a variable of its own, lhs − rhs
    is a polynomial combination of the gaps of hypotheses that are equalities.

    Soundness: where p = Σ c_i h_i for polynomials c_i, and all h_i vanish, p vanishes; the values of tanh(…), … are
    particular values of those variables. What the sides need in order to be defined the hypotheses need as well, and
    they are defined throughout.
    """
    equalities = [h for h in hypotheses if h.op == "=="]
    if set(_asked(wanted)) - {c for h in hypotheses for c in _asked(h)}:
        return None
    names: dict[Any, Any] = {}
    gap, *known = (_named(r.lhs - r.rhs, names) for r in (wanted, *equalities))
    gap = sp.expand(gap)
    if gap == 0:
        return _proof("equality from equalities", wanted, "both sides are the same polynomial")
    generators = sorted(set[Any]().union(gap.free_symbols, *(p.free_symbols for p in known)), key=str)
    if not known or not generators:
        return None
    basis = sp.groebner([sp.expand(p) for p in known], *generators, order="grevlex", domain="QQ")
    if not basis.contains(gap):
        return None
    shown = f"lhs − rhs lies in the ideal of {', '.join(map(str, equalities))}"
    return _proof("equality from equalities", wanted, shown, equalities)


def partly_defined(relation: Relation) -> bool:
    """Whether a definition by cases has a branch that is not defined everywhere.

    For the prover such a relation is undefined wherever one of its branches is, also where that is not taken: as a
    hypothesis it would exclude these points. Such relations are for the rules of this module alone.
    """
    return bool(branch_conditions(relation))


def branch_conditions(relation: Relation) -> list[Relation]:
    """What must hold for every branch of the definitions by cases in it to be defined, whether it is taken or not."""
    branches = relation.lhs.atoms(sp.Piecewise) | relation.rhs.atoms(sp.Piecewise)
    return [c for branch in branches for value, _ in branch.args for c in conditions(value)]  # pyright: ignore


def _asked(relation: Relation) -> list[Relation]:
    return [c for side in (relation.lhs, relation.rhs) for c in conditions(side)]


def _named(node: Any, names: dict[Any, Any]) -> Any:
    """The node as a polynomial in variables and in names for what is none; equal things get equal names."""
    if node.is_Symbol or node.is_Rational:
        return node
    if node.is_Add or node.is_Mul:
        return node.func(*(_named(argument, names) for argument in node.args))
    if isinstance(node, sp.Pow) and node.exp.is_Integer and node.exp > 0:
        return _named(node.base, names) ** node.exp
    return names.setdefault(node, sp.Dummy(f"a{len(names)}", real=True))


def _proof(rule: str, wanted: Relation, detail: str, given: Sequence[Relation] = ()) -> Proof:
    """The goal has no domain: what it was shown from stands in the data, for whoever re-checks it."""
    goal = Goal(-sp.Abs(wanted.lhs - wanted.rhs, evaluate=False), False, Domain())
    return Proof(rule, goal, detail, (), {"given": tuple(given)})
