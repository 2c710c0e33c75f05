"""What `gradproof sweep` does: reads the options into a plan, runs it with a progress bar, and prints a summary."""

from __future__ import annotations

import errno
import math
import shutil
import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import nullcontext
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from gradproof.display import console
from gradproof.record import dump
from gradproof.sweeps.summary import Summary, duration, short, size_of
from gradproof.usage import UsageError
from numerics.sweeping.cluster import Cluster, connected
from numerics.sweeping.engine import Plan
from numerics.sweeping.grid import Tile, parse_axis
from numerics.sweeping.kinds import Sweepable
from numerics.sweeping.rigorous.plan import RigorousPlan
from numerics.sweeping.slack import ClaimPlan
from numerics.sweeping.sweep import Prepared, prepared, tiles_computed

MOST_UNSTORED = 10**10
_SAMPLE_ROWS, _SAMPLE_COLUMNS = 32, 4096


def prepared_from(options: Namespace) -> Prepared[Sweepable]:
    """The plan of the command line. UsageError or StatementError says what is wrong with it."""
    checked_out(options)
    if options.split is not None and not options.rigorous:
        raise UsageError(f"--split {options.split} is about cells: add --rigorous, or leave it out")
    if options.claim is not None:
        from gradproof.sweeps.of_claims import prepared_claim

        return _sized(prepared_claim(options, _layers), options)
    for name, given in (("theta", options.theta), ("depth", options.depth)):
        if given is None:
            raise UsageError(f"--{name} is missing: give it, such as --theta 0.5:3:1024 --depth 64")
    if options.set:
        raise UsageError(f"--set {options.set[0]} is for the variables of a --claim: leave it out, or give the claim")
    if options.rigorous:
        from gradproof.sweeps.of_cells import prepared_cells

        return _sized(prepared_cells(options, _layers), options)
    per_layer = options.theta.strip().endswith(".npy")
    theta = _array(options.theta.strip()) if per_layer else parse_axis(options.theta, "theta")
    ready = prepared(
        theta, parse_axis(options.x or "1", "x"), parse_axis(options.alpha or "1", "alpha"), options.depth,
        layers=_layers(options.layers), want=[name.strip() for name in options.want.split(",") if name.strip()],
        activation_name=options.activation, dtype=options.dtype, backend=options.backend, per_layer=per_layer,
        epsilon=options.epsilon,
    )  # fmt: skip
    return _sized(ready, options)


def _sized(ready: Prepared[Sweepable], options: Namespace) -> Prepared[Sweepable]:
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


def summary_of(plan: Sweepable) -> Summary:
    if isinstance(plan, ClaimPlan):
        from gradproof.sweeps.of_claims import ClaimSummary

        return ClaimSummary(plan)
    if isinstance(plan, RigorousPlan):
        from gradproof.sweeps.of_cells import CellSummary

        return CellSummary(plan)
    return Summary(plan)


def carry_out(ready: Prepared[Sweepable], options: Namespace) -> None:
    """Runs the sweep, into the store if there is one, and prints what it found."""
    plan, summary, began = ready.plan, summary_of(ready.plan), time.perf_counter()
    say = console(options.no_color, stderr=True)
    with nullcontext() if options.scheduler is None else connected(options.scheduler) as cluster:
        where = ready.reason if cluster is None else cluster.described
        say.print(f"gradproof: {described(plan)} on {plan.backend} ({where})", soft_wrap=True)
        if options.out is not None:
            _stored(plan, summary, options, cluster)
        elif cluster is None and isinstance(plan, Plan) and plan.reduces:
            summary.take(plan.kernels.extremes(plan))
        else:
            computed = tiles_computed if cluster is None else cluster.computed
            _watched(computed(plan, list(plan.grid.tiles()), summary.add), plan.grid.tile_count, plan, options)
    summary.show(time.perf_counter() - began, options)


def _stored(plan: Sweepable, summary: Summary, options: Namespace, cluster: Cluster | None) -> None:
    from numerics.sweeping.store import Store

    try:
        store = Store(Path(options.out), plan, {"command": "gradproof " + " ".join(sys.argv[1:])})
        left = store.missing()
        if len(left) < plan.grid.tile_count:
            there = plan.grid.tile_count - len(left)
            print(f"gradproof: {there} of {plan.grid.tile_count} tiles are there already", file=sys.stderr)
        _watched(store.run(left, cluster=cluster), len(left), plan, options)
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


def _watched(tiles: Iterator[Tile], count: int, plan: Sweepable, options: Namespace) -> None:
    """Runs through the tiles with a bar that shows the rate and the time left."""
    to = console(options.no_color, stderr=True)
    columns = (BarColumn(30), TextColumn("{task.percentage:3.0f} %"), TextColumn("{task.fields[rate]}"))
    with Progress(*columns, TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(), console=to, transient=True,
                  disable=not to.is_terminal) as bar:  # fmt: skip
        task, began, points = bar.add_task("", total=count, rate=""), time.perf_counter(), 0
        for tile in tiles:
            points += math.prod(part.stop - part.start for part in tile.region)
            rate = points / (time.perf_counter() - began)
            bar.update(task, advance=1, rate=f"{short(rate)} points/s")


def described(plan: Sweepable) -> str:
    sizes = " × ".join(f"{size:,}" for size in plan.grid.shape)
    noun = "cells" if isinstance(plan, RigorousPlan) else "points"
    return f"{sizes} = {plan.grid.points:,} {noun}, {plan.described()}"


def print_estimate(ready: Prepared[Sweepable], options: Namespace) -> None:
    """The size on disk, and the time as a sample of the grid suggests it."""
    plan = ready.plan
    seconds = estimated(plan)
    noun = "cells" if isinstance(plan, RigorousPlan) else "points"
    record = {
        noun: plan.grid.points, "tiles": plan.grid.tile_count, "bytes": ready.bytes, "seconds": seconds,
        "backend": plan.backend, "reason": ready.reason, "kernel": plan.identity()["kernel"],
    }  # fmt: skip
    if options.format == "json":
        dump(record)
        return
    to = console(options.no_color)
    to.print(f"{described(plan)} on {plan.backend} ({ready.reason})", soft_wrap=True)
    room = f", of {size_of(shutil.disk_usage(_parent(options.out)).free)} free" if options.out else ""
    to.print(f"{plan.grid.tile_count:,} tiles, {size_of(ready.bytes)}{room}; about {duration(seconds)}", soft_wrap=True)


def _parent(name: str) -> Path:
    path = Path(name).absolute()
    while not path.exists():
        path = path.parent
    return path


def estimated(plan: Sweepable) -> float:
    """Seconds for the whole grid, from those for an even sample of its rows."""
    import os

    grid = plan.grid
    rows = np.unique(np.linspace(0, grid.shape[0] - 1, min(grid.shape[0], _SAMPLE_ROWS)).astype(int))
    width = max(1, _SAMPLE_COLUMNS // grid.alpha.size)
    columns = np.unique(np.linspace(0, grid.x.size - 1, min(grid.x.size, width)).astype(int))
    alphas = np.unique(np.linspace(0, grid.alpha.size - 1, min(grid.alpha.size, _SAMPLE_COLUMNS)).astype(int))
    sample = plan.sample(rows, columns, alphas)
    (first, *_) = tiles = list(sample.grid.tiles())
    sample.prepare()
    sample.compute(first)  # compiles
    began = time.perf_counter()
    for tile in tiles:
        sample.compute(tile)
    return (time.perf_counter() - began) * grid.points / sample.grid.points / (os.cpu_count() or 1)
