"""Computes the tiles of a sweep on a backend: what is wanted at every point, as arrays."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from importlib.util import find_spec
from typing import Any

import numpy as np
import sympy as sp

from numerics.sweeping.grid import AXES, Grid, Tile
from numerics.sweeping.passages import passages
from numerics.sweeping.scale import scale_needed
from numerics.sweeping.shortcuts import Shortcuts
from numerics.sweeping.step import LINEAR, near_reach
from numerics.sweeping.variables import WITH_EPSILON, Variable, notes, variables
from theory.activations import Activation
from theory.errors import StatementError

Array = np.ndarray
BACKENDS = ("auto", "numpy", "numba", "cupy")
DTYPES = ("float64", "float32")
ALONG = ("log_gradient", "gradient_sign", "output", "distance")
"""What one pass along the chain gives."""


@dataclass(frozen=True)
class Plan:
    """A sweep before it is run: everything that its results depend on."""

    grid: Grid
    depth: int
    layers: tuple[int, ...]
    f: Activation
    want: tuple[str, ...] = ("log_gradient",)
    dtype: str = "float64"
    backend: str = "numba"
    epsilon: Fraction | None = None
    kernels: Any = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kernels", _kernels(self.backend, self.f, self.dtype))
        if "distance" in self.want and not self.closes:
            raise StatementError(
                f"the distance to the fixed point is known for odd activations with one θ in all layers, not for "
                f"{self.f.name!r}{'' if self.same else ' with one θ for each layer'}: leave out distance"
            )
        self._check_thresholds()
        self._check_reach()

    def _check_thresholds(self) -> None:
        for name in set(self.want) & set(WITH_EPSILON):
            if self.epsilon is None:
                raise StatementError(f"{name} is about a gradient below ε: give it, such as --epsilon 1e-12")
        if "scale_needed" in self.want and self.f.parity != "odd":
            raise StatementError(
                f"scale_needed is known for odd activations, whose gradient grows with α, not for {self.f.name!r}: "
                "leave out scale_needed"
            )

    def _check_reach(self) -> None:
        theta, x, alpha = np.abs(self.grid.theta).max(), np.abs(self.grid.x).max(), self.grid.alpha.min()
        most = 2.0 ** LINEAR[self.dtype]
        if theta > most or max(theta, 1.0) * (x / alpha) > most:
            raise StatementError(
                f"θ x/α reaches {theta * (x / alpha):.3g}, and {self.dtype} follows it to {most:.3g}: take a smaller "
                f"θ or x, a larger α{'' if self.dtype == 'float64' else ', or --dtype float64'}"
            )

    @property
    def same(self) -> bool:
        """Whether all layers of a chain have the same θ."""
        return self.grid.theta.shape[1] == 1

    @property
    def closes(self) -> bool:
        return self.same and self.f.parity == "odd"

    @cached_property
    def marks(self) -> Array:
        return np.array(self.layers, dtype=np.int64)

    @cached_property
    def stride(self) -> int:
        """After how many layers at most the product of slopes has to give up its powers of two."""
        largest = max(1.0, float(np.abs(self.grid.theta).max()))
        smallest = float(np.abs(self.grid.theta[self.grid.theta != 0]).min(initial=1.0))
        # A slope falls at most like z⁻³ (algebraic); its exponentials go into the exponent anyway.
        bits = 3 * math.log2(2 * largest) - math.log2(smallest) + 4
        return max(1, min(16, int((900 if self.dtype == "float64" else 110) / bits)))

    @cached_property
    def far(self) -> bool:
        """Whether some exponential of a layer after the first may be out of the quick one's reach."""
        bound = self.f.supremum.value if self.f.supremum is not None else sp.oo
        if self.f.parity != "odd" or bound.is_infinite:
            return True
        return float(np.abs(self.grid.theta).max()) * float(bound) > near_reach(self.f, self.dtype)

    def compute(self, tile: Tile) -> dict[str, Array]:
        """The variables on the tile: with the layers in front for those that have one value for each of them."""
        names = [name for name in ALONG if name in self.want]
        found: dict[str, Array] = {}
        if names and self.backend == "cupy":
            found |= self.kernels.compute(self if len(names) == len(self.want) else replace(self, want=names), tile)
        elif names:
            found |= self._along(tile)
        parts = self.grid.theta[tile.theta], self.grid.x[tile.x], self.grid.alpha[tile.alpha]
        if "vanishing_depth" in self.want or "peak" in self.want:
            found |= passages(self.on_processor, *parts)
        if "scale_needed" in self.want and tile.alpha.start == 0:
            found["scale_needed"] = scale_needed(self.on_processor, *parts[:2])
        return {variable.name: found[variable.name] for variable in self.variables if variable.name in found}

    @property
    def reduces(self) -> bool:
        """Whether the device itself finds what is least and greatest on the whole grid."""
        return self.backend == "cupy" and set(self.want) <= set(ALONG)

    @cached_property
    def on_processor(self) -> Plan:
        """The same plan where the GPU has no kernel for what is wanted."""
        return replace(self, backend="numba" if find_spec("numba") else "numpy") if self.backend == "cupy" else self

    def _along(self, tile: Tile) -> dict[str, Array]:
        """What one pass along the chain gives: the gradients of layers, and where it ends."""
        weights, x, alpha = self.grid.theta[tile.theta], self.grid.x[tile.x], self.grid.alpha[tile.alpha]
        real = np.dtype(self.dtype).type
        shape = (weights.shape[0], x.size * alpha.size)
        gradients = np.empty((self.marks.size, *shape), real)
        signs = np.empty(gradients.shape, np.int8)
        keeps = "output" in self.want or "distance" in self.want
        outputs = np.empty(shape if keeps else (0, 0), real)
        self._run(weights, x, alpha, gradients, signs, outputs)
        full = (*shape[:1], x.size, alpha.size)
        by_scale = gradients.reshape(-1, alpha.size)
        by_scale += np.log(alpha).astype(real)
        found = {"log_gradient": gradients.reshape(-1, *full), "gradient_sign": signs.reshape(-1, *full)}
        if keeps:
            found["output"] = outputs.reshape(full) * alpha.astype(real)
        if "distance" in self.want:
            fixed = self.shortcuts.fixed_points(self.sizes(weights[:, 0])).astype(real)
            found["distance"] = np.abs(np.abs(outputs.reshape(full)) - fixed[:, None, None]) * alpha.astype(real)
        return found

    def first_gradients(self, theta: Array, q: Array) -> Array:
        """log|∂g/∂θ_1| for one chain, its inputs q, and α = 1; the plan wants that of layer 1 only."""
        gradients, signs = np.empty((1, 1, q.size)), np.empty((1, 1, q.size), np.int8)
        self._run(theta, q, np.ones(1), gradients, signs, np.empty((0, 0)))
        return gradients[0, 0]

    def starts(self, weights: Array, x: Array, alpha: Array) -> tuple[Array, Array, Array, bool]:
        """x/α as a number and an exponent of 2, its size, and whether the kernel for one θ > 0 can follow it."""
        start, scale = _quotients(x, alpha, self.dtype)
        size = np.abs(start) * 2.0**scale if np.abs(scale).max() < 900 else np.array([np.inf])
        in_reach = ((size == 0) | ((size > _least(self.dtype)) & (size < 1 / _least(self.dtype)))).all()
        quick = in_reach and self.closes and (self._stays(weights, size) or self.shortcuts.used)
        return start, scale, size, quick and hasattr(self.kernels, "one_theta")

    def _run(self, weights: Array, x: Array, alpha: Array, gradients: Array, signs: Array, outputs: Array) -> None:
        real = np.dtype(self.dtype).type
        start, scale, size, quick = self.starts(weights, x, alpha)
        if not quick:
            arguments = (weights.astype(real), start.astype(real), scale.astype(real), self.depth, self.marks)
            odd = self.f.parity == "odd"
            self.kernels.layerwise(*arguments, self.stride if odd else 1, self.far, gradients, signs, outputs)
            return
        theta = weights[:, 0]
        rows = theta != 0
        sizes = self.sizes(theta[rows])
        series, radius, which = self.shortcuts.of(sizes)
        part = gradients if rows.all() else np.empty((self.marks.size, int(rows.sum()), size.size), real)
        kept = outputs if rows.all() or not outputs.size else np.empty(part.shape[1:], real)
        # An orbit from 0 stays there, and would keep its neighbours from their fixed point.
        moving = np.where(size == 0, 1.0, size).astype(real)
        self.kernels.one_theta(
            sizes.astype(real), np.log(sizes).astype(real), moving, self.depth, self.marks, self.stride,
            self.far, series.astype(real), radius.astype(real), self.shortcuts.leaps.astype(real), which,
            self.shortcuts.even, part, kept,
        )  # fmt: skip
        if part is not gradients:
            # With θ = 0 every output is 0: only the gradient of a chain of one layer is not.
            gradients[:, rows], gradients[:, ~rows] = part, -np.inf
            if self.depth == 1:
                with np.errstate(divide="ignore"):
                    gradients[:, ~rows] = np.log(size) + math.log(float(self.f.slope_at_zero))  # pyright: ignore
            if outputs.size:
                outputs[rows], outputs[~rows] = kept, 0
        gradients[..., size == 0] = -np.inf
        # ∂g/∂θ_k has l − 1 factors θ, and the sign of x; the output has l of them.
        sign = np.sign(x).repeat(alpha.size)
        if "gradient_sign" in self.want:
            signs[:] = ((np.sign(theta) ** (self.depth - 1))[:, None] * sign).astype(np.int8)
            signs[np.isneginf(gradients)] = 0
        if outputs.size:
            outputs *= (np.sign(theta) ** self.depth)[:, None] * sign

    def _stays(self, weights: Array, size: Array) -> bool:
        """Whether no orbit falls below the least number: f(z) ≥ f(1) min(1, z), as f is concave on z > 0."""
        at_one = float(self.f.f(1))
        shrinks = min(1.0, float(np.abs(weights[weights != 0]).min(initial=1 / at_one)) * at_one)
        start = min(at_one, float(size[size > 0].min(initial=1.0)))
        return self.depth * math.log(shrinks) + math.log(start) > math.log(_least(self.dtype))

    @property
    def names(self) -> tuple[str, ...]:
        """The axes."""
        return AXES

    @property
    def variables(self) -> list[Variable]:
        return variables(self.want)

    def dimensions(self, variable: Variable) -> tuple[str, ...]:
        """The names of its dimensions."""
        return variable.dims

    def shape_of(self, variable: Variable) -> tuple[int, ...]:
        sizes = dict(zip(("layer", *AXES), (self.marks.size, *self.grid.shape), strict=True))
        return tuple(sizes[name] for name in variable.dims)

    def point(self, at: Sequence[int]) -> dict[str, float | int]:
        """The values along the axes; a chain with one θ for each layer has its number in their place."""
        sides = self.grid.theta[:, 0] if self.same else None, self.grid.x, self.grid.alpha
        places = zip(AXES, sides, at, strict=False)  # a variable without α has two places only
        return {name: i if values is None else float(values[i]) for name, values, i in places}

    def coordinates(self) -> dict[str, Any]:
        """The values along each dimension; a chain with one θ for each layer has a number in place of its θ."""
        grid = self.grid
        found: dict[str, Any] = {"layer": ("layer", self.marks), "x": ("x", grid.x), "alpha": ("alpha", grid.alpha)}
        if self.same:
            return {**found, "theta": ("theta", grid.theta[:, 0])}
        if self.depth * grid.shape[0] <= 10**7:
            found["theta_of_layer"] = (("theta", "position"), grid.theta)
        return {**found, "theta": ("theta", np.arange(grid.shape[0]))}

    def notes(self) -> dict[str, dict[str, str]]:
        return notes(self.variables)

    def identity(self) -> dict[str, Any]:
        """What has to be the same for the same results, the grid aside."""
        return {
            "activation": self.f.name, "depth": self.depth, "layers": list(self.layers), "want": list(self.want),
            "dtype": self.dtype, "backend": self.backend, "kernel": self.kernels.HASH,
            "epsilon": None if self.epsilon is None else str(self.epsilon),
        }  # fmt: skip

    def described(self) -> str:
        return f"{self.depth:,} layers of {self.f.name}, {self.dtype}"

    def sample(self, rows: Array, columns: Array, alphas: Array) -> Plan:
        """The same sweep on a part of the grid."""
        grid = self.grid
        return replace(self, grid=Grid(grid.theta[rows], grid.x[columns], grid.alpha[alphas]))

    def prepare(self) -> None:
        """Sets up what all tiles share, before any thread asks for it."""
        if self.closes:
            _ = self.shortcuts

    @cached_property
    def shortcuts(self) -> Shortcuts:
        """For odd activations with one θ in all layers."""
        columns = self.grid.x.size * self.grid.alpha.size
        return Shortcuts(self.f, self.sizes(self.grid.theta[:, 0]), self.depth, columns, "distance" in self.want)

    def sizes(self, theta: Array) -> Array:
        """|θ| as the machine number has it, in doubles."""
        return np.abs(theta.astype(self.dtype)).astype(float)


