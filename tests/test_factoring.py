"""Factors are asked for only where somebody may wait for them."""

from __future__ import annotations

import pytest
import sympy as sp

from numerics.proof.factoring import degree, factored

x, y = sp.symbols("x y", real=True)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (x + y, 1),
        (x**3 * y - 1, 3),
        (sp.exp(2 * x) + sp.exp(x / 50), 100),
        (sp.exp(2 * x + y / 3) - sp.exp(y), 3),
        (sp.sqrt(x) + x**2, 4),
        (x ** sp.Rational(1, 1000) + 1, 1000),
        (sp.tanh(x) ** 2 - 2**x, 2),
    ],
)
def test_the_degree_is_that_in_one_generator(expression, expected):
    assert degree(expression) == expected


def test_what_is_of_high_degree_is_left_as_it_is():
    assert factored(x**2 - y**2) == (x - y) * (x + y)
    high = sp.exp(x / 10**6) * sp.exp(2 * x) + sp.exp(3 * x) - sp.exp(x)
    assert factored(high) == high
