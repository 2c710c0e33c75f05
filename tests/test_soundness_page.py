"""SOUNDNESS.md names tests; each of them exists, and is one that is run."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "SOUNDNESS.md").read_text(encoding="utf-8")


@cache
def names_of_tests() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in sorted((ROOT / "tests").glob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found |= {node.name: path for node in tree.body if isinstance(node, ast.FunctionDef)}
    return found


def named_tests(page: str) -> set[str]:
    return set(re.findall(r"`(test_\w+)`", page))


def named_paths(page: str) -> set[str]:
    return set(re.findall(r"`((?:tests|numerics)/[\w./]*)`", page))


def named_rules(page: str) -> set[str]:
    """The rules in brackets behind the test of all rules: each has a case of its own there."""
    return set(re.findall(r"`test_a_false_goal_is_not_reduced_to_true_ones` \((\w+)\)", page))


def test_every_test_that_the_page_names_exists():
    assert len(named_tests(PAGE)) >= 15
    assert named_tests(PAGE) - set(names_of_tests()) == set()


def test_every_path_that_the_page_names_exists():
    assert named_paths(PAGE)
    assert {path for path in named_paths(PAGE) if not (ROOT / path).exists()} == set()


def test_every_rule_that_the_page_names_has_an_adversary():
    cases = (ROOT / "tests" / "test_rules.py").read_text(encoding="utf-8").partition("ADVERSARIAL")[2]
    assert named_rules(PAGE)
    assert {rule for rule in named_rules(PAGE) if f"(rules.{rule}," not in re.sub(r"\(\s+", "(", cases)} == set()


def test_a_name_that_does_not_exist_is_noticed():
    assert named_tests("→ `test_that_never_was`") - set(names_of_tests()) == {"test_that_never_was"}
    assert named_paths("in `tests/test_nothing.py`") == {"tests/test_nothing.py"}


def test_each_fault_on_the_page_has_a_guard():
    faults = re.split(r"\n\* ", PAGE.split("## Every wrong verdict")[1].split("## If you find")[0])[1:]
    assert len(faults) >= 15
    assert [fault.splitlines()[0] for fault in faults if not named_tests(fault)] == []
