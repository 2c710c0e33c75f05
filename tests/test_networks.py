"""Networks of matrix layers: backpropagation is differentiation, for symbols and for numbers."""

from __future__ import annotations

from itertools import pairwise

import mpmath as mp
import numpy as np
import pytest
import sympy as sp

from numerics.networks.elementwise import elementwise
from numerics.networks.matrix_network import MatrixNetwork
from theory.activations import ACTIVATIONS, activation, leaky_relu, z
from theory.errors import StatementError
from theory.networks import INITIALIZATIONS, Network, initialization

SMOOTH = [name for name, f in ACTIVATIONS.items() if not f.kinks]


def _squared(a):
    return sum((entry - sp.Rational(1, 3)) ** 2 for entry in a) / 2


def _symbols(network: Network) -> list:
    """Every symbol of the network."""
    symbols = set(network.inputs)
    for l in range(1, network.depth + 1):
        symbols |= set(network.weight(l)) | set(network.bias(l))
    return sorted(symbols, key=str)


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("name", ["tanh", "arctan", "algebraic", "relu", "leaky-relu"])
def test_backpropagation_is_differentiation(name, residual):
    network = Network((1, 2, 2), name, residual)
    symbols = _symbols(network)
    draws = np.random.default_rng(1)
    point = [mp.mpf(int(draws.integers(-12, 12)) * 2 + 1) / 16 for _ in symbols]
    loss = _squared(network.output())
    for l in (1, 2):
        weights = list(network.weight(l))
        # Two forms of one function (4e^{−2|z|}/(1 + e^{−2|z|})² is 1 − tanh²): the values are compared.
        pairs = [*network.gradient(l, _squared), *(sp.diff(loss, weight) for weight in weights)]
        values = sp.lambdify(symbols, pairs, "mpmath", cse=True)
        with mp.workdps(50):
            found = values(*point)
        for by_layers, direct in zip(found[: len(weights)], found[len(weights) :], strict=True):
            assert abs(by_layers - direct) < 1e-40


def test_backpropagation_is_differentiation_for_any_smooth_activation():
    """With σ a function of which nothing is known, both gradients are the same expression."""
    sigma, slope = sp.Function("sigma", real=True), sp.Function("slope", real=True)
    f = type(activation("tanh"))(
        "any", sigma(z), sigma(z), slope(z), sp.log(slope(z)), sp.S.Zero, None, None, None, increasing=None
    )
    for residual in (False, True):
        network = Network((2, 2, 2), f, residual)
        loss = network.output()[0] ** 2 * network.output()[1]
        for l in (1, 2):
            for entry, weight in zip(network.gradient(l, lambda a: a[0] ** 2 * a[1]), network.weight(l), strict=True):
                direct = sp.diff(loss, weight).doit()
                w = sp.Wild("w")
                direct = direct.replace(sp.Derivative(sigma(w), w), slope(w))
                direct = direct.replace(lambda e: isinstance(e, sp.Subs), lambda e: slope(e.point[0]))
                assert sp.expand(entry - direct) == 0


def test_the_unrolled_product_is_backpropagation():
    network = Network((1, 2, 3, 2), "tanh")
    for l in (1, 2, 3):
        difference = network.unrolled(l, _squared) - network.deltas(_squared)[l - 1]
        assert difference.applyfunc(sp.expand) == sp.zeros(*difference.shape)


def _drawn(widths, f, seed, residual=False):
    draws = np.random.default_rng(seed)
    pairs = list(pairwise(widths))
    weights = [draws.standard_normal((m, n)) / np.sqrt(n) for n, m in pairs]
    biases = [0.1 * draws.standard_normal((m, 1)) for _, m in pairs]
    x, y = draws.standard_normal((widths[0], 1)), draws.standard_normal((widths[-1], 1))
    return MatrixNetwork(weights, f, residual, biases), x, y


def _complex_loss(network, x, y, l, i, j, step):
    """C with W^{(l)}_ij moved by an imaginary step, by the definition of f, which is analytic."""
    f = sp.lambdify(z, network.f.definition, "numpy")
    a = x.astype(complex)
    for number, (w, b) in enumerate(zip(network.weights, network.biases, strict=True), 1):
        moved = w.astype(complex)
        if number == l:
            moved[i, j] += step
        a = f(moved @ a + b) + (a if network.has_shortcut(number) else 0)
    return np.sum((a - y) ** 2) / 2


