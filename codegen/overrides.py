"""The templates of the package, and those of the user's that stand before them (`--templates DIR`).

A file of the user's has the path, below their folder, of the one that it stands for. Templates are read once for a
run, so that the keys of the manifest and what is rendered come from the same text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

from codegen.diagnostics import Stop, did_you_mean

# By this name a template of the user's includes the one that it stands for.
SHIPPED_PREFIX = "shipped/"


class Override(NamedTuple):
    """A template of the user's."""

    name: str
    path: str
    text: str


@dataclass(frozen=True)
class Templates:
    """Every template by its name, the path below `templates/`."""

    overrides: tuple[Override, ...] = ()

    @cached_property
    def _own(self) -> dict[str, Override]:
        return {override.name: override for override in self.overrides}

    def text(self, name: str) -> str:
        """A template that is taken as it stands, or is rendered."""
        return self._own[name].text if name in self._own else shipped(name)

    def path(self, name: str) -> str | None:
        """Where the user's stands; None for the package's."""
        return self._own[name].path if name in self._own else None

    def beside(self, name: str) -> Iterator[str]:
        """The texts that what `name` renders may depend on beside the package's: one may include the others."""
        if name in self._own:
            yield name
            for override in self.overrides:
                yield from (override.name, override.text)

    def source(self, name: str) -> tuple[str, str | None, None] | None:
        """As Jinja's loader asks for one."""
        if name in self._own:
            return self._own[name].text, self._own[name].path, None
        plain = name.removeprefix(SHIPPED_PREFIX)
        return (shipped(plain), str(folder() / plain), None) if plain in all_names() else None


SHIPPED = Templates()


def read(place: Path | None) -> Templates:
    """What a folder of the user's puts before the package's templates.

    Raises:
        Stop: It is no folder, or a file in it stands for no template.
    """
    if place is None:
        return SHIPPED
    if not place.is_dir():
        raise Stop(f"{place} is no folder of templates")
    found = (_override(place, name) for name in names_in(place))
    # A copy that was not changed yet changes nothing.
    return Templates(tuple(own for own in found if own.text != shipped(own.name)))


@cache
def folder() -> Path:
    """The templates of the wheel, or of the checkout."""
    package = Path(__file__).parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


@cache
def all_names() -> tuple[str, ...]:
    return tuple(names_in(folder()))


@cache
def replaceable() -> tuple[str, ...]:
    """Those that the user's may stand for: what a project begins with is theirs anyway."""
    return tuple(name for name in all_names() if not name.startswith("init/"))


@cache
def shipped(name: str) -> str:
    return (folder() / name).read_text(encoding="utf-8")


def names_in(place: Path) -> list[str]:
    """Without what editors and Jinja leave there."""
    files = (path.relative_to(place) for path in place.rglob("*") if path.is_file())
    hidden = ("__pycache__", ".")
    return sorted(
        path.as_posix()
        for path in files
        if not any(part.startswith(hidden) for part in path.parts) and not path.name.endswith("~")
    )


def _override(place: Path, name: str) -> Override:
    path = place / name
    if name not in replaceable():
        help = did_you_mean(name, replaceable()) or "`python -m codegen templates` lists them"
        raise Stop(f"{path} stands for no template; {help}")
    try:
        return Override(name, str(path), path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise Stop(f"{path} is not UTF-8: {error}") from error
