"""The search for boxes on which the checker's own arithmetic shows a relation: what it finds, the checker confirms."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from gradproof.certificates.checker import enclosure, holds, known, on, part, ranges, relation, rewritten
from gradproof.certificates.checker_arithmetic import INF, ZERO, Interval, Rejected, jet, point, size
from numerics.enclosure.interval import simplest_fraction

MOST_BOXES, SMALLEST, FARTHEST, MOST_FORMS = 1500, Fraction(1, 1 << 24), 1 << 20, 4
Ends = list[tuple[Any, Any]]


class Cover:
    """The search for one case and one conclusion. `boxes` fills up; `search` says whether they are all."""

    def __init__(
        self,
        case: dict[str, Any],
        text: str,
        seconds: float,
        cuts: Sequence[Fraction] = (),
        forms: Sequence[dict[str, Any]] = (),
        lemmas: Sequence[dict[str, Any]] = (),
    ):
        self.names = list(case["variables"])
        self.hypotheses = case["hypotheses"]
        self.domain = ranges(case["hypotheses"], self.names)
        self.guards = [(i, *relation(hypothesis)) for i, hypothesis in enumerate(case["hypotheses"])]
        self.slack, self.op = relation(text)
        apart = (re.fullmatch(r"\w+ != (-?\d+(?:/\d+)?)", text) for text in case["hypotheses"])
        self.cuts = [*cuts, *(Fraction(m[1]) for m in apart if m)]
        self.facts = known(case, list(lemmas), self.domain)
        alone = ({"form": "0", "given": [[i, "1"]]} for i in range(len(self.facts)))
        self.forms = [{"form": "0", "given": []}, *alone, *forms]
        self.end = time.monotonic() + seconds
        self.asked = 0
        self.plain = False
        """Whether only enclosures of the slack as it stands are tried."""
        self.boxes: list[dict[str, Any]] = []

    def search(self) -> bool:
        whole = [(x.lo[0], x.hi[0]) for x in self.domain.values()]
        stack = [*self.pieces(whole)]
        while stack:
            ends = stack.pop()
            leaf = self.leaf(ends)
            if leaf is not None:
                self.boxes.append(leaf)
                continue
            parts = self.halves(ends)
            if parts is None or len(self.boxes) + len(stack) > MOST_BOXES or time.monotonic() > self.end:
                return False
            stack += reversed(parts)
        return True

    def pieces(self, whole: Ends) -> list[Ends]:
        """The whole, cut in one variable where the prover found that the bound touches."""
        if len(whole) != 1:
            return [whole]
        lo, hi = whole[0]
        marks = [lo, *sorted({cut for cut in self.cuts if lo < cut < hi}), hi]
        return [[(a, b)] for a, b in pairwise(marks)][::-1]

    def leaf(self, ends: Ends) -> dict[str, Any] | None:
        try:
            box = part(self.domain, ends, self.hypotheses)
        except Rejected:
            return None
        shown = {"box": [[_text(a), _text(b)] for a, b in ends]}
        for way in self.ways(ends):
            try:
                value = self.value(box, way)
            except (Rejected, ArithmeticError, LookupError):
                continue
            least = (size(value) if self.op == "!=" else value).lo[0]
            if holds(value, self.op) and least >= 0:
                return {**shown, **way, "bound": _short(least)}
        for place, guard, op in self.guards:
            try:
                if holds(enclosure(guard, box, {}), op, True):
                    return {**shown, "excluded": place}
            except (Rejected, ArithmeticError):
                continue
        return None

    def value(self, box: dict[str, Interval], way: dict[str, Any]) -> Interval:
        if "form" not in way:
            return enclosure(self.slack, box, way)
        form, rest = rewritten(self.slack, way, on(self.facts, box), box)
        return enclosure(form, box, way) + rest

    def ways(self, ends: Ends) -> Iterator[dict[str, Any]]:
        """As it stands; then by Taylor's theorem along each variable, around an end and around the middle."""
        yield {}
        if self.plain:
            return
        if self.asked < MOST_FORMS or self.op == "==":
            # Where no algebra helps with the first boxes it will not with smaller ones.
            self.asked += 1
            yield from self.forms
        if self.op == "==":
            return
        one = len(ends) == 1
        for v, (lo, hi) in zip(self.names, ends, strict=True):
            finite = [end for end in (lo, hi) if not isinstance(end, float)]
            if len(finite) == 1 or not one:
                # From an end on: what follows from slopes of one sign.
                for end in finite:
                    for order in (1, 2, 3, 4) if one else (1, 2):
                        yield {"along": v, "at": str(end), "order": order}
            elif len(finite) == 2:
                yield from self.closely(v, lo, hi)

    def closely(self, v: str, lo: Fraction, hi: Fraction) -> Iterator[dict[str, Any]]:
        """One variable between two numbers: around an end where the slack vanishes, and around the middle."""
        middle = str(_simple((lo + hi) / 2, hi - lo))
        if hi - lo <= 4:
            yield {"along": v, "at": middle, "order": 2}
        for end in (lo, hi):
            if hi - lo <= 2 and self.vanishes(end):
                for order in (1, 2, 3, 4, 6, 8):
                    yield {"along": v, "at": str(end), "order": order}
        if hi - lo <= Fraction(1, 2):
            yield {"along": v, "at": middle, "order": 4}

    def vanishes(self, end: Fraction) -> bool:
        try:
            return jet(self.slack, {self.names[0]: [point(end)]}, 0)[0] == ZERO
        except (Rejected, ArithmeticError):
            return False

    def halves(self, ends: Ends) -> list[Ends] | None:
        """Two halves along the widest side; None where the box is as small, or as far out, as it may get."""
        widths = [_width(a, b) for a, b in ends]
        if not ends or max(widths) <= SMALLEST:
            return None
        place = widths.index(max(widths))
        a, b = ends[place]
        cut = _middle(a, b)
        if len(ends) == 1 and widths[0] < Fraction(1, 64) and a < (zero := simplest_fraction(a, b)) < b:
            cut = zero if self.vanishes(zero) else cut
        return [[*ends[:place], part, *ends[place + 1 :]] for part in ((a, cut), (cut, b))]


def _width(a: Any, b: Any) -> Any:
    if isinstance(a, float) or isinstance(b, float):
        near = max((abs(end) for end in (a, b) if not isinstance(end, float)), default=Fraction(0))
        return INF if near < FARTHEST else Fraction(0)
    return (b - a) / max(1, abs(a), abs(b))


def _middle(a: Any, b: Any) -> Any:
    if isinstance(a, float) and isinstance(b, float):
        return Fraction(0)
    if isinstance(b, float):
        return Fraction(1) if a < 0 else 2 * a + 1
    if isinstance(a, float):
        return Fraction(-1) if b > 0 else 2 * b - 1
    return _simple((a + b) / 2, b - a)


def _simple(q: Fraction, width: Fraction) -> Fraction:
    """A binary fraction within a sixteenth of the width."""
    scale = 1 if width > 0 else q.denominator
    while 0 < scale * width < 16:
        scale *= 2
    return Fraction(round(q * scale), scale)


def _short(bound: Any) -> str:
    """A short rational below the bound, ≥ 0."""
    if isinstance(bound, float):
        return "0"
    scale = 1 << max(0, 10 - (bound.numerator.bit_length() - bound.denominator.bit_length())) if bound else 1
    return str(Fraction(bound.numerator * scale // bound.denominator, scale))


def _text(end: Any) -> str:
    return ("oo" if end > 0 else "-oo") if isinstance(end, float) else str(end)
