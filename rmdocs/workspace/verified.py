"""What was verified from here, so that the next verification can go on from there.

It lies beside what was seen of the ledgers, and is believed because only who runs this can
write there, which is asked each time (``opening.is_private``). A signed checkpoint alone would
not do: whoever has the ledgers' key could put one there that nobody ever verified.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from rmdocs import __version__, canonical
from rmdocs.audit.pins import pins_in
from rmdocs.audit.since import Stood, VerifiedState
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError, UsageError
from rmdocs.messages import by_command, message
from rmdocs.store.files import write_whole
from rmdocs.workspace.seen import VERIFIED

if TYPE_CHECKING:
    from pathlib import Path

    from rmdocs.audit.verify import Verification
    from rmdocs.canonical import Json, JsonObject

_ONCE = by_command(message("verify the whole store once"), "rmdocs verify")
_LEDGER = ("note", "commit", "newest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """What a verification looks at besides what each does.

    :param renditions: electronic signatures and scans. :param contents: what records say.
    """

    renditions: bool = False
    contents: bool = False

    def covers(self, other: Depth) -> bool:
        """Return whether a verification of this kind leaves nothing out that another looks at."""
        return self.renditions >= other.renditions and self.contents >= other.contents


def verified(path: Path | None, depth: Depth) -> VerifiedState:
    """Return the state of the ledgers that was verified last from here, as deep as asked.

    :param path: of the file that keeps what was seen; None where none can be kept.
    :raises UsageError: if there is none, or if another rmdocs verified it, which may have looked
        at less.
    """
    kept = [one for one in _verified(path) if _depth(one).covers(depth)]
    if not kept:
        raise UsageError(
            message("nothing was verified from here before that could be gone on from"),
            _ONCE,
        )
    state = max(kept, key=itemgetter("at"))
    if state["rmdocs"] != __version__:
        raise UsageError(
            message(
                "it was verified with rmdocs {version}, and this one may look at more",
                version=state["rmdocs"],
            ),
            _ONCE,
        )
    source = message("the verification of {day}", day=state["at"])
    ledgers = [
        Stood(pin=pin, commit=one["commit"], newest=one["newest"])
        for one in state["ledgers"]
        for pin in pins_in(one["note"], source)
    ]
    return VerifiedState(
        source=source,
        ledgers={one.pin.ref: one for one in ledgers},
    )


def keep_verified(path: Path | None, found: Verification, depth: Depth, at: str) -> None:
    """Keep the state of the ledgers if nothing was found wrong in it, on disk when this returns.

    :param at: when they were verified, as a person is told.
    :raises StoreError: if it cannot be kept.
    """
    if path is None or not found.ok:
        return
    try:
        others = [one for one in _verified(path) if not depth.covers(_depth(one))]
    except UsageError:
        others = []  # what cannot be read is replaced
    state = {
        "at": at,
        "rmdocs": __version__,
        "renditions": depth.renditions,
        "contents": depth.contents,
        "ledgers": [
            {"note": one.note, "commit": one.commit, "newest": one.newest} for one in found.ledgers
        ],
    }
    write_whole(path.with_name(VERIFIED), canonical.encode([*others, state]), 0o600)


def _verified(path: Path | None) -> list[JsonObject]:
    """Return what is kept of verifications.

    :raises UsageError: if it is not as this program writes it.
    """
    try:
        kept = _read(path) if path is not None else []
        sound = isinstance(kept, list) and all(map(_is_state, kept))
    except FileNotFoundError:
        return []
    except (OSError, FindingsError, KeyError, TypeError):
        sound = False
    if not sound:
        raise UsageError(message("what was verified from here before cannot be read"), _ONCE)
    return list(kept)


def _read(path: Path) -> Json:
    return canonical.decode(path.with_name(VERIFIED).read_bytes())


def _is_state(value: JsonObject) -> bool:
    return (
        isinstance(value["at"], str)
        and isinstance(value["rmdocs"], str)
        and _depth(value) is not None
        and all(
            (str, str, int) == tuple(type(ledger[name]) for name in _LEDGER)
            for ledger in value["ledgers"]
        )
    )


def _depth(state: JsonObject) -> Depth:
    return Depth(renditions=state["renditions"] is True, contents=state["contents"] is True)
