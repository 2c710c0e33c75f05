"""Sweeps over points that make no grid: θ, x and α of any shapes that broadcast against each other.

The scaled chain depends on x and α by q = x/α: g = α h(q), with h the chain of scale 1; so ∂g/∂θ_k is α times that of
h at q, and q is rounded once, as on a grid. The points are put together by their θ. Where all have the same q they are
a grid; many points of one θ are a grid of one row, which has the shortcuts of `numerics.sweeping.shortcuts`; what is
left has a kernel with a θ for each point.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from numerics.sweeping.engine import Plan
from numerics.sweeping.grid import TILE, Grid
from numerics.sweeping.shortcuts import Shortcuts
from numerics.sweeping.sweep import tiles_computed
from theory.errors import StatementError

Array = np.ndarray
MANY = 128
"""From so many points of one θ on they are computed together: half a block of the kernels."""
DEEP = 10_000
"""Deeper chains always are, where their depth can be skipped: setting that up takes as long as a part of the layers."""
_MOST_WEIGHTS = 2**22
_ONE = np.ones(1)
_HOMOGENEOUS: dict[str, Callable[[Array, Array], Array]] = {
    "log_gradient": lambda values, alpha: values + np.log(alpha).astype(values.dtype),
    "gradient_sign": lambda values, alpha: values,
    "output": lambda values, alpha: values * alpha.astype(values.dtype),
    "distance": lambda values, alpha: values * alpha.astype(values.dtype),
}
"""What a variable is at scale α, from what it is at scale 1 and x/α."""


@dataclass(frozen=True)
class Points:
    """Points in a row: `theta` has a row for each chain (of one number, or one for each layer), `which` of them each
    point has, and its q = x/α and α."""

    theta: Array
    which: Array
    q: Array
    alpha: Array

    @property
    def size(self) -> int:
        return self.which.size


def computed(plan: Plan, points: Points) -> dict[str, Array]:
    """The variables of the plan (whose grid does not matter) at the points: layers in front, then the points."""
    if foreign := [name for name in plan.want if name not in _HOMOGENEOUS]:
        raise StatementError(
            f"{foreign[0]!r} is given on grids only: give theta, x and alpha with one dimension, or leave it out"
        )
    _check_reach(plan, points)
    found = {
        v.name: np.empty((plan.marks.size,) * ("layer" in v.dims) + (points.size,), v.stored_as(plan.dtype))
        for v in plan.variables
    }
    order = np.argsort(points.which, kind="stable")
    ends = np.searchsorted(points.which[order], np.arange(points.theta.shape[0] + 1))
    shared = _shared(points, order, ends)
    if shared is not None:
        _on_grid(replace(plan, grid=Grid(points.theta, shared, _ONE)), order, found)
    else:
        if plan.backend == "cupy":
            raise StatementError(
                "the backend 'cupy' takes grids, and points where every θ has the same x/α: leave out the backend"
            )
        _by_theta(plan, points, order, ends, found)
    return {name: _HOMOGENEOUS[name](values, points.alpha) for name, values in found.items()}


def _check_reach(plan: Plan, points: Points) -> None:
    """Refuses points as the plan of a grid would: the one that reaches furthest, and the largest θ."""
    largest = np.abs(points.theta).max(axis=1)
    furthest = int(np.argmax(np.maximum(largest[points.which], 1.0) * np.abs(points.q)))
    for row, q in ((int(largest.argmax()), 0.0), (int(points.which[furthest]), points.q[furthest])):
        replace(plan, grid=Grid(points.theta[row : row + 1], np.array([q]), _ONE))


def _shared(points: Points, order: Array, ends: Array) -> Array | None:
    """The q that every θ has, in the same order; None where they have different ones."""
    rows = points.theta.shape[0]
    if points.size % rows or not (np.diff(ends) == points.size // rows).all():
        return None
    table = points.q[order].reshape(rows, -1)
    return table[0] if (table == table[0]).all() else None


def _on_grid(plan: Plan, order: Array, found: dict[str, Array]) -> None:
    width = plan.grid.x.size

    def keep(tile: Any, values: dict[str, Array]) -> None:
        at = order.reshape(-1, width)[tile.theta, tile.x]
        for name, some in values.items():
            found[name][..., at] = some[..., 0]

    for _ in tiles_computed(plan, list(plan.grid.tiles()), keep):
        pass


def _by_theta(plan: Plan, points: Points, order: Array, ends: Array, found: dict[str, Array]) -> None:
    counts = np.diff(ends)
    together = (counts >= MANY) | ((counts > 0) & (points.theta.shape[1] == 1) & _skips(plan))

    def one_row(row: int) -> None:
        at = order[ends[row] : ends[row + 1]]
        grid = Grid(points.theta[row : row + 1], points.q[at], _ONE)
        alone = replace(plan, grid=grid)
        alone.prepare()
        for tile in grid.tiles():
            for name, values in alone.compute(tile).items():
                found[name][..., at[tile.x]] = values[..., 0, :, 0]

    single = np.flatnonzero(~together[points.which])
    few = replace(plan, grid=Grid(points.theta[~together], np.zeros(1), _ONE)) if single.size else plan
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        tasks = [pool.submit(one_row, int(row)) for row in np.flatnonzero(together)]
        tasks += [pool.submit(_each, few, points, at, found) for at in _pieces(single, plan)]
        try:
            for task in tasks:
                task.result()
        finally:
            for task in tasks:
                task.cancel()


def _skips(plan: Plan) -> bool:
    return plan.f.parity == "odd" and plan.depth > DEEP


def _pieces(places: Array, plan: Plan) -> Iterator[Array]:
    size = max(1, min(TILE, _MOST_WEIGHTS // plan.grid.theta.shape[1]))
    return (places[begin : begin + size] for begin in range(0, places.size, size))


def _each(plan: Plan, points: Points, at: Array, found: dict[str, Array]) -> None:
    """Points each with a θ of its own."""
    real = np.dtype(plan.dtype).type
    theta = points.theta[points.which[at]]
    start, scale = np.frexp(points.q[at])
    gradients = np.empty((plan.marks.size, at.size), real)
    signs = np.empty(gradients.shape, np.int8)
    outputs = np.empty(at.size if {"output", "distance"} & set(plan.want) else 0, real)
    odd = plan.f.parity == "odd"
    _pointwise(plan)(
        np.ascontiguousarray(theta.T.astype(real)), start.astype(real), scale.astype(real), plan.depth, plan.marks,
        plan.stride if odd else 1, plan.far, gradients, signs, outputs,
    )  # fmt: skip
    results = {"log_gradient": gradients, "gradient_sign": signs, "output": outputs}
    if "distance" in plan.want:
        sizes = plan.sizes(theta[:, 0])
        fixed = Shortcuts(plan.f, sizes, 1, 1, True).fixed_points(sizes).astype(real)
        results["distance"] = np.abs(np.abs(outputs) - fixed)
    for name in plan.want:
        found[name][..., at] = results[name]


def _pointwise(plan: Plan) -> Any:
    if plan.backend == "numpy":
        return plan.kernels.pointwise
    from numerics.sweeping.compiled import POINTWISE, kernels

    return kernels(plan.f, plan.dtype, POINTWISE).pointwise
