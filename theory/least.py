"""The least value of a variable that keeps a quantity at a bound, as an expression."""

from __future__ import annotations

from typing import Any

import sympy as sp


class Least(sp.Expr):
    """The least value of `variable` > 0 with which `expression` ≥ `bound`."""

    is_commutative = True
    is_real = True
    is_positive = True

    def __new__(cls, expression: Any, bound: Any, variable: Any) -> Least:
        return super().__new__(cls, sp.sympify(expression), sp.sympify(bound), variable)

    @property
    def free_symbols(self) -> set[Any]:
        expression, bound, variable = self.args
        return (expression.free_symbols | bound.free_symbols) - {variable}

    def _sympystr(self, printer: Any) -> str:
        return self._said(printer, ">=")

    def _typeset(self, printer: Any) -> str:
        return self._said(printer, "≥")

    def _said(self, printer: Any, sign: str) -> str:
        expression, bound, variable = (printer.doprint(argument) for argument in self.args)
        return f"least[{variable} : {expression} {sign} {bound}]"

    def _latex(self, printer: Any) -> str:
        expression, bound, variable = (printer.doprint(argument) for argument in self.args)
        return rf"\min\{{{variable} > 0 : {expression} \geq {bound}\}}"
