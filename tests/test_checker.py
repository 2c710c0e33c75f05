"""The checker: its arithmetic against Arb, its language against the parser of statements, coverage, and rubbish."""

from __future__ import annotations

import json
from fractions import Fraction as Q
from typing import Any

import pytest
import sympy as sp
from flint import arb, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from gradproof.certificates.checker import enclosure, holds, relation, verify
from gradproof.certificates.checker_arithmetic import INF, Interval, Rejected, image, jet, point
from theory.parsing import parse_statement

REFERENCE = {
    "exp": lambda x: x.exp(),
    "log": lambda x: x.log(),
    "atan": lambda x: x.atan(),
    "erf": lambda x: x.erf(),
    "sin": lambda x: x.sin(),
    "cos": lambda x: x.cos(),
    "tanh": lambda x: x.tanh(),
    "sinh": lambda x: x.sinh(),
    "cosh": lambda x: x.cosh(),
    "sech": lambda x: x.sech(),
    "sqrt": lambda x: x.sqrt(),
    "asinh": lambda x: x.asinh(),
    "erfc": lambda x: x.erfc(),
}
BEYOND = [Q(1, 10**30), Q(-1, 10**30), Q(699), Q(701), Q(-701), Q(5000), Q(-5000), Q(1), Q(-1), Q(2), Q(1, 2), Q(16)]
near_zero = st.builds(lambda n, k: Q(n, 2**k), st.integers(-99, 99), st.integers(0, 90))
anywhere = st.one_of(st.fractions(-30, 30, max_denominator=10**6), near_zero, st.sampled_from(BEYOND))


def case(conclusion: str, *hypotheses: str, boxes: Any = (), names: str = "x") -> str:
    step = {"kind": "boxes", "variables": list(names), "boxes": list(boxes)}
    one = {"hypotheses": list(hypotheses), "conclusions": [conclusion], "proofs": [step], "variables": list(names)}
    return json.dumps({"format": "gradproof-certificate", "version": 1, "verdict": "proved", "cases": [one]})


def box(*ends: tuple[str, str], bound: str = "0", **how: Any) -> dict[str, Any]:
    return {"box": [list(pair) for pair in ends], "bound": bound, **how}


def contains(x: Interval, value: arb) -> bool:
    low = x.lo[0] == -INF or not value < arb(fmpq(*x.lo[0].as_integer_ratio()))
    return low and (x.hi[0] == INF or not value > arb(fmpq(*x.hi[0].as_integer_ratio())))


@pytest.mark.parametrize("name", REFERENCE)
@given(q=anywhere)
@settings(max_examples=60)
def test_every_function_encloses_what_arb_finds(name, q):
    ctx.prec = 300
    try:
        if (name in ("log", "sqrt") and q <= 0) or (abs(q) > 700 and name in ("sinh", "cosh", "sech")):
            return
        found = enclosure(relation(f"{name}(x) >= 0")[0], {"x": point(q)}, {})
        assert contains(found, REFERENCE[name](arb(fmpq(*q.as_integer_ratio()))))
        if abs(q) <= 8:
            assert found.hi[0] - found.lo[0] <= Q(1, 2**40) * max(1, abs(found.lo[0]))
    finally:
        ctx.prec = 53


@pytest.mark.parametrize("name", ["exp", "atan", "erf", "sin", "tanh", "sech"])
@given(a=anywhere, b=anywhere, t=st.fractions(0, 1, max_denominator=50))
@settings(max_examples=40)
def test_the_image_of_an_interval_holds_the_values_inside(name, a, b, t):
    lo, hi = min(a, b), max(a, b)
    inside = lo + t * (hi - lo)
    if name == "sech" and max(abs(lo), abs(hi)) > 600:
        return
    f = relation(f"{name}(x) >= 0")[0]
    values = enclosure(f, {"x": Interval((lo, 0), (hi, 0))}, {})
    single = enclosure(f, {"x": point(inside)}, {})
    assert values.lo[0] <= single.hi[0]
    assert single.lo[0] <= values.hi[0]


