"""gradproof completion: what a shell needs to complete commands, options and ids."""

from __future__ import annotations

import argparse
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter

from gradproof.usage import SETTLED

DESCRIPTION = """\
Prints a script with which the shell completes commands, options, and the ids of claims.

  bash   gradproof completion bash > ~/.local/share/bash-completion/completions/gradproof
  zsh    gradproof completion zsh > "${fpath[1]}/_gradproof"
  fish   gradproof completion fish > ~/.config/fish/completions/gradproof.fish
"""
SHELLS = ("bash", "zsh", "fish", "tcsh")
_IDS = ("id", "patterns", "claim")


def add(commands) -> ArgumentParser:
    parser = commands.add_parser(
        "completion",
        help="a script for the shell",
        description=DESCRIPTION,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))
    return parser


def run(options: Namespace) -> int:
    import shtab

    from gradproof.cli import build_parser
    from theory.activations import ACTIVATIONS
    from theory.ledger import CLAIMS

    parser = build_parser()
    for command in _subparsers(parser).values():
        for action in command._actions:
            if action.dest in _IDS:
                action.choices = list(CLAIMS)
            elif action.dest == "activation":
                action.choices = list(ACTIVATIONS)
            elif action.dest in ("out", "certificates", "paths", "path"):
                action.complete = shtab.FILE  # pyright: ignore[reportAttributeAccessIssue]
    print(shtab.complete(parser, shell=options.shell))
    return SETTLED


def _subparsers(parser: ArgumentParser) -> dict[str, ArgumentParser]:
    (found,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return found.choices
