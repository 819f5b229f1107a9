"""The table of the format: the JSON Schema agrees with the loader, the docs quote it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, ClassVar

import jsonschema
import pytest
import yaml
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen import format, json_schema, reader, shape
from codegen.cli import main
from codegen.diagnostics import Diagnostics
from codegen.format import Key, Shape
from codegen.source import Source

COMMITTED = ROOT / "codegen" / "spec.schema.json"
VALIDATOR = jsonschema.Draft7Validator(json.loads(json_schema.text()))
SPECS = sorted(
    path
    for folder in ("specs", "tests/native", "tests/cases", "tests/errors")
    for path in (ROOT / folder).rglob("*.yaml")
)


class Yaml12(yaml.CSafeLoader):
    """The core schema of YAML 1.2, which editors read: `yes` is a text there."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}


for tag, pattern in {
    "null": r"~|null|Null|NULL|",
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?[0-9]+",
    "float": r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?",
}.items():
    Yaml12.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), None)
Yaml12.add_constructor("tag:yaml.org,2002:int", lambda _, node: int(node.value))
Yaml12.add_constructor("tag:yaml.org,2002:float", lambda _, node: float(node.value))


def shape_errors(text: str) -> list[str] | None:
    """The codes of what does not fit the format; None where the YAML itself is wrong."""
    diagnostics = Diagnostics()
    root = reader.read(Source("spec.yaml", text), diagnostics)
    if root is None:
        return None
    shape.fit(root, format.LIBRARY, diagnostics)
    return [diagnostic.code for diagnostic in diagnostics]


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_schema_agrees_with_the_loader(spec: Path) -> None:
    """On every spec of the tests, right or wrong: one refuses its shape if and only if the other does."""
    try:
        text = spec.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    codes = shape_errors(text)
    if codes is not None:
        document = yaml.load(text, Yaml12)
        messages = [error.message for error in VALIDATOR.iter_errors(document)]
        assert bool(codes) == bool(messages), (codes, messages)


SCALARS = st.sampled_from(
    ["x", "(int a)", "f() -> int", "5", "1", "null", "~", "true", "yes", "''", "'true'", "hold"]
)
KEYS = sorted(
    {name for kind in format.KINDS.values() if isinstance(kind, Shape) for name in kind.keys}
)
NODES = st.recursive(
    SCALARS,
    lambda nodes: st.one_of(
        st.lists(nodes, max_size=2).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(st.sampled_from(KEYS), nodes, max_size=4).map(
            lambda items: "{" + ", ".join(f"{key}: {value}" for key, value in items.items()) + "}"
        ),
    ),
    max_leaves=12,
)


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(st.sampled_from([*format.LIBRARY.keys, "operators"]), NODES, max_size=5))
def test_the_schema_agrees_on_whatever_is_written(document: dict[str, str]) -> None:
    text = "".join(f"{key}: {value}\n" for key, value in document.items()) or "{}"
    codes = shape_errors(text)
    if codes is not None:
        messages = [error.message for error in VALIDATOR.iter_errors(yaml.load(text, Yaml12))]
        assert bool(codes) == bool(messages), (text, codes, messages)


def test_the_committed_schema_is_what_the_command_prints(
    capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    assert main(["schema"]) == 0
    printed = capsys.readouterr().out
    if request.config.getoption("--update"):
        COMMITTED.write_text(printed, encoding="utf-8")
    assert COMMITTED.read_text(encoding="utf-8") == printed
    jsonschema.Draft7Validator.check_schema(json.loads(printed))


def test_every_key_has_a_doc_for_the_editor() -> None:
    for kind in format.KINDS.values():
        if isinstance(kind, Shape):
            assert all(isinstance(key, Key) and key.doc for key in kind.keys.values())


def test_specs_name_the_schema() -> None:
    for spec in (ROOT / "specs").glob("*.yaml"):
        named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", spec.read_text())
        assert named and (spec.parent / named[1]).resolve() == COMMITTED, spec.name


@pytest.mark.parametrize("name", [n for n, kind in format.KINDS.items() if isinstance(kind, Shape)])
def test_the_docs_have_the_keys(name: str, request: pytest.FixtureRequest) -> None:
    """`pytest --update` writes the tables of docs/format.md."""
    kind = format.KINDS[name]
    assert isinstance(kind, Shape)
    rows = ["| key | | meaning |", "|---|---|---|"]
    for key, (_, doc, default, required) in kind.keys.items():
        plain = default and f"`{default}`" if re.fullmatch(r"[\w:.\[\]]+", default) else default
        rows.append(
            f"| `{key}` | {'required' if required else plain} | {doc} |".replace("|  |", "| |")
        )
    table = f"<!-- keys: {name} -->\n\n" + "\n".join(rows) + "\n"
    page = ROOT / "docs" / "format.md"
    if request.config.getoption("--update"):
        found = rf"<!-- keys: {name} -->\n(\n(\|.*\n)+)?"
        page.write_text(re.sub(found, lambda _: table, page.read_text()))
    assert table in page.read_text()
