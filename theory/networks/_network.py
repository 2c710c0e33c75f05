"""A network of matrix layers and its gradient by backpropagation, symbolically: for small widths, entry by entry.

a^{(0)} = x, z^{(l)} = W^{(l)} a^{(l−1)} + b^{(l)}, a^{(l)} = σ(z^{(l)}), with δ^{(l)} = ∂C/∂z^{(l)}:
BP1: δ^{(L)} = ∇_a C ⊙ σ′(z^{(L)}); BP2: δ^{(l)} = ((W^{(l+1)})ᵀ δ^{(l+1)}) ⊙ σ′(z^{(l)});
∂C/∂W^{(l)} = δ^{(l)} (a^{(l−1)})ᵀ.

With residual connections a^{(l)} = σ(z^{(l)}) + a^{(l−1)} (on the layers that do not change the width), what reaches
a^{(l)} gains a second summand: ∂C/∂a^{(l)} = (W^{(l+1)})ᵀ δ^{(l+1)} + ∂C/∂a^{(l+1)}.

Source: chapter 17.5 (BP2, its unrolled product) and 17.6 (residual connections).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp

from theory.activations import Activation, activation
from theory.errors import StatementError

Matrix = Any
"""A SymPy matrix; its own types know less than they do."""


@dataclass(frozen=True)
class Network:
    """The network with `widths` n_0, …, n_L and the activation σ after every layer.

    The entries of W^{(l)} are the symbols W_l_i_j, those of b^{(l)} b_l_i, and the inputs x_i, all counted from 1.
    Raises StatementError for fewer than two widths, a width below 1, or an unknown activation.
    """

    widths: tuple[int, ...]
    f: Activation | str = "logistic"
    residual: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "widths", checked_widths(self.widths))
        if isinstance(self.f, str):
            object.__setattr__(self, "f", activation(self.f))

    @property
    def depth(self) -> int:
        """L, the number of layers."""
        return len(self.widths) - 1

    @cached_property
    def inputs(self) -> Matrix:
        """x, of shape (n_0, 1)."""
        return _symbols("x", self.widths[0])

    def weight(self, l: int) -> Matrix:
        """W^{(l)}, of shape (n_l, n_{l−1})."""
        rows, columns = self.widths[self._layer(l)], self.widths[l - 1]
        return sp.Matrix(rows, columns, lambda i, j: sp.Symbol(f"W_{l}_{i + 1}_{j + 1}", real=True))

    def bias(self, l: int) -> Matrix:
        """b^{(l)}, of shape (n_l, 1)."""
        return _symbols(f"b_{self._layer(l)}", self.widths[l])

    @cached_property
    def _forward(self) -> tuple[list[Matrix], list[Matrix]]:
        """z^{(1)}, …, z^{(L)} and a^{(0)}, …, a^{(L)}."""
        assert isinstance(self.f, Activation)
        z: list[Matrix] = []
        a: list[Matrix] = [self.inputs]
        for l in range(1, self.depth + 1):
            z.append(self.weight(l) * a[-1] + self.bias(l))
            shortcut = a[-1] if self.has_shortcut(l) else sp.zeros(self.widths[l], 1)
            a.append(z[-1].applyfunc(self.f.f) + shortcut)
        return z, a

    def has_shortcut(self, l: int) -> bool:
        """Whether layer l adds its input to its output: a residual network does where the width stays the same."""
        return self.residual and self.widths[self._layer(l)] == self.widths[l - 1]

    def pre_activation(self, l: int) -> Matrix:
        """z^{(l)}, of shape (n_l, 1)."""
        return self._forward[0][self._layer(l) - 1]

    def output(self, l: int | None = None) -> Matrix:
        """a^{(l)}, of shape (n_l, 1), of the last layer unless said; a^{(0)} = x."""
        return self._forward[1][self.depth if l is None else self._layer(l, first=0)]

    def slopes(self, l: int) -> Matrix:
        """σ′(z^{(l)}), of shape (n_l, 1)."""
        assert isinstance(self.f, Activation)
        return self.pre_activation(l).applyfunc(self.f.derivative_at)

    def deltas(self, loss: Callable[[Sequence[Any]], Any]) -> list[Matrix]:
        """δ^{(1)}, …, δ^{(L)} for the loss C = loss(a^{(L)}), by BP1 and BP2."""
        reaching = self.loss_slope(loss)
        found: list[Matrix] = []
        for l in range(self.depth, 0, -1):
            delta = reaching.multiply_elementwise(self.slopes(l))
            found.insert(0, delta)
            reaching = self.weight(l).T * delta + (
                reaching if self.has_shortcut(l) else sp.zeros(self.widths[l - 1], 1)
            )
        return found

    def loss_slope(self, loss: Callable[[Sequence[Any]], Any]) -> Matrix:
        """∇_a C at a = a^{(L)}."""
        a = _symbols("a", self.widths[-1])
        slope = sp.Matrix([sp.diff(loss(list(a)), entry) for entry in a])
        return slope.subs(dict(zip(a, self.output(), strict=True)), simultaneous=True)

    def gradient(self, l: int, loss: Callable[[Sequence[Any]], Any]) -> Matrix:
        """∂C/∂W^{(l)} = δ^{(l)} (a^{(l−1)})ᵀ, of shape (n_l, n_{l−1})."""
        return self.deltas(loss)[self._layer(l) - 1] * self.output(l - 1).T

    def unrolled(self, l: int, loss: Callable[[Sequence[Any]], Any]) -> Matrix:
        """(∏_{k=l}^{L−1} diag(σ′(z^{(k)})) (W^{(k+1)})ᵀ) δ^{(L)}, the factors from left to right as k grows.

        The product of chapter 17.5; it is δ^{(l)} for a network without residual connections.
        """
        if self.residual:
            raise StatementError("the unrolled product is of a network without residual connections")
        product = sp.eye(self.widths[self._layer(l)])
        for k in range(l, self.depth):
            product = product * sp.diag(*self.slopes(k)) * self.weight(k + 1).T
        return product * self.deltas(loss)[-1]

    def _layer(self, l: int, first: int = 1) -> int:
        if not first <= l <= self.depth:
            raise StatementError(f"layer {l} is not one of {first}, …, {self.depth}")
        return l


def checked_widths(widths: Sequence[int]) -> tuple[int, ...]:
    """The widths of a network: two whole numbers or more, each at least 1. StatementError quotes what is none."""
    wrong = [width for width in widths if not isinstance(width, int) or isinstance(width, bool) or width < 1]
    if wrong:
        raise StatementError(f"the width {wrong[0]!r} is not a number of units: give a whole number, 1 or more")
    if len(widths) < 2:
        raise StatementError(
            f"a network has an input and a layer: {tuple(widths)!r} are too few widths, give two or more"
        )
    return tuple(widths)


def _symbols(name: str, count: int) -> Matrix:
    return sp.Matrix([sp.Symbol(f"{name}_{i + 1}", real=True) for i in range(count)])
