"""Pushes inputs through thousands of layers, and the gradient back, without storing the network or its activations.

The inputs go in blocks of columns that stay in a processor's cache, each through a stretch of layers at a time, on as
many threads as asked for: NumPy computes without Python's lock. Forward, one layer of a block is held at a time.
Backward, the activations are needed again: those of every √L-th layer were kept, and a stretch of √L layers is computed
anew from each. The weights are drawn anew from their seed. The result does not depend on the number of threads.
Nothing here is certain in the sense of a proof: these are doubles.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from numerics.networks.crew import Crew
from numerics.networks.elementwise import elementwise
from numerics.networks.initializing import INPUTS, TARGETS, Weights, stream
from numerics.networks.layer import NEAR, Layer, layer_report, within
from theory.errors import StatementError
from theory.networks import checked_widths

Array = np.ndarray
BUDGET = 2**30
"""Bytes for activations that are kept; what needs more is done in groups of inputs."""
_BLOCK = 2**16
"""Entries of a block, half a megabyte: with what is computed from it, it fits into a processor's second cache."""
_NARROWEST = 256
"""Columns of a block at least: a product with fewer is slow."""
_STRETCH_BYTES, _LONGEST = 2**26, 32
"""What a stretch forward may take for its weights, and for the activations to report; its layers at most."""


