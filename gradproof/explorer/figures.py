"""The pictures of the views, as SVG text, from the data of the modules beside this one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from gradproof.explorer.catalogue import pieces
from gradproof.explorer.chain_data import SHOWN, View
from gradproof.explorer.phase_data import SYMBOLS, Diagram, contour, critical, joined
from gradproof.explorer.settings import link
from gradproof.explorer.svg import Frame, Series, legend, number, png
from gradproof.explorer.trial import Slack
from numerics.verdict import Range
from theory.typeset import typeset

Array = np.ndarray
_TEN = math.log(10)
_TARGETS = 24
"""Places in each direction of a phase diagram that can be clicked."""


def chain_outputs(view: View) -> tuple[str, str]:
    """f_i and the outputs of the scaled chain, layer by layer, with the fixed point; the picture and its legend."""
    layers = np.arange(view.outputs.size)
    lines = [Series("output fᵢ", layers, view.outputs, 0),
             Series(f"output of the scaled chain, α = {number(float(view.point.alpha))}", layers,
                    view.scaled_outputs, 1)]  # fmt: skip
    if view.fixed_point is not None:
        # Where θ > 0 the outputs keep the sign of x; where θ < 0 they alternate.
        signs = (1, -1) if view.fixed_point and (view.theta[0] < 0 or view.point.x == 0) else (
            (1,) if view.point.x >= 0 else (-1,)
        )  # fmt: skip
        name = f"fixed point {' and '.join(number(s * view.fixed_point) for s in signs)}"
        for i, sign in enumerate(signs):
            at = np.full(layers.size, sign * view.fixed_point)
            lines.append(Series(name if not i else "", layers, at, 2))
    low, high = _ends(np.concatenate([line.y for line in lines]))
    frame = Frame(0, layers[-1], low, high, height=250)
    frame.axes("layer i", "output", whole=True)
    for line in lines:
        frame.draw(line)
    return frame.svg("Outputs of the chain, layer by layer"), legend([line for line in lines if line.name])


def chain_gradients(view: View, shown: Sequence[str]) -> tuple[str, str]:
    """log₁₀|∂/∂θ_k| with and without regularization, unscaled and scaled, and the bounds `shown` (ids of claims)."""
    k = np.arange(1, view.point.depth + 1)
    columns = view.columns()
    lines = [
        Series("|∂h/∂θₖ|", k, columns["log10_gradient"], 0),
        Series("|∂h/∂θₖ|, scaled chain", k, columns["log10_gradient_scaled"], 1),
    ]
    if view.point.r:
        lines += [
            Series("|∂h/∂θₖ + rθₖ|", k, columns["log10_gradient_regularized"], 2),
            Series("|∂h/∂θₖ + rθₖ|, scaled chain", k, columns["log10_gradient_scaled_regularized"], 3),
        ]
    names = dict(SHOWN)
    seen: dict[bytes, Series] = {}
    for id in shown:
        measured = view.measurements.get(id)
        if measured is None:
            continue
        bound = measured.conclusion[0]
        with np.errstate(divide="ignore"):
            logs = np.broadcast_to(np.log10(np.abs(bound.rhs)), bound.index.shape)
        held = "" if measured.admitted else " (hypotheses fail)"
        which = "upper" if bound.relation.op in ("<=", "<") else "lower"
        name = f"{which} bound {typeset(bound.relation.rhs)} of {names[id].split(',')[0]}{held}"
        # Several claims state one number; it is one line.
        seen.setdefault(logs.tobytes(), Series(name, bound.index, logs, 4 + len(seen) % 3))
    lines += seen.values()
    printed = view.printed
    if printed is not None:
        lines.append(Series("the printed formula at k = 1, with f⁰ = 1", k[:1], np.array([printed]), 1, dots=True))
    finite = np.concatenate([line.y[np.isfinite(line.y)] for line in lines])
    low, high = _ends(finite) if finite.size else (-1.0, 1.0)
    frame = Frame(1, view.point.depth, low, max(high, low + 1), height=330)
    frame.axes("layer k", "size of the gradient", whole=True, powers=True)
    lines = [line if line.x.size > 1 else replace(line, dots=True) for line in lines]
    for line in lines:
        frame.draw(line)
    for measured in (view.measurements[id] for id in shown if id in view.measurements):
        if measured.admitted and measured.broken:
            for sides in measured.conclusion:
                for layer, size in zip(sides.index[~sides.holds], sides.lhs[~sides.holds], strict=True):
                    at = math.log10(abs(size)) if size else -math.inf
                    if frame.shows(float(layer), at):
                        frame.mark(float(layer), at, f"layer {layer}: the bound of {measured.claim.id} is broken")
    return frame.svg("Gradients layer by layer, with the bounds of Theorems 1 and 2"), legend(lines)


def _ends(values: Array) -> tuple[float, float]:
    """The least and the largest number, with some room."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    room = 0.06 * (high - low) or 0.5
    return low - room, high + room


