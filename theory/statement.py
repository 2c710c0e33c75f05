"""The forms that a statement takes: relations between expressions, and what is said with them.

SymPy's own relationals are not used, because they evaluate themselves: `exp(x) >= 0` becomes `True` before any
engine has seen it. A `Relation` keeps both sides as they were written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

import sympy as sp

from theory.errors import StatementError

if TYPE_CHECKING:
    from theory.sufficient import Sufficient

OPERATORS = ("<=", "<", ">=", ">", "==", "!=")
_NEGATION = {"<=": ">", "<": ">=", ">=": "<", ">": "<=", "==": "!=", "!=": "=="}
_UNICODE = {"<=": "≤", "<": "<", ">=": "≥", ">": ">", "==": "=", "!=": "≠"}
_LATEX = {"<=": r"\leq", "<": "<", ">=": r"\geq", ">": ">", "==": "=", "!=": r"\neq"}


def show(expression: sp.Basic) -> str:
    """The expression on one line, in the language that `gradproof prove` reads."""
    return sp.sstr(expression, order="none").replace("Abs(", "abs(").replace("Max(", "max(").replace("Min(", "min(")


@dataclass(frozen=True)
class Relation:
    """Two expressions compared: `lhs op rhs`, with op one of <=, <, >=, >, ==, !=."""

    lhs: sp.Expr
    op: str
    rhs: sp.Expr

    def __post_init__(self) -> None:
        if self.op not in OPERATORS:
            raise StatementError(f"{self.op!r} is not a relation: use one of {', '.join(OPERATORS)}")
        object.__setattr__(self, "lhs", sp.sympify(self.lhs, strict=True))
        object.__setattr__(self, "rhs", sp.sympify(self.rhs, strict=True))

    @property
    def strict(self) -> bool:
        return self.op in ("<", ">", "!=")

    @property
    def slack(self) -> sp.Expr:
        """What is left of the relation: ≥ 0 where it holds (> 0 where it is strict), −|lhs − rhs| for an equality."""
        match self.op:
            case "<=" | "<":
                return self.rhs - self.lhs
            case ">=" | ">":
                return self.lhs - self.rhs
            case "!=":
                return sp.Abs(self.lhs - self.rhs)
            case _:
                return -sp.Abs(self.lhs - self.rhs)

    @property
    def negation(self) -> Relation:
        return Relation(self.lhs, _NEGATION[self.op], self.rhs)

    @property
    def free_symbols(self) -> set[sp.Basic]:
        return self.lhs.free_symbols | self.rhs.free_symbols

    def map(self, change) -> Relation:
        """The same relation between the changed sides."""
        return Relation(change(self.lhs), self.op, change(self.rhs))

    def subs(self, values: Mapping[Any, Any]) -> Relation:
        return self.map(lambda side: side.subs(values, simultaneous=True))

    def __str__(self) -> str:
        return f"{show(self.lhs)} {_UNICODE[self.op]} {show(self.rhs)}"

    def typed(self) -> str:
        """The relation as `gradproof prove` reads it."""
        return f"{show(self.lhs)} {self.op} {show(self.rhs)}"

    def _latex(self) -> str:
        return f"{sp.latex(self.lhs)} {_LATEX[self.op]} {sp.latex(self.rhs)}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self._latex()}$"


@dataclass(frozen=True)
class Every:
    """The relation for every value of an index: `relation` for index = first, …, last (none if last < first)."""

    relation: Relation
    index: sp.Symbol
    first: Any
    last: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "first", sp.sympify(self.first))
        object.__setattr__(self, "last", sp.sympify(self.last))

    def __str__(self) -> str:
        return f"{self.relation} for {self.index} = {self.first}, …, {self.last}"

    def _latex(self) -> str:
        first, last = sp.latex(self.first), sp.latex(self.last)
        return rf"{self.relation._latex()}\ \text{{for}}\ {sp.latex(self.index)} = {first}, \dots, {last}"


@dataclass(frozen=True)
class Form:
    """A part of a conclusion that is no relation between two numbers: about an image, an extremum, a solution, …

    Every kind of them has an engine of its own, in `numerics.forms`.
    """

    @property
    def free_symbols(self) -> set[Any]:
        """The variables for all of whose values it is claimed."""
        return {s for entry in fields(self) if isinstance(value := getattr(self, entry.name), sp.Basic)
                for s in value.free_symbols}  # fmt: skip

    beyond: ClassVar[str] = "it is about more than real numbers"
    """Why it has no certificate, where neither relations that suffice are known nor consequences."""

    def consequences(self) -> tuple[Relation, ...]:
        """Relations that follow from it, for all values of their variables: what a certificate can test."""
        return ()

    def proved_by(self, hypotheses: Sequence[Relation]) -> Sufficient | None:
        """Relations that together prove it under the hypotheses; None where there are none for this form."""
        return None

    def refuted_by(self, hypotheses: Sequence[Relation], witness: Mapping[str, Any]) -> Sufficient | None:
        """Relations that together refute it, with what was found; None where there are none for this form."""
        return None

    def given(self) -> tuple[Relation, ...]:
        """What is known of the variables of the consequences, besides the hypotheses of the claim."""
        return ()

    def shown(self, of: Callable[[Any], str]) -> str:
        """On one line, with `of` for the expressions and relations in it."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.shown(_shown)

    def _latex(self) -> str:
        return rf"\text{{{self.shown(lambda part: f'${_latex_of(part)}$')}}}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self._latex()}$"


