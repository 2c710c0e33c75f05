"""No input hangs the caller or exhausts its memory, and whatever ends a child leaves an open verdict that says so."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from functools import partial

import pytest
import sympy as sp

from gradproof.processes import child, limits, worker
from gradproof.processes.worker import Worker, run_all, settle_all, settle_job
from numerics.verdict import Evidence, Interim, Outcome, Verdict
from theory.claim import Claim
from theory.errors import StatementError, VacuousError
from theory.statement import Relation

PROVED = Verdict(Outcome.PROVED, (Evidence("identity", "symbolic", "0 = 0"),))


@pytest.fixture(autouse=True)
def _no_engine(engine):
    engine(lambda claim, seconds, report: PROVED)


@pytest.fixture
def _short_grace(monkeypatch):
    monkeypatch.setattr(worker, "GRACE", 0.1)


def _detail(verdict: Verdict) -> str:
    assert verdict.outcome is Outcome.OPEN
    assert verdict.evidence[0].by == "worker"
    return verdict.evidence[0].detail


def _claim(name: str) -> Claim:
    x = sp.Symbol("x", real=True)
    return Claim(name, "x² ≥ 0", (Relation(x**2, ">=", sp.S.Zero),))


def test_a_verdict_comes_back_with_the_time_it_took():
    verdict = settle_job(lambda seconds, report: PROVED)
    assert verdict.outcome is Outcome.PROVED
    assert verdict.evidence == PROVED.evidence
    assert verdict.seconds > 0


def test_the_time_that_the_engine_measured_is_kept():
    verdict = settle_job(lambda seconds, report: Verdict(Outcome.OPEN, seconds=12.5))
    assert verdict.seconds == 12.5


def test_a_refusal_travels_back_with_its_class_and_its_place():
    def refuse(seconds, report):
        raise VacuousError("nothing satisfies u < u", "u < u", 2)

    with pytest.raises(VacuousError) as caught:
        settle_job(refuse)
    assert str(caught.value) == "nothing satisfies u < u\n  u < u\n    ^"


@pytest.mark.usefixtures("_short_grace")
def test_a_child_that_sleeps_is_killed_at_its_limit():
    start = time.monotonic()
    verdict = settle_job(lambda seconds, report: time.sleep(600), 0.2)  # pyright: ignore[reportArgumentType]
    assert time.monotonic() - start < 5
    assert _detail(verdict) == "ran out of its 0.2 s"


@pytest.mark.usefixtures("_short_grace")
def test_a_child_that_is_deep_in_c_code_is_killed_at_its_limit():
    start = time.monotonic()
    verdict = settle_job(lambda seconds, report: 9**9**9, 0.2)  # pyright: ignore[reportArgumentType]
    assert time.monotonic() - start < 5
    assert "ran out of" in _detail(verdict)


@pytest.mark.usefixtures("_short_grace")
def test_a_killed_child_is_remembered_with_its_last_report():
    def slow(seconds, report):
        report("12 boxes")
        report("40 boxes left")
        return time.sleep(600) or PROVED

    assert _detail(settle_job(slow, 0.2)).endswith("the last heard of it: 40 boxes left")


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the system has no timers")
def test_the_kernel_ends_a_child_that_its_parent_has_forgotten():
    def forgotten():
        limits.limit_time(0.1)
        while True:
            pass

    process = multiprocessing.get_context("fork").Process(target=forgotten, daemon=True)
    process.start()
    process.join(5)
    assert process.exitcode == -signal.SIGALRM


def test_one_huge_allocation_is_no_more_than_an_open_verdict():
    verdict = settle_job(lambda seconds, report: bytearray(2**46))  # pyright: ignore[reportArgumentType]
    assert "ran out of memory" in _detail(verdict)


def test_memory_that_grows_and_grows_is_no_more_than_an_open_verdict(monkeypatch):
    monkeypatch.setattr(worker, "allowance", lambda jobs: 200 * 2**20)

    def hoard(seconds, report):
        hoarded = []
        while True:
            hoarded.append(bytes(2**20))

    assert _detail(settle_job(hoard)) == "ran out of memory: it may use 0.2 GiB"


def test_the_allowance_is_never_more_than_the_machine_has():
    assert limits.allowance(1) <= limits.machine_memory()
    assert limits.allowance(1) <= 4 * limits.GIB
    assert 1000 * limits.allowance(1000) <= limits.machine_memory()


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        (os.abort, "ran out of memory (ended by SIGABRT)"),
        (lambda: os.kill(os.getpid(), signal.SIGSEGV), "the process died (SIGSEGV)"),
        (lambda: os._exit(7), "the process died (exit code 7)"),
    ],
)
def test_a_child_that_dies_leaves_an_open_verdict(deed, said):
    assert _detail(settle_job(lambda seconds, report: deed())) == said


def test_a_fault_in_an_engine_is_open_and_says_where():
    verdict = settle_job(lambda seconds, report: 1 // 0)  # pyright: ignore[reportArgumentType]
    assert verdict.evidence[0].kind == "crash"
    assert "ZeroDivisionError" in _detail(verdict)
    assert "test_worker.py, line" in _detail(verdict)


def test_endless_recursion_is_open():
    def deeper(seconds, report):
        return deeper(seconds, report)

    assert _detail(settle_job(deeper)) == "nested too deeply for the engines"


def test_the_proof_itself_need_not_travel():
    verdict = settle_job(lambda seconds, report: Verdict(Outcome.PROVED, proof=lambda: None))
    assert verdict.outcome is Outcome.PROVED
    assert verdict.proof is None


def test_a_verdict_that_cannot_be_sent_is_open():
    verdict = settle_job(lambda seconds, report: Verdict(Outcome.PROVED, witness={"u": lambda: None}))
    assert verdict.evidence[0].kind == "crash"


def test_what_is_no_verdict_is_never_taken_for_one():
    verdict = settle_job(lambda seconds, report: None)  # pyright: ignore[reportArgumentType]
    assert "the engine returned None, which is no verdict" in _detail(verdict)


def test_a_child_prints_nothing(capfd):
    def noisy(seconds, report):
        print("to stdout", flush=True)
        os.write(2, b"to stderr")
        return PROVED

    settle_job(noisy)
    assert capfd.readouterr() == ("", "")


def test_all_claims_are_settled_each_once(engine):
    def settle(claim, seconds, report):
        if claim.id == "c":
            raise VacuousError("nothing satisfies its hypotheses")
        return PROVED

    engine(settle)
    results = {claim.id: result for claim, result in settle_all(map(_claim, "abcde"), jobs=2)}
    assert sorted(results) == list("abcde")
    assert isinstance(results.pop("c"), StatementError)
    assert {str(result) for result in results.values()} == {"proved"}


def test_jobs_run_beside_each_other():
    jobs = [(key, lambda seconds, report: time.sleep(0.5) or PROVED) for key in range(4)]
    start = time.monotonic()
    assert {key for key, _ in run_all(jobs, 60, at_once=4)} == {0, 1, 2, 3}
    assert time.monotonic() - start < 1.9


def test_the_caller_hears_what_is_being_worked_on():
    heard = []

    def slow(seconds, report):
        report("half way")
        time.sleep(0.3)
        return PROVED

    list(run_all([("a", slow)], 60, 1, heard.append))
    assert [("a", "half way")] in heard


def test_leaving_early_ends_the_children():
    jobs = [(key, lambda seconds, report: time.sleep(600)) for key in range(2)]
    results = run_all([("quick", lambda seconds, report: PROVED), *jobs], 60, at_once=3)  # pyright: ignore
    assert next(results)[0] == "quick"
    assert len(multiprocessing.active_children()) == 2
    results.close()  # pyright: ignore[reportAttributeAccessIssue]
    assert multiprocessing.active_children() == []


def test_an_interrupt_is_the_parents_business():
    def interrupted(seconds, report):
        os.kill(os.getpid(), signal.SIGINT)
        return PROVED

    assert settle_job(interrupted).outcome is Outcome.PROVED


def test_text_is_read_inside_the_child(monkeypatch):
    places = []
    monkeypatch.setattr(child, "settle_text", lambda *arguments: places.append(os.getpid()) or PROVED)
    monkeypatch.setattr(worker, "settle_text", child.settle_text)
    assert worker.settle_typed("u <= u").outcome is Outcome.PROVED
    assert places == []


def test_a_worker_is_not_overdue_before_its_time():
    at_work = Worker(lambda seconds, report: time.sleep(600), 60, limits.allowance())  # pyright: ignore
    assert at_work.result() is None
    at_work.stop()


def _late_with_its_range(verdict, seconds, report):
    report(Interim(verdict))
    time.sleep(60)


def test_a_verdict_whose_range_takes_too_long_stands():
    known = Verdict(Outcome.REFUTED, (Evidence("witness", "Arb enclosure", "here"),), witness={"t": "1/2"})
    found = settle_job(partial(_late_with_its_range, known), 1.0)
    assert found.outcome is Outcome.REFUTED
    assert found.witness == {"t": "1/2"}
    assert found.range is None
    assert "not found in 1 s" in found.evidence[-1].detail
