"""A function with kinks, taken apart into smooth ones, each on the part of the domain where it is the function.

The rule `split_kinks` of the prover may ask for more than is true, as −|u| ≥ 0 where u ≥ 0 and −u ≥ 0 would do;
here every part is exactly the function, so that its supremum is the largest of those of the parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import sympy as sp

from numerics.enclosure.program import UnsupportedError, case_slack
from numerics.proof.domain import EmptyDomainError, assume
from numerics.proof.goal import Domain, Goal
from numerics.proof.rules import kink

_MOST = 256


def smooth_parts(goal: Goal) -> Iterator[Goal]:
    """The goal's expression on each part of its domain on which it has no kink; empty parts are left out."""
    waiting = [goal]
    for _ in range(_MOST):
        if not waiting:
            return
        one = waiting.pop()
        node = kink(one)
        if node is None:
            yield one
            continue
        for test, strict, value in _cases(node):
            try:
                waiting.append(_restricted(one, node, test, strict, value))
            except EmptyDomainError:
                continue
    raise UnsupportedError(f"{goal.expression} has too many kinks")


def largest_of(goal: Goal) -> Iterator[Goal]:
    """Functions that are nowhere above the goal's, of which one is equal to it at every point; on the same domain.

    b + c|u| with c > 0 is the larger one of b + cu and b − cu, and likewise with a maximum: no line u = 0 to cut at.
    """
    rest, terms = sp.S.Zero, []
    for term in sp.Add.make_args(goal.expression):
        factor, node = term.as_coeff_Mul()  # pyright: ignore[reportAttributeAccessIssue]
        if factor > 0 and isinstance(node, sp.Abs | sp.Max):
            terms.append((factor, (node.args[0], -node.args[0]) if isinstance(node, sp.Abs) else node.args))
        else:
            rest += term
    for chosen in product(*(values for _, values in terms)):
        smooth: Any = sum((factor * value for (factor, _), value in zip(terms, chosen, strict=True)), rest)
        yield Goal(smooth, goal.strict, goal.domain)


def _cases(node: Any) -> Iterator[tuple[sp.Expr, bool, sp.Expr]]:
    """(g, strict, value): the node is the value where g ≥ 0 (> 0), and every point falls into a case."""
    if isinstance(node, sp.Abs):
        u = node.args[0]
        yield from ((u, False, u), (-u, False, -u))
        return
    if isinstance(node, sp.Piecewise):
        branches: Any = node.args
        (body, condition), *rest = branches
        if condition.func not in (sp.Ge, sp.Gt, sp.Le, sp.Lt):
            raise UnsupportedError(f"the condition {condition} is no inequality")
        otherwise = rest[0][0] if rest[0][1] is sp.true else sp.Piecewise(*rest)
        slack, strict = case_slack(condition), condition.func in (sp.Gt, sp.Lt)
        yield from ((slack, strict, body), (-slack, not strict, otherwise))
        return
    first, rest = node.args[0], node.func(*node.args[1:])
    sign = 1 if isinstance(node, sp.Max) else -1
    yield from ((sign * (first - rest), False, first), (sign * (rest - first), False, rest))


def _restricted(goal: Goal, node: Any, test: Any, strict: bool, value: sp.Expr) -> Goal:
    domain = Domain(goal.domain.ranges)
    for g, is_strict in goal.domain.constraints:
        inside: Any = g.xreplace({node: value})
        domain = assume(domain, inside, is_strict)
    smooth: Any = goal.expression.xreplace({node: value})
    return Goal(smooth, goal.strict, assume(domain, test, strict))