def _least(dtype: str) -> float:
    return 1e-290 if dtype == "float64" else 1e-35


def _quotients(x: Array, alpha: Array, dtype: str) -> tuple[Array, Array]:
    """x/α for every x and α, as numbers of [½, 2) and exponents of 2, so that none is out of reach."""
    (m, k), (n, j) = np.frexp(x), np.frexp(alpha)
    return (m[:, None] / n).ravel(), (k[:, None] - j).ravel().astype(float)


def _kernels(backend: str, f: Activation, dtype: str) -> Any:
    if backend == "numba":
        from numerics.sweeping.compiled import kernels

        return kernels(f, dtype)
    if backend == "cupy":
        from numerics.sweeping.cuda.launch import kernels

        return kernels(f, dtype)
    from numerics.sweeping.arrays import kernels

    return kernels(f, dtype)


def chosen_backend(wanted: str) -> tuple[str, str]:
    """The backend to take, and why. StatementError where the one that is wanted cannot be had."""
    from numerics.sweeping.device import missing_device

    if wanted not in BACKENDS:
        raise StatementError(f"there is no backend {wanted!r}: use one of {', '.join(BACKENDS)}")
    no_gpu, no_numba = missing_device(), None if find_spec("numba") else "Numba is not installed"
    cores = f"{os.cpu_count()} cores"
    match wanted:
        case "cupy":
            if no_gpu:
                raise StatementError(f"the backend 'cupy' needs a GPU: {no_gpu}; leave out --backend for the processor")
            return "cupy", "asked for"
        case "numba":
            if no_numba:
                raise StatementError(f"the backend 'numba' is not there: {no_numba}; pip install 'gradproof[sweep]'")
            return "numba", f"asked for; {cores}"
        case "numpy":
            return "numpy", f"asked for; {cores}"
        case _ if not no_gpu:
            return "cupy", "there is a GPU"
        case _ if no_numba:
            return "numpy", f"{no_gpu}, and {no_numba}; {cores}"
        case _:
            return "numba", f"{no_gpu}; {cores}"
