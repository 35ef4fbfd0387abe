"""Verifying what renditions are (F19, F22, F24): the PDF files themselves, read again.

A formal PDF names its record and carries what the record said. A signed one
begins with the bytes of the one before, and adds the signature it says and no
other. How the pages look is not compared: that takes the engine that made them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rmdocs.audit.authority import UNREADABLE
from rmdocs.canonical import sha256
from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, FindingsError, KeyAbsentError, why
from rmdocs.events.kinds import read_as
from rmdocs.events.records import PdfMade, PdfSigned
from rmdocs.findings import Finding, error
from rmdocs.messages import Text, message
from rmdocs.pdf.metadata import Description, describe
from rmdocs.registers.records import as_of
from rmdocs.registers.renditions import Rendition, renditions, signed_until
from rmdocs.renditions.records import page_code, source
from rmdocs.signing.levels import Named
from rmdocs.values import is_blank

if TYPE_CHECKING:
    from rmdocs.events.facts import EventFacts
    from rmdocs.forms.form import Form
    from rmdocs.identifiers import DocumentNumber, Revision
    from rmdocs.pdf.codes import DocumentCode
    from rmdocs.registers.records import RecordFolder
    from rmdocs.signing.signatures import PdfSignature
    from rmdocs.signing.trust import Trust
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head

CLAUSE = "ISO 15489-1 §5.2.2.3"
_SUFFICIENT = frozenset({Named.PARTY, Named.SIGNATORY})
"""Whom a certificate has to name, unless a reason is sealed with the signature."""
FIND_OUT = message("take it for no rendition, and find out who sealed it")


@dataclass(slots=True, kw_only=True)
class Evidence:
    """The renditions of one record that can be read, oldest first.

    :param form: returns a form by number and revision; may raise.
    :param names: returns what expressions see of a record as it stood; may raise.
    :param trust: what signatures are judged by; None to leave that out.
    """

    head: Head
    folder: RecordFolder
    form: Callable[[DocumentNumber, Revision], Form]
    names: Callable[[RecordFolder, Form], Mapping[str, Any]]
    trust: Trust | None = None
    _formal: dict[int, list[tuple[Rendition, bytes]]] = field(default_factory=dict)
    _signed: dict[int, tuple[bytes, tuple[PdfSignature, ...]]] = field(default_factory=dict)

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the files."""
        for one in renditions(self.folder.events):
            try:
                pdf = self.head.reveal(one.file.path, self.folder.number)
            except KeyAbsentError:
                continue
            except UNREADABLE as problem:
                yield wrong("RENDITION-UNREADABLE", one.event, _said(problem))
                continue
            if pdf is None or sha256(pdf) != one.file.sha256:
                # Of a record in clear this is told of its file; of another only here.
                if self.folder.encrypted:
                    reason = message("{path} is not what was sealed", path=one.file.path)
                    yield wrong("RENDITION-CONTENT", one.event, reason)
                continue
            yield from self._read(one, pdf)

    def _read(self, one: Rendition, pdf: bytes) -> Iterator[Finding]:
        try:
            if isinstance(one.said, PdfMade):
                yield from self._render(one, pdf, one.said)
            elif isinstance(one.said, PdfSigned):
                yield from self._sign(one, pdf, one.said)
            else:
                yield from self._scan(one, pdf, one.said.pages)
        except FindingsError as problem:
            reason = next((found.message for found in problem.findings), problem.reason)
            yield wrong("RENDITION-UNREADABLE", one.event, reason)
        except ControlError:
            return  # an edition that is not there is told of the event

    def _render(self, one: Rendition, pdf: bytes, made: PdfMade) -> Iterator[Finding]:
        """Yield a formal PDF that is of another record, or says other than it said then."""
        self._formal.setdefault(one.edition, []).append((one, pdf))
        said = describe(pdf, _name(one))
        then = as_of(self.head, self.folder, one.edition)
        wanted = (str(self.folder.number), str(then.revision), str(one.edition))
        if (said.number, said.revision, said.edition) != wanted:
            yield wrong(
                "RENDER-OTHER",
                one.event,
                message(
                    "by what it says itself it is of {number}, revision {revision}, edition"
                    " {edition}",
                    number=said.number or "-",
                    revision=said.revision or "-",
                    edition=said.edition or "-",
                ),
            )
        if said.sources != (source(then),):
            yield wrong(
                "RENDER-SOURCE", one.event, message("it does not carry what the record said then")
            )
        if not made.formal or said.engine != made.engine:
            yield wrong(
                "RENDER-ENGINE",
                one.event,
                message(
                    "it was made by {engine}, not by what its event says",
                    engine=said.engine or "-",
                ),
            )

    def _sign(self, one: Rendition, pdf: bytes, signed: PdfSigned) -> Iterator[Finding]:
        """Yield a signature that is not there, not another's, or not on what was sealed."""
        from rmdocs.signing.signatures import inspect  # noqa: PLC0415 - pyHanko

        marks = inspect(pdf, _name(one))
        before, earlier = self._signed.get(one.edition, (b"", ()))
        if len(signed_until(self.folder.events, one.event)) == 1:
            before, earlier = b"", ()  # the first, or the first since signing began anew
        self._signed[one.edition] = (pdf, marks)
        begun = [before] if before else [made for _, made in self._formal.get(one.edition, [])]
        if not any(pdf.startswith(made) for made in begun):
            yield wrong(
                "SIGN-OTHER",
                one.event,
                message("it does not begin with the PDF that was sealed before it"),
            )
        if len(marks) != len(earlier) + 1 or marks[:-1] != earlier or not marks:
            yield wrong(
                "SIGN-COUNT",
                one.event,
                message(
                    "it bears {count} signature(s), where {wanted} belong",
                    count=len(marks),
                    wanted=len(earlier) + 1,
                ),
            )
        if marks:
            yield from _mark(one, marks[-1], len(pdf), self.folder.said(one.event))
            yield from _same(one, marks)
            yield from self._named(one, marks[-1], signed.named)
        if self.trust is not None and marks:
            yield from self._worth(one, pdf, self.trust)

    def _named(self, one: Rendition, mark: PdfSignature, said: Named | None) -> Iterator[Finding]:
        """Yield a certificate that names another than its event says, or nobody without a reason.

        Signatures of earlier versions do not say whom theirs names.
        """
        if said is None:
            return
        then = as_of(self.head, self.folder, one.edition)
        form = self._form(one)
        called = {party.name: party.called(self.names(then, form)) for party in form.signing}
        own = called.pop(one.party, ())
        others = [name for names in called.values() for name in names]
        found = mark.whom(own, others)
        if said != found:
            yield wrong(
                "SIGN-NAMED",
                one.event,
                message("its certificate names another than its event says"),
            )
        if found not in _SUFFICIENT and is_blank(self.folder.reason(one.event)):
            yield wrong(
                "SIGN-REASON",
                one.event,
                message("its certificate names nobody concerned, and no reason is given"),
            )

    def _worth(self, one: Rendition, pdf: bytes, trust: Trust) -> Iterator[Finding]:
        """Yield what judging the signatures as of their sealing finds."""
        from rmdocs.signing.validation import validate  # noqa: PLC0415 - pyHanko

        events = signed_until(self.folder.events, one.event)
        found = validate(
            pdf,
            trust,
            one.event.time,
            self._form(one).signing,
            _name(one),
            since=[event.time for event in events],
        ).with_reasons(
            {
                said.party: self.folder.reason(event)
                for event in events
                if (said := read_as(event, PdfSigned)) is not None
            }
        )
        for finding in found.findings:
            # That somebody is still to sign is no fault of who did.
            if finding.code != "SIG-MISSING":
                yield replace(finding, path=one.event.place)

    def _scan(self, one: Rendition, pdf: bytes, said: int) -> Iterator[Finding]:
        """Yield a scan of something that was never printed, or of another length."""
        pages = describe(pdf, _name(one)).pages
        if pages != said:
            yield wrong("SCAN-PAGES", one.event, message("it has {pages} page(s)", pages=pages))
        formal = [
            made
            for rendition, made in self._formal.get(one.edition, [])
            if self.folder.number.copy_in(rendition.file.path) == one.copy
        ]
        if not formal:
            yield wrong(
                "SCAN-UNRENDERED",
                one.event,
                message(
                    "no formal PDF of edition {edition} was sealed before", edition=one.edition
                ),
            )
        elif not one.slip and pages not in _lengths(formal):
            yield wrong(
                "SCAN-LENGTH", one.event, message("the formal PDF has another number of pages")
            )
        if self.trust is not None:
            yield from self._sheets(one, pdf)

    def _sheets(self, one: Rendition, pdf: bytes) -> Iterator[Finding]:
        """Yield a scan whose sheets, read again, are not those of its document."""
        from rmdocs.scanning.pile import CodeStatus  # noqa: PLC0415 - as reading
        from rmdocs.scanning.reading import read  # noqa: PLC0415 - zxing-cpp, Pillow

        with TemporaryDirectory(prefix="rmdocs-verify-") as directory:
            path = Path(directory) / _name(one)
            path.write_bytes(pdf)
            pile = read([path], lambda _code, _slip: CodeStatus.CURRENT)
        slips = [slip.name for slip in self._form(one).slips]
        shown = slips.index(one.slip) + 1 if one.slip in slips else 0
        if [(found.code, found.slip) for found in pile.documents] != [(self._code(one), shown)]:
            told = "; ".join(found.code for found in pile.all_findings)
            yield wrong(
                "SCAN-OTHER",
                one.event,
                message(
                    "read again, its sheets are not a whole set of this document: {codes}",
                    codes=told or "-",
                ),
            )

    def _code(self, one: Rendition) -> DocumentCode:
        then = as_of(self.head, self.folder, one.edition)
        return page_code(then, one.copy)

    def _form(self, one: Rendition) -> Form:
        """Return the form that a rendition's edition is under."""
        then = as_of(self.head, self.folder, one.edition)
        return self.form(then.form, then.revision)


