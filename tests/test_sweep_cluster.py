"""Sweeps on the workers of a Dask scheduler: the same results bit for bit, also where a worker is lost."""

from __future__ import annotations

import errno
import json
import os
import pickle
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

distributed = pytest.importorskip("distributed", reason="Dask is not installed")
pytest.importorskip("zarr", reason="stores need zarr")

from gradproof import cli  # noqa: E402
from numerics.sweeping import cluster, grid, store  # noqa: E402
from numerics.sweeping.cluster import Job, connected  # noqa: E402
from numerics.sweeping.store import Store, opened  # noqa: E402
from numerics.sweeping.sweep import prepared, sweep  # noqa: E402
from theory.errors import StatementError  # noqa: E402

AXES = np.linspace(-2, 3, 40), np.linspace(0.1, 3, 8), np.geomspace(1, 100, 8)
WANT = ("log_gradient", "gradient_sign")


@pytest.fixture(autouse=True)
def _small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid, "TILE", 64)


@pytest.fixture(scope="module")
def workers() -> Iterator[Any]:
    """Two processes of one thread each; one that is killed is started again."""
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as local:
        yield local


def undisturbed(depth: int = 20) -> Any:
    return sweep(*AXES, depth, want=WANT, backend="numpy")


def same(found: Any, wanted: Any) -> bool:
    return all(np.array_equal(found[name].values, wanted[name].values) for name in WANT)


def test_the_workers_write_the_same_store(workers: Any, tmp_path: Path) -> None:
    found = sweep(*AXES, 20, want=WANT, backend="numpy", out=tmp_path / "a.zarr", scheduler=workers.scheduler_address)
    assert found.attrs["complete"] is True
    assert same(found, undisturbed())
    again = sweep(*AXES, 20, want=WANT, backend="numpy", out=tmp_path / "a.zarr")
    assert same(again, found), "and it is gone on with by any other run"


def test_without_a_store_the_tiles_are_sent_back(workers: Any) -> None:
    with distributed.Client(workers.scheduler_address, set_as_default=False) as client:
        assert same(sweep(*AXES, 20, want=WANT, backend="numpy", scheduler=client), undisturbed())
        assert client.status == "running", "a client of the user's stays open"


