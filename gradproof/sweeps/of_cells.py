"""What `gradproof sweep --rigorous` does: the cells of the grid, with certain bounds and verdicts, and a summary."""

from __future__ import annotations

import math
from argparse import Namespace
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from rich.table import Table

from gradproof.display import console
from gradproof.record import dump
from gradproof.sweeps.summary import Summary, duration, number, short
from gradproof.usage import UsageError
from numerics.sweeping.grid import AXES, Tile, parse_axis
from numerics.sweeping.rigorous.cells import ABOVE, BELOW
from numerics.sweeping.rigorous.plan import RigorousPlan, prepared
from numerics.sweeping.sweep import Prepared


def prepared_cells(options: Namespace, layers: Callable[[str], list[int | str]]) -> Prepared[RigorousPlan]:
    """The plan of `gradproof sweep --rigorous`."""
    if options.theta.strip().endswith(".npy"):
        raise UsageError(
            f"{options.theta!r} has one θ for each layer, and cells need one θ for all: give an axis A:B:N"
        )
    for name, usual in (("want", "log_gradient"), ("dtype", "float64")):
        given = getattr(options, name)
        if given != usual:
            raise UsageError(f"--{name} {given!r} is nothing that has certain bounds: leave it out with --rigorous")
    theta, x, alpha = (parse_axis(getattr(options, name) or "1", name) for name in AXES)
    plan, reason = prepared(
        theta, x, alpha, options.depth, layers=layers(options.layers), activation_name=options.activation,
        backend=options.backend, epsilon=options.epsilon, split=options.split or 0,
    )  # fmt: skip
    return Prepared(plan, reason)


class CellSummary(Summary):
    """For each layer: the verdicts counted, the least lower and the greatest upper bound, and the widest cell."""

    plan: RigorousPlan

    def __init__(self, plan: RigorousPlan):
        super().__init__(plan)
        self.counts = np.zeros((plan.marks.size, 3), np.int64)
        self.least = np.full(plan.marks.size, math.inf)
        self.greatest = np.full(plan.marks.size, -math.inf)
        self.widest: list[tuple[float, tuple[int, int, int]] | None] = [None] * plan.marks.size

    def add(self, tile: Tile, found: dict[str, np.ndarray]) -> None:
        """Takes in a tile. The widest cell is that of finite bounds; ties go to the first cell."""
        lower, upper = found["lower"], found["upper"]
        with np.errstate(invalid="ignore"):
            widths = np.where(np.isfinite(lower) & np.isfinite(upper), upper - lower, -1.0)
        with self.lock:
            self._take_in(tile, found, lower, upper, widths)

    def _take_in(
        self, tile: Tile, found: dict[str, np.ndarray], lower: np.ndarray, upper: np.ndarray, widths: np.ndarray
    ) -> None:
        for i in range(self.plan.marks.size):
            self.least[i] = min(self.least[i], lower[i].min())
            self.greatest[i] = max(self.greatest[i], upper[i].max())
            where = np.unravel_index(int(np.argmax(widths[i])), widths[i].shape)
            width = float(widths[i][where])
            at = tuple(int(place) + part.start for place, part in zip(where, tile.region, strict=True))
            old = self.widest[i]
            if width >= 0 and (old is None or (-width, at) < (-old[0], old[1])):
                self.widest[i] = width, at  # pyright: ignore[reportArgumentType]
            if "verdict" in found:
                self.counts[i] += [int((found["verdict"][i] == kind).sum()) for kind in (ABOVE, BELOW, 0)]

    def rows(self) -> Iterator[dict[str, Any]]:
        for i, layer in enumerate(self.plan.layers):
            widest = self.widest[i]
            row: dict[str, Any] = {
                "layer": layer, "lower": number(float(self.least[i])),
                "upper": number(float(self.greatest[i])), "widest": None if widest is None else widest[0],
                "widest_at": None if widest is None else self.plan.point(widest[1]),
            }  # fmt: skip
            if self.plan.epsilon is not None:
                row |= dict(
                    zip(("at_least_epsilon", "below_epsilon", "undecided"), self.counts[i].tolist(), strict=True)
                )
            yield row

    def show(self, seconds: float, options: Namespace) -> None:
        _print(self, seconds, options)


def _print(summary: CellSummary, seconds: float, options: Namespace) -> None:
    plan = summary.plan
    if options.format == "json":
        head = {"cells": plan.grid.points, "depth": plan.depth, "seconds": seconds, "backend": plan.backend}
        epsilon = None if plan.epsilon is None else str(plan.epsilon)
        dump({**head, "epsilon": epsilon, "split": plan.split, "out": options.out, "rows": list(summary.rows())})
        return
    to, table = console(options.no_color), Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    counted = ("≥ ε", "< ε", "undecided") if plan.epsilon is not None else ()
    for heading in ("layer", "lower", "upper", *counted, "widest"):
        table.add_column(heading, no_wrap=True)
    for row in summary.rows():
        ends = [_outward(row["lower"], down=True), _outward(row["upper"], down=False)]
        counts = [f"{row[n]:,}" for n in ("at_least_epsilon", "below_epsilon", "undecided")] if counted else []
        table.add_row(f"{row['layer']:,}", *ends, *counts, "" if row["widest"] is None else f"{row['widest']:.3g}")
    to.print(table)
    widest = max(summary.rows(), key=lambda row: -1.0 if row["widest"] is None else row["widest"])
    if widest["widest"] is not None:
        ends = (
            f"{low:.5g}" if low == high else f"{low:.5g} to {high:.5g}" for low, high in widest["widest_at"].values()
        )
        where = ", ".join(f"{name} {end}" for name, end in zip(("θ", "x", "α"), ends, strict=True))
        to.print(f"widest bounds: layer {widest['layer']:,} over the cell {where}", soft_wrap=True)
    rate = short(plan.grid.points / seconds)
    done = f"{plan.grid.points:,} cells in {duration(seconds)}: {rate} a second"
    to.print(done + (f"; written to {options.out}" if options.out else ""), soft_wrap=True)


def _outward(value: float | str, down: bool) -> str:
    """Eight digits, rounded so that what is printed is certain too."""
    if isinstance(value, str):
        return value
    from decimal import ROUND_CEILING, ROUND_FLOOR, Context

    return str(Context(prec=8, rounding=ROUND_FLOOR if down else ROUND_CEILING).create_decimal_from_float(value))
