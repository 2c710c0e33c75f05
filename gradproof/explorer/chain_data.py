"""The Chain view: outputs and gradients of one chain layer by layer, and what the theorems say of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import sympy as sp

from numerics.depth.measured import Layers, Measurement, measure
from numerics.enclosure.doubles import run
from numerics.enclosure.program import compile_expressions
from numerics.networks.elementwise import elementwise
from numerics.sweeping.sweep import prepared
from theory.activations import activation
from theory.chain import Chain, parameter, x
from theory.claim import Claim
from theory.errors import StatementError
from theory.instance import instantiate
from theory.ledger import CLAIMS
from theory.losses import error, slope
from theory.parsing import parse_expression
from theory.statement import Relation, show
from theory.typeset import typeset

Array = np.ndarray
_CLOSED_FORM = 8
"""Layers up to which the closed form of a claim is short enough to be typed, and to be enclosed at once."""

_T1, _T2 = "ven-lederer/theorem-1", "ven-lederer/theorem-2"
SHOWN: tuple[tuple[str, str], ...] = (
    (f"{_T1}/small-gradient", "Theorem 1, the true gradient"),
    (f"{_T1}/small-gradient-printed", "Theorem 1, as printed (f⁰ = 1)"),
    (f"corrected/{_T1}/small-gradient", "Theorem 1, corrected"),
    (f"corrected/{_T1}/small-gradient-printed", "Theorem 1, as printed, corrected"),
    (f"{_T1}/regularized-gradient", "Theorem 1 with regularization"),
    (f"{_T1}/regularized-gradient-printed", "Theorem 1 with regularization, as printed"),
    (f"corrected/{_T1}/regularized-gradient", "Theorem 1 with regularization, corrected"),
    (f"corrected/{_T1}/regularized-gradient-printed", "Theorem 1 with regularization, as printed, corrected"),
    (f"{_T2}/standard", "Theorem 2, the true gradient"),
    (f"{_T2}/standard-printed", "Theorem 2, as printed (f⁰ = 1)"),
)
"""The claims that are drawn and lit, with the names that the page gives them."""


@dataclass(frozen=True)
class Point:
    """Everything that the view is set to; exact numbers."""

    activation: str
    theta: tuple[Fraction, ...]
    x: Fraction
    alpha: Fraction
    t: Fraction
    r: Fraction
    loss: str = "linear"
    y: Fraction = Fraction(0)

    @property
    def depth(self) -> int:
        return len(self.theta)

    @property
    def same(self) -> bool:
        return len(set(self.theta)) == 1


@dataclass(frozen=True)
class View:
    """What is shown: arrays over the layers 1, …, l (outputs from layer 0)."""

    point: Point
    outputs: Array
    scaled_outputs: Array
    fixed_point: float | None
    slope: float
    scaled_slope: float
    log_gradient: Array
    sign: Array
    scaled_log_gradient: Array
    scaled_sign: Array

    @cached_property
    def theta(self) -> Array:
        return np.array([float(value) for value in self.point.theta])

    @property
    def log_loss_gradient(self) -> Array:
        """log|∂h/∂θ_k| = log|d| + log|G_k|, finite far below the smallest double."""
        return self.log_gradient + _log_of(abs(self.slope))

    @property
    def scaled_log_loss_gradient(self) -> Array:
        return self.scaled_log_gradient + _log_of(abs(self.scaled_slope))

    @property
    def regularized(self) -> Array:
        """∂/∂θ_k (h + (r/2)∑θ_i²) = −d·G_k + r θ_k."""
        return -self.slope * self.sign * np.exp(self.log_gradient) + float(self.point.r) * self.theta

    @property
    def scaled_regularized(self) -> Array:
        return -self.scaled_slope * self.scaled_sign * np.exp(self.scaled_log_gradient) + (
            float(self.point.r) * self.theta
        )

    @cached_property
    def measurements(self) -> dict[str, Measurement]:
        """The claims of Theorems 1 and 2 at this chain; none for another activation than tanh, of which they speak."""
        if self.point.activation != "tanh":
            return {}
        return {id: measure(CLAIMS[id], self.layers) for id, _ in SHOWN}

    @property
    def printed(self) -> float | None:
        """log₁₀ of |d·P_1|, the source's right-hand side at k = 1, where it has 1 for x; None where it is no number."""
        if not self.point.x:
            return None
        size = float(self.log_loss_gradient[0] - math.log(abs(self.point.x))) / math.log(10)
        return size if math.isfinite(size) else None

    @cached_property
    def layers(self) -> Layers:
        point = self.point
        scalars = {"x": float(point.x), "t": float(point.t), "r": float(point.r), "d": self.slope}
        return Layers(
            self.theta, self.outputs, self.sign * np.exp(self.log_gradient), self.scaled_outputs / float(point.alpha),
            self.scaled_sign * np.exp(self.scaled_log_gradient), scalars | {"alpha": float(point.alpha)},
        )  # fmt: skip

    def columns(self) -> dict[str, Array]:
        """The data as a table, a row for each layer."""
        k = np.arange(1, self.point.depth + 1)
        ten = math.log(10)
        with np.errstate(divide="ignore"):
            return {
                "k": k, "theta": self.theta, "output": self.outputs[1:], "scaled_output": self.scaled_outputs[1:],
                "log10_gradient": self.log_loss_gradient / ten,
                "log10_gradient_regularized": np.log10(np.abs(self.regularized)),
                "log10_gradient_scaled": self.scaled_log_loss_gradient / ten,
                "log10_gradient_scaled_regularized": np.log10(np.abs(self.scaled_regularized)),
            }  # fmt: skip


