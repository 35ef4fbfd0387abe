"""``rmdocs disposition approve``."""

from __future__ import annotations

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.disposals import disposal_argument, echo_disposal
from rmdocs.cli.help import command
from rmdocs.cli.options import json_option
from rmdocs.identifiers import DisposalNumber


@command("approve")
@disposal_argument
@json_option
@pass_session
def disposition_approve(session: Session, disposal: str, *, as_json: bool) -> None:
    """Approve a disposal and carry it out.

    At the end stands its certificate. Destroying takes the key of each record:
    its content is gone for ever, its number, history and digests stay. If it
    is interrupted, the same command finishes it.
    """
    done = session.workspace().disposition.approve(DisposalNumber.parse(disposal))
    echo_disposal(done, session, as_json=as_json)
