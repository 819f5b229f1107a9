"""`python -m codegen init`: a project is clean, builds as a wheel and passes its tests; nothing is written over."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT, git, printed

from codegen import cli
from codegen.cli import main
from codegen.project import TEMPLATES, TORCH, files

WRITTEN = [
    ".gitattributes",
    ".github/workflows/ci.yml",
    ".gitignore",
    ".pre-commit-config.yaml",
    "CMakeLists.txt",
    "README.md",
    "pyproject.toml",
    "specs/spec.schema.json",
    "specs/vecdb.yaml",
    "specs/vecdb/vecdb.cpp",
    "specs/vecdb/vecdb.h",
    "tests/test_vecdb.py",
]
# What keeps a build from the network: everything that it needs is in the environment of the tests.
OFFLINE = {"PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def run(*command: object, cwd: Path, **environment: str) -> str:
    return printed(*command, cwd=cwd, **OFFLINE, **environment)


@pytest.fixture(params=TEMPLATES)
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = tmp_path / "vecdb"
    assert main(["init", "vecdb", "--template", request.param, "--dir", str(folder)]) == 0
    return folder


def environment_of_its_own(folder: Path) -> dict[str, str]:
    """A virtual environment that sees the packages of this one, and installs into itself."""
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
    (folder / "bin" / "pip").write_text('#!/bin/sh\nexec python -m pip "$@"\n')
    (folder / "bin" / "pip").chmod(0o755)
    purelib = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    (purelib / "tests.pth").write_text(sysconfig.get_path("purelib") + "\n")
    path = [str(folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
    return {"PATH": os.pathsep.join(path), "PYTHONPATH": str(ROOT)}


def test_what_is_written_is_clean(project: Path) -> None:
    found = [str(path.relative_to(project)) for path in project.rglob("*") if path.is_file()]
    assert sorted(path for path in found if not path.startswith("generated/")) == WRITTEN
    command = [sys.executable, "-m", "codegen", "specs/", "--check", "--diff"]
    assert run(*command, cwd=project, PYTHONPATH=str(ROOT)) == ""
    tools = Path(sys.executable).parent
    run(tools / "black", "--check", ".", cwd=project)
    run(tools / "ruff", "check", ".", cwd=project)
    run(tools / "ruff", "format", "--check", ".", cwd=project)
    style = f"--style=file:{ROOT / '.clang-format'}"
    written = sorted((project / "specs" / "vecdb").iterdir())
    run(tools / "clang-format", "--dry-run", "-Werror", style, *written, cwd=project)
    assert max(len(line) for path in written for line in path.read_text().split("\n")) <= 100


def test_merges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is generated conflicts without markers in it, and is generated again."""
    assert main(["init", "vecdb", "--template", "classes", "--dir", str(tmp_path / "vecdb")]) == 0
    project = tmp_path / "vecdb"
    monkeypatch.chdir(project)
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-qm", "first")
    spec = project / "specs" / "vecdb.yaml"
    first = spec.read_text()
    doc = re.search(r"^doc: .*$", first, re.MULTILINE)
    assert doc is not None
    for branch, text in (
        ("one", first.replace(doc[0], "doc: Another doc.")),
        ("two", first.rstrip() + "\n  - {name: More, class: vecdb::More}\n"),
    ):
        git(project, "checkout", "-qb", branch, "main")
        spec.write_text(text)
        assert main(["specs"]) == 0
        git(project, "add", ".")
        git(project, "commit", "-qm", branch)
    merge = subprocess.run(["git", "merge", "one"], cwd=project, capture_output=True, text=True)
    assert merge.returncode == 1 and "CONFLICT" in merge.stdout
    assert "specs/" not in merge.stdout.replace("specs/vecdb.yaml\n", "", 1)
    assert main(["specs"]) == 0
    assert not [path for path in project.rglob("generated/**/*.*") if "<<<" in path.read_text()]
    assert main(["specs", "--check"]) == 0
    assert "Another doc." in (project / "generated" / "vecdb" / "__init__.py").read_text()


def test_a_delegate_as_a_wheel(tmp_path: Path) -> None:
    """Its tests, and the example of its README, run against the installed wheel; an editable install works too."""
    project = tmp_path / "vecdb"
    assert main(["init", "vecdb", "--dir", str(project)]) == 0
    environment = environment_of_its_own(tmp_path / "environment")
    run("python", "-m", "pip", "wheel", ".", "--no-deps", "-w", "dist", cwd=project, **environment)
    (wheel,) = (project / "dist").iterdir()
    stable = re.sub(r"_native\.cpython\S+", "_native.so", "\n".join(contents(wheel)))
    assert stable.split() == [
        "vecdb/__init__.py",
        "vecdb/__init__.pyi",
        "vecdb/_classes.py",
        "vecdb/_native.so",
        "vecdb/_native.pyi",
        "vecdb/_runtime.py",
        "vecdb/include/codegen/conversions.h",
        "vecdb/include/codegen/registration.h",
        "vecdb/include/vecdb/backend.h",
        "vecdb/libvecdb.torch.so",
        "vecdb/py.typed",
    ]
    assert not list(project.glob("generated/**/*.so")), "a wheel leaves the sources as they are"
    example = re.findall(r"```python\n(.*?)```", (project / "README.md").read_text(), re.DOTALL)
    (tmp_path / "example.py").write_text(example[0])
    for install in ([wheel], ["-e", "."]):
        run("python", "-m", "pip", "install", "--no-deps", *install, cwd=project, **environment)
        run("python", "-W", "ignore", "example.py", cwd=tmp_path, **environment)
        run("python", "-m", "pytest", cwd=project, **environment)


