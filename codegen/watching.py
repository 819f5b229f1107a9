"""Runs again whenever what a run reads has changed.

The files themselves tell what has changed: a run says what it reads (`Inputs.see`), and each is looked at before it is
read. `watchfiles` tells only when to look again. So what changes during a run is noticed, an editor may put a new file
in the place of the old one, and what a run writes starts no other.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from codegen import console
from codegen.diagnostics import STOPS, Stop


class Input(NamedTuple):
    """A file, or of a folder the files with these suffixes; with those below it where `deep`."""

    path: Path
    suffixes: tuple[str, ...] = ()
    deep: bool = False


See = Callable[[Iterable[Input]], None]
Stamp = tuple[int, int, int]


def unwatched(_: Iterable[Input]) -> None:
    """Of a run that is the only one."""


class Inputs:
    """All that runs have read, and how it was before the last one read it. Nothing in `out` is an input."""

    def __init__(self, out: Path) -> None:
        self._out = out.resolve()
        self._inputs: dict[Input, None] = {}
        self._stamps: dict[Path, Stamp] = {}

    def see(self, inputs: Iterable[Input]) -> None:
        for found in inputs:
            if found not in self._inputs:
                self._inputs[found] = None
                self._stamps = self._look([found]) | self._stamps

    def look(self) -> bool:
        """Whether anything has changed since; from now on, this is how it was."""
        before, self._stamps = self._stamps, self._look(self._inputs)
        return self._stamps != before

    def folders(self) -> set[Path]:
        """What exists of the folders that they stand in."""
        found = set()
        for entry in self._inputs:
            place = entry.path.resolve()
            if place.is_dir():
                found |= {folder for folder, _ in self._walk(entry)}
            place = place.parent
            while not place.is_dir():
                place = place.parent
            found.add(place)
        return found

    def _look(self, inputs: Iterable[Input]) -> dict[Path, Stamp]:
        stamps = {}
        for entry in inputs:
            files = [entry.path]
            if entry.path.is_dir():
                files = [folder / name for folder, names in self._walk(entry) for name in names]
            for file in files:
                try:
                    status = file.stat()
                except OSError:
                    continue
                stamps[file] = (status.st_mtime_ns, status.st_size, status.st_ino)
        return stamps

    def _walk(self, entry: Input) -> Iterator[tuple[Path, list[str]]]:
        for folder, below, names in os.walk(entry.path.resolve()):
            below[:] = [
                name
                for name in below
                if entry.deep and not name.startswith(".") and Path(folder, name) != self._out
            ]
            wanted = (n for n in names if not entry.suffixes or n.endswith(entry.suffixes))
            yield Path(folder), sorted(wanted)


def watch(title: str, out: Path, run: Callable[[See], int]) -> int:
    """Runs, and runs again on each change until it is interrupted. What is wrong with the first call ends it.

    Raises:
        Stop: The library is not installed, or the first run raised it.
    """
    try:
        import watchfiles
    except ModuleNotFoundError as error:
        needed = "pip install 'torch-backend-codegen[watch]'"
        raise Stop(f"--watch needs {error.name}: {needed}") from error
    inputs = Inputs(out)
    try:
        run(inputs.see)
        while True:
            console.note(f"watching {title}")
            console.finish(0)
            if not inputs.look():
                # Without events it looks every few seconds: not all file systems have them.
                for _ in watchfiles.watch(
                    *inputs.folders(), watch_filter=None, recursive=False, yield_on_timeout=True
                ):
                    if inputs.look():
                        break
            _again(run, inputs.see)
    except KeyboardInterrupt:
        return 0


def _again(run: Callable[[See], int], see: See) -> None:
    try:
        run(see)
    except STOPS as error:
        console.fail(str(error))
