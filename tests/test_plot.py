"""gradproof plot, as its users meet it."""

from __future__ import annotations

import json
import math
import os
import tracemalloc
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradproof import cli

pytest.importorskip("matplotlib", reason="pictures need matplotlib")
zarr = pytest.importorskip("zarr", reason="stores need zarr")

from gradproof.plotting.axis import Axis, drawn  # noqa: E402
from gradproof.plotting.levels import EXPLODES, MISSING, SURVIVES, VANISHES, ZERO, phases  # noqa: E402
from gradproof.plotting.scale import ticks  # noqa: E402
from gradproof.plotting.selection import PIXELS, selected  # noqa: E402
from gradproof.plotting.wording import power  # noqa: E402
from numerics.sweeping import grid  # noqa: E402
from numerics.sweeping.store import Store, opened  # noqa: E402
from numerics.sweeping.sweep import prepared, sweep  # noqa: E402

THETA, X, ALPHA = np.linspace(-2, 3, 41), np.array([0.1, 0.9, 2.0]), np.geomspace(1, 1000, 13)


DRAW = np.random.default_rng(3)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sweeps") / "a.zarr"
    want = ("log_gradient", "gradient_sign", "output", "distance")
    sweep(THETA, X, ALPHA, 12, layers=(1, 5, "last"), want=want, out=path, backend="numpy")
    return path


def chosen(path: Path, **given: Any):
    options = {"variable": None, "layer": None, "theta": None, "x": None, "alpha": None, "path": str(path), **given}
    return selected(opened(path), Namespace(**options))


def test_a_sweep_alone_draws_a_picture_and_prints_its_name(store, tmp_path, capsys) -> None:
    out = tmp_path / "p.png"
    assert cli.run(["plot", str(store), "--out", str(out)]) == 0
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == (f"{out}\n", "")
    assert out.read_bytes().startswith(b"\x89PNG")


def test_the_same_store_gives_the_same_picture_which_is_replaced(store, tmp_path, capsys) -> None:
    out = tmp_path / "p.svg"
    pictures = []
    for _ in range(2):
        assert cli.run(["plot", str(store), "--layer", "1", "--alpha", "1", "--out", str(out)]) == 0
        pictures.append(out.read_bytes())
    assert pictures[0] == pictures[1]
    assert pictures[0].startswith(b"<?xml")
    assert [path.name for path in tmp_path.iterdir()] == [out.name]
    capsys.readouterr()


def test_the_picture_lies_beside_the_store_unless_said(store, capsys) -> None:
    assert cli.run(["plot", str(store), "--x", "2", "--alpha", "10"]) == 0
    assert capsys.readouterr().out.strip() == str(store.with_suffix(".png"))
    store.with_suffix(".png").unlink()


def test_the_command_that_made_the_sweep_stands_in_the_picture(tmp_path, capsys) -> None:
    out = str(tmp_path / "a.zarr")
    given = ["sweep", "--theta", "0.5:2:8", "--x", "0.1:3:8", "--depth", "9", "--backend", "numpy", "--out", out]
    assert cli.run(given) == 0
    said = opened(Path(out)).attrs["command"]
    for ending in ("png", "svg"):
        assert cli.run(["plot", out, "--layer", "1", "--x", "1", "--out", str(tmp_path / f"p.{ending}")]) == 0
        assert said.encode() in (tmp_path / f"p.{ending}").read_bytes()


def test_what_is_drawn_is_what_the_store_holds(store) -> None:
    """θ and α are the longest axes; x is taken next to 1; the first and the last layer."""
    found, whole = chosen(store), opened(store)
    assert [one.axis.name for one in found.axes] == ["theta", "alpha"]
    assert [(axis.name, place) for axis, place, _ in found.fixed] == [("x", 1)]
    assert [panel.layer for panel in found.panels] == [1, 12]
    for panel in found.panels:
        at = whole.sel(layer=panel.layer).isel(x=1)
        assert np.array_equal(panel.values, at["log_gradient"].values)
        assert np.array_equal(np.asarray(panel.signs), at["gradient_sign"].values)
    assert (found.axes[0].geometric, found.axes[1].geometric) == (False, True)
    (panel,) = chosen(store, layer="5", alpha=31.0, variable="log_gradient").panels
    nearest = int(np.abs(ALPHA - 31).argmin())
    assert np.array_equal(panel.values, whole["log_gradient"].sel(layer=5).isel(x=1, alpha=nearest).values)


