"""Re-checks certificates, alone: no code and no arithmetic of the prover, nothing but Python's integers and fractions.
CERTIFICATES.md says what each step means and why its check is sound. To run it by itself:
python gradproof/certificates/checker.py FILE…
"""

# fmt: off
import ast
import copy
import json
import re
import sys
import time
from fractions import Fraction as Q
from functools import lru_cache
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # alone, with nothing of ours installed: the others are found in its own folder
    sys.path.insert(0, str(Path(__file__).parents[2]))
from gradproof.certificates.checker_algebra import Algebra, Inserted
from gradproof.certificates.checker_arithmetic import (
    CONSTANTS,
    FORMS,
    INF,
    REALS,
    SECONDS,
    ZERO,
    Interval,
    Rejected,
    clock,
    common,
    jet,
    parse,
    point,
    require,
    size,
)


@lru_cache(4096)
def relation(text: str) -> tuple[ast.expr, str]:  # (slack, op): the slack is to be >=, >, == or != 0
    left, op, right = re.split("(<=|>=|==|!=|<|>)", text)
    left, op, right = (right, op.replace("<", ">"), left) if op[0] == "<" else (left, op, right)
    return ast.BinOp(parse(left), ast.Sub(), parse(right)), op
def holds(x: Interval, op: str, negated: bool = False) -> bool:
    x, op = (-x, {">=": ">", ">": ">=", "==": "!=", "!=": "=="}[op]) if negated else (x, op)
    return {">=": x.lo >= (0, 0), ">": x.lo > (0, 0), "==": x == ZERO, "!=": x.lo > (0, 0) or x.hi < (0, 0)}[op]

def enclosure(slack: ast.expr, box: dict[str, Interval], leaf: dict[str, Any]) -> Interval:
    """The values of the slack on a box: as they stand, or by Taylor's theorem along one variable, around a number."""
    if "along" not in leaf:
        return jet(slack, {v: [x] for v, x in box.items()}, 0)[0]
    v, c, n = leaf["along"], Q(leaf["at"]), leaf["order"]
    require(n in range(1, 13) and box[v].lo[0] <= c <= box[v].hi[0], "an order or a centre is not admitted")
    tail, wide = [ZERO] * n, Interval(min(box[v].lo, (c, 0)), max(box[v].hi, (c, 0)))
    env = {w: [x, *tail] for w, x in box.items()}
    terms = jet(slack, env | {v: [point(c), point(1), *tail]}, n - 1)
    total, h = jet(slack, env | {v: [wide, point(1), *tail]}, n)[n], box[v] + point(-c)
    zeros = next((k for k, term in enumerate(terms) if term != ZERO), n)
    for term in reversed(terms[zeros:]):
        total = total * h + term
    return total * h.power(Q(zeros))  # the terms that are exactly zero leave a factor

def ranges(hypotheses: list[str], names: list[str]) -> dict[str, Interval]:
    domain = dict.fromkeys(names, REALS)
    for text in hypotheses:
        if (m := re.fullmatch(r"(\w+) ([<>])(=?) (-?\d+(?:/\d+)?)", text)) and m[1] in domain:
            end = (Q(m[4]), (0 if m[3] else 1 if m[2] == ">" else -1))
            domain[m[1]] = common(domain[m[1]], Interval(end, REALS.hi) if m[2] == ">" else Interval(REALS.lo, end))
    return domain
def cover(case: dict[str, Any], step: dict[str, Any], text: str, found: list[str]) -> None:
    """The boxes cover every point that the hypotheses admit; on each the relation holds, or a hypothesis fails."""
    require(step["variables"] == case["variables"], "the boxes are about other variables")
    domain, (slack, op) = ranges(case["hypotheses"], step["variables"]), relation(text)
    facts = known(case, step.get("lemmas", []), domain)
    for lemma in step.get("lemmas", []):
        check(lemma["case"], "proved", found)
    gaps = [[(x.lo[0], x.hi[0]) for x in domain.values()]]
    for leaf in step["boxes"]:
        ends = [(Q(a) if a != "-oo" else -INF, Q(b) if b != "oo" else INF) for a, b in leaf["box"]]
        gaps = [piece for gap in gaps for piece in without(gap, ends)]
        box = part(domain, ends, case["hypotheses"])
        against = "excluded" in leaf
        f, sign = relation(case["hypotheses"][leaf["excluded"]]) if against else (slack, op)
        rest = ZERO
        if "form" in leaf and not against:
            f, rest = rewritten(slack, leaf, on(facts, box), box)
        value = enclosure(f, box, {} if against else leaf) + rest
        require(holds(value, sign, against), "a relation may fail, or a hypothesis hold, on its box")
        x = size(value) if op == "!=" else value
        require(against or x.lo[0] >= Q(leaf["bound"]) >= 0, "a bound is too large, or negative")
    require(not gaps, "the boxes leave a gap")
