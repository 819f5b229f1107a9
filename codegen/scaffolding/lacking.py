"""What a spec names and the user's C++ lacks, and what a person has to add because nothing certain is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from codegen.scaffolding.existing import Doubt, Existing, Place
from codegen.scaffolding.skeletons import Skeletons
from codegen.skeleton import Function, Skeleton, blocks


class ByHand(NamedTuple):
    """What is not written, where it belongs, why nobody knows better, and what is to be done."""

    place: str
    reason: str
    task: str
    declarations: tuple[str, ...]

    def __str__(self) -> str:
        lines = (f"    {line}".rstrip() for line in self.declarations)
        return "\n".join([f"{self.place}: {self.reason}; {self.task}:", *lines])


class Members(NamedTuple):
    """What the definition of a class lacks."""

    place: Place
    functions: list[Function]
    fields: list[str]


@dataclass
class Lacking:
    classes: list[Skeleton] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    members: list[Members] = field(default_factory=list)
    by_hand: list[ByHand] = field(default_factory=list)
    nested: list[str] = field(default_factory=list)
    """Classes that would stand in another class."""


def lacking(skeletons: Skeletons, existing: Existing) -> Lacking:
    found = Lacking()
    for cls in skeletons.classes.values():
        inside = cls.namespace in skeletons.classes or bool(existing.place(cls.namespace))
        if places := existing.place(cls.cpp):
            _grow(found, cls, places[0], existing, _reason(places))
        elif place := existing.alias(cls.cpp):
            reason = f"{cls.cpp} is another name of this"
            _grow(found, cls, place, existing, reason)
        elif place := existing.opened(cls.cpp):
            _grow(found, cls, place, existing, f"that this is {cls.cpp} is not certain")
        elif doubt := existing.doubt(cls.cpp):
            lines = list(cls.lines()) if inside else _spaced(cls.namespace, cls.lines())
            found.by_hand.append(_doubted(doubt, cls.cpp, lines))
        elif inside:
            found.nested.append(cls.cpp)
        else:
            found.classes.append(cls)
    for function in skeletons.functions.values():
        scope, name = function.scope, function.plain
        if existing.has_function(scope, name):
            continue
        if doubt := existing.doubt_function(scope, name):
            what = "::".join(filter(None, [scope, name]))
            lines = _spaced(scope, function.declaration())
            found.by_hand.append(_doubted(doubt, what, lines))
        else:
            found.functions.append(function)
    return found


def _grow(found: Lacking, cls: Skeleton, place: Place, existing: Existing, reason: str) -> None:
    """What a class lacks, by hand where there is a reason."""
    known = {name: existing.has_member(place, name, constructor=False) for name in cls.fields}
    absent = [m for m in cls.members.values() if not _has(existing, place, m)]
    unknown = [m for m in absent if _has(existing, place, m) is None]
    fields = [f"{text};" for name, text in cls.fields.items() if not known[name]]
    doubtful = [f"{text};" for name, text in cls.fields.items() if known[name] is None]
    if reason and (absent or fields):
        found.by_hand.append(_by_hand(str(place), reason, cls, absent, fields))
        return
    if unknown or doubtful:
        reason = "it may have that from a base that was not found"
        found.by_hand.append(_by_hand(str(place), reason, cls, unknown, doubtful))
    functions = [m for m in absent if m not in unknown]
    fields = [text for text in fields if text not in doubtful]
    if functions or fields:
        found.members.append(Members(place, functions, fields))


def _reason(places: list[Place]) -> str:
    """Why nothing is added to a class; empty where it may be."""
    place, *others = places
    if others:
        return f"another definition is in {others[0]}"
    if place.file.refused:
        return place.file.refused
    if place.cls.template:
        return "it is a template of which the spec names an instance"
    return "" if place.cls.certain else "something unknown stands before it"


def _has(existing: Existing, place: Place, member: Function) -> bool | None:
    """A class without any constructor has the one without arguments."""
    if member.result:
        return existing.has_member(place, member.plain, constructor=False)
    declared = existing.has_member(place, place.cls.name, constructor=True)
    return declared or not member.parameters


def _doubted(doubt: Doubt, what: str, lines: Sequence[str]) -> ByHand:
    """All of it: what has the same name elsewhere says nothing of it."""
    return ByHand(*doubt, f"add {what} by hand, unless it is defined elsewhere", tuple(lines))


def _spaced(space: str, lines: Iterable[str]) -> list[str]:
    return [line for block in blocks([(space, ("", *lines))]) for line in block]


def _by_hand(
    place: str, reason: str, cls: Skeleton, functions: list[Function], fields: list[str]
) -> ByHand:
    lines = [line for function in functions for line in function.declaration()]
    return ByHand(place, reason, f"add to the class {cls.cpp} by hand", (*lines, *fields))
