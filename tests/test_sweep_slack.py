"""The slack of claims on grids, and the counterexamples that come out of it."""

from __future__ import annotations

import json
import math
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp
import xarray

from gradproof.cli import run
from numerics.falsifying.falsifier import Falsifier
from numerics.sweeping.slack import ClaimPlan, claim_plan
from theory.claim import Claim, Depth
from theory.errors import StatementError
from theory.instance import instantiate
from theory.ledger import CLAIMS
from theory.notation import G, k
from theory.statement import Relation

SMALL = "ven-lederer/theorem-1/small-gradient"
GIVEN = ["--theta", "0.2:3:15", "--x", "0.5:3:6", "--set", "d=1", "--set", "r=1"]


def whole(plan) -> np.ndarray:
    (tile,) = plan.grid.tiles()
    return plan.compute(tile)["slack"]


@pytest.mark.parametrize("name", [SMALL, "ven-lederer/theorem-1/regularized-gradient"])
def test_slacks_are_those_of_the_statement(name: str) -> None:
    """Against SymPy at 30 digits, point by point, and NaN just where a hypothesis fails."""
    axes = {"theta": [0.3, 1.2, 2.5], "x": [0.4, -2.0], "t": [0.5, 0.9], "d": [1.0], "r": [2.0]}
    plan = claim_plan(CLAIMS[name], {key: np.array(v) for key, v in axes.items()}, 3, (1, 3))
    found = whole(plan)
    assert found.shape == (2, 3, 2, 2)
    nowhere = 0
    for place, instance in enumerate(plan.instances):
        for at in np.ndindex(found.shape[1:]):
            values = plan.point(at)
            exact: Any = {
                v: sp.Rational(Fraction(values["theta" if str(v)[:2] == "th" else str(v)])) for v in instance.variables
            }
            holds = all(_holds(h, exact) for h in instance.hypotheses)
            got = found[(place, *at)]
            nowhere += not holds
            assert math.isnan(got) == (not holds)
            if holds:
                (conclusion,) = instance.conclusion
                assert isinstance(conclusion, Relation)
                assert abs(got - float(conclusion.slack.subs(exact).evalf(30))) < 1e-14
    assert 0 < nowhere < found.size


def _holds(relation: Relation, values: dict[Any, Any]) -> bool:
    slack: Any = relation.slack
    slack = slack.xreplace(values).evalf(30)
    return bool(slack > 0) if relation.strict else bool(slack >= 0)


def test_a_claim_that_fails_by_a_hair_is_refuted_at_an_exact_point() -> None:
    """|G_k| ≤ c for θ ≥ 2, with c just below and just above the greatest value on the grid."""
    grid = {"theta": np.linspace(2, 3, 41), "x": np.linspace(0.1, 2, 77)}
    claim = lambda c: Claim("test/hair", "", (Relation(sp.Abs(G[k]), "<=", c),), depth=Depth(k))  # noqa: E731
    greatest = -np.nanmin(whole(claim_plan(claim(sp.Integer(0)), grid, 1, (1,))))
    for factor, fails in ((Fraction(10**9 - 1, 10**9), True), (Fraction(10**9 + 1, 10**9), False)):
        bound = sp.Rational(Fraction(float(greatest)) * factor)
        plan = claim_plan(claim(bound), grid, 1, (1,))
        slack = whole(plan)
        worst = np.unravel_index(int(slack.argmin()), slack.shape)
        assert (slack.min() < 0) == fails
        if fails:
            found = plan.refuted([(1, [int(i) for i in worst[1:]])], 5.0)
            assert found is not None
            instance = instantiate(claim(bound), 1, 1)
            again = Falsifier(instance.hypotheses, [found.relation], instance.variables).confirm(found.point)
            assert again is not None


