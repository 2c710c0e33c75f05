"""Statements that are no relations between numbers, each kind settled by an engine of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

from numerics.deadline import Deadline
from numerics.verdict import Outcome, Verdict
from theory.statement import Form, Relation

_ENGINES: Mapping[str, tuple[str, str]] = {
    "Image": ("numerics.special", "settle_image"),
    "Exists": ("numerics.special", "settle_exists"),
    "LeastUpperBound": ("numerics.calculus.bounds", "settle_least_upper_bound"),
    "SupremumNorm": ("numerics.calculus.bounds", "settle_norm"),
    "Smooth": ("numerics.calculus.smoothness", "settle_smooth"),
    "Product": ("numerics.calculus.products", "settle_product"),
    "GaussianMean": ("numerics.calculus.means", "settle_mean"),
    "OnlySolution": ("numerics.calculus.equations", "settle_only_solution"),
    "Star": ("numerics.iteration.star", "settle_star"),
    "FixedPointCount": ("numerics.iteration.counting", "settle_count"),
    "AtFixedPoint": ("numerics.iteration.at_fixed_point", "settle_at_fixed_point"),
    "OrbitTends": ("numerics.iteration.iterates", "settle_orbit"),
    "Gains": ("numerics.iteration.gains", "settle_gains"),
    "OneOrThree": ("numerics.iteration.sigmoid_class", "settle_one_or_three"),
    "RandomGains": ("numerics.iteration.random_gains", "settle_random_gains"),
    "Unrolled": ("numerics.networks.unrolling", "settle_unrolled"),
    "NoGradient": ("numerics.networks.dead_unit", "settle_no_gradient"),
    "Printed": ("numerics.networks.demonstrating", "settle_printed"),
    "Compared": ("numerics.networks.demonstrating", "settle_compared"),
}
"""The engine for each kind of form: (module, function), imported when the first such form is met."""


def settle_form(part: Form, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict:
    """The verdict on one form, for all values of its variables that the hypotheses admit."""
    module, name = _ENGINES[type(part).__name__]
    engine: Callable[[Any, Sequence[Relation], Deadline], Verdict] = getattr(import_module(module), name)
    return engine(part, hypotheses, deadline)


def conjunction(verdicts: Sequence[Verdict]) -> Verdict:
    """All of them: refuted where one is, proved where all are; what there is to report is that of the first with it."""
    refuted = next((v for v in verdicts if v.outcome is Outcome.REFUTED), None)
    if refuted is not None:
        return refuted
    evidence = tuple(piece for v in verdicts for piece in v.evidence)
    if any(v.outcome is Outcome.OPEN for v in verdicts):
        left = next(v for v in verdicts if v.outcome is Outcome.OPEN)
        return Verdict(Outcome.OPEN, evidence, margin=left.margin, box=left.box)
    value = next((v.value for v in verdicts if v.value is not None), None)
    proofs = [proof for v in verdicts for proof in v.proof or ()]
    return Verdict(Outcome.PROVED, evidence, value=value, proof=proofs)
