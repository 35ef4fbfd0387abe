"""The Chinese catalogue: collect what rmdocs says, merge, compile, check.

``catalogue.py update`` writes rmdocs.pot, merges it into rmdocs.po (nothing is
guessed: a changed sentence is an untranslated one) and compiles rmdocs.mo.
``catalogue.py check`` prints what is wrong and fails; the tests call it too.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

from rmdocs.cli.help import TableGroup, texts
from rmdocs.cli.main import program

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "rmdocs"
TEMPLATE = PACKAGE / "locale" / "rmdocs.pot"
CHINESE = PACKAGE / "locale" / "zh" / "LC_MESSAGES" / "rmdocs.po"
GLOSSARY = PACKAGE / "locale" / "zh" / "glossary.toml"

_OUR_CALLS = frozenset({"message", "gettext"})
_CLICK_CALLS = frozenset({"_", "ngettext"})
# What rmdocs never uses of click: prompts, pagers, editors, shells, Windows.
_CLICK_FILES = ("core", "decorators", "exceptions", "formatting", "parser", "types")
_SAME = frozenset({"rmdocs", "English", "中文"})
"""What pages write the same in either language."""
_STAMP = datetime(2026, 1, 1, tzinfo=UTC)  # a date of its own would change every file


@dataclass(frozen=True, slots=True)
class Sentence:
    """Something said: its msgid (with a plural, if it has one) and the file."""

    singular: str
    source: str
    plural: str = ""


def sentences() -> Iterator[Sentence]:
    """Yield all that rmdocs says, and what click says for it."""
    yield from own_sentences()
    folder = Path(click.__file__).parent
    for name in _CLICK_FILES:
        for call in _calls(folder / f"{name}.py", _CLICK_CALLS):
            yield from _literal(call, f"click/{name}.py")


def own_sentences() -> Iterator[Sentence]:
    """Yield the msgids of rmdocs' own modules and help pages."""
    for path in sorted(PACKAGE.rglob("*.py")):
        source = path.relative_to(ROOT).as_posix()
        for call in _calls(path, _OUR_CALLS):
            yield from _literal(call, source)
    for path, call in _template_calls():
        text = call.args[0].value if isinstance(call.args[0], nodes.Const) else ""
        yield Sentence(text, path.relative_to(ROOT).as_posix())
    yield from _help_texts(program())


def _template_calls() -> Iterator[tuple[Path, nodes.Call]]:
    """Yield every call of ``message`` in the templates of pages."""
    for path in sorted(PACKAGE.rglob("*.html")):
        for call in (
            Environment(autoescape=True).parse(path.read_text("utf-8")).find_all(nodes.Call)
        ):
            if isinstance(call.node, nodes.Name) and call.node.name == "message":
                yield path, call


def not_literal() -> Iterator[str]:
    """Yield where ``message`` is called with anything but a literal."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for call in _calls(path, frozenset({"message"})):
            if not call.args or _text(call.args[0]) is None:
                yield f"{path.relative_to(ROOT).as_posix()}:{call.lineno}"
    for path, call in _template_calls():
        if not isinstance(call.args[0], nodes.Const):
            yield f"{path.relative_to(ROOT).as_posix()}:{call.lineno}"


def untranslatable() -> Iterator[str]:
    """Yield the words in templates of pages that stand in no ``message``."""
    for path in sorted(PACKAGE.rglob("*.html")):
        parsed = Environment(autoescape=True).parse(path.read_text("utf-8"))
        text = "\0".join(part.data for part in parsed.find_all(nodes.TemplateData))
        for word in re.findall(r"[^\W\d_]{2,}", re.sub(r"<[^>]*>", " ", text)):
            if word not in _SAME:
                yield f"{path.relative_to(ROOT).as_posix()}: not in message(): {word}"


def problems() -> Iterator[str]:
    """Yield all that is wrong with the catalogue."""
    chinese = _read(CHINESE)
    for place in not_literal():
        yield f"{place}: message() takes a literal sentence"
    yield from untranslatable()
    said = {sentence.singular: sentence.source for sentence in own_sentences()}
    for text, source in said.items():
        entry = chinese.get(text)
        if entry is None or not entry.string:
            yield f"{source}: not translated: {text!r}"
    for entry in chinese:
        if not entry.id:
            continue
        if entry.fuzzy:
            yield f"fuzzy: {entry.id!r}"
        # Chinese has one form; it may fill in what either English form does.
        known = [placeholders(form) for form in _forms(entry.id)]
        for form in _forms(entry.string):
            if form and placeholders(form) not in known:
                yield f"other placeholders: {entry.id!r} and {form!r}"
    yield from other_names()
    if _pairs(_compiled()) != _pairs(chinese):
        yield "rmdocs.mo is older than rmdocs.po: run make catalogues"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A thing's one Chinese name, and what it is never called.

    :param besides: English sentences that mean something else by the same word.
    """

    name: str
    never: tuple[re.Pattern[str], ...]
    besides: tuple[re.Pattern[str], ...]


def terms() -> list[Term]:
    """Return the glossary."""
    entries = tomllib.loads(GLOSSARY.read_text("utf-8"))["term"]
    return [
        Term(
            name=entry["zh"],
            never=tuple(map(re.compile, entry["never"])),
            besides=tuple(map(re.compile, entry.get("except", ()))),
        )
        for entry in entries
    ]


