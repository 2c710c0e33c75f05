"""Orbits near their fixed point, summed in closed form: depth does not cost depth.

With one θ > 0 in every layer and an odd, increasing f, concave on z > 0, the orbit y_{i+1} = f(θ y_i) from y > 0 tends
to the largest fixed point y* ≥ 0: 0 where θ f′(0) ≤ 1, and the positive solution of f(θ y) = y otherwise. With
δ = y − y*, F(δ) = f(θ (y* + δ)) − y* = λ δ + a_2 δ² + …, λ = θ f′(θ y*), and h(δ) = log f′(θ (y* + δ)): where
0 < λ < 1 there are power series (Koenigs) with

    φ(F(δ)) = λ φ(δ), φ = δ + …, ψ = φ⁻¹:    δ_n = ψ(λⁿ φ(δ)),
    B(δ) − B(F(δ)) = h(δ) − h(0), B(0) = 0:     ∑_{i<n} h(δ_i) = n h(0) + B(δ) − B(δ_n),

as the second telescopes. Comparing coefficients gives φ_j (λ − λ^j) = ∑_{i<j} φ_i [Fⁱ]_j and
B_j (1 − λ^j) = h_j + ∑_{i<j} B_i [Fⁱ]_j. The first eight terms are kept, within the radius where what is left out is
below `LEFT_OUT`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from flint import arb, arb_series, ctx

from numerics.enclosure.interval import Interval
from numerics.enclosure.program import Program, compile_expressions
from numerics.sweeping.step import Z_ABOVE, nonnegative
from theory.activations import Activation

Array = np.ndarray
TERMS, _ORDER = 8, 10
ROW = 4 + 3 * TERMS
LEFT_OUT = 2.0**-56
_BITS = 160
_NEWTON = 200
_SLOPE = 1e-30
CLOSEST = 1e-13
"""Nearer to 1 than this λ leaves the series too small a radius."""


class _Right:
    """Taylor series at z ≥ 0, from the right, where |z| is z."""

    __slots__ = ("x",)

    def __init__(self, x: Any):
        self.x = x

    @classmethod
    def of(cls, x: Interval) -> _Right:
        return cls(arb_series([x.lo.union(x.hi)]))

    def __add__(self, other: _Right) -> _Right:
        return _Right(self.x + other.x)

    def __mul__(self, other: _Right) -> _Right:
        return _Right(self.x * other.x)

    def power(self, n: int) -> _Right:
        return _Right(self.x**n if n >= 0 else (self.x**-n).inv())

    def root_power(self, p: int, q: int) -> _Right:
        assert q == 2
        return _Right((self.x if p > 0 else self.x.inv()).sqrt() ** abs(p))


def _tanh(x: Any) -> Any:
    e = (x * -2).exp()
    return (1 - e) * (1 + e).inv()


_FUNCTIONS = {
    "exp": lambda x: x.exp(), "log": lambda x: x.log(), "tanh": _tanh, "atan": lambda x: x.atan(),
    "erf": lambda x: x.erf(),
}  # fmt: skip


def evaluate(program: Program, x: Any) -> list[Any]:
    """The outputs of a program of one variable on a Taylor series with z ≥ 0 at its centre."""
    return [value.x for value in program.run([_Right(x)], _Right.of, lambda name, x: _Right(_FUNCTIONS[name](x.x)))]


def closing(f: Activation, theta: Array) -> tuple[Array, Array]:
    """For each θ > 0 a row of `ROW` numbers, and the radius within which they are good.

    y*, its rounding, log f′(θ y*), its rounding, φ_1…φ_8, ψ_1…ψ_8, B_1…B_8. The radius is
    0, and the orbit is followed step by step, where λ is within `CLOSEST` of 1. f is odd, increasing and concave on
    z > 0, and its slope at 0 is given.
    """
    values = compile_expressions([nonnegative(f.formula), nonnegative(f.log_derivative)], [Z_ABOVE])
    rows, radii = np.zeros((theta.size, ROW)), np.zeros(theta.size)
    bits, cap = ctx.prec, ctx.cap
    try:
        ctx.prec, ctx.cap = _BITS, _ORDER + 1
        for place, weight in enumerate(theta):
            rows[place], radii[place] = _expansion(values, arb(float(weight)), float(weight), f)
    finally:
        ctx.prec, ctx.cap = bits, cap
    return rows, radii


def _expansion(values: Program, weight: Any, theta: float, f: Activation) -> tuple[Array, float]:
    y = _fixed_point(values, weight, theta, f)
    output, log_slope = evaluate(values, arb_series([weight * y, weight]))
    F, h = ([arb(c) for c in _coefficients(series)] for series in (output, log_slope))
    slope, decay = F[1], 1 - F[1]
    F[0], start = arb(0), h[0]
    head = [part for value in (y, start) for part in _two(value)]
    if not decay > CLOSEST:
        return np.array([*head, *[0.0] * 3 * TERMS]), 0.0
    if not slope > _SLOPE:
        # Saturated: one step from anywhere near leads to y*, and only the first slope depends on where that was.
        first = [1.0, *[0.0] * (TERMS - 1)]
        return np.array([*head, *first, *first, float(h[1].mid()), *first[1:]]), 2.0**-50 * float(y.mid())
    powers = [arb_series([1])]
    for _ in range(_ORDER):
        powers.append(powers[-1] * arb_series(F))
    table = [_coefficients(power) for power in powers]
    phi, B = [arb(0), arb(1)], [arb(0)]
    for j in range(1, _ORDER + 1):
        lower = sum((B[i] * table[i][j] for i in range(1, j)), arb(0))
        B.append((h[j] + lower) / (1 - slope**j))
        if j > 1:
            phi.append(sum((phi[i] * table[i][j] for i in range(1, j)), arb(0)) / (slope - slope**j))
    psi = _coefficients(arb_series(phi).reversion())
    kept = [float(c.mid()) for series in (phi, psi, B) for c in series[1 : TERMS + 1]]
    return np.array([*head, *kept]), _radius(phi, psi, B, float(y.mid()))


def _coefficients(series: Any) -> list[Any]:
    found = list(series.coeffs())
    return found + [arb(0)] * (_ORDER + 1 - len(found))


def _two(value: Any) -> tuple[float, float]:
    """The value as a double and what it leaves."""
    high = float(value.mid())
    return high, float((value - high).mid())


def _radius(phi: Sequence[Any], psi: Sequence[Any], B: Sequence[Any], y: float) -> float:
    """Where the terms left out, which fall at least like those computed beyond the ones kept, are below LEFT_OUT."""
    radius = y / 4 if y else 1 / 4
    for j in range(TERMS + 1, _ORDER + 1):
        for series, order in ((phi, j - 1), (psi, j - 1), (B, j)):
            size = abs(float(series[j].mid()))
            if size:
                radius = min(radius, (LEFT_OUT / size) ** (1 / order))
    return radius


def _fixed_point(values: Program, weight: Any, theta: float, f: Activation) -> Any:
    """The largest solution of f(θ y) = y: 0, or by Newton's method from above, where f(θ y) − y is concave."""
    slope = weight * arb(str(float(f.slope_at_zero)))  # pyright: ignore[reportArgumentType]
    if not slope > 1:
        return arb(0)
    y = arb(1)
    for _ in range(_NEWTON):
        output = evaluate(values, arb_series([weight * y, weight]))[0]
        value, rate = _coefficients(output)[:2]
        step = ((value - y) / (rate - 1)).mid()
        y = (y - step).mid()
        if abs(step) < arb(2) ** (20 - _BITS):
            return y
    raise AssertionError(f"no fixed point was found for θ = {theta!r}")
