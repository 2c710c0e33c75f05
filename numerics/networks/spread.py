"""How far the activations of an odd sigmoid spread in a wide network W = (D + Z)/c, and the noise that keeps it.

**Statement.** With g(u) = f(u/c), c = f′(0), Z Gaussian with σ_z = s/√(fan-in) and D the identity, a unit goes from
layer to layer by x ← g(x + ζ); given the layer, (Z a)_i ∼ N(0, s² q), q the mean square of its activations, independent
for all i. As the width grows, q tends to E X_l² of the recursion of one variable (a law of large numbers)

    X_0 ∼ N(0, q_0),   X_l = g(X_{l−1} + s √q_{l−1} ζ_l),   q_l = E X_l²,   ζ_l ∼ N(0, 1) independent.

`Spread` computes √q_L. With the law p of U = X_{l−1} + s√q_{l−1} ζ_l, even, and φ_σ the density of N(0, σ²),

    p_{l+1}(y) = ∫_0^∞ p_l(u) (φ_σ(y − g(u)) + φ_σ(y + g(u))) du,   σ² = s² q_l,   q_l = 2 ∫_0^∞ p_l(u) g(u)² du,

by Gauss–Legendre nodes on panels of up to 6σ: for u > 0 the integrand is smooth, also where f″ jumps at 0 (softsign).

**Why not the closed form** (`theory.networks.noise_scale`). It is the leading order in s and r. On its balance
s² = b r^p the orders that it drops are O(s²) = O(r^p) relatively: for r = 1/5 that is s² = 0.06 of tanh (p = 2), and
s² = 0.58 of softsign (p = 1, as f″(0+) ≠ 0), which is not small: softsign kept two thirds of the spread. It also takes
the first layer for infinitely spread, and the shape of the law for the one that it has in the end, too narrow before.

**Many layers at once.** Where a layer changes little, m of them (m odd, m s² ≤ `_LUMP`, m·|drop of q| ≤ 10 `_LUMP`) get
their noise together, in the middle: (m+1)/2 noiseless layers after it, and one fewer before. Its variance is
q·((1 + s²)^m − 1), what m layers without curvature would add. By the symmetry the first order in m s² cancels.

**Little noise**, s < `_LEAST`: the law is too narrow for the nodes. With the *effective pull* β,
q_L^{p/2} = s²/(β·(1 − e^{−(p/2) s² L})) (the closed form is β = b), and as s → 0 and L → ∞ β depends on s²L alone: so
β is taken from s′ = `_LEAST` and L′ layers with s′²L′ = s²L, times β(0, L)/β(0, L′), which are one integral each,
q_L = E g^{∘L}(X_0)².

All of it is in doubles, and the error is measured, not bounded: the total probability is computed anew at every step
and has to be 1 to 1e-6; against finer steps, √q_L came out right to 2e-4, and for s < `_LEAST` to 1e-2 (tests). The
limit of wide networks is an assumption: benchmarks/noise_experiment.py measures networks. Source: our own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from numerics.networks.elementwise import elementwise
from theory.activations import Activation
from theory.errors import StatementError
from theory.networks import departure, noise_scale

Array = np.ndarray
_NODES = 16
_PANEL = 6.0
"""Nodes of a panel, and its length in σ: the nodes follow a Gaussian to 1e-10 of its height."""
_REACH = 7.5
"""Gaussians are cut off at this many σ, and densities at the same height."""
_LEAST, _LUMP = 0.03, 0.02
SMALLEST = 1e-50
_MOST, _CLOSE, _SETTLED = 1e3, 1e-6, 1e-9


@dataclass(frozen=True)
class Spread:
    """The rms of the activations after each of so many layers of a wide network; inputs are N(0, start²).

    StatementError for an f that is not odd, has no slope above 0 at 0, or does not bend towards the axis there.
    """

    f: Activation
    start: float = 1.0
    lump: float = _LUMP
    panel: float = _PANEL

    def __post_init__(self) -> None:
        departure(self.f)
        if not SMALLEST <= self.start <= 1 / SMALLEST:
            raise StatementError(f"the inputs have the rms {self.start}: it is to be from 1e-50 to 1e50; scale them")

    def after(self, layers: int, s: float) -> float:
        """√q_L for L = `layers` ≥ 1 and the noise s ≥ 0."""
        if s == 0:
            return self._noiseless(layers)
        if s >= _LEAST:
            return self._recursion(layers, s)
        return _closed(self._order, layers, s, self._pull(layers, s))

    def noise(self, layers: int, spread: float) -> float:
        """The least s ≥ 0 with √q_L = spread; 0 where even without noise √q_L is at least that.

        StatementError where no s ≤ 1000 does it.
        """
        if self.after(layers, 0.0) >= spread:
            return 0.0
        guess = float(noise_scale(self.f, layers, spread)) or _LEAST
        low, high = 0.0, min(max(guess, 1e-3), _MOST)
        while self.after(layers, high) < spread:
            if high >= _MOST:
                raise StatementError(f"no noise gives {self.f.name!r} the spread {spread}: ask for less")
            low, high = high, 2 * high
        return self._root(layers, spread, low, high)

    def _root(self, layers: int, spread: float, low: float, high: float) -> float:
        """Invariant: √q_L < spread at `low`, ≥ at `high`. By regula falsi in s², the end that stays weighing half."""
        ends = [[low**2, self.after(layers, low) - spread], [high**2, self.after(layers, high) - spread]]
        moved = None
        while ends[1][0] - ends[0][0] > _CLOSE * ends[1][0]:
            (a, below), (b, above) = ends
            at = (a * above - b * below) / (above - below)
            if not a < at < b:
                at = (a + b) / 2
            miss = self.after(layers, math.sqrt(at)) - spread
            if abs(miss) <= _CLOSE * spread:
                return math.sqrt(at)
            side = int(miss >= 0)
            if side == moved:
                ends[1 - side][1] /= 2
            ends[side], moved = [at, miss], side
        return math.sqrt(ends[1][0])

    @property
    def _order(self) -> int:
        return departure(self.f).order

    def _pull(self, layers: int, s: float) -> float:
        """β; where s < `_LEAST`, from fewer layers with more noise, s²L the same."""
        if s >= _LEAST or s == 0:
            power = self.after(layers, s) ** self._order
            return 2 / (self._order * layers * power) if s == 0 else _pull(self._order, layers, s, power)
        fewer = round(layers * (s / _LEAST) ** 2)
        pull = self._pull(layers, 0.0)
        if fewer == 0:
            return pull
        more = max(_LEAST, s * math.sqrt(layers / fewer))
        return pull * self._pull(fewer, more) / self._pull(fewer, 0.0)

    def _go(self, u: Array, layers: int) -> Array:
        """g^{∘layers}(u)."""
        value, c = elementwise(self.f).value, float(departure(self.f).slope)
        for _ in range(layers):
            u = value(u / c)
        return u

    def _noiseless(self, layers: int) -> float:
        u, weights = _nodes(_REACH * self.start, self.start / 8)
        return math.sqrt(2 * float(weights * _density(u, self.start) @ self._go(u, layers) ** 2))

    def _recursion(self, layers: int, s: float) -> float:
        """Steps from after one noise to after the next. Invariants: `u` and `law` are nodes and p·weight of a unit with
        the noise of `events` layers, just before it goes through layer `place` + 1, where `place` < `events`.
        """
        sigma = s * self.start
        u, weights = _nodes(_REACH * math.hypot(self.start, sigma), sigma * self.panel)
        law = weights * _density(u, math.hypot(self.start, sigma))
        place, events, m, before, drop = 0, 1, 1, self.start**2, 1.0
        while events < layers:
            # Settled: nothing changes any more from one time to the next.
            if drop * m < _SETTLED:
                return math.sqrt(2 * float(law @ self._go(u, (m + 1) // 2) ** 2))
            most = min(self.lump / s**2, 10 * self.lump / max(drop, 1e-12), layers - events)
            m = max(1, 2 * int((most - 1) // 2) + 1)
            through = events - place + (m - 1) // 2
            x = self._go(u, through)
            q = 2 * float(law @ x**2)
            drop = abs(q / before - 1) / through
            before, sigma = q, math.sqrt(q * math.expm1(m * math.log1p(s**2)))
            law, u = self._spread_out(law, x, sigma)
            place, events = place + through, events + m
        return math.sqrt(2 * float(law @ self._go(u, layers - place) ** 2))

    def _spread_out(self, law: Array, x: Array, sigma: float) -> tuple[Array, Array]:
        """The law of ±x + N(0, σ²): what is too improbable to matter is left out."""
        tail = np.cumsum(law[::-1])[::-1] > 1e-13
        law, x = law[tail], x[tail]
        u, weights = _nodes(float(x[-1]) + _REACH * sigma, sigma * self.panel)
        kernel = _density(u[:, None] - x, sigma)
        kernel += _density(u[:, None] + x, sigma)
        found = weights * (kernel @ law)
        total = 2 * float(found.sum())
        if abs(total - 1) > 1e-6:
            raise ArithmeticError(f"a law of total probability {total}: its nodes are too far apart")
        return found / total, u


def _pull(order: int, layers: int, s: float, power: float) -> float:
    """β from q_L^{p/2} = s²/(β (1 − e^{−(p/2) s² L}))."""
    return -(s**2) / (power * math.expm1(-order / 2 * s**2 * layers))


def _closed(order: int, layers: int, s: float, beta: float) -> float:
    """√q_L from the same."""
    return _pull(order, layers, s, beta) ** (1 / order)


def _density(x: Array, sigma: float) -> Any:
    return np.exp(x**2 * (-0.5 / sigma**2)) / (sigma * math.sqrt(2 * math.pi))


def _nodes(end: float, longest: float) -> tuple[Array, Array]:
    """Nodes and weights on (0, end), in panels no longer than `longest`, nor than 2 or their distance from 0.

    So they follow f(u/c) as well, which turns from a line to its limit at u of the order of 1.
    """
    edges = [0.0]
    while edges[-1] < min(end, longest) and longest > 2:
        edges.append(edges[-1] + min(longest, max(2.0, edges[-1])))
    if edges[-1] < end:
        more = math.ceil((end - edges[-1]) / longest)
        edges = np.concatenate([edges[:-1], np.linspace(edges[-1], end, more + 1)])
    places, weights = _legendre()
    lengths = np.diff(edges)[:, None]
    return (np.array(edges[:-1])[:, None] + places * lengths).ravel(), (weights * lengths).ravel()


@lru_cache(maxsize=1)
def _legendre() -> tuple[Array, Array]:
    """Gauss–Legendre on (0, 1)."""
    places, weights = np.polynomial.legendre.leggauss(_NODES)
    return (places + 1) / 2, weights / 2
