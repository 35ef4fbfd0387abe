"""Whom a reader believes: nobody who can write beside the store, only what is sealed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import struct
import subprocess
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from bank import LATE, Bank

from rmdocs.errors import ControlError
from rmdocs.folders import read, save_all
from rmdocs.identifiers import DocumentNumber, RecordNumber
from rmdocs.registers.indexfile import Query
from rmdocs.rendering.compiled import printed_text
from rmdocs.store.commits import DraftCommit, parse, signed
from rmdocs.store.keys import SigningKey
from rmdocs.store.protocol import CHECKPOINT_PATH, CONTROL_REF
from rmdocs.workspace import disposition, due, records, registers
from rmdocs.workspace.due import Wanted
from rmdocs.workspace.places import CACHE_VARIABLE, index_path

NOTICE, AGREEMENT = "RXD7200-04-YT03-2026-0001", "RXD7200-01-JN01-2026-0001"
NEXT_YEAR = date(2027, 1, 4)
FORGED = b"a document that nobody here made"
DIGEST = hashlib.sha256(FORGED).hexdigest()
OWNED = f"INSERT INTO files VALUES ('{DIGEST}', '{NOTICE}', 1, 'editions/1/{NOTICE}-e1.docx')"  # noqa: S608 - a forger writes SQL

FORGERIES = {
    "a forged file": OWNED,
    "a status": "UPDATE records SET status = 'voided'",
    "an owner": "UPDATE records SET customer = '别人', uscc = '', rm = 'YT03-0301', rm_name = ''",
    "records that are gone": "DELETE FROM records",
    "a unique key that is gone": "UPDATE records SET digest = ''",
    "a loan that has its record": "UPDATE records SET ledger_key = ''",
    "nothing to await": "DELETE FROM awaited",
    "another day": "UPDATE awaited SET day = '2099-12-31', near = '2099-12-31'",
    "nothing due for disposal": "UPDATE records SET due = '', held = 1",
    "a relation": f"INSERT INTO links VALUES ('{NOTICE}', '{AGREEMENT}')",  # noqa: S608 - a forger writes SQL
    "relations that are gone": "DELETE FROM links",
    "files that are gone": "DELETE FROM files",
}
"""What somebody would write into an index that others believe."""


def forge(path, *statements):
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def known(bank, path):
    """Return what an index says that was honestly made, in one file."""
    list(records.find(bank.at(), Query()))
    bank.close()
    shutil.copy(index_path(bank.root), path)


def answers(bank, tmp_path):
    """Return what a reader is told, of everything."""
    work = bank.at("JN01-0101", NEXT_YEAR)
    file = tmp_path / "forged.docx"
    file.write_bytes(FORGED)
    with pytest.raises(ControlError) as refusal:
        records.trace(work, read(file))
    again = bank.sample("RXD7200-03-JN01")
    again["record"]["content"]["last_year_review"] = "另一份"
    [plan] = records.check(bank.at("JN01-0101"), [read(bank.write(again))])
    bank.close()
    work = bank.at("JN01-0101", NEXT_YEAR)
    return {
        "unknown": refusal.value.reason,
        "records": [*records.find(work, Query())],
        "status": {number: records.trace(work, number).status for number in (NOTICE, AGREEMENT)},
        "cited by": records.trace(work, AGREEMENT).related_from,
        "document": str(records.trace(work, bank_document(work)).number),
        "clash": {finding.code for finding in plan.findings},
        "due": due.what_is_due(work, Wanted(within=9999)).items,
        "of disposition": disposition.due(work, date(2099, 1, 1)).rows,
        "register": registers.report(work, "records").rows,
    }


def bank_document(work):
    return records.show(work, RecordNumber.parse(NOTICE)).files[0].sha256


@pytest.fixture(scope="module")
def told(walked, place):
    """A bank with records, and what is honestly said of them."""
    bank = Bank(Path(shutil.copytree(walked, place / "believed" / "bank")))
    folder = place / "believed"
    known(bank, folder / "index.sqlite")
    found = answers(bank, folder)
    assert "R03-PLAN-UNIQUE" in found["clash"]
    assert len(found["records"]) == len(found["register"]) == 8
    assert found["due"]
    assert found["of disposition"]
    return bank, folder / "index.sqlite", found


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_an_index_beside_the_store_changes_no_answer(told, tmp_path, forgery):
    bank, index, honest = told
    beside = bank.root / "records" / "index.sqlite"
    shutil.copy(index, beside)
    forge(beside, forgery)
    assert answers(bank, tmp_path) == honest


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_an_index_that_others_can_write_changes_no_answer(told, tmp_path, mode, monkeypatch):
    bank, index, honest = told
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    path = index_path(bank.root)
    shutil.copy(index, path)
    forge(path, *FORGERIES.values())
    path.parent.chmod(mode)
    assert index_path(bank.root) is None
    assert answers(bank, tmp_path) == honest


def test_an_index_that_another_person_owns_is_not_read(told, tmp_path, monkeypatch):
    bank, _, _ = told
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    assert index_path(bank.root) is not None
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert index_path(bank.root) is None


def test_an_index_that_a_link_leads_to_is_not_read(told, tmp_path, monkeypatch):
    bank, _, _ = told
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    place = index_path(bank.root).parent
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    assert index_path(bank.root) is None


def test_two_workspaces_have_an_index_each(told, tmp_path):
    bank, _, _ = told
    assert index_path(bank.root) != index_path(tmp_path)


def test_the_index_of_a_store_that_is_gone_is_forgotten(told, tmp_path, monkeypatch):
    bank, _, _ = told
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    (tmp_path / "old" / "records" / "store.git").mkdir(parents=True)
    gone, kept = index_path(tmp_path / "old"), index_path(bank.root)
    gone.write_bytes(b"words")
    kept.write_bytes(b"words")
    shutil.rmtree(tmp_path / "old")
    (tmp_path / "new" / "records" / "store.git").mkdir(parents=True)
    index_path(tmp_path / "new")
    assert (gone.exists(), kept.exists()) == (False, True)


class TestOwnIndex:
    """Even in one's own index a row that the store does not bear out tells nothing."""

    @pytest.fixture
    def forged(self, visited_bank):
        """An index of which every row was changed after it was made."""

        def change(*statements):
            list(records.find(visited_bank.at(), Query()))
            visited_bank.close()
            forge(index_path(visited_bank.root), *statements)
            return visited_bank

        return change

    def test_a_forged_file_is_unknown(self, forged, tmp_path):
        number = "RXD7200-02-JN01-2026-0001"
        bank = forged(OWNED.replace(NOTICE, number))
        file = tmp_path / "forged.docx"
        file.write_bytes(FORGED)
        with pytest.raises(ControlError, match="no event seals these bytes"):
            records.trace(bank.at(), read(file))

    def test_a_file_of_a_record_that_is_not_there_is_unknown(self, forged, tmp_path):
        bank = forged(OWNED)
        (tmp_path / "forged.docx").write_bytes(FORGED)
        with pytest.raises(ControlError, match="no event seals these bytes"):
            records.trace(bank.at(), DIGEST)

    def test_a_file_under_another_number_is_found_under_its_own(self, forged):
        number = "RXD7200-02-JN01-2026-0001"
        bank = forged(
            "UPDATE files SET edition = 7",
            f"INSERT INTO files SELECT sha256, '{NOTICE}', 1, path FROM files",  # noqa: S608 - a forger writes SQL
        )
        [file] = records.show(bank.at(), RecordNumber.parse(number)).files
        found = records.trace(bank.at(), file.sha256)
        assert (str(found.number), found.edition) == (number, 1)

    def test_a_relation_that_no_record_names_is_not_told(self, forged):
        number = "RXD7200-02-JN01-2026-0001"
        bank = forged(f"INSERT INTO links VALUES ('{number}', '{number}')")  # noqa: S608 - a forger writes SQL
        assert records.trace(bank.at(), number).related_from == ()

    def test_a_record_is_not_taken_for_one_that_was_issued(self, forged, visit):
        bank = forged("UPDATE records SET digest = 'x'")
        visit["record"]["content"]["visit"]["topic"] = "又一次"
        [one] = records.check(bank.at(), [read(bank.write(visit))])
        forge(index_path(bank.root), f"UPDATE records SET digest = '{one.ready.digest}'")  # noqa: S608 - a forger writes SQL
        assert str(bank.issue(visit)) == "RXD7200-02-JN01-2026-0002"

    def test_a_key_that_nobody_has_stops_nothing(self, forged, plan):
        bank = forged()
        number = bank.issue(plan, LATE)
        bank.close()
        bank.void(number, "JN01-0101", "JN01-0001")
        list(records.find(bank.at(), Query()))
        bank.close()
        forge(index_path(bank.root), "UPDATE records SET status = 'issued'")
        plan["record"]["content"]["last_year_review"] = "重报"
        assert bank.issue(plan, LATE).serial == 2


