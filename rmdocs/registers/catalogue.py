"""Keeping the search index in step with the store.

Whoever asks first catches up from git, by comparing trees, so that only the
records that changed are read. What the index cannot show (a customer whose
form no longer says) is left empty, never guessed; of a record that was
disposed of it forgets all but number, state and digests.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from secrets import choice
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.bulk import Bulk
from rmdocs.classes import dataclass
from rmdocs.errors import DamagedError, NestingError, RmdocsError, StoreError
from rmdocs.events.kinds import read_as
from rmdocs.events.records import RecordIssued
from rmdocs.findings import Finding, warning
from rmdocs.identifiers import DocumentNumber, RecordNumber, Volume
from rmdocs.lifecycle import RecordStatus
from rmdocs.messages import Text, by_command, listed, message
from rmdocs.registers.index import Index
from rmdocs.registers.indexentries import Entries, unique_rule
from rmdocs.registers.indexfile import IndexedFile, IndexedRecord, IndexEntry, Query, VolumeUpdate
from rmdocs.registers.records import RecordFolder, folder_of_issued, read_folder
from rmdocs.registers.series import known_volumes, missing_volumes

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rmdocs.forms.form import Form
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head, Store

_RESTORE = message("have the store verified, then restored from a backup")
_BROKEN = "RECORD-UNREADABLE"
_AT_ONCE = 64
"""Records that are one piece of reading: after each it is told how far that is."""

_RECORD_DEPTH = 2
"""Slashes in the path of a record's directory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """Up to where a volume was read, and by what.

    :param days: the working days that counted. :param releases: the revisions of the form.
    :param rules: what had to be unique by them.
    """

    commit: str
    days: str
    releases: str
    rules: str

    @classmethod
    def parse(cls, text: str) -> _Mark:
        """Return the mark that the index keeps as one text; an empty one knows nothing."""
        commit, days, releases, rules = (text.split(" ") + [""] * 4)[:4]
        return cls(commit=commit, days=days, releases=releases, rules=rules)

    @property
    def text(self) -> str:
        return f"{self.commit} {self.days} {self.releases} {self.rules}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Behind:
    """What of a volume the index has not read yet.

    :param known: up to where it was read, as the index keeps it. :param mark: up to where it is
        read with these numbers.
    """

    volume: Volume
    known: str
    head: Head
    mark: _Mark
    numbers: tuple[RecordNumber, ...]

    @property
    def pieces(self) -> list[_Piece]:
        """Return the reading in pieces, one at least."""
        return [
            _Piece(
                volume=self.volume,
                commit=self.head.commit,
                numbers=self.numbers[first : first + _AT_ONCE],
            )
            for first in range(0, len(self.numbers) or 1, _AT_ONCE)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """Records of a volume that are read together.

    :param commit: at which the volume is read.
    """

    volume: Volume
    commit: str
    numbers: tuple[RecordNumber, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JustIssued:
    """A record that was issued just now.

    :param sealed: the record as it was sealed, canonical JSON.
    """

    number: RecordNumber
    event: Event
    sealed: bytes

    @property
    def encrypted(self) -> bool:
        """Return whether what it says is encrypted, so that it is read with its key."""
        said = read_as(self.event, RecordIssued)
        return said is None or said.concealment is not None

    def folder(self) -> RecordFolder:
        """Return the record as its volume holds it now."""
        return folder_of_issued(self.number, self.event, canonical.decode(self.sealed))


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The index and what it is made from."""

    store: Store
    index: Index
    entries: Entries

    def catch_up(self) -> None:
        """Bring every volume up to date; forget volumes that are no longer there."""
        volumes = self._volumes()
        for gone in self.index.volumes().keys() - {volume.name for volume in volumes}:
            self.index.forget(gone)
        self._catch_up(volumes)
        self.index.cleanse()

    def catch_up_form(self, form: DocumentNumber) -> None:
        """Bring the volumes of one form up to date."""
        self._catch_up(volume for volume in self._volumes() if volume.series.form == form)

    def _volumes(self) -> list[Volume]:
        return known_volumes(self.store.refs())

    def _catch_up(self, volumes: Iterable[Volume]) -> None:
        """Bring volumes up to date, and tell how far it is."""
        # The index first: what it knows is then never newer than the heads.
        known, doubted = self.index.volumes(), self.index.doubted()
        waiting = [
            found
            for one in volumes
            if (found := self._behind(one, known.get(one.name, ""), doubted=one.name in doubted))
        ]
        total = sum(len(one.numbers) for one in waiting)
        if not waiting:
            return
        elsewhere: list[Volume] = []
        done = 0
        self.index.told(done, total)
        with self.index.helped(total) as others:
            read = self._all_read(waiting, others)
            for one in waiting:
                parts: list[VolumeUpdate] = []
                for _ in one.pieces:
                    piece, part = next(read)
                    parts.append(part)
                    done += len(piece.numbers)
                    self.index.told(done, total)
                if not self._enter(one, VolumeUpdate.joined(parts)):
                    elsewhere.append(one.volume)
        self._catch_up(elsewhere)

    def _all_read(
        self, waiting: Sequence[_Behind], others: Executor | None
    ) -> Iterator[tuple[_Piece, VolumeUpdate]]:
        """Yield the pieces of what waits, in order, each with what was read of it.

        :param others: who reads besides this process.
        """
        reopen, control = self.store.reopen, self.entries.control.commit
        bulk = Bulk(
            here=self.read,
            elsewhere=partial(_read_elsewhere, reopen, control),
            executor=None if reopen is None else others,
            stays=lambda piece: self.entries.forms.must_be_destroyable(piece.volume.series.form),
            agrees=self._agrees,
        )
        return bulk.each(deque(piece for one in waiting for piece in one.pieces), in_order=True)

    def _behind(self, volume: Volume, known: str, *, doubted: bool) -> _Behind | None:
        """Return what of a volume is to be read; None where all is known.

        :param known: up to where it was read. :param doubted: whether not all could be read.
        """
        head = self.store.head(volume.ref)
        if head is None:
            return None
        old, again = _Mark.parse(known), self._readable_now(head, volume) if doubted else []
        mark = self._mark(head, volume, old)
        if mark == old and not again:
            return None
        same = (mark.days, mark.rules) == (old.days, old.rules)
        if known and not (same and head.knows(old.commit)):
            # Other working days or rules, or another history: nothing that was read counts.
            self.index.forget(volume.name)
            return self._behind(volume, "", doubted=False)
        numbers = {*_changed(head, volume, old.commit), *again}
        return _Behind(
            volume=volume, known=known, head=head, mark=mark, numbers=tuple(sorted(numbers))
        )

    def _enter(self, behind: _Behind, reading: VolumeUpdate) -> bool:
        """Enter what was read of a volume; return whether that could be done."""
        if not self.index.put(behind.volume.name, behind.known, behind.mark.text, reading):
            return False
        # Where somebody reads meanwhile, it is done when next asked.
        self.index.cleanse()
        return True

    def read(self, piece: _Piece) -> VolumeUpdate:
        """Return what the index keeps of some records."""
        return self._read(self.store.at(piece.commit), piece.volume, piece.numbers)

    def _agrees(self, piece: _Piece, found: VolumeUpdate) -> bool:
        """Return whether every record, and no other, was read elsewhere, and one of them is so."""
        read = [
            *(entry.record.number for entry in found.entries),
            *found.gone,
            *map(str, found.unreadable),
        ]
        if sorted(read) != sorted(map(str, piece.numbers)):
            return False
        if not piece.numbers:
            return True
        again = self.read(replace(piece, numbers=(choice(piece.numbers),)))
        return (
            all(one in found.entries for one in again.entries)
            and {*again.gone} <= {*found.gone}
            and {*again.unreadable} <= {*found.unreadable}
        )

    def enter(self, volume: Volume, before: str, issued: Sequence[JustIssued]) -> None:
        """Enter records that were issued just now, under the lock of their volume.

        Nothing is read again of what the act knows. Where the index stands elsewhere, or
        what was sealed is encrypted, whoever asks next catches up.

        :param before: the commit upon which they were sealed; empty if there was none.
        """
        known, head = self.index.head(volume.name), self.store.head(volume.ref)
        old = _Mark.parse(known)
        if head is None or old.commit != before or any(one.encrypted for one in issued):
            return
        mark = self._mark(head, volume, old)
        if before and (mark.days, mark.rules) != (old.days, old.rules):
            return
        entries = tuple(self.entries.of_issued(volume, one.folder()) for one in issued)
        self.index.put(volume.name, known, mark.text, VolumeUpdate(entries=entries))

    def _mark(self, head: Head, volume: Volume, known: _Mark) -> _Mark:
        """Return up to where a volume can be read now, and by what."""
        form = volume.series.form
        digests = [release.digest for release in self.entries.forms.releases(form)]
        releases, rules = _digest(digests), known.rules
        if releases != known.releases:  # Only then are they worth loading.
            rules = _digest(self.entries.unique_rules(form))
        days = self.entries.calendars.digest
        return _Mark(commit=head.commit, days=days, releases=releases, rules=rules)

    def _read(self, head: Head, volume: Volume, numbers: Iterable[RecordNumber]) -> VolumeUpdate:
        """Return what the index keeps of records; one that cannot be read stops no other."""
        entries: list[IndexEntry] = []
        gone: list[str] = []
        unreadable: list[RecordNumber] = []
        for number in numbers:
            try:
                if head.list(number.directory):
                    entries.append(self.entries.of(volume, read_folder(head, number)))
                else:
                    gone.append(str(number))
            except RmdocsError:
                unreadable.append(number)
        return VolumeUpdate(entries=tuple(entries), gone=tuple(gone), unreadable=tuple(unreadable))

    def _readable_now(self, head: Head, volume: Volume) -> list[RecordNumber]:
        """Return the records that could not be read, or whose keys were not here, and now can."""
        vault = self.store.vault
        found = [
            number
            for number in map(RecordNumber.parse, self.index.unread(_of_series(volume)))
            if number.volume == volume and vault is not None and vault.find(number) is not None
        ]
        broken = map(RecordNumber.parse, self.index.unreadable(volume=volume.name))
        mended = self._read(head, volume, broken)
        return [*found, *(RecordNumber.parse(one.record.number) for one in mended.entries)]

    def unreadable(self, form: DocumentNumber | None = None) -> tuple[str, ...]:
        """Return the numbers of records of which nothing can be read; the index is up to date."""
        return tuple(self.index.unreadable(str(form) if form is not None else ""))

    def lost(self, form: DocumentNumber | None = None) -> list[Finding]:
        """Return a warning for each volume that was begun and is not there any more."""
        missing = map(Volume.parse, missing_volumes(self.entries.control, self.store))
        return [
            warning(
                "VOLUME-MISSING",
                one.name,
                message("the volume was opened, but is missing"),
                by_command(_RESTORE, "rmdocs verify"),
            )
            for one in missing
            if form in {None, one.series.form}
        ]

    def require_readable(self, form: DocumentNumber | None = None) -> None:
        """Refuse to go on where a record cannot be read.

        :raises StoreError: naming the records.
        """
        broken = self.unreadable(form)
        if broken:
            raise DamagedError(cannot_be_read(broken))

    # The index finds, the store decides: whatever is told of one record, or refused
    # because of it, is read again from the store.

    def issued_before(self, digest: str) -> RecordNumber | None:
        """Return the first number under which a record was issued that is not void.

        :param digest: SHA-256 of the record as captured.
        """
        return self._first(
            self.index.by_digest(digest),
            lambda entry: entry.record.digest == digest and not _is_void(entry),
        )

    def with_key(self, form: Form, key: str) -> list[IndexedRecord]:
        """Return the records of a form that are not void and have a unique key, by number."""
        rule = unique_rule(form)
        entries = map(self._sealed, self.index.by_unique_key(rule, key))
        return [
            entry.record
            for entry in entries
            if entry is not None and entry.keys.get(rule) == key and not _is_void(entry)
        ]

    def without_key(self, form: Form) -> list[str]:
        """Return the records of a form of which it is not known what they must not share.

        They are encrypted, and their keys are not here; their form cannot say; or they
        cannot be read. What is void or was disposed of counts no more.
        """
        return [*self.index.by_unique_key(unique_rule(form), ""), *self.unreadable(form.number)]

    def sealed_file(self, sha256: str) -> IndexedFile | None:
        """Return the sealed file with a digest, as its record's events have it."""
        for found in self.index.files(sha256):
            entry = self._sealed(found.number)
            for file in entry.files if entry else ():
                if file.sha256 == sha256:
                    return file
        return None

    def related_from(self, target: str) -> tuple[str, ...]:
        """Return the numbers of records that name ``target`` as related."""
        entries = map(self._sealed, self.index.related_from(target))
        return tuple(entry.record.number for entry in entries if entry and target in entry.related)

    def _first(
        self, numbers: Iterable[str], fits: Callable[[IndexEntry], bool]
    ) -> RecordNumber | None:
        for number in numbers:
            entry = self._sealed(number)
            if entry is not None and fits(entry):
                return RecordNumber.parse(number)
        return None

    def _sealed(self, text: str) -> IndexEntry | None:
        """Return what the store says of a record that the index named; None if it has none."""
        number = RecordNumber.parse(text)
        head = self.store.head(number.volume.ref)
        if head is None or not head.list(number.directory):
            return None
        return self.entries.of(number.volume, read_folder(head, number))


