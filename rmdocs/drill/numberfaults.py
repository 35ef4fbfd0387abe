"""Faults that somebody with every key puts into numbers, times and forms (F4, F9–F15, F18)."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from datetime import timedelta
from functools import partial

from rmdocs import canonical
from rmdocs.drill import faults
from rmdocs.drill.insider import Act, History, ToldEvent
from rmdocs.drill.recordfaults import EDITIONS, change_json
from rmdocs.drill.scene import Found, Scene, place_of
from rmdocs.identifiers import RecordNumber, Volume
from rmdocs.messages import message
from rmdocs.registers.revisions import FORMS, RELEASE_NAME, Release
from rmdocs.registers.series import CLOSED_NAME, OPENED_NAME, SERIES_NAME
from rmdocs.store.head import GitHead
from rmdocs.store.protocol import CONTROL_REF, RECORDS_PREFIX

fault = partial(faults.fault, keys=True)

# Numbers ---------------------------------------------------------------------------


@fault("F15", "NUMBER-SERIES", message("a volume counts the numbers of another"))
def series_of_another_volume(scene: Scene) -> str:
    found = scene.one(
        message("volume"), lambda one: one.ref != CONTROL_REF and one.event.kind == "issue"
    )
    unit = str(RecordNumber.parse(found.event.subject).series.unit).encode()

    def rename(acts: History) -> None:
        for act in acts:
            for name, data in act.state.items():
                act.state[name] = data.replace(b'"%s"' % unit, b'"ZZ99"').replace(
                    b"/%s/" % unit, b"/ZZ99/"
                )

    scene.insider.rewrite(found.ref, rename)
    return found.place


@fault("F14", "NUMBER-GAP NUMBER-BEYOND", message("a record is left out, as if never issued"))
def record_left_out(scene: Scene) -> str:
    last: dict[str, str] = {}
    for one in scene.sealed:
        if one.event.kind == "issue":
            last[one.ref] = one.directory
    found = scene.one(
        message("volume of two records"),
        lambda one: one.event.kind == "issue" and one.directory != last[one.ref],
    )

    def leave_out(acts: History) -> None:
        for act in acts:
            act.events = [one for one in act.events if one.directory != found.directory]
        acts[:] = [act for act in acts if act.events]

    scene.insider.rewrite(found.ref, leave_out)
    return found.place


@fault("F15", "NUMBER-TWICE", message("a number is given twice"))
def number_given_twice(scene: Scene) -> str:
    found = scene.act_on_record("issue")

    def again(acts: History) -> None:
        told = acts[found.at].events[found.nth]
        files = {_elsewhere(path): data for path, data in told.files.items()}
        twice = replace(told, files=files, facts={**told.facts, "edition": 99})
        made = copy(acts[-1])
        made.events, made.actor, made.state = [twice], acts[found.at].actor, {}
        made.subject_line = ""
        acts.append(made)

    scene.insider.rewrite(found.ref, again)
    return found.place


def _elsewhere(path: str) -> str:
    """Return another place in a record's folder for a file of its first edition."""
    folder, _, name = path.rpartition("/")
    other = path.replace("editions/1/", "editions/99/")
    return other if other != path else f"{folder}/99-{name}"


@fault("F15", "VOLUME-EARLY VOLUME-UNREGISTERED", message("a second volume is begun too early"))
def volume_begun_early(scene: Scene) -> str:
    found = scene.act_on_record("issue")
    volume = Volume.parse(found.ref.removeprefix(RECORDS_PREFIX))
    number = RecordNumber.parse(found.event.subject)
    other = RecordNumber(series=number.series, serial=number.serial + 10_000 * volume.part)
    act = scene.insider.act(found.commit)
    told = act.events[found.nth]
    told.files = {
        path.replace(told.directory, other.directory).replace(str(number), str(other)): data
        for path, data in told.files.items()
    }
    told.subject, told.directory = str(other), other.directory
    state = canonical.decode(act.state.get(SERIES_NAME, b"{}"))
    act.events, act.subject_line = [told], ""
    act.state = {SERIES_NAME: canonical.encode({**state, "volume": str(other.volume), "given": 1})}
    ref = f"{RECORDS_PREFIX}{other.volume}"
    scene.insider.lay(ref, [act])
    return str(other.volume)


@fault("F15", "VOLUME-OPENED", message("the opening of a volume names another"))
def opening_of_another(scene: Scene) -> str:
    found = scene.one(message("volume"), lambda one: one.event.kind == "volume")
    series, _, part = found.event.subject.rpartition("/")
    other = scene.random.choice((f"{series}/{int(part) + 1}", f"ZZ{series}/{part}"))

    def rename(told: ToldEvent, _act: Act) -> None:
        change_json(told, OPENED_NAME, lambda value: value.update(volume=other))

    scene.alter(found, rename)
    return found.directory


@fault("F14", "CLOSING-DISAGREES", message("a series is closed that gave other numbers"))
def closing_of_other_numbers(scene: Scene) -> str:
    found = scene.one(message("closed number series"), lambda one: one.event.kind == "series-close")

    def count(told: ToldEvent, _act: Act) -> None:
        change_json(told, CLOSED_NAME, lambda value: value.update(given=value["given"] + 1))
        told.facts["given"] += 1

    return scene.alter(found, count)


