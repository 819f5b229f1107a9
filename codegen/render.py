"""Views to text: Jinja with strict undefined names, filters that only quote, black for Python.

A template may print marks (see `cpp_text.mark`); they leave the text here and become a map from lines to offsets in the
spec, with which the compiler's errors find their way back. Jinja and black are imported when the first text is
rendered: where nothing changed, that is never.

A template of the user's (`overrides`) is a text like a spec: what is wrong with it is a `Stop` that tells the line.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from codegen import __version__, cmake, cpp_text, python
from codegen.diagnostics import Stop, did_you_mean
from codegen.overrides import SHIPPED, Templates, folder, shipped

if TYPE_CHECKING:
    import jinja2

# As it is, and as `repr` writes it.
_MARK = re.compile(r"(?:\ue000|\\ue000)([0-9]+):([0-9]+)(?:\ue001|\\ue001)")
# Below the docstring, so that this is what a reader sees first.
_LEFT_ALONE = "\n# fmt: off"


class Origin(NamedTuple):
    """From `column` on, a line comes from the characters `start:end` of the spec."""

    column: int
    start: int
    end: int


class Rendered(NamedTuple):
    """A text, and where in the spec its lines come from, by their numbers."""

    text: str
    origins: Mapping[int, tuple[Origin, ...]]


class View(Protocol):
    """A named tuple of final text."""

    def _asdict(self) -> dict[str, Any]: ...


def key(name: str, view: View, templates: Templates = SHIPPED) -> str:
    """The hash of all that the rendered text depends on, without rendering it. Marks are not in the text."""
    shown = _MARK.sub("", repr(view))
    mark = _LEFT_ALONE if name.endswith((".py.j2", ".pyi.j2")) else ""
    parts = (__version__, shipped(name), shown, mark, *templates.beside(name))
    return sha256("\0".join(parts).encode()).hexdigest()


def render(name: str, view: View, templates: Templates = SHIPPED) -> Rendered:
    """The template with the view's fields; not formatted."""
    with _mistakes(name, templates):
        environment = _environment(templates)
        template = environment.get_template(name)
        if path := templates.path(name):
            _check_fields(environment, templates.text(name), path, view._asdict())
        text = template.render(view._asdict())
    return Rendered(_MARK.sub("", text), dict(_origins(text)))


def _origins(text: str) -> Iterator[tuple[int, tuple[Origin, ...]]]:
    """What the marks say; a line without one comes from where the line before does, within a block."""
    last: tuple[Origin, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        if marked := tuple(_marked(line)):
            last = marked
        elif line.strip() in ("};", "});") or line.startswith("}  //"):
            last = ()
        if last:
            yield number, last
        last = tuple(origin._replace(column=1) for origin in last[-1:])


def _marked(line: str) -> Iterator[Origin]:
    hidden = 0
    for found in _MARK.finditer(line):
        yield Origin(found.start() - hidden + 1, int(found[1]), int(found[2]))
        hidden += len(found[0])


def render_python(name: str, view: View, templates: Templates = SHIPPED) -> str:
    """The same, formatted."""
    text = render(name, view, templates).text
    try:
        return left_alone(black(text, stub=name.endswith(".pyi.j2")))
    except ValueError as error:
        if path := templates.path(name):
            reason = str(error).partition("\n")[0]
            raise Stop(f"{path}: what it renders is no Python: {reason}") from error
        raise


def left_alone(text: str) -> str:
    """Python that formatters of a project leave as it is: black, ruff, yapf and autopep8 know the mark."""
    try:
        module = ast.parse(text)
    except SyntaxError:  # Of a template of the user's.
        return text
    documented = ast.get_docstring(module) is not None
    first = module.body[0] if module.body else None
    end = 0 if first is None else first.end_lineno if documented else first.lineno - 1
    lines = text.split("\n")
    return "\n".join([*lines[:end], _LEFT_ALONE, *lines[end:]])


def black(text: str, *, stub: bool) -> str:
    """Python as black writes it."""
    from black import FileMode, format_str
    from black.mode import TargetVersion

    mode = FileMode(target_versions={TargetVersion.PY310}, line_length=100, is_pyi=stub)
    return format_str(text, mode=mode)


def _cache() -> jinja2.FileSystemBytecodeCache | None:
    """Compiled templates beside the templates, as Python keeps modules; none where that is not writable."""
    import jinja2

    place = folder() / "__pycache__"
    try:
        place.mkdir(exist_ok=True)
    except OSError:
        return None
    return jinja2.FileSystemBytecodeCache(str(place)) if os.access(place, os.W_OK) else None


@cache
def _environment(templates: Templates) -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(templates.source),
        # The package's cache is no place for what is the user's.
        bytecode_cache=None if templates.overrides else _cache(),
        undefined=_undefined(),
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


def _undefined() -> type[jinja2.Undefined]:
    """Jinja's strict one, whose message tells the fields that there are."""
    import jinja2

    class NoField(jinja2.StrictUndefined):
        @property
        def _undefined_message(self) -> str:
            fields = getattr(self._undefined_obj, "_fields", ())
            if not fields:
                return super()._undefined_message
            return _no_field(str(self._undefined_name), fields)

    return NoField


def _check_fields(
    environment: jinja2.Environment, text: str, path: str, fields: Mapping[str, Any]
) -> None:
    """Also those in branches that this view does not take."""
    from jinja2 import meta, nodes

    tree = environment.parse(text, filename=path)
    unknown = meta.find_undeclared_variables(tree) - fields.keys() - environment.globals.keys()
    uses = [
        (node.lineno, node.name)
        for node in tree.find_all(nodes.Name)
        if node.ctx == "load" and node.name in unknown
    ]
    if uses:
        line, name = min(uses)
        raise Stop(f"{path}:{line}: {_no_field(name, fields)}")


def _no_field(name: str, fields: Mapping[str, Any] | tuple[str, ...]) -> str:
    close = did_you_mean(name, fields)
    guess = f"; {close}" if close else ""
    return f"there is no field '{name}'{guess} (there are {', '.join(fields)})"


@contextmanager
def _mistakes(name: str, templates: Templates) -> Iterator[None]:
    """What a template of the user's raises is a mistake in it; what one of ours raises is our defect."""
    try:
        yield
    except Stop:
        raise
    except Exception as error:
        if templates.path(name) is None:
            raise
        raise Stop(_explained(error, name, templates)) from error


def _explained(error: Exception, name: str, templates: Templates) -> str:
    from traceback import extract_tb

    import jinja2

    if isinstance(error, jinja2.TemplateSyntaxError):
        return f"{error.filename or error.name}:{error.lineno}: {error.message}"
    # Jinja puts the lines of templates into the traceback.
    own = {override.path for override in templates.overrides}
    frames = [f for f in extract_tb(error.__traceback__) if f.filename in own]
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else templates.path(name)
    kind = "" if isinstance(error, jinja2.UndefinedError) else f"{type(error).__name__}: "
    return f"{place}: {kind}{error}"
