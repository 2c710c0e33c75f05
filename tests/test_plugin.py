"""pytest as a proof checker: a test that asks for a proof passes if, and only if, there is one."""

from __future__ import annotations

import pytest
import sympy as sp

from gradproof.testing.statements import as_claim, display, flatten
from theory.errors import StatementError
from theory.statement import Relation

ENGINE = """
    import os, sys, time, types
    import sympy as sp
    from numerics.verdict import Evidence, Outcome, Verdict
    from theory.claim import Claim
    from theory.errors import UndefinedError, VacuousError
    from theory.statement import Relation

    BY = (Evidence("enclosure", "arb", "12 boxes"),)

    def settle(claim, seconds, report, digits=15):
        match claim.conclusion[0].rhs:  # the right-hand side says what is to come of it
            case 0: return Verdict(Outcome.PROVED, BY)
            case 1: return Verdict(Outcome.REFUTED, BY, witness={"u": "9/10"})
            case 2: return Verdict(Outcome.OPEN, BY, margin="-1/1000", box={"u": "[0, 1]"})
            case 3: raise VacuousError("nothing satisfies the hypotheses")
            case 4: raise UndefinedError("log(u) is not real at u = -1")
            case 5: return None
            case 6: return "proved"
            case 7: os._exit(0)
            case 8: 1 // 0
            case 9: time.sleep(600)

    sys.modules["numerics.settling"] = types.ModuleType("numerics.settling")
    sys.modules["numerics.settling"].settle = settle

    def claim(id, code):
        return Claim(id, id, (Relation(sp.Symbol("u", real=True), "<=", sp.Integer(code)),))

    sys.modules["some_ledger"] = types.ModuleType("some_ledger")
    sys.modules["some_ledger"].CLAIMS = {id: claim(id, code) for id, code in [("a/fine", 0), ("a/wrong", 1), ("b", 2)]}
"""
ALL_SETTLED = """
    import pytest

    @pytest.mark.parametrize("id", ["a/fine", "a/wrong", "b"])
    def test_settles(settle_claim, id):
        assert settle_claim(id).evidence
"""
TWO_SETTLED = ALL_SETTLED.replace(', "b"]', "]")


@pytest.fixture
def run(pytester: pytest.Pytester):
    """run(tests, *arguments, ini="…"): the result of a run of pytest with an engine that answers as it is told."""

    def run(tests: str, *arguments: str, ini: str = "", files: tuple[str, ...] = ("test_it",)):
        pytester.makeconftest(ENGINE)
        pytester.makeini(f"[pytest]\n{ini}")
        pytester.makepyfile(**dict.fromkeys(files, tests))
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:benchmark", *arguments)

    return run


def test_a_proved_statement_passes_and_its_verdict_is_returned(run):
    done = run("def test_it(prove): assert prove('u <= 0', where='u >= 0').evidence[0].by == 'arb'")
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["*= gradproof =*", "1 proved, 0 refuted, 0 open, 0 skipped"])


def test_a_refuted_statement_fails_with_the_exact_counterexample(run):
    done = run("def test_it(prove): prove('u <= 1', where='u >= 0')")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["refuted: u <= 1  where u >= 0", "  fails at u = 9/10", "  enclosure (arb): 12 boxes"])
    done.stdout.fnmatch_lines(["*= gradproof =*", "0 proved, 1 refuted*", "refuted  u <= 1 *: fails at u = 9/10"])
    assert "Traceback" not in done.stdout.str()
    assert "bookkeeping" not in done.stdout.str()


def test_an_open_statement_fails_as_inconclusive_with_its_margin(run):
    done = run("def test_it(prove): prove('u <= 2')")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["inconclusive: u <= 2", "  margin: *-1/1000", "  left undecided: u in [[]0, 1]"])


@pytest.mark.parametrize("statement", ["u <= 3", "u <= 4", "u <= 5", "u <= 6", "u <= 7", "u <= 8", "u <= <= 1", ""])
def test_whatever_is_not_a_proof_never_passes(run, statement):
    done = run(f"def test_it(prove): prove({statement!r})")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*= gradproof =*", "0 proved, *"])


def test_a_proof_that_takes_too_long_never_passes(run, monkeypatch):
    monkeypatch.setattr("gradproof.processes.worker.GRACE", 0.1)
    done = run("def test_it(prove): prove('u <= 9', timeout=0.1)")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["inconclusive: u <= 9", "*ran out of its 0.1 s*"])


