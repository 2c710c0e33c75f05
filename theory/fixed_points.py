"""Forms of statements about fixed points: of a map, of its iterates, and of maps with a gain that changes.

A map is an expression in one variable, φ_a(x) = f(ax), with the gain a as a parameter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy as sp

from theory.statement import Form, Relation

_v, _w = sp.symbols("v w", real=True)
_TURNED = {"<=": ">=", "<": ">", ">=": "<=", ">": "<", "==": "==", "!=": "!="}


def _joined(relations: tuple[Relation, ...], of: Callable[[Any], str]) -> str:
    return ", ".join(map(of, relations))


def chord_bound(map: sp.Expr, variable: sp.Symbol) -> Relation:
    """T(v² + w²)·v² ≤ T(v²)·(v² + w²): what T(y)/y decreasing on y > 0 says at v² and v² + w², T(0) being 0."""
    near, far = (map.xreplace({variable: point}) for point in (_v**2, _v**2 + _w**2))
    return Relation(far * _v**2, "<=", near * (_v**2 + _w**2))


def no_fixed_point(map: sp.Expr, variable: sp.Symbol) -> Relation:
    """T(x) ≠ x for x = 1/100 + v²."""
    away: Any = sp.Rational(1, 100) + _v**2
    image: Any = map.xreplace({variable: away})
    return Relation(image, "!=", away)


@dataclass(frozen=True)
class Star(Form):
    """The star condition: f(y)/y is strictly decreasing on y > 0, where f is the function of `variable`."""

    function: sp.Expr
    variable: sp.Symbol

    @property
    def free_symbols(self) -> set[Any]:
        return self.function.free_symbols - {self.variable}

    def consequences(self) -> tuple[Relation, ...]:
        return (chord_bound(self.function, self.variable),)

    def shown(self, of: Callable[[Any], str]) -> str:
        return f"({of(self.function)})/{of(self.variable)} strictly decreasing on {of(self.variable)} > 0"


@dataclass(frozen=True)
class FixedPointCount(Form):
    """The equation map = variable has exactly `count` real solutions, for all parameters of the map."""

    map: sp.Expr
    variable: sp.Symbol
    count: int

    @property
    def free_symbols(self) -> set[Any]:
        return self.map.free_symbols - {self.variable}

    def consequences(self) -> tuple[Relation, ...]:
        """Where it has one solution, 0, there is none from 1/100 on."""
        at_zero: Any = self.map.xreplace({self.variable: sp.S.Zero})
        return (no_fixed_point(self.map, self.variable),) if self.count == 1 and at_zero == 0 else ()

    def shown(self, of: Callable[[Any], str]) -> str:
        return f"{of(self.map)} = {of(self.variable)} for exactly {self.count} real {of(self.variable)}"


@dataclass(frozen=True)
class AtFixedPoint(Form):
    """With ξ = `fixed` the only positive fixed point of the map: where `where` holds, the relations do.

    `parameter` is the one for which the equation map = variable may be solved.
    """

    map: sp.Expr
    variable: sp.Symbol
    fixed: sp.Symbol
    parameter: sp.Symbol
    relations: tuple[Relation, ...]
    where: tuple[Relation, ...] = ()

    @property
    def free_symbols(self) -> set[Any]:
        spoken = {s for r in (*self.relations, *self.where) for s in r.free_symbols} | self.map.free_symbols
        return spoken - {self.fixed, self.variable} | ({self.variable} & self._spoken)

    def consequences(self) -> tuple[Relation, ...]:
        """Of ξ = e: T(e) = e. Of ξ ≥ e: T(e) ≥ e where e ≥ 0, and of ξ ≤ e: T(e) ≤ e; ξ is the only positive one."""
        found: list[Relation] = []
        for relation in self.relations if not self.where else ():
            lower = relation if relation.rhs == self.fixed else Relation(relation.rhs, _TURNED[relation.op], self.fixed)
            value: Any = lower.lhs
            if self.fixed not in (relation.lhs, relation.rhs) or value.has(self.fixed):
                continue
            op = {"<": ">=", "<=": ">=", ">": "<=", ">=": "<=", "==": "=="}.get(lower.op)
            at: Any = sp.Max(value, 0) if op == ">=" else value
            image: Any = self.map.xreplace({self.variable: at})
            found += [Relation(image, op, at)] if op is not None else []
        return tuple(found)

    @property
    def _spoken(self) -> set[Any]:
        return {s for r in (*self.relations, *self.where) for s in r.free_symbols}

    def shown(self, of: Callable[[Any], str]) -> str:
        given = f" where {_joined(self.where, of)}" if self.where else ""
        at = f"{of(self.fixed)} > 0 with {of(self.map.xreplace({self.variable: self.fixed}))} = {of(self.fixed)}"
        return f"at the only {at}: {_joined(self.relations, of)}{given}"


@dataclass(frozen=True)
class OrbitTends(Form):
    """For every start x > 0 the iterates of the map tend to `limit`, where `where` holds of its parameters.

    `limit` is 0, or a symbol for the only positive fixed point of the map; that there is one is part of the statement.
    """

    map: sp.Expr
    variable: sp.Symbol
    limit: Any
    where: tuple[Relation, ...] = ()

    @property
    def free_symbols(self) -> set[Any]:
        return self.map.free_symbols - {self.variable}

    def shown(self, of: Callable[[Any], str]) -> str:
        given = f" where {_joined(self.where, of)}" if self.where else ""
        return (
            f"the iterates of {of(self.variable)} ↦ {of(self.map)} from any start > 0 tend to {of(self.limit)}{given}"
        )


@dataclass(frozen=True)
class Gains(Form):
    """For every sequence of gains, and every start x ≠ 0, what is claimed of |Φ_m(x)|, Φ_m = φ_{a_m}∘⋯∘φ_{a_1}.

    The map φ is an expression in `variable` and `gain`. Every gain satisfies `every`, and all but finitely many satisfy
    `eventually`; φ is odd, so that Φ_m(0) = 0. Claimed is lim inf ≥ ξ for the positive fixed point ξ at the gain
    `above`, lim sup ≤ the one at the gain `below` (0 where there is none), and with `converges` that the limit exists.
    None: nothing is claimed.
    """

    map: sp.Expr
    variable: sp.Symbol
    gain: sp.Symbol
    every: tuple[Relation, ...]
    eventually: tuple[Relation, ...]
    above: Any = None
    below: Any = None
    converges: bool = False

    @property
    def free_symbols(self) -> set[Any]:
        relations = (*self.every, *self.eventually)
        return {s for r in relations for s in r.free_symbols} - {self.gain}

    def shown(self, of: Callable[[Any], str]) -> str:
        said = ["lim |Φ_m(x)| exists"] if self.converges else []
        said += [f"lim inf |Φ_m(x)| ≥ ξ at the gain {of(self.above)}"] if self.above is not None else []
        said += [f"lim sup |Φ_m(x)| ≤ ξ at the gain {of(self.below)}"] if self.below is not None else []
        gains = f"{_joined(self.every, of)} always and {_joined(self.eventually, of)} in the end"
        return f"for gains with {gains}, φ = {of(self.map)}, x ≠ 0: {', '.join(said)}"
