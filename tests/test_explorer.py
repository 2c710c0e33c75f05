"""The explorer without a browser: its data, its pictures, and the page run with other inputs."""

import csv
import importlib.util
import io
import math
import struct
import time
import zlib
from fractions import Fraction
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import sympy as sp

from gradproof.cli import run
from gradproof.explorer import catalogue, chain_data, figures, jobs, pages, phase_data, settings, svg, trial
from numerics.verdict import Outcome, Range, Verdict
from theory.errors import StatementError
from theory.ledger import CLAIMS

HALF = Fraction(1, 2)


def a_point(theta=Fraction(3, 2), depth=4, **changes):
    usual = {"activation": "tanh", "theta": (theta,) * depth, "x": Fraction(3, 2), "alpha": Fraction(10),
             "t": Fraction(3, 10), "r": Fraction(1)}  # fmt: skip
    return chain_data.Point(**{**usual, **changes})


BROKEN = a_point(Fraction(2, 9), 1, x=Fraction(1), t=Fraction(9, 10))


# -- what stands in an address ---------------------------------------------------------------------------------------


def test_a_link_brings_back_what_was_set_and_leaves_out_what_is_usual():
    from urllib.parse import parse_qs

    address = settings.link("chain", depth=256, theta="2/9", x="1.5")
    assert parse_qs(address[1:]) == {"view": ["chain"], "depth": ["256"], "theta": ["2/9"]}
    read = settings.Settings(parse_qs(address[1:]))
    assert (read.whole("depth", 1, 256), read.text("theta"), read.number("x", -5, 5)) == (256, "2/9", 1.5)
    assert not read.messages


@pytest.mark.parametrize("text", ["__import__('os').system('id')", "1e400", "x", "", "1/0", "9" * 100, "2000"])
def test_a_number_of_an_address_that_is_none_is_said_and_the_usual_one_taken(text):
    read = settings.Settings({"theta": text})
    assert read.number("theta", -1000, 1000) == 1.5
    assert len(read.messages) == 1
    assert text[:10] in read.messages[0]


def test_an_unknown_view_and_depth_fall_back_with_a_message():
    read = settings.Settings({"view": "<script>", "depth": "0"})
    assert read.choice("view", settings.KEYS) == "claims"
    assert read.whole("depth", 1, 256) == 16
    assert "&lt;script&gt;" in pages.messages(read.messages)


def test_a_slider_that_was_not_moved_keeps_the_exact_number_of_the_address():
    assert settings.from_slider("theta", 2 / 9, "2/9") == Fraction(2, 9)
    assert settings.from_slider("theta", 0.23, "2/9") == Fraction(23, 100)
    assert settings.from_slider("t", 0.1 + 0.2, "0.7") == Fraction(3, 10)


def test_a_list_of_parameters_is_read_exactly_and_a_wrong_one_is_quoted():
    assert settings.weights("0.9, 11/10, -1.5") == (Fraction(9, 10), Fraction(11, 10), Fraction(-3, 2))
    with pytest.raises(StatementError, match="θ_2"):
        settings.weights("1, open('x'), 2")
    with pytest.raises(StatementError, match="give 1 to 256"):
        settings.weights(", ,")


# -- claims ----------------------------------------------------------------------------------------------------------


def test_the_list_is_filtered_by_source_and_by_every_word():
    assert catalogue.matching("all", "") == list(CLAIMS)
    found = catalogue.matching("ven-lederer", "theorem-1 regularized")
    assert found
    assert all(id.startswith("ven-lederer/theorem-1/") for id in found)
    assert catalogue.matching("new", "no such words") == []


def test_a_false_claim_comes_with_what_was_wrong_and_the_true_one_leads_back():
    claim = CLAIMS["ven-lederer/theorem-1/small-gradient"]
    true = catalogue.correction(claim)
    assert true is not None
    assert catalogue.corrects(true) is claim
    assert catalogue.wrong(claim)
    assert catalogue.correction(CLAIMS["ven-lederer/tanh-derivative"]) is None


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("(0, 0.738489936809813...]", [(0, 0.738489936809813, False, True)]),
        ("(0, 1/sqrt(3)]", [(0, 1 / math.sqrt(3), False, True)]),
        ("(-∞, log(2, 3)) ∪ {5}", None),
        ("(-oo, -2] ∪ [2, oo)", [(-math.inf, -2, False, True), (2, math.inf, True, False)]),
        ("{3/2}", [(1.5, 1.5, True, True)]),
        ("empty", []),
        ("all", [(-math.inf, math.inf, False, False)]),
    ],
)
def test_a_range_becomes_intervals_on_a_line(shown, expected):
    found = Range("t", shown)
    if expected is None:
        assert figures.range_line(found) is None
    else:
        assert catalogue.pieces(found) == [pytest.approx(part) for part in expected]
        assert ElementTree.fromstring(figures.range_line(found) or "")


