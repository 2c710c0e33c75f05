"""Sweeps over arrays that broadcast: the same numbers as one point at a time, whatever their shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from chain_reference import allowed, log_gradients

from numerics import sweep
from numerics.sweeping import points
from theory.activations import activation
from theory.errors import StatementError

xarray = pytest.importorskip("xarray", reason="sweeps in memory need xarray")

BACKENDS = ("numba", "numpy")
WANT = ("log_gradient", "gradient_sign", "output", "distance")
DRAW: Any = np.random.default_rng(5)


def point_by_point(theta: Any, x: Any, alpha: Any, depth: int, **options: Any) -> dict[str, np.ndarray]:
    """The dumb model: a grid of one point for each."""
    theta, x, alpha = np.broadcast_arrays(theta, x, alpha)
    found = [
        sweep(float(t), float(u), float(a), depth, **options)
        for t, u, a in zip(theta.ravel(), x.ravel(), alpha.ravel(), strict=True)
    ]
    front = {name: found[0][name].shape[:-3] for name in found[0].data_vars}
    stacked = {name: np.stack([one[name].values.ravel() for one in found], axis=-1) for name in front}
    return {name: values.reshape((*front[name], *theta.shape)) for name, values in stacked.items()}


def close(found: Any, wanted: dict[str, np.ndarray], depth: int) -> None:
    for name, values in wanted.items():
        got = np.asarray(found[name].values, dtype=float)
        assert got.shape == values.shape
        if name == "log_gradient":
            assert np.array_equal(np.isneginf(got), np.isneginf(values))
            known = np.isfinite(values)
            room = 2e-12 * (1 + depth / 1000) + 8 * np.spacing(np.abs(values[known]))
            assert (np.abs(got[known] - values[known]) <= room).all()
        elif name == "gradient_sign":
            assert np.array_equal(got, values)
        else:
            assert np.allclose(got, values, rtol=1e-12, atol=1e-13)


SHAPES: Any = {
    "a row by a column": ((5, 1), (1, 4), ()),
    "a grid with an α for each point": ((5, 1), (1, 4), (5, 4)),
    "θ of every point its own": ((5, 4), (4,), ()),
    "three dimensions": ((3, 1, 1), (2, 1), (1, 4)),
    "points in a row": ((7,), (7,), (7,)),
    "one point": ((), (), ()),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("case", SHAPES)
@pytest.mark.parametrize("depth", [1, 20])
def test_any_shapes_give_what_one_point_at_a_time_gives(case: str, backend: str, depth: int) -> None:
    theta, x, alpha = (DRAW.uniform(0.3, 2, shape) for shape in SHAPES[case])
    theta, x = theta * DRAW.choice([-1, 0, 1, 1, 1], theta.shape), x * DRAW.choice([-1, 1], x.shape)
    options: dict[str, Any] = {"want": WANT, "layers": (1, "last"), "backend": backend}
    found = sweep(theta, x, alpha, depth, grid=False, **options)
    close(found, point_by_point(theta, x, alpha, depth, **options), depth)
    dims = tuple(f"dim_{n}" for n in range(found["output"].ndim))
    assert found["output"].dims == dims
    assert found["log_gradient"].dims == ("layer", *dims)
    for name, given in (("theta", theta), ("x", x), ("alpha", alpha)):
        whole = found[name].broadcast_like(found["output"]).transpose(*dims)
        assert np.array_equal(whole.values, np.broadcast_to(given, found["output"].shape))


@pytest.mark.parametrize(
    ("name", "backend"),
    [(name, "numpy") for name in ("relu", "logistic", "gelu", "swish")]
    + [pytest.param(name, "numba", marks=pytest.mark.slow) for name in ("relu", "logistic", "gelu", "swish", "elu")],
)
def test_points_that_share_nothing_for_every_kind_of_activation(name: str, backend: str) -> None:
    theta, x = DRAW.uniform(-3, 3, (2, 40)), DRAW.uniform(-3, 3, (2, 40))
    options: dict[str, Any] = {"layers": (1, 2, 7, "last"), "want": ("log_gradient", "gradient_sign", "output")}
    options |= {"activation": name, "backend": backend}
    close(sweep(theta, x, 2.0, 9, **options), point_by_point(theta, x, 2.0, 9, **options), 9)


def test_the_accuracy_is_that_of_grids() -> None:
    """Against Arb at 200 bits: θ = 1 exactly and near 1, tiny and huge x/α, saturation."""
    f = activation("tanh")
    theta = np.concatenate([DRAW.uniform(-4, 4, 30), 1 + DRAW.choice([-1, 1], 10) * 10.0 ** DRAW.uniform(-12, -1, 10)])
    theta[:3] = [1, -1, 30]
    x, alpha = 10.0 ** DRAW.uniform(-30, 8, 40), 10.0 ** DRAW.uniform(-8, 8, 40)
    for depth in (3, 70):
        found = sweep(theta, x, alpha, depth, layers=(1, 3, "last"), want=WANT[:2], grid=False, backend="numba")
        layers = found["layer"].values.tolist()
        for at in range(theta.size):
            exact = log_gradients(f, [theta[at]] * depth, x[at], alpha[at], layers)
            for place, (log, sign, _) in enumerate(exact):
                assert abs(float(found["log_gradient"][place, at]) - log) <= allowed(log, depth, "float64")
                assert int(found["gradient_sign"][place, at]) == sign


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_theta_for_each_layer(backend: str) -> None:
    theta, x = DRAW.standard_normal((3, 2, 6)), DRAW.standard_normal((4, 1, 2))
    options: dict[str, Any] = {"per_layer": True, "want": WANT[:3], "layers": (1, 3, 6), "backend": backend}
    found = sweep(theta, x, 2.0, 6, **options)
    assert found["output"].dims == ("dim_0", "dim_1", "dim_2")
    assert found["theta_of_layer"].dims == ("dim_1", "dim_2", "position")
    for place in np.ndindex(4, 3, 2):
        one = sweep(theta[place[1:]], float(x[place[0], 0, place[2]]), 2.0, 6, **options)
        for name in WANT[:3]:
            assert np.allclose(found[name].values[(..., *place)], one[name].values.squeeze(), rtol=1e-12, atol=1e-13)


def test_many_points_of_one_theta_are_computed_together_with_its_shortcuts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A million layers, in no time, where points with the same θ are put together and the others follow."""
    theta = np.where(np.arange(400) % 2, 0.7, 1.5).reshape(20, 20)
    x = DRAW.uniform(0.1, 3, (20, 20))
    deep = sweep(theta, x, 1.0, 10**6, backend="numba")
    at = (3, 4)
    alone = sweep(float(theta[at]), float(x[at]), 1.0, 10**6, backend="numba")
    assert abs(float(deep["log_gradient"][(0, *at)]) - float(alone["log_gradient"][0, 0, 0, 0])) < 1e-9 * 1001
    shallow = sweep(theta, x, 1.0, 30, backend="numba")
    monkeypatch.setattr(points, "MANY", 10**9)
    apart = sweep(theta, x, 1.0, 30, backend="numba")
    assert not np.array_equal(shallow["log_gradient"].values, np.zeros_like(shallow["log_gradient"].values))
    assert np.allclose(shallow["log_gradient"].values, apart["log_gradient"].values, rtol=1e-14, atol=1e-12)


