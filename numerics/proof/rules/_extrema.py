"""Rules that look for the place where f is least: at an end, at a zero of the slope, on a constraint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp

from numerics.proof.domain import EmptyDomainError
from numerics.proof.goal import Domain, Goal
from numerics.proof.rules._step import Step, defined, mapped, undefined
from numerics.proof.sign import shows


def monotone(goal: Goal) -> Iterator[Step]:
    """Monotone reduction: if ∂f/∂v ≥ 0 and v ≥ a, then f ≥ f at v = a; likewise ≤ 0 and v ≤ b.

    For fixed other variables v runs over an interval on which f is continuous: a constraint on v has to stay true on
    the way to the end. For a strict goal with an open end, f at the end may be zero if ∂f/∂v ≠ 0 throughout.
    """
    if goal.expression.has(sp.Piecewise, sp.sign, sp.floor, sp.ceiling):
        return
    for v in goal.variables:
        slope, bounds = sp.diff(goal.expression, v), goal.domain.ranges[v]
        for direction, end, is_open in ((1, bounds.lo, bounds.lo_open), (-1, bounds.hi, bounds.hi_open)):
            if end.is_infinite:
                continue
            at_end = goal.expression.subs(v, end)
            if undefined(at_end) or not _stays_admitted(goal, v, direction):
                continue
            rising = goal.about(sp.factor_terms(direction * slope), strict=goal.strict and is_open)
            try:
                domain = mapped(goal.domain, lambda g, v=v, end=end: g.subs(v, end))
            except EmptyDomainError:
                continue
            base = Goal(at_end, goal.strict and not is_open, domain)
            yield Step("monotone", f"in {v}, least at {v} = {end}", (base, rising))


def _stays_admitted(goal: Goal, v: Any, direction: int) -> bool:
    """Whether every constraint on v says more and more as v moves to the end (down for direction 1, up for −1)."""
    constraints = [g for g, _ in goal.domain.constraints if v in g.free_symbols]
    if any(_kinked(g) for g in constraints):
        return False
    return all(shows(-direction * sp.diff(g, v), False, goal.domain) for g in constraints)


def _kinked(expression: sp.Expr) -> bool:
    return expression.has(sp.Abs, sp.Max, sp.Min, sp.Piecewise)


def minimum_in_one(goal: Goal) -> Iterator[Step]:
    """If f is convex in v and ∂f/∂v = 0 at v = φ(other variables), then f ≥ f at v = φ."""
    for v in goal.variables:
        if any(v in g.free_symbols for g, _ in goal.domain.constraints):
            continue
        slope = sp.diff(goal.expression, v)
        convex = goal.about(sp.factor_terms(sp.diff(slope, v)), strict=False)
        # The convexity is asked for first: solving for the least point is dear.
        if v not in slope.free_symbols or sp.count_ops(slope) > 40 or not shows(convex.expression, False, goal.domain):
            continue
        for root in _roots(slope, v, goal.domain):
            bounds = goal.domain.ranges[v]
            inside = all(
                end.is_infinite or shows(gap, False, goal.domain)
                for end, gap in ((bounds.lo, root - bounds.lo), (bounds.hi, bounds.hi - root))
            )
            if not inside or root.has(sp.I) or not (root.free_symbols <= set(goal.variables) - {v}):
                continue
            least = goal.about(sp.simplify(goal.expression.subs(v, root)))
            detail = f"convex in {v}, least at {v} = {root}"
            yield Step("least point", detail, (*defined(root, goal.domain), least, convex))


def _roots(slope: sp.Expr, v: Any, domain: Domain) -> list[sp.Expr]:
    """Exact zeros of the slope, each one checked by putting it in."""
    # SymPy solves for positive symbols more readily; the check says whether the others may be negative.
    if not slope.has(v) or slope.has(sp.Piecewise):
        return []
    positive: dict[Any, Any] = {s: sp.Dummy(str(s), positive=True) for s in slope.free_symbols}
    try:
        found = sp.solve(slope.subs(positive), positive[v], check=False)
    except (NotImplementedError, ValueError, TypeError, AttributeError, RecursionError):
        return []
    roots: list[Any] = [root.subs({p: s for s, p in positive.items()}) for root in found if isinstance(root, sp.Expr)]
    return [root for root in roots[:3] if _vanishes(slope.subs(v, root), positive, domain)]


def _vanishes(expression: Any, positive: Any, domain: Domain) -> bool:
    if undefined(expression):
        return False
    if sp.simplify(expression) == 0:
        return True
    # √(y²) = y needs y ≥ 0.
    others_positive = all(shows(s, False, domain) for s in expression.free_symbols)
    return others_positive and sp.simplify(expression.subs(positive)) == 0


def multiplier(goal: Goal) -> Iterator[Step]:
    """Lagrange: if f − λ·g ≥ 0 without the constraint g ≥ 0, for a number λ ≥ 0, then f ≥ 0 where g ≥ 0."""
    for place, (g, _) in enumerate(goal.domain.constraints):
        rest = Domain(goal.domain.ranges, goal.domain.constraints[:place] + goal.domain.constraints[place + 1 :])
        # The larger domain has to be one on which f is a number: a pole that g kept out would do harm.
        real = defined(goal.expression, rest)
        for size in _multipliers(goal.expression, g, goal.variables):
            yield Step(
                "multiplier", f"{size}·({g}) taken off", (*real, Goal(goal.expression - size * g, goal.strict, rest))
            )


def _multipliers(f: Any, g: Any, variables: tuple[Any, ...]) -> list[sp.Expr]:
    """Numbers λ with ∇f = λ∇g at a point of g = 0 where all variables are equal, or one is alone."""
    found: list[sp.Expr] = []
    used = [v for v in variables if v in g.free_symbols]
    s = sp.Dummy("s", real=True)
    image: dict[Any, Any]
    for image in (dict.fromkeys(used, s), *({v: s if v == w else sp.S.Zero for v in used} for w in used)):
        at = g.subs(image)
        if not at.is_polynomial(s) or at.free_symbols != {s} or sp.Poly(at, s).degree() > 4:
            continue
        for root in sp.roots(sp.Poly(at, s)):
            place: dict[Any, Any] = {v: e.subs(s, root) for v, e in image.items()}
            for v in used:
                below = sp.diff(g, v).subs(place)
                if below.free_symbols or below == 0 or not root.is_real:
                    continue
                size = sp.simplify(sp.diff(f, v).subs(place) / below)
                if not size.free_symbols and size.is_nonnegative and size not in found:
                    found.append(size)
    return found[:4]


def combination(goal: Goal) -> Iterator[Step]:
    """A sum of non-negative things is non-negative: f = Σ λ_j g_j + (something ≥ 0), λ_j ≥ 0, g_j the constraints.

    The λ_j come from an exact linear program over the coefficients of the monomials of f.
    """
    known = [g for g, _ in goal.domain.constraints]
    known += [v - b.lo for v, b in goal.domain.ranges.items() if not b.lo.is_infinite]
    known += [b.hi - v for v, b in goal.domain.ranges.items() if not b.hi.is_infinite]
    if not goal.domain.constraints or len(known) > 20:
        return
    weights = _weights(sp.expand(goal.expression), [sp.expand(g) for g in known], goal)
    if weights is None:
        return
    rest = sp.expand(goal.expression - sp.Add(*[w * g for w, g in zip(weights, known, strict=True)]))
    shown = " + ".join(f"{w}·({g})" for w, g in zip(weights, known, strict=True) if w)
    if shown:
        yield Step("combination", f"{shown} taken off", (goal.about(rest),))


def _weights(f: sp.Expr, known: list[sp.Expr], goal: Goal) -> list[sp.Expr] | None:
    """λ ≥ 0 with every coefficient of f − Σ λ_j g_j zero, or ≥ 0 on a monomial that is ≥ 0 on the domain."""
    from sympy.solvers.simplex import InfeasibleLPError, UnboundedLPError, linprog

    terms = [expression.as_coefficients_dict() for expression in (f, *known)]
    at_most: list[list[Any]] = []
    equal: list[list[Any]] = []
    for m in sorted({m for term in terms for m in term}, key=str):
        row = [term.get(m, sp.S.Zero) for term in (*terms[1:], terms[0])]
        (at_most if shows(m, False, goal.domain) else equal).append(row)
    blocks = []
    for rows in (at_most, equal):
        matrix = sp.Matrix(rows) if rows else None
        blocks += [matrix[:, :-1], matrix[:, -1]] if matrix is not None else [None, None]
    try:
        solution: Any
        _, solution = linprog([1] * len(known), *blocks)
    except (InfeasibleLPError, UnboundedLPError, ValueError, TypeError):
        return None
    return list(solution)
