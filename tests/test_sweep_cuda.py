"""The CUDA kernels of sweeps without a GPU: compiled for the processor against Arb, and launched by a stand-in of CuPy.

tests/test_sweep_gpu.py is for a real one.
"""

from __future__ import annotations

import ctypes
import json
import math
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import cuda_on_host
import mpmath
import numpy as np
import pytest
import sympy as sp
from chain_reference import allowed, log_gradients
from test_sweep_kernels import SIZES, UNDERFLOW, compared

from gradproof.cli import run
from numerics.sweeping.cuda import launch
from numerics.sweeping.cuda.parts import computed, points
from numerics.sweeping.cuda.source import primitives
from numerics.sweeping.engine import ALONG
from numerics.sweeping.slack import claim_plan
from numerics.sweeping.sweep import prepared, sweep
from theory.activations import ACTIVATIONS, activation, z
from theory.instance import instances_at
from theory.ledger import CLAIMS

UNIT = {"float64": 2.0**-53, "float32": 2.0**-24}
# Their outputs fall below the least double, and are no product with an exponential, from smaller |z| on.
REACHED = [size for size in SIZES if size < 30]
OTHERS = [pytest.param(name, marks=pytest.mark.slow) for name in ACTIVATIONS if name != "tanh"]
needs_compiler = pytest.mark.skipif(cuda_on_host.COMPILER is None, reason="there is no C++ compiler (g++ or clang++)")


@pytest.mark.parametrize("name", ["tanh", *OTHERS])
def test_one_theta_for_all_layers(name: str, cupy: cuda_on_host.Cupy) -> None:
    theta = np.array([0.0, 0.5, 1.0, -1.0, 1.0 + 1e-9, -1.7, 6.0, 19.0 if name not in UNDERFLOW else 3.0])
    x = np.array([*(REACHED if name in UNDERFLOW else SIZES), -0.7])
    compared(name, "cupy", "float64", np.repeat(theta[:, None], 40, axis=1), x, np.array([1.0, 1e3]), [1, 2, 20, 40])
    assert ("one_theta" in cupy.launches) == (activation(name).parity == "odd")


@pytest.mark.parametrize("name", ["tanh", *OTHERS])
def test_one_theta_for_each_layer(name: str, cupy: cuda_on_host.Cupy) -> None:
    if name in ("silu", "gelu"):
        pytest.skip("with weights of both signs its orbits amplify roundings")
    drawn = np.random.default_rng(5).standard_normal((5, 30)) * np.array([[0.3], [1.0], [1.0], [2.0], [8.0]])
    drawn[2, 7] = drawn[1, 12] = 0.0
    if name in UNDERFLOW:
        drawn = np.clip(np.abs(drawn), 0, 2)
    x = np.array(REACHED if name in UNDERFLOW else SIZES)
    compared(name, "cupy", "float64", drawn, x, np.array([1.0]), [1, 2, 9, 30])


@pytest.mark.parametrize("name", ["tanh", *OTHERS])
def test_singles(name: str, cupy: cuda_on_host.Cupy) -> None:
    theta = np.array([0.5, 1.0, 1.25, -1.75, 6.0 if name not in UNDERFLOW else 1.5])
    x = np.array([1e-8, 0.25, 1.0, -2.5, 40.0 if name not in UNDERFLOW else 3.0]).astype(np.float32).astype(float)
    compared(name, "cupy", "float32", np.repeat(theta[:, None], 64, axis=1), x, np.array([1.0, 64.0]), [1, 33, 64])


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("theta", [1e-3, 0.5, 1.0])
def test_a_state_below_the_least_number_is_followed_on(theta: float, dtype: str, cupy: cuda_on_host.Cupy) -> None:
    """θ^120 is 1e-360 for θ = 1/1000: no gradient is 0 for that."""
    weight = float(np.dtype(dtype).type(theta))
    x = 1e-25 if dtype == "float32" else 1e-99
    for depth in (120, 900):
        found = sweep(weight, [x, 0.5], 1.0, depth, layers=[1, 2, "last"], dtype=dtype, backend="cupy")
        for i, start in enumerate((x, 0.5)):
            wanted = log_gradients(activation("tanh"), [weight] * depth, start, 1.0, [1, 2, depth])
            for place, (log, _, _) in enumerate(wanted):
                got = float(found["log_gradient"].values[place, 0, i, 0])
                assert abs(got - log) <= allowed(log, depth, dtype), (theta, start, depth, place)


