"""The chain: its closed form is the derivative, at every depth that is tried and by the step from l to l + 1."""

import mpmath
import pytest
import sympy as sp

from numerics.depth.reduction import closed_form_holds, induction_step_holds
from theory.activations import ACTIVATIONS
from theory.chain import Chain, induction_step, parameter, r, x, y
from theory.errors import StatementError


@pytest.mark.parametrize(("depth", "layer"), [(n, m) for n in range(1, 7) for m in range(1, n + 1)])
def test_the_closed_form_is_what_differentiation_gives(depth, layer):
    assert closed_form_holds(depth, layer)


def test_the_gradient_of_one_more_layer_follows_from_the_gradient_of_all_before():
    assert induction_step_holds()


def test_a_wrong_induction_step_is_noticed(monkeypatch):
    inner, last = induction_step()
    wrong = type(inner)(inner.lhs, "==", sp.Rational(999999, 10**6) * inner.rhs)
    monkeypatch.setattr("numerics.depth.reduction.induction_step", lambda: (wrong, last))
    assert not induction_step_holds()


def _at(expression, values):
    symbols = list(values)
    with mpmath.workdps(40):
        numbers = [mpmath.mpf(sp.N(v, 40)) for v in values.values()]
        return sp.lambdify(symbols, expression, "mpmath")(*numbers)


@pytest.mark.parametrize("name", [n for n, a in ACTIVATIONS.items() if not a.parameters])
@pytest.mark.parametrize(
    "kind", ["none", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("scaled", "naive"))]
)
def test_the_closed_form_agrees_with_a_difference_quotient_for_every_activation(name, kind):
    scale = {} if kind == "none" else {"scaling": kind, "scale": sp.Rational(7, 3)}
    chain = Chain(3, name, **scale)
    at = {x: sp.Rational(4, 5), parameter(1): sp.Rational(-6, 5), parameter(2): sp.Rational(9, 7), parameter(3): -2}
    h = sp.Rational(1, 10**12)
    for k in (1, 2, 3):
        theta = parameter(k)
        sides = [_at(chain.output(), {**at, theta: at[theta] + s * h}) for s in (1, -1)]
        quotient = (sides[0] - sides[1]) / (2 * mpmath.mpf(10) ** -12)
        assert abs(quotient - _at(chain.gradient(k), at)) < mpmath.mpf(10) ** -15


def test_the_loss_gradient_falls_where_the_output_rises():
    chain = Chain(2)
    by_hand = sp.diff((y - chain.output()) ** 2, parameter(1))
    at = {
        x: sp.Rational(1, 2),
        y: sp.Rational(3, 10),
        parameter(1): sp.Rational(7, 5),
        parameter(2): sp.Rational(-4, 5),
    }
    assert abs(_at(by_hand, at) - _at(chain.loss_gradient(1, lambda e: e**2), at)) < 1e-30


def test_the_derivative_of_weight_decay_is_r_theta():
    chain = Chain(4)
    assert all(sp.diff(chain.weight_decay(), parameter(k)) == r * parameter(k) for k in range(1, 5))


@pytest.mark.parametrize("depth", [0, -1, 2.5, "3"])
def test_an_impossible_depth_is_refused_with_the_value(depth):
    with pytest.raises(StatementError, match="depth 1 or more"):
        Chain(depth)


def test_a_layer_that_is_not_there_is_refused():
    with pytest.raises(StatementError, match="layer 4 is not one of 1, …, 3"):
        Chain(3).gradient(4)


def test_a_scale_without_a_scaling_is_refused():
    with pytest.raises(StatementError, match="give both or neither"):
        Chain(2, scale=sp.Integer(2))


def test_chains_and_claims_show_as_mathematics():
    from theory.ledger import CLAIMS

    assert Chain(2)._repr_latex_().startswith("$")
    for claim in CLAIMS.values():
        assert claim._repr_latex_().startswith("$\\displaystyle")
