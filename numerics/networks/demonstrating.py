"""A demonstration with a published seed, enclosed: its numbers are certain, whatever rounding its program met.

**What is enclosed.** The normal numbers drawn are doubles, exact as they stand. A weight is one of them times the exact
scale, or times the double nearest to it, rounded; and where a library of the machine draws the last bit of a number
otherwise, a double beside it. All of these lie within 2⁻⁴⁵ of the weight, relatively, and so does every number that is
drawn here: each stands for this whole interval. What follows (products, sums, σ, σ′, norms) is enclosed with Arb. A
verdict thus holds for the exact network and for every one so close to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

import numpy as np

from numerics.deadline import Deadline
from numerics.enclosure.interval import Interval, fraction, precision
from numerics.enclosure.program import Program, compile_expressions, enclose
from numerics.networks.initializing import scale_of
from numerics.networks.matrix_network import MatrixNetwork
from numerics.verdict import Evidence, Outcome, Verdict
from theory.activations import activation, z
from theory.networks import Compared, Demonstration, GradientNorm, PreActivation, Printed, Quantity, initialization
from theory.statement import Relation

BITS = 128
_BESIDE = 2**45
Vector = list[Interval]
Draws = tuple[list[np.ndarray], np.ndarray, np.ndarray]


def drawn(of: Demonstration) -> Draws:
    """The standard normal numbers for W^{(1)}, …, W^{(L)}, x and y, in the order in which they are drawn."""
    stream = np.random.RandomState(of.seed)
    weights = [stream.standard_normal((rows, columns)) for columns, rows in pairwise(of.widths)]
    return weights, stream.standard_normal((of.widths[0], 1)), stream.standard_normal((of.widths[-1], 1))


@dataclass(frozen=True)
class Passed:
    """The enclosures of one demonstration: z^{(l)} and δ^{(l)} for l = 1, …, L, and σ′(z^{(l)})."""

    z: tuple[Vector, ...]
    slopes: tuple[Vector, ...]
    deltas: tuple[Vector, ...]

    def of(self, quantity: Quantity) -> Interval:
        if isinstance(quantity, PreActivation):
            return self.z[quantity.layer - 1][quantity.unit - 1]
        norm = _norm(self.deltas[quantity.layer - 1])
        return norm if quantity.over is None else norm * _norm(self.deltas[quantity.over - 1]).inverse()

    def dead_layer(self) -> int | None:
        """A layer (counted from 1) in which every unit certainly has the slope 0."""
        dead = [l for l, slopes in enumerate(self.slopes, 1) if all(s.lo == 0 == s.hi for s in slopes)]
        return dead[-1] if dead else None


@lru_cache(maxsize=16)
def passed(of: Demonstration) -> Passed:
    """The forward and the backward pass (BP1, BP2), enclosed."""
    with precision(BITS):
        draws, x, y = drawn(of)
        scale = initialization(of.initialization).scale
        weights: list[list[Vector]] = []
        for draw in draws:
            rows, columns = draw.shape
            sizes = {"n_in": columns, "n_out": rows}
            factor = enclose(scale.subs({s: sizes[str(s)] for s in scale.free_symbols}))
            weights.append([[_near(w) * factor for w in row] for row in draw.tolist()])
        zs, slopes, output = _forward(of, weights, [_near(v) for v in x.ravel().tolist()])
        reaching = [a - _near(v) for a, v in zip(output, y.ravel().tolist(), strict=True)]
        deltas: list[Vector] = []
        for weight, slope in zip(reversed(weights), reversed(slopes), strict=True):
            delta = [r * s for r, s in zip(reaching, slope, strict=True)]
            deltas.insert(0, delta)
            reaching = [_dot(column, delta) for column in zip(*weight, strict=True)]
        return Passed(tuple(zs), tuple(slopes), tuple(deltas))


def _forward(of: Demonstration, weights: list[list[Vector]], a: Vector) -> tuple[list[Vector], list[Vector], Vector]:
    f = activation(of.activation)
    program = compile_expressions([f.formula, f.derivative], [z])
    zs: list[Vector] = []
    slopes: list[Vector] = []
    for l, weight in enumerate(weights, 1):
        zs.append([_dot(row, a) for row in weight])
        if of.linear_output and l == len(weights):
            a, slope = zs[-1], [Interval.exact(1) for _ in zs[-1]]
        else:
            a, slope = _applied(program, zs[-1])
        slopes.append(slope)
    return zs, slopes, a


def _applied(program: Program, values: Vector) -> tuple[Vector, Vector]:
    pairs = [program.run([value]) for value in values]
    return [value for value, _ in pairs], [slope for _, slope in pairs]


def _near(number: float) -> Interval:
    """Every number that a double may stand for here: within 2⁻⁴⁵ of it, relatively."""
    numerator, denominator = number.as_integer_ratio()
    low, high = (Interval.exact(numerator * (_BESIDE + side), denominator * _BESIDE) for side in (-1, 1))
    return low.hull(high)


def _dot(row: Sequence[Interval], column: Sequence[Interval]) -> Interval:
    total = Interval.exact(0)
    for p, q in zip(row, column, strict=True):
        total = total + p * q
    return total


def _norm(vector: Vector) -> Interval:
    total = Interval.exact(0)
    for entry in vector:
        total = total + entry.power(2)
    return total.root_power(1, 2)


def in_doubles(of: Demonstration, quantity: Quantity) -> float:
    """The same number from the same draws in plain doubles, as the demonstration's program has it."""
    draws, x, y = drawn(of)
    factors = [scale_of(initialization(of.initialization), *draw.shape) for draw in draws]
    network = MatrixNetwork([draw * factor for draw, factor in zip(draws, factors, strict=True)], of.activation)
    zs, a = network.forward(x)
    if isinstance(quantity, PreActivation):
        return float(zs[quantity.layer - 1][quantity.unit - 1, 0])
    deltas = [float(np.linalg.norm(delta)) for delta in network.deltas(zs, a[-1] - y)]
    norm = deltas[quantity.layer - 1]
    return norm if quantity.over is None else norm / deltas[quantity.over - 1]


