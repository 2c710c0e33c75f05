"""Propagation through thousands of layers, side by side: gradproof, plain NumPy, and PyTorch on the CPU if installed.

All of them push the same inputs through the same tanh network, initialised with the same weights (drawn layer by layer
from the seed, which is timed with everything else, as nobody stores 10,000 layers). Three tasks: *forward* gives the
last layer; *report* gives, for every layer, the five quantiles and the saturated and collapsed shares besides;
*gradient* gives the gradient norm of every layer as well, within memory for about 2√L layers (PyTorch and NumPy
recompute from checkpoints too). Ratios are of times in the same run, medians over `--repeats` with the contestants
taking turns. Each run is a process of its own, in which the contestant has `--threads` threads: gradproof divides the
inputs among them, NumPy gives them to its matrix product (OpenBLAS), PyTorch to all it does. Formulas are compiled and
libraries loaded before the clock starts. The processors' seconds are given as well: they tell more than the clock's,
which the ratio is of, where other programs run. Prints a table and writes benchmarks/results/propagate.json and
propagate.md; ends with 1 if the results disagree, or gradproof takes more than `LIMIT` times what NumPy does.

    python benchmarks/bench_propagate.py [--layers 10000[,N,N]] [--width 128] [--inputs 3000] [--repeats 1]
        [--threads 1,2] [--tasks forward,report,gradient]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from numerics.networks.initializing import TARGETS, Weights, stream
from numerics.networks.layer import QUANTILES
from numerics.networks.propagation import Propagation, gaussian_inputs
from theory.activations import activation
from theory.networks import initialization

RESULTS = Path(__file__).parent / "results"
LIMIT = 1.1
Task = Callable[[], list[float]]


class Setting:
    """The network that all contestants go through, and its inputs."""

    def __init__(self, options: argparse.Namespace, layers: int):
        self.layers, self.width, self.count = layers, options.width, options.inputs
        self.weights = Weights(initialization("xavier"), activation("tanh"), options.seed)
        self.x = gaussian_inputs(self.width, self.count, options.seed)
        self.y = stream(options.seed, *TARGETS).standard_normal((self.width, self.count))
        self.threads = options.threads
        self.stride = int(np.sqrt(self.layers)) + 1

    def weight(self, l: int) -> np.ndarray:
        return self.weights.layer(l, self.width, self.width)


def with_gradproof(setting: Setting, task: str) -> list[float]:
    every = setting.layers if task == "forward" else 1
    widths = (setting.width,) * (setting.layers + 1)
    rows = Propagation(setting.weights, widths, setting.x, gradient=task == "gradient", every=every,
                       threads=setting.threads).run()  # fmt: skip
    norms = [row.gradient or 0.0 for row in rows] if task == "gradient" else []
    return [rows[-1].std or 0.0, *norms]


def with_numpy(setting: Setting, task: str) -> list[float]:
    """What one would write by hand."""
    a, kept = setting.x, {0: setting.x}
    for l in range(1, setting.layers + 1):
        z = setting.weight(l) @ a
        a = np.tanh(z)
        if task != "forward":
            np.quantile(a, QUANTILES)
            np.mean(1 - a**2 <= 0.01)
            np.mean(np.abs(a) <= 0.01)
        if task == "gradient" and l % setting.stride == 0:
            kept[l] = a
    if task != "gradient":
        return [float(a.std())]
    norms: list[float] = []
    reaching = a - setting.y
    for begin in range((setting.layers - 1) // setting.stride * setting.stride, -1, -setting.stride):
        stretch = [kept.pop(begin)]
        for l in range(begin + 1, min(begin + setting.stride, setting.layers) + 1):
            stretch.append(np.tanh(setting.weight(l) @ stretch[-1]))
        for l in range(begin + len(stretch) - 1, begin, -1):
            delta = reaching * (1 - stretch.pop() ** 2)
            norms.insert(0, float(np.sqrt(np.mean(np.sum(delta**2, axis=0)))))
            reaching = setting.weight(l).T @ delta
    return [float(a.std()), *norms]


def with_torch(setting: Setting, task: str) -> list[float]:
    """The same steps with tensors of PyTorch, in doubles on the CPU; its autograd would store every layer."""
    import torch  # pyright: ignore[reportMissingImports]

    torch.set_num_threads(setting.threads)
    levels = torch.tensor(QUANTILES, dtype=torch.float64)

    def weight(l: int) -> Any:
        return torch.from_numpy(setting.weight(l))

    a = torch.from_numpy(setting.x)
    kept = {0: a}
    with torch.no_grad():
        for l in range(1, setting.layers + 1):
            a = torch.tanh(weight(l) @ a)
            if task != "forward":
                # torch.quantile takes no more than 16 million numbers; sorting has no limit.
                ordered = torch.sort(a.flatten()).values
                ordered[(levels * (ordered.numel() - 1)).round().long()]
                (1 - a**2 <= 0.01).double().mean()
                (a.abs() <= 0.01).double().mean()
            if task == "gradient" and l % setting.stride == 0:
                kept[l] = a
        if task != "gradient":
            return [float(a.std(correction=0))]
        norms: list[float] = []
        reaching = a - torch.from_numpy(setting.y)
        for begin in range((setting.layers - 1) // setting.stride * setting.stride, -1, -setting.stride):
            stretch = [kept.pop(begin)]
            for l in range(begin + 1, min(begin + setting.stride, setting.layers) + 1):
                stretch.append(torch.tanh(weight(l) @ stretch[-1]))
            for l in range(begin + len(stretch) - 1, begin, -1):
                delta = reaching * (1 - stretch.pop() ** 2)
                norms.insert(0, float((delta**2).sum(0).mean().sqrt()))
                reaching = weight(l).T @ delta
        return [float(a.std(correction=0)), *norms]


CONTESTANTS: dict[str, Callable[[Setting, str], list[float]]] = {
    "gradproof": with_gradproof,
    "NumPy": with_numpy,
    "PyTorch": with_torch,
}


def run_one(options: argparse.Namespace) -> int:
    """The run of one contestant, in this process: prints its time and what it found."""
    run, layers = CONTESTANTS[options.one], options.layers
    run(Setting(options, 2), options.tasks)
    setting = Setting(options, layers)
    began = time.perf_counter(), time.process_time()
    found = run(setting, options.tasks)
    print(json.dumps([time.perf_counter() - began[0], time.process_time() - began[1], found]))
    return 0


def measured(name: str, options: argparse.Namespace, threads: int, layers: int, task: str) -> list[Any]:
    """The same in a process of its own: how many threads BLAS has is settled when NumPy is loaded."""
    command = [sys.executable, __file__, "--one", name, "--tasks", task, "--threads", str(threads)]
    command += [f"--{key}={vars(options)[key]}" for key in ("width", "inputs", "seed")] + [f"--layers={layers}"]
    blas = "1" if name == "gradproof" else str(threads)
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": blas, "OMP_NUM_THREADS": str(threads)}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def compare(options: argparse.Namespace, threads: int, layers: int, task: str) -> dict[str, Any]:
    present = [name for name in CONTESTANTS if name != "PyTorch" or find_spec("torch")]
    times: dict[str, list[float]] = {name: [] for name in present}
    busy: dict[str, list[float]] = {name: [] for name in present}
    results: dict[str, list[float]] = {}
    for _ in range(options.repeats):
        for name in present:
            taken, worked, results[name] = measured(name, options, threads, layers, task)
            times[name].append(taken)
            busy[name].append(worked)
    # The two orders of summation drift apart over thousands of layers: the last spread agrees to a few digits.
    agree = all(np.allclose(found, results["NumPy"], rtol=1e-2, atol=1e-12) for found in results.values())
    seconds = {name: round(statistics.median(taken), 3) for name, taken in times.items()}
    ratios = {name: round(taken / seconds["NumPy"], 2) for name, taken in seconds.items()}
    return {
        "task": task, "threads": threads, "layers": layers, "seconds": seconds, "ratio_to_numpy": ratios,
        "cpu_seconds": {name: round(statistics.median(worked), 3) for name, worked in busy.items()}, "agree": agree,
    }  # fmt: skip


def table(rows: list[dict[str, Any]]) -> str:
    lines = [
        "| task | layers | threads | contestant | seconds | ratio to NumPy | CPU s |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        for name in CONTESTANTS:
            taken, ratio = row["seconds"].get(name), row["ratio_to_numpy"].get(name)
            told = (
                "not installed | – | –"
                if taken is None
                else f"{taken:.2f} | {ratio:.2f} | {row['cpu_seconds'][name]:.2f}"
            )
            lines.append(f"| {row['task']} | {row['layers']} | {row['threads']} | {name} | {told} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("width", 128), ("inputs", 3000), ("repeats", 1), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--threads", default="1,2", help="one number, or several, separated by commas")
    parser.add_argument("--layers", default="10000", help="one number, or one for each task, separated by commas")
    parser.add_argument("--tasks", default="forward,report,gradient")
    parser.add_argument("--one", choices=CONTESTANTS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        options.threads, options.layers = int(options.threads), int(options.layers)
        return run_one(options)
    tasks, layers = options.tasks.split(","), [int(layers) for layers in options.layers.split(",")]
    rows = []
    for (place, task), threads in product(enumerate(tasks), map(int, options.threads.split(","))):
        rows.append(compare(options, threads, layers[min(place, len(layers) - 1)], task))
        print(table(rows[-1:]), flush=True)
    machine = {"python": platform.python_version(), "numpy": np.__version__, "system": platform.system()}
    machine |= {"architecture": platform.machine(), "processors": os.cpu_count()}
    told = {key: value for key, value in vars(options).items() if key != "one"}
    if find_spec("torch"):
        machine["torch"] = version("torch")
    RESULTS.mkdir(exist_ok=True)
    found = {"machine": machine, "options": told, "rows": rows}
    (RESULTS / "propagate.json").write_text(json.dumps(found, indent=1) + "\n")
    described = ", ".join(f"{key} {value}" for key, value in {**told, **machine}.items())
    (RESULTS / "propagate.md").write_text(f"{table(rows)}\n\n{described}\n")
    kept = all(row["agree"] and row["ratio_to_numpy"]["gradproof"] <= LIMIT for row in rows)
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
