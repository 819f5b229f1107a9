"""The docs are true: their specs build with their C++, their Python runs, and what they quote is what stands there."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest
from conftest import ROOT, build, printed

from codegen import check, cli, format, reader, shape, types
from codegen.diagnostics import Diagnostics
from codegen.load import load
from codegen.source import Source

# docs/errors.md is made of a table, whose examples tests/test_codes.py runs; half of them are wrong on purpose.
DOCS = [page for page in sorted((ROOT / "docs").glob("*.md")) if page.name != "errors.md"]
PAGES = [ROOT / "README.md", ROOT / "bench" / "README.md", *DOCS]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)


def quoted(page: Path) -> list[tuple[str, str]]:
    """The blocks that a comment above says are from a file."""
    pattern = r"^<!-- (\S+/\S+) -->\n```\w+\n(.*?)^```"
    return re.findall(pattern, page.read_text(), re.MULTILINE | re.DOTALL)


def run(page: Path, folder: Path, path: Path) -> None:
    """The Python of a page from top to bottom, with the packages below `path`.

    From a file in `folder`: TorchScript reads the source of what it compiles.
    """
    script = folder / "page.py"
    script.write_text("\n".join(blocks(page, "python")))
    printed(sys.executable, "-W", "ignore", script, cwd=folder, PYTHONPATH=str(path))


# tests/test_cmake.py builds and runs this one.
CMAKE = ROOT / "docs" / "cmake.md"
STEP_BY_STEP = [ROOT / "docs" / f"{name}.md" for name in ("backends", "classes", "compile")]


@pytest.mark.parametrize(
    "page",
    [p for p in PAGES if blocks(p, "python") and p not in (*STEP_BY_STEP, CMAKE)],
    ids=lambda p: p.name,
)
def test_examples_run(page: Path, libraries: Path, tmp_path: Path) -> None:
    run(page, tmp_path, libraries)


@pytest.mark.parametrize("page", STEP_BY_STEP, ids=lambda p: p.name)
def test_the_step_by_step_example_builds_and_runs(page: Path, tmp_path: Path) -> None:
    """Its first spec, with the files that its C++ says it is."""
    declaration = blocks(page, "yaml")[0]
    library = re.search(r"library: (\w+)", declaration)
    assert library is not None
    spec = tmp_path / f"{library[1]}.yaml"
    spec.write_text(declaration)
    for code in blocks(page, "cpp"):
        path, _, text = code.removeprefix("// ").partition("\n")
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    build(spec, out=tmp_path / "generated")
    run(page, tmp_path, tmp_path / "generated")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_quotations_are_true(page: Path) -> None:
    """A line of dots stands for what is left out."""
    for path, text in quoted(page):
        rest = (ROOT / path).read_text()
        for part in re.split(r"^\s*(?://|#) …\n", text, flags=re.MULTILINE):
            assert part in rest, f"{page.name} quotes {path}"
            rest = rest.partition(part)[2]


def declared(text: str) -> set[str]:
    """The codes of what is wrong with a spec, or with a part of one: then of its keys and values alone."""
    found = Diagnostics()
    source = Source("spec.yaml", text)
    if re.search(r"^library:", text, re.MULTILINE):
        library = load(source, found)
        check.check([library] if library else [], found)
        return {diagnostic.code for diagnostic in found}
    node = reader.read(source, found)
    assert node is not None, text
    fitting = []
    for kind in format.KINDS.values():
        found = Diagnostics()
        shape.fit(node, kind, found)
        fitting.append({diagnostic.code for diagnostic in found} - {"CG202"})
    return min(fitting, key=len)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_specs_and_parts_of_specs_are_right(page: Path) -> None:
    quotations = [text for _, text in quoted(page)]
    for text in blocks(page, "yaml"):
        if text not in quotations:
            assert not declared(text), text


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_commands_are_commands(page: Path) -> None:
    """Every `python -m codegen …` of a block is taken by its parser."""
    for text in [*blocks(page, "sh"), *blocks(page, "console")]:
        for line in text.replace("\\\n", " ").splitlines():
            called = re.search(r"(?:python -m codegen|torch-backend-codegen) ([^#&|>)]*)", line)
            if called and called[1] not in cli.ANSWERS:
                cli.parse(shlex.split(called[1]))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_block_is_of_a_kind_that_is_tested(page: Path) -> None:
    """C++ is quoted or part of a step-by-step example; a block without a language is a picture.

    tests/test_templates.py has templates, tests/test_init.py applies patches, tests/test_ci.py looks at YAML of others.
    """
    tested = {"python", "yaml", "yml", "diff", "cpp", "sh", "console", "jinja", ""}
    tested |= {"cmake", "toml"} if page == CMAKE else set()
    languages = re.findall(r"^```(\w*)\n.*?^```", page.read_text(), re.MULTILINE | re.DOTALL)
    assert set(languages) <= tested
    if page not in (*STEP_BY_STEP, CMAKE):
        assert set(blocks(page, "cpp")) <= {text for _, text in quoted(page)}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_the_table_of_types_is_the_table(request: pytest.FixtureRequest) -> None:
    """`pytest --update` writes it from `types.TABLE`."""
    page = ROOT / "docs" / "format.md"
    rows = ["| schema | C++ | Python argument | Python result |", "|---|---|---|---|"]
    for row in types.TABLE.values():
        cells = (row.schema, row.cpp, row.argument, row.result)
        rows.append("| " + " | ".join(f"`{cell}`".replace("|", "\\|") for cell in cells) + " |")
    table = "<!-- types -->\n\n" + "\n".join(rows) + "\n"
    if request.config.getoption("--update"):
        text = re.sub(r"<!-- types -->\n(\n(\|.*\n)+)?", lambda _: table, page.read_text())
        page.write_text(text)
    assert table in page.read_text()
