"""Pieces of the page as HTML text: tables of lights, verdicts, links. Everything that is not ours is escaped."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from gradproof.explorer.chain_data import SHOWN, View, lights
from gradproof.explorer.settings import link
from gradproof.explorer.svg import number
from numerics.depth.measured import Measurement
from numerics.findings import findings, kinds
from numerics.verdict import Outcome, Verdict

_SIGNS = {Outcome.PROVED: ("✓", "#009e73"), Outcome.REFUTED: ("✗", "#d55e00"), Outcome.OPEN: ("?", "#b07d00")}
_HOLDS, _FAILS, _IDLE = ("●", "#009e73", "holds"), ("✗", "#d55e00", "fails"), ("○", "#888888", "says nothing here")


def csv_bytes(columns: Mapping[str, np.ndarray]) -> bytes:
    """Columns of equal length as CSV with full digits."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*(column.tolist() for column in columns.values()), strict=True))
    return out.getvalue().encode()


def csv_text(rows: Sequence[Mapping[str, str]]) -> bytes:
    """Rows of texts as CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def anchor(address: str, text: str) -> str:
    """A link within this page."""
    return f'<a href="{escape(address)}" target="_self" style="text-decoration:underline">{escape(text)}</a>'


def back_link(address: str) -> str:
    return anchor(address, "Link to this view as it is")


def claim_link(id: str) -> str:
    return anchor(link("claims", claim=id), id)


def small(text: str) -> str:
    return f'<small style="overflow-wrap:anywhere">{escape(text)}</small>'


def messages(texts: Sequence[str]) -> str:
    return "".join(f"<p>{escape(text)}</p>" for text in texts)


def verdict_html(verdict: Verdict) -> str:
    """The verdict in a word, what was found, and every step of the evidence."""
    sign, colour = _SIGNS[verdict.outcome]
    spent = "after" if verdict.outcome is Outcome.OPEN else "in"
    lines = "".join(f"<li>{escape(line)}</li>" for line in findings(verdict))
    steps = "".join(
        f"<tr><td style='padding-right:1em;vertical-align:top;white-space:nowrap'>{escape(e.kind)}</td>"
        f"<td style='padding-right:1em;vertical-align:top;opacity:0.7'>{escape(e.by)}</td>"
        f"<td style='overflow-wrap:anywhere'>{escape(e.detail)}</td></tr>"
        for e in verdict.evidence
    )
    return (
        f'<p><b style="color:{colour};font-size:1.15em">{sign} {verdict.outcome}</b> '
        f"<small>{spent} {verdict.seconds:.1f} s, by {escape(kinds(verdict))}</small></p>"
        f'<ul style="overflow-wrap:anywhere">{lines}</ul>'
        f"<details><summary>{_counted(len(verdict.evidence), 'step')}</summary>"
        f'<div style="overflow-x:auto;font-size:0.85em"><table>{steps}</table></div></details>'
    )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def lights_html(view: View, ids: Sequence[str]) -> str:
    """The hypotheses of the claims, each once, as lights: whether they hold at this chain, and by how much."""
    rows, seen = [], set()
    for id in ids:
        for light in lights(view.measurements[id]):
            if light.text in seen:
                continue
            seen.add(light.text)
            sign, colour, word = _HOLDS if light.holds else _FAILS
            where = f" <small>({escape(light.where)})</small>" if light.where else ""
            rows.append(
                f'<tr><td style="color:{colour};white-space:nowrap;padding-right:0.8em">{sign} {word}</td>'
                f'<td style="padding-right:0.8em">{escape(light.text)}</td>'
                f'<td style="white-space:nowrap">{_slack(light.slack)}{where}</td></tr>'
            )
    return _table(("", "hypothesis", "slack"), rows)


def bounds_html(view: View) -> str:
    """What each reading of the theorems says at this chain: nothing where a hypothesis fails, else kept or broken."""
    rows = []
    for id, name in SHOWN:
        measured = view.measurements[id]
        sign, colour, word = _state(measured)
        least = min(sides.least for sides in measured.conclusion)
        layers = f" at k = {_several(measured.broken)}" if measured.admitted and measured.broken else ""
        rows.append(
            f'<tr><td style="color:{colour};white-space:nowrap;padding-right:0.8em">{sign} {word}</td>'
            f'<td style="padding-right:0.8em">{escape(name)}{layers}</td>'
            f'<td style="white-space:nowrap">{_slack(least)}</td></tr>'
        )
    return _table(("", "bound", "least slack"), rows)


def _state(measured: Measurement) -> tuple[str, str, str]:
    if not measured.admitted:
        return _IDLE
    return ("✗", "#d55e00", "broken") if measured.broken else ("●", "#009e73", "kept")


def _several(layers: Sequence[int]) -> str:
    shown = ", ".join(map(str, layers[:6]))
    return shown + (f", … ({len(layers)} layers)" if len(layers) > 6 else "")


def _slack(value: float) -> str:
    # −0.0 + 0.0 is 0.0.
    return "no number" if np.isnan(value) else f"{'+' if value > 0 else ''}{number(value + 0.0)}"


def _table(head: Iterable[str], rows: Iterable[str]) -> str:
    cells = "".join(f'<th style="text-align:left;padding-right:0.8em">{title}</th>' for title in head)
    return (
        '<div style="overflow-x:auto;font-size:0.9em"><table>'
        f"<thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def code(text: str) -> str:
    """A line for the shell, to be copied; it scrolls where it is longer than the page."""
    return f'<pre style="overflow-x:auto;padding:0.5em;border:1px solid #8886;font-size:0.85em">{escape(text)}</pre>'


def as_point(witness: Any) -> dict[str, float] | None:
    """A witness as numbers for a picture; None where it is not a point of numbers."""
    from fractions import Fraction

    try:
        return None if not witness else {str(name): float(Fraction(str(value))) for name, value in witness.items()}
    except (ValueError, ZeroDivisionError):
        return None
