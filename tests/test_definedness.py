"""Where expressions are real numbers: the conditions of each function, and that none is forgotten."""

from typing import Any

import mpmath
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.definedness import conditions
from theory.errors import StatementError
from theory.parsing import parse_expression
from theory.statement import Relation

x, y = sp.symbols("x y", real=True)
n = sp.Symbol("n", integer=True)


def shown(found) -> list[str]:
    return [str(condition) for condition in found]


@pytest.mark.parametrize(
    ("made", "needed"),
    [
        (sp.log(x), ["x > 0"]),
        (1 / x, ["x ≠ 0"]),
        (x**-3, ["x ≠ 0"]),
        (x**3, []),
        (sp.sqrt(x), ["x ≥ 0"]),
        (x ** sp.Rational(-2, 3), ["x > 0"]),
        (x**y, ["x > 0"]),
        (2**x, []),
        (sp.pi**x, []),
        (x**n, ["x ≠ 0"]),
        (sp.tan(x), ["cos(x) ≠ 0"]),
        (sp.sec(x), ["cos(x) ≠ 0"]),
        (sp.cot(x), ["sin(x) ≠ 0"]),
        (sp.csc(x), ["sin(x) ≠ 0"]),
        (sp.coth(x), ["x ≠ 0"]),
        (sp.csch(x), ["x ≠ 0"]),
        (sp.asin(x), ["-1 ≤ x", "x ≤ 1"]),
        (sp.acos(x), ["-1 ≤ x", "x ≤ 1"]),
        (sp.atanh(x), ["-1 < x", "x < 1"]),
        (sp.acosh(x), ["x ≥ 1"]),
        (sp.Piecewise((sp.log(x), x > 0), (1 / y, True)), ["x > 0", "y ≠ 0"]),
        (sp.sqrt(sp.log(x)), ["x > 0", "log(x) ≥ 0"]),
        (sp.log(x) + 1 / sp.log(x), ["x > 0", "log(x) ≠ 0"]),
        (sp.sin(sp.exp(x)) + sp.Max(x, sp.Abs(y)) + sp.erf(x), []),
    ],
)
def test_what_an_expression_needs(made, needed):
    assert sorted(shown(conditions(made))) == sorted(needed)


@pytest.mark.parametrize("made", [sp.sqrt(1 + x**2), sp.log(sp.exp(x) + 1), 1 / (1 + sp.Abs(x)), sp.sqrt(x**2 + y**2)])
def test_what_is_positive_by_its_form_needs_nothing(made):
    assert conditions(made) == ()


@pytest.mark.parametrize("made", [1 / (x**2 + y**2), sp.log(sp.Abs(x)), 1 / (sp.exp(x) - 1), sp.sqrt(1 - x**2)])
def test_what_is_only_sometimes_positive_is_not_taken_for_positive(made):
    assert len(conditions(made)) == 1


def test_a_condition_on_irrational_constants_is_left_to_be_certified():
    assert shown(conditions(sp.sqrt(sp.pi - 1, evaluate=False))) == ["-1 + pi ≥ 0"]
    assert shown(parse_expression("acos(pi)")[1]) == ["-1 ≤ pi", "pi ≤ 1"]


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (sp.log(0, evaluate=False), "0 > 0, which is false"),
        (sp.Pow(0, -1, evaluate=False), "0 ≠ 0, which is false"),
        (sp.Pow(-1, sp.Rational(1, 2), evaluate=False), "-1 ≥ 0, which is false"),
        (sp.asin(2) + x, "2 ≤ 1, which is false"),
        (sp.zoo, "not a real number"),
        (sp.I * x, "not a real number"),
        (sp.gamma(x), "not known where"),
    ],
)
def test_what_is_real_nowhere_is_refused(made, words):
    with pytest.raises(StatementError, match=words):
        conditions(made)


def test_a_deep_expression_needs_no_stack():
    made = x
    for _ in range(1_500):
        made = sp.Add(sp.log(made, evaluate=False), 1, evaluate=False)
    with pytest.raises(RecursionError):
        str(made)
    assert len(conditions(made)) == 1_500


CALLS = ["log(%s)", "sqrt(%s)", "1/(%s)", "(%s)**(1/3)", "(%s)**-2", "(%s)**x", "tan(%s)", "asin(%s)", "atanh(%s)"]
CALLS += [
    "acosh(%s)",
    "coth(%s)",
    "log1p(%s)",
    "(%s) - 1",
    "2*(%s)",
    "x*(%s)",
    "-(%s)",
    "(%s) - x",
    "abs(%s)",
    "exp(%s)",
]


def defined(text: str, point: Any) -> bool:
    """Whether Python and mpmath, working from the text, find a real number at every step."""
    real = {name: _real(getattr(mpmath, name)) for name in ("log", "sqrt", "tan", "asin", "atanh", "acosh", "coth")}
    names = {"x": _Real(point), "abs": abs, "exp": _real(mpmath.exp), "log1p": _real(mpmath.log1p), **real}
    try:
        eval(text, {"__builtins__": {}}, names)
    except (ValueError, ZeroDivisionError):
        return False
    return True


class _Real:
    """A real number that raises ValueError when it would become complex or infinite."""

    def __init__(self, value):
        self.value = mpmath.mpmathify(getattr(value, "value", value))
        if not (isinstance(self.value, mpmath.mpf) and mpmath.isfinite(self.value)):
            raise ValueError(value)

    def __neg__(self):
        return _Real(-self.value)

    def __abs__(self):
        return _Real(abs(self.value))

    def __sub__(self, other):
        return _Real(self.value - _Real(other).value)

    def __rmul__(self, other):
        return _Real(other * self.value)

    def __mul__(self, other):
        return _Real(self.value * other.value)

    def __rtruediv__(self, other):
        return _Real(other / self.value)

    def __pow__(self, exponent):
        return _Real(self.value ** getattr(exponent, "value", exponent))


def _real(function):
    return lambda argument: _Real(function(argument.value))


def holds(condition: Relation, point: Any) -> bool:
    slack = condition.lhs - condition.rhs if condition.op in (">", ">=", "!=") else condition.rhs - condition.lhs
    value = sp.lambdify(x, slack, "mpmath")(point)
    if not isinstance(value, mpmath.mpf | int):
        return False
    return value > 0 if condition.op in ("<", ">") else value != 0 if condition.op == "!=" else value >= 0


@given(st.lists(st.sampled_from(CALLS), min_size=1, max_size=4), st.integers(-40, 40))
@settings(deadline=None, max_examples=200)
def test_where_the_conditions_hold_the_text_has_a_real_value(calls, sixteenths):
    text, point = "x", mpmath.mpf(sixteenths) / 16
    for call in calls:
        text = call % text
    try:
        _, needed = parse_expression(text)
    except StatementError:
        return
    try:
        met = all(holds(condition, point) for condition in needed)
    except (ValueError, ZeroDivisionError, TypeError):
        return
    assert not met or defined(text, point), f"{text} at {point}: {shown(needed)}"
