"""A program as a list of NumPy's elementwise functions that write into a few buffers, for arrays of doubles.

`doubles.run` computes the same and makes an array for every step. Here the program is run once over an arithmetic that
only writes down what is asked of it; then buffers are handed out, one taken back as soon as nothing reads it any more,
and arrays are gone through in pieces for which all buffers stay in the processor's cache. Nothing here is certain.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from numerics.enclosure.doubles import FUNCTIONS, HOLDS
from numerics.enclosure.interval import Interval
from numerics.enclosure.program import Program, UnsupportedError

Array = np.ndarray
PIECE = 2**15
_HIGHEST_PRODUCT = 8
"""Powers up to this one are products, faster than `numpy.power`, and right to a few units in the last place."""

Operand = int | float
"""A number of the trace: the place of a variable or step (int), or a constant (float)."""
Step = tuple[Callable[..., Any], tuple[Operand, ...], bool]
"""A function with the argument `out`, its operands, and whether `out` may be one of them."""


class _Trace:
    """The steps asked for; the places 0, …, count − 1 are the variables, and step i has the place count + i."""

    def __init__(self, count: int):
        self.count = count
        self.steps: list[Step] = []

    def step(self, function: Callable[..., Any], *operands: Operand, reusing: bool = True) -> _Traced:
        if all(isinstance(operand, float) for operand in operands):
            found = np.empty(1)
            with np.errstate(all="ignore"):
                function(*(np.array([operand]) for operand in operands), out=found)
            return _Traced(self, float(found[0]))
        self.steps.append((function, operands, reusing))
        return _Traced(self, self.count + len(self.steps) - 1)

    def constant(self, x: Interval) -> _Traced:
        return _Traced(self, (float(x.lo) + float(x.hi)) / 2 if x.finite else math.nan)

    def call(self, name: str, x: _Traced) -> _Traced:
        if name not in FUNCTIONS:
            raise UnsupportedError(f"{name} is not known to plain doubles")
        function = FUNCTIONS[name]
        return self.step(function if isinstance(function, np.ufunc) else _copying(function), x.at)

    def select(self, cases: Sequence[tuple[str, _Traced, _Traced]], otherwise: _Traced) -> _Traced:
        relations = [HOLDS[relation] for relation, _, _ in cases]

        def choose(*given: Any, out: Array) -> None:
            slacks, bodies = given[: len(cases)], given[len(cases) : -1]
            np.copyto(out, given[-1])
            for holds, slack, body in reversed(list(zip(relations, slacks, bodies, strict=True))):
                np.copyto(out, body, where=holds(slack))

        slacks, bodies = (slack.at for _, slack, _ in cases), (body.at for _, _, body in cases)
        return self.step(choose, *slacks, *bodies, otherwise.at, reusing=False)


def _copying(function: Callable[[Array], Array]) -> Callable[..., None]:
    def fill(x: Array, out: Array) -> None:
        out[...] = function(x)

    return fill


class _Traced:
    """A number that knows only how it came about."""

    __slots__ = ("at", "trace")

    def __init__(self, trace: _Trace, at: Operand):
        self.trace, self.at = trace, at

    def __add__(self, other: _Traced) -> _Traced:
        return self.trace.step(np.add, self.at, other.at)

    def __mul__(self, other: _Traced) -> _Traced:
        return self.trace.step(np.multiply, self.at, other.at)

    def __abs__(self) -> _Traced:
        return self.trace.step(np.absolute, self.at)

    def maximum(self, other: _Traced) -> _Traced:
        return self.trace.step(np.maximum, self.at, other.at)

    def minimum(self, other: _Traced) -> _Traced:
        return self.trace.step(np.minimum, self.at, other.at)

    def power(self, n: int) -> _Traced:
        if not 0 < abs(n) <= _HIGHEST_PRODUCT:
            return self.trace.step(np.power, self.at, float(n))
        product, square, left = None, self, abs(n)
        while left:
            if left % 2:
                product = square if product is None else product * square
            left //= 2
            square = square * square if left else square
        assert product is not None
        return self.trace.step(np.reciprocal, product.at) if n < 0 else product

    def root_power(self, p: int, q: int) -> _Traced:
        if q == 2 and abs(p) <= _HIGHEST_PRODUCT:
            return self.trace.step(np.sqrt, self.at).power(p)
        return self.trace.step(np.power, self.at, p / q)


class InPlace:
    """The program on arrays of doubles; NaN where there is no number.

    Called with an array for each variable and `out`, an array for each output: contiguous, of one size, none of them
    overlapping another. Any number of threads may call it at once.
    """

    def __init__(self, program: Program):
        trace = _Trace(len(program.variables))
        variables = [_Traced(trace, place) for place in range(trace.count)]
        outputs = [value.at for value in program.run(variables, trace.constant, trace.call, trace.select)]
        self._plan(trace, outputs)
        self._piece_size, self._local = PIECE, threading.local()

    def _plan(self, trace: _Trace, outputs: Sequence[Operand]) -> None:
        """Gives every step a buffer: numbers from 0 are variables, then outputs, then scratch.

        Invariant: a buffer in `free` holds nothing that a later step reads, and no output.
        """
        ends: dict[Operand, int] = {}
        for place, (_, operands, _) in enumerate(trace.steps):
            ends |= {operand: place for operand in operands if isinstance(operand, int)}
        home: dict[Operand, int] = {place: place for place in range(trace.count)}
        self.copies: list[tuple[Operand, int]] = []
        for place, output in enumerate(outputs, trace.count):
            if isinstance(output, float) or output in home:
                self.copies.append((home.get(output, output) if isinstance(output, int) else output, place))
            else:
                home[output] = place
        first = scratch = trace.count + len(outputs)
        free: list[int] = []
        self.steps: list[tuple[Callable[..., Any], tuple[Operand, ...], int]] = []
        for place, (function, operands, reusing) in enumerate(trace.steps):
            places = {operand for operand in operands if isinstance(operand, int)}
            done = [home[o] for o in places if ends[o] == place and home[o] >= first]
            if reusing:
                free += done
            result = trace.count + place
            if result not in home:
                if not free:
                    free.append(scratch)
                    scratch += 1
                home[result] = free.pop()
            if not reusing:
                free += done
            self.steps.append((function, tuple(home[o] if isinstance(o, int) else o for o in operands), home[result]))
            if result not in ends and home[result] >= first:
                free.append(home[result])
        self.scratch = scratch - first

    def __call__(self, inputs: Sequence[Array], out: Sequence[Array]) -> None:
        given = [x.reshape(-1) for x in (*inputs, *out)]
        with np.errstate(all="ignore"):
            for begin in range(0, given[0].size, self._piece_size):
                self._piece([x[begin : begin + self._piece_size] for x in given])

    def _piece(self, buffers: list[Array]) -> None:
        if not hasattr(self._local, "scratch"):
            self._local.scratch = np.empty((self.scratch, self._piece_size))
        size = buffers[0].size
        buffers = [*buffers, *(scratch[:size] for scratch in self._local.scratch)]
        for function, operands, result in self.steps:
            function(*[buffers[o] if isinstance(o, int) else o for o in operands], out=buffers[result])
        for source, place in self.copies:
            buffers[place][...] = buffers[source] if isinstance(source, int) else source
