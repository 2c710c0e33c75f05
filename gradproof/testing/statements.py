"""Reads the statements that a test hands to `prove`: text, relations, SymPy's relationals, or lists of these.

SymPy's symbols may carry assumptions, and SymPy has used them by the time a statement arrives here. So they become
hypotheses (positive=True becomes u > 0), and the variables themselves plain real ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import sympy as sp
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanAtom

from gradproof.processes.child import Job, settle_claim, settle_text
from theory.claim import Claim
from theory.definedness import conditions
from theory.errors import StatementError
from theory.parsing import parse_statement
from theory.statement import Relation

Statement = str | Relation | Relational | sp.And
Statements = Statement | Sequence[Statement]

# In the order from the strongest to the weakest: the first that holds is the hypothesis.
_SIGNS = (("positive", ">"), ("negative", "<"), ("nonnegative", ">="), ("nonpositive", "<="), ("nonzero", "!="))
_BEYOND_REAL = ("integer", "rational", "irrational", "prime", "even", "odd", "zero", "infinite")


def flatten(statements: Statements | None) -> list[Any]:
    """The single statements: lists are opened, and so is SymPy's And."""
    match statements:
        case None:
            return []
        case list() | tuple() | set() | frozenset():
            return [single for statement in statements for single in flatten(statement)]
        case sp.And():
            return flatten(sorted(statements.args, key=sp.default_sort_key))  # pyright: ignore[reportArgumentType]
        case _:
            return [statements]


def display(statements: Statements | None) -> str:
    """The statements on one line."""
    return ", ".join(map(str, flatten(statements)))


def as_job(statement: Statements, where: Statements | None) -> Job:
    """What a child process has to do to settle the statement."""
    conclusion, hypotheses = flatten(statement), flatten(where)
    if len(conclusion) == 1 and all(isinstance(part, str) for part in (*conclusion, *hypotheses)):
        return partial(settle_text, conclusion[0], hypotheses)
    return partial(_settle_mixed, conclusion, hypotheses)


def _settle_mixed(conclusion: list[Any], hypotheses: list[Any], seconds: float, report: Any) -> Any:
    return settle_claim(as_claim(conclusion, hypotheses), seconds, report)


def as_claim(conclusion: Iterable[Any], hypotheses: Iterable[Any]) -> Claim:
    """The claim that every relation of the conclusion holds wherever the hypotheses do."""
    claimed, given = [read(part) for part in conclusion], [read(part) for part in hypotheses]
    symbols = {symbol for part in (*claimed, *given) for symbol in part.symbols}
    real = {symbol: sp.Symbol(str(symbol), real=True) for symbol in symbols}
    made = {symbol for part in (*claimed, *given) if not part.typed for symbol in part.symbols}
    signs = Reading(tuple(assumed(sorted(made, key=str))))
    conclusions = [relation for part in claimed for relation in part.in_terms_of(real).relations]
    assumptions = [relation for part in (*given, signs) for relation in part.in_terms_of(real).relations]
    needed = [condition for part in (*claimed, *given) for condition in part.in_terms_of(real).conditions]
    text = ", ".join(map(str, conclusions))
    return Claim("statement", text, tuple(conclusions), tuple(assumptions), conditions=tuple(needed))


@dataclass(frozen=True)
class Reading:
    """The relations that one statement stands for, and what must hold for their sides to be real numbers.

    In a `typed` one a variable is no more than its name.
    """

    relations: tuple[Relation, ...]
    conditions: tuple[Relation, ...] = ()
    typed: bool = False

    @property
    def symbols(self) -> set[Any]:
        return {symbol for relation in (*self.relations, *self.conditions) for symbol in relation.free_symbols}

    def in_terms_of(self, symbols: Mapping[Any, Any]) -> Reading:
        """The same with other symbols. A relation whose symbols stay is not touched: nothing in it is evaluated."""

        def change(relations: Iterable[Relation]) -> tuple[Relation, ...]:
            return tuple(relation.map(lambda side: side.xreplace(symbols)) for relation in relations)

        return Reading(change(self.relations), change(self.conditions), self.typed)


def read(part: Any) -> Reading:
    """Reads one statement; StatementError if SymPy or Python evaluated it before it arrived."""
    match part:
        case str():
            parsed = parse_statement(part)
            return Reading(parsed.relations, tuple(parsed.conditions), typed=True)
        case Relation():
            return _reading(part)
        case Relational():
            return _reading(Relation(part.lhs, part.rel_op, part.rhs))  # pyright: ignore
        case bool():
            raise StatementError(
                f"Python evaluated this statement to {part} before gradproof saw it (== compares expressions as they "
                "are written): write Eq(a, b), or write the statement as text"
            )
        case BooleanAtom():
            raise StatementError(f"SymPy evaluated this statement to {part} before gradproof saw it: write it as text")
        case _:
            raise StatementError(
                f"{part!r} is no statement: give text such as 'tanh(u) <= u', a relation such as Le(a, b), or a list"
            )


def _reading(relation: Relation) -> Reading:
    exact = _exact(relation)
    return Reading((exact,), tuple(conditions(exact.lhs)) + tuple(conditions(exact.rhs)))


def _exact(relation: Relation) -> Relation:
    """The relation itself; StatementError if it holds a binary float, which is not the decimal that was meant."""
    floats = relation.lhs.atoms(sp.Float) | relation.rhs.atoms(sp.Float)
    for number in floats:
        shown = sp.nsimplify(number, rational=True)
        raise StatementError(f"the float {float(number)!r} in {relation} is not exact: write Rational('{shown}')")
    return relation


def assumed(symbols: Iterable[sp.Symbol]) -> Iterator[Relation]:
    """The hypotheses that stand in the assumptions of the symbols; StatementError if one is no real variable."""
    # Two symbols of one name must not become one variable: that would be a weaker statement than the one made.
    seen: dict[str, sp.Symbol] = {}
    for symbol in symbols:
        other = seen.setdefault(str(symbol), symbol)
        if other != symbol and not {other, symbol} == {sp.Symbol(str(symbol)), sp.Symbol(str(symbol), real=True)}:
            raise StatementError(
                f"two different symbols are called {symbol} (their assumptions differ): use one of them throughout"
            )
        yield from _signs(symbol)


def _signs(symbol: sp.Symbol) -> Iterator[Relation]:
    if not isinstance(symbol, sp.Symbol):
        raise StatementError(f"{symbol} is no variable: use Symbol('x', real=True), or settle_claim for a chain")
    facts = symbol.assumptions0
    special = [name for name in _BEYOND_REAL if facts.get(name)]
    if facts.get("extended_real") is False or special:
        kind = ", ".join(special) or "not real"
        raise StatementError(f"{symbol} is {kind}, but variables are real: use Symbol('{symbol}', real=True)")
    for name, op in _SIGNS:
        if facts.get(f"extended_{name}"):
            yield Relation(symbol, op, sp.S.Zero)
            return
