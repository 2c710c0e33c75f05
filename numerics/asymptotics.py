"""Expansions at infinity with a certain remainder: the sign of f(s) for every s ≥ A.

f is written in the scale e^{q s² + b s} · s^a · (log s)^c: a sum of terms with exact coefficients, plus a remainder,
a sum of terms whose coefficients are intervals, valid on all of [A, ∞). Where the leading term outweighs the others
on [A, ∞), f has its sign there. A finite point x₀ is brought to infinity by x = x₀ ± 1/s; then the same expansion
settles a bound that touches at x₀, also where f has no Taylor series there (x·log x at 0, √x, x^x).

Soundness: every rule below is an identity plus a Lagrange remainder enclosed over [A, ∞); a monomial that decays is
bounded by its value at A once it is shown to decrease from A on.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp
from flint import arb

from numerics import elementary
from numerics.interval import INFINITY, Interval
from numerics.program import compile_expressions, enclose
from numerics.taylor import coefficients

Monomial = tuple[Fraction, Fraction, Fraction, Fraction]
"""The exponents (q, b, a, c) of e^{q s² + b s} · s^a · (log s)^c; larger in dictionary order is larger at infinity."""

_F0, _F1 = Fraction(0), Fraction(1)
CONSTANT: Monomial = (_F0, _F0, _F0, _F0)
MOST_TERMS = 60
_UNIT = Interval(arb(0), arb(1))


class NoExpansionError(Exception):
    """The expression has no expansion in this scale, or not from this A on."""


@dataclass(frozen=True)
class Expansion:
    """Σ exact[m]·m + Σ rest[m]·m for every s ≥ A, each coefficient of `rest` some number of its interval."""

    exact: dict[Monomial, sp.Expr]
    rest: dict[Monomial, Interval]

    def lead(self) -> tuple[Monomial, sp.Expr]:
        """The dominating exact term; NoExpansionError where there is none or the remainder reaches it."""
        if not self.exact:
            raise NoExpansionError("nothing is left but a remainder")
        monomial = max(self.exact)
        if any(m >= monomial for m in self.rest):
            raise NoExpansionError("the remainder is as large as the leading term")
        return monomial, self.exact[monomial]


def _times(m: Monomial, n: Monomial) -> Monomial:
    return (m[0] + n[0], m[1] + n[1], m[2] + n[2], m[3] + n[3])


def _to_power(m: Monomial, r: Fraction) -> Monomial:
    return (m[0] * r, m[1] * r, m[2] * r, m[3] * r)


def as_fraction(value: Any) -> Fraction:
    """A SymPy rational as a fraction; NoExpansionError for anything else."""
    if not getattr(value, "is_Rational", False):
        raise NoExpansionError(f"the exponent {value} is not rational")
    return Fraction(int(value.p), int(value.q))


class Scale:
    """Expansions of expressions in one variable s on [start, ∞), with `order` exact terms of each Taylor series."""

    def __init__(self, variable: sp.Symbol, start: int, order: int):
        self.variable, self.start, self.order = variable, start, order
        self.ray = Interval(arb(start), INFINITY)
        self.known: dict[sp.Expr, Expansion] = {}

    # -- sizes ---------------------------------------------------------------------------------------------------

    def value(self, m: Monomial, s: Interval) -> Interval:
        q, b, a, c = m
        logarithm = elementary.log(s)
        exponent = _exact(q) * s.power(2) + _exact(b) * s + _exact(a) * logarithm
        if c:
            exponent = exponent + _exact(c) * elementary.log(logarithm)
        return elementary.exp(exponent)

    def decaying(self, m: Monomial) -> Interval:
        """[0, sup m] over the ray, for a monomial that decays; NoExpansionError where it still grows at the start."""
        if m == CONSTANT:
            return Interval(arb(1), arb(1))
        q, b, a, c = m
        # s · d/ds log m = s(2q s + b) + a + c/log s: where this is ≤ 0 on the ray, m decreases there.
        s = self.ray
        slope = s * (_exact(2 * q) * s + _exact(b)) + _exact(a) + _exact(c) * elementary.log(s).inverse()
        if m > CONSTANT or not slope.hi <= 0:
            raise NoExpansionError("a term still grows")
        start = Interval(arb(self.start), arb(self.start))
        return Interval(arb(0), self.value(m, start).hi)

    def bound(self, e: Expansion) -> Interval:
        """An enclosure of every value of an expansion without growing terms."""
        total = Interval.exact(0)
        for m, coefficient in e.exact.items():
            total = total + enclose(coefficient) * self.decaying(m)
        for m, coefficient in e.rest.items():
            total = total + coefficient * self.decaying(m)
        return total

    # -- arithmetic ----------------------------------------------------------------------------------------------

    def constant(self, value: sp.Expr) -> Expansion:
        return Expansion({CONSTANT: value} if value != 0 else {}, {})

    def add(self, e: Expansion, f: Expansion) -> Expansion:
        exact = dict(e.exact)
        for m, coefficient in f.exact.items():
            total = exact.pop(m, sp.S.Zero) + coefficient
            if not _is_zero(total):
                exact[m] = total
        rest = dict(e.rest)
        for m, interval in f.rest.items():
            rest[m] = rest[m] + interval if m in rest else interval
        return self.trimmed(exact, rest)

    def trimmed(self, exact: dict[Monomial, sp.Expr], rest: dict[Monomial, Interval]) -> Expansion:
        """Small exact terms beyond MOST_TERMS, and those below the remainder, join the remainder."""
        ceiling = max(rest) if rest else None
        kept = sorted(exact, reverse=True)
        for place, m in enumerate(kept):
            if place >= MOST_TERMS or (ceiling is not None and m <= ceiling):
                moved = enclose(exact.pop(m))
                target = m
                if ceiling is not None and m < ceiling:
                    # m = ceiling · (m/ceiling), and the quotient decays: one remainder term is enough.
                    moved, target = moved * self.decaying(_times(m, _to_power(ceiling, Fraction(-1)))), ceiling
                rest[target] = rest[target] + moved if target in rest else moved
        return Expansion(exact, self.merged(rest))

    def merged(self, rest: dict[Monomial, Interval]) -> dict[Monomial, Interval]:
        if len(rest) <= 1:
            return rest
        top = max(rest)
        total = rest[top]
        for m, interval in rest.items():
            if m != top:
                total = total + interval * self.decaying(_times(m, _to_power(top, Fraction(-1))))
        return {top: total}

    def mul(self, e: Expansion, f: Expansion) -> Expansion:
        exact: dict[Monomial, sp.Expr] = {}
        rest: dict[Monomial, Interval] = {}
        for m, a in e.exact.items():
            for n, b in f.exact.items():
                key = _times(m, n)
                total = sp.expand(exact.pop(key, sp.S.Zero) + a * b)
                if not _is_zero(total):
                    exact[key] = total
        products = [(m, enclose(a), n, b) for m, a in e.exact.items() for n, b in f.rest.items()]
        products += [(m, a, n, enclose(b)) for m, a in e.rest.items() for n, b in f.exact.items()]
        products += [(m, a, n, b) for m, a in e.rest.items() for n, b in f.rest.items()]
        for m, a, n, b in products:
            key = _times(m, n)
            rest[key] = rest[key] + a * b if key in rest else a * b
        return self.trimmed(exact, rest)

    def scaled(self, e: Expansion, factor: sp.Expr, m: Monomial = CONSTANT) -> Expansion:
        return self.mul(e, Expansion({m: factor}, {}))

    def relative(self, e: Expansion) -> tuple[Monomial, sp.Expr, Expansion]:
        """(m, κ, R) with e = κ·m·(1 + R), R decaying."""
        m, lead = e.lead()
        if enclose(lead).contains_zero():
            raise NoExpansionError(f"the sign of the coefficient {lead} is unknown")
        quotient = self.scaled(e, 1 / lead, _to_power(m, Fraction(-1)))
        exact = {n: a for n, a in quotient.exact.items() if n != CONSTANT}
        return m, lead, Expansion(exact, quotient.rest)

    def analytic(self, function: sp.Expr, t: sp.Symbol, centre: sp.Expr, small: Expansion) -> Expansion:
        """function(centre + small) by its Taylor series at the centre, with Lagrange's remainder."""
        if any(m >= CONSTANT for m in (*small.exact, *small.rest)):
            raise NoExpansionError("the argument does not tend to the centre")
        result = self.constant(function.subs(t, centre))
        if not small.exact and not small.rest:
            return result
        power, derivative = self.constant(sp.S.One), function
        for j in range(1, self.order):
            power, derivative = self.mul(power, small), sp.diff(derivative, t)
            result = self.add(result, self.scaled(power, derivative.subs(t, centre) / sp.factorial(j)))
        program = compile_expressions([function], [t])
        values = enclose(centre) + self.bound(small)
        remainder = coefficients(program, values, self.order)[self.order]
        if not remainder.finite:
            raise NoExpansionError("the remainder of a Taylor series is unbounded here")
        tail = self.mul(self.mul(power, small), Expansion({}, {CONSTANT: remainder}))
        return self.add(result, tail)

    # -- expressions ---------------------------------------------------------------------------------------------

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
        return self.scaled(series, factor, _to_power(m, as_fraction(node.exp)))

    def exponential(self, e: Expansion) -> Expansion:
        m, constant, small = CONSTANT, sp.S.Zero, {}
        bounded = Interval(arb(1), arb(1))
        for n, coefficient in e.exact.items():
            if n == (_F0, _F0, _F1, _F0) and not coefficient.is_Rational:
                # e^{−cs} with an irrational c is e^{−rs} times a number of (0, 1], r a rational number below c.
                rate = Fraction(int((enclose(-coefficient).lo * 2**20).floor().unique_fmpz() or 0), 2**20)
                if rate <= 0:
                    raise NoExpansionError(f"the exponent {coefficient} is not rational")
                m, bounded = _times(m, (_F0, -rate, _F0, _F0)), _UNIT
                continue
            if n == (_F0, _F0, Fraction(2), _F0):
                m = _times(m, (as_fraction(coefficient), _F0, _F0, _F0))
            elif n == (_F0, _F0, _F1, _F0):
                m = _times(m, (_F0, as_fraction(coefficient), _F0, _F0))
            elif n == (_F0, _F0, _F0, _F1):
                m = _times(m, (_F0, _F0, as_fraction(coefficient), _F0))
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
        growing = {m: sp.Rational(p.numerator, p.denominator) for m, p in powers.items() if p}
        result = self.add(result, Expansion(growing, {}))
        return self.add(result, self.constant(sp.log(lead)))

    def function(self, node: Any) -> Expansion:
        rewritten = _rewritten(node)
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

    def saturating(self, node: Any, argument: Expansion) -> Expansion:
        u = node.args[0]
        if isinstance(node, sp.sin | sp.cos):
            return Expansion({}, {CONSTANT: Interval(arb(-1), arb(1))})
        side = self.sign(argument)
        if isinstance(node, sp.atan):
            half_pi = self.constant(side * sp.pi / 2)
            return self.add(half_pi, self.scaled(self.expand(sp.atan(1 / u)), sp.S.NegativeOne))
        if isinstance(node, sp.erf) or (isinstance(node, sp.erfc) and side < 0):
            # erf u = side·(1 − erfc|u|), and erfc u = 1 − erf u.
            tail = self.expand(sp.erfc(side * u))
            value = self.add(self.constant(sp.S.One), self.scaled(tail, sp.S.NegativeOne))
            value = self.scaled(value, sp.Integer(side))
            if isinstance(node, sp.erf):
                return value
            return self.add(self.constant(sp.S.One), self.scaled(value, sp.S.NegativeOne))
        if isinstance(node, sp.erfc):
            # erfc u = e^{−u²}/(u√π)·(Σ_{n<N} (−1)ⁿ(2n−1)!!/(2u²)ⁿ + θ·(the next term)), 0 ≤ θ ≤ 1, for u > 0
            # (repeated integration by parts; DLMF 7.12.1 and the bound on its remainder).
            factor = self.expand(sp.exp(-(u**2)) / (u * sp.sqrt(sp.pi)))
            terms = [(-1) ** n * sp.factorial2(2 * n - 1) / (2 * u**2) ** n for n in range(self.order + 1)]
            tail = self.mul(self.expand(terms[-1]), Expansion({}, {CONSTANT: _UNIT}))
            return self.mul(factor, self.add(self.expand(sp.Add(*terms[:-1])), tail))
        raise NoExpansionError(f"no expansion is known for {node.func.__name__} of something that grows")

    def extremum(self, node: Any) -> Expansion:
        best = node.args[0]
        for argument in node.args[1:]:
            above = self.sign(self.expand(argument - best)) > 0
            if above == isinstance(node, sp.Max):
                best = argument
        return self.expand(best)

    # -- the answer ----------------------------------------------------------------------------------------------

    def sign(self, e: Expansion) -> int:
        """The sign of the expansion on all of [start, ∞), never zero there; NoExpansionError where unknown."""
        m, lead = e.lead()
        over = _to_power(m, Fraction(-1))
        total = enclose(lead)
        for n, coefficient in e.exact.items():
            if n != m:
                total = total + enclose(coefficient) * self.decaying(_times(n, over))
        for n, interval in e.rest.items():
            total = total + interval * self.decaying(_times(n, over))
        if total.contains_zero():
            raise NoExpansionError("the leading term does not outweigh the others yet")
        return 1 if total.lo > 0 else -1


