"""Claims of our own about the chain: to be proved or refuted like the others."""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Depth, Source
from theory.least import Least
from theory.ledger._source import EVERY_DEPTH, EVERY_LAYER, EVERY_OUTPUT, THREE_HALVES
from theory.notation import G, Ga, alpha, f, i, k, l, theta, x, zz
from theory.proof import (
    AdjacentLayers,
    Induction,
    LimitOverLayers,
    Orbit,
    Step,
    anything,
    grad,
    next_grad,
    next_own,
    out,
    own,
    running,
    scaled_out,
)  # fmt: skip
from theory.statement import Every, Exists, Part, Relation, Supremum

OURS = Source(key="new", title="gradproof: claims of our own", authors="gradproof contributors", year="2026")

_zero, _one = sp.S.Zero, sp.S.One
_u = sp.Symbol("u", real=True)
_same = sp.Symbol("theta", real=True)
_xi = sp.Symbol("xi", real=True)
_exponent = sp.Symbol("p", real=True)
_kappa = sp.Symbol("kappa", real=True)

_every_weight_is = {c: Every(Relation(theta[i], "==", c), i, 1, l) for c in (_same, THREE_HALVES, _one)}
_supercritical = (Relation(_same, ">", _one), _every_weight_is[_same], Relation(x, "!=", _zero))
_both_three_halves = (Relation(x, "==", THREE_HALVES), _every_weight_is[THREE_HALVES])
_size, _scaled_size = sp.Abs(G[1]), sp.Abs(Ga[1])
_rate = _same * (1 - _xi**2)


def elasticity(z: sp.Expr) -> sp.Expr:
    """e(z) = 2z/sinh(2z), e(0) = 1: by how many per cent tanh z grows where z grows by one."""
    return sp.Piecewise((_one, sp.Eq(z, 0)), (2 * z / sp.sinh(2 * z), True))  # pyright: ignore[reportReturnType]


def _fixed_point(slope: sp.Expr) -> tuple[Relation, ...]:
    """ξ is the positive root of tanh(slope·ξ) = ξ."""
    return (Relation(_xi, ">", _zero), Relation(sp.tanh(slope * _xi), "==", _xi))


def _in_depth(expression: sp.Expr) -> sp.Expr:
    return sp.Limit(expression, l, sp.oo, "-")


def _in_scale(expression: sp.Expr) -> sp.Expr:
    return sp.Limit(expression, alpha, sp.oo, "-")


def claim(
    name: str,
    place: str,
    text: str,
    *conclusion: Part,
    where: tuple[Relation | Every, ...] = (),
    depth: Depth | None = None,
    proof: tuple[Step, ...] = (),
) -> Claim:
    """A claim of our own; `place` says what it is for."""
    return Claim(f"new/{name}", text, conclusion, where, OURS, place, depth, proof=proof)


CLAIMS = (
    claim(
        "elasticity",
        "every gradient from one forward pass",
        "θ_k G_k = g ∏_{i=k}^{l} e(z_i), e(z) = 2z/sinh(2z), e(0) = 1",
        Relation(theta[k] * G[k], "==", f[l] * sp.Product(elasticity(zz[i]), (i, k, l))),
        depth=EVERY_LAYER,
        proof=(
            Induction(
                state=(Relation(own * grad, "==", out * running),),
                lemma=Relation(anything * sp.sech(anything) ** 2, "==", sp.tanh(anything) * elasticity(anything)),
            ),
        ),
    ),
    claim(
        "universal-bound",
        "no parameter has a large elasticity",
        "|θ_k G_k| ≤ C for all l, k, x, θ, where C = max_u u·sech²u; C is the best constant",
        Supremum(
            sp.Abs(theta[k] * G[k]), _u * sp.sech(_u) ** 2, _u, ((x, _one), (sp.Symbol("theta_1", real=True), _u))
        ),
        depth=EVERY_LAYER,
        proof=(
            Induction(
                state=(
                    Relation(sp.Abs(own * grad), "<=", sp.Abs(out)),
                    Relation(sp.Abs(own * grad), "<=", Supremum.bound),
                ),
                lemma=Relation(sp.Abs(anything) * sp.sech(anything) ** 2, "<=", Supremum.bound),
            ),
        ),
    ),
    claim(
        "monotone-in-layer",
        "elasticities grow towards the output",
        "|θ_k G_k| is non-decreasing in k",
        Every(Relation(sp.Abs(theta[i] * G[i]), "<=", sp.Abs(theta[i + 1] * G[i + 1])), i, 1, l - 1),
        depth=EVERY_DEPTH,
        proof=(AdjacentLayers((Relation(sp.Abs(own * grad), "<=", sp.Abs(next_own * next_grad)),)),),
    ),
    claim(
        "theorem-2-invariant",
        "the interval on which Theorem 2 of Ven & Lederer (2021) rests",
        "x = θ_i = 1.5 ⇒ f_i > ξ for all i ≥ 1, ξ the positive root of tanh(1.5 ξ) = ξ",
        Relation(f[i], ">", _xi),
        where=(*_both_three_halves, *_fixed_point(THREE_HALVES)),
        depth=EVERY_OUTPUT,
        proof=(Induction(outputs=(Relation(out, ">", _xi),)), Orbit(_xi)),
    ),
    claim(
        "depth-rate",
        "vanishing gradients, with equal parameters above 1",
        "θ_i = θ > 1, x ≠ 0: (1/l) log|G_1| → log(θ(1 − ξ_θ²)) as l → ∞, and the limit is < 0",
        Relation(_in_depth(sp.log(_size) / l), "==", sp.log(_rate)),
        Relation(_in_depth(sp.log(_size) / l), "<", _zero),
        where=(*_supercritical, *_fixed_point(_same)),
        proof=(Orbit(_xi),),
    ),
    claim(
        "depth-rate-critical",
        "vanishing gradients, with all parameters equal to 1",
        "θ_i = 1: G_1 decays like a power of l; report the exponent",
        Exists(
            _exponent,
            sp.Interval.open(-sp.oo, 0),
            Relation(_in_depth(sp.log(_size) / sp.log(l)), "==", _exponent),
        ),
        where=(_every_weight_is[_one], Relation(x, "!=", _zero)),
        proof=(Orbit(_zero),),
    ),
    claim(
        "limits-do-not-commute",
        "what Theorem 2 of Ven & Lederer (2021) leaves open: depth and scale together",
        "θ_i = 1.5, x = 1.5: lim_{l→∞} lim_{α→∞} |G_1| = ∞ but lim_{α→∞} lim_{l→∞} |G_1| = 0",
        Relation(_in_depth(_in_scale(_scaled_size)), "==", sp.oo),
        Relation(_in_scale(_in_depth(_scaled_size)), "==", _zero),
        where=_both_three_halves,
        proof=(Orbit(_xi), LimitOverLayers(output_error=sp.Abs(scaled_out) ** 3 / 3, factor_error=scaled_out**2)),
    ),
    claim(
        "scale-needed",
        "how much scaling a deep chain needs",
        "for θ_i = θ > 1 the least α that keeps |G_1| ≥ 1 at depth l grows like κ^l; report κ",
        Exists(
            _kappa,
            sp.Interval.open(1, sp.oo),
            Relation(_in_depth(sp.log(Least(_scaled_size, _one, alpha)) / l), "==", sp.log(_kappa)),
        ),
        where=(*_supercritical, *_fixed_point(_same)),
        proof=(Orbit(_xi),),
    ),
)
