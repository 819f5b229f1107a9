"""The table of diagnostics: what each code means, how severe it is, an example that has it and one that has not.

`explain`, docs/errors.md, the rules of SARIF and the tests of the examples are made of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

Severity = Literal["error", "warning"]

_LANGUAGES = {"h": "cpp", "cpp": "cpp", "yaml": "yaml"}


class Code(NamedTuple):
    """What is said of a code, in Markdown.

    In examples a byte that is not UTF-8 is a lone surrogate, as `surrogateescape` has it.
    """

    title: str
    why: str
    """What it means, and what to do."""
    bad: str
    """A whole spec that has this diagnostic and no other; of a code of `--check`, commands that lead to it."""
    good: str
    """The same, mended."""
    before: str = ""
    """Of a code of `breaking`: the spec as it was."""
    severity: Severity = "error"
    files: Mapping[str, str] = {}
    """What stands beside the spec, in both examples."""
    language: str = "yaml"
    """Of the examples; `sh` for commands."""

    def explanation(self, code: str) -> str:
        """All of it as a section of a page."""
        return "\n\n".join([f"## {code}: {self.title}", *map(_wrapped, self._parts())]) + "\n"

    def _parts(self) -> Iterator[str]:
        yield from self.why.split("\n\n")
        for path, text in self.files.items():
            yield f"With `{path}`:"
            yield _fenced(_LANGUAGES[path.rpartition(".")[2]], text)
        for title, text in (("Before", self.before), ("Bad", self.bad), ("Good", self.good)):
            if text:
                yield f"{title}:"
                yield _fenced(self.language, text)


def _wrapped(part: str) -> str:
    from textwrap import fill

    if part.startswith("```"):
        return part
    return fill(part, 100, break_long_words=False, break_on_hyphens=False)


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{shown(text)}```"


def shown(text: str) -> str:
    """An example as text: a byte that is not UTF-8 by its number."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


GROUPS: Mapping[str, str] = {
    "CG0": "the file as text",
    "CG1": "the file as YAML",
    "CG2": "keys, and kinds of values",
    "CG3": "schemas and types: what torch, C++ and Python make of them",
    "CG4": "names, paths and pieces of C++",
    "CG5": "the build",
    "CG6": "what `--check` finds",
    "CG7": "what `breaking` finds",
}
"""What codes are about, by how they begin."""

_PROJECT = {"specs/vecdb.yaml": """\
library: vecdb
doc: Nearest-neighbour search.
classes:
  - {name: Index, class: vecdb::Index}
"""}


def _index(*lines: str) -> str:
    """A spec of one class with these keys; those that begin with `@` are the library's."""
    own = "".join(f"  {line}\n" for line in lines if not line.startswith("@"))
    library = "".join(f"{line[1:]}\n" for line in lines if line.startswith("@"))
    init = "  init: ()\n"
    return f"library: vecdb\nclasses:\n- name: Index\n  class: vecdb::Index\n{init}{own}{library}"


def _methods(*schemas: str) -> str:
    return _index("methods:", *(f"- func: {schema}" for schema in schemas))


def _derived(base: str) -> str:
    first = "- name: Base\n  class: vecdb::Base\n  methods:\n  - func: clear() -> ()\n"
    second = f"- name: Index\n  class: vecdb::Index\n{base}  methods:\n  - func: clear() -> ()\n"
    return f"library: vecdb\nclasses:\n{first}{second}"


def _interface(*schemas: str) -> str:
    methods = "".join(f"  - func: {schema}\n" for schema in schemas)
    name = "- name: tokenizer\n  interface: TokenizerInterface\n"
    return f"library: vecdb\nbackends:\n{name}  methods:\n{methods}"


def _delegate(key: str) -> str:
    name = "  - name: vecdb_delegate\n    class: vecdb::Delegate\n"
    given = f"    {key}\n" if key else ""
    return f"library: vecdb\nbackends:\n- name: backend\n  implementations:\n{name}{given}"


