"""The C++ that a spec names, as a skeleton that compiles: classes, members and functions whose bodies throw.

What stands in files that exist is the user's and left out, as far as the names in them tell. Everything else goes
into the first header and the first source that do not exist; where the spec names no source, the header has the
definitions too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from codegen import names, render
from codegen.cpp_text import Spelling, comment, layout, quote
from codegen.diagnostics import Diagnostics
from codegen.model import TORCH_METHODS, Backend, Class, Implementation, Library, Method
from codegen.schema import Argument, FunctionSchema
from codegen.types import Type

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
# Containers of the standard library that a class may be an instance of, each in a header of its name.
_CONTAINERS = (
    "array deque forward_list list map queue set stack unordered_map unordered_set vector".split()
)
_NO_DEFAULT = {"at::Device": "at::kCPU", "c10::Stream": "c10::Stream::DEFAULT, at::kCPU"}


class HeaderView(NamedTuple):
    includes: tuple[str, ...]
    declarations: tuple[tuple[str, ...], ...]
    definitions: tuple[tuple[str, ...], ...]


class SourceView(NamedTuple):
    headers: tuple[str, ...]
    definitions: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class _Function:
    """A member of the class `scope`, or a function of the namespace `scope`."""

    scope: str
    name: str
    result: str
    parameters: tuple[str, ...]
    doc: tuple[str, ...] = ()
    prefix: str = ""
    suffix: str = ""

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        """What tells overloads apart; a `const` does not, for the spec names one member."""
        return self.name, tuple(p.rpartition(" ")[0] for p in self.parameters)

    @property
    def plain(self) -> str:
        """The name without the arguments of a template."""
        return self.name if self.name.startswith("operator") else self.name.partition("<")[0]

    def declaration(self, indent: int = 0) -> tuple[str, ...]:
        """As it stands in a class or a namespace; of a template the primary one."""
        head = f"{self.prefix}{self._result}{self.plain}("
        lines = layout(head, self.parameters, f"){self.suffix};", indent)
        return (*self._doc, *self._template, *lines)

    def definition(self, *, inline: bool) -> tuple[str, ...]:
        qualified = f"{self.scope}::{self.name}" if self.scope else self.name
        template = "template <>\n" if self._template else ""
        head = f"{'inline ' if inline else ''}{self._result}{self._scoped}("
        const = " const" if "const" in self.suffix else ""
        return (
            *template.splitlines(),
            *layout(head, self.parameters, f"){const} {{", 0),
            f"  C10_THROW_ERROR(NotImplementedError, {quote(f'{qualified} is not implemented')});",
            "}",
        )

    def specialization(self) -> tuple[str, ...]:
        """Declares the instance of a template before anyone uses it."""
        const = " const" if "const" in self.suffix else ""
        return (
            "template <>",
            *layout(f"{self._result}{self._scoped}(", self.parameters, f"){const};", 0),
        )

    @property
    def is_template(self) -> bool:
        return self.plain != self.name

    @property
    def _result(self) -> str:
        return f"{self.result} " if self.result else ""

    @property
    def _scoped(self) -> str:
        """The name as a definition in the namespace has it."""
        return self.name

    @property
    def _doc(self) -> tuple[str, ...]:
        return tuple(f"///{line}" for line in self.doc)

    @property
    def _template(self) -> tuple[str, ...]:
        return (_template_head(self.name),) if self.is_template else ()


@dataclass(frozen=True)
class _Member(_Function):
    @property
    def _scoped(self) -> str:
        return f"{self.scope.rpartition('::')[2] if '<' not in self.scope else _unqualified(self.scope)}::{self.name}"


@dataclass
class _Skeleton:
    """A class, and what is said of its members."""

    cpp: str
    base: str
    doc: str
    members: dict[tuple[str, tuple[str, ...]], _Function] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    is_base: bool = False

    def add(self, member: _Function) -> None:
        known = self.members.get(member.key)
        if known:
            doc, suffix = known.doc or member.doc, max(known.suffix, member.suffix)
            member = replace(known, doc=doc, suffix=suffix)
        self.members[member.key] = member

    @property
    def namespace(self) -> str:
        return _namespace(self.cpp)

    @property
    def name(self) -> str:
        return _unqualified(self.cpp)

    def head(self) -> str:
        """Declares it ahead."""
        if "<" in self.name:
            return f"{_template_head(self.name)}\nclass {self.name.partition('<')[0]};"
        return f"class {self.name};"

    def lines(self) -> Iterator[str]:
        yield from (f"///{line}" for line in comment(self.doc))
        if "<" in self.name:
            yield "template <>"
        yield f"class {self.name} : public {self.base} {{"
        if self.members or self.fields:
            yield " public:"
        for index, member in enumerate(self.members.values()):
            if index and member.doc:
                yield ""
            yield from (f"  {line}" for line in member.declaration(2))
        if self.fields and self.members:
            yield ""
        for name, t in self.fields.items():
            yield f"  {t} {name}{{{_NO_DEFAULT.get(t, '')}}};"
        constructors = [m.parameters for m in self.members.values() if not m.result]
        if self.is_base and constructors and () not in constructors:
            yield from ("", " protected:", f"  {self.name.partition('<')[0]}() = default;")
        yield "};"
        for member in self.members.values():
            if member.is_template:
                yield from ("", *member.specialization())


class Skeletons:
    """All that a spec names and no text of the user's has."""

    def __init__(self, library: Library, existing: str) -> None:
        self._library = library
        self._existing = existing
        self._spelled = Spelling(library)
        self.classes: dict[str, _Skeleton] = {}
        self.functions: dict[tuple[str, tuple[str, tuple[str, ...]]], _Function] = {}
        self.interfaces: list[str] = []
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
        if base and base.cls.value in self.classes:
            self.classes[base.cls.value].is_base = True
        return base.cls.value if base else _HOLDER

    def _open(self, cpp: str, base: str, doc: str) -> None:
        name = _unqualified(cpp).partition("<")[0]
        exists = re.search(rf"\b(class|struct|using)\s+{name}\b", self._existing)
        if not exists and _namespace(cpp).split("::")[0] not in _FOREIGN:
            self.classes.setdefault(cpp, _Skeleton(cpp.removeprefix("::"), base, doc))

    def _class(self, cls: Class) -> None:
        cpp = cls.cls.value
        if cls.init and not cls.init.impl:
            constructor = _unqualified(cpp).partition("<")[0]
            self._member(cpp, constructor, "", cls.init.schema, _doc(cls.init))
        elif cls.init:
            self._free(
                str(cls.init.impl),
                f"c10::intrusive_ptr<{cpp}>",
                cls.init.schema,
                "",
                _doc(cls.init),
            )
        for method in cls.methods:
            result = self._spelled.returns(method.schema)
            prefix = "static " if method.static else ""
            if names.is_free(method.member):
                receiver = "" if method.static else cpp
                self._free(method.member, result, method.schema, receiver, _doc(method))
            else:
                self._member(cpp, method.member, result, method.schema, _doc(method), prefix)
        for prop in cls.properties:
            if prop.field and cpp in self.classes:
                self.classes[cpp].fields[prop.field.value] = self._spelled(prop.type)
            if prop.getter:
                self._accessor(cpp, prop.getter.value, None, prop.type, comment(prop.doc))
            if prop.setter:
                self._accessor(cpp, prop.setter.value, prop.type, None, ())
        if cls.pickle:
            self._accessor(cpp, cls.pickle.getter.value, None, cls.pickle.state, ())
            given = _schema([("state", cls.pickle.state)])
            made, setter = f"c10::intrusive_ptr<{cpp}>", cls.pickle.setter.value
            if names.is_free(setter):
                self._free(setter, made, given, "", ())
            else:
                self._member(cpp, setter, made, given, (), "static ")
        properties = {prop.name.value for prop in cls.properties}
        for flat in cls.flatten:
            if flat.name.value not in properties:
                self._accessor(cpp, flat.name.value, None, flat.type, ())

    def _accessor(
        self, cpp: str, name: str, taken: Type | None, given: Type | None, doc: tuple[str, ...]
    ) -> None:
        schema = _schema([("value", taken)] if taken else [])
        result = self._spelled(given) if given else "void"
        if names.is_free(name):
            self._free(name, result, schema, cpp, doc)
        else:
            self._member(cpp, name, result, schema, doc, "", "" if taken else " const")

    def _member(
        self,
        cpp: str,
        name: str,
        result: str,
        schema: FunctionSchema,
        doc: tuple[str, ...],
        prefix: str = "",
        suffix: str = "",
    ) -> None:
        if cpp in self.classes:
            scope = self.classes[cpp].cpp
            given = tuple(self._parameters(schema))
            self.classes[cpp].add(_Member(scope, name, result, given, doc, prefix, suffix))

    def _free(
        self, name: str, result: str, schema: FunctionSchema, receiver: str, doc: tuple[str, ...]
    ) -> None:
        scope = _namespace(name)
        given = tuple(self._parameters(schema))
        if receiver:
            given = (f"const c10::intrusive_ptr<{receiver}>& self", *given)
        if scope in self.classes:
            cls = self.classes[scope]
            cls.add(_Member(cls.cpp, _unqualified(name), result, given, doc, "static "))
        else:
            self._function(_Function(scope, _unqualified(name), result, given, doc))

    def _function(self, function: _Function) -> None:
        exists = re.search(rf"\b{re.escape(function.plain)}\s*\(", self._existing)
        if not exists and function.scope.split("::")[0] not in _FOREIGN:
            self.functions.setdefault((function.scope, function.key), function)

    def _implementation(self, backend: Backend, implementation: Implementation) -> None:
        cpp, interface = implementation.cls.value, backend.interface.value
        base = interface if backend.delegates else f"{self._library.name}::{interface}"
        self._open(cpp, base, implementation.doc)
        header = names.header(self._library.name.value, backend.name.value)
        self.interfaces += [] if backend.delegates or cpp not in self.classes else [header]
        for method in backend.methods:
            torchs = backend.delegates and method.name in TORCH_METHODS
            spelled = Spelling(self._library, torchs_own=torchs)
            given = tuple(
                f"{spelled(a.type)} {names.parameter(a.name)}" for a in method.schema.arguments
            )
            suffix = " override" if torchs or not backend.delegates else ""
            if cpp in self.classes:
                scope, result = self.classes[cpp].cpp, spelled.returns(method.schema)
                doc = _doc(method) if backend.delegates else ()
                self.classes[cpp].add(_Member(scope, method.member, result, given, doc, "", suffix))
        if implementation.preprocess:
            name = implementation.preprocess.value
            self._function(
                _Function(_namespace(name), _unqualified(name), "c10::IValue", _PREPROCESS)
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
        return (*_blocks(ahead, tight=True), *_blocks([*whole, *functions]))

    def definitions(self, *, inline: bool) -> tuple[tuple[str, ...], ...]:
        members = [(c.namespace, m) for c in self.classes.values() for m in c.members.values()]
        functions = [(f.scope, f) for f in self.functions.values()]
        return tuple(
            _blocks((ns, ("", *f.definition(inline=inline))) for ns, f in [*members, *functions])
        )


def scaffold(library: Library, diagnostics: Diagnostics) -> dict[Path, str]:
    """The files that the spec names and that do not exist, with their texts."""
    folder = Path(library.source.path).parent
    headers = {h.value: _place(library, folder, h.value) for h in library.cpp.headers}
    sources = {s.value: folder / s.value for s in library.cpp.sources}
    if not headers:
        message = f"the library '{library.name}' names no header to write its C++ to"
        diagnostics.add(
            "CG202", library.name.span, message, f"`cpp: {{headers: [{library.name}.h]}}`"
        )
        return {}
    existing = "\n".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in (*headers.values(), *sources.values())
        if path.is_file()
    )
    skeletons = Skeletons(library, existing)
    missing_headers = [path for path in headers.values() if not path.is_file()]
    missing_sources = [path for path in sources.values() if not path.is_file()]
    files: dict[Path, str] = {}
    for path in missing_headers:
        first = path is missing_headers[0]
        files[path] = _header(skeletons if first else None, inline=not sources)
    for path in missing_sources:
        first = path is missing_sources[0]
        definitions = skeletons.definitions(inline=False) if first else ()
        files[path] = _render("cpp/scaffold.cpp.j2", SourceView(tuple(headers), definitions))
    return files


