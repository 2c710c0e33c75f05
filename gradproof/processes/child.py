"""What happens inside a child process: one statement is settled, and what comes of it is sent to the parent.

Sent are lines of text about the progress, and at the end a Verdict, or the StatementError that refuses the input.
"""

from __future__ import annotations

import gc
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradproof.processes.limits import GIB, leave_the_terminal, limit_memory, limit_time
from numerics.verdict import Evidence, Interim, Outcome, Tightness, Verdict
from theory.claim import Claim
from theory.errors import StatementError

if TYPE_CHECKING:
    from numerics.extrema.extremum import Extremum

Report = Callable[[str | Interim], None]
LONGEST_COMPARED = 20.0
"""Seconds for the tightness of one claim."""

Job = Callable[[float, Report], Any]
"""Settles one statement within the given seconds, and may report on the way."""


def settle_claim(claim: Claim, seconds: float, report: Report, digits: int | None = 15) -> Verdict:
    from numerics.settling import settle

    return settle(claim, seconds, report, digits)


def settle_at_depths(
    claim: Claim, depths: tuple[int, ...], seconds: float, report: Report, digits: int = 15
) -> Verdict:
    from numerics.depth.at_depths import settle_at

    return settle_at(claim, depths, seconds, report, digits)


def and_tightness(job: Callable[..., Verdict], claim: Claim, *about: Any, digits: int = 15) -> Job:
    """The job of settling a claim, and after it, in the time that is left, how tight its inequality is."""

    return partial(_settle_and_compare, job, claim, about, digits)


def _settle_and_compare(
    job: Callable[..., Verdict], claim: Claim, about: Sequence[Any], digits: int, seconds: float, report: Report
) -> Verdict:
    from numerics.extrema.closest import ContradictedProofError
    from numerics.extrema.tightness import with_tightness

    began = time.monotonic()
    verdict = job(claim, *about, seconds, report, digits=digits)
    report("how tight it is")
    try:
        return with_tightness(claim, verdict, min(LONGEST_COMPARED, seconds - (time.monotonic() - began)))
    except ContradictedProofError:
        raise
    except Exception as error:  # an engine failed; what was proved stays proved
        return replace(verdict, tightness=Tightness(reason=f"{type(error).__name__}: {error}"))


def settle_text(statement: str, where: Sequence[str], seconds: float, report: Report) -> Verdict:
    """Reads a statement of the user's and settles it: the reading, too, is under the limits of the child."""
    from theory.parsing import parse_claim

    return settle_claim(parse_claim(statement, where), seconds, report)


def settle_range(
    statement: str, where: Sequence[str], parameter: str, digits: int, seconds: float, report: Report
) -> Verdict:
    """Settles a statement of the user's, and adds for which values of the parameter it holds."""
    from numerics.deadline import Deadline
    from numerics.ranges.parameter_range import parameter_range
    from theory.parsing import parse_claim

    claim, deadline = parse_claim(statement, where, parameter), Deadline.after(seconds)
    verdict = settle_claim(claim, seconds / 2, report)
    report(f"for which {parameter} it holds")
    assert claim.parameter is not None
    hypotheses: Any = claim.hypotheses
    conclusion: Any = claim.conclusion
    about = (hypotheses, conclusion, claim.variables, claim.parameter)
    found = parameter_range(*about, digits=digits, deadline=deadline, conditions=claim.conditions)
    if found is None:
        failed = Evidence("search", "range", f"for which {claim.parameter} it holds was not found out")
        return replace(verdict, evidence=(*verdict.evidence, failed), seconds=seconds - deadline.left)
    return replace(verdict, range=found, seconds=seconds - deadline.left)


def find_extremum(
    expression: str, where: Sequence[str], digits: int, largest: bool, seconds: float, report: Report
) -> Extremum:
    """Reads an expression of the user's and encloses its supremum or infimum."""
    from numerics.deadline import Deadline
    from numerics.extrema.extremum import extremum
    from theory.parsing import parse_expression, parse_statement

    f, needed = parse_expression(expression)
    read = [parse_statement(text) for text in where]
    hypotheses = [relation for part in read for relation in part.relations]
    conditions = [*needed, *(condition for part in read for condition in part.conditions)]
    return extremum(f, hypotheses, (), digits, Deadline.after(seconds), largest, conditions)


def unsettled(kind: str, detail: str) -> Verdict:
    """The verdict when the machinery, not the mathematics, put an end to it."""
    return Verdict(Outcome.OPEN, (Evidence(kind, "worker", detail),))


def crashed(error: BaseException) -> Verdict:
    """The verdict when an engine failed: open, with the error and its place in the evidence."""
    frames = traceback.extract_tb(error.__traceback__)
    # The place in an engine says more than the one in a library that it called.
    ours = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    place = f" ({Path(ours[-1].filename).name}, line {ours[-1].lineno})" if ours else ""
    message = str(error).partition("\n")[0]
    return unsettled("crash", f"{type(error).__name__}: {message}{place}")


def _attempt(job: Job, seconds: float, memory: int, report: Report) -> Verdict | Extremum | StatementError:
    try:
        result = job(seconds, report)
        if not isinstance(result, Verdict) and type(result).__name__ != "Extremum":
            raise TypeError(f"the engine returned {result!r}, which is no verdict")
        return result
    except StatementError as error:
        return error
    except MemoryError:
        return unsettled("limit", f"ran out of memory: it may use {memory / GIB:.1f} GiB")
    except RecursionError:
        return unsettled("limit", "nested too deeply for the engines")
    except Exception as error:
        return crashed(error)


def work(job: Job, seconds: float, grace: float, memory: int, pipe: Connection) -> None:
    """The life of a child."""
    leave_the_terminal()
    limit_memory(memory)
    limit_time(seconds + grace)
    gc.enable()
    start = time.monotonic()
    result = _attempt(job, seconds, memory, pipe.send)
    if isinstance(result, Verdict):
        # The proof stays here: its enclosures are objects of a C library, which do not travel. What it says does.
        result = replace(result, seconds=result.seconds or time.monotonic() - start, proof=None)
    try:
        pipe.send(result)
    except Exception as error:  # it holds something that cannot be pickled
        pipe.send(crashed(error))
