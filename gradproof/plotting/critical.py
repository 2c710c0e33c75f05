"""The line |θ| f′(0) = 1: there the fixed point 0 of y ↦ f(θ y) passes from attracting to repelling."""

from __future__ import annotations

from typing import Any

from gradproof.plotting.selection import Selection

_SAID = r"$|\theta|\,f^\prime(0)=1$"


def critical_weight(selection: Selection) -> float | None:
    """1/f′(0) of the activation of the sweep; None where it has no slope at 0, or f(0) ≠ 0, or it is not known here."""
    from theory.activations import activation
    from theory.errors import StatementError

    try:
        f = activation(str(selection.attributes.get("activation")))
    except StatementError:
        return None
    slope: Any = f.slope_at_zero
    return float(1 / slope) if slope is not None and slope > 0 and f.value_at_zero == 0 else None


def critical_lines(axes: Any, selection: Selection, color: str) -> dict[str, Any]:
    """Draws it where θ is an axis and takes such values; what stands for it in a legend."""
    from matplotlib.lines import Line2D

    weight = critical_weight(selection)
    if weight is None:
        return {}
    handles: dict[str, Any] = {}
    for one, line in zip(selection.axes, (axes.axvline, axes.axhline), strict=False):
        for at in (weight, -weight):
            if one.axis.name == "theta" and one.values[0] <= at <= one.values[-1]:
                line(at, color=color, linestyle="--", linewidth=1.1)
                said = _SAID if one.values[0] < 0 else _SAID.replace(r"|\theta|", r"\theta")
                handles[said] = Line2D([], [], color="#555555", linestyle="--", linewidth=1.1)
    return handles
