"""The checker's algebra: whether an expression is 0 identically, by exact arithmetic alone.

An expression becomes N/(D_1^{n_1}⋯D_k^{n_k}), where N and every D_i are sums of monomials with rational coefficients in
variables and in *atoms* such as exp(x), with rational exponents. It is 0 wherever it is defined if N has no terms: the
values of the atoms are particular values of those unknowns. Used are only exp(u + v) = exp(u)·exp(v), exp(c·u) =
exp(u)^c, (c·u)^p = c^p·u^p for c > 0, |u·v| = |u|·|v|, f(−u) = ±f(u) for odd and even f, and what a function by cases
is where its case is known. Whether all is defined is not asked here: the checker's intervals have to show it.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Mapping
from fractions import Fraction as Q
from typing import Any

Monomial = tuple[tuple[Any, Q], ...]
Polynomial = dict[Monomial, Q]
ODD, EVEN = {"erf", "atan", "sin"}, {"abs"}
LARGEST, HIGHEST = 1500, 24
SMALL_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31)


class TooHardError(ValueError):
    """The algebra is not followed this far; nothing is known of the expression."""


def product(p: Polynomial, q: Polynomial) -> Polynomial:
    if len(p) * len(q) > LARGEST:
        raise TooHardError("too many terms")
    total: Polynomial = {}
    for m, a in p.items():
        for n, b in q.items():
            exponents, c = dict(m), a * b
            for word, e in n:
                exponents[word] = exponents.get(word, Q(0)) + e
            for word, e in exponents.items():
                if word[0] == "root" and (whole := e.numerator // e.denominator):
                    exponents[word], c = e - whole, c * Q(word[1]) ** whole
            both = monomial(exponents)
            total[both] = total.get(both, Q(0)) + c
    return {m: c for m, c in total.items() if c}


def monomial(exponents: Mapping[Any, Q]) -> Monomial:
    return tuple(sorted(((word, e) for word, e in exponents.items() if e), key=repr))


def power(p: Polynomial, n: int) -> Polynomial:
    if n > HIGHEST:
        raise TooHardError("too high a power")
    total: Polynomial = {(): Q(1)}
    for _ in range(n):
        total = product(total, p)
    return total


def plus(p: Polynomial, q: Polynomial) -> Polynomial:
    return {m: c for m in {**p, **q} if (c := p.get(m, Q(0)) + q.get(m, Q(0)))}


class Fraction:
    """N over a product of powers of polynomials, which are normed: leading coefficient 1, no common monomial."""

    def __init__(self, above: Polynomial, below: Mapping[Any, int] | None = None):
        self.above, self.below = above, dict(below or {}) if above else {}

    def over(self, below: Mapping[Any, int]) -> Polynomial:
        """N over the larger denominator `below`."""
        total = self.above
        for factor, n in below.items():
            total = product(total, power(dict(factor), n - self.below.get(factor, 0)))
        return total

    def __add__(self, other: Fraction) -> Fraction:
        common = joined(self.below, other.below)
        return Fraction(plus(self.over(common), other.over(common)), common)

    def __mul__(self, other: Fraction) -> Fraction:
        both = {f: self.below.get(f, 0) + other.below.get(f, 0) for f in {**self.below, **other.below}}
        return Fraction(product(self.above, other.above), both)

    def __neg__(self) -> Fraction:
        return self * number(-1)

    def inverse(self) -> Fraction:
        """TooHardError for 0: what is divided by it is not defined."""
        if not self.above:
            raise TooHardError("a division by 0")
        lead, shift, rest = normed(self.above)
        above = product(Fraction({(): 1 / lead}).over(self.below), {inverted(shift): Q(1)})
        return Fraction(above, {} if rest == {(): Q(1)} else {key(rest): 1})


def joined(p: Mapping[Any, int], q: Mapping[Any, int]) -> dict[Any, int]:
    return {factor: max(p.get(factor, 0), q.get(factor, 0)) for factor in {**p, **q}}


def number(q: Any) -> Fraction:
    return Fraction({(): Q(q)} if q else {})


def key(p: Polynomial) -> Any:
    return tuple(sorted(p.items(), key=repr))


def normed(p: Polynomial) -> tuple[Q, Monomial, Polynomial]:
    """p = lead · shift · rest, where rest has the leading coefficient 1 and every atom's lowest exponent is 0."""
    atoms = {atom for m in p for atom, _ in m}
    lowest = {atom: min(dict(m).get(atom, Q(0)) for m in p) for atom in atoms}
    shift = monomial(lowest)
    moved = product(p, {inverted(shift): Q(1)})
    lead = moved[min(moved, key=repr)]
    return lead, shift, {m: c / lead for m, c in moved.items()}


