"""Directed rounding on NumPy arrays: what the texts of `elementary` and `steps` call.

`*_down` is at most, `*_up` at least the exact result. The nearest double is off by half a unit in the last place at
most, also among subnormal numbers, so its neighbour on the wanted side is a bound. Exact zeros of a product stay 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from numerics.sweeping.rigorous import numbers

Array = Any
globals().update(numbers.VALUES)
_SPLITTER = 2.0**27 + 1


def below(x: Array) -> Array:
    return np.nextafter(x, -np.inf)


def above(x: Array) -> Array:
    return np.nextafter(x, np.inf)


def add_down(a: Array, b: Array) -> Array:
    return below(a + b)


def add_up(a: Array, b: Array) -> Array:
    """−∞ stays, for it only comes from a summand that is −∞: no logarithm here is near the ends of the doubles."""
    s = a + b
    return np.where(s == -np.inf, s, above(s))


def sub_down(a: Array, b: Array) -> Array:
    return below(a - b)


def sub_up(a: Array, b: Array) -> Array:
    return above(a - b)


def mul_down(a: Array, b: Array) -> Array:
    """For a, b ≥ 0."""
    return np.maximum(below(a * b), 0.0)


def mul_up(a: Array, b: Array) -> Array:
    """For a, b ≥ 0."""
    return np.where((np.asarray(a) == 0) | (np.asarray(b) == 0), 0.0, above(a * b))


def div_down(a: Array, b: Array) -> Array:
    """For a ≥ 0, b > 0."""
    return np.maximum(below(a / b), 0.0)


def div_up(a: Array, b: Array) -> Array:
    """For a ≥ 0, b > 0."""
    return np.where(np.asarray(a) == 0, 0.0, above(a / b))


def root_down(a: Array) -> Array:
    return np.maximum(below(np.sqrt(a)), 0.0)


def root_up(a: Array) -> Array:
    return above(np.sqrt(a))


def _halves(a: Array) -> tuple[Array, Array]:
    """Veltkamp: a as the sum of two numbers of 26 bits."""
    c = _SPLITTER * a
    high = c - (c - a)
    return high, a - high


def fma(a: Array, b: Array, c: Array) -> Array:
    """a b + c, to (1 + 2⁻⁴⁰) u of its size and 2⁻¹⁰⁰ of a b: Dekker's product and Knuth's sum, and what they leave."""
    p = a * b
    (a1, a2), (b1, b2) = _halves(a), _halves(b)
    e = ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2
    s = p + c
    back = s - p
    return s + (((p - (s - back)) + (c - back)) + e)


def select(condition: Array, x: Array, y: Array) -> Array:
    return np.where(condition, x, y)


maximum, minimum = np.maximum, np.minimum


def power_of_two(t: Array) -> Array:
    """2^k for t = MAGIC + k, k ≥ −1022."""
    return np.ldexp(1.0, np.asarray(t - numbers.VALUES["MAGIC"]).astype(np.int32))


def split(x: Array) -> tuple[Array, Array]:
    """(n, j) with x = n · 2^j and n in [√½, √2)."""
    n, j = np.frexp(x)
    low = n < np.sqrt(0.5)
    return np.where(low, 2 * n, n), np.where(low, j - 1, j).astype(float)
