"""Many intervals at once: arrays of doubles rounded outwards, as an arithmetic for `numerics.enclosure.program`.

Soundness. IEEE 754 has +, −, × and ÷ rounded to nearest, so the exact result lies between the neighbours of the
rounded one: every end is moved outwards by at least one double. NumPy's tanh, exp, … promise no such thing and are not
used: the ends of a function's image come from Arb (see `_Table`), and functions are monotone between them.
A NaN (∞ − ∞) means that nothing is known at that end, as in `numerics.enclosure.interval`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp
from flint import arb

from numerics.enclosure.elementary import FUNCTIONS
from numerics.enclosure.interval import Interval
from numerics.enclosure.program import Program, UnsupportedError, compile_expressions
from numerics.enclosure.taylor import coefficients

Array = np.ndarray
_INCREASING = frozenset(("exp", "expm1", "log", "log1p", "sinh", "asinh", "tanh", "erf", "atan", "cbrt", "sqrt"))
_SIGN_OF_ARGUMENT = frozenset(("expm1", "sinh", "asinh", "tanh", "erf", "atan"))
_FLOOR = {"exp": 0.0, "expm1": -1.0, "tanh": -1.0, "erf": -1.0, "sqrt": 0.0, "sech": 0.0, "cosh": 1.0}
_CEILING = {"tanh": 1.0, "erf": 1.0, "sech": 1.0}
_PIECES_PER_UNIT, _ORDER, _REACH = 16, 11, 40.0
_U = 2.0**-53


_TINY = 1e-300


def down(x: Array) -> Array:
    """A double at or below the one before x: see `up`."""
    with np.errstate(invalid="ignore", over="ignore"):
        return x - (np.abs(x) * 2.0**-52 + _TINY)


def up(x: Array) -> Array:
    """A double at or beyond the one after x.

    |x|·2⁻⁵² is exact and at least the spacing of doubles at x, and x plus that spacing is a double, which rounding
    does not pass; near zero the tiny summand is more than the spacing. Four times as fast as np.nextafter. (−∞ gives
    NaN, which an interval takes for no bound.)
    """
    with np.errstate(invalid="ignore", over="ignore"):
        return x + (np.abs(x) * 2.0**-52 + _TINY)


class Cells:
    """Closed intervals [lo, hi], one for each place of the arrays."""

    __slots__ = ("hi", "lo")

    def __init__(self, lo: Any, hi: Any):
        lo, hi = np.asarray(lo, dtype=float), np.asarray(hi, dtype=float)
        self.lo = np.where(np.isnan(lo), -np.inf, lo)
        self.hi = np.where(np.isnan(hi), np.inf, hi)

    @classmethod
    def of(cls, x: Interval) -> Cells:
        """One interval, its ends rounded to doubles outwards."""
        return cls(_below(x.lo), _above(x.hi))

    @property
    def size(self) -> Array:
        """The greatest absolute value."""
        return np.maximum(np.abs(self.lo), np.abs(self.hi))

    @property
    def middle(self) -> Array:
        return 0.5 * self.lo + 0.5 * self.hi

    def __neg__(self) -> Cells:
        return Cells(-self.hi, -self.lo)

    def __add__(self, other: Cells) -> Cells:
        with np.errstate(invalid="ignore", over="ignore"):
            return Cells(down(self.lo + other.lo), up(self.hi + other.hi))

    def __sub__(self, other: Cells) -> Cells:
        return self + -other

    def __mul__(self, other: Cells) -> Cells:
        a, b, c, d = self.lo, self.hi, other.lo, other.hi
        if np.all(a >= 0) and np.all(c >= 0):
            # A product of numbers ≥ 0 is ≥ 0, whatever was lost to underflow.
            return Cells(np.maximum(down(_times(a, c)), 0.0), up(_times(b, d)))
        p, q, r, s = _times(a, c), _times(a, d), _times(b, c), _times(b, d)
        lo = np.minimum(np.minimum(p, q), np.minimum(r, s))
        hi = np.maximum(np.maximum(p, q), np.maximum(r, s))
        return Cells(down(lo), up(hi))

    def inverse(self) -> Cells:
        """1/self; everything where zero lies inside, and up to ∞ where it is an end."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            # −0.0 as an end would flip the sign of its reciprocal.
            lo, hi = down(1.0 / (self.hi + 0.0)), up(1.0 / (self.lo + 0.0))
        positive, negative = self.lo >= 0, self.hi <= 0
        zero = (self.lo <= 0) & (self.hi >= 0)
        lo = np.where(zero & ~(positive & (self.hi > 0)), -np.inf, np.where(positive, np.maximum(lo, 0.0), lo))
        hi = np.where(zero & ~(negative & (self.lo < 0)), np.inf, np.where(negative, np.minimum(hi, 0.0), hi))
        return Cells(lo, hi)

    def power(self, n: int) -> Cells:
        if n < 0:
            return self.power(-n).inverse()
        if n == 0:
            return Cells(np.ones_like(self.lo), np.ones_like(self.hi))
        base = abs(self) if n % 2 == 0 else self
        # An odd power increases, an even one increases with |x|: end by end, each product rounded outwards.
        return Cells(_raised(base.lo, n, False), _raised(base.hi, n, True))

    def root_power(self, p: int, q: int) -> Cells:
        if (p, q) == (1, 2):
            return Cells(np.maximum(down(np.sqrt(np.maximum(self.lo, 0))), 0), up(np.sqrt(np.maximum(self.hi, 0))))
        return _one_by_one(self, lambda x: x.root_power(p, q))

    def __abs__(self) -> Cells:
        inside = (self.lo <= 0) & (self.hi >= 0)
        return Cells(np.where(inside, 0.0, np.minimum(np.abs(self.lo), np.abs(self.hi))), self.size)

    def maximum(self, other: Cells) -> Cells:
        return Cells(np.maximum(self.lo, other.lo), np.maximum(self.hi, other.hi))

    def minimum(self, other: Cells) -> Cells:
        return Cells(np.minimum(self.lo, other.lo), np.minimum(self.hi, other.hi))

    def meet(self, other: Cells) -> Cells:
        """The common part; both are known to contain the same number, so that there is one."""
        return Cells(np.maximum(self.lo, other.lo), np.minimum(self.hi, other.hi))


