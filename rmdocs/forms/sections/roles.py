"""Who may act on a form's records, and what people call roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from rmdocs.classes import dataclass
from rmdocs.findings import Finding, did_you_mean
from rmdocs.forms.differences import Area, Change, RevisionTerms, became, comma, plain
from rmdocs.forms.roles import ROLE_NAMES
from rmdocs.forms.section import Manifest, Section, finding, table_of, texts
from rmdocs.forms.tomltables import TomlTable
from rmdocs.messages import Text, message
from rmdocs.schemas.schema import Schema


def roles_named(codes: Iterable[str]) -> Text:
    """Return roles as people call them, in a list."""
    return comma(ROLE_NAMES.get(code) or plain(code) for code in codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class RolesSection(Section):
    """``[roles]``: which roles may issue and amend a record, and approve voiding it."""

    table = "roles"
    required = True
    schema = table_of(
        {
            "issue": texts("可以生成的角色", "Roles that may issue a record", least=1),
            "amend": texts("可以更正的角色", "Roles that may amend a record", least=1),
            "void_approve": texts(
                "可以批准作废的角色", "Roles that may approve voiding a record", least=1
            ),
        },
        title="角色",
        english="Who may act on its records",
    )

    issue: tuple[str, ...]
    amend: tuple[str, ...]
    void_approve: tuple[str, ...]

    @classmethod
    def of(cls, table: TomlTable) -> Self:
        """Return who may act."""
        return cls(
            issue=table.texts("issue"),
            amend=table.texts("amend"),
            void_approve=table.texts("void_approve"),
        )

    def checks(self, manifest: Manifest, schema: Schema) -> Iterator[Finding]:
        """Yield fields whose ``x-role`` is no role: nobody would ever hold it."""
        del manifest
        staged = ((name, schema.stage(name)) for name in schema.stage_names)
        for base, part in (("content", schema), *staged):
            for name, field in part.fields().walk():
                for role in (*field.roles, *(field.item.roles if field.item else ())):
                    if role not in ROLE_NAMES:
                        yield finding(
                            f"{base}.{name}",
                            "FORM-ROLE",
                            message("unknown role: {roles}", roles=role),
                            did_you_mean(role, ROLE_NAMES),
                        )

    @classmethod
    def describe(
        cls, old: Self | None, new: Self | None, telling: RevisionTerms
    ) -> Iterator[Change]:
        """Yield who may act that might not before, or no longer may."""
        del telling
        for name, place in (
            ("issue", message("who may issue a record")),
            ("amend", message("who may amend a record")),
            ("void_approve", message("who may approve voiding a record")),
        ):
            was, now = (
                roles_named(getattr(one, name) if one is not None else ()) for one in (old, new)
            )
            yield from became(Area.ROLES, place, was, now, f"roles.{name}")
