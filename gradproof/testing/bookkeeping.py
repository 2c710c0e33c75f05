"""Keeps book of what the tests of a run settle, and prints the summary at its end.

Notes travel in the `user_properties` of the test reports, so that they also arrive from the workers of pytest-xdist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gradproof.testing.completeness import FIXTURES, unsettled

if TYPE_CHECKING:
    from numerics.verdict import Verdict

NOTE = "gradproof"
LONGEST = 160
"""Characters of a statement in the summary."""
OUTCOMES = ("proved", "refuted", "open", "skipped", "refused")


def note(item: pytest.Item, name: str, outcome: str, found: str = "", claim: str = "") -> None:
    """Notes one outcome with the test that it belongs to; the values are text, as reports travel as such."""
    entry = {
        "name": name if len(name) <= LONGEST else f"{name[:LONGEST]}…",
        "outcome": outcome,
        "found": found,
        "claim": claim,
    }
    item.user_properties.append((NOTE, entry))


def note_verdict(item: pytest.Item, name: str, verdict: Verdict, claim: str = "") -> None:
    from numerics.findings import summary

    note(item, name, str(verdict.outcome), "; ".join(summary(verdict)), claim)


def _notes(properties: list[tuple[str, Any]]) -> list[dict[str, str]]:
    return [content for name, content in properties if name == NOTE]


class Book:
    """The book of one run: the notes of every test."""

    def __init__(self, config: pytest.Config):
        self.config = config
        self.notes: dict[str, list[dict[str, str]]] = {}
        self.missing: list[str] = []
        self.problem = ""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]):
        """Notes a skipped test that would have settled something: the summary must not be silent about it."""
        report = yield
        uses = FIXTURES & set(getattr(item, "fixturenames", ()))
        if report.skipped and not hasattr(report, "wasxfail") and uses and not _notes(item.user_properties):
            note(item, item.nodeid, "skipped")
            report.user_properties.append(item.user_properties[-1])
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # The report of a test's teardown repeats what those of its setup and call said, and is the fullest.
        notes = _notes(report.user_properties)
        if notes:
            self.notes[report.nodeid] = notes

    @property
    def entries(self) -> list[dict[str, str]]:
        return [entry for notes in self.notes.values() for entry in notes]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Fails a complete run in which no test settled some registered claim."""
        settled = {entry["claim"] for entry in self.entries if entry["outcome"] != "skipped"}
        try:
            self.missing = unsettled(session, exitstatus, settled)
        except pytest.UsageError as error:
            self.problem, session.exitstatus = str(error), pytest.ExitCode.USAGE_ERROR
        if self.missing:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.entries or self.missing or self.problem:
            terminalreporter.write_sep("=", "gradproof")
            _print(terminalreporter, self.entries)
        if self.problem:
            terminalreporter.write_line(f"ERROR: {self.problem}", red=True)
        for id in self.missing:
            terminalreporter.write_line(f"no test settles the registered claim {id}", red=True)
        if self.missing:
            terminalreporter.write_line(f"FAILED: {len(self.missing)} registered claims without a test", red=True)


def _print(reporter: pytest.TerminalReporter, entries: list[dict[str, str]]) -> None:
    """The counts, then every statement that was not proved."""
    outcomes = [entry["outcome"] for entry in entries]
    shown = [outcome for outcome in OUTCOMES if outcome != "refused" or outcome in outcomes]
    reporter.write_line(", ".join(f"{outcomes.count(outcome)} {outcome}" for outcome in shown))
    for outcome in OUTCOMES[1:]:
        for entry in entries:
            if entry["outcome"] == outcome:
                found = f": {entry['found'].splitlines()[0]}" if entry["found"] else ""
                reporter.write_line(f"{outcome:8} {entry['name']}{found}")
