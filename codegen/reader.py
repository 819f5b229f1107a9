"""YAML events to nodes with spans, and nothing else: every scalar stays text, for the loader knows what it should be.

PyYAML's composer and constructor are avoided on purpose. Duplicate keys win silently there, `no`, `1:30` and `017`
change their type, an alias bomb loads, and CSafeLoader crashes the process on deep nesting. The event API has none of
that and gives a mark for every scalar. The format needs neither anchors, aliases nor tags, so they are refused.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import yaml

from codegen.diagnostics import Diagnostics
from codegen.source import Source, Span, Text

MAX_DEPTH = 16
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Scalar(NamedTuple):
    """A text; `plain` when it is written without quotes."""

    text: Text
    plain: bool

    @property
    def span(self) -> Span:
        return self.text.span


class Sequence(NamedTuple):
    items: tuple[Node, ...]
    span: Span


class Mapping(NamedTuple):
    entries: tuple[tuple[Text, Node], ...]
    span: Span


Node = Scalar | Sequence | Mapping


def decode(path: str, data: bytes, diagnostics: Diagnostics) -> Source | None:
    """The text of a file, and the name it is shown under."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        source = Source(path, data.decode("utf-8"))
        if path.isprintable():
            return source
        # It stands in the first line of what is generated.
        shown = Source(repr(path), source.text)
        message = f"the path of this file is {path!r}, which no comment can hold"
        diagnostics.add("CG403", Span(shown, 0, 1), message, "rename it")
        return None
    except UnicodeDecodeError as error:
        source = Source(path, data.decode("utf-8", errors="replace"))
        offset = len(data[: error.start].decode("utf-8"))
        diagnostics.add("CG001", Span(source, offset, offset + 1), "this is not UTF-8")
        return None


def read(source: Source, diagnostics: Diagnostics) -> Node | None:
    """The one document of a source, or None where something is wrong with it."""
    before = len(diagnostics)
    builder = _Builder(source, diagnostics)
    try:
        for event in yaml.parse(source.text, Loader=_LOADER):
            if not builder.take(event):
                return None
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark
        offset = min(mark.index if mark else 0, max(len(source.text) - 1, 0))
        problem = " ".join(filter(None, (error.context, error.problem))) or "malformed YAML"
        diagnostics.add("CG101", Span(source, offset, offset + 1), problem, _yaml_help(problem))
        return None
    except yaml.YAMLError as error:
        offset = next((i for i, c in enumerate(source.text) if not _printable(c)), 0)
        found = f"the character U+{ord(source.text[offset]):04X}" if source.text else str(error)
        diagnostics.add("CG101", Span(source, offset, offset + 1), f"YAML does not allow {found}")
        return None
    if builder.root is None:
        diagnostics.add(
            "CG105",
            Span(source, 0, 1),
            "the file holds no document",
            "start with `library: <name>`",
        )
    return builder.root if len(diagnostics) == before else None


def _printable(char: str) -> bool:
    return (
        char in "\t\n\r\x85"
        or "\x20" <= char <= "\x7e"
        or (char >= "\xa0" and char not in "\ufffe\uffff")
    )


def _yaml_help(problem: str) -> str | None:
    if "cannot start any token" in problem:
        return "put the value in quotes (and indent with spaces, not tabs)"
    if "mapping values are not allowed" in problem:
        return "put a value that contains ': ' in quotes"
    return None


class _Builder:
    """Folds events into nodes with a stack of its own, so that depth is a limit and not a crash."""

    def __init__(self, source: Source, diagnostics: Diagnostics) -> None:
        self.root: Node | None = None
        self._source = source
        self._diagnostics = diagnostics
        self._open: list[tuple[Any, list[Node]]] = []
        self._documents = 0

    def take(self, event: Any) -> bool:
        """Takes one event; False when reading on makes no sense."""
        span = self._span(event)
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                message = "a second document: a file declares one library"
                return self._refuse("CG105", span, message, "move it to a file of its own")
        if isinstance(event, yaml.AliasEvent):
            return self._refuse("CG103", span, "aliases are not allowed", "write the value out")
        if getattr(event, "anchor", None):
            self._refuse("CG103", span, "anchors are not allowed", f"remove '&{event.anchor}'")
        if getattr(event, "tag", None):
            self._refuse("CG103", span, "tags are not allowed", f"remove '{event.tag}'")
        if isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
            if len(self._open) == MAX_DEPTH:
                return self._refuse("CG104", span, f"more than {MAX_DEPTH} levels of nesting", None)
            self._open.append((event, []))
        elif isinstance(event, yaml.ScalarEvent):
            self._add(Scalar(self._text(event), not event.style))
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            start, items = self._open.pop()
            whole = Span(self._source, self._span(start).start, span.end)
            if isinstance(event, yaml.SequenceEndEvent):
                self._add(Sequence(tuple(items), whole))
            else:
                self._add(self._mapping(items, whole))
        return True

    def _add(self, node: Node) -> None:
        if self._open:
            self._open[-1][1].append(node)
        else:
            self.root = node

    def _refuse(self, code: str, span: Span, message: str, help: str | None) -> bool:
        self._diagnostics.add(code, span, message, help)
        return False

    def _mapping(self, items: list[Node], span: Span) -> Mapping:
        entries: dict[str, tuple[Text, Node]] = {}
        for key, value in zip(items[::2], items[1::2], strict=True):
            if not isinstance(key, Scalar):
                self._refuse("CG203", key.span, "a key must be text", None)
            elif key.text.value in entries:
                first, _ = entries[key.text.value][0].span.position
                self._refuse(
                    "CG102",
                    key.span,
                    f"the key '{key.text}' is written twice",
                    f"it stands on line {first} already",
                )
            else:
                entries[key.text.value] = (key.text, value)
        return Mapping(tuple(entries.values()), span)

    def _span(self, event: Any) -> Span:
        start, end = event.start_mark.index, event.end_mark.index
        return Span(self._source, start, max(end, start + 1))

    def _text(self, event: Any) -> Text:
        span = self._span(event)
        lead = 1 if event.style in ("'", '"') else 0
        value: str = event.value
        verbatim = self._source.text.startswith(value, span.start + lead) and "\n" not in value
        return Text(value, span, verbatim, lead)
