"""The language of the corpus of labelled inequalities: a small parser, and evaluation with mpmath.

It shares no code with the prover, so that a mistake in one is not repeated in the other.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath

mp: Any = mpmath.mp
RELATIONS = {ast.LtE: "<=", ast.Lt: "<", ast.GtE: ">=", ast.Gt: ">", ast.Eq: "=="}
# Each step redoes an undecided comparison with more digits; a gap below 10**-floor of its terms counts as none.
LADDER = ((60, 30), (150, 100), (400, 320), (1200, 1000))

Point = dict[str, Fraction]


class Undefined(ArithmeticError):
    """An expression that has no real value at the point."""


class BadStatement(ValueError):
    """A text outside the language of the corpus."""


@dataclass(frozen=True)
class Node:
    """One operation of an expression: a rational number, a variable, the constant pi, or a function of others."""

    op: str
    args: tuple[Node, ...] = ()
    value: Fraction = Fraction(0)
    name: str = ""


@dataclass(frozen=True)
class Link:
    """A single comparison of two expressions; a chain is several of them."""

    left: Node
    rel: str
    right: Node


# --------------------------------------------------------------------------------------------------- functions


def _guarded(name: str, inside: Callable[[Any], bool]) -> Callable[[Any], Any]:
    """The mpmath function of that name, undefined outside its real domain (where mpmath would turn complex)."""
    compute = getattr(mp, name)

    def apply(x: Any) -> Any:
        if not inside(x):
            raise Undefined(name)
        return compute(x)

    return apply


# tan has poles, but no rational point hits one.
ENTIRE = ("exp", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh", "sech", "asinh", "erf", "erfc")
FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(mp, name) for name in ENTIRE},
    "log": _guarded("log", lambda x: x > 0),
    "sqrt": _guarded("sqrt", lambda x: x >= 0),
    "asin": _guarded("asin", lambda x: abs(x) <= 1),
    "acos": _guarded("acos", lambda x: abs(x) <= 1),
    "acosh": _guarded("acosh", lambda x: x >= 1),
    "atanh": _guarded("atanh", lambda x: abs(x) < 1),
    "csch": _guarded("csch", lambda x: x != 0),
    "coth": _guarded("coth", lambda x: x != 0),
    "abs": abs,
    "min": min,
    "max": max,
    "relu": lambda x: max(x, mp.zero),
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log1p(mp.exp(x)),
    "softsign": lambda x: x / (1 + abs(x)),
}
OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}


# ----------------------------------------------------------------------------------------------------- parsing


def _number(value: Fraction) -> Node:
    return Node("num", value=value)


def _fold(op: str, a: Fraction, b: Fraction) -> Fraction | None:
    """The exact value of ``a op b``, or None where it is not a rational number (or is undefined)."""
    if op == "/":
        return a / b if b else None
    if op == "**":
        return a**b.numerator if b.denominator == 1 and (a or b > 0) else None
    return {"+": a + b, "-": a - b, "*": a * b}[op]


def _binary(op: str, left: Node, right: Node) -> Node:
    """The operation as a node, folded when both sides are rational, so that 1/3 stays exactly 1/3."""
    if left.op == right.op == "num":
        folded = _fold(op, left.value, right.value)
        if folded is not None:
            return _number(folded)
    return Node(op, (left, right))


def _call(node: ast.Call, text: str) -> Node:
    if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS or node.keywords:
        raise BadStatement(f"unknown function in {text!r}")
    args = tuple(_build(arg, text) for arg in node.args)
    if len(args) != (2 if node.func.id in ("min", "max") else 1):
        raise BadStatement(f"wrong number of arguments in {text!r}")
    return Node("call", args, name=node.func.id)


def _build(node: ast.expr, text: str) -> Node:
    """The expression that a Python syntax tree stands for; anything outside the whitelist is refused."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        # The source text, not the parsed float: a decimal means itself exactly.
        return _number(Fraction(ast.get_source_segment(text, node) or ""))
    if isinstance(node, ast.Name):
        if node.id in FUNCTIONS:
            raise BadStatement(f"function without arguments in {text!r}")
        return Node("pi") if node.id == "pi" else Node("var", name=node.id)
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return _binary(OPERATORS[type(node.op)], _build(node.left, text), _build(node.right, text))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _binary("*", _number(Fraction(-1)), _build(node.operand, text))
    if isinstance(node, ast.Call):
        return _call(node, text)
    raise BadStatement(f"unsupported syntax in {text!r}")


