"""What can be wrong with a statement before anybody tries to prove it."""


class StatementError(ValueError):
    """The input cannot be read as a statement: quotes it, says where, and what to do.

    `text` and `position` (a 0-based offset into `text`) point at the place, where there is one.
    """

    def __init__(self, message: str, text: str | None = None, position: int | None = None):
        super().__init__(message)
        self.message, self.text, self.position = message, text, position

    def __str__(self) -> str:
        if self.text is None or self.position is None:
            return self.message
        # A long line is cut around the place, so that the caret stays on the screen.
        start = max(0, self.position - 36)
        shown = self.text[start : start + 72].replace("\n", " ").replace("\t", " ")
        return f"{self.message}\n  {shown}\n  {' ' * (self.position - start)}^"


class UndefinedError(StatementError):
    """A side of the statement is not a real number at a point that the hypotheses admit."""


class VacuousError(StatementError):
    """Nothing satisfies the hypotheses: whatever follows would be "true", so it is refused."""
