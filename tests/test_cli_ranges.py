"""gradproof sup, inf, and prove --parameter: fields, exit codes, and messages that quote the input."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


def _program(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gradproof", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_sup_says_value_place_and_evidence():
    done = _program("sup", "x*exp(-x)", "--where", "x >= 0")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0].startswith("sup = exp(-1) in [0.3678794411")
    assert "attained at x = 1" in done.stdout


def test_inf_in_json_has_the_promised_fields():
    done = _program("inf", "-x*(1 - x)", "--format", "json")
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert {"expression", "value", "attained", "where", "evidence", "seconds"} <= set(found)
    assert (found["value"], found["attained"], found["where"]) == ("-1/4", True, [{"x": "1/2"}])


def test_prove_with_a_parameter_adds_the_range_and_keeps_its_verdict():
    done = _program("prove", "sin(t) >= 1/2", "--where", "0 <= t, t <= 7", "--parameter", "t", "--format", "json")
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert found["verdict"] == "refuted"
    assert found["range"]["set"] == "[pi/6, 5*pi/6] ∪ [13*pi/6, 7]"
    assert found["range"]["bracket"] is None
    assert len(found["range"]["brackets"]) == 3


def test_prove_with_a_parameter_shows_the_range():
    done = _program("prove", "x**2 - t*x + 1 >= 0", "--parameter", "t")
    assert "holds for t ∈ [-2, 2], ends in [-2, -2], [2, 2]" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sup", "x", "--digits", "0"], "'0' is not a number of digits"),
        (["sup", "x", "--digits", "1001"], "'1001' is not a number of digits"),
        (["prove", "x <= 1", "--parameter", "t"], "'t' does not occur"),
        (["sup", "x", "--where", "x > 1", "--where", "x < 0"], "x > 1"),
        (["sup", "log(x)"], "x > 0"),
        (["sup", "x +"], "^"),
    ],
)
def test_bad_input_is_2_and_is_quoted(arguments, said):
    done = _program(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_not_found_is_3_with_what_is_certain():
    done = _program("sup", "exp(-x**2 - y**2)*x*y*sin(x*y)", "--timeout", "3")
    assert done.returncode == 3
    assert "left open" in done.stdout
