"""The CUDA kernels compile, for every activation and both machine numbers, and hold what they must and must not."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from cuda_ptx import NVCC, by_nvcc, by_nvrtc, entries, instructions, nvrtc

from numerics.sweeping.cuda.source import primitives, source
from numerics.sweeping.engine import DTYPES
from numerics.sweeping.slack import claim_plan
from theory.activations import ACTIVATIONS, activation
from theory.ledger import CLAIMS

needs_nvcc = pytest.mark.skipif(NVCC is None, reason="there is no nvcc")
ONE_LAYER = """
extern "C" __global__ void one_layer(real *y, real *P, real *K, const real weight)
{
    real mantissa, k;
    step(weight * *y, *y, mantissa, k);
    *P *= mantissa;
    *K += k;
}
"""
OTHERS = [pytest.param(name, marks=pytest.mark.slow) for name in ACTIVATIONS if name != "tanh"]
# Transcendental instructions that a logarithm or an exponential of the library would come with, and calls of one.
SLOW = ("div.rn", "div.full", "div.approx", "rcp.rn", "sqrt.", "call", "lg2.", "ex2.", "sin.", "cos.")
LOCAL = ("ld.local", "st.local")


def found(names: list[str], wanted: tuple[str, ...]) -> list[str]:
    return [name for name in names if name.startswith(wanted)]


@needs_nvcc
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["tanh", *OTHERS])
def test_kernels_compile_without_a_gpu(name: str, dtype: str) -> None:
    """With no array in local memory, no slow division, and no double precision among singles."""
    f = activation(name)
    ptx = by_nvcc(source(f, dtype))
    bodies = {kernel: instructions(body) for kernel, body in entries(ptx).items()}
    assert set(bodies) == {"layerwise", "extremes", *(["one_theta"] if f.parity == "odd" else [])}
    assert ".local" not in ptx
    for kernel, names in bodies.items():
        assert not found(names, (*LOCAL, "div.rn", "div.full", "call")), kernel
        if kernel != "extremes":
            assert "fma.rn." + {"float64": "f64", "float32": "f32"}[dtype] in names
        assert dtype == "float64" or not [instruction for instruction in names if instruction.endswith(".f64")]
    if name == "tanh":
        assert not found(bodies["one_theta"], SLOW)


@needs_nvcc
@pytest.mark.parametrize("dtype", DTYPES)
def test_one_layer_of_tanh_takes_few_instructions(dtype: str) -> None:
    """One reciprocal, and for all the rest sums and products; an exponential and a division of the library take 60."""
    code = primitives(activation("tanh"), dtype) + ONE_LAYER
    counts = Counter(name.split(".")[0] for name in instructions(entries(by_nvcc(code))["one_layer"]))
    assert counts["rcp"] == 1
    arithmetic = counts["fma"] + counts["mul"] + counts["add"] + counts["sub"]
    assert arithmetic <= (36 if dtype == "float64" else 32)


@needs_nvcc
def test_a_slow_division_would_be_seen() -> None:
    """The kernel with a division in the place of the reciprocal, and with an array: both are found."""
    code = primitives(activation("tanh"), "float64")
    text = "    const real r = approximate_reciprocal(x);\n    const real c = fma(-x, r, ONE);\n"
    assert text in code
    array = """
extern "C" __global__ void indexed(real *y, const int *at)
{
    real kept[16];
    for (int i = 0; i < 16; ++i)
        kept[i] = y[i];
    y[0] = kept[at[0]];
}
"""
    code = code.replace(text, "    const real r = ONE / x, c = ZERO;\n") + ONE_LAYER + array
    bodies = entries(by_nvcc(code))
    assert found(instructions(bodies["one_layer"]), SLOW)
    assert found(instructions(bodies["indexed"]), LOCAL)


@pytest.mark.slow
@pytest.mark.skipif(nvrtc() is None, reason="there is no NVRTC: pip install 'cupy-cuda12x[ctk]' brings it")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_the_compiler_that_cupy_takes_compiles_them_too(name: str, dtype: str) -> None:
    ptx = by_nvrtc(source(activation(name), dtype))
    assert {"layerwise", "extremes"} <= set(entries(ptx))
    assert ".local" not in ptx


@pytest.mark.skipif(NVCC is None and nvrtc() is None, reason="there is neither nvcc nor NVRTC")
def test_the_slack_of_a_claim_compiles() -> None:
    """A kernel for each layer, the axes read through the cache that is for reading alone."""
    axes = {name: np.array([0.5, 1.0]) for name in ("theta", "x", "t")} | {name: np.ones(1) for name in ("d", "r")}
    text = claim_plan(CLAIMS["ven-lederer/theorem-1/small-gradient"], axes, 4, (1, 4)).cuda
    for compiled in (by(text) for by, there in ((by_nvrtc, nvrtc()), (by_nvcc, NVCC)) if there):
        assert set(entries(compiled)) == {"slack_0", "slack_1"}
        assert "ld.global.nc.f64" in compiled
