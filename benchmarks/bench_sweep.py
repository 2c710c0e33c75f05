"""Sweeps on the processor, side by side: gradproof, whole-array NumPy, Numba and JAX as one would write them.

W1: float64, a grid of 1024 × 64 × 256 (θ, x, α) at depth 64, log|∂g/∂θ_k| of the layers 1 and last, reduced to their
extremes. W2: the same, written to a zarr store (gradproof alone). W3: one θ for each layer. W4: depth 10⁶ against 10³
(gradproof alone). Times are medians of `--repeats` turns, all on the same threads; beside each stands the largest error
at 200 points against Arb, for 1 − tanh² is not the same work. Prints tables and writes benchmarks/results/sweep.json
and sweep.md; ends with 1 if gradproof is less than 1.5 times as fast as the fastest other one in W1, or W4 costs more
than 1.5 times what depth 10³ does.

    python benchmarks/bench_sweep.py [--scale 1.0] [--repeats 3] [--growth]

`--scale` shrinks the θ axis; `--growth` also measures time against the number of points and against depth, and draws
both to sweep_growth.svg where matplotlib is installed.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from chain_reference import log_gradients  # pyright: ignore[reportMissingImports]

from numerics.sweeping.sweep import Prepared, prepared, tiles_computed
from theory.activations import activation

RESULTS = Path(__file__).parent / "results"
FASTER, DEEPER = 1.5, 1.5
Array = np.ndarray
Run = Callable[[Array, Array, Array, int], tuple[Array, Array]]
"""(θ, x, α, depth) ↦ log|∂g/∂θ_1| and log|∂g/∂θ_l| on the grid; θ of shape (rows, 1) or (rows, depth)."""


def with_gradproof(theta: Array, x: Array, alpha: Array, depth: int) -> tuple[Array, Array]:
    ready = planned(theta, x, alpha, depth)
    found = np.empty((2, *ready.plan.grid.shape))
    _all_tiles(ready, lambda tile, values: found[:, *tile.region].__setitem__(..., values["log_gradient"]))
    return found[0], found[1]


def planned(theta: Array, x: Array, alpha: Array, depth: int) -> Prepared:
    same = theta.shape[1] == 1
    return prepared(theta[:, 0] if same else theta, x, alpha, depth, per_layer=not same, backend="numba")


def _all_tiles(ready: Prepared, handle: Callable[[Any, dict[str, Array]], Any]) -> None:
    for _ in tiles_computed(ready.plan, list(ready.plan.grid.tiles()), handle):
        pass


def with_numpy(theta: Array, x: Array, alpha: Array, depth: int) -> tuple[Array, Array]:
    """Whole arrays, a row of blocks at a time so that it fits into memory."""
    parts = [_numpy(theta[rows : rows + 16], x, alpha, depth) for rows in range(0, theta.shape[0], 16)]
    return np.concatenate([first for first, _ in parts]), np.concatenate([last for _, last in parts])


def _numpy(theta: Array, x: Array, alpha: Array, depth: int) -> tuple[Array, Array]:
    y = np.broadcast_to((x[:, None] / alpha)[None], (theta.shape[0], x.size, alpha.size))
    head = first = np.log(np.abs(y))
    last = first
    with np.errstate(divide="ignore"):
        for layer in range(depth):
            weight = theta[:, 0 if theta.shape[1] == 1 else layer][:, None, None]
            if layer == depth - 1:
                head = np.log(np.abs(y))
            y = np.tanh(weight * y)
            slope = np.log1p(-y * y)
            first = first + slope + (np.log(np.abs(weight)) if layer else 0)
            last = head + slope
    return first + np.log(alpha), last + np.log(alpha)


def _numba() -> Run:
    import numba

    @numba.njit(parallel=True, fastmath=True)
    def kernel(theta: Array, start: Array, depth: int, first: Array, last: Array) -> None:
        for t in numba.prange(theta.shape[0]):
            for j in range(start.size):
                y, total, head, slope = start[j], math.log(abs(start[j])), 0.0, 0.0
                for layer in range(depth):
                    weight = theta[t, 0 if theta.shape[1] == 1 else layer]
                    if layer == depth - 1:
                        head = math.log(abs(y))
                    y = math.tanh(weight * y)
                    slope = math.log1p(-y * y)
                    total += slope + (math.log(abs(weight)) if layer else 0.0)
                first[t, j], last[t, j] = total, head + slope

    def run(theta: Array, x: Array, alpha: Array, depth: int) -> tuple[Array, Array]:
        start = (x[:, None] / alpha).ravel()
        first, last = np.empty((theta.shape[0], start.size)), np.empty((theta.shape[0], start.size))
        kernel(theta, start, depth, first, last)
        shape = (theta.shape[0], x.size, alpha.size)
        return first.reshape(shape) + np.log(alpha), last.reshape(shape) + np.log(alpha)

    return run


def _jax() -> Run:
    import jax  # pyright: ignore[reportMissingImports]

    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy

    def chain(theta: Any, x: Any, alpha: Any, depth: int) -> Any:
        y = jnp.broadcast_to((x[:, None] / alpha)[None], (theta.shape[0], x.size, alpha.size))

        def layer(i: Any, state: Any) -> Any:
            y, _, product, slope = state
            weight = theta[:, jnp.where(theta.shape[1] == 1, 0, i)][:, None, None]
            after = jnp.tanh(weight * y)
            slope = 1 - after * after
            return after, y, product * slope * jnp.where(i > 0, weight, 1.0), slope

        ones = jnp.ones_like(y)
        _, before, product, slope = jax.lax.fori_loop(0, depth, layer, (y, y, ones, ones))
        first = jnp.log(jnp.abs((x[:, None] / alpha)[None] * product)) + jnp.log(alpha)
        return first, jnp.log(jnp.abs(before * slope)) + jnp.log(alpha)

    compiled = jax.jit(chain, static_argnums=3)

    def run(theta: Array, x: Array, alpha: Array, depth: int) -> tuple[Array, Array]:
        parts = [compiled(theta[rows : rows + 64], x, alpha, depth) for rows in range(0, theta.shape[0], 64)]
        first = np.concatenate([np.asarray(first) for first, _ in parts])
        return first, np.concatenate([np.asarray(last) for _, last in parts])

    return run


def contestants() -> dict[str, Run]:
    found: dict[str, Run] = {"gradproof": with_gradproof, "NumPy": with_numpy, "Numba": _numba()}
    return {**found, "JAX": _jax()} if find_spec("jax") else found


def largest_error(found: tuple[Array, Array], theta: Array, x: Array, alpha: Array, depth: int) -> float:
    """Over 200 points drawn from the grid, against Arb at 200 bits; ∞ where a gradient is lost altogether."""
    draw, worst = np.random.default_rng(0), 0.0
    for _ in range(200):
        t, i, j = (int(draw.integers(size)) for size in found[0].shape)
        weights = [float(w) for w in theta[t]] if theta.shape[1] > 1 else [float(theta[t, 0])] * depth
        wanted = log_gradients(activation("tanh"), weights, float(x[i]), float(alpha[j]), [1, depth])
        for values, (log, _, _) in zip(found, wanted, strict=True):
            worst = max(worst, abs(float(values[t, i, j]) - log))
    return worst


def race(name: str, theta: Array, x: Array, alpha: Array, depth: int, repeats: int) -> list[dict[str, Any]]:
    """Every contestant in turns; the results are kept only to see how good they are."""
    runs = contestants()
    times: dict[str, list[float]] = {who: [] for who in runs}
    errors: dict[str, float] = {}
    for run in runs.values():  # compiles
        run(theta[:64], x, alpha, depth)
    for turn in range(repeats):
        for who, run in runs.items():
            began = time.perf_counter()
            found = run(theta, x, alpha, depth)
            extremes = [float(values.min()) for values in found] + [float(values.max()) for values in found]
            times[who].append(time.perf_counter() - began)
            if turn == 0:
                errors[who] = largest_error(found, theta, x, alpha, depth)
            del found, extremes
    layers = theta.shape[0] * x.size * alpha.size * depth
    seconds = {who: statistics.median(taken) for who, taken in times.items()}
    return [
        {
            "work": name,
            "who": who,
            "seconds": round(taken, 3),
            "billion_layers_per_second": round(layers / taken / 1e9, 3),
            "ratio": round(taken / seconds["gradproof"], 2),
            "error": errors[who],
        }
        for who, taken in seconds.items()
    ]


def timed(theta: Array, x: Array, alpha: Array, depth: int, out: Path | None = None) -> float:
    """Seconds of gradproof alone, its results reduced or stored."""
    from numerics.sweeping.store import Store

    ready = planned(theta, x, alpha, depth)
    began = time.perf_counter()
    if out is None:
        _all_tiles(ready, lambda tile, found: [(v.min(), v.max()) for v in found.values()])
    else:
        for _ in Store(out, ready.plan).run():
            pass
    return time.perf_counter() - began


def table(rows: list[dict[str, Any]]) -> str:
    heads = list(dict.fromkeys(key for row in rows for key in row))
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for row in rows:
        cells = [f"{row[k]:.2e}" if k == "error" and k in row else str(row.get(k, "")) for k in heads]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def growth(x: Array, alpha: Array) -> list[dict[str, Any]]:
    """How cost grows with the number of points at depth 64, and with depth at a million points."""
    rows = []
    for exponent in (5, 6, 7, 8, 9):
        theta = np.linspace(0.5, 3, max(1, 10**exponent // (x.size * alpha.size)))[:, None]
        points = theta.size * x.size * alpha.size
        rows.append({"points": points, "depth": 64, "seconds": round(timed(theta, x, alpha, 64), 4)})
    theta = np.linspace(0.5, 3, 61)[:, None]
    for depth in (10, 100, 1000, 10**4, 10**5, 10**6):
        points = theta.size * x.size * alpha.size
        rows.append({"points": points, "depth": depth, "seconds": round(timed(theta, x, alpha, depth), 4)})
    return rows


def draw(curves: list[dict[str, Any]], name: Path) -> None:
    """The growth of cost: time against the number of points, and against depth, beside a straight line."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.4), layout="constrained")
    FigureCanvasSVG(figure)
    by_points = [row for row in curves if row["depth"] == 64]
    by_depth = [row for row in curves if row["points"] == curves[-1]["points"]]
    panels = (("points", by_points, "depth 64"), ("depth", by_depth, f"{curves[-1]['points']:,} points"))
    for axes, (key, rows, said) in zip(figure.subplots(1, 2), panels, strict=True):
        at, seconds = [row[key] for row in rows], [row["seconds"] for row in rows]
        axes.loglog(at, seconds, "o-", color="#0072B2", label="gradproof")
        axes.loglog(at, [seconds[0] * n / at[0] for n in at], "--", color="#999999", label=f"in proportion to {key}")
        axes.set(xlabel=key, ylabel="seconds", title=said)
        axes.set_ylim(min(seconds) / 2, max(seconds) * 4)
        axes.legend(fontsize=8)
    figure.savefig(name, metadata={"Date": None})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--growth", action="store_true")
    options = parser.parse_args()
    theta = np.linspace(0.5, 3, max(16, int(1024 * options.scale)))[:, None]
    x, alpha = np.linspace(0.1, 3, 64), np.geomspace(1, 1000, 256)
    weights = np.random.default_rng(0).uniform(0.5, 3, (theta.size, 64))
    rows = race("W1", theta, x, alpha, 64, options.repeats) + race("W3", weights, x, alpha, 64, options.repeats)
    folder = Path(tempfile.mkdtemp())
    try:
        rows.append(
            {"work": "W2", "who": "gradproof", "seconds": round(timed(theta, x, alpha, 64, folder / "s.zarr"), 3)}
        )
    finally:
        shutil.rmtree(folder)
    for name, depth in (("depth 10³", 10**3), ("W4", 10**6)):
        taken = statistics.median(timed(theta, x, alpha, depth) for _ in range(options.repeats))
        rows.append({"work": name, "who": "gradproof", "seconds": round(taken, 3)})
    curves = growth(x, alpha) if options.growth else []
    machine = {"processor": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()}
    described = ", ".join(f"{key} {value}" for key, value in {**vars(options), **machine}.items())
    text = "\n\n".join([table(rows), *([table(curves)] if curves else []), described])
    print(text)
    RESULTS.mkdir(exist_ok=True)
    found = {"machine": machine, "options": vars(options), "rows": rows, "growth": curves}
    (RESULTS / "sweep.json").write_text(json.dumps(found, indent=1) + "\n")
    (RESULTS / "sweep.md").write_text(text + "\n")
    if curves and find_spec("matplotlib"):
        draw(curves, RESULTS / "sweep_growth.svg")
    fastest = min(row["ratio"] for row in rows if row["work"] == "W1" and row["who"] != "gradproof")
    deep = {row["work"]: row["seconds"] for row in rows}
    return 0 if fastest >= FASTER and deep["W4"] <= DEEPER * deep["depth 10³"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
