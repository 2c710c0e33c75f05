"""What one layer does to a lower and to an upper bound of |y|, for each activation, in outward-rounded arithmetic.

`<name>_lower(z)`, z > 0: (value, n, d, k) with value ≤ f(z) and n/d · 2^k ≥ e(z) = z f′(z)/f(z);
`<name>_upper(z)`: value ≥ f(z) and n/d · 2^k ≤ e(z). k is a whole number, and n and d lie in
[2⁻⁶², 2⁶²] for TINY ≤ z ≤ 2³⁰.

The text is that of three machines; see `elementary`, whose functions have a known error, taken away by DOWN and UP.

* tanh z = m/(2 − m), e(z) = 2z/sinh 2z = 4z E/(m (2 − m)), with E = e^(−2z), m = 1 − E: m/(2 − m) and m (2 − m) rise
  with m ∈ [0, 1].
* softsign z = z/(1 + z), e(z) = 1/(1 + z).
* algebraic: z/√(1 + z²), e(z) = 1/(1 + z²).
* arctan z, e(z) = z/((1 + z²) arctan z).
* gudermannian z = gd z = 2 arctan(tanh(z/2)), tanh(z/2) = m/(2 − m) with E = e^(−z); e(z) = 2z E/((1 + E²) gd z).

That these are f and z f′/f of the registry is one of the `premises`.
"""

# ruff: noqa: F403, F405
# pyright: reportUndefinedVariable=false
from __future__ import annotations

from numerics.sweeping.rigorous.elementary import *

# <text>


def tanh_lower(z):
    k, x, m = exponential(-TWO * z)
    low = mul_down(m, DOWN)
    return div_down(low, sub_up(TWO, low)), mul_up(FOUR * z, mul_up(x, UP)), mul_down(low, sub_down(TWO, low)), k


def tanh_upper(z):
    k, x, m = exponential(-TWO * z)
    high = minimum(mul_up(m, UP), ONE)
    return div_up(high, sub_down(TWO, high)), mul_down(FOUR * z, mul_down(x, DOWN)), mul_up(high, sub_up(TWO, high)), k


def softsign_lower(z):
    return div_down(z, add_up(ONE, z)), ONE, add_down(ONE, z), ZERO


def softsign_upper(z):
    return div_up(z, add_down(ONE, z)), ONE, add_up(ONE, z), ZERO


def algebraic_lower(z):
    value = div_down(z, root_up(add_up(ONE, mul_up(z, z))))
    return value, ONE, add_down(ONE, mul_down(z, z)), ZERO


def algebraic_upper(z):
    value = div_up(z, root_down(add_down(ONE, mul_down(z, z))))
    return value, ONE, add_up(ONE, mul_up(z, z)), ZERO


def arctan_lower(z):
    value = mul_down(arctangent(z), ARC_DOWN)
    return value, z, mul_down(add_down(ONE, mul_down(z, z)), value), ZERO


def arctan_upper(z):
    value = mul_up(arctangent(z), ARC_UP)
    return value, z, mul_up(add_up(ONE, mul_up(z, z)), value), ZERO


def gudermannian_lower(z):
    k, x, m = exponential(-z)
    low = mul_down(m, DOWN)
    value = TWO * mul_down(arctangent(div_down(low, sub_up(TWO, low))), ARC_DOWN)
    small = maximum(sub_down(ONE, minimum(mul_up(m, UP), ONE)), ZERO)
    return value, mul_up(TWO * z, mul_up(x, UP)), mul_down(add_down(ONE, mul_down(small, small)), value), k


def gudermannian_upper(z):
    k, x, m = exponential(-z)
    high = minimum(mul_up(m, UP), ONE)
    value = TWO * mul_up(arctangent(div_up(high, sub_down(TWO, high))), ARC_UP)
    large = sub_up(ONE, mul_down(m, DOWN))
    return value, mul_down(TWO * z, mul_down(x, DOWN)), mul_up(add_up(ONE, mul_up(large, large)), value), k


# </text>
