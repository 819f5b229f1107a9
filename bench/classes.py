"""Compiles the registration of one class, generated and written by hand, and compares the cost.

python bench/classes.py
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from compiling import (
    FLOOR,
    GENERATED,
    INT,
    RUN_TIME,
    Compiler,
    Contender,
    Measured,
    Method,
    Torch,
    class_def,
    introduce,
    loaded,
    measure,
    must_equal,
    parser,
    random_methods,
    schemas,
    sources,
)
from generate import codegen

EPILOG = """\
A class of random methods and its implementation are made up from the seed. Each row but run-time
compiles one source file that includes both:

  precompiled header   torch/custom_class.h, with --pch; all rows below it start from it
  floor                the class alone, made once; registers nothing
  run-time             _codegen/src/registration.cpp: once for all generated libraries of a build
  generated            src/registration.cpp of `python -m codegen`; its size includes the run-time
  class_::def          by hand with `.def("name", &T::name, "", {torch::arg("x")})`

The last two are held against each other: the CPU time of the whole file, so implementation and
registration together, and the size. They are loaded, their schemas compared, and what their
methods return to Python: an argument, wherever one is of the type of the result. "above the floor"
is what the registration itself costs. CPU time is user and system of the compiler and its
children, the least of --runs: even that is stretched on a busy machine. The size is that of the
shared object, stripped.

Ends with 1 if schemas or results differ, not if a target is missed.

examples:
  python bench/classes.py                            300 methods at -O2
  python bench/classes.py --pch                      with a precompiled header
  python bench/classes.py --methods 10 --seed 7      a small class, other signatures
  python bench/classes.py --keep /tmp/sources        keep what was compiled, to read it
"""

NAMESPACE = "bench_classes"
BY_HAND = "class_::def"

# What generated may be of by hand.
CPU_TARGET = 0.40
PRECOMPILED_CPU_TARGET = 0.30
SIZE_TARGET = 1 / 3


# What all rows share.


def echoed(method: Method) -> str:
    """The last argument of the type of the result, which a call then shows to have arrived."""
    fitting = [argument.name for argument in method.arguments if argument.type == method.result]
    return fitting[-1] if fitting else ""


def body(method: Method) -> str:
    if method.result is None:
        return "  ++calls_;"
    fresh = "calls_" if method.result == INT else f"{method.result.cpp}()"
    return f"  ++calls_;\n  return {echoed(method) or fresh};"


def class_h(methods: list[Method]) -> str:
    """The class and its implementation, since each row is one file."""
    declarations = "\n".join(f"  {method.declaration()};" for method in methods)
    bodies = "\n\n".join(
        f"{method.declaration('Class::')} {{\n{body(method)}\n}}" for method in methods
    )
    return f"""\
#pragma once
#include <torch/custom_class.h>

namespace bench {{
class Class : public torch::CustomClassHolder {{
 public:
{declarations}

 private:
  int64_t calls_ = 0;
}};

{bodies}
}}  // namespace bench
"""


# torch returns no tuple to Python that holds an undefined tensor.
UNDEFINED = re.compile(r"\(.*Tensor\b[^?[]")


def calls(methods: list[Method]) -> list[str]:
    """Prints what methods return, every other one called by keyword; defaults are left out."""
    made = []
    for i, method in enumerate(methods):
        schema = method.result.schema if method.result else ""
        if UNDEFINED.match(schema) and not echoed(method):
            continue
        given = ", ".join(
            f"{argument.name}={argument.type.python}" if i % 2 else argument.type.python
            for argument in method.arguments
            if not argument.default
        )
        made.append(f"print(repr(one.{method.name}({given})))")
    return made


# The contenders.


def floor() -> str:
    return """\
#include "class.h"

c10::intrusive_ptr<bench::Class> make() { return c10::make_intrusive<bench::Class>(); }
"""


def spec(methods: list[Method]) -> str:
    funcs = "\n".join(f"      - func: '{method.func}'" for method in methods)
    return f"""\
library: bench
namespace: {NAMESPACE}
cpp: {{include_dirs: [.], headers: [class.h]}}
classes:
  - name: Class
    class: bench::Class
    init: ()
    methods:
{funcs}
"""


def write_sources(folder: Path, methods: list[Method]) -> list[Contender]:
    """Writes what each contender compiles; the run-time comes before what links it."""
    folder.mkdir(parents=True)
    texts = {
        "class.h": class_h(methods),
        "floor.cpp": floor(),
        "class_def.cpp": class_def("Class", NAMESPACE, "class.h", methods),
        "bench.yaml": spec(methods),
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    out = folder / "out"
    codegen(folder / "bench.yaml", "--out", out)
    run_time = out / "_codegen"
    includes = (folder, out / "bench" / "include", run_time / "include")
    return [
        Contender(FLOOR, folder / "floor.cpp", (folder,)),
        Contender(RUN_TIME, run_time / "src" / "registration.cpp", includes),
        Contender(GENERATED, out / "bench" / "src" / "registration.cpp", includes),
        Contender(BY_HAND, folder / "class_def.cpp", (folder,)),
    ]


def print_ratios(generated: Measured, by_hand: Measured, cpu_target: float) -> None:
    print("\n| generated / by hand | ratio | target | |\n|---|---:|---:|---|")
    for name, ratio, target in (
        ("CPU", generated.cpu / by_hand.cpu, cpu_target),
        ("stripped", generated.size / by_hand.size, SIZE_TARGET),
    ):
        verdict = "met" if ratio <= target else "not met"
        print(f"| {name} | {ratio:.3f} | {target:.3f} | {verdict} |", flush=True)


def main() -> int:
    made = parser(__doc__, EPILOG, "class", 300)
    made.add_argument("--pch", action="store_true", help="precompile torch/custom_class.h")
    options = made.parse_args()
    methods = random_methods(options.methods, options.seed)
    with sources(options.keep) as folder:
        contenders = write_sources(folder, methods)
        compiler = Compiler(options.compiler, Torch(), folder / "made")
        introduce(compiler, options)
        measured = measure(compiler, contenders, options.runs, options.pch)
        target = PRECOMPILED_CPU_TARGET if options.pch else CPU_TARGET
        print_ratios(measured[GENERATED], measured[BY_HAND], target)
        libraries = {name: one.library for name, one in measured.items()}
        registered = {name: schemas(library) for name, library in libraries.items()}
        must_equal("methods", registered, options.methods)
        called = calls(methods)
        script = f"one = torch.classes.{NAMESPACE}.Class()\n" + "\n".join(called)
        returned = {name: loaded(library, script) for name, library in libraries.items()}
        must_equal("results", returned, len(called))
        print(f"\nBoth register the same {options.methods} schemas,", end=" ")
        print(f"and {len(called)} calls return the same.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
