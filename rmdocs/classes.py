"""``dataclass``: that of the standard library, but quick to load.

Up to Python 3.12 it compiles six methods for every class, half a millisecond together: of
what starting a command took, hundreds of classes were the most. Here fields and slots are
made by it, and ``field``, ``fields`` and ``replace`` are its own; but a method is compiled
once it is called first, and most never are.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, FrozenInstanceError, fields
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

_NOT_GIVEN = object()
_SIGNS = {"__eq__": "==", "__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}
_OPTIONS = frozenset({"slots", "frozen", "kw_only", "repr", "eq", "order"})
_ORDERED = ("__lt__", "__le__", "__gt__", "__ge__")

Written = tuple[str, dict[str, Any]]
"""A method as it is to be compiled, and the names that it knows."""


def _made(kind: type[Any], options: dict[str, bool]) -> type[Any]:
    if others := options.keys() - _OPTIONS:
        raise TypeError(*sorted(others))
    if not options.get("slots", False):
        return dataclasses.dataclass(**options)(kind)
    own = dict(kind.__dict__)
    if "__eq__" in own and own["__hash__"] is None:
        del own["__hash__"]  # Python's doing.
    kind.__doc__ = kind.__doc__ or kind.__name__  # Else its signature would be looked up.
    made: type[Any] = dataclasses.dataclass(
        init=False, repr=False, eq=False, slots=True, kw_only=options.get("kw_only", False)
    )(kind)
    for name, method in _methods(made, options):
        if name not in own:
            setattr(made, name, method)
    return made


def _methods(made: type[Any], options: dict[str, bool]) -> Iterator[tuple[str, object]]:
    frozen = options.get("frozen", False)
    yield "__init__", _late(made, "__init__", _init)
    if options.get("repr", True):
        yield "__repr__", _repr
    if options.get("eq", True):
        yield "__eq__", _late(made, "__eq__", _comparison)
        yield "__hash__", _late(made, "__hash__", _hash) if frozen else None
    for name in _ORDERED if options.get("order", False) else ():
        yield name, _late(made, name, _comparison)
    if frozen:
        yield "__setattr__", _refuse
        yield "__delattr__", _refuse
        yield "__getstate__", _state
        yield "__setstate__", _take


def _late(made: type[Any], name: str, write: Callable[[type[Any], str], Written]) -> object:
    """Return a method that compiles itself when it is called, and is then the compiled one."""

    def first(self: object, *given: object, **named: object) -> object:
        source, known = write(made, name)
        exec(source, known)  # noqa: S102 - names of fields, as the standard library does
        method = known[name]
        method.__qualname__ = f"{made.__qualname__}.{name}"
        setattr(made, name, method)
        return method(self, *given, **named)

    return first


def _init(made: type[Any], called: str) -> Written:
    known: dict[str, Any] = {"_not_given": _NOT_GIVEN}
    places: list[str] = []
    named: list[str] = []
    lines: list[str] = []
    for one in fields(made):
        name, anew = one.name, one.default_factory is not MISSING
        known[f"_set_{name}"] = getattr(made, name).__set__
        known[f"_of_{name}"] = one.default_factory if anew else one.default
        default, value = _given(one)
        if one.init:
            (named if one.kw_only else places).append(f"{name}{default}")
        if one.init or default:
            lines.append(f"_set_{name}(self, {value})")
    if hasattr(made, "__post_init__"):
        lines.append("self.__post_init__()")
    arguments = ["self", *places, *(["*", *named] if named else [])]
    return _method(called, arguments, lines or ["pass"]), known


def _given(one: Field[Any]) -> tuple[str, str]:
    """Return how an argument says its default, and what is kept of it."""
    name = one.name
    if one.default_factory is not MISSING:
        anew = f"_of_{name}()"
        return "=_not_given", f"{anew} if {name} is _not_given else {name}" if one.init else anew
    if one.default is MISSING:
        return "", name
    return f"=_of_{name}", name if one.init else f"_of_{name}"


def _comparison(made: type[Any], called: str) -> Written:
    compared = [one.name for one in fields(made) if one.compare]
    lines = [
        "if other.__class__ is not self.__class__: return NotImplemented",
        f"return {_values('self', compared)} {_SIGNS[called]} {_values('other', compared)}",
    ]
    return _method(called, ["self", "other"], lines), {}


def _hash(made: type[Any], called: str) -> Written:
    hashed = [one.name for one in fields(made) if (one.compare if one.hash is None else one.hash)]
    return _method(called, ["self"], [f"return hash({_values('self', hashed)})"]), {}


def _values(of: str, names: list[str]) -> str:
    return f"({''.join(f'{of}.{name},' for name in names)})"


def _method(name: str, arguments: list[str], lines: list[str]) -> str:
    return f"def {name}({','.join(arguments)}):\n " + "\n ".join(lines)


@recursive_repr("...")
def _repr(self: Any) -> str:  # noqa: ANN401 - any dataclass
    told = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{type(self).__qualname__}({told})"


def _refuse(self: Any, name: str, *value: object) -> None:  # noqa: ANN401 - any dataclass
    if name in self.__dataclass_fields__ or "__dataclass_fields__" in type(self).__dict__:
        raise FrozenInstanceError(name)
    (object.__setattr__ if value else object.__delattr__)(self, name, *value)


def _state(self: Any) -> list[object]:  # noqa: ANN401 - any dataclass
    return [getattr(self, name) for name in _names(type(self))]


def _take(self: Any, state: list[object]) -> None:  # noqa: ANN401 - any dataclass
    for name, value in zip(_names(type(self)), state, strict=True):
        object.__setattr__(self, name, value)


def _names(made: type[Any]) -> tuple[str, ...]:
    if made not in _NAMES:
        _NAMES[made] = tuple(one.name for one in fields(made))
    return _NAMES[made]


_NAMES: dict[type[Any], tuple[str, ...]] = {}


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 - as checkers know it
else:

    def dataclass(**options: bool) -> Callable[[type[Any]], type[Any]]:
        """Return what makes a class a dataclass, by the options of the library's.

        :raises TypeError: on decorating, for an option that is not made here.
        """
        return lambda kind: _made(kind, options)
