"""Compositions Φ_m = φ_{a_m}∘⋯∘φ_{a_1} with any sequence of gains: bounds of |Φ_m(x)| in the long run, and sequences of
gains for which it has no limit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import sympy as sp
from flint import arb

from numerics.deadline import Deadline
from numerics.enclosure.interval import Interval, precision
from numerics.enclosure.program import Program, compile_expressions
from numerics.falsifying.drawing import Point
from numerics.iteration.counting import admitted, xi
from numerics.iteration.iterates import tends
from numerics.iteration.odd_map import ExpressionMap
from numerics.proof.deduction import Deduction, require_points
from numerics.proof.premises import NotOfThisFormError, Premise
from numerics.verdict import Evidence, Outcome, Verdict
from theory.fixed_points import Gains
from theory.proof import before
from theory.statement import Relation, show

_ZERO = sp.S.Zero
_POSITIVE = Relation(before, ">", _ZERO)
_POINTS = 30
_ROUNDS = 60
_RADII = tuple(Fraction(1, 10**k) for k in range(1, 9))


def settle_gains(part: Gains, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict:
    """**Domination.** Let φ_a be odd for every admitted gain, with φ_a(y) > 0 for y > 0, and let φ_a(y) ≥ φ_b(y) for
    y > 0 and all gains a but finitely many. If φ_b increases and its orbits tend to ξ, lim inf |Φ_m(x)| ≥ ξ for x ≠ 0.
    With ≤ for ≥, lim sup |Φ_m(x)| ≤ ξ. Where both are the same, or the upper one is 0, the limit exists.

    Soundness: |Φ_m(x)| = φ_{a_m}(|Φ_{m−1}(x)|) > 0 by oddness. With N beyond the last exception and y = |Φ_N(x)| > 0,
    induction over m gives |Φ_{N+m}(x)| ≥ φ_b^m(y), as φ_b increases; the right-hand side tends to ξ.

    Refuted, where a limit is claimed, by gains of period two (`without_limit`).
    """
    deduction = Deduction("domination", deadline)
    given = (*hypotheses, *part.every, *part.eventually)
    try:
        require_points(given, deadline)
        if part.converges and not _forced(part) and (found := without_limit(part, hypotheses, deadline)) is not None:
            return found
        always = ExpressionMap(part.map, part.variable, (*hypotheses, *part.every))
        for premises in (always.continuous(), always.odd()):
            deduction.show(premises)
        above_zero = Relation(always.map(before), ">", _ZERO)
        deduction.show([Premise("positive values stay positive", (*always.given, _POSITIVE), (above_zero,))])
        limits = {
            op: _dominated(part, gain, op, tuple(hypotheses), given, deduction)
            for gain, op in ((part.above, ">="), (part.below, "<="))
            if gain is not None
        }
        if part.converges and not (_forced(part) or limits.get("<=") == 0):
            raise NotOfThisFormError("that the limit exists: the bounds do not meet")
    except NotOfThisFormError as reason:
        return deduction.opened(reason)
    return deduction.proved()


def _forced(part: Gains) -> bool:
    """Whether both bounds are the same, so that they force a limit."""
    return part.above is not None and part.below is not None and sp.simplify(part.above - part.below) == 0


def _dominated(
    part: Gains, gain: Any, op: str, hypotheses: tuple[Relation, ...], given: tuple[Relation, ...], deduction: Deduction
) -> Any:
    """Shows the bound by the map with the gain `gain`; its orbits' limit, 0 or a symbol."""
    at_gain: Any = part.map.xreplace({part.gain: gain})
    map_ = ExpressionMap(at_gain, part.variable, hypotheses)
    any_gain: Any = part.map.xreplace({part.variable: before})
    compared = Relation(any_gain, op, map_.map(before))
    name = f"the map lies {'above' if op == '>=' else 'below'} the one with the gain {show(gain)}"
    deduction.show([Premise(name, (*given, _POSITIVE), (compared,))])
    deduction.show(map_.increasing())
    try:
        tends(deduction, map_)
    except NotOfThisFormError:
        map_ = replace(map_, limit=xi)
        tends(deduction, map_)
    said = "lim inf |Φ_m(x)| ≥" if op == ">=" else "lim sup |Φ_m(x)| ≤"
    deduction.say(f"{said} {'0' if map_.limit == 0 else f'the positive fixed point at the gain {show(gain)}'}")
    return map_.limit


# -- gains without a limit -----------------------------------------------------------------------------------------


def without_limit(part: Gains, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict | None:
    """**Two intervals.** Gains p, q, p, q, … and intervals I and J = φ_p(I) whose sizes |I| and |J| have no common
    point, φ_q(J) inside I: where the outputs enter I, |Φ_m(x)| has no limit.

    Soundness: from then on every second |Φ_m(x)| lies in |I| and the others in |J|, at a positive distance. All of it
    is enclosed with Arb; the gains are admitted with certainty.
    """
    p, q = sp.symbols("p q", real=True)
    admits = [r.subs({part.gain: gain}) for gain in (p, q) for r in (*part.every, *part.eventually)]
    given = (*hypotheses, *admits, Relation(p, "<", q))
    variables: list[Any] = sorted({s for r in given for s in r.free_symbols}, key=str)
    program = compile_expressions([part.map], [part.variable, part.gain])
    for point in admitted(given, variables, _POINTS):
        deadline.check()
        found = _apart(program, point[p], point[q])
        if found is not None:
            parameters = {v: value for v, value in point.items() if v not in (p, q)}
            return _witness(part, parameters, point[p], point[q], found)
    return None


def _apart(program: Program, p: Fraction, q: Fraction) -> tuple[Interval, Interval] | None:
    """|I| and |J| for the gains p, q, …, which the outputs from x = 1 enter; None where none were found."""
    with precision(128):
        first, second = (Interval.exact(*gain.as_integer_ratio()) for gain in (p, q))
        y = Interval.exact(1)
        for _ in range(_ROUNDS):
            y = program.run([program.run([y, first])[0], second])[0]
        for inner in _around(y):
            image = program.run([inner, first])[0]
            back = program.run([image, second])[0]
            inside = back.lo >= inner.lo and back.hi <= inner.hi
            # Of opposite signs they may have one size.
            sizes = abs(inner), abs(image)
            if inside and (sizes[0].hi < sizes[1].lo or sizes[1].hi < sizes[0].lo):
                return sizes
    return None


def _around(y: Interval) -> Iterator[Interval]:
    """Intervals that contain y, of several radii."""
    for radius in _RADII:
        r = arb(radius.numerator) / radius.denominator
        yield Interval((y.lo - r).lower(), (y.hi + r).upper())


def _witness(part: Gains, parameters: Point, p: Fraction, q: Fraction, found: tuple[Interval, Interval]) -> Verdict:
    n = sp.Symbol("n", integer=True, positive=True)
    middle, half = (sp.Rational(v.numerator, v.denominator) for v in ((p + q) / 2, (q - p) / 2))
    sequence = show(middle + half * (-1) ** n)
    inner, image = found
    detail = (
        f"with the gains {p}, {q}, {p}, … from {part.variable} = 1, |Φ_m(x)| lies in {inner} for all even m from some "
        f"m on, and in {image} for the odd ones: it has no limit"
    )
    witness = {**{str(v): str(value) for v, value in parameters.items()}, f"{part.gain}_n": sequence}
    evidence = Evidence("two intervals", "Arb enclosure", detail)
    return Verdict(Outcome.REFUTED, (evidence,), witness={**witness, str(part.variable): "1"})
