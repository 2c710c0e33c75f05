"""For every claim of the sources that is false, the strongest true statement of the same form that is proved here.

`place` says in one line what was wrong with the claim of the same id.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp

from theory.activations import activation
from theory.chain import x
from theory.claim import Claim, Depth, Source
from theory.ledger import _thresholds as at
from theory.ledger._source import (
    EVERY_DEPTH,
    EVERY_LAYER,
    EVERY_OUTPUT,
    INNER_LAYERS,
    INNER_OUTPUTS,
    THREE_HALVES,
    TWO_LAYERS_OR_MORE,
)
from theory.ledger.theorem_1 import H1
from theory.notation import D, G, Ga, Gn, P, Pa, alpha, d, f, fp, i, k, l, r, t, theta, v, z
from theory.proof import FAR_OUT, Induction, LimitOverLayers, Saturation, Threshold, out, scaled_out
from theory.statement import Every, Part, Relation

OURS = Source(key="corrected", title="Corrections of the claims of the sources", authors="gradproof", year="2026")

_half = sp.Rational(1, 2)
_log = sp.log(1 / t)
_size = sp.Abs(theta[i])
_positive = (Relation(alpha, ">", sp.S.Zero),)
_slope = sp.exp(-THREE_HALVES * sp.Rational(17, 10) * alpha)  # sech²(u) ≤ 4 e^{−2|u|}
_sizes = (Relation(sp.Abs(x), "==", THREE_HALVES), Every(Relation(sp.Abs(theta[i]), "==", THREE_HALVES), i, 1, l))


def _corrected(name: str, wrong: str, text: str, *conclusion: Part, where: Any = (), **said: Any) -> Claim:
    id = f"corrected/ven-lederer/{name}"
    return Claim(id, text, conclusion, where, source=OURS, place=f"what was wrong: {wrong}", **said)


def _restricted(name: str, wrong: str, text: str, bound: Relation, *conclusion: Part, depth: Depth, proof: Any = ()):
    """A statement of Theorem 1 for fewer t."""
    where = (*H1, bound)
    return _corrected(f"theorem-1/{name}", wrong, text, *conclusion, where=where, depth=depth, proof=proof)


def _cases(threshold: Threshold) -> tuple[Induction, ...]:
    """The proof of a threshold where its core is a hypothesis."""
    return tuple(replace(case, where=tuple(w for w in case.where if w != threshold.core)) for case in threshold.proof)


def _knowing(threshold: Threshold) -> tuple[Induction, ...]:
    """The proof of a threshold where its core follows from the hypotheses."""
    return tuple(replace(case, where=(), given=(*case.given, threshold.core)) for case in threshold.proof)


def _to_infinity(expression: Any, symbol: Any = alpha) -> Any:
    return sp.Limit(expression, symbol, sp.oo, "-")


def _offset(name: str, slope: Any) -> Claim:
    of = activation(name).definition
    at_origin = of.subs(z, 0)
    limit = _to_infinity(alpha * (of.subs(z, z / alpha) - at_origin))
    wrong = "f(0) ≠ 0, so that α f(z/α) grows beyond all bounds"
    text = f"α (f(z/α) − f(0)) → {slope}·z as α → ∞, f = {name}"
    return _corrected(f"properties/{name}/linear-at-origin", wrong, text, Relation(limit, "==", slope * z))


_log_sigmoid = activation("log-sigmoid")
_elu, _gelu = activation("elu").definition, activation("gelu").definition
_tanh_scaled = alpha * sp.tanh(z / alpha)

SECTION_2 = (
    _corrected(
        "gradient/as-printed",
        "the sign (∂(y − g)/∂θ_k = −G_k), and at k = 1 the factor x is missing",
        "∂h[y−g]/∂θ_k = −d·G_k",
        Relation(D[k], "==", -d * G[k]),
        depth=EVERY_LAYER,
    ),
    _corrected(
        "gradient/magnitude-first",
        "at k = 1 the factor |x| is missing",
        "|∂h[y−g]/∂θ_1| = |x|·|d·P_1|",
        Relation(sp.Abs(D[1]), "==", sp.Abs(x) * sp.Abs(d * P[1])),
        depth=EVERY_DEPTH,
    ),
    _corrected(
        "factors-below-one",
        "f^0 := 1 is not below 1, and 1 − f_i² = 1 where θ_i f_{i−1} = 0",
        "|f^{k−1}|, |1−(f^l)²|, …, |1−(f^k)²| ≤ 1, with f^0 := 1",
        Relation(sp.Abs(fp[k - 1]), "<=", sp.S.One),
        Every(Relation(sp.Abs(1 - f[i] ** 2), "<=", sp.S.One), i, k, l),
        depth=EVERY_LAYER,
    ),
    _corrected(
        "saturation-limit",
        "for v = 0 the expression is z",
        "for every fixed v ≠ 0: (1 − tanh(vz)²)·z → 0 as z → ∞",
        Relation(_to_infinity((1 - sp.tanh(v * z) ** 2) * z, z), "==", sp.S.Zero),
        where=(Relation(v, "!=", sp.S.Zero),),
    ),
)

_too_far = "false for t near 1: the exact set of t is the range of the claim"

THEOREM_1 = (
    _restricted(
        "small-gradient",
        _too_far,
        "under H1(t), t ≤ 73/100: |d·G_k| ≤ |d|·t",
        Relation(t, "<=", sp.Rational(73, 100)),
        Relation(sp.Abs(d * G[k]), "<=", sp.Abs(d) * t),
        depth=EVERY_LAYER,
        proof=at.SMALL_GRADIENT.proof,
    ),
    _restricted(
        "small-gradient-printed",
        _too_far,
        "under H1(t), t ≤ 29/100: |d·P_k| ≤ |d|·t",
        Relation(t, "<=", sp.Rational(29, 100)),
        Relation(sp.Abs(d * P[k]), "<=", sp.Abs(d) * t),
        depth=EVERY_LAYER,
        proof=_knowing(at.SMALL_GRADIENT_PRINTED),
    ),
    _restricted(
        "regularized-gradient",
        _too_far,
        "under H1(t), t ≤ 62/100: |∂/∂θ_k (h[y−g] + (r/2)∑θ_i²)| ≥ |d|·log(1/t)",
        Relation(t, "<=", sp.Rational(62, 100)),
        Relation(sp.Abs(D[k] + r * theta[k]), ">=", sp.Abs(d) * _log),
        depth=EVERY_LAYER,
        proof=at.REGULARIZED_GRADIENT.proof,
    ),
    _restricted(
        "regularized-gradient-printed",
        _too_far,
        "under H1(t), t ≤ 51/100: |±d·P_k + r θ_k| ≥ |d|·log(1/t), for either sign",
        Relation(t, "<=", sp.Rational(51, 100)),
        Relation(sp.Abs(d * P[k] + r * theta[k]), ">=", sp.Abs(d) * _log),
        Relation(sp.Abs(-d * P[k] + r * theta[k]), ">=", sp.Abs(d) * _log),
        depth=EVERY_LAYER,
        proof=_knowing(at.REGULARIZED_GRADIENT_PRINTED),
    ),
    _corrected(
        "theorem-1/proof/leading-factor-true",
        "at k = 1 the factor is x, which may be of any size",
        "under H1(t): |f_{k−1}| ≤ 1 for k ≥ 2",
        Relation(sp.Abs(f[k - 1]), "<=", sp.S.One),
        where=H1,
        depth=INNER_LAYERS,
    ),
    _restricted(
        "proof/first-output",
        "|θ_1 x| ≥ log(1/t), which is 1 or more for t ≤ 1/e only",
        "under H1(t), t ≤ 1/e: |f_1| ≥ tanh 1",
        Relation(_log, ">=", sp.S.One),
        Relation(sp.Abs(f[1]), ">=", sp.tanh(1)),
        depth=EVERY_DEPTH,
        proof=_cases(at.FIRST_OUTPUT),
    ),
    _restricted(
        "proof/parameters-at-least-two",
        "|θ_i| ≥ 2 log(1/t), which is 2 or more for t ≤ 1/e only",
        "under H1(t), t ≤ 1/e: |θ_i| ≥ 2 for i ≥ 2",
        Relation(2 * _log, ">=", sp.Integer(2)),
        Relation(_size, ">=", sp.Integer(2)),
        depth=INNER_OUTPUTS,
        proof=_cases(at.PARAMETERS_AT_LEAST_TWO),
    ),
    _restricted(
        "proof/outputs-at-least-half",
        "f_1 may be as small as tanh(log(1/t)), which is 1/2 or more for t ≤ 1/√3 only",
        "under H1(t), t ≤ 1/√3: |f_i| ≥ 1/2 for i = 1, …, l",
        at.OUTPUTS_AT_LEAST_HALF.core,
        Relation(sp.Abs(f[i]), ">=", _half),
        depth=EVERY_OUTPUT,
        proof=_cases(at.OUTPUTS_AT_LEAST_HALF),
    ),
    _restricted(
        "proof/parameter-lower-bound",
        "the outputs have to stay above 1/4, which they do for t ≤ 3/5 only",
        "under H1(t), t ≤ 3/5: |θ_k| ≥ log(1/t)/(2|f_{k−1}|) for k ≥ 2",
        Relation(t, "<=", sp.Rational(3, 5)),
        Relation(sp.Abs(theta[k]), ">=", _log / (2 * sp.Abs(f[k - 1]))),
        depth=INNER_LAYERS,
        proof=(Induction(given=at.LARGE_FROM_X, outputs=(Relation(sp.Abs(out), ">=", sp.Rational(1, 4)),)),),
    ),
    _restricted(
        "proof/log-over-square",
        "the outputs have to stay above 1/2",
        "under H1(t), t ≤ 1/√3: 2 log(1/t) ≥ log(1/t)/(2 f_i²) for i ≥ 2",
        at.LOG_OVER_SQUARE.core,
        Relation(2 * _log, ">=", _log / (2 * f[i] ** 2)),
        depth=INNER_OUTPUTS,
        proof=_cases(at.LOG_OVER_SQUARE),
    ),
    _restricted(
        "proof/quarter",
        "it says log(1/t) ≥ 1/2",
        "under H1(t), t ≤ e^{−1/2}: log(1/t)/(2 f_i²) ≥ 1/(4 f_i²) for i ≥ 2",
        at.QUARTER.core,
        Relation(_log / (2 * f[i] ** 2), ">=", 1 / (4 * f[i] ** 2)),
        depth=INNER_OUTPUTS,
        proof=_cases(at.QUARTER),
    ),
    _restricted(
        "proof/log-versus-root",
        "log|θ_i| is negative for |θ_i| < 1",
        "under H1(t), t < e^{−1/2}: |θ_i|/log|θ_i| ≥ √|θ_i| for i ≥ 2",
        Relation(2 * _log, ">", sp.S.One),
        Relation(_size / sp.log(_size), ">=", sp.sqrt(_size)),
        depth=INNER_OUTPUTS,
        proof=(Induction(given=at.LARGE),),
    ),
    _restricted(
        "proof/root-versus-output",
        "small parameters make the outputs smaller from layer to layer",
        "under H1(t), t ≤ 58/100: √|θ_i| ≥ 1/(2|f_i|) for i ≥ 2",
        Relation(t, "<=", sp.Rational(58, 100)),
        Relation(sp.sqrt(_size), ">=", 1 / (2 * sp.Abs(f[i]))),
        depth=INNER_OUTPUTS,
        proof=_knowing(at.ROOT_VERSUS_OUTPUT),
    ),
    _restricted(
        "proof/factor-at-most-one",
        "where f_{i−1} is below max v sech² v = 0.4478…, some θ_i makes the factor larger than 1",
        "under H1(t), t ≤ 58/100: |(1 − f_i²) θ_i| ≤ 1 for i ≥ 2",
        Relation(t, "<=", sp.Rational(58, 100)),
        Relation(sp.Abs((1 - sp.tanh(theta[i] * f[i - 1]) ** 2) * theta[i]), "<=", sp.S.One),
        depth=INNER_OUTPUTS,
        proof=at.FACTOR_AT_MOST_ONE.proof,
    ),
)

PROPERTIES = (
    _offset("logistic", sp.Rational(1, 4)),
    _offset("log-sigmoid", _half),
    _corrected(
        "properties/log-sigmoid/bounded",
        "log-sigmoid is unbounded below",
        "f(z) < 0 for all z, f = log-sigmoid",
        Relation(_log_sigmoid.definition, "<", sp.S.Zero),
    ),
    _corrected(
        "properties/log-sigmoid/vanishing-derivative",
        "f′ → 1 as z → −∞",
        "f′(z)·z → 0 as z → +∞ and f′(z)·z → −∞ as z → −∞, f = log-sigmoid",
        Relation(_to_infinity(_log_sigmoid.derivative * z, z), "==", sp.S.Zero),
        Relation(sp.Limit(_log_sigmoid.derivative * z, z, -sp.oo, "+"), "==", -sp.oo),
    ),
    _corrected(
        "properties/log-sigmoid/positive-limit",
        "the limit is 0",
        "lim f(z) = 0 as z → ∞, f = log-sigmoid",
        Relation(_to_infinity(_log_sigmoid.definition, z), "==", sp.S.Zero),
    ),
    _corrected(
        "properties/arctan/bounded",
        "the bound is π/2",
        "|f(z)| < π/2 for all z, f = arctan",
        Relation(sp.Abs(sp.atan(z)), "<", sp.pi / 2),
    ),
)

SCALING = (
    _corrected(
        "scaling/elu-invariance",
        "for z < 0 it is α(e^{z/α} − 1)",
        "α elu(z/α) = elu(z) for z ≥ 0, α > 0",
        Relation(alpha * _elu.subs(z, z / alpha), "==", _elu),
        where=(*_positive, Relation(z, ">=", sp.S.Zero)),
    ),
    _corrected(
        "scaling/gelu-invariance",
        "Φ(z/α) is not Φ(z)",
        "α gelu(z/α) = z Φ(z/α), α > 0",
        Relation(alpha * _gelu.subs(z, z / alpha), "==", z * (1 + sp.erf(z / (alpha * sp.sqrt(2)))) / 2),
        where=_positive,
    ),
    _corrected(
        "scaling/derivative-increases",
        "at z = 0 both are 1",
        "(f_α)′(z) > f′(z) for all z ≠ 0, all α > 1, f = tanh",
        Relation(sp.Derivative(_tanh_scaled, z), ">", sp.Derivative(sp.tanh(z), z)),
        where=(Relation(alpha, ">", sp.S.One), Relation(z, "!=", sp.S.Zero)),
    ),
    _corrected(
        "scaling/gradient-magnitude-first",
        "at k = 1 the factor is x/α, not 1",
        "|∂h/∂θ_1| = |(x/α)·d·α·(1−(f_α^l)²)⋯(1−(f_α^1)²)∏_{i>1}θ_i|",
        Relation(sp.Abs(-d * Ga[1]), "==", sp.Abs(x * d * Pa[1] / alpha)),
        where=_positive,
        depth=EVERY_DEPTH,
    ),
    _corrected(
        "theorem-2/proof/outputs-above-tanh-1.3",
        "tanh 1.3 is above the fixed point of tanh(1.5·), which the outputs approach",
        "|f_i| ≥ 429/500 for i = 1, …, l (hypotheses of Theorem 2)",
        Relation(sp.Abs(f[i]), ">=", sp.Rational(429, 500)),
        where=_sizes,
        depth=EVERY_OUTPUT,
        proof=(Induction(outputs=(Relation(sp.Abs(out), ">=", sp.Rational(429, 500)),)),),
    ),
    _corrected(
        "theorem-2/scaled-limit-printed",
        "at k = 1 the printed right-hand side has 1 in the place of x/α, and grows like α",
        "as in Theorem 2 for k ≥ 2: the printed right-hand side → |d|·1.5^{l−1}·|x|",
        Relation(_to_infinity(sp.Abs(d * Pa[k])), "==", sp.Abs(d) * THREE_HALVES ** (l - 1) * sp.Abs(x)),
        where=_sizes,
        depth=INNER_LAYERS,
        proof=(LimitOverLayers(sp.Abs(scaled_out) ** 3 / 3, scaled_out**2),),
    ),
    _corrected(
        "naive-scaling/explodes",
        "every layer after the first has an argument of size α, and a slope that vanishes with it",
        "with tanh replaced by α·tanh(·), |x| = |θ_i| = 1.5: |∂h/∂θ_k| → 0 as α → ∞, for every l ≥ 2 and every k",
        Relation(_to_infinity(sp.Abs(d * Gn[k])), "==", sp.S.Zero),
        where=_sizes,
        depth=TWO_LAYERS_OR_MORE,
        proof=(Saturation(FAR_OUT, sp.S.One, 6 * alpha * _slope, 3 * alpha / 2, 4 * alpha**2 * _slope),),
    ),
)

CLAIMS = (*SECTION_2, *THEOREM_1, *PROPERTIES, *SCALING)
