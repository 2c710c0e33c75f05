"""A claim about chains at one chain, in plain doubles: the two sides of every relation, layer by layer.

The claim stays as it is written, with indexed symbols: each is replaced by the numbers that one pass through the chain
gives. So a chain of 256 layers costs a few milliseconds, where its closed form would be a page for every layer.
Nothing here is certain: a broken bound is a guess until an enclosure confirms it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp

from numerics.enclosure.doubles import HOLDS, run
from numerics.enclosure.program import Program, UnsupportedError, compile_expressions
from theory.claim import Claim
from theory.notation import D, G, Ga, P, Pa, d, f, fa, fp, fpa, l, theta, zz
from theory.statement import Every, Relation

Array = np.ndarray
_SIGN = {"<=": ">=", "<": ">", ">=": ">=", ">": ">", "==": "==", "!=": "!="}
"""What has to be true of the slack of a relation for it to hold."""


@dataclass(frozen=True)
class Layers:
    """The numbers of one chain of tanh: `theta` of layers 1, …, l, and what one pass along it gives.

    `outputs` are f_0, …, f_l, and `gradients` G_1, …, G_l; `scaled_outputs` and `scaled_gradients` those of the
    chain in which every f is α f(·/α), its outputs before they are multiplied by α. `scalars` are the other variables
    by name: x, t, r, d, alpha.
    """

    theta: Array
    outputs: Array
    gradients: Array
    scaled_outputs: Array
    scaled_gradients: Array
    scalars: Mapping[str, float]

    @property
    def depth(self) -> int:
        return self.theta.size

    def at(self, base: Any, index: Array) -> Array:
        """The values of an indexed symbol; NaN where there is no such layer."""
        first, values = self._family(base)
        place = index - first
        inside = (place >= 0) & (place < values.size)
        return np.where(inside, values[np.clip(place, 0, values.size - 1)], np.nan)

    def _family(self, base: Any) -> tuple[int, Array]:
        """The index of the first value of a family, and its values."""
        if base == theta:
            return 1, self.theta
        if base in (f, fa):
            return 0, self.outputs if base == f else self.scaled_outputs
        if base in (fp, fpa):
            outputs = self.outputs if base == fp else self.scaled_outputs
            return 0, np.concatenate([[1.0], outputs[1:]])
        if base == zz:
            return 1, self.theta * self.outputs[:-1]
        if base in (G, Ga):
            return 1, self.gradients if base == G else self.scaled_gradients
        if base == D:
            return 1, -self.scalars[str(d)] * self.gradients
        if base in (P, Pa):
            gradients, start = (
                (self.gradients, self.outputs[0]) if base == P else (self.scaled_gradients, self.scaled_outputs[0])
            )
            # With f^0 := 1 the factor f_0 is missing at k = 1.
            with np.errstate(all="ignore"):
                return 1, np.concatenate([[gradients[0] / start], gradients[1:]])
        raise UnsupportedError(f"{base} is not known of one chain")


@dataclass(frozen=True)
class Sides:
    """The sides of one relation at the places `index` (a layer k, or an i; 0 alone where it speaks of none)."""

    relation: Relation
    index: Array
    lhs: Array
    rhs: Array
    slack: Array

    @property
    def holds(self) -> Array:
        return HOLDS[_SIGN[self.relation.op]](self.slack)

    @property
    def worst(self) -> int:
        """The place with the least slack."""
        slack = np.where(np.isnan(self.slack), -np.inf, self.slack)
        return int(self.index[int(slack.argmin())])

    @property
    def least(self) -> float:
        return float(np.min(self.slack))


@dataclass(frozen=True)
class Measurement:
    """Hypotheses and conclusions of a claim at one chain."""

    claim: Claim
    hypotheses: tuple[Sides, ...]
    conclusion: tuple[Sides, ...]

    @property
    def admitted(self) -> bool:
        """Whether every hypothesis holds, as far as doubles can tell."""
        return all(bool(sides.holds.all()) for sides in self.hypotheses)

    @property
    def broken(self) -> tuple[int, ...]:
        """The layers at which a conclusion fails, as far as doubles can tell."""
        failing = [sides.index[~sides.holds] for sides in self.conclusion]
        return tuple(sorted({int(index) for found in failing for index in found}))


def measure(claim: Claim, layers: Layers) -> Measurement:
    """The claim at the chain. UnsupportedError for one that is about no chain, or says more than relations of numbers.

    A claim about a layer k is measured at every k that the chain has.
    """
    if claim.depth is None:
        raise UnsupportedError(f"{claim.id!r} is about no chain")
    hypotheses = tuple(_sides(part, layers, claim) for part in claim.hypotheses)
    return Measurement(claim, hypotheses, tuple(_sides(part, layers, claim) for part in claim.conclusion))


def _sides(part: Any, layers: Layers, claim: Claim) -> Sides:
    match part:
        case Every():
            relation, index = part.relation, part.index
            first, last = (int(end.subs({l: layers.depth})) for end in (part.first, part.last))
        case Relation():
            relation, index = part, claim.depth and claim.depth.index
            first, last = (claim.depth.first if claim.depth else 1), layers.depth
            if index is None or not _names(relation, index):
                index, first, last = None, 0, 0
        case _:
            raise UnsupportedError(f"{part} is no relation between numbers")
    places = np.arange(first, last + 1)
    program, atoms, symbols = _compiled(relation, index)
    numbers = {str(l): float(layers.depth), **layers.scalars}
    inputs = [np.broadcast_to(layers.at(atom.base, _index(atom, index, places, layers.depth)), places.shape)
              for atom in atoms]  # fmt: skip
    for symbol in symbols:
        if index is not None and symbol == index:
            inputs.append(places.astype(float))
        elif str(symbol) in numbers:
            inputs.append(np.full(places.shape, numbers[str(symbol)]))
        else:
            raise UnsupportedError(f"{claim.id!r} speaks of {symbol}, which one chain does not have")
    return Sides(relation, places, *run(program, inputs, places.size))


def _names(relation: Relation, index: Any) -> bool:
    return index in relation.free_symbols


def _index(atom: Any, index: Any, places: Array, depth: int) -> Array:
    (where,) = atom.indices
    values = {l: sp.Integer(depth)}
    if index is None or not where.has(index):
        return np.array(int(where.subs(values)))
    # Indices are k, k − 1, … : an offset from the running one.
    return places + int((where - index).subs(values))


@lru_cache(maxsize=512)
def _compiled(relation: Relation, index: Any) -> tuple[Program, tuple[Any, ...], tuple[Any, ...]]:
    """lhs, rhs and the slack as a program in the indexed symbols and then the plain ones."""
    if any(side.has(sp.Limit, sp.Sum, sp.Product, sp.Derivative) for side in (relation.lhs, relation.rhs)):
        raise UnsupportedError(f"{relation} is about more than one chain")
    sides = (relation.lhs, relation.rhs, relation.slack)
    atoms = tuple(sorted({a for side in sides for a in side.atoms(sp.Indexed)}, key=str))
    dummies = {atom: sp.Dummy(str(atom), real=True) for atom in atoms}
    placed: list[Any] = [side.xreplace(dummies) for side in sides]
    labels: list[Any] = [atom.args[0] for atom in atoms]
    bases = {label.args[0] for label in labels}
    plain = {s for side in placed for s in side.free_symbols if isinstance(s, sp.Symbol)}
    symbols = tuple(sorted(plain - set(dummies.values()) - bases, key=str))
    # k and l are whole numbers, and a program knows powers such as 2^(l−k+1) of real exponents only.
    real = {symbol: sp.Dummy(str(symbol), real=True) for symbol in symbols}
    program = compile_expressions([side.xreplace(real) for side in placed], [*dummies.values(), *real.values()])
    return program, atoms, symbols
