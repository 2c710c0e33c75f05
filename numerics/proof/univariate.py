"""One variable: near a touching point and near infinity by an expansion, in between by subdivision."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from flint import arb

from numerics.deadline import Deadline
from numerics.enclosure.interval import Interval
from numerics.enclosure.program import compile_expressions, enclose
from numerics.proof.exact import constant_sign
from numerics.proof.goal import Goal, Proof, Range
from numerics.proof.search import Box, Cover, Subdivision
from numerics.proof.touching import Neighbourhood, beside, nearby_constant

_MOST_TOUCHES = 12
_COARSE_BOXES, _COARSE_WIDTH = 120, 1e-3


class Univariate:
    """The proof that one expression in one variable is ≥ 0 (> 0) between two exact ends."""

    def __init__(self, goal: Goal, deadline: Deadline, most_boxes: int = 4000):
        self.goal, self.deadline, self.most_boxes = goal, deadline, most_boxes
        (self.x,) = goal.variables
        self.f = goal.expression
        self.range = goal.domain.ranges[self.x]
        self.subdivision = Subdivision(goal)
        self.steps: list[Proof] = []
        self.left: Cover = Cover()
        self.suspects: list[Interval] = []

    def prove(self) -> Proof | None:
        """A proof, or None; then `left` says what was not covered."""
        with_ends = self.near_end(self.range.lo, 1), self.near_end(self.range.hi, -1)
        low, high = self.inner(self.range.lo, with_ends[0], 1), self.inner(self.range.hi, with_ends[1], -1)
        if low is None or high is None:
            return None
        if low <= high and not self.between(low, high, 0):
            return None
        return Proof("cover", self.goal, f"{self.range} is covered", tuple(self.steps))

    def near_end(self, end: sp.Expr, side: int) -> Neighbourhood | None:
        """What an expansion says next to an end where f vanishes or is not finite; None where it is not needed."""
        if not end.is_infinite and self.plainly_settled(end, side):
            return None
        return beside(self.f, self.x, end, side)

    def plainly_settled(self, end: sp.Expr, side: int) -> bool:
        """Whether an enclosure shows f > 0 on a short piece next to the end (not only at the end itself)."""
        at_end, short = enclose(end), Interval(arb(0), arb(2) ** -20)
        piece = at_end + (short if side > 0 else -short)
        return bool(self.subdivision.program.run([piece])[0].lo > 0)

    def inner(self, end: sp.Expr, near: Neighbourhood | None, side: int) -> arb | None:
        """Where the part next to an end stops and the rest begins; None where the goal fails next to the end."""
        bound = self.range.interval()
        outer = bound.lo if side > 0 else bound.hi
        is_open = self.range.lo_open if side > 0 else self.range.hi_open
        if near is None:
            return outer if outer.is_finite() else (arb(-1) if side > 0 else arb(1)) * arb.pos_inf()
        if near.sign < 0:
            self.suspects.append(_piece(end, near, side))
            return None
        if not end.is_infinite and not is_open and not self.holds_at(end):
            return None
        reach = arb(near.reach.numerator) / near.reach.denominator
        shown = f"next to {end}: positive by {near.by}, as far as {near.reach}"
        self.steps.append(Proof("touching", self.goal, shown, (), {"at": end, "side": side, "reach": near.reach}))
        if end.is_infinite:
            return -reach if side > 0 else reach
        return (enclose(end).lo + reach).lower() if side > 0 else (enclose(end).hi - reach).upper()

    def holds_at(self, point: sp.Expr) -> bool:
        """The goal at one exact point, by the sign of an exact constant."""
        sign = constant_sign(self.f.subs(self.x, point))
        return sign is not None and (sign > 0 or (sign == 0 and not self.goal.strict))

    def between(self, low: arb, high: arb, touches: int) -> bool:
        """Cover [low, high]: coarsely first, then next to the touching points inside what is left, then finely."""
        cover = self.subdivision.run((Interval(low, high),), self.deadline, _COARSE_BOXES, _COARSE_WIDTH)
        if not self.taken(cover):
            return False
        clusters = _clusters(cover.left)
        if touches + len(clusters) > _MOST_TOUCHES:
            self.left = cover
            return False
        return all(self.beyond_touch(a, b, low, high, touches + len(clusters)) for a, b in clusters)

    def beyond_touch(self, a: arb, b: arb, low: arb, high: arb, touches: int) -> bool:
        """Cover the cluster [a, b], around a touching point where there is one."""
        rest = self.around_touch(a, b, low, high)
        if rest is not None:
            return all(self.between(p, q, touches) for p, q in rest)
        fine = self.subdivision.run((Interval(a, b),), self.deadline, self.most_boxes)
        if not self.taken(fine):
            return False
        for p, q in _clusters(fine.left):
            closer = self.around_touch(p, q, low, high)
            if closer is None or (p, q) == (a, b) or not all(self.between(s, t, touches + 1) for s, t in closer):
                self.left = fine
                return False
        return True

    def taken(self, cover: Cover) -> bool:
        """Record what the cover settled; False where it came upon a counterexample."""
        if cover.witness is not None:
            self.left = cover
            self.suspects.append(Interval.exact(*cover.witness[self.x].as_integer_ratio()))
            return False
        self.record(cover)
        return True

    def record(self, cover: Cover) -> None:
        if cover.proved:
            detail = f"{len(cover.proved)} boxes, each with a certain lower bound"
            self.steps.append(Proof("subdivision", self.goal, detail, (), {"boxes": cover.proved}))

    def is_end(self, gap: sp.Expr) -> bool:
        return not gap.is_infinite and constant_sign(gap) in (0, -1)

    def around_touch(self, a: arb, b: arb, low: arb, high: arb) -> list[tuple[arb, arb]] | None:
        """What is left of [a, b] once a zero of f inside has been dealt with; None where there is none to be found."""
        if self.deadline.left <= 0 or not (a.is_finite() and b.is_finite()):
            return None
        # The cluster is widened a little: the touching point may be its end.
        margin = ((b - a) + arb(2) ** -20).upper()
        wide = ((a - margin).lower(), (b + margin).upper())
        point = nearby_constant(*wide, self.f, self.x)
        if point is None or not self.holds_at(point):
            return None
        right, left = beside(self.f, self.x, point, 1), beside(self.f, self.x, point, -1)
        rest: list[tuple[arb, arb]] = []
        inside = enclose(point)
        if b > inside.lo and not self.is_end(self.range.hi - point):
            if right is None or right.sign < 0:
                self.suspects += [_piece(point, right, 1)] if right else []
                return None
            end = (inside.lo + arb(right.reach.numerator) / right.reach.denominator).lower()
            rest += [(end, b)] if end < b else []
        if a < inside.hi and not self.is_end(point - self.range.lo):
            if left is None or left.sign < 0:
                self.suspects += [_piece(point, left, -1)] if left else []
                return None
            end = (inside.hi - arb(left.reach.numerator) / left.reach.denominator).upper()
            rest += [(a, end)] if a < end else []
        shown = f"zero at {point}: f does not change sign there, by {right and right.by}"
        self.steps.append(Proof("touching", self.goal, shown, (), {"at": point, "left": left, "right": right}))
        return rest


def _piece(c: sp.Expr, near: Neighbourhood, side: int) -> Interval:
    """A part of the neighbourhood away from its ends."""
    reach = Interval.exact(*near.reach.as_integer_ratio())
    if c.is_infinite:
        return reach + reach if side < 0 else -(reach + reach)
    part = Interval(reach.lo / 4, reach.lo / 2)
    return enclose(c) + (part if side > 0 else -part)


def _clusters(boxes: list[Box]) -> list[tuple[arb, arb]]:
    """The boxes that were left, joined where they meet."""
    if not boxes:
        return []
    pieces = sorted(((box[0].lo, box[0].hi) for box in boxes), key=lambda piece: float(piece[0]))
    joined = [pieces[0]]
    for lo, hi in pieces[1:]:
        if lo <= joined[-1][1]:
            joined[-1] = (joined[-1][0], hi if hi > joined[-1][1] else joined[-1][1])
        else:
            joined.append((lo, hi))
    return joined


def with_rational_ends(goal: Goal) -> tuple[Goal, sp.Expr]:
    """The goal in a new variable whose range has rational ends, and the old variable in terms of the new one.

    A bound that touches at π/2 touches at an end of [0, 1] once x = (π/2)·s.
    """
    (x,) = goal.variables
    bounds = goal.domain.ranges[x]
    ends = (bounds.lo, bounds.hi)
    if all(end.is_Rational or end.is_infinite for end in ends):
        return goal, x
    if not any(end.is_infinite for end in ends):
        new = Range(sp.S.Zero, sp.S.One, bounds.lo_open, bounds.hi_open)
        image = bounds.lo + (bounds.hi - bounds.lo) * x
    else:
        finite = bounds.hi if bounds.lo.is_infinite else bounds.lo
        zero, infinity = sp.S.Zero, sp.S.Infinity
        new = (
            Range(-infinity, zero, True, bounds.hi_open)
            if bounds.lo.is_infinite
            else Range(zero, infinity, bounds.lo_open, True)
        )
        image = finite + x
    # The image is linear in the variable, with a positive factor, so that the ends keep their order.
    return Goal(goal.expression.subs(x, image), goal.strict, goal.domain.with_range(x, new)), image


@dataclass
class Outcome:
    """What came of one variable: a proof, or what was left, and where to look for a counterexample."""

    proof: Proof | None
    left: list[Interval]
    margin: arb | None
    suspects: list[Interval]


def prove_univariate(goal: Goal, deadline: Deadline, most_boxes: int = 4000) -> Outcome:
    """The proof of a goal in one variable, or how far it got (in the goal's own variable)."""
    scaled, image = with_rational_ends(goal)
    search = Univariate(scaled, deadline, most_boxes)
    proof = search.prove()
    if proof is not None and scaled is not goal:
        proof = Proof("change of variable", goal, f"{goal.variables[0]} = {image}", (proof,))
    program = compile_expressions([image], goal.variables)
    suspects = [program.run([piece])[0] for piece in search.suspects]
    left = [program.run(list(box))[0] for box in search.left.left]
    return Outcome(proof, left, search.left.margin, suspects)
