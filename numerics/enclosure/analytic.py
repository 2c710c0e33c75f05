"""Expressions on complex balls, with the question whether they are analytic there: what Arb's integrator asks for.

For a ball around a piece of the real line the integrator wants a value, and, for the larger balls on which it bounds
its error, to know that the function is analytic: where that is not certain, a ball that is not finite (F. Johansson,
"Numerical integration in arbitrary-precision ball arithmetic", 2018). A function with cases, |x| or max is analytic
where one case certainly applies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flint import acb, arb

from numerics.enclosure.interval import Interval
from numerics.enclosure.program import Program, UnsupportedError

_NAN = acb(arb.nan())


class Ball:
    """A complex ball; `analytic` says that the value has to be refused where analyticity is not certain."""

    __slots__ = ("analytic", "value")

    def __init__(self, value: acb, analytic: bool):
        self.value, self.analytic = value, analytic

    def _new(self, value: acb) -> Ball:
        return Ball(value, self.analytic)

    def __add__(self, other: Ball) -> Ball:
        return self._new(self.value + other.value)

    def __mul__(self, other: Ball) -> Ball:
        return self._new(self.value * other.value)

    def __abs__(self) -> Ball:
        return self._new(self.value.real_abs(analytic=self.analytic))

    def power(self, n: int) -> Ball:
        return self._new(self.value**n)

    def root_power(self, p: int, q: int) -> Ball:
        if q == 2:
            return self._new(self.value.real_sqrt(analytic=self.analytic)).power(p)
        return self._new((_log(self.value, self.analytic) * p / q).exp())

    def maximum(self, other: Ball) -> Ball:
        return self._new(self.value.real_max(other.value, analytic=self.analytic))

    def minimum(self, other: Ball) -> Ball:
        return self._new(self.value.real_min(other.value, analytic=self.analytic))


def _log(x: acb, analytic: bool) -> acb:
    # On the real line the logarithm is real: of what may be ≤ 0 there is none.
    return x.log(analytic=True) if analytic else (x.log() if x.real > 0 else _NAN)


def _between_cuts(name: str, certain: Callable[[acb], bool]) -> Callable[[acb, bool], acb]:
    return lambda x, analytic: getattr(x, name)() if certain(x) else _NAN


def _off_imaginary_cuts(x: acb) -> bool:
    """Off the imaginary axis beyond ±i, where atan and asinh have their cuts."""
    return bool(x.real > 0 or x.real < 0 or abs(x.imag) < 1)


def _off_real_cuts(x: acb) -> bool:
    """Off the real axis beyond ±1, where asin, acos and atanh have their cuts."""
    return bool(abs(x.real) < 1)


_FUNCTIONS: dict[str, Callable[[acb, bool], acb]] = {
    # Entire, or with poles only, near which Arb's balls are not finite.
    **{
        name: (lambda x, analytic, name=name: getattr(x, name)())
        for name in ("exp", "expm1", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sech", "erf", "erfc")
    },
    "log": _log,
    "log1p": lambda x, analytic: _log(1 + x, analytic),
    "atan": _between_cuts("atan", _off_imaginary_cuts),
    "asinh": _between_cuts("asinh", _off_imaginary_cuts),
    "asin": _between_cuts("asin", _off_real_cuts),
    "acos": _between_cuts("acos", _off_real_cuts),
    "atanh": _between_cuts("atanh", _off_real_cuts),
    "acosh": _between_cuts("acosh", lambda x: bool(x.real > 1)),
}


def on_balls(program: Program) -> Callable[[acb, bool], acb]:
    """The program of one variable and one output as an integrand for `acb.integral`."""

    def integrand(x: acb, analytic: bool) -> acb:
        def lift(constant: Interval) -> Ball:
            return Ball(acb(constant.lo.union(constant.hi)), analytic)

        def apply(name: str, argument: Ball) -> Ball:
            if name not in _FUNCTIONS:
                raise UnsupportedError(f"no values of {name} on complex balls are known")
            return Ball(_FUNCTIONS[name](argument.value, analytic), analytic)

        def select(cases: Sequence[tuple[str, Ball, Ball]], otherwise: Ball) -> Ball:
            return Ball(_select(cases, otherwise, analytic), analytic)

        return program.run([Ball(x, analytic)], lift, apply, select)[0].value

    return integrand


def _select(cases: Sequence[tuple[str, Any, Any]], otherwise: Ball, analytic: bool) -> acb:
    """The case that certainly applies; where there are several, no analytic function, and any of their values."""
    open_to: Any = None
    for relation, slack, body in cases:
        holds = _certainly(relation, slack.value.real)
        if holds is False:
            continue
        if holds and open_to is None:
            return body.value
        open_to = body.value if open_to is None else _union(open_to, body.value)
        if holds:
            return _NAN if analytic else open_to
    if open_to is None:
        return otherwise.value
    return _NAN if analytic else _union(open_to, otherwise.value)


def _certainly(relation: str, slack: arb) -> bool | None:
    """Whether slack ⋛ 0 holds on all of the ball, or on none of it."""
    if slack > 0:
        return relation in (">=", ">", "!=")
    if slack < 0:
        return relation == "!="
    return None


def _union(a: acb, b: acb) -> acb:
    return acb(a.real.union(b.real), a.imag.union(b.imag))
