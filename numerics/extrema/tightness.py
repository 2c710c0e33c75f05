"""How tight a proved inequality is: the least upper bound of the ratio of its sides under its hypotheses.

For a ≤ b the ratio is the smaller size over the larger one, wherever both sides have one sign. As the inequality is
proved, 1 bounds it above. Below, it is bounded by its value at an exact point that certainly satisfies the hypotheses;
without a chain `numerics.extrema.extremum` may enclose the least upper bound itself. Along a line through the point
the ratio may tend to 1: that, too, is certain where an expansion shows it. Where a side is 0, the least gap is given
instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR
from fractions import Fraction
from typing import Any

import sympy as sp
from flint import arb

from numerics.deadline import Deadline, OutOfTimeError, interrupted_after
from numerics.enclosure.interval import fraction
from numerics.enclosure.program import UnsupportedError
from numerics.extrema.closest import Bracket, Closest, ContradictedProofError, Meeting, oriented
from numerics.extrema.extremum import Extremum, decimal, enclosure_of, extremum
from numerics.proof.exact import constant_sign
from numerics.proof.goal import Range
from numerics.proof.limits import has_limit
from numerics.proof.real_statement import RealStatement
from numerics.proof.roots import Zeros
from numerics.ranges.line import UndecidedLineError
from numerics.verdict import Outcome, Tightness, Verdict
from theory.claim import Claim
from theory.errors import StatementError
from theory.instance import Instance, instances
from theory.statement import Every, Relation, show

DEEPEST, DIGITS = 8, 10
_INEQUALITIES = ("<=", "<", ">=", ">")
_NEAR_ONE = 0.999
_GRACE = 0.5
_CALM, _BETTER = 2, arb("1e-6")
_LINES, _SECONDS_OF_A_LINE = 4, 1.5


def with_tightness(claim: Claim, verdict: Verdict, seconds: float = 20.0) -> Verdict:
    """The verdict with the tightness of what is proved; nothing else of it changes.

    Raises ContradictedProofError where an exact point breaks what was proved.
    """
    if verdict.outcome is not Outcome.PROVED:
        return verdict
    deadline = Deadline.after(seconds)
    try:
        with interrupted_after(seconds + _GRACE):
            found = tightness(claim, deadline)
    except OutOfTimeError:
        found = Tightness(reason="ran out of time")
    return replace(verdict, tightness=found)


def tightness(claim: Claim, deadline: Deadline) -> Tightness | None:
    """The tightness of the closest inequality of a proved claim; None for a claim that compares no two numbers."""
    stated = [part for part in claim.conclusion if isinstance(part, Relation | Every)]
    compared = [part for part in stated if _relation(part).op in _INEQUALITIES and not has_limit(_relation(part))]
    if not compared:
        return None
    found: list[Tightness] = []
    reason = "no point was found at which both sides have one sign"
    for place, part in enumerate(compared):
        share = deadline.share(1 / (len(compared) - place))
        try:
            one = _Search(replace(claim, conclusion=(part,)), share).find()
        except OutOfTimeError:
            one, reason = None, "ran out of time"
        except (UnsupportedError, UndecidedLineError) as error:
            one, reason = None, f"no engine takes this: {error}"
        if one is not None:
            found.append(replace(one, relation=str(part)))
    if not found:
        return Tightness(relation=str(compared[0]), reason=reason)
    return max(found, key=_closeness)


def _relation(part: Relation | Every) -> Relation:
    return part.relation if isinstance(part, Every) else part


def _closeness(one: Tightness) -> tuple[bool, Fraction]:
    """Ratios before gaps, the largest ratio before the others, the least gap before the others."""
    value = one.ratio or one.gap
    assert value is not None
    exact: Any = sp.sympify(value) if isinstance(value, str) else None
    least = Fraction(value[0]) if exact is None else enclosure_of(exact, 30)[0]
    return one.ratio is not None, least if one.ratio is not None else -least


@dataclass(frozen=True)
class _Best:
    """The closest point so far, with the statement in which it was found."""

    meeting: Meeting
    closest: Closest
    instance: Instance


class _Search:
    """The tightness of a claim that concludes one inequality, or one for every layer."""

    def __init__(self, claim: Claim, deadline: Deadline):
        self.claim, self.deadline = claim, deadline
        self.implicit: dict[Any, Bracket] | None = None

    def find(self) -> Tightness | None:
        if self.claim.depth is None:
            whole = self.whole()
            if whole is not None:
                return whole
        best = self.best(self.deadline.share(0.8))
        if best is None:
            return None
        if best.meeting.equal:
            return Tightness(ratio="1", attained=True, at=self.place(best, best.meeting.point))
        line = self.along_a_line(best) if best.meeting.ratio.lo > _NEAR_ONE else None
        return line or self.bound(best)

    # -- the least upper bound itself ----------------------------------------------------------------------------

    def whole(self) -> Tightness | None:
        """Without a chain: the least upper bound of the ratio, or the greatest lower bound of the gap to 0."""
        (instance,) = instances(self.claim, 0)
        (relation,) = instance.conclusion
        assert isinstance(relation, Relation)
        relation = relation.map(lambda side: side.doit())
        a, b = oriented(relation)
        variables = list(self.claim.variables or instance.variables)
        if not variables:
            return self.constant(relation)
        if a == 0 or b == 0:
            found = self.extremum(b - a, instance.hypotheses, variables, largest=False)
            value = None if found is None else found.value
            return None if value is None or found is None else _as_gap(value, found)
        deadline = self.deadline.share(0.2, 3.0)
        conditions = self.claim.conditions
        for positive, ratio in ((Relation(b, ">", sp.S.Zero), a / b), (Relation(a, "<", sp.S.Zero), b / a)):
            sign = RealStatement(instance.hypotheses, (positive,), variables, conditions).prove(deadline.share(0.5))
            if sign.proofs is not None:
                found = self.extremum(ratio, instance.hypotheses, variables, largest=True)
                return None if found is None else _as_ratio(found, relation.strict)
        return None

    def extremum(
        self, f: sp.Expr, hypotheses: Sequence[Relation], variables: Sequence[Any], largest: bool
    ) -> Extremum | None:
        limit = self.deadline.share(0.4, 6.0)
        try:
            with interrupted_after(limit.left + _GRACE):
                found = extremum(f, hypotheses, variables, DIGITS, limit, largest, self.claim.conditions)
        except (StatementError, UnsupportedError, OutOfTimeError):
            return None
        return found if found.certain and found.value is not None else None

    def constant(self, relation: Relation) -> Tightness | None:
        """Two numbers: their ratio, enclosed."""
        found = Closest(relation, (), ()).at({})
        if found is None:
            return None
        ratio = "1" if found.equal else _decimals(fraction(found.ratio.lo), fraction(found.ratio.hi))
        return Tightness(ratio=ratio, attained=True, at={})

    # -- a point -------------------------------------------------------------------------------------------------

    def best(self, deadline: Deadline) -> _Best | None:
        """The closest of the points found at depths 1, 2, …, until the sides nearly meet or two depths add nothing."""
        best: _Best | None = None
        depths = list(instances(self.claim, DEEPEST))
        for place, instance in enumerate(depths):
            if deadline.left <= 0 or (best is not None and instance.depth > best.instance.depth + _CALM):
                break
            share = deadline.share(2 / (len(depths) - place + 1))
            for part in instance.conclusion:
                assert isinstance(part, Relation)
                closest = self.closest(part, instance, share)
                found = None if closest is None else closest.find(share)
                if found is None or closest is None:
                    continue
                # A deeper chain has to do better by more than the search is exact.
                if best is None or found.equal or found.ratio.lo > best.meeting.ratio.lo * (1 + _BETTER):
                    best = _Best(found, closest, instance)
                if found.equal or found.ratio.lo > 1 - 1e-5:
                    return best
        return best

    def closest(self, relation: Relation, instance: Instance, deadline: Deadline) -> Closest | None:
        relation = relation.map(lambda side: side.doit())
        statement = RealStatement(instance.hypotheses, (relation,), instance.variables, self.claim.conditions)
        if self.implicit is None:
            # The same at every depth: such an equation speaks of one variable alone.
            self.implicit = dict(_solved(statement.hypotheses, deadline.share(0.5)))
        free = {s for r in (relation, *statement.hypotheses) for s in r.free_symbols}
        variables = [v for v in instance.variables if v in free]
        # Where the conclusion is not defined, an enclosure of its sides says nothing.
        admitted = (*statement.hypotheses, *statement.needed())
        left = [h for h in admitted if not _solves(h, self.implicit)]
        return Closest(relation, left, variables, {v: b for v, b in self.implicit.items() if v in variables})

    def bound(self, best: _Best) -> Tightness:
        lo = decimal(fraction(best.meeting.ratio.lo), DIGITS, ROUND_FLOOR)
        return Tightness(ratio=(lo, "1"), at=self.place(best, best.meeting.point))

    def along_a_line(self, best: _Best) -> Tightness | None:
        """The ratio as a function of one variable, the others as at the point: its least upper bound, where it is 1."""
        closest, point = best.closest, best.meeting.point
        if closest.implicit:
            return None
        tried = 0
        for v in closest.variables:
            others = {w: value for w, value in point.items() if w != v}
            sides: Any = (closest.smaller, closest.larger)
            a, b = (side.subs(others) for side in sides)
            hypotheses = [h.subs(others) for h in closest.hypotheses]
            if not (a / b).has(v) or any(_fails(h) for h in hypotheses):
                continue
            tried += 1
            if tried > _LINES:
                break
            positive = _positive_at(b, v, point)
            ratio, sign = (a / b, Relation(b, ">", sp.S.Zero)) if positive else (b / a, Relation(a, "<", sp.S.Zero))
            given = [*(h for h in hypotheses if h.free_symbols), *([sign] if sign.free_symbols else [])]
            limit = self.deadline.share(0.3, _SECONDS_OF_A_LINE)
            try:
                with interrupted_after(limit.left + _GRACE):
                    found = extremum(ratio, given, [v], DIGITS, limit)
            except (StatementError, UnsupportedError, OutOfTimeError):
                continue
            if found.certain and found.exact == 1 and found.where:
                strict = closest.relation.strict
                place = {**{w: show(value) for w, value in others.items()}, str(v): found.where[0].get(str(v), "")}
                attained = True if found.attained else False if strict else None
                return Tightness(ratio="1", attained=attained, at=self.place(best, place))
        return None

    def place(self, best: _Best, point: Any) -> dict[str, Any]:
        """A point by names, as a witness is: l, the layer, the variables; θ_1, θ_2, … as one list."""
        instance, depth = best.instance, self.claim.depth
        names: dict[str, Any] = {}
        if depth is not None:
            names["l"] = instance.depth
            if depth.index is not None:
                names[str(depth.index)] = instance.layer
        shown = {str(v): _shown(value) for v, value in point.items()}
        thetas = sorted((int(v[6:]), value) for v, value in shown.items() if v.startswith("theta_"))
        plain = {v: value for v, value in shown.items() if not v.startswith("theta_")}
        return {**names, **plain, **({"theta": [value for _, value in thetas]} if thetas else {})}


def _positive_at(b: sp.Expr, v: sp.Symbol, point: Any) -> bool:
    """Whether the larger side is positive at the point."""
    return constant_sign(b.subs(v, point[v])) == 1  # pyright: ignore[reportArgumentType]


def _solved(hypotheses: Sequence[Relation], deadline: Deadline) -> Iterator[tuple[Any, Bracket]]:
    """Variables that an equation without a closed solution fixes, each between two numbers close to it."""
    for h in hypotheses:
        if h.op != "==" or len(h.free_symbols) != 1:
            continue
        (v,) = h.free_symbols
        gap: Any = h.lhs - h.rhs
        if gap.is_polynomial(v) or h.lhs == sp.Abs(v) or h.rhs == sp.Abs(v):
            continue
        positive = any(g in (Relation(v, ">", 0), Relation(sp.S.Zero, "<", v)) for g in hypotheses)  # pyright: ignore[reportArgumentType]
        search = Zeros(gap, v, Range(sp.S.Zero if positive else sp.S.NegativeInfinity), 3 * DIGITS, deadline)  # pyright: ignore[reportArgumentType]
        search.isolate()
        for end in search.zeros:
            if end.lo is not None and end.hi is not None:
                yield v, (end.lo, end.hi)
                break


def _solves(h: Relation, implicit: dict[Any, Bracket]) -> bool:
    return h.op == "==" and len(h.free_symbols) == 1 and h.free_symbols <= set(implicit)


def _fails(h: Relation) -> bool:
    """Whether a hypothesis without variables is not certain to hold."""
    if h.free_symbols:
        return False
    sign = constant_sign(h.lhs - h.rhs)
    return (
        sign is None
        or sign not in {"<=": (-1, 0), "<": (-1,), ">=": (0, 1), ">": (1,), "==": (0,), "!=": (-1, 1)}[h.op]
    )


def _as_ratio(found: Extremum, strict: bool) -> Tightness:
    if found.exact is sp.S.Infinity or (found.lo is not None and found.lo > 1):
        raise ContradictedProofError(f"the ratio of the sides reaches {found.value}")
    value = found.value
    assert value is not None
    ratio = value if isinstance(value, str) else (value[0], "1" if Fraction(value[1]) > 1 else value[1])
    # What is strictly below is never equal.
    attained = False if strict and found.exact == 1 else found.attained
    return Tightness(ratio=ratio, attained=attained, at=_where(found))


def _as_gap(value: str | tuple[str, str], found: Extremum) -> Tightness:
    if found.hi is not None and found.hi < 0:
        raise ContradictedProofError(f"the gap between the sides is {value}")
    return Tightness(gap=value, attained=found.attained, at=_where(found))


def _where(found: Extremum) -> dict[str, Any] | None:
    return dict(found.where[0]) if found.where else None


def _decimals(lo: Fraction, hi: Fraction) -> tuple[str, str]:
    return decimal(lo, DIGITS, ROUND_FLOOR), decimal(hi, DIGITS, ROUND_CEILING)


def _shown(value: Any) -> Any:
    if isinstance(value, tuple) and isinstance(value[0], Fraction):
        return _decimals(*value)
    return show(value) if isinstance(value, sp.Basic) else value
