"""Odd continuous maps T of one variable: what has to be shown of them for their fixed points, and for their orbits.

The rules are those of fixed points: T(y)/y decreases strictly for y > 0 if y T′(y) < T(y) there, so that T has one
positive fixed point ξ at most; it has one if T′(0) > 1 and T stays below some c > 0; and orbits of an increasing T tend
to it, or to 0 if T(y) < y for y > 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from theory.proof import before
from theory.statement import Relation
from theory.sufficient import Condition, about

_ZERO: Any = sp.S.Zero
_POSITIVE = Relation(before, ">", _ZERO)
CONTINUOUS = (
    sp.Add, sp.Mul, sp.Pow, sp.exp, sp.log, sp.sin, sp.cos, sp.tanh, sp.sinh, sp.cosh, sp.sech, sp.asinh, sp.atan,
    sp.erf, sp.erfc, sp.Abs,
)  # fmt: skip
"""What is continuous wherever it is defined. With |·| left out, also infinitely often differentiable there, as long
as powers are whole or have a base > 0."""


def unknown_part(expression: Any) -> Any:
    """The first part of an expression that is not known to be continuous where it is defined; None if there is none."""
    nodes = sp.preorder_traversal(expression)
    return next((n for n in nodes if not (n.is_Symbol or n.is_number or isinstance(n, CONTINUOUS))), None)


@dataclass(frozen=True)
class Conditions:
    """What there is to show of T, an expression in `variable`, under the hypotheses `given` on its parameters."""

    expression: Any
    variable: Any
    given: tuple[Relation, ...] = ()

    @property
    def composed(self) -> bool:
        """Whether T is made of continuous functions, so that it is continuous where it is defined."""
        return unknown_part(self.expression) is None

    def at(self, y: Any) -> Any:
        return self.expression.xreplace({self.variable: y})

    @property
    def slope(self) -> Any:
        """T′(y) for y = `before` > 0; None where the sign of what stands in |·| is not known."""
        # For y > 0 the size |ay| is ay where a > 0, and what is left can be differentiated.
        y = sp.Dummy("y", positive=True)
        names = {p: sp.Dummy(str(p), positive=True) for p in self.expression.free_symbols if self._is_positive(p)}
        upper = self.expression.xreplace({**names, self.variable: y})
        if any(size.has(y) for size in upper.atoms(sp.Abs)):
            return None
        return sp.diff(upper, y).xreplace({**{dummy: p for p, dummy in names.items()}, y: before})

    def _is_positive(self, parameter: Any) -> bool:
        """Whether what is given says so in one relation: a > c ≥ 0, or a ≥ c > 0."""
        strict = ((r.op, r.rhs) for r in self.given if r.lhs == parameter)
        return any((op == ">" and c.is_nonnegative) or (op == ">=" and c.is_positive) for op, c in strict)

    @property
    def ceiling(self) -> Any:
        """A number that T is to stay below: its limit at ∞ for positive parameters, where there is one, else 1."""
        positive = {s: sp.Dummy(str(s), positive=True) for s in self.expression.free_symbols}
        limit: Any = sp.limit(self.expression.xreplace(positive), positive[self.variable], sp.oo)
        return limit if limit.is_number and limit.is_finite and limit.is_positive else sp.S.One

    def odd(self) -> Condition:
        return self._say("T is odd", Relation(self.at(-before), "==", -self.at(before)))

    def positive(self) -> Condition:
        return self._say("T(y) > 0 for y > 0", Relation(self.at(before), ">", _ZERO), _POSITIVE)

    def below_diagonal(self) -> Condition:
        return self._say("T(y) < y for y > 0", Relation(self.at(before), "<", before), _POSITIVE)

    def increasing(self) -> Condition:
        return self._say("T increases", Relation(self.slope, ">", _ZERO), _POSITIVE)

    def star(self) -> Condition:
        return self._say("T(y)/y decreases", Relation(before * self.slope, "<", self.at(before)), _POSITIVE)

    def existence(self) -> tuple[Condition, ...]:
        """T′(0) > 1, and T(y) < c for y > 0, c > 0."""
        at_zero: Any = self.slope.subs(before, 0)
        steep = self._say("the slope at 0", Relation(at_zero, ">", sp.S.One))
        below = self._say("a ceiling", Relation(self.at(before), "<", self.ceiling), _POSITIVE)
        return steep, below, Condition("the ceiling is positive", (Relation(self.ceiling, ">", _ZERO),))

    def tending(self, limit: Any) -> tuple[Condition, ...]:
        """What makes all orbits from y > 0 tend to 0, or to the positive fixed point."""
        if limit == 0:
            return self.odd(), self.positive(), self.below_diagonal()
        return self.odd(), *self.existence(), self.increasing(), self.star()

    def _say(self, name: str, relation: Relation, *besides: Relation) -> Condition:
        known = about(self.given, relation.free_symbols | self._joined(relation))
        return Condition(name, (relation,), (*known, *besides))

    def _joined(self, relation: Relation) -> set[Any]:
        """The variables that hypotheses join to those of the relation."""
        reached: set[Any] = set(relation.free_symbols)
        while more := {s for h in self.given if h.free_symbols & reached for s in h.free_symbols} - reached:
            reached |= more
        return reached


WHY_ONE = "T(0) = 0 as T is odd; no y > 0 is a fixed point, and so no y < 0 is"
WHY_THREE = (
    "T is odd and continuous; T(y)/y decreases strictly, from above 1 near 0 to below 1 far out: it is 1 for one y > 0"
)
WHY_TO_ZERO = "an orbit from y > 0 decreases and stays above 0; its limit is a fixed point, and 0 is the only one"
WHY_TO_FIXED = (
    f"{WHY_THREE}, ξ; as T increases, an orbit is monotone and stays on its side of ξ, and its limit is a fixed point"
)


def limit_zero(conditions: Conditions, parameters: Sequence[Any] = ()) -> bool:
    """Whether the slope at 0 is not known to be above 1, so that the orbits can only be claimed to tend to 0."""
    positive = {p: sp.Dummy(str(p), positive=True) for p in conditions.expression.free_symbols | set(parameters)}
    return not (conditions.slope.subs(before, 0) - 1).xreplace(positive).is_positive
