"""Forms of statements about every function of a class of sigmoids, and about gains drawn at random."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sympy as sp

from theory.fixed_points import no_fixed_point
from theory.statement import Form, Relation

_w, _x = sp.symbols("w x", real=True)


class Trait(StrEnum):
    """What is said of a function f: ℝ → ℝ."""

    ODD = "odd"
    CONTINUOUS = "continuous"
    SMOOTH = "infinitely often differentiable"
    BOUNDED = "bounded"
    INCREASING = "increasing"
    STRICTLY_INCREASING = "strictly increasing"
    STAR = "with f(y)/y strictly decreasing on y > 0"


@dataclass(frozen=True)
class Family:
    """The functions that an expression in `variable` writes, for the parameters that satisfy `where`."""

    function: sp.Expr
    variable: sp.Symbol
    where: tuple[Relation, ...]


@dataclass(frozen=True)
class OneOrThree(Form):
    """For every f with these traits, and with a slope f′(0) > 0: φ_a(x) = f(ax) has exactly one fixed point for 0 < a <
    1/f′(0) and exactly three for a > 1/f′(0).

    A function that breaks it is looked for in the `family`; None: nowhere.
    """

    traits: tuple[Trait, ...]
    family: Family | None = None

    @property
    def free_symbols(self) -> set[Any]:
        return set()

    def consequences(self) -> tuple[Relation, ...]:
        """At f = tanh, which has all traits, and a = 1/(2 + w²) < 1/f′(0) = 1: no positive fixed point."""
        return (no_fixed_point(sp.tanh(_x / (2 + _w**2)), _x),)

    def shown(self, of: Callable[[Any], str]) -> str:
        traits = ", ".join(self.traits)
        return f"f {traits}, f′(0) > 0: f(ax) = x for one x where 0 < a < 1/f′(0), for three where a > 1/f′(0)"


@dataclass(frozen=True)
class Normal:
    """The normal law N(mean, deviation²)."""

    mean: sp.Expr
    deviation: sp.Expr


DRIFT: Any = sp.Symbol("Lambda", real=True)
"""Λ = E log|a| of a random gain a, with E log⁺|a| < ∞. It may be −∞ where it is said to be negative."""


@dataclass(frozen=True)
class RandomGains(Form):
    """Gains a_1, a_2, … are independent and of one law; for every x ≠ 0 and Φ_m = φ_{a_m}∘⋯∘φ_{a_1} it is claimed that
    Φ_m(x) → 0 almost surely (`vanishes`), or that Φ_m(x) does not even tend to 0 in probability (not `vanishes`).

    φ is an expression in `variable` and `gain`. Of the law is known what `drift` says of Λ = E log|a|, and `law`; where
    it is said that Λ > 0, Λ is finite.
    """

    map: sp.Expr
    variable: sp.Symbol
    gain: sp.Symbol
    vanishes: bool
    drift: tuple[Relation, ...] = ()
    law: Normal | None = None

    @property
    def free_symbols(self) -> set[Any]:
        return set() if self.law is None else self.law.mean.free_symbols | self.law.deviation.free_symbols

    def consequences(self) -> tuple[Relation, ...]:
        """Where Λ < 0 is enough for Φ_m(x) → 0, it is for the constant gain w/(1 + w²): φ has no other fixed point."""
        if not self.vanishes or self.law is not None or self.drift != (Relation(DRIFT, "<", sp.S.Zero),):
            return ()
        constant: Any = self.map.xreplace({self.gain: _w / (1 + _w**2)})
        return (no_fixed_point(constant, self.variable),)

    def shown(self, of: Callable[[Any], str]) -> str:
        known = [f"a_n ~ N({of(self.law.mean)}, ({of(self.law.deviation)})²)"] if self.law is not None else []
        known += [of(relation) for relation in self.drift]
        end = "Φ_m(x) → 0 almost surely" if self.vanishes else "Φ_m(x) does not tend to 0 in probability"
        meant = ", Λ = E log|a|" if self.drift else ""
        return f"independent gains, {', '.join(known)}{meant}, φ = {of(self.map)}, x ≠ 0: {end}"
