"""The orbits of bounds, for Numba: the text is compiled twice, for lower bounds of |y| and for upper ones.

With the names that `compiled` puts before it: `step`, `opposite`, `times`, … and SLOPE_OWN, … are those of the own
side, and the others those of the other. What is computed, and why it is a bound, is in `numerics.sweeping.rigorous`.
"""

# ruff: noqa: F821
# pyright: reportUndefinedVariable=false
from __future__ import annotations

import numpy as np
from numba import njit

# <text>

BLOCK = 256
"""Orbits that are run side by side, in the loops without a branch."""
LANES = 8
"""Of these, so many at a time as one instruction may take."""


@njit(error_model="numpy")
def _part(N, D, K):
    """The bound of log(N/D · 2^K): a product of numbers e(z) ≤ 1."""
    return minimum(log_other(quotient_other(N, D), K), ZERO)


@njit(error_model="numpy")
def _finish(theta, y, N, D, K, place, done, kind, depth, marks, parts, out, column):
    """Closes an orbit that has done so many layers, and writes its row of results."""
    rest = float(depth - done)
    z = times(theta, y)
    e = h = ZERO
    if kind == 1 or z < TINY:
        rate = sum_own(log_own(theta, ZERO), LOG_SLOPE_OWN)
        begin = log_own(y, ZERO)
        before = sum_own(begin, repeated_own(rest - ONE, rate))
        after = sum_own(begin, repeated_own(rest, rate))
        out[0, column] = sum_own(after, -TINY_SLACK_OWN * rest)
        out[1, column] = sum_own(before, -TINY_SLACK_OWN * (rest - ONE))
        e = -TINY_SLACK_OTHER
        h = sum_other(LOG_SLOPE_OTHER, -TINY_SLACK_OTHER)
    else:
        value, n, d, k = step(z)
        e = _part(n, d, k)
        other, _, _, _ = opposite(z)
        h = log_other(quotient_other(other, z), ZERO)
        out[1, column] = log_own(y, ZERO)
        out[0, column] = out[1, column] if kind == 2 else log_own(value, ZERO)
    out[2, column] = h
    total = ZERO
    for i in range(marks.size - 1, -1, -1):
        end = depth if i == marks.size - 1 else marks[i + 1] - 1
        if i < place:
            total = sum_other(total, parts[i])
        elif i == place:
            total = sum_other(total, sum_other(_part(N, D, K), repeated_other(float(end - done), e)))
        else:
            total = sum_other(total, repeated_other(float(end - marks[i] + 1), e))
        out[3 + i, column] = total


@njit(error_model="numpy")
def _advance(W, F, Y, N, D, K, width, layers, careful):
    """So many layers of the first `width` orbits; `careful` where some z may be below F, where f is taken for linear.

    F is TINY for orbits that grow from there, and 0 for others, which are closed soon after they have come below TINY.
    """
    for _ in range(layers):
        if careful:
            for j in range(width):
                z = times(W[j], Y[j])
                value, n, d, k = step(maximum(z, F[j]))
                Y[j] = select(z < F[j], times(times(z, SLOPE_OWN), FADE_OWN), value)
                N[j] = times_n(N[j], select(z < F[j], FADE_OTHER, n))
                D[j] = times_d(D[j], select(z < F[j], ONE, d))
                K[j] += select(z < F[j], ZERO, k)
        else:
            for j in range(width):
                value, n, d, k = step(times(W[j], Y[j]))
                Y[j], N[j], D[j], K[j] = value, times_n(N[j], n), times_d(D[j], d), K[j] + k
    for j in range(width):
        n, more = split(N[j])
        d, less = split(D[j])
        N[j], D[j], K[j] = n, d, followed(K[j] + (more - less))


@njit(nogil=True, error_model="numpy")
def orbits(theta, start, depth, marks, out):
    """θ > 0 and bounds of |y_0| > 0; `out` gets, for each, bounds of log|y_l|, log|y_(l−1)|, log(f(z_l)/z_l) and,
    for each mark k, of Σ log e(z_i) over i ≥ k."""
    W, F, Y, V = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    N, D, K = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    column = np.empty(BLOCK, np.int64)
    parts = np.empty((BLOCK, marks.size))
    for begin in range(0, theta.size, BLOCK):
        left = min(BLOCK, theta.size - begin)
        for j in range(BLOCK):
            i = begin + min(j, left - 1)
            W[j], Y[j], N[j], D[j], K[j], column[j] = theta[i], start[i], ONE, ONE, ZERO, i
        for j in range(BLOCK):
            F[j] = select(mul_up(W[j], SLOPE_UP) <= ONE, ZERO, TINY)
        done, place = 0, -1
        if marks[0] == 1:
            place = 0
        while True:
            width = (left + LANES - 1) // LANES * LANES
            for j in range(width):
                V[j], _, _, _ = step(maximum(times(W[j], Y[j]), TINY))
            count, left, slow, careful = left, 0, False, False
            for j in range(count):
                kind, z = -1, times(W[j], Y[j])
                if done == depth - 1:
                    kind = 0
                elif done % 8 == 0 or W[j] < EIGHTH:
                    if z < TINY:
                        if F[j] == ZERO:
                            kind = 1
                    elif still(V[j], Y[j]):
                        kind = 2
                if kind >= 0:
                    _finish(W[j], Y[j], N[j], D[j], K[j], place, done, kind, depth, marks, parts[j], out, column[j])
                    continue
                # Those that are left stand side by side at the front, in their order.
                if left < j:
                    W[left], F[left], Y[left], N[left], D[left], K[left] = W[j], F[j], Y[j], N[j], D[j], K[j]
                    column[left] = column[j]
                    for i in range(marks.size):
                        parts[left, i] = parts[j, i]
                left += 1
                slow = slow or W[j] < EIGHTH
                careful = careful or z < F[j]
            if left == 0:
                break
            width = (left + LANES - 1) // LANES * LANES
            for j in range(left, width):
                W[j], F[j], Y[j], N[j], D[j], K[j] = ONE, ZERO, ONE, ONE, ONE, ZERO
            layers = min(1 if slow else 8 - done % 8, depth - 1 - done)
            if place + 1 < marks.size:
                layers = min(layers, marks[place + 1] - 1 - done)
            _advance(W, F, Y, N, D, K, width, layers, careful)
            done += layers
            if place + 1 < marks.size and marks[place + 1] == done + 1:
                for j in range(width):
                    if place >= 0 and j < left:
                        parts[j, place] = _part(N[j], D[j], K[j])
                    N[j], D[j], K[j] = ONE, ONE, ZERO
                place += 1


# </text>
