"""Verdicts on the forms that are not inequalities: limits, images of functions, and values to be found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from numerics.calculus.smoothness import settle_smooth
from numerics.deadline import Deadline
from numerics.falsifying.drawing import first_points
from numerics.proof.exact import constant_sign
from numerics.proof.limits import certain_limit, decide, has_limit, limit_values, sign_cases, symbolic_limit
from numerics.proof.real_statement import RealStatement
from numerics.verdict import Evidence, Outcome, Verdict
from numerics.wording import evidence_of, witness_of
from theory.calculus import Smooth
from theory.statement import Exists, Image, Relation, show

_POINTS = 12


def settle_limits(
    relations: Sequence[Relation],
    hypotheses: Sequence[Relation],
    variables: Sequence[sp.Symbol],
    deadline: Deadline,
    names: Mapping[str, Any] | None = None,
) -> Verdict:
    """Relations between limits, for all parameters that the hypotheses admit."""
    used = {s for relation in relations for s in relation.free_symbols}
    parameters = [v for v in variables if v in used]
    refutation = _refuted_limit(relations, hypotheses, parameters, deadline, names or {})
    if refutation is not None:
        return refutation
    return _proved_limits(relations, hypotheses, parameters, deadline)


def _refuted_limit(
    relations: Sequence[Relation],
    hypotheses: Sequence[Relation],
    parameters: Sequence[sp.Symbol],
    deadline: Deadline,
    names: Mapping[str, Any],
) -> Verdict | None:
    own = [h for h in hypotheses if h.free_symbols <= set(parameters)]
    checker = RealStatement(own, relations_without_limits(relations), parameters).falsifier() if own else None
    for point in first_points(own, parameters, _POINTS) if parameters else [{}]:
        deadline.check()
        if checker is not None and not checker.admits(point):
            continue
        values = {v: sp.Rational(value.numerator, value.denominator) for v, value in point.items()}
        for relation in relations:
            concrete = relation.subs(values)
            if decide(concrete, deadline, certain_only=True) is False:
                detail = f"at this point {limit_values(concrete)}, so that {show(concrete.rhs)} is wrong"
                evidence = Evidence("limit", "expansion with remainder", detail)
                return Verdict(Outcome.REFUTED, (evidence,), witness={**names, **witness_of(point)} or None)
    return None


def relations_without_limits(relations: Sequence[Relation]) -> tuple[Relation, ...]:
    """Something to compile where only the hypotheses are of interest."""
    return tuple(r for r in relations if not has_limit(r)) or (Relation(sp.S.Zero, "==", sp.S.Zero),)


def _proved_limits(
    relations: Sequence[Relation], hypotheses: Sequence[Relation], parameters: Sequence[sp.Symbol], deadline: Deadline
) -> Verdict:
    evidence: list[Evidence] = []
    for name, values in sign_cases(parameters, hypotheses):
        for relation in relations:
            deadline.check()
            concrete = relation.subs(values)
            certain = not concrete.free_symbols
            if decide(concrete, deadline, certain_only=certain) is not True:
                shown = Evidence("limit", "expansion and SymPy", f"undecided{' for ' + name if name else ''}")
                return Verdict(Outcome.OPEN, (*evidence, shown))
            by = "expansion with remainder" if certain else "SymPy, checked at 100 digits"
            evidence.append(
                Evidence("limit", by, f"{limit_values(concrete) if certain else 'it holds'} {name}".strip())
            )
    return Verdict(Outcome.PROVED, tuple(evidence))


def settle_image(part: Image, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict:
    """The image of ℝ is the open interval: every value lies inside, and both ends are approached.

    A continuous function takes every value between two that it approaches (intermediate values).
    """
    variables: list[Any] = sorted(part.expression.free_symbols | part.image.free_symbols, key=str)
    low: Any = part.image.start
    high: Any = part.image.end
    bounds = (Relation(low, "<", part.expression), Relation(part.expression, "<", high))
    inside = tuple(r for r in bounds if not (r.lhs.is_infinite or r.rhs.is_infinite))
    statement = RealStatement(hypotheses, inside, variables)
    continuous = _continuous(part, hypotheses, deadline.share(0.2))
    if continuous.outcome is not Outcome.PROVED:
        return continuous
    attempt = statement.settle(deadline.share(0.5))
    if attempt.refutation is not None:
        detail = f"a value outside: {attempt.refutation.detail}"
        evidence = Evidence("witness", "Arb enclosure", detail)
        return Verdict(Outcome.REFUTED, (evidence,), witness=witness_of(attempt.refutation.point))
    limits = (
        Relation(sp.Limit(part.expression, part.variable, -sp.oo, "+"), "==", low),
        Relation(sp.Limit(part.expression, part.variable, sp.oo, "-"), "==", high),
    )
    ends = settle_limits(limits, hypotheses, [v for v in variables if v != part.variable], deadline)
    if ends.outcome is Outcome.REFUTED:
        return ends
    if attempt.proofs is None or ends.outcome is not Outcome.PROVED or statement.undefined(deadline).proofs is None:
        return Verdict(Outcome.OPEN, (*evidence_of(attempt.proofs or ()), *ends.evidence))
    between = Evidence("intermediate values", "rule", "a continuous function takes every value between its limits")
    evidence = (*continuous.evidence, *evidence_of(attempt.proofs), *ends.evidence, between)
    return Verdict(Outcome.PROVED, evidence, proof=attempt.proofs)


def _continuous(part: Image, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict:
    """A function defined by cases is continuous where its cases agree; any other is one where it is defined."""
    if not part.expression.has(sp.Piecewise):
        return Verdict(Outcome.PROVED)
    verdict = settle_smooth(Smooth(part.expression, part.variable, sp.S.Zero), hypotheses, deadline)
    # A jump breaks this proof, not the claim.
    return verdict if verdict.outcome is Outcome.PROVED else Verdict(Outcome.OPEN, verdict.evidence)


def settle_exists(part: Exists, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict:
    """A value of the unknown with which limit = unknown · (the rest) for all parameters; the value is reported."""
    limit: Any
    (limit,) = part.relation.lhs.atoms(sp.Limit)
    factor: Any = sp.simplify(part.relation.rhs / part.unknown)
    parameters: list[Any] = sorted(limit.free_symbols | factor.free_symbols, key=str)
    impossible = _no_value(part, limit, parameters, hypotheses)
    if impossible is not None:
        return impossible
    found: set[sp.Expr] = set()
    evidence: list[Evidence] = []
    for name, values in sign_cases(parameters, hypotheses):
        deadline.check()
        value, scale = symbolic_limit(limit.subs(values), deadline), factor.subs(values)
        if value is None or value.is_infinite or (scale == 0 and sp.simplify(value) != 0):
            return Verdict(Outcome.OPEN, (*evidence, Evidence("limit", "SymPy", f"undecided for {name}")))
        if scale != 0:
            found.add(sp.simplify(value / scale))
        evidence.append(Evidence("limit", "SymPy, checked at 100 digits", f"the limit is {value} for {name}"))
    if len(found) != 1:
        return Verdict(Outcome.OPEN, tuple(evidence))
    (unknown,) = found
    above = constant_sign(unknown - part.domain.start) if not unknown.free_symbols else None
    below = part.domain.end.is_infinite or constant_sign(part.domain.end - unknown) == 1
    if above != 1 or not below:
        return Verdict(Outcome.OPEN, tuple(evidence))
    return Verdict(Outcome.PROVED, tuple(evidence), value=show(unknown))


def _no_value(
    part: Exists, limit: Any, parameters: Sequence[sp.Symbol], hypotheses: Sequence[Relation]
) -> Verdict | None:
    """A parameter at which no value of the unknown will do: the limit is infinite there."""
    for point in first_points(hypotheses, parameters, _POINTS):
        values = {v: sp.Rational(value.numerator, value.denominator) for v, value in point.items()}
        value = certain_limit(limit.subs(values))
        if value is not None and value.is_infinite:
            detail = f"the limit is {value} there, so that no {part.unknown} will do"
            evidence = Evidence("limit", "expansion with remainder", detail)
            return Verdict(Outcome.REFUTED, (evidence,), witness=witness_of(point))
    return None
