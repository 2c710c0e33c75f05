"""The checker's algebra says 0 of what is 0 identically, and of nothing else; attacked with what is nearly so."""

# ruff: noqa: E501 (the tables)
from __future__ import annotations

import random
from fractions import Fraction as Q

import pytest
from algebra_probes import OTHER, SAME, zero

from gradproof.certificates import checker
from gradproof.certificates.checker import algebra, enclosure
from gradproof.certificates.checker_algebra import TooHardError
from gradproof.certificates.checker_arithmetic import REALS, Rejected, parse, point


@pytest.mark.parametrize(("f", "g"), SAME)
def test_what_is_the_same_is_seen(f, g):
    assert zero(checker, f, g)


@pytest.mark.parametrize(("f", "g"), OTHER)
def test_what_is_not_the_same_is_never_taken_for_it(f, g):
    assert not zero(checker, f, g)


LEAVES = ["x", "y", "z", "2", "-1", "0", "1/2", "1"]
OF_ONE = ["sqrt({})", "({})**2", "({})**3", "({})**(1/3)", "({})**(2/3)", "1/({})", "-({})", "abs({})", "exp({})", "log({})",
          "tanh({})", "erf({})", "sin({})", "({})**(-1/2)", "({})**(3/2)", "relu({})", "sign({})", "({})**0", "atan({})"]  # fmt: skip
OF_TWO = [
    "({}) + ({})",
    "({}) - ({})",
    "({})*({})",
    "({})/({})",
    "({})**({})",
    "max({}, {})",
    "where({}, {}, 1)",
    "where({}, {}, 0)",
]


def expression(rng: random.Random, depth: int) -> str:
    if depth == 0:
        return rng.choice(LEAVES)
    if rng.random() < 0.55:
        return rng.choice(OF_ONE).format(expression(rng, depth - 1))
    return rng.choice(OF_TWO).format(expression(rng, depth - 1), expression(rng, rng.randrange(depth)))


@pytest.mark.parametrize("at", [("-2", "2", "-1/2"), ("0", "1", "-1"), ("3/2", "-3", "1/2"), ("-1", "-1", "0")])
def test_random_expressions_that_are_taken_for_the_same_have_the_same_values_where_they_are_defined(at):
    rng = random.Random(str(at))
    box = {name: point(Q(value)) for name, value in zip("xyz", at, strict=True)}
    reader, found = algebra([], box), {}
    for text in (expression(rng, rng.choice((1, 2, 2, 3))) for _ in range(250)):
        try:
            value, fraction = enclosure(parse(text), box, {}), reader.read(parse(text))
        except (Rejected, TooHardError):
            continue
        key = (frozenset(fraction.above.items()), frozenset(fraction.below.items()))
        found.setdefault(key, {})[text] = value
    for values in found.values():
        low = max(values, key=lambda text: values[text].lo[0])
        high = min(values, key=lambda text: values[text].hi[0])
        assert values[low].lo[0] <= values[high].hi[0], (low, high)
    assert sum(len(values) - 1 for values in found.values()) > 20


ANY = {"x": REALS, "y": REALS}


def test_a_case_may_be_decided_by_what_is_given():
    fact = (parse("x - y"), ">=")
    assert algebra([fact], ANY).zero(parse("max(x, y) - x"))
    assert algebra([fact], ANY).zero(parse("abs(y - x) - (x - y)"))
    assert not algebra([fact], ANY).zero(parse("where(x - y, 1, 2) - 1"))
    assert not algebra([], ANY).zero(parse("max(x, y) - x"))
