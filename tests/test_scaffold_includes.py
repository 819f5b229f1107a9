"""Headers that `scaffold` writes and grows include what they name: each compiles as the only include of a file.

Most run against a small torch, whose headers declare their own names and include nothing of the standard library; one
compiles the narrow headers of the real one.
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
import torch
import yaml
from conftest import printed

from codegen import schema_parser, types
from codegen.cli import main
from codegen.scaffolding import includes

TORCH = Path(torch.__file__).parent / "include"
SMALL = {
    "ATen/core/Dict.h": """
#include <ATen/core/ivalue.h>
namespace c10 {
template <class K, class V> struct Dict {};
namespace impl { template <class K, class V> Dict<K, V> toTypedDict(GenericDict); }
}""",
    "ATen/core/Generator.h": "namespace at { struct Generator {}; }",
    "ATen/core/List.h": "namespace c10 { template <class T> struct List { List(int); List(); }; }",
    "ATen/core/Tensor.h": "namespace at { struct Tensor {}; }",
    "ATen/core/class_type.h": "",
    "ATen/core/ivalue.h": """
namespace c10 {
struct IValue {};
namespace ivalue { struct Future {}; struct Object {}; }
namespace impl { struct GenericList { GenericList(int); }; struct GenericDict { GenericDict(int, int); }; }
}""",
    "ATen/core/jit_type.h": """
namespace c10 {
struct AnyType { static int get(); };
struct StringType { static int get(); };
template <class T> int getTypePtr();
}""",
    "c10/core/Device.h": "namespace at { inline int kCPU; struct Device { Device(int); }; }",
    "c10/core/Layout.h": "namespace at { struct Layout {}; }",
    "c10/core/MemoryFormat.h": "namespace at { struct MemoryFormat {}; }",
    "c10/core/QScheme.h": "namespace at { struct QScheme {}; }",
    "c10/core/Scalar.h": "namespace at { struct Scalar {}; }",
    "c10/core/ScalarType.h": "namespace at { struct ScalarType {}; }",
    "c10/core/Storage.h": "namespace at { struct Storage {}; }",
    "c10/core/Stream.h": """
#include <c10/core/Device.h>
namespace c10 { struct Stream { static int DEFAULT; Stream(int, int); }; }""",
    "c10/core/SymBool.h": "namespace c10 { struct SymBool {}; }",
    "c10/core/SymInt.h": "namespace c10 { struct SymInt {}; }",
    "c10/util/Exception.h": "#define C10_THROW_ERROR(kind, message) throw message",
    "c10/util/complex.h": "namespace c10 { template <class T> struct complex {}; }",
    "c10/util/intrusive_ptr.h": """
namespace c10 { template <class T> struct intrusive_ptr { ~intrusive_ptr() { sizeof(T); } }; }""",
    "torch/csrc/jit/api/module.h": "namespace torch::jit { struct Module {}; }",
    "torch/csrc/jit/backends/backend_detail.h": """
namespace torch::jit { struct BackendDebugHandleGenerator {}; }""",
    "torch/csrc/jit/backends/backend_interface.h": """
#include <torch/custom_class.h>
namespace torch::jit {
struct PyTorchBackendInterface : CustomClassHolder {
  virtual bool is_available() = 0;
  virtual c10::impl::GenericDict compile(c10::IValue, c10::impl::GenericDict) = 0;
  virtual c10::impl::GenericList execute(c10::IValue, c10::impl::GenericList) = 0;
};
}""",
}
UMBRELLA = {*includes._TORCH.values()} - {includes.HOLDER}
SMALL[includes.HOLDER] = "".join(f"#include <{name}>\n" for name in sorted(UMBRELLA))
SMALL[includes.HOLDER] += "namespace torch { struct CustomClassHolder {}; }"
FORMS = (
    "{}",
    "{}?",
    "{}[]",
    "{}?[]",
    "Dict(str, {})",
    "({}, int)",
    "Future({})",
    "(({}, bool)[], str)",
)
FOREIGN = "__torch__.torch.classes.other.Thing"


def every_type() -> str:
    """A spec with each type that crosses, as an argument, a result and a data member."""
    methods, properties = [], []
    rows = [*(row for row in types.TABLE if row != "NoneType"), "Every", "Other", FOREIGN]
    for row, form in itertools.product(rows, FORMS):
        spelled = form.format(row)
        parsed = schema_parser.parse_type(spelled)
        number = len(methods)
        if types.unsupported(parsed) is None:
            methods.append({"func": f"take{number}({spelled} x) -> ()"})
        if types.unsupported(parsed, returned=True) is None:
            methods.append({"func": f"give{number}() -> {spelled}"})
        if types.unsupported(parsed) is None is types.unsupported(parsed, returned=True):
            prop = {"name": f"p{number}", "type": spelled, "field": f"p{number}_"}
            properties.append(prop)
    every = {
        "name": "Every",
        "class": "every::Every",
        "methods": methods,
        "properties": properties,
    }
    other = {"name": "Other", "class": "every::Other", "init": "()"}
    spec = {"library": "every", "cpp": {"headers": ["every.h"]}, "classes": [other, every]}
    return yaml.safe_dump(spec)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in SMALL.items():
        path = tmp_path / "small" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#pragma once\n{text}\n")
    return tmp_path


def compiles_alone(header: str, torchs: str | Path = "small", *folders: str) -> None:
    Path("alone.cpp").write_text(f"#include <{header}>\n")
    flags = [f"-I{folder}" for folder in (".", *folders)]
    printed("g++", "-std=c++20", "-fsyntax-only", *flags, "-isystem", torchs, "alone.cpp")


def test_every_type_in_a_new_header(folder: Path) -> None:
    Path("every.yaml").write_text(every_type())
    assert main(["scaffold", "every.yaml"]) == 0
    text = Path("every.h").read_text()
    assert re.findall("#include (.*)", text) == [
        "<ATen/core/Generator.h>",
        "<c10/core/QScheme.h>",
        "<torch/custom_class.h>",
        "<cstdint>",
        "<optional>",
        "<string>",
        "<tuple>",
        "<vector>",
    ]
    compiles_alone("every.h")


@pytest.mark.parametrize("torchs", ["small", TORCH])
def test_every_type_in_a_header_of_narrow_includes(folder: Path, torchs: str | Path) -> None:
    """The class derives from what ivalue.h has, so nothing of torch/custom_class.h is needed."""
    Path("every.yaml").write_text(every_type())
    holder = "namespace torch { struct CustomClassHolder {}; }"
    Path("holder.h").write_text("#include <ATen/core/ivalue.h>\n" + holder * (torchs == "small"))
    Path("every.h").write_text("""\
