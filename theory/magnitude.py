"""How large and how small a constant can be, from its form: whether it can be evaluated numerically at all.

To look up the sign of exp(exp(exp(20))) − 1, a program needs more memory than there is. What counts is the exponent of
every number on the way, so the bounds are on |log₂|; they are rough, and nothing is evaluated to get them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import sympy as sp
from sympy.core.relational import Relational

from theory.definedness import sign_by_form

LARGEST = 10_000.0
"""Beyond 2**±LARGEST, constants are not evaluated."""
_CANCELLED = 400.0
"""SymPy works with at most 333 bits: of a sum that it takes for nonzero, at most 400 leading bits have cancelled."""


class Magnitude(NamedTuple):
    """2**−below ≤ |constant| ≤ 2**above, unless it is 0; both at least 0."""

    above: float
    below: float

    @property
    def evaluable(self) -> bool:
        return self.above <= LARGEST and self.below <= LARGEST


_UNKNOWN = Magnitude(math.inf, math.inf)


def size(number: Any) -> float:
    """|number| of a rational as a float, infinity where it does not fit."""
    try:
        return abs(int(number.p)) / int(number.q)
    except OverflowError:
        return math.inf


def times(left: float, right: float) -> float:
    """The product, 0·∞ being 0: nothing, however often, is nothing."""
    return 0.0 if 0 in (left, right) else left * right


def magnitude(node: sp.Basic, parts: list[Magnitude]) -> Magnitude:
    """The magnitude of a constant from those of its arguments."""
    if isinstance(node, sp.Rational):
        return Magnitude(float(abs(int(node.p)).bit_length()), float(int(node.q).bit_length() - 1))
    if not parts:
        return Magnitude(2.0, 2.0)
    for heads, rule in _RULES:
        if isinstance(node, heads):
            return rule(node, *parts)
    above, below = max(part.above for part in parts), max(part.below for part in parts)
    return Magnitude(_CANCELLED, max(_CANCELLED, below + 1)) if above <= LARGEST else _UNKNOWN


def _sum(node: Any, *terms: Magnitude) -> Magnitude:
    above = max(term.above for term in terms) + math.log2(len(terms))
    # The sum of positive terms exceeds the largest; other sums may cancel.
    return Magnitude(above, min(term.below for term in terms) + (0 if sign_by_form(node) > 0 else _CANCELLED))


def _product(_: Any, *factors: Magnitude) -> Magnitude:
    return Magnitude(sum(factor.above for factor in factors), sum(factor.below for factor in factors))


def _power(node: Any, base: Magnitude, exponent: Magnitude) -> Magnitude:
    if isinstance(node.exp, sp.Rational):
        above, below = times(base.above, size(node.exp)), times(base.below, size(node.exp))
        return Magnitude(above, below) if node.exp >= 0 else Magnitude(below, above)
    either = times(max(base), _two_to(exponent.above))
    return Magnitude(either, either)


def _one_of(_: Any, *cases: Magnitude) -> Magnitude:
    return Magnitude(max(case.above for case in cases), max(case.below for case in cases))


def _exponential(_: Any, exponent: Magnitude) -> Magnitude:
    """e^±t, and what lies between them and t."""
    either = 1.5 * _two_to(exponent.above)
    return Magnitude(either, either + exponent.below)


def _gaussian(_: Any, argument: Magnitude) -> Magnitude:
    """e^(−t²) ≤ 2·erfc(t)·(1 + t), and erf(t) ≈ t near 0."""
    return Magnitude(1.0, 1.5 * _two_to(2 * argument.above) + argument.above + argument.below + 2)


def _logarithm(_: Any, argument: Magnitude) -> Magnitude:
    return Magnitude(math.log2(1 + max(argument)), _CANCELLED) if argument.evaluable else _UNKNOWN


def _bounded(_: Any, argument: Magnitude) -> Magnitude:
    """At most 2, close to 0 where the argument is, or where it was reduced by a multiple of π."""
    return Magnitude(1.0, max(_CANCELLED, argument.below + 1)) if argument.above <= LARGEST else _UNKNOWN


def _two_to(exponent: float) -> float:
    return 2.0**exponent if exponent < 60 else math.inf


_RULES: tuple[tuple[tuple[type, ...], Callable[..., Magnitude]], ...] = (
    ((sp.Add,), _sum),
    ((sp.Mul,), _product),
    ((sp.Pow,), _power),
    ((sp.Abs, sp.Max, sp.Min, sp.Piecewise, sp.Tuple, Relational), _one_of),
    ((sp.exp, sp.sinh, sp.cosh, sp.sech, sp.csch), _exponential),
    ((sp.erf, sp.erfc), _gaussian),
    ((sp.log,), _logarithm),
    ((sp.sin, sp.cos, sp.tanh, sp.atan, sp.sign), _bounded),
)
