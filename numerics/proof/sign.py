"""The sign of an expression on a domain, read off its structure.

A sum of non-negative terms is non-negative, an even power too, exp is positive, tanh has the sign of its argument.
Open ends count: on x > 0 the product x·tanh x is positive, not only non-negative. What structure does not decide
is left to an enclosure over the whole box.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy as sp

from numerics.enclosure.interval import Interval
from numerics.enclosure.program import UnsupportedError, enclose
from numerics.proof.exact import constant_sign
from numerics.proof.goal import Domain, Range

Signs = frozenset[int]
ANY: Signs = frozenset((-1, 0, 1))
POSITIVE: Signs = frozenset((1,))
NON_NEGATIVE: Signs = frozenset((0, 1))
NEGATIVE: Signs = frozenset((-1,))
NON_POSITIVE: Signs = frozenset((-1, 0))

_SAME_SIGN = (sp.tanh, sp.sinh, sp.atan, sp.asinh, sp.erf, sp.atanh, sp.asin, sp.coth, sp.csch)
_POSITIVE = (sp.exp, sp.cosh, sp.sech, sp.erfc)


def of_interval(value: Interval) -> Signs:
    """The signs that the numbers of an interval may have."""
    signs = {-1} if value.lo < 0 else set()
    if value.hi > 0:
        signs.add(1)
    if value.contains_zero():
        signs.add(0)
    return frozenset(signs)


def of_range(bounds: Range) -> Signs:
    """The signs of a variable, its open ends left out."""
    signs = set(of_interval(bounds.interval()))
    if (bounds.lo.is_zero and bounds.lo_open) or (bounds.hi.is_zero and bounds.hi_open):
        signs.discard(0)
    return frozenset(signs)


def sign(expression: sp.Expr, domain: Domain) -> Signs:
    """The signs that the expression may take on the domain; too many, never too few."""
    return _Reader(domain).read(expression)


class _Reader:
    def __init__(self, domain: Domain):
        self.domain = domain
        self.box = domain.box()
        self.known: dict[Any, Signs] = {}
        self.assumed: dict[Any, Signs] = {}
        for g, strict in domain.constraints:
            signs = POSITIVE if strict else NON_NEGATIVE
            for form in {g, sp.expand(g)}:
                self.assumed[form] = self.assumed.get(form, ANY) & signs
                self.assumed[-form] = frozenset(-s for s in self.assumed[form])

    def read(self, node: Any) -> Signs:
        if node not in self.known:
            signs = self.structure(node)
            for form in (node, -node) if self.assumed else ():
                if form in self.assumed:
                    assumed = self.assumed[form]
                    signs &= assumed if form is node else frozenset(-s for s in assumed)
            if len(signs) > 1:
                signs &= self.enclosure(node)
            # An empty set means that no point is left: the domain is empty, and any word would be true of it.
            self.known[node] = signs or ANY
        return self.known[node]

    def enclosure(self, node: Any) -> Signs:
        try:
            return of_interval(enclose(node, self.box))
        except UnsupportedError:
            return ANY

    def structure(self, node: Any) -> Signs:
        if node.is_Symbol:
            return of_range(self.domain.ranges[node])
        if node.is_Add:
            return self.linear(node) or _beyond_reach(node) or _sum(self.read(term) for term in node.args)
        if node.is_Mul:
            return _product(self.read(factor) for factor in node.args)
        if isinstance(node, sp.Pow):
            return self.power(node)
        if isinstance(node, _POSITIVE):
            return POSITIVE
        if isinstance(node, _SAME_SIGN):
            return self.read(node.args[0])
        if isinstance(node, sp.log):
            return self.read(sp.together(node.args[0] - 1))
        if isinstance(node, sp.Abs):
            return frozenset(abs(s) for s in self.read(node.args[0]))
        if isinstance(node, sp.Max | sp.Min):
            return self.extremum(node)
        return ANY

    def linear(self, node: Any) -> Signs | None:
        """The sign of a + b v, with numbers a and b, by its values at the ends of the range of v."""
        if len(node.args) != 2 or len(node.free_symbols) != 1:
            return None
        (v,) = node.free_symbols
        b, a = node.coeff(v, 1), node.coeff(v, 0)
        if not (b.is_number and a.is_number) or sp.expand(a + b * v - node) != 0:
            return None
        bounds = self.domain.ranges[v]
        found: set[int] = set()
        for end, is_open in ((bounds.lo, bounds.lo_open), (bounds.hi, bounds.hi_open)):
            at = constant_sign(b) if end is sp.S.Infinity else constant_sign(-b) if end.is_infinite else None
            at = constant_sign(a + b * end) if not end.is_infinite else at
            if at is None:
                return None
            found |= set() if at == 0 and is_open else {at}
        return frozenset(found | ({0} if {1, -1} <= found else set())) or None

    def power(self, node: sp.Pow) -> Signs:
        base, exponent = node.base, node.exp
        if isinstance(exponent, sp.Integer):
            signs = self.read(base)
            if exponent < 0:
                # Where the power is a number at all, its base is not zero.
                signs -= {0}
            return frozenset(s if exponent % 2 else abs(s) for s in signs)
        if exponent.is_integer:
            return ANY
        signs = self.read(base) & NON_NEGATIVE
        if exponent.is_Rational:
            return signs if exponent > 0 else POSITIVE
        # 0**y is 0 or 1: it appears where the end of a range was put in for the base.
        return NON_NEGATIVE if 0 in signs else POSITIVE

    def extremum(self, node: Any) -> Signs:
        pick = max if isinstance(node, sp.Max) else min
        signs = self.read(node.args[0])
        for argument in node.args[1:]:
            signs = frozenset(pick(s, t) for s in signs for t in self.read(argument))
        return signs


# Functions with the bounds that they approach and never reach.
_NEVER_REACHED = {sp.tanh: sp.S.One, sp.erf: sp.S.One, sp.atan: sp.pi / 2}


def _beyond_reach(node: Any) -> Signs | None:
    """The sign of c + a·tanh u (or erf, arctan) where |c| ≥ |a| times the bound: that of c, and never zero."""
    if len(node.args) != 2:
        return None
    constant, term = sorted(node.args, key=lambda part: bool(part.free_symbols))
    if constant.free_symbols:
        return None
    factor, function = term.as_coeff_Mul()
    bound = _NEVER_REACHED.get(function.func)
    if bound is None:
        return None
    room = constant_sign(sp.Abs(constant) - sp.Abs(factor) * bound)
    return frozenset((constant_sign(constant) or 0,)) if room is not None and room >= 0 else None


def _sum(terms: Iterable[Signs]) -> Signs:
    total: Signs = frozenset((0,))
    for signs in terms:
        total = frozenset(
            r for s in total for t in signs for r in ((s or t,) if s == t or not (s and t) else (-1, 0, 1))
        )
    return total


def _product(factors: Iterable[Signs]) -> Signs:
    total: Signs = POSITIVE
    for signs in factors:
        total = frozenset(s * t for s in total for t in signs)
    return total


def shows(expression: sp.Expr, strict: bool, domain: Domain) -> bool:
    """Whether the structure alone shows expression ≥ 0 (> 0 if strict)."""
    return sign(expression, domain) <= (POSITIVE if strict else NON_NEGATIVE)
