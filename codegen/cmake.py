"""Model to the view of a library's CMakeLists.txt. Paths are relative to it, so a checkout builds wherever it lies."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import NamedTuple

from codegen import names
from codegen.model import Library
from codegen.source import Text


class LibraryView(NamedTuple):
    spec: str
    library: str
    fingerprint: str
    target: str
    root: str
    packages: tuple[str, ...]
    sources: tuple[str, ...]
    include_dirs: tuple[str, ...]
    libraries: tuple[str, ...]
    definitions: tuple[str, ...]
    headers: bool
    files: tuple[str, ...]


def library(
    library: Library, spec: str, fingerprint: str, root: PurePosixPath, files: Iterable[str]
) -> LibraryView:
    """`root` leads from the library's folder to the folder of its spec; `files` are those of the Python package."""

    def values(texts: Iterable[Text]) -> tuple[str, ...]:
        return tuple(text.value for text in texts)

    def paths(texts: Iterable[Text]) -> tuple[str, ...]:
        return tuple(str(root / text.value) for text in texts)

    return LibraryView(
        spec=spec,
        library=library.name.value,
        fingerprint=fingerprint,
        target=names.target(library.name.value),
        root=str(root),
        packages=values(library.cpp.packages),
        sources=paths(library.cpp.sources),
        # Headers may also be named as they lie, from the spec.
        include_dirs=(*paths(library.cpp.include_dirs), str(root)),
        libraries=values(library.cpp.libraries),
        definitions=values(library.cpp.definitions),
        headers=bool(library.backends),
        files=tuple(files),
    )


def quote(text: str) -> str:
    """A quoted argument. `check.py` refuses `$` and `;`, since lists split even quoted ones."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
