"""Certificates: what is written is verified, says what was found, is bound to its claim, and is never half a file."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gradproof.certificates.certificate import certificate, claim_typed, file_of, speaks_of, why_none, write
from gradproof.certificates.checker import verify
from gradproof.cli import run
from numerics.settling import settle
from numerics.verdict import Outcome, Verdict
from theory.ledger import CLAIMS
from theory.parsing import parse_claim

CHECKER = Path(__file__).parents[1] / "gradproof" / "certificates" / "checker.py"

VERIFIED = [
    ("tanh(t) <= t", "t >= 0"),
    ("tanh(t) < t", "t > 0"),
    ("u*(1 - tanh(u)**2) <= 9/20", "u >= 0, u <= 5"),
    ("x**2 + 1 >= 2*x", ""),
    ("3*x**2 - 2*x + 1/3 >= 0", "x >= -1, x <= 2"),
    ("exp(x) >= 1 + x", ""),
    ("log(x) <= x - 1", "x > 0"),
    ("abs(tanh(x)) <= 1", ""),
    ("sin(x) <= x", "x >= 0, x <= 3"),
    ("2*sqrt(x) <= x + 1", "x >= 0"),
    ("max(x, 0) + 1 > x", "x <= 3"),
    ("1/x > 0", "x > 0"),
    ("tanh(1) >= 3/4", ""),
]
FALSE = [("x + y <= 1/2", ""), ("u*(1 - tanh(u)**2) <= 2/5", "u >= 0"), ("x == abs(x)", ""), ("x != 2", "x > 1")]
ALGEBRA = [
    ("(x + y)**2 == x**2 + 2*x*y + y**2", ""),
    ("1 - tanh(x)**2 == sech(x)**2", ""),
    ("x*y >= 0", "x >= 0, y >= 0"),
]
TESTED = [("exp(x) < exp(y)", "x < y")]


def settled(statement: str, where: str, seconds: float = 20):
    claim = parse_claim(statement, [where] if where else [])
    verdict = settle(claim, seconds)
    document = certificate(claim, verdict)
    assert document is not None
    return claim, str(verdict), json.loads(json.dumps(document))


@pytest.mark.parametrize(("statement", "where"), VERIFIED + ALGEBRA)
def test_a_proof_is_verified_to_the_last_step(statement, where):
    claim, verdict, document = settled(statement, where)
    assert verdict == document["verdict"] == "proved"
    assert verify(json.dumps(document))[1] == []
    assert speaks_of(document, claim)


@pytest.mark.parametrize(("statement", "where"), FALSE)
def test_a_refutation_is_verified_at_its_point(statement, where):
    claim, verdict, document = settled(statement, where)
    assert verdict == document["verdict"] == "refuted"
    assert verify(json.dumps(document))[1] == []
    assert speaks_of(document, claim)


@pytest.mark.parametrize(("statement", "where"), TESTED)
def test_what_can_only_be_tested_is_named(statement, where):
    claim, _, document = settled(statement, where)
    tested = verify(json.dumps(document))[1]
    assert tested
    assert all("points" in step for step in tested)
    assert speaks_of(document, claim)


LEDGER = {
    "ven-lederer/theorem-1/small-gradient": [],
    "ven-lederer/theorem-1/proof/factor-at-most-one": [],
    "ven-lederer/scaling/gelu-invariance": [],
    "ven-lederer/theorem-1/proof/tanh-one": [],
    "ven-lederer/properties/erf/bounded": [],
    "ven-lederer/outputs-bounded": ["every depth"],
    "ven-lederer/properties/tanh/positive-limit": ["limit"],
    "ven-lederer/saturation-limit": ["wrong limit"],
}


@pytest.mark.parametrize("id", LEDGER)
def test_a_claim_of_the_ledger_gets_a_certificate_of_its_own(id):
    # Without its parameter, whose exact range would be searched for as long as there is time.
    claim = replace(CLAIMS[id], parameter=None)
    document = certificate(claim, settle(claim, 20))
    assert document is not None
    tested = verify(json.dumps(document))[1]
    assert bool(tested) == bool(LEDGER[id])
    assert all(any(step.startswith(kind) for kind in LEDGER[id]) for step in tested)
    assert speaks_of(json.loads(json.dumps(document)), claim)
    other = next(c for c in CLAIMS.values() if c.id != id and (c.depth is None) == (claim.depth is None))
    assert not speaks_of({**document, "id": other.id, "statement": other.text}, other)


def test_an_open_claim_has_no_certificate():
    claim = parse_claim("x <= 1")
    from numerics.verdict import Outcome, Verdict

    assert certificate(claim, Verdict(Outcome.OPEN)) is None


def test_the_statement_in_a_certificate_is_read_again():
    _, _, document = settled("tanh(t) <= t", "t >= 0, t <= 1/8")
    assert speaks_of(document, claim_typed(document))
    document["statement"] = "tanh(t) <= t**2 for t >= 0, t <= 1/8"
    assert not speaks_of(document, claim_typed(document))


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    _, _, document = settled("tanh(t) <= t", "t >= 0")
    path = write(tmp_path, document)
    assert json.loads(path.read_text(encoding="utf-8")) == document
    assert [file.name for file in tmp_path.iterdir()] == [file_of(tmp_path, "statement").name]


# -- the command line -------------------------------------------------------------------------------------------------


def test_check_writes_and_verify_re_checks(tmp_path, capsys):
    folder = str(tmp_path / "new" / "folder")
    ids = ["ven-lederer/theorem-1/proof/tanh-one", "ven-lederer/scaling/gelu-invariance"]
    assert run(["check", *ids, "--certificates", folder, "--no-color"]) == 0
    capsys.readouterr()
    assert run(["verify", folder]) == 0
    assert "2 certificates: 2 verified" in capsys.readouterr().out
    assert run(["verify", folder, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)["certificates"]
    assert sorted(one["id"] for one in found) == sorted(ids)
    assert {one["status"] for one in found} == {"verified"}


def test_prove_writes_and_a_changed_file_is_rejected(tmp_path, capsys):
    assert run(["prove", "tanh(t) <= t", "--where", "t >= 0", "--certificates", str(tmp_path)]) == 0
    (path,) = tmp_path.iterdir()
    assert run(["verify", str(path)]) == 0
    path.write_text(path.read_text(encoding="utf-8").replace("tanh(t) <= t", "tanh(t) <= t/2"), encoding="utf-8")
    capsys.readouterr()
    assert run(["verify", str(path)]) == 1
    assert "rejected" in capsys.readouterr().out


def test_the_checker_runs_alone(tmp_path):
    assert run(["prove", "tanh(t) <= t", "--where", "t >= 0", "--certificates", str(tmp_path)]) == 0
    (path,) = tmp_path.iterdir()
    command = [sys.executable, "-I", "-S", str(CHECKER), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0
    assert "verified: tanh(t) <= t for t >= 0" in done.stdout
    assert subprocess.run(command[:-1], check=False, cwd="/").returncode == 2
    path.write_text("{}")
    assert subprocess.run(command, capture_output=True, check=False, cwd="/").returncode == 1


@pytest.mark.parametrize("arguments", [["verify", "no/such/path"], ["verify"]])
def test_nothing_to_verify_is_bad_usage(arguments, capsys):
    try:
        status = run(arguments)
    except SystemExit as exit:
        status = exit.code
    assert status == 2
    assert capsys.readouterr().err


def test_an_empty_directory_is_bad_usage(tmp_path, capsys):
    assert run(["verify", str(tmp_path)]) == 2
    assert "holds no certificate" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_bad_usage_before_anything_is_settled(tmp_path, capsys):
    file = tmp_path / "file"
    file.write_text("")
    assert run(["check", "ven-lederer/theorem-1/proof/tanh-one", "--certificates", str(file / "inside")]) == 2
    assert run(["prove", "x <= 1", "--certificates", str(file)]) == 2
    assert capsys.readouterr().out == ""


REASONS = [("chapter-17/demo/relu", "drawn from a seed"), ("new/universal-bound", "a supremum"),
           ("new/depth-rate", "a limit in the depth"), ("odd-sigmoid/mean-gain", "an expectation")]  # fmt: skip


@pytest.mark.parametrize(("id", "reason"), REASONS)
def test_a_claim_without_a_certificate_is_said_to_have_none_for_a_reason(id, reason):
    verdict = Verdict(Outcome.PROVED, ())
    assert certificate(CLAIMS[id], verdict) is None
    assert reason in why_none(CLAIMS[id], verdict)


@pytest.mark.slow
def test_every_settled_claim_of_the_ledger_has_a_certificate_that_is_not_rejected(tmp_path, capsys):
    run(["check", "ven-lederer/properties/*", "ven-lederer/scaling/*", "--certificates", str(tmp_path), "--no-color"])
    missing = capsys.readouterr().err
    assert "no certificate" not in missing
    assert run(["verify", str(tmp_path)]) == 0
