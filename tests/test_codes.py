"""The table of diagnostics: its examples have what they are examples of, and `explain` and docs/errors.md show it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

from codegen.cli import main
from codegen.codes import CODES, GROUPS, Code

PAGE = ROOT / "docs" / "errors.md"
SPECS = [code for code in CODES if code[:3] in ("CG0", "CG1", "CG2", "CG3", "CG4")]
CHECKS = [code for code in CODES if code.startswith("CG6")]


INTRODUCTION = """\
# Diagnostics

Whatever is wrong is said with a code, a place and, where we know, what to write instead; all of it in one run.
`python -m codegen explain CODE` prints what stands here. For machines `--format json` prints an object a line, `github`
annotations of a pull request, `sarif` what code scanning services read.
"""


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


@pytest.fixture
def built(native_packages: Path, tmp_path: Path) -> Iterator[Path]:
    """A folder whose run-time support is built already; what specs below `tmp_path` add is taken away again."""
    yield native_packages
    specs = list(tmp_path.glob("*/*.yaml"))
    for spec in specs:
        spec.unlink()
    main([*map(str, specs), "--out", str(native_packages)])
    for spec in specs:
        shutil.rmtree(native_packages / spec.stem, ignore_errors=True)


def test_examples_of_builds(
    built: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each bad one alone, the good ones at once."""
    monkeypatch.chdir(tmp_path)
    out = ["--format", "json", "--out", str(built)]
    specs = {code: Path(f"{code}/{code}.yaml".lower()) for code in CODES if code[:3] == "CG5"}

    def declare(code: str, text: str) -> None:
        lay(CODES[code], specs[code].parent)
        specs[code].parent.mkdir(exist_ok=True)
        specs[code].write_text(text.replace("library: vecdb", f"library: {specs[code].stem}"))

    for code, spec in specs.items():
        declare(code, CODES[code].bad)
        assert main(["build", str(spec), *out]) == 1
        assert codes(capsys.readouterr().out) == {code}
    for code in specs:
        declare(code, CODES[code].good)
    assert main(["build", *map(str, specs.values()), *out]) == 0, capsys.readouterr().err
    assert not capsys.readouterr().out


def page(says: dict[str, str]) -> str:
    """docs/errors.md, with what is said of each bad spec."""
    rows = [
        f"| {start} | {what} |"
        for start, what in GROUPS.items()
        if any(code.startswith(start) for code in CODES)
    ]
    parts = [INTRODUCTION, "\n".join(["| codes | about |", "|---|---|", *rows]) + "\n"]
    for code, entry in CODES.items():
        said = f"which says:\n\n```\n{says[code]}```\n\nGood:" if code in says else "Good:"
        parts.append(entry.explanation(code).replace("Good:", said, 1))
    return "\n".join(parts)


def test_the_page_is_the_table(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    """`pytest --update` writes it."""
    monkeypatch.chdir(tmp_path)
    says = {}
    for code in SPECS:
        Path("vecdb.yaml").write_bytes(CODES[code].bad.encode("utf-8", "surrogateescape"))
        main(["vecdb.yaml"])
        says[code] = capsys.readouterr().err.partition("codegen: ")[0]
    if request.config.getoption("--update"):
        PAGE.write_text(page(says), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page(says)


def test_every_code_says_what_it_means() -> None:
    for code, entry in CODES.items():
        assert code[:3] in GROUPS
        assert entry.title and entry.why and entry.bad and entry.good, code
    assert len({entry.title for entry in CODES.values()}) == len(CODES)


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "cg401", "CG102", "CG401"]) == 0
    shown = capsys.readouterr().out
    assert shown == f"{CODES['CG401'].explanation('CG401')}\n{CODES['CG102'].explanation('CG102')}"
    assert main(["explain"]) == 0
    listed = capsys.readouterr().out
    assert all(f"{code}  {entry.title}\n" in listed for code, entry in CODES.items())
    assert main(["explain", "CG001", "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["title"] == CODES["CG001"].title and "Search \\xe0 la carte" in shown["bad"]
    assert main(["explain", "CG101", "CG999"]) == 2
    refused = capsys.readouterr()
    assert not refused.out
    assert refused.err.startswith("codegen: error: there is no code 'CG999'")
