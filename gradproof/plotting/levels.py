"""Where a gradient vanishes, survives and explodes, by its size."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gradproof.plotting.wording import power

Array = np.ndarray
VANISHES, SURVIVES, EXPLODES, ZERO, MISSING = range(5)


@dataclass(frozen=True)
class Phase:
    """Its colour (of the eight of Okabe and Ito, which the colour-blind can tell apart), and its name."""

    color: str
    name: str

    def said(self, vanishing: float, exploding: float) -> str:
        """The name with the sizes that it stands for."""
        match self.name:
            case "vanishes":
                return f"vanishes (below {power(vanishing)})"
            case "survives":
                return f"survives ({power(vanishing)} to {power(exploding)})"
            case "explodes":
                return f"explodes (above {power(exploding)})"
            case _:
                return self.name


PHASES = (
    Phase("#56b4e9", "vanishes"),
    Phase("#fff7d6", "survives"),
    Phase("#d55e00", "explodes"),
    Phase("#000000", "exactly 0"),
    Phase("#d9d9d9", "no number"),
)

VERDICTS = {-1: Phase("#56b4e9", "certainly below ε"), 0: Phase("#8c8c8c", "undecided"),
            1: Phase("#fff7d6", "certainly at least ε")}  # fmt: skip
"""Of a cell of a rigorous sweep."""


def phases(logs: Array, vanishing: float, exploding: float) -> Array:
    """The phase at each point, of natural logarithms of sizes: below `vanishing`, above `exploding`, or between."""
    found = np.full(logs.shape, SURVIVES)
    found[logs < math.log(vanishing)] = VANISHES
    found[logs > math.log(exploding)] = EXPLODES
    found[np.isneginf(logs)] = ZERO
    found[np.isnan(logs)] = MISSING
    return found


def in_tens(logs: Array) -> Array:
    """Natural logarithms as decimal ones."""
    return logs / math.log(10)
