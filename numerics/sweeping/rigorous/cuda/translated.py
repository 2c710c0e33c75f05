"""The texts of `elementary` and `steps` as CUDA C: the same names, calls, + − * and comparisons, line by line.

They hold nothing else; what is met besides is an error, so that no line can quietly mean something else in C.
"""

from __future__ import annotations

import ast
from functools import lru_cache

from numerics.sweeping.rigorous import numbers
from numerics.sweeping.rigorous.compiled import part
from numerics.sweeping.rigorous.sides import constants, functions
from theory.activations import Activation

OPTIONS = ("--std=c++14", "--fmad=false")
"""What the kernel is compiled with: a product and a sum are one rounding only where the text says fma."""
_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}
_COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


@lru_cache(maxsize=32)
def source(f: Activation, side: str) -> str:
    """The kernel `orbits` of one side, for NVRTC or nvcc."""
    from pathlib import Path

    values = {**numbers.VALUES, **constants(f, side)}
    infinite = values.pop("INFINITE")
    assert infinite > 0
    lines = [f"constexpr double {name} = {value!r};" for name, value in values.items()]
    before, after = Path(__file__).with_name("orbits.cu").read_text(encoding="utf-8").split("// <steps>\n")
    used = {f"{f.name}_lower", f"{f.name}_upper"}
    names = [f"#define {name} {function}" for name, function in functions(f, side).items()]
    text = translated(part("elementary")) + translated(part("steps"), used)
    return "\n".join([*lines, before, text, *names, after])


def translated(text: str, wanted: set[str] | None = None) -> str:
    """The functions of the text, or those that are wanted, as device functions."""
    found = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    return "\n".join(_function(node) for node in found if wanted is None or node.name in wanted)


def _function(node: ast.FunctionDef) -> str:
    given = [f"const double {argument.arg}" for argument in node.args.args]
    *statements, last = node.body
    assert isinstance(last, ast.Return)
    assert last.value is not None
    lines = [f"    {_statement(statement)}" for statement in statements]
    if isinstance(last.value, ast.Tuple):
        results = [f"double &result{place}" for place in range(len(last.value.elts))]
        head = f"INLINE void {node.name}({', '.join([*given, *results])})"
        lines += [f"    result{place} = {_text(value)};" for place, value in enumerate(last.value.elts)]
    else:
        kind = "bool" if isinstance(last.value, ast.Compare) else "double"
        head = f"INLINE {kind} {node.name}({', '.join(given)})"
        lines.append(f"    return {_text(last.value)};")
    return "\n".join([head, "{", *lines, "}", ""])


def _statement(node: ast.stmt) -> str:
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        raise ValueError(f"a step holds {ast.unparse(node)!r}, and only assignments can be translated")
    (target,) = node.targets
    if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Call):
        names = [_text(name) for name in target.elts]
        call = _text(node.value)
        return f"double {', '.join(names)}; {call[:-1]}, {', '.join(names)});"
    return f"const double {_text(target)} = {_text(node.value)};"


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        return f"{node.func.id}({', '.join(map(_text, node.args))})"
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return f"({_text(node.left)} {_OPERATORS[type(node.op)]} {_text(node.right)})"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return f"(-{_text(node.operand)})"
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARISONS:
        return f"({_text(node.left)} {_COMPARISONS[type(node.ops[0])]} {_text(node.comparators[0])})"
    raise ValueError(f"a step holds {ast.unparse(node)!r}, which has no translation")