def other_names() -> Iterator[str]:
    """Yield where the Chinese calls a thing by another name than the glossary's."""
    known = terms()
    for place, english, chinese in _said_in_chinese():
        for term in known:
            if any(beside.search(english) for beside in term.besides):
                continue
            for found in filter(None, (name.search(chinese) for name in term.never)):
                yield f"{place}: “{found[0]}” is called {term.name} here: {chinese!r}"


def _said_in_chinese() -> Iterator[tuple[str, str, str]]:
    """Yield place, English and Chinese of all that a person reads in Chinese."""
    for entry in _read(CHINESE):
        if entry.id:
            for text in _forms(entry.string):
                yield "rmdocs.po", _forms(entry.id)[0], text
    for path in (*ROOT.glob("forms/*/form.toml"), *ROOT.glob("documents/*/document.toml")):
        for line in path.read_text("utf-8").splitlines():
            for text in re.findall(r'zh = "((?:[^"\\]|\\.)*)"', line):
                yield path.relative_to(ROOT).as_posix(), "", text
    for path in (ROOT / "README.zh-CN.md", *ROOT.glob("docs/*.zh-CN.md")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            yield f"{path.relative_to(ROOT).as_posix()}:{number}", "", line


def update() -> None:
    """Write the template, merge it into the Chinese catalogue, compile that."""
    template = _catalogue()
    for sentence in sentences():
        identity = (sentence.singular, sentence.plural) if sentence.plural else sentence.singular
        template.add(identity, locations=[(sentence.source, 0)])
    TEMPLATE.parent.mkdir(parents=True, exist_ok=True)
    TEMPLATE.write_bytes(_written(template))
    CHINESE.parent.mkdir(parents=True, exist_ok=True)
    chinese = _read(CHINESE) if CHINESE.exists() else _catalogue("zh")
    chinese.update(template, no_fuzzy_matching=True)
    chinese.obsolete.clear()
    _stamp(chinese)
    CHINESE.write_bytes(_written(chinese))
    with CHINESE.with_suffix(".mo").open("wb") as stream:
        write_mo(stream, chinese)


def _catalogue(locale: str | None = None) -> Catalog:
    catalogue = Catalog(
        locale, domain="rmdocs", project="rmdocs", charset="utf-8", header_comment="# rmdocs"
    )
    _stamp(catalogue)
    return catalogue


def _stamp(catalogue: Catalog) -> None:
    catalogue.creation_date = catalogue.revision_date = _STAMP
    catalogue.header_comment = "# What rmdocs says. Made by: make catalogues"
    catalogue.last_translator = catalogue.language_team = "rmdocs maintainers"
    catalogue.msgid_bugs_address = ""
    catalogue.version = ""
    catalogue.fuzzy = False


def _written(catalogue: Catalog) -> bytes:
    buffer = BytesIO()
    write_po(
        buffer, catalogue, width=100, sort_output=True, include_lineno=False, omit_header=False
    )
    return buffer.getvalue()


def _read(path: Path) -> Catalog:
    with path.open("rb") as stream:
        return read_po(stream, locale="zh", domain="rmdocs")


def _compiled() -> Catalog:
    with CHINESE.with_suffix(".mo").open("rb") as stream:
        return read_mo(stream)


def _pairs(catalogue: Catalog) -> dict[str, tuple[str, ...]]:
    # A .mo holds only what is translated.
    return {
        _forms(entry.id)[0]: _forms(entry.string)
        for entry in catalogue
        if entry.id and all(_forms(entry.string))
    }


def _forms(texts_of_entry: object) -> tuple[str, ...]:
    if isinstance(texts_of_entry, (tuple, list)):
        return tuple(str(text) for text in texts_of_entry)
    return (str(texts_of_entry),)


def placeholders(text: str) -> set[str]:
    """Return the names of what a sentence has filled in, ``{x}`` or ``%(x)s``."""
    # Doubled braces, and those of a template tag, are no placeholders.
    return set(re.findall(r"(?<!\{)\{(\w+)(?:![rs])?(?::[^{}]*)?\}", text)) | set(
        re.findall(r"%\((\w+)\)", text)
    )


def _calls(path: Path, names: frozenset[str]) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield node


def _literal(call: ast.Call, source: str) -> Iterator[Sentence]:
    singular = _text(call.args[0]) if call.args else None
    if singular:
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        plural = _text(call.args[1]) if name == "ngettext" else None
        yield Sentence(singular, source, plural or "")


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _help_texts(command: click.Command) -> Iterator[Sentence]:
    for text in texts(command):
        yield Sentence(text, "rmdocs/cli")
    if isinstance(command, TableGroup):
        context = click.Context(command)
        for name, entry in command.table.items():
            yield Sentence(entry.summary, "rmdocs/cli/main.py")
            found = command.get_command(context, name)
            if found is not None:
                yield from _help_texts(found)


def main(arguments: list[str]) -> int:
    """Run ``update`` or ``check``."""
    if arguments == ["update"]:
        update()
    elif arguments != ["check"]:
        print(__doc__)
        return 2
    found = list(problems())
    print("\n".join(found) or "the catalogue is complete")
    return 1 if found and arguments == ["check"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
