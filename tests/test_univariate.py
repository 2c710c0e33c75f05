"""The prover as a whole: what is false by a hair is never proved, what is true and classical is proved in seconds."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
from sympy.parsing.sympy_parser import parse_expr

from numerics.deadline import Deadline
from numerics.proof.domain import EmptyDomainError, domains
from numerics.proof.goal import Goal
from numerics.proof.prover import Prover
from theory.statement import Relation

x, y, z, v = sp.symbols("x y z v", real=True)
THIRD, HALF = sp.Rational(1, 3), sp.Rational(1, 2)
# A timer that goes off inside a callback of the garbage collector is reported by Python and not raised.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
Statement = tuple[Any, str, Any, str]


def proved(lhs: Any, op: str, rhs: Any, hypotheses: str, seconds: float) -> bool:
    """Whether lhs op rhs is proved under the hypotheses: "0 < x, x <= 1, y >= 0"."""
    relation = Relation(sp.sympify(lhs), op, sp.sympify(rhs))
    assumed = [_relation(text) for text in hypotheses.split(",") if text.strip()]
    used = set(relation.free_symbols).union(*(h.free_symbols for h in assumed))
    try:
        parts = domains(assumed, [s for s in (x, y, z, v) if s in used])
    except EmptyDomainError:
        return True
    slacks = [relation.slack] if op != "==" else [relation.lhs - relation.rhs, relation.rhs - relation.lhs]
    goals = [Goal(slack, relation.strict, domain) for domain in parts for slack in slacks]
    return all(Prover(Deadline.after(seconds)).prove(goal) is not None for goal in goals)


def _relation(text: str) -> Relation:
    for op in ("<=", ">=", "!=", "==", "<", ">"):
        if op in text:
            lhs, rhs = (parse_expr(side, {"x": x, "y": y, "z": z, "v": v}) for side in text.split(op))
            return Relation(lhs, op, rhs)
    raise ValueError(text)


def hair(k: int) -> sp.Expr:
    return sp.Rational(1, 10**k)


ABOVE_ROOT_TWO = sp.Rational("1.41421356237309504880169")
ABOVE_PI = sp.Rational("3.14159265358979323846264338328")

FALSE: list[Statement] = [
    # Less than a hair beyond the truth.
    *((sp.tanh(x), "<=", x - hair(k), "x >= 0") for k in (3, 6, 9, 12)),
    *((sp.exp(x), ">=", 1 + x + hair(k), "") for k in (3, 6, 9, 12)),
    *((x * (1 - x), "<=", sp.Rational(1, 4) - hair(k), "0 <= x, x <= 1") for k in (3, 6, 9, 12)),
    *((sp.sin(x), "<=", 1 - hair(k), "") for k in (3, 6, 9, 12)),
    *((sp.tanh(x), "<=", 1 - hair(k), "x >= 0") for k in (3, 6, 9, 12)),
    *((x / (1 + x), "<=", 1 - hair(k), "x >= 0") for k in (3, 6, 9, 12)),
    *((x**2 + y**2, ">=", 2 * x * y + hair(k), "") for k in (3, 6, 9)),
    *((sp.log(x), "<=", x - 1 - hair(k), "x > 0") for k in (3, 6, 9)),
    *((sp.cosh(x), ">=", 1 + x**2 / 2 + hair(k) * x**2, "") for k in (1, 3, 5)),
    *((x * sp.exp(-x), "<=", sp.exp(-1) - hair(k), "x >= 0") for k in (3, 6, 9)),
    *((sp.sech(x) ** 2, ">", hair(k), "") for k in (3, 9)),
    *((x + y, ">=", 2 * sp.sqrt(x * y) + hair(k), "x >= 0, y >= 0") for k in (3, 6)),
    *((v**4 - 4 * x * v + 3 + 3 * hair(k), ">", 0, f"x >= {-1 - hair(k - 1)}, x <= 1") for k in (5, 9, 11)),
    # Strict, where it touches.
    (sp.tanh(x), "<", x, "x >= 0"), (sp.exp(x), ">", 1 + x, ""), (x**2, ">", 0, ""), (sp.cosh(x), ">", 1, ""),
    (sp.sin(x), "<", 1, ""), (x**2 + y**2, ">", 2 * x * y, ""), (x * (1 - x), "<", sp.Rational(1, 4), "0 < x, x < 1"),
    (x, ">", 0, "0 <= x, x <= 1"), (x, "<", 1, "0 <= x, x <= 1"), (sp.Abs(x), ">", 0, ""),
    (sp.log(x), "<", x - 1, "x > 0"),
    (sp.Max(x, 0), ">", 0, ""), (x * y, ">", 0, "x >= 0, y > 0"), (x - y, ">", 0, "x >= y"), (x, "!=", 0, "x >= 0"),
    # Wrong beside a point where the first terms vanish, or where there is no Taylor series.
    (x**2, ">=", sp.sqrt(x), "x >= 0"), (x**3, ">=", x ** sp.Rational(3, 2), "x >= 0"), (sp.sin(x), ">=", x, "x >= 0"),
    (x**3, ">=", 0, ""), (x**2 - x**4 * 10**6, ">=", 0, "-1 <= x, x <= 1"), (x * sp.log(x), ">=", 0, "0 < x, x <= 1"),
    (x**x, ">=", 1, "x > 0"), (sp.sqrt(x), "<=", 10**4 * x, "x >= 0"),
    (x - sp.Abs(x) + x**2, ">=", 0, "-1 <= x, x <= 1"),
    (sp.exp(x), ">=", x**3, "x >= 0"), (2**x, ">=", x**2, "x >= 0"),
    (sp.sin(x) - x + x**3 / 6, ">=", 0, "-1 <= x, x <= 1"),
    # −∞ or a jump at an end that is left out, or that a rounded end passes.
    (y - 1 / (x - sp.sqrt(2)), ">", 0, "x > sqrt(2), x < 3, y >= 0, y <= 1"),
    (y - 1 / (x - THIRD), ">", 0, "x > 1/3, x < 3, y >= 0, y <= 1"), (-1 / (x - THIRD), ">", 0, "x > 1/3, x < 3"),
    (-1 / (x - THIRD) - sp.sin(1 / (x - THIRD)) / 10, ">", 0, "x > 1/3, x < 3"),
    (sp.tan(x) + y, ">", 0, "x > -pi/2, x < pi/2, y >= 0, y <= 1"), (sp.tan(x), ">", -1000, "x > -pi/2, x < pi/2"),
    (sp.tan(3 * x) + y, ">", 0, "x > -pi/6, x < pi/6, y >= 0, y <= 1"), (sp.log(x), ">", -1000, "x > 0, x < 1"),
    (sp.atan(1 / x), ">", 0, "x != 0"), (1 / x, ">", 0, "x != 0"), (1 / (x * y), ">", 0, "x*y != 0"),
    # A pole of what the constraint leaves out: with the constraint dropped it lies in the middle of the domain.
    (sp.tan(x), ">=", -sp.Rational("2.92709751"), "x >= 0, x <= 2, y >= 0, y <= 1/10, x + y >= 2"),
    (1 / (x - sp.Rational(3, 2)), "<=", sp.Rational(5, 2) - hair(9), "x >= 0, x <= 2, y >= 0, y <= 1/10, x + y >= 2"),
    (sp.tan(x * y) + z, ">=", 0, "x >= 19/10, x <= 2, y >= 1, y <= 21/20, z >= 0, z <= 1"),
    (sp.tan(x * y) * z + 1, ">=", 0, "x >= 19/10, x <= 2, y >= 1, y <= 21/20, z >= 1, z <= 2"),
    # Just beyond an irrational zero.
    (x, "<=", sp.sqrt(2), f"x >= 0, x <= {ABOVE_ROOT_TWO}"), (sp.sin(x), ">=", 0, f"x >= 1, x <= {ABOVE_PI}"),
    (x**2, "<=", 2, f"x >= 0, x <= {ABOVE_ROOT_TWO}"),
    (x**3, "<=", sp.sqrt(2) * x**2, f"x >= 1, x <= {ABOVE_ROOT_TWO}"),
    # Constraints, jumps, whole exponents, oscillation.
    (x + y, "<=", sp.sqrt(2) - hair(9), "x**2 + y**2 <= 1"), (x * y, "<=", HALF - hair(6), "x**2 + y**2 <= 1"),
    (sp.Piecewise((-1, sp.Eq(x, THIRD)), (x * y, True)) + y, ">=", 0, "x >= 0, y >= 0, y <= 1/10"),
    (sp.Piecewise((-1, sp.Eq(x, 1)), (x, True)), ">=", 0, "x >= 0"), (sp.sign(x) + sp.sqrt(x), ">=", 1, "x >= 0"),
    (sp.sin(x) + x / 1000, ">=", 0, "x >= 0"), (x * sp.sin(x), ">=", -100, "x >= 0"), (sp.sin(1 / x), "<", 1, "x > 0"),
    (sp.erf(x), "<", 1 - hair(9), "x > 0"), (x, "==", x + hair(30), ""),
    (sp.sin(x) ** 2 + sp.cos(x) ** 2, "==", 1 + hair(12), ""),
]  # fmt: skip


@pytest.mark.parametrize("statement", FALSE, ids=lambda s: f"{s[0]} {s[1]} {s[2]} if {s[3]}")
def test_what_is_false_is_not_proved(statement: Statement) -> None:
    assert not proved(*statement, seconds=0.25)


@pytest.mark.slow
@pytest.mark.parametrize(("lhs", "op", "rhs", "end"), [
    (x, "<=", sp.sqrt(2), ABOVE_ROOT_TWO), (x**2, "<=", 2, ABOVE_ROOT_TWO), (sp.sin(x), ">=", 0, ABOVE_PI),
])  # fmt: skip
def test_a_zero_just_before_the_end_of_a_range_is_not_taken_for_the_end(lhs: Any, op: str, rhs: Any, end: Any) -> None:
    assert not proved(lhs, op, rhs, f"x >= 1, x <= {end}", seconds=3)


@pytest.mark.slow
@pytest.mark.parametrize("statement", FALSE, ids=lambda s: f"{s[0]} {s[1]} {s[2]} if {s[3]}")
def test_what_is_false_is_not_proved_in_more_time_either(statement: Statement) -> None:
    assert not proved(*statement, seconds=4)


@pytest.mark.parametrize(
    "f", [(-1) ** sp.Symbol("n", integer=True) + HALF, (-2) ** sp.Symbol("n", integer=True)], ids=str
)
def test_a_power_of_a_negative_number_with_a_whole_exponent_is_not_taken_for_positive(f: sp.Expr) -> None:
    (n,) = f.free_symbols
    (domain,) = domains([Relation(n, ">=", sp.S.Zero)], [n])  # pyright: ignore[reportArgumentType]
    assert Prover(Deadline.after(1)).prove(Goal(f, True, domain)) is None


TRUE: list[Statement] = [
    (sp.tanh(x), "<=", x, "x >= 0"), (sp.tanh(x), "<", x, "x > 0"), (sp.exp(x), ">=", 1 + x, ""),
    (sp.log(x), "<=", x - 1, "x > 0"),
    (sp.sin(x), "<=", x, "x >= 0"), (sp.sin(x), ">=", 2 * x / sp.pi, "0 <= x, x <= pi/2"),
    (sp.cosh(x), ">=", 1 + x**2 / 2, ""),
    (sp.cosh(x), "<=", sp.exp(x**2 / 2), ""), (x * (1 - x), "<=", sp.Rational(1, 4), ""),
    (x**2 + y**2, ">=", 2 * x * y, ""),
    (sp.cos(x), ">=", 1 - x**2 / 2, ""), (sp.sin(x), ">=", x - x**3 / 6, "x >= 0"),
    (sp.tan(x), ">=", x, "0 <= x, x < pi/2"),
    (sp.atan(x), "<=", x, "x >= 0"), (sp.atan(x), ">=", x / (1 + x**2), "x >= 0"), (sp.log(1 + x), "<=", x, "x > -1"),
    (sp.log(1 + x), ">=", x / (1 + x), "x > -1"), (sp.log(1 + x), ">=", 2 * x / (2 + x), "x >= 0"),
    (x * sp.log(x), ">=", -sp.exp(-1), "x > 0"), (x * sp.exp(-x), "<=", sp.exp(-1), "x >= 0"),
    (sp.sinh(x), ">=", x, "x >= 0"),
    (x / sp.sinh(x), "<", 1, "x > 0"), (sp.sech(x) ** 2, "<=", 1, ""), (sp.tanh(x) ** 2 + sp.sech(x) ** 2, "==", 1, ""),
    (sp.sin(x) ** 2 + sp.cos(x) ** 2, "==", 1, ""), (sp.exp(x), ">=", sp.E * x, ""),
    (x ** (1 / x), "<=", sp.exp(sp.exp(-1)), "x > 0"),
    (sp.sqrt(x * y), "<=", (x + y) / 2, "x >= 0, y >= 0"), (sp.sqrt(1 + x), "<=", 1 + x / 2, "x >= -1"),
    (x + 1 / x, ">=", 2, "x > 0"),
    (sp.erf(x), "<", 1, ""), (sp.erfc(x), "<=", sp.exp(-(x**2)), "x >= 0"),
    (sp.Abs(x + y), "<=", sp.Abs(x) + sp.Abs(y), ""),
    (sp.Max(x, y), ">=", (x + y) / 2, ""), (x**2 + y**2 + z**2, ">=", x * y + y * z + z * x, ""),
    (sp.exp(-x), "<", 1, "x > 0"),
    (1 / (1 + sp.exp(-x)), "<", 1, ""), (sp.log(1 + sp.exp(x)), ">", sp.Max(x, 0), ""), (x**2, ">=", 0, ""),
    (sp.sinh(x) / x, ">=", 1, "x > 0"),
    (x / (1 + x**2), "<=", HALF, ""), (sp.tanh(x), "<", 1, ""), (x - y, ">", 0, "x > y"),
    (x**4 - 4 * x * y + 3, ">=", 0, "y >= -1, y <= 1"), (sp.tan(x), ">", -1, "x > -pi/4, x < pi/2"),
    (x**2, "<=", 2, "x >= 0, x <= sqrt(2)"),
]  # fmt: skip


@pytest.mark.parametrize("statement", TRUE, ids=lambda s: f"{s[0]} {s[1]} {s[2]} if {s[3]}")
def test_what_is_classical_is_proved(statement: Statement) -> None:
    assert proved(*statement, seconds=5)
