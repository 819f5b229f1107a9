"""Times one call from Python of a method of a class: generated, and bound in the other known ways.

python bench/calls.py
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import importlib.util
import json
import os
import shlex
import sys
import sysconfig
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from timeit import Timer
from types import SimpleNamespace
from typing import Any

import torch
from compiling import Compiler, Contender, Torch, sources
from generate import ROOT, codegen, load, machine

EPILOG = """\
The class of bench/peers/counter.h, whose methods do next to nothing, and all its contenders are
compiled with the compiler and the flags that CMake gives the generated library, and called in one
process:

  generated      the class of a package from `python -m codegen build`
  torch.classes  the same registration, through torch.classes.<namespace>.Counter()
  torch.ops      operators of the same signatures, which take no object: overloads looked up
                 beforehand, such as torch.ops.peers.get.default
  pybind11       with torch's caster for tensors and call_guard<gil_scoped_release>
  by hand        METH_FASTCALL: an int is no bool, a bool no int, a Tensor a Tensor, only `int?` takes
                 None, or TypeError; nothing goes by keyword; releases the GIL too
  nanobind       if it is installed: with a caster for tensors by hand and
                 call_guard<gil_scoped_release>

and the last three once more, holding the GIL. Whether it is held is asked of a method of the class.
pybind11 and nanobind convert arguments as they do by default: the last line says who refuses what.
A dash: there is no such call. The tensor is one that Python alone holds: its first copy in C++ and
the end of that count a reference of the Python object too, and take the GIL where it is not held.

One figure is the time of a loop of one statement less that of the same loop of `pass`: so the call,
the lookup of the method and the loads of its arguments, which are local variables. Each is the
least of --repeat loops of about a millisecond; all contenders and calls take turns in each repeat.
The garbage collector is off.

TorchScript: a scripted function that calls `o.get()` 100,000 times, on an object of the generated
class and on one of the same class registered with torch::class_::def. Up to 5% more counts as no
slower.

Ends with 1 if a contender returns something else than the others, or the one by hand accepts what
it must refuse; not if a target is missed.

examples:
  python bench/calls.py                        a minute, half of it compiling
  python bench/calls.py --repeat 1000          a busy machine
  python bench/calls.py --keep /tmp/calls      keep what was compiled, to read it
"""

LIBRARY = "bench_calls"

GENERATED = "generated"
CLASSES = "torch.classes"
OPS = "torch.ops"
PYBIND11 = "pybind11"
BY_HAND = "by hand"
NANOBIND = "nanobind"
HELD = ", GIL held"

TRIVIAL = "o.get()"
MIXED = "o.search(7, x, True)"
KEYWORD = "o.scale(x, k=2.0)"
CONSTRUCTION = "Counter()"
PROPERTY = "o.value"

# What a call returns, as `repr` has it; None where that says nothing.
CALLS = {
    TRIVIAL: "3",
    MIXED: "11",
    "o.add(7)": "10",
    "o.scale(x)": "tensor([1., 1., 1.])",
    KEYWORD: "tensor([1., 1., 1.])",
    "o.echo(text)": "'some text'",
    "o.same(items)": "[1, 2, 3, 4, 5, 6, 7, 8]",
    CONSTRUCTION: None,
    PROPERTY: "3",
}

# Not timed: what arguments become, and what is a TypeError where they are checked.
ALSO = {
    "o.search(None, x, False)": "1",
    "o.scale(x, 0.0)": "tensor([0., 0., 0.])",
    "o.same([])": "[]",
}
REFUSED = (
    "o.get(7)",
    "o.add()",
    "o.add(True)",
    "o.add(1.5)",
    "o.add(None)",
    "o.search(True, x, True)",
    "o.search(7, None, True)",
    "o.search(7, [1.0], True)",
    "o.search(7, x, 1)",
    "o.search(7, x, None)",
    "o.search(7, x)",
    "o.scale(x, True)",
    "o.echo(b'some text')",
    "o.same([1, True])",
    "o.same(7)",
    "Counter(7)",
    "type(o).get(x)",
)

SPEC = f"""\
library: {LIBRARY}
cpp: {{include_dirs: [.], headers: [counter.h]}}
classes:
  - name: Counter
    class: {LIBRARY}::Counter
    init: ()
    methods:
      - func: get() -> int
      - func: add(int n) -> int
      - func: search(int? limit, Tensor query, bool exact) -> int
      - func: scale(Tensor x, float k=1.0) -> Tensor
      - func: echo(str text) -> str
      - func: same(int[] items) -> int[]
      - func: holds_gil() -> bool
    properties:
      - {{name: value, type: int, get: value}}
