"""The checker's algebra says 0 of what is 0 identically, and of nothing else; attacked with what is nearly so."""

# ruff: noqa: E501 (the tables)
from __future__ import annotations

import ast
import random
from fractions import Fraction as Q

import pytest

from gradproof.checker import algebra, enclosure
from gradproof.checker_arithmetic import INF, REALS, Interval, parse, point

POSITIVE, NEGATIVE = Interval((Q(0), 1), (INF, -1)), Interval((-INF, 1), (Q(0), -1))
BOX = {**dict.fromkeys("axyz", REALS), "p": POSITIVE, "n": NEGATIVE}

SAME = [
    ("tanh(x)", "-1 + 2/(1 + exp(-2*x))"), ("sech(x)**2", "1 - tanh(x)**2"), ("tanh(-a*y)", "-tanh(a*y)"),
    ("exp(-x)/(1 + exp(-x))**2", "(1 - 1/(1 + exp(-x)))/(1 + exp(-x))"), ("sqrt(8)", "2*sqrt(2)"),
    ("1/sqrt(2)", "sqrt(2)/2"), ("erf(-x)", "-erf(x)"), ("abs(-x)", "abs(x)"), ("abs(p)", "p"), ("abs(n)", "-n"),
    ("abs(x*y)", "abs(x)*abs(y)"), ("abs(exp(x)*y)", "exp(x)*abs(y)"), ("exp(2*log(p))", "p**2"),
    ("sqrt(p)*sqrt(p)", "p"), ("cosh(2*x)", "2*sinh(x)**2 + 1"), ("log(exp(x))", "x"), ("tanh(atanh(x))", "x"),
    ("tanh(x + y)", "(tanh(x) + tanh(y))/(1 + tanh(x)*tanh(y))"), ("tanh(tanh(x))", "-tanh(tanh(-x))"),
    ("where(p, 1, x)", "1"), ("max(p, n)", "p"), ("where(x, 1, 0)", "where(x, 1, 0)"), ("E**x", "exp(x)"),
    ("x/(x + y) + y/(x + y)", "1"), ("p**(3/2)/p", "sqrt(p)"), ("exp(x/2)*exp(x/2)", "exp(x)"), ("2**x*2**y", "2**(x + y)"),
    ("sqrt(exp(2*x))", "exp(x)"), ("sinh(x)/cosh(x)", "tanh(x)"),
]  # fmt: skip
OTHER = [
    ("sqrt(x**2)", "x"), ("(x**6)**(1/6)", "x"), ("abs(x)", "x"), ("exp(x)", "exp(x) + 1e-30"), ("tanh(x)", "tanh(x*(1 + 1e-15))"),
    ("where(x, 1, 2)", "1"), ("where(x, 1, 2)", "2"), ("max(x, y)", "x"), ("abs(x + y)", "abs(x) + abs(y)"), ("x", "y"),
    ("e", "2.718281828459045"), ("pi", "22/7"), ("log(p*z)", "log(p) + log(z)"), ("sqrt(2)*sqrt(3)", "sqrt(5)"), ("erf(x)", "tanh(x)"),
    ("exp(x*y)", "exp(x)*exp(y)"), ("abs(x)**3", "x**3"), ("sin(x)", "x"), ("atan(x)", "atan(-x)"), ("x**(1/3)*x**(1/3)", "x"),
]  # fmt: skip


def zero(f: str, g: str, box=BOX) -> bool:
    return algebra([], box).zero(ast.BinOp(parse(f), ast.Sub(), parse(g)))


@pytest.mark.parametrize(("f", "g"), SAME)
def test_what_is_the_same_is_seen(f, g):
    assert zero(f, g)


@pytest.mark.parametrize(("f", "g"), OTHER)
def test_what_is_not_the_same_is_never_taken_for_it(f, g):
    assert not zero(f, g)


@pytest.mark.parametrize("name", ["e", "E", "pi"])
def test_a_variable_with_the_name_of_a_constant_is_a_variable(name):
    constant = "exp(1)" if name != "pi" else "2*asin(1)"
    assert not zero(name, constant, {name: REALS})


def expression(rng: random.Random, depth: int) -> str:
    if depth == 0:
        return rng.choice(["x", "y", "p", "2", "1/3", "-1"])
    left, right = expression(rng, depth - 1), expression(rng, depth - 1)
    return rng.choice([f"({left} + {right})", f"({left})*({right})", f"tanh({left})", f"exp({left})", f"abs({left})",
                       f"({left})/(1 + ({right})**2)", f"erf({left})", f"({left} - {right})**2", f"where({left}, {right}, 1)",
                       f"sech({left})", f"max({left}, {right})", f"sqrt(exp({left}))"])  # fmt: skip


def test_two_random_expressions_that_are_taken_for_the_same_have_the_same_values():
    rng, same = random.Random(7), 0
    texts = [expression(rng, rng.choice([1, 1, 2])) for _ in range(45)]
    points = [
        {"x": point(Q(3, 7)), "y": point(Q(-5, 4)), "p": point(Q(2, 9))},
        {"x": point(Q(-2)), "y": point(Q(1, 5)), "p": point(Q(3))},
    ]
    for place, f in enumerate(texts):
        for g in texts[:place]:
            if not zero(f, g):
                continue
            same += f != g
            for at in points:
                x, y = (enclosure(parse(text), at, {}) for text in (f, g))
                assert x.lo[0] <= y.hi[0], (f, g)
                assert y.lo[0] <= x.hi[0], (f, g)
    assert same >= 1


def test_a_case_may_be_decided_by_what_is_given():
    fact = (parse("x - y"), ">=")
    assert algebra([fact], BOX).zero(parse("max(x, y) - x"))
    assert algebra([fact], BOX).zero(parse("abs(y - x) - (x - y)"))
    assert not algebra([fact], BOX).zero(parse("where(x - y, 1, 2) - 1"))
    assert not algebra([], BOX).zero(parse("max(x, y) - x"))
