"""The table of diagnostics: its examples have what they are examples of, and `explain` and docs/errors.md show it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from codegen.cli import main
from codegen.codes import CODES, Code

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "errors.md"
SPECS = [code for code in CODES if code[:3] in ("CG0", "CG1", "CG2", "CG3", "CG4")]
CHECKS = [code for code in CODES if code.startswith("CG6")]


def codes(lines: str) -> set[str]:
    return {json.loads(line)["code"] for line in lines.splitlines()}


def lay(code: Code, folder: Path) -> None:
    for path, text in code.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


@pytest.mark.parametrize("code", SPECS)
def test_examples_of_specs(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    lay(CODES[code], tmp_path)
    for text, found in ((CODES[code].bad, {code}), (CODES[code].good, set())):
        Path("vecdb.yaml").write_bytes(text.encode("utf-8", "surrogateescape"))
        assert main(["vecdb.yaml", "--format", "json"]) == int(bool(found))
        assert codes(capsys.readouterr().out) == found
        assert Path("generated").exists() == (not found)


@pytest.mark.parametrize("code", CHECKS)
def test_examples_of_checks(code: str, tmp_path: Path) -> None:
    """Commands, as they stand; the last of each is the check."""
    for text, found in ((CODES[code].bad, {code}), (CODES[code].good, set())):
        folder = tmp_path / str(bool(found))
        folder.mkdir()
        lay(CODES[code], folder)
        done = subprocess.run(
            ["bash"],
            input=text.rstrip() + " --format json\n",
            cwd=folder,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == int(bool(found)), done.stderr
        # The list of files is itself one, and changes with what is stale.
        assert codes(done.stdout) - ({"CG602"} if code == "CG604" else set()) == found
