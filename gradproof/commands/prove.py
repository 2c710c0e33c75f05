"""gradproof prove: settles a statement of the user's."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from gradproof.arguments import add_color, add_format, add_timeout
from gradproof.usage import LEFT_OPEN, REFUTED, SETTLED

if TYPE_CHECKING:
    from numerics.verdict import Verdict

DESCRIPTION = """\
Settles a statement about real variables: + - * / **, exact decimals and fractions, the usual functions,
<= < >= > == and chains of them, commas between conditions. Exit code 0: proved, 1: refuted, 3: left open,
2: not understood, not defined everywhere, or about nothing at all.
"""


def add(commands) -> ArgumentParser:
    parser = commands.add_parser(
        "prove", help="settle a statement of your own", description=DESCRIPTION, allow_abbrev=False
    )
    parser.add_argument("statement", metavar="STATEMENT", type=str.strip, help="such as 'tanh(u) <= u'")
    parser.add_argument(
        "--where", action="append", default=[], metavar="COND", type=str.strip, help="such as 'u >= 0'; may be repeated"
    )
    add_format(parser)
    add_timeout(parser)
    add_color(parser)
    return parser


def run(options: Namespace) -> int:
    from gradproof.progress import ProgressBar
    from gradproof.worker import settle_typed

    with ProgressBar(1, options.no_color) as bar:
        verdict = settle_typed(options.statement, options.where, options.timeout, bar.tick)
    _print(verdict, options)
    return {"proved": SETTLED, "refuted": REFUTED, "open": LEFT_OPEN}[str(verdict)]


def _print(verdict: Verdict, options: Namespace) -> None:
    from gradproof.display import console, print_findings
    from gradproof.record import dump, typed_record

    if options.format == "json":
        dump(typed_record(options.statement, options.where, verdict))
    else:
        print_findings(verdict, console(options.no_color))
