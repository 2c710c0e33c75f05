"""Where an expression is a real number: the conditions that its nodes put on their arguments.

A condition is a `Relation`. Those between rational numbers are decided at once, exactly; all others, those between
constants such as π − 1 included, are left to the engines, which certify what they claim.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import sympy as sp

from theory.errors import StatementError
from theory.statement import Relation

Conditions = tuple[Relation, ...]


def everywhere(*_: sp.Expr) -> Conditions:
    return ()


def positive(u: sp.Expr) -> Conditions:
    return (Relation(u, ">", sp.S.Zero),)


def nonnegative(u: sp.Expr) -> Conditions:
    return (Relation(u, ">=", sp.S.Zero),)


def nonzero(u: sp.Expr) -> Conditions:
    return (Relation(u, "!=", sp.S.Zero),)


def cosine_nonzero(u: sp.Expr) -> Conditions:
    return nonzero(sp.cos(u))


def sine_nonzero(u: sp.Expr) -> Conditions:
    return nonzero(sp.sin(u))


def unit_interval(u: sp.Expr) -> Conditions:
    return (Relation(sp.S.NegativeOne, "<=", u), Relation(u, "<=", sp.S.One))


def open_unit_interval(u: sp.Expr) -> Conditions:
    return (Relation(sp.S.NegativeOne, "<", u), Relation(u, "<", sp.S.One))


def at_least_one(u: sp.Expr) -> Conditions:
    return (Relation(u, ">=", sp.S.One),)


DOMAINS: dict[Callable[..., object], Callable[..., Conditions]] = {
    sp.log: positive,
    sp.tan: cosine_nonzero,
    sp.sec: cosine_nonzero,
    sp.cot: sine_nonzero,
    sp.csc: sine_nonzero,
    sp.coth: nonzero,
    sp.csch: nonzero,
    sp.asin: unit_interval,
    sp.acos: unit_interval,
    sp.atanh: open_unit_interval,
    sp.acosh: at_least_one,
    **dict.fromkeys((sp.exp, sp.Abs, sp.Max, sp.Min, sp.sign, sp.sin, sp.cos, sp.atan, sp.asinh), everywhere),
    **dict.fromkeys((sp.sinh, sp.cosh, sp.tanh, sp.sech, sp.erf, sp.erfc, sp.floor, sp.ceiling), everywhere),
}
"""Where the functions of SymPy are real, for a real argument."""


def power(base: sp.Expr, exponent: sp.Expr) -> Conditions:
    """What must hold for base**exponent to be real. It is 1 where the exponent is 0, as in Python."""
    if isinstance(exponent, sp.Integer):
        return () if exponent >= 0 else nonzero(base)
    if isinstance(exponent, sp.Rational):
        return nonnegative(base) if exponent > 0 else positive(base)
    if exponent.free_symbols and all(symbol.is_integer for symbol in exponent.free_symbols) and exponent.is_integer:
        return () if exponent.is_nonnegative else nonzero(base)
    return positive(base)


def settled(condition: Relation) -> bool | None:
    """Whether the condition holds, if plain: between rationals, or by the form of u in u > 0, u ≥ 0, u ≠ 0."""
    lhs, op, rhs = condition.lhs, condition.op, condition.rhs
    if isinstance(lhs, sp.Rational) and isinstance(rhs, sp.Rational):
        return _compare(lhs, op, rhs)
    if rhs is sp.S.Zero and op in (">", ">=", "!="):
        return True if sign_by_form(lhs) >= (op != ">=") else None
    return None


def sign_by_form(u: sp.Basic) -> int:
    """1 if u, wherever it is real, is positive by its form; 0 if it is not negative; −1 if its form says nothing.

    The forms are sums of products of eᵛ, π, positive numbers and their powers, |v| and even powers: two levels, and
    nothing is evaluated.
    """
    terms = u.args if isinstance(u, sp.Add) else (u,)
    signs = [min(map(_sign, term.args if isinstance(term, sp.Mul) else (term,))) for term in terms]
    return -1 if min(signs) < 0 else max(signs)


def _sign(u: sp.Basic) -> int:
    base = u.base if isinstance(u, sp.Pow) else u
    if isinstance(base, sp.exp | sp.NumberSymbol) or (isinstance(base, sp.Rational) and base > 0):
        return 1
    even_power = isinstance(u, sp.Pow) and isinstance(u.exp, sp.Integer) and int(u.exp) % 2 == 0
    return 0 if even_power or isinstance(u, sp.Abs) or u is sp.S.Zero else -1


def _compare(lhs: sp.Rational, op: str, rhs: sp.Rational) -> bool:
    """The relation between two rationals, cross-multiplied in integers."""
    left, right = int(lhs.p) * int(rhs.q), int(rhs.p) * int(lhs.q)
    verdicts = {"<=": left <= right, "<": left < right, ">=": left >= right, ">": left > right, "==": left == right}
    return verdicts.get(op, left != right)


def undecided(conditions: Iterable[Relation], node: object = "this") -> Conditions:
    """The conditions that are not plainly true, each once.

    Raises StatementError, quoting the condition, if one is plainly false: `node` is then real nowhere.
    """
    kept: dict[Relation, None] = {}
    for condition in conditions:
        verdict = settled(condition)
        if verdict is False:
            raise StatementError(f"{node} is not a real number: it needs {condition}, which is false")
        if verdict is None:
            kept[condition] = None
    return tuple(kept)


def conditions(expression: sp.Expr) -> Conditions:
    """What must hold, together, for the expression (in real symbols) to be a real number.

    Sufficient, and for a Piecewise more than necessary: every branch has to be defined, even where it is not taken.
    What SymPy has simplified away is gone: in x/x = 1 nobody sees the division any more.
    Raises StatementError for an expression that is defined nowhere, such as 1/0 or log(0), and for a function whose
    domain is not known here.
    """
    return tuple(dict.fromkeys(c for node in _nodes(expression) for c in undecided(_own(node), node)))


def _nodes(expression: sp.Basic) -> Iterator[sp.Basic]:
    """Every distinct subexpression, arguments before what is made of them, without recursion."""
    seen: set[sp.Basic] = set()
    stack = [(expression, False)]
    while stack:
        node, expanded = stack.pop()
        if expanded:
            yield node
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((argument, False) for argument in reversed(node.args))


_NOT_REAL = (sp.S.ComplexInfinity, sp.S.NaN, sp.S.Infinity, sp.S.NegativeInfinity, sp.S.ImaginaryUnit)


def _own(node: sp.Basic) -> Conditions:
    """What the node itself asks of its arguments."""
    if node in _NOT_REAL:
        raise StatementError(f"{node} is not a real number")
    if isinstance(node, sp.Pow):
        return power(node.base, node.exp)
    if isinstance(node, sp.Function) and not isinstance(node, sp.Piecewise):
        if type(node) not in DOMAINS:
            raise StatementError(f"it is not known where {node.func}(…) is a real number: rewrite {node} without it")
        return DOMAINS[type(node)](*node.args)
    return ()
