"""Maps that are odd and continuous: their positive fixed points, and where their orbits go.

The rules take their premises from the map; the engines that use them discharge these, and conclude nothing where one
is left.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp

from numerics.proof.premises import NotOfThisFormError, Premise
from theory.definedness import conditions
from theory.errors import StatementError
from theory.odd_maps import Conditions, unknown_part
from theory.proof import before
from theory.statement import Relation

_ZERO: Any = sp.S.Zero
_ONE: Any = sp.S.One
_POSITIVE = Relation(before, ">", _ZERO)


class OddMap:
    """A map T of one variable, odd and continuous, under what is `given` of its parameters.

    `limit` is 0, or a symbol for the positive fixed point. `ceiling` is a number below which all values of T lie; it is
    proposed, and verified by a premise.
    """

    given: tuple[Relation, ...]
    limit: Any
    ceiling: Any = _ONE

    @abstractmethod
    def map(self, y: Any) -> Any:
        """T(y)."""

    @abstractmethod
    def slope(self, y: Any) -> Any:
        """T′(y) for y > 0, and its limit at 0."""

    @property
    def at_fixed_point(self) -> tuple[Relation, ...]:
        """What defines ξ: ξ > 0 and T(ξ) = ξ."""
        if self.limit == 0:
            return ()
        return Relation(self.limit, ">", _ZERO), Relation(self.map(self.limit), "==", self.limit)

    # -- rules ---------------------------------------------------------------------------------------------------

    def fixed_point(self) -> Iterator[Premise]:
        """**Existence.** If T′(0) > 1 and T(y) < c for all y > 0, with c > 0, there is ξ in (0, c) with T(ξ) = ξ; every
        positive one is below c.

        Soundness: T(0) = 0, so T(y) > y for small y > 0; T(c) < c, T is continuous, and intermediate values give ξ;
        ξ = T(ξ) < c. That there is only one follows from the **star condition**.
        """
        yield Premise("the slope at 0 is above 1", self.given, (Relation(self.slope(_ZERO), ">", _ONE),))
        yield Premise("the ceiling is positive", (), (Relation(self.ceiling, ">", _ZERO),))
        below = Relation(self.map(before), "<", self.ceiling)
        yield Premise("the map lies below the ceiling", (*self.given, _POSITIVE), (below,))

    def below_diagonal(self) -> Iterator[Premise]:
        """**No positive fixed point.** T(y) < y for y > 0."""
        yield Premise("the map lies below the diagonal", (*self.given, _POSITIVE), (self.under(before),))

    def star(self) -> Iterator[Premise]:
        """**Star condition.** If y T′(y) < T(y) for y > 0, T(y)/y decreases strictly on y > 0, and T has at most one
        positive fixed point ξ; T(y) > y for 0 < y < ξ and T(y) < y for y > ξ.

        Soundness: (T(y)/y)′ = (y T′ − T)/y² < 0, and the mean value theorem. T(ξ)/ξ = 1 for one ξ at most; the quotient
        is above 1 before it and below 1 after it.
        """
        yield Premise("the map over its argument decreases", (*self.given, _POSITIVE), (self.concave_at(before),))

    def convergence(self) -> Iterator[Premise]:
        """**Monotone convergence.** With T′ > 0, the star condition, and T(ξ) = ξ > 0, every orbit from y_0 > 0 tends
        to ξ. With 0 < T(y) < y for y > 0 instead, it tends to 0.

        Soundness: by the star condition y < T(y) for 0 < y < ξ and T(y) < y for y > ξ, and T(y) stays on the same side
        of T(ξ) = ξ, as T increases: the orbit is monotone and stays on its side of ξ. It converges, away from 0, and
        its limit is a fixed point as T is continuous; ξ is the only positive one. In the other case it decreases to a
        limit ≥ 0 that is a fixed point, and 0 is the only one.
        """
        given = (*self.given, _POSITIVE)
        if self.limit == 0:
            yield Premise("the map lies above 0", given, (Relation(self.map(before), ">", _ZERO),))
            yield from self.below_diagonal()
            return
        yield from self.increasing()
        yield from self.star()

    def increasing(self) -> Iterator[Premise]:
        """T′(y) > 0 for y > 0, so that T increases on y ≥ 0."""
        slope = Relation(self.slope(before), ">", _ZERO)
        yield Premise("the map increases", (*self.given, _POSITIVE), (slope,))

    def odd(self) -> Iterator[Premise]:
        """**Oddness.** T(−y) = −T(y) for all y: then T(0) = 0, and −ξ is a fixed point exactly where ξ is one."""
        yield Premise("the map is odd", self.given, (Relation(self.map(-before), "==", -self.map(before)),))

    def under(self, y: Any) -> Relation:
        """T(y) < y."""
        return Relation(self.map(y), "<", y)

    def concave_at(self, y: Any) -> Relation:
        """y T′(y) < T(y)."""
        return Relation(y * self.slope(y), "<", self.map(y))


@dataclass(frozen=True)
class ExpressionMap(OddMap):
    """The map that an expression in `variable` writes; NotOfThisFormError where it is not known to be continuous."""

    expression: Any
    variable: Any
    given: tuple[Relation, ...] = ()
    limit: Any = _ZERO

    def __post_init__(self) -> None:
        if (part := unknown_part(self.expression)) is not None:
            raise NotOfThisFormError(f"{part} is not known to be continuous")

    def map(self, y: Any) -> Any:
        return self.expression.xreplace({self.variable: y})

    def slope(self, y: Any) -> Any:
        return self._slope.xreplace({before: y})

    @cached_property
    def _slope(self) -> Any:
        found = Conditions(self.expression, self.variable, self.given).slope
        if found is None:
            raise NotOfThisFormError(f"the sign of what stands in |·| in {self.expression} is not known")
        return found

    @cached_property
    def ceiling(self) -> Any:
        """The limit at ∞, for positive parameters, where SymPy finds one; a proposal."""
        positive = {s: sp.Dummy(str(s), positive=True) for s in self.expression.free_symbols}
        x = positive[self.variable]
        limit: Any = sp.limit(self.expression.xreplace(positive), x, sp.oo)
        return limit if limit.is_number and limit.is_finite and limit.is_positive else _ONE

    def continuous(self) -> Iterator[Premise]:
        """**Continuity.** The map is made of continuous functions, so it is continuous if it is defined throughout."""
        try:
            needed = conditions(self.map(before))
        except StatementError as reason:
            raise NotOfThisFormError(str(reason)) from None
        if needed:
            yield Premise("the map is defined for all values", self.given, needed)
