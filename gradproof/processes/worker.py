"""Settles statements in child processes, so that no input can hang the caller or exhaust its memory.

A child that outlives its time is killed; one that dies leaves an open verdict that says so. On Linux children are
forked after the engines are imported, which costs milliseconds; elsewhere they are spawned.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from importlib import import_module
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from gradproof.certificates.certified import settle_text_with_certificate, settle_with_certificate
from gradproof.processes.child import (
    Job,
    and_tightness,
    crashed,
    find_extremum,
    settle_at_depths,
    settle_claim,
    settle_range,
    settle_text,
    unsettled,
    work,
)
from gradproof.processes.limits import allowance, cores
from numerics.verdict import Evidence, Interim, Verdict
from theory.claim import Claim
from theory.errors import StatementError

Result = Verdict | StatementError
Tick = Callable[[Sequence[tuple[Any, str]]], None]

GRACE = 1.0
"""Seconds after the limit in which an engine that watches the clock itself may still say how far it got."""

TICK = 0.1
FORKS = sys.platform == "linux"
STARTUP = 0.0 if FORKS else 30.0
"""Seconds that a child may need before its clock starts: a spawned one imports everything first."""

_CONTEXT: Any = multiprocessing.get_context("fork" if FORKS else "spawn")


class Worker:
    """One child at work on one job."""

    def __init__(self, job: Job, seconds: float, memory: int):
        self.seconds, self.progress = seconds, ""
        self.interim: Verdict | None = None
        self.start = time.monotonic()
        self.pipe, theirs = _CONTEXT.Pipe(duplex=False)
        arguments = (job, seconds, GRACE, memory, theirs)
        self.process = _CONTEXT.Process(target=work, args=arguments, daemon=True)
        with warnings.catch_warnings():
            # Python warns of a fork beside threads, for the locks that they may hold. The child takes none of theirs,
            # and if it hung all the same, its time would run out.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.process.start()
        theirs.close()

    @property
    def overdue(self) -> bool:
        return time.monotonic() > self.start + self.seconds + GRACE + STARTUP

    def result(self) -> Result | None:
        """What the child has come to, or None while it is at work."""
        try:
            while self.pipe.poll():
                message = self.pipe.recv()
                if isinstance(message, Interim):
                    self.interim = message.verdict
                    continue
                if not isinstance(message, str):
                    return message
                self.progress = message
        except (EOFError, OSError):
            return self._obituary()
        except Exception as error:  # what arrived cannot be unpickled
            return crashed(error)
        return self._timed_out() if self.overdue else None

    def _timed_out(self) -> Verdict:
        if self.interim is not None:
            late = Evidence("range", "clock", f"not found in {self.seconds:g} s")
            return replace(self.interim, evidence=(*self.interim.evidence, late), seconds=self.seconds)
        told = f"; the last heard of it: {self.progress}" if self.progress else ""
        return unsettled("limit", f"ran out of its {self.seconds:g} s{told}")

    def _obituary(self) -> Verdict:
        self.process.join(GRACE)
        code = self.process.exitcode or 0
        if code == -signal.SIGALRM:
            return self._timed_out()
        if code in (-signal.SIGABRT, -signal.SIGKILL):
            # Libraries in C abort, and the system kills, when there is no memory left.
            return unsettled("limit", f"ran out of memory (ended by {signal.Signals(-code).name})")
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return unsettled("crash", f"the process died ({how})")

    def stop(self) -> None:
        """Ends the child, whatever it is doing."""
        self.process.kill()
        self.process.join()
        self.process.close()
        self.pipe.close()


def preload() -> None:
    """Imports the engines before the first fork, so that no child has to."""
    for engine in ("numerics.settling", "theory.parsing"):
        import_module(engine)


def run_all(
    jobs: Iterable[tuple[Any, Job]], seconds: float, at_once: int | None = None, tick: Tick | None = None
) -> Iterator[tuple[Any, Result]]:
    """Runs jobs in parallel children and yields (key, result) as they finish.

    `tick` is called ten times a second with what is being worked on: (key, last report) for each child.
    """
    at_once = at_once or cores()
    memory, waiting = allowance(at_once), deque(jobs)
    running: dict[Worker, Any] = {}
    try:
        while waiting or running:
            # Invariant: a job is in waiting, or in running, or its result has been yielded; never in two of them.
            while waiting and len(running) < at_once:
                key, job = waiting.popleft()
                running[Worker(job, seconds, memory)] = key
            wait([worker.pipe for worker in running], TICK)
            yield from _finished(running)
            if tick:
                tick([(key, worker.progress) for worker, key in running.items()])
    finally:
        for worker in running:
            worker.stop()


def _finished(running: dict[Worker, Any]) -> Iterator[tuple[Any, Result]]:
    for worker in list(running):
        result = worker.result()
        if result is not None:
            key = running.pop(worker)
            worker.stop()
            yield key, result


def settle_job(job: Job, seconds: float = 60.0, tick: Tick | None = None) -> Verdict:
    """Runs one job in a child process. A StatementError that it raises there is raised here."""
    preload()
    [(_, result)] = run_all([(None, job)], seconds, 1, tick)
    if isinstance(result, StatementError):
        raise result
    return result


def settle_one(claim: Claim, seconds: float = 60.0, tightness: bool = False, digits: int | None = 15) -> Verdict:
    """Settles a claim in a child process. StatementError if it is no statement, undefined or vacuous."""
    plain = partial(settle_claim, claim, digits=digits)
    return settle_job(and_tightness(settle_claim, claim) if tightness else plain, seconds)


def settle_typed(statement: str, where: Sequence[str] = (), seconds: float = 60.0, tick: Tick | None = None) -> Verdict:
    """Reads and settles a statement as a user types it, in a child process. Raises StatementError like settle_one."""
    return settle_job(partial(settle_text, statement, tuple(where)), seconds, tick)


def settle_with_range(
    statement: str, where: Sequence[str], parameter: str, digits: int, seconds: float = 60.0, tick: Tick | None = None
) -> Verdict:
    """Like settle_typed, and says for which values of the parameter the statement holds."""
    return settle_job(partial(settle_range, statement, tuple(where), parameter, digits), seconds, tick)


def settle_certified(
    statement: str, where: Sequence[str], folder: Path, seconds: float = 60.0, tick: Tick | None = None
) -> Verdict:
    """Like settle_typed, and writes a certificate into the folder."""
    return settle_job(partial(settle_text_with_certificate, statement, tuple(where), folder), seconds, tick)


def extremum_typed(
    expression: str, where: Sequence[str], digits: int, largest: bool, seconds: float = 60.0, tick: Tick | None = None
) -> Any:
    """The Extremum of an expression as a user types it; an open Verdict where the child process was ended."""
    return settle_job(partial(find_extremum, expression, tuple(where), digits, largest), seconds, tick)


def settle_all(
    claims: Iterable[Claim],
    seconds: float = 60.0,
    jobs: int | None = None,
    tick: Tick | None = None,
    certificates: Path | None = None,
    digits: int = 15,
    depths: tuple[int, ...] | None = None,
    tightness: bool = False,
) -> Iterator[tuple[Claim, Result]]:
    """Settles claims in parallel and yields (claim, verdict) as they finish; writes certificates into a folder.

    With `depths` the claims are settled for chains of these depths only, and there are no certificates.

    A claim that is no statement, undefined or vacuous comes with its StatementError instead of a verdict.
    """
    preload()
    job: Any = settle_claim
    about: tuple[Any, ...] = ()
    if certificates is not None:
        import_module("gradproof.certificates.certificate")
        job, about = settle_with_certificate, (certificates,)
    elif depths is not None:
        import_module("numerics.depth.at_depths")
        job, about = settle_at_depths, (depths,)
    # What takes longest comes first, so that no process is left with it at the end.
    claims = sorted(claims, key=lambda claim: claim.threshold is None)
    made = partial(and_tightness, job) if tightness else partial(partial, job)
    return run_all(((claim, made(claim, *about, digits=digits)) for claim in claims), seconds, jobs, tick)
