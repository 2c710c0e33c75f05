"""Lines of a variable over one axis, one for each layer."""

from __future__ import annotations

import math
from argparse import Namespace
from typing import Any

import numpy as np

from gradproof.plotting.critical import critical_lines
from gradproof.plotting.levels import PHASES, in_tens
from gradproof.plotting.scale import WIDE, said, ticks
from gradproof.plotting.selection import Selection
from gradproof.plotting.wording import above, below, is_gradient, label, power, title

_OKABE_ITO = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
_STYLES = ("-", "--", "-.", ":")


def draw_lines(figure: Any, selection: Selection, options: Namespace) -> None:
    """One line for each layer; the size at which a gradient vanishes or explodes as bands behind them."""
    (first,) = selection.axes
    figure.set_size_inches(6.4, 4.2)
    axes = figure.subplots()
    handles: dict[str, Any] = {}
    finite: list[float] = []
    for place, panel in enumerate(selection.panels):
        values = in_tens(panel.values) if is_gradient(selection.variable) else panel.values
        style = {"color": _OKABE_ITO[place % 7], "linestyle": _STYLES[place // 7 % 4], "linewidth": 1.5}
        known = np.isfinite(values)
        finite += values[known].tolist()
        (line,) = axes.plot(
            first.values,
            np.where(known, values, np.nan),
            marker="o" if known.sum() <= 60 else "",
            markersize=3,
            **style,
        )
        if panel.layer is not None:
            handles[f"layer {panel.layer:,}"] = line
        handles |= _apart(axes, first.values, values, style["color"], place, selection.variable)
    axes.set_xscale("log" if first.geometric else "linear")
    axes.set_xlim(first.values[0], first.values[-1])
    if is_gradient(selection.variable) and finite:
        _vertical(axes, min(finite), max(finite))
        handles |= _bands(axes, options)
    elif finite and min(finite) > 0 and max(finite) > 1000 * min(finite):
        axes.set_yscale("log")
    handles |= critical_lines(axes, selection, "#555555")
    if not selection.complete and selection.unknown:
        handles["gaps: not computed yet"] = axes.plot([], [], " ")[0]
    axes.set_xlabel(first.axis.label, fontsize=10)
    axes.set_ylabel(label(selection.variable, selection.panels[0].layer if len(selection.panels) == 1 else None))
    figure.suptitle(title(selection), fontsize=10)
    axes.tick_params(labelsize=8)
    if handles:
        figure.legend(
            list(handles.values()), list(handles), loc="outside lower center", ncols=4, fontsize=8, frameon=False
        )


def _apart(axes: Any, at: Any, values: Any, color: str, place: int, variable: str) -> dict[str, Any]:
    """Marks on the lower edge where a value is −∞, and on the upper one where it is ∞."""
    handles: dict[str, Any] = {}
    for where, shape, edge, words in (
        (np.isneginf(values), "v", 0.015 + 0.03 * place, below(variable)),
        (np.isposinf(values), "^", 0.985 - 0.03 * place, above(variable)),
    ):
        if where.any():
            (handles[words],) = axes.plot(
                at[where], np.full(where.sum(), edge), shape, color=color, markersize=4, linestyle="", clip_on=False,
                transform=axes.get_xaxis_transform(),
            )  # fmt: skip
    return handles


def _vertical(axes: Any, low: float, high: float) -> None:
    """A scale that is linear about 1 and nearly logarithmic far below, where a logarithm has many sizes itself."""
    margin = 0.05 * max(high - low, 1.0)
    if low >= -WIDE:
        axes.set_ylim(low - margin, high + margin)
        return
    low, high = 1.6 * low, max(high, 0.0) + 1.0
    axes.set_yscale("asinh", linear_width=1.0)
    axes.set_ylim(low, high)
    places = ticks(low, high)
    axes.set_yticks(places, [said(place) for place in places])
    axes.minorticks_off()


def _bands(axes: Any, options: Namespace) -> dict[str, Any]:
    from matplotlib.patches import Patch

    low, high = axes.get_ylim()
    handles: dict[str, Any] = {}
    for phase, size, side in ((PHASES[0], options.vanish, -1), (PHASES[2], options.explode, 1)):
        at = math.log10(size)
        inside = low < at if side < 0 else at < high
        if inside:
            ends = (low, min(at, high)) if side < 0 else (max(at, low), high)
            axes.axhspan(*ends, color=phase.color, alpha=0.18, linewidth=0)
            words = f"{phase.name} ({'below' if side < 0 else 'above'} {power(size)})"
            handles[words] = Patch(color=phase.color, alpha=0.3)
    axes.set_ylim(low, high)
    return handles
