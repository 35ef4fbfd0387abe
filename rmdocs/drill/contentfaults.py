"""Faults with every key that are seen where records are judged again, or from outside (F1–F8, F24).

What a record says is put wrong and sealed as if it were right; or a whole history is written
anew, sound in itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from rmdocs import canonical
from rmdocs.audit.pins import pins_of
from rmdocs.drill import faults
from rmdocs.drill.insider import Act, History, ToldEvent
from rmdocs.drill.recordfaults import change_json, redrawn, words_changed
from rmdocs.drill.repository import cut_back, forget
from rmdocs.drill.scene import Found, Look, NothingThereError, Scene, place_of
from rmdocs.messages import Verbatim, message
from rmdocs.store.protocol import CONTROL_REF, RECORDS_PREFIX

fault = partial(faults.fault, look=Look.CONTENTS)
pinned = partial(faults.fault, look=Look.PINNED)

_NOTED = "record.json"


@fault("F24", "DOCUMENT-OTHER", message("a document says something else than its record"))
def document_of_other_words(scene: Scene) -> str:
    def redraw(told: ToldEvent, _act: Act) -> None:
        [path] = [one for one in told.files if one.endswith(".docx")]
        told.files[path] = redrawn(told.files[path], words_changed(scene.random))

    return scene.alter(scene.edition(_has_one_document), redraw)


@fault(
    "F24", "DOCUMENT-OTHER CONTENT-REFUSED", message("a record says something else than it prints")
)
def record_of_other_words(scene: Scene) -> str:
    def rewrite(told: ToldEvent, _act: Act) -> None:
        def other(value: dict[str, Any]) -> None:
            scene.told.append(Verbatim(_changed(value["content"], scene)))

        change_json(told, _NOTED, other)

    return scene.alter(_issue(scene), rewrite)


@fault("F24", "CONTENT-REFUSED", message("a record holds what its form does not know"))
def record_against_its_schema(scene: Scene) -> str:
    def add(told: ToldEvent, _act: Act) -> None:
        change_json(told, _NOTED, lambda value: value["content"].update(unknown=1))

    return scene.alter(_issue(scene), add)


@fault("F24", "CONTENT-REFUSED", message("a stage holds what its form does not know"))
def stage_against_its_schema(scene: Scene) -> str:
    def replace_all(told: ToldEvent, _act: Act) -> None:
        told.files[told.facts["content"]] = canonical.encode({"unknown": 1})

    return scene.alter(scene.edition(lambda one: one.event.kind == "stage"), replace_all)


@fault("F19", "CONTENT-REFUSED", message("a record of another unit lies under a number"))
def record_of_another_unit(scene: Scene) -> str:
    found = _issue(scene)

    def move(told: ToldEvent, _act: Act) -> None:
        change_json(told, _NOTED, lambda value: value.update(unit="ZZ99"))

    return scene.alter(found, move)


@fault("F19", "CONTENT-REFUSED", message("a record of another year lies under a number"))
def record_of_another_year(scene: Scene) -> str:
    def move(told: ToldEvent, _act: Act) -> None:
        change_json(told, _NOTED, lambda value: value.update(date="2001-06-01"))

    return scene.alter(_issue(scene), move)


@fault("F19", "CONTENT-REFUSED", message("an issue names the digest of another record"))
def digest_of_another_record(scene: Scene) -> str:
    found = scene.edition(lambda one: "record_digest" in one.event.facts)
    return scene.alter(found, lambda told, _act: told.facts.update(record_digest="0" * 64))


def _issue(scene: Scene) -> Found:
    return scene.edition(lambda one: one.event.kind == "issue")


def _has_one_document(found: Found) -> bool:
    return sum(file.path.endswith(".docx") for file in found.event.files) == 1


def _changed(content: dict[str, Any], scene: Scene) -> str:
    """Change one word or number of a record, anywhere in it; return where."""
    places = list(_leaves(content, "$"))
    holder, key, path = scene.random.choice(places)
    value = holder[key]
    holder[key] = f"{value}改" if isinstance(value, str) else value + 1
    return path


def _leaves(value: Any, path: str) -> Iterator[tuple[Any, Any, str]]:  # noqa: ANN401 - JSON
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in list(items):
        if isinstance(one, (dict, list)):
            yield from _leaves(one, f"{path}.{key}")
        elif isinstance(one, str) or type(one) in {int, float}:
            yield value, key, f"{path}.{key}"


# Sound in itself, and named only by what is known from outside --------------------------


@pinned("F5", "LEDGER-REWRITTEN", message("a history is written anew and signed again"))
def history_rewritten(scene: Scene) -> str:
    found = scene.one(message("act"), lambda one: one.nth == 0)
    return _other_history(scene, found)


@pinned(
    "F6",
    "LEDGER-REWRITTEN LEDGER-BACK PIN-SIGNATURE",  # the last where the key was entered in them
    message("acts are cut off, and others sealed instead"),
)
def history_cut_and_gone_on_with(scene: Scene) -> str:
    found = scene.one(message("ledger of two acts"), lambda one: one.at > 0 and one.nth == 0)
    act = scene.insider.act(found.commit)
    cut_back(scene, found)
    act.time += timedelta(seconds=1)
    scene.insider.lay(found.ref, [act], scene.store.require_head(found.ref).commit)
    return found.place


@pinned("F7", "LEDGER-REWRITTEN", message("two people are shown two histories"))
def two_histories(scene: Scene) -> str:
    found = scene.one(message("act"), lambda one: one.nth == 0)
    tips = {one.ref: one.commit for one in scene.sealed}  # each ledger's last
    place = _other_history(scene, found)
    scene.pins = pins_of(scene.store, message("the other one's clone"))
    for ref, tip in tips.items():
        scene.insider.point(ref, tip)
    return place


@pinned(
    "F14", "LEDGER-REWRITTEN LEDGER-BACK", message("the last number is cut off and given again")
)
def last_number_given_again(scene: Scene) -> str:
    found = scene.one(
        message("number that was given last"),
        lambda one: (
            one.event.kind == "issue"
            and one.nth == 0
            and scene.last_of(one).directory == one.directory
        ),
    )

    def cut(acts: History) -> None:
        del acts[found.at + 1 :]
        acts[found.at].time += timedelta(seconds=1)

    scene.insider.rewrite(found.ref, cut)
    return found.place


@pinned("F2", "LEDGER-GONE", message("a volume is taken away, and its opening with it"))
def volume_dropped_with_its_opening(scene: Scene) -> str:
    opened = {one.event.subject for one in scene.sealed if one.event.kind == "volume"}
    refs = [ref for ref in scene.volumes() if ref.removeprefix(RECORDS_PREFIX) in opened]
    if not refs:
        raise NothingThereError(message("volume of records"))
    name = refs[0].removeprefix(RECORDS_PREFIX)

    def close(acts: History) -> None:
        acts[:] = [one for one in acts if one.events[0].subject != name]

    scene.insider.rewrite(CONTROL_REF, close)
    forget(scene, refs[0])
    return place_of(refs[0])


def _other_history(scene: Scene, found: Found) -> str:
    """Write another history of a ledger from an act on: sound, but at other moments."""

    def later(acts: History) -> None:
        for act in acts[found.at :]:
            act.time += timedelta(seconds=1)

    scene.insider.rewrite(found.ref, later)
    return found.place
