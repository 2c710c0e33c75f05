"""The commands, one a file: each adds its arguments in `add` and does its work in `run`.

Their imports at the top are light, so that `gradproof --help` is quick: engines and SymPy are imported in `run`.
"""

from __future__ import annotations

from gradproof.commands import (
    check,
    completion,
    explore,
    extremum,
    plot,
    propagate,
    prove,
    report,
    show,
    sweep,
    verify,
)

COMMANDS = (
    check, show, prove, extremum.SUPREMUM, extremum.INFIMUM, sweep, propagate, plot, explore, report, verify,
    completion,
)  # fmt: skip
