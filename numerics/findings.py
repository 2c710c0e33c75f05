"""Says a verdict in words, the same ones in the table, on the page of a claim, and in a failing test."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from numerics.verdict import Outcome, Range, Tightness, Verdict
from theory.typeset import greek


def point(witness: Any) -> str:
    """A point: u = 9/10, θ_1 = 3/2, θ_2 = 1."""
    if not witness:
        return "every point: it has no variables"
    return ", ".join(_coordinate(greek(name), value) for name, value in witness.items())


def _coordinate(name: str, value: Any) -> str:
    if not isinstance(value, list | tuple):
        return f"{name} = {value}"
    if len(value) > 2 and len(set(value)) == 1:
        return f"{name}_1 = … = {name}_{len(value)} = {value[0]}"
    return ", ".join(f"{name}_{i} = {number}" for i, number in enumerate(value, 1))


def holds_for(found: Range) -> str:
    """The range: t ∈ (0, 1/2], with the decimal bracket of its end."""
    if found.set in ("empty", "all"):
        return f"holds for {'no' if found.set == 'empty' else 'every'} {found.parameter}"
    brackets = [found.bracket] if found.bracket else list(found.brackets)
    shown = ", ".join(f"[{', '.join(bracket)}]" for bracket in brackets)
    noun = "end" if len(brackets) == 1 else "ends"
    return f"holds for {found.parameter} ∈ {found.set}" + (f", {noun} in {shown}" if brackets else "")


def valued(value: str | tuple[str, str]) -> str:
    return f"value {value}" if isinstance(value, str) else f"value in [{value[0]}, {value[1]}]"


def remainder(verdict: Verdict) -> Iterator[str]:
    """How far an open search got: the margin, and the box that is left."""
    if verdict.margin not in (None, "-inf"):
        yield f"margin: its slack is certainly at least {verdict.margin}"
    if verdict.box is not None:
        yield f"left undecided: {', '.join(f'{name} in {interval}' for name, interval in verdict.box.items())}"


def findings(verdict: Verdict) -> Iterator[str]:
    """What was found, a line each: the witness, the range, the value, or how far the search got."""
    if verdict.witness is not None:
        yield f"fails at {point(verdict.witness)}"
    if verdict.range is not None:
        yield holds_for(verdict.range)
    for l, at_depth in (verdict.ranges_by_depth or {}).items():
        yield f"l = {l}: " + ("not found for which values it holds" if at_depth is None else holds_for(at_depth))
    if verdict.value is not None:
        yield valued(verdict.value)
    if verdict.tightness is not None:
        yield closeness(verdict.tightness)
    if verdict.outcome is Outcome.OPEN:
        yield from remainder(verdict)


def closeness(found: Tightness) -> str:
    """How tight a bound is: tightness 1, attained at u = 0; tightness at least 0.99999, as at u = 10."""
    if found.ratio is None and found.gap is None:
        return f"tightness not known: {found.reason}"
    value, noun = (found.gap, "gap") if found.ratio is None else (found.ratio, "tightness")
    if value is None or isinstance(value, str):
        shown = f"{noun} {value}"
    elif found.attained is None and value[1] == "1":
        shown = f"{noun} at least {value[0]}"
    else:
        shown = f"{noun} in [{', '.join(value)}]"
    if not found.at:
        return shown
    how = {True: "attained at", False: "approached, not attained, at", None: "as at"}[found.attained]
    return f"{shown}, {how} {point(found.at)}".replace(" = -> ", " → ")


def summary(verdict: Verdict) -> list[str]:
    """The findings, or what was said last of an open statement that has none."""
    found = list(findings(verdict))
    if not found and verdict.outcome is Outcome.OPEN and verdict.evidence:
        found = [verdict.evidence[-1].detail]
    return found


def kinds(verdict: Verdict) -> str:
    """The kinds of evidence, each named once, in the order in which they came."""
    return ", ".join(dict.fromkeys(evidence.kind for evidence in verdict.evidence))


def counts(verdicts: list[Verdict]) -> str:
    """The total: 3 proved, 1 refuted, 0 open."""
    outcomes = [verdict.outcome for verdict in verdicts]
    return ", ".join(f"{outcomes.count(outcome)} {outcome}" for outcome in Outcome)


def failure(statement: str, verdict: Verdict) -> str:
    """Why a test that asked for a proof fails: refuted, with the witness, or inconclusive, with the margin."""
    found = "refuted" if verdict.outcome is Outcome.REFUTED else "inconclusive"
    evidence = [f"{e.kind} ({e.by}): {e.detail}" for e in verdict.evidence]
    return "\n  ".join([f"{found}: {statement}", *findings(verdict), *evidence])


COLOURS = {Outcome.PROVED: "#117733", Outcome.REFUTED: "#aa3333", Outcome.OPEN: "#997700"}
"""Readable on white, and told apart by those who do not see red and green."""


def as_html(verdict: Verdict) -> str:
    """The verdict, what was found, and the evidence folded away."""
    lines = "".join(f"<li>{escape(line)}</li>" for line in summary(verdict))
    rows = evidence_rows(verdict)
    word = f'<b style="color:{COLOURS[verdict.outcome]}">{verdict.outcome}</b> <small>{verdict.seconds:.1f} s</small>'
    evidence = f"<details><summary>evidence: {kinds(verdict)}</summary><table>{rows}</table></details>" if rows else ""
    return f"<div>{word}<ul>{lines}</ul>{evidence}</div>"


def evidence_rows(verdict: Verdict) -> str:
    """The evidence as the rows of an HTML table."""
    cells = ((escape(e.kind), escape(e.by), escape(e.detail)) for e in verdict.evidence)
    return "".join(f"<tr><td>{kind}</td><td>{by}</td><td>{detail}</td></tr>" for kind, by, detail in cells)
