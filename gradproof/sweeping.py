"""What `gradproof sweep` does: reads the options into a plan, runs it with a progress bar, and prints a summary."""

from __future__ import annotations

import errno
import math
import shutil
import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from gradproof.display import console
from gradproof.record import dump
from gradproof.usage import UsageError
from numerics.sweeping.engine import PER_LAYER, Plan
from numerics.sweeping.grid import Grid, Tile, parse_axis
from numerics.sweeping.sweep import Prepared, prepared, tiles_computed

MOST_UNSTORED = 10**10
_SAMPLE_ROWS, _SAMPLE_COLUMNS = 32, 4096


def prepared_from(options: Namespace) -> Prepared:
    """The plan of the command line. UsageError or StatementError says what is wrong with it."""
    checked_out(options)
    per_layer = options.theta.strip().endswith(".npy")
    theta = _array(options.theta.strip()) if per_layer else parse_axis(options.theta, "theta")
    ready = prepared(
        theta, parse_axis(options.x, "x"), parse_axis(options.alpha, "alpha"), options.depth,
        layers=_layers(options.layers), want=[name.strip() for name in options.want.split(",") if name.strip()],
        activation_name=options.activation, dtype=options.dtype, backend=options.backend, per_layer=per_layer,
    )  # fmt: skip
    points = ready.plan.grid.points
    if options.out is None and points > MOST_UNSTORED and not options.dry_run:
        raise UsageError(f"{points:.3g} points are too many to compute without --out: give it, so that nothing is lost")
    return ready


def checked_out(options: Namespace) -> None:
    if missing := [name for name in ("xarray", "zarr") if options.out is not None and not find_spec(name)]:
        raise UsageError(f"--out needs {' and '.join(missing)}: pip install 'gradproof[sweep]', or leave it out")


def _array(name: str) -> np.ndarray:
    try:
        return np.load(name, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"{name!r} cannot be read as an array of NumPy: {error}") from None


def _layers(text: str) -> list[int | str]:
    found: list[int | str] = []
    for part in text.split(","):
        given = part.strip()
        if given != "last" and not (given.isascii() and given.isdigit() and len(given) < 12):
            raise UsageError(f"{given!r} in --layers {text!r} is no layer: give numbers from 1 up, or last")
        found.append(given if given == "last" else int(given))
    return found


def carry_out(ready: Prepared, options: Namespace) -> None:
    """Runs the sweep, into the store if there is one, and prints what it found."""
    plan, summary, began = ready.plan, Summary(ready.plan), time.perf_counter()
    say = console(options.no_color, stderr=True)
    say.print(f"gradproof: {described(plan)} on {plan.backend} ({ready.reason})", soft_wrap=True)
    if options.out is None:
        tiles = tiles_computed(plan, list(plan.grid.tiles()), summary.add)
        _watched(tiles, plan.grid.tile_count, plan, options)
    else:
        _stored(plan, summary, options)
    _print(summary, time.perf_counter() - began, options)


def _stored(plan: Plan, summary: Summary, options: Namespace) -> None:
    from numerics.sweeping.store import Store

    try:
        store = Store(Path(options.out), plan, {"command": "gradproof " + " ".join(sys.argv[1:])})
        left = store.missing()
        if len(left) < plan.grid.tile_count:
            there = plan.grid.tile_count - len(left)
            print(f"gradproof: {there} of {plan.grid.tile_count} tiles are there already", file=sys.stderr)
        _watched(store.run(left), len(left), plan, options)
        for tile in plan.grid.tiles():
            summary.add(tile, store.read(tile))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.ENOTDIR):
            raise
        advice = "what is done is kept, and the same command goes on" if error.errno == errno.ENOSPC else "give another"
        raise UsageError(f"{options.out!r} cannot be written: {error.strerror}; {advice}") from None
    except KeyboardInterrupt:
        print(f"\ngradproof: stopped; the same command goes on with {options.out!r}", file=sys.stderr)
        raise


def _watched(tiles: Iterator[Tile], count: int, plan: Plan, options: Namespace) -> None:
    """Runs through the tiles with a bar that shows the rate and the time left."""
    to = console(options.no_color, stderr=True)
    columns = (BarColumn(30), TextColumn("{task.percentage:3.0f} %"), TextColumn("{task.fields[rate]}"))
    with Progress(*columns, TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(), console=to, transient=True,
                  disable=not to.is_terminal) as bar:  # fmt: skip
        task, began, points = bar.add_task("", total=count, rate=""), time.perf_counter(), 0
        for tile in tiles:
            points += math.prod(part.stop - part.start for part in tile.region)
            rate = points / (time.perf_counter() - began)
            bar.update(task, advance=1, rate=f"{_short(rate)} points/s")


def described(plan: Plan) -> str:
    sizes = " × ".join(f"{size:,}" for size in plan.grid.shape)
    return f"{sizes} = {plan.grid.points:,} points, {plan.depth:,} layers of {plan.f.name}, {plan.dtype}"


