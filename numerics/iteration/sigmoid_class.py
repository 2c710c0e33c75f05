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
from theory.odd_sigmoids import Family, OneOrThree, Trait
from theory.statement import Relation, show

_ZERO = sp.S.Zero
_DIGITS = 12
_MEMBERS = 400
_GRID = np.geomspace(1e-3, 1e3, 4001)
_SMOOTH = (
    sp.Add, sp.Mul, sp.exp, sp.sin, sp.cos, sp.sinh, sp.cosh, sp.tanh, sp.sech, sp.atan, sp.asinh, sp.erf,
)  # fmt: skip
"""What is infinitely often differentiable on all of ℝ; whole powers ≥ 0 are too."""

a, c, M, x = sp.symbols("a c M x", real=True)
y1, y2, u1, u2, w, w_minus = sp.symbols("y_1 y_2 u_1 u_2 w w_minus", real=True)


def settle_one_or_three(part: OneOrThree, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict:
    """Proved by `premises` for every f of the class; refuted by a member of the declared family, with its gain."""
    deduction = Deduction("star condition", deadline)
    try:
        if hypotheses:
            raise NotOfThisFormError("hypotheses besides the traits of f")
        if not {Trait.CONTINUOUS, Trait.SMOOTH} & set(part.traits):
            raise NotOfThisFormError("f is not said to be continuous")
        deduction.show(premises(part.traits))
        return deduction.proved()
    except NotOfThisFormError as reason:
        return _refuted(part, deadline) or deduction.opened(reason)


def premises(traits: Sequence[Trait]) -> Iterator[Premise]:
    """**One or three.** Let f be continuous with f′(0) = c > 0, and let u = f(y)/y for y > 0.

    The premises speak of any values u_1, u_2 of the quotient at points 0 < y_1 < y_2, of which nothing is known but
    what the traits say; that f increases is not used.

    Soundness. Let a > 0. (1) f is odd: f(0) = 0, and −x is a fixed point of φ_a where x is one; so there are 1 + 2n,
    where n counts the positive ones. (2) x > 0 is a fixed point exactly where y = ax has u = 1/a. (3) There are no two
    such y: where the first has u = 1/a the second has u < 1/a; so n ≤ 1. (4) u → c as y → 0, and if u_1 > u_2 for all
    y_1 < y_2, passing to the limit y → 0 gives u_1 ≤ c and so u_2 < c: for ac < 1 none has u = 1/a, and n = 0. (5) For
    ac > 1, u > 1/a for small y as c > 1/a, and u < 1/a for y > aM, where |f| ≤ M; f(y)/y is continuous on y > 0, and
    intermediate values give a y with u = 1/a: n = 1.
    """
    positive = Relation(a, ">", _ZERO)
    falls = (Relation(u1, ">", u2),) if Trait.STAR in traits else ()
    odd = (Relation(w_minus, "==", -w),) if Trait.ODD in traits else ()
    yield Premise("f(0) = 0", (*odd, Relation(w_minus, "==", w)), (Relation(w, "==", _ZERO),))
    yield Premise("−x is a fixed point where x is one", (*odd, Relation(w, "==", x)), (Relation(w_minus, "==", -x),))
    start = (positive, Relation(x, ">", _ZERO))
    fixed, first = Relation(u1 * (a * x), "==", x), Relation(u1, "==", 1 / a)
    yield Premise("a positive fixed point x has f(y)/y = 1/a at y = ax", (*start, fixed), (first,))
    yield Premise("where f(y)/y = 1/a, x = y/a is a fixed point", (*start, first), (fixed,))
    yield Premise("no second positive fixed point", (positive, *falls, first), (Relation(u2, "<", 1 / a),))
    slope = (positive, Relation(c, ">", _ZERO))
    near = (*slope, *falls, Relation(u1, "<=", c), Relation(a, "<", 1 / c))
    yield Premise("none below the critical gain", near, (Relation(u2, "<", 1 / a),))
    yield Premise("near 0 the quotient is above 1/a", (*slope, Relation(a, ">", 1 / c)), (Relation(c, ">", 1 / a),))
    bounded = (Relation(sp.Abs(u1 * y1), "<=", M), Relation(M, ">=", _ZERO)) if Trait.BOUNDED in traits else ()
    far = (positive, *bounded, Relation(y1, ">", _ZERO), Relation(y1, ">", a * M))
    yield Premise("far out the quotient is below 1/a", far, (Relation(u1, "<", 1 / a),))


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
            if not all(_is_smooth(node, y) for node in sp.preorder_traversal(f)):
                raise NotOfThisFormError(f"{show(f)} is not known to be smooth")
        elif trait is Trait.BOUNDED:
            if not enclose(f, {y: ENTIRE}).finite:
                raise NotOfThisFormError(f"{show(f)} is not known to be bounded")
        elif trait in (Trait.INCREASING, Trait.STRICTLY_INCREASING):
            yield Premise("strictly increasing", (), (Relation(sp.diff(f, y), ">", _ZERO),))
        else:
            quotient = Relation(y * sp.diff(f, y), "<", f)
            yield Premise("f(y)/y decreases", (Relation(y, ">", _ZERO),), (quotient,))


def _is_smooth(node: Any, y: sp.Symbol) -> bool:
    whole = isinstance(node, sp.Pow) and node.exp.is_Integer and node.exp.is_nonnegative
    return bool(not node.has(y) or node == y or isinstance(node, _SMOOTH) or whole)
