"""The kernel of chains with the same θ in every layer, and an odd f."""

from __future__ import annotations

# <shared>
import math

import numpy as np
from numba import njit

from numerics.sweeping.intrinsics import fma
from numerics.sweeping.native.primitives import (
    BLOCK,
    LOG2_E,
    LOG2_SLOPE,
    ONE,
    REAL,
    ZERO,
    far_step,
    logarithm,
    renormalise,
    step,
)

# </shared>

LEAST_LEVEL = 3
"""Leaps over fewer than 2^3 layers take longer than the layers."""

TERMS = 8
PHI, PSI, B = 4, 4 + TERMS, 4 + 2 * TERMS
"""The places of the series about a fixed point (numerics.sweeping.closing) in a row of `series`."""


@njit(nogil=True, error_model="numpy", fastmath={"nsz"})
def one_theta(
    theta, log_theta, start, depth, marks, stride, far, series, radius, leaps, which, even, gradients, outputs
):  # fmt: skip
    """Chains with one θ > 0 in every layer and an odd f, from y = start ≥ 0: log|∂g/∂θ_k|/α for the layers in `marks`.

    log|∂g/∂θ_k| = log y_{k−1} + ∑_{i≥k} log f′(z_i) + (l − k) log θ, the sum in stretches from one mark to the next, so
    that nothing large is subtracted again. `gradients` has a row for each mark, θ and start; `outputs` gets f_l. P is
    renormalised every `stride` layers, and `far` says that some z may be beyond the reach of `exponential`. Where all y
    of a block are within radius[t] of the fixed point of θ the rest of the orbit is summed in closed form, from
    `series` (numerics.sweeping.closing).

    Near 0, and with θ f′(0) near 1, many layers are taken at once (numerics.sweeping.leaps): the table of θ is
    leaps[which[t]], which[t] < 0 where there is none.
    """
    y, P, K = np.empty(BLOCK, REAL), np.empty(BLOCK, REAL), np.empty(BLOCK, REAL)
    stretches = np.empty((marks.size, BLOCK), REAL)
    for t in range(theta.size):
        weight = theta[t]
        for begin in range(0, start.size, BLOCK):
            count = min(BLOCK, start.size - begin)
            for j in range(BLOCK):
                y[j] = start[min(begin + j, start.size - 1)]
                P[j] = ONE
                K[j] = ZERO
            layer, place = 0, 0
            while layer < depth:
                if place < marks.size and marks[place] == layer + 1:
                    for j in range(count):
                        gradients[place, t, begin + j] = logarithm(y[j], ZERO)
                    _end_stretch(P, K, stretches, place)
                    place += 1
                if radius[t] > ZERO and _largest_distance(y, series[t, 0]) <= radius[t]:
                    break
                stop = marks[place] - 1 if place < marks.size else depth
                if which[t] >= 0 and layer > 0:
                    level = _level(leaps[which[t]], stop - layer, _largest_distance(y, ZERO))
                    if level >= LEAST_LEVEL:
                        _leap(y, K, leaps[which[t], level], REAL(2.0**level), even)
                        layer += 2**level
                        continue
                stop = min(stop, layer + stride)
                if layer == 0 or far:
                    stop = layer + 1
                    for j in range(BLOCK):
                        y[j], m, p, k = far_step(weight * y[j])
                        P[j] *= fma(m, p, m)
                        K[j] += k
                else:
                    for _ in range(layer, stop):
                        for j in range(BLOCK):
                            y[j], m, p, k = step(weight * y[j])
                            P[j] = fma(P[j] * m, p, P[j] * m)
                            K[j] += k
                layer = stop
                renormalise(P, K)
            _end_stretch(P, K, stretches, place)
            if layer < depth:
                _close(
                    y,
                    series[t],
                    log_theta[t],
                    layer,
                    depth,
                    marks,
                    place,
                    stretches,
                    gradients[:, t, begin : begin + count],
                )
            for place in range(marks.size - 1, -1, -1):
                thetas = REAL(depth - marks[place]) * log_theta[t]
                for j in range(count):
                    if place < marks.size - 1:
                        stretches[place, j] += stretches[place + 1, j]
                    gradients[place, t, begin + j] += stretches[place, j] + thetas
            if outputs.size:
                for j in range(count):
                    outputs[t, begin + j] = y[j]


