"""Adds declarations and definitions to files of the user's, between what stands there, in its style.

A change is a text and the place where it is inserted, so nothing that was there is ever moved or rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeAlias

from codegen.scaffolding.cpp_scanner import Class, Declaration, Namespace, Scan, Section
from codegen.scaffolding.cpp_tokens import Include
from codegen.scaffolding.existing import File
from codegen.scaffolding.includes import is_standard
from codegen.skeleton import Function, blocks

_CLASS = re.compile(r"\bclass (\w+)")
_REST_OF_LINE = re.compile(r"(?:[ \t]|//(?:\\\r?\n|[^\n])*|/\*.*?\*/)*?(?=\r?\n|\Z)", re.DOTALL)


Piece: TypeAlias = "tuple[str, Sequence[str]]"
"""Lines, and the namespace that they stand in."""


class Grown(NamedTuple):
    """A file with what was added to it."""

    path: Path
    before: str
    after: str
    declared: int
    defined: int
    """What is declared in another file."""

    @property
    def added(self) -> str:
        counted, what = (
            (self.declared, "declaration") if self.declared else (self.defined, "definition")
        )
        return f"{counted} {what}{'s' * (counted != 1)} added"


def filled(file: File, text: str, declared: int, defined: int) -> Grown:
    """A file in which nothing stood, as if it were new; a byte order mark and the ends of lines stay."""
    before = file.text
    mark = "\ufeff" * before.startswith("\ufeff")
    made = text.replace("\n", "\r\n") if "\r\n" in before else text
    return Grown(file.path, before, mark + made, declared, defined)


class Style(NamedTuple):
    """How a file is laid out."""

    unit: str
    """One step of indentation."""
    allman: bool
    """Whether braces open on a line of their own."""


@dataclass
class Edits:
    """What is to be inserted into a file."""

    file: File
    declared: int = 0
    defined: int = 0
    includes: set[str] = field(default_factory=set)
    """What it is to include beside what it includes."""
    _ahead: list[Piece] = field(default_factory=list)
    _inserted: list[tuple[int, int, str]] = field(default_factory=list)
    _last: list[str] = field(default_factory=list)

    def after_line(self, at: int, lines: Sequence[str]) -> None:
        """Below the line in which something ends, or behind it where more follows on that line."""
        rest = _REST_OF_LINE.match(self.file.text, at)
        if rest and self.file.text.startswith("\n", rest.end() + self._cr(rest.end())):
            self._insert(rest.end() + self._cr(rest.end()) + 1, "".join(f"{x}\n" for x in lines))
        else:
            at = rest.end() if rest else at
            self._insert(at, "\n" + "".join(f"{line}\n" for line in lines))

    def before(self, at: int, lines: Sequence[str]) -> None:
        """Above the line that something begins, or before it where more stands on that line."""
        start = _line_start(self.file.text, at)
        if self.file.text[start:at].strip():
            self._insert(at, "\n" + "".join(f"{line}\n" for line in lines))
        else:
            self._insert(start, "".join(f"{line}\n" for line in lines))

    def at_end(self, lines: Sequence[str]) -> None:
        """Below all else, but within an include guard."""
        self._last += ["", *lines]

    def at_end_of(self, block: Namespace, lines: Sequence[str]) -> None:
        """Below all else in a namespace; the first of the lines is blank."""
        text = self.file.text
        start = _line_start(text, block.close)
        apart = text[:start].endswith(("\n\n", "\r\n\r\n")) or not text[block.open : start].strip()
        made = [*lines[1:], ""] if apart else lines
        indent = _block_indent(self.file.scan, block)
        self._insert(start, "".join(f"{indent if line else ''}{line}\n" for line in made))

    def at_start_of(self, block: Namespace, lines: Sequence[str]) -> None:
        """Above all else in a namespace."""
        text = self.file.text
        rest = _REST_OF_LINE.match(text, block.open)
        apart = rest and re.match(r"\r?\n[ \t]*\r?\n", text[rest.end() :])
        indent = _block_indent(self.file.scan, block)
        made = [f"{indent}{line}" for line in lines]
        self.after_line(block.open, ["", *made] if apart else [*made, ""])

    def declare(self, ahead: Iterable[Piece]) -> None:
        """Above all else: classes that are defined below."""
        self._ahead += [piece for piece in ahead if piece not in self._ahead]

    @property
    def text(self) -> str:
        """All that is inserted so far, but for the head."""
        return "\n".join([*(text for _, _, text in self._inserted), *self._last])

    def grown(self) -> Grown:
        text = self.file.text
        _add_head(self, self.includes, self._ahead)
        if self._last:
            guard = self.file.scan.guard
            at = len(text) if guard is None else _line_start(text, guard)
            lines = self._last[text[:at].endswith(("\n\n", "\r\n\r\n")) :]
            ahead = "\n" * (at > 0 and not text[:at].endswith("\n"))
            below = "\n" * (guard is not None)
            self._insert(at, ahead + "".join(f"{line}\n" for line in lines) + below)
        newline = "\r\n" if "\r\n" in text else "\n"
        after, done = "", 0
        for at, _, inserted in sorted(self._inserted):
            after += text[done:at] + inserted.replace("\n", newline)
            done = at
        return Grown(self.file.path, text, after + text[done:], self.declared, self.defined)

    def _insert(self, at: int, text: str) -> None:
        self._inserted.append((at, len(self._inserted), text))

    def _cr(self, at: int) -> bool:
        return self.file.text.startswith("\r", at)


def add_members(
    edits: Edits, cls: Class, functions: Sequence[tuple[Function, bool]], fields: Sequence[str]
) -> None:
    """Into a public section of a class; each function comes with whether it is defined there too."""
    text, style = edits.file.text, style_of(edits.file.scan)
    outer = _indent(text, cls.start)
    indent = _member_indent(text, cls) or outer + style.unit
    lines: list[str] = []
    for function, defined in functions:
        width = len(indent.expandtabs(4))
        made = function.inside(width) if defined else function.declaration(width)
        lines += [""] * bool(lines and (function.doc or defined))
        lines += _styled(made, style) if defined else made
    lines += [""] * bool(lines and fields) + list(fields)
    laid = [f"{indent}{line}" if line else "" for line in lines]
    section = _public(cls)
    if section:
        apart = bool(functions) and (laid[0].lstrip().startswith("///") or functions[0][1])
        ahead = [""] * (apart and text[section.end - 1] not in ":{")
        edits.after_line(section.end, [*ahead, *laid])
        return
    label = _label_indent(text, cls, outer, style)
    empty = text[cls.open : cls.close].strip() == ""
    edits.before(cls.close, [*[""] * (not empty), f"{label}public:", *laid])


def add_definitions(
    edits: Edits, last: Declaration, functions: Iterable[Function], *, inline: bool
) -> None:
    """Below a definition of the same class."""
    style = style_of(edits.file.scan)
    indent = _indent(edits.file.text, last.start)
    lines = []
    for function in functions:
        made = function.definition(inline=inline, qualifier=last.qualifier)
        lines += ["", *_styled(made, style)]
    if re.match(r"[^\n]*\n[ \t]*[^\s}#]", edits.file.text[last.end :]):
        lines.append("")  # apart from what follows
    edits.after_line(last.end, [f"{indent}{line}" if line else "" for line in lines])


def add_pieces(edits: Edits, pieces: Iterable[Piece]) -> None:
    """Add at the end of a file, each piece inside the last block of its namespace unless it names something later."""
    scan = edits.file.scan
    inside: dict[Namespace, list[str]] = {}
    outside: list[Piece] = []
    for namespace, lines in pieces:
        block = _last_block(scan, namespace)
        text = "\n".join(lines)
        later = {name for _, piece in outside for name in _CLASS.findall("\n".join(piece))}
        if block:
            below = (d for d in scan.declarations if d.start > block.close)
            later |= {declared.name.partition("<")[0] for declared in below}
        if block and later.isdisjoint(re.findall(r"\w+", text)):
            inside.setdefault(block, []).extend(lines)
        else:
            outside.append((namespace, lines))
    for block, lines in inside.items():
        edits.at_end_of(block, lines)
    for made in blocks(outside):
        edits.at_end(made)


def _blocks_of(scan: Scan, namespace: str) -> list[Namespace]:
    """The blocks of a namespace that may be added to: nothing unknown stands around them, no include below."""
    unknown = [block for block in scan.namespaces if not block.qualified]
    last = max((include.end for include in scan.includes), default=0)
    return [
        block
        for block in scan.namespaces
        if namespace and block.qualified == namespace and block.certain and block.open > last
        if not any(other.open < block.open < other.close for other in unknown)
    ]


def _last_block(scan: Scan, namespace: str) -> Namespace | None:
    """The last block of a namespace, if it closes on a line of its own."""
    for block in reversed(_blocks_of(scan, namespace)):
        start = _line_start(scan.text, block.close)
        own = start >= block.open and not scan.text[start : block.close].strip()
        return block if own else None
    return None


def _first_block(scan: Scan, namespace: str, first: int) -> Namespace | None:
    """The block of a namespace that opens, at the end of a line, before the first declaration of a file."""
    for block in _blocks_of(scan, namespace):
        if block.open <= first and _REST_OF_LINE.match(scan.text, block.open):
            return block
    return None


def _block_indent(scan: Scan, block: Namespace) -> str:
    """Return the indentation of the first declaration in a namespace that begins a line."""
    for declared in sorted(scan.declarations, key=lambda declared: declared.start):
        start = _line_start(scan.text, declared.start)
        if block.open <= start < block.close and not scan.text[start : declared.start].strip():
            return _indent(scan.text, declared.start)
    return ""


def _add_head(edits: Edits, includes: Set[str], ahead: Iterable[Piece]) -> None:
    """Add includes, and declarations of classes ahead, before the first declaration of the file."""
    scan = edits.file.scan
    first = min([d.start for d in scan.declarations], default=len(scan.text))
    placed = [i for i in scan.includes if i.branch == scan.guarded and i.end <= first]
    for kind in (False, True):
        kin = [i for i in placed if is_standard(i.path) == kind and not i.quoted]
        found = sorted(header for header in includes if is_standard(header) == kind)
        directives = [f"#include <{header}>" for header in found]
        if kin and found:
            edits.after_line(kin[-1].end, directives)
        elif found:
            _at_head(edits, placed, directives)
    outside: list[Piece] = []
    for namespace, lines in ahead:
        if block := _first_block(scan, namespace, first):
            edits.at_start_of(block, lines)
        else:
            outside.append((namespace, lines))
    for made in blocks(outside, tight=True):
        _at_head(edits, placed, made)


def _at_head(edits: Edits, placed: Sequence[Include], lines: Sequence[str]) -> None:
    """Below the includes that are placed at the head of a file, or else where the first may stand."""
    at = placed[-1].end if placed else edits.file.scan.head
    if at:
        edits.after_line(at, ["", *lines])
    else:
        text = edits.file.text
        edits.before(len(text) - len(text.lstrip("\ufeff")), [*lines, ""])


def style_of(scan: Scan) -> Style:
    """By the classes and the bodies of functions; Google's where there are none."""
    text = scan.text
    members = [m for cls in scan.classes for m in cls.members]
    braces = [cls.open - 1 for cls in scan.classes]
    braces += [d.body for d in (*members, *scan.declarations) if d.body is not None]
    own = sum(not text[_line_start(text, at) : at].strip() for at in braces)
    units = (_unit(text, cls) for cls in scan.classes)
    bodies = (_body_unit(text, d) for d in (*members, *scan.declarations))
    unit = next((unit for unit in (*units, *bodies) if unit), "  ")
    return Style(unit, 2 * own > len(braces))


