"""Programs in place: the same numbers as the arrays of every step, for any activation, in any piece, on any thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import sympy as sp

from numerics.enclosure import in_place
from numerics.enclosure.doubles import run
from numerics.enclosure.in_place import InPlace
from numerics.enclosure.program import compile_expressions
from numerics.networks.elementwise import elementwise
from theory.activations import ACTIVATIONS, z

POINTS = np.concatenate([np.linspace(-40, 40, 401), [1e-300, -1e-8, 1e6, -1e200, 0.0, np.inf, -np.inf, np.nan]])


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("piece", [2**15, 7])
def test_every_activation_has_the_values_of_the_plain_run(monkeypatch, name, piece):
    monkeypatch.setattr(in_place, "PIECE", piece)
    f = ACTIVATIONS[name]
    value, slope = np.empty_like(POINTS), np.empty_like(POINTS)
    elementwise.__wrapped__(f).both(POINTS, value, slope)
    for found, formula in ((value, f.formula), (slope, f.derivative)):
        (plain,) = run(compile_expressions([formula], [z]), [POINTS], POINTS.size)
        np.testing.assert_allclose(found, plain, rtol=2e-15, atol=0)
    assert np.array_equal(elementwise(f).slope(POINTS), slope, equal_nan=True)


def test_outputs_may_be_variables_constants_or_the_same_and_variables_may_repeat():
    x, y = sp.symbols("x y", real=True)
    asked = [y, sp.Rational(1, 3), x * y + x, x * y + x, sp.Max(x, y) ** -3 + sp.sqrt(y) ** 3, (x + y) ** 11]
    function = InPlace(compile_expressions(asked, [x, y]))
    a, b = np.array([1.0, 2.0, 4.0]), np.array([9.0, 0.25, 3.0])
    out = [np.empty(3) for _ in asked]
    function([a, b], out)
    expected = [b, np.full(3, 1 / 3), a * b + a, a * b + a, np.maximum(a, b) ** -3.0 + b**1.5, (a + b) ** 11.0]
    for found, wanted in zip(out, expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-14)
    assert (a == [1.0, 2.0, 4.0]).all()
    assert (b == [9.0, 0.25, 3.0]).all()


def test_threads_do_not_disturb_each_other():
    f = elementwise(ACTIVATIONS["log-sigmoid"])
    arrays = [np.random.default_rng(i).standard_normal(50_000) for i in range(8)]
    with ThreadPoolExecutor(4) as pool:
        shared = list(pool.map(f.value, arrays))
    for x, found in zip(arrays, shared, strict=True):
        assert np.array_equal(f.value(x), found)
