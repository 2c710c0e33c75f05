"""How many fixed points x ↦ f(ax) has for every function f of a class, and what shows that one function has more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

import sympy as sp

from theory.errors import StatementError
from theory.parsing import parse_expression
from theory.statement import Relation
from theory.sufficient import Condition, Sufficient

_ZERO: Any = sp.S.Zero
_SMOOTH = (
    sp.Add, sp.Mul, sp.exp, sp.sin, sp.cos, sp.sinh, sp.cosh, sp.tanh, sp.sech, sp.atan, sp.asinh, sp.erf,
)  # fmt: skip
"""What is infinitely often differentiable on all of ℝ; whole powers ≥ 0 are too."""
_PLACES = tuple(sp.Rational(k, 8) for k in range(1, 81))

a, c, M, x = sp.symbols("a c M x", real=True)
y1, y2, u1, u2, w, w_minus = sp.symbols("y_1 y_2 u_1 u_2 w w_minus", real=True)


class Trait(StrEnum):
    """What is said of a function f: ℝ → ℝ."""

    ODD = "odd"
    CONTINUOUS = "continuous"
    SMOOTH = "infinitely often differentiable"
    BOUNDED = "bounded"
    INCREASING = "increasing"
    STRICTLY_INCREASING = "strictly increasing"
    STAR = "with f(y)/y strictly decreasing on y > 0"


def premises(traits: Sequence[Trait]) -> Iterator[Condition]:
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
    yield Condition("f(0) = 0", (Relation(w, "==", _ZERO),), (*odd, Relation(w_minus, "==", w)))
    yield Condition("−x is a fixed point where x is one", (Relation(w_minus, "==", -x),), (*odd, Relation(w, "==", x)))
    start = (positive, Relation(x, ">", _ZERO))
    fixed, first = Relation(u1 * (a * x), "==", x), Relation(u1, "==", 1 / a)
    yield Condition("a positive fixed point x has f(y)/y = 1/a at y = ax", (first,), (*start, fixed))
    yield Condition("where f(y)/y = 1/a, x = y/a is a fixed point", (fixed,), (*start, first))
    yield Condition("no second positive fixed point", (Relation(u2, "<", 1 / a),), (positive, *falls, first))
    slope = (positive, Relation(c, ">", _ZERO))
    near = (*slope, *falls, Relation(u1, "<=", c), Relation(a, "<", 1 / c))
    yield Condition("none below the critical gain", (Relation(u2, "<", 1 / a),), near)
    steep = (*slope, Relation(a, ">", 1 / c))
    yield Condition("near 0 the quotient is above 1/a", (Relation(c, ">", 1 / a),), steep)
    bounded = (Relation(sp.Abs(u1 * y1), "<=", M), Relation(M, ">=", _ZERO)) if Trait.BOUNDED in traits else ()
    far = (positive, *bounded, Relation(y1, ">", _ZERO), Relation(y1, ">", a * M))
    yield Condition("far out the quotient is below 1/a", (Relation(u1, "<", 1 / a),), far)


WHY = (
    "with u = f(y)/y for y > 0, x > 0 is a fixed point where y = ax has u = 1/a; u is continuous and has each value at "
    "most once, is below its limit f′(0) at 0, and far out below 1/a; and f is odd"
)


def is_smooth(node: Any, y: Any) -> bool:
    """Whether the node is made by an operation that is infinitely often differentiable on all of ℝ."""
    whole = isinstance(node, sp.Pow) and node.exp.is_Integer and node.exp.is_nonnegative
    return bool(not node.has(y) or node == y or isinstance(node, _SMOOTH) or whole)


def broken_by(traits: Sequence[Trait], witness: Mapping[str, Any]) -> Sufficient | None:
    """That the function f and the gain a of the witness break it: f has the traits, and too many fixed points.

    They are counted by changes of sign of f(ay) − y at numbers y > 0, which are a proposal.
    """
    found = _read(witness)
    if found is None or Trait.STAR in traits:
        return None
    f, y, gain = found
    if not all(is_smooth(node, y) for node in sp.preorder_traversal(f)):
        return None
    slope: Any = sp.diff(f, y)
    steepness: Any = slope.subs(y, 0)
    side = sp.sign(sp.N(gain * steepness - 1, 30))
    least = 2 if side < 0 else 4
    gap: Any = f.xreplace({y: gain * y}) - y
    marks = _changes(gap, y)[: least + 1]
    if side == 0 or len(marks) < 2 or (side > 0 and len(marks) < 3):
        return None
    bound: Any = sp.Integer(sum(abs(sp.N(term.subs(y, 1000))) for term in sp.Add.make_args(f)) + 1)
    conditions = [
        Condition("f is odd", (Relation(f.xreplace({y: -y}), "==", -f),)),
        Condition("f is bounded", (Relation(sp.Abs(f), "<=", bound),)),
        Condition("f increases strictly", (Relation(slope, ">", _ZERO),)),
        Condition("the slope at 0 and the gain", (Relation(gain * steepness, ">" if side > 0 else "<", sp.S.One),
                                                  Relation(sp.sympify(gain), ">", _ZERO))),
        Condition("f(ay) − y changes its sign", tuple(Relation(gap.subs(y, m), op, _ZERO) for m, op in marks)),
    ]  # fmt: skip
    zeros = len(marks) - 1
    why = (
        f"f is smooth, being made of smooth functions; f(ay) − y has {zeros} changes of sign on y > 0, so that there "
        f"are at least {1 + 2 * zeros} fixed points, and {3 if side > 0 else 1} is claimed"
    )
    return Sufficient(why, tuple(conditions)) if 1 + 2 * zeros > (3 if side > 0 else 1) else None


def _read(witness: Mapping[str, Any]) -> tuple[Any, Any, Any] | None:
    try:
        f, needed = parse_expression(str(witness["f"]))
        gain = sp.Rational(str(witness["a"]))
    except (LookupError, StatementError, TypeError, ValueError):
        return None
    if len(f.free_symbols) != 1 or needed or not gain.is_finite:
        return None
    (y,) = f.free_symbols
    return f, y, gain


def _changes(gap: Any, y: Any) -> list[tuple[Any, str]]:
    """Numbers y > 0 at which the sign is another than before, the first of all among them."""
    marks: list[tuple[Any, str]] = []
    for place in _PLACES:
        op = ">" if sp.N(gap.subs(y, place), 30) > 0 else "<"
        if not marks or marks[-1][1] != op:
            marks.append((place, op))
    return marks
