"""Takes up a propagation from the JSON that `gradproof propagate` wrote, to draw it as `--figure` does."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gradproof.propagations.running import Experiment, Run
from gradproof.usage import UsageError
from numerics.networks.layer import QUANTILES, Layer
from theory.activations import activation
from theory.errors import StatementError
from theory.networks import initialization

_QUANTILES = [f"q{round(100 * level):02d}" for level in QUANTILES]
LARGEST = 2**28
"""Bytes of a file; one of ten thousand layers has two million."""


def read_runs(name: str) -> list[Run]:
    """The runs of the file. UsageError where it is none."""
    path = Path(name)
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{name!r} is larger than {LARGEST // 2**20} MiB, and no propagation: give its .json")
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{name!r} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{name!r} is no JSON: {_EXPECTED}") from None
    if not isinstance(document, dict) or not isinstance(document.get("runs"), list) or not document["runs"]:
        raise UsageError(f"{name!r} holds no runs of a propagation: {_EXPECTED}")
    return [_run(record, f"run {number} of {name!r}") for number, record in enumerate(document["runs"], 1)]


_EXPECTED = "give a sweep's store, or what gradproof propagate --out p.json wrote"


def _run(record: Any, where: str) -> Run:
    record = _mapping(record, where)
    try:
        f = activation(_text(record, "activation", where))
        start = initialization(_text(record, "initialization", where))
    except StatementError as error:
        raise UsageError(f"{where}: {error}") from None
    depth = _whole(record, "depth", where)
    layers = record.get("layers")
    if not isinstance(layers, list) or not layers:
        raise UsageError(f"{where} has no layers: {_EXPECTED}")
    found = [_layer(_mapping(layer, where), where) for layer in layers]
    experiment = Experiment(f, start, depth, (0,), 0, 0, False, None, None, None)
    return experiment, found


def _layer(record: Mapping[str, Any], where: str) -> Layer:
    spread = tuple(_number(record, name, where) for name in _QUANTILES)
    known = tuple(value for value in spread if value is not None)
    gradient, log = (_number(record, name, where) for name in ("gradient", "log10_gradient"))
    number = _whole(record, "layer", where)
    return Layer(number, None, None, known if len(known) == len(spread) else None, 0.0, 0.0, 0.0, gradient, log)


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(f"{where} is {str(value)[:40]!r}, no record: {_EXPECTED}")
    return value


def _text(record: Mapping[str, Any], name: str, where: str) -> str:
    value = record.get(name)
    if not isinstance(value, str):
        raise UsageError(f"{where}: its {name} is {value!r}, no name: {_EXPECTED}")
    return value


def _whole(record: Mapping[str, Any], name: str, where: str) -> int:
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise UsageError(f"{where}: its {name} is {value!r}, no whole number from 1 up: {_EXPECTED}")
    return value


def _number(record: Mapping[str, Any], name: str, where: str) -> float | None:
    value = record.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise UsageError(f"{where}: its {name} is {value!r}, no number: {_EXPECTED}")
    return float(value)
