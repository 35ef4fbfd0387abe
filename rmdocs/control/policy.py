"""The policy: who may do what, and which acts must be done by different people.

It is data (``policy.toml``), sealed in the control ledger and changed only by
two people. Here it is read and asked; every refusal names the rule and the
person. Who may issue, amend and void records is said by each form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.control.actingperson import require_key, require_role
from rmdocs.errors import ControlError, FindingsError
from rmdocs.findings import has_errors
from rmdocs.forms.section import both, list_of, table_of, text, texts, value
from rmdocs.forms.tomltables import TomlTable, read_table, read_toml
from rmdocs.messages import Bilingual, Text, listed, message
from rmdocs.registers.officetime import (
    DEFAULT_ZONE,
    POLICY_DIRECTORY,
    POLICY_ZONE,
    ZONE_KEY,
    ZONE_REMEDY,
    unknown_zone,
    zone_named,
)
from rmdocs.registers.staff import ROLES
from rmdocs.schemas.schema import Schema
from rmdocs.store.protocol import CONTROL_REF

if TYPE_CHECKING:
    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.registers.staff import Person
    from rmdocs.store.event import Actor
    from rmdocs.store.protocol import Branch, Head, Store

RULES = 3
"""The newest version of the rules that records are judged by; from 3 on check codes are long."""

POLICY_NAME = "policy.toml"
BUILT_IN = Path(__file__).parent / POLICY_NAME
ACTS: Mapping[str, Text] = {
    "unit.enter": message("keep the register of units"),
    "person.enter": message("keep the register of staff"),
    "key.revoke": message("ask for somebody's key to be revoked"),
    "key.approve": message("approve that somebody's key is revoked"),
    "machine.enter": message("ask for a machine's key to be entered"),
    "machine.approve": message("approve that a machine's key is entered"),
    "customer.enter": message("keep the register of customers"),
    "policy.change": message("change the policy"),
    "policy.approve": message("approve a change of the policy"),
    "revision.propose": message("propose a revision"),
    "revision.submit": message("submit a draft"),
    "revision.review": message("review a draft"),
    "revision.approve": message("approve a revision"),
    "revision.return": message("return a draft"),
    "revision.reject": message("reject a proposal"),
    "revision.withdraw": message("withdraw a revision"),
    "revision.confirm": message("confirm a revision unchanged"),
    "regeneration.run": message("regenerate records"),
    "series.close": message("close a number series"),
    "copy.issue": message("issue controlled copies"),
    "copy.enter_receipt": message("enter the receipt of a copy"),
    "copy.recall": message("recall controlled copies"),
    "copy.return": message("take back controlled copies"),
    "copy.replace": message("replace controlled copies"),
    "copy.lose": message("enter a controlled copy as lost"),
    "hold.place": message("place a hold"),
    "hold.lift": message("lift a hold"),
    "disposition.propose": message("propose a disposal"),
    "disposition.approve": message("approve a disposal"),
}
"""The acts that a policy gives to roles, and what a person calls each."""

LATER = frozenset({"key.revoke", "key.approve", "machine.enter", "machine.approve"})
"""Acts that came after the first release with policies: one may leave them out, and then they
have the built-in roles. So a policy of before is changed without learning of them."""

BY_FORM: Mapping[str, Text] = {
    "record.void": message("void a record"),
    "record.void_approve": message("approve the void of a record"),
}
"""Acts whose roles each form names; a policy can only keep them apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Performer:
    """Who did an act of the policy: a person and the key that signed."""

    act: str
    actor: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """Acts on one thing that must be done by different people."""

    code: str
    acts: tuple[str, ...]
    message: Bilingual
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Roles by act, the separations of duties (ISO 9001 §5.3), and where the office is.

    :param time_zone: by its IANA name; see :mod:`rmdocs.registers.officetime`.
    :param rules: version of the rules that records are judged by; 1 is before
        there were versions.
    """

    acts: Mapping[str, tuple[str, ...]]
    separations: tuple[Separation, ...]
    time_zone: str = DEFAULT_ZONE
    rules: int = 1

    @classmethod
    @lru_cache(maxsize=16)  # asked for again and again in one act
    def load(cls, data: bytes, *, sealed: bool = False) -> Policy:
        """Return the policy in ``policy.toml``.

        :param sealed: whether it was entered before; acts that came with a newer
            rmdocs then have the built-in roles.
        :raises FindingsError: with every mistake.
        """
        root = read_table(data, POLICY_NAME, _schema(sealed=sealed))
        rules = _rules(root)
        acts = root.table("acts")
        roles = {act: acts.texts(act) if acts is not None else () for act in ACTS}
        roles |= {
            act: _built_in_roles(act)
            for act, named in roles.items()
            if not named and (sealed or act in LATER)
        }
        for act, named in roles.items():
            for role in named:
                if role not in ROLES:
                    root.note(
                        f"acts.{act}",
                        "POLICY-ROLE",
                        message("unknown role: {roles}", roles=role),
                        message("roles are: {roles}", roles=listed(ROLES)),
                    )
        separations = tuple(_separation(table) for table in root.tables("separate"))
        _require_separations(root, separations)
        zone = root.text(ZONE_KEY) or DEFAULT_ZONE
        if zone_named(zone) is None:
            root.note(ZONE_KEY, POLICY_ZONE, unknown_zone(zone), ZONE_REMEDY)
        if has_errors(root.findings):
            raise FindingsError(tuple(root.findings))
        return cls(acts=roles, separations=separations, time_zone=zone, rules=rules)

    @property
    def rules_named(self) -> int | None:
        """Return how an act on a record names the version it was judged by; None the first."""
        return self.rules if self.rules > 1 else None

    def require(self, acting: ActingPerson, act: str) -> None:
        """Refuse unless the person who acts holds a role that may.

        :raises ControlError: naming the person, the act and the roles.
        """
        self.require_person(acting.person, act)

    def require_person(self, person: Person, act: str) -> None:
        """Refuse unless a person holds a role that may.

        :raises ControlError: naming the person, the act and the roles.
        """
        require_role(person, self.acts[act], ACTS[act])

    def require_not_older(self, policy: Policy) -> None:
        """Refuse a policy whose rules are older than this one's.

        :raises ControlError: naming both versions.
        """
        if policy.rules < self.rules:
            raise ControlError(
                message(
                    "the policy would lower the version of the rules from {now} to {new}",
                    now=self.rules,
                    new=policy.rules,
                ),
                message("write in it: rules = {now}", now=self.rules),
            )

    def require_separate(self, own: Performer, *others: Performer) -> None:
        """Refuse if who acts did one of the acts that must be done by somebody else.

        :raises ControlError: naming the rule and the person; one person with
            two keys, or two with one, count as one.
        """
        for rule in self.separations:
            if own.act not in rule.acts:
                continue
            for other in others:
                apart = other.act in rule.acts and other.act != own.act
                if apart and own.actor.is_same_as(other.actor):
                    raise _not_separate(rule, other)


def policy_in_force(head: Head) -> Policy:
    """Return the policy that the control ledger holds; the last entry rules.

    :raises FindingsError: if it cannot be read.
    """
    entry = _last_entry(head)
    return unsealed_policy() if entry is None else Policy.load(entry, sealed=True)


@contextmanager
def control_locked(store: Store, acting: ActingPerson) -> Iterator[tuple[Branch, Policy]]:
    """Give the control ledger under its lock, and the policy in force.

    :raises ControlError: if the key is not the actor's.
    """
    require_key(acting.person, acting.key)
    with store.locked(CONTROL_REF) as branch:
        yield branch, policy_in_force(branch.require_head())


def unsealed_policy() -> Policy:
    """Return what rules while no policy is sealed: the built-in one, by the first rules."""
    return replace(Policy.load(BUILT_IN.read_bytes()), rules=1)


def policy_file(head: Head) -> bytes:
    """Return the policy in force as the file it was entered from.

    A ledger begun before policies were sealed has the built-in one.
    """
    entry = _last_entry(head)
    return BUILT_IN.read_bytes() if entry is None else entry


def _last_entry(head: Head) -> bytes | None:
    entries = [name for name in head.list(POLICY_DIRECTORY) if name.endswith(".toml")]
    return head.read(f"{POLICY_DIRECTORY}/{entries[-1]}") if entries else None


def party(acting: ActingPerson, act: str) -> Performer:
    """Return who acts as a party to ``act``."""
    return Performer(act=act, actor=acting.actor)


def _rules(root: TomlTable) -> int:
    """Return the version of the rules, noting one that is not known here."""
    rules = root.whole("rules", 1)
    if not 1 <= rules <= RULES:
        root.note(
            "rules",
            "POLICY-RULES",
            message("version {found} of the rules is not known", found=rules),
            message("a newer rmdocs may know it; here it is 1 to {newest}", newest=RULES),
        )
    return rules


def _built_in_roles(act: str) -> tuple[str, ...]:
    return tuple(read_toml(BUILT_IN.read_bytes(), POLICY_NAME)["acts"][act])


def _not_separate(rule: Separation, other: Performer) -> ControlError:
    return ControlError(
        message(
            "{rule}: {message}; {name} ({staff_no}) has had a part in it: {act}",
            rule=rule.code,
            message=rule.message,
            name=other.actor.name,
            staff_no=other.actor.staff_no,
            act={**ACTS, **BY_FORM}[other.act],
        ),
        message("ask somebody else, with a key of their own"),
        clause=rule.clause,
    )


def _separation(table: TomlTable) -> Separation:
    acts = table.texts("acts")
    for act in acts:
        if act not in (*ACTS, *BY_FORM):
            table.note(
                "acts",
                "POLICY-ACT",
                message("“{act}” is no act of the policy", act=act),
                message("acts are: {acts}", acts=listed((*ACTS, *BY_FORM))),
            )
    return Separation(
        code=table.text("code"),
        acts=acts,
        message=table.bilingual("message"),
        clause=table.text("clause"),
    )


@cache
def _schema(*, sealed: bool) -> Schema:
    """Return what ``policy.toml`` may hold.

    :param sealed: whether it was entered before, when there may have been fewer acts.
    """
    roles = texts("角色", "Roles that may do it", least=1)
    separation = table_of(
        {
            "code": text("代码", "Code of the refusal"),
            "acts": texts("行为", "Acts that different people must do", least=1),
            "message": both("提示", "What is said where one person would do two of them"),
            "clause": text("依据条款", "Clause that asks for it"),
        },
        "clause",
    )
    return Schema.own(
        table_of(
            {
                ZONE_KEY: text("时区", "Time zone of the office, by its IANA name"),
                "rules": value("integer", "规则版次", "Version of the rules"),
                "acts": table_of(dict.fromkeys(ACTS, roles), *(ACTS if sealed else LATER)),
                "separate": list_of(separation, title="分离规则"),
            },
            *(ZONE_KEY, "rules", "separate"),
        )
    )


def _require_separations(root: TomlTable, found: tuple[Separation, ...]) -> None:
    """Note what a policy leaves out of the built-in separations: they can only be widened."""
    kept = {separation.code: set(separation.acts) for separation in found}
    for rule in read_toml(BUILT_IN.read_bytes(), POLICY_NAME)["separate"]:
        missing = sorted(set(rule["acts"]) - kept.get(rule["code"], set()))
        if missing:
            root.note(
                "separate",
                "POLICY-SEPARATION",
                message(
                    "the separation {code} lacks {acts}",
                    code=rule["code"],
                    acts=listed(missing),
                ),
                message("a policy may widen a separation, but not narrow or drop it"),
            )
