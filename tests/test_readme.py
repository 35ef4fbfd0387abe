"""What README and guides show: commands that exist, the same in both languages, true answers.

Each guide is walked through once, in Chinese. Whatever is said then is noted in English
too: line by line, the English guide says the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import zip_longest

import click
import pytest
from walks import DOCUMENTS, ENDINGS, GUIDES, ROOT, place, shown, walk

from rmdocs.cli.main import program
from rmdocs.messages import Bilingual, Joined, Language, Message

PATHS = [place(document, language) for document in DOCUMENTS for language in ENDINGS]
_CHANGING = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|SHA256:\S+|\b[0-9a-f]{64}\b"
    r"|(?<=·)(?:[0-9A-Z]{4}-){4}[0-9A-Z]{5}"
)
_BETWEEN = re.compile(r"[\s()（）、,，:：;；]+")
_LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")


@pytest.mark.parametrize("language", ENDINGS)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_and_option_exists(document, language):
    for one in shown(document, language):
        if one.words[0] != "rmdocs":
            continue
        words = list(one.words[1:])
        if "&&" in words:
            words = words[: words.index("&&")]
        command, known = program(), {"--help"}
        known |= {name for option in command.params for name in option.opts}
        while words:
            word = words.pop(0)
            if word.startswith("-"):
                assert word in known, one.words
                if word in {"--as", "--lang", "-w"}:
                    words.pop(0)
            elif isinstance(command, click.Group):
                context = click.Context(command)
                found = command.get_command(context, word)
                assert found is not None, one.words
                command = found
                known |= {name for option in command.params for name in option.opts}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_both_languages_show_the_same(document):
    english, chinese = (shown(document, language) for language in ("en", "zh"))
    assert [(one.words, one.run) for one in english] == [(one.words, one.run) for one in chinese]
    for one, other in zip(english, chinese, strict=True):
        assert len(one.lines) == len(other.lines), one.words
    outlines = []
    for language in ("en", "zh"):
        text = place(document, language).read_text(encoding="utf-8")
        outlines.append(re.findall(r"^(#+|\||- |!\[)", text, flags=re.MULTILINE))
    assert outlines[0] == outlines[1]


@pytest.mark.parametrize("language", ENDINGS)
def test_the_door_is_small_and_shows_what_the_guides_show(language):
    assert len(place("README", language).read_text(encoding="utf-8").splitlines()) <= 150
    told = [one for guide in GUIDES for one in shown(guide, language)]
    for one in shown("README", language):
        assert not one.run or one in told, one.words


@pytest.mark.parametrize("path", [*PATHS, ROOT / "CONTRIBUTING.md"], ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    for file, heading in _LINK.findall(path.read_text(encoding="utf-8")):
        to = (path.parent / file).resolve() if file else path
        assert to.exists(), file
        assert not heading or heading in _anchors(to.read_text(encoding="utf-8")), heading
        # Who reads Chinese is led to Chinese where there is any, but for the page itself.
        chinese = to.with_name(to.stem + ENDINGS["zh"])
        is_chinese = path.name.endswith(ENDINGS["zh"])
        assert not is_chinese or chinese in {path, to} or not chinese.exists(), file


def _anchors(text: str) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head).lower().replace(" ", "-") for head in heads} | set(
        re.findall(r'<a (?:id|name)="([^"]+)"', text)
    )


@pytest.mark.long
@pytest.mark.store
@pytest.mark.parametrize("guide", GUIDES)
def test_the_answers_are_true(guide, bank):
    """A guide's commands in a fresh sample workspace, one after the other."""
    english = iter([one for one in shown(guide, "en") if one.walked])
    with noted() as said, closing(walk(guide, "zh", bank.root)) as walked:
        for chinese, told in walked:
            assert still(told) == still(chinese.lines), chinese.words
            for one, other in zip_longest(still(next(english).lines), still(told), fillvalue=""):
                assert_same(one, other, said)
            said.clear()


def still(lines):
    """Return lines without what differs each time: times of acts, keys, digests."""
    return tuple(_CHANGING.sub("…", line) for line in lines)


@contextmanager
def noted() -> Iterator[dict[str, set[str]]]:
    """Note whatever is said in Chinese, with how it is said in English."""
    said: dict[str, set[str]] = defaultdict(set)
    with pytest.MonkeyPatch.context() as patched:
        for kind in (Bilingual, Joined, Message):

            def text(one, language, say=kind.text):
                told = say(one, language)
                if language is Language.ZH:
                    said[still([told])[0]].add(still([say(one, Language.EN)])[0])
                return told

            patched.setattr(kind, "text", text)
        yield said


def assert_same(english: str, chinese: str, said: dict[str, set[str]]) -> None:
    """Hold a line in English to the same in Chinese, text for text, and the rest to be equal."""
    left = {"en": english, "zh": chinese}
    for told in sorted(said, key=len, reverse=True):
        while told and told in left["zh"]:
            ways = [way for way in said[told] if way in left["en"]]
            assert ways, f"{english!r}: {' / '.join(said[told])} is not said"
            left["zh"] = left["zh"].replace(told, " ", 1)
            left["en"] = left["en"].replace(max(ways, key=len), " ", 1)
    assert _BETWEEN.sub(" ", left["en"]).strip() == _BETWEEN.sub(" ", left["zh"]).strip(), english


def test_no_merge_was_left_half_done():
    told = re.compile(r"^(?:<{7} |={7}$|>{7} )", re.MULTILINE)
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert [path.name for path in pages if told.search(path.read_text(encoding="utf-8"))] == []
