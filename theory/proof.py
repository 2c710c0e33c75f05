"""Proofs for every depth, as declarations: what is to be shown of one layer, so that it holds for all.

A claim carries its proof as a list of these steps. A step says only what is to be shown; `numerics.depth.induction`
turns it into statements about real numbers and has the engines discharge them. A step that none discharges leaves the
claim open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy as sp

from theory.statement import Relation

if TYPE_CHECKING:
    from theory.fixed_depth import FixedDepth

out: Any = sp.Symbol("f", real=True)
"""In an invariant: the output f_i of any layer i ≥ 1; in a property of the state, that of the last one, f_l."""
grad: Any = sp.Symbol("g", real=True)
"""The gradient G_k (P_k where the claim speaks of that one) of the chain of l layers."""
own: Any = sp.Symbol("theta_k", real=True)
"""The parameter θ_k by which the gradient is taken."""
weight: Any = sp.Symbol("w", real=True)
"""The parameter of the layer that is added."""
before: Any = sp.Symbol("y", real=True)
"""The output of the layer before: f_{k−1}."""
decay: Any = sp.Symbol("q", positive=True)
"""ρ^{l−k}, with ρ the `rate` of the induction."""
running: Any = sp.Symbol("E", real=True)
"""The product over the layers k, …, l that stands in the claim."""
anything: Any = sp.Symbol("v", real=True)
"""Any real number: what is said of it holds for all."""
next_grad: Any = sp.Symbol("g_next", real=True)
"""The gradient G_{i+1}, where `grad` is G_i."""
next_own: Any = sp.Symbol("theta_next", real=True)
"""The parameter θ_{i+1}, where `own` is θ_i."""
scaled_out: Any = sp.Symbol("z", real=True)
"""θ_i α f_α^{i−1}: what enters a layer of the scaled chain, on the scale of the input."""


@dataclass(frozen=True)
class Induction:
    """Induction over the layers of a chain, for the parameters that satisfy `where`.

    `outputs`: relations in `out` that hold for every output f_i, i ≥ 1 (an invariant interval of the layer map).
    `state`: relations in `out`, `grad`, `own`, `decay` and `running` that hold for the chain of l layers, l ≥ k, by
    induction from l = k; they imply the claim. Without `state`, the invariant of the outputs does.
    `given`: relations in `weight` that follow from the hypotheses for every layer's parameter, to be used instead.
    `lemma`: a relation that holds for every value of `anything`; it is used at each z_i = θ_i f_{i−1}. Where the
    invariant speaks of `anything`, it holds for every value of it. `hence`: what follows from the state, from which
    the claim follows.
    """

    outputs: tuple[Relation, ...] = ()
    state: tuple[Relation, ...] = ()
    rate: Any = None
    where: tuple[Relation, ...] = ()
    given: tuple[Relation, ...] = ()
    lemma: Relation | None = None
    hence: tuple[Relation, ...] = ()


@dataclass(frozen=True)
class LimitOverLayers:
    """Passing to the limit α → ∞ from layer to layer in the scaled chain.

    With z = θ_i u and u = α f_α^{i−1}: the next output on that scale is α tanh(z/α), within `output_error`/α² of z;
    and the slope of the layer is sech²(z/α), within `factor_error`/α² of 1. Both errors are polynomials in z and |z|,
    with z written as `scaled_out`.
    """

    output_error: sp.Expr
    factor_error: sp.Expr


@dataclass(frozen=True)
class Saturation:
    """The layers of the naive chain saturate as α → ∞: each has a slope that vanishes faster than α grows.

    `outputs`: relations in `out` that hold for every f_i/α, i ≥ 1, from α ≥ `onset` on. Bounds in α: of the factor
    |α θ sech²(θ α y)| of a layer with the output y·α before it (`factor`); of |x α sech²(θ_1 x)| (`first`); and of
    |α y · α sech²(θ α y)| (`leading`), the factors with which a gradient begins for k = 1 and for k ≥ 2.
    """

    outputs: tuple[Relation, ...]
    onset: sp.Expr
    factor: sp.Expr
    first: sp.Expr
    leading: sp.Expr


@dataclass(frozen=True)
class AdjacentLayers:
    """Induction over depth for what is claimed of two gradients that follow each other, G_i and G_{i+1}, i < l.

    `state`: relations in `grad` = G_i, `own` = θ_i, `next_grad` = G_{i+1} and `next_own` = θ_{i+1} that hold for the
    chain of l ≥ i + 1 layers, by induction from l = i + 1; they imply the claim.
    """

    state: tuple[Relation, ...]


@dataclass(frozen=True)
class Orbit:
    """A chain whose parameters are all equal, as the orbit of one map T(y) = tanh(θ y), which tends to `limit`.

    `limit` is 0, or a symbol for the positive fixed point of T.
    """

    limit: Any


Step = Induction | LimitOverLayers | Saturation | AdjacentLayers | Orbit


@dataclass(frozen=True)
class Witness:
    """A chain in which the claim fails: its depth, the layer spoken of, and a value for each of its variables.

    The values may depend on the parameter and on `anything`; `where` says for which values of the two, and `part`
    which part of the conclusion fails. With `pole` it fails there because it divides by zero.
    """

    depth: int
    layer: int | None
    values: Mapping[Any, sp.Expr]
    where: tuple[Relation, ...] = ()
    part: int = 0
    pole: bool = False


@dataclass(frozen=True)
class Sinking:
    """Chains whose outputs sink from layer to layer, in the end below `level`; in the layer after that the claim fails.

    θ_1 = `first` and θ_i = `weight` > 0 in the layers that follow; `last` is the parameter of the layer in which the
    claim fails, which may depend on the output `before` it. `values` are those of the variables that are no layer's.
    All may depend on the parameter and on `anything`; `where` says for which values of the two. `hence`: what follows
    where the core fails, from which follows that the last layer is admitted.
    """

    first: Any
    weight: Any
    last: Any
    level: Any
    values: Mapping[Any, sp.Expr]
    where: tuple[Relation, ...] = ()
    part: int = 0
    hence: tuple[Relation, ...] = ()


@dataclass(frozen=True)
class Threshold:
    """For which values of its parameter the claim holds: where `core` holds for every value of `anything`.

    `proof` shows the claim where the core holds; where it does not, the claim fails in one of the chains of `broken`.
    Outside of `within`, a relation on the parameter alone, the proof needs no core. `solved` says the same as the core
    for positive values of `anything`, in a form that is easier to solve for the parameter. `at_depth`: for which values
    the claim holds in the chains of one depth.
    """

    core: Relation
    proof: tuple[Induction, ...]
    broken: tuple[Witness | Sinking, ...]
    within: Relation | None = None
    solved: Relation | None = None
    at_depth: FixedDepth | None = None


FAR_OUT = (Relation(sp.Abs(out), ">=", sp.Rational(17, 20)),)
"""|f_i| ≥ 17/20 for |x| = |θ_i| = 3/2: a little below the positive root ξ of tanh(3ξ/2) = ξ."""
HALVED = Induction(outputs=FAR_OUT, state=(Relation(sp.Abs(grad), "<=", decay / 2),), rate=sp.Rational(1, 2))
"""|G_k| ≤ 2^{−(l−k+1)} on that interval."""
