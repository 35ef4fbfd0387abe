"""What commands and people call what the registers hold: registers, roles, statuses.

Light, so that the command line names codes without loading what they mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rmdocs.forms import roles
from rmdocs.messages import Text, Verbatim, message

REGISTER_NAMES = (
    "documents",
    "history",
    "changes",
    "records",
    "series",
    "reviews",
    "copies",
    "holds",
    "disposals",
    "requests",
    "regenerations",
    "units",
    "staff",
    "customers",
    "calendar",
    "policy",
)
"""The registers that can be printed, as commands name them."""

ROLE_NAMES: Mapping[str, Text] = roles.ROLE_NAMES
"""The roles a person may hold; what each may do is data of forms and control."""

RECORD_STATUS_NAMES: Mapping[str, Text] = MappingProxyType(
    {
        "issued": message("issued"),
        "signed": message("signed"),
        "closed": message("closed"),
        "voided": message("void"),
        "disposed": message("disposed of"),
    }
)
"""The statuses of a record (``lifecycle.RecordStatus``)."""


ACT_NAMES: Mapping[str, Text] = MappingProxyType(
    {
        "void": message("declare it void"),
        "policy": message("change the policy"),
        "calendar": message("enter the working days of a year"),
    }
)
"""What is asked of a second person, by the kind of event that an approval seals."""


def named(names: Mapping[str, Text], code: str) -> Text:
    """Return what a person calls ``code``; an unknown code stands for itself."""
    return names.get(code, Verbatim(code))
