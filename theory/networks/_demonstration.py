"""A numerical demonstration with a published seed, and what is claimed of its numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, Literal

import sympy as sp

from theory.statement import Form


@dataclass(frozen=True)
class Demonstration:
    """One forward and one backward pass through a network drawn from a seed, for one input and one target.

    W^{(1)}, …, W^{(L)}, then the input x, then the target y are drawn in this order, each row by row, as standard
    normal numbers of the Mersenne Twister with `seed` (the legacy generator of NumPy); each weight is multiplied by the
    scale of the initialisation. There are no biases; the loss is C = |a^{(L)} − y|²/2. With `linear_output` the
    last layer has no activation.
    """

    widths: tuple[int, ...]
    activation: str
    seed: int
    initialization: str = "xavier"
    linear_output: bool = False

    @property
    def depth(self) -> int:
        """L, the number of layers."""
        return len(self.widths) - 1

    def __str__(self) -> str:
        """Widths that repeat are counted: 8, 10 × 15, 1."""
        runs: list[list[int]] = []
        for width in self.widths:
            if runs and runs[-1][1] == width:
                runs[-1][0] += 1
            else:
                runs.append([1, width])
        widths = ", ".join(f"{count} × {width}" if count > 1 else str(width) for count, width in runs)
        last = ", linear output" if self.linear_output else ""
        return f"{self.activation}, widths {widths}{last}, {self.initialization}, seed {self.seed}"


@dataclass(frozen=True)
class GradientNorm:
    """‖δ^{(layer)}‖, the Euclidean norm of ∂C/∂z^{(layer)}; divided by that of another layer with `over`."""

    layer: int
    over: int | None = None

    def __str__(self) -> str:
        return f"‖δ^({self.layer})‖" + ("" if self.over is None else f"/‖δ^({self.over})‖")


@dataclass(frozen=True)
class PreActivation:
    """z^{(layer)}_unit, counted from 1."""

    layer: int
    unit: int = 1

    def __str__(self) -> str:
        return f"z^({self.layer})_{self.unit}"


Quantity = GradientNorm | PreActivation
DRAWN = "it is about a network whose weights are floating-point numbers drawn from a seed"


@dataclass(frozen=True)
class Printed(Form):
    """A number of the demonstration, rounded to the digits of `text` (such as "7.57e-08"), is `text`.

    As a program prints it, "0.00e+00" is 0 itself: any other number has a first digit that is not 0.
    """

    of: Demonstration
    quantity: Quantity
    text: str
    beyond: ClassVar[str] = DRAWN

    @property
    def free_symbols(self) -> set[Any]:
        return set()

    @property
    def cell(self) -> tuple[Fraction, Fraction]:
        """The ends between which every number rounds to the text; both 0 for zero.

        Below a power of ten the numbers of so many digits lie ten times closer: 1.00e-07 reaches down half a step of
        9.99e-08, up half a step of its own.
        """
        mantissa, _, exponent = self.text.partition("e")
        value = Fraction(mantissa) * Fraction(10) ** int(exponent)
        if value == 0:
            return Fraction(0), Fraction(0)
        half = Fraction(10) ** (int(exponent) - len(mantissa.partition(".")[2])) / 2
        return value - (half / 10 if Fraction(mantissa) == 1 else half), value + half

    def shown(self, of: Callable[[Any], str]) -> str:
        return f"{self.quantity} = {self.text} to the digits printed, in the demonstration ({self.of})"


@dataclass(frozen=True)
class Compared(Form):
    """A number of the demonstration compared with an exact one: quantity op value."""

    of: Demonstration
    quantity: Quantity
    op: Literal["<", ">", "==", "!="]
    value: Any = sp.S.Zero
    beyond: ClassVar[str] = DRAWN

    @property
    def free_symbols(self) -> set[Any]:
        return set()

    def shown(self, of: Callable[[Any], str]) -> str:
        op = {"==": "=", "!=": "≠"}.get(self.op, self.op)
        return f"{self.quantity} {op} {of(self.value)} in the demonstration ({self.of})"