def test_an_axis_of_few_values_makes_no_map_but_a_line_for_each_layer(store) -> None:
    found = chosen(store, alpha=1.0)
    assert [one.axis.name for one in found.axes] == ["theta"]
    assert [panel.layer for panel in found.panels] == [1, 5, 12]


@pytest.mark.parametrize(
    ("variable", "fixed"), [("gradient_sign", ["--layer", "1"]), ("output", []), ("distance", ["--alpha", "1"])]
)
def test_every_variable_is_drawn(store, tmp_path, capsys, variable, fixed) -> None:
    assert cli.run(["plot", str(store), "--variable", variable, *fixed, "--out", str(tmp_path / "p.png")]) == 0
    assert capsys.readouterr().err == ""


def test_one_theta_for_each_layer_is_drawn_by_the_number_of_the_chain(tmp_path, capsys) -> None:
    theta = np.random.default_rng(0).standard_normal((9, 5))
    sweep(theta, np.linspace(1, 2, 7), 1.0, 5, per_layer=True, out=tmp_path / "a.zarr", backend="numpy")
    assert [one.axis.name for one in chosen(tmp_path / "a.zarr").axes] == ["chain", "x"]
    assert cli.run(["plot", str(tmp_path / "a.zarr")]) == 0
    capsys.readouterr()


def test_phases_by_size() -> None:
    logs = np.log([1e-7, 1e-5, 1.0, 1e5, 1e7])
    assert phases(logs, 1e-6, 1e6).tolist() == [VANISHES, SURVIVES, SURVIVES, SURVIVES, EXPLODES]
    assert phases(np.array([-math.inf, math.nan, -1e300]), 1e-6, 1e6).tolist() == [ZERO, MISSING, VANISHES]


def test_axes_are_thinned_sorted_and_edged() -> None:
    axis = drawn(Axis("theta", "theta", np.array([3.0, 1.0, 2.0, 1.0])), 10)
    assert (axis.values.tolist(), axis.order.tolist()) == ([1, 2, 3], [1, 2, 0])
    assert axis.edges.tolist() == [0.5, 1.5, 2.5, 3.5]
    many = drawn(Axis("alpha", "alpha", np.geomspace(1, 100, 2001)), PIXELS)
    assert many.step == 4
    assert many.values.size <= PIXELS
    assert many.geometric
    assert np.allclose(many.edges[1:-1] ** 2, many.values[1:] * many.values[:-1])


def test_ticks_stand_on_powers_of_ten() -> None:
    assert ticks(-150, 5) == [-100, -10, -1, 0, 1]
    assert ticks(-150, -3) == [-100, -10, -1]
    assert (power(1e-6), power(0.003), power(1)) == ("$10^{-6}$", "0.003", "1")
    far = ticks(-3e6, 4e6)
    assert len(far) <= 9
    assert {-1e6, 0.0} <= set(far)


