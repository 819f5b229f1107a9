"""Text of specs as HTML and as Markdown, quoted: docs with paragraphs, lists, `code` and links; code with linked names.

Docs are plain text that looks a little like Markdown. Four forms are read: paragraphs, lists of one level, fenced
blocks, and within a line `code`, `[text](https://…)` and bare addresses. Everything else is text, whatever it looks
like: no tag, entity or address of another scheme gets through.

Code is text with marks around the names that lead somewhere, made by `linked` and `named`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from markupsafe import Markup, escape

from codegen import names
from codegen.source import is_printable

Links = Mapping[str, str]
"""What names in docs lead to, by how they are written."""
_OPEN, _MIDDLE, _CLOSE = "\ue000", "\ue001", "\ue002"
_MARKED = re.compile(f"{_OPEN}([^{_MIDDLE}]*){_MIDDLE}([^{_CLOSE}]*){_CLOSE}")
_ADDRESS = r"https?://[^\s<>()\[\]\"'`\\]*[^\s<>()\[\]\"'`\\.,;:!?*_]"
_INLINE = re.compile(
    rf"(?<!`)(?P<ticks>`+)(?!`)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)"
    rf"|\[(?P<label>[^\[\]`]+)\]\((?P<target>{_ADDRESS})\)|(?P<bare>{_ADDRESS})"
)
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])\s+(?=\S)")
_FENCE = re.compile(r"\s*(```+)\s*[\w+-]*\s*")


class Part(NamedTuple):
    """A piece of code: a name with a target leads there, one without is what the code declares."""

    text: str
    is_name: bool = False
    target: str = ""


class Block(NamedTuple):
    """A paragraph, a list or a fenced block; a paragraph is one line."""

    kind: str
    lines: tuple[str, ...]


class Format(Protocol):
    """What text becomes; all that it gives is final."""

    def text(self, text: str) -> str: ...
    def phrase(self, text: str, links: Links) -> str:
        """Docs on one line."""

    def doc(self, text: str, links: Links) -> str:
        """Docs as blocks."""

    def code(self, code: str) -> str:
        """Code within a line."""

    def block(self, code: str, language: str) -> str: ...
    def link(self, target: str, label: str) -> str: ...
    def join(self, texts: Sequence[str], separator: str = ", ") -> str:
        """Of final texts."""


def linked(target: str, label: str) -> str:
    return f"{_OPEN}{target}{_MIDDLE}{label}{_CLOSE}"


def named(name: str) -> str:
    """What the code around it declares."""
    return linked("", name)


def plain(code: str) -> str:
    return clean(_MARKED.sub(r"\2", code))


def clean(text: str) -> str:
    """Without what no reader sees: control characters, marks, and those that turn the direction of text."""
    return "".join(c for c in text.replace("\t", "    ") if is_printable(c) or c == "\n")


def summary(text: str) -> str:
    """The first sentence."""
    first = next(iter(blocks(text)), Block("", ("",)))
    return re.split(r"(?<=[.!?])\s+(?=[^a-z])", first.lines[0], maxsplit=1)[0]


def blocks(text: str) -> Iterator[Block]:
    """The paragraphs, lists and fenced blocks of docs."""
    lines = clean(text).split("\n")
    while lines:
        if fence := _FENCE.fullmatch(lines[0]):
            end = next((i for i, x in enumerate(lines[1:], 1) if x.strip() == fence[1]), len(lines))
            yield Block("code", tuple(lines[1:end]))
            lines = lines[end + 1 :]
            continue
        ends = (i for i, x in enumerate(lines) if not x.strip() or _FENCE.fullmatch(x))
        taken = lines[: next(ends, len(lines))]
        yield from _prose(taken)
        lines = lines[max(len(taken), 1) :]


def _prose(lines: list[str]) -> Iterator[Block]:
    """Paragraphs and lists of lines without an empty one between them."""
    first = next((i for i, line in enumerate(lines) if _ITEM.match(line)), len(lines))
    if paragraph := " ".join(line.strip() for line in lines[:first]):
        yield Block("paragraph", (paragraph,))
    items: list[str] = []
    for line in lines[first:]:
        if _ITEM.match(line):
            items.append(_ITEM.sub("", line).strip())
        else:
            items[-1] += f" {line.strip()}"
    if items:
        yield Block("numbers" if lines[first].strip()[0].isdigit() else "list", tuple(items))


def _parts(code: str) -> Iterator[Part]:
    end = 0
    for found in _MARKED.finditer(code):
        if found.start() > end:
            yield Part(clean(code[end : found.start()]))
        yield Part(clean(found[2]), True, found[1])
        end = found.end()
    if code[end:]:
        yield Part(clean(code[end:]))


_TOKENS = re.compile(
    r"(?P<s>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"|(?P<k>\b(?:def|class|static|virtual|const|override|public|template|typename|None|True|False)\b|@\w+)"
    r"|(?P<m>(?<![\w.])-?\d[\w.]*)"
)


class Html:
    """HTML, of which all is on one page."""

    def text(self, text: str) -> str:
        return escape(clean(text))

    def link(self, target: str, label: str) -> str:
        return Markup('<a href="#{}">{}</a>').format(target, label)

    def join(self, texts: Sequence[str], separator: str = ", ") -> str:
        return Markup(separator).join(texts)

    def code(self, code: str) -> str:
        inner = (self.link(p.target, p.text) if p.target else p.text for p in _parts(code))
        return Markup("<code>{}</code>").format(Markup("").join(inner))

    def block(self, code: str, language: str) -> str:
        return Markup("").join(self._part(part) for part in _parts(code))

    def _part(self, part: Part) -> str:
        if part.is_name:
            name = Markup('<span class="n">{}</span>').format(part.text)
            return self.link(part.target, part.text) if part.target else name
        pieces, end = [], 0
        for token in _TOKENS.finditer(part.text):
            span = Markup('<span class="{}">{}</span>').format(token.lastgroup, token[0])
            pieces += [_breakable(part.text[end : token.start()]), span]
            end = token.end()
        return Markup("").join([*pieces, _breakable(part.text[end:])])

    def phrase(self, text: str, links: Links) -> str:
        return self._inline(" ".join(clean(text).split()), links)

    def doc(self, text: str, links: Links) -> str:
        return Markup("\n").join(self._block(block, links) for block in blocks(text))

    def _block(self, block: Block, links: Links) -> str:
        if block.kind == "code":
            return Markup("<pre><code>{}</code></pre>").format("\n".join(block.lines))
        lines = [self._inline(line, links) for line in block.lines]
        if block.kind == "paragraph":
            return Markup("<p>{}</p>").format(lines[0])
        items = Markup("").join(Markup("<li>{}</li>").format(line) for line in lines)
        wrapped = "<ol>{}</ol>" if block.kind == "numbers" else "<ul>{}</ul>"
        return Markup(wrapped).format(items)

    def _inline(self, text: str, links: Links) -> str:
        pieces: list[str] = []
        end = 0
        for found in _INLINE.finditer(text):
            pieces.append(escape(text[end : found.start()]))
            if found["code"] is not None:
                pieces.append(self.code(_name(found["code"].strip(), links)))
            else:
                address = found["target"] or found["bare"]
                anchor = Markup('<a href="{}" rel="noopener">{}</a>')
                pieces.append(anchor.format(address, found["label"] or address))
            end = found.end()
        return Markup("").join([*pieces, escape(text[end:])])


def _breakable(code: str) -> Markup:
    """A narrow screen may break types where they open, rather than anywhere."""
    return Markup("<wbr>").join(re.split("(?<=<)", code))


class Markdown:
    """Markdown that GitHub and MkDocs read to the same; `library` has the page on which the text stands."""

    def __init__(self, library: str = "") -> None:
        self._library = library

    def text(self, text: str) -> str:
        return _quoted(clean(text))

    def link(self, target: str, label: str) -> str:
        return f"[{_ticked(label)}]({self._address(target)})"

    def join(self, texts: Sequence[str], separator: str = ", ") -> str:
        return separator.join(texts)

    def _address(self, target: str) -> str:
        library = target.partition(".")[0]
        return f"{'' if library == self._library else names.page(library)}#{target}"

    def code(self, code: str) -> str:
        """A link cannot stand in code, so it is around all of it or around a piece."""
        parts = list(_parts(code))
        targets = {part.target for part in parts if part.target}
        if len(targets) == 1:
            return self.link(targets.pop(), plain(code))
        return "".join(
            self.link(part.target, part.text) if part.target else _ticked(part.text)
            for part in (parts if targets else [Part(plain(code))])
        )

    def block(self, code: str, language: str) -> str:
        fence = "`" * max(3, _longest_ticks(code) + 1)
        return f"{fence}{language}\n{plain(code)}\n{fence}"

    def phrase(self, text: str, links: Links) -> str:
        return self._inline(" ".join(clean(text).split()), links)

    def doc(self, text: str, links: Links) -> str:
        return "\n\n".join(self._block(block, links) for block in blocks(text))

    def _block(self, block: Block, links: Links) -> str:
        if block.kind == "code":
            return self.block("\n".join(block.lines), "text")
        lines = [self._inline(" ".join(line.split()), links) for line in block.lines]
        if block.kind == "paragraph":
            return lines[0]
        numbered = block.kind == "numbers"
        return "\n".join(f"{f'{i}.' if numbered else '-'} {x}" for i, x in enumerate(lines, 1))

    def _inline(self, text: str, links: Links) -> str:
        pieces, end = [], 0
        for found in _INLINE.finditer(text):
            pieces.append(_quoted(text[end : found.start()]))
            if found["code"] is not None:
                pieces.append(self.code(_name(found["code"].strip(), links)))
            elif found["bare"]:
                pieces.append(f"<{found['bare']}>")
            else:
                pieces.append(f"[{_quoted(found['label'])}]({found['target']})")
            end = found.end()
        return _line_start("".join([*pieces, _quoted(text[end:])]))


def _name(code: str, links: Links) -> str:
    """Code of docs, linked if it is a name that leads somewhere."""
    target = links.get(code.removesuffix("()"))
    return linked(target, code) if target else code


# Where the two readers of Markdown differ on a backslash, an entity is what both read.
_QUOTED = {c: f"\\{c}" for c in "\\`*[]{}"} | {
    "<": "&lt;",
    ">": "&gt;",
    "&": "&amp;",
    "~": "&#126;",
    "$": "&#36;",
}


def _quoted(text: str) -> str:
    quoted = "".join(_QUOTED.get(c, c) for c in text)
    # Within a word it is one, and marks emphasis at its ends.
    return re.sub(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", r"\\_", quoted)


def _line_start(line: str) -> str:
    """What would make a heading, a list or a rule of a line."""
    line = re.sub(r"^[-+#=:|]", lambda found: f"&#{ord(found[0])};", line)
    return re.sub(r"^(\d+)([.)])(?=\s|$)", r"\1\\\2", line)


def _longest_ticks(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _ticked(text: str) -> str:
    ticks = "`" * (_longest_ticks(text) + 1) if "`" in text else "`"
    space = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{ticks}{space}{text}{space}{ticks}"
