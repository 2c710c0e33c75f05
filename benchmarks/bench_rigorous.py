"""Rigorous sweeps on one core, side by side: gradproof, the same bounds by Arb, and a sweep without bounds.

log|∂g/∂θ_k| of the layers 1 and last, tanh, α from 1 to 1000 by equal factors, at depth 64, on one core each:

* rigorous: certain bounds over every cell (gradproof sweep --rigorous), with Numba and with NumPy;
* arb: the same bounds from balls of 64 bits around the orbits of the corners, by python-flint, at some of the corners;
* interval: plain interval arithmetic over whole cells, by balls of 64 bits, at some cells;
* plain: the same number of points in doubles, with nothing certain (gradproof sweep).

Times are medians of `--repeats` turns. Beside them stands the median width of the bounds of layer 1, and how many times
the spread of the values at 5 × 5 × 5 points of a cell that is. Writes benchmarks/results/rigorous.json and rigorous.md;
ends with 1 if the rigorous sweep has fewer than 20 times the cells a second of Arb.

    python benchmarks/bench_rigorous.py [--repeats 3] [--theta 257] [--depth 64]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from flint import arb

from numerics.enclosure.interval import precision
from numerics.sweeping.rigorous.plan import RigorousPlan
from numerics.sweeping.rigorous.plan import prepared as rigorously
from numerics.sweeping.sweep import prepared, tiles_computed

RESULTS = Path(__file__).parent / "results"
QUICKER = 20
SAMPLE = 300
Array = np.ndarray


def timed(run: Callable[[], Any], repeats: int) -> float:
    taken = []
    for _ in range(repeats):
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def all_tiles(plan: Any, handle: Callable[..., None] = lambda *_: None) -> None:
    for _ in tiles_computed(plan, list(plan.grid.tiles()), handle, threads=1):
        pass


def bounds(plan: RigorousPlan) -> tuple[Array, Array]:
    found = {name: np.empty((plan.marks.size, *plan.grid.shape)) for name in ("lower", "upper")}

    def keep(tile: Any, values: dict[str, Array]) -> None:
        for name, kept in found.items():
            kept[(..., *tile.region)] = values[name]

    all_tiles(plan, keep)
    return found["lower"], found["upper"]


def arb_orbit(theta: arb, x: arb, alpha: arb, depth: int) -> tuple[arb, arb]:
    """log|∂g/∂θ_k| for k = 1 and depth, by elasticities: what a corner asks for, and what a whole cell gives."""
    y, product, last = x / alpha, arb(1), arb(1)
    for _ in range(depth):
        z = theta * y
        last = 2 * z / (2 * z).sinh()
        product = product * last
        y = z.tanh()
    head = alpha * y / theta
    return abs(head * product).log(), abs(head * last).log()


def _ball(low: float, high: float, whole: bool) -> arb:
    return arb(low).union(arb(high)) if whole else arb(low)


def by_arb(plan: RigorousPlan, draw: np.random.Generator, whole: bool) -> tuple[int, float]:
    """At SAMPLE corners, or over as many whole cells: how many, and the median width of layer 1."""
    axes = [plan.axes.bounds(name) for name in ("theta", "x", "alpha")]
    widths = []
    with precision(64):
        for _ in range(SAMPLE):
            ends = [pairs[draw.integers(len(pairs))] for pairs in axes]
            theta, x, alpha = (_ball(float(pair[0]), float(pair[1]), whole) for pair in ends)
            first, _ = arb_orbit(theta, x, alpha, plan.depth)
            widths.append(float(first.rad()) * 2 if first.is_finite() else np.inf)
    return SAMPLE, statistics.median(widths)


def excess(plan: RigorousPlan, lower: Array, upper: Array, draw: np.random.Generator) -> float:
    """The width of the bounds of layer 1 over the spread of its values within the cell, the median of 200 cells."""
    found = []
    for _ in range(200):
        at = tuple(int(draw.integers(n)) for n in plan.grid.shape)
        ends = [plan.axes.bounds(name)[place] for name, place in zip(("theta", "x", "alpha"), at, strict=True)]
        inner = [np.linspace(low, high, 5) for low, high in ends]
        sample = prepared(inner[0], inner[1], inner[2], plan.depth, layers=(1,), backend="numpy").plan
        values = sample.compute(next(iter(sample.grid.tiles())))["log_gradient"]
        found.append((upper[0][at] - lower[0][at]) / float(values.max() - values.min()))
    return statistics.median(found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--theta", type=int, default=257)
    parser.add_argument("--depth", type=int, default=64)
    options = parser.parse_args()
    axes = np.linspace(0.5, 3, options.theta), np.linspace(0.1, 3, 33), np.geomspace(1, 1000, 33)
    rows: list[dict[str, Any]] = []

    def add(who: str, cells: int, seconds: float, **more: float) -> None:
        rate, rounded = round(cells / seconds), {name: float(f"{value:.3g}") for name, value in more.items()}
        rows.append({"who": who, "cells": cells, "seconds": round(seconds, 4), "cells_per_second": rate, **rounded})

    for backend in ("numba", "numpy"):
        plan, _ = rigorously(*axes, options.depth, backend=backend)
        plan.prepare()
        lower, upper = bounds(plan)
        draw = np.random.default_rng(0)
        width = float(np.median(upper[0] - lower[0]))
        seconds = timed(lambda plan=plan: all_tiles(plan), options.repeats if backend == "numba" else 1)
        add(f"rigorous, {backend}", plan.grid.points, seconds, width=width, excess=excess(plan, lower, upper, draw))
    draw = np.random.default_rng(1)
    seconds = timed(lambda: by_arb(plan, draw, False), options.repeats)
    add("arb at the corners", SAMPLE, seconds)
    seconds = timed(lambda: by_arb(plan, draw, True), options.repeats)
    add("interval over cells", SAMPLE, seconds, width=by_arb(plan, draw, True)[1])
    points = prepared(plan.grid.theta[:, 0], plan.grid.x, plan.grid.alpha, options.depth, backend="numba").plan
    all_tiles(points)
    add("plain, numba", points.grid.points, timed(lambda: all_tiles(points), options.repeats))
    quickest = rows[0]["cells_per_second"]
    for row in rows:
        row["ratio"] = float(f"{quickest / row['cells_per_second']:.3g}")
    machine = {"processor": platform.machine(), "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 2)}
    heads = list(dict.fromkeys(key for row in rows for key in row))
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(str(row.get(head, '')) for head in heads)} |" for row in rows]
    described = ", ".join(f"{key} {value}" for key, value in {**vars(options), **machine}.items())
    text = "\n".join([*lines, "", described])
    print(text)
    RESULTS.mkdir(exist_ok=True)
    found = {"machine": machine, "options": vars(options), "rows": rows}
    (RESULTS / "rigorous.json").write_text(json.dumps(found, indent=1) + "\n")
    (RESULTS / "rigorous.md").write_text(text + "\n")
    arb_rate = next(row["cells_per_second"] for row in rows if row["who"].startswith("arb"))
    return 0 if quickest >= QUICKER * arb_rate else 1


if __name__ == "__main__":
    raise SystemExit(main())