def test_the_witness_of_a_chain_leads_to_the_chain_view_and_another_does_not():
    address = catalogue.chain_link({"l": 2, "k": 1, "x": "1", "t": "9/10", "theta": ["2/9", "1/4"]})
    assert address is not None
    assert "depth=2" in address
    assert "2%2F9" in address
    assert catalogue.chain_link({"u": "1"}) is None
    assert catalogue.chain_link({"l": 1, "theta": ["10**9"], "x": "1"}) is None


def test_claims_are_settled_beside_the_page_and_remembered():
    claim = CLAIMS["ven-lederer/theorem-1/proof/tanh-one"]
    job = jobs.settle_claims([claim])
    job.wait(30)
    assert not job.running
    assert job.fault is None
    assert str(jobs.KNOWN[claim.id]) == "proved"
    assert jobs.settle_claims([claim]).keys == ()
    (row,) = catalogue.rows([claim.id], jobs.KNOWN)
    assert row["verdict"] == "proved"


def test_a_long_search_is_stopped_within_a_second_and_leaves_no_verdict():
    # An inequality that touches at a transcendental point in three variables takes longer than that.
    job = jobs.settle_statement("exp(a*b) + cos(c*a)*sin(b)**3 >= -7*c**2*a**4 - abs(b)**9 + tanh(c)/9", ())
    time.sleep(0.3)
    began = time.monotonic()
    was_running = job.running
    job.stop()
    job.wait(5)
    assert not job.running
    assert time.monotonic() - began < 1.5
    assert not was_running or job.results == {}


# -- chain -----------------------------------------------------------------------------------------------------------


def test_the_witness_of_theorem_1_breaks_its_bound_with_certainty_and_the_line_proves_it(capsys):
    view = chain_data.view(BROKEN)
    measured = view.measurements["ven-lederer/theorem-1/small-gradient"]
    assert measured.admitted
    assert measured.broken == (1,)
    assert chain_data.confirmed(measured.claim, view, 1)
    line = chain_data.prove_line(measured.claim, view, 1)
    assert line.startswith("gradproof prove '")
    assert run(["prove", line.split("'")[1]]) == 1
    assert "refuted" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["tanh", "softsign", "erf"])
def test_the_test_that_pins_a_chain_is_proved_and_a_hair_beside_it_is_not(name):
    from numerics import settle
    from theory import parse_claim

    view = chain_data.view(a_point(Fraction(4, 5), 2, x=HALF, activation=name))
    low, middle, high = chain_data.pinned(view, 1) or ("", "", "")
    assert settle(parse_claim(f"{low} <= {middle}, {middle} <= {high}")).outcome == "proved"
    assert settle(parse_claim(f"{middle} <= {low}")).outcome == "refuted"
    assert chain_data.pinning_test(view, 1)
    assert chain_data.pinned(chain_data.view(a_point(depth=9)), 1) is None


def test_where_the_bound_holds_nothing_is_confirmed():
    view = chain_data.view(a_point(Fraction(5), 2, x=Fraction(1)))
    measured = view.measurements["ven-lederer/theorem-1/small-gradient"]
    assert measured.admitted
    assert measured.broken == ()
    assert chain_data.confirmed(measured.claim, view, 1) is None


def test_corrected_bounds_are_never_broken_where_their_hypotheses_hold():
    for theta in (Fraction(5, 2), Fraction(7, 2), Fraction(-6)):
        for t in (Fraction(29, 100), Fraction(1, 2), Fraction(62, 100)):
            view = chain_data.view(a_point(theta, 5, x=Fraction(2), t=t))
            for id, measured in view.measurements.items():
                if id.startswith("corrected/"):
                    assert not (measured.admitted and measured.broken)


def test_gradients_agree_with_differentiation_of_the_chain():
    from theory.chain import Chain, parameter, x

    point = a_point(theta=Fraction(4, 5), depth=3, x=Fraction(7, 10))
    view = chain_data.view(point)
    values: Any = {parameter(i): sp.Rational(4, 5) for i in (1, 2, 3)} | {x: sp.Rational(7, 10)}
    for i, log in enumerate(view.log_gradient, 1):
        expected: Any = Chain(3).differentiated(i).xreplace(values)
        assert math.exp(log) == pytest.approx(abs(float(expected)), rel=1e-12)


