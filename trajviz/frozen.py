"""Frozen dataclasses that are quick to define, as newer Pythons' are.

Before Python 3.13 `dataclasses.dataclass` compiles each method of each class by itself, six for a
frozen one. That was a tenth of a plain render. Here a class has one function compiled, its
`__init__`, and shares the other methods with all classes. It is compiled, and fields are looked
for, when it is first needed: half of the classes are never used in a plain render. Apart from that
it is a dataclass like any other: to `fields`, `replace`, `asdict`, pickle and type checkers.
"""

from __future__ import annotations

import dataclasses
import reprlib
import sys
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING or sys.version_info >= (3, 13):
    from dataclasses import dataclass as dataclass  # which others import
else:

    def dataclass(
        cls: type | None = None,
        /,
        *,
        frozen: bool = True,
        kw_only: bool = False,
        eq: bool = True,
        repr: bool = True,  # noqa: A002  # the standard library's name
    ) -> Any:
        """Make a frozen dataclass of a class; the arguments are the standard library's."""
        if cls is None:
            return lambda cls: dataclass(cls, frozen=frozen, kw_only=kw_only, eq=eq, repr=repr)
        assert frozen
        methods: dict[str, Any] = {"__setattr__": _refuse, "__delattr__": _refuse}
        if eq:
            methods |= {"__eq__": _eq, "__hash__": _hash}
        if repr:
            methods["__repr__"] = _repr
        if _may_wait(cls):
            methods |= {name: _Later(cls, name, kw_only) for name in _COMPLETED}
        else:
            _complete(cls, kw_only)
        for name, method in methods.items():
            if name not in cls.__dict__:
                setattr(cls, name, method)
        return cls


_COMPLETED = ("__init__", "__dataclass_fields__", "__dataclass_params__", "__match_args__",
              "__signature__")  # fmt: skip
"""What completes a class that is asked for it."""
_ALONE = threading.RLock()
"""Held by who completes a class, which may complete those that it is made from."""


class _Later:
    """An attribute of a class that is not completed yet."""

    def __init__(self, owner: type, name: str, kw_only: bool) -> None:
        self._owner, self._name, self._kw_only = owner, name, kw_only

    def __get__(self, one: object, cls: type | None = None) -> Any:
        with _ALONE:
            if self._owner.__dict__.get(self._name) is self:  # and no other thread was quicker
                _complete(self._owner, self._kw_only)
        value = self._owner.__dict__.get(self._name, self)
        if value is self:
            raise AttributeError(self._name)
        return value.__get__(one, cls) if hasattr(value, "__get__") else value


def _may_wait(cls: type) -> bool:
    """Tell whether a class may be completed later.

    The library would ask for a signature to say what the class is, and what has more than a default
    would be seen on the class until then.
    """
    more = any(isinstance(value, dataclasses.Field) for value in cls.__dict__.values())
    return bool(cls.__doc__) and not more


def _complete(cls: type, kw_only: bool) -> None:
    """Find the fields of a class, and compile its `__init__` unless it has one of its own."""
    for name in ("__match_args__", "__signature__"):
        if isinstance(cls.__dict__.get(name), _Later):
            delattr(cls, name)
    dataclasses.dataclass(cls, init=False, eq=False, repr=False, kw_only=kw_only)
    if isinstance(cls.__dict__.get("__init__"), _Later | None):
        cls.__init__ = _init(cls)  # type: ignore[misc]


class _Made:
    """What stands for a value that is made for each object, where a signature is shown."""

    def __repr__(self) -> str:
        return "<factory>"


_MADE = _Made()


def _init(cls: type) -> Any:
    """Return the `__init__` of a class: it writes what it is given past `_refuse`."""
    fields = dataclasses.fields(cls)
    assert all(field.init for field in fields)
    given = [_parameter(field) for field in fields if not field.kw_only]
    named = [_parameter(field) for field in fields if field.kw_only]
    words = ", ".join(["self", *given, *(["*", *named] if named else [])])
    lines = ["held = self.__dict__"]
    lines += [f"held[{field.name!r}] = {_value(field)}" for field in fields]
    lines += ["self.__post_init__()"] if hasattr(cls, "__post_init__") else []
    known: dict[str, Any] = {"_made": _MADE}
    for field in fields:
        known[f"_default_{field.name}"] = field.default
        known[f"_make_{field.name}"] = field.default_factory
    body = "\n ".join(lines)
    exec(f"def __init__({words}):\n {body}", known)  # of names of fields alone
    made = known["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    made.__module__ = cls.__module__
    made.__annotations__ = {field.name: field.type for field in fields} | {"return": None}
    return made


def _parameter(field: dataclasses.Field[Any]) -> str:
    if field.default is not dataclasses.MISSING:
        return f"{field.name}=_default_{field.name}"
    return f"{field.name}=_made" if _is_made(field) else field.name


def _value(field: dataclasses.Field[Any]) -> str:
    """Return what a field is set to, as an expression."""
    if _is_made(field):
        return f"_make_{field.name}() if {field.name} is _made else {field.name}"
    return field.name


def _is_made(field: dataclasses.Field[Any]) -> bool:
    return field.default_factory is not dataclasses.MISSING


def _refuse(_: Any, name: str, *__: Any) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _eq(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    names = [field.name for field in dataclasses.fields(self) if field.compare]
    return tuple(getattr(self, n) for n in names) == tuple(getattr(other, n) for n in names)


def _hash(self: Any) -> int:
    fields = dataclasses.fields(self)
    kept = [f for f in fields if (f.compare if f.hash is None else f.hash)]
    return hash(tuple(getattr(self, field.name) for field in kept))


@reprlib.recursive_repr()
def _repr(self: Any) -> str:
    shown = [f"{f.name}={getattr(self, f.name)!r}" for f in dataclasses.fields(self) if f.repr]
    return f"{self.__class__.__qualname__}({', '.join(shown)})"
