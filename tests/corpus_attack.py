"""The attack on a statement of the corpus: a search for a point where it fails while its hypotheses hold."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from corpus_language import (
    Link,
    Node,
    Point,
    Undefined,
    evaluate,
    holds,
    is_kept,
    mp,
    names_in,
    parse,
    parse_all,
    relative_gap,
    variables,
)


@dataclass(frozen=True)
class Finding:
    """What an attack saw: the smallest relative gap, where, and how many points it tried or could not decide."""

    worst: float
    point: Point
    tried: int
    unresolved: int


@dataclass
class Range:
    """The interval that the hypotheses give one variable; None stands for unbounded."""

    low: Fraction | None = None
    high: Fraction | None = None


def _inward(node: Node, up: bool) -> Fraction:
    """A constant bound as a fraction: itself if rational, else rounded by 1e-20 into the allowed side."""
    if node.op == "num":
        return node.value
    with mp.workdps(80):
        scaled = int(mp.floor(evaluate(node, {}) * mp.mpf(10) ** 20))
    return Fraction(scaled + up, 10**20)


def _narrow(ranges: dict[str, Range], link: Link) -> None:
    """Take a hypothesis of the form ``variable relation constant`` into the ranges; others are left to filtering."""
    for var, bound, below in ((link.left, link.right, "<"), (link.right, link.left, ">")):
        if var.op != "var" or names_in(bound):
            continue
        box = ranges[var.name]
        if link.rel[0] in (below, "="):
            value = _inward(bound, up=False)
            box.high = value if box.high is None else min(box.high, value)
        if link.rel[0] != below:
            value = _inward(bound, up=True)
            box.low = value if box.low is None else max(box.low, value)


def _edges(box: Range) -> list[Fraction]:
    """Points at, and log-spaced towards, the ends of a range: finite ends closely, infinite ends far out."""
    steps = [Fraction(m, 10**k) for k in range(1, 13) for m in (1, 3)]
    far = [Fraction(m * 10**k) for k in range(7) for m in (1, 3)] + [Fraction(10**9), Fraction(10**12)]
    base = box.low if box.low is not None else box.high if box.high is not None else Fraction(0)
    points = [base]
    if box.low is not None:
        points += [box.low, *(box.low + s for s in steps)]
    if box.high is not None:
        points += [box.high, *(box.high - s for s in steps)]
    if box.high is None:
        points += [base + f for f in far]
    if box.low is None:
        points += [base - f for f in far]
    inside = [p for p in points if (box.low is None or p >= box.low) and (box.high is None or p <= box.high)]
    # Zero and one are where handbook inequalities touch.
    return sorted({*inside, *(Fraction(p) for p in (-1, 0, 1) if _inside(box, Fraction(p)))})


def _inside(box: Range, p: Fraction) -> bool:
    return (box.low is None or p >= box.low) and (box.high is None or p <= box.high)


def _window(box: Range) -> tuple[Fraction, Fraction]:
    """A bounded part of a range, for grids."""
    if box.low is not None:
        return box.low, min(box.high, box.low + 10) if box.high is not None else box.low + 10
    return (box.high - 10, box.high) if box.high is not None else (Fraction(-10), Fraction(10))


def _grid(box: Range, count: int) -> list[Fraction]:
    low, high = _window(box)
    return [low + (high - low) * i / count for i in range(count + 1)]


def _random(box: Range, rng: random.Random) -> Fraction:
    """A random point of a range, on a linear or a logarithmic scale from its ends."""
    low, high = _window(box)
    if rng.random() < 0.5:
        return low + (high - low) * Fraction(rng.random())
    step = Fraction(10 ** rng.uniform(-6, 0)) * (high - low)
    return low + step if rng.random() < 0.5 else high - step


def _beside(names: list[str], value: Fraction, rng: random.Random) -> Point:
    """A point with all coordinates close to one value, at a random distance."""
    step = Fraction(10 ** rng.uniform(-6, 0)) * (abs(value) or 1)
    return {name: _short(value + step * rng.randint(-2, 2)) for name in names}


def _candidates(ranges: dict[str, Range], rng: random.Random) -> Iterator[Point]:
    """Points of the box: a grid, combinations of edge points, equal coordinates, and random ones."""
    names = list(ranges)
    if not names:
        yield {}
        return
    count = {1: 300, 2: 20}.get(len(names), 8)
    grids = [_grid(box, count) for box in ranges.values()]
    yield from (dict(zip(names, point, strict=True)) for point in itertools.product(*grids))
    edges = [_edges(box) for box in ranges.values()]
    if len(names) == 1:
        yield from ({names[0]: p} for p in edges[0])
    else:
        yield from ({n: rng.choice(e) for n, e in zip(names, edges, strict=True)} for _ in range(400))
        shared = sorted({p for e in edges for p in e})
        yield from (dict.fromkeys(names, p) for p in shared)
        # Symmetric statements touch on the diagonal, so it is approached from all sides and at all scales.
        yield from (_beside(names, _random(ranges[rng.choice(names)], rng), rng) for _ in range(300))
    yield from ({n: _random(box, rng) for n, box in ranges.items()} for _ in range(200 * len(names)))


class Attack:
    """A search for a point where a statement fails while its hypotheses hold."""

    def __init__(self, text: str, where: tuple[str, ...], seed: int = 1) -> None:
        self.links = parse(text)
        self.hypotheses = parse_all(where)
        self.ranges = {name: Range() for name in variables(text, *where)}
        for link in self.hypotheses:
            _narrow(self.ranges, link)
        self.rng = random.Random(seed)
        self.tried = self.unresolved = 0
        self.worst = float("inf")
        self.point: Point = {}
        self.near: list[tuple[float, int, Point]] = []

    def allowed(self, point: Point) -> bool:
        """Whether the hypotheses hold at the point."""
        return holds(self.hypotheses, point)

    def some_point(self) -> Point | None:
        """A point where the hypotheses hold, or None if the scan meets none."""
        return next(filter(self.allowed, _candidates(self.ranges, self.rng)), None)

    def measure(self, point: Point) -> float:
        """The smallest relative gap of the statement at the point; infinite outside the hypotheses.

        A strict comparison that meets equality counts as unresolved and, unless only saturation far out can
        explain it, as the smallest possible violation.
        """
        if not self.allowed(point):
            return float("inf")
        self.tried += 1
        try:
            gaps = [(link, relative_gap(link, point)) for link in self.links]
        except Undefined:
            # The hypotheses must keep every subexpression defined, so this is as bad as a violation.
            self.worst, self.point = float("-inf"), point
            return self.worst
        value = float(min(gap for _, gap in gaps))
        if any(gap == 0 and not is_kept(link, gap) for link, gap in gaps):
            self.unresolved += 1
            value = min(value, -1e-300 if max(map(abs, point.values()), default=0) < 500 else 0.0)
        elif value == 0 and min(gap for _, gap in gaps) < 0:
            value = -1e-300
        if value < self.worst:
            self.worst, self.point = value, point
        return value

    def scan(self) -> None:
        """Measure all candidates, and remember the tightest as starts for the descent."""
        inside, outside = [], []
        for point in _candidates(self.ranges, self.rng):
            value = self.measure(point)
            (outside if value == float("inf") else inside).append(point)
            if value != float("inf"):
                heapq.heappush(self.near, (-value, -self.tried, point))
                if len(self.near) > 4:
                    heapq.heappop(self.near)
        if len(self.ranges) > 1 and inside and outside:
            for _ in range(60):
                self.measure(self._border(self.rng.choice(inside), self.rng.choice(outside)))

    def _border(self, inner: Point, outer: Point) -> Point:
        """The last allowed point on the way from an allowed point to a forbidden one."""
        low, high = Fraction(0), Fraction(1)
        for _ in range(45):
            mid = (low + high) / 2
            if self.allowed({n: inner[n] + (outer[n] - inner[n]) * mid for n in inner}):
                low = mid
            else:
                high = mid
        return {n: inner[n] + (outer[n] - inner[n]) * low for n in inner}

    def descend(self) -> None:
        """Nelder-Mead from the tightest points, on two scales."""
        for _, _, start in sorted(self.near, key=lambda item: -item[0]):
            for step in (Fraction(1, 10), Fraction(1, 10**5)):
                self._simplex(start, step)

    def _simplex(self, start: Point, step: Fraction) -> None:
        names = list(start)
        corners = [start] + [{**start, n: start[n] + step * (abs(start[n]) or 1)} for n in names]
        simplex = sorted(((self.measure(c), i, c) for i, c in enumerate(corners)), key=lambda item: item[0])
        for turn in range(40 * len(names) + 20):
            # A simplex that has collapsed, or lies flat on an equality, has nothing more to tell.
            if simplex[0][0] == simplex[-1][0] or _width([c for _, _, c in simplex]) < 1e-15:
                break
            rest, (high, _, last) = simplex[:-1], simplex[-1]
            middle = {n: sum((c[n] for _, _, c in rest), Fraction(0)) / len(rest) for n in names}
            best: tuple[float, Point] | None = None
            for factor in (Fraction(1), Fraction(2), Fraction(-1, 2), Fraction(1, 2)):
                trial = {n: _short(middle[n] + factor * (middle[n] - last[n])) for n in names}
                value = self.measure(trial)
                if best is None or value < best[0]:
                    best = (value, trial)
                if factor == 1 and simplex[0][0] <= value < high:
                    break
            if best is not None and best[0] < high:
                simplex[-1] = (best[0], turn, best[1])
            else:
                simplex = [simplex[0]] + [self._shrunk(simplex[0][2], c, i) for _, i, c in simplex[1:]]
            simplex.sort(key=lambda item: item[0])

    def _shrunk(self, best: Point, corner: Point, mark: int) -> tuple[float, int, Point]:
        point = {n: _short((best[n] + corner[n]) / 2) for n in best}
        return self.measure(point), mark, point

    def run(self) -> Finding:
        """Scan, descend, and report."""
        self.scan()
        if self.ranges:
            self.descend()
        return Finding(self.worst, self.point, self.tried, self.unresolved)


def _short(value: Fraction) -> Fraction:
    """The value rounded to 25 decimals after its leading digit, to keep fractions from growing without end."""
    if not value:
        return value
    digits = 25 + max(0, len(str(value.denominator)) - len(str(abs(value.numerator))))
    return Fraction(round(value * 10**digits), 10**digits)


def _width(points: list[Point]) -> float:
    """The largest distance between coordinates of the points, relative to their size (of 1e-15 at least)."""
    columns = [[point[name] for point in points] for name in points[0]]
    return max(float((max(column) - min(column)) / max(Fraction(1, 10**15), *map(abs, column))) for column in columns)


def attack(text: str, where: tuple[str, ...], seed: int = 1) -> Finding:
    """Search for a counterexample to the statement; ``worst < 0`` in the answer means that one was found."""
    return Attack(text, where, seed).run()
