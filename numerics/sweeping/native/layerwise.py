"""The kernel of any chain: any f, and θ of its own for each layer."""

from __future__ import annotations

# <shared>
import math

import numpy as np
from numba import njit

from numerics.sweeping.intrinsics import split
from numerics.sweeping.native.primitives import (
    BLOCK,
    INFINITE,
    LARGE,
    LINEAR,
    ONE,
    REAL,
    SLOPE_ABOVE,
    SLOPE_AT_ZERO,
    SLOPE_BELOW,
    SMALL,
    SPLIT_VALUE,
    TINY,
    ZERO,
    ZERO_FIXED,
    layer,
    logarithm,
    renormalise,
    sign,
    size,
)  # fmt: skip

# </shared>

CHECKED = 64
"""After so many layers it is looked whether an orbit repeats itself."""


@njit(nogil=True, error_model="numpy", fastmath={"nsz"})
def layerwise(theta, start, scale, depth, marks, stride, far, gradients, signs, outputs):
    """Chains with any f, and one θ for each layer or (where theta has one column) the same in all; y = start 2^scale.

    As `one_theta`, for f and θ of any sign: signs gets that of ∂g/∂θ_k. A factor that is exactly 0 makes a gradient
    exactly 0, with logarithm −∞. Where an orbit repeats itself bit for bit the rest of it is not run through.
    """
    y, P, K, S = np.empty(BLOCK, REAL), np.empty(BLOCK, REAL), np.empty(BLOCK, REAL), np.empty(BLOCK, REAL)
    s, old = np.empty(BLOCK, REAL), np.empty(BLOCK, REAL)
    head, power = np.empty(BLOCK, REAL), np.empty(BLOCK, REAL)
    stretches, turns = np.empty((marks.size, BLOCK), REAL), np.empty((marks.size, BLOCK), REAL)
    same = theta.shape[1] == 1
    for t in range(theta.shape[0]):
        for begin in range(0, start.size, BLOCK):
            count = min(BLOCK, start.size - begin)
            for j in range(BLOCK):
                y[j], s[j] = start[min(begin + j, start.size - 1)], scale[min(begin + j, start.size - 1)]
                P[j], K[j], S[j], old[j] = ONE, ZERO, ZERO, -INFINITE
            done, place, scaled = 0, 0, _rescale(y, s)
            while done < depth:
                weight = theta[t, 0 if same else done]
                own = weight
                if place < marks.size and marks[place] == done + 1:
                    _end_signed_stretch(P, K, S, stretches, turns, place)
                    if not SPLIT_VALUE or done == 0:
                        head[:], power[:] = y, s
                    _begin_signed_stretch(weight, stretches, turns, place)
                    for j in range(count):
                        gradients[place, t, begin + j] = _log_size(head[j], power[j])
                        signs[place, t, begin + j] = np.int8(sign(head[j]))
                    own = ONE
                    place += 1
                if SPLIT_VALUE and place < marks.size and marks[place] == done + 2:
                    # What is the head of the next layer may be too small for a number without its exponent.
                    for j in range(BLOCK):
                        head[j], power[j] = size(math.ldexp(weight * y[j], int(s[j])))
                scaled = _advance(weight, own, y, s, P, K, scaled, far, done == 0)
                if SPLIT_VALUE and scaled and place < marks.size and marks[place] == done + 2:
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
                        done += _cycle(weight, y, S, P, target - done)
                    old[:] = y
            renormalise(P, K)
            _end_signed_stretch(P, K, S, stretches, turns, place)
            for place in range(marks.size - 1, -1, -1):
                for j in range(count):
                    if place < marks.size - 1:
                        stretches[place, j] += stretches[place + 1, j]
                        turns[place, j] *= turns[place + 1, j]
                    gradients[place, t, begin + j] += stretches[place, j]
                    signs[place, t, begin + j] *= np.int8(turns[place, j])
            if outputs.size:
                for j in range(count):
                    outputs[t, begin + j] = math.ldexp(y[j], int(s[j]))


