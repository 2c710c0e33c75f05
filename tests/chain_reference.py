"""The gradient of a chain by Arb, layer after layer at 200 bits: what the kernels of sweeps are compared with."""

from __future__ import annotations

from collections.abc import Sequence

from flint import ctx

from numerics.enclosure.interval import Interval
from numerics.enclosure.program import compile_expressions
from numerics.sweeping.accuracy import BITS, allowed, exact, log_and_sign, log_gradients
from theory.activations import Activation, z

__all__ = ["BITS", "allowed", "exact", "first_gradients", "log_gradients"]


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
            found.append(log_and_sign(product)[0])
        return found
    finally:
        ctx.prec = bits
