"""The kernels of sweeps against Arb, on each backend, and how they are derived."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from chain_reference import BITS, allowed, exact, log_gradients
from flint import arb, ctx

from numerics.enclosure.interval import Interval, precision
from numerics.enclosure.program import compile_expressions
from numerics.sweeping.closing import closing
from numerics.sweeping.leaps import even, leaps
from numerics.sweeping.polynomials import coefficients, exponential_rest, logarithm_rest
from numerics.sweeping.source import in_cuda, in_python
from numerics.sweeping.step import layer_step
from numerics.sweeping.sweep import sweep
from theory.activations import ACTIVATIONS, Activation, activation, z

QUICK = {("tanh", "numba"), ("tanh", "numpy"), ("logistic", "numpy"), ("relu", "numpy")}
MACHINES = [
    pytest.param(name, backend, marks=() if (name, backend) in QUICK else pytest.mark.slow)
    for name in ACTIVATIONS
    for backend in ("numba", "numpy")
]
"""Compiling takes Numba some seconds for each activation, once."""
# Their outputs or slopes fall below the least double, and are no product with an exponential.
UNDERFLOW = ("gelu", "log-sigmoid")
SIZES = (0.0, 1e-60, 1e-8, 0.3, 1.0, 2.5, 40.0, 1e6)


def compared(
    name: str, backend: str, dtype: str, theta: np.ndarray, x: np.ndarray, alpha: np.ndarray, layers: list
) -> None:
    """Every point of the sweep against Arb: logarithm and sign."""
    depth, f, real = theta.shape[1], activation(name), np.dtype(dtype).type
    want = ("log_gradient", "gradient_sign")
    found = sweep(theta, x, alpha, depth, layers=layers, want=want, activation=name, dtype=dtype, backend=backend,
                  per_layer=True)  # fmt: skip
    same = (theta == theta[:, :1]).all()
    other = sweep(theta[:, 0], x, alpha, depth, layers=layers, want=want, activation=name, dtype=dtype, backend=backend)
    compared_with_other = 0
    for t, weights in enumerate(theta.astype(real).astype(float)):
        for i, value in enumerate(x):
            for j, scale in enumerate(alpha):
                wanted = log_gradients(f, weights, float(value), float(scale), layers)
                for place, (log, sign, doubt) in enumerate(wanted):
                    for results in (found, other) if same else (found,):
                        got = float(results["log_gradient"].values[place, t, i, j])
                        at = (name, backend, weights[0], value, scale, layers[place], got, log)
                        assert int(results["gradient_sign"].values[place, t, i, j]) == sign, at
                        if log == -math.inf:
                            assert got == -math.inf, at
                        else:
                            assert abs(got - log) <= allowed(log, depth, dtype) + doubt, at
                            compared_with_other += results is other
    assert compared_with_other or not same


@pytest.mark.parametrize(("name", "backend"), MACHINES)
def test_one_theta_for_all_layers(name: str, backend: str) -> None:
    sizes = [s for s in SIZES if s < 30 or name not in UNDERFLOW]
    theta = np.array([0.0, 0.5, 1.0, -1.0, 1.0 + 1e-9, -1.7, 6.0, 19.0 if name not in UNDERFLOW else 3.0])
    x = np.array([*sizes, -0.7])
    compared(
        name, backend, "float64", np.repeat(theta[:, None], 40, axis=1), x, np.array([1.0, 1000.0]), [1, 2, 20, 40]
    )


@pytest.mark.parametrize(("name", "backend"), MACHINES)
def test_one_theta_for_each_layer(name: str, backend: str) -> None:
    if name in ("silu", "gelu"):
        pytest.skip("with weights of both signs its orbits amplify roundings")
    drawn = np.random.default_rng(5).standard_normal((5, 30)) * np.array([[0.3], [1.0], [1.0], [2.0], [8.0]])
    drawn[2, 7] = 0.0
    if name in UNDERFLOW:
        drawn = np.clip(np.abs(drawn), 0, 2)
    x = np.array([s for s in SIZES if s < 30 or name not in UNDERFLOW])
    compared(name, backend, "float64", drawn, x, np.array([1.0]), [1, 2, 9, 30])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tanh", "arctan", "erf", "logistic"])
def test_singles(name: str) -> None:
    theta = np.array([0.5, 1.0, 1.25, -1.75, 6.0])
    x = np.array([1e-8, 0.25, 1.0, -2.5, 40.0]).astype(np.float32).astype(float)
    compared(name, "numba", "float32", np.repeat(theta[:, None], 64, axis=1), x, np.array([1.0, 64.0]), [1, 33, 64])


def test_a_chain_of_one_layer() -> None:
    compared("tanh", "numba", "float64", np.array([[0.0], [2.0]]), np.array([0.0, -3.0]), np.array([2.0]), [1])


@pytest.mark.slow
def test_ten_thousand_random_points() -> None:
    """Depths to 2,000, θ = 1 and close to it, tiny and huge x/α, saturation: within the promise at every point."""
    draw = np.random.default_rng(2026)
    for _ in range(100):
        depth = int(10 ** draw.uniform(0, 2.4)) if draw.random() < 0.98 else 2000
        near = 1 + 10 ** draw.uniform(-15, -1) * draw.choice([-1, 1])
        theta = np.array([1.0, -1.0, near, 10 ** draw.uniform(-3, 2), draw.uniform(-3, 3)])
        x = 10 ** draw.uniform(-12, 6, 5) * draw.choice([-1, 1], 5)
        alpha = 10 ** draw.uniform(-3, 6, 4)
        layers = sorted({1, depth, int(draw.integers(1, depth + 1))})
        compared("tanh", "numba", "float64", np.repeat(theta[:, None], depth, axis=1), x, alpha, layers)


def test_the_step_of_tanh_has_one_exponential_and_one_reciprocal() -> None:
    step = layer_step(activation("tanh"))
    assert (step.count("exponential"), step.count("reciprocal"), step.count("root")) == (1, 1, 0)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_is_printed_for_every_machine(name: str) -> None:
    step = layer_step(activation(name))
    texts, _ = in_python(step)
    compile("\n".join(texts.values()), name, "exec")
    cuda = in_cuda(step)
    assert cuda.count("{") == cuda.count("}")
    assert cuda.count("const real c") == cuda.count("(real)") > 0


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_polynomials_are_as_good_as_the_machine_number(dtype: str) -> None:
    """q(r) r² against e^r, and q(v) s³ against log: the error is well below an ulp of the result."""
    import mpmath

    ulp = 2.0**-53 if dtype == "float64" else 2.0**-24
    first, second = coefficients(dtype)
    with mpmath.workdps(40):
        for step in range(-50, 51):
            r = mpmath.log(2) / 2 * step / 50
            assert abs(mpmath.polyval(first[::-1], r) - exponential_rest(r)) * r**2 <= ulp / 8
            v = (3 - 2 * mpmath.sqrt(2)) ** 2 * abs(step) / 50
            assert abs(mpmath.polyval(second[::-1], v) - logarithm_rest(v)) * v <= ulp / 8


@pytest.mark.parametrize("name", ["tanh", *(pytest.param(n, marks=pytest.mark.slow) for n in ("softsign", "erf"))])
def test_deep_orbits_that_skip_layers(name: str) -> None:
    """The closed form, and the leaps where θ f′(0) is 1 or near it: the same numbers as layer after layer by Arb."""
    depth = 1500
    slope = float(activation(name).slope_at_zero)  # pyright: ignore[reportArgumentType]
    theta = np.array([1.0, 1 - 1e-6, 1 + 1e-4, 0.995, 1.015, 0.4, -3.0]) / slope
    x = np.geomspace(1e-4, 3.0, 200)
    found = sweep(theta, x, 1.0, depth, layers=[1, 700, depth], activation=name, backend="numba")
    for t, weight in enumerate(theta):
        for i in (0, 120, 199):
            wanted = log_gradients(activation(name), [float(weight)] * depth, float(x[i]), 1.0, [1, 700, depth])
            for place, (log, _, doubt) in enumerate(wanted):
                got = float(found["log_gradient"].values[place, t, i, 0])
                assert abs(got - log) <= allowed(log, depth, "float64") + doubt, (weight, x[i], place, got, log)


@pytest.mark.slow
def test_a_million_layers_at_and_near_one() -> None:
    depth, marks = 10**6, (1, 1000, 10**6)
    for weight in (1.0, 1.00001):
        found = sweep(weight, 0.3, 1.0, depth, layers=marks, backend="numba").log_gradient.values.ravel()
        for got, log in zip(found, _logs_of_tanh(weight, 0.3, depth, marks), strict=True):
            assert abs(got - log) <= allowed(log, depth, "float64") / 1000, (weight, got, log)


def _logs_of_tanh(weight: float, x: float, depth: int, marks: Sequence[int]) -> list[float]:
    """log|∂g/∂θ_k| by Arb's own tanh, where the general program would take minutes; certain to 1e-12."""
    bits = ctx.prec
    try:
        ctx.prec = 128
        y, product, heads, before = exact(x), arb(1), {}, {}
        for layer in range(1, depth + 1):
            if layer in marks:
                heads[layer], before[layer] = y, product
            y = (exact(weight) * y).tanh()
            product *= (1 - y * y) * exact(weight)
        logs = [(heads[k] * product / before[k] / exact(weight)).log() for k in marks]
        assert all(float(log.rad()) < 1e-12 for log in logs)
        return [float(log.mid()) for log in logs]
    finally:
        ctx.prec = bits


