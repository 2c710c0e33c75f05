"""What an activation is: one function of one real variable, written once, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import sympy as sp

from theory.errors import StatementError
from theory.statement import Relation

z = sp.Symbol("z", real=True)
"""The variable of every formula of an activation."""


def exact(value: Any, role: str) -> sp.Expr:
    """The value as an exact real expression without z; a rounded or unreal one is an error that names its role."""
    try:
        number = sp.sympify(value, strict=True)
    except sp.SympifyError:
        number = sp.nan
    if isinstance(number, sp.Expr) and number.has(sp.Float):
        raise StatementError(f"the {role} {value!r} is a rounded number: give an exact one, such as Rational(1, 10)")
    if not isinstance(number, sp.Expr) or not number.is_real or number.has(z):
        advice = "give an exact number, or an expression in symbols declared real, z excepted"
        raise StatementError(f"the {role} {value!r} is not a real number: {advice}")
    return number


def positive(value: Any, role: str) -> sp.Expr:
    """The value as an exact expression that is known to be > 0."""
    number = exact(value, role)
    if not number.is_positive:
        raise StatementError(f"the {role} {value!r} is not known to be > 0: give a number > 0, or a positive symbol")
    return number


def conditions_on(number: sp.Expr, *relations: Relation) -> tuple[Relation, ...]:
    """The relations as hypotheses of the facts, where `number` still has a symbol in it."""
    return relations if number.free_symbols else ()


def _substituted(formula: sp.Expr, expr: Any) -> sp.Expr:
    """The formula with the expression in the place of z."""
    return formula.xreplace({z: sp.sympify(expr, strict=True)})  # pyright: ignore[reportReturnType]


@dataclass(frozen=True)
class Bound:
    """An end of the range of f. `at` is where it is met: a point, or ±∞ where it is only approached.

    With `at` None the value bounds f, but nothing is said of how well.
    """

    value: sp.Expr
    at: sp.Expr | None = None

    @property
    def attained(self) -> bool:
        return self.at is not None and not self.at.is_infinite

    @property
    def approached(self) -> bool:
        return self.at is not None and bool(self.at.is_infinite)

    def scaled(self, of_value: sp.Expr, of_point: sp.Expr) -> Bound:
        return Bound(of_value * self.value, None if self.at is None else of_point * self.at)


@dataclass(frozen=True)
class Activation:
    """An activation f: ℝ → ℝ with f′ and log|f′|, as expressions in `z`.

    `definition` is f as the literature writes it. `formula`, `derivative` and `log_derivative` are f, f′ and log|f′|
    in a form that is exact, and that plain doubles can evaluate as it stands for |z| ≤ 10⁶: nothing overflows and
    nothing cancels (1 − tanh² is 0 in doubles from z = 19.1 on). At a kink, `derivative` has the slope from the left.

    The other fields are facts. None of them is to be believed: `facts` turns them into claims. None stands for
    "nothing is said". The facts hold under `conditions` (on parameters), and `log_derivative` is real on `log_domain`.
    """

    name: str
    definition: sp.Expr
    formula: sp.Expr
    derivative: sp.Expr
    log_derivative: sp.Expr
    value_at_zero: sp.Expr
    slope_at_zero: sp.Expr | None
    infimum: Bound | None
    supremum: Bound | None
    parity: Literal["odd"] | None = None
    increasing: bool | None = True
    strictly: bool = True
    falls_at: sp.Expr | None = None
    kinks: tuple[sp.Expr, ...] = ()
    log_domain: tuple[Relation, ...] = ()
    conditions: tuple[Relation, ...] = ()
    reference: str = ""

    @property
    def parameters(self) -> tuple[sp.Symbol, ...]:
        """The symbols of the formula other than z, by name."""
        return tuple(sorted(self.formula.free_symbols - {z}, key=str))  # pyright: ignore[reportReturnType]

    def f(self, expr: Any) -> sp.Expr:
        """f(expr), in the safe form."""
        return _substituted(self.formula, expr)

    def derivative_at(self, expr: Any) -> sp.Expr:
        """f′(expr), in the safe form."""
        return _substituted(self.derivative, expr)

    def log_derivative_at(self, expr: Any) -> sp.Expr:
        """log|f′(expr)|, in the safe form."""
        return _substituted(self.log_derivative, expr)

    def scaled(self, alpha: Any) -> Activation:
        """The activation stretched in both directions, α > 0: z ↦ α f(z/α), with derivative f′(z/α)."""
        a = positive(alpha, "scale")
        return replace(self._transformed(outer=a, inner=1 / a), name=f"{self.name}-scaled")

    def naively_scaled(self, alpha: Any) -> Activation:
        """The activation stretched in its values only, α > 0: z ↦ α f(z), with derivative α f′(z)."""
        a = positive(alpha, "scale")
        return replace(self._transformed(outer=a, inner=sp.S.One), name=f"{self.name}-naively-scaled")

    def _transformed(self, outer: sp.Expr, inner: sp.Expr) -> Activation:
        """z ↦ c f(b z) for c = outer > 0 and b = inner > 0; its slope is c b f′(b z)."""

        def stretch(expr: Any) -> Any:
            return expr.xreplace({z: inner * z})

        slope = outer * inner
        return replace(
            self,
            definition=outer * stretch(self.definition),
            formula=outer * stretch(self.formula),
            derivative=slope * stretch(self.derivative),
            log_derivative=sp.log(slope) + stretch(self.log_derivative),
            value_at_zero=outer * self.value_at_zero,
            slope_at_zero=None if self.slope_at_zero is None else slope * self.slope_at_zero,
            infimum=self.infimum and self.infimum.scaled(outer, 1 / inner),
            supremum=self.supremum and self.supremum.scaled(outer, 1 / inner),
            falls_at=None if self.falls_at is None else self.falls_at / inner,
            kinks=tuple(kink / inner for kink in self.kinks),
            log_domain=tuple(relation.map(stretch) for relation in self.log_domain),
            conditions=self.conditions + conditions_on(outer, Relation(outer, ">", sp.S.Zero)),
        )

    def _repr_latex_(self) -> str:
        name = rf"\operatorname{{{self.name}}}"
        slope = rf"{name}'(z) = {sp.latex(self.derivative)}"
        return rf"$\displaystyle {name}(z) = {sp.latex(self.definition)},\quad {slope}$"
