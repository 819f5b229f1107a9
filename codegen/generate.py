"""From the named specs to files: read, load, check, barrier, views, render. Writing is `output.py`'s."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from codegen import check, cmake, cpp, names, output, python, render
from codegen.diagnostics import Diagnostics
from codegen.load import load
from codegen.model import Library
from codegen.output import File, Manifest
from codegen.render import Rendered
from codegen.source import Source, Span


class NoSpecError(Exception):
    """What was named holds no spec."""


class Named(NamedTuple):
    """What stands on the command line: folders, and the spec files in them or named themselves."""

    folders: tuple[Path, ...]
    specs: tuple[Path, ...]

    def owns(self, spec: Path) -> bool:
        """Whether this run speaks for a spec, also for one that is gone."""
        return spec in {p.resolve() for p in self.specs} or spec.parent in {
            p.resolve() for p in self.folders
        }


class RootView(NamedTuple):
    libraries: tuple[str, ...]


class Generated(NamedTuple):
    """The files of a run, and which of their lines come from where in a spec."""

    files: tuple[File, ...]
    origins: dict[str, dict[int, Span]]


def find(paths: Iterable[Path]) -> Named:
    """The specs in folders (not in folders below them, which hold C++) and the files named."""
    folders, specs = [], []
    for path in paths:
        if path.is_dir():
            folders.append(path)
            specs += sorted(
                p for p in path.iterdir() if p.suffix in (".yaml", ".yml") and p.is_file()
            )
        elif path.is_file():
            specs.append(path)
        else:
            raise NoSpecError(f"{path} does not exist")
    return Named(tuple(folders), tuple({spec.resolve(): spec for spec in specs}.values()))


def declare(specs: Sequence[Path], diagnostics: Diagnostics) -> list[Library]:
    """The libraries that the specs declare. They are complete only if `diagnostics` stayed empty."""
    libraries = []
    for path in specs:
        source = _read(path, diagnostics)
        library = load(source, diagnostics) if source else None
        if library:
            libraries.append(library)
    check.check(libraries, diagnostics)
    return libraries


def generate(
    libraries: Sequence[Library], named: Named, out: Path, manifest: Manifest
) -> Generated:
    files: list[File] = []
    origins: dict[str, dict[int, Span]] = {}
    shared = {
        f"{names.RUNTIME}/CMakeLists.txt": "cmake/runtime.txt",
        f"{names.RUNTIME}/include/codegen/registration.h": "cpp/runtime.h",
        f"{names.RUNTIME}/src/registration.cpp": "cpp/runtime.cpp",
    }
    files += [File(path, "", render.template(name)) for path, name in shared.items()]
    runtime = "".join(file.text for file in files)
    for library in libraries:
        produced = _Library(library, out, manifest, runtime)
        files += produced.files
        origins |= produced.origins
    listed = {path.split("/")[0] for path, entry in manifest.items() if entry.spec}
    others = listed - {path.split("/")[0] for path in owned(manifest, named, out)}
    root = RootView(tuple(sorted(others | {library.name.value for library in libraries})))
    files.append(File("CMakeLists.txt", "", render.render("cmake/CMakeLists.txt.j2", root).text))
    return Generated(tuple(files), origins)


def owned(manifest: Manifest, named: Named, out: Path) -> set[str]:
    """The files of the manifest whose specs this run speaks for, also of those that are gone."""
    return {
        path
        for path, entry in manifest.items()
        if entry.spec and named.owns((out.resolve().parent / entry.spec).resolve())
    }


def compare(
    generated: Generated, named: Named, out: Path, manifest: Manifest
) -> list[output.Change]:
    shared = {path for path, entry in manifest.items() if not entry.spec}
    return output.compare(out, manifest, generated.files, shared | owned(manifest, named, out))


class _Library:
    """The files of one library. The fingerprint ties the Python package to the C++ that it was generated with."""

    def __init__(self, library: Library, out: Path, manifest: Manifest, runtime: str) -> None:
        self.files: list[File] = []
        self.origins: dict[str, dict[int, Span]] = {}
        self._library = library
        self._out = out
        self._manifest = manifest
        self._spec = _relative(Path(library.source.path), out.resolve().parent)
        headers = {
            f"include/{names.header(library.name.value, backend.name.value)}": render.render(
                "cpp/backend.h.j2", cpp.header(library, backend, self._spec)
            )
            for backend in library.backends
        }
        plain = render.render("cpp/registration.cpp.j2", cpp.source(library, self._spec, ""))
        texts = [runtime, plain.text, *(header.text for header in headers.values())]
        fingerprint = sha256("".join(texts).encode()).hexdigest()[:16]
        for path, header in headers.items():
            self._add(path, header)
        view = cpp.source(library, self._spec, fingerprint)
        self._add("src/registration.cpp", render.render("cpp/registration.cpp.j2", view))
        self._add("CMakeLists.txt", render.render("cmake/library.txt.j2", self._cmake()))
        self._package(fingerprint)

    def _package(self, fingerprint: str) -> None:
        view = python.package(self._library, self._spec, fingerprint)
        self._add_python("__init__.py", render.render("python/__init__.py.j2", view))
        self._add_python("__init__.pyi", render.render("python/__init__.pyi.j2", view))
        self._add("_runtime.py", Rendered(render.template("python/_runtime.py"), {}))
        self._add("py.typed", Rendered("", {}))
        for module in self._library.modules:
            path = Path(self._library.source.path).parent / module.value
            self._add(path.name, Rendered(path.read_text(encoding="utf-8"), {}))

    def _cmake(self) -> cmake.LibraryView:
        folder = self._out.resolve() / self._library.name.value
        root = PurePosixPath(_relative(Path(self._library.source.path).parent, folder))
        return cmake.library(self._library, self._spec, root)

    def _add(self, path: str, rendered: Rendered, raw: str = "") -> None:
        path = f"{self._library.name}/{path}"
        self.files.append(File(path, self._spec, rendered.text, raw))
        source = self._library.source
        self.origins[path] = {
            line: Span(source, offset, offset + 1) for line, offset in rendered.origins.items()
        }

    def _add_python(self, path: str, rendered: Rendered) -> None:
        """Formatting takes longer than all the rest, so a text that was formatted before is not again."""
        raw = output.digest(rendered.text)
        whole = f"{self._library.name}/{path}"
        text = output.unchanged(self._out, self._manifest, whole, raw)
        if text is None:
            text = render.black(rendered.text, stub=path.endswith("i"))
        self._add(path, Rendered(text, {}), raw)


def _read(path: Path, diagnostics: Diagnostics) -> Source | None:
    data = path.read_bytes()
    try:
        return Source(path.as_posix(), data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        source = Source(path.as_posix(), data.decode("utf-8", errors="replace"))
        offset = len(data[: error.start].decode("utf-8"))
        diagnostics.add("CG001", Span(source, offset, offset + 1), "this is not UTF-8")
        return None


def _relative(path: Path, start: Path) -> str:
    return Path(os.path.relpath(path.resolve(), start)).as_posix()
