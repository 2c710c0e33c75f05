"""The errors that `numerics.sweeping.rigorous.elementary` states, computed again with Arb from the same doubles."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from flint import arb, arb_poly, ctx, fmpq
from rigorous_reference import exact

from numerics.enclosure.interval import precision
from numerics.sweeping.rigorous import elementary, numbers, rounded

U = 2.0**-53
BITS, TERMS = 300, 120


def largest_difference(texts: Sequence[str], series: Callable[[int], arb], low: float, high: float, rest: float) -> arb:
    """An upper bound of |p − f| on [low, high] for p of these coefficients, and f = Σ series(n) vⁿ.

    Both are power series, and so is their difference: on 64 parts it is moved to the middle of the part, where its
    coefficients are small, and the sum of their sizes bounds it. `rest` bounds what the TERMS leave out.
    """
    given = [exact(float.fromhex(text)) for text in texts]
    difference = arb_poly([(given[n] if n < len(given) else 0) - series(n) for n in range(TERMS)])
    parts, largest = 64, arb(0)
    width = (exact(high) - exact(low)) / parts
    for part in range(parts):
        middle = exact(low) + width * (2 * part + 1) / 2
        moved = difference(arb_poly([middle, 1]))
        bound = sum((abs(moved[n]) * (width / 2) ** n for n in range(TERMS)), arb(0))
        largest = max(largest, bound.upper())
    return largest + exact(rest)


def horner_error(texts: Sequence[str], reach: float) -> float:
    """What rounding does to Horner's rule with one fma a step, in units of u: Σ |partial result| reach^n."""
    partial, error = abs(float.fromhex(texts[-1])), 0.0
    for text in reversed(texts[:-1]):
        largest = abs(float.fromhex(text)) + reach * partial
        error = largest * (1 + 1e-9) + reach * error
        partial = largest * (1 + 1e-9)
    return error * (1 + 1e-9)


def test_the_exponential_is_as_good_as_it_says() -> None:
    reach = 0.3467
    with precision(BITS):
        off = largest_difference(numbers.EXPONENTIAL, lambda n: 1 / arb.fac_ui(n + 2), -reach, reach, 1e-60)
        assert off <= exact(1.5 * U)
        # Half of log 2, the uncertain choice of k, and the error of LOG2_E times k and of the sum with MAGIC.
        k_off = (
            arb(0.5)
            + exact(2.0**33) * abs(exact(numbers.VALUES["LOG2_E"]) - 1 / arb.const_log2())
            + 2 * exact(2.0**-20)
        )
        assert k_off * arb.const_log2() <= exact(reach)
        missing = abs(exact(numbers.VALUES["LN2"]) + exact(numbers.VALUES["LN2_REST"]) - arb.const_log2())
        assert exact(2.0**33) * missing <= exact(2.0**-74)
    q = float(off / exact(U)) + horner_error(numbers.EXPONENTIAL, reach)
    assert horner_error(numbers.EXPONENTIAL, reach) <= 0.7
    # r² q with r² off by u, q ≤ 0.58; then the last fma.
    assert q + 0.58 <= 2.8
    assert 2.8 * reach / 0.82 + 1 <= 2.2
    least = 1 - math.exp(-reach)
    assert least / reach >= 0.82
    p_off = 2.2 * (math.exp(reach) - 1) + math.exp(reach) * (2 * reach + 1e-6)
    assert p_off <= 1.9
    assert p_off / math.exp(-reach) + 1 + 1e-9 <= 3.8
    smallest = 1 - math.exp(-(math.log(2) - reach))
    assert max(p_off / 2 / smallest, (p_off * 2.0**-54 + 0.5) / (1 - 2.0**-53)) + 1 <= 4.3
    assert 8 * (1 - 8 * U) > 4.3 * (1 + 1e-9)


def test_the_logarithm_is_as_good_as_it_says() -> None:
    largest = (3 - 2 * math.sqrt(2)) ** 2
    with precision(BITS):
        off = largest_difference(numbers.LOGARITHM, lambda n: arb(2) / (2 * n + 3), 0.0, 0.02945, 1e-60)
        assert off <= exact(4 * U)
        n = (1 - arb(2).sqrt()) / (1 + arb(2).sqrt())
        assert n * n * (1 + exact(2.0**-18)) <= exact(0.02945)
    second = largest * (2 / 3 + 0.02) / 2
    assert second <= 0.0102
    q = float(off / exact(U)) + horner_error(numbers.LOGARITHM, 0.02945)
    # s³ q: three times the error of s, the products, and that of q.
    assert 3 * 4.1 + 2 + q / (2 / 3) <= 18
    assert 4.1 + 18 * 0.0102 + 1 <= 5.3


