"""What a child process may use: memory, time, and nothing of the terminal."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import sys
from pathlib import Path

GIB = 2**30
MOST = 4 * GIB


def cores() -> int:
    """The number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def machine_memory() -> int:
    """Bytes of memory of this machine, or of the container that it is."""
    sizes = [MOST]
    with contextlib.suppress(ValueError, OSError, AttributeError):
        sizes = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    # The file says "max" where a container has no limit: that is no number, and is passed over.
    with contextlib.suppress(ValueError, OSError):
        sizes.append(int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return min(sizes)


def allowance(jobs: int = 1) -> int:
    """Bytes for each of `jobs` children: 4 GiB, or their share of a smaller machine."""
    return min(MOST, machine_memory() // max(jobs, 1))


def _in_use() -> int:
    """Bytes of address space that this process has already: a forked child starts with its parent's."""
    with contextlib.suppress(OSError, ValueError):
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def limit_memory(extra: int) -> None:
    """Lets this process grow by `extra` bytes and no more: beyond, an allocation raises MemoryError or aborts."""
    try:
        import resource
    except ImportError:  # there are no such limits on this system; the limit of time remains
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    wanted = _in_use() + extra
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    # Some systems know the limit but refuse to set it; the limit of time remains there too.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def limit_time(seconds: float) -> None:
    """Has the kernel end this process after `seconds`, even inside C code, even if its parent is gone."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)


def leave_the_terminal() -> None:
    """Ctrl-C is the parent's business, and only the parent prints."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.disable()
    nowhere = open(os.devnull, "r+")  # noqa: SIM115 – it stays open to the end of the process
    for descriptor in (0, 1, 2):
        os.dup2(nowhere.fileno(), descriptor)
    # Where output is captured, Python's streams are not those descriptors.
    sys.stdin = sys.stdout = sys.stderr = nowhere
