"""The C++ that a spec names, as a skeleton that compiles: classes, members and functions whose bodies throw.

What stands in files that exist is the user's and left out, as far as the names in them tell. Everything else goes
into the first header and the first source that do not exist; where the spec names no source, the header has the
definitions too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from pathlib import Path
from typing import NamedTuple

from codegen import names, render
from codegen.cpp_text import Spelling, comment
from codegen.diagnostics import Diagnostics
from codegen.model import TORCH_METHODS, Backend, Class, Implementation, Library, Method, Property
from codegen.schema import Argument, FunctionSchema
from codegen.skeleton import Function, Key, Member, Skeleton, blocks, namespace_of, unqualified
from codegen.source import Text
from codegen.types import Base, Dict, List, Tuple, Type

_HOLDER = "torch::CustomClassHolder"
# Of these a skeleton would be wrong: they exist elsewhere.
_FOREIGN = ("std", "c10", "at", "torch")
_PREPROCESS = (
    "const torch::jit::Module& module",
    "const c10::Dict<c10::IValue, c10::IValue>& method_compile_spec",
    "const torch::jit::BackendDebugHandleGenerator& generate_debug_handles",
)
# What <torch/custom_class.h> only declares.
_INCLUDES = {
    "at::Generator": "ATen/core/Generator.h",
    "at::QScheme": "c10/core/QScheme.h",
    "torch::jit::PyTorchBackendInterface": "torch/csrc/jit/backends/backend_interface.h",
    "torch::jit::Module": "torch/csrc/jit/api/module.h",
    "torch::jit::BackendDebugHandleGenerator": "torch/csrc/jit/backends/backend_detail.h",
}
_NO_DEFAULT = {"at::Device": "at::kCPU", "c10::Stream": "c10::Stream::DEFAULT, at::kCPU"}
# Containers of the standard library that a class may be an instance of, each in a header of its name.
_CONTAINERS = (
    "array deque forward_list list map queue set stack unordered_map unordered_set vector".split()
)


class HeaderView(NamedTuple):
    includes: tuple[str, ...]
    declarations: tuple[tuple[str, ...], ...]
    definitions: tuple[tuple[str, ...], ...]


class SourceView(NamedTuple):
    headers: tuple[str, ...]
    definitions: tuple[tuple[str, ...], ...]


class Skeletons:
    """All that a spec names and no text of the user's has."""

    def __init__(self, library: Library, existing: str) -> None:
        self._library = library
        self._existing = existing
        self._spelled = Spelling(library)
        self.classes: dict[str, Skeleton] = {}
        self.functions: dict[tuple[str, Key], Function] = {}
        self.interfaces: list[str] = []
        self.nested: list[str] = []
        self.named = " ".join(cls.cls.value for cls in library.classes)
        for cls in library.classes:
            self._open(cls.cls.value, self._base(cls), cls.doc)
        for cls in library.classes:
            self._class(cls)
        for backend in library.backends:
            for implementation in backend.implementations:
                self._implementation(backend, implementation)

    def _base(self, cls: Class) -> str:
        base = next(self._library.ancestors(cls), None)
        if base and (skeleton := self._skeleton(base.cls.value)):
            skeleton.is_base = True
        return base.cls.value if base else _HOLDER

    def _open(self, cpp: str, base: str, doc: str) -> None:
        name = unqualified(cpp).partition("<")[0]
        defined = rf"\b(class|struct)\s+{name}\b[^;{{]*{{|\busing\s+{name}\b"
        exists = re.search(defined, self._existing)
        if self._skeleton(namespace_of(cpp)):
            self.nested.append(cpp)
            return
        if not exists and namespace_of(cpp).split("::")[0] not in _FOREIGN:
            plain = cpp.removeprefix("::")
            self.classes.setdefault(plain, Skeleton(plain, base, doc))

    def _class(self, cls: Class) -> None:
        """Members and functions in the order of the declaration."""
        cpp = cls.cls.value
        if cls.init and cls.init.impl:
            self._factory(cpp, cls.init.impl.value, cls.init.schema, _doc(cls.init))
        elif cls.init:
            constructor = unqualified(cpp).partition("<")[0]
            self._member(cpp, constructor, "", cls.init.schema, _doc(cls.init))
        for method in cls.methods:
            result, static = self._spelled.returns(method.schema), method.static
            if names.is_free(method.member):
                receiver = "" if static else cpp
                self._free(method.member, result, method.schema, receiver, _doc(method))
            else:
                doc = _doc(method)
                self._member(cpp, method.member, result, method.schema, doc, static=static)
        for prop in cls.properties:
            self._property(cpp, prop)
        if cls.pickle:
            self._accessor(cpp, cls.pickle.getter.value, None, cls.pickle.state, ())
            self._factory(cpp, cls.pickle.setter.value, _schema([("state", cls.pickle.state)]), ())
        for flat in cls.flatten:
            if flat.name.value not in self._library.properties(cls):
                self._accessor(cpp, flat.name.value, None, flat.type, ())

    def _factory(self, cpp: str, name: str, schema: FunctionSchema, doc: tuple[str, ...]) -> None:
        made = f"c10::intrusive_ptr<{cpp}>"
        if names.is_free(name):
            self._free(name, made, schema, "", doc)
        else:
            self._member(cpp, name, made, schema, doc, static=True)

    def _property(self, cpp: str, prop: Property) -> None:
        if prop.field and (skeleton := self._skeleton(cpp)):
            declared = f"{self._spelled(prop.type)} {prop.field}{{{self._initial(prop.type)}}}"
            skeleton.fields[prop.field.value] = declared
        if prop.getter:
            self._accessor(cpp, prop.getter.value, None, prop.type, comment(prop.doc))
        if prop.setter:
            self._accessor(cpp, prop.setter.value, prop.type, None, ())

    def _initial(self, t: Type) -> str:
        """What a data member is made of: not all types have a default constructor."""
        spelled = self._spelled(t)
        match t:
            case Tuple(items):
                return ", ".join(f"{self._spelled(i)}{{{self._initial(i)}}}" for i in items)
            case List(Base("Any")):
                return "c10::AnyType::get()"
            case Dict(key, Base("Any")):
                generic = f"c10::getTypePtr<{self._spelled(key)}>(), c10::AnyType::get()"
                types_ = f"{self._spelled(key)}, c10::IValue"
                return f"c10::impl::toTypedDict<{types_}>(c10::impl::GenericDict({generic}))"
        if spelled in ("c10::impl::GenericList", "c10::impl::GenericDict"):
            any_type = "c10::AnyType::get()"
            return any_type if isinstance(t, List) else f"c10::StringType::get(), {any_type}"
        return _NO_DEFAULT.get(spelled, "")

    def _accessor(
        self, cpp: str, name: str, taken: Type | None, given: Type | None, doc: tuple[str, ...]
    ) -> None:
        schema = _schema([("value", taken)] if taken else [])
        result = self._spelled(given) if given else "void"
        if names.is_free(name):
            self._free(name, result, schema, cpp, doc)
        else:
            self._member(cpp, name, result, schema, doc, const=not taken)

    def _member(
        self,
        cpp: str,
        name: str,
        result: str,
        schema: FunctionSchema,
        doc: tuple[str, ...],
        *,
        static: bool = False,
        const: bool = False,
    ) -> None:
        if cls := self._skeleton(cpp):
            given = tuple(self._parameters(schema))
            cls.add(Member(cls.cpp, name, result, given, doc, static, const))

    def _skeleton(self, cpp: str) -> Skeleton | None:
        return self.classes.get(cpp.removeprefix("::"))

    def _free(
        self, name: str, result: str, schema: FunctionSchema, receiver: str, doc: tuple[str, ...]
    ) -> None:
        scope = namespace_of(name)
        given = tuple(self._parameters(schema))
        if receiver:
            given = (f"const c10::intrusive_ptr<{receiver}>& self", *given)
        if cls := self._skeleton(scope):
            cls.add(Member(cls.cpp, unqualified(name), result, given, doc, static=True))
        else:
            self._function(Function(scope, unqualified(name), result, given, doc))

    def _function(self, function: Function) -> None:
        exists = re.search(rf"\b{re.escape(function.plain)}\s*\(", self._existing)
        if not exists and function.scope.split("::")[0] not in _FOREIGN:
            self.functions.setdefault((function.scope, function.key), function)

    def _implementation(self, backend: Backend, implementation: Implementation) -> None:
        cpp, interface = implementation.cls.value, backend.interface.value
        base = interface if backend.delegates else f"{self._library.name}::{interface}"
        self._open(cpp, base, implementation.doc)
        header = names.header(self._library.name.value, backend.name.value)
        self.interfaces += [header] if not backend.delegates and self._skeleton(cpp) else []
        for method in backend.methods:
            torchs = backend.delegates and method.name in TORCH_METHODS
            spelled = Spelling(self._library, torchs_own=torchs)
            given = tuple(
                f"{spelled(a.type)} {names.parameter(a.name)}" for a in method.schema.arguments
            )
            if cls := self._skeleton(cpp):
                override = torchs or not backend.delegates
                doc = () if override else _doc(method)
                result = spelled.returns(method.schema)
                cls.add(Member(cls.cpp, method.member, result, given, doc, override=override))
        if implementation.preprocess:
            name = implementation.preprocess.value
            self._function(
                Function(namespace_of(name), unqualified(name), "c10::IValue", _PREPROCESS)
            )

    def _parameters(self, schema: FunctionSchema) -> Iterator[str]:
        for argument in schema.arguments:
            yield f"{self._spelled(argument.type)} {names.parameter(argument.name)}"

    def declarations(self) -> tuple[tuple[str, ...], ...]:
        classes = list(self.classes.values())
        ahead = [
            (c.namespace, tuple(c.head().splitlines()))
            for c in classes
            if len(classes) > 1 or "<" in c.name
        ]
        whole = [(c.namespace, ("", *c.lines())) for c in classes]
        functions = [
            (
                f.scope,
                ("", *f.declaration(), *(("", *f.specialization()) if f.is_template else ())),
            )
            for f in self.functions.values()
        ]
        return (*blocks(ahead, tight=True), *blocks([*whole, *functions]))

    def definitions(self, *, inline: bool) -> tuple[tuple[str, ...], ...]:
        members = [(c.namespace, m) for c in self.classes.values() for m in c.members.values()]
        functions = [(f.scope, f) for f in self.functions.values()]
        return tuple(
            blocks((ns, ("", *f.definition(inline=inline))) for ns, f in [*members, *functions])
        )