def range_line(found: Range) -> str | None:
    """The set of the parameter on a line; None where its ends cannot be read as numbers."""
    try:
        parts = pieces(found)
    except ValueError:
        return None
    ends = [end for part in parts for end in part[:2] if math.isfinite(end)]
    low, high = (min([0.0, *ends]), max([1.0, *ends])) if ends else (0.0, 1.0)
    room = 0.08 * (high - low)
    frame = Frame(low - room, high + room, 0, 1, height=96)
    bottom = 44.0
    frame.line(frame.across(frame.x0), bottom, frame.across(frame.x1), bottom, 'stroke-opacity="0.5"')
    for start, stop, closed_start, closed_stop in parts:
        a, b = frame.across(max(start, frame.x0)), frame.across(min(stop, frame.x1))
        frame.parts.append(f'<line x1="{a:.1f}" y1="{bottom}" x2="{b:.1f}" y2="{bottom}" stroke="#009e73" '
                           'stroke-width="6"/>')  # fmt: skip
        for end, closed in ((start, closed_start), (stop, closed_stop)):
            if math.isfinite(end):
                fill = "#009e73" if closed else "none"
                frame.parts.append(f'<circle cx="{frame.across(end):.1f}" cy="{bottom}" r="6" fill="{fill}" '
                                   'stroke="#009e73" stroke-width="2"/>')  # fmt: skip
                frame.text(frame.across(end), bottom - 16, number(end), "middle")
    for value in (low, high):
        frame.line(frame.across(value), bottom - 5, frame.across(value), bottom + 5)
        frame.text(frame.across(value), bottom + 24, number(value), "middle", 'fill-opacity="0.7"')
    frame.text(frame.width - 12, bottom + 24, found.parameter, "end", 'font-style="italic"')
    return frame.svg(f"{found.parameter} for which it holds: {found.set}")


# From blue (vanishes) over pale to orange (explodes), told apart by the colour-blind and by their lightness.
_LOW, _MIDDLE, _HIGH = np.array([12, 70, 130]), np.array([250, 244, 215]), np.array([170, 60, 0])
_NONE = np.array([150, 150, 150])
_VERDICTS = np.array([[86, 180, 233], [255, 247, 214], [213, 94, 0], [140, 140, 140]])


def shades(logs: Array, reach: float) -> Array:
    """A colour for each logarithm: pale at 0, full at ±reach; grey where there is no number."""
    share = np.clip(np.nan_to_num(logs, nan=0.0) / reach, -1, 1)[..., None]
    colour = np.where(share < 0, _MIDDLE + (_LOW - _MIDDLE) * -share, _MIDDLE + (_HIGH - _MIDDLE) * share)
    colour[np.isnan(logs)] = _NONE
    return colour.astype(np.uint8)


