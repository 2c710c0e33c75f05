"""The kernels that follow the gradient of layer 1 down the chain: where it is largest, and where it is lost."""

from __future__ import annotations

# <shared>
import math

import numpy as np
from numba import njit

from numerics.sweeping.intrinsics import fma, split
from numerics.sweeping.native.layerwise import _advance, _log_size, _rescale
from numerics.sweeping.native.one_theta import LEAST_LEVEL, PHI, PSI, B, _largest_distance, _leap, _level, _over, _sum
from numerics.sweeping.native.primitives import (
    BLOCK,
    INFINITE,
    ONE,
    REAL,
    ZERO,
    far_step,
    logarithm,
    renormalise,
    step,
)

# </shared>


@njit(nogil=True, error_model="numpy", fastmath={"nsz"})
def passages(
    theta, log_theta, start, targets, turning, depth, stride, far, series, radius, leaps, which, even, vanishing,
    peak_depth, log_peak,
):  # fmt: skip
    """Chains with one θ > 0 in every layer and an odd f, concave on z > 0, from y = start > 0.

    With A_l = ∑_{i≤l} log f′(z_i) + (l − 1) log θ: `peak_depth` is the first l where A is largest, and `log_peak` its
    value there; `vanishing` the least l with A_l < target, −1 where there is none up to `depth`. A_l − A_{l−1} =
    log(θ f′(θ y_{l−1})) is above 0 just while y_{l−1} < turning, and y runs monotonically to its fixed point, beyond
    that: so A rises up to the first y_l ≥ turning, and falls from there. Both places are the first where something
    holds that goes on to hold (A < target holds from 1 on, or is looked for on the way down), so the layers may be
    taken in leaps, and a leap that goes too far is taken again in smaller ones.
    """
    y, P, K = np.empty(BLOCK, REAL), np.empty(BLOCK, REAL), np.empty(BLOCK, REAL)
    before, P_before, K_before = np.empty(BLOCK, REAL), np.empty(BLOCK, REAL), np.empty(BLOCK, REAL)
    no_leaps = np.empty((0, 2), REAL)
    for t in range(theta.size):
        weight = theta[t]
        table = leaps[which[t]] if which[t] >= 0 else no_leaps
        for begin in range(0, start.size, BLOCK):
            count = min(BLOCK, start.size - begin)
            for j in range(BLOCK):
                y[j] = start[min(begin + j, start.size - 1)]
                P[j], K[j] = ONE, ZERO
            for j in range(count):
                vanishing[t, begin + j], peak_depth[t, begin + j] = -1, -1
            layer, left = 0, True
            while layer < depth and left:
                if layer > 0 and radius[t] > ZERO and _largest_distance(y, series[t, 0]) <= radius[t]:
                    break
                before[:], P_before[:], K_before[:] = y, P, K
                passed = layer
                layer = _ahead(y, P, K, weight, layer, depth, stride, far, table, even)
                renormalise(P, K)
                left = False
                for j in range(count):
                    at = begin + j
                    if peak_depth[t, at] < 0:
                        if y[j] >= turning[t]:
                            peak_depth[t, at], log_peak[t, at] = _first(
                                True, before[j], P_before[j], K_before[j], passed, layer, weight, log_theta[t],
                                targets[at], turning[t], table, even,
                            )  # fmt: skip
                        else:
                            left = True
                    if vanishing[t, at] < 0:
                        if logarithm(P[j], K[j]) + REAL(layer - 1) * log_theta[t] < targets[at]:
                            vanishing[t, at], _ = _first(
                                False, before[j], P_before[j], K_before[j], passed, layer, weight, log_theta[t],
                                targets[at], turning[t], table, even,
                            )  # fmt: skip
                        else:
                            left = True
            for j in range(count):
                at = begin + j
                A = logarithm(P[j], K[j]) + REAL(layer - 1) * log_theta[t]
                if peak_depth[t, at] < 0:
                    found, height = _first_closed(
                        True, y[j], A, depth - layer, series[t], log_theta[t], targets[at], turning[t]
                    )
                    peak_depth[t, at] = depth if found < 0 else layer + found
                    log_peak[t, at] = height
                if vanishing[t, at] < 0:
                    found, _ = _first_closed(
                        False, y[j], A, depth - layer, series[t], log_theta[t], targets[at], turning[t]
                    )
                    vanishing[t, at] = -1 if found < 0 else layer + found


@njit(forceinline=True)
def _ahead(y, P, K, weight, layer, depth, stride, far, table, even):
    """Takes a block some layers on, in a leap if there is one, and returns after how many layers it is then."""
    level = _level(table, depth - layer, _largest_distance(y, ZERO)) if layer > 0 else -1
    if level >= LEAST_LEVEL:
        _leap(y, K, table[level], REAL(2.0**level), even)
        return layer + 2**level
    if layer == 0 or far:
        for j in range(BLOCK):
            y[j], m, p, k = far_step(weight * y[j])
            P[j] *= fma(m, p, m)
            K[j] += k
        return layer + 1
    stop = min(depth, layer + stride)
    for _ in range(layer, stop):
        for j in range(BLOCK):
            y[j], m, p, k = step(weight * y[j])
            P[j] = fma(P[j] * m, p, P[j] * m)
            K[j] += k
    return stop


