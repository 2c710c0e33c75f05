"""gradproof sup, inf, and prove --parameter: fields, exit codes, and messages that quote the input."""

from __future__ import annotations

import json
import subprocess
import sys
from argparse import ArgumentTypeError

import pytest
import sympy as sp

from gradproof.arguments import depths
from gradproof.record import record
from numerics.findings import findings
from numerics.verdict import Outcome, Range, Verdict
from theory.claim import Claim
from theory.statement import Relation

T = sp.Symbol("t", real=True)


def _program(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gradproof", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_sup_says_value_place_and_evidence():
    done = _program("sup", "x*exp(-x)", "--where", "x >= 0")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0].startswith("sup = exp(-1) in [0.3678794411")
    assert "attained at x = 1" in done.stdout


@pytest.mark.slow
def test_inf_in_json_has_the_promised_fields():
    done = _program("inf", "-x*(1 - x)", "--format", "json")
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert {"expression", "value", "attained", "where", "evidence", "seconds"} <= set(found)
    assert (found["value"], found["attained"], found["where"]) == ("-1/4", True, [{"x": "1/2"}])


@pytest.mark.slow
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


@pytest.mark.slow
def test_what_is_not_found_is_3_with_what_is_certain():
    done = _program("sup", "exp(-x**2 - y**2)*x*y*sin(x*y)", "--timeout", "3")
    assert done.returncode == 3
    assert "left open" in done.stdout


@pytest.mark.parametrize(
    ("text", "found"),
    [("3", (3,)), ("1:4", (1, 2, 3, 4)), ("5,1,2", (1, 2, 5)), ("2:3, 3:4,32", (2, 3, 4, 32))],
)
def test_depths_are_numbers_and_stretches_of_them(text, found):
    assert depths(text) == found


@pytest.mark.parametrize("text", ["0", "33", "1:99", "8:1", "1,x", "", ",", "1:", ":3", "1:2:3", "-1", "1.5", "²"])
def test_bad_depths_are_quoted(text):
    with pytest.raises(ArgumentTypeError) as error:
        depths(text)
    assert "is not a depth: give whole numbers from 1 to 32" in str(error.value)
    assert text.strip().split(",")[-1].strip() in str(error.value)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--depth", "2,zero"], "'zero' in '2,zero' is not a depth"),
        (["--depth=3", "ven-lederer/theorem-1/proof/tanh-one"], "proof/tanh-one speaks of no chain"),
        (["--depth=3", "--certificates", "."], "leave out --certificates or --depth"),
    ],
)
def test_a_depth_that_cannot_be_is_2(arguments, said):
    done = _program("check", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_check_at_depths_says_the_range_at_each_and_what_is_left_out():
    patterns = ["ven-lederer/theorem-1/proof/twice-log", "ven-lederer/theorem-1/proof/tanh-one"]
    done = _program("check", *patterns, "--depth", "1:2", "--format", "json")
    (found,) = json.loads(done.stdout)["claims"]
    assert done.returncode == 0
    assert "proof/tanh-one is left out: it speaks of no chain" in done.stderr
    everywhere = {"parameter": "t", "set": "all", "bracket": None}
    assert found["ranges_by_depth"] == [{"l": 1, **everywhere}, {"l": 2, **everywhere}]
    (plain,) = json.loads(_program("check", patterns[0], "--format", "json").stdout)["claims"]
    assert "ranges_by_depth" not in plain


def test_what_was_not_found_at_a_depth_is_null_and_said():
    ranges = {1: Range("t", "(0, 1/2]", ("0.5", "0.5")), 2: None}
    verdict = Verdict(Outcome.REFUTED, range=ranges[1], ranges_by_depth=ranges)
    claim = Claim("test/t", "t", (Relation(T, ">=", sp.S.Zero),), parameter=T)
    assert record(claim, verdict)["ranges_by_depth"] == [
        {"l": 1, "parameter": "t", "set": "(0, 1/2]", "bracket": ["0.5", "0.5"]},
        {"l": 2, "parameter": "t", "set": None, "bracket": None},
    ]
    said = list(findings(verdict))
    assert "l = 1: holds for t ∈ (0, 1/2], end in [0.5, 0.5]" in said
    assert "l = 2: not found for which values it holds" in said
