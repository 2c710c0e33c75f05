"""The words of a statement: numbers, names and signs, each with its place in the text."""

from __future__ import annotations

import keyword
import re
import unicodedata
from typing import NamedTuple

from theory.errors import StatementError
from theory.functions import CONSTANTS, FUNCTIONS

LONGEST_TEXT = 20_000
MOST_TOKENS = 5_000
MOST_DIGITS = 1_000
LARGEST_DECIMAL_EXPONENT = 1_000

COMPARISONS = ("<=", "<", ">=", ">", "==", "!=")
_SPELLINGS = {"≤": "<=", "≥": ">=", "≠": "!=", "−": "-", "·": "*", "⋅": "*", "×": "*", "÷": "/"}
_NUMBER = re.compile(r"(?P<whole>[0-9]*)(?:\.(?P<decimals>[0-9]*))?(?:[eE](?P<exponent>[+-]?[0-9]+))?")
_SIGN = re.compile(r"\*\*|<=|>=|==|!=|[-+*/(),<>≤≥≠−·⋅×÷]")
_NOT_NUMBERS = {"nan", "inf", "oo", "infinity", "zoo"}

_ADVICE = {
    "^": "powers are written **",
    "|": "|x| is written abs(x)",
    "=": "write == for “equals”, or <= and >= for “at most” and “at least”",
    "!": "write != for “is not”; factorials are not among the functions",
    ";": "separate conditions by commas",
    "&": "separate conditions by commas",
    "[": "use round parentheses",
    "]": "use round parentheses",
    "{": "use round parentheses",
    "}": "use round parentheses",
    "%": "write / for a division; remainders are not among the functions",
    "∞": "infinity is not a real number",
    "±": "write the two cases as two conditions",
    ".": "a dot stands only within a number, as in 0.5",
}


class Token(NamedTuple):
    """A word: `kind` is number, name, and, end, or for a sign the sign itself in ASCII."""

    kind: str
    text: str
    position: int

    @property
    def name(self) -> str:
        """The name that the word is: compatibility forms of a letter, such as µ and μ, are one."""
        return "sqrt" if self.text == "√" else unicodedata.normalize("NFKC", self.text)

    @property
    def shown(self) -> str:
        return "the end of the text" if self.kind == "end" else repr(self.text)


def tokenize(text: str) -> list[Token]:
    """The words of the text, ending in one of the kind `end`.

    Raises StatementError for text that is too long, and for what has no meaning in a statement.
    """
    if not isinstance(text, str):
        raise StatementError(f"a statement is text, not {type(text).__name__}: quote it")
    if len(text) > LONGEST_TEXT:
        raise StatementError(f"the text has {len(text):,} characters: at most {LONGEST_TEXT:,} are read")
    tokens, position = [], 0
    while (position := _after_space(text, position)) < len(text):
        token = _token(text, position)
        position += len(token.text)
        tokens.append(token)
        if len(tokens) > MOST_TOKENS:
            raise StatementError(f"the text has more than {MOST_TOKENS:,} words: state it in parts", text, position)
    return [*tokens, Token("end", "", len(text))]


def _after_space(text: str, position: int) -> int:
    while position < len(text) and (text[position] in " \t\r\n" or unicodedata.category(text[position]) == "Zs"):
        position += 1
    return position


def _token(text: str, position: int) -> Token:
    character = text[position]
    if character in "0123456789." and (match := _NUMBER.match(text, position)) and match[0] != ".":
        return _number(text, match)
    if character == "_" or character.isalpha():
        return _name(text, position)
    if character == "√":
        return Token("name", "√", position)
    if match := _SIGN.match(text, position):
        return Token(_SPELLINGS.get(match[0], match[0]), match[0], position)
    raise StatementError(_complaint(character), text, position)


def _complaint(character: str) -> str:
    if character in _ADVICE:
        return f"{character!r} has no meaning in a statement: {_ADVICE[character]}"
    if unicodedata.category(character) == "No":
        return f"{character!r} has no meaning in a statement: {_ADVICE['^']}, fractions with /"
    if character.isdigit():
        return f"{character!r} is not read as a digit: write numbers with 0 to 9"
    if unicodedata.category(character).startswith("C"):
        return f"the text holds the invisible character U+{ord(character):04X}: delete it"
    return f"{character!a} has no meaning in a statement: see the examples of `gradproof prove --help`"


def _number(text: str, match: re.Match[str]) -> Token:
    position, digits = match.start(), len(match["whole"]) + len(match["decimals"] or "")
    if digits > MOST_DIGITS:
        raise StatementError(f"the number has {digits:,} digits: at most {MOST_DIGITS:,} are read", text, position)
    exponent = (match["exponent"] or "0").lstrip("+-").lstrip("0") or "0"
    if len(exponent) > 4 or int(exponent) > LARGEST_DECIMAL_EXPONENT:
        limit = f"at most e{LARGEST_DECIMAL_EXPONENT} and at least e-{LARGEST_DECIMAL_EXPONENT}"
        raise StatementError(f"the exponent of this number is out of range: {limit}", text, position)
    return Token("number", match[0], position)


def decimal(word: str) -> tuple[int, int]:
    """Numerator and denominator of the number that the word writes: 0.1 is 1/10, not a nearby float."""
    match = _NUMBER.fullmatch(word)
    assert match, word
    decimals, exponent = match["decimals"] or "", int(match["exponent"] or 0)
    power = exponent - len(decimals)
    digits = int((match["whole"] + decimals) or "0")
    return (digits * 10**power, 1) if power >= 0 else (digits, 10**-power)


def _in_name(character: str) -> bool:
    return character == "_" or character.isalpha() or character in "0123456789"


def _name(text: str, position: int) -> Token:
    end = position
    while end < len(text) and _in_name(text[end]):
        end += 1
    token = Token("name", text[position:end], position)
    if token.name == "and":
        return token._replace(kind="and")
    if complaint := _complaint_about_name(token.name):
        raise StatementError(complaint, text, position)
    return token


def _complaint_about_name(name: str) -> str | None:
    """What is wrong with a name for a real variable, though it is spelt like one."""
    if name in FUNCTIONS or name in CONSTANTS:
        return None
    if name.lower() in _NOT_NUMBERS or name == "I":
        return f"{name!r} is not a real number: statements are about real numbers only"
    invalid = next((advice for refused, advice in _REFUSED_NAMES if refused(name)), None)
    return invalid and f"{name!a} is not a valid name: {invalid}"


_REFUSED_NAMES = (
    (lambda name: name in ("or", "not"), "conditions are joined by commas or `and` only"),
    (keyword.iskeyword, "it is a word of the language, so pick another"),
    (lambda name: name.startswith("__") or name.endswith("__"), "no double underscore may begin or end it"),
    (lambda name: not all(_in_name(character) for character in name), "use letters, digits and _"),
    (
        lambda name: any(unicodedata.bidirectional(character) in ("R", "AL") for character in name),
        "letters written from right to left turn the statement around on the screen",
    ),
)
