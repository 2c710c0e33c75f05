"""The scalar chain x ↦ f(θ_l f(… f(θ_1 x))): its outputs and its gradient, in closed form and by differentiation.

Source: Ven & Lederer (2021), Section 2.1, for f = tanh; the closed form is the chain rule and holds for every f.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import sympy as sp

from theory.activations import Activation, activation
from theory.errors import StatementError
from theory.statement import Relation

x = sp.Symbol("x", real=True)
y = sp.Symbol("y", real=True)
r = sp.Symbol("r", real=True)


def parameter(i: int) -> sp.Symbol:
    """θ_i as a real symbol."""
    return sp.Symbol(f"theta_{i}", real=True)


Scaling = Literal["none", "scaled", "naive"]


@dataclass(frozen=True)
class Chain:
    """The chain of `depth` layers: f_0 = x, z_i = θ_i f_{i−1}, f_i = f(z_i), g = f_l.

    With a `scale` α every f is replaced by α f(·/α) (`scaling` "scaled") or by α f(·) (`scaling` "naive").
    Raises StatementError for a depth below 1, an unknown activation, or a layer that the chain does not have.
    """

    depth: int
    f: Activation | str = "tanh"
    scaling: Scaling = "none"
    scale: sp.Expr | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.depth, int) or self.depth < 1:
            raise StatementError(f"a chain has depth 1 or more, as a whole number: {self.depth!r} is not one")
        if isinstance(self.f, str):
            object.__setattr__(self, "f", activation(self.f))
        if (self.scaling == "none") != (self.scale is None):
            raise StatementError(f"scaling {self.scaling!r} and scale {self.scale!r} do not fit: give both or neither")

    @property
    def layer(self) -> Activation:
        """The activation of every layer, scaling included."""
        assert isinstance(self.f, Activation)
        if self.scaling == "scaled":
            return self.f.scaled(self.scale)
        return self.f.naively_scaled(self.scale) if self.scaling == "naive" else self.f

    @property
    def parameters(self) -> tuple[sp.Symbol, ...]:
        """θ_1, …, θ_l."""
        return tuple(parameter(i) for i in range(1, self.depth + 1))

    def output(self, i: int | None = None) -> sp.Expr:
        """f_i, the output of layer i (of the last one unless said); f_0 = x."""
        last = self.depth if i is None else self._layer(i, first=0)
        value: sp.Expr = x
        for theta in self.parameters[:last]:
            value = self.layer.f(theta * value)
        return value

    def pre_activation(self, i: int) -> sp.Expr:
        """z_i = θ_i f_{i−1}."""
        return self.parameters[self._layer(i) - 1] * self.output(i - 1)

    def gradient(self, k: int) -> sp.Expr:
        """∂g/∂θ_k = f_{k−1} · ∏_{i≥k} f′(z_i) · ∏_{i>k} θ_i, in closed form."""
        return self.output(self._layer(k) - 1) * self.suffix(k)

    def suffix(self, k: int) -> sp.Expr:
        """∏_{i≥k} f′(z_i) · ∏_{i>k} θ_i: what the gradient multiplies f_{k−1} by."""
        slopes = [self.layer.derivative_at(self.pre_activation(i)) for i in range(k, self.depth + 1)]
        return sp.Mul(*slopes, *self.parameters[k:])

    def differentiated(self, k: int) -> sp.Expr:
        """∂g/∂θ_k as SymPy differentiates the output; the same number as `gradient`, by another way."""
        return sp.diff(self.output(), self.parameters[self._layer(k) - 1])

    def loss_gradient(self, k: int, loss: Any) -> sp.Expr:
        """∂h(y − g)/∂θ_k for a differentiable h: −h′(y − g)·∂g/∂θ_k."""
        error = sp.Symbol("error", real=True)
        slope = sp.diff(loss(error), error).subs(error, y - self.output())
        return -slope * self.gradient(k)

    def weight_decay(self) -> sp.Expr:
        """(r/2) ∑ θ_i²."""
        return r / 2 * sp.Add(*[theta**2 for theta in self.parameters])

    def _layer(self, i: int, first: int = 1) -> int:
        if not first <= i <= self.depth:
            raise StatementError(f"layer {i} is not one of {first}, …, {self.depth}")
        return i

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle x \\mapsto {sp.latex(self.output())}$"


def induction_step(f: Activation | None = None) -> tuple[Relation, ...]:
    """The chain of l + 1 layers in terms of the chain of l: what makes the closed form hold at every depth.

    With g the output of l layers, as an unknown function of the parameter θ_k, and w = θ_{l+1}:
    ∂/∂θ_k f(w g(θ_k)) = f′(w g)·w·∂g/∂θ_k for k ≤ l, and ∂/∂w f(w g) = f′(w g)·g for k = l + 1.
    Both sides of the closed form obey this, and they agree at l = 1: ∂f(w x)/∂w = f′(w x)·x is the second
    relation with g = x.
    """
    of = f or activation("tanh")
    t, w, g = sp.Symbol("theta_k", real=True), sp.Symbol("w", real=True), sp.Function("g", real=True)
    value = sp.Symbol("g", real=True)
    inner = sp.Derivative(of.definition.subs(_variable(of), w * g(t)), t)
    last = sp.Derivative(of.definition.subs(_variable(of), w * value), w)
    return (
        Relation(inner, "==", of.derivative_at(w * g(t)) * w * sp.Derivative(g(t), t)),
        Relation(last, "==", of.derivative_at(w * value) * value),
    )


def _variable(f: Activation) -> sp.Symbol:
    (variable,) = f.definition.free_symbols - set(f.parameters)
    return variable  # pyright: ignore[reportReturnType]
