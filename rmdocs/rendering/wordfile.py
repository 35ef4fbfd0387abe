"""Everything that is judged of a Word file apart from its tags, in one place."""

from __future__ import annotations

import re

from rmdocs.findings import Finding
from rmdocs.rendering.constituents import STYLES, WordFile
from rmdocs.rendering.doubles import judge_bookmarks, judge_versions
from rmdocs.rendering.extents import Extents
from rmdocs.rendering.fieldcodes import judge_fields
from rmdocs.rendering.hiding import Hiding
from rmdocs.rendering.leftovers import judge_leftovers
from rmdocs.rendering.legibility import Legibility
from rmdocs.rendering.places import Places
from rmdocs.rendering.refusals import judge_elements
from rmdocs.rendering.vocabulary import Fate
from rmdocs.rendering.wholeness import judge_parts, judge_references, other_kind

_STORIES = frozenset({"officeDocument", "header", "footer", "footnotes", "endnotes"})
_NOT_READ = re.compile(r".*\.rels|word/theme/.*|customXml/.*", re.IGNORECASE)


def judge(word: WordFile, *, references: bool = False) -> list[Finding]:
    """Return what a Word file holds and must not, after what nobody sees was dropped.

    :param references: whether contents and references may stay with the text they have, as in
        a controlled document that is no form.
    """
    if (other := other_kind(word)) is not None:
        return [other]
    found = list(judge_parts(word))
    places = {
        name: Places(name, word.roots[name])
        for name, relation in sorted(word.reached.items())
        if name in word.roots and relation.fate is Fate.KEPT and not _NOT_READ.fullmatch(name)
    }
    found += judge_references(word, places, references=references)
    hiding = Hiding(word.root_of(STYLES))
    legibility = Legibility(word)
    extents = Extents(word, legibility)
    stories = []
    for name, one in places.items():
        found += judge_elements(one)
        if word.reached[name].kind in _STORIES:
            stories.append(one)
            found += judge_fields(one, references=references)
            found += hiding.judge(one)
            found += legibility.judge(one)
            found += extents.judge(one)
            found += judge_versions(one)
            found += judge_leftovers(one)
    found += judge_bookmarks(stories)
    return found