@pytest.mark.parametrize("moments", [(3,), pytest.param((1, 5, 25, 60), marks=pytest.mark.slow)])
def test_a_worker_that_is_killed_loses_nothing(
    workers: Any, tmp_path: Path, moments: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGKILL to a worker in the middle of its tiles, which others compute again."""
    monkeypatch.setattr(grid, "TILE", 64 if len(moments) == 1 else 32)
    plan = prepared(*AXES, 100, want=WANT, backend="numpy").plan
    kept, killed, done = Store(tmp_path / "a.zarr", plan), set(), []
    with connected(workers.scheduler_address) as crew:
        for number, tile in enumerate(kept.run(cluster=crew)):
            done.append(tile.number)
            if number in moments:
                pid = next(iter(crew.client.run(os.getpid).values()))
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
    assert len(killed) == len(moments)
    assert sorted(done) == list(range(plan.grid.tile_count)), "each tile is told once"
    assert not kept.missing()
    assert not list((tmp_path / "a.zarr").rglob("*.partial"))
    assert same(opened(tmp_path / "a.zarr"), undisturbed(100))


def test_a_full_disk_of_a_worker_is_told_here(workers: Any, tmp_path: Path) -> None:
    def full(self: Job, tile: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    plan = prepared(*AXES, 20, want=WANT, backend="numpy").plan
    with connected(workers.scheduler_address) as crew, pytest.MonkeyPatch.context() as broken:
        broken.setattr(Job, "run", full)  # sent by value, as it is no longer what the module has
        with pytest.raises(OSError, match="No space left"):
            list(crew.computed(plan, list(plan.grid.tiles()), lambda tile, found: None))
    with connected(workers.scheduler_address) as crew:
        assert len(list(crew.computed(plan, list(plan.grid.tiles()), lambda tile, found: None))) == 40


def test_a_disk_that_is_not_shared_is_refused(workers: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = prepared(*AXES, 20, want=WANT, backend="numpy").plan
    tiles = list(plan.grid.tiles())
    other = prepared(*AXES, 21, want=WANT, backend="numpy").plan
    Store(tmp_path / "other.zarr", other)
    with connected(workers.scheduler_address) as crew:
        with pytest.raises(StatementError, match="does not see the store"):
            list(crew.written(plan, tiles, tmp_path / "nothing.zarr"))
        with pytest.raises(StatementError, match=r"sees another store at .* its depth is 21, and here it is 20"):
            list(crew.written(plan, tiles, tmp_path / "other.zarr"))
        # A disk of the worker's own with a store of the same sweep: what it writes does not arrive.
        mine, theirs = Store(tmp_path / "mine.zarr", plan), Store(tmp_path / "theirs.zarr", plan)
        monkeypatch.setattr(store, "SEEN_WITHIN", 0.0)
        written = crew.written
        monkeypatch.setattr(crew, "written", lambda plan, tiles, path: written(plan, tiles, theirs.path))
        with pytest.raises(StatementError, match="40 of 40 tiles that the workers wrote are not in"):
            list(mine.run(cluster=crew))
        assert opened(mine.path).attrs["complete"] is False


def test_a_worker_with_other_kernels_is_refused() -> None:
    job = Job(prepared(*AXES, 20, want=WANT, backend="numpy").plan, None)
    tile = next(iter(prepared(*AXES, 20, backend="numpy").plan.grid.tiles()))
    arrived = pickle.loads(pickle.dumps(job))
    assert np.array_equal(arrived.run(tile)["log_gradient"], job.run(tile)["log_gradient"])  # pyright: ignore
    job.identity["kernel"] = "another"
    with pytest.raises(StatementError, match="would compute another sweep: its kernel is"):
        pickle.loads(pickle.dumps(job)).run(tile)


def _swept(*extra: str) -> list[str]:
    axes = ["--theta", "0.5:2:16", "--x", "0.1:3:4", "--alpha", "1:100:4:log", "--depth", "12"]
    return ["sweep", *axes, "--backend", "numpy", *extra]


def test_the_command_takes_a_scheduler(workers: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    documents = []
    out = ["--out", str(tmp_path / "a.zarr")]
    for extra in ([], ["--scheduler", workers.scheduler_address], ["--scheduler", workers.scheduler_address, *out]):
        assert cli.run(_swept("--format", "json", *extra)) == 0
        shown = capsys.readouterr()
        documents.append(json.loads(shown.out))
        assert not extra or re.search(r"\d threads? of \d workers? at tcp://", shown.err)
    assert documents[0]["rows"] == documents[1]["rows"] == documents[2]["rows"]
    assert opened(tmp_path / "a.zarr").attrs["complete"] is True


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("tcp://127.0.0.1:1", "cannot be reached (Connection refused): start one by `dask scheduler`"),
        ("tcp://127.0.0.1", "is no address of a scheduler"),
        ("tcp://127.0.0.1:99999", "is no address of a scheduler"),
        ("localhost", "is no address of a scheduler"),
        ("", "is no address of a scheduler"),
        ("http://localhost:8786", "is no address of a scheduler"),
    ],
)
def test_a_scheduler_that_cannot_be_reached(address: str, said: str, tmp_path: Path, capsys: Any) -> None:
    assert cli.run(_swept("--scheduler", address, "--out", str(tmp_path / "a.zarr"))) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert (shown.out, list(tmp_path.iterdir())) == ("", [])


def test_one_that_listens_and_says_nothing(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert cli.run(_swept("--scheduler", f"tcp://127.0.0.1:{server.getsockname()[1]}")) == 2
    assert "cannot be reached (it did not answer)" in capsys.readouterr().err


def test_a_scheduler_without_workers(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    with distributed.LocalCluster(n_workers=0, dashboard_address=":0") as local:
        assert cli.run(_swept("--scheduler", local.scheduler_address)) == 2
    assert "has no workers: start some by `dask worker tcp://" in capsys.readouterr().err


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(cluster, "find_spec", lambda name: None)
    assert cli.run(_swept("--scheduler", "tcp://127.0.0.1:8786")) == 2
    assert "pip install 'gradproof[dask]'" in capsys.readouterr().err


@pytest.mark.slow
def test_a_scheduler_that_dies_is_told(tmp_path: Path) -> None:
    dask = [sys.executable, "-m", "distributed.cli"]
    quiet: Any = {"stderr": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address, place = f"tcp://127.0.0.1:{port}", ["--host", "127.0.0.1", "--dashboard-address", ":0"]
    scheduler = subprocess.Popen([*dask[:2], f"{dask[2]}.dask_scheduler", "--port", str(port), *place], **quiet)
    worker = subprocess.Popen([*dask[:2], f"{dask[2]}.dask_worker", address, "--death-timeout", "20"], **quiet)
    plan = prepared(*AXES, 300, want=WANT, backend="numpy").plan
    kept = Store(tmp_path / "a.zarr", plan)
    try:
        _wait_for(port)
        with connected(address) as crew:
            tiles = kept.run(cluster=crew)
            assert len(list(islice(tiles, 4))) == 4
            scheduler.kill()
            with pytest.raises(StatementError, match=r"is gone\b.* goes on"):
                list(tiles)
    finally:
        for process in (scheduler, worker):
            process.kill()
            process.wait()
    assert 4 <= plan.grid.tile_count - len(kept.missing()) < plan.grid.tile_count
    list(kept.run())
    assert same(opened(tmp_path / "a.zarr"), undisturbed(300))


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("no scheduler came up")


@pytest.mark.slow
def test_thresholds_and_claims_run_there_too(workers: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    want: Any = ("log_gradient", "vanishing_depth", "peak", "scale_needed")
    given: Any = {"want": want, "epsilon": "1e-3", "backend": "numpy"}
    here = sweep(*AXES, 20, **given)
    there = sweep(*AXES, 20, **given, out=tmp_path / "a.zarr", scheduler=workers.scheduler_address)
    for name in here.data_vars:
        assert np.array_equal(there[name].values, here[name].values)
    claim = ["sweep", "--claim", "ven-lederer/theorem-1/small-gradient", "--depth", "1", "--format", "json"]
    claim += ["--theta", "-1:1:21", "--x", "0.5:1.5:11", "--set", "d=1", "--set", "r=1", "--set", "t=9/10"]
    documents = []
    for extra in ([], ["--scheduler", workers.scheduler_address]):
        cli.run([*claim, *extra])
        documents.append(json.loads(capsys.readouterr().out))
    assert documents[0]["rows"] == documents[1]["rows"]
