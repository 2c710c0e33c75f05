"""The kernels of the rigorous sweep for Numba: the texts of this package, put together for an activation and a side."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from numerics.sweeping.compiled import loaded
from numerics.sweeping.rigorous import numbers
from numerics.sweeping.rigorous.sides import SIDES, constants, functions
from theory.activations import Activation

_FOLDER = Path(__file__).parent
_HEAD = """import numpy as np
from llvmlite import ir
from math import inf
from numba import njit
from numerics.sweeping.intrinsics import fma, intrinsic, power_of_two, split
"""


@lru_cache(maxsize=16)
def kernels(f: Activation) -> Kernels:
    return Kernels(f)


class Kernels:
    """`run(side, θ, start, depth, marks)`: the bounds of that side; HASH is that of the kernels' source."""

    def __init__(self, f: Activation):
        texts = {side: source(f, side) for side in SIDES}
        self.HASH = hashlib.sha256("".join(texts.values()).encode()).hexdigest()[:24]
        self.modules = {side: loaded(f"{f.name}-{side}", text) for side, text in texts.items()}

    def run(self, side: str, theta: np.ndarray, start: np.ndarray, depth: int, marks: np.ndarray) -> np.ndarray:
        found = np.empty((3 + marks.size, theta.size))
        self.modules[side].orbits(theta, start, depth, marks, found)
        return found


def source(f: Activation, side: str) -> str:
    values: dict[str, Any] = {**numbers.VALUES, **constants(f, side)}
    lines = [f"{name} = np.float64({value!r})" for name, value in values.items()]
    aliases = [f"{name} = {function}" for name, function in functions(f, side).items()]
    inline = re.sub(
        r"^def ",
        '@njit(forceinline=True, error_model="numpy")\ndef ',
        part("elementary") + part("steps"),
        flags=re.MULTILINE,
    )
    text = "\n".join([_HEAD, *lines, part("native/rounding"), inline, *aliases, part("native/orbits")])
    return text.replace("@njit(nogil=True,", "@njit(cache=True, nogil=True,")


def part(name: str) -> str:
    """What stands between the marks of a file of this package."""
    return (_FOLDER / f"{name}.py").read_text(encoding="utf-8").split("# <text>\n")[1].split("# </text>\n")[0]
