"""Every command, in the order of work. Loading this loads none of them."""

from __future__ import annotations

from collections.abc import Mapping

from rmdocs.cli.help import Entry


def _entry(module: str, name: str, summary: str) -> Entry:
    return Entry(summary, f"rmdocs.cli.commands.{module}:{name}")


COMMANDS: Mapping[str, Entry] = {
    "init": _entry(
        "init", "init", "Make a workspace with forms, staff register and records store."
    ),
    "check": _entry("check", "check", "Check record files and report every finding."),
    "issue": _entry("issue", "issue", "Issue numbered documents from record files."),
    "add": _entry("add", "add", "Add the next stage to a record."),
    "amend": _entry("amend", "amend", "Correct a record; what was issued stays readable."),
    "void": _entry("void", "void", "Declare a record void; it keeps its number."),
    "find": _entry("find", "find", "Find records by words, customer, person or date."),
    "list": _entry("list", "list_records", "List the records of a form, unit or year."),
    "show": _entry("show", "show", "Show a record as it stands, or one of its editions."),
    "export": _entry("export", "export", "Write a record's sealed documents to a folder."),
    "trace": _entry("trace", "trace", "Trace a document to its record, form, people and seals."),
    "verify": _entry("verify", "verify", "Verify the whole store against its ledgers and keys."),
    "form": Entry(
        "Forms: list, check, spreadsheets to fill.",
        commands={
            "list": _entry("form_list", "form_list", "List the forms and their revisions."),
            "check": _entry("form_check", "form_check", "Check forms on the desk before release."),
            "sheet": _entry("form_sheet", "form_sheet", "Write a spreadsheet to fill for a form."),
        },
    ),
    "person": Entry(
        "The register of staff.",
        commands={
            "add": _entry(
                "person_add", "person_add", "Enter a person, or a change, in the register."
            ),
            "list": _entry("person_list", "person_list", "List the staff and their roles."),
        },
    ),
    "unit": Entry(
        "The register of units.",
        commands={
            "add": _entry("unit_add", "unit_add", "Enter a unit, or a change, in the register."),
            "list": _entry("unit_list", "unit_list", "List the units."),
        },
    ),
    "key": Entry(
        "Signing keys.",
        commands={"new": _entry("key_new", "key_new", "Make a person's signing key.")},
    ),
    "demo": _entry("demo", "demo", "Walk through everything once with invented data."),
}
