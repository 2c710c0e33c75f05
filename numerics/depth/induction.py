"""Induction over the layers of a chain: the premises that a declared proof needs, and what follows from them.

Each rule says what it concludes and why that is sound. Its premises are statements about real numbers, discharged by
the prover; where one is not, nothing is concluded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sympy as sp

from numerics.deadline import Deadline
from numerics.proof.premises import Discharged, NotOfThisFormError, Premise, covers, discharge
from theory.claim import Claim
from theory.notation import D, G, P, d, f, k, l, theta, x, zz
from theory.proof import Induction, anything, before, decay, grad, out, own, running, weight
from theory.statement import Every, Relation

_n = sp.Symbol("n", integer=True, nonnegative=True)


def premises(claim: Claim, step: Induction, granted: bool = False) -> Iterator[Premise]:
    """The premises of an induction over layers.

    **Invariant of the outputs.** If I(tanh(w x)) under the hypotheses on x and w = θ_1, and if I(y), y ∈ (−1, 1),
    implies I(tanh(w y)) under the hypotheses on w = θ_{i+1}, then I(f_i) for all i ≥ 1.
    Soundness: induction over i; f_{i+1} = tanh(θ_{i+1} f_i), and f_i ∈ (−1, 1) for i ≥ 1.

    **Induction over depth.** Fix k and let the state of the chain of l ≥ k layers be (f_l, G_k, θ_k), together with
    ρ^{l−k} and a product over the layers k, …, l. It starts at l = k from f_{k−1}, which is x for k = 1 and satisfies
    the invariant for k ≥ 2, as (tanh(θ_k y), y sech²(θ_k y)); one more layer with parameter w makes of (f, g)
    (tanh(w f), w sech²(w f) g). A property J that holds at the start and is kept by a layer holds for all l ≥ k.
    Soundness: induction over l; the recursion of G_k is the chain rule
    (`numerics.depth.reduction.induction_step_holds`).

    **Lemma.** A relation that holds for every number, given the hypotheses on what is no layer's; a premise, unless it
    is `granted`.

    **Conclusion.** J(f_l, G_k, θ_k), with the invariant of f_l, implies the claim.
    """
    return _Induction(claim, step, granted).premises()


class _Induction:
    def __init__(self, claim: Claim, step: Induction, granted: bool = False):
        if claim.depth is None:
            raise NotOfThisFormError("the claim is not about a chain")
        self.claim, self.step, self.granted = claim, step, granted
        self.index = claim.depth.index
        self.fixed = (*(h for h in claim.hypotheses if isinstance(h, Relation)), *step.where)
        relations = [part for part in claim.conclusion if isinstance(part, Relation)]
        if len(relations) != len(claim.conclusion):
            raise NotOfThisFormError("the conclusion is not a list of relations")
        self.relations = tuple(relations)
        used = {atom.base for r in relations for side in (r.lhs, r.rhs) for atom in side.atoms(sp.Indexed)}
        if {G, P} <= used or {D, P} <= used:
            raise NotOfThisFormError("the gradient and the printed gradient stand side by side")
        self.printed = P in used
        self.term = self._product()

    def _product(self) -> Any:
        found = {p for r in self.relations for side in (r.lhs, r.rhs) for p in side.atoms(sp.Product)}
        if not found:
            return None
        if len(found) > 1:
            raise NotOfThisFormError("more than one product over layers")
        (product,) = found
        arguments: Any = product.args
        function, (index, first, last) = arguments
        if (first, last) != (k, l):
            raise NotOfThisFormError(f"a product over {first}, …, {last}")
        return function, index

    def family(self, parameter: Any, inner: bool = False) -> tuple[Relation, ...]:
        """What is given of the parameter of any layer i ≥ 1; of an inner one, without what it says together with x."""
        if self.step.given:
            given = (r for r in self.step.given if not (inner and x in r.free_symbols))
            return tuple(r.subs({weight: parameter}) for r in given)
        return self.hypotheses_on(parameter)

    def hypotheses_on(self, parameter: Any) -> tuple[Relation, ...]:
        return tuple(
            h.relation.map(lambda side, h=h: side.xreplace({theta[h.index]: parameter}))
            for h in self.claim.hypotheses
            if isinstance(h, Every) and h.first == 1 and h.last == l
        )

    def invariant(self, value: Any) -> tuple[Relation, ...]:
        return tuple(r.subs({out: value}) for r in self.step.outputs)

    def of_output(self, name: Any) -> tuple[Relation, ...]:
        """What is known of an output f_i, i ≥ 1."""
        inside = (Relation(sp.S.NegativeOne, "<", name), Relation(name, "<", sp.S.One))
        return (*inside, *self.invariant(name))

    def lemma_at(self, z: Any) -> tuple[Relation, ...]:
        return (self.step.lemma.subs({anything: z}),) if self.step.lemma is not None else ()

    def premises(self) -> Iterator[Premise]:
        if self.step.lemma is not None and not self.granted:
            yield Premise("lemma", self.fixed, (self.step.lemma,))
        if self.step.given:
            yield Premise("every parameter", (*self.fixed, *self.hypotheses_on(weight)), self.step.given)
        if self.step.outputs:
            speaks = any(anything in r.free_symbols for r in self.step.outputs)
            lemma = (self.step.lemma,) if self.step.lemma is not None and speaks else ()
            given = (*self.fixed, *self.family(weight), *lemma)
            yield Premise("the first output", given, self.invariant(sp.tanh(weight * x)))
            kept = self.invariant(sp.tanh(weight * before))
            given = (*self.fixed, *self.family(weight, inner=True), *lemma, *self.of_output(before))
            yield Premise("from one output to the next", given, kept)
        if self.step.state:
            yield from self.state_premises()
        elif self.index is None:
            yield self.about_first_output()
        else:
            yield self.about_outputs()

    def about_first_output(self) -> Premise:
        """A claim about f_1 = tanh(θ_1 x)."""
        names = {f[1]: sp.tanh(own * x), theta[1]: own}
        conclusion = tuple(self._without_chain(r.map(lambda side: side.xreplace(names))) for r in self.relations)
        return Premise("conclusion", (*self.fixed, *self.family(own)), conclusion)

    def about_outputs(self) -> Premise:
        """A claim about θ_i and f_i; or about θ_i, f_{i−1} and f_i = tanh(θ_i f_{i−1}) for i ≥ 2."""
        i: Any = self.index
        sides = [side for r in self.relations for side in (r.lhs, r.rhs)]
        two = any(side.has(f[i - 1]) for side in sides) or any(anything in r.free_symbols for r in self.step.outputs)
        if two and self.claim.depth is not None and self.claim.depth.first < 2:
            raise NotOfThisFormError("the output before the first layer is x")
        names = {f[i]: out, theta[i]: own}
        known = self.of_output(out)
        if two:
            names = {f[i - 1]: before, f[i]: sp.tanh(own * before), theta[i]: own}
            known = tuple(r.subs({anything: own * before}) for r in self.of_output(before))
        conclusion = tuple(self._without_chain(r.map(lambda side: side.xreplace(names))) for r in self.relations)
        return Premise("conclusion", (*self.fixed, *self.family(own), *known), conclusion)

    # -- the state -----------------------------------------------------------------------------------------------

    def state_premises(self) -> Iterator[Premise]:
        common = (*self.fixed, *self.family(own))
        slope = sp.sech(own * before) ** 2
        starts = [("later", "k ≥ 2", self.of_output(before), before * slope)]
        if self.claim.depth is not None and self.claim.depth.first == 1:
            starts.insert(0, ("first", "k = 1", (), slope if self.printed else before * slope))
        for kind, shown, known, gradient in starts:
            state = {out: sp.tanh(own * before), grad: gradient, decay: sp.S.One, running: self.factor(own * before)}
            place = {before: x} if kind == "first" else {}
            start = tuple(r.subs(state).subs(place) for r in self.step.state)
            lemma = tuple(r.subs(place) for r in self.lemma_at(own * before))
            yield Premise(f"one layer, {shown}", (*common, *known, *lemma), start)
        rate = self.step.rate if self.step.rate is not None else sp.S.One
        known = (*common, *self.of_output(out), *self.decays(), *self.step.state)
        added = {
            out: sp.tanh(weight * out),
            grad: weight * sp.sech(weight * out) ** 2 * grad,
            decay: rate * decay,
            running: running * self.factor(weight * out),
        }
        yield Premise(
            "one more layer",
            (*known, *self.family(weight, inner=True), *self.lemma_at(weight * out)),
            tuple(r.subs(added) for r in self.step.state),
        )
        if self.step.hence:
            yield Premise("hence", known, self.step.hence)
            known = (*common, *self.step.hence)
        yield Premise("conclusion", known, tuple(self.at_state(r) for r in self.relations))

    def decays(self) -> tuple[Relation, ...]:
        """What is known of ρ^{l−k} for 0 < ρ ≤ 1."""
        if self.step.rate is None:
            return ()
        if not 0 < self.step.rate <= 1:
            raise NotOfThisFormError(f"the rate {self.step.rate} is not in (0, 1]")
        return (Relation(sp.S.Zero, "<", decay), Relation(decay, "<=", sp.S.One))

    def factor(self, z: Any) -> Any:
        """The factor of the product over layers, in terms of z_i alone."""
        if self.term is None:
            return sp.S.One
        function, index = self.term
        placed = function.xreplace({zz[index]: z})
        if placed.has(index):
            raise NotOfThisFormError(f"the factors of the product are not functions of z_{index}")
        return placed

    def at_state(self, relation: Relation) -> Relation:
        """The claim in terms of the state of the chain of l = k + n layers."""
        names = {G[k]: grad, P[k]: grad, D[k]: -d * grad, theta[k]: own, f[l]: out}
        return self._without_chain(relation.map(lambda side: self._powers(self._products(side).xreplace(names))))

    def _products(self, side: Any) -> Any:
        return side.replace(lambda e: isinstance(e, sp.Product), lambda e: running)

    def _powers(self, side: Any) -> Any:
        """b^{k−l+…} in terms of ρ^{l−k}."""
        rate = self.step.rate
        if rate is None or not side.has(l):
            return side
        shifted = sp.expand_power_exp(side.subs(l, k + _n))
        logarithm = sp.log(rate)

        def power(e: Any) -> Any:
            exponent = sp.nsimplify(sp.simplify(sp.log(e.base) / logarithm), rational=True)
            factor = e.exp / _n
            if rate**exponent != e.base or factor.has(_n):
                raise NotOfThisFormError(f"{e} is no power of {rate}^(l−k)")
            return decay ** (exponent * factor)

        return shifted.replace(lambda e: isinstance(e, sp.Pow) and e.exp.has(_n) and e.base.is_Rational, power)

    def _without_chain(self, relation: Relation) -> Relation:
        left = {a for side in (relation.lhs, relation.rhs) for a in side.atoms(sp.Indexed)}
        bound = {l, k, _n, *([self.index] if self.index is not None else [])} & relation.free_symbols
        if left or bound:
            raise NotOfThisFormError(f"{relation} speaks of {', '.join(map(str, left | bound))}")
        return relation


def prove_for_every_depth(claim: Claim, steps: Sequence[Induction], deadline: Deadline) -> Discharged:
    """All premises of the declared cases, and that the cases leave no gap."""
    fixed = tuple(h for h in claim.hypotheses if isinstance(h, Relation))
    done = discharge(covers(fixed, [step.where for step in steps]), deadline)
    for step in steps:
        if done.failed is not None:
            return done
        case = discharge(premises(claim, step), deadline)
        done.proved += case.proved
        done.failed = case.failed
    return done
