"""Certificates changed in one place: what no longer proves its statement is rejected, and nothing runs away.

A mutant that is accepted has to be a proof still. That is decided without the checker: its statement is that of the
claim, word for word; each box lies where Arb finds the slack to be at least the stated bound; and the boxes leave no
point out, found by sorting their ends.
"""

from __future__ import annotations

import copy
import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction as Q
from functools import lru_cache
from itertools import islice, pairwise
from typing import Any

import pytest
import sympy as sp

from gradproof.certificates.certificate import certificate, claim_typed, speaks_of
from gradproof.certificates.checker import Rejected, verify
from numerics.enclosure.interval import Interval
from numerics.enclosure.program import Program, compile_expressions
from numerics.settling import settle
from theory.claim import Claim
from theory.errors import StatementError
from theory.ledger import CLAIMS
from theory.parsing import parse_claim, parse_statement

STATEMENTS = [
    ("tanh(t) <= t", "t >= 0"),
    ("tanh(t) < t", "t > 0"),
    ("exp(x) >= 1 + x", ""),
    ("x**2 - x + 1/4 >= 0", "x >= -1, x <= 2"),
    ("x*y >= 1", "x >= 2, x <= 3, y > 1, y <= 2"),
    ("log(x) <= x - 1", "x > 0, x**2 <= 16"),
    ("atan(x) + erf(x) < 5/2", ""),
    ("x + y <= 1/2", "x > 0, y >= 0"),
    ("u*(1 - tanh(u)**2) <= 2/5", "u >= 0"),
]
LEDGER = ["ven-lederer/theorem-1/small-gradient", "ven-lederer/theorem-1/proof/factor-at-most-one"]
LONGER = [("u*(1 - tanh(u)**2) <= 9/20", "u >= 0, u <= 5"), ("u*sech(u)**2 <= 1/2", "u >= 0")]
RESTING = [("y*(1 - tanh(y)**2) < tanh(y)", "y > 0"), ("a*y*(1 - tanh(a*y)**2) < tanh(a*y)", "a > 0, y > 0")]
"""Their certificates rest on lemmas."""
TESTED = [("x**2 + y**2 >= x*y", ""), ("x == (x + 1)**2 - x**2 - x - 1", "")]
MOST = 600
PLACES_OF_TEXT = ("detail", "name", "value")
"""What is said to readers and takes no part in the proof."""


@lru_cache
def certificates(longer: bool = False) -> list[tuple[Claim, dict[str, Any]]]:
    statements = LONGER + RESTING if longer else STATEMENTS + TESTED
    claims = [parse_claim(statement, [where] if where else []) for statement, where in statements]
    found = []
    for claim in claims if longer else [*claims, *(replace(CLAIMS[id], parameter=None) for id in LEDGER)]:
        document = certificate(claim, settle(claim, 20))
        assert document is not None
        found.append((claim, json.loads(json.dumps(document))))
    return found


def mutants(document: dict[str, Any]) -> Iterator[tuple[tuple, dict[str, Any]]]:
    """The document with one thing changed, and where."""
    for path in paths(document):
        *above, key = path
        for change in changes(at(document, path)):
            changed = copy.deepcopy(document)
            at(changed, above)[key] = change
            yield path, changed
        removed = copy.deepcopy(document)
        del at(removed, above)[key]
        yield path, removed
        if isinstance(key, int):
            twice = copy.deepcopy(document)
            at(twice, above).insert(key, at(document, path))
            yield path, twice


def at(node: Any, path: Any) -> Any:
    for key in path:
        node = node[key]
    return node


def paths(node: Any, path: tuple = ()) -> Iterator[tuple]:
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield (*path, key)
        yield from paths(value, (*path, key))


def changes(value: Any) -> Iterator[Any]:
    """Other values of a leaf: numbers moved and scaled, relations turned, words replaced, other kinds of things."""
    if isinstance(value, dict | list):
        yield from ([], {}, None)
        if isinstance(value, list) and len(value) > 1:
            yield value[::-1]
        return
    if isinstance(value, bool) or value is None:
        yield "x"
        return
    if isinstance(value, int):
        yield from (value + 1, value - 1, 0, -value, 99, str(value), 1.5)
        return
    yield from ("", value + "x", None, 7)
    try:
        q = Q(value)
    except ValueError:
        yield from text_changes(value)
    else:
        tiny = Q(1, 10**12)
        yield from map(str, (q + tiny, q - tiny, q + 1, -q - 1, 2 * q + Q(1, 7), q / 2 - Q(1, 9)))
        yield from ("oo", "-oo", "nan")


