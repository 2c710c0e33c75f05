"""The CUDA kernel of the rigorous sweep: what its PTX holds, and the same text run on the processor."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from cuda_on_host import COMPILER, Cupy, OutOfMemoryError, library
from cuda_ptx import NVCC, by_nvcc, by_nvrtc, entries, instructions, nvrtc
from rigorous_reference import random_axes
from test_rigorous_sweep import chains_of, violations

from numerics import rigorous_sweep
from numerics.sweeping.rigorous import compiled
from numerics.sweeping.rigorous.cuda import launch
from numerics.sweeping.rigorous.cuda.translated import source, translated
from numerics.sweeping.rigorous.premises import FORMULAS
from numerics.sweeping.rigorous.sides import SIDES
from theory.activations import activation

needs_nvcc = pytest.mark.skipif(NVCC is None, reason="there is no nvcc")
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="there is no C++ compiler (g++ or clang++)")
OTHERS = [pytest.param(name, marks=pytest.mark.slow) for name in FORMULAS if name != "tanh"]
# What rounds to nearest in a division or a root, calls the library, or keeps an array in local memory.
FORBIDDEN = ("div.rn", "div.full", "div.approx", "rcp.", "sqrt.rn", "sqrt.approx", "call", "lg2.", "ex2.", "ld.local",
             "st.local")  # fmt: skip


@needs_nvcc
@pytest.mark.parametrize("name", ["tanh", *OTHERS])
def test_the_ptx_rounds_as_it_is_told_to(name: str) -> None:
    _hold_what_they_must([by_nvcc(source(activation(name), side)) for side in SIDES], name)


@pytest.mark.slow
@pytest.mark.skipif(nvrtc() is None, reason="there is no NVRTC: pip install 'cupy-cuda12x[ctk]' brings it")
@pytest.mark.parametrize("name", list(FORMULAS))
def test_the_compiler_that_cupy_takes_compiles_them_too(name: str) -> None:
    _hold_what_they_must([by_nvrtc(source(activation(name), side)) for side in SIDES], name)


def _hold_what_they_must(sides: list[str], name: str) -> None:
    """Each operation rounds down somewhere and up somewhere, a product and a sum on each side; nothing is forbidden."""
    both: Counter[str] = Counter()
    for ptx in sides:
        assert ".local" not in ptx
        counts = Counter(instructions(entries(ptx)["orbits"]))
        assert not [found for found in counts if found.startswith(FORBIDDEN)]
        assert not [found for found in counts if found.endswith(".f32")]
        assert all(counts[f"{operation}.{way}.f64"] for operation in ("add", "mul") for way in ("rm", "rp"))
        both += counts
    for operation in ("div", *(["sqrt"] if name == "algebraic" else [])):
        assert both[f"{operation}.rm.f64"], operation
        assert both[f"{operation}.rp.f64"], operation


@needs_nvcc
def test_a_plain_division_would_be_seen() -> None:
    code = source(activation("tanh"), "lower")
    spoiled = code.replace("{ return __ddiv_rd(a, b); }", "{ return a / b; }")
    assert spoiled != code
    with pytest.raises(AssertionError):
        _hold_what_they_must([by_nvcc(spoiled), by_nvcc(source(activation("tanh"), "upper"))], "tanh")


@pytest.fixture
def on_host(monkeypatch: pytest.MonkeyPatch) -> Cupy:
    """CuPy's part played by the processor."""
    if COMPILER is None:
        pytest.skip("there is no C++ compiler (g++ or clang++)")
    cupy = Cupy()
    launch.kernels.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "cupy", cupy)
    monkeypatch.setattr("numerics.sweeping.device.missing_device", lambda: None)
    return cupy


@pytest.mark.parametrize("name", ["tanh", *OTHERS])
def test_on_the_processor_it_finds_the_bounds_of_numba_bit_for_bit(name: str, on_host: Cupy) -> None:
    """The processor's own directed rounding against exact residuals: neither knows of the other."""
    draw = np.random.default_rng(21)
    theta = np.concatenate([draw.uniform(0.01, 4, 1500), 10.0 ** draw.uniform(-20, 8, 300), draw.uniform(1, 2, 60)])
    start = np.concatenate([draw.uniform(0.01, 4, 1500), draw.uniform(0.01, 5, 300), 10.0 ** draw.uniform(-200, 0, 60)])
    for depth, marks in ((1, [1]), (2, [1, 2]), (30, [1, 11, 30]), (400, [3, 397])):
        places = np.array(marks)
        for side in SIDES:
            found = launch.kernels(activation(name)).run(side, theta, start, depth, places)
            wanted = compiled.kernels(activation(name)).run(side, theta, start, depth, places)
            assert np.array_equal(found, wanted), np.argwhere(found != wanted)[:5]


@pytest.mark.parametrize("name", ["tanh", *OTHERS])
def test_on_the_processor_every_value_is_within_the_bounds(name: str, on_host: Cupy) -> None:
    draw = np.random.default_rng(22)
    for depth in (1, 3, 17):
        assert not violations(chains_of(name, depth, "cupy"), random_axes(draw, 60), draw)


def test_a_sweep_on_the_device(on_host: Cupy) -> None:
    axes = np.linspace(0.5, 2, 9), np.linspace(0.1, 3, 5), np.geomspace(1, 100, 3)
    found, wanted = (rigorous_sweep(*axes, 12, epsilon="0.1", split=1, backend=name) for name in ("cupy", "numba"))
    for name in wanted.data_vars:
        assert np.array_equal(found[name].values, wanted[name].values)
    assert found.attrs["backend"] == "cupy"


def test_orbits_that_memory_has_no_room_for_are_run_in_halves(on_host: Cupy) -> None:
    theta, marks = np.linspace(0.5, 2, 500), np.array([1, 9])
    whole = launch.kernels(activation("tanh")).run("lower", theta, theta, 9, marks)
    on_host.largest = 10_000
    assert np.array_equal(launch.kernels(activation("tanh")).run("lower", theta, theta, 9, marks), whole)
    on_host.largest = 10
    with pytest.raises(OutOfMemoryError):
        launch.kernels(activation("tanh")).run("lower", theta, theta, 9, marks)


def test_only_what_is_known_is_translated() -> None:
    for text in (
        "def f(x):\n    return x / x\n",
        "def f(x):\n    x += 1\n    return x\n",
        "def f(x):\n    return x[0]\n",
    ):
        with pytest.raises(ValueError, match="a step holds"):
            translated(text)


@needs_compiler
def test_the_processor_rounds_as_the_device_would() -> None:
    """The stand-ins of the directed instructions, against exact fractions."""
    import ctypes
    from fractions import Fraction

    names = ("dadd", "dmul", "ddiv")
    extra = "".join(
        f'extern "C" double {name}_{way}(double a, double b) {{ return __{name}_{way}(a, b); }}\n'
        for name in names
        for way in ("rd", "ru")
    )
    module, draw = library("", extra), np.random.default_rng(2)
    exactly = {"dadd": lambda a, b: a + b, "dmul": lambda a, b: a * b, "ddiv": lambda a, b: a / b}
    for name in names:
        down, up = (getattr(module, f"{name}_{way}") for way in ("rd", "ru"))
        for function in (down, up):
            function.restype, function.argtypes = ctypes.c_double, [ctypes.c_double] * 2
        for a, b in draw.uniform(0.1, 3, (200, 2)).tolist():
            true, low, high = exactly[name](Fraction(a), Fraction(b)), down(a, b), up(a, b)
            assert Fraction(low) <= true <= Fraction(high)
            assert high <= np.nextafter(low, np.inf)