def _log_of(value: float) -> float:
    return math.log(value) if value > 0 else -math.inf


def view(point: Point) -> View:
    """The chain at a point. StatementError for an activation that is unknown, or numbers that doubles cannot follow."""
    f = activation(point.activation)
    ends: dict[bool, tuple[Array, float, Array, Array]] = {}
    for scaled in (False, True):
        alpha = float(point.alpha) if scaled else 1.0
        outputs = alpha * _outputs(point, alpha)
        gradient, sign = _gradients(point, alpha)
        ends[scaled] = outputs, _slope(point, float(outputs[-1])), gradient, sign
    (outputs, d, gradient, sign), (scaled_outputs, scaled_d, scaled_gradient, scaled_sign) = ends[False], ends[True]
    fixed = _fixed_point(f.name, abs(float(point.theta[0]))) if point.same and f.parity == "odd" else None
    return View(point, outputs, scaled_outputs, fixed, d, scaled_d, gradient, sign, scaled_gradient, scaled_sign)


def _outputs(point: Point, alpha: float) -> Array:
    """f_0/α, …, f_l/α of the chain with α f(·/α) in every layer: y_0 = x/α, y_i = f(θ_i y_{i−1})."""
    f = elementwise(activation(point.activation))
    found = np.empty(point.depth + 1)
    found[0] = float(point.x) / alpha
    for i, theta in enumerate(point.theta, 1):
        found[i] = f.value(np.array([float(theta) * found[i - 1]]))[0]
    return found


def _gradients(point: Point, alpha: float) -> tuple[Array, Array]:
    """log|G_k| and the sign of G_k at every layer."""
    theta: Any = [[float(value) for value in point.theta]]
    ready = prepared(
        theta, float(point.x), alpha, point.depth, layers=range(1, point.depth + 1),
        want=("log_gradient", "gradient_sign"), activation_name=point.activation, per_layer=True, backend=_backend(),
    )  # fmt: skip
    # One chain is one tile: no threads, and none of the attributes that a store would have.
    (tile,) = ready.plan.grid.tiles()
    ready.plan.prepare()
    found = ready.plan.compute(tile)
    return found["log_gradient"].reshape(-1).astype(float), found["gradient_sign"].reshape(-1).astype(float)


def _backend() -> str:
    # A GPU takes longer to be asked than one chain takes.
    from importlib.util import find_spec

    return "numba" if find_spec("numba") else "numpy"


@lru_cache(maxsize=256)
def _fixed_point(name: str, theta: float) -> float | None:
    """y* ≥ 0 with y* = f(|θ| y*), to which the outputs go, in doubles; None where it is not known."""
    if not theta:
        return 0.0
    try:
        plan = prepared(theta, 1.0, 1.0, 2, want=("distance",), activation_name=name, backend=_backend()).plan
        return float(plan.shortcuts.fixed_points(np.array([theta]))[0])
    except StatementError:
        return None


@lru_cache(maxsize=16)
def _slope_program(loss: str) -> Any:
    return compile_expressions([slope(loss)], [error])


def _slope(point: Point, output: float) -> float:
    """d = h′(y − g)."""
    (found,) = run(_slope_program(point.loss), [np.array([float(point.y) - output])], 1)
    return float(found[0])


