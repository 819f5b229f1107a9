"""Builds the projects that `python -m codegen init` makes from nothing, and says what each file costs.

python bench/project.py
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from compiling import Torch
from generate import ROOT, load, machine, run

EPILOG = """\
Each template of `init` is configured and built as its CMakeLists.txt says: no compiler cache, one
file after another. CPU time is user and system of all processes, the least of --runs. With --beside,
the builds of both versions alternate, so that other work on the machine slows both alike.

examples:
  python bench/project.py                            of this checkout
  python bench/project.py --runs 3 --beside ../main  and of another one, with the ratio
"""

TEMPLATES = ("backend", "classes")
# Of every project; what is left is the user's own.
ROLES = {
    "_codegen/src/registration.cpp": "run-time of all libraries",
    "_codegen/src/python/module.cpp": "module of the Python classes",
    "src/registration.cpp": "registration",
    "src/python/stamp.cpp": "stamp",
}
REST = "the example's C++"
LINK = "configure and link"


class Project:
    """A project of one template, made by the generator of a checkout."""

    def __init__(self, checkout: Path, template: str, folder: Path) -> None:
        self.checkout = checkout
        self.template = template
        self.folder = folder
        self.costs: dict[str, float] = {}
        made = [sys.executable, "-m", "codegen", "init", "example", "--template", template]
        # From there, so that this is the generator that runs.
        run([*made, "--dir", folder], checkout)

    def build(self) -> None:
        """Builds it from nothing; keeps the least that each step has cost so far."""
        build = self.folder / "build"
        shutil.rmtree(build, ignore_errors=True)
        tools = Path(sys.executable).parent
        configure: list[str | Path] = [
            tools / "cmake",
            "-GNinja",
            "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON",
            f"-DCMAKE_MAKE_PROGRAM={tools / 'ninja'}",
            f"-DTorch_DIR={Torch().root / 'share' / 'cmake' / 'Torch'}",
            f"-DPython_EXECUTABLE={sys.executable}",
            f"-S{self.folder}",
            f"-B{build}",
        ]
        link = run(configure).cpu
        for step in json.loads((build / "compile_commands.json").read_text()):
            made = Path(step["output"]).relative_to(build)
            cost = run([tools / "ninja", "-C", build, made]).cpu
            ours = (role for end, role in ROLES.items() if step["file"].endswith(end))
            self._keep(next(ours, REST), cost)
        self._keep(LINK, link + run([tools / "ninja", "-C", build]).cpu)

    def _keep(self, step: str, cost: float) -> None:
        self.costs[step] = min(cost, self.costs.get(step, cost))


def report(template: str, projects: list[Project]) -> None:
    ours, *others = (project.costs for project in projects)
    steps = [*dict.fromkeys(step for project in projects for step in project.costs)]
    rows = [(step, *(costs.get(step, 0.0) for costs in (ours, *others))) for step in steps]
    rows.append(("**all**", *(sum(costs.values()) for costs in (ours, *others))))
    for step, *costs in rows:
        beside = f" | {costs[1]:.1f} | {costs[0] / costs[1]:.2f}" if others else ""
        print(f"| {template} | {step} | {costs[0]:.1f}{beside} | {load()} |", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=1, help="builds; the least counts (1)")
    parser.add_argument(
        "--beside", type=Path, metavar="CHECKOUT", help="a checkout of another version"
    )
    options = parser.parse_args()
    os.environ.pop("CMAKE_CXX_COMPILER_LAUNCHER", None)
    os.environ["CCACHE_DISABLE"] = "1"
    print(f"{machine()}. The least of {options.runs}.\n")
    beside = " beside, s | ratio |" if options.beside else ""
    print(f"| template | step | CPU, s |{beside} load |")
    print(f"|---|---|---:|{'---:|---:|' if options.beside else ''}---:|")
    checkouts = [ROOT, options.beside.resolve()] if options.beside else [ROOT]
    for template in TEMPLATES:
        with tempfile.TemporaryDirectory() as folder:
            projects = [
                Project(checkout, template, Path(folder) / str(i))
                for i, checkout in enumerate(checkouts)
            ]
            for _ in range(options.runs):
                for project in projects:
                    project.build()
            report(template, projects)
    return 0


if __name__ == "__main__":
    sys.exit(main())
