"""Every command, in the order of work. Loading this loads none of them."""

from __future__ import annotations

from collections.abc import Mapping

from rmdocs.cli.help import CommandEntry


def _entry(module: str, name: str, summary: str) -> CommandEntry:
    return CommandEntry(summary=summary, target=f"rmdocs.cli.{module}:{name}")


_REVISING: Mapping[str, CommandEntry] = {
    "propose": _entry("revision", "form_propose", "Open a change and lay out the desk."),
    "submit": _entry("revision", "form_submit", "Submit the desk as the draft to review."),
    "review": _entry("revision", "form_review", "Say as its reviewer that a draft is right."),
    "approve": _entry("revision", "form_approve", "Approve a draft: it is released."),
    "return": _entry("revision", "form_return", "Send a draft back to its author."),
    "reject": _entry("revision", "form_reject", "Reject a proposal for good."),
    "withdraw": _entry("revision", "form_withdraw", "Withdraw a revision from a day on."),
    "confirm": _entry("revision", "form_confirm", "Note a review that changes nothing."),
}
"""Forms and other controlled documents are revised alike."""

COMMANDS: Mapping[str, CommandEntry] = {
    "init": _entry(
        "workspace", "init", "Make a workspace with forms, staff register and records store."
    ),
    "new": _entry("issue", "new", "Write a record by answering questions."),
    "check": _entry("issue", "check", "Check record files and report every finding."),
    "issue": _entry("issue", "issue", "Issue numbered documents from record files."),
    "add": _entry("record", "add", "Add the next stage to a record."),
    "amend": _entry("record", "amend", "Correct a record; what was issued stays readable."),
    "void": _entry("record", "void", "Ask for a record to be declared void."),
    "approve": _entry("control", "approve", "Approve what somebody else asked for."),
    "reject": _entry("control", "reject", "Reject a request, or withdraw your own."),
    "due": _entry("due", "due", "List what is due, by unit and manager."),
    "web": _entry("web", "web", "Work in a browser, on this machine."),
    "reader": CommandEntry(
        summary="Who reads the pages from another machine.",
        commands={
            "add": _entry("web", "reader_add", "Give out a code to a reader."),
            "remove": _entry("web", "reader_remove", "Take a reader's code away."),
            "list": _entry("web", "reader_list", "List the readers."),
            "log": _entry("web", "reader_log", "Show who opened which pages, and refusals."),
        },
    ),
    "find": _entry("search", "find", "Find records by words, customer, person or date."),
    "list": _entry("search", "list_records", "List the records of a form, unit or year."),
    "show": _entry("record", "show", "Show a record as it stands, or one of its editions."),
    "export": _entry("record", "export", "Write a record's sealed documents to a folder."),
    "pdf": _entry("rendition", "pdf", "Make PDF of records' documents, sealed beside them."),
    "print": _entry("rendition", "print_sets", "Make files to print records for signing."),
    "sign": _entry(
        "signature", "sign", "Sign a record's PDF electronically as one of its parties."
    ),
    "scan": _entry("rendition", "scan", "File scans of signed paper with their records."),
    "signatures": _entry("signature", "signatures", "Say what the signatures of a PDF are worth."),
    "trace": _entry("audit", "trace", "Trace a document to its record, form, people and seals."),
    "verify": _entry("audit", "verify", "Verify the whole store against its ledgers and keys."),
    "checkpoint": _entry(
        "audit",
        "checkpoint",
        "Give out the signed checkpoints of all ledgers, to be kept elsewhere.",
    ),
    "register": _entry("search", "register", "Print a register, as it is or as it was on a day."),
    "form": CommandEntry(
        summary="Forms: revise, release, list, check, blanks and spreadsheets to fill.",
        commands={
            "list": _entry("form", "form_list", "List the forms and their revisions."),
            "check": _entry("form", "form_check", "Check forms on the desk before release."),
            **_REVISING,
            "diff": _entry("form", "form_diff", "Say what a revision changes, in words."),
            "preview": _entry(
                "form", "form_preview", "Show the pages of a form before it is released."
            ),
            "blank": _entry("form", "form_blank", "Write a blank form to fill in by hand."),
            "sheet": _entry("form", "form_sheet", "Write a spreadsheet to fill for a form."),
        },
    ),
    "document": CommandEntry(
        summary="Controlled documents that are not forms.",
        commands={
            "list": _entry(
                "document",
                "document_list",
                "List the controlled documents that are not forms, and their revisions.",
            ),
            "check": _entry(
                "document",
                "document_check",
                "Check documents on the desk, and whether what they refer to is in force.",
            ),
            **_REVISING,
            "assemble": _entry(
                "document",
                "document_assemble",
                "Build the controlled edition of a document, as a Word document.",
            ),
        },
    ),
    "regenerate": _entry(
        "regenerate", "regenerate", "Give open records a new edition on a new revision."
    ),
    "copy": CommandEntry(
        summary="Controlled copies (受控号).",
        commands={
            "issue": _entry("copy", "copy_issue", "Issue a controlled copy to a holder."),
            "acknowledge": _entry("copy", "copy_acknowledge", "Sign for a copy that was received."),
            "recall": _entry("copy", "copy_recall", "Recall copies, or all superseded."),
            "return": _entry("copy", "copy_return", "Enter that a copy was given back."),
            "replace": _entry("copy", "copy_replace", "Swap a damaged copy."),
            "lose": _entry("copy", "copy_lose", "Enter a copy as lost and issue another."),
            "list": _entry("copy", "copy_list", "List copies and holders, or what to recall."),
        },
    ),
    "hold": CommandEntry(
        summary="Holds: what must not be disposed of.",
        commands={
            "place": _entry("disposition", "hold_place", "Hold records against disposal."),
            "lift": _entry("disposition", "hold_lift", "Lift a hold that somebody else placed."),
            "list": _entry("disposition", "hold_list", "List the holds."),
        },
    ),
    "disposition": CommandEntry(
        summary="Retention and disposition of records.",
        commands={
            "due": _entry(
                "disposition", "disposition_due", "List records whose retention has ended."
            ),
            "propose": _entry(
                "disposition", "disposition_propose", "Propose what becomes of records."
            ),
            "approve": _entry(
                "disposition", "disposition_approve", "Approve a disposal and carry it out."
            ),
            "reject": _entry("disposition", "disposition_reject", "Reject a disposal."),
            "list": _entry("disposition", "disposition_list", "List what was disposed of."),
        },
    ),
    "series": CommandEntry(
        summary="Number series.",
        commands={
            "close": _entry("control", "series_close", "Close a number series whose year is over."),
        },
    ),
    "policy": CommandEntry(
        summary="Who may do what, and which acts take two people.",
        commands={
            "show": _entry("control", "policy_show", "Print the policy in force, as a file."),
            "change": _entry("control", "policy_change", "Ask for the policy to be changed."),
        },
    ),
    "calendar": CommandEntry(
        summary="Which days are working days, year by year.",
        commands={
            "fill": _entry(
                "control",
                "calendar_fill",
                "Ask for the working days of a year to be entered.",
            ),
            "show": _entry(
                "control", "calendar_show", "Show which days the calendar moves, by year."
            ),
        },
    ),
    "person": CommandEntry(
        summary="The register of staff.",
        commands={
            "add": _entry("staff", "person_add", "Enter a person, or a change, in the register."),
            "leave": _entry("staff", "person_leave", "Enter that a person has left."),
            "list": _entry("staff", "person_list", "List the staff and their roles."),
        },
    ),
    "customer": CommandEntry(
        summary="The register of customers.",
        commands={
            "add": _entry("staff", "customer_add", "Enter a customer, or what has changed of one."),
            "list": _entry("staff", "customer_list", "List the customers."),
            "show": _entry(
                "staff",
                "customer_show",
                "Show a customer as the register has it, and who entered what when.",
            ),
        },
    ),
    "unit": CommandEntry(
        summary="The register of units.",
        commands={
            "add": _entry("staff", "unit_add", "Enter a unit, or a change, in the register."),
            "list": _entry("staff", "unit_list", "List the units."),
        },
    ),
    "key": CommandEntry(
        summary="Signing keys.",
        commands={"new": _entry("staff", "key_new", "Make a person's signing key.")},
    ),
    "demo": _entry("workspace", "demo", "Walk through everything once with invented data."),
}
