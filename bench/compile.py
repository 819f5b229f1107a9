"""Compiles the registration of one interface, generated and written by hand, and compares the cost.

python bench/compile.py
"""

from __future__ import annotations

import sys
from pathlib import Path

from compiling import (
    DEFAULTS,
    FLOOR,
    GENERATED,
    RUN_TIME,
    Compiler,
    Contender,
    Method,
    Torch,
    class_def,
    introduce,
    measure,
    must_equal,
    parser,
    random_methods,
    schemas,
    sources,
)
from generate import codegen

EPILOG = """\
An interface of random methods and a class that implements it are made up from the seed. Each row
but run-time compiles one source file that includes both:

  floor        the implementation class alone, made once; registers nothing
  run-time     _codegen/src/registration.cpp: once for all generated libraries of a build
  generated    src/registration.cpp of `python -m codegen`; its size includes the run-time
  backend.h    by hand in the pattern of torch/csrc/jit/backends/backend.h: for each method a schema
               built argument by argument and an unboxed std::function that pops the stack, chained
               `_def_unboxed`
  class_::def  by hand with `.def("name", &T::name, "", {torch::arg("x")})`

The last three are loaded and their schemas compared: the rows differ in how they say the same.
"above the floor" is what the registration itself costs. CPU time is user and system of the
compiler and its children, the least of --runs: even that is stretched on a busy machine. The size
is that of the shared object, stripped.

examples:
  python bench/compile.py                            100 methods at -O2
  python bench/compile.py --methods 10 --seed 7      a small interface, other signatures
  python bench/compile.py --keep /tmp/sources        keep what was compiled, to read it
"""

NAMESPACE = "bench"


# What all rows share.


def interface(methods: list[Method]) -> str:
    """The abstract class by hand, as the generator writes it too."""
    declarations = "\n".join(f"  virtual {method.declaration()} = 0;" for method in methods)
    return f"""\
#pragma once
#include <torch/custom_class.h>

namespace bench {{
class Interface : public torch::CustomClassHolder {{
 public:
{declarations}
}};
}}  // namespace bench
"""


def implementation(methods: list[Method]) -> str:
    """Bodies of next to nothing, so that what is compared is the registration."""
    bodies = "\n".join(
        f"  {m.declaration()} override {{\n    ++calls_;\n"
        + (f"    return {m.result.cpp}();\n  }}" if m.result else "  }")
        for m in methods
    )
    return f"""\
#pragma once
#include "interface.h"

namespace bench {{
class Implementation : public Interface {{
 public:
{bodies}

 private:
  int64_t calls_ = 0;
}};
}}  // namespace bench
"""


# The contenders.


def floor() -> str:
    return """\
#include "implementation.h"

c10::intrusive_ptr<bench::Interface> make() { return c10::make_intrusive<bench::Implementation>(); }
"""


def spec(methods: list[Method]) -> str:
    funcs = "\n".join(f"      - func: '{method.func}'" for method in methods)
    return f"""\
library: bench
cpp: {{include_dirs: [.], headers: [implementation.h]}}
backends:
  - name: table
    namespace: {NAMESPACE}
    interface: Interface
    methods:
{funcs}
    implementations: [{{name: Implementation, class: 'bench::Implementation'}}]
"""


def schema_by_hand(method: Method) -> str:
    lines = ['  c10::Argument self("self", c10::AnyType::get());']
    for argument in method.arguments:
        default = DEFAULTS[argument.type][1] if argument.default else ""
        tail = f", std::nullopt, c10::IValue({default})" if default else ""
        lines.append(
            f'  c10::Argument {argument.name}("{argument.name}", {argument.type.torch}{tail});'
        )
    result = method.result.torch if method.result else "c10::NoneType::get()"
    given = ", ".join(["self", *(argument.name for argument in method.arguments)])
    return "\n".join(
        [
            f"inline c10::FunctionSchema {method.name}_schema() {{",
            *lines,
            f'  c10::Argument result("_0", {result});',
            f'  return c10::FunctionSchema("{method.name}", /*overload_name=*/"",',
            f"                             /*arguments=*/{{{given}}}, /*returns=*/{{result}});",
            "}",
        ]
    )