def _agree_with_the_complex_step(widths, name, residual, seed):
    network, x, y = _drawn(widths, name, seed, residual)
    _, a = network.forward(x)
    gradients = network.gradients(x, a[-1] - y)
    draws = np.random.default_rng(seed + 1)
    for _ in range(12):
        l = int(draws.integers(1, len(widths)))
        i, j = (int(draws.integers(0, n)) for n in network.weights[l - 1].shape)
        expected = _complex_loss(network, x, y, l, i, j, 1e-40j).imag / 1e-40
        scale = np.abs(gradients[l - 1]).max()
        assert abs(gradients[l - 1][i, j] - expected) <= 1e-10 * scale


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("name", ["tanh", "logistic", "algebraic", "silu"])
def test_gradients_of_random_networks_are_those_of_the_complex_step(name, residual):
    _agree_with_the_complex_step((5, 8, 8, 13, 13, 2), name, residual, 3)


@pytest.mark.slow
@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("name", ["tanh", "logistic", "algebraic"])
@pytest.mark.parametrize("seed", range(4))
def test_gradients_of_wide_and_deep_networks_are_those_of_the_complex_step(name, residual, seed):
    draws = np.random.default_rng(seed)
    depth = (50, 50, 20, 33)[seed]
    widths = [64 if seed == 0 else int(n) for n in draws.integers(1, 65, depth + 1)]
    _agree_with_the_complex_step(widths, name, residual and depth < 40, seed)


@pytest.mark.parametrize("name", [*ACTIVATIONS])
def test_a_gradient_agrees_with_a_difference_quotient_at_50_digits(name):
    """For every activation, kinks included: no pre-activation of these networks lies within the step of 0."""
    network, x, y = _drawn((3, 4, 4, 2), name, 7)
    _, a = network.forward(x)
    gradients = network.gradients(x, a[-1] - y)
    with mp.workdps(50):
        f = sp.lambdify(z, ACTIVATIONS[name].definition, "mpmath")

        def loss(step):
            a = [mp.mpf(float(v)) for v in x.ravel()]
            for number, (w, b) in enumerate(zip(network.weights, network.biases or [], strict=True), 1):
                rows = [[mp.mpf(float(v)) for v in row] for row in w]
                if number == 2:
                    rows[1][2] += step
                sums = [
                    sum(p * q for p, q in zip(row, a, strict=True)) + mp.mpf(float(c))
                    for row, c in zip(rows, b.ravel(), strict=True)
                ]
                a = [mp.re(f(s)) for s in sums]
            return sum((p - mp.mpf(float(q))) ** 2 for p, q in zip(a, y.ravel(), strict=True)) / 2

        h = mp.mpf(10) ** -15
        expected = (loss(h) - loss(-h)) / (2 * h)
    assert abs(gradients[1][1, 2] - float(expected)) < 1e-13


@pytest.mark.parametrize("widths", [(1, 1), (3, 2, 4), (64, 1, 64, 2)])
def test_the_unrolled_product_gives_the_deltas_of_random_networks(widths):
    network, x, y = _drawn(widths, "tanh", 5)
    z_all, a = network.forward(x)
    deltas = network.deltas(z_all, a[-1] - y)
    for l in range(1, len(widths)):
        np.testing.assert_allclose(network.unrolled(l, z_all, deltas[-1]), deltas[l - 1], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", SMOOTH)
def test_values_and_slopes_on_arrays_are_those_of_the_definition(name):
    f, slope = elementwise(ACTIVATIONS[name]).value, elementwise(ACTIVATIONS[name]).slope
    points = np.array([[-3.0, -0.5], [0.25, 2.0]])
    definition = sp.lambdify(z, ACTIVATIONS[name].definition, "mpmath")
    for at, value, rise in zip(points.ravel(), f(points).ravel(), slope(points).ravel(), strict=True):
        assert abs(value - float(definition(mp.mpf(at)))) < 1e-14
        assert abs(rise - float(mp.diff(definition, mp.mpf(at)))) < 1e-12


def test_what_is_no_network_is_refused():
    with pytest.raises(StatementError, match="width 0"):
        Network((3, 0, 1))
    with pytest.raises(StatementError, match="too few"):
        Network((3,))
    with pytest.raises(StatementError, match="layer 4"):
        Network((2, 2), "tanh").weight(4)
    with pytest.raises(StatementError, match="without residual"):
        Network((2, 2), "tanh", residual=True).unrolled(1, _squared)
    with pytest.raises(StatementError, match="do not follow"):
        MatrixNetwork([np.ones((2, 3)), np.ones((4, 3))], "tanh")
    with pytest.raises(StatementError, match="parameter without a value"):
        elementwise(leaky_relu(sp.Symbol("a", real=True)))


def test_initialisations_have_names_and_the_fixed_point_one_needs_an_odd_activation():
    assert initialization("Glorot") is INITIALIZATIONS["xavier"]
    with pytest.raises(StatementError, match="did you mean 'xavier'"):
        initialization("xaviar")
    assert INITIALIZATIONS["fixed-point"].gain(activation("erf")) == 2 / sp.sqrt(sp.pi)
    with pytest.raises(StatementError, match="'relu' is none"):
        INITIALIZATIONS["fixed-point"].gain(activation("relu"))
