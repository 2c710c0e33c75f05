"""What a rule is, and what several of them need: cases of a goal, and whether an expression is a number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sympy as sp

from numerics.proof.domain import EmptyDomainError, assume
from numerics.proof.goal import Domain, Goal
from theory.definedness import conditions


@dataclass(frozen=True)
class Step:
    """An application of a rule: its name, what it did, and the goals that are left to prove."""

    rule: str
    detail: str
    premises: tuple[Goal, ...]


Rule = Callable[[Goal], Iterator[Step]]


def mapped(domain: Domain, change: Callable[[sp.Expr], sp.Expr]) -> Domain:
    new = Domain(domain.ranges)
    for g, strict in domain.constraints:
        new = assume(new, change(g), strict)
    return new


def cases(goal: Goal, tests: list[tuple[sp.Expr, bool]], change: list[Callable[[sp.Expr], sp.Expr]]) -> list[Goal]:
    """One goal per case; a case that no point of the domain falls into asks for nothing."""
    goals: list[Goal] = []
    for (expression, strict), replace in zip(tests, change, strict=True):
        try:
            domain = assume(mapped(goal.domain, replace), expression, strict)
        except EmptyDomainError:
            continue
        goals.append(Goal(replace(goal.expression), goal.strict, domain))
    return goals


def undefined(expression: sp.Expr) -> bool:
    return bool(expression.has(sp.zoo, sp.nan, sp.oo, -sp.oo, sp.I, sp.AccumBounds))


def defined(expression: sp.Expr, domain: Domain) -> tuple[Goal, ...]:
    """That the expression is a number on a domain larger than the one on which that is known."""
    return tuple(Goal(c.slack, c.strict, domain) for c in conditions(expression))
