"""The report as one HTML file: no script, nothing fetched, formulas as MathML, pictures as SVG."""

from __future__ import annotations

from html import escape

from gradproof.report.content import Entry, Report, Section
from gradproof.report.figures import mark, ranges, vanishing
from gradproof.report.formulas import formula
from numerics.findings import evidence_rows
from numerics.verdict import Outcome

STYLE = """
:root { --text: #1a1a1a; --paper: #fff; --faint: #666; --rule: #ddd; --proved: #0b6b38; --refuted: #b3261e;
  --open: #8a6100; --link: #0b57d0; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e6e6; --paper: #161616; --faint: #a0a0a0; --rule: #3a3a3a;
  --proved: #5fd38d; --refuted: #ff8a80; --open: #e8c15a; --link: #8ab4f8; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--paper); margin: 0 auto;
  max-width: 52rem; padding: 1rem 1.2rem 4rem; overflow-wrap: anywhere; }
h1 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--rule); }
a { color: var(--link); } small, .faint { color: var(--faint); }
article { margin: 1.6rem 0; padding-left: 0.9rem; border-left: 3px solid var(--rule); }
article.proved { border-color: var(--proved); } article.refuted { border-color: var(--refuted); }
article.open { border-color: var(--open); }
h3 { font: 600 0.95rem ui-monospace, monospace; margin: 0 0 0.3rem; }
b.proved { color: var(--proved); } b.refuted { color: var(--refuted); } b.open { color: var(--open); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.15rem 1rem; margin: 0.4rem 0; }
math { font-size: 1.08em; } dt { color: var(--faint); } dd { margin: 0; overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; } td, th { padding: 0.15rem 0.8rem 0.15rem 0; text-align: left;
  vertical-align: top; }
pre { overflow-x: auto; border: 1px solid var(--rule); padding: 0.6rem; }
svg { width: 100%; height: auto; font: 11px system-ui, sans-serif; } svg text { fill: var(--text); }
svg .axis { stroke: var(--rule); } svg .frame { fill: none; stroke: var(--faint); }
svg .holds { stroke: var(--proved); stroke-width: 8; }
svg .fails { stroke: var(--refuted); stroke-width: 3; stroke-dasharray: 3 3; }
@media (max-width: 480px) { dl { grid-template-columns: 1fr; } dt { margin-top: 0.3rem; } }
"""


def page(report: Report) -> str:
    """The whole file."""
    sections = "\n".join(_section(section) for section in report.sections)
    links = "".join(
        f'<tr><td><a href="#{section.key}">{escape(section.title)}</a></td><td>{section.counts}</td></tr>'
        for section in report.sections
    )
    refused = "".join(f"<p>{escape(name)} is no statement: {escape(why)}</p>" for name, why in report.refused.items())
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>gradproof: the ledger</title>
<style>{STYLE}</style>
</head>
<body>
<h1>Claims about gradients in deep networks: the ledger</h1>
<p>{len(report.entries)} claims: {report.counts}. Every verdict, range and figure here is computed.</p>
<table>{links}</table>
<p><a href="#true">What the papers say and what is true</a> · <a href="#pictures">Pictures</a> ·
<a href="#check">How to check this</a></p>
{refused}
<h2 id="true">What the papers say and what is true</h2>
{_corrections(report)}
<h2 id="pictures">Pictures</h2>
{_pictures(report)}
{sections}
<h2 id="check">How to check this</h2>
{CHECK}
<p class="faint">{escape(report.made)}</p>
</body>
</html>
"""


CHECK = """<p>Anybody can settle the same claims again in a clone of gradproof, and check the certificates with a
program that shares no code with the prover:</p>
<pre>python3 -m venv .venv &amp;&amp; .venv/bin/pip install -e .
.venv/bin/gradproof check --certificates certificates
.venv/bin/gradproof verify certificates
.venv/bin/gradproof show ID</pre>
<p><i>proved</i>: every step was discharged by an engine; <i>refuted</i>: at the exact point shown, which an enclosure
confirms; <i>open</i>: how far the search came. A range (0, t₀] says that the claim is proved for every t up to t₀ and
fails for some configuration beyond it.</p>"""


def _pictures(report: Report) -> str:
    shown = []
    if lines := ranges(report.entries):
        shown.append(f"<p>For which t each claim about a gradient of at most t holds.</p>\n{lines}")
    shown.append(f"<p>|∂g/∂θ<sub>1</sub>| of the tanh chain at x = 1, with the same θ in every layer.</p>{vanishing()}")
    return "\n".join(shown)


def _corrections(report: Report) -> str:
    if not report.corrections:
        return "<p>Nothing here is refuted.</p>"
    return "\n".join(_correction(wrong, right) for wrong, right in report.corrections)


def _correction(wrong: Entry, right: Entry | None) -> str:
    rows = [("said", _statement(wrong)), ("found", "<br>".join(map(escape, wrong.found)))]
    if right is not None:
        rows += [("", escape(right.claim.place)), ("true", _statement(right)), ("found", _outcome(right))]
    return f'<article class="refuted"><h3><a href="#{wrong.anchor}">{escape(wrong.id)}</a></h3>{_list(rows)}</article>'


def _statement(entry: Entry) -> str:
    claimed = "<br>".join(formula(part) for part in entry.claim.conclusion)
    if not entry.claim.hypotheses:
        return claimed
    given = ", ".join(formula(part) for part in entry.claim.hypotheses)
    return f'{claimed}<br><span class="faint">where {given}</span>'


def _outcome(entry: Entry) -> str:
    outcome = entry.verdict.outcome
    return "<br>".join([f'<b class="{outcome}">{mark(outcome)} {outcome}</b>', *map(escape, entry.found)])


def _section(section: Section) -> str:
    articles = "\n".join(_article(entry) for entry in section.entries)
    return f'<h2 id="{section.key}">{escape(section.title)}</h2>\n<p>{section.counts}</p>\n{articles}'


def _article(entry: Entry) -> str:
    claim, verdict = entry.claim, entry.verdict
    rows = [("given", "<br>".join(formula(part) for part in claim.hypotheses))] if claim.hypotheses else []
    rows.append(("claimed", "<br>".join(formula(part) for part in claim.conclusion)))
    if entry.depth:
        rows.append(("", escape(entry.depth)))
    if claim.place:
        rows.append(("place", escape(claim.place)))
    rows.append(("verdict", _outcome(entry)))
    evidence = evidence_rows(verdict)
    steps = f"<details><summary>{_steps(entry)}</summary><table>{evidence}</table></details>" if evidence else ""
    head = f'<h3><a href="#{entry.anchor}">{escape(claim.id)}</a></h3><p>{escape(claim.text)}</p>'
    return f'<article class="{verdict.outcome}" id="{entry.anchor}">{head}{_list(rows)}{steps}</article>'


def _steps(entry: Entry) -> str:
    count = len(entry.verdict.evidence)
    noun = "steps of the proof" if entry.verdict.outcome is Outcome.PROVED else "pieces of evidence"
    return f"{count} {noun if count > 1 else noun.replace('steps', 'step').replace('pieces', 'piece')}"


def _list(rows: list[tuple[str, str]]) -> str:
    return f"<dl>{''.join(f'<dt>{name}</dt><dd>{value}</dd>' for name, value in rows)}</dl>"
