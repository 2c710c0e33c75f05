"""Sweeps in a store: gone on with after any interruption, checked tile by tile, never mixed up."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from numerics.sweeping import grid
from numerics.sweeping.accuracy import measured
from numerics.sweeping.store import Store, opened
from numerics.sweeping.sweep import prepared, sweep
from theory.errors import StatementError

THETA, X, ALPHA = np.linspace(-2, 3, 40), np.linspace(0.1, 3, 8), np.geomspace(1, 100, 8)


@pytest.fixture(autouse=True)
def _small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid, "TILE", 256)


def made(path: Path, depth: int = 20, **options: object):
    return sweep(THETA, X, ALPHA, depth, want=("log_gradient", "gradient_sign"), out=path, backend="numpy", **options)  # pyright: ignore


def test_a_store_holds_what_is_computed_in_memory(tmp_path: Path) -> None:
    stored = made(tmp_path / "a.zarr")
    kept = sweep(THETA, X, ALPHA, 20, want=("log_gradient", "gradient_sign"), backend="numpy")
    assert prepared(THETA, X, ALPHA, 20, backend="numpy").plan.grid.tile_count == 10
    for name in ("log_gradient", "gradient_sign"):
        assert np.array_equal(stored[name].values, kept[name].values)
        assert stored[name].dims == ("layer", "theta", "x", "alpha")
    assert stored.attrs["complete"] is True
    assert stored.attrs["depth"] == 20
    assert np.array_equal(stored["theta"].values, THETA)


def test_the_error_is_said_and_measured(tmp_path: Path) -> None:
    """In the store: what is promised, and what was found against Arb; a wrong value would show."""
    stored = made(tmp_path / "a.zarr")
    assert stored.attrs["accuracy"] == "absolute error of log_gradient at most 1.02e-12 + 4 ulp"
    assert 0 < stored.attrs["error_measured"] <= 1.02e-12
    assert stored.attrs["error_measured_at"] == 64
    plan = prepared(THETA, X, ALPHA, 20, want=("log_gradient",), backend="numpy").plan
    values = stored["log_gradient"].values + 1e-3
    found = measured(plan, lambda place: values[(slice(None), *place)])
    assert abs(found["error_measured"] - 1e-3) < 1e-12
    deep = prepared(THETA, X, ALPHA, 10**6, backend="numpy").plan
    assert measured(deep, None) == {}


def test_a_damaged_tile_is_found_and_computed_again(tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    before = made(path)["log_gradient"].values.copy()
    chunk = path / "log_gradient" / "c" / "0" / "3" / "0" / "0"
    content = bytearray(chunk.read_bytes())
    content[100] ^= 1
    chunk.write_bytes(content)
    (path / "gradient_sign" / "c" / "0" / "5" / "0" / "0").unlink()
    plan = prepared(THETA, X, ALPHA, 20, want=("log_gradient", "gradient_sign"), backend="numpy").plan
    assert [tile.number for tile in Store(path, plan).missing()] == [3, 5]
    assert np.array_equal(made(path)["log_gradient"].values, before)
    assert not Store(path, plan).missing()


def test_another_sweep_is_refused_and_the_difference_named(tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    made(path)
    with pytest.raises(StatementError, match="its depth is 20, and yours is 21"):
        made(path, depth=21)
    with pytest.raises(StatementError, match="its activation is 'tanh', and yours is 'arctan'"):
        made(path, activation="arctan")
    with pytest.raises(StatementError, match="axis_alpha"):
        sweep(THETA, X, ALPHA * 2, 20, want=("log_gradient", "gradient_sign"), out=path, backend="numpy")
    assert opened(path).attrs["depth"] == 20


def test_what_is_no_sweep_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "letter.txt").write_text("keep")
    (tmp_path / "file").write_text("keep")
    for name in ("folder", "file"):
        with pytest.raises(StatementError, match="is there and no sweep"):
            made(tmp_path / name)
        with pytest.raises(StatementError, match="is no sweep"):
            opened(tmp_path / name)
    assert (tmp_path / "folder" / "letter.txt").read_text() == "keep"
    with pytest.raises(StatementError, match="is no sweep"):
        opened(tmp_path / "nothing")


def test_a_full_disk_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, written = tmp_path / "a.zarr", []
    write = Store.write

    def failing(store: Store, tile, found) -> None:
        if len(written) >= 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(store, tile, found)
        written.append(tile.number)

    monkeypatch.setattr(Store, "write", failing)
    with pytest.raises(OSError, match="No space left"):
        made(path)
    monkeypatch.setattr(Store, "write", write)
    plan = prepared(THETA, X, ALPHA, 20, want=("log_gradient", "gradient_sign"), backend="numpy").plan
    assert 4 <= len(written) < 10
    assert {tile.number for tile in Store(path, plan).missing()} == set(range(10)) - set(written)
    kept = sweep(THETA, X, ALPHA, 20, backend="numpy")
    assert np.array_equal(made(path)["log_gradient"].values, kept["log_gradient"].values)


def test_a_store_is_made_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed while the store itself is made: nothing is at its place, and the next run clears away what was begun."""
    path = tmp_path / "a.zarr"
    begun = tmp_path / ".a.zarr.1.begun"
    begun.mkdir()
    (begun / "zarr.json").write_text("{")
    with monkeypatch.context() as broken:
        broken.setattr("numerics.sweeping.sweep.attributes", lambda _: (_ for _ in ()).throw(OSError(errno.EIO, "no")))
        with pytest.raises(OSError, match="no"):
            made(path)
    assert not list(tmp_path.iterdir())
    path.mkdir()  # an empty folder is as good as none
    assert made(path).attrs["complete"] is True
    assert [found.name for found in tmp_path.iterdir()] == ["a.zarr"]


PROGRAM = """
import sys, numpy as np
from numerics.sweeping import grid, sweep
grid.TILE = 256
print("begin", flush=True)
axes = np.linspace(-2, 3, 200), np.linspace(0.1, 3, 16), np.geomspace(1, 100, 16)
sweep.sweep(*axes, 300, backend="numpy", out=sys.argv[1])
"""


@pytest.mark.slow
def test_killed_twenty_times_at_random(tmp_path: Path) -> None:
    """SIGKILL at any moment: the same command goes on, and the result is that of an undisturbed run, bit for bit."""
    path, draw, killed = tmp_path / "a.zarr", random.Random(1), 0
    for _ in range(20):
        process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(draw.uniform(0, 0.6))
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.wait()
        process.stdout.close()
    assert killed >= 10
    subprocess.run([sys.executable, "-c", PROGRAM, str(path)], check=True, stdout=subprocess.DEVNULL)
    undisturbed = sweep(
        np.linspace(-2, 3, 200), np.linspace(0.1, 3, 16), np.geomspace(1, 100, 16), 300, backend="numpy"
    )
    assert np.array_equal(opened(path)["log_gradient"].values, undisturbed["log_gradient"].values)
    assert not list(path.rglob("*.partial"))