def part(domain: dict[str, Interval], ends: list[Any], hypotheses: list[str]) -> dict[str, Interval]:
    """What of the domain lies between these ends; an end is open where a hypothesis v != end leaves it out."""
    sides = (Interval((a, a == -INF), (b, -(b == INF))) for a, b in ends)
    box = dict(zip(domain, map(common, domain.values(), sides), strict=True))
    for text in hypotheses:
        if (m := re.fullmatch(r"(\w+) != (-?\d+(?:/\d+)?)", text)) and m[1] in box:
            x, q = box[m[1]], Q(m[2])
            if x.lo[0] < x.hi[0]:
                box[m[1]] = Interval((x.lo[0], x.lo[1] or int(x.lo[0] == q)), (x.hi[0], x.hi[1] or -(x.hi[0] == q)))
    return box
Fact = tuple[ast.expr, str]
Known = list[tuple[list[Fact], Fact]]
def known(case: dict[str, Any], lemmas: list[Any], domain: dict[str, Interval]) -> Known:
    """The hypotheses, and what the lemmas say at the values `at` of their variables, with what has to hold for it."""
    facts: Known = [([], relation(text)) for text in case["hypotheses"]]
    for lemma in lemmas:
        inner, at = lemma["case"], {v: parse(text) for v, text in lemma["at"].items()}
        about = {*at} <= {*inner["variables"]} <= {*at, *domain}
        require(about and "witness" not in inner, "a lemma is about something else")
        for value in at.values():
            enclosure(value, domain, {})  # it has to be defined
        given, shown = ([(placed(f, at), op) for f, op in map(relation, inner[key])] for key in KEYS)
        facts += [(given, fact) for fact in shown]
    return facts
def on(facts: Known, box: dict[str, Interval]) -> list[Fact | None]:
    """What is known on a box: a lemma only where its hypotheses follow from those of the case."""
    own: Any = [fact for given, fact in facts if not given]
    return [fact if all(follows(g, own, box) for g in given) else None for given, fact in facts]
KEYS = ("hypotheses", "conclusions")
def follows(fact: Fact, facts: list[Fact], box: dict[str, Interval]) -> bool:
    """Whether it holds on the box by its enclosure, or is a multiple of what is known."""
    try:
        if holds(enclosure(fact[0], box, {}), fact[1]):
            return True
    except Rejected:
        return False
    factors = ((multiple(fact[0], f, facts, box), op) for f, op in facts)
    same, stronger = ((fact[1],), {">=": (">", "=="), "!=": (">",)}.get(fact[1], ()))
    return any(c and (op in same + stronger) and (c > 0 or op in ("==", "!=")) for c, op in factors)
def rewritten(slack: ast.expr, leaf: dict[str, Any], facts: list[Any], box: dict[str, Interval]) -> Any:
    """The form with slack = form + Σ m·fact, and an interval for the sum: m ≥ 0 where the fact is no equality."""
    enclosure(slack, box, {})  # all that stands in it has to be defined
    form, rest = parse(leaf["form"]), ZERO
    total: ast.expr = form
    for place, text in leaf.get("given", []):
        require(facts[place] is not None, "a hypothesis of a lemma may fail")
        (f, op), m = facts[place], parse(text)
        x = enclosure(m, box, {})
        require(op == "==" or (op in (">", ">=") and x.lo >= (0, 0)), "a multiplier may be negative")
        total = ast.BinOp(total, ast.Add(), ast.BinOp(m, ast.Mult(), f))
        rest = rest if op == "==" else rest + Interval((Q(0), int(op == ">" and x.lo > (0, 0))), REALS.hi)
    same = algebra([fact for fact in facts if fact], box).zero(ast.BinOp(slack, ast.Sub(), total))
    require(same, "a slack is not seen to be what is given")
    return form, rest
def algebra(facts: list[Fact], box: dict[str, Interval]) -> Algebra:
    """The algebra in which functions by cases are decided on the box, or by a fact."""
    def sign(test: ast.expr) -> Any:
        x = enclosure(test, box, {})
        if x.lo >= (0, 0) or x.hi <= (0, 0):
            return 1 if x.lo > (0, 0) else -1 if x.hi <= (0, 0) else 0
        given = ((f, op) for f, op in facts if op in (">", ">=", "=="))
        factors = ((Algebra(FORM, lambda _: None).ratio(test, f), op) for f, op in given)
        return next(((int(op == ">") if c > 0 or op == "==" else -1) for c, op in factors if c), None)
    return Algebra(FORM, sign)
def multiple(f: ast.expr, g: ast.expr, facts: list[Fact], box: dict[str, Interval]) -> Any:
    return algebra(facts, box).ratio(f, g)
def FORM(name: str) -> Any:
    return parse(FORMS[name]) if name in FORMS else None
