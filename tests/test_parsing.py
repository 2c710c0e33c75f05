"""What a text says: the grammar, the precedence, the functions, and that numbers are exact."""

import ast
import math
from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from theory.errors import StatementError
from theory.functions import FUNCTIONS
from theory.parsing import parse_claim, parse_expression, parse_statement

x, y = sp.symbols("x y", real=True)


def expression(text: str) -> sp.Expr:
    return parse_expression(text)[0]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("x + 2*y - 1", x + 2 * y - 1),
        ("-x**2", -(x**2)),
        ("(-x)**2", x**2),
        ("2**-1", sp.Rational(1, 2)),
        ("2**3**2", sp.Integer(512)),
        ("x**-y**2", x ** (-(y**2))),
        ("x/y/2", x / (2 * y)),
        ("x/(y/2)", 2 * x / y),
        ("x - (y - 1) - 1", x - y),
        ("--+-x", -x),
        ("e**x", sp.exp(x)),
        ("x−1·y×2 + √(x)*π", x - 2 * y + sp.sqrt(x) * sp.pi),
        ("max(1, 2, x)", sp.Max(2, x)),
        ("cbrt(-8)", sp.Integer(-2)),
        ("leaky_relu(x, 0.1)", sp.Piecewise((x, x > 0), (x / 10, True))),
        ("(" * 99 + "x" + ")" * 99, x),
    ],
)
def test_an_expression_means_what_it_means_in_python(text, meaning):
    assert expression(text) == meaning


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.1", "1/10"),
        ("1e-3", "1/1000"),
        (".5", "1/2"),
        ("2.", "2"),
        ("1.50E+2", "150"),
        ("1/3", "1/3"),
        ("0.1 + 0.2 - 0.3", "0"),
        ("1e-1000 * 1e1000", "1"),
        ("1e0000000000000000001", "10"),
        ("0**0", "1"),
    ],
)
def test_numbers_are_exact(text, number):
    assert expression(text) == sp.Rational(number)


@pytest.mark.parametrize("text", ["x < y <= 1", "x<y, y<=1", "x < y and y <= 1", "x <\ty,\n y ≤ 1"])
def test_chains_commas_and_the_word_and_join_relations(text):
    assert [str(relation) for relation in parse_statement(text).relations] == ["x < y", "y ≤ 1"]


def test_all_relations_are_read_in_both_spellings():
    read = parse_statement("x<1, x<=1, x>1, x>=1, x==1, x!=1, x≤1, x≥1, x≠1").relations
    assert [relation.op for relation in read] == ["<", "<=", ">", ">=", "==", "!=", "<=", ">=", "!="]


def test_sides_are_kept_although_they_could_be_decided():
    assert str(parse_statement("exp(x) >= 0").relations[0]) == "exp(x) ≥ 0"
    assert str(parse_statement("1 < 2").relations[0]) == "1 < 2"


def test_the_division_that_cancels_is_remembered_and_so_is_its_variable():
    parsed = parse_statement("x/x + log(y) - log(y) <= 1")
    assert [str(condition) for condition in parsed.conditions] == ["x ≠ 0", "y > 0"]
    assert parsed.relations[0].lhs == 1
    assert parsed.variables == (x, y)


def test_a_variable_is_real_and_nothing_else():
    (variable,) = expression("abc_1").free_symbols
    assert variable == sp.Symbol("abc_1", real=True)


def test_compatibility_forms_of_a_letter_are_one_variable():
    assert expression("µ - μ + 𝑥 - x") == 0


REFERENCES = {
    "exp": math.exp, "log": math.log, "ln": math.log, "sqrt": math.sqrt, "cbrt": math.cbrt, "square": lambda t: t * t,
    "abs": abs, "sign": lambda t: math.copysign(1, t), "min": min, "max": max,
    "sin": math.sin, "cos": math.cos, "tan": math.tan,
    "cot": lambda t: 1 / math.tan(t), "sec": lambda t: 1 / math.cos(t), "csc": lambda t: 1 / math.sin(t),
    "sinh": math.sinh, "cosh": math.cosh, "tanh": math.tanh,
    "coth": lambda t: 1 / math.tanh(t), "sech": lambda t: 1 / math.cosh(t), "csch": lambda t: 1 / math.sinh(t),
    **{name + tail: getattr(math, "a" + tail) for name in ("a", "arc") for tail in ("sin", "cos", "tan")},
    **{name + tail: getattr(math, "a" + tail) for name in ("a", "arc") for tail in ("sinh", "cosh", "tanh")},
    "erf": math.erf, "erfc": math.erfc, "log1p": math.log1p, "expm1": math.expm1,
    "sigmoid": lambda t: 1 / (1 + math.exp(-t)), "logistic": lambda t: 1 / (1 + math.exp(-t)),
    "relu": lambda t: max(t, 0), "leaky_relu": lambda t, a: t if t > 0 else a * t,
    "elu": lambda t, a=1: t if t > 0 else a * math.expm1(t), "gelu": lambda t: t * (1 + math.erf(t / math.sqrt(2))) / 2,
    "silu": lambda t: t / (1 + math.exp(-t)), "swish": lambda t: t / (1 + math.exp(-t)),
    "softplus": lambda t: math.log1p(math.exp(t)), "softsign": lambda t: t / (1 + abs(t)),
    "gudermannian": lambda t: math.atan(math.sinh(t)), "gd": lambda t: math.atan(math.sinh(t)),
    "Phi": lambda t: math.erfc(-t / math.sqrt(2)) / 2, "phi": lambda t: math.exp(-t * t / 2) / math.sqrt(2 * math.pi),
}  # fmt: skip
TWO = {"min", "max", "leaky_relu"}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_has_its_usual_value(name):
    for point in (-1.75, -0.375, 0.5, 1.25):
        agree_at(name, point)


