"""What is drawn of a sweep: a variable on one or two axes, the others at one value each. Only that is read."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradproof.plotting.axis import Axis, Drawn, drawn
from gradproof.usage import UsageError

Array = np.ndarray
AXES = ("theta", "x", "alpha")
PIXELS, POINTS = 640, 4000
"""At most so many cells along each side of a map, and points of a line."""
MOST_MAPS, MOST_LINES = 8, 12
FEW = 6
"""An axis of fewer values makes no map."""
_IN_MEMORY = 2**27
_FIRST = ("log_gradient", "verdict", "upper")
_NEVER = -1
"""A depth where there is none down to the last layer."""


@dataclass(frozen=True)
class Panel:
    """One map or line: its layer (None for what has no layers), the values, and the signs of the gradient if stored."""

    layer: int | None
    values: Array
    signs: Array | None


@dataclass(frozen=True)
class Selection:
    """What is drawn of a store."""

    variable: str
    axes: tuple[Drawn, ...]
    fixed: tuple[tuple[Axis, int, float | None], ...]
    """Axes at one value: its place, and the value that was asked for."""
    panels: tuple[Panel, ...]
    attributes: dict[str, Any]

    @property
    def complete(self) -> bool:
        return bool(self.attributes.get("complete", True))

    @property
    def unknown(self) -> float:
        """The share of what is drawn that has no value."""
        return float(np.mean([np.isnan(panel.values).mean() for panel in self.panels]))


def selected(store: Any, options: Namespace) -> Selection:
    """What the options ask for, of a store opened as an xarray.Dataset. UsageError says what is wrong with them."""
    name = _variable(store, options)
    array = store[name]
    axes = [_axis(store, str(d)) for d in array.dims if d != "layer"]
    wanted = {axis: getattr(options, axis) for axis in AXES}
    if foreign := [n for n, v in wanted.items() if v is not None and n not in [axis.name for axis in axes]]:
        raise UsageError(f"--{foreign[0]} {wanted[foreign[0]]:g}: {name!r} has no axis {foreign[0]}; leave it out")
    free = _free(axes, wanted, name)
    fixed = tuple(
        (axis, axis.nearest(wanted.get(axis.name)), wanted.get(axis.name)) for axis in axes if axis not in free
    )
    shown = tuple(drawn(axis, PIXELS if len(free) == 2 else POINTS) for axis in free)
    layers = _layers(array, options, len(free))
    cut: dict[str, Any] = {axis.dimension: place for axis, place, _ in fixed}
    cut |= {one.axis.dimension: slice(None, None, one.step) for one in shown}
    panels = []
    with _little_at_a_time(array):
        for place, layer in layers:
            values = _read(array, cut, place, shown).astype(float)
            signs = None
            if name == "log_gradient" and "gradient_sign" in store.data_vars:
                signs = _read(store["gradient_sign"], cut, place, shown)
            if array.dtype.kind == "i":
                values[values == np.iinfo(array.dtype).min] = np.nan  # what stands there until it is computed
            if name.endswith("_depth"):
                values[values == _NEVER] = -np.inf
            panels.append(Panel(layer, values, signs))
    return Selection(name, shown, fixed, tuple(panels), dict(store.attrs))


def _variable(store: Any, options: Namespace) -> str:
    coordinates = {"theta_of_layer", *(f"{axis}_bounds" for axis in AXES)}  # kept among the variables of a store
    numeric = (str(n) for n, array in store.data_vars.items() if array.dtype.kind in "fiub")
    names = sorted(set(numeric) - coordinates)
    given = options.variable
    if given is not None and given not in names:
        raise UsageError(f"{given!r} is nothing that {options.path!r} holds: choose one of {', '.join(names)}")
    if not names:
        raise UsageError(f"{options.path!r} holds no variable: give a store that gradproof sweep --out wrote")
    return given or next((name for name in _FIRST if name in names), names[0])


def _axis(store: Any, dimension: str) -> Axis:
    """The dimension with the values of θ, x or α along it, or numbers from 0 where there are none."""
    names = [name for name in (dimension, *AXES) if name in store.coords and store.coords[name].dims == (dimension,)]
    size = store.sizes[dimension]
    # Chains with one θ for each layer have a whole number in its place.
    if names and not (names[0] == "theta" and store.coords["theta"].dtype.kind == "i"):
        return Axis(dimension, names[0], np.asarray(store.coords[names[0]].values, dtype=float))
    return Axis(dimension, "chain" if dimension == "theta" else dimension, np.arange(size, dtype=float))


def _free(axes: list[Axis], wanted: dict[str, float | None], name: str) -> list[Axis]:
    """The two longest axes that are not fixed, in their order; only the longest where the other has few values."""
    long = [axis for axis in axes if wanted.get(axis.name) is None and np.unique(axis.values).size > 1]
    if not long:
        sizes = ", ".join(f"{axis.size} of {axis.name}" for axis in axes)
        raise UsageError(
            f"nothing of {name!r} is left to draw ({sizes or 'one number'}): leave an axis of several free"
        )
    # α comes before x where they are equally long.
    longest = sorted(long, key=lambda axis: (-axis.size, axis.name == "x"))[:2]
    if longest[-1].size < FEW <= longest[0].size:
        longest.pop()
    return sorted(longest, key=axes.index)


def _layers(array: Any, options: Namespace, free: int) -> list[tuple[int | None, int | None]]:
    """The layers that are drawn: their places in the store, and their numbers."""
    if "layer" not in array.dims:
        if options.layer is not None:
            raise UsageError(f"--layer {options.layer!r}: {array.name!r} has no layers; leave it out")
        return [(None, None)]
    there = [int(layer) for layer in array.coords["layer"].values]
    if options.layer is None:
        if free == 2:
            return [(place, there[place]) for place in sorted({0, len(there) - 1})]
        few = np.unique(np.linspace(0, len(there) - 1, min(len(there), MOST_LINES)).round().astype(int))
        return [(int(place), there[place]) for place in few]
    found = []
    for part in options.layer.split(","):
        given = part.strip()
        number = there[-1] if given == "last" else int(given) if given.isascii() and given.isdigit() else 0
        if number not in there:
            many = ", ".join(map(str, there[:20])) + (", …" if len(there) > 20 else "")
            raise UsageError(f"{given!r} in --layer {options.layer!r} is no layer of the store: it has {many}")
        if (there.index(number), number) not in found:
            found.append((there.index(number), number))
    if len(found) > (most := MOST_MAPS if free == 2 else MOST_LINES):
        raise UsageError(f"--layer {options.layer!r} has {len(found)} layers, and a picture shows {most}: give fewer")
    return found


def _read(array: Any, cut: dict[str, Any], place: int | None, shown: tuple[Drawn, ...]) -> Array:
    at = cut if place is None else {**cut, "layer": place}
    try:
        values = np.asarray(array.isel({d: i for d, i in at.items() if d in array.dims}).values)
    except (ValueError, OSError, RuntimeError) as error:
        raise UsageError(f"the store is damaged ({error}): run the sweep's command again, which mends it") from None
    return values[np.ix_(*(one.order for one in shown))]


def _little_at_a_time(array: Any) -> Any:
    """Has zarr hold few chunks at once: those of large stores are some MiB for each layer."""
    import zarr

    chunks = array.encoding.get("chunks") or array.shape
    size = max(1, int(np.prod(chunks)) * array.dtype.itemsize)
    return zarr.config.set({"async.concurrency": max(1, min(4, _IN_MEMORY // size))})
