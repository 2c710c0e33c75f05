"""Taylor coefficients of a function of one variable over an interval, by recurrence.

`coefficients(program, X, m)` encloses f^{(j)}(x)/j! for every x in X and j = 0, …, m. Where f and its first m − 1
derivatives vanish at c exactly, f(x) = (x − c)^m · f^{(m)}(ξ)/m!, so that the sign of the last coefficient near c
is the sign of f there: this is what settles a bound that touches.

Reference: R. E. Moore, Interval Analysis (1966), ch. 11; A. Griewank, A. Walther, Evaluating Derivatives, ch. 13.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flint import arb

from numerics.enclosure import elementary
from numerics.enclosure.elementary import FUNCTIONS
from numerics.enclosure.interval import ENTIRE, Interval
from numerics.enclosure.program import Program, UnsupportedError

_ONE = Interval.exact(1)
_ZERO = Interval.exact(0)


class Series:
    """Enclosures of the Taylor coefficients 0, …, m."""

    __slots__ = ("terms",)

    def __init__(self, terms: Sequence[Interval]):
        self.terms = list(terms)

    def __add__(self, other: Series) -> Series:
        return Series([a + b for a, b in zip(self.terms, other.terms, strict=True)])

    def __mul__(self, other: Series) -> Series:
        return Series([_convolution(self.terms, other.terms, k) for k in range(len(self.terms))])

    def scaled(self, factor: Interval) -> Series:
        return Series([factor * a for a in self.terms])

    def shifted(self, constant: int) -> Series:
        return Series([self.terms[0] + Interval.exact(constant), *self.terms[1:]])

    def power(self, n: int) -> Series:
        if n < 0:
            return self.inverse().power(-n)
        result = Series([_ONE] + [_ZERO] * (len(self.terms) - 1))
        for _ in range(n):
            result = result * self
        # xⁿ as one function of x is tighter than a product of n factors.
        result.terms[0] = self.terms[0].power(n)
        return result

    def inverse(self) -> Series:
        first = self.terms[0].inverse()
        terms = [first]
        for k in range(1, len(self.terms)):
            rest = _sum([self.terms[j] * terms[k - j] for j in range(1, k + 1)])
            terms.append(-(first * rest))
        return Series(terms)

    def root_power(self, p: int, q: int) -> Series:
        # y = x^r gives x·y′ = r·y·x′.
        x, first = self.terms, self.terms[0].inverse()
        terms = [x[0].root_power(p, q)]
        for k in range(1, len(x)):
            rest = _sum([Interval.exact(p * j - q * (k - j), q) * x[j] * terms[k - j] for j in range(1, k + 1)])
            terms.append(first * rest * Interval.exact(1, k))
        return Series(terms)

    def __abs__(self) -> Series:
        x = self.terms[0]
        if x.lo >= 0:
            return self
        return self.scaled(-_ONE) if x.hi <= 0 else self._unknown(abs(x))

    def maximum(self, other: Series) -> Series:
        if self.terms[0].lo >= other.terms[0].hi:
            return self
        if other.terms[0].lo >= self.terms[0].hi:
            return other
        return self._unknown(self.terms[0].maximum(other.terms[0]))

    def minimum(self, other: Series) -> Series:
        if self.terms[0].hi <= other.terms[0].lo:
            return self
        if other.terms[0].hi <= self.terms[0].lo:
            return other
        return self._unknown(self.terms[0].minimum(other.terms[0]))

    def _unknown(self, value: Interval) -> Series:
        return Series([value] + [ENTIRE] * (len(self.terms) - 1))

    def integrated(self, slope: Series, value: Interval) -> Series:
        """The series y with y′ = slope · x′ and the given value."""
        terms = [value]
        for k in range(1, len(self.terms)):
            total = _sum([Interval.exact(j) * self.terms[j] * slope.terms[k - j] for j in range(1, k + 1)])
            terms.append(total * Interval.exact(1, k))
        return Series(terms)


def _sum(terms: Sequence[Interval]) -> Interval:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _convolution(a: Sequence[Interval], b: Sequence[Interval], k: int) -> Interval:
    return _sum([a[j] * b[k - j] for j in range(k + 1)])


def _autonomous(x: Series, value: Interval, slope: Callable[[Series], Series]) -> Series:
    """y with y′ = slope(y)·x′: each new term of y needs only earlier terms of slope(y)."""
    terms = [value]
    for k in range(1, len(x.terms)):
        known = slope(Series(terms))
        total = _sum([Interval.exact(j) * x.terms[j] * known.terms[k - j] for j in range(1, k + 1)])
        terms.append(total * Interval.exact(1, k))
    return Series(terms)


def _pair(x: Series, first: Interval, second: Interval, sign: int) -> tuple[Series, Series]:
    """(s, c) with s′ = c·x′ and c′ = sign·s·x′: sin and cos, or sinh and cosh."""
    s, c = [first], [second]
    for k in range(1, len(x.terms)):
        weights = [Interval.exact(j, k) * x.terms[j] for j in range(1, k + 1)]
        s_next = _sum([w * c[k - j] for j, w in enumerate(weights, 1)])
        c_next = _sum([w * s[k - j] for j, w in enumerate(weights, 1)])
        s.append(s_next)
        c.append(c_next if sign > 0 else -c_next)
    return Series(s), Series(c)


def _circular(x: Series) -> tuple[Series, Series]:
    return _pair(x, elementary.sin(x.terms[0]), elementary.cos(x.terms[0]), -1)


def _hyperbolic(x: Series) -> tuple[Series, Series]:
    return _pair(x, elementary.sinh(x.terms[0]), elementary.cosh(x.terms[0]), 1)


def _gauss(x: Series) -> Series:
    minus_square = (x * x).scaled(-_ONE)
    minus_square.terms[0] = -x.terms[0].power(2)
    slope = _autonomous(minus_square, elementary.exp(minus_square.terms[0]), lambda y: y)
    return slope.scaled(Interval.around(2 / arb.pi().sqrt()))


_SLOPES: dict[str, Callable[[Series], Series]] = {
    "log": Series.inverse,
    "log1p": lambda x: x.shifted(1).inverse(),
    "asin": lambda x: x.power(2).scaled(-_ONE).shifted(1).root_power(-1, 2),
    "acos": lambda x: x.power(2).scaled(-_ONE).shifted(1).root_power(-1, 2).scaled(-_ONE),
    "atan": lambda x: x.power(2).shifted(1).inverse(),
    "asinh": lambda x: x.power(2).shifted(1).root_power(-1, 2),
    "acosh": lambda x: x.power(2).shifted(-1).root_power(-1, 2),
    "atanh": lambda x: x.power(2).scaled(-_ONE).shifted(1).inverse(),
    "erf": _gauss,
    "erfc": lambda x: _gauss(x).scaled(-_ONE),
}


def _tanh(x: Series) -> Series:
    def slope(y: Series) -> Series:
        square = (y * y).scaled(-_ONE).shifted(1)
        # 1 − tanh² cancels; sech² of the argument does not.
        square.terms[0] = elementary.sech(x.terms[0]).power(2)
        return square

    return _autonomous(x, elementary.tanh(x.terms[0]), slope)


def _apply(name: str, x: Series) -> Series:
    value = FUNCTIONS[name](x.terms[0])
    match name:
        case "exp":
            return _autonomous(x, value, lambda y: y)
        case "expm1":
            return x.integrated(_autonomous(x, elementary.exp(x.terms[0]), lambda y: y), value)
        case "sin" | "cos":
            return _circular(x)[name == "cos"]
        case "sinh" | "cosh":
            return _hyperbolic(x)[name == "cosh"]
        case "tan":
            return _autonomous(x, value, lambda y: (y * y).shifted(1))
        case "tanh":
            return _tanh(x)
        case "sech":
            return _hyperbolic(x)[1].inverse()
        case "sqrt":
            return x.root_power(1, 2)
        case "cbrt":
            return _autonomous(x, value, lambda y: y.power(2).scaled(Interval.exact(3)).inverse())
        case _:
            return x.integrated(_SLOPES[name](x), value)


def _no_cases(cases: Sequence[tuple[str, Series, Series]], otherwise: Series) -> Series:
    raise UnsupportedError("a definition by cases has no Taylor series: split the cases first")


def coefficients(program: Program, x: Interval, order: int) -> list[Interval]:
    """Enclosures of f^{(j)}/j! over x, j = 0, …, order, for the first output of a program in one variable."""

    def lift(constant: Interval) -> Series:
        return Series([constant] + [_ZERO] * order)

    variable = Series([x, *([_ONE] + [_ZERO] * (order - 1) if order else [])])
    return program.run([variable], lift, _apply, _no_cases)[0].terms
