"""Where the iterates of a map go, from every start x > 0."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from numerics.deadline import Deadline
from numerics.iteration.odd_map import ExpressionMap, OddMap
from numerics.proof.deduction import Deduction, require_points
from numerics.proof.premises import NotOfThisFormError
from numerics.verdict import Verdict
from theory.fixed_points import OrbitTends


def settle_orbit(part: OrbitTends, hypotheses: Sequence, deadline: Deadline) -> Verdict:
    """**Monotone convergence**, with the **existence** of the fixed point that is spoken of (`odd_map`)."""
    deduction = Deduction("monotone convergence", deadline)
    try:
        if part.limit != 0 and not isinstance(part.limit, sp.Symbol):
            raise NotOfThisFormError(f"{part.limit} is neither 0 nor a symbol for the fixed point")
        given = (*hypotheses, *part.where)
        require_points(given, deadline)
        tends(deduction, ExpressionMap(part.map, part.variable, given, part.limit))
    except NotOfThisFormError as reason:
        return deduction.opened(reason)
    return deduction.proved()


def tends(deduction: Deduction, map_: ExpressionMap) -> None:
    """Shows that the orbits of the map from every y_0 > 0 tend to its limit, and that the limit exists."""
    deduction.show(map_.continuous())
    deduction.show(map_.odd())
    if map_.limit != 0:
        deduction.show(map_.fixed_point())
    deduction.show(OddMap.convergence(map_))
