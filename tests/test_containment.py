"""Every enclosure in use contains the truth: against Arb at four times the precision, by definitions typed again here.

The functions are those of the registry of activations (f, f′, log|f′|) and e(z) = 2z/sinh 2z. Points lie everywhere
between 10⁻¹⁵⁰ and 10⁶ in size, with tails, kinks and the zeros of f′ among them. The fast tests take a sample; the slow
one takes ten to the sixth points in all.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from typing import Any

import mpmath
import pytest
import sympy as sp
from flint import arb

from numerics.enclosure.interval import ENTIRE, INFINITY, MINUS_INFINITY, Interval, precision
from numerics.enclosure.program import Program, UnsupportedError, compile_expressions
from theory.activations import ACTIVATIONS, z
from theory.definedness import conditions

PRECISIONS = (53, 64)
POINTS_IN_ALL, SAMPLE_IN_ALL = 10**6, 20_000
FAR = 4e6
Reference = Callable[[arb], arb]


def _one(x: arb) -> arb:
    return arb(1)


def _phi(x: arb) -> arb:
    return (-x * x / 2).exp() / (2 * arb.pi()).sqrt()


def _normal(x: arb) -> arb:
    return (-x / arb(2).sqrt()).erfc() / 2


def _logistic(x: arb) -> arb:
    return 1 / (1 + (-x).exp())


# The definitions of the literature, typed a second time on purpose and for one argument: nothing of `theory` or of
# `numerics` is used but the exact point. They do not cancel in the tails, where four times the bits would not help.
VALUES: dict[str, Reference] = {
    "tanh": lambda x: x.tanh(),
    "logistic": _logistic,
    "log-sigmoid": lambda x: -((-x).exp().log1p()),
    "arctan": lambda x: x.atan(),
    "softsign": lambda x: x / (1 + abs(x)),
    "erf": lambda x: x.erf(),
    "relu": lambda x: x if x > 0 else arb(0),
    "leaky-relu": lambda x: x if x > 0 else x / 100,
    "elu": lambda x: x if x > 0 else x.expm1(),
    "gelu": lambda x: x * _normal(x),
    "silu": lambda x: x * _logistic(x),
    "gudermannian": lambda x: x.sinh().atan(),
    "algebraic": lambda x: x / (1 + x * x).sqrt(),
}
SLOPES: dict[str, Reference] = {
    "tanh": lambda x: x.sech() ** 2,
    "logistic": lambda x: (x / 2).sech() ** 2 / 4,
    "log-sigmoid": lambda x: _logistic(-x),
    "arctan": lambda x: 1 / (1 + x * x),
    "softsign": lambda x: 1 / (1 + abs(x)) ** 2,
    "erf": lambda x: 2 / arb.pi().sqrt() * (-x * x).exp(),
    "relu": lambda x: arb(1) if x > 0 else arb(0),
    "leaky-relu": lambda x: arb(1) if x > 0 else arb(1) / 100,
    "elu": lambda x: arb(1) if x > 0 else x.exp(),
    "gelu": lambda x: _normal(x) + x * _phi(x),
    "silu": lambda x: _logistic(x) + x * _logistic(x) * _logistic(-x),
    "gudermannian": lambda x: x.sech(),
    "algebraic": lambda x: 1 / (1 + x * x).sqrt() ** 3,
}
# Where log|f′| has a form of its own that does not go through the logarithm of a number next to 1, or of e^z.
LOG_SLOPES: dict[str, Reference] = {
    "elu": lambda x: arb(0) if x > 0 else x,
    "log-sigmoid": lambda x: -(x.exp().log1p()),
}
# tanh 10⁶ differs from 1 in the millionth digit. That it lies below 1 is a theorem and not a matter of bits.
STRICT_BOUNDS: dict[tuple[str, str], Callable[[arb], tuple[arb, arb]]] = {
    ("tanh", "value"): lambda x: (arb(-1), arb(1)),
    ("erf", "value"): lambda x: (arb(-1), arb(1)),
    ("logistic", "value"): lambda x: (arb(0), arb(1)),
    ("log-sigmoid", "slope"): lambda x: (arb(0), arb(1)),
    ("log-sigmoid", "value"): lambda x: (MINUS_INFINITY, x if x < 0 else arb(0)),
    ("log-sigmoid", "log-slope"): lambda x: (MINUS_INFINITY, -x if x > 0 else arb(0)),
    ("logistic", "log-slope"): lambda x: (MINUS_INFINITY, -x if x > 0 else x),
    ("elu", "value"): lambda x: (arb(-1), INFINITY),
    ("gelu", "value"): lambda x: (x if x < 0 else arb(0), x if x > 0 else arb(0)),
    ("silu", "value"): lambda x: (x if x < 0 else arb(0), x if x > 0 else arb(0)),
}
E_OF_Z = "e"

# Where an enclosure may lose everything relatively: on both sides of the place where f′ changes its sign.
TURNS = {"gelu": -0.7517915246935645, "silu": -1.2784645427610738}


def _primitives() -> Iterator[tuple[str, str]]:
    for name in ACTIVATIONS:
        yield from ((name, "value"), (name, "slope"))
        if name != "relu":
            yield name, "log-slope"
    yield E_OF_Z, "value"


PRIMITIVES = tuple(_primitives())


@cache
def program(name: str, kind: str) -> Program:
    if name == E_OF_Z:
        return compile_expressions([2 * z / sp.sinh(2 * z)], (z,))
    record = ACTIVATIONS[name]
    formula = {"value": record.formula, "slope": record.derivative, "log-slope": record.log_derivative}[kind]
    return compile_expressions([formula], (z,))


def reference(name: str, kind: str) -> Reference:
    if name == E_OF_Z:
        return lambda x: 2 * x / (2 * x).sinh()
    slope = SLOPES[name]
    logarithm = LOG_SLOPES.get(name, lambda x: abs(slope(x)).log())
    return {"value": VALUES[name], "slope": slope, "log-slope": logarithm}[kind]


def enclosure(name: str, kind: str, x: Interval, bits: int) -> Interval:
    with precision(bits):
        return program(name, kind).run([x])[0]


def contains(found: Interval, name: str, kind: str, x: arb, bits: int) -> bool:
    """Whether f(x) certainly lies in the enclosure. More bits only where f(x) is too near its end to tell."""
    true, bounds = reference(name, kind), STRICT_BOUNDS.get((name, kind), lambda _: (MINUS_INFINITY, INFINITY))(x)
    for times in (4, 16, 64, 256):
        with precision(times * bits):
            value = true(x)
            above = found.lo <= bounds[0] or found.lo <= value
            below = bounds[1] <= found.hi or value <= found.hi
            if above and below:
                return True
            if value < found.lo or value > found.hi:
                return False
    raise AssertionError(f"{name} {kind} at {x} is too near an end of {found} to be told apart from it")


def draw(of: random.Random, name: str) -> float:
    """A point other than 0; all sizes, a share of them in the tail, near the kink and near a zero of the slope."""
    sign = of.choice((-1, 1))
    match of.randrange(6):
        case 0 | 1:
            return of.uniform(-9, 9) or 1.0
        case 2:
            return sign * of.uniform(9, 800)
        case 3:
            return sign * 10 ** of.uniform(-150, 6)
        case 4 if name in TURNS:
            return TURNS[name] + sign * 10 ** of.uniform(-9, -1)
        case 4:
            return sign * 10 ** of.uniform(-20, 0)
        case _:
            return sign * of.choice((1, 3, 5, 7, 1023)) / 2.0 ** of.randrange(-10, 60)


def assert_points_lie_inside(name: str, kind: str, count: int) -> None:
    of = random.Random(f"{name} {kind} {count}")
    for place in range(count):
        x, bits = draw(of, name), PRECISIONS[place % 2]
        point = arb(x)
        found = enclosure(name, kind, Interval(point, point), bits)
        assert contains(found, name, kind, point, bits), (name, kind, x, bits, found)
        assert sharp(found, x, kind, name, bits), (name, kind, x, bits, found)


def sharp(found: Interval, x: float, kind: str, name: str, bits: int) -> bool:
    """An enclosure of the whole line contains everything; these have to say where the value is.

    The rounding of z is enlarged by up to z² in e^(−z²), and that by up to z² again in a sum that cancels; by the
    distance to the zero of f′ where that changes its sign. Where the logarithm is small the error is absolute.
    """
    if not found.finite:
        return False
    size = min(abs(float(found.lo)), abs(float(found.hi)))
    enlarged = 1 + x * x if name in ("erf", "gelu") else 1.0
    if name in TURNS and kind != "value":
        enlarged *= (1 + x * x) * (1 + 1 / abs(x - TURNS[name]))
    absolute = 1.0 if kind == "log-slope" else 1e-300
    return float(found.width) <= 2.0 ** (8 - bits) * enlarged * (size + absolute) or enlarged > 2.0 ** (bits - 9)


def _share(total: int) -> int:
    return math.ceil(total / len(PRIMITIVES))


@pytest.mark.parametrize(("name", "kind"), PRIMITIVES)
def test_an_enclosure_at_a_point_contains_the_value(name, kind):
    assert_points_lie_inside(name, kind, _share(SAMPLE_IN_ALL))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "kind"), PRIMITIVES)
def test_the_enclosures_at_a_million_points_contain_the_values(name, kind):
    assert_points_lie_inside(name, kind, _share(POINTS_IN_ALL))


def widened(of: random.Random, x: float, name: str) -> tuple[float, float]:
    """Two ends with x between them: a hair apart, as far as another drawn point, or without an end."""
    far = draw(of, name)
    match of.randrange(4):
        case 0:
            return x, math.nextafter(x, math.inf)
        case 1:
            size = abs(x) * 2 ** of.uniform(-40, -2)
            return x - size, x + size
        case 2:
            return min(x, far), max(x, far)
        case _:
            return of.choice(((-math.inf, x), (x, math.inf), (-math.inf, math.inf)))


def assert_images_hold_the_inner_values(name: str, kind: str, count: int) -> None:
    of = random.Random(f"{kind} {name} {count}")
    for place in range(count):
        bits = PRECISIONS[place % 2]
        lo, hi = widened(of, draw(of, name), name)
        found = enclosure(name, kind, Interval(arb(lo), arb(hi)), bits)
        left, right = max(lo, -FAR), min(hi, FAR)
        inner = {left, right, *(left + share * (right - left) for share in (of.random(), 0.5, 2**-30, 1 - 2**-30))}
        for x in sorted(min(max(value, left), right) for value in inner if value):
            assert contains(found, name, kind, arb(x), bits), (name, kind, lo, hi, x, bits, found)


@pytest.mark.parametrize(("name", "kind"), PRIMITIVES)
def test_the_image_of_an_interval_contains_the_values_at_its_inner_points(name, kind):
    assert_images_hold_the_inner_values(name, kind, 60)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "kind"), PRIMITIVES)
def test_the_images_of_many_intervals_contain_the_values_at_their_inner_points(name, kind):
    assert_images_hold_the_inner_values(name, kind, 1500)


def test_every_activation_is_among_the_primitives():
    assert {name for name, _ in PRIMITIVES} == {*ACTIVATIONS, E_OF_Z}
    assert set(VALUES) == set(SLOPES) == set(ACTIVATIONS)


def test_what_has_no_enclosure_is_refused_by_name():
    with pytest.raises(UnsupportedError, match="no enclosure is known for NegativeInfinity"):
        program("relu", "log-slope")


def test_e_at_zero_is_not_a_number_and_a_statement_about_it_has_to_exclude_it():
    # 0 · [−∞, ∞] is 0 between ends, so that the enclosure alone would be wrong about the limit 1 there.
    (condition,) = conditions(2 * z / sp.sinh(2 * z))
    assert condition.subs({z: sp.S.Zero}).lhs == 0
    assert condition.op == "!="
    around: Any = enclosure(E_OF_Z, "value", Interval(arb(-1), arb(1)), 53)
    assert around.lo <= 1 <= around.hi


@pytest.mark.parametrize(("name", "kind"), [("tanh", "value"), ("logistic", "slope"), ("erf", "log-slope")])
def test_an_end_rounded_to_nearest_is_caught(name, kind):
    of, true, missed = random.Random(1), reference(name, kind), 0
    for _ in range(200):
        x = of.uniform(-3, 3)
        with precision(53):
            middle = true(arb(x)).mid()
        missed += not contains(Interval(middle, middle), name, kind, arb(x), 53)
    assert missed == 200


def test_another_function_and_the_whole_line_are_caught():
    x = 0.7
    found = enclosure("tanh", "value", Interval(arb(x), arb(x)), 53)
    assert not contains(found, "gudermannian", "value", arb(x), 53)
    assert contains(ENTIRE, "tanh", "value", arb(x), 53)
    assert not sharp(ENTIRE, x, "value", "tanh", 53)
    assert not sharp(Interval(arb(0), arb(1)), x, "value", "tanh", 53)
    assert (ENTIRE.lo, ENTIRE.hi) == (MINUS_INFINITY, INFINITY)


# The points of mpmath issue 1181: binary fractions at which iv.exp of mpmath 1.3 ends just below the exponential.
MISSED = [(Fraction(3893924827815215, 2**50), 53), (Fraction(1381846513289487, 2**46), 113)]


def _decimals_of_exp(x: Fraction) -> tuple[Fraction, Fraction]:
    """exp x between two fractions, by the partial sums of its series for 0 ≤ x < 30 and nothing else."""
    total, term, n = Fraction(0), Fraction(1), 0
    while n < 2 * x or term > Fraction(1, 2**200):
        total += term
        n += 1
        term *= x / n
    # From here on each term is at most half of the one before.
    return total, total + 2 * term


@pytest.mark.parametrize(("x", "bits"), MISSED)
def test_the_exponential_is_enclosed_where_mpmath_issue_1181_misses_it(x, bits):
    low, high = _decimals_of_exp(x)
    before = mpmath.iv.prec
    try:
        mpmath.iv.prec = bits
        with mpmath.workprec(2000):
            image: Any = mpmath.iv.exp(mpmath.iv.mpf(x.numerator) / x.denominator)
    finally:
        mpmath.iv.prec = before
    sign, mantissa, exponent, _ = image._mpi_[1]
    theirs = (-1) ** sign * Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    assert theirs < low, "this mpmath encloses it: strike the issue from SOUNDNESS.md"
    with precision(2000):
        point = Interval.exact(x.numerator, x.denominator)
    with precision(bits):
        ours = compile_expressions([sp.exp(z)], (z,)).run([point])[0]
    with precision(2000):
        assert ours.lo <= Interval.exact(*low.as_integer_ratio()).lo
        assert Interval.exact(*high.as_integer_ratio()).hi <= ours.hi
        assert ours.width < ours.lo * arb(2) ** (8 - bits)


@pytest.mark.parametrize("x", [19.5, 20.0, 25.0, 40.0, 350.0])
def test_one_minus_tanh_squared_is_lost_in_doubles_and_here_it_is_not(x):
    assert 1 - math.tanh(x) ** 2 == 0
    cancelled = compile_expressions([1 - sp.tanh(z) ** 2], (z,))
    for bits in PRECISIONS:
        with precision(bits):
            naive = cancelled.run([Interval(arb(x), arb(x))])[0]
        assert contains(naive, "tanh", "slope", arb(x), bits)
        safe = enclosure("tanh", "slope", Interval(arb(x), arb(x)), bits)
        assert contains(safe, "tanh", "slope", arb(x), bits)
        assert safe.lo > 0
        assert float((safe.width / safe.lo).upper()) < 2.0 ** (8 - bits)
    # In plain doubles too: the relative error of the safe formula, against Arb.
    doubles = sp.lambdify(z, ACTIVATIONS["tanh"].derivative, "math")(x)
    with precision(212):
        assert float(abs(arb(doubles) / SLOPES["tanh"](arb(x)) - 1).upper()) < 2.0**-50
