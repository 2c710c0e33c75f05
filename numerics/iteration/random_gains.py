"""Compositions with gains drawn at random: whether Φ_m(x) tends to 0, by the sign of Λ = E log|a|."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sympy as sp

from numerics.deadline import Deadline
from numerics.expectation import expected_logarithm
from numerics.iteration.counting import admitted
from numerics.iteration.odd_map import ExpressionMap
from numerics.precision import UndecidedError
from numerics.proof.deduction import Deduction, require_points
from numerics.proof.premises import NotOfThisFormError, Premise
from numerics.verdict import Evidence, Outcome, Verdict
from numerics.wording import witness_of
from theory.odd_sigmoids import DRIFT, RandomGains
from theory.proof import before
from theory.statement import Relation, show

_ZERO, _ONE = sp.S.Zero, sp.S.One
_LAWS = 60
_DIGITS = 10
_POSITIVE = Relation(before, ">", _ZERO)


def settle_random_gains(part: RandomGains, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict:
    """Proved by the sign of the drift that is given, by `contraction` or `escape`.

    Where only a law is given: refuted by parameters of it at which the certified drift has the other sign.
    """
    deduction = Deduction("random gains", deadline)
    try:
        require_points((*hypotheses, *part.drift), deadline)
        if part.law is not None and not part.drift:
            found = _other_sign(part, hypotheses, deadline)
            if found is not None:
                return found
            raise NotOfThisFormError("no sign of E log|a| is given, and none was found for the law that refutes it")
        wanted = Relation(DRIFT, "<" if part.vanishes else ">", _ZERO)
        deduction.show([Premise("the sign of the drift", (*hypotheses, *part.drift), (wanted,))])
        _conclude(part, part.vanishes, deduction)
    except NotOfThisFormError as reason:
        return deduction.opened(reason)
    return deduction.proved()


def _conclude(part: RandomGains, vanishes: bool, deduction: Deduction) -> None:
    if vanishes:
        deduction.show(contraction(part))
        deduction.say("Φ_m(x) → 0 almost surely: log|Φ_m(x)| ≤ log|x| + ∑ log|a_i|, by the strong law of large numbers")
    else:
        deduction.show(escape(part))
        deduction.say("Φ_m(x) does not tend to 0 in probability: log|Φ_m(x)|/m would tend to E log|a| > 0")


def contraction(part: RandomGains) -> Iterator[Premise]:
    """**Contraction.** If |φ_a(x)| ≤ |a||x| for all a and x, and Λ = E log|a| < 0 (with E log⁺|a| < ∞; Λ = −∞ is
    allowed), then Φ_m(x) → 0 almost surely, for every x.

    Soundness: by induction |Φ_m(x)| ≤ |x| |a_1|⋯|a_m|. Where some a_i is 0, Φ_m(x) = 0 from there on. Else log|Φ_m(x)|
    ≤ log|x| + ∑_{i≤m} log|a_i| (x ≠ 0), and (1/m) ∑ log|a_i| → Λ < 0 almost surely by the strong law of large numbers,
    which holds for Λ = −∞ too, as log⁺|a| is integrable (N. Etemadi 1981; for −∞ truncate from below). The sum tends to
    −∞.
    """
    bound = sp.Abs(part.gain) * sp.Abs(part.variable)
    yield Premise("a layer contracts by its gain", (), (Relation(sp.Abs(part.map), "<=", bound),))


def escape(part: RandomGains) -> Iterator[Premise]:
    """**Escape.** Let φ_a(x) = T(ax), T odd and continuous, T ≤ B, and u/(1 + u) ≤ T(u) ≤ u for u > 0, with T(u)/u
    decreasing. If Λ = E log|a| > 0 is finite, Φ_m(x) does not tend to 0 in probability, for any x ≠ 0.

    Soundness: E|log|a|| < ∞, so a ≠ 0 almost surely. Let y_m = |Φ_m(x)| > 0 and h(u) = log(u/T(u)) for u > 0. Then
    0 ≤ h(u) ≤ log(1 + u), h increases, and h(u) → 0 as u → 0. As T is odd, log y_m = log y_{m−1} + log|a_m| − H_m with
    H_m = h(|a_m| y_{m−1}), so that log y_m = log|x| + ∑_{i≤m} log|a_i| − ∑_{i≤m} H_i.

    Suppose that y_m → 0 in probability. For i ≥ 2, y_{i−1} ≤ B and a_i is independent of it, so E H_i = E k(y_{i−1})
    with k(y) = E h(|a|y). For y ≤ B, h(|a|y) ≤ log(1 + B|a|), which is integrable; so k is bounded on (0, B], it
    increases, and k(y) → 0 as y → 0 by dominated convergence. So E H_i → 0, and (1/m) ∑ E H_i → 0 (Cesàro); as H_i ≥ 0,
    (1/m) ∑_{2≤i≤m} H_i → 0 in probability, and H_1/m → 0. By the strong law of large numbers (1/m) log y_m → Λ > 0 in
    probability. But log y_m ≤ log B, so that the limit is at most 0: a contradiction.
    """
    u = part.variable
    unit = ExpressionMap(part.map.xreplace({part.gain: _ONE}), u)
    scaled = Relation(part.map, "==", unit.map(part.gain * u))
    yield Premise("the gain scales the argument", (), (scaled,))
    yield from unit.continuous()
    yield from unit.odd()
    yield Premise("the ceiling is positive", (), (Relation(unit.ceiling, ">", _ZERO),))
    yield Premise("bounded", (_POSITIVE,), (Relation(unit.map(before), "<=", unit.ceiling),))
    yield Premise("at most the identity", (_POSITIVE,), (Relation(unit.map(before), "<=", before),))
    least = Relation(before, "<=", unit.map(before) * (1 + before))
    yield Premise("at least u/(1 + u)", (_POSITIVE,), (least,))
    yield from unit.star()


def _other_sign(part: RandomGains, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict | None:
    """Parameters of the law for which the certified drift shows the contrary of what is claimed.

    Almost sure convergence implies convergence in probability, so the two ends exclude each other.
    """
    assert part.law is not None
    law = part.law
    parameters: list[Any] = sorted(part.free_symbols, key=str)
    deduction = Deduction("random gains", deadline)
    for point in admitted(hypotheses, parameters, _LAWS):
        deadline.check()
        values = {v: sp.Rational(q.numerator, q.denominator) for v, q in point.items()}
        mean, deviation = (side.xreplace(values) for side in (law.mean, law.deviation))
        try:
            drift = expected_logarithm(mean, deviation, _DIGITS)
        except UndecidedError:
            continue
        if (drift.lo > 0) if part.vanishes else (drift.hi < 0):
            _conclude(part, not part.vanishes, deduction)
            detail = f"for a ~ N({show(mean)}, ({show(deviation)})²) E log|a| ∈ {drift}"
            evidence = Evidence("expectation", "Arb quadrature", detail)
            return Verdict(Outcome.REFUTED, (evidence, *deduction.evidence), witness=witness_of(point))
    return None
