"""Model to C++ views: each field is final text, so that the templates only print.

The header follows torch/csrc/jit/backends/backend.h. What differs, and why: schemas are texts that torch parses
(keyword-only arguments, defaults, any type); one table of methods and one loop register (compile time); registration
is guarded (a throw in a static initialiser aborts); the class template registers each name it is given (torch's keeps
the first in a static).
"""

from __future__ import annotations

from typing import NamedTuple

from codegen import defaults, names
from codegen.cpp_classes import ClassView, view
from codegen.cpp_text import Spelling, comment, layout, mark, quote
from codegen.model import TORCH_METHODS, Backend, Implementation, Library, Method
from codegen.schema import FunctionSchema
from codegen.source import Text

_TORCH_HEADER = "torch/csrc/jit/backends/backend_interface.h"


class MethodView(NamedTuple):
    mark: str
    doc: tuple[str, ...]
    declaration: tuple[str, ...]
    schema_getter: str
    function_getter: str
    registered: str
    """The schema that torch registers, as text."""
    schema: tuple[str, ...]
    """What makes it."""
    call: tuple[str, ...]
    row: tuple[str, ...]


class HeaderView(NamedTuple):
    spec: str
    library: str
    name: str
    namespace: str
    methods_namespace: str
    interface: str
    own_interface: bool
    includes: tuple[str, ...]
    declared: tuple[tuple[str, ...], ...]
    doc: tuple[str, ...]
    class_doc: tuple[str, ...]
    assertion: str
    methods: tuple[MethodView, ...]


class RegistrationView(NamedTuple):
    mark: str
    construct: tuple[str, ...]
    preprocess: tuple[str, ...]


class IncludeView(NamedTuple):
    mark: str
    path: str


class SourceView(NamedTuple):
    spec: str
    library: str
    fingerprint: str
    headers: tuple[str, ...]
    user_headers: tuple[IncludeView, ...]
    namespace: str
    classes: tuple[ClassView, ...]
    required: tuple[str, ...]
    registrations: tuple[RegistrationView, ...]


def header(library: Library, backend: Backend, spec: str) -> HeaderView:
    interface = backend.interface.value
    qualified = interface if backend.delegates else f"{library.name}::{interface}"
    camels = names.camels(method.name for method in backend.methods)
    return HeaderView(
        spec=spec,
        library=library.name.value,
        name=backend.name.value,
        namespace=backend.namespace.value,
        methods_namespace=names.methods_namespace(backend.name.value),
        interface=interface,
        own_interface=not backend.delegates,
        includes=(_TORCH_HEADER,) if backend.delegates else (),
        declared=_declared(library, backend),
        doc=comment(backend.doc or f"Interface of the {backend.name} backend."),
        class_doc=_class_doc(library, backend, qualified),
        assertion=f"{library.name}::{backend.name}<T> requires T to inherit from {qualified}",
        methods=tuple(
            _method(library, backend, method, camel)
            for method, camel in zip(backend.methods, camels, strict=True)
        ),
    )


def _class_doc(library: Library, backend: Backend, interface: str) -> tuple[str, ...]:
    usage = (
        f"Registers implementations of {interface}:\n"
        f'`static {library.name}::{backend.name}<T> registered("name");`'
    )
    return comment("\n\n".join(filter(None, [backend.doc if backend.delegates else "", usage])))


def source(library: Library, spec: str, fingerprint: str) -> SourceView:
    own = [names.header(library.name.value, backend.name.value) for backend in library.backends]
    own += ["codegen/registration.h"] if library.classes else []
    return SourceView(
        spec=spec,
        library=library.name.value,
        fingerprint=fingerprint,
        headers=tuple(sorted(own)),
        user_headers=tuple(IncludeView(mark(h.span), h.value) for h in library.cpp.headers),
        namespace=library.namespace.value,
        classes=tuple(view(library, cls) for cls in library.classes),
        required=layout("{", list(map(quote, sorted(library.foreign))), "},", 4),
        registrations=tuple(
            _registration(library, backend, implementation)
            for backend in library.backends
            for implementation in backend.implementations
        ),
    )


def _declared(library: Library, backend: Backend) -> tuple[tuple[str, ...], ...]:
    """The classes of the library that the methods take: the header that defines them may include this one."""
    mentioned = {name for method in backend.methods for name in method.schema.class_names}
    found = {
        library.own[name].cls.value.removeprefix("::") for name in mentioned & library.own.keys()
    }
    return tuple(_declare(name) for name in sorted(found))


def _declare(name: str) -> tuple[str, ...]:
    namespace, _, cls = name.rpartition("::")
    if not namespace:
        return (f"class {cls};",)
    return (f"namespace {namespace} {{", f"class {cls};", f"}}  // namespace {namespace}")


def _method(library: Library, backend: Backend, method: Method, camel: str) -> MethodView:
    torchs_own = backend.delegates and method.name in TORCH_METHODS
    spelled = Spelling(library, torchs_own=torchs_own)
    registered = library.registered(method.schema.as_method())
    head = f"virtual {spelled.returns(method.schema)} {method.member}("
    return MethodView(
        mark=mark(method.func.span),
        doc=comment(method.doc, *method.argument_docs.items()),
        declaration=layout(head, spelled.parameters(method.schema), ") = 0;", 2),
        schema_getter=f"get{camel}Schema",
        function_getter=f"get{camel}Func",
        registered=str(registered),
        schema=_schema(registered),
        call=spelled.call(method.schema, f"self->{method.member}", 4),
        row=(
            f"{{{backend.name}_methods::get{camel}Schema,",
            f" {backend.name}_methods::get{camel}Func<TBackendInterface>(),",
            f" {quote(method.documentation)}}},",
        ),
    )


def _schema(registered: FunctionSchema) -> tuple[str, ...]:
    shown, added = defaults.split(registered, 0)
    if not added:
        return ("return codegen::parseSchema(", f"    {quote(str(shown))});")
    first, *others = added
    lines = [f"    {{{first}", *(f"     {item}" for item in others)]
    return (
        "return codegen::withDefaults(",
        f"    codegen::parseSchema({quote(str(shown))}),",
        *(f"{line}," for line in lines[:-1]),
        f"{lines[-1]}}});",
    )


def _registration(
    library: Library, backend: Backend, implementation: Implementation
) -> RegistrationView:
    name = quote(implementation.name.value)
    construct = layout(
        f"const {library.name}::{backend.name}<{implementation.cls}> registered_{implementation.name}(",
        [name, *([quote(implementation.doc)] if implementation.doc else [])],
        ");",
        0,
    )
    return RegistrationView(
        mark=mark(implementation.cls.span),
        construct=construct,
        preprocess=(
            _preprocess(implementation.name.value, implementation.preprocess)
            if implementation.preprocess
            else ()
        ),
    )


def _preprocess(name: str, function: Text) -> tuple[str, ...]:
    return (
        f"{mark(function.span)}const codegen::RegisteredPreprocess preprocess_{name}(",
        f"    {quote(name)},",
        "    [](const auto& module, const auto& method_compile_spec, const auto& debug_handles) {",
        f"      return {function}(module, method_compile_spec, debug_handles);",
        "    });",
    )
