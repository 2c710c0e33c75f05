"""From a claim to a verdict: what is settled, what is refused, and what is said of it."""

import pytest
import sympy as sp

from numerics.enclosure.program import UnsupportedError
from numerics.ranges.line import UndecidedLineError
from numerics.settling import settle
from numerics.verdict import Outcome
from theory.claim import Claim, ledger
from theory.errors import StatementError, UndefinedError, VacuousError
from theory.ledger import CLAIMS
from theory.parsing import parse_claim
from theory.statement import Relation


def verdict(statement, *where, seconds=20):
    return settle(parse_claim(statement, where), seconds)


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("u*(1 - tanh(u)**2) <= 9/20", "u >= 0"),
        ("tanh(t) <= t", "0 <= t <= 1"),
        ("tanh(t) < t", "0 < t <= 1"),
        ("x - x**3/3 <= atan(x)", "x >= 0"),
        ("abs(theta) >= 2*log(1/t)", "0 < t < 1, x != 0, abs(theta) >= log(1/t)/min(abs(x), 1/2)"),
        ("relu(x) + relu(-x) == abs(x)", ""),
        ("sin(x) >= 2*x/pi", "0 <= x <= pi/2"),
        ("sigmoid(x) + sigmoid(-x) == 1", ""),
        ("sqrt(x*y) <= (x + y)/2", "x >= 0, y >= 0"),
        ("x*y <= exp(x) + y*log(y) - y", "0 <= x <= 2, 1/10 <= y <= 5"),
        ("x/(y + z) + y/(z + x) + z/(x + y) >= 3/2", "1/10 <= x <= 2, 1/10 <= y <= 2, 1/10 <= z <= 2"),
    ],
)
def test_what_is_true_is_proved(statement, where):
    found = verdict(statement, *([where] if where else []))
    assert found.outcome is Outcome.PROVED
    assert found.evidence
    assert found.witness is None


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("x*y <= exp(x) + y*log(y) - y - 1/10**8", "0 <= x <= 2, 1/10 <= y <= 5"),
        ("x/(y + z) + y/(z + x) + z/(x + y) >= 3/2 + 1/10**8", "1/10 <= x <= 2, 1/10 <= y <= 2, 1/10 <= z <= 2"),
        # True on part of the box only, though the same with a little more would hold on none of it.
        ("x*y <= exp(x)*(1 + 1/10**8) - exp(2)/10**8 + y*log(y) - y", "0 <= x <= 2, 1/10 <= y <= 5"),
    ],
)
def test_what_touches_but_for_a_hair_is_not_proved(statement, where):
    assert verdict(statement, where).outcome is not Outcome.PROVED


@pytest.mark.parametrize(
    ("statement", "where", "witness"),
    [
        ("tanh(t) < t", "0 <= t <= 1", {"t": "0"}),
        ("1 - tanh(theta)**2 <= 9/10", "theta >= 0", {"theta": "0"}),
        ("x**2 >= x", "", {"x": "1/2"}),
        ("0.1 == 1/11", "", {}),
    ],
)
def test_what_is_false_is_refuted_at_a_short_point(statement, where, witness):
    found = verdict(statement, *([where] if where else []))
    assert found.outcome is Outcome.REFUTED
    assert found.witness == witness


def test_a_decimal_is_the_fraction_that_it_writes():
    assert verdict("0.1 == 1/10").outcome is Outcome.PROVED
    assert verdict("0.1 + 0.2 == 0.3").outcome is Outcome.PROVED


@pytest.mark.parametrize("where", ["x > 1, x < 0", "x**2 < 0", "x > 0, x < 0", "abs(x) < -1", "exp(x) <= 0"])
def test_hypotheses_that_nothing_satisfies_are_refused(where):
    with pytest.raises(VacuousError, match="no point satisfies"):
        verdict("x >= 5", where)


@pytest.mark.parametrize(
    ("statement", "where"),
    [("x/x == 1", "x >= 0"), ("log(x) <= x", "x >= 0"), ("sqrt(x) >= 0", "x >= -1"), ("1/(x - 1)**2 >= 0", "x >= 0")],
)
def test_a_statement_that_is_not_defined_throughout_is_refused_with_what_to_add(statement, where):
    with pytest.raises(UndefinedError, match="not defined where"):
        verdict(statement, where)


def test_a_claim_with_an_unknown_variable_is_refused():
    known, unknown = sp.symbols("known unknown", real=True)
    with pytest.raises(StatementError, match="unknown variable unknown"):
        Claim("a/b", "text", (Relation(unknown, ">=", known),), variables=(known,))


def test_an_id_that_stands_twice_is_refused():
    (claim, *_) = CLAIMS.values()
    with pytest.raises(StatementError, match="registered twice"):
        ledger([claim, claim])


def test_an_open_verdict_says_how_far_it_got():
    found = verdict("x**2*sin(1/x) <= x**2 - 1/10**30", "0 < x, x <= 1/1000", seconds=3)
    assert found.outcome is not Outcome.PROVED
    assert found.evidence


def test_the_printed_enclosure_contains_the_value():
    # At u = 1 the value is 0.41997434161402606939…
    found = verdict("u*(1 - tanh(u)**2) <= 0.4199", "u >= 0")
    assert found.outcome is Outcome.REFUTED
    assert found.witness == {"u": "1"}
    assert "∈ [0.4199743, 0.4199744]" in found.evidence[0].detail


def test_the_source_is_contradicted_where_it_is_wrong_and_nowhere_else():
    # The example of the design: l = k = 1, x = 1, t = 0.9 breaks the first bound of Theorem 1.
    found = settle(CLAIMS["ven-lederer/theorem-1/small-gradient"], 20, digits=None)
    assert found.outcome is Outcome.REFUTED
    assert found.witness is not None
    assert found.witness["l"] == found.witness["k"] == 1
    assert found.witness["theta"] == ["2/9"]


@pytest.mark.parametrize("error", [UnsupportedError, UndecidedLineError])
def test_a_range_that_no_engine_finds_leaves_the_verdict_as_it_is(monkeypatch, error):
    def fails(*_):
        raise error("the reason")

    monkeypatch.setattr("numerics.settling.range_of", fails)
    found = settle(parse_claim("x**2 - t*x + 1 >= 0", parameter="t"), 20)
    assert found.outcome is Outcome.REFUTED
    assert "the reason" in found.evidence[-1].detail


def test_a_claim_is_checked_and_its_verdict_shows_itself() -> None:
    """In an interactive session as lines, in a notebook as a page; str() is the word alone."""
    proved = CLAIMS["ven-lederer/tanh-derivative"].check()
    assert repr(proved).startswith("proved in ")
    refuted = CLAIMS["ven-lederer/scaling/elu-invariance"].check()
    assert str(refuted) == "refuted"
    assert repr(refuted).splitlines()[1].startswith("  fails at ")
    page = refuted._repr_html_()
    assert ">refuted</b>" in page
    assert "fails at" in page
    assert page.count("<tr>") == len(refuted.evidence)
