"""What differs in what a form says of itself: its cover, its revision table, what is pending."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rmdocs.comparison.change import Area, Change, What, plain
from rmdocs.comparison.telling import became, comma, said_both
from rmdocs.findings import NOTHING
from rmdocs.forms.manifest import Identity, Manifest
from rmdocs.forms.parts import Access
from rmdocs.messages import Text, message

_ACCESS: Mapping[Access, Text] = {
    Access.CUSTOMER: message("the customer may see it"),
    Access.INTERNAL: message("internal"),
    Access.PERSONAL: message("internal, with personal data that must be destroyable"),
}


def identity_changes(old: Manifest, new: Manifest, *, first: bool = False) -> Iterator[Change]:
    """Yield what differs in identity, revision table and pending items.

    :param first: whether the form is new: then nothing is as it was.
    """
    before, after = _values(old.identity), _values(new.identity)
    for name, (place, value) in after.items():
        earlier = NOTHING if first else before[name][1]
        yield from became(Area.IDENTITY, place, earlier, value, f"form.{name}")
    yield from _history(old, new)
    yield from _pending(old, new)


def _values(identity: Identity) -> dict[str, tuple[Text, Text]]:
    """Return what the cover says: the manifest's name of each value, a person's, the value."""
    return {
        "number": (message("number of the form"), plain(str(identity.number))),
        "revision": (message("revision of the form"), plain(str(identity.revision))),
        "title": (message("title of the form"), said_both(identity.title)),
        "aliases": (message("other names of the form"), comma(map(plain, identity.aliases))),
        "organisation": (message("organisation on the cover"), said_both(identity.organisation)),
        "parent": (message("document it belongs to"), plain(str(identity.parent))),
        "annex": (message("annex it is"), said_both(identity.annex)),
        "clause": (message("clause that asks for it"), plain(identity.clause)),
        "access": (message("who may see its records"), _ACCESS[identity.access]),
        "effective": (message("effective date of the form"), plain(str(identity.effective))),
        "prepared": (message("who prepared the form"), plain(identity.prepared)),
        "reviewed": (message("who reviewed the form"), plain(identity.reviewed)),
        "approved": (message("who approved the form"), plain(identity.approved)),
    }


def _history(old: Manifest, new: Manifest) -> Iterator[Change]:
    before = {row.revision: row for row in old.history}
    after = {row.revision: row for row in new.history}
    for revision in sorted({*before, *after}):
        place = message("revision table, row {revision}", revision=revision)
        rows = [
            NOTHING if row is None else plain(f"{row.date} {said_both(row.change).content}")
            for row in (before.get(revision), after.get(revision))
        ]
        yield from became(Area.IDENTITY, place, rows[0], rows[1], "history")


def _pending(old: Manifest, new: Manifest) -> Iterator[Change]:
    place = message("still to be settled")
    for item in old.pending:
        if item not in new.pending:
            said = said_both(item)
            sentence = message("No longer to be settled: “{item}”.", item=said)
            yield Change(Area.IDENTITY, place, What.REMOVED, said, NOTHING, sentence, "pending")
    for item in new.pending:
        if item not in old.pending:
            said = said_both(item)
            sentence = message("Newly to be settled: “{item}”.", item=said)
            yield Change(Area.IDENTITY, place, What.ADDED, NOTHING, said, sentence, "pending")
