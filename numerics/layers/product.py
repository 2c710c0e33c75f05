"""Products over layers: a state that one layer hands to the next, and a variable of its own for every layer.

`layered` reads from a goal c − k·∏ factors ≥ 0 an order in which its variables can be eliminated: a state y, for each
layer one private variable w that stands only in factors of (y, w) and in one subexpression s(w, y), and s as the next
state. It looks at the structure of the expression alone: s may be any function, and no activation is known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sympy as sp

from numerics.proof.exact import constant_sign
from numerics.proof.goal import Goal, Range

STATE, WEIGHT = sp.Symbol("y", real=True), sp.Symbol("w", real=True)
"""The names under which every layer states its factor and its next state, so that equal layers are equal."""
_ONE_POINT = Range(sp.S.Zero, sp.S.Zero, False, False)


@dataclass(frozen=True)
class Layer:
    """factor(y, w) and the next state s(y, w), None after the last layer; w, with its range, may be absent."""

    factor: sp.Expr
    following: sp.Expr | None
    variable: sp.Symbol | None
    weights: Range


@dataclass(frozen=True)
class Layers:
    """∏ factors, from the state `start` on, is claimed to be at most `bound` (at least, where `at_least`)."""

    start: sp.Symbol
    states: Range
    layers: tuple[Layer, ...]
    bound: sp.Expr
    at_least: bool
    coefficient: sp.Expr

    @property
    def variables(self) -> tuple[sp.Symbol, ...]:
        return (self.start, *(layer.variable for layer in self.layers if layer.variable is not None))


def layered(goal: Goal) -> Layers | None:
    """The goal as a bound of a product over layers; None where its structure is another."""
    if goal.domain.constraints or len(goal.variables) < 2:
        return None
    if any(_unbounded(goal.domain.ranges[v]) for v in goal.variables):
        return None
    split = _product_against_constant(goal.expression)
    if split is None:
        return None
    constant, coefficient, factors = split
    sign = constant_sign(coefficient)
    if not sign:
        return None
    structure = _Structure()
    factors = [structure.interned(f) for f in factors]
    # Of two variables that are multiplied first, the one that is no factor by itself makes all layers alike.
    starts = sorted(goal.variables, key=lambda v: sum(structure.symbols(f) == {v} for f in factors))
    found: list[Layers] = []
    for start in starts:
        layers = _eliminate(structure, factors, start, goal)
        if layers is not None:
            # c + k ∏ ≥ 0 says ∏ ≤ c/(−k) where k < 0, and ∏ ≥ −c/k where k > 0.
            bound = -constant / coefficient
            found.append(Layers(start, goal.domain.ranges[start], tuple(layers), bound, sign > 0, coefficient))
            if len({(layer.factor, layer.weights) for layer in layers}) == 1:
                break
    return min(found, key=lambda one: len({(a.factor, a.weights) for a in one.layers}), default=None)


def _unbounded(bounds: Range) -> bool:
    return bool(bounds.lo.is_infinite or bounds.hi.is_infinite)


def _product_against_constant(expression: sp.Expr) -> tuple[sp.Expr, sp.Expr, list[sp.Expr]] | None:
    """(c, k, factors) for the expression c + k·∏ factors, each factor with variables; None for another form."""
    constants: list[Any] = []
    products: list[Any] = []
    for term in sp.Add.make_args(expression):
        (products if term.free_symbols else constants).append(term)
    if len(products) != 1:
        return None
    factors = list(_factors(products[0]))
    coefficient = sp.Mul(*(f for f in factors if not f.free_symbols))
    return sp.Add(*constants), coefficient, [f for f in factors if f.free_symbols]


def _factors(node: Any) -> Iterator[Any]:
    """Factors whose product the node is, for real variables."""
    if node.is_Mul:
        for argument in node.args:
            yield from _factors(argument)
    elif isinstance(node, sp.Abs) and node.args[0].is_Mul:
        for factor in _factors(node.args[0]):
            yield sp.Abs(factor)
    elif isinstance(node, sp.Pow) and isinstance(node.exp, sp.Integer) and (node.base.is_Mul or _is_size(node.base)):
        for factor in _factors(node.base):
            yield factor**node.exp
    elif isinstance(node, sp.exp) and node.args[0].is_Add:
        for term in node.args[0].args:
            yield sp.exp(term)
    else:
        yield node


def _is_size(node: Any) -> bool:
    return isinstance(node, sp.Abs) and node.args[0].is_Mul


class _Structure:
    """Free symbols of every node, each found once: SymPy's own search repeats itself in nested expressions."""

    def __init__(self) -> None:
        self.known: dict[Any, frozenset[Any]] = {}
        self.same: dict[Any, Any] = {}

    def interned(self, node: Any) -> Any:
        """The node with equal parts made one object: SymPy compares unequal copies of nested trees node by node."""
        if node not in self.same:
            arguments = [self.interned(argument) for argument in node.args]
            made = node if all(a is b for a, b in zip(arguments, node.args, strict=True)) else node.func(*arguments)
            self.same[node] = self.same.setdefault(made, made)
        return self.same[node]

    def symbols(self, node: Any) -> frozenset[Any]:
        if node not in self.known:
            if node.is_Symbol:
                self.known[node] = frozenset((node,))
            else:
                self.known[node] = frozenset().union(*(self.symbols(argument) for argument in node.args))
        return self.known[node]

    def parted(self, node: Any, inside: frozenset[Any]) -> tuple[Any, list[Any]]:
        """(part, rest) of a sum or product: what depends on variables of `inside` alone, and the other arguments."""
        own = [a for a in node.args if self.symbols(a) and self.symbols(a) <= inside]
        return (node.func(*own) if own else None), [a for a in node.args if a not in own]

    def parts(self, node: Any, inside: frozenset[Any], found: set[Any], seen: set[Any]) -> None:
        """Collects the largest subexpressions that depend on variables of `inside` alone."""
        if node in seen or not self.symbols(node) & inside:
            return
        seen.add(node)
        if self.symbols(node) <= inside:
            found.add(node)
            return
        rest: Iterable[Any] = node.args
        if node.is_Mul or node.is_Add:
            part, rest = self.parted(node, inside)
            if part is not None:
                found.add(part)
        for argument in rest:
            self.parts(argument, inside, found, seen)

    def replaced(self, node: Any, old: Any, new: Any, inside: frozenset[Any], done: dict[Any, Any]) -> Any:
        """The node with `old`, a function of the variables of `inside`, replaced by `new`; shared parts once."""
        if node == old:
            return new
        if not self.symbols(node) & inside or not node.args:
            return node
        if node not in done:
            rest: list[Any] = list(node.args)
            moved: list[Any] = []
            if (node.is_Mul or node.is_Add) and not self.symbols(node) <= inside:
                part, rest = self.parted(node, inside)
                moved = [] if part is None else [self.replaced(part, old, new, inside, done)]
            moved += [self.replaced(argument, old, new, inside, done) for argument in rest]
            done[node] = node.func(*moved)
        return done[node]

    def neighbours(self, nodes: Iterable[Any], state: Any) -> list[Any]:
        """Variables that are arguments of one operation together with the state, or with a function of it alone."""
        found: dict[Any, int] = {}
        seen: set[Any] = set()
        stack = list(nodes)
        while stack:
            node = stack.pop()
            if node in seen or state not in self.symbols(node):
                continue
            seen.add(node)
            stack.extend(node.args)
            if any(self.symbols(argument) == {state} for argument in node.args):
                for argument in node.args:
                    if len(self.symbols(argument)) == 1 and state not in self.symbols(argument):
                        (other,) = self.symbols(argument)
                        found[other] = found.get(other, 0) + 1
        return sorted(found, key=lambda v: -found[v])


