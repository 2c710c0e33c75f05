"""Where the gradient of layer 1 is largest, where it is lost, and the scale that keeps it, against Arb."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from chain_reference import first_gradients, log_gradients

from numerics.sweeping.passages import turning
from numerics.sweeping.sweep import sweep
from theory.activations import ACTIVATIONS, activation
from theory.errors import StatementError

ODD = [name for name in ACTIVATIONS if activation(name).parity == "odd"]
WANT = ("vanishing_depth", "peak")


def compared(name: str, backend: str, theta: np.ndarray, x: np.ndarray, alpha: np.ndarray, epsilon: str) -> int:
    """Every point with one θ for each layer, and where they are equal with one for all. How many were told apart."""
    depth, f, told = theta.shape[1], activation(name), 0
    log_epsilon = math.log(Fraction(epsilon))
    options = {"want": WANT, "activation": name, "backend": backend, "epsilon": epsilon}
    results = [sweep(theta, x, alpha, depth, per_layer=True, **options)]
    if (theta == theta[:, :1]).all():
        results.append(sweep(theta[:, 0], x, alpha, depth, **options))
    for t, weights in enumerate(theta):
        for i, value in enumerate(x):
            for j, scale in enumerate(alpha):
                logs = np.array(first_gradients(f, weights, float(value), float(scale)))
                doubt = 1e-12 * (1 + depth / 1000) + 4 * np.spacing(np.abs(np.maximum(logs, -1e300)))
                below = np.flatnonzero(logs < log_epsilon)
                for found in results:
                    at = (name, backend, weights[0], value, scale)
                    place = found.isel(theta=t, x=i, alpha=j)
                    wanted = int(below[0]) + 1 if below.size else -1
                    if np.isinf(logs).all() or (np.abs(logs - log_epsilon) > doubt).all():
                        assert int(place.vanishing_depth) == wanted, at
                        told += 1
                    peak, top = int(place.peak_depth), logs.max()
                    if math.isinf(top):
                        assert (peak, float(place.log_peak)) == (1, top), at
                        continue
                    slack = doubt[logs.argmax()]
                    assert logs[peak - 1] >= top - 2 * slack, at
                    assert abs(float(place.log_peak) - top) <= slack, at
    return told


@pytest.mark.parametrize(
    ("name", "backend"),
    [("tanh", "numba"), ("tanh", "numpy"), ("relu", "numpy")]
    + [
        pytest.param(name, backend, marks=pytest.mark.slow)
        for name in ACTIVATIONS
        for backend in ("numba", "numpy")
        # Compiling takes Numba ten seconds for each: one that is odd and no tanh, and one that is not odd.
        if backend == "numpy" or name in ("softsign", "logistic")
        if (name, backend) not in {("tanh", "numba"), ("tanh", "numpy"), ("relu", "numpy")}
    ],
)
def test_depths_against_every_layer_by_arb(name: str, backend: str) -> None:
    """With the same θ in all layers: small and large, of both signs, 0, and x = 0."""
    theta = np.array([0.0, 0.3, 1.0, -1.0, 1.01, 1.3, -2.5, 6.0 if name not in ("gelu", "log-sigmoid") else 2.0])
    x, alpha = np.array([0.0, 1e-30, 1e-3, 0.7, -3.0]), np.array([0.5, 100.0])
    for epsilon in ("1e-12", "3/10"):
        assert compared(name, backend, np.repeat(theta[:, None], 60, axis=1), x, alpha, epsilon) > 100


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["numba", "numpy"])
def test_one_theta_for_each_layer(backend: str) -> None:
    drawn = np.random.default_rng(3).standard_normal((6, 40)) * 1.7
    drawn[4, 9] = 0.0
    for name in ("tanh", "logistic", "relu"):
        assert compared(name, backend, drawn, np.array([0.0, 0.4, -2.0]), np.array([1.0]), "1e-6") >= 15


@pytest.mark.parametrize("name", ["tanh", pytest.param("softsign", marks=pytest.mark.slow)])
def test_deep_chains_that_skip_layers(name: str) -> None:
    """By leaps near θ f′(0) = 1, and by the closed form elsewhere: the very layer that layer after layer gives."""
    slope = float(activation(name).slope_at_zero)  # pyright: ignore[reportArgumentType]
    theta = np.array([0.9, 0.999, 1.0, 1.0001, 1.01, 1.3]) / slope
    x = np.array([1e-9, 0.01, 0.5])
    for epsilon in ("1e-4", "1e-2", "1/2"):
        told = compared(name, "numba", np.repeat(theta[:, None], 1200, axis=1), x, np.array([1.0]), epsilon)
        assert told >= 34


def test_a_billion_layers_cost_no_more() -> None:
    """At θ = 1 the gradient falls like l^(−3/2), so 10⁻¹² takes about 10⁸ layers, and the layer is found exactly."""
    found = sweep([1.0, 1.0 + 1e-7, 0.5, 2.0], 0.3, 1.0, 10**9, want=WANT, epsilon="1e-12", backend="numba")
    depths = found.vanishing_depth.values.ravel()
    for weight, depth in zip(found.theta.values, depths, strict=True):
        at, before = (
            sweep(weight, 0.3, 1.0, int(d), layers=[1], backend="numba").log_gradient.item() for d in (depth, depth - 1)
        )
        assert at < math.log(1e-12) <= before
    assert depths[0] > 10**7
    none = sweep(1.0, 0.3, 1.0, 10**6, want=WANT, epsilon="1e-12", backend="numba")
    assert none.vanishing_depth.item() == -1


@pytest.mark.parametrize("name", ODD)
def test_turning_points(name: str) -> None:
    """θ f′(θ y) = 1."""
    f = activation(name)
    slope = float(f.slope_at_zero)  # pyright: ignore[reportArgumentType]
    theta = np.array([0.4, 1.0, 1 + 1e-9, 1.1, 3.0, 50.0]) / slope
    found = turning(f, theta)
    assert (found[:2] == 0).all()
    assert (found[2:] > 0).all()
    for weight, y in zip(theta[2:], found[2:], strict=True):
        below, above = (
            log_gradients(f, [float(weight)], float(y * factor), 1.0, [1])[0][0] - math.log(y * factor)
            for factor in (1 - 1e-14, 1 + 1e-14)
        )
        assert below > -math.log(weight) - 1e-15
        assert above < -math.log(weight) + 1e-15


def test_turning_points_of_tanh_where_an_orbit_moves_slowly() -> None:
    """θ (1 − tanh²(θ y)) = 1 has the solution y = artanh(√(1 − 1/θ))/θ."""
    theta = np.array([1 + 1e-15, 1 + 1e-9, 1.001, 2.0, 1e5])
    with mpmath.workdps(60):
        for weight, y in zip(theta, turning(activation("tanh"), theta), strict=True):
            wanted = mpmath.atanh(mpmath.sqrt(1 - 1 / mpmath.mpf(weight))) / mpmath.mpf(weight)
            assert abs(mpmath.mpf(y) / wanted - 1) < 3e-16


@pytest.mark.parametrize("name", ["tanh", *(pytest.param(n, marks=pytest.mark.slow) for n in ODD if n != "tanh")])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_scale_that_is_needed(name: str, dtype: str) -> None:
    """A little more is enough, a little less is not."""
    backend = "numba" if name == "tanh" else "numpy"
    slope, depth = float(activation(name).slope_at_zero), 25  # pyright: ignore[reportArgumentType]
    theta, x = np.array([0.0, 0.5, 1.0, -1.25, 2.0]) / slope, np.array([-0.5, 0.0, 0.015, 3.0])
    found = sweep(
        theta, x, [1.0, 2.0], depth, want=["scale_needed"], epsilon="1/100", activation=name, backend=backend,
        dtype=dtype,
    )  # fmt: skip
    assert found.scale_needed.dims == ("theta", "x")
    limit = np.log(np.abs(x), where=x != 0, out=np.full(4, -np.inf)) + depth * math.log(slope)
    finite = 0
    for t, weight in enumerate(theta):
        for i, value in enumerate(x):
            alpha = float(found.scale_needed.values[t, i])
            most = limit[i] + (depth - 1) * math.log(abs(weight)) if weight else -math.inf
            if most <= math.log(1 / 100):
                assert alpha == math.inf
                continue
            near = 1e-12 if dtype == "float64" else 1e-6
            less, more = (
                log_gradients(activation(name), [float(weight)] * depth, float(value), alpha * factor, [1])[0][0]
                for factor in (1 - near, 1 + near)
            )
            assert less < math.log(1 / 100) < more
            finite += 1
    assert finite >= 4


def test_scales_of_theta_in_each_layer() -> None:
    drawn = np.random.default_rng(1).uniform(0.8, 1.6, (3, 12))
    found = sweep(
        drawn, [0.2, 1.0], 1.0, 12, want=["scale_needed"], epsilon="1/20", per_layer=True, backend="numba"
    ).scale_needed.values
    for t, weights in enumerate(drawn):
        for i, value in enumerate((0.2, 1.0)):
            (less, *_), (more, *_) = (
                log_gradients(activation("tanh"), weights, value, found[t, i] * factor, [1])[0]
                for factor in (1 - 1e-12, 1 + 1e-12)
            )
            assert less < math.log(1 / 20) < more


def test_what_is_missing_is_said() -> None:
    with pytest.raises(StatementError, match="give it, such as --epsilon 1e-12"):
        sweep(1.0, 1.0, 1.0, 5, want=["vanishing_depth"])
    with pytest.raises(StatementError, match="not for 'relu'"):
        sweep(1.0, 1.0, 1.0, 5, want=["scale_needed"], activation="relu", epsilon=0.1)
    for given in ("0", "-1", "1/0", "nan", "inf", "1e99999999999", "x", None):
        if given is not None:
            with pytest.raises(StatementError, match="ε"):
                sweep(1.0, 1.0, 1.0, 5, want=["vanishing_depth"], epsilon=given)


def test_an_orbit_from_zero_does_not_hold_up_its_neighbours() -> None:
    """x = 0 between others, at a depth that only the closed form can reach."""
    found = sweep([0.5, 1.5], [-1.0, 0.0, 1.0], 1.0, 10**9, want=["log_gradient", "output"], backend="numba")
    assert np.isneginf(found.log_gradient.values[:, :, 1]).all()
    assert np.isfinite(found.log_gradient.values[:, :, [0, 2]]).all()
    assert (found.output.values[:, 1] == 0).all()
    assert (found.output.values[1, 2] > 0.5).all()
