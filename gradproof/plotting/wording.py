"""What stands on a picture: names of variables, powers of ten, and what the sweep was."""

from __future__ import annotations

import math
from fractions import Fraction

from gradproof.plotting.axis import Axis
from gradproof.plotting.selection import Selection

_BASE = {
    "gradient_sign": r"sign of $\partial g/\partial\theta_{%}$",
    "output": r"output $g$",
    "distance": r"distance $||g|-\alpha y^*|$ to the fixed point",
    "vanishing_depth": r"least depth $l$ with $|\partial g_l/\partial\theta_1|<\epsilon$",
    "log_peak": r"$\log_{10}\,\max_l\,|\partial g_l/\partial\theta_1|$",
    "peak_depth": r"depth $l$ with the largest $|\partial g_l/\partial\theta_1|$",
    "scale_needed": r"least $\alpha$ with $|\partial g/\partial\theta_1|\geq\epsilon$",
}

_ABOUT_CELLS = {
    "verdict": "what is certain of ", "share_above": r"share of the cell with $\geq\epsilon$: ",
    "share_below": r"share of the cell with $<\epsilon$: ",
}  # fmt: skip
_BOUNDS = {"lower": "certain lower bound", "upper": "certain upper bound"}


def gradient(layer: int | None) -> str:
    """|∂g/∂θ_k|."""
    return rf"$|\partial g/\partial\theta_{{{'k' if layer is None else layer}}}|$"


def is_gradient(variable: str) -> bool:
    """Whether it is the natural logarithm of the size of a gradient; drawn as a decimal one."""
    return variable.startswith("log_") or variable in _BOUNDS


def label(variable: str, layer: int | None) -> str:
    """The variable with its symbol; decimal logarithms."""
    if variable == "log_gradient":
        return r"$\log_{10}\,$" + gradient(layer)
    if variable in _BOUNDS:
        return f"{_BOUNDS[variable]} of " + r"$\log_{10}\,$" + gradient(layer)
    if variable in _ABOUT_CELLS:
        return _ABOUT_CELLS[variable] + gradient(layer)
    words = variable.replace("_", " ")
    if is_gradient(variable) and variable not in _BASE:
        return r"$\log_{10}$ of " + words.removeprefix("log ") + ("" if layer is None else f", layer {layer}")
    return _BASE.get(variable, words).replace("%", "k" if layer is None else str(layer))


def power(value: float) -> str:
    """A size as people write it: 10⁻⁶, or 0.003."""
    exponent = math.log10(value)
    if value != 1 and abs(exponent - round(exponent)) < 1e-12:
        return rf"$10^{{{round(exponent)}}}$"
    return f"{value:.4g}"


def title(selection: Selection) -> str:
    """The activation, the depth, and the values of the axes that are not drawn."""
    told = selection.attributes
    parts = [f"{told['activation']}"] if "activation" in told else []
    if "depth" in told:
        layers = told["depth"]
        parts.append(f"{layers:,} layers" if layers > 1 else "1 layer")
    parts += [_at(*fixed) for fixed in selection.fixed]
    if selection.variable in ("vanishing_depth", "scale_needed", *_ABOUT_CELLS) and told.get("epsilon"):
        size = float(Fraction(told["epsilon"]))
        parts.append(rf"$\epsilon$ = {power(size) if size else told['epsilon']}")
    thinned = [f"every {_ordinal(one.step)} {one.axis.symbol}" for one in selection.axes if one.step > 1]
    return ", ".join(parts + thinned)


def below(variable: str) -> str:
    """What −∞ stands for."""
    if variable.endswith("_depth"):
        return "none down to the last layer"
    return "exactly 0" if is_gradient(variable) else "−∞"


def above(variable: str) -> str:
    """What ∞ stands for."""
    return "no scale is enough" if variable == "scale_needed" else "∞"


def _at(axis: Axis, place: int, wanted: float | None) -> str:
    value = axis.values[place]
    text = f"{axis.symbol} = {value:.4g}"
    if wanted is not None and wanted != value:
        return f"{text} (nearest to {wanted:.6g})"
    return text


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number % 100 not in (11, 12, 13) else 0, "th")
    return f"{number}{ending}"
