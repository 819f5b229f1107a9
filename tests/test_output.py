"""Generating into a folder: what is written, what is left alone, what `--check` says."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from codegen.cli import main

SPEC = """\
library: {name}
doc: {doc}
backends:
  - name: tokenizer
    namespace: {name}
    interface: TokenizerInterface
    methods:
      - func: encode(str text, *, bool add_special=True) -> int[]
"""

# Each kind of doc.
DOCUMENTED = """\
library: one
doc: what
cpp: {headers: [a.h]}
backends:
  - name: tokenizer
    doc: what
    interface: TokenizerInterface
    methods:
      - func: f(int x) -> int
        doc: what
        args: {x: what}
    implementations:
      - name: words
        doc: what
        class: Words
classes:
  - name: A
    doc: what
    class: A
    init: (int x)
    args: {x: what}
    methods:
      - func: f(int x) -> int
        args: {x: what}
        deprecated: what
    properties:
      - name: p
        doc: what
        type: int
        get: p
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two specs in `specs/`, generated into `generated/`, which is the working directory's."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "specs").mkdir()
    for name in ("one", "two"):
        (tmp_path / "specs" / f"{name}.yaml").write_text(SPEC.format(name=name, doc="A doc."))
    assert main(["specs"]) == 0
    return tmp_path


def files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    capsys.readouterr()
    assert main([*arguments, "--check"]) == 1
    return capsys.readouterr().out.splitlines()


