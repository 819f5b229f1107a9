"""What others run us by: the hooks of pre-commit, the GitHub Action, the workflows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, git, run

from codegen.cli import main

TOOLS = Path(sys.executable).parent
ACTION = ROOT / ".github" / "actions" / "codegen"
SPEC = """\
library: words
cpp: {headers: [words.h]}
classes:
  - name: Counter
    class: words::Counter
    init: ()
"""
# Where a part of a file that docs/ci.md shows would stand.
HOOKS = """\
repos:
  - repo: https://example.org/hooks
    rev: v1
    hooks:
"""
STEPS = """\
on: push
jobs:
  bindings:
    runs-on: ubuntu-24.04
    steps:
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A spec and what is generated from it, in git."""
    folder = tmp_path / "project"
    (folder / "specs").mkdir(parents=True)
    (folder / "specs" / "words.yaml").write_text(SPEC)
    monkeypatch.chdir(folder)
    assert main(["specs/"]) == 0
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    return folder


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of this project as it stands, which pre-commit clones and installs."""
    folder = tmp_path_factory.mktemp("hooks")
    for name in ("codegen", "templates"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in (".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "all")
    git(folder, "tag", "v1")
    return folder


def test_the_hooks(hooks: Path, project: Path, tmp_path: Path) -> None:
    config = {
        "repos": [
            {"repo": str(hooks), "rev": "v1", "hooks": [{"id": "codegen-check"}, {"id": "codegen"}]}
        ]
    }
    (project / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))

    def hook(name: str) -> subprocess.CompletedProcess[str]:
        home = str(tmp_path / "pre-commit")
        return run(TOOLS / "pre-commit", "run", name, "-v", cwd=project, PRE_COMMIT_HOME=home)

    git(project, "add", ".")
    done = hook("codegen-check")
    assert done.returncode == 0 and "Passed" in done.stdout, done.stdout + done.stderr
    (project / "specs" / "words.yaml").write_text(SPEC + "    doc: Counts.\n")
    git(project, "add", ".")
    done = hook("codegen-check")
    assert done.returncode == 1 and "generated/words/__init__.py" in done.stdout
    done = hook("codegen")
    assert done.returncode == 1 and "files were modified by this hook" in done.stdout
    git(project, "add", ".")
    assert hook("codegen").returncode == 0
    assert hook("codegen-check").returncode == 0
    assert '"""Counts."""' in (project / "generated" / "words" / "__init__.pyi").read_text()


def test_the_hook_of_a_new_project(tmp_path: Path) -> None:
    """It installs the version that wrote it, by its name."""
    wheel = (sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation")
    subprocess.run([*wheel, "-w", tmp_path / "wheels", ROOT], check=True)
    assert main(["init", "vecdb", "--dir", str(tmp_path / "vecdb")]) == 0
    git(tmp_path / "vecdb", "init", "--quiet")
    git(tmp_path / "vecdb", "add", ".")
    environment = {
        "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"),
        "PIP_FIND_LINKS": f"{tmp_path / 'wheels'} {os.environ.get('PIP_FIND_LINKS', '')}",
    }
    command = (TOOLS / "pre-commit", "run", "--all-files")
    done = run(*command, cwd=tmp_path / "vecdb", **environment)
    assert done.returncode == 0 and "Passed" in done.stdout, done.stdout + done.stderr
    (tmp_path / "vecdb" / "generated" / "vecdb" / "py.typed").write_text("edited")
    done = run(*command, cwd=tmp_path / "vecdb", **environment)
    assert done.returncode == 1 and "files were modified by this hook" in done.stdout


def test_the_files_of_ci_are_what_their_schemas_say(project: Path) -> None:
    assert main(["init", "vecdb", "--dir", "vecdb"]) == 0
    schemas = {
        "vendor.github-actions": [ACTION / "action.yml"],
        "vendor.github-workflows": [
            ROOT / ".github" / "workflows" / "ci.yml",
            project / "vecdb" / ".github" / "workflows" / "ci.yml",
        ],
    }
    for schema, files in schemas.items():
        done = run(TOOLS / "check-jsonschema", "--builtin-schema", schema, *files, cwd=project)
        assert done.returncode == 0, done.stdout
    for command, file in (
        ("validate-manifest", ROOT / ".pre-commit-hooks.yaml"),
        ("validate-config", project / "vecdb" / ".pre-commit-config.yaml"),
    ):
        assert run(TOOLS / "pre-commit", command, file, cwd=project).returncode == 0


def test_what_the_page_shows_is_valid(tmp_path: Path) -> None:
    """docs/ci.md: hooks that exist, and steps with inputs that the Action has."""
    inputs = yaml.safe_load((ACTION / "action.yml").read_text())["inputs"]
    ids = [hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())]
    page = (ROOT / "docs" / "ci.md").read_text()
    shown = re.findall(r"^```yml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    hooks = [text for text in shown if "- uses:" not in text]
    assert (len(hooks), len(shown)) == (2, 5)
    for number, text in enumerate(shown):
        start = HOOKS if text in hooks else STEPS
        # What is shown begins with a key of the file, or with an item of the list at its end.
        whole = start.partition(text.split(":")[0])[0] + text
        file = tmp_path / f"{number}.yml"
        file.write_text(whole)
        if text in hooks:
            done = run(TOOLS / "pre-commit", "validate-config", file, cwd=tmp_path)
            assert all(h["id"] in ids for h in yaml.safe_load(whole)["repos"][0]["hooks"])
        else:
            schema = ("--builtin-schema", "vendor.github-workflows")
            done = run(TOOLS / "check-jsonschema", *schema, file, cwd=tmp_path)
            (job,) = yaml.safe_load(whole)["jobs"].values()
            mine = [step for step in job["steps"] if "actions/codegen@" in step.get("uses", "")]
            assert mine and all(set(step.get("with", ())) <= set(inputs) for step in mine)
        assert done.returncode == 0, done.stdout


def test_the_action_reads_inputs_from_the_environment_alone() -> None:
    steps = yaml.safe_load((ACTION / "action.yml").read_text())["runs"]["steps"]
    assert not any("${{" in step.get("run", "") for step in steps)


class Runner:
    """What GitHub does with the steps of the Action that are scripts; `path` is where it finds the programs."""

    def __init__(self, folder: Path, path: str) -> None:
        self.output = folder / "output"
        self._action: dict[str, Any] = yaml.safe_load((ACTION / "action.yml").read_text())
        self._environment = {
            "GITHUB_ACTION_PATH": str(ACTION),
            "GITHUB_OUTPUT": str(self.output),
            "RUNNER_TEMP": str(folder),
            "PATH": path,
        }

    def __call__(self, step: str, cwd: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
        (found,) = (s for s in self._action["runs"]["steps"] if s.get("name") == step)
        given = {name: str(of["default"]) for name, of in self._action["inputs"].items()} | inputs
        values = {
            name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda m: given[m[1]], text)
            for name, text in found["env"].items()
        }
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]
        return run(*shell, found["run"], cwd=cwd, **self._environment, **values)


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """With an environment that the Action's first script installs into."""
    folder = tmp_path_factory.mktemp("runner")
    subprocess.run([sys.executable, "-m", "venv", folder / "environment"], check=True)
    made = Runner(folder, f"{folder / 'environment' / 'bin'}{os.pathsep}{os.environ['PATH']}")
    done = made("Install", folder)
    assert done.returncode == 0, done.stderr
    return made


