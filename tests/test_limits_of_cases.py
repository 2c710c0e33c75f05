"""One-sided limits of a definition by cases: SymPy's own are wrong, and none of them is passed on."""

from __future__ import annotations

import pytest
import sympy as sp

from numerics.deadline import Deadline
from numerics.proof.limits import symbolic_limit

x = sp.Symbol("x", real=True)

# The function, the side, the true limit at 0, and what SymPy says (issues 27236, 23836 and 29835).
WRONG = [
    (sp.Piecewise((1, x < 0), (-1, True)), "-", sp.S.One, sp.S.NegativeOne),
    (sp.Piecewise((x + 1, x < 0), (x - 1, x > 0), (5, True)), "+", sp.S.NegativeOne, sp.Integer(5)),
    (sp.Piecewise((0, x <= 0), (-6 / x**2, True)), "+", sp.S.NegativeInfinity, sp.S.Zero),
]


@pytest.mark.parametrize(("f", "side", "true", "claimed"), WRONG)
def test_a_wrong_one_sided_limit_of_sympy_is_not_passed_on(f, side, true, claimed):
    limit = sp.Limit(f, x, 0, side)
    assert limit.doit() == claimed, "SymPy mended it: strike the issue from SOUNDNESS.md"
    assert symbolic_limit(limit, Deadline.after(10)) in (None, true)


def test_a_right_one_is():
    assert symbolic_limit(sp.Limit(WRONG[0][0], x, 0, "+"), Deadline.after(10)) == -1
