"""The C++ files of a library as they are: which classes, members and functions there are, and what may be added to.

The headers and sources that a spec names may be added to; what they include is read, where it is found, to know what
exists. Nothing is written here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from codegen.names import constructor
from codegen.scaffolding.cpp_scanner import Class, Scan, scan
from codegen.scaffolding.cpp_tokens import Unsure, line

# What a class may derive from and have none of the members that a spec names.
_KNOWN_BASES = (
    "CustomClassHolder intrusive_ptr_target PyTorchBackendInterface enable_shared_from_this".split()
)
_TORCHS = ("torch/", "ATen/", "c10/", "caffe2/")


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


@dataclass(frozen=True)
class Place:
    """Where a class is defined."""

    file: File
    cls: Class

    def __str__(self) -> str:
        return self.file.place(self.cls.start)


class Existing:
    """`interfaces` are those that are generated: how they are included, and what they are called."""

    def __init__(
        self,
        named: Sequence[Path],
        folders: Sequence[Path],
        root: Path,
        pending: Mapping[Path, str],
        interfaces: Mapping[str, str],
    ) -> None:
        self._folders, self._root, self._pending = folders, root.resolve(), pending
        self.interfaces = interfaces
        self._included: dict[Path, list[Path]] = {}
        self._files: dict[Path, File] = {}
        self.unseen: dict[Path, list[str]] = {}
        """What each file includes in quotes that was not found, and no one knows."""
        self._named = {path.resolve() for path in named}
        self.named = [self._read(path) for path in named]
        self._code = "\n".join(file.scan.code or file.text for file in self._files.values())

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

    def elsewhere(self, cpp: str) -> str:
        """Where something called as a class stands that may be it: by `using`, or in a namespace of a macro."""
        wanted = cpp.removeprefix("::").partition("<")[0]
        name = wanted.rpartition("::")[2]
        defined = re.compile(rf"\b(class|struct)\s+[^;{{:]*\b{name}\b[^;{{]*{{|\busing\s+{name}\b")
        for file in self._files.values():
            classes = [(cls.qualified, cls.start) for cls in file.scan.classes]
            named = [
                (f"{d.scope}::{d.name}", d.start) for d in file.scan.declarations if not d.function
            ]
            for qualified, start in (*classes, *named):
                ahead = (qualified, start) in file.scan.ahead
                if not ahead and _within(qualified.partition("<")[0], wanted):
                    return file.place(start)
            if not file.certain and (found := defined.search(file.text)):
                return file.place(found.start())
        return ""

    def mentions(self, name: str) -> bool:
        return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", self._code))

    def has_function(self, scope: str, name: str) -> bool:
        """Also one in a namespace of a macro, and one that is called in a file of which nothing is certain."""
        wanted = "::".join(filter(None, [scope, name]))
        called = re.compile(rf"(?<!\w){re.escape(name)}\s*\(")
        return any(
            _within(declared.qualified.partition("<")[0], wanted)
            or (declared.name == name and declared.qualifier and not declared.function)
            for file in self._files.values()
            for declared in file.scan.declarations
        ) or any(called.search(file.text) for file in self._files.values() if not file.certain)

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
            found = self.place("::".join(filter(None, [space, base])))
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
        if not refused and not key.is_relative_to(self._root):
            refused = "it is outside of the folder of the spec"
        content, certain = path.read_bytes(), True
        try:
            text = self._pending.get(key) or content.decode("utf-8")
            scanned = scan(text)
        except UnicodeDecodeError:
            text = content.decode("utf-8", errors="replace")
            refused, scanned, certain = "it is not UTF-8", Scan(text), False
        except Unsure as error:
            refused, scanned, certain = str(error), Scan(text), False
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


def _within(found: str, wanted: str) -> bool:
    """Whether a name is the wanted one, or that without some of its namespaces."""
    parts, rest = found.split("::"), iter(wanted.split("::"))
    return parts[-1] == wanted.rpartition("::")[2] and all(part in rest for part in parts)
