"""The chain of one depth in which a claim fails from some value of its parameter on."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import sympy as sp

from numerics.depth.chain_values import MORE, ChainValues, number, rational
from numerics.depth.layer_bounds import LayerBounds
from numerics.enclosure.interval import Interval, fraction
from numerics.enclosure.program import compile_expressions
from numerics.falsifying.falsifier import Falsifier
from numerics.proof.premises import NotOfThisFormError, Premise
from numerics.wording import witness_of
from theory.chain import parameter, x
from theory.fixed_depth import Free, Layers, Part
from theory.instance import at_depth, instantiate
from theory.notation import G, P
from theory.proof import anything, grad, own
from theory.statement import Relation

_MOST_PLACES = 40


class NotFoundError(Exception):
    """The range at a depth was not found: which step failed."""


class RefutingChain:
    """The chain that refutes a part: its parameters are the least, but for one choice, made so that z_l = v.

    `at` is a number at which the size of the core is next to its maximum.
    """

    def __init__(self, bounds: LayerBounds, values: ChainValues, part: Part, at: Fraction, digits: int):
        if part.broken is None or part.core is None:
            raise NotFoundError(f"no chain is known that fails for {part.layers}")
        self.bounds, self.values, self.part, self.core = bounds, values, part, part.core
        self.broken, self.free, self.depth = part.broken, part.broken.free, values.depth
        self.v, self.digits = at, digits
        self.size = compile_expressions([part.core.size], [anything])
        if (self.free is Free.INPUT) != (self.depth == 1):
            raise NotOfThisFormError(f"{self.free} is not free in a chain of {self.depth} layers")

    @property
    def choosing(self) -> int:
        """The layer i whose z_i is chosen: it must not be below its floor M_i."""
        return {Free.INPUT: 1, Free.LAST_INPUT: self.depth - 1}.get(self.free, self.depth)

    def gaps(self, lo: Fraction, hi: Fraction) -> Iterator[Premise]:
        """**Refuted from hi on.** At hi the core fails for a v whose chain is admitted; so the chain is admitted, and
        the core fails for it, at every larger t (the floors fall, the excess rises).

        **No gap.** For t between lo and hi the core holds for each v whose chain is not admitted, or not known: it does
        for every v with size(v) ≤ bound/E at hi, where that quotient is the least. These are the premises.
        """
        self.fails_at(hi)
        bound = compile_expressions([self.core.bound], [self.bounds.t]).run([number(hi)])[0]
        quotient = bound * self.values.product_at(self.part, hi).inverse()
        z: Any = sp.Symbol("v", real=True)
        within = Relation(self.core.size.subs(anything, z), "<=", self.rational(quotient, up=False))
        least = self.values.floor_at(1 if self.free is Free.INPUT else self.depth, lo)
        short = (Relation(z, ">=", sp.S.Zero), Relation(z, "<=", self.rational(least, up=True)))
        yield Premise("a v below the floor", short, (within,))
        if self.free is Free.LAST_INPUT:
            most = self.rational(self.values.parameter_at(hi), up=False)
            yield Premise("a v that no output reaches", (Relation(z, ">=", most),), (within,))

    def fails_at(self, t: Fraction) -> None:
        """NotFoundError unless the core certainly fails at t for a v whose chain is certainly admitted."""
        z, v = self.choice(t)
        if not self.values.excess(self.part, self.size.run([v])[0], t).lo > 0:
            raise NotFoundError(f"the chain that fails was not found at {self.bounds.t} = {float(t)}")
        if not z.lo >= self.values.floor_at(self.choosing, t).hi:
            raise NotFoundError("the hypotheses do not admit the chain in which the core fails most")

    def choice(self, t: Fraction) -> tuple[Interval, Interval]:
        """z_i of the layer that is free, and z_l = v."""
        if self.free is not Free.LAST_INPUT:
            return number(self.v), number(self.v)
        y = number(self.output(t))
        (z,) = compile_expressions([sp.atanh(anything)], [anything]).run([y])
        return z, y * self.values.parameter_at(t)

    def output(self, t: Fraction) -> Fraction:
        """f_{l−1} = v/θ_l as an exact number, the same one for all larger t."""
        y = self.rounded(number(self.v) * self.values.parameter_at(t).inverse(), self.digits + MORE)
        if not 0 < y < 1:
            raise NotFoundError("the chain that fails needs an output beyond 1")
        return y

    # -- one exact point -----------------------------------------------------------------------------------------

    def confirm(self, hi: Fraction) -> dict[str, Any]:
        """The claim refuted at one exact point next to hi, by enclosures of the chain itself; NotFoundError if not."""
        layer = {Layers.FIRST: 1, Layers.BEFORE_LAST: self.depth - 1}.get(self.part.layers, self.depth)
        point = self.point(hi + Fraction(1, 10 ** (min(self.digits, _MOST_PLACES) + 1)), layer)
        instance = instantiate(self.bounds.claim, self.depth, layer)
        relations = [relation for relation in instance.conclusion if isinstance(relation, Relation)]
        search = Falsifier(instance.hypotheses, relations, instance.variables)
        at: Any = {v: point[v] for v in instance.variables}
        if search.confirm(at) is None:
            raise NotFoundError(f"a chain of depth {self.depth} next to {self.bounds.t} = {float(hi)} does not fail")
        return {"l": self.depth, "k": layer, **witness_of(at)}

    def point(self, t: Fraction, layer: int) -> dict[Any, Fraction]:
        """The chain at t with rational numbers: parameters are rounded up, so that they stay admitted."""
        places = min(self.digits, _MOST_PLACES) + MORE
        least = self.rounded(self.values.parameter_at(t), places, up=True)
        start: Any = self.values.declared.x_is
        entering = Fraction(int(start.p), int(start.q))
        z, _ = self.choice(t)
        if self.free is Free.INPUT:
            entering = self.rounded(z * number(least).inverse(), places)
        point: dict[Any, Fraction] = {self.bounds.t: t, x: entering}
        output = number(entering)
        tanh = compile_expressions([sp.tanh(anything)], [anything])
        for i in range(1, self.depth + 1):
            chosen = i == self.choosing and self.free is not Free.INPUT
            theta = max(least, self.rounded(z * output.inverse(), places)) if chosen else least
            point[parameter(i)] = theta
            output = tanh.run([number(theta) * output])[0]
        return {**point, **self.others(point, layer, places)}

    def others(self, point: dict[Any, Fraction], layer: int, places: int) -> dict[Any, Fraction]:
        """d, r and the like, from the gradient and the parameter of the layer."""
        gradient = at_depth(self.depth, P if self.bounds.printed else G, layer)
        variables = list(point)
        known = {grad: gradient, own: parameter(layer)}
        found: dict[Any, Fraction] = {}
        for name, value in self.broken.values.items():
            program = compile_expressions([sp.sympify(value).subs(known)], variables)
            found[name] = self.rounded(program.run([number(point[v]) for v in variables])[0], places, up=True)
        return found

    def rounded(self, value: Interval, places: int, up: bool = False) -> Fraction:
        unit = 10**places
        if up:
            return Fraction(-((-fraction(value.hi) * unit) // 1), unit)
        return Fraction(round(value.middle() * unit), unit)

    def rational(self, value: Interval, up: bool) -> Any:
        """A short fraction just above (below) the value."""
        unit = 10 ** (self.digits + MORE)
        return rational(Fraction(-((-fraction(value.hi) * unit) // 1) if up else fraction(value.lo) * unit // 1, unit))
