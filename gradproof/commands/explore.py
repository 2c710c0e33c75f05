"""gradproof explore: a page on this machine, to look at claims, chains and sweeps."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace

DESCRIPTION = """\
Opens a page in the browser: the claims and their verdicts, a chain under sliders, phase diagrams, and a place to try
statements. It is served on 127.0.0.1 only, at an address with a token in it, and fetches nothing from elsewhere.
Ctrl+C ends it.
"""


def add(commands) -> ArgumentParser:
    parser = commands.add_parser(
        "explore", help="a page to look around in, on this machine", description=DESCRIPTION, allow_abbrev=False
    )
    parser.add_argument("--port", type=_port, metavar="N", help="the port on 127.0.0.1 (one that is free)")
    parser.add_argument("--no-browser", action="store_true", help="print the address and open no browser")
    return parser


def _port(text: str) -> int:
    given = text.strip()
    value = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 0
    if not 1024 <= value <= 65535:
        raise ArgumentTypeError(f"{given!r} is not a port: give a whole number from 1024 to 65535")
    return value


def run(options: Namespace) -> int:
    from gradproof.explorer.serving import serve

    return serve(options.port, not options.no_browser)
