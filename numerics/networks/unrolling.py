"""A recursion over layers of any widths and the product that it unrolls to: the same by induction, or told apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations, product
from typing import Any

import sympy as sp

from numerics.deadline import Deadline
from numerics.verdict import Evidence, Outcome, Verdict
from theory.networks import Unrolled
from theory.networks._forms import n
from theory.statement import Relation

_DEPTHS = (1, 2, 3)
_row: Any = sp.Symbol("i", integer=True, nonnegative=True)


def settle_unrolled(part: Unrolled, hypotheses: Sequence[Relation], deadline: Deadline) -> Verdict:
    """**Unrolling.** Premise: step = factor · δ, entry by entry, for W of any shape (m, n) and any columns s, δ.

    Concludes: δ^{(k)} = step_k for k = l, …, L − 1 implies δ^{(l)} = F_l F_{l+1} ⋯ F_{L−1} δ^{(L)}.
    Soundness: by induction on L − l. For l = L the product is empty, the identity. If it holds for l + 1, with the
    product P, then δ^{(l)} = step_l(δ^{(l+1)}) = F_l δ^{(l+1)} = F_l P δ^{(L)}, by the premise with the widths n_l and
    n_{l+1}, and F_l P is the product that begins at l: the new factor stands at the left. So the order of the factors
    is part of the conclusion: nothing is concluded of another one.
    """
    refutation = _told_apart(part, deadline)
    if refutation is not None:
        return refutation
    if part.order != "ascending" or not same_entries(part.step, part.factor * _delta(part)):
        return Verdict(Outcome.OPEN, (Evidence("search", "rule", "the step is not found to be the factor times δ"),))
    same = f"step_i = (factor · δ)_i for every shape (m, n) and every i, both {part.step[_row, 0]}"
    entry = Evidence("identity", "SymPy, entry by entry", same)
    steps = Evidence(
        "induction over layers",
        "rule",
        "l = L: the empty product; l from l + 1: the factor of l joins the product at its left",
    )
    return Verdict(Outcome.PROVED, (entry, steps))


def _delta(part: Unrolled) -> Any:
    (column,) = [s for s in part.step.atoms(sp.MatrixSymbol) if str(s) == "delta"]
    return column


def _told_apart(part: Unrolled, deadline: Deadline) -> Verdict | None:
    """Whole matrices of width 2 for which the recursion and the product differ: both are computed exactly."""
    numbers = iter(range(1, 1000))
    for count in _DEPTHS:
        deadline.check()
        layers = [(_filled(2, 2, numbers), _filled(2, 1, numbers)) for _ in range(count)]
        last = _filled(2, 1, numbers)
        stepped, multiplied = part.stepped(layers, last), part.multiplied(layers, last)
        if stepped != multiplied:
            witness: dict[str, Any] = {"delta_L": _written(last)}
            for k, (weight, slope) in enumerate(layers):
                witness |= {f"W_{k + 1}": _written(weight), f"s_{k}": _written(slope)}
            detail = f"{count} steps: the recursion gives {_written(stepped)}, the product {_written(multiplied)}"
            return Verdict(Outcome.REFUTED, (Evidence("witness", "exact arithmetic", detail),), witness=witness)
    return None


def _filled(rows: int, columns: int, numbers: Any) -> Any:
    """A matrix of small whole numbers without a pattern: squares modulo a prime, both signs."""
    return sp.Matrix(rows, columns, lambda i, j: sp.Integer((next(numbers) ** 2 * 7 + 3) % 19 - 9))


def _written(matrix: Any) -> list[str]:
    return [str(entry) for entry in matrix]


def same_entries(left: Any, right: Any) -> bool:
    """Whether two columns of the height n agree entry by entry, for every n, m: the sums over indices are the same.

    Each entry is brought to the form Σ over indices of products. What SymPy writes as Σ_j δ_{ij} g(j) is g(i), as i
    and j run over the same range. Sums are the same if renaming the indices of one, within one range, gives the other.
    """
    if left.shape != right.shape or left.shape[1] != 1 or left.shape[0] != n:
        return False
    mine, theirs = _sums(left[_row, 0]), _sums(right[_row, 0])
    if mine is None or theirs is None or len(mine) != len(theirs):
        return False
    for sum_ in mine:
        match = next((other for other in theirs if _renamed(sum_, other)), None)
        if match is None:
            return False
        theirs.remove(match)
    return True


_Sum = tuple[Any, tuple[tuple[Any, Any], ...]]
"""A product, and the indices over which it is summed, each with its last value; the first is 0."""


def _sums(entry: Any) -> list[_Sum] | None:
    """The entry as a sum of sums of products; None where it is no such thing."""
    found: list[_Sum] = []
    for term in sp.Add.make_args(sp.expand(entry)):
        bodies: list[_Sum] = [(sp.S.One, ())]
        for factor in sp.Mul.make_args(term):
            parts = _opened(factor)
            if parts is None:
                return None
            bodies = [(p * q, (*a, *b)) for (p, a), (q, b) in product(bodies, parts)]
        found += [_without_deltas(*body) for body in bodies]
    return found


def _opened(factor: Any) -> list[_Sum] | None:
    if not isinstance(factor, sp.Sum):
        return None if factor.has(sp.Sum) else [(factor, ())]
    fresh = {index: sp.Dummy(str(index), integer=True, nonnegative=True) for index, _, _ in factor.limits}
    if any(first != 0 for _, first, _ in factor.limits) or factor.function.has(sp.Sum):
        return None
    limits = tuple((fresh[index], last) for index, _, last in factor.limits)
    return [(body.xreplace(fresh), limits) for body in sp.Add.make_args(sp.expand(factor.function))]


def _without_deltas(body: Any, limits: tuple[tuple[Any, Any], ...]) -> _Sum:
    """Σ_j δ_{jt} g(j) = g(t), where t runs over the same range as j, or is the row, which runs over 0, …, n − 1."""
    for delta in body.atoms(sp.KroneckerDelta):
        ends = {**dict(limits), _row: n - 1}
        for index, other in (delta.args, delta.args[::-1]):
            if index in dict(limits) and other in ends and sp.expand(ends[index] - ends[other]) == 0:
                rest = tuple(limit for limit in limits if limit[0] != index)
                return _without_deltas((body / delta).xreplace({index: other}), rest)
    return body, limits


def _renamed(one: _Sum, other: _Sum) -> bool:
    (body, limits), (wanted, places) = one, other
    if len(limits) != len(places):
        return False
    for order in permutations(places):
        if all(sp.expand(p - q) == 0 for (_, p), (_, q) in zip(limits, order, strict=True)):
            names = {mine: theirs for (mine, _), (theirs, _) in zip(limits, order, strict=True)}
            if sp.expand(body.xreplace(names) - wanted) == 0:
                return True
    return False
