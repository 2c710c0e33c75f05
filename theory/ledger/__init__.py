"""The ledger: every claim to settle, by its permanent id."""

from collections.abc import Mapping

from theory.claim import Claim, ledger
from theory.ledger import (
    chapter_17,
    corrected,
    fixed_points,
    many_layers,
    networks,
    new,
    odd_sigmoid,
    properties,
    scaling,
    section_2,
    theorem_1,
)

CLAIMS: Mapping[str, Claim] = ledger(
    (
        *section_2.CLAIMS,
        *theorem_1.CLAIMS,
        *properties.CLAIMS,
        *scaling.CLAIMS,
        *many_layers.CLAIMS,
        *networks.CLAIMS,
        *corrected.CLAIMS,
        *new.CLAIMS,
        *chapter_17.CLAIMS,
        *chapter_17.CORRECTIONS,
        *fixed_points.CLAIMS,
        *odd_sigmoid.CLAIMS,
    )
)
