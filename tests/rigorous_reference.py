"""log|∂g/∂θ_k| by Arb balls, from the definitions typed again, and random cells: what rigorous sweeps are tested with.

The gradient is the plain product of slopes, α y_(k−1) f′(z_k) ∏ θ f′(z_i), and not that of the elasticities.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from flint import arb, ctx, fmpq

from numerics.sweeping.rigorous.cells import Chains, Ends
from numerics.sweeping.rigorous.plan import REACH

Array = np.ndarray
BITS = 200


def exact(value: float) -> arb:
    return arb(fmpq(*float(value).as_integer_ratio()))


def _squared(value: arb) -> arb:
    return value * value


FUNCTIONS: dict[str, tuple[Callable[[arb], arb], Callable[[arb], arb]]] = {
    "tanh": (lambda z: z.tanh(), lambda z: _squared(z.sech())),
    "softsign": (lambda z: z / (1 + abs(z)), lambda z: 1 / _squared(1 + abs(z))),
    "algebraic": (lambda z: z / (1 + z * z).sqrt(), lambda z: 1 / ((1 + z * z) * (1 + z * z).sqrt())),
    "arctan": (lambda z: z.atan(), lambda z: 1 / (1 + z * z)),
    "gudermannian": (lambda z: 2 * (z / 2).tanh().atan(), lambda z: z.sech()),
    "erf": (lambda z: z.erf(), lambda z: 2 / arb.pi().sqrt() * (-z * z).exp()),
}


def log_sizes(name: str, theta: float, x: float, alpha: float, depth: int, marks: Sequence[int]) -> list[arb | None]:
    """A ball around log|∂g/∂θ_k| for each k, the arguments taken exactly; None for a gradient that is 0."""
    value, slope = FUNCTIONS[name]
    # The balls grow with every layer.
    before, ctx.prec = ctx.prec, BITS + 4 * depth
    try:
        if x == 0 or (theta == 0 and depth > 1):
            return [None for _ in marks]
        weight, y = exact(theta), exact(x) / exact(alpha)
        outputs, slopes = [], []
        for _ in range(depth):
            z = weight * y
            outputs.append(y)
            slopes.append(slope(z))
            y = value(z)
        found, product = {}, exact(alpha)
        for k in range(depth, 0, -1):
            if k in marks:
                found[k] = abs(product * slopes[k - 1] * outputs[k - 1]).log()
            product = product * slopes[k - 1] * weight
        return [found[k] for k in marks]
    finally:
        ctx.prec = before


def contains(lower: float, upper: float, log: arb | None) -> bool:
    """Whether lower ≤ log ≤ upper for certain."""
    if log is None:
        return lower == -math.inf
    low = lower == -math.inf or bool(exact(lower) <= log)
    return low and (upper == math.inf or bool(upper > -math.inf and log <= exact(upper)))


def random_axes(draw: np.random.Generator, count: int) -> Array:
    """Cells (count, 3, 2) of θ, x, α: of any width, from 0 and one unit in the last place up to all sizes at once."""
    theta = draw.choice([-1, 1], count) * _sizes(draw, count, [(-3, 3), (-0.3, 0.3), (-90, 4)], [0.6, 0.3, 0.1])
    theta = np.where(draw.random(count) < 0.1, draw.choice([0.0, 1.0, -1.0, 0.5, 2.0], count), theta)
    x = draw.choice([-1, 1], count) * _sizes(draw, count, [(-2, 1.5), (-90, 4)], [0.8, 0.2])
    inverse = (theta != 0) & (draw.random(count) < 0.1)
    x = np.where(inverse, draw.uniform(0.01, 10, count) / np.where(theta == 0, 1.0, theta), x)
    x = np.where(draw.random(count) < 0.03, 0.0, x)
    alpha = _sizes(draw, count, [(-1, 3), (-3, 90)], [0.9, 0.1])
    alpha = np.where(draw.random(count) < 0.3, 1.0, alpha)
    cells = np.stack([_widened(draw, values, signed) for values, signed in ((theta, True), (x, True), (alpha, False))])
    cells = cells.transpose(1, 0, 2)
    largest = np.abs(cells).max(axis=2)
    far = largest[:, 0] * largest[:, 1] / cells[:, 2, 0] > REACH
    cells[far, 1] = np.where(np.abs(cells[far, 1]) > 1, 1.0, cells[far, 1])
    cells[far, 2] = np.maximum(cells[far, 2], 1.0)
    return cells[(np.abs(cells[:, 0]).max(axis=1) <= REACH / 4) & (np.abs(cells).max(axis=(1, 2)) < 1e100)]


def _sizes(draw: np.random.Generator, count: int, powers: Sequence[tuple[float, float]], shares: Any) -> Array:
    which = draw.choice(len(powers), count, p=shares)
    low, high = np.array(powers)[which].T
    return 10.0 ** draw.uniform(low, high)


def _widened(draw: np.random.Generator, values: Array, signed: bool) -> Array:
    """[v, v + w]; w from 0 over a unit in the last place to several times v, and across 0 where that may be."""
    kind = draw.choice(5, values.size, p=[0.15, 0.1, 0.45, 0.2, 0.1])
    width = np.abs(values) * 10.0 ** draw.uniform(-12, -0.5, values.size)
    width = np.where(kind == 3, np.abs(values) * draw.uniform(0.3, 5, values.size), width)
    high = np.where(kind == 1, np.nextafter(values, np.inf), np.where(kind == 0, values, values + width))
    low = np.where((kind == 4) & signed, -np.abs(values) * draw.uniform(0, 3, values.size), values)
    high = np.where((kind == 4) & signed, np.abs(values), high)
    low = np.where((low != 0) & (np.abs(low) < 1e-100), 0.0 if signed else 1.0, low)
    high = np.where((high != 0) & (np.abs(high) < 1e-100), 0.0 if signed else 1.0, high)
    return np.sort(np.stack([low, high], axis=-1), axis=-1)


def bounds_of(chains: Chains, cells: Array) -> tuple[Array, Array]:
    """Lower and upper bounds, of shape (cells, layers)."""
    pair = np.array([0]), np.array([1])
    sizes = np.empty_like(cells)
    for i, axis in np.ndindex(cells.shape[:2]):
        low, high = cells[i, axis]
        ends = Ends.between(np.array([low]) if low == high else np.array([low, high]))
        sizes[i, axis] = ends.nodes[ends.low[0]], ends.nodes[ends.high[0]]
    found = chains.bounds(*(Ends(sizes[:, axis], *pair) for axis in range(3)))
    return found[0].reshape(chains.marks.size, -1).T, found[1].reshape(chains.marks.size, -1).T


def points_of(draw: np.random.Generator, cell: Array, count: int) -> list[tuple[float, float, float]]:
    """The two extreme corners by size, another corner, and random points of the cell."""
    size = np.abs(cell)
    least = [
        0.0 if low < 0 < high else [low, high][int(np.argmin(s))] for (low, high), s in zip(cell, size, strict=True)
    ]
    most = [pair[int(np.argmax(s))] for pair, s in zip(cell, size, strict=True)]
    corner = [pair[draw.integers(2)] for pair in cell]
    chosen = [(least[0], least[1], cell[2, 0]), (most[0], most[1], cell[2, 1]), tuple(corner)]
    for _ in range(count):
        inner = np.clip(cell[:, 0] + (cell[:, 1] - cell[:, 0]) * draw.random(3), cell[:, 0], cell[:, 1])
        chosen.append(tuple(np.where((np.abs(inner) < 1e-100), cell[:, 1], inner)))
    return [(float(t), float(x), float(a)) for t, x, a in chosen]
