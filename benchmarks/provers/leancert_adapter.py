"""LeanCert as its README has it: `verify_bound`, and where that is inconclusive its global search, `find_bounds`."""

from __future__ import annotations

import json
import sys
import time
from fractions import Fraction
from typing import Any


def main() -> None:
    task = json.load(sys.stdin)
    try:
        import leancert  # pyright: ignore[reportMissingImports]
    except ImportError:
        print(json.dumps({"verdict": "not installed"}))
        return
    lc: Any = leancert
    began = time.monotonic()
    names: dict[str, Any] = {name: getattr(lc, name) for name in ("exp", "log", "sin", "cos", "tanh", "sqrt")}
    names |= {v: lc.var(v) for v in task["box"]} | {"Q": lambda p, q: lc.const(Fraction(p, q))}
    slack = eval(task["python"], {"__builtins__": {}}, names)
    box = {v: (Fraction(lo), Fraction(hi)) for v, (lo, hi) in task["box"].items()}
    config = lc.Config(timeout_sec=task["limit"])
    answer = lc.verify_bound(slack, box, lower=0, config=config)
    verdict = "proved" if isinstance(answer, lc.Verified) else "refuted" if isinstance(answer, lc.Rejected) else "open"
    if verdict == "open":
        bounds = lc.find_bounds(slack, box, config=config)
        verdict = "proved" if bounds.min_lo >= 0 else "refuted" if bounds.min_hi < 0 else "open"
    print(json.dumps({"verdict": verdict, "inside": time.monotonic() - began, "version": lc.__version__}))


main()
