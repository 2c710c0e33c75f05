"""Runs the kernel of the rigorous sweep with CuPy."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

import numpy as np

from numerics.sweeping.rigorous.cuda.translated import OPTIONS, source
from numerics.sweeping.rigorous.sides import SIDES
from theory.activations import Activation

Array = np.ndarray
THREADS = 128
_BLOCKS = 16
"""Blocks for each multiprocessor, at most: `parts` has a place for each of their threads."""


@lru_cache(maxsize=16)
def kernels(f: Activation) -> CudaKernels:
    return CudaKernels(f)


class CudaKernels:
    """`run` as that of `compiled.Kernels`; orbits that memory has no room for are run in halves."""

    def __init__(self, f: Activation):
        import cupy  # pyright: ignore[reportMissingImports]

        self.cupy: Any = cupy
        texts = {side: source(f, side) for side in SIDES}
        self.HASH = hashlib.sha256("".join(texts.values()).encode()).hexdigest()[:24]
        self.orbits = {
            side: cupy.RawModule(code=text, options=OPTIONS).get_function("orbits") for side, text in texts.items()
        }

    def run(self, side: str, theta: Array, start: Array, depth: int, marks: Array) -> Array:
        try:
            return self._run(side, theta, start, depth, marks)
        except self.cupy.cuda.memory.OutOfMemoryError:
            if theta.size == 1:
                raise
        half = theta.size // 2
        halves = (slice(None, half), slice(half, None))
        return np.concatenate([self.run(side, theta[one], start[one], depth, marks) for one in halves], axis=1)

    def _run(self, side: str, theta: Array, start: Array, depth: int, marks: Array) -> Array:
        cupy = self.cupy
        most = _BLOCKS * cupy.cuda.Device().attributes["MultiProcessorCount"]
        blocks = max(1, min(most, -(-theta.size // THREADS)))
        parts = cupy.empty((marks.size, blocks * THREADS), np.float64)
        out = cupy.empty((3 + marks.size, theta.size), np.float64)
        given = (cupy.asarray(theta), cupy.asarray(start), np.int64(theta.size), np.int32(depth))
        places = cupy.asarray(marks.astype(np.int32))
        self.orbits[side]((blocks,), (THREADS,), (*given, places, np.int32(marks.size), parts, out))
        return out.get()
