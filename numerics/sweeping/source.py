"""Prints the step of a layer for a machine: one printer for Python (NumPy, Numba) and for CUDA C.

The expressions come out as the same text for all of them; the primitives that it calls (`exponential`, `reciprocal`,
`root`, `select`, `maximum`, …) are defined once for each machine. Numbers get names, so that each machine gives them
its own type: a literal of double precision among singles would turn them all into doubles.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.core.relational import Relational

from numerics.sweeping.step import LayerStep
from theory.errors import StatementError

_FUNCTIONS = {sp.Abs: "absolute", sp.sign: "sign", sp.atan: "atan", sp.atanh: "atanh", sp.erf: "erf", sp.erfc: "erfc"}
_OPERATORS: dict[Any, str] = {sp.Gt: ">", sp.Ge: ">=", sp.Lt: "<", sp.Le: "<="}
_HIGHEST_POWER = 6


class Printer:
    """The text of expressions; `numbers` are the constants met, by their names."""

    def __init__(self) -> None:
        self.numbers: dict[str, sp.Expr] = {}

    def number(self, value: sp.Expr) -> str:
        for name, known in self.numbers.items():
            if known == value:
                return name
        name = f"c{len(self.numbers)}"
        self.numbers[name] = value
        return name

    def text(self, node: Any) -> str:
        if node.is_number:
            return self.number(node)
        if node.is_Symbol:
            return node.name
        if node.is_Add:
            return f"({' + '.join(self.text(term) for term in node.args)})"
        if node.is_Mul:
            coefficient, rest = node.as_coeff_Mul()
            factors = [self.text(factor) for factor in sp.Mul.make_args(rest)]
            if coefficient == -1:
                return f"(-({' * '.join(factors)}))"
            return f"({' * '.join(factors if coefficient == 1 else [self.number(coefficient), *factors])})"
        if isinstance(node, sp.Pow) and node.exp.is_Integer and 1 < node.exp <= _HIGHEST_POWER:
            return f"({' * '.join([self.text(node.base)] * int(node.exp))})"
        if isinstance(node, sp.Piecewise):
            return self.cases(node)
        if isinstance(node, sp.Max | sp.Min):
            first, second = node.args
            return f"{'maximum' if isinstance(node, sp.Max) else 'minimum'}({self.text(first)}, {self.text(second)})"
        if node.func in _FUNCTIONS:
            return f"{_FUNCTIONS[node.func]}({self.text(node.args[0])})"
        if isinstance(node, Relational):
            return f"({self.text(node.lhs)} {_OPERATORS[type(node)]} {self.text(node.rhs)})"
        raise StatementError(f"a layer has no machine code for {node}")

    def cases(self, node: Any) -> str:
        *branches, (last, _) = node.args
        text = self.text(last)
        for body, condition in reversed(branches):
            text = f"select({self.text(condition)}, {self.text(body)}, {text})"
        return text


def in_python(step: LayerStep) -> tuple[dict[str, str], dict[str, sp.Expr]]:
    """Functions of z: `step` and `far_step` give (value, mantissa, part, exponent), `size` two numbers if there is one.

    And the numbers that they name.
    """
    printer = Printer()
    results = (step.value, step.mantissa, step.part, step.exponent)
    wanted: dict[str, tuple[Any, ...]] = {"step": results}
    wanted["far_step"] = wanted["step"]
    if step.size is not None:
        wanted["size"] = step.size
    texts = {}
    for name, results in wanted.items():
        near = "exponential" if name == "step" else "far_exponential"
        lines = [f"def {name}(z):"]
        for kind, names, argument in step.statements:
            call = {"assign": "{}", "exponential": near + "({})"}.get(kind, kind + "({})")
            lines.append(f"    {', '.join(map(str, names))} = {call.format(printer.text(argument))}")
        texts[name] = "\n".join([*lines, f"    return {', '.join(map(printer.text, results))}"]) + "\n"
    return texts, printer.numbers


def in_cuda(
    step: LayerStep, name: str = "step", exponential: str = "exponential", results: dict[str, Any] | None = None
) -> str:
    """A device function of CUDA C, for numbers of type real, from z to the results: void name(z, &first, &second, …).

    They are the value, mantissa and exponent of the step unless other results are given.
    """
    mantissa = step.mantissa * (1 + step.part)
    results = results or {"value": step.value, "mantissa": mantissa, "exponent": step.exponent}
    printer = Printer()
    lines = []
    for kind, names, argument in step.statements:
        if kind == "exponential":
            listed = ", ".join(map(str, names))
            lines += [f"real {listed};", f"{exponential}({printer.text(argument)}, {listed});"]
            continue
        call = {"assign": "{}"}.get(kind, kind + "({})")
        lines.append(f"const real {names[0]} = {call.format(printer.text(argument))};")
    lines += [f"{result} = {printer.text(expression)};" for result, expression in results.items()]
    constants = [f"const real {name} = (real){digits(value)};" for name, value in printer.numbers.items()]
    body = "\n".join(f"    {line}" for line in constants + lines)
    given = ", ".join(f"real &{result}" for result in results)
    return f"__device__ __forceinline__ void {name}(const real z, {given})\n{{\n{body}\n}}\n"


def digits(value: Any) -> str:
    """The double nearest to an exact number, with all its digits."""
    text = repr(float(sp.N(value, 30)))
    return text if "." in text or "e" in text else text + ".0"
