"""The rule "value function": a bound of a product over layers, proved by dynamic programming or refuted at a point.

Sound: `numerics.layers.value_function` says why V_0 is above the product of the |factors|. A bound c from above
follows from V_0 ≤ c, because a product is at most that of the sizes; one from below from V_0 ≤ 1/c for the
reciprocals, if the product is certainly positive. A point that refutes is only suggested here, and confirmed exactly
by who asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from numerics.deadline import Deadline
from numerics.enclosure.cells import Cells
from numerics.enclosure.interval import Interval
from numerics.enclosure.program import enclose
from numerics.layers.product import STATE, WEIGHT, Layers, layered
from numerics.layers.rollout import Rollout
from numerics.layers.value_function import Pass, ValueFunctions
from numerics.proof.goal import Goal, Proof

_MOST_BOXES = 600_000
_MOST_ROUNDS = 40


@dataclass
class Bounded:
    """What came of a goal: a proof, a point at which it seems to fail, or the certain bound and the best product."""

    proof: Proof | None = None
    suspect: dict[sp.Symbol, Fraction] | None = None
    bound: float = np.inf
    best: float = 0.0


def by_value_function(goal: Goal, deadline: Deadline) -> Bounded | None:
    """The rule applied to a goal; None where it is no product over layers."""
    problem = layered(goal)
    if problem is None:
        return None
    limit = _limit(problem)
    if limit is None or not matches(problem, goal):
        return None
    functions = ValueFunctions(problem)
    rollout = Rollout(functions)
    result = Bounded()
    for turn in range(_MOST_ROUNDS):
        steps = functions.backward()
        result.bound = min(result.bound, functions.bound(steps))
        closes = functions.bound(steps) < limit or (not goal.strict and functions.bound(steps) <= limit)
        if closes and (not problem.at_least or functions.certainly_positive()):
            result.proof = Proof("value function", goal, _detail(functions, steps), (), data(functions, steps))
            return result
        if deadline.left <= 0:
            return result
        # What is false by a hair needs a sharp maximum, but only once the bound does not tell.
        near = turn > 2 and result.best > 0.993 * limit
        if near or turn in (0, 2, 4):
            best, point = rollout.point(steps, limit, 40 if near or turn == 4 else 6)
            result.best = max(result.best, best)
            if best > limit:
                result.suspect = rollout.exact(point)
                return result
        if sum(map(len, functions.tables)) > _MOST_BOXES or deadline.left <= 0:
            return result
        gap = np.log(limit / min(max(result.best, 0.5 * limit), limit * (1 - 1e-9)))
        if not functions.refine(steps, limit, gap / (2 * len(functions.kind))):
            return result
    return result


def _limit(problem: Layers) -> float | None:
    """A double at or below what the value function must not exceed; None where the claim is of no such kind."""
    side = enclose(problem.bound)
    if not side.lo > 0:
        return None
    return float(Cells.of(side.inverse() if problem.at_least else side).lo)


def matches(problem: Layers, goal: Goal) -> bool:
    """Whether the layers give the goal's expression at one exact point: they were read off, and this checks it."""
    point = {v: _odd(goal, v, place) for place, v in enumerate(goal.variables)}
    state, product = point[problem.start], Interval.exact(1)
    for layer in problem.layers:
        here = {STATE: state, WEIGHT: point[layer.variable] if layer.variable is not None else Interval.exact(0)}
        product = product * enclose(layer.factor, here)
        state = enclose(layer.following, here) if layer.following is not None else state
    gap = enclose(problem.coefficient) * (product - enclose(problem.bound)) - enclose(goal.expression, point)
    return gap.contains_zero() and bool(gap.width < 1e-6)


def _odd(goal: Goal, v: sp.Symbol, place: int) -> Interval:
    x = goal.domain.ranges[v].interval()
    part = Interval.exact(7 + 11 * place % 83, 97)
    return x if x.lo == x.hi else Interval(x.lo, x.lo) + part * (Interval(x.hi, x.hi) - Interval(x.lo, x.lo))


def _detail(functions: ValueFunctions, steps: list[Pass]) -> str:
    count = sum(len(step.lines.height) for step in steps)
    boxes = sum(map(len, functions.tables))
    bound = functions.bound(steps)
    said = f"the reciprocal of the product is at most {_above(bound)}" if functions.problem.at_least else ""
    said = said or f"the product is at most {_above(bound)}"
    return f"{len(steps)} layers, state from {functions.problem.start}: {said}, by {count} cells and {boxes} boxes"


def _above(value: float) -> str:
    """Seven digits, rounded up."""
    text = f"{value:.6e}"
    return f"{float(text):g}" if float(text) >= value else f"{value * (1 + 1e-6):.6g}"


def data(functions: ValueFunctions, steps: list[Pass]) -> dict[str, Any]:
    """What a certificate needs: layer by layer the function, its ranges, and the lines that bound V_0, …, V_{l−1}.

    The claim of layer i: factor(y, w)·(next line at s(y, w)) ≤ height_j + slope_j·(y − centre_j) for every cell j, its
    centre being half the sum of its edges as a double, and every w in `weights`. All numbers are exact doubles.
    """
    layers = []
    for place, step in enumerate(steps):
        factor, following, _ = functions.keys[functions.kind[place]]
        lines = {name: getattr(step.lines, name).tolist() for name in ("edges", "height", "slope")}
        weights = functions.weights[functions.kind[place]]
        layers.append({"factor": factor, "following": following, "weights": weights, **lines})
    problem = functions.problem
    head = {"start": problem.start, "at_least": problem.at_least, "bound": functions.bound(steps)}
    return {**head, "variables": problem.variables, "layers": layers}
