"""What of control one person asks for and another approves."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from rmdocs.control.calendar import YEAR
from rmdocs.control.policymaking import CHANGE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rmdocs.control.requesting import Kind

KINDS: Mapping[str, Kind] = MappingProxyType({kind.act: kind for kind in (CHANGE, YEAR)})
"""By the kind of event that an approval seals."""
