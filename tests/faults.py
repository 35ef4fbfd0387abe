"""Faults that an insider with every key puts into a store, each as they would do it."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from insider import Act, History, Insider, Told, renamed

from rmdocs import canonical
from rmdocs.store.event import Actor
from rmdocs.store.keys import SigningKey
from rmdocs.store.objects import object_header, object_name
from rmdocs.store.protocol import CONTROL_REF

Fault = Callable[[Insider], object]
FAULTS: dict[str, Fault] = {}

AGREEMENT = "refs/heads/records/RXD7200-01/JN01/2026/1"
LOG = "refs/heads/records/RXD7200-02/JN01/2026/1"
PLAN = "refs/heads/records/RXD7200-03/JN01/2026/1"
NOTICE = "refs/heads/records/RXD7200-04/JN01/2026/1"
RM, HEAD, OFFICER, AUTHOR = "JN01-0101", "JN01-0001", "SD00-0004", "SD00-0001"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def fault(function: Fault) -> Fault:
    """Enter a fault by its name."""
    FAULTS[function.__name__] = function
    return function


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


def change_json(told: Told, path_end: str, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what a JSON file of an event says."""
    [path] = [one for one in told.files if one.endswith(path_end)]
    value = canonical.decode(told.files[path])
    change(value)
    told.files[path] = canonical.encode(value)


def issue(acts: History) -> Told:
    """Return the first event that issues a record."""
    return next(one for act in acts for one in act.events if one.kind == "issue")


def stages(acts: History) -> list[Told]:
    """Return the events that add stages."""
    return [one for act in acts for one in act.events if one.kind == "stage"]


def actor(insider: Insider, staff_no: str) -> Actor:
    """Return somebody as they act."""
    work = insider.bank.at(staff_no)
    return work.acting().actor


def entry(staff_no: str, number: int, value: Mapping[str, Any]) -> Told:
    """Return an entry in the register of people."""
    directory = f"people/{staff_no}"
    path = f"{directory}/{number:04d}.json"
    return Told(
        kind="person",
        subject=staff_no,
        directory=directory,
        files={path: canonical.encode(dict(value))},
        types={path: "application/json"},
        reason="",
        relied_on=None,
        renderer="",
        approvals=(),
        facts={},
    )


def person(key: SigningKey, staff_no: str, *roles: str, **more: Any) -> dict[str, Any]:
    """Return a person as the register has them."""
    value = {
        "staff_no": staff_no,
        "name": "吴冒名",
        "unit": "JN01",
        "roles": list(roles),
        "keys": [key.public.line],
    }
    return {**value, **more}


def last_time(insider: Insider, ref: str) -> Any:
    return insider.store.require_head(ref).time


def on_control(insider: Insider, who: Actor, *events: Told, **more: Any) -> None:
    time = last_time(insider, CONTROL_REF)
    insider.append(CONTROL_REF, *events, actor=who, time=time, **more)


# What needs a pin from outside.


@fault
def ref_moved_back(insider: Insider) -> None:
    parent = insider.bank.git("rev-parse", f"{NOTICE}~1")
    insider.point(NOTICE, parent)


@fault
def history_set_back_to_its_first_act(insider: Insider) -> None:
    first = insider.bank.git("rev-list", "--max-parents=0", NOTICE)
    insider.point(NOTICE, first)


@fault
def cut_and_appended(insider: Insider) -> None:
    def change(acts: History) -> None:
        acts[-1].time += timedelta(hours=1)

    insider.rewrite(NOTICE, change)


@fault
def volume_lost_with_its_opening(insider: Insider) -> None:
    def change(acts: History) -> None:
        acts[:] = [one for one in acts if NOTICE.partition("records/")[2] != one.events[0].subject]

    insider.rewrite(CONTROL_REF, change)
    (insider.bank.store / NOTICE).unlink()


# Times.


@fault
def dated_before_what_it_relies_on(insider: Insider) -> None:
    def change(acts: History) -> None:
        for act in acts:
            act.time -= timedelta(days=900)

    insider.rewrite(NOTICE, change)


@fault
def dated_hours_before_what_it_relies_on(insider: Insider) -> None:
    control = insider.history(CONTROL_REF)
    known = last_time(insider, CONTROL_REF)
    state = insider.store.require_head(CONTROL_REF).checkpoint
    assert control[-1].time == known

    def change(acts: History) -> None:
        told = acts[-1].events[0]
        told.relied_on = state
        acts[-1].time = max(known - timedelta(hours=2), acts[-2].time)
        assert acts[-1].time < known

    insider.rewrite(AGREEMENT, change)


# People.


