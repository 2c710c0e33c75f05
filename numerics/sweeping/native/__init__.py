"""The kernels of the processor, as texts that `numerics.sweeping.compiled` puts together and compiles."""
