"""How a claim is decided: engines that take symbolic objects apart. Imports `theory`, never `gradproof`.

What is listed here is loaded when it is first asked for, so that `gradproof --help` need not wait for SymPy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_HOME = {
    "Falsifier": "numerics.falsifier",
    "Refutation": "numerics.falsifier",
    "Interval": "numerics.interval",
    "UndecidedError": "numerics.precision",
    "slack_at": "numerics.precision",
    "enclose": "numerics.program",
    "settle": "numerics.settling",
    "Evidence": "numerics.verdict",
    "Outcome": "numerics.verdict",
    "Range": "numerics.verdict",
    "Verdict": "numerics.verdict",
}

if TYPE_CHECKING:
    from numerics.falsifier import Falsifier as Falsifier
    from numerics.falsifier import Refutation as Refutation
    from numerics.interval import Interval as Interval
    from numerics.precision import UndecidedError as UndecidedError
    from numerics.precision import slack_at as slack_at
    from numerics.program import enclose as enclose
    from numerics.settling import settle as settle
    from numerics.verdict import Evidence as Evidence
    from numerics.verdict import Outcome as Outcome
    from numerics.verdict import Range as Range
    from numerics.verdict import Verdict as Verdict
else:

    def __getattr__(name: str) -> Any:
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(_HOME[name]), name)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
