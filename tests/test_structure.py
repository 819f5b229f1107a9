"""The structure that ARCHITECTURE.md describes."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from conftest import ROOT

FILTERS = {"cpp", "python", "docstring", "cmake"}


def test_imports_point_one_way() -> None:
    """Each module imports only from those above it on the page; in a folder, from those before it there."""
    page = (ROOT / "ARCHITECTURE.md").read_text()
    order = re.findall(r"^\S*.* (\w+)(?:\.py|/) {2,}", page, re.MULTILINE)
    assert sorted(order) == sorted(_modules(ROOT / "codegen"))
    for name in order:
        package = ROOT / "codegen" / name
        if package.is_dir() and name != "commands":
            inner = re.findall(r"^- `(\w+)`:", (package / "__init__.py").read_text(), re.MULTILINE)
            assert sorted(inner) == sorted(_modules(package))
            for module in inner:
                _assert_order(package / f"{module}.py", name, order, inner[: inner.index(module)])
        elif name != "commands":
            _assert_order(package.with_suffix(".py"), name, order, [])


def _modules(folder: Path) -> set[str]:
    found = {path.stem for path in folder.glob("*.py")} - {"__init__", "__main__"}
    return found | {path.parent.name for path in folder.glob("*/__init__.py")}


def _assert_order(path: Path, name: str, order: list[str], before: list[str]) -> None:
    for imported in _imports(path):
        package, _, module = imported.partition(".")
        if package == name and module:
            assert module in before, f"{path} imports {imported}"
        elif package != name:
            assert order.index(package) < order.index(name), f"{path} imports {imported}"


def test_commands_stand_alone() -> None:
    """A command imports no other one, but for generating, of which building is a part."""
    for path in (ROOT / "codegen" / "commands").glob("*.py"):
        commands = {name for name in _imports(path) if name.startswith("commands")}
        assert commands <= {"commands", "commands.generate"}, path.name


def test_one_place_prints() -> None:
    for path in (ROOT / "codegen").rglob("*.py"):
        prints = re.search(r"\bprint\(|sys\.std", path.read_text())
        assert bool(prints) == (path.name in ("console.py", "cli.py")), path.name


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "codegen":
            found |= {alias.name for alias in node.names} - {"__version__"}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("codegen."):
            module = (node.module or "").removeprefix("codegen.")
            folder = (ROOT / "codegen" / module).is_dir() and module != "commands"
            found |= {f"{module}.{alias.name}" for alias in node.names} if folder else {module}
    return found


def test_templates_only_print() -> None:
    """They loop, print a field and test one; they call, compare and compute nothing."""
    name = r"[a-z_]+(\.[a-z_]+)?"
    allowed = re.compile(
        rf"for [a-z_]+ in {name}|endfor|if {name}|endif|{name}( \| ({'|'.join(FILTERS)}))?"
    )
    for path in (ROOT / "templates").rglob("*.j2"):
        for tag in re.findall(r"\{[{%](.*?)[%}]\}", path.read_text()):
            assert allowed.fullmatch(tag.strip()), f"{path.name}: {tag}"