@pytest.mark.parametrize("name", ["tanh", "softsign"])
def test_leaps_leave_out_what_they_say(name: str) -> None:
    """At the ends of their reach, against m layers by Arb: also where θ f′(0) is not 1."""
    f = activation(name)
    table = leaps(f, np.array([1.0, 0.99, 1.01]), 8)
    power, terms = (2 if even(f) else 1), (table.shape[2] - 2) // 2
    for t, weight in enumerate((1.0, 0.99, 1.01)):
        for level in (3, 5, 7):
            row = table[t, level]
            assert 0 < row[0] < 0.1 or (level == 7 and weight > 1)
            y = float(row[0])
            if not y:
                continue
            u = y**power
            reached = y * np.polyval(row[1 : 2 + terms][::-1], u)
            slopes = u * np.polyval(row[2 + terms :][::-1], u)
            output = _after(f, weight, y, 2**level)
            assert abs(reached - output) <= 5e-15 * output
            # ∂g/∂θ_1 over 2^level layers is y ∏ f′ θ^{l−1}: without θ and y, the slopes of the leap.
            whole = log_gradients(f, [weight] * 2**level, y, 1.0, [1])[0][0]
            assert abs(slopes - (whole - math.log(y) - (2**level - 1) * math.log(weight))) <= 1e-13


