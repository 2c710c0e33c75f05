"""Rules that use what the constraints say of one variable: where a goal is least, and what may be left out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import sympy as sp

from numerics.proof.domain import EmptyDomainError, assume
from numerics.proof.goal import Domain, Goal, Range
from numerics.proof.rules._step import Step, defined, undefined
from numerics.proof.sign import NEGATIVE, NON_NEGATIVE, NON_POSITIVE, POSITIVE, shows, sign

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


def monotone_to_constraint(goal: Goal) -> Iterator[Step]:
    """If ∂f/∂v ≥ 0 and v ≥ h, h without v, then f ≥ f at v = h; likewise ≤ 0 and v ≤ h.

    Sound where nothing else stops v on its way to h: no other end of its range before h, and every other constraint
    on v says more and more on the way, so that it holds at h too. f is continuous along the way.
    """
    if goal.expression.has(sp.Piecewise, sp.sign, sp.floor, sp.ceiling, sp.tan, sp.cot):
        return
    for place, (g, apart) in enumerate(goal.domain.constraints):
        others = goal.domain.constraints[:place] + goal.domain.constraints[place + 1 :]
        for v in _named(g.free_symbols & goal.expression.free_symbols):
            bound = _bound(g, v, goal.domain)
            if bound is None:
                continue
            h, direction = bound
            on_v = [other for other, _ in others if v in other.free_symbols]
            if any(other.has(sp.Abs, sp.Max, sp.Min, sp.Piecewise) for other in on_v):
                continue
            if not all(shows(-direction * sp.diff(other, v), False, goal.domain) for other in on_v):
                continue
            try:
                domain = _at(goal.domain, others, v, h)
            except EmptyDomainError:
                continue
            bounds = goal.domain.ranges[v]
            end = bounds.lo if direction > 0 else bounds.hi
            value: Any = goal.expression.subs(v, h)
            if undefined(value) or not (end.is_infinite or shows(direction * (h - end), False, domain)):
                continue
            slope: Any = sp.factor_terms(direction * sp.diff(goal.expression, v))
            for beyond in (False, True) if goal.strict and apart else (False,):
                # With v > h and a slope that is nowhere zero, f > f at v = h.
                least = Goal(value, goal.strict and not beyond, domain)
                premises = (*defined(value, domain), least, goal.about(slope, strict=beyond))
                yield Step("monotone", f"in {v}, least at {v} = {h}", premises)


def _named(symbols: set[Any]) -> list[Any]:
    return sorted(symbols, key=str)


def _bound(g: Any, v: Any, domain: Domain) -> tuple[Any, int] | None:
    """(h, 1) where g ≥ 0 says v ≥ h, (h, −1) where it says v ≤ h, with h free of v; None where it says neither."""
    c: Any = sp.diff(g, v)
    if c.has(v):
        return None
    signs = sign(c, domain)
    if signs not in (POSITIVE, NEGATIVE):
        return None
    rest: Any = g.subs(v, 0)
    return sp.cancel(-rest / c), 1 if signs == POSITIVE else -1


def _at(domain: Domain, constraints: Any, v: Any, h: Any) -> Domain:
    """The other variables, where v = h."""
    new = Domain({w: bounds for w, bounds in domain.ranges.items() if w != v})
    for g, strict in constraints:
        new = assume(new, g.subs(v, h), strict)
    return new


def project(goal: Goal) -> Iterator[Step]:
    """A constraint v ≥ h(e), e not in the goal, says at least v ≥ min h: with h monotone in e, h at an end of e.

    A constraint on variables that the goal does not speak of can only say less when it is left out.
    """
    free = goal.expression.free_symbols
    for place, (g, strict) in enumerate(goal.domain.constraints):
        strange = sorted(g.free_symbols - free, key=str)
        if not strange:
            continue
        others = goal.domain.constraints[:place] + goal.domain.constraints[place + 1 :]
        domain = Domain(goal.domain.ranges, others)
        said = [] if len(strange) > 1 else list(_said_without(g, strange[0], goal.domain))
        for bound, never in said:
            try:
                narrowed = assume(domain, bound, strict or never)
            except EmptyDomainError:
                continue
            premises = (*defined(goal.expression, narrowed), goal_on(goal, narrowed))
            yield Step("projection", f"{strange[0]} eliminated: {bound} ≥ 0", premises)
            return
        premises = (*defined(goal.expression, domain), goal_on(goal, domain))
        yield Step("projection", f"without the constraint {g} ≥ 0", premises)
        return


def contrapositive(goal: Goal) -> Iterator[Step]:
    """f ≥ 0 where g > 0 says the same as g ≤ 0 where f < 0: what is said of a constraint may be the easier to show."""
    for place, (g, strict) in enumerate(goal.domain.constraints):
        if not g.free_symbols & goal.expression.free_symbols:
            continue
        others = goal.domain.constraints[:place] + goal.domain.constraints[place + 1 :]
        try:
            domain = assume(Domain(goal.domain.ranges, others), -goal.expression, not goal.strict)
        except EmptyDomainError:
            continue
        yield Step("contrapositive", f"of {g} {'>' if strict else '≥'} 0", (Goal(-g, not strict, domain),))


def goal_on(goal: Goal, domain: Domain) -> Goal:
    return Goal(goal.expression, goal.strict, domain)


def _said_without(g: Any, e: Any, domain: Domain) -> Iterator[tuple[Any, bool]]:
    """Something that g ≥ 0 implies for every e in its range: g at the end where it is largest; and whether g > 0 there.

    It is greater than 0 where g is strictly monotone in e and the end is never reached.
    """
    slope: Any = sp.diff(g, e)
    signs = sign(slope, domain)
    bounds: Range = domain.ranges[e]
    end = bounds.hi if signs <= NON_NEGATIVE else bounds.lo if signs <= NON_POSITIVE else None
    if end is None or end.is_infinite:
        return
    value: Any = g.subs(e, end)
    if not undefined(value):
        never = bounds.hi_open if end == bounds.hi else bounds.lo_open
        yield value, bool(never and 0 not in signs)


def tightened(goal: Goal) -> Goal:
    """The same goal, with v > 0 (or v ≥ 0) in the range of v where a constraint v ≥ h with h > 0 (h ≥ 0) says so."""
    domain = goal.domain
    for g, strict in goal.domain.constraints:
        for v in _named(g.free_symbols):
            bounds: Any = domain.ranges[v]
            if not (bounds.lo.is_infinite or bounds.lo < 0 or (bounds.lo == 0 and not bounds.lo_open)):
                continue
            said = _bound(g, v, domain)
            if said is None or said[1] < 0 or said[0].has(sp.Abs, sp.Max, sp.Min, sp.Piecewise):
                continue
            signs = sign(said[0], domain)
            if signs <= NON_NEGATIVE and (bounds.lo != 0 or strict or signs == POSITIVE):
                domain = domain.with_range(v, Range(sp.S.Zero, bounds.hi, strict or signs == POSITIVE, bounds.hi_open))
    return goal_on(goal, domain)
