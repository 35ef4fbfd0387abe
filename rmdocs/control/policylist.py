"""Who may do what, and what different people must do: the policy as a printed list."""

from __future__ import annotations

from rmdocs.control.policy import ACTS, BY_FORM, Policy, Separation, policy_in_force
from rmdocs.messages import Text, listed, message
from rmdocs.registers.displaynames import role_names
from rmdocs.registers.lists import listing
from rmdocs.registers.lists.listing import BY_EVENTS, Ledgers
from rmdocs.registers.officetime import POLICY_DIRECTORY
from rmdocs.reports.report import Cell, Column, Report

NAME = "policy"
_COLUMNS = (
    Column(name="act", title=message("act"), width=22),
    Column(name="meaning", title=message("what is done"), width=24),
    Column(name="roles", title=message("roles that may"), width=28),
    Column(name="separate", title=message("kept apart by"), width=16),
    Column(name="apart_from", title=message("not by who did"), width=28),
    Column(name="clause", title=message("clause"), width=16),
)


def policy_list(ledgers: Ledgers) -> Report:
    """Return roles and separations as they were in force at the end of the day.

    :raises FindingsError: if the policy in the ledger cannot be read.
    """
    policy = policy_in_force(ledgers.then) if ledgers.then is not None else None
    rows = tuple(_row(policy, act) for act in (*ACTS, *BY_FORM)) if policy is not None else ()
    rules = policy.separations if policy is not None else ()
    return Report(
        name=NAME,
        title=message("Duties and their separation"),
        columns=_COLUMNS,
        rows=rows,
        as_of=ledgers.day,
        organisation=ledgers.organisation,
        notes=(
            BY_EVENTS,
            _origin(ledgers),
            *_version(policy),
            *_zone(policy),
            *(_rule(rule) for rule in rules),
        ),
        signatures=listing.SIGNERS,
    )


def _row(policy: Policy, act: str) -> tuple[Cell, ...]:
    rules = [rule for rule in policy.separations if act in rule.acts]
    others = dict.fromkeys(other for rule in rules for other in rule.acts if other != act)
    meanings = {**ACTS, **BY_FORM}
    roles = policy.acts.get(act)
    return (
        act,
        meanings[act],
        message("as the form says") if roles is None else role_names(roles),
        ", ".join(rule.code for rule in rules),
        listed(meanings[other] for other in others),
        ", ".join(dict.fromkeys(rule.clause for rule in rules if rule.clause)),
    )


def _version(policy: Policy | None) -> tuple[Text, ...]:
    """Say by which version of the rules records are judged."""
    if policy is None:
        return ()
    return (message("records are judged by version {rules} of the rules", rules=policy.rules),)


def _rule(rule: Separation) -> Text:
    return message("{code}: {message}", code=rule.code, message=rule.message)


def _zone(policy: Policy | None) -> tuple[Text, ...]:
    if policy is None:
        return ()
    return (message("days are those of the time zone {zone}", zone=policy.time_zone),)


def _origin(ledgers: Ledgers) -> Text:
    """Say which entry of the policy this is, or that none is sealed."""
    events = ledgers.then.events(POLICY_DIRECTORY) if ledgers.then is not None else []
    if not events:
        return message("the policy that rmdocs brings along: none is sealed in the ledger")
    return message(
        "entry {entry} of the policy, of {day}",
        entry=len(events),
        day=ledgers.day_of(events[-1]),
    )
