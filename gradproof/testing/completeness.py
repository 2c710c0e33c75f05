"""Decides whether a run of pytest was a complete one, and which registered claims it left without a test."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from glob import glob
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from theory.claim import Claim

FIXTURES = {"prove", "settle_claim"}


def check_name(name: str) -> None:
    """Refuses a gradproof_ledger that is not of the form module:attribute."""
    module, _, attribute = name.partition(":")
    if name and not (module and attribute.isidentifier()):
        raise pytest.UsageError(f"gradproof_ledger is {name!r}: write module:attribute, such as theory.ledger:CLAIMS")


def load(name: str) -> Mapping[str, Claim]:
    """The ledger that is registered under module:attribute."""
    module, _, attribute = name.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise pytest.UsageError(f"gradproof_ledger is {name!r}, which cannot be imported: {error}") from error


def find(id: str, name: str) -> Claim:
    """The claim with this id; fails the test, with the nearest ids, if there is none."""
    from gradproof.select import unknown

    if not name:
        pytest.fail("settle_claim finds ids in a ledger: name it by gradproof_ledger in the ini file", pytrace=False)
    try:
        claims = load(name)
    except pytest.UsageError as error:
        pytest.fail(str(error), pytrace=False)
    if id not in claims:
        pytest.fail(unknown(id, claims), pytrace=False)
    return claims[id]


def unsettled(session: pytest.Session, exitstatus: int, settled: set[str]) -> list[str]:
    """The registered claims that a complete run did not settle; none if there is no ledger or the run was partial."""
    name = str(session.config.getini("gradproof_ledger"))
    finished = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    if not name or not finished or not is_complete(session):
        return []
    return [id for id in load(name) if id not in settled]


def is_complete(session: pytest.Session) -> bool:
    """Whether all tests of the project were asked for, and the run was not stopped before its end."""
    config = session.config
    if hasattr(config, "workerinput"):  # a worker of pytest-xdist sees a part; its controller decides
        return False
    stopped = session.shouldstop or session.shouldfail
    narrowing = ("collectonly", "lf", "stepwise", "deselect", "ignore", "ignore_glob")
    narrowed = any(config.getoption(option, None) for option in narrowing)
    return not stopped and not narrowed and not _chosen(config) and _covers(config)


def _chosen(config: pytest.Config) -> bool:
    """Whether -k or -m say something else than the project's own addopts do."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("-k", default="")
    parser.add_argument("-m", default="")
    own, _ = parser.parse_known_args(config.getini("addopts"))
    return (own.k, own.m) != (config.getoption("keyword"), config.getoption("markexpr"))


def _covers(config: pytest.Config) -> bool:
    """Whether every folder of the project's tests lies in one that was asked for."""
    patterns = config.getini("testpaths") or ["."]
    wanted = [Path(found).resolve() for pattern in patterns for found in glob(str(config.rootpath / pattern))]
    asked = [(config.invocation_params.dir / argument).resolve() for argument in config.args]
    return all(any(folder.is_relative_to(place) for place in asked) for folder in wanted)
