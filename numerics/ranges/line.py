"""Subsets of the real line as unions of intervals whose ends are exact numbers, or known between two decimals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any

import sympy as sp

from numerics.enclosure.interval import fraction, precision
from numerics.enclosure.program import enclose
from numerics.proof.exact import constant_sign
from numerics.proof.goal import Range
from theory.statement import show


class UndecidedLineError(Exception):
    """Two ends could not be put in order, or a set could not be found."""


@dataclass(frozen=True)
class End:
    """An end in [lo, hi], with its exact value where that is known. ±∞ has an exact value and no bracket."""

    lo: Fraction | None
    hi: Fraction | None
    exact: sp.Expr | None = None

    @property
    def infinite(self) -> bool:
        return self.lo is None

    def bracket(self, digits: int) -> tuple[str, str]:
        """Decimals around the end, at most 10^(−digits) apart unless it is not known so well."""
        lo, hi = self.lo, self.hi
        if self.exact is not None and not self.exact.is_Rational and not self.exact.has(sp.CRootOf):
            with precision(4 * digits + 64):
                around = enclose(self.exact)
            lo, hi = fraction(around.lo), fraction(around.hi)
        assert lo is not None
        assert hi is not None
        return _decimal(lo, digits + 1, ROUND_FLOOR), _decimal(hi, digits + 1, ROUND_CEILING)

    def __str__(self) -> str:
        return "?" if self.exact is None else show(self.exact)


def exact_end(value: Any) -> End:
    """The end at an exact number or ±∞."""
    if value.is_infinite:
        return End(None, None, value)
    if isinstance(value, sp.Rational):
        return End(Fraction(int(value.p), int(value.q)), Fraction(int(value.p), int(value.q)), value)
    with precision(256):
        around = enclose(value)
    return End(fraction(around.lo), fraction(around.hi), value)


@dataclass(frozen=True)
class Piece:
    """The numbers between two ends; an end belongs to it where it is closed."""

    left: End
    right: End
    left_closed: bool
    right_closed: bool

    @property
    def point(self) -> bool:
        return self.left == self.right


Line = tuple[Piece, ...]


def of_range(bounds: Range) -> Piece:
    return Piece(exact_end(bounds.lo), exact_end(bounds.hi), not bounds.lo_open, not bounds.hi_open)


def order(a: End, b: End) -> int:
    """−1, 0 or 1: which of two ends comes first. UndecidedLineError where that is not certain."""
    if a.infinite or b.infinite:
        return _rank(a) - _rank(b)
    if a.lo is None or a.hi is None or b.lo is None or b.hi is None:
        raise UndecidedLineError(f"{a} and {b} have no bracket")
    if a.hi < b.lo:
        return -1
    if a.lo > b.hi:
        return 1
    if a == b:
        return 0
    if a.exact is not None and b.exact is not None:
        if a.exact == b.exact:
            return 0
        sign = None if (a.exact - b.exact).has(sp.CRootOf) else constant_sign(a.exact - b.exact)
        if sign is not None:
            return sign
    raise UndecidedLineError(f"{a} and {b} are too close to be put in order")


def _rank(end: End) -> int:
    return 0 if not end.infinite else 1 if end.exact is sp.S.Infinity else -1


def intersection(a: Iterable[Piece], b: Sequence[Piece]) -> Line:
    """The numbers that lie in both sets."""
    met = (_common(p, q) for p in a for q in b)
    return tuple(piece for piece in met if piece is not None)


def _common(p: Piece, q: Piece) -> Piece | None:
    left = order(p.left, q.left)
    start, start_closed = (p.left, p.left_closed) if left > 0 else (q.left, q.left_closed)
    if left == 0:
        start_closed = p.left_closed and q.left_closed
    right = order(p.right, q.right)
    stop, stop_closed = (p.right, p.right_closed) if right < 0 else (q.right, q.right_closed)
    if right == 0:
        stop_closed = p.right_closed and q.right_closed
    gap = order(start, stop)
    if gap > 0 or (gap == 0 and not (start_closed and stop_closed)):
        return None
    return Piece(start, stop, start_closed, stop_closed)


def union(pieces: Iterable[Piece]) -> Line:
    """The pieces in order, joined where they meet."""
    joined: list[Piece] = []
    for piece in _sorted(list(pieces)):
        if joined:
            last = joined[-1]
            gap = order(last.right, piece.left)
            if gap > 0 or (gap == 0 and (last.right_closed or piece.left_closed)):
                further = order(last.right, piece.right)
                if further < 0:
                    joined[-1] = replace(last, right=piece.right, right_closed=piece.right_closed)
                elif further == 0:
                    joined[-1] = replace(last, right_closed=last.right_closed or piece.right_closed)
                continue
        joined.append(piece)
    return tuple(joined)


def _sorted(pieces: list[Piece]) -> list[Piece]:
    done: list[Piece] = []
    for piece in pieces:
        place = len(done)
        while place and (order(piece.left, done[place - 1].left), not piece.left_closed) < (
            0,
            not done[place - 1].left_closed,
        ):
            place -= 1
        done.insert(place, piece)
    return done


def written(line: Line, digits: int) -> str:
    """The set in the notation of intervals: (0, 1/2] ∪ [3, oo)."""
    shown = []
    for piece in line:
        if piece.point:
            shown.append(f"{{{_end(piece.left, digits)}}}")
            continue
        left, right = "[" if piece.left_closed else "(", "]" if piece.right_closed else ")"
        shown.append(f"{left}{_end(piece.left, digits)}, {_end(piece.right, digits)}{right}")
    return " ∪ ".join(shown)


def _end(end: End, digits: int) -> str:
    """The closed form; else the digits of the decimal that both sides of the bracket agree on, and an ellipsis."""
    if end.exact is not None:
        return show(end.exact)
    low, high = end.bracket(digits)
    agreed = "".join(a for a, b, same in zip(low, high, _agreeing(low, high), strict=False) if same)
    return f"{agreed}..." if any(c.isdigit() for c in agreed) else f"{low}..."


def _agreeing(a: str, b: str) -> list[bool]:
    same, found = True, []
    for x, y in zip(a, b, strict=False):
        same = same and x == y
        found.append(same)
    return found


def _decimal(x: Fraction, places: int, rounding: str) -> str:
    scaled = x * 10**places
    floor = scaled.numerator // scaled.denominator
    if rounding == ROUND_CEILING and floor != scaled:
        floor += 1
    value = format(Decimal(floor).scaleb(-places, _wide(places + len(str(abs(floor))))), "f")
    return value.rstrip("0").rstrip(".") if "." in value else value


def _wide(digits: int) -> Any:
    from decimal import Context

    return Context(prec=digits + 10)
