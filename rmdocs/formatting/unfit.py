"""The one refusal of this package: a value that cannot be written as asked.

It is a ``ValueError``, so that whoever evaluates rules and templates can turn
it into a finding, and it carries its reason in both languages.
"""

from __future__ import annotations

from rmdocs.messages import Language, Text


class UnfitValueError(ValueError):
    """A value that a filter or function cannot take; ``reason`` says why."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason.text(Language.EN)
