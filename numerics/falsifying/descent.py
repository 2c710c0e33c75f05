"""A local minimum of the slack under the hypotheses, in plain doubles: where a counterexample by a hair would be.

Nothing here is certain. Newton's method on the Karush–Kuhn–Tucker equations of the active hypotheses gives a point;
it is pulled a little towards a point well inside, so that the hypotheses hold there, and then confirmed elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np
import sympy as sp

from numerics.enclosure.derivative import differentiate
from numerics.enclosure.interval import Interval
from numerics.enclosure.program import compile_expressions
from theory.statement import Relation

_ROUNDS = 25
_MOST_SETS = 14
_PULLS = (0.0, 1e-15, 1e-13, 1e-12, 1e-11, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3)
Vector = np.ndarray


class Landscape:
    """The slack f of one relation and the slacks g_j of the hypotheses, with gradients, at points of doubles."""

    def __init__(self, relation: Relation, hypotheses: Sequence[Relation], variables: Sequence[sp.Symbol]):
        self.variables = tuple(variables)
        sign = -1 if relation.op == "==" else 1
        slacks = [_plain(relation) * sign, *(_plain(h) for h in hypotheses if h.op != "!=")]
        self.program = compile_expressions(slacks, self.variables)
        self.equalities = [h.op == "==" for h in hypotheses if h.op != "!="]

    def at(self, x: Vector) -> tuple[Vector, np.ndarray]:
        """(values, gradients): f first, then the g_j."""
        box = [Interval.exact(*float(v).as_integer_ratio()) for v in x]
        duals = differentiate(self.program, box)
        values = np.array([_middle(d.value) for d in duals])
        slopes = np.array([[0.0 if p is None else _middle(p) for p in d.partials] for d in duals])
        return values, slopes

    def minima(self, start: Vector) -> Iterator[Vector]:
        """Points where ∇f = Σ λ_j ∇g_j, near the start, for the sets of active hypotheses that suggest themselves."""
        values, _ = self.at(start)
        always = [j for j, equal in enumerate(self.equalities, 1) if equal]
        others = [j for j, equal in enumerate(self.equalities, 1) if not equal]
        near = [j for j in others if values[j] < 0.05 * max(1.0, float(np.max(np.abs(start))))]
        sets = [near, *([j] for j in others), [], *map(list, combinations(others, 2))]
        tried: list[list[int]] = []
        for chosen in sets[:_MOST_SETS]:
            active = [*always, *chosen][: len(start)]
            if active in tried:
                continue
            tried.append(active)
            with np.errstate(all="ignore"):
                # Beyond the domain values are NaN or infinite; such a step is given up below.
                found = self.minimum(start, active)
            if found is not None:
                yield found

    def minimum(self, start: Vector, active: Sequence[int]) -> Vector | None:
        """Newton's method on the equations of one active set; None where it fails."""
        scale = max(1.0, float(np.max(np.abs(start))))
        x, weights = start.astype(float), np.zeros(len(active))
        for _ in range(_ROUNDS):
            step = self.newton_step(x, weights, active)
            if step is None:
                return None
            size = float(np.max(np.abs(step[: len(x)])))
            damping = min(1.0, 0.3 * scale / size) if size > 0 else 1.0
            x = x + damping * step[: len(x)]
            weights = weights + damping * step[len(x) :]
            if size < 1e-15 * scale:
                break
        return x if np.all(np.isfinite(x)) else None

    def newton_step(self, x: Vector, weights: Vector, active: Sequence[int]) -> Vector | None:
        n, m = len(x), len(active)
        residual = self.residual(x, weights, active)
        matrix = np.zeros((n + m, n + m))
        for i in range(n):
            h = 1e-6 * max(1.0, abs(float(x[i])))
            bump = np.zeros(n)
            bump[i] = h
            matrix[:, i] = (self.residual(x + bump, weights, active) - self.residual(x - bump, weights, active)) / (
                2 * h
            )
        _, slopes = self.at(x)
        for place, j in enumerate(active):
            matrix[:n, n + place] = -slopes[j]
        if not (np.all(np.isfinite(matrix)) and np.all(np.isfinite(residual))):
            return None
        return -np.linalg.lstsq(matrix, residual, rcond=None)[0]

    def residual(self, x: Vector, weights: Vector, active: Sequence[int]) -> Vector:
        values, slopes = self.at(x)
        balance = slopes[0] - sum((w * slopes[j] for w, j in zip(weights, active, strict=True)), np.zeros(len(x)))
        return np.concatenate([balance, values[list(active)]])

    def points(self, x: Vector, inside: Vector) -> Iterator[dict[sp.Symbol, Fraction]]:
        """Exact points at x and on the way from it to a point inside, the nearest first."""
        for pull in _PULLS:
            moved = x + pull * (inside - x)
            digits = 10**15 if pull < 1e-12 else max(10, round(30 / max(pull, 1e-14)))
            yield {
                v: Fraction(float(value)).limit_denominator(digits)
                for v, value in zip(self.variables, moved, strict=True)
            }


def _plain(relation: Relation) -> sp.Expr:
    return relation.lhs - relation.rhs if relation.op in ("==", "!=") else relation.slack


def _middle(x: Interval) -> float:
    return (float(x.lo) + float(x.hi)) / 2 if x.finite else float("nan")
