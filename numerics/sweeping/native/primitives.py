"""What the kernels of the processor are made of, for Numba: the elementary functions, and the step of a layer.

`numerics.sweeping.compiled` puts the texts of this package together for every activation and machine number, with the
numbers and the step in the place of those below; as it stands it only shows their shape. A block is BLOCK chains with
the same θ in every layer: the inner loops run over them without a branch, so that the compiler makes vectors of them.

A chain is y, and the product of its factors so far as P · 2^K: nothing underflows, and no layer takes a logarithm.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from numerics.sweeping.intrinsics import fma, power_of_two, split

# <generated>
REAL = np.float64
LOG2_E = MAGIC = LOWEST = FAR = LN2_HIGH = LN2_LOW = TINY = INFINITE = REAL(0)
SMALL = LARGE = LINEAR = REAL(0)
"""2^−LINEAR and 2^LINEAR: beyond them f is linear to the last bit, and a state gets an exponent of its own."""
ZERO, ONE, TWO = REAL(0), REAL(1), REAL(2)
ODD = ZERO_FIXED = True
"""Whether f is odd, and whether f(0) = 0."""
LOG2_SLOPE = SLOPE_AT_ZERO = SLOPE_BELOW = SLOPE_ABOVE = REAL(0)
"""log f′(0)/log 2, and the slopes of f at 0 (NaN where f(0) ≠ 0, or f has a kink there), at −∞ and at ∞."""


def rest_of_exponential(r):
    """(e^r − 1 − r)/r² as a polynomial, |r| ≤ log(2)/2."""
    return r


def rest_of_logarithm(v):
    """(2 artanh √v/√v − 2)/v as a polynomial, √v ≤ 3 − 2√2."""
    return v


def step(z):
    """f(z), and f′(z) = m (1 + p) 2^k as m, p and k."""
    return z, z, z, z


far_step = step
SPLIT_VALUE = False


def size(z):
    """|f(z)| as a mantissa and an exponent of 2, where f has an exponential as a factor (SPLIT_VALUE)."""
    return z, z


# </generated>

BLOCK = 256


@njit(forceinline=True)
def _reduced(w):
    """(t, k, p): exp(w) = (1 + p) 2^k, and t = MAGIC + k.

    Adding MAGIC, 1.5 · 2^52 (1.5 · 2^23 for singles), leaves the nearest whole number in the lowest bits. r is
    w − k log 2 rounded once, as the products inside an fma are exact and LN2_HIGH + LN2_LOW is log 2 to more digits
    than k has left. p is within 2 ulp.
    """
    t = fma(w, LOG2_E, MAGIC)
    k = t - MAGIC
    r = fma(k, -LN2_LOW, fma(k, -LN2_HIGH, w))
    return t, k, fma(r * r, rest_of_exponential(r), r)


@njit(forceinline=True)
def exponential(w):
    """(k, p, e, x): x = exp(w) = (1 + p) 2^k and e = x − 1, for NEAR ≤ w ≤ 0, where 2^k is a normal number.

    e is within 2 ulp: it is p where k = 0, and elsewhere at least 0.29 in size, with 2^k − 1 exact until it rounds to
    −1. So is x.
    """
    t, k, p = _reduced(w)
    two = power_of_two(t)
    return k, p, fma(two, p, two - ONE), fma(two, p, two)


@njit(forceinline=True)
def far_exponential(w):
    """The same for any w ≤ 0; x is 0 where it is no normal number.

    Below FAR an ulp of w is more than p could tell, and p is left at 0.
    """
    t, k, p = _reduced(maximum(w, FAR))
    two = power_of_two(max(t, LOWEST))
    x = select(t < LOWEST, ZERO, fma(two, p, two))
    return select(w < FAR, w * LOG2_E, k), select(w < FAR, ZERO, p), fma(two, p, two - ONE), x


@njit(forceinline=True)
def logarithm(x, k):
    """log(x 2^k) for normal x ≥ 0: −∞ at 0."""
    m, more = split(max(x, TINY))
    s = (m - ONE) / (m + ONE)
    v = s * s
    total = k + more
    log = fma(total, LN2_HIGH, fma(total, LN2_LOW, fma(s * v, rest_of_logarithm(v), TWO * s)))
    return log if x > ZERO else -INFINITE


@njit(forceinline=True)
def reciprocal(x):
    return ONE / x


@njit(forceinline=True)
def root(x):
    return math.sqrt(x)


@njit(forceinline=True)
def select(condition, first, second):
    return first if condition else second


@njit(forceinline=True)
def maximum(x, y):
    return x if x > y else y


@njit(forceinline=True)
def minimum(x, y):
    return x if x < y else y


@njit(forceinline=True)
def absolute(x):
    return abs(x)


@njit(forceinline=True)
def sign(x):
    return select(x > ZERO, ONE, select(x < ZERO, -ONE, ZERO))


@njit(forceinline=True)
def atan(x):
    return REAL(math.atan(x))


@njit(forceinline=True)
def atanh(x):
    return REAL(math.atanh(x))


@njit(forceinline=True)
def erf(x):
    return REAL(math.erf(x))


@njit(forceinline=True)
def erfc(x):
    return REAL(math.erfc(x))


@njit(forceinline=True)
def renormalise(P, K):
    """Moves the powers of two of P to K; a product that is 0 stays 0."""
    for j in range(BLOCK):
        m, k = split(max(abs(P[j]), TINY))
        P[j] = select(P[j] == ZERO, ZERO, math.copysign(m, P[j]))
        K[j] += k


@njit(forceinline=True)
def layer(z, far):
    """The step of a layer for z of either sign; `far` where z may be beyond the reach of `exponential`."""
    size = abs(z) if ODD else z
    value, m, p, k = far_step(size) if far else step(size)
    return math.copysign(value, z) if ODD else value, fma(m, p, m), k
