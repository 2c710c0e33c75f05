"""gradproof propagate: what it reports is what a plain network does, and bad input is refused with nothing written."""

from __future__ import annotations

import math

import numpy as np
import pytest

from numerics.networks import propagation
from numerics.networks.initializing import INPUTS, TARGETS, Weights, stream
from numerics.networks.layer import QUANTILES, layer_report, order_statistics
from numerics.networks.matrix_network import MatrixNetwork
from numerics.networks.propagation import Propagation, gaussian_inputs
from theory.activations import ACTIVATIONS, activation
from theory.errors import StatementError
from theory.networks import INITIALIZATIONS, departure, noise_scale, predicted_spread

ODD = [name for name, f in ACTIVATIONS.items() if f.parity == "odd"]


def _weights(name="tanh", start="xavier", seed=5, noise=None) -> Weights:
    return Weights(INITIALIZATIONS[start], activation(name), seed, noise)


def _plain(weights, widths, x, residual):
    layers = [weights.layer(l, widths[l], widths[l - 1]) for l in range(1, len(widths))]
    network = MatrixNetwork(layers, weights.f, residual)
    z, a = network.forward(x)
    y = stream(weights.seed, *TARGETS).standard_normal((widths[-1], x.shape[1]))
    norms = [np.sqrt(np.mean(np.sum(d**2, axis=0))) for d in network.deltas(z, a[-1] - y)]
    return z, a, norms


@pytest.mark.parametrize("group", [None, 4])
@pytest.mark.parametrize(("name", "residual"), [("tanh", False), ("relu", True), ("gelu", False)])
@pytest.mark.parametrize("depth", [1, 2, 7, 30])
def test_what_is_reported_is_what_a_plain_network_does(monkeypatch, group, name, residual, depth):
    """Also where the inputs go back in groups of four, and the layers are computed anew for each."""
    if group is not None:
        monkeypatch.setattr(Propagation, "group", group)
    weights, widths = _weights(name), (3, *[6] * depth, 2)
    x = gaussian_inputs(3, 10, 5)
    rows = Propagation(weights, widths, x, residual).run()
    _, a, norms = _plain(weights, widths, x, residual)
    assert [row.layer for row in rows] == list(range(1, depth + 2))
    for row, values, norm in zip(rows, a[1:], norms, strict=True):
        assert row.mean == pytest.approx(values.mean(), rel=1e-12, abs=1e-15)
        assert row.std == pytest.approx(values.std(), rel=1e-12, abs=1e-15)
        assert row.quantiles == tuple(np.quantile(values, QUANTILES, method="nearest"))
        assert row.gradient == pytest.approx(norm, rel=1e-10)
    assert rows[0].collapsed == np.mean(np.abs(a[1] - float(weights.f.value_at_zero)) <= 0.01)


def test_saturated_and_collapsed_are_what_they_say():
    x = np.array([[-9.0, -0.001, 0.002, 3.0, 0.3]])
    weights = _weights("tanh", "fixed-point", noise=0.0)
    (row,) = Propagation(weights, (1, 1), x).run()
    assert (row.saturated, row.collapsed, row.overflowed) == (0.4, 0.4, 0.0)


@pytest.mark.parametrize(("name", "residual"), [("tanh", False), ("relu", True), ("softsign", True)])
@pytest.mark.parametrize("every", [1, 5])
def test_the_result_does_not_depend_on_the_number_of_threads(monkeypatch, name, residual, every):
    """Also where the blocks of inputs are narrow, a stretch is short, and few weights are drawn at a time."""
    weights, widths = _weights(name), (3, *[6] * 23, 2)
    x = gaussian_inputs(3, 50, 5)

    def run(threads):
        return Propagation(weights, widths, x, residual, every=every, threads=threads).run()

    together = run(1)
    monkeypatch.setattr(propagation, "_BLOCK", 42)
    monkeypatch.setattr(propagation, "_NARROWEST", 7)
    monkeypatch.setattr(propagation, "_STRETCH_BYTES", 1000)
    alone, shared = run(1), run(3)
    assert alone == shared
    for one, other in zip(together, alone, strict=True):
        assert one.quantiles == pytest.approx(other.quantiles, rel=1e-12, abs=1e-15)
        assert one.log10_gradient == pytest.approx(other.log10_gradient, rel=1e-12)
        assert (one.saturated, one.collapsed) == (other.saturated, other.collapsed)