@pytest.mark.parametrize("loss", ["square", "log-cosh", "linear"])
def test_the_slope_of_the_loss_is_taken_at_the_output(loss):
    view = chain_data.view(a_point(loss=loss, y=Fraction(2)))
    error = 2 - view.outputs[-1]
    expected = {"square": error, "log-cosh": math.tanh(error), "linear": 1}[loss]
    assert view.slope == pytest.approx(expected)


def test_outputs_go_to_the_fixed_point():
    view = chain_data.view(a_point(depth=100))
    assert view.fixed_point == pytest.approx(view.outputs[-1], abs=1e-12)
    assert chain_data.view(a_point(depth=3, activation="gelu")).fixed_point is None


def test_a_slider_is_answered_within_150_ms_at_256_layers():
    chain_data.warm()
    picture = chain_data.view(a_point(depth=256))
    figures.chain_gradients(picture, list(picture.measurements))
    spent = []
    for step in range(5):
        began = time.perf_counter()
        view = chain_data.view(a_point(Fraction(150 + step, 100), 256))
        shown = list(view.measurements)
        figures.chain_gradients(view, shown)
        figures.chain_outputs(view)
        pages.lights_html(view, shown)
        pages.bounds_html(view)
        spent.append(time.perf_counter() - began)
    assert min(spent) < 0.15


def test_pictures_are_well_formed_and_the_table_has_a_row_for_each_layer():
    view = chain_data.view(BROKEN)
    for picture, _ in (figures.chain_gradients(view, list(view.measurements)), figures.chain_outputs(view)):
        assert ElementTree.fromstring(picture).tag.endswith("svg")
        assert b"background:#fff" in svg.standing_alone(picture)
    assert "is broken" in figures.chain_gradients(view, list(view.measurements))[0]
    rows = list(csv.DictReader(io.StringIO(pages.csv_bytes(chain_data.view(a_point()).columns()).decode())))
    assert [row["k"] for row in rows] == ["1", "2", "3", "4"]


# -- phase diagram ---------------------------------------------------------------------------------------------------


def a_grid(across="theta", up="x", ends=None, layer=1, cells=32, depth=8):
    ends = ends or {across: (0.1, 3), up: (0.2, 2)}
    fixed = {"theta": 1.2, "x": 0.5, "alpha": 1.0, "depth": float(depth)}
    return phase_data.grid(across, up, ends, fixed, "tanh", layer, cells)


@pytest.mark.parametrize(("across", "up"), [("theta", "x"), ("x", "theta"), ("alpha", "theta"), ("x", "alpha")])
def test_a_diagram_has_the_gradients_of_its_points(across, up):
    diagram = phase_data.swept(a_grid(across, up))
    for i, j in ((0, 0), (31, 5), (7, 31)):
        values = {name: Fraction(value) for name, value in diagram.at(i, j).items() if name != "depth"}
        point = a_point(values["theta"], 8, x=values["x"], alpha=values["alpha"])
        assert diagram.logs[j, i] == pytest.approx(chain_data.view(point).scaled_log_gradient[0], abs=1e-9)


@pytest.mark.parametrize(("across", "up"), [("depth", "theta"), ("theta", "depth")])
def test_depth_is_an_axis_too(across, up):
    diagram = phase_data.swept(a_grid(across, up, {"depth": (1, 12), "theta": (0.5, 2)}))
    logs = diagram.logs if up == "theta" else diagram.logs.T
    assert logs.shape == (32, 12)
    theta = Fraction(float(diagram.grid.y[3] if up == "theta" else diagram.grid.x[3]))
    assert logs[3, 6] == pytest.approx(chain_data.view(a_point(theta, 7, x=HALF)).log_gradient[0], abs=1e-9)


def test_512_times_512_points_at_depth_64_take_less_than_a_second():
    phase_data.swept(a_grid(depth=64))
    began = time.perf_counter()
    phase_data.swept(a_grid(cells=512, depth=64))
    assert time.perf_counter() - began < 1.0


def test_a_wrong_axis_is_quoted():
    with pytest.raises(StatementError, match="choose two"):
        a_grid("x", "x", {"x": (0, 1)})
    with pytest.raises(StatementError, match="smaller number first"):
        a_grid(ends={"theta": (2, 1), "x": (0, 1)})
    with pytest.raises(StatementError, match="α"):
        a_grid("alpha", "x", {"alpha": (-1, 1), "x": (0, 1)})
    with pytest.raises(StatementError, match="layer"):
        phase_data.swept(a_grid(layer=9))


