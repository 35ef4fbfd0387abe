"""Comparing revisions in a workspace: what is on the desk, submitted, or released.

What differs in a form is told by ``comparison``; here it is said which two are
meant, and of documents that are no forms what their manifests say differently.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import TYPE_CHECKING

from rmdocs.answering import AMONG, Answer
from rmdocs.classes import dataclass
from rmdocs.comparison import redline as drawing
from rmdocs.comparison.template import Template
from rmdocs.errors import ControlError, UsageError
from rmdocs.forms.differences import Area, Change, Comparison, What
from rmdocs.forms.document import BODY_NAME, DOCUMENT_NAME, DocumentFiles, load_document
from rmdocs.forms.form import FormFiles
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.messages import Bilingual, Text, Verbatim, by_command, message
from rmdocs.workspace import revisions
from rmdocs.workspace.revisions import DESK, DRAFT, WORDS, released_revision

if TYPE_CHECKING:
    from rmdocs.control.covers import RevisionFiles
    from rmdocs.findings import Finding
    from rmdocs.forms.document import ControlledDocument
    from rmdocs.workspace.opening import Workspace

NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared(Answer):
    """Two revisions and what differs.

    :param old: which revision it is compared with, ``none`` where there is none yet.
    :param new: which one is compared with it.
    :param digest: SHA-256 of the newer one, which approvals are given to.
    :param noted: what else is to be known of a draft before it is signed.
    """

    old: str
    new: str
    digest: str
    comparison: Comparison = field(metadata=AMONG)
    noted: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Redlined:
    """A Word document with tracked changes, and what differs but none of them shows."""

    document: bytes
    unshown: tuple[Finding, ...]


def diff(
    workspace: Workspace,
    number: DocumentNumber,
    old: str = "",
    new: str = "",
    desk: RevisionFiles | None = None,
) -> Compared:
    """Return what a revision of a form or other document changes.

    :param old: X.Y; the last released one if empty, and nothing where none was.
    :param new: X.Y, ``draft`` or ``desk``; if empty, the draft of the open
        change, or the desk where none was submitted.
    :param desk: files that are meant by the desk, if not those in the workspace.
    :raises UsageError: if ``new`` is empty and desk and draft differ, or either
        is no such word.
    :raises ControlError: if a revision is not there.
    """
    before, after, name = _pair(workspace, number, old, new, desk)
    earlier = NONE if before is None else old or "released"
    noted = revisions.noted(workspace, number) if name == DRAFT else ()
    return Compared(
        old=earlier,
        new=name,
        digest=after.digest(),
        comparison=_compare(before, after),
        noted=noted,
    )


def redline(
    workspace: Workspace,
    number: DocumentNumber,
    old: str = "",
    new: str = "",
    desk: RevisionFiles | None = None,
) -> Redlined:
    """Return the newer template or body with tracked changes against the older one.

    The changes bear the name of whoever prepared the newer one, and today's date. It is
    read again: what it does not show as it was or as it is, is told.

    :param desk: files that are meant by the desk, if not those in the workspace.
    :raises ControlError: if either has no text here.
    """
    before, after, _ = _pair(workspace, number, old, new, desk)
    if before is None:
        raise ControlError(
            message("{number} has no revision yet: all of it is new", number=number),
            by_command(
                message("look at its pages"), message("rmdocs form preview {number}", number=number)
            ),
        )
    earlier, later = _word(before), _word(after)
    if earlier is None or later is None:
        raise ControlError(
            message("not both revisions of {number} have a text here", number=number),
            by_command(message("look at what their entries say differently"), "rmdocs form diff"),
        )
    cover = revisions.kind_of(workspace, number).cover(after)
    drawn = drawing.redline(earlier, later, author=cover.prepared, moment=workspace.now())
    return Redlined(document=drawn, unshown=drawing.unshown(earlier, later, drawn))


def _pair(
    workspace: Workspace, number: DocumentNumber, old: str, new: str, desk: RevisionFiles | None
) -> tuple[RevisionFiles | None, RevisionFiles, str]:
    # A mistyped word is told before anything is looked for.
    older = released_revision(old, message("write a released revision like 1.0"))
    if new not in {DESK, DRAFT}:
        released_revision(new, WORDS)
    before = _before(workspace, number, older)
    if new:
        return before, revisions.called_files(workspace, number, new, desk), new
    return (before, *_newest(workspace, number, desk))


def _before(
    workspace: Workspace, number: DocumentNumber, revision: Revision | None
) -> RevisionFiles | None:
    """Return a released revision, the last one unless named; None where there is none yet."""
    if revision is None and not revisions.has_revision(workspace, number):
        return None
    return revisions.released_files(workspace, number, revision)


def _newest(
    workspace: Workspace, number: DocumentNumber, desk: RevisionFiles | None
) -> tuple[RevisionFiles, str]:
    """Return the draft that was submitted, or the desk where none was."""
    change = revisions.open_change(workspace, number)
    if change is None or change.draft is None:
        return revisions.called_files(workspace, number, DESK, desk), DESK
    draft = revisions.draft_files(workspace, change)
    if not revisions.is_on_desk(workspace, number, draft.digest(), desk):
        raise UsageError(
            message("the desk of {number} differs from the draft", number=number),
            by_command(message("say which one you mean"), message("--to desk, --to draft")),
        )
    return draft, DRAFT


def _word(files: RevisionFiles) -> bytes | None:
    """Return the Word document of a revision: a form's template, another's body."""
    if isinstance(files, FormFiles):
        return files.template
    return DocumentFiles.of(files.contents()).body


def _compare(old: RevisionFiles | None, new: RevisionFiles) -> Comparison:
    if isinstance(new, FormFiles) and (old is None or isinstance(old, FormFiles)):
        from rmdocs.comparison.compare import compare

        return compare(old, new)
    before = None if old is None else DocumentFiles.of(old.contents())
    after = DocumentFiles.of(new.contents())
    entry = None if before is None else load_document(before)
    changes = [*_entry_changes(entry, load_document(after))]
    body = None if before is None else before.body
    return Comparison.of([*changes, *_body_changes(body, after.body)], ())


def _entry_changes(old: ControlledDocument | None, new: ControlledDocument) -> Iterator[Change]:
    """Yield what two manifests say differently, in their order."""
    earlier = {} if old is None else {name: said for name, _, said in _entry(old)}
    for name, place, after in _entry(new):
        before = earlier.get(name, ())
        path = f"{DOCUMENT_NAME}:{name}"
        gone = [text for text in before if text not in after]
        come = [text for text in after if text not in before]
        if len(before) == len(after) == len(gone) == 1:
            yield _changed(place, path, gone[0], come[0])
            continue
        for text in gone:
            told = message("Earlier {place}: “{text}” was removed.", place=place, text=text)
            yield Change.removed(Area.IDENTITY, place, text, told, path)
        for text in come:
            told = message("{place}: “{text}” was added.", place=place, text=text)
            yield Change.added(Area.IDENTITY, place, text, told, path)


def _changed(place: Text, path: str, old: Text, new: Text) -> Change:
    told = message("{place}: “{old}” became “{new}”.", place=place, old=old, new=new)
    return Change(
        area=Area.IDENTITY,
        place=place,
        what=What.CHANGED,
        old=old,
        new=new,
        sentence=told,
        path=path,
    )


def _entry(document: ControlledDocument) -> Iterator[tuple[str, Text, tuple[Text, ...]]]:
    """Yield what a manifest says: the place in the file, its name, its values."""
    yield "document.revision", message("revision"), _said(document.revision)
    yield "document.effective", message("effective from"), _said(document.effective)
    yield "document.title", message("title"), _said(document.title)
    yield "document.organisation", message("organisation"), _said(document.organisation)
    yield "document.parent", message("belongs to"), _said(document.parent)
    yield "document.prepared", message("prepared by"), _said(document.prepared)
    yield "document.reviewed", message("reviewed by"), _said(document.reviewed)
    yield "document.approved", message("approved by"), _said(document.approved)
    yield "document.designation", message("own number"), _said(document.designation)
    yield "document.publisher", message("publisher"), _said(document.publisher)
    yield "document.kept", message("kept at"), _said(document.kept)
    yield (
        "references",
        message("references"),
        tuple(
            message(
                "{number} in {clause}: {purpose}",
                number=one.number,
                clause=one.clause,
                purpose=one.purpose,
            )
            for one in document.references
        ),
    )
    yield (
        "history",
        message("revision table"),
        tuple(
            message(
                "{revision}, {day}: {change}",
                revision=row.revision,
                day=row.date,
                change=row.change,
            )
            for row in document.history
        ),
    )
    yield "pending", message("to be settled"), document.pending
    months = document.review_months
    yield (
        "review.months",
        message("review interval"),
        (message("{months} months", months=months),) if months else (),
    )


def _said(value: object) -> tuple[Text, ...]:
    if isinstance(value, Bilingual):
        return (value,)
    return (Verbatim(str(value)),) if value else ()


def _body_changes(old: bytes | None, new: bytes | None) -> Iterator[Change]:
    """Yield what differs in text and formatting of two bodies."""
    if old is None or new is None:
        if (old is None) is not (new is None):
            place, said = message("body"), Verbatim(BODY_NAME)
            if old is None:
                told = message("{place}: “{text}” was added.", place=place, text=said)
                yield Change.added(Area.TEXT, place, said, told, BODY_NAME)
            else:
                told = message("Earlier {place}: “{text}” was removed.", place=place, text=said)
                yield Change.removed(Area.TEXT, place, said, told, BODY_NAME)
        return
    from rmdocs.comparison.compare import template_changes

    yield from template_changes(Template(old), Template(new))
