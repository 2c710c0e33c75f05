"""The report as Markdown, with the formulas in Unicode."""

from __future__ import annotations

from collections.abc import Iterator

from gradproof.report.content import Entry, Report
from gradproof.report.figures import mark
from theory.typeset import typeset


def markdown(report: Report) -> str:
    """The whole file."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield from ("# Claims about gradients in deep networks: the ledger", "")
    yield from (f"{len(report.entries)} claims: {report.counts}. Every verdict and range here is computed.", "")
    yield from ("| source | |", "|---|---|")
    for section in report.sections:
        yield f"| {_cell(section.title)} | {section.counts} |"
    for name, why in report.refused.items():
        yield from ("", f"{name} is no statement: {why}")
    yield from ("", "## What the papers say and what is true", "")
    for wrong, right in report.corrections:
        yield from _correction(wrong, right)
    for section in report.sections:
        yield from (f"## {section.title}", "")
        for entry in section.entries:
            yield from _entry(entry)
    yield from ("## How to check this", "", *(f"    {line}" for line in CHECK), "", report.made, "")


CHECK = (
    "python3 -m venv .venv && .venv/bin/pip install -e .",
    ".venv/bin/gradproof check --certificates certificates",
    ".venv/bin/gradproof verify certificates",
)


def _correction(wrong: Entry, right: Entry | None) -> Iterator[str]:
    yield from (f"### {wrong.id}", "")
    yield from (f"- said: {_code(typeset(part))}" for part in wrong.claim.conclusion)
    yield from (f"- found: {line}" for line in wrong.found)
    if right is not None:
        yield f"- {right.claim.place}"
        yield from (f"- true: {_code(typeset(part))}" for part in right.claim.conclusion)
        yield from (f"  - where {_code(typeset(part))}" for part in right.claim.hypotheses)
    yield ""


def _entry(entry: Entry) -> Iterator[str]:
    verdict = entry.verdict
    yield from (f"### {entry.id}", "", f"{entry.claim.text}", "")
    yield from (f"- given {_code(typeset(part))}" for part in entry.claim.hypotheses)
    yield from (f"- claimed {_code(typeset(part))}" for part in entry.claim.conclusion)
    if entry.depth:
        yield f"- {entry.depth}"
    if entry.claim.place:
        yield f"- {entry.claim.place}"
    yield f"- {mark(verdict.outcome)} **{verdict.outcome}**"
    yield from (f"  - {line}" for line in entry.found)
    yield from (f"  - {e.kind} ({e.by}): {_code(e.detail)}" for e in verdict.evidence)
    yield ""


def _code(text: str) -> str:
    """As code, which keeps * and | as they are; with longer quotes where the text has some."""
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
