"""Statements of calculus that are no relations: least upper bounds, smoothness, products, means, solutions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from theory.joints import NotByCasesError, agreement, joints_of
from theory.statement import Form, Relation
from theory.sufficient import Condition, Sufficient, about, admitted, exhaustive, numbers

margin: Any = sp.Symbol("epsilon", positive=True)
"""In the places of a `LeastUpperBound`: any positive number."""


@dataclass(frozen=True)
class Near:
    """A place where a function comes within `margin` of its least upper bound, if the parameters satisfy `where`."""

    place: Any
    where: tuple[Relation, ...] = ()


@dataclass(frozen=True)
class LeastUpperBound(Form):
    """sup of `function` over `variable` is `value`; with `only`, it is attained at these points and at no other.

    `near`: how it is reached, in cases that together leave no parameter out.
    """

    function: sp.Expr
    variable: sp.Symbol
    value: sp.Expr
    near: tuple[Near, ...]
    only: tuple[Any, ...] = ()

    @property
    def free_symbols(self) -> set[Any]:
        return self.function.free_symbols | self.value.free_symbols

    def consequences(self) -> tuple[Relation, ...]:
        return (Relation(self.function, "<=", self.value),)

    def proved_by(self, hypotheses: Sequence[Relation]) -> Sufficient:
        """f ≤ M; and for every ε > 0 an admitted point with f ≥ M − ε. Only there: f < M at all other points."""
        x, given = self.variable, tuple(hypotheses)
        fixed = tuple(h for h in given if x not in h.free_symbols)
        found = [Condition("nowhere above", self.consequences(), given)]
        found += exhaustive(fixed, [case.where for case in self.near])
        for case in self.near:
            at: Any = self.function.subs(x, case.place)
            inside = tuple(h.subs({x: case.place}) for h in given if x in h.free_symbols)
            close = (*inside, Relation(at, ">=", self.value - margin))
            known = (*fixed, *case.where, Relation(margin, ">", sp.S.Zero))
            found.append(Condition(f"near {x} = {case.place}", close, known))
        why = "f is nowhere above the value, and for every ε > 0 it is at most ε below it somewhere"
        if not self.only:
            return Sufficient(why, tuple(found))
        reached: list[Any] = [self.function.subs(x, place) for place in self.only]
        values = tuple(Relation(value, "==", self.value) for value in reached)
        elsewhere = tuple(Relation(x, "!=", place) for place in self.only)
        found.append(Condition("attained there", values, fixed))
        below = (Relation(self.function, "<", self.value),)
        found.append(Condition("and only there", below, (*given, *elsewhere)))
        return Sufficient(
            f"{why}; it is attained at the points that are named, and below the value elsewhere", (*found,)
        )

    def shown(self, of: Callable[[Any], str]) -> str:
        places = ", ".join(map(of, self.only))
        return f"sup[{of(self.variable)}] {of(self.function)} = {of(self.value)}" + (
            f", attained at {of(self.variable)} = {places} only" if self.only else ""
        )


@dataclass(frozen=True)
class SupremumNorm(Form):
    """sup |`function`| over the reals is at most `bound`; the supremum is reported, and where it is attained."""

    function: sp.Expr
    variable: sp.Symbol
    bound: sp.Expr

    @property
    def free_symbols(self) -> set[Any]:
        return {self.variable}

    def consequences(self) -> tuple[Relation, ...]:
        return (Relation(sp.Abs(self.function), "<=", self.bound),)

    def proved_by(self, hypotheses: Sequence[Relation]) -> Sufficient:
        """|f| ≤ bound everywhere."""
        why = "the least upper bound is at most every upper bound; the value that is reported is no part of this"
        return Sufficient(why, (Condition("bounded", self.consequences(), tuple(hypotheses)),))

    def shown(self, of: Callable[[Any], str]) -> str:
        return f"sup[{of(self.variable)}] {of(sp.Abs(self.function))} ≤ {of(self.bound)}"


@dataclass(frozen=True)
class Smooth(Form):
    """The function has continuous derivatives up to `order` (∞ for all of them): everywhere, or at the point `at`."""

    function: sp.Expr
    variable: sp.Symbol
    order: Any
    at: Any = None

    @property
    def free_symbols(self) -> set[Any]:
        return self.function.free_symbols - {self.variable}

    def proved_by(self, hypotheses: Sequence[Relation]) -> Sufficient | None:
        """Where the cases meet, the one-sided derivatives agree up to the order."""
        joints = self._joints()
        if joints is None or self.order is sp.S.Infinity:
            return None
        orders = range(int(self.order) + 1)
        equal = tuple(agreement(joint, self.variable, order) for joint in joints for order in orders)
        given = about(hypotheses, self.free_symbols)
        why = (
            "each case is a formula that is smooth on ℝ, and where they meet the derivatives from the left and the "
            "right agree up to this order"
        )
        return Sufficient(why, (Condition("the derivatives agree", equal, given),)) if equal else None

    def refuted_by(self, hypotheses: Sequence[Relation], witness: Mapping[str, Any]) -> Sufficient | None:
        """The one-sided derivatives of one order differ where two cases meet."""
        joints, values = self._joints(), numbers(witness, self.free_symbols)
        order, at = numbers(witness, ["order"]), numbers(witness, [self.variable])
        if joints is None or values is None or order is None or at is None:
            return None
        n, place = order["order"], at[self.variable]
        here = [joint for joint in joints if joint.at == place]
        if not here or not n.is_Integer or not 0 <= n <= min(self.order, 100):
            return None
        apart = agreement(here[0], self.variable, int(n)).negation.subs(values)
        why = f"of order {n}, the derivatives from the left and from the right differ at {self.variable} = {place}"
        return Sufficient(why, (admitted(hypotheses, values), Condition("they differ", (apart,))))

    def _joints(self) -> list[Any] | None:
        """Where cases meet, at the point that is spoken of; None where the function is not made of smooth cases."""
        try:
            return [j for j in joints_of(self.function, self.variable) if self.at is None or j.at == self.at]
        except NotByCasesError:
            return None

    def shown(self, of: Callable[[Any], str]) -> str:
        order = "∞" if self.order is sp.S.Infinity else of(self.order)
        place = "on ℝ" if self.at is None else f"at {of(self.variable)} = {of(self.at)}"
        return f"{of(self.function)} is C^{order} {place}"


@dataclass(frozen=True)
class Product(Form):
    """|∏ factor| ≤ bound^n, or ∏ factor ≥ bound^n, for n factors that each have values of their own for `each`.

    `number` is n: a whole number, or a symbol that stands for every n ≥ 1. With `layer`, a pair (F, y), the product is
    the derivative of a composition of n maps y ↦ F(…, y). With `attained`, values at which a factor is ± the bound,
    equality occurs.
    """

    factor: sp.Expr
    each: tuple[sp.Symbol, ...]
    number: Any
    op: str
    bound: sp.Expr
    layer: tuple[sp.Expr, sp.Symbol] | None = None
    attained: Mapping[Any, Any] = field(default_factory=dict)

    @property
    def free_symbols(self) -> set[Any]:
        return self.factor.free_symbols | self.bound.free_symbols

    @property
    def one(self) -> Relation:
        """What is claimed of one factor."""
        return Relation(sp.Abs(self.factor) if self.op == "<=" else self.factor, self.op, self.bound)

    def consequences(self) -> tuple[Relation, ...]:
        return (self.one,)

    def proved_by(self, hypotheses: Sequence[Relation]) -> Sufficient | None:
        """Each factor is within the bound, and the bound is ≥ 0."""
        if self.op == ">=" and self.number.is_Integer:
            return None
        found = [Condition("one factor", (self.one,), tuple(hypotheses))]
        nonnegative = (Relation(self.bound, ">=", sp.S.Zero),)
        found.append(Condition("the bound is not negative", nonnegative, about(hypotheses, self.bound.free_symbols)))
        why = "a product of n factors, each within a bound that is not negative, is within its n-th power"
        if self.layer is not None:
            layer, state = self.layer
            found.append(
                Condition("the factor of a layer", (Relation(sp.Derivative(layer, state), "==", self.factor),))
            )
            why = f"by the chain rule the derivative is the product of the layers' own; {why}"
        if self.attained:
            reached: Any = sp.Abs(self.factor.subs(self.attained))
            inside = tuple(h.subs(self.attained) for h in hypotheses)
            found.append(Condition("the bound is attained", (*inside, Relation(reached, "==", self.bound))))
            why += "; with n equal factors it is attained"
        return Sufficient(why, tuple(found))

    def shown(self, of: Callable[[Any], str]) -> str:
        """With 'each' for what has another value in every factor."""
        product = f"∏[i = 1, …, {of(self.number)}] {of(self.factor)}"
        own = ", ".join(map(of, self.each))
        sides = f"|{product}| ≤" if self.op == "<=" else f"{product} ≥"
        reached = ", with equality somewhere" if self.attained else ""
        what = f"{sides} ({of(self.bound)})^{of(self.number)}{reached}, {own} for each i"
        return f"∂y_{of(self.number)}/∂y_0 = {what}" if self.layer else what


@dataclass(frozen=True)
class GaussianMean(Form):
    """E[function(z)] op value, for z ∼ N(0, scale²).

    `majorant`: a function of z that is nowhere below the function, and above it but at z = 0; its mean is the value.
    """

    function: sp.Expr
    variable: sp.Symbol
    scale: sp.Symbol
    op: str
    value: sp.Expr
    majorant: sp.Expr | None = None

    @property
    def free_symbols(self) -> set[Any]:
        return {self.scale}

    def proved_by(self, hypotheses: Sequence[Relation]) -> Sufficient | None:
        """Against c·z², whose mean is c·s²: an equality by f(z) + f(−z) = 2c·z², a bound by a comparison."""
        z, square = self.variable, self._square()
        if square is None:
            return None
        if self.op == "==":
            both = Relation(self.function + self.function.subs(z, -z), "==", 2 * square)
            why = "z and −z have the same law, so that E f(z) is half of E [f(z) + f(−z)] = 2c·E z², and E z² = s²"
            return Sufficient(why, (Condition("the even part", (both,)),))
        return self._compared(self.op, square)

    def refuted_by(self, hypotheses: Sequence[Relation], witness: Mapping[str, Any]) -> Sufficient | None:
        """An equality with c·s² fails where f(z) < c·z² for z ≠ 0."""
        square, values = self._square(), numbers(witness, [self.scale])
        if self.op != "==" or square is None or values is None:
            return None
        found = self._compared("<", square)
        return Sufficient(found.why, (admitted(hypotheses, values), *found.conditions))

    def _square(self) -> Any:
        """c·z², where the value is c·s² for a number c; else None."""
        ratio: Any = sp.cancel(self.value / self.scale**2)
        return ratio * self.variable**2 if ratio.is_number else None

    def _compared(self, op: str, square: Any) -> Sufficient:
        apart = Relation(self.variable, "!=", sp.S.Zero)
        below = Condition("compared", (Relation(self.function, op, square),), (apart,))
        return Sufficient("almost surely z ≠ 0, the mean is monotone, and E z² = s²", (below,))

    def shown(self, of: Callable[[Any], str]) -> str:
        sign = {"==": "=", "<=": "≤", ">=": "≥"}.get(self.op, self.op)
        return f"E {of(self.function)} {sign} {of(self.value)} for {of(self.variable)} ∼ N(0, {of(self.scale**2)})"


@dataclass(frozen=True)
class OnlySolution(Form):
    """f = `solution` is the only differentiable f with f′ = `slope`(f) on ℝ, slope in `unknown`, and f(0) = `start`."""

    solution: sp.Expr
    variable: sp.Symbol
    slope: sp.Expr
    unknown: sp.Symbol
    start: sp.Expr

    @property
    def free_symbols(self) -> set[Any]:
        return {self.variable}

    def consequences(self) -> tuple[Relation, ...]:
        slope: Any = self.slope.subs(self.unknown, self.solution)
        return (Relation(sp.Derivative(self.solution, self.variable), "==", slope),)

    def proved_by(self, hypotheses: Sequence[Relation]) -> Sufficient | None:
        """It solves the equation, whose right-hand side is a polynomial in f."""
        if not self.slope.is_polynomial(self.unknown):
            return None
        start = Relation(self.solution.subs(self.variable, 0), "==", self.start)
        why = (
            "it is a solution; of two of them, u and v, the difference w satisfies w′ = q(u, v)·w, w(0) = 0, with a "
            "polynomial q, and so it is 0"
        )
        found = (Condition("it solves the equation", self.consequences()), Condition("its start", (start,)))
        return Sufficient(why, found)

    def shown(self, of: Callable[[Any], str]) -> str:
        slope = of(self.slope)
        name, x = of(self.unknown), of(self.variable)
        return (
            f"{name} = {of(self.solution)} is the only solution of d{name}/d{x} = {slope}, {name}(0) = {of(self.start)}"
        )
