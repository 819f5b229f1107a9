"""Which C++ class may be behind a name in TorchScript: torch knows both, and tells nobody that they belong together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from codegen import names, rules

_UNNAMED = "(anonymous namespace)::"
_STRING = r"std::(__cxx11::)?basic_string<char, std::char_traits<char>, std::allocator<char> ?>"
_ALLOCATOR = r", std::allocator<[^<>]*> ?(?=>)"
# What the generated registrations hold a class in that is no CustomClassHolder.
_HELD = r"codegen::Held<(.*?) ?>"


class Guess(NamedTuple):
    """A C++ class as a spec spells it, and what is to say of it; nothing if it is known."""

    spelling: str
    remark: str


class Guesses(NamedTuple):
    """By the full names of classes in TorchScript, and the C++ classes that nothing was found for."""

    classes: Mapping[str, Guess]
    left: tuple[str, ...]


class _Type(NamedTuple):
    spelling: str
    word: str
    remark: str = ""


def guess(registered: Sequence[str], types: Iterable[str], library: str) -> Guesses:
    """For each name the one type that is called so; for a single one that is left over, the type that is left."""
    left = [t for t in map(_type, types) if t]
    found: dict[str, _Type] = {}
    for alike in (str.__eq__, _same):
        for full in registered:
            name = full.rpartition(".")[2]
            same = [t for t in left if alike(t.word, name)]
            if full not in found and len(same) == 1:
                found[full] = same[0]
                left.remove(same[0])
    rest = [full for full in registered if full not in found]
    if len(rest) == len(left) == 1:
        found[rest[0]] = left.pop()._replace(remark="by elimination")
    guesses = {full: _guess(full, found.get(full), library) for full in registered}
    return Guesses(guesses, tuple(t.spelling for t in left))


def _guess(full: str, found: _Type | None, library: str) -> Guess:
    if found is None:
        name = full.rpartition(".")[2]
        word = name.lstrip("_") if names.is_identifier(name.lstrip("_")) else name
        return Guess(f"{library}::{names.camel(word)}", "a guess")
    if found.spelling.startswith(_UNNAMED):
        word = found.spelling.replace(_UNNAMED, "")
        return Guess(f"{library}::{word}", "in an unnamed namespace there")
    return Guess(found.spelling.replace(_UNNAMED, ""), found.remark)


def _type(name: str) -> _Type | None:
    """None for what no spec can name, such as a class in a function."""
    held = re.fullmatch(_HELD, name)
    spelling = re.sub(_STRING, "std::string", held[1] if held else name)
    while (shorter := re.sub(_ALLOCATOR, "", spelling)) != spelling:
        spelling = shorter
    spelling = spelling.replace(" >", ">")
    named = spelling.replace(_UNNAMED, "")
    if not (rules.is_cpp_name(named) or rules.is_template(named)):
        return None
    return _Type(spelling, names.constructor(named))


def _same(a: str, b: str) -> bool:
    """`MyIndex`, `my_index` and `_MyIndex` are."""
    return a.replace("_", "").lower() == b.replace("_", "").lower()