def inverted(m: Monomial) -> Monomial:
    return tuple((word, -e) for word, e in m)


class Algebra:
    """Expressions as fractions. `forms` defines functions by others; no variable is called e, E or pi.

    `sign` is 1 where an expression is certainly > 0, −1 where it is ≤ 0, 0 where it is ≥ 0, and None where neither.
    """

    def __init__(self, forms: Callable[[str], ast.expr | None], sign: Callable[[ast.expr], int | None]):
        self.forms, self.sign = forms, sign
        self.known: dict[str, list[tuple[list[Fraction], Any]]] = {}

    def zero(self, node: ast.expr) -> bool:
        """Whether the expression is seen to be 0 identically."""
        try:
            return not self.read(node).above
        except TooHardError:
            return False

    def ratio(self, f: ast.expr, g: ast.expr) -> Q | None:
        """The number c ≠ 0 with f = c·g identically, where there is one and it is seen."""
        try:
            u, v = self.read(f), self.read(g)
            common = joined(u.below, v.below)
            p, q = u.over(common), v.over(common)
        except TooHardError:
            return None
        first = min(q, key=repr, default=())
        c = p[first] / q[first] if first in p and q else None
        return c if c is not None and p == {m: c * a for m, a in q.items()} else None

    def read(self, node: ast.expr) -> Fraction:
        match node:
            case ast.Constant(value=int() as value):
                return number(value)
            case ast.Name(id=name):
                return self.exponential(number(1)) if name in ("e", "E") else atom(name)
            case ast.UnaryOp(op=ast.USub(), operand=part):
                return -self.read(part)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self.read(left) + self.read(right)
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                return self.read(left) + -self.read(right)
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return self.read(left) * self.read(right)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return self.read(left) * self.read(right).inverse()
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self.powered(self.read(left), self.read(right))
            case ast.Call(func=ast.Name(id=name), args=parts, keywords=[]):
                return self.call(name, parts)
        raise TooHardError(ast.unparse(node)[:80])

    def call(self, name: str, parts: list[ast.expr]) -> Fraction:
        form = self.forms(name)
        if form is not None:
            return self.read(Inserted(dict(zip("uv", parts, strict=False))).visit(copy.deepcopy(form)))
        if name == "exp":
            return self.exponential(self.read(parts[0]))
        if name in ("where", "max", "abs"):
            return self.by_case(name, parts)
        argument = self.read(parts[0])
        return number(0) if not argument.above and name in ODD else self.named(name, argument)

    def by_case(self, name: str, parts: list[ast.expr]) -> Fraction:
        """where(t, x, y) is x if t > 0, else y; max(x, y) and |x| by the sign of x − y, or of x."""
        first = parts[0]
        test = first if name != "max" else ast.BinOp(first, ast.Sub(), parts[1])
        sign = self.sign(test)
        if sign is None or (sign == 0 and name == "where"):
            return self.size(self.read(first)) if name == "abs" else self.named(name, *map(self.read, parts))
        if name == "abs":
            return self.read(first) if sign >= 0 else -self.read(first)
        x, y = (parts[1], parts[2]) if name == "where" else (first, parts[1])
        return self.read(x if sign >= 0 else y)

    def size(self, u: Fraction) -> Fraction:
        """|c·x^2·y·p| = |c|·x²·|y|·|p|; exp, roots and sizes are what their size is."""
        if not u.above or u.below:
            return self.named("abs", u) if u.above else u
        lead, shift, rest = normed(u.above)
        total = number(abs(lead))
        for word, e in shift:
            bare = word[0] in ("exp", "root", "abs") or (e.denominator == 1 and e % 2 == 0)
            one = Fraction({((word, Q(1) if not bare else e),): Q(1)})
            total = total * (one if bare else self.raised(self.named("abs", one), e))
        return total * self.named("abs", Fraction(rest)) if rest != {(): Q(1)} else total

    def named(self, name: str, *arguments: Fraction) -> Fraction:
        """An atom for the value of a function; equal arguments have one atom, opposite ones of an odd one two signs."""
        for others, word in self.known.setdefault(name, []):
            if all(same(u, v) for u, v in zip(arguments, others, strict=True)):
                return atom(word)
            if name in ODD | EVEN and same(-arguments[0], others[0]):
                return atom(word) if name in EVEN else -atom(word)
        word = (name, len(self.known[name]))
        self.known[name].append((list(arguments), word))
        return atom(word)

    def exponential(self, u: Fraction) -> Fraction:
        """exp of every term: Σ c·m/D gives ∏ exp(m/D)^c."""
        below = tuple(sorted(u.below.items(), key=repr))
        return Fraction({monomial({("exp", m, below): c for m, c in u.above.items()}): Q(1)})

    def powered(self, u: Fraction, exponent: Fraction) -> Fraction:
        """Of u^v with v no number nothing is used, not even exp(v·log u): (−1)^v is defined at whole v, too."""
        if exponent.below or not {*exponent.above} <= {()}:
            return self.named("power", u, exponent)
        return self.raised(u, exponent.above.get((), Q(0)))

    def raised(self, u: Fraction, p: Q) -> Fraction:
        if abs(p) > HIGHEST:
            raise TooHardError("too high a power")
        if p.denominator == 1:
            whole, total = u if p >= 0 else u.inverse(), number(1)
            for _ in range(abs(int(p))):
                total = total * whole
            return total
        if len(u.above) == 1 and not u.below:
            ((m, c),) = u.above.items()
            # Of a power only that of one exponential, or of one variable, is one power again: √(x²) is not x.
            if c > 0 and (not m or (len(m) == 1 and (m[0][0][0] == "exp" or m[0][1] == 1))):
                return rational(c, p) * Fraction({tuple((a, e * p) for a, e in m): Q(1)})
        floor = p.numerator // p.denominator
        return self.raised(u, Q(floor)) * self.named(f"power {p - floor}", u)


