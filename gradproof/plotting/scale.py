"""The scale of logarithms that have many sizes themselves: linear about 0, nearly logarithmic far from it."""

from __future__ import annotations

import math

WIDE = 30.0
"""Logarithms that reach further than this below 0, in powers of ten, are drawn on this scale."""
_MOST = 6


def ticks(low: float, high: float) -> list[float]:
    """0 and powers of ten of either sign between the ends, few enough to stand apart."""
    down, up = (math.floor(math.log10(size)) if size >= 1 else -1 for size in (-low, high))
    every = max(1, math.ceil((down + up + 2) / _MOST))
    first = 0 if every == 1 else 1  # where many sizes are shown, 1 is too near to 0
    below = [-(10.0**n) for n in range(down, first - 1, -every)]
    return [*below, *([0.0] if low <= 0 <= high else []), *(10.0**n for n in range(first, up + 1, every))]


def said(value: float) -> str:
    """−100, 0, 10, and −10⁶ for what is longer."""
    if abs(value) < 1e5:
        return f"{value:.0f}".replace("-", "−")
    sign = "-" if value < 0 else ""
    return rf"${sign}10^{{{round(math.log10(abs(value)))}}}$"