def print_estimate(ready: Prepared, options: Namespace) -> None:
    """The size on disk, and the time as a sample of the grid suggests it."""
    plan = ready.plan
    seconds = estimated(plan)
    record = {
        "points": plan.grid.points, "tiles": plan.grid.tile_count, "bytes": ready.bytes, "seconds": seconds,
        "backend": plan.backend, "reason": ready.reason, "kernel": plan.kernels.HASH,
    }  # fmt: skip
    if options.format == "json":
        dump(record)
        return
    to = console(options.no_color)
    to.print(f"{described(plan)} on {plan.backend} ({ready.reason})", soft_wrap=True)
    room = f", of {_bytes(shutil.disk_usage(_parent(options.out)).free)} free" if options.out else ""
    to.print(f"{plan.grid.tile_count:,} tiles, {_bytes(ready.bytes)}{room}; about {_time(seconds)}", soft_wrap=True)


def _parent(name: str) -> Path:
    path = Path(name).absolute()
    while not path.exists():
        path = path.parent
    return path


def estimated(plan: Plan) -> float:
    """Seconds for the whole grid, from those for an even sample of its rows."""
    import os

    grid = plan.grid
    rows = np.unique(np.linspace(0, grid.shape[0] - 1, min(grid.shape[0], _SAMPLE_ROWS)).astype(int))
    width = max(1, _SAMPLE_COLUMNS // grid.alpha.size)
    columns = np.unique(np.linspace(0, grid.x.size - 1, min(grid.x.size, width)).astype(int))
    alphas = np.unique(np.linspace(0, grid.alpha.size - 1, min(grid.alpha.size, _SAMPLE_COLUMNS)).astype(int))
    sample = Plan(
        Grid(grid.theta[rows], grid.x[columns], grid.alpha[alphas]), plan.depth, plan.layers, plan.f, plan.want,
        plan.dtype, plan.backend,
    )  # fmt: skip
    (first, *_) = tiles = list(sample.grid.tiles())
    sample.prepare()
    sample.compute(first)  # compiles
    began = time.perf_counter()
    for tile in tiles:
        sample.compute(tile)
    return (time.perf_counter() - began) * grid.points / sample.grid.points / (os.cpu_count() or 1)


class Summary:
    """The least and the greatest value of each variable and layer, and where they are."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self.ends: dict[tuple[str, int | None], list[tuple[float, tuple[int, int, int]] | None]] = {}
        for name in plan.want:
            for layer in plan.layers if name in PER_LAYER else (None,):
                self.ends[name, layer] = [None, None]

    def add(self, tile: Tile, found: dict[str, np.ndarray]) -> None:
        """Takes in a tile. Ties go to the first point of the grid, so that the order of the tiles does not matter."""
        for (name, layer), ends in self.ends.items():
            values = found[name] if layer is None else found[name][self.plan.layers.index(layer)]
            for side, pick in enumerate((np.argmin, np.argmax)):
                where = np.unravel_index(int(pick(values)), values.shape)
                value = float(values[where])
                at = tuple(int(i) + part.start for i, part in zip(where, tile.region, strict=True))
                old, sign = ends[side], 1 if side == 0 else -1
                if old is None or (sign * value, at) < (sign * old[0], old[1]):
                    ends[side] = value, at  # pyright: ignore[reportArgumentType]

    def rows(self) -> Iterator[dict[str, Any]]:
        for (name, layer), ends in self.ends.items():
            row: dict[str, Any] = {"variable": name, "layer": layer}
            for side, end in zip(("min", "max"), ends, strict=True):
                assert end is not None
                row[side], row[f"{side}_at"] = _number(end[0]), self.point(end[1])
            yield row

    def point(self, at: tuple[int, int, int]) -> dict[str, float | int]:
        grid = self.plan.grid
        theta: float | int = float(grid.theta[at[0], 0]) if self.plan.same else at[0]
        return {"theta": theta, "x": float(grid.x[at[1]]), "alpha": float(grid.alpha[at[2]])}


def _number(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def _print(summary: Summary, seconds: float, options: Namespace) -> None:
    plan = summary.plan
    layer_points = plan.grid.points * plan.depth / seconds
    if options.format == "json":
        head = {"points": plan.grid.points, "depth": plan.depth, "seconds": seconds, "backend": plan.backend}
        dump({**head, "layer_points_per_second": layer_points, "out": options.out, "rows": list(summary.rows())})
        return
    to, table = console(options.no_color), Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("", "layer", "least", "at θ, x, α", "greatest", "at θ, x, α"):
        table.add_column(heading, justify="left", no_wrap=True)
    for row in summary.rows():
        cells = [row["variable"], "" if row["layer"] is None else f"{row['layer']:,}"]
        for side in ("min", "max"):
            value, at = row[side], row[f"{side}_at"]
            cells += [value if isinstance(value, str) else f"{value:.8g}", ", ".join(f"{v:.5g}" for v in at.values())]
        table.add_row(*cells)
    to.print(table)
    done = f"{plan.grid.points:,} points in {_time(seconds)}: {_short(layer_points)} layers of chains a second"
    to.print(done + (f"; written to {options.out}" if options.out else ""), soft_wrap=True)


def _scaled(value: float, units: tuple[str, ...], step: float) -> str:
    place = 0
    while value >= step and place < len(units) - 1:
        value, place = value / step, place + 1
    return f"{value:.3g}{units[place]}"


def _short(value: float) -> str:
    return _scaled(value, ("", " thousand", " million", " billion", " trillion"), 1000.0)


def _bytes(value: float) -> str:
    return _scaled(value, (" B", " KiB", " MiB", " GiB", " TiB", " PiB"), 1024.0)


def _time(seconds: float) -> str:
    for unit, size in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"
