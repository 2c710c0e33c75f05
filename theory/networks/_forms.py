"""What is claimed of networks of any widths: an unrolled recursion, and a unit that passes no gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sympy as sp

from theory.statement import Form, Relation
from theory.sufficient import Condition, Sufficient

n, m = sp.symbols("n m", integer=True, positive=True)
"""The widths n_k and n_{k+1} of two layers that follow each other."""
W: Any = sp.MatrixSymbol("W", m, n)
"""W^{(k+1)}, any matrix of shape (n_{k+1}, n_k)."""
slopes: Any = sp.MatrixSymbol("s", n, 1)
"""σ′^{(k)}(z^{(k)}), any column of shape (n_k, 1)."""
delta: Any = sp.MatrixSymbol("delta", m, 1)
"""δ^{(k+1)}, any column of shape (n_{k+1}, 1)."""

BP2: Any = sp.HadamardProduct(W.T * delta, slopes)
"""δ^{(k)} = ((W^{(k+1)})ᵀ δ^{(k+1)}) ⊙ σ′^{(k)}(z^{(k)})."""
FACTOR: Any = sp.DiagMatrix(slopes) * W.T
"""diag(σ′^{(k)}(z^{(k)})) (W^{(k+1)})ᵀ."""


@dataclass(frozen=True)
class Unrolled(Form):
    """A recursion and its product agree: δ^{(k)} = step for k < L implies δ^{(l)} = (∏_{k=l}^{L−1} factor_k) δ^{(L)}.

    For all widths n_l, …, n_L, all depths L ≥ l, all matrices W, columns s and δ^{(L)}. `step` and `factor` are written
    in W = W^{(k+1)}, s = s^{(k)} and delta = δ^{(k+1)}; `order` says which way k grows: "ascending" has the factor of
    k = l at the left, next to nothing, and that of k = L − 1 at the right, next to δ^{(L)}.
    """

    step: Any = BP2
    factor: Any = FACTOR
    order: Literal["ascending", "descending"] = "ascending"

    @property
    def free_symbols(self) -> set[Any]:
        """None: it is about all matrices."""
        return set()

    def shown(self, of: Callable[[Any], str]) -> str:
        left, right = ("l", "L−1") if self.order == "ascending" else ("L−1", "l")
        product = f"F_{left} ⋯ F_{right} δ^(L) with F_k = {_named(self.factor)}"
        return f"δ^(k) = {_named(self.step)} for k = l, …, L−1 implies δ^(l) = {product}, for all widths"

    def consequences(self) -> tuple[Relation, ...]:
        """The equality for widths 2, 2, 2 and L = l + 2, entry by entry."""
        layers = [instance(k, 2, 2) for k in (1, 2)]
        last = sp.Matrix(2, 1, sp.symbols("d_1 d_2", real=True))
        by_steps = self.stepped(layers, last)
        by_product = self.multiplied(layers, last)
        return tuple(Relation(p, "==", q) for p, q in zip(by_product, by_steps, strict=True))

    def stepped(self, layers: list[tuple[Any, Any]], last: Any) -> Any:
        """δ^{(l)} by the recursion; `layers` holds (W^{(k+1)}, s^{(k)}) for k = l, …, L − 1, as explicit matrices."""
        for weight, slope in reversed(layers):
            last = explicit(self.step, weight, slope, last)
        return last

    def multiplied(self, layers: list[tuple[Any, Any]], last: Any) -> Any:
        """The product times δ^{(L)}. ShapeError where its factors do not fit each other."""
        factors = [explicit(self.factor, weight, slope, None) for weight, slope in layers]
        for factor in factors if self.order == "descending" else reversed(factors):
            last = factor * last
        return last


def instance(k: int, rows: int, columns: int) -> tuple[Any, Any]:
    """W^{(k+1)} and s^{(k)} with a symbol for each entry."""
    weight = sp.Matrix(rows, columns, lambda i, j: sp.Symbol(f"w_{k + 1}_{i + 1}_{j + 1}", real=True))
    return weight, sp.Matrix([sp.Symbol(f"s_{k}_{j + 1}", real=True) for j in range(columns)])


def explicit(expression: Any, weight: Any, slope: Any, column: Any) -> Any:
    """A matrix expression in W, s and delta for explicit matrices in their place."""
    match expression:
        case sp.MatrixSymbol():
            return {W: weight, slopes: slope, delta: column}[expression]
        case sp.Transpose():
            return explicit(expression.arg, weight, slope, column).T
        case sp.DiagMatrix():
            return sp.diag(*explicit(expression.args[0], weight, slope, column))
        case sp.HadamardProduct():
            left, *rest = [explicit(part, weight, slope, column) for part in expression.args]
            for part in rest:
                left = left.multiply_elementwise(part)
            return left
        case _:
            left, *rest = [
                explicit(part, weight, slope, column) if part.is_Matrix else part for part in expression.args
            ]
            for part in rest:
                left = left + part if expression.is_MatAdd else left * part
            return left


def _named(expression: Any) -> str:
    """The formula with the names of the chapter."""
    match expression:
        case sp.MatrixSymbol():
            return {W: "W^(k+1)", slopes: "σ′(z^(k))", delta: "δ^(k+1)"}[expression]
        case sp.Transpose():
            return f"({_named(expression.arg)})ᵀ"
        case sp.DiagMatrix():
            return f"diag({_named(expression.args[0])})"
        case sp.HadamardProduct():
            return " ⊙ ".join(f"({_named(part)})" for part in expression.args)
        case _:
            between = " + " if expression.is_MatAdd else " "
            return between.join(_named(part) if part.is_Matrix else str(part) for part in expression.args)


@dataclass(frozen=True)
class NoGradient(Form):
    """A unit with such a pre-activation on every example passes nothing back: its weights have the gradient 0.

    The unit is a = f(z), z = w·x + b, with pre-activations z_1, …, z_N on the N examples, in any network (before it,
    after it, beside it), with any loss Λ of what the network puts out on all examples, differentiable or not. If the
    hypotheses on `variable` hold for each of z_1, …, z_N, then ∂Λ/∂w_j and ∂Λ/∂b exist and are exactly 0. This is so
    because f has the one `value` on all of what the hypotheses admit, which is part of what is claimed.
    """

    f: sp.Expr
    variable: sp.Symbol
    value: sp.Expr = sp.S.Zero

    @property
    def free_symbols(self) -> set[Any]:
        return self.f.free_symbols | {self.variable}

    def shown(self, of: Callable[[Any], str]) -> str:
        z = of(self.variable)
        gradient = f"the loss has gradient 0 in every weight into a unit with f({z}) = {of(self.f)}"
        return f"{gradient}, which is {of(self.value)} on every example, where this holds of each {z}"

    def proved_by(self, hypotheses: Sequence[Relation]) -> Sufficient | None:
        """f has the value wherever the hypotheses hold, and they hold on an open set: each compares z with a number."""
        plain = all(h.strict and {h.lhs, h.rhs} - {self.variable} and (h.lhs - h.rhs).is_polynomial(self.variable)
                    and h.free_symbols == {self.variable} for h in hypotheses)  # fmt: skip
        if not hypotheses or not plain:
            return None
        why = (
            "the set of such z is open and z is continuous in the weights: near these weights the unit puts out "
            "the same, and the loss, which sees the weights through it alone, is constant"
        )
        return Sufficient(why, (Condition("the unit is constant", self.consequences(), tuple(hypotheses)),))

    def consequences(self) -> tuple[Relation, ...]:
        """f has the value there."""
        return (Relation(self.f, "==", self.value),)
