"""The figure of `gradproof propagate`: the spread of the activations by layer, and the gradients; with matplotlib."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from gradproof.files import write_whole
from gradproof.propagations.running import Run

COLUMNS = 4
_STYLES = ("-", "--", "-.", ":")


def draw(name: str, runs: Sequence[Run]) -> None:
    """Writes the figure: for each run a band of quantiles over the layers, and below them all gradient norms."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    depths = len({experiment.depth for experiment, _ in runs})
    columns = min(COLUMNS, len(runs), depths if depths > 1 else COLUMNS)
    rows = math.ceil(len(runs) / columns)
    gradients = any(layer.log10_gradient is not None for _, layers in runs for layer in layers)
    figure = Figure(figsize=(4.2 * max(columns, 2), 2.6 * rows + 3.4 * gradients), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(rows + gradients, columns, height_ratios=[1.0] * rows + [1.3] * gradients)
    for place, run in enumerate(runs):
        _band(figure.add_subplot(grid[place // columns, place % columns]), run)
    if gradients:
        _gradients(figure.add_subplot(grid[rows, :]), runs)
    ending = name.lower().rpartition(".")[2]
    # No date in the file: the same run gives the same figure.
    undated: Any = {"Date": None} if ending == "svg" else {}
    write_whole(name, lambda path: figure.savefig(path, format=ending, dpi=150, metadata=undated))


def _band(axes, run: Run) -> None:
    experiment, layers = run
    known = [layer for layer in layers if layer.quantiles is not None]
    at = [layer.layer for layer in known]
    q = list(zip(*(layer.quantiles or () for layer in known), strict=True))
    if q:
        axes.fill_between(at, q[0], q[4], alpha=0.2, color="tab:blue", linewidth=0, label="5–95 %")
        axes.fill_between(at, q[1], q[3], alpha=0.4, color="tab:blue", linewidth=0, label="25–75 %")
        axes.plot(at, q[2], color="tab:blue", linewidth=1, label="median")
    if len(known) < len(layers):
        axes.text(0.98, 0.02, "overflow", ha="right", va="bottom", transform=axes.transAxes, color="tab:red")
    axes.set_title(experiment.id, fontsize=8)
    axes.set_xlabel("layer", fontsize=8)
    axes.set_ylabel("activation", fontsize=8)
    axes.tick_params(labelsize=7)


def _gradients(axes, runs: Sequence[Run]) -> None:
    kinds = list(dict.fromkeys((e.f.name, e.initialization.name) for e, _ in runs))
    depths = sorted({e.depth for e, _ in runs})
    for experiment, layers in runs:
        # A colour for each kind of network, a style of line for each depth.
        kind = kinds.index((experiment.f.name, experiment.initialization.name))
        line = {"color": f"C{kind % 10}", "linestyle": _STYLES[depths.index(experiment.depth) % len(_STYLES)]}
        at = [layer.layer for layer in layers if layer.log10_gradient is not None]
        logs = [layer.log10_gradient for layer in layers if layer.log10_gradient is not None]
        label = experiment.id if at else f"{experiment.id}: 0 at every layer, or overflow"
        axes.plot(at, logs, marker="o" if len(at) <= 60 else "", markersize=3, linewidth=1, label=label, **line)
    axes.set_xlabel("layer", fontsize=8)
    axes.set_ylabel("log₁₀ of the gradient norm", fontsize=8)
    axes.tick_params(labelsize=7)
    axes.legend(fontsize=6, loc="center left", bbox_to_anchor=(1.0, 0.5))
