"""Formulas on one line in Unicode, |θ_i| ≥ 2·log(1/t), for people to read; `gradproof prove` reads the plain form."""

from __future__ import annotations

import re
from typing import Any

import sympy as sp
from sympy.core.relational import Relational
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from theory.statement import Every, Form, Relation

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "theta": "θ", "kappa": "κ", "lambda": "λ",
    "mu": "μ", "xi": "ξ", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "Phi": "Φ", "omega": "ω",
}  # fmt: skip
RELATIONS = {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}
_NAME = re.compile(rf"(?<![A-Za-z])({'|'.join(GREEK)})(?![A-Za-z])")
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]")


def typeset(part: Any) -> str:
    """A relation, another part of a claim, or an expression, as a book of formulas would print it."""
    match part:
        case Relation():
            return f"{typeset(part.lhs)} {RELATIONS.get(part.op, part.op)} {typeset(part.rhs)}"
        case Every():
            span = f"{typeset(part.first)}, …, {typeset(part.last)}"
            return f"{typeset(part.relation)} for {typeset(part.index)} = {span}"
        case Form():
            return part.shown(typeset)
        case _:
            return _Printer().doprint(part).replace("*", "·").replace("-", "−")


def greek(name: str) -> str:
    """The name of a variable with its Greek letters: theta_1 is θ_1."""
    return _NAME.sub(lambda found: GREEK[found[1]], name)


class _Printer(StrPrinter):
    """SymPy's printer of text, with the notation of the field."""

    # Objects that bring a method of this name print themselves: none do, so that all of them come here.
    printmethod = "_typeset"

    def _print_Symbol(self, expr: sp.Symbol) -> str:
        return greek(expr.name)

    def _print_IndexedBase(self, expr: sp.IndexedBase) -> str:
        return greek(str(expr.label))

    def _print_Indexed(self, expr: sp.Indexed) -> str:
        index = ", ".join(map(self._print, expr.indices))
        base = self._print(expr.base)
        joint = "" if base.endswith("^") else "_" if "_" not in base else ","
        return f"{base}{joint}{index}" if index.isalnum() else f"{base}{joint}{{{index}}}"

    def _print_Infinity(self, expr: Any) -> str:
        return "∞"

    def _print_NegativeInfinity(self, expr: Any) -> str:
        return "-∞"

    def _print_Pi(self, expr: Any) -> str:
        return "π"

    def _print_Abs(self, expr: Any) -> str:
        return f"|{self._print(expr.args[0])}|"

    def _print_Max(self, expr: Any) -> str:
        return f"max({self.stringify(expr.args, ', ')})"

    def _print_Min(self, expr: Any) -> str:
        return f"min({self.stringify(expr.args, ', ')})"

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:
        if not (expr.exp.is_Integer and expr.exp > 1):
            return super()._print_Pow(expr, rational).replace("**", "^")
        base = self.parenthesize(expr.base, PRECEDENCE["Pow"])
        # tanh(z)² reads well; a power of a power, or of 2, needs its brackets.
        base = f"({base})" if _SUPERSCRIPT.search(base[-1:]) else base
        return base + str(expr.exp).translate(_SUPERSCRIPTS)

    def _print_Limit(self, expr: Any) -> str:
        body, variable, point, _ = expr.args
        return f"lim[{self._print(variable)} → {self._print(point)}] {self.parenthesize(body, PRECEDENCE['Mul'])}"

    def _print_Sum(self, expr: Any) -> str:
        return self._over_a_range("∑", expr)

    def _print_Product(self, expr: Any) -> str:
        return self._over_a_range("∏", expr)

    def _over_a_range(self, sign: str, expr: Any) -> str:
        index, first, last = map(self._print, expr.limits[0])
        return f"{sign}[{index} = {first}, …, {last}] {self.parenthesize(expr.function, PRECEDENCE['Mul'])}"

    def _print_Subs(self, expr: Any) -> str:
        points = ", ".join(
            f"{self._print(v)} = {self._print(p)}" for v, p in zip(expr.variables, expr.point, strict=True)
        )
        return f"({self._print(expr.expr)} at {points})"

    def _print_Derivative(self, expr: Any) -> str:
        over = " ".join(f"d{self._print(v)}" + ("" if n == 1 else f"^{n}") for v, n in expr.variable_count)
        return f"d/({over}) [{self._print(expr.expr)}]" if " " in over else f"d/{over} [{self._print(expr.expr)}]"

    def _print_Piecewise(self, expr: Any) -> str:
        cases = [f"{self._print(value)} {self._case(condition)}" for value, condition in expr.args]
        return f"{{{'; '.join(cases)}}}"

    def _case(self, condition: Any) -> str:
        return "otherwise" if condition == sp.true else f"if {self._print(condition)}"

    def _print_Relational(self, expr: Relational) -> str:
        op = expr.rel_op  # pyright: ignore[reportAttributeAccessIssue]
        return f"{self._print(expr.lhs)} {RELATIONS.get(op, op)} {self._print(expr.rhs)}"
