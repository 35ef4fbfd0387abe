"""Why an expression or a tag cannot be read, in words of the person who wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from jinja2.exceptions import TemplateSyntaxError, UndefinedError

from rmdocs.messages import Message, Text, message

_LONGEST = 60
_MARKS = "'\""
_REASONS: Mapping[re.Pattern[str], Message] = MappingProxyType(
    {
        re.compile(
            r"[Uu]nexpected end of template.*|unexpected '?end of .*"
            r"|expected token .*, got '?end of.*",
            re.DOTALL,
        ): message("it ends too early"),
        re.compile(r"expected token '?end of .*', got (?P<found>.+)", re.DOTALL): message(
            "{found} is too much here"
        ),
        re.compile(r"expected token (?P<wanted>'\W+'), got (?P<found>.+)", re.DOTALL): message(
            "{found} stands where {wanted} should"
        ),
        re.compile(
            r"unexpected (?:char )?(?P<found>.+?)(?: at \d+)?|expected token .*, got (?P<other>.+)",
            re.DOTALL,
        ): message("{found} is out of place"),
        re.compile(r"Encountered unknown tag (?P<found>'[^']*').*", re.DOTALL): message(
            "there is no tag {found}"
        ),
        re.compile(
            r"(?:there is no|No) filter (?:named )?(?P<found>'[^']*').*", re.DOTALL
        ): message("there is no filter {found}"),
        re.compile(r"(?:there is no|No) test (?:named )?(?P<found>'[^']*').*", re.DOTALL): message(
            "there is no test {found}"
        ),
        re.compile(r"something follows the expression"): message("something follows it"),
    }
)
"""What Jinja says, and what is told; the groups of the pattern are what the person wrote."""


def unreadable(problem: TemplateSyntaxError) -> Text:
    """Return why something could not be read; no more than that if Jinja's reason is a rare one."""
    told = problem.message or ""
    for pattern, reason in _REASONS.items():
        found = pattern.fullmatch(told)
        if found:
            parts = {name: value for name, value in found.groupdict().items() if value}
            if "other" in parts:
                parts["found"] = parts.pop("other")
            quoted = {name: _quoted(one) for name, one in parts.items()}
            return Message(reason.template, MappingProxyType(quoted))
    return message("brackets, quotes or operators are out of place")


_MISSING = re.compile(r"there is no (?P<found>['\"].*['\"]) here", re.DOTALL)


def missing(problem: UndefinedError) -> Text:
    """Return which name there is not, where something uses it."""
    found = _MISSING.fullmatch(problem.message or "")
    if found is None:
        return message("a value that is not there is used")
    return message("there is no {found} here", found=_quoted(found["found"]))


def _quoted(text: str) -> str:
    return f"“{(text.strip(_MARKS) or text[1:-1])[:_LONGEST]}”"
