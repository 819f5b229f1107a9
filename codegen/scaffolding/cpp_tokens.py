"""The tokens of a C++ text, and its directives.

Brackets match, also in each branch of an `#if`; where they do not, nothing is certain, and `Unsure` says where.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

_TOKEN = re.compile(
    r"""(?P<space>\s+|\\\r?\n|\ufeff)
    |(?P<comment>//(?:\\\r?\n|[^\n])*|/\*.*?\*/)
    |(?P<text>(?:u8|[uUL])?R"(?P<raw>[^()\\\s]{0,16})\(.*?\)(?P=raw)"
        |(?:u8|[uUL])?"(?:\\.|[^"\\\n])*"|(?:u8|[uUL])?'(?:\\.|[^'\\\n])+')
    |(?P<number>\.?[0-9](?:'?[\w.]|(?<=[eEpP])[+-])*)
    |(?P<word>[^\W\d]\w*)
    |(?P<mark>::|->|.)""",
    re.VERBOSE | re.DOTALL,
)
_DIRECTIVE = re.compile(
    r"""\#[ \t]*(?P<name>\w*)(?P<rest>(?:\\\r?\n|/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|[^\n])*)""",
    re.VERBOSE | re.DOTALL,
)
_INCLUDE = re.compile(r'\s*(<[^>\n]+>|"[^"\n]+")')
CLOSING = {"(": ")", "[": "]", "{": "}"}


class Unsure(Exception):
    """Why a text says nothing certain."""


class Token(NamedTuple):
    text: str
    start: int
    end: int
    branch: int
    """The branch of the preprocessor's conditionals that it stands in; 0 is none of them."""
    is_word: bool = False


class Include(NamedTuple):
    path: str
    quoted: bool
    end: int
    branch: int


@dataclass
class Directives:
    """A text, and what its directives tell."""

    text: str
    includes: list[Include] = field(default_factory=list)
    head: int = 0
    """Where the first declaration may stand: after `#pragma once` and the head of an include guard."""
    guard: int | None = None
    """Where the `#endif` of an include guard stands."""
    guarded: int = 0
    """The branch that the file is in as a whole."""


def read(found: Directives) -> list[Token]:
    """The tokens of a text; fills in its directives. Raises `Unsure`."""
    return _Reader(found).tokens


def line(text: str, at: int) -> int:
    """The number of the line that a place is in."""
    return text.count("\n", 0, at) + 1


@dataclass
class _Conditional:
    outer: int
    """The branch that it stands in."""
    brackets: list[str]
    """What was open before it."""
    guard: bool
    """Whether it may be an include guard: an `#ifndef` before all else, without an `#else`, and nothing after it."""
    dead: bool
    """Whether its present branch is that of an `#if 0`."""


class _Reader:
    """The tokens of a text, and its directives."""

    def __init__(self, found: Directives) -> None:
        self.tokens: list[Token] = []
        self._found = found
        self._open: list[str] = []
        self._conditionals: list[_Conditional] = []
        self._branches = 0
        self._branch = 0
        self._read()
        if self._open or self._conditionals:
            raise Unsure("a bracket or an #if is left open at its end")
        if found.guard is None:
            found.guarded = 0

    def _read(self) -> None:
        text, at, fresh = self._found.text, 0, True
        while at < len(text):
            match = (_DIRECTIVE if fresh and text[at] == "#" else _TOKEN).match(text, at)
            assert match, at  # any character is a mark
            at = match.end()
            if match.re is _DIRECTIVE:
                self._directive(match["name"], match["rest"], match.start(), at)
            elif match["space"]:
                fresh = fresh or "\n" in match[0]
            elif match["comment"] is None and not self._dead:
                fresh = False
                self._token(match)

    @property
    def _dead(self) -> bool:
        return any(conditional.dead for conditional in self._conditionals)

    def _token(self, match: re.Match[str]) -> None:
        text = match[0]
        if text in ('"', "'") or self._found.text.startswith("/*", match.start()):
            raise Unsure(f"{self._line(match.start())}: a literal or a comment has no end")
        if match["mark"] and text in CLOSING:
            self._open.append(CLOSING[text])
        elif match["mark"] and text in ")]}" and (not self._open or self._open.pop() != text):
            raise Unsure(f"{self._line(match.start())}: '{text}' closes nothing")
        if self._branch == 0:
            self._found.guard = None
        shown = '""' if match["text"] else text
        is_word = match["word"] is not None
        self.tokens.append(Token(shown, match.start(), match.end(), self._branch, is_word))

    def _directive(self, name: str, rest: str, start: int, end: int) -> None:
        match name:
            case "if" | "ifdef" | "ifndef":
                self._conditional(name, rest, end)
            case "elif" | "elifdef" | "elifndef" | "else" | "endif":
                self._alternative(name, start)
            case "include" if not self._dead and (found := _INCLUDE.match(rest)):
                path = found[1]
                include = Include(path[1:-1], path[0] == '"', end, self._branch)
                self._found.includes.append(include)
            case "pragma" if rest.strip() == "once":
                self._found.head = end
            case "define" if not self.tokens and [c.guard for c in self._conditionals] == [True]:
                self._found.head = max(self._found.head, end)

    def _conditional(self, name: str, rest: str, end: int) -> None:
        first = not (self.tokens or self._found.includes or self._branches)
        guard = first and name == "ifndef"
        dead = name == "if" and rest.strip() == "0"
        self._conditionals.append(_Conditional(self._branch, list(self._open), guard, dead))
        self._enter()
        if guard:
            self._found.guarded = self._branch
            self._found.head = end

    def _alternative(self, name: str, start: int) -> None:
        if not self._conditionals:
            raise Unsure(f"{self._line(start)}: #{name} without an #if")
        conditional = self._conditionals[-1]
        if self._open != conditional.brackets:
            raise Unsure(f"{self._line(start)}: an #if has brackets that do not match")
        if name != "endif":
            conditional.guard = conditional.dead = False
            self._enter()
            return
        self._conditionals.pop()
        self._branch = conditional.outer
        if conditional.guard:
            self._found.guard = start

    def _enter(self) -> None:
        self._branches += 1
        self._branch = self._branches

    def _line(self, at: int) -> str:
        return f"line {line(self._found.text, at)}"
