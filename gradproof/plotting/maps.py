"""Maps of a variable over two axes, and beside the logarithm of a gradient its phase diagram."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

import numpy as np

from gradproof.plotting.critical import critical_lines
from gradproof.plotting.levels import EXPLODES, MISSING, PHASES, VANISHES, VERDICTS, ZERO, in_tens, phases
from gradproof.plotting.scale import WIDE, said, ticks
from gradproof.plotting.selection import Panel, Selection
from gradproof.plotting.wording import above, below, is_gradient, label, title

Array = np.ndarray
_SIZES, _SIZES_OF_DEPTHS = 1000, 20
"""Numbers of so many sizes, as the greatest by the least, have a logarithmic scale."""
_SEQUENTIAL, _DIVERGING = "cividis", "PuOr_r"
_ZERO_COLOR, _INFINITE_COLOR, _MISSING_COLOR = "#000000", "#cc79a7", "#d9d9d9"


def draw_maps(figure: Any, selection: Selection, options: Namespace) -> None:
    """A row for each layer: the variable, and the phase diagram where it is the logarithm of a gradient."""
    rows, phased = len(selection.panels), is_gradient(selection.variable)
    figure.set_size_inches(4.3 * (1 + phased) + 0.4, 3.3 * rows + 0.75)
    axes = figure.subplots(rows, 1 + phased, squeeze=False, sharex=True, sharey=True)
    handles: dict[str, Any] = {}
    for row, panel in zip(axes, selection.panels, strict=True):
        drawn = _verdicts if selection.variable == "verdict" else _map
        handles |= drawn(figure, row[0], selection, panel)
        if phased:
            handles |= _phase_diagram(row[1], selection, panel, options)
        for place, one in enumerate(row):
            _frame(one, selection, left=place == 0, bottom=panel is selection.panels[-1])
    figure.suptitle(title(selection), fontsize=11)
    if handles:
        order = list(handles.items())
        columns = min(len(order), 4 if phased else 2)
        figure.legend(
            [h for _, h in order], [text for text, _ in order], loc="outside lower center", ncols=columns, fontsize=8,
            frameon=False, handlelength=1.6,
        )  # fmt: skip


def _map(figure: Any, axes: Any, selection: Selection, panel: Panel) -> dict[str, Any]:
    from matplotlib.patches import Patch

    values = in_tens(panel.values) if is_gradient(selection.variable) else panel.values
    name = label(selection.variable, panel.layer)
    handles: dict[str, Any] = {}
    finite = np.isfinite(values)
    if finite.any():
        norm, colors = _scale(selection.variable, values[finite])
        mesh = _mesh(axes, selection, np.ma.masked_where(~finite, values), norm=norm, cmap=colors)
        bar = figure.colorbar(mesh, ax=axes, pad=0.02, aspect=28)
        bar.ax.tick_params(labelsize=8)
        if is_gradient(selection.variable) and norm.vmin < -WIDE:
            places = ticks(norm.vmin, norm.vmax)
            bar.set_ticks(places, labels=[said(place) for place in places], minor=False)
            bar.minorticks_off()
        bar.set_label(name, fontsize=9)
    for which, color, words in (
        (np.isneginf(values), _ZERO_COLOR, below(selection.variable)),
        (np.isposinf(values), _INFINITE_COLOR, above(selection.variable)),
        (np.isnan(values), _MISSING_COLOR, _unknown_wording(selection)),
    ):
        if which.any():
            _flat(axes, selection, which, color)
            handles[words] = Patch(facecolor=color, edgecolor="#555555", linewidth=0.5)
    handles |= _signs(axes, selection, panel)
    axes.set_title(name, fontsize=10)
    return handles | critical_lines(axes, selection, "white")


def _verdicts(_: Any, axes: Any, selection: Selection, panel: Panel) -> dict[str, Any]:
    """What is certain of each cell of a rigorous sweep."""
    from matplotlib.patches import Patch

    kinds = {phase.name: (panel.values == value, phase.color) for value, phase in VERDICTS.items()}
    kinds[_unknown_wording(selection)] = np.isnan(panel.values), _MISSING_COLOR
    handles = {}
    for name, (which, color) in kinds.items():
        if which.any():
            _flat(axes, selection, which, color)
            handles[name] = Patch(facecolor=color, edgecolor="#555555", linewidth=0.5)
    axes.set_title(label(selection.variable, panel.layer), fontsize=10)
    return handles | critical_lines(axes, selection, "black")


def _scale(variable: str, finite: Array) -> tuple[Any, str]:
    """The colours: symmetric about 0 for what has both signs, logarithmic for positive numbers of many sizes."""
    from matplotlib.colors import AsinhNorm, LogNorm, Normalize

    low, high = float(finite.min()), float(finite.max())
    if is_gradient(variable):
        if low < -WIDE:
            return AsinhNorm(1.0, vmin=low, vmax=max(high, low + 1)), _SEQUENTIAL
        return Normalize(low, high), _SEQUENTIAL
    if low < 0 < high:
        most = max(-low, high)
        return Normalize(-most, most), _DIVERGING
    positive = finite[finite > 0]
    many = _SIZES_OF_DEPTHS if variable.endswith("_depth") else _SIZES
    if low >= 0 and positive.size and high > many * float(positive.min()):
        # 0 gets the last colour, and so does a distance that is only rounding.
        least = 1e-20 * high if variable == "distance" else 0.0
        return LogNorm(max(float(positive.min()), least), high, clip=True), _SEQUENTIAL
    return Normalize(low, high), _SEQUENTIAL


def _phase_diagram(axes: Any, selection: Selection, panel: Panel, options: Namespace) -> dict[str, Any]:
    from matplotlib.colors import BoundaryNorm, ListedColormap
    from matplotlib.patches import Patch

    found = phases(panel.values, options.vanish, options.explode)
    colors = [phase.color for phase in PHASES]
    norm = BoundaryNorm(np.arange(len(PHASES) + 1) - 0.5, len(PHASES))
    _mesh(axes, selection, found, norm=norm, cmap=ListedColormap(colors))
    told = [phase.said(options.vanish, options.explode) for phase in PHASES]
    told[MISSING] = _unknown_wording(selection)
    shown = [*range(VANISHES, EXPLODES + 1), *(n for n in (ZERO, MISSING) if (found == n).any())]
    handles = {told[n]: Patch(facecolor=PHASES[n].color, edgecolor="#555555", linewidth=0.5) for n in shown}
    axes.set_title("phase", fontsize=10)
    return handles | critical_lines(axes, selection, "black")


def _signs(axes: Any, selection: Selection, panel: Panel) -> dict[str, Any]:
    """Hatches where the gradient is negative, if its signs are stored."""
    from matplotlib.patches import Patch

    if panel.signs is None or not (panel.signs == -1).any():
        return {}
    # As far as the cells do.
    x, y = (np.concatenate([[one.edges[0]], one.values[1:-1], [one.edges[-1]]]) for one in selection.axes)
    negative = (panel.signs == -1).T.astype(float)
    axes.contourf(x, y, negative, levels=[0.5, 1.5], colors="none", hatches=["////"])
    if (negative == 0).any():
        axes.contour(x, y, negative, levels=[0.5], colors="white", linewidths=0.7)
    return {"negative gradient": Patch(facecolor="#7c7b78", edgecolor="white", hatch="////", linewidth=0.5)}


def _flat(axes: Any, selection: Selection, which: Array, color: str) -> None:
    from matplotlib.colors import ListedColormap

    _mesh(axes, selection, np.ma.masked_where(~which, np.ones(which.shape)), cmap=ListedColormap([color]))


def _mesh(axes: Any, selection: Selection, values: Any, **style: Any) -> Any:
    first, second = selection.axes
    return axes.pcolormesh(first.edges, second.edges, values.T, rasterized=True, **style)


def _unknown_wording(selection: Selection) -> str:
    return "no number" if selection.complete else "not computed yet"


def _frame(axes: Any, selection: Selection, left: bool, bottom: bool) -> None:
    first, second = selection.axes
    axes.set_xscale("log" if first.geometric else "linear")
    axes.set_yscale("log" if second.geometric else "linear")
    axes.set_xlim(first.edges[0], first.edges[-1])
    axes.set_ylim(second.edges[0], second.edges[-1])
    axes.tick_params(labelsize=8)
    if bottom:
        axes.set_xlabel(first.axis.label, fontsize=10)
    if left:
        axes.set_ylabel(second.axis.label, fontsize=10)
