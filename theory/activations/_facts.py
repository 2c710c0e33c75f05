"""What an activation says of itself, as claims: engines settle them, nobody believes them."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from theory.activations._activation import Activation, Bound, z
from theory.claim import Claim, Source
from theory.statement import Part, Relation

SOURCE = Source(key="activation", title="The registry of activations", authors="gradproof", year="2026")


def facts(activation: Activation) -> tuple[Claim, ...]:
    """Every formula and every fact of the activation as a claim, with id `activation/<name>/<fact>`."""
    return (
        *_formulas(activation),
        *_values_at_zero(activation),
        *_parity(activation),
        *_bounds(activation),
        *_monotonicity(activation),
        *_kinks(activation),
    )


def _claim(f: Activation, fact: str, text: str, *conclusion: Part, given: tuple[Relation, ...] = ()) -> Claim:
    return Claim(
        id=f"activation/{f.name}/{fact}",
        text=f"{f.name}: {text}",
        conclusion=conclusion,
        hypotheses=f.conditions + given,
        source=SOURCE,
        place=f.reference,
        variables=(z, *f.parameters),
    )


def _off_kinks(f: Activation) -> tuple[Relation, ...]:
    return tuple(Relation(z, "!=", kink) for kink in f.kinks)


def _formulas(f: Activation) -> Iterator[Claim]:
    """The safe forms are the function and its derivative: f = definition, d/dz definition = f′, log|f′|."""
    yield _claim(f, "definition", "the safe formula is the function", Relation(f.formula, "==", f.definition))
    slope = Relation(sp.Derivative(f.definition, z, evaluate=False), "==", f.derivative)
    yield _claim(f, "derivative", "the safe derivative is the derivative", slope, given=_off_kinks(f))
    logarithm = Relation(sp.log(sp.Abs(f.derivative)), "==", f.log_derivative)
    given = f.log_domain or _off_kinks(f)
    yield _claim(f, "log-derivative", "the safe logarithm is log|f′|", logarithm, given=given)


def _values_at_zero(f: Activation) -> Iterator[Claim]:
    value = Relation(f.f(0), "==", f.value_at_zero)
    yield _claim(f, "value-at-zero", f"f(0) = {f.value_at_zero}", value)
    if f.slope_at_zero is not None:
        slope = Relation(f.derivative_at(0), "==", f.slope_at_zero)
        yield _claim(f, "slope-at-zero", f"f′(0) = {f.slope_at_zero}", slope)


def _parity(f: Activation) -> Iterator[Claim]:
    if f.parity == "odd":
        yield _claim(f, "parity", "f is odd: f(−z) = −f(z)", Relation(f.f(-z), "==", -f.formula))


def _bounds(f: Activation) -> Iterator[Claim]:
    """Each finite end bounds f, strictly unless it is attained; each end that is met or approached is the best one."""
    ends = ((f.infimum, "infimum", ">"), (f.supremum, "supremum", "<"))
    finite = [(end, op + "=" * end.attained) for end, _, op in ends if end is not None and not end.value.is_infinite]
    if finite:
        bounds = [Relation(f.formula, op, end.value) for end, op in finite]
        text = ", ".join(f"f {relation.op} {relation.rhs}" for relation in bounds)
        yield _claim(f, "bounds", text, *bounds)
    for end, word, _ in ends:
        if end is not None and end.at is not None:
            yield _claim(f, word, f"the {word} of f is {end.value}, at z = {end.at}", _met(f, end))


def _met(f: Activation, end: Bound) -> Relation:
    value = sp.Limit(f.formula, z, end.at) if end.approached else f.f(end.at)
    return Relation(value, "==", end.value)


def _monotonicity(f: Activation) -> Iterator[Claim]:
    """f′ > 0 (or ≥ 0) off the kinks, which makes the continuous f increase; or a point at which f′ < 0."""
    if f.increasing:
        growth = Relation(f.derivative, ">" if f.strictly else ">=", sp.S.Zero)
        text = "f increases strictly: f′ > 0" if f.strictly else "f does not decrease: f′ ≥ 0"
        yield _claim(f, "increasing", text, growth, given=_off_kinks(f))
    if f.falls_at is not None:
        fall = Relation(f.derivative_at(f.falls_at), "<", sp.S.Zero)
        yield _claim(f, "not-monotone", f"f falls at {f.falls_at}: f′ < 0 there", fall)


def _kinks(f: Activation) -> Iterator[Claim]:
    """At a kink the slopes from the two sides differ."""
    if f.kinks:
        parts = [Relation(_slope(f, kink, "-"), "!=", _slope(f, kink, "+")) for kink in f.kinks]
        yield _claim(f, "kinks", "the slopes from the two sides differ at each kink", *parts)


def _slope(f: Activation, kink: sp.Expr, side: str) -> sp.Expr:
    """The limit of the difference quotient, of the formula that has no cases in it.

    SymPy takes a one-sided limit of a Piecewise where it breaks from the wrong side (sympy issue 23836: relu′ would
    be 0 on both). With Max and Min it does not.
    """
    return sp.Limit((f.formula - f.f(kink)) / (z - kink), z, kink, side)  # pyright: ignore[reportReturnType]