def test_no_counterexample_to_what_is_proved(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gradproof.sweeps.of_claims.SECONDS", 2.0)
    assert run(["sweep", "--claim", f"corrected/{SMALL}", *GIVEN, "--set", "t=0.1:0.9:5", "--depth", "5"]) == 0
    assert "no counterexample" in capsys.readouterr().out


def test_a_false_claim_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["sweep", "--claim", SMALL, *GIVEN, "--set", "t=9/10", "--depth", "1"]
    assert run([*arguments, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    (row,) = document["rows"]
    assert row["variable"] == "slack"
    witness = document["counterexample"]
    assert witness["l"] == "1"
    assert len(witness["theta"]) == 1
    point = {sp.Symbol("theta_1", real=True): sp.Rational(witness["theta"][0])}
    point |= {sp.Symbol(name, real=True): sp.Rational(witness[name]) for name in ("x", "t", "d", "r")}
    instance = instantiate(CLAIMS[SMALL], 1, 1)
    assert all(_holds(h, point) for h in instance.hypotheses)
    assert not _holds(instance.conclusion[0], point)  # pyright: ignore[reportArgumentType]
    out = tmp_path / "a.zarr"
    assert run([*arguments, "--out", str(out)]) == 0
    assert "a counterexample, confirmed with Arb: l = 1" in capsys.readouterr().out
    stored = xarray.open_zarr(out, consolidated=False)
    assert stored.slack.dims == ("layer", "theta", "x")
    assert float(stored.slack.min()) == pytest.approx(row["min"], abs=1e-15)
    assert run([*arguments[:-4], "--set", "t=8/10", "--depth", "1", "--out", str(out)]) == 2
    assert "holds another sweep: its fixed is" in capsys.readouterr().err
    assert run([*arguments, "--dry-run"]) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--claim", "ven-lederer/theorem-1/small-gradiant", "--depth", "1"], "did you mean 'ven-lederer/theorem-1/s"),
        (["--claim", SMALL, "--theta", "1"], "give --depth, such as --depth 1"),
        (["--claim", SMALL, "--theta", "1", "--depth", "2"], "speaks of x, d, r, t too: give values, such as --x"),
        (["--claim", SMALL, *GIVEN, "--depth", "2"], "speaks of t too: give values, such as --set t=1"),
        (["--claim", SMALL, *GIVEN, "--set", "t=1/2", "--set", "u=1", "--depth", "2"], "does not speak of u"),
        (["--claim", SMALL, *GIVEN, "--set", "t=1/0", "--depth", "2"], "'1/0' is no value of t"),
        (["--claim", SMALL, *GIVEN, "--set", "t", "--depth", "2"], "--set 't' sets nothing"),
        (["--claim", SMALL, *GIVEN, "--set", "x=1", "--depth", "2"], "x is given twice"),
        (["--claim", SMALL, *GIVEN, "--set", "t=1/2", "--depth", "999"], "at depths from 1 to 256, not at 999"),
        (["--claim", SMALL, *GIVEN, "--set", "t=1/2", "--depth", "2", "--want", "output"], "leave out --want"),
        (["--claim", SMALL, *GIVEN, "--set", "t=1:2:3", "--set", "r=1:2:3", "--depth", "2"], "r is given twice"),
        (["--claim", "new/universal-bound", "--depth", "2"], "has no slack"),
        (["--theta", "1", "--depth", "2", "--set", "t=1"], "--set t=1 is for the variables of a --claim"),
        (["--depth", "2"], "--theta is missing"),
        (["--theta", "2"], "--depth is missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sweep", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_claim_without_a_chain() -> None:
    """u (1 − tanh² u) ≤ 9/20 at points of a line."""
    u = sp.Symbol("u", real=True)
    claim = Claim("test/line", "", (Relation(u * (1 - sp.tanh(u) ** 2), "<=", sp.Rational(9, 20)),))
    plan = claim_plan(claim, {"u": np.linspace(0, 2, 1001)}, 1, ())
    slack = whole(plan)
    assert slack.shape == (1001,)
    wanted = 9 / 20 - np.linspace(0, 2, 1001) / np.cosh(np.linspace(0, 2, 1001)) ** 2
    assert np.abs(slack - wanted).max() < 1e-15
    with pytest.raises(StatementError, match="are 5 axes"):
        claim_plan(CLAIMS[SMALL], {n: np.array([1.0, 2.0]) for n in ("theta", "x", "t", "d", "r")}, 1, (1,))


def test_every_claim_that_compares_numbers_has_a_slack() -> None:
    """Those of the ledger that do not say so in an error, and nothing else."""
    names, swept = set(), 0
    for claim in CLAIMS.values():
        axes: dict[str, np.ndarray] = {}
        while True:
            plan, error = _attempt(claim, axes)
            if plan is None:
                missing = re.search(r"speaks of (.+) too", error)
                if missing is None:
                    assert "has no slack" in error, (claim.id, error)
                    break
                axes |= {name: np.array([0.75]) for name in missing[1].split(", ")}
                continue
            names.add(claim.id)
            slack = whole(plan)
            swept += bool(np.isfinite(slack).any())
            break
    assert len(names) > 60
    assert swept > 50


def _attempt(claim: Claim, axes: dict[str, np.ndarray]) -> tuple[ClaimPlan | None, str]:
    try:
        return claim_plan(claim, axes, claim.depth.least + 1 if claim.depth else 1, range(1, 9)), ""
    except StatementError as error:
        return None, str(error)
