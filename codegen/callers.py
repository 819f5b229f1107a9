"""Who uses a library, and which types each of them can pass and take where a type was another one.

Each converts values in its own way. Python: as the package does, which checks (`overloads`). A saved TorchScript
model: its code is compiled anew when it is loaded, so types are compared, as
torch/csrc/jit/frontend/schema_matching.cpp does. An exported program: what it was exported with is converted when it
runs, as torch::jit::toIValue does.
tests/test_breaking.py holds each row of this against models that were really saved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum

from codegen import overloads
from codegen.model import Library
from codegen.types import Base, Class, Dict, Future, List, Optional, Tuple, Type, mapped, rename


class Caller(Enum):
    PYTHON = "Python callers"
    TORCHSCRIPT = "saved TorchScript models"
    EXPORTED = "exported programs"
    EXTENSION = "compiled extensions"


ALL = frozenset(Caller)
MODELS = frozenset([Caller.TORCHSCRIPT, Caller.EXPORTED])
CALLERS = MODELS | {Caller.PYTHON}

_SYMBOLS = {"SymInt": "int", "SymBool": "bool"}
# What TorchScript's types are at run time: its parser has no other name for these.
_TORCHSCRIPT = {**_SYMBOLS, "ScalarType": "int", "Layout": "int", "MemoryFormat": "int"}
# What each type takes of the values that a program was exported with, without making others of them.
_EXPORTED: Mapping[str, frozenset[str]] = {
    "int": frozenset(["int", "bool"]),
    "float": frozenset(["float", "int", "bool"]),
    "complex": frozenset(["complex", "float", "int", "bool"]),
    "Scalar": frozenset(["complex", "float", "int", "bool"]),
}
# What Python gets where a type is returned, when that is a type of Python's too.
_RETURNED = {**_TORCHSCRIPT, "QScheme": "int"}
_NUMBERS = frozenset(["int", "float", "complex"])
_PYTHON_NUMBERS = _NUMBERS | {"bool"}


def passes(caller: Caller, old: Type, new: Type, library: Library) -> bool:
    """Whether each value that was passed as `old` is one that `new` takes, and takes for the same."""
    match old, new:
        case Base(), List(element, int()):
            return passes(caller, old, element, library)
    match caller:
        case Caller.PYTHON:
            return _passes_in_python(old, new, library)
        case Caller.TORCHSCRIPT:
            return _is_converted(_in_torchscript(old, library), _in_torchscript(new, library))
    given, taken = _in_torchscript(old, library), _in_torchscript(new, library)
    return _sizes_pass(old, new) and _each(given, taken, _is_kept)


def takes(caller: Caller, old: Type, new: Type, library: Library) -> bool:
    """Whether each value that is returned as `new` is one that was returned as `old`, or told as little."""
    if old == Base("NoneType"):
        return True
    match caller:
        case Caller.PYTHON:
            return _each(new, old, lambda a, b: _is_returned(a, b, library))
        case Caller.TORCHSCRIPT:
            return is_subtype(new, old, library)
    if isinstance(old, Tuple) and isinstance(new, Tuple):
        # What was exported takes items out of what is returned, so more of them do not matter.
        items = zip(new.items, old.items, strict=False)
        return len(new.items) >= len(old.items) and all(is_subtype(a, b, library) for a, b in items)
    return is_subtype(new, old, library)


def is_subtype(a: Type, b: Type, library: Library) -> bool:
    """Whether TorchScript sees in `a` a subtype of `b`: c10::Type::isSubtypeOf, for what specs can say."""
    return _is_subtype(_in_torchscript(a, library), _in_torchscript(b, library))


def _passes_in_python(old: Type, new: Type, library: Library) -> bool:
    # Python has symbols only while torch traces, and then torch makes numbers of them where those are asked.
    return _sizes_pass(old, new) and overloads.within(_mapped(old, _SYMBOLS), new, library)


def _sizes_pass(old: Type, new: Type) -> bool:
    """Where a list has a size, one value stands for as many; others may have any length."""
    match old, new:
        case Optional(x), Optional(y):
            return _sizes_pass(x, y)
        case _, Optional(y):
            return _sizes_pass(old, y)
        case List(_, int(size)), _:
            return isinstance(new, List) and new.size == size
    return True


def _in_torchscript(t: Type, library: Library) -> Type:
    """The type without what TorchScript does not tell apart: its symbols, sizes, short names of classes."""
    names = {name: library.qualified(cls.name) for name, cls in library.own.items()}
    return _mapped(rename(t, names), _TORCHSCRIPT)


def _mapped(t: Type, bases: Mapping[str, str]) -> Type:
    """The type with other base types in it, and lists of any size."""

    def change(part: Type) -> Type:
        match part:
            case Base(name):
                return Base(bases.get(name, name))
            case List(element):
                return List(element)
        return part

    return mapped(t, change)


def _is_subtype(a: Type, b: Type) -> bool:
    """Lists and dicts have no subtypes but themselves; tuples and futures have those of what is in them."""
    match a, b:
        case _, Base("Any"):
            return True
        case Optional(x), Optional(y):
            return _is_subtype(x, y)
        case _, Optional(y):
            return a == Base("NoneType") or _is_subtype(a, y)
        case Base(name), Base("Scalar"):
            return name == "Scalar" or name in _NUMBERS
        case Tuple(), Tuple():
            pairs = zip(a.items, b.items, strict=False)
            return len(a.items) == len(b.items) and all(_is_subtype(x, y) for x, y in pairs)
        case Future(x), Future(y):
            return _is_subtype(x, y)
    return a == b


def _is_converted(a: Type, b: Type) -> bool:
    """What schema_matching.cpp converts besides subtypes, and without an error for some of the values."""
    match a, b:
        case Base("bool"), Base("int" | "float" | "Scalar"):
            return True
        case Tuple(items), List(y):
            return all(_is_subtype(item, y) for item in items)
    return _is_subtype(a, b)


def _is_kept(a: Type, b: Type) -> bool:
    """Whether a value of Python's, of the type `a`, is the same in a `b`."""
    match a, b:
        case Base(x), Base(y):
            return x == y or x in _EXPORTED.get(y, ())
        case Tuple(items), List(y):
            return all(_each(item, y, _is_kept) for item in items)
    return a == b


def _is_returned(a: Type, b: Type, library: Library) -> bool:
    """Whether a value that Python gets as `a` is one that it got as `b`: a bool is an int, an int is no float."""
    match a, b:
        case Base(x), Base(y):
            x, y = _RETURNED.get(x, x), _RETURNED.get(y, y)
            return x == y or (x, y) == ("bool", "int") or (y == "Scalar" and x in _PYTHON_NUMBERS)
        case Class(), Class():
            return overloads.within(a, b, library)
    return False


def _each(a: Type, b: Type, holds: Callable[[Type, Type], bool]) -> bool:
    """Whether something holds of all that is in two types of one form."""
    match a, b:
        case _, Base("Any"):
            return True
        case Optional(x), Optional(y):
            return _each(x, y, holds)
        case _, Optional(y):
            return a == Base("NoneType") or _each(a, y, holds)
        case (List(x), List(y)) | (Future(x), Future(y)):
            return _each(x, y, holds)
        case Tuple(), Tuple():
            pairs = zip(a.items, b.items, strict=False)
            return len(a.items) == len(b.items) and all(_each(x, y, holds) for x, y in pairs)
        case Dict(), Dict():
            return _each(a.key, b.key, holds) and _each(a.value, b.value, holds)
    return holds(a, b)
