"""The C++ files of a library as they are: which classes, members and functions there are, and what may be added to.

The headers and sources that a spec names may be added to; what they include is read, where it is found, to know what
exists. Nothing is written here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from codegen.names import constructor
from codegen.scaffolding.cpp_scanner import Class, Declaration, Scan, scan
from codegen.scaffolding.cpp_tokens import Unsure, line

# What a class may derive from and have none of the members that a spec names.
_KNOWN_BASES = (
    "CustomClassHolder intrusive_ptr_target PyTorchBackendInterface enable_shared_from_this".split()
)
# What gives a class another name, and what defines one or names it so in a text that is not understood.
_ALIAS = re.compile(
    r"\busing\s+\w+\s*=\s*(?:class\s|struct\s)?([^;]+);|\busing\s+([\w:]+)\s*;"
    r"|\btypedef\s+(?:class\s|struct\s)?([^;]+?)\s*\w+\s*;"
)
_DEFINED = (
    r"\b(class|struct)\s+[^;{{}}:]*\b{name}\b[^;{{}}]*{{|\busing\s+([\w:]*::\s*)?{name}\b"
    r"|\btypedef\s[^;]*\b{name}\s*;"
)
_TORCHS = ("torch/", "ATen/", "c10/", "caffe2/")


class Doubt(NamedTuple):
    """A place where what a spec names may stand, and why that is not certain."""

    place: str
    reason: str


@dataclass(frozen=True)
class File:
    """A text of the user's, with what stands in it."""

    path: Path
    text: str
    scan: Scan
    refused: str
    """Why nothing is added to it; empty where it may be."""
    certain: bool = True
    """Whether it could be scanned."""

    def place(self, at: int) -> str:
        return f"{self.path}:{line(self.text, at)}"

    def doubt(self, at: int) -> Doubt:
        """Of what stands in a text that could not be scanned."""
        return Doubt(self.place(at), f"what stands here is not certain ({self.refused})")

    @property
    def blank(self) -> bool:
        """Whether nothing stands in it, and something may."""
        return not self.refused and not self.text.strip("\ufeff \t\r\n\f\v")


@dataclass(frozen=True)
class Place:
    """Where a class is defined."""

    file: File
    cls: Class

    def __str__(self) -> str:
        return self.file.place(self.cls.start)


class Project(NamedTuple):
    """What a spec may write to."""

    root: Path
    kind: str
    """What the folder is to the spec, in a word."""

    def __contains__(self, path: object) -> bool:
        return isinstance(path, Path) and path.resolve().is_relative_to(self.root)


def project(folder: Path) -> Project:
    """Find what a spec belongs to.

    That is its working tree of git, or its Python project, or what its folder `specs` is in, or its folder.
    """
    folder = folder.resolve()
    for marker in (".git", "pyproject.toml"):
        for place in (folder, *folder.parents):
            if (place / marker).exists():
                return Project(place, "project")
    return (
        Project(folder.parent, "project") if folder.name == "specs" else Project(folder, "folder")
    )


