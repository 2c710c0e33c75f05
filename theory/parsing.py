"""Reading statements: text to relations between SymPy expressions, exactly and without evaluating any code."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import sympy as sp

from theory.claim import Claim
from theory.construction import Construction
from theory.definedness import Conditions
from theory.errors import StatementError
from theory.grammar import Grammar
from theory.statement import Relation


@dataclass(frozen=True)
class Parsed:
    """What a text says: its relations, in order, and what must hold for their sides to be real numbers.

    `variables` are those that the text names, in the order of their first appearance: one that cancels is among them.
    """

    relations: tuple[Relation, ...]
    conditions: Conditions
    variables: tuple[sp.Symbol, ...]


def parse_statement(text: str) -> Parsed:
    """The relations that the text states: a < b <= c states two, and commas or `and` join any number.

    Variables are real, numbers exact, and the division in x/x is remembered in the conditions.
    Raises StatementError, with the place and what to do, for any text that states nothing about real numbers.
    """
    comparisons = Grammar(text).statement()
    construction = Construction(text)
    sides: dict[int, sp.Expr] = {}
    for comparison in comparisons:
        for side in (comparison.left, comparison.right):
            if id(side) not in sides:
                sides[id(side)] = construction.build(side)
    relations = tuple(Relation(sides[id(c.left)], c.op, sides[id(c.right)]) for c in comparisons)
    return Parsed(relations, tuple(construction.conditions), tuple(construction.variables.values()))


def parse_expression(text: str) -> tuple[sp.Expr, Conditions]:
    """The expression that the text writes, and what must hold for it to be a real number.

    Raises StatementError, with the place and what to do, for any text that writes none.
    """
    tree = Grammar(text).expression()
    construction = Construction(text)
    return construction.build(tree), tuple(construction.conditions)


def parse_claim(
    statement: str, where: Iterable[str] = (), parameter: str | None = None, id: str = "statement"
) -> Claim:
    """The claim that the statement holds wherever all the conditions of `where` do.

    `parameter` names the variable whose exact range is wanted; it occurs in the statement.
    Raises StatementError for a text that cannot be read, and for a parameter that does not occur.
    """
    where = (where,) if isinstance(where, str) else tuple(where)
    conclusion, hypotheses = parse_statement(statement), [parse_statement(text) for text in where]
    read = (conclusion, *hypotheses)
    return Claim(
        id=id,
        text=statement + (f" for {', '.join(where)}" if where else ""),
        conclusion=conclusion.relations,
        hypotheses=tuple(relation for part in hypotheses for relation in part.relations),
        conditions=tuple(dict.fromkeys(condition for part in read for condition in part.conditions)),
        parameter=None if parameter is None else _parameter(parameter, conclusion),
        variables=tuple(dict.fromkeys(variable for part in read for variable in part.variables)),
    )


def _parameter(name: str, statement: Parsed) -> sp.Symbol:
    for variable in statement.variables:
        if variable.name == unicodedata.normalize("NFKC", name.strip()):
            return variable
    known = ", ".join(map(str, statement.variables)) or "none"
    raise StatementError(f"the parameter {name!r} does not occur in the statement: its variables are {known}")
