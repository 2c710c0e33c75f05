"""Sweeps on a GPU, side by side with CuPy array code, JAX and PyTorch on the same device, in one run.

* W1: the gradients of the first and last layer of 64, on 1024 × 64 × 256 points (θ, x, α), reduced on the device to
  the least and the greatest; W2: the same in a zarr store; W3: as W1, with one θ for each layer; W4: as W1, at depth
  10⁶ and 10³ (with one θ in all layers an orbit ends in closed form near its fixed point).
* The others compute what W1 and W3 need as a good user would write it, log(1 − tanh²) layer by layer, and reduce it.
* The limit is what the device could do if it did nothing but the instructions of a layer: they are counted in the PTX
  of one layer, and each pipe takes so many a clock on a multiprocessor. Layer-points a second are given as a share of
  it.
* The error is the largest against Arb at some points of the grid.

Times are medians over `--repeats`, after one run that is not counted. Prints a table, writes sweep_gpu.json and
sweep_gpu.md to benchmarks/results/, and ends with 1 if a promise is broken, with 2 where there is no GPU.

    python benchmarks/bench_sweep_gpu.py [--theta 1024] [--x 64] [--alpha 256] [--repeats 5] [--seconds 280]
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

from chain_reference import log_gradients  # noqa: E402  # pyright: ignore[reportMissingImports]
from cuda_ptx import entries, instructions  # noqa: E402  # pyright: ignore[reportMissingImports]

from numerics.sweeping.cuda.source import OPTIONS, primitives  # noqa: E402
from numerics.sweeping.device import missing_device  # noqa: E402
from numerics.sweeping.engine import Plan  # noqa: E402
from numerics.sweeping.sweep import prepared, sweep  # noqa: E402
from theory.activations import activation  # noqa: E402

RESULTS = HERE / "results"
DEPTH, DEEP, DTYPES = 64, 10**6, ("float64", "float32")
SHARE, TIMES_CUPY = 0.5, 5.0
"""What is promised: layer-points a second as a share of the limit, and as a multiple of CuPy array code."""
ISSUED, SPECIAL = 128, 16
"""Instructions of all kinds, and approximate reciprocals, that a multiprocessor begins in a clock (lanes)."""
DOUBLES = {(6, 0): 32, (7, 0): 32, (7, 5): 2, (8, 0): 32, (8, 6): 2, (8, 7): 2, (8, 9): 2, (9, 0): 64, (10, 0): 64}
"""Operations in double precision a clock, by compute capability (CUDA C++ Programming Guide, arithmetic throughput)."""
HALF_WIDTH = ((6, 0), (7, 0), (7, 5), (8, 0))
"""Where there are 64 units for singles in a multiprocessor, not 128."""
FREE = {"ld", "st", "mov", "cvta", "ret", "neg", "abs", "cvt"}
"""What the machine code of a layer in a loop does not have, or has as part of another instruction."""
ELSEWHERE = ("rcp", "selp", "copysign")
"""Instructions of numbers that the pipes of floating point do not have to do with."""
ONE_LAYER = """
extern "C" __global__ void one_layer(real *y, real *P, real *K, const real weight)
{
    real mantissa, k;
    layer(weight * *y, false, *y, mantissa, k);
    *P *= mantissa;
    *K += k;
}
"""


@dataclass(frozen=True)
class Run:
    """One workload by one contestant."""

    workload: str
    dtype: str
    contestant: str
    seconds: float | None
    layer_points: float
    limit: float | None = None
    error: float | None = None
    note: str = ""

    @property
    def rate(self) -> float | None:
        return self.layer_points / self.seconds if self.seconds else None

    @property
    def share(self) -> float | None:
        return self.rate / self.limit if self.rate and self.limit else None


@dataclass(frozen=True)
class Device:
    name: str
    capability: tuple[int, int]
    processors: int
    hertz: float

    def limit(self, names: list[str], dtype: str) -> float | None:
        """Layer-points a second, of a layer with these instructions. None where the device's rates are not known."""
        counts = Counter(name.split(".")[0] for name in names)
        work = [name for name in names if name.split(".")[0] not in FREE]
        doubles = sum(name.endswith(".f64") and not name.startswith(ELSEWHERE) for name in work)
        singles = sum(name.endswith(".f32") and not name.startswith(ELSEWHERE) for name in work)
        if dtype == "float64" and self.capability not in DOUBLES:
            return None
        clocks = [len(work) / ISSUED, counts["rcp"] / SPECIAL, doubles / DOUBLES.get(self.capability, 1)]
        clocks.append(singles / (64 if self.capability in HALF_WIDTH else 128))
        return self.processors * self.hertz / max(clocks)


