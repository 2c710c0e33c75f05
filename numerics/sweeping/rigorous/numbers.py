"""The constants of the rigorous sweep: the same doubles for NumPy, Numba and CUDA.

The coefficients were interpolated at Chebyshev points and rounded; nothing rests on how they were found. What they are
good for is in `elementary`, and the tests prove it anew with Arb from these very doubles.
"""

from __future__ import annotations

import math

EXPONENTIAL = (
    "0x1.0000000000001p-1", "0x1.5555555555556p-3", "0x1.5555555553d63p-5", "0x1.11111111109b3p-7",
    "0x1.6c16c1788bd90p-10", "0x1.a01a01a7c41d5p-13", "0x1.a019b90d2ae7ap-16", "0x1.71de0dae63bb3p-19",
    "0x1.289185613a3d6p-22", "0x1.af38a9b0ec855p-26",
)  # fmt: skip
"""(e^r − 1 − r)/r² for |r| ≤ 0.3467, lowest power first."""
LOGARITHM = (
    "0x1.5555555555555p-1", "0x1.9999999999a38p-2", "0x1.2492492476c87p-2", "0x1.c71c720160b47p-3",
    "0x1.745cf901605f7p-3", "0x1.3b1c360763b8ap-3", "0x1.0fbe83c2cbcf3p-3", "0x1.0c04595972ab8p-3",
)  # fmt: skip
"""(2 artanh √v/√v − 2)/v for 0 ≤ v ≤ 0.02945."""
ARCTANGENT = (
    "-0x1.5555555555555p-2", "0x1.9999999999952p-3", "-0x1.249249248d739p-3", "0x1.c71c71c2fc236p-4",
    "-0x1.745d165c497f3p-4", "0x1.3b1392a9c2d8bp-4", "-0x1.110e84aa36d9dp-4", "0x1.e199c62156609p-5",
    "-0x1.ac7858539e493p-5", "0x1.74d3a7b43351ap-5", "-0x1.1b1992aa413c9p-5", "0x1.0a997ba33c1dbp-6",
)  # fmt: skip
"""(arctan √v/√v − 1)/v for 0 ≤ v ≤ 0.1716."""

VALUES: dict[str, float] = {
    "ZERO": 0.0,
    "ONE": 1.0,
    "TWO": 2.0,
    "FOUR": 4.0,
    "MAGIC": 1.5 * 2.0**52,
    "LOWEST": 1.5 * 2.0**52 - 1022,
    "LOG2_E": float.fromhex("0x1.71547652b82fep+0"),
    "LN2": float.fromhex("0x1.62e42fefa39efp-1"),
    "LN2_UP": float.fromhex("0x1.62e42fefa39f0p-1"),
    "LN2_REST": float.fromhex("0x1.abc9e3b39803fp-56"),
    "QUARTER_PI": float.fromhex("0x1.921fb54442d18p-1"),
    "HALF_PI": float.fromhex("0x1.921fb54442d18p+0"),
    "TURN": 0.4140625,
    # 1 ∓ δ: what the elementary functions are certain to.
    "DOWN": 1 - 2.0**-50,
    "UP": 1 + 2.0**-50,
    "ARC_DOWN": 1 - 2.0**-48,
    "ARC_UP": 1 + 2.0**-48,
    # The orbit: what is tiny, what stands still, and how far exponents are followed.
    "TINY": 2.0**-60,
    "TINY_SLACK": 2.0**-58,
    "FADE": 1 - 2.0**-53,
    "STILL": 2.0**-50,
    "EIGHTH": 0.125,
    "FAR": -(2.0**52),
    "INFINITE": math.inf,
}
for letter, series in (("E", EXPONENTIAL), ("L", LOGARITHM), ("A", ARCTANGENT)):
    VALUES |= {f"{letter}{place}": float.fromhex(text) for place, text in enumerate(series)}
