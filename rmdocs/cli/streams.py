"""What passes between a person and the program, and how wide it is on a terminal."""

from __future__ import annotations

import codecs
import os
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, TextIO

from rmdocs.characters import visible
from rmdocs.errors import UsageError
from rmdocs.messages import Text, message

_COLUMNS = 80
"""Where nothing says how many there are."""

_LOCALE = ("LC_ALL", "LC_CTYPE", "LANG")
_OWN = "RMDOCS_"
_WRITING_ONLY = ("write", "writelines", "buffer", "detach")


class EscapingStream:
    """A text stream that shows what would otherwise command the terminal.

    :param beneath: the stream that is written to.
    """

    color = True
    """Where a stream has this, click leaves escape sequences to it, which shows them;
    elsewhere it takes them away without a word."""

    def __init__(self, beneath: TextIO) -> None:
        self.beneath = beneath

    def write(self, text: str) -> int:
        """Write ``text`` as a person may see it; return its length."""
        if not isinstance(text, str):
            # click asks so whether a stream takes bytes.
            raise TypeError(type(text))
        self.beneath.write(visible(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        # Nothing is written past it.
        if name in _WRITING_ONLY:
            raise AttributeError(name)
        return getattr(self.beneath, name)


@contextmanager
def shown() -> Iterator[None]:
    """Let both streams show what is printed meanwhile.

    A console that cannot show a sign must not stop the work, nor bytes that are no
    text on the way in: those are refused where they are used.
    """
    _open_what_is_closed()
    streams = sys.stdout, sys.stderr
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            # Nobody means ASCII: it is what is left where nothing is configured.
            ascii_only = codecs.lookup(stream.encoding or "ascii").name == "ascii"
            encoding = {"encoding": "utf-8"} if ascii_only else {}
            stream.reconfigure(errors="backslashreplace", **encoding)
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="surrogateescape")
    sys.stdout, sys.stderr = (EscapingStream(stream) for stream in streams)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams


def _open_what_is_closed() -> None:
    """Have each stream that came closed lead nowhere.

    Otherwise the next file that is opened, one of the store perhaps, would be that stream.
    """
    names = ("stdin", "stdout", "stderr")
    for number, name in enumerate(names):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: this one
        if getattr(sys, name) is None:
            mode = "w" if number else "r"
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def columns() -> int:
    """Return how many columns the terminal has, as ``shutil`` does, which takes long to load."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given) > 0:
        return int(given)
    out = sys.__stdout__
    try:
        return (os.get_terminal_size(out.fileno()).columns if out else 0) or _COLUMNS
    except (ValueError, OSError):  # it is closed, or no terminal
        return _COLUMNS


def beneath(stream: TextIO) -> TextIO:
    """Return what a stream is written to: for whoever moves the cursor, as a progress bar does."""
    return stream.beneath if isinstance(stream, EscapingStream) else stream


def understood(argument: str, environment: Mapping[str, str]) -> str | None:
    """Return a word as the terminal meant it; None if it is no text of its encoding.

    Python reads words as UTF-8 wherever the locale's encoding is not installed; which
    it is, the variables say all the same.
    """
    if not _is_broken(argument):
        return argument
    data = os.fsencode(argument) if _is_escaped(argument) else b""
    for name in _LOCALE:
        encoding = environment.get(name, "").partition(".")[2].partition("@")[0]
        try:
            if data and codecs.lookup(encoding).name != "utf-8":
                return data.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            continue
    return None


def read_arguments(given: list[str], environment: Mapping[str, str]) -> list[str]:
    """Return the words of a command line, each as the terminal meant it.

    :raises UsageError: naming the first that is no text.
    """
    found: list[str] = []
    for argument in given:
        word = understood(argument, environment)
        if word is None:
            raise _not_text(message("the word “{word}”", word=_bytes(argument)))
        found.append(word)
    return found


def read_environment(environment: MutableMapping[str, str]) -> None:
    """Put what the variables of rmdocs hold as the terminal meant it.

    :raises UsageError: naming the first that holds no text; not what it holds, which
        may be a passphrase.
    """
    for name in [name for name in environment if name.startswith(_OWN)]:
        word = understood(environment[name], environment)
        if word is None:
            raise _not_text(message("the environment variable {name}", name=name))
        environment[name] = word


def _is_broken(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _is_escaped(text: str) -> bool:
    """Return whether what is broken in a text is bytes that Python kept."""
    return all("\udc80" <= character <= "\udcff" for character in text if _is_broken(character))


def _bytes(text: str) -> str:
    data = os.fsencode(text) if _is_escaped(text) else text.encode(errors="replace")
    return data.decode("ascii", "backslashreplace")


def _not_text(what: Text) -> UsageError:
    return UsageError(
        message("{what} is not text in this terminal's encoding", what=what),
        message(
            "set the terminal to UTF-8, or LANG to its encoding (zh_CN.GB18030); a file whose"
            " name is not text is renamed first"
        ),
    )


_NEVER_FIRST = frozenset("，。、；：？！）」』】》”’…,.;:?!)]}%")
# A space, a word, or one sign of a script that needs no spaces: those lie behind U+2E80. A
# set of many signs takes long to compile, so it is the small one that is named.
_WORD = r"[!-\u2e7f]+|."


# What help is written in: it waits for no tables. A test holds this against wcwidth.
_NARROW = "[ -~·“”‘’…—›→]"
_WIDE = "[、-〗㐀-䶿一-鿿！-～￥]"


def width(text: str) -> int:
    """Return the number of columns ``text`` takes."""
    if text.isascii() and text.isprintable():
        return len(text)
    others, wide = re.subn(_WIDE, "", text)
    if not re.sub(_NARROW, "", others):
        return len(others) + 2 * wide
    from wcwidth import width as columns

    return columns(text)


def pad(text: str, columns: int) -> str:
    """Return ``text`` filled with spaces to ``columns``."""
    return text + " " * (columns - width(text))


def cut(text: str, columns: int) -> str:
    """Return ``text``, cut with an ellipsis where it is wider than ``columns``."""
    if width(text) <= columns:
        return text
    from wcwidth import clip

    return clip(text, 0, max(columns - 1, 0), fillchar="").rstrip() + "…"


def wrap(text: str, columns: int) -> list[str]:
    """Return the lines of one paragraph, none wider than ``columns`` where possible.

    A line never begins with a sign that closes (。、」).
    """
    lines: list[str] = []
    line = ""
    for token in re.findall(_WORD, " ".join(text.split())):
        if line and width(line + token) > columns and token not in _NEVER_FIRST:
            lines.append(line.rstrip())
            line = ""
        line = (line + token).lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines
