"""The same sweep on many machines, by Dask: each tile is a task of its own.

With a store, each worker writes its tiles itself, to a disk that all machines share; without one they are sent back.
Dask runs the tiles of a worker that is lost again, elsewhere. A tile is written whole or not at all, and depends on
nothing but the plan, so that it does not matter who computes it, nor how often.
"""

from __future__ import annotations

import pickle
import socket
import threading
import uuid
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from numerics.sweeping.grid import Tile
from numerics.sweeping.kinds import Sweepable
from theory.errors import StatementError

Array = np.ndarray
PATIENCE = 5.0
"""Seconds to wait for a scheduler, and then for its first worker."""
_WAITING = 2
"""Tiles that wait for each thread of a worker: enough to keep it busy, and few results to hold."""

_AGAIN = "what is written is kept, and the same command goes on"


class Job:
    """A plan that can be sent, and is built once where it arrives."""

    def __init__(self, plan: Sweepable, path: Path | None):
        from numerics.sweeping.sweep import identity

        self.kind: Any = type(plan)
        made: Any = plan
        self.given = {field.name: getattr(made, field.name) for field in fields(made) if field.init}
        self.identity, self.path = identity(plan), path
        self._made()

    def _made(self) -> None:
        self._lock, self._plan, self._group = threading.Lock(), None, None

    def __getstate__(self) -> dict[str, Any]:
        return {"kind": self.kind, "given": self.given, "identity": self.identity, "path": self.path}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._made()

    def run(self, tile: Tile) -> dict[str, Array] | None:
        """Computes the tile, and writes it where there is a store; otherwise gives what it found."""
        with self._lock:
            if self._plan is None:
                self._plan = self._prepared()
        found = self._plan.compute(tile)
        if self._group is None:
            return found
        for variable in self._plan.variables:
            if variable.is_of(tile):
                self._group[variable.name][variable.region(tile)] = found[variable.name]
        return None

    def _prepared(self) -> Sweepable:
        from numerics.sweeping.sweep import identity

        where = f"the worker on {socket.gethostname()}"
        try:
            plan = self.kind(**self.given)
            if self.path is not None:
                self._group = self._opened(where)
        except ImportError as error:
            raise StatementError(f"{where} cannot run the sweep ({error}): install the same packages on all") from None
        _compare(self.identity, identity(plan), f"{where} would compute another sweep")
        plan.prepare()
        return plan

    def _opened(self, where: str) -> Any:
        import zarr

        try:
            group = zarr.open_group(self.path, mode="r+")
        except (OSError, ValueError):
            raise StatementError(
                f"{where} does not see the store {str(self.path)!r}: give one on a disk that all machines share"
            ) from None
        _compare(self.identity, dict(group.attrs), f"{where} sees another store at {str(self.path)!r}")
        return group


def _compare(wanted: dict[str, Any], found: dict[str, Any], said: str) -> None:
    for name, value in wanted.items():
        if found.get(name) != value:
            raise StatementError(
                f"{said}: its {name} is {found.get(name)!r}, and here it is {value!r}; install the same version on "
                "all machines, and give a store on a disk that they share"
            )


class Cluster:
    """The workers of a Dask scheduler."""

    def __init__(self, client: Any, address: str):
        self.client, self.address = client, address

    @property
    def threads(self) -> int:
        return sum(self.client.nthreads().values())

    @property
    def described(self) -> str:
        threads, workers = self.threads, len(self.client.nthreads())
        counts = (f"{number:,} {noun}{'s' if number > 1 else ''}" for number, noun in ((threads, "thread"),
                  (workers, "worker")))  # fmt: skip
        return f"{' of '.join(counts)} at {self.address}"

    def computed(
        self, plan: Sweepable, wanted: Sequence[Tile], handle: Callable[[Tile, dict[str, Array]], None]
    ) -> Iterator[Tile]:
        """As `sweep.tiles_computed`: hands each tile to `handle` here, and yields those that are done."""
        return self._run(Job(plan, None), wanted, handle)

    def written(self, plan: Sweepable, wanted: Sequence[Tile], path: Path) -> Iterator[Tile]:
        """Has the workers write the tiles to the store at `path`, and yields those that are done."""
        return self._run(Job(plan, path.absolute()), wanted, lambda tile, found: None)

    def _run(self, job: Job, wanted: Sequence[Tile], handle: Callable[[Tile, Any], None]) -> Iterator[Tile]:
        from distributed import as_completed
        from distributed.comm.core import CommClosedError

        name, left = f"gradproof-{uuid.uuid4().hex}", iter(wanted)
        # A task and no scattered value: Dask makes it again where the workers that had it are lost.
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Sending large graph")
            sent = self.client.submit(pickle.loads, pickle.dumps(job), key=f"{name}-plan")
        running: dict[Any, Tile] = {}
        done = as_completed(loop=self.client.loop)

        def begin(count: int) -> None:
            for tile in islice(left, max(0, count)):
                future = self.client.submit(Job.run, sent, tile, key=f"{name}-{tile.number}")
                running[future] = tile
                done.add(future)

        try:
            begin(self._room(running))
            while running:
                future = next(done)
                tile = running.pop(future)
                handle(tile, self._result(future, tile))
                future.release()
                yield tile
                begin(self._room(running))
        except CommClosedError:
            raise StatementError(f"the scheduler {self.address!r} is gone: {_AGAIN}") from None
        finally:
            with suppress(Exception):  # what is wrong is said already
                self.client.cancel([*running, sent], force=True)

    def _room(self, running: dict[Any, Tile]) -> int:
        return max(2, _WAITING * self.threads) - len(running)

    def _result(self, future: Any, tile: Tile) -> Any:
        from concurrent.futures import CancelledError

        from distributed import KilledWorker
        from distributed.client import FuturesCancelledError

        try:
            return future.result()
        except KilledWorker as error:
            raise StatementError(
                f"tile {tile.number} was lost with {error.allowed_failures + 1} workers that ran it: see their logs "
                f"(not enough memory?); {_AGAIN}"
            ) from None
        except (CancelledError, FuturesCancelledError):
            raise StatementError(f"the scheduler {self.address!r} is gone, or gave the sweep up: {_AGAIN}") from None
        except ModuleNotFoundError as error:
            raise StatementError(
                f"a worker cannot run the sweep ({error}): install gradproof on all machines"
            ) from None


@contextmanager
def connected(scheduler: Any) -> Iterator[Cluster]:
    """The workers of a scheduler: its address, such as tcp://host:8786, or a distributed.Client.

    StatementError where Dask is not installed, the scheduler does not answer, or has no workers.
    """
    if not find_spec("distributed"):
        raise StatementError("a scheduler needs Dask, which is not installed: pip install 'gradproof[dask]'")
    from distributed import Client

    if isinstance(scheduler, Client):
        yield _with_workers(scheduler, str(scheduler.scheduler_info(n_workers=0)["address"]))
        return
    address = str(scheduler).strip()
    _knock(address)
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except Exception as error:
        raise StatementError(f"{address!r} is no Dask scheduler ({str(error).splitlines()[0]}): {_ADVICE}") from None
    try:
        yield _with_workers(client, address)
    finally:
        with suppress(Exception):  # a scheduler that is gone cannot be taken leave of
            client.close(timeout=PATIENCE)


_ADVICE = "start one by `dask scheduler`, and give its address, such as tcp://host:8786"


def _knock(address: str) -> None:
    """Makes sure that somebody is there and talks, before Dask does."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(address)
        host, port = (parts.hostname, parts.port) if parts.scheme in ("tcp", "tls") else (None, None)
    except ValueError:
        host = port = None
    if host is None or port is None:
        raise StatementError(f"{address!r} is no address of a scheduler: {_ADVICE}")
    try:
        with socket.create_connection((host, port), PATIENCE) as connection:
            # A scheduler speaks first; one that does not would be waited for without end.
            if parts.scheme == "tcp" and not connection.recv(1):
                raise OSError("it hung up")
    except OSError as error:
        reason = "it did not answer" if isinstance(error, TimeoutError) else error.strerror or str(error)
        raise StatementError(f"the scheduler {address!r} cannot be reached ({reason}): {_ADVICE}") from None


def _with_workers(client: Any, address: str) -> Cluster:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise StatementError(
            f"the scheduler {address!r} has no workers: start some by `dask worker {address}`"
        ) from None
    return Cluster(client, address)
