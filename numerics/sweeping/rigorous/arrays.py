"""The orbits of bounds in plain NumPy, for where there is no Numba: the text of `steps` on whole arrays.

The same layers in the same order as `native.orbits`, with bounds that are a little wider (`rounded`).
"""

from __future__ import annotations

from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from numerics.sweeping.rigorous import steps
from numerics.sweeping.rigorous.numbers import VALUES
from numerics.sweeping.rigorous.sides import SIDES, constants, functions
from theory.activations import Activation

Array = np.ndarray
_PIECE = 2**12
_TINY, _EIGHTH = VALUES["TINY"], VALUES["EIGHTH"]


@lru_cache(maxsize=16)
def kernels(f: Activation) -> ArrayKernels:
    return ArrayKernels(f)


class ArrayKernels:
    """`run` as that of `compiled.Kernels`."""

    HASH = "numpy"

    def __init__(self, f: Activation):
        self.names: dict[str, Any] = {}
        for side in SIDES:
            named = {name: getattr(steps, function) for name, function in functions(f, side).items()}
            self.names[side] = SimpleNamespace(**named, **constants(f, side))

    def run(self, side: str, theta: Array, start: Array, depth: int, marks: Array) -> Array:
        found = np.empty((3 + marks.size, theta.size))
        with np.errstate(all="ignore"):
            for begin in range(0, theta.size, _PIECE):
                piece = slice(begin, begin + _PIECE)
                orbits = _Orbits(self.names[side], theta[piece], start[piece], depth, marks, found[:, piece])
                orbits.run()
        return found


class _Orbits:
    """Orbits side by side; `places` are those that are not closed yet, and the arrays hold these only."""

    def __init__(self, names: Any, theta: Array, start: Array, depth: int, marks: Array, out: Array):
        self.names, self.theta, self.y, self.depth, self.marks, self.out = names, theta, start, depth, marks, out
        self.places = np.arange(theta.size)
        self.parts = np.zeros((marks.size, theta.size))
        self.done, self.mark = 0, -1
        self._begin_stretch()

    def _begin_stretch(self) -> None:
        self.N, self.D, self.K = np.ones_like(self.y), np.ones_like(self.y), np.zeros_like(self.y)
        if self.mark + 1 < self.marks.size and self.marks[self.mark + 1] == self.done + 1:
            self.mark += 1

    def run(self) -> None:
        while True:
            self._close()
            if not self.places.size:
                return
            layers = min(1 if (self.theta < _EIGHTH).any() else 8 - self.done % 8, self.depth - 1 - self.done)
            ends = self.mark + 1 < self.marks.size
            if ends:
                layers = min(layers, int(self.marks[self.mark + 1]) - 1 - self.done)
            for _ in range(layers):
                self._layer()
            self._renormalise()
            self.done += layers
            if ends and self.marks[self.mark + 1] == self.done + 1:
                if self.mark >= 0:
                    self.parts[self.mark] = self._part(self.N, self.D, self.K)
                self._begin_stretch()

    def _layer(self) -> None:
        names = self.names
        z = names.times(self.theta, self.y)
        floor = np.where(steps.mul_up(self.theta, names.SLOPE_UP) <= 1, 0.0, _TINY)
        tiny = z < floor
        value, n, d, k = names.step(np.maximum(z, floor))
        self.y = np.where(tiny, names.times(names.times(z, names.SLOPE_OWN), names.FADE_OWN), value)
        self.N = names.times_n(self.N, np.where(tiny, names.FADE_OTHER, n))
        self.D = names.times_d(self.D, np.where(tiny, 1.0, d))
        self.K = self.K + np.where(tiny, 0.0, k)

    def _renormalise(self) -> None:
        self.N, more = steps.split(self.N)
        self.D, less = steps.split(self.D)
        self.K = self.names.followed(self.K + (more - less))

    def _part(self, N: Array, D: Array, K: Array) -> Array:
        return np.minimum(self.names.log_other(self.names.quotient_other(N, D), K), 0.0)

    def _close(self) -> None:
        """Writes the results of the orbits that end, stand still or are tiny for good, and drops them."""
        names = self.names
        z = names.times(self.theta, self.y)
        tiny = z < _TINY
        if self.done == self.depth - 1:
            kind = np.zeros(z.size, int)
        else:
            after, _, _, _ = names.step(np.maximum(z, _TINY))
            looked = (self.theta < _EIGHTH) | (self.done % 8 == 0)
            shrinks = steps.mul_up(self.theta, names.SLOPE_UP) <= 1
            kind = np.where(looked & tiny & shrinks, 1, -1)
            kind = np.where(looked & ~tiny & names.still(after, self.y), 2, kind)
        if (kind < 0).all():
            return
        ends = kind >= 0
        self._write(ends, z[ends], tiny[ends], kind[ends])
        for name in ("theta", "y", "N", "D", "K", "places"):
            setattr(self, name, getattr(self, name)[~ends])
        self.parts = self.parts[:, ~ends]

    def _write(self, ends: Array, z: Array, tiny: Array, kind: Array) -> None:
        names, rest, at = self.names, float(self.depth - self.done), self.places[ends]
        zero = np.zeros_like(z)
        begin, linear = names.log_own(self.y[ends], zero), tiny | (kind == 1)
        rate = names.sum_own(names.log_own(self.theta[ends], zero), names.LOG_SLOPE_OWN)
        value, n, d, k = names.step(np.maximum(z, _TINY))
        other, _, _, _ = names.opposite(np.maximum(z, _TINY))
        grown = [names.sum_own(begin, names.repeated_own(count, rate)) for count in (rest, rest - 1)]
        last = np.where(kind == 2, begin, names.log_own(value, zero))
        self.out[0, at] = np.where(linear, names.sum_own(grown[0], -names.TINY_SLACK_OWN * rest), last)
        self.out[1, at] = np.where(linear, names.sum_own(grown[1], -names.TINY_SLACK_OWN * (rest - 1)), begin)
        quotient = names.log_other(names.quotient_other(other, np.maximum(z, _TINY)), zero)
        straight = names.sum_other(names.LOG_SLOPE_OTHER, -names.TINY_SLACK_OTHER)
        self.out[2, at] = np.where(linear, straight, quotient)
        e = np.where(linear, -names.TINY_SLACK_OTHER, self._part(n, d, k))
        total = zero
        for i in range(self.marks.size - 1, -1, -1):
            end = self.depth if i == self.marks.size - 1 else int(self.marks[i + 1]) - 1
            if i < self.mark:
                more = self.parts[i, ends]
            elif i == self.mark:
                part = self._part(self.N[ends], self.D[ends], self.K[ends])
                more = names.sum_other(part, names.repeated_other(float(end - self.done), e))
            else:
                more = names.repeated_other(float(end - int(self.marks[i]) + 1), e)
            total = names.sum_other(total, more)
            self.out[3 + i, at] = total
