"""The sections of a manifest, a file each.

A file here that defines a subclass of :class:`~rmdocs.forms.section.Section` adds a
table to ``form.toml``: it is read, checked and compared as the others are.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from rmdocs.canonical import JsonObject
from rmdocs.findings import Finding
from rmdocs.forms.section import MANIFEST_NAME, Manifest, Section, table_of
from rmdocs.forms.tomltables import read_table
from rmdocs.schemas.schema import Schema


@cache
def all_sections() -> tuple[type[Section], ...]:
    """Return every kind of section there is."""
    return tuple(_found())


def _found() -> Iterator[type[Section]]:
    for file in iter_modules(__path__):
        module = import_module(f"{__name__}.{file.name}")
        for kind in vars(module).values():
            own = isinstance(kind, type) and kind.__module__ == module.__name__
            if own and issubclass(kind, Section):
                yield kind


def manifest_schema() -> JsonObject:
    """Return what ``form.toml`` may hold, as JSON Schema 2020-12."""
    tables = {kind.table: kind.schema for kind in all_sections()}
    optional = [kind.table for kind in all_sections() if not kind.required]
    schema = table_of(
        tables, *optional, title="表单清单", english="form.toml: what a form is, as data"
    )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


@cache
def _schema() -> Schema:
    return Schema.own(manifest_schema())


def read_manifest(data: bytes) -> tuple[Manifest, list[Finding]]:
    """Return what ``form.toml`` says, and every mistake in it.

    :raises FindingsError: if it is not TOML at all.
    """
    root = read_table(data, MANIFEST_NAME, _schema())
    read = ((kind, kind.read(root)) for kind in all_sections())
    manifest = Manifest({kind: section for kind, section in read if section is not None})
    return manifest, root.findings
