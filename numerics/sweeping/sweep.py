"""Sweeps: the gradient of the scaled chain on a grid of (θ, x, α)."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from numerics.sweeping.accuracy import described
from numerics.sweeping.broadcasting import broadcasts, on_points
from numerics.sweeping.cluster import Cluster, connected
from numerics.sweeping.engine import DTYPES, Plan, chosen_backend
from numerics.sweeping.grid import Grid, Tile, checked_axis
from numerics.sweeping.kinds import Sweepable
from numerics.sweeping.thresholds import checked_epsilon
from numerics.sweeping.variables import WITH_EPSILON, checked_names
from theory.activations import Activation, activation
from theory.errors import StatementError

Array = np.ndarray
DEEPEST = 10**9


Planned_co = TypeVar("Planned_co", bound=Sweepable, covariant=True)


@dataclass(frozen=True)
class Prepared(Generic[Planned_co]):
    """A plan, and why it runs where it runs."""

    plan: Planned_co
    reason: str

    @property
    def bytes(self) -> int:
        """The size of the results, uncompressed."""
        return sum(
            math.prod(self.plan.shape_of(variable)) * np.dtype(variable.stored_as(self.plan.dtype)).itemsize
            for variable in self.plan.variables
        )


def prepared(
    theta: Any, x: Any, alpha: Any, depth: int, *, layers: Sequence[int | str] = (1, "last"),
    want: Sequence[str] = ("log_gradient",), activation_name: Activation | str = "tanh", dtype: str = "float64",
    backend: str = "auto", per_layer: bool = False, epsilon: Any = None,
) -> Prepared[Plan]:  # fmt: skip
    """Checks everything that can be wrong with a sweep, before anything is computed. StatementError says what is."""
    f = activation(activation_name) if isinstance(activation_name, str) else activation_name
    depth = _whole(depth, "depth", DEEPEST)
    if dtype not in DTYPES:
        raise StatementError(f"{dtype!r} is no machine number: use one of {', '.join(DTYPES)}")
    grid = Grid(_weights(theta, depth, per_layer), checked_axis(x, "x"), checked_axis(alpha, "alpha"))
    backend, reason = chosen_backend(backend)
    threshold = None if epsilon is None else checked_epsilon(epsilon)
    if threshold is not None and not set(want) & set(WITH_EPSILON):
        raise StatementError(
            f"ε is for {' and '.join(WITH_EPSILON)}, and for cells with certain bounds (--rigorous): want one of "
            "them, or leave --epsilon out"
        )
    plan = Plan(grid, depth, chosen_layers(layers, depth), f, checked_names(want), dtype, backend, threshold)
    return Prepared(plan, reason)


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
    plan: Sweepable,
    wanted: Sequence[Tile],
    handle: Callable[[Tile, dict[str, Array]], None],
    threads: int | None = None,
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
    backend: str = "auto", per_layer: bool = False, epsilon: Any = None, out: str | Path | None = None,
    scheduler: Any = None, grid: bool | None = None,
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
    * distance: ||g| − α y*|, y* the fixed point to which the orbits of y ↦ f(|θ| y) from y > 0 tend;
    * vanishing_depth: the least depth l with |∂g_l/∂θ_1| < ε, g_l the chain of the first l layers; −1 where there is
      none up to `depth`;
    * log_peak and peak_depth (`want` peak): log max |∂g_l/∂θ_1| over 1 ≤ l ≤ depth, and the first l that attains it;
    * scale_needed (dimensions theta, x): the least α with |∂g/∂θ_1| ≥ ε, for odd f: then every larger one is good
      too; ∞ where none is (or none below 10^270 |x|), 0 where all are.

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
            backend=backend, per_layer=per_layer, epsilon=epsilon,
        )  # fmt: skip
        return on_points(ready.plan, theta, x, alpha, per_layer)
    ready = prepared(
        theta, x, alpha, depth, layers=layers, want=want, activation_name=activation, dtype=dtype, backend=backend,
        per_layer=per_layer, epsilon=epsilon,
    )  # fmt: skip
    with nullcontext() if scheduler is None else connected(scheduler) as cluster:
        if out is not None:
            from numerics.sweeping.store import Store

            store = Store(Path(out), ready.plan)
            for _ in store.run(cluster=cluster):
                pass
            return store.opened()
        return in_memory(ready.plan, cluster=cluster)


def in_memory(plan: Sweepable, progress: Callable[[], None] = lambda: None, cluster: Cluster | None = None) -> Any:
    """The whole sweep as an xarray.Dataset."""
    import xarray

    wanted = {variable.name: variable for variable in plan.variables}
    arrays = {name: np.empty(plan.shape_of(v), v.stored_as(plan.dtype)) for name, v in wanted.items()}

    def keep(tile: Tile, found: dict[str, Array]) -> None:
        for name, values in found.items():
            arrays[name][wanted[name].region(tile)] = values

    computed = tiles_computed if cluster is None else cluster.computed
    for _ in computed(plan, list(plan.grid.tiles()), keep):
        progress()
    data = {name: (plan.dimensions(wanted[name]), values) for name, values in arrays.items()}
    found = xarray.Dataset(data, plan.coordinates(), attrs=attributes(plan))
    for name, about in plan.notes().items():
        found[name].attrs.update(about)
    return found


def attributes(plan: Sweepable) -> dict[str, Any]:
    """What the results depend on, and where they were made."""
    found = {**identity(plan), **surroundings()}
    if not isinstance(plan, Plan):
        return found
    if plan.backend == "cupy":
        found["device"] = plan.kernels.device_name()
    return {**found, "accuracy": described(plan)}


def identity(plan: Sweepable) -> dict[str, Any]:
    """What has to be the same for the same results."""
    import hashlib

    from numerics.sweeping.store import VERSION

    digests = {
        name: hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()[:16]
        for name, values in zip(("theta", "x", "alpha"), (plan.grid.theta, plan.grid.x, plan.grid.alpha), strict=True)
    }
    axes = {f"axis_{name}": digest for name, digest in digests.items()}
    return {"gradproof_sweep": VERSION, **axes, "shape": list(plan.grid.shape), **plan.identity()}


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
