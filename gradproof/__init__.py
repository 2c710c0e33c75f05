"""gradproof: a proof checker for claims about gradients in deep networks."""

__version__ = "0.1.0"
