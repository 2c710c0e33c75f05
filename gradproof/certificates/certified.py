"""Settling with a certificate: inside the child process, where the proof is, and before its time is over."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gradproof.usage import UsageError
from numerics.verdict import Evidence, Verdict
from theory.claim import Claim

if TYPE_CHECKING:
    from gradproof.processes.child import Report

_SHARE, _MOST = 0.25, 10.0


def prepare(folder: str) -> Path:
    """The folder for certificates, made where it is missing. UsageError where nothing can be written there."""
    path = Path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"--certificates {folder!r} cannot be made: {error.strerror}; name another directory"
        ) from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise UsageError(f"--certificates {folder!r} is not writable: name another directory")
    return path


def settle_with_certificate(claim: Claim, folder: Path, seconds: float, report: Report, digits: int = 15) -> Verdict:
    """The verdict, and in the folder its certificate where there is one; what an earlier run left is removed first."""
    from gradproof.certificates.certificate import certificate, file_of, write
    from numerics.settling import settle

    file_of(folder, claim.id).unlink(missing_ok=True)
    verdict = settle(claim, seconds - min(_MOST, _SHARE * seconds), report, digits)
    report("the certificate")
    document = certificate(claim, verdict)
    if document is None:
        return verdict
    try:
        write(folder, document)
    except OSError as error:
        failed = Evidence("certificate", "writer", f"not written: {error.strerror}")
        return replace(verdict, evidence=(*verdict.evidence, failed))
    return verdict


def settle_text_with_certificate(
    statement: str, where: Sequence[str], folder: Path, seconds: float, report: Report
) -> Verdict:
    from theory.parsing import parse_claim

    return settle_with_certificate(parse_claim(statement, where), folder, seconds, report)
