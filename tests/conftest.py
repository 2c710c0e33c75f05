"""What all tests share: the Hypothesis profile, and an engine that answers as it is told."""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Callable

import pytest
from hypothesis import settings

pytest_plugins = ["pytester", "cuda_on_host"]

# Proofs take as long as they take. In CI the same examples are drawn every time, so that a failure can be repeated.
settings.register_profile("gradproof", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("gradproof")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable], None]:
    """engine(f): puts f(claim, seconds, report) in the place of `numerics.settling.settle`, for children too."""

    def install(settle: Callable) -> None:
        module = types.ModuleType("numerics.settling")
        # The digits of a range are of no interest to what is tested with a stand-in.
        module.settle = lambda claim, seconds, report, digits=15: settle(claim, seconds, report)  # pyright: ignore[reportAttributeAccessIssue]
        monkeypatch.setitem(sys.modules, "numerics.settling", module)

    return install
