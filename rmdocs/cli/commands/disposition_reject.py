"""``rmdocs disposition reject``."""

from __future__ import annotations

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.disposals import disposal_argument, echo_disposal
from rmdocs.cli.help import command, option
from rmdocs.cli.options import json_option
from rmdocs.identifiers import DisposalNumber


@command("reject")
@disposal_argument
@option("--reason", required=True, metavar="TEXT", help="Why.")
@json_option
@pass_session
def disposition_reject(session: Session, disposal: str, reason: str, *, as_json: bool) -> None:
    """Reject a disposal.

    Or withdraw your own: nothing happens to its records.
    """
    done = session.workspace().disposition.reject(DisposalNumber.parse(disposal), reason)
    echo_disposal(done, session, as_json=as_json)
