"""Rigorous sweeps: certain bounds of log|∂g/∂θ_k| over the cells of a grid, in outward-rounded arithmetic.

**The gradient.** For one θ in all layers let y_0 = x/α, z_i = θ y_(i−1), y_i = f(z_i). The scaled chain is g = α y_l,
and with e(z) = z f′(z)/f(z) each slope is θ f′(z_i) = e(z_i) y_i/y_(i−1), so that

    ∂g/∂θ_k = α y_(k−1) f′(z_k) ∏_(i>k) θ f′(z_i) = α (y_l/θ) ∏_(i≥k) e(z_i),    y_l/θ = y_(l−1) f(z_l)/z_l.

**No wrapping.** For f odd, and increasing, positive and concave on z > 0, sizes are all that matters, and |y_i| grows
with |θ| and with |y_0|: the orbits of the least and the greatest |θ| and |y_0| of a cell lie below and above all of
its orbits. f(z)/z falls on z > 0, and e does too for the activations that are supported; so every factor is monotone,
and is bounded at the corner (θ₁, x₁) of the least sizes or at (θ₂, x₂) of the greatest:

    ∏ e(z_i) is least at (θ₂, x₂) and greatest at (θ₁, x₁);
    y_l/θ ≥ y_l(θ₁, x₁)/θ₂, and ≥ y_(l−1)(θ₁, x₁) · (f(z_l)/z_l)(θ₂, x₁), for y_l/θ grows with x at each θ;
    y_l/θ ≤ y_l(θ₂, x₂)/θ₁, and ≤ y_(l−1)(θ₂, x₂) · (f(z_l)/z_l)(θ₁, x₂).

**α is exact.** α f(w/α) does not fall with α, as f(w)/w falls; so α y_(l−1) grows with α, and z_i = θ y_(i−1) falls
with it, as y_0 does. Hence |∂g/∂θ_k| grows with α: the lower bound is that at the least α, the upper one that at the
greatest.

**Ends of orbits.** An orbit of lower bounds may be held where it is as soon as a step does not lower it: if T is the
true map, increasing, and T(v) ≥ v, then Tⁿ(y) ≥ v for all n if y ≥ v; likewise for upper bounds. It is held when the
change is below 2⁻⁵⁰ of its size, and the rest is a power of one factor: a rounded orbit that repeats itself is a case
of this. Where z ≤ 2⁻⁶⁰ and θ f′(0) ≤ 1, z stays there, f′(0) z (1 − z) ≤ f(z) ≤ f′(0) z and 1 − z ≤ e(z) ≤ 1, and the
rest is a geometric sequence. All else goes on layer by layer, at θ f′(0) near 1 to the end.

What f is needed for is not taken on trust: `premises` has the prover show it. `elementary` has the functions with
their errors, `steps` one layer of each activation, as one text for NumPy (`rounded`, `arrays`), Numba (`native`,
`compiled`) and CUDA C (`cuda`); `cells` puts corners together, and `plan` is what a store and the command line see.

Rounding: on the GPU by the directed instructions, with Numba by the nearest result and the exact residual (the same
doubles), with NumPy by the neighbour of the nearest result (a little wider). Only the polynomials of `elementary` are
rounded to nearest, with an error that is taken off at their end.
"""

from numerics.sweeping.rigorous.plan import rigorous_sweep as rigorous_sweep
