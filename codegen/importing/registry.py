"""What built libraries register with torch, as frozen values. `probe` finds it, in a process of its own.

A library runs its own code while it is loaded, and torch aborts the process where a registration fails: neither may
happen to codegen.
"""

from __future__ import annotations

import importlib.util
import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from codegen.diagnostics import Stop
from codegen.types import CLASSES_PREFIX

# Of what a process said before it ended, the last lines tell why.
_LINES = 12
# But those of torch's traces, which it prints behind the message.
_FRAMES = ("frame #", "<omitting python frames>")


class Member(NamedTuple):
    """A method; the first argument is the object, unless it is static."""

    schema: str
    static: bool

    @property
    def name(self) -> str:
        return self.schema.partition("(")[0]


class Accessors(NamedTuple):
    """A property by the names of its methods."""

    name: str
    getter: str
    setter: str | None


class Registered(NamedTuple):
    """A class."""

    name: str
    """In full, `__torch__.torch.classes.<namespace>.<name>`."""
    doc: str
    methods: tuple[Member, ...]
    properties: tuple[Accessors, ...]

    @property
    def namespace(self) -> str:
        return self.name.removeprefix(CLASSES_PREFIX).partition(".")[0]

    @property
    def short(self) -> str:
        return self.name.rpartition(".")[2]


class Operator(NamedTuple):
    """An operator of the dispatcher."""

    schema: str
    new: bool
    """Whether the libraries register it; if not, they have kernels for one that torch had before."""
    keys: tuple[str, ...]
    """The dispatch keys that have a new kernel."""
    tags: tuple[str, ...]

    @property
    def namespace(self) -> str:
        return self.schema.partition("::")[0]


class Registry(NamedTuple):
    """All that is new in torch once libraries are loaded."""

    classes: tuple[Registered, ...]
    unknown: tuple[str, ...]
    """Schemas of methods whose class torch does not tell."""
    operators: tuple[Operator, ...]
    types: tuple[str, ...]
    """The C++ classes that are registered, in no relation to `classes`."""


def read(libraries: Sequence[Path]) -> Registry:
    """Loads the libraries, one after the other in one process, and tells what they registered.

    Raises:
        Stop: torch is not installed, a library does not load, or nothing is registered.
    """
    if importlib.util.find_spec("torch") is None:
        raise Stop("torch is not installed, and only torch tells: pip install torch")
    for library in libraries:
        if not library.is_file():
            raise Stop(f"there is no file {library}")
    report = _report(libraries)
    registry = Registry(
        classes=tuple(_class(item) for item in report["classes"]),
        unknown=tuple(report["unknown"]),
        operators=tuple(
            Operator(item["schema"], item["new"], tuple(item["keys"]), tuple(item["tags"]))
            for item in report["operators"]
        ),
        types=tuple(report["types"]),
    )
    if not any((registry.classes, registry.unknown, registry.operators)):
        shown = ", ".join(path.name for path in libraries)
        message = (
            f"{shown}: loaded, and torch knows no class and no operator that it had not before"
        )
        raise Stop(message)
    return registry


def _class(item: Any) -> Registered:
    return Registered(
        name=item["name"],
        doc=item["doc"],
        methods=tuple(Member(**method) for method in item["methods"]),
        properties=tuple(Accessors(**prop) for prop in item["properties"]),
    )


def _report(libraries: Sequence[Path]) -> dict[str, Any]:
    """Runs the script; what it wrote, if it came to an end."""
    script = Path(__file__).with_name("probe.py").read_text(encoding="utf-8")
    with TemporaryDirectory(prefix="codegen-") as folder:
        path = Path(folder) / "report.json"
        paths = [str(library.resolve()) for library in libraries]
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", script, str(path), *paths],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            check=False,
        )
        report = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if "classes" in report and done.returncode == 0:
        return dict(report)
    raise Stop(_why(report, libraries, done))


def _why(
    report: dict[str, Any], libraries: Sequence[Path], done: subprocess.CompletedProcess[str]
) -> str:
    if "torch" in report:
        return f"torch cannot be imported: {report['torch']}"
    if "error" in report:
        library = libraries[report["loading"]]
        reason = report["error"].removeprefix(f"{library.resolve()}: ")
        return f"{library} cannot be loaded: {reason}"
    lines = [line for line in done.stderr.strip().splitlines() if not line.startswith(_FRAMES)]
    said = "".join(f"\n  {line}" for line in lines[-_LINES:])
    end = f"the process ended with {_ending(done.returncode)}" + (said and f":{said}")
    if "loading" in report:
        return f"{libraries[report['loading']]}: while it was loaded {end}"
    return f"what is registered cannot be read: {end}"


def _ending(returncode: int) -> str:
    if returncode >= 0:
        return f"exit code {returncode}"
    try:
        return signal.Signals(-returncode).name
    except ValueError:
        return f"signal {-returncode}"
