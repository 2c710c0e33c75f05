"""A network of matrix layers in doubles: forward pass, backpropagation and the unrolled product, for many inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from numerics.networks.elementwise import elementwise
from theory.activations import Activation, activation
from theory.errors import StatementError
from theory.networks import checked_widths

Array = np.ndarray


@dataclass(frozen=True)
class MatrixNetwork:
    """Weights W^{(1)}, …, W^{(L)}, of shapes (n_l, n_{l−1}), with σ after every layer; see `theory.networks.Network`.

    `biases` are of shape (n_l, 1) each, or None for none. Inputs are columns: x has the shape (n_0, N).
    Raises StatementError where the shapes do not fit, or the activation is unknown.
    """

    weights: Sequence[Array]
    f: Activation | str = "logistic"
    residual: bool = False
    biases: Sequence[Array] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.f, str):
            object.__setattr__(self, "f", activation(self.f))
        checked_widths([*(int(w.shape[1]) for w in self.weights[:1]), *(int(w.shape[0]) for w in self.weights)])
        for before, after in zip(self.weights, self.weights[1:], strict=False):
            if after.shape[1] != before.shape[0]:
                shapes = f"{before.shape} and {after.shape}"
                raise StatementError(f"weights of the shapes {shapes} do not follow each other: n_l is to be the same")

    def has_shortcut(self, l: int) -> bool:
        """Whether layer l (counted from 1) adds its input to its output."""
        rows, columns = self.weights[l - 1].shape
        return self.residual and rows == columns

    def forward(self, x: Array) -> tuple[list[Array], list[Array]]:
        """z^{(1)}, …, z^{(L)} and a^{(0)}, …, a^{(L)}, each of shape (n_l, N)."""
        assert isinstance(self.f, Activation)
        value = elementwise(self.f).value
        z: list[Array] = []
        a = [np.asarray(x, dtype=float)]
        for l, w in enumerate(self.weights, 1):
            z.append(w @ a[-1] + (0.0 if self.biases is None else self.biases[l - 1]))
            a.append(value(z[-1]) + (a[-1] if self.has_shortcut(l) else 0.0))
        return z, a

    def deltas(self, z: Sequence[Array], reaching: Array) -> list[Array]:
        """δ^{(1)}, …, δ^{(L)} by BP1 and BP2; `reaching` is ∇_a C, of shape (n_L, N)."""
        assert isinstance(self.f, Activation)
        slope = elementwise(self.f).slope
        found: list[Array] = []
        for l in range(len(self.weights), 0, -1):
            delta = reaching * slope(z[l - 1])
            found.insert(0, delta)
            reaching = self.weights[l - 1].T @ delta + (reaching if self.has_shortcut(l) else 0.0)
        return found

    def gradients(self, x: Array, reaching: Array) -> list[Array]:
        """∂C/∂W^{(l)} = δ^{(l)} (a^{(l−1)})ᵀ, summed over the inputs; C has the slope `reaching` at a^{(L)}."""
        z, a = self.forward(x)
        return [delta @ before.T for delta, before in zip(self.deltas(z, reaching), a[:-1], strict=True)]

    def unrolled(self, l: int, z: Sequence[Array], last: Array) -> Array:
        """(∏_{k=l}^{L−1} diag(σ′(z^{(k)})) (W^{(k+1)})ᵀ) δ^{(L)} for one input; no residual connections."""
        assert isinstance(self.f, Activation)
        slope = elementwise(self.f).slope
        product = np.eye(self.weights[l - 1].shape[0])
        for k in range(l, len(self.weights)):
            product = product @ np.diag(slope(z[k - 1]).ravel()) @ self.weights[k].T
        return product @ last
