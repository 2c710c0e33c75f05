"""Ven & Lederer (2021), Section 2.3 up to Theorem 2: the scaled activation α f(·/α) and the scaled chain."""

from __future__ import annotations

import sympy as sp

from theory.activations import activation
from theory.ledger._source import EVERY_DEPTH, EVERY_LAYER, INNER_LAYERS, claim
from theory.notation import Ga, P, Pa, alpha, d, iterate, iterate_scaled, k, l, z
from theory.statement import Image, Relation

_slope = sp.Symbol("s", real=True)
_positive = (Relation(alpha, ">", sp.S.Zero),)
_invariance = "Section 2.3, below equation (1)"
_tanh = activation("tanh")


def _invariant(name: str, of: str, formula: sp.Expr):
    stretched = alpha * formula.subs(z, z / alpha)
    text = f"α f(z/α) = f(z) for α > 0, f = {of}"
    return claim(f"scaling/{name}-invariance", _invariance, text, Relation(stretched, "==", formula), where=_positive)


CLAIMS = (
    _invariant("relu", "relu", activation("relu").definition),
    _invariant("leaky-relu", "leaky relu with any slope s", sp.Piecewise((z, z > 0), (_slope * z, True))),
    _invariant("elu", "elu with parameter 1", activation("elu").definition),
    _invariant("gelu", "gelu", activation("gelu").definition),
    claim(
        "scaling/range",
        "Section 2.3, the α-scaled tanh",
        "the image of α·tanh(·/α) is exactly (−α, α)",
        Image(alpha * sp.tanh(z / alpha), z, sp.Interval(-sp.oo, sp.oo), sp.Interval.open(-alpha, alpha)),
        where=_positive,
    ),
    claim(
        "scaling/derivative-increases",
        "Section 2.3, below the α-scaled tanh",
        "(f_α)′(z) > f′(z) for all z, all α > 1, f = tanh",
        Relation(sp.Derivative(alpha * sp.tanh(z / alpha), z), ">", sp.Derivative(sp.tanh(z), z)),
        where=(Relation(alpha, ">", sp.S.One),),
    ),
    claim(
        "scaling/composition",
        "Section 2.3, the displayed composition",
        "f_α∘⋯∘f_α[z] = α f∘⋯∘f[z/α], n-fold, any n ≥ 1, any f: ℝ → ℝ",
        Relation(iterate_scaled[l], "==", alpha * iterate[l]),
        where=_positive,
        depth=EVERY_DEPTH,
    ),
    claim(
        "scaling/gradient-magnitude-inner",
        "Section 2.3, the partial derivatives of the scaled chain",
        "scaled chain, k ≥ 2: |∂h/∂θ_k| = |d·α·f_α^{k−1}(1−(f_α^l)²)⋯(1−(f_α^k)²)∏_{i>k}θ_i|",
        Relation(sp.Abs(-d * Ga[k]), "==", sp.Abs(d * Pa[k])),
        where=_positive,
        depth=INNER_LAYERS,
    ),
    claim(
        "scaling/gradient-magnitude-first",
        "Section 2.3, the partial derivatives of the scaled chain",
        "the same at k = 1 with the source's f_α^0 := 1",
        Relation(sp.Abs(-d * Ga[1]), "==", sp.Abs(d * Pa[1])),
        where=_positive,
        depth=EVERY_DEPTH,
    ),
    claim(
        "scaling/reduces-at-one",
        "Section 2.3, below the displayed composition",
        "at α = 1 the scaled formula is the unscaled one",
        Relation(Pa[k], "==", P[k]),
        where=(Relation(alpha, "==", sp.S.One),),
        depth=EVERY_LAYER,
    ),
)
