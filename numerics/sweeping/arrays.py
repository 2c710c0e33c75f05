"""The chain in plain NumPy, whole arrays at a time: for where there is no Numba, and to compare the other kernels with.

The step of a layer is the same text as theirs. A state is y · 2^s, normalised in every layer, and the product of the
factors is P · 2^K, so that nothing underflows here either; every orbit is run through to the end.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from numerics.sweeping.polynomials import log_of_two
from numerics.sweeping.source import in_python
from numerics.sweeping.step import FAR, LINEAR, end_slopes, layer_step
from theory.activations import Activation

Array = np.ndarray
_PIECE = 2**15


@lru_cache(maxsize=16)
def kernels(f: Activation, dtype: str) -> ArrayKernels:
    """The kernels for an activation and "float64" or "float32"."""
    return ArrayKernels(f, dtype)


class ArrayKernels:
    """`layerwise` of `native`, on arrays."""

    def __init__(self, f: Activation, dtype: str):
        self.real: Any = np.dtype(dtype).type
        self.odd = f.parity == "odd"
        self.high, self.low = (self.real(part) for part in log_of_two(dtype))
        single = dtype == "float32"
        self.far, self.lowest = FAR[dtype], -126 if single else -1022
        self.linear = LINEAR[dtype]
        self.slopes = [self.real(float(slope)) for slope in end_slopes(f)]
        self.zero_fixed = f.value_at_zero == 0
        texts, numbers = in_python(layer_step(f))
        space: dict[str, Any] = {name: self.real(float(value)) for name, value in numbers.items()}
        space |= {"far_exponential": self.exponential, "exponential": self.exponential, "reciprocal": lambda x: 1 / x}
        space |= {"root": np.sqrt, "select": np.where, "maximum": np.maximum, "minimum": np.minimum}
        space |= {"absolute": np.abs, "sign": np.sign, "atan": np.arctan, "atanh": np.arctanh}
        space |= {"erf": self._each(math.erf), "erfc": self._each(math.erfc)}
        # The text is printed from the formulas of the registry, and holds no string of anybody's.
        exec("\n".join(texts.values()), space)
        self.step, self.size = space["step"], space.get("size")
        self.HASH = "numpy"

    def _each(self, function: Any) -> Any:
        return lambda x: np.fromiter(map(function, x.ravel().tolist()), self.real, x.size).reshape(x.shape)

    def exponential(self, w: Array) -> tuple[Array, Array, Array, Array]:
        """As `native.exponential`, with the r of k log 2 in two parts, the first product exact for |k| < 2^20."""
        beyond = w < self.far
        k = np.rint(np.maximum(w, self.far) * self.real(1 / math.log(2)))
        r = (np.maximum(w, self.far) - k * self.high) - k * self.low
        p = np.expm1(r)
        two = np.ldexp(self.real(1), np.maximum(k, self.lowest).astype(np.int32))
        x = np.where(k < self.lowest, self.real(0), two * p + two)
        return np.where(beyond, w * self.real(1 / math.log(2)), k), np.where(beyond, 0, p), two * p + (two - 1), x

    def layer(self, z: Array) -> tuple[Array, Array, Array]:
        """f(z), and f′(z) as a mantissa and an exponent of 2, for z of either sign."""
        value, mantissa, part, k = self.step(np.abs(z) if self.odd else z)
        return (np.copysign(value, z) if self.odd else value), mantissa * (1 + part), k

    def layerwise(
        self, theta: Array, start: Array, scale: Array, depth: int, marks: Array, stride: int, far: bool,
        gradients: Array, signs: Array, outputs: Array,
    ) -> None:  # fmt: skip
        """As `native.layerwise`; `stride` and `far` do not matter here."""
        for row, weights in enumerate(theta):
            for begin in range(0, start.size, _PIECE):
                piece = slice(begin, begin + _PIECE)
                y, s = self._orbit(
                    weights, start[piece], scale[piece], depth, marks, gradients[:, row, piece], signs[:, row, piece]
                )
                if outputs.size:
                    outputs[row, piece] = np.ldexp(y, s.astype(np.int32))

    def pointwise(
        self, theta: Array, start: Array, scale: Array, depth: int, marks: Array, stride: int, far: bool,
        gradients: Array, signs: Array, outputs: Array,
    ) -> None:  # fmt: skip
        """As `native.pointwise`: a column of theta for each point."""
        for begin in range(0, start.size, _PIECE):
            piece = slice(begin, begin + _PIECE)
            y, s = self._orbit(
                theta[:, piece], start[piece], scale[piece], depth, marks, gradients[:, piece], signs[:, piece]
            )
            if outputs.size:
                outputs[piece] = np.ldexp(y, s.astype(np.int32))

    def _orbit(
        self, weights: Array, y: Array, s: Array, depth: int, marks: Array, gradients: Array, signs: Array
    ) -> tuple[Array, Array]:
        wanted = {int(mark): place for place, mark in enumerate(marks)}
        gradients[:], signs[:] = 0, 1
        P, K = np.ones_like(y), np.zeros_like(y)
        with np.errstate(all="ignore"):
            for layer in range(1, depth + 1):
                weight = weights[0] if len(weights) == 1 else weights[layer - 1]
                if layer in wanted:
                    self._end(P, K, gradients[: wanted[layer]], signs[: wanted[layer]])
                    gradients[wanted[layer]], signs[wanted[layer]] = self._log(y, s), np.sign(y)
                    self._end(weight * np.ones_like(y), 0 * y, gradients[: wanted[layer]], signs[: wanted[layer]])
                    P, K = np.ones_like(y), np.zeros_like(y)
                y, s, factor, k = self._step(weight * y, s)
                P, more = np.frexp(P * factor * (1 if layer in wanted else weight))
                K = K + k + more
            self._end(P, K, gradients, signs)
        return y, s

    def passages_layerwise(
        self, theta: Array, start: Array, scale: Array, targets: Array, depth: int, stride: int, far: bool,
        peak_wanted: bool, vanishing: Array, peak_depth: Array, log_peak: Array,
    ) -> None:  # fmt: skip
        """As `native.passages_layerwise`."""
        vanishing[:], peak_depth[:], log_peak[:] = -1, 1, -np.inf
        for row, weights in enumerate(theta):
            y, s, P, K = start, scale, np.ones_like(start), np.zeros_like(start)
            with np.errstate(all="ignore"):
                for layer in range(1, depth + 1):
                    weight = weights[0] if weights.size == 1 else weights[layer - 1]
                    y, s, factor, k = self._step(weight * y, s)
                    P, more = np.frexp(P * factor * (1 if layer == 1 else weight))
                    K = K + k + more
                    A = self._log(P, K)
                    higher = log_peak[row] < A
                    log_peak[row, higher], peak_depth[row, higher] = A[higher], layer
                    vanishing[row, (vanishing[row] < 0) & (targets > A)] = layer
                    if not peak_wanted and (vanishing[row] > 0).all():
                        break

    def _end(self, P: Array, K: Array, gradients: Array, signs: Array) -> None:
        if len(gradients):
            gradients += self._log(P, K)
            signs *= np.sign(P).astype(np.int8)

    def _log(self, m: Array, k: Array) -> Array:
        m, more = np.frexp(m)
        total = k + more
        return total * self.high + (total * self.low + np.log(np.abs(m)))

    def _step(self, z: Array, s: Array) -> tuple[Array, Array, Array, Array]:
        """A layer of z · 2^s: f is linear where 2^s is far from 1."""
        z, more = np.frexp(z)
        s = np.where(z == 0, 0, s + more).astype(self.real)
        near = np.abs(s) <= self.linear
        at = np.ldexp(z, np.clip(s, -self.linear, self.linear).astype(np.int32))
        value, factor, k = self.layer(np.where(~near & (s < 0) & (not self.zero_fixed), 0 * z, at))
        zero, below, above = self.slopes
        slope = np.where(s < 0, np.where(np.isnan(zero), factor, zero), np.where(z > 0, above, below))
        straight = ~near & ((s > 0) | self.zero_fixed) & (slope != 0)
        kept = np.zeros_like(s)
        if self.size is not None:
            tiny = ~straight & (value == 0) & (z != 0)
            m, power = self.size(at)
            value, kept = np.where(tiny, m, value), np.where(tiny, power, kept)
        return (
            np.where(straight, slope * z, value), np.where(straight, s, kept), np.where(straight, slope, factor),
            np.where(straight, 0, k),
        )  # fmt: skip
