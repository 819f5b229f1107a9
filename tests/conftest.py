"""What tests share: the libraries of `specs/`, built once in their packages."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent

# What many tests compile, the run-time support above all, is compiled once; a cache that git ignores.
os.environ.setdefault("CCACHE_DIR", str(ROOT / "generated" / ".build" / "ccache"))
os.environ.setdefault("CMAKE_CXX_COMPILER_LAUNCHER", str(Path(sys.executable).with_name("ccache")))


def run(
    *command: object, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def printed(*command: object, cwd: Path | None = None, **environment: str) -> str:
    """What a command prints that has to end well; a failure shows all that it said."""
    done = run(*command, cwd=cwd, **environment)
    assert done.returncode == 0, f"exit code {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def build(*paths: Path, out: Path) -> None:
    """Builds specs as a user would."""
    printed(sys.executable, "-m", "codegen", "build", *paths, "--out", out, cwd=ROOT)


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    printed("git", *identity, *arguments, cwd=folder)


def program(*names: str) -> str:
    """The first of these that is installed. Without one a test is skipped, but not in CI, which installs it."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        missing = f"{' or '.join(names)} is not installed"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    return str(found)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write golden files anew")


@pytest.fixture(scope="session")
def libraries() -> Path:
    """The folder of the committed packages, each with its shared object built."""
    out = ROOT / "generated"
    build(ROOT / "specs", out=out)
    sys.path.insert(0, str(out))
    return out


@pytest.fixture(scope="session")
def library(libraries: Path) -> Callable[[str], ModuleType]:
    """Imports a package of `specs/`."""
    return importlib.import_module


@pytest.fixture(scope="session")
def native_packages() -> Path:
    """The folder of the packages of tests/native: a cache that git ignores and builds keep warm.

    `rival` claims a name of `broken`, so one run would refuse the two together.
    """
    pytest.importorskip("torch")
    out = ROOT / "generated" / ".build" / "tests"
    specs = ROOT / "tests" / "native"
    build(specs, out=out)
    build(specs / "rival", out=out)
    sys.path.insert(0, str(out))
    return out


@pytest.fixture(scope="session")
def native(native_packages: Path) -> ModuleType:
    """The package of tests/native/native.yaml."""
    return importlib.import_module("native")


@pytest.fixture(scope="session")
def run_python(libraries: Path, native_packages: Path) -> Callable[..., str]:
    """Runs Python in a process of its own that finds all packages; gives what it printed.

    The process must end well: whatever a test provokes in it, nothing may abort.
    """

    def run_code(code: str, *arguments: object, **environment: str) -> str:
        environment = {"PYTHONPATH": f"{native_packages}:{libraries}", **environment}
        return printed(sys.executable, "-W", "ignore", "-c", code, *arguments, **environment)

    return run_code
