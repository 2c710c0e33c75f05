"""Rules that change the form of the expression and keep its sign: positive factors and completed squares."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sympy as sp

from numerics.proof.factoring import factored
from numerics.proof.goal import Goal
from numerics.proof.rules._step import Step, cases
from numerics.proof.sign import NON_NEGATIVE, POSITIVE, shows, sign


def clear_denominator(goal: Goal) -> Iterator[Step]:
    """Multiplying by a positive factor: n/d ≥ 0 where d > 0 follows from n ≥ 0, where d < 0 from −n ≥ 0."""
    numerator, denominator = sp.fraction(sp.together(goal.expression))
    if not denominator.free_symbols:
        return
    signs = sign(denominator, goal.domain)
    if signs == POSITIVE or signs == frozenset((-1,)):
        factor = 1 if signs == POSITIVE else -1
        yield Step("positive factor", f"times {factor * denominator}", (goal.about(sp.expand(factor * numerator)),))


def drop_positive_factors(goal: Goal) -> Iterator[Step]:
    """A product has the sign of what is left when its positive factors are dropped (non-negative ones, if ≥ 0)."""
    product: Any = factored(goal.expression)
    factors = sp.Mul.make_args(product)
    kept, dropped, flip = [], [], 1
    for factor in factors:
        signs = sign(factor, goal.domain)
        if signs == POSITIVE or (not goal.strict and signs <= NON_NEGATIVE):
            dropped.append(factor)
        elif signs == frozenset((-1,)) or (not goal.strict and signs <= frozenset((-1, 0))):
            dropped.append(factor)
            flip = -flip
        else:
            kept.append(factor)
    if kept and any(factor.free_symbols for factor in dropped):
        yield Step("positive factor", f"without {sp.Mul(*dropped)}", (goal.about(flip * sp.Mul(*kept)),))


def discriminant(goal: Goal) -> Iterator[Step]:
    """a v² + b v + c with a > 0 is ≥ (4ac − b²)/4a; where v ≥ 0 and b ≥ 0 it is ≥ c."""
    for v in goal.variables:
        if not goal.expression.is_polynomial(v) or sp.Poly(goal.expression, v).degree() != 2:
            continue
        a, b, c = sp.Poly(goal.expression, v).all_coeffs()
        if any(v in g.free_symbols for g, _ in goal.domain.constraints) or not shows(a, True, goal.domain):
            continue
        least: Any = factored(4 * a * c - b**2)
        yield Step("discriminant", f"a square in {v} completed", (goal.about(least),))
        bounds = goal.domain.ranges[v]
        if bounds.lo == 0:
            tests = [(-b, False), (b, False)]
            same: list[Callable[[sp.Expr], sp.Expr]] = [lambda e: e, lambda e: e]
            square = cases(goal.about(least), tests[:1], same[:1])
            rising = cases(goal.about(c), tests[1:], same[1:])
            yield Step("discriminant", f"in {v}, by the sign of {b}", (*square, *rising))
