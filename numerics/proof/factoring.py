"""Factorisation where it comes to an end: not for polynomials of a degree that nobody waits for."""

from __future__ import annotations

from collections import defaultdict
from math import lcm
from typing import Any

import sympy as sp

_HIGHEST = 100


def factored(expression: Any) -> Any:
    """SymPy's factors; the expression as it is where they would be those of a polynomial of high degree.

    e^{2x} + e^{x/50} is a polynomial of degree 100 in e^{x/50}. SymPy hands such a one to a library that factors it in
    minutes, and that nothing interrupts.
    """
    return sp.factor(expression) if degree(expression) <= _HIGHEST else expression


def degree(expression: Any) -> int:
    """The highest degree in any one generator: a symbol, a power, or an exponential to a common fraction."""
    exponents: defaultdict[Any, list[Any]] = defaultdict(lambda: [sp.S.One])
    for node in sp.preorder_traversal(expression):
        if isinstance(node, sp.exp):
            argument: Any = node.args[0]
            for term in sp.Add.make_args(argument):
                coefficient, rest = term.as_coeff_Mul()
                exponents[sp.exp, rest].append(coefficient)
        elif isinstance(node, sp.Pow) and node.exp.is_Rational and node.base.free_symbols:
            exponents[node.base].append(node.exp)
    found = 1
    for powers in exponents.values():
        rational = [p for p in powers if p.is_Rational]
        found = max(found, int(max(map(abs, rational)) * lcm(*(int(p.q) for p in rational))))
    return found