@pytest.mark.parametrize("group", [1000, 2])
def test_each_layer_ticks_once_in_each_direction(monkeypatch, group):
    monkeypatch.setattr(Propagation, "group", group)
    ticks = []
    Propagation(_weights(), (4,) * 12, gaussian_inputs(4, 5, 0), tick=lambda: ticks.append(1)).run()
    assert len(ticks) == 2 * 11


@pytest.mark.parametrize("gradient", [True, False])
def test_the_saturated_share_is_the_same_with_and_without_gradients(gradient):
    weights = _weights("tanh", "standard-normal")
    rows = Propagation(weights, (30,) * 5, gaussian_inputs(30, 40, 0), gradient=gradient).run()
    z, _ = MatrixNetwork([weights.layer(l, 30, 30) for l in range(1, 5)], weights.f).forward(gaussian_inputs(30, 40, 0))
    for row, values in zip(rows, z, strict=True):
        assert row.saturated == np.mean(1 / np.cosh(values) ** 2 <= 0.01) > 0.5


def test_a_gradient_through_slopes_of_1e_minus_200_keeps_its_logarithm():
    """‖δ‖² underflows; its logarithm is that of the slope, log 4 − 2|z|, and of the signal that reaches it."""
    x = np.array([[230.0]])
    weights = _weights("tanh", "fixed-point", noise=0.0)
    (row,) = Propagation(weights, (1, 1), x).run()
    y = stream(5, *TARGETS).standard_normal((1, 1))[0, 0]
    expected = (math.log(4) - 2 * 230 + math.log(abs(1 - y))) / math.log(10)
    assert row.log10_gradient == pytest.approx(expected, rel=1e-12)


def test_no_inputs_are_refused():
    with pytest.raises(StatementError, match="one input or more"):
        Propagation(_weights(), (3, 3), np.empty((3, 0)))


@pytest.mark.parametrize("size", [1, 2, 3, 10, 1001])
@pytest.mark.parametrize("kinds", [1, 3, 10**6])
def test_order_statistics_are_those_of_the_sorted_array(size, kinds):
    x = np.random.default_rng(size).integers(0, kinds, size).astype(float)
    ranks = [round(level * (size - 1)) for level in QUANTILES]
    assert order_statistics(x.copy(), ranks) == [np.sort(x)[rank] for rank in ranks]


@pytest.mark.parametrize("size", [1e-200, 1e-3, 1.0, 1e200])
def test_moments_neither_overflow_nor_cancel(size):
    x = size * (1 + 1e-6 * np.random.default_rng(0).standard_normal(1000))
    row = layer_report(1, x.copy(), 0, 0)
    assert row.mean == pytest.approx(size * (x / size).mean(), rel=1e-14)
    assert row.std == pytest.approx(size * (x / size).std(), rel=1e-6)


def test_every_nth_layer_and_the_last():
    rows = Propagation(_weights(), (4,) * 12, gaussian_inputs(4, 3, 0), every=4).run()
    assert [row.layer for row in rows] == [4, 8, 11]
    full = Propagation(_weights(), (4,) * 12, gaussian_inputs(4, 3, 0)).run()
    assert rows == [full[3], full[7], full[10]]


def test_the_weights_of_a_layer_are_drawn_from_seed_and_layer_alone():
    weights = _weights()
    late = weights.layer(9, 4, 4)
    assert np.array_equal(late, weights.layer(9, 4, 4))
    assert not np.array_equal(late, weights.layer(8, 4, 4))
    assert not np.array_equal(late, _weights(seed=6).layer(9, 4, 4))
    # A check value: the stream is part of what a seed means, and NumPy keeps PCG64 and SeedSequence as they are.
    again = np.random.Generator(np.random.PCG64(np.random.SeedSequence(5, spawn_key=(9,)))).standard_normal((4, 4))
    assert np.array_equal(late, again * math.sqrt(2 / 8))
    assert INPUTS != TARGETS