def text_changes(value: str) -> Iterator[str]:
    if value in ("oo", "-oo"):
        yield from ("1", "-1", "0", "-oo" if value == "oo" else "oo")
    for old, new in (("<=", "<"), ("<", ">"), (">=", "<="), (">", ">="), ("==", "!="), ("tanh", "sinh"), ("+", "-")):
        if old in value:
            yield value.replace(old, new, 1)
    for place, letter in enumerate(value):
        if letter in "0123456789":
            yield value[:place] + str((int(letter) + 1) % 10) + value[place + 1 :]
    if value in ("proved", "refuted"):
        yield "refuted" if value == "proved" else "proved"
    if value == "boxes":
        yield from ("identity", "cover")


# -- the other judge --------------------------------------------------------------------------------------------------


def still_proves(document: dict[str, Any], claim: Claim) -> bool:
    """Whether the boxes of the certificate, judged by Arb and by sorting, prove what its cases say."""
    refuted = document["verdict"] == "refuted"
    for case in document["cases"]:
        if "witness" in case:
            if not refuted or not refutes(case):
                return False
            continue
        for text, step in zip(case["conclusions"], case["proofs"], strict=True):
            if step["kind"] == "boxes" and not boxes_prove(case, text, step):
                return False
            if not all(still_proves({"verdict": "proved", "cases": [one]}, claim) for one in below(step)):
                return False
    return True


def below(step: dict[str, Any]) -> list[dict[str, Any]]:
    """The cases that a step rests on, each to be proved itself."""
    return [*step.get("premises", []), *(lemma["case"] for lemma in step.get("lemmas", []))]


def plain(text: str, names: list[str]) -> Any:
    (relation,) = parse_statement(text).relations
    symbols = {s: sp.Symbol(str(s), real=True) for s in relation.free_symbols}
    assert not names or {str(s) for s in symbols} <= set(names)
    return relation.slack.xreplace(symbols)


@lru_cache
def compiled(text: str, names: tuple[str, ...]) -> Program:
    return compile_expressions([plain(text, list(names))], [sp.Symbol(name, real=True) for name in names])


def value_at(text: str, names: list[str], values: list[Q]) -> Interval:
    return compiled(text, tuple(names)).run([Interval.exact(*q.as_integer_ratio()) for q in values])[0]


def admitted(case: dict[str, Any], names: list[str], values: list[Q]) -> bool:
    for hypothesis in case["hypotheses"]:
        slack = value_at(hypothesis, names, values)
        strict = not any(op in hypothesis for op in ("<=", ">=", "=="))
        if not (slack.lo > 0 if strict else slack.lo >= 0):
            return False
    return True


def refutes(case: dict[str, Any]) -> bool:
    names, values = list(case["witness"]), [Q(q) for q in case["witness"].values()]
    if not admitted(case, names, values):
        return False
    slacks = [(value_at(text, names, values), text) for text in case["conclusions"]]
    return any(slack.hi < 0 or ("=" not in text and slack.hi <= 0) for slack, text in slacks)


def boxes_prove(case: dict[str, Any], text: str, step: dict[str, Any]) -> bool:
    names = list(dict.fromkeys(step["variables"]))
    boxes = [[(number(a), number(b)) for a, b in leaf["box"]] for leaf in step["boxes"]]
    # The ends of the ranges, too: a point is missing between the range and the first box as well as between two.
    marks = {Q(text) for hypothesis in case["hypotheses"] for text in re.findall(r"-?\b\d+(?:/\d+)?", hypothesis)}
    cuts = [sorted({end for box in boxes for end in box[i]} | marks | {Q(-60), Q(60)}) for i in range(len(names))]
    points = [[(a + b) / 2 for a, b in pairwise(row)] + row for row in cuts]
    for values in grid(points):
        if not admitted(case, names, values):
            continue
        holding = [leaf for box, leaf in zip(boxes, step["boxes"], strict=True) if inside(values, box)]
        if not holding or all("excluded" in leaf for leaf in holding):
            return False
        slack = value_at(text, names, values)
        if any("bound" in leaf and slack.hi < float(Q(leaf["bound"])) * (1 - 1e-12) for leaf in holding):
            return False
        if not all(adds_up(case, text, step, leaf, names, values) for leaf in holding if "form" in leaf):
            return False
    return all(Q(leaf["bound"]) >= 0 for leaf in step["boxes"] if "bound" in leaf)