@fault
def person_entered_by_somebody_who_may_not(insider: Insider) -> None:
    key = SigningKey.generate("x")
    insider.known[key.fingerprint] = key
    number = "JN01-0777"
    value = person(key, number, "form_approver", "president", "records_officer")
    on_control(insider, actor(insider, RM), entry(number, 1, value))


@fault
def person_who_enters_themselves(insider: Insider) -> None:
    key = SigningKey.generate("x")
    insider.known[key.fingerprint] = key
    number = "JN01-0777"
    who = Actor(staff_no=number, name="吴冒名", fingerprint=key.fingerprint)
    value = person(key, number, "form_approver", "records_officer")
    on_control(insider, who, entry(number, 1, value))


@fault
def person_entered_under_another_number(insider: Insider) -> None:
    key = SigningKey.generate("x")
    value = person(key, OFFICER, "records_officer", name="档案示例")
    on_control(insider, actor(insider, OFFICER), entry(RM, 2, value))


@fault
def person_with_the_key_of_another(insider: Insider) -> None:
    key = insider.ring.load(HEAD)
    value = person(key, "JN01-0777", "relationship_manager")
    on_control(insider, actor(insider, OFFICER), entry("JN01-0777", 1, value))


@fault
def person_of_no_unit(insider: Insider) -> None:
    key = SigningKey.generate("x")
    value = person(key, "JN01-0777", "relationship_manager", unit="ZZ99")
    on_control(insider, actor(insider, OFFICER), entry("JN01-0777", 1, value))


@fault
def person_with_a_role_nobody_knows(insider: Insider) -> None:
    key = SigningKey.generate("x")
    value = person(key, "JN01-0777", "emperor")
    on_control(insider, actor(insider, OFFICER), entry("JN01-0777", 1, value))


@fault
def person_twice_under_two_numbers(insider: Insider) -> None:
    key = SigningKey.generate("x")
    value = person(key, "YT03-0101", "relationship_manager", name="王样例", unit="YT03")
    on_control(insider, actor(insider, OFFICER), entry("YT03-0101", 1, value))


def _rekeyed(insider: Insider) -> tuple[Actor, SigningKey]:
    """Give the RM a new key; return them as they were, with the old one."""
    before, old = actor(insider, RM), insider.ring.load(RM)
    key = SigningKey.generate(RM)
    known = insider.bank.at().registry.staff.person(insider.bank.at(RM).person().staff_no)
    value = {**known.to_json(), "keys": [key.public.line]}
    on_control(insider, actor(insider, OFFICER), entry(RM, 2, value))
    return before, old


@fault
def replaced_key_signs_in_control(insider: Insider) -> None:
    before, _ = _rekeyed(insider)
    told = Told(
        kind="customer",
        subject="91370112MA3DEM019E",
        directory="customers/91370112MA3DEM019E",
        files={},
        types={},
        reason="",
        relied_on=None,
        renderer="",
        approvals=(),
        facts={},
    )
    path = f"{told.directory}/0001.json"
    value = {"uscc": "91370112MA3DEM019E", "name": "济南虚构岱岳重型机械有限公司"}
    told.files[path] = canonical.encode(value)
    insider.append(
        CONTROL_REF,
        told,
        actor=before,
        time=last_time(insider, CONTROL_REF) + timedelta(minutes=1),
        subject_line="Enter customer 91370112MA3DEM019E",
        trailers={"Event": "customer", "Customer": "91370112MA3DEM019E"},
    )


@fault
def replaced_key_signs_a_record(insider: Insider) -> None:
    _rekeyed(insider)

    def change(acts: History) -> None:
        acts[-1].time = last_time(insider, CONTROL_REF) + timedelta(days=2)

    insider.rewrite(NOTICE, change)


@fault
def another_name_on_ones_own_key(insider: Insider) -> None:
    def change(acts: History) -> None:
        acts[-1].actor = renamed(acts[-1].actor, "周示行")

    insider.rewrite(NOTICE, change)


@fault
def another_name_in_control(insider: Insider) -> None:
    def change(acts: History) -> None:
        acts[-1].actor = renamed(acts[-1].actor, "周示行")

    insider.rewrite(CONTROL_REF, change)


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
            value["date"] = "2026-01-02"

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


# What git shows.


@fault
def lying_subject_line(insider: Insider) -> None:
    def change(acts: History) -> None:
        acts[-1].subject_line = "Void RXD7200-04-JN01-2026-0001"

    insider.rewrite(NOTICE, change)


