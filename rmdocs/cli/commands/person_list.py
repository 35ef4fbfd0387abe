"""``rmdocs person list``."""

from __future__ import annotations

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command
from rmdocs.cli.options import json_option
from rmdocs.messages import message
from rmdocs.registers.names import role_names
from rmdocs.registers.people import Person

_HEADINGS = (
    message("staff number"),
    message("name"),
    message("unit"),
    message("keys"),
    message("roles"),
)


@command("list")
@json_option
@pass_session
def person_list(session: Session, *, as_json: bool) -> None:
    """List the staff and their roles."""
    people = session.workspace().people()
    if as_json:
        for person in people:
            printing.echo_json(
                {
                    "staff_no": person.staff_no,
                    "name": person.name,
                    "unit": person.unit,
                    "roles": sorted(person.roles),
                    "keys": list(person.keys),
                    **({"left": person.left.isoformat()} if person.left else {}),
                }
            )
        return
    printing.echo_table(_HEADINGS, [_row(person, session) for person in people], session.language)


def _row(person: Person, session: Session) -> tuple[str, ...]:
    roles = session.say(role_names(sorted(person.roles)))
    return (
        str(person.staff_no),
        person.name,
        str(person.unit),
        str(len(person.keys)),
        session.say(message("left on {day}", day=person.left)) if person.left else roles,
    )
