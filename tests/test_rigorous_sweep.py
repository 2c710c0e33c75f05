"""Rigorous sweeps: every bound against Arb, on cells of any size, and what a wrong rounding would do."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq
from rigorous_reference import (
    BITS,
    bounds_of,
    contains,
    exact,
    log_sizes,
    points_of,
    random_axes,
)

from numerics import rigorous_sweep, sweep
from numerics.enclosure.interval import precision
from numerics.sweeping import grid
from numerics.sweeping.rigorous import arrays, compiled, plan
from numerics.sweeping.rigorous.cells import Chains, Ends, decided
from numerics.sweeping.rigorous.premises import FORMULAS, established, premises
from numerics.sweeping.rigorous.sides import SIDES, slopes
from numerics.sweeping.store import Store, opened
from numerics.sweeping.thresholds import checked_epsilon
from theory.activations import activation
from theory.errors import StatementError

NAMES = tuple(FORMULAS)
DEPTHS = (1, 2, 3, 8, 17, 40)


def violations(chains: Chains, cells: np.ndarray, draw: np.random.Generator, inner: int = 1) -> list[str]:
    """The cells in which some value, by Arb, is not certainly within the bounds."""
    lower, upper = bounds_of(chains, cells)
    assert not np.isnan(lower).any()
    assert not np.isnan(upper).any()
    assert (upper < np.inf).all()
    found = []
    for cell, low, high in zip(cells, lower, upper, strict=True):
        for point in points_of(draw, cell, inner):
            logs = log_sizes(chains.f.name, *point, chains.depth, chains.marks.tolist())
            if not all(map(contains, low, high, logs)):
                found.append(f"{cell.tolist()} at {point}, depth {chains.depth}: {low}, {high}, {logs}")
    return found


def chains_of(name: str, depth: int, backend: str = "numba") -> Chains:
    marks = np.array(sorted({1, depth, max(1, depth // 2)}))
    return Chains(activation(name), depth, marks, plan._kernels(backend, activation(name)))


def test_every_value_is_within_the_bounds() -> None:
    draw = np.random.default_rng(1)
    for depth in DEPTHS:
        assert not violations(chains_of("tanh", depth), random_axes(draw, 350), draw)


@pytest.mark.parametrize("name", NAMES)
def test_numpy_bounds_are_bounds_too(name: str) -> None:
    draw = np.random.default_rng(2)
    for depth in (1, 3, 17):
        assert not violations(chains_of(name, depth, "numpy"), random_axes(draw, 30), draw)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_one_hundred_thousand_cells(name: str) -> None:
    """A hundred thousand for each activation, at six depths: not one value outside."""
    draw = np.random.default_rng(3)
    for depth in DEPTHS:
        for _ in range(17):
            assert not violations(chains_of(name, depth), random_axes(draw, 1000), draw)


def test_the_cells_of_the_tests_are_of_all_kinds() -> None:
    """So that containment says something: widths of 0 and large, 0 and θ = 1 inside, saturation, tiny and huge."""
    cells = random_axes(np.random.default_rng(1), 2000)
    theta, x, alpha = cells[:, 0], cells[:, 1], cells[:, 2]
    assert (alpha[:, 0] > 0).all()
    kinds = [
        (theta[:, 0] == theta[:, 1]) & (x[:, 0] == x[:, 1]), (theta[:, 0] < 0) & (theta[:, 1] > 0),
        (x[:, 0] < 0) & (x[:, 1] > 0), (theta[:, 0] < 1) & (theta[:, 1] > 1), (theta == 1).any(axis=1),
        (x == 0).any(axis=1), np.abs(theta).max(axis=1) > 25, np.abs(theta).max(axis=1) < 1e-30,
        np.abs(x).max(axis=1) / alpha[:, 0] < 1e-50, theta[:, 1] - theta[:, 0] > 1, alpha[:, 1] > 1e20,
        (theta[:, 1] > theta[:, 0]) & (theta[:, 1] - theta[:, 0] <= np.spacing(np.abs(theta[:, 1]))),
    ]  # fmt: skip
    assert all(kind.sum() >= 10 for kind in kinds), [int(kind.sum()) for kind in kinds]


@pytest.mark.parametrize(
    ("theta", "x"), [(1.0, 0.3), (0.7, 2.0), (1.0001, 0.01), (2.5, 0.1), (1e-3, 1.0), (1.3, 1e-80)]
)
@pytest.mark.parametrize("name", ["tanh", *(pytest.param(n, marks=pytest.mark.slow) for n in NAMES[1:])])
def test_deep_chains(name: str, theta: float, x: float) -> None:
    """Held and tiny ends of orbits, and orbits without an end, against Arb layer after layer."""
    depth, marks = 800, [1, 2, 300, 799, 800]
    found = rigorous_sweep(theta, x, 1.0, depth, layers=marks, activation=name)
    low, high = found.lower.values.ravel(), found.upper.values.ravel()
    logs = log_sizes(name, theta, x, 1.0, depth, marks)
    assert all(map(contains, low, high, logs))
    assert (high - low <= 1e-10).all()


def test_a_million_layers_cost_what_a_thousand_do() -> None:
    """Where orbits end: log|∂g/∂θ_1| per layer tends to log of the slope at the fixed point, here within 1e-9."""
    found = rigorous_sweep(2.0, 0.5, 1.0, 10**6)
    shallow = rigorous_sweep(2.0, 0.5, 1.0, 1000)
    more = (found.lower - shallow.lower).values[0, 0, 0, 0], (found.upper - shallow.upper).values[0, 0, 0, 0]
    with precision(BITS):
        y = arb(1)
        for _ in range(500):
            y = (2 * y).tanh()
            y = y.mid()
        rate = float((2 * (1 - y * y)).log() * (10**6 - 1000))
    assert more[0] - 1e-6 <= rate <= more[1] + 1e-6
    assert (found.upper - found.lower).values.max() <= 1e-6


def test_bounds_are_sharp_on_narrow_cells() -> None:
    """The excess over the spread of values within a cell shrinks with the cell: nothing is lost but by the factors."""
    depth, excess = 20, []
    for width in (1e-1, 1e-2, 1e-3):
        low, high = rigorous_sweep([1.5, 1.5 + width], [0.8, 0.8 + width], 1.0, depth, layers=[1]), None
        inner = sweep(
            np.linspace(1.5, 1.5 + width, 9), np.linspace(0.8, 0.8 + width, 9), 1.0, depth, layers=[1], backend="numpy"
        )
        high = inner.log_gradient.values
        spread = high.max() - high.min()
        assert low.lower.values.min() <= high.min() + 1e-12
        assert low.upper.values.max() >= high.max() - 1e-12
        excess.append(float((low.upper - low.lower).values.max() - spread) / spread)
    assert excess[0] < 0.5
    assert excess[2] < 0.5
    point = rigorous_sweep(1.5, 0.8, 3.0, depth)
    assert float((point.upper - point.lower).max()) <= 1e-12


@pytest.mark.parametrize("name", NAMES)
def test_the_gradient_grows_with_the_scale(name: str) -> None:
    """What makes the bounds exact in α, at random points by Arb."""
    draw = np.random.default_rng(8)
    for _ in range(40):
        theta, x, alpha = draw.uniform(0.1, 4), draw.uniform(0.1, 4), draw.uniform(0.5, 5)
        smaller = log_sizes(name, theta, x, alpha, 7, [1, 4, 7])
        larger = log_sizes(name, theta, x, alpha * draw.uniform(1, 3), 7, [1, 4, 7])
        assert all(
            one is not None and other is not None and one <= other for one, other in zip(smaller, larger, strict=True)
        )


@pytest.mark.parametrize("name", NAMES)
def test_the_premises_are_shown(name: str) -> None:
    established(activation(name))
    assert len(list(premises(activation(name)))) == 9


def test_a_premise_that_is_false_stops_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that is not f, and an elasticity that rises: neither is shown."""
    wrong = {**FORMULAS, "softsign": lambda f: (steps_z / (1 + steps_z * Fraction(999, 1000)), 1, 1 + steps_z)}
    from theory.activations import z as steps_z

    monkeypatch.setattr("numerics.sweeping.rigorous.premises.FORMULAS", wrong)
    established.cache_clear()
    with pytest.raises(StatementError, match="rests on what is not shown: the step is f"):
        established(activation("softsign"))
    established.cache_clear()


