"""The two sides of an orbit: what `native.orbits` and the CUDA kernel call by one name, on each of them.

The orbit of lower bounds of |y| bounds e(z) and f(z)/z from above, as they fall; that of upper bounds from below.
"""

from __future__ import annotations

from functools import lru_cache

from flint import arb, fmpq

from numerics.sweeping.rigorous import numbers
from theory.activations import Activation

SIDES = ("lower", "upper")
_NAMES = {
    "times": ("mul_down", "mul_up"),
    "times_n": ("mul_up", "mul_down"),
    "times_d": ("mul_down", "mul_up"),
    "quotient_other": ("div_up", "div_down"),
    "log_own": ("logarithm_down", "logarithm_up"),
    "log_other": ("logarithm_up", "logarithm_down"),
    "sum_own": ("add_down", "add_up"),
    "sum_other": ("add_up", "add_down"),
    "repeated_own": ("repeated_down", "repeated_up"),
    "repeated_other": ("repeated_up", "repeated_down"),
    "still": ("still_rising", "still_falling"),
    "followed": ("followed_up", "followed_down"),
}


def functions(f: Activation, side: str) -> dict[str, str]:
    """The function that stands behind each name."""
    place = SIDES.index(side)
    named = {name: pair[place] for name, pair in _NAMES.items()}
    return {"step": f"{f.name}_{side}", "opposite": f"{f.name}_{SIDES[1 - place]}", **named}


@lru_cache(maxsize=32)
def slopes(f: Activation) -> dict[str, float]:
    """f′(0) and its logarithm, rounded downward and upward."""
    from numerics.enclosure.interval import precision
    from numerics.enclosure.program import enclose

    with precision(120):
        found = enclose(f.slope_at_zero)  # pyright: ignore[reportArgumentType]
        low, high = found.lo, found.hi
        return {
            "SLOPE_DOWN": double(low, down=True), "SLOPE_UP": double(high, down=False),
            "LOG_SLOPE_DOWN": double(low.log(), down=True), "LOG_SLOPE_UP": double(high.log(), down=False),
        }  # fmt: skip


def constants(f: Activation, side: str) -> dict[str, float]:
    """The numbers that depend on the activation or on the side."""
    own, other = ("DOWN", "UP") if side == "lower" else ("UP", "DOWN")
    slack, fade = numbers.VALUES["TINY_SLACK"], numbers.VALUES["FADE"]
    found = slopes(f)
    return {
        **found,
        "SLOPE_OWN": found[f"SLOPE_{own}"],
        "LOG_SLOPE_OWN": found[f"LOG_SLOPE_{own}"], "LOG_SLOPE_OTHER": found[f"LOG_SLOPE_{other}"],
        "TINY_SLACK_OWN": slack if side == "lower" else 0.0, "TINY_SLACK_OTHER": 0.0 if side == "lower" else slack,
        "FADE_OWN": fade if side == "lower" else 1.0, "FADE_OTHER": 1.0 if side == "lower" else fade,
    }  # fmt: skip


def double(value: arb, down: bool) -> float:
    """A double that is at most, or at least, every number of the ball; the exact value where that is a double."""
    import math

    end = float(value.lower() if down else value.upper())
    if not math.isfinite(end):
        return end
    while not (_exactly(end) <= value if down else _exactly(end) >= value):
        end = math.nextafter(end, -math.inf if down else math.inf)
    return end


def _exactly(value: float) -> arb:
    return arb(fmpq(*value.as_integer_ratio()))
