"""dReal: the negation is unsatisfiable, or satisfiable up to δ. The second is no refutation, so it counts as open."""

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
        import dreal  # pyright: ignore[reportMissingImports]
    except ImportError:  # also where the package is there and the libraries that it links to are not
        print(json.dumps({"verdict": "not installed"}))
        return
    dr: Any = dreal
    began = time.monotonic()
    symbols = {v: dr.Variable(v) for v in task["box"]}
    names: dict[str, Any] = {name: getattr(dr, name) for name in ("exp", "log", "sin", "cos", "tanh", "sqrt")}
    names |= symbols | {"Q": lambda p, q: dr.Expression(p) / q}
    slack = eval(task["python"], {"__builtins__": {}}, names)
    parts = [slack < 0]
    for v, (lo, hi) in task["box"].items():
        parts += [symbols[v] >= exact(dr, lo), symbols[v] <= exact(dr, hi)]
    found = dr.CheckSatisfiability(dr.And(*parts), 1e-6)
    verdict = "proved" if found is None else "open"
    print(json.dumps({"verdict": verdict, "inside": time.monotonic() - began, "version": version("dreal")}))


def exact(dr: Any, text: str) -> Any:
    value = Fraction(text)
    return dr.Expression(value.numerator) / value.denominator


main()
