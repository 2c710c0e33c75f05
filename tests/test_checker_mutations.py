"""The checker with one thing changed in its code: probes notice every change that matters.

A mutant survives only if no probe tells it from the checker; those are listed with the reason why they are the same
checker, or a stricter one, or one that only works longer.
"""

# ruff: noqa: E501 (the probes are a table)
from __future__ import annotations

import ast
import os
import re
import signal
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from checker_probes import probe

from gradproof.certificates import checker, checker_algebra, checker_arithmetic

SOURCES = {module.__name__: Path(str(module.__file__)).read_text(encoding="utf-8") for module in
           (checker_arithmetic, checker_algebra, checker)}  # fmt: skip
"""The three modules, in the order in which they import each other."""
CODES = {name: compile(source, name, "exec") for name, source in SOURCES.items()}
SWAPS: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,), ast.And: (ast.Or,), ast.Or: (ast.And,), ast.Add: (ast.Sub,), ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add,), ast.Div: (ast.Mult,), ast.FloorDiv: (ast.Mult,), ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,), ast.Pow: (ast.Mult,),
}  # fmt: skip
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
OUTSIDE = {"main", "Rejected"}
"""What only prints."""
ARBITRARY = ("@lru_cache", "BITS, FINE,", "pool, count =", "drawn =", "[:80]", "reason", "ENOUGH",
             "LARGEST, HIGHEST =", "SMALL_PRIMES =")  # fmt: skip
"""Sizes of caches and messages, precisions, how far algebra is followed, which factors of a root are split off, and the
points at which a step is tested: none of them makes a proof."""


def mutants() -> Iterator[tuple[str, str, ast.Module]]:
    """(module, description, its tree with one thing changed)."""
    for module, source in SOURCES.items():
        tree, lines = ast.parse(source), source.splitlines()
        inside = [
            part for part in tree.body if getattr(part, "name", "") not in OUTSIDE and not isinstance(part, ast.If)
        ]
        for node in [node for part in inside for node in ast.walk(part)]:
            for field, change in _changes(node):
                line = lines[getattr(node, "lineno", 1) - 1].strip()
                if any(part in line for part in ARBITRARY):
                    continue
                before = getattr(node, field)
                setattr(node, field, change)
                shown = ", ".join(_shown(part) for part in (change if isinstance(change, list) else [change]))
                yield module, f"{line} | {type(node).__name__}.{field} → {shown}", tree
                setattr(node, field, before)


def _shown(change: Any) -> str:
    if isinstance(change, ast.operator | ast.cmpop | ast.unaryop | ast.boolop):
        return type(change).__name__
    return ast.unparse(change) if isinstance(change, ast.AST) else str(change)


def _changes(node: ast.AST) -> Iterator[tuple[str, Any]]:
    match node:
        case ast.Compare(ops=ops):
            for place, op in enumerate(ops):
                for swap in SWAPS.get(type(op), ()):
                    yield "ops", [*ops[:place], swap(), *ops[place + 1 :]]
        case ast.BinOp(op=op) | ast.BoolOp(op=op):
            for swap in SWAPS.get(type(op), ()):
                yield "op", swap()
        case ast.Constant(value=int() as value) if not isinstance(value, bool):
            yield "value", value + 1
            yield "value", value - 1
        case ast.UnaryOp(op=ast.USub()):
            yield "op", ast.UAdd()
        case ast.UnaryOp(op=ast.Not()):
            yield "operand", ast.UnaryOp(ast.Not(), node.operand)
        case ast.Name(id=name) if name in NAMES:
            yield "id", NAMES[name]
        case ast.Expr(value=ast.Call(func=ast.Name(id="require"))):
            yield "value", ast.Constant(None)
        case ast.IfExp(body=body, orelse=orelse):
            yield "body", orelse
            yield "orelse", body
        case ast.If(test=test):
            yield "test", ast.Constant(False)
            yield "test", ast.BoolOp(ast.Or(), [test, ast.Constant(True)])


# -- the mutants that survive ----------------------------------------------------------------------------------------


def loaded(changed: str = "", tree: ast.Module | None = None) -> types.SimpleNamespace:
    """The names of the three modules together; what imports the changed one, and it, are loaded afresh."""
    modules = {}
    with patch.dict(sys.modules):
        for name, code in CODES.items():
            if not modules and name != changed and changed:
                continue
            modules[name] = sys.modules[name] = types.ModuleType(name)
            one = compile(ast.fix_missing_locations(tree), name, "exec") if name == changed and tree else code
            exec(one, modules[name].__dict__)
    return types.SimpleNamespace(**{**vars(checker_arithmetic), **vars(modules.get(ARITHMETIC, checker_arithmetic)),
                                    **vars(modules[checker.__name__])})  # fmt: skip


ARITHMETIC = checker_arithmetic.__name__


def survives(module: str, tree: ast.Module) -> bool:
    def late(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, 3)
    try:
        probe(loaded(module, tree))
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return True


def test_the_checker_passes_the_probes():
    probe(loaded())


