"""Model to Python views: the module of a generated package and its stub, which print the same values.

What `create()` returns is described by a protocol for each interface: the object is a `torch.ScriptObject`, whose
class knows neither methods nor types.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from codegen import defaults, names, overloads, python_fakes, types
from codegen.model import Backend, Class, Implementation, Library, Method, Property
from codegen.python_fakes import FakeClassView
from codegen.results import Result, named_tuples, result_of
from codegen.schema import Argument
from codegen.source import Text, is_printable


class MethodView(NamedTuple):
    decorators: tuple[str, ...]
    """What only the module has."""
    name: str
    parameters: str
    returns: str
    doc: str


class MemberView(NamedTuple):
    """A method of a class, or an accessor of a property."""

    decorators: tuple[str, ...]
    signature: str
    comment: str
    doc: str
    body: str
    """`...`, or nothing below a docstring."""


class ClassView(NamedTuple):
    name: str
    base: str
    registration: str
    """The arguments of the decorator that only the module has."""
    decorators: tuple[str, ...]
    """Those that only the stub has, as it has the comment."""
    comment: str
    doc: str
    members: tuple[MemberView, ...]
    """What the module has: of overloads also the one method that picks one, and how each is called."""
    declared: tuple[MemberView, ...]
    """What the stub has."""


class ResultView(NamedTuple):
    """A named tuple."""

    name: str
    doc: str
    fields: tuple[str, ...]


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


class Imports(NamedTuple):
    """What annotations and rules name, by where it comes from."""

    standard: tuple[str, ...]
    torch: tuple[str, ...]
    others: tuple[str, ...]


class PackageView(NamedTuple):
    library: str
    spec: str
    fingerprint: str
    doc: str
    imports: tuple[str, ...]
    stub_imports: tuple[str, ...]
    unlinted: str
    stub_unlinted: str
    siblings: str
    """The modules of the package that the stub names."""
    late_imports: tuple[str, ...]
    """What the module imports when its shared objects are loaded."""
    exported: tuple[str, ...]
    results: tuple[ResultView, ...]
    classes: tuple[ClassView, ...]
    fakes: tuple[FakeClassView, ...]
    protocols: tuple[ProtocolView, ...]
    implementations: tuple[ImplementationView, ...]


def package(library: Library, spec: str, fingerprint: str) -> PackageView:
    spelled = {name: cls.name.value for name, cls in library.own.items()}
    results = named_tuples(library)
    classes = tuple(_Class(library, cls, spec, spelled, results).view() for cls in library.classes)
    fakes = tuple(python_fakes.view(library, cls, spec) for cls in library.classes if cls.faked)
    protocols = tuple(_protocol(backend, spelled, results) for backend in library.backends)
    named = _results(results, spelled)
    implementations = tuple(
        _implementation(backend, implementation)
        for backend in library.backends
        for implementation in backend.implementations
    )
    signatures = _signatures(protocols, classes, fakes, named, stub=False)
    stub_signatures = _signatures(protocols, classes, (), named, stub=True)
    imports, stub = _imports(signatures, protocols), _imports(stub_signatures, protocols)
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
        # What comes with the package finds out whether torch can be imported.
        imports=_blocks(imports.standard, imports.others, ["from . import _runtime"]),
        stub_imports=_blocks(stub.standard, (*stub.torch, *stub.others)),
        unlinted=_unlinted(signatures, stub=False),
        stub_unlinted=_unlinted(stub_signatures, stub=True),
        siblings=", ".join(
            [*(["_classes"] if classes else []), *(["_runtime"] if implementations else [])]
        ),
        late_imports=_late_imports(imports, bool(classes or implementations), bool(fakes)),
        exported=_exported(
            [
                *(protocol.name for protocol in protocols),
                *(result.name for result in named),
                *(cls.name for cls in classes),
                *(implementation.name for implementation in implementations),
            ]
        ),
        results=named,
        classes=classes,
        fakes=fakes,
        protocols=protocols,
        implementations=implementations,
    )


def _late_imports(imports: Imports, classes: bool, fakes: bool) -> tuple[str, ...]:
    """Before, it is not known that torch can be imported: not in a subinterpreter, where it hangs."""
    support = [*(["_classes"] if classes else []), *(["_fakes"] if fakes else [])]
    own = [f"from . import {', '.join(support)}"] if support else []
    lines = _blocks(imports.torch, own)
    return tuple(f"{line}  # noqa: E402" if line else line for line in lines)


def _blocks(*blocks: Sequence[str]) -> tuple[str, ...]:
    """Those that are not empty, with an empty line between."""
    lines = [line for block in blocks if block for line in ("", *block)]
    return tuple(lines[1:])


def _exported(exported: Sequence[str]) -> tuple[str, ...]:
    """Constants, classes, then other names, as linters sort `__all__`."""

    def kind(name: str) -> int:
        if len(name) > 1 and name.isupper():
            return 0
        return 1 if name[0].isupper() else 2

    return tuple(sorted(exported, key=lambda name: (kind(name), name)))


def _results(results: Mapping[Result, str], spelled: Mapping[str, str]) -> tuple[ResultView, ...]:
    shown: dict[str, ResultView] = {}
    for result, name in results.items():
        shown.setdefault(name, _result(name, result, spelled))
    return tuple(shown.values())


def _result(name: str, result: Result, spelled: Mapping[str, str]) -> ResultView:
    annotated = Annotations(spelled, names.PACKAGE_TYPES & {field for field, _ in result.fields})
    fields = (f"{field}: {annotated(t, returned=True)}" for field, t in result.fields)
    # A tuple has methods of these names.
    hides = "  # type: ignore[assignment]"
    return ResultView(
        name=name,
        doc=f"What {result.owner}.{result.method} returns.",
        fields=tuple(f"{f}{hides if f.startswith(('count:', 'index:')) else ''}" for f in fields),
    )


def _protocol(
    backend: Backend, spelled: Mapping[str, str], results: Mapping[Result, str]
) -> ProtocolView:
    hidden = names.PACKAGE_TYPES & {method.name for method in backend.methods}
    name = names.protocol(backend.name.value, backend.interface.value, backend.delegates)
    annotated = Annotations(spelled, hidden)
    return ProtocolView(
        name=name,
        doc=backend.doc or f"What an implementation of the {backend.name} backend can do.",
        methods=tuple(
            _method(method, annotated, _returned(method, name, annotated, results))
            for method in backend.methods
        ),
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


class Annotations:
    """Types and values as annotations.

    `spelled` are the classes that the package has; `hidden` the types of Python that a member of the same class
    takes the name of.
    """

    def __init__(self, spelled: Mapping[str, str], hidden: Set[str]) -> None:
        self._spelled = spelled
        self._hidden = hidden

    def __call__(self, t: types.Type, *, returned: bool = False) -> str:
        return self.name(types.python(t, self._spelled, returned=returned))

    def name(self, text: str) -> str:
        if not self._hidden:
            return text
        return re.sub(rf"\b({'|'.join(sorted(self._hidden))})\b", r"builtins.\1", text)

    def parameters(self, arguments: Iterable[Argument], *receiver: str) -> str:
        parameters = [*receiver]
        for argument in arguments:
            if argument.kwarg_only and "*" not in parameters:
                parameters.append("*")
            parameters.append(self._parameter(argument))
        return ", ".join(parameters)

    def _parameter(self, argument: Argument) -> str:
        annotated = f"{argument.name}: {self(argument.type)}"
        if argument.default is None:
            return annotated
        return f"{annotated} = {defaults.python(argument.default.value)}"


def _returned(
    method: Method, owner: str, annotated: Annotations, results: Mapping[Result, str]
) -> str:
    """The annotation of what a method of an owner returns."""
    result = result_of(owner, method)
    if result:
        return results[result]
    return annotated(method.schema.with_one_return().returns[0].type, returned=True)


def _method(method: Method, annotated: Annotations, returns: str) -> MethodView:
    return MethodView(
        decorators=_held([method], [method.name]),
        name=method.name,
        parameters=annotated.parameters(method.schema.arguments, "self"),
        returns=returns,
        doc=_documentation(method, "A method"),
    )


def _documentation(method: Method, otherwise: str) -> str:
    """Python takes the indentation from below the first line, so arguments are never the first."""
    if method.argument_docs and not method.doc:
        return method._replace(doc=f"{otherwise}, with:").documentation
    return method.documentation


class _Class:
    """The members of one class."""

    def __init__(
        self,
        library: Library,
        cls: Class,
        spec: str,
        spelled: Mapping[str, str],
        results: Mapping[Result, str],
    ) -> None:
        self._results = results
        self._library = library
        self._cls = cls
        self._spec = spec
        taken = {m.name for m in cls.methods} | {p.name.value for p in cls.properties}
        self._annotated = Annotations(spelled, names.PACKAGE_TYPES & taken)

    def view(self) -> ClassView:
        cls = self._cls
        return ClassView(
            name=cls.name.value,
            base=cls.base.value if cls.base else names.SCRIPT_CLASS,
            registration=self._registration(),
            # Users cannot derive from any class, and the library may.
            decorators=("@_final", *_deprecated(cls.deprecated)),
            comment="  # type: ignore[misc]" if cls.base else "",
            doc=cls.doc or f"The class torch.classes.{self._library.namespace}.{cls.name}.",
            members=tuple(self._members(stub=False)),
            declared=tuple(self._members(stub=True)),
        )

    def _registration(self) -> str:
        given = [quote(self._library.qualified(self._cls.name)), quote(self._spec)]
        return ", ".join([*given, *([] if self._cls.init else ["init=False"])])

    def _members(self, *, stub: bool) -> Iterator[MemberView]:
        methods = self._cls.methods
        names = {id(method): name for name, method in overloads.by_torchscript_name(methods)}
        yield self._init()
        for group in overloads.grouped(methods).values():
            ordered = overloads.most_specific_first(group, self._library)
            called = [names[id(method)] for method in ordered]
            yield from self._methods(ordered, () if stub else called)
            if stub:
                yield from self._by_torchscript_name(ordered, called)
        for prop in self._cls.properties:
            yield from self._property(prop, stub=stub)
        yield from self._tracing_mode()

    def _init(self) -> MemberView:
        init = self._cls.init
        if init:
            parameters = self._annotated.parameters(init.schema.arguments, "self")
            return _member((), f"__init__({parameters}) -> None", _documentation(init, "Makes one"))
        return _member((), "__init__(self, _: NoReturn) -> None", "Objects come from C++ alone.")

    def _methods(self, group: Sequence[Method], called: Sequence[str]) -> Iterator[MemberView]:
        """The methods of one name; `called` are their names in TorchScript, which only the module has."""
        static = (self._decorator("staticmethod"),) if group[0].static else ()
        through = _held(group, called) if called else ()
        if called and list(called) != [group[0].name]:
            through = (f"@_classes.calls({', '.join(map(quote, called))})", *through)
        if len(group) > 1:
            yield from self._overloads(group, static, through)
            return
        (method,) = group
        decorators = (*static, *through, *(() if called else _deprecated(method.deprecated)))
        ignored = ["override"] if _overrides_object(method) else []
        # Of a method that is decorated, type checkers do not ask it.
        ignored += ["misc"] if not decorators and self._unlike_its_operator(method) else []
        yield self._method(method, decorators, ignored)

    def _overloads(
        self, group: Sequence[Method], static: tuple[str, ...], through: tuple[str, ...]
    ) -> Iterator[MemberView]:
        name = group[0].name
        for index, method in enumerate(group):
            minded = index == 0 and name in ("__eq__", "__ne__")
            overload = f"@overload{'  # type: ignore[override]' if minded else ''}"
            unsafe = overloads.unsafe(method, group[index + 1 :], self._library)
            decorators = (overload, *static, *(() if through else _deprecated(method.deprecated)))
            yield self._method(method, decorators, ["overload-overlap"] if unsafe else [])
        if through:
            receiver = "" if static else "self, "
            doc = "\n\n".join(filter(None, (_documentation(m, "A method") for m in group)))
            signature = f"{name}({receiver}*args: Any, **kwargs: Any) -> Any"
            yield _member((*static, *through), signature, doc)

    def _by_torchscript_name(
        self, group: Sequence[Method], called: Sequence[str]
    ) -> Iterator[MemberView]:
        """Those that TorchScript calls otherwise than Python; they may be called so here too."""
        static = (self._decorator("staticmethod"),) if group[0].static else ()
        for method, name in zip(group, called, strict=True):
            if name != method.name:
                yield self._method(method, static, [], name)

    def _tracing_mode(self) -> Iterator[MemberView]:
        if self._cls.tracing_mode:
            doc = (
                "How torch.compile and torch.export trace calls: on the object, or on a fake of it."
            )
            yield _member((), f"tracing_mode(self) -> {self._annotated.name('str')}", doc)

    def _method(
        self,
        method: Method,
        decorators: tuple[str, ...],
        ignored: Sequence[str],
        name: str | None = None,
    ) -> MemberView:
        receiver = [] if method.static else ["self"]
        parameters = self._annotated.parameters(method.schema.arguments, *receiver)
        returns = _returned(method, self._cls.name.value, self._annotated, self._results)
        comment = f"  # type: ignore[{', '.join(ignored)}]" if ignored else ""
        signature = f"{name or method.name}({parameters}) -> {returns}"
        return _member(decorators, signature, _documentation(method, "A method"), comment)

    def _property(self, prop: Property, *, stub: bool) -> Iterator[MemberView]:
        def held(accessor: str) -> tuple[str, ...]:
            """No C++ of the user's runs for a data member: giving up the GIL would take longest."""
            if stub or not prop.field:
                return ()
            return (f"@_classes.holds_gil({quote(accessor)})",)

        name = prop.name.value
        getter = f"{name}(self) -> {self._annotated(prop.type, returned=True)}"
        deprecated = _deprecated(prop.deprecated) if stub else ()
        decorators = (self._decorator("property"), *held(names.getter(name)), *deprecated)
        yield _member(decorators, getter, prop.doc)
        if prop.writable:
            setter = f"{name}(self, value: {self._annotated(prop.type)}) -> None"
            decorators = (f"@{name}.setter", *held(names.setter(name)), *deprecated)
            yield _member(decorators, setter, "")

    def _decorator(self, name: str) -> str:
        return f"@{self._annotated.name(name)}"

    def _unlike_its_operator(self, method: Method) -> bool:
        """Whether `+=` is declared with other types than `+`: type checkers want it to accept no less."""
        operator = re.sub("^__i", "__", method.name)
        others = [m for m in self._cls.methods if m.name == operator != method.name]
        types_ = [a.type for a in method.schema.arguments + method.schema.returns]
        return any(
            [a.type for a in m.schema.arguments + m.schema.returns] != types_ for m in others
        )


