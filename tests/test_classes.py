"""Our dataclasses do what those of the standard library do."""

import copy
import dataclasses
import inspect
import operator
import pickle
from dataclasses import FrozenInstanceError, field, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.classes import dataclass
from rmdocs.identifiers import DocumentNumber

FLAGS = st.fixed_dictionaries(
    {"slots": st.just(value=True)},
    optional={name: st.booleans() for name in ("frozen", "kw_only", "eq", "repr")},
)
GIVEN = st.fixed_dictionaries(
    {},
    optional={
        "one": st.integers(0, 2),
        "two": st.sampled_from("ab"),
        "many": st.just([1]),
        "silent": st.integers(0, 1),
        "kept": st.just(7),
        "unknown": st.just(1),
    },
)


def pair(flags, after):
    """Return the same class, made by the standard library and by us."""

    def written():
        class Sample:
            one: int
            two: str = "b"
            many: list[int] = field(default_factory=list)
            silent: int = field(default=0, repr=False, compare=False)
            kept: int = field(default=7, init=False)
            anew: list[int] = field(default_factory=list, init=False)

            if after:

                def __post_init__(self):
                    object.__setattr__(self, "kept", 8)

        Sample.__qualname__ = "Sample"
        return Sample

    return tuple(make(**flags)(written()) for make in (dataclasses.dataclass, dataclass))


def outcome(act):
    try:
        return act()
    except (TypeError, AttributeError) as problem:
        return type(problem)


@given(flags=FLAGS, after=st.booleans(), given=st.lists(GIVEN, min_size=2, max_size=3))
def test_the_same_comes_of_every_act(flags, after, given):
    """Objects alike are equal, however they came about; each act is allowed to both or none."""
    told = []
    for kind in pair(flags, after):
        made = [outcome(lambda one=one, kind=kind: kind(**one)) for one in given]
        objects = [one for one in made if isinstance(one, kind)]
        said = [one if isinstance(one, type) and one is not kind else "made" for one in made]
        for one in objects:
            said.append([getattr(one, part.name) for part in fields(one)])
            said += [dataclasses.asdict(one), one == objects[0], one == 1]
            said.append(repr(one) if flags.get("repr", True) else "")
            said.append(outcome(lambda one=one: setattr(one, "one", 5)))
            said.append(outcome(lambda one=one: delattr(one, "one")) if flags.get("frozen") else "")
            said.append(outcome(lambda one=one: setattr(one, "unknown", 5)) is not None)
            said.append(outcome(lambda one=one: hash(replace(one)) == hash(copy.copy(one))))
            said.append(getattr(outcome(lambda one=one: replace(one, two="c")), "two", None))
        told.append(said)
    assert told[0] == told[1]


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
def test_what_is_ordered_is_ordered_by_its_fields(compare):
    @dataclass(frozen=True, slots=True, order=True)
    class Pair:
        first: int
        second: int

    values = [(1, 2), (1, 3), (2, 0)]
    assert [[compare(Pair(*a), Pair(*b)) for b in values] for a in values] == [
        [compare(a, b) for b in values] for a in values
    ]
    with pytest.raises(TypeError):
        compare(Pair(1, 2), (1, 2))


def test_a_derived_one_has_the_fields_of_both_and_methods_of_its_own():
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Base:
        first: int

        def __hash__(self):
            return 5

        def __eq__(self, other):
            return True

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Derived(Base):
        second: int = 2

    assert (hash(Base(first=1)), Base(first=1) == Base(first=2)) == (5, True)
    assert (Derived(first=1).second, Derived(first=1) == Derived(first=2)) == (2, False)
    assert repr(Derived(first=1)).endswith("Derived(first=1, second=2)")
    assert list(inspect.signature(Derived.__init__).parameters) == ["self", "first", "second"]


def test_one_that_is_frozen_can_be_carried_to_another_process_but_not_changed():
    number = DocumentNumber.parse("RXD7200-01")
    assert pickle.loads(pickle.dumps(number)) == number  # noqa: S301 - our own
    assert copy.deepcopy(number) == number
    for name in [one.name for one in fields(number)]:
        with pytest.raises(FrozenInstanceError):
            setattr(number, name, 1)


@pytest.mark.parametrize("option", ["unsafe_hash", "weakref_slot", "match_args", "init"])
def test_an_option_that_is_not_made_here_is_refused(option):
    with pytest.raises(TypeError, match=option):
        dataclass(frozen=True, slots=True, **{option: True})(type("Odd", (), {}))
