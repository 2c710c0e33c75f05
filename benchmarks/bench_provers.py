"""The same twenty inequalities, side by side in one run: gradproof, and what one would take instead.

CoqInterval, LeanCert, Alkahest, dReal where they are installed, and plain bisection with mpmath.iv. Each inequality is
a process of its own with the same limit of time; verdicts are compared with a truth that none of the tools has a say
in. Ends with 1 where gradproof is wrong anywhere, or leaves a false one unrefuted.

    python benchmarks/bench_provers.py [--limit S] [--tools NAME,…] [--python leancert=INTERPRETER]…
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sympy as sp
from sympy.printing.str import StrPrinter

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from benchmarks.provers.inequalities import INEQUALITIES, Inequality  # noqa: E402
from benchmarks.provers.truth import certainly_fails  # noqa: E402

INSIDE, PROCESS = "gradproof, in a running Python", "gradproof prove"
ADAPTERS = {
    INSIDE: "gradproof", PROCESS: "", "CoqInterval": "coq", "LeanCert": "leancert", "Alkahest": "alkahest",
    "dReal": "dreal", "mpmath.iv, bisection": "mpmath",
}  # fmt: skip
MISSING = "not installed"
EXIT_CODES = {0: "proved", 1: "refuted", 3: "open"}


class _ExactPython(StrPrinter):
    """Fractions as Q(p, q): 9/20 would be a double in Python."""

    def _print_Rational(self, expr: Any) -> str:
        return f"Q({expr.p}, {expr.q})"

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:
        if expr.exp in (sp.S.Half, -sp.S.Half):
            root = f"sqrt({self._print(expr.base)})"
            return root if expr.exp > 0 else f"(1/{root})"
        return super()._print_Pow(expr, rational)


@dataclass(frozen=True)
class Row:
    """What one tool said about one inequality. `seconds` of the whole process, `inside` without its start."""

    tool: str
    inequality: str
    kind: str
    verdict: str
    outcome: str
    seconds: float | None
    inside: float | None


def coq_text(slack: sp.Expr) -> str:
    """The slack for Coq, which writes ln, and has no tanh that the tactic `interval` knows."""
    rewritten: Any = slack.replace(sp.tanh, lambda u: 1 - 2 / (sp.exp(2 * u) + 1))
    return str(rewritten).replace("**", "^").replace("log(", "ln(")


def task_of(inequality: Inequality, limit: float) -> dict[str, Any]:
    slack = inequality.slack
    return {
        "statement": inequality.statement,
        "where": inequality.where,
        "box": dict(inequality.box),
        "python": _ExactPython().doprint(slack),
        "caret": str(slack).replace("**", "^"),
        "coq": coq_text(slack),
        "limit": limit,
    }


def outcome(verdict: str, true: bool) -> str:
    """right, wrong or open; an answer that is none of the three words counts as open and is shown as it came."""
    if verdict in ("proved", "refuted"):
        return "right" if (verdict == "proved") == true else "wrong"
    return MISSING if verdict == MISSING else "open"


def timed(command: list[str], text: str, limit: float) -> tuple[int | None, str, float]:
    """Exit code (None where it was killed at its limit), output and seconds of a process and all that it started."""
    began = time.monotonic()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        start_new_session=True, cwd=HERE.parent, env={**os.environ, "PYTHONPATH": str(HERE.parent)},
    ) as process:  # fmt: skip
        try:
            output, _ = process.communicate(text, timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return None, "", time.monotonic() - began
    return process.returncode, output, time.monotonic() - began


def ask(tool: str, python: str, inequality: Inequality, limit: float) -> tuple[Row, str]:
    """One tool on one inequality, and the tool's version."""
    task = task_of(inequality, limit)
    answer: dict[str, Any] = {}
    if tool == PROCESS:
        program = str(Path(sys.executable).with_name("gradproof"))
        command = [program, "prove", task["statement"], "--where", task["where"], "--timeout", f"{limit:g}"]
        code, _, seconds = timed(command, "", limit + 10)
        answer["verdict"] = EXIT_CODES.get(code if code is not None else 3, f"exit code {code}")
    else:
        command = [python, str(HERE / "provers" / f"{ADAPTERS[tool]}_adapter.py")]
        # Some keep the limit themselves: gradproof stops the search, and Coq's adapter also times an empty file.
        patience = {INSIDE: limit + 10, "CoqInterval": 2 * limit + 10}.get(tool, limit + 2)
        code, output, seconds = timed(command, json.dumps(task), patience)
        killed = "open" if code is None else "failed"
        answer = json.loads(output) if output.strip() else {"verdict": killed}
        seconds = answer.get("whole", seconds)
    verdict, inside = answer["verdict"], answer.get("inside")
    missing = verdict == MISSING
    row = Row(
        tool, inequality.name, inequality.kind, verdict, outcome(verdict, inequality.true),
        None if missing else round(seconds, 3), None if inside is None else round(inside, 3),
    )  # fmt: skip
    return row, answer.get("version", "")


