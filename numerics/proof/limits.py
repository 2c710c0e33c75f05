"""Limits: by an expansion with a certain remainder; where parameters are left, by SymPy, checked by numbers.

Soundness: an expansion proves its limit. SymPy's answer for a symbolic parameter is believed only for parameters of
one known sign, and only where values at 100 digits come close to it at random parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

import mpmath
import sympy as sp

from numerics.deadline import Deadline, OutOfTimeError, interrupted_after
from numerics.enclosure.program import UnsupportedError
from numerics.proof.asymptotics import limit_at_infinity
from numerics.proof.exact import constant_sign
from theory.statement import Relation

DIGITS = 100
_SAMPLES = (Fraction(7, 5), Fraction(3, 11), Fraction(29, 6))


def has_limit(relation: Relation) -> bool:
    """Whether the relation speaks of a limit."""
    return bool(relation.lhs.atoms(sp.Limit) or relation.rhs.atoms(sp.Limit))


def _towards_infinity(limit: sp.Limit) -> list[tuple[sp.Expr, sp.Symbol]]:
    """The expression(s) whose limit at +∞ is asked for; two for a limit from both sides."""
    arguments: tuple[Any, ...] = limit.args
    expression, variable, point, direction = arguments
    expression = expression.doit()
    s = sp.Dummy("s", real=True)
    if point is sp.S.Infinity:
        return [(_far_out(expression.subs(variable, s), s), s)]
    if point is sp.S.NegativeInfinity:
        return [(_far_out(expression.subs(variable, -s), s), s)]
    sides = {"+": (1,), "-": (-1,)}.get(str(direction), (1, -1))
    return [(expression.subs(variable, point + side / s), s) for side in sides]


def _far_out(expression: Any, s: sp.Symbol) -> Any:
    """With the branch of each definition by cases that holds from some s on, where linear conditions in s tell."""

    def branch(node: Any) -> Any:
        for value, condition in node.args:
            holds = _holds_far_out(condition, s)
            if holds is None:
                return node
            if holds:
                return value
        return node

    return expression.replace(lambda node: isinstance(node, sp.Piecewise), branch)


def _holds_far_out(condition: Any, s: sp.Symbol) -> bool | None:
    if condition in (sp.true, sp.false):
        return condition == sp.true
    if condition.func not in (sp.Gt, sp.Ge, sp.Lt, sp.Le):
        return None
    gap: Any = sp.expand(condition.lhs - condition.rhs)
    slope = gap.coeff(s, 1)
    if not slope.is_Rational or slope == 0 or not (gap - slope * s).is_number:
        return None
    return bool((slope > 0) == (condition.func in (sp.Gt, sp.Ge)))


def certain_limit(limit: sp.Limit) -> sp.Expr | None:
    """The limit of an expression without parameters, proved by an expansion; factors without the variable aside."""
    values = set()
    for expression, s in _towards_infinity(limit):
        factor, rest = expression.as_independent(s, as_Add=False)
        try:
            value = limit_at_infinity(rest, s)
        except UnsupportedError:
            return None
        if value is None:
            return None
        if value.is_infinite and not factor.is_nonzero:
            return None
        values.add(factor * value)
    return values.pop() if len(values) == 1 else None


def symbolic_limit(limit: sp.Limit, deadline: Deadline) -> sp.Expr | None:
    """SymPy's limit, where it also stands up to numbers; None else. Parameters carry their signs."""
    known = certain_limit(limit)
    if known is not None:
        return known
    values = set()
    for expression, s in _towards_infinity(limit):
        try:
            with interrupted_after(min(10.0, max(deadline.left, 0.01))):
                value = sp.limit(expression, s, sp.oo)
        except (OutOfTimeError, NotImplementedError, ValueError, TypeError, AttributeError, RecursionError):
            return None
        if value.has(sp.Limit, sp.AccumBounds, sp.nan) or not _stands_up(expression, s, value):
            return None
        values.add(sp.simplify(value) if not value.is_infinite else value)
    return values.pop() if len(values) == 1 else None


