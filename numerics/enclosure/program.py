"""A SymPy expression as a straight-line program, to be run over any arithmetic.

The one symbolic source is compiled once; intervals, derivatives and Taylor series are then three ways to run it.
Common subexpressions are computed once, and no number leaves exact form: 1/10 is a pair of integers until an
arithmetic encloses it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import sympy as sp
from flint import arb, ctx

from numerics.enclosure.elementary import FUNCTIONS
from numerics.enclosure.interval import Interval


class UnsupportedError(ValueError):
    """An expression holds a function that this engine has no enclosure for."""


class Number(Protocol):
    """What a program computes with."""

    def __add__(self, other: Any) -> Any: ...
    def __mul__(self, other: Any) -> Any: ...
    def __abs__(self) -> Any: ...
    def power(self, n: int) -> Any: ...
    def root_power(self, p: int, q: int) -> Any: ...
    def maximum(self, other: Any) -> Any: ...
    def minimum(self, other: Any) -> Any: ...


_NAMES: dict[Any, str] = {
    sp.exp: "exp", sp.log: "log", sp.sin: "sin", sp.cos: "cos", sp.tan: "tan", sp.asin: "asin", sp.acos: "acos",
    sp.atan: "atan", sp.sinh: "sinh", sp.cosh: "cosh", sp.tanh: "tanh", sp.sech: "sech", sp.asinh: "asinh",
    sp.acosh: "acosh", sp.atanh: "atanh", sp.erf: "erf", sp.erfc: "erfc",
}  # fmt: skip
_RECIPROCALS: dict[Any, str] = {sp.coth: "tanh", sp.csch: "sinh", sp.cot: "tan", sp.sec: "cos", sp.csc: "sin"}
_BY_CLASS_NAME = {"log1p": "log1p", "expm1": "expm1", "Cbrt": "cbrt"}

_RATIONAL, _PI, _E, _VARIABLE, _ADD, _MUL, _POWER, _ROOT, _CALL, _ABS, _MAX, _MIN, _SELECT = range(13)
Instruction = tuple[Any, ...]


@dataclass(frozen=True)
class Program:
    """Instructions in order; `outputs` are the places of the results. Run it with `run`."""

    variables: tuple[sp.Symbol, ...]
    instructions: tuple[Instruction, ...]
    outputs: tuple[int, ...]

    def run(
        self,
        inputs: Sequence[Any],
        lift: Callable[[Interval], Any] = lambda x: x,
        apply: Callable[[str, Any], Any] | None = None,
        select: Callable[[Sequence[tuple[str, Any, Any]], Any], Any] | None = None,
    ) -> list[Any]:
        """The outputs over the arithmetic that `lift` (of a constant) and `apply` (of a function) belong to."""
        values: list[Any] = []
        call = apply or (lambda name, x: FUNCTIONS[name](x))
        for instruction in self.instructions:
            op = instruction[0]
            if op == _MUL:
                value = values[instruction[1]] * values[instruction[2]]
            elif op == _ADD:
                value = values[instruction[1]] + values[instruction[2]]
            elif op == _VARIABLE:
                value = inputs[instruction[1]]
            elif op == _RATIONAL:
                value = lift(_enclose(instruction[1], instruction[2], ctx.prec))
            elif op == _POWER:
                value = values[instruction[1]].power(instruction[2])
            elif op == _ROOT:
                value = values[instruction[1]].root_power(instruction[2], instruction[3])
            elif op == _CALL:
                value = call(instruction[1], values[instruction[2]])
            elif op == _ABS:
                value = abs(values[instruction[1]])
            elif op == _MAX:
                value = values[instruction[1]].maximum(values[instruction[2]])
            elif op == _MIN:
                value = values[instruction[1]].minimum(values[instruction[2]])
            elif op == _SELECT:
                cases = [(relation, values[slack], values[body]) for relation, slack, body in instruction[1]]
                value = (select or select_interval)(cases, values[instruction[2]])
            else:
                value = lift(Interval.around(arb.pi() if op == _PI else arb.const_e()))
            values.append(value)
        return [values[i] for i in self.outputs]


@lru_cache(maxsize=4096)
def _enclose(p: int, q: int, bits: int) -> Interval:
    # `bits` is part of the key: the enclosure of 1/3 depends on the working precision.
    return Interval.exact(p, q)


def certainly(relation: str, slack: Interval) -> bool | None:
    """Whether slack ⋛ 0 certainly holds (True), certainly fails (False), or neither (None)."""
    match relation:
        case ">=":
            return True if slack.lo >= 0 else False if slack.hi < 0 else None
        case ">":
            return True if slack.lo > 0 else False if slack.hi <= 0 else None
        case "==":
            return True if slack.lo == 0 and slack.hi == 0 else None if slack.contains_zero() else False
        case _:
            return None if slack.contains_zero() and not (slack.lo == 0 == slack.hi) else not slack.contains_zero()


def open_cases(cases: Sequence[tuple[str, Interval]]) -> list[int]:
    """The branches of a definition by cases that may apply, in order; len(cases) stands for "otherwise"."""
    chosen: list[int] = []
    for place, (relation, slack) in enumerate(cases):
        answer = certainly(relation, slack)
        if answer is not False:
            chosen.append(place)
        if answer:
            return chosen
    return [*chosen, len(cases)]


def select_interval(cases: Sequence[tuple[str, Interval, Interval]], otherwise: Interval) -> Interval:
    """The hull of every branch that may apply."""
    bodies = [body for _, _, body in cases] + [otherwise]
    picked = [bodies[i] for i in open_cases([(relation, slack) for relation, slack, _ in cases])]
    hull = picked[0]
    for body in picked[1:]:
        hull = hull.hull(body)
    return hull


class _Compiler:
    def __init__(self, variables: Sequence[sp.Symbol]):
        self.variables = {symbol: place for place, symbol in enumerate(variables)}
        self.instructions: list[Instruction] = []
        self.places: dict[Any, int] = {}

    def emit(self, *instruction: Any) -> int:
        if instruction not in self.places:
            self.places[instruction] = len(self.instructions)
            self.instructions.append(instruction)
        return self.places[instruction]

    def compile(self, root: sp.Basic) -> int:
        # An explicit stack: the output of a deep chain nests deeper than Python's own.
        done: dict[sp.Basic, int] = {}
        stack: list[tuple[sp.Basic, bool]] = [(root, False)]
        while stack:
            node, ready = stack.pop()
            if node in done:
                continue
            if ready or not (children := _children(node)):
                done[node] = self.node(node, done)
            else:
                stack.append((node, True))
                stack.extend((child, False) for child in children)
        return done[root]

    def fold(self, op: int, places: Sequence[int]) -> int:
        total = places[0]
        for place in places[1:]:
            total = self.emit(op, total, place)
        return total

    def node(self, node: Any, done: Mapping[sp.Basic, int]) -> int:
        if node.is_Rational:
            return self.emit(_RATIONAL, int(node.p), int(node.q))
        if node.is_Symbol:
            if node not in self.variables:
                raise UnsupportedError(f"the variable {node} has no value here")
            return self.emit(_VARIABLE, self.variables[node])
        if node is sp.pi or node is sp.E:
            return self.emit(_PI if node is sp.pi else _E)
        arguments = [done[child] for child in _children(node)]
        if node.is_Add:
            return self.fold(_ADD, arguments)
        if node.is_Mul:
            return self.fold(_MUL, arguments)
        if isinstance(node, sp.Pow):
            return self.power(node, arguments)
        return self.function(node, arguments)

    def power(self, node: sp.Pow, arguments: Sequence[int]) -> int:
        exponent = node.exp
        if isinstance(exponent, sp.Integer):
            return self.emit(_POWER, arguments[0], int(exponent))
        if isinstance(exponent, sp.Rational):
            return self.emit(_ROOT, arguments[0], int(exponent.p), int(exponent.q))
        if node.base is sp.E:
            return self.emit(_CALL, "exp", arguments[1])
        if exponent.is_integer:
            raise UnsupportedError(f"no enclosure is known for the power {node} with a whole exponent")
        logarithm = self.emit(_CALL, "log", arguments[0])
        return self.emit(_CALL, "exp", self.emit(_MUL, arguments[1], logarithm))

    def function(self, node: Any, arguments: Sequence[int]) -> int:
        kind = node.func
        if kind in _NAMES:
            return self.emit(_CALL, _NAMES[kind], arguments[0])
        if kind in _RECIPROCALS:
            return self.emit(_POWER, self.emit(_CALL, _RECIPROCALS[kind], arguments[0]), -1)
        if kind.__name__ in _BY_CLASS_NAME:
            return self.emit(_CALL, _BY_CLASS_NAME[kind.__name__], arguments[0])
        if kind is sp.Abs:
            return self.emit(_ABS, arguments[0])
        if kind is sp.Max or kind is sp.Min:
            return self.fold(_MAX if kind is sp.Max else _MIN, arguments)
        if kind is sp.Piecewise:
            return self.piecewise(node, arguments)
        raise UnsupportedError(f"no enclosure is known for {kind.__name__} in {node}")

    def piecewise(self, node: Any, arguments: Sequence[int]) -> int:
        # _children gives, for each branch with a condition, its slack and its value, then the last value.
        conditions = [condition for _, condition in node.args[:-1]]
        if node.args[-1][1] is not sp.true:
            raise UnsupportedError(f"the cases of {node} do not cover every point")
        cases = tuple(
            (_case_relation(condition), arguments[2 * i], arguments[2 * i + 1])
            for i, condition in enumerate(conditions)
        )
        return self.emit(_SELECT, cases, arguments[-1])


def _case_relation(condition: Any) -> str:
    try:
        return {sp.Ge: ">=", sp.Gt: ">", sp.Le: ">=", sp.Lt: ">", sp.Eq: "==", sp.Ne: "!="}[condition.func]
    except KeyError:
        raise UnsupportedError(f"the condition {condition} of a definition by cases is not a relation") from None


def case_slack(condition: Any) -> sp.Expr:
    """The slack of a condition of a Piecewise: ≥ 0 (or > 0) where the condition holds."""
    if condition.func in (sp.Le, sp.Lt):
        return condition.rhs - condition.lhs
    return condition.lhs - condition.rhs


def _children(node: Any) -> tuple[Any, ...]:
    arguments: tuple[Any, ...] = node.args
    if isinstance(node, sp.Piecewise):
        children: list[Any] = []
        for body, condition in arguments[:-1]:
            _case_relation(condition)
            children += [case_slack(condition), body]
        return (*children, arguments[-1][0])
    if isinstance(node, sp.Pow) and isinstance(node.exp, sp.Rational):
        return (node.base,)
    return () if node.is_Atom else arguments


def compile_expressions(expressions: Sequence[sp.Expr], variables: Sequence[sp.Symbol]) -> Program:
    """One program for several expressions of the same variables. UnsupportedError names what it cannot enclose."""
    compiler = _Compiler(variables)
    outputs = tuple(compiler.compile(sp.sympify(expression)) for expression in expressions)
    return Program(tuple(variables), tuple(compiler.instructions), outputs)


def enclose(expression: sp.Expr, box: Mapping[sp.Symbol, Interval] | None = None) -> Interval:
    """An interval certain to contain every value of the expression over the box."""
    box = box or {}
    return compile_expressions([expression], tuple(box)).run(list(box.values()))[0]
