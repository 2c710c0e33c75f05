"""Sweeps: the gradient of the scaled chain on a grid of (θ, x, α)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from numerics.sweeping.broadcasting import broadcasts, on_points
from numerics.sweeping.cluster import Cluster, connected
from numerics.sweeping.engine import DTYPES, PER_LAYER, WANTED, Plan, chosen_backend
from numerics.sweeping.grid import Grid, Tile, checked_axis
from theory.activations import Activation, activation
from theory.errors import StatementError

Array = np.ndarray
DEEPEST = 10**9
DIMENSIONS = ("layer", "theta", "x", "alpha")


@dataclass(frozen=True)
class Prepared:
    """A plan, and why it runs where it runs."""

    plan: Plan
    reason: str

    @property
    def bytes(self) -> int:
        """The size of the results, uncompressed."""
        size = np.dtype(self.plan.dtype).itemsize
        each = {"gradient_sign": 1}
        layers = {name: self.plan.marks.size if name in PER_LAYER else 1 for name in self.plan.want}
        return sum(self.plan.grid.points * each.get(name, size) * layers[name] for name in self.plan.want)


def prepared(
    theta: Any, x: Any, alpha: Any, depth: int, *, layers: Sequence[int | str] = (1, "last"),
    want: Sequence[str] = ("log_gradient",), activation_name: Activation | str = "tanh", dtype: str = "float64",
    backend: str = "auto", per_layer: bool = False,
) -> Prepared:  # fmt: skip
    """Checks everything that can be wrong with a sweep, before anything is computed. StatementError says what is."""
    f = activation(activation_name) if isinstance(activation_name, str) else activation_name
    depth = _whole(depth, "depth", DEEPEST)
    if dtype not in DTYPES:
        raise StatementError(f"{dtype!r} is no machine number: use one of {', '.join(DTYPES)}")
    if unknown := [name for name in want if name not in WANTED]:
        raise StatementError(f"{unknown[0]!r} is nothing that a sweep gives: use some of {', '.join(WANTED)}")
    if not want:
        raise StatementError(f"nothing is wanted: use some of {', '.join(WANTED)}")
    grid = Grid(_weights(theta, depth, per_layer), checked_axis(x, "x"), checked_axis(alpha, "alpha"))
    backend, reason = chosen_backend(backend)
    wanted = tuple(name for name in WANTED if name in want)
    return Prepared(Plan(grid, depth, chosen_layers(layers, depth), f, wanted, dtype, backend), reason)


def _whole(value: Any, role: str, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 1 <= value <= most:
        raise StatementError(f"{value!r} is no {role}: give a whole number from 1 to {most:,}")
    return int(value)


def _weights(theta: Any, depth: int, per_layer: bool) -> Array:
    if not per_layer:
        return checked_axis(theta, "theta")[:, None]
    weights = np.atleast_2d(np.asarray(theta, dtype=np.float64))
    if weights.ndim != 2 or weights.shape[1] != depth:
        raise StatementError(
            f"theta of shape {np.shape(theta)} does not fit {depth} layers: give an array of {depth} columns, "
            "a row for each chain"
        )
    checked_axis(weights.ravel(), "theta")
    return weights


def chosen_layers(layers: Sequence[int | str], depth: int) -> tuple[int, ...]:
    """The layers k whose gradients are wanted, in order, "last" being the depth."""
    found: set[int] = set()
    for layer in layers:
        number = depth if layer == "last" else layer
        if isinstance(number, str) or not 1 <= int(number) <= depth:
            raise StatementError(
                f"{layer!r} is no layer of a chain of {depth}: give numbers from 1 to {depth}, or last"
            )
        found.add(int(number))
    if not found:
        raise StatementError("no layer is wanted: give numbers of layers, or last")
    return tuple(sorted(found))


def tiles_computed(
    plan: Plan, wanted: Sequence[Tile], handle: Callable[[Tile, dict[str, Array]], None], threads: int | None = None
) -> Iterator[Tile]:
    """Computes the tiles on all cores and hands each to `handle` as soon as it is there; yields those that are done.

    Computing releases Python's lock, so that one tile is written while others are computed. Where `handle` raises, no
    further tile is begun.
    """
    plan.prepare()

    def work(tile: Tile) -> Tile:
        handle(tile, plan.compute(tile))
        return tile

    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        pending = [pool.submit(work, tile) for tile in wanted]
        try:
            for future in pending:
                yield future.result()
        finally:
            for future in pending:
                future.cancel()


def sweep(
    theta: Any, x: Any, alpha: Any, depth: int, *, layers: Sequence[int | str] = (1, "last"),
    want: Sequence[str] = ("log_gradient",), activation: Activation | str = "tanh", dtype: str = "float64",
    backend: str = "auto", per_layer: bool = False, out: str | Path | None = None, scheduler: Any = None,
    grid: bool | None = None,
) -> Any:  # fmt: skip
    """The gradient of the scaled chain g = f_α(θ_l f_α(… f_α(θ_1 x))), f_α(z) = α f(z/α), as an xarray.Dataset.

    `theta`, `x` and `alpha` are the axes of a grid where they are numbers or arrays of one dimension; with `per_layer`,
    theta has a row of `depth` numbers for each chain. Where one of them has more dimensions, or is an xarray.DataArray,
    they broadcast against each other, as do arrays of one dimension with grid=False: the results have the dimensions
    dim_0, dim_1, … of the common shape, or those of the DataArrays by name, and theta, x, alpha as coordinates; with
    `per_layer` the last axis of theta is that of the layers, and takes no part. Such points are kept in memory, and
    computed by the processor unless `backend` says cupy, which takes those where every θ has the same x/α.

    The variables (`want`) have the dimensions layer, theta, x, alpha, or layer and those above:

    * log_gradient: the natural logarithm of |∂g/∂θ_k|; −∞ only where it is exactly 0 (and where an output or a slope
      that is no product with an exponential, of gelu and log-sigmoid, is below the least double);
    * gradient_sign: −1, 0 or 1;
    * output: g;
    * distance: ||g| − α y*|, y* the fixed point to which the orbits of y ↦ f(|θ| y) from y > 0 tend.

    With `out` the results go to a zarr store, tile by tile, which an interrupted sweep goes on with; without, they are
    kept in memory. With `scheduler`, the address of a Dask scheduler (tcp://host:8786) or a distributed.Client, the
    tiles are computed by its workers, which write them to `out` themselves: it lies on a disk that all machines share.
    StatementError says what is wrong with the arguments.
    """
    if broadcasts(theta, x, alpha, per_layer, grid):
        if out is not None or scheduler is not None:
            given = "out" if out is not None else "scheduler"
            raise StatementError(f"{given} is for grids, and these arrays broadcast: leave it out, or give 1-D arrays")
        if backend == "auto":
            backend = "numba" if find_spec("numba") else "numpy"  # a GPU takes some of these only
        some = np.zeros((1, _whole(depth, "depth", DEEPEST))) if per_layer else 1.0
        ready = prepared(
            some, 1.0, 1.0, depth, layers=layers, want=want, activation_name=activation, dtype=dtype,
            backend=backend, per_layer=per_layer,
        )  # fmt: skip
        return on_points(ready.plan, theta, x, alpha, per_layer)
    ready = prepared(
        theta, x, alpha, depth, layers=layers, want=want, activation_name=activation, dtype=dtype, backend=backend,
        per_layer=per_layer,
    )  # fmt: skip
    with nullcontext() if scheduler is None else connected(scheduler) as cluster:
        if out is not None:
            from numerics.sweeping.store import Store

            store = Store(Path(out), ready.plan)
            for _ in store.run(cluster=cluster):
                pass
            return store.opened()
        return in_memory(ready.plan, cluster=cluster)


def in_memory(plan: Plan, progress: Callable[[], None] = lambda: None, cluster: Cluster | None = None) -> Any:
    """The whole sweep as an xarray.Dataset."""
    import xarray

    shapes = variable_shapes(plan)
    arrays = {name: np.empty(shape, variable_dtype(plan, name)) for name, shape in shapes.items()}

    def keep(tile: Tile, found: dict[str, Array]) -> None:
        for name, values in found.items():
            arrays[name][(..., *tile.region)] = values

    computed = tiles_computed if cluster is None else cluster.computed
    for _ in computed(plan, list(plan.grid.tiles()), keep):
        progress()
    data = {name: (variable_dimensions(name), values) for name, values in arrays.items()}
    return xarray.Dataset(data, coordinates(plan), attrs=attributes(plan))


def variable_dimensions(name: str) -> tuple[str, ...]:
    return DIMENSIONS if name in PER_LAYER else DIMENSIONS[1:]


def variable_shapes(plan: Plan) -> dict[str, tuple[int, ...]]:
    front = {name: (plan.marks.size,) if name in PER_LAYER else () for name in plan.want}
    return {name: (*front[name], *plan.grid.shape) for name in plan.want}


def variable_dtype(plan: Plan, name: str) -> str:
    return "int8" if name == "gradient_sign" else plan.dtype


def coordinates(plan: Plan) -> dict[str, Any]:
    """The values along each dimension; a chain with one θ for each layer has a number in place of its θ."""
    grid = plan.grid
    found: dict[str, Any] = {"layer": ("layer", plan.marks), "x": ("x", grid.x), "alpha": ("alpha", grid.alpha)}
    if plan.same:
        return {**found, "theta": ("theta", grid.theta[:, 0])}
    if plan.depth * grid.shape[0] <= 10**7:
        found["theta_of_layer"] = (("theta", "position"), grid.theta)
    return {**found, "theta": ("theta", np.arange(grid.shape[0]))}


def attributes(plan: Plan) -> dict[str, Any]:
    """What the results depend on, and where they were made."""
    return {**identity(plan), **surroundings()}


def identity(plan: Plan) -> dict[str, Any]:
    """What has to be the same for the same results."""
    import hashlib

    from numerics.sweeping.store import VERSION

    digests = {
        name: hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()[:16]
        for name, values in zip(("theta", "x", "alpha"), (plan.grid.theta, plan.grid.x, plan.grid.alpha), strict=True)
    }
    return {
        "gradproof_sweep": VERSION, "activation": plan.f.name, "depth": plan.depth, "layers": list(plan.layers),
        "want": list(plan.want), "dtype": plan.dtype, "backend": plan.backend, "kernel": plan.kernels.HASH,
        "shape": list(plan.grid.shape), **{f"axis_{name}": digest for name, digest in digests.items()},
    }  # fmt: skip


def surroundings() -> dict[str, Any]:
    """Versions, and the machine."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    versions = {}
    for name in ("gradproof", "numpy", "numba", "cupy", "xarray", "zarr", "sympy"):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    described = ", ".join(f"{name} {number}" for name, number in versions.items())
    return {
        "versions": described,
        "device": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
    }