def test_the_closed_form_ends_an_orbit_near_its_fixed_point(cupy: cuda_on_host.Cupy) -> None:
    depth, layers, want = 1001, [1, 5, 500, 1001], ("log_gradient", "gradient_sign", "output", "distance")
    theta, x, alpha = np.array([0.5, -2.5]), np.array([0.3, -40.0]), np.linspace(1, 2, 100)
    plan = prepared(theta, x, alpha, depth, backend="cupy").plan
    assert plan.shortcuts.used
    found = sweep(theta, x, alpha, depth, layers=layers, want=want, backend="cupy")
    for t, i, j in ((0, 0, 0), (1, 1, 99)):
        wanted = log_gradients(activation("tanh"), [theta[t]] * depth, x[i], alpha[j], layers)
        for place, (log, sign, _) in enumerate(wanted):
            assert abs(float(found["log_gradient"].values[place, t, i, j]) - log) <= allowed(log, depth, "float64")
            assert int(found["gradient_sign"].values[place, t, i, j]) == sign
    fixed = float(mpmath.findroot(lambda y: mpmath.tanh(2.5 * y) - y, 0.98))
    # The depth is odd: θ < 0 turns the sign of x.
    np.testing.assert_allclose(found["output"].values[1] / alpha, [[-fixed] * 100, [fixed] * 100], rtol=1e-15)
    np.testing.assert_allclose(found["distance"].values, 0, atol=1e-15)


@pytest.mark.slow
def test_random_points(cupy: cuda_on_host.Cupy) -> None:
    """θ = 1 and close to it, tiny and huge x/α, saturation: within the promise at every point."""
    draw = np.random.default_rng(2027)
    for _ in range(40):
        depth = int(10 ** draw.uniform(0, 2.6))
        near = 1 + 10 ** draw.uniform(-15, -1) * draw.choice([-1, 1])
        theta = np.array([1.0, -1.0, near, 10 ** draw.uniform(-3, 2), draw.uniform(-3, 3)])
        x = 10 ** draw.uniform(-12, 6, 5) * draw.choice([-1, 1], 5)
        layers = sorted({1, depth, int(draw.integers(1, depth + 1))})
        theta = np.repeat(theta[:, None], depth, axis=1)
        compared("tanh", "cupy", "float64", theta, x, 10 ** draw.uniform(-3, 6, 4), layers)


def test_an_unbounded_activation_with_an_exponential_stays_in_reach(cupy: cuda_on_host.Cupy) -> None:
    """f(z) = z + tanh z: after 60 layers y is about 3^60, and exp(−2θy) far below what the fast kernel takes."""
    tanh, w = activation("tanh"), sp.exp(-2 * sp.Abs(z))
    slope = 1 + 4 * w / (1 + w) ** 2
    f = replace(tanh, name="z + tanh", formula=z + sp.tanh(z), derivative=slope, slope_at_zero=sp.Integer(2))
    found = sweep(3.0, [0.25, -1.0], 1.0, 60, layers=[1, 30, 60], activation=f, backend="cupy")
    assert cupy.launches == ["layerwise"]
    for i, start in enumerate((0.25, -1.0)):
        for place, (log, _, _) in enumerate(log_gradients(f, [3.0] * 60, start, 1.0, [1, 30, 60])):
            assert abs(float(found["log_gradient"].values[place, 0, i, 0]) - log) <= allowed(log, 60, "float64")


GRID = {
    "theta": np.linspace(-2.0, 2.0, 9), "x": np.linspace(-1.0, 1.0, 5), "alpha": np.geomspace(1.0, 100.0, 7),
    "depth": 8, "want": ALONG, "backend": "cupy",
}  # fmt: skip


def test_a_part_that_memory_has_no_room_for_is_halved(installed: Callable[..., cuda_on_host.Cupy]) -> None:
    installed()
    whole = sweep(**GRID)
    for arguments in ((2_100, 2**40), (2**40, 2_000)):
        in_parts = installed(*arguments)
        parts = sweep(**GRID)
        assert in_parts.launches.count("one_theta") > 4
        for name in ALONG:
            np.testing.assert_array_equal(parts[name].values, whole[name].values)


def test_no_room_for_a_single_point_is_an_error(installed: Callable[..., cuda_on_host.Cupy]) -> None:
    installed(100)
    with pytest.raises(cuda_on_host.OutOfMemoryError, match="bytes"):
        sweep(**GRID)


def test_parts_cover_a_region_once_and_in_order() -> None:
    refused = set(range(8, 200))

    def compute(region: Any) -> None:
        if points(region) in refused:
            raise MemoryError

    found = list(computed((range(2, 5), range(7), range(3, 8)), 1000, compute, MemoryError))
    places = [(t, x, a) for (theta, xs, alphas), _ in found for t in theta for x in xs for a in alphas]
    assert len(places) == len(set(places)) == 3 * 7 * 5
    assert all(points(region) < 8 for region, _ in found)
    assert places == sorted(places)


