"""Sweeps on a GPU: `source` puts the CUDA C of an activation together, `launch` runs it through CuPy."""
