"""Writes certificates: what was found, in a form that the checker re-checks without trusting the prover.

The prover's own boxes are not copied: they hold by its arithmetic, and the checker has another. Every goal that the
proof closes is covered anew with the checker's arithmetic. Where that does not succeed the step is written as one that
can only be tested, with the steps that it rests on.
"""

from __future__ import annotations

import ast
import json
import os
import re
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import sympy as sp

from gradproof.certificates.checker import placed
from gradproof.certificates.checker_arithmetic import Rejected
from gradproof.certificates.cover import Cover
from gradproof.certificates.language import InexpressibleError, Language
from gradproof.certificates.outline import Outline, outlines
from gradproof.certificates.points import points
from gradproof.certificates.rewriting import cleared, forms, read
from numerics.proof.goal import Goal, Proof
from numerics.verdict import Outcome, Verdict
from theory.claim import Claim
from theory.parsing import parse_claim
from theory.statement import Relation, relations

Json = dict[str, Any]

TYPED = "statement"
"""The id of a statement that a user typed."""
FORMAT, VERSION = "gradproof-certificate", 1
SECONDS_IF_EASY, SECONDS_OF_A_GOAL, SECONDS_OF_A_CLAIM = 0.2, 1.5, 4.0
SECONDS_OF_POINTS = 2.0


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


def why_none(claim: Claim, verdict: Verdict) -> str:
    """Why a settled claim has no certificate, as a sentence about the claim."""
    witness = {name: _plain(value) for name, value in verdict.witness.items()} if verdict.witness else None
    value = verdict.value if isinstance(verdict.value, str) else None
    try:
        outlines(claim, verdict.outcome is Outcome.REFUTED, witness, value)
    except InexpressibleError as reason:
        limits = [limit for part in claim.conclusion for relation in relations(part) for limit in _limits(relation)]
        if any(limit.args[1].is_integer for limit in limits):
            return "it is about a limit in the depth"
        return str(reason)
    return "its certificate was not written"


def _limits(relation: Relation) -> set[Any]:
    return relation.lhs.atoms(sp.Limit) | relation.rhs.atoms(sp.Limit)


