"""The ledger: every claim to settle, by its permanent id."""

from collections.abc import Mapping

from theory.claim import Claim, ledger
from theory.ledger import corrected, many_layers, networks, new, properties, scaling, section_2, theorem_1

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
    )
)
