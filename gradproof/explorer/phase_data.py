"""The Phase diagram: log|∂g/∂θ_k| over two axes, from a sweep on the spot or from a store."""

from __future__ import annotations

import math
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from numerics.sweeping.sweep import in_memory, prepared
from theory.activations import activation
from theory.errors import StatementError

Array = np.ndarray
AXES = ("theta", "x", "alpha", "depth")
SYMBOLS = {"theta": "θ", "x": "x", "alpha": "α", "depth": "depth l"}
MOST_DEPTHS, MOST_CELLS = 64, 512
BELOW, BETWEEN, ABOVE, UNDECIDED = range(4)


@dataclass(frozen=True)
class Grid:
    """Two axes in rising order, evenly or by equal factors, and the values of what is not an axis."""

    across: str
    up: str
    x: Array
    y: Array
    log_x: bool
    log_y: bool
    fixed: Mapping[str, float]
    activation: str
    layer: int


@dataclass(frozen=True)
class Diagram:
    """log|∂g/∂θ_k| at each point of the grid, rows along `up`; −∞ where it is 0."""

    grid: Grid
    logs: Array

    def at(self, i: int, j: int) -> dict[str, float]:
        """The values of θ, x, α and the depth at column i of row j."""
        grid = self.grid
        return {**grid.fixed, grid.across: float(grid.x[i]), grid.up: float(grid.y[j])}

    def phases(self, epsilon: float) -> Array:
        """Below ε, above 1/ε, or between, in doubles."""
        found = np.full(self.logs.shape, BETWEEN)
        found[self.logs < math.log(epsilon)] = BELOW
        found[self.logs > -math.log(epsilon)] = ABOVE
        found[np.isnan(self.logs)] = UNDECIDED
        return found

    def columns(self) -> dict[str, Array]:
        """The data as a table, a row for each point."""
        x, y = np.meshgrid(self.grid.x, self.grid.y)
        return {self.grid.across: x.ravel(), self.grid.up: y.ravel(), "log_gradient": self.logs.ravel()}


def axis(name: str, low: float, high: float, cells: int) -> tuple[Array, bool]:
    """Values of an axis: even steps, equal factors for α, whole numbers for the depth. StatementError for no range."""
    if not low < high:
        raise StatementError(f"{SYMBOLS[name]} from {low:g} to {high:g} is no range: give the smaller number first")
    if name == "depth":
        first, last = max(1, round(low)), round(high)
        if last - first < 1:
            raise StatementError(f"depths from {low:g} to {high:g} are no range: give whole numbers, such as 1 and 64")
        return np.unique(np.linspace(first, last, min(cells, MOST_DEPTHS, last - first + 1)).round()), False
    if name == "alpha":
        if low <= 0:
            raise StatementError(f"α from {low:g}: it is above 0")
        return np.geomspace(low, high, cells), True
    return np.linspace(low, high, cells), False


def grid(
    across: str, up: str, ends: Mapping[str, tuple[float, float]], fixed: Mapping[str, float], name: str, layer: int,
    cells: int,
) -> Grid:  # fmt: skip
    """The grid over two axes. StatementError where they are the same one, or a range is none."""
    if across == up:
        raise StatementError(f"both axes are {SYMBOLS[across]}: choose two that differ")
    (x, log_x), (y, log_y) = (axis(one, *ends[one], cells) for one in (across, up))
    others = {one: fixed[one] for one in AXES if one not in (across, up)}
    return Grid(across, up, x, y, log_x, log_y, others, name, layer)


def swept(wanted: Grid) -> Diagram:
    """The diagram by a sweep. StatementError for what the sweep refuses (a layer that some chain does not have)."""
    if "depth" in (wanted.across, wanted.up):
        depths = wanted.x if wanted.across == "depth" else wanted.y
        lines = [_logs(wanted, int(depth)) for depth in depths]
        logs = np.concatenate(lines, axis=1 if wanted.across == "depth" else 0)
        return Diagram(wanted, logs)
    return Diagram(wanted, _logs(wanted, round(wanted.fixed["depth"])))


def _logs(wanted: Grid, depth: int) -> Array:
    """log|∂g/∂θ_k| at one depth, rows along `up`; an axis that is the depth has one place."""
    values: dict[str, Any] = {name: np.atleast_1d(value) for name, value in wanted.fixed.items()}
    values |= {wanted.across: wanted.x, wanted.up: wanted.y}
    ready = prepared(
        values["theta"], values["x"], values["alpha"], depth, layers=[wanted.layer],
        activation_name=activation(wanted.activation),
    )  # fmt: skip
    found = in_memory(ready.plan).log_gradient.values[0].astype(float)
    places = {"theta": 0, "x": 1, "alpha": 2}
    order = [places[name] for name in (wanted.up, wanted.across) if name in places]
    rest = [place for place in range(3) if place not in order]
    flat = np.transpose(found, [*order, *rest])
    if wanted.across == "depth":
        return flat.reshape(-1, 1)
    return flat.reshape(1, -1) if wanted.up == "depth" else flat.reshape(wanted.y.size, wanted.x.size)