def _header(skeletons: Skeletons | None, *, inline: bool) -> str:
    if skeletons is None:
        return _render("cpp/scaffold.h.j2", HeaderView(("torch/custom_class.h",), (), ()))
    declarations = skeletons.declarations()
    text = "\n".join(line for block in declarations for line in block)
    includes = {include for name, include in _INCLUDES.items() if name in text}
    includes |= {name for name in _CONTAINERS if f"std::{name}<" in skeletons.named}
    return _render(
        "cpp/scaffold.h.j2",
        HeaderView(
            includes=tuple(sorted({"torch/custom_class.h", *includes, *skeletons.interfaces})),
            declarations=declarations,
            definitions=skeletons.definitions(inline=True) if inline else (),
        ),
    )


def _render(template: str, view: render.View) -> str:
    return render.render(template, view).text.rstrip("\n") + "\n"


def _place(library: Library, folder: Path, header: str) -> Path:
    """Where the compiler finds a header, or would: the first folder of `include_dirs` within the spec's."""
    folders = [folder / d.value for d in library.cpp.include_dirs]
    found = [place / header for place in (*folders, folder) if (place / header).is_file()]
    inside = [place for place in folders if ".." not in place.relative_to(folder).parts]
    return found[0] if found else (inside[0] if inside else folder) / header