def test_a_compiled_template_beside_the_store_changes_no_word(bank, visit, tmp_path):
    """Somebody leaves a template where earlier releases kept theirs, in their very form."""
    registry = bank.at().registry
    released = registry.form_in_force(DocumentNumber("RXD7200-02"), date(2026, 12, 31))
    made = registry.template(released)._blueprint
    assert "走访时间" in made.filled[-1].source
    words = [
        replace(part, source=part.source.replace("走访时间", "来访时间")) for part in made.filled
    ]
    cache = bank.root / "records" / "cache" / f"{released.release.digest}-docx-2.json"
    cache.parent.mkdir()
    cache.write_bytes(kept(replace(made, filled=tuple(words))))
    bank.close()
    registry._read.templates.clear()
    [document] = save_all(tmp_path, records.export(bank.at(), bank.issue(visit)))
    text = printed_text(document.read_bytes())
    assert "走访时间" in text
    assert "来访时间" not in text


def kept(blueprint):
    """Return a template taken apart as earlier releases wrote it."""
    head = {
        "template": len(blueprint.template),
        "static": [[m.name, m.method, m.crc, m.size, len(m.data)] for m in blueprint.static],
        "filled": [[part.name, len(part.source.encode())] for part in blueprint.filled],
    }
    written = json.dumps(head).encode()
    payload = struct.pack(">I", len(written)) + written + blueprint.template
    payload += b"".join(member.data for member in blueprint.static)
    payload += b"".join(part.source.encode() for part in blueprint.filled)
    return b"rmdocs-template-1\n" + hashlib.sha256(payload).digest() + payload