def summary(rows: list[Row], tool: str, limit: float) -> dict[str, Any]:
    """Counts and medians over all inequalities. Giving up at once is fast, so one column counts what was not settled
    rightly with the whole limit, as competitions of solvers do."""
    own = [row for row in rows if row.tool == tool and row.outcome != MISSING]
    if not own:
        return {"tool": tool, "settled": MISSING}
    process = [row.seconds or 0.0 for row in own]
    inside = [row.seconds or 0.0 if row.inside is None else row.inside for row in own]
    until_settled = [t if row.outcome == "right" else limit for row, t in zip(own, inside, strict=True)]
    return {
        "tool": tool,
        "settled": sum(row.outcome == "right" for row in own),
        "wrong": sum(row.outcome == "wrong" for row in own),
        "open": sum(row.outcome == "open" for row in own),
        "median seconds, process": round(statistics.median(process), 3),
        "median seconds, inside": round(statistics.median(inside), 3),
        "median seconds, inside, unsettled at the limit": round(statistics.median(until_settled), 3),
    }


def machine() -> dict[str, str]:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    return {
        "cpu": model, "cores": str(os.cpu_count()), "system": platform.system(), "python": platform.python_version(),
        "sympy": version("sympy"), "python-flint": version("python-flint"),
        "load before": f"{os.getloadavg()[0]:.1f}",
    }  # fmt: skip


def markdown(results: dict[str, Any]) -> str:
    def table(rows: list[dict[str, Any]]) -> list[str]:
        heads = list(max(rows, key=len))
        shown = [[("–" if row.get(h) is None else str(row[h])) for h in heads] for row in rows]
        return [f"| {' | '.join(line)} |" for line in (heads, ["---"] * len(heads), *shown)]

    facts = [f"* {key}: {value}" for key, value in {**results["machine"], **results["versions"]}.items()]
    facts.append(f"* limit for each inequality: {results['limit']:g} s")
    return "\n".join([*facts, "", *table(results["summary"]), "", *table(results["rows"]), ""])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=float, default=60.0)
    parser.add_argument("--tools", default=",".join(name for name in ADAPTERS.values() if name))
    parser.add_argument("--python", action="append", default=[], metavar="TOOL=INTERPRETER")
    parser.add_argument("--out", type=Path, default=HERE / "results")
    options = parser.parse_args()
    interpreters = dict(text.split("=", 1) for text in options.python)
    wanted = options.tools.split(",")
    for inequality in INEQUALITIES:
        if not inequality.true and not certainly_fails(inequality):
            raise SystemExit(f"{inequality.name} is listed as false, and does not fail at its point")
    about, rows, versions = machine(), [], {}
    for tool, name in ADAPTERS.items():
        if (name or ADAPTERS[INSIDE]) not in wanted:
            continue
        for inequality in INEQUALITIES:
            row, found = ask(tool, interpreters.get(name, sys.executable), inequality, options.limit)
            rows.append(row)
            versions |= {tool: found} if found else {}
            shown = "" if row.seconds is None else f"{row.seconds:8.2f} s"
            print(f"{tool:32} {inequality.name:30} {row.verdict:14} {row.outcome:14}{shown}", flush=True)
            if row.outcome == MISSING:
                break
    about["load after"] = f"{os.getloadavg()[0]:.1f}"
    results = {
        "machine": about, "versions": versions, "limit": options.limit,
        "summary": [summary(rows, tool, options.limit) for tool in dict.fromkeys(row.tool for row in rows)],
        "rows": [asdict(row) for row in rows],
    }  # fmt: skip
    options.out.mkdir(parents=True, exist_ok=True)
    document = json.dumps(results, indent=1, ensure_ascii=False)
    (options.out / "provers.json").write_text(document + "\n", encoding="utf-8")
    (options.out / "provers.md").write_text(markdown(results), encoding="utf-8")
    print(*markdown(results).splitlines()[: len(about) + len(versions) + 12], sep="\n")
    false_by_a_hair = {one.name for one in INEQUALITIES if not one.true}
    ours = [row for row in rows if row.tool in (INSIDE, PROCESS) and row.outcome != "right"]
    return 1 if any(row.outcome == "wrong" or row.inequality in false_by_a_hair for row in ours) else 0


if __name__ == "__main__":
    sys.exit(main())
