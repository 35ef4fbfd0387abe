"""``rmdocs form approve``."""

from __future__ import annotations

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command
from rmdocs.cli.options import json_option
from rmdocs.cli.revisions import digest_option, document_argument, echo_release, remark_option


@command("approve")
@document_argument
@digest_option
@remark_option
@json_option
@pass_session
def form_approve(session: Session, number: str, digest: str, remark: str, *, as_json: bool) -> None:
    """Approve a draft: it is released.

    Your key signs the whole draft. It is in force from its effective date on,
    when the revision before it is superseded. Author and reviewer cannot
    approve.
    """
    revising, wanted = session.workspace().revising, session.document(number)
    printing.echo_findings(revising.noted(wanted), session.language, err=True)
    release = revising.approve(wanted, remark, digest)
    echo_release(release, session, as_json=as_json)
