"""What `gradproof propagate` computes: reads the options into experiments, and runs them one after the other."""

from __future__ import annotations

import importlib.util
import os
from argparse import Namespace
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gradproof.files import check_writable
from gradproof.progress import ProgressBar
from gradproof.usage import UsageError
from numerics.networks.initializing import Weights
from numerics.networks.layer import Layer
from numerics.networks.propagation import Propagation, check_size, gaussian_inputs
from numerics.networks.spread import SMALLEST, Spread
from theory.activations import Activation, activation
from theory.networks import Initialization, initialization

TABLES, FIGURES = (".csv", ".json"), (".png", ".svg")
NOISE, SPREAD = 0.085, 0.2
MOST_CORES = 8


@dataclass(frozen=True)
class Experiment:
    """One network: its parts, and what was said of its noise."""

    f: Activation
    initialization: Initialization
    depth: int
    widths: tuple[int, ...]
    inputs: int
    seed: int
    residual: bool
    noise: float | None
    target: int | None
    predicted: float | None

    @property
    def id(self) -> str:
        """A name for the progress bar and the legend of a figure."""
        return f"{self.f.name}, {self.initialization.name}, {self.depth} layers"

    def record(self) -> dict[str, Any]:
        """The JSON record, without the layers."""
        return {
            "activation": self.f.name,
            "initialization": self.initialization.name,
            "depth": self.depth,
            "width": self.widths[1],
            "input_width": self.widths[0],
            "output_width": self.widths[-1],
            "inputs": self.inputs,
            "seed": self.seed,
            "residual": self.residual,
            "noise": self.noise,
            "target": self.target,
            "predicted_spread": self.predicted,
        }


Run = tuple[Experiment, list[Layer]]


def experiments(options: Namespace) -> list[tuple[Experiment, np.ndarray]]:
    """Every network that the options ask for, with its inputs. UsageError, StatementError where they do not fit."""
    _check_files(options)
    activations = [activation(name) for name in _names("activation", options.activation)]
    initializations = [initialization(name) for name in _names("init", options.init)]
    given = None if options.input_file is None else read_inputs(options.input_file)
    if given is not None and options.input_width not in (None, given.shape[0]):
        raise UsageError(
            f"--input-width {options.input_width} does not fit {options.input_file!r}: it has {given.shape[0]} columns"
        )
    width = given.shape[0] if given is not None else options.input_width or options.width
    check_size(max(width, options.width), options.inputs if given is None else given.shape[1])
    inputs = gaussian_inputs(width, options.inputs, options.seed) if given is None else given
    _check_noise(options, initializations)
    return [
        (_experiment(f, start, depth, inputs, options), inputs)
        for f in activations
        for start in initializations
        for depth in options.depth
    ]


def _experiment(f: Activation, start: Initialization, depth: int, inputs: np.ndarray, options: Namespace) -> Experiment:
    start.gain(f)  # refuses an f that is not odd where one is needed
    last = () if options.output_width is None else (options.output_width,)
    widths = (inputs.shape[0], *[options.width] * depth, *last)
    noise = predicted = target = None
    if start.kind == "fixed-point":
        noise = NOISE if options.noise is None else options.noise
        target = options.target or depth
        spread = None if options.residual else wide_spread(f, inputs)
        if noise == "auto":
            if spread is None:
                raise UsageError(
                    f"--noise auto needs inputs with an rms from 1e-50 to 1e50, and {options.input_file!r} holds "
                    "others: scale them, or give --noise a number"
                )
            noise = spread.noise(target, SPREAD if options.spread is None else options.spread)
        predicted = None if spread is None else spread.after(target, noise)
    return Experiment(
        f, start, depth, widths, inputs.shape[1], options.seed, options.residual, noise, target, predicted
    )


