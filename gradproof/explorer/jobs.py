"""Settles claims beside the page, in child processes, so that it stays alive and the work can be stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from gradproof.processes.limits import cores
from numerics.verdict import Verdict
from theory.claim import Claim
from theory.errors import StatementError

KNOWN: dict[str, Verdict] = {}
"""What was settled since the page is served, by the id of the claim: a verdict depends on nothing else."""
SECONDS = 60.0


class _StoppedError(Exception):
    """Leaves the loop that waits for the children; they are ended on the way out."""


@dataclass
class Job:
    """Statements being settled, by key, in a thread that watches their processes."""

    keys: tuple[str, ...]
    results: dict[str, Verdict | StatementError] = field(default_factory=dict)
    working: tuple[str, ...] = ()
    stopped: bool = False
    began: float = field(default_factory=time.monotonic)
    ended: float | None = None
    fault: str | None = None
    told: bool = False
    """Whether the page has taken notice of the end."""
    thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        return self.ended is None

    @property
    def seconds(self) -> float:
        return (self.ended or time.monotonic()) - self.began

    def stop(self) -> None:
        """Ends the processes within a tenth of a second; what is settled by then stays."""
        self.stopped = True

    def wait(self, seconds: float) -> None:
        """Until it is done, at most so long."""
        if self.thread is not None:
            self.thread.join(seconds)

    def _tick(self, working: Sequence[tuple[Any, str]]) -> None:
        if self.stopped:
            raise _StoppedError
        self.working = tuple(" ".join(filter(None, (str(getattr(key, "id", "")), report))) for key, report in working)

    def run(self, settling: Callable[[Any], Iterator[tuple[str, Any]]]) -> None:
        try:
            for key, result in settling(self._tick):
                self.results[key] = result
        except _StoppedError:
            pass
        except Exception as error:  # the page says so; a thread that dies says nothing
            self.fault = f"{type(error).__name__}: {error}"
        finally:
            self.working, self.ended = (), time.monotonic()


def none() -> Job:
    """No job: nothing was asked for yet."""
    return Job((), ended=0.0, told=True)


def _begun(job: Job, settling: Callable[[Any], Iterator[tuple[str, Any]]]) -> Job:
    job.thread = threading.Thread(target=job.run, args=(settling,), daemon=True)
    job.thread.start()
    return job


def settle_claims(claims: Sequence[Claim], seconds: float = SECONDS) -> Job:
    """Begins to settle those of the claims that are not known yet."""
    wanted = [claim for claim in claims if claim.id not in KNOWN]

    def settling(tick: Any) -> Iterator[tuple[str, Any]]:
        from gradproof.processes.worker import settle_all

        # One core is left to the page.
        for claim, result in settle_all(wanted, seconds, max(1, cores() - 1), tick):
            if isinstance(result, Verdict) and result.outcome != "open":
                KNOWN[claim.id] = result
            yield claim.id, result

    return _begun(Job(tuple(claim.id for claim in wanted)), settling)


def settle_statement(statement: str, where: Sequence[str], seconds: float = SECONDS) -> Job:
    """Begins to settle a statement of the user's, as `gradproof prove` does."""

    def settling(tick: Any) -> Iterator[tuple[str, Any]]:
        from gradproof.processes.worker import settle_typed

        try:
            yield statement, settle_typed(statement, tuple(where), seconds, tick)
        except StatementError as error:
            yield statement, error

    return _begun(Job((statement, *where)), settling)
