"""Model to Python views: the module of a generated package and its stub, which print the same values.

What `create()` returns is described by a protocol for each interface: the object is a `torch.ScriptObject`, whose
class knows neither methods nor types.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from typing import NamedTuple

from codegen import names, types
from codegen.model import Backend, Implementation, Library, Method
from codegen.schema import Argument

_BUILTINS = frozenset("bool complex dict float int list str tuple".split())


class MethodView(NamedTuple):
    name: str
    parameters: str
    returns: str
    doc: str


class ProtocolView(NamedTuple):
    name: str
    doc: str
    methods: tuple[MethodView, ...]


class ImplementationView(NamedTuple):
    name: str
    cls: str
    protocol: str
    namespace: str
    doc: str
    doc_lines: tuple[str, ...]
    prepare: str | None


class PackageView(NamedTuple):
    library: str
    spec: str
    fingerprint: str
    doc: str
    imports: tuple[str, ...]
    exported: tuple[str, ...]
    protocols: tuple[ProtocolView, ...]
    implementations: tuple[ImplementationView, ...]


def package(library: Library, spec: str, fingerprint: str) -> PackageView:
    protocols = tuple(_protocol(backend) for backend in library.backends)
    implementations = tuple(
        _implementation(backend, implementation)
        for backend in library.backends
        for implementation in backend.implementations
    )
    return PackageView(
        library=library.name.value,
        spec=spec,
        fingerprint=fingerprint,
        doc="\n\n".join(
            [
                library.doc or f"The library {library.name}.",
                f"Generated from {spec} by torch-backend-codegen. Do not edit.",
            ]
        ),
        imports=_imports(protocols),
        exported=tuple(sorted([*(p.name for p in protocols), *(i.name for i in implementations)])),
        protocols=protocols,
        implementations=implementations,
    )


def _protocol(backend: Backend) -> ProtocolView:
    hidden = _BUILTINS & {method.name for method in backend.methods}
    return ProtocolView(
        name=names.protocol(backend.name.value, backend.interface.value, backend.delegates),
        doc=backend.doc or f"What an implementation of the {backend.name} backend can do.",
        methods=tuple(_method(method, hidden) for method in backend.methods),
    )


def _implementation(backend: Backend, implementation: Implementation) -> ImplementationView:
    doc = implementation.doc or f"The {implementation.name} implementation of {backend.name}."
    return ImplementationView(
        name=implementation.name.value,
        cls="JitBackend" if backend.delegates else "Implementation",
        protocol=names.protocol(backend.name.value, backend.interface.value, backend.delegates),
        namespace=backend.namespace.value,
        doc=doc,
        doc_lines=tuple(doc.splitlines(keepends=True)),
        prepare=implementation.prepare.value if implementation.prepare else None,
    )


def _method(method: Method, hidden: Set[str]) -> MethodView:
    """`hidden` are the types of Python that a method of the same class takes the name of."""
    parameters = ["self"]
    for argument in method.schema.arguments:
        if argument.kwarg_only and "*" not in parameters:
            parameters.append("*")
        parameters.append(_parameter(argument, hidden))
    registered = method.schema.as_method().returns[0].type
    return MethodView(
        name=method.name,
        parameters=", ".join(parameters),
        returns=_annotation(registered, hidden, returned=True),
        doc=method.documentation,
    )


def _annotation(type: types.Type, hidden: Set[str], *, returned: bool = False) -> str:
    text = types.python(type, {}, returned=returned)
    return re.sub(rf"\b({'|'.join(hidden)})\b", r"builtins.\1", text) if hidden else text


def _parameter(argument: Argument, hidden: Set[str]) -> str:
    annotated = f"{argument.name}: {_annotation(argument.type, hidden)}"
    if argument.default is None:
        return annotated
    # Only of these does Python show the value by a literal of the annotated type.
    value, kinds = argument.default.value, (
        types.Base("str"),
        types.Base("bool"),
        types.Base("int"),
    )
    plain = value is None or isinstance(value, float) or argument.type in kinds
    return f"{annotated} = {value!r}" if plain else f"{annotated} = ..."


def _imports(protocols: Iterable[ProtocolView]) -> tuple[str, ...]:
    """The imports that the annotations need, in the order that linters ask for."""
    text = " ".join(m.parameters + m.returns for p in protocols for m in p.methods)
    typing = [name for name in ("Any", "Protocol") if name == "Protocol" or name in text]
    return (
        *(["import builtins"] if "builtins." in text else []),
        f"from typing import {', '.join(typing)}",
        *(["", "import torch"] if "torch." in text else []),
    )


def quote(text: str) -> str:
    """A Python string literal."""
    return repr(text)


def docstring(text: str) -> str:
    """A docstring whose lines black indents."""
    # The last quote of a run stands bare: three in a row would end the string.
    escaped = re.sub(r'"(?=")', r'\\"', text.replace("\\", "\\\\"))
    escaped = "".join(c if c.isprintable() or c == "\n" else quote(c)[1:-1] for c in escaped)
    if "\n" in escaped:
        return f'"""{escaped}\n"""'
    return f'"""{escaped[:-1]}\\""""' if escaped.endswith('"') else f'"""{escaped}"""'
