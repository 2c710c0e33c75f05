"""Chapter 17: backpropagation through matrix layers, the demonstration with ten hidden layers, and dead units."""

from __future__ import annotations

from typing import Any

import sympy as sp

from theory.activations import activation, z
from theory.claim import Claim
from theory.ledger.chapter_17 import CHAPTER_17, CORRECTED
from theory.networks import (
    Compared,
    Demonstration,
    GradientNorm,
    NoGradient,
    PreActivation,
    Printed,
    Unrolled,
)
from theory.statement import Part, Relation

_DEMO = "17.5, Vanishing Gradient Demonstration: Sigmoid vs ReLU Across 10 Layers"
_WIDTHS = (8, *[15] * 10, 1)
_SIGMOID = Demonstration(_WIDTHS, "logistic", seed=42)
_RELU = Demonstration(_WIDTHS, "relu", seed=42)
_RELU_LINEAR = Demonstration(_WIDTHS, "relu", seed=42, linear_output=True)
_LAYERS = range(1, len(_WIDTHS))


def _claim(name: str, place: str, text: str, *conclusion: Part, where: Any = ()) -> Claim:
    return Claim(f"chapter-17/{name}", text, conclusion, where, source=CHAPTER_17, place=place)


CLAIMS = (
    _claim(
        "backpropagation/unrolled",
        "17.5, The Core Issue; the factors stand from left to right as k grows, which is not said there: in another "
        "order the product is wrong, or the shapes do not fit",
        "the unrolled matrix product for δ^{(l)} follows from BP2 (matrix networks, any widths)",
        Unrolled(),
    ),
    _claim(
        "demo/sigmoid",
        _DEMO,
        "the ten-layer demo (seed 42) gives 7.57e-08 at layer 1, 1.40e-01 at layer 11, ratio 5.4e-07",
        Printed(_SIGMOID, GradientNorm(1), "7.57e-08"),
        Printed(_SIGMOID, GradientNorm(11), "1.40e-01"),
        Printed(_SIGMOID, GradientNorm(1, over=11), "5.4e-07"),
    ),
    _claim(
        "demo/relu",
        _DEMO,
        "the same demo gives 0.00e+00 for relu at layers 1 and 11",
        Printed(_RELU, GradientNorm(1), "0.00e+00"),
        Printed(_RELU, GradientNorm(11), "0.00e+00"),
    ),
    _claim(
        "demo/relu-flows",
        f"{_DEMO}; the title of the right-hand picture",
        "in that demo the relu network's first-layer gradient is not zero (“Gradients FLOW”)",
        Compared(_RELU, GradientNorm(1), "!="),
    ),
    _claim(
        "relu/dead-unit",
        "17.3, The Dying ReLU Problem",
        "pre-activation < 0 on every example ⇒ gradient of every weight into the unit is exactly 0",
        NoGradient(activation("relu").formula, z),
        where=(Relation(z, "<", sp.S.Zero),),
    ),
    Claim(
        "corrected/chapter-17/demo/relu-flows",
        "in that demo the relu network's gradient is exactly 0 at all 11 layers, as z^{(11)} < 0 at the only output; "
        "with a linear output it would be > 0 at all of them",
        (
            Compared(_RELU, PreActivation(11), "<"),
            *(Compared(_RELU, GradientNorm(l), "==") for l in _LAYERS),
            *(Compared(_RELU_LINEAR, GradientNorm(l), ">") for l in _LAYERS),
        ),
        source=CORRECTED,
        place="what was wrong: the one output unit is dead, so that no gradient enters the network at all",
    ),
)
