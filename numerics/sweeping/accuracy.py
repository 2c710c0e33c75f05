"""How exact a sweep is: the error that is promised, and the one found at some of its points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb, ctx, fmpq

from numerics.enclosure.interval import Interval
from numerics.enclosure.program import compile_expressions
from theory.activations import Activation, z

if TYPE_CHECKING:
    from numerics.sweeping.engine import Plan

BITS = 200
ULPS = 4
"""To the promise come so many units in the last place: a logarithm of −10,000 has no digit as small as 1e-12."""
POINTS, _LAYERS = 64, 20_000
"""So many points are measured, or as many as have so many layers in all."""


def promised(depth: int, dtype: str) -> float:
    """The absolute error of log_gradient at most, but for `ULPS`: 1e-12 (1 + depth/1000), or 1e-4 (1 + depth/64)."""
    return 1e-12 * (1 + depth / 1000) if dtype == "float64" else 1e-4 * (1 + depth / 64)


def allowed(log: float, depth: int, dtype: str) -> float:
    """The same for a logarithm of that size, with its units in the last place."""
    return promised(depth, dtype) + ULPS * float(np.spacing(np.dtype(dtype).type(abs(log))))


def described(plan: Plan) -> str:
    return f"absolute error of log_gradient at most {promised(plan.depth, plan.dtype):.3g} + {ULPS} ulp"


def measured(plan: Plan, read: Any) -> dict[str, Any]:
    """The largest error of log_gradient at some points of the grid against Arb, and how many these are.

    `read(place)` gives the values of the layers at a place (θ, x, α) of the grid. The points are drawn always the
    same, so that a sweep that was interrupted says the same.
    """
    count = min(POINTS, _LAYERS // plan.depth, plan.grid.points)
    if "log_gradient" not in plan.want or not count:
        return {}
    draw, worst = np.random.default_rng(0), 0.0
    for flat in draw.integers(plan.grid.points, size=count):
        place = tuple(int(i) for i in np.unravel_index(int(flat), plan.grid.shape))
        theta, x, alpha = plan.grid.theta[place[0]], plan.grid.x[place[1]], plan.grid.alpha[place[2]]
        weights = theta.astype(plan.dtype).astype(float).tolist() * (plan.depth if plan.same else 1)
        wanted = log_gradients(plan.f, weights, float(x), float(alpha), plan.layers)
        for got, (log, _, _) in zip(read(place), wanted, strict=True):
            if got != log:  # −∞ as well
                worst = max(worst, abs(float(got) - log))
    return {"error_measured": worst, "error_measured_at": count}


def exact(value: float) -> arb:
    ratio = Fraction(value)
    return arb(fmpq(ratio.numerator, ratio.denominator))


def log_gradients(
    f: Activation, theta: Sequence[float], x: float, alpha: float, layers: Sequence[int]
) -> list[tuple[float, int, float]]:
    """For each layer k: log|∂g/∂θ_k| of the scaled chain, its sign, and how far the logarithm is certain."""
    program = compile_expressions([f.formula, f.derivative], [z])
    bits = ctx.prec
    try:
        ctx.prec = BITS
        y, heads, factor = exact(x) / exact(alpha), [], []
        for weight in theta:
            heads.append(y)
            value, slope = program.run([Interval.around(exact(weight) * y)])
            y = (value.lo + value.hi) / 2
            factor.append((slope.lo + slope.hi) / 2)
        found = []
        for k in layers:
            product = exact(alpha) * heads[k - 1] * factor[k - 1]
            for weight, slope in zip(theta[k:], factor[k:], strict=True):
                product = product * exact(weight) * slope
            found.append(log_and_sign(product))
        return found
    finally:
        ctx.prec = bits


def log_and_sign(product: arb) -> tuple[float, int, float]:
    if product == 0:
        return -math.inf, 0, 0.0
    log = abs(product).log()
    return float(log.mid()), 1 if product > 0 else -1, float(log.rad())
