"""A product over layers is bounded within 5 % of its maximum, and refuted 1 % below it, in under ten seconds.

The chain f_0 = x, f_i = tanh(w_i f_{i−1}) with 1/2 ≤ w_i ≤ 2, 1/2 ≤ x ≤ 1: how large is ∏ w_i·sech²(w_i f_{i−1})? Whole
processes of `gradproof prove` are timed, as a user does. The maximum is enclosed first: a product that is reached from
below, a certified bound from above. dReal is timed beside it where it is installed. Prints a table, writes JSON and
Markdown to benchmarks/results/, and ends with 1 if a promise is broken.

    python benchmarks/bench_layers.py [--depths 3,5,8,20]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from numerics.deadline import Deadline
from numerics.layers.product import layered
from numerics.layers.rollout import Rollout
from numerics.layers.value_function import ValueFunctions
from numerics.proof.domain import domains
from numerics.proof.goal import Goal
from theory import parse_claim
from theory.statement import Relation

RESULTS = Path(__file__).parent / "results"
LIMIT = 10.0
DREAL_LIMIT = 120
CHANGES = ((1.05, 0, LIMIT), (1.01, 0, None), (0.99, 1, LIMIT))
"""(bound relative to the maximum, exit code that is right, seconds that are promised)."""


@dataclass(frozen=True)
class Run:
    """One `gradproof prove`: the bound relative to the maximum reached, its exit code, and the seconds it took."""

    relative: float
    exit_code: int
    expected: int
    seconds: float
    limit: float | None

    @property
    def kept(self) -> bool:
        return self.limit is None or (self.exit_code == self.expected and self.seconds < self.limit)


def product(depth: int) -> str:
    state, factors = "x", []
    for i in range(1, depth + 1):
        factors.append(f"w{i}*sech(w{i}*{state})**2")
        state = f"tanh(w{i}*{state})"
    return "*".join(factors)


def ranges(depth: int) -> str:
    return ", ".join([*(f"1/2 <= w{i} <= 2" for i in range(1, depth + 1)), "1/2 <= x <= 1"])


def maximum(depth: int, seconds: float) -> tuple[float, float]:
    """A product that is reached (in doubles), and a certified bound, as near as they come in the time."""
    claim = parse_claim(f"{product(depth)} <= 1", where=[ranges(depth)])
    relation, (domain,) = claim.conclusion[0], domains(claim.hypotheses, claim.variables)  # pyright: ignore[reportArgumentType]
    assert isinstance(relation, Relation)
    problem = layered(Goal(relation.slack, False, domain))
    assert problem is not None
    functions = ValueFunctions(problem)
    rollout, deadline = Rollout(functions), Deadline.after(seconds)
    best, bound, turn = 0.0, float("inf"), 0
    while deadline.left > 0:
        steps = functions.backward()
        bound = min(bound, functions.bound(steps))
        best = best if turn % 3 else max(best, rollout.point(steps, rounds=15)[0])
        turn += 1
        if sum(map(len, functions.tables)) > 150_000 or not functions.refine(steps, best, 1e-3 / depth):
            break
    return best, bound


def prove(depth: int, best: float, relative: float, expected: int, limit: float | None) -> Run:
    command = [str(Path(sys.executable).with_name("gradproof")), "prove", f"{product(depth)} <= {best * relative:.10f}"]
    start = time.perf_counter()
    done = subprocess.run([*command, "--where", ranges(depth)], capture_output=True, check=False)
    return Run(relative, done.returncode, expected, round(time.perf_counter() - start, 2), limit)


def dreal(depth: int, bound: float) -> str:
    """What dReal says of the bound, and its seconds: from the command or the module, whichever is there."""
    if shutil.which("dreal"):
        return _dreal_command(depth, bound)
    return "module found, but only the command is timed" if find_spec("dreal") else "not installed"


def _dreal_command(depth: int, bound: float) -> str:
    names = [f"w{i}" for i in range(1, depth + 1)]
    lines = ["(set-logic QF_NRA)", *(f"(declare-fun {n} () Real [0.5, 2])" for n in names)]
    lines.append("(declare-fun x () Real [0.5, 1])")
    state, factors = "x", []
    for n in names:
        factors.append(f"{n} (/ 1 (^ (cosh (* {n} {state})) 2))")
        state = f"(tanh (* {n} {state}))"
    lines += [f"(assert (> (* {' '.join(factors)}) {bound:.10f}))", "(check-sat)", "(exit)"]
    with tempfile.NamedTemporaryFile("w", suffix=".smt2") as file:
        file.write("\n".join(lines))
        file.flush()
        start = time.perf_counter()
        try:
            done = subprocess.run(
                ["dreal", file.name], capture_output=True, text=True, timeout=DREAL_LIMIT, check=False
            )
        except subprocess.TimeoutExpired:
            return f"no answer in {DREAL_LIMIT} s"
        return f"{done.stdout.strip() or done.stderr.strip()[:60]} in {time.perf_counter() - start:.2f} s"


def table(rows: list[dict]) -> str:
    head = "| l | maximum, between | +5 % | +1 % | −1 % | dReal at +5 % |\n|---|---|---|---|---|---|"
    said = {0: "proved", 1: "refuted", 3: "open"}
    lines = [head]
    for row in rows:
        runs = [f"{said.get(r['exit_code'], 'error')} in {r['seconds']:.2f} s" for r in row["runs"]]
        between = f"{row['maximum'][0]:.6f} and {row['maximum'][1]:.6f}"
        lines.append(f"| {row['depth']} | {between} | {' | '.join(runs)} | {row['dreal']} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--depths", default="3,5,8,20", help="numbers of layers, separated by commas")
    depths = [int(depth) for depth in parser.parse_args().depths.split(",")]
    rows, kept = [], True
    for depth in depths:
        best, bound = maximum(depth, 20.0)
        runs = [prove(depth, best, *change) for change in CHANGES]
        kept = kept and all(run.kept for run in runs)
        found = {"depth": depth, "maximum": [best, bound], "runs": [asdict(run) for run in runs]}
        rows.append({**found, "dreal": dreal(depth, best * 1.05)})
    machine = {"python": platform.python_version(), "system": platform.system(), "processors": os.cpu_count()}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "layers.json").write_text(json.dumps({"machine": machine, "rows": rows}, indent=2) + "\n")
    described = ", ".join(f"{name} {value}" for name, value in machine.items())
    (RESULTS / "layers.md").write_text(f"{table(rows)}\n\n{described}\n")
    print(table(rows))
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
