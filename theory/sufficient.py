"""What suffices: plain relations between real numbers from which a statement of another form follows, or its contrary.

They are mathematics and nothing that a proof search found: a certificate of a form has to show just these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import sympy as sp

from theory.statement import Relation


@dataclass(frozen=True)
class Condition:
    """For all real values of the variables that satisfy `given`, the relations hold, and all in them is defined."""

    name: str
    relations: tuple[Relation, ...]
    given: tuple[Relation, ...] = ()


@dataclass(frozen=True)
class Sufficient:
    """The conditions, and in one sentence why they suffice."""

    why: str
    conditions: tuple[Condition, ...]

    def and_also(self, other: Sufficient) -> Sufficient:
        """What suffices for both of two statements."""
        fresh = tuple(c for c in other.conditions if c not in self.conditions)
        why = self.why if other.why == self.why else f"{self.why}; {other.why}"
        return Sufficient(why, self.conditions + fresh)


def exhaustive(given: tuple[Relation, ...], cases: Sequence[tuple[Relation, ...]]) -> Iterator[Condition]:
    """That the cases leave no point out: of any choice of one relation from each, the last holds where the others fail.

    A point that no case admits fails a relation of each case.
    """
    if not all(cases):
        return
    for choice in product(*cases):
        others = tuple(relation.negation for relation in choice[:-1])
        yield Condition("the cases leave no gap", (choice[-1],), (*given, *others))


def about(hypotheses: Iterable[Relation], symbols: Iterable[Any]) -> tuple[Relation, ...]:
    """The hypotheses that speak of no other variables."""
    allowed = set(symbols)
    return tuple(h for h in hypotheses if h.free_symbols <= allowed)


def numbers(witness: Mapping[str, Any], symbols: Iterable[Any]) -> dict[Any, Any] | None:
    """The rational values of the symbols at a witness; None where one has none."""
    values = {}
    for symbol in symbols:
        try:
            values[symbol] = sp.Rational(witness[str(symbol)])
        except (LookupError, TypeError, ValueError):
            return None
    return values


def admitted(hypotheses: Iterable[Relation], values: Mapping[Any, Any]) -> Condition:
    """That the hypotheses hold at these values."""
    return Condition("the hypotheses hold there", tuple(h.subs(values) for h in hypotheses))
