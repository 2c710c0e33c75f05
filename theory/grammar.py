"""The grammar of statements: from words to trees, with Python's precedence.

    statement  = condition {("," | "and") condition}
    condition  = expression {("<=" | "<" | ">=" | ">" | "==" | "!=") expression}
    expression = term {("+" | "-") term}
    term       = factor {("*" | "/") factor}
    factor     = ("+" | "-") factor | atom ["**" factor]
    atom       = number | name | name "(" expression {"," expression} ")" | "(" expression ")"

A tree is made by climbing precedences, two stack frames a level, and levels are counted: no text can exhaust the stack.
"""

from __future__ import annotations

import difflib
from typing import NamedTuple

from theory.errors import StatementError
from theory.functions import CONSTANTS, FUNCTIONS
from theory.tokens import COMPARISONS, Token, tokenize

DEEPEST = 100
_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 4}
_UNARY = 3
_NARY = {"+": "sum", "-": "sum", "*": "product", "/": "product"}


class Node(NamedTuple):
    """A tree: `kind` is number, name, call, sum, product, power or negative.

    `value` is the word of a number, a name or a call; for a sum or a product the signs, one before each part.
    """

    kind: str
    value: str | tuple[str, ...]
    parts: tuple[Node, ...]
    position: int


class Comparison(NamedTuple):
    """Two trees compared, and the place of the sign between them."""

    left: Node
    op: str
    right: Node
    position: int


class Grammar:
    """Reads one text. Each method leaves `self.word` at the first word that it has not consumed."""

    def __init__(self, text: str):
        self.text = text
        self.words = tokenize(text)
        self.at = 0
        self.depth = 0

    @property
    def word(self) -> Token:
        return self.words[self.at]

    def fail(self, message: str, position: int | None = None) -> StatementError:
        return StatementError(message, self.text, self.word.position if position is None else position)

    def statement(self) -> list[Comparison]:
        """All comparisons of the text, in order."""
        self._not_empty()
        found = self._condition()
        while self.word.kind in (",", "and"):
            self.at += 1
            found += self._condition()
        self._end()
        return found

    def expression(self) -> Node:
        """The text as one expression, without a relation."""
        self._not_empty()
        tree = self._binary(0)
        if self.word.kind in COMPARISONS:
            raise self.fail(f"{self.word.shown} makes a statement of this: give an expression, without a relation")
        self._end()
        return tree

    def _not_empty(self) -> None:
        if self.word.kind == "end":
            raise self.fail("there is nothing here: write something like x**2 + 1 >= 2*x")

    def _condition(self) -> list[Comparison]:
        start, left, found = self.word.position, self._binary(0), []
        while self.word.kind in COMPARISONS:
            sign = self.word
            self.at += 1
            right = self._binary(0)
            found.append(Comparison(left, sign.kind, right, sign.position))
            left = right
        if not found:
            self._refuse_leftover()
            raise self.fail(f"a statement needs a relation: one of {' '.join(COMPARISONS)}", start)
        return found

    def _end(self) -> None:
        self._refuse_leftover()
        if self.word.kind != "end":
            raise self.fail(f"{self.word.shown} cannot stand here: a single expression is wanted")

    def _refuse_leftover(self) -> None:
        """Raises where an expression has ended but the text goes on with something that does not join it."""
        word, before = self.word, self.words[self.at - 1]
        if word.kind == ")":
            raise self.fail("this parenthesis was never opened: delete it, or open it")
        if word.kind in ("name", "number", "("):
            raise self.fail(f"write * between {before.text!r} and {word.text!r} for their product")

    def _binary(self, least: int) -> Node:
        """An expression of operators that bind at least as tightly as `least`."""
        left = self._operand()
        while _BINDING.get(self.word.kind, -1) >= max(least, 1):
            sign = self.word
            self.at += 1
            # A power groups to the right, and its exponent may carry a sign: 2**-x**2 is 2**(-(x**2)).
            right = self._deeper(_UNARY) if sign.kind == "**" else self._binary(_BINDING[sign.kind] + 1)
            left = _join(left, sign, right)
        return left

    def _deeper(self, least: int) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.fail(f"this is nested more than {DEEPEST} deep: state it in parts")
        tree = self._binary(least)
        self.depth -= 1
        return tree

    def _operand(self) -> Node:
        word = self.word
        self.at += word.kind != "end"
        if word.kind == "number":
            return Node("number", word.text, (), word.position)
        if word.kind in ("+", "-"):
            operand = self._deeper(_UNARY)
            return operand if word.kind == "+" else Node("negative", "-", (operand,), word.position)
        if word.kind == "(":
            tree = self._deeper(0)
            self._close(word)
            return tree
        if word.kind == "name":
            return self._name(word)
        self.at -= word.kind != "end"
        raise self.fail(f"a number, a name or a parenthesis is missing before {word.shown}")

    def _close(self, opening: Token) -> None:
        if self.word.kind in COMPARISONS:
            raise self.fail("a relation cannot stand inside an expression: take it out of the parentheses")
        if self.word.kind in (",", "and"):
            raise self.fail(f"{self.word.shown} separates conditions: close the parenthesis before it")
        if self.word.kind == "end":
            raise self.fail("this parenthesis is never closed: add )", opening.position)
        if self.word.kind != ")":
            self._refuse_leftover()
        self.at += 1

    def _name(self, word: Token) -> Node:
        name, called = word.name, self.word.kind == "("
        if called and name in FUNCTIONS:
            return self._call(Node("call", name, (), word.position))
        if called:
            raise self.fail(self._unknown(name), word.position)
        if name in FUNCTIONS:
            raise self.fail(f"{name} is a function: write {name}(…), or name the variable otherwise", word.position)
        return Node("name", name, (), word.position)

    def _unknown(self, name: str) -> str:
        """What to say of a name before a parenthesis: a misspelt function, or a product without its sign."""
        following = zip(self.words, self.words[1:], strict=False)
        used_alone = any(word.name == name and after.kind != "(" for word, after in following if word.kind == "name")
        if used_alone or name in CONSTANTS:
            return f"{name} is not a function here: write {name}*(…) for a product"
        close = difflib.get_close_matches(name, FUNCTIONS, 1, 0.5)
        hint = f"did you mean {close[0]}?" if close else "known are " + ", ".join(sorted(FUNCTIONS)) + "."
        return f"{name!r} is not a known function: {hint} For a product write {name}*(…)"

    def _call(self, call: Node) -> Node:
        opening = self.word
        self.at += 1
        arguments = [] if self.word.kind == ")" else [self._deeper(0)]
        while self.word.kind == ",":
            self.at += 1
            arguments.append(self._deeper(0))
        self._close(opening)
        least, most = FUNCTIONS[str(call.value)].least, FUNCTIONS[str(call.value)].most
        if len(arguments) < least or (most is not None and len(arguments) > most):
            wanted = f"at least {least}" if most is None else f"{least}" if least == most else f"{least} to {most}"
            message = f"{call.value} takes {wanted} argument{'s' * (wanted != '1')}, not {len(arguments)}"
            raise self.fail(message, call.position)
        return call._replace(parts=tuple(arguments))


def _join(left: Node, sign: Token, right: Node) -> Node:
    """`left sign right`. Sums and products stay flat, so that a thousand terms are one level and not a thousand."""
    if sign.kind == "**":
        return Node("power", "**", (left, right), sign.position)
    kind = _NARY[sign.kind]
    if left.kind == kind:
        return left._replace(value=(*left.value, sign.kind), parts=(*left.parts, right))
    return Node(kind, ("+" if kind == "sum" else "*", sign.kind), (left, right), left.position)
