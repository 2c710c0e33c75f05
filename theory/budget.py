"""How much work an expression could make for SymPy, bounded before SymPy starts on it.

SymPy evaluates as it builds: 2**n becomes an integer, exp(n*log(2)) too, and the sign of a constant is looked up by
evaluating it numerically. A short text can so ask for more than a machine has. Each node gets a `Weight`, from which
one sees what is safe: nothing here evaluates anything.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import sympy as sp

from theory.magnitude import Magnitude, magnitude, size, times

MOST_BITS = 10_000
"""The size of the largest exact numbers, numerators and denominators alike."""
MOST_COMBINED_BITS = 100_000
"""What the numbers that one node might combine may have together, before they cancel."""
MOST_RADICAND_BITS = 1_000
"""What may stand under the roots of numbers in a product: SymPy takes them together and tries to factor them."""
MOST_NODES = 20_000
"""The size of the largest expression, written out: some functions hold their argument twice, and nesting doubles."""
MOST_LEVELS = 120
"""How deep an expression may be, written out: SymPy takes four stack frames a level, of Python's thousand."""
LARGEST_POWER = 1_000
_LARGEST_DEGREE = 8
LARGEST_ROOT = 1_000_000
_TAME_NODES, _TAME_LEVELS, _TAME_BITS = 250, 25, 300


class Weight(NamedTuple):
    """Upper bounds for a (sub)expression; infinity where none is known.

    `bits`: of the numbers that are its factors, powers worked out; `longest`: of the longest number in it.
    `radicand`: the bits of the factors under a root, which SymPy looks through for primes. `logs`: of the numbers under
    logarithms, from where exponentials bring them out. `scale`: the sum of the |numbers| in it, arguments of functions
    aside. `magnitude`: that of a constant; None with variables. `degree`: of the algebraic numbers in it, multiplied.
    `nodes`, `levels`: its size, written out. `wild`: a constant in it is too hard to evaluate.
    """

    bits: float
    radicand: float
    scale: float
    magnitude: Magnitude | None
    degree: float
    logs: float
    longest: int
    nodes: int
    levels: int
    wild: bool

    @property
    def tame(self) -> bool:
        """SymPy may ask for signs in it."""
        small = self.nodes <= _TAME_NODES and self.levels <= _TAME_LEVELS and self.longest <= _TAME_BITS
        return small and not self.wild


def bits(number: sp.Rational) -> int:
    """The length of the longer of numerator and denominator; 0 for −1, 0, 1, of which every power is as short."""
    longest = max(abs(int(number.p)), int(number.q))
    return 0 if longest == 1 else longest.bit_length()


def power_bits(base: sp.Rational, exponent: sp.Rational) -> float:
    """The bits of base**exponent, its root drawn at the end: within 1 of the truth for an integer exponent."""
    longest = max(abs(int(base.p)), int(base.q))
    if longest == 1:
        return 0
    return times(math.log2(longest), size(exponent)) + 1


class Scales:
    """The weights of expressions, each subexpression weighed once."""

    def __init__(self) -> None:
        self._known: dict[sp.Basic, Weight] = {}

    def weigh(self, expression: sp.Basic) -> Weight:
        stack = [expression]
        while stack:
            node = stack[-1]
            missing = [argument for argument in node.args if argument not in self._known]
            if missing and node not in self._known:
                stack.extend(missing)
                continue
            stack.pop()
            if node not in self._known:
                self._known[node] = combined(node, [self._known[argument] for argument in node.args])
        return self._known[expression]


def combined(node: sp.Basic, parts: list[Weight]) -> Weight:
    """The weight of a node from those of its arguments."""
    sizes = [part.magnitude for part in parts if part.magnitude]
    constant = magnitude(node, sizes) if len(sizes) == len(parts) and not node.is_Symbol else None
    degree = _degree(node, parts)
    # SymPy may look for the minimal polynomial of a constant that seems to be 0: degree 16 takes it a second.
    hard = constant is not None and (degree > _LARGEST_DEGREE or not constant.evaluable)
    arithmetic = isinstance(node, sp.Add | sp.Mul | sp.Pow)
    return Weight(
        bits=_bits(node, parts),
        radicand=_radicand(node, parts),
        scale=size(node) if isinstance(node, sp.Rational) else sum(part.scale for part in parts) if arithmetic else 0,
        magnitude=constant,
        degree=degree,
        logs=1 + parts[0].bits if isinstance(node, sp.log) else sum(part.logs for part in parts) if arithmetic else 0,
        longest=max([bits(node)] if isinstance(node, sp.Rational) else [part.longest for part in parts], default=0),
        nodes=1 + sum(part.nodes for part in parts),
        levels=1 + max((part.levels for part in parts), default=0),
        wild=hard or any(part.wild for part in parts),
    )


def _degree(node: Any, parts: list[Weight]) -> float:
    degree = math.prod(part.degree for part in parts)
    return degree * int(node.exp.q) if _is_root(node) else degree


def _is_root(node: Any) -> bool:
    return isinstance(node, sp.Pow) and isinstance(node.exp, sp.Rational) and not isinstance(node.exp, sp.Integer)


def _bits(node: sp.Basic, parts: list[Weight]) -> float:
    if isinstance(node, sp.Rational):
        return bits(node)
    if isinstance(node, sp.Mul):
        return sum(part.bits for part in parts)
    if isinstance(node, sp.Pow):
        return raised_bits(*parts)
    return exponential_bits(parts[0]) if isinstance(node, sp.exp) else 0


def _radicand(node: Any, parts: list[Weight]) -> float:
    if isinstance(node, sp.Mul):
        return sum(part.radicand for part in parts)
    if isinstance(node, sp.Pow):
        return parts[0].radicand + parts[1].logs + (parts[0].bits if _is_root(node) else 0)
    # cos(atan(n)) is 1/√(1 + n²), and so on.
    if isinstance(node, sp.asin | sp.acos | sp.atan | sp.asinh | sp.acosh | sp.atanh):
        return 2 * parts[0].bits
    return parts[0].logs if isinstance(node, sp.exp) else 0


def raised_bits(base: Weight, exponent: Weight) -> float:
    """The bits of a power: b**n, but also x**(n*log(b)/log(x)), which is b**n too."""
    return times(base.bits + exponent.logs, max(1, exponent.scale))


def exponential_bits(exponent: Weight) -> float:
    """The bits of exp(exponent): exp(n*log(b)) is b**n, whatever else stands in the exponent."""
    return times(exponent.logs, max(1, exponent.scale))