def _eliminate(structure: _Structure, factors: list[Any], start: Any, goal: Goal) -> list[Layer] | None:
    """The layers, from the state `start` on, in which every variable is used up; None where there are none."""
    state: Any = start
    waiting = [v for v in goal.variables if v != start]
    layers: list[Layer] = []
    while factors:
        step = next(_steps(structure, factors, state, waiting), None)
        if step is None:
            return None
        private, own, following, factors, fresh = step
        names = {state: STATE} if private is None else {state: STATE, private: WEIGHT}
        weights = _ONE_POINT if private is None else goal.domain.ranges[private]
        factor: Any = sp.Mul(*own).xreplace(names)
        layers.append(Layer(factor, None if following is None else following.xreplace(names), private, weights))
        waiting = [v for v in waiting if v != private]
        state = fresh
    return layers if not waiting else None


def _steps(structure: _Structure, factors: list[Any], state: Any, waiting: list[Any]) -> Iterator[tuple[Any, ...]]:
    """The ways to eliminate the state: (private variable, its factors, next state, what is left, its name)."""
    near = structure.neighbours(factors, state)
    # A variable may also stand in factors of its own, and the state go on without it.
    apart = [
        v for v in waiting if all(structure.symbols(f) <= {state, v} for f in factors if v in structure.symbols(f))
    ]
    for private in (None, *near, *(v for v in apart if v not in near)):
        inside = frozenset((state,) if private is None else (state, private))
        own = [f for f in factors if structure.symbols(f) <= inside]
        others = [f for f in factors if f not in own]
        if not others:
            yield private, own, None, [], None
            continue
        found: set[Any] = set()
        seen: set[Any] = set()
        for factor in others:
            structure.parts(factor, inside, found, seen)
        for following in _candidates(structure, found, state, inside):
            if following == state and not own:
                continue
            fresh = sp.Dummy("y", real=True)
            done: dict[Any, Any] = {}
            left = [structure.replaced(f, following, fresh, inside, done) for f in others]
            if not any(structure.symbols(f) & inside for f in left):
                yield private, own, following, left, fresh
                break


def _candidates(structure: _Structure, parts: set[Any], state: Any, inside: frozenset[Any]) -> Iterator[Any]:
    """What the next state may be: the one part through which all goes on, or something inside the smallest part."""
    if not parts or not any(state in structure.symbols(part) for part in parts):
        return
    if len(parts) == 1:
        yield from parts
        return
    used = frozenset().union(*(structure.symbols(part) for part in parts))
    smallest = min(parts, key=lambda part: (len(list(sp.preorder_traversal(part))), str(part)))
    for node in dict.fromkeys(sp.preorder_traversal(smallest)):
        if structure.symbols(node) >= used & inside:
            yield node