def parse(text: str) -> tuple[Link, ...]:
    """The comparisons that a statement chains together."""
    tree = ast.parse(text, mode="eval").body
    if not isinstance(tree, ast.Compare) or any(type(op) not in RELATIONS for op in tree.ops):
        raise BadStatement(f"not a comparison: {text!r}")
    sides = [_build(side, text) for side in (tree.left, *tree.comparators)]
    return tuple(Link(a, RELATIONS[type(op)], b) for a, op, b in zip(sides, tree.ops, sides[1:], strict=False))


def parse_all(texts: tuple[str, ...]) -> tuple[Link, ...]:
    """The comparisons of several statements, such as a list of hypotheses."""
    return tuple(link for text in texts for link in parse(text))


def names_in(node: Node) -> set[str]:
    own = {node.name} if node.op == "var" else set()
    return own.union(*(names_in(arg) for arg in node.args))


def variables(*texts: str) -> list[str]:
    """The variables of some statements, in order."""
    return sorted(set().union(*(names_in(link.left) | names_in(link.right) for link in parse_all(texts))))


# -------------------------------------------------------------------------------------------------- evaluation


def _power(base: Any, exponent: Node, env: dict[str, Any]) -> Any:
    """A real power: integer exponents for any base, other exponents for bases >= 0 only."""
    if exponent.op == "num" and exponent.value.denominator == 1:
        if base == 0 and exponent.value <= 0:
            raise Undefined("**")
        return base ** int(exponent.value)
    power = evaluate(exponent, env)
    if base < 0 or (base == 0 and power <= 0):
        raise Undefined("**")
    return mp.power(base, power) if base else mp.zero


def evaluate(node: Node, env: dict[str, Any]) -> Any:
    """The value of an expression in the current precision of mpmath."""
    if node.op == "num":
        return mp.mpf(node.value.numerator) / node.value.denominator
    if node.op == "var":
        return env[node.name]
    if node.op == "pi":
        return +mp.pi
    if node.op == "**":
        return _power(evaluate(node.args[0], env), node.args[1], env)
    args = [evaluate(arg, env) for arg in node.args]
    if node.op == "call":
        return FUNCTIONS[node.name](*args)
    if node.op == "/" and args[1] == 0:
        raise Undefined("/")
    return {"+": mp.fadd, "-": mp.fsub, "*": mp.fmul, "/": mp.fdiv}[node.op](*args)


def _terms(node: Node) -> Iterator[Node]:
    """The summands of an expression, at the outermost level."""
    if node.op in ("+", "-"):
        yield from _terms(node.args[0])
        yield from _terms(node.args[1])
    else:
        yield node


def _gap(link: Link, env: dict[str, Any]) -> tuple[Any, Any]:
    """How far the comparison is from failing (negative: by how much it fails), and the size of its largest term."""
    gap = evaluate(link.right, env) - evaluate(link.left, env)
    if link.rel[0] == ">":
        gap = -gap
    elif link.rel == "==":
        gap = -abs(gap)
    size = max(abs(evaluate(term, env)) for side in (link.left, link.right) for term in _terms(side))
    return gap, size


def relative_gap(link: Link, point: Point) -> Any:
    """The gap of a comparison relative to its largest term; exactly 0 when the ladder of precisions sees none."""
    # Terms like 1 - tanh(x) lose about 0.87 * x digits before the outermost sum, where the floor cannot see it.
    lost = min(int(2 * max(map(abs, point.values()), default=0)), 400)
    before = mp.zero
    for digits, floor in LADDER:
        with mp.workdps(digits + lost):
            env = {name: mp.mpf(value.numerator) / value.denominator for name, value in point.items()}
            gap, size = _gap(link, env)
            if abs(gap) > size * mp.mpf(10) ** -floor:
                # Other cancellations (next to a pole, say) can fake a gap: a violation must show up twice alike.
                relative = gap / size
                if gap > 0 or abs(relative - before) < abs(relative) / 1000:
                    return relative
                before = relative
    return mp.zero


def is_kept(link: Link, gap: Any) -> bool:
    return gap > 0 or (gap == 0 and link.rel in ("<=", ">=", "=="))


def holds(links: tuple[Link, ...], point: Point) -> bool:
    """Whether every comparison holds at the point (False where one of them is undefined)."""
    try:
        return all(is_kept(link, relative_gap(link, point)) for link in links)
    except Undefined:
        return False
