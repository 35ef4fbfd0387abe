"""Revisions of forms for tests: a realistic 1.1 of RXD7200-04, and any next revision.

``revise_04`` does what an officer does on the desk to RXD7200-04 1.0: a fixed
sentence, a renamed field, a new required field with its migration, a new rule.
The version and its row of 修改记录 are left to whoever proposes the revision.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from lxml import etree

from rmdocs.forms.form import FormFiles

NUMBER = "RXD7200-04"
OLD_SENTENCE = "我行将自到期次日起按合同约定计收逾期利息。"
NEW_SENTENCE = "我行将自到期次日起按合同约定计收逾期利息和复利，并依法催收。"
CHANNELS = ("电话", "短信", "上门", "邮寄")
UNCOMPUTED = "$.content.contact_channel"
"""What no step can compute for a loan with guarantors; a person fills it in."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HISTORY = """[[history]]
revision = "{revision}"
date = {day}
change = {{ zh = "{zh}", en = "{en}" }}

"""
_RULE = """[[rules]]
code = "R04-CONTACT-CHANNEL"
severity = "warning"
when = "content.customer.category == '重要'"
require = "content.contact_channel in ['电话', '上门']"
path = "$.content.contact_channel"
message = { zh = "重要客户只以{{ content.contact_channel }}联系", en = "An important customer is contacted by {{ content.contact_channel }} only" }
remedy = { zh = "请改为电话或上门联系", en = "Contact the customer by phone or in person" }
clause = "§6.3.8"

"""  # noqa: E501 - a message of a rule is one line
_MIGRATION = """
[migration]
from = "1.0"

[[migration.steps]]
rename = "content.branch_phone"
to = "content.contact_phone"
note = { zh = "联系电话改名，内容不变", en = "The phone has another name and the same value" }

[[migration.steps]]
set = "content.contact_channel"
value = "'上门' if content.customer.category == '重要' else '电话'"
when = "content.guarantors|length == 0"
note = { zh = "有担保人的须逐笔确定", en = "Where there are guarantors it is settled loan by loan" }
"""


def revise_04(desk_root: Path) -> None:
    """Edit RXD7200-04 on a desk from 1.0 to what is to become 1.1.

    Once its version is 1.1 and a row of history says so, checking it finds
    nothing wrong. Its migration fills in everything but the way of contact of
    loans with guarantors (``UNCOMPUTED``).
    """
    form = desk_root / "forms" / NUMBER
    _edit(form / "form.toml", _manifest)
    _edit(form / "sample.json", lambda text: _json(text, _sample))
    _edit(desk_root / "schemas" / f"{NUMBER}.schema.json", lambda text: _json(text, _schema))
    template = form / "template.docx"
    template.write_bytes(edit_part(template.read_bytes(), "word/document.xml", _body))


def edited_parts(desk_root: Path, place: Path) -> dict[str, bytes]:
    """Return the parts of RXD7200-04 as their author hands them in, the manifest last.

    :param desk_root: the workspace whose desk was laid out for 1.1.
    :param place: an empty folder to edit in.
    """
    for folder in ("forms", "schemas"):
        shutil.copytree(desk_root / folder, place / folder)
    revise_04(place)
    form = place / "forms" / NUMBER
    schema = (place / "schemas" / f"{NUMBER}.schema.json").read_bytes()
    parts = {name: (form / name).read_bytes() for name in ("template.docx", "sample.json")}
    return {**parts, "schema.json": schema, "form.toml": (form / "form.toml").read_bytes()}


def renumber(
    desk_root: Path,
    number: str,
    revision: str,
    day: date,
    change: tuple[str, str] = ("修改", "Change"),
) -> None:
    """Give the form on a desk another version, with its row of history and effective date."""
    row = _HISTORY.format(revision=revision, day=day.isoformat(), zh=change[0], en=change[1])

    def edited(text: str) -> str:
        text = re.sub(
            r'^revision = "[\d.]+"', f'revision = "{revision}"', text, count=1, flags=re.MULTILINE
        )
        text = re.sub(r"^effective = .*", f"effective = {day}", text, count=1, flags=re.MULTILINE)
        return text.replace("[roles]\n", f"{row}[roles]\n", 1)

    _edit(desk_root / "forms" / number / "form.toml", edited)


def as_revised(record: dict[str, Any], channel: str = "电话") -> dict[str, Any]:
    """Return a record of RXD7200-04 1.0 as somebody would capture it under 1.1."""
    content = dict(record["content"])
    content["contact_phone"] = content.pop("branch_phone")
    return {**record, "content": {**content, "contact_channel": channel}}


def next_revision(
    files: FormFiles,
    *steps: str,
    change: Callable[[dict[str, Any]], None] = lambda _schema: None,
    old: str = "1.0",
    new: str = "1.1",
    manifest: tuple[tuple[str, str], ...] = (),
) -> FormFiles:
    """Return the next revision of any form.

    :param steps: of its migration from ``old``, as TOML.
    :param change: of its schema.
    :param manifest: patterns of the manifest with their replacements.
    """
    row = _HISTORY.format(revision=new, day="2026-02-01", zh="改", en="changed")
    text = files.manifest.decode()
    for pattern, replacement in (
        (rf'^revision = "{re.escape(old)}"', f'revision = "{new}"'),
        (r"^\[roles\]", f"{row}[roles]"),
        *manifest,
    ):
        text = re.sub(pattern, replacement, text, count=1, flags=re.MULTILINE)
    text = text.partition("\n[migration]")[0] + f'\n[migration]\nfrom = "{old}"\n'
    text += "".join(f"\n[[migration.steps]]\n{step}\n" for step in steps)
    schema = json.loads(files.schema)
    change(schema)
    return replace(files, manifest=text.encode(), schema=json.dumps(schema).encode())


def with_property(
    name: str, kind: dict[str, Any], *, required: bool = False
) -> Callable[[dict[str, Any]], None]:
    """Return a change that gives a schema another property, titled with its name."""

    def change(schema: dict[str, Any]) -> None:
        schema["properties"][name] = {"title": name, "description": name, **kind}
        schema["required"] += [name] if required else []

    return change


def edit_part(package: bytes, name: str, edit: Callable[[etree._Element], None]) -> bytes:
    """Return a Word document with one of its parts edited, the others byte for byte the same."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(package)) as source,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == name:
                root = etree.fromstring(data)
                edit(root)
                data = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
            target.writestr(entry, data)
    return made.getvalue()


