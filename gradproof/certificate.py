"""Writes certificates: what was found, in a form that the checker re-checks without trusting the prover.

The prover's own boxes are not copied: they hold by its arithmetic, and the checker has another. Every goal that the
proof closes is covered anew with the checker's arithmetic. Where that does not succeed the step is written as one that
can only be tested, with the steps that it rests on.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import sympy as sp

from gradproof.checker import Rejected
from gradproof.cover import Cover
from gradproof.language import InexpressibleError, Language
from gradproof.outline import Outline, outlines
from numerics.proof.goal import Goal, Proof
from numerics.verdict import Outcome, Verdict
from theory.claim import Claim
from theory.parsing import parse_claim
from theory.statement import Relation

Json = dict[str, Any]

TYPED = "statement"
"""The id of a statement that a user typed."""
FORMAT, VERSION = "gradproof-certificate", 1
SECONDS_OF_A_GOAL, SECONDS_OF_A_CLAIM = 1.5, 4.0


def certificate(claim: Claim, verdict: Verdict) -> Json | None:
    """The certificate of a settled claim; None where it is open, or beyond the language of certificates."""
    if verdict.outcome is Outcome.OPEN:
        return None
    refuted = verdict.outcome is Outcome.REFUTED
    witness = {name: _plain(value) for name, value in verdict.witness.items()} if verdict.witness else None
    value = verdict.value if isinstance(verdict.value, str) else None
    try:
        found = outlines(claim, refuted, witness, value)
        writer = Writer(verdict)
        cases = [writer.case(outline) for outline in found]
    except InexpressibleError:
        return None
    head = {"format": FORMAT, "version": VERSION, "id": claim.id, "statement": claim.text}
    return {**head, "verdict": str(verdict.outcome), "witness": witness, "value": value, "cases": cases}


def speaks_of(document: Mapping[str, Any], claim: Claim) -> bool:
    """Whether the certificate is one of this claim: its text, and every case, are those that the claim asks for."""
    refuted = document["verdict"] == "refuted"
    try:
        wanted = [o.record() for o in outlines(claim, refuted, document["witness"], document["value"])]
    except (InexpressibleError, LookupError, TypeError, ValueError):
        return False
    keys = ("name", "variables", "hypotheses", "conclusions", "witness")
    given = [{key: case[key] for key in keys if key in case} for case in document["cases"]]
    return (document["id"], document["statement"]) == (claim.id, claim.text) and given == wanted


def claim_typed(document: Mapping[str, Any]) -> Claim:
    """The claim that a user typed, read again from the statement in its certificate."""
    statement, _, where = document["statement"].partition(" for ")
    claim = parse_claim(statement, [where] if where else [])
    return replace(claim, text=document["statement"])


class Writer:
    """The steps of one certificate, within a few seconds for all of them."""

    def __init__(self, verdict: Verdict):
        self.proofs = [proof for proof in verdict.proof or () if isinstance(proof, Proof)]
        self.end = time.monotonic() + SECONDS_OF_A_CLAIM
        self.given = False

    def case(self, outline: Outline) -> Json:
        case = outline.record()
        if outline.witness is not None:
            return case
        if outline.test is not None:
            # The steps that hold at every depth are written once, with the first case that rests on them.
            premises = [] if self.given or "limit" in outline.test else self.premises(self.proofs)
            self.given = self.given or bool(premises)
            first = {"kind": outline.test, "points": outline.points, "premises": premises}
            rest = {"kind": outline.test, "points": outline.points, "premises": []}
            return {**case, "proofs": [first] + [rest] * (len(outline.conclusions) - 1)}
        return {**case, "proofs": [self.step(case, text, self.proofs) for text in outline.conclusions]}

    def step(self, case: Json, text: str, proofs: Sequence[Proof]) -> Json:
        """Boxes of the checker's own; else the rule of the prover, to be tested, and the steps that it rests on."""
        boxes = self.cover(case, text, list(_cuts(proofs)))
        if boxes is not None:
            return {"kind": "boxes", "variables": case["variables"], "boxes": boxes}
        rules = {proof.rule for proof in proofs}
        if rules == {"cover"}:
            return self.beyond_boxes(case, text, proofs)
        if len(rules) != 1:
            return {"kind": "conjunction", "points": [], "premises": self.premises(proofs)}
        below = [premise for proof in proofs for premise in proof.premises]
        shown = {"detail": "; ".join(dict.fromkeys(proof.detail for proof in proofs))}
        return {"kind": rules.pop(), **shown, "points": [], "premises": self.premises(below)}

    def beyond_boxes(self, case: Json, text: str, proofs: Sequence[Proof]) -> Json:
        """One variable, with an expansion at infinity that the checker cannot follow: boxes as far as it begins."""
        details = [step.detail for proof in proofs for step in proof.premises if step.rule == "touching"]
        step: Json = {"kind": "series at a point", "detail": "; ".join(details), "points": [], "premises": []}
        (name, *more) = case["variables"]
        bounds: list[str] = []
        for data in (s.data for proof in proofs for s in proof.premises if s.rule == "touching"):
            at, side, reach = (_any(data.get(key)) for key in ("at", "side", "reach"))
            if at is not None and at.is_infinite:
                bounds.append(f"{name} <= {reach}" if side < 0 else f"{name} >= {-reach}")
        inner = {**case, "hypotheses": [*case["hypotheses"], *bounds], "conclusions": [text]}
        if not more and bounds and (boxes := self.cover(inner, text, list(_cuts(proofs)))) is not None:
            inner["proofs"] = [{"kind": "boxes", "variables": case["variables"], "boxes": boxes}]
            step["premises"] = [inner]
        return step

    def cover(self, case: Json, text: str, cuts: Sequence[Fraction]) -> list[Json] | None:
        left = min(SECONDS_OF_A_GOAL, self.end - time.monotonic())
        try:
            search = Cover(case, text, left, cuts)
            return search.boxes if left > 0 and search.search() else None
        except (Rejected, ArithmeticError, RecursionError):
            return None

    def premises(self, proofs: Sequence[Proof]) -> list[Json]:
        found: list[Json] = []
        for proof in proofs:
            try:
                case = _case(proof.goal, _any(proof.data.get("given", ())))
            except InexpressibleError:
                continue
            case["proofs"] = [self.step(case, case["conclusions"][0], [proof])]
            if case not in found:
                found.append(case)
        return found


