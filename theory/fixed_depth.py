"""For which values of its parameter a claim holds in the chains of one depth, as a declaration.

It says what is to be shown of one layer; `numerics.depth.fixed_depth` turns it into statements about real numbers,
none of which speaks of the depth, and puts the layers together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import sympy as sp

from theory.proof import Induction
from theory.statement import Relation

floor: Any = sp.Symbol("M", positive=True)
"""M_i, a positive number: |z_i| ≥ M_i."""
preimage: Any = sp.Symbol("a", positive=True)
"""The pre-activation z_{l−1} of the layer before the last, where a chain may choose it."""


class Layers(StrEnum):
    """The layers k of a chain of l layers of which something is said."""

    EVERY = "k ≤ l"
    FIRST = "k = 1"
    LATER = "k ≥ 2"
    BEFORE_LAST = "k < l"
    LAST = "k = l"


class Free(StrEnum):
    """What a chain is free to choose, while its other parameters are the least that the hypotheses admit."""

    INPUT = "x, in a chain of one layer"
    LAST_PARAMETER = "θ_l"
    LAST_INPUT = "f_{l−1}, through θ_{l−1}"


@dataclass(frozen=True)
class Floors:
    """|z_i| ≥ M_i for every layer i, with M_1 = `first`, and M_{i+1} = `following` where `floor` = M_i.

    `given`: what follows from the hypotheses for every parameter, written as `weight`, and for the input x. The chain
    with the input `x_is` and all parameters equal to `parameter` has z_i = M_i.
    """

    given: tuple[Relation, ...]
    first: sp.Expr
    following: sp.Expr
    x_is: sp.Expr
    parameter: sp.Expr


@dataclass(frozen=True)
class Core:
    """size(v)·E ≤ bound, for every number v (`anything`); the bound depends on the parameter alone."""

    size: sp.Expr
    bound: sp.Expr


@dataclass(frozen=True)
class Product:
    """A bound for gradients by a product over layers: measure ≤ |f_i|·E_i after each layer i = k, …, l − 1.

    E_k = `start` at M_k, and E_i = E_{i−1}·`factor` at M_i. Then measure ≤ size(z_l)·E_{l−1} for the chain of l layers.
    """

    start: sp.Expr
    factor: sp.Expr


@dataclass(frozen=True)
class LastLayer:
    """The layer k = l ≥ 2 by itself, for the parameters that satisfy `where`: measure ≤ bound."""

    bound: sp.Expr
    where: tuple[Relation, ...]


@dataclass(frozen=True)
class Broken:
    """A chain in which the claim fails where the core does: what is free in it, and the values of d and r.

    Those may depend on `grad` and on `own`. `part` is the part of the conclusion that fails.
    """

    free: Free
    values: Mapping[Any, Any] = field(default_factory=dict)
    part: int = 0


@dataclass(frozen=True)
class Part:
    """What is claimed of some of the layers: how it is proved, and the core that decides it, if there is one.

    `measure` is a size of the gradient, in `grad` and `own`. Inductions are those of all depths, with the core (for
    E = 1) as their lemma, or for the parameters that they say. A part without a core, or without a chain that breaks
    it, has to hold wherever the other parts do.
    """

    layers: Layers
    measure: sp.Expr
    proof: Product | LastLayer | tuple[Induction, ...]
    core: Core | None = None
    broken: Broken | None = None


@dataclass(frozen=True)
class FixedDepth:
    """The parts of a claim for chains of one layer, and for deeper ones.

    Without parts for one layer, the claim's `threshold` decides there. Outside of `within`, a relation on the parameter
    alone, the `outside` proves the claim for every layer.
    """

    floors: Floors
    deeper: tuple[Part, ...]
    one_layer: tuple[Part, ...] = ()
    within: Relation | None = None
    outside: tuple[Induction, ...] = ()