def test_sympy_expressions_are_statements(run):
    done = run(
        """
        from sympy import And, Rational, Symbol, exp, sech
        u = Symbol("u")

        def test_relational(prove): prove(u * sech(u) <= 0, where=And(u >= 0, u <= Rational(9, 20)))
        def test_list(prove): prove([u <= 0, "u <= 7"], where=[u > 0, "u < 1"])
        def test_evaluated(prove): prove(exp(Symbol("x", real=True)) > 0)
        """
    )
    done.assert_outcomes(passed=2, failed=1)
    done.stdout.fnmatch_lines(["*SymPy evaluated this statement to True before gradproof saw it: write it as text"])


def test_a_test_that_catches_the_failure_still_stands_in_the_summary(run):
    done = run("import pytest\ndef test_it(prove):\n with pytest.raises(pytest.fail.Exception): prove('u <= 1')")
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["0 proved, 1 refuted, 0 open, 0 skipped"])


SEVERAL = """
    import pytest

    def test_proved(prove): [prove('u <= 0') for _ in range(2)]
    def test_refuted(prove): prove('u <= 1')
    def test_open(prove): prove('u <= 2')
    def test_vacuous(prove): prove('u <= 3')
    @pytest.mark.skip
    def test_skipped(prove): prove('u <= 0')
    def test_skips_itself(prove): pytest.skip()
    @pytest.mark.xfail
    def test_expected(prove): prove('u <= 1')
    def test_without(): pass
    @pytest.mark.skip
    def test_skipped_without(): pass
    @pytest.fixture
    def early(prove): prove('u <= 0', where='u > 1')
    def test_in_setup(early): pass
"""


@pytest.mark.parametrize("workers", [(), pytest.param(("-n", "2"), marks=pytest.mark.slow)])
def test_the_summary_counts_and_names_also_under_xdist(run, workers):
    done = run(SEVERAL, *workers)
    done.stdout.fnmatch_lines(
        [
            "*= gradproof =*",
            "3 proved, 2 refuted, 1 open, 2 skipped, 1 refused",
            "refuted  u <= 1: fails at u = 9/10",
            "open     u <= 2: margin:*",
            "skipped  *::test_skip*",
            "refused  u <= 3: nothing satisfies the hypotheses",
        ]
    )
    assert done.ret == pytest.ExitCode.TESTS_FAILED


def test_a_run_without_proofs_has_no_summary(run):
    done = run("def test_it(): pass")
    assert "gradproof" not in done.stdout.str().replace("plugins: ", "").split("collected")[1]


LEDGER = "gradproof_ledger = some_ledger:CLAIMS\ntestpaths = .\n"


@pytest.mark.parametrize("workers", [(), pytest.param(("-n", "2"), marks=pytest.mark.slow)])
def test_a_complete_run_that_settles_every_claim_passes(run, workers):
    done = run(ALL_SETTLED, *workers, ini=LEDGER)
    assert done.ret == pytest.ExitCode.OK
    done.stdout.fnmatch_lines(["1 proved, 1 refuted, 1 open, 0 skipped"])


@pytest.mark.parametrize("workers", [(), pytest.param(("-n", "2"), marks=pytest.mark.slow)])
def test_a_complete_run_that_leaves_a_claim_out_fails_and_names_it(run, workers):
    done = run(TWO_SETTLED, *workers, ini=LEDGER)
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.stdout.fnmatch_lines(["no test settles the registered claim b", "FAILED: 1 registered claims without a test"])
    assert "claim a/" not in done.stdout.str()


@pytest.mark.parametrize("arguments", [(".",), ("-v",), ("-m", "not slow"), ("--maxfail=9",)])
def test_a_run_is_complete_however_it_is_said(run, arguments):
    ini = LEDGER + "addopts = -m 'not slow'\nmarkers = slow: long"
    assert run(TWO_SETTLED, *arguments, ini=ini).ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize(
    "arguments",
    [
        ("-k", "fine"),
        ("-m", "not quick"),
        ("test_it.py",),
        ("test_it.py::test_settles[b]",),
        ("--deselect", "test_it.py::test_settles[b]"),
        ("--ignore", "test_other.py"),
        ("--collect-only",),
        ("-p", "cacheprovider", "--lf"),
    ],
)
def test_a_partial_run_need_not_settle_every_claim(run, arguments):
    ini = LEDGER + "markers = quick: short"
    tests = ALL_SETTLED.replace("import pytest", "import pytest; pytestmark = []")
    done = run(tests, *arguments, ini=ini)
    assert done.ret == pytest.ExitCode.OK
    assert "no test settles" not in done.stdout.str()


def test_a_run_that_stops_early_need_not_settle_every_claim(run):
    done = run("def test_a(prove): prove('u <= 1')\ndef test_b(): pass", "-x", ini=LEDGER)
    assert "no test settles" not in done.stdout.str()


