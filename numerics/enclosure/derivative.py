"""Values together with first derivatives over a box: the material of the mean-value form and of monotonicity.

Forward differentiation with interval coefficients: `Dual(value, partials)` encloses f and every ∂f/∂x_i over the
box. At a kink (|·|, max, min, a definition by cases) the partials are hulls of the one-sided ones, Clarke's
generalised gradient, for which the mean-value theorem holds for Lipschitz functions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flint import arb

from numerics.enclosure import elementary
from numerics.enclosure.elementary import FUNCTIONS
from numerics.enclosure.interval import Interval
from numerics.enclosure.program import Program, open_cases

_ONE = Interval.exact(1)
_ZERO = Interval.exact(0)


def _two_over_root_pi() -> Interval:
    return Interval.around(2 / arb.pi().sqrt())


SLOPES: dict[str, Callable[[Interval, Interval], Interval]] = {
    "exp": lambda x, y: y,
    "expm1": lambda x, y: elementary.exp(x),
    "log": lambda x, y: x.inverse(),
    "log1p": lambda x, y: (_ONE + x).inverse(),
    "sin": lambda x, y: elementary.cos(x),
    "cos": lambda x, y: -elementary.sin(x),
    "tan": lambda x, y: _ONE + y.power(2),
    "asin": lambda x, y: (_ONE - x.power(2)).root_power(-1, 2),
    "acos": lambda x, y: -(_ONE - x.power(2)).root_power(-1, 2),
    "atan": lambda x, y: (_ONE + x.power(2)).inverse(),
    "sinh": lambda x, y: elementary.cosh(x),
    "cosh": lambda x, y: elementary.sinh(x),
    "tanh": lambda x, y: elementary.sech(x).power(2),
    "sech": lambda x, y: -(y * elementary.tanh(x)),
    "asinh": lambda x, y: (_ONE + x.power(2)).root_power(-1, 2),
    "acosh": lambda x, y: (x.power(2) - _ONE).root_power(-1, 2),
    "atanh": lambda x, y: (_ONE - x.power(2)).inverse(),
    "erf": lambda x, y: _two_over_root_pi() * elementary.exp(-x.power(2)),
    "erfc": lambda x, y: -(_two_over_root_pi() * elementary.exp(-x.power(2))),
    "cbrt": lambda x, y: (Interval.exact(3) * y.power(2)).inverse(),
}
"""dy/dx from x and y, for every function of `numerics.enclosure.elementary` but the square root (a power)."""


class Dual:
    """A value and its partial derivatives over a box; None stands for a derivative that is exactly zero."""

    __slots__ = ("partials", "value")

    def __init__(self, value: Interval, partials: Sequence[Interval | None]):
        self.value, self.partials = value, partials

    def _chain(self, value: Interval, slope: Interval) -> Dual:
        return Dual(value, [None if p is None else p * slope for p in self.partials])

    def __add__(self, other: Dual) -> Dual:
        partials = [
            q if p is None else p if q is None else p + q for p, q in zip(self.partials, other.partials, strict=True)
        ]
        return Dual(self.value + other.value, partials)

    def __mul__(self, other: Dual) -> Dual:
        a, b = self.value, other.value
        partials = [
            (None if q is None else a * q) if p is None else p * b if q is None else p * b + a * q
            for p, q in zip(self.partials, other.partials, strict=True)
        ]
        return Dual(a * b, partials)

    def power(self, n: int) -> Dual:
        if n == 0:
            return Dual(_ONE, [None] * len(self.partials))
        return self._chain(self.value.power(n), Interval.exact(n) * self.value.power(n - 1))

    def root_power(self, p: int, q: int) -> Dual:
        slope = Interval.exact(p, q) * self.value.root_power(p - q, q)
        return self._chain(self.value.root_power(p, q), slope)

    def __abs__(self) -> Dual:
        x = self.value
        if x.lo >= 0:
            return self
        return self._chain(abs(x), -_ONE if x.hi <= 0 else Interval((-_ONE).lo, _ONE.hi))

    def maximum(self, other: Dual) -> Dual:
        if self.value.lo >= other.value.hi:
            return self
        if other.value.lo >= self.value.hi:
            return other
        return Dual(self.value.maximum(other.value), _hull(self.partials, other.partials))

    def minimum(self, other: Dual) -> Dual:
        if self.value.hi <= other.value.lo:
            return self
        if other.value.hi <= self.value.lo:
            return other
        return Dual(self.value.minimum(other.value), _hull(self.partials, other.partials))


def _hull(left: Sequence[Interval | None], right: Sequence[Interval | None]) -> list[Interval | None]:
    return [
        None if p is None and q is None else (p or _ZERO).hull(q or _ZERO) for p, q in zip(left, right, strict=True)
    ]


def _apply(name: str, x: Dual) -> Dual:
    if name == "sqrt":
        return x.root_power(1, 2)
    value = FUNCTIONS[name](x.value)
    return x._chain(value, SLOPES[name](x.value, value))


def _select(cases: Sequence[tuple[str, Dual, Dual]], otherwise: Dual) -> Dual:
    bodies = [body for _, _, body in cases] + [otherwise]
    picked = [bodies[i] for i in open_cases([(relation, slack.value) for relation, slack, _ in cases])]
    hull = picked[0]
    for body in picked[1:]:
        hull = Dual(hull.value.hull(body.value), _hull(hull.partials, body.partials))
    if len(picked) > 1:
        # A jump between branches has no derivative: only the hull of values is certain then.
        hull = Dual(hull.value, [Interval(arb.neg_inf(), arb.pos_inf())] * len(hull.partials))
    return hull


def differentiate(program: Program, box: Sequence[Interval]) -> list[Dual]:
    """Every output of the program with its partial derivatives, enclosed over the box."""
    n = len(box)
    inputs = [Dual(x, [_ONE if i == j else None for j in range(n)]) for i, x in enumerate(box)]
    return program.run(inputs, lambda c: Dual(c, [None] * n), _apply, _select)
