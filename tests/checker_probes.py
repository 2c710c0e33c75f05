"""Probes of the checker: what it has to accept, to test only, and to reject, and what its functions have to enclose."""

# ruff: noqa: E501 (the probes are a table)
from __future__ import annotations

import json
from fractions import Fraction as Q
from typing import Any

from algebra_probes import probe_algebra
from flint import arb, ctx, fmpq

ctx.prec = 2000
FUNCTIONS = {"exp": arb.exp, "log": arb.log, "atan": arb.atan, "erf": arb.erf, "sin": arb.sin, "cos": arb.cos,
             "tanh": arb.tanh, "sinh": arb.sinh, "cosh": arb.cosh, "sech": arb.sech, "sqrt": arb.sqrt, "tan": arb.tan,
             "asinh": arb.asinh, "acosh": arb.acosh, "atanh": arb.atanh, "asin": arb.asin, "acos": arb.acos,
             "coth": arb.coth, "csch": arb.csch, "cot": arb.cot, "sec": arb.sec, "csc": arb.csc}  # fmt: skip
POINTS = [Q(1, 3), Q(1, 2), Q(7, 8), Q(1), Q(9, 8), Q(5, 2), Q(15), Q(-1, 3), Q(-2), Q(1, 10**9), Q(30)]
DOMAINS = {"log": (0, 99), "sqrt": (0, 99), "acosh": (1, 99), "atanh": (-1, 1), "asin": (-1, 1), "acos": (-1, 1)}
TABLE: list[tuple[str, Q, Any, Any]] = []
for _name, _of in FUNCTIONS.items():
    for _q in POINTS:
        _low, _high = DOMAINS.get(_name, (-99, 99))
        if _low < _q < _high and not (_q > 15 and _name in ("tan", "cot", "sec", "csc", "sin", "cos")):
            _v = _of(arb(fmpq(*_q.as_integer_ratio())))
            _ends = [Q(int(e.man_exp()[0])) * Q(2) ** int(e.man_exp()[1]) for e in (_v.lower(), _v.upper())]
            TABLE.append((_name, _q, _ends[0], _ends[1]))
ctx.prec = 53


def case(conclusion: str, *hypotheses: str, boxes: Any = (), names: Any = "x", **more: Any) -> str:
    step = {"kind": "boxes", "variables": list(names), "boxes": list(boxes)}
    one = {"hypotheses": list(hypotheses), "conclusions": [conclusion], "proofs": [step], "variables": list(names)}
    one = {key: value for key, value in {**one, **more}.items() if value is not None}
    return json.dumps({"format": "gradproof-certificate", "version": 1, "verdict": "proved", "cases": [one]})


def box(*ends: tuple[str, str], bound: str = "0", **how: Any) -> dict[str, Any]:
    return {"box": [list(pair) for pair in ends], "bound": bound, **how}


def changed(text: str, **keys: Any) -> str:
    return json.dumps({**json.loads(text), **keys})


HALF = [box(("0", "1"))]
QUADRANTS = [box(a, b) for a in (("-oo", "0"), ("0", "oo")) for b in (("-oo", "0"), ("0", "oo"))]
GOOD = case("x >= 0", "x >= 0", "x <= 1", boxes=HALF)
TESTED: dict[str, Any] = {"proofs": [{"kind": "identity", "points": [["5"]], "premises": []}]}
WRONG: dict[str, Any] = {"proofs": [{"kind": "wrong limit", "points": [], "premises": []}]}
NESTED: dict[str, Any] = {"proofs": [{"kind": "split", "points": [], "premises": json.loads(GOOD)["cases"]}]}
UNSOUND: dict[str, Any] = {
    "proofs": [{"kind": "split", "points": [], "premises": json.loads(case("x >= 1", boxes=HALF))["cases"]}]
}
REFUTED = changed(case("x < 1", "x >= 1", proofs=None, witness={"x": "1"}), verdict="refuted")


def along(order: int, centre: str = "0", v: str = "x") -> dict[str, Any]:
    return {"along": v, "at": centre, "order": order}


ALL = ("-oo", "oo")
REFUTED_CASE = json.loads(REFUTED)["cases"][0]


def lemma(conclusion: str, hypothesis: str, ends: Any, names: str = "u", also: Any = None, **at: str) -> dict[str, Any]:
    boxes = [box(ends), *([box(also)] if also else [])]
    return {"case": json.loads(case(conclusion, hypothesis, boxes=boxes, names=names))["cases"][0], "at": at}


def resting(conclusion: str, on: dict[str, Any], *hypotheses: str) -> str:
    """What the lemma says, on x ≥ 0."""
    boxes = [box(("0", "oo"), form="0", given=[[len(hypotheses), "1"]])]
    proof = {"kind": "boxes", "variables": ["x"], "boxes": boxes, "lemmas": [on]}
    return case(conclusion, *hypotheses, proofs=[proof])