def _edit(path: Path, edit: Callable[[str], str]) -> None:
    path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")


def _json(text: str, edit: Callable[[dict[str, Any]], None]) -> str:
    value = json.loads(text)
    edit(value)
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _manifest(text: str) -> str:
    text, count = re.subn(r"\bbranch_phone\b", "contact_phone", text)
    assert count, "the manifest names no branch_phone"
    rule = text.index("[[rules]]", text.index('code = "R04-PHONE"'))
    return f"{text[:rule]}{_RULE}{text[rule:].rstrip()}\n{_MIGRATION}"


def _schema(schema: dict[str, Any]) -> None:
    properties = schema["properties"]
    properties["contact_phone"] = properties.pop("branch_phone")
    properties["contact_channel"] = {
        "title": "到期联系方式",
        "description": "How the branch will contact the borrower about the maturity.",
        "enum": list(CHANNELS),
    }
    schema["required"] = [
        "contact_phone" if name == "branch_phone" else name for name in schema["required"]
    ]
    schema["required"].append("contact_channel")


def _sample(sample: dict[str, Any]) -> None:
    sample["record"] = as_revised(sample["record"], "上门")


def _body(root: etree._Element) -> None:
    texts = list(root.iter(f"{_W}t"))
    sentences = [text for text in texts if OLD_SENTENCE in (text.text or "")]
    assert len(sentences) == 1, "the sentence to be changed is not there once"
    sentences[0].text = (sentences[0].text or "").replace(OLD_SENTENCE, NEW_SENTENCE)
    (phone,) = (text for text in texts if "content.branch_phone" in (text.text or ""))
    phone.text = (phone.text or "").replace("branch_phone", "contact_phone")
    paragraph = next(phone.iterancestors(f"{_W}p"))
    channel = etree.fromstring(etree.tostring(paragraph))
    next(channel.iter(f"{_W}t")).text = "到期联系方式：{{ content.contact_channel }}"
    paragraph.addnext(channel)