def _held(methods: Sequence[Method], called: Sequence[str]) -> tuple[str, ...]:
    """The decorator for those that hold the GIL, by their names in TorchScript."""
    held = [quote(name) for method, name in zip(methods, called, strict=True) if method.holds_gil]
    return (f"@_classes.holds_gil({', '.join(held)})",) if held else ()


def _deprecated(instead: Text | None) -> tuple[str, ...]:
    """For type checkers and editors, PEP 702: in stubs alone, for calls that are made are not to be slower."""
    return (f"@_deprecated({quote(instead.value)})",) if instead else ()


def _member(decorators: tuple[str, ...], signature: str, doc: str, comment: str = "") -> MemberView:
    return MemberView(decorators, signature, comment, doc, "" if doc else "...")


def _overrides_object(method: Method) -> bool:
    """Python's object compares with anything; a class that compares with less narrows that, as tensors do."""
    given = [str(argument.type) for argument in method.schema.arguments]
    returned = [str(value.type) for value in method.schema.returns]
    return method.name in ("__eq__", "__ne__") and (given, returned) != (["Any"], ["bool"])


def _imports(text: str, protocols: Sequence[ProtocolView]) -> Imports:
    """The imports that signatures need, in the order that linters ask for."""
    wanted_names = ("Any", "NamedTuple", "NoReturn")
    typing = [name for name in wanted_names if re.search(rf"\b{name}\b", text)]
    typing += ["Protocol"] if protocols else []
    wanted = {"@_deprecated": "deprecated as _deprecated", "@overload": "overload"}
    standard = ["import builtins"] if "builtins." in text else []
    standard += [f"from typing import {', '.join(typing)}"] if typing else []
    standard += ["from typing import final as _final"] if "@_final" in text else []
    return Imports(
        standard=tuple(standard),
        torch=("import torch",) if "torch." in text else (),
        others=tuple(
            f"from typing_extensions import {name}" for used, name in wanted.items() if used in text
        ),
    )


