"""What comes out: a verdict, and the evidence that somebody else can re-check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """Proved: every step was discharged by an engine. Refuted: here is a point. Open: here is how far it got."""

    PROVED = "proved"
    REFUTED = "refuted"
    OPEN = "open"


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence: its kind (identity, enclosure, limit, witness, …), the engine, and what it did."""

    kind: str
    by: str
    detail: str


@dataclass(frozen=True)
class Range:
    """The exact set of a parameter on which a claim holds; `bracket` encloses the end, as decimal strings.

    A set with several ends has one of `brackets` for each, from the left, and no `bracket`.
    """

    parameter: str
    set: str
    bracket: tuple[str, str] | None = None
    brackets: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Tightness:
    """How close the two sides of a proved inequality come, over all that its hypotheses admit.

    `ratio` is the least upper bound of the smaller size over the larger one: an exact string, or a certain enclosure
    [lo, hi]. `gap` takes its place where one side is 0: the greatest lower bound of the difference. `attained` says
    whether it is reached at a point, None where that is not known. `at` is where: names to exact numbers, as in a
    witness, or to the end that is approached ("-> oo"). Where neither was found, `reason` says why.
    """

    relation: str = ""
    ratio: str | tuple[str, str] | None = None
    gap: str | tuple[str, str] | None = None
    attained: bool | None = None
    at: Mapping[str, Any] | None = None
    reason: str | None = None


@dataclass(frozen=True, repr=False)
class Verdict:
    """What is known of a statement, and why.

    `witness` maps variable names to exact numbers as strings. `margin` is the certified lower bound of the slack
    that an open search reached, and `box` the part of the domain that it left; both are None where they do not apply.
    `ranges_by_depth` is None unless the claim was settled at some depths only; None for a depth: not found.
    """

    outcome: Outcome
    evidence: tuple[Evidence, ...] = ()
    witness: Mapping[str, Any] | None = None
    range: Range | None = None
    value: str | tuple[str, str] | None = None
    margin: str | None = None
    box: Mapping[str, str] | None = None
    seconds: float = 0.0
    ranges_by_depth: Mapping[int, Range | None] | None = None
    tightness: Tightness | None = None
    proof: Any = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return str(self.outcome)

    def __repr__(self) -> str:
        """What was found and by what, a line each: what an interactive session shows."""
        from numerics.findings import kinds, summary

        spent = "after" if self.outcome is Outcome.OPEN else "in"
        head = f"{self.outcome} {spent} {self.seconds:.1f} s" + (f", by {kinds(self)}" if self.evidence else "")
        return "\n  ".join([head, *summary(self)])

    def _repr_html_(self) -> str:
        """The same for a notebook, with all of the evidence."""
        from numerics.findings import as_html

        return as_html(self)


@dataclass(frozen=True)
class Interim:
    """A verdict that is certain while its range is still looked for: it stands if that takes too long."""

    verdict: Verdict
