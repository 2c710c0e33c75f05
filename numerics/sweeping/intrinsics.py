"""What Numba has no name for: one instruction of the processor each, and vectorised with the loop around it."""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir
from numba import extending
from numba.core import types

intrinsic: Any = extending.intrinsic


def _machine(number: Any) -> Any:
    return ir.DoubleType() if number == types.float64 else ir.FloatType()


@intrinsic
def fma(typing: Any, a: Any, b: Any, c: Any) -> Any:
    """a b + c with one rounding."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fma(*arguments)

    return a(a, a, a), generate


def _layout(number: Any) -> tuple[Any, int, int]:
    """The type of whole numbers of the same size, the bits of the mantissa, and the bias of the exponent."""
    return (ir.IntType(64), 52, 1023) if number == types.float64 else (ir.IntType(32), 23, 127)


@intrinsic
def power_of_two(typing: Any, t: Any) -> Any:
    """2^k for t = 1.5 · 2^52 + k (1.5 · 2^23 + k for singles), as long as 2^k is a normal number."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        whole, mantissa, bias = _layout(t)
        biased = builder.add(builder.bitcast(arguments[0], whole), ir.Constant(whole, bias))
        return builder.bitcast(builder.shl(biased, ir.Constant(whole, mantissa)), _machine(t))

    return t(t), generate


@intrinsic
def split(typing: Any, x: Any) -> Any:
    """(m, k) with x = m · 2^k and m in [√½, √2), for normal x > 0."""
    result = types.UniTuple(x, 2)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        whole, mantissa, _ = _layout(x)
        root = ir.Constant(whole, 0x3FE6A09E667F3BCD if mantissa == 52 else 0x3F3504F3)
        offset = builder.sub(builder.bitcast(arguments[0], whole), root)
        k = builder.sitofp(builder.ashr(offset, ir.Constant(whole, mantissa)), _machine(x))
        rest = builder.and_(offset, ir.Constant(whole, (1 << mantissa) - 1))
        return context.make_tuple(builder, result, (builder.bitcast(builder.add(rest, root), _machine(x)), k))

    return result(x), generate


VERSION = numba.__version__
