"""What a run has read, as a rule of make: with it `make`, Ninja and CMake know when to generate again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from codegen import generate, names, overrides
from codegen.model import Library


def rule(
    out: Path, paths: Sequence[Path], libraries: Sequence[Library], templates: Path | None
) -> str:
    """The manifest and the CMakeLists.txt of each library depend on what was read; a path to a line."""
    made = [out / library.name.value / "CMakeLists.txt" for library in libraries]
    targets = " ".join(_escape(path) for path in (out / names.LOCK, *made))
    read = dict.fromkeys(_read(paths, libraries, templates))
    return targets + ":" + "".join(f" \\\n  {_escape(path)}" for path in read) + "\n"


def _read(
    paths: Sequence[Path], libraries: Sequence[Library], templates: Path | None
) -> Iterator[Path]:
    """What is named, folders too, for a spec may come to them; what the specs name; templates; and codegen itself."""
    yield from paths
    for library in libraries:
        yield Path(library.source.path)
        yield from generate.modules(library)
    own = (overrides.folder(), Path(__file__).resolve().parent)
    for folder in (*([templates] if templates else []), *own):
        yield from (folder / name for name in overrides.names_in(folder))


def _escape(path: Path) -> str:
    text = path.as_posix().replace("$", "$$")
    return text.replace("#", "\\#").replace(" ", "\\ ")
