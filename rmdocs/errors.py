"""The one error root. Each class carries the exit code its cause deserves.

Errors are raised with a :class:`~rmdocs.messages.Text`, so that the top
floor, which catches them once, can say them in the reader's language.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from rmdocs.findings import NOTHING, Finding
from rmdocs.messages import Language, Text, Verbatim, message

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
    }
)


def system_problem(problem: OSError) -> Text:
    """Return why the system refuses a file or folder; its own words where ours know no others."""
    own = Verbatim(problem.strerror or str(problem))
    return own if problem.errno is None else _SYSTEM.get(problem.errno, own)


class RmdocsError(Exception):
    """Anything rmdocs refuses or cannot do.

    :param reason: what happened.
    :param remedy: what the person can do about it.
    :param clause: the clause that rules, if one does.
    """

    exit_code: ClassVar[int] = 4

    def __init__(self, reason: Text, remedy: Text = NOTHING, *, clause: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.clause = clause

    def __str__(self) -> str:
        return self.reason.text(Language.EN)


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
        super().__init__(reason, clause=clause)
        self.findings = findings


class StoreError(RmdocsError):
    """The store is missing, damaged or cannot be written."""

    exit_code = 4


class NestingError(StoreError):
    """The store's directories are nested deeper than anything that is ever stored."""


class ConflictError(StoreError):
    """Another writer was faster, or the thing is already there."""


class KeyAbsentError(StoreError):
    """A record's content is encrypted, and its key is not on this machine."""


class MissingProgramError(RmdocsError):
    """An external program that this needs is not installed."""

    exit_code = 5