EVERY = int(os.environ.get("GRADPROOF_EVERY", "4"))
"""One mutant in so many is tried, since all of them take ten minutes; GRADPROOF_EVERY=1 tries all."""
MOST_EXCUSED = 200
WIDER = "it only widens an interval, or rejects more"
SAME = "on all that occurs there it is the same"
ROUNDING = "it changes less than the rounding to 64 bits that follows, which is outwards"
EQUIVALENT: dict[str, str] = {
    r"> clock|Rejected\(reason": SAME,  # a clock is never read at the same instant
    r"^shift = BITS|^if isinstance\(q, float\).*Lt$|shift >= 0 else .*→ (Gt|1|-1)$|abs\(shift\) < LARGEST.*LtE": ROUNDING,
    r"^require\(abs\(p\) <= 200": WIDER,  # where the largest exponent stands is a choice
    r"^far = ": SAME,  # a product of a number and ∞
    r"^value = Q\(0\).*(GtE|→ -1|a \* b)$": SAME,  # neither factor is zero there
    r"^ends.append.*→ 2$|^end = .*→ 2$|^low, high = .*→ 2$": SAME,  # any positive side is open
    r"^if p <= 0.*(Lt|-1)$|^zero = .*LtE$": WIDER,
    r"^x = image\(\"exp\".*orelse|^x = Interval\(\(Q\(0\), 1\)": WIDER,
    r"^x = self if p.numerator|^return x if x.lo >= ": WIDER,
    r"^low = -INF if hi == 0|^return Interval\(\(low, -t\)": WIDER,
    r"\"a division may be by zero\".*→ 1$": WIDER,
    r"\"a box or a range is empty\"": SAME,  # an empty box takes no point away from the others
    r"^lo, hi, k, n, d = .*→ (0|1|2|-1)$|^while ceiling > 1|units are left": ROUNDING,
    r"^spread = |^k = q // LOG2": ROUNDING,
    r"^if abs\(q\) > 700|^return Interval\(\(q, 0\), \(INF, -1\)\)": SAME,  # all bounds of 700 on are that crude
    r"1 << BITS\), 0\), \(Q\(1\), 0\)": WIDER,  # above by NEVER
    r"^if name == \"erf\" and.*GtE|^if q == 0 or .*LtE": SAME,
    r"^return REALS if name == \"log\".*IfExp.body": SAME,  # caught below, by the end at 0 that is open
    r"^REALS, ZERO, UNIT": SAME,  # sides of infinite ends, and of what sin may reach
    r"^NEVER = .*→ 2$|^CONSTANTS = ": WIDER,
    r"^m = \(lo \+ hi\)": WIDER,
    r"^return UNIT if m is None.*Constant": ROUNDING,
    r"^constant = .*→ 2$": SAME,
    r"\[0\].*Constant.value → -1$|^n = len\(u\[0\]\)": SAME,  # lists of length one
    r"^decided = |^if decided and |^return y if sign": WIDER,
    r"^return \[value if name != \"abs\"": WIDER,
    r"^value = Interval\(\(min if name": WIDER,
    r"^return \{\">=\"": SAME,  # no interval ends just below zero from above
    r"^tail, wide = .*Constant": WIDER,
    r"\"an order or a centre is not admitted\".*→ (0|12)$": WIDER,
    r"^total, h = .*→ 2$": SAME,  # a factor 2^n
    r"^x = size\(value\)|^value = enclosure\(f, box": SAME,
    r"^sides = ": WIDER,
    r"^if any\(b < c or d < a": WIDER,  # what is left over is larger
    r"^if x.lo\[0\] < x.hi\[0\]": SAME,  # no admitted point lies in an empty box
    r"^require\(facts\[place\] is not None.*(None|NotEq|Is)$": SAME,  # what is not known cannot be taken apart
    r"^return any\(c and .*GtE": SAME,  # c is not 0
    r"^require\(op == \"==\" or .*→ -1$|^if x.lo >= \(0, 0\) or .*→ (1|-1)$": SAME,  # an upper end is at most 0, a lower one at least
    r"^return 1 if x.lo > \(0, 0\).*→ (2|-1|1)$": SAME,  # as above, and any positive number says the same
    r"^same = op == \"==\" and .*(LtE|→ 1)$": SAME,  # the algebra is asked of exact values, too
    r"^return next\(\(\(int.*(GtE|→ 2)$": SAME,  # c is not 0; any negative number says the same
    r"^return Inserted\(parts\).*orelse": SAME,  # nothing is put in its place
    r"> LARGEST:|> HIGHEST:": WIDER,  # how far algebra is followed
    r"^self.above, self.below = ": SAME,  # 0 over something is 0
    r"^return \{factor: max\(.*Constant": SAME,  # any common denominator will do
    r"^lowest = |^lead = |^first = ": SAME,  # which term is divided out is a choice
    r"^return self.read\(x if sign.*→ 1$": SAME,  # after −1, 0 and 1 are all one
    r"^if c > 0 and \(not m.*GtE": SAME,  # no coefficient is 0
    r"^whole, total = .*(Gt|→ 1)$": SAME,  # a power 0 has no factor
    r"^one = Fraction.*→ 2$": SAME,  # the word for |x| is then that for |x²|, which is read as x² elsewhere
    r"^return Fraction\(\{\(\(word, Q\(1\).*→ 2$": SAME,  # every unknown is twice another
    r"^if n > 1: .*(True|GtE|→ 0|→ 2)$": WIDER,  # a root of 1 is then an unknown, 2 is split off before
    r"^whole = e.numerator|^return Fraction\(\{\(\(\(\"root\", n\)": WIDER,  # n^e is n^w·n^(e − w) for any whole w
    r"it fails at|\"nothing is refuted\".*→ all$": WIDER,
}
"""Mutants that no probe can tell: a regular expression on the description → why it is no error."""


@pytest.mark.slow
def test_the_probes_kill_every_mutant_that_matters():
    count, left, excused = 0, [], 0
    for place, (module, description, tree) in enumerate(mutants()):
        if place % EVERY or not survives(module, tree):
            count += 1
        elif any(re.search(known, description) for known in EQUIVALENT):
            excused += 1
        else:
            left.append(description)
    assert not left, "\n".join(left)
    assert count > 800
    assert excused <= MOST_EXCUSED / EVERY + 15