"""

SCRIPT = """\
def called(o: __torch__.torch.classes.{namespace}.Counter, n: int) -> int:
    total = 0
    for _ in range(n):
        total += o.get()
    return total
"""
SCRIPT_CALLS = 100_000

# Nanoseconds of one loop: short, so that some fall between what else the machine does.
BURST = 1_000_000

# Nanoseconds, and how often one goes into the other.
TRIVIAL_TARGET = 100.0
CLASSES_TARGETS = {TRIVIAL: 50.0, MIXED: 25.0}
PYBIND11_TARGET = 1.0
BY_HAND_TARGET = 3.0
SCRIPT_TARGET = 1.05


# Compiling the contenders.


def flags_of(out: Path) -> tuple[str, list[str]]:
    """The compiler that CMake chose for the generated library, and the flags that it gave."""
    entries = json.loads((out / ".build" / "compile_commands.json").read_text())
    entry = next(one for one in entries if Path(one["file"]).is_relative_to(out / LIBRARY))
    compiler, *words = shlex.split(entry["command"])
    flags = []
    rest = iter(words)
    for word in rest:
        if word in ("-I", "-isystem", "-o", "-c", "-MT", "-MF"):
            next(rest)
        elif not word.startswith(("-I", "-isystem", "-M")) and not word.endswith("_EXPORTS"):
            flags.append(word)
    return compiler, flags


def build(folder: Path) -> Compiler:
    """Builds the package in `folder`/out, and gives what compiles the contenders into made."""
    folder.mkdir(parents=True)
    # Another class to C++: torch registers one under one name.
    text = (ROOT / "bench" / "peers" / "counter.h").read_text()
    (folder / "counter.h").write_text(text.replace("namespace peers", f"namespace {LIBRARY}"))
    (folder / f"{LIBRARY}.yaml").write_text(SPEC)
    out = folder / "out"
    os.environ["CMAKE_EXPORT_COMPILE_COMMANDS"] = "ON"
    # The class calls PyGILState_Check, which no library that it links to defines.
    options = ("-D", "CODEGEN_NO_UNDEFINED=OFF")
    codegen("build", folder / f"{LIBRARY}.yaml", "--out", out, *options)
    name, flags = flags_of(out)
    return Compiler(name, Torch(), folder / "made", flags)


def compile_peers(compiler: Compiler, nanobind: Path | None) -> None:
    """Compiles the shared objects of all but the generated, two or more at a time."""
    peers = ROOT / "bench" / "peers"
    python = Path(sysconfig.get_path("include"))
    # As pybind11's and nanobind's own instructions have it.
    hidden = ("-fvisibility=hidden",)
    made = {
        "peers": [Contender("registration", peers / "registration.cpp", ())],
        "peers_pybind": [Contender("pybind", peers / "with_pybind11.cpp", (python,), hidden)],
        "peers_by_hand": [Contender("by hand", peers / "by_hand.cpp", (python,))],
    }
    if nanobind:
        include = nanobind / "include"
        own = (python, include, nanobind / "ext" / "robin_map" / "include")
        own_flags = (*hidden, "-fno-strict-aliasing", "-DNB_COMPACT_ASSERTIONS")
        made["peers_nanobind"] = [
            Contender("nanobind", peers / "with_nanobind.cpp", (python, include), hidden),
            Contender("libnanobind", nanobind / "src" / "nb_combined.cpp", own, own_flags),
        ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        compiling = {
            name: [pool.submit(compiler.compile, one, 1) for one in contenders]
            for name, contenders in made.items()
        }
    for name, running in compiling.items():
        libraries = () if name == "peers" else ("-ltorch_python",)
        compiler.link(name, [one.result()[1] for one in running], libraries)


# What is called.


@dataclass
class Peer:
    """One contender: the class, an object of it, and the statements that it has nothing for."""

    cls: Callable[..., Any]
    made: Any
    lacks: tuple[str, ...] = ()
    best: dict[str, float] = field(default_factory=dict)
    """Nanoseconds by statement."""

    @classmethod
    def of(cls, bound: Callable[..., Any], *lacks: str) -> Peer:
        return cls(bound, bound(), lacks)

    @property
    def names(self) -> dict[str, Any]:
        return {
            "o": self.made,
            "Counter": self.cls,
            "x": torch.ones(3),
            "text": "some text",
            "items": [1, 2, 3, 4, 5, 6, 7, 8],
        }

    def timer(self, statement: str) -> Timer:
        """All names are local variables of the loop."""
        names = self.names
        setup = "; ".join(f"{name} = names[{name!r}]" for name in names)
        return Timer(statement, setup, time.perf_counter_ns, globals={"names": names})


def peers(folder: Path) -> dict[str, Peer]:
    made = folder / "made"
    # In place of this file's own folder.
    sys.path[0:1] = [str(folder / "out"), str(made)]
    generated = importlib.import_module(LIBRARY)
    operators: Any = torch.ops
    operators.load_library(made / "peers.so")
    methods = ("get", "add", "search", "scale", "echo", "same", "holds_gil")
    overloads = {name: getattr(operators.peers, name).default for name in methods}
    found = {
        GENERATED: Peer.of(generated.Counter),
        CLASSES: Peer.of(getattr(torch.classes, LIBRARY).Counter),
        OPS: Peer.of(lambda: SimpleNamespace(**overloads), CONSTRUCTION, PROPERTY),
    }
    modules = {PYBIND11: "peers_pybind", BY_HAND: "peers_by_hand", NANOBIND: "peers_nanobind"}
    for name, module in modules.items():
        if (made / f"{module}.so").exists():
            one = importlib.import_module(module)
            lacks = (KEYWORD,) if name == BY_HAND else ()
            found[name] = Peer.of(one.Counter, *lacks)
            found[name + HELD] = Peer.of(one.Held, *lacks)
    return found


def check(found: dict[str, Peer]) -> None:
    """Ends the program unless all return the same, and the one by hand refuses what it should."""
    for name, peer in found.items():
        for statement, expected in (CALLS | ALSO).items():
            if expected is None or statement in peer.lacks:
                continue
            returned = repr(eval(statement, peer.names))
            if returned != expected:
                sys.exit(f"{name}: {statement} returned {returned}, not {expected}")
        refused = [statement for statement in REFUSED if refuses(peer, statement)]
        if name.startswith(BY_HAND) and len(refused) != len(REFUSED):
            sys.exit(f"{name} accepts {', '.join(set(REFUSED) - set(refused))}")
        if peer.made.holds_gil() != name.endswith(HELD) and name != GENERATED:
            sys.exit(f"{name} does not treat the GIL as it says")


def refuses(peer: Peer, statement: str) -> bool:
    try:
        eval(statement, peer.names)
    except TypeError:
        return True
    except Exception:  # a RuntimeError of torch's, say
        return False
    return False


# Timing it.


@dataclass
class Loop:
    timer: Timer
    count: int
    best: float = float("inf")

    @classmethod
    def of(cls, timer: Timer, burst: float = BURST) -> Loop:
        """So many calls that a loop takes about `burst` nanoseconds; this is the warming up too."""
        one = min(timer.timeit(200) for _ in range(5)) / 200
        return cls(timer, max(int(burst / one), 1))

    def run(self) -> None:
        self.best = min(self.best, self.timer.timeit(self.count) / self.count)


def measure(found: dict[str, Peer], repeat: int) -> float:
    """Fills in what each call takes; gives what the loop itself takes."""
    empty = Loop.of(found[GENERATED].timer("pass"))
    loops = {
        (name, statement): Loop.of(peer.timer(statement))
        for statement in CALLS
        for name, peer in found.items()
        if statement not in peer.lacks
    }
    for _ in range(repeat):
        empty.run()
        for loop in loops.values():
            loop.run()
    for (name, statement), loop in loops.items():
        found[name].best[statement] = loop.best - empty.best
    return empty.best


def measure_script(found: dict[str, Peer], repeat: int) -> tuple[float, float]:
    """Nanoseconds of one call in TorchScript: of the generated class, and of the one by hand."""
    loops = []
    by_hand: Any = torch.classes.peers.Counter()
    for namespace, one in ((LIBRARY, found[GENERATED].made), ("peers", by_hand)):
        text = SCRIPT.format(namespace=namespace)
        function = torch.jit.CompilationUnit(text).called
        for _ in range(5):
            function(one, 10)
        if function(one, 10) != 30:
            sys.exit(f"{text}\nreturned {function(one, 10)}, not 30")
        names = {"f": function, "o": one, "n": SCRIPT_CALLS}
        loops.append(Loop(Timer("f(o, n)", timer=time.perf_counter_ns, globals=names), 1))
    for _ in range(repeat):
        for loop in loops:
            loop.run()
    first, second = (loop.best / SCRIPT_CALLS for loop in loops)
    return first, second


# Printing it.


def print_calls(found: dict[str, Peer]) -> None:
    print(f"| call, ns | {' | '.join(found)} |\n|---|{'---:|' * len(found)}")
    for statement in CALLS:
        figures = (
            f"{peer.best[statement]:,.0f}" if statement in peer.best else "-"
            for peer in found.values()
        )
        print(f"| `{statement}` | {' | '.join(figures)} |")


def print_held(found: dict[str, Peer], script: tuple[float, float]) -> None:
    """The figures of the generated class against its targets."""
    print("\n| | measured | target | |\n|---|---:|---:|---|")

    def row(name: str, figure: float, target: float, least: bool = False) -> None:
        met = figure >= target if least else figure <= target
        bound = "at least" if least else "at most"
        verdict = "met" if met else "not met"
        print(f"| {name} | {figure:.2f} | {bound} {target:g} | {verdict} |")

    ours = found[GENERATED].best
    row(f"`{TRIVIAL}`, ns", ours[TRIVIAL], TRIVIAL_TARGET)
    for statement, target in CLASSES_TARGETS.items():
        ratio = found[CLASSES].best[statement] / ours[statement]
        row(f"`{statement}`, {CLASSES} / {GENERATED}", ratio, target, least=True)
    for name, target in ((PYBIND11, PYBIND11_TARGET), (BY_HAND, BY_HAND_TARGET)):
        for statement in (TRIVIAL, MIXED):
            ratio = ours[statement] / found[name].best[statement]
            row(f"`{statement}`, {GENERATED} / {name}", ratio, target)
    row(
        f"`{TRIVIAL}` in TorchScript, {GENERATED} / class_::def",
        script[0] / script[1],
        SCRIPT_TARGET,
    )


def print_checks(found: dict[str, Peer]) -> None:
    counts = (
        f"{name} {sum(refuses(peer, statement) for statement in REFUSED)}"
        for name, peer in found.items()
        if not name.endswith(HELD)
    )
    print(f"\nOf {len(REFUSED)} wrong calls, TypeErrors: {', '.join(counts)}.")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeat", type=int, default=200, help="loops; the least counts (200)")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="a new folder to leave all that is made in"
    )
    options = parser.parse_args()
    if options.repeat < 1:
        parser.error("--repeat must be positive")
    spec = importlib.util.find_spec(NANOBIND)
    nanobind = Path(spec.origin).parent if spec and spec.origin else None

    with sources(options.keep) as folder:
        compiler = build(folder)
        compile_peers(compiler, nanobind)
        found = peers(folder)
        check(found)
        packages = ["torch", *([NANOBIND] if nanobind else [])]
        versions = [f"{name} {importlib.metadata.version(name)}" for name in packages]
        print(f"{machine()}.\n{compiler.version}, {' '.join(compiler.flags)}.")
        print(f"{', '.join(versions)}.", end=" ")
        empty = measure(found, options.repeat)
        script = measure_script(found, max(options.repeat // 5, 1))
        print(
            f"The least of {options.repeat}, less {empty:.1f} ns of an empty loop; load {load()}."
        )
        if not nanobind:
            print("nanobind is not installed, so not in the table: pip install nanobind.")
        gil = "held" if found[GENERATED].made.holds_gil() else "released"
        print(f"The generated class calls with the GIL {gil}.\n")
        print_calls(found)
        print_held(found, script)
        print("\nOne call in TorchScript:", end=" ")
        print(f"{GENERATED} {script[0]:.1f} ns, class_::def {script[1]:.1f} ns.")
        print_checks(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
