"""From the named specs to files: read, load, check, barrier, views, render. Writing is `output.py`'s."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from codegen import check, cmake, cpp, names, output, python, reader, render
from codegen.diagnostics import Diagnostics, Stop, nearest
from codegen.load import load
from codegen.model import Library
from codegen.output import File, Manifest, Report
from codegen.overrides import SHIPPED, Templates
from codegen.source import Span

SUFFIXES = (".yaml", ".yml")
# For the formatter of a project that generated files stand in.
_UNFORMATTED = "DisableFormat: true\nSortIncludes: Never\n"


@dataclass(frozen=True)
class Named:
    """What stands on the command line: folders, and the spec files in them or named themselves."""

    folders: tuple[Path, ...]
    specs: tuple[Path, ...]
    gone: tuple[Path, ...]
    """What is named and no longer there: its libraries are stale."""

    def owns(self, spec: Path) -> bool:
        """Whether this run speaks for a spec, also for one that is gone."""
        return spec in self._files or spec.parent in self._folders

    @cached_property
    def _files(self) -> frozenset[Path]:
        return frozenset(path.resolve() for path in (*self.specs, *self.gone))

    @cached_property
    def _folders(self) -> frozenset[Path]:
        return frozenset(path.resolve() for path in (*self.folders, *self.gone))


class RootView(NamedTuple):
    libraries: tuple[str, ...]


Origins = Mapping[int, Sequence[tuple[int, Span]]]
"""By the numbers of lines: from which column on a line comes from which place in a spec."""


class Generated(NamedTuple):
    """The files of a run, and what tells which of their lines come from where in a spec."""

    files: tuple[File, ...]
    origins: Callable[[], dict[str, Origins]]


def find(paths: Iterable[Path], known: Set[Path]) -> Named:
    """The specs in folders (not in folders below them, which hold C++) and the files named.

    What does not exist must be `known`, a spec that something was generated from, or the folder of one.
    """
    folders, specs, gone = [], [], []
    for path in paths:
        if path.is_dir():
            folders.append(path)
            specs += specs_in(path)
        elif path.is_file():
            specs.append(path)
        elif path.resolve() in known or any(path.resolve() == spec.parent for spec in known):
            gone.append(path)
        else:
            raise Stop(f"{path} does not exist{_meant(path)}")
    once = {spec.resolve(): spec for spec in specs}
    return Named(tuple(folders), tuple(once.values()), tuple(gone))


def _meant(path: Path) -> str:
    """What of that kind is called nearly so."""
    if not path.parent.is_dir():
        return ""
    beside = {p.stem: p.name for p in path.parent.iterdir() if p.suffix in SUFFIXES or p.is_dir()}
    meant = nearest(path.stem, beside)
    return f"; did you mean '{beside[meant]}'?" if meant else ""


def specs_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES and path.is_file())


def read(texts: Iterable[tuple[str, bytes]], diagnostics: Diagnostics) -> list[Library]:
    """The libraries of specs, each with the name it is shown under, complete only if `diagnostics` stayed empty."""
    sources = (reader.decode(name, data, diagnostics) for name, data in texts)
    loaded = [load(source, diagnostics) for source in sources if source]
    libraries = [library for library in loaded if library]
    check.check(libraries, diagnostics)
    return libraries


def declare(specs: Iterable[Path], diagnostics: Diagnostics) -> list[Library]:
    """The same of files, and what else is wrong with them."""
    libraries = read(((path.as_posix(), path.read_bytes()) for path in specs), diagnostics)
    check.check_modules(libraries, diagnostics)
    return libraries


def declare_all(paths: Sequence[Path], diagnostics: Diagnostics) -> list[Library]:
    """The libraries of what is named on the command line.

    Raises:
        Stop: There is none.
    """
    specs = find(paths, set()).specs
    if not specs:
        raise no_spec(paths)
    return declare(specs, diagnostics)


def no_spec(paths: Iterable[Path]) -> Stop:
    return Stop(f"no spec (*.yaml, *.yml) in {', '.join(map(str, paths))} itself")


def generate(
    libraries: Sequence[Library],
    named: Named,
    out: Path,
    manifest: Manifest,
    templates: Templates = SHIPPED,
) -> Generated:
    """The files of the libraries and those that all libraries share. Nothing is rendered until it is asked for."""
    shared = [
        _verbatim(f"{names.RUNTIME}/{path}", templates.text(name))
        for path, name in (
            ("CMakeLists.txt", "cmake/runtime.txt"),
            ("torch.cmake", "cmake/torch.cmake"),
            ("include/codegen/conversions.h", "cpp/conversions.h"),
            ("include/codegen/registration.h", "cpp/runtime.h"),
            ("include/codegen/python/owned.h", "cpp/python/owned.h"),
            ("include/codegen/python/torch_python.h", "cpp/python/torch_python.h"),
            ("include/codegen/python/objects.h", "cpp/python/objects.h"),
            ("include/codegen/python/values.h", "cpp/python/values.h"),
            ("include/codegen/python/methods.h", "cpp/python/methods.h"),
            ("src/layout.h", "cpp/layout.h"),
            ("include/codegen/python/states.h", "cpp/python/states.h"),
            ("src/registration.cpp", "cpp/runtime.cpp"),
            ("src/python/module.cpp", "cpp/python/module.cpp"),
            ("src/python/stamp.cpp", "cpp/python/stamp.cpp"),
        )
    ]
    support = "".join(file.key for file in shared)
    shared.append(_verbatim(".clang-format", _UNFORMATTED))
    each = [_Library(library, out, support, templates) for library in libraries]
    listed = {path.split("/")[0] for path, entry in manifest.items() if entry.spec}
    others = listed - {path.split("/")[0] for path in owned(manifest, named, out)}
    root = RootView(tuple(sorted(others | {library.name.value for library in libraries})))
    template = "cmake/CMakeLists.txt.j2"
    key = render.key(template, root, templates)
    text = File("CMakeLists.txt", "", key, lambda: render.render(template, root, templates).text)
    files = [*shared, text]
    return Generated(
        tuple(files + [file for library in each for file in library.files()]),
        lambda: {path: lines for library in each for path, lines in library.origins()},
    )


def modules(library: Library) -> Iterator[Path]:
    """The Python files of the user's that travel in its package."""
    for module in library.modules:
        yield Path(library.source.path).parent / module.value