def scaffold(library: Library, taken: Set[Path], diagnostics: Diagnostics) -> dict[Path, str]:
    """The files that the spec names and that do not exist, with their texts; `taken` are another library's."""
    folder = Path(library.source.path).parent
    headers = {header: _place(library, folder, header.value) for header in library.cpp.headers}
    sources = {source: folder / source.value for source in library.cpp.sources}
    if not headers:
        message = f"the library '{library.name}' names no header to write its C++ to"
        help = f"`cpp: {{headers: [{library.name}.h]}}`"
        diagnostics.add("CG202", library.name.span, message, help)
        return {}
    existing = [path for path in (*headers.values(), *sources.values()) if path.is_file()]
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in existing)
    skeletons = Skeletons(library, "\n".join(texts))
    new_headers = [path for path in headers.values() if path not in existing]
    new_sources = [path for path in sources.values() if path not in existing]
    for text, path in (headers | sources).items():
        if path not in existing:
            _may_be_written(folder, text, path, taken, diagnostics)
    if new_headers and skeletons.nested:
        message = f"{', '.join(skeletons.nested)} would stand inside of another skeleton"
        help = "write that class yourself, or give it a namespace of its own"
        diagnostics.add("CG303", library.cpp.headers[0].span, message, help)
    if new_sources and not new_headers:
        _all_declared(library, skeletons, diagnostics)
    files: dict[Path, str] = {}
    for path in new_headers:
        first = path is new_headers[0]
        view = _header(skeletons, inline=not new_sources) if first else _EMPTY
        files[path] = _render("cpp/scaffold.h.j2", view)
    for path in new_sources:
        definitions = skeletons.definitions(inline=False) if path is new_sources[0] else ()
        included = tuple(header.value for header in headers)
        files[path] = _render("cpp/scaffold.cpp.j2", SourceView(included, definitions))
    return files


