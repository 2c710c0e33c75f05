"""Many points at once in plain doubles, as an arithmetic for `numerics.enclosure.program`.

Nothing here is certain: no rounding is accounted for. It guides searches; what they find is confirmed with Arb.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from numerics.enclosure.interval import Interval
from numerics.enclosure.program import Program, UnsupportedError

Array = np.ndarray


def _each(function: Callable[[float], float]) -> Callable[[Array], Array]:
    """The function of one double on every entry; a map over a list takes half the time of `numpy.vectorize`."""
    return lambda x: np.fromiter(map(function, x.ravel().tolist()), float, x.size).reshape(x.shape)


HOLDS: dict[str, Callable[[Array], Array]] = {
    ">=": lambda slack: slack >= 0, ">": lambda slack: slack > 0, "==": lambda slack: slack == 0,
    "!=": lambda slack: slack != 0,
}  # fmt: skip
FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "exp": np.exp, "expm1": np.expm1, "log": np.log, "log1p": np.log1p, "sin": np.sin, "cos": np.cos, "tan": np.tan,
    "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh,
    "sech": lambda x: 1 / np.cosh(x), "asinh": np.arcsinh, "acosh": np.arccosh, "atanh": np.arctanh,
    "sqrt": np.sqrt, "cbrt": np.cbrt,
    "erf": _each(math.erf), "erfc": _each(math.erfc),
}  # fmt: skip


class Doubles:
    """One double for each point; NaN where a value is not a real number."""

    __slots__ = ("x",)

    def __init__(self, x: Any):
        self.x = np.asarray(x, dtype=float)

    @classmethod
    def of(cls, x: Interval) -> Doubles:
        """A double near the middle of an interval."""
        return cls((float(x.lo) + float(x.hi)) / 2 if x.finite else math.nan)

    def __add__(self, other: Doubles) -> Doubles:
        return Doubles(self.x + other.x)

    def __mul__(self, other: Doubles) -> Doubles:
        return Doubles(self.x * other.x)

    def __abs__(self) -> Doubles:
        return Doubles(np.abs(self.x))

    def power(self, n: int) -> Doubles:
        return Doubles(self.x ** float(n))

    def root_power(self, p: int, q: int) -> Doubles:
        return Doubles(self.x ** (p / q))

    def maximum(self, other: Doubles) -> Doubles:
        return Doubles(np.maximum(self.x, other.x))

    def minimum(self, other: Doubles) -> Doubles:
        return Doubles(np.minimum(self.x, other.x))


def run(program: Program, inputs: Sequence[Array], count: int) -> list[Array]:
    """The outputs of a program at `count` points; each input holds one coordinate of all of them."""
    with np.errstate(all="ignore"):
        found = program.run([Doubles(x) for x in inputs], Doubles.of, _apply, _select)
    return [np.broadcast_to(value.x, (count,)) for value in found]


def _apply(name: str, x: Doubles) -> Doubles:
    if name not in FUNCTIONS:
        raise UnsupportedError(f"{name} is not known to plain doubles")
    return Doubles(FUNCTIONS[name](x.x))


def _select(cases: Sequence[tuple[str, Doubles, Doubles]], otherwise: Doubles) -> Doubles:
    result = otherwise.x
    for relation, slack, body in reversed(cases):
        result = np.where(HOLDS[relation](slack.x), body.x, result)
    return Doubles(result)
