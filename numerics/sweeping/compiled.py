"""The kernels of `numerics.sweeping.native`, written out for an activation and a machine number, and compiled by Numba.

Compiling takes seconds, so what was compiled is kept: the source goes to a file named after its own hash, in the user's
cache (GRADPROOF_CACHE, else XDG_CACHE_HOME, else ~/.cache), and Numba keeps the machine code beside it. Where that
cannot be written, a folder for this process alone serves.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import sympy as sp

from numerics.sweeping.polynomials import coefficients, log_of_two
from numerics.sweeping.source import digits, in_python
from numerics.sweeping.step import FAR, LINEAR, LayerStep, end_slopes, layer_step
from theory.activations import Activation

_NATIVE = Path(__file__).with_name("native")
_KERNELS = ("one_theta", "layerwise", "passages")
POINTWISE = ("layerwise", "pointwise")
"""What points that share nothing need, in a module of its own."""


@lru_cache(maxsize=16)
def kernels(f: Activation, dtype: str, names: tuple[str, ...] = _KERNELS) -> ModuleType:
    """The compiled kernels; `HASH` is that of their source."""
    return loaded(f"{f.name}-{dtype}", source(f, dtype, names))


def loaded(title: str, text: str) -> ModuleType:
    """The text as a module; `HASH` is that of the text."""
    _prefer_wide_vectors()
    name = hashlib.sha256(text.encode()).hexdigest()[:24]
    spec = importlib.util.spec_from_file_location(f"_gradproof_{name}", _kept(f"{title}-{name}.py", text))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    module.__dict__["HASH"] = name
    return module


def source(f: Activation, dtype: str, names: tuple[str, ...] = _KERNELS) -> str:
    """The text of the kernels: that of `numerics.sweeping.native`, with its generated part written out."""
    before, after = _without(_NATIVE / "primitives.py", "generated")
    rests = [_without(_NATIVE / f"{name}.py", "shared")[1] for name in names]
    derived = layer_step(f)
    step, numbers = _step(derived)
    # A step calls what is defined after the generated part, so it comes at the end.
    code = "".join([after, *rests]).replace("@njit(", "@njit(cache=True, ").replace("@njit\n", "@njit(cache=True)\n")
    return f"{before}import math\n{_numbers(f, dtype, numbers)}SPLIT_VALUE = {derived.size is not None}\n{code}{step}"


def _without(path: Path, part: str) -> tuple[str, str]:
    """The text before and after the part between two marks."""
    before, rest = path.read_text(encoding="utf-8").split(f"# <{part}>\n")
    return before, rest.split(f"# </{part}>\n")[1]


def _step(step: LayerStep) -> tuple[str, dict[str, sp.Expr]]:
    texts, numbers = in_python(step)
    return "".join(f"\n\n@njit(forceinline=True)\n{text}" for text in texts.values()), numbers


def _numbers(f: Activation, dtype: str, numbers: dict[str, sp.Expr]) -> str:
    high, low = log_of_two(dtype)
    single = dtype == "float32"
    mantissa, lowest = (23, -126) if single else (52, -1022)
    magic, linear = 1.5 * 2.0**mantissa, LINEAR[dtype]
    values: dict[str, Any] = {
        "LOG2_E": 1 / sp.log(2), "MAGIC": magic, "LOWEST": magic + lowest, "FAR": FAR[dtype],
        "LN2_HIGH": high, "LN2_LOW": low, "TINY": float(np.finfo(dtype).tiny), "ZERO": 0, "ONE": 1, "TWO": 2,
        "SMALL": 2.0**-linear, "LARGE": 2.0**linear, "LINEAR": linear, **numbers,
    }  # fmt: skip
    lines = ["from numpy import inf", "from math import nan", f"REAL = np.{dtype}", "INFINITE = REAL(inf)"]
    lines += [f"{name} = REAL({digits(value)})" for name, value in values.items()]
    slopes = [
        f"SLOPE_{name} = REAL({'nan' if value is sp.nan else digits(value)})"
        for name, value in zip(("AT_ZERO", "BELOW", "ABOVE"), end_slopes(f), strict=True)
    ]
    slope = f.slope_at_zero if f.slope_at_zero is not None and f.slope_at_zero > 0 else sp.S.One
    lines.append(f"LOG2_SLOPE = REAL({digits(sp.log(slope, 2))})")
    lines += [f"ODD = {f.parity == 'odd'}", f"ZERO_FIXED = {f.value_at_zero == 0}", *slopes]
    for name, variable, series in zip(("exponential", "logarithm"), ("r", "v"), coefficients(dtype), strict=True):
        letters = [f"{name[0].upper()}{place}" for place in range(len(series))]
        lines += [f"{letter} = REAL({value!r})" for letter, value in zip(letters, series, strict=True)]
        text = letters[-1]
        for letter in reversed(letters[:-1]):
            text = f"fma({text}, {variable}, {letter})"
        lines += ["", "@njit(forceinline=True)", f"def rest_of_{name}({variable}):", f"    return {text}", ""]
    return "\n".join(lines) + "\n"


def _kept(name: str, text: str) -> Path:
    for folder in _folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / name
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                with tempfile.NamedTemporaryFile(
                    "w", encoding="utf-8", dir=folder, suffix=".part", delete=False
                ) as file:
                    file.write(text)
                os.replace(file.name, path)
            return path
        except OSError:
            continue
    raise OSError("there is no folder to write compiled kernels to: set GRADPROOF_CACHE to one")


def _folders() -> list[Path]:
    given = os.environ.get("GRADPROOF_CACHE")
    usual = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gradproof"
    return [Path(given)] if given else [usual / "kernels", Path(_own_folder())]


@lru_cache(maxsize=1)
def _own_folder() -> str:
    return tempfile.mkdtemp(prefix="gradproof-")


def _prefer_wide_vectors() -> None:
    """LLVM takes half-width vectors on processors with AVX-512; these loops are faster with whole ones."""
    if "numba" in sys.modules or "NUMBA_CPU_FEATURES" in os.environ:
        return
    import llvmlite.binding as llvm

    features = llvm.get_host_cpu_features()
    if features.get("avx512f"):
        os.environ["NUMBA_CPU_NAME"] = llvm.get_host_cpu_name()
        os.environ["NUMBA_CPU_FEATURES"] = f"{features.flatten()},-prefer-256-bit"
