"""Sweeps from Python over arrays of any shapes: which dimensions they have, and the dataset that comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.sweeping.engine import Plan
from numerics.sweeping.grid import AXES, checked_axis
from theory.errors import StatementError

Array = np.ndarray
_LAYER = "layer"


@dataclass(frozen=True)
class Named:
    """θ, x or α: its values, and the names of its dimensions."""

    name: str
    dims: tuple[str, ...]
    values: Array


def broadcasts(theta: Any, x: Any, alpha: Any, per_layer: bool, grid: bool | None) -> bool:
    """Whether these arrays broadcast against each other, rather than be the axes of a grid.

    They do where one is an xarray.DataArray, or has more than one dimension (beside that of the layers); `grid` decides
    otherwise.
    """
    given = (theta, x, alpha)
    extra = [np.ndim(value) - (per_layer and place == 0) for place, value in enumerate(given)]
    many = [name for name, dimensions in zip(AXES, extra, strict=True) if dimensions > 1]
    if grid and many:
        raise StatementError(
            f"{many[0]} has the shape {np.shape(given[AXES.index(many[0])])}, and an axis of a grid has one dimension: "
            "leave out grid=True to have the arrays broadcast"
        )
    return not grid and (grid is False or bool(many) or any(_is_labelled(value) for value in given))


def _is_labelled(value: Any) -> bool:
    return hasattr(value, "dims") and hasattr(value, "values")


def on_points(plan: Plan, theta: Any, x: Any, alpha: Any, per_layer: bool) -> Any:
    """The sweep of a plan (whose grid does not matter) at the points of three arrays, as an xarray.Dataset."""
    import xarray

    from numerics.sweeping.points import computed

    arrays, sizes, labels = _aligned(theta, x, alpha, plan.depth, per_layer)
    found = computed(plan, _points(arrays, sizes, per_layer))
    shape, dims = tuple(sizes.values()), tuple(sizes)
    data = {
        name: ((_LAYER, *dims), values.reshape(-1, *shape)) if values.ndim == 2 else (dims, values.reshape(shape))
        for name, values in found.items()
    }
    coordinates: dict[str, Any] = {**labels, _LAYER: (_LAYER, plan.marks)}
    for array in arrays:
        layers = per_layer and array.name == "theta"
        kept = [place for place, d in enumerate(array.dims) if array.values.shape[place] == sizes[d]]
        values = array.values.reshape([array.values.shape[place] for place in kept] + [plan.depth] * layers)
        own = tuple(array.dims[place] for place in kept)
        coordinates["theta_of_layer" if layers else array.name] = ((*own, "position") if layers else own, values)
    return xarray.Dataset(data, coordinates, attrs=_attributes(plan, shape))


def _attributes(plan: Plan, shape: tuple[int, ...]) -> dict[str, Any]:
    from numerics.sweeping.sweep import surroundings

    return {
        "activation": plan.f.name, "depth": plan.depth, "layers": list(plan.layers), "want": list(plan.want),
        "dtype": plan.dtype, "backend": plan.backend, "kernel": plan.kernels.HASH, "shape": list(shape),
        **surroundings(),
    }  # fmt: skip


def _aligned(
    theta: Any, x: Any, alpha: Any, depth: int, per_layer: bool
) -> tuple[list[Named], dict[str, int], dict[str, Any]]:
    """The three arrays with the names of their dimensions, the sizes of all dimensions, and the labels along them."""
    given: dict[str, Any] = dict(zip(AXES, (theta, x, alpha), strict=True))
    if per_layer and (np.ndim(theta) < 1 or np.shape(theta)[-1] != depth):
        raise StatementError(
            f"theta of shape {np.shape(theta)} does not fit {depth} layers: give an array whose last axis has {depth}"
        )
    shapes = {name: np.shape(v)[: np.ndim(v) - (per_layer and name == "theta")] for name, v in given.items()}
    labels: dict[str, Any] = {}
    labelled = any(_is_labelled(value) for value in given.values())
    if labelled:
        names = _labelled_dims(given, shapes)
        labels = _labels(given)
    else:
        try:
            count = len(np.broadcast_shapes(*shapes.values()))
        except ValueError:
            told = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
            raise StatementError(f"the shapes do not broadcast: {told}; give arrays that do, or 1-D axes") from None
        names = {name: tuple(f"dim_{n}" for n in range(count - len(s), count)) for name, s in shapes.items()}
    sizes: dict[str, int] = {}
    # Without labels the array with the most dimensions comes first, so that they are in order.
    for name in names if labelled else sorted(names, key=lambda name: -len(shapes[name])):
        for dimension, size in zip(names[name], shapes[name], strict=True):
            sizes[dimension] = max(size, sizes.get(dimension, 1))
    arrays = [
        Named(
            name, names[name], checked_axis(np.asarray(value, dtype=np.float64).ravel(), name).reshape(np.shape(value))
        )
        for name, value in given.items()
    ]
    _check_names(arrays, sizes)
    return arrays, sizes, labels


def _labelled_dims(given: dict[str, Any], shapes: dict[str, tuple[int, ...]]) -> dict[str, tuple[str, ...]]:
    import xarray

    found, labelled = {}, []
    for name, value in given.items():
        if _is_labelled(value):
            found[name] = tuple(str(d) for d in value.dims[: len(shapes[name])])
            labelled.append(value)
        elif shapes[name]:
            raise StatementError(
                f"{name} of shape {shapes[name]} has no names of dimensions, and others have: give all arrays as "
                "xarray.DataArray, or none"
            )
        else:
            found[name] = ()
    try:
        xarray.align(*labelled, join="exact", copy=False)
    except ValueError as error:
        raise StatementError(f"the arrays do not fit together: {str(error).splitlines()[0]}") from None
    return found


def _labels(given: dict[str, Any]) -> dict[str, Any]:
    """The coordinates along the dimensions, which the results keep."""
    return {
        str(d): (str(d), np.asarray(value.coords[d].values))
        for value in given.values()
        if _is_labelled(value)
        for d in value.dims
        if d in value.coords and d not in AXES
    }


def _check_names(arrays: list[Named], sizes: dict[str, int]) -> None:
    for dimension in sizes:
        if dimension in (_LAYER, "position"):
            raise StatementError(
                f"the dimension {dimension!r} of an array has the name of one of the results: rename it"
            )
        if dimension in AXES:
            own = arrays[AXES.index(dimension)]
            if own.dims != (dimension,):
                raise StatementError(
                    f"the dimension {dimension!r} has the name of what {dimension} is, and {dimension} has the "
                    f"dimensions {own.dims}: rename the dimension"
                )


def _points(arrays: list[Named], sizes: dict[str, int], per_layer: bool) -> Any:
    from numerics.sweeping.points import Points

    theta, x, alpha = arrays
    shape = tuple(sizes.values())
    if per_layer:
        rows = theta.values.reshape(-1, theta.values.shape[-1])
        numbers = np.arange(rows.shape[0]).reshape(theta.values.shape[:-1])
    else:
        distinct, numbers = np.unique(theta.values, return_inverse=True)
        rows, numbers = distinct[:, None], numbers.reshape(theta.values.shape)
    full = [
        np.broadcast_to(_ordered(values, array.dims, tuple(sizes)), shape).ravel()
        for values, array in ((numbers, theta), (x.values, x), (alpha.values, alpha))
    ]
    return Points(rows, full[0], full[1] / full[2], full[2])


def _ordered(values: Array, dims: tuple[str, ...], every: tuple[str, ...]) -> Array:
    """The array with its dimensions in the order of all of them, and of size 1 where it has none."""
    order = sorted(range(len(dims)), key=lambda place: every.index(dims[place]))
    inside = iter(values.transpose(order).shape)
    return values.transpose(order).reshape([next(inside) if d in dims else 1 for d in every])
