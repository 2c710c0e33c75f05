"""An activation and its derivative on arrays of doubles, both from the one symbolic source."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from numerics.enclosure.in_place import InPlace
from numerics.enclosure.program import compile_expressions
from theory.activations import Activation, z
from theory.errors import StatementError

Array = np.ndarray


@dataclass(frozen=True)
class Elementwise:
    """f and f′ on arrays of any shape, NaN where there is no number; at a kink f′ is the slope from the left.

    `out` is a contiguous array of the same shape for the result, which does not overlap x. What f and f′ have in common
    `both` computes once. Any number of threads may call them at once.
    """

    _value: InPlace
    _slope: InPlace
    _both: InPlace

    def value(self, x: Array, out: Array | None = None) -> Array:
        return _filled(self._value, x, out)

    def slope(self, x: Array, out: Array | None = None) -> Array:
        return _filled(self._slope, x, out)

    def both(self, x: Array, value: Array, slope: Array) -> None:
        """Writes f(x) and f′(x) into `value` and `slope`."""
        self._both([np.ascontiguousarray(x)], [value, slope])


def _filled(function: InPlace, x: Array, out: Array | None) -> Array:
    x = np.ascontiguousarray(x, dtype=float)
    found = np.empty_like(x) if out is None else out
    function([x], [found])
    return found


@lru_cache(maxsize=64)
def elementwise(f: Activation) -> Elementwise:
    """f and f′ on arrays. StatementError for an activation whose parameter has no value yet."""
    if f.parameters:
        names = ", ".join(map(str, f.parameters))
        raise StatementError(f"the activation {f.name!r} has a parameter without a value ({names}): give it a number")
    asked = ([f.formula], [f.derivative], [f.formula, f.derivative])
    return Elementwise(*(InPlace(compile_expressions(expressions, [z])) for expressions in asked))