@given(st.fractions(-20, 20, max_denominator=99), st.fractions(-20, 20, max_denominator=99), st.integers(-4, 5))
def test_arithmetic_encloses_exact_arithmetic(p, q, n):
    for exact, found in ((p + q, point(p) + point(q)), (p * q, point(p) * point(q))):
        assert found.lo[0] <= exact <= found.hi[0]
    if p != 0 or n > 0:
        found = point(p).power(Q(n))
        assert found.lo[0] <= p**n <= found.hi[0]


def test_open_ends_stay_open():
    reals = Interval((-INF, 1), (INF, -1))
    assert holds(enclosure(relation("tanh(x) < 1")[0], {"x": reals}, {}), ">")
    assert holds(enclosure(relation("x*tanh(x) > 0")[0], {"x": Interval((Q(0), 1), (INF, -1))}, {}), ">")
    assert not holds(enclosure(relation("x*tanh(x) > 0")[0], {"x": Interval((Q(0), 0), (INF, -1))}, {}), ">")
    assert not holds(enclosure(relation("cosh(x) > 1")[0], {"x": reals}, {}), ">")
    assert not holds(enclosure(relation("x < 1")[0], {"x": Interval((Q(0), 0), (Q(1), 0))}, {}), ">")


@pytest.mark.parametrize(
    ("f", "order"),
    [("exp(x)*sin(x)", 5), ("tanh(x)", 6), ("log(2+x)/(1+x**2)", 5), ("erf(x)+atan(x)", 6), ("sech(x)*sqrt(2+x)", 4)],
)
def test_taylor_coefficients_are_those_of_sympy(f, order):
    x = sp.Symbol("x", real=True)
    found = jet(relation(f"{f} >= 0")[0], {"x": [point(Q(1, 3)), point(1), *[point(0)] * order]}, order)
    for k, c in enumerate(found):
        exact = sp.diff(sp.sympify(f), sp.Symbol("x"), k).subs(sp.Symbol("x"), sp.Rational(1, 3)) / sp.factorial(k)
        value = sp.Rational(str(exact.evalf(40)))
        assert float(c.lo[0]) - 1e-15 <= float(value) <= float(c.hi[0]) + 1e-15
        assert c.hi[0] - c.lo[0] < Q(1, 10**9)
    assert x.is_real


LANGUAGE = [
    "x + 0.1*y >= 1/3 - x/y", "-x**2 < 2**-x", "x**-2*y == 1e-3", "exp(x)*sqrt(y) != pi", "tanh(x) - sech(y)**2 <= E",
    "abs(x - y) + max(x, y, 2) - min(x, y) >= 0", "sinh(x)*cosh(y) >= atan(x)", "log(y) <= erf(x) + erfc(y)",
    "sign(x)*relu(y) >= sigmoid(x)", "asinh(x) + acosh(y + 1) + atanh(x/9) > 0", "x - (y - (x - y)) <= x/(y/2)",
    "2**x**2 > cos(x) + tan(y/9)", "cot(y) < csc(y) + sec(x/9) + coth(x) + csch(x)", "asin(x/9) + acos(x/9) >= -y",
]  # fmt: skip


@pytest.mark.parametrize("text", LANGUAGE)
def test_the_checker_reads_what_the_parser_of_statements_reads(text):
    (theirs,) = parse_statement(text).relations
    for x, y in ((Q(1, 2), Q(3, 4)), (Q(3), Q(1, 5)), (Q(2, 7), Q(7, 2))):
        at = {
            s: sp.Rational(*value.as_integer_ratio())
            for s, value in zip(sp.symbols("x y", real=True), (x, y), strict=True)
        }
        exact = sp.Float(
            (theirs.slack if theirs.op not in ("==", "!=") else theirs.lhs - theirs.rhs).subs(at).evalf(30), 30
        )
        nested = text.replace("max(x, y, 2)", "max(x, max(y, 2))")
        found = enclosure(relation(nested)[0], {"x": point(x), "y": point(y)}, {})
        assert float(found.lo[0]) - 1e-12 <= float(exact) <= float(found.hi[0]) + 1e-12, text


