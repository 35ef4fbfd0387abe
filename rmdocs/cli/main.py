"""The entry point: every command, their common options, the one place that catches errors.

Exit codes: 0 done, 1 findings, 2 called wrongly, 3 refused by the rules of
control, 4 store, 5 missing program, 130 interrupted.
"""

from __future__ import annotations

import atexit
import gc
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from types import FrameType

import click

from rmdocs import __version__
from rmdocs.cli import context as languages
from rmdocs.cli import streams
from rmdocs.cli.context import Session
from rmdocs.cli.help import CommandEntry, Option, TableGroup
from rmdocs.errors import RmdocsError, StoreError, system_problem
from rmdocs.messages import Language, message

INTERRUPTED = 130
_ENDING = (signal.SIGTERM, signal.SIGHUP)
BROKEN_PIPE = 141
_MANY_OBJECTS = 50_000
"""New objects after which Python looks for cycles; 700 if it is not told."""
_QUOTED = re.compile(r"'([\w-]+)'")
_OPTIONS = (
    Option(
        ["--workspace", "-w"],
        type=click.Path(path_type=Path),
        envvar="RMDOCS_WORKSPACE",
        show_envvar=True,
        default=Path(),
        metavar="DIR",
        help="The workspace, or the bundle of a year; the current folder if not given.",
    ),
    Option(
        ["--as", "actor"],
        envvar="RMDOCS_ACTOR",
        show_envvar=True,
        default="",
        metavar="STAFF_NO",
        help="Who acts: your staff number, such as JN01-0101.",
    ),
    Option(
        [languages.OPTION],
        type=click.Choice([language.value for language in Language]),
        help="Language of texts and help; the locale's if not given.",
    ),
    Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=lambda context, _, asked: _print_version(context, asked=asked),
        help="Show the version and exit.",
    ),
)


def _start(workspace: Path, actor: str, lang: str | None) -> None:
    context = click.get_current_context()
    language = Language(lang) if lang else context.find_object(Language) or Language.EN
    context.obj = Session(
        language=language,
        path=workspace,
        actor=actor.strip(),
        asked=Language(lang) if lang else None,
    )


def _print_version(context: click.Context, *, asked: bool) -> None:
    if asked and not context.resilient_parsing:
        click.echo(f"rmdocs {__version__}")
        context.exit()


