"""The kernel of chains that share nothing: every point has its own θ, or its own θ for each layer."""

from __future__ import annotations

# <shared>
import math

import numpy as np
from numba import njit

from numerics.sweeping.native.layerwise import (
    CHECKED,
    _end_signed_stretch,
    _log_size,
    _repeated,
    _rescale,
    _scaled_layer,
)
from numerics.sweeping.native.primitives import (
    BLOCK,
    INFINITE,
    ONE,
    REAL,
    SMALL,
    SPLIT_VALUE,
    ZERO,
    ZERO_FIXED,
    layer,
    logarithm,
    renormalise,
    sign,
    size,
)

# </shared>


@njit(nogil=True, error_model="numpy", fastmath={"nsz"})
def pointwise(theta, start, scale, depth, marks, stride, far, gradients, signs, outputs):
    """As `layerwise`, but theta has a column for each point, and a row for each layer or one for all of them."""
    y, P, K, S = np.empty(BLOCK, REAL), np.empty(BLOCK, REAL), np.empty(BLOCK, REAL), np.empty(BLOCK, REAL)
    s, old, weight = np.empty(BLOCK, REAL), np.empty(BLOCK, REAL), np.empty(BLOCK, REAL)
    head, power = np.empty(BLOCK, REAL), np.empty(BLOCK, REAL)
    stretches, turns = np.empty((marks.size, BLOCK), REAL), np.empty((marks.size, BLOCK), REAL)
    same = theta.shape[0] == 1
    for begin in range(0, start.size, BLOCK):
        count = min(BLOCK, start.size - begin)
        for j in range(BLOCK):
            at = min(begin + j, start.size - 1)
            y[j], s[j], weight[j] = start[at], scale[at], theta[0, at]
            P[j], K[j], S[j], old[j] = ONE, ZERO, ZERO, -INFINITE
        done, place, scaled = 0, 0, _rescale(y, s)
        while done < depth:
            if not same:
                for j in range(BLOCK):
                    weight[j] = theta[done, min(begin + j, start.size - 1)]
            marked = place < marks.size and marks[place] == done + 1
            if marked:
                _end_signed_stretch(P, K, S, stretches, turns, place)
                if not SPLIT_VALUE or done == 0:
                    head[:], power[:] = y, s
                _begin_each(weight, stretches, turns, place)
                for j in range(count):
                    gradients[place, begin + j] = _log_size(head[j], power[j])
                    signs[place, begin + j] = np.int8(sign(head[j]))
                place += 1
            ahead = SPLIT_VALUE and place < marks.size and marks[place] == done + 2
            if ahead:
                # What is the head of the next layer may be too small for a number without its exponent.
                for j in range(BLOCK):
                    head[j], power[j] = size(math.ldexp(weight[j] * y[j], int(s[j])))
            scaled = _advance_each(weight, marked, y, s, P, K, scaled, far, done == 0)
            if ahead and scaled:
                for j in range(BLOCK):
                    if s[j] != ZERO:  # the state has that exponent itself
                        head[j], power[j] = y[j], s[j]
            done += 1
            if done % stride == 0 or done == 1:
                renormalise(P, K)
                scaled = _rescale(y, s)
            if same and done % CHECKED == 0 and not scaled:
                target = marks[place] - 1 if place < marks.size else depth
                if target - done >= 8 and _repeated(y, old):
                    renormalise(P, K)
                    done += _cycle_each(weight, y, S, P, target - done)
                old[:] = y
        renormalise(P, K)
        _end_signed_stretch(P, K, S, stretches, turns, place)
        for place in range(marks.size - 1, -1, -1):
            for j in range(count):
                if place < marks.size - 1:
                    stretches[place, j] += stretches[place + 1, j]
                    turns[place, j] *= turns[place + 1, j]
                gradients[place, begin + j] += stretches[place, j]
                signs[place, begin + j] *= np.int8(turns[place, j])
        if outputs.size:
            for j in range(count):
                outputs[begin + j] = math.ldexp(y[j], int(s[j]))


@njit(forceinline=True)
def _begin_each(weight, stretches, turns, place):
    """As `_begin_signed_stretch` of `layerwise`, with a weight for each state."""
    if place > 0:
        for j in range(BLOCK):
            stretches[place - 1, j] += _log_size(weight[j], ZERO)
            turns[place - 1, j] *= sign(weight[j])


@njit(forceinline=True)
def _advance_each(weight, marked, y, s, P, K, scaled, far, first):
    """One layer of a block; a marked layer has no factor θ of its own. Whether some states have a scale now."""
    if scaled:
        for j in range(BLOCK):
            z, bare = weight[j] * y[j], s[j] == ZERO
            y[j], factor, k, s[j] = _scaled_layer(z, s[j])
            if SPLIT_VALUE and ZERO_FIXED and bare and abs(y[j]) < SMALL and z != ZERO:
                y[j], s[j] = size(z)
            P[j] *= factor if marked else weight[j] * factor
            K[j] += k
    elif far:
        for j in range(BLOCK):
            z = weight[j] * y[j]
            y[j], factor, k = layer(z, True)
            P[j] *= factor if marked else weight[j] * factor
            K[j] += k
            if SPLIT_VALUE and ZERO_FIXED and abs(y[j]) < SMALL and z != ZERO:
                y[j], s[j] = size(z)
                scaled = True
    else:
        for j in range(BLOCK):
            y[j], factor, k = layer(weight[j] * y[j], first)
            P[j] *= factor if marked else weight[j] * factor
            K[j] += k
    return scaled


@njit
def _cycle_each(weight, y, S, P, ahead):
    """As `_cycle` of `layerwise`, with a weight for each state."""
    turns = ahead // 2
    for j in range(BLOCK):
        if layer(weight[j] * layer(weight[j] * y[j], True)[0], True)[0] != y[j]:
            return 0
    for j in range(BLOCK):
        first, a, k = layer(weight[j] * y[j], True)
        _, b, more = layer(weight[j] * first, True)
        factor = (weight[j] * a) * (weight[j] * b)
        S[j] += REAL(turns) * logarithm(abs(factor), k + more)
        if factor == ZERO:
            P[j] = ZERO
        elif factor < ZERO and turns % 2:
            P[j] = -P[j]
    return 2 * turns
