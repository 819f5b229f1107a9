"""The C++ that a spec names and that does not exist, as a skeleton that compiles: bodies throw.

What no file of the user's has goes into the first header and the first source that do not exist or are blank; where
none is, to the end of a header and a source. Members of classes that exist are added to those. Where no source takes
them, definitions stand in the header.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from codegen import names, render
from codegen.diagnostics import Diagnostics
from codegen.model import Library
from codegen.overrides import SHIPPED, Templates
from codegen.scaffolding import grow
from codegen.scaffolding.cpp_scanner import Class, Declaration
from codegen.scaffolding.existing import Existing, File, Place, Project, project
from codegen.scaffolding.grow import Edits, Grown, Piece
from codegen.scaffolding.includes import HOLDER, is_standard, needed
from codegen.scaffolding.lacking import ByHand, Lacking, Members, lacking
from codegen.scaffolding.skeletons import Skeletons
from codegen.skeleton import Function, blocks
from codegen.source import Text


class HeaderView(NamedTuple):
    includes: tuple[str, ...]
    """Of torch, of the library, and of what is generated for it."""
    standard: tuple[str, ...]
    """Of the standard library."""
    declarations: tuple[tuple[str, ...], ...]
    definitions: tuple[tuple[str, ...], ...]


class SourceView(NamedTuple):
    headers: tuple[str, ...]
    includes: tuple[str, ...]
    """What no header includes."""
    definitions: tuple[tuple[str, ...], ...]


class Plan(NamedTuple):
    """What there is to write for a library."""

    created: Mapping[Path, str]
    grown: Sequence[Grown]
    by_hand: Sequence[ByHand]


Pieces = list[Piece]


def scaffold(
    library: Library,
    taken: Set[Path],
    pending: Mapping[Path, str],
    diagnostics: Diagnostics,
    templates: Templates = SHIPPED,
) -> Plan:
    """Plan what to write.

    `taken` are new files of another library, `pending` the texts of files that others of this run add to.
    """
    folder = Path(library.source.path).parent
    within = project(folder)
    headers = {
        header: _place(library, folder, within, header.value) for header in library.cpp.headers
    }
    sources = {source: _beside(folder, source.value) for source in library.cpp.sources}
    if not headers:
        message = f"the library '{library.name}' names no header to write its C++ to"
        help = f"`cpp: {{headers: [{library.name}.h]}}`"
        diagnostics.add("CG202", library.name.span, message, help)
        return Plan({}, (), ())
    for text, path in (headers | sources).items():
        if not path.is_file():
            _may_be_written(within, text, path, taken, diagnostics)
    files = [path for path in (*headers.values(), *sources.values()) if path.is_file()]
    folders = [*(folder / place.value for place in library.cpp.include_dirs), folder]
    existing = Existing(files, folders, within, pending, _interfaces(library))
    skeletons = Skeletons(library, existing)
    found = lacking(skeletons, existing)
    if found.nested:
        message = f"{', '.join(found.nested)} would stand inside of another skeleton"
        help = "write that class yourself, or give it a namespace of its own"
        diagnostics.add("CG303", library.cpp.headers[0].span, message, help)
    writer = _Writer(library, skeletons, existing, found, headers, sources, templates)
    return writer.plan()


class _Writer:
    """Decides what goes where."""

    def __init__(
        self,
        library: Library,
        skeletons: Skeletons,
        existing: Existing,
        found: Lacking,
        headers: Mapping[Text, Path],
        sources: Mapping[Text, Path],
        templates: Templates,
    ) -> None:
        self._templates = templates
        self._skeletons, self._existing, self._found = skeletons, existing, found
        self._headers = {path: text.value for text, path in headers.items()}
        known = {file.path: file for file in existing.named if not file.blank}
        self._blank = {file.path: file for file in existing.named if file.blank}
        self._new_headers = [path for path in headers.values() if path not in known]
        self._new_sources = [path for path in sources.values() if path not in known]
        self._old_headers = [known[path] for path in headers.values() if path in known]
        self._old_sources = [known[path] for path in sources.values() if path in known]
        self._named = " ".join(cls.cls.value for cls in library.classes)
        self._classes = {cls.cls.value.removeprefix("::") for cls in library.classes}
        self._new = {cls.cpp: cls for cls in found.classes}
        self._edits: dict[Path, Edits] = {}
        self._ends: dict[Path, tuple[Pieces, Pieces]] = {}
        """Declarations and definitions that go to the end of a file."""
        self._later: Pieces = []
        """Definitions that go to a new file."""
        self._target = self._end_of_headers()

    def plan(self) -> Plan:
        if not self._new_headers:
            self._append()
        for members in self._found.members:
            self._add(members)
        for path, (declarations, definitions) in self._ends.items():
            grow.add_pieces(self._edits[path], [*declarations, *definitions])
        self._add_includes()
        made = {file.path: file for file in self._created()}
        grown = [edits.grown() for edits in self._edits.values()]
        grown += [
            grow.filled(self._blank[path], *file[1:])
            for path, file in made.items()
            if path in self._blank and (file.declared or file.defined)
        ]
        created = {path: file.text for path, file in made.items() if path not in self._blank}
        return Plan(created, grown, self._found.by_hand)

    def _end_of_headers(self) -> File | None:
        """The header that new classes and functions go to the end of."""
        if self._new_headers or self._existing.unknown():
            return None
        return next((file for file in reversed(self._old_headers) if not file.refused), None)

    # New classes and functions.

    def _declarations(self) -> Pieces:
        pieces: Pieces = [(cls.namespace, ("", *cls.lines())) for cls in self._found.classes]
        for function in self._found.functions:
            special = ("", *function.specialization()) if function.is_template else ()
            pieces.append((function.scope, ("", *function.declaration(), *special)))
        return pieces

    def _ahead(self) -> Pieces:
        """The new classes that others mention above them, and the templates of instances."""
        found: Pieces = []
        above = ""
        for cls in self._found.classes:
            if "<" in cls.name or cls.cpp in self._mentioned(above):
                found.append((cls.namespace, cls.head().splitlines()))
            above += "\n".join(cls.lines())
        return found

    def _definitions(self, *, inline: bool) -> Pieces:
        members = [(c.namespace, m) for c in self._found.classes for m in c.members.values()]
        functions = [(f.scope, f) for f in self._found.functions]
        return [(ns, ("", *f.definition(inline=inline))) for ns, f in (*members, *functions)]

    def _append(self) -> None:
        """All headers exist: to the end of one, with the definitions in a source that includes it."""
        declarations = self._declarations()
        if not declarations:
            return
        if self._target is None:
            file = self._old_headers[-1]
            reason = self._existing.unknown() or file.refused
            lines = [line for block in blocks(declarations) for line in block]
            task = "add to it by hand, unless that is defined elsewhere"
            self._found.by_hand.append(ByHand(str(file.path), reason, task, tuple(lines)))
            self._found.classes, self._found.functions, self._new = [], [], {}
            return
        file = self._target
        ahead: Pieces = [
            (space, ["", *(line for _, lines in heads for line in lines)])
            for space, heads in groupby(self._ahead(), key=lambda piece: piece[0])
        ]
        self._end(file)[0].extend([*ahead, *declarations])
        edits = self._edits_of(file)
        edits.declared += len(declarations)
        text = "\n".join(line for _, lines in declarations for line in lines)
        self._ahead_of(file, text, len(file.text))
        bases = [cls.base for cls in self._found.classes]
        edits.includes |= self._interfaces() | self._declaring(file, bases)
        source = self._source(file)
        if self._new_sources:
            self._later += self._definitions(inline=False)
        elif source:
            self._end(source)[1].extend(self._definitions(inline=False))
            self._edits_of(source).defined += len(self._definitions(inline=False))
        else:
            self._end(file)[1].extend(self._definitions(inline=True))

    def _interfaces(self) -> set[str]:
        """The headers of the generated interfaces that new classes implement."""
        interfaces = self._skeletons.interfaces
        return {interfaces[cls] for cls in self._new if cls in interfaces}

    def _declaring(self, file: File | None, classes: Iterable[str]) -> set[str]:
        """The headers that define classes which a file, a new one if None, does not see as a whole."""
        found = set()
        for cpp in classes:
            for place in self._existing.place(cpp):
                if file is None or not self._sees(file, place.file):
                    by = (h for h in self._old_headers if self._sees(h, place.file))
                    header = next((h for h in by if file is None or not self._sees(h, file)), None)
                    found |= {self._headers[header.path]} if header else set()
        return found

    def _sees(self, file: File, other: File) -> bool:
        """Whether a header is another, or includes it or is made to."""
        edits = self._edits.get(file.path)
        added = edits.includes if edits else set()
        headers = (h for h in self._old_headers if self._headers[h.path] in added)
        return (
            file == other
            or self._existing.reaches(file, other)
            or any(self._sees(header, other) for header in headers)
        )

    def _source(self, header: File) -> File | None:
        """The first source that exists, may be added to, and includes a header."""
        return next(
            (
                file
                for file in self._old_sources
                if not file.refused and self._existing.reaches(file, header)
            ),
            None,
        )

    # Members of classes that exist.

    def _add(self, members: Members) -> None:
        place = members.place
        edits = self._edits_of(place.file)
        edits.declared += len(members.functions) + len(members.fields)
        home = self._home(place)
        declared: list[tuple[Function, bool]] = []
        for function in members.functions:
            inside = home is None and self._complete(place.file, place, function, place.cls.start)
            declared.append((function, inside and not function.is_template))
        grow.add_members(edits, place.cls, declared, members.fields)
        outside = [function for function, defined in declared if not defined]
        self._define(place, home, outside)
        declared_lines = (line for f in members.functions for line in f.declaration())
        text = "\n".join([*declared_lines, *members.fields])
        self._ahead_of(place.file, text, place.cls.start, place.cls.qualified)

    def _home(self, place: Place) -> Home | None:
        """Where definitions of a class are; None where they are to stand in it."""
        for file in (*self._old_sources, place.file):
            found = [d for d in file.scan.declarations if _defines(d, place.cls)]
            if found and not file.refused:
                return Home(file, found[-1])
        if any(member.body is not None for member in place.cls.members):
            return None
        if self._new_sources:
            return Home(None, None)
        source = self._source(place.file)
        return Home(source, None) if source else None

    def _define(self, place: Place, home: Home | None, functions: Sequence[Function]) -> None:
        cls, header = place.cls, place.file
        plain = [f for f in functions if not f.is_template and home is not None]
        if plain and home and home.file:
            edits = self._edits_of(home.file)
            edits.defined += len(plain) * (home.file != header)
            if home.below:
                inline = home.file not in self._old_sources
                grow.add_definitions(edits, home.below, plain, inline=inline)
            else:
                self._end(home.file)[1].extend(_defined(cls, plain, inline=False))
        elif plain:
            self._later += _defined(cls, plain, inline=False)
        for function in functions:
            if function in plain:
                continue
            (piece,) = _defined(cls, [function], inline=True)
            file = self._completing(place, function)
            if not file and self._new_headers:
                self._later.append(piece)
                continue
            if not file:
                file = self._including(place, function)
            self._end(file)[1].append(piece)

    def _completing(self, place: Place, function: Function) -> File | None:
        """The header at whose end a class and all that a signature mentions is defined."""
        files = [f for f in self._old_headers if self._sees(f, place.file)]
        candidates = (file for file in (place.file, *files) if not file.refused)
        return next((file for file in candidates if self._complete(file, place, function)), None)

    def _including(self, place: Place, function: Function) -> File:
        """The header of a class, or that of the new classes of a signature, made to include what that mentions."""
        mentioned = self._mentioned("\n".join(function.declaration()))
        new = any(cpp in self._new for cpp in mentioned)
        file = self._target if new and self._target else place.file
        names = [place.cls.qualified, *mentioned]
        self._edits_of(file).includes |= self._declaring(file, names)
        return file

    def _mentioned(self, text: str) -> list[str]:
        """The library's classes that a piece of C++ has pointers to."""
        found = re.findall(r"c10::intrusive_ptr<(?:::)?(\w[\w:]*(?:<[^<>]*>)?)>", text)
        return [cpp for cpp in dict.fromkeys(found) if cpp in self._classes]

    def _complete(
        self, file: File, place: Place, function: Function, before: int | None = None
    ) -> bool:
        """Whether all classes of a signature are defined at a place of a file, the end if None."""
        at = len(file.text) if before is None else before
        return all(
            cpp == place.cls.qualified
            or self._existing.visible(file, cpp, at)[1]
            or (before is None and cpp in self._new and self._target == file)
            or (before is None and any(self._sees(file, p.file) for p in self._existing.place(cpp)))
            for cpp in self._mentioned("\n".join(function.declaration()))
        )

    # Files.

    def _ahead_of(self, file: File, text: str, before: int, own: str = "") -> None:
        """Declares ahead what declarations mention and nobody declares before their place."""
        ahead: Pieces = []
        for cpp in (cpp for cpp in self._mentioned(text) if cpp != own):
            new = self._new.get(cpp)
            if new and not (before == len(file.text) and file == self._target):
                ahead.append((new.namespace, new.head().splitlines()))
            elif not new and not self._existing.visible(file, cpp, before)[0]:
                ahead += _declared_ahead(self._existing.place(cpp))
        self._edits_of(file).declare(ahead)

    def _add_includes(self) -> None:
        """Of all that is named anew; a source has nearly all of it from its header."""
        for file in (*self._old_headers, *self._old_sources):
            if edits := self._edits.get(file.path):
                named = self._named if file in self._old_headers else ""
                had = self._included(file)
                both = had | edits.includes
                covered = bool(both & self._existing.interfaces.keys())
                edits.includes |= needed(f"{edits.text}\n{named}", both, covered=covered)
                edits.includes -= had

    def _included(self, file: File) -> set[str]:
        """What a file includes, also by what it includes, and what is added to that."""
        reached = [h for h in self._old_headers if self._existing.reaches(file, h)]
        added = [edits.includes for h in reached if (edits := self._edits.get(h.path))]
        return self._existing.includes(file).union(*added)

    def _edits_of(self, file: File) -> Edits:
        return self._edits.setdefault(file.path, Edits(file))

    def _end(self, file: File) -> tuple[Pieces, Pieces]:
        self._edits_of(file)
        return self._ends.setdefault(file.path, ([], []))

    def _created(self) -> Iterator[New]:
        """The first header and source have it all; others are there so that all that the spec names are."""
        declared = len(self._declarations())
        defined = self._definitions(inline=False) if self._new_headers else []
        defined += self._later
        for path in self._new_headers:
            first = path is self._new_headers[0]
            text = self._render("cpp/scaffold.h.j2", self._header() if first else _EMPTY)
            inline = 0 if self._new_sources else len(defined)
            yield New(path, text, declared * first, inline * first)
        for path in self._new_sources:
            pieces = defined if path is self._new_sources[0] else []
            headers = tuple(self._headers.values())
            view = SourceView(headers, self._missing(pieces), tuple(blocks(pieces)))
            yield New(path, self._render("cpp/scaffold.cpp.j2", view), 0, len(pieces))

    def _missing(self, pieces: Pieces) -> tuple[str, ...]:
        """What definitions in a new source name that its headers do not include."""
        had = set[str]().union(*(self._included(header) for header in self._old_headers))
        had |= {i for edits in self._edits.values() for i in edits.includes}
        if self._new_headers:
            view = self._header()
            had |= {*view.includes, *view.standard}
        covered = bool(self._new_headers[1:] or had & self._existing.interfaces.keys())
        text = "\n".join(line for _, lines in pieces for line in lines)
        return tuple(sorted(needed(text, had, covered=covered)))

    def _render(self, template: str, view: render.View) -> str:
        return render.render(template, view, self._templates).text.rstrip("\n") + "\n"

    def _header(self) -> HeaderView:
        declarations = (*blocks(self._ahead(), tight=True), *blocks(self._declarations()))
        inline: Pieces = []
        if not self._new_sources:
            inline = [*self._definitions(inline=True), *self._later]
        definitions = tuple(blocks(inline))
        text = "\n".join(line for block in (*declarations, *definitions) for line in block)
        bases = [cls.base for cls in self._found.classes]
        includes = self._interfaces() | self._declaring(None, [*bases, *self._mentioned(text)])
        if inline and self._later:
            includes |= {self._headers[file.path] for file in self._old_headers}
        covered = bool(self._interfaces())
        includes |= needed(f"{text}\n{self._named}", includes, covered=covered)
        includes |= set() if includes else {HOLDER}
        standard = sorted(filter(is_standard, includes))
        return HeaderView(
            tuple(sorted(includes - {*standard})), tuple(standard), declarations, definitions
        )