def program() -> TableGroup:
    """Return the command line as a click group."""
    return TableGroup(
        "rmdocs",
        table=COMMANDS,
        callback=_start,
        params=list(_OPTIONS),
        help="Controlled documents from validated records.\n\n"
        "Every command says what it does with --help.",
        no_args_is_help=True,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    _spare_the_collector()
    given = list(sys.argv[1:] if arguments is None else arguments)
    language = languages.choose(given, os.environ)
    with streams.shown(), languages.speaking(language), _ended_as_broken_off():
        return _run(given, language)


@contextmanager
def _ended_as_broken_off() -> Iterator[None]:
    """Have a command that is ended (SIGTERM), or whose terminal closes, tidy up as for Ctrl-C.

    Else clones of a store, and files half written, would be left lying.
    """

    def break_off(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    taken = []
    if threading.current_thread() is threading.main_thread():
        taken = [one for one in _ENDING if signal.getsignal(one) is signal.SIG_DFL]
    for one in taken:
        signal.signal(one, break_off)
    try:
        yield
    finally:
        for one in taken:
            signal.signal(one, signal.SIG_DFL)


def _spare_the_collector() -> None:
    """Have Python look for cycles seldom, and not once more through everything at the end.

    Few are made; looking for them took a fifth of what issuing one record does.
    """
    gc.set_threshold(_MANY_OBJECTS)
    atexit.register(_leave_cycles)


def _leave_cycles() -> None:
    # The binding of zxing-cpp complains at the end of whatever was not given back to it.
    if "zxingcpp" not in sys.modules:
        gc.freeze()


def _show_misuse(problem: click.ClickException, language: Language) -> None:
    """Print how a command was called wrongly, with the full stop of the language."""
    said = StringIO()
    problem.show(said)
    text = said.getvalue()
    first, stop = text.rstrip("\n"), "\n"
    if language is Language.ZH:
        # click joins sentences and lists as English does, and quotes as Python does.
        first = _QUOTED.sub(r"\1", first).replace("。 ", "。")
        head, colon, names = first.rpartition("：")
        first = head + colon + names.replace(", ", "、")
        if first.endswith("."):
            first = f"{first[:-1]}。"
    click.echo(first + stop, err=True, nl=False)


def _run(arguments: list[str], language: Language) -> int:
    try:
        words = streams.read_arguments(arguments, os.environ)
        streams.read_environment(os.environ)
        result = program().main(words, prog_name="rmdocs", standalone_mode=False, obj=language)
        sys.stdout.flush()
    except click.ClickException as problem:
        _show_misuse(problem, language)
        return problem.exit_code
    except RmdocsError as problem:
        return _refused(problem, language, arguments)
    except (click.Abort, KeyboardInterrupt):
        _echo_broken_off(language)
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):
        # The reader has gone: click says so with SystemExit, a last flush with the
        # error itself; Python would complain once more while closing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except (OSError, MemoryError) as problem:
        # Whatever was not there, not ours, full or too large, where nobody expected it.
        return _refused(_unusable(problem), language, arguments)
    return result if isinstance(result, int) else 0


def _refused(problem: RmdocsError, language: Language, arguments: Sequence[str]) -> int:
    """Print why nothing was done; return the exit code."""
    from rmdocs.cli.printing import echo_error

    echo_error(problem, language, as_json="--json" in arguments)
    return problem.exit_code


def _echo_broken_off(language: Language) -> None:
    """Print what it means that a person broke a command off, whichever: some seal step by step."""
    said = message("broken off: what was sealed by then stays, and nothing is half sealed")
    remedy = message("look what was done already; for the rest, give the command again")
    click.echo(f"rmdocs: {said.text(language)}", err=True)
    click.echo(f"    → {remedy.text(language)}", err=True)


def _unusable(problem: OSError | MemoryError) -> StoreError:
    if isinstance(problem, MemoryError):
        return StoreError(
            message("this machine has too little memory for what was given"),
            message("give smaller files, or end other programs; nothing is half sealed"),
        )
    if problem.filename is None:
        return StoreError(
            message(
                "what was under way cannot be written or read: {problem}",
                problem=system_problem(problem),
            ),
            message("check that the disk is there, writable and not full"),
        )
    return StoreError(
        message(
            "{path} cannot be used: {problem}",
            path=problem.filename,
            problem=system_problem(problem),
        ),
        message("check that it is there, that you may use it, and that the disk is not full"),
    )


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
    "audit": CommandEntry(
        summary="Audit work: samples, what stands out, a pack to take along.",
        commands={
            "sample": _entry("auditwork", "audit_sample", "Take records at random, by a seed."),
            "exceptions": _entry(
                "auditwork", "audit_exceptions", "List what stands out, quarter by quarter."
            ),
            "pack": _entry(
                "auditwork", "audit_pack", "Make a pack of records to be checked elsewhere."
            ),
            "check": _entry("auditwork", "audit_check", "Say what a pack is worth."),
        },
    ),
    "checkpoint": _entry(
        "proof",
        "checkpoint",
        "Give out the signed checkpoints of all ledgers, and a summary, to be kept elsewhere.",
    ),
    "witness": _entry(
        "proof", "witness", "Look at the ledgers as a witness, and cosign their checkpoints."
    ),
    "prove": _entry("proof", "prove", "Write the proof of one document, to be checked offline."),
    "drill": _entry(
        "audit", "drill", "Put faults into clones of the store, and see that verify names each."
    ),
    "store": CommandEntry(
        summary="The records store itself.",
        commands={
            "maintain": _entry(
                "store",
                "store_maintain",
                "Put together what the store holds: less room, fewer files.",
            ),
            "bundle": _entry(
                "store",
                "store_bundle",
                "Write a closed year into one file, to be read without the store.",
            ),
        },
    ),
    "verify-file": _entry(
        "proof", "verify_file", "Say whether a file is what its proof says was sealed."
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
        commands={
            "new": _entry("keys", "key_new", "Make a person's signing key."),
            "revoke": _entry(
                "keys",
                "key_revoke",
                "Revoke a signing key that is lost, was copied, or is no longer used.",
            ),
            "confirm": _entry(
                "keys", "key_confirm", "Confirm that you did what a revoked key of yours signed."
            ),
            "machine": _entry(
                "keys", "key_machine", "Give a machine that writes a ledger key of its own."
            ),
            "witness": _entry(
                "keys", "key_witness", "Make the key of a witness, and say what a policy needs."
            ),
            "ledger": _entry(
                "proof", "key_ledger", "Give out the key by which proofs are checked."
            ),
        },
    ),
    "demo": _entry("workspace", "demo", "Walk through everything once with invented data."),
}
