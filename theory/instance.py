"""A claim about every depth, at one depth; and what is left of it when the depth is abstracted from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy as sp

from theory.chain import Chain, parameter, x
from theory.claim import Claim
from theory.notation import (
    D,
    F,
    G,
    Ga,
    Gn,
    P,
    Pa,
    Q,
    Qa,
    alpha,
    d,
    f,
    fa,
    fp,
    fpa,
    iterate,
    iterate_scaled,
    l,
    theta,
    z,
    zz,
)  # fmt: skip
from theory.statement import Every, Form, Part, Relation


@dataclass(frozen=True)
class Instance:
    """A claim at one depth (and layer): a statement about real variables."""

    claim: Claim
    depth: int
    layer: int | None
    hypotheses: tuple[Relation, ...]
    conclusion: tuple[Part, ...]

    @property
    def variables(self) -> tuple[sp.Symbol, ...]:
        """The real variables of the instance, parameters θ last and in order."""
        free: set[Any] = set()
        for part in (*self.hypotheses, *self.conclusion):
            free |= part_symbols(part)
        return tuple(sorted(free, key=_order))


def _order(symbol: sp.Symbol) -> tuple[int, int, str]:
    name = str(symbol)
    if name.startswith("theta_"):
        return (1, int(name[6:]), name)
    return (0, 0, name)


def part_symbols(part: Part) -> set[Any]:
    """The free variables of one part of a conclusion."""
    return part.relation.free_symbols if isinstance(part, Every) else part.free_symbols


@lru_cache(maxsize=256)
def _chain(depth: int, kind: str) -> Chain:
    a = sp.Dummy("alpha", positive=True)
    if kind == "scaled":
        return Chain(depth, scaling="scaled", scale=a)
    return Chain(depth, scaling="naive", scale=a) if kind == "naive" else Chain(depth)


def _with_alpha(kind: str, build: Callable[[Chain], sp.Expr], depth: int) -> sp.Expr:
    chain = _chain(depth, kind)
    return build(chain).xreplace({chain.scale: alpha})  # pyright: ignore[reportReturnType]


@lru_cache(maxsize=4096)
def _output(i: int, scaled: bool = False) -> sp.Expr:
    """tanh(θ_i tanh(⋯tanh(θ_1 x))), with x/α in the place of x if scaled."""
    if i == 0:
        return x / alpha if scaled else x
    return sp.tanh(parameter(i) * _output(i - 1, scaled))


@lru_cache(maxsize=4096)
def _suffix(depth: int, k: int, scaled: bool = False) -> sp.Expr:
    # 1 − tanh² z is sech² z, the form that does not cancel.
    slopes = [sp.sech(parameter(j) * _output(j - 1, scaled)) ** 2 for j in range(k, depth + 1)]
    return sp.Mul(*slopes, *[parameter(j) for j in range(k + 1, depth + 1)])


def _iterate(n: int, step: Callable[[sp.Expr], sp.Expr], start: sp.Expr) -> sp.Expr:
    for _ in range(n):
        start = step(start)
    return start


def at_depth(depth: int, base: Any, index: int) -> sp.Expr:
    """What the indexed symbol stands for in the chain of the given depth."""
    match base:
        case _ if base == theta:
            return parameter(index)
        case _ if base == f:
            return _output(index)
        case _ if base == fp:
            return _output(index) if index else sp.S.One
        case _ if base == zz:
            return parameter(index) * _output(index - 1)
        case _ if base == G:
            return _output(index - 1) * _suffix(depth, index)
        case _ if base == P:
            return at_depth(depth, fp, index - 1) * _suffix(depth, index)
        case _ if base == D:
            return -d * at_depth(depth, G, index)
        case _ if base == Q:
            return _suffix(depth, index)
        case _ if base == fa:
            return _output(index, True)
        case _ if base == Ga:
            return _with_alpha("scaled", lambda chain: chain.gradient(index), depth)
        case _ if base == Pa:
            return alpha * at_depth(depth, fpa, index - 1) * _suffix(depth, index, True)
        case _ if base == fpa:
            return _output(index, True) if index else sp.S.One
        case _ if base == Qa:
            return _suffix(depth, index, True)
        case _ if base == Gn:
            return _with_alpha("naive", lambda chain: chain.gradient(index), depth)
        case _ if base == iterate:
            return _iterate(index, F, z / alpha)
        case _ if base == iterate_scaled:
            return _iterate(index, lambda w: alpha * F(w / alpha), z)
    raise KeyError(base)


def _concrete(expression: Any, depth: int, indices: dict[Any, int]) -> Any:
    """The expression at one depth: indices put in, then every indexed symbol replaced by what it stands for."""
    placed = expression.subs({l: depth, **indices})
    if placed.has(sp.Sum, sp.Product):
        # A sum over layers has a number of terms once the depth is a number.
        placed = placed.doit()
    found = {atom: at_depth(depth, atom.base, int(atom.indices[0])) for atom in placed.atoms(sp.Indexed)}
    return placed.xreplace(found)


def _families(parts: Any, depth: int, indices: dict[Any, int]) -> Iterator[Part]:
    for part in parts:
        if isinstance(part, Every):
            first, last = (int(end.subs({l: depth, **indices})) for end in (part.first, part.last))
            for j in range(first, last + 1):
                yield part.relation.map(lambda side, j=j, part=part: _concrete(side, depth, {**indices, part.index: j}))
        elif isinstance(part, Relation):
            yield part.map(lambda side: _concrete(side, depth, indices))
        else:
            yield part


def instantiate(claim: Claim, depth: int, layer: int | None = None) -> Instance:
    """The claim for chains of one depth, and for one layer where it speaks of one."""
    indices = {claim.depth.index: layer} if claim.depth and claim.depth.index is not None and layer else {}
    hypotheses = tuple(_families(claim.hypotheses, depth, indices))
    return Instance(claim, depth, layer, hypotheses, tuple(_families(claim.conclusion, depth, indices)))  # pyright: ignore[reportArgumentType]


def instances(claim: Claim, deepest: int) -> Iterator[Instance]:
    """The claim at depths 1, …, deepest, every layer of each; just one instance for a claim without a chain."""
    if claim.depth is None:
        yield Instance(claim, 0, None, _flat(claim.hypotheses), claim.conclusion)
        return
    for depth in range(1, deepest + 1):
        yield from instances_at(claim, depth)


def instances_at(claim: Claim, depth: int) -> Iterator[Instance]:
    """The claim for the chains of one depth, every layer of them that it speaks of; none where it speaks of no such."""
    if claim.depth is not None and depth < claim.depth.least:
        return
    if claim.depth is None or claim.depth.index is None:
        yield instantiate(claim, depth)
        return
    for layer in range(claim.depth.first, depth + 1):
        yield instantiate(claim, depth, layer)


def _flat(hypotheses: tuple[Relation | Every, ...]) -> tuple[Relation, ...]:
    return tuple(h for h in hypotheses if isinstance(h, Relation))


def abstractions(claim: Claim) -> Iterator[tuple[str, tuple[Relation, ...], tuple[Relation, ...]]]:
    """Cases (name, hypotheses, conclusion) in free real variables that together imply the claim at every depth.

    Generalisation: f_i = tanh z_i with z_i any real number, θ_i any real number, G_k = f_{k−1} Q_k with Q_k any real
    number. What holds for all of these holds for those that occur in a chain. Hypotheses on every layer are used
    for the layers that the conclusion names; leaving hypotheses out makes the statement stronger. The cases are
    k = 1 (where f_{k−1} = x) and k ≥ 2 (where f_{k−1} is a tanh).
    """
    if claim.depth is None or any(isinstance(part, Form) for part in claim.conclusion):
        return
    index = claim.depth.index
    unit_scale = Relation(alpha, "==", sp.S.One) in claim.hypotheses
    cases = [None] if index is None else (["first"] if claim.depth.first == 1 else []) + ["later"]
    seen: set[Any] = set()
    for case in cases:
        abstract = _Abstraction(index, case, unit_scale)
        conclusion = tuple(r for part in claim.conclusion for r in abstract.part(part))
        hypotheses = tuple(r for part in claim.hypotheses for r in abstract.hypothesis(part))
        if abstract.possible and (hypotheses, conclusion) not in seen:
            seen.add((hypotheses, conclusion))
            shown = {None: "all layers", "first": f"{index} = 1", "later": f"{index} ≥ 2"}[case]
            yield shown, hypotheses, conclusion


class _Abstraction:
    """Indexed symbols replaced by free variables, named after them."""

    def __init__(self, index: Any, case: str | None, unit_scale: bool):
        self.index, self.case = index, case
        self.possible = True
        self.named: dict[Any, set[Any]] = {}
        # With α = 1 the recursions of f_α and f, and their starts x/α and x, are the same.
        self.same = {fa: f, fpa: fp, Qa: Q} if unit_scale else {}

    def part(self, part: Part) -> Iterator[Relation]:
        if isinstance(part, Every):
            yield self.family(part)
        elif isinstance(part, Relation):
            yield self.relation(part)

    def hypothesis(self, part: Relation | Every) -> Iterator[Relation]:
        if isinstance(part, Relation):
            yield self.relation(part)
            return
        # The layers that the conclusion names, where the family certainly covers them.
        for place in sorted(self.named.get(theta, ()), key=str):
            if part.first == 1 or (part.first == 2 and place == self.index and self.case == "later"):
                yield self.relation(
                    Relation(part.relation.lhs, part.relation.op, part.relation.rhs).subs({part.index: place})
                )

    def family(self, part: Every) -> Relation:
        """A family in the conclusion, at any one of its layers; f_{i−1} may be x there, so it is not named."""
        if any(
            a.indices[0] != part.index
            for side in (part.relation.lhs, part.relation.rhs)
            for a in side.atoms(sp.Indexed)
        ):
            self.possible = False
        return self.relation(part.relation)

    def relation(self, relation: Relation) -> Relation:
        return relation.map(self.expression)

    def expression(self, expression: sp.Expr) -> sp.Expr:
        atoms = {atom: self.atom(atom.base, atom.indices[0]) for atom in expression.atoms(sp.Indexed)}
        result: Any = expression.xreplace(atoms)
        if result.has(l) or result.atoms(sp.Sum, sp.Product, sp.Limit):
            # The depth itself is left in the statement: this is not the way to prove it.
            self.possible = False
        return result

    def atom(self, base: Any, place: Any) -> sp.Expr:
        self.named.setdefault(base, set()).add(place)
        base = self.same.get(base, base)
        if base in (f, fp, fa, fpa):
            return self.value_of(base, place)
        if base == G:
            return self.atom(f, place - 1) * self.free("Q", place)
        if base == P:
            return self.atom(fp, place - 1) * self.free("Q", place)
        if base == D:
            return -d * self.atom(G, place)
        if base == Ga:
            return alpha * self.atom(fa, place - 1) * self.atom(Qa, place)
        if base == Pa:
            return alpha * self.atom(fpa, place - 1) * self.atom(Qa, place)
        if base in (Gn, iterate, iterate_scaled):
            self.possible = False
        return self.free(str(base), place)

    def value_of(self, base: Any, place: Any) -> sp.Expr:
        if place == 0 or (self.case == "first" and self.index is not None and place == self.index - 1):
            return {f: x, fp: sp.S.One, fa: x / alpha, fpa: sp.S.One}[base]
        # f_α^i and f^i take an argument of their own name; z_i is the argument of f_i.
        return sp.tanh(self.free("z_alpha" if base in (fa, fpa) else "z", place))

    def free(self, name: str, place: Any) -> sp.Symbol:
        return sp.Symbol(f"{name}_{place}".replace(" ", ""), real=True)