#pragma once
#include "holder.h"
namespace every {
class Other : public torch::CustomClassHolder {};
class Every : public torch::CustomClassHolder {
 public:
};
}
""")
    assert main(["scaffold", "every.yaml"]) == 0
    text = Path("every.h").read_text()
    assert includes.HOLDER not in text and "<ATen/core/Tensor.h>" in text
    compiles_alone("every.h", torchs)


def test_each_header_of_several(folder: Path) -> None:
    """A new one includes the header of its base; grown ones what their definitions need as a whole."""
    spec = """\
library: parts
cpp: {headers: [first.h, second.h]}
classes:
  - {name: First, class: "parts::First", methods: [{func: "one() -> int"}, {func: "second(Second x) -> ()"}]}
  - {name: Second, class: "parts::Second", methods: [{func: "first(First x) -> Second?"}, {func: "two() -> int"}]}
"""
    Path("parts.yaml").write_text(spec)
    for name in ("First", "Second"):
        Path(f"{name.lower()}.h").write_text(f"""\
#pragma once
#include <torch/custom_class.h>
namespace parts {{
class {name} : public torch::CustomClassHolder {{
 public:
  int {'one' if name == 'First' else 'two'}() {{ return 1; }}
}};
}}
""")
    assert main(["scaffold", "parts.yaml"]) == 0
    compiles_alone("first.h")
    compiles_alone("second.h")
    before = Path("first.h").read_text(), Path("second.h").read_text()
    more = spec.replace("second.h", "second.h, third.h") + """\
  - {name: Third, class: "parts::Third", base: Second, init: (First x)}
"""
    Path("parts.yaml").write_text(more)
    assert main(["scaffold", "parts.yaml"]) == 0
    assert (Path("first.h").read_text(), Path("second.h").read_text()) == before
    compiles_alone("third.h")


def test_headers_without_custom_classes(folder: Path) -> None:
    """A delegate of torch's needs no more than its interface, functions no more than what they take."""
    Path("one.yaml").write_text("""\
library: one
cpp: {headers: [one.h]}
backends:
  - name: backend
    methods: [{func: "version() -> str"}]
    implementations: [{name: one, class: "one::Delegate", preprocess: "one::preprocess"}]
""")
    Path("two.yaml").write_text("""\
library: two
cpp: {headers: [two.h], sources: [two.cpp]}
classes:
  - name: Words
    class: std::stack<std::string>
    methods:
      - {func: "first() -> (str, int)", impl: "two::first"}
      - {func: "count(float x) -> int", impl: "two::count", static: true}
""")
    assert main(["scaffold", "one.yaml"]) == main(["scaffold", "two.yaml"]) == 0
    assert re.findall("#include <(.*)>", Path("one.h").read_text()) == [
        "torch/csrc/jit/api/module.h",
        "torch/csrc/jit/backends/backend_detail.h",
        "torch/csrc/jit/backends/backend_interface.h",
        "string",
    ]
    assert re.findall("#include <(.*)>", Path("two.h").read_text()) == [
        "c10/util/intrusive_ptr.h",
        "cstdint",
        "stack",
        "string",
        "tuple",
    ]
    assert Path("two.cpp").read_text().startswith("""\
#include "two.h"

#include <c10/util/Exception.h>
""")
    for name in ("one.h", "two.h", "two.cpp"):
        compiles_alone(name)
