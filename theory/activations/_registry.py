"""The activations by name."""

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from theory.activations import _rectifiers as rectifiers
from theory.activations import _sigmoids as sigmoids
from theory.activations._activation import Activation
from theory.errors import StatementError

ACTIVATIONS: Mapping[str, Activation] = MappingProxyType(
    {
        record.name: record
        for record in (
            sigmoids.TANH,
            sigmoids.LOGISTIC,
            sigmoids.LOG_SIGMOID,
            sigmoids.ARCTAN,
            sigmoids.SOFTSIGN,
            sigmoids.ERF,
            rectifiers.RELU,
            rectifiers.leaky_relu(),
            rectifiers.elu(),
            rectifiers.GELU,
            rectifiers.SILU,
            sigmoids.GUDERMANNIAN,
            sigmoids.ALGEBRAIC,
        )
    }
)
"""Every activation by its name, those with a parameter at its usual value."""

ALIASES: Mapping[str, str] = MappingProxyType(
    {"sigmoid": "logistic", "logsigmoid": "log-sigmoid", "swish": "silu", "gd": "gudermannian", "atan": "arctan"}
)
"""Other names of the literature, to the name in the registry."""


def activation(name: str) -> Activation:
    """The activation of that name or alias; an unknown name is an error that gives the nearest one."""
    wanted = name.strip().lower().replace("_", "-")
    wanted = ALIASES.get(wanted, wanted)
    if wanted not in ACTIVATIONS:
        raise StatementError(f"there is no activation {name!r}: {_advice(wanted)}")
    return ACTIVATIONS[wanted]


def _advice(name: str) -> str:
    near = get_close_matches(name, [*ACTIVATIONS, *ALIASES], n=1)
    return f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(ACTIVATIONS)}"
