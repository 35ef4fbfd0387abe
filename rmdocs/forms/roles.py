"""What people call the roles that forms and the register of people name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rmdocs.messages import Text, message

ROLE_NAMES: Mapping[str, Text] = MappingProxyType(
    {
        "relationship_manager": message("relationship manager"),
        "department_head": message("department head"),
        "president": message("president in charge"),
        "form_author": message("form author"),
        "form_reviewer": message("form reviewer"),
        "form_approver": message("form approver"),
        "records_officer": message("records officer"),
        "auditor": message("auditor"),
    }
)
"""The roles a person may hold; what each may do is data of forms and control."""
