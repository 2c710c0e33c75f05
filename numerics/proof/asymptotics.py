"""Expansions at infinity with a certain remainder: the sign of f(s) for every s ≥ A.

f is written in the scale of `numerics.enclosure.expansion`. Where the leading term outweighs the others on all of [A,
∞), f has its sign there. A finite point x₀ is brought to infinity by x = x₀ ± 1/s; then the same expansion
settles a bound that touches at x₀, also where f has no Taylor series there (x·log x at 0, √x, x^x).

Soundness: every step below is an identity, or a Taylor series with Lagrange's remainder enclosed over [A, ∞).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp
from flint import arb

from numerics.deadline import OutOfTimeError, interrupted_after
from numerics.enclosure import elementary
from numerics.enclosure.expansion import (
    CONSTANT,
    Expansion,
    Monomial,
    NoExpansionError,
    Scale,
    as_fraction,
    times,
    to_power,
)
from numerics.enclosure.interval import Interval
from numerics.enclosure.program import enclose

_F0, _F1 = Fraction(0), Fraction(1)
_UNIT = Interval(arb(0), arb(1))
_SECONDS = 2.0


class Expressions(Scale):
    """Expressions in one variable s, expanded on [start, ∞)."""

    def __init__(self, variable: sp.Symbol, start: int, order: int):
        super().__init__(start, order)
        self.variable = variable
        self.known: dict[sp.Expr, Expansion] = {}

    def expand(self, node: Any) -> Expansion:
        if node not in self.known:
            self.known[node] = self.compute(node)
        return self.known[node]

    def compute(self, node: Any) -> Expansion:
        if not node.has(self.variable):
            return self.constant(node)
        if node == self.variable:
            return Expansion({(_F0, _F0, _F1, _F0): sp.S.One}, {})
        if node.is_Add or node.is_Mul:
            combine = self.add if node.is_Add else self.mul
            result = self.expand(node.args[0])
            for argument in node.args[1:]:
                result = combine(result, self.expand(argument))
            return result
        if isinstance(node, sp.Pow):
            return self.power(node)
        if isinstance(node, sp.exp):
            return self.exponential(self.expand(node.args[0]))
        if isinstance(node, sp.log):
            return self.logarithm(self.expand(node.args[0]))
        return self.function(node)

    def power(self, node: sp.Pow) -> Expansion:
        if node.base is sp.E:
            return self.exponential(self.expand(node.exp))
        if node.exp.has(self.variable):
            return self.exponential(self.expand(node.exp * sp.log(node.base)))
        base = self.expand(node.base)
        if isinstance(node.exp, sp.Integer) and 0 < node.exp <= 12:
            result = base
            for _ in range(int(node.exp) - 1):
                result = self.mul(result, base)
            return result
        m, lead, small = self.relative(base)
        t = sp.Dummy("t", real=True)
        factor = lead**node.exp
        if not factor.is_real and not (enclose(lead).lo > 0):
            raise NoExpansionError(f"a power of the negative number {lead}")
        series = self.analytic((1 + t) ** node.exp, t, sp.S.Zero, small)
        return self.scaled(series, factor, to_power(m, as_fraction(node.exp)))

    def exponential(self, e: Expansion) -> Expansion:
        m, constant, small = CONSTANT, sp.S.Zero, {}
        bounded = Interval(arb(1), arb(1))
        for n, coefficient in e.exact.items():
            if n == (_F0, _F0, _F1, _F0) and not coefficient.is_Rational:
                # e^{−cs} with an irrational c is e^{−rs} times a number of (0, 1], r ≤ c a rational number.
                rate = Fraction(int((enclose(-coefficient).lo * 2**20).floor().unique_fmpz() or 0), 2**20)
                m, bounded = times(m, (_F0, -rate, _F0, _F0)), _UNIT
                continue
            if n == (_F0, _F0, Fraction(2), _F0):
                m = times(m, (as_fraction(coefficient), _F0, _F0, _F0))
            elif n == (_F0, _F0, _F1, _F0):
                m = times(m, (_F0, as_fraction(coefficient), _F0, _F0))
            elif n == (_F0, _F0, _F0, _F1):
                m = times(m, (_F0, _F0, as_fraction(coefficient), _F0))
            elif n == CONSTANT:
                constant = coefficient
            elif n < CONSTANT:
                small[n] = coefficient
            else:
                return self.faster(e)
        if any(n > CONSTANT for n in e.rest):
            raise NoExpansionError("the exponent is not known well enough")
        around = Expansion(small, {n: a for n, a in e.rest.items() if n < CONSTANT})
        t = sp.Dummy("t", real=True)
        result = self.scaled(self.analytic(sp.exp(t), t, sp.S.Zero, around), sp.exp(constant), m)
        if bounded is _UNIT:
            result = self.mul(result, Expansion({}, {CONSTANT: _UNIT}))
        if CONSTANT in e.rest:
            result = self.mul(result, Expansion({}, {CONSTANT: elementary.exp(e.rest[CONSTANT])}))
        return result

    def faster(self, e: Expansion) -> Expansion:
        """exp of something below −s² is a number of [0, 1] times e^{−s²}."""
        parabola = Expansion({(_F0, _F0, Fraction(2), _F0): sp.S.One}, {})
        if self.sign(self.add(e, parabola)) != -1:
            raise NoExpansionError("an exponent grows in a way that the scale does not hold")
        return Expansion({}, {(Fraction(-1), _F0, _F0, _F0): _UNIT})

    def logarithm(self, e: Expansion) -> Expansion:
        (q, b, a, c), lead, small = self.relative(e)
        if c:
            raise NoExpansionError("a logarithm of a logarithm")
        if not enclose(lead).lo > 0:
            raise NoExpansionError("a logarithm of a negative number")
        t = sp.Dummy("t", real=True)
        result = self.analytic(sp.log(1 + t), t, sp.S.Zero, small)
        powers = {
            (_F0, _F0, Fraction(2), _F0): q,
            (_F0, _F0, _F1, _F0): b,
            (_F0, _F0, _F0, _F1): a,
        }
        growing: dict[Monomial, sp.Expr] = {m: sp.Rational(p.numerator, p.denominator) for m, p in powers.items() if p}
        result = self.add(result, Expansion(growing, {}))
        return self.add(result, self.constant(sp.log(lead)))

    def function(self, node: Any) -> Expansion:
        rewritten = self.through_decay(node) if isinstance(node, sp.tanh | sp.sech) else _rewritten(node)
        if rewritten is not None:
            return self.expand(rewritten)
        if isinstance(node, sp.Abs):
            inner = self.expand(node.args[0])
            return inner if self.sign(inner) > 0 else self.scaled(inner, sp.S.NegativeOne)
        if isinstance(node, sp.Max | sp.Min):
            return self.extremum(node)
        if len(node.args) != 1:
            raise NoExpansionError(f"no expansion is known for {node.func.__name__}")
        argument = self.expand(node.args[0])
        t = sp.Dummy("t", real=True)
        centre = argument.exact.get(CONSTANT, sp.S.Zero)
        tends = all(m <= CONSTANT for m in argument.exact) and all(m < CONSTANT for m in argument.rest)
        if tends:
            small = Expansion({m: a for m, a in argument.exact.items() if m != CONSTANT}, argument.rest)
            return self.analytic(node.func(t), t, centre, small)
        return self.saturating(node, argument)

    def through_decay(self, node: Any) -> sp.Expr:
        """tanh u and sech u through e^{−|u|}, as e^{|u|} may grow in a way that the scale does not hold."""
        u = node.args[0]
        try:
            side = self.sign(self.expand(u))
        except NoExpansionError:
            side = 1
        decay = sp.exp(-side * u)
        if isinstance(node, sp.sech):
            return 2 * decay / (1 + decay**2)
        return side * (1 - decay**2) / (1 + decay**2)

    def saturating(self, node: Any, argument: Expansion) -> Expansion:
        u = node.args[0]
        if isinstance(node, sp.sin | sp.cos):
            return Expansion({}, {CONSTANT: Interval(arb(-1), arb(1))})
        side = self.sign(argument)
        if isinstance(node, sp.atan):
            half_pi = self.constant(side * sp.pi / 2)
            return self.add(half_pi, self.scaled(self.expand(sp.atan(1 / u)), sp.S.NegativeOne))
        if isinstance(node, sp.erf | sp.erfc):
            # SymPy may turn erfc(−u) into 2 − erfc(u) again, so that no such node is made here.
            tail, one = self.complementary(side * u), self.constant(sp.S.One)
            if isinstance(node, sp.erfc) and side > 0:
                return tail
            below = self.scaled(tail, sp.S.NegativeOne)
            return (
                self.scaled(self.add(one, below), sp.Integer(side))
                if isinstance(node, sp.erf)
                else self.add(self.constant(sp.Integer(2)), below)
            )
        raise NoExpansionError(f"no expansion is known for {node.func.__name__} of something that grows")

    def complementary(self, u: Any) -> Expansion:
        """erfc u = e^{−u²}/(u√π)·(Σ_{n<N} (−1)ⁿ(2n−1)!!/(2u²)ⁿ + θ·(the next term)), 0 ≤ θ ≤ 1, for u > 0.

        By repeated integration by parts; DLMF 7.12.1 and the bound on its remainder.
        """
        factor = self.expand(sp.exp(-(u**2)) / (u * sp.sqrt(sp.pi)))
        terms = [(-1) ** n * sp.factorial2(2 * n - 1) / (2 * u**2) ** n for n in range(self.order + 1)]
        tail = self.mul(self.expand(terms[-1]), Expansion({}, {CONSTANT: _UNIT}))
        return self.mul(factor, self.add(self.expand(sp.Add(*terms[:-1])), tail))

    def extremum(self, node: Any) -> Expansion:
        best = node.args[0]
        for argument in node.args[1:]:
            above = self.sign(self.expand(argument - best)) > 0
            if above == isinstance(node, sp.Max):
                best = argument
        return self.expand(best)


def _rewritten(node: Any) -> sp.Expr | None:
    """Functions that are combinations of exponentials, logarithms and simpler ones."""
    u: Any = node.args[0] if node.args else None
    if isinstance(node, sp.sinh | sp.cosh | sp.csch | sp.coth):
        return node.rewrite(sp.exp)
    if isinstance(node, sp.asinh | sp.acosh | sp.atanh):
        return node.rewrite(sp.log)
    if isinstance(node, sp.tan | sp.cot | sp.sec | sp.csc):
        # A pole of the tangent is a zero of the cosine, which has a series.
        parts = {sp.tan: sp.sin(u) / sp.cos(u), sp.cot: sp.cos(u) / sp.sin(u), sp.sec: 1 / sp.cos(u)}
        return parts.get(node.func, 1 / sp.sin(u))
    if node.func.__name__ == "log1p":
        return sp.log(1 + u)
    if node.func.__name__ == "expm1":
        return sp.exp(u) - 1
    return None


def sign_at_infinity(expression: sp.Expr, variable: sp.Symbol) -> tuple[int, int] | None:
    """(sign, A): the expression has this sign at every variable ≥ A; None where no expansion tells within seconds."""
    try:
        # The coefficients may grow with every product until SymPy expands them for minutes.
        with interrupted_after(_SECONDS):
            return _sign_at_infinity(expression, variable)
    except OutOfTimeError:
        return None


def _sign_at_infinity(expression: sp.Expr, variable: sp.Symbol) -> tuple[int, int] | None:
    for order in (2, 4, 8):
        for exponent in (1, 2, 3, 5, 8, 12, 20, 30):
            scale = Expressions(variable, 2**exponent, order)
            try:
                return scale.sign(scale.expand(expression)), 2**exponent
            except NoExpansionError as reason:
                if str(reason).startswith(("nothing", "no expansion", "the remainder is as", "the exponent")):
                    break
            except (ValueError, ZeroDivisionError, RecursionError):
                break
    return None


def limit_at_infinity(expression: sp.Expr, variable: sp.Symbol) -> sp.Expr | None:
    """The limit of the expression as the variable tends to +∞: an exact number, ∞ or −∞; None if unknown."""
    for order in (2, 4, 8):
        for exponent in (2, 4, 8, 16, 30):
            scale = Expressions(variable, 2**exponent, order)
            try:
                return _limit(scale, scale.expand(expression))
            except NoExpansionError:
                continue
            except (ValueError, ZeroDivisionError, RecursionError):
                break
    return None


def _limit(scale: Scale, e: Expansion) -> sp.Expr:
    if any(m >= CONSTANT for m in e.rest):
        raise NoExpansionError("the remainder does not decay")
    growing = [m for m in e.exact if m > CONSTANT]
    if growing:
        return sp.S.Infinity if scale.sign(e) > 0 else sp.S.NegativeInfinity
    return e.exact.get(CONSTANT, sp.S.Zero)
