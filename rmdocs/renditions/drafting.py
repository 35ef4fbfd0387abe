"""PDF of what has no number: drafts (草稿), and the pages of a revision before its release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.issuing.editions import NO_EDITION, PrintedDraft
from rmdocs.pdf.archive import About, finish
from rmdocs.pdf.composition import side_by_side
from rmdocs.pdf.marks import Marks, StampWord
from rmdocs.registers.records import read_folder
from rmdocs.renditions.making import called

if TYPE_CHECKING:
    from rmdocs.forms.form import Form
    from rmdocs.identifiers import RecordNumber
    from rmdocs.issuing.registry import Registry
    from rmdocs.pdf.engine import Engine

_OWN = f"<rmdocs:edition>{NO_EDITION}</rmdocs:edition>".encode()
"""What the description of a draft says, in the clear, and that of nothing else."""


def draft_renditions(
    drafts: Sequence[PrintedDraft], engine: Engine, day: date
) -> list[tuple[bytes, ...]]:
    """Return the PDF of every document of every draft, in their order.

    The same draft gives the same bytes all day.

    :param day: on which the drafts were printed.
    :raises FindingsError: if a document cannot be converted; none is returned then.
    """
    documents = {
        f"{place}-{copy}.docx": document
        for place, draft in enumerate(drafts)
        for copy, document in enumerate(draft.documents)
    }
    converted = engine.convert(documents) if documents else {}
    return [
        tuple(
            finished_draft(converted[f"{place}-{copy}.docx"], draft, engine, day)
            for copy in range(len(draft.documents))
        )
        for place, draft in enumerate(drafts)
    ]


def is_draft(pdf: bytes) -> bool:
    """Return whether a file is the PDF of a draft made here: another draft may replace it."""
    return _OWN in pdf


def finished_draft(pdf: bytes, draft: PrintedDraft, engine: Engine, day: date) -> bytes:
    """Return the PDF of one document as a draft's: marked 草稿, and saying that it is one.

    :param day: on which it was printed.
    """
    form = draft.form
    about = About(
        number="",
        revision=str(form.revision),
        edition=NO_EDITION,
        title=f"{form.title.zh}（{StampWord.DRAFT}）",
        organisation=form.organisation.zh,
        moment=datetime.combine(day, time(), UTC),
        engine=called(engine),
    )
    return finish(pdf, about, Marks(stamp=StampWord.DRAFT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What one sample or record prints (.docx), by what tells its documents apart.

    :param now: under the revision; ``today`` as it is, empty where it is not yet.
    """

    source: str
    now: Mapping[str, bytes]
    today: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The pages of one document.

    :param name: of the document, of which files are called.
    :param pdf: marked 草稿; ``beside``: the same, with today's pages on the left; None
        where there are none.
    """

    source: str
    name: str
    pdf: bytes
    beside: bytes | None


def preview_pages(
    filled: Sequence[Filled], form: Form, engine: Engine, day: date
) -> tuple[Pages, ...]:
    """Return the pages of everything that is filled, in order.

    :param form: the revision; ``day`` on which it is looked at.
    :raises FindingsError: if a document cannot be converted; none is returned then.
    """
    documents = {
        f"{place}-{side}-{name or 'document'}.docx": document
        for place, one in enumerate(filled)
        for side, found in (("now", one.now), ("today", one.today))
        for name, document in found.items()
        if name in one.now  # nothing stands beside what is not filled
    }
    converted = engine.convert(documents) if documents else {}
    made = []
    for place, one in enumerate(filled):
        for name in one.now:
            called = name or "document"
            draft = PrintedDraft(form=form, documents=())
            pdf = finished_draft(converted[f"{place}-now-{called}.docx"], draft, engine, day)
            today = converted.get(f"{place}-today-{called}.docx")
            title = f"{form.number} {form.revision}"
            beside = None if today is None else side_by_side(today, pdf, title)
            made.append(Pages(source=one.source, name=name, pdf=pdf, beside=beside))
    return tuple(made)


def documents_today(registry: Registry, number: RecordNumber) -> Mapping[str, bytes]:
    """Return the documents of a record's newest edition, named as in a trial."""
    head = registry.store.require_head(number.volume.ref)
    sealed = read_folder(head, number).current.documents
    read = [head.reveal(file.path, number) for file in sealed]
    return {
        f"c{turn}" if turn else "": document
        for turn, document in enumerate(read)
        if document is not None
    }
