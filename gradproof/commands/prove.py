"""gradproof prove: settles a statement of the user's."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from gradproof.arguments import add_certificates, add_color, add_digits, add_format, add_timeout
from gradproof.usage import LEFT_OPEN, REFUTED, SETTLED, UsageError

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
    parser.add_argument("--parameter", metavar="t", help="find the exact set of this variable for which it holds")
    add_digits(parser, 15)
    add_format(parser)
    add_certificates(parser)
    add_timeout(parser)
    add_color(parser)
    return parser


def run(options: Namespace) -> int:
    from gradproof.certificates.certified import prepare
    from gradproof.processes.worker import settle_certified, settle_typed, settle_with_range
    from gradproof.progress import ProgressBar

    if options.certificates is not None and options.parameter is not None:
        raise UsageError("a certificate is of a statement, not of a range: leave out --certificates or --parameter")
    folder = None if options.certificates is None else prepare(options.certificates)
    with ProgressBar(1, options.no_color) as bar:
        read = (options.statement, options.where)
        if folder is not None:
            verdict = settle_certified(*read, folder, options.timeout, bar.tick)
        elif options.parameter is None:
            verdict = settle_typed(*read, options.timeout, bar.tick)
        else:
            verdict = settle_with_range(*read, options.parameter, options.digits, options.timeout, bar.tick)
    _print(verdict, options)
    return {"proved": SETTLED, "refuted": REFUTED, "open": LEFT_OPEN}[str(verdict)]


def _print(verdict: Verdict, options: Namespace) -> None:
    from gradproof.display import console, print_findings
    from gradproof.record import dump, typed_record

    if options.format == "json":
        dump(typed_record(options.statement, options.where, verdict))
    else:
        print_findings(verdict, console(options.no_color))
