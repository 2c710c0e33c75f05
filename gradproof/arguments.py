"""Options that several commands share."""

from __future__ import annotations

import math
from argparse import ArgumentParser, ArgumentTypeError

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


def add_certificates(parser: ArgumentParser) -> None:
    parser.add_argument("--certificates", metavar="DIR", help="write a certificate of what is settled into DIR")


def add_format(parser: ArgumentParser) -> None:
    parser.add_argument("--format", choices=("table", "json"), default="table", help="how to print (table)")


def add_color(parser: ArgumentParser) -> None:
    parser.add_argument("--no-color", action="store_true", help="print without colours")
