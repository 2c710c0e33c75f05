"""Alkahest as its documentation has it: `verified_sign`, which treats a touch at an end of the box by itself."""

from __future__ import annotations

import json
import sys
import time
from fractions import Fraction
from importlib.metadata import version
from typing import Any


def main() -> None:
    task = json.load(sys.stdin)
    try:
        import alkahest  # pyright: ignore[reportMissingImports]
    except ImportError:
        print(json.dumps({"verdict": "not installed"}))
        return
    ak: Any = alkahest
    began = time.monotonic()
    pool = ak.ExprPool()
    symbols = {v: pool.symbol(v) for v in task["box"]}
    slack = ak.parse(task["caret"], pool, dict(symbols))
    # The ends are given as doubles; where an end is no double the box is a little larger or smaller than meant.
    box = [(symbols[v], float(Fraction(lo)), float(Fraction(hi))) for v, (lo, hi) in task["box"].items()]
    answer = ak.verified_sign(slack, box, "nonnegative")
    verdict = {"true": "proved", "false": "refuted", "undecided": "open"}[answer]
    print(json.dumps({"verdict": verdict, "inside": time.monotonic() - began, "version": version("alkahest")}))


main()
