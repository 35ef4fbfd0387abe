"""What of a desk is submitted: its files, without what nobody sees in a Word file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rmdocs.control.covers import RevisionFiles
    from rmdocs.messages import Text
    from rmdocs.workspace.kinds import DocumentKind

_WORD_FILE = ".docx"


def without_the_unseen(
    kind: DocumentKind, files: RevisionFiles, released: Mapping[str, bytes]
) -> tuple[RevisionFiles, tuple[Text, ...]]:
    """Return the files as they are reviewed, approved and released, and what was left out.

    :param released: the files in force; one that is still the same stays so.
    """
    from rmdocs.rendering.cleaning import clean

    contents = dict(files.contents())
    dropped: dict[str, Text] = {}
    for name, data in files.contents().items():
        if name.endswith(_WORD_FILE) and data != released.get(name):
            done = clean(data)
            contents[name] = done.data
            dropped |= {one.template: one for one in done.dropped}
    return kind.files(contents), tuple(dropped.values())
