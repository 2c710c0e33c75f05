"""The claims about odd sigmoids f: f(y)/y strictly decreasing, the fixed points of x ↦ f(ax), random gains."""

from __future__ import annotations

import sympy as sp

from theory.activations import activation
from theory.activations import z as _z
from theory.claim import Claim, Source
from theory.fixed_points import Star
from theory.statement import Part, Relation

PAPER = Source(
    key="odd-sigmoid",
    title="Signal Preserving Weight Initialization for Odd-Sigmoid Activations",
    authors="H. Lee, H. Choi, H. Kim",
    year="2025",
)

_y = sp.Symbol("y", real=True)
_tanh = sp.tanh(_y)


def _claim(name: str, place: str, text: str, *conclusion: Part, where: tuple[Relation, ...] = ()) -> Claim:
    return Claim(f"odd-sigmoid/{name}", text, conclusion, where, PAPER, place)


_logistic: sp.Expr = activation("logistic").definition.xreplace({_z: _y})  # pyright: ignore[reportAssignmentType]
_FUNCTIONS: dict[str, sp.Expr] = {
    **{name: activation(name).f(_y) for name in ("tanh", "arctan", "softsign", "erf", "gudermannian", "algebraic")},
    "logistic-centred": 2 * _logistic - 1,
}
"""The odd sigmoids by the last word of their ids."""

CLAIMS = tuple(
    _claim(
        f"star/{name}",
        "the class of odd sigmoids",
        f"f(y)/y is strictly decreasing on y > 0, f = {name}",
        Star(function, _y),
    )
    for name, function in _FUNCTIONS.items()
)