def _blocks(
    pieces: Iterable[tuple[str, Sequence[str]]], *, tight: bool = False
) -> Iterator[tuple[str, ...]]:
    """Pieces of one namespace, one after the other, in one block."""
    for namespace, group in groupby(pieces, key=lambda piece: piece[0]):
        lines = [line for _, piece in group for line in piece]
        if not namespace:
            yield tuple(lines if tight else lines[1:])
            continue
        closing = [f"}}  // namespace {namespace}"]
        yield (f"namespace {namespace} {{", *lines, *([] if tight else [""]), *closing)


def _doc(method: Method) -> tuple[str, ...]:
    return comment(method.doc, *method.argument_docs.items())


def _schema(arguments: Sequence[tuple[str, Type]]) -> FunctionSchema:
    return FunctionSchema("", "", tuple(Argument(name, t) for name, t in arguments), ())


def _split(name: str) -> tuple[str, str]:
    """The namespace, and the rest with the arguments of a template."""
    head, bracket, arguments = name.removeprefix("::").partition("<")
    namespace, _, rest = head.rpartition("::")
    return namespace, rest + bracket + arguments


def _namespace(name: str) -> str:
    return _split(name)[0]


def _unqualified(name: str) -> str:
    return _split(name)[1]


def _template_head(name: str) -> str:
    """Of the primary template of an instance: `class` for a type, `auto` for a value."""
    arguments = re.split(r",(?![^<]*>)", name.partition("<")[2].rpartition(">")[0])
    kinds = ["auto" if re.fullmatch(r"\s*(-?\d.*|true|false)", a) else "class" for a in arguments]
    return f"template <{', '.join(kinds)}>"
