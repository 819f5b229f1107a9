"""Methods that return a named tuple, and its name in the package: `Index.search` returns an `IndexSearch`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from codegen import names
from codegen.model import Library, Method
from codegen.types import Type


class Result(NamedTuple):
    """What a method of an owner, a class or a protocol, returns: each value has a name."""

    owner: str
    method: str
    fields: tuple[tuple[str, Type], ...]


def result_of(owner: str, method: Method) -> Result | None:
    """None where there are not several values, or one has no name that a field can have."""
    returns = method.schema.returns
    named = all(_names_a_field(value.name) for value in returns)
    fields = tuple((value.name, value.type) for value in returns)
    return Result(owner, method.name, fields) if named and len(fields) > 1 else None


def _names_a_field(name: str) -> bool:
    return name[:1] not in ("", "_") and not names.is_python_keyword(name)


def named_tuples(library: Library) -> Mapping[Result, str]:
    """The class of each result. A method that overrides one returns what that does."""
    classes: dict[Result, str] = {}
    taken = _taken(library)
    for owner, bases, methods in _owners(library):
        for result in filter(None, (result_of(owner, method) for method in methods)):
            inherited = (classes.get(result._replace(owner=base)) for base in bases)
            cls = next(filter(None, inherited), None)
            classes[result] = classes.get(result) or cls or _free(result, taken)
    return classes


def _owners(library: Library) -> Iterator[tuple[str, Sequence[str], Sequence[Method]]]:
    """Each with its bases, which stand before it."""
    for backend in library.backends:
        protocol = names.protocol(backend.name.value, backend.interface.value, backend.delegates)
        yield protocol, (), backend.methods
    for cls in library.classes:
        bases = [base.name.value for base in library.ancestors(cls)]
        yield cls.name.value, bases, cls.methods


def _taken(library: Library) -> set[str]:
    implementations = (i.name.value for b in library.backends for i in b.implementations)
    return {*(owner for owner, _, _ in _owners(library)), *implementations}


def _free(result: Result, taken: set[str]) -> str:
    word = f"{result.owner}{names.camel(result.method)}"
    name = next(name for name in _numbered(word) if name not in taken)
    taken.add(name)
    return name


def _numbered(word: str) -> Iterable[str]:
    yield word
    number = 2
    while True:
        yield f"{word}_{number}"
        number += 1