def _times(a: Array, b: Array) -> Array:
    with np.errstate(invalid="ignore", over="ignore", under="ignore"):
        product = a * b
    # Between ends 0 · ∞ is 0: every number of an interval is finite.
    return np.where(np.isnan(product), 0.0, product)


def _raised(x: Array, n: int, upwards: bool) -> Array:
    size, sign = np.abs(x), np.where((x < 0) & (n % 2 == 1), -1.0, 1.0)
    # Away from zero where that is outwards: up for a positive upper end, down in size for a negative one.
    grow = (sign > 0) == upwards
    total = size
    for _ in range(n - 1):
        with np.errstate(over="ignore", under="ignore"):
            product = total * size
        total = np.where(grow, up(product), np.maximum(down(product), 0.0))
    return sign * total


def _below(x: arb) -> float:
    """A double that is at most x, next to it; comparisons of exact Arb numbers are exact."""
    value = float(x)
    while arb(value) > x:
        value = float(np.nextafter(value, -np.inf))
    return value


def _above(x: arb) -> float:
    return -_below(-x)


def _one_by_one(x: Cells, image: Callable[[Interval], Interval]) -> Cells:
    """The slow way, with Arb: for functions and arguments that the tables do not hold."""
    lo, hi = np.broadcast_arrays(x.lo, x.hi)
    found = [Cells.of(image(Interval(arb(float(a)), arb(float(b))))) for a, b in zip(lo.flat, hi.flat, strict=True)]
    shape = lo.shape
    return Cells(np.array([f.lo for f in found]).reshape(shape), np.array([f.hi for f in found]).reshape(shape))


