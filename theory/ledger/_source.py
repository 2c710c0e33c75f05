"""The source of the `ven-lederer/` claims, and the shorthand with which they are written."""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Depth, Source
from theory.notation import i, k
from theory.proof import Step, Threshold
from theory.statement import Every, Part, Relation

VEN_LEDERER = Source(
    key="ven-lederer",
    title="Regularization and Reparameterization Avoid Vanishing Gradients in Sigmoid-Type Networks",
    authors="L. Ven, J. Lederer",
    year="2021",
)

EVERY_DEPTH = Depth()
EVERY_LAYER = Depth(k)
INNER_LAYERS = Depth(k, 2)
EVERY_OUTPUT = Depth(i)
INNER_OUTPUTS = Depth(i, 2)
TWO_LAYERS_OR_MORE = Depth(k, least=2)

THREE_HALVES = sp.Rational(3, 2)


def claim(
    name: str,
    place: str,
    text: str,
    *conclusion: Part,
    where: tuple[Relation | Every, ...] = (),
    depth: Depth | None = None,
    parameter: sp.Symbol | None = None,
    proof: tuple[Step, ...] = (),
    threshold: Threshold | None = None,
) -> Claim:
    """A claim of the source under `ven-lederer/`; `place` says where it stands there."""
    return Claim(
        id=f"ven-lederer/{name}",
        text=text,
        conclusion=conclusion,
        hypotheses=where,
        source=VEN_LEDERER,
        place=place,
        depth=depth,
        parameter=parameter,
        proof=proof,
        threshold=threshold,
    )
