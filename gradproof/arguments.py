"""Options that several commands share."""

from __future__ import annotations

import math
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable

LONGEST = 1_000_000.0
"""Seconds; about eleven days. Beyond it a time limit is a slip of the keyboard."""


def seconds(text: str) -> float:
    """A time limit: a positive number of seconds."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= LONGEST:
        raise ArgumentTypeError(f"{text.strip()!r} is not a time limit: give a number of seconds above 0, such as 60")
    return value


def add_timeout(parser: ArgumentParser) -> None:
    parser.add_argument("--timeout", type=seconds, default=60.0, metavar="S", help="seconds for a statement (60)")


def whole(role: str, most: int) -> Callable[[str], int]:
    """A reader of whole numbers from 1 to `most`; its error quotes what was given, and names the role."""

    def read(text: str) -> int:
        given = text.strip()
        value = int(given) if given.isascii() and given.isdigit() and len(given) < 12 else 0
        if not 1 <= value <= most:
            raise ArgumentTypeError(f"{given!r} is not a {role}: give a whole number from 1 to {most:,}")
        return value

    return read


MOST_DIGITS = 1000


def digits(text: str) -> int:
    """A number of digits: a whole number from 1 to 1000."""
    try:
        value = int(text)
    except ValueError:
        value = 0
    if not 1 <= value <= MOST_DIGITS:
        raise ArgumentTypeError(
            f"{text.strip()!r} is not a number of digits: give a whole number from 1 to {MOST_DIGITS}"
        )
    return value


def add_digits(parser: ArgumentParser, default: int) -> None:
    parser.add_argument("--digits", type=digits, default=default, metavar="N", help=f"digits wanted ({default})")


DEEPEST = 32


def depths(text: str) -> tuple[int, ...]:
    """Depths of chains: whole numbers from 1 to 32 and stretches A:B of them, joined by commas."""
    found: set[int] = set()
    for part in text.split(","):
        first, colon, last = part.strip().partition(":")
        ends = [first, last] if colon else [first]
        if not all(end.isascii() and end.isdigit() and len(end) < 9 for end in ends):
            raise ArgumentTypeError(_no_depth(part, text))
        low, high = int(ends[0]), int(ends[-1])
        if not 1 <= low <= high <= DEEPEST:
            raise ArgumentTypeError(_no_depth(part, text))
        found.update(range(low, high + 1))
    return tuple(sorted(found))


def _no_depth(part: str, text: str) -> str:
    where = f" in {text.strip()!r}" if part.strip() != text.strip() else ""
    return (
        f"{part.strip()!r}{where} is not a depth: give whole numbers from 1 to {DEEPEST}, or stretches of them, "
        "such as 3, 1:8 or 1,2,5"
    )


def add_depth(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--depth",
        type=depths,
        metavar="L",
        help="settle the claims for chains of these depths only (3, 1:8 or 1,2,5), with the range at each",
    )


def add_certificates(parser: ArgumentParser) -> None:
    parser.add_argument("--certificates", metavar="DIR", help="write a certificate of what is settled into DIR")


def add_format(parser: ArgumentParser) -> None:
    parser.add_argument("--format", choices=("table", "json"), default="table", help="how to print (table)")


def add_color(parser: ArgumentParser) -> None:
    parser.add_argument("--no-color", action="store_true", help="print without colours")
