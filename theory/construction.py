"""From trees to SymPy: every node built once, with what it needs to be defined, and never more work than is safe."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from typing import Any

import sympy as sp

from theory import budget
from theory.budget import (
    LARGEST_POWER,
    LARGEST_ROOT,
    MOST_BITS,
    MOST_COMBINED_BITS,
    MOST_LEVELS,
    MOST_NODES,
    MOST_RADICAND_BITS,
)
from theory.definedness import nonzero, power, sign_by_form, undecided
from theory.errors import StatementError
from theory.functions import CONSTANTS, FUNCTIONS
from theory.grammar import Node
from theory.statement import Relation
from theory.tokens import decimal

_TOO_LONG = f"the exact numbers in this would need more than {MOST_BITS:,} bits: scale the statement, or use variables"
_ROOT_TOO_LONG = f"the numbers under roots have more than {MOST_RADICAND_BITS:,} bits here: use variables"
_SIGNLESS = frozenset(("exp", "expm1", "sin", "cos", "tan", "cot", "sec", "csc"))
"""Functions that SymPy evaluates without looking for signs."""
_ALGEBRAIC = frozenset(("abs", "sign", "min", "max", "relu", "leaky_relu", "square", "sqrt", "cbrt", "log", "ln"))
"""Functions that do not grow beyond their argument."""
_POWERS = {"sqrt": sp.Rational(1, 2), "square": sp.Integer(2)}
_MODEST = 13.0
"""The others are evaluated at constants up to 2**13: exp(2**13) is as large a number as can be used."""
_NOT_REAL = (sp.zoo, sp.nan, sp.oo, -sp.oo)


class Construction:
    """Builds the trees of one text; `conditions` gathers, node by node, what must hold for them to be defined."""

    def __init__(self, text: str):
        self.text = text
        self.conditions: dict[Relation, None] = {}
        self.variables: dict[str, sp.Symbol] = {}
        self._scales = budget.Scales()
        self._sound: set[sp.Basic] = set()

    def build(self, tree: Node) -> sp.Expr:
        """The tree in SymPy, arguments first, without recursion."""
        done: list[sp.Expr] = []
        stack = [(tree, False)]
        while stack:
            node, expanded = stack.pop()
            if node.parts and not expanded:
                stack.append((node, True))
                stack.extend((part, False) for part in reversed(node.parts))
                continue
            first = len(done) - len(node.parts)
            done[first:] = [self._checked(node, done[first:])]
        return done[0]

    def _checked(self, node: Node, parts: list[sp.Expr]) -> sp.Expr:
        try:
            made = getattr(self, f"_{node.kind}")(node, parts)
            self._check(made)
        except StatementError as error:
            if error.text is not None:
                raise
            raise self._fail(error.message, node) from error
        except RecursionError as error:
            raise self._fail("this is nested too deeply: state it in parts", node) from error
        return made

    def _fail(self, message: str, node: Node) -> StatementError:
        return StatementError(message, self.text, node.position)

    def _need(self, conditions: Iterable[Relation]) -> None:
        self.conditions.update(dict.fromkeys(undecided(conditions)))

    def _number(self, node: Node, _: list[sp.Expr]) -> sp.Expr:
        return sp.Rational(*decimal(str(node.value)))

    def _name(self, node: Node, _: list[sp.Expr]) -> sp.Expr:
        name = str(node.value)
        if name in CONSTANTS:
            return CONSTANTS[name]
        return self.variables.setdefault(name, sp.Symbol(name, real=True))

    def _negative(self, _: Node, parts: list[sp.Expr]) -> sp.Expr:
        return self._times([sp.S.NegativeOne, *parts])

    def _sum(self, node: Node, parts: list[sp.Expr]) -> sp.Expr:
        minus = sp.S.NegativeOne
        signed = zip(node.value, parts, strict=True)
        terms = [self._times([minus, part]) if sign == "-" else part for sign, part in signed]
        return self._combine(sp.Add, terms)

    def _product(self, node: Node, parts: list[sp.Expr]) -> sp.Expr:
        factors = [
            self._inverse(part, place) if sign == "/" else part
            for sign, part, place in zip(node.value, parts, node.parts, strict=True)
        ]
        return self._times(factors)

    def _inverse(self, divisor: sp.Expr, place: Node) -> sp.Expr:
        if divisor is sp.S.Zero:
            raise self._fail("this divides by zero", place)
        self._need(nonzero(divisor))
        return self._raise(divisor, sp.S.NegativeOne)

    def _power(self, _: Node, parts: list[sp.Expr]) -> sp.Expr:
        base, exponent = parts
        self._need(power(base, exponent))
        return self._raise(base, exponent)

    def _call(self, node: Node, parts: list[sp.Expr]) -> sp.Expr:
        function, name = FUNCTIONS[str(node.value)], str(node.value)
        if name == "cbrt":
            self._check_radicand(parts[0])
        evaluate = all(self._may_be_asked(part, name) for part in parts)
        self._need(_made(evaluate, function.domain, *parts))
        if name in _POWERS:
            return self._raise(parts[0], _POWERS[name])
        return _made(evaluate, function.build, *parts)

    def _may_be_asked(self, argument: sp.Expr, name: str) -> bool:
        """Whether SymPy may look for the sign of the argument of a function or a root, and work out logarithms in it.

        It would settle the sign of a constant such as π − 3 numerically, without a certificate.
        """
        weight = self._scales.weigh(argument)
        short = max(weight.logs, weight.radicand) <= MOST_RADICAND_BITS
        short = short and budget.exponential_bits(weight) <= MOST_COMBINED_BITS
        factors = sp.Mul.make_args(argument)
        plain = name in _SIGNLESS or all(self._has_plain_sign(factor) for factor in factors)
        modest = weight.magnitude is None or weight.magnitude.above <= _MODEST or name in _ALGEBRAIC
        # For roots and absolute values of u**v, SymPy multiplies out real and imaginary parts.
        powers = [factor for factor in factors if isinstance(factor, sp.Pow)]
        simple = all(isinstance(factor.exp, sp.Rational) for factor in powers)
        return plain and modest and short and simple and weight.tame

    def _has_plain_sign(self, factor: sp.Expr) -> bool:
        """Whether the factor has variables, or else its sign can be read off."""
        constant = self._scales.weigh(factor).magnitude is not None
        return not constant or isinstance(factor, sp.Rational) or sign_by_form(factor) > 0

    def _times(self, factors: list[sp.Expr]) -> sp.Expr:
        return self._combine(sp.Mul, factors)

    def _combine(self, operation: Any, parts: list[sp.Expr]) -> sp.Expr:
        weights = [self._scales.weigh(part) for part in parts]
        if sum(weight.bits for weight in weights) > MOST_COMBINED_BITS:
            raise StatementError(_TOO_LONG)
        if operation is sp.Mul and sum(weight.radicand for weight in weights) > MOST_RADICAND_BITS:
            raise StatementError(_ROOT_TOO_LONG)
        # Sums and products do not look for signs, whatever their length: only hard constants matter.
        return _made(not any(weight.wild for weight in weights), operation, *parts)

    def _raise(self, base: sp.Expr, exponent: sp.Expr) -> sp.Expr:
        _check_power(base, exponent)
        weights = [self._scales.weigh(base), self._scales.weigh(exponent)]
        if budget.raised_bits(*weights) > MOST_COMBINED_BITS:
            raise StatementError(_TOO_LONG)
        if not exponent.is_Integer:
            self._check_radicand(base)
        if isinstance(base, sp.Rational) and exponent.is_Integer:
            return base**exponent
        evaluate = all(weight.tame for weight in weights) and (exponent.is_Integer or self._may_be_asked(base, "sqrt"))
        return _made(evaluate, sp.Pow, base, exponent)

    def _check_radicand(self, radicand: sp.Expr) -> None:
        weight = self._scales.weigh(radicand)
        if weight.bits + weight.radicand > MOST_RADICAND_BITS:
            raise StatementError(_ROOT_TOO_LONG)

    def _check(self, made: sp.Expr) -> None:
        """Raises StatementError unless all that is new in the expression is real, and of admitted size."""
        weight = self._scales.weigh(made)
        if weight.bits > MOST_COMBINED_BITS:
            raise StatementError(_TOO_LONG)
        if weight.levels > MOST_LEVELS:
            raise StatementError(f"written out, this is nested more than {MOST_LEVELS} deep: state it in parts")
        if weight.nodes > MOST_NODES:
            raise StatementError(f"written out, this has more than {MOST_NODES:,} parts: state it in parts")
        stack: list[sp.Basic] = [made]
        while stack:
            part = stack.pop()
            if part not in self._sound:
                _check_node(part)
                self._sound.add(part)
                stack.extend(part.args)


def _check_node(node: sp.Basic) -> None:
    if node in _NOT_REAL:
        raise StatementError("this is not a real number")
    if node is sp.I:
        raise StatementError("this is nowhere a real number, except perhaps where it is 0")
    if isinstance(node, sp.Rational) and budget.bits(node) > MOST_BITS:
        raise StatementError(_TOO_LONG)
    if isinstance(node, sp.Pow):
        _check_power(node.base, node.exp)


def _check_power(base: sp.Basic, exponent: sp.Basic) -> None:
    if isinstance(base, sp.Rational) and base < 0 and not isinstance(exponent, sp.Integer):
        raise StatementError("this is not a real number: it has a root of a negative number")
    if not isinstance(exponent, sp.Rational):
        return
    if exponent.q > LARGEST_ROOT:
        raise StatementError(f"the exponent is out of range: its denominator is at most {LARGEST_ROOT:,}")
    if isinstance(base, sp.Rational):
        if budget.power_bits(base, exponent) > MOST_BITS + 1:
            raise StatementError(_TOO_LONG)
    elif abs(exponent) > LARGEST_POWER and base is not sp.E:
        raise StatementError(f"the exponent is out of range: powers go from -{LARGEST_POWER} to {LARGEST_POWER}")


def _made(evaluate: bool, make: Callable[..., Any], *arguments: sp.Expr) -> Any:
    """make(*arguments), left as it stands if it is not to be evaluated, or if SymPy stumbles in the attempt."""
    if evaluate:
        with contextlib.suppress(TypeError, ValueError, ArithmeticError, RecursionError):
            return make(*arguments)
    with sp.evaluate(False):
        return make(*arguments)
