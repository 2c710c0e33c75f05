"""The rules that reduce one goal to others. Each is sound: proofs of the premises give the conclusion.

A rule returns the premises that it needs (all of them), or None where it does not apply. Nothing here decides a
goal; that is done by the sign of a structure, an enclosure or an expansion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import sympy as sp

from numerics.domain import EmptyDomainError, assume
from numerics.goal import Domain, Goal, Range
from numerics.program import case_slack
from numerics.sign import NON_NEGATIVE, POSITIVE, shows, sign
from theory.definedness import conditions


@dataclass(frozen=True)
class Step:
    """An application of a rule: its name, what it did, and the goals that are left to prove."""

    rule: str
    detail: str
    premises: tuple[Goal, ...]


Rule = Callable[[Goal], Iterator[Step]]


def _mapped(domain: Domain, change: Callable[[sp.Expr], sp.Expr]) -> Domain:
    new = Domain(domain.ranges)
    for g, strict in domain.constraints:
        new = assume(new, change(g), strict)
    return new


def _cases(goal: Goal, tests: list[tuple[sp.Expr, bool]], change: list[Callable[[sp.Expr], sp.Expr]]) -> list[Goal]:
    """One goal per case; a case that no point of the domain falls into asks for nothing."""
    goals: list[Goal] = []
    for (expression, strict), replace in zip(tests, change, strict=True):
        try:
            domain = assume(_mapped(goal.domain, replace), expression, strict)
        except EmptyDomainError:
            continue
        goals.append(Goal(replace(goal.expression), goal.strict, domain))
    return goals


def _kink(goal: Goal) -> Any:
    """An innermost |·|, max, min or definition by cases of the goal or of a constraint; None if there is none."""
    for expression in (goal.expression, *(g for g, _ in goal.domain.constraints)):
        for node in sp.postorder_traversal(expression):
            if isinstance(node, sp.Abs | sp.Max | sp.Min | sp.Piecewise):
                return node
    return None


def split_kinks(goal: Goal) -> Iterator[Step]:
    """Splitting a range: if P holds where u ≥ 0 and where u ≤ 0, it holds everywhere.

    In each case |u| is u or −u, a maximum is one of its arguments, a definition by cases one of its branches.
    """
    node = _kink(goal)
    if node is None:
        return
    if isinstance(node, sp.Piecewise):
        yield from _split_piecewise(goal, node)
        return
    if isinstance(node, sp.Abs):
        test, high, low = node.args[0], node.args[0], -node.args[0]
    else:
        first, rest = node.args[0], node.func(*node.args[1:])
        test = first - rest
        high, low = (first, rest) if isinstance(node, sp.Max) else (rest, first)
    test = _without_positive_factors(test, goal.domain)
    signs = sign(test, goal.domain)
    chosen = [value for value, wanted in ((high, NON_NEGATIVE), (low, frozenset((-1, 0)))) if signs <= wanted]
    replace_high, replace_low = _replacing(node, high), _replacing(node, low)
    if chosen:
        goals = _cases(goal, [(sp.S.One, True)], [_replacing(node, chosen[0])])
        yield Step("split", f"{node} is {chosen[0]} throughout", tuple(goals))
        return
    goals = _cases(goal, [(test, False), (-test, False)], [replace_high, replace_low])
    yield Step("split", f"at {test} = 0", tuple(goals))


def _without_positive_factors(expression: sp.Expr, domain: Domain) -> sp.Expr:
    """Something of the same sign: z for z/α where α > 0, so that a test becomes a bound on one variable."""
    factors = sp.Mul.make_args(sp.factor(expression))
    kept = [factor for factor in factors if sign(factor, domain) != POSITIVE]
    return sp.Mul(*kept) if kept else expression


def _replacing(old: Any, new: Any) -> Callable[[sp.Expr], sp.Expr]:
    return lambda expression: expression.xreplace({old: new})


def _split_piecewise(goal: Goal, node: sp.Piecewise) -> Iterator[Step]:
    (body, condition), *rest = node.args
    if condition is sp.true:
        yield Step("split", "the only branch", tuple(_cases(goal, [(sp.S.One, True)], [_replacing(node, body)])))
        return
    if condition.func not in (sp.Ge, sp.Gt, sp.Le, sp.Lt):
        return
    slack = _without_positive_factors(case_slack(condition), goal.domain)
    strict = condition.func in (sp.Gt, sp.Lt)
    otherwise = sp.Piecewise(*rest) if rest[0][1] is not sp.true else rest[0][0]
    signs = sign(slack, goal.domain)
    for certain, wanted in ((body, POSITIVE), (otherwise, frozenset((-1,)))):
        if signs <= wanted:
            goals = _cases(goal, [(sp.S.One, True)], [_replacing(node, certain)])
            yield Step("split", f"{node} is {certain} throughout", tuple(goals))
            return
    tests = [(slack, strict), (-slack, not strict)]
    goals = _cases(goal, tests, [_replacing(node, body), _replacing(node, otherwise)])
    yield Step("split", f"at {slack} = 0", tuple(goals))


def clear_denominator(goal: Goal) -> Iterator[Step]:
    """Multiplying by a positive factor: n/d ≥ 0 where d > 0 follows from n ≥ 0, where d < 0 from −n ≥ 0."""
    numerator, denominator = sp.fraction(sp.together(goal.expression))
    if not denominator.free_symbols:
        return
    signs = sign(denominator, goal.domain)
    if signs == POSITIVE or signs == frozenset((-1,)):
        factor = 1 if signs == POSITIVE else -1
        yield Step("positive factor", f"times {factor * denominator}", (goal.about(sp.expand(factor * numerator)),))


def drop_positive_factors(goal: Goal) -> Iterator[Step]:
    """A product has the sign of what is left when its positive factors are dropped (non-negative ones, if ≥ 0)."""
    factors = sp.Mul.make_args(sp.factor(goal.expression))
    kept, dropped, flip = [], [], 1
    for factor in factors:
        signs = sign(factor, goal.domain)
        if signs == POSITIVE or (not goal.strict and signs <= NON_NEGATIVE):
            dropped.append(factor)
        elif signs == frozenset((-1,)) or (not goal.strict and signs <= frozenset((-1, 0))):
            dropped.append(factor)
            flip = -flip
        else:
            kept.append(factor)
    if kept and any(factor.free_symbols for factor in dropped):
        yield Step("positive factor", f"without {sp.Mul(*dropped)}", (goal.about(flip * sp.Mul(*kept)),))


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
            if _undefined(at_end) or not _stays_admitted(goal, v, direction):
                continue
            rising = goal.about(sp.factor_terms(direction * slope), strict=goal.strict and is_open)
            try:
                domain = _mapped(goal.domain, lambda g, v=v, end=end: g.subs(v, end))
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


def _undefined(expression: sp.Expr) -> bool:
    return bool(expression.has(sp.zoo, sp.nan, sp.oo, -sp.oo, sp.I, sp.AccumBounds))


def eliminate_constraint(goal: Goal) -> Iterator[Step]:
    """A change of variable: v ≥ h, h without v, is v = h + s with s ≥ 0 (and v ≤ h is v = h − s)."""
    for place, (g, strict) in enumerate(goal.domain.constraints):
        for v in sorted(g.free_symbols, key=str):
            slope = sp.diff(g, v)
            if slope.has(v) or not slope.is_real:
                continue
            signs = sign(slope, goal.domain)
            if signs not in (POSITIVE, frozenset((-1,))):
                continue
            step = _shifted(goal, place, v, sp.simplify(-g.subs(v, 0) / slope), 1 if signs == POSITIVE else -1, strict)
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
    expression = goal.expression.subs(v, image)
    return Step("change of variable", f"{v} = {image}", (Goal(expression, goal.strict, new),))


def even_symmetry(goal: Goal) -> Iterator[Step]:
    """Symmetry in signs: if f(−v) = f(v) and the domain is symmetric in v, v ≥ 0 is enough."""
    constrained = [g for g, _ in goal.domain.constraints]
    for v in goal.variables:
        bounds = goal.domain.ranges[v]
        symmetric = bounds.lo == -bounds.hi and bounds.lo_open == bounds.hi_open
        if not symmetric or any(e.subs(v, -v) != e for e in (goal.expression, *constrained)):
            continue
        domain = goal.domain.with_range(v, Range(sp.S.Zero, bounds.hi, False, bounds.hi_open))
        yield Step("symmetry", f"even in {v}", (Goal(goal.expression, goal.strict, domain),))
        return


def homogeneous(goal: Goal) -> Iterator[Step]:
    """Scaling: if f(λ·v) = λ^p f(v) for λ > 0 and all variables run over (0, ∞), one of them may be 1.

    A range [0, ∞) is split off at zero first: there one variable is 0, and the rest is a goal of its own.
    """
    if goal.domain.constraints or len(goal.variables) < 2 or sp.count_ops(goal.expression) > 80:
        return
    ranges = [goal.domain.ranges[v] for v in goal.variables]
    if not all(bounds.lo == 0 and bounds.hi is sp.S.Infinity for bounds in ranges):
        return
    scale = sp.Dummy("scale", positive=True)
    positive = {v: sp.Dummy(str(v), positive=True) for v in goal.variables}
    moved = sp.powdenest(goal.expression.subs({v: scale * p for v, p in positive.items()}), force=True)
    original = goal.expression.subs(positive)
    ratio = sp.simplify(sp.expand_log(sp.powsimp(sp.expand(moved)) / original))
    exponent = sp.simplify(scale * sp.diff(ratio, scale) / ratio) if ratio.free_symbols == {scale} else None
    if exponent is None or exponent.free_symbols:
        return
    last = goal.variables[-1]
    bounds = goal.domain.ranges[last]
    premises = [Goal(goal.expression.subs(last, 1), goal.strict, _without(goal.domain, last))]
    if not bounds.lo_open:
        premises.append(Goal(goal.expression.subs(last, 0), goal.strict, _without(goal.domain, last)))
    if any(_undefined(premise.expression) for premise in premises):
        return
    yield Step("scaling", f"homogeneous of degree {exponent}, so that {last} = 1", tuple(premises))


def _without(domain: Domain, v: Any) -> Domain:
    return Domain({w: bounds for w, bounds in domain.ranges.items() if w != v}, domain.constraints)


def root_substitution(goal: Goal) -> Iterator[Step]:
    """A change of variable: v ≥ 0 is w^q with w ≥ 0, which turns roots into powers."""
    names = [v for v in goal.variables if shows(v, False, goal.domain)]
    if not names or not any(isinstance(p.exp, sp.Rational) and p.exp.q > 1 for p in goal.expression.atoms(sp.Pow)):
        return
    positive = {v: sp.Dummy(str(v), positive=True) for v in names}
    denested = sp.powdenest(sp.expand_power_base(goal.expression.subs(positive)))
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
    expression = sp.powdenest(denested.subs(powers, simultaneous=True)).subs(back)
    domain = Domain(ranges)
    for g, strict in goal.domain.constraints:
        domain = assume(domain, g.subs(images, simultaneous=True), strict)
    detail = ", ".join(f"{v} = {image}" for v, image in images.items() if image != v)
    yield Step("change of variable", detail, (Goal(expression, goal.strict, domain),))


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


def multiplier(goal: Goal) -> Iterator[Step]:
    """Lagrange: if f − λ·g ≥ 0 without the constraint g ≥ 0, for a number λ ≥ 0, then f ≥ 0 where g ≥ 0."""
    for place, (g, _) in enumerate(goal.domain.constraints):
        rest = Domain(goal.domain.ranges, goal.domain.constraints[:place] + goal.domain.constraints[place + 1 :])
        # The larger domain has to be one on which f is a number: a pole that g kept out would do harm.
        real = tuple(Goal(r.slack, r.strict, rest) for r in conditions(goal.expression))
        for size in _multipliers(goal.expression, g, goal.variables):
            yield Step(
                "multiplier", f"{size}·({g}) taken off", (*real, Goal(goal.expression - size * g, goal.strict, rest))
            )


def _multipliers(f: sp.Expr, g: sp.Expr, variables: tuple[sp.Symbol, ...]) -> list[sp.Expr]:
    """Numbers λ with ∇f = λ∇g at a point of g = 0 where all variables are equal, or one is alone."""
    found: list[sp.Expr] = []
    used = [v for v in variables if v in g.free_symbols]
    s = sp.Dummy("s", real=True)
    for image in (dict.fromkeys(used, s), *({v: s if v == w else sp.S.Zero for v in used} for w in used)):
        at = g.subs(image)
        if not at.is_polynomial(s) or at.free_symbols != {s} or sp.degree(at, s) > 4:
            continue
        for root in sp.roots(sp.Poly(at, s)):
            place = {v: e.subs(s, root) for v, e in image.items()}
            for v in used:
                below = sp.diff(g, v).subs(place)
                if below.free_symbols or below == 0 or not root.is_real:
                    continue
                size = sp.simplify(sp.diff(f, v).subs(place) / below)
                if not size.free_symbols and size.is_nonnegative and size not in found:
                    found.append(size)
    return found[:4]


def period(goal: Goal) -> Iterator[Step]:
    """Symmetry by shifts: if f(v + 2π) = f(v) on all of ℝ, 0 ≤ v ≤ 2π is enough (4π for half angles)."""
    for v in goal.variables:
        bounds = goal.domain.ranges[v]
        whole = bounds.lo.is_infinite and bounds.hi.is_infinite
        if not whole or any(v in g.free_symbols for g, _ in goal.domain.constraints):
            continue
        for length in (2 * sp.pi, 4 * sp.pi):
            if sp.expand(goal.expression.subs(v, v + length) - goal.expression) == 0:
                domain = goal.domain.with_range(v, Range(sp.S.Zero, length, False, False))
                yield Step("symmetry", f"period {length} in {v}", (Goal(goal.expression, goal.strict, domain),))
                break


def _root_order(expression: sp.Expr, v: Any) -> int:
    """The least common denominator of the exponents of v."""
    exponents = [p.exp for p in expression.atoms(sp.Pow) if p.base == v and isinstance(p.exp, sp.Rational)]
    return int(sp.ilcm(1, *(exponent.q for exponent in exponents)))


def _root_range(bounds: Range, order: int) -> Range:
    root = sp.Rational(1, order)
    low = sp.S.Zero if bounds.lo.is_infinite else sp.Max(bounds.lo, 0) ** root
    high = bounds.hi if bounds.hi.is_infinite else bounds.hi**root
    return Range(low, high, bounds.lo_open and not bounds.lo.is_infinite and bounds.lo >= 0, bounds.hi_open)


def discriminant(goal: Goal) -> Iterator[Step]:
    """a v² + b v + c with a > 0 is ≥ (4ac − b²)/4a; where v ≥ 0 and b ≥ 0 it is ≥ c."""
    for v in goal.variables:
        if not goal.expression.is_polynomial(v) or sp.degree(goal.expression, v) != 2:
            continue
        a, b, c = sp.Poly(goal.expression, v).all_coeffs()
        if any(v in g.free_symbols for g, _ in goal.domain.constraints) or not shows(a, True, goal.domain):
            continue
        least = sp.factor(4 * a * c - b**2)
        yield Step("discriminant", f"a square in {v} completed", (goal.about(least),))
        bounds = goal.domain.ranges[v]
        if bounds.lo == 0:
            tests = [(-b, False), (b, False)]
            same: list[Callable[[sp.Expr], sp.Expr]] = [lambda e: e, lambda e: e]
            square = _cases(goal.about(least), tests[:1], same[:1])
            rising = _cases(goal.about(c), tests[1:], same[1:])
            yield Step("discriminant", f"in {v}, by the sign of {b}", (*square, *rising))


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
            real = tuple(Goal(r.slack, r.strict, goal.domain) for r in conditions(root))
            yield Step("least point", f"convex in {v}, least at {v} = {root}", (*real, least, convex))


def _roots(slope: sp.Expr, v: Any, domain: Domain) -> list[sp.Expr]:
    """Exact zeros of the slope, each one checked by putting it in."""
    # SymPy solves for positive symbols more readily; the check says whether the others may be negative.
    if not slope.has(v) or slope.has(sp.Piecewise):
        return []
    positive = {s: sp.Dummy(str(s), positive=True) for s in slope.free_symbols}
    try:
        found = sp.solve(slope.subs(positive), positive[v], check=False)
    except (NotImplementedError, ValueError, TypeError, AttributeError, RecursionError):
        return []
    roots = [root.subs({p: s for s, p in positive.items()}) for root in found if isinstance(root, sp.Expr)]
    return [root for root in roots[:3] if _vanishes(slope.subs(v, root), positive, domain)]


def _vanishes(expression: sp.Expr, positive: Any, domain: Domain) -> bool:
    if _undefined(expression):
        return False
    if sp.simplify(expression) == 0:
        return True
    # √(y²) = y needs y ≥ 0.
    others_positive = all(shows(s, False, domain) for s in expression.free_symbols)
    return others_positive and sp.simplify(expression.subs(positive)) == 0


def _defined(expression: sp.Expr, domain: Domain) -> tuple[Goal, ...]:
    """That the expression is a number on a domain larger than the one on which that is known."""
    return tuple(Goal(c.slack, c.strict, domain) for c in conditions(expression))


def generalise(goal: Goal) -> Iterator[Step]:
    """A product whose variables occur nowhere else may be any number: what holds for all numbers holds for it."""
    if len(goal.variables) < 3:
        return
    for node in sorted(_products(goal.expression), key=lambda e: (-len(e.args), str(e))):
        b = sp.Dummy(f"b{len(goal.domain.ranges)}", real=True)
        rest = goal.expression.subs(node, b)
        used = rest.free_symbols.union(*(g.free_symbols for g, _ in goal.domain.constraints))
        private = node.free_symbols - used
        if not private or rest.has(node):
            continue
        ranges = {v: bounds for v, bounds in goal.domain.ranges.items() if v not in private}
        domain = Domain({**ranges, b: Range()}, goal.domain.constraints)
        yield Step(
            "generalisation",
            f"{node} may be any number {b}",
            (*_defined(rest, domain), Goal(rest, goal.strict, domain)),
        )
        return


def _products(expression: sp.Expr) -> set[Any]:
    found = set()
    for node in sp.preorder_traversal(expression):
        if isinstance(node, sp.Mul):
            _, symbolic = node.as_independent(*node.free_symbols, as_Add=False) if node.free_symbols else (node, node)
            if isinstance(symbolic, sp.Mul) and len(symbolic.free_symbols) > 1:
                found.add(symbolic)
    return found


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
    at_most: list[list[sp.Expr]] = []
    equal: list[list[sp.Expr]] = []
    for m in sorted({m for term in terms for m in term}, key=str):
        row = [term.get(m, sp.S.Zero) for term in (*terms[1:], terms[0])]
        (at_most if shows(m, False, goal.domain) else equal).append(row)
    blocks = []
    for rows in (at_most, equal):
        matrix = sp.Matrix(rows) if rows else None
        blocks += [matrix[:, :-1], matrix[:, -1]] if matrix is not None else [None, None]
    try:
        _, solution = linprog([1] * len(known), *blocks)
    except (InfeasibleLPError, UnboundedLPError, ValueError, TypeError):
        return None
    return list(solution)


def ordering(goal: Goal) -> Iterator[Step]:
    """Splitting by order: a polynomial in variables ≥ 0 is ≥ 0 if it is so for each order of the variables.

    For v₁ ≤ v₂ ≤ … put v₂ = v₁ + s₂, … with s_i ≥ 0. Coefficients ≥ 0 then settle a case.
    """
    variables = goal.variables
    if not 2 <= len(variables) <= 3 or goal.domain.constraints or not goal.expression.is_polynomial(*variables):
        return
    ranges = [goal.domain.ranges[v] for v in variables]
    if any(bounds.lo.is_infinite or bounds.lo < 0 for bounds in ranges) or len(set(map(str, ranges))) > 1:
        return
    if not ranges[0].hi.is_infinite:
        return
    premises = []
    for order in permutations(variables):
        images, total = {}, sp.S.Zero
        for v in order:
            total = total + v
            images[v] = total
        domain = goal.domain
        for v in order[1:]:
            domain = domain.with_range(v, Range(sp.S.Zero, sp.S.Infinity, False, True))
        moved = sp.expand(goal.expression.subs(images, simultaneous=True))
        if all(moved != premise.expression or domain != premise.domain for premise in premises):
            premises.append(Goal(moved, goal.strict, domain))
    yield Step("ordering", f"each order of {', '.join(map(str, variables))}", tuple(premises))


REDUCTIONS: tuple[Rule, ...] = (
    exponentiate, period, even_symmetry, drop_positive_factors, clear_denominator, root_substitution, exponential_substitution,
    ordering, multiplier, eliminate_constraint, discriminant, homogeneous, monotone, minimum_in_one,
)  # fmt: skip
"""The rules in the order in which they are tried."""
