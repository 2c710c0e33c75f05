"""Induction over the layers of a chain: the premises that a declared proof needs, and what follows from them.

Each rule says what it concludes and why that is sound. Its premises are statements about real numbers, discharged by
the prover; where one is not, nothing is concluded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import sympy as sp

from numerics.deadline import Deadline, OutOfTimeError
from numerics.enclosure.program import UnsupportedError
from numerics.proof.goal import Proof
from numerics.proof.identities import equality, partly_defined
from numerics.proof.real_statement import RealStatement
from theory.claim import Claim
from theory.errors import StatementError
from theory.notation import D, G, P, d, f, k, l, theta, x, zz
from theory.proof import Induction, anything, before, decay, grad, out, own, running, weight
from theory.statement import Every, Relation

_QUICK_POINTS = 12
_n = sp.Symbol("n", integer=True, nonnegative=True)


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
    """The claim says something that the rule cannot express in the state of a chain."""


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
    if any(map(partly_defined, (*premise.hypotheses, *premise.conclusion))):
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
