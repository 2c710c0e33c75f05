"""The tutorial runs from its first cell to its last, and what it says in words is what comes out."""

from __future__ import annotations

import pytest

pytest.importorskip("marimo", reason="the tutorial is a marimo notebook")
pytest.importorskip("xarray", reason="it sweeps")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_tutorial_runs() -> None:
    from gradproof.tutorial import app

    _, found = app.run()
    assert str(found["below"]) == "proved"
    assert str(found["too_small"]) == "refuted"
    assert found["too_small"].witness
    assert str(found["every_depth"]) == "proved"
    low, high = (float(end) for end in found["every_depth"].value)
    assert 0.4 < low <= high < 0.45
    assert (found["written"], found["verified"]) == (0, 0)
    assert "0 rejected" in found["checked"]
    assert str(found["printed_verdict"]) == "refuted"
    logs = found["log_gradients"]
    assert logs.argmax() == 2
    assert (logs[[0, 1, 3, 4]] < -5).all()
