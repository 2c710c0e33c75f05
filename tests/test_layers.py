"""Dynamic programming over layers: sharp where it may be, and never below the truth."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from flint import arb, ctx

from numerics.deadline import Deadline
from numerics.depth.potential import certify_potential
from numerics.enclosure.cells import Cells, apply
from numerics.layers.layer_rule import Bounded, by_value_function, matches
from numerics.layers.product import STATE, WEIGHT, layered
from numerics.layers.value_function import ValueFunctions
from numerics.proof.domain import domains
from numerics.proof.goal import Goal, Range
from numerics.proof.real_statement import RealStatement
from numerics.proof.search import Subdivision
from theory import CLAIMS, parse_claim
from theory.claim import Claim, Depth
from theory.instance import instantiate
from theory.notation import G, k, l, theta, x
from theory.statement import Every, Relation

Array = np.ndarray


def chain(depth: int, form: str = "w{i}*sech({z})**2") -> str:
    state, factors = "x", []
    for i in range(1, depth + 1):
        z = f"w{i}*{state}"
        factors.append(form.format(i=i, z=z))
        state = f"tanh({z})"
    return "*".join(factors)


def box(depth: int, low: str = "1/2", high: str = "2") -> str:
    return ", ".join([*(f"{low} <= w{i} <= {high}" for i in range(1, depth + 1)), "1/2 <= x <= 1"])


def goal(statement: str, where: str) -> Goal:
    claim = parse_claim(statement, where=[where])
    (domain,) = domains(claim.hypotheses, claim.variables)  # pyright: ignore[reportArgumentType]
    relation = claim.conclusion[0]
    assert isinstance(relation, Relation)
    return Goal(relation.slack, relation.strict, domain)


def bounded(statement: str, where: str, seconds: float = 10.0) -> Bounded:
    found = by_value_function(goal(statement, where), Deadline.after(seconds))
    assert found is not None, f"{statement} was not recognised as a product over layers"
    return found


def greatest(depth: int) -> float:
    """The maximum of ∏ w sech²(w f) over the box, by coordinate search from many starts: the rule is not involved."""
    rng = np.random.default_rng(depth)
    low = np.array([[0.5]] * (depth + 1))
    high = np.array([[1.0]] + [[2.0]] * depth)
    points = rng.uniform(low, high, (depth + 1, 200))

    def product(point: Array) -> Array:
        y, total = point[0], np.ones(point.shape[1])
        for w in point[1:]:
            total, y = total * w / np.cosh(w * y) ** 2, np.tanh(w * y)
        return total

    best, reach = product(points), np.full(points.shape, 0.3)
    for turn in range(400 * depth):
        i = turn % (depth + 1)
        moved = np.zeros(points.shape[1], dtype=bool)
        for sign in (1, -1):
            trial = points.copy()
            trial[i] = np.clip(points[i] + sign * reach[i], low[i], high[i])
            value = product(trial)
            better = value > best
            points[:, better], best[better] = trial[:, better], value[better]
            moved |= better
        reach[i] = np.where(moved, reach[i] * 1.5, np.maximum(reach[i] * 0.6, 1e-9))
    return float(best.max())


# -- enclosures --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["tanh", "sech", "exp", "erf", "atan", "sinh", "cosh", "asinh", "log", "erfc", "sin"])
def test_images_over_many_cells_contain_the_values_of_arb(name: str):
    rng = np.random.default_rng(3)
    points = np.concatenate([rng.uniform(-3, 3, 100), rng.uniform(-1e-3, 1e-3, 20), [0.0, 50.0, -50.0, 1 / 32]])
    points = np.abs(points) + 1e-9 if name == "log" else points
    found = apply(name, Cells(points, points))
    before, ctx.prec = ctx.prec, 200
    try:
        for point, lo, hi in zip(points, found.lo, found.hi, strict=True):
            a = arb(float(point))
            value = 1 / a.cosh() if name == "sech" else getattr(a, name)()
            # At 200 bits a value next to a bound, such as erf(50) next to 1, is all that stays unclear.
            outside = arb(float(lo)) > value or value > arb(float(hi))
            assert not outside, f"{name}({point}) is not in [{lo}, {hi}]"
    finally:
        ctx.prec = before


def test_arithmetic_on_cells_contains_the_exact_results():
    rng = np.random.default_rng(4)
    special = np.array([0.0, 1.0, -1.0, 1e-200, -1e-200, 5e-324, 1e200])
    ends = np.where(rng.random((4, 4000)) < 0.4, rng.choice(special, (4, 4000)), rng.normal(size=(4, 4000)))
    a, b = Cells(*np.sort(ends[:2], axis=0)), Cells(*np.sort(ends[2:], axis=0))
    operations: list[tuple[Cells, Callable[[Fraction, Fraction], Fraction]]] = [
        (a + b, lambda u, v: u + v),
        (a - b, lambda u, v: u - v),
        (a * b, lambda u, v: u * v),
        (abs(a), lambda u, v: abs(u)),
        (a.power(2), lambda u, v: u * u),
        (a.power(3), lambda u, v: u**3),
        (b.inverse(), lambda u, v: 1 / v),
    ]
    for i in range(0, 4000, 7):
        corners = [(Fraction(float(u)), Fraction(float(v))) for u in (a.lo[i], a.hi[i]) for v in (b.lo[i], b.hi[i])]
        for result, exact in operations:
            for u, v in corners:
                if v == 0 and result is operations[-1][0]:
                    continue
                value, lo, hi = exact(u, v), float(result.lo[i]), float(result.hi[i])
                assert lo == -np.inf or Fraction(lo) <= value
                assert hi == np.inf or value <= Fraction(hi)


# -- recognition -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["w{i}*sech({z})**2", "w{i}*(1-tanh({z})**2)", "abs(w{i})*exp(-({z})**2)"])
def test_layers_are_found_in_any_form_and_are_alike(form: str):
    problem = layered(goal(chain(5, form) + " <= 1", box(5)))
    assert problem is not None
    assert len(problem.layers) == 5
    # The state before the last layer may be squared, where nothing else is asked of it.
    assert len({layer.factor for layer in problem.layers[:-1]}) <= 1 + ("exp" in form)


def test_a_factor_before_the_chain_and_behind_it_are_layers_too():
    statement = f"x*{chain(3)}*tanh(w3*tanh(w2*tanh(w1*x))) <= 1"
    given = goal(statement, box(3))
    problem = layered(given)
    assert problem is not None
    assert matches(problem, given)


@pytest.mark.parametrize(
    "statement",
    [
        "w1*sech(w1*x)**2*w2*sech(w2*tanh(w1*x) + x)**2 <= 1",  # the state and its predecessor
        "w1*sech(w1*x)**2*w2*sech(w2*w1*tanh(w1*x) + w1)**2 <= 1",  # w1 outside the state
        "w1*sech(w1*x)**2 + w2*sech(w2*tanh(w1*x))**2 <= 3",  # a sum
        "w1*w2*sech(w1*x)**2*sech(w2*tanh(w1*x))**2*(w1 + w2 + x) <= 10",
    ],
)
def test_what_is_no_product_over_layers_is_refused(statement: str):
    assert layered(goal(statement, box(2))) is None


def test_constraints_between_variables_and_unbounded_ranges_are_refused():
    assert layered(goal(chain(2) + " <= 1", box(2) + ", w1 + w2 <= 3")) is None
    assert layered(goal(chain(2) + " <= 1", "w1 >= 1/2, 1/2 <= w2 <= 2, 1/2 <= x <= 1")) is None


def test_a_private_variable_in_factor_and_state_alike_is_bounded_truly():
    # s = w·tanh(w x): the state after the layer depends on the weight in two ways.
    statement, where = "w1*sech(w1*x)**2*w2*sech(w2*w1*tanh(w1*x))**2", box(2)
    u, v, y = np.meshgrid(*(np.linspace(a, b, 161) for a, b in ((0.5, 2), (0.5, 2), (0.5, 1))), indexing="ij")
    top = float(np.max(u / np.cosh(u * y) ** 2 * v / np.cosh(v * u * np.tanh(u * y)) ** 2))
    found = bounded(f"{statement} <= {top * 1.02:.12f}", where)
    assert found.proof is not None
    assert found.bound >= top
    assert bounded(f"{statement} <= {top * (1 - 1e-6):.12f}", where, 3).proof is None


# -- bounds ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("depth", [1, 2, 3, 5])
def test_a_chain_is_bounded_within_one_percent_and_refuted_below_its_maximum(depth: int):
    top = greatest(depth)
    above = bounded(f"{chain(depth)} <= {top * 1.01:.12f}", box(depth))
    assert above.proof is not None
    assert top <= above.bound <= top * 1.01
    below = goal(f"{chain(depth)} <= {top * 0.99:.12f}", box(depth))
    found = by_value_function(below, Deadline.after(10))
    assert found is not None
    assert found.suspect is not None
    assert Subdivision(below).fails_at(found.suspect)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_bound_below_the_maximum_by_a_millionth_is_never_proved(depth: int):
    top = greatest(depth)
    found = bounded(f"{chain(depth)} <= {top * (1 - 1e-6):.14f}", box(depth), 4)
    assert found.proof is None
    assert found.bound >= top * (1 - 1e-12)
    assert found.suspect is not None


@pytest.mark.parametrize("depth", [2, 3])
def test_the_lines_lie_above_the_value_functions_on_a_grid(depth: int):
    problem = layered(goal(chain(depth) + " <= 1", box(depth)))
    assert problem is not None
    functions = ValueFunctions(problem)
    weights = np.linspace(0.5, 2, 301)
    for _ in range(3):
        steps = functions.backward()
        known = (np.array([0.0, 1.0]), np.ones(2))
        for place in reversed(range(depth)):
            grid = np.linspace(*functions.states[place], 401)
            after = np.interp(np.tanh(np.outer(grid, weights)), *known)
            values = (weights / np.cosh(np.outer(grid, weights)) ** 2 * after).max(axis=1)
            lines = steps[place].lines
            cell = np.clip(np.searchsorted(lines.edges, grid, "right") - 1, 0, len(lines.height) - 1)
            height = lines.height[cell] + lines.slope[cell] * (grid - lines.centre[cell])
            # Linear interpolation of the values before errs by the square of the grid's width.
            assert np.all(height >= values * (1 - 2e-4))
            known = (grid, values)
        functions.refine(steps, 0.5, 1e-4)


def test_subdivision_agrees_at_depth_two():
    top = greatest(2)
    given = goal(f"{chain(2)} <= {top * 1.02:.12f}", box(2))
    subdivision = Subdivision(given)
    assert subdivision.run(subdivision.whole(), Deadline.after(10), 4000).complete
    found = by_value_function(given, Deadline.after(5))
    assert found is not None
    assert found.proof is not None


def test_a_bound_from_below_is_proved_and_refuted():
    # The least product of three layers over this box is attained at a corner.
    corners = [(a, b, c, d) for a in (0.5, 2) for b in (0.5, 2) for c in (0.5, 2) for d in (0.5, 1)]

    def product(a: float, b: float, c: float, y: float) -> float:
        total = 1.0
        for w in (a, b, c):
            total, y = total * w / np.cosh(w * y) ** 2, np.tanh(w * y)
        return float(total)

    least = min(product(*corner) for corner in corners)
    assert bounded(f"{chain(3)} >= {least * 0.97:.12f}", box(3)).proof is not None
    below = goal(f"{chain(3)} >= {least * 1.03:.12f}", box(3))
    found = by_value_function(below, Deadline.after(10))
    assert found is not None
    assert found.suspect is not None
    assert Subdivision(below).fails_at(found.suspect)


def test_a_bound_from_below_needs_a_positive_product():
    where = "-1 <= w1 <= 2, 1 <= w2 <= 2, 1/2 <= x <= 1"
    assert bounded(f"{chain(2)} >= 1/1000", where, 2).proof is None
    both = "-2 <= w1 <= -1, -2 <= w2 <= -1, 1/2 <= x <= 1"
    assert bounded(f"{chain(2)} >= 1/1000", both).proof is not None
    one = "-2 <= w1 <= -1, 1 <= w2 <= 2, 1/2 <= x <= 1"
    assert bounded(f"{chain(2)} >= 1/1000", one, 2).proof is None


def test_factors_of_either_sign_are_bounded_by_their_sizes():
    where = "-2 <= w1 <= 2, -2 <= w2 <= 2, -1 <= x <= 1"
    assert bounded(f"abs({chain(2)}) <= 401/100", where).proof is not None
    # At x = 0, w_1 = w_2 = 2 the product is 4.
    assert bounded(f"{chain(2)} <= 399/100", where, 3).proof is None


def test_weights_from_zero_on_and_open_ends_are_no_obstacle():
    where = "0 < w1 <= 2, 0 <= w2 < 2, 0 < x < 1"
    assert bounded(f"{chain(2)} <= 401/100", where).proof is not None
    found = by_value_function(given := goal(f"{chain(2)} < 399/100", where), Deadline.after(5))
    assert found is not None
    assert found.suspect is not None
    assert Subdivision(given).fails_at(found.suspect)


def test_what_touches_at_an_open_end_is_not_proved():
    # sup = 4 is approached and never reached: true, but out of reach of enclosures; ≤ 4 − 10⁻⁹ is false.
    where = "0 < w1 < 2, 0 < w2 < 2, 0 < x < 1"
    assert bounded(f"{chain(2)} <= 4 - 1/10**9", where, 2).proof is None


def test_a_state_may_be_a_point_and_a_range_narrower_than_a_trillionth():
    where = "1/2 <= w1 <= 2, 1/2 <= w2 <= 2, 1/2 <= x <= 1/2 + 1/10**12"
    top = greatest(2)
    assert bounded(f"{chain(2)} <= {top * 1.01:.12f}", where).proof is not None
    assert bounded(f"{chain(2)} <= {top * (1 - 1e-4):.12f}", where, 3).proof is None


def test_a_range_with_a_hole_is_settled_part_by_part():
    statement = parse_claim(f"{chain(5)} <= 4/5", where=[box(5), "w2 != 1"])
    with_hole = RealStatement(statement.hypotheses, statement.conclusion, statement.variables)  # pyright: ignore
    assert with_hole.settle(Deadline.after(30)).proofs is not None


def test_a_chain_of_the_ledger_is_bounded_at_one_depth():
    bounds = (
        Every(Relation(sp.Rational(1, 2), "<=", theta[k]), k, 1, l),
        Every(Relation(theta[k], "<=", sp.Integer(2)), k, 1, l),
    )
    inputs = Relation(sp.Rational(1, 2), "<=", x), Relation(x, "<=", sp.S.One)

    def at_depth_five(bound: sp.Expr) -> RealStatement:
        claim = Claim("test/chain", "", (Relation(G[1], "<=", bound),), (*bounds, *inputs), depth=Depth())
        given = instantiate(claim, 5)
        return RealStatement(given.hypotheses, given.conclusion, given.variables)  # pyright: ignore

    # ∂g/∂θ_1 = x sech²(θ_1 x) ∏ θ_i sech² has at most the size of the product without θ_1 and with x.
    proved = at_depth_five(sp.Rational(3, 2)).settle(Deadline.after(30))
    assert proved.proofs is not None
    refuted = at_depth_five(sp.Rational(1, 10)).settle(Deadline.after(30))
    assert refuted.refutation is not None
    assert CLAIMS


# -- potentials --------------------------------------------------------------------------------------------------

FACTOR, NEXT = WEIGHT * sp.sech(WEIGHT * STATE) ** 2, sp.tanh(WEIGHT * STATE)


def closed(lo: str, hi: str) -> Range:
    return Range(sp.Rational(lo), sp.Rational(hi), False, False)


def test_a_potential_bounds_every_depth_where_the_state_stays():
    found = certify_potential(FACTOR, NEXT, closed("17/20", "91/100"), closed("3/2", "3/2"), 0.42)
    assert found is not None
    y, total = 0.85, 1.0
    for depth in range(1, 30):
        total, y = total * 1.5 / np.cosh(1.5 * y) ** 2, np.tanh(1.5 * y)
        assert total <= found.ratio * 0.42**depth


def test_a_potential_that_is_not_constant_is_found_where_one_step_exceeds_the_rate():
    # At y = 1/2 one factor is 0.89, later ones are smaller: no constant V has the rate 7/10.
    found = certify_potential(FACTOR, NEXT, closed("1/2", "1"), closed("3/2", "2"), 0.7, cells=256)
    assert found is not None
    assert found.ratio > 1.1
    rng = np.random.default_rng(8)
    y, total = np.full(500, 0.5), np.ones(500)
    for depth in range(1, 12):
        w = rng.choice([1.5, 1.75, 2.0], 500)
        total, y = total * w / np.cosh(w * y) ** 2, np.tanh(w * y)
        assert np.all(total <= found.ratio * 0.7**depth)


@pytest.mark.parametrize(
    ("states", "weights", "rate"),
    [
        (("0", "1"), ("1/2", "3/2"), 1.0),  # at y = 0 the product is (3/2)^l
        (("0", "1"), ("0", "1"), 0.999),  # at y = 0, w = 1 it is 1
        (("17/20", "91/100"), ("3/2", "3/2"), 0.38),  # the fixed point has 0.39…
        (("1/2", "3/5"), ("3/2", "3/2"), 1.0),  # the state leaves the interval
    ],
)
def test_no_potential_is_certified_where_there_is_none(states: tuple[str, str], weights: tuple[str, str], rate: float):
    assert certify_potential(FACTOR, NEXT, closed(*states), closed(*weights), rate) is None


def test_weights_up_to_one_never_enlarge_a_product():
    assert certify_potential(FACTOR, NEXT, closed("0", "1"), closed("0", "1"), 1 + 1e-9) is not None


# -- longer ones -------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("change", "verdict"), [(1.05, "proved"), (0.99, "refuted"), (0.999, "refuted")])
def test_twenty_layers_are_settled_within_five_percent_and_refuted_a_little_below(change: float, verdict: str):
    # A product that a search without the rule reaches; the maximum is at least this.
    reached = 0.7496135532038741
    found = bounded(f"{chain(20)} <= {reached * change:.12f}", box(20), 40)
    assert ("proved" if found.proof else "refuted" if found.suspect else "open") == verdict
    assert found.bound >= reached