def _stands_up(expression: sp.Expr, s: sp.Symbol, value: sp.Expr) -> bool:
    """Whether the expression comes close to the value (or grows with its sign) far out, at 100 digits."""
    parameters = sorted((expression.free_symbols | value.free_symbols) - {s}, key=str)
    with mpmath.workdps(DIGITS):
        of = sp.lambdify([s, *parameters], expression, "mpmath")
        claimed = sp.lambdify(parameters, value, "mpmath")
        for sample in _SAMPLES:
            numbers = [_signed(p, sample + Fraction(j, 7)) for j, p in enumerate(parameters)]
            try:
                far = [of(mpmath.mpf(10) ** n, *numbers) for n in (4, 8, 12)]
                if value.is_infinite:
                    grows = all(abs(b) > abs(a) for a, b in pairwise(far))
                    if not grows or (far[-1] > 0) != (value > 0):
                        return False
                    continue
                gaps = [abs(v - claimed(*numbers)) for v in far]
            except (ValueError, ZeroDivisionError, OverflowError, TypeError):
                return False
            if not (gaps[-1] <= mpmath.mpf(10) ** -3 and gaps[-1] <= gaps[0]):
                return False
    return True


def _signed(symbol: Any, value: Fraction) -> Any:
    size = mpmath.mpf(value.numerator) / value.denominator
    return -size if symbol.is_negative else size


def compare(value: sp.Expr, op: str, other: sp.Expr) -> bool | None:
    """Whether value op other holds, both exact or ±∞; None where that is not decided."""
    if value.is_infinite or other.is_infinite:
        if value == other:
            return {"==": True, "!=": False, "<=": True, ">=": True}.get(op)
        larger = value is sp.S.Infinity or other is sp.S.NegativeInfinity
        return {"==": False, "!=": True, "<": not larger, "<=": not larger, ">": larger, ">=": larger}[op]
    gap = sp.simplify(value - other)
    sign = constant_sign(gap) if not gap.free_symbols else _assumed_sign(gap)
    if sign is None:
        return None
    return {"==": sign == 0, "!=": sign != 0, "<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0}[op]


def _assumed_sign(gap: sp.Expr) -> int | None:
    return 1 if gap.is_positive else -1 if gap.is_negative else 0 if gap.is_zero else None


def decide(relation: Relation, deadline: Deadline, certain_only: bool) -> bool | None:
    """Whether the relation holds once every limit in it is replaced by its value."""
    values: dict[Any, Any] = {}
    for limit in relation.lhs.atoms(sp.Limit) | relation.rhs.atoms(sp.Limit):
        value = certain_limit(limit) if certain_only else symbolic_limit(limit, deadline)
        if value is None:
            return None
        values[limit] = value
    lhs: Any = relation.lhs.xreplace(values)
    rhs: Any = relation.rhs.xreplace(values)
    return compare(lhs, relation.op, rhs)


def limit_values(relation: Relation) -> str:
    """The limits of the relation with their certain values, in words."""
    shown = []
    for limit in sorted(relation.lhs.atoms(sp.Limit) | relation.rhs.atoms(sp.Limit), key=str):
        shown.append(f"the limit is {certain_limit(limit)}")
    return ", ".join(shown)


def sign_cases(
    parameters: Sequence[sp.Symbol], hypotheses: Sequence[Relation]
) -> Iterator[tuple[str, Mapping[sp.Symbol, Any]]]:
    """Every combination of values or signs that the hypotheses leave to the parameters.

    A hypothesis |v| = c leaves ±c; otherwise v is positive, zero or negative, where the hypotheses admit that.
    """
    choices = [_choices(v, hypotheses) for v in parameters]
    for combination in product(*choices):
        yield (
            ", ".join(name for name, _ in combination),
            {v: value for v, (_, value) in zip(parameters, combination, strict=True)},
        )


def _choices(v: sp.Symbol, hypotheses: Sequence[Relation]) -> list[tuple[str, Any]]:
    for h in hypotheses:
        if h.op == "==" and h.lhs == sp.Abs(v) and not h.rhs.free_symbols:
            return [(f"{v} = {h.rhs}", h.rhs), (f"{v} = {-h.rhs}", -h.rhs)]
        if h.op == "==" and h.lhs == v and not h.rhs.free_symbols:
            return [(f"{v} = {h.rhs}", h.rhs)]
    size = sp.Dummy(str(v), positive=True)
    cases = [(f"{v} > 0", size), (f"{v} = 0", sp.S.Zero), (f"{v} < 0", -size)]
    own = [h for h in hypotheses if h.free_symbols == {v}]
    return [(name, value) for name, value in cases if not any(_excludes(h, v, value) for h in own)]


def _excludes(h: Relation, v: sp.Symbol, value: Any) -> bool:
    """Whether the hypothesis certainly fails for such a value; one that may hold for some is kept."""
    lhs: Any = h.lhs.subs(v, value)
    rhs: Any = h.rhs.subs(v, value)
    return compare(lhs, h.op, rhs) is False
