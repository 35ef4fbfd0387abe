"""What registers of control have in common whose entries are numbered by the year."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from rmdocs.classes import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rmdocs.errors import ControlError
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head

Number = TypeVar("Number")
Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True, kw_only=True)
class YearlyRegister(ABC, Generic[Number, Entry]):
    """Change requests, holds or disposals, a folder each, as of one commit of control.

    :param until: only what happened before this moment; None for everything.
    """

    FOLDER: ClassVar[str]
    NUMBER: ClassVar[type[Any]]
    """Of :class:`Number`."""
    head: Head
    until: datetime | None = None

    def all(self) -> Iterator[Entry]:
        """Yield every entry, oldest first."""
        for name in self.head.list(self.FOLDER):
            found = self._read(self.NUMBER.parse(name))
            if found is not None:
                yield found

    def get(self, number: Number) -> Entry:
        """Return an entry.

        :raises ControlError: if there is none with that number.
        """
        found = self._read(number)
        if found is None:
            raise self._absent(number)
        return found

    def next_number(self, year: int) -> Number:
        """Return the number of the next entry of a year."""
        following: Number = self.NUMBER.after(self.head.list(self.FOLDER), year)
        return following

    def _events(self, directory: str) -> tuple[Event, ...]:
        return tuple(
            event
            for event in self.head.events(directory)
            if self.until is None or event.time < self.until
        )

    @abstractmethod
    def _read(self, number: Number) -> Entry | None:
        """Return an entry; None where there is none with that number."""

    @abstractmethod
    def _absent(self, number: Number) -> ControlError:
        """Return the refusal of a number that nothing has."""
