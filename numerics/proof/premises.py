"""Premises: statements about real numbers that a rule rests on, each to be discharged by the prover."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from numerics.deadline import Deadline, OutOfTimeError
from numerics.enclosure.program import UnsupportedError
from numerics.proof.goal import Proof
from numerics.proof.identities import branch_conditions, equality, partly_defined
from numerics.proof.real_statement import RealStatement
from theory.errors import StatementError
from theory.statement import Relation

_QUICK_POINTS = 12


@dataclass(frozen=True)
class Premise:
    """What has to be shown: under `hypotheses`, `conclusion` for all real values of the variables.

    Hypotheses that no chain of shared variables joins to the conclusion are left out; they can only say less.
    """

    name: str
    hypotheses: tuple[Relation, ...]
    conclusion: tuple[Relation, ...]

    def __post_init__(self) -> None:
        reached = {s for r in self.conclusion for s in r.free_symbols}
        kept: set[Relation] = set()
        while more := [h for h in self.hypotheses if h not in kept and h.free_symbols & reached]:
            kept.update(more)
            reached |= {s for h in more for s in h.free_symbols}
        kept.update(h for h in self.hypotheses if not h.free_symbols)
        object.__setattr__(self, "hypotheses", tuple(h for h in self.hypotheses if h in kept))

    @property
    def variables(self) -> list[Any]:
        used = {s for r in (*self.hypotheses, *self.conclusion) for s in r.free_symbols}
        return sorted(used, key=str)

    def __str__(self) -> str:
        given = ", ".join(map(str, self.hypotheses))
        return f"{self.name}: {', '.join(map(str, self.conclusion))}{' if ' + given if given else ''}"


@dataclass
class Discharged:
    """The premises that were proved, with their proofs, and the first that was not."""

    proved: list[tuple[Premise, list[Proof]]] = field(default_factory=list)
    failed: Premise | None = None


class NotOfThisFormError(ValueError):
    """The claim says something that the rule cannot express."""


def discharge(premises: Iterable[Premise], deadline: Deadline, seconds: float = 12.0) -> Discharged:
    """Each premise proved by the prover, and shown to be defined throughout; ends at the first that is not."""
    done = Discharged()
    for premise in premises:
        proofs: list[Proof] | None = []
        for relation in premise.conclusion:
            part = _proved(Premise(premise.name, premise.hypotheses, (relation,)), deadline, seconds)
            proofs = None if part is None else [*proofs, *part]
            if proofs is None:
                done.failed = premise
                return done
        done.proved.append((premise, proofs))
    return done


def _proved(premise: Premise, deadline: Deadline, seconds: float) -> list[Proof] | None:
    """A proof from few hypotheses, or else from all of them; what follows from some follows from all."""
    identity = equality(premise.hypotheses, premise.conclusion[0], deadline)
    if identity is not None:
        return [identity]
    if any(map(partly_defined, premise.hypotheses)):
        return None
    for condition in branch_conditions(premise.conclusion[0]):
        asked = Premise(premise.name, premise.hypotheses, (condition,))
        if _proved(asked, deadline.share(0.2), seconds) is None:
            return None
    free = premise.conclusion[0].free_symbols
    alone = tuple(h for h in premise.hypotheses if h.free_symbols <= free)
    for hypotheses in dict.fromkeys((alone, _without_loose_ends(premise.hypotheses, free), premise.hypotheses)):
        statement = RealStatement(hypotheses, premise.conclusion, premise.variables)
        try:
            # What few hypotheses leave false is not searched for.
            fewer = len(hypotheses) < len(premise.hypotheses)
            if fewer and statement.falsifier().quick(_QUICK_POINTS, deadline.share(0.2, 0.1)) is not None:
                continue
            attempt = statement.prove(deadline.share(0.6, seconds))
            if attempt.proofs is not None and statement.undefined(deadline.share(0.5, seconds)).proofs is not None:
                return attempt.proofs
        except (StatementError, UnsupportedError, OutOfTimeError, ValueError):
            continue
    return None


def _without_loose_ends(hypotheses: tuple[Relation, ...], free: set[Any]) -> tuple[Relation, ...]:
    """Without those that lead to a variable of which nothing else is said than that it is not zero."""
    kept = hypotheses
    bounded = {s for h in hypotheses if len(h.free_symbols) == 1 and h.op != "!=" for s in h.free_symbols}
    while True:
        joining = [h for h in kept if len(h.free_symbols) > 1]
        counts = Counter(s for h in joining for s in h.free_symbols)
        loose = [h for h in joining if any(counts[s] == 1 and s not in free | bounded for s in h.free_symbols)]
        if not loose:
            return tuple(h for h in kept if h.free_symbols <= free | {s for j in joining for s in j.free_symbols})
        kept = tuple(h for h in kept if h not in loose)


def covers(
    given: tuple[Relation, ...], cases: Sequence[tuple[Relation, ...]], core: Relation | None = None
) -> list[Premise]:
    """**Splitting a range.** The premises that together say: where `given` holds, all conditions of some case do.

    Soundness: a point that no case admits fails a condition of each. For every choice of one condition from each
    case, the last one chosen has to follow where the others fail; or, with a `core` that holds besides, the core has to
    fail where all of them do.
    """
    if any(not case for case in cases):
        return []
    found = []
    for choice in product(*cases):
        against = tuple(r.negation for r in choice)
        if core is not None:
            found.append(Premise("the cases leave no gap", (*given, *against), (core.negation,)))
        else:
            found.append(Premise("the cases leave no gap", (*given, *against[:-1]), (choice[-1],)))
    return found
