"""The report: one file that needs nothing else, the same bytes every time, and formulas that browsers understand."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gradproof.cli import run
from gradproof.report.content import Entry, Report
from gradproof.report.figures import ranges, vanishing
from gradproof.report.formulas import formula
from gradproof.report.markdown import markdown
from gradproof.report.page import page
from numerics.verdict import Evidence, Outcome, Range, Verdict
from theory.ledger import CLAIMS

SOME = ["ven-lederer/tanh-derivative", "*ven-lederer/scaling/elu-invariance", "fixed-points/softsign/closed-form"]
_VOID = {"meta", "br", "line", "rect"}


class _Balanced(HTMLParser):
    """Every element that is opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.anchors: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.anchors |= {given["id"] or ""} if "id" in given else set()
        self.links |= {given["href"] or ""} if "href" in given else set()
        assert "src" not in given
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            assert self.open.pop() == tag, self.getpos()


def checked(text: str) -> _Balanced:
    found = _Balanced()
    found.feed(text)
    found.close()
    assert not found.open
    assert {f"#{anchor}" for anchor in found.anchors} >= found.links
    assert "<script" not in text
    assert not re.search(r"https?://|@import|url\(", text)
    return found


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")


@pytest.mark.usefixtures("day")
def test_a_page_needs_nothing_and_is_the_same_every_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [tmp_path / "a.html", tmp_path / "b.html"]
    for file in files:
        assert run(["report", "--out", str(file), *SOME]) == 0
    assert "4 claims: 3 proved, 1 refuted, 0 open; written to" in capsys.readouterr().out
    first, second = (file.read_bytes() for file in files)
    assert first == second
    text = first.decode()
    found = checked(text)
    assert {"ven-lederer--tanh-derivative", "corrected--ven-lederer--scaling--elu-invariance"} <= found.anchors
    assert text.count("1970-01-02") == 1
    assert "fails at" in text
    assert "what was wrong" in text


@pytest.mark.usefixtures("day")
def test_markdown(tmp_path: Path) -> None:
    for name in ("a.md", "b.md"):
        assert run(["report", "--out", str(tmp_path / name), *SOME]) == 0
    text = (tmp_path / "a.md").read_text(encoding="utf-8")
    assert text == (tmp_path / "b.md").read_text(encoding="utf-8")
    assert "### ven-lederer/scaling/elu-invariance" in text
    assert "- ✗ **refuted**" in text
    assert text.count("**proved**") == 3
    assert run(["report", "--out", str(tmp_path / "c.txt"), "--format", "md", SOME[0]]) == 0
    assert (tmp_path / "c.txt").read_text(encoding="utf-8").startswith("# ")


def test_every_formula_of_the_ledger_is_well_formed() -> None:
    """As XML, with no name that only SymPy knows, and the formulas of a sentence in it."""
    for claim in CLAIMS.values():
        for part in (*claim.hypotheses, *claim.conclusion):
            text = formula(part)
            tree = ET.fromstring(f"<p>{text}</p>")
            assert "&" not in re.sub(r"&(#x?[0-9A-Fa-f]+|lt|gt|amp|quot);", "", text), claim.id
            assert "\x00" not in text
            words = "".join(tree.itertext())
            assert not re.search(r"theta|alpha|Limit|Indexed|Dummy", words), (claim.id, words)


def test_a_ledger_of_everything_has_a_page() -> None:
    """All claims, with verdicts of every kind: an open one, evidence with brackets, a claim that is none."""
    kinds = list(Outcome)
    entries = tuple(
        Entry(claim, Verdict(kinds[place % 3], (Evidence("tried", "<engine>", "u < 1 & v > 2"),)))
        for place, claim in enumerate(CLAIMS.values())
    )
    report = Report(entries, "Made <today>.", {"my/claim": "1 < 2 is <no> statement"})
    text = page(report)
    checked(text)
    assert "&lt;engine&gt;" in text
    assert "Made &lt;today&gt;." in text
    assert "&lt;no&gt;" in text
    plain = markdown(report)
    for claim in CLAIMS.values():
        assert f">{claim.id}</a>" in text
        assert f"### {claim.id}\n" in plain


def test_pictures() -> None:
    claim = CLAIMS["ven-lederer/theorem-1/small-gradient"]
    found = Verdict(Outcome.REFUTED, range=Range("t", "(0, 1/2]", ("0.5", "0.5")))
    lines = ranges([Entry(claim, found), Entry(claim, Verdict(Outcome.PROVED, range=Range("t", "all")))])
    tree = ET.fromstring(lines)
    ends = [float(line.get("x2") or 0) for line in tree.iter("line") if line.get("class") == "holds"]
    starts = {float(line.get("x1") or 0) for line in tree.iter("line") if line.get("class") == "holds"}
    (start,) = starts
    assert (ends[0] - start) * 2 == pytest.approx(ends[1] - start, abs=0.05)
    assert "every t" in lines
    assert ranges([Entry(claim, Verdict(Outcome.PROVED))]) == ""
    assert len(list(ET.fromstring(vanishing()).iter("polyline"))) == 7


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "report.pdf"], "choose one of these endings"),
        (["--out", "/no/such/folder/r.html"], "there is no directory"),
        (["--out", "r.html", "no-such-claim"], "no claim matches 'no-such-claim'"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_settled(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["report", *arguments]) == 2
    assert message in capsys.readouterr().err
