"""The functions of the field by their usual names, and the constants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import sympy as sp

from theory import definedness
from theory.definedness import DOMAINS, Conditions, everywhere

_HALF = sp.Rational(1, 2)


class FieldFunction(NamedTuple):
    """A function that a statement may call: how many arguments it takes, what it is in SymPy, and where it is real.

    `most` is None for any number of arguments. `domain` gives the conditions on the arguments: for what is made of
    several SymPy functions it is that of the whole, so the sigmoid, say, has none.
    """

    least: int
    most: int | None
    build: Callable[..., Any]
    domain: Callable[..., Conditions] = everywhere


def cbrt(x):
    """The real cube root, odd: SymPy's own is complex at negative x."""
    return sp.sign(x) * sp.Abs(x) ** sp.Rational(1, 3)


def maximum(*arguments: sp.Expr) -> sp.Expr:
    """Of rationals, the largest; anything else is left alone, as SymPy would compare all pairs by evaluating them."""
    return _extremum(sp.Max, max, arguments)


def minimum(*arguments: sp.Expr) -> sp.Expr:
    return _extremum(sp.Min, min, arguments)


def _extremum(symbolic, numeric, arguments: tuple[sp.Expr, ...]) -> sp.Expr:
    numbers = [argument for argument in arguments if argument.is_Rational]
    others = [argument for argument in arguments if not argument.is_Rational]
    return symbolic(*([numeric(numbers)] if numbers else []), *others, evaluate=False)


def sigmoid(x):
    return 1 / (1 + sp.exp(-x))


def leaky_relu(x, a):
    return _kinked(x, lambda y: a * y)


def elu(x, a=sp.S.One):
    return _kinked(x, lambda y: a * (sp.exp(y) - 1))


def _kinked(x, below):
    """x where x > 0, below(x) elsewhere, with below(0) = 0. To simplify it, SymPy would look for signs of constants."""
    if x.is_Rational:
        return x if x > 0 else below(x)
    # SymPy merges a Piecewise into the condition of another by going through all cases: this sum has no condition.
    if x.has(sp.Piecewise):
        return maximum(sp.S.Zero, x) + below(minimum(sp.S.Zero, x))
    return sp.Piecewise((x, sp.Gt(x, 0, evaluate=False)), (below(x), True), evaluate=False)


def normal_cdf(x):
    return (1 + sp.erf(x / sp.sqrt(2))) / 2


def normal_density(x):
    return sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi)


def _one(build: Callable[..., Any], domain: Callable[..., Conditions] | None = None) -> FieldFunction:
    """A function of one argument, real where SymPy's function of that name is."""
    return FieldFunction(1, 1, build, domain or DOMAINS.get(build, everywhere))


FUNCTIONS: dict[str, FieldFunction] = {
    "exp": _one(sp.exp),
    "log": _one(sp.log),
    "ln": _one(sp.log),
    "sqrt": _one(sp.sqrt, definedness.nonnegative),
    "cbrt": _one(cbrt),
    "square": _one(lambda x: x**2),
    "abs": _one(sp.Abs),
    "sign": _one(sp.sign),
    "min": FieldFunction(1, None, minimum),
    "max": FieldFunction(1, None, maximum),
    **{name: _one(getattr(sp, name)) for name in ("sin", "cos", "tan", "cot", "sec", "csc")},
    **{name: _one(getattr(sp, name)) for name in ("sinh", "cosh", "tanh", "coth", "sech", "csch")},
    **{name: _one(getattr(sp, name)) for name in ("asin", "acos", "atan", "asinh", "acosh", "atanh")},
    **{f"arc{name}": _one(getattr(sp, f"a{name}")) for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    "erf": _one(sp.erf),
    "erfc": _one(sp.erfc),
    "log1p": _one(lambda x: sp.log(1 + x), lambda x: definedness.positive(1 + x)),
    "expm1": _one(lambda x: sp.exp(x) - 1),
    "sigmoid": _one(sigmoid),
    "logistic": _one(sigmoid),
    "relu": _one(lambda x: maximum(sp.S.Zero, x)),
    "leaky_relu": FieldFunction(2, 2, leaky_relu),
    "elu": FieldFunction(1, 2, elu),
    "gelu": _one(lambda x: x * normal_cdf(x)),
    "silu": _one(lambda x: x * sigmoid(x)),
    "swish": _one(lambda x: x * sigmoid(x)),
    "softplus": _one(lambda x: sp.log(1 + sp.exp(x))),
    "softsign": _one(lambda x: x / (1 + sp.Abs(x))),
    "gudermannian": _one(lambda x: 2 * sp.atan(sp.tanh(x * _HALF))),
    "gd": _one(lambda x: 2 * sp.atan(sp.tanh(x * _HALF))),
    "Phi": _one(normal_cdf),
    "phi": _one(normal_density),
}
"""What may be called in a statement, by name."""

CONSTANTS: dict[str, sp.Expr] = {"pi": sp.pi, "π": sp.pi, "e": sp.E, "E": sp.E}
"""Names of numbers: no variable may be called so."""
