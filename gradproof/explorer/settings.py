"""What a view is set to: read from the address, checked, and written back into a link.

Everything that comes from an address or a box is text of somebody else's: it is read by theory.parsing or looked up in
a table, never evaluated. What cannot be read falls back to the usual value, and a message says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from theory.errors import StatementError

VIEWS = ("Claims", "Chain", "Phase diagram", "Try a claim")
KEYS = ("claims", "chain", "phase", "try")
DEEPEST = 256
LARGEST = 1000
"""Of |θ|, |x| and r: beyond it nothing of interest happens, and pictures say nothing."""

DEFAULTS: Mapping[str, str] = {
    "view": "claims", "claim": "ven-lederer/theorem-1/small-gradient", "source": "all", "find": "",
    "activation": "tanh", "depth": "16", "theta": "1.5", "thetas": "", "x": "1.5", "alpha": "10", "t": "0.3", "r": "1",
    "loss": "linear", "y": "0",
    "across": "theta", "scale": "1", "up": "x", "cells": "256", "layer": "1", "epsilon": "1e-6", "store": "",
    "a0": "0.1", "a1": "3", "b0": "0.1", "b1": "3",
    "statement": "u*(1 - tanh(u)**2) <= 9/20", "where": "u >= 0",
}  # fmt: skip

PHASE_KEYS = {"theta": "theta", "x": "x", "alpha": "scale", "depth": "depth"}
"""What the values that a phase diagram holds fixed are called in an address; its α is usually 1."""


@dataclass
class Settings:
    """The settings of all views, as text; `messages` are what could not be read."""

    given: Mapping[str, Any]
    messages: list[str] = field(default_factory=list)

    def text(self, key: str) -> str:
        value = self.given.get(key, DEFAULTS[key])
        value = value[-1] if isinstance(value, list | tuple) and value else value
        return str(value)[:2000]

    def number(self, key: str, low: float, high: float) -> float:
        """The number, within its bounds."""
        return float(self._read(key, lambda text: exact_number(text, key, low, high)))

    def whole(self, key: str, low: int, high: int) -> int:
        return int(self._read(key, lambda text: whole_number(text, key, low, high)))

    def choice(self, key: str, among: Any) -> str:
        def chosen(text: str) -> str:
            if text not in among:
                raise StatementError(f"{key} {text!r} is none of {', '.join(map(str, among))}")
            return text

        return self._read(key, chosen)

    def _read(self, key: str, reader: Any) -> Any:
        try:
            return reader(self.text(key))
        except StatementError as error:
            self.messages.append(f"{error}; taken is {DEFAULTS[key]}")
            return reader(DEFAULTS[key])


def link(view: str, **settings: Any) -> str:
    """The address, within this page, that brings a view back as it is; usual values are left out."""
    shown = {key: _plain(value) for key, value in settings.items()}
    kept = {key: value for key, value in shown.items() if value != DEFAULTS[key]}
    return "?" + urlencode({"view": view, **kept})


def _plain(value: Any) -> str:
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def exact_number(text: Any, role: str, low: float, high: float) -> Fraction:
    """The exact rational number that a text writes, or the decimal that a box shows; StatementError if it is none."""
    from theory.parsing import parse_expression

    shown = f"{text:.12g}" if isinstance(text, float) else str(text).strip()
    if len(shown) > 60:
        raise StatementError(f"{role} {shown[:20] + '…'!r} is too long for a number: give at most 60 characters")
    try:
        expression, _ = parse_expression(shown)
    except StatementError as error:
        # The place in the text is not worth a second line for one number.
        raise StatementError(f"{role} {shown!r}: {str(error).partition(chr(10))[0]}") from None
    if not expression.is_Rational:
        raise StatementError(f"{role} {shown!r} is no decimal or fraction: give one such as 1.5 or 3/2")
    value = Fraction(int(expression.p), int(expression.q))  # pyright: ignore
    if not low <= value <= high:
        raise StatementError(f"{role} {shown!r} is out of bounds: give a number from {low:g} to {high:g}")
    return value


def whole_number(text: Any, role: str, low: int, high: int) -> int:
    """A whole number within its bounds; StatementError if it is none."""
    shown = str(text).strip()
    digits = shown.isascii() and shown.isdigit() and len(shown) < 8
    if not digits or not low <= int(shown) <= high:
        raise StatementError(f"{role} {shown[:20]!r} is no whole number from {low} to {high}")
    return int(shown)


def from_slider(role: str, value: float, text: str) -> Fraction:
    """The number of a slider; while it stands where the text placed it, the exact number of that text.

    A slider goes by steps, and 2/9 is none of them.
    """
    try:
        exact = exact_number(text, role, -LARGEST, LARGEST)
    except StatementError:
        exact = None  # a message says so already
    if exact is not None and abs(float(exact) - value) <= 1e-9 * max(1.0, abs(value)):
        return exact
    return exact_number(float(value), role, -LARGEST, LARGEST)


def weights(text: str) -> tuple[Fraction, ...]:
    """θ_1, θ_2, … from a list between commas; StatementError says what is wrong with it."""
    parts = [part for part in text.replace(";", ",").replace("\n", ",").split(",") if part.strip()]
    if not 1 <= len(parts) <= DEEPEST:
        raise StatementError(f"{len(parts)} parameters are no chain: give 1 to {DEEPEST}, with commas between")
    return tuple(exact_number(part, f"θ_{i}", -LARGEST, LARGEST) for i, part in enumerate(parts, 1))


def phase_grid(
    across: str, up: str, ends: Mapping[str, str], fixed: Mapping[str, str], name: str, layer: int, cells: int
) -> Any:
    """The grid of a phase diagram from what stands in the boxes; StatementError quotes what is wrong."""
    from gradproof.explorer.phase_data import grid

    def read(text: str, role: str) -> float:
        return float(exact_number(text, role, -(10**6), 10**6))

    axes = {
        across: (read(ends["a0"], "from"), read(ends["a1"], "to")),
        up: (read(ends["b0"], "from"), read(ends["b1"], "to")),
    }
    held = {key: read(text, key) for key, text in fixed.items() if key != "depth"}
    depth = float(whole_number(fixed["depth"], "depth", 1, 10**6))
    return grid(across, up, axes, {**held, "depth": depth}, name, layer, cells)
