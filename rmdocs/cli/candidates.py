"""How a record that was checked, and not issued, is printed with its findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rmdocs.cli import printing
from rmdocs.cli.context import Session
from rmdocs.findings import has_errors

if TYPE_CHECKING:
    from rmdocs.issuing.checking import CheckedCandidate


def echo_checked(
    checked: CheckedCandidate,
    session: Session,
    *,
    as_json: bool,
    **more: Any,  # noqa: ANN401 - JSON
) -> None:
    """Print what was found in a record.

    :param more: further members of a JSON answer.
    """
    if as_json:
        printing.echo_json(
            {
                "file": checked.source,
                "row": checked.row,
                "form": checked.form,
                "ok": not has_errors(checked.findings),
                "findings": printing.findings_json(checked.findings, session.language),
                **more,
            }
        )
        return
    printing.echo_findings(checked.findings, session.language, place=checked.place)
