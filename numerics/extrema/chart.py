"""The points that hypotheses admit, as the image of a cube: one coordinate in [−1, 1] for each variable.

The variables are drawn in the order of a plan (`numerics.falsifying.drawing`), each between the bounds that those
before it leave. A coordinate 0 lies on the lower bound, if there is one, so that a search finds corners without
effort; and a point on a bound can be named exactly. Hypotheses that bound no variable are left to be checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from numerics.enclosure.doubles import Array, run
from numerics.enclosure.interval import simplest_fraction
from numerics.enclosure.program import UnsupportedError, enclose
from numerics.falsifying.drawing import Bound, plan
from numerics.proof.domain import EmptyDomainError, domains
from numerics.proof.exact import constant_sign
from theory.statement import Relation

LOWER, UPPER = "lower", "upper"
Choice = Fraction | tuple[str, int]
"""A value: a number; or a sign, and the bound that it lies on, of the size where a size is bounded."""
Recipe = dict[sp.Symbol, Choice]
Exact = dict[sp.Symbol, Any]
"""A point by exact constants."""

_STEEPNESS, _NEAREST, _FLAT = 3, 1e-3, 1e-12


@dataclass(frozen=True)
class _Ends:
    """The bounds of one variable at every point; None where it has none. `strict` ends are kept away from."""

    low: Array | None
    high: Array | None
    strict_low: Array
    strict_high: Array
    signed: bool


class Chart:
    """The cube, and how its coordinates become points."""

    def __init__(self, hypotheses: Sequence[Relation], variables: Sequence[sp.Symbol]):
        self.plan = plan([*hypotheses, *_implied(hypotheses, variables)], variables)
        self.variables = tuple(self.plan.order)

    def points(self, cube: Array) -> dict[sp.Symbol, Array]:
        """The points of the columns of `cube`, a row for each variable; NaN where the bounds exclude each other."""
        found: dict[sp.Symbol, Array] = {}
        with np.errstate(all="ignore"):
            for v, c in zip(self.variables, cube, strict=True):
                found[v] = _placed(self.ends(v, found, cube.shape[1]), c)
        return found

    def ends(self, v: sp.Symbol, drawn: Mapping[sp.Symbol, Array], count: int) -> _Ends:
        bounds = self.plan.bounds[v]
        of_size = any(bound.of_size for bound in bounds)
        low: Array | None = None
        high: Array | None = None
        strict_low = strict_high = np.zeros(count, bool)
        for bound in bounds:
            if (of_size and not bound.of_size) or bound.op == "!=":
                continue
            (value,) = run(bound.program, [drawn[s] for s in bound.needs], count)
            if bound.op in (">=", ">", "=="):
                strict_low = _stricter(bound.op == ">", value, strict_low, low, 1)
                low = value if low is None else np.maximum(low, value)
            if bound.op in ("<=", "<", "=="):
                strict_high = _stricter(bound.op == "<", value, strict_high, high, -1)
                high = value if high is None else np.minimum(high, value)
        signed = of_size or (low is None and high is None)
        return _Ends(np.zeros(count) if signed and low is None else low, high, strict_low, strict_high, signed)

    # -- exact points --------------------------------------------------------------------------------------------

    def recipe(self, coordinates: Array, digits: int) -> Recipe:
        """What the column of coordinates stands for, numbers rounded to so many significant digits."""
        column = coordinates[:, None]
        points = self.points(column)
        found: Recipe = {}
        for v, c in zip(self.variables, coordinates, strict=True):
            ends = self.ends(v, points, 1)
            found[v] = _chosen(ends, float(c), float(points[v][0]), digits)
        return found

    def exact(self, recipe: Recipe) -> Exact | None:
        """The point with the values on bounds worked out; None where a bound is not certain."""
        point: Exact = {}
        for v in self.variables:
            choice = recipe[v]
            if isinstance(choice, Fraction):
                point[v] = sp.Rational(choice.numerator, choice.denominator)
                continue
            which, sign = choice
            try:
                value = _tightest(self.plan.bounds[v], which, point)
            except UnsupportedError:
                value = None  # infinite, or not a real number
            if value is None:
                return None
            point[v] = sign * value
        return point


def _implied(hypotheses: Sequence[Relation], variables: Sequence[sp.Symbol]) -> Iterator[Relation]:
    """Bounds of single variables that follow from hypotheses such as log(1/t) ≥ 1."""
    try:
        parts = domains([h for h in hypotheses if h.op != "!="], variables)
    except EmptyDomainError:
        return
    for v, bounds in parts[0].ranges.items() if len(parts) == 1 else ():
        if not bounds.lo.is_infinite:
            yield Relation(v, ">" if bounds.lo_open else ">=", bounds.lo)
        if not bounds.hi.is_infinite:
            yield Relation(v, "<" if bounds.hi_open else "<=", bounds.hi)


def _placed(ends: _Ends, c: Array) -> Array:
    size = np.abs(c) if ends.signed else (c + 1) / 2
    sign = np.where(c < 0, -1.0, 1.0) if ends.signed else 1.0
    size = np.where(ends.strict_low, np.maximum(size, _NEAREST), size)
    if ends.low is not None and ends.high is not None:
        size = np.where(ends.strict_high, np.minimum(size, 1 - _NEAREST), size)
        value = np.where(ends.high >= ends.low, ends.low + (ends.high - ends.low) * size, np.nan)
    else:
        if ends.low is None:
            size = np.where(ends.strict_high, np.maximum(size, _NEAREST), size)
        far = (size / np.maximum(1 - size, _NEAREST)) ** _STEEPNESS
        if ends.low is not None:
            value = ends.low + far
        elif ends.high is not None:
            value = ends.high - far
        else:
            value = far
    return sign * value


def _stricter(strict: bool, value: Array, before: Array, old: Array | None, side: int) -> Array:
    """Whether the bound that binds is strict, once a further one is known."""
    if old is None:
        return np.full(np.shape(before), strict)
    tighter, same = side * value > side * old, value == old
    return np.where(tighter, strict, np.where(same, before | strict, before))


def _chosen(ends: _Ends, c: float, value: float, digits: int) -> Choice:
    size = abs(c) if ends.signed else (c + 1) / 2
    sign = -1 if ends.signed and c < 0 else 1
    low = None if ends.low is None else float(ends.low[0])
    high = None if ends.high is None else float(ends.high[0])
    if low is not None and (high is None or high > low) and not ends.strict_low[0] and size <= _FLAT and low != 0:
        return LOWER, sign
    if low is not None and high is not None and high - low <= _FLAT * max(1.0, abs(low)):
        return LOWER, sign
    if high is not None and not ends.strict_high[0] and (size >= 1 - _FLAT if low is not None else size <= _FLAT):
        return UPPER, sign
    return sign * _rounded(sign * value, low, high, digits)


def _rounded(value: float, low: float | None, high: float | None, digits: int) -> Fraction:
    """The value to so many significant digits; where that leaves the bounds, a short number well inside them."""
    short = Fraction(Context(prec=digits).create_decimal(Decimal(value)))
    if (low is None or short >= low) and (high is None or short <= high):
        return short
    middle = Fraction(value)
    reach = min((abs(value - end) for end in (low, high) if end is not None), default=abs(value))
    return simplest_fraction(middle - Fraction(reach) / 2, middle + Fraction(reach) / 2)


def _tightest(bounds: Sequence[Bound], which: str, point: Exact) -> Any:
    """The exact value of the bound that binds; None where two cannot be told apart."""
    ops = (">=", ">", "==") if which == LOWER else ("<=", "<", "==")
    of_size = any(bound.of_size for bound in bounds)
    best: Any = None
    for bound in bounds:
        if bound.op not in ops or (of_size and not bound.of_size):
            continue
        formula: Any = bound.formula
        value: Any = formula.subs(point)
        if not enclose(value).finite:
            return None
        if best is None:
            best = value
            continue
        sign = constant_sign(value - best)
        if sign is None:
            return None
        if sign == (1 if which == LOWER else -1):
            best = value
    return best