def test_arrays_of_one_dimension_stay_the_axes_of_a_grid() -> None:
    theta, x = np.linspace(0.5, 2, 4), np.linspace(1, 2, 4)
    plain = sweep(theta, x, 1.0, 5, backend="numpy")
    assert plain["log_gradient"].dims == ("layer", "theta", "x", "alpha")
    assert plain["log_gradient"].shape == (2, 4, 4, 1)
    outer = sweep(theta[:, None], x, 1.0, 5, backend="numpy")["log_gradient"].values
    assert np.array_equal(outer, plain["log_gradient"].values[..., 0]), "the same grid, bit for bit"
    zipped = sweep(theta, x, 1.0, 5, backend="numpy", grid=False)
    assert zipped["log_gradient"].dims == ("layer", "dim_0")
    assert np.allclose(zipped["log_gradient"].values, np.diagonal(outer, axis1=1, axis2=2), rtol=1e-14)


def test_data_arrays_keep_the_names_of_their_dimensions() -> None:
    theta = xarray.DataArray(DRAW.uniform(0.5, 2, (3, 2)), dims=("run", "width"), coords={"run": [10, 20, 30]})
    x = xarray.DataArray([0.5, 1, 2, 3], dims="x")
    found = sweep(theta, x, 2.0, 5, backend="numpy")
    assert found["log_gradient"].dims == ("layer", "run", "width", "x")
    assert found["run"].values.tolist() == [10, 20, 30]
    assert found["x"].values.tolist() == [0.5, 1, 2, 3]
    assert found["theta"].dims == ("run", "width")
    wanted = point_by_point(theta.values[..., None], x.values, 2.0, 5, backend="numpy")
    close(found, wanted, 5)
    turned = sweep(theta, theta.T, 2.0, 5, backend="numpy")
    close(turned, point_by_point(theta.values, theta.values, 2.0, 5, backend="numpy"), 5)


