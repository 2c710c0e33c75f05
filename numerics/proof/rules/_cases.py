"""Rules that split a goal into cases: at a kink, at the ends of a branch, by the order of the variables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any

import sympy as sp

from numerics.enclosure.program import case_slack
from numerics.proof.factoring import factored
from numerics.proof.goal import Domain, Goal, Range
from numerics.proof.rules._step import Step, cases
from numerics.proof.sign import NEGATIVE, NON_NEGATIVE, POSITIVE, Signs, sign


def split_kinks(goal: Goal) -> Iterator[Step]:
    """Splitting a range: if P holds where u ≥ 0 and where u ≤ 0, it holds everywhere.

    In each case |u| is u or −u, a maximum is one of its arguments, a definition by cases one of its branches.
    """
    node = kink(goal)
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
        goals = cases(goal, [(sp.S.One, True)], [_replacing(node, chosen[0])])
        yield Step("split", f"{node} is {chosen[0]} throughout", tuple(goals))
        return
    if not test.is_Symbol and _slope(goal, node) == (POSITIVE if node.func is sp.Min else NEGATIVE):
        # b − a|u| with a > 0 is the lesser of b − a u and b + a u: both are ≥ 0 everywhere, or it is not.
        goals = cases(goal, [(sp.S.One, True)] * 2, [replace_high, replace_low])
        yield Step("split", f"the lesser of two, for {node}", tuple(goals))
        return
    if not test.is_Symbol and isinstance(node, sp.Abs) and _slope(goal, node) == POSITIVE:
        # |a + b| ≥ |a| − |b|, |u| ≥ u and |u| ≥ −u: each is enough.
        for least in _reverse_triangle(node):
            enough = cases(goal, [(sp.S.One, True)], [_replacing(node, least)])
            yield Step("split", f"{node} is at least {least}", tuple(enough))
        for replace in (replace_high, replace_low):
            enough = cases(goal, [(sp.S.One, True)], [replace])
            yield Step("split", f"{node} is at least one of its two values", tuple(enough))
    goals = cases(goal, [(test, False), (-test, False)], [replace_high, replace_low])
    yield Step("split", f"at {test} = 0", tuple(goals))


def _reverse_triangle(node: Any) -> list[Any]:
    if not isinstance(node.args[0], sp.Add) or len(node.args[0].args) != 2:
        return []
    a, b = (sp.Abs(term) for term in node.args[0].args)
    return [a - b, b - a]


def _slope(goal: Goal, node: Any) -> Signs | None:
    """The sign of the factor of the node, where the goal is affine in it and no constraint speaks of it."""
    if any(g.has(node) for g, _ in goal.domain.constraints):
        return None
    name = sp.Dummy("node", real=True)
    slope: Any = sp.diff(goal.expression.xreplace({node: name}), name)
    return None if slope.has(name) else sign(slope, goal.domain)


def kink(goal: Goal) -> Any:
    """An innermost |·|, max, min or definition by cases of the goal or of a constraint; None if there is none."""
    for expression in (goal.expression, *(g for g, _ in goal.domain.constraints)):
        for node in sp.postorder_traversal(expression):
            if isinstance(node, sp.Abs | sp.Max | sp.Min | sp.Piecewise):
                return node
    return None


def _split_piecewise(goal: Goal, node: Any) -> Iterator[Step]:
    (body, condition), *rest = node.args
    if condition is sp.true:
        yield Step("split", "the only branch", tuple(cases(goal, [(sp.S.One, True)], [_replacing(node, body)])))
        return
    if condition.func not in (sp.Ge, sp.Gt, sp.Le, sp.Lt):
        return
    slack = _without_positive_factors(case_slack(condition), goal.domain)
    strict = condition.func in (sp.Gt, sp.Lt)
    otherwise = sp.Piecewise(*rest) if rest[0][1] is not sp.true else rest[0][0]
    signs = sign(slack, goal.domain)
    for certain, wanted in ((body, POSITIVE), (otherwise, frozenset((-1,)))):
        if signs <= wanted:
            goals = cases(goal, [(sp.S.One, True)], [_replacing(node, certain)])
            yield Step("split", f"{node} is {certain} throughout", tuple(goals))
            return
    tests = [(slack, strict), (-slack, not strict)]
    goals = cases(goal, tests, [_replacing(node, body), _replacing(node, otherwise)])
    yield Step("split", f"at {slack} = 0", tuple(goals))


def _without_positive_factors(expression: sp.Expr, domain: Domain) -> sp.Expr:
    """Something of the same sign: z for z/α where α > 0, so that a test becomes a bound on one variable."""
    product: Any = factored(expression)
    factors = sp.Mul.make_args(product)
    kept = [factor for factor in factors if sign(factor, domain) != POSITIVE]
    return sp.Mul(*kept) if kept else expression


def _replacing(old: Any, new: Any) -> Callable[[Any], Any]:
    return lambda expression: expression.xreplace({old: new})


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
