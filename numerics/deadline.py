"""A time by which a search has to give up: checked in every loop that can run long."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


class OutOfTimeError(BaseException):
    """The time given for a search is over; what it had found so far stands in its result.

    Not an Exception: SymPy and Hypothesis catch those on their way, and the interruption would be lost.
    """


@dataclass(frozen=True)
class Deadline:
    """A moment on the clock, and an amount of this process's own time: over as soon as the first of them is.

    The moment is what was promised to the user. The parts into which a search divides its time are of the process's
    own, so that they hold the same work on a busy machine as on an idle one.
    """

    at: float
    used: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        return cls(time.monotonic() + seconds, time.process_time() + seconds)

    @property
    def left(self) -> float:
        """Seconds left; negative once they are over."""
        return min(self.at - time.monotonic(), self.used - time.process_time())

    def check(self) -> None:
        """OutOfTimeError once the time is over."""
        if self.left <= 0:
            raise OutOfTimeError

    def share(self, part: float, most: float = float("inf")) -> Deadline:
        """An earlier deadline: a part of the time left, and no more than `most` seconds of the process's own."""
        return Deadline(self.at, time.process_time() + max(0.0, min(self.left * part, most)))


@contextmanager
def interrupted_after(seconds: float) -> Iterator[None]:
    """OutOfTimeError inside the block after so many seconds of this process, in the middle of anybody's long loop.

    SymPy's solve and simplify know no deadline; an interval timer interrupts them between two steps of Python.
    Timers belong to the main thread: elsewhere, and where the system has none, the block just runs.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(signum: int, frame: object) -> None:
        raise OutOfTimeError

    hook = sys.unraisablehook

    def quiet(unraisable: Any) -> None:
        # Raised inside a finalizer or a collector's callback it is lost; the timer comes again.
        if unraisable.exc_type is not OutOfTimeError:
            hook(unraisable)

    sys.unraisablehook = quiet
    before_left, _ = signal.getitimer(signal.ITIMER_PROF)
    before = signal.signal(signal.SIGPROF, stop)
    began = time.process_time()
    first = max(min(seconds, before_left) if before_left else seconds, 1e-3)
    signal.setitimer(signal.ITIMER_PROF, first, 0.2)
    try:
        yield
    finally:
        _disarm()
        sys.unraisablehook = hook
        signal.signal(signal.SIGPROF, before)
        if before_left:
            # An outer timer goes on with what it had left.
            signal.setitimer(signal.ITIMER_PROF, max(before_left - (time.process_time() - began), 1e-3), 0.2)


def _disarm() -> None:
    """Stops the timer, even where it goes off on the way here: else it would go on interrupting what comes after."""
    while True:
        try:
            signal.setitimer(signal.ITIMER_PROF, 0)
        except OutOfTimeError:
            continue
        return
