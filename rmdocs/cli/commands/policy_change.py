"""``rmdocs policy change``."""

from __future__ import annotations

from pathlib import Path

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command
from rmdocs.cli.options import EXISTING_FILE, json_option
from rmdocs.cli.requests import echo_request
from rmdocs.cli.revisions import reason_option


@command("change")
@argument("file", metavar="FILE", type=EXISTING_FILE, help="The new policy, a TOML file.")
@reason_option
@json_option
@pass_session
def policy_change(session: Session, file: Path, reason: str, *, as_json: bool) -> None:
    """Ask for the policy to be changed.

    Begin with the file that `rmdocs policy show` prints. Roles may be given
    and taken; separations of duties may be widened, never narrowed, and
    the version of the rules that records are judged by may only rise.
    Somebody else approves it with their own key (see: rmdocs approve); it
    rules from then on.
    """
    request = session.workspace().requests.enter("policy", file.read_bytes(), reason)
    echo_request(request, session, as_json=as_json)
