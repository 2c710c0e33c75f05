"""gradproof propagate: signals through matrix networks, by activation and initialisation."""

from __future__ import annotations

import math
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter

from gradproof.arguments import add_color, add_format, whole
from gradproof.usage import SETTLED

DEEPEST, WIDEST, MOST_INPUTS, MOST_THREADS = 10_000, 1024, 1_000_000, 256

DESCRIPTION = """\
Pushes inputs through the layers of random networks, and the gradient back, and reports for each layer the spread of
the activations (quantiles), the shares that are saturated (slope at most 1/100 of that at 0) and collapsed (within
1/100 of f(0)), and the gradient norm from the last layer back: the root mean square over the inputs of the norm of
dC/dz, C = |a - y|^2/2 with y drawn from N(0, 1). These are measurements in doubles, not proofs.

Exercise 17.3 of chapter 17 (the gradient experiment of 17.5, five activations, a network for each depth):
  gradproof propagate --activation sigmoid tanh relu leaky-relu elu --init xavier --depth 3,5,10,20 \\
      --input-width 10 --width 20 --output-width 1 --inputs 1 --seed 42 --figure exercise-17-3.png
Exercise 17.5 (the distribution of activations in each layer, by initialisation):
  gradproof propagate --activation tanh --init standard-normal xavier he --depth 10,20,50 --figure exercise-17-5.png
"""
NOISE = """\
of --init fixed-point, W = (D + Z)/f'(0): s in sigma_z = s/sqrt(fan-in) (0.085), or auto: the least that gives the
activations the root mean square --spread at layer --target (in a wide network; error at most 1/100)"""


def add(commands) -> ArgumentParser:
    parser = commands.add_parser(
        "propagate",
        help="signals and gradients through deep random networks",
        description=DESCRIPTION,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--activation", nargs="+", default=["tanh"], metavar="NAME", help="one or several (tanh)")
    parser.add_argument("--init", nargs="+", default=["xavier"], metavar="NAME", help="one or several (xavier)")
    parser.add_argument("--depth", type=depths, default=(50,), metavar="L[,L…]", help="numbers of layers (50)")
    parser.add_argument("--width", type=whole("width", WIDEST), default=128, metavar="N", help="units in a layer (128)")
    for name, what in (
        ("input-width", "inputs of a network (as --width)"),
        ("output-width", "one more layer of N units"),
    ):
        parser.add_argument(f"--{name}", type=whole("width", WIDEST), metavar="N", help=what)
    inputs = parser.add_mutually_exclusive_group()
    number = whole("number of inputs", MOST_INPUTS)
    inputs.add_argument("--inputs", type=number, default=1000, metavar="N", help="inputs drawn from N(0, 1) (1000)")
    inputs.add_argument("--input-file", metavar="FILE", help="inputs of your own: .npy or .csv, a row for each")
    parser.add_argument(
        "--seed", type=seed, default=0, metavar="S", help="whole number; the same one, the same result (0)"
    )
    parser.add_argument(
        "--residual", action="store_true", help="a layer adds its input, where the width stays the same"
    )
    parser.add_argument("--noise", type=noise, metavar="S|auto", help=NOISE)
    parser.add_argument(
        "--target", type=whole("target layer", DEEPEST), metavar="L", help="of --noise auto (the depth)"
    )
    parser.add_argument("--spread", type=spread, metavar="R", help="of --noise auto (0.2)")
    parser.add_argument("--no-gradient", action="store_true", help="forward only")
    every = whole("stride", DEEPEST)
    parser.add_argument("--every", type=every, default=1, metavar="N", help="report every N-th layer, and the last (1)")
    threads = whole("number of threads", MOST_THREADS)
    parser.add_argument(
        "--threads", type=threads, metavar="N", help="threads that share the work (one a core, up to 8)"
    )
    parser.add_argument("--out", metavar="FILE", help="write every layer to FILE, .csv or .json")
    parser.add_argument("--figure", metavar="FILE", help="draw FILE, .png or .svg (needs matplotlib)")
    add_format(parser)
    add_color(parser)
    return parser


def run(options: Namespace) -> int:
    from gradproof.propagations.running import experiments, propagated

    # What can be wrong is found before anything is computed or written.
    planned = experiments(options)
    runs = propagated(planned, options)
    if options.out is not None:
        from gradproof.propagations.table import write_table

        write_table(options.out, runs)
    if options.figure is not None:
        from gradproof.propagations.figure import draw

        draw(options.figure, runs)
    _print(runs, options)
    return SETTLED


def _print(runs, options: Namespace) -> None:
    from gradproof.display import console
    from gradproof.propagations.table import document, print_runs
    from gradproof.record import dump

    if options.format == "json":
        dump(document(runs))
    else:
        print_runs(runs, console(options.no_color))


def depths(text: str) -> tuple[int, ...]:
    """Depths of networks: whole numbers from 1 to 10,000, joined by commas."""
    return tuple(whole("depth", DEEPEST)(part) for part in text.split(","))


def seed(text: str) -> int:
    """A seed: a whole number from 0 to 2**63 − 1."""
    given = text.strip()
    value = int(given) if given.isascii() and given.isdigit() and len(given) < 20 else -1
    if not 0 <= value < 2**63:
        raise ArgumentTypeError(f"{given!r} is not a seed: give a whole number from 0 to 2**63 - 1, such as 42")
    return value


def noise(text: str) -> float | str:
    """A noise scale ≥ 0, or "auto"."""
    return (
        "auto"
        if text.strip() == "auto"
        else _number(text, "noise scale", 0.0, 1e6, "from 0 up, such as 0.085, or auto")
    )


def spread(text: str) -> float:
    """The root mean square of activations that is wanted: above 0, and below the bound of the activations, 1."""
    value = _number(text, "spread", 0.0, 1.0, "between 0 and 1, such as 0.2")
    if not 0 < value < 1:
        raise ArgumentTypeError(f"{text.strip()!r} is not a spread: give a number between 0 and 1, such as 0.2")
    return value


def _number(text: str, role: str, low: float, high: float, advice: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise ArgumentTypeError(f"{text.strip()!r} is not a {role}: give a number {advice}")
    return value
