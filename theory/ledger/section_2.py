"""Ven & Lederer (2021), Sections 2.1 and 2.2: the chain, its gradient, and the two sources of small gradients."""

from __future__ import annotations

import sympy as sp

from theory.ledger._source import (
    EVERY_DEPTH,
    EVERY_LAYER,
    EVERY_OUTPUT,
    INNER_LAYERS,
    THREE_HALVES,
    claim,
)
from theory.notation import D, G, P, d, f, fp, i, k, l, r, theta, v, x, y, z
from theory.proof import HALVED
from theory.statement import Every, Relation

_half = sp.Rational(1, 2)
_error, _g = sp.symbols("e g", real=True)
_tanh_by_definition = (sp.exp(z) - sp.exp(-z)) / (sp.exp(z) + sp.exp(-z))

CLAIMS = (
    claim(
        "tanh-derivative",
        "Section 2.1, below the chain rule",
        "tanh′ = 1 − tanh²",
        Relation(sp.Derivative(_tanh_by_definition, z), "==", 1 - _tanh_by_definition**2),
    ),
    claim(
        "outputs-bounded",
        "Section 2.1, below the shorthand f^i",
        "f_i ∈ (−1, 1) for i = 1, …, l",
        Relation(sp.S.NegativeOne, "<", f[i]),
        Relation(f[i], "<", sp.S.One),
        depth=EVERY_OUTPUT,
    ),
    claim(
        "squared-loss",
        "Section 2.1, the least-squares loss",
        "for h(z) = z²: d = 2(y − g)",
        Relation(sp.Subs(sp.Derivative(_error**2, _error), _error, y - _g), "==", 2 * (y - _g)),
    ),
    claim(
        "gradient/as-printed",
        "Section 2.1, the displayed partial derivative",
        "∂h[y−g]/∂θ_k = d·P_k, the displayed equality exactly as printed",
        Relation(D[k], "==", d * P[k]),
        depth=EVERY_LAYER,
    ),
    claim(
        "gradient/magnitude-inner",
        "Section 2.1, the displayed partial derivative",
        "|∂h[y−g]/∂θ_k| = |d·P_k| for k ≥ 2",
        Relation(sp.Abs(D[k]), "==", sp.Abs(d * P[k])),
        depth=INNER_LAYERS,
    ),
    claim(
        "gradient/magnitude-first",
        "Section 2.1, the displayed partial derivative",
        "|∂h[y−g]/∂θ_1| = |d·P_1|",
        Relation(sp.Abs(D[1]), "==", sp.Abs(d * P[1])),
        depth=EVERY_DEPTH,
    ),
    claim(
        "factors-below-one",
        "Section 2.1, the first reason for small gradients",
        "|f^{k−1}|, |1−(f^l)²|, …, |1−(f^k)²| < 1, with f^0 := 1",
        Relation(sp.Abs(fp[k - 1]), "<", sp.S.One),
        Every(Relation(sp.Abs(1 - f[i] ** 2), "<", sp.S.One), i, k, l),
        depth=EVERY_LAYER,
    ),
    claim(
        "saturation-limit",
        "Section 2.1, the first reason for small gradients",
        "for every fixed v ∈ ℝ: (1 − tanh(vz)²)·z → 0 as z → ∞",
        Relation(sp.Limit((1 - sp.tanh(v * z) ** 2) * z, z, sp.oo, "-"), "==", sp.S.Zero),
    ),
    claim(
        "example/factor",
        "Section 2.1, the example with 1.5",
        "(1 − tanh(1.5)²)·1.5 ≤ 1/2",
        Relation((1 - sp.tanh(THREE_HALVES) ** 2) * THREE_HALVES, "<=", _half),
    ),
    claim(
        "example/bound",
        "Section 2.1, the example with 1.5",
        "x = θ_1 = … = θ_l = 1.5 ⇒ |d·G_k| ≤ |d|/2^{l−k+1}",
        Relation(sp.Abs(d * G[k]), "<=", sp.Abs(d) / 2 ** (l - k + 1)),
        where=(Relation(x, "==", THREE_HALVES), Every(Relation(theta[i], "==", THREE_HALVES), i, 1, l)),
        depth=EVERY_LAYER,
        proof=(HALVED,),
    ),
    claim(
        "weight-decay-gradient",
        "Section 2.2, the displayed partial derivative",
        "∂/∂θ_k of (r/2)∑θ_i² is r θ_k",
        Relation(sp.Derivative(r / 2 * sp.Sum(theta[i] ** 2, (i, 1, l)), theta[k]), "==", r * theta[k]),
        depth=EVERY_LAYER,
    ),
)