class Existing:
    """`interfaces` are those that are generated: how they are included, and what they are called."""

    def __init__(
        self,
        named: Sequence[Path],
        folders: Sequence[Path],
        within: Project,
        pending: Mapping[Path, str],
        interfaces: Mapping[str, str],
    ) -> None:
        self._folders, self._within, self._pending = folders, within, pending
        self.interfaces = interfaces
        self._included: dict[Path, list[Path]] = {}
        self._files: dict[Path, File] = {}
        self.unseen: dict[Path, list[str]] = {}
        """What each file includes in quotes that was not found, and no one knows."""
        self._named = {path.resolve() for path in named}
        self.named = [self._read(path) for path in named]

    def place(self, cpp: str) -> list[Place]:
        """The definitions of a class, of an instance of a template else the template itself."""
        plain = cpp.removeprefix("::")
        for name in (plain.replace(" ", ""), plain.partition("<")[0]):
            found = [
                Place(file, cls)
                for file in self._files.values()
                for cls in file.scan.classes
                if cls.qualified.replace(" ", "") == name
            ]
            if found:
                return found
        return []

    def alias(self, cpp: str) -> Place | None:
        """The class that is called so by `using` or `typedef`."""
        wanted = cpp.removeprefix("::").partition("<")[0]
        for file in self._files.values():
            for declared in _names(file.scan):
                target = _ALIAS.search(file.text, declared.start, declared.end)
                if target and _joined(declared.scope, declared.name) == wanted:
                    named = next(filter(None, target.groups())).strip()
                    if places := self._base(declared.scope, named):
                        return places[0]
        return None

    def opened(self, cpp: str) -> Place | None:
        """A class of that name in a namespace that a macro seems to open: something unknown stands in it."""
        wanted = cpp.removeprefix("::").partition("<")[0]
        for file in self._files.values():
            for cls in file.scan.classes:
                named = _within(cls.qualified.partition("<")[0], wanted)
                if named and _opens(file.scan, cls.space):
                    return Place(file, cls)
        return None

    def doubt(self, cpp: str) -> Doubt | None:
        """What has the name of a class, and may be it."""
        wanted = cpp.removeprefix("::").partition("<")[0]
        defined = re.compile(_DEFINED.format(name=wanted.rpartition("::")[2]))
        for file in self._files.values():
            classes = [(cls.qualified, cls.start) for cls in file.scan.classes]
            named = [(_joined(d.scope, d.name), d.start) for d in _names(file.scan)]
            for qualified, start in (*classes, *named):
                if _within(qualified.partition("<")[0], wanted):
                    return Doubt(file.place(start), f"that this is {cpp} is not certain")
            if not file.certain and (found := defined.search(file.text)):
                return file.doubt(found.start())
        return None

    def has_function(self, scope: str, name: str) -> bool:
        """Also by `using`, and in a namespace that a macro seems to open."""
        wanted = _joined(scope, name)
        for file in self._files.values():
            for declared in file.scan.declarations:
                known = _function(declared)
                if _within(known, wanted) and (
                    known == wanted or _opens(file.scan, declared.scope)
                ):
                    return True
        return False

    def doubt_function(self, scope: str, name: str) -> Doubt | None:
        """What has the name of a function, and may be it."""
        wanted = _joined(scope, name)
        called = re.compile(rf"(?<!\w){re.escape(name)}\s*\(")
        for file in self._files.values():
            for declared in file.scan.declarations:
                if _within(_function(declared), wanted):
                    place = file.place(declared.start)
                    return Doubt(place, f"that this is {wanted} is not certain")
            if not file.certain and (found := called.search(file.text)):
                return file.doubt(found.start())
        return None

    def has_member(self, place: Place, name: str, *, constructor: bool) -> bool | None:
        """Whether a class has or inherits a member; None where a base is unknown."""
        cls = place.cls
        if any(member.name.replace(" ", "") == name.replace(" ", "") for member in cls.members):
            return True
        if name in cls.passed and name != cls.name:
            return True  # a macro may declare it
        if constructor:
            return False
        found: bool | None = False
        for base in cls.bases:
            if self._known(base):
                continue
            places = self._base(cls.space, base)
            inherited = self.has_member(places[0], name, constructor=False) if places else None
            if inherited:
                return True
            found = None if inherited is None else found
        return found

    def _known(self, base: str) -> bool:
        name = constructor(base)
        return name in _KNOWN_BASES or name in self.interfaces.values()

    def _base(self, space: str, base: str) -> list[Place]:
        """The definition that a class of a namespace means by the name of its base."""
        if base.startswith("::"):
            return self.place(base)
        while True:
            found = self.place(_joined(space, base))
            if found or not space:
                return found
            space = space.rpartition("::")[0]

    def visible(self, file: File, cpp: str, before: int) -> tuple[bool, bool]:
        """Whether a class is declared at a place of a file, and whether it is defined there."""
        plain = cpp.removeprefix("::")
        name = plain.partition("<")[0]
        declared = any(n == name and at < before for n, at in file.scan.ahead)
        defined = any(
            p.file == file and p.cls.end <= before and plain in (p.cls.qualified, name)
            for p in self.place(plain)
        )
        declared |= any(p.file == file and p.cls.start < before for p in self.place(plain))
        for included in self._reached(file.path.resolve()):
            declared |= any(ahead == name for ahead, _ in included.scan.ahead)
            defined |= any(p.file == included for p in self.place(plain))
        return declared or defined, defined

    def includes(self, file: File) -> set[str]:
        """What a file includes, also by what it includes."""
        files = (file, *self._reached(file.path.resolve()))
        return {include.path for each in files for include in each.scan.includes}

    def reaches(self, file: File, header: File) -> bool:
        return any(reached == header for reached in self._reached(file.path.resolve()))

    def _reached(self, path: Path) -> Iterator[File]:
        waiting, seen = [path], {path}
        while waiting:
            for included in self._included.get(waiting.pop(), []):
                if included not in seen:
                    seen.add(included)
                    waiting.append(included)
                    yield self._files[included]

    def _read(self, path: Path) -> File:
        key = path.resolve()
        if key in self._files:
            return self._files[key]
        refused = "" if key in self._named else "the spec does not name this file"
        if not refused and key not in self._within:
            refused = f"it is outside of the {self._within.kind} of the spec"
        text = self._pending.get(key) or path.read_bytes().decode("utf-8", errors="surrogateescape")
        if re.search("[\0\ud800-\udfff]", text):
            refused = "it is not UTF-8"
        try:
            scanned, certain = scan(text), "\0" not in text
        except Unsure as error:
            scanned, certain = Scan(text), False
            refused = refused if refused == "it is not UTF-8" else str(error)
        file = self._files[key] = File(path, text, scanned, refused, certain)
        self._follow(key, file)
        return file

    def _follow(self, key: Path, file: File) -> None:
        for include in file.scan.includes:
            beside = [file.path.parent] if include.quoted else []
            places = (folder / include.path for folder in (*beside, *self._folders))
            found = next((place for place in places if place.is_file()), None)
            if found:
                self._included.setdefault(key, []).append(found.resolve())
                self._read(found)
            elif include.quoted and not include.path.startswith((*_TORCHS, *self.interfaces)):
                self.unseen.setdefault(key, []).append(include.path)

    def unknown(self) -> str:
        """Why a class or function may stand where nobody looked; empty where none can."""
        for key, paths in self.unseen.items():
            return f'{self._files[key].path} includes "{paths[0]}", which was not found'
        return ""


def _joined(scope: str, name: str) -> str:
    return f"{scope}::{name}" if scope else name


def _names(found: Scan) -> list[Declaration]:
    """What may be another name of a class."""
    ahead = {start for _, start in found.ahead}
    return [d for d in found.declarations if not d.function and d.start not in ahead]


def _function(declared: Declaration) -> str:
    """What a declaration is called; one by `using`, which has a qualifier, as in its own namespace."""
    if declared.qualifier and not declared.function:
        return _joined(declared.scope, declared.name)
    return declared.qualified.partition("<")[0]


def _opens(found: Scan, space: str) -> bool:
    return any(c.name and not c.certain and c.space == space for c in found.classes)


def _within(found: str, wanted: str) -> bool:
    """Whether a name is the wanted one, or that without some of its namespaces."""
    parts, rest = found.split("::"), iter(wanted.split("::"))
    return parts[-1] == wanted.rpartition("::")[2] and all(part in rest for part in parts)
