"""How many fixed points x ↦ f(ax) has for every function f of a class; and a function that has more than claimed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from numerics.deadline import Deadline
from numerics.enclosure.interval import ENTIRE, simplest_fraction
from numerics.enclosure.program import UnsupportedError, enclose
from numerics.iteration.counting import admitted, listed
from numerics.iteration.isolation import UncountedError, solutions
from numerics.proof.deduction import Deduction
from numerics.proof.exact import constant_sign
from numerics.proof.premises import NotOfThisFormError, Premise
from numerics.verdict import Evidence, Outcome, Verdict
from theory.odd_sigmoids import Family, OneOrThree
from theory.one_or_three import Trait, is_smooth, premises
from theory.statement import Relation, show

_ZERO = sp.S.Zero
_DIGITS = 12
_MEMBERS = 400
_GRID = np.geomspace(1e-3, 1e3, 4001)


def settle_one_or_three(part: OneOrThree, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict:
    """Proved by `theory.one_or_three.premises` for every f of the class.

    Refuted by a member of the declared family, with its gain.
    """
    deduction = Deduction("star condition", deadline)
    try:
        if hypotheses:
            raise NotOfThisFormError("hypotheses besides the traits of f")
        if not {Trait.CONTINUOUS, Trait.SMOOTH} & set(part.traits):
            raise NotOfThisFormError("f is not said to be continuous")
        deduction.show(Premise(c.name, c.given, c.relations) for c in premises(part.traits))
        return deduction.proved()
    except NotOfThisFormError as reason:
        return _refuted(part, deadline) or deduction.opened(reason)


# -- a function that breaks it -------------------------------------------------------------------------------------


def _refuted(part: OneOrThree, deadline: Deadline) -> Verdict | None:
    """A member of the family with all traits, and a gain at which the fixed points are certainly not as many."""
    if part.family is None:
        return None
    for f, gain in _suspects(part.family, deadline):
        deadline.check()
        found = broken(f, part.family.variable, gain, part.traits, deadline)
        if found is not None:
            witness = {"f": show(f), "a": str(gain)}
            return Verdict(Outcome.REFUTED, (Evidence("counting", "Arb subdivision", found),), witness=witness)
    return None


def _suspects(family: Family, deadline: Deadline) -> Iterator[tuple[Any, Fraction]]:
    """Members whose f(y)/y rises above f′(0) on a grid in doubles, and a short gain with 1/a in between: proposals."""
    parameters: list[Any] = sorted(family.function.free_symbols - {family.variable}, key=str)
    evaluate = sp.lambdify([family.variable, *parameters], family.function, "numpy")
    for point in admitted(family.where, parameters, _MEMBERS):
        deadline.check()
        values = [float(point[p]) for p in parameters]
        quotient = evaluate(_GRID, *values) / _GRID
        slope, top = float(quotient[0]), float(quotient.max())
        if not slope > 0 or not top > 1.05 * slope:
            continue
        low, high = Fraction(1 / top), Fraction(1 / slope)
        exact = {p: sp.Rational(q.numerator, q.denominator) for p, q in point.items()}
        width = high - low
        yield family.function.xreplace(exact), simplest_fraction(low + width / 4, low + 3 * width / 4)


def broken(f: Any, y: sp.Symbol, gain: Fraction, traits: Sequence[Trait], deadline: Deadline) -> str | None:
    """Why f, which certainly has the traits, has a wrong number of fixed points at the gain; None where it
    is not shown.

    The traits and f′(0) > 0 are verified, and the side of 1/f′(0) on which the gain lies; the fixed points are
    isolated.
    """
    value = sp.Rational(gain.numerator, gain.denominator)
    try:
        deduction = Deduction("traits", deadline.share(0.5))
        deduction.show(of_member(f, y, traits))
        slope = sp.diff(f, y).subs(y, 0)
        side = constant_sign(value * slope - 1)
        if constant_sign(slope) != 1 or not side or value <= 0:
            return None
        found = solutions(f.xreplace({y: value * y}), y, _DIGITS, deadline.share(0.5), closed=False)
    except (NotOfThisFormError, UncountedError, UnsupportedError):
        return None
    wanted = 3 if side > 0 else 1
    if len(found) == wanted:
        return None
    shown = ", ".join(trait.value for trait in traits)
    relation = ">" if side > 0 else "<"
    return f"f is {shown}, a {relation} 1/f′(0) = {show(1 / slope)}, and f(a{y}) = {y} has {listed(found)}"


def of_member(f: Any, y: sp.Symbol, traits: Sequence[Trait]) -> Iterator[Premise]:
    """What has to be shown for one function to have the traits; NotOfThisFormError where one is certainly not shown.

    Smooth: made of functions that are smooth on ℝ. Bounded: by its enclosure on ℝ. Strictly increasing: f′ > 0.
    """
    for trait in traits:
        if trait is Trait.ODD:
            yield Premise("odd", (), (Relation(f.xreplace({y: -y}), "==", -f),))
        elif trait in (Trait.SMOOTH, Trait.CONTINUOUS):
            if not all(is_smooth(node, y) for node in sp.preorder_traversal(f)):
                raise NotOfThisFormError(f"{show(f)} is not known to be smooth")
        elif trait is Trait.BOUNDED:
            if not enclose(f, {y: ENTIRE}).finite:
                raise NotOfThisFormError(f"{show(f)} is not known to be bounded")
        elif trait in (Trait.INCREASING, Trait.STRICTLY_INCREASING):
            yield Premise("strictly increasing", (), (Relation(sp.diff(f, y), ">", _ZERO),))
        else:
            quotient = Relation(y * sp.diff(f, y), "<", f)
            yield Premise("f(y)/y decreases", (Relation(y, ">", _ZERO),), (quotient,))
