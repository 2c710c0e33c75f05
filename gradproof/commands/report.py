"""gradproof report: the ledger as one page, or as Markdown."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter

from gradproof.arguments import add_color, add_digits, add_timeout
from gradproof.usage import LEFT_OPEN, MISUSED, SETTLED

DESCRIPTION = """\
Settles the claims of the ledger and writes them to one self-contained file: statements, verdicts, witnesses, ranges,
the steps of the proofs, what the papers say and what is true, pictures, and how to check it all again.

  gradproof report --out report.html
  gradproof report --out report.md 'ven-lederer/theorem-1/*'

Two runs give the same file but for its last line, which says when and with what it was made.
"""
ENDINGS = {".html": "html", ".htm": "html", ".md": "md"}


def add(commands) -> ArgumentParser:
    parser = commands.add_parser(
        "report",
        help="the ledger as one page",
        description=DESCRIPTION,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("patterns", nargs="*", metavar="PATTERN", help="ids to report; * stands for anything (all)")
    parser.add_argument("--out", required=True, metavar="FILE", help="a file .html or .md")
    parser.add_argument("--format", choices=("html", "md"), help="html or md (as the name of the file says)")
    add_digits(parser, 15)
    add_timeout(parser)
    add_color(parser)
    return parser


def run(options: Namespace) -> int:
    from pathlib import Path

    from gradproof.files import check_writable, write_whole
    from gradproof.report.making import made

    check_writable("out", options.out, tuple(ENDINGS) if options.format is None else ())
    report, text = made(options, options.format or ENDINGS[Path(options.out).suffix.lower()])
    write_whole(options.out, lambda path: Path(path).write_text(text, encoding="utf-8"))
    print(f"{len(report.entries)} claims: {report.counts}; written to {options.out}")
    for name, error in report.refused.items():
        print(f"gradproof: {name}: {error}", file=sys.stderr)
    if report.refused:
        return MISUSED
    return LEFT_OPEN if any(str(entry.verdict) == "open" for entry in report.entries) else SETTLED
