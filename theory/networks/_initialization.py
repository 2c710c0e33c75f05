"""The initialisations: how the entries of a weight matrix of shape (n_out, n_in) are drawn, as mathematics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Literal

import sympy as sp

from theory.activations import Activation
from theory.errors import StatementError

n_in, n_out = sp.symbols("n_in n_out", integer=True, positive=True)

Kind = Literal["gaussian", "orthogonal", "fixed-point"]


@dataclass(frozen=True)
class Initialization:
    """A way to draw W: independent Gaussian entries, a random orthogonal matrix, or D + Z.

    `scale` is the standard deviation of the Gaussian entries (of Z for "fixed-point"), in `n_in` and `n_out`; of an
    orthogonal matrix it is the factor in front. D_ij = 1 where i ≡ j mod n_in, counted from 1, and 0 elsewhere.
    `odd` says that it is made for odd activations: with slope c at 0, all of W is divided by c.
    """

    name: str
    scale: sp.Expr
    kind: Kind = "gaussian"
    odd: bool = False
    reference: str = ""

    def gain(self, f: Activation) -> sp.Expr:
        """What all of W is divided by: f′(0) where the initialisation is made for odd f, else 1.

        StatementError for an f that is not odd, or has no slope above 0 at 0, where one is needed.
        """
        if not self.odd:
            return sp.S.One
        if f.parity != "odd" or f.slope_at_zero is None or not f.slope_at_zero.is_positive:
            raise StatementError(
                f"the initialisation {self.name!r} needs an odd activation with f′(0) > 0, and {f.name!r} is none: "
                "use tanh, arctan, softsign, erf, gudermannian or algebraic, or another initialisation"
            )
        return f.slope_at_zero


INITIALIZATIONS: Mapping[str, Initialization] = MappingProxyType(
    {
        record.name: record
        for record in (
            Initialization("xavier", sp.sqrt(2 / (n_in + n_out)), reference="Glorot and Bengio 2010; chapter 17.6"),
            Initialization("he", sp.sqrt(2 / n_in), reference="He et al. 2015; chapter 17.6"),
            Initialization("orthogonal", sp.S.One, "orthogonal", reference="Saxe et al. 2014"),
            Initialization("standard-normal", sp.S.One, reference="chapter 17, Exercise 17.5"),
            Initialization(
                "fixed-point",
                sp.Rational(85, 1000) / sp.sqrt(n_in),
                "fixed-point",
                odd=True,
                reference="W = (D + Z)/f′(0), after the fixed-point analysis of tanh",
            ),
        )
    }
)
"""Every initialisation by its name."""

ALIASES: Mapping[str, str] = MappingProxyType({"glorot": "xavier", "kaiming": "he", "normal": "standard-normal"})


def initialization(name: str) -> Initialization:
    """The initialisation of that name or alias; an unknown name is an error that gives the nearest one."""
    wanted = name.strip().lower().replace("_", "-")
    wanted = ALIASES.get(wanted, wanted)
    if wanted not in INITIALIZATIONS:
        near = get_close_matches(wanted, [*INITIALIZATIONS, *ALIASES], n=1)
        advice = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(INITIALIZATIONS)}"
        raise StatementError(f"there is no initialisation {name!r}: {advice}")
    return INITIALIZATIONS[wanted]
