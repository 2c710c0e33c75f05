"""Claims about chains measured in doubles agree with their closed forms, and do not pass what fails."""

import numpy as np
import pytest
import sympy as sp

from numerics.depth.measured import Layers, measure
from numerics.enclosure.program import UnsupportedError
from numerics.precision import slack_at
from theory.chain import Chain, parameter, x
from theory.claim import Claim, Depth
from theory.instance import instantiate
from theory.ledger import CLAIMS
from theory.notation import G, d, f, k, t
from theory.statement import Relation

WEIGHTS = (sp.Rational(3, 2), sp.Rational(-7, 10), sp.Rational(11, 5))
VALUES = {
    "x": sp.Rational(4, 5),
    "t": sp.Rational(3, 10),
    "r": sp.Integer(2),
    "d": sp.Rational(-3, 2),
    "alpha": sp.S(5),
}


def layers_of(weights=WEIGHTS, values=VALUES) -> Layers:
    """The numbers of a chain from its closed form, evaluated to many digits."""
    point = {parameter(i): value for i, value in enumerate(weights, 1)} | {x: values["x"]}
    plain = Chain(len(weights))
    scaled = Chain(len(weights), scaling="scaled", scale=values["alpha"])

    def numbers(expressions):
        return np.array([float(sp.N(e.subs(point), 30)) for e in expressions])

    layers = range(1, len(weights) + 1)
    return Layers(
        np.array([float(weight) for weight in weights]),
        numbers([plain.output(i) for i in (0, *layers)]),
        numbers([plain.gradient(i) for i in layers]),
        numbers([scaled.output(i) / values["alpha"] for i in (0, *layers)]),
        numbers([scaled.gradient(i) for i in layers]),
        {name: float(value) for name, value in values.items()},
    )


@pytest.mark.parametrize(
    "id",
    [
        "ven-lederer/theorem-1/small-gradient",
        "ven-lederer/theorem-1/small-gradient-printed",
        "ven-lederer/theorem-1/regularized-gradient",
        "ven-lederer/theorem-1/regularized-gradient-printed",
        "ven-lederer/theorem-2/standard",
        "ven-lederer/theorem-2/standard-printed",
    ],
)
def test_every_conclusion_has_the_slack_of_its_closed_form(id):
    claim, layers = CLAIMS[id], layers_of()
    measured = measure(claim, layers)
    for sides_at, layer in ((place, place + 1) for place in range(layers.depth)):
        instance = instantiate(claim, layers.depth, layer)
        for part, sides in zip(instance.conclusion, measured.conclusion, strict=True):
            assert isinstance(part, Relation)
            point = {v: dict(zip(map(str, layers_symbols()), all_values(), strict=True))[str(v)]
                     for v in instance.variables}  # fmt: skip
            assert float(slack_at(part, point, 15)) == pytest.approx(sides.slack[sides_at], rel=1e-12, abs=1e-15)


def layers_symbols():
    return [*VALUES, *(parameter(i) for i in range(1, len(WEIGHTS) + 1))]


def all_values():
    return [*VALUES.values(), *WEIGHTS]


def test_a_hypothesis_about_every_layer_is_measured_at_each_and_fails_where_one_does():
    measured = measure(CLAIMS["ven-lederer/theorem-1/small-gradient"], layers_of())
    every = measured.hypotheses[-1]
    assert list(every.index) == [1, 2, 3]
    assert list(every.holds) == [False] * 3  # log(10/3)/(1/2) = 2.41 is more than 2.2
    assert not measured.admitted
    assert every.worst == 2


def test_a_bound_that_is_false_by_a_hair_is_broken_and_one_that_holds_by_a_hair_is_kept():
    layers = layers_of((sp.Rational(1, 2),))
    size = abs(layers.gradients[0])
    for factor, broken in ((1 - 1e-12, (1,)), (1 + 1e-12, ())):
        bound = Relation(sp.Abs(G[k]), "<=", sp.Rational(size * factor))
        claim = Claim("hair", "|G_k| ≤ c", (bound,), depth=Depth(k))
        assert measure(claim, layers).broken == broken


def test_what_has_no_number_does_not_hold():
    layers = layers_of()
    beyond = Claim("beyond", "f_{k−2} ≥ −1", (Relation(f[k - 2], ">=", -sp.S.One),), depth=Depth(k))
    assert measure(beyond, layers).broken == (1,)  # there is no f_{−1}


@pytest.mark.parametrize("id", ["ven-lederer/theorem-2/scaled-limit", "ven-lederer/tanh-derivative"])
def test_a_claim_that_is_about_more_than_one_chain_is_refused(id):
    with pytest.raises(UnsupportedError):
        measure(CLAIMS[id], layers_of())


def test_a_variable_that_no_chain_has_is_refused_by_name():
    claim = Claim("other", "q ≥ G_k", (Relation(sp.Symbol("q", real=True), ">=", G[k]),), depth=Depth(k))
    with pytest.raises(UnsupportedError, match="q"):
        measure(claim, layers_of())


def test_a_claim_with_d_and_t_reads_them_from_the_chain():
    claim = Claim("scalars", "d ≤ t", (Relation(d, "<=", t),), depth=Depth())
    (sides,) = measure(claim, layers_of()).conclusion
    assert float(sides.slack[0]) == pytest.approx(1.8)
