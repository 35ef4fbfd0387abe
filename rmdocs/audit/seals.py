"""Whether what is told of one record lies under the signed ledger: quick, however big the store.

Whoever can write to a store needs no key to put files and a commit there; so
before something is called sealed, the head's signature, the ledger's and the
place of each event in it are looked at. That nothing else is wrong with a
store, and nothing was taken away by somebody with a key, only ``verify`` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.errors import RmdocsError
from rmdocs.findings import Finding, error
from rmdocs.messages import by_command, message
from rmdocs.registers.ledgerkeys import ledger_keys
from rmdocs.registers.staff import Person
from rmdocs.store.checking import is_event_path, sealed_check
from rmdocs.store.keys import PublicKey
from rmdocs.store.protocol import CONTROL_REF, ledger_origin

if TYPE_CHECKING:
    from rmdocs.store.checkpoint import LedgerKeys
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head

_CLAUSE = "ISO 15489-1 §5.2.2.3"
_FIND_OUT = by_command(
    message("have the store verified, and restored from an unaltered copy"), "rmdocs verify"
)
_wrong = partial(error, remedy=_FIND_OUT, clause=_CLAUSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seals:
    """The keys that a store's acts and ledgers must be signed with.

    :param people: fingerprints of all keys that were ever registered.
    """

    ledgers: LedgerKeys
    people: frozenset[str]

    @classmethod
    def of(cls, control: Head) -> Seals:
        """Return the keys that control knows; a person who cannot be read has none.

        :raises StoreError: if it does not name the ledger's key.
        """
        keys = {
            key.fingerprint
            for _, _, found in registered_keys(control)
            if not isinstance(found, RmdocsError)
            for key in found
        }
        return cls(ledgers=ledger_keys(control), people=frozenset(keys))

    def findings(
        self, head: Head, ref: str, directory: str, events: Iterable[Event]
    ) -> Iterator[Finding]:
        """Yield what of a directory's events and files is not as it was sealed.

        :param directory: the one that holds ``events``, which seal all else in it.
        """
        known = tuple(events)
        signer = head.signer
        if signer is None:
            yield _wrong("COMMIT-UNSIGNED", ref, message("the commit bears no good signature"))
        elif signer.fingerprint not in self.people:
            reason = message(
                "the commit is signed by the unknown key {key}", key=signer.fingerprint
            )
            yield _wrong("COMMIT-STRANGER", ref, reason)
        yield from sealed_check(head, directory, known, self.ledgers, ledger_origin(ref))
        for event in known:
            for file in event.files:
                data = head.read(file.path)
                if data is None or canonical.sha256(data) != file.sha256:
                    reason = message("not the file that {event} sealed", event=event.file_name)
                    remedy = message("restore the store from another copy and compare")
                    yield error("FILE-CHANGED", file.path, reason, remedy)
        sealed = {file.path for event in known for file in event.files}
        for path, _ in head.walk(directory):
            if path not in sealed and not is_event_path(path):
                yield _wrong("FILE-UNSEALED", path, message("no event seals this file"))

    def of_control(self, control: Head, directory: str) -> Iterator[Finding]:
        """Yield the same of what lies in a directory of control, such as a revision's release."""
        yield from self.findings(control, CONTROL_REF, directory, control.events(directory))


def registered_keys(control: Head) -> Iterator[tuple[str, str, list[PublicKey] | RmdocsError]]:
    """Yield path, staff number and keys of every entry of the register of people.

    In place of the keys, what is wrong with an entry that cannot be read.
    """
    for path, oid in control.walk("people"):
        if "/events/" in path:
            continue
        try:
            person = Person.from_json(canonical.decode(control.content(oid)))
            yield path, str(person.staff_no), [PublicKey.parse(key) for key in person.keys]
        except RmdocsError as problem:
            yield path, "", problem
