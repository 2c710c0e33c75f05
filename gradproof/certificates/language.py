"""The language of certificates: relations between SymPy expressions as the text that the checker reads."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Sequence
from typing import Any

import sympy as sp

from theory.statement import Relation, show

_WHERE, _MAX, _MIN = sp.Function("where"), sp.Function("max"), sp.Function("min")


class InexpressibleError(ValueError):
    """A statement holds something that the checker has no word for, such as a limit or a sum over layers."""


class Language:
    """Names for the symbols of one statement, and its relations as text. A name is a word: z_{k-1} becomes z_k_1."""

    def __init__(self, symbols: Iterable[Any]):
        self.names: dict[Any, sp.Symbol] = {}
        for symbol in sorted(symbols, key=lambda s: (str(s), s.__class__.__name__)):
            word = re.sub(r"\W+", "_", str(symbol)).strip("_") or "v"
            word = f"v_{word}" if word[0].isdigit() or word in ("e", "E", "pi") or keyword.iskeyword(word) else word
            taken = {str(name) for name in self.names.values()}
            while word in taken:
                word += "_"
            self.names[symbol] = sp.Symbol(word, real=True)

    def expression(self, expression: Any) -> str:
        """InexpressibleError for what only SymPy understands."""
        unknown = expression.atoms(sp.Limit, sp.Sum, sp.Product, sp.Integral, sp.Derivative, sp.Indexed)
        applied = {f for f in expression.atoms(sp.Function) if isinstance(f.func, sp.core.function.UndefinedFunction)}
        if unknown or applied or expression.has(sp.oo, -sp.oo, sp.zoo, sp.nan, sp.I):
            raise InexpressibleError(f"{expression} is beyond the checker")
        plain = expression.replace(sp.Piecewise, _as_where) if expression.has(sp.Piecewise) else expression
        for kind, word in ((sp.Max, _MAX), (sp.Min, _MIN)):
            if plain.has(kind):
                plain = plain.replace(kind, lambda *args, word=word: _nested(word, args))
        return show(plain.xreplace(self.names))

    def relation(self, relation: Relation) -> str:
        """A bound on one variable as `variable op number`, which the checker takes as a range; else as it stands."""
        return self.bound(relation) or f"{self.expression(relation.lhs)} {relation.op} {self.expression(relation.rhs)}"

    def bound(self, relation: Relation) -> str | None:
        slack: Any = relation.slack
        if relation.op in ("==", "!=") or len(slack.free_symbols) != 1:
            return None
        (v,) = slack.free_symbols
        slope = sp.diff(slack, v) if slack.is_polynomial(v) else None
        if slope is None or not slope.is_Rational or slope == 0 or not (end := -slack.subs(v, 0) / slope).is_Rational:
            return None
        return f"{self.names[v]} {'>' if slope > 0 else '<'}{'' if relation.strict else '='} {end}"

    def hypotheses(self, relations: Sequence[Relation]) -> list[str]:
        """The relations, each once; an equality that pins a variable to a number as two bounds."""
        texts: list[str] = []
        for relation in relations:
            both = [Relation(relation.lhs, op, relation.rhs) for op in (">=", "<=")] if relation.op == "==" else []
            bounds = [text for one in both if (text := self.bound(one))]
            texts += bounds or [self.relation(relation)]
        return list(dict.fromkeys(texts))


def _nested(word: Any, arguments: Sequence[Any]) -> Any:
    first, *rest = arguments
    return word(first, _nested(word, rest)) if rest else first


def _as_where(*branches: Any) -> Any:
    """where(u, a, b) is a if u > 0, else b."""
    (body, condition), *rest = branches
    if condition is sp.true:
        return body
    otherwise = _as_where(*rest)
    match condition.func:
        case sp.Gt:
            return _WHERE(condition.lhs - condition.rhs, body, otherwise)
        case sp.Lt:
            return _WHERE(condition.rhs - condition.lhs, body, otherwise)
        case sp.Ge:
            return _WHERE(condition.rhs - condition.lhs, otherwise, body)
        case sp.Le:
            return _WHERE(condition.lhs - condition.rhs, otherwise, body)
        case sp.Eq:
            return _WHERE(sp.Abs(condition.lhs - condition.rhs), otherwise, body)
        case sp.Ne:
            return _WHERE(sp.Abs(condition.lhs - condition.rhs), body, otherwise)
    raise InexpressibleError(f"the condition {condition} is beyond the checker")
