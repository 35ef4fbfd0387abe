"""PDF of drafts, marked 草稿 across each page: no number, no page code, nothing sealed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from rmdocs.issuing.editions import NO_EDITION, PrintedDraft
from rmdocs.pdf.archive import About, finish
from rmdocs.pdf.marks import Marks, Stamp, mark
from rmdocs.renditions.making import called

if TYPE_CHECKING:
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
        title=f"{form.title.zh}（{Stamp.DRAFT}）",
        organisation=form.organisation.zh,
        moment=datetime.combine(day, time(), UTC),
        engine=called(engine),
    )
    return finish(mark(pdf, Marks(stamp=Stamp.DRAFT)), about)
