"""Whether a goal is worth a proof: tried at many points in plain floating point, before anything is certain.

Nothing rests on this. A goal that fails somewhere by far more than rounding is not worth the search for a proof; one
that is wrongly set aside is one proof less.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp

from numerics.enclosure.doubles import run
from numerics.enclosure.program import UnsupportedError, compile_expressions
from numerics.proof.goal import Goal, Range

_POINTS, _SEED, _ROUNDING = 3000, 20, 1e-9


def implausible(goal: Goal) -> bool:
    """Whether the goal plainly fails at one of the points tried."""
    constraints = tuple(g for g, _ in goal.domain.constraints)
    ranges = tuple((v, _ends(goal.domain.ranges[v])) for v in goal.variables)
    return _fails(goal.expression, constraints, ranges)


def _ends(bounds: Range) -> tuple[float, float]:
    return float(bounds.lo), float(bounds.hi)


@lru_cache(maxsize=2048)
def _fails(expression: sp.Expr, constraints: tuple[sp.Expr, ...], ranges: tuple[Any, ...]) -> bool:
    draw = np.random.default_rng(_SEED)
    columns = [_column(draw, lo, hi) for _, (lo, hi) in ranges]
    terms = sp.Add.make_args(expression)
    try:
        program = compile_expressions([*terms, *constraints], [v for v, _ in ranges])
        values = run(program, columns, _POINTS)
    except (UnsupportedError, ValueError, OverflowError, ZeroDivisionError):
        return False
    summands, held = values[: len(terms)], values[len(terms) :]
    with np.errstate(all="ignore"):
        # Rounding is as large as the largest term of a sum.
        size = sum(abs(term) for term in summands)
        admitted = np.all([g > _ROUNDING * (1 + abs(g)) for g in held], axis=0) if held else True
        return bool(np.any(admitted & (sum(summands) < -_ROUNDING * (1 + size)) & np.isfinite(size)))


def _column(draw: np.random.Generator, lo: float, hi: float) -> Any:
    """Numbers of all sizes in the range, its ends' neighbourhoods included."""
    sizes = 10.0 ** draw.uniform(-3, 1.5, _POINTS)
    if math.isfinite(lo) and math.isfinite(hi):
        part = draw.uniform(0, 1, _POINTS)
        near = np.minimum(sizes, 0.5) * (hi - lo)
        return np.choose(draw.integers(0, 3, _POINTS), [lo + part * (hi - lo), lo + near, hi - near])
    if math.isfinite(lo):
        return lo + sizes
    if math.isfinite(hi):
        return hi - sizes
    return sizes * draw.choice([-1.0, 1.0], _POINTS)
