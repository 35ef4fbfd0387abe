"""Faults by their names: what each does, which of F1–F24 it is, and by which code it is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from rmdocs.classes import dataclass
from rmdocs.drill.scene import Look, Scene
from rmdocs.messages import Text, message

KINDS: Mapping[str, Text] = MappingProxyType(
    {
        "F1": message("a sealed document or record edited"),
        "F2": message("a record or a volume deleted"),
        "F3": message("acts put into another order"),
        "F4": message("an act dated back"),
        "F5": message("the whole history rewritten and signed anew"),
        "F6": message("the end cut off, or cut off and gone on with"),
        "F7": message("two people shown two histories"),
        "F8": message("an old copy shown as the present one"),
        "F9": message("a form used that was not in force"),
        "F10": message("an approval moved to another revision"),
        "F11": message("one's own act approved, or one person as two"),
        "F12": message("the registers of people and keys turned back"),
        "F13": message("a revoked or replaced key used"),
        "F14": message("a gap in a number series"),
        "F15": message("a number, edition or stage given twice"),
        "F16": message("an act in another's name"),
        "F17": message("git made to show another history"),
        "F18": message("a format, a rule or a signature downgraded"),
        "F19": message("another record or file under a number"),
        "F20": message("a commit without an act, an act without files"),
        "F21": message("a record disposed of without approval"),
        "F22": message("a picture of a signature pasted in"),
        "F23": message("objects lost or damaged"),
        "F24": message("a document that says other than its record"),
    }
)
"""The kinds of faults that an auditor asks for."""

Inject = Callable[[Scene], str]
"""Puts a fault in; returns with what the path of the finding that names it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillFault:
    """Something that somebody does to a store.

    :param name: of the fault, for reports.
    :param of: which of :data:`KINDS`.
    :param codes: those of ``verify`` by which it is named; any of them does.
    :param told: what is done, in a person's words.
    :param look: what verifying must be asked.
    :param keys: that it takes private keys.
    """

    name: str
    of: str
    codes: frozenset[str]
    told: Text
    look: Look
    keys: bool
    inject: Inject


FAULTS: dict[str, DrillFault] = {}
"""All faults by name; those who put them in enter themselves."""


def fault(
    of: str, codes: str, told: Text, *, look: Look = Look.PLAIN, keys: bool = True
) -> Callable[[Inject], Inject]:
    """Enter a function as a fault under its name.

    :param codes: separated by blanks.
    """

    def enter(inject: Inject) -> Inject:
        name = inject.__name__.replace("_", "-")
        FAULTS[name] = DrillFault(
            name=name,
            of=of,
            codes=frozenset(codes.split()),
            told=told,
            look=look,
            keys=keys,
            inject=inject,
        )
        return inject

    return enter
