"""Templates of the user's (`--templates DIR`, docs/templates.md): what they change, and what is said of a wrong one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from conftest import ROOT

from codegen import cmake, cpp, cpp_classes, generate, overrides, python, python_fakes
from codegen.cli import main
from codegen.reference import diagram, page_views
from codegen.scaffolding import scaffold

SPEC = """\
library: one
cpp: {headers: [one.h], sources: [one.cpp]}
backends:
  - name: tokenizer
    namespace: one
    interface: TokenizerInterface
    methods:
      - func: encode(str text, *, bool add_special=True) -> int[]
classes:
  - name: Box
    class: one::Box
    init: (int size)
    methods:
      - {func: "twice(Tensor x) -> Tensor", fake: {like: x}}
    properties:
      - {name: size, type: int, get: size}
    flatten: {size: int}
"""
VIEWS: dict[str, Any] = {
    "cmake/CMakeLists.txt.j2": generate.RootView,
    "cmake/library.txt.j2": cmake.LibraryView,
    "cpp/backend.h.j2": cpp.HeaderView,
    "cpp/registration.cpp.j2": cpp.SourceView,
    "cpp/scaffold.cpp.j2": scaffold.SourceView,
    "cpp/scaffold.h.j2": scaffold.HeaderView,
    "docs/index.md.j2": page_views.IndexView,
    "docs/library.md.j2": page_views.PageView,
    "docs/reference.html.j2": page_views.HtmlView,
    "python/__init__.py.j2": python.PackageView,
    "python/__init__.pyi.j2": python.PackageView,
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.yaml").write_text(SPEC)
    assert main(["one.yaml"]) == 0
    return tmp_path


def override(name: str, text: str) -> None:
    path = Path("mine") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def generated() -> dict[str, str]:
    files = (path for path in Path("generated").rglob("*") if path.is_file())
    return {path.relative_to("generated").as_posix(): path.read_text() for path in files}


def fingerprint() -> str:
    found = re.search(
        r"_runtime\.load\(.*, \"(\w+)\"\)", Path("generated/one/__init__.py").read_text()
    )
    assert found is not None
    return found[1]


REFERENCE = [name for name in overrides.replaceable() if name.startswith("docs/")]


@pytest.mark.parametrize("name", REFERENCE)
def test_each_template_of_the_reference_can_be_changed(project: Path, name: str) -> None:
    shipped = overrides.shipped(name)
    override(
        name, f'{{% include "shipped/{name}" %}}Mine.\n' if ".j2" in name else f"{shipped}Mine.\n"
    )
    assert main(["docs", "one.yaml"]) == 0
    before = {path: path.read_text() for path in Path("docs/api").iterdir()}
    for _ in range(2):
        assert main(["docs", "one.yaml", "--templates", "mine"]) == 0
        changed = [path for path, text in before.items() if path.read_text() != text]
        assert len(changed) == 1
        assert "Mine.\n" in changed[0].read_text()
    assert main(["docs", "one.yaml", "--templates", "mine", "--check"]) == 0
    assert main(["docs", "one.yaml", "--check"]) == 1


@pytest.mark.parametrize("name", sorted({*overrides.replaceable()} - {*REFERENCE}))
def test_each_template_can_be_changed(project: Path, name: str) -> None:
    """The others stay; the C++ has another fingerprint; without the option, all is as it was."""
    before, stamp = generated(), fingerprint()
    slashes = name.endswith((".h", ".h.j2", ".cpp", ".cpp.j2"))
    mark = f"{'//' if slashes else '#'} Mine.\n"
    shipped = overrides.shipped(name)
    override(name, f'{mark}{{% include "shipped/{name}" %}}\n' if ".j2" in name else mark + shipped)
    command = ["scaffold", "one.yaml"] if "scaffold" in name else ["one.yaml"]
    assert main([*command, "--templates", "mine"]) == 0
    if command[0] == "scaffold":
        path = Path("one.h" if name.endswith(".h.j2") else "one.cpp")
        assert path.read_text().startswith(mark)
        return
    after = generated()
    changed = {
        path for path in after if before[path] != after[path] and after[path].startswith(mark)
    }
    assert len(changed) == 1, changed
    is_cpp = slashes or name in ("cmake/runtime.txt", "cmake/torch.cmake")
    assert (fingerprint() != stamp) == is_cpp
    assert main(["one.yaml", "--templates", "mine", "--check"]) == 0
    assert main(["one.yaml", "--check"]) == 1
    assert main(["one.yaml"]) == 0
    assert generated() == before


def test_an_included_template_of_ones_own_is_part_of_the_key(project: Path) -> None:
    override(
        "python/__init__.py.j2", '{% include "cmake/CMakeLists.txt.j2" ignore missing %}\nx = 1\n'
    )
    override("cmake/CMakeLists.txt.j2", "# one\n")
    assert main(["one.yaml", "--templates", "mine"]) == 0
    override("cmake/CMakeLists.txt.j2", "# two\n")
    assert main(["one.yaml", "--templates", "mine"]) == 0
    assert Path("generated/one/__init__.py").read_text().startswith("# two\n")


def test_a_copy_changes_nothing_until_it_is_changed(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "python/__init__.pyi.j2"
    assert main(["templates"]) == 0
    assert capsys.readouterr().out.splitlines() == list(overrides.replaceable())
    assert main(["templates", name, "--to", "mine"]) == 0
    assert Path("mine", name).read_text() == (ROOT / "templates" / name).read_text()
    assert main(["one.yaml", "--templates", "mine", "--check"]) == 0
    capsys.readouterr()
    assert main(["templates", name, "--to", "mine"]) == 2
    assert main(["templates", "python/__init__.pi.j2", "--to", "mine"]) == 2
    assert main(["templates", name]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"codegen: error: mine/{name} exists",
        "codegen: error: no template is called 'python/__init__.pi.j2'; did you mean 'python/__init__.pyi.j2'?",
        "codegen: error: NAME goes with --to DIR",
    ]


PYTHON = "python/__init__.py.j2"
MISTAKES = [
    (PYTHON, "\n{% if classes %}\n", f"mine/{PYTHON}:2: Unexpected end of template"),
    (PYTHON, "{{ doc | nothing }}\n", f"mine/{PYTHON}:1: No filter named 'nothing'"),
    (
        PYTHON,
        "{% if siblings %}{{ docs }}{% endif %}",
        f"mine/{PYTHON}:1: there is no field 'docs'; did you mean 'doc'? (there are library, spec, ",
    ),
    (
        PYTHON,
        "{% for class in classes %}\n{{ class.names }}\n{% endfor %}",
        f"mine/{PYTHON}:2: there is no field 'names'; did you mean 'name'? (there are name, base, ",
    ),
    (PYTHON, "\n\n{{ 1 / 0 }}", f"mine/{PYTHON}:3: ZeroDivisionError"),
    (PYTHON, '{% include "nothing" %}', f"mine/{PYTHON}:1: TemplateNotFound: nothing"),
    (PYTHON, f'{{% include "{PYTHON}" %}}', f"mine/{PYTHON}:1: RecursionError"),
    (PYTHON, "x = (\n", f"mine/{PYTHON}: what it renders is no Python: "),
    ("cpp/runtim.h", "", "mine/cpp/runtim.h stands for no template; did you mean 'cpp/runtime.h'?"),
    ("README.md", "", "mine/README.md stands for no template; `python -m codegen templates` lists"),
]


@pytest.mark.parametrize(("name", "text", "message"), MISTAKES, ids=range(len(MISTAKES)))
def test_mistakes(
    project: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, message: str
) -> None:
    before = generated()
    capsys.readouterr()
    override(name, text)
    assert main(["one.yaml", "--templates", "mine"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"codegen: error: {message}")
    assert said.count("\n") == 1
    assert generated() == before


def test_the_examples_of_the_page(project: Path) -> None:
    """docs/templates.md: the files that it shows, and what they make of a spec."""
    page = (ROOT / "docs" / "templates.md").read_text()
    for path, text in re.findall(r"^`mine/(\S+)`:\n\n```jinja\n(.*?)^```", page, re.M | re.S):
        override(path, text)
    assert main(["one.yaml", "--templates", "mine"]) == 0
    first = "SPDX-License-Identifier: Apache-2.0\n"
    package = Path("generated/one/__init__.py").read_text()
    assert package.startswith(f'# {first}"""The library one.\n')
    header = Path("generated/one/include/one/tokenizer.h").read_text().splitlines()
    assert header[0] == f"// {first.strip()}"
    assert header[1].startswith(
        "// The interface TokenizerInterface has encode(Any self, str text, "
    )


