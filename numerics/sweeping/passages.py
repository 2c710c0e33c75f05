"""The gradient of layer 1 down the chain: where it is largest (`peak`), and where it is lost (`vanishing_depth`).

|∂g_l/∂θ_1| = |x| exp(A_l), A_l = ∑_{i≤l} log|f′(z_i)| + ∑_{2≤i≤l} log|θ_i|, of the chain of the first l layers. It
does not depend on the scale α but through the orbit, which begins at x/α.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from flint import arb, arb_series, ctx

from numerics.enclosure.program import compile_expressions
from numerics.sweeping.closing import evaluate
from numerics.sweeping.step import Z_ABOVE, nonnegative
from numerics.sweeping.thresholds import log_of
from theory.activations import Activation

if TYPE_CHECKING:
    from numerics.sweeping.engine import Plan

Array = np.ndarray
_BITS, _NEWTON = 120, 200


def passages(plan: Plan, weights: Array, x: Array, alpha: Array) -> dict[str, Array]:
    """vanishing_depth, log_peak and peak_depth, each with a row for every chain, and columns x and α.

    An l is exact unless |∂g_l/∂θ_1| is as close to ε, or to that of a neighbour, as the error of log_gradient.
    """
    real = np.dtype(plan.dtype).type
    starts, size = plan.starts(weights, x, alpha), np.abs(x).repeat(alpha.size)
    shape = weights.shape[0], size.size
    vanishing, peak_depth = np.full(shape, -1, np.int64), np.ones(shape, np.int64)
    log_peak = np.full(shape, -np.inf, real)
    with np.errstate(divide="ignore"):
        log_size = np.log(size)
    log_epsilon = log_of(plan.epsilon) if plan.epsilon is not None else -math.inf
    moves = np.flatnonzero(size)
    # Where x = 0 the gradient is 0 from layer 1 on.
    vanishing[:, size == 0] = 1
    if moves.size:
        found = _moving(plan, weights, starts, moves, (log_epsilon - log_size[moves]).astype(real))
        for kept, values in zip((vanishing, peak_depth, log_peak), found, strict=True):
            kept[:, moves] = values
    log_peak += log_size.astype(real)
    full = (shape[0], x.size, alpha.size)
    kept = {"vanishing_depth": vanishing, "log_peak": log_peak, "peak_depth": peak_depth}
    return {name: values.reshape(full) for name, values in kept.items()}


def _moving(plan: Plan, weights: Array, starts: tuple, moves: Array, targets: Array) -> tuple[Array, Array, Array]:
    """The same for the columns with x ≠ 0, without the |x|: ε/|x| is in the targets."""
    start, scale, size, quick = starts
    real = np.dtype(plan.dtype).type
    shape = weights.shape[0], moves.size
    vanishing, peak_depth, log_peak = np.empty(shape, np.int64), np.empty(shape, np.int64), np.empty(shape, real)
    if not quick:
        plan.kernels.passages_layerwise(
            weights.astype(real), start[moves].astype(real), scale[moves].astype(real), targets, plan.depth,
            plan.stride if plan.f.parity == "odd" else 1, plan.far, "peak" in plan.want, vanishing, peak_depth,
            log_peak,
        )  # fmt: skip
        return vanishing, peak_depth, log_peak
    theta = weights[:, 0]
    rows = theta != 0
    sizes = plan.sizes(theta[rows])
    series, radius, which = plan.shortcuts.of(sizes)
    part = [np.empty((sizes.size, moves.size), kept.dtype) for kept in (vanishing, peak_depth, log_peak)]
    plan.kernels.passages(
        sizes.astype(real), np.log(sizes).astype(real), size[moves].astype(real), targets,
        turning(plan.f, sizes).astype(real), plan.depth, plan.stride, plan.far, series.astype(real),
        radius.astype(real), plan.shortcuts.leaps.astype(real), which, plan.shortcuts.even, *part,
    )  # fmt: skip
    vanishing[rows], peak_depth[rows], log_peak[rows] = part
    # With θ = 0 the first layer has a gradient, and no other one.
    log_slope = math.log(float(plan.f.slope_at_zero))  # pyright: ignore[reportArgumentType]
    vanishing[~rows] = np.where(log_slope < targets, 1, 2 if plan.depth > 1 else -1)
    peak_depth[~rows], log_peak[~rows] = 1, log_slope
    return vanishing, peak_depth, log_peak


def turning(f: Activation, theta: Array) -> Array:
    """For each θ > 0 the y where θ f′(θ y) = 1: 0 where θ f′(0) ≤ 1. f is odd, and f′ falls on z > 0.

    By Newton's method on log f′(z) = −log θ, kept between bounds, to more digits than a double has: where θ f′(0) is
    near 1 an orbit takes many layers for the last of them.
    """
    found = np.zeros(theta.size)
    values = compile_expressions([nonnegative(f.log_derivative)], [Z_ABOVE])
    bits, cap = ctx.prec, ctx.cap
    try:
        ctx.prec, ctx.cap = _BITS, 3
        for place, weight in enumerate(theta):
            if weight * float(f.slope_at_zero) > 1:  # pyright: ignore[reportArgumentType]
                found[place] = float(_turn(values, arb(float(weight))) / float(weight))
    finally:
        ctx.prec, ctx.cap = bits, cap
    return found


def _turn(values, weight):
    target = -weight.log()
    low, high, at = arb(0), arb(1), arb(1)
    while (evaluate(values, arb_series([high, 1]))[0].coeffs()[0] - target) > 0:
        low, high = high, 2 * high
    at = (low + high) / 2
    for _ in range(_NEWTON):
        value, slope, *_ = [*evaluate(values, arb_series([at, 1]))[0].coeffs(), arb(0), arb(0)]
        gap = (value - target).mid()
        low, high = (at, high) if gap > 0 else (low, at)
        step = (gap / slope).mid() if slope < 0 else arb(0)
        after = (at - step).mid()
        if not (low < after < high) or slope >= 0:
            after = ((low + high) / 2).mid()
        if abs(after - at) <= at * arb(2) ** (12 - _BITS // 2):
            return after
        at = after
    return at