# Times and states of control ---------------------------------------------------------


@fault("F4", "RELIED-LATER", message("a volume is dated before the registers it relies on"))
def volume_backdated(scene: Scene) -> str:
    ref = scene.volumes()[0]
    back = timedelta(days=scene.random.randrange(900, 3000))

    def earlier(acts: History) -> None:
        for act in acts:
            act.time -= back

    scene.insider.rewrite(ref, earlier)
    return place_of(ref)


@fault("F4", "EVENT-TIME COMMIT-TIME", message("an act is dated before the one before it"))
def act_backdated(scene: Scene) -> str:
    found = scene.one(message("ledger of two acts"), lambda one: one.at > 0 and one.nth == 0)

    def earlier(acts: History) -> None:
        acts[found.at].time = acts[found.at - 1].time - timedelta(
            seconds=scene.random.randrange(1, 100_000)
        )

    scene.insider.rewrite(found.ref, earlier)
    return found.place


@fault("F4", "ISSUED-ON", message("an edition bears another day than that of its sealing"))
def edition_misdated(scene: Scene) -> str:
    day = f"20{scene.random.randrange(10, 26)}-01-02"
    found = scene.act_on_record(*EDITIONS)
    return scene.alter(found, lambda told, _act: told.facts.update(issued_on=day))


@fault("F12", "RELIED-BACK", message("an act relies on registers older than one before it did"))
def registers_of_before(scene: Scene) -> str:
    first = GitHead(scene.store.objects, scene.sealed[0].commit).checkpoint

    def fits(one: Found) -> bool:
        before = [
            other.event.relied_on
            for other in scene.sealed
            if other.ref == one.ref and other.at < one.at and other.event.relied_on
        ]
        is_last = one.at == scene.last_of(one).at
        return is_last and bool(one.event.relied_on) and any(state != first for state in before)

    def long_after(told: ToldEvent, act: Act) -> None:
        told.relied_on = first  # a day's run may go on with the registers that it began with
        act.time += timedelta(days=scene.random.randrange(30, 400))

    found = scene.one(message("ledger of two acts that rely on registers"), fits)
    return scene.alter(found, long_after)


@fault("F12", "RELIED-ON", message("an act relies on registers that never were, or on none"))
def registers_that_never_were(scene: Scene) -> str:
    found = scene.act_on_record(*EDITIONS)
    real = found.event.relied_on
    other = replace(real, size=real.size + scene.random.choice((-1, 1, 999))) if real else None
    said = scene.random.choice((other, None))
    return scene.alter(found, lambda told, _act: setattr(told, "relied_on", said))


# Forms and rules ---------------------------------------------------------------------


@fault("F10", "REVISION-DIGEST", message("a record is issued by a form with other bytes"))
def form_of_other_bytes(scene: Scene) -> str:
    found = scene.act_on_record("issue")
    return scene.alter(found, lambda told, _act: told.facts.update(form_digest="0" * 64))


@fault("F9", "REVISION-UNKNOWN", message("a record is issued by a revision never released"))
def revision_never_released(scene: Scene) -> str:
    found = scene.act_on_record("issue")
    return scene.alter(found, lambda told, _act: told.facts.update(revision="77.0"))


@fault("F9", "REVISION-NOT-IN-FORCE", message("a record is issued by a revision of another time"))
def revision_of_another_time(scene: Scene) -> str:
    files = [path for path, _ in scene.control.walk(FORMS) if path.endswith(f"/{RELEASE_NAME}")]
    released = [
        Release.from_json(canonical.decode(scene.control.read(path) or b"")) for path in files
    ]

    def others(one: Found) -> list[Release]:
        said = one.event.facts
        now = [r for r in released if _of(r) == (said.get("form"), said.get("revision"))]
        return [
            r
            for r in released
            if now
            and str(r.number) == said.get("form")
            and (
                r.effective.isoformat() > said["issued_on"]
                or (r.effective < now[0].effective and r.revision < now[0].revision)
            )
        ]

    found = scene.one(
        message("record issued by one of two revisions"),
        lambda one: one.event.kind == "issue" and bool(others(one)),
    )
    other = scene.random.choice(others(found))

    def exchange(told: ToldEvent, _act: Act) -> None:
        told.facts.update(revision=str(other.revision), form_digest=other.digest)
        told.relied_on = scene.control.checkpoint  # by then both were released

    return scene.alter(found, exchange)


def _of(release: Release) -> tuple[str, str]:
    return str(release.number), str(release.revision)


@fault("F18", "RULES-OTHER", message("an act is to be judged by the rules of an older program"))
def rules_of_before(scene: Scene) -> str:
    found = scene.one(
        message("act that names its rules"),
        lambda one: one.ref != CONTROL_REF and one.event.facts.get("rules", 0) > 1,
    )
    return scene.alter(found, lambda told, _act: told.facts.update(rules=1))
