"""ε, the size of a gradient that counts as lost: read exactly, and its logarithm."""

from __future__ import annotations

import math
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from theory.errors import StatementError

_LARGEST_EXPONENT = 10_000


def checked_epsilon(given: Any) -> Fraction:
    """ε > 0 as an exact number, from a decimal (1e-12), a fraction (1/1000) or a number. StatementError otherwise."""
    try:
        above, _, below = str(given).partition("/") if isinstance(given, str) else (given, "", "")
        value = _exact(above) / _exact(below or "1")
    except (ValueError, TypeError, ArithmeticError):
        value = Fraction(0)
    if value <= 0:
        given = given.strip() if isinstance(given, str) else given
        raise StatementError(f"{given!r} is no ε: give a number above 0, such as 1e-12 or 1/1000")
    return value


def _exact(given: Any) -> Fraction:
    if not isinstance(given, str):
        return Fraction(given)
    try:
        value = Decimal(given.strip())
    except InvalidOperation:
        raise ValueError(given) from None
    if not value.is_finite() or abs(value.adjusted()) > _LARGEST_EXPONENT or len(given) > _LARGEST_EXPONENT:
        raise ValueError(given)
    return Fraction(value)


def log_of(value: Fraction) -> float:
    """log(value) as a double, also where the value itself is none."""
    if Fraction(1, 2) < value < 2:
        return math.log1p(float(value - 1))
    return math.log(value.numerator) - math.log(value.denominator)
