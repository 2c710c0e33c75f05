"""What a rounding in the wrong direction would do to a rigorous sweep: each is caught, in the texts that run."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from rigorous_reference import BITS, FUNCTIONS, exact

from numerics.enclosure.interval import precision
from numerics.sweeping.rigorous import arrays, compiled, rounded
from numerics.sweeping.rigorous.premises import FORMULAS
from numerics.sweeping.rigorous.sides import SIDES, constants, functions
from theory.activations import activation

NAMES = tuple(FORMULAS)


FAR = 2.0**-20
ELEMENTARY, STEPS = compiled.part("elementary"), compiled.part("steps")
PLAIN = {name: getattr(rounded, name) for name in dir(rounded) if not name.startswith("__")}
_EXACTLY = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "root": np.sqrt}
Z = np.concatenate([np.geomspace(1e-9, 300, 40), np.linspace(0.1, 3, 40)])


class Exaggerated:
    """Directed rounding that goes far, by 2⁻²⁰ of a number, where it is told to: still a bound."""

    def __init__(self, far: Callable[[str, int], bool]):
        self.far, self.calls = far, 0

    def primitives(self) -> dict[str, Any]:
        return {
            f"{name}_{way}": self.rounded(f"{name}_{way}", way, operation)
            for name, operation in _EXACTLY.items()
            for way in ("down", "up")
        }

    def rounded(self, name: str, way: str, operation: Any) -> Any:
        def apply(*given: Any) -> Any:
            value, self.calls = operation(*given), self.calls + 1
            far = FAR if self.far(name, self.calls) else 0.0
            return value + (1 if way == "up" else -1) * np.abs(value) * far

        return apply


def space(text: str, exaggerated: Exaggerated) -> dict[str, Any]:
    """The steps of this text with that rounding, on elementary functions as they are."""
    found = dict(PLAIN)
    exec(ELEMENTARY, found)
    found = {**found, **exaggerated.primitives()}
    exec(text, found)
    return found


def wrong_steps(name: str, text: str) -> bool:
    """Whether, with one directed operation gone far, a bound of one layer is on the wrong side."""
    f, slope = FUNCTIONS[name]
    with precision(100):
        values = np.array([float(f(exact(z))) for z in Z])
        logs = np.array([float((exact(z) * slope(exact(z)) / f(exact(z))).log()) for z in Z])
    for side, sign in zip(SIDES, (1, -1), strict=True):
        spoiled, calls = 0, 1
        while spoiled < calls:
            spoiled += 1
            exaggerated = Exaggerated(lambda _, call, wanted=spoiled: call == wanted)
            value, n, d, k = space(text, exaggerated)[f"{name}_{side}"](Z)
            calls, log = exaggerated.calls, np.log(n) - np.log(d) + np.asarray(k) * math.log(2)
            if (sign * (value / values - 1) > 1e-9).any() or (sign * (logs - log) > 1e-9 * (1 + np.abs(logs))).any():
                return True
    return False


def mutants(name: str) -> list[str]:
    """The text with one `_down` or `_up` turned around, for each of the steps of the activation."""
    found = []
    for side in SIDES:
        begin = STEPS.index(f"def {name}_{side}(")
        end = STEPS.find("\ndef ", begin)
        for match in re.finditer(r"_(down|up)\(", STEPS[begin : end if end > 0 else None]):
            place, other = begin + match.start(), {"down": "_up(", "up": "_down("}[match[1]]
            found.append(STEPS[:place] + other + STEPS[begin + match.end() :])
    return found


@pytest.mark.parametrize("name", NAMES)
def test_one_rounding_the_wrong_way_is_caught(name: str) -> None:
    """Every directed operation of the steps matters, and each has the right direction."""
    assert not wrong_steps(name, STEPS)
    turned = mutants(name)
    assert len(turned) >= 4
    for text in turned:
        assert wrong_steps(name, text)


@pytest.mark.parametrize(
    "other",
    [
        "times",
        "times_n",
        "times_d",
        "quotient_other",
        "log_own",
        "log_other",
        "sum_own",
        "sum_other",
        "repeated_own",
        "repeated_other",
    ],
)
@pytest.mark.parametrize("side", SIDES)
def test_one_name_of_the_wrong_side_is_caught(other: str, side: str) -> None:
    """The orbits with exaggerated rounding are right, and with one name of the other side they are not."""
    assert not _wrong_orbits(None, side)
    assert _wrong_orbits(other, side)


def _wrong_orbits(swapped: str | None, side: str) -> bool:
    """Whether, with what one name stands for gone far everywhere, a bound of an orbit is on the wrong side."""
    f, depth, marks = activation("softsign"), 40, np.array([1, 20])
    theta = np.array([0.4, 0.9, 1.0, 1.6, 3.0, 1e-19, 30.0])
    start = np.array([0.5, 1.0, 2.0, 0.2, 0.3, 0.5, 0.9])
    log, outputs, es = np.log(start), [], []
    for _ in range(depth):
        es.append(-np.log1p(theta * np.exp(log)))
        outputs.append(log)
        log = log + np.log(theta) + es[-1]
    true = np.stack([log, outputs[-1], es[-1], sum(es), sum(es[19:])])
    sign, tolerance = np.array([1, 1, -1, -1, -1])[:, None], 1e-9 * (1 + np.abs(true))
    kernels = arrays.ArrayKernels(f)
    operations = {**_EXACTLY, "logarithm": lambda x, k: np.log(x) + k * np.log(2), "repeated": np.multiply}
    plain = space(STEPS, Exaggerated(lambda *_: False))
    for kind in functions(f, side):
        exaggerated = Exaggerated(lambda name, _, wanted=kind: name == wanted)
        for one in SIDES:
            named = functions(f, one)
            if swapped is not None and one == side:
                named[swapped] = functions(f, SIDES[1 - SIDES.index(one)])[swapped]
            found = {name: plain[function] for name, function in named.items()}
            for name, function in named.items():
                stem, _, way = function.partition("_")
                if stem in operations and way in ("down", "up"):
                    found[name] = exaggerated.rounded(name, way, operations[stem])
            kernels.names[one] = SimpleNamespace(**found, **constants(f, one))
        low, high = (kernels.run(one, theta, start, depth, marks) for one in SIDES)
        if (sign * (low - true) > tolerance).any() or (sign * (true - high) > tolerance).any():
            return True
    return False


@pytest.mark.parametrize("name", ["logarithm_down", "logarithm_up", "repeated_down", "repeated_up"])
def test_one_rounding_of_a_logarithm_the_wrong_way_is_caught(name: str) -> None:
    begin = ELEMENTARY.index(f"def {name}(")
    own = ELEMENTARY[begin : ELEMENTARY.find("\n\n\ndef ", begin)]
    places = [
        (match.start(), match[1]) for match in re.finditer(r"_(down|up)\(", own) if match.start() > own.index("\n")
    ]
    assert len(places) == (5 if name.startswith("logarithm") else 2)
    assert not _wrong_logarithm(name, own)
    for place, way in places:
        assert _wrong_logarithm(name, own[:place] + {"down": "_up(", "up": "_down("}[way] + own[place + len(way) + 2 :])


def _wrong_logarithm(name: str, text: str) -> bool:
    x, k = np.meshgrid(np.geomspace(0.6, 1.6, 9), np.array([-1000.0, -3.0, 0.0, 2.0, 1000.0]))
    x, k = x.ravel(), k.ravel()
    true = np.log(x) + k * np.log(2) if name.startswith("logarithm") else k * x
    sign, spoiled, calls = 1 if name.endswith("down") else -1, 0, 1
    while spoiled < calls:
        spoiled += 1
        exaggerated = Exaggerated(lambda _, call, wanted=spoiled: call == wanted)
        found = dict(PLAIN)
        exec(ELEMENTARY, found)
        found = {**found, **exaggerated.primitives(), "logarithm_of_mantissa": np.log}
        exec(text, found)
        got = found[name](x, k)
        calls = exaggerated.calls
        if (sign * (got - true) > 1e-9 * (1 + np.abs(true))).any():
            return True
    return False


def test_the_inflation_of_the_elementary_functions_matters() -> None:
    """DOWN and UP exchanged: a value of tanh or gd is on the wrong side, by Arb."""
    turned = STEPS.replace("DOWN", "@").replace("UP", "DOWN").replace("@", "UP")
    for name in ("tanh", "gudermannian", "arctan"):
        for text, wrong in ((STEPS, False), (turned, True)):
            names = dict(PLAIN)
            exec(ELEMENTARY + text, names)
            lower, _, _, _ = names[f"{name}_lower"](Z)
            upper, _, _, _ = names[f"{name}_upper"](Z)
            with precision(BITS):
                true = [FUNCTIONS[name][0](exact(z)) for z in Z]
                inside = [
                    bool(exact(a) <= t) and bool(t <= exact(b)) for a, t, b in zip(lower, true, upper, strict=True)
                ]
            assert all(inside) != wrong