@fault
def lying_trailers(insider: Insider) -> None:
    def change(acts: History) -> None:
        acts[-1].trailers = {"Event": "void", "Number": "RXD7200-04-JN01-2026-0009"}

    insider.rewrite(NOTICE, change)


@fault
def lying_author_name(insider: Insider) -> None:
    """The commit's author has another name than its event's actor."""
    from rmdocs.store import commits

    store = insider.store
    tip = store.commit(NOTICE)
    commit = commits.parse(tip, store.objects.content(tip, "commit"))
    act: Act = insider.history(NOTICE)[-1]
    draft = commits.DraftCommit(
        tree=commit.tree,
        parent=commit.parents[0],
        actor=renamed(act.actor, "周示行"),
        time=commit.time,
        subject_line=commit.subject_line,
        trailers=act.trailers,
    )
    data = commits.signed(draft, insider.known[act.actor.fingerprint])
    insider.point(NOTICE, write_object(insider, "commit", data))


def write_object(insider: Insider, kind: str, data: bytes) -> str:
    """Write a loose object."""
    oid = object_name(kind, data)
    path = insider.bank.store / "objects" / oid[:2] / oid[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(object_header(kind, len(data)) + data))
    return oid


def setting(text: str) -> Fault:
    def configure(insider: Insider) -> None:
        with (insider.bank.store / "config").open("a", encoding="utf-8") as file:
            file.write(text)

    return configure


FAULTS["partial_clone"] = setting("[extensions]\n\tpartialClone = origin\n")
FAULTS["promisor_remote"] = setting('[remote "origin"]\n\tpromisor = true\n')
FAULTS["program_for_signatures"] = setting('[gpg "ssh"]\n\tprogram = /tmp/verify/evil\n')
FAULTS["program_for_gpg"] = setting("[gpg]\n\tprogram = /tmp/verify/evil\n")
FAULTS["included_settings"] = setting("[include]\n\tpath = /tmp/verify/evil.config\n")
FAULTS["other_signers"] = setting('[gpg "ssh"] allowedSignersFile = /tmp/mine # x\n')
FAULTS["pager"] = setting("[core]\n\tpager = /tmp/verify/evil\n")
FAULTS["alias"] = setting("[alias]\n\tlog = !/tmp/verify/evil\n")
FAULTS["work_tree"] = setting("[core]\n\tworktree = /tmp\n")
FAULTS["hooks_elsewhere"] = setting("[core]\n\thooksPath = /tmp/verify\n")
FAULTS["worktree_config"] = setting("[extensions]\n\tworktreeConfig = true\n")


@fault
def commondir(insider: Insider) -> None:
    (insider.bank.store / "commondir").write_text("../other.git\n")


@fault
def promisor_pack(insider: Insider) -> None:
    insider.bank.git("gc", "-q")
    [pack, *_] = (insider.bank.store / "objects/pack").glob("*.pack")
    pack.with_suffix(".promisor").write_text("")


@fault
def hook(insider: Insider) -> None:
    path = insider.bank.store / "hooks" / "post-update"
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)


@fault
def pack_cut_short(insider: Insider) -> None:
    insider.bank.git("gc", "-q")
    for pack in (insider.bank.store / "objects/pack").glob("*.pack"):
        pack.chmod(0o644)
        pack.write_bytes(pack.read_bytes()[: pack.stat().st_size // 2])


@fault
def pack_cut_to_nothing(insider: Insider) -> None:
    insider.bank.git("gc", "-q")
    for pack in (insider.bank.store / "objects/pack").glob("*.pack"):
        pack.chmod(0o644)
        pack.write_bytes(b"")


@fault
def three_thousand_nested_trees(insider: Insider) -> None:
    from rmdocs.store import commits

    oid = write_object(insider, "blob", b"x")
    tree = write_object(insider, "tree", b"100644 f\0" + bytes.fromhex(oid))
    for _ in range(3000):
        tree = write_object(insider, "tree", b"40000 d\0" + bytes.fromhex(tree))
    store = insider.store
    tip = store.commit(NOTICE)
    root = store.objects.content(store.require_head(NOTICE).tree, "tree")
    made = write_object(insider, "tree", b"40000 !\0" + bytes.fromhex(tree) + root)
    act = insider.history(NOTICE)[-1]
    draft = commits.DraftCommit(
        tree=made,
        parent=tip,
        actor=act.actor,
        time=act.time,
        subject_line="x",
        trailers={},
    )
    data = commits.signed(draft, insider.known[act.actor.fingerprint])
    insider.point(NOTICE, write_object(insider, "commit", data))


def another_day(days: int) -> date:
    """Return a day after the samples' year."""
    return date(2026, 12, 31) + timedelta(days=days)
