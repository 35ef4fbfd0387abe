"""A text that no reader sees is sealed nowhere, whatever command it is given to."""

import importlib
from datetime import date

import pytest

from rmdocs.cli.main import COMMANDS, main
from rmdocs.control.actingperson import LONGEST_REASON, require_reason
from rmdocs.errors import ControlError, FindingsError
from rmdocs.events.facts import Unknown
from rmdocs.store.protocol import CONTROL_REF, NewEvent

OFFICER = "SD00-0004"
UNSEEN = "王\u200b样例"
NAMED = ("customer", "add", "91370112MA3DEM019E", "--name", "示例公司")
ENTRIES = {
    "audit sample --seed": ("audit", "sample", "1"),
    "audit pack --seed": ("audit", "pack", "never-made", "--sample", "1"),
    "copy issue --outside": ("copy", "issue", "RXD7200-02"),
    "person add --name": (
        *("person", "add", "JN01-0102"), "--unit", "JN01", "--role", "relationship_manager",
    ),
    "calendar fill --notice": ("calendar", "fill", "2010", "--reason", "年度放假安排"),
    "unit add --name": ("unit", "add", "JN09", "--full-name", "示例支行"),
    "unit add --full-name": ("unit", "add", "JN09", "--name", "示例"),
    "customer add --name": NAMED[:3],
    "customer add --category": NAMED,
    "customer add --address": NAMED,
    "customer add --postcode": NAMED,
    "customer add --representative": NAMED,
    "customer add --head": NAMED,
    "customer add --phone": NAMED,
    "customer add --fax": NAMED,
    "disposition propose --archive": (
        *("disposition", "propose", "RXD7200-02-JN01-2026-0001", "--reason", "到期"),
        "--outcome", "transfer",
    ),
}  # fmt: skip
SEALED_BY_ANOTHER_TEST = {"copy acknowledge --signed-by"}
SEARCHES = {"due --rm", "find texts", "find --customer", "find --rm", "key revoke --key"}
ADDRESSES = {"web --host"}
REASONS = {"--reason", "--remark"}


def texts_given():
    """Yield every option and argument that takes a text of a person's own."""

    def walk(table, words=()):
        for name, entry in table.items():
            if entry.commands is not None:
                yield from walk(entry.commands, (*words, name))
                continue
            module, _, command = entry.target.partition(":")
            for one in getattr(importlib.import_module(module), command).params:
                if "TEXT" in (one.metavar or ""):
                    yield " ".join((*words, name, one.opts[0])), one.opts[0]

    return list(walk(COMMANDS))


def test_every_text_that_a_command_takes_is_tried_here():
    known = ENTRIES.keys() | SEARCHES | ADDRESSES | SEALED_BY_ANOTHER_TEST
    assert [name for name, last in texts_given() if name not in known and last not in REASONS] == []


@pytest.mark.parametrize("name", ENTRIES)
def test_a_text_that_is_not_seen_is_refused(name, founded, capsys):
    option = name.rpartition(" ")[2]
    words = ["--lang", "en", "-w", str(founded), "--as", OFFICER, *ENTRIES[name], option, UNSEEN]
    assert main(words) == 1
    assert "TEXT-INVISIBLE" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["unit add --name", "person add --name", "customer add --name"])
def test_spaces_are_no_name(name, founded, capsys):
    words = ["-w", str(founded), "--as", OFFICER, *ENTRIES[name], "--name", "\u3000 "]
    assert main(words) == 2
    assert "name" in capsys.readouterr().err


@pytest.mark.parametrize("reason", ["", "\u3000 \u00a0", "\t\n"])
def test_spaces_are_no_reason(reason):
    with pytest.raises(ControlError):
        require_reason(reason)


@pytest.mark.parametrize("reason", ["更正\u202e", "\u200b", "重复\ue81e", "a\u0378", "\x1b[2J"])
def test_a_reason_is_read_as_it_is(reason):
    with pytest.raises(FindingsError) as refusal:
        require_reason(reason)
    assert refusal.value.findings[0].path == "reason"


def test_a_reason_is_no_book():
    require_reason("更" * LONGEST_REASON)
    with pytest.raises(FindingsError) as refusal:
        require_reason("更" * (LONGEST_REASON + 1))
    assert refusal.value.findings[0].code == "TEXT-LONG"


def test_no_reason_and_no_remark_is_sealed_unread(visited_bank):
    """Whatever an act asks beforehand, sealing looks at what it says."""
    workspace = visited_bank.at(OFFICER, date(2026, 12, 1))
    before = visited_bank.git("show-ref")
    new_event = NewEvent(
        facts=Unknown(name="note"), subject="x", directory="notes/x", reason="备注\u2066"
    )
    with workspace.store.locked(CONTROL_REF) as branch, pytest.raises(FindingsError) as refusal:
        workspace.acting().seal(branch, (new_event,))
    assert [finding.code for finding in refusal.value.findings] == ["TEXT-DIRECTION"]
    assert visited_bank.git("show-ref") == before
