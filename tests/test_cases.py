"""Specs and what is generated from them: `cases/<feature>/spec.yaml` and `cases/<feature>/expected/`.

`pytest --update` writes what is expected anew; read the diff. `specs/` and `generated/` are such a pair as well
(tests/test_output.py); here stands what no library of ours needs. That it compiles is tests/test_backends.py's.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from codegen.cli import main

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())


@pytest.fixture(params=CASES, ids=lambda path: path.name)
def case(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture
def generated(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What is generated for the library, by path; what all libraries share is left out."""
    for file in filter(Path.is_file, case.iterdir()):
        shutil.copy(file, tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["spec.yaml"]) == 0
    (library,) = (p for p in Path("generated").iterdir() if p.is_dir() and p.name != "_codegen")
    return {
        path.relative_to("generated").as_posix(): path.read_text(encoding="utf-8")
        for path in library.rglob("*")
        if path.is_file()
        and path.name not in ("_runtime.py", "_classes.py", "_fakes.py", "py.typed")
    }


def test_expected(case: Path, generated: dict[str, str], request: pytest.FixtureRequest) -> None:
    expected = case / "expected"
    if request.config.getoption("--update"):
        shutil.rmtree(expected, ignore_errors=True)
        for path, text in generated.items():
            (expected / path).parent.mkdir(parents=True, exist_ok=True)
            (expected / path).write_text(text, encoding="utf-8")
    assert generated == {
        path.relative_to(expected).as_posix(): path.read_text(encoding="utf-8")
        for path in expected.rglob("*")
        if path.is_file()
    }


def test_cpp_is_as_clang_format_writes_it(case: Path, generated: dict[str, str]) -> None:
    command = [str(Path(sys.executable).parent / "clang-format"), "--assume-filename=x.cpp"]
    for path, text in generated.items():
        if path.endswith((".h", ".cpp")):
            done = subprocess.run(
                command, input=text, capture_output=True, text=True, cwd=case, check=True
            )
            assert done.stdout == text, path
