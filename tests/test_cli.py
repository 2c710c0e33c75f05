"""The command line keeps its promise: names, fields, exit codes, results on stdout and messages on stderr."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import types
from fractions import Fraction
from typing import Any

import mpmath as mp
import pytest
import sympy as sp

from gradproof import cli
from gradproof.select import nearest, select
from gradproof.usage import UsageError
from numerics.findings import point
from numerics.verdict import Evidence, Outcome, Range, Verdict
from theory.claim import Claim, Depth, Source, ledger
from theory.errors import UndefinedError, VacuousError
from theory.parsing import parse_expression
from theory.statement import Every, Relation
from theory.typeset import typeset

X = sp.Symbol("x", real=True)
SOURCE = Source("paper", "On Gradients", "A. Author and B. Author", "2021")
FINE = Verdict(
    Outcome.PROVED, (Evidence("identity", "symbolic", "0 = 0"), Evidence("identity", "precision", "100 digits"))
)
WRONG = Verdict(
    Outcome.REFUTED, (Evidence("witness", "arb", "−1/4 < 0"),), {"x": "9/10", "theta": ["3/2", "1"], "l": 2}
)
STUCK = Verdict(Outcome.OPEN, (Evidence("enclosure", "arb", "4,000 boxes"),), margin="-1e-9", box={"x": "[0, 1/8]"})
RANGED = Verdict(Outcome.PROVED, FINE.evidence, range=Range("t", "(0, 1/2]", ("0.5", "0.5")), value=("1.0", "1.1"))
VERDICTS = {"paper/fine": FINE, "paper/wrong": WRONG, "paper/deep/stuck": STUCK, "paper/ranged": RANGED}


def _claim(id: str) -> Claim:
    theta = sp.Symbol("theta", real=True)
    return Claim(
        id, "θ² x ≥ 0", (Relation(theta**2 * X, ">=", sp.S.Zero),), (Relation(X, ">", sp.S.Zero),), SOURCE, "(1)"
    )


@pytest.fixture
def small_ledger(monkeypatch, engine):
    """A ledger of four claims, with an engine that knows them; and a claim that admits nothing."""

    def settle(claim, seconds, report):
        time.sleep(0.2 if claim.id == "paper/fine" else 0)  # so that the first one is not the first to finish
        if claim.id not in VERDICTS:
            raise VacuousError("nothing satisfies the hypotheses")
        return VERDICTS[claim.id]

    engine(settle)
    module = types.ModuleType("theory.ledger")
    module.CLAIMS = ledger(map(_claim, VERDICTS))  # pyright: ignore[reportAttributeAccessIssue]
    monkeypatch.setitem(sys.modules, "theory.ledger", module)
    return module


def _program(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gradproof", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **options)


def test_without_a_command_it_says_what_to_try_first():
    done = _program()
    assert done.returncode == 0
    assert 8 <= len(done.stdout.splitlines()) <= 11
    assert "gradproof check" in done.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], []])
def test_help_loads_no_engine(arguments):
    code = f"import sys; sys.argv[1:] = {arguments}\nfrom gradproof.__main__ import main\n"
    code += "try: main()\nexcept SystemExit: pass\nprint({'sympy', 'rich', 'numpy', 'pytest'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


def test_loading_the_pytest_plugin_loads_no_engine():
    code = "import sys, gradproof.plugin; print({'sympy', 'rich', 'numpy', 'flint'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chekc"], "chekc"),
        (["check", "--timeout", "-1"], "'-1' is not a time limit"),
        (["check", "--timeout=nan"], "'nan' is not a time limit"),
        (["check", "--timeout", "inf"], "'inf' is not a time limit"),
        (["check", "--timeout", "soon"], "'soon' is not a time limit"),
        (["check", "--format", "xml"], "xml"),
        (["check", "--form", "json"], "--form"),
        (["show"], "ID"),
        (["prove"], "STATEMENT"),
        (["prove", "x <= 1", "--where"], "--where"),
    ],
)
def test_bad_usage_is_2_with_the_reason_on_stderr(arguments, said):
    done = _program(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_check_prints_the_claims_in_the_order_of_the_ledger(small_ledger, capsys):
    assert cli.run(["check"]) == 3
    out, err = capsys.readouterr()
    rows = [line.split()[0] for line in out.splitlines() if line.startswith("paper/")]
    assert rows == list(VERDICTS)
    assert err == ""
    assert out.splitlines()[-1] == "4 claims: 2 proved, 1 refuted, 1 open"


def test_check_fits_80_columns_and_says_what_was_found(small_ledger, capsys):
    cli.run(["check"])
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert "\x1b" not in out
    for found in ("fails at x = 9/10, θ_1 = 3/2, θ_2 = 1, l = 2", "holds for t ∈ (0, 1/2]", "enclosure", "-1e-9"):
        assert found in out


def test_check_on_a_wide_terminal_prints_a_line_a_claim(small_ledger, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    cli.run(["check", "paper/wrong"])
    [row] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("paper/")]
    assert row.split()[:2] == ["paper/wrong", "refuted"]
    assert "fails at x = 9/10" in row


def test_check_takes_patterns_and_is_0_when_all_of_them_are_settled(small_ledger, capsys):
    assert cli.run(["check", "paper/fine", "*/wrong"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[-1] == "2 claims: 1 proved, 1 refuted, 0 open"
    assert "paper/deep" not in out


def test_a_pattern_that_matches_nothing_is_2_and_names_the_nearest(small_ledger, capsys):
    assert cli.run(["check", "paper/fine", "paper/worng"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "gradproof: no claim matches 'paper/worng': did you mean 'paper/wrong'?\n"


def test_check_in_json_is_one_document_with_the_promised_fields(small_ledger, capsys):
    assert cli.run(["check", "--format", "json"]) == 3
    out, err = capsys.readouterr()
    claims = {claim["id"]: claim for claim in json.loads(out)["claims"]}
    assert list(claims) == list(VERDICTS)
    fields = {"id", "source", "statement", "verdict", "witness", "range", "value", "evidence", "seconds"}
    assert all(set(claim) == fields for claim in claims.values())
    assert claims["paper/wrong"]["witness"] == {"x": "9/10", "theta": ["3/2", "1"], "l": 2}
    assert claims["paper/ranged"]["range"] == {"parameter": "t", "set": "(0, 1/2]", "bracket": ["0.5", "0.5"]}
    assert claims["paper/ranged"]["value"] == ["1.0", "1.1"]
    assert claims["paper/fine"]["evidence"][0] == {"kind": "identity", "by": "symbolic", "detail": "0 = 0"}
    assert claims["paper/fine"]["source"] == "On Gradients"
    assert err == ""


def test_a_claim_that_admits_nothing_is_2_and_the_document_stays_whole(small_ledger, capsys):
    small_ledger.CLAIMS = ledger([_claim("paper/fine"), _claim("paper/vacuous")])
    assert cli.run(["check", "--format", "json"]) == 2
    out, err = capsys.readouterr()
    assert [claim["id"] for claim in json.loads(out)["claims"]] == ["paper/fine"]
    assert err == "gradproof: paper/vacuous: nothing satisfies the hypotheses\n"


def test_show_prints_one_claim_in_full(small_ledger, capsys):
    assert cli.run(["show", "paper/wrong"]) == 0
    out = capsys.readouterr().out
    for part in ("θ² x ≥ 0", "x > 0", "θ²·x", "On Gradients", "A. Author", "(1)", "refuted", "−1/4 < 0", "x = 9/10"):
        assert part in out


def test_show_of_an_open_claim_is_3(small_ledger):
    assert cli.run(["show", "paper/deep/stuck"]) == 3


def test_show_of_an_unknown_claim_names_the_nearest(small_ledger, capsys):
    assert cli.run(["show", "fien"]) == 2
    assert "'paper/fine'" in capsys.readouterr().err


@pytest.mark.parametrize(("verdict", "status"), [(FINE, 0), (WRONG, 1), (STUCK, 3)])
def test_prove_says_its_verdict_first_and_in_its_exit_code(engine, capsys, verdict, status):
    engine(lambda claim, seconds, report: verdict)
    assert cli.run(["prove", "x**2 <= 1", "--where", "x >= 0", "--where", "x <= 1/2"]) == status
    out, err = capsys.readouterr()
    assert out.split()[0] == str(verdict)
    assert err == ""


def test_prove_in_json_is_one_object(engine, capsys):
    engine(lambda claim, seconds, report: STUCK)
    assert cli.run(["prove", "x**2 <= 1", "--where", "x >= 0", "--format", "json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert (found["id"], found["statement"], found["verdict"]) == (None, "x**2 <= 1", "open")
    assert (found["where"], found["margin"], found["box"]) == (["x >= 0"], "-1e-9", {"x": "[0, 1/8]"})


@pytest.mark.parametrize(
    "error", [UndefinedError("log(x) is not real at x = -1", "log(x)", 0), VacuousError("nothing")]
)
def test_prove_of_what_is_no_statement_is_2_with_nothing_on_stdout(engine, capsys, error):
    def refuse(claim, seconds, report):
        raise error

    engine(refuse)
    assert cli.run(["prove", "x <= 1", "--format", "json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"gradproof: {error}\n"


def test_prove_points_at_the_place_that_it_does_not_understand(engine, capsys):
    assert cli.run(["prove", "x <= <= 1"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "^" in err


@pytest.mark.parametrize("statement", ["-x<=1", "-1<=x", " -x <= 1", "-(x)<=1"])
def test_a_statement_may_begin_with_a_minus(engine, statement):
    engine(lambda claim, seconds, report: FINE)
    assert cli.run(["prove", statement, "--where", "-x<=1"]) == 0


@pytest.mark.parametrize(
    "nonsense", ["", "(" * 10_000 + "x" + ")" * 10_000 + " <= 1", "__import__('os')", "9**9**9**9 <= 1"]
)
def test_nonsense_never_ends_in_a_traceback(nonsense, capsys):
    status = cli.run(["prove", nonsense, "--timeout", "2"])
    assert status in (2, 3)
    assert "Traceback" not in capsys.readouterr().err


def test_an_interrupt_ends_it_with_130_and_no_traceback():
    code = "import gradproof.cli as c\ndef run(arguments): raise KeyboardInterrupt\nc.run = run\n"
    code += "from gradproof.__main__ import main\nraise SystemExit(main())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "gradproof: stopped\n")


def test_a_fault_of_our_own_is_never_taken_for_a_refutation():
    code = "import gradproof.cli as c\ndef run(arguments): 1 // 0\nc.run = run\n"
    code += "from gradproof.__main__ import main\nraise SystemExit(main())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (70, "")
    assert "a fault in gradproof itself" in done.stderr


@pytest.mark.parametrize("arguments", [[], ["prove", "0 <= 1"], ["prove", "0 <= 1", "--format", "json"]])
def test_a_reader_that_goes_away_is_no_traceback_and_no_refutation(arguments):
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "gradproof", *arguments]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, "")


def test_a_terminal_without_unicode_gets_an_answer_all_the_same():
    done = _program("check", "no-such-claim-≤", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_patterns_keep_the_order_of_the_ledger_and_cross_slashes():
    ids = ["a/z", "a/b/c", "b/c"]
    assert select(ids, ["b/*", "a/*"]) == ids
    assert select(ids, ["*/c"]) == ["a/b/c", "b/c"]
    assert select(ids, []) == ids
    with pytest.raises(UsageError, match="did you mean 'a/\\*'"):
        select(ids, ["a"])


def test_the_nearest_ids_are_found_by_their_last_word():
    ids = ["paper/theorem-1/small-gradient", "paper/theorem-2/standard", "paper/tanh-derivative"]
    assert nearest("small-gradeint", ids) == ["paper/theorem-1/small-gradient"]
    assert nearest("tanh", ids) == ["paper/tanh-derivative"]
    assert nearest("qqqqqqqqqqqqqqqqq", ids) == []


def _set(text: str) -> str:
    return typeset(parse_expression(text)[0])


@pytest.mark.parametrize(
    ("plain", "printed"),
    [
        ("x**2*theta", "θ·x²"),
        ("x**10", "x¹⁰"),
        ("x**(a + 1)", "x^(a + 1)"),
        ("abs(alphabet - mu)", "|alphabet − μ|"),
        ("(x + y)**2/tanh(x)**3", "(x + y)²/tanh(x)³"),
        ("max(x, 1/2)*y", "y·max(1/2, x)"),
    ],
)
def test_formulas_are_set_in_unicode(plain, printed):
    assert _set(plain) == printed


def test_indices_limits_and_sums_are_set_as_in_a_book():
    k, l, z = sp.symbols("k l z")
    theta: Any = sp.IndexedBase("theta")
    assert typeset(theta[k - 1] ** 2) == "θ_{k − 1}²"
    assert typeset(sp.Limit(sp.tanh(z), z, sp.oo)) == "lim[z → ∞] tanh(z)"
    assert typeset(sp.Sum(theta[k], (k, 1, l))) == "∑[k = 1, …, l] θ_k"
    assert typeset(Every(Relation(theta[k], "!=", sp.S.Zero), k, sp.S.One, l)) == "θ_k ≠ 0 for k = 1, …, l"


def test_a_claim_about_chains_says_for_which_layers(small_ledger, capsys):
    k = sp.Symbol("k", integer=True)
    small_ledger.CLAIMS = ledger([Claim("paper/fine", "…", (Relation(X, ">", X),), depth=Depth(k, 2), parameter=X)])
    cli.run(["show", "paper/fine"])
    out = capsys.readouterr().out
    assert "every depth l ≥ 1, k = 2, …, l" in out
    assert "every x for which it holds" in out


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["u*(1 - tanh(u)**2) <= 9/20", "--where", "u >= 0"], 0, "proved"),
        (["u*(1 - tanh(u)**2) <= 2/5", "--where", "u >= 0"], 1, "fails at u = "),
        (["u <= 1", "--where", "u > 1", "--where", "u < 0"], 2, ""),
        (["log(u) <= u"], 2, ""),
    ],
)
def test_the_whole_way_from_text_to_verdict(arguments, status, said):
    done = _program("prove", *arguments)
    assert done.returncode == status, done.stderr
    assert said in done.stdout
    assert bool(done.stdout) != bool(done.stderr)


def test_a_json_document_says_what_refutes_a_statement():
    done = _program("prove", "u*(1 - tanh(u)**2) <= 2/5", "--where", "u >= 0", "--format", "json")
    found = json.loads(done.stdout)
    u = mp.mpf(Fraction(found["witness"]["u"]).numerator) / Fraction(found["witness"]["u"]).denominator
    assert u * (1 - mp.tanh(u) ** 2) > mp.mpf(2) / 5


@pytest.mark.parametrize(
    ("witness", "said"),
    [
        ({"l": 1, "theta": ["11/50"]}, "l = 1, θ_1 = 11/50"),
        ({"theta": ["3/2", "3/2", "3/2"]}, "θ_1 = … = θ_3 = 3/2"),
        ({}, "every point: it has no variables"),
    ],
)
def test_a_witness_is_written_as_one_would_by_hand(witness, said):
    assert point(witness) == said
