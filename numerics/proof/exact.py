"""Whether an exact constant is zero, positive or negative: by enclosure where that tells, else by algebra."""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

from numerics.enclosure.interval import precision
from numerics.enclosure.program import UnsupportedError, enclose

PRECISIONS = (64, 256, 1024)
_LARGEST_POWER = 5_000


@lru_cache(maxsize=4096)
def constant_sign(value: sp.Expr) -> int | None:
    """The sign of an exact constant: 1, 0 or −1; None where neither an enclosure nor algebra decides it.

    Zero is said only when SymPy reduces the constant to the integer 0; no enclosure, however small, says zero.
    """
    if value.is_Rational:
        return int(sp.sign(value))
    try:
        for bits in PRECISIONS:
            with precision(bits):
                interval = enclose(value)
            if interval.lo > 0:
                return 1
            if interval.hi < 0:
                return -1
            if interval.lo == 0 == interval.hi:
                return 0
    except UnsupportedError:
        return None
    return 0 if reduces_to_zero(value) else None


def reduces_to_zero(expression: sp.Expr) -> bool:
    """Whether SymPy rewrites the expression to the integer 0. False says only that it did not."""
    rewrites = (sp.expand, _algebraic, _complementary, _exponential, _logarithmic, sp.simplify)
    for rewrite in rewrites if _logarithms_combine(expression) else (sp.expand, _algebraic, _expanded_logarithms):
        try:
            if rewrite(expression) == 0:
                return True
        except (ValueError, TypeError, AttributeError, NotImplementedError, RecursionError, ZeroDivisionError):
            continue
    return False


def _logarithms_combine(expression: sp.Expr) -> bool:
    """Whether SymPy may combine logarithms: from 10000001·log(3) it makes the logarithm of 3^10000001, in full."""
    if not expression.has(sp.log):
        return True
    return all(max(abs(number.p), number.q) < _LARGEST_POWER for number in expression.atoms(sp.Rational))


def _expanded_logarithms(expression: sp.Expr) -> sp.Expr:
    return sp.expand(sp.expand_log(expression.rewrite(sp.log)))


def _algebraic(expression: sp.Expr) -> sp.Expr:
    return sp.expand(sp.fraction(sp.together(sp.expand(expression)))[0])


def _exponential(expression: sp.Expr) -> sp.Expr:
    numerator, _ = sp.fraction(sp.together(sp.expand(expression.rewrite(sp.exp))))
    return sp.simplify(sp.expand(numerator))


def _complementary(expression: sp.Expr) -> sp.Expr:
    return sp.expand(expression.replace(sp.erfc, lambda u: 1 - sp.erf(u)))


def _logarithmic(expression: sp.Expr) -> sp.Expr:
    """asinh, acosh and atanh as logarithms; a sum of logarithms of numbers vanishes where their product is 1."""
    terms = sp.expand_log(expression.rewrite(sp.log), force=False)
    combined = sp.logcombine(terms)
    if isinstance(combined, sp.log) and not combined.free_symbols:
        return sp.radsimp(sp.expand(combined.args[0])) - 1
    return sp.simplify(combined)
