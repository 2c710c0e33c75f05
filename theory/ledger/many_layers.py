"""Ven & Lederer (2021), Theorem 2 (the many-layers regime), every step of its proof, and naive scaling."""

from __future__ import annotations

import sympy as sp

from theory.ledger._source import EVERY_LAYER, EVERY_OUTPUT, THREE_HALVES, claim
from theory.notation import G, Ga, Gn, P, Pa, alpha, d, f, fa, i, k, l, theta, x
from theory.proof import FAR_OUT, HALVED, Induction, LimitOverLayers, scaled_out
from theory.statement import Every, Relation

_m = sp.Symbol("m", integer=True, positive=True)
_sizes = (Relation(sp.Abs(x), "==", THREE_HALVES), Every(Relation(sp.Abs(theta[i]), "==", THREE_HALVES), i, 1, l))
_thirteen_tenths = sp.Rational(13, 10)
_third = 1 / (2 * THREE_HALVES)
_limit_of_gradient = sp.Abs(d) * THREE_HALVES ** (l - 1) * sp.Abs(x)


_linear = LimitOverLayers(output_error=sp.Abs(scaled_out) ** 3 / 3, factor_error=scaled_out**2)


def _at_infinity(expression: sp.Expr) -> sp.Expr:
    return sp.Limit(expression, alpha, sp.oo, "-")


CLAIMS = (
    claim(
        "theorem-2/standard",
        "Theorem 2, first display",
        "|x| = |θ_1| = … = |θ_l| = 1.5, α = 1 ⇒ |d·G_k| ≤ |d|/2^{l−k+1}",
        Relation(sp.Abs(d * G[k]), "<=", sp.Abs(d) / 2 ** (l - k + 1)),
        where=_sizes,
        depth=EVERY_LAYER,
        proof=(HALVED,),
    ),
    claim(
        "theorem-2/standard-printed",
        "Theorem 2, first display",
        "|x| = |θ_1| = … = |θ_l| = 1.5, α = 1 ⇒ |d·P_k| ≤ |d|/2^{l−k+1}",
        Relation(sp.Abs(d * P[k]), "<=", sp.Abs(d) / 2 ** (l - k + 1)),
        where=_sizes,
        depth=EVERY_LAYER,
        proof=(HALVED,),
    ),
    claim(
        "theorem-2/scaled-limit",
        "Theorem 2, second display",
        "same |x|, |θ|; scaled chain; α → ∞: |∂h/∂θ_k| → |d|·1.5^{l−1}·|x|, d taken in the limit",
        Relation(_at_infinity(sp.Abs(d * Ga[k])), "==", _limit_of_gradient),
        where=_sizes,
        depth=EVERY_LAYER,
        proof=(_linear,),
    ),
    claim(
        "theorem-2/scaled-limit-printed",
        "Theorem 2, second display",
        "the same for the printed right-hand side (f_α^0 := 1), all k",
        Relation(_at_infinity(sp.Abs(d * Pa[k])), "==", _limit_of_gradient),
        where=_sizes,
        depth=EVERY_LAYER,
    ),
    claim(
        "theorem-2/proof/input",
        "proof of Theorem 2, first display",
        "1.5 ≥ 1.5·tanh 1.5",
        Relation(THREE_HALVES, ">=", THREE_HALVES * sp.tanh(THREE_HALVES)),
    ),
    claim(
        "theorem-2/proof/parameter",
        "proof of Theorem 2, first display",
        "1.5 ≥ 1.3/tanh 1.5",
        Relation(THREE_HALVES, ">=", _thirteen_tenths / sp.tanh(THREE_HALVES)),
    ),
    claim(
        "theorem-2/proof/outputs-above-tanh-1.3",
        "proof of Theorem 2, below the first display",
        "|f_i| ≥ tanh 1.3 for i = 1, …, l (hypotheses of Theorem 2)",
        Relation(sp.Abs(f[i]), ">=", sp.tanh(_thirteen_tenths)),
        where=_sizes,
        depth=EVERY_OUTPUT,
    ),
    claim(
        "theorem-2/proof/factor",
        "proof of Theorem 2, second display",
        "1 − tanh(1.3)² ≤ 1/(2·1.5)",
        Relation(1 - sp.tanh(_thirteen_tenths) ** 2, "<=", _third),
    ),
    claim(
        "theorem-2/proof/outputs-factor",
        "proof of Theorem 2, second display",
        "1 − f_i² ≤ 1/(2·1.5) for i = 1, …, l",
        Relation(1 - f[i] ** 2, "<=", _third),
        where=_sizes,
        depth=EVERY_OUTPUT,
        proof=(Induction(outputs=FAR_OUT),),
    ),
    claim(
        "theorem-2/proof/linear-limit",
        "proof of Theorem 2, the first limit",
        "α f_α^i → x ∏_{m≤i} θ_m as α → ∞",
        Relation(_at_infinity(alpha * fa[i]), "==", x * sp.Product(theta[_m], (_m, 1, i))),
        depth=EVERY_OUTPUT,
        proof=(_linear,),
    ),
    claim(
        "theorem-2/proof/vanishing-output",
        "proof of Theorem 2, the second limit",
        "f_α^i → 0 as α → ∞, i ≥ 1",
        Relation(_at_infinity(fa[i]), "==", sp.S.Zero),
        depth=EVERY_OUTPUT,
        proof=(_linear,),
    ),
    claim(
        "naive-scaling/explodes",
        "Section 2.3, below Theorem 2",
        "with tanh replaced by α·tanh(·) (no division inside), |x| = |θ_i| = 1.5, |d| bounded away from 0: "
        "|∂h/∂θ_k| → ∞ as α → ∞, for every l and k",
        Relation(_at_infinity(sp.Abs(d * Gn[k])), "==", sp.oo),
        where=(*_sizes, Relation(d, "!=", sp.S.Zero)),
        depth=EVERY_LAYER,
    ),
)
