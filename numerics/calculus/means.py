"""Means under a normal law with mean zero: exact by SymPy and checked by certain quadrature, or compared pointwise."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from numerics.calculus._rule import of_relations
from numerics.deadline import Deadline, OutOfTimeError, interrupted_after
from numerics.enclosure.interval import Interval, precision
from numerics.enclosure.program import enclose
from numerics.expectation import gaussian_expectation
from numerics.forms import conjunction
from numerics.verdict import Evidence, Outcome, Verdict
from theory.calculus import GaussianMean
from theory.statement import Relation, show

_SCALES = (Fraction(1), Fraction(1, 2), Fraction(7, 3))
_DIGITS, _BITS = 25, 160
_BREAKS = {"==": lambda lo, hi: lo or hi, "<": lambda lo, hi: lo, "<=": lambda lo, hi: lo,
           ">": lambda lo, hi: hi, ">=": lambda lo, hi: hi}  # fmt: skip
"""Whether a mean that is certainly above (below) the value breaks the relation."""


def settle_mean(part: GaussianMean, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict:
    """E f(z) against a value, z ∼ N(0, s²), for every s > 0.

    **Equality.** SymPy's integral of f(su)φ(u) over ℝ, and quadrature with certain bounds at several s, which has to
    contain it. **Majorant.** f(z) < h(z) for z ≠ 0 gives E f(z) < E h(z), as z ≠ 0 almost surely; E h is exact.
    **Refuted** where quadrature at one s excludes the value. Soundness of the last two: monotony of the integral, and
    enclosures in Arb; the first trusts SymPy's antiderivative, and says so.
    """
    refuted = _refuted(part, hypotheses, deadline)
    if refuted is not None:
        return refuted
    if part.op == "==":
        return _exact(part, part.function, deadline)
    if part.majorant is None or part.op not in ("<", "<="):
        return Verdict(Outcome.OPEN, (Evidence("mean", "rule", "no majorant is declared"),))
    below = Relation(part.function, part.op, part.majorant)
    elsewhere = (Relation(part.variable, "!=", sp.S.Zero),)
    return conjunction([of_relations((below,), elsewhere, deadline.share(0.5)), _exact(part, part.majorant, deadline)])


def _refuted(part: GaussianMean, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict | None:
    for scale in _SCALES:
        here = [h.subs({part.scale: sp.Rational(scale.numerator, scale.denominator)}) for h in hypotheses]
        if here and of_relations(here, (), deadline.share(0.1)).outcome is not Outcome.PROVED:
            continue
        mean, value = _numbers(part, part.function, scale)
        if _BREAKS[part.op](bool(mean.lo > value.hi), bool(mean.hi < value.lo)):
            detail = f"the mean is {mean}, and {show(part.value)} is {value}"
            witness = {str(part.scale): str(scale)}
            return Verdict(Outcome.REFUTED, (Evidence("quadrature", "Arb", detail),), witness=witness)
    return None


def _numbers(part: GaussianMean, function: sp.Expr, scale: Fraction) -> tuple[Interval, Interval]:
    s = sp.Rational(scale.numerator, scale.denominator)
    mean = gaussian_expectation(function, part.variable, _DIGITS, deviation=s)
    with precision(_BITS):
        return mean, enclose(part.value.subs(part.scale, s))  # pyright: ignore[reportArgumentType]


def _exact(part: GaussianMean, function: sp.Expr, deadline: Deadline) -> Verdict:
    u, s = sp.Symbol("u", real=True), sp.Symbol(str(part.scale), positive=True)
    density = sp.exp(-(u**2) / 2) / sp.sqrt(2 * sp.pi)
    integrand: Any = function.subs(part.variable, s * u) * density
    try:
        with interrupted_after(max(deadline.left, 0.01)):
            halves = [sp.integrate(_on_side(integrand, u, side), (u, 0, sp.oo)) for side in (1, -1)]
            gap = sp.simplify(sp.Add(*halves) - part.value.subs(part.scale, s))
    except (OutOfTimeError, NotImplementedError, ValueError, TypeError):
        gap = sp.nan
    if gap != 0:
        return Verdict(Outcome.OPEN, (Evidence("mean", "SymPy", f"E {show(function)} was not found"),))
    for scale in _SCALES:
        mean, value = _numbers(part, function, scale)
        if mean.hi < value.lo or mean.lo > value.hi:
            raise AssertionError(f"SymPy's mean of {function} is not the one that quadrature encloses at {scale}")
    places = ", ".join(map(str, _SCALES))
    shown = f"E {show(function)} = {show(part.value)}; contained in the enclosures at {part.scale} = {places}"
    return Verdict(Outcome.PROVED, (Evidence("mean", "SymPy, checked by certain quadrature", shown),))


def _on_side(integrand: Any, u: sp.Symbol, side: int) -> Any:
    """On one half-line, mirrored to u > 0, where cases and kinks at 0 are decided."""
    positive = sp.Symbol("u", positive=True)
    placed = sp.piecewise_fold(integrand).subs(u, side * positive)
    return placed.subs(positive, u) if placed.has(sp.Piecewise) else sp.simplify(placed).subs(positive, u)
