"""The least scale α that keeps the gradient of layer 1 from vanishing, for each θ and x.

|∂g/∂θ_1| = |x| exp(A(q)), q = |x|/α, A(q) = ∑_{i≤l} log f′(z_i) + (l − 1) log|θ|. For an odd f with f′ falling on
z > 0 every |z_i| grows with q, so A falls, from its limit at q → 0, where f is linear: the least α is |x|/q for the
largest q with A(q) ≥ log(ε/|x|). It is ∞ where the limit itself is not above that (no α is enough), and 0 where every q
in reach is good. A is a function of q alone, so one θ serves all x.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from numerics.sweeping.step import LINEAR
from numerics.sweeping.thresholds import log_of

if TYPE_CHECKING:
    from numerics.sweeping.engine import Plan

Array = np.ndarray
LEAST = 1e-270
"""The least |x|/α that is looked at: what needs a larger α than |x|/LEAST gets ∞."""
_ITERATIONS = 100
_WIDTH = 4e-16


def scale_needed(plan: Plan, weights: Array, x: Array) -> Array:
    """The least α for every chain (rows) and x (columns), in doubles whatever the machine number of the sweep."""
    real = plan.dtype
    plan = plan if real == "float64" else replace(plan, dtype="float64", want=("log_gradient",))
    plan = plan if plan.layers == (1,) else replace(plan, layers=(1,), want=("log_gradient",))
    plan.prepare()
    assert plan.epsilon is not None
    needed = np.full((weights.shape[0], x.size), np.inf)
    columns = np.flatnonzero(x)
    targets = log_of(plan.epsilon) - np.log(np.abs(x[columns]))
    for row, theta in enumerate(weights):
        largest = 2.0 ** (LINEAR["float64"] - 4) / max(1.0, float(np.abs(theta).max()))

        def height(logs: Array, theta: Array = theta) -> Array:
            """A(q) at the logarithms of q."""
            q = np.exp(logs)
            return plan.first_gradients(theta[None], q) - np.log(q)

        roots = _last_not_below(height, targets, math.log(LEAST), math.log(largest))
        needed[row, columns] = np.where(roots == np.inf, 0.0, np.abs(x[columns]) * np.exp(-roots))
    return needed.astype(real)


def _last_not_below(function: Callable[[Array], Array], targets: Array, low: float, high: float) -> Array:
    """Where a function that falls goes below each target: −∞ or ∞ where it does before `low`, or not before `high`.

    Chandrupatla's method: inverse quadratic interpolation where that is safe, and halves elsewhere.
    """
    found = np.where(function(np.array([low])) <= targets, -np.inf, np.inf)
    todo = np.flatnonzero((found > 0) & (function(np.array([high])) < targets))
    if not todo.size:
        return found
    a, b = np.full(todo.size, high), np.full(todo.size, low)
    fa, fb = function(a) - targets[todo], function(b) - targets[todo]
    c, fc, t = a.copy(), fa.copy(), np.full(todo.size, 0.5)
    for _ in range(_ITERATIONS):
        at = a + t * (b - a)
        value = function(at) - targets[todo]
        same = np.sign(value) == np.sign(fa)
        c, fc = np.where(same, a, b), np.where(same, fa, fb)
        b, fb = np.where(same, b, a), np.where(same, fb, fa)
        a, fa = at, value
        best = np.where(np.abs(fa) < np.abs(fb), a, b)
        width = np.abs(b - a)
        allowed = _WIDTH * np.maximum(1.0, np.abs(best))
        done = (width <= 2 * allowed) | (fa == 0)
        found[todo[done]] = best[done]
        keep = ~done
        if not keep.any():
            break
        todo = todo[keep]
        a, b, c, fa, fb, fc = (values[keep] for values in (a, b, c, fa, fb, fc))
        least = allowed[keep] / width[keep]
        with np.errstate(all="ignore"):
            xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
            quadratic = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
            t = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        t = np.clip(np.where(quadratic & np.isfinite(t), t, 0.5), least, 1 - least)
    else:
        found[todo] = a
    return found
