"""Ven & Lederer (2021), Theorem 1 (the large-parameters regime) and every step of its proof."""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Depth
from theory.ledger import _thresholds
from theory.ledger._source import EVERY_DEPTH, EVERY_LAYER, EVERY_OUTPUT, INNER_LAYERS, INNER_OUTPUTS, claim
from theory.notation import D, G, P, d, f, fp, i, k, l, r, t, theta, x, zz
from theory.proof import Threshold
from theory.statement import Every, Part, Relation

_half = sp.Rational(1, 2)
_log = sp.log(1 / t)
_size = sp.Abs(theta[i])

H1 = (
    Relation(sp.S.Zero, "<", t),
    Relation(t, "<", sp.S.One),
    Relation(x, "!=", sp.S.Zero),
    Relation(r, ">=", sp.Abs(d)),
    Every(Relation(_size, ">=", _log / sp.Min(sp.Abs(x), _half)), i, 1, l),
)
"""t ∈ (0, 1), x ≠ 0, r ≥ |d|, and |θ_i| ≥ log(1/t)/min{|x|, 1/2} for every i."""


def _theorem(
    name: str, place: str, text: str, *conclusion: Part, threshold: Threshold, depth: Depth = EVERY_LAYER
) -> Claim:
    return claim(f"theorem-1/{name}", place, text, *conclusion, where=H1, depth=depth, parameter=t, threshold=threshold)


def _step(
    name: str, place: str, text: str, *conclusion: Part, depth: Depth, threshold: Threshold | None = None
) -> Claim:
    where = f"proof of Theorem 1, {place}"
    name = f"theorem-1/proof/{name}"
    return claim(name, where, text, *conclusion, where=H1, depth=depth, parameter=t, threshold=threshold)


