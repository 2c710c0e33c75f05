"""The smooth activations that level off: tanh, logistic, log-sigmoid, arctan, softsign, erf and two more odd ones.

All of them are written with exponentials that only ever decrease, so that nothing overflows.
"""

from typing import Any

import sympy as sp

from theory.activations._activation import Activation, Bound, z

_E = sp.exp(-sp.Abs(z))
_E2 = sp.exp(-2 * sp.Abs(z))

# In logarithms of f′, log(1 + E) is written as it stands: it is off by one rounding of 1 + E, an absolute error of
# 1e-16, and an absolute error is all that is asked of a logarithm. The value of log-sigmoid itself decays to 0 and has
# to be right relatively, which takes log1p. SymPy's log1p lives among its code generators and knows no limits, so it
# is written as log(1 + E) = 2 artanh(E/(2 + E)), from log((1 + w)/(1 − w)) = 2 artanh w.
_LOG1P_E = 2 * sp.atanh(_E / (2 + _E))


def _odd(limit: sp.Expr = sp.S.One, slope: sp.Expr = sp.S.One, **formulas: Any) -> Activation:
    """An odd sigmoid: it increases from −limit to limit, with f′(0) = slope."""
    return Activation(
        value_at_zero=sp.S.Zero,
        slope_at_zero=slope,
        infimum=Bound(-limit, -sp.oo),
        supremum=Bound(limit, sp.oo),
        parity="odd",
        **formulas,
    )


TANH = _odd(
    name="tanh",
    definition=(sp.exp(z) - sp.exp(-z)) / (sp.exp(z) + sp.exp(-z)),
    formula=sp.tanh(z),
    derivative=4 * _E2 / (1 + _E2) ** 2,
    log_derivative=2 * sp.log(2) - 2 * sp.Abs(z) - 2 * sp.log(1 + _E2),
    reference="DLMF 4.28.4; Ven and Lederer 2021, Section 2",
)

LOGISTIC = Activation(
    name="logistic",
    definition=1 / (1 + sp.exp(-z)),
    # e^min(z, 0)/(1 + e^−|z|) is the definition for z ≥ 0, and e^z/(1 + e^z) below.
    formula=sp.exp(sp.Min(z, 0)) / (1 + _E),
    derivative=_E / (1 + _E) ** 2,
    log_derivative=-sp.Abs(z) - 2 * sp.log(1 + _E),
    value_at_zero=sp.Rational(1, 2),
    slope_at_zero=sp.Rational(1, 4),
    infimum=Bound(sp.S.Zero, -sp.oo),
    supremum=Bound(sp.S.One, sp.oo),
    reference="chapter 17.1; Ven and Lederer 2021, Section 2",
)

LOG_SIGMOID = Activation(
    name="log-sigmoid",
    definition=sp.log(1 / (1 + sp.exp(-z))),
    formula=sp.Min(z, 0) - _LOG1P_E,
    derivative=sp.exp(-sp.Max(z, 0)) / (1 + _E),
    log_derivative=-sp.Max(z, 0) - sp.log(1 + _E),
    value_at_zero=-sp.log(2),
    slope_at_zero=sp.Rational(1, 2),
    infimum=Bound(-sp.oo, -sp.oo),
    supremum=Bound(sp.S.Zero, sp.oo),
    reference="Ven and Lederer 2021, Section 2",
)

ARCTAN = _odd(
    name="arctan",
    definition=sp.atan(z),
    formula=sp.atan(z),
    derivative=1 / (1 + z**2),
    log_derivative=-sp.log(1 + z**2),
    limit=sp.pi / 2,
    reference="DLMF 4.23.3; Ven and Lederer 2021, Section 2",
)

SOFTSIGN = _odd(
    name="softsign",
    definition=z / (1 + sp.Abs(z)),
    formula=z / (1 + sp.Abs(z)),
    derivative=1 / (1 + sp.Abs(z)) ** 2,
    log_derivative=-2 * sp.log(1 + sp.Abs(z)),
    reference="Ven and Lederer 2021, Section 2",
)

ERF = _odd(
    name="erf",
    definition=sp.erf(z),
    formula=sp.erf(z),
    # The square rounds, and the exponential multiplies that by z²: off by up to z² 1e-16 relatively, like any rounding
    # of z. Splitting z would save the digits; it takes a floor, which no prover can differentiate.
    derivative=2 / sp.sqrt(sp.pi) * sp.exp(-(z**2)),
    log_derivative=sp.log(2 / sp.sqrt(sp.pi)) - z**2,
    slope=2 / sp.sqrt(sp.pi),
    reference="DLMF 7.2.1; Ven and Lederer 2021, Section 2",
)

GUDERMANNIAN = _odd(
    name="gudermannian",
    definition=2 * sp.atan(sp.exp(z)) - sp.pi / 2,
    formula=2 * sp.atan(sp.tanh(z / 2)),
    derivative=2 * _E / (1 + _E2),
    log_derivative=sp.log(2) - sp.Abs(z) - sp.log(1 + _E2),
    limit=sp.pi / 2,
    reference="DLMF 4.23.40",
)

ALGEBRAIC = _odd(
    name="algebraic",
    definition=z / sp.sqrt(1 + z**2),
    formula=z / sp.sqrt(1 + z**2),
    derivative=(1 + z**2) ** sp.Rational(-3, 2),
    log_derivative=-sp.Rational(3, 2) * sp.log(1 + z**2),
    reference="the odd sigmoid y/√(1 + y²)",
)
