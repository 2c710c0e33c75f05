"""The slack of a claim on a grid, in plain doubles: where it is least the claim is closest to failing.

A relation lhs ≤ rhs has the slack rhs − lhs, an equality −|lhs − rhs|; a claim that of its tightest conclusion, NaN
where a hypothesis does not hold. A negative slack is no counterexample yet, for doubles round: `refuted` hands the
worst points to the falsifier, and what counts is an exact point that an enclosure confirms.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import sympy as sp

from numerics.deadline import Deadline
from numerics.enclosure.doubles import HOLDS
from numerics.enclosure.in_place import InPlace
from numerics.enclosure.program import Program, UnsupportedError, compile_expressions
from numerics.falsifying.drawing import Point
from numerics.falsifying.falsifier import Falsifier, Refutation
from numerics.sweeping.grid import AXES, Grid, Tile, checked_axis
from numerics.sweeping.variables import Variable, notes
from theory.claim import Claim
from theory.errors import StatementError
from theory.instance import Instance, instances, instances_at
from theory.statement import Relation

Array = np.ndarray
DEEPEST = 256
_SAME = sp.Symbol("theta", real=True)
"""θ where all layers have the same: an axis."""


def claim_plan(
    claim: Claim, axes: Mapping[str, Array], depth: int, layers: Sequence[int], backend: str = "numpy"
) -> ClaimPlan:
    """The plan for the claim with values for every one of its variables. StatementError says what is wrong."""
    if claim.depth is None:
        found = tuple(instances(claim, 1))
    elif not claim.depth.least <= depth <= DEEPEST:
        raise StatementError(
            f"the slack of {claim.id!r} is known at depths from {claim.depth.least} to {DEEPEST}, not at {depth}"
        )
    else:
        found = tuple(i for i in instances_at(claim, depth) if i.layer is None or i.layer in layers)
    if not found:
        first = claim.depth.first if claim.depth else 1
        raise StatementError(
            f"{claim.id!r} speaks of layers from {first} to {depth}: give --layers that are among them"
        )
    for instance in found:
        for part in instance.conclusion:
            if not isinstance(part, Relation):
                raise StatementError(
                    f"{claim.id!r} has no slack: it does not compare two numbers at each point "
                    f"({type(part).__name__}); settle it with gradproof check {claim.id}"
                )
    needed = sorted({_name(v) for instance in found for v in instance.variables}, key=_rank)
    if missing := [name for name in needed if name not in axes]:
        also = f" --set {missing[0]}=1" if missing[0] not in AXES else f" --{missing[0]} 1"
        raise StatementError(f"{claim.id!r} speaks of {', '.join(missing)} too: give values, such as{also}")
    if unknown := [name for name in axes if name not in needed]:
        raise StatementError(f"{claim.id!r} does not speak of {unknown[0]}: its variables are {', '.join(needed)}")
    if not needed:
        raise StatementError(f"{claim.id!r} has no slack on a grid: it has no variables")
    values = {name: checked_axis(axes[name], name) for name in needed}
    long = [name for name in needed if values[name].size > 1]
    if len(long) > 3:
        raise StatementError(f"{', '.join(long)} are {len(long)} axes: give one value for all but three of them")
    usual = [name for name in needed if name in AXES and name not in long]
    names = tuple(sorted([*long, *usual[: 3 - len(long)]], key=_rank)) or (needed[0],)
    sides = [*(values[name] for name in names), *[np.ones(1)] * (3 - len(names))]
    fixed = {name: float(values[name][0]) for name in needed if name not in names}
    return ClaimPlan(claim, found, Grid(sides[0][:, None], *sides[1:]), names, fixed, depth, backend=backend)


def _name(variable: sp.Symbol) -> str:
    return "theta" if str(variable).startswith("theta_") else str(variable)


def _rank(name: str) -> tuple[int, str]:
    return (AXES.index(name) if name in AXES else 2, name)


@dataclass(frozen=True)
class ClaimPlan:
    """The slack of the instances of a claim, on a grid whose first axes are those of `names`; the rest is `fixed`."""

    claim: Claim
    instances: tuple[Instance, ...]
    grid: Grid
    names: tuple[str, ...]
    fixed: Mapping[str, float]
    depth: int
    want: tuple[str, ...] = ("slack",)
    dtype: str = "float64"
    backend: str = "numpy"

    def __post_init__(self) -> None:
        _ = self.programs

    @property
    def layers(self) -> tuple[int, ...]:
        """The layers that the instances are about; empty for a claim that is about none."""
        return tuple(i.layer for i in self.instances if i.layer is not None)

    @property
    def variables(self) -> list[Variable]:
        dims = ("layer",) * bool(self.layers) + AXES[: len(self.names)]
        return [Variable("slack", dims, about=f"slack of {self.claim.id}, NaN where a hypothesis fails")]

    def dimensions(self, variable: Variable) -> tuple[str, ...]:
        """The names of its dimensions: those of the claim's variables."""
        called = dict(zip(AXES, self.names, strict=False))
        return tuple(called.get(name, name) for name in variable.dims)

    def shape_of(self, variable: Variable) -> tuple[int, ...]:
        sizes = {"layer": len(self.layers), **dict(zip(AXES, self.grid.shape, strict=True))}
        return tuple(sizes[name] for name in variable.dims)

    @cached_property
    def programs(self) -> list[Program]:
        """For each instance the slacks of its hypotheses, then of its conclusions, in the axes and the fixed values."""
        return [self._program(instance) for instance in self.instances]

    def _program(self, instance: Instance) -> Program:
        same = {v: _SAME for v in instance.variables if _name(v) == "theta"}
        others = {str(v): v for v in instance.variables if v not in same}
        slacks: list[Any] = [part.slack for part in self._parts(instance)]
        slacks = [slack.doit() if slack.has(sp.Derivative) else slack for slack in slacks]
        if any(slack.has(sp.Limit) for slack in slacks):
            raise StatementError(f"{self.claim.id!r} has no slack on a grid: it is about a limit")
        symbols = [_SAME if name == "theta" else others.get(name, sp.Dummy()) for name in (*self.names, *self.fixed)]
        try:
            return compile_expressions([slack.xreplace(same) for slack in slacks], symbols)
        except UnsupportedError as error:
            raise StatementError(f"{self.claim.id!r} has no slack in doubles: {error}") from None

    @cached_property
    def on_processor(self) -> list[InPlace]:
        return [InPlace(program) for program in self.programs]

    @cached_property
    def on_device(self) -> Any:
        import cupy  # pyright: ignore[reportMissingImports]

        from numerics.sweeping.cuda.slack import SlackKernels

        return SlackKernels(self.cuda, cupy)

    @property
    def cuda(self) -> str:
        """The text of the kernels for a GPU."""
        from numerics.sweeping.cuda.slack import source

        signs = [[_SIGNS[h.op] for h in instance.hypotheses] for instance in self.instances]
        return source(self.programs, signs, [*self.fixed.values()])

    @staticmethod
    def _parts(instance: Instance) -> list[Relation]:
        return [part for part in (*instance.hypotheses, *instance.conclusion) if isinstance(part, Relation)]

    def sample(self, rows: Array, columns: Array, alphas: Array) -> ClaimPlan:
        """The same sweep on a part of the grid."""
        grid = self.grid
        return replace(self, grid=Grid(grid.theta[rows], grid.x[columns], grid.alpha[alphas]))

    def prepare(self) -> None:
        """Sets up what all tiles share, before any thread asks for it."""
        _ = self.on_device if self.backend == "cupy" else self.on_processor

    def compute(self, tile: Tile) -> dict[str, Array]:
        """The slack on the tile."""
        shape = tuple(part.stop - part.start for part in tile.region)
        axes = self.grid.theta[tile.theta, 0], self.grid.x[tile.x], self.grid.alpha[tile.alpha]
        if self.backend == "cupy":
            found = self.on_device.compute(axes, len(self.instances))
        else:
            sides = np.broadcast_arrays(*np.ix_(*axes))
            given = [np.ascontiguousarray(side) for side, _ in zip(sides, self.names, strict=False)]
            given += [np.full(shape, value) for value in self.fixed.values()]
            found = np.stack(
                [self._slack(*pair, given, shape) for pair in zip(self.instances, self.on_processor, strict=True)]
            )
        found = found.reshape(len(self.instances), *shape[: len(self.names)])
        return {"slack": found if self.layers else found[0]}

    def _slack(self, instance: Instance, program: InPlace, given: list[Array], shape: tuple[int, ...]) -> Array:
        parts = self._parts(instance)
        out = [np.empty(shape) for _ in parts]
        program(given, out)
        hypotheses = len(instance.hypotheses)
        least = np.minimum.reduce(out[hypotheses:])
        for relation, slack in zip(parts, out[:hypotheses], strict=False):
            least[~HOLDS[_SIGNS[relation.op]](slack)] = np.nan
        return least

    def point(self, at: Sequence[int]) -> dict[str, float]:
        """The values of the variables at a place of the grid."""
        axes = (self.grid.theta[:, 0], self.grid.x, self.grid.alpha)
        return {name: float(axis[i]) for name, axis, i in zip(self.names, axes, at, strict=False)} | dict(self.fixed)

    def coordinates(self) -> dict[str, Any]:
        axes = (self.grid.theta[:, 0], self.grid.x, self.grid.alpha)
        found: dict[str, Any] = {name: (name, axis) for name, axis in zip(self.names, axes, strict=False)}
        return {"layer": ("layer", np.array(self.layers)), **found} if self.layers else found

    def notes(self) -> dict[str, dict[str, str]]:
        return notes(self.variables)

    def identity(self) -> dict[str, Any]:
        """What has to be the same for the same results."""
        statement = "; ".join(str(part) for instance in self.instances for part in self._parts(instance))
        return {
            "claim": self.claim.id, "depth": self.depth, "layers": list(self.layers), "want": list(self.want),
            "dtype": self.dtype, "backend": self.backend, "fixed": dict(self.fixed),
            "kernel": hashlib.sha256(statement.encode()).hexdigest()[:24], "axes": list(self.names),
        }  # fmt: skip

    def described(self) -> str:
        at = "".join(f", {name} = {value:g}" for name, value in self.fixed.items())
        return f"the slack of {self.claim.id}{f', {self.depth} layers' if self.claim.depth else ''}{at}"

    def refuted(self, worst: Iterable[tuple[int | None, Sequence[int]]], seconds: float) -> Refutation | None:
        """A counterexample at one of the points (layer, place in the grid), or near it, that an enclosure confirms."""
        deadline, starts = Deadline.after(seconds), list(worst)
        searches = {i.layer: Falsifier(i.hypotheses, i.conclusion, i.variables) for i in self.instances}  # pyright: ignore[reportArgumentType]
        points = [(searches[layer], self._exact(searches[layer], place)) for layer, place in starts]
        for search, point in points:
            if (found := search.confirm(point)) is not None:
                return search.simplified(found)
        for search, point in points:
            if deadline.left > 0 and search.admits(point):
                found = search.at_minimum(point, [(search.slack(point), point)], deadline)
                found = found or search.descend(point, deadline)
                if found is not None:
                    return search.simplified(found)
        return None

    def _exact(self, search: Falsifier, place: Sequence[int]) -> Point:
        from fractions import Fraction

        values = {name: Fraction(value) for name, value in self.point(place).items()}
        return {v: values[_name(v)] for v in search.variables}


_SIGNS = {"<=": ">=", ">=": ">=", "<": ">", ">": ">", "==": "==", "!=": ">"}
"""What a slack is where its relation holds."""
