"""Formal PDF beside the editions: sealed once, the same bytes, marked where they are not."""

from __future__ import annotations

import io
import json
import pickle
from functools import partial
from io import BytesIO

import pytest
from pypdf import PdfReader

from rmdocs.errors import ControlError, FindingsError
from rmdocs.events.records import PdfMade
from rmdocs.files import File
from rmdocs.registers.records import read_folder
from rmdocs.registers.renditions import of_current, print_copy
from rmdocs.renditions import making
from rmdocs.renditions.records import subject
from rmdocs.workspace import machine, records, renditions, sheets

pytestmark = [pytest.mark.office, pytest.mark.fonts]
MANAGER = "JN01-0101"


def folder(bank, number):
    return read_folder(bank.at().registry.store.require_head(number.volume.ref), number)


def test_it_is_sealed_and_the_engine_is_named(rendered):
    bank, number = rendered
    [found] = print_copy(folder(bank, number).events)
    assert found.event.facts["engine"].startswith("libreoffice ")
    assert found.event.facts["formal"] is True
    assert found.file.path.endswith(f"renditions/1/{number}-e1.pdf")
    assert bank.codes() == set()
    assert records.trace(bank.at(), str(number)).original == ""


def test_made_again_it_is_what_was_made_before(rendered):
    bank, number = rendered
    before = bank.git("rev-parse", number.volume.ref)
    [again] = renditions.make(bank.at(MANAGER), [number])
    assert again.already
    assert bank.git("rev-parse", number.volume.ref) == before


def test_named_twice_it_is_made_once(bank, visit):
    number = bank.issue(visit)
    [made] = renditions.make(bank.at(MANAGER), [number, number])
    assert (made.number, made.already) == (number, False)


def test_of_many_each_is_made_of_which_that_can_be_done(bank, visit):
    """One that cannot be drawn, and one that is void, keep no other from being made."""
    numbers = []
    for topic in ("走访", "走访\U00012000", "作废", "续贷"):
        visit["record"]["content"]["visit"]["topic"] = topic
        numbers.append(bank.issue(visit))
    good, undrawn, void, other = numbers
    bank.void(void, MANAGER, "JN01-0001")
    told = []
    workspace = bank.at(MANAGER)
    found = sheets.make_pdf(workspace, numbers, lambda *step: told.append(step))
    assert [one.number for one in found.unmade] == [undrawn, void]
    assert [one.code for one in found.unmade[0].problem.findings] == ["PDF-GLYPH"]
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    for number in (good, other):
        [made] = print_copy(folder(bank, number).events)
        assert made.file.path.endswith(f"{number}-e1.pdf")
    assert print_copy(folder(bank, undrawn).events) == ()


@pytest.fixture
def three(bank, visit):
    """Three records; of the second no PDF can be made."""
    numbers = []
    for topic in ("走访", "走访\U00012000", "续贷"):
        visit["record"]["content"]["visit"]["topic"] = topic
        numbers.append(bank.issue(visit))
    return numbers


def test_a_piece_is_sealed_whole_or_not_at_all_and_others_are_sealed(bank, three, monkeypatch):
    with pytest.raises(FindingsError):
        renditions.make(bank.at(MANAGER), three)
    assert all(print_copy(folder(bank, one).events) == () for one in three)
    monkeypatch.setattr(making, "AT_ONCE", 1)
    made = renditions.each_made(bank.at(MANAGER), three)
    assert [next(made).number, next(made).number] == [three[0], three[2]]
    with pytest.raises(FindingsError) as refused:
        next(made)
    assert [one.code for one in refused.value.findings] == ["PDF-GLYPH"]
    assert print_copy(folder(bank, three[1]).events) == ()
    assert bank.codes() == set()


def carried(value):
    """Return a value as another process gets it."""
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - of this test's own making


def test_all_that_a_piece_hangs_on_can_go_to_another_process(rendered):
    bank, number = rendered
    found = subject(bank.at().registry, number)
    [sealed] = print_copy(found.folder.events)
    engine = machine.formal_engine()
    piece = tuple(making._wanted(found, engine, coded=True))
    do, given = carried((partial(making._made_piece, engine), piece))
    assert carried(do(given)).made == {f"{number}-e1.pdf": found.content(sealed.file)}


def test_what_was_made_is_known_by_its_bytes(rendered):
    bank, number = rendered
    [first] = renditions.make(bank.at(MANAGER), [number])
    found = records.trace(bank.at(), File(name="其他.pdf", data=first.pdf))
    assert (found.number, found.edition, found.original) == (number, 1, "")


def test_the_record_is_attached(rendered):
    bank, number = rendered
    [made] = renditions.make(bank.at(MANAGER), [number])
    reader = PdfReader(io.BytesIO(made.pdf))
    [content] = next(iter(reader.attachments.values()))
    assert (
        json.loads(content)["record"]["content"]
        == records.show(bank.at(), number).record["content"]
    )
    assert f"{number}" in reader.pages[0].extract_text()


def test_a_new_edition_has_none_until_it_is_made(rendered):
    bank, number = rendered
    record = bank.sample("RXD7200-01-JN01")["record"]
    record["content"]["party_a"]["domicile"] = "济南市虚构区新迁路9号"
    bank.amend(number, record, MANAGER)
    assert of_current(folder(bank, number).events) == ()
    [made] = renditions.make(bank.at(MANAGER), [number])
    assert made.name == f"{number}-e2.pdf"
    assert [one.said.kind for one in of_current(folder(bank, number).events)] == [PdfMade.KIND]
    assert bank.codes() == set()


def test_nothing_is_made_of_a_void_record(rendered):
    bank, number = rendered
    bank.void(number, MANAGER, "JN01-0001")
    with pytest.raises(ControlError):
        renditions.make(bank.at(MANAGER), [number])


@pytest.mark.parametrize("actor", ["YT03-0301", "JN01-0001"])
def test_only_who_issues_in_that_unit(rendered, actor):
    bank, number = rendered
    with pytest.raises(ControlError) as refusal:
        renditions.make(bank.at(actor), [number])
    assert refusal.value.clause == "ISO 9001 §5.3"


def test_a_preview_is_marked_and_sealed_nowhere(rendered):
    bank, number = rendered
    before = bank.git("rev-parse", number.volume.ref)
    [made] = renditions.preview(bank.at(MANAGER), number)
    for page in PdfReader(BytesIO(made.pdf)).pages:
        shapes = page["/Resources"]["/XObject"]
        assert ("/RmdocsStamp" in shapes, "/RmdocsCode" in shapes) == (True, False)
    assert bank.git("rev-parse", number.volume.ref) == before
