"""Pictures as SVG text: a frame with axes, and what is drawn into it.

Text and axes take the colour of the page (`currentColor`), so that a picture reads in light and in dark; the lines have
the colours of Okabe and Ito, which the colour-blind can tell apart, and dashes of their own besides.
"""

from __future__ import annotations

import base64
import math
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np

Array = np.ndarray
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#888888")
DASHES = ("", "7 4", "2 3", "9 3 2 3", "12 3", "4 2 1 2", "1 2")
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, 16, 14, 46


@dataclass(frozen=True)
class Series:
    """A line (or dots) through points, with its name in the legend."""

    name: str
    x: Array
    y: Array
    style: int = 0
    dots: bool = False
    titles: Sequence[str] = ()


@dataclass
class Frame:
    """Axes over [x0, x1] × [y0, y1], in a picture of `width` × `height`."""

    x0: float
    x1: float
    y0: float
    y1: float
    width: int = 680
    height: int = 300
    log_x: bool = False
    log_y: bool = False
    parts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.x1 > self.x0:
            self.x0, self.x1 = self.x0 - 0.5, self.x0 + 0.5
        if not self.y1 > self.y0:
            self.y0, self.y1 = self.y0 - 0.5, self.y0 + 0.5

    def across(self, x: float) -> float:
        return _LEFT + _share(x, self.x0, self.x1, self.log_x) * (self.width - _LEFT - _RIGHT)

    def up(self, y: float) -> float:
        return self.height - _BOTTOM - _share(y, self.y0, self.y1, self.log_y) * (self.height - _TOP - _BOTTOM)

    def axes(self, x_label: str, y_label: str, whole: bool = False, powers: bool = False, lines: bool = True) -> None:
        """Ticks, numbers and labels; `whole` for layers, `powers` where y is a decimal logarithm, `lines` across."""
        bottom, left, right = self.height - _BOTTOM, _LEFT, self.width - _RIGHT
        for value in ticks(self.x0, self.x1, self.log_x, whole):
            at = self.across(value)
            self.line(at, bottom, at, bottom + 4)
            self.text(at, bottom + 18, number(value), "middle")
        for value in ticks(self.y0, self.y1, self.log_y, powers):
            at = self.up(value)
            self.line(left, at, right if lines else left - 4, at, 'stroke-opacity="0.15"' if lines else "")
            self.text(left - 7, at + 4, power(value) if powers else number(value), "end")
        box = f'x="{left}" y="{_TOP}" width="{right - left}" height="{bottom - _TOP}"'
        self.parts.append(f'<rect {box} fill="none" stroke="currentColor" stroke-opacity="0.5"/>')
        self.text((left + right) / 2, self.height - 8, x_label, "middle")
        middle = (_TOP + bottom) / 2
        self.parts.append(
            f'<text x="14" y="{middle:.1f}" text-anchor="middle" transform="rotate(-90 14 {middle:.1f})">'
            f"{escape(y_label)}</text>"
        )

    def line(self, x0: float, y0: float, x1: float, y1: float, more: str = "") -> None:
        """A line of the picture's own coordinates."""
        self.parts.append(
            f'<line x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}" stroke="currentColor" {more}/>'
        )

    def text(self, x: float, y: float, content: str, anchor: str = "start", more: str = "") -> None:
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{escape(content)}</text>')

    def draw(self, series: Series) -> None:
        """The series; where it has no number, or leaves the frame, it is interrupted."""
        colour, dash = COLOURS[series.style % len(COLOURS)], DASHES[series.style % len(DASHES)]
        if series.dots:
            for i, (x, y) in enumerate(zip(series.x, series.y, strict=True)):
                if self.shows(float(x), float(y)):
                    title = f"<title>{escape(series.titles[i])}</title>" if series.titles else ""
                    at = f'cx="{self.across(float(x)):.1f}" cy="{self.up(float(y)):.1f}"'
                    self.parts.append(f'<circle {at} r="3.2" fill="{colour}">{title}</circle>')
            return
        pieces: list[list[str]] = [[]]
        for x, y in zip(series.x, series.y, strict=True):
            if self.shows(float(x), float(y)):
                pieces[-1].append(f"{self.across(float(x)):.1f},{self.up(float(y)):.1f}")
            elif pieces[-1]:
                pieces.append([])
        for piece in pieces:
            if piece:
                self.parts.append(
                    f'<polyline points="{" ".join(piece)}" fill="none" stroke="{colour}" stroke-width="1.8" '
                    f'stroke-dasharray="{dash}"><title>{escape(series.name)}</title></polyline>'
                )

    def shows(self, x: float, y: float) -> bool:
        return math.isfinite(x) and math.isfinite(y) and self.x0 <= x <= self.x1 and self.y0 <= y <= self.y1

    def mark(self, x: float, y: float, name: str) -> None:
        """A ring about one point."""
        self.parts.append(
            f'<circle cx="{self.across(x):.1f}" cy="{self.up(y):.1f}" r="6" fill="none" stroke="#d55e00" '
            f'stroke-width="2.2"><title>{escape(name)}</title></circle>'
        )

    def label(self, x: float, y: float, name: str, below: float = 4) -> None:
        """A few words beside a ring, on the side where there is room, so far `below` its middle."""
        at, right = self.across(x), self.across(x) < self.width / 2
        self.text(at + (11 if right else -11), self.up(y) + below, name, "start" if right else "end")

    def band(self, y0: float, y1: float, colour: str) -> None:
        top, bottom = self.up(min(y1, self.y1)), self.up(max(y0, self.y0))
        if bottom > top:
            size = f'width="{self.width - _LEFT - _RIGHT}" height="{bottom - top:.1f}"'
            self.parts.append(f'<rect x="{_LEFT}" y="{top:.1f}" {size} fill="{colour}" fill-opacity="0.12"/>')

    def image(self, pixels: Array) -> None:
        """Pixels (rows from the bottom up, red, green, blue) that fill the frame."""
        place = f'x="{_LEFT}" y="{_TOP}" width="{self.width - _LEFT - _RIGHT}" height="{self.height - _TOP - _BOTTOM}"'
        data = base64.b64encode(png(pixels[::-1])).decode()
        self.parts.append(
            f'<image {place} preserveAspectRatio="none" style="image-rendering:pixelated" '
            f'href="data:image/png;base64,{data}"/>'
        )

    def svg(self, title: str) -> str:
        """The picture; it takes the width that there is."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" role="img" '
            f'aria-label="{escape(title)}" font-family="system-ui, sans-serif" font-size="14" fill="currentColor" '
            f'style="width:100%;max-width:{self.width + 160}px;height:auto">'
            f"<title>{escape(title)}</title>{''.join(self.parts)}</svg>"
        )


def standing_alone(svg: str) -> bytes:
    """The picture as a file: on white, in black, for no page gives it a colour."""
    head, _, rest = svg.partition(">")
    return (head.replace('style="', 'style="color:#111;background:#fff;') + ">" + rest).encode()


def legend(series: Iterable[Series]) -> str:
    """The names of the lines, as HTML that wraps where the page is narrow."""
    entries = []
    for one in series:
        colour, dash = COLOURS[one.style % len(COLOURS)], DASHES[one.style % len(DASHES)]
        sample = f'<circle cx="14" cy="6" r="3.2" fill="{colour}"/>' if one.dots else (
            f'<line x1="0" y1="6" x2="28" y2="6" stroke="{colour}" stroke-width="2.4" stroke-dasharray="{dash}"/>'
        )  # fmt: skip
        entries.append(
            f'<span style="margin-right:1.1em"><svg width="28" height="12" '
            f'style="display:inline-block;vertical-align:middle" aria-hidden="true">{sample}</svg> '
            f"{escape(one.name)}</span>"
        )
    return f'<div style="font-size:0.85em;line-height:1.7;display:flex;flex-wrap:wrap">{"".join(entries)}</div>'


def _share(value: float, low: float, high: float, log: bool) -> float:
    if log:
        return math.log(value / low) / math.log(high / low)
    return (value - low) / (high - low)


def ticks(low: float, high: float, log: bool = False, whole: bool = False) -> list[float]:
    """Round numbers in [low, high], about six."""
    if log and high / low >= 30:
        first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
        step = max(1, -(-(last - first + 1) // 7))
        return [10.0**power for power in range(first, last + 1, step)]
    raw = (high - low) / 6
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(multiple * size for multiple in (1, 2, 5, 10) if multiple * size >= raw)
    step = max(1.0, step) if whole else step
    first = math.ceil(low / step - 1e-9)
    return [round(i * step, 12) for i in range(first, math.floor(high / step + 1e-9) + 1)]


def number(value: float) -> str:
    shown = f"{value:.4g}"
    return shown.replace("e-0", "e-").replace("e+0", "e").replace("-", "−")


def power(exponent: float) -> str:
    """10 to a power: 10⁻³."""
    digits = str(round(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{digits}"


def png(pixels: Array) -> bytes:
    """Pixels (rows from the top down, red, green, blue, 0 … 255) as a PNG file (ISO/IEC 15948)."""
    rows = np.ascontiguousarray(pixels, dtype=np.uint8)
    height, width, _ = rows.shape
    body = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(body, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