def unreadable_findings(numbers: Iterable[str]) -> list[Finding]:
    """Return a warning for each record of which nothing can be read."""
    return [
        warning(
            _BROKEN,
            number,
            message("what the store holds of this record cannot be read"),
            by_command(_RESTORE, "rmdocs verify"),
        )
        for number in numbers
    ]


def unread_findings(numbers: Sequence[str], consequence: Text) -> list[Finding]:
    """Return a warning if there are encrypted records whose keys are not here.

    :param consequence: what is not known, or not told, for that.
    """
    if not numbers:
        return []
    remedy = message("ask whoever has their keys, or check where they can be read")
    return [warning("CONTENT-UNREADABLE", "", not_read(numbers, consequence), remedy)]


def lacking(findings: Iterable[Finding]) -> tuple[Text, ...]:
    """Return what a report says of records that it lacks, from what was found of them.

    Those of which nothing can be read are named in one sentence.
    """
    told = list(findings)
    broken = [one.path for one in told if one.code == _BROKEN]
    others = (
        message("{place}: {reason}", place=one.path, reason=one.message)
        if one.path
        else one.message
        for one in told
        if one.code != _BROKEN
    )
    return (*((cannot_be_read(broken),) if broken else ()), *others)


def not_read(numbers: Sequence[str], consequence: Text) -> Text:
    """Return the sentence that tells of encrypted records whose keys are not here."""
    return message(
        "{count} encrypted record(s), such as {number}, could not be read, since their keys"
        " are not here: {consequence}",
        count=len(numbers),
        number=numbers[0],
        consequence=consequence,
    )


