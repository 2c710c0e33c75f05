"""Directed rounding for Numba: the nearest result, and its neighbour where what it leaves has the wrong sign.

What a product, a quotient or a root leaves is computed exactly by one fma, and what a sum leaves by Knuth's six
operations: so these are the same doubles that the directed instructions of a GPU give. A residual is exact as long as
it is a double, that is for products from 2⁻⁹⁶⁰ up: `orbits` sees to it that there are no smaller ones. At an exact 0
nothing is left, and 0 stays.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import njit

from numerics.sweeping.intrinsics import fma, intrinsic

# <text>


@intrinsic
def _beside(typing, x, step):
    def generate(context, builder, signature, arguments):
        whole = ir.IntType(64)
        bits = builder.add(builder.bitcast(arguments[0], whole), arguments[1])
        return builder.bitcast(bits, ir.DoubleType())

    return x(x, step), generate


@njit(forceinline=True, error_model="numpy")
def below(x):
    """The double next below x, for x ≠ 0."""
    return _beside(x, np.int64(-1)) if x > 0.0 else _beside(x, np.int64(1))


@njit(forceinline=True, error_model="numpy")
def above(x):
    """The double next above x, for x ≠ 0."""
    return _beside(x, np.int64(1)) if x > 0.0 else _beside(x, np.int64(-1))


@njit(forceinline=True, error_model="numpy")
def _left(a, b, s):
    """a + b − s, exactly, for s the nearest to a + b."""
    back = s - a
    return (a - (s - back)) + (b - back)


@njit(forceinline=True, error_model="numpy")
def add_down(a, b):
    s = a + b
    return below(s) if _left(a, b, s) < 0.0 else s


@njit(forceinline=True, error_model="numpy")
def add_up(a, b):
    s = a + b
    return above(s) if _left(a, b, s) > 0.0 else s


@njit(forceinline=True, error_model="numpy")
def sub_down(a, b):
    return add_down(a, -b)


@njit(forceinline=True, error_model="numpy")
def sub_up(a, b):
    return add_up(a, -b)


@njit(forceinline=True, error_model="numpy")
def mul_down(a, b):
    p = a * b
    return below(p) if fma(a, b, -p) < 0.0 else p


@njit(forceinline=True, error_model="numpy")
def mul_up(a, b):
    p = a * b
    return above(p) if fma(a, b, -p) > 0.0 else p


@njit(forceinline=True, error_model="numpy")
def div_down(a, b):
    """For b > 0."""
    q = a / b
    return below(q) if fma(-q, b, a) < 0.0 else q


@njit(forceinline=True, error_model="numpy")
def div_up(a, b):
    """For b > 0."""
    q = a / b
    return above(q) if fma(-q, b, a) > 0.0 else q


@njit(forceinline=True, error_model="numpy")
def root_down(a):
    s = np.sqrt(a)
    return below(s) if fma(-s, s, a) < 0.0 else s


@njit(forceinline=True, error_model="numpy")
def root_up(a):
    s = np.sqrt(a)
    return above(s) if fma(-s, s, a) > 0.0 else s


@njit(forceinline=True, error_model="numpy")
def select(condition, x, y):
    return x if condition else y


@njit(forceinline=True, error_model="numpy")
def maximum(x, y):
    return x if x > y else y


@njit(forceinline=True, error_model="numpy")
def minimum(x, y):
    return x if x < y else y


# </text>
