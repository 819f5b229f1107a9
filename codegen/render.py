"""Views to text: Jinja with strict undefined names, filters that only quote, black for Python.

A template may print marks (see `cpp_text.mark`); they leave the text here and become a map from lines to offsets in the
spec, with which the compiler's errors find their way back. Jinja and black are imported when the first text is
rendered: where nothing changed, that is never.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from codegen import __version__, cmake, cpp_text, python

if TYPE_CHECKING:
    import jinja2

# As it is, and as `repr` writes it.
_MARK = re.compile(r"(?:\ue000|\\ue000)([0-9]+)(?:\ue001|\\ue001)")


class Rendered(NamedTuple):
    """A text and which of its lines come from where: line number to offset in the spec."""

    text: str
    origins: Mapping[int, int]


@cache
def template(name: str) -> str:
    """A template that is taken as it stands."""
    return (_folder() / name).read_text(encoding="utf-8")


class View(Protocol):
    """A named tuple of final text."""

    def _asdict(self) -> dict[str, Any]: ...


def key(name: str, view: View) -> str:
    """The hash of all that the rendered text depends on, without rendering it. Marks are not in the text."""
    parts = (__version__, template(name), _MARK.sub("", repr(view)))
    return sha256("\0".join(parts).encode()).hexdigest()


def render(name: str, view: View) -> Rendered:
    """The template with the view's fields; not formatted."""
    text = _environment().get_template(name).render(view._asdict())
    origins: dict[int, int] = {}
    origin: int | None = None
    for number, line in enumerate(text.split("\n"), 1):
        if found := _MARK.search(line):
            origin = int(found[1])
        elif line.startswith(("};", "}  //", "    });")):
            origin = None
        if origin is not None:
            origins[number] = origin
    return Rendered(_MARK.sub("", text), origins)


def black(text: str, *, stub: bool) -> str:
    """Python as black writes it."""
    from black import FileMode, format_str
    from black.mode import TargetVersion

    mode = FileMode(target_versions={TargetVersion.PY310}, line_length=100, is_pyi=stub)
    return format_str(text, mode=mode)


@cache
def _folder() -> Path:
    """The templates of the wheel, or of the checkout."""
    package = Path(__file__).parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


def _cache() -> jinja2.FileSystemBytecodeCache | None:
    """Compiled templates beside the templates, as Python keeps modules; none where that is not writable."""
    import jinja2

    folder = _folder() / "__pycache__"
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return None
    return jinja2.FileSystemBytecodeCache(str(folder)) if os.access(folder, os.W_OK) else None


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_folder()),
        bytecode_cache=_cache(),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # What is no `Markup` is text.
        autoescape=lambda name: str(name).endswith(".html.j2"),
    )
    environment.filters.update(
        cpp=cpp_text.quote, python=python.quote, docstring=python.docstring, cmake=cmake.quote
    )
    return environment