def exact_point(claim: Claim, point: Point, d: Fraction) -> dict[str, Fraction]:
    """The values of the variables of a claim, by name."""
    scalars = {"x": point.x, "t": point.t, "r": point.r, "d": d, "alpha": point.alpha}
    return scalars | {f"theta_{i}": value for i, value in enumerate(point.theta, 1)}


def confirmed(claim: Claim, view: View, layer: int) -> str | None:
    """What an Arb enclosure says of a broken bound at this exact point; None where it is not confirmed.

    d is taken as the exact number that the double is: a claim is about every d.
    """
    from numerics.falsifying.falsifier import Falsifier

    if view.point.depth > _CLOSED_FORM:
        return None
    instance = instantiate(claim, view.point.depth, layer)
    conclusion = [part for part in instance.conclusion if isinstance(part, Relation)]
    values = exact_point(claim, view.point, Fraction(view.slope))
    falsifier = Falsifier(instance.hypotheses, conclusion, instance.variables)
    found = falsifier.confirm({variable: values[str(variable)] for variable in instance.variables})
    return None if found is None else found.detail


def prove_line(claim: Claim, view: View, layer: int) -> str:
    """The command that settles a claim at this point, or sweeps it where its closed form is too long to type."""
    point = view.point
    if point.depth <= _CLOSED_FORM:
        instance = instantiate(claim, point.depth, layer)
        values = exact_point(claim, point, Fraction(view.slope))
        numbers: Any = {v: _rational(values[str(v)]) for v in instance.variables}
        parts = [part.subs(numbers) for part in instance.conclusion if isinstance(part, Relation)]
        return f"gradproof prove '{', '.join(_typed(part) for part in parts)}'"
    if not point.same:
        return f"gradproof show {claim.id}"
    names = sorted({str(s) for s in claim.free_symbols} & {"t", "r", "d"})
    given = {"t": point.t, "r": point.r, "d": Fraction(view.slope)}
    sets = "".join(f" --set {name}={float(given[name])!r}" for name in names)
    theta, x = float(point.theta[0]), float(point.x)
    return (
        f"gradproof sweep --claim {claim.id} --depth {point.depth} --layers {layer} --theta {theta!r} --x {x!r}{sets}"
    )


def pinned(view: View, layer: int) -> tuple[str, str, str] | None:
    """|∂g/∂θ_k| at this exact point as `gradproof prove` reads it, between two decimals of six digits.

    None where its closed form is too long to type, or is none that can be typed, or the gradient is 0.
    """
    point = view.point
    size = math.exp(view.log_gradient[layer - 1])
    if point.depth > _CLOSED_FORM or not 1e-300 < size < 1e300:
        return None
    values: Any = {parameter(i): _rational(value) for i, value in enumerate(point.theta, 1)} | {x: _rational(point.x)}
    expression = show(sp.Abs(Chain(point.depth, point.activation).gradient(layer).xreplace(values)))
    try:
        parse_expression(expression)
    except StatementError:
        return None
    # Two units of the sixth digit to either side: doubles are far more accurate than that.
    unit = 10.0 ** (math.floor(math.log10(size)) - 5)
    low, high = (Fraction(round(size / unit) + off) * Fraction(f"{unit:.0e}") for off in (-2, 2))
    return str(low), expression, str(high)


def pinning_test(view: View, layer: int) -> str | None:
    """A test for pytest, with the fixture of this package, that proves where the gradient of a layer lies."""
    found = pinned(view, layer)
    if found is None:
        return None
    low, expression, high = found
    name = f"test_the_gradient_of_layer_{layer}_of_{view.point.depth}"
    return f'def {name}(prove):\n    prove("{low} <= {expression}, {expression} <= {high}")\n'


def _rational(value: Fraction) -> Any:
    return sp.Rational(value.numerator, value.denominator)


def _typed(relation: Any) -> str:
    return relation.typed()


@dataclass(frozen=True)
class Light:
    """One hypothesis at this chain: whether it holds, how much is left, and where least."""

    text: str
    holds: bool
    slack: float
    where: str


def lights(measured: Measurement) -> Iterator[Light]:
    """The hypotheses, in their order."""
    for part, sides in zip(measured.claim.hypotheses, measured.hypotheses, strict=True):
        where = f"least at layer {sides.worst}" if sides.index.size > 1 else ""
        yield Light(typeset(part), bool(sides.holds.all()), sides.least, where)


def warm(names: Sequence[str] = ("tanh",)) -> None:
    """Compiles what a first chain needs, so that the first slider does not wait for it."""
    half = Fraction(1, 2)
    for name in names:
        _ = view(Point(name, (half, half), half, Fraction(2), half, Fraction(1))).measurements