def known_specs(manifest: Manifest, out: Path) -> set[Path]:
    """The specs that the manifest names, which count from the folder above the output folder."""
    return set(_specs(manifest, out).values())


def owned(manifest: Manifest, named: Named, out: Path) -> set[str]:
    """The files of the manifest whose specs this run speaks for, also of those that are gone."""
    mine = {text for text, spec in _specs(manifest, out).items() if named.owns(spec)}
    return {path for path, entry in manifest.items() if entry.spec in mine}


def check_owners(
    libraries: Sequence[Library],
    named: Named,
    out: Path,
    manifest: Manifest,
    diagnostics: Diagnostics,
) -> None:
    """No library of this run is that of a spec which stands elsewhere and is not named."""
    specs = _specs(manifest, out)
    owners = {path.split("/")[0]: specs[e.spec] for path, e in manifest.items() if e.spec}
    for library in libraries:
        owner = owners.get(library.name.value)
        if owner and owner.is_file() and not named.owns(owner):
            message = f"a second library '{library.name}' for {out.as_posix()}"
            help = f"the first stands in {_relative(owner, Path.cwd())}"
            diagnostics.add("CG402", library.name.span, message, help)


def compare(
    generated: Generated,
    named: Named,
    out: Path,
    manifest: Manifest,
    *,
    fresh: bool,
    report: Report = output.unheard,
) -> list[output.Change]:
    shared = {path for path, entry in manifest.items() if not entry.spec}
    mine = shared | owned(manifest, named, out)
    return output.compare(out, manifest, generated.files, mine, fresh=fresh, report=report)


