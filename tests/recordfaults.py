"""Faults in the folders of records and in what they say; see ``faults``."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from faults import (
    AGREEMENT,
    NOTICE,
    OFFICER,
    actor,
    change_json,
    entry,
    fault,
    issue,
    on_control,
    stages,
)

from rmdocs import canonical
from rmdocs.checkcodes import CheckCode
from rmdocs.store.protocol import CONTROL_REF

if TYPE_CHECKING:
    from insider import History, Insider

PLAN = "refs/heads/records/RXD7200-03/JN01/2026/1"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def redrawn(document: bytes, old: str, new: str) -> bytes:
    """Return a document with other words in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as before, zipfile.ZipFile(made, "w") as after:
        for item in before.infolist():
            data = before.read(item)
            if item.filename == "word/document.xml":
                assert old.encode() in data
                data = data.replace(old.encode(), new.encode())
            after.writestr(item, data)
    return made.getvalue()


# The shape of folders.


@fault
def event_of_another_volume_in_a_folder(insider: Insider) -> None:
    def change(acts: History) -> None:
        stages(acts)[-1].subject = "RXD7200-04-YT03-2026-0001"

    insider.rewrite(NOTICE, change)


@fault
def issue_that_seals_nothing(insider: Insider) -> None:
    def change(acts: History) -> None:
        issue(acts).files.clear()

    insider.rewrite(NOTICE, change)


@fault
def stage_without_a_document(insider: Insider) -> None:
    def change(acts: History) -> None:
        told = stages(acts)[-1]
        told.files = {p: d for p, d in told.files.items() if not p.endswith(".docx")}

    insider.rewrite(NOTICE, change)


@fault
def register_entry_that_seals_nothing(insider: Insider) -> None:
    told = entry("JN01-0777", 1, {})
    told.files.clear()
    on_control(insider, actor(insider, OFFICER), told)


@fault
def edition_claimed_twice(insider: Insider) -> None:
    def change(acts: History) -> None:
        stages(acts)[-1].facts["edition"] = 1

    insider.rewrite(NOTICE, change)


@fault
def edition_left_out(insider: Insider) -> None:
    def change(acts: History) -> None:
        stages(acts)[-1].facts["edition"] = 9

    insider.rewrite(NOTICE, change)


@fault
def unknown_kind_of_event(insider: Insider) -> None:
    def change(acts: History) -> None:
        stages(acts)[-1].kind = "note"

    insider.rewrite(NOTICE, change)


@fault
def stray_file_at_the_root(insider: Insider) -> None:
    def change(acts: History) -> None:
        acts[-1].state["note.txt"] = b"x"

    insider.rewrite(NOTICE, change)


@fault
def stray_file_at_the_root_of_control(insider: Insider) -> None:
    def change(acts: History) -> None:
        acts[-1].state["series.json"] = b"x"

    insider.rewrite(CONTROL_REF, change)


@fault
def sealed_file_that_no_such_act_has(insider: Insider) -> None:
    def change(acts: History) -> None:
        told = stages(acts)[-1]
        told.files[f"{told.directory}/editions/2/agreement.exe"] = b"MZ"

    insider.rewrite(NOTICE, change)


@fault
def second_document_of_an_edition(insider: Insider) -> None:
    def change(acts: History) -> None:
        told = issue(acts)
        [path] = [one for one in told.files if one.endswith("-e1.docx")]
        told.files[path.replace("-e1", "-e1-copy9")] = told.files[path]
        told.types[path.replace("-e1", "-e1-copy9")] = DOCX

    insider.rewrite(NOTICE, change)


@fault
def sealed_file_in_control_that_no_entry_has(insider: Insider) -> None:
    def change(acts: History) -> None:
        told = acts[-1].events[0]
        told.files[f"{told.directory}/evil.exe"] = b"MZ"

    insider.rewrite(CONTROL_REF, change)


# What a record says.


@fault
def document_with_another_amount(insider: Insider) -> None:
    def change(acts: History) -> None:
        told = issue(acts)
        [path] = [one for one in told.files if one.endswith("-e1.docx")]
        told.files[path] = redrawn(told.files[path], "济南", "泰安")

    insider.rewrite(AGREEMENT, change)


@fault
def record_with_another_amount(insider: Insider) -> None:
    def change(acts: History) -> None:
        def more(value: dict[str, Any]) -> None:
            value["content"]["budget"]["amount"] = 99.5

        change_json(issue(acts), "record.json", more)

    insider.rewrite(PLAN, change)


@fault
def record_of_another_unit(insider: Insider) -> None:
    def change(acts: History) -> None:
        change_json(issue(acts), "record.json", lambda value: value.update(unit="YT03"))

    insider.rewrite(NOTICE, change)


