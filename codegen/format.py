"""The format: every kind of mapping in a spec, its keys, what each holds and what it means.

The one table of it. `shape` holds nodes against it, `json_schema` prints it for editors, docs/format.md quotes it.
Docs of keys are Markdown, a line each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from codegen.codes import CODES
from codegen.model import BACKENDS_NAMESPACE, TORCH_INTERFACE


class Text(NamedTuple):
    """A scalar in which something stands: a name, a schema, a piece of C++, a doc."""

    null: bool = False
    """Whether `null` is a word like others, and not nothing."""


class Choice(NamedTuple):
    """One of a few scalars."""

    values: tuple[str | int | bool, ...]


class ListOf(NamedTuple):
    item: Kind


class MapOf(NamedTuple):
    """A mapping whose keys are names that the user chooses."""

    value: Kind
    what: str


class Either(NamedTuple):
    """Another kind for each form of a node: a scalar, a list, a mapping."""

    scalar: Kind | None
    sequence: Kind | None
    mapping: Kind


class Named(NamedTuple):
    """A kind of `KINDS`, which may hold itself."""

    name: str


class Key(NamedTuple):
    kind: Kind
    doc: str
    default: str = ""
    required: bool = False


class Need(NamedTuple):
    """A key that makes no sense without another one, unless it has a certain value."""

    key: str
    needed: str
    unless: str | None = None


class Shape(NamedTuple):
    """A mapping with keys of the format; whatever it does not list is refused."""

    what: str
    keys: Mapping[str, Key]
    later: tuple[str, ...] = ()
    """Keys of the format that are refused until they are generated."""
    any_of: tuple[str, ...] = ()
    """Keys of which one is needed."""
    needs: tuple[Need, ...] = ()


Kind = Text | Choice | ListOf | MapOf | Either | Named | Shape

TEXT = Text()
TEXTS = ListOf(TEXT)
FLAG = Choice((True, False))
DEPRECATED = Key(
    TEXT, "what to use instead: the docs say it, and [breaking](breaking.md) warns once"
)

CPP = Shape(
    "cpp",
    {
        "include_dirs": Key(TEXTS, "folders for `#include`; the spec's own folder is always one"),
        "headers": Key(
            TEXTS, "included by the generated registrations: they declare what the spec names"
        ),
        "sources": Key(TEXTS, "compiled into the shared object"),
        "packages": Key(
            TEXTS,
            "`find_package(… CONFIG REQUIRED)`; those that PyPI packages bring are found in this environment",
        ),
        "libraries": Key(TEXTS, "CMake targets or libraries to link"),
        "definitions": Key(TEXTS, "`NAME` or `NAME=value`, for your sources and the registrations"),
    },
)
PYTHON = Shape(
    "python",
    {"modules": Key(TEXTS, "Python files of yours that travel in the package", required=True)},
)
RULE = Shape(
    "a rule of `fake:`",
    {
        "like": Key(TEXT, "a new tensor like this argument, or like `self.<flattened tensor>`"),
        "size": Key(TEXTS, "its size, in place of what `like` has: ints, arguments, `x.size(0)`"),
        "dtype": Key(TEXT, "its dtype: `float32`, or another tensor's: `x.dtype`"),
        "device": Key(TEXT, "its device: `cpu`, or another tensor's: `x.device`", "cpu"),
        "value": Key(
            Either(Text(null=True), TEXTS, TEXT),
            "no tensor but this value: a literal, an argument, `self.<flattened item>`, `dynamic`, or a list of those",
        ),
    },
    any_of=("like", "size", "value"),
)
FAKE = Either(TEXT, ListOf(Named("fake")), RULE)
METHOD = Shape(
    "a method",
    {
        "func": Key(
            TEXT,
            "a schema as in `native_functions.yaml`: `search(Tensor query, int k=10) -> Tensor`, without `self`",
            required=True,
        ),
        "doc": Key(
            TEXT,
            "reaches the C++ comment, the registered doc string, the Python docstring and the stub",
        ),
        "args": Key(
            MapOf(TEXT, "the names of arguments to what they mean"),
            "what each argument means, by name",
        ),
        "impl": Key(TEXT, "the member function that is called", "the method's name"),
        "gil": Key(
            Choice(("release", "hold")),
            "`hold` keeps Python's lock while C++ runs, see [calls.md](calls.md#the-gil)",
            "release",
        ),
        "fake": Key(
            Named("fake"),
            "what it returns while torch.compile or torch.export traces, see [compile.md](compile.md#rules)",
        ),
        "deprecated": DEPRECATED,
    },
)
CLASS_METHOD = METHOD._replace(
    keys={
        **METHOD.keys,
        "impl": Key(
            TEXT,
            "the member function that is called, an operator, an instance of a template, or a free function `ns::fn` "
            "that takes `const c10::intrusive_ptr<T>&` first",
            "the method's name",
        ),
        "static": Key(FLAG, "`true` for one that needs no object", "false"),
    }
)
INIT = Shape(
    "init",
    {
        "args": Key(
            TEXT, 'arguments of the constructor, `(int dim, *, str metric="l2")`', required=True
        ),
        "impl": Key(TEXT, "a factory that makes the object, in place of the constructor"),
        "doc": Key(TEXT, "docstring of `__init__`"),
    },
)
PROPERTY = Shape(
    "a property",
    {
        "name": Key(TEXT, "the attribute", required=True),
        "type": Key(TEXT, "a type of the schema language", required=True),
        "get": Key(TEXT, "const member function or free function that reads it"),
        "set": Key(TEXT, "one that writes it; without it the property is read-only"),
        "field": Key(TEXT, "a data member, instead of `get` and `set`"),
        "readonly": Key(FLAG, "`true`: the data member is not written", "false"),
        "doc": Key(TEXT, "docstring"),
        "deprecated": DEPRECATED,
    },
)
PICKLE = Shape(
    "pickle",
    {
        "state": Key(TEXT, 'the type of what is saved, `"(int, str, Tensor)"`', required=True),
        "get": Key(TEXT, "const member function that returns the state", required=True),
        "set": Key(TEXT, "static member function that makes an object of the state", required=True),
    },
)
CLASS = Shape(
    "a class",
    {
        "name": Key(
            TEXT, "`torch.classes.<namespace>.<name>`, and the class in the package", required=True
        ),
        "class": Key(
            TEXT,
            "the C++ class, also an instance of a template; one class of C++ has one name",
            required=True,
        ),
        "doc": Key(TEXT, "docstring of the class, doc string of the registered class"),
        "base": Key(TEXT, "a class of the library, declared before, from which it derives"),
        "init": Key(
            Either(TEXT, None, INIT),
            'arguments of the constructor, `(int dim, *, str metric="l2")`, or a mapping, see below; left out: none is '
            "made in Python",
        ),
        "args": Key(
            MapOf(TEXT, "the names of arguments to what they mean"),
            "what each argument of `init` means, by name",
        ),
        "methods": Key(ListOf(CLASS_METHOD), "a list, see below"),
        "properties": Key(ListOf(PROPERTY), "a list, see below"),
        "pickle": Key(PICKLE, "how an object is saved, see below"),
        "flatten": Key(
            MapOf(TEXT, "the names of properties or members to their types"),
            "names and types of what torch.compile and torch.export look at, [compile.md](compile.md); each is a "
            "property, else a const member function; `{}` where no result depends on the object",
        ),
        "tracing_mode": Key(Choice(("real",)), "`real`: never faked while tracing"),
        "deprecated": DEPRECATED,
    },
    needs=(Need("args", "init"),),
)
IMPLEMENTATION = Shape(
    "an implementation",
    {
        "name": Key(
            TEXT, "the name it is registered under, and the object in the package", required=True
        ),
        "class": Key(
            TEXT,
            "the C++ class: derives from the interface, is default-constructible; may stand under several names",
            required=True,
        ),
        "doc": Key(
            TEXT, "docstring of the object in the package, doc string of the registered class"
        ),
        "preprocess": Key(
            TEXT,
            "C++ function that turns a module into what `compile` takes "
            "(`torch::jit::detail::BackendPreprocessFunction`)",
        ),
        "prepare": Key(
            TEXT,
            "Python function `package.module:function`, see [backends.md](backends.md#converting-in-python)",
        ),
        "deprecated": DEPRECATED,
    },
)
BACKEND = Shape(
    "a backend",
    {
        "name": Key(
            TEXT,
            "the generated class template: `template <class T> class <library>::<name>` in `<library>/<name>.h`",
            required=True,
        ),
        "namespace": Key(
            TEXT,
            "implementations are `torch.classes.<namespace>.<name>`; torch lowers to `__backends__` alone, so its own "
            "interface has no other",
            BACKENDS_NAMESPACE,
        ),
        "interface": Key(
            TEXT,
            f"`{TORCH_INTERFACE}`, or a plain name: that abstract class is generated",
            TORCH_INTERFACE,
        ),
        "doc": Key(TEXT, "comment of the class, docstring of the Python protocol"),
        "methods": Key(ListOf(METHOD), "a list, see below; required for an interface of one's own"),
        "implementations": Key(
            ListOf(IMPLEMENTATION),
            "a list, see below; may be left out if all are registered in C++",
        ),
    },
    needs=(Need("interface", "methods", unless=TORCH_INTERFACE),),
)
SUPPRESSION = Shape(
    "an entry of `breaking:`",
    {
        "code": Key(
            Choice(tuple(code for code in CODES if code.startswith("CG7"))),
            "the code that is meant",
            required=True,
        ),
        "name": Key(TEXT, "what it is about, as `Index.search`", required=True),
        "reason": Key(TEXT, "why nobody minds", required=True),
    },
)
LIBRARY = Shape(
    "a library",
    {
        "spec": Key(Choice((1,)), "version of the format", "1"),
        "library": Key(
            TEXT,
            "name of the package, the shared object and the C++ namespace; not one that Python, torch or the C library "
            "has taken",
            required=True,
        ),
        "namespace": Key(
            TEXT,
            "TorchScript namespace of classes (and of operators, which are not generated yet)",
            "the library",
        ),
        "doc": Key(TEXT, "becomes the package's docstring"),
        "cpp": Key(CPP, "your C++, see below"),
        "python": Key(PYTHON, "your Python, see below"),
        "backends": Key(ListOf(BACKEND), "a list, see below; `backends` or `classes` is needed"),
        "classes": Key(ListOf(CLASS), "a list, see below"),
        "breaking": Key(
            ListOf(SUPPRESSION),
            "changes that are meant to break callers, [breaking.md](breaking.md)",
        ),
    },
    later=("operators",),
    any_of=("backends", "classes"),
)

KINDS: Mapping[str, Kind] = {
    "library": LIBRARY,
    "cpp": CPP,
    "python": PYTHON,
    "backend": BACKEND,
    "implementation": IMPLEMENTATION,
    "method": METHOD,
    "class": CLASS,
    "init": INIT,
    "class_method": CLASS_METHOD,
    "property": PROPERTY,
    "pickle": PICKLE,
    "fake": FAKE,
    "rule": RULE,
    "suppression": SUPPRESSION,
}
"""The kinds by the names that the JSON Schema and docs/format.md have for them; the root is first."""
