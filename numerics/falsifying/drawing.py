"""Points of a set given by hypotheses, drawn and not filtered: each variable within what the others leave it.

A hypothesis such as |θ| ≥ log(1/t)/min(|x|, 1/2) bounds θ once t and x are drawn. The variables are put in an order
in which every hypothesis bounds the last of its variables; candidates for a value are exact fractions, short ones
first, with the ends of the range and the equality cases of the hypotheses among the first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import count
from typing import Any

import sympy as sp

from numerics.enclosure.interval import Interval, fraction, simplest_fraction
from numerics.enclosure.program import Program, UnsupportedError, compile_expressions
from theory.statement import Relation

Point = dict[sp.Symbol, Fraction]

_FLIPPED = {"<=": ">=", "<": ">", ">=": "<=", ">": "<", "==": "==", "!=": "!="}
_FREE = tuple(
    Fraction(n, q)
    for n, q in (
        (1, 1), (0, 1), (2, 1), (-1, 1), (1, 2), (3, 2), (-1, 2), (-2, 1), (3, 1), (1, 10), (10, 1), (-3, 1), (5, 1),
        (1, 100), (-10, 1), (1, 1000), (100, 1), (-1, 10), (30, 1), (-100, 1), (1, 10**6), (1000, 1),
    )
)  # fmt: skip


@dataclass(frozen=True)
class Bound:
    """v op value, or |v| op value where `of_size`; `program` computes the value from the variables drawn before."""

    op: str
    of_size: bool
    program: Program
    needs: tuple[sp.Symbol, ...]
    formula: sp.Expr

    def value(self, drawn: Mapping[sp.Symbol, Fraction]) -> Interval:
        return self.program.run([Interval.exact(*drawn[s].as_integer_ratio()) for s in self.needs])[0]


@dataclass
class Plan:
    """The order in which variables are drawn, and what bounds each."""

    order: list[sp.Symbol] = field(default_factory=list)
    bounds: dict[sp.Symbol, list[Bound]] = field(default_factory=dict)


def _isolated(relation: Relation, v: sp.Symbol) -> tuple[str, bool, sp.Expr] | None:
    """(op, of_size, value) with v, or |v|, alone on the left; None where the relation does not have that form."""
    sides = ((relation.lhs, relation.op, relation.rhs), (relation.rhs, _FLIPPED[relation.op], relation.lhs))
    for left, op, right in sides:
        if not right.has(v) and left in (v, sp.Abs(v)):
            return op, left != v, right
    gap = sp.expand(relation.lhs - relation.rhs)
    slope = sp.diff(gap, v) if gap.has(v) and gap.is_polynomial(v) else sp.S.Zero
    if slope.is_Rational and slope != 0:
        return (relation.op if slope > 0 else _FLIPPED[relation.op]), False, sp.expand(-(gap - slope * v) / slope)
    return None


def plan(hypotheses: Sequence[Relation], variables: Sequence[sp.Symbol]) -> Plan:
    """An order of the variables, and their bounds; a hypothesis that bounds no variable is left to be checked."""
    result = Plan()
    waiting = list(variables)
    while waiting:
        v = next((w for w in waiting if _ready(w, waiting, hypotheses)), waiting[0])
        waiting.remove(v)
        result.bounds[v] = _bounds(v, result.order, hypotheses)
        result.order.append(v)
    return result


def _ready(v: sp.Symbol, waiting: list[sp.Symbol], hypotheses: Sequence[Relation]) -> bool:
    """Whether every hypothesis on v and on variables still waiting can bound one of those instead."""
    for relation in hypotheses:
        others = [w for w in waiting if w != v and w in relation.free_symbols]
        if v in relation.free_symbols and others and not any(_isolated(relation, w) for w in others):
            return False
    return True


def _bounds(v: sp.Symbol, drawn: list[sp.Symbol], hypotheses: Sequence[Relation]) -> list[Bound]:
    found: list[Bound] = []
    for relation in hypotheses:
        if v not in relation.free_symbols or not relation.free_symbols <= {v, *drawn}:
            continue
        isolated = _isolated(relation, v)
        if isolated is None:
            continue
        op, of_size, value = isolated
        needs = tuple(s for s in drawn if s in value.free_symbols)
        try:
            found.append(Bound(op, of_size, compile_expressions([value], needs), needs, value))
        except UnsupportedError:
            continue
    return found


def candidates(v: sp.Symbol, bounds: Sequence[Bound], drawn: Mapping[sp.Symbol, Fraction]) -> list[Fraction]:
    """Values that the bounds admit, in the order in which they are worth trying; possibly none."""
    low, high, signed = _limits(bounds, drawn)
    sizes = list(_between(low, high))
    # Most statements are symmetric in signs: the negative ones come last.
    return list(dict.fromkeys([*sizes, *(-size for size in sizes)])) if signed else sizes


def _limits(bounds: Sequence[Bound], drawn: Mapping[sp.Symbol, Fraction]) -> tuple[Any, Any, bool]:
    """(low, high, signed): the least and greatest value, of the size where signed; None where there is no bound."""
    low: Fraction | None = None
    high: Fraction | None = None
    signed = any(bound.of_size for bound in bounds)
    for bound in bounds:
        value = bound.value(drawn)
        if not value.finite or bound.op == "!=":
            continue
        least, most = fraction(value.lo), fraction(value.hi)
        if signed and not bound.of_size and bound.op in (">=", ">", "<=", "<"):
            continue
        if bound.op in (">=", ">", "=="):
            low = most if low is None else max(low, most)
        if bound.op in ("<=", "<", "=="):
            high = least if high is None else min(high, least)
    if signed and low is None:
        low = Fraction(0)
    return low, high, signed


@lru_cache(maxsize=4096)  # most variables have the same ends at every point
def _between(low: Fraction | None, high: Fraction | None) -> tuple[Fraction, ...]:
    if low is not None and high is not None:
        values = _inside(low, high)
    elif low is not None:
        values = _above(low)
    elif high is not None:
        values = (-value for value in _above(-high))
    else:
        values = _FREE
    return tuple(dict.fromkeys(values))


def _above(low: Fraction) -> Iterator[Fraction]:
    """Short fractions from low on: low itself or just above it, and some far from it."""
    scale = max(abs(low), Fraction(1))
    near = ((0, Fraction(1, 4)), (0, Fraction(1, 50)), (Fraction(1, 2), 1), (Fraction(1, 4), Fraction(2, 5)))
    far = ((Fraction(3, 2), 3), (5, 10), (Fraction(1, 10), Fraction(1, 7)))
    rare = ((0, Fraction(1, 10**4)), (0, Fraction(1, 10**8)), (50, 100), (500, 1000))
    for first, last in (*near, *far, *rare):
        yield simplest_fraction(low + scale * first, low + scale * last)
    if low.denominator < 10**4:
        yield low


def _inside(low: Fraction, high: Fraction) -> Iterator[Fraction]:
    if low > high:
        return
    width = high - low
    if low == high:
        yield low
        return
    yield simplest_fraction(low + width / 4, high - width / 4)
    for n in (10, 100, 1000, 10**6):
        yield simplest_fraction(high - width / n, high - width / (4 * n))
        yield simplest_fraction(low + width / (4 * n), low + width / n)
    for end in (low, high):
        if end.denominator < 10**4:
            yield end
    for n in (3, 7):
        for place in range(1, n):
            yield simplest_fraction(low + width * place / n, low + width * (3 * place + 1) / (3 * n))


def first_points(
    hypotheses: Sequence[Relation], variables: Sequence[sp.Symbol], most: int, matter: Collection[Any] | None = None
) -> Iterator[Point]:
    """Points in the order of how far down the lists of candidates they go; at most `most` of them.

    Where `matter` names the variables of the conclusion, only those and what bounds them are varied.

    The parameters of a chain of three layers or more (theta_1, theta_2, …) go down together.
    """
    drawing = plan(hypotheses, variables)
    seen: set[tuple[Fraction, ...]] = set()
    varied = drawing.order if matter is None else _varied(drawing, matter)
    for tried, ranks in enumerate(_ranks(varied)):
        if tried >= most:
            return
        point = draw(drawing, lambda v, options, ranks=ranks: options[ranks.get(v, 0) % len(options)])
        if point is not None and (key := tuple(point[v] for v in variables)) not in seen:
            seen.add(key)
            yield point


def draw(drawing: Plan, choose: Any) -> Point | None:
    """A point, each value picked by `choose(variable, candidates)`; None where a variable has no candidate."""
    point: Point = {}
    for v in drawing.order:
        options = candidates(v, drawing.bounds[v], point)
        if not options:
            return None
        point[v] = choose(v, options)
    return point


def _varied(drawing: Plan, matter: Collection[Any]) -> list[sp.Symbol]:
    """The variables that matter, and those that their bounds are computed from."""
    reached = set(matter)
    for v in reversed(drawing.order):
        if v in reached:
            reached |= {s for bound in drawing.bounds[v] for s in bound.needs}
    return [v for v in drawing.order if v in reached]


def _ranks(order: Sequence[sp.Symbol]) -> Iterator[dict[sp.Symbol, int]]:
    families: dict[str, list[sp.Symbol]] = {}
    deep = sum(str(v).startswith("theta_") for v in order) > 2
    for v in order:
        name = str(v)
        families.setdefault("theta" if deep and name.startswith("theta_") else name, []).append(v)
    groups = list(families.values())
    for total in count():
        for split in _compositions(total, len(groups)):
            yield {v: rank for group, rank in zip(groups, split, strict=True) for v in group}
        if total > 60:
            return


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 0:
        if total == 0:
            yield ()
        return
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in _compositions(total - first, parts - 1):
            yield (first, *rest)