@pytest.mark.parametrize(
    "text",
    ["x", "x >= ", "x = 1", "1 <= x <= 2", "x >= foo(x)", "x >= y", "x >= 1; x", "x >= x.real", "x >= [1]",
     "x >= 1 # 2", "x >= (1", "x) + (1 >= 0", "x >= 'a'", "x >= lambda: 1", "x >= x if x else x", "x >= 1/0",
     "x >= exp()", "x >= max(x)", "x >= 10**1000", "x >= x**x**x**x", "x >= __import__('os')", "x >= abs(x=1)",
     "x >= " + "(" * 500],
)  # fmt: skip
def test_what_is_no_statement_is_rejected(text):
    with pytest.raises(Rejected):
        verify(case(text, "x >= 1", "x <= 2", boxes=[box(("1", "2"))]))


# -- coverage ---------------------------------------------------------------------------------------------------------


def accepted(text: str) -> bool:
    try:
        return verify(text)[1] == []
    except Rejected:
        return False


@pytest.mark.parametrize("gap", [Q(0), Q(1, 10**12), Q(1, 10**30), Q(1, 2)])
def test_a_gap_of_any_width_is_seen(gap):
    boxes = [box(("0", "1")), box((str(1 + gap), "2"))]
    assert accepted(case("x >= 0", "x >= 0", "x <= 2", boxes=boxes)) == (gap == 0)


@pytest.mark.parametrize("missing", range(4))
def test_every_box_of_a_tiling_of_the_plane_is_needed(missing):
    sides = [("-oo", "0"), ("0", "oo")]
    boxes = [box(a, b) for a in sides for b in sides]
    assert accepted(case("x**2 + y**2 >= 0", boxes=boxes, names="xy"))
    assert not accepted(case("x**2 + y**2 >= 0", boxes=boxes[:missing] + boxes[missing + 1 :], names="xy"))


def test_a_notch_at_a_corner_is_seen():
    boxes = [box(("0", "1"), ("0", "1")), box(("1", "2"), ("0", "2")), box(("0", "1"), ("1", "2"))]
    hypotheses = ("x >= 0", "x <= 2", "y >= 0", "y <= 2")
    assert accepted(case("x + y >= 0", *hypotheses, boxes=boxes, names="xy"))
    boxes[2] = box(("0", "1"), ("1", "1999999999999/1000000000000"))
    assert not accepted(case("x + y >= 0", *hypotheses, boxes=boxes, names="xy"))


def test_open_and_closed_ends_differ_where_the_bound_touches():
    one = [box(("0", "1"))]
    assert accepted(case("x > 0", "x > 0", "x <= 1", boxes=one))
    assert not accepted(case("x > 0", "x >= 0", "x <= 1", boxes=one))
    assert accepted(case("x >= 0", "x >= 0", "x <= 1", boxes=one))
    assert not accepted(case("x >= 0", "x <= 1", boxes=one))
    assert accepted(case("1/x > 0", "x > 0", "x <= 1", boxes=one))
    assert not accepted(case("1/x > 0", "x >= 0", "x <= 1", boxes=one))
    assert not accepted(case("log(x) <= 1", "x >= 0", "x <= 1", boxes=one))


TOUCHING = {"along": "x", "at": "0", "order": 3}


def test_bounds_that_touch_are_verified_and_those_false_by_a_hair_are_not():
    one = [box(("0", "1/4"), **TOUCHING)]
    assert accepted(case("tanh(x) <= x", "x >= 0", "x <= 1/4", boxes=one))
    assert not accepted(case("tanh(x) <= x*(1 - 1e-12)", "x >= 0", "x <= 1/4", boxes=one))
    assert not accepted(case("tanh(x) < x", "x >= 0", "x <= 1/4", boxes=one))
    assert accepted(case("tanh(x) < x", "x > 0", "x <= 1/4", boxes=one))
    assert not accepted(case("tanh(x) <= x", "x >= -1/4", "x <= 1/4", boxes=[box(("-1/4", "1/4"), **TOUCHING)]))


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize(
    ("false", "where"),
    [("-abs(x) >= 0", "x >= 0"), ("where(x, -1, 1) >= 0", "x > 0"), ("min(x, 0) >= x/2", "x >= 0"),
     ("x - abs(x) >= x/9", "x > 0"), ("sign(x) <= 0", "x > 0"), ("sqrt(x) <= x", "x > 0")],
)  # fmt: skip
def test_nothing_is_concluded_from_a_derivative_at_a_kink(false, where, order):
    assert not accepted(case(false, where, "x <= 1", boxes=[box(("0", "1"), along="x", at="0", order=order)]))


