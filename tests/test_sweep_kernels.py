"""The kernels of sweeps against Arb, on each backend, and how they are derived."""

from __future__ import annotations

import math

import numpy as np
import pytest
from chain_reference import allowed, log_gradients

from numerics.sweeping.polynomials import coefficients, exponential_rest, logarithm_rest
from numerics.sweeping.source import in_cuda, in_python
from numerics.sweeping.step import layer_step
from numerics.sweeping.sweep import sweep
from theory.activations import ACTIVATIONS, activation

QUICK = ("tanh", "logistic")
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


@pytest.mark.parametrize("backend", ["numba", "numpy"])
@pytest.mark.parametrize(
    "name", [*QUICK, *(pytest.param(n, marks=pytest.mark.slow) for n in ACTIVATIONS if n not in QUICK)]
)
def test_one_theta_for_all_layers(name: str, backend: str) -> None:
    sizes = [s for s in SIZES if s < 30 or name not in UNDERFLOW]
    theta = np.array([0.0, 0.5, 1.0, -1.0, 1.0 + 1e-9, -1.7, 6.0, 19.0 if name not in UNDERFLOW else 3.0])
    x = np.array([*sizes, -0.7])
    compared(
        name, backend, "float64", np.repeat(theta[:, None], 40, axis=1), x, np.array([1.0, 1000.0]), [1, 2, 20, 40]
    )


@pytest.mark.parametrize("backend", ["numba", "numpy"])
@pytest.mark.parametrize(
    "name", [*QUICK, *(pytest.param(n, marks=pytest.mark.slow) for n in ACTIVATIONS if n not in QUICK)]
)
def test_one_theta_for_each_layer(name: str, backend: str) -> None:
    if name in ("silu", "gelu"):
        pytest.skip("with weights of both signs its orbits amplify roundings")
    drawn = np.random.default_rng(5).standard_normal((5, 30)) * np.array([[0.3], [1.0], [1.0], [2.0], [8.0]])
    drawn[2, 7] = 0.0
    if name in UNDERFLOW:
        drawn = np.clip(np.abs(drawn), 0, 2)
    x = np.array([s for s in SIZES if s < 30 or name not in UNDERFLOW])
    compared(name, backend, "float64", drawn, x, np.array([1.0]), [1, 2, 9, 30])


@pytest.mark.parametrize(
    "name", ["tanh", *(pytest.param(n, marks=pytest.mark.slow) for n in ("arctan", "erf", "logistic"))]
)
def test_singles(name: str) -> None:
    theta = np.array([0.5, 1.0, 1.25, -1.75, 6.0])
    x = np.array([1e-8, 0.25, 1.0, -2.5, 40.0]).astype(np.float32).astype(float)
    compared(name, "numba", "float32", np.repeat(theta[:, None], 64, axis=1), x, np.array([1.0, 64.0]), [1, 33, 64])


def test_a_chain_of_one_layer() -> None:
    compared("tanh", "numba", "float64", np.array([[0.0], [2.0]]), np.array([0.0, -3.0]), np.array([2.0]), [1])


@pytest.mark.slow
def test_ten_thousand_random_points() -> None:
    """Depths to 3,000, θ = 1 and close to it, tiny and huge x/α, saturation: within the promise at every point."""
    draw = np.random.default_rng(2026)
    for _ in range(100):
        depth = int(10 ** draw.uniform(0, 2.6)) if draw.random() < 0.95 else 3000
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
    texts, numbers = in_python(step)
    compile("\n".join(texts.values()), name, "exec")
    cuda = in_cuda(step)
    assert cuda.count("{") == cuda.count("}")
    assert all(f"(real){float(value)!r}" in cuda for value in numbers.values() if float(value) != int(value))


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