def test_a_wheel_with_objects_for_several_torches(tmp_path: Path) -> None:
    """docs/wheels.md: what it says about joining two wheels, with two that have next to nothing in them."""
    for tag in ("2.10", "2.13"):
        source = tmp_path / "source" / f"vecdb-0.1.0-{tag}"
        package = source / "vecdb"
        package.mkdir(parents=True)
        (package / f"libvecdb.{tag}.torch.so").write_text(tag)
        (package / "__init__.py").touch()
        info = source / "vecdb-0.1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: vecdb\nVersion: 0.1.0\n")
        (info / "WHEEL").write_text("Wheel-Version: 1.0\nTag: cp311-cp311-linux_x86_64\n")
        (info / "RECORD").touch()
        out = tmp_path / "dist" / tag
        out.mkdir(parents=True)
        run(sys.executable, "-m", "wheel", "pack", source, "-d", out, cwd=tmp_path)
    page = (ROOT / "docs" / "wheels.md").read_text()
    (script,) = re.findall(r"<!-- merge -->\n```sh\n(.*?)```", page, re.DOTALL)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    run("bash", "-c", f"set -e\n{script}", cwd=tmp_path, PATH=path)
    (wheel,) = tmp_path.glob("dist/*.whl")
    assert wheel.name == "vecdb-0.1.0-cp311-cp311-linux_x86_64.whl"
    assert contents(wheel) == [
        "vecdb/__init__.py",
        "vecdb/libvecdb.2.10.torch.so",
        "vecdb/libvecdb.2.13.torch.so",
    ]


def contents(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return sorted(name for name in archive.namelist() if ".dist-info/" not in name)


def test_from_nothing_to_a_wheel(tmp_path: Path) -> None:
    """docs/start.md: its commands and its patches, from top to bottom."""
    page = (ROOT / "docs" / "start.md").read_text()
    blocks = re.findall(r"^```(sh|diff)\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    patch = "git apply --verbose <<'END'\n{}END\n"
    steps = [text if kind == "sh" else patch.format(text) for kind, text in blocks]
    environment = environment_of_its_own(tmp_path / "environment")
    # What is cloned is this one.
    environment |= {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{ROOT}.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/OWNER/torch-backend-codegen",
    }
    script = "\n".join(["set -ex", *steps])
    printed = run("bash", "-c", script, cwd=tmp_path, **environment)
    assert "2 [1.0, 2.0, 4.0]" in printed
    assert "How many standard deviations each of `rows` is from the mean." in printed
    (wheel,) = (tmp_path / "features" / "dist").iterdir()
    assert "features/libfeatures.torch.so" in contents(wheel)


def test_nothing_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "README.md").write_text("mine")
    (tmp_path / "tests").write_text("a file where a folder is to be")
    (tmp_path / ".gitignore").symlink_to("nowhere")
    (tmp_path / "generated").mkdir()
    assert main(["init", "vecdb", "--dir", str(tmp_path)]) == 2
    assert sorted(capsys.readouterr().err.splitlines()) == [
        *(f"  {tmp_path / name}" for name in (".gitignore", "README.md", "generated", "tests")),
        "codegen: error: nothing was written, for these exist already:",
    ]
    assert (tmp_path / "README.md").read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 4


def test_in_this_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A specification of another library that stands there is left alone."""
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "other.yaml").write_text("library: other")
    monkeypatch.chdir(tmp_path)
    assert main(["init", "vecdb", "--dir", "."]) == 0
    assert "cd " not in capsys.readouterr().err
    assert Path("generated/vecdb/__init__.py").is_file()
    assert not Path("generated/other").exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("1x", "NAME:1:1: error CG401: '1x' is no library name"),
        ("../x", "NAME:1:1: error CG401: '../x' is no library name"),
        ("class", "NAME:1:1: error CG401: 'class' is a Python keyword"),
        ("numpy", "a library called 'numpy' would be in the way of what has that name already"),
        (
            "Delegate",
            "specs/Delegate.yaml:16:16: error CG401: the class 'Delegate::Delegate' is called like its",
        ),
        ("null", "specs/null.yaml:3:10: error CG203:"),
        ("_x", "  help: for example 'x'"),
    ],
)
def test_names_that_no_library_can_have(
    name: str,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", name]) == 2
    said = capsys.readouterr().err
    assert message in said and said.endswith("codegen: 1 error; nothing was written\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["backend", "delegate", "a" * 90, "x_", "specs"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_names_that_are_odd(
    name: str, template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is a project as any other."""
    monkeypatch.chdir(tmp_path)
    assert main(["init", name, "--template", template]) == 0
    monkeypatch.chdir(name)
    assert main(["specs/", "--check"]) == 0
    run(Path(sys.executable).with_name("black"), "--check", ".", cwd=Path())
    run(Path(sys.executable).with_name("ruff"), "check", ".", cwd=Path())


def test_the_command_line_has_every_template() -> None:
    (option,) = (action for action in cli.parsers()["init"]._actions if action.dest == "template")
    assert option.choices == tuple(TEMPLATES)


def test_the_versions_are_those_of_this_project() -> None:
    """What a new project pins, and what the pages name, is what is tested here."""
    wheels = ROOT / "docs" / "wheels.md"  # That one builds with others too.
    pages = "".join(page.read_text() for page in (ROOT / "docs").glob("*.md") if page != wheels)
    assert set(re.findall(r"torch==([\d.]+)", pages)) == {TORCH}
    mine = (ROOT / "pyproject.toml").read_text()
    assert f'"torch=={TORCH}"' in mine
    assert files("vecdb", "classes")["pyproject.toml"].count(f'"torch=={TORCH}"') == 2
