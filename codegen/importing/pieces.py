"""A spec as pieces of text that stand or fall: what the loader or a rule refuses is a comment with the reason.

So a spec that is made by a program always loads, and says what it could not say. Knows the form of YAML, and no key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import yaml

from codegen import check
from codegen.diagnostics import Diagnostic, Diagnostics, Stop
from codegen.load import load
from codegen.source import Source, is_printable

_ENDLESS = 2**31
# What YAML takes for the end of a line, besides the one that is.
_BREAKS = "\r\x85\u2028\u2029"
_DOC_WIDTH = 96

Keys = dict[str, str | int]
"""Of a mapping; a flag is a bool."""


class Refused(Stop):
    """The spec cannot be without what is refused."""


@dataclass(frozen=True, eq=False)
class Piece:
    """Lines that belong together, and below them parts that are indented by two."""

    lines: tuple[str, ...]
    parts: tuple[Piece, ...] = ()
    group: bool = False
    """Whether it is nothing without a part."""
    reason: str = ""
    """Why it is a comment, whatever the rules say."""


class Settled(NamedTuple):
    """A text that loads, if any piece of it stands."""

    text: str
    stands: bool
    refused: int


class _Line(NamedTuple):
    text: str
    piece: Piece


class _Doc(str):
    """A text that is shown in lines of its own where it does not fit one."""


class _Dumper(yaml.SafeDumper):
    """PyYAML's own, not that of libyaml: what it writes depends on one version less."""


def _represent(dumper: _Dumper, text: _Doc) -> yaml.Node:
    style = "|" if "\n" in text else ">" if len(text) > _DOC_WIDTH - 12 else None
    if any(char in text for char in _BREAKS):
        style = '"'
    node: yaml.Node = dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style=style)
    return node


_Dumper.add_representer(_Doc, _represent)


def entries(mapping: Mapping[str, str] | Keys) -> tuple[str, ...]:
    """Each key with its text, on a line where that is no long doc."""
    lines: list[str] = []
    for key, value in mapping.items():
        doc = key == "doc"
        shown = _Doc(value) if doc else value
        text = _dump({key: shown}, _DOC_WIDTH if doc else _ENDLESS)
        lines += text.removesuffix("\n").split("\n")
    return tuple(lines)


def item(mapping: Mapping[str, str] | Keys) -> tuple[str, ...]:
    """The same as an item of a list."""
    first, *rest = entries(mapping)
    return (f"- {first}", *(f"  {line}".rstrip() for line in rest))


def flow(value: Mapping[str, str] | Sequence[str]) -> str:
    """On one line, in braces or brackets."""
    return _dump(value, _ENDLESS, flow=True).strip()


def comment(text: str) -> str:
    """One line of a comment, whatever is in the text."""
    escaped = (c if is_printable(c) else c.encode("unicode_escape").decode() for c in text)
    return f"# {''.join(escaped)}".rstrip()


def settle(pieces: Sequence[Piece]) -> Settled:
    """Turns what is refused into comments until nothing is.

    Raises:
        Refused: What is refused is no part that can be left out.
    """
    refused = {piece: piece.reason for piece in _all(pieces) if piece.reason}
    while True:
        lines = [line for piece in pieces for line in _place(piece, 0, refused)]
        text = "".join(f"{line.text}\n" for line in lines)
        stands = any(piece.group and _stands(piece, refused) for piece in pieces)
        found = _found(text) if stands else []
        if not found:
            return Settled(text, stands, len(refused))
        for diagnostic in found:
            number, _ = diagnostic.span.position
            piece = lines[number - 1].piece
            if piece in pieces:
                raise Refused(", ".join(filter(None, [diagnostic.message, diagnostic.help])))
            refused.setdefault(piece, diagnostic.message)


def _found(text: str) -> list[Diagnostic]:
    """What is wrong; the rules are asked once all is loaded, for what is missing would be wrong too."""
    diagnostics = Diagnostics()
    library = load(Source("the spec", text), diagnostics)
    if library is not None and not len(diagnostics):
        check.check([library], diagnostics)
    return list(diagnostics)


def _all(pieces: Iterable[Piece]) -> Iterator[Piece]:
    for piece in pieces:
        yield piece
        yield from _all(piece.parts)


def _stands(piece: Piece, refused: Mapping[Piece, str]) -> bool:
    if piece in refused:
        return False
    return not piece.group or any(_stands(part, refused) for part in piece.parts)


def _place(
    piece: Piece, indent: int, refused: Mapping[Piece, str], fallen: bool = False
) -> Iterator[_Line]:
    fallen = fallen or not _stands(piece, refused)
    margin = " " * indent
    if reason := refused.get(piece):
        yield _Line(margin + comment(f"Left out: {reason}"), piece)
    for text in piece.lines:
        shown = comment(text) if fallen and text else text
        yield _Line((margin + shown).rstrip(), piece)
    for part in piece.parts:
        yield from _place(part, indent + 2, refused, fallen)


def _dump(value: Any, width: int, *, flow: bool = False) -> str:
    text: str = yaml.dump(
        value,
        Dumper=_Dumper,
        width=width,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=flow,
    )
    return text
