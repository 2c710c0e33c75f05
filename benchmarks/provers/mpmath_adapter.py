"""mpmath.iv with plain bisection: what one writes in an afternoon. The widest side is halved until nothing is left.

A box is done where the enclosure of the slack is ≥ 0; the statement is refuted where it is < 0 on a box, a point of
the statement's own box included. mpmath.iv has no tanh, so that it is written with the exponential.
"""

from __future__ import annotations

import json
import sys
import time
from fractions import Fraction
from typing import Any

MOST_BOXES = 2 * 10**5


def main() -> None:
    task = json.load(sys.stdin)
    import mpmath

    iv: Any = mpmath.iv
    began = time.monotonic()
    names: dict[str, Any] = {name: getattr(iv, name) for name in ("exp", "log", "sin", "cos", "sqrt")}
    names["Q"] = lambda p, q: iv.mpf(p) / q
    names["tanh"] = lambda u: 1 - 2 / (iv.exp(2 * u) + 1)
    slack = eval(f"lambda {', '.join(task['box'])}: {task['python']}", {"__builtins__": {}} | names)

    def end(text: str) -> Any:
        value = Fraction(text)
        return iv.mpf(value.numerator) / value.denominator

    open_boxes = [[iv.mpf([end(lo).a, end(hi).b]) for lo, hi in task["box"].values()]]
    verdict = "proved"
    for _ in range(MOST_BOXES):
        if not open_boxes:
            break
        box = open_boxes.pop()
        found = _value(slack, box, iv)
        if found.a >= 0:
            continue
        if found.b < 0:
            verdict = "refuted"
            break
        widest = max(range(len(box)), key=lambda i: box[i].delta)
        x = box[widest]
        for half in ([x.a, x.mid], [x.mid, x.b]):
            open_boxes.append([*box[:widest], iv.mpf(half), *box[widest + 1 :]])
    else:
        verdict = "open"
    print(json.dumps({"verdict": verdict, "inside": time.monotonic() - began, "version": mpmath.__version__}))


def _value(slack: Any, box: list[Any], iv: Any) -> Any:
    try:
        return slack(*box)
    except (ZeroDivisionError, ValueError):  # a pole, or a root or logarithm across zero: nothing is known yet
        return iv.mpf(["-inf", "inf"])


main()