CLAIMS = (
    _theorem(
        "small-gradient",
        "Theorem 1, first display",
        "under H1(t): |d·G_k| ≤ |d|·t",
        Relation(sp.Abs(d * G[k]), "<=", sp.Abs(d) * t),
        threshold=_thresholds.SMALL_GRADIENT,
    ),
    _theorem(
        "small-gradient-printed",
        "Theorem 1, first display",
        "under H1(t): |d·P_k| ≤ |d|·t",
        Relation(sp.Abs(d * P[k]), "<=", sp.Abs(d) * t),
        threshold=_thresholds.SMALL_GRADIENT_PRINTED,
    ),
    _theorem(
        "regularized-gradient",
        "Theorem 1, second display",
        "under H1(t): |∂/∂θ_k (h[y−g] + (r/2)∑θ_i²)| ≥ |d|·log(1/t)",
        Relation(sp.Abs(D[k] + r * theta[k]), ">=", sp.Abs(d) * _log),
        threshold=_thresholds.REGULARIZED_GRADIENT,
    ),
    _theorem(
        "regularized-gradient-printed",
        "Theorem 1, second display",
        "under H1(t): |±d·P_k + r θ_k| ≥ |d|·log(1/t), for either sign",
        Relation(sp.Abs(d * P[k] + r * theta[k]), ">=", sp.Abs(d) * _log),
        Relation(sp.Abs(-d * P[k] + r * theta[k]), ">=", sp.Abs(d) * _log),
        threshold=_thresholds.REGULARIZED_GRADIENT_PRINTED,
    ),
    _step(
        "leading-factor",
        "first sentence",
        "|f^{k−1}| ≤ 1, with f^0 := 1",
        Relation(sp.Abs(fp[k - 1]), "<=", sp.S.One),
        depth=EVERY_LAYER,
    ),
    _step(
        "leading-factor-true",
        "first sentence",
        "|f_{k−1}| ≤ 1, with f_0 = x",
        Relation(sp.Abs(f[k - 1]), "<=", sp.S.One),
        depth=EVERY_LAYER,
        threshold=_thresholds.LEADING_FACTOR_TRUE,
    ),
    _step(
        "first-output",
        "first display",
        "|f_1| ≥ tanh 1",
        Relation(sp.Abs(f[1]), ">=", sp.tanh(1)),
        depth=EVERY_DEPTH,
        threshold=_thresholds.FIRST_OUTPUT,
    ),
    claim(
        "theorem-1/proof/tanh-one",
        "proof of Theorem 1, first display",
        "tanh 1 ≥ 1/2",
        Relation(sp.tanh(sp.S.One), ">=", _half),
    ),
    _step(
        "parameters-at-least-two",
        "below the first display",
        "|θ_i| ≥ 2 for i ≥ 2",
        Relation(_size, ">=", sp.Integer(2)),
        depth=INNER_OUTPUTS,
        threshold=_thresholds.PARAMETERS_AT_LEAST_TWO,
    ),
    _step(
        "outputs-at-least-half",
        "below the first display",
        "|f_i| ≥ 1/2 for i = 1, …, l",
        Relation(sp.Abs(f[i]), ">=", _half),
        depth=EVERY_OUTPUT,
        threshold=_thresholds.OUTPUTS_AT_LEAST_HALF,
    ),
    _step(
        "parameter-lower-bound",
        "second display",
        "|θ_k| ≥ log(1/t)/(2|f_{k−1}|) for k ≥ 2",
        Relation(sp.Abs(theta[k]), ">=", _log / (2 * sp.Abs(f[k - 1]))),
        depth=INNER_LAYERS,
        threshold=_thresholds.PARAMETER_LOWER_BOUND,
    ),
    _step(
        "derivative-identity",
        "third display",
        "1 − f_k² = 4/(e^{z_k} + e^{−z_k})²",
        Relation(1 - f[k] ** 2, "==", 4 / (sp.exp(zz[k]) + sp.exp(-zz[k])) ** 2),
        depth=EVERY_LAYER,
    ),
    _step(
        "twice-log",
        "fourth display, first line",
        "|θ_i| ≥ 2 log(1/t)",
        Relation(_size, ">=", 2 * _log),
        depth=EVERY_OUTPUT,
    ),
    _step(
        "log-over-square",
        "fourth display, second line",
        "2 log(1/t) ≥ log(1/t)/(2 f_i²) for i ≥ 2",
        Relation(2 * _log, ">=", _log / (2 * f[i] ** 2)),
        depth=INNER_OUTPUTS,
        threshold=_thresholds.LOG_OVER_SQUARE,
    ),
    _step(
        "quarter",
        "fourth display, third line",
        "log(1/t)/(2 f_i²) ≥ 1/(4 f_i²) for i ≥ 2",
        Relation(_log / (2 * f[i] ** 2), ">=", 1 / (4 * f[i] ** 2)),
        depth=INNER_OUTPUTS,
        threshold=_thresholds.QUARTER,
    ),
    _step(
        "log-versus-root",
        "fifth display, first inequality",
        "|θ_i|/log|θ_i| ≥ √|θ_i| for i ≥ 2",
        Relation(_size / sp.log(_size), ">=", sp.sqrt(_size)),
        depth=INNER_OUTPUTS,
        threshold=_thresholds.LOG_VERSUS_ROOT,
    ),
    _step(
        "root-versus-output",
        "fifth display, second inequality",
        "√|θ_i| ≥ 1/(2|f_i|) for i ≥ 2",
        Relation(sp.sqrt(_size), ">=", 1 / (2 * sp.Abs(f[i]))),
        depth=INNER_OUTPUTS,
        threshold=_thresholds.ROOT_VERSUS_OUTPUT,
    ),
    _step(
        "factor-at-most-one",
        "sixth display",
        "|(1 − f_i²) θ_i| ≤ 1 for i ≥ 2",
        Relation(sp.Abs((1 - f[i] ** 2) * theta[i]), "<=", sp.S.One),
        depth=INNER_OUTPUTS,
        threshold=_thresholds.FACTOR_AT_MOST_ONE,
    ),
    _step(
        "triangle",
        "last display",
        "|∂/∂θ_k (h[y−g] + (r/2)∑θ_i²)| ≥ r|θ_k| − |d·G_k|",
        Relation(sp.Abs(D[k] + r * theta[k]), ">=", r * sp.Abs(theta[k]) - sp.Abs(d * G[k])),
        depth=EVERY_LAYER,
    ),
)
