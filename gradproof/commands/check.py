"""gradproof check: settles the claims of the ledger."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gradproof.arguments import add_certificates, add_color, add_depth, add_digits, add_format, add_timeout
from gradproof.usage import LEFT_OPEN, MISUSED, SETTLED

if TYPE_CHECKING:
    from gradproof.processes.worker import Result
    from numerics.verdict import Verdict
    from theory.claim import Claim


def add(commands) -> ArgumentParser:
    text = "Settles the claims of the ledger: exit code 0 if all are settled, 3 if some are left open."
    tight = "also say how close the sides of each proved inequality come (seconds more for each)"
    parser = commands.add_parser("check", help="settle the claims of the ledger", description=text, allow_abbrev=False)
    parser.add_argument("patterns", nargs="*", metavar="PATTERN", help="ids to settle; * stands for anything (all)")
    add_format(parser)
    add_certificates(parser)
    parser.add_argument("--tightness", action="store_true", help=tight)
    add_digits(parser, 15)
    add_depth(parser)
    add_timeout(parser)
    add_color(parser)
    return parser


def run(options: Namespace) -> int:
    from gradproof.select import select
    from theory.ledger import CLAIMS

    claims = [CLAIMS[id] for id in select(list(CLAIMS), options.patterns)]
    if options.depth is not None:
        claims = _of_a_depth(claims, options)
    results = _settle(claims, options)
    settled, refused = _sort(claims, results)
    _print(settled, options)
    if options.certificates is not None:
        _tell_missing(settled, options.certificates)
    for id, error in refused:
        print(f"gradproof: {id}: {error}", file=sys.stderr)
    if refused:
        return MISUSED
    return LEFT_OPEN if any(str(verdict) == "open" for _, verdict in settled) else SETTLED


def _of_a_depth(claims: Sequence[Claim], options: Namespace) -> list[Claim]:
    """The claims that say something of chains of the depths asked for; the others are named on stderr."""
    from gradproof.usage import UsageError
    from numerics.depth.at_depths import left_out

    if options.certificates is not None:
        raise UsageError("a certificate is of the claim at every depth: leave out --certificates or --depth")
    reasons = [(claim, left_out(claim, options.depth)) for claim in claims]
    kept = [claim for claim, reason in reasons if reason is None]
    if not kept:
        raise UsageError(f"--depth leaves nothing to settle: {claims[0].id} {reasons[0][1]}; leave out --depth")
    for claim, reason in reasons:
        if reason is not None:
            print(f"gradproof: {claim.id} is left out: it {reason}", file=sys.stderr)
    return kept


def _tell_missing(settled: list[tuple[Claim, Verdict]], folder: str) -> None:
    from pathlib import Path

    from gradproof.certificates.certificate import file_of, why_none

    closed = [(claim, verdict) for claim, verdict in settled if str(verdict) != "open"]
    missing = [(claim, verdict) for claim, verdict in closed if not file_of(Path(folder), claim.id).exists()]
    print(f"gradproof: {len(closed) - len(missing)} certificates in {folder}", file=sys.stderr)
    for claim, verdict in missing:
        print(f"gradproof: no certificate of {claim.id}: {why_none(claim, verdict)}", file=sys.stderr)


def _settle(claims: Sequence[Claim], options: Namespace) -> dict[str, Result]:
    from gradproof.certificates.certified import prepare
    from gradproof.processes.worker import settle_all
    from gradproof.progress import ProgressBar

    results = {}
    folder = None if options.certificates is None else prepare(options.certificates)
    with ProgressBar(len(claims), options.no_color) as bar:
        given = {"tick": bar.tick, "certificates": folder, "digits": options.digits, "tightness": options.tightness}
        given |= {} if options.depth is None else {"depths": options.depth}
        for claim, result in settle_all(claims, options.timeout, **given):
            results[claim.id] = result
            bar.done()
    return results


def _sort(claims: Sequence[Claim], results: dict[str, Result]):
    """The verdicts and the refusals, each in the order of the ledger."""
    from numerics.verdict import Verdict

    pairs = [(claim, results[claim.id]) for claim in claims]
    settled = [(claim, result) for claim, result in pairs if isinstance(result, Verdict)]
    return settled, [(claim.id, result) for claim, result in pairs if not isinstance(result, Verdict)]


def _print(settled: list[tuple[Claim, Verdict]], options: Namespace) -> None:
    from gradproof.display import console, print_table
    from gradproof.record import dump, record

    if options.format == "json":
        dump({"claims": [record(claim, verdict, options.tightness) for claim, verdict in settled]})
    else:
        print_table([(claim.id, verdict) for claim, verdict in settled], console(options.no_color))
