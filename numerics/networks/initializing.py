"""Draws the weights of one layer from a seed, without the layers before it.

Layer l of seed S is drawn by NumPy's PCG64 with SeedSequence(S, spawn_key=(l,)): the same on every machine, in any
order, as often as it is needed. So a network of ten thousand layers need not be stored to be gone through backwards.
The inputs are drawn with spawn_key (0, 0), the targets with (0, 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from theory.activations import Activation
from theory.networks import Initialization

Array = np.ndarray
INPUTS, TARGETS = (0, 0), (0, 1)


def stream(seed: int, *key: int) -> np.random.Generator:
    """The generator of one layer, or of the inputs or targets."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


@dataclass(frozen=True)
class Weights:
    """The weights of every layer of one network: initialisation, activation and seed.

    `noise` is s in σ_z = s/√(fan-in) of W = (D + Z)/f′(0); None for what the initialisation says.
    """

    initialization: Initialization
    f: Activation
    seed: int
    noise: float | None = None

    def layer(self, l: int, rows: int, columns: int) -> Array:
        """W^{(l)} of shape (rows, columns), l ≥ 1."""
        draws = stream(self.seed, l)
        kind, scale = self.initialization.kind, self._scale(rows, columns)
        if kind == "orthogonal":
            return scale * orthogonal(draws, rows, columns)
        normal = draws.standard_normal((rows, columns))
        normal *= scale
        if kind == "fixed-point":
            # D_ij = 1 where i ≡ j mod fan-in: the identity, again and again below itself where there are more rows.
            i = np.arange(rows)
            normal[i, i % columns] += 1
            normal /= float(self.initialization.gain(self.f))
        return normal

    def _scale(self, rows: int, columns: int) -> float:
        if self.noise is not None:
            return self.noise / float(np.sqrt(columns))
        return scale_of(self.initialization, rows, columns)


@lru_cache(maxsize=256)
def scale_of(initialization: Initialization, rows: int, columns: int) -> float:
    """The scale of a matrix of this shape, as the nearest double."""
    scale, sizes = initialization.scale, {"n_in": columns, "n_out": rows}
    return float(scale.subs({s: sizes[str(s)] for s in scale.free_symbols}))


def orthogonal(draws: np.random.Generator, rows: int, columns: int) -> Array:
    """A random matrix with orthonormal columns, or rows where there are fewer, uniformly distributed.

    The triangular factor of a Gaussian matrix is unique with a positive diagonal; only then is Q uniform (Haar).
    """
    tall = draws.standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    q = q * np.sign(np.diag(r))
    return q if rows >= columns else q.T