# ---- Verdicts --------------------------------------------------------------------------------------------


def test_verdicts_are_right_and_splitting_only_adds_to_them() -> None:
    axes = np.linspace(-0.5, 2.5, 25), np.linspace(0.1, 2, 5), np.geomspace(1, 8, 3)
    found = [rigorous_sweep(*axes, 9, epsilon="1/50", split=split) for split in (0, 1, 2)]
    inner = np.random.default_rng(4)
    verdicts = [one.verdict.values for one in found]
    assert {-1, 0, 1} == set(np.unique(verdicts[0]))
    for fewer, more in ((0, 1), (1, 2)):
        assert (verdicts[more][verdicts[fewer] != 0] == verdicts[fewer][verdicts[fewer] != 0]).all()
        assert (verdicts[more] == 0).sum() < (verdicts[fewer] == 0).sum()
        assert (found[more].lower.values >= found[fewer].lower.values).all()
        assert (found[more].upper.values <= found[fewer].upper.values).all()
        assert (found[more].share_above.values >= found[fewer].share_above.values).all()
    last = found[2]
    assert ((last.share_above == 1) == (last.verdict == 1)).all()
    assert (last.share_above + last.share_below <= 1).all()
    log = arb(fmpq(1, 50)).log()
    for _ in range(300):
        i, j, k = (int(inner.integers(n)) for n in last.verdict.shape[1:])
        ends = [
            last[f"{name}_bounds"].values[place] for name, place in zip(("theta", "x", "alpha"), (i, j, k), strict=True)
        ]
        t, x, alpha = (float(inner.uniform(*pair)) for pair in ends)
        for layer, value in enumerate(log_sizes("tanh", t, x, alpha, 9, [1, 9])):
            verdict = verdicts[2][layer, i, j, k]
            assert value is not None
            assert contains(float(last.lower[layer, i, j, k]), float(last.upper[layer, i, j, k]), value)
            assert verdict == 0 or (value >= log if verdict == 1 else value < log)


