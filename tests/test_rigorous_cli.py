"""gradproof sweep --rigorous, as its users meet it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from gradproof.cli import run

BASE = "sweep --theta 0.5:2:17 --x 0.1:3:5 --alpha 1:100:5:log --depth 12 --backend numpy --rigorous".split()
EPSILON = ["--epsilon", "1/2"]


def test_a_summary_counts_the_verdicts(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*BASE, *EPSILON, "--split", "1"]) == 0
    shown = capsys.readouterr()
    assert "256 cells" in shown.out
    assert "undecided" in shown.out
    assert "256 cells, 12 layers of tanh, outward-rounded on numpy" in shown.err


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*BASE, *EPSILON, "--format", "json", "--layers", "1,3,last"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["epsilon"] == "1/2"
    assert [row["layer"] for row in document["rows"]] == [1, 3, 12]
    for row in document["rows"]:
        assert row["at_least_epsilon"] + row["below_epsilon"] + row["undecided"] == 256
        assert row["lower"] < row["upper"]
        assert set(row["widest_at"]) == {"theta", "x", "alpha"}
    assert run([*BASE, "--format", "json", "--theta", "-1:1:3"]) == 0
    row = json.loads(capsys.readouterr().out)["rows"][0]
    assert row["lower"] == "-inf"
    assert "undecided" not in row


def test_what_is_printed_is_certain_too(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The bounds in the table are rounded outward."""
    monkeypatch.setenv("COLUMNS", "200")
    assert run(BASE) == 0
    lines = capsys.readouterr().out.splitlines()[1:3]
    assert run([*BASE, "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    for line, row in zip(lines, rows, strict=True):
        _, lower, upper, *_ = line.split()
        assert Decimal(lower) <= Decimal(row["lower"])
        assert Decimal(row["upper"]) <= Decimal(upper)


def test_a_store_is_gone_on_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "a.zarr")
    assert run([*BASE, *EPSILON, "--out", out]) == 0
    first = capsys.readouterr().out.splitlines()
    assert run([*BASE, *EPSILON, "--out", out]) == 0
    second = capsys.readouterr()
    assert "1 of 1 tiles are there already" in second.err
    assert second.out.splitlines()[:-1] == first[:-1]
    assert run([*BASE, "--epsilon", "0.4", "--out", out]) == 2
    assert "its epsilon is '1/2', and yours is '2/5'" in capsys.readouterr().err
    assert run([*BASE[:-1], "--out", out]) == 2
    assert "holds another sweep" in capsys.readouterr().err


def test_dry_run_computes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "a.zarr"
    assert run([*BASE, *EPSILON, "--out", str(out), "--dry-run", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["cells"] == 256
    assert document["bytes"] == 256 * 2 * (4 * 8 + 1)
    assert not out.exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (["--epsilon", "0"], "'0' is no ε"),
        (["--epsilon", "1e-3x"], "'1e-3x' is no ε"),
        (["--epsilon", "1e-999999"], "is no ε"),
        (["--split", "2"], "give epsilon"),
        (["--activation", "erfc"], "there is no activation 'erfc'"),
        (["--activation", "logistic"], "no certain bounds for the activation 'logistic'"),
        (["--dtype", "float32"], "'float32' is nothing that has certain bounds"),
        (["--want", "output"], "'output' is nothing that has certain bounds"),
        (["--theta", "a.npy"], "'a.npy' has one θ for each layer"),
        (["--theta", "2,1"], "the axis theta does not increase"),
        (["--theta", "1:2:100000", "--x", "1:2:1000", "--alpha", "1:2:1000"], "give it, so that nothing is lost"),
    ],
)
def test_bad_input_is_quoted(changed: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*BASE, *changed]) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert not shown.out


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            ["--epsilon", "1"],
            "ε is for vanishing_depth and scale_needed, and for cells with certain bounds (--rigorous)",
        ),
        (["--split", "2"], "--split 2 is about cells: add --rigorous"),
    ],
)
def test_what_is_about_cells_is_refused_without_them(
    given: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*BASE[:-1], *given]) == 2
    assert said in capsys.readouterr().err


def test_a_split_out_of_range_is_quoted(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run([*BASE, *EPSILON, "--split", "99"])
    assert stopped.value.code == 2
    assert "'99' is not a number of times to split" in capsys.readouterr().err
