"""The declarations as they were: in a revision of the repository that holds them, in another folder, in a file.

A revision is read out of git's object store; nothing is checked out, and the working tree stays as it is.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import NamedTuple, Protocol

from codegen import check, reader
from codegen.diagnostics import Diagnostics, Stop
from codegen.generate import SUFFIXES, find, specs_in
from codegen.load import load
from codegen.model import Library

# What git tells a hook of its repository, which is not always that of the specs; nor is its index what is compared.
_PLACES = frozenset(
    """GIT_DIR GIT_WORK_TREE GIT_IMPLICIT_WORK_TREE GIT_COMMON_DIR GIT_INDEX_FILE GIT_PREFIX GIT_OBJECT_DIRECTORY
    GIT_ALTERNATE_OBJECT_DIRECTORIES""".split()
)


class _Spec(NamedTuple):
    """A spec as it was. A link has the text of another, which may be there as well."""

    name: str
    data: bytes
    link: bool


class _Side(Protocol):
    """Where the old declarations are."""

    def at(self, path: Path) -> list[_Spec]:
        """The specs that stood at what is `path` now."""

    def naming(self, library: str) -> Iterator[_Spec]:
        """The specs anywhere that have the name of a library in them."""

    def beside(self, spec: _Spec) -> list[_Spec]:
        """The specs in the folder of one."""


def declared(paths: Sequence[Path], against: str) -> list[Library]:
    """The libraries that stood at `paths` in `against`: a folder or spec if there is one of that name, else a revision.

    A library that stood elsewhere is found by its name.

    Raises:
        Stop: There is no such thing, it had none, or this version cannot read what stood there.
    """
    side = _side(paths[0], against)
    specs = {spec.name: spec for path in paths for spec in side.at(path)}
    known = {name for spec in specs.values() for name in _names(spec)}
    for path in filter(Path.exists, paths):
        moved = _moved(path, known, side)
        if moved and path.is_dir() and not side.at(path):
            # The folder had another name: what else was in it is gone.
            moved = [spec for first in moved for spec in side.beside(first)]
        specs |= {spec.name: spec for spec in moved}
    if not specs:
        raise Stop(_nothing(paths, against))
    return _libraries(_once(specs.values()))


def _side(path: Path, against: str) -> _Side:
    if not against:
        raise Stop("--against is empty: name a revision, a folder or a spec to compare with")
    other = Path(against)
    if not other.exists():
        return _Revision(against, _Repository(path), path)
    try:
        _Repository(path).commit(against)
    except (Stop, subprocess.CalledProcessError):
        return _Folder(other)
    raise Stop(
        f"'{against}' is a revision and a file or folder: write ./{against} or refs/heads/{against}"
    )


def _nothing(paths: Sequence[Path], against: str) -> str:
    named = ", ".join(map(str, paths))
    if not any(path.exists() for path in paths):
        return f"there is no {named}, neither here nor in {against}"
    place = f"{against}/PATH" if Path(against).is_dir() else f"{against.partition(':')[0]}:PATH"
    return (
        f"{against} has no spec at {named}, and no library of that name elsewhere: of what is new nothing"
        f" can break; if the library had another name, say where it was: --against {place}"
    )


def _moved(path: Path, known: Set[str], side: _Side) -> list[_Spec]:
    """What declared the libraries of a path that are not `known`, wherever it stood."""
    found = []
    for file in find([path], set()).specs:
        for name in _names(_Spec(file.as_posix(), file.read_bytes(), False)) - known:
            declaring = list(_once(spec for spec in side.naming(name) if name in _names(spec)))
            if len(declaring) > 1:
                places = " and ".join(spec.name for spec in declaring)
                raise Stop(f"the library '{name}' stood in {places}: say --against which")
            found += declaring
    return found


def _names(spec: _Spec) -> Set[str]:
    diagnostics = Diagnostics()
    source = reader.decode(spec.name, spec.data, diagnostics)
    library = load(source, diagnostics) if source else None
    return {library.name.value} if library else set()


def _once(specs: Iterable[_Spec]) -> Iterator[_Spec]:
    """Without the links to what is there as well, as for what is generated."""
    texts: set[bytes] = set()
    for spec in sorted(specs, key=lambda spec: (spec.link, spec.name)):
        if not (spec.link and spec.data in texts):
            texts.add(spec.data)
            yield spec


def _libraries(specs: Iterator[_Spec]) -> list[Library]:
    diagnostics = Diagnostics()
    sources = (reader.decode(spec.name, spec.data, diagnostics) for spec in specs)
    loaded = (load(source, diagnostics) for source in sources if source)
    libraries = [library for library in loaded if library]
    check.check(libraries, diagnostics)
    for mistake in diagnostics:
        if mistake.severity == "error":
            line, column = mistake.span.position
            place = f"{mistake.span.source.path}:{line}:{column}"
            raise Stop(
                f"what stood there before is no spec to this version of codegen: {place}: {mistake.code}:"
                f" {mistake.message}; compare with a revision that it can read"
            )
    return libraries


class _Folder:
    """A folder stands for one that a path names, or for one that holds it: another checkout. Or a spec."""

    def __init__(self, other: Path) -> None:
        self._other = other

    def at(self, path: Path) -> list[_Spec]:
        place = self._place(path)
        if place.exists() and path.exists() and place.samefile(path):
            raise Stop(f"{place} is what is there now: there is nothing to compare {path} with")
        return self._specs(place)

    def _specs(self, place: Path) -> list[_Spec]:
        """The specs in a folder, or the one that it is."""
        found = specs_in(place) if place.is_dir() else [place]
        return [self._spec(spec) for spec in found if spec.is_file()]

    def _spec(self, path: Path) -> _Spec:
        return _Spec(path.as_posix(), path.read_bytes(), path.absolute() != path.resolve())

    def naming(self, library: str) -> Iterator[_Spec]:
        if self._other.is_dir():
            for folder, folders, names in os.walk(self._other):
                folders[:] = sorted(name for name in folders if not name.startswith("."))
                for name in sorted(names):
                    if name.endswith(SUFFIXES) and (spec := Path(folder, name)).is_file():
                        yield self._spec(spec)

    def beside(self, spec: _Spec) -> list[_Spec]:
        return self._specs(Path(spec.name).parent)

    def _place(self, path: Path) -> Path:
        if not self._other.is_dir():
            return self._other
        for inside in self._inside(path):
            if (self._other / inside).exists():
                return self._other / inside
        return self._other if path.is_dir() else self._other / path.name

    def _inside(self, path: Path) -> Iterator[str]:
        """The path from the root of its repository, and from where we are."""
        with suppress(Stop):
            yield from _within(path, _Repository(path).root)
        yield from _within(path, Path.cwd())


class _Revision:
    """A revision, or `REV:PATH`: what the folder or spec of another name was there."""

    def __init__(self, given: str, repository: _Repository, path: Path) -> None:
        self._repository = repository
        self._revision, self._inside = given, ""
        try:
            self._commit = repository.commit(given)
        except subprocess.CalledProcessError:
            self._revision, _, self._inside = given.partition(":")
            try:
                self._commit = repository.commit(self._revision if self._inside else "")
            except subprocess.CalledProcessError as error:
                raise Stop(
                    f"'{given}' is neither a folder, nor a spec, nor a revision of the repository of {path}"
                    " (a shallow clone has few of them: git fetch)"
                ) from error

    def at(self, path: Path) -> list[_Spec]:
        """Its own name comes before what it is a link to, for that may have been another one."""
        if self._inside:
            inside = PurePosixPath(self._inside).as_posix()
            places = [inside] if path.is_dir() else [f"{inside}/{path.name}", inside]
        else:
            places = list(_within(path, self._repository.root))
        for place in places:
            if specs := list(self._specs(place)):
                return specs
        return []

    def naming(self, library: str) -> Iterator[_Spec]:
        if self._inside:  # It was said where.
            return
        pathspecs = [f":(top,glob)**/*{suffix}" for suffix in SUFFIXES]
        with suppress(subprocess.CalledProcessError):  # None has it.
            options = ["--full-name", "-lzF", "-e", library, self._commit, "--", *pathspecs]
            for name in os.fsdecode(self._repository.git("grep", *options)).split("\0"):
                if place := name.partition(":")[2]:
                    yield from self._specs(place)

    def beside(self, spec: _Spec) -> list[_Spec]:
        place = PurePosixPath(spec.name.removeprefix(f"{self._revision}:"))
        return list(self._specs(place.parent.as_posix()))

    def _specs(self, place: str) -> Iterator[_Spec]:
        """The specs in a folder of the commit, or the one that it is, by their paths from the root."""
        kind, found = self._repository.object(self._commit, place)
        if kind == "blob":
            yield self._spec(place, found)
        elif kind == "tree":
            listed = os.fsdecode(
                self._repository.git("ls-tree", "-z", "--name-only", "--full-tree", found)
            )
            for name in listed.split("\0"):
                spec = name if place == "." else f"{place}/{name}"
                if name.endswith(SUFFIXES):
                    kind, found = self._repository.object(self._commit, spec)
                    if kind == "blob":
                        yield self._spec(spec, found)

    def _spec(self, place: str, found: str) -> _Spec:
        link = self._repository.object(self._commit, place, follow=False) != ("blob", found)
        data = self._repository.git("cat-file", "blob", found)
        return _Spec(f"{self._revision}:{place}", data, link)


def _within(path: Path, folder: Path) -> Iterator[str]:
    """Where a path is in a folder, by its own name and by that of what it is a link to."""
    own = path.parent.resolve() / path.name if path.name else path.resolve()
    for standing in (own, path.resolve()):
        if standing.is_relative_to(folder.resolve()):
            yield standing.relative_to(folder.resolve()).as_posix()


class _Repository:
    """The one that holds a path."""

    def __init__(self, path: Path) -> None:
        self._folder = path.absolute()
        while not self._folder.is_dir() or self._folder.is_symlink():
            self._folder = self._folder.parent
        try:
            self.root = Path(os.fsdecode(self.git("rev-parse", "--show-toplevel")).rstrip("\n"))
        except subprocess.CalledProcessError as error:
            said = os.fsdecode(error.stderr).strip().removeprefix("fatal: ")
            raise Stop(f"git: {said}; name a folder or a spec to compare with") from error

    def git(self, *arguments: str, given: str = "") -> bytes:
        command = ["git", "-C", str(self._folder), *arguments]
        environment = {key: value for key, value in os.environ.items() if key not in _PLACES}
        try:
            return subprocess.run(
                command, input=os.fsencode(given), env=environment, capture_output=True, check=True
            ).stdout
        except FileNotFoundError as error:
            raise Stop("git is not installed: name a folder or a spec to compare with") from error

    def commit(self, revision: str) -> str:
        given = ["--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
        return self.git("rev-parse", *given).decode().strip()

    def object(self, commit: str, path: str, *, follow: bool = True) -> tuple[str, str]:
        """The kind of what stands at a path, and its id; links are followed. Neither, if there is nothing."""
        name = f"{commit}:{'' if path == '.' else path}\n"
        options = ["--follow-symlinks"] if follow else []
        format = "--batch-check=%(objecttype) %(objectname)"
        first, _, rest = os.fsdecode(self.git("cat-file", format, *options, given=name)).partition(
            "\n"
        )
        if first.startswith("symlink "):
            raise Stop(f"{path} was a link to {rest.strip()}, which is not in the repository")
        kind, _, found = first.partition(" ")
        return (kind, found) if kind in ("blob", "tree") else ("", "")
