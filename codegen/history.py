"""The declarations as they were: in a revision of the repository that holds them, in another folder, in a file.

A revision is read out of git's object store; nothing is checked out, and the working tree stays as it is.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from codegen import generate
from codegen.diagnostics import Diagnostics, Stop
from codegen.model import Library


def declared(path: Path, against: str) -> list[Library]:
    """The libraries that stood at `path` in `against`: a folder or spec if there is one of that name, else a revision.

    Raises:
        Stop: There is no such thing, or this version cannot read what stood there.
    """
    diagnostics = Diagnostics()
    other = Path(against)
    texts = _in_folder(path, other) if other.exists() else _in_revision(path, against)
    libraries = generate.read(texts, diagnostics)
    for mistake in diagnostics:
        if mistake.severity == "error":
            raise Stop(
                f"what stood there before is no spec to this version of codegen: {mistake.span.place}:"
                f" {mistake.code}: {mistake.message}; compare with a revision that it can read"
            )
    return libraries


def _in_folder(path: Path, other: Path) -> Iterator[tuple[str, bytes]]:
    """A folder stands for one that `path` names, or for one that holds it: another checkout."""
    if other.is_dir() and not path.is_absolute() and (other / path).exists():
        other /= path
    if other.is_dir() and not path.is_dir():
        other /= path.name
    if not other.exists():
        raise Stop(f"there is no {other} to compare {path} with")
    if other.is_file():
        yield other.as_posix(), other.read_bytes()
        return
    for spec in generate.specs_in(other):
        yield spec.as_posix(), spec.read_bytes()


def _in_revision(path: Path, revision: str) -> Iterator[tuple[str, bytes]]:
    standing = path.absolute()
    while not standing.is_dir():
        standing = standing.parent
    repository = _Repository(standing)
    commit = repository.commit(revision, path)
    inside = PurePosixPath(os.path.relpath(_resolved(path), repository.root.resolve()))
    for spec in repository.specs(commit, "" if str(inside) == "." else str(inside)):
        yield f"{revision}:{spec}", repository.git("cat-file", "blob", f"{commit}:{spec}")


def _resolved(path: Path) -> Path:
    """Without following a link that the path itself is: git keeps that as a link."""
    return path.parent.resolve() / path.name if path.name else path.resolve()


class _Repository:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.root = folder
        try:
            self.root = Path(os.fsdecode(self.git("rev-parse", "--show-toplevel")).rstrip("\n"))
        except subprocess.CalledProcessError as error:
            said = os.fsdecode(error.stderr).strip().removeprefix("fatal: ")
            raise Stop(f"git: {said}; name a folder or a spec to compare with") from error

    def git(self, *arguments: str) -> bytes:
        command = ["git", "-C", str(self._folder), *arguments]
        try:
            return subprocess.run(command, capture_output=True, check=True).stdout
        except FileNotFoundError as error:
            raise Stop("git is not installed: name a folder or a spec to compare with") from error

    def commit(self, revision: str, path: Path) -> str:
        given = ["--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
        try:
            return self.git("rev-parse", *given).decode().strip()
        except subprocess.CalledProcessError as error:
            raise Stop(
                f"'{revision}' is neither a folder, nor a spec, nor a revision of the repository of {path}"
                " (a shallow clone has few of them: git fetch)"
            ) from error

    def specs(self, commit: str, path: str) -> list[str]:
        """The specs in a folder of a commit, or the one that `path` is, by their paths from the root."""
        kind = self._kind(commit, path) if path else "tree"
        if kind != "tree":
            return [path] if kind == "blob" else []
        listed = os.fsdecode(self.git("ls-tree", "-z", "--full-tree", f"{commit}:{path}"))
        entries = (entry.partition("\t") for entry in listed.split("\0"))
        names = (name for about, _, name in entries if about.split()[1:2] == ["blob"])
        folder = f"{path}/" if path else ""
        return [f"{folder}{name}" for name in names if name.endswith(generate.SUFFIXES)]

    def _kind(self, commit: str, path: str) -> str:
        try:
            return self.git("cat-file", "-t", f"{commit}:{path}").decode().strip()
        except subprocess.CalledProcessError:
            return ""
