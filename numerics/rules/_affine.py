"""A variable in which the goal is affine is least at an end of what the constraints leave it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import sympy as sp

from numerics.goal import Domain, Goal
from numerics.rules._step import Step, defined, undefined
from numerics.sign import NEGATIVE, NON_NEGATIVE, NON_POSITIVE, POSITIVE, sign

_MOST_ENDS = 2


def affine(goal: Goal) -> Iterator[Step]:
    """a v + b ≥ 0 for h₁ ≤ v ≤ h₂ if it is so at v = h₁ and at v = h₂; if a ≥ 0 at v = h₁, if a ≤ 0 at v = h₂.

    Sound: an affine function on an interval is least at one of its ends. a, b, h₁ and h₂ are free of v, and the ends
    come from the range of v and from constraints c v + e ≥ 0 with c of one sign. Constraints on v are left out of
    the premises, which makes these stronger.
    """
    for v in goal.variables:
        a: Any = sp.diff(goal.expression, v)
        if a.has(v) or a == 0:
            continue
        b: Any = goal.expression.subs(v, 0)
        lows, highs = _ends(goal, v)
        signs = sign(a, goal.domain)
        if signs <= NON_NEGATIVE:
            choices = [(low,) for low in lows]
        elif signs <= NON_POSITIVE:
            choices = [(high,) for high in highs]
        else:
            choices = list(product(lows, highs))
        domain = _without(goal.domain, v)
        for ends in choices:
            values = [a * end + b for end in ends]
            if any(undefined(value) for value in values):
                continue
            premises = [p for value in values for p in (*defined(value, domain), Goal(value, goal.strict, domain))]
            yield Step("affine", f"least at {v} = {' or '.join(map(str, ends))}", tuple(premises))


def _ends(goal: Goal, v: Any) -> tuple[list[Any], list[Any]]:
    bounds = goal.domain.ranges[v]
    lows = [] if bounds.lo.is_infinite else [bounds.lo]
    highs = [] if bounds.hi.is_infinite else [bounds.hi]
    for g, _ in goal.domain.constraints:
        if v not in g.free_symbols:
            continue
        rest: Any = g.subs(v, 0)
        c: Any = sp.diff(g, v)
        if c.has(v) or len(lows) + len(highs) > 2 * _MOST_ENDS:
            continue
        signs = sign(c, goal.domain)
        if signs == POSITIVE:
            lows.append(sp.cancel(-rest / c))
        elif signs == NEGATIVE:
            highs.append(sp.cancel(-rest / c))
    return lows[-_MOST_ENDS:], highs[-_MOST_ENDS:]


def _without(domain: Domain, v: Any) -> Domain:
    ranges = {w: bounds for w, bounds in domain.ranges.items() if w != v}
    return Domain(ranges, tuple((g, strict) for g, strict in domain.constraints if v not in g.free_symbols))
