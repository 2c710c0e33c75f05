"""The largest value of a score over a cube, sought by random points and by changes of the best ones, in plain doubles.

Nothing here is certain. The draws are the same every time, so that a result can be repeated.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from numerics.deadline import Deadline
from numerics.enclosure.doubles import Array

_SEED, _FIRST, _KEPT, _CHILDREN, _ROUNDS, _CALM = 20, 3000, 16, 24, 60, 12
_CORNERS = np.array([-1.0, 0.0, 1.0])
Score = Callable[[Array], Array]
"""From the columns of a matrix to a number for each; −∞ where a column is no point of the set."""


def ascend(score: Score, dimension: int, enough: float, deadline: Deadline) -> tuple[Array, Array]:
    """(columns, scores) of the best points found, the best first; `enough` ends the search."""
    random = np.random.default_rng(_SEED)
    columns = random.uniform(-1, 1, (dimension, _FIRST))
    columns = _snapped(columns, random, 0.25)
    columns, scores = _best(columns, score(columns))
    calm = 0
    for _ in range(_ROUNDS):
        if deadline.left <= 0 or scores[0] >= enough or calm > _CALM:
            break
        before = scores[0]
        children = _changed(columns, random)
        columns, scores = _best(np.hstack([columns, children]), np.hstack([scores, score(children)]))
        calm = 0 if scores[0] > before + 1e-13 * abs(before) else calm + 1
    return columns, scores


def _best(columns: Array, scores: Array) -> tuple[Array, Array]:
    order = np.argsort(-scores, kind="stable")[:_KEPT]
    return columns[:, order], scores[order]


def _changed(columns: Array, random: np.random.Generator) -> Array:
    """Each column with some coordinates moved by steps of all sizes, or taken from another column."""
    parents = np.repeat(columns, _CHILDREN, axis=1)
    steps = 10.0 ** random.uniform(-7, 0, parents.shape[1]) * random.normal(size=parents.shape)
    chosen = random.random(parents.shape) < random.choice([0.15, 0.5, 1.0], parents.shape[1])
    children = np.where(chosen, parents + steps, parents)
    mixed = columns[:, random.integers(0, columns.shape[1], parents.shape[1])]
    crossed = random.random(parents.shape) < 0.5 * (random.random(parents.shape[1]) < 0.2)
    children = np.where(crossed, mixed, children)
    return np.clip(_snapped(children, random, 0.05), -1, 1)


def _snapped(columns: Array, random: np.random.Generator, part: float) -> Array:
    """Some coordinates put on an end or in the middle: extremes often lie there."""
    there = random.random(columns.shape) < part
    return np.where(there, random.choice(_CORNERS, columns.shape), columns)
