"""The command line: reads the arguments and hands them to a command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from gradproof import __version__
from gradproof.commands import COMMANDS
from gradproof.usage import MISUSED, SETTLED, UsageError

FIRST_STEPS = """\
gradproof settles claims about gradients in deep networks: proved, refuted, or open. Try:

  gradproof check                                settle every claim of the ledger
  gradproof check 'ven-lederer/theorem-1/*'      or those whose id matches
  gradproof show ven-lederer/tanh-derivative     one claim in full
  gradproof prove 'tanh(u) <= u' --where 'u >= 0'
                                                 a statement of your own
  gradproof sweep --theta 0.5:2:61 --depth 64    gradients on a grid of parameters
  gradproof check --format json                  for scripts
  gradproof --help                               everything else
"""


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="gradproof", description="Settles claims about gradients in deep networks.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"gradproof {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands).set_defaults(run=command.run)
    return parser


def guard_minus(arguments: Sequence[str]) -> list[str]:
    """The arguments, with a space before a statement such as -x<=1, or an axis such as -2:2:9, which are no options.

    Every option of these commands but -h starts with two dashes; the space is stripped again with the statement.
    """
    if arguments[:1] not in (["prove"], ["sup"], ["inf"], ["sweep"], ["plot"]):
        return list(arguments)
    return [f" {a}" if a.startswith("-") and not a.startswith("--") and a != "-h" else a for a in arguments]


def run(arguments: Sequence[str]) -> int:
    """Carries out one command line and returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show ≤ gets a question mark, not a traceback; a notebook's stream can show it.
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="replace")
    options = build_parser().parse_args(guard_minus(arguments))
    if not hasattr(options, "run"):
        print(FIRST_STEPS, end="")
        return SETTLED
    return _dispatch(options)


def _dispatch(options: argparse.Namespace) -> int:
    try:
        return options.run(options)
    except UsageError as error:
        reason = error
    except ValueError as error:
        from theory.errors import StatementError  # here, for it loads SymPy

        if not isinstance(error, StatementError):
            raise
        reason = error
    print(f"gradproof: {reason}", file=sys.stderr)
    return MISUSED
