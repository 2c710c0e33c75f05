"""The search for a proof: close a goal by its sign, an expansion or a subdivision, or reduce it by a rule.

The search may be as clever as it likes: what it returns is a tree of `Proof` steps, each an application of a rule in
`numerics.rules` or one of the closing steps below. Where it finds none, it says what was left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import sympy as sp
from flint import arb

from numerics.deadline import Deadline, OutOfTimeError, interrupted_after
from numerics.domain import EmptyDomainError, without_pinned
from numerics.exact import constant_sign, reduces_to_zero
from numerics.goal import Domain, Goal, Proof
from numerics.interval import Interval
from numerics.program import UnsupportedError
from numerics.rules import REDUCTIONS, Step, generalise, split_kinks
from numerics.search import Subdivision
from numerics.sign import shows
from numerics.univariate import prove_univariate

DEEPEST = 6
_RULE_SECONDS = 3.0
_QUICK_BOXES, _MANY_BOXES = 400, 60_000

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
        self.failed: set[tuple[object, ...]] = set()
        # A goal that came up on the way to itself is no progress.
        self.open: set[tuple[object, ...]] = set()

    def prove(self, goal: Goal) -> Proof | None:
        """A proof, or None where none was found in time."""
        try:
            return self.search(goal, self.deadline, 0)
        except OutOfTimeError:
            return None

    def search(self, goal: Goal, deadline: Deadline, depth: int) -> Proof | None:
        self.deadline.check()
        key = (goal.expression, goal.strict, str(goal.domain))
        if key in self.failed or key in self.open or deadline.left <= 0:
            return None
        self.open.add(key)
        try:
            proof = self.attempt(goal, deadline, depth)
        except (UnsupportedError, EmptyDomainError, RecursionError):
            proof = None
        finally:
            self.open.discard(key)
        if proof is None and deadline.left > 0:
            self.failed.add(key)
        return proof

    def attempt(self, goal: Goal, deadline: Deadline, depth: int) -> Proof | None:
        domain, values = without_pinned(goal.domain)
        if values:
            inner = self.search(Goal(goal.expression.subs(values), goal.strict, domain), deadline, depth)
            return inner and Proof("substitution", goal, _shown(values), (inner,))
        goal = _relevant(goal)
        closed = self.close(goal)
        if closed is not None or not goal.expression.free_symbols:
            return closed
        general = next(generalise(goal), None)
        if general is not None and len(goal.variables) > 2:
            proof = self.by_step(goal, general, deadline.share(0.3), depth)
            if proof is not None:
                return proof
        kinks = list(split_kinks(goal))
        if kinks:
            return self.by_step(goal, kinks[0], deadline, depth)
        if len(goal.variables) == 1 and not goal.domain.constraints:
            return self.one_variable(goal, deadline, depth)
        return self.several_variables(goal, deadline, depth)

    def close(self, goal: Goal) -> Proof | None:
        """A proof without further premises: by the sign of a constant or of the structure, or as an identity."""
        f = goal.expression
        if not f.free_symbols:
            sign = constant_sign(f)
            holds = sign is not None and (sign > 0 or (sign == 0 and not goal.strict))
            return Proof("constant", goal, f"its sign is {sign}") if holds else None
        if shows(f, goal.strict, goal.domain):
            return Proof("sign", goal, "by the signs of its parts")
        for form in (sp.factor_terms(f), sp.factor(f)) if sp.count_ops(f) < 200 else ():
            if form != f and shows(form, goal.strict, goal.domain):
                return Proof("sign", goal, f"rewritten as {form}", (), {"form": form})
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

    def one_variable(self, goal: Goal, deadline: Deadline, depth: int) -> Proof | None:
        outcome = prove_univariate(goal, deadline.share(0.5) if depth < DEEPEST else deadline)
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
        return self.reduce(goal, deadline, depth)

    def several_variables(self, goal: Goal, deadline: Deadline, depth: int) -> Proof | None:
        quick = self.subdivide(goal, deadline.share(0.2, 1.0), _QUICK_BOXES, depth)
        if quick is not None or self.refuted:
            return quick
        reduced = self.reduce(goal, deadline.share(0.7), depth)
        if reduced is not None or depth > 2:
            return reduced
        return self.subdivide(goal, deadline.share(0.8), _MANY_BOXES, depth)

    refuted = False

    def subdivide(self, goal: Goal, deadline: Deadline, most: int, depth: int) -> Proof | None:
        subdivision = Subdivision(goal)
        cover = subdivision.run(subdivision.whole(), deadline, most)
        self.refuted = cover.witness is not None
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

    def reduce(self, goal: Goal, deadline: Deadline, depth: int) -> Proof | None:
        if depth >= DEEPEST:
            return None
        for rule in REDUCTIONS:
            steps = rule(goal)
            while (step := _next(steps, deadline)) is not None:
                self.deadline.check()
                proof = self.by_step(goal, step, deadline.share(0.5), depth + 1)
                if proof is not None:
                    return proof
                if depth == 0:
                    self.findings.tried.append(f"{step.rule}: {step.detail}")
        return None

    def by_step(self, goal: Goal, step: Step, deadline: Deadline, depth: int) -> Proof | None:
        premises = []
        for premise in step.premises:
            proof = self.search(premise, deadline, depth)
            if proof is None:
                return None
            premises.append(proof)
        return Proof(step.rule, goal, step.detail, tuple(premises))


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


def _next(steps: Iterator[Step], deadline: Deadline) -> Step | None:
    """The next application of a rule; none where SymPy needs too long for it or cannot do it."""
    try:
        with interrupted_after(min(_RULE_SECONDS, max(deadline.left, 0.0))):
            return next(steps, None)
    except (OutOfTimeError, EmptyDomainError, NotImplementedError, ValueError, TypeError, AttributeError):
        return None


def _shown(values: Mapping[sp.Symbol, sp.Expr]) -> str:
    return ", ".join(f"{symbol} = {value}" for symbol, value in values.items())
