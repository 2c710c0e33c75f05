"""The exponential, the logarithm and the arctangent of the rigorous sweep, each with a proved error.

One text for three machines: Python on NumPy arrays as it stands here, Numba, and CUDA C (`translated`). So it is
written in little: names, calls, + − * and comparisons, `select` for a case distinction. A product or a sum is
rounded to nearest, and fma once; directed rounding is asked for by name (`mul_down`, …) and defined by the machine.

Errors, u = 2⁻⁵³ (`tests/test_rigorous_elementary.py` computes every figure again with Arb, from these doubles).

**exponential(w)**, −2³² ≤ w ≤ 0: k a whole number, 1 + p = e^w 2^−k and m = 1 − e^w.
k is next to w/log 2, |k| < 2³³, and r = w − k log 2 is met with |r| ≤ 0.3467: the two fmas round 2 × 0.3467 u, and
LN2 + LN2_REST is log 2 to 2⁻¹⁰⁸, so that |k| times what it lacks is below 2⁻⁷⁴. For k = 0, r = w exactly.
p = r + r² q: q is off by 1.5 u (interpolation) and 0.7 u (Horner), r² by u; so r² q by 2.8 u r² ≤ 0.98 u |r|. The last
fma rounds |p| ≥ 0.82 |r| once: p is within 2.2 u of its size, for the r that was computed. With the error of r,
e^r ≤ 1.4146, p is within 1.9 u; 1 + p ≥ 0.707 and is rounded once: **1 + p is within 3.8 u** of its size.
m is −p for k = 0, 2.2 u. For k ≤ −1 it is at least 0.2928, and 2^k − 1 is exact to k = −53 and beyond it off by
u/2: m is within (0.95 u + u/2 [k < −53])/0.2928 + u ≤ **4.3 u** of its size.
Both are taken for 8 u = 2⁻⁵⁰: DOWN and UP.

**logarithm(x, k)**, bounds of log x + k log 2 for normal x > 0 and a whole number k: x = n 2^j, n ∈ [√½, √2],
s = (n − 1)/(n + 1) with n − 1 exact, n + 1 off by u and the quotient by 3 u (rounded downward): s within 4.1 u.
log n = 2s + s³ q(s²): the second term is at most 0.0102 of the first, and off by 18 u: **log n is within 5.3 u** of
its size. It is taken for 8 u. (k + j) log 2 and the sum are rounded outward.

**arctangent(t)**, 0 ≤ t ≤ 2³²: a = t or 1/t (downward: 3 u), a ∈ [0, 1]; b = a or (a − 1)/(a + 1) for a > TURN,
|b| ≤ 0.4144; b + b³ q(b²), within 1.3 u of its size. 1 − a is off by 3 u + 0.6 u at most, 1 + a by 3 u + u, b by
(3.6 u + 0.4144 · 4 u)/1.414 + 3 u · 0.4144 ≤ 5 u; with the polynomial, π/4 and the rounding of the sum 6.6 u; with
π/2 and another rounding 8.1 u beyond t = 1, where the arctangent is at least 0.785, and 6.6 u for a > TURN, where it
is at least 0.392. So **the arctangent is within 17 u** of its size. It is taken for 32 u = 2⁻⁴⁸: ARC_DOWN and ARC_UP.

NumPy has no fma. `rounded.fma` makes it of exact products and sums: it is within (1 + 2⁻⁴⁰) u of its size and 2⁻¹⁰⁰ of
the product, far below what is left over above.
"""

# ruff: noqa: F403, F405
# pyright: reportUndefinedVariable=false
from __future__ import annotations

from numerics.sweeping.rigorous.rounded import *

# <text>


def rest_of_exponential(r):
    high = fma(fma(fma(fma(E9, r, E8), r, E7), r, E6), r, E5)
    return fma(fma(fma(fma(fma(high, r, E4), r, E3), r, E2), r, E1), r, E0)


def rest_of_logarithm(v):
    high = fma(fma(fma(L7, v, L6), v, L5), v, L4)
    return fma(fma(fma(fma(high, v, L3), v, L2), v, L1), v, L0)


def rest_of_arctangent(v):
    high = fma(fma(fma(fma(fma(A11, v, A10), v, A9), v, A8), v, A7), v, A6)
    return fma(fma(fma(fma(fma(fma(high, v, A5), v, A4), v, A3), v, A2), v, A1), v, A0)


def exponential(w):
    t = fma(w, LOG2_E, MAGIC)
    k = t - MAGIC
    r = fma(k, -LN2_REST, fma(k, -LN2, w))
    p = fma(r * r, rest_of_exponential(r), r)
    two = power_of_two(maximum(t, LOWEST))
    e = fma(two, p, two - ONE)
    return k, ONE + p, -e


def arctangent(t):
    a = select(t > ONE, div_down(ONE, maximum(t, ONE)), t)
    b = select(a > TURN, -div_down(ONE - a, ONE + a), a)
    v = b * b
    near = fma(b * v, rest_of_arctangent(v), b)
    within = select(a > TURN, QUARTER_PI + near, near)
    return select(t > ONE, HALF_PI - within, within)


def logarithm_of_mantissa(n):
    s = select(n < ONE, -div_down(ONE - n, n + ONE), div_down(maximum(n - ONE, ZERO), n + ONE))
    v = s * s
    return fma(s * v, rest_of_logarithm(v), TWO * s)


def logarithm_down(x, k):
    n, j = split(x)
    log = logarithm_of_mantissa(n)
    near = mul_down(maximum(log, ZERO), DOWN) - mul_up(maximum(-log, ZERO), UP)
    total = k + j
    far = mul_down(maximum(total, ZERO), LN2) - mul_up(maximum(-total, ZERO), LN2_UP)
    return add_down(far, near)


def logarithm_up(x, k):
    n, j = split(x)
    log = logarithm_of_mantissa(n)
    near = mul_up(maximum(log, ZERO), UP) - mul_down(maximum(-log, ZERO), DOWN)
    total = k + j
    far = mul_up(maximum(total, ZERO), LN2_UP) - mul_down(maximum(-total, ZERO), LN2)
    return add_up(far, near)


def repeated_down(n, log):
    return mul_down(n, maximum(log, ZERO)) - mul_up(n, maximum(-log, ZERO))


def repeated_up(n, log):
    return mul_up(n, maximum(log, ZERO)) - mul_down(n, maximum(-log, ZERO))


def still_rising(after, y):
    return select(after < y, INFINITE, after - y) <= STILL * y


def still_falling(after, y):
    return select(after > y, INFINITE, y - after) <= STILL * y


def followed_up(K):
    return maximum(K, FAR)


def followed_down(K):
    return select(K < FAR, -INFINITE, K)


# </text>
