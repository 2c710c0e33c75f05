"""What a user can get wrong on the command line, beside the statement itself."""

from __future__ import annotations


class UsageError(Exception):
    """The request cannot be carried out: quotes it, says what was expected, and what to do."""


SETTLED, REFUTED, MISUSED, LEFT_OPEN = 0, 1, 2, 3
"""The exit codes: a promise to scripts, for every command."""