def agree_at(name: str, point: float) -> None:
    arguments = (point, 0.25) if name in TWO else (point,)
    try:
        expected = REFERENCES[name](*arguments)
    except ValueError:
        with pytest.raises(StatementError, match="not a real number"):
            expression(f"{name}({', '.join(map(str, arguments))})")
        return
    made = expression(f"{name}({', '.join('xy'[: len(arguments)])})")
    assert float(made.subs(dict(zip((x, y), arguments, strict=False)))) == pytest.approx(expected)
    assert float(expression(f"{name}({', '.join(map(str, arguments))})")) == pytest.approx(expected)


def test_kinked_functions_can_be_nested():
    made = expression("elu(elu(leaky_relu(x, 0.5) - 1) + 0.5)")
    inner = math.expm1(-1.5 / 2 - 1) + 0.5
    assert float(sp.N(made, subs={x: -1.5})) == pytest.approx(math.expm1(inner))


def python_value(tree: ast.AST) -> Fraction:
    """The value that Python's own grammar gives the text, exactly. Raises ArithmeticError where there is none."""
    match tree:
        case ast.Expression(body):
            return python_value(body)
        case ast.Constant(int(value)):
            return Fraction(value)
        case ast.UnaryOp(ast.USub(), operand):
            return -python_value(operand)
        case ast.UnaryOp(ast.UAdd(), operand):
            return python_value(operand)
        case ast.BinOp(left, operator, right):
            return python_operation(python_value(left), operator, python_value(right))
    raise AssertionError(ast.dump(tree))


def python_operation(left: Fraction, operator: ast.operator, right: Fraction) -> Fraction:
    match operator:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.Div():
            return left / right
    if right.denominator != 1 or abs(right) > 20 or max(abs(left.numerator), left.denominator) > 10**20:
        raise OverflowError
    return left ** int(right)


def _grown(smaller):
    signed = st.tuples(st.sampled_from("+-"), smaller).map("".join)
    binary = st.tuples(smaller, st.sampled_from(["+", "-", "*", "/", "**", " - ", " ** "]), smaller).map("".join)
    return signed | binary | smaller.map(lambda inner: f"({inner})")


ARITHMETIC = st.recursive(st.integers(0, 12).map(str), _grown, max_leaves=12)


@given(ARITHMETIC)
@settings(deadline=None, max_examples=200)
@example("-2**-2")
@example("2**3**2-1/2/2")
def test_precedence_is_that_of_python(text):
    try:
        expected = python_value(ast.parse(text, mode="eval"))
    except ArithmeticError:
        assume(False)
        raise
    assert expression(text) == sp.Rational(expected.numerator, expected.denominator)


def test_a_claim_has_its_text_hypotheses_conditions_and_parameter():
    claim = parse_claim("t*x <= log(z)", ["x > 0", "1/t > 2"], "t")
    assert str(claim) == "t*x <= log(z) for x > 0, 1/t > 2"
    assert [str(part) for part in claim.conclusion] == ["t*x ≤ log(z)"]
    assert [str(part) for part in claim.hypotheses] == ["x > 0", "1/t > 2"]
    assert [str(condition) for condition in claim.conditions] == ["z > 0", "t ≠ 0"]
    assert claim.parameter == sp.Symbol("t", real=True)
    assert [variable.name for variable in claim.variables] == ["t", "x", "z"]
    with pytest.raises(StatementError, match="'s' does not occur"):
        parse_claim("t*x <= 1", (), "s")


@pytest.mark.parametrize(
    "text",
    [
        "x**2 + 1/3 >= 2*x*abs(y)",
        "exp(-x/2)*tanh(y) < E**2*pi",
        "sqrt(x)/max(x, y, 1) != cbrt(y)",
        "x**(2/3) <= relu(x)",
    ],
)
def test_what_a_relation_prints_is_read_back(text):
    (relation,) = parse_statement(text).relations
    assert parse_statement(relation.typed()).relations == (relation,)


def test_one_condition_may_be_given_alone():
    assert parse_claim("x**2 > 0", "x != 0") == parse_claim("x**2 > 0", ["x != 0"])
