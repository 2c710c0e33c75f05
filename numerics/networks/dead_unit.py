"""Units on which the loss does not depend, near where they are: the gradient of their weights is exactly 0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

from numerics.deadline import Deadline
from numerics.enclosure.interval import precision
from numerics.enclosure.program import UnsupportedError, enclose
from numerics.falsifying.drawing import first_points
from numerics.proof.premises import Premise, discharge
from numerics.verdict import Evidence, Outcome, Verdict
from numerics.wording import evidence_of, witness_of
from theory.networks import NoGradient
from theory.statement import Relation, show

_POINTS = 24
_CONTINUOUS = (sp.Add, sp.Mul, sp.Abs, sp.Max, sp.Min, sp.exp, sp.tanh, sp.erf, sp.atan)


def settle_no_gradient(part: NoGradient, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict:
    """**A locally constant unit.** Premise: f = value on the set U of the z that the hypotheses admit.

    Concludes: where z_1, …, z_N ∈ U on all N examples, every derivative of the loss by a weight (or the bias) into the
    unit exists and is 0. Soundness: U is open, for each hypothesis is strict and compares functions that are
    continuous on all of ℝ. z_n = w·x_n + b is continuous in (w, b), and what the unit is fed with, x_n, does not depend
    on its own weights. So for (w, b) close enough to where they are, all N pre-activations (N is finite) are still in
    U, and f(z_n) has not changed. The rest of the network, and the loss, see the weights through f(z_1), …, f(z_N)
    only: the loss is constant near (w, b), whatever it is.
    """
    refutation = _sloped(part, hypotheses, deadline)
    if refutation is not None:
        return refutation
    closed = [h for h in hypotheses if not _open(h, part.variable)]
    if closed or not hypotheses:
        which = f"{closed[0]} may hold" if closed else "without a hypothesis nothing is known"
        return Verdict(Outcome.OPEN, (Evidence("search", "rule", f"{which} on a set that is not known to be open"),))
    premise = Premise("constant", tuple(hypotheses), part.consequences())
    done = discharge([premise], deadline)
    if done.failed is not None:
        return Verdict(Outcome.OPEN, (Evidence("search", "prover", f"not proved: {premise}"),))
    proofs = [proof for _, found in done.proved for proof in found]
    detail = f"{premise}; the set of such {part.variable} is open, so that the loss stays the same near these weights"
    rule = Evidence("locally constant unit", "rule", detail)
    return Verdict(Outcome.PROVED, (*evidence_of(proofs), rule), proof=proofs)


def _open(hypothesis: Relation, variable: sp.Symbol) -> bool:
    """Whether it is strict, about the variable alone, between functions that are continuous on ℝ by their form."""
    continuous = all(
        node.is_Atom
        or isinstance(node, _CONTINUOUS)
        or (isinstance(node, sp.Pow) and node.exp.is_integer and node.exp.is_nonnegative)
        for side in (hypothesis.lhs, hypothesis.rhs)
        for node in sp.preorder_traversal(side)
    )
    return hypothesis.strict and hypothesis.free_symbols <= {variable} and continuous


def _sloped(part: NoGradient, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict | None:
    """A refutation: a point that the hypotheses admit, where f is differentiable and f′ is certainly not 0.

    One example, x = 1, one weight w = z, and the loss Λ = a: its gradient is f′(z). A slope by cases or at a kink is
    not taken: SymPy differentiates f, and only a result that encloses without them counts.
    """
    for point in first_points(hypotheses, [part.variable], _POINTS):
        deadline.check()
        at = _rational(point[part.variable])
        if not all(_holds(h.subs({part.variable: at})) for h in hypotheses) or _kinked(part, at):
            continue
        try:
            with precision(128):
                slope = enclose(_differentiated(part, at))
        except UnsupportedError:
            continue
        if not slope.contains_zero():
            detail = f"one example x = 1, one weight {show(at)}, the loss a: its gradient is f′({show(at)}) ∈ {slope}"
            return Verdict(Outcome.REFUTED, (Evidence("witness", "Arb enclosure", detail),), witness=witness_of(point))
    return None


def _differentiated(part: NoGradient, at: Any) -> Any:
    return sp.diff(part.f, part.variable).subs(part.variable, at).doit()


def _kinked(part: NoGradient, at: Any) -> bool:
    """Whether a kink of f may lie at the point: an argument of |·|, or the difference of two of max, min is 0 there."""
    for node in part.f.atoms(sp.Abs, sp.Max, sp.Min, sp.Piecewise, sp.sign, sp.Heaviside):
        if isinstance(node, sp.Piecewise):
            return True
        values = [argument.subs(part.variable, at) for argument in node.args]
        values = [*values, sp.S.Zero] if len(values) == 1 else values
        if len({sp.simplify(value) for value in values}) < len(values):
            return True
    return False


def _holds(relation: Relation) -> bool:
    with precision(128):
        slack = enclose(relation.slack)
    return bool(slack.lo > 0 or (slack.lo >= 0 and not relation.strict))


def _rational(value: Any) -> Any:
    return sp.Rational(value.numerator, value.denominator)
