"""Least upper bounds: a value that is nowhere exceeded and that the function comes near, or a norm to be reported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import sympy as sp

from numerics.calculus._rule import of_relations
from numerics.deadline import Deadline
from numerics.extrema.extremum import extremum
from numerics.forms import conjunction
from numerics.proof.deduction import Deduction
from numerics.proof.exact import constant_sign
from numerics.proof.premises import NotOfThisFormError, Premise, covers
from numerics.verdict import Evidence, Outcome, Verdict
from theory.calculus import LeastUpperBound, SupremumNorm, margin
from theory.statement import Relation

DIGITS = 10


def settle_least_upper_bound(part: LeastUpperBound, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict:
    """sup f = M, for all parameters.

    **Least upper bound.** If f(x) ≤ M for every admitted x, and for every ε > 0 there is an admitted x with
    f(x) ≥ M − ε, then M is the supremum. The cases of `near` name such an x; they leave no parameter out.
    **Only there.** If f(a) = M and f(x) < M for every other admitted x, it is attained at a and only there.
    Soundness: the definitions.
    """
    above = of_relations((Relation(part.function, "<=", part.value),), hypotheses, deadline.share(0.5))
    if above.outcome is not Outcome.PROVED:
        return above
    found = [above, _comes_near(part, hypotheses, deadline.share(0.5))]
    if part.only:
        values = [Relation(_at(part, place), "==", part.value) for place in part.only]
        elsewhere = [Relation(part.variable, "!=", place) for place in part.only]
        below = Relation(part.function, "<", part.value)
        found.append(of_relations(values, hypotheses, deadline.share(0.5)))
        found.append(of_relations((below,), (*hypotheses, *elsewhere), deadline))
    return conjunction(found)


def _comes_near(part: LeastUpperBound, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict:
    deduction = Deduction("least upper bound", deadline)
    try:
        deduction.show(_reached(part, hypotheses))
    except NotOfThisFormError as reason:
        return deduction.opened(reason)
    return deduction.proved()


def _reached(part: LeastUpperBound, hypotheses: Sequence[Relation]) -> Iterator[Premise]:
    x = part.variable
    fixed = tuple(h for h in hypotheses if x not in h.free_symbols)
    yield from covers(fixed, [case.where for case in part.near])
    for case in part.near:
        given = (*fixed, *case.where, Relation(margin, ">", sp.S.Zero))
        admitted = tuple(h.subs({x: case.place}) for h in hypotheses if x in h.free_symbols)
        close = Relation(_at(part, case.place), ">=", part.value - margin)
        yield Premise(f"near {x} = {case.place}", given, (*admitted, close))


def _at(part: LeastUpperBound, place: Any) -> Any:
    return part.function.subs(part.variable, place)


def settle_norm(part: SupremumNorm, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict:
    """sup |f| over ℝ: enclosed with certainty to ten digits, reported, and compared with the bound."""
    found = extremum(sp.Abs(part.function), hypotheses, [part.variable], DIGITS, deadline)
    if not found.certain or found.decimals is None or found.lo is None or found.hi is None:
        return Verdict(Outcome.OPEN, found.evidence)
    places = "; ".join(", ".join(f"{name} in {value}" for name, value in place.items()) for place in found.where)
    shown = Evidence("extremum", "Arb", f"sup in [{found.decimals[0]}, {found.decimals[1]}], attained at {places}")
    value: Any = found.value if isinstance(found.value, str) else found.decimals
    top: Any = found.exact if found.exact is not None else sp.Rational(found.hi.numerator, found.hi.denominator)
    if constant_sign(part.bound - top) in (0, 1):
        return Verdict(Outcome.PROVED, (*found.evidence, shown), value=value)
    low = sp.Rational(*Decimal(found.decimals[0]).as_integer_ratio())
    if constant_sign(low - part.bound) == 1:
        witness = of_relations((Relation(sp.Abs(part.function), "<=", part.bound),), hypotheses, deadline)
        if witness.outcome is Outcome.REFUTED:
            return witness
    return Verdict(Outcome.OPEN, (*found.evidence, shown))
