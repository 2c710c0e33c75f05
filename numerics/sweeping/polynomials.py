"""The polynomials of the kernels' own elementary functions: computed, not copied.

exp(w) = 2^k (1 + p) with k the whole number nearest to w/log 2 and r = w − k log 2, |r| ≤ log(2)/2:
1 + p = e^r, p = r + r² q(r), q(r) ≈ (e^r − 1 − r)/r². And log m = 2s + s³ q(s²), s = (m − 1)/(m + 1), for m in
[√½, √2], q(v) ≈ (2 artanh √v/√v − 2)/v. Both q are interpolated at Chebyshev points (within a small factor of the best
polynomial), with as many coefficients as the machine number asks for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import mpmath

_DIGITS = 40
LENGTHS = {"float64": (10, 8), "float32": (6, 4)}
"""The number of coefficients of the two polynomials q."""


def _interpolated(function: Callable[[Any], Any], low: Any, high: Any, length: int) -> tuple[Any, ...]:
    """The coefficients, lowest first, of the polynomial that meets the function at Chebyshev points of [low, high]."""
    middle, half = (low + high) / 2, (high - low) / 2
    nodes = [middle + half * mpmath.cos(mpmath.pi * (2 * i + 1) / (2 * length)) for i in range(length)]
    matrix = mpmath.matrix([[node**power for power in range(length)] for node in nodes])
    return tuple(mpmath.lu_solve(matrix, mpmath.matrix([function(node) for node in nodes])))


def exponential_rest(r: Any) -> Any:
    """(e^r − 1 − r)/r²."""
    return mpmath.hyp1f1(1, 3, r) / 2


def logarithm_rest(v: Any) -> Any:
    """(2 artanh √v/√v − 2)/v."""
    return 2 * mpmath.hyp2f1(1, mpmath.mpf(3) / 2, mpmath.mpf(5) / 2, v) / 3


@lru_cache(maxsize=4)
def coefficients(dtype: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The coefficients of both q, lowest first, for "float64" or "float32"."""
    long, short = LENGTHS[dtype]
    with mpmath.workdps(_DIGITS):
        reach = mpmath.log(2) / 2 * mpmath.mpf("1.0001")
        widest = (3 - 2 * mpmath.sqrt(2)) ** 2 * mpmath.mpf("1.0001")
        first = _interpolated(exponential_rest, -reach, reach, long)
        second = _interpolated(logarithm_rest, mpmath.mpf(0), widest, short)
        return tuple(map(float, first)), tuple(map(float, second))


@lru_cache(maxsize=4)
def log_of_two(dtype: str) -> tuple[float, float]:
    """log 2 as the sum of two machine numbers, the first with few enough digits for exact products with k < 2^20."""
    import numpy as np

    with mpmath.workdps(_DIGITS):
        bits = {"float64": 32, "float32": 12}[dtype]
        high = mpmath.floor(mpmath.log(2) * mpmath.mpf(2) ** bits) / mpmath.mpf(2) ** bits
        return float(high), float(np.dtype(dtype).type(float(mpmath.log(2) - high)))