def test_a_skipped_claim_is_not_settled(run):
    done = run(ALL_SETTLED.replace("assert settle", "id == 'b' and pytest.skip(); settle"), ini=LEDGER)
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.stdout.fnmatch_lines(["no test settles the registered claim b"])


def test_a_claim_that_is_refused_fails_its_test(run):
    done = run("from conftest import claim\ndef test_it(settle_claim): settle_claim(claim('c', 3))")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["c is not settled: nothing satisfies the hypotheses"])


@pytest.mark.parametrize(
    ("ini", "said"),
    [(LEDGER, "no claim matches 'a/fien': did you mean 'a/fine'?"), ("", "*name it by gradproof_ledger*")],
)
def test_a_claim_that_is_not_registered_fails_its_test(run, ini, said):
    done = run("def test_it(settle_claim): settle_claim('a/fien')", "test_it.py", ini=ini)
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines([said])


@pytest.mark.parametrize("name", ["nonsense", "no.such.module:CLAIMS", "some_ledger:NOTHING"])
def test_a_ledger_that_cannot_be_loaded_is_an_error(run, name):
    done = run("def test_it(settle_claim): settle_claim('b')", ini=f"gradproof_ledger = {name}")
    assert done.ret not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
    (done.stdout if name != "nonsense" else done.stderr).fnmatch_lines([f"*gradproof_ledger is '{name}'*"])


def _claim(statement, where=None):
    return as_claim(flatten(statement), flatten(where))


def test_relationals_become_relations_between_real_variables():
    u = sp.Symbol("u")
    claim = _claim(sp.Ne(u, 1), [sp.Le(u, 2), sp.Lt(u, 3), sp.Ge(u, 4), sp.Gt(u, 5), sp.Eq(u, 6)])
    assert [part.op for part in (*claim.conclusion, *claim.hypotheses) if isinstance(part, Relation)] == [
        "!=",
        "<=",
        "<",
        ">=",
        ">",
        "==",
    ]
    assert claim.free_symbols == {sp.Symbol("u", real=True)}


def test_text_relations_and_relationals_speak_of_the_same_variable():
    u = sp.Symbol("u")
    claim = _claim("u <= 1", [u >= 0, Relation(sp.Symbol("u", real=True), "<", sp.S.One)])
    assert claim.free_symbols == {sp.Symbol("u", real=True)}


@pytest.mark.parametrize("sign", ["positive", "negative", "nonnegative", "nonpositive", "nonzero"])
def test_what_a_symbol_assumes_becomes_a_hypothesis(sign):
    u = sp.Symbol("u", **{sign: True})
    claim = _claim(Relation(u**3, "<=", sp.Integer(5)))
    ops = {"positive": ">", "negative": "<", "nonnegative": ">=", "nonpositive": "<=", "nonzero": "!="}
    assert claim.hypotheses == (Relation(sp.Symbol("u", real=True), ops[sign], sp.S.Zero),)


def test_the_domains_of_the_functions_are_not_lost():
    assert Relation(sp.Symbol("u", real=True), ">", sp.S.Zero) in _claim(sp.log(sp.Symbol("u")) <= 1).conditions
    assert Relation(sp.Symbol("u", real=True), "!=", sp.S.Zero) in _claim(["u/u <= 1"], ["u < 5"]).conditions


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (sp.Symbol("u") == 1, "Python evaluated this statement to False"),
        (sp.S.true, "SymPy evaluated this statement to True"),
        (sp.Symbol("u") <= 0.1, r"the float 0.1 in .* write Rational\('1/10'\)"),
        (sp.Symbol("n", integer=True) <= 1, "n is integer"),
        (sp.Eq(sp.Symbol("i", imaginary=True) ** 2, sp.Symbol("u")), "i is not real"),
        (sp.Indexed("t", 1) <= 1, "no variable"),
        (sp.Symbol("u", positive=True) <= sp.Symbol("u"), "two different symbols are called u"),
        (sp.Or(sp.Symbol("u") < 1, sp.Symbol("u") > 2), "is no statement"),
        (3, "3 is no statement"),
    ],
)
def test_what_says_less_than_it_seems_to_is_refused(statement, said):
    with pytest.raises(StatementError, match=said):
        _claim(statement)


def test_statements_are_shown_as_they_were_written():
    u = sp.Symbol("u")
    assert display(["u**2 <= 1", sp.Le(u, 2)]) == "u**2 <= 1, u <= 2"


def test_a_layer_is_bounded_as_the_readme_says(prove):
    u = sp.Symbol("u", real=True)
    assert prove(u * sp.sech(u) ** 2 <= sp.Rational(9, 20), where=u >= 0).evidence
    assert prove("u*(1 - tanh(u)**2) <= 9/20", where="u >= 0").evidence
