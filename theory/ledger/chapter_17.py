"""Chapter 17, "Activation Functions and the Vanishing Gradient": activations, attenuation, initialisation, exercises.

σ is the logistic function, Φ and φ are distribution function and density of the standard normal distribution.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp

from theory.activations import activation, elu, leaky_relu
from theory.activations import z as argument
from theory.calculus import GaussianMean, LeastUpperBound, Near, OnlySolution, Product, Smooth, SupremumNorm, margin
from theory.claim import Claim, Source
from theory.ledger.corrected import OURS as CORRECTED
from theory.statement import Image, Part, Relation

CHAPTER_17 = Source("chapter-17", "Chapter 17: Activation Functions and the Vanishing Gradient", "", "")

_x, _y, _s, _w, _a, _c = sp.symbols("x y s w a c", real=True)
_alpha: Any = sp.Symbol("alpha", real=True)
_k = sp.Symbol("k", integer=True, positive=True)
_half, _quarter = sp.Rational(1, 2), sp.Rational(1, 4)


def _claim(name: str, place: str, text: str, *conclusion: Part, where: tuple[Relation, ...] = ()) -> Claim:
    return Claim(f"chapter-17/{name}", text, conclusion, where, source=CHAPTER_17, place=place)


def _corrected(name: str, wrong: str, text: str, *conclusion: Part, where: tuple[Relation, ...] = ()) -> Claim:
    place = f"what was wrong: {wrong}"
    return Claim(f"corrected/chapter-17/{name}", text, conclusion, where, source=CORRECTED, place=place)


def _of(name: str, at: Any = _x) -> Any:
    """The activation as the literature writes it."""
    return activation(name).definition.subs(argument, at)


def _slope(f: Any) -> Any:
    return sp.diff(f, _x)


def _limit(f: Any, to: Any) -> Any:
    return sp.Limit(f, _x, to, "-" if to is sp.oo else "+")


def _logistic(at: Any) -> Any:
    return 1 / (1 + sp.exp(-at))


def _parametric(family: Any) -> Any:
    """leaky relu or elu with the parameter α, written with a positive symbol and then with a real one."""
    positive = sp.Symbol("alpha", positive=True)
    return family(positive).definition.subs({positive: _alpha, argument: _x})


_sigma, _tanh, _gelu = _logistic(_x), sp.tanh(_x), _of("gelu")
_leaky, _elu = _parametric(leaky_relu), _parametric(elu)
_Phi: Any = (1 + sp.erf(_x / sp.sqrt(2))) / 2
_phi: Any = sp.exp(-(_x**2) / 2) / sp.sqrt(2 * sp.pi)
_gelu_slope: Any = _Phi + _x * _phi
_slope_of_sigma: Any = _sigma * (1 - _sigma)
_leaky_slope, _elu_slope = (
    sp.Piecewise((1, _x > 0), (_alpha, True)),
    sp.Piecewise((1, _x > 0), (_alpha * sp.exp(_x), True)),
)
_off_zero = (Relation(_x, "!=", sp.S.Zero),)
_positive = (Relation(_alpha, ">", sp.S.Zero),)
_below_one = (*_positive, Relation(_alpha, "<", sp.S.One))
_somewhere = (Near(sp.S.One),)

SIGMOID = (
    _claim("sigmoid/derivative", "17.1", "σ′ = σ(1 − σ)", Relation(sp.Derivative(_sigma, _x), "==", _slope_of_sigma)),
    _claim(
        "sigmoid/maximum-slope",
        "17.1",
        "max σ′ = 1/4, attained at 0 and only there",
        LeastUpperBound(_slope(_sigma), _x, _quarter, (Near(sp.S.Zero),), only=(sp.S.Zero,)),
    ),
    _claim(
        "sigmoid/range",
        "17.1",
        "the image of σ is (0, 1)",
        Image(_sigma, _x, sp.Interval(-sp.oo, sp.oo), sp.Interval.open(0, 1)),
    ),
    _claim(
        "sigmoid/increasing",
        "17.1",
        "σ is strictly increasing",
        Relation(_sigma, "<", _logistic(_y)),
        where=(Relation(_x, "<", _y),),
    ),
    _claim("sigmoid/symmetry", "17.1", "σ(−x) = 1 − σ(x)", Relation(_logistic(-_x), "==", 1 - _sigma)),
    _claim(
        "sigmoid/tails",
        "17.1",
        "σ′ → 0 at ±∞",
        *(Relation(_limit(_slope_of_sigma, end), "==", sp.S.Zero) for end in (sp.oo, -sp.oo)),
    ),
    _claim("tanh/relation", "17.2", "tanh x = 2σ(2x) − 1", Relation(_tanh, "==", 2 * _logistic(2 * _x) - 1)),
    _claim(
        "tanh/maximum-slope",
        "17.2",
        "max tanh′ = 1, attained at 0 and only there",
        LeastUpperBound(1 - _tanh**2, _x, sp.S.One, (Near(sp.S.Zero),), only=(sp.S.Zero,)),
    ),
)

RECTIFIERS = (
    _claim(
        "relu/derivative",
        "17.3",
        "relu′(x) = 1 for x > 0 and 0 for x < 0",
        Relation(sp.Derivative(_of("relu"), _x), "==", sp.Piecewise((1, _x > 0), (0, True))),
        where=_off_zero,
    ),
    _claim(
        "leaky-relu/derivative",
        "17.4",
        "leaky relu′(x) = 1 for x > 0 and α for x < 0",
        Relation(sp.Derivative(_leaky, _x), "==", _leaky_slope),
        where=(*_off_zero, *_positive),
    ),
    _claim(
        "elu/derivative",
        "17.4",
        "elu′(x) = 1 for x > 0 and α eˣ for x < 0",
        Relation(sp.Derivative(_elu, _x), "==", _elu_slope),
        where=(*_off_zero, *_positive),
    ),
    _claim(
        "leaky-relu/max-form",
        "17.4, the comparison table",
        "leaky relu with slope α > 0 equals max(αx, x) for all x",
        Relation(_leaky, "==", sp.Max(_alpha * _x, _x)),
        where=_positive,
    ),
    _claim(
        "leaky-relu/maximum-slope",
        "17.5, the comparison table",
        "sup |f′| = 1 for every α ∈ (0, 1), f = leaky relu",
        LeastUpperBound(sp.Abs(_leaky_slope), _x, sp.S.One, _somewhere),
        where=(*_off_zero, *_below_one),
    ),
    _claim(
        "elu/continuously-differentiable",
        '17.4, "smooth at x = 0"',
        "elu is C¹ on ℝ for every α > 0",
        Smooth(_elu, _x, sp.S.One),
        where=_positive,
    ),
    _claim(
        "elu/smooth",
        '17.4, "smooth at x = 0"',
        "elu with α = 1 is C^∞ at 0",
        Smooth(_elu.subs(_alpha, 1), _x, sp.oo, at=sp.S.Zero),
    ),
    _claim(
        "elu/range",
        "17.5, the comparison table",
        "the image of elu is (−α, ∞), α > 0",
        Image(_elu, _x, sp.Interval(-sp.oo, sp.oo), sp.Interval.open(-_alpha, sp.oo)),
        where=_positive,
    ),
    _claim(
        "elu/maximum-slope",
        "17.5, the comparison table",
        "sup |f′| = 1 for every α > 0, f = elu",
        LeastUpperBound(sp.Abs(_elu_slope), _x, sp.S.One, _somewhere),
        where=(*_off_zero, *_positive),
    ),
)

_largest_slope: Any = _gelu_slope.subs(_x, sp.sqrt(2))
_tanh_formula: Any = _x / 2 * (1 + sp.tanh(sp.sqrt(2 / sp.pi) * (_x + sp.Rational("0.044715") * _x**3)))

GELU = (
    _claim(
        "gelu/derivative", "17.4", "gelu′(x) = Φ(x) + x φ(x)", Relation(sp.Derivative(_gelu, _x), "==", _gelu_slope)
    ),
    _claim(
        "gelu/maximum-slope",
        "17.4",
        "sup |gelu′| = Φ(√2) + √2 φ(√2), attained only at x = √2",
        LeastUpperBound(sp.Abs(_gelu_slope), _x, _largest_slope, (Near(sp.sqrt(2)),), only=(sp.sqrt(2),)),
    ),
    _claim(
        "gelu/tanh-approximation",
        "17.4",
        "sup |gelu − x/2·(1 + tanh(√(2/π)(x + 0.044715 x³)))| over ℝ is at most 1/2000",
        SupremumNorm(_gelu - _tanh_formula, _x, sp.Rational(1, 2000)),
    ),
)

_sigmoid_factor: Any = sp.diff(_logistic(argument), argument)


def _entries() -> Iterator[Relation]:
    """The printed entries of the table of (1/4)^k: each is right to half a unit of its last digit."""
    printed = {
        1: (("0.25", -2), ("2.5e-1", -2)),
        3: (("0.0156", -4), ("1.6e-2", -3)),
        5: (("9.77e-4", -6), ("1e-3", -3)),
        10: (("9.54e-7", -9), ("1e-6", -6)),
        20: (("9.09e-13", -15), ("1e-12", -12)),
    }
    for layers, entries in printed.items():
        for entry, place in entries:
            gap = sp.Abs(_quarter**layers - sp.Rational(entry))
            yield Relation(gap, "<=", sp.Rational(10) ** place / 2)


ATTENUATION = (
    _claim(
        "attenuation/sigmoid",
        "17.5",
        "∏_{i≤k} σ′(z_i) ≤ 4^{−k} for all z ∈ ℝᵏ, all k",
        Product(_sigmoid_factor, (argument,), _k, "<=", _quarter),
    ),
    _claim(
        "attenuation/sigmoid-any-weights",
        "17.5",
        "|∏_{i≤k} w_i σ′(z_i)| ≤ 4^{−k} for all real weights w_i",
        Product(_w * _sigmoid_factor, (_w, argument), _k, "<=", _quarter),
    ),
    _claim(
        "attenuation/tanh",
        "Exercise 17.4",
        "∏_{i≤10} |tanh′(z_i)| ≤ 1, and 1 is attained",
        Product(
            1 - sp.tanh(argument) ** 2, (argument,), sp.Integer(10), "<=", sp.S.One, attained={argument: sp.S.Zero}
        ),
    ),
    _claim(
        "attenuation/table",
        "17.5, the table",
        "every printed entry (k = 1, 3, 5, 10, 20) is (1/4)^k rounded to the digits printed",
        *_entries(),
    ),
)

# w stands for any θ_i, and a for the output before it.
_residual: Any = _logistic(_w * _a) + _a
_residual_slope: Any = sp.diff(_residual, _a)
_z: Any = sp.Symbol("z", real=True)

NETWORKS = (
    _claim(
        "residual/gradient-nonnegative-weights",
        "17.6",
        "a_i = σ(θ_i a_{i−1}) + a_{i−1}, θ_i ≥ 0 ⇒ ∂a_l/∂a_0 ≥ 1",
        Product(_residual_slope, (_w, _a), _k, ">=", sp.S.One, layer=(_residual, _a)),
        where=(Relation(_w, ">=", sp.S.Zero),),
    ),
    _claim(
        "residual/gradient-any-weights",
        "17.6",
        "a_i = σ(θ_i a_{i−1}) + a_{i−1} ⇒ ∂a_l/∂a_0 ≥ 1",
        Product(_residual_slope, (_w, _a), _k, ">=", sp.S.One, layer=(_residual, _a)),
    ),
    _claim(
        "initialization/he-second-moment",
        "17.6",
        "z ∼ N(0, s²) ⇒ E[relu(z)²] = s²/2",
        GaussianMean(sp.Max(_z, 0) ** 2, _z, _s, "==", _s**2 / 2),
        where=(Relation(_s, ">", sp.S.Zero),),
    ),
    _claim(
        "initialization/xavier-tanh",
        "17.6",
        "z ∼ N(0, s²), s > 0 ⇒ E[tanh(z)²] = s²",
        GaussianMean(sp.tanh(_z) ** 2, _z, _s, "==", _s**2),
        where=(Relation(_s, ">", sp.S.Zero),),
    ),
)

_f: Any = sp.Symbol("f", real=True)
EXERCISES = (
    _claim(
        "exercise/17-1",
        "Exercise 17.1",
        "σ is the only solution of f′ = f(1−f), f(0) = 1/2",
        OnlySolution(_sigma, _x, _f * (1 - _f), _f, _half),
    ),
    _claim(
        "exercise/17-2",
        "Exercise 17.2",
        "tanh′ follows from σ′ through tanh x = 2σ(2x) − 1",
        Relation(_tanh, "==", 2 * _logistic(2 * _x) - 1),
        Relation(sp.Derivative(2 * _logistic(2 * _x) - 1, _x), "==", 4 * _logistic(2 * _x) * (1 - _logistic(2 * _x))),
        Relation(4 * _s * (1 - _s), "==", 1 - (2 * _s - 1) ** 2),
    ),
)

CORRECTIONS = (
    _corrected(
        "leaky-relu/max-form",
        "for α > 1 the larger one of αx and x is the other one",
        "leaky relu with slope 0 < α ≤ 1 equals max(αx, x) for all x",
        Relation(_leaky, "==", sp.Max(_alpha * _x, _x)),
        where=(*_positive, Relation(_alpha, "<=", sp.S.One)),
    ),
    _corrected(
        "elu/continuously-differentiable",
        "the slope jumps at 0 from α to 1",
        "elu is continuous on ℝ for every α > 0, and C¹ for α = 1",
        Smooth(_elu, _x, sp.S.Zero),
        Smooth(_elu.subs(_alpha, 1), _x, sp.S.One),
        where=_positive,
    ),
    _corrected(
        "elu/smooth",
        "the second derivative jumps at 0 from 1 to 0",
        "elu with α = 1 is C¹ at 0",
        Smooth(_elu.subs(_alpha, 1), _x, sp.S.One, at=sp.S.Zero),
    ),
    _corrected(
        "elu/maximum-slope",
        "the slope tends to α on the left of 0",
        "sup |f′| = max(1, α) for every α > 0, f = elu",
        LeastUpperBound(
            sp.Abs(_elu_slope),
            _x,
            sp.Max(1, _alpha),
            (
                Near(sp.S.One, (Relation(_alpha, "<=", sp.S.One),)),
                Near(-margin / _alpha, (Relation(_alpha, ">", sp.S.One),)),
            ),
        ),
        where=(*_off_zero, *_positive),
    ),
    _corrected(
        "attenuation/sigmoid-any-weights",
        "a weight may be larger than 1",
        "|∏_{i≤k} w_i σ′(z_i)| ≤ (c/4)^k for all weights |w_i| ≤ c",
        Product(_w * _sigmoid_factor, (_w, argument), _k, "<=", _c / 4),
        where=(Relation(_c, ">=", sp.S.Zero), Relation(sp.Abs(_w), "<=", _c)),
    ),
    _corrected(
        "residual/gradient-any-weights",
        "a negative weight makes the factor 1 + θσ′ of a layer less than 1",
        "a_i = σ(θ_i a_{i−1}) + a_{i−1}, θ_i ≥ −c, 0 ≤ c ≤ 4 ⇒ ∂a_l/∂a_0 ≥ (1 − c/4)^l",
        Product(_residual_slope, (_w, _a), _k, ">=", 1 - _c / 4, layer=(_residual, _a)),
        where=(Relation(_c, ">=", sp.S.Zero), Relation(_c, "<=", sp.Integer(4)), Relation(_w, ">=", -_c)),
    ),
    _corrected(
        "initialization/xavier-tanh",
        "|tanh z| < |z| but at 0",
        "z ∼ N(0, s²), s > 0 ⇒ E[tanh(z)²] < s²",
        GaussianMean(sp.tanh(_z) ** 2, _z, _s, "<", _s**2, majorant=_z**2),
        where=(Relation(_s, ">", sp.S.Zero),),
    ),
)

CLAIMS = (*SIGMOID, *RECTIFIERS, *GELU, *ATTENUATION, *NETWORKS, *EXERCISES)