@pytest.mark.parametrize(
    ("arguments", "options", "said"),
    [
        ((np.ones((2, 3)), np.ones(4), 1.0), {}, r"do not broadcast: theta \(2, 3\), x \(4,\), alpha \(\)"),
        ((np.ones((2, 3)), 1.0, -np.ones((2, 3))), {}, "the scale α is a number above 0"),
        ((np.full((2, 3), np.nan), 1.0, 1.0), {}, "holds nan"),
        ((np.ones((0, 3)), 1.0, 1.0), {}, "is empty"),
        ((np.full((1, 2), 1e90), 1e20, 1.0), {}, r"θ x/α reaches 1e\+110"),
        ((np.ones((2, 3)), 1.0, 1.0), {"grid": True}, r"theta has the shape \(2, 3\), and an axis of a grid"),
        ((np.ones((2, 3)), 1.0, 1.0), {"out": "a.zarr"}, "out is for grids"),
        ((np.ones((2, 3)), 1.0, 1.0), {"scheduler": "tcp://h:1"}, "scheduler is for grids"),
        ((np.ones((2, 3, 5)), 1.0, 1.0), {"per_layer": True}, r"theta of shape \(2, 3, 5\) does not fit 4 layers"),
        ((np.ones((2, 3)), 1.0, 1.0), {"activation": "relu", "want": ["distance"]}, "leave out distance"),
        ((xarray.DataArray([1.0, 2], dims="a"), np.ones(2), 1.0), {}, "has no names of dimensions"),
        ((xarray.DataArray([1.0, 2], dims="layer"), 1.0, 1.0), {}, "dimension 'layer'"),
        ((xarray.DataArray([1.0, 2], dims="x"), 1.0, 1.0), {}, "dimension 'x' has the name of what x is"),
        (
            (xarray.DataArray([1.0, 2], dims="a"), xarray.DataArray([1.0, 2, 3], dims="a"), 1.0),
            {},
            "do not fit together",
        ),
    ],
)
def test_what_does_not_fit_is_quoted(arguments: Any, options: dict[str, Any], said: str) -> None:
    theta, x, alpha = arguments
    with pytest.raises(StatementError, match=said):
        sweep(theta, x, alpha, 4, backend="numpy", **options)


@pytest.mark.slow
def test_a_million_points_that_share_nothing_take_seconds() -> None:
    """No Python for each point: it alone would take longer."""
    import time

    theta, x, alpha = (DRAW.uniform(0.5, 2, (1000, 1000)) for _ in range(3))
    sweep(theta[:2, :2], x[:2, :2], alpha[:2, :2], 64, backend="numba")  # compiles
    began = time.perf_counter()
    sweep(theta, x, alpha, 64, backend="numba")
    assert time.perf_counter() - began < 5