class TestSeals:
    """What somebody puts into the store itself, with no key of anybody's, is not called sealed."""

    NUMBER = "RXD7200-02-JN01-2026-0001"
    REF = "refs/heads/records/RXD7200-02/JN01/2026/1"

    def put(self, bank, path, data, ref=REF):
        """Put a file into a ref as anybody can who may write to the store, signed by a stranger."""
        environment = {**os.environ, "GIT_INDEX_FILE": str(bank.root / "forger.index")}

        def git(*words):
            done = subprocess.run(
                ["git", "-C", bank.store, *words], check=True, env=environment, capture_output=True
            )
            return done.stdout.decode().strip()

        blob = bank.git("hash-object", "-w", "--stdin", data=data)
        git("read-tree", ref)
        git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
        last = parse(tip := git("rev-parse", ref), bank.at().store.objects.content(tip, "commit"))
        [event, *_] = bank.at().store.require_head(self.REF).events("00/00/01")
        draft = DraftCommit(
            tree=git("write-tree"),
            parent=tip,
            actor=event.actor,
            time=last.time,
            subject_line="Put",
            trailers={"Event": "put"},
        )
        commit = signed(draft, SigningKey.generate("stranger"))
        made = bank.git("hash-object", "-t", "commit", "-w", "--stdin", data=commit)
        bank.git("update-ref", ref, made)

    def codes(self, bank, target=NUMBER):
        return {finding.code for finding in records.trace(bank.at(), target).findings}

    def event(self, bank):
        [event] = bank.at().store.require_head(self.REF).events("00/00/01")
        return event

    def test_a_record_as_it_was_sealed(self, visited_bank):
        assert self.codes(visited_bank) == set()

    def test_an_event_that_was_changed(self, visited_bank):
        event = self.event(visited_bank)
        changed = replace(
            event, facts={**event.facts, "unit": {**event.facts["unit"], "name": "别处"}}
        )
        self.put(visited_bank, f"00/00/01/events/{event.file_name}", changed.to_bytes())
        assert self.codes(visited_bank) == {"COMMIT-STRANGER", "EVENT-UNSEALED"}

    def test_an_event_that_was_added_with_a_file(self, visited_bank):
        event = self.event(visited_bank)
        path = event.files[-1].path.replace("/1/", "/2/")
        file = replace(event.files[-1], path=path, sha256=DIGEST, size=len(FORGED))
        added = replace(
            event, index=event.index + 1, files=(file,), facts={**event.facts, "edition": 2}
        )
        self.put(visited_bank, path, FORGED)
        self.put(visited_bank, f"00/00/01/events/{added.file_name}", added.to_bytes())
        assert {"COMMIT-STRANGER", "EVENT-UNSEALED"} <= self.codes(visited_bank, DIGEST)

    def test_a_form_that_was_changed(self, visited_bank):
        path = "forms/RXD7200-02/1.0/schema.json"
        data = visited_bank.at().registry.control.read(path)
        self.put(visited_bank, path, data + b" ", CONTROL_REF)
        assert {"COMMIT-STRANGER", "FILE-CHANGED"} <= self.codes(visited_bank)

    def test_a_commit_without_a_good_signature(self, visited_bank):
        commit = visited_bank.git("cat-file", "commit", self.REF)
        changed = f"{commit}\n".replace("Event: issue", "Event: nothing").encode()
        made = visited_bank.git("hash-object", "-t", "commit", "-w", "--stdin", data=changed)
        visited_bank.git("update-ref", self.REF, made)
        assert self.codes(visited_bank) == {"COMMIT-UNSIGNED"}

    def test_a_ledger_signed_by_another_key(self, visited_bank):
        checkpoint = visited_bank.at().store.require_head(self.REF).checkpoint
        note = checkpoint.sign(SigningKey.generate("ledger"))
        self.put(visited_bank, CHECKPOINT_PATH, note.encode())
        assert self.codes(visited_bank) == {"COMMIT-STRANGER", "LEDGER-SIGNATURE"}
