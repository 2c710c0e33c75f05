"""A claim: a closed statement with its hypotheses and its source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import Any

import sympy as sp

from theory.errors import StatementError
from theory.proof import Step, Threshold
from theory.statement import Every, Part, Relation, relations


@dataclass(frozen=True)
class Source:
    """Where statements come from: `key` is the first part of their ids."""

    key: str
    title: str
    authors: str
    year: str


@dataclass(frozen=True)
class Depth:
    """The statement is about a chain, at all depths l ≥ `least`, and about one layer of it.

    `index` runs over `first`, …, l: the layer k of a gradient, or the layer i of an output. A statement about the
    whole chain has no index.
    """

    index: sp.Symbol | None = None
    first: int = 1
    least: int = 1


@dataclass(frozen=True)
class Claim:
    """A statement to settle: for all real values of its variables that satisfy the hypotheses, the conclusion holds.

    `conclusion` is a conjunction; `hypotheses` too. `depth` is None for a statement without a chain. `parameter`
    is the variable whose exact range is wanted. The word for whether it holds is not here: it is computed.
    `conditions` is what must hold for every side to be a real number. `proof` is how it follows for every depth, and
    `threshold` for which values of the parameter it does.
    """

    id: str
    text: str
    conclusion: tuple[Part, ...]
    hypotheses: tuple[Relation | Every, ...] = ()
    source: Source | None = None
    place: str = ""
    depth: Depth | None = None
    parameter: sp.Symbol | None = None
    variables: tuple[sp.Symbol, ...] = ()
    conditions: tuple[Relation, ...] = ()
    proof: tuple[Step, ...] = ()
    threshold: Threshold | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[\w.-]+(/[\w.-]+)*", self.id):
            raise StatementError(f"{self.id!r} is not an id: use words of letters, digits, - and . joined by /")
        if not self.conclusion:
            raise StatementError(f"the claim {self.id!r} concludes nothing: give at least one relation")
        if self.variables:
            unknown = self.free_symbols - set(self.variables)
            if unknown:
                names = ", ".join(sorted(map(str, unknown)))
                known = ", ".join(map(str, self.variables))
                raise StatementError(f"the claim {self.id!r} has the unknown variable {names}: it declares {known}")

    @property
    def free_symbols(self) -> set[sp.Basic]:
        """Every symbol that the claim speaks about, indices and bound variables of limits aside."""
        bound: set[sp.Basic] = set()
        free: set[sp.Basic] = set()
        for part in (*self.hypotheses, *self.conditions, *self.conclusion):
            for relation in relations(part):
                free |= relation.free_symbols
            if isinstance(part, Every):
                bound.add(part.index)
        if self.depth and self.depth.index:
            bound.add(self.depth.index)
        return free - bound

    def check(self, seconds: float = 60.0) -> Any:
        """The verdict on the claim (numerics.settle, loaded for this): proved, refuted or open, and the evidence."""
        return import_module("numerics").settle(self, seconds)

    def __str__(self) -> str:
        return self.text

    def _repr_latex_(self) -> str:
        conclusion = r",\ ".join(part._latex() for part in self.conclusion)
        if not self.hypotheses:
            return f"$\\displaystyle {conclusion}$"
        hypotheses = r",\ ".join(part._latex() for part in self.hypotheses)
        return f"$\\displaystyle {hypotheses} \\implies {conclusion}$"


def ledger(claims: Iterable[Claim]) -> Mapping[str, Claim]:
    """The claims by id, in their order. An id that stands twice is an error: ids are permanent and unique."""
    by_id: dict[str, Claim] = {}
    for claim in claims:
        if claim.id in by_id:
            raise StatementError(f"the id {claim.id!r} is registered twice: give the second claim an id of its own")
        by_id[claim.id] = claim
    return MappingProxyType(by_id)
