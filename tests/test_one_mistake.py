"""One mistake in a spec that is right otherwise: one diagnostic, and a help that leads to what is right."""

from __future__ import annotations

import pytest

from codegen.diagnostics import Diagnostic, Diagnostics
from codegen.generate import read

SPEC = """\
spec: 1
library: vecdb
namespace: vectors
doc: Vectors.
cpp:
  include_dirs: [vecdb]
  headers: [vecdb.h]
  sources: [vecdb.cpp]
  packages: [OpenVINO]
  libraries: [openvino::runtime]
  definitions: [FAST=1]
python: {modules: [shapes.py]}
backends:
  - name: backend
    methods:
      - func: devices(int most) -> str[]
        args: {most: how many}
    implementations:
      - {name: acme, class: vecdb::Acme, preprocess: vecdb::pre, prepare: vecdb.shapes:prepare}
  - name: tokenizer
    namespace: vectors
    interface: TokenizerInterface
    methods:
      - func: encode(str text, *, bool special=True) -> int[]
    implementations: [{name: white, class: vecdb::White}]
classes:
  - name: Base
    class: vecdb::Base
    init: ()
    methods:
      - func: size() -> int
  - name: Index
    class: vecdb::Index
    base: Base
    doc: An index.
    init: (int width, *, str metric="l2")
    args: {width: of a vector}
    methods:
      - func: search(Tensor query, int k=10) -> (Tensor distances, Tensor ids)
        args: {query: vectors}
        impl: find
        fake: [{like: query}, {size: [k], dtype: int64}]
      - func: rank() -> int
        fake: {value: self.dim}
      - func: shape() -> Tensor
        fake: vecdb.shapes:shape
      - func: default_metric() -> str
        static: true
        gil: hold
      - func: __len__() -> int
        impl: size
      - func: add.one(Tensor x) -> ()
      - func: add.many(Tensor[] xs) -> ()
    properties:
      - {name: dim, type: int, get: dim}
      - {name: probes, type: int, get: probes, set: set_probes}
      - {name: trained, type: bool, field: trained_, readonly: true}
    pickle: {state: "(int, str)", get: get_state, set: set_state}
    flatten: {dim: int, data: Tensor}
  - name: Log
    class: vecdb::Log
    tracing_mode: real
breaking:
  - {code: CG701, name: Index.old, reason: nobody used it}
"""
# What stands in the spec, what is written in its place, the code that it has, and a part of its help.
MISTAKES = [
    # The library.
    ("spec: 1", "spec: 2", "CG205", ""),
    ("library: vecdb", "library: a-b", "CG401", "for example 'a_b'"),
    ("library: vecdb\nnamespace: vectors", "library: a-b", "CG401", "for example 'a_b'"),
    ("library: vecdb", "library: 1a", "CG401", "not a digit first"),
    ("library: vecdb", "library: _a", "CG401", "for example 'a'"),
    ("library: vecdb", "library: torch", "CG401", "for example 'torch_'"),
    ("library: vecdb", "library: [vecdb]", "CG203", ""),
    ("library: vecdb", "library:", "CG203", ""),
    ("library: vecdb\n", "", "CG202", ""),
    ("library: vecdb", "libary: vecdb", "CG201", "did you mean 'library'?"),
    ("library: vecdb", "title: vecdb", "CG201", "did you mean 'library'?"),
    ("namespace: vectors\ndoc", "namespace: a-b\ndoc", "CG401", "for example 'a_b'"),
    ("doc: Vectors.", "doc: [Vectors]", "CG203", ""),
    ("doc: Vectors.", "doc: # vectors", "CG203", "in quotes"),
    # Its C++.
    ("cpp:", "cp:", "CG201", "did you mean 'cpp'?"),
    ("headers: [vecdb.h]", "headers: vecdb.h", "CG203", "`[vecdb.h]`"),
    ("headers: [vecdb.h]", "header: [vecdb.h]", "CG201", "did you mean 'headers'?"),
    ("headers: [vecdb.h]", "headers: [/vecdb.h]", "CG403", "relative"),
    ("sources: [vecdb.cpp]", "sources: ['a$b.cpp']", "CG403", "rename"),
    ("packages: [OpenVINO]", "packages: [Open VINO]", "CG404", ""),
    ("libraries: [openvino::runtime]", "libraries: [openvino runtime]", "CG404", ""),
    ("definitions: [FAST=1]", "definitions: [-DFAST=1]", "CG404", "`FAST=1`"),
    ("modules: [shapes.py]", "modules: shapes.py", "CG203", "`[shapes.py]`"),
    ("modules: [shapes.py]", "modules: [my-shapes.py, shapes.py]", "CG403", "convert.py"),
    ("modules: [shapes.py]", "module: [shapes.py]", "CG201", "did you mean 'modules'?"),
    # A backend.
    ("- name: backend", "- name: back-end", "CG401", "for example 'back_end'"),
    ("- name: backend", "- name: vecdb", "CG401", "`name: backend`"),
    ("- name: backend", "- name: tokenizer", "CG402", "the first stands at"),
    ("- name: backend", "- nme: backend", "CG201", "did you mean 'name'?"),
    ("- name: tokenizer", "- title: tokenizer", "CG201", "did you mean 'name'?"),
    ("namespace: vectors\n    int", "namespace: 1\n    int", "CG401", "not a digit first"),
    ("interface: TokenizerInterface", "interface: Tokenizer-Interface", "CG401", "for example"),
    ("interface: TokenizerInterface", "interface: other::Interface", "CG404", "plain name"),
    ("devices(int most)", "dev-ices(int most)", "CG301", "`dev_ices`"),
    ("devices(int most)", "delete(int most)", "CG401", "`impl: delete_`"),
    ("devices(int most)", "devices(Foo most)", "CG302", ""),
    ("devices(int most)", "devices(int self, int most)", "CG303", "remove it"),
    ("devices(int most)", "devices(int)", "CG301", "`int x`"),
    ("-> str[]\n", "str[]\n", "CG301", "`-> Tensor`"),
    ("{most: how many}", "{much: how many}", "CG405", "it has most"),
    ("name: white", "name: white-space", "CG401", "for example 'white_space'"),
    ("name: white", "name: acme", "CG402", "the first stands at"),
    ("class: vecdb::White", "class: vecdb:White", "CG404", "vecdb::White"),
    ("class: vecdb::White", "klass: vecdb::White", "CG201", "did you mean 'class'?"),
    (", class: vecdb::White", "", "CG202", ""),
    ("class: vecdb::White", "class: vecdb::White, preprocess: vecdb::p", "CG309", "remove it"),
    ("preprocess: vecdb::pre", "preprocess: vecdb.pre", "CG404", ""),
    # A class.
    ("- name: Log", "- name: Lo-g", "CG401", "for example 'Lo_g'"),
    ("- name: Log", "- name: __Log", "CG401", "for example 'Log'"),
    ("- name: Log", "- name: int", "CG402", "another name"),
    ("- name: Base", "- nme: Base", "CG201", "did you mean 'name'?"),
    ("- name: Base\n    class", "- class", "CG202", ""),
    ("class: vecdb::Base", "klass: vecdb::Base", "CG201", "did you mean 'class'?"),
    ("    class: vecdb::Base\n", "", "CG202", ""),
    ("class: vecdb::Base", "class: [vecdb::Base]", "CG203", ""),
    ("class: vecdb::Base", "class: vecdb.Base", "CG404", "vecdb::Base"),
    ("class: vecdb::Base", "class: vecdb::Index", "CG303", "derive a class"),
    ("base: Base", "base: Bas", "CG302", "did you mean 'Base'?"),
    ("base: Base", "base: Index", "CG307", "move it before"),
    ("init: (int width,", "init: (int width width2,", "CG301", "separate them with a comma"),
    ("init: ()", "init: int x", "CG301", "`(int x, str y)`"),
    ("{width: of a vector}", "{wdth: of a vector}", "CG405", "did you mean 'width'?"),
    ("search(Tensor query", "search(tensor query", "CG302", "`Tensor`"),
    ("search(Tensor query", "search(Tensr query", "CG302", "did you mean 'Tensor'?"),
    ("int k=10", "int k=ten", "CG301", "such as 1"),
    ("impl: find", "impl: find it", "CG404", "a member such as"),
    ("impl: find", "impl: [find]", "CG203", ""),
    ("{query: vectors}", "{qury: vectors}", "CG405", "did you mean 'query'?"),
    ("static: true", "static: yes", "CG205", "write `true`"),
    ("gil: hold", "gil: holds", "CG205", "did you mean 'hold'?"),
    ("default_metric() -> str", "default_metric() -> string", "CG302", "`str`"),
    ("__len__() -> int", "__len__() -> str", "CG308", "`-> int`"),
    ("__len__() -> int", "__lne__() -> int", "CG401", "did you mean '__len__'?"),
    ("__len__() -> int", "__iter__() -> int[]", "CG401", "`__getitem__(int index)`"),
    ("__len__() -> int", "__init__() -> ()", "CG401", "use `init:`"),
    ("add.many(Tensor[] xs)", "add.many(Tensor xs)", "CG305", "tell them apart"),
    ("add.many(Tensor[] xs)", "add.one(Tensor[] xs)", "CG402", "the first stands at"),
    # Properties, pickle.
    ("{name: dim, type: int, get: dim}", "{name: dim, type: int}", "CG202", "`get: dim`"),
    ("type: int, get: dim", "type: int, gte: dim", "CG201", "did you mean 'get'?"),
    ("type: int, get: dim", "type: int, get: [dim]", "CG203", ""),
    ("type: int, get: dim", "type: int[, get: dim", "CG101", "in quotes"),
    ("type: int, get: dim", "type: int[], get: dim", "CG101", "in quotes"),
    ("type: int, get: dim", "type: it, get: dim", "CG302", "did you mean 'int'?"),
    ("{name: trained", "{name: tra-ined", "CG401", "for example 'tra_ined'"),
    ("{name: trained", "{name: search", "CG402", "another name"),
    ("field: trained_", "field: trained_, get: trained", "CG309", "remove one of them"),
    ("field: trained_", "field: tra ined_", "CG404", ""),
    ("readonly: true", "readonly: True", "CG205", "write `true`"),
    ('state: "(int, str)"', "state: (int, str)", "CG101", '`state: "(int, str)"`'),
    ('state: "(int, str)"', 'state: "(int, str"', "CG301", "close the parenthesis"),
    ('state: "(int, str)"', 'state: "int["', "CG301", "`int[]`"),
    ('state: "(int, str)"', "stae: int", "CG201", "did you mean 'state'?"),
    ("get: get_state", "get: get-state", "CG404", "a member such as"),
    ("get: get_state, ", "", "CG202", ""),
    # torch.compile.
    ("flatten: {", "flaten: {", "CG201", "did you mean 'flatten'?"),
    ("{dim: int, data: Tensor}", "[dim, data]", "CG203", ""),
    ("{dim: int, data: Tensor}", "dim", "CG203", ""),
    ("{dim: int, data: Tensor}", "{dim: int[}", "CG101", "in quotes"),
    ("{dim: int, data: Tensor}", '{dim: "int[", data: Tensor}', "CG301", "`int[]`"),
    ("{dim: int, data: Tensor}", "{dim: it, data: Tensor}", "CG302", "did you mean 'int'?"),
    ("{dim: int, data: Tensor}", "{dim: int, data: (int, str)}", "CG101", '`data: "(int, str)"`'),
    ("{dim: int, data: Tensor}", "{dim: int, d-a: Tensor}", "CG401", "for example 'd_a'"),
    ("flatten: {dim: int, data: Tensor}", "tracing_mode: fake", "CG205", ""),
    ("tracing_mode: real", "tracing_mode: rael", "CG205", "did you mean 'real'?"),
    ("{like: query}", "{like: qury}", "CG306", "did you mean 'query'?"),
    ("{like: query}", "{lke: query}", "CG201", "did you mean 'like'?"),
    ("{like: query}", "{like: query, value: 1}", "CG309", "remove one of them"),
    ("size: [k]", "size: k", "CG203", "`[k]`"),
    ("size: [k]", "size: [j]", "CG306", "it has query, k"),
    ("dtype: int64", "dtype: in64", "CG306", "did you mean 'int64'?"),
    ("value: self.dim", "value: self.dm", "CG306", "did you mean 'dim'?"),
    ("value: self.dim", "value: text", "CG306", ""),
    ("fake: vecdb.shapes:shape", "fake: vecdb.shape:shape", "CG403", "shape.py"),
    ("fake: vecdb.shapes:shape", "fake: vecdb:shape", "CG403", "`vecdb.fakes:shape`"),
    ("fake: vecdb.shapes:shape", "fake: shapes", "CG404", "`fake: {like: x}`"),
    # What is meant to break.
    ("code: CG701", "code: C701", "CG205", ""),
    (", reason: nobody used it", "", "CG202", ""),
    # YAML.
    ("doc: An index.", "doc: An index: fast.", "CG101", "in quotes"),
    ("doc: An index.", "doc: `Index`", "CG101", "in quotes"),
    ("doc: An index.", "doc: '`Index`", "CG101", "close the quote"),
    ("doc: An index.", 'doc: "C:\\path"', "CG101", "single quotes"),
    ("doc: An index.", "doc: *fast* one", "CG101", "in quotes"),
    ("doc: An index.", "doc: !fast", "CG103", "in quotes"),
    ("    doc: An index.", "\tdoc: An index.", "CG101", "indent with spaces"),
    ("    doc: An index.", "     doc: An index.", "CG101", "in one column"),
    ("    doc: An index.", "   doc: An index.", "CG101", "in one column"),
    ("    base: Base", "    base:Base", "CG101", "`base: Base`"),
    ("doc: An index.", "base: Base", "CG102", "it stands on line"),
    ("trained_, readonly: true", "trained_, doc: if it is, or was", "CG101", "in quotes"),
]

