"""The noise of `--noise auto` keeps the spread up to a target layer: six odd sigmoids, against other initialisations.

For each activation and target layer: the root mean square of the activations at that layer, wanted, predicted for wide
networks (numerics/networks/spread.py) and measured; the share collapsed (within 1/100 of 0) and saturated; and how the
gradient changes on its way back from the last layer to the first, as a power of ten. One seed, Gaussian inputs,
doubles: a measurement, not a proof. Writes benchmarks/results/noise.json and noise.md; ends with 1 if the noise keeps a
measured spread of less than `KEPT` times the wanted one anywhere.

    python benchmarks/noise_experiment.py [--depths 20,200,2000] [--width 128] [--inputs 64] [--spread 0.2] [--seed 0]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from itertools import product
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from numerics.networks.initializing import Weights
from numerics.networks.propagation import Propagation, gaussian_inputs
from numerics.networks.spread import Spread
from theory.activations import activation
from theory.networks import initialization

RESULTS = Path(__file__).parent / "results"
ACTIVATIONS = ("tanh", "arctan", "softsign", "erf", "gudermannian", "algebraic")
KEPT = 0.85
STARTS = ("auto", "fixed-point", "xavier", "he", "orthogonal")


def measure(name: str, start: str, depth: int, options: argparse.Namespace) -> dict:
    """One network of the depth, reported at its last layer and, for the gradient, at its first."""
    f = activation(name)
    began = time.perf_counter()
    s = predicted = None
    if start in ("auto", "fixed-point"):
        spread = Spread(f)
        s = spread.noise(depth, float(options.spread)) if start == "auto" else 0.085
        predicted = spread.after(depth, s)
    weights = Weights(initialization("fixed-point" if start == "auto" else start), f, options.seed, s)
    inputs = gaussian_inputs(options.width, options.inputs, options.seed)
    layers = Propagation(weights, (options.width,) * (depth + 1), inputs).run()
    first, last = layers[0], layers[-1]
    change = None
    if first.log10_gradient is not None and last.log10_gradient is not None:
        change = round(first.log10_gradient - last.log10_gradient, 2)
    return {
        "activation": name,
        "initialization": start,
        "layer": depth,
        "noise": s,
        "predicted": predicted,
        "measured": last.std,
        "collapsed": last.collapsed,
        "saturated": last.saturated,
        "gradient_change_log10": change,
        "seconds": round(time.perf_counter() - began, 1),
    }


def table(rows: list[dict]) -> str:
    heads = ["activation", "layer", "initialisation", "s", "predicted spread", "measured", "collapsed", "saturated"]
    lines = [f"| {' | '.join([*heads, 'gradient, first/last'])} |", "|---" * (len(heads) + 1) + "|"]
    for row in rows:
        told = [("–" if row[key] is None else f"{row[key]:.3g}") for key in ("noise", "predicted", "measured")]
        shares = [f"{100 * row[key]:.0f} %" for key in ("collapsed", "saturated")]
        change = "–" if row["gradient_change_log10"] is None else f"1e{row['gradient_change_log10']:+.1f}"
        cells = [row["activation"], str(row["layer"]), row["initialization"], *told, *shares, change]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--depths", default="20,200,2000")
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--inputs", type=int, default=64)
    parser.add_argument("--spread", default="0.2")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    depths = [int(depth) for depth in options.depths.split(",")]
    rows = []
    for name, depth, start in product(ACTIVATIONS, depths, STARTS):
        rows.append(measure(name, start, depth, options))
        print(table(rows[-1:]).splitlines()[-1], flush=True)
    machine = {"python": platform.python_version(), "system": platform.system(), "processors": os.cpu_count()}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "noise.json").write_text(
        json.dumps({"machine": machine, "options": vars(options), "rows": rows}, indent=1) + "\n"
    )
    described = ", ".join(f"{key} {value}" for key, value in {**vars(options), **machine}.items())
    (RESULTS / "noise.md").write_text(f"{table(rows)}\n\n{described}\n")
    wanted = float(options.spread)
    kept = all((row["measured"] or 0) >= KEPT * wanted for row in rows if row["initialization"] == "auto")
    print(f"the noise {'keeps' if kept else 'does not keep'} {KEPT} of the wanted spread everywhere")
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