def _exact(value: Fraction) -> Interval:
    return Interval.exact(value.numerator, value.denominator)


def _is_zero(value: sp.Expr) -> bool:
    if value.is_Rational:
        return bool(value == 0)
    if not enclose(value).contains_zero():
        return False
    return sp.simplify(value) == 0


def _rewritten(node: Any) -> sp.Expr | None:
    """Functions that are combinations of exponentials, logarithms and simpler ones."""
    if isinstance(node, sp.tanh):
        decay = sp.exp(-2 * node.args[0])
        return (1 - decay) / (1 + decay)
    if isinstance(node, sp.sinh | sp.cosh | sp.sech | sp.csch | sp.coth):
        return node.rewrite(sp.exp)
    if isinstance(node, sp.asinh | sp.acosh | sp.atanh):
        return node.rewrite(sp.log)
    if isinstance(node, sp.tan | sp.cot | sp.sec | sp.csc):
        # A pole of the tangent is a zero of the cosine, which has a series.
        u = node.args[0]
        parts = {sp.tan: sp.sin(u) / sp.cos(u), sp.cot: sp.cos(u) / sp.sin(u), sp.sec: 1 / sp.cos(u)}
        return parts.get(node.func, 1 / sp.sin(u))
    if node.func.__name__ == "log1p":
        return sp.log(1 + node.args[0])
    if node.func.__name__ == "expm1":
        return sp.exp(node.args[0]) - 1
    return None


def sign_at_infinity(expression: sp.Expr, variable: sp.Symbol) -> tuple[int, int] | None:
    """(sign, A): the expression has this sign at every variable ≥ A; None where no expansion tells."""
    for order in (2, 4, 8):
        for exponent in (1, 2, 3, 5, 8, 12, 20, 30):
            scale = Scale(variable, 2**exponent, order)
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
            scale = Scale(variable, 2**exponent, order)
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
