"""Prints verdicts for people: the table of a ledger, and the evidence for one statement."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gradproof.wording import counts, findings, kinds, summary
from numerics.verdict import Outcome, Verdict

STYLES = {Outcome.PROVED: "green", Outcome.REFUTED: "red", Outcome.OPEN: "yellow"}
WIDE = 120
"""Columns from which a claim fits on one line; below, what was found stands on a second one."""


def console(no_color: bool = False, stderr: bool = False) -> Console:
    """A console that prints texts as they are: brackets in a formula are no markup, numbers get no colours."""
    return Console(file=sys.stderr if stderr else sys.stdout, no_color=no_color or None, markup=False, highlight=False)


def word(verdict: Verdict) -> Text:
    return Text(str(verdict.outcome), STYLES[verdict.outcome])


def _time(verdict: Verdict) -> str:
    return f"{verdict.seconds:.1f} s"


def print_table(rows: list[tuple[str, Verdict]], to: Console) -> None:
    """The ledger: id, verdict, range or witness, kinds of evidence, time; and the total."""
    to.print(_wide(rows) if to.width >= WIDE else _narrow(rows))
    verdicts = [verdict for _, verdict in rows]
    noun = "claim" if len(rows) == 1 else "claims"
    to.print(f"{len(rows)} {noun}: {counts(verdicts)}", soft_wrap=True)


def _wide(rows: Iterable[tuple[str, Verdict]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("id", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("found", overflow="fold", ratio=1)
    table.add_column("evidence", overflow="fold", max_width=24)
    table.add_column("time", justify="right", no_wrap=True)
    for id, verdict in rows:
        table.add_row(id, word(verdict), Text("; ".join(summary(verdict))), kinds(verdict), _time(verdict))
    return table


def _narrow(rows: Iterable[tuple[str, Verdict]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("id", overflow="fold", ratio=1)
    table.add_column("verdict", no_wrap=True)
    table.add_column("time", justify="right", no_wrap=True)
    for id, verdict in rows:
        table.add_row(id, word(verdict), _time(verdict))
        for line in [*summary(verdict), f"by {kinds(verdict)}"]:
            table.add_row(Padding(Text(line, "dim"), (0, 0, 0, 2)))
    return table


def print_findings(verdict: Verdict, to: Console) -> None:
    """The verdict, what was found, and every piece of evidence."""
    spent = "after" if verdict.outcome is Outcome.OPEN else "in"
    to.print(word(verdict), Text(f"{spent} {_time(verdict)}", "dim"))
    for line in findings(verdict):
        to.print(f"  {line}", soft_wrap=True)
    grid = Table.grid(padding=(0, 2, 0, 0))
    for evidence in verdict.evidence:
        grid.add_row(f"  {evidence.kind}", Text(evidence.by, "dim"), Text(evidence.detail, overflow="fold"))
    to.print(grid)