def cannot_be_read(numbers: Iterable[str]) -> Text:
    """Return the sentence that names records of which nothing can be read."""
    return message("what the store holds of {numbers} cannot be read", numbers=listed(numbers))


def _of_series(volume: Volume) -> Query:
    series = volume.series
    return Query(form=str(series.form), unit=str(series.unit), year=series.year)


def _digest(names: Iterable[str]) -> str:
    return canonical.sha256(" ".join(sorted(names)).encode())


def _is_void(entry: IndexEntry) -> bool:
    return entry.record.status == RecordStatus.VOIDED.value


def _read_elsewhere(
    reopen: Callable[[], Store] | None, control: str, piece: _Piece
) -> VolumeUpdate:
    """Read records in another process.

    :param control: the commit of control by which they are read.
    """
    if reopen is None:
        raise ValueError(piece)
    return _opened(reopen, control).read(piece)


_open: dict[tuple[Callable[[], Store], str], Catalogue] = {}
"""What this process reads for another: one, until something else is asked for."""


def _opened(reopen: Callable[[], Store], control: str) -> Catalogue:
    known = _open.get((reopen, control))
    if known is None:
        while _open:
            _, before = _open.popitem()
            before.index.close()
        store = reopen()
        entries = Entries.at(store.at(control))
        known = Catalogue(store=store, index=Index(None), entries=entries)
        _open[reopen, control] = known
    return known