@dataclass
class Propagation:
    """A network of `widths` n_0, …, n_L and its inputs; `run` goes through it once in each direction.

    `every` reports each such layer, and the last. `tick` is called once for each layer and direction. `threads` share
    the work; BLAS should have one thread for each of them (OPENBLAS_NUM_THREADS=1).
    """

    weights: Weights
    widths: tuple[int, ...]
    inputs: Array
    residual: bool = False
    gradient: bool = True
    every: int = 1
    tick: Callable[[], None] = lambda: None
    threads: int = 1

    def __post_init__(self) -> None:
        self.widths = checked_widths(self.widths)
        if self.inputs.ndim != 2 or self.inputs.shape[0] != self.widths[0]:
            raise StatementError(f"the inputs have the shape {self.inputs.shape}: give {self.widths[0]} rows, n_0")
        if self.inputs.shape[1] == 0:
            raise StatementError(f"the inputs have the shape {self.inputs.shape}: give one input or more")
        check_size(max(self.widths), self.inputs.shape[1])
        if not np.isfinite(self.inputs).all():
            raise StatementError("the inputs hold NaN or infinity: give finite numbers")
        self.f = elementwise(self.weights.f)
        slope, at_zero = self.weights.f.slope_at_zero, self.weights.f.value_at_zero
        self.flat = NEAR * (1.0 if slope is None else abs(float(slope)))
        self.at_zero = float(at_zero)

    @property
    def depth(self) -> int:
        return len(self.widths) - 1

    @property
    def stride(self) -> int:
        return math.isqrt(max(1, self.depth - 1)) + 1

    @property
    def group(self) -> int:
        """So many inputs go back at a time: their kept layers and the slopes of one stretch are within the budget."""
        return max(1, BUDGET // (8 * max(self.widths) * (2 * self.stride + 8)))

    def run(self) -> list[Layer]:
        """The report on each layer, from the first to the last."""
        count = self.inputs.shape[1]
        together = count <= self.group
        with Crew(self.threads) as self.crew:
            forward = Forward(self, _blocks(0, count, max(self.widths)), together and self.gradient, report=True)
            rows = forward.run()
            if self.gradient:
                logs, saturated = self._backward(forward if together else None)
                for row in rows:
                    row.saturated = int(saturated[row.layer]) / (self.widths[row.layer] * count)
                    row.tell_gradient(logs[row.layer])
        return rows

    def _backward(self, forward: Forward | None) -> tuple[Array, Array]:
        """log of the mean square of ‖δ^{(l)}‖ at the place l (−∞ where it is 0, NaN where it is no number), and how
        many units of layer l are saturated. `forward` has all inputs with their kept layers; None to do it in groups.
        """
        count = self.inputs.shape[1]
        targets = stream(self.weights.seed, *TARGETS).standard_normal((self.widths[-1], count))
        logs, saturated = np.full(self.depth + 1, -np.inf), np.zeros(self.depth + 1, dtype=np.int64)
        for begin in range(0, count, count if forward else self.group):
            part = forward
            if part is None:
                end = min(begin + self.group, count)
                part = Forward(self, _blocks(begin, end, max(self.widths)), keeping=True, report=False)
                part.run()
            last = begin + (count if forward else self.group) >= count
            found, flat = self._group_backward(part, targets, last)
            with np.errstate(all="ignore"):
                logs = np.logaddexp(logs, found)
            saturated += flat
        return logs - math.log(count), saturated

    def _group_backward(self, forward: Forward, targets: Array, last: bool) -> tuple[Array, Array]:
        backs = [
            Back(self, a - targets[:, block], {l: kept[place] for l, kept in forward.kept.items()})
            for place, (block, a) in enumerate(zip(forward.blocks, forward.a, strict=True))
        ]
        forward.a, forward.kept = [], {}
        for begin in range((self.depth - 1) // self.stride * self.stride, -1, -self.stride):
            end = min(begin + self.stride, self.depth)
            # Wide weights are drawn twice, a part at a time; those of a whole stretch might not fit into memory.
            parts = list(pairwise([*range(begin, end, self._drawn(begin, end)), end]))
            weights = []
            for first, final in parts:
                weights = self.draw(first, final)
                self.crew.map(lambda back, w=weights, l=first: back.advance(l, w), backs)
            for first, final in reversed(parts):
                weights = weights if final == end else self.draw(first, final)
                self.crew.map(lambda back, w=weights, l=first: back.retreat(l, w), backs)
                for _ in range(final - first if last else 0):
                    self.tick()
        with np.errstate(all="ignore"):
            logs = np.logaddexp.reduce([back.logs for back in backs], axis=0)
        return logs, np.sum([back.saturated for back in backs], axis=0)

    def _drawn(self, begin: int, end: int) -> int:
        """So many layers at a time have their weights in memory."""
        return max(1, min(end - begin, 4 * _STRETCH_BYTES // (8 * max(self.widths) ** 2)))

    def draw(self, first: int, last: int) -> list[Array]:
        """W^{(first+1)}, …, W^{(last)}."""
        layers = range(first + 1, last + 1)
        return self.crew.map(lambda l: self.weights.layer(l, self.widths[l], self.widths[l - 1]), layers)

    def shortcut(self, l: int) -> bool:
        return self.residual and self.widths[l] == self.widths[l - 1]


class Forward:
    """The way forward of some blocks of inputs; `a` holds their last activations, `kept` those of every √L-th layer."""

    def __init__(self, network: Propagation, blocks: Sequence[slice], keeping: bool, report: bool):
        self.network, self.blocks, self.keeping, self.report = network, blocks, keeping, report
        self.a = [np.ascontiguousarray(network.inputs[:, block], dtype=float) for block in blocks]
        self.kept: dict[int, list[Array]] = {0: self.a} if keeping else {}
        self.count = sum(a.shape[1] for a in self.a)
        widest = max(network.widths)
        row = 8 * widest * max(self.count if report else 0, widest)
        self.stretch = max(1, min(_LONGEST, network.depth, _STRETCH_BYTES // row))

    def run(self) -> list[Layer]:
        """The reports on the layers, without their gradients; with gradients to come, without saturated shares."""
        network, rows = self.network, []
        starts = np.cumsum([0, *(a.shape[1] for a in self.a)])
        asked = [l for l in range(1, network.depth + 1) if l % network.every == 0 or l == network.depth]
        asked = set(asked) if self.report else set()
        rooms = [np.empty(max(network.widths) * self.count) for _ in range(min(self.stretch, len(asked)))]
        for begin in range(0, network.depth, self.stretch):
            end = min(begin + self.stretch, network.depth)
            weights = network.draw(begin, end)
            told = sorted(asked.intersection(range(begin + 1, end + 1)))
            room = {l: rooms[place][: network.widths[l] * self.count] for place, l in enumerate(told)}
            found = network.crew.map(lambda i, l=begin, w=weights, r=room: self._advance(i, l, w, r, starts),
                                     range(len(self.a)))  # fmt: skip
            self.a = [a for a, _, _ in found]
            for l in found[0][1]:
                self.kept[l] = [kept[l] for _, kept, _ in found]
            counts = {l: np.sum([counted[l] for _, _, counted in found], axis=0) for l in told}
            rows += network.crew.map(lambda l, r=room, c=counts: layer_report(l, r[l], *map(int, c[l])), told)
            for _ in range(end - begin if self.report else 0):
                network.tick()
        return rows

    def _advance(
        self, place: int, begin: int, weights: Sequence[Array], room: dict[int, Array], starts: Array
    ) -> tuple[Array, dict[int, Array], dict[int, tuple[int, int]]]:
        """One block through a stretch: its activations, those to keep, and how many are saturated and collapsed.

        The activations of the layers in `room` are copied there. Invariant: `spare` is an array that nobody reads.
        """
        network, a = self.network, self.a[place]
        z = spare = slope = None
        kept: dict[int, Array] = {}
        counts: dict[int, tuple[int, int]] = {}
        ours = False
        for l, w in enumerate(weights, begin + 1):
            shape = (w.shape[0], a.shape[1])
            z, value = _array(z, shape), _array(spare, shape)
            with np.errstate(all="ignore"):
                np.matmul(w, a, out=z)
            flat = 0
            if l in room and not network.gradient:
                slope = _array(slope, shape)
                network.f.both(z, value, slope)
                flat = within(slope, network.flat)
            else:
                network.f.value(z, value)
            if l in room:
                counts[l] = flat, within(value, NEAR, network.at_zero)
            if network.shortcut(l):
                with np.errstate(all="ignore"):
                    value += a
            if l in room:
                room[l][w.shape[0] * starts[place] : w.shape[0] * starts[place + 1]] = value.ravel()
            spare, a, ours = (a if ours else None), value, True
            if self.keeping and l % network.stride == 0:
                kept[l], ours = a, False
        return a, kept, counts


class Back:
    """The way back of one block of inputs, from `reaching` = ∇_a C and its kept layers.

    The true signal is e^scale times the one at hand, which neither overflows nor underflows.
    """

    def __init__(self, network: Propagation, reaching: Array, kept: dict[int, Array]):
        self.network, self.reaching, self.kept = network, reaching, kept
        self.logs = np.full(network.depth + 1, -np.inf)
        self.saturated = np.zeros(network.depth + 1, dtype=np.int64)
        self.scale = 0.0
        self.a = reaching
        self.slopes: dict[int, Array] = {}
        self.unused: list[Array] = []

    def advance(self, begin: int, weights: Sequence[Array]) -> None:
        """Computes the slopes of a stretch of layers anew."""
        network, a = self.network, self.kept.pop(begin, self.a)
        z = None
        spare: list[Array] = []  # two arrays that take turns; the kept one stays as it is
        for l, w in enumerate(weights, begin + 1):
            shape = (w.shape[0], a.shape[1])
            z, value = _array(z, shape), _array(spare.pop(0) if len(spare) > 1 else None, shape)
            slope = self.slopes[l] = _array(self.unused.pop() if self.unused else None, shape)
            with np.errstate(all="ignore"):
                np.matmul(w, a, out=z)
                network.f.both(z, value, slope)
                if network.shortcut(l):
                    value += a
            spare.append(value)
            a = value
        self.a = a

    def retreat(self, begin: int, weights: Sequence[Array]) -> None:
        """BP1 and BP2 through these layers: δ^{(l)} = ∇_a C ⊙ σ′(z^{(l)}), and (W^{(l)})ᵀδ^{(l)} reaches a^{(l−1)}."""
        network = self.network
        with np.errstate(all="ignore"):
            for l in range(begin + len(weights), begin, -1):
                slope = self.slopes.pop(l)
                self.saturated[l] = within(slope, network.flat)
                delta = np.multiply(self.reaching, slope, out=slope)
                log, usual = _log_square(delta)
                self.logs[l] = 2 * self.scale + log
                w, shortcut = weights[l - begin - 1], network.shortcut(l)
                if shortcut:
                    self.reaching += w.T @ delta
                else:
                    self.reaching = _array(self.reaching, (w.shape[1], delta.shape[1]))
                    np.matmul(w.T, delta, out=self.reaching)
                # Where δ is of a usual size, so is what reaches the layer before, but for what a shortcut adds.
                if shortcut or not usual:
                    self._rescale()
                self.unused.append(slope)

    def _rescale(self) -> None:
        largest = float(np.abs(self.reaching).max())
        if 0 < largest < math.inf and not 1e-50 < largest < 1e50:
            self.reaching /= largest
            self.scale += math.log(largest)


def _log_square(x: Array) -> tuple[float, bool]:
    """log ‖x‖², also where the square is beyond doubles; and whether ‖x‖ is from 1e-50 to 1e50."""
    flat = x.reshape(-1)
    square = float(flat @ flat)
    if 1e-100 < square < 1e100:
        return math.log(square), True
    largest = float(np.abs(flat).max())
    if not 0 < largest < math.inf:
        return (-math.inf if largest == 0 else largest), False
    flat = flat / largest
    return 2 * math.log(largest) + math.log(float(flat @ flat)), False


def _array(given: Array | None, shape: tuple[int, ...]) -> Array:
    """The array, if it has the shape, or a new one; its entries are not read."""
    return given if given is not None and given.shape == shape else np.empty(shape)


def _blocks(begin: int, end: int, width: int) -> list[slice]:
    """The columns begin, …, end − 1 in blocks of nearly equal size."""
    count = -(-(end - begin) // max(_NARROWEST, _BLOCK // width))
    ends = [begin + (end - begin) * i // count for i in range(count + 1)]
    return [slice(*pair) for pair in pairwise(ends)]


def check_size(width: int, count: int) -> None:
    """StatementError where one layer of all inputs, with what is computed from it, does not fit into 4 GiB."""
    if 6 * 8 * width * count > 4 * BUDGET:
        size = f"{count} inputs of width {width}"
        raise StatementError(f"{size} need more than 4 GiB for one layer: give fewer inputs, or a smaller width")


def gaussian_inputs(width: int, count: int, seed: int) -> Array:
    """Inputs x ∼ N(0, 1), of shape (width, count)."""
    return stream(seed, *INPUTS).standard_normal((width, count))