def speaks_of(document: Mapping[str, Any], claim: Claim) -> bool:
    """Whether the certificate is one of this claim: its text, and every case, are those that the claim asks for."""
    refuted = document["verdict"] == "refuted"
    try:
        wanted = [o.record() for o in outlines(claim, refuted, document["witness"], document["value"])]
    except (InexpressibleError, LookupError, TypeError, ValueError):
        return False
    keys = ("name", "variables", "hypotheses", "conclusions", "witness", "why")
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
        self.left_for_points = SECONDS_OF_POINTS
        self.places: dict[tuple[str, ...], list[list[str]]] = {}
        self.covers: dict[tuple[str, ...], list[Json] | None] = {}

    def case(self, outline: Outline) -> Json:
        case = outline.record()
        if outline.witness is not None:
            return case
        if outline.test is not None:
            # The steps that hold at every depth are written once, with the first case that rests on them.
            premises = [] if self.given or "limit" in outline.test else self.premises(self.proofs)
            self.given = self.given or bool(premises)
            steps = [
                {"kind": outline.test, "points": outline.points or self.points(case, text), "premises": []}
                for text in outline.conclusions
            ]
            steps[0]["premises"] = premises
            return {**case, "proofs": steps}
        return {**case, "proofs": [self.step(case, text, self.of(case, text, outline)) for text in outline.conclusions]}

    def of(self, case: Json, text: str, outline: Outline) -> list[Proof]:
        """The proofs of one conclusion, as far as they are told apart: where the outline has several cases."""
        if outline.why is None:
            return self.proofs
        return [proof for proof in self.proofs if _proves(proof, text)]

    def step(self, case: Json, text: str, proofs: Sequence[Proof]) -> Json:
        """Boxes of the checker's own; else the rule of the prover, to be tested, and the steps that it rests on."""
        cuts = list(_cuts(proofs))
        # What is easy first; then what follows from easier things; then what takes its time.
        for quick in (True, False):
            boxes = self.cover(case, text, cuts, quick)
            if boxes is not None:
                return {"kind": "boxes", "variables": case["variables"], "boxes": boxes}
            found = (self.from_cleared(case, text) or self.from_premises(case, text, proofs)) if quick else None
            if found is not None:
                return found
        rules = {proof.rule for proof in proofs}
        if rules == {"cover"}:
            return self.beyond_boxes(case, text, proofs)
        if len(rules) != 1:
            return {"kind": "conjunction", "points": self.points(case, text), "premises": self.premises(proofs)}
        below = [premise for proof in proofs for premise in proof.premises]
        shown = {"detail": "; ".join(dict.fromkeys(proof.detail for proof in proofs))}
        return {"kind": rules.pop(), **shown, "points": self.points(case, text), "premises": self.premises(below)}

    def points(self, case: Json, text: str) -> list[list[str]]:
        """Points at which the step can be tested, where those that the checker draws will not do."""
        key = (*case["variables"], *case["hypotheses"])
        if key not in self.places:
            began = time.monotonic()
            self.places[key] = points(case, text) if self.left_for_points > 0 else []
            self.left_for_points -= time.monotonic() - began
        return self.places[key]

    def from_cleared(self, case: Json, text: str) -> Json | None:
        """One variable: boxes for the relation without its denominator, with its exponentials balanced."""
        found = cleared(text) if time.monotonic() < self.end else None
        if found is None:
            return None
        relation, multiplier = found
        given = [h for h in case["hypotheses"] if "!=" not in h]
        inner = {"variables": case["variables"], "hypotheses": given, "conclusions": [relation]}
        boxes = self.cover(inner, relation, [], True)
        if boxes is None:
            return None
        inner["proofs"] = [{"kind": "boxes", "variables": case["variables"], "boxes": boxes}]
        lemma = {"case": inner, "at": {}}
        proposed = [{"form": "0", "given": [[len(case["hypotheses"]), multiplier]]}]
        return self.by_lemmas(case, text, [lemma], proposed, [])

    def by_lemmas(
        self, case: Json, text: str, lemmas: list[Json], proposed: list[Json], cuts: list[Fraction]
    ) -> Json | None:
        try:
            search = Cover(case, text, SECONDS_IF_EASY, cuts, proposed, lemmas)
            if search.search():
                return {"kind": "boxes", "variables": case["variables"], "lemmas": lemmas, "boxes": search.boxes}
        except (Rejected, ArithmeticError, RecursionError, LookupError):
            pass
        return None

    def from_premises(self, case: Json, text: str, proofs: Sequence[Proof]) -> Json | None:
        """Boxes where the premises of the last rule are known: as they stand, mirrored, or at what they generalise."""
        below = [premise for proof in proofs for premise in proof.premises] if len(proofs) == 1 else proofs
        if not below or time.monotonic() > self.end:
            return None
        cases = self.premises(below)
        if not cases or any(step["kind"] != "boxes" for inner in cases for step in inner["proofs"]):
            return None
        lemmas: list[Json] = []
        for inner in cases:
            new = [v for v in inner["variables"] if v not in case["variables"]]
            at = _generalised(proofs, new, case)
            if at is None:
                return None
            lemmas.append({"case": inner, "at": at})
        if proofs[0].rule == "symmetry":
            mirror = proofs[0].detail.split()[-1]
            lemmas += [{"case": inner, "at": {mirror: f"-{mirror}"}} for inner in cases if mirror in inner["variables"]]
        known = [*case["hypotheses"], *(placed_text(one) for one in lemmas)]
        proposed = list(forms(known, text, len(case["hypotheses"])))
        cuts = [Fraction(0)] if len(proofs) == 1 and proofs[0].rule in ("symmetry", "split") else []
        return self.by_lemmas(case, text, lemmas, proposed, cuts)

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

    def cover(self, case: Json, text: str, cuts: Sequence[Fraction], quick: bool = False) -> list[Json] | None:
        """Boxes, or None; what was found, or not, is not looked for again."""
        key = (str(quick), text, *case["hypotheses"])
        if key not in self.covers:
            self.covers[key] = self.covered(case, text, cuts, SECONDS_IF_EASY if quick else SECONDS_OF_A_GOAL)
        return self.covers[key]

    def covered(self, case: Json, text: str, cuts: Sequence[Fraction], seconds: float) -> list[Json] | None:
        left = min(seconds, self.end - time.monotonic())
        if left < 0 and seconds > SECONDS_IF_EASY:
            return None
        try:
            search = Cover(case, text, left, cuts, list(forms(case["hypotheses"], text)) if left > 0 else [])
            search.plain = left < 0
            return search.boxes if search.search() else None
        except (Rejected, ArithmeticError, RecursionError, LookupError):
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


def _proves(proof: Proof, text: str) -> bool:
    """Whether the goal of the proof is this relation, or one of the two inequalities that make an equality."""
    relation = read(text)
    if relation is None:
        return False
    goal = {s: sp.Symbol(str(s), real=True) for s in proof.goal.expression.free_symbols}
    expression: Any = proof.goal.expression.xreplace(goal)
    gap: Any = relation.lhs - relation.rhs
    return any(sp.expand(expression - side * gap) == 0 for side in (1, -1))


def _generalised(proofs: Sequence[Proof], new: Sequence[str], case: Json) -> dict[str, str] | None:
    """What the new variables of a premise stand for; None where that is not known."""
    if not new:
        return {}
    told = re.fullmatch(r"(.+) may be any number _?(\w+)", proofs[0].detail)
    if proofs[0].rule != "generalisation" or told is None or list(new) != [told[2]]:
        return None
    return {told[2]: told[1]}


def placed_text(lemma: Json) -> str:
    """The conclusion of a lemma at the values of its variables."""
    tree = placed(ast.parse(lemma["case"]["conclusions"][0], mode="eval").body, _parsed(lemma["at"]))
    return ast.unparse(tree)


def _parsed(at: Mapping[str, str]) -> dict[str, ast.expr]:
    return {v: ast.parse(text, mode="eval").body for v, text in at.items()}


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
