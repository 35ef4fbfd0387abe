"""What is refused to a browser, with the status that HTTP has for it."""

from __future__ import annotations

from rmdocs.errors import (
    ConflictError,
    ControlError,
    FindingsError,
    MissingProgramError,
    RmdocsError,
    UsageError,
)
from rmdocs.messages import Text, message

_STATUSES: tuple[tuple[type[RmdocsError], int], ...] = (
    (FindingsError, 422),
    (UsageError, 400),
    (ControlError, 403),
    (ConflictError, 409),
    (MissingProgramError, 503),
)


class WebError(RmdocsError):
    """Refused for how it was asked, not for what.

    :param status: of HTTP.
    """

    def __init__(self, status: int, reason: Text, remedy: Text) -> None:
        super().__init__(reason, remedy)
        self.status = status


class UnreadError(WebError):
    """So many records are to be read first that nobody is left to wait for the page."""

    def __init__(self) -> None:
        super().__init__(
            503,
            message("the records are being read, so that they can be searched"),
            message("come back or load the page again in a few seconds"),
        )


def for_reading_only() -> WebError:
    """Return what refuses an act where nobody can act."""
    return WebError(
        403,
        message("these pages are for reading only"),
        message("start rmdocs web on the machine that has your key, not for reading only"),
    )


def status_of(problem: RmdocsError) -> int:
    """Return the status of HTTP that an error answers with."""
    if isinstance(problem, WebError):
        return problem.status
    found = (status for kind, status in _STATUSES if isinstance(problem, kind))
    return next(found, 500)
