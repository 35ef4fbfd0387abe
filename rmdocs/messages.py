"""What a person reads, before a language is chosen.

Lower floors build texts; only the top floor knows the reader's language.
Two kinds: :class:`Message`, an English sentence of rmdocs itself that the
gettext catalogue translates, and :class:`Bilingual`, both languages as a
form's own data gives them; :class:`Joined` lists several. No locale is read here.
"""

from __future__ import annotations

import copyreg
import gettext
from collections.abc import Iterable, Mapping
from dataclasses import field
from enum import StrEnum
from functools import cache
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, Self, TypeGuard

from rmdocs.classes import dataclass

DOMAIN = "rmdocs"
LOCALE_DIR = Path(__file__).parent / "locale"


class Language(StrEnum):
    """A language rmdocs speaks."""

    ZH = "zh"
    EN = "en"

    @property
    def tag(self) -> str:
        """Return what a page calls the language that it is in (BCP 47)."""
        return "zh-CN" if self is Language.ZH else "en"


class Text(Protocol):
    """Anything that can be said in either language."""

    def text(self, language: Language) -> str:
        """Return the sentence in ``language``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bilingual:
    """A text whose two languages are data (a form's title, a rule's message).

    :param zh: Chinese wording.
    :param en: English wording.
    :param values: substituted for ``{name}`` placeholders in both.
    """

    zh: str
    en: str
    values: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    def text(self, language: Language) -> str:
        """Return the wording in ``language``, placeholders filled."""
        return _fill(self.zh if language is Language.ZH else self.en, self.values, language)

    def with_values(self, **values: object) -> Bilingual:
        """Return the same text with ``values`` for its placeholders."""
        return Bilingual(zh=self.zh, en=self.en, values=MappingProxyType({**self.values, **values}))

    def __hash__(self) -> int:
        """Return the hash of what is compared: texts are compared, never one language of them."""
        return hash((self.zh, self.en, *sorted(self.values.items(), key=itemgetter(0))))


def _fixed(values: dict[str, object]) -> MappingProxyType[str, object]:
    return MappingProxyType(values)


# A sentence can be handed from one process to another, with what fills it.
copyreg.pickle(MappingProxyType, lambda values: (_fixed, (dict(values),)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A sentence of rmdocs itself; ``template`` is the English and the msgid."""

    template: str
    values: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    def text(self, language: Language) -> str:
        """Return the translated sentence, placeholders filled."""
        return _fill(translate(self.template, language), self.values, language)

    def with_values(self, **values: object) -> Message:
        """Return the same sentence with ``values`` for its placeholders."""
        return Message(template=self.template, values=MappingProxyType({**self.values, **values}))

    def __hash__(self) -> int:
        """Return the hash of what is compared: the sentence and what fills it."""
        return hash((self.template, *sorted(self.values.items(), key=itemgetter(0))))


@dataclass(frozen=True, slots=True)
class Verbatim:
    """A text that is the same in every language: a number, a name, a path."""

    content: str

    def text(self, language: Language) -> str:  # noqa: ARG002 - part of the Text protocol
        """Return the content unchanged."""
        return self.content


@dataclass(frozen=True, slots=True)
class Joined:
    """Several texts in one, as a list in a sentence."""

    texts: tuple[Text, ...]

    def __bool__(self) -> bool:
        """Return whether there are any."""
        return bool(self.texts)

    def text(self, language: Language) -> str:
        """Return the texts in ``language``, with the comma of its script."""
        comma = "、" if language is Language.ZH else ", "
        return comma.join(one.text(language) for one in self.texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtTerminal:
    """A text, and what one types for it where there is a command line.

    A front without one leaves that out: see :func:`plain`.

    :param said: in words of the person's work.
    :param typed: a command, an option, a name.
    :param both: how the two stand together, as ``{said}`` and ``{typed}``.
    """

    said: Text
    typed: Text
    both: Message

    def text(self, language: Language) -> str:
        """Return the text in ``language``, with what one types."""
        return self.both.with_values(said=self.said, typed=self.typed).text(language)


def by_command(said: Text, command: Text | str) -> AtTerminal:
    """Return what is to be done, and the command or option that does it."""
    return AtTerminal(said=said, typed=_as_text(command), both=message("{said}: {typed}"))


def named_at_terminal(said: Text, name: str) -> AtTerminal:
    """Return what a person calls something, and the name by which a command takes it."""
    return AtTerminal(said=said, typed=Verbatim(name), both=message("{said} ({typed})"))


def plain(text: Text) -> Text:
    """Return a text without what one types on a command line."""
    if isinstance(text, AtTerminal):
        return plain(text.said)
    if isinstance(text, Joined):
        return Joined(tuple(map(plain, text.texts)))
    if isinstance(text, (Bilingual, Message)) and text.values:
        values = {
            name: plain(value) if is_text(value) else value for name, value in text.values.items()
        }
        return text.with_values(**values)
    return text


def is_text(value: object) -> TypeGuard[Text]:
    """Return whether a value is a text, to be said in the reader's language."""
    return isinstance(value, (AtTerminal, Bilingual, Joined, Message, Verbatim))


def listed(items: Iterable[object]) -> Joined:
    """Return a list as it stands in a sentence: 甲、乙 in Chinese, with commas in English.

    :param items: texts, or values that are written the same in every language.
    """
    return Joined(tuple(_as_text(item) for item in items))


def joined(texts: Iterable[Text]) -> Bilingual:
    """Return texts as one, each behind the other."""
    parts = tuple(texts)
    zh, en = ("".join(one.text(language) for one in parts) for language in Language)
    return Bilingual(zh=zh, en=en)


def _as_text(item: object) -> Text:
    if is_text(item):
        return item
    return Verbatim(str(item))


def message(template: str, /, **values: object) -> Message:
    """Return a translatable sentence; the catalogue extractor looks for this name.

    :param template: English sentence with ``{name}`` placeholders, a literal.
    :param values: what fills the placeholders; a :class:`Text` is said in the
        reader's language too.
    """
    return Message(template=template, values=MappingProxyType(values))


class Called(StrEnum):
    """A word that data uses, with what a person calls it: a status, an act."""

    called: Text

    def __new__(cls, value: str, called: Text = Verbatim("")) -> Self:  # noqa: B008 - frozen
        """Return the member for ``value``; what it is called comes with it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.called = called
        return member


def translate(template: str, language: Language) -> str:
    """Return ``template`` in ``language``; English is the template itself."""
    if not template or language is Language.EN:
        return template
    return _catalogue(language).gettext(template)


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALE_DIR, languages=[language.value], fallback=True)


class _Values(dict[str, str]):
    """Placeholders nobody filled stay visible instead of raising."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _fill(template: str, values: Mapping[str, object], language: Language) -> str:
    if not values:
        return template
    said = {name: _say(value, language) for name, value in values.items()}
    return template.format_map(_Values(said))


def _say(value: object, language: Language) -> str:
    if is_text(value):
        return value.text(language)
    return str(value)
