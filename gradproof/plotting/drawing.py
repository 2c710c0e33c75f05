"""What `gradproof plot` does: finds out what there is at a path, and draws it to a file."""

from __future__ import annotations

import importlib.util
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from gradproof import __version__
from gradproof.files import check_writable
from gradproof.usage import UsageError

FIGURES = (".png", ".svg")
_OF_SWEEPS = ("variable", "layer", "theta", "x", "alpha", "vanish", "explode")


def draw(options: Namespace) -> str:
    """Draws what is at `options.path` and returns the name of the file. UsageError where that cannot be done."""
    path = Path(options.path)
    if not path.exists():
        raise UsageError(f"there is no {options.path!r}: give a sweep's store, or a propagation's .json")
    name = options.out or str(path.with_suffix(".png"))
    check_writable("out", name, FIGURES)
    if importlib.util.find_spec("matplotlib") is None:
        raise UsageError("gradproof plot needs matplotlib, which is not installed: pip install 'gradproof[plot]'")
    if path.is_dir():
        _draw_sweep(name, options)
    else:
        _draw_propagation(name, options)
    return name


def _draw_propagation(name: str, options: Namespace) -> None:
    if given := [option for option in _OF_SWEEPS if getattr(options, option) is not None]:
        raise UsageError(f"--{given[0]} is of sweeps, and {options.path!r} is a file: leave it out, or give a store")
    from gradproof.plotting.propagations import read_runs
    from gradproof.propagations.figure import draw as draw_runs

    draw_runs(name, read_runs(options.path))


def _draw_sweep(name: str, options: Namespace) -> None:
    if missing := [module for module in ("xarray", "zarr") if not importlib.util.find_spec(module)]:
        raise UsageError(f"a sweep's store needs {' and '.join(missing)}: pip install 'gradproof[sweep]'")
    from gradproof.commands.plot import EXPLODING, VANISHING
    from gradproof.plotting.lines import draw_lines
    from gradproof.plotting.maps import draw_maps
    from gradproof.plotting.selection import selected
    from numerics.sweeping.store import opened

    options.vanish, options.explode = options.vanish or VANISHING, options.explode or EXPLODING
    if options.vanish >= options.explode:
        raise UsageError(
            f"a gradient cannot vanish below {options.vanish:g} and explode above {options.explode:g}: "
            "give --vanish the smaller number"
        )
    selection = selected(opened(Path(options.path)), options)
    if not selection.complete:
        share = f"{100 * selection.unknown:.3g} % of what is drawn is not there yet" if selection.unknown else (
            "all of what is drawn is there"
        )  # fmt: skip
        print(f"gradproof: the sweep is not complete; {share}", file=sys.stderr)
    _save(name, lambda figure: (draw_maps if len(selection.axes) == 2 else draw_lines)(figure, selection, options),
          selection.attributes)  # fmt: skip


def _save(name: str, fill: Any, attributes: dict[str, Any]) -> None:
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from gradproof.files import write_whole

    # The same store gives the same picture, byte for byte: no date, and no ids drawn at random.
    with mpl.rc_context({"svg.hashsalt": "gradproof", "hatch.linewidth": 0.6, "hatch.color": "#ffffff"}):
        figure = Figure(layout="constrained")
        FigureCanvasAgg(figure)
        fill(figure)
        ending = Path(name).suffix.lower()[1:]
        metadata = _metadata(ending, attributes)
        write_whole(name, lambda path: figure.savefig(path, format=ending, dpi=200, metadata=metadata))


def _metadata(ending: str, attributes: dict[str, Any]) -> dict[str, Any]:
    """The command that made the sweep, or what its store says of it, and who drew the picture."""
    parts = [f"{name} {attributes[name]}" for name in ("activation", "depth", "shape", "kernel") if name in attributes]
    said = str(attributes.get("command") or "sweep from Python: " + ", ".join(parts))
    drawn_by = f"gradproof {__version__}, " + "gradproof " + " ".join(sys.argv[1:])
    if ending == "svg":
        return {"Date": None, "Title": said, "Description": said, "Creator": drawn_by}
    return {"Title": said, "Description": said, "Software": drawn_by}