def _specs(manifest: Manifest, out: Path) -> dict[str, Path]:
    """The specs of the manifest as it writes them, and where each stands."""
    texts = {entry.spec for entry in manifest.values() if entry.spec}
    return {text: (out.resolve().parent / text).resolve() for text in texts}


class _Library:
    """The files of one library.

    The fingerprint ties the Python package to the C++ that it was generated with. Docs are not in it: a shared object
    whose docs are older works as well.
    """

    def __init__(self, library: Library, out: Path, support: str, templates: Templates) -> None:
        self._library = library
        self._templates = templates
        self._spec = _relative(Path(library.source.path), out.resolve().parent)
        self._folder = out.resolve() / library.name.value
        plain = _cpp(library.undocumented, self._spec, "")
        keys = [render.key(name, view, templates) for name, view in plain.values()]
        self._fingerprint = output.digest(support + "".join(keys))[:16]
        self._cpp = _cpp(library, self._spec, self._fingerprint)

    def files(self) -> Iterator[File]:
        package = list(self._package())
        for path, (template, view) in self._cpp.items():
            yield self._rendered(path, template, view)
        root = PurePosixPath(_relative(self._beside, self._folder))
        paths = (PurePosixPath(file.path).name for file in package)
        build = cmake.library(self._library, self._spec, self._fingerprint, root, paths)
        yield self._rendered("CMakeLists.txt", "cmake/library.txt.j2", build)
        yield from package

    def _package(self) -> Iterator[File]:
        """What is installed beside the shared objects."""
        package = python.package(self._library, self._spec, self._fingerprint)
        for path in ("__init__.py", "__init__.pyi"):
            yield self._python(path, package)
        for support in self._support():
            text = render.left_alone(self._templates.text(f"python/{support}"))
            yield _verbatim(self._path(support), text, self._spec)
        yield _verbatim(self._path("py.typed"), "", self._spec)
        for module in modules(self._library):
            text = module.read_text(encoding="utf-8")
            yield _verbatim(self._path(module.name), text, self._spec)

    def _support(self) -> Iterator[str]:
        yield from ("_runtime.py", "_classes.py", "_native.pyi")
        if self._library.traced:
            yield "_fakes.py"

    def origins(self) -> Iterator[tuple[str, Origins]]:
        """For each file of C++ the places in the spec that its lines come from."""
        source = self._library.source
        for path, (template, view) in self._cpp.items():
            lines = render.render(template, view, self._templates).origins
            yield self._path(path), {
                line: [(column, Span(source, start, end)) for column, start, end in found]
                for line, found in lines.items()
            }

    @property
    def _beside(self) -> Path:
        """Where the spec lies, and what it names."""
        return Path(self._library.source.path).parent

    def _rendered(self, path: str, template: str, view: render.View) -> File:
        key = render.key(template, view, self._templates)
        make = partial(render.render, template, view, self._templates)
        return File(self._path(path), self._spec, key, lambda: make().text)

    def _python(self, path: str, view: render.View) -> File:
        template = f"python/{path}.j2"
        key = render.key(template, view, self._templates)
        make = partial(render.render_python, template, view, self._templates)
        return File(self._path(path), self._spec, key, make)

    def _path(self, path: str) -> str:
        return f"{self._library.name}/{path}"


def _cpp(library: Library, spec: str, fingerprint: str) -> dict[str, tuple[str, render.View]]:
    """The files of C++, each with its template and its view."""
    views: dict[str, tuple[str, render.View]] = {
        f"include/{names.header(library.name.value, backend.name.value)}": (
            "cpp/backend.h.j2",
            cpp.header(library, backend, spec),
        )
        for backend in library.backends
    }
    source = cpp.source(library, spec, fingerprint)
    return views | {"src/registration.cpp": ("cpp/registration.cpp.j2", source)}


def _verbatim(path: str, text: str, spec: str = "") -> File:
    return File(path, spec, output.digest(text), lambda: text)


def _relative(path: Path, start: Path) -> str:
    return Path(os.path.relpath(path.resolve(), start)).as_posix()
