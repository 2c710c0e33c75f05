"""Statements of calculus that are no relations: least upper bounds, smoothness, products, means, solutions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from theory.statement import Form, Relation

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

    def shown(self, of: Callable[[Any], str]) -> str:
        slope = of(self.slope)
        name, x = of(self.unknown), of(self.variable)
        return (
            f"{name} = {of(self.solution)} is the only solution of d{name}/d{x} = {slope}, {name}(0) = {of(self.start)}"
        )