def adds_up(
    case: dict[str, Any], text: str, step: dict[str, Any], leaf: dict[str, Any], names: list[str], values: list[Q]
) -> bool:
    """At one point: slack = form + Σ m·fact, no m is negative but for an equality, and the lemmas used apply there."""
    facts = [(hypothesis, {}, []) for hypothesis in case["hypotheses"]]
    for lemma in step.get("lemmas", []):
        inner = lemma["case"]
        facts += [(told, lemma["at"], inner["hypotheses"]) for told in inner["conclusions"]]
    rest, signs = -placed(text, {}) + plain(f"{leaf['form']} >= 0", names), []
    for place, multiplier in leaf.get("given", []):
        told, where, hypotheses = facts[place]
        m = plain(f"{multiplier} >= 0", names)
        rest += m * placed(told, where)
        signs += [] if "==" in told else [m]
        signs += [placed(hypothesis, where) for hypothesis in hypotheses]
    symbols = [sp.Symbol(name, real=True) for name in names]
    program = compile_expressions([rest, *signs], symbols)
    gap, *found = program.run([Interval.exact(*q.as_integer_ratio()) for q in values])
    return gap.lo <= 0 <= gap.hi and all(value.hi >= 0 for value in found)


def placed(text: str, where: dict[str, str]) -> Any:
    """The slack of a relation with expressions in the places of its variables."""
    (relation,) = parse_statement(text).relations
    return relation.slack.xreplace(
        {s: plain(f"{where[str(s)]} >= 0", []) if str(s) in where else sp.Symbol(str(s), real=True)
         for s in relation.free_symbols}
    )  # fmt: skip


def number(text: str) -> Q:
    return {"oo": Q(10**9), "-oo": Q(-(10**9))}.get(text) or Q(text)


def grid(rows: list[list[Q]]) -> Iterator[list[Q]]:
    if not rows:
        yield []
        return
    for value in rows[0]:
        for rest in grid(rows[1:]):
            if abs(value) < 100:
                yield [value, *rest]


def inside(values: list[Q], box: list[tuple[Q, Q]]) -> bool:
    return all(a <= value <= b for value, (a, b) in zip(values, box, strict=True))


# -- the test ---------------------------------------------------------------------------------------------------------


def judge(document: dict[str, Any], claim: Claim) -> str | None:
    """Why the certificate is rejected, by the checker or because it is of another claim; None where it is accepted."""
    try:
        checked, _ = verify(json.dumps(document))
        own = claim_typed(checked) if checked.get("id") == "statement" else claim
        return None if speaks_of(checked, own) and own.text == claim.text else "of another claim"
    except (Rejected, StatementError) as reason:
        return str(reason)
    except (LookupError, TypeError, AttributeError):
        return "no certificate of a claim"


def tampered(claim: Claim, document: dict[str, Any]) -> tuple[int, int]:
    """(mutants, those that were accepted) of one certificate; an accepted one has to be a proof still.

    Of the thousands of mutants of a long certificate some MOST are taken, evenly.
    """
    assert judge(document, claim) is None
    assert still_proves(document, claim)
    total, accepted = 0, 0
    step = sum(1 for _ in mutants(document)) // MOST + 1
    for path, mutant in islice(mutants(document), 0, None, step):
        began = time.monotonic()
        reason = judge(mutant, claim)
        assert time.monotonic() < began + 20, path
        total += 1
        if reason is None:
            accepted += 1
            only_said = any(key in PLACES_OF_TEXT for key in path)
            assert only_said or still_proves(mutant, claim), (claim.text, path, at(mutant, path[:-1]))
    return total, accepted


@pytest.mark.parametrize("place", [0, 2, 4, 6, 10])
def test_a_short_certificate_proves_nothing_else_after_it_was_tampered_with(place):
    total, accepted = tampered(*certificates()[place])
    assert total >= 100
    assert accepted < total / 3


@pytest.mark.slow
def test_no_certificate_proves_anything_else_after_it_was_tampered_with():
    counts = [tampered(claim, document) for claim, document in certificates()]
    total, accepted = (sum(column) for column in zip(*counts, strict=True))
    assert total >= 2000
    # Most changes matter: a checker that accepts what it is given would show here.
    assert accepted < total / 5


@pytest.mark.slow
def test_no_longer_certificate_either():
    assert sum(tampered(claim, document)[0] for claim, document in certificates(longer=True)) >= 1000


def test_the_other_judge_can_tell():
    claim, document = certificates()[1]
    boxes = document["cases"][0]["proofs"][0]["boxes"]
    for place in range(len(boxes)):
        less, more = copy.deepcopy(document), copy.deepcopy(document)
        del less["cases"][0]["proofs"][0]["boxes"][place]
        more["cases"][0]["proofs"][0]["boxes"][place]["bound"] = "5"
        assert not still_proves(less, claim)
        assert not still_proves(more, claim)


@pytest.mark.parametrize("verdict", ["proved", "refuted"])
def test_a_proof_is_no_refutation_and_a_witness_no_proof(verdict):
    for claim, document in certificates():
        swapped = {**document, "verdict": verdict}
        assert (judge(swapped, claim) is None) == (document["verdict"] == verdict)