def test_an_unfinished_sweep_is_drawn_as_far_as_it_is_there(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(grid, "TILE", 128)
    path = tmp_path / "a.zarr"
    plan = prepared(THETA, X, ALPHA, 12, want=("log_gradient", "gradient_sign"), backend="numpy").plan
    unfinished = Store(path, plan)
    for tile in list(plan.grid.tiles())[:5]:
        unfinished.write(tile, plan.compute(tile))
    assert cli.run(["plot", str(path), "--layer", "1"]) == 0
    found = chosen(path, layer="1")
    assert 0 < found.unknown < 1
    assert f"{100 * found.unknown:.3g} % of what is drawn is not there yet" in capsys.readouterr().err
    assert np.isnan(chosen(path, variable="gradient_sign").panels[0].values).any()


@pytest.mark.parametrize("fixed", [["--x", "1"], ["--x", "1", "--theta", "1"]])
def test_what_has_no_depth_or_no_scale_is_shown_apart(tmp_path, capsys, fixed) -> None:
    """−1 is a depth that does not come, ∞ a scale that does not exist, and the least integer what is not there yet."""
    path = tmp_path / "a.zarr"
    group = zarr.open_group(path, mode="w", zarr_format=3)
    for name, values in (("theta", THETA), ("x", X), ("alpha", ALPHA)):
        group.create_array(name, data=values, dimension_names=[name])
    depths = DRAW.integers(1, 900, (41, 3, 13))
    depths[0], depths[1] = -1, np.iinfo("int64").min
    group.create_array("vanishing_depth", data=depths, dimension_names=["theta", "x", "alpha"])
    scales = 10.0 ** DRAW.uniform(-3, 90, (41, 3))
    scales[2] = np.inf
    group.create_array("scale_needed", data=scales, dimension_names=["theta", "x"])
    group.attrs.update(
        {"gradproof_sweep": 1, "complete": True, "epsilon": "1/1000", "activation": "tanh", "depth": 900}
    )
    (panel,) = chosen(path, variable="vanishing_depth").panels
    assert np.isneginf(panel.values[0]).all()
    assert np.isnan(panel.values[1]).all()
    assert np.array_equal(panel.values[2:], depths[2:, 1])
    given = ["plot", str(path), "--out", str(tmp_path / "p.png")]
    assert cli.run([*given, "--variable", "vanishing_depth", *fixed]) == 0
    assert cli.run([*given, "--variable", "scale_needed", *fixed[:2]]) == 0
    assert capsys.readouterr().err == ""
    assert cli.run([*given, "--variable", "scale_needed", "--alpha", "1"]) == 2
    assert "'scale_needed' has no axis alpha" in capsys.readouterr().err


def test_a_damaged_tile_is_said_not_drawn(tmp_path, capsys) -> None:
    path = tmp_path / "a.zarr"
    sweep(THETA, X, ALPHA, 12, out=path, backend="numpy")
    chunk = path / "log_gradient" / "c" / "0" / "0" / "0" / "0"
    content = bytearray(chunk.read_bytes())
    content[100] ^= 1
    chunk.write_bytes(content)
    assert cli.run(["plot", str(path)]) == 2
    assert "the store is damaged" in capsys.readouterr().err
    assert not path.with_suffix(".png").exists()


def test_of_a_billion_points_only_what_is_drawn_is_read(tmp_path, capsys) -> None:
    """A store of 10⁹ points (16 GB; a few of its tiles are there): little memory, and no more cells than pixels."""
    path, sizes = tmp_path / "a.zarr", {"layer": 2, "theta": 1000, "x": 1000, "alpha": 1000}
    group = zarr.open_group(path, mode="w", zarr_format=3)
    for name, values in (("layer", [1, 64]), *((n, np.linspace(0.1, 3, 1000)) for n in ("theta", "x", "alpha"))):
        group.create_array(name, data=np.array(values), dimension_names=[name])
    array = group.create_array(
        "log_gradient", shape=tuple(sizes.values()), chunks=(2, 1, 524, 1000), dtype="float64", fill_value=np.nan,
        dimension_names=list(sizes),
    )  # fmt: skip
    group.attrs.update({"gradproof_sweep": 1, "complete": False, "activation": "tanh", "depth": 64})
    array[:, :6] = -1.0
    tracemalloc.start()
    try:
        found = chosen(path)
        assert tracemalloc.get_traced_memory()[1] < 150 * 2**20
    finally:
        tracemalloc.stop()
    assert [panel.values.shape for panel in found.panels] == [(500, 500)] * 2
    assert [one.step for one in found.axes] == [2, 2]
    assert np.isfinite(found.panels[0].values[:3]).all()
    assert np.isnan(found.panels[0].values[3:]).all()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--variable", "gradient"], "'gradient' is nothing that"),
        (["--layer", "3"], "'3' in --layer '3' is no layer of the store: it has 1, 5, 12"),
        (["--layer", "first"], "'first' in --layer 'first' is no layer"),
        (["--layer", "-1"], "is no layer"),
        (["--variable", "output", "--layer", "1"], "'output' has no layers"),
        (["--theta", "1", "--x", "1", "--alpha", "1"], "is left to draw"),
        (["--x", "nan"], "'nan' is no value of x"),
        (["--theta", "soon"], "'soon' is no value of theta"),
        (["--vanish", "0"], "'0' is no size of a gradient"),
        (["--vanish", "2", "--explode", "1"], "vanish below 2 and explode above 1"),
        (["--out", "p.pdf"], "'p.pdf' is no .png or .svg file"),
        (["--out", "nowhere/p.png"], "no directory 'nowhere'"),
    ],
)
def test_bad_input_is_quoted_and_nothing_is_written(store, tmp_path, monkeypatch, capsys, arguments, said) -> None:
    monkeypatch.chdir(tmp_path)
    extra = [] if "--out" in arguments else ["--out", "p.png"]
    try:
        status = cli.run(["plot", str(store), *arguments, *extra])
    except SystemExit as stop:
        status = stop.code
    shown = capsys.readouterr()
    assert (status, shown.out) == (2, "")
    assert said in shown.err
    assert not list(tmp_path.iterdir())


