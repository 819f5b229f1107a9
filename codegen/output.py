"""Generated files on disk: the manifest, what differs, and writing only that.

The manifest lists every generated file with its spec and its hash, which tells a file that someone edited from one that
is out of date, and a stale file from one of the user's. Knows nothing of specs or templates.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import contextmanager, suppress
from enum import Enum
from hashlib import sha256
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from codegen.diagnostics import Stop
from codegen.names import LOCK

FORMAT = 1


class File(NamedTuple):
    """A text to be generated. `path` is relative to the output folder, `spec` names the declaration or is empty."""

    path: str
    spec: str
    key: str
    """The hash of all that the text is made of: it need not be made again while this stands in the manifest."""
    make: Callable[[], str]


class Entry(NamedTuple):
    """What the manifest knows of a file."""

    spec: str
    key: str
    sha256: str


class Kind(Enum):
    MISSING = "missing"
    CHANGED = "changed"
    EDITED = "hand-edited"
    STALE = "stale"


class Change(NamedTuple):
    """A file that is not as it would be generated; `after` is None for one that is to be deleted."""

    kind: Kind
    path: str
    before: str | None
    after: str | None

    @property
    def kept(self) -> bool:
        """Whether it is stale and was edited: it stays, and is the user's from now on."""
        return self.before == self.after

    @property
    def place(self) -> tuple[int, int]:
        """The first line of the file on disk that would be another one; the first of a missing or stale one."""
        lines = (self.before or "").splitlines(keepends=True)
        others = (self.after or "").splitlines(keepends=True)
        same = sum(
            1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(lines, others, strict=False))
        )
        start = sum(map(len, lines[:same]))
        return start, start + max(1, len("".join(lines[same : same + 1]).rstrip("\n")))

    def patch(self, folder: str) -> str:
        """From the folder above the output folder."""
        return patch(f"{folder}/{self.path}", self.before, self.after)


def patch(path: str, before: str | None, after: str | None) -> str:
    """A unified diff, as git and patch apply it; None is no file."""
    from difflib import unified_diff

    # A line ends with \n alone: str.splitlines knows more ends than patch does.
    old, new = (re.findall(r"[^\n]*\n|[^\n]+", text or "") for text in (before, after))
    end = "\t" * (" " in path)
    lines = unified_diff(
        old,
        new,
        "/dev/null" if before is None else f"a/{path}{end}",
        "/dev/null" if after is None else f"b/{path}{end}",
    )
    mode = {(True, False): "new", (False, True): "deleted"}.get((before is None, after is None))
    # By its first line git knows a file without lines; patch reads over it.
    head = f"diff --git a/{path} b/{path}\n" + (f"{mode} file mode 100644\n" if mode else "")
    missing = "\n\\ No newline at end of file\n"
    return head + "".join(line if line.endswith("\n") else f"{line}{missing}" for line in lines)


Manifest = Mapping[str, Entry]
Report = Callable[[str], None]


def unheard(_: str) -> None:
    """Where nobody waits for progress."""


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def read_manifest(out: Path) -> Manifest:
    path = out / LOCK
    if not path.exists():
        return {}
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise ValueError(f"format {content['format']}")
        manifest = {name: Entry(**entry) for name, entry in content["files"].items()}
        for name, entry in manifest.items():
            if not all(isinstance(value, str) for value in entry):
                raise ValueError(f"the entry of {name}")
            if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                raise ValueError(f"{name} is outside of the folder")
        return manifest
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Stop(
            f"{path} cannot be read ({error}); take either side's version of a merge and run again"
        ) from error


