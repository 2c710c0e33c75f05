"""The explorer in a real Chromium, driven by Playwright: every view, at two widths, in light and dark.

A screenshot of each view goes to the folder that GRADPROOF_SCREENSHOTS names, or to pytest's own for this test.
"""

import os
import re
import shutil
import time
from pathlib import Path

import pytest

pytest.importorskip("marimo", reason="the page needs marimo")
playwright = pytest.importorskip("playwright.sync_api", reason="pip install 'gradproof[explore-test]'")

from gradproof.explorer import serving  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
TOKEN = "a-token-of-the-test"
PATIENCE = 60_000

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture(scope="module")
def address():
    port = serving.free_port()
    process = serving.start(port, TOKEN)
    try:
        assert serving.answers(process, port)
        yield f"http://{serving.HOST}:{port}"
    finally:
        serving.stop(process)


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def screenshots(tmp_path_factory):
    folder = Path(os.environ.get("GRADPROOF_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Visit:
    """One browser window; `outside` are the requests that did not go to the page's own server."""

    def __init__(self, browser, address, width=1280, height=1700, scheme="light"):
        self.address, self.outside, self.errors = address, [], []
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("request", self.asked)
        self.page.on("websocket", self.asked)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def asked(self, request):
        host = self.address.partition("//")[2]
        if not re.match(rf"(https?|wss?)://{re.escape(host)}/|data:|blob:", request.url):
            self.outside.append(request.url)

    def open(self, query=""):
        self.page.goto(f"{self.address}/?access_token={TOKEN}&{query}")
        return self.page

    def done(self):
        self.page.context.close()
        assert self.outside == []
        assert self.errors == []


@pytest.fixture
def visit(browser, address):
    made = Visit(browser, address)
    yield made
    made.done()


SEEN = {
    "claims": "text=claimed",
    "chain": "svg[aria-label^=Gradients]",
    "phase": "svg[aria-label^=log]",
    "try": "svg[aria-label^=What]",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 480])
def test_every_view_shows_and_fits_and_asks_nobody_else(browser, address, screenshots, width, scheme):
    visit = Visit(browser, address, width, 1700, scheme)
    for view, seen in SEEN.items():
        page = visit.open(f"view={view}")
        page.wait_for_selector(seen)
        page.wait_for_timeout(400)
        page.screenshot(path=screenshots / f"{view}-{width}-{scheme}.png")
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide <= 0
    visit.done()


def test_without_the_token_nothing_is_shown(browser, address):
    page = browser.new_page()
    page.goto(f"{address}/?view=chain")
    page.wait_for_timeout(500)
    assert page.locator("svg[aria-label^=Gradients]").count() == 0
    assert "login" in page.url
    page.close()


def test_the_tabs_lead_to_every_view(visit):
    page = visit.open()
    page.wait_for_selector(SEEN["claims"])
    for name, view in (("Chain", "chain"), ("Phase diagram", "phase"), ("Try a claim", "try"), ("Claims", "claims")):
        page.get_by_role("tab", name=name).click()
        page.wait_for_selector(SEEN[view])


def test_a_slider_moved_by_keyboard_changes_the_picture_at_once(visit):
    page = visit.open("view=chain&depth=200")
    page.wait_for_selector(SEEN["chain"])
    before = page.locator(SEEN["chain"]).inner_html()
    # The second slider is θ.
    slider = page.get_by_role("slider").nth(1)
    slider.focus()
    spent = []
    for _ in range(4):
        began = time.perf_counter()
        slider.press("ArrowRight")
        page.wait_for_function(
            "before => document.querySelector('svg[aria-label^=Gradients]')?.innerHTML.trim() !== before.trim()",
            arg=before, polling=10,
        )  # fmt: skip
        spent.append(time.perf_counter() - began)
        before = page.locator(SEEN["chain"]).inner_html()
    print(f"a slider is answered after {min(spent) * 1000:.0f} to {max(spent) * 1000:.0f} ms")
    assert min(spent) < 1.0


def test_a_broken_bound_is_said_at_once_with_the_line_that_proves_it(visit, screenshots):
    page = visit.open("view=chain&depth=1&theta=2/9&x=1&t=9/10")
    page.wait_for_selector("text=broken at k = 1")
    assert "gradproof prove 'sech(2/9)**2 <= 9/10'" in page.locator("pre").all_inner_texts()
    page.wait_for_timeout(300)
    page.screenshot(path=screenshots / "chain-broken.png")


def test_a_claim_is_settled_and_its_range_and_witness_are_shown(visit, screenshots):
    page = visit.open("view=claims&claim=ven-lederer/theorem-1/proof/quarter")
    page.wait_for_selector("text=claimed")
    page.get_by_role("button", name="Settle this claim").click()
    page.wait_for_selector("text=refuted")
    page.wait_for_selector("svg[aria-label*='for which it holds']")
    page.wait_for_timeout(300)
    page.screenshot(path=screenshots / "claims-settled.png")
    page.get_by_role("link", name="The witness in the Chain view").click()
    page.wait_for_selector(SEEN["chain"])


def test_settling_many_claims_shows_how_far_it_is_and_stops(visit):
    page = visit.open("view=claims&source=ven-lederer&find=theorem-1")
    page.wait_for_selector("text=claimed")
    page.get_by_role("button", name="Settle all that are listed").click()
    page.wait_for_selector("progress")
    page.get_by_role("button", name="Stop").click()
    page.wait_for_selector("text=stopped:")


@pytest.mark.parametrize(
    ("name", "statement", "where", "expected"),
    [
        ("true", "u*(1 - tanh(u)**2) <= 9/20", "u >= 0", "proved"),
        ("false", "u*(1 - tanh(u)**2) <= 2/5", "u >= 0", "fails at u = 1"),
        ("nonsense", "u*(1 - tanh(u <= __import__('os')", "", "Not understood"),
    ],
)
def test_a_claim_is_tried(visit, screenshots, name, statement, where, expected):
    page = visit.open("view=try&statement=x>=x")
    page.wait_for_selector("text=statement")
    for label, text in (("statement", statement), ("where", where)):
        box = page.get_by_label(label, exact=True)
        box.fill(text)
        box.press("Enter")
        box.blur()
    page.wait_for_timeout(500)
    page.get_by_role("button", name="Prove or refute").click()
    page.wait_for_selector(f"text={expected}")
    page.wait_for_timeout(300)
    page.screenshot(path=screenshots / f"try-{name}.png")


def test_a_link_brings_the_view_back_and_a_file_is_saved(visit, tmp_path):
    page = visit.open("view=chain&depth=3&theta=2/9&t=0.55")
    page.wait_for_selector(SEEN["chain"])
    page.get_by_role("link", name="Link to this view").click()
    page.wait_for_selector(SEEN["chain"])
    assert "theta=2%2F9" in page.url
    for button, head in (("Gradients as SVG", b"<svg"), ("Data as CSV", b"k,theta")):
        with page.expect_download() as found:
            page.get_by_text(button).click()
        found.value.save_as(tmp_path / "file")
        assert (tmp_path / "file").read_bytes().startswith(head)


def test_a_click_on_the_phase_diagram_opens_that_chain(visit):
    page = visit.open("view=phase&cells=64")
    page.wait_for_selector(SEEN["phase"])
    page.locator(f"{SEEN['phase']} a").nth(300).click()
    page.wait_for_selector(SEEN["chain"])
    assert "view=chain" in page.url