@njit(forceinline=True)
def _advance(weight, own, y, s, P, K, scaled, far, first):
    """One layer of a block; `own` is the factor besides f′. Whether some states have a scale now."""
    if scaled:
        for j in range(BLOCK):
            z, bare = weight * y[j], s[j] == ZERO
            y[j], factor, k, s[j] = _scaled_layer(z, s[j])
            if SPLIT_VALUE and ZERO_FIXED and bare and abs(y[j]) < SMALL and z != ZERO:
                y[j], s[j] = size(z)
            P[j] *= own * factor
            K[j] += k
    elif far:
        for j in range(BLOCK):
            z = weight * y[j]
            y[j], factor, k = layer(z, True)
            P[j] *= own * factor
            K[j] += k
            if SPLIT_VALUE and ZERO_FIXED and abs(y[j]) < SMALL and z != ZERO:
                y[j], s[j] = size(z)
                scaled = True
    else:
        for j in range(BLOCK):
            y[j], factor, k = layer(weight * y[j], first)
            P[j] *= own * factor
            K[j] += k
    return scaled


@njit(forceinline=True)
def _log_size(x, power):
    """log|x 2^power|."""
    m, k = split(max(abs(x), TINY))
    return logarithm(m, power + k) if x != ZERO else -INFINITE


@njit(forceinline=True)
def _begin_signed_stretch(weight, stretches, turns, place):
    """The gradient of a layer has no factor θ_k; those of the earlier ones do."""
    if place > 0:
        for j in range(BLOCK):
            stretches[place - 1, j] += _log_size(weight, ZERO)
            turns[place - 1, j] *= sign(weight)


@njit(forceinline=True)
def _end_signed_stretch(P, K, S, stretches, turns, place):
    """The stretch that a mark ends, `place` being the next one; what comes before the first mark is not wanted."""
    for j in range(BLOCK):
        if place > 0:
            stretches[place - 1, j] = _log_size(P[j], K[j]) + S[j]
            turns[place - 1, j] = sign(P[j])
        P[j], K[j], S[j] = ONE, ZERO, ZERO


@njit(forceinline=True)
def _rescale(y, s):
    """Keeps y 2^s with y in reach where f is linear to the last bit: near 0 and far out. Whether any s is not 0."""
    scaled = False
    for j in range(BLOCK):
        length = abs(y[j])
        if s[j] == ZERO and (length > SMALL or length == ZERO) and length < LARGE:
            continue
        if length == ZERO or math.isinf(length):
            s[j] = ZERO
            continue
        m, k = split(max(length, TINY))
        exponent = k + s[j]
        if abs(exponent) > LINEAR:
            y[j], s[j] = math.copysign(m, y[j]), exponent
            scaled = True
        else:
            y[j], s[j] = REAL(math.ldexp(math.copysign(m, y[j]), int(exponent))), ZERO
    return scaled


@njit(forceinline=True)
def _scaled_layer(z, s):
    """A layer of z 2^s: f is its slope at 0 times z for s < 0, and that at ±∞ for s > 0. The scale is kept, or ends."""
    if s == ZERO:
        value, factor, k = layer(z, True)
        return value, factor, k, s
    if s < ZERO and not ZERO_FIXED:
        value, factor, k = layer(ZERO, True)
        return value, factor, k, ZERO
    slope = SLOPE_AT_ZERO if s < ZERO else SLOPE_ABOVE if z > ZERO else SLOPE_BELOW
    if math.isnan(slope):  # a kink at 0, with the slopes of its two sides
        slope = layer(math.copysign(SMALL, z), True)[1]
    if slope == ZERO:  # it levels off there
        value, factor, k = layer(math.copysign(SMALL if s < ZERO else LARGE, z), True)
        return value, factor, k, ZERO
    return slope * z, slope, ZERO, s


@njit
def _repeated(y, old):
    same = True
    for j in range(BLOCK):
        same = same and y[j] == old[j]
    return same


@njit
def _cycle(weight, y, S, P, ahead):
    """Adds to S what ⌊ahead/2⌋ turns of a cycle of two layers do, and returns how many layers that is.

    0 where the orbit repeats itself, but in more than two layers.
    """
    turns = ahead // 2
    for j in range(BLOCK):
        if layer(weight * layer(weight * y[j], True)[0], True)[0] != y[j]:
            return 0
    for j in range(BLOCK):
        first, a, k = layer(weight * y[j], True)
        _, b, more = layer(weight * first, True)
        factor = (weight * a) * (weight * b)
        S[j] += REAL(turns) * logarithm(abs(factor), k + more)
        if factor == ZERO:
            P[j] = ZERO
        elif factor < ZERO and turns % 2:
            P[j] = -P[j]
    return 2 * turns
