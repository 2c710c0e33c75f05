"""Forms of statements about fixed points: of a map, of its iterates, and of maps with a gain that changes.

A map is an expression in one variable, φ_a(x) = f(ax), with the gain a as a parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from theory.odd_maps import WHY_ONE, WHY_THREE, WHY_TO_FIXED, WHY_TO_ZERO, Conditions, limit_zero
from theory.period_two import two_intervals
from theory.proof import before
from theory.statement import Form, Relation
from theory.sufficient import Condition, Sufficient, admitted, numbers

_v, _w = sp.symbols("v w", real=True)
_TURNED = {"<=": ">=", "<": ">", ">=": "<=", ">": "<", "==": "==", "!=": "!="}


def _joined(relations: tuple[Relation, ...], of: Callable[[Any], str]) -> str:
    return ", ".join(map(of, relations))


def chord_bound(map: sp.Expr, variable: sp.Symbol) -> Relation:
    """T(v² + w²)·v² ≤ T(v²)·(v² + w²): what T(y)/y decreasing on y > 0 says at v² and v² + w², T(0) being 0."""
    near, far = (map.xreplace({variable: point}) for point in (_v**2, _v**2 + _w**2))
    return Relation(far * _v**2, "<=", near * (_v**2 + _w**2))


def no_fixed_point(map: sp.Expr, variable: sp.Symbol) -> Relation:
    """T(x) ≠ x for x = 1/100 + v²."""
    away: Any = sp.Rational(1, 100) + _v**2
    image: Any = map.xreplace({variable: away})
    return Relation(image, "!=", away)


@dataclass(frozen=True)
class Star(Form):
    """The star condition: f(y)/y is strictly decreasing on y > 0, where f is the function of `variable`."""

    function: sp.Expr
    variable: sp.Symbol

    @property
    def free_symbols(self) -> set[Any]:
        return self.function.free_symbols - {self.variable}

    def consequences(self) -> tuple[Relation, ...]:
        return (chord_bound(self.function, self.variable),)

    def proved_by(self, hypotheses: Sequence[Relation]) -> Sufficient | None:
        """y f′(y) < f(y) for y > 0."""
        f = Conditions(self.function, self.variable, tuple(hypotheses))
        if f.slope is None or not f.composed:
            return None
        return Sufficient("(f(y)/y)′ = (y f′(y) − f(y))/y² < 0, by the mean value theorem", (f.star(),))

    def shown(self, of: Callable[[Any], str]) -> str:
        return f"({of(self.function)})/{of(self.variable)} strictly decreasing on {of(self.variable)} > 0"


@dataclass(frozen=True)
class FixedPointCount(Form):
    """The equation map = variable has exactly `count` real solutions, for all parameters of the map."""

    map: sp.Expr
    variable: sp.Symbol
    count: int

    @property
    def free_symbols(self) -> set[Any]:
        return self.map.free_symbols - {self.variable}

    def consequences(self) -> tuple[Relation, ...]:
        """Where it has one solution, 0, there is none from 1/100 on."""
        at_zero: Any = self.map.xreplace({self.variable: sp.S.Zero})
        return (no_fixed_point(self.map, self.variable),) if self.count == 1 and at_zero == 0 else ()

    def proved_by(self, hypotheses: Sequence[Relation]) -> Sufficient | None:
        """One: T is odd, and T(y) < y for y > 0. Three: T(y)/y decreases from above 1 to below 1."""
        t = Conditions(self.map, self.variable, tuple(hypotheses))
        if self.count == 1:
            return Sufficient(WHY_ONE, (t.odd(), t.below_diagonal()))
        if self.count != 3 or t.slope is None or not t.composed:
            return None
        return Sufficient(WHY_THREE, (t.odd(), t.star(), *t.existence()))

    def shown(self, of: Callable[[Any], str]) -> str:
        return f"{of(self.map)} = {of(self.variable)} for exactly {self.count} real {of(self.variable)}"


@dataclass(frozen=True)
class AtFixedPoint(Form):
    """With ξ = `fixed` the only positive fixed point of the map: where `where` holds, the relations do.

    `parameter` is the one for which the equation map = variable may be solved.
    """

    map: sp.Expr
    variable: sp.Symbol
    fixed: sp.Symbol
    parameter: sp.Symbol
    relations: tuple[Relation, ...]
    where: tuple[Relation, ...] = ()

    @property
    def free_symbols(self) -> set[Any]:
        spoken = {s for r in (*self.relations, *self.where) for s in r.free_symbols} | self.map.free_symbols
        return spoken - {self.fixed, self.variable} | ({self.variable} & self._spoken)

    def consequences(self) -> tuple[Relation, ...]:
        """Of ξ = e: T(e) = e. Of ξ ≥ e: T(e) ≥ e where e ≥ 0, and of ξ ≤ e: T(e) ≤ e; ξ is the only positive one."""
        found: list[Relation] = []
        for relation in self.relations if not self.where else ():
            lower = relation if relation.rhs == self.fixed else Relation(relation.rhs, _TURNED[relation.op], self.fixed)
            value: Any = lower.lhs
            if self.fixed not in (relation.lhs, relation.rhs) or value.has(self.fixed):
                continue
            op = {"<": ">=", "<=": ">=", ">": "<=", ">=": "<=", "==": "=="}.get(lower.op)
            at: Any = sp.Max(value, 0) if op == ">=" else value
            image: Any = self.map.xreplace({self.variable: at})
            found += [Relation(image, op, at)] if op is not None else []
        return tuple(found)

    def proved_by(self, hypotheses: Sequence[Relation]) -> Sufficient | None:
        """Of ξ = e: T(e) = e > 0. Of T(x) > x: that x lies between 0 and ξ, or below −ξ; of T(x) < x the contrary."""
        own = tuple(h for h in hypotheses if h.free_symbols <= self.map.free_symbols - {self.variable})
        t = Conditions(self.map, self.variable, own)
        if t.slope is None or not t.composed:
            return None
        found = [t.odd(), t.star(), *t.existence()]
        for relation in self.relations:
            if relation.op == "==" and relation.lhs == self.fixed and not relation.rhs.has(self.fixed):
                e = relation.rhs
                at = (Relation(e, ">", sp.S.Zero), Relation(t.at(e), "==", e))
                found.append(Condition("a positive fixed point", at, (*hypotheses, *self.where)))
            elif not self._by_side(relation):
                return None
        why = "ξ is the only positive fixed point; T(x)/x is above 1 for 0 < |x| < ξ and below 1 for |x| > ξ"
        return Sufficient(f"{WHY_THREE}; {why}", tuple(found))

    def refuted_by(self, hypotheses: Sequence[Relation], witness: Mapping[str, Any]) -> Sufficient | None:
        """At the witness there is a fixed point ξ > 0, and of every such ξ a relation fails where `where` holds."""
        spoken = {s for r in (*hypotheses, *self.where, *self.relations) for s in r.free_symbols} - {self.fixed}
        values = numbers(witness, spoken | (self.map.free_symbols - {self.variable}))
        if values is None:
            return None
        t = Conditions(self.map.subs({v: q for v, q in values.items() if v != self.variable}), self.variable)
        failing = next((r for r in self.relations if self.fixed not in r.free_symbols), None)
        if t.slope is None or not t.composed or failing is None:
            return None
        xi = (Relation(self.fixed, ">", sp.S.Zero), Relation(t.at(self.fixed), "==", self.fixed))
        there = Condition("what is said of the place holds", tuple(r.subs(values) for r in self.where), xi)
        fails = Condition("the relation fails there", (failing.negation.subs(values),))
        why = (
            "T is continuous, T′(0) > 1 and T(c) < c, so that a fixed point ξ > 0 exists; at the place the claim fails"
        )
        return Sufficient(why, (admitted(hypotheses, values), t.odd(), *t.existence(), there, fails))

    def _by_side(self, relation: Relation) -> bool:
        """Whether the conditions put x on a side of ξ on which T(x) > x, or T(x) < x, is known."""
        x, xi, zero = self.variable, self.fixed, sp.S.Zero
        if (relation.lhs, relation.rhs) != (self.map, x) or relation.op not in ("<", ">"):
            return False
        inner, outer = {
            ">": ((Relation(x, ">", zero), Relation(x, "<", xi)), (Relation(x, "<", -xi),)),
            "<": ((Relation(x, ">", -xi), Relation(x, "<", zero)), (Relation(x, ">", xi),)),
        }[relation.op]
        return set(inner) <= set(self.where) or set(outer) <= set(self.where)

    @property
    def _spoken(self) -> set[Any]:
        return {s for r in (*self.relations, *self.where) for s in r.free_symbols}

    def shown(self, of: Callable[[Any], str]) -> str:
        given = f" where {_joined(self.where, of)}" if self.where else ""
        at = f"{of(self.fixed)} > 0 with {of(self.map.xreplace({self.variable: self.fixed}))} = {of(self.fixed)}"
        return f"at the only {at}: {_joined(self.relations, of)}{given}"


@dataclass(frozen=True)
class OrbitTends(Form):
    """For every start x > 0 the iterates of the map tend to `limit`, where `where` holds of its parameters.

    `limit` is 0, or a symbol for the only positive fixed point of the map; that there is one is part of the statement.
    """

    map: sp.Expr
    variable: sp.Symbol
    limit: Any
    where: tuple[Relation, ...] = ()

    @property
    def free_symbols(self) -> set[Any]:
        return self.map.free_symbols - {self.variable}

    def proved_by(self, hypotheses: Sequence[Relation]) -> Sufficient | None:
        """To 0: 0 < T(y) < y for y > 0. To ξ: T increases, T(y)/y decreases, T′(0) > 1 and T is bounded."""
        t = Conditions(self.map, self.variable, (*hypotheses, *self.where))
        if t.slope is None or not t.composed:
            return None
        return Sufficient(WHY_TO_ZERO if self.limit == 0 else WHY_TO_FIXED, t.tending(self.limit))

    def shown(self, of: Callable[[Any], str]) -> str:
        given = f" where {_joined(self.where, of)}" if self.where else ""
        return (
            f"the iterates of {of(self.variable)} ↦ {of(self.map)} from any start > 0 tend to {of(self.limit)}{given}"
        )


@dataclass(frozen=True)
class Gains(Form):
    """For every sequence of gains, and every start x ≠ 0, what is claimed of |Φ_m(x)|, Φ_m = φ_{a_m}∘⋯∘φ_{a_1}.

    The map φ is an expression in `variable` and `gain`. Every gain satisfies `every`, and all but finitely many satisfy
    `eventually`; φ is odd, so that Φ_m(0) = 0. Claimed is lim inf ≥ ξ for the positive fixed point ξ at the gain
    `above`, lim sup ≤ the one at the gain `below` (0 where there is none), and with `converges` that the limit exists.
    None: nothing is claimed.
    """

    map: sp.Expr
    variable: sp.Symbol
    gain: sp.Symbol
    every: tuple[Relation, ...]
    eventually: tuple[Relation, ...]
    above: Any = None
    below: Any = None
    converges: bool = False

    @property
    def free_symbols(self) -> set[Any]:
        relations = (*self.every, *self.eventually)
        return {s for r in relations for s in r.free_symbols} - {self.gain}

    def proved_by(self, hypotheses: Sequence[Relation]) -> Sufficient | None:
        """φ_a ≥ φ_b on y > 0 for all later gains a and the gain b = `above`, and ≤ for b = `below`; orbits of φ_b
        tend to the fixed point that is spoken of.
        """
        always = Conditions(self.map, self.variable, (*hypotheses, *self.every))
        found = [always.odd(), always.positive()]
        later = (*hypotheses, *self.every, *self.eventually, Relation(before, ">", sp.S.Zero))
        zero = False
        for gain, op in ((self.above, ">="), (self.below, "<=")):
            if gain is None:
                continue
            t = Conditions(self.map.xreplace({self.gain: gain}), self.variable, tuple(hypotheses))
            if t.slope is None or not t.composed:
                return None
            compared = Relation(always.at(before), op, t.at(before))
            found.append(Condition(f"φ_a(y) {op} φ_b(y)", (compared,), later))
            zero = limit_zero(t)
            found += [t.increasing(), *t.tending(0 if zero else sp.Symbol("xi", real=True))]
        forced = self.above is not None and self.below is not None and sp.simplify(self.above - self.below) == 0
        if self.converges and not (forced or (self.below is not None and zero)):
            return None
        why = (
            "|Φ_m(x)| = φ_{a_m}(|Φ_{m−1}(x)|) > 0; from the last exception on the orbit of φ_b bounds it, as φ_b "
            "increases, and that orbit tends to the fixed point"
        )
        return Sufficient(why, tuple(dict.fromkeys(found)))

    def refuted_by(self, hypotheses: Sequence[Relation], witness: Mapping[str, Any]) -> Sufficient | None:
        """Gains p, q, p, q, … and two intervals apart that φ_p and φ_q send into each other."""
        values = numbers(witness, self.free_symbols)
        if not self.converges or values is None:
            return None
        gains = str(witness.get(f"{self.gain}_n"))
        found = two_intervals(self.map, self.variable, self.gain, gains, str(witness.get(str(self.variable))))
        if found is None:
            return None
        rules = [r.subs({**values, self.gain: gain}) for gain in found.gains for r in (*self.every, *self.eventually)]
        allowed = Condition("the gains are admitted", tuple(rules))
        return Sufficient(found.why, (admitted(hypotheses, values), allowed, *found.conditions))

    def shown(self, of: Callable[[Any], str]) -> str:
        said = ["lim |Φ_m(x)| exists"] if self.converges else []
        said += [f"lim inf |Φ_m(x)| ≥ ξ at the gain {of(self.above)}"] if self.above is not None else []
        said += [f"lim sup |Φ_m(x)| ≤ ξ at the gain {of(self.below)}"] if self.below is not None else []
        gains = f"{_joined(self.every, of)} always and {_joined(self.eventually, of)} in the end"
        return f"for gains with {gains}, φ = {of(self.map)}, x ≠ 0: {', '.join(said)}"
