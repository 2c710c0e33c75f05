"""From hypotheses to a domain: bounds on one variable become its range, everything else a constraint."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import sympy as sp

from numerics.proof.exact import constant_sign
from numerics.proof.goal import Domain, Range
from theory.statement import Relation

_ODD = (sp.sinh, sp.asinh, sp.atan, sp.erf)
"""Functions that increase on all of ℝ, and are 0 at 0."""


class EmptyDomainError(Exception):
    """No point satisfies what was assumed: two bounds exclude each other."""


def whole_space(variables: Iterable[sp.Symbol]) -> Domain:
    """Every variable runs over all reals."""
    return Domain({symbol: Range() for symbol in variables})


def assume(domain: Domain, expression: sp.Expr, strict: bool) -> Domain:
    """The part of the domain on which expression ≥ 0 (> 0 if strict). EmptyDomainError where it is plainly empty."""
    expression = sp.sympify(expression)
    unknowns = expression.free_symbols
    if not unknowns:
        sign = constant_sign(expression)
        if sign is not None and (sign < 0 or (strict and sign == 0)):
            raise EmptyDomainError(f"{expression} {'>' if strict else '≥'} 0 is false")
        return domain if sign is not None else domain.with_constraint(expression, strict)
    if len(unknowns) == 1:
        symbol: Any = next(iter(unknowns))
        bound = _linear_bound(expression, symbol)
        if bound is not None:
            return _narrow(domain, symbol, *bound, strict)
        size = _size_bound(expression, symbol)
        if size is not None:
            return _narrow(_narrow(domain, symbol, size, False, strict), symbol, -size, True, strict)
        inverse = _inverted(expression, symbol, domain)
        if inverse is not None:
            for condition, is_strict in inverse:
                domain = assume(domain, condition, strict or is_strict)
            return domain
    return domain.with_constraint(expression, strict)


def _linear_bound(expression: sp.Expr, symbol: Any) -> tuple[sp.Expr, bool] | None:
    """(bound, from below) for a·symbol + b ≥ 0 with constants a, b; None for anything else."""
    slope: Any = sp.diff(expression, symbol) if expression.is_polynomial(symbol) else None
    if slope is None or slope.free_symbols:
        return None
    sign = constant_sign(slope)
    if not sign:
        return None
    rest: Any = expression.subs(symbol, 0)
    return sp.simplify(-rest / slope), sign > 0


def _size_bound(expression: sp.Expr, symbol: Any) -> sp.Expr | None:
    """c for the expression c − |symbol|, c a positive constant."""
    c: Any = expression + sp.Abs(symbol)
    return c if not c.free_symbols and constant_sign(c) == 1 else None


def _inverted(expression: Any, symbol: Any, domain: Domain) -> list[tuple[sp.Expr, bool]] | None:
    """a F(u) + b ≥ 0, a and b numbers, as conditions on u, for F = log, exp, tanh or 1/u with u > 0; None if it is not.

    Each F increases (1/u decreases), so that F(u) ≥ c says u ≥ F⁻¹(c), and F(u) ≤ c says u ≤ F⁻¹(c). Where c = 0 that
    is so for every increasing F that is 0 at 0.
    """
    b, term = expression.as_independent(symbol, as_Add=True)
    a, function = term.as_independent(symbol, as_Add=False)
    sign = constant_sign(a) if a.is_number else None
    if not sign or function.is_Add:
        return None
    c = sp.expand(-b / a)
    if isinstance(function, sp.log):
        (u,) = function.args
        return [(u - sp.exp(c), False)] if sign > 0 else [(u, True), (sp.exp(c) - u, False)]
    if isinstance(function, sp.exp) and constant_sign(c) == 1:
        return [(sign * (function.args[0] - sp.log(c)), False)]
    if isinstance(function, sp.tanh) and constant_sign(1 - sp.Abs(c)) == 1:
        return [(sign * (function.args[0] - sp.log(sp.radsimp((1 + c) / (1 - c))) / 2), False)]
    if isinstance(function, _ODD) and c == 0:
        inner: Any = function.args[0]
        return [(sign * inner, False)]
    if function == 1 / symbol and not domain.ranges[symbol].lo.is_infinite and domain.ranges[symbol].lo >= 0:
        # Times the variable, which is positive wherever the condition is defined.
        return [(symbol, True), (a + b * symbol, False)]
    return None


def _narrow(domain: Domain, symbol: sp.Symbol, bound: sp.Expr, from_below: bool, strict: bool) -> Domain:
    old = domain.ranges[symbol]
    end, is_open = (old.lo, old.lo_open) if from_below else (old.hi, old.hi_open)
    tighter = _compare(bound, end, from_below)
    if tighter is None:
        expression = symbol - bound if from_below else bound - symbol
        return domain.with_constraint(expression, strict)
    if tighter == 0:
        is_open = is_open or strict
    elif tighter > 0:
        end, is_open = bound, strict
    new = replace(old, lo=end, lo_open=is_open) if from_below else replace(old, hi=end, hi_open=is_open)
    _refuse_empty(symbol, new)
    return domain.with_range(symbol, new)


def _compare(bound: sp.Expr, end: sp.Expr, from_below: bool) -> int | None:
    """1 where the bound says more than the end, 0 where they are equal, −1 where it says less; None if unknown."""
    if end.is_infinite:
        return 1
    sign = constant_sign(bound - end)
    return None if sign is None else sign if from_below else -sign


def _refuse_empty(symbol: sp.Symbol, bounds: Range) -> None:
    if bounds.lo.is_infinite or bounds.hi.is_infinite:
        return
    gap = constant_sign(bounds.hi - bounds.lo)
    if gap is not None and (gap < 0 or (gap == 0 and (bounds.lo_open or bounds.hi_open))):
        raise EmptyDomainError(f"no {symbol} lies in {bounds}")


def pinned(bounds: Range) -> bool:
    """Whether the range is one point."""
    return not bounds.lo.is_infinite and not bounds.hi.is_infinite and constant_sign(bounds.hi - bounds.lo) == 0


def without_pinned(domain: Domain) -> tuple[Domain, dict[Any, Any]]:
    """The domain with every variable that can take one value only replaced by that value."""
    values: dict[Any, Any] = {s: bounds.lo for s, bounds in domain.ranges.items() if pinned(bounds)}
    if not values:
        return domain, {}
    rest = Domain({s: bounds for s, bounds in domain.ranges.items() if s not in values})
    for g, strict in domain.constraints:
        rest = assume(rest, g.subs(values), strict)
    more, further = without_pinned(rest)
    return more, {**values, **further}


def domains(hypotheses: Iterable[Relation], variables: Iterable[sp.Symbol]) -> list[Domain]:
    """Domains whose union is the set that the hypotheses describe; several where a hypothesis says ≠.

    EmptyDomainError where every one of them is plainly empty.
    """
    found = [whole_space(variables)]
    for relation in hypotheses:
        found = [part for domain in found for part in _with_relation(domain, relation)]
    if not found:
        raise EmptyDomainError("the hypotheses exclude each other")
    return found


def _with_relation(domain: Domain, relation: Relation) -> list[Domain]:
    gap = relation.lhs - relation.rhs
    match relation.op:
        case "==":
            wanted = [((gap, False), (-gap, False))]
        case "!=":
            wanted = [((gap, True),), ((-gap, True),)]
        case _:
            wanted = [((relation.slack, relation.strict),)]
    parts: list[Domain] = []
    for conditions in wanted:
        part = domain
        try:
            for expression, strict in conditions:
                part = assume(part, expression, strict)
        except EmptyDomainError:
            continue
        parts.append(part)
    return parts
