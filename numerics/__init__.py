"""How a claim is decided: engines that take symbolic objects apart. Imports `theory`, never `gradproof`.

A claim comes in at `settling`. Statements about real numbers go to `proof` and `falsifying`, which both rest on
`enclosure`; claims about chains are brought to such statements by `depth`, or by `layers` where every layer has a
weight of its own; claims about fixed points, iterates and odd sigmoids by `iteration`. `ranges` finds the exact set of
a parameter, `extrema` the sharp constants, `expectation` encloses expectations under a normal law,
and `sweeping` computes gradients of chains on large grids.

What is listed here is loaded when it is first asked for, so that `gradproof --help` need not wait for SymPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from theory._contents import lazy

_HOME = {
    "Falsifier": "numerics.falsifying.falsifier",
    "Refutation": "numerics.falsifying.falsifier",
    "FixedPoint": "numerics.iteration.isolation",
    "fixed_points": "numerics.iteration.isolation",
    "positive_fixed_point": "numerics.iteration.isolation",
    "expected_logarithm": "numerics.expectation",
    "gaussian_expectation": "numerics.expectation",
    "Interval": "numerics.enclosure.interval",
    "UndecidedError": "numerics.precision",
    "slack_at": "numerics.precision",
    "enclose": "numerics.enclosure.program",
    "rigorous_sweep": "numerics.sweeping.rigorous.plan",
    "settle": "numerics.settling",
    "sweep": "numerics.sweeping.sweep",
    "Evidence": "numerics.verdict",
    "Outcome": "numerics.verdict",
    "Range": "numerics.verdict",
    "Verdict": "numerics.verdict",
}

if TYPE_CHECKING:
    from numerics.enclosure.interval import Interval as Interval
    from numerics.enclosure.program import enclose as enclose
    from numerics.expectation import expected_logarithm as expected_logarithm
    from numerics.expectation import gaussian_expectation as gaussian_expectation
    from numerics.falsifying.falsifier import Falsifier as Falsifier
    from numerics.falsifying.falsifier import Refutation as Refutation
    from numerics.iteration.isolation import FixedPoint as FixedPoint
    from numerics.iteration.isolation import fixed_points as fixed_points
    from numerics.iteration.isolation import positive_fixed_point as positive_fixed_point
    from numerics.precision import UndecidedError as UndecidedError
    from numerics.precision import slack_at as slack_at
    from numerics.settling import settle as settle
    from numerics.sweeping.rigorous.plan import rigorous_sweep as rigorous_sweep
    from numerics.sweeping.sweep import sweep as sweep
    from numerics.verdict import Evidence as Evidence
    from numerics.verdict import Outcome as Outcome
    from numerics.verdict import Range as Range
    from numerics.verdict import Verdict as Verdict
else:
    __getattr__, __dir__ = lazy(globals(), _HOME)