def atom(word: Any) -> Fraction:
    return Fraction({((word, Q(1)),): Q(1)})


def same(u: Fraction, v: Fraction) -> bool:
    return not (u + -v).above


def rational(c: Q, p: Q) -> Fraction:
    """c^p for c > 0: the primes of c, with the whole parts of their exponents taken out."""
    total, left = Fraction({(): Q(1)}), {1: c.numerator, -1: c.denominator}
    exponents: dict[int, Q] = {}
    for sign, start in left.items():
        n = start
        for prime in SMALL_PRIMES:
            while n % prime == 0:
                n, exponents[prime] = n // prime, exponents.get(prime, Q(0)) + sign * p
        if n > 1:
            exponents[n] = exponents.get(n, Q(0)) + sign * p
    for prime, e in exponents.items():
        total = total * surd(prime, e)
    return total


def surd(n: int, e: Q) -> Fraction:
    whole = e.numerator // e.denominator
    rest = e - whole
    return Fraction({((("root", n), rest),) if rest else (): Q(n) ** whole})


class Inserted(ast.NodeTransformer):
    """A form with expressions in the places of its arguments; the names of functions are left as they are."""

    def __init__(self, parts: Mapping[str, ast.expr]):
        self.parts = parts

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.parts.get(node.id, node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        return ast.Call(node.func, [self.visit(part) for part in node.args], node.keywords)
