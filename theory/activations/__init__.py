"""The activations: their formulas, safe in plain doubles, and what is claimed of them."""

from theory.activations._activation import Activation as Activation
from theory.activations._activation import Bound as Bound
from theory.activations._activation import z as z
from theory.activations._facts import facts as facts
from theory.activations._rectifiers import elu as elu
from theory.activations._rectifiers import leaky_relu as leaky_relu
from theory.activations._registry import ACTIVATIONS as ACTIVATIONS
from theory.activations._registry import ALIASES as ALIASES
from theory.activations._registry import activation as activation
