"""Values with first derivatives over many boxes at once, for the mean-value form.

The rules of differentiation are those of `numerics.enclosure.derivative`, carried out on arrays of intervals. At a
kink of |·|, max or min the partials are hulls of the one-sided ones, for which the mean-value theorem holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from numerics.enclosure.cells import Cells, apply
from numerics.enclosure.interval import Interval
from numerics.enclosure.program import Program, UnsupportedError

Partials = Sequence[Cells | None]
_ONE, _ZERO = Cells(1.0, 1.0), Cells(0.0, 0.0)


def _gauss(x: Cells) -> Cells:
    # 2/√π lies between these two doubles, which are more than an ulp apart.
    return Cells(1.128379167095512, 1.128379167095513) * apply("exp", -x.power(2))


_SLOPES: dict[str, Callable[[Cells, Cells], Cells]] = {
    "exp": lambda x, y: y,
    "expm1": lambda x, y: apply("exp", x),
    "log": lambda x, y: x.inverse(),
    "log1p": lambda x, y: (_ONE + x).inverse(),
    "atan": lambda x, y: (_ONE + x.power(2)).inverse(),
    "sinh": lambda x, y: apply("cosh", x),
    "cosh": lambda x, y: apply("sinh", x),
    "tanh": lambda x, y: apply("sech", x).power(2),
    "sech": lambda x, y: -(y * apply("tanh", x)),
    "asinh": lambda x, y: (_ONE + x.power(2)).root_power(-1, 2),
    "sin": lambda x, y: apply("cos", x),
    "cos": lambda x, y: -apply("sin", x),
    "erf": lambda x, y: _gauss(x),
    "erfc": lambda x, y: -_gauss(x),
}


class Sloped:
    """A value and its partial derivatives over boxes; None stands for a derivative that is exactly zero."""

    __slots__ = ("partials", "value")

    def __init__(self, value: Cells, partials: Partials):
        self.value, self.partials = value, partials

    def _chain(self, value: Cells, slope: Cells) -> Sloped:
        return Sloped(value, [None if p is None else p * slope for p in self.partials])

    def __add__(self, other: Sloped) -> Sloped:
        pairs = zip(self.partials, other.partials, strict=True)
        return Sloped(self.value + other.value, [q if p is None else p if q is None else p + q for p, q in pairs])

    def __mul__(self, other: Sloped) -> Sloped:
        a, b = self.value, other.value
        partials = [
            (None if q is None else a * q) if p is None else p * b if q is None else p * b + a * q
            for p, q in zip(self.partials, other.partials, strict=True)
        ]
        return Sloped(a * b, partials)

    def power(self, n: int) -> Sloped:
        if n == 0:
            return Sloped(_ONE, [None] * len(self.partials))
        return self._chain(self.value.power(n), Cells(float(n), float(n)) * self.value.power(n - 1))

    def root_power(self, p: int, q: int) -> Sloped:
        slope = Cells.of(Interval.exact(p, q)) * self.value.root_power(p - q, q)
        return self._chain(self.value.root_power(p, q), slope)

    def __abs__(self) -> Sloped:
        x = self.value
        slope = Cells(np.where(x.lo >= 0, 1.0, -1.0), np.where(x.hi <= 0, -1.0, 1.0))
        return self._chain(abs(x), slope)

    def maximum(self, other: Sloped) -> Sloped:
        return self._either(other, self.value.maximum(other.value))

    def minimum(self, other: Sloped) -> Sloped:
        return self._either(other, self.value.minimum(other.value))

    def _either(self, other: Sloped, value: Cells) -> Sloped:
        pairs = zip(self.partials, other.partials, strict=True)
        return Sloped(value, [_hull(p or _ZERO, q or _ZERO) for p, q in pairs])


def _hull(a: Cells, b: Cells) -> Cells:
    return Cells(np.minimum(a.lo, b.lo), np.maximum(a.hi, b.hi))


def _apply(name: str, x: Sloped) -> Sloped:
    if name == "sqrt":
        return x.root_power(1, 2)
    if name not in _SLOPES:
        raise UnsupportedError(f"no slope of {name} is kept for many boxes at once")
    value = apply(name, x.value)
    return x._chain(value, _SLOPES[name](x.value, value))


def _refuse_cases(*_: object) -> Sloped:
    raise UnsupportedError("definitions by cases are not followed over many boxes at once")


def differentiate(program: Program, box: Sequence[Cells]) -> list[Sloped]:
    """Every output of the program with its partial derivatives, enclosed over each of the boxes."""
    n = len(box)
    inputs = [Sloped(x, [_ONE if i == j else None for j in range(n)]) for i, x in enumerate(box)]
    return program.run(inputs, lambda c: Sloped(Cells.of(c), [None] * n), _apply, _refuse_cases)