def compare(
    out: Path,
    manifest: Manifest,
    files: Iterable[File],
    owned: Set[str],
    *,
    fresh: bool,
    report: Report = unheard,
) -> list[Change]:
    """What differs from `files`, the manifest itself included; `fresh` makes every text, whatever its key.

    Of the files that the manifest lists, those in `owned` are this run's, and stale if it does not produce them; the
    others are left alone.

    Raises:
        Stop: A file would be written over one that the manifest does not list.
    """
    entries = {path: entry for path, entry in manifest.items() if path not in owned}
    changes, wanted = [], []
    for file in sorted(files):
        known = manifest.get(file.path)
        if not fresh and known and known.key == file.key and _is(read(out / file.path), known):
            entries[file.path] = Entry(file.spec, file.key, known.sha256)
        else:
            wanted.append(file)
    for number, file in enumerate(wanted, 1):
        report(f"rendering {number}/{len(wanted)}: {file.path}")
        before, after = read(out / file.path), file.make()
        entries[file.path] = Entry(file.spec, file.key, digest(after))
        if before != after:
            kind = _kind(out, file.path, before, manifest.get(file.path))
            changes.append(Change(kind, file.path, before, after))
    changes += _stale(out, manifest, entries)
    lock, before = _manifest_text(entries), read(out / LOCK)
    if before != lock:
        changes.append(Change(Kind.MISSING if before is None else Kind.CHANGED, LOCK, before, lock))
    return changes


def write(out: Path, changes: Iterable[Change]) -> None:
    """Each file at once or not at all; the manifest, which is last, only when all others stand."""
    for change in changes:
        path = out / change.path
        if change.kept:
            continue
        with _naming(path):
            if change.after is None:
                _delete(out, path)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                _replace(path, change.after)


def _delete(out: Path, path: Path) -> None:
    """With the folders that are empty then."""
    path.unlink()
    with suppress(OSError):
        for parent in path.relative_to(out).parents:
            (out / parent).rmdir()


def write_together(created: dict[Path, str], replaced: dict[Path, str]) -> None:
    """Files of the user's: those that exist keep their mode, and stay what a link leads to.

    None is written where one cannot be: all texts stand beside their places before the first takes its own.

    Raises:
        Stop: One cannot be written, or one that is to be created is there already.
    """
    files = [(path, path.resolve(), text) for path, text in replaced.items()]
    files += [(path, path, text) for path, text in created.items()]
    try:
        for path, real, text in files:
            with _naming(path):
                _beside(real, text, exists=path in replaced)
        for path, real, _ in files:
            with _naming(path):
                _temporary(real).replace(real)
    finally:
        for _, real, _ in files:
            with suppress(OSError):
                _temporary(real).unlink()


def _beside(path: Path, text: str, *, exists: bool) -> None:
    if not exists and os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    path.parent.mkdir(parents=True, exist_ok=True)
    _temporary(path).write_text(text, encoding="utf-8", newline="")
    if exists:
        _temporary(path).chmod(stat.S_IMODE(path.stat().st_mode))


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Errors are of the file that a person knows."""
    try:
        yield
    except OSError as error:
        raise Stop(f"{path} cannot be written: {error.strerror}") from error


def _temporary(path: Path) -> Path:
    """Beside a file, so that it can take its place at once."""
    return path.with_name(f".{path.name}.{os.getpid()}")


def _replace(path: Path, text: str) -> None:
    temporary = _temporary(path)
    try:
        temporary.write_text(text, encoding="utf-8", newline="")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def create(path: Path, text: str) -> None:
    """A file that is the user's from now on.

    Raises:
        FileExistsError: It is there already.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _kind(out: Path, path: str, before: str | None, known: Entry | None) -> Kind:
    if before is None:
        return Kind.MISSING
    if known is None:
        raise Stop(
            f"{out / path} is in the way: it is not listed in {LOCK}, so it is yours; move or delete it"
        )
    return Kind.CHANGED if _is(before, known) else Kind.EDITED


def _is(text: str | None, known: Entry) -> bool:
    return text is not None and digest(text) == known.sha256


def _stale(out: Path, manifest: Manifest, entries: Mapping[str, Entry]) -> Iterator[Change]:
    """Files of the old manifest that no declaration produces; one that was edited since is left."""
    for path, entry in sorted(manifest.items()):
        before = None if path in entries else read(out / path)
        if before is not None:
            yield Change(Kind.STALE, path, before, None if _is(before, entry) else before)


def _manifest_text(entries: Mapping[str, Entry]) -> str:
    files = {path: entry._asdict() for path, entry in sorted(entries.items())}
    return json.dumps({"format": FORMAT, "files": files}, indent=1) + "\n"


def read(path: Path) -> str | None:
    """The text of a file; None if there is none."""
    try:
        return path.read_bytes().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return None