class New(NamedTuple):
    """A file that is written as a whole, with how much it declares and defines."""

    path: Path
    text: str
    declared: int
    defined: int


class Home(NamedTuple):
    """The file that definitions of a class go to, a new one if None, and what they stand below, else at its end."""

    file: File | None
    below: Declaration | None


_EMPTY = HeaderView((HOLDER,), (), (), ())


def _defines(declared: Declaration, cls: Class) -> bool:
    """Whether it is a member of a class, outside of it, at a place that others can follow."""
    of = "::".join(filter(None, [declared.scope, declared.qualifier]))
    return of == cls.qualified and bool(declared.qualifier) and declared.placed


def _defined(cls: Class, functions: Sequence[Function], *, inline: bool) -> Pieces:
    return [
        (cls.space, ("", *function.definition(inline=inline, qualifier=cls.written)))
        for function in functions
    ]


def _declared_ahead(places: Sequence[Place]) -> Pieces:
    """A class that exists, declared where it is not defined yet; one in a class cannot be."""
    return [
        (place.cls.space, [f"{place.cls.key} {place.cls.written};"])
        for place in places[:1]
        if not place.cls.template and re.fullmatch(r"\w+", place.cls.written)
    ]


def _interfaces(library: Library) -> dict[str, str]:
    """The interfaces that are generated: how each is included, and its name."""
    return {
        names.header(library.name.value, backend.name.value): backend.interface.value
        for backend in library.backends
    }


def _may_be_written(
    within: Project, text: Text, path: Path, taken: Set[Path], diagnostics: Diagnostics
) -> None:
    """Only in the project, and by one library."""
    if path not in within:
        message = f"'{text}' would be written outside of the {within.kind} of this spec"
        help = f"write that file yourself, or name one in {os.path.relpath(within.root)}"
        diagnostics.add("CG403", text.span, message, help)
    elif path.resolve() in {other.resolve() for other in taken}:
        message = f"another library's skeleton goes to '{text}'"
        diagnostics.add("CG403", text.span, message, "scaffold one after the other")


def _place(library: Library, folder: Path, within: Project, header: str) -> Path:
    """Where the compiler finds a header, or would: the first folder of `include_dirs` in the project."""
    folders = [_beside(folder, text.value) for text in library.cpp.include_dirs]
    found = [place / header for place in (*folders, folder) if (place / header).is_file()]
    inside = [place for place in folders if place in within]
    return found[0] if found else _beside(inside[0] if inside else folder, header)


def _beside(folder: Path, value: str) -> Path:
    """A path of a spec without `..`, where that is the same."""
    path = folder / value
    plain = Path(os.path.normpath(path))
    return plain if plain.resolve() == path.resolve() else path