def phase(diagram: Diagram, epsilon: float, verdicts: Array | None = None) -> tuple[str, str]:
    """The map with its frontier, and the legend.

    `verdicts` (below, between, above, undecided, as in `phase_data`, of the shape of the logs) colours each cell by
    what was proved of it; without them the colours are sizes in doubles.
    """
    grid, logs = diagram.grid, diagram.logs
    frame = Frame(grid.x[0], grid.x[-1], grid.y[0], grid.y[-1], height=470, log_x=grid.log_x, log_y=grid.log_y)
    limit = -math.log(epsilon)
    frame.image(shades(logs, 2 * limit) if verdicts is None else _VERDICTS[verdicts])
    for level, dash in ((-limit, "6 3"), (0.0, ""), (limit, "2 3")):
        path = "".join(_line(frame, grid.x, grid.y, line) for line in joined(contour(logs, level)))
        if path:
            frame.parts.append(f'<path d="{path}" fill="none" stroke="#000" stroke-width="1.6" '
                               f'stroke-dasharray="{dash}"/>')  # fmt: skip
    weight = critical(diagram)
    if weight is not None:
        for at in (weight, -weight):
            if grid.across == "theta" and frame.x0 < at < frame.x1:
                frame.line(frame.across(at), 14, frame.across(at), frame.height - 46, 'style="color:#a0569a" '
                           'stroke-width="2" stroke-dasharray="10 4"')  # fmt: skip
            if grid.up == "theta" and frame.y0 < at < frame.y1:
                frame.line(66, frame.up(at), frame.width - 16, frame.up(at), 'style="color:#a0569a" '
                           'stroke-width="2" stroke-dasharray="10 4"')  # fmt: skip
    _targets(frame, diagram)
    labels = SYMBOLS.get(grid.across, grid.across), SYMBOLS.get(grid.up, grid.up)
    frame.axes(labels[0], labels[1], lines=False)
    title = f"log|∂g/∂θ_{grid.layer}| over {labels[0]} and {labels[1]}, {grid.activation}"
    return frame.svg(title), _key(epsilon, weight, verdicts is not None)


def phase_png(diagram: Diagram, epsilon: float) -> bytes:
    """The colours of the map alone, a pixel for each point."""
    return png(shades(diagram.logs, -2 * math.log(epsilon))[::-1])


def _line(frame: Frame, x: Array, y: Array, line: Sequence[tuple[float, float]]) -> str:
    """A line of a contour as a path: places between values of the axes become points of the picture."""
    places = np.array(line)
    across = np.interp(places[:, 0], np.arange(x.size), x)
    up = np.interp(places[:, 1], np.arange(y.size), y)
    points = [f"{frame.across(float(a)):.1f} {frame.up(float(b)):.1f}" for a, b in zip(across, up, strict=True)]
    return "M" + "L".join(points)


def chain_at(values: Mapping[str, float], activation: str) -> str:
    """The link to the Chain view at a point of a diagram."""
    shown = {name: float(f"{values[name]:.6g}") for name in ("theta", "x", "alpha") if name in values}
    return link("chain", activation=activation, depth=max(1, min(256, round(values.get("depth", 1)))), **shown)


def _targets(frame: Frame, diagram: Diagram) -> None:
    """Places to click, each with its number: they lead to the Chain view. The number boxes do the same by keyboard."""
    grid = diagram.grid
    if not {grid.across, grid.up} <= set(SYMBOLS):
        return
    columns = np.unique(np.linspace(0, grid.x.size - 1, _TARGETS).round().astype(int))
    lines = np.unique(np.linspace(0, grid.y.size - 1, _TARGETS).round().astype(int))
    width = (frame.width - 66 - 16) / columns.size
    height = (frame.height - 14 - 46) / lines.size
    for i in columns:
        for j in lines:
            values = diagram.at(int(i), int(j))
            said = ", ".join(f"{SYMBOLS.get(n, n)} = {number(v)}" for n, v in values.items())
            at = frame.across(float(grid.x[i])) - width / 2, frame.up(float(grid.y[j])) - height / 2
            size = f"log₁₀|∂g/∂θₖ| = {number(float(diagram.logs[j, i]) / _TEN)}"
            frame.parts.append(
                f'<a href="{chain_at(values, grid.activation).replace("&", "&amp;")}" tabindex="-1" target="_self">'
                f'<rect x="{at[0]:.1f}" y="{at[1]:.1f}" width="{width:.1f}" height="{height:.1f}" fill="#fff" '
                f'fill-opacity="0"><title>{said}: {size}</title></rect></a>'
            )


