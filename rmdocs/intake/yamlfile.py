"""YAML, read by the rules of JSON.

Dates and times stay text, only ``true`` and ``false`` are truth values, a number
has no sexagesimal or octal meaning.
"""

from __future__ import annotations

import re
from collections.abc import Hashable

import yaml

from rmdocs.canonical import Json
from rmdocs.files import File
from rmdocs.intake.candidates import refuse
from rmdocs.messages import Text, message

_UNREADABLE: Text = message("not YAML: it cannot be read from here on")
_COMPARE = message("look at indentation, colons and quotes; compare the place with a sample record")


def documents(file: File) -> list[Json]:
    """Return what the documents in a YAML file say.

    :raises FindingsError: if it cannot be read, or says what JSON could not.
    """
    try:
        text = file.data.decode("utf-8-sig")
        return list(yaml.load_all(text, Loader=_Loader))
    except UnicodeDecodeError as problem:
        raise refuse(
            file.name,
            "FILE-ENCODING",
            message("not UTF-8: byte {offset} cannot be read", offset=problem.start),
            message("save the file as UTF-8"),
        ) from problem
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        place = f"{file.name}:{mark.line + 1}:{mark.column + 1}" if mark else file.name
        said = problem.said if isinstance(problem, _RefusedError) else _UNREADABLE
        raise refuse(place, "YAML-SYNTAX", said, _COMPARE) from None
    except (yaml.YAMLError, RecursionError):
        raise refuse(file.name, "YAML-SYNTAX", _UNREADABLE, _COMPARE) from None


class _RefusedError(yaml.MarkedYAMLError):
    """YAML that JSON could not say."""

    def __init__(self, said: Text, mark: yaml.Mark) -> None:
        super().__init__(problem_mark=mark)
        self.said = said


class _Loader(yaml.SafeLoader):
    """YAML as far as JSON goes, strict about names given twice."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse an alias: a few of them can stand for gigabytes."""
        if self.check_event(yaml.AliasEvent):
            said = message("aliases (*name) are not read; write the value again")
            raise _RefusedError(said, self.get_mark())
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Json]:  # noqa: FBT001, FBT002 - PyYAML's signature
        """Refuse names that are no text, and names given twice."""
        seen: set[str] = set()
        for name, _ in node.value:
            if name.tag != "tag:yaml.org,2002:str" or name.value in seen:
                said = message("the name {name!r} occurs twice, or is no text", name=name.value)
                raise _RefusedError(said, name.start_mark)
            seen.add(name.value)
        return super().construct_mapping(node, deep=deep)


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"~|null|", "~n"),
    ("bool", r"true|false", "tf"),
    ("int", r"-?(0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?(0|[1-9][0-9]*)\.[0-9]+([eE][-+]?[0-9]+)?", "-0123456789"),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})$"), [*_first]
    )
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("$"), [""])
