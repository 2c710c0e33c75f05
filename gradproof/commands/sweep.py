"""gradproof sweep: the gradient of the scaled chain on a grid of (θ, x, α)."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter

from gradproof.arguments import add_color, add_format, whole
from gradproof.usage import SETTLED

DEEPEST = 10**9

DESCRIPTION = """\
The gradient of the scaled chain f_α(θ_l f_α(… f_α(θ_1 x))), f_α(z) = α f(z/α), with θ_1 = … = θ_l = θ, at every point
of a grid: log|∂g/∂θ_k| in doubles or singles, finite far below the smallest of them. These are measurements, with the
error that `accuracy` in the store states, not proofs.

  gradproof sweep --theta 0.5:3:1024 --x 0.1:3:64 --alpha 1:1000:256:log --depth 64 --out sweep.zarr
  gradproof sweep --theta -2:2:201 --depth 1000000 --layers 1,2,10,last --activation arctan

An axis is A:B:N (N values from A to B), A:B:N:log (by equal factors), values A,B,C, or for θ a file theta.npy with a
row of L numbers for each chain, one for each layer. Without --out only a summary is kept. The same command goes on
with a store that was left unfinished.

  gradproof sweep --theta 0.5:3:257 --x 0.1:3:33 --depth 64 --rigorous --epsilon 1e-6 --split 2

--rigorous gives certain lower and upper bounds of log|∂g/∂θ_k| over each cell between neighbouring values of the axes,
in outward-rounded arithmetic; with --epsilon, whether the gradient is certainly at least ε in the whole cell, certainly
less, or undecided.
"""


def add(commands) -> ArgumentParser:
    parser = commands.add_parser(
        "sweep",
        help="gradients of chains on large grids",
        description=DESCRIPTION,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--theta", required=True, metavar="AXIS", help="θ of all layers, or theta.npy")
    parser.add_argument("--x", default="1", metavar="AXIS", help="inputs (1)")
    parser.add_argument("--alpha", default="1", metavar="AXIS", help="scales α > 0 (1)")
    parser.add_argument("--depth", required=True, type=whole("depth", DEEPEST), metavar="L", help="number of layers")
    parser.add_argument("--layers", default="1,last", metavar="K[,K…]", help="the k of ∂g/∂θ_k (1,last)")
    parser.add_argument("--want", default="log_gradient", metavar="NAME[,NAME…]", help="what to give (log_gradient)")
    parser.add_argument("--activation", default="tanh", metavar="NAME", help="the activation f (tanh)")
    parser.add_argument("--out", metavar="STORE", help="write a zarr store, for xarray.open_zarr")
    parser.add_argument("--backend", default="auto", metavar="NAME", help="auto, numpy, numba or cupy (auto)")
    parser.add_argument("--dtype", default="float64", metavar="TYPE", help="float64 or float32 (float64)")
    parser.add_argument("--rigorous", action="store_true", help="certain bounds over the cells of the grid")
    parser.add_argument("--epsilon", metavar="E", help="with --rigorous: decide whether |∂g/∂θ_k| ≥ E, read exactly")
    parser.add_argument(
        "--split", type=whole("number of times to split", 12), metavar="N", help="halve what is undecided"
    )
    parser.add_argument("--dry-run", action="store_true", help="say how large and how long, and compute nothing")
    add_format(parser)
    add_color(parser)
    return parser


def run(options: Namespace) -> int:
    if options.rigorous or options.split is not None or options.epsilon is not None:
        from gradproof import rigorous_sweeping

        rigorous_sweeping.carry_out(options)
        return SETTLED
    from gradproof import sweeping

    ready = sweeping.prepared_from(options)
    if options.dry_run:
        sweeping.print_estimate(ready, options)
    else:
        sweeping.carry_out(ready, options)
    return SETTLED
