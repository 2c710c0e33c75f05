"""gradproof sweep, as its users meet it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from gradproof.cli import run
from numerics.sweeping import grid
from numerics.sweeping.store import Store
from numerics.sweeping.sweep import prepared, sweep

BASE = [
    "sweep",
    "--theta",
    "0.5:2:16",
    "--x",
    "0.1:3:4",
    "--alpha",
    "1:100:4:log",
    "--depth",
    "12",
    "--backend",
    "numpy",
]


def test_a_summary_without_a_store(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(BASE) == 0
    shown = capsys.readouterr()
    assert "256 points" in shown.out
    assert shown.out.count("log_gradient") == 2
    assert "on numpy (asked for" in shown.err


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*BASE, "--format", "json", "--want", "log_gradient,output,distance", "--layers", "1,3,last"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [(row["variable"], row["layer"]) for row in document["rows"]] == [
        ("log_gradient", 1), ("log_gradient", 3), ("log_gradient", 12), ("output", None), ("distance", None),
    ]  # fmt: skip
    for row in document["rows"]:
        assert row["min"] <= row["max"]
        assert 0.5 <= row["min_at"]["theta"] <= 2


def test_a_store_is_gone_on_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "a.zarr")
    assert run([*BASE, "--out", out]) == 0
    first = capsys.readouterr().out.splitlines()
    assert run([*BASE, "--out", out]) == 0
    second = capsys.readouterr()
    assert "1 of 1 tiles are there already" in second.err
    assert second.out.splitlines()[:-1] == first[:-1]
    assert run([*BASE, "--out", out, "--layers", "1"]) == 2
    assert "its layers is [1, 12], and yours is [1]" in capsys.readouterr().err


def test_dry_run_computes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "a.zarr"
    assert run([*BASE, "--out", str(out), "--dry-run", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["points"] == 256
    assert document["bytes"] == 256 * 2 * 8
    assert document["seconds"] > 0
    assert not out.exists()


def test_one_theta_for_each_layer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.save(tmp_path / "theta.npy", np.random.default_rng(0).standard_normal((3, 5)))
    given = ["sweep", "--theta", str(tmp_path / "theta.npy"), "--depth", "5", "--backend", "numpy"]
    assert run(given) == 0
    assert "3 points" in capsys.readouterr().out
    assert run([*given[:4], "6", *given[5:]]) == 2
    assert "does not fit 6 layers" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (["--theta", "3:1:4"], "'3:1:4' is reversed"),
        (["--theta", "1:3"], "'1:3' is no axis theta"),
        (["--theta", "1:3:0"], "'0' in '1:3:0' is no number of values"),
        (["--theta", "1,nan"], "'nan' in '1,nan' is no value of theta"),
        (["--theta", ""], "is no value of theta"),
        (["--theta", "2:2:5"], "has 5 times the same value"),
        (["--alpha", "-1:3:4:log"], "has no logarithm at -1"),
        (["--alpha", "0,1"], "the scale α is a number above 0"),
        (["--x", "1e300"], "the axis x holds 1e+300"),
        (["--theta", "1e90", "--x", "1e20"], "θ x/α reaches 1e+110"),
        (["--layers", "1,13"], "13 is no layer of a chain of 12"),
        (["--layers", "first"], "'first' in --layers 'first' is no layer"),
        (["--want", "gradient"], "'gradient' is nothing that a sweep gives"),
        (["--activation", "tahn"], "did you mean 'tanh'"),
        (["--activation", "relu", "--want", "distance"], "leave out distance"),
        (["--dtype", "float16"], "'float16' is no machine number"),
        (["--backend", "metal"], "there is no backend 'metal'"),
        (["--theta", "missing.npy"], "'missing.npy' cannot be read"),
        (["--theta", "1:2:1000000", "--x", "1:2:1000", "--alpha", "1:2:1000"], "give it, so that nothing is lost"),
    ],
)  # fmt: skip
def test_bad_input_is_quoted(changed: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*BASE, *changed]) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert not shown.out


def test_a_gpu_that_is_not_there(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numerics.sweeping.device.missing_device", lambda: "CuPy finds no GPU")
    assert run([*BASE, "--backend", "cupy"]) == 2
    assert "the backend 'cupy' needs a GPU: CuPy finds no GPU" in capsys.readouterr().err


def test_axes_that_begin_with_a_minus(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sweep", "--theta", "-2:2:5", "--x", "-1,1", "--depth", "3", "--backend", "numpy"]) == 0
    assert "-inf" in capsys.readouterr().out


def test_depths_and_scales(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What has whole numbers, and what has no α: in memory, in a store of several tiles, and shown."""
    want = ["--want", "vanishing_depth,peak,scale_needed", "--epsilon", "1/20"]
    assert run([*BASE, *want, "--format", "json"]) == 0
    rows = {row["variable"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    assert list(rows) == ["vanishing_depth", "log_peak", "peak_depth", "scale_needed"]
    assert isinstance(rows["peak_depth"]["max"], int)
    assert rows["vanishing_depth"]["min"] == -1
    assert set(rows["scale_needed"]["max_at"]) == {"theta", "x"}
    assert run([*BASE, *want, "--out", str(tmp_path / "a.zarr")]) == 0
    shown = capsys.readouterr().out
    assert "never" in shown
    assert "inf" in shown
    assert run([*BASE, *want, "--epsilon", "1/30", "--out", str(tmp_path / "a.zarr")]) == 2
    assert "its epsilon is '1/20', and yours is '1/30'" in capsys.readouterr().err
    assert run([*BASE, "--want", "scale_needed"]) == 2
    assert "--epsilon 1e-12" in capsys.readouterr().err


def test_a_scale_is_kept_once_for_all_alpha(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiles that differ in α only share it: it is written with the first of them, and nothing is missing then."""
    monkeypatch.setattr(grid, "TILE", 8)
    axes = np.linspace(0.9, 1.5, 3), np.array([0.1, 0.5]), np.geomspace(1, 100, 20)
    options = {"want": ("scale_needed", "peak"), "epsilon": "1/20", "backend": "numpy"}
    stored = sweep(*axes, 9, out=tmp_path / "a.zarr", **options)
    assert not Store(tmp_path / "a.zarr", prepared(*axes, 9, **options).plan).missing()
    monkeypatch.undo()
    kept = sweep(*axes, 9, **options)
    for name in ("scale_needed", "log_peak", "peak_depth"):
        assert np.array_equal(stored[name].values, kept[name].values)