@pytest.mark.parametrize("free", [2**40, 3_000])
def test_extremes_are_those_of_the_arrays(free: int, installed: Callable[..., cuda_on_host.Cupy]) -> None:
    installed(2**40, free)
    values = sweep(**GRID)
    plan = prepared(*(GRID[name] for name in ("theta", "x", "alpha", "depth")), want=ALONG, backend="cupy").plan
    found = plan.kernels.extremes(plan)
    assert [(extreme.variable, extreme.layer) for extreme in found] == [
        ("log_gradient", 1), ("log_gradient", 8), ("gradient_sign", 1), ("gradient_sign", 8),
        ("output", None), ("distance", None),
    ]  # fmt: skip
    for extreme in found:
        array = values[extreme.variable].values
        array = array if extreme.layer is None else array[0 if extreme.layer == 1 else 1]
        assert (extreme.least, extreme.greatest) == (array.min(), array.max())
        assert extreme.least_at == np.unravel_index(array.argmin(), array.shape)
        assert extreme.greatest_at == np.unravel_index(array.argmax(), array.shape)


@needs_compiler
@pytest.mark.parametrize("values", [[np.nan] * 3, [1.0, np.nan, -np.inf, 1.0], [np.inf, np.inf], [-np.inf]])
def test_extremes_leave_out_nan_and_keep_infinities(values: list[float]) -> None:
    kernels = launch.CudaKernels(activation("tanh"), "float64", cuda_on_host.Cupy())
    array = np.array(values).view(cuda_on_host.DeviceArray)
    least, at_least, greatest, at_greatest = launch._best(*kernels._reduction(array))
    if np.isnan(array).all():
        assert (at_least, at_greatest) == (-1, -1)
    else:
        assert (least, at_least) == (np.nanmin(array), int(np.nanargmin(array)))
        assert (greatest, at_greatest) == (np.nanmax(array), int(np.nanargmax(array)))


EXPORTED = """
extern "C" real inverse(real x) { return reciprocal(x); }
extern "C" real divided(real a, real low_a, real b, real low_b) { return quotient(a, low_a, b, low_b); }
extern "C" real natural(real x, real k) { return logarithm(x, k); }
extern "C" real inverse_tangent(real x) { return artanh(x); }
extern "C" void raised(real w, real *results) { exponential(w, results[0], results[1], results[2], results[3]); }
"""


def exported(dtype: str) -> Any:
    built = cuda_on_host.library(primitives(activation("tanh"), dtype), EXPORTED)
    real = ctypes.c_double if dtype == "float64" else ctypes.c_float
    for name, count in (("inverse", 1), ("divided", 4), ("natural", 2), ("inverse_tangent", 1)):
        function = getattr(built, name)
        function.restype, function.argtypes = real, [real] * count
    built.raised.argtypes = [real, ctypes.c_void_p]
    return built


def worst_reciprocal(built: Any, dtype: str, skew: float) -> float:
    """The largest relative error, in units of roundoff, with a first guess that is off by so much more."""
    draw, held = np.random.default_rng(1), ctypes.c_double.in_dll(built, "skew")
    worst = Fraction(0)
    try:
        for x in np.concatenate([draw.uniform(1, 2, 700), 10 ** draw.uniform(-15, 15, 100)]).astype(dtype).tolist():
            for held.value in (skew, -skew):
                worst = max(worst, abs(Fraction(built.inverse(x)) * Fraction(x) - 1))
    finally:
        held.value = 0.0
    return float(worst) / UNIT[dtype]


@needs_compiler
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_reciprocal_is_as_good_as_its_error_analysis_says(dtype: str) -> None:
    """Whatever the instruction gives within its promise; a worse first guess would be seen."""
    built = exported(dtype)
    promised = 2.0**-20 if dtype == "float64" else 2.0**-23
    assert worst_reciprocal(built, dtype, promised) <= (1.3 if dtype == "float64" else 1.01)
    assert worst_reciprocal(built, dtype, 2.0**-10) > 1.3


