"""Times a convolutional network and a transformer encoder: eager, torch.jit, OpenVINO's own Python API, and lowered.

The figure to look at is the last column: what a call of the lowered module costs beyond OpenVINO's own call.
Build the libraries first: python -m codegen build specs/
"""

from __future__ import annotations

import argparse
import importlib
import itertools
import os
import platform
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

PACKAGES = Path(__file__).parent.parent / "generated"


class Nothing(nn.Module):
    """One addition on four numbers: what is timed is the call."""

    def forward(self, x: Tensor) -> Tensor:
        return x + 1


class ConvNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        widths = [3, 32, 64, 128]
        self.layers = nn.Sequential(
            *(
                layer
                for before, after in itertools.pairwise(widths)
                for layer in (
                    nn.Conv2d(before, after, 3, padding=1),
                    nn.BatchNorm2d(after),
                    nn.ReLU(),
                    nn.MaxPool2d(2),
                )
            )
        )
        self.head = nn.Linear(widths[-1], 10)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(self.layers(x).mean((2, 3)))
        return logits


class EncoderLayer(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.feed = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )
        self.norm1 = nn.LayerNorm(width)
        self.norm2 = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        batch, length, width = x.shape
        qkv = self.qkv(self.norm1(x)).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        attended = F.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2])
        x = x + self.out(attended.transpose(1, 2).reshape(batch, length, width))
        fed: Tensor = self.feed(self.norm2(x))
        return x + fed


MODELS: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "nothing": (Nothing, (4,)),
    "convnet": (ConvNet, (3, 64, 64)),
    "encoder": (lambda: nn.Sequential(*(EncoderLayer(128, 4) for _ in range(4))), (64, 128)),
}


def contenders(package: Any, net: nn.Module, x: Tensor) -> dict[str, Callable[[], Any]]:
    """The same model and input, four ways; checked against each other before they are timed."""
    openvino = importlib.import_module("openvino")
    scripted = torch.jit.script(net)
    frozen = torch.jit.freeze(scripted)
    spec = {"forward": [x]}
    lowered = package.openvino_delegate.lower(scripted, spec)
    convert = importlib.import_module("openvino_delegate.convert")
    xml, weights, device, properties, _ = convert.prepare(scripted, spec)["forward"]
    core = openvino.Core()
    model = core.read_model(xml.encode(), openvino.Tensor(weights.numpy()))
    compiled = core.compile_model(model, device, properties)
    array = x.numpy()
    torch.testing.assert_close(lowered(x), net(x), rtol=1e-3, atol=1e-4)
    return {
        "eager": lambda: net(x),
        "torch.jit": lambda: frozen(x),
        "openvino": lambda: compiled([array], share_inputs=True, share_outputs=True),
        "lowered": lambda: lowered(x),
    }


ROUNDS = 5


def microseconds(calls: dict[str, Callable[[], Any]], seconds: float) -> dict[str, float]:
    """The median of each call, in a few rounds, so that a busy moment of the machine hits all.

    Within a round each has its turn of many calls: torch and OpenVINO keep threads of their own, and those of the one
    still spin for a moment when the other begins.
    """
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            call()
            end = time.perf_counter() + seconds / ROUNDS / len(calls)
            while (start := time.perf_counter()) < end:
                call()
                times[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) * 1e6 for name, values in times.items()}


def machine() -> str:
    openvino = importlib.import_module("openvino")
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return (
        f"{names[0] if names else platform.processor()}, {os.cpu_count()} CPUs; "
        f"Python {platform.python_version()}, torch {torch.__version__} "
        f"({torch.get_num_threads()} threads), OpenVINO {openvino.__version__.split('-')[0]}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--batches", nargs="+", type=int, default=[1, 8, 32], metavar="N")
    parser.add_argument("--seconds", type=float, default=4.0, help="time spent on each row")
    parser.add_argument("--packages", default=str(PACKAGES), help="folder of the built packages")
    options = parser.parse_args()
    warnings.simplefilter("ignore", DeprecationWarning)
    sys.path.insert(0, options.packages)
    package = importlib.import_module("openvino_delegate")
    print(machine(), end="\n\n")
    print("µs a call | batch | eager | torch.jit | openvino | lowered | lowered - openvino")
    print("---|--:|--:|--:|--:|--:|--:")
    with torch.no_grad():
        for name in options.models:
            make, shape = MODELS[name]
            for batch in options.batches if name != "nothing" else [1]:
                x = torch.rand(batch, *shape)
                times = microseconds(contenders(package, make().eval(), x), options.seconds)
                columns = [*times.values(), times["lowered"] - times["openvino"]]
                print(name, batch, *(f"{value:,.0f}" for value in columns), sep=" | ", flush=True)


if __name__ == "__main__":
    main()