def test_the_contour_of_a_circle_is_one_closed_line_at_its_radius():
    y, x = np.mgrid[-20:21, -20:21]
    (line,) = phase_data.joined(phase_data.contour(np.hypot(x, y), 15.5))
    assert line[0] == line[-1]
    for column, row in line:
        assert math.hypot(column - 20, row - 20) == pytest.approx(15.5, abs=0.02)


def test_proved_cells_and_sizes_are_drawn_and_a_click_leads_to_the_chain():
    diagram = phase_data.swept(a_grid())
    for verdicts in (None, diagram.phases(1e-3)):
        picture, key = figures.phase(diagram, 1e-3, verdicts)
        assert ElementTree.fromstring(picture)
        assert ("certainly" in key) == (verdicts is not None)
    assert 'href="?view=chain' in picture
    head, width, height = struct.unpack(">8s8xII", figures.phase_png(diagram, 1e-3)[:24])
    assert (head, width, height) == (b"\x89PNG\r\n\x1a\n", 32, 32)


def test_a_png_holds_its_pixels():
    pixels = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    data = svg.png(pixels)
    at = data.index(b"IDAT")
    (size,) = struct.unpack(">I", data[at - 4 : at])
    rows = zlib.decompress(data[at + 4 : at + 4 + size])
    assert rows == b"".join(b"\0" + row.tobytes() for row in pixels)


def test_a_store_is_opened_by_name_and_a_wrong_name_is_quoted(tmp_path):
    from gradproof.usage import UsageError
    from numerics import sweep

    sweep(theta=np.linspace(0.5, 2, 20), x=np.linspace(0.1, 1, 10), alpha=1.0, depth=5, out=tmp_path / "s.zarr")
    diagram = phase_data.stored(str(tmp_path / "s.zarr"))
    assert (diagram.grid.across, diagram.grid.up, diagram.logs.shape) == ("theta", "x", (10, 20))
    theta, x = Fraction(float(diagram.grid.x[4])), Fraction(float(diagram.grid.y[2]))
    assert diagram.logs[2, 4] == pytest.approx(chain_data.view(a_point(theta, 5, x=x)).log_gradient[0], abs=1e-9)
    with pytest.raises(UsageError, match="nowhere"):
        phase_data.stored("nowhere.zarr")


# -- try a claim -----------------------------------------------------------------------------------------------------


def test_the_slack_is_drawn_where_the_conditions_hold_and_its_worst_point_is_near_the_least():
    found = trial.slack("u*(1 - tanh(u)**2) <= 2/5", ["u >= 0"], {"u": ("0", "4")})
    assert found is not None
    assert found.worst is not None
    point, least = found.worst
    assert point["u"] == pytest.approx(0.772, abs=0.01)
    assert least == pytest.approx(0.4 - 0.44778, abs=1e-4)
    assert ElementTree.fromstring(figures.slack(found, {"u": 1.0}))
    outside = trial.slack("x <= 1", ["x > 7"], {"x": ("0", "5")})
    assert outside is not None
    assert outside.worst is None
    assert ElementTree.fromstring(figures.slack(outside))


def test_two_variables_make_a_map_and_more_stand_still():
    found = trial.slack("x**2 + y**2 >= z*x*y", [], {"z": ("0", "1")})
    assert found is not None
    assert found.values.shape == (trial.CELLS, trial.CELLS)
    assert found.fixed == {"z": 0.5}
    assert ElementTree.fromstring(figures.slack(found))


def test_ranges_become_conditions_as_the_shell_takes_them():
    where = trial.conditions("u != 1", {"u": ("0", ""), "v": ("", "3/2")})
    assert where == ["u != 1", "u >= 0", "v <= 3/2"]
    assert (
        trial.command("u <= 1", where)
        == "gradproof prove 'u <= 1' --where 'u != 1' --where 'u >= 0' --where 'v <= 3/2'"
    )


@pytest.mark.parametrize("text", ["sin(u", "import os", "u <= ", "().__class__", "u"])
def test_nonsense_is_refused_with_a_reason(text):
    with pytest.raises(StatementError):
        trial.names(text)
    job = jobs.settle_statement(text, ())
    job.wait(30)
    assert isinstance(job.results[text], StatementError)


