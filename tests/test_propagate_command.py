"""gradproof propagate, as its users meet it."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import resource
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from gradproof import cli


def _json(capsys, *arguments):
    assert cli.run(["propagate", *arguments, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)["runs"]


SMALL = ("--depth", "3", "--width", "4", "--inputs", "5")


def test_one_document_with_a_run_for_each_combination(capsys):
    runs = _json(capsys, "--activation", "tanh", "relu", "--init", "xavier,he", "--depth", "2,3", *SMALL[2:])
    assert len(runs) == 8
    assert [len(run["layers"]) for run in runs] == [2, 3] * 4
    assert {run["activation"] for run in runs} == {"tanh", "relu"}
    assert set(runs[0]["layers"][0]) >= {"layer", "q05", "q50", "q95", "saturated", "collapsed", "gradient"}


def test_the_same_seed_gives_the_same_result_and_another_seed_another(capsys):
    first, again, other = (_json(capsys, *SMALL, "--seed", seed) for seed in ("1", "1", "2"))
    assert first == again
    assert first[0]["layers"] != other[0]["layers"]


def test_an_explosion_is_reported_as_overflow(capsys):
    (run,) = _json(
        capsys, "--activation", "relu", "--init", "standard-normal", "--depth", "400", *SMALL[4:], "--width", "99"
    )
    last = run["layers"][-1]
    assert last["overflowed"] > 0
    assert (last["std"], last["q50"], last["gradient"]) == (None, None, None)
    cli.run(
        [
            "propagate",
            "--activation",
            "relu",
            "--init",
            "standard-normal",
            "--depth",
            "400",
            *SMALL[4:],
            "--width",
            "99",
        ]
    )
    assert "overflow: from layer" in capsys.readouterr().out


def test_a_gradient_beyond_doubles_keeps_its_logarithm(capsys):
    arguments = ("--activation", "sigmoid", "--init", "xavier", "--depth", "900", "--width", "3", "--inputs", "2")
    (run,) = _json(capsys, *arguments)
    first = run["layers"][0]
    assert first["gradient"] == 0
    assert first["log10_gradient"] < -330


def test_a_dead_network_has_the_gradient_zero_itself(capsys):
    (run,) = _json(
        capsys, "--activation", "relu", "--depth", "20", "--input-width", "10", "--width", "20", "--output-width", "1",
        "--inputs", "1", "--seed", "42",
    )  # fmt: skip
    if run["layers"][-1]["saturated"] == 1.0:
        assert all((layer["gradient"], layer["log10_gradient"]) == (0, None) for layer in run["layers"])


def test_tables_are_written_whole(tmp_path, capsys):
    for name in ("t.csv", "t.json"):
        assert cli.run(["propagate", *SMALL, "--out", str(tmp_path / name)]) == 0
    capsys.readouterr()
    with (tmp_path / "t.csv").open() as file:
        rows = list(csv.DictReader(file))
    (run,) = json.loads((tmp_path / "t.json").read_text())["runs"]
    assert [float(row["q50"]) for row in rows] == [layer["q50"] for layer in run["layers"]]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.csv", "t.json"]


@pytest.mark.parametrize(("name", "head"), [("f.png", b"\x89PNG"), ("f.svg", b"<?xml")])
def test_figures_are_drawn(tmp_path, capsys, name, head):
    arguments = ["--activation", "tanh", "relu", *SMALL, "--figure", str(tmp_path / name)]
    assert cli.run(["propagate", *arguments]) == 0
    first = (tmp_path / name).read_bytes()
    assert first.startswith(head)


def test_inputs_of_ones_own_are_rows_of_a_file(tmp_path, capsys):
    x = np.random.default_rng(0).standard_normal((6, 3))
    np.save(tmp_path / "x.npy", x)
    np.savetxt(tmp_path / "x.csv", x, delimiter=",")
    runs = [
        _json(capsys, "--depth", "2", "--width", "4", "--input-file", str(tmp_path / f"x.{e}")) for e in ("npy", "csv")
    ]
    assert runs[0] == runs[1]
    assert (runs[0][0]["inputs"], runs[0][0]["input_width"]) == (6, 3)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--activation", "tahn"], "did you mean 'tanh'"),
        (["--init", "xaviar"], "did you mean 'xavier'"),
        (["--init", "fixed-point", "--activation", "relu"], "'relu' is none"),
        (["--init", "fixed-point", "--activation", "logistic", "--noise", "auto"], "'logistic' is none"),
        (["--activation", ","], "names nothing"),
        (["--init", ",,"], "names nothing"),
        (["--threads", "0"], "'0' is not a number of threads"),
        (["--init", "fixed-point", "--noise", "auto", "--residual"], "not known for residual networks"),
        (["--noise", "auto"], "add it, or leave out --noise"),
        (["--init", "fixed-point", "--target", "5"], "--target 5 is of --noise auto"),
        (["--width", "0"], "'0' is not a width"),
        (["--width", "1025"], "'1025' is not a width"),
        (["--depth", "0"], "'0' is not a depth"),
        (["--depth", "3,x"], "'x' is not a depth"),
        (["--depth", "10001"], "from 1 to 10,000"),
        (["--inputs", "0"], "'0' is not a number of inputs"),
        (["--seed", "1.5"], "'1.5' is not a seed"),
        (["--seed", "soon"], "'soon' is not a seed"),
        (["--noise", "nan"], "'nan' is not a noise scale"),
        (["--spread", "2"], "'2' is not a spread"),
        (["--figure", "f.pdf"], "'f.pdf' is no .png or .svg file"),
        (["--out", "nowhere/t.csv"], "no directory 'nowhere'"),
        (["--input-file", "absent.npy"], "cannot be read"),
        (["--input-file", "absent.txt"], "no .npy or .csv"),
        (["--width", "1024", "--inputs", "1000000"], "more than 4 GiB"),
    ],
)
def test_bad_input_is_2_with_nothing_written(tmp_path, monkeypatch, capsys, arguments, said):
    monkeypatch.chdir(tmp_path)
    extra = [] if "--out" in arguments else ["--out", "t.csv"]
    try:
        status = cli.run(["propagate", *arguments, *extra])
    except SystemExit as stop:
        status = stop.code
    out, err = capsys.readouterr()
    assert (status, out) == (2, "")
    assert said in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,2\n3,nan\n", "holds nan in row 2, column 2"),
        ("1,inf\n", "holds inf in row 1, column 2"),
        ("1,2\n3\n", "no table of numbers"),
        ("a,b\n", "no table of numbers"),
    ],
)
def test_a_file_that_holds_no_finite_numbers_is_refused(tmp_path, capsys, text, said):
    path = tmp_path / "x.csv"
    path.write_text(text)
    assert cli.run(["propagate", "--input-file", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def test_a_directory_is_no_file_to_write(tmp_path, capsys):
    (tmp_path / "t.csv").mkdir()
    assert cli.run(["propagate", *SMALL, "--out", str(tmp_path / "t.csv")]) == 2
    assert "is a directory" in capsys.readouterr().err


@pytest.mark.parametrize(("text", "predicted"), [("0,0\n", None), ("1e-200,0\n", None), ("1,2\n", float)])
def test_inputs_of_an_unusual_size_have_no_predicted_spread(tmp_path, capsys, text, predicted):
    path = tmp_path / "x.csv"
    path.write_text(text)
    arguments = ["--init", "fixed-point", "--depth", "2", "--width", "4", "--input-file", str(path)]
    (run,) = _json(capsys, *arguments)
    assert isinstance(run["predicted_spread"], predicted or type(None))
    assert cli.run(["propagate", *arguments, "--noise", "auto"]) == (0 if predicted else 2)
    assert predicted or "needs inputs with an rms" in capsys.readouterr().err


def test_residual_networks_have_no_predicted_spread(capsys):
    (run,) = _json(capsys, *SMALL, "--init", "fixed-point", "--residual")
    assert run["predicted_spread"] is None


def _started(*arguments, **options):
    command = [sys.executable, "-m", "gradproof", "propagate", *arguments]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **options)


@pytest.mark.parametrize("threads", ["1", "2"])
def test_an_interrupt_ends_it_with_130_and_nothing_written(tmp_path, threads):
    wide = ("--depth", "10000", "--width", "256", "--inputs", "5000", "--threads", threads)
    process = _started(*wide, "--out", str(tmp_path / "t.csv"), stdout=subprocess.PIPE)
    time.sleep(4)  # on a busy machine it takes as long until it computes
    process.send_signal(signal.SIGINT)
    try:
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, out, err) == (130, "", "gradproof: stopped\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no full device")
@pytest.mark.parametrize("form", ["table", "json"])
def test_a_full_disk_is_said_without_a_traceback(form):
    with open("/dev/full", "w") as full:
        process = _started(*SMALL, "--format", form, stdout=full)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 2
    assert err == "gradproof: the output cannot be written: No space left on device; send it elsewhere\n"


def test_a_file_that_does_not_fit_leaves_nothing(tmp_path):
    def limited():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    process = _started(*SMALL, "--out", str(tmp_path / "t.csv"), stdout=subprocess.PIPE, preexec_fn=limited)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (2, "")
    assert "t.csv' cannot be written: File too large" in err
    assert not list(tmp_path.iterdir())


def test_an_array_of_objects_is_not_unpickled(tmp_path, capsys):
    np.save(tmp_path / "x.npy", np.array([[{}]]), allow_pickle=True)
    assert cli.run(["propagate", "--input-file", str(tmp_path / "x.npy")]) == 2
    assert "no table of numbers" in capsys.readouterr().err


def test_without_matplotlib_a_figure_is_refused_and_says_how_to_install_it(tmp_path, monkeypatch, capsys):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "matplotlib" else find(name))
    assert cli.run(["propagate", *SMALL, "--figure", str(tmp_path / "f.png")]) == 2
    assert "pip install 'gradproof[plot]'" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
