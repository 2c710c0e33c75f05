"""The claims about fixed points of x ↦ tanh(ax), and of compositions with changing gains.

φ_a(x) = f(ax), Φ_m = φ_{a_m}∘⋯∘φ_{a_1}; ξ_a is the positive fixed point of φ_a where there is exactly one, else 0.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from theory.claim import Claim, Source
from theory.fixed_points import AtFixedPoint, FixedPointCount, Gains, OrbitTends
from theory.ledger.corrected import OURS as CORRECTED
from theory.statement import Part, Relation

ANALYSIS = Source(
    key="fixed-points",
    title="Robust Weight Initialization for Tanh Neural Networks with Fixed Point Analysis",
    authors="H. Lee, H. Choi, H. Kim",
    year="2025",
)

_a, _x, _xi, _epsilon, _delta = sp.symbols("a x xi epsilon delta", real=True)
_zero, _one = sp.S.Zero, sp.S.One
_tanh = sp.tanh(_a * _x)
_positive, _supercritical = Relation(_a, ">", _zero), Relation(_a, ">", _one)
_subcritical = Relation(_a, "<=", _one)
_softsign = _a * _x / (1 + sp.Abs(_a * _x))
_above_one = Relation(_epsilon, ">", _zero)
_large = Relation(_a, ">=", 1 + _epsilon)
_square = 1 - _a**-2


def _claim(name: str, place: str, text: str, *conclusion: Part, where: tuple[Relation, ...] = ()) -> Claim:
    return Claim(f"fixed-points/{name}", text, conclusion, where, ANALYSIS, place)


def _corrected(name: str, wrong: str, text: str, *conclusion: Part, where: tuple[Relation, ...] = ()) -> Claim:
    place = f"what was wrong: {wrong}"
    return Claim(f"corrected/fixed-points/{name}", text, conclusion, where, CORRECTED, place)


def _at_fixed_point(*relations: Relation, map: Any = _tanh, where: tuple[Relation, ...] = ()) -> AtFixedPoint:
    return AtFixedPoint(map, _x, _xi, _a, relations, where)


CLAIMS = (
    _claim(
        "tanh/subcritical",
        "fixed points of tanh(ax)",
        "0 < a ≤ 1: 0 is the only fixed point of tanh(ax)",
        FixedPointCount(_tanh, _x, 1),
        where=(_positive, _subcritical),
    ),
    _claim(
        "tanh/supercritical",
        "fixed points of tanh(ax)",
        "a > 1: exactly three, −ξ_a < 0 < ξ_a",
        FixedPointCount(_tanh, _x, 3),
        where=(_supercritical,),
    ),
    _claim(
        "tanh/convergence",
        "iterates of tanh(ax)",
        "x_0 > 0: iterates of tanh(a·) converge to 0 if a ≤ 1, to ξ_a if a > 1",
        OrbitTends(_tanh, _x, _zero, (_positive, _subcritical)),
        OrbitTends(_tanh, _x, _xi, (_supercritical,)),
    ),
    _claim(
        "tanh/order",
        "tanh(ax) against x; nothing is said of negative x",
        "a > 1, x < ξ_a ⇒ tanh(ax) > x",
        _at_fixed_point(Relation(_tanh, ">", _x), where=(Relation(_x, "<", _xi),)),
        where=(_supercritical,),
    ),
    _corrected(
        "tanh/order",
        "tanh(ax) ≤ x for −ξ_a ≤ x ≤ 0, as tanh is odd",
        "a > 1: tanh(ax) > x for 0 < x < ξ_a and for x < −ξ_a",
        _at_fixed_point(Relation(_tanh, ">", _x), where=(Relation(_x, ">", _zero), Relation(_x, "<", _xi))),
        _at_fixed_point(Relation(_tanh, ">", _x), where=(Relation(_x, "<", -_xi),)),
        where=(_supercritical,),
    ),
    _claim(
        "tanh/eventually-small-gains",
        "compositions with changing gains",
        "a_n > 0, only finitely many > 1 ⇒ Φ_m(x) → 0 for every x",
        Gains(_tanh, _x, _a, (_positive,), (_subcritical,), below=_one, converges=True),
    ),
    _claim(
        "tanh/eventually-large-gains",
        "compositions with changing gains; nothing is said of gains that keep changing",
        "ε > 0, a_n > 0, only finitely many < 1+ε, x ≠ 0 ⇒ lim_m |Φ_m(x)| exists and is ≥ ξ_{1+ε}",
        Gains(_tanh, _x, _a, (_positive,), (_large,), above=1 + _epsilon, converges=True),
        where=(_above_one,),
    ),
    _corrected(
        "tanh/eventually-large-gains",
        "gains that alternate between two values give outputs that do",
        "0 < ε ≤ δ, a_n > 0, only finitely many outside [1+ε, 1+δ], x ≠ 0 ⇒ ξ_{1+ε} ≤ lim inf |Φ_m(x)| ≤ "
        "lim sup |Φ_m(x)| ≤ ξ_{1+δ}; for δ = ε the limit exists",
        Gains(
            _tanh,
            _x,
            _a,
            (_positive,),
            (_large, Relation(_a, "<=", 1 + _delta)),
            above=1 + _epsilon,
            below=1 + _delta,
        ),
        Gains(_tanh, _x, _a, (_positive,), (Relation(_a, "==", 1 + _epsilon),), 1 + _epsilon, 1 + _epsilon, True),
        where=(_above_one, Relation(_delta, ">=", _epsilon)),
    ),
    _claim(
        "tanh/eventually-large-gains-liminf",
        "compositions with changing gains",
        "ε > 0, a_n > 0, only finitely many < 1+ε, x ≠ 0 ⇒ lim inf_m |Φ_m(x)| ≥ ξ_{1+ε}",
        Gains(_tanh, _x, _a, (_positive,), (_large,), above=1 + _epsilon),
        where=(_above_one,),
    ),
    _claim(
        "tanh/bracket",
        "bounds of the fixed point of tanh(ax)",
        "a > 1: √(1 − a⁻²) ≤ ξ_a ≤ √(3(1 − a⁻²)/2)",
        _at_fixed_point(Relation(sp.sqrt(_square), "<=", _xi), Relation(_xi, "<=", sp.sqrt(3 * _square / 2))),
        where=(_supercritical,),
    ),
    _claim(
        "softsign/closed-form",
        "the fixed point of softsign(ax)",
        "a > 1: ξ_a = 1 − 1/a",
        _at_fixed_point(Relation(_xi, "==", 1 - 1 / _a), map=_softsign),
        where=(_supercritical,),
    ),
)
