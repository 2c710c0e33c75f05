"""gradproof verify: re-checks certificates with the checker, and compares them with the claims whose ids they bear."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from gradproof.arguments import add_format
from gradproof.usage import REFUTED, SETTLED, UsageError

LARGEST_FILE = 50_000_000
DESCRIPTION = """\
Re-checks certificates with a checker that shares no code and no arithmetic with the prover, and names every step that
it could only test. Exit code 0: none is rejected, 1: one is rejected, 2: there is no certificate there.
"""


def add(commands) -> ArgumentParser:
    parser = commands.add_parser("verify", help="re-check certificates", description=DESCRIPTION, allow_abbrev=False)
    parser.add_argument("paths", nargs="+", metavar="PATH", help="certificates, or directories of them")
    add_format(parser)
    return parser


def run(options: Namespace) -> int:
    from gradproof.record import dump

    findings = [verified(file) for file in files_in(options.paths)]
    if options.format == "json":
        dump({"certificates": findings})
    else:
        _print(findings)
    return REFUTED if any(finding["status"] == "rejected" for finding in findings) else SETTLED


def files_in(paths: Iterable[str]) -> list[Path]:
    """The certificates at the paths. UsageError where there are none, so that nothing is not taken for success."""
    found: list[Path] = []
    for path in map(Path, paths):
        if not path.exists():
            raise UsageError(f"there is no {str(path)!r}: give a certificate, or a directory that holds some")
        inside = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        if not inside:
            raise UsageError(f"{str(path)!r} holds no certificate: write some with gradproof check --certificates DIR")
        found += inside
    return found


def verified(file: Path) -> dict[str, Any]:
    """What the checker says of one file, and whether it is a certificate of the claim that it names."""
    from gradproof.certificates.checker import NOWHERE, verify
    from gradproof.certificates.checker_arithmetic import Rejected

    known = {"file": str(file), "id": None, "statement": None, "verdict": None}
    finding: dict[str, Any] = {**known, "tested": [], "untested": []}
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise Rejected(f"the file has more than {LARGEST_FILE:,} bytes")
        document, tested = verify(file.read_text(encoding="utf-8"))
        if (reason := _foreign(document)) is not None:
            raise Rejected(reason)
    except (Rejected, OSError, ValueError) as reason:
        return {**finding, "status": "rejected", "reason": str(reason)}
    named = {key: document[key] for key in ("id", "statement", "verdict")}
    status = "tested" if tested else "verified"
    nowhere = [step for step in tested if step.endswith(NOWHERE)]
    seen = [step for step in tested if step not in nowhere]
    return {**finding, **named, "status": status, "tested": seen, "untested": nowhere, "reason": None}


def _foreign(document: dict[str, Any]) -> str | None:
    """Why the certificate is not one of the claim whose id it bears; None where it is."""
    from gradproof.certificates.certificate import TYPED, claim_typed, speaks_of
    from theory.errors import StatementError
    from theory.ledger import CLAIMS

    try:
        claim = claim_typed(document) if document.get("id") == TYPED else CLAIMS.get(document.get("id", ""))
    except (StatementError, TypeError, LookupError) as error:
        return f"its statement cannot be read: {error}"
    if claim is None:
        return f"the ledger has no claim {document.get('id')!r}"
    if not speaks_of(document, claim):
        return f"it is not about the claim {claim.id}: {claim.text}"
    return None


def _print(findings: list[dict[str, Any]]) -> None:
    for finding in findings:
        for line in _lines(finding):
            print(line)
    counts = {status: sum(f["status"] == status for f in findings) for status in ("verified", "tested", "rejected")}
    steps, nowhere = (sum(len(finding[key]) for finding in findings) for key in ("tested", "untested"))
    more = f" and {nowhere} that were not tested" if nowhere else ""
    print(
        f"{len(findings)} certificates: {counts['verified']} verified, {counts['tested']} verified but for {steps} "
        f"steps that were tested{more}, {counts['rejected']} rejected"
    )
    sys.stdout.flush()


def _lines(finding: dict[str, Any]) -> Iterator[str]:
    if finding["status"] == "rejected":
        yield f"{finding['file']}: rejected: {finding['reason']}"
        return
    tested, untested = finding["tested"], finding["untested"]
    steps = [f"{len(tested)} tested steps"] if tested else []
    steps += [f"{len(untested)} steps not tested"] if untested else []
    but = f" but for {' and '.join(steps)}" if steps else ""
    yield f"{finding['id']}: {finding['verdict']}, verified{but}: {finding['statement']}"
    for step in tested:
        yield f"    tested, not verified: {step}"
    for step in untested:
        yield f"    neither verified nor tested, no point being known that satisfies the hypotheses: {step}"