def without(gap: list[Any], box: list[Any]) -> list[list[Any]]:
    """What of the gap lies outside the box, as boxes that may share faces with it."""
    if any(b < c or d < a for (a, b), (c, d) in zip(gap, box, strict=True)):
        return [gap]
    shared = [(max(a, c), min(b, d)) for (a, b), (c, d) in zip(gap, box, strict=True)]
    sides = [(i, side) for i, ((a, b), (c, d)) in enumerate(zip(gap, shared, strict=True)) for side in ((a, c), (d, b))]
    return [[*shared[:i], side, *gap[i + 1 :]] for i, side in sides if side[0] < side[1]]
def refutes(case: dict[str, Any], text: str, at: dict[str, str]) -> bool:
    """Whether the conclusion fails at a point, written as text; Rejected where a hypothesis may fail there."""
    require({*at} == {*case["variables"]}, "the point is one of other variables")
    parts = {v: parse(value) for v, value in at.items()}
    env = {v: number(value) for v, value in at.items()}
    for f, op in map(relation, case["hypotheses"]):
        value = enclosure(f, env, {})  # an equality between numbers that are not rational is a matter of algebra
        same = op == "==" and value.lo[0] < value.hi[0] and algebra([], {}).zero(placed(f, parts))
        require(same or holds(value, op), "a hypothesis may fail at the point")
    f, op = relation(text)
    return holds(enclosure(f, env, {}), op, True)
@lru_cache(4096)
def number(text: str) -> Interval:
    return enclosure(parse(text), {}, {})
def placed(f: ast.expr, parts: dict[str, ast.expr]) -> ast.expr:
    return Inserted(parts).visit(copy.deepcopy(f)) if parts else f
def tested(case: dict[str, Any], text: str, points: list[Any]) -> int:
    """At how many points the hypotheses hold; Rejected where the conclusion fails at one."""
    pool, count = [str(Q(n, d)) for d in (1, 2, 3, 10) for n in (1, -1, 2, 3, -3, 7, 0)], 0
    drawn = [[pool[(i * (2 * j + 1) + i // 28) % 28] for j in range(len(case["variables"]))] for i in range(99)]
    for values in points + drawn:
        at = dict(zip(case["variables"], values, strict=True))
        try:
            false = refutes(case, text, at)
        except Rejected:
            continue
        require(not false, f"it fails at {', '.join(f'{v} = {value}' for v, value in at.items())}")
        count += 1
    return count
def check(case: dict[str, Any], verdict: str, found: list[str]) -> None:
    """Rejected unless every conclusion has a proof, or the witness refutes one; `found`: what could only be tested.

    With `why`, the conclusions refute together, and are to be proved; whether they do the claim has to say.
    """
    require(case["conclusions"] and verdict in ("proved", "refuted"), "nothing is settled")
    # A name is read as itself, is one variable, and not also a constant: it may stand in a lemma, or in a form.
    plain = all(isinstance(name := parse(v), ast.Name) and name.id == v not in CONSTANTS for v in case["variables"])
    require(plain and len({*case["variables"]}) == len(case["variables"]), "a variable has no name of its own")
    if "witness" in case:
        at = case["witness"]
        require(verdict == "refuted" and any(refutes(case, t, at) for t in case["conclusions"]), "nothing is refuted")
        return
    verdict = "proved" if "why" in case else verdict
    for text, step in zip(case["conclusions"], case["proofs"], strict=True):
        require((verdict == "refuted") == (step["kind"] == "wrong limit"), "this is no evidence of the verdict")
        if step["kind"] == "boxes":
            cover(case, step, text, found)
            continue
        for premise in step["premises"]:
            check(premise, "proved", found)
        found.append(f"{step['kind']}: {text}, at {tested(case, text, step['points'])} points")
NOWHERE = ", at 0 points"
def verify(text: str) -> tuple[dict[str, Any], list[str]]:
    """The certificate, and what of it was tested only; Rejected with the reason where it proves nothing."""
    clock["end"] = time.monotonic() + SECONDS
    try:
        document, found = json.loads(text), []
        require((document["format"], document["version"]) == ("gradproof-certificate", 1), "the format is not known")
        for case in document["cases"] or [{"conclusions": []}]:
            check(case, document["verdict"], found)
        return document, found
    except Exception as error:
        reason = str(error) if isinstance(error, Rejected) else f"malformed: {type(error).__name__}: {error}"
        raise Rejected(reason[:300]) from None
    finally:
        clock["end"] = INF
def main(files: list[str]) -> int:
    rejected = 0
    for file in files:
        try:
            document, found = verify(Path(file).read_text(encoding="utf-8"))
            print(f"{file}: {document['verdict']}, verified{' but for' if found else ''}: {document['statement']}")
            for step in found:
                how = "neither verified nor tested" if step.endswith(NOWHERE) else "tested, not verified"
                print(f"    {how}: {step}")
        except (Rejected, OSError, ValueError) as reason:
            rejected += 1
            print(f"{file}: rejected: {reason}")
    return min(rejected, 1) if files else 2
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
