"""The slack of a claim as a CUDA kernel: its symbolic program written out as CUDA C, one point for each thread."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from numerics.enclosure.interval import Interval
from numerics.enclosure.program import Program, UnsupportedError
from numerics.sweeping.cuda.source import OPTIONS

Array = np.ndarray
THREADS = 128
_FUNCTIONS = {
    name: f"{name}(%s)"
    for name in (
        "exp", "expm1", "log", "log1p", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh",
        "acosh", "atanh", "sqrt", "cbrt", "erf", "erfc",
    )
} | {"sech": "1 / cosh(%s)"}  # fmt: skip
_HIGHEST_PRODUCT = 8
_NAN = "(0.0 / 0.0)"

KERNEL = """
extern "C" __global__ void slack_{number}(const double *__restrict__ first, const double *__restrict__ second,
                                          const double *__restrict__ third, const unsigned rows,
                                          const unsigned columns, const unsigned last, double *__restrict__ slack)
{{
    const size_t points = (size_t)rows * columns * last, threads = (size_t)gridDim.x * blockDim.x;
    for (size_t point = (size_t)blockIdx.x * blockDim.x + threadIdx.x; point < points; point += threads) {{
        const double axis[3] = {{first[point / last / columns], second[point / last % columns], third[point % last]}};
{body}
    }}
}}
"""


def source(programs: Sequence[Program], signs: Sequence[Sequence[str]], fixed: Sequence[float]) -> str:
    """A kernel for each program: the least of its outputs that are slacks, NaN where one that is a hypothesis fails.

    The variables are the axes in use, then the fixed values. `signs` has for each program the relation to 0 of each
    hypothesis, the first of its outputs.
    """
    kernels = []
    for number, (program, relations) in enumerate(zip(programs, signs, strict=True)):
        writer = _Writer()
        count = len(program.variables) - len(fixed)
        inputs = [_Text(writer, f"axis[{place}]") for place in range(count)]
        inputs += [_Text(writer, _digits(value)) for value in fixed]
        outputs = [value.name for value in program.run(inputs, writer.constant, writer.call, writer.select)]
        # Hypotheses on every layer are the same with one θ in all of them.
        holds = list(dict.fromkeys(f"{name} {op} 0" for name, op in zip(outputs, relations, strict=False)))
        least = outputs[len(relations)]
        for name in outputs[len(relations) + 1 :]:
            least = f"fmin({least}, {name})"
        writer.lines.append(f"slack[point] = {' && '.join(holds) or 'true'} ? {least} : {_NAN};")
        kernels.append(KERNEL.format(number=number, body="\n".join(" " * 8 + line for line in writer.lines)))
    return "\n".join(kernels)


def _digits(value: float) -> str:
    return repr(float(value)) if math.isfinite(value) else _NAN


class _Writer:
    """The statements so far."""

    def __init__(self):
        self.lines: list[str] = []

    def let(self, text: str) -> _Text:
        name = f"v{len(self.lines)}"
        self.lines.append(f"const double {name} = {text};")
        return _Text(self, name)

    def constant(self, x: Interval) -> _Text:
        value = (float(x.lo) + float(x.hi)) / 2 if x.finite else math.nan
        return _Text(self, f"({_digits(value)})")

    def call(self, name: str, x: _Text) -> _Text:
        if name not in _FUNCTIONS:
            raise UnsupportedError(f"{name} is not known to CUDA")
        return self.let(_FUNCTIONS[name] % x.name)

    def select(self, cases: Sequence[tuple[str, _Text, _Text]], otherwise: _Text) -> _Text:
        text = otherwise.name
        for relation, slack, body in reversed(cases):
            text = f"({slack.name} {relation} 0 ? {body.name} : {text})"
        return self.let(text)


class _Text:
    """A number that is a piece of CUDA C."""

    __slots__ = ("name", "writer")

    def __init__(self, writer: _Writer, name: str):
        self.writer, self.name = writer, name

    def __add__(self, other: _Text) -> _Text:
        return self.writer.let(f"{self.name} + {other.name}")

    def __mul__(self, other: _Text) -> _Text:
        return self.writer.let(f"{self.name} * {other.name}")

    def __abs__(self) -> _Text:
        return self.writer.let(f"fabs({self.name})")

    def maximum(self, other: _Text) -> _Text:
        return self._chosen(">=", other)

    def minimum(self, other: _Text) -> _Text:
        return self._chosen("<=", other)

    def _chosen(self, relation: str, other: _Text) -> _Text:
        # As NumPy has it: fmax and fmin would hide a NaN.
        mine, its = self.name, other.name
        return self.writer.let(f"{mine} {relation} {its} || {mine} != {mine} ? {mine} : {its}")

    def power(self, n: int) -> _Text:
        if not 0 < abs(n) <= _HIGHEST_PRODUCT:
            return self.writer.let(f"pow({self.name}, {n}.0)")
        product = self.writer.let(" * ".join([self.name] * abs(n))) if abs(n) > 1 else self
        return self.writer.let(f"1 / {product.name}") if n < 0 else product

    def root_power(self, p: int, q: int) -> _Text:
        if q == 2 and abs(p) <= _HIGHEST_PRODUCT:
            return self.writer.let(f"sqrt({self.name})").power(p)
        return self.writer.let(f"pow({self.name}, {_digits(p / q)})")


class SlackKernels:
    """The kernels of a claim on the current device."""

    def __init__(self, text: str, cupy: Any):
        self.cupy, self.text = cupy, text
        self._module = cupy.RawModule(code=text, options=OPTIONS)

    def compute(self, axes: Sequence[Array], count: int) -> Array:
        """The slack of `count` instances at every point of three axes, with the instances in front."""
        cupy = self.cupy
        sizes = [axis.size for axis in axes]
        given = [cupy.asarray(np.ascontiguousarray(axis, dtype=float)) for axis in axes]
        blocks = min(-(-math.prod(sizes) // THREADS), 16 * cupy.cuda.Device().attributes["MultiProcessorCount"])
        found = []
        for number in range(count):
            slack = cupy.empty(tuple(sizes), np.float64)
            arguments = (*given, *(np.uint32(size) for size in sizes), slack)
            self._module.get_function(f"slack_{number}")((blocks,), (THREADS,), arguments)
            found.append(slack.get())
        return np.stack(found)
