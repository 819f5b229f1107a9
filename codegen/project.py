"""The files that a project begins with: a declaration, the C++ that it names, tests, and what makes a wheel of it.

They are the user's from then on. What is generated from the declaration is `generate.py`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from codegen import __version__, check, json_schema, render, rules
from codegen.diagnostics import Diagnostics
from codegen.load import load
from codegen.source import Source, Span, Text

TORCH = "2.13.0"
"""The torch that a new project is compiled for: the one that this version is tested with."""

TEMPLATES: Mapping[str, str] = {
    "backend": "A delegate that runs chains of element-wise functions in one pass over memory.",
    "classes": "Standard scores of features, from a running mean and variance.",
}
"""The folders of templates/init, and what each project is about."""

OUT = "generated"
SCHEMA = "spec.schema.json"
"""What the first line of the spec names, for editors."""
_SHARED: Mapping[str, str] = {
    "pyproject.toml": "pyproject.toml.j2",
    "CMakeLists.txt": "CMakeLists.txt.j2",
    "README.md": "README.md.j2",
    ".gitattributes": "gitattributes",
    ".gitignore": "gitignore",
    ".pre-commit-config.yaml": "pre-commit-config.yaml.j2",
    ".github/workflows/ci.yml": "ci.yml.j2",
}


class View(NamedTuple):
    """What the templates print."""

    library: str
    distribution: str
    """What pip calls the library: a name that ends with an underscore is none there."""
    backend: str
    """The class template, which cannot be called like its namespace."""
    summary: str
    example: str
    torch: str
    codegen: str


def check_name(name: str, diagnostics: Diagnostics) -> None:
    """The name of a library, as it stands on the command line."""
    span = Span(Source("NAME", name), 0, len(name))
    rules.library_name(Text(name, span, verbatim=True), diagnostics)


def spec_path(library: str) -> str:
    return f"specs/{library}.yaml"


def files(library: str, template: str) -> dict[str, str]:
    """Path to text, relative to the project's folder."""
    view = View(
        library=library,
        distribution=library.rstrip("_").replace("_", "-"),
        backend="backend" if library != "backend" else "delegate",
        summary=TEMPLATES[template],
        example="",
        torch=TORCH,
        codegen=__version__,
    )
    view = view._replace(example=_render(f"{template}/example.py.j2", view).strip())
    own = {
        spec_path(library): "spec.yaml.j2",
        f"specs/{library}/{library}.h": "library.h.j2",
        f"specs/{library}/{library}.cpp": "library.cpp.j2",
        f"tests/test_{library}.py": "test.py.j2",
    }
    made = {path: f"{template}/{name}" for path, name in own.items()} | dict(_SHARED)
    texts = {path: _render(name, view) for path, name in made.items()}
    return texts | {f"specs/{SCHEMA}": json_schema.text()}


def check_spec(library: str, texts: Mapping[str, str], diagnostics: Diagnostics) -> None:
    """With some names the declaration would not be one: `null` is no text in YAML."""
    path = spec_path(library)
    declared = load(Source(path, texts[path]), diagnostics)
    check.check([declared] if declared else [], diagnostics)


def in_the_way(folder: Path, paths: Iterable[str]) -> list[Path]:
    """What stands where the files would: themselves, the output, a file in the place of a folder."""
    found = {path: None for name in (*paths, OUT) for path in _in_the_way(folder, folder / name)}
    return list(found)


def _in_the_way(folder: Path, path: Path) -> Iterator[Path]:
    if path.exists() or path.is_symlink():
        yield path
    for parent in path.parents:
        if parent.is_relative_to(folder) and parent.exists() and not parent.is_dir():
            yield parent


def _render(name: str, view: View) -> str:
    text = render.render(f"init/{name}", view).text
    return render.black(text, stub=False) if name.endswith(".py.j2") else text