def test_a_folder_that_is_none(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("nowhere", "one.yaml"):
        capsys.readouterr()
        assert main(["one.yaml", "--templates", name]) == 2
        assert capsys.readouterr().err == f"codegen: error: {name} is no folder of templates\n"
    override(PYTHON, "")
    Path("mine", PYTHON).write_bytes(b"\xff")
    assert main(["one.yaml", "--templates", "mine"]) == 2
    assert f"mine/{PYTHON} is not UTF-8" in capsys.readouterr().err


def test_what_editors_leave_is_no_template(project: Path) -> None:
    for name in (".python.swp", "python/.#x", "python/__init__.py.j2~", "__pycache__/x"):
        override(name, "")
    assert main(["one.yaml", "--templates", "mine", "--check"]) == 0


def test_the_listed_fields_are_those_that_there_are(request: pytest.FixtureRequest) -> None:
    """`pytest --update` writes the table of docs/templates.md from the views."""
    rendered = {name for name in overrides.replaceable() if name.endswith(".j2")}
    assert set(VIEWS) == rendered
    lines = ["| template | fields |", "|---|---|"]
    seen: dict[str, Any] = {}
    for name, view in VIEWS.items():
        lines.append(f"| `{name}` | {_fields(view, seen)} |")
    lines += ["", "| kind | fields |", "|---|---|"]
    done: set[str] = set()
    while set(seen) - done:
        kind = min(set(seen) - done)
        done.add(kind)
        lines.append(f"| {kind} | {_fields(seen[kind], seen)} |")
    table = "<!-- fields -->\n\n" + "\n".join(lines) + "\n\n<!-- end -->"
    page = ROOT / "docs" / "templates.md"
    if request.config.getoption("--update"):
        text = re.sub(
            r"<!-- fields -->.*<!-- end -->", lambda _: table, page.read_text(), flags=re.S
        )
        page.write_text(text)
    assert table in page.read_text()


def _fields(view: Any, seen: dict[str, Any]) -> str:
    """Each field, with the kind of what a loop over it gives where that has fields of its own."""
    shown = []
    for name, hint in get_type_hints(view).items():
        each = [kind for kind in get_args(hint) if hasattr(kind, "_fields")]
        one = [hint] if hasattr(hint, "_fields") else []
        seen |= {_kind(kind): kind for kind in (*each, *one)}
        kinds = [
            *(f" ({_kind(kind)} each)" for kind in each),
            *(f" ({_kind(kind)})" for kind in one),
        ]
        shown.append(f"`{name}`{''.join(kinds)}")
    return ", ".join(shown)


# Of the modules of views: kinds of one name are told apart by them.
LANGUAGES = {
    **dict.fromkeys((cpp.__name__, cpp_classes.__name__), "C++"),
    **dict.fromkeys((python.__name__, python_fakes.__name__), "Python"),
    **dict.fromkeys((page_views.__name__, diagram.__name__), "reference"),
}


def _kind(view: Any) -> str:
    words = re.findall("[A-Z][a-z]+", view.__name__.removesuffix("View"))
    return f"{LANGUAGES[view.__module__]} {' '.join(words).lower()}"