def test_epsilon_is_read_exactly_and_compared_outward() -> None:
    assert checked_epsilon("0.1") == Fraction(1, 10)
    assert checked_epsilon("1/3") == Fraction(1, 3)
    assert checked_epsilon(0.1) == Fraction(0.1)
    assert plan.enclosed_logarithm(Fraction(1)) == (0.0, 0.0)
    low, high = plan.enclosed_logarithm(Fraction(1, 10))
    assert math.nextafter(low, math.inf) == high
    with precision(BITS):
        assert exact(low) < arb(fmpq(1, 10)).log() < exact(high)
    ends = np.array([[low, high]])
    assert decided(ends, ends, (low, high)).tolist() == [[0, 1]]
    below = np.nextafter(ends, -np.inf)
    assert decided(below, below, (low, high)).tolist() == [[-1, 0]]
    # |∂g/∂θ_1| = α exactly at depth 1 with f′(0) = 1 and θ = 0: no double is between, so it is decided.
    assert rigorous_sweep(0.0, 1.0, 1.0, 1, epsilon=1).verdict.values.ravel().tolist() in ([0], [1])


def test_a_huge_input_is_not_held_where_it_is() -> None:
    """x/α = 1e35 falls below 1 in one layer: an absolute change of 1 is nothing beside it, and no reason to hold it."""
    for backend in ("numba", "numpy"):
        for depth in (2, 5, 40):
            chains = chains_of("tanh", depth, backend)
            lower, upper = bounds_of(chains, np.array([[[1e-30, 2e-30], [1e35, 2e35], [1.0, 1.0]]]))
            for theta, x in ((1e-30, 1e35), (2e-30, 2e35), (1.5e-30, 1e35)):
                logs = log_sizes("tanh", theta, x, 1.0, depth, chains.marks.tolist())
                assert all(map(contains, lower[0], upper[0], logs))


def test_no_activation_reaches_what_the_reach_is_computed_with() -> None:
    for name in NAMES:
        found = activation(name).supremum
        assert found is not None
        assert float(found.value) < plan._TOP


def test_cells_across_zero_have_no_lower_bound_and_a_finite_upper_one() -> None:
    found = rigorous_sweep([-1, 2], [0.5, 1], 1.0, 5)
    assert (found.lower.values == -np.inf).all()
    assert np.isfinite(found.upper.values).all()
    nothing = rigorous_sweep([0.5, 1], 0.0, 1.0, 5)
    assert (nothing.upper.values == -np.inf).all()
    first = rigorous_sweep([-1, 2], [0.5, 1], 1.0, 1)
    assert np.isfinite(first.lower.values).all()  # ∂g/∂θ_1 = α y_0 f′(z_1) is not 0 at θ = 0


