"""Where the cases of a function meet: one-sided derivatives there are those of the formulas on both sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from theory.statement import Relation, show

_ENTIRE = (sp.exp, sp.sin, sp.cos, sp.sinh, sp.cosh, sp.erf)


class NotByCasesError(ValueError):
    """The function is not made of entire functions in two cases."""


@dataclass(frozen=True)
class Joint:
    """Where two cases meet: the formula on the left of `at`, and the one on the right."""

    at: Any
    left: Any
    right: Any


def agreement(joint: Joint, x: sp.Symbol, order: int) -> Relation:
    """That the derivatives of this order from the left and from the right are one number."""
    left: Any = sp.diff(joint.left, x, order)
    right: Any = sp.diff(joint.right, x, order)
    return Relation(left.subs(x, joint.at), "==", right.subs(x, joint.at))


def joints_of(f: sp.Expr, x: sp.Symbol) -> list[Joint]:
    """Where the cases of a function on ℝ meet. NotByCasesError where it is not made of entire functions in cases."""
    if not isinstance(f, sp.Piecewise):
        require_entire(f, x)
        return []
    branches: Any = f.args
    if len(branches) != 2 or branches[1][1] != sp.true:
        raise NotByCasesError(f"{show(f)} is not defined by two cases, of which the second is the rest")
    (inside, condition), (otherwise, _) = branches
    if condition.func not in (sp.Gt, sp.Ge, sp.Lt, sp.Le) or condition.lhs != x or condition.rhs.has(x):
        raise NotByCasesError(f"the condition {condition} is not a bound of {x}")
    for formula in (inside, otherwise):
        require_entire(formula, x)
    above = condition.func in (sp.Gt, sp.Ge)
    return [Joint(condition.rhs, *((otherwise, inside) if above else (inside, otherwise)))]


def require_entire(f: Any, x: sp.Symbol) -> None:
    """NotByCasesError where the function of x is not made of polynomials and entire functions."""
    if not f.has(x) or f == x:
        return
    if isinstance(f, (sp.Add, sp.Mul, *_ENTIRE)):
        for argument in f.args:
            require_entire(argument, x)
        return
    if isinstance(f, sp.Pow) and f.exp.is_Integer and f.exp > 0:
        require_entire(f.base, x)
        return
    raise NotByCasesError(f"{show(f)} is not known to be entire")
