"""Exact points that satisfy the hypotheses of a case, for steps that the checker can only test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from gradproof.certificates.checker import enclosure, holds, ranges, refutes, relation, tested
from gradproof.certificates.checker_arithmetic import INF, Rejected, point

FEW, ENOUGH, TRIED = 1, 3, 300
_POOL = [Fraction(n, d) for d in (1, 2, 3, 10) for n in (1, -1, 2, 3, -3, 7, 0)] + [Fraction(20), Fraction(-20)]
Json = dict[str, Any]


def points(case: Json, text: str) -> list[list[str]]:
    """Points of our own where those that the checker draws are too few; none where they are enough."""
    try:
        if tested(case, text, []) >= FEW:
            return []
    except Rejected:
        return []
    found: list[list[str]] = []
    for at in _admitted(case):
        values = [at[v] for v in case["variables"]]
        if values not in found and _fits(case, text, at):
            found.append(values)
        if len(found) >= ENOUGH:
            break
    return found


def _fits(case: Json, text: str, at: dict[str, str]) -> bool:
    try:
        return not refutes(case, text, at)
    except (Rejected, ArithmeticError):
        return False


def _admitted(case: Json) -> Iterator[dict[str, str]]:
    """One variable after another, each with a value that no hypothesis excludes so far; v == f defines v."""
    names, left = set(case["variables"]), [TRIED]
    facts = [(text, set(re.findall(r"[^\W\d]\w*", text)) & names) for text in case["hypotheses"]]

    def extended(at: dict[str, str], turn: int) -> dict[str, str] | None:
        rest = [v for v in case["variables"] if v not in at]
        if not rest:
            return at
        defined = {v: f for v in rest if (f := _definition(v, facts, at)) is not None}
        v = next(iter(defined), rest[0])
        for value in [defined[v]] if v in defined else _values(case, v, turn):
            left[0] -= 1
            now = {**at, v: value}
            known = [text for text, used in facts if v in used and used <= set(now)]
            fits = left[0] > 0 and all(_holds(text, now) for text in known)
            if fits and (found := extended(now, 3 * turn + 1)) is not None:
                return found
        return None

    for turn in range(60):
        found = extended({}, turn)
        if found is not None:
            yield found
        if left[0] <= 0:
            return


def _definition(v: str, facts: list[tuple[str, set[str]]], at: dict[str, str]) -> str | None:
    """The value that a hypothesis v == f gives to v, written in numbers."""
    for text, used in facts:
        left, op, right = (part.strip() for part in re.split("(<=|>=|==|!=|<|>)", text))
        if op != "==" or v not in (left, right) or not used - {v} <= set(at):
            continue
        f = right if left == v else left
        if v not in re.findall(r"\w+", f):
            return re.sub(r"[^\W\d]\w*", lambda m: f"({at[m[0]]})" if m[0] in at else m[0], f)
    return None


def _holds(text: str, at: dict[str, str]) -> bool:
    """Whether it holds at the point; an equality is taken for granted where its numbers are not exact."""
    try:
        box = {v: enclosure(relation(f"{value} >= 0")[0], {}, {}) for v, value in at.items()}
        slack, op = relation(text)
        value = enclosure(slack, box, {})
    except (Rejected, ArithmeticError):
        return False
    inexact = any(x.lo[0] < x.hi[0] for x in box.values())
    return holds(value, op) or (op == "==" and inexact and value.lo[0] <= 0 <= value.hi[0])


def _values(case: Json, v: str, turn: int) -> list[str]:
    """Numbers of the range of v, some near its ends, and those that the hypotheses speak of."""
    x = ranges(case["hypotheses"], [v])[v]
    low, high = (None if abs(end) == INF else end for end in (x.lo[0], x.hi[0]))
    found: list[Fraction] = []
    if low is not None and high is not None:
        found += [low + (high - low) * Fraction(i, 16) for i in (8, 3, 13, 0, 16, 1, 15)]
    for end, side in ((low, 1), (high, -1)):
        found += (
            [] if end is None else [end + side * q for q in (Fraction(1), Fraction(1, 20), Fraction(5), Fraction(40))]
        )
    marks = re.findall(r"(?<![\w.*/])\d+(?:/[1-9]\d*)?(?![\w.])", " ".join(case["hypotheses"]))
    found += [sign * Fraction(mark) for mark in marks for sign in (1, -1)]
    choice = [q for q in dict.fromkeys([*found, *_POOL]) if holds_in(x, q)]
    start = turn % len(choice) if choice else 0
    return [str(q) for q in choice[start:] + choice[:start]]


def holds_in(x: Any, q: Fraction) -> bool:
    """Whether the number lies in the interval."""
    (value, _) = point(q)
    return x.lo <= value <= x.hi