LEMMA = case("u >= 1", "u >= 1", boxes=[box(("1", "oo"))], names="u")
EXPECTED: list[tuple[str, int | None]] = [  # how many steps are only tested; None where it is to be rejected
    (GOOD, 0), (changed(GOOD, version=2), None), (changed(GOOD, format="other"), None), (changed(GOOD, cases=[]), None),
    (changed(GOOD, verdict="refuted"), None), (changed(GOOD, verdict="open"), None), ("{}", None), ("no json", None),
    (REFUTED, 0), (changed(REFUTED, verdict="proved"), None),
    (changed(case("x < 1", "x >= 1", proofs=None, witness={"x": "1/2"}), verdict="refuted"), None),
    (changed(case("x <= 1", "x >= 1", proofs=None, witness={"x": "1"}), verdict="refuted"), None),
    (changed(case("x != 1", "x >= 1", proofs=None, witness={"x": "1"}), verdict="refuted"), 0),
    (changed(case("x == 1", "x != 1", proofs=None, witness={"x": "2"}), verdict="refuted"), 0),
    (changed(case("x == 1", "x != 2", proofs=None, witness={"x": "2"}), verdict="refuted"), None),
    (changed(case("x < 0", "x == 1", proofs=None, witness={"x": "1"}), verdict="refuted"), 0),
    (changed(case("x <= 0", "x > 2", "x > 1", proofs=None, witness={"x": "2"}), verdict="refuted"), None),
    (case("x == x", **TESTED), 1), (case("x + 1 == x", **TESTED), None), (case("x != 5", **TESTED), None),
    (case("x <= 7", **TESTED), 1), (case("x*x != 49/100", **TESTED), None), (changed(case("x == x", **TESTED), verdict="refuted"), None),
    (changed(case("x >= 2", "x >= 3", **WRONG), verdict="refuted"), 1), (case("x >= 2", "x >= 3", **WRONG), None),
    (case("x >= x", **NESTED), 1), (case("x >= x", **UNSOUND), None), (case("x >= 0", conclusions=[], proofs=[]), None),
    (case("x >= 0", "x >= 0", "x <= 1", boxes=HALF, conclusions=["x >= 0", "x >= 0"]), None),
    # coverage
    (case("x >= 0", "x >= 0", "x <= 2", boxes=HALF), None), (case("x >= 0", "x >= 0", boxes=HALF), None),
    (case("x >= 0", "x >= -1", "x <= 1", boxes=HALF), None), (case("x**2 >= 0", "x <= 1", boxes=HALF), None),
    (case("x >= 0", "x >= 0", "x <= 3", boxes=[box(("0", "1")), box(("2", "3"))]), None),
    (case("x >= 0", "x >= 0", "x <= 3", boxes=[box(("2", "3")), box(("0", "1")), box(("1", "2"))]), 0),
    (case("x**2 + y**2 >= 0", boxes=QUADRANTS, names="xy"), 0),
    *((case("x**2 + y**2 >= 0", boxes=QUADRANTS[:i] + QUADRANTS[i + 1 :], names="xy"), None) for i in range(4)),
    (case("x*y >= 1", "x >= 1", "y >= 1", boxes=[box(("1", "2"), ("1", "oo")), box(("2", "oo"), ("1", "2"))], names="xy"), None),
    (case("x >= 1", "x >= 1", "x <= 1", boxes=[box(("1", "1"))]), 0),
    (case("1 >= 0", boxes=[box()], names=""), 0), (case("0 > 0", boxes=[box()], names=""), None),
    (case("x >= 0", "x >= 0", "x <= 1", boxes=[box(("1", "0"))]), None),
    (case("x >= 0", "x >= 0", "x <= 1", boxes=[box(("0", "1"), ("0", "1"))]), None),
    # ranges and open ends
    (case("x > 0", "x > 0", "x <= 1", boxes=HALF), 0), (case("x > 0", "x >= 0", "x <= 1", boxes=HALF), None),
    (case("x < 1", "x >= 0", "x < 1", boxes=HALF), 0), (case("x < 1", "x >= 0", "x <= 1", boxes=HALF), None),
    (case("1/x >= 1", "x > 0", "x <= 1", boxes=[box(("0", "1"), bound="1")]), None),
    (case("1/x >= 0", "x > 0", "x <= 1", boxes=[box(("0", "1"), bound="1")]), 0),
    (case("1/x >= 0", "x >= 0", "x <= 1", boxes=HALF), None), (case("-1/x > 0", "x < 0", "x >= -1", boxes=[box(("-1", "0"))]), 0),
    (case("tanh(x) < 1", boxes=[box(("-oo", "oo"))]), 0), (case("tanh(x) > -1", boxes=[box(("-oo", "oo"))]), 0),
    (case("cosh(x) > 1", boxes=[box(("-oo", "oo"))]), None), (case("cosh(x) >= 1", boxes=[box(("-oo", "oo"))]), 0),
    (case("exp(x) > 0", boxes=[box(("-oo", "oo"))]), 0), (case("log(x) <= 0", "x >= 0", "x <= 1", boxes=HALF), None),
    (case("log(x) <= 0", "x > 0", "x <= 1", boxes=HALF), 0), (case("log(x) < 0", "x > 0", "x <= 1", boxes=HALF), None),
    (case("x**2 > 0", "x > 0", boxes=[box(("0", "oo"))]), 0), (case("x**2 > 0", boxes=[box(("-oo", "oo"))]), None),
    (case("x*y > 0", "x > 0", "y > 0", boxes=[box(("0", "oo"), ("0", "oo"))], names="xy"), 0),
    (case("x*y > 0", "x > 0", "y >= 0", boxes=[box(("0", "oo"), ("0", "oo"))], names="xy"), None),
    (case("x*y < 1", "x >= 0", "x < 1", "y >= 0", "y <= 1", boxes=[box(("0", "1"), ("0", "1"))], names="xy"), 0),
    (case("x*y < 1", "x >= 0", "x <= 1", "y >= 0", "y <= 1", boxes=[box(("0", "1"), ("0", "1"))], names="xy"), None),
    (case("sqrt(x) >= 0", "x >= 0", boxes=[box(("0", "oo"))]), 0), (case("sqrt(x) > 0", "x >= 0", boxes=[box(("0", "oo"))]), None),
    (case("sqrt(x) > 0", "x > 0", boxes=[box(("0", "oo"))]), 0), (case("sqrt(x) >= 0", "x >= -1", boxes=[box(("-1", "oo"))]), None),
    (case("x**(-1/2) > 0", "x > 0", boxes=[box(("0", "oo"))]), 0), (case("x**0 >= 1", boxes=[box(("-oo", "oo"))]), 0),
    (case("x**3 >= -8", "x >= -2", boxes=[box(("-2", "oo"))]), 0), (case("x**2 <= 9", "x >= -3", "x <= 1", boxes=[box(("-3", "1"))]), 0),
    (case("x**2 <= 8", "x >= -3", "x <= 1", boxes=[box(("-3", "1"))]), None), (case("x**2 >= 1", "x <= -1", boxes=[box(("-oo", "-1"))]), 0),
    (case("x**y > 0", "x > 0", "y > 0", boxes=[box(("0", "oo"), ("0", "oo"))], names="xy"), 0),
    (case("x**2 - x*x >= 0", "x >= 0", "x <= 1", boxes=HALF), None), (case("x**300 >= 0", boxes=[box(("-oo", "oo"))]), None),
    (case("2 - x >= 1", "x <= 1", boxes=[box(("-oo", "1"))]), 0), (case("2 - x >= 1", "x <= 2", boxes=[box(("-oo", "2"))]), None),
    (case("x >= 1/2", "x >= 1/2", boxes=[box(("1/2", "oo"))]), 0), (case("x >= 1/2", "x >= 1/3", boxes=[box(("1/3", "oo"))]), None),
    # bounds, exclusion
    (case("x >= 0", "x >= 1/2", "x <= 1", boxes=[box(("1/2", "1"), bound="1/2")]), 0),
    (case("x >= 0", "x >= 1/2", "x <= 1", boxes=[box(("1/2", "1"), bound="2/3")]), None),
    (case("x >= 0", "x >= 1/2", "x <= 1", boxes=[box(("1/2", "1"), bound="-1")]), None),
    (case("x != 0", "x <= -1", boxes=[box(("-oo", "-1"), bound="1")]), 0), (case("x != 0", "x <= 0", boxes=[box(("-oo", "0"))]), None),
    (case("x == 1", "x >= 1", "x <= 1", boxes=[box(("1", "1"))]), 0), (case("x == 1", "x >= 1", "x <= 2", boxes=[box(("1", "2"))]), None),
    *((case("x >= 1", "x >= 0", "x <= 2", guard, boxes=[{"box": [["0", "1"]], "excluded": 2}, box(("1", "2"))]), fine)
      for guard, fine in (("x**2 > 1", 0), ("x**2 >= 1", None), ("x**2 != 5", None), ("x == 3", 0), ("0 != 0", 0))),
    # Taylor's theorem
    (case("tanh(x) <= x", "x >= 0", "x <= 1/4", boxes=[box(("0", "1/4"), **along(3))]), 0),
    (case("tanh(x) <= x", "x >= -1/4", "x <= 1/4", boxes=[box(("-1/4", "1/4"), **along(3))]), None),
    (case("tanh(x) >= x", "x <= 0", "x >= -1/4", boxes=[box(("-1/4", "0"), **along(3))]), 0),
    (case("tanh(x) < x", "x >= 0", "x <= 1/4", boxes=[box(("0", "1/4"), **along(3))]), None),
    (case("tanh(x) < x", "x > 0", "x <= 1/4", boxes=[box(("0", "1/4"), **along(3))]), 0),
    (case("cos(x) <= 1", "x >= -1", "x <= 1", boxes=[box(("-1", "1"), **along(2))]), 0),
    (case("cos(x) >= 1", "x >= -1", "x <= 1", boxes=[box(("-1", "1"), **along(2))]), None),
    (case("x**2 + 1 >= 2*x", "x >= 1", boxes=[box(("1", "oo"), **along(2, "1"))]), 0),
    (case("x**2 + 1 >= 2*x", "x >= 0", "x <= 1", boxes=[box(("0", "1"), **along(2, "1"))]), 0),
    (case("x**2 + 1 >= 2*x", "x >= 0", "x <= 2", boxes=[box(("0", "2"), **along(2, "3"))]), None),
    (case("x**2 + 1 >= 2*x", "x >= 1", "x <= 2", boxes=[box(("1", "2"), **along(0, "1"))]), None),
    (case("x**2 + 1 >= 2*x", "x >= 1", "x <= 2", boxes=[box(("1", "2"), **along(13, "1"))]), None),
    (case("x**2 - x >= 0", "x >= 1", "x <= 2", boxes=[box(("1", "2"), **along(1, "1"))]), 0),
    (case("x**2 - x >= 0", "x >= 1", "x <= 2", boxes=[box(("1", "2"), **along(1, "2"))]), None),
    (case("(x - 1)*y >= 0", "x >= 1", "x <= 2", "y >= 0", boxes=[box(("1", "2"), ("0", "oo"), **along(1, "1"))], names="xy"), 0),
    (case("(x - 1)*y >= 0", "x >= 1", "x <= 2", "y >= -1", boxes=[box(("1", "2"), ("-1", "oo"), **along(1, "1"))], names="xy"), None),
    (case("exp(x) >= 1 + x", "x >= 0", boxes=[box(("0", "oo"), **along(1))]), 0),
    *((case(false, where, "x <= 1", boxes=[box(("0", "1"), **along(order))]), None) for order in (1, 2, 3)
      for false, where in (("-abs(x) >= 0", "x >= 0"), ("where(x, -1, 1) >= 0", "x > 0"), ("min(x, 0) >= x/2", "x >= 0"))),
    (case("abs(x) >= 0", boxes=[box(("-oo", "oo"))]), 0), (case("max(x, -x) >= 1", "x >= 1", boxes=[box(("1", "oo"))]), 0),
    (case("max(x, 2) <= 2", "x <= 2", boxes=[box(("-oo", "2"))]), 0), (case("where(x, 1, -1) >= 1", "x > 0", boxes=[box(("0", "oo"))]), 0),
    (case("where(x, 1, -1) >= 1", "x >= 0", boxes=[box(("0", "oo"))]), None), (case("where(x, -1, 1) >= 1", "x <= 0", boxes=[box(("-oo", "0"))]), 0),
    (case("abs(x) <= 3", "x >= -3", "x <= 2", boxes=[box(("-3", "2"))]), 0), (case("max(x, y) >= 1", "x >= 1", boxes=[box(("1", "oo"), ("-oo", "oo"))], names="xy"), 0),
    (case("x*(1 - x) >= 0", "x >= 0", "x <= 2", boxes=[box(("0", "2"), **along(1))]), None),
    (case("(2 - x)*(x - 1) >= 0", "x >= 0", "x <= 2", boxes=[box(("0", "2"), **along(1, "2"))]), None),
    (case("x - 3*x**2 >= 0", "x >= 0", "x <= 1/2", boxes=[box(("0", "1/2"), **along(1))]), None),
    (case("abs(x) >= x", "x >= 1", "x <= 2", boxes=[box(("1", "2"), **along(1, "1"))]), 0),
    (case("max(x, 5) >= 5", "x >= 1", "x <= 2", boxes=[box(("1", "2"))]), 0),
    (case("where(x, 1, 2) >= 2", "x >= -1", "x <= 1", boxes=[box(("-1", "1"))]), None),
    (case("max(x, y) <= 1", "x <= 1", "y <= 2", boxes=[box(("-oo", "1"), ("-oo", "2"))], names="xy"), None),
    (case("max(x, y) >= 0", "x >= -1", "y >= 0", boxes=[box(("-1", "oo"), ("0", "oo"))], names="xy"), 0),
    (case("where(x, 1, 2) >= 1", "x >= -1", "x <= 1", boxes=[box(("-1", "1"))]), 0),
    (case("x**y <= 4", "x >= 2", "x <= 3", "y >= 1", "y <= 2", boxes=[box(("2", "3"), ("1", "2"))], names="xy"), None),
    (case("1/x <= 0", "x <= 0", "x >= -1", boxes=[box(("-1", "0"))]), None),
    (case("log(x) >= -5", "x > 0", "x <= 1", boxes=HALF), None), (case("exp(x) >= 1", boxes=[box(("-oo", "oo"))]), None),
    (case("sin(x) >= -1", boxes=[box(("-oo", "oo"))]), 0), (case("sin(x) >= 0", boxes=[box(("-oo", "oo"))]), None),
    (case("sin(x) <= 0", boxes=[box(("-oo", "oo"))]), None),
    (case("sin(x) >= 0", "x >= 20", "x <= 21", boxes=[box(("20", "21"))]), None),
    (case("sin(x) > 0", "x >= 0", "x <= 0", boxes=[box(("0", "0"))]), None),
    (case("sin(x) < 0", "x >= 0", "x <= 0", boxes=[box(("0", "0"))]), None),
    (case("erf(x) < 1", boxes=[box(("-oo", "oo"))]), 0), (case("erf(x) > -1", boxes=[box(("-oo", "oo"))]), 0),
    (case("atan(x) < 1.5708", boxes=[box(("-oo", "oo"))]), 0), (case("atan(x) > -1.5708", boxes=[box(("-oo", "oo"))]), 0),
    (case("atan(x) < 1.5707", boxes=[box(("-oo", "oo"))]), None), (case("e > 2.718281828459045", boxes=[box()], names=""), 0),
    (case("E < 2.718281828459046", boxes=[box()], names=""), 0),
    (changed(case("x < 1", "x >= 1", proofs=None, witness={"x": "1"}, conclusions=["x >= 1", "x < 1"]), verdict="refuted"), 0),
    (case("1/x > 0", "x >= 2", boxes=[box(("2", "oo"))]), 0), (case("-1/x > 0", "x <= -2", boxes=[box(("-oo", "-2"))]), 0),
    (case("1/x < 1/2", "x > 2", boxes=[box(("2", "oo"))]), 0), (case("1/x < 1/2", "x >= 2", boxes=[box(("2", "oo"))]), None),
    (case("1/x > 1/2", "x > 0", "x < 2", boxes=[box(("0", "2"))]), 0),
    (case("1/x > 1/2", "x > 0", "x <= 2", boxes=[box(("0", "2"))]), None),
    (case("abs(x) > 0", "x < 0", boxes=[box(("-oo", "0"))]), 0), (case("abs(x) > 0", "x <= 0", boxes=[box(("-oo", "0"))]), None),
    # language
    (case("x >= y", "x >= 0", boxes=HALF), None), (case("x >= 0 # 1", "x >= 0", "x <= 1", boxes=HALF), None),
    (case("x >= foo(x)", "x >= 0", "x <= 1", boxes=HALF), None), (case("abs(x, x) >= 0", "x >= 0", "x <= 1", boxes=HALF), None),
    (case("x + 0.1 >= 1/10", "x >= 0", "x <= 1", boxes=HALF), 0), (case("x + 0.1 >= 0.11", "x >= 0", "x <= 1", boxes=HALF), None),
    (case("x - 1e-2 >= -1/100", "x >= 0", "x <= 1", boxes=HALF), 0), (case("x*.5 <= 1/2", "x >= 0", "x <= 1", boxes=HALF), 0),
    (case("x/2 <= 1/2", "x >= 0", "x <= 1", boxes=HALF), 0), (case("-x**2 <= 0", "x >= 0", "x <= 1", boxes=HALF), 0),
    (case("pi > 3", boxes=[box()], names=""), 0), (case("pi < 22/7", boxes=[box()], names=""), 0), (case("E > 2.718281828459045", boxes=[box()], names=""), 0),
    (case("e < 2.718281828459046", boxes=[box()], names=""), 0), (case("erfc(x) > 0", boxes=[box(("-oo", "oo"))]), 0),
    (case("sin(x) <= 1", boxes=[box(("-oo", "oo"))]), 0), (case("sin(x) < 1", boxes=[box(("-oo", "oo"))]), None), (case("sin(x) <= 1", "x >= 20", "x <= 21", boxes=[box(("20", "21"))]), 0),
    (case("sin(x) >= 0", "x >= 1", "x <= 3", boxes=[box(("1", "2")), box(("2", "3"))]), 0), (case("sin(x) >= 1/2", "x >= 1", "x <= 3", boxes=[box(("1", "2")), box(("2", "3"))]), None),
    (case("exp(x) <= 3", "x >= 0", "x <= 1", boxes=HALF), 0), (case("exp(x) <= 2", "x >= 0", "x <= 1", boxes=HALF), None), (case("exp(x) > 800", "x >= 800", boxes=[box(("800", "oo"))]), None),
    (case("exp(x) >= 800", "x >= 800", boxes=[box(("800", "oo"))]), 0), (case("exp(-x) < 1/700", "x >= 701", boxes=[box(("701", "oo"))]), 0), (case("erf(x) > 1 - 1e-18", "x >= 20", boxes=[box(("20", "oo"))]), 0),
    # algebra: forms, facts, lemmas
    (case("(x + 1)**2 == x**2 + 2*x + 1", boxes=[box(ALL, form="0")]), 0), (case("(x + 1)**2 == x**2 + 2*x + 2", boxes=[box(ALL, form="0")]), None),
    (case("x/x == 1", boxes=[box(ALL, form="0")]), None), (case("x/x == 1", "x > 0", boxes=[box(("0", "oo"), form="0")]), 0),
    (case("x**2 + 1 >= 2*x", boxes=[box(ALL, form="(x - 1)**2")]), 0), (case("x**2 + 1 > 2*x", boxes=[box(ALL, form="(x - 1)**2")]), None),
    (case("x**2 + 1 >= 2*x", boxes=[box(ALL, form="(x - 1)**2 + 1/1000000000000")]), None),
    (case("abs(x) == x", "x >= 0", boxes=[box(("0", "oo"), form="0")]), 0), (case("abs(x) == x", "x >= -1", boxes=[box(("-1", "oo"), form="0")]), None),
    (case("where(x, 1, 2) == 1", "x > 0", boxes=[box(("0", "oo"), form="0")]), 0), (case("where(x, 1, 2) == 1", "x >= 0", boxes=[box(("0", "oo"), form="0")]), None),
    *((case(f"x {op} y", f"x - y {given} 0", boxes=[box(ALL, ALL, form="0", given=[[0, m]])], names="xy"), fine) for op, given, m, fine in (
        (">=", ">=", "1", 0), (">", ">", "1", 0), (">", ">=", "1", None), (">=", ">", "1", 0), (">=", ">=", "2", None), ("<=", ">=", "-1", None),
        ("<=", "==", "-1", 0), ("==", "==", "1", 0), ("==", ">=", "1", None), (">", "==", "1", None), (">=", "!=", "1", None))),
    (case("x*y >= 0", "x >= 0", "y >= 0", boxes=[box(("0", "oo"), ("0", "oo"), form="0", given=[[0, "y"]])], names="xy"), 0),
    (case("x*y >= 0", "x >= 0", "y >= -1", boxes=[box(("0", "oo"), ("-1", "oo"), form="0", given=[[0, "y"]])], names="xy"), None),
    (case("x > y", "x >= y", boxes=[box(ALL, ALL, form="0", given=[[-1, "1"]])], names="xy"), None),
    *((case("2*x >= 1", f"x >= {at}", proofs=[{"kind": "boxes", "variables": ["x"], "boxes": [box((at, "oo"), form="0", given=[[1, "1"]])],
        "lemmas": [{"case": json.loads(LEMMA)["cases"][0], "at": {"u": image}}]}]), fine)
      for at, image, fine in (("1/2", "2*x", 0), ("49/100", "2*x", None), ("1/2", "x", None), ("1/2", "2*x + 1/x - 1/x", 0), ("1/2", "2*x + 0/(x - 1)", None))),
    (case("z**2 > 0", "z != 0", boxes=[box(("-oo", "0")), box(("0", "oo"))], names="z"), 0), (case("z**2 > 0", "z != 1", boxes=[box(("-oo", "0")), box(("0", "oo"))], names="z"), None),
    (resting("x >= 1", lemma("u >= 1", "u >= 1", ("1", "oo"), u="x"), "x >= 0", "x - x >= 0", "x**3 + 5*x**2 >= 0", "2*x >= 2"), 0),
    (resting("x >= 1", lemma("u >= 1", "u >= 1", ("1", "oo"), u="x"), "x >= 0", "-2*x >= -2"), None), (resting("x >= 1", lemma("u >= 1", "u >= 1", ("1", "oo"), u="x"), "x >= 0", "2*x >= 1"), None),
    (resting("x > 1", lemma("u > 1", "u > 1", ("1", "oo"), u="x"), "x >= 0", "2*x >= 2"), None), (resting("x >= 1", lemma("u >= 1", "u > 1", ("1", "oo"), u="x"), "x >= 0", "2*x >= 2"), None),
    (resting("x >= 1", lemma("u >= 1", "u >= 1", ("1", "oo"), u="x"), "x >= 0", "2*x > 2"), 0), (resting("x >= 1", lemma("u >= 1", "u >= 1", ("1", "oo"), u="x"), "x >= 0", "-2*x == -2"), 0),
    (resting("(x - 1)**2 > 0", lemma("(u - 1)**2 > 0", "u != 1", ("-oo", "1"), also=("1", "oo"), u="x"), "x >= 0", "2*x != 2"), 0), (resting("(x - 1)**2 > 0", lemma("(u - 1)**2 > 0", "u != 1", ("-oo", "1"), also=("1", "oo"), u="x"), "x >= 0", "2*x >= 2"), None),
    (resting("(x - 1)**2 > 0", lemma("(u - 1)**2 > 0", "u != 1", ("-oo", "1"), also=("1", "oo"), u="x"), "x >= 0", "2*x > 2"), 0),
    (resting("x + 2 >= 1", lemma("u >= 1", "u >= 1", ("1", "oo"), u="x + 2"), "x >= 0"), 0), (resting("x + 1 >= 1", lemma("x + 1 >= 1", "x >= 0", ("0", "oo"), "x"), "x >= 0"), 0),
    (case("x*y > 0", "x > 0", "y >= 0", boxes=[box(("0", "oo"), ("0", "oo"), form="0", given=[[0, "y"]])], names="xy"), None), (case("x*y > 0", "x > 0", "y > 0", boxes=[box(("0", "oo"), ("0", "oo"), form="0", given=[[0, "y"]])], names="xy"), 0),
    (case("x*y + x > 0", "x > 0", "y >= -1", boxes=[box(("0", "oo"), ("-1", "oo"), form="0", given=[[0, "y + 1"]])], names="xy"), None), (case("-x/2 >= 0", "x >= 0", boxes=[box(("0", "oo"), form="0", given=[[0, "-1/2"]])]), None),
    *((case(false, "z != 0", f"z >= {low}", f"z <= {high}", boxes=[box((low, high))], names="z"), None) for low, high in (("1/2", "1"), ("-2", "-1")) for false in (f"z < {high}", f"z > {low}")),
    *((changed(case("x < 1", hypothesis, proofs=None, witness={"x": "sqrt(2)"}), verdict="refuted"), fine) for hypothesis, fine in
      (("x**2 == 2", 0), ("x**2 > 2", None), ("x**2 >= 2", None), ("x**2 != 2", None), ("x**2 == 2.0000000000000000000000001", None), ("x >= 0", 0))),
    # names: a lemma, a point and the boxes speak of the variables of their case, and no variable is a constant
    (case("e > 2", names="", boxes=[box()]), 0), (case("e > 2", names="", boxes=[box()], variables=["e"]), None), (case("e > 2", "e > 2", boxes=[box(("2", "oo"))], names="e"), None),
    (case("ｅ > 2", names="", boxes=[box()], variables=["ｅ"]), None), (case("x > 0", "x > 0", boxes=[box(("0", "oo"))], variables=["x", "x"]), None), (case("x > 0", "x > 0", boxes=[box(("0", "oo"))], variables=["x", "2"]), None),
    (case("y >= 0", "x >= 0", "x <= 1", boxes=[box()], names="", variables=["x"]), None), (case("x >= 0", "x >= 0", "x <= 1", boxes=HALF, variables=["x", "y"]), None),
    (changed(case("e < 3", names="", proofs=None, witness={"e": "100"}), verdict="refuted"), None), (changed(case("x < 3", proofs=None, witness={"x": "4", "y": "1"}), verdict="refuted"), None),
    (resting("x >= e - 3", lemma("u >= e - 3", "u >= 0", ("0", "oo"), u="x"), "x >= 0"), 0), (resting("x >= 97", lemma("u >= e - 3", "u >= 0", ("0", "oo"), u="x", e="100"), "x >= 0"), None),
    (resting("x >= 1", lemma("u >= 1", "u >= 1", ("1", "oo"), u="x"), "x >= 0"), None), (resting("x >= 1", lemma("u >= 1", "u >= 0", ("0", "oo"), u="x"), "x >= 0"), None),
    (resting("x >= 0", lemma("u >= 0", "u >= 0", ("0", "oo")), "x >= 0"), None), (resting("x >= 0", {**lemma("u >= 0", "u >= 0", ("0", "oo"), u="x"), "case": REFUTED_CASE}, "x >= 0"), None),
    (case("tanh(x) > 0", names=["x", "tanh"], proofs=[{"kind": "boxes", "variables": ["x", "tanh"], "boxes": [box(ALL, ALL, form="0", given=[[0, "1"]])], "lemmas": [lemma("exp(x) > 0", "x**2 >= 0", ALL, "x", exp="tanh")]}]), None),
    (case("acos(x) + asin(x) >= 50", "x >= -1/2", "x <= 1/2", "pi >= 100", "pi <= 200", names=["x", "pi"], boxes=[box(("-1/2", "1/2"), ("100", "200"), form="pi/2 - 50")]), None),
    (case("sqrt(x**y) <= x**(y/2)", "x >= -3", "x <= -1", "y >= 2", "y <= 2", names="xy", boxes=[box(("-3", "-1"), ("2", "2"), form="0")]), None),
    (changed(case("x >= 0", "x >= 0", "x <= 1", boxes=HALF, why="so it is"), verdict="refuted"), 0), (changed(case("x >= 1", "x >= 0", "x <= 1", boxes=HALF, why="so it is"), verdict="refuted"), None),
]  # fmt: skip


