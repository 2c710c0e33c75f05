"""What `gradproof sweep` prints at its end: the least and the greatest values, and where they are."""

from __future__ import annotations

import math
import threading
from argparse import Namespace
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from rich.table import Table

from gradproof.display import console
from gradproof.record import dump
from numerics.sweeping.grid import Tile
from numerics.sweeping.kinds import Sweepable
from numerics.sweeping.variables import NEVER

_LETTERS = {"theta": "θ", "alpha": "α"}


class Summary:
    """The least and the greatest value of each variable and layer, and where they are."""

    def __init__(self, plan: Sweepable):
        self.plan = plan
        self.variables = {variable.name: variable for variable in plan.variables}
        self.lock = threading.Lock()
        self.ends: dict[tuple[str, int | None], list[tuple[float, tuple[int, ...]] | None]] = {}
        for name, variable in self.variables.items():
            for layer in plan.layers if "layer" in variable.dims else (None,):
                self.ends[name, layer] = [None, None]

    def add(self, tile: Tile, found: dict[str, np.ndarray]) -> None:
        """Takes in a tile, from any thread. Ties go to the first point of the grid: no order of the tiles matters."""
        for (name, layer), ends in self.ends.items():
            if name not in found:
                continue
            begins = [part.start for part in self.variables[name].region(tile) if part.start is not None]
            values = found[name] if layer is None else found[name][self.plan.layers.index(layer)]
            for side, place in enumerate(_extremes(values)):
                if place is None:
                    continue
                where = np.unravel_index(place, values.shape)
                value = values[where].item()
                at = tuple(int(i) + begin for i, begin in zip(where, begins, strict=True))
                sign = 1 if side == 0 else -1
                with self.lock:
                    old = ends[side]
                    if old is None or (sign * value, at) < (sign * old[0], old[1]):
                        ends[side] = value, at

    def take(self, extremes: Iterable[Any]) -> None:
        """Takes in what a GPU found on the whole grid (numerics.sweeping.cuda.launch.Extreme)."""
        for found in extremes:
            ends = (found.least, found.least_at), (found.greatest, found.greatest_at)
            self.ends[found.variable, found.layer] = [end if end[1] is not None else None for end in ends]

    def show(self, seconds: float, options: Namespace) -> None:
        """Prints it, as a table or as JSON."""
        print_summary(self, seconds, options)

    def extra(self) -> dict[str, Any]:
        """What else there is to say, for JSON."""
        return {}

    def lines(self, extra: dict[str, Any]) -> list[str]:
        """The same for reading."""
        return []

    def rows(self) -> Iterator[dict[str, Any]]:
        for (name, layer), ends in self.ends.items():
            row: dict[str, Any] = {"variable": name, "layer": layer}
            for side, end in zip(("min", "max"), ends, strict=True):
                row[side], row[f"{side}_at"] = (number(end[0]), self.plan.point(end[1])) if end else (None, None)
            yield row


def _extremes(values: np.ndarray) -> tuple[int | None, int | None]:
    """The places of the least and the greatest value that is no NaN, if there are any."""
    least, greatest = int(values.argmin()), int(values.argmax())
    if not np.isnan(values.flat[least]):  # the first NaN, where there is one
        return least, greatest
    if np.isnan(values).all():
        return None, None
    return int(np.nanargmin(values)), int(np.nanargmax(values))


def number(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def print_summary(summary: Summary, seconds: float, options: Namespace) -> None:
    plan, extra = summary.plan, summary.extra()
    layer_points = plan.grid.points * plan.depth / seconds
    if options.format == "json":
        head = {"points": plan.grid.points, "depth": plan.depth, "seconds": seconds, "backend": plan.backend}
        dump(
            {**head, "layer_points_per_second": layer_points, "out": options.out, "rows": list(summary.rows()), **extra}
        )
        return
    at = f"at {', '.join(_LETTERS.get(name, name) for name in plan.names)}"
    to, table = console(options.no_color), Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("", "layer", "least", at, "greatest", at):
        table.add_column(heading, justify="left", no_wrap=True)
    for row in summary.rows():
        cells = [row["variable"], "" if row["layer"] is None else f"{row['layer']:,}"]
        for side in ("min", "max"):
            value, at = row[side], row[f"{side}_at"]
            cells += (
                ["nowhere", ""]
                if at is None
                else [_digits(value), ", ".join(f"{v:.5g}" for v in [*at.values()][: len(plan.names)])]
            )
        table.add_row(*cells)
    to.print(table)
    done = f"{plan.grid.points:,} points in {duration(seconds)}: {short(layer_points)} layers of chains a second"
    for line in summary.lines(extra):
        to.print(line, soft_wrap=True)
    to.print(done + (f"; written to {options.out}" if options.out else ""), soft_wrap=True)


def _digits(value: float | str) -> str:
    if isinstance(value, int):
        return "never" if value == NEVER else f"{value:,}"
    return value if isinstance(value, str) else f"{value:.8g}"


def _scaled(value: float, units: tuple[str, ...], step: float) -> str:
    place = 0
    while value >= step and place < len(units) - 1:
        value, place = value / step, place + 1
    return f"{value:.3g}{units[place]}"


def short(value: float) -> str:
    return _scaled(value, ("", " thousand", " million", " billion", " trillion"), 1000.0)


def size_of(value: float) -> str:
    return _scaled(value, (" B", " KiB", " MiB", " GiB", " TiB", " PiB"), 1024.0)


def duration(seconds: float) -> str:
    for unit, size in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"