@needs_compiler
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_elementary_functions_are_as_good_as_their_error_analysis_says(dtype: str) -> None:
    built, u, real = exported(dtype), UNIT[dtype], np.dtype(dtype).type
    draw = np.random.default_rng(2)
    held, results = ctypes.c_double.in_dll(built, "skew"), np.empty(4, real)
    least = -700.0 if dtype == "float64" else -86.0
    arguments = np.concatenate([-(10 ** draw.uniform(-12, 0, 500)), draw.uniform(least, 0, 500), [0.0]]).astype(real)
    with mpmath.workdps(50):
        for w in arguments.tolist():
            built.raised(w, results.ctypes.data)
            k, p, e, x = results.tolist()
            assert k == int(k)
            assert abs(k - w / math.log(2)) <= 0.5 + 1e-3
            exact_p = mpmath.expm1(w - k * mpmath.log(2))
            assert abs(p - exact_p) <= 4 * u * abs(exact_p)
            assert abs(e - mpmath.expm1(w)) <= 4 * u * abs(mpmath.expm1(w))
            assert abs(x / mpmath.exp(w) - 1) <= 3 * u
        powers = np.where(draw.random(500) < 0.2, 0, draw.integers(-(10**6), 10**6, 500)).astype(real).tolist()
        for x, power in zip((10 ** draw.uniform(-30, 30, 500)).astype(real).tolist(), powers, strict=True):
            exact = mpmath.log(x) + power * mpmath.log(2)
            remainder = abs(mpmath.log(x) - mpmath.nint(mpmath.log(x, 2)) * mpmath.log(2))
            assert abs(built.natural(x, power) - exact) <= 4 * u * remainder + 2 * u * abs(exact)
        sizes = np.concatenate([10 ** draw.uniform(-12, 0, 300), 1 - 10 ** draw.uniform(-7, -1, 200)]).astype(real)
        for x in sizes.tolist():
            assert abs(built.inverse_tangent(-x) + mpmath.atanh(x)) <= 6 * u * mpmath.atanh(x)
        held.value = 2.0**-20 if dtype == "float64" else 2.0**-23
        for a, b in draw.uniform(0.5, 1, (500, 2)).tolist():
            (high, low), (below, rest) = ((float(real(v)), float(real(v - float(real(v))))) for v in (a, b))
            exact = (mpmath.mpf(high) + low) / (mpmath.mpf(below) + rest)
            assert abs(built.divided(high, low, below, rest) / exact - 1) <= 1.01 * u
        held.value = 0.0
    results[:] = 0
    built.raised(-1e5, results.ctypes.data)
    assert (results[2], results[3]) == (-1, 0)
    assert built.natural(0.0, 0.0) == -math.inf
    assert built.inverse_tangent(1.0) == math.inf


def test_slacks_of_claims_on_a_device(cupy: cuda_on_host.Cupy, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same numbers as on the processor, for every claim that has a slack: each layer, hypotheses and NaN."""
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    axes = {"theta": np.array([-1.5, 0.4, 2.5]), "x": np.array([0.0, 0.7, -2.0]), "t": np.array([0.3, 0.9])}
    axes |= {name: np.array([1.25]) for name in ("d", "r")}
    compared_points = 0
    for claim in CLAIMS.values():
        if claim.depth is None or "theorem-1" not in claim.id:
            continue
        needed = {str(v).split("_")[0] for i in instances_at(claim, 3) for v in i.variables}
        given = {name: values for name, values in axes.items() if name in needed}
        host, device = (claim_plan(claim, given, 3, (1, 2, 3), backend) for backend in ("numpy", "cupy"))
        for tile in host.grid.tiles():
            wanted, found = host.compute(tile)["slack"], device.compute(tile)["slack"]
            assert wanted.shape == found.shape
            assert np.array_equal(np.isnan(wanted), np.isnan(found)), claim.id
            there = ~np.isnan(wanted)
            assert np.allclose(found[there], wanted[there], rtol=1e-14, atol=1e-14), claim.id
            compared_points += int(there.sum())
    assert compared_points > 200
    assert "slack_2" in cupy.launches


def test_without_a_store_only_the_ends_leave_the_device(
    cupy: cuda_on_host.Cupy, capsys: pytest.CaptureFixture[str]
) -> None:
    """The summary of the command line is that of the processor, and reduced by the kernel."""
    arguments = ["sweep", "--theta", "-2:2:9", "--x", "0.1:3:4", "--depth", "9", "--want", "log_gradient,output"]
    rows = {}
    for backend in ("cupy", "numpy"):
        assert run([*arguments, "--backend", backend, "--format", "json"]) == 0
        rows[backend] = json.loads(capsys.readouterr().out)["rows"]
    assert cupy.launches.count("extremes") == 3
    assert len(rows["cupy"]) == len(rows["numpy"]) == 3
    for found, wanted in zip(rows["cupy"], rows["numpy"], strict=True):
        for end in ("min", "max"):
            if isinstance(wanted[end], str):
                assert found[end] == wanted[end]
            else:
                assert abs(found[end] - wanted[end]) < 1e-12
            assert {**found[f"{end}_at"]} == wanted[f"{end}_at"]