def settle_printed(part: Printed, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict:
    """**The printed digits.** The text is right if the enclosure lies inside its rounding cell, wrong if outside.

    Soundness: the quantity lies in its enclosure, and what lies strictly between the ends of the cell rounds to the
    text under every rule for ties. An enclosure that meets an end of the cell decides nothing. The text of zero is
    right only for the number 0 itself, so only for an enclosure without width.
    """
    found = passed(part.of).of(part.quantity)
    low, high = part.cell
    inside = _inside(found, low, high) if found.finite else None
    cell = "only 0 is" if low == high else f"from {float(low):.6g} to {float(high):.6g} all is"
    pieces = [Evidence("enclosure", "Arb", f"{part.quantity} ∈ {found}; {cell} printed as {part.text}")]
    if inside and low == high:
        pieces.append(_reason(part.of, part.quantity))
    if not part.of.linear_output and inside:
        shown = f"{in_doubles(part.of, part.quantity):.{len(part.text.partition('e')[0].partition('.')[2])}e}"
        pieces.append(Evidence("illustration", "NumPy", f"in doubles, without enclosures, the same draws give {shown}"))
    return _verdict(inside, pieces, part.of, part.quantity)


def settle_compared(part: Compared, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict:
    """**A comparison** of an enclosed number: right if it holds on all of its enclosure, wrong if on no part."""
    found = passed(part.of).of(part.quantity)
    value = Fraction(int(part.value.p), int(part.value.q))
    answer = _compare(part.op, fraction(found.lo), fraction(found.hi), value) if found.finite else None
    pieces = [Evidence("enclosure", "Arb", f"{part.quantity} ∈ {found}")]
    if isinstance(part.quantity, GradientNorm) and found.lo == 0 == found.hi:
        pieces.append(_reason(part.of, part.quantity))
    return _verdict(answer, pieces, part.of, part.quantity)


def _inside(found: Interval, low: Fraction, high: Fraction) -> bool | None:
    lo, hi = fraction(found.lo), fraction(found.hi)
    if low == high:
        return _compare("==", lo, hi, low)
    if low < lo and hi < high:
        return True
    return False if hi < low or lo > high else None


def _compare(op: str, low: Fraction, high: Fraction, value: Fraction) -> bool | None:
    match op:
        case "<":
            return True if high < value else False if low >= value else None
        case ">":
            return True if low > value else False if high <= value else None
        case "==":
            return True if low == high == value else False if value < low or value > high else None
        case _:
            equal = _compare("==", low, high, value)
            return None if equal is None else not equal


def _reason(of: Demonstration, quantity: Quantity) -> Evidence:
    """Why a gradient is exactly 0: a layer in which every unit is dead."""
    found = passed(of)
    layer = found.dead_layer()
    if layer is None:
        return Evidence("enclosure", "Arb", "no single layer has only slopes that are 0")
    values = ", ".join(map(repr, found.z[layer - 1]))
    units = "the only unit" if len(found.z[layer - 1]) == 1 else f"each of the {len(found.z[layer - 1])} units"
    seen = f"at layer {layer} {units} has σ′ = 0 exactly, with z ∈ {values}"
    return Evidence("dead layer", "Arb", f"{seen}: so δ^({layer}) = 0, and by BP2 every δ before it")


def _verdict(answer: bool | None, pieces: list[Evidence], of: Demonstration, quantity: Quantity) -> Verdict:
    if answer is None:
        return Verdict(Outcome.OPEN, (*pieces, Evidence("enclosure", "Arb", "the enclosure is too wide to decide")))
    if answer:
        return Verdict(Outcome.PROVED, tuple(pieces))
    witness = {"layer": str(quantity.layer)}
    if any(piece.kind == "dead layer" for piece in pieces):
        witness = {"layer": str(passed(of).dead_layer())}
    return Verdict(Outcome.REFUTED, tuple(pieces), witness=witness)
