"""Pairs of expressions that the checker's algebra has to take for the same, and pairs that it must not."""

# ruff: noqa: E501 (the tables)
from __future__ import annotations

import ast
from fractions import Fraction as Q
from typing import Any

SAME = [
    ("tanh(x)", "-1 + 2/(1 + exp(-2*x))"), ("sech(x)**2", "1 - tanh(x)**2"), ("tanh(-a*y)", "-tanh(a*y)"),
    ("exp(-x)/(1 + exp(-x))**2", "(1 - 1/(1 + exp(-x)))/(1 + exp(-x))"), ("sqrt(8)", "2*sqrt(2)"),
    ("1/sqrt(2)", "sqrt(2)/2"), ("erf(-x)", "-erf(x)"), ("abs(-x)", "abs(x)"), ("abs(p)", "p"), ("abs(n)", "-n"),
    ("abs(x*y)", "abs(x)*abs(y)"), ("abs(exp(x)*y)", "exp(x)*abs(y)"),
    ("sqrt(p)*sqrt(p)", "p"), ("cosh(2*x)", "2*sinh(x)**2 + 1"),
    ("tanh(x + y)", "(tanh(x) + tanh(y))/(1 + tanh(x)*tanh(y))"), ("tanh(tanh(x))", "-tanh(tanh(-x))"),
    ("where(p, 1, x)", "1"), ("max(p, n)", "p"), ("where(x, 1, 0)", "where(x, 1, 0)"),
    ("x/(x + y) + y/(x + y)", "1"), ("p**(3/2)/p", "sqrt(p)"), ("exp(x/2)*exp(x/2)", "exp(x)"),
    ("sqrt(exp(2*x))", "exp(x)"), ("sinh(x)/cosh(x)", "tanh(x)"),
    ("where(n, 1, x)", "x"), ("max(n, p)", "p"), ("max(x, y)", "max(x + 0, y)"), ("abs(x**2)", "x**2"), ("abs(x**3)", "abs(x)**3"),
    ("abs(-3*x)", "3*abs(x)"), ("abs(x*y + x)", "abs(x)*abs(y + 1)"), ("abs(0*x)", "0"), ("erf(0*x)", "0"), ("exp(0*x)", "1"),
    ("exp(x/y)*exp(-x/y)", "1"), ("e*e", "exp(2)"),

    ("sqrt(1/2)", "sqrt(2)/2"), ("sqrt(18)", "3*sqrt(2)"), ("sqrt(2*p)", "sqrt(2)*sqrt(p)"), ("37**(1/2)*37**(1/2)", "37"),
    ("1/(2*sqrt(2))", "sqrt(2)/4"), ("8**(2/3)", "4"), ("(1/8)**(2/3)", "1/4"), ("12**(1/2)", "2*3**(1/2)"), ("p**(-1/2)*p", "sqrt(p)"),
    ("sqrt(1 + x**2)", "sqrt(x**2 + 1)"),
    ("(1 + x**2)**(3/2)", "(1 + x**2)*sqrt(1 + x**2)"), ("(1 + x**2)**(-1/2)", "sqrt(1 + x**2)/(1 + x**2)"),
    ("1/(1/x + 1/y)", "x*y/(x + y)"), ("1/(1 + 1/x)", "x/(1 + x)"), ("(x + y)**3", "x**3 + 3*x**2*y + 3*x*y**2 + y**3"), ("(x + 1)**(-2)", "1/(x**2 + 2*x + 1)"),
    ("x/(2*x + 2)", "1/2 - 1/(2 + 2*x)"), ("x**0", "1"), ("abs(abs(x))", "abs(x)"), ("sin(-x)*atan(-y)", "sin(x)*atan(y)"), ("abs(sqrt(2)*x)", "sqrt(2)*abs(x)"),
    ("cos(x)", "cos(-x)"), ("erf(x - y) + erf(y - x)", "0"), ("where(x, p, n)", "where(2*x - x, p, n)"), ("abs(y/p)", "abs(y*(1/p))"), ("relu(-p)", "0"),
    ("sign(p)", "1"), ("sign(n)", "-1"), ("min(n, p)", "n"), ("1/(x*p**(1/2))", "p**(-1/2)/x"), ("abs(x/(1 + x**2))", "abs(x/(x**2 + 1))"),
    ("abs(r)", "-r"), ("where(r, 1, 2)", "2"), ("max(s, 0)", "s"), ("abs(s)", "s"), ("abs(-s)", "s"), ("abs(x - x)", "0"), ("max(q, 0)", "q"), ("abs(x**2*y)", "x**2*abs(y)"), ("abs(tanh(x*y))", "abs(tanh(-x*y))"), ("abs(x + y)", "abs(-x - y)"),
    ("log(2*p - p)", "log(p)"), ("x**y", "x**(2*y/2)"), ("2**x + log(p)", "log(p) + 2**(x + 0)"), ("x**(1 + 1)", "x*x"), ("p**y*x**z", "x**z*p**y"),
]  # fmt: skip
OTHER = [
    ("sqrt(x**2)", "x"), ("(x**6)**(1/6)", "x"), ("abs(x)", "x"), ("exp(x)", "exp(x) + 1e-30"), ("tanh(x)", "tanh(x*(1 + 1e-15))"),
    ("where(x, 1, 2)", "1"), ("where(x, 1, 2)", "2"), ("max(x, y)", "x"), ("abs(x + y)", "abs(x) + abs(y)"), ("x", "y"),
    ("e", "2.718281828459045"), ("pi", "22/7"), ("log(p*z)", "log(p) + log(z)"), ("sqrt(2)*sqrt(3)", "sqrt(5)"), ("erf(x)", "tanh(x)"),
    ("exp(x*y)", "exp(x)*exp(y)"), ("abs(x)**3", "x**3"), ("sin(x)", "x"), ("atan(x)", "atan(-x)"), ("x**(1/3)*x**(1/3)", "x"),
    # The base of a power may be negative where the exponent is whole: then it is not exp(y·log x).
    ("sqrt(x**y)", "x**(y/2)"), ("sqrt(n**y)", "n**(y/2)"), ("(x**y)**(1/4)", "x**(y/4)"), ("x**y", "exp(y*log(x))"),
    ("abs(x**3)", "x**3"), ("abs(x*y)", "x*abs(y)"), ("abs(-3*x)", "-3*abs(x)"), ("abs(x + 1)", "abs(x) + 1"), ("abs(exp(x) - 1)", "exp(x) - 1"),
    ("where(0*x, 1, 2)", "1"), ("where(q, 1, 2)", "1"), ("max(n, p)", "n"), ("where(n, 1, 2)", "1"), ("where(p, 1, 2)", "2"), ("abs(n)", "n"), ("min(n, p)", "p"),
    ("erf(-x)", "erf(x)"), ("abs(-x)", "-abs(x)"), ("exp(-x)", "exp(x)"), ("exp(-x)", "-exp(x)"), ("log(exp(x) + 1)", "x"), ("log(2*exp(x))", "x"),
    ("log(exp(x)*exp(y))", "x"), ("log(exp(x)/exp(y))", "x + y"), ("exp(2*log(p))", "2*p"), ("exp(log(p) + 1)", "p"), ("exp(log(p)*x)", "p"), ("exp(log(p)/x)", "p"),
    ("sqrt(8)", "3*sqrt(2)"), ("sqrt(1/2)", "sqrt(2)"), ("sqrt(37*41)", "sqrt(37)"), ("sqrt(p)", "p"), ("sqrt(-2*n)", "sqrt(2)*sqrt(n)"), ("p**(3/2)", "p"),
    ("sqrt(p*q)", "sqrt(p)"), ("(1 + x)**(3/2)", "sqrt(1 + x)"), ("(1 + x)**(1/3)", "sqrt(1 + x)"), ("(1 + x)**(-1/2)", "sqrt(1 + x)"),
    ("1/(1 + x)", "1 + x"), ("1/(1/x + 1/y)", "x + y"), ("x/(x - x)", "x/(y - y)"), ("1/0", "1/0"), ("0/0", "1"), ("x**2", "x"), ("x**(-2)", "x**2"), ("(x + 1)**2", "x**2 + 1"),
    ("x/(2*x + 2)", "x/(x + 1)"), ("where(x, p, n)", "where(y, p, n)"), ("where(x, p, n)", "where(x, n, p)"), ("max(x, y)", "max(x, z)"), ("max(x, y)", "max(y, y)"),
    ("where(x, p, n)", "where(-x, p, n)"), ("max(x, y)", "-max(-x, y)"), ("erf(x)", "erf(y)"), ("sin(x)", "sin(y)"), ("atan(x + y)", "atan(x)"), ("2**x", "3**x"), ("x**y", "x**z"), ("max(q, 0)", "0"), ("abs(r)", "r"), ("where(r, 1, 2)", "1"), ("abs(t)", "t"), ("abs(t)", "-t"), ("max(s, 0)", "0"), ("where(s, 1, 2)", "2"), ("where(t, 1, 2)", "2"), ("abs(x/(1 + x**2))", "abs(x)"), ("abs(x/(1 + x**2))", "x/(1 + x**2)"), ("abs(x*y + x)", "abs(x)"),
    ("abs(x + y)", "-abs(-x - y)"), ("abs(x + y)", "abs(x - y)"), ("x**y", "z**y"), ("p**y", "p**(y/1 + 1)"), ("log(p)", "log(p + 1)"), ("p**(1/y)", "p**(2/y)"),
    ("x**30", "x**30"), ("2**(1000000000/3)", "2**(1000000000/3)"), ("abs(x)", "abs(y)"), ("e**x", "e**y"), ("sign(p)", "-1"), ("relu(n)", "n"), ("abs(y/p)", "y/p"),
]  # fmt: skip
ENDS = {"p": (Q(0), 1, True), "n": (Q(0), -1, True), "q": (Q(0), 1, False), "r": (Q(0), -1, False)}
"""p > 0, n < 0, q ≥ 0, r ≤ 0; 0 ≤ s ≤ 1, −1 ≤ t ≤ 1; the other variables may have any value."""
GIVEN = [  # (facts, two expressions, whether they are seen to be the same)
    (["x - y >= 0"], "max(x, y)", "x", True), (["x - y >= 0"], "max(x, y)", "y", False), (["x - y >= 0"], "where(x - y, 1, 2)", "1", False),
    (["x - y >= 0"], "abs(y - x)", "x - y", True), (["x - y >= 0"], "abs(y - x)", "y - x", False), (["x - y >= 0"], "where(y - x, 1, 2)", "2", True),
    (["3*x - 3*y > 0"], "where(x - y, 1, 2)", "1", True), (["3*x - 3*y > 0"], "where(x - y, 1, 2)", "2", False), (["3*x - 3*y > 0"], "where(y - x, 1, 2)", "2", True),
    (["x - y == 0"], "max(x, y)", "x", True), (["x - y == 0"], "where(x - y, 1, 2)", "1", False), (["x - y == 0"], "where(x - y, 1, 2)", "2", False),
    (["y - x == 0"], "abs(x - y)", "x - y", True), (["x - y != 0"], "max(x, y)", "x", False), (["x - y != 0"], "max(x, y)", "y", False),
    (["x - y != 0", "a >= 0", "x - y >= 0"], "max(x, y)", "x", True), (["a >= 0"], "max(x, y)", "x", False), ([], "max(x, y)", "x", False),
]  # fmt: skip


def zero(module: Any, f: str, g: str, facts: Any = ()) -> bool:
    """Whether the algebra of the module sees that f − g is 0, for these ranges."""
    reals, end = module.REALS, module.Interval
    box = dict.fromkeys("axyz", reals)
    for name, (number, side, open_) in ENDS.items():
        own = (number, side * open_)
        box[name] = end(own, reals.hi) if side > 0 else end(reals.lo, own)
    box |= {"s": end((Q(0), 0), (Q(1), 0)), "t": end((Q(-1), 0), (Q(1), 0))}
    return module.algebra([module.relation(text) for text in facts], box).zero(
        ast.BinOp(module.parse(f), ast.Sub(), module.parse(g))
    )


def probe_algebra(module: Any) -> None:
    for f, g in SAME:
        assert zero(module, f, g), (f, g)
    for f, g in OTHER:
        assert not zero(module, f, g), (f, g)
    for facts, f, g, seen in GIVEN:
        assert zero(module, f, g, facts) == seen, (facts, f, g)
