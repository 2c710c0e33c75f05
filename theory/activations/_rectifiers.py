"""The activations that pass what is positive: relu, leaky relu and elu with their kink at 0, smooth gelu and silu."""

from typing import Any

import sympy as sp

from theory.activations._activation import Activation, Bound, conditions_on, exact, positive, z
from theory.statement import Relation

_ZERO, _ONE = sp.S.Zero, sp.S.One
_ABOVE, _BELOW = sp.Max(z, 0), sp.Min(z, 0)
_E = sp.exp(-sp.Abs(z))
_UNBOUNDED = Bound(sp.oo, sp.oo)
_USUAL_SLOPE = sp.Rational(1, 100)


def _piecewise(above: Any, below: Any) -> sp.Expr:
    """`above` where z > 0, and `below` where z ≤ 0."""
    return sp.Piecewise((above, z > 0), (below, True))  # pyright: ignore[reportReturnType]


RELU = Activation(
    name="relu",
    definition=_piecewise(z, 0),
    formula=_ABOVE,
    derivative=_piecewise(1, 0),
    log_derivative=_piecewise(0, -sp.oo),
    value_at_zero=_ZERO,
    slope_at_zero=None,
    infimum=Bound(_ZERO, _ZERO),
    supremum=_UNBOUNDED,
    strictly=False,
    kinks=(_ZERO,),
    log_domain=(Relation(z, ">", _ZERO),),
    reference="chapter 17.3",
)


def leaky_relu(slope: Any = _USUAL_SLOPE) -> Activation:
    """Leaky relu with any exact real slope a: z for z > 0, a z for z ≤ 0 (chapter 17.4; its usual slope is 1/100)."""
    a = exact(slope, "slope")
    smooth, flat = a == 1, a.is_zero is True
    return Activation(
        name="leaky-relu",
        definition=_piecewise(z, a * z),
        formula=_ABOVE + a * _BELOW,
        derivative=_piecewise(1, a),
        log_derivative=_piecewise(0, -sp.oo if flat else sp.log(sp.Abs(a))),
        value_at_zero=_ZERO,
        slope_at_zero=_ONE if smooth else None,
        infimum=_least_value(a),
        supremum=_UNBOUNDED,
        increasing=a.is_nonnegative,
        strictly=a.is_positive is True,
        falls_at=-_ONE if a.is_negative else None,
        kinks=() if smooth else (_ZERO,),
        log_domain=(Relation(z, ">", _ZERO),) if flat else conditions_on(a, Relation(a, "!=", _ZERO)),
        conditions=_signs(a) + conditions_on(a, Relation(a, "!=", _ONE)),
        reference="Maas et al. 2013; chapter 17.4",
    )


def _least_value(a: sp.Expr) -> Bound | None:
    """The infimum of leaky relu, which depends on the sign of the slope; None where the sign is not known."""
    if a.is_positive:
        return Bound(-sp.oo, -sp.oo)
    return Bound(_ZERO, _ZERO) if a.is_nonpositive else None


def _signs(a: sp.Expr) -> tuple[Relation, ...]:
    """What the assumptions of a symbolic slope say, as hypotheses."""
    known = ((a.is_positive, ">"), (a.is_negative, "<"))
    return tuple(relation for sign, op in known if sign for relation in conditions_on(a, Relation(a, op, _ZERO)))


def elu(a: Any = sp.S.One) -> Activation:
    """The exponential linear unit with exact parameter a > 0: z for z > 0, a(e^z − 1) for z ≤ 0 (chapter 17.4)."""
    a = positive(a, "parameter")
    smooth = a == 1
    # e^w − 1 loses what is small to the 1. With t = tanh(w/2): e^w = (1 + t)/(1 − t), so e^w − 1 = 2t/(1 − t), and
    # 1 − t lies in [1, 2] for w ≤ 0.
    t = sp.tanh(_BELOW / 2)
    return Activation(
        name="elu",
        definition=_piecewise(z, a * (sp.exp(z) - 1)),
        formula=_ABOVE + a * 2 * t / (1 - t),
        derivative=_piecewise(1, a * sp.exp(_BELOW)),
        log_derivative=_piecewise(0, sp.log(a) + z),
        value_at_zero=_ZERO,
        slope_at_zero=_ONE if smooth else None,
        infimum=Bound(-a, -sp.oo),
        supremum=_UNBOUNDED,
        kinks=() if smooth else (_ZERO,),
        conditions=conditions_on(a, Relation(a, ">", _ZERO), Relation(a, "!=", _ONE)),
        reference="Clevert et al. 2015; chapter 17.4",
    )


def _gelu() -> Activation:
    """z Φ(z), with Φ the distribution function and φ the density of the standard normal distribution."""
    # SymPy turns erfc(−x) into 2 − erfc(x), which cancels in the tail; of |z| it leaves erfc alone.
    tail = sp.erfc(sp.Abs(z) / sp.sqrt(2)) / 2  # Φ(−|z|)
    density = sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi)
    derivative = _piecewise(1 - tail + z * density, tail + z * density)
    return Activation(
        name="gelu",
        definition=z * (1 + sp.erf(z / sp.sqrt(2))) / 2,
        # For z > 0 this is z − z Φ(−z) with Φ(−z) ≤ 1/2: nothing is lost.
        formula=_ABOVE - sp.Abs(z) * tail,
        derivative=derivative,
        # Below z = −38.5 the doubles of f′ underflow to 0, and this logarithm is −∞ with them: SymPy has no scaled
        # erfc to write it with.
        log_derivative=sp.log(sp.Abs(derivative)),
        value_at_zero=_ZERO,
        slope_at_zero=sp.Rational(1, 2),
        # The least value, −0.16997…, lies where Φ(z) + z φ(z) = 0, which has no closed form.
        infimum=Bound(sp.Rational(-17, 100)),
        supremum=_UNBOUNDED,
        increasing=False,
        strictly=False,
        falls_at=sp.S(-2),
        log_domain=(Relation(derivative, "!=", _ZERO),),
        reference="Hendrycks and Gimpel 2016; chapter 17.4",
    )


def _silu() -> Activation:
    """z σ(z), with σ the logistic function; its derivative is σ(z) (1 + z σ(−z))."""
    logistic, mirrored = sp.exp(_BELOW) / (1 + _E), sp.exp(-_ABOVE) / (1 + _E)
    derivative = logistic * (1 + z * mirrored)
    least = sp.LambertW(sp.exp(-1))  # f′ = 0 at z = −1 − w with w e^w = 1/e, and there f = −w
    return Activation(
        name="silu",
        definition=z / (1 + sp.exp(-z)),
        formula=z * logistic,
        derivative=derivative,
        log_derivative=_BELOW - sp.log(1 + _E) + sp.log(sp.Abs(1 + z * mirrored)),
        value_at_zero=_ZERO,
        slope_at_zero=sp.Rational(1, 2),
        infimum=Bound(-least, -1 - least),
        supremum=_UNBOUNDED,
        increasing=False,
        strictly=False,
        falls_at=sp.S(-2),
        log_domain=(Relation(derivative, "!=", _ZERO),),
        reference="Hendrycks and Gimpel 2016, Section 2; Ramachandran et al. 2017 (swish)",
    )


GELU, SILU = _gelu(), _silu()
