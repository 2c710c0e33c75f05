"""Passing to the limit α → ∞ from layer to layer: limits in the scaled and in the naive chain, for every depth.

The scaled chain has f_α^0 = x/α, f_α^i = tanh(θ_i f_α^{i−1}). With u_i = α f_α^i: u_0 = x, u_i = α tanh(θ_i u_{i−1}/α).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp

from numerics.proof.limits import certain_limit
from numerics.proof.premises import NotOfThisFormError, Premise
from theory.claim import Claim
from theory.notation import Ga, Gn, Pa, alpha, d, fa, k, l, theta, x
from theory.proof import LimitOverLayers, Saturation, before, out, scaled_out, weight
from theory.statement import Every, Relation


def premises(claim: Claim, step: LimitOverLayers) -> Iterator[Premise]:
    """The premises of passing to the limit in a claim about the scaled chain.

    **One layer.** |α tanh(z/α) − z| ≤ B(z)/α² and |sech²(z/α) − 1| ≤ C(z)/α² for all z and α > 0, with B and C
    polynomials in z and |z|.

    **Passing to a limit.** If u(α) → U as α → ∞, then α tanh(w u(α)/α) → w U and sech²(w u(α)/α) → 1, for every w.
    Soundness: u(α) converges, so z = w u(α) is bounded from some α on, and B(z)/α² and C(z)/α² tend to 0.
    By induction over the layers, from u_0 = x: α f_α^i → x ∏_{m≤i} θ_m; and f_α^i = u_i/α → 0.
    The gradient ∂/∂θ_k of α f_α^l is u_{k−1} ∏_{i≥k} sech²(θ_i u_{i−1}/α) ∏_{i>k} θ_i, so that it tends to
    x ∏_{m≤l, m≠k} θ_m (finitely many factors, each convergent).
    """
    z = scaled_out
    given = (Relation(alpha, ">", sp.S.Zero),)
    gaps = {
        "the output of one layer": (alpha * sp.tanh(z / alpha) - z, step.output_error),
        "the factor of one layer": (sp.sech(z / alpha) ** 2 - 1, step.factor_error),
    }
    for name, (gap, bound) in gaps.items():
        size = sp.Dummy("size")
        if not bound.subs(sp.Abs(z), size).is_polynomial(z, size) or bound.free_symbols - {z}:
            raise NotOfThisFormError(f"the error {bound} is no polynomial in {z} and |{z}|")
        yield Premise(name, given, (Relation(sp.Abs(gap), "<=", bound / alpha**2),))


def limits_agree(claim: Claim) -> list[str]:
    """What the claim says of limits against what the rule gives, for symbolic l, k and i; NotOfThisFormError if not."""
    shown = []
    for part in claim.conclusion:
        if not isinstance(part, Relation) or part.op != "==":
            raise NotOfThisFormError("the conclusion is not an equality of limits")
        arguments: Any = part.lhs.args if isinstance(part.lhs, sp.Limit) else (None,) * 4
        expression, variable, point, _ = arguments
        if variable != alpha or point is not sp.S.Infinity:
            raise NotOfThisFormError("the left-hand side is not a limit as α → ∞")
        index = claim.depth.index if claim.depth else None
        if expression == fa[index]:
            agrees = part.rhs == 0
        elif expression == alpha * fa[index]:
            agrees = _is_product_of_all(part.rhs, index)
        elif expression in _sizes_of_gradient(claim):
            agrees = _is_size_of_gradient(claim, part.rhs)
        else:
            raise NotOfThisFormError(f"no rule for the limit of {expression}")
        if not agrees:
            raise NotOfThisFormError(f"the limit of {expression} is not {part.rhs}")
        shown.append(f"{expression} → {part.rhs} as α → ∞")
    return shown


def _sizes_of_gradient(claim: Claim) -> list[Any]:
    """The forms of |d ∂/∂θ_k|; for k ≥ 2 the printed one is the same."""
    later = claim.depth is not None and claim.depth.first >= 2
    return [sp.Abs(d * Ga[k]), *([sp.Abs(d * Pa[k])] if later else [])]


def _is_product_of_all(value: Any, index: Any) -> bool:
    """Whether the value is x ∏_{m≤i} θ_m: x·θ_1 at i = 1, and θ_{i+1} times itself from i to i + 1."""
    (product,) = value.atoms(sp.Product) or (None,)
    if product is None or value != x * product:
        return False
    term, (bound, first, last) = product.args
    return bool(first == 1 and last == index and term == theta[bound])


def _is_size_of_gradient(claim: Claim, value: Any) -> bool:
    """Whether |d x ∏_{m≠k} θ_m| is the value, all |θ_i| being one number c by the hypotheses: |d| |x| c^(l−1)."""
    sizes = {
        h.relation.rhs
        for h in claim.hypotheses
        if isinstance(h, Every) and h.relation.op == "==" and h.relation.lhs == sp.Abs(theta[h.index])
        if (h.first, h.last) == (1, l)
    }
    if len(sizes) != 1:
        return False
    (size,) = sizes
    return sp.simplify(value - sp.Abs(d) * sp.Abs(x) * size ** (l - 1)) == 0


def saturation_premises(claim: Claim, step: Saturation) -> Iterator[Premise]:
    """The premises of saturation, in a claim about the naive chain: f_0 = x, f_i = α tanh(θ_i f_{i−1}).

    **Invariant of the outputs.** y_i = f_i/α: y_1 = tanh(θ_1 x), and y_{i+1} = tanh(θ_{i+1} α y_i). What holds for y_1
    and is kept by a layer holds for all i ≥ 1, for each α ≥ onset by itself.

    **Saturation.** ∂f_l/∂θ_k = f_{k−1} · α sech²(θ_k f_{k−1}) · ∏_{i>k} α θ_i sech²(θ_i f_{i−1}) is at most
    first·factor^{l−1} for k = 1 and leading·factor^{l−k} for k ≥ 2, in size and for α ≥ onset. Soundness: factor by
    factor, with f_{i−1} = α y_{i−1} for i ≥ 2.
    """
    if step.onset.free_symbols or not step.onset > 0:
        raise NotOfThisFormError(f"the onset {step.onset} is not a positive number")
    y, w = before, weight
    families = [h for h in claim.hypotheses if isinstance(h, Every)]
    on_weight = tuple(
        h.relation.map(lambda side, h=h: side.xreplace({theta[h.index]: w}))
        for h in families
        if (h.first, h.last) == (1, l)
    )
    fixed = (*(h for h in claim.hypotheses if isinstance(h, Relation)), Relation(alpha, ">=", step.onset), *on_weight)
    inside = (Relation(sp.S.NegativeOne, "<", y), Relation(y, "<", sp.S.One))
    later = (*fixed, *inside, *_placed(step.outputs, y))
    slope = alpha * sp.sech(w * alpha * y) ** 2
    yield Premise("the first output", fixed, _placed(step.outputs, sp.tanh(w * x)))
    yield Premise("from one output to the next", later, _placed(step.outputs, sp.tanh(w * alpha * y)))
    yield Premise("the factor of one layer", later, (Relation(sp.Abs(w * slope), "<=", step.factor),))
    yield Premise("k ≥ 2", later, (Relation(sp.Abs(alpha * y * slope), "<=", step.leading),))
    if claim.depth is not None and claim.depth.first == 1:
        first = sp.Abs(x * alpha * sp.sech(w * x) ** 2)
        yield Premise("k = 1", fixed, (Relation(first, "<=", step.first),))


def _placed(outputs: tuple[Relation, ...], value: Any) -> tuple[Relation, ...]:
    return tuple(r.subs({out: value}) for r in outputs)


def saturated(claim: Claim, step: Saturation) -> list[str]:
    """What the claim says of limits, if saturation gives it: 0 for each |d ∂/∂θ_k|; NotOfThisFormError if not.

    Soundness: the bounds tend to 0, for every l ≥ k ≥ 2, where leading → 0 and factor → 0 (from some α on factor ≤ 1,
    and then factor^{l−k} ≤ 1); and for k = 1 < l where first·factor → 0 as well.
    """
    depth = claim.depth
    if depth is None or depth.index != k or (depth.first == 1 and depth.least < 2):
        raise NotOfThisFormError("the chain of one layer does not saturate: the claim has to say l ≥ 2 or k ≥ 2")
    bounds = [step.factor, step.leading, *([step.first * step.factor] if depth.first == 1 else [])]
    for bound in bounds:
        if certain_limit(sp.Limit(bound, alpha, sp.oo, "-")) != 0:
            raise NotOfThisFormError(f"{bound} is not seen to tend to 0 as α → ∞")
    for part in claim.conclusion:
        wanted = Relation(sp.Limit(sp.Abs(d * Gn[k]), alpha, sp.oo, "-"), "==", sp.S.Zero)
        if part != wanted:
            raise NotOfThisFormError(f"no rule for {part}")
    return [f"{bound} → 0 as α → ∞" for bound in bounds]
