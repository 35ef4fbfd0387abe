"""A record as captured: the envelope typed, the content still JSON.

Reading checks the envelope alone, all its mistakes at once. The content is
judged by the form's schema and rules (``check``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import TypeVar

from rmdocs import canonical
from rmdocs.canonical import Json, JsonObject
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError, UsageError
from rmdocs.findings import Finding, did_you_mean, error
from rmdocs.identifiers import DocumentNumber, RecordNumber, StaffNumber, UnitCode
from rmdocs.language.numbers import shown
from rmdocs.messages import Text, by_command, message
from rmdocs.schemas.fields import step
from rmdocs.values import unprintable

LARGEST_INTEGER = 2**53 - 1
DEEPEST = 32
"""Objects and lists inside each other; no form comes near."""


def inexact(value: Json, path: str = "$", depth: int = 0) -> Iterator[Finding]:
    """Yield a finding for every value that cannot be kept exactly, with its path."""
    if depth > DEEPEST:
        yield _finding(path, message("nested too deeply to be a record"))
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(key, str):
                yield from inexact(item, step(path, key), depth + 1)
            else:
                yield _finding(path, message("the name {name} is not a text", name=key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from inexact(item, step(path, index), depth + 1)
    else:
        reason = _what_is_lost(value)
        if reason is not None:
            yield _finding(path, reason)


def _exact(value: Json) -> tuple[list[Json], list[str]] | None:
    """Return the numbers and truths in a value, and the texts and names.

    None where ``inexact`` has something to tell.
    """
    level: list[Json] = [value]
    found: list[Json] = []
    texts: list[str] = []
    for _ in range(DEEPEST + 1):
        within: list[Json] = []
        for item in level:
            kind = type(item)
            if kind is dict:
                if not all(type(name) is str for name in item):
                    return None
                texts.extend(item)
                within.extend(item.values())
            elif kind is list:
                within.extend(item)
            elif kind is str:
                texts.append(item)
            elif item is not None:
                found.append(item)
        if not within:
            return None if any(map(_what_is_lost, found)) else (found, texts)
        level = within
    return None


def _require_kept(value: Json) -> list[Json]:
    """Return the numbers and truths in a value that can be printed and kept exactly.

    :raises FindingsError: with everything in it that cannot.
    """
    exact = _exact(value)
    if exact is None:
        findings = tuple(inexact(value))
    elif "".join(exact[1]).isprintable():  # as most are, and quicker to see
        return exact[0]
    else:
        # Only what is JSON, and not too deep, can be looked through for characters.
        findings = tuple(unprintable(value))
    if findings:
        raise FindingsError(tuple(_from_record(finding) for finding in findings))
    return exact[0] if exact else []


def _what_is_lost(value: Json) -> Text | None:
    if value is None or isinstance(value, (bool, str)):
        return None
    if isinstance(value, (int, float)):
        if not math.isfinite(value):
            return message("not a number that JSON can hold")
        # Beyond this, whole numbers and fractions alike lose digits.
        large = abs(value) > LARGEST_INTEGER
        return message("the number has too many digits") if large else None
    return message("a value of the kind {kind} is not JSON", kind=type(value).__name__)


def _finding(path: str, reason: Text) -> Finding:
    return error(
        "JSON-EXACT",
        path,
        reason,
        message("write long numbers, dates and times as text in quotes"),
        clause="RFC 8785",
    )


T = TypeVar("T")

LONGEST_NAME, LONGEST_REASON = 50, 200
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TITLES = {
    "form": "表单编号",
    "unit": "机构代码",
    "date": "记录日期",
    "prepared_by": "填制人",
    "related": "相关记录",
    "related_reason": "相关记录未核对原因",
    "content": "内容",
}
_PERSON_TITLES = {"name": "姓名", "staff_no": "工号"}
ENVELOPE_TITLES = {
    **_TITLES,
    **{f"prepared_by.{name}": f"填制人 › {title}" for name, title in _PERSON_TITLES.items()},
}
"""What a person calls each part of the envelope, by its path below ``$``."""

NUMBER = "number"
"""Where a record that was written out to be corrected says which one it is."""

_WRAPPER = {"record", "stages", "derived", NUMBER}


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedBy:
    """Who prepared a record, by name and staff number."""

    name: str
    staff_no: StaffNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedStage:
    """A stage that came in one file with its record."""

    stage: str
    content: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDraft:
    """A record as captured, its envelope understood.

    :param content: as JSON; judged by the form, not here.
    :param captured_derived: derived values that were captured, to be compared.
    :param offered_stages: stages that came with the record, in order.
    :param related_reason: why a related record that cannot be looked up here is named
        all the same: on paper, or kept elsewhere; empty if nothing is said.
    """

    form: DocumentNumber
    unit: UnitCode
    date: date
    prepared_by: PreparedBy
    related: tuple[RecordNumber, ...]
    content: JsonObject
    captured_derived: JsonObject
    offered_stages: tuple[OfferedStage, ...]
    related_reason: str = ""

    @classmethod
    def parse(cls, value: Json) -> RecordDraft:
        """Return the record in ``value``: bare, or with stages and derived values.

        Numbers are taken as canonical JSON keeps them, so that what is checked
        now is what anyone reads later.

        :raises FindingsError: with every mistake in the envelope, and every
            value that cannot be printed or kept exactly.
        """
        _require_kept(value)
        return cls.kept(canonical.decode(canonical.encode(value)))

    @classmethod
    def sealed(cls, value: Json) -> RecordDraft:
        """Return the record in ``value``, which was read from a store: as :meth:`parse` does.

        What is sealed is canonical JSON, and comes of it as it is unless a number in it could be
        written otherwise.
        """
        numbers = _require_kept(value)
        fractions = any(isinstance(number, float) for number in numbers)
        return cls.parse(value) if fractions else cls.kept(value)

    @classmethod
    def kept(cls, value: Json) -> RecordDraft:
        """Return a bare record that was checked before, from the canonical JSON it is kept in.

        :raises FindingsError: if it is none.
        """
        findings: list[Finding] = []
        draft = _read(value, findings)
        if draft is None or findings:
            raise FindingsError(tuple(findings))
        return draft

    def to_json(self) -> JsonObject:
        """Return the bare record: envelope and content, as it is sealed."""
        return {**self.envelope(), "content": self.content}

    def envelope(self) -> JsonObject:
        """Return what a record holds beside its content."""
        person = self.prepared_by
        return {
            "form": str(self.form),
            "unit": str(self.unit),
            "date": self.date.isoformat(),
            "prepared_by": {"name": person.name, "staff_no": str(person.staff_no)},
            "related": [str(number) for number in self.related],
            **({"related_reason": self.related_reason} if self.related_reason else {}),
        }

    def to_bytes(self) -> bytes:
        """Return the bare record as canonical JSON (RFC 8785)."""
        return canonical.encode(self.to_json())

    def digest(self) -> str:
        """Return the SHA-256 of the bare record, in hexadecimal."""
        return canonical.sha256(self.to_bytes())

    def with_content(self, content: JsonObject) -> RecordDraft:
        """Return the same record with other content."""
        return replace(self, content=content)


def _from_record(finding: Finding) -> Finding:
    """Return the finding with the path counted from the record."""
    path = finding.path
    if path.startswith("$.record"):
        path = f"${path.removeprefix('$.record')}"
    return error(finding.code, path, finding.message, finding.remedy, clause=finding.clause)


def _read(value: Json, findings: list[Finding]) -> RecordDraft | None:
    if not isinstance(value, dict):
        findings.append(_wrong("$", message("a record must be an object"), message("see a sample")))
        return None
    wrapped = isinstance(value.get("record"), dict)
    outer = value if wrapped else {"record": value}
    record: JsonObject = outer["record"]
    if wrapped:
        findings += _unknown(outer, _WRAPPER, "$", {})
        findings += [_corrects(outer[NUMBER])] if NUMBER in outer else []
    findings += _unknown(record, set(_TITLES), "$", _TITLES)
    reader = _EnvelopeReader(findings)
    form = reader.parsed(record, "form", DocumentNumber.parse)
    unit = reader.parsed(record, "unit", UnitCode.parse)
    day = reader.parsed(record, "date", parse_date)
    person = reader.person(record)
    related = reader.related(record)
    reason = reader.reason(record)
    content = reader.object(record, "content")
    derived = outer.get("derived", {})
    if not isinstance(derived, dict):
        findings.append(_wrong("$.derived", message("an object is expected"), _BRACES))
    stages = reader.stages(outer.get("stages", []))
    if findings or not (form and unit and day and person) or content is None:
        return None
    return RecordDraft(
        form=form,
        unit=unit,
        date=day,
        prepared_by=person,
        related=related,
        content=content,
        captured_derived=derived,
        offered_stages=stages,
        related_reason=reason,
    )


def _corrects(number: Json) -> Finding:
    return error(
        "RECORD-NUMBERED",
        f"$.{NUMBER}",
        message("the file corrects {number}: it is for no new record", number=shown(number)),
        by_command(
            message("amend the record with it"),
            message("rmdocs amend {number} FILE --reason TEXT", number=shown(number)),
        ),
    )


def parse_date(text: str) -> date:
    """Return the date in ``text``, as in 2026-03-02.

    :raises UsageError: if it is none.
    """
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise UsageError(
        message("“{text}” is not a date of the calendar", text=text),
        message("write a date like 2026-03-02"),
    )


@dataclass(frozen=True, slots=True)
class _EnvelopeReader:
    """Reads the parts of the envelope, noting every mistake."""

    findings: list[Finding]

    def parsed(self, table: JsonObject, name: str, parse: Callable[[str], T]) -> T | None:
        return self._parsed(table.get(name), f"$.{name}", _TITLES[name], parse)

    def _parsed(self, value: Json, path: str, label: str, parse: Callable[[str], T]) -> T | None:
        if value is None:
            self.note(path, message("required, but missing"), message("fill it in"), label)
        elif not isinstance(value, str):
            remedy = message("write it as text in quotes")
            self.note(path, message("a text is expected"), remedy, label)
        else:
            try:
                return parse(value)
            except UsageError as problem:
                self.note(path, problem.reason, problem.remedy, label)
        return None

    def object(self, table: JsonObject, name: str) -> JsonObject | None:
        value = table.get(name)
        if isinstance(value, dict):
            return value
        missing = message("required, but missing")
        reason = missing if value is None else message("an object is expected")
        self.note(f"$.{name}", reason, _BRACES, _TITLES[name])
        return None

    def person(self, table: JsonObject) -> PreparedBy | None:
        value = self.object(table, "prepared_by")
        if value is None:
            return None
        path = "$.prepared_by"
        self.findings.extend(_unknown(value, set(_PERSON_TITLES), path, _PERSON_TITLES))
        label = _TITLES["prepared_by"]
        name = self._parsed(value.get("name"), f"{path}.name", f"{label} › 姓名", _person_name)
        staff_no = self._parsed(
            value.get("staff_no"), f"{path}.staff_no", f"{label} › 工号", StaffNumber.parse
        )
        return PreparedBy(name=name, staff_no=staff_no) if name and staff_no else None

    def related(self, table: JsonObject) -> tuple[RecordNumber, ...]:
        value = table.get("related", [])
        if not isinstance(value, list):
            self.note("$.related", message("a list is expected"), _BRACKETS, _TITLES["related"])
            return ()
        numbers: list[RecordNumber] = []
        for index, item in enumerate(value):
            path, label = f"$.related[{index}]", _TITLES["related"]
            number = self._parsed(item, path, label, RecordNumber.parse)
            if number is not None and number in numbers:
                reason = message("“{number}” occurs twice", number=number)
                self.note(path, reason, message("name each entry once"), label)
            elif number is not None:
                numbers.append(number)
        return tuple(numbers)

    def reason(self, table: JsonObject) -> str:
        name = "related_reason"
        if table.get(name) is None:
            return ""
        return self._parsed(table[name], f"$.{name}", _TITLES[name], _reason) or ""

    def stages(self, value: Json) -> tuple[OfferedStage, ...]:
        if not isinstance(value, list):
            self.note("$.stages", message("a list is expected"), _BRACKETS)
            return ()
        found: list[OfferedStage] = []
        for index, item in enumerate(value):
            name = item.get("stage") if isinstance(item, dict) else None
            content = item.get("content") if isinstance(item, dict) else None
            if isinstance(name, str) and isinstance(content, dict) and set(item) == _STAGE_NAMES:
                found.append(OfferedStage(stage=name, content=content))
            else:
                self.note(
                    f"$.stages[{index}]",
                    message("a stage is an object with “stage” and “content”, nothing else"),
                    message("compare the file with a sample record"),
                )
        return tuple(found)

    def note(self, path: str, reason: Text, remedy: Text, label: str = "") -> None:
        self.findings.append(_wrong(path, reason, remedy, label))


_STAGE_NAMES = {"stage", "content"}
_BRACES = message("write its properties between braces")
_BRACKETS = message("write a list: […]; an empty one if there is nothing")


def _person_name(text: str) -> str:
    name = text.strip()
    if not name or len(name) > LONGEST_NAME or "\n" in name or "\t" in name:
        raise UsageError(
            message("“{text}” is not a name", text=name[:LONGEST_NAME]),
            message("write the name as in the register of staff"),
        )
    return name


def _reason(text: str) -> str:
    reason = text.strip()
    if not reason or len(reason) > LONGEST_REASON or "\n" in reason or "\t" in reason:
        raise UsageError(
            message("a reason is one line of at most {most} characters", most=LONGEST_REASON),
            message("say in short where the record is, and why it is named"),
        )
    return reason


def _unknown(
    table: JsonObject, known: set[str], path: str, titles: dict[str, str]
) -> Iterator[Finding]:
    for name in table:
        if name not in known:
            reason = message("a record has no property “{name}” here", name=name)
            yield _wrong(step(path, name), reason, did_you_mean(name, known, titles))


def _wrong(path: str, reason: Text, remedy: Text, label: str = "") -> Finding:
    return error("RECORD-ENVELOPE", path, reason, remedy, label=label)
