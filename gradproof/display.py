"""Prints verdicts for people: the table of a ledger, and the evidence for one statement."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from textwrap import wrap

from rich.console import Console
from rich.table import Table
from rich.text import Text

from numerics.findings import counts, findings, kinds, summary
from numerics.verdict import Outcome, Verdict

STYLES = {Outcome.PROVED: "green", Outcome.REFUTED: "red", Outcome.OPEN: "yellow"}
WIDE = 120
"""Columns from which a claim fits on one line; below, what was found stands on a second one."""


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leaves it to `main`: rich would exit with 1, and 1 means refuted."""
        raise BrokenPipeError


def console(no_color: bool = False, stderr: bool = False) -> Console:
    """A console that prints texts as they are: brackets in a formula are no markup, numbers get no colours."""
    return _Console(file=sys.stderr if stderr else sys.stdout, no_color=no_color or None, markup=False, highlight=False)


def word(verdict: Verdict) -> Text:
    return Text(str(verdict.outcome), STYLES[verdict.outcome])


def _time(verdict: Verdict) -> str:
    return f"{verdict.seconds:.1f} s"


def print_table(rows: list[tuple[str, Verdict]], to: Console) -> None:
    """The ledger: id, verdict, range or witness, kinds of evidence, time; and the total."""
    if to.width >= WIDE:
        to.print(_wide(rows))
    else:
        _print_narrow(rows, to)
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


def _print_narrow(rows: Iterable[tuple[str, Verdict]], to: Console) -> None:
    room = to.width - len(" refuted  100.0 s")
    to.print(Text(f"{'id':{room}} {'verdict':7}{'time':>9}", "bold"), soft_wrap=True)
    for id, verdict in rows:
        coloured = (f"{verdict.outcome!s:7}", STYLES[verdict.outcome])
        to.print(Text.assemble(f"{id:{room}} ", coloured, f"{_time(verdict):>9}"), soft_wrap=True)
        for line in [*summary(verdict), f"by {kinds(verdict)}"]:
            for piece in wrap(line, to.width - 2, break_on_hyphens=False):
                to.print(Text(f"  {piece}", "dim"), soft_wrap=True)


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
