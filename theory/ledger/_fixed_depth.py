"""For which t the statements of Theorem 1 hold in the chains of one depth l.

With L = log(1/t) the hypotheses give |z_1| ≥ L and |z_{i+1}| ≥ 2L tanh|z_i|. By new/elasticity,
|θ_k G_k| = |z_l| sech² z_l · ∏_{i=k}^{l−1} e(z_i) with e(z) = 2z/sinh 2z, which falls as |z| grows. So a product of e
at the least |z_i| bounds the gradients before the last layer; the chain x = 1/2, θ_1 = … = θ_{l−1} = 2L attains it.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from theory.fixed_depth import Broken, Core, FixedDepth, Floors, Free, LastLayer, Layers, Part, Product, floor
from theory.notation import d, r, t
from theory.proof import Induction, anything, grad, own
from theory.statement import Relation

_half = sp.Rational(1, 2)
_log = sp.log(1 / t)
_size = sp.Abs(grad)
_force = sp.Abs(own * grad)
_step = sp.Abs(anything) * sp.sech(anything) ** 2
_elasticity = 2 * floor / sp.sinh(2 * floor)
_printed = Product(2 / sp.sinh(2 * floor), _elasticity)
"""|P_1| = |θ_1 G_1|/|z_1|: the first factor is 2/sinh(2 z_1)."""

_gradient = Core(_step, 2 * t * _log)
_regularized = Core(_step, 2 * _log**2)
_signs: dict[Any, Any] = {d: sp.S.One, r: sp.S.One}
_balanced: dict[Any, Any] = {d: sp.S.One, r: sp.Max(1, grad / own)}
"""r is chosen so that r θ_k does not fall below the gradient."""
_printed_balanced: dict[Any, Any] = {d: sp.S.NegativeOne, r: sp.Max(1, grad / own)}
_within = Relation(t, ">=", sp.Rational(2, 5))


def _floors(given: tuple[Relation, ...]) -> Floors:
    return Floors(given, first=_log, following=2 * _log * sp.tanh(floor), x_is=_half, parameter=2 * _log)


def small_gradient(given: tuple[Relation, ...], below: Induction, above: Induction) -> FixedDepth:
    """`below` proves the claim up to t = 2/5, `above` from there on where 2t log(1/t) is at least max v sech² v."""
    return FixedDepth(
        _floors(given),
        one_layer=(Part(Layers.EVERY, _force, (above,), _gradient, Broken(Free.INPUT, _signs)),),
        deeper=(
            Part(
                Layers.BEFORE_LAST,
                _force,
                Product(_elasticity, _elasticity),
                _gradient,
                Broken(Free.LAST_PARAMETER, _signs),
            ),
            Part(Layers.LAST, _size, LastLayer(t, (_within, Relation(t, "<=", sp.Rational(19, 25))))),
        ),
        within=_within,
        outside=(below,),
    )


def small_gradient_printed(given: tuple[Relation, ...], later: tuple[Induction, ...]) -> FixedDepth:
    """`later` proves the claim for k ≥ 2, for the t that it says."""
    first = Part(Layers.FIRST, _size, _printed, Core(_step, t), Broken(Free.LAST_PARAMETER, _signs))
    return FixedDepth(_floors(given), deeper=(first, Part(Layers.LATER, _size, later)))


def regularized_gradient(given: tuple[Relation, ...], proof: Induction) -> FixedDepth:
    """`proof` proves the claim for every layer where 2 log²(1/t) is at least max v sech² v."""
    one, deeper = (
        Part(Layers.EVERY, _force, (proof,), _regularized, Broken(free, _balanced))
        for free in (Free.INPUT, Free.LAST_INPUT)
    )
    return FixedDepth(_floors(given), one_layer=(one,), deeper=(deeper,))


def regularized_gradient_printed(given: tuple[Relation, ...], later: Induction) -> FixedDepth:
    """`later` proves the claim for k ≥ 2 where 2 log²(1/t) is at least max v sech² v."""
    first = Part(Layers.FIRST, _size, _printed, Core(_step, _log), Broken(Free.LAST_PARAMETER, _printed_balanced))
    last = Part(Layers.LATER, _force, (later,), _regularized, Broken(Free.LAST_INPUT, _printed_balanced))
    return FixedDepth(_floors(given), deeper=(first, last))
