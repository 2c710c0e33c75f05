"""The symbols in which claims about chains of any depth are written.

θ_i, f_i, z_i, G_k, … are indexed symbols with a symbolic index, so that one formula states a claim for every depth.
`theory.instance` puts in the chain of a given depth, or abstracts from the depth.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from theory.chain import r as r
from theory.chain import x as x
from theory.chain import y as y

i, k, l = sp.symbols("i k l", integer=True, positive=True)
d, t, z, v, alpha = sp.symbols("d t z v alpha", real=True)

theta: Any = sp.IndexedBase("theta", real=True)
"""The parameters θ_1, …, θ_l."""
f: Any = sp.IndexedBase("f", real=True)
"""The outputs f_1, …, f_l, with f_0 = x."""
fp: Any = sp.IndexedBase("f^", real=True)
"""The outputs with the source's own convention f^0 := 1."""
zz: Any = sp.IndexedBase("z", real=True)
"""The arguments z_i = θ_i f_{i−1}."""
G: Any = sp.IndexedBase("G", real=True)
"""The gradient G_k = ∂g/∂θ_k."""
P: Any = sp.IndexedBase("P", real=True)
"""The source's right-hand side without d, f^{k−1}(1−f_l²)⋯(1−f_k²)∏_{i>k}θ_i, with f^0 := 1."""
D: Any = sp.IndexedBase("D", real=True)
"""∂h[y−g]/∂θ_k, where d = h′(y − g); D_k = −d G_k, since y − g falls where g rises."""
fa: Any = sp.IndexedBase("f_alpha", real=True)
"""f_α^i = tanh(θ_i tanh(⋯tanh(θ_1 x/α))), with f_α^0 = x/α."""
fpa: Any = sp.IndexedBase("f_alpha^", real=True)
"""The same with the source's own convention f_α^0 := 1."""
Ga: Any = sp.IndexedBase("G_alpha", real=True)
"""The gradient of the scaled chain, every tanh replaced by α tanh(·/α)."""
Pa: Any = sp.IndexedBase("P_alpha", real=True)
"""The source's right-hand side for the scaled chain, α f_α^{k−1}(1−(f_α^l)²)⋯(1−(f_α^k)²)∏_{i>k}θ_i, f_α^0 := 1."""
Gn: Any = sp.IndexedBase("G_naive", real=True)
"""The gradient of the chain with tanh replaced by α tanh(·)."""
Q: Any = sp.IndexedBase("Q", real=True)
"""∏_{i≥k}(1−f_i²)·∏_{i>k}θ_i: the part that G_k and P_k have in common."""
Qa: Any = sp.IndexedBase("Q_alpha", real=True)
"""The same for the scaled chain: ∏_{i≥k}(1−(f_α^i)²)·∏_{i>k}θ_i."""

F = sp.Function("F", real=True)
"""Any function from ℝ to ℝ."""
iterate: Any = sp.IndexedBase("I", real=True)
"""The n-fold composition F∘⋯∘F at z/α."""
iterate_scaled: Any = sp.IndexedBase("I_alpha", real=True)
"""The n-fold composition F_α∘⋯∘F_α at z, with F_α(w) = α F(w/α)."""
