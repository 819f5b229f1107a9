"""Functions and classes of C++ without bodies of their own: how they are declared and defined.

Knows nothing of specs; `scaffold` says what there is to declare.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TypeAlias

from codegen.cpp_text import comment, layout, quote

Key: TypeAlias = "tuple[str, tuple[str, ...]]"


@dataclass(frozen=True)
class Function:
    """A member of the class `scope`, or a function of the namespace `scope`."""

    scope: str
    name: str
    result: str
    parameters: tuple[str, ...]
    doc: tuple[str, ...] = ()
    static: bool = False
    const: bool = False
    override: bool = False

    @property
    def key(self) -> Key:
        """What tells overloads apart; a `const` does not, for the spec names one member."""
        return self.name, tuple(p.rpartition(" ")[0] for p in self.parameters)

    @property
    def plain(self) -> str:
        """The name without the arguments of a template."""
        return self.name if self.name.startswith("operator") else self.name.partition("<")[0]

    def declaration(self, indent: int = 0) -> tuple[str, ...]:
        """As it stands in a class or a namespace; of a template the primary one."""
        return (*self._doc, *self._template, *self._declared(";", indent))

    @property
    def line(self) -> str:
        """The declaration alone, on one line however long that is."""
        return " ".join(map(str.strip, self._declared(";", 0))).replace("( ", "(", 1)

    def inside(self, indent: int) -> tuple[str, ...]:
        """Declared and defined, as it stands in a class."""
        return (*self._doc, *self._declared(" {", indent), *self._body)

    def definition(self, *, inline: bool, qualifier: str | None = None) -> tuple[str, ...]:
        """As it stands in its namespace, or where its class is called `qualifier`."""
        template = "template <>\n" if self._template else ""
        name = self._scoped if qualifier is None else f"{qualifier}::{self.name}"
        head = f"{'inline ' if inline else ''}{self._result}{name}("
        lines = layout(head, self.parameters, f"){self._const} {{", 0)
        return (*template.splitlines(), *lines, *self._body)

    def specialization(self) -> tuple[str, ...]:
        """Declares the instance of a template before anyone uses it."""
        return (
            "template <>",
            *layout(f"{self._result}{self._scoped}(", self.parameters, f"){self._const};", 0),
        )

    @property
    def is_template(self) -> bool:
        return self.plain != self.name

    def _declared(self, tail: str, indent: int) -> tuple[str, ...]:
        head = f"{'static ' if self.static else ''}{self._result}{self.plain}("
        override = " override" if self.override else ""
        return layout(head, self.parameters, f"){self._const}{override}{tail}", indent)

    @property
    def _body(self) -> tuple[str, ...]:
        qualified = f"{self.scope}::{self.name}" if self.scope else self.name
        message = quote(f"{qualified} is not implemented")
        return f"  C10_THROW_ERROR(NotImplementedError, {message});", "}"

    @property
    def _result(self) -> str:
        return f"{self.result} " if self.result else ""

    @property
    def _const(self) -> str:
        return " const" if self.const else ""

    @property
    def _scoped(self) -> str:
        """The name as a definition in the namespace has it."""
        return self.name

    @property
    def _doc(self) -> tuple[str, ...]:
        return tuple(f"///{line}" for line in self.doc)

    @property
    def _template(self) -> tuple[str, ...]:
        return (_template_head(self.name),) if self.is_template else ()


@dataclass(frozen=True)
class Member(Function):
    @property
    def _scoped(self) -> str:
        return f"{unqualified(self.scope)}::{self.name}"


@dataclass
class Skeleton:
    """A class, and what is said of its members."""

    cpp: str
    base: str
    doc: str
    members: dict[Key, Function] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    """The declaration of each data member by its name."""
    is_base: bool = False

    def add(self, member: Function) -> None:
        known = self.members.get(member.key)
        if known:
            static = known.static or member.static  # which an object can call as well
            const = (known.const or member.const) and not static
            member = replace(known, doc=known.doc or member.doc, static=static, const=const)
        self.members[member.key] = member

    @property
    def namespace(self) -> str:
        return namespace_of(self.cpp)

    @property
    def name(self) -> str:
        return unqualified(self.cpp)

    def head(self) -> str:
        """Declares it ahead."""
        if "<" in self.name:
            return f"{_template_head(self.name)}\nclass {self.name.partition('<')[0]};"
        return f"class {self.name};"

    def lines(self) -> Iterator[str]:
        yield from (f"///{line}" for line in comment(self.doc))
        if "<" in self.name:
            yield "template <>"
        yield f"class {self.name} : public {self.base} {{"
        if self.members or self.fields:
            yield " public:"
        for index, member in enumerate(self.members.values()):
            if index and member.doc:
                yield ""
            yield from (f"  {line}" for line in member.declaration(2))
        if self.fields and self.members:
            yield ""
        yield from (f"  {line};" for line in self.fields.values())
        constructors = [m.parameters for m in self.members.values() if not m.result]
        if self.is_base and constructors and () not in constructors:
            yield from ("", " protected:", f"  {self.name.partition('<')[0]}() = default;")
        yield "};"
        for member in self.members.values():
            if member.is_template:
                yield from ("", *member.specialization())


def blocks(
    pieces: Iterable[tuple[str, Sequence[str]]], *, tight: bool = False
) -> Iterator[tuple[str, ...]]:
    """Pieces of one namespace, one after the other, in one block."""
    for namespace, group in groupby(pieces, key=lambda piece: piece[0]):
        lines = [line for _, piece in group for line in piece]
        if not namespace:
            yield tuple(lines if tight else lines[1:])
            continue
        closing = [f"}}  // namespace {namespace}"]
        yield (f"namespace {namespace} {{", *lines, *([] if tight else [""]), *closing)


def _split(name: str) -> tuple[str, str]:
    """The namespace, and the rest with the arguments of a template."""
    head, bracket, arguments = name.removeprefix("::").partition("<")
    namespace, _, rest = head.rpartition("::")
    return namespace, rest + bracket + arguments


def namespace_of(name: str) -> str:
    return _split(name)[0]


def unqualified(name: str) -> str:
    return _split(name)[1]


def _template_head(name: str) -> str:
    """Of the primary template of an instance: `class` for a type, `auto` for a value."""
    arguments = re.split(r",(?![^<]*>)", name.partition("<")[2].rpartition(">")[0])
    kinds = ["auto" if re.fullmatch(r"\s*(-?\d.*|true|false)", a) else "class" for a in arguments]
    return f"template <{', '.join(kinds)}>"
