"""What stopped a build, led back to where it is mended: to a place in a spec, or to a file of the user's."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from codegen import build, check, compiler
from codegen.compiler import Error, Place
from codegen.diagnostics import Diagnostics
from codegen.generate import Origins
from codegen.model import Library
from codegen.scaffolding.existing import Existing, Project
from codegen.scaffolding.skeletons import Skeletons
from codegen.source import Source, Span

Where: TypeAlias = "tuple[Span, Span]"
"""What an error comes from, and what asked for that: a method, and the class that lacks it."""


def packages(log: str, libraries: Sequence[Library], diagnostics: Diagnostics) -> None:
    """Add a diagnostic for each package that CMake does not find."""
    for library in libraries:
        for package in library.cpp.packages:
            if f'provided by "{package}"' in log:
                message = f"CMake finds no package '{package}'"
                help = f"install what provides it, or set {package}_DIR in the environment"
                diagnostics.add("CG503", package.span, message, help)


def errors(
    log: str,
    libraries: Sequence[Library],
    out: Path,
    origins: Mapping[str, Origins],
    diagnostics: Diagnostics,
) -> None:
    """Add a diagnostic for each mistake that the compiler's errors come from."""
    files = _Files(libraries, out, origins)
    found: dict[Where, Error] = {}
    own: dict[Path, tuple[Span, Error]] = {}
    for error in compiler.errors(log):
        if where := files.where(error):
            # The first says it, others follow from it; but an assertion is there to say it.
            known = found.setdefault(where, error)
            if error.asserted and not known.asserted:
                found[where] = error
        elif mine := next(files.own(error.trace), None):
            path, span = mine
            own.setdefault(path, (span, error))
    expected = _Expected(libraries)
    for where in _mistakes(found):
        _refused(where, found[where], files, expected, diagnostics)
    for span, error in own.values():
        message = f"this file of yours does not compile: {error.said}"
        diagnostics.add("CG504", span, message, "the compiler's output has the details")


def _mistakes(found: Mapping[Where, Error]) -> Iterable[Where]:
    """The places to tell: what is missing by one name is one mistake, told where it is named first."""
    mistakes: dict[Where | str, Where] = {}
    for where, error in found.items():
        key = error.message if error.lacks_a_name else where
        mistakes[key] = min(where, mistakes.get(key, where), key=lambda w: w[0].start)
    return mistakes.values()


def _refused(
    where: Where,
    error: Error,
    files: _Files,
    expected: _Expected,
    diagnostics: Diagnostics,
) -> None:
    span, asked = where
    pure = [at for place, text in error.notes if "virtual" in text and (at := files.origin(place))]
    asks = [text for at in pure or [span] if (text := expected.declarations.get(at))]
    # GCC suggests a class, or its base, for a member that it lacks.
    guess = error.suggestion if error.suggestion not in expected.classes else None
    help = [f"did you mean '{guess}'?"] if guess else []
    help += [f"the spec expects {' and '.join(asks)}"] if asks else []
    help += filter(None, [_include_dir(span, error)])
    related = [(asked, "for this class")] if asked != span else []
    noted = ((at, text) for place, text in error.notes for _, at in files.own([place]))
    related += [(at, text.rstrip(":")) for at, text in noted][:1]
    default = "the compiler's output has the details"
    diagnostics.add("CG501", span, error.message, " ".join(help) or default, tuple(related))


def _include_dir(span: Span, error: Error) -> str | None:
    """The folder of a header that is not found where headers are looked for."""
    name = error.missing_header
    found = check.nearby(Path(span.source.path).parent, name) if name else None
    if name is None or found is None:
        return None
    folder = found.removesuffix(name).rstrip("/")
    return f"it stands in {folder}: `include_dirs: [{folder}]`" if folder != found else f"`{found}`"


class _Expected:
    """The declarations that specs ask for, and the names of their classes."""

    def __init__(self, libraries: Iterable[Library]) -> None:
        self.declarations: dict[Span, str] = {}
        self.classes: set[str] = set()
        for library in libraries:
            skeletons = Skeletons(library, Existing([], [], Project(Path(), "folder"), {}, {}))
            self.declarations |= skeletons.expected
            self.classes |= {cls.name for cls in skeletons.classes.values()}


class _Files:
    """Whose file it is that a compiler points to."""

    def __init__(
        self, libraries: Sequence[Library], out: Path, origins: Mapping[str, Origins]
    ) -> None:
        self._out = out.resolve()
        self._origins = origins
        self._folders = set(_folders(libraries))
        self._environments = {Path(sys.prefix), Path(sys.base_prefix)}

    def where(self, error: Error) -> Where | None:
        """The places in a spec that an error comes from."""
        spans = list(filter(None, map(self.origin, error.trace)))
        overridden = (place for place, text in error.notes if "overridden" in text)
        spans = spans or list(filter(None, map(self.origin, overridden)))
        return (spans[0], spans[-1]) if spans else None

    def origin(self, place: Place) -> Span | None:
        """The place in a spec that a line of what is generated comes from."""
        path = self._resolved(place)
        if not path.is_relative_to(self._out):
            return None
        found = self._origins.get(path.relative_to(self._out).as_posix(), {}).get(place.line, ())
        before = [span for column, span in found if column <= place.column]
        return before[-1] if before else found[0][1] if found else None

    def own(self, places: Iterable[Place]) -> Iterator[tuple[Path, Span]]:
        """Those places that are in files of the user's."""
        for place in places:
            path = self._resolved(place)
            if self._is_own(path):
                text = path.read_text(encoding="utf-8", errors="replace")
                source = Source(_shown(path), text)
                at = source.offset(place.line, place.column)
                yield path, Span(source, at, at + 1)

    def _is_own(self, path: Path) -> bool:
        others = {self._out, *self._environments}
        return (
            not any(path.is_relative_to(folder) for folder in others)
            and any(path.is_relative_to(folder) for folder in self._folders)
            and path.is_file()
        )

    def _resolved(self, place: Place) -> Path:
        """Ninja runs the compiler in the folder that it builds in."""
        return (self._out / build.FOLDER / place.path).resolve()


def _folders(libraries: Sequence[Library]) -> Iterator[Path]:
    for library in libraries:
        beside = Path(library.source.path).parent
        yield beside.resolve()
        for text in library.cpp.include_dirs:
            yield (beside / text.value).resolve()
        for text in library.cpp.sources:
            yield (beside / text.value).resolve().parent


def _shown(path: Path) -> str:
    """As the user would write it."""
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()
