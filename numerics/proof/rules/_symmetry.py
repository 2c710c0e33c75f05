"""Rules by symmetry: in signs, by shifts, by scaling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp

from numerics.proof.exact import constant_sign
from numerics.proof.goal import Domain, Goal, Range
from numerics.proof.rules._step import Step, defined, undefined


def even_symmetry(goal: Goal) -> Iterator[Step]:
    """Symmetry in signs: if f(−v) = f(v) and the domain is symmetric in v, v ≥ 0 is enough."""
    constrained = [g for g, _ in goal.domain.constraints]
    for v in goal.variables:
        bounds = goal.domain.ranges[v]
        symmetric = bounds.lo == -bounds.hi and bounds.lo_open == bounds.hi_open
        if not symmetric or any(e.subs(v, -v) != e for e in (goal.expression, *constrained)):
            continue
        domain = goal.domain.with_range(v, Range(sp.S.Zero, bounds.hi, False, bounds.hi_open))
        yield Step("symmetry", f"even in {v}", (Goal(goal.expression, goal.strict, domain),))
        return


def period(goal: Goal) -> Iterator[Step]:
    """Symmetry by shifts: if f(v + 2π) = f(v) on all of ℝ, 0 ≤ v ≤ 2π is enough (4π for half angles)."""
    for v in goal.variables:
        bounds = goal.domain.ranges[v]
        whole = bounds.lo.is_infinite and bounds.hi.is_infinite
        if not whole or any(v in g.free_symbols for g, _ in goal.domain.constraints):
            continue
        for length in (2 * sp.pi, 4 * sp.pi):
            if sp.expand(goal.expression.subs(v, v + length) - goal.expression) == 0:
                domain = goal.domain.with_range(v, Range(sp.S.Zero, length, False, False))
                yield Step("symmetry", f"period {length} in {v}", (Goal(goal.expression, goal.strict, domain),))
                break


def homogeneous(goal: Goal) -> Iterator[Step]:
    """Scaling: if f(λ·v) = λ^p f(v) for λ > 0 and all variables run over (0, ∞), one of them may be 1.

    A range [0, ∞) is split off at zero first: there one variable is 0, and the rest is a goal of its own.
    """
    if goal.domain.constraints or len(goal.variables) < 2 or sp.count_ops(goal.expression) > 80:
        return
    ranges = [goal.domain.ranges[v] for v in goal.variables]
    if not all(bounds.lo == 0 and bounds.hi is sp.S.Infinity for bounds in ranges):
        return
    scale = sp.Dummy("scale", positive=True)
    positive: dict[Any, Any] = {v: sp.Dummy(str(v), positive=True) for v in goal.variables}
    moved = sp.powdenest(goal.expression.subs({v: scale * p for v, p in positive.items()}), force=True)
    original = goal.expression.subs(positive)
    ratio = sp.simplify(sp.expand_log(sp.powsimp(sp.expand(moved)) / original))
    exponent = sp.simplify(scale * sp.diff(ratio, scale) / ratio) if ratio.free_symbols == {scale} else None
    if exponent is None or exponent.free_symbols:
        return
    last = goal.variables[-1]
    bounds = goal.domain.ranges[last]
    premises = [Goal(goal.expression.subs(last, 1), goal.strict, _without(goal.domain, last))]
    if not bounds.lo_open:
        premises.append(Goal(goal.expression.subs(last, 0), goal.strict, _without(goal.domain, last)))
    if any(undefined(premise.expression) for premise in premises):
        return
    yield Step("scaling", f"homogeneous of degree {exponent}, so that {last} = 1", tuple(premises))


def widened(goal: Goal) -> Iterator[Step]:
    """A larger domain: what holds on a box that contains the goal's holds on the goal's, f being a number throughout.

    The ends of a box hide what scaling and least points need: Nesbitt's inequality is homogeneous on (0, ∞)³ only, and
    the point where e^x + y log y − y − xy is least in y, y = e^x, may lie beyond the end. Bounds are dropped on one
    side of 0 (a range in (0, ∞) becomes all of it), and then on both.
    """
    # Room to spare is subdivision's business: this is for goals that touch, which are not strict.
    if goal.strict or goal.domain.constraints or len(goal.variables) < 2:
        return
    ranges = goal.domain.ranges
    if any(bounds.lo.is_infinite or bounds.hi.is_infinite for bounds in ranges.values()):
        return
    half = {v: _half_line(bounds) for v, bounds in ranges.items()}
    whole = {v: Range() if bounds.lo == 0 or bounds.hi == 0 else half[v] for v, bounds in ranges.items()}
    for larger in (half,) if half == whole else (half, whole):
        domain = Domain(larger)
        shown = ", ".join(f"{v} in {bounds}" for v, bounds in larger.items())
        premises = (*defined(goal.expression, domain), Goal(goal.expression, goal.strict, domain))
        yield Step("larger domain", f"for all {shown}", premises)


def _half_line(bounds: Range) -> Range:
    """The half-line on the side of 0 on which the range lies, 0 included where the range includes it; else ℝ."""
    below, above = constant_sign(bounds.lo), constant_sign(bounds.hi)
    if below is not None and below >= 0:
        return Range(sp.S.Zero, sp.S.Infinity, below > 0 or bounds.lo_open, True)
    if above is not None and above <= 0:
        return Range(sp.S.NegativeInfinity, sp.S.Zero, True, above < 0 or bounds.hi_open)
    return Range()


def _without(domain: Domain, v: Any) -> Domain:
    return Domain({w: bounds for w, bounds in domain.ranges.items() if w != v}, domain.constraints)