# Types that people write, and what helps them.
HABITS = [
    ("bytes", "a Tensor of uint8, or as `int[]`"),
    ("bytearray", "a Tensor of uint8, or as `int[]`"),
    ("size_t", "`int`"),
    ("std::size_t", "`int`"),
    ("unsigned int", "`int`"),
    ("long long", "`int`"),
    ("uint8", "`int`"),
    ("np.int64", "`int`"),
    ("double", "`float`"),
    ("float32", "`float`"),
    ("half", "`float`"),
    ("std::string", "`str`"),
    ("const char*", "leave it out"),
    ("char*", "no pointers"),
    ("Tensor&", "no references"),
    ("const Tensor&", "leave it out"),
    ("np.ndarray", "`Tensor`"),
    ("torch.LongTensor", "`Tensor`"),
    ("at::TensorList", "`Tensor[]`"),
    ("torch.Size", "`int[]`"),
    ("c10::SymInt", "`SymInt`"),
    ("List[int]", "`int[]`"),
    ("std::vector<int>", "`int[]`"),
    ("[int]", "`T[]`"),
    ("int[", "`int[]`"),
    ("set[int]", "`T[]`"),
    ("tuple", "`(A, B)`"),
    ("Tuple[int, str]", "`(int, str)`"),
    ("dict", "`Dict(K, V)`"),
    ("dict[str, int]", "`Dict(str, int)`"),
    ("{str: int}", "`Dict(K, V)`"),
    ("Optional[int]", "`int?`"),
    ("int | None", "`T?`"),
    ("Union[int, str]", "overload"),
    ("None", "`T?`"),
    ("void", "`()`"),
    ("object", "`Any`"),
    ("Callable[[int], int]", "no functions"),
    ("nn.Module", "no modules"),
    ("pathlib.Path", "`str`"),
    ("std::shared_ptr<Index>", "class of the spec"),
    ("vecdb::Index", "class of the spec"),
    ("torch.classes.vectors.Index", "`__torch__.torch.classes.vectors.Index`"),
]


def found(text: str) -> list[Diagnostic]:
    diagnostics = Diagnostics()
    read([("vecdb.yaml", text.encode())], diagnostics)
    return list(diagnostics)


def test_the_spec_is_right() -> None:
    assert found(SPEC) == []


@pytest.mark.parametrize(("right", "wrong", "code", "help"), MISTAKES)
def test_one_mistake_has_one_diagnostic(right: str, wrong: str, code: str, help: str) -> None:
    assert SPEC.count(right) == 1
    (diagnostic,) = found(SPEC.replace(right, wrong))
    assert diagnostic.code == code
    assert help in (diagnostic.help or "")


@pytest.mark.parametrize(("type", "help"), HABITS)
def test_types_of_other_languages(type: str, help: str) -> None:
    text = SPEC.replace("func: rank() -> int", f"func: 'rank({type} x) -> int'")
    (diagnostic,) = found(text)
    assert help in (diagnostic.help or diagnostic.message)