def device() -> Device:
    import cupy  # pyright: ignore[reportMissingImports]

    current = cupy.cuda.Device()
    name = cupy.cuda.runtime.getDeviceProperties(current.id)["name"].decode()
    try:
        command = ["nvidia-smi", f"--id={current.id}", "--query-gpu=clocks.max.sm", "--format=csv,noheader,nounits"]
        hertz = 1e6 * float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    except (OSError, ValueError, subprocess.CalledProcessError):
        hertz = 1e3 * current.attributes["ClockRate"]
    capability = current.compute_capability
    major, minor = int(capability[:-1]), int(capability[-1])
    return Device(name, (major, minor), current.attributes["MultiProcessorCount"], hertz)


def layer_instructions(dtype: str) -> list[str]:
    """What one layer of tanh is compiled to (PTX), by the compiler that CuPy takes."""
    from cupy.cuda import nvrtc  # pyright: ignore[reportMissingImports]

    program = nvrtc.createProgram(primitives(activation("tanh"), dtype) + ONE_LAYER, "layer.cu", [], [])
    nvrtc.compileProgram(program, ["--gpu-architecture=compute_80", *OPTIONS])
    return instructions(entries(nvrtc.getPTX(program).decode())["one_layer"])


def axes(options: argparse.Namespace, per_layer: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    theta = np.linspace(0.5, 3, options.theta)
    if per_layer:
        theta = np.random.default_rng(1).choice(theta, (options.theta, DEPTH))
    return theta, np.linspace(0.1, 3, options.x), np.geomspace(1, 1000, options.alpha)


def timed(task: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """The median of the seconds, and the last result; one run before them is not counted."""
    result, seconds = task(), []
    for _ in range(repeats):
        begin = time.perf_counter()
        result = task()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds), result


def largest_error(values: Callable[[tuple[int, int, int]], tuple[float, float]], grid: tuple, shape: tuple) -> float:
    """Of the logarithms for the first and last layer, at points drawn from the grid."""
    theta, x, alpha = grid
    draw, worst = np.random.default_rng(2), 0.0
    for place in zip(*(draw.integers(0, size, 12) for size in shape), strict=True):
        t, i, j = (int(index) for index in place)
        weights = theta[t] if theta.ndim == 2 else [theta[t]] * DEPTH
        wanted = log_gradients(activation("tanh"), weights, x[i], alpha[j], [1, DEPTH])
        for got, (log, _, _) in zip(values((t, i, j)), wanted, strict=True):
            worst = max(worst, abs(got - log) if math.isfinite(got) else math.inf)
    return worst


def ours(plan: Plan) -> Callable[[], Any]:
    def run() -> Any:
        return plan.kernels.extremes(plan)

    return run


def our_values(plan: Plan) -> Callable[[tuple[int, int, int]], tuple[float, float]]:
    def at(place: tuple[int, int, int]) -> tuple[float, float]:
        t, i, j = (range(index, index + 1) for index in place)
        first, last = plan.kernels.results(plan, (t, i, j))["log_gradient"].get().ravel().tolist()
        return first, last

    return at


def chain(np_like: Any, theta: Any, x: Any, alpha: Any, log1p: Any) -> tuple[Any, Any]:
    """log|∂g/∂θ_k| for the first and the last k, whole arrays at a time; θ along the first axis, one for each layer."""
    y = x[None, :, None] / alpha[None, None, :]
    first = np_like.log(y)
    last = first
    for l in range(DEPTH):
        weight = theta[:, l][:, None, None]
        if l == DEPTH - 1:
            last = np_like.log(y)
        y = np_like.tanh(weight * y)
        slope = log1p(-y * y)
        first = first + slope + (np_like.log(weight) if l else 0)
    log_alpha = np_like.log(alpha)
    return first + log_alpha, last + slope + log_alpha


def with_cupy(theta: Any, x: Any, alpha: Any, dtype: str) -> Callable[[], Any]:
    import cupy  # pyright: ignore[reportMissingImports]

    weights, xs, alphas = (cupy.asarray(values.astype(dtype)) for values in (theta, x, alpha))

    def run() -> Any:
        first, last = chain(cupy, weights, xs, alphas, cupy.log1p)
        ends = [(float(values.min()), float(values.max())) for values in (first, last)]
        return first, last, ends

    return run


def with_jax(theta: Any, x: Any, alpha: Any, dtype: str) -> Callable[[], Any]:
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    import jax  # pyright: ignore[reportMissingImports]

    jax.config.update("jax_enable_x64", True)
    if jax.default_backend() != "gpu":
        raise RuntimeError("JAX has no GPU here")
    given = [jax.numpy.asarray(values.astype(dtype)) for values in (theta, x, alpha)]

    @jax.jit
    def computed(theta: Any, x: Any, alpha: Any) -> Any:
        first, last = chain(jax.numpy, theta, x, alpha, jax.numpy.log1p)
        return first, last, [(values.min(), values.max()) for values in (first, last)]

    def run() -> Any:
        return jax.block_until_ready(computed(*given))

    return run


def with_torch(theta: Any, x: Any, alpha: Any, dtype: str) -> Callable[[], Any]:
    import torch  # pyright: ignore[reportMissingImports]

    given = [torch.from_numpy(values.astype(dtype)).cuda() for values in (theta, x, alpha)]

    @torch.compile
    def computed(theta: Any, x: Any, alpha: Any) -> Any:
        first, last = chain(torch, theta, x, alpha, torch.log1p)
        return first, last, [(values.min(), values.max()) for values in (first, last)]

    def run() -> Any:
        with torch.no_grad():
            results = computed(*given)
        torch.cuda.synchronize()
        return results

    return run


RIVALS: dict[str, tuple[str, Callable[..., Callable[[], Any]]]] = {
    "CuPy arrays": ("cupy", with_cupy), "JAX jit": ("jax", with_jax), "torch.compile": ("torch", with_torch),
}  # fmt: skip


def rival(name: str, workload: str, grid: tuple, dtype: str, repeats: int, limit: float | None, deadline: float) -> Run:
    package, make = RIVALS[name]
    theta, x, alpha = grid
    layer_points = float(theta.shape[0] * x.size * alpha.size * DEPTH)
    if not find_spec(package):
        return Run(workload, dtype, name, None, layer_points, note=f"{package} is not installed")
    if time.monotonic() > deadline:
        return Run(workload, dtype, name, None, layer_points, note="no time was left: give more --seconds")
    weights = theta if theta.ndim == 2 else np.repeat(theta[:, None], DEPTH, axis=1)
    try:
        seconds, (first, last, _) = timed(make(weights, x, alpha, dtype), repeats)
    except Exception as error:  # a rival that cannot do it is a result too, not the end of the run
        return Run(workload, dtype, name, None, layer_points, note=f"{type(error).__name__}: {error}"[:120])
    shape = (theta.shape[0], x.size, alpha.size)
    error = largest_error(lambda at: (float(first[at]), float(last[at])), grid, shape)
    return Run(workload, dtype, name, seconds, layer_points, limit, error)


def all_runs(options: argparse.Namespace, limits: dict[str, float | None]) -> list[Run]:
    deadline, runs = time.monotonic() + options.seconds, []
    for dtype in DTYPES:
        for workload, per_layer in (("W1", False), ("W3", True)):
            theta, x, alpha = grid = axes(options, per_layer)
            plan = prepared(theta, x, alpha, DEPTH, dtype=dtype, backend="cupy", per_layer=per_layer).plan
            count = float(plan.grid.points * DEPTH)
            seconds, _ = timed(ours(plan), options.repeats)
            error = largest_error(our_values(plan), grid, plan.grid.shape)
            runs.append(Run(workload, dtype, "gradproof", seconds, count, limits[dtype], error))
            runs += [rival(name, workload, grid, dtype, options.repeats, limits[dtype], deadline) for name in RIVALS]
        grid = axes(options, False)
        for depth in (1000, DEEP):
            plan = prepared(*grid, depth, dtype=dtype, backend="cupy").plan
            seconds, _ = timed(ours(plan), max(1, options.repeats // 3))
            note = f"depth {depth:,}; the rate counts layers that are summed in closed form"
            runs.append(Run("W4", dtype, "gradproof", seconds, float(plan.grid.points) * depth, note=note))
        begin = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            sweep(*grid, DEPTH, dtype=dtype, backend="cupy", out=Path(folder) / "w2.zarr")
            seconds = time.perf_counter() - begin
        points = float(grid[0].size * grid[1].size * grid[2].size)
        runs.append(Run("W2", dtype, "gradproof", seconds, points * DEPTH, note="one run, with the disk"))
    return runs


def broken(runs: list[Run]) -> list[str]:
    """The promises that were not kept."""
    found = []
    for run in runs:
        if run.contestant != "gradproof":
            continue
        if run.workload in ("W1", "W3") and run.share is not None and run.share < SHARE:
            found.append(f"{run.workload} {run.dtype}: {run.share:.0%} of the limit, not {SHARE:.0%}")
        others = [other for other in runs if (other.workload, other.dtype) == (run.workload, run.dtype) and other.rate]
        for other in others:
            factor = TIMES_CUPY if other.contestant == "CuPy arrays" else 1.0
            if other is not run and run.rate and other.rate and run.workload in ("W1", "W3"):
                times = run.rate / other.rate
                if times < factor:
                    found.append(f"{run.workload} {run.dtype}: {times:.1f} times {other.contestant}, not {factor:g}")
    deep = {(run.dtype, run.note.split(";")[0]): run.seconds for run in runs if run.workload == "W4"}
    for dtype in DTYPES:
        long, short = deep.get((dtype, f"depth {DEEP:,}")), deep.get((dtype, "depth 1,000"))
        if long and short and long > 1.5 * short:
            found.append(f"W4 {dtype}: depth {DEEP:,} takes {long / short:.1f} times what depth 1,000 does, not 1.5")
    return found


def table(runs: list[Run]) -> str:
    lines = ["| workload | dtype | contestant | seconds | layer-points/s | of the limit | error | |", "|" + "---|" * 8]
    for run in runs:
        seconds = f"{run.seconds:.4f}" if run.seconds else "–"
        rate, share = f"{run.rate:.3g}" if run.rate else "–", f"{run.share:.0%}" if run.share else "–"
        error = f"{run.error:.1e}" if run.error is not None else "–"
        lines.append(
            f"| {run.workload} | {run.dtype} | {run.contestant} | {seconds} | {rate} | {share} | {error} | {run.note} |"
        )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("theta", 1024), ("x", 64), ("alpha", 256), ("repeats", 5), ("seconds", 280)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    if missing := missing_device():
        print(f"there is nothing to measure: {missing}", file=sys.stderr)
        return 2
    where = device()
    counted = {dtype: layer_instructions(dtype) for dtype in DTYPES}
    limits = {dtype: where.limit(names, dtype) for dtype, names in counted.items()}
    runs = all_runs(options, limits)
    kinds = {dtype: dict(Counter(name for name in names)) for dtype, names in counted.items()}
    head = f"{where.name}, compute capability {where.capability[0]}.{where.capability[1]}, {where.processors} "
    head += f"multiprocessors at {where.hertz / 1e6:.0f} MHz; grid {options.theta} × {options.x} × {options.alpha}, "
    head += f"depth {DEPTH}. Limits in layer-points/s: "
    head += ", ".join(f"{dtype} {limit:.3g}" if limit else f"{dtype} unknown" for dtype, limit in limits.items())
    text = f"{head}.\n\n{table(runs)}\n"
    failures = broken(runs)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "sweep_gpu.md").write_text(text, encoding="utf-8")
    document = {
        "device": asdict(where), "limits": limits, "instructions_of_a_layer": kinds, "broken": failures,
        "grid": [options.theta, options.x, options.alpha], "depth": DEPTH,
        "runs": [{**asdict(run), "error": str(run.error), "rate": run.rate, "share": run.share} for run in runs],
    }  # fmt: skip
    (RESULTS / "sweep_gpu.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(text)
    for failure in failures:
        print(f"broken: {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
