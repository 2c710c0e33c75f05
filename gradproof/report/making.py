"""Settles the claims of a report, and writes it in the form that is asked for."""

from __future__ import annotations

import os
import platform
from argparse import Namespace
from datetime import UTC, datetime

from gradproof import __version__
from gradproof.processes.worker import settle_all
from gradproof.progress import ProgressBar
from gradproof.report.content import Entry, Report
from gradproof.select import select
from numerics.verdict import Verdict
from theory.ledger import CLAIMS


def made(options: Namespace, form: str) -> tuple[Report, str]:
    """The report on the claims that the options name, and its text as "html" or "md"."""
    ids = select(list(CLAIMS), options.patterns)
    results = {}
    with ProgressBar(len(ids), options.no_color) as bar:
        claims = [CLAIMS[name] for name in ids]
        for claim, result in settle_all(claims, options.timeout, tick=bar.tick, digits=options.digits):
            results[claim.id] = result
            bar.done()
    entries = tuple(Entry(CLAIMS[name], r) for name in ids if isinstance(r := results[name], Verdict))
    refused = {name: str(results[name]) for name in ids if not isinstance(results[name], Verdict)}
    report = Report(entries, _made(), refused)
    if form == "md":
        from gradproof.report.markdown import markdown

        return report, markdown(report)
    from gradproof.report.page import page

    return report, page(report)


def _made() -> str:
    """When, and with what; SOURCE_DATE_EPOCH stands for the time where it is set."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = datetime.fromtimestamp(int(given), UTC) if given.isdigit() else datetime.now(UTC)
    return f"Made on {now:%Y-%m-%d} with gradproof {__version__} and Python {platform.python_version()}."
