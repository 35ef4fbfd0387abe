"""Whether those who had to sign did, and in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from rmdocs.characters import fold
from rmdocs.findings import Finding, error, warning
from rmdocs.forms.sections.signing import Party
from rmdocs.messages import message
from rmdocs.signing.request import field_name
from rmdocs.signing.validation import Signature

_SELF = "民法典 §168"
"""No agent acts for both sides, unless both agree."""


def party_of(field: str, parties: Sequence[Party]) -> Party | None:
    """Return whose field it is; None if nobody's."""
    return next((party for party in parties if field_name(party) == field), None)


def disorder(signatures: Sequence[Signature], parties: Sequence[Party]) -> Iterator[Finding]:
    """Yield what the form asks of its signatures together and does not get.

    :param signatures: in the order they were made.
    :param parties: who signs, in the order of the form.
    """
    made = [one.party for one in signatures if one.party]
    for party in parties:
        if party.name not in made:
            reason = message("{party} has not signed", party=party.title)
            remedy = message("have it signed; if it was, the last part of the file is missing")
            yield error("SIG-MISSING", field_name(party), reason, remedy)
    wanted = [party.name for party in parties if party.name in made]
    if made != wanted:
        reason = message("the parties did not sign in the order of the form")
        yield error("SIG-ORDER", "", reason, ANEW)
    yield from _same(signatures)
    for one in signatures:
        owner = party_of(one.field, parties)
        if owner is None:
            reason = message(
                "the form knows nobody who signs in the field {field}", field=one.field
            )
            yield warning("SIG-FOREIGN", one.field, reason)
        elif one.meaning != owner.meaning.zh:
            reason = message(
                "it means “{meaning}”, not “{wanted}” as the form says",
                meaning=one.meaning,
                wanted=owner.meaning,
            )
            yield warning("SIG-MEANING", one.field, reason, clause="21 CFR 11.50")
    if signatures and made == [party.name for party in parties]:
        yield from _unprotected(signatures)


ANEW = message("begin signing anew: rmdocs sign NUMBER --again --reason TEXT")
"""What to do where what was signed cannot be mended."""


def _same(signatures: Sequence[Signature]) -> Iterator[Finding]:
    """Yield parties that are one and the same who signed: nobody contracts with themselves."""
    for first, second in combinations([one for one in signatures if one.party], 2):
        if first.party == second.party:
            continue
        titles = {"first": first.title, "second": second.title}
        if first.key == second.key or fold(first.subject) == fold(second.subject):
            reason = message(
                "{first} and {second} signed with the certificate of one and the same, {name}",
                name=second.subject,
                **titles,
            )
            yield error("SIG-SAME", second.field, reason, ANEW, clause=_SELF)
        elif fold(first.signatory) == fold(second.signatory):
            reason = message(
                "{name} is said to have signed for both {first} and {second}",
                name=second.signatory,
                **titles,
            )
            remedy = message("make sure that it is not one person who signed for both")
            yield warning("SIG-SIGNATORY", second.field, reason, remedy, clause=_SELF)


def _unprotected(signatures: Sequence[Signature]) -> Iterator[Finding]:
    first, last = signatures[0], signatures[-1]
    if not first.certifies:
        reason = message("the first signature does not certify the document")
        yield warning("SIG-UNCERTIFIED", first.field, reason, clause="ISO 32000-2 §12.8.2.2")
    if not last.locks:
        reason = message("the last signature does not lock the document against changes")
        yield warning("SIG-UNLOCKED", last.field, reason, clause="ISO 32000-2 §12.8.2.4")
