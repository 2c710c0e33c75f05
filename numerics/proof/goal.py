"""What a proof has to show: an expression is ≥ 0 (or > 0) on a domain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import sympy as sp
from flint import arb

from numerics.enclosure.interval import INFINITY, MINUS_INFINITY, Interval
from numerics.enclosure.program import enclose
from theory.statement import show


@dataclass(frozen=True)
class Range:
    """The values of one variable: from lo to hi, exact numbers or ±∞; an open end is left out."""

    lo: sp.Expr = sp.S.NegativeInfinity
    hi: sp.Expr = sp.S.Infinity
    lo_open: bool = True
    hi_open: bool = True

    def interval(self) -> Interval:
        """An enclosure of the range; exact where the ends are binary fractions."""
        lo = MINUS_INFINITY if self.lo is sp.S.NegativeInfinity else enclose(self.lo).lo
        hi = INFINITY if self.hi is sp.S.Infinity else enclose(self.hi).hi
        return Interval(lo, hi)

    def certainly_contains(self, value: Interval) -> bool:
        """Whether every number of `value` lies in the range."""
        return _beyond(value.lo, self.lo, self.lo_open, 1) and _beyond(value.hi, self.hi, self.hi_open, -1)

    def __str__(self) -> str:
        left, right = "(" if self.lo_open else "[", ")" if self.hi_open else "]"
        return f"{left}{show(self.lo)}, {show(self.hi)}{right}".replace("oo", "∞")


def _beyond(end: arb, bound: sp.Expr, is_open: bool, side: int) -> bool:
    if bound in (sp.S.Infinity, sp.S.NegativeInfinity):
        return True
    limit = enclose(bound)
    gap = (end - limit.hi) if side > 0 else (limit.lo - end)
    return bool(gap > 0) or (not is_open and bool(gap >= 0))


@dataclass(frozen=True)
class Domain:
    """A box, and what else is known of its points: every `constraints` entry (g, strict) says g ≥ 0, or g > 0."""

    ranges: Mapping[sp.Symbol, Range] = field(default_factory=dict)
    constraints: tuple[tuple[sp.Expr, bool], ...] = ()

    @property
    def variables(self) -> tuple[sp.Symbol, ...]:
        return tuple(self.ranges)

    def box(self) -> dict[sp.Symbol, Interval]:
        return {symbol: bounds.interval() for symbol, bounds in self.ranges.items()}

    def with_range(self, symbol: sp.Symbol, bounds: Range) -> Domain:
        return replace(self, ranges={**self.ranges, symbol: bounds})

    def with_constraint(self, expression: sp.Expr, strict: bool) -> Domain:
        if (expression, strict) in self.constraints:
            return self
        return replace(self, constraints=(*self.constraints, (expression, strict)))

    def __str__(self) -> str:
        parts = [f"{symbol} ∈ {bounds}" for symbol, bounds in self.ranges.items()]
        parts += [f"{show(g)} {'>' if strict else '≥'} 0" for g, strict in self.constraints]
        return ", ".join(parts) or "no variables"


@dataclass(frozen=True)
class Goal:
    """expression ≥ 0 on the domain; > 0 where strict."""

    expression: sp.Expr
    strict: bool
    domain: Domain

    @property
    def variables(self) -> tuple[sp.Symbol, ...]:
        """The variables that the expression or a constraint speaks of, in the order of the domain."""
        used = set(self.expression.free_symbols)
        for g, _ in self.domain.constraints:
            used |= g.free_symbols
        return tuple(symbol for symbol in self.domain.variables if symbol in used)

    def about(self, expression: sp.Expr, strict: bool | None = None) -> Goal:
        """The same goal for another expression on the same domain."""
        return replace(self, expression=expression, strict=self.strict if strict is None else strict)

    def __str__(self) -> str:
        return f"{show(self.expression)} {'>' if self.strict else '≥'} 0 for {self.domain}"


@dataclass(frozen=True)
class Proof:
    """One step of a proof: the rule, the goal that it settles, what it found, and the proofs that it rests on."""

    rule: str
    goal: Goal
    detail: str
    premises: tuple[Proof, ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)

    def steps(self) -> list[tuple[str, str]]:
        """(rule, detail) of every step, premises first."""
        return [step for premise in self.premises for step in premise.steps()] + [(self.rule, self.detail)]
