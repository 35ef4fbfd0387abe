"""What commands and people call what the registers hold: registers, roles, statuses.

Light, so that the command line names codes without loading what they mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from rmdocs.forms.roles import ROLE_NAMES
from rmdocs.messages import Joined, Text, Verbatim, listed, message

REGISTER_NAMES: Mapping[str, Text] = MappingProxyType(
    {
        "documents": message("Master list of controlled documents"),
        "history": message("Revision history"),
        "changes": message("Register of change requests"),
        "records": message("Register of records"),
        "series": message("Register of number series"),
        "reviews": message("Documents due for review"),
        "copies": message("Register of controlled copies issued and returned"),
        "holds": message("Register of holds"),
        "disposals": message("Register of appraisal and destruction"),
        "requests": message("Register of requests"),
        "regenerations": message("Register of regenerations"),
        "units": message("Register of units"),
        "staff": message("Register of staff"),
        "customers": message("Register of customers"),
        "calendar": message("Register of working days"),
        "policy": message("Duties and their separation"),
    }
)
"""The registers that can be printed, as commands name them, and their titles."""


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
        "revoke": message("revoke a key"),
        "machine": message("enter a machine's key"),
    }
)
"""What is asked of a second person, by the kind of event that an approval seals."""


def role_names(roles: Iterable[str]) -> Joined:
    """Return what a person calls roles, as a list."""
    return listed(named(ROLE_NAMES, role) for role in roles)


def named(names: Mapping[str, Text], code: str) -> Text:
    """Return what a person calls ``code``; an unknown code stands for itself."""
    return names.get(code, Verbatim(code))
