"""The gradient of a chain by Arb, layer after layer at 200 bits: what the kernels of sweeps are compared with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from flint import arb, ctx, fmpq

from numerics.enclosure.interval import Interval
from numerics.enclosure.program import compile_expressions
from theory.activations import Activation, z

BITS = 200


def exact(value: float) -> arb:
    ratio = Fraction(value)
    return arb(fmpq(ratio.numerator, ratio.denominator))


def log_gradients(
    f: Activation, theta: Sequence[float], x: float, alpha: float, layers: Sequence[int]
) -> list[tuple[float, int, float]]:
    """For each layer k: log|∂g/∂θ_k| of the scaled chain, its sign, and how far the logarithm is certain."""
    program = compile_expressions([f.formula, f.derivative], [z])
    bits = ctx.prec
    try:
        ctx.prec = BITS
        y, heads, factor = exact(x) / exact(alpha), [], []
        for weight in theta:
            heads.append(y)
            value, slope = program.run([Interval.around(exact(weight) * y)])
            y = (value.lo + value.hi) / 2
            factor.append((slope.lo + slope.hi) / 2)
        found = []
        for k in layers:
            product = exact(alpha) * heads[k - 1] * factor[k - 1]
            for weight, slope in zip(theta[k:], factor[k:], strict=True):
                product = product * exact(weight) * slope
            found.append(_log(product))
        return found
    finally:
        ctx.prec = bits


def first_gradients(f: Activation, theta: Sequence[float], x: float, alpha: float) -> list[float]:
    """log|∂g_l/∂θ_1| for the chains g_l of the first l layers, l = 1, 2, …"""
    program = compile_expressions([f.formula, f.derivative], [z])
    bits = ctx.prec
    try:
        ctx.prec = BITS
        y, product, found = exact(x) / exact(alpha), exact(x), []
        for layer, weight in enumerate(theta):
            value, slope = program.run([Interval.around(exact(weight) * y)])
            y = (value.lo + value.hi) / 2
            product = product * (exact(weight) if layer else 1) * (slope.lo + slope.hi) / 2
            found.append(_log(product)[0])
        return found
    finally:
        ctx.prec = bits


def _log(product: arb) -> tuple[float, int, float]:
    if product == 0:
        return -math.inf, 0, 0.0
    sign = 1 if product > 0 else -1
    log = abs(product).log()
    return float(log.mid()), sign, float(log.rad())


def allowed(log: float, depth: int, dtype: str) -> float:
    """The error that is promised: 1e-12 (1 + depth/1000) in doubles, 1e-4 (1 + depth/64) in singles, and 4 ulp."""
    ulp = float(np.spacing(np.dtype(dtype).type(abs(log))))
    return (1e-12 * (1 + depth / 1000) if dtype == "float64" else 1e-4 * (1 + depth / 64)) + 4 * ulp