_EMPTY = HeaderView(("torch/custom_class.h",), (), ())


def _may_be_written(
    folder: Path, text: Text, path: Path, taken: Set[Path], diagnostics: Diagnostics
) -> None:
    """Only below the spec, and by one library."""
    if not path.resolve().is_relative_to(folder.resolve()):
        message = f"'{text}' would be written outside of the folder of this spec"
        diagnostics.add("CG403", text.span, message, "write that one yourself")
    elif path.resolve() in {other.resolve() for other in taken}:
        message = f"another library's skeleton goes to '{text}'"
        diagnostics.add("CG403", text.span, message, "scaffold one after the other")


def _all_declared(library: Library, skeletons: Skeletons, diagnostics: Diagnostics) -> None:
    """Where every header exists, they are to have what the spec names."""
    lacking = [cls.cpp for cls in skeletons.classes.values()]
    lacking += [f"{f.scope}::{f.name}".removeprefix("::") for f in skeletons.functions.values()]
    if lacking:
        message = f"no header has {', '.join(lacking)}"
        help = "declare it there, or name a new header for it"
        diagnostics.add("CG202", library.cpp.headers[0].span, message, help)


def _header(skeletons: Skeletons, *, inline: bool) -> HeaderView:
    declarations = skeletons.declarations()
    text = "\n".join(line for block in declarations for line in block)
    includes = {include for name, include in _INCLUDES.items() if name in text}
    includes |= {name for name in _CONTAINERS if f"std::{name}<" in skeletons.named}
    return HeaderView(
        includes=tuple(sorted({"torch/custom_class.h", *includes, *skeletons.interfaces})),
        declarations=declarations,
        definitions=skeletons.definitions(inline=True) if inline else (),
    )


def _render(template: str, view: render.View) -> str:
    return render.render(template, view).text.rstrip("\n") + "\n"


def _place(library: Library, folder: Path, header: str) -> Path:
    """Where the compiler finds a header, or would: the first folder of `include_dirs` within the spec's."""
    folders = [folder / d.value for d in library.cpp.include_dirs]
    found = [place / header for place in (*folders, folder) if (place / header).is_file()]
    inside = [place for place in folders if ".." not in place.relative_to(folder).parts]
    return found[0] if found else (inside[0] if inside else folder) / header


def _doc(method: Method) -> tuple[str, ...]:
    return comment(method.doc, *method.argument_docs.items())


def _schema(arguments: Sequence[tuple[str, Type]]) -> FunctionSchema:
    return FunctionSchema("", "", tuple(Argument(name, t) for name, t in arguments), ())
