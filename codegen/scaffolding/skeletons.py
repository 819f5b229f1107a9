"""What a spec names of C++, as classes and functions without bodies."""

from __future__ import annotations

from collections.abc import Sequence

from codegen import names
from codegen.cpp_text import Spelling, comment
from codegen.model import TORCH_METHODS, Backend, Class, Implementation, Library, Method, Property
from codegen.scaffolding.existing import Existing
from codegen.schema import Argument, FunctionSchema
from codegen.skeleton import Function, Key, Member, Skeleton, namespace_of, unqualified
from codegen.source import Span, Text
from codegen.types import Base, Dict, List, Tuple, Type

_HOLDER = "torch::CustomClassHolder"
# Of these a skeleton would be wrong: they exist elsewhere.
_FOREIGN = ("std", "c10", "at", "torch")
_PREPROCESS = (
    "const torch::jit::Module& module",
    "const c10::Dict<c10::IValue, c10::IValue>& method_compile_spec",
    "const torch::jit::BackendDebugHandleGenerator& generate_debug_handles",
)
_NO_DEFAULT = {"at::Device": "at::kCPU", "c10::Stream": "c10::Stream::DEFAULT, at::kCPU"}


class Skeletons:
    """All that a spec names, but for what is torch's or the standard library's."""

    def __init__(self, library: Library, existing: Existing) -> None:
        self._library = library
        self._existing = existing
        self._spelled = Spelling(library)
        self.classes: dict[str, Skeleton] = {}
        self.functions: dict[tuple[str, Key], Function] = {}
        self.interfaces: dict[str, str] = {}
        """How the header of the interface is included that an implementation has."""
        self.expected: dict[Span, str] = {}
        """The declaration that each name of C++ in the spec asks for, and where it belongs."""
        for cls in library.classes:
            self._open(cls.cls, self._base(cls), cls.doc)
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

    def _open(self, name: Text, base: str, doc: str) -> None:
        cpp = name.value
        # Any class can be held; one that derives is to be declared so.
        derived = f" : public {base}" if base != _HOLDER else ""
        self._expect(name, f"class {unqualified(cpp)}{derived}", _namespace(namespace_of(cpp)))
        if namespace_of(cpp).split("::")[0] not in _FOREIGN:
            plain = cpp.removeprefix("::")
            self.classes.setdefault(plain, Skeleton(plain, base, doc))

    def _expect(self, name: Text, declaration: str, scope: str) -> None:
        self.expected[name.span] = f"`{declaration}`{f' in {scope}' if scope else ''}"

    def _class(self, cls: Class) -> None:
        """Members and functions in the order of the declaration."""
        cpp = cls.cls.value
        if cls.init and cls.init.impl:
            self._factory(cpp, cls.init.impl, cls.init.schema, _doc(cls.init))
        elif cls.init:
            constructor = Text(names.constructor(cpp), cls.init.func.span)
            self._member(cpp, constructor, "", cls.init.schema, _doc(cls.init))
        for method in cls.methods:
            result, static = self._spelled.returns(method.schema), method.static
            if names.is_free(method.member):
                receiver = "" if static else cpp
                self._free(method.called, result, method.schema, receiver, _doc(method))
            else:
                doc = _doc(method)
                self._member(cpp, method.called, result, method.schema, doc, static=static)
        for prop in cls.properties:
            self._property(cpp, prop)
        if cls.pickle:
            self._accessor(cpp, cls.pickle.getter, None, cls.pickle.state, ())
            self._factory(cpp, cls.pickle.setter, _schema([("state", cls.pickle.state)]), ())
        for flat in cls.flatten:
            if flat.name.value not in self._library.properties(cls):
                self._accessor(cpp, flat.name, None, flat.type, ())

    def _factory(self, cpp: str, name: Text, schema: FunctionSchema, doc: tuple[str, ...]) -> None:
        made = f"c10::intrusive_ptr<{cpp}>"
        if names.is_free(name.value):
            self._free(name, made, schema, "", doc)
        else:
            self._member(cpp, name, made, schema, doc, static=True)

    def _property(self, cpp: str, prop: Property) -> None:
        if prop.field:
            declared = f"{self._spelled(prop.type)} {prop.field}"
            self._expect(prop.field, f"{declared};", cpp.removeprefix("::"))
            if skeleton := self._skeleton(cpp):
                skeleton.fields[prop.field.value] = f"{declared}{{{self._initial(prop.type)}}}"
        if prop.getter:
            self._accessor(cpp, prop.getter, None, prop.type, comment(prop.doc))
        if prop.setter:
            self._accessor(cpp, prop.setter, prop.type, None, ())

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
        self, cpp: str, name: Text, taken: Type | None, given: Type | None, doc: tuple[str, ...]
    ) -> None:
        schema = _schema([("value", taken)] if taken else [])
        result = self._spelled(given) if given else "void"
        if names.is_free(name.value):
            self._free(name, result, schema, cpp, doc)
        else:
            self._member(cpp, name, result, schema, doc, const=not taken)

    def _member(
        self,
        cpp: str,
        name: Text,
        result: str,
        schema: FunctionSchema,
        doc: tuple[str, ...],
        *,
        static: bool = False,
        const: bool = False,
    ) -> None:
        given = tuple(self._spelled.parameters(schema))
        member = Member(cpp.removeprefix("::"), name.value, result, given, doc, static, const)
        self._expect(name, member.line, member.scope)
        if cls := self._skeleton(cpp):
            cls.add(member)

    def _skeleton(self, cpp: str) -> Skeleton | None:
        return self.classes.get(cpp.removeprefix("::"))

    def _free(
        self, name: Text, result: str, schema: FunctionSchema, receiver: str, doc: tuple[str, ...]
    ) -> None:
        scope, plain = namespace_of(name.value), unqualified(name.value)
        given = tuple(self._spelled.parameters(schema))
        if receiver:
            given = (f"const c10::intrusive_ptr<{receiver}>& self", *given)
        if not self._skeleton(scope) and self._existing.place(scope):
            # a class that the spec does not register
            self.classes[scope] = Skeleton(scope, "", "")
        if cls := self._skeleton(scope):
            member = Member(cls.cpp, plain, result, given, doc, static=True)
            self._expect(name, member.line, scope)
            cls.add(member)
        else:
            self._function(name, Function(scope, plain, result, given, doc))

    def _function(self, name: Text, function: Function) -> None:
        self._expect(name, function.line, _namespace(function.scope))
        if function.scope.split("::")[0] not in _FOREIGN:
            self.functions.setdefault((function.scope, function.key), function)

    def _implementation(self, backend: Backend, implementation: Implementation) -> None:
        cpp, interface = implementation.cls.value, backend.interface.value
        base = interface if backend.delegates else f"{self._library.name}::{interface}"
        self._open(implementation.cls, base, implementation.doc)
        header = names.header(self._library.name.value, backend.name.value)
        if not backend.delegates and (skeleton := self._skeleton(cpp)):
            self.interfaces[skeleton.cpp] = header
        for method in backend.methods:
            torchs = backend.delegates and method.name in TORCH_METHODS
            spelled = Spelling(self._library, torchs_own=torchs)
            given = tuple(spelled.parameters(method.schema))
            override = torchs or not backend.delegates
            doc = () if override else _doc(method)
            result = spelled.returns(method.schema)
            plain = cpp.removeprefix("::")
            member = Member(plain, method.member, result, given, doc, override=override)
            # Each implementation has it.
            self._expect(method.func, member.line, "")
            if cls := self._skeleton(cpp):
                cls.add(member)
        if implementation.preprocess:
            name = implementation.preprocess
            scope, plain = namespace_of(name.value), unqualified(name.value)
            self._function(name, Function(scope, plain, "c10::IValue", _PREPROCESS))


def _namespace(scope: str) -> str:
    return f"the namespace {scope}" if scope else ""


def _doc(method: Method) -> tuple[str, ...]:
    return comment(method.doc, *method.argument_docs.items())


def _schema(arguments: Sequence[tuple[str, Type]]) -> FunctionSchema:
    return FunctionSchema("", "", tuple(Argument(name, t) for name, t in arguments), ())
