"""Model to C++ views: each field is final text, so that the templates only print.

The header follows torch/csrc/jit/backends/backend.h. What differs, and why: schemas are texts that torch parses
(keyword-only arguments, defaults, any type); one table of methods and one loop register (compile time); registration
is guarded (a throw in a static initialiser aborts); the class template registers each name it is given (torch's keeps
the first in a static).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from codegen import names, prose, types
from codegen.model import TORCH_METHODS, Backend, Implementation, Library, Method
from codegen.source import Span

WIDTH = 100

# Torch's own interface spells these its own way; IValue::to has no other form for them either.
_TORCH_SPELLINGS = {"Dict(str, Any)": "c10::impl::GenericDict", "Any[]": "c10::impl::GenericList"}
_TORCH_HEADER = "torch/csrc/jit/backends/backend_interface.h"


class MethodView(NamedTuple):
    mark: str
    doc: tuple[str, ...]
    declaration: tuple[str, ...]
    schema_getter: str
    function_getter: str
    registered: str
    arity: int
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
    registrations: tuple[RegistrationView, ...]


def mark(span: Span) -> str:
    """Tells the renderer that what follows comes from `span`; it takes the mark out of the text again."""
    return f"\ue000{span.start}\ue001"


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
        doc=comment(backend.doc or f"Interface of the {backend.name} backend."),
        class_doc=_class_doc(library, backend, qualified),
        assertion=f"{library.name}::{backend.name}<T> requires T to inherit from {qualified}",
        methods=tuple(
            _method(backend, method, camel)
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
    return SourceView(
        spec=spec,
        library=library.name.value,
        fingerprint=fingerprint,
        headers=tuple(sorted(["torch/version.h", *own])),
        user_headers=tuple(IncludeView(mark(h.span), h.value) for h in library.cpp.headers),
        registrations=tuple(
            _registration(library, backend, implementation)
            for backend in library.backends
            for implementation in backend.implementations
        ),
    )


def comment(text: str, *parameters: tuple[str, str]) -> tuple[str, ...]:
    """The lines of a `///` comment without the slashes.

    A backslash at the end of a line would continue the comment over the code below it.
    """
    entries = (f"\\param {name} {' '.join(doc.split())}" for name, doc in parameters)
    lines = (
        "\n".join([text, *(prose.wrap(entry, "    ") for entry in entries)]).strip().splitlines()
    )
    stripped = ("".join(c for c in line if c.isprintable()).rstrip() for line in lines)
    return tuple(
        f" {line}{'.' if line.endswith(chr(92)) else ''}" if line else "" for line in stripped
    )


def _method(backend: Backend, method: Method, camel: str) -> MethodView:
    torchs_own = backend.delegates and method.name in TORCH_METHODS
    arguments = [_spelling(a.type, torchs_own) for a in method.schema.arguments]
    registered = method.schema.as_method()
    result = _returns(method, torchs_own)
    parameters = [
        f"{spelling} {names.parameter(argument.name)}"
        for spelling, argument in zip(arguments, method.schema.arguments, strict=True)
    ]
    taken = [f"call.take<{spelling}>({index})" for index, spelling in enumerate(arguments, 1)]
    return MethodView(
        mark=mark(method.func.span),
        doc=comment(method.doc, *method.argument_docs.items()),
        declaration=_layout(f"virtual {result} {method.member}(", parameters, ") = 0;", 2),
        schema_getter=f"get{camel}Schema",
        function_getter=f"get{camel}Func",
        registered=str(registered),
        arity=len(registered.arguments),
        call=_call(method, result, taken),
        row=(
            f"{{{backend.name}_methods::get{camel}Schema,",
            f" {backend.name}_methods::get{camel}Func<TBackendInterface>(),",
            f" {quote(method.documentation)}}},",
        ),
    )


def _call(method: Method, result: str, taken: Sequence[str]) -> tuple[str, ...]:
    if result == "void":
        return (*_layout(f"self->{method.member}(", taken, ");", 4), "call.give();")
    return _layout(f"call.give<{result}>(self->{method.member}(", taken, "));", 4)


def _returns(method: Method, torchs_own: bool) -> str:
    spellings = [_spelling(r.type, torchs_own) for r in method.schema.returns]
    if len(spellings) == 1:
        return spellings[0]
    return f"std::tuple<{', '.join(spellings)}>" if spellings else "void"


def _spelling(type: types.Type, torchs_own: bool) -> str:
    return (_TORCH_SPELLINGS.get(str(type)) if torchs_own else None) or types.cpp(type, {})


def _registration(
    library: Library, backend: Backend, implementation: Implementation
) -> RegistrationView:
    name = quote(implementation.name.value)
    construct = _layout(
        f"const {library.name}::{backend.name}<{implementation.cls}> registered_{implementation.name}(",
        [name, *([quote(implementation.doc)] if implementation.doc else [])],
        ");",
        0,
    )
    return RegistrationView(
        mark=mark(implementation.cls.span),
        construct=construct,
        preprocess=_preprocess(implementation) if implementation.preprocess else (),
    )


def _preprocess(implementation: Implementation) -> tuple[str, ...]:
    return (
        f"const codegen::RegisteredPreprocess preprocess_{implementation.name}(",
        f"    {quote(implementation.name.value)},",
        "    [](const auto& module, const auto& method_compile_spec, const auto& debug_handles) {",
        f"      return {implementation.preprocess}(module, method_compile_spec, debug_handles);",
        "    });",
    )


def _layout(head: str, items: Sequence[str], tail: str, indent: int) -> tuple[str, ...]:
    """A list in brackets on one line, or one item a line where that is too long."""
    line = head + ", ".join(items) + tail
    if len(line) + indent <= WIDTH or not items:
        return (line,)
    return (head, *(f"    {item}," for item in items[:-1]), f"    {items[-1]}{tail}")


def quote(text: str) -> str:
    """A C++ string literal. Octal escapes end after three digits; hexadecimal ones do not end."""
    plain = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
    return '"' + "".join(plain.get(c) or (c if c.isprintable() else _octal(c)) for c in text) + '"'


def _octal(char: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in char.encode())
