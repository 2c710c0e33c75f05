"""The claims about odd sigmoids f: f(y)/y strictly decreasing, the fixed points of x ↦ f(ax), random gains."""

from __future__ import annotations

import sympy as sp

from theory.activations import activation
from theory.activations import z as _z
from theory.claim import Claim, Source
from theory.fixed_points import Star
from theory.ledger.corrected import OURS as CORRECTED
from theory.odd_sigmoids import DRIFT, Family, Normal, OneOrThree, RandomGains, Trait
from theory.statement import Part, Relation

PAPER = Source(
    key="odd-sigmoid",
    title="Signal Preserving Weight Initialization for Odd-Sigmoid Activations",
    authors="H. Lee, H. Choi, H. Kim",
    year="2025",
)

_a, _x, _y, _p, _r, _s = sp.symbols("a x y p r s", real=True)
_mu, _sigma = sp.symbols("mu s", real=True)
_zero, _one = sp.S.Zero, sp.S.One
_tanh = sp.tanh(_a * _x)
_steps = Family(
    _p * sp.tanh(_y) + (sp.tanh(_r * (_y - _s)) + sp.tanh(_r * (_y + _s))) / 2,
    _y,
    (Relation(_p, ">", _zero), Relation(_r, ">", _zero), Relation(_s, ">=", _zero)),
)
"""Sums of three steps: they rise at 0 and again at ±s, the more steeply the greater r is."""
_SIGMOID = (Trait.ODD, Trait.SMOOTH, Trait.BOUNDED, Trait.STRICTLY_INCREASING)
_STAR = (Trait.CONTINUOUS, Trait.ODD, Trait.BOUNDED, Trait.INCREASING, Trait.STAR)


def _claim(name: str, place: str, text: str, *conclusion: Part, where: tuple[Relation, ...] = ()) -> Claim:
    return Claim(f"odd-sigmoid/{name}", text, conclusion, where, PAPER, place)


def _corrected(name: str, wrong: str, text: str, *conclusion: Part, where: tuple[Relation, ...] = ()) -> Claim:
    place = f"what was wrong: {wrong}"
    return Claim(f"corrected/odd-sigmoid/{name}", text, conclusion, where, CORRECTED, place)


_logistic: sp.Expr = activation("logistic").definition.xreplace({_z: _y})  # pyright: ignore[reportAssignmentType]
_FUNCTIONS: dict[str, sp.Expr] = {
    **{name: activation(name).f(_y) for name in ("tanh", "arctan", "softsign", "erf", "gudermannian", "algebraic")},
    "logistic-centred": 2 * _logistic - 1,
}
"""The odd sigmoids by the last word of their ids."""

_STARS = tuple(
    _claim(
        f"star/{name}",
        "the class of odd sigmoids",
        f"f(y)/y is strictly decreasing on y > 0, f = {name}",
        Star(function, _y),
    )
    for name, function in _FUNCTIONS.items()
)

CLAIMS = (
    _claim(
        "three-fixed-points",
        "fixed points of f(ax); a > 0 and f′(0) > 0 are meant, for a < 0 the only one is 0",
        "f odd, C^∞, bounded, strictly increasing ⇒ φ_a has one fixed point for a < 1/f′(0) and three for a > 1/f′(0)",
        OneOrThree(_SIGMOID, _steps),
    ),
    _corrected(
        "three-fixed-points",
        "f may rise again away from 0, and the line x/a then meets it more often; f(y)/y has to decrease",
        "f odd, C^∞, bounded, strictly increasing, f(y)/y strictly decreasing on y > 0 ⇒ φ_a has one fixed point for "
        "0 < a < 1/f′(0) and three for a > 1/f′(0)",
        OneOrThree((*_SIGMOID, Trait.STAR)),
    ),
    _claim(
        "three-fixed-points-star",
        "fixed points of f(ax); a > 0 is meant",
        "the same for f continuous, odd, bounded, increasing, f′(0) > 0, with f(y)/y strictly decreasing on y > 0",
        OneOrThree(_STAR, _steps),
    ),
    *_STARS,
    _claim(
        "mean-gain",
        "compositions with random gains; s > 0 is meant",
        "tanh, gains iid N(μ, s²) with μ > 1 ⇒ Φ_m(x) does not tend to 0 in probability, x ≠ 0",
        RandomGains(_tanh, _x, _a, vanishes=False, law=Normal(_mu, _sigma)),
        where=(Relation(_mu, ">", _one), Relation(_sigma, ">", _zero)),
    ),
    _corrected(
        "mean-gain",
        "E log|a| decides, not the mean of a: near 0 the gains multiply",
        "tanh, iid gains with E|log|a|| < ∞ and E log|a| > 0, such as N(μ, s²) where that holds ⇒ Φ_m(x) does not tend "
        "to 0 in probability, x ≠ 0",
        RandomGains(_tanh, _x, _a, vanishes=False, drift=(Relation(DRIFT, ">", _zero),)),
    ),
    _claim(
        "log-gain",
        "compositions with random gains; E log⁺|a| < ∞, so that E log|a| has a meaning, and it may be −∞",
        "tanh, iid gains with E log|a| < 0 ⇒ Φ_m(x) → 0 almost surely",
        RandomGains(_tanh, _x, _a, vanishes=True, drift=(Relation(DRIFT, "<", _zero),)),
    ),
)