def _lengths(formal: list[bytes]) -> set[int]:
    return {_described(pdf).pages for pdf in formal}


def _described(pdf: bytes) -> Description:
    try:
        return describe(pdf, "")
    except FindingsError:
        return Description(
            number="", revision="", edition="", engine="", sources=(), pages=0
        )  # told of the formal PDF itself


def _mark(one: Rendition, mark: PdfSignature, size: int, said: EventFacts) -> Iterator[Finding]:
    """Yield where the newest signature and its event disagree."""
    if not mark.intact:
        reason = message("the signature is broken: the document or the signature was altered")
        yield wrong("SIGN-BROKEN", one.event, reason)
    if mark.end != size:
        yield wrong(
            "SIGN-PARTIAL", one.event, message("the signature does not cover the whole file")
        )
    if mark.party != one.party:
        yield wrong(
            "SIGN-PARTY",
            one.event,
            message("the signature is in the field of {party}", party=mark.party or "-"),
        )
    named = (said.certificate, said.signatory) if isinstance(said, PdfSigned) else ()
    if (mark.certificate, mark.signatory) != named:
        yield wrong(
            "SIGN-CERTIFICATE", one.event, message("it was signed by another than its event says")
        )


def _same(one: Rendition, marks: tuple[PdfSignature, ...]) -> Iterator[Finding]:
    """Yield a party that signed with the key of another."""
    if any(mark.key == marks[-1].key for mark in marks[:-1]):
        yield wrong("SIGN-SAME", one.event, message("two parties signed with one key"))


def _name(one: Rendition) -> str:
    return PurePosixPath(one.file.path).name


def _said(problem: BaseException) -> Text:
    return message("the file cannot be read: {problem}", problem=why(problem))


def wrong(code: str, event: Event, what: Text) -> Finding:
    """Return a finding of an event that seals a rendition."""
    return error(code, event.place, what, FIND_OUT, clause=CLAUSE)
