"""Faults that somebody with every key puts into records: acts, numbers, times (F3–F21)."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from rmdocs import canonical
from rmdocs.drill import faults
from rmdocs.drill.insider import Act, History, ToldEvent
from rmdocs.drill.scene import OTHER_NAME, Found, NothingThereError, Scene, renamed
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import message
from rmdocs.store import commits
from rmdocs.store.keys import SigningKey
from rmdocs.store.protocol import CONTROL_REF

fault = partial(faults.fault, keys=True)

ISSUES = ("issue",)
EDITIONS = ("issue", "stage", "amend", "regenerate")
_WORDS = re.compile(rb"<w:t(?: [^>]*)?>([^<&]{2,})</w:t>")
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def change_json(told: ToldEvent, ending: str, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what a JSON file of an event says."""
    [path] = [one for one in told.files if one.endswith(ending)]
    value = canonical.decode(told.files[path])
    change(value)
    told.files[path] = canonical.encode(value)


def redrawn(document: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Return a document with other words in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as before, zipfile.ZipFile(made, "w") as after:
        for item in before.infolist():
            data = before.read(item)
            after.writestr(item, change(data) if item.filename == "word/document.xml" else data)
    return made.getvalue()


def words_changed(chance: Random) -> Callable[[bytes], bytes]:
    """Return what changes one character in the text of a document."""

    def change(xml: bytes) -> bytes:
        found = chance.choice(list(_WORDS.finditer(xml)))
        text = found[1].decode()
        at = chance.randrange(len(text))
        other = "8" if text[at] != "8" else "9"
        made = f"{text[:at]}{other}{text[at + 1 :]}"
        return xml[: found.start(1)] + made.encode() + xml[found.end(1) :]

    return change


# The shape of folders ------------------------------------------------------------


@fault("F19", "EVENT-RECORD", message("an act on another volume's record lies in a folder"))
def act_of_another_volume(scene: Scene) -> str:
    found = scene.act_on_record("stage", "amend", "issue")
    number = RecordNumber.parse(found.event.subject)
    year = replace(number.series, year=number.series.year - 1)
    other = str(RecordNumber(series=year, serial=number.serial))
    return scene.alter(found, lambda told, _act: setattr(told, "subject", other))


@fault("F20", "FILE-LACKING", message("a record is issued that seals no file"))
def issue_without_files(scene: Scene) -> str:
    return scene.alter(scene.act_on_record("issue"), lambda told, _act: told.files.clear())


@fault("F20", "FILE-LACKING", message("an edition is issued without its document"))
def edition_without_document(scene: Scene) -> str:
    def drop(told: ToldEvent, _act: Act) -> None:
        told.files = {p: d for p, d in told.files.items() if not p.endswith(".docx")}

    found = scene.act_on_record(*EDITIONS)
    return scene.alter(found, drop)


@fault("F20", "EVENT-KIND", message("an act is of a kind that nobody knows"))
def act_of_no_kind(scene: Scene) -> str:
    return scene.alter(scene.act_on_record(), lambda told, _act: setattr(told, "kind", "note"))


@fault("F20", "FILE-UNSEALED", message("a file lies at the root of a ledger that no act seals"))
def file_at_the_root(scene: Scene) -> str:
    found = scene.one(message("ledger"), lambda _one: True)
    name = "series.json" if found.ref == CONTROL_REF else "note.txt"
    return scene.alter(found, lambda _told, act: act.state.update({name: b"x"}))


@fault("F19", "FILE-KIND", message("an act seals a file that no such act has"))
def file_of_no_kind(scene: Scene) -> str:
    def add(told: ToldEvent, _act: Act) -> None:
        told.files[f"{told.directory}/editions/1/agreement.exe"] = b"MZ"

    return scene.alter(scene.act_on_record(*EDITIONS), add)


@fault("F19", "FILE-KIND", message("an edition has a second document"))
def second_document(scene: Scene) -> str:
    def add(told: ToldEvent, _act: Act) -> None:
        [path, *_] = [one for one in told.files if one.endswith(".docx")]
        other = path.replace(".docx", "-copy9.docx")
        told.files[other], told.types[other] = told.files[path], _DOCX

    return scene.alter(scene.edition(), add)


# The course of a record ------------------------------------------------------------


@fault("F15", "EDITION-ORDER", message("an edition is claimed twice, or one is left out"))
def edition_misnumbered(scene: Scene) -> str:
    def other(told: ToldEvent, _act: Act) -> None:
        right = told.facts["edition"]
        told.facts["edition"] = scene.random.choice([n for n in (1, 2, 9) if n != right])

    return scene.alter(scene.act_on_record(*EDITIONS), other)


@fault("F3", "EDITION-ORDER", message("two acts on a record change places"))
def acts_exchanged(scene: Scene) -> str:
    def followed(one: Found) -> bool:
        return one.event.kind in EDITIONS and _next(scene, one) is not None

    found = scene.one(message("record of two editions"), followed)
    other = _next(scene, found)

    def exchange(acts: History) -> None:
        here, there = found.at, other.at if other else found.at
        acts[here], acts[there] = acts[there], acts[here]
        acts[here].time, acts[there].time = acts[there].time, acts[here].time

    scene.insider.rewrite(found.ref, exchange)
    return found.place


def _next(scene: Scene, found: Found) -> Found | None:
    """Return the next edition of the same record, made by a later commit."""
    return next(
        (
            one
            for one in scene.sealed
            if (one.ref, one.directory) == (found.ref, found.directory)
            and one.at > found.at
            and one.event.kind in EDITIONS
        ),
        None,
    )


@fault("F15", "ACT-OUT-OF-TURN", message("a stage that can be added once is added again"))
def stage_added_twice(scene: Scene) -> str:
    def fits(one: Found) -> bool:
        return (
            one.event.kind == "stage"
            and one.event.facts.get("repeat") is None
            and "encryption" not in one.event.facts
            and _next(scene, one) is None
        )

    found = scene.one(message("stage that can be added once"), fits)

    def again(acts: History) -> None:
        acts.append(_again(acts[found.at], acts[found.at].events[found.nth], acts[-1]))

    scene.insider.rewrite(found.ref, again)
    return found.place


def _again(act: Act, told: ToldEvent, last: Act) -> Act:
    edition = told.facts["edition"]
    content = told.facts["content"]
    stages = content.rpartition("/")[0]
    fresh = f"{stages}/99-{told.facts['stage']}.json"
    files = {
        (fresh if path == content else path)
        .replace(f"editions/{edition}/", f"editions/{edition + 1}/")
        .replace(f"-e{edition}.", f"-e{edition + 1}."): data
        for path, data in told.files.items()
    }
    facts = {**told.facts, "edition": edition + 1, "content": fresh}
    made = copy(act)
    types = dict(zip(files, (told.types.get(one, "") for one in told.files), strict=True))
    made.events = [replace(told, files=files, facts=facts, types=types)]
    made.time, made.state = last.time, {}
    return made


@fault("F19", "EDITION-UNIT", message("an edition names its unit otherwise than the register"))
def unit_named_otherwise(scene: Scene) -> str:
    def rename(told: ToldEvent, _act: Act) -> None:
        told.facts["unit"] = {**told.facts["unit"], "full_name": "别处支行"}

    return scene.alter(scene.act_on_record(*EDITIONS), rename)


@fault("F7", "EDITION-PIN", message("an edition prints a check code that its ledger never had"))
def pin_that_never_was(scene: Scene) -> str:
    def lie(told: ToldEvent, _act: Act) -> None:
        told.facts["pin"] = told.facts["pin"][:-1] + "z" if "·" in told.facts["pin"] else "7·0123"
        told.lies_of_pin = True

    return scene.alter(scene.act_on_record(*EDITIONS), lie)


@fault("F20", "STAGE-UNKNOWN", message("a stage is added that the form does not know"))
def stage_of_no_form(scene: Scene) -> str:
    found = scene.act_on_record("stage")
    return scene.alter(found, lambda told, _act: told.facts.update(stage="nothing"))


@fault("F9", "REGENERATED-FROM", message("a record is carried over from where it never stood"))
def regenerated_from_elsewhere(scene: Scene) -> str:
    found = scene.act_on_record("regenerate")
    return scene.alter(found, lambda told, _act: told.facts.update(from_revision="0.1"))


# Who acts ----------------------------------------------------------------------------


@fault("F16", "ACTOR-NAME", message("somebody acts under another's name, with their own key"))
def name_of_another(scene: Scene) -> str:
    found = scene.one(message("act"), lambda one: one.nth == 0 and one.at > 0)
    return scene.alter(
        found, lambda _told, act: setattr(act, "actor", renamed(act.actor, OTHER_NAME))
    )


@fault("F16", "ACTOR-KEY", message("somebody acts under another's staff number"))
def number_of_another(scene: Scene) -> str:
    found = scene.one(message("act"), lambda one: one.nth == 0 and one.at > 0)
    person, _ = scene.somebody(but=[found.event.actor.staff_no])
    actor = replace(found.event.actor, staff_no=str(person.staff_no))
    return scene.alter(found, lambda _told, act: setattr(act, "actor", actor))


@fault("F16", "ACTOR-UNIT", message("somebody of another unit acts on a record"))
def actor_of_another_unit(scene: Scene) -> str:
    found = scene.one(
        message("act on a record"),
        lambda one: one.ref != CONTROL_REF and one.nth == 0 and one.event.kind in ISSUES,
    )
    own = RecordNumber.parse(found.event.subject).series.unit
    others = [who for person, who in scene.people("relationship_manager") if person.unit != own]
    if not others:
        raise NothingThereError(message("second unit"))
    return scene.alter(found, lambda _told, act: setattr(act, "actor", others[0]))


@fault("F16", "COMMIT-STRANGER", message("an act is signed by a key that no register holds"))
def key_of_a_stranger(scene: Scene) -> str:
    found = scene.one(message("act"), lambda one: one.nth == 0)
    key = SigningKey.generate("stranger")
    return scene.alter(found, lambda _told, act: setattr(act, "key", key))


@fault("F16", "COMMIT-KEY", message("an act is signed by another than it says"))
def key_of_another(scene: Scene) -> str:
    found = scene.one(message("act"), lambda one: one.nth == 0)
    _, other = scene.somebody(but=[found.event.actor.staff_no])
    key = scene.key_of(other)
    return scene.alter(found, lambda _told, act: setattr(act, "key", key))


@fault("F13", "LEDGER-SIGNATURE", message("a ledger is signed by a key that is no ledger's"))
def ledger_signed_by_a_person(scene: Scene) -> str:
    found = scene.one(message("act"), lambda one: one.nth == 0)
    _, somebody = scene.somebody()
    key = scene.key_of(somebody)
    return scene.alter(found, lambda _told, act: setattr(act, "ledger_key", key))


@fault("F16", "COMMIT-ACTOR", message("plain git is shown another author than acted"))
def author_of_another(scene: Scene) -> str:
    found = scene.one(message("act"), lambda one: one.nth == 0)
    last = scene.last_of(found)
    objects, act = scene.store.objects, scene.insider.act(last.commit)
    commit = commits.parse(last.commit, objects.content(last.commit, "commit"))
    draft = commits.DraftCommit(
        tree=commit.tree,
        parent=commit.parents[0] if commit.parents else None,
        actor=renamed(act.actor, OTHER_NAME),
        time=commit.time,
        subject_line=commit.subject_line,
        trailers=act.trailers,
    )
    writer = scene.writer()
    made = writer.add("commit", commits.signed(draft, scene.key_of(act.actor)))
    writer.flush()
    scene.insider.point(found.ref, made)
    return found.place


@fault("F16", "COMMIT-TEXT", message("plain git is shown another act than was sealed"))
def lying_commit(scene: Scene) -> str:
    found = scene.one(message("act"), lambda one: one.nth == 0)

    def lie(_told: ToldEvent, act: Act) -> None:
        if scene.random.choice((True, False)):
            act.subject_line = "Void RXD7200-04-JN01-2026-0001"
        else:
            act.trailers = {"Event": "void", "Number": "RXD7200-04-JN01-2026-0009"}

    return scene.alter(found, lie)


@fault("F21", "DISPOSED-UNAPPROVED", message("a record is disposed of that nobody listed"))
def disposed_unapproved(scene: Scene) -> str:
    gone = {(one.ref, one.directory) for one in scene.sealed if one.event.kind == "dispose"}
    found = scene.one(
        message("record that is not disposed of"),
        lambda one: one.event.kind == "issue" and (one.ref, one.directory) not in gone,
    )
    _, who = scene.somebody("records_officer", "auditor")
    head = scene.store.require_head(found.ref)
    facts = {
        "approved_by": None,
        "approver": "无人",
        "certificate": "D2032-0001",
        "disposed_on": scene.day(head.time),
        "list_sha256": "0" * 64,
        "proposed_by": who.to_json(),
        "rules": found.event.facts.get("rules", 1),
    }
    told = ToldEvent(
        kind="dispose",
        subject=found.event.subject,
        directory=found.directory,
        relied_on=scene.control.checkpoint,
        facts=facts,
    )
    time = max(head.time, scene.control.time) + timedelta(minutes=1)
    scene.insider.append(found.ref, told, actor=who, time=time)
    return found.place


@fault("F21", "DISPOSED-HELD", message("a record is disposed of while it is held"))
def disposed_while_held(scene: Scene) -> str:
    found = scene.one(
        message("record that was disposed of"), lambda one: one.event.kind == "dispose"
    )
    _, who = scene.somebody("records_officer", "auditor")
    year = scene.control.time.year
    holds = [int(one.rpartition("-")[2]) for one in scene.control.list("holds")]
    number = f"H{year}-{max(holds, default=0) + 1:04d}"
    held = scene.random.choice(
        (("record", found.event.subject), ("series", found.event.subject.rpartition("-")[0]))
    )
    value = {"number": number, "kind": "audit", "scope": held[0], "held": held[1]}
    path = f"holds/{number}/hold.json"
    hold = ToldEvent(
        kind="hold",
        subject=number,
        directory=f"holds/{number}",
        files={path: canonical.encode(value)},
        types={path: "application/json"},
        reason="演练",
        facts=value,
    )
    scene.on_control(who, hold)

    def after(acts: History) -> None:
        later = max(acts[found.at].time, scene.control.time) - acts[found.at].time
        for act in acts[found.at :]:
            act.time += later
        acts[found.at].events[found.nth].relied_on = scene.control.checkpoint

    scene.insider.rewrite(found.ref, after)
    return found.place