def _unit(text: str, cls: Class) -> str:
    return (_member_indent(text, cls) or "").removeprefix(_indent(text, cls.start))


def _body_unit(text: str, declared: Declaration) -> str:
    if declared.body is None:
        return ""
    found = re.match(r"\{[ \t]*\r?\n([ \t]+)\S", text[declared.body :])
    return found[1].removeprefix(_indent(text, declared.start)) if found else ""


def _member_indent(text: str, cls: Class) -> str | None:
    """Of the first member that begins a line."""
    for member in cls.members:
        if not text[_line_start(text, member.start) : member.start].strip():
            return _indent(text, member.start)
    return None


def _label_indent(text: str, cls: Class, outer: str, style: Style) -> str:
    labels = [section.start for section in cls.sections[1:]]
    return _indent(text, labels[0]) if labels else outer + " " * (style.unit == "  ")


def _public(cls: Class) -> Section | None:
    """The last section that is public for certain."""
    if not all(section.certain for section in cls.sections):
        return None
    return next((s for s in reversed(cls.sections) if s.access == "public"), None)


def _styled(lines: Sequence[str], style: Style) -> list[str]:
    """A function with its body: the brace that opens it, and its one statement."""
    *head, opening, statement, closing = lines
    opened = [opening.removesuffix(" {"), "{"] if style.allman else [opening]
    return [*head, *opened, statement.replace("  ", style.unit, 1), closing]


def _indent(text: str, at: int) -> str:
    start = _line_start(text, at)
    return text[start : start + len(text[start:at]) - len(text[start:at].lstrip(" \t"))]


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1
