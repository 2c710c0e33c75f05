"""Sweeps of the slack of a claim: the options into a plan, the worst points, and what the falsifier makes of them."""

from __future__ import annotations

import heapq
from argparse import Namespace
from collections.abc import Callable
from typing import Any

import numpy as np

from gradproof.select import unknown
from gradproof.sweeps.summary import Summary
from gradproof.usage import UsageError
from numerics.findings import point
from numerics.sweeping.engine import chosen_backend
from numerics.sweeping.grid import Tile, parse_axis
from numerics.sweeping.slack import ClaimPlan, claim_plan
from numerics.sweeping.sweep import Prepared, chosen_layers
from numerics.wording import witness_of
from theory.ledger import CLAIMS

WORST, SECONDS = 8, 10.0
"""So many points of the least slack go to the falsifier, for so long."""


def prepared_claim(options: Namespace, layers: Callable[[str], list[int | str]]) -> Prepared[ClaimPlan]:
    """The plan of `gradproof sweep --claim ID`."""
    if options.claim not in CLAIMS:
        raise UsageError(unknown(options.claim, CLAIMS))
    claim, axes = CLAIMS[options.claim], {}
    for name, text in (("theta", options.theta), ("x", options.x), ("alpha", options.alpha)):
        if text is not None:
            axes[name] = parse_axis(text, name)
    for given in options.set:
        name, equals, text = (part.strip() for part in given.partition("="))
        if not (name and equals):
            raise UsageError(f"--set {given!r} sets nothing: write NAME=VALUE or NAME=A:B:N, such as t=9/10")
        if name in axes:
            raise UsageError(f"{name} is given twice: leave out --set {given!r}, or the other one")
        axes[name] = parse_axis(text, name)
    if claim.depth is not None and options.depth is None:
        raise UsageError(
            f"{claim.id!r} is about chains of every depth: give --depth, such as --depth {claim.depth.least}"
        )
    if (options.want, options.activation, options.dtype, options.epsilon) != ("log_gradient", "tanh", "float64", None):
        raise UsageError("--claim is the claim as it stands: leave out --want, --activation, --dtype and --epsilon")
    backend, reason = ("numpy", "asked for") if options.backend == "numpy" else chosen_backend(options.backend)
    if backend == "numba":  # has no kernels for claims; the processor runs them all the same
        backend = "numpy"
    depth = options.depth or 1
    plan = claim_plan(claim, axes, depth, chosen_layers(layers(options.layers), depth), backend)
    return Prepared(plan, reason)


class ClaimSummary(Summary):
    """The same, and the worst points, which go to the falsifier at the end."""

    plan: ClaimPlan

    def __init__(self, plan: ClaimPlan):
        super().__init__(plan)
        self.worst: list[tuple[float, int | None, tuple[int, ...]]] = []

    def add(self, tile: Tile, found: dict[str, np.ndarray]) -> None:
        super().add(tile, found)
        (variable,) = self.plan.variables
        begins = [part.start for part in variable.region(tile) if part.start is not None]
        for place, layer in enumerate(self.plan.layers or (None,)):
            values = found["slack"][place] if layer is not None else found["slack"]
            flat = np.where(np.isnan(values), np.inf, values).ravel()
            for i in np.argpartition(flat, min(WORST, flat.size) - 1)[:WORST]:
                where = np.unravel_index(int(i), values.shape)
                at = tuple(int(j) + begin for j, begin in zip(where, begins, strict=True))
                if flat[i] < np.inf:
                    with self.lock:
                        self.worst.append((float(flat[i]), layer, at))
        with self.lock:
            self.worst = heapq.nsmallest(WORST, self.worst, key=lambda one: (one[0], one[1] or 0, one[2]))

    def extra(self) -> dict[str, Any]:
        """What the falsifier finds at the worst points, or on its way down from them."""
        found = self.plan.refuted([(layer, at) for _, layer, at in self.worst], SECONDS)
        if found is None:
            return {"claim": self.plan.claim.id, "counterexample": None}
        names = {"l": str(self.plan.depth)} if self.plan.claim.depth else {}
        return {
            "claim": self.plan.claim.id,
            "counterexample": {**names, **witness_of(found.point)},
            "relation": str(found.relation),
            "evidence": found.detail,
        }

    def lines(self, extra: dict[str, Any]) -> list[str]:
        """The same for reading."""
        if not self.worst:
            return ["the hypotheses hold nowhere on the grid"]
        if extra["counterexample"] is None:
            least = self.worst[0][0]
            return [
                f"no counterexample: {len(self.worst)} points of the least slack were searched from"
                + ("; a negative slack there is a rounding, or unconfirmed" if least < 0 else "")
            ]
        return [
            f"a counterexample, confirmed with Arb: {point(extra['counterexample'])}",
            f"  {extra['relation']} fails: {extra['evidence']}",
        ]
