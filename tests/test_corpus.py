"""The corpus for silent errors: pairs of statements, one true and one false by a hair, from outside the ledger.

Not one verdict may be wrong, and most must be settled in ten seconds each. The score is printed. A sample runs by
default, the whole behind the marker `slow`.
"""

from __future__ import annotations

import os
import time
from collections import Counter

import pytest
from corpus_labels import load

from gradproof.processes.worker import settle_all
from theory.parsing import parse_claim

SECONDS = 10
_SETTLED = {"true": "proved", "false": "refuted"}
_WRONG = {"true": "refuted", "false": "proved"}


def _claims(pairs):
    for pair in pairs:
        yield parse_claim(pair.true, pair.where, id=f"corpus/{pair.name}/true")
        yield parse_claim(pair.false, pair.where_false, id=f"corpus/{pair.name}/false")


def _score(pairs, capsys):
    """(share settled, wrong ones): every statement of the pairs settled in parallel processes."""
    count: Counter[str] = Counter()
    wrong, left, began = [], [], time.monotonic()
    for claim, verdict in settle_all(list(_claims(pairs)), SECONDS, jobs=os.cpu_count() or 1):
        assert not isinstance(verdict, Exception), f"{claim.id}: {verdict}"
        label = claim.id.rsplit("/", 1)[1]
        if str(verdict.outcome) == _WRONG[label]:
            wrong.append(f"{claim.id}: {claim.text} was {verdict.outcome}")
        settled = str(verdict.outcome) == _SETTLED[label]
        count["settled" if settled else "open"] += 1
        if not settled:
            left.append(claim.id.removeprefix("corpus/"))
    total = count.total()
    with capsys.disabled():
        seconds = time.monotonic() - began
        print(f"\ncorpus: {count['settled']} of {total} settled, {len(wrong)} wrong, in {seconds:.0f} s")
        print(f"corpus: open: {', '.join(sorted(left)) or 'none'}")
    return count["settled"] / total, wrong


def test_a_sample_of_the_corpus_has_no_wrong_verdict(capsys):
    share, wrong = _score(load()[::40], capsys)
    assert not wrong
    assert share >= 0.8


@pytest.mark.slow
def test_the_whole_corpus_has_no_wrong_verdict_and_nine_in_ten_are_settled(capsys):
    share, wrong = _score(load(), capsys)
    assert not wrong
    assert share >= 0.9