def function_by_hand(method: Method) -> str:
    pops = [
        # A copy, not a reference into what was popped.
        f"    {argument.type.cpp} {argument.name} = pop(stack).{argument.type.read};"
        for argument in reversed(method.arguments)
    ]
    given = ", ".join(f"std::move({argument.name})" for argument in method.arguments)
    call = f"self->{method.name}({given})"
    return "\n".join(
        [
            "template <typename TBackendInterface>",
            f"std::function<void(Stack&)> {method.name}_func() {{",
            "  return [](Stack& stack) {",
            *pops,
            "    auto self = pop(stack).toCustomClass<TBackendInterface>();",
            f"    auto result = {call};" if method.result else f"    {call};",
            f"    push(stack, {'std::move(result)' if method.result else 'c10::IValue()'});",
            "  };",
            "}",
        ]
    )


def backend_h(methods: list[Method]) -> str:
    functions = "\n\n".join(
        f"{schema_by_hand(method)}\n\n{function_by_hand(method)}" for method in methods
    )
    chain = "\n".join(
        f'            ._def_unboxed("{m.name}",\n'
        f"                          {m.name}_func<TBackendInterface>(), {m.name}_schema())"
        for m in methods
    )
    return f"""\
#include "implementation.h"

namespace bench {{
namespace {{
using torch::jit::pop;
using torch::jit::push;
using torch::jit::Stack;

{functions}
}}  // namespace

template <class TBackendInterface>
class table {{
 public:
  explicit table(const std::string& name) {{
    static auto cls =
        torch::class_<TBackendInterface>("{NAMESPACE}", name)
            .def(torch::init<>())
{chain};
  }}
}};

static table<Implementation> registered("Implementation");
}}  // namespace bench
"""


def write_sources(folder: Path, methods: list[Method]) -> list[Contender]:
    """Writes what each contender compiles; the run-time comes before what links it."""
    by_hand, ours = folder / "by_hand", folder / "generated"
    by_hand.mkdir(parents=True)
    ours.mkdir()
    (by_hand / "interface.h").write_text(interface(methods))
    # The abstract class is generated too, and ours is held against what the hand-written one says:
    # the same implementation overrides both.
    (ours / "interface.h").write_text("#pragma once\n#include <bench/table.h>\n")
    for side in (by_hand, ours):
        (side / "implementation.h").write_text(implementation(methods))
    texts = {
        "floor": floor(),
        "backend_h": backend_h(methods),
        "class_def": class_def("Implementation", NAMESPACE, "implementation.h", methods),
    }
    for name, text in texts.items():
        (by_hand / f"{name}.cpp").write_text(text)
    (ours / "bench.yaml").write_text(spec(methods))
    out = ours / "out"
    codegen(ours / "bench.yaml", "--out", out)
    run_time = out / "_codegen"
    includes = (ours, out / "bench" / "include", run_time / "include")
    return [
        Contender(FLOOR, by_hand / "floor.cpp", (by_hand,)),
        Contender(RUN_TIME, run_time / "src" / "registration.cpp", includes),
        Contender(GENERATED, out / "bench" / "src" / "registration.cpp", includes),
        Contender("backend.h", by_hand / "backend_h.cpp", (by_hand,)),
        Contender("class_::def", by_hand / "class_def.cpp", (by_hand,)),
    ]


def main() -> int:
    options = parser(__doc__, EPILOG, "interface", 100).parse_args()
    methods = random_methods(options.methods, options.seed)
    with sources(options.keep) as folder:
        contenders = write_sources(folder, methods)
        compiler = Compiler(options.compiler, Torch(), folder / "made")
        introduce(compiler, options)
        measured = measure(compiler, contenders, options.runs)
        registered = {name: schemas(one.library) for name, one in measured.items()}
        must_equal("methods", registered, options.methods)
        print(f"\nAll three register the same {options.methods} schemas.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