def _changed(head: Head, volume: Volume, commit: str) -> set[RecordNumber]:
    """Return the records that changed since a commit; all if there is none, or it is not known."""
    try:
        return set(_numbers_in(volume, head.changed_since(commit) if commit else _all(head)))
    except NestingError:
        raise  # Nothing is lost: what is there besides is nobody's record.
    except StoreError:
        # Part of it is lost: whatever is there is read.
        return set(_numbers_in(volume, _directories(head)))


def _all(head: Head) -> Iterator[str]:
    """Yield the directories of all records, and what else there is.

    That is walked through, so that what lies too deep to be a store's is met; of a record
    nothing is read but what it has.
    """
    waiting = [""]
    while waiting:
        above = waiting.pop()
        for name in head.list(above.rstrip("/")):
            path = above + name
            if not name.isdecimal():
                yield from (below for below, _ in head.walk(path))
            elif path.count("/") == _RECORD_DEPTH:
                yield path
            else:
                waiting.append(f"{path}/")


def _directories(head: Head) -> Iterator[str]:
    """Yield the directories of all records, whether or not they can be read."""
    for first in head.list(""):
        for second in head.list(first) if first.isdecimal() else ():
            yield from (f"{first}/{second}/{third}" for third in head.list(f"{first}/{second}"))


def _numbers_in(volume: Volume, paths: Iterator[str]) -> Iterator[RecordNumber]:
    for path in paths:
        digits = path.split("/")[:3]
        if all(part.isdecimal() for part in digits):
            yield RecordNumber(series=volume.series, serial=int("".join(digits)))
