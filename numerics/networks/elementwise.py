"""An activation and its derivative on arrays of doubles, both from the one symbolic source."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from numerics.enclosure.doubles import run
from numerics.enclosure.program import Program, compile_expressions
from theory.activations import Activation, z
from theory.errors import StatementError

Array = np.ndarray
_PIECE = 2**14


@lru_cache(maxsize=64)
def elementwise(f: Activation) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    """f and f′ on arrays of any shape, NaN where there is no number; at a kink f′ is the slope from the left.

    StatementError for an activation whose parameter has no value yet.
    """
    if f.parameters:
        names = ", ".join(map(str, f.parameters))
        raise StatementError(f"the activation {f.name!r} has a parameter without a value ({names}): give it a number")
    value, slope = compile_expressions([f.formula], [z]), compile_expressions([f.derivative], [z])

    def evaluate(program: Program, x: Array) -> Array:
        flat = x.ravel()
        found = np.empty_like(flat)
        # Piece by piece: the steps of a program then stay in the processor's cache, and take little memory.
        for begin in range(0, flat.size, _PIECE):
            piece = flat[begin : begin + _PIECE]
            found[begin : begin + _PIECE] = run(program, [piece], piece.size)[0]
        return found.reshape(x.shape)

    return lambda x: evaluate(value, x), lambda x: evaluate(slope, x)
