"""The premises for chains of one fixed depth: bounds from layer to layer, of which none speaks of the depth.

A premise is a statement about real numbers in the symbols of one layer, so that the same few serve every depth. What
follows from them is said in `numerics.depth.fixed_depth`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import sympy as sp

from numerics.depth.induction import premises as induction_premises
from numerics.proof.premises import NotOfThisFormError, Premise, covers
from theory.claim import Claim, Depth
from theory.fixed_depth import FixedDepth, Free, LastLayer, Layers, Part, Product, floor, preimage
from theory.notation import D, G, P, d, k, l, theta, x
from theory.proof import Induction, anything, before, grad, own, running, weight
from theory.statement import Every, Relation

_POSITIVE: Any = sp.Symbol("v", positive=True)
_SCALE: Any = sp.Symbol("c", positive=True)


class LayerBounds:
    """The premises that a declaration needs, for one claim."""

    def __init__(self, claim: Claim, declared: FixedDepth):
        if claim.depth is None or claim.depth.index != k or claim.parameter is None:
            raise NotOfThisFormError("the claim is not about the layers k of a chain, with a parameter")
        self.claim, self.declared, self.floors = claim, declared, declared.floors
        self.t: Any = claim.parameter
        self.fixed = tuple(h for h in claim.hypotheses if isinstance(h, Relation))
        self.own = tuple(h for h in self.fixed if h.free_symbols == {self.t})
        self.inside = self.own if declared.within is None else (*self.own, declared.within)
        self.given_own = tuple(h.subs({weight: own}) for h in self.floors.given)
        self.above = Relation(floor, ">", sp.S.Zero)
        relations = [part for part in claim.conclusion if isinstance(part, Relation)]
        if len(relations) != len(claim.conclusion):
            raise NotOfThisFormError("the conclusion is not a list of relations")
        self.relations = tuple(self.at_state(relation) for relation in relations)
        self.printed = any(side.has(P) for r in relations for side in (r.lhs, r.rhs))

    def at_state(self, relation: Relation) -> Relation:
        """The claim in terms of G_k (or P_k) and θ_k."""
        names = {G[k]: grad, P[k]: grad, D[k]: -d * grad, theta[k]: own}
        placed = relation.map(lambda side: side.xreplace(names))
        if placed.free_symbols & {k, l} or placed.lhs.atoms(sp.Indexed) | placed.rhs.atoms(sp.Indexed):
            raise NotOfThisFormError(f"{relation} speaks of more than the gradient and the parameter of one layer")
        return placed

    def hypotheses_on(self, parameter: Any) -> tuple[Relation, ...]:
        """What the hypotheses say of the parameter of any layer."""
        families = [h for h in self.claim.hypotheses if isinstance(h, Every)]
        if any(h.first != 1 or h.last != l for h in families):
            raise NotOfThisFormError("a hypothesis is not about all layers")
        found = tuple(h.relation.map(lambda side, h=h: side.xreplace({theta[h.index]: parameter})) for h in families)
        indices = {h.index for h in families}
        if any(r.free_symbols & indices or r.lhs.has(sp.Indexed) or r.rhs.has(sp.Indexed) for r in found):
            raise NotOfThisFormError("a hypothesis speaks of more than the parameter of one layer")
        return found

    # -- what is known of every layer ----------------------------------------------------------------------------

    def about_floors(self) -> Iterator[Premise]:
        """**Floors.** |z_i| ≥ M_i > 0 for every i, and each M_i falls as the parameter t grows.

        Soundness: induction over i. z_1 = θ_1 x, z_{i+1} = θ_{i+1} tanh z_i; M_{i+1} = following(t, M_i) rises with M_i
        and falls with t, by the signs of its derivatives on the convex set of all admitted t and all M > 0.
        """
        first, following = self.floors.first, self.floors.following
        yield Premise("every parameter", (*self.fixed, *self.hypotheses_on(weight)), self.floors.given)
        yield Premise("M_1 > 0", self.own, (Relation(first, ">", sp.S.Zero),))
        yield Premise("M_{i+1} > 0", (*self.own, self.above), (Relation(following, ">", sp.S.Zero),))
        given = (*self.own, *self.floors.given)
        yield Premise("|z_1| ≥ M_1", given, (Relation(sp.Abs(weight * x), ">=", first),))
        known = (*given, self.above, Relation(sp.Abs(before), ">=", floor))
        yield Premise("|z_{i+1}| ≥ M_{i+1}", known, (Relation(sp.Abs(weight * sp.tanh(before)), ">=", following),))
        yield self.falls("M_1", first, self.t, self.own)
        yield self.falls("M_{i+1}", following, self.t, (*self.own, self.above))
        yield self.falls("−M_{i+1}", -following, floor, (*self.own, self.above))

    def falls(self, name: str, f: Any, by: Any, given: tuple[Relation, ...]) -> Premise:
        shown = f"{name} falls as {by} grows"
        return Premise(shown, given, (Relation(sp.diff(f, by), "<=", sp.S.Zero),))

    # -- a part of the claim proved ------------------------------------------------------------------------------

    def proof_of(self, part: Part) -> Iterator[Premise]:
        """What shows the claim for the layers of the part, where its core holds."""
        match part.proof:
            case Product():
                yield from self.product(part, part.proof)
                yield from self.concluded(part, self._core(part).bound)
            case LastLayer():
                yield from self.last_layer(part, part.proof)
                yield from self.concluded(part, part.proof.bound)
            case _:
                yield from self.by_induction(part.layers, part.proof, part)

    def by_induction(self, layers: Layers, steps: tuple[Induction, ...], part: Part | None = None) -> Iterator[Premise]:
        """The premises of `numerics.depth.induction`, for k ≥ 1 or k ≥ 2, with the core as a lemma that is granted."""
        if layers not in (Layers.EVERY, Layers.LATER):
            raise NotOfThisFormError(f"induction over depth is not about {layers} alone")
        claim = self.claim if layers is Layers.EVERY else replace(self.claim, depth=Depth(k, 2))
        core = None
        if part is not None and part.core is not None:
            core = Relation(part.core.size, "<=", part.core.bound)
        if core is not None and any(step.lemma != core for step in steps):
            raise NotOfThisFormError(f"the core {core} is not the lemma of the induction")
        for step in steps:
            yield from induction_premises(claim, step, granted=core is not None)

    def _core(self, part: Part) -> Any:
        if part.core is None:
            raise NotOfThisFormError("a product over layers needs a core that bounds it")
        return part.core

    def product(self, part: Part, product: Product) -> Iterator[Premise]:
        """**Product over layers.** measure ≤ size(z_l)·E for the chain of l layers and the layers k of the part, where
        E = start(M_1)·∏_{i=2}^{l−1} factor(M_i) for k = 1, and E = factor(M_{l−1}) for all k < l.

        Soundness: with z for |z_i| > 0 (all that is said is even), the measure after the layer k is tanh z·start(z), by
        the first premise, so at most |f_k|·start(M_k), as start falls. A further layer multiplies the gradient, and
        with it the measure, by θ_i sech² z_i, and |f_{i−1} θ_i| sech² z_i = tanh z·factor(z) ≤ |f_i|·factor(M_i). So
        measure ≤ |f_i|·E_i by induction over i = k, …, l − 1, and the last layer makes size(z_l)·E_{l−1} of it, with
        size(z) = z sech² z. For all k < l start = factor, and the factors of the layers before l − 1 are at most 1.
        """
        core, measure = self._core(part), part.measure
        if part.layers not in (Layers.FIRST, Layers.BEFORE_LAST):
            raise NotOfThisFormError(f"a product over layers is about k = 1 or k < l, not {part.layers}")
        if part.layers is Layers.BEFORE_LAST and (product.start != product.factor or self.printed):
            raise NotOfThisFormError("for all k < l the product starts with the factor of the gradient itself")
        gradient: Any = sp.sech(floor) ** 2 if self.printed else floor / own * sp.sech(floor) ** 2
        equal: tuple[tuple[str, Any, Any], ...] = (
            ("the layer k", measure.subs(grad, gradient), sp.tanh(floor) * product.start),
            ("one more layer", _slope(floor), sp.tanh(floor) * product.factor),
            ("the last layer", core.size.subs(anything, floor), _slope(floor)),
            ("the size is even", core.size.subs(anything, -anything), core.size),
            ("the measure is a multiple", measure.subs(grad, _SCALE * grad), _SCALE * measure),
            ("the measure is even", measure.subs(grad, -grad), measure),
            ("the measure is even in θ_k", measure.subs(own, -own), measure),
        )
        for name, lhs, rhs in equal:
            yield Premise(name, (self.above, Relation(own, "!=", sp.S.Zero)), (Relation(lhs, "==", rhs),))
        yield self.falls("start", product.start, floor, (self.above,))
        yield self.falls("factor", product.factor, floor, (self.above,))
        yield Premise("start > 0", (self.above,), (Relation(product.start, ">", sp.S.Zero),))
        yield Premise("factor > 0", (self.above,), (Relation(product.factor, ">", sp.S.Zero),))
        yield Premise("factor ≤ 1", (self.above,), (Relation(product.factor, "<=", sp.S.One),))
        yield Premise("where the core holds", self._core_at(part), (Relation(measure, "<=", core.bound),))

    def _core_at(self, part: Part) -> tuple[Relation, ...]:
        core = self._core(part)
        size: Any = sp.Symbol("s", real=True)
        # The number size(z_l) under a name of its own: the core holds for it, whatever it is.
        return (
            *self.own,
            Relation(part.measure, "<=", size * running),
            Relation(size * running, "<=", core.bound),
        )

    def last_layer(self, part: Part, proof: LastLayer) -> Iterator[Premise]:
        """**The last layer.** For k = l ≥ 2 the gradient is y·sech²(θ_l y) with y = f_{l−1} ∈ (−1, 1)."""
        if part.layers is not Layers.LAST:
            raise NotOfThisFormError(f"the last layer is k = l, not {part.layers}")
        given = (*self.own, *proof.where, *self.given_own, Relation(sp.S.NegativeOne, "<", before))
        gradient = before * sp.sech(own * before) ** 2
        shown = Relation(part.measure.subs(grad, gradient), "<=", proof.bound)
        yield Premise("the last layer alone", (*given, Relation(before, "<", sp.S.One)), (shown,))

    def concluded(self, part: Part, bound: Any) -> Iterator[Premise]:
        known = (*self.fixed, *self.given_own, Relation(part.measure, "<=", bound))
        yield Premise("conclusion", known, self.relations)

    def covered(self, part: Part, given: tuple[Relation, ...]) -> list[Premise]:
        """That the cases of a part without a core leave no gap where `given` holds."""
        match part.proof:
            case LastLayer():
                return covers(given, [part.proof.where])
            case Product():
                return []
            case _:
                return covers(given, [step.where for step in part.proof])

    # -- a part of the claim refuted -----------------------------------------------------------------------------

    def chain(self, part: Part) -> Iterator[Premise]:
        """**The chain of least parameters.** In the chain with the input `x_is` and parameters `parameter`, but for the
        one that is free, measure = size(v)·E, and the claim fails where that is above the bound of the core.

        Soundness: z_i = M_i there, as both begin with M_1 and go on alike. The equalities of the product over layers
        give measure = f_i·E_i for i < l, from i = k on, and for the last layer, with θ_l = v/f_{l−1}, measure =
        (v/f_{l−1}) sech² v · f_{l−1} E_{l−1} = size(v)·E_{l−1}; of all k < l, k = l − 1 has E = factor(M_{l−1}). With
        f_{l−1} free, or x in one layer, k = l and v = θ_l f_{l−1}. A free parameter is that of the chain times z_i/M_i.
        """
        assert part.broken is not None
        core, parameter = self._core(part), self.floors.parameter
        equal = [
            ("x begins the chain", parameter * self.floors.x_is, self.floors.first),
            ("every layer attains its floor", parameter * sp.tanh(floor), self.floors.following),
        ]
        if part.broken.free is not Free.LAST_PARAMETER:
            # k = l, where the gradient is f_{l−1} sech² v.
            gradient = floor / own * sp.sech(floor) ** 2
            equal.append(("the last layer", part.measure.subs(grad, gradient), core.size.subs(anything, floor)))
        elif not isinstance(part.proof, Product):
            raise NotOfThisFormError("a chain with a free last parameter belongs to a product over layers")
        for name, lhs, rhs in equal:
            yield Premise(name, (*self.own, self.above, Relation(own, "!=", sp.S.Zero)), (Relation(lhs, "==", rhs),))
        yield Premise("θ_i > 0", self.own, (Relation(parameter, ">", sp.S.Zero),))
        yield from self.admitted(part)
        yield self.failing(part)

    def failing(self, part: Part) -> Premise:
        """The claim fails where the measure is above the bound; the excess is divided by θ_k > 0, as a number c."""
        assert part.broken is not None
        parameter = self.floors.parameter
        gradient: Any = sp.Symbol("g", positive=True)
        place = {own: _SCALE, grad: gradient}
        excess = sp.expand((part.measure - self._core(part).bound).subs(place) / _SCALE)
        values = {**{s: value.subs(place) for s, value in part.broken.values.items()}, **place}
        fails = self.relations[part.broken.part].subs(values).negation
        known = (Relation(excess, ">", sp.S.Zero), Relation(gradient, ">", sp.S.Zero))
        # M_1 > 0 stands under a name of its own where it occurs; then θ_k is put in for c.
        named = {self.floors.first: floor, _SCALE: parameter.subs(self.floors.first, floor)}
        shown = tuple(r.subs({_SCALE: parameter}).subs(named) for r in (*known, fails))
        return Premise("the claim fails there", (*self.own, self.above, *shown[:-1]), shown[-1:])

    def admitted(self, part: Part) -> Iterator[Premise]:
        assert part.broken is not None
        parameter, free = self.floors.parameter, part.broken.free
        values = {x: self.floors.x_is, own: parameter, **part.broken.values}
        given = (*self.own, Relation(grad, ">", sp.S.Zero))
        far = (*self.own, self.above, Relation(preimage, ">=", floor))
        for h in (*self.fixed, *self.hypotheses_on(parameter)):
            yield Premise("the chain is admitted", given, (h.subs(values).subs({own: parameter}),))
        larger = parameter * preimage / floor
        if free is Free.INPUT:
            far = (*self.own, Relation(preimage, ">=", self.floors.first))
            values, larger = {**values, x: preimage / parameter}, parameter
        for h in (*self.hypotheses_on(larger), *(self.fixed if free is Free.INPUT else ())):
            placed = h.subs(values).subs({own: parameter})
            yield Premise("its free choice is admitted", (*far, Relation(grad, ">", sp.S.Zero)), (placed,))

    # -- how a part depends on the parameter -----------------------------------------------------------------------

    def monotone(self, part: Part) -> Iterator[Premise]:
        """**One end.** size(v)·E(t) − bound(t), where it is > 0 for some v, stays so for that v and all larger t.

        Soundness: E/bound does not fall as t grows. For k < l, E is a falling function of M_{l−1}, which falls, and the
        bound falls; for k = 1, start/bound does not fall, and the other factors rise as those for k < l do. With a free
        f_{l−1} = y the excess is that of v = θ_l y, divided by θ_l > 0: it rises with t at a fixed y.
        """
        core, within = self._core(part), self.inside
        yield Premise("bound > 0", within, (Relation(core.bound, ">", sp.S.Zero),))
        start: Any = sp.S.One
        if isinstance(part.proof, Product) and part.layers is Layers.FIRST:
            start = sp.together(part.proof.start.subs(floor, self.floors.first).rewrite(sp.exp))
        rising = sp.diff(start, self.t) * core.bound - start * sp.diff(core.bound, self.t)
        yield Premise("start/bound does not fall", within, (Relation(rising, ">=", sp.S.Zero),))
        if part.broken is not None and part.broken.free is Free.LAST_INPUT:
            excess: Any = (core.size.subs(anything, _SCALE * _POSITIVE) - core.bound) / _SCALE
            excess = sp.expand(excess).subs(_SCALE, self.floors.parameter)
            inside = (*within, Relation(_POSITIVE, ">", sp.S.Zero), Relation(_POSITIVE, "<", sp.S.One))
            yield Premise("the excess at y rises", inside, (Relation(sp.diff(excess, self.t), ">=", sp.S.Zero),))


def _slope(z: Any) -> Any:
    return z * sp.sech(z) ** 2
