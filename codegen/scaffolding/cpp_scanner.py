"""Where the classes, functions and includes of a C++ text stand.

No parser: it matches brackets and splits what stands in a file, a namespace or a class into declarations, which is all
that is needed to find a place between two of them. Macros that a parser of C++ stumbles over (an export macro before a
name, one without a semicolon) are words like others here. Where that does not do, nothing is certain, and `Unsure`
says where.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from codegen.names import CPP_KEYWORDS, constructor
from codegen.scaffolding.cpp_tokens import CLOSING, Directives, Token, Unsure, line, read

_ACCESS = ("public", "protected", "private")
_KEYS = ("class", "struct", "union", "enum")
# What may stand before `class` in its definition. After anything else something was left open, by a macro.
_AHEAD = frozenset("template inline static const constexpr typedef export friend".split())


class Section(NamedTuple):
    """What follows an access specifier in a class."""

    access: str
    start: int
    end: int
    """Of the last declaration in it that stands in the branch of the class; of the specifier, where there is none."""
    certain: bool


@dataclass
class Declaration:
    """A name, as declared or defined in a namespace or a class."""

    scope: str
    qualifier: str
    """What is written before the name: `Index` of `int Index::size() {}`."""
    name: str
    start: int
    function: bool
    end: int = 0
    body: int | None = None
    """Where the brace of its body opens."""
    placed: bool = True
    """Whether it stands in the same branch as its scope."""

    @property
    def qualified(self) -> str:
        return _joined(self.scope, self.qualifier, self.name)


@dataclass
class Class:
    """The definition of a class."""

    qualified: str
    key: str
    start: int
    open: int
    close: int
    certain: bool
    """Whether nothing unknown stands before it."""
    template: bool
    """Whether it is a template, of which instances are made."""
    space: str
    """The namespace that it is in; a class may stand between."""
    bases: tuple[str, ...]
    branch: int
    end: int = 0
    sections: list[Section] = field(default_factory=list)
    members: list[Declaration] = field(default_factory=list)
    passed: set[str] = field(default_factory=set)
    """The words in the arguments of macros among the members: those may declare something of that name."""

    @property
    def name(self) -> str:
        """As a constructor is called."""
        return constructor(self.written)

    @property
    def written(self) -> str:
        """As it is called in its namespace."""
        return self.qualified.removeprefix(f"{self.space}::")


class Namespace(NamedTuple):
    """A block of a namespace."""

    qualified: str
    """Empty where more than a name says what is in it: `inline`, no name at all, a block of `extern "C"`."""
    open: int
    close: int
    certain: bool
    """Whether it opens and closes in the branch that the file is in as a whole."""


@dataclass
class Scan(Directives):
    """What stands in a text. Names are qualified; inline and anonymous namespaces have none."""

    classes: list[Class] = field(default_factory=list)
    ahead: list[tuple[str, int]] = field(default_factory=list)
    """Classes that are only declared, and where."""
    declarations: list[Declaration] = field(default_factory=list)
    """Of namespaces."""
    namespaces: list[Namespace] = field(default_factory=list)


def scan(text: str) -> Scan:
    """Raises `Unsure`."""
    found = Scan(text)
    _Scopes(found, read(found)).file()
    return found


class _Scopes:
    """Declarations of namespaces and classes. Places are indices of tokens, but for what goes into the `Scan`."""

    def __init__(self, found: Scan, tokens: list[Token]) -> None:
        self._found = found
        self._tokens = tokens
        self._closes = self._matched()

    def file(self) -> None:
        self._scope(0, len(self._tokens), "", None, self._found.guarded)

    def _matched(self) -> dict[int, int]:
        closes: dict[int, int] = {}
        opened: list[int] = []
        for index, token in enumerate(self._tokens):
            if token.text in CLOSING:
                opened.append(index)
            elif token.text in (")", "]", "}"):
                closes[opened.pop()] = index
        return closes

    def _text(self, at: int) -> str:
        return self._tokens[at].text if 0 <= at < len(self._tokens) else ""

    def _scope(self, at: int, stop: int, name: str, cls: Class | None, branch: int) -> None:
        """What stands between two tokens."""
        while at < stop:
            if self._text(at) == ";":
                at += 1
            elif cls and (after := self._specifier(at)):
                self._section(cls, at, after - 1)
                at = after
            else:
                end = _Statement(self, at, stop, name, cls, branch).end
                if end > stop:
                    where = line(self._found.text, self._tokens[at].start)
                    raise Unsure(f"line {where}: a declaration has no end")
                if cls and self._tokens[end - 1].branch == branch == self._tokens[at].branch:
                    last = cls.sections[-1]
                    cls.sections[-1] = last._replace(end=self._tokens[end - 1].end)
                at = end

    def _specifier(self, at: int) -> int | None:
        """What comes after an access specifier; one of Qt's has a word more."""
        if self._text(at) in _ACCESS:
            for colon in (at + 1, at + 2):
                if self._text(colon) == ":":
                    return colon + 1
        return None

    def _section(self, cls: Class, at: int, colon: int) -> None:
        first, last = self._tokens[at], self._tokens[colon]
        section = Section(first.text, first.start, last.end, last.branch == cls.branch)
        cls.sections.append(section)

    def _block(self, at: int, name: str) -> None:
        """A namespace whose brace opens here."""
        opened, closed = self._tokens[at], self._tokens[self._closes[at]]
        certain = opened.branch == closed.branch == self._found.guarded
        found = Namespace(name, opened.end, closed.start, certain)
        self._found.namespaces.append(found)

    def _angle(self, at: int, stop: int) -> int | None:
        """What comes after the arguments of a template that open here; None where it is an operator."""
        depth = 0
        while at < stop:
            text = self._text(at)
            if text == ";":
                return None
            depth += (text == "<") - (text == ">")
            at = self._closes.get(at, at) + 1
            if not depth:
                return at
        return None

    def _spelled(self, at: int, stop: int) -> str:
        """Tokens without what does not matter between them."""
        text = ""
        for token in self._tokens[at:stop]:
            text += " " * (token.text[0].isidentifier() and text[-1:].isalnum()) + token.text
        return text


