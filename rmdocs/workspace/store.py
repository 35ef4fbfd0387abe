"""The store as a whole, looked through."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rmdocs.audit.verify import Verification
    from rmdocs.workspace.opening import Workspace


def verify(
    workspace: Workspace,
    *,
    renditions: bool = False,
    contents: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Verification:
    """Go through the whole store; if asked, judge all signatures and read all scans again.

    :param contents: judge again what every record says, and make every document again.
    :param progress: told how many events of how many are gone through.
    """
    from rmdocs.audit import verify
    from rmdocs.workspace.renditions import trust

    return verify.verify(
        workspace.store,
        trust(workspace) if renditions else None,
        contents=contents,
        progress=progress,
    )