def _key(epsilon: float, weight: float | None, proved: bool) -> str:
    """What colours and lines mean."""
    small, large = number(epsilon), number(1 / epsilon)
    if proved:
        names = (f"certainly below {small}", "certainly between", f"certainly above {large}", "undecided")
        boxes = [(f"rgb{tuple(int(v) for v in colour)}", name)
                 for colour, name in zip(_VERDICTS, names, strict=True)]  # fmt: skip
    else:
        boxes = [(f"rgb{tuple(int(v) for v in colour)}", name) for colour, name in
                 ((_LOW, "vanishes"), (_MIDDLE, "of size 1"), (_HIGH, "explodes"))]  # fmt: skip
    entries = [f'<span style="white-space:nowrap;margin-right:1em"><span style="display:inline-block;width:1em;'
               f'height:0.8em;background:{colour};border:1px solid #888"></span> {name}</span>'
               for colour, name in boxes]  # fmt: skip
    lines = [("#888", "6 3", f"|∂g/∂θₖ| = {small}"), ("#888", "", "|∂g/∂θₖ| = 1"), ("#888", "2 3", f"= {large}")]
    if weight is not None:
        lines.append(("#a0569a", "10 4", "|θ| f′(0) = 1"))
    entries += [f'<span style="white-space:nowrap;margin-right:1em"><svg width="28" height="10" '
                f'style="display:inline-block;vertical-align:middle"><line x1="0" y1="5" x2="28" y2="5" '
                f'stroke="{colour}" stroke-width="2.2" stroke-dasharray="{dash}"/></svg> {name}</span>'
                for colour, dash, name in lines]  # fmt: skip
    return f'<div style="font-size:0.85em;line-height:1.7;display:flex;flex-wrap:wrap">{"".join(entries)}</div>'


def slack(found: Slack, witness: Mapping[str, float] | None = None) -> str:
    """The slack over one variable as a line, over two as a map (blue where it fails); the worst point has a ring."""
    worst = found.worst
    marks = [] if worst is None else [(worst[0], "worst of the points drawn")]
    if witness is not None and set(found.names) <= set(witness):
        marks.append((dict(witness), "witness"))
    if found.y is None:
        low, high = _ends(np.append(_without_peaks(found.values), 0.0))
        # Where the conditions fail there is nothing to see.
        seen = found.x[np.isfinite(found.values)] if worst else found.x
        frame = Frame(seen[0], seen[-1], low, high, height=280)
        frame.band(low, 0.0, "#d55e00")
        frame.axes(found.names[0], "slack")
        frame.draw(Series("slack", found.x, found.values, 0))
        frame.line(frame.across(frame.x0), frame.up(0), frame.across(frame.x1), frame.up(0), 'stroke-width="1.2"')
        for point, name in marks:
            x = point[found.names[0]]
            y = float(np.interp(x, found.x, found.values))
            if frame.shows(x, y):
                frame.mark(x, y, name)
                frame.label(x, y, name, -12 if name == "witness" else 4)
        return frame.svg("What is left of the inequality; below 0 it fails")
    frame = Frame(found.x[0], found.x[-1], found.y[0], found.y[-1], height=420)
    finite = found.values[np.isfinite(found.values)]
    reach = float(np.quantile(np.abs(finite), 0.9)) if finite.size else 1.0
    frame.image(shades(-found.values, reach or 1.0))
    path = "".join(_line(frame, found.x, found.y, line) for line in joined(contour(found.values, 0.0)))
    frame.parts.append(f'<path d="{path}" fill="none" stroke="#000" stroke-width="1.6"/>')
    frame.axes(found.names[0], found.names[1], lines=False)
    for point, name in marks:
        x, y = (point[one] for one in found.names[:2])
        if frame.shows(x, y):
            frame.mark(x, y, name)
            frame.label(x, y, name, -12 if name == "witness" else 4)
    return frame.svg("What is left of the inequality: blue where it holds with room, orange where it fails")


def _without_peaks(values: Array) -> Array:
    """The values without the largest hundredth: a pole would flatten everything else. The least stays."""
    finite = values[np.isfinite(values)]
    return finite if finite.size < 100 else finite[finite <= np.quantile(finite, 0.99)]
