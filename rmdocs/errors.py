"""The one error root. Each class carries the exit code its cause deserves.

Errors are raised with a :class:`~rmdocs.messages.Text`, so that the top
floor, which catches them once, can say them in the reader's language.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from rmdocs.answering import Answer
from rmdocs.classes import dataclass
from rmdocs.findings import NOTHING, Finding
from rmdocs.messages import Language, Text, by_command, message

_SYSTEM: Mapping[int, Text] = MappingProxyType(
    {
        errno.ENOENT: message("it is not there"),
        errno.EACCES: message("you may not use it"),
        errno.EPERM: message("you may not use it"),
        errno.EROFS: message("it is on a disk that cannot be written to"),
        errno.EEXIST: message("something of that name is there already"),
        errno.EISDIR: message("it is a folder, no file"),
        errno.ENOTDIR: message("part of the path is a file, no folder"),
        errno.ENOSPC: message("the disk is full"),
        errno.EDQUOT: message("the disk is full"),
        errno.ENAMETOOLONG: message("the name is too long"),
        errno.EIO: message("the disk does not answer"),
        errno.EMFILE: message("too many files are open"),
        errno.ENFILE: message("too many files are open"),
        errno.EBUSY: message("another program is using it"),
        errno.ETXTBSY: message("another program is using it"),
        errno.ELOOP: message("its links lead round in a circle"),
        errno.ENOTEMPTY: message("the folder is not empty"),
        errno.EINVAL: message("the system takes no such name or place"),
        errno.ECONNREFUSED: message("nobody answers there"),
        errno.ECONNRESET: message("the connection was cut off"),
        errno.EPIPE: message("the connection was cut off"),
        errno.EHOSTUNREACH: message("it cannot be reached from here"),
        errno.ENETUNREACH: message("it cannot be reached from here"),
        errno.ETIMEDOUT: message("it does not answer in time"),
    }
)


def system_problem(problem: OSError) -> Text:
    """Return why the system refuses a file, folder or connection, never in its own words."""
    if problem.errno is None:
        return message("it cannot be used")
    unnamed = message("the system refuses it (error {number})", number=problem.errno)
    return _SYSTEM.get(problem.errno, unnamed)


def why(problem: BaseException) -> Text:
    """Return in words of ours why something could not be read, never in those of a library."""
    if isinstance(problem, FindingsError) and problem.findings:
        return problem.findings[0].message
    if isinstance(problem, RmdocsError):
        return problem.reason
    return system_problem(problem) if isinstance(problem, OSError) else message("it is damaged")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorAnswer(Answer):
    """Why nothing was done, or not all of it: what ``--json`` prints on standard error.

    :param error: what happened.
    :param remedy: what the person can do about it.
    :param clause: the clause that rules; empty if none does.
    :param exit_code: with which the command ends; see docs/cli.md.
    :param findings: all that is wrong, where more than one thing is.
    """

    error: Text
    remedy: Text
    clause: str
    exit_code: int
    findings: tuple[Finding, ...]


class RmdocsError(Exception):
    """Anything rmdocs refuses or cannot do.

    :param reason: what happened.
    :param remedy: what the person can do about it.
    :param clause: the clause that rules, if one does.
    """

    exit_code: ClassVar[int] = 4
    findings: tuple[Finding, ...] = ()

    def __init__(self, reason: Text, remedy: Text, *, clause: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.clause = clause

    def __str__(self) -> str:
        return self.reason.text(Language.EN)

    @property
    def answer(self) -> ErrorAnswer:
        """Return the error as JSON tells it."""
        return ErrorAnswer(
            error=self.reason,
            remedy=self.remedy,
            clause=self.clause,
            exit_code=self.exit_code,
            findings=self.findings,
        )


class FindingsError(RmdocsError):
    """The input has errors; ``findings`` holds all of them."""

    exit_code = 1

    def __init__(
        self,
        findings: tuple[Finding, ...],
        reason: Text | None = None,
        remedy: Text = NOTHING,
    ) -> None:
        super().__init__(reason or message("{count} finding(s)", count=len(findings)), remedy)
        self.findings = findings


class UsageError(RmdocsError):
    """The command was called with arguments that mean nothing."""

    exit_code = 2


class ControlError(RmdocsError):
    """Refused by the rules of control: order, role, status, separation of duties."""

    exit_code = 3


class RefusedError(ControlError):
    """Refused by several rules of control at once; ``findings`` holds all of them."""

    def __init__(self, findings: tuple[Finding, ...], reason: Text, *, clause: str = "") -> None:
        super().__init__(reason, NOTHING, clause=clause)
        self.findings = findings


class StoreError(RmdocsError):
    """The store is missing, damaged or cannot be written."""

    exit_code = 4


VERIFY_STORE = by_command(message("have the store verified"), "rmdocs verify")
"""What to do where the store holds something else than it must."""

VERIFY_AND_RESTORE = by_command(
    message("have the store verified, and restored from another copy"), "rmdocs verify"
)
"""What to do where something of the store is damaged or missing."""


class DamagedError(StoreError):
    """What the store holds is not what was sealed, or cannot be read."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason, VERIFY_STORE)


class NestingError(StoreError):
    """The store's directories are nested deeper than anything that is ever stored."""


class ConflictError(StoreError):
    """Another writer was faster, or the thing is already there."""


class KeyAbsentError(StoreError):
    """A record's content is encrypted, and its key is not on this machine."""


class MissingProgramError(RmdocsError):
    """An external program that this needs is not installed."""

    exit_code = 5
