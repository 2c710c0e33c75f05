"""The point at which two sides that an inequality compares come closest, as a ratio: found in doubles, certain in Arb.

For a ≤ b the ratio is a/b where b > 0 and b/a where a < 0: in both cases the smaller size over the larger one, and at
most 1 where the inequality holds. Where the sides differ in sign, or one of them is 0, there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from numerics.deadline import Deadline, OutOfTimeError, interrupted_after
from numerics.enclosure.doubles import Array, run
from numerics.enclosure.interval import Interval, precision
from numerics.enclosure.program import UnsupportedError, compile_expressions, enclose
from numerics.extrema.ascent import ascend
from numerics.extrema.chart import Chart, Choice, Exact, Recipe
from numerics.falsifying.falsifier import holds
from numerics.proof.exact import constant_sign
from theory.statement import Relation

Bracket = tuple[Fraction, Fraction]
TOUCHING = 1e-6
"""A ratio closer to 1 is taken for one that touches, or approaches: further digits would say nothing new."""

_PRECISIONS, _ENOUGH_BITS, _ROUNDING = (64, 128, 256, 512), 50, 1e-12
_LOSS, _LOSS_TOUCHING = 1e-7, 9e-6
_PLAIN = (0.0, 0.5, -0.5, 1.0, -1.0)
_SHORT: tuple[Fraction, ...] = tuple(
    Fraction(n, q) for n, q in ((0, 1), (1, 1), (1, 2), (2, 1), (-1, 1), (1, 10), (9, 10), (10, 1))
)


class ContradictedProofError(AssertionError):
    """At an exact point that the hypotheses admit, a proved inequality fails: the proof is wrong."""


@dataclass(frozen=True)
class Meeting:
    """An exact point that the hypotheses certainly admit, and an enclosure of the ratio of the sides there.

    `equal` says that the two sides are the same number there.
    """

    point: Mapping[sp.Symbol, Any]
    ratio: Interval
    equal: bool


def oriented(relation: Relation) -> tuple[sp.Expr, sp.Expr]:
    """(a, b) with the relation saying a ≤ b, or a < b."""
    return (relation.lhs, relation.rhs) if relation.op in ("<=", "<") else (relation.rhs, relation.lhs)


class Closest:
    """The search for one inequality of real variables.

    `implicit` maps a variable to two numbers between which an equation among the hypotheses certainly has a solution;
    that equation is not among `hypotheses`. Everything is then enclosed for every value between the two.
    """

    def __init__(
        self,
        relation: Relation,
        hypotheses: Sequence[Relation],
        variables: Sequence[sp.Symbol],
        implicit: Mapping[Any, Bracket] | None = None,
    ):
        self.relation, self.hypotheses, self.implicit = relation, tuple(hypotheses), dict(implicit or {})
        self.smaller, self.larger = oriented(relation)
        self.variables = tuple(variables)
        middles: dict[Any, Any] = {v: _rational((lo + hi) / 2) for v, (lo, hi) in self.implicit.items()}
        self.chart = Chart([h.subs(middles) for h in hypotheses], [v for v in variables if v not in self.implicit])
        gaps = [h.lhs - h.rhs for h in self.hypotheses]
        self.program = compile_expressions([*gaps, self.smaller, self.larger], self.variables)
        self.middles = {v: float(value) for v, value in middles.items()}

    def find(self, deadline: Deadline) -> Meeting | None:
        """A point of short numbers at which the ratio is nearly the largest that was found; None where none was."""
        if not self.chart.variables:
            return self.at({})
        columns, scores = ascend(self.scores, len(self.chart.variables), 1.0, deadline)
        for column, score in zip(columns.T, scores, strict=True):
            if not np.isfinite(score) or deadline.left <= 0:
                break
            found = self.rounded(self.plainer(column, float(score)), float(score), deadline)
            if found is not None:
                return found
        return None

    # -- in doubles ----------------------------------------------------------------------------------------------

    def scores(self, cube: Array) -> Array:
        """The ratios at the columns, 1 where they are as good as 1; −∞ where a hypothesis fails or there is none."""
        count = cube.shape[1]
        points = self.chart.points(cube)
        inputs = [points[v] if v in points else np.asarray(self.middles[v]) for v in self.variables]
        with np.errstate(all="ignore"):
            *gaps, a, b = run(self.program, inputs, count)
            ratio = np.where(b > 0, a / b, np.where(a < 0, b / a, np.nan))
            good = np.isfinite(ratio) & (ratio > 0)
            for h, gap in zip(self.hypotheses, gaps, strict=True):
                good &= _plainly(h.op, gap)
            # Sides so small that they have lost their digits have no ratio.
            good &= np.maximum(np.abs(a), np.abs(b)) > 1e-280
        return np.where(good, np.where(ratio > 1 - TOUCHING, 1.0, ratio), -np.inf)

    def plainer(self, column: Array, score: float) -> Array:
        """The column with its coordinates moved to bounds and to the value 1, where that costs nothing."""
        for place in range(len(column)):
            trials = np.repeat(column[:, None], len(_PLAIN), axis=1)
            trials[place] = _PLAIN
            good = self.scores(trials) >= score * (1 - 1e-12)
            if good.any():
                column = trials[:, int(np.argmax(good))]
        return column

    # -- exactly -------------------------------------------------------------------------------------------------

    def rounded(self, column: Array, score: float, deadline: Deadline) -> Meeting | None:
        """The column as a point of short numbers, at next to no loss."""
        wanted = score - (_LOSS_TOUCHING if score >= 1 else _LOSS * score)
        for digits in (*range(1, 10), 12, 15):
            if deadline.left <= 0:
                return None
            recipe = self.chart.recipe(column, digits)
            found = self.follow(recipe)
            if found is not None and found.ratio.lo >= wanted:
                return self.simplified(recipe, found, wanted, deadline)
        return None

    def follow(self, recipe: Recipe) -> Meeting | None:
        point = self.chart.exact(recipe)
        return None if point is None else self.at(point)

    def simplified(self, recipe: Recipe, found: Meeting, wanted: float, deadline: Deadline) -> Meeting:
        """One value after the other made shorter, as long as the ratio stays as large as is wanted."""
        # Twice: a value that has become shorter may allow one before it to do so.
        for v in self.chart.variables * 2:
            for simpler in _simpler(recipe[v]):
                if deadline.left <= 0:
                    return found
                trial = {**recipe, v: simpler}
                better = self.follow(trial)
                if better is not None and (better.equal or (better.ratio.lo >= wanted and not found.equal)):
                    recipe, found = trial, better
                    break
        return found

    def at(self, point: Exact) -> Meeting | None:
        """The ratio at an exact point; None where a hypothesis is not certain there, or where there is no ratio."""
        algebra: dict[int, bool] = {}
        for bits in _PRECISIONS:
            with precision(bits):
                inputs = [self.enclosed(v, point) for v in self.variables]
                *gaps, a, b = self.program.run(inputs)
                admitted = [holds(h.op, gap) for h, gap in zip(self.hypotheses, gaps, strict=True)]
                if False in admitted or not (b.lo > 0 or a.hi < 0 or bits < _PRECISIONS[-1]):
                    return None
                for place, answer in enumerate(admitted):
                    if answer is None and place not in algebra and bits > _PRECISIONS[0]:
                        algebra[place] = self.equal(self.hypotheses[place], point)
                open_ones = [place for place, answer in enumerate(admitted) if answer is None]
                if any(not self.allowed(place, algebra) for place in open_ones) or not (b.lo > 0 or a.hi < 0):
                    continue
                ratio = a * b.inverse() if b.lo > 0 else b * a.inverse()
                if not ratio.finite or (float(ratio.width) > 2.0**-_ENOUGH_BITS and bits < _PRECISIONS[-1]):
                    continue
                if ratio.lo > 1:
                    where = ", ".join(f"{v} = {value}" for v, value in point.items())
                    raise ContradictedProofError(f"{self.relation} fails at {where}: the ratio of its sides is {ratio}")
                if not ratio.lo > 0:
                    return None
                same = bool(ratio.hi >= 1) and self.equal(self.relation, point)
                return Meeting({**point, **self.implicit}, ratio, same)
        return None

    def enclosed(self, v: sp.Symbol, point: Exact) -> Interval:
        if v in self.implicit:
            lo, hi = self.implicit[v]
            return Interval.exact(*lo.as_integer_ratio()).hull(Interval.exact(*hi.as_integer_ratio()))
        return enclose(point[v])

    def allowed(self, place: int, algebra: Mapping[int, bool]) -> bool:
        """Whether a hypothesis that no enclosure decides holds because its sides are equal."""
        return algebra.get(place, False) and self.hypotheses[place].op in ("<=", ">=", "==")

    def equal(self, relation: Relation, point: Exact) -> bool:
        """Whether the sides are certainly the same number at the point."""
        if relation.free_symbols & set(self.implicit):
            return False
        try:
            with interrupted_after(1.0):
                at = relation.subs(point)
                return constant_sign(at.lhs - at.rhs) == 0
        except (OutOfTimeError, UnsupportedError):
            return False


def _plainly(op: str, gap: Array) -> Array:
    if op == "!=":
        return gap != 0
    if op == "==":
        return np.abs(gap) <= _ROUNDING
    return gap <= _ROUNDING if op in ("<=", "<") else gap >= -_ROUNDING


def _rational(x: Fraction) -> Any:
    return sp.Rational(x.numerator, x.denominator)


def _simpler(choice: Choice) -> Iterator[Choice]:
    if isinstance(choice, Fraction):
        shorter = (_rounded_to(choice, digits) for digits in (1, 2, 3))
        yield from (s for s in (*_SHORT, *shorter, -choice) if _length(s) < _length(choice))
    elif choice[1] < 0:
        yield choice[0], 1


def _rounded_to(x: Fraction, digits: int) -> Fraction:
    return Fraction(f"{float(x):.{digits}g}")


def _length(x: Fraction) -> int:
    return len(str(x))