@pytest.mark.parametrize("name", ["tanh", *(pytest.param(n, marks=pytest.mark.slow) for n in NAMES[1:])])
def test_numba_and_numpy_find_nearly_the_same(name: str) -> None:
    draw = np.random.default_rng(12)
    theta, start = draw.uniform(0.2, 3, 400), draw.uniform(0.01, 3, 400)
    for side in SIDES:
        one = compiled.kernels(activation(name)).run(side, theta, start, 30, np.array([1, 11, 30]))
        other = arrays.kernels(activation(name)).run(side, theta, start, 30, np.array([1, 11, 30]))
        assert np.abs(one - other).max() <= 1e-12 * (1 + np.abs(one).max())


# ---- Data and errors -------------------------------------------------------------------------------------


def test_a_store_is_gone_on_with_and_equals_what_is_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid, "TILE", 64)
    axes, options = (
        (np.linspace(0.5, 2, 9), np.linspace(0.1, 3, 9), np.geomspace(1, 100, 5)),
        {"epsilon": "0.01", "split": 1},
    )
    path, kept = tmp_path / "a.zarr", rigorous_sweep(*axes, 12, **options)
    stored = rigorous_sweep(*axes, 12, out=path, **options)
    (path / "lower" / "c" / "0" / "1" / "0" / "0").unlink()
    chunk = path / "verdict" / "c" / "0" / "2" / "0" / "0"
    chunk.write_bytes(chunk.read_bytes()[:-1] + b"\x00")
    ready, _ = plan.prepared(*axes, 12, **options)
    assert [tile.number for tile in Store(path, ready).missing()] == [1, 2]  # pyright: ignore[reportArgumentType]
    stored = rigorous_sweep(*axes, 12, out=path, **options)
    for name in kept.data_vars:
        assert np.array_equal(stored[name].values, kept[name].values), name
    assert stored.theta.attrs["bounds"] == "theta_bounds"
    assert np.array_equal(stored.theta_bounds.values, np.stack([axes[0][:-1], axes[0][1:]], axis=-1))
    assert stored.verdict.dims == ("layer", "theta", "x", "alpha")
    assert opened(path).attrs["complete"] is True
    with pytest.raises(StatementError, match="its epsilon is '1/100', and yours is '1/50'"):
        rigorous_sweep(*axes, 12, out=path, epsilon="0.02", split=1)
    with pytest.raises(StatementError, match="holds another sweep"):
        sweep(*axes, 12, out=path, backend="numpy")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"activation": "relu"}, "no certain bounds for the activation 'relu': use tanh, softsign"),
        ({"theta": [1, 0.5]}, "the axis theta does not increase"),
        ({"theta": [1, 1]}, "the axis theta does not increase"),
        ({"theta": 1e20}, "follows it to 1.07e+09"),
        ({"theta": 1e90, "x": 1e-90}, "may reach 2e+90"),
        ({"alpha": [-1, 1]}, "the scale α is a number above 0"),
        ({"epsilon": "0"}, "'0' is no ε"),
        ({"epsilon": "-1/2"}, "'-1/2' is no ε"),
        ({"epsilon": "pi"}, "'pi' is no ε"),
        ({"epsilon": "__import__('os')"}, "is no ε"),
        ({"epsilon": math.nan}, "nan is no ε"),
        ({"split": 2}, "give epsilon"),
        ({"split": 13, "epsilon": 1}, "13 is no number of times to split"),
        ({"layers": [9]}, "9 is no layer of a chain of 5"),
        ({"depth": 0}, "0 is no depth"),
        ({"backend": "metal"}, "there is no backend 'metal'"),
    ],
)
def test_bad_input_is_quoted(changed: dict[str, Any], said: str) -> None:
    arguments: dict[str, Any] = {"theta": [0.5, 1], "x": 1.0, "alpha": 1.0, "depth": 5, "backend": "numpy", **changed}
    with pytest.raises(StatementError, match=re.escape(said)):
        rigorous_sweep(**arguments)


def test_slopes_at_zero_are_enclosed() -> None:
    found = slopes(activation("tanh"))
    assert found == {"SLOPE_DOWN": 1.0, "SLOPE_UP": 1.0, "LOG_SLOPE_DOWN": 0.0, "LOG_SLOPE_UP": 0.0}


def test_cells_by_size() -> None:
    ends = Ends.between(np.array([-2.0, -1.0, 0.5, 3.0]))
    assert ends.boxes.tolist() == [[1, 2], [0, 1], [0.5, 3]]
    assert Ends.between(np.array([-2.0])).boxes.tolist() == [[2, 2]]
