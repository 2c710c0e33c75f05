"""High-precision evaluation with mpmath: what is left of a relation at an exact point, to as many digits as asked.

A slack can be the difference of two numbers that agree to thousands of digits. So the working precision is doubled
until two evaluations in a row agree. That guards against cancellation, and it is not a proof: the last word on a
sign belongs to an enclosure (`numerics.enclosure.program.enclose`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias

import mpmath
import sympy as sp
from mpmath import libmp

from theory.statement import Relation, show

HIGHEST = 10_000
"""Digits at which a value that still changes, or is still zero, counts as undecided (more where more are asked for)."""
_LOWEST, _GUARD_DIGITS = 30, 15

Exact: TypeAlias = Fraction | sp.Rational | int
Real: TypeAlias = mpmath.mpf  # pyright: ignore[reportInvalidTypeForm]


class UndecidedError(ArithmeticError):
    """The value is zero, or too near zero for the highest precision tried; the message names that precision."""


def slack_at(subject: Relation | sp.Expr, point: Mapping[sp.Symbol, Exact], digits: int) -> Real:
    """The value of an expression, or of the slack of a relation, at an exact point, to `digits` significant digits.

    v with |v − f(point)| ≤ 10^(−digits)·|f(point)|, as far as evaluations at precisions p and 2p that agree can tell.

    The precision of mpmath's own context is neither used nor changed. ValueError: a variable without a value, a
    value that is not rational, a point at which the expression is not a real number. UndecidedError: a value that
    is zero, or whose digits have not settled at HIGHEST digits (sixteen times `digits`, if that is more).
    """
    expression = subject.slack if isinstance(subject, Relation) else sp.sympify(subject)
    if digits < 1:
        raise ValueError(f"digits = {digits}: ask for at least one significant digit")
    values = _values(expression, point)
    context, function = _compiled(expression, tuple(values))
    working, value = max(_LOWEST, digits + _GUARD_DIGITS), None
    highest = max(HIGHEST, 16 * working)
    while working <= highest:
        before, value = value, _evaluate(context, function, values, working, expression)
        if before is not None and _agree(value, before, digits):
            return _rounded(value, digits + _GUARD_DIGITS)
        working *= 2
    raise UndecidedError(
        f"{show(expression)} at {_shown(values)} is undecided: it was still {mpmath.nstr(_rounded(value, 30), 5)} at "
        f"{working // 2} digits, the highest precision tried. If it is zero, show that by algebra"
    )


def _rounded(value: Any, digits: int) -> Real:
    """The number in mpmath's own context, as short as its digits allow."""
    return mpmath.mp.make_mpf(libmp.mpf_pos(value._mpf_, libmp.dps_to_prec(digits), libmp.round_nearest))


def _values(expression: sp.Expr, point: Mapping[sp.Symbol, Exact]) -> dict[sp.Symbol, Fraction]:
    """The coordinates that the expression needs, each an exact fraction."""
    needed: list[Any] = sorted(expression.free_symbols, key=str)
    missing = [str(symbol) for symbol in needed if symbol not in point]
    if missing:
        raise ValueError(f"{show(expression)} needs a value for {', '.join(missing)}; given: {_shown(point)}")
    return {symbol: _fraction(symbol, point[symbol]) for symbol in needed}


def _fraction(symbol: Any, value: Any) -> Fraction:
    if isinstance(value, sp.Rational) and value.is_finite:
        return Fraction(int(value.p), int(value.q))
    if isinstance(value, int | Fraction):
        return Fraction(value)
    raise ValueError(f"{symbol} = {value!r} is not an exact rational: give a Fraction or a SymPy Rational")


def _shown(point: Mapping[Any, Any]) -> str:
    return ", ".join(f"{symbol} = {value}" for symbol, value in point.items()) or "no variables"


def _agree(value: Any, before: Any, digits: int) -> bool:
    """Whether two successive values have `digits` digits in common; never for zero, which has none."""
    if not value:
        return False
    # An exact comparison of the two binary numbers: no rounding decides it.
    difference = libmp.mpf_abs(libmp.mpf_sub(value._mpf_, before._mpf_))
    scaled = libmp.mpf_mul(difference, libmp.from_int(2 * 10**digits))
    return bool(libmp.mpf_le(scaled, libmp.mpf_abs(value._mpf_)))


def _evaluate(context: Any, function: Callable, values: Mapping[Any, Fraction], working: int, expression: Any) -> Any:
    context.dps = working
    try:
        value = function(*(context.mpf(v.numerator) / v.denominator for v in values.values()))
        # A bare constant such as π has no digits before it is asked for them: + rounds it to the precision.
        value = +context.convert(value)
    except (ValueError, ZeroDivisionError, TypeError, OverflowError) as reason:
        raise ValueError(
            f"{show(expression)} is not a real number at {_shown(values)}: {str(reason) or type(reason).__name__}"
        ) from None
    if not isinstance(value, context.mpf) or not context.isfinite(value):
        raise ValueError(f"{show(expression)} is not a real number at {_shown(values)}: it evaluates to {value}")
    return value


def _real_context() -> Any:
    """A context of our own in which a complex result is an error instead of a complex number."""
    context: Any = mpmath.MPContext()
    context.trap_complex = True
    return context


def _finite(context: Any, name: str) -> Callable:
    """The function of that name, with an error where mpmath gives ±∞ (log 0, atanh 1), which 1/∞ would hide."""
    function = getattr(context, name)

    def checked(x: Any) -> Any:
        y = function(x)
        if not context.isfinite(y):
            raise ValueError(f"{name}({mpmath.nstr(_rounded(x, 30), 10)}) is infinite")
        return y

    return checked


@lru_cache(maxsize=256)
def _compiled(expression: sp.Expr, symbols: tuple[sp.Symbol, ...]) -> tuple[Any, Callable]:
    """The expression as a function over a context of its own, whose precision the caller sets."""
    context = _real_context()
    names: dict[str, Any] = {
        name: getattr(context, name) for name in dir(mpmath.mp) if not name.startswith("_") and hasattr(context, name)
    }
    names.update({name: _finite(context, name) for name in ("log", "atanh")})
    names.update(Cbrt=lambda x: context.cbrt(x) if x >= 0 else -context.cbrt(-x), sign=context.sign)
    # A common subexpression is computed before the cases are told apart, so it may be undefined in the case that holds.
    shared = not expression.has(sp.Piecewise)
    function = sp.lambdify(symbols, expression, modules=[names, "mpmath"], cse=shared)
    return context, function
