"""What the report says, before it has a form: the claims with their verdicts, by source, and the corrections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from numerics.findings import counts, findings
from numerics.verdict import Outcome, Verdict
from theory.claim import Claim

CORRECTED = "corrected/"


@dataclass(frozen=True)
class Entry:
    """A claim, and what was found."""

    claim: Claim
    verdict: Verdict

    @property
    def id(self) -> str:
        return self.claim.id

    @property
    def anchor(self) -> str:
        return self.id.replace("/", "--")

    @property
    def found(self) -> list[str]:
        return list(findings(self.verdict))

    @property
    def depth(self) -> str | None:
        """The depths and layers it is about."""
        if self.claim.depth is None:
            return None
        index = self.claim.depth.index
        layers = f", {index} = {self.claim.depth.first}, …, l" if index else ""
        return f"for every depth l ≥ {self.claim.depth.least}{layers}"


@dataclass(frozen=True)
class Section:
    """The claims of one source."""

    key: str
    title: str
    entries: tuple[Entry, ...]

    @property
    def counts(self) -> str:
        return counts([entry.verdict for entry in self.entries])


@dataclass(frozen=True)
class Report:
    """All of it. `refused` are claims that are no statements, with the reason."""

    entries: tuple[Entry, ...]
    made: str
    refused: Mapping[str, str]

    @cached_property
    def by_id(self) -> dict[str, Entry]:
        return {entry.id: entry for entry in self.entries}

    @cached_property
    def sections(self) -> list[Section]:
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.id.partition("/")[0], []).append(entry)
        return [Section(key, _title(entries), tuple(entries)) for key, entries in found.items()]

    @property
    def counts(self) -> str:
        return counts([entry.verdict for entry in self.entries])

    @cached_property
    def corrections(self) -> list[tuple[Entry, Entry | None]]:
        """Each claim of a source that is false, and the true statement that stands for it."""
        return [
            (entry, self.by_id.get(CORRECTED + entry.id))
            for entry in self.entries
            if entry.verdict.outcome is Outcome.REFUTED
        ]


def _title(entries: Sequence[Entry]) -> str:
    source = entries[0].claim.source
    if source is None:
        return entries[0].id.partition("/")[0]
    authors = f"{source.authors}: " if source.authors else ""
    return f"{authors}{source.title}{f' ({source.year})' if source.year else ''}"
