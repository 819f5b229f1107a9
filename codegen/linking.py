"""What a linker says of undefined symbols, led back to the spec by the generated line that uses them.

Objects have no line numbers unless they were built for a debugger, so a linker names none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from codegen.diagnostics import Diagnostics
from codegen.generate import Origins
from codegen.model import Library
from codegen.source import Span

# GNU ld and gold; lld and mold; the linker of macOS.
_UNDEFINED = re.compile(
    r"undefined reference to [`'](.+)'$|undefined (?:protected |hidden )?symbol: (.+)$"
    r'|^ +"(.+)", referenced from:$'
)
_LINKED = re.compile(r"^FAILED: .*\blib(\w+)\.torch\.so")
_OF_A_CLASS = ("vtable for ", "typeinfo for ")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


class Symbol(NamedTuple):
    """An undefined symbol, demangled."""

    library: str
    text: str
    generated: bool
    """Whether what is generated uses it, and not only what the user wrote."""


def explain(
    log: str,
    libraries: Sequence[Library],
    out: Path,
    origins: Mapping[str, Origins],
    diagnostics: Diagnostics,
) -> None:
    """Add a diagnostic for each undefined symbol: where the spec names it, else at what the spec compiles."""
    by_name = {library.name.value: library for library in libraries}
    seen = set()
    for symbol in undefined(log):
        library = by_name.get(symbol.library)
        if library is None:
            continue
        files = list(_files(out, symbol.library, origins))
        span = _place(symbol, files) or [*library.cpp.sources, library.name][0].span
        # Of a class without a vtable, the linker names what else is missing with it.
        found = (span, qualified(symbol.text))
        if found not in seen:
            seen.add(found)
            message = f"the linker finds no definition of '{symbol.text}'"
            diagnostics.add("CG505", span, message, _help(symbol.text))


def _help(symbol: str) -> str:
    if symbol.startswith(_OF_A_CLASS):
        return "the compiler writes it where the first virtual function of the class is defined: define that"
    return "add the file that defines it to `sources:`, or its library to `libraries:`"


def undefined(log: str) -> Iterator[Symbol]:
    library = ""
    lines = log.splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if linked := _LINKED.match(line):
            library = linked[1]
        elif found := _UNDEFINED.search(line):
            text = next(filter(None, found.groups()))
            yield Symbol(library, text, "registration.cpp" in line + following)


def qualified(symbol: str) -> str:
    """The name in a demangled symbol: `a::B::get` of `int a::B::get<int>(long) const`."""
    text = symbol.replace("(anonymous namespace)", "_").replace("[abi:cxx11]", "")
    while (shorter := re.sub(r"<[^<>]*>|\([^()]*\)", "", text)) != text:
        text = shorter
    return re.sub(r"( const| volatile| &)*$", "", text).split(" ")[-1]


class _File(NamedTuple):
    """What is generated, with its strings blanked, and where it comes from."""

    text: str
    origins: Origins

    def origin(self, position: int) -> Span | None:
        line = self.text.count("\n", 0, position) + 1
        column = position - self.text.rfind("\n", 0, position)
        before = [span for start, span in self.origins.get(line, ()) if start <= column]
        return before[-1] if before else None


def _files(out: Path, library: str, origins: Mapping[str, Origins]) -> Iterator[_File]:
    for path, lines in origins.items():
        if path.split("/")[0] == library:
            text = (out / path).read_text(encoding="utf-8")
            yield _File(_STRING.sub(lambda string: " " * len(string[0]), text), lines)


def _place(symbol: Symbol, files: Sequence[_File]) -> Span | None:
    """Where this member of the class is used; or one of its name, which a base may have; else the class."""
    owner, _, member = map(re.escape, qualified(symbol.text).rpartition("::"))
    # In a function of a row, which ends with its brace.
    uses = [rf"\bself<{owner}>\(\);[^}}]*?->{member}\b", rf"\b{owner}::{member}\b(?!::|>)"]
    if symbol.text.startswith(_OF_A_CLASS) or "::~" in symbol.text:
        uses = []
    elif owner.rpartition("::")[2] == member:
        uses = [rf"\bconstruct<{owner}[,>]"]
    elif symbol.generated:
        uses.append(rf"(?:->|\.|::){member}\b(?!::|>)")
    classes = [rf"(?:describe|const [\w:]+)<{of}\b(?!::)" for of in (f"{owner}::{member}", owner)]
    found = (
        file.origin(match.end() - 1)
        for pattern in [*uses, *classes]
        for file in files
        for match in re.finditer(pattern, file.text)
    )
    return next(filter(None, found), None)
