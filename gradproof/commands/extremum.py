"""gradproof sup, gradproof inf: the certified supremum or infimum of an expression, and where."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from typing import Any

from gradproof.arguments import add_color, add_digits, add_format, add_timeout
from gradproof.usage import LEFT_OPEN, SETTLED

DESCRIPTION = """\
Encloses the {noun} of an expression in real variables under conditions: certified digits, or a closed form where one
is proved; whether it is attained, and where. Exit code 0: found, 3: left open, 2: not understood, not defined
everywhere, or about nothing at all.
"""


@dataclass(frozen=True)
class _Command:
    name: str
    noun: str
    largest: bool

    def add(self, commands) -> ArgumentParser:
        parser = commands.add_parser(
            self.name,
            help=f"the certified {self.noun} of an expression",
            description=DESCRIPTION.format(noun=self.noun),
            allow_abbrev=False,
        )
        parser.add_argument("expression", metavar="EXPR", type=str.strip, help="such as 'u*(1 - tanh(u)**2)'")
        parser.add_argument(
            "--where",
            action="append",
            default=[],
            metavar="COND",
            type=str.strip,
            help="such as 'u >= 0'; may be repeated",
        )
        add_digits(parser, 10)
        add_format(parser)
        add_timeout(parser)
        add_color(parser)
        return parser

    def run(self, options: Namespace) -> int:
        from gradproof.processes.worker import extremum_typed
        from gradproof.progress import ProgressBar
        from numerics.verdict import Verdict

        began = time.monotonic()
        with ProgressBar(1, options.no_color) as bar:
            found = extremum_typed(
                options.expression, options.where, options.digits, self.largest, options.timeout, bar.tick
            )
        document = _record(options.expression, found, time.monotonic() - began)
        if options.format == "json":
            from gradproof.record import dump

            dump(document)
        else:
            self.print_found(document, found, options)
        return SETTLED if not isinstance(found, Verdict) and found.certain else LEFT_OPEN

    def print_found(self, document: dict[str, Any], found: Any, options: Namespace) -> None:
        from gradproof.display import console

        out = console(options.no_color)
        for line in self.lines(document, found):
            out.print(line, soft_wrap=True)

    def lines(self, document: dict[str, Any], found: Any) -> list[str]:
        """The findings, a line each."""
        value, decimals = document["value"], getattr(found, "decimals", None)
        if value is None or not getattr(found, "certain", False):
            known = _bounds(document)
            return [f"{self.name} left open after {document['seconds']:.1f} s{known}", *_by(document)]
        if isinstance(value, str):
            rest = f" in [{', '.join(decimals)}]" if decimals and decimals[0] != decimals[1] else ""
            first = f"{self.name} = {value}{rest}"
        else:
            first = f"{self.name} in [{', '.join(value)}]"
        verb = {True: "attained", False: "not attained, approached", None: "attained or approached (undecided)"}
        places = [f"  {verb[document['attained']]} at {_place(place)}" for place in document["where"] if place]
        return [first, *places, *_by(document)]


def _by(document: dict[str, Any]) -> list[str]:
    return [f"  by {piece['detail']} ({piece['by']})" for piece in document["evidence"]] + [
        f"  in {document['seconds']:.1f} s"
    ]


def _bounds(document: dict[str, Any]) -> str:
    lo, hi = document["bounds"]
    if lo is None and hi is None:
        return ""
    return f": certainly {'' if lo is None else f'at least {lo}'}{'' if hi is None else f' at most {hi}'}"


def _place(place: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} {'= ' + c if not c.startswith('->') else c}" if isinstance(c, str) else f"{name} in [{', '.join(c)}]"
        for name, c in place.items()
    )


def _record(expression: str, found: Any, seconds: float) -> dict[str, Any]:
    """The document of the interface; a child that was ended leaves everything but the evidence unknown."""
    evidence = [{"kind": e.kind, "by": e.by, "detail": e.detail} for e in found.evidence]
    known = hasattr(found, "certain")
    value = found.value if known and found.certain else None
    decimals = found.decimals if known else None
    return {
        "expression": expression,
        "value": list(value) if isinstance(value, tuple) else value,
        "decimals": list(decimals) if decimals and value is not None else None,
        "bounds": list(found.bounds) if known else [None, None],
        "attained": found.attained if known else None,
        "where": [dict(place) for place in found.where] if known else [],
        "evidence": evidence,
        "seconds": round(seconds, 3),
    }


SUPREMUM = _Command("sup", "supremum", True)
INFIMUM = _Command("inf", "infimum", False)
