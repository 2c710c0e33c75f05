"""Runs the CUDA kernels through CuPy: tiles for the store, or what is least and greatest on a whole grid.

What a point needs is read from the axes; on the device there is never more than the results. Each thread that computes
tiles has two streams: the next part is computed while the last one is copied to pinned memory, and written.
"""

from __future__ import annotations

import hashlib
import math
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp

from numerics.sweeping.closing import ROW, TERMS
from numerics.sweeping.cuda.parts import Region, computed
from numerics.sweeping.cuda.source import LARGEST_STATE, OPTIONS, REDUCTION, source
from numerics.sweeping.step import LINEAR, Z_ABOVE, layer_step, nonnegative
from theory.activations import Activation

if TYPE_CHECKING:
    from numerics.sweeping.engine import Plan
    from numerics.sweeping.grid import Tile

Array = np.ndarray
THREADS = 128
BLOCKS = 16
"""Threads in a block, and blocks for each multiprocessor: as many as can be resident at once."""
_MOST_POINTS = 2**30
_SHARE = 0.4
"""Of the free memory, for one part: the next is computed while it is copied."""


@dataclass(frozen=True)
class Extreme:
    """The least and the greatest value of a variable on the grid (of one layer, where it has layers), and where.

    Places count along θ, x and α; they are None where every value is NaN.
    """

    variable: str
    layer: int | None
    least: float
    least_at: tuple[int, ...] | None
    greatest: float
    greatest_at: tuple[int, ...] | None


@lru_cache(maxsize=16)
def kernels(f: Activation, dtype: str) -> CudaKernels:
    """The kernels for an activation and "float64" or "float32", on the current device."""
    import cupy  # pyright: ignore[reportMissingImports]

    return CudaKernels(f, dtype, cupy)