def stored(name: str) -> Diagram:
    """The diagram of a store that `gradproof sweep --out` wrote, its two longest axes, thinned to what a picture shows.

    UsageError or StatementError where there is none, or it has no gradient over two axes.
    """
    from gradproof.plotting.selection import selected
    from gradproof.usage import UsageError
    from numerics.sweeping.store import opened

    path = Path(name)
    if not path.is_dir():
        raise UsageError(f"there is no store {name!r}: give the folder that gradproof sweep --out wrote")
    options = Namespace(path=name, variable=None, layer=None, theta=None, x=None, alpha=None)
    selection = selected(opened(path), options)
    if len(selection.axes) != 2 or selection.variable != "log_gradient":
        raise UsageError(f"{name!r} has no log_gradient over two axes: gradproof plot draws what it has")
    across, up = selection.axes
    panel = selection.panels[0]
    fixed = {one.name: float(one.values[place]) for one, place, _ in selection.fixed}
    fixed["depth"] = float(selection.attributes.get("depth", 1))
    name_of = str(selection.attributes.get("activation", "tanh"))
    geometric = across.geometric, up.geometric
    ends = across.axis.name, up.axis.name, across.values, up.values
    return Diagram(Grid(*ends, *geometric, fixed, name_of, panel.layer or 1), panel.values.T)


def critical(diagram: Diagram) -> float | None:
    """1/f′(0) where f is odd: for |θ| below it every orbit goes to 0, above it 0 repels. None where not known."""
    f = activation(diagram.grid.activation)
    if f.parity != "odd" or f.slope_at_zero is None or not f.slope_at_zero.is_positive:
        return None
    return float(1 / f.slope_at_zero)


def contour(values: Array, level: float) -> list[tuple[float, float, float, float]]:
    """Marching squares: pieces of the line on which `values` is `level`, as (column, row) of both ends.

    In each square of four neighbours the line is straight between the points on its sides, by linear interpolation.
    A square with a value that is not finite has none.
    """
    gap = values - level
    corners = gap[:-1, :-1], gap[:-1, 1:], gap[1:, 1:], gap[1:, :-1]
    # np.where on the signs finds the squares that the line meets; only those are looked at one by one.
    signs = sum((corner > 0).astype(int) for corner in corners)
    finite = np.logical_and.reduce([np.isfinite(corner) for corner in corners])
    pieces = []
    for j, i in zip(*np.where((signs > 0) & (signs < 4) & finite), strict=True):
        a, b, c, d = (float(corner[j, i]) for corner in corners)
        ends = []
        for (p, q), at in (
            ((a, b), lambda s, i=i, j=j: (i + s, j + 0.0)),
            ((b, c), lambda s, i=i, j=j: (i + 1.0, j + s)),
            ((d, c), lambda s, i=i, j=j: (i + s, j + 1.0)),
            ((a, d), lambda s, i=i, j=j: (i + 0.0, j + s)),
        ):
            if (p > 0) != (q > 0):
                ends.append(at(p / (p - q)))
        pieces += [(*ends[n], *ends[n + 1]) for n in range(0, len(ends) - 1, 2)]
    return pieces


def joined(pieces: list[tuple[float, float, float, float]]) -> list[list[tuple[float, float]]]:
    """The pieces of a contour put together where their ends meet, so that a line can be dashed."""
    at: dict[tuple[float, float], list[int]] = {}
    ends = [((round(a, 9), round(b, 9)), (round(c, 9), round(d, 9))) for a, b, c, d in pieces]
    for n, pair in enumerate(ends):
        for end in pair:
            at.setdefault(end, []).append(n)
    left, lines = set(range(len(ends))), []
    # Open lines first, from an end that nothing else meets; what is left then are closed ones.
    for n in [*(n for n, pair in enumerate(ends) if any(len(at[end]) == 1 for end in pair)), *range(len(ends))]:
        if n not in left:
            continue
        left.discard(n)
        first, last = ends[n] if len(at[ends[n][0]]) == 1 or len(at[ends[n][1]]) > 1 else ends[n][::-1]
        line = [first, last]
        while following := [m for m in at[line[-1]] if m in left]:
            left.discard(following[0])
            a, b = ends[following[0]]
            line.append(b if a == line[-1] else a)
        lines.append(line)
    return lines
