"""Expectations under a normal law, E[φ(Z)] with Z ~ N(μ, σ²), enclosed with certainty.

E[φ(μ + σZ)] = ∫ φ(μ + σz) e^{−z²/2}/√(2π) dz: on [−B, B] by Arb's integrator, whose error bounds are rigorous, and
beyond B by a bound |φ| ≤ c|z|ⁿe^{b|z|} read off the expression.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sympy as sp
from flint import acb, arb

from numerics.deadline import Deadline
from numerics.enclosure.analytic import on_balls
from numerics.enclosure.interval import INFINITY, MINUS_INFINITY, Interval, fraction, precision
from numerics.enclosure.program import UnsupportedError, compile_expressions, enclose
from numerics.precision import UndecidedError
from numerics.proof.real_statement import RealStatement
from theory.definedness import conditions
from theory.errors import StatementError
from theory.statement import show

_GUARD_BITS = 64
_HIGHEST_BITS = 20_000
_FARTHEST = 2_000
_SECONDS = 5.0
_ZERO, _ONE = arb(0), arb(1)


def gaussian_expectation(
    expression: sp.Expr, z: sp.Symbol, digits: int = 15, mean: Any = sp.S.Zero, deviation: Any = sp.S.One
) -> Interval:
    """An interval of width at most 10^−digits·max(1, |value|) that contains E[φ(Z)], Z ~ N(mean, deviation²).

    φ is the expression, in z alone; mean and deviation are exact real numbers, deviation > 0. φ is continuous on ℝ
    (kinks, |z| and cases are allowed) and grows at most like c|z|ⁿe^{b|z|}; for log|z| see `expected_logarithm`.

    StatementError: a parameter that is not an exact number, a deviation ≤ 0, another variable in φ, a φ that is not
    shown to be defined on ℝ. UnsupportedError: a
    function that is not known on complex balls, or whose growth is not. UndecidedError: no such enclosure was found, as
    where φ has a pole, or no expectation.
    """
    mu, sigma = _law(mean, deviation, digits)
    try:
        expression = sp.sympify(expression, strict=True)
    except sp.SympifyError:
        raise StatementError(f"{expression!r} is no expression: give one of SymPy's, such as tanh({z})**2") from None
    if others := expression.free_symbols - {z}:
        names = ", ".join(sorted(map(str, others)))
        raise StatementError(f"{show(expression)} speaks of {names} besides {z}: give each of them a value")
    placed: Any = expression.xreplace({z: mu + sigma * z})
    _require_defined(placed, z)
    integrand = on_balls(compile_expressions([placed * sp.exp(-(z**2) / 2)], [z]))
    growth = _growth(placed, z)

    def attempt(bits: int) -> arb:
        tolerance = arb(2) ** (_GUARD_BITS // 2 - bits)
        reach, tail = _tail(growth, tolerance)
        inner = _integral(integrand, [-reach, 0, reach], tolerance) + arb(0, tail.upper())
        return inner / (2 * arb.pi()).sqrt()

    return _to_digits(attempt, digits, f"E[{show(expression)}]")


def expected_logarithm(mean: Any, deviation: Any, digits: int = 15) -> Interval:
    """An interval of width at most 10^−digits·max(1, |value|) that contains E log|a|, a ~ N(mean, deviation²).

    With z₀ = −μ/σ: E log|a| = log σ + ∫_0^∞ log u·(φ(z₀+u) + φ(z₀−u)) du, where φ = e^{−z²/2}/√(2π) ≤ 1/√(2π). On
    (0, ε) the integral is between 0 and 2·(ε log ε − ε)/√(2π), as ∫_0^ε log u du = ε log ε − ε; beyond B ≥ 2|z₀| + 2
    the integrand is positive and at most 2u e^{−u²/8}/√(2π), whose integral is 8 e^{−B²/8}/√(2π).

    Errors as for `gaussian_expectation`.
    """
    mu, sigma = _law(mean, deviation, digits)
    u, at = sp.Symbol("u", real=True), -mu / sigma
    densities = sp.exp(-((u + at) ** 2) / 2) + sp.exp(-((u - at) ** 2) / 2)
    integrand = on_balls(compile_expressions([sp.log(u) * densities], [u]))

    def attempt(bits: int) -> arb:
        tolerance = arb(2) ** (_GUARD_BITS // 2 - bits)
        cut = arb(2) ** -bits
        near = (2 * cut * (1 - cut.log())).union(arb(0))
        reach = int(fraction((2 * abs(enclose(at)).hi + 2).upper().ceil()))
        while not 8 * (-(arb(reach) ** 2) / 8).exp() < tolerance:
            reach += 1 + reach // 8
        far = (8 * (-(arb(reach) ** 2) / 8).exp()).union(arb(0))
        inner = _integral(integrand, [cut, 1, reach], tolerance)
        return _ball(enclose(sp.log(sigma))) + (inner - near + far) / (2 * arb.pi()).sqrt()

    return _to_digits(attempt, digits, f"E log|a|, a ~ N({show(mu)}, ({show(sigma)})²)")


def _law(mean: Any, deviation: Any, digits: int) -> tuple[sp.Expr, sp.Expr]:
    """Mean and deviation as exact numbers, the deviation > 0."""
    if isinstance(digits, bool) or not isinstance(digits, int) or digits < 1:
        raise StatementError(f"digits = {digits!r}: ask for at least one digit, a whole number")
    values: list[sp.Expr] = []
    for name, given in (("mean", mean), ("deviation", deviation)):
        try:
            value: Any = sp.sympify(given, strict=True)
        except sp.SympifyError:
            value = sp.nan
        if value.has(sp.Float) or value.free_symbols or not value.is_real or not value.is_finite:
            raise StatementError(f"the {name} {given!r} is no exact real number: give one such as Rational(1, 10)")
        values.append(value)
    if not enclose(values[1]).lo > 0:
        raise StatementError(f"the deviation {deviation!r} is not > 0: give a positive number")
    return values[0], values[1]


def _require_defined(expression: sp.Expr, z: sp.Symbol) -> None:
    """StatementError where it is not proved that the expression is a real number for every z."""
    for condition in conditions(expression):
        if RealStatement((), (condition,), [z]).prove(Deadline.after(_SECONDS)).proofs is None:
            raise StatementError(
                f"{show(expression)} was not shown to be defined for every real {z}, which takes {condition}: an "
                f"expectation needs that"
            )


def _to_digits(attempt: Callable[[int], arb], digits: int, what: str) -> Interval:
    """The first attempt that is narrow enough, at precisions that double."""
    bits = int(3.33 * digits) + 2 * _GUARD_BITS
    wanted = arb(10) ** -digits
    while bits <= _HIGHEST_BITS:
        with precision(bits):
            value = attempt(bits)
            if not value.is_finite() and bits > 4 * (int(3.33 * digits) + 2 * _GUARD_BITS):
                break
            size = abs(value).lower()
            if value.is_finite() and 2 * value.rad() <= wanted * (size if size > 1 else _ONE):
                return Interval.around(value)
        bits *= 2
    raise UndecidedError(
        f"{what} was not enclosed to {digits} digits: the function may have a pole, or be undefined somewhere, or no "
        f"expectation may exist; ask for fewer digits, or split the function there"
    )


def _integral(integrand: Callable[[acb, bool], acb], places: list[Any], tolerance: arb) -> arb:
    """The integral along the real line through the places."""
    total = acb(0)
    for left, right in pairwise(places):
        total += acb.integral(integrand, acb(left), acb(right), abs_tol=tolerance, rel_tol=tolerance)
    # The function is real: what is left of an imaginary part is rounding.
    return total.real


def _ball(x: Interval) -> arb:
    return x.lo.union(x.hi)


@dataclass(frozen=True)
class _Growth:
    """|f(z)| ≤ factor·|z|^degree·e^{rate·|z|} for |z| ≥ 1, with factor ≥ 0, degree ≥ 0 and rate ≥ 0."""

    factor: arb
    degree: int = 0
    rate: arb = _ZERO

    def plus(self, other: _Growth) -> _Growth:
        factor = (self.factor + other.factor).upper()
        return _Growth(factor, max(self.degree, other.degree), self.rate if self.rate > other.rate else other.rate)

    def times(self, other: _Growth) -> _Growth:
        rate = (self.rate + other.rate).upper()
        return _Growth((self.factor * other.factor).upper(), self.degree + other.degree, rate)


def _growth(node: Any, z: sp.Symbol) -> _Growth:
    """A bound of |node| for |z| ≥ 1, from the parts it is made of.

    Sums, products and whole powers of bounds bound sums, products and whole powers; |max(u, v)| ≤ |u| + |v|; √|u| ≤ 1 +
    |u|; log u ≤ u and log u ≥ 0 where u ≥ 1; |asinh u| ≤ |u|; e^{αz + β} ≤ e^β e^{|α||z|}. Anything else has to be
    bounded by its own enclosure on |z| ≥ 1.
    """
    bounded = _bounded(node, z)
    if bounded is not None:
        return bounded
    if node == z:
        return _Growth(_ONE, 1)
    parts = [_growth(part, z) for part in node.args] if isinstance(node, sp.Add | sp.Mul | sp.Abs | sp.Max) else []
    if isinstance(node, sp.Min):
        parts = [_growth(part, z) for part in node.args]
    if isinstance(node, sp.Piecewise):
        cases: Any = node.args
        parts = [_growth(body, z) for body, _ in cases]
    if parts:
        total = parts[0]
        for part in parts[1:]:
            total = total.times(part) if isinstance(node, sp.Mul) else total.plus(part)
        return total
    if isinstance(node, sp.Pow) and node.exp.is_Rational and node.exp > 0:
        base = _growth(node.base, z)
        whole = int(node.exp) if node.exp.is_Integer else int(node.exp) + 1
        power = base if node.exp.is_Integer else base.plus(_Growth(_ONE))
        total = _Growth(_ONE)
        for _ in range(whole):
            total = total.times(power)
        return total
    if isinstance(node, sp.asinh):
        return _growth(node.args[0], z)
    if isinstance(node, sp.log) and all(enclose(node.args[0], {z: side}).lo >= 1 for side in _SIDES):
        return _growth(node.args[0], z)
    exponent: Any = node.args[0] if isinstance(node, sp.exp) else None
    if exponent is not None and (slope := exponent.diff(z)).free_symbols == set():
        rate = abs(enclose(slope)).hi
        factor = enclose(sp.exp(exponent.subs(z, 0))).hi
        return _Growth(factor, 0, rate)
    raise UnsupportedError(f"how fast {show(node)} grows is not known: the tails of its expectation have no bound")


_SIDES = (Interval(_ONE, INFINITY), Interval(MINUS_INFINITY, -_ONE))


def _bounded(node: Any, z: sp.Symbol) -> _Growth | None:
    sizes = [abs(enclose(node, {z: side})).hi for side in _SIDES]
    largest = sizes[0] if sizes[0] > sizes[1] else sizes[1]
    return _Growth(largest) if largest.is_finite() else None


def _tail(growth: _Growth, tolerance: arb) -> tuple[int, arb]:
    """(B, t): |∫ f e^{−z²/2} dz| over |z| ≥ B is at most t ≤ the tolerance.

    With g(z) = zⁿe^{bz − z²/2}: g′/g = n/z + b − z ≤ −κ for z ≥ B, κ = B − b − n/B; where κ > 0, ∫_B^∞ g ≤ g(B)/κ.
    """
    reach = 8
    while reach < _FARTHEST:
        far = arb(reach)
        kappa = (far - growth.rate - growth.degree / far).lower()
        if kappa > 0:
            bound = 2 * growth.factor * far**growth.degree * (growth.rate * far - far**2 / 2).exp() / kappa
            if bound < tolerance:
                return reach, bound.upper()
        reach += 1 + reach // 8
    raise UnsupportedError("the function grows too fast for a bound of the tails of its expectation")
