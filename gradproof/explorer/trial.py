"""Try a claim: what is typed becomes a claim as in `gradproof prove`; its slack on points, for a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradproof.explorer.settings import LARGEST, exact_number
from numerics.enclosure.doubles import HOLDS, run
from numerics.enclosure.program import UnsupportedError, compile_expressions
from theory.claim import Claim
from theory.errors import StatementError
from theory.parsing import parse_claim, parse_statement
from theory.statement import Relation

Array = np.ndarray
POINTS, CELLS = 801, 161
_USUAL = (-5.0, 5.0)
_SIGNS = {"<=": ">=", "<": ">", ">=": ">=", ">": ">", "==": "==", "!=": "!="}


def conditions(where: str, ends: Mapping[str, tuple[str, str]]) -> list[str]:
    """The conditions as --where takes them: what was typed, and the ends of ranges that were filled in."""
    found = [where.strip()] if where.strip() else []
    for name, (low, high) in ends.items():
        found += [f"{name} >= {low.strip()}"] if low.strip() else []
        found += [f"{name} <= {high.strip()}"] if high.strip() else []
    return found


def names(statement: str) -> list[str]:
    """The variables of a statement, in the order of their first appearance; StatementError if it is none."""
    return [str(variable) for variable in parse_statement(statement).variables]


def command(statement: str, where: Sequence[str]) -> str:
    """The line that settles the same in a shell."""
    import shlex

    return " ".join(["gradproof prove", shlex.quote(statement), *(f"--where {shlex.quote(one)}" for one in where)])


@dataclass(frozen=True)
class Slack:
    """The slack over one variable (`values` of one dimension) or two (rows along the second); NaN outside."""

    names: tuple[str, ...]
    x: Array
    y: Array | None
    values: Array
    fixed: Mapping[str, float]

    @property
    def worst(self) -> tuple[dict[str, float], float] | None:
        """The point of those that are drawn at which least is left; None where the hypotheses hold at none."""
        if np.isnan(self.values).all():
            return None
        at = np.unravel_index(int(np.nanargmin(self.values)), self.values.shape)
        point = {self.names[0]: float(self.x[at[-1]])}
        if self.y is not None:
            point[self.names[1]] = float(self.y[at[0]])
        return point, float(self.values[at])

    def columns(self) -> dict[str, Array]:
        if self.y is None:
            return {self.names[0]: self.x, "slack": self.values}
        x, y = np.meshgrid(self.x, self.y)
        return {self.names[0]: x.ravel(), self.names[1]: y.ravel(), "slack": self.values.ravel()}


def slack(statement: str, where: Sequence[str], ends: Mapping[str, tuple[str, str]]) -> Slack | None:
    """The slack of the tightest relation, over the first one or two variables; None where there is none to draw.

    Further variables stand in the middle of their ranges. StatementError for a text that cannot be read.
    """
    claim = parse_claim(statement, where)
    variables = [str(variable) for variable in claim.variables]
    if not variables:
        return None
    spans = {name: _span(name, *ends.get(name, ("", ""))) for name in variables}
    drawn = variables[:2] if len(variables) > 1 else variables
    fixed = {name: sum(spans[name]) / 2 for name in variables[2:]}
    counts = (POINTS,) if len(drawn) == 1 else (CELLS, CELLS)
    axes = [np.linspace(*spans[name], count) for name, count in zip(drawn, counts, strict=True)]
    mesh = np.meshgrid(*axes)
    points = dict(zip(drawn, (one.ravel() for one in mesh), strict=True))
    size = next(iter(points.values())).size
    points |= {name: np.full(size, value) for name, value in fixed.items()}
    values = _values(claim, points, size)
    if values is None:
        return None
    return Slack(tuple(drawn), axes[0], axes[1] if len(drawn) > 1 else None, values.reshape(mesh[0].shape), fixed)


def _values(claim: Claim, points: Mapping[str, Array], size: int) -> Array | None:
    relations = [part for part in claim.conclusion if isinstance(part, Relation)]
    given = [part for part in (*claim.hypotheses, *claim.conditions) if isinstance(part, Relation)]
    expressions: list[Any] = [part.slack for part in (*relations, *given)]
    try:
        program = compile_expressions(expressions, claim.variables)
        found = run(program, [points[str(v)] for v in claim.variables], size)
    except UnsupportedError:
        return None
    least = np.minimum.reduce(found[: len(relations)]).copy()
    for relation, left in zip(given, found[len(relations) :], strict=True):
        least[~HOLDS[_SIGNS[relation.op]](left)] = np.nan
    least[~np.isfinite(least)] = np.nan
    return least


def _span(name: str, low: str, high: str) -> tuple[float, float]:
    """The stretch that is drawn of a variable: the ends that were given, and ten beside one that was not."""
    ends = [float(exact_number(text, f"end of {name}", -LARGEST, LARGEST)) if text.strip() else None
            for text in (low, high)]  # fmt: skip
    match ends:
        case [None, None]:
            return _USUAL
        case [float() as a, None]:
            return a, a + 10
        case [None, float() as b]:
            return b - 10, b
        case [float() as a, float() as b] if a < b:
            return a, b
        case _:
            raise StatementError(f"{name} from {low} to {high} is no range: give the smaller number first")
