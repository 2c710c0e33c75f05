"""The ends of a parameter's set where a statement cannot be solved for it: proved on one side, refuted beyond.

Values of t are tried, and the ends between those that hold and those that fail are narrowed down. For each end there
are then two proofs: that the statement holds on the whole stretch up to t_lo, and that a fixed witness refutes it at
every t of the stretches from t_hi on. An end at a short fraction is tried as exactly that. Values tried prove nothing:
a stretch counts only when it is proved or refuted, and every t but those inside a bracket lies in one.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import sympy as sp
from flint import ctx

from numerics.deadline import Deadline
from numerics.enclosure.interval import Interval, fraction, precision, simplest_fraction
from numerics.extrema.concave import Peak, Terrain
from numerics.extrema.extremum import extremum
from numerics.extrema.summit import Summit
from numerics.falsifying.falsifier import Refutation
from numerics.proof.domain import domains
from numerics.proof.exact import constant_sign
from numerics.proof.goal import Domain, Goal
from numerics.proof.goal import Range as Bounds
from numerics.proof.prover import Prover
from numerics.proof.real_statement import RealStatement
from numerics.proof.roots import where_nonnegative
from numerics.ranges.line import End, Line, Piece, UndecidedLineError, exact_end, of_range, union
from theory.statement import Relation

_SAMPLES, _HALVINGS, _DEEPEST, _FAR = 13, 14, 7, 16
Witness = dict[sp.Symbol, Fraction]


class Bracketing:
    """The search for one relation on one range of the parameter."""

    def __init__(self, hypotheses, relation: Relation, t: sp.Symbol, bounds: Bounds, digits: int, deadline: Deadline):
        self.hypotheses = tuple(h for h in hypotheses if h.free_symbols != {t})
        self.relation, self.t, self.bounds, self.digits, self.deadline = relation, t, bounds, digits, deadline
        symbols = set(relation.free_symbols).union(*(h.free_symbols for h in self.hypotheses)) - {t}
        self.others: list[Any] = sorted(symbols, key=str)
        self.witnesses: list[Witness] = []

    def find(self) -> Line:
        """The set. UndecidedLineError where some stretch could be neither proved nor refuted."""
        trials = [(at, self.fails(at) is not None) for at in self.samples()]
        ends: list[End] = []
        for (a, a_fails), (b, b_fails) in pairwise(trials):
            if a_fails != b_fails:
                ends.append(self.end(a, b, a_fails))
        stops = [exact_end(self.bounds.lo), *ends, exact_end(self.bounds.hi)]
        fails = trials[0][1]
        pieces: list[Piece] = []
        for place in range(len(stops) - 1):
            left, right = stops[place], stops[place + 1]
            first, last = place == 0, place == len(stops) - 2
            if fails:
                self.refute_stretch(self.side(left, -1, first), self.side(right, 1, last))
            else:
                low_open = self.bounds.lo_open if first else False
                high_open = self.bounds.hi_open if last else False
                self.prove_stretch(Bounds(self.side(left, -1, first), self.side(right, 1, last), low_open, high_open))
                pieces.append(Piece(left, right, not low_open, not high_open))
            fails = not fails
        # At an end of what is admitted that is closed and belongs to a stretch that fails, the end fails as well.
        return union(pieces)

    def side(self, end: End, towards: int, outer: bool) -> sp.Expr:
        """The exact end; or the end of its bracket that a proof has to reach (1: the lower one, −1: the upper one)."""
        if end.exact is not None or outer:
            return end.exact if end.exact is not None else sp.S.Infinity
        at = end.lo if towards > 0 else end.hi
        assert at is not None
        return sp.Rational(at.numerator, at.denominator)

    # -- trials: nothing here is certain -------------------------------------------------------------------------

    def samples(self) -> list[Fraction]:
        inside = self.bounds.interval()
        lo = fraction(inside.lo) if inside.lo.is_finite() else None
        hi = fraction(inside.hi) if inside.hi.is_finite() else None
        grid = [Fraction(k, _SAMPLES + 1) for k in range(1, _SAMPLES + 1)]
        if lo is not None and hi is not None:
            return [(lo + (hi - lo) * g).limit_denominator(10**6) for g in grid]
        # Far steps grow by doubling: the short numbers are tried first.
        steps = [Fraction(1, 16) * 2**k for k in range(9)]
        if lo is not None:
            return [lo + step for step in steps]
        if hi is not None:
            return sorted(hi - step for step in steps)
        near = [Fraction(k, 4) + Fraction(1, 16) for k in range(-10, 10)]
        return sorted([*near, *(-s for s in steps[6:]), *steps[6:]])

    def fails(self, at: Fraction) -> Refutation | None:
        """A refutation at this value of the parameter."""
        self.deadline.check()
        value = {self.t: sp.Rational(at.numerator, at.denominator)}
        statement = RealStatement([h.subs(value) for h in self.hypotheses], (self.relation.subs(value),), self.others)
        falsifier = statement.falsifier()
        limit = self.deadline.share(0.05, 1.0)
        return falsifier.quick(60, limit) or falsifier.downhill(60, limit)

    def end(self, a: Fraction, b: Fraction, a_fails: bool) -> End:
        known = (a, b)
        for _ in range(_HALVINGS):
            middle = (a + b) / 2
            if (self.fails(middle) is not None) == a_fails:
                a = middle
            else:
                b = middle
        width = (b - a) * 4
        short = simplest_fraction(a - width, b + width)
        holds, broken = (b, a) if a_fails else (a, b)
        if short.denominator <= 12 and known[0] < short < known[1]:
            return exact_end(sp.Rational(short.numerator, short.denominator))
        return self.refined(holds, broken, a_fails)

    def refined(self, holds: Fraction, broken: Fraction, rising: bool) -> End:
        """The bracket of an end without a short name, from Newton's method on the least slack as a function of t."""
        bits = int(3.33 * (2 * self.digits + 30)) + 64
        found = self.fails(broken)
        if found is None:
            raise UndecidedLineError(f"no witness at {self.t} = {broken}")
        start = tuple(found.point[v] for v in self.others)
        at, before = broken, holds
        with precision(bits):
            low, start = self.least(at, start)
            low_before, _ = self.least(before, start)
            for _ in range(40):
                if low == low_before:
                    break
                step = low * (at - before) / (low - low_before)
                before, low_before, at = at, low, at - step
                at = Fraction(round(at * 2**bits), 2**bits)
                low, start = self.least(at, start)
                if abs(step) < Fraction(1, 10 ** (self.digits + 12)):
                    break
        if not min(holds, broken) - abs(holds - broken) <= at <= max(holds, broken) + abs(holds - broken):
            raise UndecidedLineError(f"the end near {self.t} = {float(broken)} was not found")
        unit = 10 ** (self.digits + 1)
        floor = (at * unit).numerator // (at * unit).denominator
        end = End(Fraction(floor, unit), Fraction(floor + 1, unit))
        with precision(bits):
            self.note_witness(Fraction(floor + (broken > holds), unit), start)
        return end

    def note_witness(self, at: Fraction, start: tuple[Fraction, ...]) -> None:
        """Keep the point of least slack at this end of the bracket, moved inside the domain, as a witness to try."""
        search, terrain, peak = self.hollow(at, start)
        for point in search.nearby(peak.point, peak, terrain):
            if search.admits(point):
                self.witnesses.append(dict(zip(self.others, point, strict=True)))

    def least(self, at: Fraction, start: tuple[Fraction, ...]) -> tuple[Fraction, tuple[Fraction, ...]]:
        """The least slack near the start at one value of the parameter, and where it is."""
        _, terrain, peak = self.hollow(at, start)
        low = terrain.values.run([Interval.exact(*x.as_integer_ratio()) for x in peak.point])[0]
        return -fraction(((low.lo + low.hi) / 2).mid()), peak.point

    def hollow(self, at: Fraction, start: tuple[Fraction, ...]) -> tuple[Summit, Terrain, Peak]:
        """The local minimum of the slack nearest the start at one value of the parameter."""
        value = {self.t: sp.Rational(at.numerator, at.denominator)}
        (domain, *_) = domains([h.subs(value) for h in self.hypotheses], self.others)
        slack: Any = self.relation.subs(value).slack
        terrain = Terrain(-slack, domain, self.others)
        peaks = sorted(
            terrain.peaks(start), key=lambda peak: sum(abs(a - b) for a, b in zip(peak.point, start, strict=True))
        )
        if not peaks:
            raise UndecidedLineError(f"the least slack near {self.t} = {float(at)} was not found")
        return Summit(-slack, domain, ctx.prec, self.deadline), terrain, peaks[0]

    # -- proofs --------------------------------------------------------------------------------------------------

    def within(self, bounds: Bounds) -> list[Relation]:
        found = []
        if not bounds.lo.is_infinite:
            found.append(Relation(self.t, ">" if bounds.lo_open else ">=", bounds.lo))
        if not bounds.hi.is_infinite:
            found.append(Relation(self.t, "<" if bounds.hi_open else "<=", bounds.hi))
        return found

    def prove_stretch(self, bounds: Bounds) -> None:
        """UndecidedLineError unless the statement is proved for every t in the bounds."""
        hypotheses = [*self.hypotheses, *self.within(bounds)]
        variables = [*self.others, self.t]
        statement = RealStatement(hypotheses, (self.relation,), variables)
        attempt = statement.prove(self.deadline.share(0.4, 10.0))
        if attempt.proofs is not None:
            return
        if not self.relation.strict:
            least = extremum(
                self.relation.slack, hypotheses, variables, self.digits + 8, self.deadline.share(0.6), largest=False
            )
            if least.lo is not None and least.lo >= 0:
                return
        raise UndecidedLineError(f"not proved for {self.t} in {bounds}")

    def refute_stretch(self, lo: sp.Expr, hi: sp.Expr) -> None:
        """UndecidedLineError unless at every t between (the ends of the range included) a witness refutes."""
        self.refute_piece(Bounds(lo, hi, lo.is_infinite or self.is_open(lo), hi.is_infinite or self.is_open(hi)), 0)

    def is_open(self, end: sp.Expr) -> bool:
        """Whether an end of a failing stretch is left out: an exact inner end, at which the statement holds."""
        if end == self.bounds.lo:
            return self.bounds.lo_open
        if end == self.bounds.hi:
            return self.bounds.hi_open
        return not (isinstance(end, sp.Rational) and end.q >= 10**6)

    def refute_piece(self, bounds: Bounds, depth: int) -> None:
        self.deadline.check()
        middle = _middle(bounds)
        if any(self.witnessed(point, bounds) for point in self.witnesses):
            return
        for at in (
            middle,
            *([_near(bounds.lo, middle)] if depth else []),
            *([_near(bounds.hi, middle)] if depth else []),
        ):
            found = self.fails(at)
            if found is not None and self.witnessed({v: found.point[v] for v in self.others}, bounds):
                return
        if depth >= _DEEPEST:
            raise UndecidedLineError(f"not refuted for {self.t} in {bounds}")
        cut = sp.Rational(middle.numerator, middle.denominator)
        self.refute_piece(Bounds(bounds.lo, cut, bounds.lo_open, False), depth + 1)
        self.refute_piece(Bounds(cut, bounds.hi, False, bounds.hi_open), depth + 1)

    def witnessed(self, point: Witness, bounds: Bounds) -> bool:
        """Whether at this point the hypotheses hold and the relation fails for every t in the bounds."""
        values = {v: sp.Rational(x.numerator, x.denominator) for v, x in point.items()}
        domain = Domain({self.t: bounds})
        for relation in (*(h.subs(values) for h in self.hypotheses), self.relation.subs(values).negation):
            slack: Any = relation.slack
            if not slack.free_symbols:
                sign = constant_sign(slack)
                if sign is None or sign < 0 or (sign == 0 and relation.strict):
                    return False
            elif not self.everywhere(slack, relation.strict, domain):
                return False
        return True

    def everywhere(self, slack: sp.Expr, strict: bool, domain: Domain) -> bool:
        """Whether the slack is ≥ 0 (> 0) for every t of the domain, also where it almost vanishes at an end."""
        bounds = domain.ranges[self.t]
        try:
            return where_nonnegative(slack, strict, self.t, bounds, self.digits, self.deadline) == (of_range(bounds),)
        except UndecidedLineError:
            return Prover(self.deadline.share(0.2, 2.0)).prove(Goal(slack, strict, domain)) is not None


def _middle(bounds: Bounds) -> Fraction:
    inside = bounds.interval()
    lo = fraction(inside.lo) if inside.lo.is_finite() else None
    hi = fraction(inside.hi) if inside.hi.is_finite() else None
    if lo is not None and hi is not None:
        return simplest_fraction(lo + (hi - lo) * Fraction(2, 5), lo + (hi - lo) * Fraction(3, 5))
    if lo is not None:
        return lo + max(Fraction(1), abs(lo))
    return Fraction(0) if hi is None else hi - max(Fraction(1), abs(hi))


def _near(end: sp.Expr, middle: Fraction) -> Fraction:
    if end.is_infinite:
        return middle * _FAR
    with precision(256):
        at = fraction(Bounds(end, end).interval().lo)
    return at + (middle - at) / 100


def bracketed(
    hypotheses: Sequence[Relation], relation: Relation, t: sp.Symbol, bounds: Bounds, digits: int, deadline: Deadline
) -> Line:
    """{t in the bounds : the relation holds for all values of the others}. UndecidedLineError where not found."""
    return Bracketing(hypotheses, relation, t, bounds, digits, deadline).find()
