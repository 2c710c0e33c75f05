"""How many solutions map = variable has, for all parameters at once; and a parameter at which there are more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import sympy as sp

from numerics.deadline import Deadline
from numerics.falsifying.drawing import Point, first_points
from numerics.falsifying.falsifier import Falsifier
from numerics.iteration.isolation import FixedPoint, UncountedError, solutions
from numerics.iteration.odd_map import ExpressionMap
from numerics.proof.deduction import Deduction, require_points
from numerics.proof.premises import NotOfThisFormError
from numerics.verdict import Evidence, Outcome, Verdict
from numerics.wording import witness_of
from theory.fixed_points import FixedPointCount
from theory.statement import Relation, show

_DIGITS = 12
_PLACES = 4
xi: Any = sp.Symbol("xi", real=True)


def settle_count(part: FixedPointCount, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict:
    """**Counting.** An odd continuous map has one fixed point if it lies below the diagonal on y > 0, and three if the
    star condition holds there, T′(0) > 1 and T(c) < c for some c > 0.

    Soundness: T(0) = 0, and −ξ is a fixed point exactly where ξ is one. In the first case none is positive; in the
    second one at least by **existence** and one at most by the **star condition** (`numerics.iteration.odd_map`).
    Without parameters, the solutions are isolated and counted. Refuted by parameters at which the count is another.
    """
    parameters: list[Any] = sorted(part.free_symbols, key=str)
    deduction = Deduction("counting", deadline)
    try:
        require_points(hypotheses, deadline)
        refutation = _another_count(part, hypotheses, parameters, deadline)
        if refutation is not None:
            return refutation
        if not parameters:
            found = solutions(part.map, part.variable, _DIGITS, deadline)
            deduction.say(listed(found))
            return deduction.proved()
        map_ = ExpressionMap(part.map, part.variable, tuple(hypotheses))
        deduction.show(map_.continuous())
        deduction.show(map_.odd())
        if part.count == 1:
            deduction.show(map_.below_diagonal())
        elif part.count == 3:
            deduction.show(replace(map_, limit=xi).star())
            deduction.show(replace(map_, limit=xi).fixed_point())
            _say_stability(map_, deduction)
        else:
            raise NotOfThisFormError(f"no rule counts {part.count} solutions for all parameters")
    except (NotOfThisFormError, UncountedError) as reason:
        return deduction.opened(reason)
    return deduction.proved()


def _say_stability(map_: ExpressionMap, deduction: Deduction) -> None:
    """**Stability.** Where T increases, 0 is repelling and ±ξ are attracting: T′(0) > 1, and 0 < T′(±ξ) < 1.

    Soundness: ξ T′(ξ) < T(ξ) = ξ by the premise of the star condition; T′ is even.
    """
    try:
        deduction.show(map_.increasing())
    except NotOfThisFormError:
        return
    deduction.say("0 is repelling and the others are attracting: T′(0) > 1, and 0 < T′(ξ) < 1 by the star condition")


def _another_count(
    part: FixedPointCount, hypotheses: Sequence[Relation], parameters: Sequence[sp.Symbol], deadline: Deadline
) -> Verdict | None:
    """Parameters at which the solutions are certainly not as many as claimed."""
    for point in admitted(hypotheses, parameters, _PLACES):
        deadline.check()
        values = {v: sp.Rational(value.numerator, value.denominator) for v, value in point.items()}
        try:
            found = solutions(part.map.xreplace(values), part.variable, _DIGITS, deadline.share(0.2), closed=False)
        except UncountedError:
            continue
        if len(found) != part.count:
            detail = f"there {show(part.map.xreplace(values))} = {part.variable} has {listed(found)}"
            evidence = Evidence("counting", "Arb subdivision", detail)
            return Verdict(Outcome.REFUTED, (evidence,), witness=witness_of(point) or None)
    return None


def admitted(hypotheses: Sequence[Relation], variables: Sequence[sp.Symbol], most: int) -> Iterator[Point]:
    """Short points that certainly satisfy the hypotheses; the empty one where there are no variables."""
    if not variables:
        yield {}
        return
    falsifier = Falsifier(hypotheses, (Relation(variables[0], "==", variables[0]),), variables)
    yield from (point for point in first_points(hypotheses, variables, most) if falsifier.admits(point))


def listed(found: Sequence[FixedPoint]) -> str:
    shown = [show(p.exact) if p.exact is not None else f"in [{', '.join(p.decimals(8))}]" for p in found]
    return f"exactly {len(found)} solutions: {'; '.join(shown)}"
