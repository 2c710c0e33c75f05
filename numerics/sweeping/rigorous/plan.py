"""A rigorous sweep before it is run: what the results depend on, and how they are laid out in a dataset or a store."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from numerics.sweeping import sweep as sweeps
from numerics.sweeping.engine import chosen_backend
from numerics.sweeping.grid import AXES, Grid, Tile, checked_axis
from numerics.sweeping.rigorous.cells import Chains, Ends, refined
from numerics.sweeping.rigorous.premises import established, supported
from numerics.sweeping.thresholds import checked_epsilon
from numerics.sweeping.variables import Variable, notes
from theory.activations import Activation, activation
from theory.errors import StatementError

Array = np.ndarray
REACH = 2.0**30
"""The largest z_i = θ y_(i−1): up to there the elementary functions have their error."""
_TOP = 2.0
"""No f that is supported reaches it."""
DEEPEST_SPLIT = 12
_BOUNDS, _VERDICTS = ("lower", "upper"), ("verdict", "share_above", "share_below")
_DIMS = ("layer", *AXES)
_VARIABLES = {
    "lower": Variable("lower", _DIMS, about="certain lower bound of log|∂g/∂θ_k| over the cell"),
    "upper": Variable("upper", _DIMS, about="certain upper bound of log|∂g/∂θ_k| over the cell"),
    "verdict": Variable("verdict", _DIMS, "int8"),
    "share_above": Variable("share_above", _DIMS, about="how much of the cell certainly has |∂g/∂θ_k| ≥ ε"),
    "share_below": Variable("share_below", _DIMS, about="how much of the cell certainly has |∂g/∂θ_k| < ε"),
}


@dataclass(frozen=True)
class Axes:
    """The values between which the cells lie, in increasing order; one value is a cell of width 0."""

    theta: Array
    x: Array
    alpha: Array

    @cached_property
    def grid(self) -> Grid:
        """The middles of the cells."""
        return Grid(middles(self.theta)[:, None], middles(self.x), middles(self.alpha))

    def bounds(self, name: str) -> Array:
        """The two ends of each cell along an axis, of shape (cells, 2)."""
        values = getattr(self, name)
        return np.stack([values, values] if values.size == 1 else [values[:-1], values[1:]], axis=-1)


def middles(values: Array) -> Array:
    return values if values.size == 1 else values[:-1] + (values[1:] - values[:-1]) / 2


@dataclass(frozen=True)
class RigorousPlan:
    """Certain bounds of log|∂g/∂θ_k| on every cell between neighbouring values of the axes."""

    axes: Axes
    depth: int
    layers: tuple[int, ...]
    f: Activation
    epsilon: Fraction | None = None
    split: int = 0
    backend: str = "numba"
    kernels: Any = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        established(self.f)
        largest = [float(np.abs(values).max()) for values in (self.axes.theta, self.axes.x)]
        reached = largest[0] * max(largest[1] / float(self.axes.alpha.min()), _TOP)
        if reached > REACH:
            raise StatementError(
                f"θ f_(i−1)/α may reach {reached:.3g}, and a rigorous sweep follows it to {REACH:.3g}: take a smaller "
                "θ or x, or a larger α"
            )
        object.__setattr__(self, "kernels", _kernels(self.backend, self.f))

    @property
    def grid(self) -> Grid:
        return self.axes.grid

    @property
    def want(self) -> tuple[str, ...]:
        return _BOUNDS if self.epsilon is None else (*_BOUNDS, *_VERDICTS)

    @cached_property
    def marks(self) -> Array:
        return np.array(self.layers, dtype=np.int64)

    @cached_property
    def log_epsilon(self) -> tuple[float, float]:
        """Doubles below and above log ε, as near as they come; the same one where log ε is a double."""
        return (0.0, 0.0) if self.epsilon is None else enclosed_logarithm(self.epsilon)

    @property
    def chains(self) -> Chains:
        return Chains(self.f, self.depth, self.marks, self.kernels)

    @property
    def dtype(self) -> str:
        return "float64"

    @property
    def names(self) -> tuple[str, ...]:
        return AXES

    @property
    def variables(self) -> list[Variable]:
        return [_VARIABLES[name] for name in self.want]

    def dimensions(self, variable: Variable) -> tuple[str, ...]:
        return variable.dims

    def shape_of(self, variable: Variable) -> tuple[int, ...]:
        return (self.marks.size, *self.grid.shape)

    def point(self, at: Sequence[int]) -> dict[str, list[float]]:
        """The ends of a cell along each axis."""
        return {name: self.axes.bounds(name)[place].tolist() for name, place in zip(AXES, at, strict=True)}

    def coordinates(self) -> dict[str, Any]:
        """The middles of the cells, and their ends as the CF conventions have them."""
        grid = self.grid
        found: dict[str, Any] = {"layer": ("layer", self.marks), "theta": ("theta", grid.theta[:, 0])}
        found |= {"x": ("x", grid.x), "alpha": ("alpha", grid.alpha)}
        return found | {f"{name}_bounds": ((name, "bounds"), self.axes.bounds(name)) for name in AXES}

    def notes(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {name: {"bounds": f"{name}_bounds"} for name in AXES}
        found |= {name: {**about} for name, about in notes(self.variables).items()}
        if self.epsilon is not None:
            found["verdict"] = {"flag_values": [-1, 0, 1], "flag_meanings": "below_epsilon undecided at_least_epsilon"}
        return found

    def identity(self) -> dict[str, Any]:
        """What has to be the same for the same results: the ends of the cells too, and not only their middles."""
        axes = {
            f"axis_{name}": hashlib.sha256(np.ascontiguousarray(getattr(self.axes, name)).tobytes()).hexdigest()[:16]
            for name in AXES
        }
        return {
            "rigorous": True, "activation": self.f.name, "depth": self.depth, "layers": list(self.layers),
            "want": list(self.want), "dtype": self.dtype, "backend": self.backend, "kernel": self.kernels.HASH,
            "epsilon": None if self.epsilon is None else str(self.epsilon), "split": self.split, **axes,
        }  # fmt: skip

    def described(self) -> str:
        return f"{self.depth:,} layers of {self.f.name}, outward-rounded"

    def sample(self, rows: Array, columns: Array, alphas: Array) -> RigorousPlan:
        """The same sweep with fewer, wider cells."""
        axes = Axes(self.axes.theta[rows], self.axes.x[columns], self.axes.alpha[alphas])
        return replace(self, axes=axes)

    def prepare(self) -> None:
        """Compiles, before several threads ask for it."""
        one = np.ones(1)
        for side in ("lower", "upper"):
            self.kernels.run(side, one, one, 2, np.array([1, 2]))

    def compute(self, tile: Tile) -> dict[str, Array]:
        """The variables on a tile, each of shape (layers, θ, x, α)."""
        ends = [
            Ends.between(_neighbours(values, part))
            for values, part in zip((self.axes.theta, self.axes.x, self.axes.alpha), tile.region, strict=True)
        ]
        lower, upper = self.chains.bounds(*ends)
        if self.epsilon is None:
            return {"lower": lower, "upper": upper}
        layers, shape = lower.shape[0], lower.shape
        boxes = _boxes(ends)
        flat = lower.reshape(layers, -1), upper.reshape(layers, -1)
        found = refined(self.chains, boxes, *flat, self.log_epsilon, self.split)
        return {name: getattr(found, name).reshape(shape) for name in self.want}


def _neighbours(values: Array, part: slice) -> Array:
    return values if values.size == 1 else values[part.start : part.stop + 1]


def _boxes(ends: list[Ends]) -> Array:
    t, x, a = (end.boxes for end in ends)
    whole = np.empty((len(t), len(x), len(a), 3, 2))
    whole[..., 0, :], whole[..., 1, :], whole[..., 2, :] = t[:, None, None], x[:, None], a
    return whole.reshape(-1, 3, 2)


def enclosed_logarithm(epsilon: Fraction) -> tuple[float, float]:
    """Doubles below and above log ε."""
    from flint import arb, fmpq

    from numerics.enclosure.interval import precision
    from numerics.sweeping.rigorous.sides import double

    with precision(200):
        log = arb(fmpq(epsilon.numerator, epsilon.denominator)).log()
        return double(log, down=True), double(log, down=False)


def _kernels(backend: str, f: Activation) -> Any:
    if backend == "numba":
        from numerics.sweeping.rigorous.compiled import kernels

        return kernels(f)
    if backend == "cupy":
        from numerics.sweeping.rigorous.cuda.launch import kernels

        return kernels(f)
    from numerics.sweeping.rigorous.arrays import kernels

    return kernels(f)


def prepared(
    theta: Any, x: Any, alpha: Any, depth: int, *, layers: Any = (1, "last"),
    activation_name: Activation | str = "tanh", backend: str = "auto", epsilon: Any = None, split: int = 0,
) -> tuple[RigorousPlan, str]:  # fmt: skip
    """The plan, and why it runs where it runs. StatementError says what is wrong with the arguments."""
    f = supported(activation(activation_name) if isinstance(activation_name, str) else activation_name)
    depth = sweeps._whole(depth, "depth", sweeps.DEEPEST)
    axes = Axes(_rising(theta, "theta"), _rising(x, "x"), _rising(alpha, "alpha"))
    exact = None if epsilon is None else checked_epsilon(epsilon)
    if isinstance(split, bool) or not isinstance(split, int) or not 0 <= split <= DEEPEST_SPLIT:
        raise StatementError(f"{split!r} is no number of times to split: give a whole number from 0 to {DEEPEST_SPLIT}")
    if split and exact is None:
        raise StatementError(f"cells are split {split} times where they are undecided: give epsilon to decide about")
    backend, reason = chosen_backend(backend)
    return RigorousPlan(axes, depth, sweeps.chosen_layers(layers, depth), f, exact, split, backend), reason


def _rising(values: Any, name: str) -> Array:
    found = checked_axis(values, name)
    if found.ndim != 1 or (np.diff(found) <= 0).any():
        raise StatementError(f"the axis {name} does not increase: the cells of a rigorous sweep lie between neighbours")
    return found


def rigorous_sweep(
    theta: Any, x: Any, alpha: Any, depth: int, *, layers: Any = (1, "last"), activation: Activation | str = "tanh",
    backend: str = "auto", epsilon: Any = None, split: int = 0, out: str | Path | None = None,
) -> Any:  # fmt: skip
    """Certain bounds of log|∂g/∂θ_k| over every cell between neighbouring values of θ, x and α, as an xarray.Dataset.

    The variables have the dimensions layer, theta, x, alpha of the cells, whose ends are theta_bounds, x_bounds and
    alpha_bounds, and whose middles are the coordinates:

    * lower, upper: doubles with lower ≤ log|∂g/∂θ_k| ≤ upper for every θ, x and α of the cell (−∞ for log 0);
    * with `epsilon`, an exact number (a text is read exactly), verdict: 1 where |∂g/∂θ_k| ≥ ε in the whole cell, −1
      where |∂g/∂θ_k| < ε, 0 where it is undecided; and, of cells that were split `split` times, share_above and
      share_below: how much of the box of |θ|, |x| and α is certainly above, and below.

    With `out` the results go to a zarr store, as those of `sweep`. StatementError says what is wrong.
    """
    plan, _ = prepared(
        theta, x, alpha, depth, layers=layers, activation_name=activation, backend=backend, epsilon=epsilon, split=split
    )
    if out is not None:
        from numerics.sweeping.store import Store

        store = Store(Path(out), plan)
        for _ in store.run():
            pass
        return store.opened()
    return sweeps.in_memory(plan)
