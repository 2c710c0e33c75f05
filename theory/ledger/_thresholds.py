"""For which t the statements of Theorem 1 hold at every depth: a core that decides, a proof, and a chain that fails.

With L = log(1/t) the hypotheses give |θ_i| ≥ 2L and |θ_i x| ≥ L; a chain with x = 1/2 and θ_i = 2L takes both as
equalities. By new/elasticity |θ_k G_k| ≤ max v sech² v, which is the bound that decides where the outputs are not kept
away from zero.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp

from theory.chain import parameter, x
from theory.ledger import _fixed_depth
from theory.notation import d, r, t
from theory.proof import Induction, Sinking, Threshold, Witness, anything, before, grad, out, own, weight
from theory.statement import Relation

_half = sp.Rational(1, 2)
_log = sp.log(1 / t)
_size = sp.Abs(grad)
_force = sp.Abs(own * grad)
_step = sp.Abs(anything) * sp.sech(anything) ** 2

LARGE = (Relation(sp.Abs(weight), ">=", 2 * _log),)
LARGE_FROM_X = (*LARGE, Relation(sp.Abs(weight * x), ">=", _log))
AWAY_FROM_ZERO = (Relation(sp.Abs(out), ">=", _half),)


def _smallest(*parameters: Any, layer: int | None, x_is: Any = _half, where: Any = (), **said: Any) -> Witness:
    """The chain with these parameters, d = 1 and r = 1 unless said otherwise."""
    values: dict[Any, Any] = {x: x_is, d: said.pop("d", sp.S.One), r: said.pop("r", sp.S.One)}
    values |= {parameter(i): value for i, value in enumerate(parameters, 1)}
    return Witness(len(parameters), layer, values, where, **said)


_one_layer = _smallest(2 * _log, layer=1)
_two_layers = _smallest(2 * _log, 2 * _log, layer=2)


def _first_gradient(z: Any, where: Any, **said: Any) -> Witness:
    """One layer with z_1 = z of size log(1/t) or more, so that θ_1 G_1 = z sech² z."""
    return _smallest(2 * _log, layer=1, x_is=z / (2 * _log), where=where, **said)


def _cancelling(excess: Any) -> Any:
    """An r ≥ 1 with r·2 = excess + 1/excess: r θ_1 comes closer to a gradient of excess·log(1/t) than log(1/t)."""
    return (excess + 1 / excess) / 2


def _by(core: Relation, *broken: Witness | Sinking, **said: Any) -> Threshold:
    """The core itself is the case in which the proof goes through."""
    also, at_depth = said.pop("also", ()), said.pop("at_depth", None)
    return Threshold(core, (Induction(where=(core, *also), **said),), broken, at_depth=at_depth)


_gradient_core = Relation(_step, "<=", 2 * t * _log)
_regularized_core = Relation(_step, "<=", 2 * _log**2)
_within = Relation(t, ">=", _half)
_below = (Relation(t, "<=", sp.Rational(2, 5)),)
_early = Relation(t, ">=", sp.Rational(2, 5))
_between = (_early, Relation(t, "<=", _half))
_below_log = (Relation(_size, "<=", sp.Abs(own) - _log),)
_half_core = Relation(sp.tanh(_log), ">=", _half)

_gradient_below = Induction(
    given=LARGE_FROM_X,
    outputs=AWAY_FROM_ZERO,
    state=(Relation(_force, "<=", 2 * _log * t),),
    where=_below,
)
_gradient_between = Induction(
    given=LARGE,
    state=(Relation(_force, "<=", sp.Abs(out)), Relation(_force, "<=", _half)),
    lemma=Relation(_step, "<=", _half),
    hence=(Relation(_size, "<=", t),),
    where=_between,
)
_gradient_above = Induction(
    given=LARGE,
    state=(Relation(_force, "<=", sp.Abs(out)), Relation(_force, "<=", 2 * _log * t)),
    lemma=_gradient_core,
    hence=(Relation(_size, "<=", t),),
    where=(_within,),
)
_regularized = Induction(
    given=LARGE,
    state=(Relation(_force, "<=", sp.Abs(out)), Relation(_force, "<=", 2 * _log**2)),
    lemma=_regularized_core,
    hence=_below_log,
)
_in_between = replace(_gradient_above, where=(_early, Relation(t, "<=", sp.Rational(7, 10))))

SMALL_GRADIENT = Threshold(
    _gradient_core,
    (_gradient_below, _gradient_between, _gradient_above),
    (_first_gradient(sp.Abs(anything), (Relation(sp.Abs(anything), ">=", _log),)),),
    within=_within,
    at_depth=_fixed_depth.small_gradient(LARGE_FROM_X, _gradient_below, replace(_gradient_above, where=(_early,))),
)
REGULARIZED_GRADIENT = Threshold(
    _regularized_core,
    (_regularized,),
    (
        _first_gradient(
            sp.Abs(anything), (Relation(sp.Abs(anything), ">=", _log),), r=_cancelling(_step / (2 * _log**2))
        ),
        _first_gradient(
            _half,
            (Relation(sp.Abs(anything), "<", _half), Relation(_log, "<=", _half)),
            r=_cancelling(sp.sech(_half) ** 2 / (4 * _log**2)),
        ),
    ),
    at_depth=_fixed_depth.regularized_gradient(LARGE_FROM_X, _regularized),
)
SMALL_GRADIENT_PRINTED = _by(
    Relation(sp.sech(_log) ** 2, "<=", t),
    _one_layer,
    given=LARGE_FROM_X,
    outputs=AWAY_FROM_ZERO,
    state=(Relation(_size, "<=", t),),
    also=(Relation(t, "<=", sp.Rational(3, 10)),),
    at_depth=_fixed_depth.small_gradient_printed(LARGE_FROM_X, (_gradient_below, _in_between)),
)
REGULARIZED_GRADIENT_PRINTED = _by(
    Relation(sp.sech(_log) ** 2, "<=", _log),
    _smallest(2 * _log, layer=1, d=sp.S.NegativeOne, r=sp.Max(1, sp.sech(_log) ** 2 / (2 * _log))),
    given=LARGE_FROM_X,
    outputs=AWAY_FROM_ZERO,
    state=(Relation(_size, "<=", _log),),
    hence=_below_log,
    also=(Relation(t, "<=", sp.Rational(11, 20)),),
    at_depth=_fixed_depth.regularized_gradient_printed(LARGE_FROM_X, _regularized),
)
LEADING_FACTOR_TRUE = Threshold(
    Relation(sp.S.One, "<=", sp.S.Zero), (), (_smallest(2 * _log, layer=1, x_is=sp.Integer(2)),)
)
FIRST_OUTPUT = _by(Relation(_log, ">=", sp.S.One), _smallest(2 * _log, layer=None), given=LARGE_FROM_X)
PARAMETERS_AT_LEAST_TWO = _by(Relation(2 * _log, ">=", sp.Integer(2)), _two_layers, given=LARGE)
OUTPUTS_AT_LEAST_HALF = _by(_half_core, _one_layer, given=LARGE_FROM_X, outputs=AWAY_FROM_ZERO)
LOG_OVER_SQUARE = _by(_half_core, _two_layers, given=LARGE_FROM_X, outputs=AWAY_FROM_ZERO)
QUARTER = _by(
    Relation(_log, ">=", _half), _two_layers, given=LARGE_FROM_X, outputs=(Relation(sp.Abs(out), ">", sp.S.Zero),)
)
LOG_VERSUS_ROOT = _by(
    Relation(2 * _log, ">", sp.S.One),
    _smallest(2 * _log, 2 * _log, layer=2, where=(Relation(2 * _log, "<", sp.S.One),)),
    _smallest(2 * _log, 2 * _log, layer=2, where=(Relation(2 * _log, ">=", sp.S.One),), pole=True),
    given=LARGE,
)


def _above(level: Any) -> tuple[Relation, ...]:
    return (Relation(sp.Abs(out), ">=", level),)


def _sinking(level: Any, last: Any = 2 * _log, hence: tuple[Relation, ...] = ()) -> Sinking:
    """The chain with x = 1/2 and the least parameters, up to the layer in which the claim fails."""
    return Sinking(2 * _log, 2 * _log, last, level, {x: _half, d: sp.S.One, r: sp.S.One}, hence=hence)


_quarter = sp.Rational(1, 4)
_root = sp.sqrt(_log / 2)
PARAMETER_LOWER_BOUND = _by(
    Relation(sp.tanh(_log / 2), ">=", _quarter), _sinking(_quarter), given=LARGE_FROM_X, outputs=_above(_quarter)
)
ROOT_VERSUS_OUTPUT = _by(
    Relation(sp.tanh(_root), ">=", 1 / (4 * _root)),
    _sinking(1 / (4 * _root)),
    given=LARGE_FROM_X,
    outputs=_above(1 / (4 * _root)),
    also=(Relation(t, "<=", sp.Rational(3, 5)),),
)
_push = anything * sp.sech(anything) ** 2
_factor_core = Relation(_step, "<=", sp.tanh(2 * _log * _step))
FACTOR_AT_MOST_ONE = Threshold(
    _factor_core,
    (
        Induction(
            given=(*LARGE_FROM_X, Relation(sp.Abs(weight * x), ">=", 2 * _log * _step)),
            lemma=_factor_core,
            outputs=(*_above(_step), Relation(sp.Abs(out), ">", sp.S.Zero)),
        ),
    ),
    # tanh(2 log(1/t) s) < s = |v| sech² v ≤ tanh |v|
    (_sinking(_step, sp.Abs(anything) / before, (Relation(2 * _log * _step, "<=", sp.Abs(anything)),)),),
    solved=Relation(sp.atanh(_push) / _push, "<=", 2 * _log),
)