class _Statement:
    """One declaration or definition, or what a macro without a semicolon makes of two; `end` comes after it."""

    def __init__(
        self, scopes: _Scopes, at: int, stop: int, name: str, cls: Class | None, branch: int
    ) -> None:
        self._scopes, self._text = scopes, scopes._text
        self._tokens, self._closes = scopes._tokens, scopes._closes
        self._first, self._stop = at, stop
        self._name, self._cls, self._branch = name, cls, branch
        self._found: list[Declaration] = []
        self._function = False
        self._rest = ""
        """What we are in after the names: `=`, the `:` before initializers, or the `->` of a result."""
        self.end = self._walk(at)
        for declaration in self._found:
            declaration.end = self._tokens[self.end - 1].end
            inside = self._tokens[self.end - 1].branch == branch == self._tokens[at].branch
            declaration.placed = inside
        if not any(token.text == "friend" for token in self._tokens[at : self.end]):
            known = cls.members if cls else scopes._found.declarations
            known.extend(self._found)

    def _walk(self, at: int) -> int:
        while at < self._stop:
            token = self._tokens[at]
            if token.text == ";":
                return at + 1
            if at > self._first and self._cls and self._scopes._specifier(at):
                return at
            if token.text == "{":
                after, ended = self._brace(at)
                if ended:
                    return after
                at = after
            elif token.is_word and not self._rest:
                at = self._word(at)
            else:
                at = self._mark(at)
        return at

    def _mark(self, at: int) -> int:
        text = self._text(at)
        if text == "," and self._rest == "=":
            self._rest = ""
        elif text == "=" or (text == ":" and not self._function):
            self._rest = self._rest or "="
        elif text in (":", "->") and self._function:
            self._rest = self._rest or text
        elif text == "(" and self._text(at + 1) == "*" and self._tokens[at + 2].is_word:
            self._declare([], self._text(at + 2), at)  # a pointer to a function
        elif text == "<" and at > self._first and self._tokens[at - 1].is_word:
            return self._scopes._angle(at, self._stop) or at + 1
        return self._closes.get(at, at) + 1

    def _brace(self, at: int) -> tuple[int, bool]:
        """What comes after a brace that opens here, and whether the statement ends there."""
        after = self._closes[at] + 1
        ahead = self._text(at - 1)
        initializes = self._rest == "=" or (self._rest == ":" and ahead not in (")", "}"))
        linkage = at == self._first + 2 and self._text(self._first) == "extern" and ahead == '""'
        if linkage:
            self._scopes._block(at, "")
            self._scopes._scope(at + 1, after - 1, self._name, None, self._tokens[at].branch)
            return after, True
        if not self._function or initializes:
            return after, False
        for declaration in self._found:
            declaration.body = self._tokens[at].start
        if self._text(after) == "catch":
            return after, False
        return after + (self._text(after) == ";"), True

    def _word(self, at: int) -> int:
        text = self._text(at)
        if text == "namespace" and self._text(at - 1) != "using":
            return self._namespace(at)
        if text in _KEYS and (after := self._class(at)):
            return after
        if text == "operator":
            return self._operator(at)
        if text == "template" and self._text(at + 1) == "<":
            return self._scopes._angle(at + 1, self._stop) or at + 1
        if text in CPP_KEYWORDS or (self._function and text in ("override", "final")):
            return at + 1
        return self._chain(at)

    def _chain(self, at: int) -> int:
        """A name with its qualifiers, and whether it is declared: what follows it tells."""
        start, parts = at, list[str]()
        while True:
            after = at + 1
            if self._text(after) == "<":
                after = self._scopes._angle(after, self._stop) or after
            parts.append(self._scopes._spelled(at, min(after, self._stop)))
            if self._text(after) != "::":
                break
            at = after + 1
            if self._text(at) == "~":
                parts.append("~")
                at += 1
            if self._text(at) == "operator":
                return self._operator(at, parts)
            if at >= self._stop or not self._tokens[at].is_word:
                return at
        destroys = self._text(start - 1) == "~" or "~" in parts
        if self._text(after) in ("(", ";", ",", "=", "{", "[", ":"):
            self._declare([p for p in parts[:-1] if p != "~"], "~" * destroys + parts[-1], start)
            self._function = self._function or self._text(after) == "("
            called = start == self._first or self._text(start - 1) == ")"
            if self._cls and called and parts[-1] != self._cls.name:
                arguments = self._tokens[after : self._closes.get(after, after)]
                self._cls.passed.update(token.text for token in arguments if token.is_word)
        return after

    def _operator(self, at: int, qualifiers: list[str] | None = None) -> int:
        after = at + 1
        if self._text(after) == "(":
            after += 2
        while after < self._stop and self._text(after) not in ("(", ";"):
            after += 1
        self._function = True
        self._declare(qualifiers or [], self._scopes._spelled(at, after), at)
        return after

    def _declare(self, qualifiers: list[str], name: str, at: int) -> None:
        scope = self._cls.qualified if self._cls else self._name
        is_function = self._text(at) == "operator" or "(" in self._following(at)
        self._found.append(
            Declaration(
                scope, "::".join(qualifiers), name, self._tokens[self._first].start, is_function
            )
        )

    def _following(self, at: int) -> str:
        while at < self._stop and (self._tokens[at].is_word or self._text(at) in ("::", "~")):
            at += 1
            if self._text(at) == "<":
                at = self._scopes._angle(at, self._stop) or at + 1
        return self._text(at)

    def _namespace(self, at: int) -> int:
        """Into it; an alias is passed by."""
        named = at + 1
        parts: list[str] = []
        while named < self._stop and self._text(named) not in ("{", ";", "="):
            if self._text(named) == "inline":
                named += 1  # namespace a::inline v1
                parts.append("")
            elif self._tokens[named].is_word and self._text(named) not in CPP_KEYWORDS:
                last = parts.pop() if parts and parts[-1] == "" else None
                parts += [self._text(named)] if last is None else []
            named = self._closes.get(named, named) + 1
        if self._text(named) != "{":
            return named
        if self._text(self._first) == "inline":
            parts = []
        close, token = self._closes[named], self._tokens[named]
        inner = _joined(self._name, *parts)
        written = self._scopes._spelled(at + 1, named)
        self._scopes._block(named, inner if parts and written == "::".join(parts) else "")
        self._scopes._scope(named + 1, close, inner, None, token.branch)
        self._first = self._stop = close + 1
        return close + 1

    def _class(self, at: int) -> int | None:
        """Past the body of a class that is defined here; None where it is only mentioned."""
        key = self._text(at)
        at += self._text(at + 1) in ("class", "struct")  # of an enum
        head = self._head(at + 1)
        if head is None:
            return None
        name, bases, opened = head
        close, first = self._closes[opened], self._tokens[self._first]
        scope = self._cls.qualified if self._cls else self._name
        if key == "enum":
            self._found.append(Declaration(scope, "", name, first.start, False))
            return close + 1
        ahead = self._ahead(at)
        made = Class(
            _joined(scope, name) if name else "",
            key,
            first.start,
            self._tokens[opened].end,
            self._tokens[close].start,
            certain=ahead is not None and bool(name),
            template=bool(ahead),
            space=self._cls.space if self._cls else self._name,
            bases=bases,
            branch=self._tokens[opened].branch,
        )
        access = "private" if key == "class" else "public"
        made.sections.append(Section(access, made.open, made.open, certain=True))
        self._scopes._scope(opened + 1, close, made.qualified, made, made.branch)
        end = close + 1
        while end < self._stop and self._text(end) != ";":
            end = self._closes.get(end, end) + 1
        made.end = self._tokens[min(end, self._stop - 1)].end
        self._scopes._found.classes.append(made)
        if name:
            self._found.append(Declaration(scope, "", name, first.start, False))
        return close + 1

    def _ahead(self, at: int) -> str | None:
        """The parameters of the template that a class is; None where what stands before it is unknown."""
        parameters, index = "", self._first
        while index < at:
            if self._text(index) == "template" and self._text(index + 1) == "<":
                after = self._scopes._angle(index + 1, at)
                if after is None:
                    return None
                parameters += self._scopes._spelled(index + 2, after - 1)
                index = after
            elif self._text(index) in (*_AHEAD, "enum"):
                index += 1
            elif self._text(index) == "[":
                index = self._closes[index] + 1
            else:
                return None
        return parameters

    def _head(self, at: int) -> tuple[str, tuple[str, ...], int] | None:
        """The name, the bases and the brace of a class, whose head begins after its key."""
        names: list[str] = []
        while at < self._stop:
            text = self._text(at)
            if text == "{" or text == ":":
                break
            if text == "[":
                at = self._closes[at] + 1
            elif text == "final" and self._text(at + 1) in ("{", ":"):
                at += 1
            elif self._tokens[at].is_word and self._text(at + 1) == "(":
                at = self._closes[at + 1] + 1  # alignas(8), a macro
                if self._text(at) in ("{", ":", ";", "const"):
                    return None  # a function
            elif self._tokens[at].is_word:
                at, name = self._qualified(at)
                names.append(name)
            else:
                break
        if self._text(at) == ";" and len(names) == 1 and not self._cls:
            self._scopes._found.ahead.append(
                (_joined(self._name, names[0]), self._tokens[self._first].start)
            )
        if any(not re.fullmatch(r"[A-Z_][A-Z0-9_]*", macro) for macro in names[:-1]):
            return None  # a variable
        bases, opened = self._bases(at)
        name = names[-1] if names else ""
        return (name, bases, opened) if self._text(opened) == "{" else None

    def _qualified(self, at: int) -> tuple[int, str]:
        start = at
        while True:
            at += 1
            if self._text(at) == "<":
                at = self._scopes._angle(at, self._stop) or at
            if self._text(at) != "::":
                return at, self._scopes._spelled(start, at)
            at += 1

    def _bases(self, at: int) -> tuple[tuple[str, ...], int]:
        if self._text(at) != ":":
            return (), at
        at += 1
        bases, start = list[str](), at
        while at < self._stop and self._text(at) not in ("{", ";"):
            if self._text(at) in (*_ACCESS, "virtual", ","):
                bases += [self._scopes._spelled(start, at)] if start < at else []
                start = at + 1
            if self._text(at) == "<":
                at = self._scopes._angle(at, self._stop) or at + 1
            else:
                at = self._closes.get(at, at) + 1
        bases += [self._scopes._spelled(start, at)] if start < at else []
        return tuple(bases), at


def _joined(*parts: str) -> str:
    return "::".join(filter(None, parts))
