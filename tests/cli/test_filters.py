"""What a list is narrowed to: what nobody knows is refused, for an empty list looks like news."""

from __future__ import annotations

import click
import pytest

from rmdocs.cli.main import program

SOME = {
    "find": (),
    "list": (),
    "due": (),
    "register": ("records",),
    "audit sample": ("3",),
    "audit exceptions": (),
    "audit pack": ("pack", "--sample", "1"),
    "disposition due": (),
    "disposition propose": ("--all-due", "--reason", "x"),
}
"""Each command whose list can be narrowed, with what else it takes."""

NO_FILTER = {
    "--unit": {"person add", "key machine"},
    "--form": set(),
    "--rm": set(),
    "--quarter": set(),
    "--year": set(),
    "--as-of": {"export", "form blank", "document assemble", "disposition due"},
}
"""Commands whose option of that name narrows no list to what was: where somebody is to be, or by
which day something falls due or is in force."""


@pytest.fixture
def run(shared_bank, command):
    return lambda *words: command("-w", shared_bank.root, *words)


def commands(group, path=()):
    """Yield every command by its words, with its options."""
    context = click.Context(group)
    for name in group.list_commands(context):
        one = group.get_command(context, name)
        if isinstance(one, click.Group):
            yield from commands(one, (*path, name))
        else:
            yield (*path, name), {name for param in one.params for name in param.opts}


def having(option):
    """Return the commands that take an option by which a list is narrowed."""
    found = {" ".join(words) for words, options in commands(program()) if option in options}
    return sorted(found - NO_FILTER[option])


def asked(name):
    return (*name.split(), *SOME[name])


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--unit", "ZZ99", "JN01"),
        ("--form", "RXD9999-99", "RXD7200-04"),
        ("--form", "IXD9999-01", "RXD7200-04"),
        ("--rm", "无此人", "rmdocs person list"),
        ("--rm", "ZZ99-0001", "rmdocs person list"),
        ("--quarter", "2199-1", "name one up to"),
        ("--quarter", "2026-5", "2026-2"),
        ("--year", "2999", "2026"),
    ],
)
def test_what_nobody_knows_is_refused_with_what_there_is(run, tmp_path, option, value, told):
    narrowed = having(option)
    assert narrowed
    for name in narrowed:
        code, out, err = run(*asked(name), option, value)
        assert (code, out) == (2, ""), (name, err)
        assert value.split("-")[0] in err, name
        assert told in err, name
    assert not [*tmp_path.glob("pack*")]


@pytest.mark.parametrize("empty", ["", " ", "\u3000"])
def test_an_option_with_nothing_in_it_is_refused_by_every_command(empty):
    asked = 0
    for words, _ in commands(program()):
        one = program()
        for word in words:
            one = one.get_command(click.Context(one), word)
        for param in one.params:
            if isinstance(param, click.Option) and not (
                param.is_flag or param.count or param.envvar
            ):
                with pytest.raises(click.BadParameter, match="Nothing is in it"):
                    one.make_context(words[-1], [param.opts[0], *[empty] * param.nargs])
                asked += 1
    assert asked > len(SOME)


@pytest.mark.parametrize("empty", ["", " "])
def test_what_was_given_empty_is_told_by_its_option(run, empty):
    number = "RXD7200-02-JN01-2026-0001"
    for words in (
        ("list", "--unit", empty),
        ("find", "--rm", empty),
        ("trace", number, "--edition", "1", "--code", empty),
        ("verify", "--contents", "--cluster", empty),
        ("verify", "--against", empty),
    ):
        code, out, err = run(*words)
        assert (code, out) == (2, "")
        assert next(word for word in reversed(words) if word.startswith("--")) in err


def test_every_command_that_can_be_narrowed_is_asked():
    found = {name for option in NO_FILTER if option != "--as-of" for name in having(option)}
    assert found == set(SOME)


def test_what_somebody_knows_is_taken_in_any_case_and_width(run):
    for unit in ("jn01", "ＪＮ０１", " JN01 "):
        code, out, _ = run("list", "--unit", unit)
        assert (code, "-JN01-" in out, "-YT03-" in out) == (0, True, False)
    code, out, _ = run("list", "--form", "04")
    assert (code, "RXD7200-04-" in out, "RXD7200-02-" in out) == (0, True, False)


def test_what_no_record_has_is_told_by_name(run):
    for words, told in (
        (("--customer", "无此客户"), "the customer “无此客户”"),
        (("--uscc", "91370100MA00000000"), "the credit code 91370100MA00000000"),
        (("--revision", "9.9"), "the revision 9.9"),
        (("无此词语",), "the word “无此词语”"),
    ):
        for more in ((), ("--json",)):
            code, out, err = run("find", *words, "--unit", "JN01", *more)
            assert (code, out) == (0, "")
            assert f"no record at all has {told}" in err
            assert err.count("no record at all has") == 1
    assert "no record at all" not in run("find", "--unit", "JN01")[2]


def test_a_sample_of_nothing_is_refused(run):
    code, out, err = run("audit", "sample", "3", "--quarter", "1990-1")
    assert (code, out) == (2, "")
    assert "no number was given" in err


REGISTERS = {
    "register": ("holds", "records", "staff", "copies", "calendar"),
    "copy list": ((),),
    "hold list": ((),),
    "disposition list": ((),),
    "calendar show": ((),),
}


def test_a_day_to_come_is_refused_where_it_is_asked_what_was(run):
    assert set(having("--as-of")) == set(REGISTERS)
    for name, several in REGISTERS.items():
        for one in several:
            code, out, err = run(*name.split(), *([one] if one else []), "--as-of", "2199-01-01")
            assert (code, out) == (2, ""), (name, err)
            assert "2199-01-01 is still to come" in err, name


@pytest.mark.parametrize("name", ["documents", "history", "reviews"])
def test_what_follows_from_dates_of_effect_is_told_as_known_today(run, name):
    code, _, err = run("register", name, "--as-of", "2199-01-01")
    assert (code, "is told by the dates that are known today" in err) == (0, True)
    assert "known today" not in run("register", name, "--as-of", "2020-01-01")[2]


def test_a_blank_form_of_a_day_to_come_is_told_as_such(run):
    words = ("form", "blank", "RXD7200-04", "--out", "out", "--as-of")
    code, _, err = run(*words, "2199-01-01")
    assert (code, "is told by the dates that are known today" in err) == (0, True)


def test_copies_of_what_is_in_no_register_are_not_listed(run):
    code, out, err = run("copy", "list", "RXD9999-99")
    assert (code, out, "is in no register" in err) == (2, "", True)


def test_the_log_of_a_reader_whom_nobody_knows_is_refused(run):
    code, out, err = run("reader", "log", "--reader", "无此人")
    assert (code, out, "no reader is called “无此人”" in err) == (2, "", True)