def wide_spread(f: Activation, inputs: np.ndarray) -> Spread | None:
    """How a wide network of f spreads inputs of this size; None for a size that doubles cannot square.

    Of residual networks it says nothing: a shortcut adds to the spread.
    """
    largest = float(np.abs(inputs).max())
    rms = largest and largest * float(np.sqrt(np.mean((inputs / largest) ** 2)))
    return Spread(f, rms) if SMALLEST <= rms <= 1 / SMALLEST else None


def _names(option: str, given: Iterable[str]) -> list[str]:
    names = list(dict.fromkeys(name for text in given for name in text.split(",") if name.strip()))
    if not names:
        raise UsageError(f"--{option} {' '.join(given)!r} names nothing: give one name or several")
    return names


def _check_noise(options: Namespace, initializations: Sequence[Initialization]) -> None:
    if options.noise is not None and all(start.kind != "fixed-point" for start in initializations):
        raise UsageError(f"--noise {options.noise} is of --init fixed-point: add it, or leave out --noise")
    if options.noise == "auto" and options.residual:
        raise UsageError("--noise auto is not known for residual networks: give a number, or leave out --residual")
    for name in ("target", "spread"):
        value = getattr(options, name)
        if value is not None and options.noise != "auto":
            raise UsageError(f"--{name} {value} is of --noise auto: add it, or leave out --{name}")


def _check_files(options: Namespace) -> None:
    for option, known in (("out", TABLES), ("figure", FIGURES)):
        name = getattr(options, option)
        if name is not None:
            check_writable(option, name, known)
    if options.figure is not None and importlib.util.find_spec("matplotlib") is None:
        raise UsageError("--figure needs matplotlib, which is not installed: pip install 'gradproof[plot]'")


def read_inputs(name: str) -> np.ndarray:
    """Inputs of the user's, of shape (width, count). UsageError for what is no table of finite numbers."""
    path = Path(name)
    try:
        if path.suffix.lower() == ".npy":
            found = np.load(path, allow_pickle=False)
        elif path.suffix.lower() == ".csv":
            found = np.loadtxt(path, delimiter=",", ndmin=2, encoding="utf-8")
        else:
            raise UsageError(f"--input-file {name!r} is no .npy or .csv file: choose one of these endings")
        found = np.asarray(found, dtype=float)
    except OSError as error:
        raise UsageError(f"--input-file {name!r} cannot be read: {error.strerror or error}") from None
    except (ValueError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise UsageError(f"--input-file {name!r} is no table of numbers: {reason}; give a row for each input") from None
    if found.ndim != 2 or 0 in found.shape or found.shape[1] > 1024:
        raise UsageError(
            f"--input-file {name!r} has the shape {found.shape}: give a row for each input, 1 to 1,024 columns"
        )
    wrong = np.argwhere(~np.isfinite(found))
    if wrong.size:
        row, column = (int(place) + 1 for place in wrong[0])
        value = found[row - 1, column - 1]
        raise UsageError(f"--input-file {name!r} holds {value} in row {row}, column {column}: give finite numbers")
    return np.ascontiguousarray(found.T)


def cores() -> int:
    """The processors that this process may use, at most `MOST_CORES`: more do not help where memory is the limit."""
    known = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(known, MOST_CORES)


def propagated(planned: Sequence[tuple[Experiment, np.ndarray]], options: Namespace) -> list[Run]:
    """The report of each experiment, with a bar on stderr."""
    passes = 1 if options.no_gradient else 2
    runs: list[Run] = []
    with ProgressBar(passes * sum(len(e.widths) - 1 for e, _ in planned), options.no_color) as bar:
        for experiment, inputs in planned:

            def tick(at: Experiment = experiment) -> None:
                bar.done()
                bar.tick([(at, "")])

            weights = Weights(experiment.initialization, experiment.f, experiment.seed, experiment.noise)
            network = Propagation(
                weights, experiment.widths, inputs, experiment.residual, not options.no_gradient, options.every, tick,
                threads=options.threads or cores(),
            )  # fmt: skip
            runs.append((experiment, network.run()))
    return runs
