"""pytest as a proof checker: the fixtures `prove` and `settle_claim`, and a summary of what was settled.

Nothing heavy is imported before a test asks for a proof: this file is loaded by every pytest run beside gradproof.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gradproof.testing import bookkeeping, completeness

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradproof.testing.statements import Statements
    from numerics.verdict import Verdict
    from theory.claim import Claim

LEDGER = "gradproof_ledger"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(LEDGER, "module:attribute of the claims that a complete run has to settle", default="")


def pytest_configure(config: pytest.Config) -> None:
    completeness.check_name(str(config.getini(LEDGER)))
    config.pluginmanager.register(bookkeeping.Book(config), "gradproof-book")


@pytest.fixture
def prove(request: pytest.FixtureRequest) -> Callable[..., Verdict]:
    """prove(statement, where=None, timeout=60): passes if the statement is proved, and returns the verdict.

    Statement and hypotheses are text, relations, SymPy's relationals, or lists of these. The test fails with the exact
    counterexample if the statement is refuted, and as inconclusive if it is left open: unknown is never a pass.
    """
    __tracebackhide__ = True

    def prove(statement: Statements, where: Statements | None = None, timeout: float = 60.0) -> Verdict:
        __tracebackhide__ = True
        from gradproof.testing.statements import display
        from numerics.findings import failure

        text = display(statement) + (f"  where {display(where)}" if where is not None else "")
        verdict = _settle(request, text, statement, where, timeout)
        if str(verdict) != "proved":
            pytest.fail(failure(text, verdict), pytrace=False)
        return verdict

    return prove


def _settle(request: pytest.FixtureRequest, text: str, statement: Any, where: Any, timeout: float) -> Verdict:
    __tracebackhide__ = True
    from gradproof.processes.worker import StatementError, settle_job
    from gradproof.testing.statements import as_job

    try:
        verdict = settle_job(as_job(statement, where), timeout)
    except StatementError as error:
        bookkeeping.note(request.node, text, "refused", str(error))
        pytest.fail(f"not settled: {error}", pytrace=False)
    bookkeeping.note_verdict(request.node, text, verdict)
    return verdict


@pytest.fixture
def settle_claim(request: pytest.FixtureRequest) -> Callable[..., Verdict]:
    """settle_claim(claim or id, timeout=60, digits=15): settles a registered claim, notes it, and returns the verdict.

    With digits=None the range of its parameter is not looked for.

    The test decides what the verdict should be. Ids are looked up in the ledger named by gradproof_ledger.
    """

    def settle_claim(claim: Claim | str, timeout: float = 60.0, digits: int | None = 15) -> Verdict:
        __tracebackhide__ = True
        from gradproof.processes.worker import StatementError, settle_one

        found = completeness.find(claim, str(request.config.getini(LEDGER))) if isinstance(claim, str) else claim
        try:
            verdict = settle_one(found, timeout, digits=digits)
        except StatementError as error:
            bookkeeping.note(request.node, found.id, "refused", str(error), found.id)
            pytest.fail(f"{found.id} is not settled: {error}", pytrace=False)
        bookkeeping.note_verdict(request.node, found.id, verdict, found.id)
        return verdict

    return settle_claim
