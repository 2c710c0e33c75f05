"""The search for a point that refutes a statement, and its confirmation by an enclosure.

First short points in order, then Hypothesis guided by the slack, then a local descent of the slack from the best
point. Whatever turns up is shrunk to a simple exact point, and counts only once an Arb enclosure shows there that
every hypothesis certainly holds and the conclusion certainly fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp

from numerics.deadline import Deadline, OutOfTimeError
from numerics.enclosure.interval import Interval, fraction, precision, simplest_fraction
from numerics.enclosure.program import compile_expressions
from numerics.falsifying.descent import Landscape
from numerics.falsifying.drawing import Plan, Point, draw, first_points, plan
from theory.statement import Relation, show

_PRECISIONS = (64, 128, 256, 512)


@dataclass(frozen=True)
class Refutation:
    """An exact point, the relation that fails there, and enclosures of its two sides."""

    point: Point
    relation: Relation
    lhs: Interval
    rhs: Interval

    @property
    def detail(self) -> str:
        return f"there {show(self.relation.lhs)} ∈ {self.lhs} and {show(self.relation.rhs)} ∈ {self.rhs}"


def holds(op: str, gap: Interval) -> bool | None:
    """Whether lhs op rhs holds, from an enclosure of lhs − rhs; None where that does not tell."""
    below, above = bool(gap.hi < 0), bool(gap.lo > 0)
    zero = bool(gap.lo == 0 and gap.hi == 0)
    certain = {
        "<=": (gap.hi <= 0, above),
        "<": (below, gap.lo >= 0),
        ">=": (gap.lo >= 0, below),
        ">": (above, gap.hi <= 0),
        "==": (zero, below or above),
        "!=": (below or above, zero),
    }[op]
    return True if certain[0] else False if certain[1] else None


class Falsifier:
    """Looks for a point that satisfies the hypotheses and breaks one of the relations of the conclusion."""

    def __init__(self, hypotheses: Sequence[Relation], conclusion: Sequence[Relation], variables: Sequence[sp.Symbol]):
        self.hypotheses, self.conclusion, self.variables = hypotheses, conclusion, tuple(variables)
        self.matter = {s for relation in conclusion for s in relation.free_symbols}
        # lhs and rhs, and lhs − rhs as SymPy simplifies it: equal terms cancel exactly.
        self.given = compile_expressions([h.lhs - h.rhs for h in hypotheses], self.variables)
        sides = [side for c in conclusion for side in (c.lhs, c.rhs, c.lhs - c.rhs)]
        self.concluded = compile_expressions(sides, self.variables)

    def confirm(self, point: Point) -> Refutation | None:
        """The refutation at this point, if an enclosure shows that it is one."""
        for bits in _PRECISIONS:
            with precision(bits):
                inputs = [Interval.exact(*point[v].as_integer_ratio()) for v in self.variables]
                given = self.given.run(inputs)
                admitted = [holds(h.op, gap) for h, gap in zip(self.hypotheses, given, strict=True)]
                if False in admitted:
                    return None
                values = self.concluded.run(inputs)
                failures = [holds(c.op, _tighter(values[3 * j : 3 * j + 3])) for j, c in enumerate(self.conclusion)]
                if None not in admitted and False in failures:
                    j = failures.index(False)
                    return Refutation(point, self.conclusion[j], values[3 * j], values[3 * j + 1])
                if None not in admitted and None not in failures:
                    return None
        return None

    def slack(self, point: Point) -> float:
        """The least slack of the conclusion, divided by the size of the sides; +∞ where it is unknown."""
        values = self.concluded.run([Interval.exact(*point[v].as_integer_ratio()) for v in self.variables])
        slacks = []
        for j, relation in enumerate(self.conclusion):
            lhs, rhs, gap = values[3 * j : 3 * j + 3]
            if not (gap.finite and lhs.finite and rhs.finite):
                return float("inf")
            size = max(abs(float(lhs.lo)), abs(float(rhs.lo)), 1e-300)
            middle = (float(gap.lo) + float(gap.hi)) / 2
            slacks.append({"<": -middle, "<=": -middle, "==": -abs(middle)}.get(relation.op, middle) / size)
        return min(slacks)

    # -- the searches --------------------------------------------------------------------------------------------

    def quick(self, most: int, deadline: Deadline) -> Refutation | None:
        """The first of the short points that refutes."""
        for point in first_points(self.hypotheses, self.variables, most, self.matter):
            if deadline.left <= 0:
                return None
            found = self.confirm(point)
            if found is not None:
                return found
        return None

    def downhill(self, most: int, deadline: Deadline) -> Refutation | None:
        """Local minima of the slack from the best of the short points."""
        scored: list[tuple[float, Point]] = []
        for point in first_points(self.hypotheses, self.variables, most, self.matter):
            if deadline.left <= 0:
                return None
            if self.admits(point) and (score := self.slack(point)) < float("inf"):
                scored.append((score, point))
        scored.sort(key=lambda one: one[0])
        for _, point in scored[:3]:
            found = self.at_minimum(point, scored, deadline)
            if found is not None:
                return found
        return None

    def near(self, regions: Iterable[Any], deadline: Deadline) -> Refutation | None:
        """A short point inside one of the regions (variable ↦ interval) that refutes."""
        for region in regions:
            if deadline.left <= 0:
                return None
            for point in _points_of(region, self.variables):
                found = self.confirm(point)
                if found is not None:
                    return found
        return None

    def guided(self, deadline: Deadline, examples: int, seed_points: Sequence[Point] = ()) -> Refutation | None:
        """Hypothesis, guided by the slack; then a descent from the best point that it saw."""
        drawing = plan(self.hypotheses, self.variables)
        best: list[tuple[float, Point]] = [(self.slack(point), point) for point in seed_points]
        found = _with_hypothesis(self, drawing, deadline, examples, best)
        if found is not None:
            return found
        best.sort(key=lambda scored: scored[0])
        for _, point in best[:4]:
            found = self.at_minimum(point, best, deadline) or self.descend(point, deadline)
            if found is not None:
                return found
        return None

    def at_minimum(self, start: Point, inside: Sequence[tuple[float, Point]], deadline: Deadline) -> Refutation | None:
        """Points next to a local minimum of a slack under the hypotheses, near the start."""
        import numpy as np

        def vector(point: Point) -> np.ndarray:
            return np.array([float(point[v]) for v in self.variables])

        known = [vector(point) for _, point in inside] or [vector(start)]
        # The way to the centre of the points that are admitted leads off the hypotheses that hold with equality.
        centre = sum(known[1:], known[0]) / len(known)
        for relation in self.conclusion if self.variables else ():
            if deadline.left <= 0:
                return None
            landscape = Landscape(relation, self.hypotheses, self.variables)
            for lowest in landscape.minima(vector(start)):
                if deadline.left <= 0:
                    return None
                for other in (centre, vector(start)):
                    for point in landscape.points(lowest, other):
                        found = self.confirm(point)
                        if found is not None:
                            return found
        return None

    def descend(self, point: Point, deadline: Deadline) -> Refutation | None:
        """Coordinate descent of the slack with shrinking steps."""
        score = self.slack(point)
        steps = {v: max(abs(point[v]), Fraction(1)) / 4 for v in self.variables}
        for _ in range(200):
            if deadline.left <= 0:
                return None
            moved = False
            for v in self.variables:
                for step in (steps[v], -steps[v]):
                    trial = {**point, v: (point[v] + step).limit_denominator(10**12)}
                    if self.admits(trial) and (value := self.slack(trial)) < score:
                        point, score, moved = trial, value, True
                        break
                else:
                    steps[v] /= 2
            if score < 0 and (found := self.confirm(point)) is not None:
                return found
            if not moved and all(step < Fraction(1, 10**10) for step in steps.values()):
                return self.confirm(point)
        return None

    def admits(self, point: Point) -> bool:
        """Whether the hypotheses certainly hold at the point."""
        given = self.given.run([Interval.exact(*point[v].as_integer_ratio()) for v in self.variables])
        return all(holds(h.op, gap) for h, gap in zip(self.hypotheses, given, strict=True))

    def simplified(self, refutation: Refutation) -> Refutation:
        """The refutation moved to a point of shorter numbers, one coordinate at a time."""
        best = self.rounded(refutation)
        for _ in range(3):
            before = best
            for v in self.variables:
                for value in _simpler(best.point[v]):
                    found = self.confirm({**best.point, v: value})
                    if found is not None:
                        best = found
                        break
            if best is before:
                break
        return best

    def rounded(self, refutation: Refutation) -> Refutation:
        """All coordinates at once to the shortest fractions with which it still refutes."""
        for digits in range(1, 13):
            point = {v: value.limit_denominator(10**digits) for v, value in refutation.point.items()}
            found = self.confirm(point)
            if found is not None:
                return found
        return refutation


def _tighter(values: Sequence[Interval]) -> Interval:
    """lhs − rhs, from the sides and from their difference as SymPy wrote it."""
    lhs, rhs, gap = values
    return (lhs - rhs).meet(gap) or gap


def cost(value: Fraction) -> int:
    """How long a number is to write down."""
    return (
        len(str(abs(value.numerator))) * 2
        + (len(str(value.denominator)) * 2 + 1) * (value.denominator > 1)
        + (value < 0)
    )


def _simpler(value: Fraction) -> Iterator[Fraction]:
    """Numbers that are shorter than this one, the shortest first."""
    options = {Fraction(n) for n in (0, 1, -1, 2, -2, 3, -3, 5, 10)} | {Fraction(1, 2), Fraction(3, 2), -value}
    for part in (2, 4, 10, 100, 1000, 10**4, 10**6, 10**9):
        reach = abs(value) / part
        options.add(simplest_fraction(value - reach, value + reach))
    yield from sorted((o for o in options if cost(o) < cost(value)), key=lambda o: (cost(o), abs(o), o < 0))


def _points_of(region: Any, variables: Sequence[sp.Symbol]) -> Iterator[Point]:
    if not all(v in region and region[v].finite for v in variables):
        return
    ends = {v: (fraction(region[v].lo), fraction(region[v].hi)) for v in variables}
    yield {v: simplest_fraction(lo, hi) for v, (lo, hi) in ends.items()}
    yield {v: (lo + hi) / 2 for v, (lo, hi) in ends.items()}
    yield {v: lo for v, (lo, hi) in ends.items()}
    yield {v: hi for v, (lo, hi) in ends.items()}


class _Found(Exception):
    def __init__(self, refutation: Refutation):
        self.refutation = refutation


def _with_hypothesis(
    falsifier: Falsifier, drawing: Plan, deadline: Deadline, examples: int, best: list[tuple[float, Point]]
) -> Refutation | None:
    from hypothesis import HealthCheck, Phase, given, settings, target  # heavy: only where it is used
    from hypothesis import strategies as st
    from hypothesis.errors import Flaky

    every_check: Any = list(HealthCheck)

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate, Phase.target, Phase.shrink],
        suppress_health_check=every_check,
        print_blob=False,
    )
    @given(st.data())
    def attempt(data: Any) -> None:
        deadline.check()
        point = draw(drawing, lambda v, options: data.draw(_values(options)))
        if point is None:
            return
        score = falsifier.slack(point)
        if abs(score) < 1e300:  # not so for a score that is no number
            target(-score, label="violation")
            best.append((score, point))
            best.sort(key=lambda scored: scored[0])
            del best[5:]
        if score <= 1e-9 and (refutation := falsifier.confirm(point)) is not None:
            raise _Found(refutation)

    def _values(options: list[Fraction]) -> Any:
        inside = sorted(options)
        spread = st.builds(
            lambda a, n: inside[a] + (inside[min(a + 1, len(inside) - 1)] - inside[a]) * Fraction(n, 64),
            st.integers(0, len(inside) - 1),
            st.integers(0, 64),
        )
        return st.sampled_from(options) | spread

    try:
        attempt()
    except _Found as found:
        return found.refutation
    except (OutOfTimeError, Flaky):
        # Stopped in the middle of an example: Hypothesis calls a test that stops by the clock flaky.
        pass
    return None
