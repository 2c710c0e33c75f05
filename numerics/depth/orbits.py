"""Chains whose parameters are all equal: their outputs are the orbit of one map, and limits over the depth follow.

With θ_i = c for all i, let T(y) = tanh(c y) and q = T′. The outputs are y_0 = x, y_i = T(y_{i−1}), and the closed form
of the gradient is G_1 = (x/c)·q(y_0)⋯q(y_{l−1}). In the scaled chain the same holds with y_0 = x/α. Where T is odd and
q is even, |G_1| depends on |y_0| alone, so that y_0 > 0 is enough; this holds for x ≠ 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp

from numerics.depth.reduction import DEEPEST_COMPARED
from numerics.iteration.odd_map import OddMap
from numerics.proof.premises import NotOfThisFormError, Premise
from theory.claim import Claim
from theory.instance import at_depth
from theory.notation import G, Qa, alpha, fa, l, theta, x
from theory.proof import Orbit, before
from theory.statement import Every, Relation

_ZERO, _ONE = sp.S.Zero, sp.S.One
_POSITIVE = Relation(before, ">", _ZERO)


@dataclass(frozen=True)
class EqualWeights(OddMap):
    """The orbit of T(y) = tanh(c y): `given` is what is known of c and x, `limit` the fixed point that it tends to."""

    c: Any
    given: tuple[Relation, ...]
    limit: Any

    def map(self, y: Any) -> Any:
        return sp.tanh(self.c * y)

    def slope(self, y: Any) -> Any:
        return self.c * sp.sech(self.c * y) ** 2

    @cached_property
    def multiplier(self) -> Any:
        """q at the fixed point, with sech² = 1 − tanh² and tanh(c ξ) = ξ."""
        z = self.c * self.limit
        return self.slope(self.limit).xreplace({sp.sech(z): sp.sqrt(1 - self.limit**2)})

    @property
    def facts(self) -> tuple[Relation, ...]:
        """What the premises of `fixed_point` and `multiplier_below_one` make known, for the conclusion."""
        below = (Relation(self.limit, "<", _ONE), Relation(self.multiplier, "<", _ONE)) if self.limit != 0 else ()
        return (*self.given, *self.at_fixed_point, *below)

    # -- rules ---------------------------------------------------------------------------------------------------

    def shape(self) -> Iterator[Premise]:
        """**The gradient as a product along the orbit.** G_1 = (x/c)·∏_{i<l} q(y_i), of a size that |y_0| decides.

        Soundness: the closed form of G_1 with θ_i = c has the factors sech²(c y_i), i < l, and c for each layer but the
        first; it is compared factor by factor at small depths. With T odd and q even, −y_0 has the orbit −y_i and the
        same product.
        """
        if not all(self.is_product(n) for n in range(1, DEEPEST_COMPARED + 1)):
            raise AssertionError("the gradient of equal layers is not the product of their slopes")
        slope = Relation(sp.diff(self.map(before), before), "==", self.slope(before))
        yield Premise("the slope is the derivative of the map", self.given, (slope,))
        odd, even = (Relation(h(-before), "==", sign * h(before)) for h, sign in ((self.map, -1), (self.slope, 1)))
        layer = Relation(sp.diff(alpha * sp.tanh(before / alpha), before), "==", sp.sech(before / alpha) ** 2)
        yield Premise("the slope of a scaled layer", (Relation(alpha, ">", _ZERO),), (layer,))
        yield Premise("the map is odd and its slope even", self.given, (odd, even))
        yield Premise("the input is not zero", self.given, (Relation(x, "!=", _ZERO),))
        yield Premise("the parameter is positive", self.given, (Relation(self.c, ">", _ZERO),))

    def is_product(self, depth: int) -> bool:
        """Whether the closed forms of G_1, of the plain and the scaled chain, are the product at one depth."""
        same = {at_depth(depth, theta, i): self.c for i in range(1, depth + 1)}
        plain, scaled = at_depth(depth, G, 1), alpha * at_depth(depth, fa, 0) * at_depth(depth, Qa, 1)
        for closed, start in ((plain, x), (scaled, x / alpha)):
            y, product = start, x / self.c
            for _ in range(depth):
                y, product = self.map(y), product * self.slope(y)
            if closed.xreplace(same) != product:
                return False
        return True

    def multiplier_below_one(self) -> Iterator[Premise]:
        """**Multiplier.** 0 < q(ξ) < 1.

        Soundness: y T′(y) < T(y) at y = ξ says ξ q(ξ) < ξ; q(ξ) is written with sech² = 1 − tanh² and tanh(c ξ) = ξ.
        """
        known = (*self.given, *self.at_fixed_point, Relation(self.limit, "<", _ONE))
        yield Premise("the multiplier is positive", known, (Relation(self.multiplier, ">", _ZERO),))
        # Of q(ξ) nothing else is used, so that it may be any number m.
        m = sp.Symbol("m", real=True)
        known = (Relation(self.limit, ">", _ZERO), Relation(self.limit * m, "<", self.limit))
        yield Premise("the multiplier is below 1", known, (Relation(m, "<", _ONE),))

    def to_fixed_point(self) -> Iterator[Premise]:
        """The premises under which, for x ≠ 0, the outputs tend to ±ξ with 0 < q(ξ) < 1."""
        yield from self.shape()
        yield from self.fixed_point()
        yield from self.convergence()
        yield from self.multiplier_below_one()

    def slope_decreases(self) -> Iterator[Premise]:
        """q decreases on y > 0."""
        decreasing = Relation(sp.diff(self.slope(before), before), "<", _ZERO)
        yield Premise("the slope decreases", (*self.given, _POSITIVE), (decreasing,))


def equal_weights(claim: Claim, step: Orbit) -> EqualWeights:
    """The orbit that the claim speaks of; NotOfThisFormError where its parameters are not all said to be one number."""
    same = [
        h.relation.rhs
        for h in claim.hypotheses
        if isinstance(h, Every) and (h.first, h.last) == (1, l)
        if h.relation.op == "==" and h.relation.lhs == theta[h.index]
    ]
    families = [h for h in claim.hypotheses if isinstance(h, Every)]
    if len(same) != 1 or len(families) != 1 or same[0].atoms(sp.Indexed):
        raise NotOfThisFormError("the parameters are not all said to be one number")
    if step.limit != 0 and not isinstance(step.limit, sp.Symbol):
        raise NotOfThisFormError(f"{step.limit} is neither 0 nor a symbol for the fixed point")
    about_limit = {h for h in claim.hypotheses if isinstance(h, Relation) and step.limit in h.free_symbols}
    given = tuple(h for h in claim.hypotheses if isinstance(h, Relation) and h not in about_limit)
    orbit = EqualWeights(same[0], given, step.limit)
    if about_limit and about_limit != set(orbit.at_fixed_point):
        raise NotOfThisFormError(f"of {step.limit} more is said than that it is the positive fixed point")
    return orbit


def existence(claim: Claim, step: Orbit) -> Iterator[Premise]:
    """That there is a fixed point such as the hypotheses speak of: no claim about nothing."""
    orbit = equal_weights(claim, step)
    if orbit.limit == 0:
        raise NotOfThisFormError("the claim names no positive fixed point")
    return orbit.fixed_point()
