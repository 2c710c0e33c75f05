"""gradproof plot: pictures of a sweep or of a propagation."""

from __future__ import annotations

import math
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter

from gradproof.usage import SETTLED

DESCRIPTION = """\
Draws a sweep (the store that gradproof sweep --out wrote), or a propagation (what gradproof propagate --out p.json
wrote, or printed with --format json), and prints the name of the picture.

  gradproof plot sweep.zarr
  gradproof plot sweep.zarr --layer 1,last --x 0.5 --out phases.svg
  gradproof plot sweep.zarr --alpha 10 --x 1          two axes fixed: lines over the third, one for each layer
  gradproof plot p.json

Of a sweep the two longest axes are drawn as a map, the third at its value next to 1 unless said; beside the logarithm
of a gradient stands a phase diagram: where it vanishes, survives, and explodes. A large store is thinned to what a
picture can show, and no more than that is read.
"""
VANISHING, EXPLODING = 1e-6, 1e6
"""About the relative rounding of single precision, and one over it."""


def add(commands) -> ArgumentParser:
    parser = commands.add_parser(
        "plot",
        help="pictures of a sweep or a propagation",
        description=DESCRIPTION,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("path", metavar="PATH", help="a sweep's store, or a propagation's .json")
    parser.add_argument("--out", metavar="FILE", help="write FILE, .png or .svg (PATH with the ending .png)")
    parser.add_argument("--variable", metavar="NAME", help="what to draw of a sweep (log_gradient, or what there is)")
    parser.add_argument(
        "--layer", metavar="K[,K…]", help="layers k of ∂g/∂θ_k (maps: the first and the last of the store; lines: all)"
    )
    for name in ("theta", "x", "alpha"):
        parser.add_argument(f"--{name}", type=_value(name), metavar="V", help=f"fix {name} at its value nearest to V")
    for name, usual, word in (("vanish", VANISHING, "vanishes"), ("explode", EXPLODING, "explodes")):
        which = "below" if name == "vanish" else "above"
        parser.add_argument(
            f"--{name}", type=_threshold, metavar="V", help=f"a gradient {word} {which} this size ({usual:g})"
        )
    return parser


def run(options: Namespace) -> int:
    from gradproof.plotting.drawing import draw

    options.path = options.path.strip()  # as it came through guard_minus
    print(draw(options))
    return SETTLED


def _value(name: str):
    def read(text: str) -> float:
        value = _number(text)
        if not math.isfinite(value):
            raise ArgumentTypeError(f"{text.strip()!r} is no value of {name}: give a number, such as 0.5")
        return value

    return read


def _threshold(text: str) -> float:
    value = _number(text)
    if not 0 < value < math.inf:
        raise ArgumentTypeError(f"{text.strip()!r} is no size of a gradient: give a number above 0, such as 1e-6")
    return value


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
