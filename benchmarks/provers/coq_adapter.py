"""CoqInterval: the tactic `interval`, bisecting every variable, with derivatives first and Taylor models next.

It proves and never refutes. It knows no tanh, so that it is written with the exponential. The time is that of the
tactics, without the loading of the library, which is measured by itself beside it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HEAD = """From Coq Require Import Reals.
From Interval Require Import Tactic.
Open Scope R_scope.
"""


def main() -> None:
    task = json.load(sys.stdin)
    coqc = shutil.which("coqc")
    if coqc is None:
        print(json.dumps({"verdict": "not installed"}))
        return
    with tempfile.TemporaryDirectory() as folder:
        without_interval, empty = compile_text(coqc, folder, HEAD, task["limit"])
        if without_interval:
            print(json.dumps({"verdict": "not installed"}))
            return
        failed, whole = compile_text(coqc, folder, HEAD + goal(task), task["limit"])
    version = subprocess.run([coqc, "--print-version"], capture_output=True, text=True, check=True).stdout.split()[0]
    verdict = "open" if failed else "proved"
    print(json.dumps({"verdict": verdict, "inside": max(whole - empty, 0.0), "whole": whole, "version": version}))


def goal(task: dict) -> str:
    variables = list(task["box"])
    hypotheses = " -> ".join(f"{lo} <= {v} <= {hi}" for v, (lo, hi) in task["box"].items())
    bisected = ", ".join(f"i_bisect {v}" for v in variables)
    tactics = (
        f"interval with ({bisected}, i_autodiff {variables[0]}, i_depth 20)",
        f"interval with ({bisected}, i_taylor {variables[0]}, i_depth 20)",
        f"interval with ({bisected}, i_depth 30)",
    )
    names = " ".join(variables)
    proof = f"Proof. intros; first [{' | '.join(tactics)}]. Qed."
    return f"Goal forall {names}, {hypotheses} -> 0 <= {task['coq']}.\n{proof}\n"


def compile_text(coqc: str, folder: str, text: str, limit: float) -> tuple[bool, float]:
    """Whether Coq rejects the text, or takes longer than the limit; and the seconds that it took."""
    path = Path(folder) / "goal.v"
    path.write_text(text, encoding="utf-8")
    began = time.monotonic()
    try:
        done = subprocess.run([coqc, "-q", str(path)], capture_output=True, check=False, timeout=limit)
    except subprocess.TimeoutExpired:
        return True, time.monotonic() - began
    return done.returncode != 0, time.monotonic() - began


main()
