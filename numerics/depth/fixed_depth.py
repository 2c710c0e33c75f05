"""The exact set of its parameter on which a claim holds for the chains of one depth.

**Layers of a fixed depth.** Each part of the claim, about some of the layers, is proved where its core holds:
size(v)·E(t) ≤ bound(t) for every v, with E a product over the layers of the chain. As t grows, what holds may fail and
does not come back. So there is one end, between lo and hi, and only numbers are left to be found out at a depth: that
size·E ≤ bound at lo, so that the part is proved for every t ≤ lo; and a number v with size(v)·E > bound at hi, whose
chain is admitted there, so that the claim is refuted at every t ≥ hi. The least end is that of the claim; each other
part has to hold there.

Soundness: the premises, one by one in `numerics.depth.layer_bounds`, speak of no depth and are proved once. What a
depth adds are enclosures at the two numbers lo and hi. Between them the core decides as well: each v for which it
fails there belongs to a chain that is admitted (`numerics.depth.refuting_chain`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy as sp

from numerics.deadline import Deadline, OutOfTimeError
from numerics.depth.chain_values import MORE, ChainValues, number, rational
from numerics.depth.layer_bounds import LayerBounds
from numerics.depth.refuting_chain import NotFoundError, RefutingChain
from numerics.depth.thresholds import Found, range_of
from numerics.enclosure.interval import precision
from numerics.extrema.extremum import extremum
from numerics.proof.premises import NotOfThisFormError, Premise, covers, discharge
from numerics.ranges.line import End, Line, Piece, UndecidedLineError, written
from numerics.ranges.parameter_range import admitted
from numerics.verdict import Evidence, Range
from theory.claim import Claim
from theory.fixed_depth import FixedDepth, Layers, Part
from theory.proof import Witness, anything
from theory.statement import Relation


@dataclass(frozen=True)
class Maximum:
    """The enclosure of the maximum of a size, and a number at which it is attained but for the last digits."""

    lo: Fraction
    hi: Fraction
    at: Fraction


@dataclass
class FoundAtDepth(Found):
    """The range at one depth, and a chain of that depth in which the claim fails, by names."""

    witness: dict[str, Any] | None = None


@dataclass
class FixedDepths:
    """The ranges of one claim at several depths; what is proved for one depth serves the others."""

    claim: Claim
    digits: int
    deadline: Deadline
    proved: dict[Premise, None] = field(default_factory=dict)
    maxima: dict[Any, Maximum] = field(default_factory=dict)

    def at(self, depth: int) -> FoundAtDepth:
        """The range at one depth, or None and the reason; with the evidence for both of its sides."""
        threshold = self.claim.threshold
        if threshold is None or threshold.at_depth is None:
            return self.undeclared(depth)
        declared = threshold.at_depth
        parts = declared.deeper if depth > 1 else declared.one_layer
        if not parts:
            return self.undeclared(depth)
        found = FoundAtDepth()
        try:
            search = AtDepth(self, declared, parts, depth)
            found.evidence = search.premises()
            found.range = search.range()
            found.evidence += search.evidence
            found.witness = search.witness
        except (NotFoundError, NotOfThisFormError, UndecidedLineError) as reason:
            found.evidence.append(Evidence("range", "rule", f"at depth {depth}: {reason}"))
        except OutOfTimeError:
            found.evidence.append(Evidence("range", "clock", f"ran out of time before the range at depth {depth}"))
        return found

    def common(self, ranges: Mapping[int, Range | None]) -> Range | None:
        """Where the claim holds at all of the depths: the least of the sets (0, end], between the least brackets."""
        name = str(self.claim.parameter)
        if any(found is None for found in ranges.values()):
            return None
        proper = [found for found in ranges.values() if found is not None and found.set != "all"]
        if not proper:
            return Range(name, "all")
        if any(found.set == "empty" for found in proper):
            return Range(name, "empty")
        least = min(proper, key=_bracket_of)
        # Sets with one end, and the end of the least below that of every other, up to the digits of a bracket.
        if any(found.bracket is None or found.set.split(",")[0] != least.set.split(",")[0] for found in proper):
            return None
        return least

    def undeclared(self, depth: int) -> FoundAtDepth:
        """A chain that refutes at this depth, where a proof for every depth holds: then both ranges are the same."""
        threshold = self.claim.threshold
        chains = threshold.broken if threshold is not None else ()
        if not chains or any(not isinstance(chain, Witness) or chain.depth != depth for chain in chains):
            reason = f"for which {self.claim.parameter} it holds at depth {depth} is not known here"
            return FoundAtDepth(evidence=[Evidence("range", "rule", reason)])
        every = range_of(self.claim, self.digits, self.deadline)
        return FoundAtDepth(every.range, every.evidence)

    def discharge(self, premises: Iterable[Premise]) -> list[Premise]:
        """The premises, all of them proved. NotFoundError at the first that is not."""
        wanted = list(dict.fromkeys(premises))
        done = discharge([p for p in wanted if p not in self.proved], self.deadline)
        self.proved |= dict.fromkeys(p for p, _ in done.proved)
        if done.failed is not None:
            raise NotFoundError(f"not discharged: {done.failed}")
        return wanted

    def maximum(self, size: Any) -> Maximum:
        """The maximum of the size over all numbers v ≥ 0; it is even."""
        if size not in self.maxima:
            digits = self.digits + MORE
            given = (Relation(anything, ">=", sp.S.Zero),)
            found = extremum(size, given, (anything,), digits, self.deadline.share(0.4))
            if not found.certain or found.lo is None or found.hi is None or not found.where:
                raise NotFoundError(f"the maximum of {size} was not enclosed")
            place = found.where[0][str(anything)]
            at = Fraction(place[0] if isinstance(place, tuple) else str(place))
            self.maxima[size] = Maximum(found.lo, found.hi, at)
        return self.maxima[size]


class AtDepth:
    """The parts of a claim at one depth."""

    def __init__(self, depths: FixedDepths, declared: FixedDepth, parts: Sequence[Part], depth: int):
        self.depths, self.declared, self.parts, self.depth = depths, declared, parts, depth
        self.claim, self.digits = depths.claim, depths.digits
        self.bounds = LayerBounds(depths.claim, declared)
        self.t, self.bits = self.bounds.t, int(3.33 * (depths.digits + 2 * MORE)) + 64
        self.values = ChainValues(declared.floors, self.t, depth)
        self.unit = 10 ** (depths.digits + 1)
        self.evidence: list[Evidence] = []
        self.witness: dict[str, Any] | None = None
        self.covers_all_layers()

    def covers_all_layers(self) -> None:
        """Every k = 1, …, l belongs to one of the parts; one layer is k = 1 and k = l, and no k < l."""
        named = {part.layers for part in self.parts}
        halves = ({Layers.EVERY}, {Layers.FIRST, Layers.LATER}, {Layers.BEFORE_LAST, Layers.LAST})
        if self.depth == 1 and any(part.layers is not Layers.EVERY for part in self.parts):
            raise NotOfThisFormError("the parts for one layer speak of every layer")
        if not any(half <= named for half in halves):
            raise NotOfThisFormError(f"some layer is none of {', '.join(sorted(named))}")

    # -- what no depth changes -----------------------------------------------------------------------------------

    def premises(self) -> list[Evidence]:
        """Everything that is proved once for all depths."""
        shown = self.depths.discharge(self.all_premises())
        return [Evidence("range", "prover", f"layers of a fixed depth: {premise}") for premise in shown]

    def all_premises(self) -> Iterator[Premise]:
        bounds = self.bounds
        yield from bounds.about_floors()
        for part in self.parts:
            yield from bounds.proof_of(part)
            if part.core is not None:
                yield from bounds.monotone(part)
            if part.broken is not None:
                yield from bounds.chain(part)
        within = self.declared.within
        if within is not None:
            yield from bounds.by_induction(Layers.EVERY, self.declared.outside)
            yield from covers((*bounds.own, within.negation), [step.where for step in self.declared.outside])

    def note(self, detail: str) -> None:
        self.evidence.append(Evidence("range", "Arb enclosure", f"l = {self.depth}: {detail}"))

    # -- the ends ------------------------------------------------------------------------------------------------

    def range(self) -> Range:
        whole = admitted(self.bounds.own, self.t, self.digits, self.depths.deadline)
        low, high = self.stretch(whole)
        with precision(self.bits):
            decided = [part for part in self.parts if part.core is not None]
            if not decided:
                raise NotOfThisFormError("no part has a core that decides it")
            ends = [self.end(part, low, high) for part in decided]
            least = min(range(len(decided)), key=lambda place: ends[place])
            lo, hi = Fraction(ends[least], self.unit), Fraction(ends[least] + 1, self.unit)
            deciding = decided.pop(least)
            if not all(self.holds(part, hi) for part in decided):
                raise NotFoundError("two parts end too close to each other")
            self.cover_the_rest(hi)
            assert deciding.core is not None
            most = self.depths.maximum(deciding.core.size)
            refuting = RefutingChain(self.bounds, self.values, deciding, most.at, self.digits)
            self.depths.discharge(refuting.gaps(lo, hi))
            self.witness = refuting.confirm(hi)
        self.note(f"proved for every {self.t} ≤ {decimal(lo)}: there size·E ≤ bound, for {deciding.layers}")
        self.note(
            f"refuted for every {self.t} ≥ {decimal(hi)}: with {refuting.free} free, a chain that is admitted and "
            f"fails at {decimal(hi)}, for {deciding.layers}; next to it at one point, by enclosing the chain itself"
        )
        piece = Piece(whole[0].left, End(lo, hi), whole[0].left_closed, True)
        bracket = piece.right.bracket(self.digits)
        return Range(str(self.t), written((piece,), self.digits), bracket, (bracket,))

    def stretch(self, whole: Line) -> tuple[Fraction, Fraction]:
        """The ends of what `within` leaves of the admitted t, one interval."""
        inside = admitted(self.bounds.inside, self.t, self.digits, self.depths.deadline)
        if len(whole) != 1 or len(inside) != 1 or inside[0].right != whole[0].right:
            raise NotOfThisFormError(f"the admitted {self.t} are not one interval, with `within` its upper part")
        ends = inside[0].left.exact, inside[0].right.exact
        if not all(isinstance(end, sp.Rational) for end in ends):
            raise NotOfThisFormError(f"the ends of {self.t} are not rational")
        low, high = (Fraction(int(end.p), int(end.q)) for end in ends)  # pyright: ignore
        return low, high

    def holds(self, part: Part, t: Fraction) -> bool | None:
        """Whether the core certainly holds at t (True), certainly fails (False), or neither."""
        assert part.core is not None
        most = self.depths.maximum(part.core.size)
        above = self.values.excess(part, number(most.hi), t)
        if above.hi <= 0:
            return True
        return False if self.values.excess(part, number(most.lo), t).lo > 0 else None

    def end(self, part: Part, low: Fraction, high: Fraction) -> int:
        """n, so that the core holds at n/unit and fails at (n + 1)/unit."""
        a, b = -((-low * self.unit) // 1) + 1, (high * self.unit) // 1 - 1
        if self.holds(part, Fraction(a, self.unit)) is not True:
            raise NotFoundError(f"the core does not hold at the least {self.t}")
        if self.holds(part, Fraction(b, self.unit)) is not False:
            raise NotFoundError(f"the core does not fail at the largest {self.t}")
        while b - a > 1:
            # Invariant: the core holds at a/unit and fails at b/unit.
            self.depths.deadline.check()
            middle = (a + b) // 2
            answer = self.holds(part, Fraction(middle, self.unit))
            if answer is None:
                raise NotFoundError(f"whether the core holds at {self.t} = {middle}/{self.unit} is not certain")
            a, b = (middle, b) if answer else (a, middle)
        return a

    def cover_the_rest(self, hi: Fraction) -> None:
        """The parts without a core, and the cases of all inductions, hold up to the end."""
        up_to = (*self.bounds.inside, Relation(self.t, "<=", rational(hi)))
        self.depths.discharge(premise for part in self.parts for premise in self.bounds.covered(part, up_to))


def _bracket_of(found: Range) -> tuple[Fraction, Fraction]:
    lo, hi = found.bracket or ("0", "0")
    return Fraction(lo), Fraction(hi)


def decimal(value: Fraction) -> str:
    """A fraction whose denominator is a power of ten, as a decimal."""
    return End(value, value).bracket(len(str(value.denominator)))[0]
