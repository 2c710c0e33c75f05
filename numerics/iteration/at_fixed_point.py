"""Statements about the positive fixed point ξ of a map with a parameter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

from numerics.deadline import Deadline, OutOfTimeError, interrupted_after
from numerics.enclosure.interval import Interval, precision
from numerics.enclosure.program import enclose
from numerics.falsifying.falsifier import holds
from numerics.iteration.counting import admitted
from numerics.iteration.isolation import FixedPoint, UncountedError, solutions
from numerics.iteration.odd_map import ExpressionMap
from numerics.proof.deduction import Deduction, require_points
from numerics.proof.premises import NotOfThisFormError, Premise
from numerics.proof.real_statement import RealStatement
from numerics.verdict import Evidence, Outcome, Verdict
from numerics.wording import witness_of
from theory.fixed_points import AtFixedPoint
from theory.statement import Relation, show

_DIGITS = 30
_POINTS = 24
_SOLVING = 3.0
_ZERO = sp.S.Zero
_x = sp.Symbol("x", real=True)


def settle_at_fixed_point(part: AtFixedPoint, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict:
    """Refuted at parameters for which ξ is enclosed; else proved by the rules below, once ξ exists and is the only one.

    That it exists and is unique: `ExpressionMap.fixed_point` and `ExpressionMap.star`.
    """
    deduction = Deduction("at the fixed point", deadline)
    try:
        require_points(tuple(hypotheses), deadline)
        refutation = _refuted(part, hypotheses, deadline)
        if refutation is not None:
            return refutation
        about = tuple(h for h in hypotheses if h.free_symbols <= part.map.free_symbols - {part.variable})
        map_ = ExpressionMap(part.map, part.variable, about, part.fixed)
        for premises in (map_.continuous(), map_.odd(), map_.star(), map_.fixed_point()):
            deduction.show(premises)
        for relation in part.relations:
            _Rules(part, tuple(hypotheses), map_, deduction).show(relation)
    except NotOfThisFormError as reason:
        return deduction.opened(reason)
    return deduction.proved()


class _Rules:
    """The rules by which a relation at ξ is shown, each tried where it fits."""

    def __init__(self, part: AtFixedPoint, hypotheses: tuple[Relation, ...], map_: ExpressionMap, deduction: Deduction):
        self.part, self.hypotheses, self.map, self.deduction = part, hypotheses, map_, deduction

    def show(self, relation: Relation) -> None:
        if self.closed_form(relation) or self.comparison(relation):
            return
        self.elimination(relation)

    def closed_form(self, relation: Relation) -> bool:
        """**Closed form.** ξ = e if e > 0 and T(e) = e.

        Soundness: ξ is the only positive fixed point.
        """
        value = relation.rhs
        if relation.op != "==" or relation.lhs != self.part.fixed or value.has(self.part.fixed):
            return False
        given = (*self.hypotheses, *self.part.where)
        # For e > 0 and a > 0 the size |ae| is ae.
        positive = {s: sp.Dummy(str(s), positive=True) for s in (self.part.variable, self.part.parameter)}
        plain: Any = self.part.map.xreplace(positive).xreplace({dummy: s for s, dummy in positive.items()})
        at = plain.xreplace({self.part.variable: value})
        above = Premise("the closed form is positive", given, (Relation(value, ">", _ZERO),))
        gains = Premise("the parameter is positive", given, (Relation(self.part.parameter, ">", _ZERO),))
        fixed = Premise("the closed form is a fixed point", given, (Relation(at, "==", value),))
        self.deduction.show((above, gains, fixed))
        return True

    def comparison(self, relation: Relation) -> bool:
        """**Comparison with the fixed point.** T(v) > v for 0 < v < ξ and for v < −ξ; T(v) < v for v > ξ and for −ξ < v
        < 0.

        Soundness: T(v)/v decreases strictly on v > 0 and is 1 at ξ; T is odd.
        """
        v = self.part.variable
        if (relation.lhs, relation.rhs) != (self.part.map, v) or relation.op not in ("<", ">", "<=", ">="):
            return False
        known = (*self.hypotheses, *self.part.where, *self.map.at_fixed_point[:1])
        xi = self.part.fixed
        inner, outer = (_ZERO, xi), (None, -xi)
        if relation.op in ("<", "<="):
            inner, outer = (-xi, _ZERO), (xi, None)
        for low, high in (inner, outer):
            wanted = [Relation(v, ">", low)] if low is not None else []
            wanted += [Relation(v, "<", high)] if high is not None else []
            side = Premise("the point lies on that side of the fixed point", known, tuple(wanted))
            variables: list[Any] = sorted({s for r in (*known, *wanted) for s in r.free_symbols}, key=str)
            falsifier = RealStatement(known, side.conclusion, variables).falsifier()
            if falsifier.quick(_POINTS, self.deduction.deadline.share(0.1, 1.0)) is not None:
                continue
            try:
                self.deduction.show([side])
            except NotOfThisFormError:
                continue
            self.deduction.say(f"{relation} there, by the star condition")
            return True
        raise NotOfThisFormError(f"that the conditions put {v} where {relation}")

    def elimination(self, relation: Relation) -> None:
        """**Elimination of the parameter.** Let A(ξ) solve T(ξ) = ξ for the parameter p, for all 0 < ξ < c, where every
        fixed point lies. If the relation holds at p = A(ξ) for all 0 < ξ < c, it holds at every p and its ξ.

        Soundness: ∂T/∂p > 0 for all real p and all x > 0, so that at most one p has T(ξ) = ξ; A(ξ) is one, by
        substitution. Hypotheses on p are not used.
        """
        p, xi, x = self.part.parameter, self.part.fixed, self.part.variable
        found = self.solved()
        rising = Relation(sp.diff(self.part.map, p), ">", _ZERO)
        self.deduction.show([Premise("the map increases with its parameter", (Relation(x, ">", _ZERO),), (rising,))])
        inside = (Relation(xi, ">", _ZERO), Relation(xi, "<", self.map.ceiling))
        at_found = self.map.map(xi).xreplace({p: found})
        solves = Premise(f"{p} = {show(found)} solves the equation", inside, (Relation(at_found, "==", xi),))
        self.deduction.show([solves])
        others = tuple(h for h in (*self.hypotheses, *self.part.where) if p not in h.free_symbols)
        placed = relation.map(lambda side: side.xreplace({p: found}))
        name = f"the relation at {p} = {show(found)}"
        self.deduction.show([Premise(name, (*inside, *others), (placed,))])

    def solved(self) -> Any:
        """The parameter in terms of ξ, as SymPy finds it; a proposal."""
        p, xi = self.part.parameter, self.part.fixed
        image = self.map.map(xi)
        # h(u) = ξ is u = h⁻¹(ξ); SymPy writes the inverse of tanh in complex logarithms if it is left to solve for it.
        outer: Any = image.func if isinstance(image, sp.tanh | sp.atan | sp.sinh | sp.asinh) else None
        gap = image.args[0] - outer(_x).inverse()(xi) if outer is not None else image - xi
        try:
            with interrupted_after(_SOLVING):
                found = sp.solve(gap, p)
        except (OutOfTimeError, NotImplementedError):
            found = []
        if not found:
            raise NotOfThisFormError(f"the equation of the fixed point was not solved for {p}")
        return found[0]


# -- refuting ------------------------------------------------------------------------------------------------------


def _refuted(part: AtFixedPoint, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict | None:
    """Parameters and other variables, exact, at which a relation certainly fails at the enclosed ξ."""
    spoken = {s for r in (*hypotheses, *part.where, *part.relations) for s in r.free_symbols} - {part.fixed}
    variables: list[Any] = sorted(spoken | (part.map.free_symbols - {part.variable}), key=str)
    known: dict[Any, FixedPoint | None] = {}
    for point in admitted(hypotheses, variables, _POINTS):
        deadline.check()
        values: dict[Any, Any] = {v: sp.Rational(q.numerator, q.denominator) for v, q in point.items()}
        at = part.map.xreplace({v: q for v, q in values.items() if v != part.variable})
        if at not in known:
            known[at] = _only_positive(at, part.variable, deadline)
        fixed = known[at]
        if fixed is None:
            continue
        with precision(256):
            around = Interval.exact(*fixed.lo.as_integer_ratio()).hull(Interval.exact(*fixed.hi.as_integer_ratio()))
            if not all(_holds(h, values, part.fixed, around) for h in part.where):
                continue
            failing = next((r for r in part.relations if _holds(r, values, part.fixed, around) is False), None)
        if failing is not None:
            detail = f"there {part.fixed} ∈ [{', '.join(fixed.decimals(12))}], and {failing} fails"
            return Verdict(Outcome.REFUTED, (Evidence("witness", "Arb enclosure", detail),), witness=witness_of(point))
    return None


def _only_positive(map_: Any, x: Any, deadline: Deadline) -> FixedPoint | None:
    """The positive fixed point without parameters, where there is exactly one."""
    try:
        positive = [point for point in solutions(map_, x, _DIGITS, deadline.share(0.2), closed=False) if point.lo > 0]
    except UncountedError:
        return None
    return positive[0] if len(positive) == 1 else None


def _holds(relation: Relation, values: dict[Any, Any], xi: Any, around: Interval) -> bool | None:
    gap: Any = (relation.lhs - relation.rhs).xreplace(values)
    return holds(relation.op, enclose(gap, {xi: around}))
