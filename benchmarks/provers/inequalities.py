"""Twenty inequalities on boxes, and how their truth is known: a theorem, or a point at which they fail.

Each says `slack ≥ 0` (or > 0) for all points of a closed box with rational ends, so that every tool can be asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

NAMES = {name: sp.Symbol(name, real=True) for name in "abcdpqxyz"}


@dataclass(frozen=True)
class Inequality:
    """left ≤ right on the box. `fails_at` is an exact point of the box where it is false; None where it is true."""

    name: str
    left: str
    right: str
    box: Mapping[str, tuple[str, str]]
    kind: str
    reference: str
    fails_at: Mapping[str, str] | None = None

    @property
    def slack(self) -> sp.Expr:
        read: Any = sp.sympify
        return read(self.right, locals=NAMES, rational=True) - read(self.left, locals=NAMES, rational=True)

    @property
    def true(self) -> bool:
        return self.fails_at is None

    @property
    def statement(self) -> str:
        return f"{self.left} <= {self.right}"

    @property
    def where(self) -> str:
        return ", ".join(f"{lo} <= {v}, {v} <= {hi}" for v, (lo, hi) in self.box.items())


def _cube(names: str, lo: str, hi: str) -> dict[str, tuple[str, str]]:
    return dict.fromkeys(names, (lo, hi))


def _diagonal(names: str, value: str = "1") -> dict[str, str]:
    return dict.fromkeys(names, value)


_CYCLE = "a*b + b*c + c*d + d*p + p*q + q*a"
_SQUARES = "a**2 + b**2 + c**2 + d**2 + p**2 + q**2"
_NESBITT = "x/(y + z) + y/(z + x) + z/(x + y)"

INEQUALITIES = (
    Inequality("one layer", "x*(1 - tanh(x)**2)", "9/20", _cube("x", "0", "10"), "true",
               "its one critical point has 2x tanh x = 1, where the value is below 0.448"),
    Inequality("exponential, two terms", "exp(x)", "1 + x + x**2", _cube("x", "-1", "1"), "touching",
               "Σ x^k/k! from k = 2 on is at most x² Σ 1/k! = (e − 2) x² for |x| ≤ 1"),
    Inequality("tanh below its tangent", "tanh(x)", "x", _cube("x", "0", "5"), "touching", "DLMF 4.32.3"),
    Inequality("sine from below", "x - x**3/6", "sin(x)", _cube("x", "0", "3"), "touching",
               "integrate cos x ≤ 1 three times"),
    Inequality("logarithm and root", "log(1 + x)", "x/sqrt(1 + x)", _cube("x", "0", "10"), "touching",
               "Mitrinović, Analytic Inequalities, 3.6.15 (Karamata)"),
    Inequality("quartic", "4*x", "x**4 + 3", _cube("x", "-3", "3"), "touching", "x⁴ − 4x + 3 = (x − 1)²(x² + 2x + 3)"),
    Inequality("maximum of x exp(-x)", "x*exp(-x)", "367879/1000000", _cube("x", "0", "20"), "false by a hair",
               "the maximum is 1/e", {"x": "1"}),
    Inequality("sine from above", "sin(x)", "x - x**3/6 + x**5/121", _cube("x", "0", "3"), "false by a hair",
               "with 1/120 it is a Taylor bound", {"x": "2/5"}),
    Inequality("Fenchel and Young", "x*y", "exp(x) + y*log(y) - y", {"x": ("0", "2"), "y": ("1/10", "5")}, "touching",
               "the conjugate of e^x is y log y − y"),
    Inequality("two means", "sqrt(x*y)", "(x + y)/2", _cube("xy", "1/10", "4"), "touching", "(√x − √y)² ≥ 0"),
    Inequality("two layers", "x*y*(1 - tanh(x*y)**2)", "9/20", _cube("xy", "0", "3"), "true",
               "one layer, at the product"),
    Inequality("triangle of products", "x*y*(1 - x - y)", "370370/10000000", _cube("xy", "0", "1"), "false by a hair",
               "the maximum is 1/27", _diagonal("xy", "1/3")),
    Inequality("three means", "3*x*y*z", "x**3 + y**3 + z**3", _cube("xyz", "0", "2"), "touching",
               "arithmetic and geometric mean; DLMF 1.7.7"),
    Inequality("Nesbitt", "3/2", _NESBITT, _cube("xyz", "1/10", "2"), "touching", "Nesbitt 1903"),
    Inequality("Nesbitt and a hair", "3/2 + 1/1000000", _NESBITT, _cube("xyz", "1/10", "2"), "false by a hair",
               "equality in Nesbitt's inequality", _diagonal("xyz")),
    Inequality("Cauchy and Schwarz", "(a*b + c*d)**2", "(a**2 + c**2)*(b**2 + d**2)", _cube("abcd", "-2", "2"),
               "touching", "DLMF 1.7.1"),
    Inequality("four outputs", "tanh(a) + tanh(b) + tanh(c) + tanh(d)", "a + b + c + d + 1/100",
               _cube("abcd", "0", "2"), "true", "tanh below its tangent, four times"),
    Inequality("five squares", "(a + b + c + d + p)**2", "5*(a**2 + b**2 + c**2 + d**2 + p**2)",
               _cube("abcdp", "-1", "1"), "touching", "DLMF 1.7.1 with a vector of ones"),
    Inequality("six in a ring", _CYCLE, _SQUARES, _cube("abcdpq", "-1", "1"), "touching",
               "half the sum of the squares of the differences"),
    Inequality("six in a ring and a hair", f"{_CYCLE} + 1/1000000", _SQUARES, _cube("abcdpq", "-1", "1"),
               "false by a hair", "equality on the diagonal", _diagonal("abcdpq")),
)  # fmt: skip
