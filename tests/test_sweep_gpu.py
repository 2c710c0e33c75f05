"""The kernels on a real GPU against those of the processor and Arb. Skipped where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from test_sweep_kernels import SIZES, compared

from numerics.sweeping import device, engine
from numerics.sweeping.cuda.source import OPTIONS, primitives
from numerics.sweeping.sweep import prepared, sweep
from theory.activations import ACTIVATIONS, activation


@pytest.fixture(scope="session")
def gpu() -> None:
    missing = device.missing_device()
    if missing:
        pytest.skip(missing)


@pytest.mark.gpu
@pytest.mark.usefixtures("gpu")
@pytest.mark.parametrize("dtype", engine.DTYPES)
@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_the_gpu_gives_what_the_processor_gives(name: str, dtype: str) -> None:
    depth, real = 64, np.dtype(dtype).type
    sizes = np.array([0.5, 1.0, 1.25, 1.75, 2.5])
    x, alpha = np.linspace(-3, 3, 12).astype(real), np.geomspace(1, 1000, 64).astype(real)
    for per_layer in (False, True):
        theta = np.random.default_rng(3).choice(sizes, (5, depth)) if per_layer else sizes
        found, expected = (
            sweep(theta, x, alpha, depth, layers=[1, 33, "last"], want=("log_gradient", "gradient_sign"),
                  activation=name, dtype=dtype, backend=backend, per_layer=per_layer)
            for backend in ("cupy", "numba")
        )  # fmt: skip
        np.testing.assert_array_equal(found["gradient_sign"], expected["gradient_sign"])
        logs, got = (results["log_gradient"].values.astype(float) for results in (expected, found))
        finite = np.isfinite(logs)
        np.testing.assert_array_equal(np.isfinite(got), finite)
        # Both are within the promise of the truth, so within twice of it of each other.
        promise = 1e-12 * (1 + depth / 1000) if dtype == "float64" else 1e-4 * (1 + depth / 64)
        room = 2 * (promise + 4 * np.spacing(np.abs(logs[finite]).astype(real)))
        assert (np.abs(got - logs)[finite] <= room).all()


@pytest.mark.gpu
@pytest.mark.usefixtures("gpu")
def test_the_gpu_against_arb() -> None:
    theta = np.repeat(np.array([0.0, 0.5, 1.0, -1.0, 1.0 + 1e-9, -1.7, 6.0, 19.0])[:, None], 40, axis=1)
    compared("tanh", "cupy", "float64", theta, np.array([*SIZES, -0.7]), np.array([1.0, 1e3]), [1, 2, 20, 40])


@pytest.mark.gpu
@pytest.mark.usefixtures("gpu")
def test_the_first_guess_of_a_reciprocal_is_as_good_as_the_error_analysis_takes_it_to_be() -> None:
    import cupy  # pyright: ignore[reportMissingImports]

    code = (
        primitives(activation("tanh"), "float64")
        + """
extern "C" __global__ void guesses(const double *x, double *y, const int length)
{
    for (int i = THREAD; i < length; i += THREADS)
        y[i] = fma(-x[i], approximate_reciprocal(x[i]), 1.0);
}
"""
    )
    x = cupy.asarray(np.random.default_rng(4).uniform(1, 2, 10**7))
    y = cupy.empty_like(x)
    cupy.RawModule(code=code, options=OPTIONS).get_function("guesses")((1024,), (128,), (x, y, np.int32(x.size)))
    assert float(abs(y).max()) <= 3 * 2.0**-20


@pytest.mark.gpu
@pytest.mark.usefixtures("gpu")
def test_extremes_on_the_gpu_are_those_of_the_arrays() -> None:
    arguments = (np.linspace(-2, 2, 300), np.linspace(-1, 1, 40), np.geomspace(1, 100, 50), 16)
    values = sweep(*arguments, backend="cupy")["log_gradient"].values
    plan = prepared(*arguments, backend="cupy").plan
    for place, extreme in enumerate(plan.kernels.extremes(plan)):
        assert extreme.least_at == np.unravel_index(values[place].argmin(), values[place].shape)
        assert extreme.greatest_at == np.unravel_index(values[place].argmax(), values[place].shape)
