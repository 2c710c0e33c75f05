"""Shows on stderr that something is going on, and how far it is; silent where stderr is not a terminal."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column

from gradproof.display import console


class ProgressBar:
    """A bar of `total` statements; use it as a context, call `done` for each one, and `tick` in between.

    It is drawn only when it is told to, by no thread of its own: children are forked beside it.
    """

    def __init__(self, total: int, no_color: bool = False):
        where = console(no_color, stderr=True)
        rest = Column(ratio=1, no_wrap=True, overflow="ellipsis")
        at = TextColumn("{task.fields[at]}", markup=False, table_column=rest)
        columns = (SpinnerColumn(), BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn(), at)
        quiet = not where.is_terminal
        self.bar = Progress(*columns, console=where, auto_refresh=False, transient=True, expand=True, disable=quiet)
        self.task = self.bar.add_task("", total=total, at="")
        self.drawn = 0.0

    def __enter__(self) -> ProgressBar:
        self.bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.bar.stop()

    def done(self) -> None:
        self.bar.advance(self.task)

    def tick(self, working: Sequence[tuple[Any, str]]) -> None:
        """Redraws the bar, at most ten times a second, with the names of what is being worked on."""
        if time.monotonic() < self.drawn + 0.1:
            return
        self.drawn = time.monotonic()
        # The end of an id tells more than its beginning, and the line may be short.
        leaves = [(str(getattr(key, "id", "")).rsplit("/", 1)[-1], report) for key, report in working]
        names = " · ".join(" ".join(filter(None, parts)) for parts in leaves)
        self.bar.update(self.task, at=names)
        self.bar.refresh()