@pytest.mark.parametrize(("rows", "columns"), [(300, 200), (200, 300)])
@pytest.mark.parametrize(("start", "variance"), [("xavier", 2 / 500), ("he", None), ("standard-normal", 1.0)])
def test_gaussian_weights_have_the_variance_of_their_initialisation(start, variance, rows, columns):
    w = _weights(start=start).layer(1, rows, columns)
    assert w.shape == (rows, columns)
    assert w.var() == pytest.approx(variance or 2 / columns, rel=0.03)
    assert abs(w.mean()) < 4 * w.std() / math.sqrt(w.size)


@pytest.mark.parametrize(("rows", "columns"), [(5, 5), (7, 3), (3, 7)])
def test_orthogonal_weights_are_orthogonal(rows, columns):
    w = _weights(start="orthogonal").layer(1, rows, columns)
    product = w.T @ w if rows >= columns else w @ w.T
    np.testing.assert_allclose(product, np.eye(min(rows, columns)), atol=1e-14)


def test_orthogonal_weights_are_uniform():
    """The first entry of a random rotation of the plane is the cosine of a uniform angle: its mean is 0, not 2/π."""
    first = [_weights(start="orthogonal", seed=seed).layer(1, 2, 2)[0, 0] for seed in range(400)]
    assert abs(np.mean(first)) < 4 * math.sqrt(0.5 / 400)


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize(("rows", "columns"), [(4, 4), (7, 3), (2, 5)])
def test_the_fixed_point_initialisation_is_d_plus_z_over_the_slope(name, rows, columns):
    c = float(activation(name).slope_at_zero or 0)
    w = _weights(name, "fixed-point").layer(3, rows, columns) * c
    i, j = np.indices((rows, columns))
    z = w - ((i - j) % columns == 0)
    draws = stream(5, 3).standard_normal((rows, columns))
    np.testing.assert_allclose(z, draws * 0.085 / math.sqrt(columns), atol=1e-15)


@pytest.mark.parametrize("name", ODD)
def test_an_odd_sigmoid_leaves_its_tangent_as_said(name):
    f, found = activation(name), departure(activation(name))
    u = 1e-3
    value = float(f.f(u / found.slope).evalf(30))
    left = (u - value) / (float(found.coefficient) * u ** (found.order + 1))
    assert left == pytest.approx(1, abs=5e-3)


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("layers", [20, 200, 2000])
def test_the_noise_scale_solves_the_equation_for_the_spread(name, layers):
    f = activation(name)
    s = float(noise_scale(f, layers, "0.2"))
    predicted = predicted_spread(f, layers, s)
    assert predicted == pytest.approx(0.2, rel=1e-9) if s > 0 else predicted >= 0.2


def test_the_predicted_spread_solves_the_differential_equation():
    """q′ = s² q − b q^{1+p/2} by difference quotients, and the limit without noise is the value without noise."""
    for name in ODD:
        f = activation(name)
        found = departure(f)
        b, p, s = float(found.pull), found.order, 0.2

        def q(l, f=f, s=s):
            return predicted_spread(f, l, s) ** 2

        slope = (q(101) - q(99)) / 2
        assert slope == pytest.approx(s**2 * q(100) - b * q(100) ** (1 + p / 2), rel=1e-2, abs=1e-9)
        assert predicted_spread(f, 100, 1e-5) == pytest.approx(predicted_spread(f, 100, 0.0), rel=1e-4)


def test_the_moment_in_the_noise_scale_is_that_of_the_stationary_density():
    """M = E|x|^e/(E x²)^{e/2} for the density ∝ exp(−|x|^e), by a sum over a grid."""
    x = np.linspace(-8, 8, 400_001)
    for name in ("tanh", "softsign"):
        found = departure(activation(name))
        e = found.order + 2
        density = np.exp(-(np.abs(x) ** e))
        moment = (density * np.abs(x) ** e).sum() / density.sum() / ((density * x**2).sum() / density.sum()) ** (e / 2)
        assert float(found.pull) == pytest.approx(2 * float(found.coefficient) * moment, rel=1e-6)


def test_an_activation_that_is_not_odd_has_no_noise_scale():
    with pytest.raises(StatementError, match="'relu' is none"):
        noise_scale(activation("relu"), 10, "0.2")
