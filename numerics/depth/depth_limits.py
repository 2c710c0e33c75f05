"""Limits as the depth tends to infinity, of chains with equal parameters: which rule gives which limit.

Each rule takes its premises from `numerics.depth.orbits`; where one is not discharged, nothing is concluded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from numerics.deadline import Deadline
from numerics.depth.declared import gradient_lemmas
from numerics.depth.layer_limits import premises as premises_in_scale
from numerics.depth.orbits import equal_weights
from numerics.proof.deduction import Deduction
from numerics.proof.limits import certain_limit, compare
from numerics.proof.premises import NotOfThisFormError, Premise
from numerics.proof.real_statement import RealStatement
from numerics.verdict import Evidence, Outcome, Verdict
from theory.claim import Claim
from theory.least import Least
from theory.notation import G, Ga, alpha, l
from theory.proof import LimitOverLayers, Orbit, before
from theory.statement import Exists, Relation, relations, show

_SIZE, _SCALED = sp.Abs(G[1]), sp.Abs(Ga[1])


def is_about_growing_depth(claim: Claim) -> bool:
    """Whether the claim speaks of a limit as the depth l tends to infinity."""
    sides: list[Any] = [side for part in claim.conclusion for r in relations(part) for side in (r.lhs, r.rhs)]
    return any(limit.args[1] == l for side in sides for limit in side.atoms(sp.Limit))


def settle_growing_depth(claim: Claim, deadline: Deadline) -> Verdict:
    """The claim proved by the rules below, or open with what was shown."""
    limits = DepthLimits(claim, deadline)
    try:
        value = limits.conclude()
    except NotOfThisFormError as reason:
        return limits.opened(reason)
    evidence = (*gradient_lemmas(claim), *limits.evidence)
    return Verdict(Outcome.PROVED, evidence, value=value, proof=limits.proofs)


class DepthLimits(Deduction):
    """The values of the limits in a claim, each by a rule whose premises are discharged on the way."""

    def __init__(self, claim: Claim, deadline: Deadline):
        super().__init__("limit over depth", deadline)
        self.claim = claim
        self.known: dict[Any, Any] = {}

    def conclude(self) -> str | None:
        """Every part of the conclusion; the value of what was asked for, or of the first finite limit."""
        steps = [step for step in self.claim.proof if isinstance(step, Orbit)]
        if len(steps) != 1:
            raise NotOfThisFormError("the claim declares no orbit")
        self.orbit = equal_weights(self.claim, steps[0])
        free: list[Any] = sorted({s for h in self.orbit.given for s in h.free_symbols}, key=str)
        trivial = (Relation(sp.S.Zero, "==", sp.S.Zero),)
        if not RealStatement(self.orbit.given, trivial, free).refuse_vacuous(self.deadline.share(0.2)):
            raise NotOfThisFormError("no point was found that satisfies the hypotheses")
        values = [
            self.found(part) if isinstance(part, Exists) else self.holds(part)  # pyright: ignore[reportArgumentType]
            for part in self.claim.conclusion
        ]
        return next((show(value) for value in values if value.is_finite is not False and value != 0), None)

    def found(self, part: Exists) -> Any:
        """The unknown of limit = unknown, or of limit = log(unknown); that it lies in its interval is shown."""
        value = self.value(part.relation.lhs)
        logarithmic = part.relation.rhs == sp.log(part.unknown)
        if part.relation.op != "==" or not (logarithmic or part.relation.rhs == part.unknown):
            raise NotOfThisFormError(f"{part.relation} is not solved for {part.unknown}")
        # log increases: the unknown lies in an interval where its logarithm lies between the logarithms of the ends.
        lo: Any
        hi: Any
        lo, hi = (sp.log(e) if logarithmic and e != sp.oo else e for e in (part.domain.start, part.domain.end))
        bounds = [Relation(lo, "<", value)] if lo != -sp.oo else []
        bounds += [Relation(value, "<", hi)] if hi != sp.oo else []
        self.show([Premise("the value lies in its interval", self.orbit.facts, tuple(bounds))] if bounds else [])
        return sp.exp(value) if logarithmic else value

    def holds(self, relation: Any) -> Any:
        """The relation, with the limits replaced by their values."""
        if not isinstance(relation, Relation) or not isinstance(relation.lhs, sp.Limit) or relation.rhs.has(sp.Limit):
            raise NotOfThisFormError(f"{relation} is not a relation between a limit and a number")
        value = self.value(relation.lhs)
        if value.is_infinite or relation.rhs.is_infinite:
            if compare(value, relation.op, relation.rhs) is not True:
                raise NotOfThisFormError(f"the limit is {value}, so that it is not shown that {relation}")
            return value
        self.show([Premise("the limit is as claimed", self.orbit.facts, (Relation(value, relation.op, relation.rhs),))])
        return value

    # -- limits --------------------------------------------------------------------------------------------------

    def value(self, limit: Any) -> Any:
        """The value of a limit, by the rule that fits it."""
        if limit not in self.known:
            self.known[limit] = self._value(limit)
            self.say(f"{show(limit)} = {show(self.known[limit])}")
        return self.known[limit]

    def _value(self, limit: Any) -> Any:
        arguments: Any = limit.args if isinstance(limit, sp.Limit) else (None,) * 4
        body, variable, point, _ = arguments
        if point is not sp.oo or variable not in (l, alpha):
            raise NotOfThisFormError(f"{limit} is no limit as the depth, or the scale, tends to infinity")
        if variable == alpha:
            return self.of_vanishing(body)
        rules: dict[Any, Callable[[], Any]] = {
            sp.log(_SIZE) / l: self.rate,
            sp.log(_SIZE) / sp.log(l): self.power,
            sp.log(Least(_SCALED, sp.S.One, alpha)) / l: self.passage,
            _SIZE: self.vanishing,
            _SCALED: self.vanishing,
            sp.Limit(_SCALED, alpha, sp.oo, "-"): self.unscaled,
        }
        if body not in rules:
            raise NotOfThisFormError(f"no rule for the limit of {body} as l → ∞")
        return rules[body]()

    def rate(self) -> Any:
        """**Cesàro mean.** (1/l) log|G_1| → log q(ξ).

        Soundness: |G_1| = |x/c| ∏_{i<l} q(y_i), with y_i → ±ξ, so that log q(y_i) → log q(ξ) by continuity, q(ξ) > 0;
        the means of a sequence tend to where it tends, and (1/l) log|x/c| → 0.
        """
        self.needs_fixed_point()
        self.show(self.orbit.to_fixed_point())
        return sp.log(self.orbit.multiplier)

    def vanishing(self) -> Any:
        """**Ratio.** |G_1| → 0 as l → ∞, in the scaled chain too, for every fixed α > 0.

        Soundness: y_0 = x, or x/α, is not 0. From l to l + 1, |G_1| is multiplied by q(y_l) → q(ξ) < 1.
        """
        self.needs_fixed_point()
        self.show(self.orbit.to_fixed_point())
        return sp.S.Zero

    def of_vanishing(self, body: Any) -> Any:
        """**A constant.** If lim_l |G_1| = 0 for every α > 0, its limit as α → ∞ is 0."""
        if not isinstance(body, sp.Limit) or body.args[:3] != (_SCALED, l, sp.oo) or self.value(body) != 0:
            raise NotOfThisFormError(f"no rule for the limit of {body} as α → ∞")
        return sp.S.Zero

    def unscaled(self) -> Any:
        """**Growth.** |G_1| → |x| c^(l−1) as α → ∞, for every l; that tends to ∞ with l, for c > 1 and x ≠ 0.

        Soundness: passing to the limit from layer to layer (`numerics.depth.layer_limits`), then a geometric sequence.
        """
        steps = [step for step in self.claim.proof if isinstance(step, LimitOverLayers)]
        if len(steps) != 1:
            raise NotOfThisFormError("the claim does not say how to pass to the limit in α")
        self.show(premises_in_scale(self.claim, steps[0]))
        self.show(self.orbit.shape())
        self.show([Premise("the parameter is above 1", self.orbit.given, (Relation(self.orbit.c, ">", sp.S.One),))])
        return sp.oo

    def power(self) -> Any:
        """**Stolz–Cesàro.** With 1/T(y)² − 1/y² → a > 0 and log q(y)/y² → b as y → 0: log|G_1|/log l → b/a.

        Soundness: y_i = |f_i| → 0, so 1/y_{i+1}² − 1/y_i² → a and by Cesàro 1/(l y_l²) → a. From l to l + 1, log|G_1|
        grows by log q(y_l) = (log q(y_l)/y_l²)·(l y_l²)/l, and l times that tends to b/a; log l grows by log(1 + 1/l),
        and l times that tends to 1. As log l increases beyond every bound, the quotient of sums tends to that of the
        steps.
        """
        if self.orbit.limit != 0:
            raise NotOfThisFormError("no power of l: the outputs do not tend to 0")
        self.show(self.orbit.shape())
        self.show(self.orbit.convergence())
        y, map_, slope = before, self.orbit.map(before), self.orbit.slope(before)
        a = self.at_zero(1 / map_**2 - 1 / y**2, "the growth of 1/y²")
        b = self.at_zero(sp.log(slope) / y**2, "the logarithm of the slope")
        self.show([Premise("1/y² grows", (), (Relation(a, ">", sp.S.Zero),))])
        return b / a

    def at_zero(self, expression: Any, name: str) -> Any:
        value = certain_limit(sp.Limit(expression, before, 0, "+"))
        if value is None or value.is_infinite:
            raise NotOfThisFormError(f"{name}: no finite limit of {expression} at 0 was found")
        shown = f"{name}: {show(expression)} → {show(value)} as {before} → 0+"
        self.evidence.append(Evidence("limit", "expansion with remainder", shown))
        return value

    def passage(self) -> Any:
        """**Passage from 0 to ξ.** Let A = q(0) > 1, q decrease on y > 0, and r = q(ξ) in (0, 1). For the least α_l
        with |G_1| ≥ 1 in the scaled chain, (1/l) log α_l → log A · log r / (log r − log A).

        Soundness: let D_n(y) = ∏_{i<n} q(T^i y), so that |G_1| = |x/c| D_l(|x|/α). T increases and q decreases, so D_n
        decreases in y > 0 and |G_1| increases with α, continuously. Choose a in (0, ξ) with q > 1 on [0, a], so
        that a < T(a) < ξ.

        (1) For y in [a, T(a)], T^i(y) lies between T^i(a) and T^{i+1}(a), which tend to ξ, so log D_n(y) = n log r +
        o(n) uniformly there (Cesàro). Also D_l(y) ≤ D_l(a) → 0 for y ≥ a: then |G_1| < 1, once l is large.
        (2) For 0 < y ≤ a let m be the least number with T^m(y) ≥ a; T^m(y) lies in [a, T(a)]. Going back from there the
        orbit is below a, T(a), … taken back as often, which tends to 0; T(y)/y and q(y) both tend to q(0) = T′(0) = A
        as y → 0, so −log y = m log A + o(m) + O(1) and log D_m(y) = m log A + o(m), uniformly (Cesàro).
        (3) As α → ∞, |G_1| → |x/c| A^l > 1 once l is large; with (1) and continuity, α_l exists, |G_1| = 1 at α_l, and
        y = |x|/α_l < a. There m ≤ l, once l is large: if T^i(y) < a for all i < l, |G_1| ≥ |x/c| q(a)^l > 1. So
        0 = log|G_1| = m log A + (l − m) log r + o(l): m/l → log r/(log r − log A), and log α_l = m log A + o(l).
        """
        self.needs_fixed_point()
        self.show(self.orbit.to_fixed_point())
        self.show(self.orbit.slope_decreases())
        at_zero, r = self.orbit.slope(sp.S.Zero), self.orbit.multiplier
        return sp.log(at_zero) * sp.log(r) / sp.log(sp.cancel(r / at_zero))

    # -- premises ------------------------------------------------------------------------------------------------

    def needs_fixed_point(self) -> None:
        if self.orbit.limit == 0:
            raise NotOfThisFormError("the outputs are said to tend to 0")
