"""The Claims view: the ledger as rows, and one claim with all that is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from gradproof.explorer.settings import DEEPEST, LARGEST, link
from numerics.findings import findings
from numerics.verdict import Range, Verdict
from theory.claim import Claim
from theory.ledger import CLAIMS


def sources() -> list[str]:
    """The first parts of the ids: where the claims come from."""
    return list(dict.fromkeys(id.partition("/")[0] for id in CLAIMS))


def matching(source: str, find: str) -> list[str]:
    """The ids of a source ("all" for every one) in whose id, text or place every word of `find` occurs."""
    words = find.lower().split()
    return [
        id for id, claim in CLAIMS.items()
        if (source == "all" or id.startswith(f"{source}/"))
        and all(word in f"{id} {claim.text} {claim.place}".lower() for word in words)
    ]  # fmt: skip


def rows(ids: Iterable[str], verdicts: Mapping[str, Any]) -> list[dict[str, str]]:
    """A row for each claim; the verdict of one that was not settled here yet is not known."""
    return [
        {"claim": id, "verdict": str(verdicts[id]) if id in verdicts else "", "statement": CLAIMS[id].text}
        for id in ids
    ]


def correction(claim: Claim) -> Claim | None:
    """The true statement that stands for a false one."""
    return CLAIMS.get(f"corrected/{claim.id}")


def corrects(claim: Claim) -> Claim | None:
    """The false claim that this one stands for."""
    return CLAIMS.get(claim.id.removeprefix("corrected/")) if claim.id.startswith("corrected/") else None


def wrong(claim: Claim) -> str | None:
    """What was wrong with a claim of a source, where that is said."""
    corrected = correction(claim)
    return None if corrected is None else corrected.place.removeprefix("what was wrong: ")


def found(verdict: Verdict) -> list[str]:
    return list(findings(verdict))


def formulas(claim: Claim) -> dict[str, list[str]]:
    """Hypotheses and conclusion, each part in LaTeX."""
    return {
        "given": [part._latex() for part in claim.hypotheses],
        "claimed": [part._latex() for part in claim.conclusion],
    }


def chain_link(witness: Mapping[str, Any] | None) -> str | None:
    """The Chain view at a witness that is a chain of tanh; None for another witness."""
    if not witness or "l" not in witness:
        return None
    depth = int(witness["l"])
    theta = [witness.get(f"theta_{i}") for i in range(1, depth + 1)]
    theta = list(witness["theta"]) if isinstance(witness.get("theta"), list | tuple) else theta
    numbers = {key: witness[key] for key in ("x", "t", "r", "alpha") if key in witness}
    if depth > DEEPEST or any(not _fits(value) for value in [*theta, *numbers.values()]):
        return None
    return link("chain", depth=depth, thetas=", ".join(map(str, theta)), **numbers)


def _fits(value: Any) -> bool:
    try:
        return abs(Fraction(str(value))) <= LARGEST
    except (ValueError, ZeroDivisionError):
        return False


def pieces(range_: Range) -> list[tuple[float, float, bool, bool]]:
    """The range as intervals (from, to, from included, to included), as decimals for drawing; [] for the empty set.

    An end that cannot be read is left to the text: then ValueError.
    """
    if range_.set == "empty":
        return []
    if range_.set == "all":
        return [(-float("inf"), float("inf"), False, False)]
    return [_interval(piece.strip()) for piece in range_.set.split("∪")]


def _interval(text: str) -> tuple[float, float, bool, bool]:
    if text.startswith("{") and text.endswith("}"):
        at = _decimal(text[1:-1])
        return at, at, True, True
    if text[:1] not in ("(", "[") or text[-1:] not in (")", "]"):
        raise ValueError(f"{text!r} is no interval")
    inside, level = text[1:-1], 0
    for i, sign in enumerate(inside):
        level += (sign == "(") - (sign == ")")
        if sign == "," and level == 0:
            return _decimal(inside[:i]), _decimal(inside[i + 1 :]), text[0] == "[", text[-1] == "]"
    raise ValueError(f"{text!r} is no interval")


def _decimal(text: str) -> float:
    """A number that the engine printed: digits that go on (…), ∞, or a closed form."""
    from theory.errors import StatementError
    from theory.parsing import parse_expression

    shown = text.strip().replace("∞", "oo").removesuffix("...").removesuffix("…")
    if shown in ("oo", "-oo", "+oo"):
        return float(shown.replace("oo", "inf"))
    try:
        expression, _ = parse_expression(shown)
        return float(expression.evalf(17))
    except (StatementError, TypeError) as error:
        raise ValueError(f"{text!r} is no number: {error}") from None
