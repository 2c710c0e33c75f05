"""The pictures of the report, drawn as SVG by hand: the same bytes from the same numbers, and nothing to install."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from gradproof.report.content import Entry
from numerics.sweeping.sweep import prepared
from numerics.verdict import Outcome

WIDTH, ROW, LABEL = 760, 20, 360
_DEPTHS = (1, 2, 4, 8, 16, 32, 64)
# Okabe and Ito's colours, told apart by nearly everybody.
_LINES = ("#000000", "#0072B2", "#56B4E9", "#009E73", "#E69F00", "#D55E00", "#CC79A7")


def ranges(entries: Sequence[Entry]) -> str:
    """For each claim about a t in (0, 1) a line: where it holds, with the end; an empty text where there is none."""
    rows = [(entry, found) for entry in entries if (found := _share(entry)) is not None]
    if not rows:
        return ""
    height, scale = ROW * len(rows) + 40, WIDTH - LABEL - 110
    parts = []
    for place, (entry, end) in enumerate(rows):
        y = ROW * place + 10
        right = LABEL + scale * end
        parts.append(f'<text x="{LABEL - 8}" y="{y + 4}" text-anchor="end">{escape(_short(entry.id))}</text>')
        parts.append(f'<line class="fails" x1="{LABEL}" y1="{y}" x2="{LABEL + scale}" y2="{y}"/>')
        if end > 0:
            parts.append(f'<line class="holds" x1="{LABEL}" y1="{y}" x2="{right:.2f}" y2="{y}"/>')
        said = "every t" if end == 1 else "no t" if end == 0 else f"t ≤ {end:.6f}"
        parts.append(f'<text x="{LABEL + scale + 8}" y="{y + 4}">{said}</text>')
    axis = ROW * len(rows) + 6
    for tick in (0, 0.25, 0.5, 0.75, 1):
        at = LABEL + scale * tick
        parts.append(f'<line class="axis" x1="{at:.2f}" y1="{axis}" x2="{at:.2f}" y2="{axis + 5}"/>')
        parts.append(f'<text x="{at:.2f}" y="{axis + 20}" text-anchor="middle">{tick:g}</text>')
    return _svg(height, parts, "the range of t on which each claim holds")


def _short(name: str) -> str:
    return name if len(name) <= 52 else "…" + name[-51:]


def _share(entry: Entry) -> float | None:
    """The end of the range, where that is an initial part of (0, 1)."""
    found = entry.verdict.range
    if found is None or found.parameter != "t":
        return None
    if found.set in ("all", "empty"):
        return 1.0 if found.set == "all" else 0.0
    if found.bracket is None or not found.set.startswith("(0,"):
        return None
    end = float(found.bracket[0])
    return end if 0 <= end <= 1 else None


def vanishing() -> str:
    """|∂g/∂θ_1| of the tanh chain with x = 1 and the same θ in all layers, for several depths, computed here."""
    theta = np.linspace(0, 3, 301)
    curves = [_curve(theta, depth) / np.log(10) for depth in _DEPTHS]
    left, right, top, bottom, low = 60, WIDTH - 90, 12, 300, -30.0

    def place(t: float, log: float) -> str:
        x = left + (right - left) * t / 3
        return f"{x:.1f},{top + (bottom - top) * min(1.0, log / low):.1f}"

    parts = [f'<rect class="frame" x="{left}" y="{top}" width="{right - left}" height="{bottom - top}"/>']
    for power in range(0, -31, -10):
        y = top + (bottom - top) * power / low
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">10<tspan dy="-4" font-size="9">')
        parts[-1] += f"{str(power).replace('-', '−')}</tspan></text>"
        parts.append(f'<line class="axis" x1="{left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>')
    for tick in range(4):
        x = left + (right - left) * tick / 3
        parts.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{tick}</text>')
    parts.append(f'<text x="{(left + right) / 2:.1f}" y="{bottom + 36}" text-anchor="middle">θ, in every layer</text>')
    for depth, colour, logs in zip(_DEPTHS, _LINES, curves, strict=True):
        points = " ".join(place(t, log) for t, log in zip(theta, logs, strict=True) if low <= log < 0.5)
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="1.6" points="{points}"/>')
        y = 24 + 18 * _DEPTHS.index(depth)
        parts.append(
            f'<line stroke="{colour}" stroke-width="3" x1="{right + 10}" y1="{y}" x2="{right + 28}" y2="{y}"/>'
        )
        parts.append(f'<text x="{right + 34}" y="{y + 4}">l = {depth}</text>')
    return _svg(bottom + 44, parts, "the gradient of the first layer against θ, for depths 1 to 64")


def _curve(theta: Any, depth: int) -> Any:
    plan = prepared(theta, 1.0, 1.0, depth, layers=(1,), backend="numpy").plan
    (tile,) = plan.grid.tiles()
    return plan.compute(tile)["log_gradient"][0, :, 0, 0]


def mark(outcome: Outcome) -> str:
    """A sign beside the word, for those who do not see its colour."""
    return {Outcome.PROVED: "✓", Outcome.REFUTED: "✗", Outcome.OPEN: "?"}[outcome]


def _svg(height: float, parts: Sequence[str], said: str) -> str:
    head = f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(said)}">'
    return "\n".join([head, *parts, "</svg>"])