CODES: Mapping[str, Code] = {
    "CG001": Code(
        title="a file cannot be read as text",
        why=(
            "A spec is UTF-8, with or without a byte order mark; here is a byte that is not. Docs"
            " reach C++ comments, doc strings and stubs, so no other encoding is guessed. Save the"
            " file as UTF-8."
        ),
        bad="""\
library: vecdb
doc: Search \udce0 la carte.
classes:
  - {name: Index, class: vecdb::Index}
""",
        good="""\
library: vecdb
doc: Search à la carte.
classes:
  - {name: Index, class: vecdb::Index}
""",
    ),
    "CG101": Code(
        title="the YAML is malformed",
        why=(
            "The file is no YAML, and the message is the parser's. What stands behind it is most"
            " often a value with `: ` or ` #` in it or one that starts with `*`, `&`, `@`, `{` or"
            " `[`, which needs quotes; an indentation that does not fit; or a tab."
        ),
        bad="""\
library: vecdb
doc: Search: the k nearest vectors.
classes:
  - {name: Index, class: vecdb::Index}
""",
        good="""\
library: vecdb
doc: "Search: the k nearest vectors."
classes:
  - {name: Index, class: vecdb::Index}
""",
    ),
    "CG102": Code(
        title="a key is written twice",
        why=(
            "YAML parsers keep the last of two equal keys and drop the first without a word. Here"
            " neither is dropped: write one of them, or put both values into one list."
        ),
        bad="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: size() -> int
    methods:
      - func: clear() -> ()
""",
        good="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: size() -> int
      - func: clear() -> ()
""",
    ),
    "CG103": Code(
        title="an anchor, an alias or a tag",
        why=(
            "A spec is data without references: `&name`, `*name` and `!tag` are refused, for what"
            " a reader sees on a line is then all there is, and no small file can grow without"
            " bound when it is read. Write the value out. Where a value is meant to start with"
            " `&`, `*` or `!`, put it in quotes."
        ),
        bad="""\
library: vecdb
doc: &doc Nearest-neighbour search.
classes:
  - {name: Index, class: vecdb::Index, doc: *doc}
""",
        good="""\
library: vecdb
doc: Nearest-neighbour search.
classes:
  - {name: Index, class: vecdb::Index, doc: Nearest-neighbour search.}
""",
    ),
    "CG104": Code(
        title="too deeply nested",
        why=(
            "Mappings and lists are read down to 16 levels; nothing in the format needs ten. What"
            " is deeper is a mistake of the program that wrote the file, or an attempt to exhaust"
            " the reader's stack."
        ),
        bad="""\
library: vecdb
doc: [[[[[[[[[[[[[[[[Nearest-neighbour search.]]]]]]]]]]]]]]]]
classes:
  - {name: Index, class: vecdb::Index}
""",
        good="""\
library: vecdb
doc: Nearest-neighbour search.
classes:
  - {name: Index, class: vecdb::Index}
""",
    ),
    "CG105": Code(
        title="not exactly one document",
        why=(
            "A file declares one library: one shared object, one Python package, one C++"
            " namespace. It is empty, or `---` starts a second document. Declare another library"
            " in a file of its own; one command takes several files."
        ),
        bad="""\
library: vecdb
classes:
  - {name: Index, class: vecdb::Index}
---
library: tokens
classes:
  - {name: Tokens, class: tokens::Tokens}
""",
        good="""\
library: vecdb
classes:
  - {name: Index, class: vecdb::Index}
""",
    ),
    "CG201": Code(
        title="an unknown key",
        why=(
            "The format has no such key here, and what is not known is not ignored: a misspelt"
            " key would leave out what it was to declare. The message names the nearest key, or"
            " all of them. A key may also stand at the wrong level: `methods:` belongs to a class"
            " or a backend, not to the library."
        ),
        bad="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    method:
      - func: size() -> int
""",
        good="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: size() -> int
""",
    ),
    "CG202": Code(
        title="something required is missing",
        why=(
            "A declaration lacks a key without which nothing can be generated: what a class is"
            " called in C++, what a method takes and returns, where a property comes from. A"
            " library needs `backends:` or `classes:`, an interface of your own needs `methods:`,"
            " and a method with `fake:` needs `flatten:` of its class."
        ),
        bad="""\
library: vecdb
classes:
  - name: Index
    methods:
      - func: size() -> int
""",
        good="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: size() -> int
""",
    ),
    "CG203": Code(
        title="another kind of value is expected",
        why=(
            "The key is right, and its value is of another kind: text where a list is meant, a"
            " list where a mapping is, or nothing at all. A list of one entry is a list:"
            " `[vecdb.cpp]`. A word that YAML readers take for nothing, such as `null`, needs"
            " quotes where it is meant as text."
        ),
        bad="""\
library: vecdb
cpp: {sources: vecdb.cpp}
classes:
  - {name: Index, class: vecdb::Index}
""",
        good="""\
library: vecdb
cpp: {sources: [vecdb.cpp]}
classes:
  - {name: Index, class: vecdb::Index}
""",
    ),
    "CG204": Code(
        title="a part of the format that this version does not generate yet",
        why=(
            "The key belongs to format 1, and this version generates nothing for it. It is"
            " refused, so that nothing is declared that then is not there. Leave it out, or take a"
            " newer version."
        ),
        bad="""\
library: vecdb
classes:
  - {name: Index, class: vecdb::Index}
operators:
  - func: l2(Tensor a, Tensor b) -> Tensor
""",
        good="""\
library: vecdb
classes:
  - {name: Index, class: vecdb::Index}
""",
    ),
    "CG205": Code(
        title="a value outside of what is allowed",
        why=(
            "The key takes a few values only. `spec:` is the version of the format, of which this"
            " version of codegen reads 1; flags are `true` or `false`, and no other word that some"
            " YAML readers take for one; `gil:` is `release` or `hold`; `tracing_mode:` is `real`,"
            " the one mode that torch asks objects for, and a class that is faked has none."
        ),
        bad="""\
spec: 2
library: vecdb
classes:
  - {name: Index, class: vecdb::Index}
""",
        good="""\
spec: 1
library: vecdb
classes:
  - {name: Index, class: vecdb::Index}
""",
    ),
    "CG301": Code(
        title="a schema that cannot be parsed",
        why=(
            "`func:`, `init:` and types are written in torch's schema language, as in"
            " `native_functions.yaml`: the type stands before the name, a list is `T[]`, an"
            " optional `T?`, what is returned stands behind `->`, and `self` is not written. Torch"
            " itself would refuse such a schema, but while the library loads. Some that its parser"
            " takes and breaks on later are refused too."
        ),
        bad="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: add(List[Tensor] vectors) -> int
""",
        good="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: add(Tensor[] vectors) -> int
""",
    ),
    "CG302": Code(
        title="an unknown type",
        why=(
            "A name in a schema is no type of torch's, and no class of this library. A class of"
            " the same library is called by its `name:`, which need not be the name in C++; one of"
            " another library by its full name, `__torch__.torch.classes.<namespace>.<Name>`. A"
            " `base:` is a class of the same library."
        ),
        bad="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: merge(Indx other) -> ()
""",
        good="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: merge(Index other) -> ()
""",
    ),
    "CG303": Code(
        title="a type or form that cannot work in torch",
        why=(
            "The schema is well formed, and torch cannot do what it says, at least not for"
            " methods. An `IValue` keeps the types of its elements as torch's parser read them,"
            " and inside of containers the parser knows fewer types than C++: `Dict(str,"
            " ScalarType)` becomes a dict of ints, so that each call would fail. Alias"
            " annotations, `...` and lists with a size belong to operators and their arguments; a"
            " C++ class has one name in torch; lowering looks for classes in `__backends__` alone."
            " The message says which it is, and the help what does the same."
        ),
        bad="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: set_dtypes(Dict(str, ScalarType) dtypes) -> ()
""",
        good="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: set_dtypes(Dict(str, int) dtypes) -> ()
""",
    ),
    "CG304": Code(
        title="a method of torch's interface declared with another schema",
        why=(
            "Lowered modules call `is_available`, `compile` and `execute` of"
            " `torch::jit::PyTorchBackendInterface` by these names and schemas, and C++ overrides"
            " its virtual members. Declare them as they are, for docs of your own, or leave them"
            " out. Methods beyond the three are free."
        ),
        bad="""\
library: vecdb
backends:
  - name: backend
    methods:
      - func: is_available() -> int
""",
        good="""\
library: vecdb
backends:
  - name: backend
    methods:
      - func: is_available() -> bool available
      - func: devices() -> str[]
""",
    ),
    "CG305": Code(
        title="overloads that a call cannot tell apart",
        why=(
            "In Python the overloads of a class are one method, and a call goes to the most"
            " specific one that accepts its arguments. Here some call fits two, and neither is"
            " more specific for it: None fits every optional, an empty list every list, and an"
            " object of another library's class each of them. Tell them apart by a type that both"
            " do not accept, or give one another name."
        ),
        bad="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: find(int? key) -> Tensor
      - func: find(str? key) -> Tensor
""",
        good="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: find(int key) -> Tensor
      - func: find(str? key) -> Tensor
""",
    ),
    "CG306": Code(
        title="a rule of `fake:` that does not fit its method",
        why=(
            "While torch.compile and torch.export trace, a rule makes what the method would"
            " return: a tensor `like` an argument or of a `size`, or a plain `value`. It may name"
            " the arguments of the method and, as `self.item`, what `flatten:` lists, and must"
            " make what the schema returns. A rule that is wrong would only show as a wrong graph,"
            " so it is checked here. What no rule can say is a Python function,"
            " `package.module:function`."
        ),
        bad="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: nearest(Tensor query) -> Tensor
        fake: {like: quary}
    flatten: {dim: int}
""",
        good="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: nearest(Tensor query) -> Tensor
        fake: {like: query}
    flatten: {dim: int}
""",
    ),
    "CG307": Code(
        title="a class that does not fit its base",
        why=(
            "Who holds an object as its base calls what the base declares, so a derived class"
            " declares that in the same way or leaves it out: the same arguments, defaults and"
            " results, and all overloads of a name or none. A base stands before the classes that"
            " derive from it, since torch registers them in this order."
        ),
        bad="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: size() -> int
  - name: FlatIndex
    class: vecdb::FlatIndex
    base: Index
    methods:
      - func: size() -> float
""",
        good="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: size() -> int
  - name: FlatIndex
    class: vecdb::FlatIndex
    base: Index
""",
    ),
    "CG308": Code(
        title="a special method that Python cannot use",
        why=(
            "Python calls special methods itself, and minds what they take and return: `len()`"
            " raises for a `__len__` that returns no int, and `__add__` is called for its result."
            " TorchScript calls `__exit__` with None three times, also where something was raised."
            " Declare it as Python wants it, or give the method another name."
        ),
        bad="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: __len__() -> float
        impl: size
""",
        good="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: __len__() -> int
        impl: size
""",
    ),
    "CG309": Code(
        title="keys that do not go together",
        why=(
            "Each of the keys is allowed, and together they contradict each other: a property is"
            " read through `get:` or from a `field:`; a class with `tracing_mode: real` is never"
            " faked, so its methods need no `fake:`; `preprocess:` and `prepare:` stand between a"
            " module and its lowered form, so they belong to torch's own interface. Remove one of"
            " them."
        ),
        bad="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    properties:
      - {name: dim, type: int, get: dim, field: dim_}
""",
        good="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    properties:
      - {name: dim, type: int, field: dim_}
""",
    ),
    "CG401": Code(
        title="a name that cannot be used",
        why=(
            "A name becomes an identifier of C++, of Python and of TorchScript, and has to be one"
            " in each: no keyword, no macro of libc, no name that torch or the package has for"
            " itself. A library is also a top-level Python package, so it is called like no module"
            " of Python or torch. Where the name in Python is right and the one in C++ is not,"
            " name the member: `impl:`."
        ),
        bad="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: delete(int id) -> ()
""",
        good="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: delete(int id) -> ()
        impl: remove
""",
    ),
    "CG402": Code(
        title="the same name twice",
        why=(
            "Two things would have one name in one place: in the C++ namespace of the library, in"
            " its Python package, among the members of a class, or in `torch.classes.<namespace>`,"
            " which is one table for the whole process. Torch would refuse the second while the"
            " library loads, and end the process. Remember that a property `p` has the accessors"
            " `p_getter` and `p_setter`, and a backend `b` the namespace `b_methods`."
        ),
        bad="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: size() -> int
    properties:
      - {name: size, type: int, get: size}
""",
        good="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    properties:
      - {name: size, type: int, get: size}
""",
    ),
    "CG403": Code(
        title="a path that cannot be used",
        why=(
            "Paths are relative to the spec, so that the output is the same on every machine: an"
            " absolute one is refused, and so are characters that CMake, the shell or C++ would"
            " read in their own way. Python modules of `python:` are copied into the package when"
            " it is generated, so they have to be there, and to be called as a module is."
        ),
        bad="""\
library: vecdb
cpp: {headers: [/home/me/vecdb/vecdb.h]}
classes:
  - {name: Index, class: vecdb::Index}
""",
        good="""\
library: vecdb
cpp: {include_dirs: [vecdb], headers: [vecdb.h]}
classes:
  - {name: Index, class: vecdb::Index}
""",
    ),
    "CG404": Code(
        title="a piece of C++ or CMake that cannot be used",
        why=(
            "What is copied into the C++, the CMake or the Python that is generated has to be a"
            " name there and nothing more: a class, a member, a function, a package, a target,"
            " `NAME=value`. A class is named without `*`, `&` or `const`; it may be an instance of"
            " a template."
        ),
        bad="""\
library: vecdb
classes:
  - {name: Index, class: vecdb::Index*}
""",
        good="""\
library: vecdb
classes:
  - {name: Index, class: vecdb::Index}
""",
    ),
    "CG405": Code(
        title="documentation of an argument that does not exist",
        why=(
            "`args:` tells what the arguments of a method mean, by their names in its schema; for"
            " `init:` it stands on the class. A name that the schema lacks is a misspelling, or"
            " what is left of an argument that was renamed."
        ),
        bad="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: search(Tensor query, int k=10) -> Tensor
        args: {querry: "float32, shape (n, dim)"}
""",
        good="""\
library: vecdb
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: search(Tensor query, int k=10) -> Tensor
        args: {query: "float32, shape (n, dim)"}
""",
    ),
    "CG501": Code(
        title="the compiler refuses what the spec names",
        why=(
            "The generated C++ calls what the spec names, with the types of the schema, and your"
            " C++ does not have it so: a member is missing, takes other types, or its class does"
            " not derive from the interface. The message is the compiler's, its place is the"
            " name in the spec that led to it, and the help is the declaration that would fit;"
            " the compiler's whole output stands above. Methods of the header are called by the"
            " schema's name unless `impl:` says otherwise. A build reports all of its errors at"
            " once."
        ),
        files={"vecdb.h": """\
#include <torch/custom_class.h>

namespace vecdb {
struct Index : torch::CustomClassHolder {
  int64_t count() { return 0; }
};
}  // namespace vecdb
"""},
        bad="""\
library: vecdb
cpp: {include_dirs: [.], headers: [vecdb.h]}
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: size() -> int
""",
        good="""\
library: vecdb
cpp: {include_dirs: [.], headers: [vecdb.h]}
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: size() -> int
        impl: count
""",
    ),
    "CG502": Code(
        title="a file that is to be compiled is missing",
        why=(
            "`sources:` are looked for beside the spec. Generating does without them, for the C++"
            " may be written later; `build` does not. `python -m codegen scaffold` writes a"
            " skeleton of what is missing."
        ),
        files={"src/vecdb.cpp": "// The C++ of vecdb.\n"},
        bad="""\
library: vecdb
cpp: {sources: [vecdb.cpp]}
backends:
  - name: backend
""",
        good="""\
library: vecdb
cpp: {sources: [src/vecdb.cpp]}
backends:
  - name: backend
""",
    ),
    "CG503": Code(
        title="a CMake package is not found",
        why=(
            "`packages:` are names for `find_package(… CONFIG REQUIRED)`, upper and lower case as"
            " in `<name>Config.cmake`. CMake looks into the system's folders and into the Python"
            " packages of the environment; for any other place set `<name>_DIR`. CMake's own words"
            " stand above."
        ),
        bad="""\
library: vecdb
cpp: {packages: [OpenVino]}
backends:
  - name: backend
""",
        good="""\
library: vecdb
cpp: {packages: [OpenVINO]}
backends:
  - name: backend
""",
    ),
    "CG504": Code(
        title="a C++ file of yours does not compile",
        why=(
            "The error is in a file that you wrote, and nothing in the spec led to it. The message"
            " is the first error that the compiler reports there; its whole output stands above."
        ),
        files={"vecdb.h": """\
#include <torch/custom_class.h>

namespace vecdb {
struct Index : torch::CustomClassHolder {
#ifdef BY_COLUMNS
  int64_t rows() { return columns; }
#endif
};
}  // namespace vecdb
"""},
        bad="""\
library: vecdb
cpp: {include_dirs: [.], headers: [vecdb.h], definitions: [BY_COLUMNS]}
classes:
  - name: Index
    class: vecdb::Index
""",
        good="""\
library: vecdb
cpp: {include_dirs: [.], headers: [vecdb.h]}
classes:
  - name: Index
    class: vecdb::Index
""",
    ),
    "CG505": Code(
        title="what the spec names is declared and not defined",
        why=(
            "The C++ compiles, and the linker finds no body of a function or a variable: the file"
            " that has it is not in `sources:`, its library not in `libraries:`, or nobody wrote it"
            " yet. A symbol that only the user's C++ uses is shown at `sources:`. If a symbol is"
            " meant to be found when the library is loaded, as the API of Python is, build with"
            " -DCODEGEN_NO_UNDEFINED=OFF."
        ),
        files={
            "vecdb.h": """\
#pragma once
#include <torch/custom_class.h>

namespace vecdb {
struct Index : torch::CustomClassHolder {
  int64_t count();
};
}  // namespace vecdb
""",
            "vecdb.cpp": """\
#include "vecdb.h"

int64_t vecdb::Index::count() { return 0; }
""",
        },
        bad="""\
library: vecdb
cpp: {include_dirs: [.], headers: [vecdb.h]}
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: count() -> int
""",
        good="""\
library: vecdb
cpp: {include_dirs: [.], headers: [vecdb.h], sources: [vecdb.cpp]}
classes:
  - name: Index
    class: vecdb::Index
    methods:
      - func: count() -> int
""",
    ),
    "CG601": Code(
        title="a generated file is missing",
        why=(
            "`--check` found that a file is not there which would be generated. The output is"
            " committed, so that a clone builds without codegen: generate, and commit what is"
            " written."
        ),
        language="sh",
        files=_PROJECT,
        bad="""\
python -m codegen specs/
rm generated/vecdb/__init__.pyi
python -m codegen specs/ --check
""",
        good="""\
python -m codegen specs/
rm generated/vecdb/__init__.pyi
python -m codegen specs/
python -m codegen specs/ --check
""",
    ),
    "CG602": Code(
        title="a generated file is out of date",
        why=(
            "`--check` found a file as an earlier run wrote it, and it would be written otherwise"
            " now: the spec has changed, or the version of codegen. `codegen.lock` lists the files"
            " and their hashes, so it changes with them. Generate, and commit what is written;"
            " `--check --diff` shows the difference."
        ),
        language="sh",
        files=_PROJECT,
        bad="""\
python -m codegen specs/
sed -i 's/search/look-up/' specs/vecdb.yaml
python -m codegen specs/ --check
""",
        good="""\
python -m codegen specs/
sed -i 's/search/look-up/' specs/vecdb.yaml
python -m codegen specs/
python -m codegen specs/ --check
""",
    ),
    "CG603": Code(
        title="a generated file was edited by hand",
        why=(
            "`--check` found a file that is neither as it would be generated nor as it was: its"
            " hash is not the one in `codegen.lock`. The next run writes over it and says so."
            " `--check --diff` shows what the edit is; move it into the spec, or into a file of"
            " your own, which codegen never touches."
        ),
        language="sh",
        files=_PROJECT,
        bad="""\
python -m codegen specs/
echo '# mine' >> generated/vecdb/__init__.py
python -m codegen specs/ --check
""",
        good="""\
python -m codegen specs/
echo '# mine' >> generated/vecdb/__init__.py
python -m codegen specs/ --check --diff > mine.patch
python -m codegen specs/
python -m codegen specs/ --check
""",
    ),
    "CG604": Code(
        title="a generated file is stale",
        why=(
            "`--check` found a file that was generated once and that no spec produces any more:"
            " the spec is gone, or declares another library. The next run deletes it. One that was"
            " edited since is left: it is taken off `codegen.lock` and is yours from then on."
        ),
        language="sh",
        files={
            **_PROJECT,
            "specs/tokens.yaml": """\
library: tokens
classes:
  - {name: Tokens, class: tokens::Tokens}
""",
        },
        bad="""\
python -m codegen specs/
rm specs/tokens.yaml
python -m codegen specs/ --check
""",
        good="""\
python -m codegen specs/
rm specs/tokens.yaml
python -m codegen specs/
python -m codegen specs/ --check
""",
    ),
    "CG701": Code(
        title="something is gone",
        why=(
            "Who used it no longer can: a class, a method, a property, a constructor, a backend, an "
            "implementation, a Python module or a library. Deprecate it first (`deprecated:` says what to "
            "use instead), and take it away in a version that is announced as breaking."
        ),
        before=_methods("search(Tensor query) -> Tensor", "clear() -> ()"),
        bad=_methods("search(Tensor query) -> Tensor"),
        good=_index(
            "methods:",
            "- func: search(Tensor query) -> Tensor",
            "- func: clear() -> ()",
            "  deprecated: make a new Index",
        ),
    ),
    "CG702": Code(
        title="something has another name",
        why=(
            "The old name is gone, and something new is just like it. Keep both for a while: a second "
            "method may call the same C++ (`impl:`)."
        ),
        before=_methods("find(Tensor query) -> Tensor"),
        bad=_methods("search(Tensor query) -> Tensor"),
        good=_index(
            "methods:",
            "- func: search(Tensor query) -> Tensor",
            "- func: find(Tensor query) -> Tensor",
            "  impl: search",
            "  deprecated: use search",
        ),
    ),
    "CG703": Code(
        title="an argument is gone",
        why=(
            "Calls that pass it fail. A TorchScript model passes also what its code left out: torch writes "
            "defaults into what it saves."
        ),
        before=_methods("search(Tensor query, int k=10) -> Tensor"),
        bad=_methods("search(Tensor query) -> Tensor"),
        good=_methods(
            "search(Tensor query, int k=10) -> Tensor", "search_all(Tensor query) -> Tensor"
        ),
    ),
    "CG704": Code(
        title="an argument has another name",
        why=(
            "Calls that pass it by name fail, also in exported programs. A TorchScript model passes "
            "everything by position and does not mind."
        ),
        before=_methods("search(Tensor query, int k) -> Tensor"),
        bad=_methods("search(Tensor query, int count) -> Tensor"),
        good=_methods(
            "search(Tensor query, int k) -> Tensor", "nearest(Tensor query, int count) -> Tensor"
        ),
    ),
    "CG705": Code(
        title="arguments stand in another order",
        why=(
            "What was passed by position arrives elsewhere: an error where the types differ, and where they "
            "do not another result without one. New arguments go behind those that were there."
        ),
        before=_methods("search(Tensor query, int k=10) -> Tensor"),
        bad=_methods("search(Tensor query, int probes=1, int k=10) -> Tensor"),
        good=_methods("search(Tensor query, int k=10, int probes=1) -> Tensor"),
    ),
    "CG706": Code(
        title="an argument became keyword-only",
        why="Calls that pass it by position fail, and a TorchScript model passes everything so.",
        before=_methods("search(Tensor query, int k) -> Tensor"),
        bad=_methods("search(Tensor query, *, int k) -> Tensor"),
        good=_methods("search(Tensor query, int k=10) -> Tensor"),
    ),
    "CG707": Code(
        title="a new argument without a default",
        why="Nobody passes it yet.",
        before=_methods("search(Tensor query) -> Tensor"),
        bad=_methods("search(Tensor query, int k) -> Tensor"),
        good=_methods("search(Tensor query, int k=10) -> Tensor"),
    ),
    "CG708": Code(
        title="an argument lost its default",
        why="Calls that leave it out fail. Not those of a TorchScript model: torch wrote the default into it.",
        before=_methods("search(Tensor query, int k=10) -> Tensor"),
        bad=_methods("search(Tensor query, int k) -> Tensor"),
        good=_methods(
            "search(Tensor query, int k=10) -> Tensor", "top(Tensor query, int k) -> Tensor"
        ),
    ),
    "CG709": Code(
        title="an argument has another default",
        why=(
            "Calls that leave it out get another result, without an error; so does an exported program. A "
            "TorchScript model keeps the old one. Where that is the point, suppress it, with the reason."
        ),
        before=_methods("search(Tensor query, int k=10) -> Tensor"),
        bad=_methods("search(Tensor query, int k=20) -> Tensor"),
        good=_index(
            "methods:",
            "- func: search(Tensor query, int k=20) -> Tensor",
            "@breaking:",
            "@- {code: CG709, name: Index.search, reason: ten were too few to be of use}",
        ),
    ),
    "CG710": Code(
        title="an argument takes less than it took",
        why=(
            "Some calls pass what it no longer takes. Each caller converts in its own way: Python and an "
            "exported program pass an int where a float is asked, and a TorchScript model does not; there "
            "`T?`, `Any`, and `Scalar` for a number, are what a type may become."
        ),
        before=_methods("search(Tensor query, int? k) -> Tensor"),
        bad=_methods("search(Tensor query, int k) -> Tensor"),
        good=_methods("search(Tensor query, Any k) -> Tensor"),
    ),
    "CG711": Code(
        title="a method returns something else",
        why=(
            "Who takes the result expects what it was. It may become narrower: a `Tensor` where a `Tensor?` "
            "was. For something more, add a method. Python code also takes values by their names."
        ),
        before=_methods("search(Tensor query) -> Tensor"),
        bad=_methods("search(Tensor query) -> (Tensor distances, Tensor ids)"),
        good=_methods(
            "search(Tensor query) -> Tensor",
            "search_ids(Tensor query) -> (Tensor distances, Tensor ids)",
        ),
    ),
    "CG712": Code(
        title="a property became read-only",
        why="Who writes it gets an AttributeError, and a TorchScript model that writes it cannot be loaded.",
        before=_index("properties:", "- {name: probes, type: int, field: probes_}"),
        bad=_index("properties:", "- {name: probes, type: int, field: probes_, readonly: true}"),
        good=_index("properties:", "- {name: probes, type: int, get: probes, set: set_probes}"),
    ),
    "CG713": Code(
        title="a property has another type",
        why=(
            "What is read must be what it was, or narrower; what is written must still be taken. Where a "
            "property is both read and written, its type stays."
        ),
        before=_index("properties:", "- {name: probes, type: int, field: probes_}"),
        bad=_index("properties:", "- {name: probes, type: float, field: probes_}"),
        good=_index(
            "properties:",
            "- {name: probes, type: int, field: probes_}",
            "- {name: share, type: float, field: share_}",
        ),
    ),
    "CG714": Code(
        title="a method became static, or is no longer",
        why=(
            "A TorchScript model and an exported program call what is not static on an object, and find no "
            "static method there. What is no longer static cannot be called without one."
        ),
        before=_methods("metric() -> str"),
        bad=_index("methods:", "- func: metric() -> str", "  static: true"),
        good=_index(
            "methods:",
            "- func: metric() -> str",
            "- func: default_metric() -> str",
            "  static: true",
        ),
    ),
    "CG715": Code(
        title="an overload has another name in TorchScript",
        why=(
            "TorchScript has no overloads: the first is called by the name of all, others by their names or "
            "by their types. New ones go to the end."
        ),
        before=_methods("search(Tensor query) -> Tensor"),
        bad=_methods("search(Tensor query, int k) -> Tensor", "search(Tensor query) -> Tensor"),
        good=_methods("search(Tensor query) -> Tensor", "search(Tensor query, int k) -> Tensor"),
    ),
    "CG716": Code(
        title="objects that were saved cannot be loaded",
        why=(
            "`set` of `pickle:` is given the state that was saved. It may take more, such as `Any`, and "
            "tell versions apart in C++; torch does not convert it, not even an int to a float."
        ),
        before=_index("pickle: {state: '(int, Tensor)', get: get_state, set: set_state}"),
        bad=_index("pickle: {state: '(int, Tensor, str)', get: get_state, set: set_state}"),
        good=_index("pickle: {state: Any, get: get_state, set: set_state}"),
    ),
    "CG717": Code(
        title="torch.compile and torch.export can no longer look into it",
        why=(
            "Code that is compiled with it breaks its graph there, or fails with `fullgraph=True`; "
            "exporting fails. Programs that were exported do not ask again."
        ),
        before=_index(
            "methods:",
            "- func: search(Tensor query) -> Tensor",
            "  fake: {like: query}",
            "flatten: {dim: int}",
        ),
        bad=_index("methods:", "- func: search(Tensor query) -> Tensor", "flatten: {dim: int}"),
        good=_index(
            "methods:",
            "- func: search(Tensor query) -> Tensor",
            "  fake: {like: query, dtype: float32}",
            "flatten: {dim: int, rows: Tensor}",
        ),
    ),
    "CG718": Code(
        title="the namespace in TorchScript is another one",
        why=(
            "It is a part of the names by which models and saved objects know classes, and of "
            "`torch.classes.<namespace>`."
        ),
        before=_methods("clear() -> ()"),
        bad="namespace: search\n" + _methods("clear() -> ()"),
        good="namespace: vecdb\n" + _methods("clear() -> ()"),
    ),
    "CG719": Code(
        title="a class no longer derives from another",
        why="`isinstance` is false, and the object is refused where the base is asked.",
        before=_derived("  base: Base\n"),
        bad=_derived(""),
        good=_derived("  base: Base\n  doc: Derives from it.\n"),
    ),
    "CG720": Code(
        title="an interface has a new method",
        why=(
            "Implementations outside of the library do not have it, so they do not compile any more. Where "
            "there are none, suppress it; where there are, declare a second interface."
        ),
        before=_interface("encode(str text) -> int[]"),
        bad=_interface("encode(str text) -> int[]", "decode(int[] ids) -> str"),
        good=_interface("encode(str text) -> int[]")
        + "- name: decoder\n  interface: DecoderInterface\n  methods:\n  - func: decode(int[] ids) -> str\n",
    ),
    "CG721": Code(
        title="something is spelled otherwise in C++",
        why=(
            "An implementation of an interface overrides the very signature, and C++ that takes objects of "
            "a class names their C++ class. So a default makes an argument of an interface no easier to "
            "add."
        ),
        before=_interface("encode(str text) -> int[]"),
        bad=_interface("encode(str text, bool special=True) -> int[]"),
        good=_interface("encode(str text) -> int[]")
        + "- name: special\n  interface: SpecialInterface\n  methods:\n"
        + "  - func: encode(str text, bool special=True) -> int[]\n",
    ),
    "CG722": Code(
        title="modules can no longer be lowered to an implementation",
        why="Neither `preprocess:` nor `prepare:` makes of a module what `compile` takes.",
        before=_delegate("preprocess: vecdb::preprocess"),
        bad=_delegate(""),
        good=_delegate("preprocess: vecdb::preprocess_anew"),
    ),
    "CG723": Code(
        title="TorchScript models that call a method can no longer be saved",
        why=(
            "It has its first keyword-only arguments. torch writes all arguments of a method into a saved "
            "model by position, and refuses them when it loads it, also where the argument has a default. "
            "Models that were saved before are loaded as ever."
        ),
        before=_methods("search(Tensor query) -> Tensor"),
        bad=_methods("search(Tensor query, *, int k=10) -> Tensor"),
        good=_methods("search(Tensor query, int k=10) -> Tensor"),
        severity="warning",
    ),
    "CG724": Code(
        title="something is deprecated",
        why="It works as before. What to use instead stands in its docs.",
        before=_methods("clear() -> ()"),
        bad=_index("methods:", "- func: clear() -> ()", "  deprecated: make a new Index"),
        good=_index("methods:", "- func: clear() -> ()", "  doc: Forgets all vectors."),
        severity="warning",
    ),
    "CG725": Code(
        title="an entry of `breaking:` that suppresses nothing",
        why=(
            "What it names did not change in the way that it says: the name is mistyped, or the change is "
            "as old as what is compared with. Left there, it would hide the next one."
        ),
        before=_methods("clear() -> ()"),
        bad=_methods("clear() -> ()")
        + "breaking:\n- {code: CG701, name: Index.search, reason: nobody called it}\n",
        good=_methods("clear() -> ()"),
        severity="warning",
    ),
    "CG726": Code(
        title="a new overload takes calls over",
        why=(
            "Python calls the most specific overload that accepts the arguments: an int reached the one for a "
            "float, and now reaches the new one, which returns something else. TorchScript models and exported "
            "programs call overloads by their own names."
        ),
        before=_methods("search(float share) -> Tensor"),
        bad=_methods("search(float share) -> Tensor", "search(int k) -> str"),
        good=_methods("search(float share) -> Tensor", "search_top(int k) -> str"),
    ),
    "CG727": Code(
        title="a new special method changes what Python did without it",
        why=(
            "Without `__eq__` objects are equal to themselves alone, and can be keys of a dict; with it and "
            "without `__hash__` they cannot. Without `__bool__` and `__len__` each is true: `if index:` takes "
            "another way for one that is empty."
        ),
        before=_methods("clear() -> ()"),
        bad=_methods("clear() -> ()", "__len__() -> int"),
        good=_methods("clear() -> ()", "count() -> int"),
    ),
}