def test_a_box_is_left_out_only_where_a_hypothesis_certainly_fails():
    out = {"box": [["0", "1"]], "excluded": 2}
    rest = box(("1", "2"))
    for guard, fine in (("x**2 > 1", True), ("x**2 >= 1", False), ("x**2 > 99/100", False)):
        assert accepted(case("x >= 1", "x >= 0", "x <= 2", guard, boxes=[out, rest])) is fine


@pytest.mark.parametrize("bound", ["1/2", "1", "0"])
def test_a_bound_that_is_too_large_is_rejected(bound):
    assert accepted(case("x >= 0", "x >= 1/2", "x <= 1", boxes=[box(("1/2", "1"), bound=bound)])) is (bound != "1")
    assert not accepted(case("x >= 0", "x >= 1/2", "x <= 1", boxes=[box(("1/2", "1"), bound="-1")]))


# -- rubbish ----------------------------------------------------------------------------------------------------------

GOOD = json.loads(case("x >= 0", "x >= 0", "x <= 1", boxes=[box(("0", "1/2")), box(("1/2", "1"))]))
rubbish = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


def places(node: Any, path: tuple = ()) -> list[tuple]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


@given(st.sampled_from(places(GOOD)[1:]), rubbish)
@settings(max_examples=300)
def test_rubbish_is_rejected_and_never_a_traceback(path, junk):
    document = json.loads(json.dumps(GOOD))
    node = document
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = junk
    accepted(json.dumps(document))


@given(st.text(max_size=200) | rubbish.map(json.dumps))
def test_any_text_is_rejected(text):
    assert not accepted(text)


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"format": ' + "9" * 10_000 + "}", case("x >= " + "-" * 5000 + "x", boxes=[box(("0", "1"))]),
     case("x >= " + "exp(" * 90 + "x" + ")" * 90, "x >= 0", "x <= 9", boxes=[box(("0", "9"))]),
     case("x**199**199**199 <= 1", "x >= 2", "x <= 3", boxes=[box(("2", "3"))])],
)  # fmt: skip
def test_a_certificate_made_to_exhaust_the_checker_is_rejected_at_once(text):
    assert not accepted(text)


OWN = {"gradproof.certificates.checker_algebra", "gradproof.certificates.checker_arithmetic"}


@pytest.mark.parametrize("name", ["checker", "checker_algebra", "checker_arithmetic"])
def test_the_checker_is_of_three_short_modules_and_imports_nothing_else_of_ours(name):
    import ast
    from importlib import import_module
    from pathlib import Path

    source = Path(str(import_module(f"gradproof.certificates.{name}").__file__)).read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 310
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    named = {a.name for node in imports if isinstance(node, ast.Import) for a in node.names}
    named |= {str(node.module) for node in imports if isinstance(node, ast.ImportFrom)}
    standard = {
        "__future__",
        "ast",
        "collections.abc",
        "copy",
        "fractions",
        "functools",
        "json",
        "pathlib",
        "re",
        "sys",
    }
    assert named - (OWN if name == "checker" else set()) <= standard | {"time", "typing"}


def test_images_of_points_are_exact_where_bounds_like_to_touch():
    assert image("exp", point(0)) == point(1)
    assert image("log", point(1)) == point(0)
    for text in ("tanh(x) >= 0", "sinh(x) >= 0", "cosh(x) >= 1", "cos(x) >= 1", "sin(x) >= 0", "sqrt(1+x) >= 1"):
        assert enclosure(relation(text)[0], {"x": point(0)}, {}) == point(0)