def _signatures(
    protocols: Sequence[ProtocolView],
    classes: Sequence[ClassView],
    fakes: Sequence[FakeClassView],
    results: Sequence[ResultView],
    *,
    stub: bool,
) -> str:
    """All signatures, without the text in them: a default may spell a type."""
    members = [m for cls in classes for m in (cls.declared if stub else cls.members)]
    text = " ".join(
        [
            *(f"NamedTuple {' '.join(result.fields)}" for result in results),
            *(m.parameters + m.returns for p in protocols for m in p.methods),
            *(" ".join([cls.base, *(cls.decorators if stub else ())]) for cls in classes),
            *(" ".join([*m.decorators, m.signature]) for m in members),
            *(f"{m.signature} {m.result}" for fake in fakes for m in fake.methods),
        ]
    )
    return re.sub(r"'[^']*'|\"[^\"]*\"", "", text)


def _unlinted(signatures: str, *, stub: bool) -> str:
    """The rules of ruff that the defaults break, which are there to be read: C++ has those of calls."""
    mutable = re.search(r" = [\[{]", signatures) and not stub
    called = re.search(r" = [^:]*\b(torch\.device|complex)\(", signatures)
    return ", ".join([*(["B006"] if mutable else []), *(["B008"] if called else [])])


def quote(text: str) -> str:
    """A Python string literal."""
    return repr(text)


def docstring(text: str) -> str:
    """A docstring whose lines black indents."""
    # The last quote of a run stands bare: three in a row would end the string.
    escaped = re.sub(r'"(?=")', r'\\"', text.replace("\\", "\\\\"))
    escaped = "".join(c if is_printable(c) or c == "\n" else quote(c)[1:-1] for c in escaped)
    if "\n" in escaped:
        return f'"""{escaped}\n"""'
    return f'"""{escaped[:-1]}\\""""' if escaped.endswith('"') else f'"""{escaped}"""'