class _Table:
    """One function g of one variable on pieces |x − c| ≤ 1/32, c = k/16: Taylor sums with remainder, from Arb.

    g(x) = Σ_{j<m} a_j h^j + R h^m with h = x − c, which is exact in doubles (Sterbenz: c/2 ≤ x ≤ 2c, or c = 0).
    Horner's scheme in doubles errs by at most 2m·u/(1 − 2mu) · Σ |a_j| |h|^j, u = 2⁻⁵³, and the rounding of the a_j
    adds one more u to each term; 4m·u covers both and the rounding of the bound itself.
    """

    def __init__(self, name: str):
        symbol = sp.Symbol("h", real=True)
        self.name = name
        self.program = _single(name, symbol)
        self.rows: dict[int, tuple[list[float], float]] = {}

    def row(self, k: int) -> tuple[list[float], float]:
        if k not in self.rows:
            centre = Interval.exact(k, _PIECES_PER_UNIT)
            reach = Interval.exact(1, 2 * _PIECES_PER_UNIT)
            at = coefficients(self.program, centre, _ORDER)[:_ORDER]
            rest = coefficients(self.program, (centre - reach).hull(centre + reach), _ORDER)[_ORDER]
            good = all(a.finite for a in at) and rest.finite
            middles = [float(((a.lo + a.hi) / 2).mid()) if good else 0.0 for a in at]
            # What separates the double from the coefficient, beyond one unit of rounding, is in the remainder too.
            spread = max((float(a.width) for a in at), default=0.0) if good else np.inf
            bound = max(abs(_below(rest.lo)), abs(_above(rest.hi))) if good else np.inf
            self.rows[k] = (middles, bound * (2.0 * _PIECES_PER_UNIT) ** -_ORDER * (1 + 1e-9) + 2 * spread)
        return self.rows[k]

    def at(self, x: Array) -> tuple[Array, Array]:
        """(lower, upper) bounds of g at the doubles x."""
        k = np.rint(np.clip(x, -_REACH, _REACH) * _PIECES_PER_UNIT).astype(int)
        pieces, where = np.unique(k, return_inverse=True)
        where = where.reshape(x.shape)
        rows = [self.row(int(piece)) for piece in pieces]
        table = np.array([row[0] for row in rows])
        rest = np.array([row[1] for row in rows])[where]
        h = x - k / _PIECES_PER_UNIT
        total, size, ah = table[where, -1], np.abs(table[where, -1]), np.abs(h)
        for j in range(_ORDER - 2, -1, -1):
            total = total * h + table[where, j]
            size = size * ah + np.abs(table[where, j])
        error = 4 * _ORDER * _U * size + rest + 1e-300
        lower, upper = down(total - error), up(total + error)
        outside = (np.abs(x) > _REACH) | ~np.isfinite(error)
        if np.any(outside):
            slow = _one_by_one(Cells(x[outside], x[outside]), FUNCTIONS[self.name])
            lower[outside], upper[outside] = slow.lo, slow.hi
        if self.name in _SIGN_OF_ARGUMENT:
            lower = np.where(x >= 0, np.maximum(lower, 0.0), lower)
            upper = np.where(x <= 0, np.minimum(upper, 0.0), upper)
        return np.maximum(lower, _FLOOR.get(self.name, -np.inf)), np.minimum(upper, _CEILING.get(self.name, np.inf))


def _single(name: str, symbol: sp.Symbol) -> Program:
    by_name = {"log1p": sp.log(1 + symbol), "expm1": sp.exp(symbol) - 1, "cbrt": None, "sqrt": sp.sqrt(symbol)}
    made: Any = by_name.get(name, getattr(sp, name, lambda s: None)(symbol) if name not in by_name else None)
    if made is None:
        raise UnsupportedError(f"no table is kept of {name}")
    return compile_expressions([made], [symbol])


@lru_cache(maxsize=64)
def _table(name: str) -> _Table:
    return _Table(name)


def apply(name: str, x: Cells) -> Cells:
    """The image under an elementary function: by its ends where it is monotone, or even and monotone in |x|."""
    shape = np.broadcast(x.lo, x.hi).shape
    lo, hi = np.broadcast_to(x.lo, shape), np.broadcast_to(x.hi, shape)
    if name in ("sech", "cosh"):
        size = abs(Cells(lo, hi))
        near, far = _table(name).at(size.lo), _table(name).at(size.hi)
        return Cells(far[0], near[1]) if name == "sech" else Cells(near[0], far[1])
    if name not in _INCREASING or name in ("log", "log1p", "sqrt", "cbrt"):
        return _one_by_one(Cells(lo, hi), FUNCTIONS[name])
    return Cells(_table(name).at(lo)[0], _table(name).at(hi)[1])


def run(program: Program, inputs: Sequence[Cells]) -> list[Cells]:
    """The outputs of a program over many boxes at once."""
    return program.run(inputs, Cells.of, apply, _refuse_cases)


def _refuse_cases(*_: Any) -> Any:
    raise UnsupportedError("definitions by cases are not followed over many boxes at once")
