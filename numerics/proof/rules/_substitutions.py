"""Rules that put something else in the place of a variable, or a new variable in the place of something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp

from numerics.proof.domain import assume
from numerics.proof.goal import Domain, Goal, Range
from numerics.proof.rules._step import Step, defined
from numerics.proof.sign import NEGATIVE, NON_NEGATIVE, NON_POSITIVE, POSITIVE, Signs, shows, sign


def eliminate_constraint(goal: Goal) -> Iterator[Step]:
    """A change of variable: v ≥ h, h without v, is v = h + s with s ≥ 0 (and v ≤ h is v = h − s)."""
    for place, (g, strict) in enumerate(goal.domain.constraints):
        for v in sorted(g.free_symbols, key=str):
            slope: Any = sp.diff(g, v)
            if slope.has(v) or not slope.is_real:
                continue
            signs = sign(slope, goal.domain)
            if signs not in (POSITIVE, frozenset((-1,))):
                continue
            rest: Any = g.subs(v, 0)
            step = _shifted(goal, place, v, sp.simplify(-rest / slope), 1 if signs == POSITIVE else -1, strict)
            if step is not None:
                yield step


def _shifted(goal: Goal, place: int, v: Any, h: sp.Expr, side: int, strict: bool) -> Step | None:
    domain, s = goal.domain, sp.Dummy(f"{v}'", real=True)
    image = h + side * s
    ranges = {w: bounds for w, bounds in domain.ranges.items() if w != v}
    new = Domain({**ranges, s: Range(sp.S.Zero, sp.S.Infinity, strict, True)})
    old = domain.ranges[v]
    conditions = [(g, is_strict) for i, (g, is_strict) in enumerate(domain.constraints) if i != place]
    if not old.lo.is_infinite:
        conditions.append((v - old.lo, old.lo_open))
    if not old.hi.is_infinite:
        conditions.append((old.hi - v, old.hi_open))
    for g, is_strict in conditions:
        moved = sp.expand(g.subs(v, image))
        if not shows(moved, is_strict, new):
            new = assume(new, moved, is_strict)
    expression: Any = goal.expression.subs(v, image)
    return Step("change of variable", f"{v} = {image}", (Goal(expression, goal.strict, new),))


def root_substitution(goal: Goal) -> Iterator[Step]:
    """A change of variable: v ≥ 0 is w^q with w ≥ 0, which turns roots into powers."""
    names = [v for v in goal.variables if shows(v, False, goal.domain)]
    if not names or not any(isinstance(p.exp, sp.Rational) and p.exp.q > 1 for p in goal.expression.atoms(sp.Pow)):
        return
    positive: dict[Any, Any] = {v: sp.Dummy(str(v), positive=True) for v in names}
    denested: Any = sp.powdenest(sp.expand_power_base(goal.expression.subs(positive)))
    orders = {v: _root_order(denested, p) for v, p in positive.items()}
    if all(order == 1 for order in orders.values()):
        return
    ranges, images, back = {}, {}, {}
    for v, bounds in goal.domain.ranges.items():
        order = orders.get(v, 1)
        w = sp.Dummy(f"{v}'", real=True) if order > 1 else v
        ranges[w] = _root_range(bounds, order) if order > 1 else bounds
        images[v] = w**order
        if v in positive:
            back[positive[v]] = w
    powers = {p: p ** orders[v] for v, p in positive.items()}
    powered: Any = sp.powdenest(denested.subs(powers, simultaneous=True))
    domain = Domain(ranges)
    for g, strict in goal.domain.constraints:
        domain = assume(domain, g.subs(images, simultaneous=True), strict)
    detail = ", ".join(f"{v} = {image}" for v, image in images.items() if image != v)
    yield Step("change of variable", detail, (Goal(powered.subs(back), goal.strict, domain),))


def _root_order(expression: sp.Expr, v: Any) -> int:
    """The least common denominator of the exponents of v."""
    exponents = [p.exp for p in expression.atoms(sp.Pow) if p.base == v and isinstance(p.exp, sp.Rational)]
    return int(sp.ilcm(1, *(exponent.q for exponent in exponents)))


def _root_range(bounds: Range, order: int) -> Range:
    root = sp.Rational(1, order)
    low = sp.S.Zero if bounds.lo.is_infinite else sp.Max(bounds.lo, 0) ** root
    high = bounds.hi if bounds.hi.is_infinite else bounds.hi**root
    return Range(low, high, bounds.lo_open and not bounds.lo.is_infinite and bounds.lo >= 0, bounds.hi_open)


def exponential_substitution(goal: Goal) -> Iterator[Step]:
    """A change of variable: where v stands only in e^{qv} (q rational), w = e^{v/n} > 0 makes a rational function."""
    form = goal.expression.replace(
        lambda e: isinstance(e, sp.sinh | sp.cosh | sp.tanh | sp.sech), lambda e: e.rewrite(sp.exp)
    )
    form = sp.expand(form, power_exp=True, power_base=False, mul=False, multinomial=False, log=False, basic=False)
    for v in goal.variables:
        if any(v in g.free_symbols for g, _ in goal.domain.constraints):
            continue
        powers = {e: e.args[0].coeff(v) for e in form.atoms(sp.exp) if e.has(v)}
        pure = all(q.is_Rational and e.args[0] == q * v for e, q in powers.items())
        w = sp.Dummy(f"e^{v}", real=True)
        if not powers or not pure or form.xreplace(dict.fromkeys(powers, w)).has(v):
            continue
        n = sp.ilcm(1, *(q.q for q in powers.values()))
        bounds = goal.domain.ranges[v]
        low = sp.S.Zero if bounds.lo.is_infinite else sp.exp(bounds.lo / n)
        high = bounds.hi if bounds.hi.is_infinite else sp.exp(bounds.hi / n)
        ranges = {s: b for s, b in goal.domain.ranges.items() if s != v}
        domain = Domain({**ranges, w: Range(low, high, bounds.lo_open, bounds.hi_open)}, goal.domain.constraints)
        expression = form.xreplace({e: w ** (q * n) for e, q in powers.items()})
        yield Step("change of variable", f"{w} = exp({v}/{n})", (Goal(expression, goal.strict, domain),))


def logarithmic(goal: Goal) -> Iterator[Step]:
    """A change of variable: where v > 0 stands only in log v and log(1/v), s = log(1/v) runs over all that it can be.

    Only with other variables beside it: alone, v may be the one in which the bound touches at a number with a name.
    """
    if len(goal.variables) < 2:
        return
    for v in goal.variables:
        bounds = goal.domain.ranges[v]
        if not bounds.lo.is_nonnegative or (bounds.lo == 0 and not bounds.lo_open):
            continue
        s = sp.Dummy(f"{v}'", real=True)
        names: dict[Any, Any] = {sp.log(1 / v): s, sp.log(v): -s}
        expression: Any = goal.expression.xreplace(names)
        constraints: list[tuple[Any, bool]] = [(g.xreplace(names), strict) for g, strict in goal.domain.constraints]
        if any(v in e.free_symbols for e in (expression, *(g for g, _ in constraints))):
            continue
        low = -sp.log(bounds.hi) if not bounds.hi.is_infinite else sp.S.NegativeInfinity
        high = -sp.log(bounds.lo) if bounds.lo != 0 else sp.S.Infinity
        ranges = {w: r for w, r in goal.domain.ranges.items() if w != v}
        domain = Domain({**ranges, s: Range(low, high, bounds.hi_open, bounds.lo_open)})
        for g, strict in constraints:
            domain = assume(domain, g, strict)
        yield Step("change of variable", f"{v} = exp(-{s})", (Goal(expression, goal.strict, domain),))
        return


def exponentiate(goal: Goal) -> Iterator[Step]:
    """The exponential function increases: Σ c_i log u_i ≥ 0 (c_i rational, u_i > 0) says ∏ u_i^{c_i} ≥ 1."""
    above, below = sp.S.One, sp.S.One
    for term in sp.Add.make_args(sp.expand(goal.expression)):
        factor, function = term.as_coeff_Mul()
        if not isinstance(function, sp.log) or not factor.is_Rational:
            return
        if factor > 0:
            above *= function.args[0] ** factor
        else:
            below *= function.args[0] ** -factor
    if above.free_symbols or below.free_symbols:
        yield Step("exponential", f"of both sides: {above} and {below}", (goal.about(above - below),))


def generalise(goal: Goal) -> Iterator[Step]:
    """A product whose variables occur nowhere else may be any number of its sign: what holds for all holds for it."""
    if len(goal.variables) < 2:
        return
    # What a constraint says of a product is kept when the product is named: such products come first.
    said = set().union(*(_products(g) for g, _ in goal.domain.constraints))
    for node in sorted(said | _products(goal.expression), key=lambda e: (e not in said, -len(e.args), str(e))):
        b = sp.Dummy(f"b{len(goal.domain.ranges)}", real=True)
        rest: Any = goal.expression.subs(node, b)
        constraints: list[tuple[Any, bool]] = [(g.subs(node, b), strict) for g, strict in goal.domain.constraints]
        used = rest.free_symbols.union(*(g.free_symbols for g, _ in constraints))
        private = node.free_symbols - used
        if not private or b not in rest.free_symbols or rest.has(node):
            continue
        ranges = {v: bounds for v, bounds in goal.domain.ranges.items() if v not in private}
        domain = Domain({**ranges, b: _signed(sign(node, goal.domain))})
        for g, strict in constraints:
            domain = assume(domain, g, strict)
        yield Step(
            "generalisation",
            f"{node} may be any number {b}",
            (*defined(rest, domain), Goal(rest, goal.strict, domain)),
        )
        return


def _signed(signs: Signs) -> Range:
    """The numbers of the given signs, or more."""
    low = sp.S.Zero if signs <= NON_NEGATIVE else sp.S.NegativeInfinity
    high = sp.S.Zero if signs <= NON_POSITIVE else sp.S.Infinity
    return Range(low, high, signs == POSITIVE or low != 0, signs == NEGATIVE or high != 0)


def _products(expression: sp.Expr) -> set[Any]:
    found = set()
    for node in sp.preorder_traversal(expression):
        if isinstance(node, sp.Mul):
            _, symbolic = node.as_independent(*node.free_symbols, as_Add=False) if node.free_symbols else (node, node)
            if isinstance(symbolic, sp.Mul) and len(symbolic.free_symbols) > 1:
                found.add(symbolic)
    return found
