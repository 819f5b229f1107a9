"""What a spec names of C++, as classes and functions without bodies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codegen import names
from codegen.cpp_text import Spelling, comment
from codegen.model import TORCH_METHODS, Backend, Class, Implementation, Library, Method, Property
from codegen.scaffolding.existing import Existing
from codegen.schema import Argument, FunctionSchema
from codegen.skeleton import Function, Key, Member, Skeleton, namespace_of, unqualified
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
        if namespace_of(cpp).split("::")[0] not in _FOREIGN:
            plain = cpp.removeprefix("::")
            self.classes.setdefault(plain, Skeleton(plain, base, doc))

    def _class(self, cls: Class) -> None:
        """Members and functions in the order of the declaration."""
        cpp = cls.cls.value
        if cls.init and cls.init.impl:
            self._factory(cpp, cls.init.impl.value, cls.init.schema, _doc(cls.init))
        elif cls.init:
            self._member(cpp, names.constructor(cpp), "", cls.init.schema, _doc(cls.init))
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
        if not self._skeleton(scope) and self._existing.place(scope):
            self._open(scope, "", "")  # a class that the spec does not register
        if cls := self._skeleton(scope):
            cls.add(Member(cls.cpp, unqualified(name), result, given, doc, static=True))
        else:
            self._function(Function(scope, unqualified(name), result, given, doc))

    def _function(self, function: Function) -> None:
        if function.scope.split("::")[0] not in _FOREIGN:
            self.functions.setdefault((function.scope, function.key), function)

    def _implementation(self, backend: Backend, implementation: Implementation) -> None:
        cpp, interface = implementation.cls.value, backend.interface.value
        base = interface if backend.delegates else f"{self._library.name}::{interface}"
        self._open(cpp, base, implementation.doc)
        header = names.header(self._library.name.value, backend.name.value)
        if not backend.delegates and (skeleton := self._skeleton(cpp)):
            self.interfaces[skeleton.cpp] = header
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


def _doc(method: Method) -> tuple[str, ...]:
    return comment(method.doc, *method.argument_docs.items())


def _schema(arguments: Sequence[tuple[str, Type]]) -> FunctionSchema:
    return FunctionSchema("", "", tuple(Argument(name, t) for name, t in arguments), ())
