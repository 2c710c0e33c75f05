"""The JSON record of a settled claim: field names and meanings are a promise to users."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from numerics.verdict import Range, Tightness, Verdict
from theory.claim import Claim


def record(claim: Claim, verdict: Verdict, tightness: bool = False) -> dict[str, Any]:
    """A claim of the ledger and its verdict; its tightness where that was asked for."""
    source = claim.source.title if claim.source else None
    parameter = None if claim.parameter is None else str(claim.parameter)
    head = {"id": claim.id, "source": source, "statement": claim.text}
    asked = {"tightness": _tightness(verdict.tightness)} if tightness else {}
    return head | _findings(verdict) | _by_depth(verdict, parameter) | asked


def _tightness(found: Tightness | None) -> dict[str, Any] | None:
    return None if found is None else {field.name: _plain(getattr(found, field.name)) for field in fields(found)}


def typed_record(statement: str, where: Iterable[str], verdict: Verdict) -> dict[str, Any]:
    """A statement as the user typed it and its verdict; it has no id and no source."""
    head = {"id": None, "source": None, "statement": statement}
    box = None if verdict.box is None else dict(verdict.box)
    return head | _findings(verdict) | {"where": list(where), "margin": verdict.margin, "box": box}


def _findings(verdict: Verdict) -> dict[str, Any]:
    evidence = [{"kind": e.kind, "by": e.by, "detail": e.detail} for e in verdict.evidence]
    return {
        "verdict": str(verdict.outcome),
        "witness": None if verdict.witness is None else _plain(verdict.witness),
        "range": None if verdict.range is None else _range(verdict.range),
        "value": _plain(verdict.value),
        "evidence": evidence,
        "seconds": round(verdict.seconds, 3),
    }


def _by_depth(verdict: Verdict, parameter: str | None) -> dict[str, Any]:
    """The range at each depth, where the claim was settled at some depths only; its set is null where not found."""
    if verdict.ranges_by_depth is None:
        return {}
    unknown = {"parameter": parameter, "set": None, "bracket": None}
    ranges = verdict.ranges_by_depth.items()
    return {"ranges_by_depth": [{"l": l, **(unknown if found is None else _range(found))} for l, found in ranges]}


def _range(found: Range) -> dict[str, Any]:
    several = {"brackets": _plain(found.brackets)} if len(found.brackets) > 1 else {}
    return {"parameter": found.parameter, "set": found.set, "bracket": _plain(found.bracket)} | several


def _plain(value: Any) -> Any:
    """Numbers stay exact: integers as integers, everything else as the string that it is."""
    match value:
        case None | bool() | int():
            return value
        case Mapping():
            return {str(name): _plain(content) for name, content in value.items()}
        case list() | tuple():
            return [_plain(content) for content in value]
        case _:
            return str(value)


def dump(document: Mapping[str, Any]) -> None:
    """Prints one JSON document to stdout; where stdout cannot show Unicode it is escaped, which JSON allows."""
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    print(json.dumps(document, indent=2, ensure_ascii=not unicode, allow_nan=False))
