"""Enclosures at one value of the parameter: how far the layers of a chain are from zero, and the product over them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp

from numerics.enclosure.interval import Interval
from numerics.enclosure.program import compile_expressions
from theory.fixed_depth import Floors, Layers, Part, Product, floor

MORE = 12
"""Digits beyond those wanted, for the maximum of the size and for the numbers of a chain."""


class ChainValues:
    """What the declared bounds come to at one depth."""

    def __init__(self, floors: Floors, t: Any, depth: int):
        self.declared, self.t, self.depth = floors, t, depth
        self.floors = compile_expressions([floors.first, floors.following], [t, floor])
        self.parameter = compile_expressions([floors.parameter], [t])

    def parameter_at(self, t: Fraction) -> Interval:
        """θ_i of the chain of least parameters."""
        return self.parameter.run([number(t)])[0]

    def floor_at(self, i: int, t: Fraction) -> Interval:
        """M_i at t."""
        at = number(t)
        value = self.floors.run([at, at])[0]
        for _ in range(i - 1):
            value = self.floors.run([at, value])[1]
        return value

    def product_at(self, part: Part, t: Fraction) -> Interval:
        """E at t."""
        if not isinstance(part.proof, Product):
            return number(Fraction(1))
        at = number(t)
        program = compile_expressions([part.proof.start, part.proof.factor], [self.t, floor])
        if part.layers is Layers.BEFORE_LAST:
            return program.run([at, self.floor_at(self.depth - 1, t)])[1]
        value = program.run([at, self.floor_at(1, t)])[0]
        for i in range(2, self.depth):
            value = value * program.run([at, self.floor_at(i, t)])[1]
        return value

    def excess(self, part: Part, size: Interval, t: Fraction) -> Interval:
        """size·E − bound at t."""
        assert part.core is not None
        bound = compile_expressions([part.core.bound], [self.t]).run([number(t)])[0]
        return size * self.product_at(part, t) - bound


def number(value: Fraction) -> Interval:
    return Interval.exact(*value.as_integer_ratio())


def rational(value: Fraction) -> Any:
    return sp.Rational(value.numerator, value.denominator)
