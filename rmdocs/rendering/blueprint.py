"""A template taken apart: parts every document shares, and sources to fill."""

from __future__ import annotations

from dataclasses import dataclass

from rmdocs.rendering.package import Member


@dataclass(frozen=True, slots=True)
class PartSource:
    """One part that is filled: its name in the zip and its Jinja source."""

    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A template taken apart.

    :param template: the whole template, needed again for pictures only.
    :param static: the parts every document shares, in the order written.
    :param filled: the parts with tags, the main document last.
    """

    template: bytes
    static: tuple[Member, ...]
    filled: tuple[PartSource, ...]
