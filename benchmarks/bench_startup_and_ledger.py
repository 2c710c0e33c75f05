"""The program starts at once, one claim takes two seconds, and the ledger with its ranges a minute and a half or three.

Whole processes are timed, as a user does: the interpreter's start and every import are in it. Prints each median and
what it has to be under, writes them to benchmarks/results/, and ends with 1 if a promise is broken.

    python benchmarks/bench_startup_and_ledger.py [--runs N]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Promise:
    """A command, the seconds that it may take, and the most runs that are worth their time."""

    name: str
    arguments: tuple[str, ...]
    limit: float
    most_runs: int = 100


PROMISES = (
    Promise("help", ("--help",), 0.3),
    Promise("one claim", ("check", "ven-lederer/tanh-derivative"), 2.0),
    Promise("a paper and our own claims, with ranges", ("check", "ven-lederer/*", "new/*"), 90.0, 1),
    Promise("everything", ("check",), 180.0, 1),
)


@dataclass(frozen=True)
class Timing:
    """The seconds that a command took: the median over its runs, and all of them."""

    name: str
    command: str
    limit: float
    median: float
    runs: list[float]
    exit_code: int

    @property
    def kept(self) -> bool:
        return self.median < self.limit and self.exit_code in (0, 3)


def measure(promise: Promise, runs: int) -> Timing:
    """Times one command after a run that fills the caches."""
    command = [str(Path(sys.executable).with_name("gradproof")), *promise.arguments]
    seconds, status = [], _run(command)[1] if promise.most_runs > runs else 0
    for _ in range(min(runs, promise.most_runs)):
        elapsed, status = _run(command)
        seconds.append(round(elapsed, 3))
    shown = " ".join(("gradproof", *promise.arguments))
    return Timing(promise.name, shown, promise.limit, statistics.median(seconds), seconds, status)


def _run(command: list[str]) -> tuple[float, int]:
    start = time.perf_counter()
    status = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False).returncode
    return time.perf_counter() - start, status


def write(timings: list[Timing]) -> None:
    """Writes the timings with what is needed to read them on another day."""
    machine = {"python": platform.python_version(), "system": platform.platform(), "processors": os.cpu_count()}
    RESULTS.mkdir(exist_ok=True)
    document = {"machine": machine, "timings": [asdict(timing) for timing in timings]}
    (RESULTS / "startup_and_ledger.json").write_text(json.dumps(document, indent=2) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="runs of each command (5)")
    runs = max(1, parser.parse_args().runs)
    timings = []
    for promise in PROMISES:
        timing = measure(promise, runs)
        timings.append(timing)
        word = "kept" if timing.kept else "BROKEN"
        print(f"{timing.command:45} {timing.median:7.2f} s  (under {timing.limit:g} s: {word})", flush=True)
    write(timings)
    return 0 if all(timing.kept for timing in timings) else 1


if __name__ == "__main__":
    sys.exit(main())
