"""gradproof show: one claim in full."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from gradproof.arguments import add_color, add_timeout
from gradproof.usage import LEFT_OPEN, SETTLED, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from theory.claim import Claim


def add(commands) -> ArgumentParser:
    text = (
        "Prints a claim with its hypotheses and source, settles it, and prints all that was found, and how tight it is."
    )
    parser = commands.add_parser("show", help="one claim in full", description=text, allow_abbrev=False)
    parser.add_argument("id", metavar="ID", help="the id of a claim, such as ven-lederer/tanh-derivative")
    add_timeout(parser)
    add_color(parser)
    return parser


def run(options: Namespace) -> int:
    from gradproof.display import console, print_findings
    from gradproof.processes.worker import settle_one
    from gradproof.select import unknown
    from theory.ledger import CLAIMS

    if options.id not in CLAIMS:
        raise UsageError(unknown(options.id, CLAIMS))
    out = console(options.no_color)
    for line in describe(CLAIMS[options.id]):
        out.print(line, soft_wrap=True)
    verdict = settle_one(CLAIMS[options.id], options.timeout, tightness=True)
    print_findings(verdict, out)
    return LEFT_OPEN if str(verdict) == "open" else SETTLED


def describe(claim: Claim) -> Iterator[str]:
    """The claim on a few lines: statement, hypotheses, what it concludes, depth, parameter, source and place."""
    from theory.typeset import typeset

    yield from (claim.id, f"  {claim.text}", "")
    for hypothesis in claim.hypotheses:
        yield f"  given     {typeset(hypothesis)}"
    for part in claim.conclusion:
        yield f"  claimed   {typeset(part)}"
    if claim.depth:
        index = claim.depth.index
        layers = f", {index} = {claim.depth.first}, …, l" if index else ""
        yield f"  for       every depth l ≥ {claim.depth.least}{layers}"
    if claim.parameter:
        yield f"  wanted    every {typeset(claim.parameter)} for which it holds"
    if claim.source:
        authors = f"{claim.source.authors}, " if claim.source.authors else ""
        year = f" ({claim.source.year})" if claim.source.year else ""
        yield f"  source    {authors}{claim.source.title}{year}"
    if claim.place:
        yield f"  place     {claim.place}"
    yield ""
