"""What is claimed: mathematics only, in SymPy and exact numbers. Imports nothing of the other packages.

What is listed here is loaded when it is first asked for, so that `gradproof --help` need not wait for SymPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from theory._contents import lazy

_HOME = {
    "ACTIVATIONS": "theory.activations",
    "Activation": "theory.activations",
    "activation": "theory.activations",
    "Chain": "theory.chain",
    "Claim": "theory.claim",
    "Depth": "theory.claim",
    "Source": "theory.claim",
    "StatementError": "theory.errors",
    "UndefinedError": "theory.errors",
    "VacuousError": "theory.errors",
    "CLAIMS": "theory.ledger",
    "parse_claim": "theory.parsing",
    "parse_statement": "theory.parsing",
    "Every": "theory.statement",
    "Exists": "theory.statement",
    "Image": "theory.statement",
    "Relation": "theory.statement",
}

if TYPE_CHECKING:
    from theory.activations import ACTIVATIONS as ACTIVATIONS
    from theory.activations import Activation as Activation
    from theory.activations import activation as activation
    from theory.chain import Chain as Chain
    from theory.claim import Claim as Claim
    from theory.claim import Depth as Depth
    from theory.claim import Source as Source
    from theory.errors import StatementError as StatementError
    from theory.errors import UndefinedError as UndefinedError
    from theory.errors import VacuousError as VacuousError
    from theory.ledger import CLAIMS as CLAIMS
    from theory.parsing import parse_claim as parse_claim
    from theory.parsing import parse_statement as parse_statement
    from theory.statement import Every as Every
    from theory.statement import Exists as Exists
    from theory.statement import Image as Image
    from theory.statement import Relation as Relation
else:
    __getattr__, __dir__ = lazy(globals(), _HOME)
