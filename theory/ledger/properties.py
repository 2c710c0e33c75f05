"""Ven & Lederer (2021), below Theorem 1: four properties, asked of each of six activations."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from theory.activations import activation
from theory.claim import Claim
from theory.ledger._source import claim
from theory.notation import alpha, z
from theory.statement import Exists, Relation

ACTIVATIONS = ("tanh", "logistic", "log-sigmoid", "arctan", "softsign", "erf")
_a_lin = sp.Symbol("a_lin", real=True)


def _properties(name: str) -> Iterator[Claim]:
    f = activation(name)
    place = "the four properties below Theorem 1"
    value, slope = f.definition, f.derivative
    yield claim(
        f"properties/{name}/bounded",
        place,
        f"|f(z)| ≤ 1 for all z, f = {name}",
        Relation(sp.Abs(value), "<=", sp.S.One),
    )
    yield claim(
        f"properties/{name}/vanishing-derivative",
        place,
        f"f′(z)·z → 0 as z → +∞ and as z → −∞, f = {name}",
        Relation(sp.Limit(slope * z, z, sp.oo, "-"), "==", sp.S.Zero),
        Relation(sp.Limit(slope * z, z, -sp.oo, "+"), "==", sp.S.Zero),
    )
    yield claim(
        f"properties/{name}/positive-limit",
        place,
        f"lim f(z) > 0 as z → ∞, f = {name}",
        Relation(sp.Limit(value, z, sp.oo, "-"), ">", sp.S.Zero),
    )
    stretched = alpha * value.subs(z, z / alpha)
    yield claim(
        f"properties/{name}/linear-at-origin",
        place,
        f"there is a_lin ∈ (0, ∞) with lim α f(z/α) = a_lin·z for all z as α → ∞, f = {name}",
        Exists(_a_lin, sp.Interval.open(0, sp.oo), Relation(sp.Limit(stretched, alpha, sp.oo, "-"), "==", _a_lin * z)),
    )


CLAIMS = tuple(entry for name in ACTIVATIONS for entry in _properties(name))
