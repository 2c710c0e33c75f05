"""Intervals with exact ends, rounded outwards with Arb: an enclosure of every value that a function takes.

An Arb ball keeps its radius to 30 bits, so that [0, 3/10] becomes a ball that reaches below zero; where a bound
touches at the end of a range that is one bit too many. So an `Interval` keeps both ends, each an exact Arb number,
and every monotone function is taken end by end. The ends may be infinite. Rounding follows `flint.ctx.prec`.

Reference: IEEE Std 1788-2015 for the meaning of operations on unbounded intervals (0 · ∞ is 0 between ends).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction

from flint import arb, ctx, fmpq

INFINITY = arb.pos_inf()
MINUS_INFINITY = arb.neg_inf()
_ZERO, _ONE = arb(0), arb(1)


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Arb works with `bits` bits inside the block."""
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


class Interval:
    """The closed interval [lo, hi]; lo ≤ hi, either may be infinite. Both ends are exact Arb numbers."""

    __slots__ = ("hi", "lo")

    def __init__(self, lo: arb, hi: arb):
        # A NaN end (∞ − ∞, a function beyond its range) means that nothing is known at that end.
        self.lo = MINUS_INFINITY if lo.is_nan() else lo
        self.hi = INFINITY if hi.is_nan() else hi

    @classmethod
    def around(cls, value: arb) -> Interval:
        """The tightest interval around an Arb ball."""
        if value.is_exact():
            return cls(value, value)
        return cls(value.lower(), value.upper())

    @classmethod
    def exact(cls, numerator: int, denominator: int = 1) -> Interval:
        """An enclosure of a fraction; the fraction itself where it is a binary one."""
        return cls.around(arb(numerator) if denominator == 1 else arb(fmpq(numerator, denominator)))

    @property
    def finite(self) -> bool:
        return self.lo.is_finite() and self.hi.is_finite()

    @property
    def width(self) -> arb:
        return (self.hi - self.lo).upper()

    def middle(self) -> Fraction:
        """A short fraction near the middle; of an unbounded interval, one well inside."""
        if self.finite:
            return simple_between(self.lo, self.hi)
        if self.lo.is_finite():
            return fraction(self.lo) * 2 + 1 if self.lo >= 0 else Fraction(1)
        if self.hi.is_finite():
            return fraction(self.hi) * 2 - 1 if self.hi <= 0 else Fraction(-1)
        return Fraction(0)

    def contains_zero(self) -> bool:
        return not (self.lo > 0 or self.hi < 0)

    def hull(self, other: Interval) -> Interval:
        return Interval(_least(self.lo, other.lo), _greatest(self.hi, other.hi))

    def meet(self, other: Interval) -> Interval | None:
        """The common part, or None where there is certainly none."""
        lo, hi = _greatest(self.lo, other.lo), _least(self.hi, other.hi)
        return None if lo > hi else Interval(lo, hi)

    def __repr__(self) -> str:
        return f"[{_short(self.lo, ROUND_FLOOR)}, {_short(self.hi, ROUND_CEILING)}]"

    def __neg__(self) -> Interval:
        # Arb rounds −x to the working precision.
        return Interval((-self.hi).lower(), (-self.lo).upper())

    def __add__(self, other: Interval) -> Interval:
        return Interval((self.lo + other.lo).lower(), (self.hi + other.hi).upper())

    def __sub__(self, other: Interval) -> Interval:
        return Interval((self.lo - other.hi).lower(), (self.hi - other.lo).upper())

    def __mul__(self, other: Interval) -> Interval:
        a, b, c, d = self.lo, self.hi, other.lo, other.hi
        if a >= 0:
            if c >= 0:
                return Interval(_times(a, c).lower(), _times(b, d).upper())
            if d <= 0:
                return Interval(_times(b, c).lower(), _times(a, d).upper())
            return Interval(_times(b, c).lower(), _times(b, d).upper())
        if b <= 0:
            return -(-self * other)
        if c >= 0 or d <= 0:
            return other * self
        products = (_times(a, c), _times(a, d), _times(b, c), _times(b, d))
        lo, hi = products[0].lower(), products[0].upper()
        for product in products[1:]:
            lo, hi = _least(lo, product.lower()), _greatest(hi, product.upper())
        return Interval(lo, hi)

    def inverse(self) -> Interval:
        """1/self; all reals where zero lies inside. Zero at an end is left out: 1/[0, b] is [1/b, ∞)."""
        if self.lo > 0 or self.hi < 0:
            return Interval(_reciprocal(self.hi).lower(), _reciprocal(self.lo).upper())
        if self.lo == 0 and self.hi > 0:
            return Interval(_reciprocal(self.hi).lower(), INFINITY)
        if self.hi == 0 and self.lo < 0:
            return Interval(MINUS_INFINITY, _reciprocal(self.lo).upper())
        return ENTIRE

    def power(self, n: int) -> Interval:
        """selfⁿ for a whole number n, as a function of one variable (an even power is never negative)."""
        if n < 0:
            return self.power(-n).inverse()
        if n == 0:
            return Interval(_ONE, _ONE)
        if n % 2 and n > 0:
            return Interval(_power(self.lo, n).lower(), _power(self.hi, n).upper())
        if self.lo >= 0:
            return Interval(_power(self.lo, n).lower(), _power(self.hi, n).upper())
        if self.hi <= 0:
            return Interval(_power(self.hi, n).lower(), _power(self.lo, n).upper())
        return Interval(_ZERO, _greatest(_power(self.lo, n).upper(), _power(self.hi, n).upper()))

    def root_power(self, p: int, q: int) -> Interval:
        """self^(p/q) on the part of the interval that is ≥ 0, where it is a real number; q ≥ 2."""
        if not self.hi >= 0:
            return ENTIRE
        base = Interval(_greatest(self.lo, _ZERO), self.hi)
        root = Interval(_root(base.lo, q).lower(), _root(base.hi, q).upper())
        return Interval(_greatest(root.lo, _ZERO), root.hi).power(p)

    def __abs__(self) -> Interval:
        if self.lo >= 0:
            return self
        if self.hi <= 0:
            return -self
        return Interval(_ZERO, _greatest((-self.lo).upper(), self.hi))

    def maximum(self, other: Interval) -> Interval:
        return Interval(_greatest(self.lo, other.lo), _greatest(self.hi, other.hi))

    def minimum(self, other: Interval) -> Interval:
        return Interval(_least(self.lo, other.lo), _least(self.hi, other.hi))


