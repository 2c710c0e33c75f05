"""Sweeps: the gradient of the scaled chain on large grids of (θ, x, α), at any depth, in doubles or singles.

`step` derives what one layer does from the symbolic source; `source` prints it for a machine; `compiled` (with the
texts of `native`) and `arrays` run it; `closing` ends an orbit that has come close to its fixed point; `grid` says
where; `engine` computes a tile, `sweep` all of them, and `store` keeps them. `rigorous` has certain bounds over cells.
"""
