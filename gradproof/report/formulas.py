"""Formulas as MathML, which browsers show without any help."""

from __future__ import annotations

import re
from html import escape
from typing import Any

import sympy as sp
from sympy.printing.mathml import MathMLPresentationPrinter

from theory.statement import Every, Form, Relation

_SIGNS = {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠", "<": "&lt;", ">": "&gt;"}
# SymPy writes the entities of HTML, which no XML knows.
_ENTITIES = {"&InvisibleTimes;": "&#8290;", "&ApplyFunction;": "&#8289;", "&dd;": "d", "&PartialD;": "∂",
             "&pi;": "π", "&ExponentialE;": "e"}  # fmt: skip
_MARK = re.compile("\x00(\\d+)\x00")


def formula(part: Any) -> str:
    """A relation, another part of a claim, or an expression, as HTML."""
    if isinstance(part, Form):
        return _words(part)
    return f'<math displaystyle="true">{_inside(part)}</math>'


def _inside(part: Any) -> str:
    if isinstance(part, Relation):
        return f"<mrow>{_expression(part.lhs)}<mo>{_SIGNS[part.op]}</mo>{_expression(part.rhs)}</mrow>"
    if isinstance(part, Every):
        span = f"{_expression(part.first)}<mo>,</mo><mo>…</mo><mo>,</mo>{_expression(part.last)}"
        which = f"{_expression(part.index)}<mo>=</mo>{span}"
        return f"<mrow>{_inside(part.relation)}<mtext>&#160;for&#160;</mtext>{which}</mrow>"
    return _expression(part)


def _words(part: Form) -> str:
    """A sentence with formulas in it."""
    formulas: list[str] = []

    def keep(inner: Any) -> str:
        formulas.append(formula(inner) if isinstance(inner, sp.Basic | Relation | Every) else escape(str(inner)))
        return f"\x00{len(formulas) - 1}\x00"

    return _MARK.sub(lambda found: formulas[int(found[1])], escape(part.shown(keep)))


def _expression(expression: Any) -> str:
    text = _Printer().doprint(sp.sympify(expression, strict=True))
    for entity, character in _ENTITIES.items():
        text = text.replace(entity, character)
    return text


class _Printer(MathMLPresentationPrinter):
    """SymPy's, but for what it has no form for."""

    def __init__(self) -> None:
        super().__init__({"fold_short_frac": False})

    def _print_sech(self, expr: Any) -> Any:
        return self._print_Function(expr)