ENTIRE = Interval(MINUS_INFINITY, INFINITY)


def _least(a: arb, b: arb) -> arb:
    return a if a <= b else b


def _greatest(a: arb, b: arb) -> arb:
    return a if a >= b else b


def _times(a: arb, b: arb) -> arb:
    # Between ends 0 · ∞ is 0: every number of the interval is finite.
    return _ZERO if a.is_zero() or b.is_zero() else a * b


def _reciprocal(a: arb) -> arb:
    return 1 / a if a.is_finite() else _ZERO


def _power(a: arb, n: int) -> arb:
    if a.is_finite():
        return a**n
    return INFINITY if a > 0 or n % 2 == 0 else MINUS_INFINITY


def _root(a: arb, q: int) -> arb:
    return a.root(q) if a.is_finite() else INFINITY


def _short(end: arb, rounding: str) -> str:
    """An end to seven digits, rounded outwards: what is printed encloses what is meant."""
    if not end.is_finite():
        return "∞" if end > 0 else "-∞"
    mantissa, exponent = end.mid().man_exp()
    if abs(int(exponent)) > 20_000:
        return end.str(7, radius=False)
    value = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    context = Context(prec=7, rounding=rounding, Emax=10**6, Emin=-(10**6))
    return str(context.divide(Decimal(value.numerator), Decimal(value.denominator)))


def fraction(value: arb) -> Fraction:
    """An exact finite Arb number as a fraction."""
    mantissa, exponent = value.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def simple_between(lo: arb, hi: arb) -> Fraction:
    """A fraction with a small denominator in the middle third of [lo, hi]; lo and hi finite."""
    a, b = fraction(lo), fraction(hi)
    return simplest_fraction(a + (b - a) * Fraction(4, 10), a + (b - a) * Fraction(6, 10))


def simplest_fraction(lo: Fraction, hi: Fraction) -> Fraction:
    """The fraction with the smallest denominator in [lo, hi] (Stern–Brocot); of those, the one nearest zero."""
    if lo > hi:
        raise ValueError(f"no fraction lies in the empty interval [{lo}, {hi}]")
    if lo <= 0 <= hi:
        return Fraction(0)
    if hi < 0:
        return -simplest_fraction(-hi, -lo)
    # Continued fractions of the two ends agree up to some place; the answer branches off there. Integers, for speed.
    (n, d), (p, q) = lo.as_integer_ratio(), hi.as_integer_ratio()
    floors: list[int] = []
    while True:
        floor = n // d
        if n == floor * d or (floor + 1) * q <= p:
            floors.append(floor if n == floor * d else floor + 1)
            break
        floors.append(floor)
        n, d, p, q = q, p - floor * q, d, n - floor * d
    over, under = floors.pop(), 1
    while floors:
        over, under = floors.pop() * over + under, over
    return Fraction(over, under)


def increasing(apply: Callable[[arb], arb], floor: arb, ceiling: arb) -> Callable[[Interval], Interval]:
    """The interval version of an increasing function with values between floor and ceiling, its limits at ∓∞."""

    def image(x: Interval) -> Interval:
        lo = apply(x.lo).lower() if x.lo.is_finite() else (floor if x.lo < 0 else ceiling)
        hi = apply(x.hi).upper() if x.hi.is_finite() else (ceiling if x.hi > 0 else floor)
        # `not (… >= …)` also catches NaN, which Arb returns where a value is out of its reach.
        return Interval(lo if lo >= floor else floor, hi if hi <= ceiling else ceiling)

    return image