def test_negative_values_are_no_options(store, tmp_path, capsys) -> None:
    assert cli.run(["plot", str(store), "--theta", "-1e-3", "--x", "1", "--out", str(tmp_path / "p.png")]) == 0
    assert capsys.readouterr().err == ""
    assert chosen(store, theta=-1.0).fixed[0][1] == 8


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_is_read_only(store, tmp_path, capsys) -> None:
    (tmp_path / "d").mkdir(mode=0o500)
    assert cli.run(["plot", str(store), "--out", str(tmp_path / "d" / "p.png")]) == 2
    assert "is read-only to you" in capsys.readouterr().err


def test_what_is_no_sweep_and_no_propagation_is_refused(tmp_path, capsys) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.json").write_text("{")
    (tmp_path / "rows.json").write_text(json.dumps({"points": 5, "rows": []}))
    for name, said in (
        ("nothing", "there is no"), ("empty", "is no sweep"), ("text.json", "is no JSON"),
        ("rows.json", "holds no runs"),
    ):  # fmt: skip
        assert cli.run(["plot", str(tmp_path / name)]) == 2
        assert said in capsys.readouterr().err


PROPAGATION = ["propagate", "--activation", "tanh", "relu", "--depth", "4", "--width", "6", "--inputs", "9"]


def test_a_propagation_is_drawn_from_its_json_as_its_own_figure(tmp_path, capsys) -> None:
    table, figure = tmp_path / "p.json", tmp_path / "figure.png"
    assert cli.run([*PROPAGATION, "--out", str(table), "--figure", str(figure)]) == 0
    capsys.readouterr()
    assert cli.run([*PROPAGATION, "--format", "json"]) == 0
    (tmp_path / "q.json").write_text(capsys.readouterr().out)
    for name in ("p", "q"):
        assert cli.run(["plot", str(tmp_path / f"{name}.json")]) == 0
        assert (tmp_path / f"{name}.png").read_bytes() == figure.read_bytes()
    capsys.readouterr()
    assert cli.run(["plot", str(table), "--layer", "1"]) == 2
    assert "--layer is of sweeps" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("activation", "tahn", "did you mean 'tanh'"),
        ("activation", 3, "its activation is 3, no name"),
        ("depth", -1, "its depth is -1"),
        ("layers", [], "has no layers"),
        ("layers", [7], "is '7', no record"),
        ("layers", [{"layer": 1, "q05": "x"}], "its q05 is 'x', no number"),
    ],
)
def test_a_propagation_that_was_tampered_with_is_refused(tmp_path, capsys, name, value, said) -> None:
    path = tmp_path / "p.json"
    assert cli.run([*PROPAGATION, "--out", str(path)]) == 0
    document = json.loads(path.read_text())
    document["runs"][1][name] = value
    path.write_text(json.dumps(document))
    capsys.readouterr()
    assert cli.run(["plot", str(path)]) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert not shown.out


def test_a_rigorous_sweep_is_drawn_by_its_verdicts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In three colours, one for what is undecided; without an ε its upper bounds. The ends of cells are no variable."""
    axes = ["--theta", "0.5:2:33", "--alpha", "1:10:17:log", "--depth", "12", "--rigorous", "--backend", "numpy"]
    for name, more in (("a", ["--epsilon", "1e-2"]), ("b", [])):
        store = str(tmp_path / f"{name}.zarr")
        assert cli.run(["sweep", *axes, *more, "--out", store]) == 0
        assert cli.run(["plot", store, "--out", str(tmp_path / f"{name}.svg")]) == 0
    capsys.readouterr()
    verdicts, bounds = ((tmp_path / f"{name}.svg").read_text(encoding="utf-8") for name in "ab")
    assert "certainly at least" in verdicts
    assert "undecided" in verdicts
    assert "certain upper bound" in bounds
    assert cli.run(["plot", store, "--variable", "theta_bounds"]) == 2
    assert "choose one of lower, upper" in capsys.readouterr().err
