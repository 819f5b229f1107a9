"""Run the suites with another torch: `python tests/torches.py 2.14.1`.

The torch goes into an environment of its own below `.torches/`, which git ignores, or into that of `--environment`. The
suites run in a copy of the tree beside it, for shared objects are of one torch. Without a version they are those of the
generator, which needs no torch: `python3.10 tests/torches.py` tests it on another CPython.

A test of what a torch lacks is skipped with that reason. The results are printed and stand in docs/torches.md.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import platform
import shutil
import subprocess
import sys
import venv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".torches"
PAGE = ROOT / "docs" / "torches.md"

HEAD = "| torch | CPython | platform | suites | passed | skipped | failed |"

ASK = """
import platform
try:
    from torch import __version__
except ImportError:
    __version__ = "none"
print(__version__, platform.python_version(), platform.system(), platform.machine())
"""

GENERATOR = (
    "cases cli codes completion errors format output reports scaffold structure templates watching"
).split()
TORCH = (
    "backends calls classes compile elementwise import jit_backend loading schema tensor_cache torchbind"
).split()


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("torch", nargs="?", metavar="VERSION", help="none: the generator's suites")
    parser.add_argument("--environment", type=Path, metavar="DIR", help="one that has this torch")
    parser.add_argument("--suite", action="append", metavar="NAME", help="test_NAME.py alone")
    options = parser.parse_args(arguments)
    folder = FOLDER / (options.torch or f"python{platform.python_version()}")
    python = (options.environment or environment(folder, options.torch)) / "bin" / "python"
    tree = folder / "tree"
    copy_tree(tree)
    suites = options.suite or (TORCH if options.torch else GENERATOR)
    results = folder / "results.xml"
    subprocess.run(
        [
            *(python, "-m", "pytest", "--continue-on-collection-errors", f"--junitxml={results}"),
            *(f"tests/test_{suite}.py" for suite in suites),
        ],
        cwd=tree,
        env={
            **os.environ,
            "PYTHONPATH": str(tree),
            "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
        },
        check=False,
    )
    row, skipped = summary(python, suites, results)
    print(HEAD, row, *skipped, sep="\n")
    record(row)


def environment(folder: Path, torch: str | None) -> Path:
    """A virtual environment of this Python, with that torch."""
    made = folder / "environment"
    if not made.is_dir():
        venv.create(made, with_pip=True)
    needed = (f"{ROOT}[tools]", *([f"torch=={torch}"] if torch else []))
    subprocess.run(
        [made / "bin" / "python", "-m", "pip", "install", "--quiet", *needed], check=True
    )
    return made


def copy_tree(tree: Path) -> None:
    """What git would commit. A file that is as it was keeps its time, so that a second run builds little."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for path in filter(None, listed.stdout.split("\0")):
        source, copy = ROOT / path, tree / path
        if source.is_file() and not (copy.is_file() and filecmp.cmp(source, copy, shallow=False)):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)
    # Some tests ask git for the files.
    subprocess.run(["git", "init", "--quiet"], cwd=tree, check=True)
    subprocess.run(["git", "add", "--all"], cwd=tree, check=True)


def summary(python: Path, suites: Sequence[str], results: Path) -> tuple[str, list[str]]:
    """The row of a run in the table of the page, and why tests were skipped."""
    asked = subprocess.run([python, "-c", ASK], capture_output=True, text=True, check=True)
    torch, cpython, system, machine = asked.stdout.split()
    cases = list(ElementTree.parse(results).iter("testcase"))
    marks = [
        child for case in cases for child in case if child.tag in ("skipped", "failure", "error")
    ]
    counts = Counter(mark.tag for mark in marks)
    failed = counts["failure"] + counts["error"]
    passed = len(cases) - len(marks)
    cells = (
        torch,
        cpython,
        f"{system} {machine}",
        " ".join(suites),
        passed,
        counts["skipped"],
        failed,
    )
    reasons = Counter(mark.get("message") for mark in marks if mark.tag == "skipped")
    skipped = [f"{count} skipped: {reason}" for reason, count in reasons.items()]
    return f"| {' | '.join(map(str, cells))} |", skipped


def record(row: str) -> None:
    """Put a row into the table of the page, in place of that of the same torch, CPython and suites."""

    def key(line: str) -> list[str]:
        return line.split("|")[1:5]

    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = lines.index(HEAD) + 2
    end = lines.index("", start)
    others = [line for line in lines[start:end] if key(line) != key(row)]
    lines[start:end] = sorted([*others, row], key=key)
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
