"""The C++ that a spec names and that does not exist, as a skeleton that compiles: bodies throw.

What no file of the user's has goes into the first header and the first source that do not exist or are blank; where
none is, to the end of a header and a source. Members of classes that exist are added to those. Where no source takes
them, definitions stand in the header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import NamedTuple

from codegen import names, render
from codegen.diagnostics import Diagnostics
from codegen.model import Library
from codegen.overrides import SHIPPED, Templates
from codegen.scaffolding import grow
from codegen.scaffolding.cpp_scanner import Class, Declaration
from codegen.scaffolding.existing import Existing, File, Place
from codegen.scaffolding.grow import Edits, Grown
from codegen.scaffolding.lacking import ByHand, Lacking, Members, lacking
from codegen.scaffolding.skeletons import Skeletons
from codegen.skeleton import Function, blocks
from codegen.source import Text

# What <torch/custom_class.h> only declares.
_INCLUDES = {
    "at::Generator": "ATen/core/Generator.h",
    "at::QScheme": "c10/core/QScheme.h",
    "torch::jit::PyTorchBackendInterface": "torch/csrc/jit/backends/backend_interface.h",
    "torch::jit::Module": "torch/csrc/jit/api/module.h",
    "torch::jit::BackendDebugHandleGenerator": "torch/csrc/jit/backends/backend_detail.h",
}
_HOLDER = "torch/custom_class.h"
# Headers of torch that have it all.
_WHOLE = {_HOLDER, "torch/torch.h", "torch/script.h", "torch/extension.h"}
# Containers of the standard library that a class may be an instance of, each in a header of its name.
_CONTAINERS = (
    "array deque forward_list list map queue set stack unordered_map unordered_set vector".split()
)


class HeaderView(NamedTuple):
    includes: tuple[str, ...]
    declarations: tuple[tuple[str, ...], ...]
    definitions: tuple[tuple[str, ...], ...]


class SourceView(NamedTuple):
    headers: tuple[str, ...]
    definitions: tuple[tuple[str, ...], ...]


class Plan(NamedTuple):
    """What there is to write for a library."""

    created: Mapping[Path, str]
    grown: Sequence[Grown]
    by_hand: Sequence[ByHand]


Pieces = list[tuple[str, Sequence[str]]]
"""Lines, each with the namespace that they stand in."""


def scaffold(
    library: Library,
    taken: Set[Path],
    pending: Mapping[Path, str],
    diagnostics: Diagnostics,
    templates: Templates = SHIPPED,
) -> Plan:
    """`taken` are new files of another library, `pending` the texts of files that others of this run add to."""
    folder = Path(library.source.path).parent
    headers = {header: _place(library, folder, header.value) for header in library.cpp.headers}
    sources = {source: folder / source.value for source in library.cpp.sources}
    if not headers:
        message = f"the library '{library.name}' names no header to write its C++ to"
        help = f"`cpp: {{headers: [{library.name}.h]}}`"
        diagnostics.add("CG202", library.name.span, message, help)
        return Plan({}, (), ())
    for text, path in (headers | sources).items():
        if not path.is_file():
            _may_be_written(folder, text, path, taken, diagnostics)
    files = [path for path in (*headers.values(), *sources.values()) if path.is_file()]
    folders = [*(folder / place.value for place in library.cpp.include_dirs), folder]
    existing = Existing(files, folders, folder, pending, _interfaces(library))
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
            for block in (*blocks(declarations), *blocks(definitions)):
                self._edits[path].at_end(block)
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
        classes = self._found.classes
        many = len(classes) > 1
        return [(c.namespace, c.head().splitlines()) for c in classes if many or "<" in c.name]

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
        ahead: Pieces = [(space, ("", *lines)) for space, lines in self._ahead()]
        self._end(file)[0].extend([*ahead, *declarations])
        edits = self._edits_of(file)
        edits.declared += len(declarations)
        interfaces = {self._skeletons.interfaces.get(cls) for cls in self._new} - {None}
        text = "\n".join(line for _, lines in declarations for line in lines)
        self._head(file, text, len(file.text), {str(i) for i in interfaces} | self._bases(file))
        source = self._source(file)
        if self._new_sources:
            self._later += self._definitions(inline=False)
        elif source:
            self._end(source)[1].extend(self._definitions(inline=False))
            self._edits_of(source).defined += len(self._definitions(inline=False))
        else:
            self._end(file)[1].extend(self._definitions(inline=True))

    def _bases(self, file: File) -> set[str]:
        """The headers of the bases that new classes have, where a header does not see them."""
        found = set()
        for cls in self._found.classes:
            for place in self._existing.place(cls.base):
                seen = self._existing.visible(file, cls.base, len(file.text))[1]
                if not seen and place.file.path in self._headers:
                    found.add(self._headers[place.file.path])
        return found

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
        text = "\n".join(line for f in members.functions for line in f.declaration())
        self._head(
            place.file,
            "\n".join([text, *members.fields]),
            place.cls.start,
            set(),
            place.cls.qualified,
        )

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
            if file or not self._new_headers:
                self._end(file or header)[1].append(piece)
            else:
                self._later.append(piece)

    def _completing(self, place: Place, function: Function) -> File | None:
        """The header at whose end a class and all that a signature mentions is defined."""
        files = [f for f in self._old_headers if self._existing.reaches(f, place.file)]
        candidates = (file for file in (place.file, *files) if not file.refused)
        return next((file for file in candidates if self._complete(file, place, function)), None)

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
            for cpp in self._mentioned("\n".join(function.declaration()))
        )

    # Files.

    def _head(self, file: File, text: str, before: int, includes: set[str], own: str = "") -> None:
        """What declarations need of includes and of classes that are not declared before a place."""
        had = self._existing.includes(file)
        wanted = includes | _includes(text, self._named)
        wanted -= {_HOLDER} if had & (_WHOLE | self._existing.interfaces.keys()) else set()
        ahead: Pieces = []
        for cpp in (cpp for cpp in self._mentioned(text) if cpp != own):
            new = self._new.get(cpp)
            if new and not (before == len(file.text) and file == self._target):
                ahead.append((new.namespace, new.head().splitlines()))
            elif not new and not self._existing.visible(file, cpp, before)[0]:
                ahead += _declared_ahead(self._existing.place(cpp))
        self._edits_of(file).add_head(wanted - had, ahead)

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
            view = SourceView(tuple(self._headers.values()), tuple(blocks(pieces)))
            yield New(path, self._render("cpp/scaffold.cpp.j2", view), 0, len(pieces))

    def _render(self, template: str, view: render.View) -> str:
        return render.render(template, view, self._templates).text.rstrip("\n") + "\n"

    def _header(self) -> HeaderView:
        declarations = (*blocks(self._ahead(), tight=True), *blocks(self._declarations()))
        text = "\n".join(line for block in declarations for line in block)
        interfaces = {self._skeletons.interfaces.get(cls) for cls in self._new} - {None}
        includes = _includes(text, self._named) | {str(i) for i in interfaces}
        inline: Pieces = []
        if not self._new_sources:
            inline = [*self._definitions(inline=True), *self._later]
        if inline and self._later:
            includes |= {self._headers[file.path] for file in self._old_headers}
        return HeaderView(tuple(sorted(includes)), declarations, tuple(blocks(inline)))


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


_EMPTY = HeaderView((_HOLDER,), (), ())


def _includes(text: str, named: str) -> set[str]:
    includes = {include for name, include in _INCLUDES.items() if name in text}
    includes |= {name for name in _CONTAINERS if f"std::{name}<" in named}
    return {_HOLDER, *includes}


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
    folder: Path, text: Text, path: Path, taken: Set[Path], diagnostics: Diagnostics
) -> None:
    """Only below the spec, and by one library."""
    if not path.resolve().is_relative_to(folder.resolve()):
        message = f"'{text}' would be written outside of the folder of this spec"
        diagnostics.add("CG403", text.span, message, "write that one yourself")
    elif path.resolve() in {other.resolve() for other in taken}:
        message = f"another library's skeleton goes to '{text}'"
        diagnostics.add("CG403", text.span, message, "scaffold one after the other")


def _place(library: Library, folder: Path, header: str) -> Path:
    """Where the compiler finds a header, or would: the first folder of `include_dirs` within the spec's."""
    folders = [folder / d.value for d in library.cpp.include_dirs]
    found = [place / header for place in (*folders, folder) if (place / header).is_file()]
    inside = [place for place in folders if ".." not in place.relative_to(folder).parts]
    return found[0] if found else (inside[0] if inside else folder) / header