# -- the page --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page():
    pytest.importorskip("marimo", reason="the page needs marimo")
    from gradproof.explorer.app import app

    return app


def shown(outputs) -> str:
    return "".join(getattr(output, "text", "") for output in outputs if output is not None)


def test_each_view_shows_what_its_address_says(page):
    outputs, found = page.run(defs={"address": {"view": "claims", "claim": "ven-lederer/tanh-derivative"}})
    assert found["claim"].id == "ven-lederer/tanh-derivative"
    assert "tanh" in shown(outputs)
    _, found = page.run(defs={"address": {"view": "chain", "depth": "1", "theta": "2/9", "x": "1", "t": "0.9"}})
    assert found["chain"].point == BROKEN
    _, found = page.run(defs={"address": {"view": "phase", "up": "depth", "b0": "1", "b1": "9", "cells": "64"}})
    assert found["diagram"].logs.shape == (9, 64)
    outputs, found = page.run(defs={"address": {"view": "try", "statement": "x**2 >= 0", "where": ""}})
    assert found["slack"].worst == ({"x": 0.0}, 0.0)


def test_the_page_takes_other_inputs_in_the_place_of_its_controls(page):
    given: dict[str, Any] = {
        "chain_controls": [],
        "address": {"view": "chain"},
        "depth": SimpleNamespace(value=7),
        "t": SimpleNamespace(value=0.55),
    }
    # The cell of the controls is left out when one of its names is given, so all of them are.
    for name, value in (("activation", "tanh"), ("theta", 2.0), ("thetas", ""), ("x", 1.0), ("alpha", 3.0), ("r", 1.0),
                        ("loss", "linear"), ("y", 0.0)):  # fmt: skip
        given[name] = SimpleNamespace(value=value)
    _, found = page.run(defs=given)
    assert found["chain"].point.depth == 7
    assert found["chain"].point.t == Fraction(55, 100)


def test_what_cannot_be_read_is_shown_and_breaks_nothing(page):
    outputs, found = page.run(defs={"address": {"view": "chain", "thetas": "1, <b>", "x": "oops"}})
    assert found["chain"] is None
    assert "θ_2" in shown(outputs) + found["chain_error"]
    _, found = page.run(defs={"address": {"view": "phase", "up": "theta"}})
    assert found["diagram"] is None
    assert "choose two" in found["phase_error"]
    _, found = page.run(defs={"address": {"view": "try", "statement": "sin(u"}})
    assert "parenthesis" in found["reading_error"]


# -- the command -----------------------------------------------------------------------------------------------------


def test_without_marimo_the_command_names_the_extra(monkeypatch, capsys):
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "marimo" else real(name, *rest)
    )
    assert run(["explore", "--no-browser"]) == 2
    assert "pip install 'gradproof[explore]'" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["0", "80", "70000", "http", "-1"])
def test_a_wrong_port_is_quoted(port, capsys):
    with pytest.raises(SystemExit) as stopped:
        run(["explore", f"--port={port}"])
    assert stopped.value.code == 2
    assert repr(port) in capsys.readouterr().err


def test_a_port_that_is_taken_is_refused(capsys):
    import socket

    pytest.importorskip("marimo", reason="the page needs marimo")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert run(["explore", "--no-browser", "--port", str(taken.getsockname()[1])]) == 2
    assert "cannot be used" in capsys.readouterr().err


def test_a_verdict_is_shown_with_what_is_not_ours_escaped():
    verdict = Verdict(Outcome.REFUTED, witness={"u": "<script>"}, seconds=1.0)
    shown = pages.verdict_html(verdict)
    assert "<script>" not in shown
    assert "✗ refuted" in shown
    assert pages.as_point({"u": "9/10"}) == {"u": 0.9}
    assert pages.as_point({"u": "exp(z)"}) is None


def test_the_page_is_served_here_only_behind_its_token_and_ends_with_its_command():
    import subprocess
    import sys
    import urllib.error
    import urllib.request

    pytest.importorskip("marimo", reason="the page needs marimo")
    command = [sys.executable, "-m", "gradproof", "explore", "--no-browser"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        token = address.partition("access_token=")[2]
        assert len(token) >= 32
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(address, timeout=10) as page:
            assert page.status == 200
        with pytest.raises(urllib.error.HTTPError) as refused:
            direct.open(address.partition("?")[0] + "api/status", timeout=10)
        assert refused.value.code in (401, 403)
        refused.value.close()
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
    with pytest.raises(urllib.error.URLError):
        direct.open(address, timeout=2)
