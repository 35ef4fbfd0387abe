"""Faults that an insider with every key puts into a store, each as they would do it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from insider import Act, History, Insider, Told, renamed

from rmdocs import canonical
from rmdocs.store.event import Actor
from rmdocs.store.head import GitHead
from rmdocs.store.keys import SigningKey
from rmdocs.store.objects import object_header, object_name
from rmdocs.store.protocol import CONTROL_REF

Fault = Callable[[Insider], object]
FAULTS: dict[str, Fault] = {}

AGREEMENT = "refs/heads/records/RXD7200-01/JN01/2026/1"
LOG = "refs/heads/records/RXD7200-02/JN01/2026/1"
NOTICE = "refs/heads/records/RXD7200-04/JN01/2026/1"
RM, HEAD, OFFICER, AUTHOR = "JN01-0101", "JN01-0001", "SD00-0004", "SD00-0001"


def fault(function: Fault) -> Fault:
    """Enter a fault by its name."""
    FAULTS[function.__name__] = function
    return function


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


@fault
def relies_on_control_as_it_was_before(insider: Insider) -> None:
    first = insider.bank.git("rev-list", "--max-parents=0", CONTROL_REF)
    oldest = GitHead(insider.store.objects, first).checkpoint

    def change(acts: History) -> None:
        acts[-1].events[0].relied_on = oldest
        acts[-1].time += timedelta(days=400)

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


def customer_entered(insider: Insider, who: Actor) -> None:
    """Enter a customer in control, as somebody with the key that they act with."""
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
        actor=who,
        time=last_time(insider, CONTROL_REF) + timedelta(minutes=1),
        subject_line="Enter customer 91370112MA3DEM019E",
        trailers={"Event": "customer", "Customer": "91370112MA3DEM019E"},
    )


@fault
def replaced_key_signs_in_control(insider: Insider) -> None:
    before, _ = _rekeyed(insider)
    customer_entered(insider, before)


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
