"""The elementary functions on intervals: each one monotone on known pieces, and taken end by end.

Outside its domain a function is not a real number; that its argument stays inside is a statement of its own
(`theory.definedness`) and is proved first, so that here only the part of an interval inside the domain counts.
"""

from __future__ import annotations

from collections.abc import Callable

from flint import arb

from numerics.enclosure.interval import (
    ENTIRE,
    INFINITY,
    MINUS_INFINITY,
    Interval,
    increasing,
)

_ZERO, _ONE = arb(0), arb(1)
_UNIT = Interval(-_ONE, _ONE)


def _half_pi() -> arb:
    return arb.pi() / 2


exp = increasing(arb.exp, _ZERO, INFINITY)
expm1 = increasing(arb.expm1, -_ONE, INFINITY)
sinh = increasing(arb.sinh, MINUS_INFINITY, INFINITY)
asinh = increasing(arb.asinh, MINUS_INFINITY, INFINITY)
tanh = increasing(arb.tanh, -_ONE, _ONE)
erf = increasing(arb.erf, -_ONE, _ONE)


def erfc(x: Interval) -> Interval:
    """The complementary error function, decreasing from 2 to 0."""
    lo = x.hi.erfc().lower() if x.hi.is_finite() else (_ZERO if x.hi > 0 else arb(2))
    hi = x.lo.erfc().upper() if x.lo.is_finite() else (arb(2) if x.lo < 0 else _ZERO)
    return Interval(lo if lo >= 0 else _ZERO, hi if hi <= 2 else arb(2))


def atan(x: Interval) -> Interval:
    """The arctangent; its limits at ∓∞ are irrational, so they are taken outwards."""
    top = _half_pi().upper()
    return increasing(arb.atan, -top, top)(x)


def log(x: Interval) -> Interval:
    """The natural logarithm on the positive part of x."""
    if not x.hi > 0:
        return ENTIRE
    lo = x.lo.log().lower() if x.lo > 0 else MINUS_INFINITY
    return Interval(lo, x.hi.log().upper() if x.hi.is_finite() else INFINITY)


def log1p(x: Interval) -> Interval:
    """log(1 + x) on the part of x above −1."""
    if not x.hi > -1:
        return ENTIRE
    lo = x.lo.log1p().lower() if x.lo > -1 else MINUS_INFINITY
    return Interval(lo, x.hi.log1p().upper() if x.hi.is_finite() else INFINITY)


def atanh(x: Interval) -> Interval:
    """The inverse of tanh on the part of x inside (−1, 1)."""
    if not (x.hi > -1 and x.lo < 1):
        return ENTIRE
    lo = x.lo.atanh().lower() if x.lo > -1 else MINUS_INFINITY
    return Interval(lo, x.hi.atanh().upper() if x.hi < 1 else INFINITY)


def asin(x: Interval) -> Interval:
    """The inverse of sin on the part of x inside [−1, 1]."""
    if not (x.hi >= -1 and x.lo <= 1):
        return ENTIRE
    lo = x.lo.asin().lower() if x.lo >= -1 else (-_half_pi()).lower()
    return Interval(lo, x.hi.asin().upper() if x.hi <= 1 else _half_pi().upper())


def acos(x: Interval) -> Interval:
    """The inverse of cos on the part of x inside [−1, 1]: π/2 − asin x."""
    return Interval.around(_half_pi()) - asin(x)


def acosh(x: Interval) -> Interval:
    """The inverse of cosh on the part of x from 1 on."""
    if not x.hi >= 1:
        return ENTIRE
    lo = x.lo.acosh().lower() if x.lo >= 1 else _ZERO
    return Interval(lo, x.hi.acosh().upper() if x.hi.is_finite() else INFINITY)


def cosh(x: Interval) -> Interval:
    """cosh, even, and increasing in |x|."""
    size = abs(x)
    hi = size.hi.cosh().upper() if size.hi.is_finite() else INFINITY
    lo = size.lo.cosh().lower()
    return Interval(lo if lo >= 1 else _ONE, hi)


def sech(x: Interval) -> Interval:
    """1/cosh, even, and decreasing in |x|."""
    return cosh(x).inverse()


def sqrt(x: Interval) -> Interval:
    """The square root of the part of x from 0 on."""
    return x.root_power(1, 2)


def cbrt(x: Interval) -> Interval:
    """The real cube root."""
    return Interval(_signed_root(x.lo).lower(), _signed_root(x.hi).upper())


def _signed_root(end: arb) -> arb:
    if not end.is_finite():
        return end
    return end.root(3) if end >= 0 else -((-end).root(3))


def _touches(x: Interval, offset: arb) -> bool:
    """Whether offset + 2πk may lie in x for a whole number k."""
    period = 2 * arb.pi()
    first = ((x.lo - offset) / period).lower().ceil()
    last = ((x.hi - offset) / period).upper().floor()
    return not first > last


def sin(x: Interval) -> Interval:
    """The sine: the values at the ends, and ±1 where a crest lies between."""
    if not x.finite:
        return _UNIT
    ends = Interval.around(x.lo.sin()).hull(Interval.around(x.hi.sin()))
    lo = -_ONE if _touches(x, -_half_pi()) else ends.lo
    hi = _ONE if _touches(x, _half_pi()) else ends.hi
    return Interval(lo if lo >= -1 else -_ONE, hi if hi <= 1 else _ONE)


def cos(x: Interval) -> Interval:
    """The cosine: the values at the ends, and ±1 where a crest lies between."""
    if not x.finite:
        return _UNIT
    ends = Interval.around(x.lo.cos()).hull(Interval.around(x.hi.cos()))
    lo = -_ONE if _touches(x, arb.pi()) else ends.lo
    hi = _ONE if _touches(x, _ZERO) else ends.hi
    return Interval(lo if lo >= -1 else -_ONE, hi if hi <= 1 else _ONE)


def tan(x: Interval) -> Interval:
    """The tangent, increasing between two poles; all reals where a pole may lie inside."""
    if not x.finite or _touches(x, _half_pi()) or _touches(x, -_half_pi()):
        return ENTIRE
    return Interval(x.lo.tan().lower(), x.hi.tan().upper())


FUNCTIONS: dict[str, Callable[[Interval], Interval]] = {
    "exp": exp, "expm1": expm1, "log": log, "log1p": log1p, "sin": sin, "cos": cos, "tan": tan, "asin": asin,
    "acos": acos, "atan": atan, "sinh": sinh, "cosh": cosh, "tanh": tanh, "sech": sech, "asinh": asinh,
    "acosh": acosh, "atanh": atanh, "erf": erf, "erfc": erfc, "sqrt": sqrt, "cbrt": cbrt,
}  # fmt: skip
"""The interval functions by the names that `numerics.enclosure.program` gives them."""
