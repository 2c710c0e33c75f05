"""Losses h of the error u = y − g, and their slopes d = h′(u)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import sympy as sp

error = sp.Symbol("u", real=True)
"""The error y − g."""

LOSSES: Mapping[str, sp.Expr] = MappingProxyType(
    {
        "square": error**2 / 2,
        "log-cosh": sp.log(sp.cosh(error)),
        "linear": error,
    }
)
"""h by name. With the linear one d = 1 for every chain: the gradient of the chain itself, up to its sign."""


def slope(name: str) -> sp.Expr:
    """h′ as an expression in `error`."""
    return sp.diff(LOSSES[name], error)
