"""The search for a proof: close a goal by its sign, an expansion or a subdivision, or reduce it by a rule.

The search may be as clever as it likes: what it returns is a tree of `Proof` steps, each an application of a rule in
`numerics.proof.rules` or one of the closing steps below. Where it finds none, it says what was left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy as sp
from flint import arb

from numerics.deadline import Deadline, OutOfTimeError, interrupted_after
from numerics.enclosure.interval import Interval
from numerics.enclosure.program import UnsupportedError
from numerics.layers.layer_rule import by_value_function
from numerics.proof.domain import EmptyDomainError, without_pinned
from numerics.proof.exact import constant_sign, reduces_to_zero
from numerics.proof.factoring import factored
from numerics.proof.goal import Domain, Goal, Proof
from numerics.proof.plausible import implausible
from numerics.proof.rules import (
    REDUCTIONS,
    Step,
    combination,
    defined,
    even_symmetry,
    generalise,
    logarithmic,
    period,
    split_kinks,
    tightened,
)
from numerics.proof.search import Subdivision
from numerics.proof.sign import shows
from numerics.proof.univariate import prove_univariate


@dataclass(frozen=True)
class Effort:
    """How far one round of the search goes before it gives up on a goal."""

    boxes: int
    boxes_in_one_variable: int
    deepest: int
    rule_seconds: float


ROUNDS = (Effort(150, 800, 4, 0.7), Effort(2_000, 4_000, 6, 3.0), Effort(40_000, 20_000, 6, 8.0))
"""A goal that is easy is proved in the first round; a hard one has the later ones for itself."""

MANY = 5
"""From so many variables on a goal is taken layer by layer first: subdivision of all of them at once dies at six."""

Region = Mapping[sp.Symbol, Interval]


@dataclass
class Findings:
    """What a search came upon besides a proof: regions where a goal may fail, and how far the first goal got."""

    suspects: list[Region] = field(default_factory=list)
    left: list[Region] = field(default_factory=list)
    margin: arb | None = None
    tried: list[str] = field(default_factory=list)


class Prover:
    """Searches for a proof of goals until the deadline; `findings` collects what else turned up."""

    def __init__(self, deadline: Deadline):
        self.deadline = deadline
        self.findings = Findings()
        self.effort = ROUNDS[0]
        self.refuted = False
        # Whether the last subdivision found its goal to be certainly false: no rule will prove it then.
        self.false = False
        self.failed: set[tuple[object, ...]] = set()
        # A goal that came up on the way to itself is no progress.
        self.open: set[tuple[object, ...]] = set()
        # The value functions of a goal need one attempt: later rounds would find the same.
        self.layered: set[tuple[object, ...]] = set()

    def prove(self, goal: Goal) -> Proof | None:
        """A proof, or None where none was found in time."""
        for self.effort in ROUNDS:
            self.failed.clear()
            self.findings.tried.clear()
            try:
                # The search looks at the clock itself; SymPy, in the middle of a derivative, does not.
                with interrupted_after(max(self.deadline.left, 0.0) + 0.2):
                    proof = self.search(goal, 0)
            except OutOfTimeError:
                return None
            if proof is not None or self.refuted:
                return proof
        return None

    def search(self, goal: Goal, depth: int) -> Proof | None:
        self.deadline.check()
        key = _key(goal)
        if key in self.failed or key in self.open:
            return None
        self.open.add(key)
        try:
            proof = self.attempt(goal, depth)
        except (UnsupportedError, EmptyDomainError, RecursionError):
            proof = None
        finally:
            self.open.discard(key)
        if proof is None:
            self.failed.add(key)
        return proof

    def attempt(self, goal: Goal, depth: int) -> Proof | None:
        domain, values = without_pinned(goal.domain)
        if values:
            inner = self.search(Goal(goal.expression.subs(values), goal.strict, domain), depth)
            return inner and Proof("substitution", goal, _shown(values), (inner,))
        goal = tightened(_relevant(goal))
        if len(goal.variables) >= MANY and (found := self.by_layers(goal, depth)) is not None:
            return found
        if self.refuted:
            return None
        closed = self.close(goal)
        if closed is not None or not goal.expression.free_symbols:
            return closed
        step = self.next(logarithmic(goal))
        if step is not None:
            # The same statement in simpler words: there is no reason to go on with the old ones.
            return self.by_step(goal, step, depth)
        step = self.next(combination(goal))
        # What a combination leaves is non-negative term by term, or it was not the right one.
        if step is not None and (rest := self.close(step.premises[0])) is not None:
            return Proof(step.rule, goal, step.detail, (rest,))
        for rule in (period, even_symmetry, generalise):
            step = self.next(rule(goal))
            # What is said of any number may be false though the goal is true: that is one step deeper.
            deeper = depth + 1 if rule is generalise else depth
            proof = self.by_step(goal, step, deeper) if step is not None else None
            if proof is not None:
                return proof
        kinks = list(split_kinks(goal))
        if kinks:
            # Only the last way to split loses nothing.
            split = (self.by_step(goal, step, depth if step is kinks[-1] else depth + 1) for step in kinks)
            return next((proof for proof in split if proof is not None), None) or self.unsplit(goal, depth)
        if len(goal.variables) == 1 and not goal.domain.constraints:
            return self.one_variable(goal, depth)
        if len(goal.expression.free_symbols) == 1:
            # What is true of one variable without the constraints needs none of them.
            wider = Domain(goal.domain.ranges)
            alone = (*defined(goal.expression, wider), Goal(goal.expression, goal.strict, wider))
            proof = self.by_step(goal, Step("projection", "without the constraints", alone), depth + 1)
            if proof is not None:
                return proof
        return self.several_variables(goal, depth)

    def close(self, goal: Goal) -> Proof | None:
        """A proof without further premises; none where SymPy needs too long, as for x^(30000003/10000000)."""
        try:
            with interrupted_after(min(self.effort.rule_seconds, max(self.deadline.left, 0.0))):
                return self.close_at_once(goal)
        except OutOfTimeError:
            return None

    def close_at_once(self, goal: Goal) -> Proof | None:
        """By the sign of a constant or of the structure, or as an identity."""
        f = goal.expression
        if not f.free_symbols:
            sign = constant_sign(f)
            holds = sign is not None and (sign > 0 or (sign == 0 and not goal.strict))
            return Proof("constant", goal, f"its sign is {sign}") if holds else None
        if (nowhere := _contradiction(goal.domain)) is not None:
            return Proof("empty", goal, f"no point is left: {nowhere} fails throughout")
        if shows(f, goal.strict, goal.domain):
            return Proof("sign", goal, "by the signs of its parts")
        forms: tuple[Any, ...] = (sp.factor_terms(f), factored(f)) if sp.count_ops(f) < 200 else ()
        for form in forms:
            if form != f and shows(form, goal.strict, goal.domain):
                return Proof("sign", goal, f"rewritten as {form}", (), {"form": form})
        if (given := _said_already(goal)) is not None:
            return Proof("hypothesis", goal, f"a positive multiple of what is given: {given} ≥ 0")
        if not goal.strict and self.looks_zero(goal) and reduces_to_zero(f):
            return Proof("identity", goal, "reduces to 0")
        return None

    def looks_zero(self, goal: Goal) -> bool:
        """Whether enclosures at two odd points admit zero: an identity has to pass this first."""
        subdivision = Subdivision(goal)
        for shift in (Fraction(3, 17), Fraction(5, 13)):
            point = [_odd_point(x, shift * (j + 1)) for j, x in enumerate(subdivision.whole())]
            if not subdivision.program.run(point)[0].contains_zero():
                return False
        return True

    def unsplit(self, goal: Goal, depth: int) -> Proof | None:
        """A goal with kinks as it stands: enclosures need no smoothness, only what touches does."""
        if len(goal.variables) == 1 and not goal.domain.constraints:
            return prove_univariate(goal, self.deadline, self.effort.boxes_in_one_variable).proof
        return self.subdivide(goal, self.effort.boxes, depth)

    def one_variable(self, goal: Goal, depth: int) -> Proof | None:
        outcome = prove_univariate(goal, self.deadline, self.effort.boxes_in_one_variable)
        (x,) = goal.variables
        self.findings.suspects += [{x: piece} for piece in outcome.suspects]
        if outcome.proof is not None:
            return outcome.proof
        if depth == 0:
            self.findings.left = [{x: piece} for piece in outcome.left]
            self.findings.margin = outcome.margin
        # A certain counterexample next to a touching point ends the search; what is only left may still be reduced.
        if outcome.suspects and not outcome.left:
            return None
        return self.reduce(goal, depth)

    def several_variables(self, goal: Goal, depth: int) -> Proof | None:
        found = self.subdivide(goal, min(self.effort.boxes, ROUNDS[1].boxes // (1 + depth)), depth)
        if found is not None or self.false:
            return found
        found = self.by_layers(goal, depth) or self.reduce(goal, depth)
        if found is not None or self.refuted or self.effort is not ROUNDS[-1] or depth > 1:
            return found
        return self.subdivide(goal, self.effort.boxes, depth)

    def by_layers(self, goal: Goal, depth: int) -> Proof | None:
        """A product over layers bounded by dynamic programming; a point at which it exceeds the bound is kept."""
        key = _key(goal)
        if key in self.layered:
            return None
        self.layered.add(key)
        found = by_value_function(goal, self.deadline.share(0.7))
        if found is None or found.suspect is None:
            return found and found.proof
        self.findings.suspects.append({v: Interval.exact(*x.as_integer_ratio()) for v, x in found.suspect.items()})
        # Only of the goal itself is a counterexample the end, and only a certain one.
        self.refuted = self.refuted or (depth == 0 and Subdivision(goal).fails_at(found.suspect))
        return None

    def subdivide(self, goal: Goal, most: int, depth: int) -> Proof | None:
        subdivision = Subdivision(goal)
        cover = subdivision.run(subdivision.whole(), self.deadline, most)
        # A premise may ask for more than is true; only a counterexample to the goal itself ends the search.
        self.false = cover.witness is not None
        self.refuted = self.refuted or (self.false and depth == 0)
        if cover.witness is not None:
            point = {s: Interval.exact(*value.as_integer_ratio()) for s, value in cover.witness.items()}
            self.findings.suspects.append(point)
            return None
        if cover.complete:
            detail = f"{len(cover.proved)} boxes, each with a certain lower bound"
            return Proof("subdivision", goal, detail, (), {"boxes": cover.proved})
        if depth == 0:
            self.findings.left = [dict(zip(subdivision.variables, box, strict=True)) for box in cover.left]
            self.findings.margin = cover.margin
        return None

    def reduce(self, goal: Goal, depth: int) -> Proof | None:
        if depth >= self.effort.deepest:
            return None
        for rule in REDUCTIONS:
            steps = rule(goal)
            while (step := self.next(steps)) is not None:
                self.deadline.check()
                proof = self.by_step(goal, step, depth + 1)
                if proof is not None:
                    return proof
                if depth == 0:
                    self.findings.tried.append(f"{step.rule}: {step.detail}")
        return None

    def by_step(self, goal: Goal, step: Step, depth: int) -> Proof | None:
        if depth > 0 and any(implausible(premise) for premise in step.premises):
            return None
        premises = []
        for premise in step.premises:
            proof = self.search(premise, depth)
            if proof is None:
                return None
            premises.append(proof)
        return Proof(step.rule, goal, step.detail, tuple(premises))

    def next(self, steps: Iterator[Step]) -> Step | None:
        """The next application of a rule; none where SymPy needs too long for it or cannot do it."""
        try:
            with interrupted_after(min(self.effort.rule_seconds, max(self.deadline.left, 0.0))):
                return next(steps, None)
        except (OutOfTimeError, EmptyDomainError, NotImplementedError, ValueError, TypeError, AttributeError):
            return None


def _key(goal: Goal) -> tuple[object, ...]:
    """What is the same for goals that differ only in the marks that a change of variable leaves on a name."""
    plain = {v: sp.Symbol(v.name.strip("_'"), real=True) for v in goal.domain.variables}
    if len(set(plain.values())) < len(plain):
        plain = {v: v for v in plain}
    ranges = frozenset((str(plain[v]), str(bounds)) for v, bounds in goal.domain.ranges.items())
    constraints = frozenset((g.xreplace(plain), strict) for g, strict in goal.domain.constraints)
    return goal.expression.xreplace(plain), goal.strict, ranges, constraints


def _contradiction(domain: Domain) -> str | None:
    """A constraint that fails on the whole domain that the others describe; None where none plainly does."""
    for g, strict in domain.constraints:
        others = Domain(domain.ranges, tuple(c for c in domain.constraints if c != (g, strict)))
        if shows(-g, not strict, others):
            return f"{g} {'>' if strict else '≥'} 0"
    return None


def _said_already(goal: Goal) -> sp.Expr | None:
    """A constraint that says the same as the goal: with positive factors taken off, a positive multiple of it."""
    wanted: dict[Any, Any] | None = None
    for g, strict in goal.domain.constraints:
        if (goal.strict and not strict) or g.free_symbols != goal.expression.free_symbols or sp.count_ops(g) > 80:
            continue
        wanted = _terms(goal.expression, goal.domain) if wanted is None else wanted
        given = _terms(g, goal.domain)
        if not given or given.keys() != wanted.keys():
            continue
        first, *others = (sp.radsimp(wanted[term] / given[term]) for term in given)
        if first.is_positive and all(sp.radsimp(ratio - first) == 0 for ratio in others):
            return g
    return None


def _terms(f: Any, domain: Domain) -> dict[Any, Any]:
    """The terms of f without its positive factors, and their coefficients; in one form for sech² and 1 − tanh²."""
    squares = {sp.sech(u.args[0]) ** 2: 1 - sp.tanh(u.args[0]) ** 2 for u in f.atoms(sp.sech)}
    factors = sp.Mul.make_args(factored(f.xreplace(squares)))
    bare = sp.expand(sp.Mul(*(p for p in factors if not shows(p, True, domain))))
    found: dict[Any, Any] = {}
    for term in sp.Add.make_args(bare):
        coefficient, part = term.as_independent(*f.free_symbols, as_Add=False)
        found[part] = found.get(part, 0) + coefficient
    return found


def _relevant(goal: Goal) -> Goal:
    """The goal without constraints that no chain of shared variables joins to it; they can only say less."""
    reached = set(goal.expression.free_symbols)
    kept: list[tuple[sp.Expr, bool]] = []
    waiting = list(goal.domain.constraints)
    while joined := [c for c in waiting if c[0].free_symbols & reached]:
        kept += joined
        waiting = [c for c in waiting if c not in joined]
        reached |= {s for g, _ in joined for s in g.free_symbols}
    if not waiting:
        return goal
    ordered = tuple(c for c in goal.domain.constraints if c in kept)
    return Goal(goal.expression, goal.strict, Domain(goal.domain.ranges, ordered))


def _odd_point(x: Interval, shift: Fraction) -> Interval:
    """A point of the interval away from the places where bounds like to touch."""
    if x.finite:
        part = Interval.exact(*(shift % 1).as_integer_ratio())
        return (Interval(x.lo, x.lo) + part * Interval(x.width, x.width)).meet(x) or x
    return Interval.exact(*(x.middle() * (1 + shift / 3) + (0 if x.lo.is_finite() else shift)).as_integer_ratio())


def _shown(values: Mapping[sp.Symbol, sp.Expr]) -> str:
    return ", ".join(f"{symbol} = {value}" for symbol, value in values.items())