@njit
def _first(peak, y, P, K, layer, stop, weight, log_theta, target, turning, table, even):
    """The first layer up to `stop` with y ≥ turning (for the peak) or A < target, and A there; it holds at `stop`."""
    most, A = 64, ZERO
    while layer < stop:
        level = min(most, _level(table, stop - layer, abs(y))) if layer > 0 else -1
        if level >= LEAST_LEVEL:
            reached, k = _over(y, table[level], REAL(2.0**level), even)
            product, here = P, layer + 2**level
        else:
            reached, m, p, k = far_step(weight * y)
            product, more = split(P * fma(m, p, m))
            k += more
            here = layer + 1
        A = logarithm(product, K + k) + REAL(here - 1) * log_theta
        holds = reached >= turning if peak else target > A
        if holds and here == layer + 1:
            return here, A
        if holds:
            most = level - 1
            continue
        y, P, K, layer = reached, product, K + k, here
    return stop, A


@njit
def _first_closed(peak, y, A, ahead, series, log_theta, target, turning):
    """The least n ≤ ahead with y_n ≥ turning (for the peak) or A_n < target, −1 if there is none, and A_n (A_ahead).

    By the closed form about the fixed point (numerics.sweeping.closing), n layers beyond y.
    """
    if ahead == 0:
        return -1, A
    w = _sum(series, PHI, (y - series[0]) - series[1])
    end = _sum(series, B, _sum(series, PSI, w))
    log_factor = log_theta + series[2]
    low, high = 0, ahead
    reached, height = _closed(w, end, A, ahead, series, log_theta)
    if not (reached >= turning if peak else target > height):
        return -1, height
    # A_n is a straight line but for the last term; from where that leads, steps of 1, 2, 4, …, and then halves.
    middle = 1 if peak else int(min(max(math.ceil((target - A - end) / log_factor), 1.0), float(ahead)))
    stride = 1
    while low + 1 < high:
        middle = min(max(middle, low + 1), high - 1)
        reached, found = _closed(w, end, A, middle, series, log_theta)
        holds = reached >= turning if peak else target > found
        if holds:
            high, height = middle, found
        else:
            low = middle
        both = low > 0 and high < ahead
        middle = (low + high) // 2 if both else high - stride if holds else low + stride
        stride *= 2
    return high, height


@njit(forceinline=True)
def _closed(w, end, A, ahead, series, log_theta):
    """y and A, `ahead` layers on."""
    n = REAL(ahead)
    left = _sum(series, PSI, math.exp(n * (log_theta + series[2])) * w)
    fallen = fma(n, series[2], n * series[3]) + n * log_theta
    return series[0] + left, A + fallen + (end - _sum(series, B, left))


@njit(nogil=True, error_model="numpy", fastmath={"nsz"})
def passages_layerwise(
    theta, start, scale, targets, depth, stride, far, peak_wanted, vanishing, peak_depth, log_peak
):  # fmt: skip
    """The same for chains with any f and one θ for each layer, or the same in all: every layer is looked at."""
    y, P, K, s = np.empty(BLOCK, REAL), np.empty(BLOCK, REAL), np.empty(BLOCK, REAL), np.empty(BLOCK, REAL)
    same = theta.shape[1] == 1
    for t in range(theta.shape[0]):
        for begin in range(0, start.size, BLOCK):
            count = min(BLOCK, start.size - begin)
            for j in range(BLOCK):
                y[j], s[j] = start[min(begin + j, start.size - 1)], scale[min(begin + j, start.size - 1)]
                P[j], K[j] = ONE, ZERO
            for j in range(count):
                vanishing[t, begin + j], peak_depth[t, begin + j], log_peak[t, begin + j] = -1, 1, -INFINITE
            scaled, left = _rescale(y, s), True
            for done in range(depth):
                weight = theta[t, 0 if same else done]
                scaled = _advance(weight, ONE if done == 0 else weight, y, s, P, K, scaled, far, done == 0)
                if (done + 1) % stride == 0 or done == 0:
                    renormalise(P, K)
                    scaled = _rescale(y, s)
                left = False
                for j in range(count):
                    at = begin + j
                    A = _log_size(P[j], K[j])
                    if log_peak[t, at] < A:
                        log_peak[t, at], peak_depth[t, at] = A, done + 1
                    if vanishing[t, at] < 0:
                        if targets[at] > A:
                            vanishing[t, at] = done + 1
                        else:
                            left = True
                if not (left or peak_wanted):
                    break