class CudaKernels:
    """The kernels of one activation and machine number; `HASH` is that of their text. Compiled when first needed."""

    def __init__(self, f: Activation, dtype: str, cupy: Any):
        self.f, self.dtype, self.real, self.cupy = f, dtype, np.dtype(dtype).type, cupy
        self.text = source(f, dtype)
        self.HASH = hashlib.sha256("\n".join([self.text, *OPTIONS]).encode()).hexdigest()[:24]
        self._module: Any = None
        self._lock = threading.Lock()
        self._own = threading.local()

    def compute(self, plan: Plan, tile: Tile) -> dict[str, Array]:
        """The variables of a plan (numerics.sweeping.engine) on a tile, as `Plan.compute` gives them."""
        threads = os.cpu_count() or 1  # as many tiles are computed at a time
        region = _region(plan.grid.shape, tile.region)
        found: dict[str, Array] = {}
        waiting = None
        for part, arrays in computed(region, self._most(plan, threads), lambda p: self._copied(plan, p), self._full):
            if waiting:
                self._place(found, region, *waiting, plan)
            waiting = part, arrays
        assert waiting is not None
        self._place(found, region, *waiting, plan)
        return {name: found[name] for name in plan.want}

    def device_name(self) -> str:
        """The name of the GPU."""
        name = self.cupy.cuda.runtime.getDeviceProperties(self.cupy.cuda.Device().id)["name"]
        return name.decode() if isinstance(name, bytes) else str(name)

    def extremes(self, plan: Plan) -> list[Extreme]:
        """What is least and greatest on the whole grid, reduced on the device: only that comes back."""
        plan.prepare()
        found: dict[tuple[str, int | None], list[Any]] = {}
        region = _region(plan.grid.shape, (slice(None),) * 3)
        for part, pieces in computed(region, self._most(plan, 1), lambda p: self._reduced(plan, p), self._full):
            for key, (least, at_least, greatest, at_greatest) in pieces.items():
                best = found.setdefault(key, [math.inf, None, -math.inf, None])
                if at_least >= 0 and (best[1] is None or least < best[0]):
                    best[:2] = least, _place_in_grid(part, at_least)
                if at_greatest >= 0 and (best[3] is None or greatest > best[2]):
                    best[2:] = greatest, _place_in_grid(part, at_greatest)
        return [Extreme(name, layer, *best) for (name, layer), best in found.items()]

    def results(self, plan: Plan, region: Region) -> dict[str, Any]:
        """The variables on a region as arrays of the device, computed on the current stream."""
        cupy = self.cupy
        theta, x, alpha = (axis[part.start : part.stop] for axis, part in zip(_axes(plan), region, strict=True))
        shape, marks = tuple(map(len, region)), plan.marks.size
        gradients = cupy.empty((marks, *shape), self.real)
        found = {"log_gradient": gradients}
        if "gradient_sign" in plan.want:
            found["gradient_sign"] = cupy.empty(gradients.shape, np.int8)
        found |= {name: cupy.empty(shape, self.real) for name in ("output", "distance") if name in plan.want}
        count, stride = math.prod(shape), plan.stride
        blocks = min(-(-count // THREADS), BLOCKS * self._processors())
        fast = self._fast(plan, theta, x, alpha)
        scratch = cupy.empty(blocks * THREADS * marks * (1 if fast else 2), self.real)
        fixed = cupy.asarray(self._fixed_points(plan, theta)) if "distance" in found else None
        ends = [
            cupy.asarray(_parts(x, self.real)), np.uint32(x.size),
            cupy.asarray(np.concatenate([_parts(alpha, self.real), [np.log(alpha), alpha]]).astype(self.real)),
            np.uint32(alpha.size), np.int32(plan.depth), cupy.asarray(plan.marks.astype(np.int32)), np.int32(marks),
        ]  # fmt: skip
        given = [found.get("gradient_sign"), fixed, found.get("output"), found.get("distance")]
        last = [scratch, gradients, *[np.uintp(0) if array is None else array for array in given]]
        weights, rows = cupy.asarray(theta.astype(self.real)), np.uint32(theta.shape[0])
        if fast:
            series, radius = self.rows(plan, theta[:, 0])
            with np.errstate(divide="ignore"):
                logs = np.log(plan.sizes(theta[:, 0]))
            first = [weights, *(cupy.asarray(values.astype(self.real)) for values in (logs, series, radius)), rows]
            arguments = [*first, *ends, np.int32(stride), *last]
        else:
            far = not self._in_reach(theta)
            middle = [np.int32(1 if far else stride), np.int32(far)]
            arguments = [weights, np.int32(theta.shape[1]), rows, *ends, *middle, *last]
        kernel = self._kernel("one_theta" if fast else "layerwise")
        kernel((blocks,), (THREADS,), tuple(arguments))
        # What the kernel reads is kept until the results go: their stream frees it after the kernel only.
        return {name: found[name] for name in found if name in plan.want}

    def rows(self, plan: Plan, theta: Array) -> tuple[Array, Array]:
        """For each θ the row of `series` and the radius that `one_theta` takes.

        Where there is no closed form but |θ| f′(0) ≤ 1, one for y < 2^−LINEAR alone: there f is linear to the last bit,
        so that the state goes on to be multiplied by θ f′(0), and does not underflow.
        """
        slope: Any = self.f.slope_at_zero
        series, radius = np.zeros((theta.size, ROW)), np.zeros(theta.size)
        some = theta != 0
        if some.any():
            series[some], radius[some], _ = plan.shortcuts.of(plan.sizes(theta[some]))
        linear = some & (radius == 0) & (np.abs(theta) * float(slope) <= 1)
        log = sp.N(sp.log(slope), 40)
        one = [1.0, *[0.0] * (TERMS - 1)]
        series[linear] = [0, 0, float(log), float(log - sp.Float(float(log), 40)), *one, *one, *[0.0] * TERMS]
        radius[linear] = 2.0 ** -LINEAR[self.dtype]
        return series, radius

    def _fast(self, plan: Plan, theta: Array, x: Array, alpha: Array) -> bool:
        """Whether `one_theta` will do: no state or power on the way is out of the reach of machine numbers."""
        if not plan.closes or not self._in_reach(theta):
            return False
        least, sizes = 1e-290 if self.dtype == "float64" else 1e-35, np.abs(x[x != 0])
        return not sizes.size or bool(sizes.min() / alpha.max() > least and sizes.max() / alpha.min() < 1 / least)

    def _in_reach(self, theta: Array) -> bool:
        """Whether every θ y after the first layer, f being odd, is in the reach of `exponential`."""
        return self.f.parity == "odd" and bool(np.abs(theta).max() * self._top <= LARGEST_STATE[self.dtype])

    @cached_property
    def _top(self) -> float:
        """The limit of f at ∞, or 1 where no exponential asks for it."""
        if not layer_step(self.f).count("exponential"):
            return 1.0
        return float(sp.limit(nonnegative(self.f.formula), Z_ABOVE, sp.oo))

    def _fixed_points(self, plan: Plan, theta: Array) -> Array:
        return plan.shortcuts.fixed_points(plan.sizes(theta[:, 0])).astype(self.real)

    def _copied(self, plan: Plan, region: Region) -> tuple[Any, dict[str, Array], dict[str, Any]]:
        """The results as they come into pinned memory, and the event after which they are there."""
        compute, copy = self._streams()
        with compute:
            arrays = self.results(plan, region)
            done = compute.record()
        copy.wait_event(done)
        hosts = {name: self._pinned(array.shape, array.dtype) for name, array in arrays.items()}
        for name, array in arrays.items():
            array.get(stream=copy, out=hosts[name], blocking=False)
        return copy.record(), hosts, arrays

    def _place(
        self, found: dict[str, Array], region: Region, part: Region,
        copied: tuple[Any, dict[str, Array], dict[str, Any]], plan: Plan,
    ) -> None:  # fmt: skip
        event, hosts, _ = copied
        event.synchronize()
        if part == region:
            found.update(hosts)
            return
        inside = tuple(slice(p.start - r.start, p.stop - r.start) for p, r in zip(part, region, strict=True))
        for name, values in hosts.items():
            front = values.shape[:-3]
            whole = found.setdefault(name, np.empty((*front, *map(len, region)), values.dtype))
            whole[(..., *inside)] = values

    def _reduced(self, plan: Plan, region: Region) -> dict[tuple[str, int | None], tuple[float, int, float, int]]:
        compute, _ = self._streams()
        with compute:
            pending = []
            for name, array in self.results(plan, region).items():
                layers: Sequence[int | None] = plan.layers if array.ndim == 4 else (None,)
                values = array.astype(self.real) if array.dtype == np.int8 else array
                pending += [
                    ((name, layer), self._reduction(values[place] if layer is not None else values))
                    for place, layer in enumerate(layers)
                ]
            return {key: _best(*(array.get() for array in arrays)) for key, arrays in pending}

    def _reduction(self, values: Any) -> tuple[Any, Any, Any, Any]:
        blocks = min(-(-values.size // REDUCTION), 4 * self._processors())
        kinds = (self.real, np.int64, self.real, np.int64)
        least, at_least, greatest, at_greatest = (self.cupy.empty(blocks, kind) for kind in kinds)
        arguments = (values, np.int64(values.size), least, at_least, greatest, at_greatest)
        self._kernel("extremes")((blocks,), (REDUCTION,), arguments)
        return least, at_least, greatest, at_greatest

    def _kernel(self, name: str) -> Any:
        with self._lock:
            if self._module is None:
                self._module = self.cupy.RawModule(code=self.text, options=OPTIONS)
            return self._module.get_function(name)

    def _streams(self) -> tuple[Any, Any]:
        if not hasattr(self._own, "streams"):
            self._own.streams = tuple(self.cupy.cuda.Stream(non_blocking=True) for _ in range(2))
        return self._own.streams

    def _pinned(self, shape: tuple[int, ...], dtype: Any) -> Array:
        size = math.prod(shape)
        memory = self.cupy.cuda.alloc_pinned_memory(size * np.dtype(dtype).itemsize)
        return np.frombuffer(memory, dtype, size).reshape(shape)

    def _most(self, plan: Plan, threads: int) -> int:
        """How many points a part may have, of the memory that is free."""
        layers, size = plan.marks.size, np.dtype(self.dtype).itemsize
        sizes = {"log_gradient": size * layers, "gradient_sign": layers * (1 + size), "output": size, "distance": size}
        each = sizes["log_gradient"] + sum(sizes[name] for name in plan.want if name != "log_gradient")
        free, _ = self.cupy.cuda.Device().mem_info
        unused = self.cupy.get_default_memory_pool().free_bytes()
        return max(1, min(_MOST_POINTS, int(_SHARE * (free + unused) / threads) // each))

    def _processors(self) -> int:
        return self.cupy.cuda.Device().attributes["MultiProcessorCount"]

    @property
    def _full(self) -> type[Exception]:
        return self.cupy.cuda.memory.OutOfMemoryError


def _axes(plan: Plan) -> tuple[Array, Array, Array]:
    return plan.grid.theta, plan.grid.x, plan.grid.alpha


def _region(shape: tuple[int, ...], cuts: Sequence[slice]) -> Region:
    theta, x, alpha = (range(*cut.indices(size)) for cut, size in zip(cuts, shape, strict=True))
    return theta, x, alpha


def _parts(values: Array, real: Any) -> Array:
    """The mantissas as machine numbers, what they leave, and the exponents of 2."""
    mantissas, exponents = np.frexp(values)
    high = mantissas.astype(real)
    return np.stack([high, (mantissas - high).astype(real), exponents.astype(real)])


def _place_in_grid(part: Region, place: int) -> tuple[int, ...]:
    return tuple(int(cut[i]) for cut, i in zip(part, np.unravel_index(place, tuple(map(len, part))), strict=True))


def _best(least: Array, at_least: Array, greatest: Array, at_greatest: Array) -> tuple[float, int, float, int]:
    """Of the results of the blocks, the least and the greatest, and where each is first."""
    low, at_low = _first_least(least, at_least)
    high, at_high = _first_least(-greatest, at_greatest)
    return low, at_low, -high, at_high


def _first_least(values: Array, places: Array) -> tuple[float, int]:
    if not (places >= 0).any():
        return math.inf, -1
    least = values[places >= 0].min()
    return float(least), int(places[(places >= 0) & (values == least)].min())