def test_the_arctangent_is_as_good_as_it_says() -> None:
    turn = numbers.VALUES["TURN"]
    with precision(BITS):
        off = largest_difference(numbers.ARCTANGENT, lambda n: arb((-1) ** (n + 1)) / (2 * n + 3), 0.0, 0.1718, 1e-60)
        assert off <= exact(0.2 * U)
        assert exact(turn) > arb(2).sqrt() - 1 - exact(2.0**-12)
        assert exact(turn).atan() >= exact(0.392)
        assert abs(exact(numbers.VALUES["QUARTER_PI"]) - arb.pi() / 4) <= exact(U) / 2
    b = (1 - turn) / (1 + turn)
    assert b <= 0.4144
    assert b * b <= 0.1718
    q = float(off / exact(U)) + horner_error(numbers.ARCTANGENT, 0.1718) + 0.6 * 0.1718
    near = 1 + b * b * (q + 2 * 0.34)
    assert near <= 1.3
    of_b = (3.6 + b * 4) / (1 + turn) + 3 * b
    assert of_b <= 5
    middle = of_b + near * 0.393 + 0.5 + 0.5
    assert middle <= 6.6
    assert (middle + 0.5 + 1) / 0.785 <= 17
    assert middle / 0.392 <= 17


@pytest.mark.parametrize("count", [4_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_at_random_points_they_are_well_within(count: int) -> None:
    """The exponential to a quarter of 2⁻⁵⁰ and more, at points of all sizes, and at the ends of each k."""
    draw = np.random.default_rng(5)
    w = -np.concatenate(
        [
            10.0 ** draw.uniform(-30, 9, count),
            draw.uniform(0, 40, count),
            (draw.integers(0, 60, count) + 0.5) * math.log(2),
        ]
    )
    k, x, m = elementary.exponential(w)
    t = np.concatenate([10.0 ** draw.uniform(-30, 9, count), draw.uniform(0, 3, count)])
    arc = elementary.arctangent(t)
    v = 10.0 ** draw.uniform(-200, 200, count)
    v[::3] = 1 + draw.uniform(-1, 1, v[::3].size) * 10.0 ** draw.uniform(-16, -1, v[::3].size)
    low, high = elementary.logarithm_down(v, np.zeros_like(v)), elementary.logarithm_up(v, np.zeros_like(v))
    with precision(200):
        for i in range(w.size):
            true = exact(w[i]).exp() * arb(fmpq(1, 2)) ** int(k[i])
            assert abs(exact(x[i]) - true) <= exact(2.0**-51) * true
            true = -exact(w[i]).expm1()
            assert abs(exact(m[i]) - true) <= exact(2.0**-50 * 0.6) * true
        for i in range(t.size):
            true = exact(t[i]).atan()
            assert abs(exact(arc[i]) - true) <= exact(2.0**-49) * true
        for i in range(v.size):
            assert exact(low[i]) <= exact(v[i]).log() <= exact(high[i])
            assert high[i] - low[i] <= 2.0**-48 * abs(high[i]) + 1e-300


def test_numpy_rounds_outward_at_every_size() -> None:
    """Sums, products, quotients and roots of subnormal, ordinary and huge numbers, against exact fractions."""
    from fractions import Fraction

    draw = np.random.default_rng(6)
    for scale in (-1070, -1020, -500, -20, 0, 300):
        a = np.ldexp(draw.uniform(0.5, 1, 300), scale + draw.integers(0, 30, 300))
        b = np.ldexp(draw.uniform(0.5, 1, 300), draw.integers(-30, 30, 300))
        down, up = rounded.mul_down(a, b), rounded.mul_up(a, b)
        under, over = rounded.div_down(a, b), rounded.div_up(a, b)
        least, most = rounded.sub_down(a, b), rounded.sub_up(a, b)
        root, roof = rounded.root_down(a), rounded.root_up(a)
        for i in range(a.size):
            p, q = Fraction(float(a[i])), Fraction(float(b[i]))
            assert Fraction(float(down[i])) <= p * q <= Fraction(float(up[i]))
            assert Fraction(float(under[i])) <= p / q <= Fraction(float(over[i]))
            assert Fraction(float(least[i])) <= p - q <= Fraction(float(most[i]))
            assert Fraction(float(root[i])) ** 2 <= p <= Fraction(float(roof[i])) ** 2
    assert rounded.mul_up(np.zeros(1), np.ones(1)) == 0


def test_the_figures_could_fail() -> None:
    """A coefficient off by a hair is seen."""
    spoiled: list[str] = list(numbers.EXPONENTIAL)
    spoiled[3] = (float.fromhex(spoiled[3]) * (1 + 1e-12)).hex()
    with precision(BITS):
        assert not largest_difference(spoiled, lambda n: 1 / arb.fac_ui(n + 2), -0.3467, 0.3467, 1e-60) <= exact(
            1.5 * U
        )
    assert ctx.prec < BITS
