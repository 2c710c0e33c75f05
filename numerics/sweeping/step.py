"""What one layer does, as straight-line code, derived from the symbolic formulas of the activation.

A layer takes z = θ y to the value f(z) and the slope f′(z). The slope comes as m (1 + p) 2^k with a whole number k, so
that a product of slopes never underflows and takes no logarithm: the k are added, the m (1 + p) are multiplied.

Every exponential of the formulas (they all decrease, so w ≤ 0) is one primitive with four results:

    exponential(w) = (k, p, e, x):   x = exp(w) = (1 + p) · 2^k with 1 + p in [0.7, 1.42],   e = exp(w) − 1,

all of them to full precision, and tanh u = e/(−2 − e) with w = −2|u|. Where exp(w) is a factor of f′ its k goes into
the exponent and 1 + p into the mantissa; elsewhere it is x. An exponential of n·w is a power of that of w, and a
reciprocal is computed once: for tanh that leaves one exponential and one reciprocal a layer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy as sp

from theory.activations import Activation, z
from theory.errors import StatementError

Z = sp.Symbol("z", real=True)
Z_ABOVE = sp.Symbol("z", nonnegative=True)
Statement = tuple[str, tuple[sp.Symbol, ...], sp.Expr]
"""A primitive ("exponential", "reciprocal", "root" or "assign"), what it gives values to, and its argument."""


NEAR, FAR = {"float64": -700.0, "float32": -80.0}, {"float64": -(2.0**40), "float32": -(2.0**18)}
"""An exponential of w ≥ NEAR takes no care of its range; one of w < FAR has nothing left to tell but its exponent."""
LINEAR = {"float64": 300, "float32": 60}
"""For |z| below 2^−LINEAR or above 2^LINEAR, f is as good as linear: a state gets an exponent of its own."""


@dataclass(frozen=True)
class LayerStep:
    """Statements in order, and the expressions of the results: f(z) = value, f′(z) = mantissa (1 + part) 2^exponent.

    An `odd` step is for z ≥ 0 only: the signs of an odd f are known without computing. Where f itself has an
    exponential as a factor, `size` has its mantissa and exponent.
    """

    name: str
    odd: bool
    statements: tuple[Statement, ...]
    value: sp.Expr
    mantissa: sp.Expr
    part: sp.Expr
    exponent: sp.Expr
    size: tuple[sp.Expr, sp.Expr] | None = None

    def count(self, primitive: str) -> int:
        return sum(kind == primitive for kind, _, _ in self.statements)


@lru_cache(maxsize=64)
def layer_step(f: Activation) -> LayerStep:
    """The step of a layer with this activation. StatementError for one whose parameter has no value yet."""
    if f.parameters:
        names = ", ".join(map(str, f.parameters))
        raise StatementError(f"the activation {f.name!r} has a parameter without a value ({names}): give it a number")
    odd = f.parity == "odd"
    variable = Z_ABOVE if odd else Z
    value, slope = (_in(variable, formula) for formula in (f.formula, f.derivative))
    compiler = _Compiler(_arguments([value, slope]))
    whole = compiler.plain(value)  # first, for its reciprocals have the sign that saves a negation
    mantissa, part, exponent = compiler.split(slope)
    m, p, k = compiler.split(value)
    results = [whole, mantissa, part, exponent, m * (1 + p), k]
    results = [_renamed(expression, variable) for expression in compiler.finish(results)]
    statements = tuple((kind, names, _renamed(argument, variable)) for kind, names, argument in compiler.statements)
    size = None if results[5] == 0 else (results[4], results[5])
    value, mantissa, part, exponent = results[:4]
    return LayerStep(f.name, odd, statements, value, mantissa, part, exponent, size)


@lru_cache(maxsize=64)
def near_reach(f: Activation, dtype: str) -> float:
    """A z up to which every exponential of a layer is near: a power of 2, or ∞ where there is no exponential."""
    arguments = [argument for kind, _, argument in layer_step(f).statements if kind == "exponential"]
    reach = math.inf if not arguments else 2.0**10
    while arguments and any(argument.subs(Z, sp.Rational(reach)) < NEAR[dtype] for argument in arguments):
        reach /= 2
    return reach


def end_slopes(f: Activation) -> tuple[Any, Any, Any]:
    """The slopes of f at 0 (NaN where f(0) ≠ 0, or f has a kink there), at −∞ and at ∞."""
    far = sp.Symbol("far", positive=True)
    at_zero = f.slope_at_zero if f.value_at_zero == 0 and f.slope_at_zero is not None else sp.nan
    below, above = (sp.limit(f.derivative.subs(z, end), far, sp.oo) for end in (-far, far))
    return at_zero, below, above


def _in(variable: sp.Symbol, formula: Any) -> Any:
    return formula.xreplace({z: variable}) if variable is Z else nonnegative(formula)


def nonnegative(formula: Any) -> Any:
    """The formula for z ≥ 0, where |z| is z."""
    return formula.subs(z, Z_ABOVE)


def _renamed(expression: Any, variable: sp.Symbol) -> Any:
    return expression.xreplace({variable: Z})


def _doubled(u: Any) -> Any:
    """w with tanh|u| = −e/(2 + e), e = exp(w) − 1."""
    return -2 * sp.Abs(u)


def _arguments(expressions: Sequence[Any]) -> list[Any]:
    """The arguments of the exponentials, without those that are a multiple of another one by a whole number."""
    found: list[Any] = []
    for expression in expressions:
        found += [_exponent(node) for node in expression.atoms(sp.exp)]
        found += [_doubled(node.args[0]) for node in expression.atoms(sp.tanh)]
    found = sorted(set(found), key=sp.default_sort_key)
    return [w for w in found if not any(w != v and _multiple(w, v) for v in found)]


def _exponent(node: Any) -> Any:
    return node.exp if hasattr(node, "exp") else node.args[0]


def _multiple(w: Any, v: Any) -> int | None:
    """n ≥ 1 with w = n v, where there is one."""
    ratio = sp.simplify(w / v) if w.free_symbols == v.free_symbols else None
    return int(ratio) if ratio is not None and ratio.is_Integer and ratio > 0 else None


class _Compiler:
    def __init__(self, arguments: Sequence[Any]):
        self.statements: list[Statement] = []
        self.exponentials: list[tuple[Any, tuple[sp.Symbol, ...]]] = []
        self.reciprocals: dict[Any, sp.Symbol] = {}
        for place, w in enumerate(arguments):
            names = tuple(sp.Symbol(f"{letter}{place}", real=True) for letter in ("k", "p", "e", "x"))
            self.exponentials.append((w, names))
            self.statements.append(("exponential", names, w))

    def exponential(self, w: Any) -> tuple[tuple[sp.Symbol, ...], int]:
        for base, names in self.exponentials:
            if base == w or _multiple(w, base):
                return names, _multiple(w, base) or 1
        raise AssertionError(f"no exponential was set up for {w}")

    def split(self, slope: Any) -> tuple[Any, Any, Any]:
        """(m, p, k) with slope = m (1 + p) 2^k: the exponentials that are factors go into p and k."""
        if isinstance(slope, sp.Piecewise):
            parts = [(self.split(body), condition) for body, condition in slope.args]  # pyright: ignore
            m, p, k = (sp.Piecewise(*[(found[i], condition) for found, condition in parts]) for i in range(3))
            return m, p, k
        mantissa, part, exponent = sp.S.One, sp.S.Zero, sp.S.Zero
        for factor in sp.Mul.make_args(slope):
            if isinstance(factor, sp.exp):
                (k, p, _, _), n = self.exponential(_exponent(factor))
                first = part == 0 and n == 1
                part, mantissa = (p, mantissa) if first else (part, mantissa * (1 + p) ** n)
                exponent = exponent + n * k
            else:
                mantissa = mantissa * self.plain(factor)
        return mantissa, part, exponent

    def plain(self, expression: Any) -> Any:
        """The expression with its exponentials, reciprocals and roots replaced by what they are computed as."""
        if isinstance(expression, sp.exp):
            (_, _, _, x), n = self.exponential(_exponent(expression))
            return x**n
        if isinstance(expression, sp.tanh):
            u = expression.args[0]
            (_, _, e, _), n = self.exponential(_doubled(u))
            assert n == 1, "tanh needs an exponential of its own"
            size = e * self.reciprocal(-2 - e)
            return size if u.is_nonnegative else sp.sign(u) * size
        if expression.is_Atom or isinstance(expression, sp.logic.boolalg.Boolean):
            return expression
        if expression.is_Add and (constant := expression.as_coeff_Add()[0]) > 0:
            return sp.Add(constant, *[self.beside_a_constant(term) for term in expression.args if term != constant])
        inner = expression.func(*[self.plain(argument) for argument in expression.args])
        if isinstance(inner, sp.Pow) and isinstance(inner.exp, sp.Rational) and not inner.is_number:
            return self.power(inner.base, inner.exp)
        return inner

    def beside_a_constant(self, term: Any) -> Any:
        """exp(w) as 1 + e, as good as x there: what tanh has computed already is used again."""
        if isinstance(term, sp.exp):
            (_, _, e, _), n = self.exponential(_exponent(term))
            if n == 1:
                return 1 + e
        return self.plain(term)

    def power(self, base: Any, exponent: Any) -> Any:
        if exponent.q == 2:
            base, exponent = self.named("root", base, "s"), sp.Integer(exponent.p)
        if not exponent.is_Integer:
            raise StatementError(f"a layer has no machine code for {base}**{exponent}")
        return self.reciprocal(base) ** -exponent if exponent < 0 else base**exponent

    def reciprocal(self, base: Any) -> Any:
        if ("reciprocal", -base) in self.reciprocals:
            return -self.reciprocals["reciprocal", -base]
        return self.named("reciprocal", base, "r")

    def named(self, kind: str, argument: Any, letter: str) -> sp.Symbol:
        if (kind, argument) not in self.reciprocals:
            symbol = sp.Symbol(f"{letter}{len(self.reciprocals)}", real=True)
            self.reciprocals[kind, argument] = symbol
            self.statements.append((kind, (symbol,), argument))
        return self.reciprocals[kind, argument]

    def finish(self, results: Sequence[Any]) -> list[Any]:
        """Shares what the results have in common; what a primitive is applied to stays as it is."""
        names = (sp.Symbol(f"t{i}", real=True) for i in range(1000))
        shared, reduced = sp.cse(list(results), symbols=names, order="none", list=True)
        self.statements += [("assign", (symbol,), expression) for symbol, expression in shared]
        return list(reduced)
