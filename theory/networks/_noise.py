"""How much noise keeps the activations of an odd sigmoid spread out, in closed form.

The network: W = (D + Z)/c with c = f′(0), D the identity, Z Gaussian with σ_z = s/√(fan-in), so that with
g(u) = f(u/c) = u − κ u|u|^p + … (p = 2 where f is smooth at 0, p = 1 for softsign) a unit goes from layer to layer by
x ← g(x + ζ), and given the layer ζ ∼ N(0, s² q), q the mean square of its activations.

**Derivation**, for small s and many units. To first order the mean square obeys q ← (1 + s²) q − 2κ E|x|^{p+2}: noise
spreads, the curvature of f draws in. Continued in the layer l this is dq/dl = s² q − b q^{1+p/2}, b = 2κM, where
M = E|x|^{p+2}/q^{(p+2)/2} belongs to the shape of the distribution. One unit moves slowly, as a diffusion with drift
−κ x|x|^p and variance s² q per layer; its stationary density is ∝ exp(−2κ|x|^e/(e s² q)), e = p + 2, for which
M = (1/e)·(Γ(1/e)/Γ(3/e))^{e/2}. With v = q^{−p/2} the equation is linear, v′ = (p/2)(b − s² v); from a spread that is
large against the one looked for,

    q(L)^{p/2} = s²/(b·(1 − e^{−(p/2) s² L})),   and   q(L)^{p/2} = 2/(p b L) without noise.

With m = (p/2)·b·r^p·L the spread at layer L is the one wanted, q(L) = r², for u = (p/2) s² L with u/(1 − e^{−u}) = m:

    s² = (2/(pL))·(m + W₀(−m e^{−m}))   for m > 1 (W₀: Lambert's function),   s = 0 for m ≤ 1.

For L → ∞ that is s² = b r^p, at which the spread stays at r for ever.

What is derived holds to leading order in r and in s²; that a network of finite width, with all the orders, does so is
measured (benchmarks/noise_experiment.py), not proved. Source: our own; that a closed form exists is said in the summary
on odd sigmoids.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy as sp

from theory.activations import Activation
from theory.errors import StatementError
from theory.networks._initialization import INITIALIZATIONS

_u: Any = sp.Symbol("u", positive=True)


@dataclass(frozen=True)
class Departure:
    """f(u/c) = u − κ u^{p+1} + o(u^{p+1}) for u → 0+: how an odd f leaves its tangent at 0."""

    slope: Any
    order: int
    coefficient: Any

    @property
    def pull(self) -> Any:
        """b = 2κM, with which the mean square is drawn in: dq/dl = s² q − b q^{1+p/2}."""
        e = self.order + 2
        shape = sp.Rational(1, e) * (sp.gamma(sp.Rational(1, e)) / sp.gamma(sp.Rational(3, e))) ** sp.Rational(e, 2)
        return 2 * self.coefficient * shape


@lru_cache(maxsize=64)
def departure(f: Activation) -> Departure:
    """How f leaves its tangent at 0. StatementError for an f that is not odd, or does not bend towards the axis."""
    c = INITIALIZATIONS["fixed-point"].gain(f)
    series = sp.series(f.f(_u / c), _u, 0, 4).removeO()
    for order in (1, 2):
        coefficient = sp.simplify(-series.coeff(_u, order + 1))
        if coefficient.is_positive:
            return Departure(c, order, coefficient)
        if coefficient != 0:
            break
    raise StatementError(f"{f.name!r} does not bend towards the axis at 0: no noise is known that keeps its spread")


def noise_scale(f: Activation, layers: int, spread: Any) -> Any:
    """s, as an exact expression: with σ_z = s/√(fan-in) the activations have the rms `spread` at the layer `layers`."""
    b, p = departure(f).pull, departure(f).order
    r = sp.nsimplify(spread, rational=True)
    m = sp.Rational(p, 2) * b * r**p * layers
    if m <= 1:
        return sp.S.Zero
    return sp.sqrt(sp.Rational(2, p * layers) * (m + sp.LambertW(-m * sp.exp(-m))))


def predicted_spread(f: Activation, layers: int, s: float) -> float:
    """√q(L) for the noise s, by the formula above."""
    b, p = float(departure(f).pull), departure(f).order
    rate = p / 2 * s**2 * layers
    power = 2 / (p * b * layers) if rate < 1e-12 else -(s**2) / (b * math.expm1(-rate))
    return power ** (1 / p)
