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
  gradproof sweep --theta 0.5:2:301 --x 0.1,1 --depth 1000000 --want vanishing_depth,peak --epsilon 1e-12
  gradproof sweep --claim ven-lederer/theorem-1/small-gradient --theta 0.1:3:300 --x 0.1:3:30 --depth 2 \
      --set t=0.1:0.9:9 --set r=1 --set d=1

An axis is A:B:N (N values from A to B), A:B:N:log (by equal factors), values A,B,C, or for θ a file theta.npy with a
row of L numbers for each chain, one for each layer. Without --out only a summary is kept. The same command goes on
with a store that was left unfinished.

With --want: log_gradient, gradient_sign, output, distance (to the fixed point), vanishing_depth (the least depth with
|∂g/∂θ_1| < ε), peak (the largest |∂g/∂θ_1| down the chain, and where), scale_needed (the least α that keeps it ≥ ε).
With --claim: the slack of the claim (≥ 0 where it holds); the worst points go to the falsifier, and what it confirms
at an exact point is a counterexample.

--rigorous gives certain lower and upper bounds of log|∂g/∂θ_k| over each cell between neighbouring values of the axes,
in outward-rounded arithmetic; with --epsilon, whether the gradient is certainly at least ε in the whole cell, certainly
less, or undecided:

  gradproof sweep --theta 0.5:3:257 --x 0.1:3:33 --depth 64 --rigorous --epsilon 1e-6 --split 2

On many machines: `dask scheduler` on one, `dask worker tcp://host:8786` on each, and --scheduler tcp://host:8786 here,
with --out on a disk that all of them share. The tiles of a worker that is lost are computed again.
"""


def add(commands) -> ArgumentParser:
    parser = commands.add_parser(
        "sweep",
        help="gradients of chains on large grids",
        description=DESCRIPTION,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--theta", metavar="AXIS", help="θ of all layers, or theta.npy")
    parser.add_argument("--x", metavar="AXIS", help="inputs (1)")
    parser.add_argument("--alpha", metavar="AXIS", help="scales α > 0 (1)")
    parser.add_argument("--depth", type=whole("depth", DEEPEST), metavar="L", help="number of layers")
    parser.add_argument("--layers", default="1,last", metavar="K[,K…]", help="the k of ∂g/∂θ_k (1,last)")
    parser.add_argument("--want", default="log_gradient", metavar="NAME[,NAME…]", help="what to give (log_gradient)")
    parser.add_argument("--epsilon", metavar="E", help="the size of a gradient that counts as lost, such as 1e-12")
    parser.add_argument("--activation", default="tanh", metavar="NAME", help="the activation f (tanh)")
    parser.add_argument("--claim", metavar="ID", help="sweep the slack of a claim of the ledger, and try to refute it")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=AXIS", help="another variable of the claim")
    parser.add_argument("--out", metavar="STORE", help="write a zarr store, for xarray.open_zarr")
    parser.add_argument("--backend", default="auto", metavar="NAME", help="auto, numpy, numba or cupy (auto)")
    parser.add_argument("--dtype", default="float64", metavar="TYPE", help="float64 or float32 (float64)")
    parser.add_argument("--rigorous", action="store_true", help="certain bounds over the cells of the grid")
    parser.add_argument(
        "--split", type=whole("number of times to split", 12), metavar="N", help="halve undecided cells N times"
    )
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="run on the workers of a Dask scheduler, such as tcp://host:8786"
    )
    parser.add_argument("--dry-run", action="store_true", help="say how large and how long, and compute nothing")
    add_format(parser)
    add_color(parser)
    return parser


def run(options: Namespace) -> int:
    from gradproof.sweeps import running as sweeping

    ready = sweeping.prepared_from(options)
    if options.dry_run:
        sweeping.print_estimate(ready, options)
    else:
        sweeping.carry_out(ready, options)
    return SETTLED