def test_committed_output_is_what_a_fresh_run_writes(tmp_path: Path) -> None:
    """Into an empty folder, so that no text is taken over from a run before."""
    for name in ("specs", "codegen", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    command = [sys.executable, "-m", "codegen", "specs"]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    fresh = files(tmp_path / "generated")
    assert {name: (ROOT / "generated" / name).read_text() for name in fresh} == fresh
    listed = subprocess.run(
        ["git", "ls-files", "generated"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert {f"generated/{name}" for name in fresh} == set(listed.stdout.splitlines())


def test_nothing_is_touched_when_nothing_changed(project: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in (project / "generated").rglob("*")}
    assert main(["specs"]) == 0
    assert main(["specs", "--check"]) == 0
    assert {p: p.stat().st_mtime_ns for p in (project / "generated").rglob("*")} == before


def test_manifest_lists_every_file_with_its_spec_and_hash(project: Path) -> None:
    written = files(project / "generated")
    lock = json.loads(written.pop("codegen.lock"))["files"]
    assert set(lock) == set(written)
    for path, text in written.items():
        assert lock[path]["sha256"] == hashlib.sha256(text.encode()).hexdigest()
        assert len(lock[path]["key"]) == 64
        owner = path.split("/")[0]
        assert lock[path]["spec"] == (f"specs/{owner}.yaml" if owner in ("one", "two") else "")


def test_check_tells_missing_changed_edited_and_stale_apart(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generated = project / "generated"
    (generated / "one" / "__init__.pyi").unlink()
    edited = generated / "one" / "CMakeLists.txt"
    edited.write_text(edited.read_text() + "# mine\n")
    (project / "specs" / "two.yaml").unlink()
    (project / "specs" / "one.yaml").write_text(SPEC.format(name="one", doc="Another doc."))
    before = files(generated)
    lines = check(capsys, "specs")
    assert "missing      generated/one/__init__.pyi" in lines
    assert "hand-edited  generated/one/CMakeLists.txt" in lines
    assert "changed      generated/one/__init__.py" in lines
    assert "stale        generated/two/__init__.py" in lines
    assert files(generated) == before

    assert main(["specs"]) == 0
    assert "had been edited by hand: written over" in capsys.readouterr().err
    assert main(["specs", "--check"]) == 0
    assert not (generated / "two").exists()


def test_check_says_where_files_differ_and_what_mends_them(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generated = project / "generated"
    (generated / "one" / "__init__.pyi").unlink()
    edited = generated / "one" / "CMakeLists.txt"
    length = len(edited.read_text().splitlines())
    edited.write_text(edited.read_text() + "# mine\n")
    kept = generated / "two" / "__init__.py"
    kept.write_text("# mine\n")
    (project / "specs" / "two.yaml").unlink()
    (project / "specs" / "one.yaml").write_text(SPEC.format(name="one", doc="Another doc."))
    before = (generated / "one" / "__init__.py").read_text().splitlines()
    found = [json.loads(line) for line in check(capsys, "specs", "--format", "json")]
    told = {each["path"]: each for each in found}
    mend = "`python -m codegen specs`"
    assert {
        path: (told[f"generated/{path}"]["code"], told[f"generated/{path}"]["help"])
        for path in ("one/__init__.pyi", "one/CMakeLists.txt", "two/py.typed", "two/__init__.py")
    } == {
        "one/__init__.pyi": ("CG601", f"run {mend}"),
        "one/CMakeLists.txt": (
            "CG603",
            f"{mend} writes over the edit; `python -m codegen specs --check --diff` shows it",
        ),
        "two/py.typed": ("CG604", f"run {mend}"),
        "two/__init__.py": ("CG604", f"it was edited by hand, so {mend} leaves it to you"),
    }
    assert told["generated/one/CMakeLists.txt"]["line"] == length + 1
    place = told["generated/one/__init__.py"]
    assert place["code"] == "CG602"
    assert "A doc." in before[place["line"] - 1]
    assert place["end_column"] == len(before[place["line"] - 1]) + 1
    assert told["generated/codegen.lock"]["code"] == "CG602"


def test_a_stale_file_that_was_edited_is_listed_and_left(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generated = project / "generated"
    (generated / "two" / "__init__.py").write_text("# mine\n")
    (project / "specs" / "two.yaml").unlink()
    assert main(["specs", "--check"]) == 1
    told = capsys.readouterr()
    assert "stale        generated/two/__init__.py\n" in told.out
    assert "generated/two/__init__.py: it was edited by hand, so" in told.err
    assert main(["specs"]) == 0
    message = "generated/two/__init__.py is stale, and had been edited by hand: left to you"
    assert message in capsys.readouterr().err
    assert files(generated / "two") == {"__init__.py": "# mine\n"}
    assert main(["specs", "--check"]) == 0


def test_diff_is_a_patch_that_applies(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "specs" / "one.yaml").write_text(SPEC.format(name="one", doc="Another doc."))
    (project / "specs" / "two.yaml").unlink()
    capsys.readouterr()
    assert main(["specs", "--check", "--diff"]) == 1
    patch = capsys.readouterr().out
    subprocess.run(["git", "apply", "-"], input=patch, text=True, cwd=project, check=True)
    assert main(["specs", "--check"]) == 0


def test_a_patch_of_a_new_library_makes_all_its_files(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those without a line too: py.typed has none."""
    shutil.rmtree(project / "generated")
    capsys.readouterr()
    assert main(["specs", "--check", "--diff"]) == 1
    patch = capsys.readouterr().out
    subprocess.run(["git", "apply", "-"], input=patch, text=True, cwd=project, check=True)
    assert main(["specs", "--check"]) == 0


def test_a_path_that_no_comment_can_hold(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "specs" / "a\nb.yaml").write_text(SPEC.format(name="three", doc="A doc."))
    assert main(["specs"]) == 1
    assert "error CG403: the path of this file is 'specs/a\\nb.yaml'" in capsys.readouterr().err


def test_naming_one_spec_touches_that_library_alone(project: Path) -> None:
    for name in ("one", "two"):
        (project / "specs" / f"{name}.yaml").write_text(SPEC.format(name=name, doc="Another doc."))
    before = files(project / "generated")
    assert main(["specs/one.yaml"]) == 0
    after = files(project / "generated")
    changed = {path for path in after if before.get(path) != after[path]}
    assert {path.split("/")[0] for path in changed} == {"one", "codegen.lock"}
    assert set(after) == set(before)


def test_renamed_library_leaves_nothing_behind(project: Path) -> None:
    (project / "specs" / "one.yaml").write_text(SPEC.format(name="three", doc="A doc."))
    assert main(["specs/one.yaml"]) == 0
    assert sorted(p.name for p in (project / "generated").iterdir() if p.is_dir()) == [
        "_codegen",
        "three",
        "two",
    ]
    assert "CODEGEN_LIBRARIES three two" in (project / "generated" / "CMakeLists.txt").read_text()


def test_files_of_the_user_are_never_touched(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not one beside ours, not a stale one that was edited, and not one in the way of a new library."""
    generated = project / "generated"
    (generated / "one" / "notes.txt").write_text("mine")
    kept = generated / "one" / "__init__.py"
    kept.write_text("mine")
    (project / "specs" / "one.yaml").unlink()
    assert main(["specs"]) == 0
    assert files(generated / "one") == {"notes.txt": "mine", "__init__.py": "mine"}

    (project / "specs" / "one.yaml").write_text(SPEC.format(name="one", doc="A doc."))
    before = files(generated)
    capsys.readouterr()
    assert main(["specs"]) == 2
    assert "generated/one/__init__.py is in the way" in capsys.readouterr().err
    assert files(generated) == before


@pytest.mark.parametrize(
    "text",
    [
        "<<<<<<< ours\n",
        '{"format": 1, "files": {"a": {"spec": 1, "key": 2, "sha256": 3}}}',
        '{"format": 1, "files": {"../victim": {"spec": "", "key": "", "sha256": ""}}}',
        '{"format": 9, "files": {}}',
    ],
)
def test_unreadable_manifest_is_an_error(
    project: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (project / "generated" / "codegen.lock").write_text(text)
    assert main(["specs"]) == 2
    assert "codegen.lock cannot be read" in capsys.readouterr().err


def test_a_library_is_not_taken_over_by_another_spec(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "elsewhere.yaml").write_text(SPEC.format(name="one", doc="A rival."))
    before = files(project / "generated")
    assert main(["elsewhere.yaml"]) == 1
    assert "elsewhere.yaml:1:10: error CG402: a second library 'one'" in capsys.readouterr().err
    assert files(project / "generated") == before
    (project / "specs" / "one.yaml").unlink()
    assert main(["elsewhere.yaml"]) == 0


@pytest.mark.parametrize("named", ["specs", "specs/one.yaml"])
def test_what_is_gone_can_be_named(project: Path, named: str) -> None:
    shutil.rmtree(project / "specs")
    assert main([named]) == 0
    assert not (project / "generated" / "one").exists()
    assert (project / "generated" / "two").exists() == (named != "specs")


def test_a_generated_file_that_is_no_text_is_written_over(project: Path) -> None:
    (project / "generated" / "one" / "py.typed").write_bytes(b"\xff\xfe")
    assert main(["specs", "--check"]) == 1
    assert main(["specs"]) == 0
    assert main(["specs", "--check"]) == 0


def test_check_looks_at_every_text(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the manifest says that nothing its text is made of has changed."""
    monkeypatch.setattr("codegen.render.black", lambda text, stub: f"{text}# otherwise\n")
    assert main(["specs", "--check"]) == 1


def test_a_defect_of_ours_is_no_mistake_of_the_user(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("codegen.check.check", lambda *_: 1 / 0)
    assert main(["specs"]) == 2
    assert "this is a defect of codegen" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "nowhere does not exist"),
        (["empty"], "no spec (*.yaml, *.yml) in empty itself"),
        (["specs", "--diff"], "--diff goes with --check"),
        (["biuld", "specs"], "there is no command 'biuld'; did you mean 'build'?"),
        (["explain", "101"], "there is no code '101'; did you mean 'CG101'?"),
    ],
)
def test_usage_errors(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    (project / "empty").mkdir()
    capsys.readouterr()
    assert main(arguments) == 2
    assert capsys.readouterr().err == f"codegen: error: {message}\n"


def test_output_does_not_depend_on_where_it_runs(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(project / "generated")
    (project / "below").mkdir()
    monkeypatch.chdir(project / "below")
    assert main(["../specs", "--out", "../generated", "--check"]) == 0
    shutil.move(project / "specs", project / "below" / "specs")
    shutil.move(project / "generated", project / "below" / "generated")
    assert main(["specs", "--check"]) == 0
    assert files(project / "below" / "generated") == before


def test_docs_are_not_in_the_fingerprint(project: Path) -> None:
    """A shared object with older docs is loaded; one of another signature is not."""
    spec, module = project / "specs" / "one.yaml", project / "generated" / "one" / "__init__.py"

    def fingerprint(text: str) -> str:
        spec.write_text(text)
        assert main(["specs"]) == 0
        found = re.search(r'_runtime\.load\(__file__, .*, "(\w+)"\)', module.read_text())
        assert found is not None
        return found[1]

    first = fingerprint(DOCUMENTED)
    assert (
        fingerprint(DOCUMENTED.replace("what", "something that is longer than a line" * 3)) == first
    )
    assert "longer than a line" in (project / "generated/one/src/registration.cpp").read_text()
    assert fingerprint(re.sub(r"\n *doc: .*", "", DOCUMENTED)) == first
    for old, new in (
        ("f(int x)", "f(int x, int y=1)"),
        ("class: A", "class: B"),
        ("class: Words", "class: Word"),
        ("get: p", "get: q"),
        ("headers: [a.h]", "headers: [b.h]"),
    ):
        assert fingerprint(DOCUMENTED.replace(old, new)) != first


def test_formatters_leave_the_output_alone(project: Path) -> None:
    before = files(project / "generated")
    tools = Path(sys.executable).parent
    subprocess.run([tools / "black", "-q", "-l", "40", "generated"], check=True)
    subprocess.run([tools / "ruff", "format", "-q", "--line-length", "40", "generated"], check=True)
    cpp = [path for path in (project / "generated").rglob("*") if path.suffix in (".h", ".cpp")]
    (project / ".clang-format").write_text("BasedOnStyle: GNU\n")
    subprocess.run([tools / "clang-format", "-i", *cpp], check=True)
    assert files(project / "generated") == before


def test_a_run_that_changes_nothing_says_so(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["specs"]) == 0
    assert capsys.readouterr().err == "codegen: nothing to do: generated is up to date\n"


def test_errors_of_the_file_system_name_the_file(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not the temporary one beside it, and not as Python's exceptions are printed."""

    def said(*arguments: str) -> str:
        capsys.readouterr()
        assert main(["specs", *arguments]) == 2
        return capsys.readouterr().err.removeprefix("codegen: error: ")

    nowhere = "/proc/none/.clang-format cannot be written: No such file or directory\n"
    assert said("--out", "/proc/none") == nowhere
    file = project / "generated" / "one" / "__init__.py"
    file.unlink()
    file.mkdir()
    assert said() == "generated/one/__init__.py: Is a directory\n"
    file.rmdir()
    assert main(["specs"]) == 0
    assert said("--depfile", "none/d").endswith("none/d: No such file or directory\n")
