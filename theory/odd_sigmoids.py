"""Forms of statements about every function of a class of sigmoids, and about gains drawn at random."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sympy as sp

from theory.fixed_points import no_fixed_point
from theory.odd_maps import Conditions
from theory.one_or_three import WHY, Trait, broken_by, premises
from theory.proof import before
from theory.statement import Form, Relation
from theory.sufficient import Condition, Sufficient

_w, _x = sp.symbols("w x", real=True)


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

    def proved_by(self, hypotheses: Sequence[Relation]) -> Sufficient | None:
        """What the rule **one or three** asks for."""
        known = {Trait.CONTINUOUS, Trait.SMOOTH} & set(self.traits) and not hypotheses
        return Sufficient(WHY, tuple(premises(self.traits))) if known else None

    def refuted_by(self, hypotheses: Sequence[Relation], witness: Mapping[str, Any]) -> Sufficient | None:
        """A function with the traits, and a gain with too many fixed points."""
        return broken_by(self.traits, witness)

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
    beyond: ClassVar[str] = "it is about an expectation, Λ = E log|a|, and a sequence of random gains"

    @property
    def free_symbols(self) -> set[Any]:
        return set() if self.law is None else self.law.mean.free_symbols | self.law.deviation.free_symbols

    def consequences(self) -> tuple[Relation, ...]:
        """Where Λ < 0 is enough for Φ_m(x) → 0, it is for the constant gain w/(1 + w²): φ has no other fixed point."""
        if not self.vanishes or self.law is not None or self.drift != (Relation(DRIFT, "<", sp.S.Zero),):
            return ()
        constant: Any = self.map.xreplace({self.gain: _w / (1 + _w**2)})
        return (no_fixed_point(constant, self.variable),)

    def proved_by(self, hypotheses: Sequence[Relation]) -> Sufficient | None:
        """By the sign of Λ: |φ_a(x)| ≤ |a||x| where Λ < 0; where Λ > 0, u/(1 + u) ≤ T(u) ≤ u, T(u)/u decreasing."""
        if self.law is not None or self.drift != (Relation(DRIFT, "<" if self.vanishes else ">", sp.S.Zero),):
            return None
        x, a, u = self.variable, self.gain, before
        if self.vanishes:
            layer = Relation(sp.Abs(self.map), "<=", sp.Abs(a) * sp.Abs(x))
            why = (
                "log|Φ_m(x)| ≤ log|x| + ∑ log|a_i|, and the mean of the log|a_i| tends to Λ < 0 by the strong law of "
                "large numbers; where a gain is 0, so is Φ_m(x)"
            )
            return Sufficient(why, (Condition("a layer contracts by its gain", (layer,)),))
        t = Conditions(self.map.xreplace({a: sp.S.One}), x)
        if t.slope is None or not t.composed:
            return None
        positive = (Relation(u, ">", sp.S.Zero),)
        bounds = (Relation(t.at(u), "<=", t.ceiling), Relation(t.at(u), "<=", u), Relation(u, "<=", t.at(u) * (1 + u)))
        found = (
            Condition("the gain scales the argument", (Relation(self.map, "==", t.at(a * x)),)),
            t.odd(),
            Condition("the ceiling is positive", (Relation(t.ceiling, ">", sp.S.Zero),)),
            *(Condition(f"bounds of T, {place}", (bound,), positive) for place, bound in enumerate(bounds, 1)),
            t.star(),
        )
        why = (
            "T is odd, continuous and bounded; h(u) = log(u/T(u)) increases, tends to 0 at 0, and is at most log(1 + "
            "u): if Φ_m(x) → 0 in probability, log|Φ_m(x)|/m would tend to Λ > 0"
        )
        return Sufficient(why, found)

    def shown(self, of: Callable[[Any], str]) -> str:
        known = [f"a_n ~ N({of(self.law.mean)}, ({of(self.law.deviation)})²)"] if self.law is not None else []
        known += [of(relation) for relation in self.drift]
        end = "Φ_m(x) → 0 almost surely" if self.vanishes else "Φ_m(x) does not tend to 0 in probability"
        meant = ", Λ = E log|a|" if self.drift else ""
        return f"independent gains, {', '.join(known)}{meant}, φ = {of(self.map)}, x ≠ 0: {end}"