@fault
def record_of_another_year(insider: Insider) -> None:
    def change(acts: History) -> None:
        change_json(issue(acts), "record.json", lambda value: value.update(date="2025-06-01"))

    insider.rewrite(NOTICE, change)


@fault
def schema_invalid_record(insider: Insider) -> None:
    def change(acts: History) -> None:
        change_json(issue(acts), "record.json", lambda value: value["content"].update(x=1))

    insider.rewrite(NOTICE, change)


@fault
def schema_invalid_stage(insider: Insider) -> None:
    def change(acts: History) -> None:
        told = stages(acts)[-1]
        told.files[told.facts["content"]] = canonical.encode({"x": 1})

    insider.rewrite(NOTICE, change)


@fault
def stage_that_breaks_a_rule(insider: Insider) -> None:
    def change(acts: History) -> None:
        def early(value: dict[str, Any]) -> None:
            value["party_a"]["date"] = "2026-01-02"

        change_json(stages(acts)[-1], ".json", early)

    insider.rewrite(AGREEMENT, change)


@fault
def stage_out_of_turn(insider: Insider) -> None:
    def change(acts: History) -> None:
        acts[1:3] = [acts[2], acts[1]]
        acts[1].time, acts[2].time = acts[2].time, acts[1].time

    insider.rewrite(NOTICE, change)


@fault
def stage_added_twice(insider: Insider) -> None:
    def change(acts: History) -> None:
        last = acts[-1]
        told = last.events[0]
        again = replace(told, facts={**told.facts, "edition": told.facts["edition"] + 1})
        again.files = {
            p.replace(f"editions/{told.facts['edition']}/", f"editions/{again.facts['edition']}/")
            .replace(f"-e{told.facts['edition']}.", f"-e{again.facts['edition']}.")
            .replace("stages/0", "stages/1"): d
            for p, d in told.files.items()
        }
        again.facts["content"] = told.facts["content"].replace("stages/0", "stages/1")
        acts.append(replace(last, events=[again]))

    insider.rewrite(NOTICE, change)


@fault
def unit_named_otherwise(insider: Insider) -> None:
    def change(acts: History) -> None:
        issue(acts).facts["unit"] = {
            "code": "JN01",
            "name": "别处支行",
            "full_name": "别处支行",
        }

    insider.rewrite(NOTICE, change)


@fault
def pin_that_never_was(insider: Insider) -> None:
    def change(acts: History) -> None:
        stages(acts)[-1].facts["pin"] = "7·0123456789ab"
        stages(acts)[-1].lies_of_pin = True

    insider.rewrite(NOTICE, change)


@fault
def pin_as_short_as_of_old(insider: Insider) -> None:
    def change(acts: History) -> None:
        last = stages(acts)[-1]
        code = CheckCode.parse(last.facts["pin"])
        last.facts["pin"] = str(CheckCode(size=code.size, root=code.root[:12]))
        last.lies_of_pin = True

    insider.rewrite(NOTICE, change)


@fault
def digest_of_another_record(insider: Insider) -> None:
    def change(acts: History) -> None:
        issue(acts).facts["record_digest"] = "0" * 64

    insider.rewrite(NOTICE, change)


@fault
def series_of_another_volume(insider: Insider) -> None:
    def change(acts: History) -> None:
        for act in acts:
            for name, data in act.state.items():
                act.state[name] = data.replace(b"JN01", b"YT03")

    insider.rewrite(NOTICE, change)


@fault
def last_number_cut_and_given_again(insider: Insider) -> None:
    def change(acts: History) -> None:
        del acts[1:]

    insider.rewrite(NOTICE, change)
    first = insider.history(NOTICE)

    def again(acts: History) -> None:
        def other(value: dict[str, Any]) -> None:
            value["content"]["branch_phone"] = "0531-55500009"

        change_json(acts[0].events[0], "record.json", other)

    assert first
    insider.rewrite(NOTICE, again)


@fault
def second_volume_before_the_first_is_full(insider: Insider) -> None:
    ref = NOTICE[:-1] + "2"
    acts = insider.history(NOTICE)
    del acts[1:]
    told = acts[0].events[0]
    old, new = "0001", "10001"
    told.directory = "01/00/01"
    told.subject = told.subject[:-4] + new
    told.files = {
        p.replace("00/00/01", "01/00/01").replace(f"-{old}", f"-{new}"): d
        for p, d in told.files.items()
    }
    acts[0].state = {
        n: d.replace(b"2026/1", b"2026/2").replace(b'"part":1', b'"part":2')
        for n, d in acts[0].state.items()
    }
    insider.lay(ref, acts)