def _case(goal: Goal, known: Sequence[Relation] = ()) -> Json:
    """A goal of the prover as a case; `known` holds besides, where the domain does not say it."""
    used = set(goal.expression.free_symbols).union(*(g.free_symbols for g, _ in goal.domain.constraints))
    used = used.union(*(relation.free_symbols for relation in known))
    language = Language(used)
    given: list[Relation] = [*known]
    for v, bounds in goal.domain.ranges.items():
        if v not in used:
            continue
        given += [] if bounds.lo.is_infinite else [Relation(v, ">" if bounds.lo_open else ">=", bounds.lo)]
        given += [] if bounds.hi.is_infinite else [Relation(v, "<" if bounds.hi_open else "<=", bounds.hi)]
    given += [Relation(g, ">" if strict else ">=", sp.S.Zero) for g, strict in goal.domain.constraints]
    conclusion = f"{language.expression(goal.expression)} {'>' if goal.strict else '>='} 0"
    names = [str(name) for name in language.names.values()]
    return {"variables": names, "hypotheses": language.hypotheses(given), "conclusions": [conclusion]}


def _cuts(proofs: Sequence[Proof]) -> Iterator[Fraction]:
    """Where the proofs found that a bound touches."""
    for proof in proofs:
        at: Any = proof.data.get("at")
        if at is not None and at.is_Rational:
            yield Fraction(int(at.p), int(at.q))
        yield from _cuts(proof.premises)


def _any(value: Any) -> Any:
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(content) for content in value]
    return value if isinstance(value, int) else str(value)


def file_of(folder: Path, id: str) -> Path:
    return folder / f"{id.replace('/', '__')}.json"


def write(folder: Path, document: Json) -> Path:
    """Writes the certificate under the name of its claim: all of it, or nothing."""
    path = file_of(folder, document["id"])
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=folder, suffix=".part", delete=False) as file:
        json.dump(document, file, indent=1, ensure_ascii=False)
        file.write("\n")
    os.replace(file.name, path)
    return path