def _after(f: Activation, weight: float, y: float, layers: int) -> float:
    state = exact(y)
    for _ in range(layers):
        state = _at(f.formula, weight, state)
    return float(state)


def _at(formula: Any, weight: float, y: Any) -> Any:
    """The formula at z = θ y."""
    with precision(BITS):
        (found,) = compile_expressions([formula], [z]).run([Interval.around(exact(weight) * y)])
        return (found.lo + found.hi) / 2


@pytest.mark.parametrize("name", ["tanh", "arctan", "erf"])
def test_the_closed_form_about_a_fixed_point(name: str) -> None:
    """φ linearises, ψ is its inverse, and B telescopes: one layer, from the edge of the radius."""
    f = activation(name)
    theta = np.array([0.5, 0.9, 1.3, 2.0])
    rows, radii = closing(f, theta)
    for row, radius, weight in zip(rows, radii, theta, strict=True):
        assert radius > 1e-4
        fixed, multiplier = row[0], weight * math.exp(row[2])
        assert abs(float(_at(f.formula, weight, exact(fixed))) - fixed) <= 4e-16
        near = fixed + radius if fixed == 0 else fixed - radius
        after = float(_at(f.formula, weight, exact(near)))
        phi, psi, B = (np.poly1d([*row[4 + 8 * k : 12 + 8 * k][::-1], 0.0]) for k in range(3))
        assert abs(phi(after - fixed) - multiplier * phi(near - fixed)) <= 1e-15
        assert abs(psi(phi(near - fixed)) - (near - fixed)) <= 1e-16
        change = float(_at(f.log_derivative, weight, exact(near)) - exact(row[2]))
        assert abs(B(near - fixed) - B(after - fixed) - change) <= 2e-15
