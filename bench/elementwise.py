"""Times the elementwise delegate against eager and TorchScript, and prints a Markdown table.

python -m codegen build specs/elementwise.yaml
python bench/elementwise.py
"""

from __future__ import annotations

import argparse
import importlib
import platform
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

ROOT = Path(__file__).resolve().parent.parent

trace: Any = torch.jit.trace  # torch leaves it without annotations


class Chain(nn.Module):
    """`length` operations on two tensors and a constant: one of every kind in turn."""

    def __init__(self, length: int) -> None:
        super().__init__()
        self.length = length
        self.scale = nn.Parameter(torch.rand(1000))

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        steps: tuple[Callable[[Tensor], Tensor], ...] = (
            lambda z: z * self.scale,
            lambda z: z + y,
            torch.relu,
            lambda z: z - 0.5,
            lambda z: z / 3.0,
            lambda z: z * y,
            lambda z: torch.add(z, x, alpha=0.25),
            torch.sigmoid,
        )
        for i in range(self.length):
            x = steps[i % len(steps)](x)
        return x


def microseconds(
    call: Callable[[Tensor, Tensor], Tensor], x: Tensor, y: Tensor, budget: float
) -> float:
    """The median of calls that together take about `budget` seconds, after warming up."""
    for _ in range(5):
        call(x, y)
    times: list[float] = []
    end = time.perf_counter() + budget
    while time.perf_counter() < end or len(times) < 5:
        start = time.perf_counter()
        call(x, y)
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


def processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 64, 1000, 4000])
    parser.add_argument("--lengths", type=int, nargs="+", default=[1, 4, 8, 16])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--budget", type=float, default=0.5, help="seconds for each number")
    parser.add_argument(
        "--packages", type=Path, default=ROOT / "generated", help="the folder that was built into"
    )
    options = parser.parse_args()

    # In place of this file's own folder, where `elementwise` would be this file.
    sys.path[0] = str(options.packages)
    elementwise = importlib.import_module("elementwise")

    warnings.simplefilter("ignore", DeprecationWarning)
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    print(f"{processor()}, {options.threads} threads, {platform.system()}.")
    print(f"Python {platform.python_version()}, torch {torch.__version__}. float32, median.\n")
    print(
        "| elements | operations | eager, us | TorchScript, us | elementwise, us | against eager |"
    )
    print("|---:|---:|---:|---:|---:|---:|")
    with torch.no_grad():
        for rows in options.sizes:
            x, y = torch.randn(rows, 1000), torch.randn(rows, 1000)
            for length in options.lengths:
                module = Chain(length).eval()
                traced = trace(module, (x, y))
                lowered = elementwise.elementwise.lower(traced, {"forward": ()})
                torch.testing.assert_close(lowered(x, y), module(x, y))
                eager, script, ours = (
                    microseconds(call, x, y, options.budget) for call in (module, traced, lowered)
                )
                print(
                    f"| {x.numel():,} | {length} | {eager:,.1f} | {script:,.1f} | {ours:,.1f} "
                    f"| {eager / ours:.1f}x |",
                    flush=True,
                )
    return 0


if __name__ == "__main__":
    sys.exit(main())