def test_the_action(runner: Runner, project: Path) -> None:
    assert runner("Run", project).returncode == 0
    (project / "specs" / "words.yaml").write_text(SPEC + "    doc: Counts.\n")
    done = runner("Run", project)
    assert done.returncode == 1 and "generated/words/__init__.py" in done.stdout
    assert runner("Run", project, command="generate", paths="specs/words.yaml\n\n").returncode == 0
    assert runner("Run", project).returncode == 0
    (project / "specs" / "words.yaml").write_text(SPEC.replace("init", "inti"))
    done = runner("Run", project)
    assert done.returncode == 1 and done.stdout.startswith("::error file=specs/words.yaml,line=6")


def test_the_action_keeps_a_report(runner: Runner, project: Path) -> None:
    (project / "specs" / "words.yaml").write_text(SPEC.replace("init", "inti"))
    done = runner("Run", project, command="generate", format="sarif")
    assert done.returncode == 1
    (report,) = {*re.findall(r"report=(.*/codegen-report)", runner.output.read_text())}
    assert Path(report).read_text() == done.stdout and "CG201" in done.stdout


@pytest.mark.parametrize("value", ["$(touch broken)", "`touch broken`", "; touch broken", "-h"])
def test_inputs_are_no_code(runner: Runner, project: Path, value: str) -> None:
    for name in ("command", "paths", "out", "format", "breaking-against"):
        step = "What would break" if name == "breaking-against" else "Run"
        runner(step, project, **{name: value})
    assert not list(project.rglob("broken"))
    assert runner("Run", project, paths=value).returncode == 2


def test_the_action_tells_what_would_break(runner: Runner, project: Path) -> None:
    git(project, "commit", "--quiet", "--message", "all")
    (project / "more").mkdir()
    (project / "more" / "other.yaml").write_text(SPEC.replace("words", "other"))
    given = {"breaking-against": "HEAD", "paths": "specs\nmore\n"}
    done = runner("What would break", project, **given)
    assert done.returncode == 0 and "other is not in HEAD" in done.stderr
    git(project, "rm", "-q", "specs/words.yaml")
    done = runner("What would break", project, **given, format="json")
    assert done.returncode == 1 and "CG70" in done.stdout
    reports = re.findall(r"report=(.*/codegen-breaking-report)", runner.output.read_text())
    assert Path(reports[-1]).read_text() == done.stdout
