"""Where a function of one variable is ≥ 0 (> 0): its zeros isolated, and its sign between them certain."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp
from flint import arb, ctx

from numerics.deadline import Deadline
from numerics.enclosure.derivative import differentiate
from numerics.enclosure.interval import Interval, fraction, precision
from numerics.enclosure.program import Program, compile_expressions, enclose
from numerics.extrema.recognition import exact_roots, lookalikes
from numerics.proof.exact import constant_sign, reduces_to_zero
from numerics.proof.goal import Range
from numerics.proof.touching import beside, nearby_constant
from numerics.ranges.line import End, Line, Piece, UndecidedLineError, exact_end, union

_NARROW = 1e-9


@dataclass(frozen=True)
class _Zero:
    """A zero, and the sign of f just before and just after it (None beyond the end of the range)."""

    end: End


class Zeros:
    """The zeros of f on a range and the sign of f between them. UndecidedLineError where some place stays unclear."""

    def __init__(self, f: sp.Expr, x: sp.Symbol, bounds: Range, digits: int, deadline: Deadline):
        self.f, self.x, self.bounds, self.deadline = f, x, bounds, deadline
        self.digits = digits
        self.bits = int(3.33 * max(digits, 45)) + 128
        self.program: Program = compile_expressions([f], [x])
        self.candidates: list[sp.Expr] | None = None
        # Alternately a sign and a zero, from the left: the sign on each stretch, the zeros between them.
        self.signs: list[int] = []
        self.zeros: list[End] = []

    def isolate(self) -> None:
        low, first = self.next_to(self.bounds.lo, 1)
        high, last = self.next_to(self.bounds.hi, -1)
        self.add(first)
        if low < high:
            with precision(128):
                self.between(low, high)
        self.add(last)

    def add(self, sign: int | None) -> None:
        """A stretch with this sign; without a zero before it, it continues the one before."""
        if sign is None:
            return
        if len(self.signs) > len(self.zeros):
            if self.signs[-1] != sign:
                raise UndecidedLineError(f"the sign of {self.f} changes where no zero was found")
            return
        self.signs.append(sign)

    def next_to(self, end: sp.Expr, side: int) -> tuple[arb, int | None]:
        """(where the rest begins, the sign of f between there and the end)."""
        if not end.is_infinite:
            around, short = enclose(end), Interval(arb(0), arb(2) ** -30)
            value = self.program.run([around + (short if side > 0 else -short)])[0]
            if value.lo > 0 or value.hi < 0:
                return (around.lo if side > 0 else around.hi), None
        found = beside(self.f, self.x, end, side)
        if found is None:
            if end.is_infinite:
                raise UndecidedLineError(f"the sign of {self.f} near {end} is not known")
            around = enclose(end)
            return (around.lo if side > 0 else around.hi), None
        reach = Interval.exact(*found.reach.as_integer_ratio())
        if end.is_infinite:
            return (-reach).lo if side > 0 else reach.hi, found.sign
        return ((enclose(end) + reach).lo if side > 0 else (enclose(end) - reach).hi), found.sign

    def between(self, low: arb, high: arb) -> None:
        waiting = [(low, high)]
        while waiting:
            self.deadline.check()
            a, b = waiting.pop()
            piece = Interval(a, b)
            dual = differentiate(self.program, [piece])[0]
            slope = dual.partials[0]
            value = self.mean_value(piece, dual.value, slope)
            if value.lo > 0 or value.hi < 0:
                self.add(1 if value.lo > 0 else -1)
                continue
            if slope is not None and (slope.lo > 0 or slope.hi < 0):
                signs = self.sign_at(fraction(a)), self.sign_at(fraction(b))
                if 0 not in signs and None not in signs:
                    self.add(signs[0])
                    if signs[0] != signs[1]:
                        self.zeros.append(self.refined(fraction(a), fraction(b), int(signs[0] or 0)))
                        self.add(signs[1])
                    continue
            if float(b - a) < _NARROW * max(1.0, abs(float(a))):
                # All neighbours that were not told apart belong to the same touching point.
                while waiting and float(waiting[-1][1] - waiting[-1][0]) < 4 * _NARROW * max(1.0, abs(float(a))):
                    b = waiting.pop()[1]
                self.touch(a, b, waiting)
                continue
            cut = self.cut(a, b)
            waiting += [(cut, b), (a, cut)]

    def mean_value(self, piece: Interval, value: Interval, slope: Interval | None) -> Interval:
        if slope is None or not slope.finite:
            return value
        middle = ((piece.lo + piece.hi) / 2).mid()
        at = Interval(middle, middle)
        return value.meet(self.program.run([at])[0] + slope * (piece - at)) or value

    def cut(self, a: arb, b: arb) -> arb:
        """A point at which f is certainly not zero, near the middle: a zero at a border would be met twice."""
        for part in (Fraction(1, 2), Fraction(7, 15), Fraction(9, 17), Fraction(5, 13)):
            cut = (a + (b - a) * part.numerator / part.denominator).mid()
            if self.sign_at(fraction(cut), quick=True) in (1, -1):
                break
        return cut

    def touch(self, a: arb, b: arb, waiting: list[tuple[arb, arb]]) -> None:
        margin = (b - a) + arb(2) ** -26
        point = nearby_constant((a - margin).lower(), (b + margin).upper(), self.f, self.x) or self.known(a, b)
        if point is None:
            raise UndecidedLineError(f"{self.f} comes close to 0 near {float(a)} and no exact zero is known there")
        bounds, at = self.bounds, enclose(point)
        if not bounds.lo.is_infinite and constant_sign(point - bounds.lo) != 1:
            left = None
        elif (left := beside(self.f, self.x, point, -1)) is None:
            raise UndecidedLineError(f"the sign of {self.f} before {point} is not known")
        if not bounds.hi.is_infinite and constant_sign(bounds.hi - point) != 1:
            waiting.clear()
            self.add(left and left.sign)
            return
        right = beside(self.f, self.x, point, 1)
        if right is None:
            raise UndecidedLineError(f"the sign of {self.f} after {point} is not known")
        self.add(left and left.sign)
        if left is not None:
            self.zeros.append(exact_end(point))
        self.add(right.sign)
        reach = (at + Interval.exact(*right.reach.as_integer_ratio())).lo
        while waiting and waiting[-1][1] <= reach:
            waiting.pop()
        if waiting and waiting[-1][0] < reach:
            waiting[-1] = (reach, waiting[-1][1])

    def known(self, a: arb, b: arb) -> sp.Expr | None:
        for root in self.roots():
            if not root.has(sp.CRootOf) and enclose(root).lo >= a and enclose(root).hi <= b:
                return root if constant_sign(self.f.subs(self.x, root)) == 0 else None
        return None

    def roots(self) -> list[sp.Expr]:
        if self.candidates is None:
            self.candidates = exact_roots(self.f, self.x, max(0.1, self.deadline.share(0.3, 3.0).left))
        return self.candidates

    def sign_at(self, x: Fraction, quick: bool = False) -> int | None:
        for bits in (64, 128) if quick else (64, 256, self.bits, 2 * self.bits):
            with precision(bits):
                value = self.program.run([Interval.exact(*x.as_integer_ratio())])[0]
            if not value.contains_zero():
                return 1 if value.lo > 0 else -1
        at: Any = self.f.subs(self.x, sp.Rational(x.numerator, x.denominator))
        return None if quick else constant_sign(at)

    # -- one zero ------------------------------------------------------------------------------------------------

    def refined(self, a: Fraction, b: Fraction, sign: int) -> End:
        """The only zero of f in [a, b], where f is monotone: exact where that can be certified."""
        middle = self.newton(a, b, sign)
        lo, hi = self.bracketed(middle, a, b, sign)
        exact = self.exact(middle, lo, hi)
        if exact is not None and not exact.has(sp.CRootOf):
            return exact_end(exact)
        return End(lo, hi, exact)

    def newton(self, a: Fraction, b: Fraction, sign: int) -> Fraction:
        with precision(self.bits):
            for _ in range(60):
                middle = (a + b) / 2
                found = self.program.run([Interval.exact(*middle.as_integer_ratio())])[0]
                if found.contains_zero():
                    return middle
                a, b = (middle, b) if (found.lo > 0) == (sign > 0) else (a, middle)
            x = Interval.exact(*((a + b) / 2).as_integer_ratio()).lo
            for _ in range(12):
                dual = differentiate(self.program, [Interval(x, x)])[0]
                slope = dual.partials[0]
                if slope is None or slope.contains_zero():
                    break
                step = ((dual.value.lo + dual.value.hi) / (slope.lo + slope.hi)).mid()
                x = (x - step).mid()
                if abs(step) < arb(2) ** (16 - ctx.prec):
                    break
            return fraction(x)

    def bracketed(self, middle: Fraction, a: Fraction, b: Fraction, sign: int) -> tuple[Fraction, Fraction]:
        """Decimals around the zero, of the certain signs that it asks for."""
        for places in (max(self.digits, 40) + 2, self.digits + 2):
            unit = 10**places
            floor = (middle * unit).numerator // (middle * unit).denominator
            for near in (0, 1):
                lo, hi = max(a, Fraction(floor - near, unit)), min(b, Fraction(floor + 1 + near, unit))
                if self.sign_at(lo) == sign and self.sign_at(hi) == -sign:
                    return lo, hi
        if constant_sign(self.f.subs(self.x, sp.Rational(middle.numerator, middle.denominator))) == 0:
            return middle, middle
        return a, b

    def exact(self, middle: Fraction, lo: Fraction, hi: Fraction) -> sp.Expr | None:
        for root in self.roots():
            if root.has(sp.CRootOf):
                if isinstance(root, sp.CRootOf) and self.divides(root, lo, hi):
                    return root
            elif self.is_zero(root, lo, hi):
                return root
        for guess in lookalikes(middle, 36):
            if self.is_zero(guess, lo, hi):
                return guess
        return None

    def is_zero(self, c: sp.Expr, lo: Fraction, hi: Fraction) -> bool:
        """Whether c is the zero between lo and hi: it lies there, and f(c) reduces to 0."""
        with precision(self.bits):
            around = enclose(c)
        if not (fraction(around.lo) >= lo and fraction(around.hi) <= hi):
            return False
        at: Any = self.f.subs(self.x, c)
        return bool(constant_sign(at) == 0 or reduces_to_zero(at))

    def divides(self, root: Any, lo: Fraction, hi: Fraction) -> bool:
        """Whether the polynomial of the root divides the numerator of f and changes sign between lo and hi."""
        rational: Any = sp.fraction(sp.together(self.f.rewrite(sp.exp)))[0]
        if not rational.is_polynomial(self.x):
            return False
        numerator = sp.Poly(rational, self.x)
        factor = sp.Poly(root.poly.as_expr().subs(root.poly.gen, self.x), self.x)
        if not numerator.rem(factor).is_zero:
            return False
        ends: list[Any] = [factor.eval(sp.Rational(q.numerator, q.denominator)) for q in (lo, hi)]
        return bool(ends[0] * ends[1] < 0) and sp.CRootOf(factor.as_expr(), root.index, radicals=False) == root


def where_nonnegative(f: sp.Expr, strict: bool, x: sp.Symbol, bounds: Range, digits: int, deadline: Deadline) -> Line:
    """{x in the range : f(x) ≥ 0}, or > 0 where strict. UndecidedLineError where that was not found."""
    left, right = exact_end(bounds.lo), exact_end(bounds.hi)
    if not f.has(x):
        sign = constant_sign(f)
        if sign is None:
            raise UndecidedLineError(f"the sign of {f} is not known")
        holds = sign > 0 or (sign == 0 and not strict)
        return (Piece(left, right, not bounds.lo_open, not bounds.hi_open),) if holds else ()
    if reduces_to_zero(f):
        return () if strict else (Piece(left, right, not bounds.lo_open, not bounds.hi_open),)
    search = Zeros(f, x, bounds, digits, deadline)
    search.isolate()
    return union(_pieces(search, strict, left, right))


def _pieces(search: Zeros, strict: bool, left: End, right: End) -> list[Piece]:
    bounds = search.bounds
    inner = [end for end in search.zeros if end.exact not in (bounds.lo, bounds.hi) or end.exact is None]
    signs = search.signs
    if len(inner) != len(search.zeros) or len(signs) != len(inner) + 1:
        signs = signs[: len(inner) + 1]
    if len(signs) != len(inner) + 1:
        raise UndecidedLineError(f"the zeros of {search.f} were not told apart")
    stops = [left, *inner, right]
    found: list[Piece] = []
    for place, sign in enumerate(signs):
        if sign > 0:
            found.append(
                Piece(
                    stops[place], stops[place + 1], not strict and place > 0, not strict and place + 1 < len(stops) - 1
                )
            )
    if not strict:
        found += [Piece(end, end, True, True) for end in inner]
    for end, is_open, value in ((left, bounds.lo_open, bounds.lo), (right, bounds.hi_open, bounds.hi)):
        if is_open or end.infinite:
            continue
        sign = constant_sign(search.f.subs(search.x, value))
        if sign is None:
            raise UndecidedLineError(f"the sign of {search.f} at {value} is not known")
        if sign > 0 or (sign == 0 and not strict):
            found.append(Piece(end, end, True, True))
    return found
