"""A potential for one layer: factor(y, w)·V(s(y, w)) ≤ ρ·V(y) on states that the layer maps into themselves.

With it every depth is bounded at once: ∏_{i ≤ l} factor(y_{i−1}, w_i) ≤ ρ^l·V(y_0)/min V, by induction over l.
V is a positive line on every cell; the search for it is value iteration, and its certificate one step of
`numerics.layers.value_function`, all of it enclosed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import sympy as sp

from numerics.enclosure.cells import up
from numerics.enclosure.program import UnsupportedError, compile_expressions
from numerics.layers.product import STATE, WEIGHT
from numerics.layers.tables import Lines, Table
from numerics.layers.value_function import ends, step
from numerics.proof.goal import Domain, Goal, Proof, Range

_ITERATIONS = 80


@dataclass(frozen=True)
class Potential:
    """V by cells, the rate ρ, and the bound max V/min V of every ∏ factor/ρ^l, with the proof that it is one."""

    lines: Lines
    rate: float
    ratio: float
    proof: Proof


def certify_potential(
    factor: sp.Expr,
    following: sp.Expr,
    states: Range,
    weights: Range,
    rate: float = 1.0,
    cells: int = 64,
    parts: int = 32,
) -> Potential | None:
    """A potential for |factor| with this rate, or None where none was found; y and w are `STATE` and `WEIGHT`.

    None is also the answer where `following` does not certainly map the states into themselves: nothing would follow
    for the second layer. A rate that the layer attains exactly (ρ = 1 for w·sech²(w y) with 0 ≤ w ≤ 1, at y = 0) is
    out of reach of enclosures: ask for a hair more.
    """
    if rate <= 0 or any(end.is_infinite for bounds in (states, weights) for end in (bounds.lo, bounds.hi)):
        return None
    try:
        program = compile_expressions([sp.Abs(factor), following], [STATE, WEIGHT])
        table = Table(program, np.linspace(*ends(states), cells + 1), ends(weights), parts)
    except UnsupportedError:
        return None
    # Ends are rounded outwards to doubles; the images have to stay inside the doubles, where V is defined.
    if not (np.min(table.image.lo) >= table.edges[0] and np.max(table.image.hi) <= table.edges[-1]):
        return None
    boxes = np.arange(len(table))
    lines = Lines(table.edges, np.ones(cells), np.zeros(cells))
    for _ in range(_ITERATIONS):
        after = step(table, boxes, lines, tilted=False).lines
        if not np.all(np.isfinite(after.height)):
            return None
        if _below(after, lines, rate):
            return _certified(factor, following, states, weights, lines, rate)
        lines = _next(after, lines, rate)
    return None


def _next(after: Lines, before: Lines, rate: float) -> Lines:
    """A little more than the greater of V and the step of V divided by ρ: V grows until it no longer has to.

    Without slopes, so that the greater of two of them is one again; scaled to a least value of 1.
    """
    height = np.maximum(before.height, after.top / rate * (1 + 1e-6))
    return Lines(before.edges, height / np.min(height), np.zeros_like(height))


def _below(after: Lines, before: Lines, rate: float) -> bool:
    """Whether the step of V is certainly at most ρ·V on every cell; V is constant there."""
    # ρ·V rounded down is what the top of the step, rounded up, has to stay below.
    allowed = before.height * rate * (1 - 2.0**-50)
    return bool(np.all(before.slope == 0) and np.all(before.height > 0) and np.all(after.top <= allowed))


def _certified(
    factor: sp.Expr, following: sp.Expr, states: Range, weights: Range, lines: Lines, rate: float
) -> Potential:
    ratio = float(up(np.array(np.max(lines.height) / np.min(lines.height))))
    v = sp.Function("V")
    goal = Goal(
        sp.Rational(rate) * v(STATE) - sp.Abs(factor) * v(following), False, Domain({STATE: states, WEIGHT: weights})
    )
    data = {
        "factor": factor,
        "following": following,
        "states": states,
        "weights": weights,
        "rate": rate,
        "edges": lines.edges.tolist(),
        "height": lines.height.tolist(),
    }
    detail = f"|factor|·V∘s ≤ {rate:g}·V on {len(lines.height)} cells, max V/min V ≤ {ratio:.7g}: every depth at once"
    return Potential(lines, rate, ratio, Proof("potential", goal, detail, (), data))