def _shown(part: Any) -> str:
    return show(part) if isinstance(part, sp.Basic) else str(part)


def _latex_of(part: Any) -> str:
    return part._latex() if isinstance(part, Relation) else str(sp.latex(part))


@dataclass(frozen=True)
class Image(Form):
    """The image of `domain` under variable ↦ expression is exactly the open interval `image`."""

    expression: sp.Expr
    variable: sp.Symbol
    domain: sp.Set
    image: sp.Interval

    @property
    def free_symbols(self) -> set[Any]:
        return self.expression.free_symbols - {self.variable}

    def shown(self, of: Callable[[Any], str]) -> str:
        bounds = f"({of(self.image.start)}, {of(self.image.end)})"
        return f"{{{of(self.expression)} : {of(self.variable)} ∈ ℝ}} = {bounds}"

    def _latex(self) -> str:
        return rf"\{{{sp.latex(self.expression)} : {sp.latex(self.variable)}\}} = {sp.latex(self.image)}"


@dataclass(frozen=True)
class Exists(Form):
    """There is one value of `unknown` in the interval `domain` with which the equality `relation` holds identically.

    The value is reported.
    """

    unknown: sp.Symbol
    domain: sp.Interval
    relation: Relation

    @property
    def free_symbols(self) -> set[Any]:
        return self.relation.free_symbols - {self.unknown}

    def shown(self, of: Callable[[Any], str]) -> str:
        bounds = f"({of(self.domain.start)}, {of(self.domain.end)})"
        return f"there is {of(self.unknown)} ∈ {bounds} with {of(self.relation)}"

    def _latex(self) -> str:
        head = rf"\exists\, {sp.latex(self.unknown)} \in {sp.latex(self.domain)}"
        return rf"{head}:\ {self.relation._latex()}"


@dataclass(frozen=True)
class Supremum(Form):
    """The least upper bound of `quantity` over all chains, layers and inputs is the maximum of `function` over ℝ.

    The maximum is reported. It is the best bound as a chain of one layer attains it: with `attained`, values for the
    variables of that chain in terms of `variable`, the quantity is at least the function.
    """

    quantity: sp.Expr
    function: sp.Expr
    variable: sp.Symbol
    attained: tuple[tuple[sp.Symbol, sp.Expr], ...]
    beyond: ClassVar[str] = "it is about a supremum over chains of every depth"
    bound: ClassVar[Any] = sp.Symbol("C", real=True)
    """In a proof: any number that bounds the function."""

    @property
    def free_symbols(self) -> set[Any]:
        return self.function.free_symbols - {self.variable}

    def shown(self, of: Callable[[Any], str]) -> str:
        return f"sup {of(self.quantity)} = max over {of(self.variable)} of {of(self.function)}"

    def _latex(self) -> str:
        return rf"\sup {sp.latex(self.quantity)} = \max_{{{sp.latex(self.variable)}}} {sp.latex(self.function)}"


Part = Relation | Every | Form
"""One part of a conclusion; a conclusion is the conjunction of its parts."""


def relations(part: Part) -> Iterator[Relation]:
    """The relations in which a part speaks (none for an image or a supremum)."""
    if isinstance(part, Relation):
        yield part
    elif isinstance(part, Every | Exists):
        yield part.relation
