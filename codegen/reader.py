"""YAML events to nodes with spans, and nothing else: every scalar stays text, for the loader knows what it should be.

PyYAML's composer and constructor are avoided on purpose. Duplicate keys win silently there, `no`, `1:30` and `017`
change their type, an alias bomb loads, and CSafeLoader crashes the process on deep nesting. The event API has none of
that and gives a mark for every scalar. The format needs neither anchors, aliases nor tags, so they are refused.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml

from codegen.diagnostics import Diagnostics
from codegen.source import Source, Span, Text, is_printable

MAX_DEPTH = 16
# What helps, by words of YAML's messages.
_HELPS = {
    "cannot start any token": "put the value in quotes",
    "expected ',' or '}'": "put a value that contains brackets, braces or commas in quotes",
    "expected ',' or ']'": "put a value that contains brackets, braces or commas in quotes",
    "did not find expected key": "let all keys of a mapping begin in one column",
    "did not find expected '-'": "let all items of a list begin in one column",
    "unexpected end of stream": "close the quote",
    "alphabetic or numeric character": "put the value in quotes",
    "unknown escape": "use single quotes: in double quotes a backslash begins an escape",
    "expected comment or line break": "begin the text on the next line",
}
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
        if is_printable(path):
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
    builder = _Builder(source, diagnostics)
    try:
        for event in yaml.parse(source.text, Loader=_LOADER):
            if not builder.take(event):
                return None
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark
        offset = min(mark.index if mark else 0, max(len(source.text) - 1, 0))
        span = Span(source, offset, offset + 1)
        problem = " ".join(filter(None, (error.context, error.problem))) or "malformed YAML"
        if source.text[offset : offset + 1] == "\t":
            diagnostics.add("CG101", span, "a tab where YAML wants spaces", "indent with spaces")
        else:
            diagnostics.add("CG101", span, problem, _yaml_help(problem, span))
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
    return None if builder.refused else builder.root


def _printable(char: str) -> bool:
    return (
        char in "\t\n\r\x85"
        or "\x20" <= char <= "\x7e"
        or (char >= "\xa0" and char not in "\ufffe\uffff")
    )


def _is_joined(value: Scalar) -> bool:
    return value.plain and "," in value.text.value


def _yaml_help(problem: str, span: Span) -> str | None:
    if "mapping values are not allowed" in problem or "could not find expected ':'" in problem:
        return _colon_help(span)
    return next((help for words, help in _HELPS.items() if words in problem), None)


def _colon_help(span: Span) -> str:
    """A `:` where no key can stand, or none where one does: here, or in the line before."""
    number, column = span.position
    if ":" in span.source.line(number)[: column - 1]:
        return "put a value that contains ': ' in quotes"
    for line in map(span.source.line, range(max(number - 1, 1), number + 1)):
        if stuck := re.fullmatch(r"\s*(?:- +)?(\w+):([^\s:].*)", line):
            return f"write a space after the colon: `{stuck[1]}: {stuck[2]}`"
    return "let all keys of a mapping begin in one column"


class _Builder:
    """Folds events into nodes with a stack of its own, so that depth is a limit and not a crash."""

    def __init__(self, source: Source, diagnostics: Diagnostics) -> None:
        self.root: Node | None = None
        self._source = source
        self._diagnostics = diagnostics
        self.refused = False
        """Whether something is no YAML of the format, so that it makes no sense to look at what it says."""
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
            help = "write the value out, or put a text that begins with `*` in quotes"
            return self._refuse("CG103", span, "aliases are not allowed", help)
        if getattr(event, "anchor", None):
            help = f"remove '&{event.anchor}', or put a text that begins with `&` in quotes"
            self._refuse("CG103", span, "anchors are not allowed", help)
        if getattr(event, "tag", None):
            written = self._source.text[span.start : span.end].split()[0]
            help = f"remove '{written}', or put a text that begins with `!` in quotes"
            self._refuse("CG103", span, "tags are not allowed", help)
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
                pairs = list(zip(items[::2], items[1::2], strict=True))
                self._add(self._mapping(self._whole(pairs) if start.flow_style else pairs, whole))
        return True

    def _add(self, node: Node) -> None:
        if self._open:
            self._open[-1][1].append(node)
        else:
            self.root = node

    def _refuse(self, code: str, span: Span, message: str, help: str | None) -> bool:
        self._diagnostics.add(code, span, message, help)
        self.refused = True
        return False

    def _whole(self, pairs: list[tuple[Node, Node]]) -> list[tuple[Node, Node]]:
        """The entries of a `{…}`, with the values put together that commas have cut."""
        whole: list[tuple[Node, Node]] = []
        for key, value in pairs:
            if whole and self._is_rest(whole[-1][1], key, value):
                name, cut = whole.pop()
                whole.append((name, self._joined(cut, key)))
            else:
                whole.append((key, value))
        for name, value in whole:
            if isinstance(name, Scalar) and isinstance(value, Scalar) and _is_joined(value):
                quote = "'" if '"' in value.text.value else '"'
                help = f"put the value in quotes: `{name.text}: {quote}{value.text}{quote}`"
                message = "a comma ends a value inside of `{…}`"
                self._diagnostics.add("CG101", value.span, message, help)
        return whole

    def _is_rest(self, last: Node, key: Node, value: Node) -> bool:
        """Whether a key is what follows a comma in the value before it: it has no colon."""
        return (
            isinstance(last, Scalar)
            and last.plain
            and last.text.value != ""
            and isinstance(key, Scalar)
            and isinstance(value, Scalar)
            and value.plain
            and value.text.value == ""
            and ":" not in self._source.text[key.span.end : value.span.start]
        )

    def _joined(self, first: Node, last: Node) -> Scalar:
        span = Span(self._source, first.span.start, last.span.end)
        text = self._source.text[span.start : span.end]
        return Scalar(Text(text, span, "\n" not in text), plain=True)

    def _mapping(self, pairs: list[tuple[Node, Node]], span: Span) -> Mapping:
        entries: dict[str, tuple[Text, Node]] = {}
        for key, value in pairs:
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
