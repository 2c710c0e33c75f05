"""What the bounds of a cell rest on, shown for the activation at hand by the prover before anything is computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import sympy as sp

from numerics.deadline import Deadline
from numerics.proof.premises import Premise, discharge
from numerics.sweeping.step import Z_ABOVE, nonnegative
from theory.activations import Activation, z
from theory.errors import StatementError
from theory.statement import Relation

_SECONDS = 60.0
_E, _E2 = sp.exp(-z), sp.exp(-2 * z)


def _tanh(_: Any) -> tuple[Any, Any, Any]:
    m = 1 - _E2
    return m / (2 - m), 4 * z * _E2, m * (2 - m)


def _gudermannian(f: Any) -> tuple[Any, Any, Any]:
    m = 1 - _E
    return 2 * sp.atan(m / (2 - m)), 2 * z * _E, (1 + _E**2) * f


FORMULAS: dict[str, Callable[[Any], tuple[Any, Any, Any]]] = {
    "tanh": _tanh,
    "softsign": lambda f: (z / (1 + z), sp.S.One, 1 + z),
    "algebraic": lambda f: (z / sp.sqrt(1 + z**2), sp.S.One, 1 + z**2),
    "arctan": lambda f: (sp.atan(z), z, (1 + z**2) * f),
    "gudermannian": _gudermannian,
}
"""For z > 0 what `steps` computes: f(z), and the numerator and the denominator of e(z), which may use f = f(z)."""


def supported(f: Activation) -> Activation:
    """The activation. StatementError where there is no step in outward-rounded arithmetic for it."""
    if f.name not in FORMULAS:
        raise StatementError(
            f"a rigorous sweep has no certain bounds for the activation {f.name!r}: use {', '.join(FORMULAS)}"
        )
    return f


def premises(f: Activation) -> Iterator[Premise]:
    """What is to be shown of f, as statements about real numbers.

    Odd, f > 0, f′ > 0 and f″ ≤ 0 for z > 0; e(z) = z f′(z)/f(z) does not rise: (f′ + z f″) f ≤ z f′²; near 0 all is
    nearly linear, f ≥ c z (1 − z) and e ≥ 1 − z, c = f′(0); and the steps compute f and e.
    """
    value: Any = nonnegative(f.formula).xreplace({Z_ABOVE: z})
    slope: Any = nonnegative(f.derivative).xreplace({Z_ABOVE: z})
    bend: Any = sp.diff(nonnegative(f.derivative), Z_ABOVE).xreplace({Z_ABOVE: z})
    zero: Any = sp.S.Zero
    above, near = (Relation(z, ">", zero),), (Relation(z, ">", zero), Relation(z, "<=", sp.Rational(1, 2)))
    yield Premise("f is odd", (), (Relation(f.f(-z), "==", -f.formula),))
    yield Premise("f is positive", above, (Relation(value, ">", zero),))
    yield Premise("f increases", above, (Relation(slope, ">", zero),))
    yield Premise("f is concave", above, (Relation(bend, "<=", zero),))
    yield Premise("the elasticity falls", above, (Relation((slope + z * bend) * value, "<=", z * slope**2),))
    yield Premise("f is nearly linear", near, (Relation(value, ">=", f.slope_at_zero * z * (1 - z)),))
    yield Premise("the elasticity is nearly 1", near, (Relation(z * slope, ">=", (1 - z) * value),))
    computed, numerator, denominator = FORMULAS[f.name](value)
    yield Premise("the step is f", above, (Relation(computed, "==", value),))
    yield Premise("the step is e", above, (Relation(numerator * value, "==", z * slope * denominator),))


@lru_cache(maxsize=16)
def established(f: Activation) -> None:
    """Shows the premises. StatementError names the one that the prover does not show."""
    found = discharge(premises(supported(f)), Deadline.after(_SECONDS))
    if found.failed is not None:
        raise StatementError(f"a rigorous sweep of {f.name!r} rests on what is not shown: {found.failed}")
