"""Many layers at once near 0, where θ f′(0) is close to 1 and an orbit moves slowly.

F(y) = f(θ y) = λ y + …, and S_m(y) = ∑_{i<m} (log f′(θ F^i(y)) − log f′(0)): both F^m and S_m are power series at 0,
and composing them gives them for m = 1, 2, 4, …: F^{2m} = F^m ∘ F^m, S_{2m} = S_m + S_m ∘ F^m. They are used as
F^m(y) = y ∑_{j≤J} p_j u^j, S_m(y) = ∑_{1≤j≤J} s_j u^j, with u = y² for an analytic f; where f has an even part from
the right (softsign), u = y, with twice as many terms.

What is left out. Let |F(y)| ≤ λ |y| (1 + A |y|^q) and |log f′(θ y) − log f′(0)| ≤ C |y|^q on the complex disc
|y| ≤ R₀, q the least power of y in u. If |y| ≤ R, 2R ≤ R₀ and m (log⁺ λ + A (2R)^q) ≤ log 2, then |F^i(y)| ≤ 2|y| for
all i ≤ m, by induction; so F^m is analytic on |y| ≤ R and at most 2R there, and S_m at most m C (2R)^q. By Cauchy's
estimate the terms from the N-th power on are at most 2R (r/R)^N/(1 − r/R), and m C (2R)^q (r/R)^N/(1 − r/R), for
|y| ≤ r. A leap of m layers is taken from |y| ≤ r_m, the largest r with both below `LEFT_OUT` (the first relatively to
r). A and C come from enclosures: of the first Taylor coefficients, and of f on |y| ≤ 2R₀ for the others, by Cauchy.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flint import acb, arb, arb_series, ctx

from numerics.enclosure.analytic import on_balls
from numerics.enclosure.program import Program, compile_expressions
from numerics.sweeping.closing import evaluate
from numerics.sweeping.step import Z_ABOVE, nonnegative
from theory.activations import Activation

Array = np.ndarray
TERMS = 16
"""J for u = y², and 2J terms for u = y."""
LEFT_OUT = 2.0**-60
NEAR = 0.02
"""Leaps are set up where |θ f′(0) − 1| is at most this."""
_BITS, _TAYLOR = 300, 40
_DISC = 0.15


def leaps(f: Activation, theta: Array, levels: int) -> Array:
    """For each θ > 0 and m = 1, 2, 4, …, 2^(levels − 1) a row r_m, p_0, p_1, …, p_n, s_1, …, s_n; n is J, or 2J."""
    formulas = [nonnegative(f.formula), nonnegative(f.log_derivative)]
    values = compile_expressions(formulas, [Z_ABOVE])
    on_discs = [on_balls(compile_expressions([formula], [Z_ABOVE])) for formula in formulas]
    table = np.zeros((theta.size, levels, 2 + 2 * (TERMS if even(f) else 2 * TERMS)))
    bits, cap = ctx.prec, ctx.cap
    try:
        ctx.prec, ctx.cap = _BITS, _TAYLOR
        for place, weight in enumerate(theta):
            _fill(values, on_discs, arb(float(weight)), table[place])
    finally:
        ctx.prec, ctx.cap = bits, cap
    return table


def even(f: Activation) -> bool:
    """Whether f(y)/y is a series in y² at 0, from the right."""
    bits, cap = ctx.prec, ctx.cap
    try:
        ctx.prec, ctx.cap = _BITS, _TAYLOR
        (F,) = evaluate(compile_expressions([nonnegative(f.formula)], [Z_ABOVE]), arb_series([0, 1]))
        return _power(F) == 2
    finally:
        ctx.prec, ctx.cap = bits, cap


def _power(F: Any) -> int:
    """q: the least power of y in F(y)/(λ y) − 1 that is certain not to be missing."""
    return 2 if all(c.contains(0) for c in F.coeffs()[2::2]) else 1


def _fill(values: Program, on_discs: list[Any], weight: Any, rows: Array) -> None:
    F, S = evaluate(values, arb_series([0, weight]))
    S, slope, q = S - S.coeffs()[0], F.coeffs()[1], _power(F)
    if q == 2:
        # An odd function has no even coefficients: what Arb leaves of them are roundings.
        F, S = _every_other(F, 1), _every_other(S, 0)
    A = _bound(F, 1 + q, on_discs[0], weight) / slope
    C = _bound(S, q, on_discs[1], weight)
    count = 2 * TERMS // q
    for level, row in enumerate(rows):
        row[0] = _radius(2**level, slope, A, C, q, q * count + q)
        p, s = ([float(c.mid()) for c in _padded(series)] for series in (F, S))
        row[1 : 2 + count] = p[1 : 2 + q * count : q]
        row[2 + count :] = s[q : 1 + q * count : q]
        F, S = F(F), S + S(F)


def _every_other(series: Any, parity: int) -> Any:
    return arb_series([c if n % 2 == parity else arb(0) for n, c in enumerate(series.coeffs())])


def _padded(series: Any) -> list[Any]:
    found = list(series.coeffs())
    return found + [arb(0)] * (_TAYLOR - len(found))


def _bound(series: Any, first: int, on_disc: Any, weight: Any) -> Any:
    """∑_{n ≥ first} |c_n| R₀^(n − first), the coefficients beyond those known by Cauchy's estimate on |y| = 2R₀."""
    largest = abs(on_disc(weight * acb(arb(0, 2 * _DISC), arb(0, 2 * _DISC)), True)).upper()
    known = sum((abs(c) * arb(_DISC) ** (n - first) for n, c in enumerate(_padded(series)) if n >= first), arb(0))
    return (known + largest * arb(_DISC) ** -first * arb(2) ** (1 - _TAYLOR)).upper()


def _radius(m: int, slope: Any, A: Any, C: Any, q: int, N: int) -> float:
    """r_m of the module's text; 0 where m layers may take an orbit out of the disc."""
    room = arb(2).log() / m - (slope.log() if slope > 1 else 0)
    if not room > 0:
        return 0.0
    R = float(((room / A) ** (arb(1) / q) / 2).lower())
    R = min(R, _DISC / 2)
    grown = m * float(C.upper()) * (2 * R) ** q
    # r/R = ρ with 2 ρ^(N − 1)/(1 − ρ) and `grown` ρ^N/(1 − ρ) at most LEFT_OUT; half of that allows for the 1 − ρ ≥ ½.
    ratio = min((LEFT_OUT / 4) ** (1 / (N - 1)), (LEFT_OUT / 2 / max(grown, LEFT_OUT)) ** (1 / N))
    return R * min(ratio, 0.5) * (1 - 1e-12) if math.isfinite(R) else 0.0
