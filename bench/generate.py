"""Times `python -m codegen` as a user runs it: a whole process, with a fresh interpreter each time.

python bench/generate.py
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent

EPILOG = """\
rows:
  python -c pass       the interpreter alone: what no change of the generator can win back
  --version, --help    what a command costs before it does anything
  cold                 into an output folder that does not exist yet
  unchanged            once more into the same folder: nothing to write
  unchanged, --check   the same comparison, as CI asks for it
  large                libraries with an interface of their own, made up here

One run more than is counted goes first, so that bytecode and files are in their caches. Wall time
is what a user waits for, and what the targets are about; other work on the machine stretches it.
Compare two versions by CPU time, and look at the load average before believing any wall time.

examples:
  python bench/generate.py                                 the committed specs and a large set
  python bench/generate.py --runs 3 --libraries 100        fewer runs, a larger set
"""

# Seconds of wall time; the last two on what is committed.
VERSION_TARGET = 0.08
COLD_TARGET = 0.5
UNCHANGED_TARGET = 0.25

# One signature of each kind that people write; a library of more methods starts over.
SIGNATURES = (
    "() -> bool",
    "(int count) -> int",
    "(str text, *, bool add_special=True) -> int[]",
    "(Tensor query, int k=10) -> (Tensor distances, Tensor ids)",
    '(Tensor input, float scale=1.0, str mode="nearest") -> Tensor',
    "(Tensor[] inputs, int[]? sizes=None) -> Tensor[]",
    "(Dict(str, Tensor) weights) -> None",
    "(Any handle, Any[] input) -> Any[]",
    "((int, str)? key=None) -> Dict(str, (int, Tensor[]))",
    "(bool[] mask, Scalar alpha=1) -> Tensor?",
)


class Cost(NamedTuple):
    """Seconds that a process and all its children took."""

    wall: float
    cpu: float


def run(command: Sequence[str | Path], folder: Path = ROOT) -> Cost:
    """Runs a command that must succeed; what it says is shown only where it does not."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return Cost(wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def codegen(*arguments: str | Path) -> Cost:
    return run([sys.executable, "-m", "codegen", *arguments])


def processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def machine() -> str:
    python = platform.python_version()
    return f"{processor()}, {os.cpu_count()} cores, {platform.system()}, Python {python}"


def load() -> str:
    """How many processes wanted a core during the last minute: says how far to trust wall times."""
    return f"{os.getloadavg()[0]:.1f}"


def median(measure: Callable[[int], Cost], runs: int) -> Cost:
    """The median of `runs` runs, which are told their number, after one that fills the caches."""
    costs = [measure(i) for i in range(runs + 1)][1:]
    return Cost(*(statistics.median(column) for column in zip(*costs, strict=True)))


def write_large(folder: Path, libraries: int, methods: int) -> None:
    folder.mkdir()
    for i in range(libraries):
        lines = [
            f"library: large_{i}",
            f"doc: Library {i} of {libraries}.",
            "cpp: {headers: [large.h]}",
            "backends:",
            "  - name: engine",
            f"    namespace: large_{i}",
            "    interface: EngineInterface",
            "    methods:",
        ]
        for j in range(methods):
            lines.append(f"      - func: 'method_{j}{SIGNATURES[j % len(SIGNATURES)]}'")
            lines.append(f"        doc: What method {j} does, in a sentence.")
        lines.append(f"    implementations: [{{name: engine_{i}, class: 'large_{i}::Engine'}}]")
        (folder / f"large_{i}.yaml").write_text("\n".join(lines) + "\n")


def verdict(cost: Cost, target: float) -> str:
    if cost.wall < target:
        return "met"
    return "missed; met in CPU time" if cost.cpu < target else "missed"


def row(name: str, cost: Cost, target: float | None = None) -> None:
    held = " | " if target is None else f"{target:.2f} | {verdict(cost, target)}"
    print(f"| {name} | {cost.wall:.2f} | {cost.cpu:.2f} | {held} | {load()} |", flush=True)


def time_specs(
    name: str, specs: Path, out: Path, runs: int, targets: tuple[float, float] | None = None
) -> None:
    """The three rows of one folder of specs."""
    cold, unchanged = targets or (None, None)
    # A new folder each time: none is deleted while the next run is timed.
    row(f"{name}, cold", median(lambda i: codegen(specs, "--out", out / f"{i}"), runs), cold)
    last = out / f"{runs}"
    again = median(lambda _: codegen(specs, "--out", last), runs)
    row(f"{name}, unchanged", again, unchanged)
    check = median(lambda _: codegen(specs, "--out", last, "--check"), runs)
    row(f"{name}, unchanged, --check", check)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=9, help="runs behind each median (9)")
    parser.add_argument("--libraries", type=int, default=20, help="of the large set (20)")
    parser.add_argument("--methods", type=int, default=15, help="of each of its libraries (15)")
    options = parser.parse_args()

    packages = ("torch-backend-codegen", "jinja2", "pyyaml", "black")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    print(f"{machine()}.\n{versions}. Median of {options.runs}.\n")
    print("| run | wall, s | CPU, s | target, s | | load |\n|---|---:|---:|---:|---|---:|")
    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(temporary)
        row("python -c pass", median(lambda _: run([sys.executable, "-c", "pass"]), options.runs))
        row("--version", median(lambda _: codegen("--version"), options.runs), VERSION_TARGET)
        row("--help", median(lambda _: codegen("--help"), options.runs))
        targets = (COLD_TARGET, UNCHANGED_TARGET)
        time_specs("specs/", ROOT / "specs", scratch / "specs_out", options.runs, targets)
        large = scratch / "large"
        write_large(large, options.libraries, options.methods)
        name = f"large ({options.libraries} libraries of {options.methods} methods)"
        time_specs(name, large, scratch / "large_out", options.runs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