def probe(module: Any) -> None:
    """AssertionError, or any other, where the module is not the checker."""
    probe_algebra(module)
    for name, q, low, high in TABLE:
        found = module.enclosure(module.relation(f"{name}(x) >= 0")[0], {"x": module.point(q)}, {})
        assert found.lo[0] <= low, (name, q)
        assert high <= found.hi[0], (name, q)
        assert found.hi[0] - found.lo[0] <= Q(1, 2**38) * max(1, low * low), (name, q)
    for text, wanted in EXPECTED:
        try:
            said = len(module.verify(text)[1])
        except module.Rejected:
            said = None
        assert said == wanted, (text, said)
    for text, points in ((case("x == x", **TESTED), 100), (case("x == 5", "x == 5", **TESTED), 1)):
        assert f"at {points} points" in module.verify(text)[1][0]
    x = module.Interval((Q(0), 0), (Q(1), 0))
    for order, exact in enumerate((Q(1, 4), Q(3, 16), Q(3, 64), Q(1, 256))):
        f = module.relation("x**3/(1 + 0*x) >= 0")[0]
        found = module.jet(f, {"x": [module.point(Q(1, 4)), module.point(1), *[module.point(0)] * 4]}, 4)
        assert found[min(order, 3)].lo[0] <= (Q(1, 64), Q(3, 16), Q(3, 4), Q(1))[order] <= found[min(order, 3)].hi[0], (
            exact
        )
    for name in ("exp(x)", "x/(1 + x**2)", "tanh(x) - x**2"):
        f = module.relation(f"{name} >= 0")[0]
        for order in (1, 2, 3):
            for centre in ("0", "1"):
                found = module.enclosure(f, {"x": x}, along(order, centre))
                for q in (Q(0), Q(1, 3), Q(1)):
                    exact = module.enclosure(f, {"x": module.point(q)}, {})
                    assert found.lo[0] <= exact.lo[0], (name, order, centre)
                    assert exact.hi[0] <= found.hi[0], (name, order, centre)
                assert name != "exp(x)" or found.hi[0] - found.lo[0] < 4, (order, centre)
    one, unit = Q(1, 7), Q(1, 1 << module.FINE)
    for ratio, exact in (((0, 1), one), ((1, 2), 2 * one), ((1, 3), one * 3 / 2)):
        found = module.series(one, lambda k, ratio=ratio: ratio)
        assert found.lo[0] <= exact <= found.hi[0]
        assert found.hi[0] - found.lo[0] < 500 * unit
    assert module.series(Q(1), lambda k: (0, 1)).lo == (Q(1), 0)
    assert module.series(Q(1), lambda k: (1, 2)).hi[0] >= 2
    alternating = module.series(Q(1), lambda k: (1, 2), True)
    assert alternating.lo[0] <= Q(2, 3) <= alternating.hi[0]
    tight = module.enclosure(module.relation("x*(1 - x) <= 1/4")[0], {"x": x}, along(2, "1/2"))
    assert tight.lo[0] == 0
    rounded = module.down(Q(10**40 + 1, 3 * 10**39))
    assert rounded <= Q(10**40 + 1, 3 * 10**39) < rounded + Q(1, 2**60)
    assert module.down(Q(-(10**40) - 1, 3 * 10**39)) <= -Q(10**40 + 1, 3 * 10**39)
    assert module.down(Q(10**45 + 1)) <= 10**45 + 1 < module.down(Q(10**45 + 1)) + 2**90
    try:
        module.down(Q(1, 2**30_000 + 1))
    except module.Rejected:
        return
    raise AssertionError("a tiny number is kept")
