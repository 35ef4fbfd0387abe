"""Every command, in the order of work. Loading this loads none of them."""

from __future__ import annotations

from collections.abc import Mapping

from rmdocs.cli.help import Entry


def _entry(module: str, name: str, summary: str) -> Entry:
    return Entry(summary, f"rmdocs.cli.commands.{module}:{name}")


_REVISING: Mapping[str, Entry] = {
    "propose": _entry("form_propose", "form_propose", "Open a change and lay out the desk."),
    "submit": _entry("form_submit", "form_submit", "Submit the desk as the draft to review."),
    "review": _entry("form_review", "form_review", "Say as its reviewer that a draft is right."),
    "approve": _entry("form_approve", "form_approve", "Approve a draft: it is released."),
    "return": _entry("form_return", "form_return", "Send a draft back to its author."),
    "reject": _entry("form_reject", "form_reject", "Reject a proposal for good."),
    "withdraw": _entry("form_withdraw", "form_withdraw", "Withdraw a revision from a day on."),
    "confirm": _entry("form_confirm", "form_confirm", "Note a review that changes nothing."),
}
"""Forms and other controlled documents are revised alike."""

COMMANDS: Mapping[str, Entry] = {
    "init": _entry(
        "init", "init", "Make a workspace with forms, staff register and records store."
    ),
    "new": _entry("new", "new", "Write a record by answering questions."),
    "check": _entry("check", "check", "Check record files and report every finding."),
    "issue": _entry("issue", "issue", "Issue numbered documents from record files."),
    "add": _entry("add", "add", "Add the next stage to a record."),
    "amend": _entry("amend", "amend", "Correct a record; what was issued stays readable."),
    "void": _entry("void", "void", "Ask for a record to be declared void."),
    "approve": _entry("approve", "approve", "Approve what somebody else asked for."),
    "reject": _entry("reject", "reject", "Reject a request, or withdraw your own."),
    "due": _entry("due", "due", "List what is due, by unit and manager."),
    "find": _entry("find", "find", "Find records by words, customer, person or date."),
    "list": _entry("list", "list_records", "List the records of a form, unit or year."),
    "show": _entry("show", "show", "Show a record as it stands, or one of its editions."),
    "export": _entry("export", "export", "Write a record's sealed documents to a folder."),
    "pdf": _entry("pdf", "pdf", "Make PDF of records' documents, sealed beside them."),
    "print": _entry("print_sets", "print_sets", "Make files to print records for signing."),
    "sign": _entry("sign", "sign", "Sign a record's PDF electronically as one of its parties."),
    "scan": _entry("scan", "scan", "File scans of signed paper with their records."),
    "signatures": _entry("signatures", "signatures", "Say what the signatures of a PDF are worth."),
    "trace": _entry("trace", "trace", "Trace a document to its record, form, people and seals."),
    "verify": _entry("verify", "verify", "Verify the whole store against its ledgers and keys."),
    "register": _entry("register", "register", "Print a register, as it is or as it was on a day."),
    "form": Entry(
        "Forms: revise, release, list, check, blanks and spreadsheets to fill.",
        commands={
            "list": _entry("form_list", "form_list", "List the forms and their revisions."),
            "check": _entry("form_check", "form_check", "Check forms on the desk before release."),
            **_REVISING,
            "diff": _entry("form_diff", "form_diff", "Say what a revision changes, in words."),
            "preview": _entry(
                "form_preview", "form_preview", "Show the pages of a form before it is released."
            ),
            "blank": _entry("form_blank", "form_blank", "Write a blank form to fill in by hand."),
            "sheet": _entry("form_sheet", "form_sheet", "Write a spreadsheet to fill for a form."),
        },
    ),
    "document": Entry(
        "Controlled documents that are not forms.",
        commands={
            "list": _entry(
                "document_list",
                "document_list",
                "List the controlled documents that are not forms, and their revisions.",
            ),
            "check": _entry(
                "document_check",
                "document_check",
                "Check documents on the desk, and whether what they refer to is in force.",
            ),
            **_REVISING,
            "assemble": _entry(
                "document_assemble",
                "document_assemble",
                "Build the controlled edition of a document, as a Word document.",
            ),
        },
    ),
    "regenerate": _entry(
        "regenerate", "regenerate", "Give open records a new edition on a new revision."
    ),
    "copy": Entry(
        "Controlled copies (受控号).",
        commands={
            "issue": _entry("copy_issue", "copy_issue", "Issue a controlled copy to a holder."),
            "acknowledge": _entry(
                "copy_acknowledge", "copy_acknowledge", "Sign for a copy that was received."
            ),
            "recall": _entry("copy_recall", "copy_recall", "Recall copies, or all superseded."),
            "return": _entry("copy_return", "copy_return", "Enter that a copy was given back."),
            "replace": _entry("copy_replace", "copy_replace", "Swap a damaged copy."),
            "lose": _entry("copy_lose", "copy_lose", "Enter a copy as lost and issue another."),
            "list": _entry("copy_list", "copy_list", "List copies and holders, or what to recall."),
        },
    ),
    "hold": Entry(
        "Holds: what must not be disposed of.",
        commands={
            "place": _entry("hold_place", "hold_place", "Hold records against disposal."),
            "lift": _entry("hold_lift", "hold_lift", "Lift a hold that somebody else placed."),
            "list": _entry("hold_list", "hold_list", "List the holds."),
        },
    ),
    "disposition": Entry(
        "Retention and disposition of records.",
        commands={
            "due": _entry(
                "disposition_due", "disposition_due", "List records whose retention has ended."
            ),
            "propose": _entry(
                "disposition_propose", "disposition_propose", "Propose what becomes of records."
            ),
            "approve": _entry(
                "disposition_approve", "disposition_approve", "Approve a disposal and carry it out."
            ),
            "reject": _entry("disposition_reject", "disposition_reject", "Reject a disposal."),
            "list": _entry("disposition_list", "disposition_list", "List what was disposed of."),
        },
    ),
    "series": Entry(
        "Number series.",
        commands={
            "close": _entry(
                "series_close", "series_close", "Close a number series whose year is over."
            ),
        },
    ),
    "policy": Entry(
        "Who may do what, and which acts take two people.",
        commands={
            "show": _entry("policy_show", "policy_show", "Print the policy in force, as a file."),
            "change": _entry("policy_change", "policy_change", "Ask for the policy to be changed."),
        },
    ),
    "calendar": Entry(
        "Which days are working days, year by year.",
        commands={
            "fill": _entry(
                "calendar_fill",
                "calendar_fill",
                "Ask for the working days of a year to be entered.",
            ),
            "show": _entry(
                "calendar_show", "calendar_show", "Show which days the calendar moves, by year."
            ),
        },
    ),
    "person": Entry(
        "The register of staff.",
        commands={
            "add": _entry(
                "person_add", "person_add", "Enter a person, or a change, in the register."
            ),
            "leave": _entry("person_leave", "person_leave", "Enter that a person has left."),
            "list": _entry("person_list", "person_list", "List the staff and their roles."),
        },
    ),
    "customer": Entry(
        "The register of customers.",
        commands={
            "add": _entry(
                "customer_add", "customer_add", "Enter a customer, or what has changed of one."
            ),
            "list": _entry("customer_list", "customer_list", "List the customers."),
            "show": _entry(
                "customer_show",
                "customer_show",
                "Show a customer as the register has it, and who entered what when.",
            ),
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
