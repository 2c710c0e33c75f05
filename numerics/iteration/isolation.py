"""All real solutions of f(ax) = x for one gain a: isolated, counted, to any number of digits, with their stability."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import sympy as sp

from numerics.deadline import Deadline
from numerics.enclosure.interval import Interval, precision
from numerics.enclosure.program import UnsupportedError, enclose
from numerics.proof.exact import constant_sign
from numerics.proof.goal import Range
from numerics.proof.real_statement import RealStatement
from numerics.proof.roots import Zeros
from numerics.ranges.line import End, UndecidedLineError, exact_end
from theory.activations import Activation, activation
from theory.definedness import conditions
from theory.errors import StatementError
from theory.parsing import parse_expression
from theory.statement import Relation, show

Stability = Literal["attracting", "repelling", "neutral"]

_x = sp.Symbol("x", real=True)
_SECONDS, _DEFINED = 30.0, 5.0


class UncountedError(ArithmeticError):
    """The fixed points could not all be isolated; the message says where it failed."""


@dataclass(frozen=True, repr=False)
class FixedPoint:
    """A solution ξ of f(aξ) = ξ: lo ≤ ξ ≤ hi, `exact` where a closed form is certain.

    `stability` says whether |φ_a′(ξ)| is below 1, above 1 or exactly 1; None where that was not decided, or f has no
    derivative there.
    """

    lo: Fraction
    hi: Fraction
    exact: sp.Expr | None
    stability: Stability | None

    def decimals(self, digits: int) -> tuple[str, str]:
        """Decimals that enclose it, as far as lo and hi tell it apart."""
        return End(self.lo, self.hi, self.exact).bracket(digits)

    def __repr__(self) -> str:
        """Its closed form, or as many digits as are certain; and its stability."""
        if self.exact is not None:
            place = show(self.exact)
        else:
            digits = max(1, len(str(int(1 / (self.hi - self.lo)))) - 1)
            place = "[{}, {}]".format(*self.decimals(digits))
        return f"FixedPoint({place}, {self.stability or 'stability not decided'})"


def fixed_points(f: Any, a: Any, digits: int = 15, seconds: float = _SECONDS) -> tuple[FixedPoint, ...]:
    """All real fixed points of φ_a(x) = f(ax), from the left, each enclosed to `digits` digits.

    f is the name of an activation, an `Activation`, or an expression in one real variable (SymPy, or text as `gradproof
    prove` reads it); it is bounded or not. a is an exact real number of any sign (int, Fraction, SymPy, or text).

    StatementError: an f or a that is none of these, or an f that is not defined everywhere. UncountedError: some place
    stayed unclear, so that there may be others.
    """
    if isinstance(digits, bool) or not isinstance(digits, int) or digits < 1:
        raise StatementError(f"digits = {digits!r}: ask for at least one digit, a whole number")
    function, gain = _function(f), _gain(a)
    image: Any = function.xreplace({_x: gain * _x})
    condition = _undefined(image, _x)
    if condition is not None:
        raise StatementError(f"{show(image)} was not shown to be defined for every {_x}: it needs {condition}")
    return solutions(image, _x, digits, Deadline.after(seconds))


def positive_fixed_point(f: Any, a: Any, digits: int = 15) -> FixedPoint:
    """ξ_a: the positive fixed point of φ_a(x) = f(ax) where there is exactly one, else 0. Errors: `fixed_points`."""
    positive = [point for point in fixed_points(f, a, digits) if point.lo > 0]
    return positive[0] if len(positive) == 1 else FixedPoint(Fraction(0), Fraction(0), sp.S.Zero, None)


def _undefined(image: Any, x: sp.Symbol) -> Relation | None:
    """What has to hold for the image to be a real number, and was not proved; None where it is defined on all of ℝ."""
    for condition in conditions(image):
        if RealStatement((), (condition,), [x]).prove(Deadline.after(_DEFINED)).proofs is None:
            return condition
    return None


def solutions(image: Any, x: sp.Symbol, digits: int, deadline: Deadline, closed: bool = True) -> tuple[FixedPoint, ...]:
    """All real solutions of image = x, for an image without parameters. UncountedError where that is not certain.

    With `closed`, closed forms are looked for, which takes longer.
    """
    if (condition := _undefined(image, x)) is not None:
        raise UncountedError(f"{show(image)} was not shown to be defined for every {x}: it needs {condition}")
    gap = image - x
    try:
        above = _zeros(gap, x, digits, deadline, closed)
        mirrored = gap.xreplace({x: -x})
        # An odd gap has the same zeros on both sides.
        below = above if mirrored == -gap else _zeros(mirrored, x, digits, deadline, closed)
    except (UndecidedLineError, UnsupportedError) as reason:
        raise UncountedError(f"the solutions of {show(image)} = {x} were not all isolated: {reason}") from None
    at_zero = constant_sign(gap.subs(x, 0))
    if at_zero is None:
        raise UncountedError(f"whether {show(image)} is 0 at 0 is not known")
    ends = [*map(_mirrored, reversed(below)), *([exact_end(sp.S.Zero)] if at_zero == 0 else []), *above]
    return tuple(_described(end, image, x, digits) for end in ends)


class _Enclosed(Zeros):
    """Zeros that are enclosed only: no closed forms."""

    def roots(self) -> list[sp.Expr]:
        return []


def _zeros(gap: Any, x: sp.Symbol, digits: int, deadline: Deadline, closed: bool) -> list[End]:
    """The zeros on x > 0: the sign is certain next to 0, far out, and between the zeros."""
    search = (Zeros if closed else _Enclosed)(gap, x, Range(sp.S.Zero, sp.S.Infinity), digits, deadline)
    search.isolate()
    if len(search.signs) != len(search.zeros) + 1:
        raise UndecidedLineError(f"the zeros of {show(gap)} were not told apart")
    return search.zeros


def _mirrored(end: End) -> End:
    assert end.lo is not None
    assert end.hi is not None
    return End(-end.hi, -end.lo, None if end.exact is None else -end.exact)


def _described(end: End, image: Any, x: sp.Symbol, digits: int) -> FixedPoint:
    assert end.lo is not None
    assert end.hi is not None
    exact = None if end.exact is None or end.exact.has(sp.CRootOf) else end.exact
    return FixedPoint(end.lo, end.hi, exact, _stability(end, exact, image, x, digits))


def _stability(end: End, exact: Any, image: Any, x: sp.Symbol, digits: int) -> Stability | None:
    """From an enclosure of the derivative at the fixed point; exactly 1 only where that is certain."""
    assert end.lo is not None
    slopes: list[Any] = [_slope(image, x, positive) for positive in (True, False)]
    if exact != 0:
        slopes = slopes[:1] if end.lo >= 0 else slopes[1:]
    elif constant_sign(slopes[0].subs(x, 0) - slopes[1].subs(x, 0)) != 0:
        return None  # a kink, or nothing that is known
    slope: Any = slopes[0]
    try:
        with precision(4 * digits + 128):
            around = enclose(sp.sympify(exact)) if exact is not None else _between(end)
            size = abs(enclose(slope, {x: around}))
    except UnsupportedError:
        return None
    if size.hi < 1:
        return "attracting"
    if size.lo > 1:
        return "repelling"
    neutral = exact is not None and constant_sign(sp.Abs(slope.subs(x, exact)) - 1) == 0
    return "neutral" if neutral else None


def _slope(image: Any, x: sp.Symbol, positive: bool) -> Any:
    """The derivative on one side of 0, where the size |x| is x or −x."""
    y = sp.Dummy("x", positive=True)
    side = y if positive else -y
    slope = sp.diff(image.xreplace({x: side}), y) * (1 if positive else -1)
    return slope.replace(sp.Heaviside, lambda u, *_: sp.Piecewise((1, u > 0), (0, True))).xreplace(
        {y: x if positive else -x}
    )


def _between(end: End) -> Interval:
    assert end.lo is not None
    assert end.hi is not None
    return Interval.exact(*end.lo.as_integer_ratio()).hull(Interval.exact(*end.hi.as_integer_ratio()))


def _function(f: Any) -> sp.Expr:
    """The function as an expression in x."""
    if isinstance(f, str):
        try:
            f = activation(f)
        except StatementError as unknown:
            f = _read(f, unknown)
    if isinstance(f, Activation):
        if f.parameters:
            raise StatementError(f"{f.name} has the parameter {f.parameters[0]}: give it a value")
        (variable,) = f.formula.free_symbols or {_x}
        return f.formula.xreplace({variable: _x})  # pyright: ignore[reportReturnType]
    if not isinstance(f, sp.Expr) or len(f.free_symbols) > 1 or f.has(sp.Float):
        raise StatementError(f"{f!r} is no function of one variable: give an activation's name, or such as tanh(x)")
    return f.xreplace(dict.fromkeys(f.free_symbols, _x))  # pyright: ignore[reportReturnType]


def _read(text: str, unknown: StatementError) -> sp.Expr:
    """The expression that a text writes; a single word that is no activation was meant to be one."""
    if text.strip().replace("-", "").replace("_", "").isalpha() and len(text.strip()) > 1:
        raise unknown
    return parse_expression(text)[0]


def _gain(a: Any) -> sp.Expr:
    advice = "give an exact real number, such as 3/2, Fraction(3, 2), or '1.5' in quotes"
    try:
        value = parse_expression(a)[0] if isinstance(a, str) else sp.sympify(a, strict=True)
    except sp.SympifyError:
        raise StatementError(f"the gain a = {a!r} is no number: {advice}") from None
    if isinstance(a, bool) or not isinstance(value, sp.Expr) or value.has(sp.Float) or value.free_symbols:
        raise StatementError(f"the gain a = {a!r} is no exact number: {advice}")
    if not value.is_real or not value.is_finite:
        raise StatementError(f"the gain a = {a!r} is not a real number: {advice}")
    return value