@njit(forceinline=True)
def _end_stretch(P, K, stretches, place):
    """The stretch that a mark ends, `place` being the next one; what comes before the first mark is not wanted."""
    for j in range(BLOCK):
        if place > 0:
            stretches[place - 1, j] = logarithm(P[j], K[j])
        P[j] = ONE
        K[j] = ZERO


@njit
def _level(table, ahead, largest):
    """The most layers, as a power of 2, that may be taken at once from |y| ≤ largest; −1 for none."""
    level = -1
    while level + 1 < table.shape[0] and 2 ** (level + 1) <= ahead and largest <= table[level + 1, 0]:
        level += 1
    return level


@njit(forceinline=True)
def _leap(y, K, row, count, even):
    """Takes `count` layers at once; the slopes of a leap go to K whole, so that they need no logarithm later."""
    for j in range(BLOCK):
        y[j], k = _over(y[j], row, count, even)
        K[j] += k


@njit(forceinline=True)
def _over(y, row, count, even):
    """`count` layers on from y: where that is, and the product of their slopes, as a power of two."""
    terms = (row.size - 2) // 2
    u = y * y if even else y
    p, s = row[1 + terms], row[1 + 2 * terms]
    for place in range(terms - 1, 0, -1):
        p = fma(p, u, row[1 + place])
        s = fma(s, u, row[1 + terms + place])
    return y * fma(p, u, row[1]), fma(s * u, LOG2_E, count * LOG2_SLOPE)


@njit(forceinline=True)
def _largest_distance(y, fixed_point):
    largest = ZERO
    for j in range(BLOCK):
        largest = max(largest, abs(y[j] - fixed_point))
    return largest


@njit(forceinline=True)
def _sum(coefficients, first, x):
    """c_1 x + c_2 x² + … + c_TERMS x^TERMS, with c_1 at place `first`."""
    total = coefficients[first + TERMS - 1]
    for place in range(TERMS - 2, -1, -1):
        total = fma(total, x, coefficients[first + place])
    return total * x


@njit
def _close(y, series, log_theta, layer, depth, marks, place, stretches, gradients):
    """The stretches and heads that are left, and the last y, from the states y of a block after `layer` layers.

    About the fixed point y*, δ = y − y*, n layers further on: δ_n = ψ(λⁿ φ(δ)), and a stretch from layer m to layer n
    has the sum (n − m) log f′(θ y*) + B(δ_m) − B(δ_n).
    """
    fixed_point, low = series[0], series[1]
    log_slope, log_slope_low = series[2], series[3]
    log_factor = log_theta + log_slope
    before, shrunk = 0, ONE
    for target in range(place, marks.size + 1):
        last = target == marks.size
        ahead = (depth if last else marks[target] - 1) - layer
        shrunk_before, shrunk = math.exp(REAL(before) * log_factor), math.exp(REAL(ahead) * log_factor)
        fallen = fma(REAL(ahead - before), log_slope, REAL(ahead - before) * log_slope_low)
        for j in range(BLOCK):
            w = _sum(series, PHI, (y[j] - fixed_point) - low)
            if target > 0:
                left, reached = _sum(series, PSI, shrunk_before * w), _sum(series, PSI, shrunk * w)
                grown = fallen + (_sum(series, B, left) - _sum(series, B, reached))
                stretches[target - 1, j] = grown + (stretches[target - 1, j] if target == place else ZERO)
            if not last and j < gradients.shape[1]:
                if fixed_point > ZERO:
                    gradients[target, j] = logarithm(fixed_point + _sum(series, PSI, shrunk * w), ZERO)
                else:
                    gradients[target, j] = logarithm(w, ZERO) + ahead * log_factor + _log_of_ratio(series, shrunk * w)
        before = ahead
    for j in range(BLOCK):
        y[j] = fixed_point + _sum(series, PSI, shrunk * _sum(series, PHI, (y[j] - fixed_point) - low))


@njit(forceinline=True)
def _log_of_ratio(series, w):
    """log(ψ(w)/w)."""
    total = series[PSI + TERMS - 1]
    for place in range(TERMS - 2, -1, -1):
        total = fma(total, w, series[PSI + place])
    return logarithm(total, ZERO)
