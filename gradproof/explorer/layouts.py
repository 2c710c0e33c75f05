"""What the views put below their controls, made of marimo's elements; the page itself decides when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import marimo as mo

from gradproof.explorer import catalogue, chain_data, figures, pages, settings, svg
from gradproof.explorer.phase_data import Diagram
from gradproof.explorer.trial import Slack
from numerics.verdict import Verdict
from theory.claim import Claim
from theory.ledger import CLAIMS

_GRID = "display:grid;grid-template-columns:repeat(auto-fit,minmax(min(300px,100%),1fr));gap:0.2em 1.6em"


def grid(elements: Sequence[Any]) -> Any:
    """Controls side by side where the page is wide, one below the other where it is narrow."""
    return mo.Html(f'<div style="{_GRID}">{"".join(f"<div>{element}</div>" for element in elements)}</div>')


def row(elements: Sequence[Any]) -> Any:
    return mo.hstack(list(elements), justify="start", align="center", wrap=True)


def saving(here: str, files: Mapping[str, tuple[str, Any]]) -> Any:
    """The link that brings a view back, and a button for each file: its label, its name, and what makes it."""
    buttons = [mo.download(make, filename=name, label=label) for label, (name, make) in files.items()]
    return row([mo.Html(pages.back_link(here)), *buttons])


def progress(job: Any, stop: Any, pulse: Any) -> Any:
    """How far the settling is, with the button that stops it."""
    if not job.keys and job.told:
        return mo.md("")
    if not job.running:
        end = "stopped" if job.stopped else (job.fault or "done")
        return mo.md(f"{end}: {len(job.results)} of {len(job.keys)} settled in {job.seconds:.1f} s")
    done = f"{len(job.results)} of {len(job.keys)} settled, {job.seconds:.0f} s"
    # A single claim has no parts to count: then the bar only says that something goes on.
    value = f'value="{len(job.results)}" max="{len(job.keys)}"' if len(job.keys) > 1 else ""
    bar = f'<progress {value} style="width:12em"></progress>'
    return mo.vstack([row([mo.Html(bar), mo.md(done), stop, pulse]), mo.Html(pages.small(", ".join(job.working)))])


def claim_parts(claim: Claim, verdict: Any) -> list[Any]:
    """One claim in full: statement, source, verdict with its steps, range, witness; what was wrong and what is true."""
    parts: list[Any] = [mo.Html(f"<h2 style='overflow-wrap:anywhere'><code>{claim.id}</code></h2>"), mo.md(claim.text)]
    for word, formulas in catalogue.formulas(claim).items():
        if formulas:
            shown = mo.vstack([mo.md(f"${formula}$") for formula in formulas], gap=0.4)
            parts.append(mo.vstack([mo.md(f"*{word}*"), shown.style(overflow_x="auto", padding_left="1.5em")], gap=0.2))
    if claim.source:
        year = f" ({claim.source.year})" if claim.source.year else ""
        authors = f"{claim.source.authors}, " if claim.source.authors else ""
        place = f" {claim.place}." if claim.place else ""
        parts.append(mo.md(f"*source* {authors}{claim.source.title}{year}.{place}"))
    parts += verdict_parts(verdict)
    corrected, false = catalogue.correction(claim), catalogue.corrects(claim)
    if corrected is not None:
        said = [mo.md(f"**What was wrong**: {catalogue.wrong(claim)}."), mo.md(f"**What is true**: {corrected.text}")]
        parts.append(mo.callout(mo.vstack([*said, mo.Html(pages.claim_link(corrected.id))]), kind="info"))
    if false is not None:
        parts.append(mo.Html(f"It stands in the place of {pages.claim_link(false.id)}, which is false."))
    return parts


def verdict_parts(verdict: Any) -> list[Any]:
    if verdict is None:
        return [mo.md("*verdict* not settled yet: the button above does it")]
    if not isinstance(verdict, Verdict):
        return [mo.callout(mo.Html(pages.escape(str(verdict))), kind="warn")]
    parts: list[Any] = [mo.Html(pages.verdict_html(verdict))]
    line = figures.range_line(verdict.range) if verdict.range else None
    if line:
        parts.append(mo.Html(line))
    at = catalogue.chain_link(verdict.witness)
    if at:
        parts.append(mo.Html(pages.anchor(at, "The witness in the Chain view")))
    return parts


def chain_link(at: chain_data.Point) -> str:
    """The address of a chain, exactly."""
    each = {"theta": at.theta[0]} if at.same else {"thetas": ", ".join(map(str, at.theta))}
    return settings.link(
        "chain", activation=at.activation, depth=at.depth, **each, x=at.x, alpha=at.alpha, t=at.t, r=at.r,
        loss=at.loss, y=at.y,
    )  # fmt: skip


def chain_parts(view: chain_data.View) -> list[Any]:
    """Broken bounds first, then gradients, outputs, hypotheses and bounds."""
    measured = view.measurements
    gradients = figures.chain_gradients(view, list(measured))
    outputs = figures.chain_outputs(view)
    parts: list[Any] = list(_broken(view))
    parts += [mo.md("### Size of the gradient in each layer"), mo.Html(gradients[0] + gradients[1])]
    parts += [mo.md("### Outputs"), mo.Html(outputs[0] + outputs[1])]
    if measured:
        parts += [mo.md("### What the theorems say of this chain"), mo.Html(pages.bounds_html(view))]
        ids = [id for id, _ in chain_data.SHOWN]
        parts += [mo.md("### Their hypotheses"), mo.Html(pages.lights_html(view, ids))]
    else:
        parts.append(mo.md("Theorems 1 and 2 are about tanh: they say nothing here."))
    pinning = chain_data.pinning_test(view, 1)
    if pinning is not None:
        parts.append(mo.Html(f"<details><summary>A test that pins layer 1</summary>{pages.code(pinning)}</details>"))
    parts.append(saving(chain_link(view.point), {
        "Gradients as SVG": ("gradients.svg", lambda: svg.standing_alone(gradients[0])),
        "Outputs as SVG": ("outputs.svg", lambda: svg.standing_alone(outputs[0])),
        "Data as CSV": ("chain.csv", lambda: pages.csv_bytes(view.columns())),
    }))  # fmt: skip
    return parts


def _broken(view: chain_data.View) -> list[Any]:
    """A word on every printed bound that this chain breaks, and the line that proves it."""
    parts = []
    for id, name in chain_data.SHOWN:
        measured = view.measurements.get(id)
        if measured is None or not (measured.admitted and measured.broken):
            continue
        layer = measured.broken[0]
        sure = chain_data.confirmed(CLAIMS[id], view, layer)
        how = f"Certain, by an Arb enclosure: {sure}." if sure else "Found in doubles; the line below says more."
        parts.append(mo.callout(mo.Html(
            f"<b>{pages.escape(name)}: broken at k = {layer}</b><br>{pages.small(how)}"
            + pages.code(chain_data.prove_line(CLAIMS[id], view, layer))
        ), kind="danger"))  # fmt: skip
    return parts


def phase_parts(diagram: Diagram, epsilon: float, here: str) -> list[Any]:
    picture, key = figures.phase(diagram, epsilon)
    return [
        mo.Html(picture + key),
        mo.md("Sizes in doubles, as accurate as a sweep. A click opens that chain in the Chain view."),
        saving(here, {
            "Picture as SVG": ("phase.svg", lambda: svg.standing_alone(picture)),
            "Map as PNG": ("phase.png", lambda: figures.phase_png(diagram, epsilon)),
            "Data as CSV": ("phase.csv", lambda: pages.csv_bytes(diagram.columns())),
        }),
    ]  # fmt: skip


def trial_parts(job: Any, stop: Any, pulse: Any) -> tuple[list[Any], Verdict | None]:
    """What came of a statement, or how far it is."""
    if not job.keys:
        return [], None
    if job.running:
        waiting = [mo.Html("<progress></progress>"), mo.md(f"at work for {job.seconds:.0f} s"), stop, pulse]
        return [row(waiting)], None
    result = next(iter(job.results.values()), None)
    if isinstance(result, Verdict):
        return [mo.Html(pages.verdict_html(result))], result
    said = "stopped" if job.stopped else str(job.fault if result is None else result)
    return [mo.callout(mo.Html(pages.escape(said)), kind="warn")], None


def slack_parts(found: Slack, verdict: Verdict | None, here: str) -> list[Any]:
    """The slack with its worst point, and the witness where there is one."""
    picture = figures.slack(found, verdict and pages.as_point(verdict.witness))
    worst = found.worst
    if worst is None:
        said = "the conditions hold at no point that is drawn"
    else:
        at = ", ".join(f"{name} = {value:.6g}" for name, value in worst[0].items())
        said = f"least slack of the points that are drawn: {worst[1]:.6g} at {at}"
    also = "".join(f"; {name} = {value:g} throughout" for name, value in found.fixed.items())
    return [
        mo.md("### What is left of the inequality"), mo.Html(picture), mo.Html(pages.small(said + also)),
        saving(here, {
            "Picture as SVG": ("slack.svg", lambda: svg.standing_alone(picture)),
            "Data as CSV": ("slack.csv", lambda: pages.csv_bytes(found.columns())),
        }),
    ]  # fmt: skip


def notes(messages: Sequence[str]) -> Any:
    """What in the address could not be read."""
    return mo.callout(mo.Html(pages.messages(messages)), kind="warn") if messages else None


def not_understood(error: str | None) -> Any:
    return mo.callout(mo.Html("<b>Not understood</b>" + pages.code(error or "")), kind="warn")


def claims_link(claim: Claim, source: str, find: str) -> str:
    return settings.link("claims", claim=claim.id, source=source, find=find)
