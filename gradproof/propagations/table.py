"""The report of `gradproof propagate`: tables for people, JSON and CSV for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from gradproof.files import write_whole
from gradproof.propagations.running import Run
from numerics.networks.layer import Layer

SHOWN = 12
"""Layers of a table on the terminal; a file and JSON hold them all."""


def document(runs: Sequence[Run]) -> dict[str, Any]:
    """One JSON document; a number that overflowed is null, and the share of such is `overflowed`."""
    return {"runs": [{**e.record(), "layers": [layer.record() for layer in layers]} for e, layers in runs]}


def write_table(name: str, runs: Sequence[Run]) -> None:
    """Writes every layer of every run to a .csv or .json file: all of it, or nothing."""
    text = json.dumps(document(runs), indent=1) + "\n" if name.lower().endswith(".json") else _csv(runs)
    write_whole(name, lambda path: path.write_text(text, encoding="utf-8"))


def _csv(runs: Sequence[Run]) -> str:
    rows = [{**e.record(), **layer.record()} for e, layers in runs for layer in layers]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def print_runs(runs: Sequence[Run], to: Console) -> None:
    """A table for each run, of a dozen layers from the first to the last."""
    for experiment, layers in runs:
        to.print(f"{experiment.id}, width {experiment.widths[1]}, {experiment.inputs} inputs, seed {experiment.seed}"
                 + (", residual" if experiment.residual else ""), style="bold", soft_wrap=True)  # fmt: skip
        if experiment.noise is not None:
            told = "" if experiment.predicted is None else (
                f"; predicted spread at layer {experiment.target}: {experiment.predicted:.4g}"
            )  # fmt: skip
            to.print(f"  noise s = {experiment.noise:.6g}{told}", soft_wrap=True)
        to.print(_table(_few(layers)))
        if any(layer.overflowed for layer in layers):
            first = next(layer.layer for layer in layers if layer.overflowed)
            to.print(f"  overflow: from layer {first} on some activations are beyond doubles", soft_wrap=True)


def _few(layers: Sequence[Layer]) -> list[Layer]:
    if len(layers) <= SHOWN:
        return list(layers)
    places = {round(i * (len(layers) - 1) / (SHOWN - 1)) for i in range(SHOWN)}
    return [layers[place] for place in sorted(places)]


def _table(layers: Sequence[Layer]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for name in ("layer", "std", "5 %", "25 %", "50 %", "75 %", "95 %", "sat.", "coll.", "gradient"):
        table.add_column(name, justify="right", no_wrap=True)
    for layer in layers:
        spread = layer.quantiles or (None,) * 5
        shares = (f"{100 * share:.0f} %" for share in (layer.saturated, layer.collapsed))
        table.add_row(str(layer.layer), *map(_short, (layer.std, *spread)), *shares, _gradient(layer))
    return table


def _short(number: float | None) -> str:
    return "over" if number is None else f"{number:.3g}"


def _gradient(layer: Layer) -> str:
    """The norm; as a power of ten where it is beyond doubles."""
    if layer.log10_gradient is None:
        return "0" if layer.gradient == 0 else "–"
    if layer.gradient and layer.gradient > 1e-300:
        return f"{layer.gradient:.2e}"
    return f"1e{layer.log10_gradient:+.0f}"
