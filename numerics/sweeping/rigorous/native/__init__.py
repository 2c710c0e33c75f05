"""The rigorous sweep on the processor, as texts that `numerics.sweeping.rigorous.compiled` puts together for Numba."""
