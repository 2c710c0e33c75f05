"""The text of the CUDA kernels, written out for an activation and a machine number.

It is that of the files beside this one, with the generated parts: `real`, the numbers, the polynomials, and the step.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import sympy as sp

from numerics.sweeping.closing import ROW, TERMS
from numerics.sweeping.polynomials import coefficients, log_of_two
from numerics.sweeping.source import digits, in_cuda
from numerics.sweeping.step import LINEAR, LayerStep, end_slopes, layer_step
from theory.activations import Activation

_FOLDER = Path(__file__).parent
REDUCTION = 256
"""The most threads that a block of `extremes` may have."""
CHECKED = 64
"""After so many layers it is looked whether an orbit repeats itself."""
OPTIONS = ("--std=c++14", "--fmad=false")
"""What the kernels are compiled with: a product and a sum are one rounding only where the text says fma."""
REACH = {"float64": 2.0**30, "float32": 2.0**18}
"""`exponential` takes −REACH ≤ w ≤ 0: the whole number nearest to w/log 2 has to fit 32 bits (22 for singles)."""
LARGEST_STATE = {"float64": 2.0**15, "float32": 2.0**9}
"""For |z| up to this, 2|z| and z² are in `REACH`: what tanh, exp(−z²) and their like ask of `exponential`."""


@lru_cache(maxsize=32)
def source(f: Activation, dtype: str) -> str:
    """The kernels `one_theta` (for odd f alone), `layerwise` and `extremes`, as CUDA C for NVRTC or nvcc."""
    kernels = ("one_theta", "layerwise", "extremes") if layer_step(f).odd else ("layerwise", "extremes")
    return "\n".join([primitives(f, dtype), *map(_text, kernels)])


def primitives(f: Activation, dtype: str) -> str:
    """The device functions that the kernels are made of: the step of f is `step`."""
    text = _text("kernel")
    written = {"generated": _numbers(f, dtype) + _polynomials(dtype), "step": _steps(layer_step(f))}
    for part, generated in written.items():
        text = text.replace(f"// <{part}>\n// </{part}>\n", generated)
    return text


def _text(name: str) -> str:
    return (_FOLDER / f"{name}.cu").read_text(encoding="utf-8")


def _numbers(f: Activation, dtype: str) -> str:
    high, low = log_of_two(dtype)
    double = dtype == "float64"
    mantissa, lowest, infinite = (52, -1022, 1024) if double else (23, -126, 128)
    zero, below, above = end_slopes(f)
    reals: dict[str, Any] = {
        "ZERO": 0, "ONE": 1, "TWO": 2, "LOG2_E": 1 / sp.log(2), "LN2_HIGH": high, "LN2_LOW": low,
        "MAGIC": 1.5 * 2.0**mantissa, "FAR": -REACH[dtype], "TINY": float(np.finfo(dtype).tiny),
        "LINEAR": LINEAR[dtype], "SMALL": 2.0 ** -LINEAR[dtype], "LARGE": 2.0 ** LINEAR[dtype],
        "SLOPE_AT_ZERO": 0 if zero is sp.nan else zero, "SLOPE_BELOW": below, "SLOPE_ABOVE": above,
    }  # fmt: skip
    flags = {
        "ODD": f.parity == "odd", "ZERO_FIXED": f.value_at_zero == 0, "KINK": zero is sp.nan,
        "SPLIT_VALUE": layer_step(f).size is not None,
    }  # fmt: skip
    counts = {
        "LOWEST": lowest, "OVERFLOW": infinite, "TERMS": TERMS, "ROW": ROW, "CHECKED": CHECKED, "REDUCTION": REDUCTION,
    }  # fmt: skip
    lines = ["#define DOUBLE", "typedef double real;"] if double else ["typedef float real;"]
    lines += [f"constexpr real {name} = (real){digits(value)};" for name, value in reals.items()]
    lines += [f"constexpr bool {name} = {str(value).lower()};" for name, value in flags.items()]
    lines += [f"constexpr int {name} = {value};" for name, value in counts.items()]
    return "\n".join(lines) + "\n"


def _polynomials(dtype: str) -> str:
    """(e^r − 1 − r)/r² for |r| ≤ log(2)/2, and (2 artanh √v/√v − 2)/v for √v ≤ 3 − 2√2, by Horner's rule."""
    texts = []
    for name, variable, series in zip(("exponential", "logarithm"), ("r", "v"), coefficients(dtype), strict=True):
        *others, text = [f"(real){value!r}" for value in series]
        for coefficient in reversed(others):
            text = f"fma({text}, {variable}, {coefficient})"
        texts.append(
            f"__device__ __forceinline__ real rest_of_{name}(const real {variable})\n{{\n    return {text};\n}}\n"
        )
    return "\n" + "\n".join(texts)


def _steps(step: LayerStep) -> str:
    """The step within the reach of `exponential`, that beyond it, and |f(z)| as a mantissa and an exponent of 2."""
    mantissa, exponent = step.size or (step.value, sp.S.Zero)
    size = {"mantissa": mantissa, "exponent": exponent}
    return "\n".join(
        [
            in_cuda(step),
            in_cuda(step, "far_step", "far_exponential"),
            in_cuda(step, "size", "far_exponential", size),
        ]
    )
