"""Which language the reader wants, and making click speak it.

The choice is made from the arguments and the locale's environment before
click parses anything, because help and click's own errors need it already.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from rmdocs.messages import DOMAIN, LOCALE_DIR, Language

OPTION = "--lang"
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def choose(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """Return the language asked for with ``--lang``, else the locale's.

    A word after ``--lang`` that names no language is left for click to refuse.
    """
    for position, argument in enumerate(arguments):
        if argument == "--":
            break
        name, _, value = argument.partition("=")
        if name == OPTION:
            asked = value or "".join(arguments[position + 1 : position + 2])
            if asked in tuple(Language):
                return Language(asked)
    return _of_locale(environment)


def _of_locale(environment: Mapping[str, str]) -> Language:
    locale = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    return Language.ZH if locale.lower().startswith("zh") else Language.EN


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Make click's texts, and help texts, come from rmdocs' catalogue.

    click asks the standard library's ``gettext``, which knows no other way to
    be told a language than ``LANGUAGE``; both are put back afterwards.
    """
    domain, directory = gettext.textdomain(), gettext.bindtextdomain(DOMAIN)
    before = os.environ.get("LANGUAGE")
    gettext.textdomain(DOMAIN)
    gettext.bindtextdomain(DOMAIN, str(LOCALE_DIR))
    os.environ["LANGUAGE"] = language.value
    try:
        yield
    finally:
        gettext.textdomain(domain)
        gettext.bindtextdomain(DOMAIN, directory)
        if before is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = before
