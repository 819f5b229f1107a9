"""The types of torch's schema language, and the table of how each one is spelled elsewhere.

Owns the type algebra (frozen values whose `str()` is the schema spelling, exactly as torch prints
it), TABLE (one row per TorchScript base type, one column per spelling), and the three questions
asked of a type:

- `cpp`: the C++ type, by value, that `IValue::to<T>()` yields and `IValue(T)` takes;
- `python`: the annotation of an argument, or of what comes back;
- `unsupported`: why no value of this type crosses between Python and C++, in words for the user.

It knows nothing of schemas, specs or files. A class is only a name here; callers pass what the
names stand for. `<torch/custom_class.h>` declares every C++ type of the table, so no row names a
header.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

CLASSES_PREFIX = "__torch__.torch.classes."


class Type:
    """Any of the types below."""

    __slots__ = ()

    @property
    def children(self) -> tuple[Type, ...]:
        """The types this one is made of, from left to right."""
        return ()


@dataclass(frozen=True, slots=True)
class Base(Type):
    """A row of TABLE."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Class(Type):
    """A custom class: bare if of the same library, else `__torch__.torch.classes.ns.Name`."""

    name: str
    span: tuple[int, int] = field(default=(0, 0), compare=False, repr=False)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Optional(Type):
    """`T?`"""

    element: Type

    @property
    def children(self) -> tuple[Type, ...]:
        return (self.element,)

    def __str__(self) -> str:
        return f"{self.element}?"


@dataclass(frozen=True, slots=True)
class List(Type):
    """`T[]`, or `T[N]`: there one value may stand for N; torch does not check the length."""

    element: Type
    size: int | None = None

    @property
    def children(self) -> tuple[Type, ...]:
        return (self.element,)

    def __str__(self) -> str:
        return f"{self.element}[{'' if self.size is None else self.size}]"


@dataclass(frozen=True, slots=True)
class Dict(Type):
    """`Dict(K, V)`"""

    key: Type
    value: Type

    @property
    def children(self) -> tuple[Type, ...]:
        return (self.key, self.value)

    def __str__(self) -> str:
        return f"Dict({self.key}, {self.value})"


@dataclass(frozen=True, slots=True)
class Tuple(Type):
    """`(A, B)`"""

    items: tuple[Type, ...]

    @property
    def children(self) -> tuple[Type, ...]:
        return self.items

    def __str__(self) -> str:
        return f"({', '.join(map(str, self.items))})"


@dataclass(frozen=True, slots=True)
class Future(Type):
    """`Future(T)`"""

    element: Type

    @property
    def children(self) -> tuple[Type, ...]:
        return (self.element,)

    def __str__(self) -> str:
        return f"Future({self.element})"


class Row(NamedTuple):
    """One TorchScript type in each language."""

    schema: str
    cpp: str
    argument: str
    # What torch hands to Python. It differs where an IValue has no tag for the type and stores an
    # int.
    result: str


TABLE: Mapping[str, Row] = {
    row.schema: row
    for row in (
        Row("Tensor", "at::Tensor", "torch.Tensor", "torch.Tensor"),
        Row("int", "int64_t", "int", "int"),
        Row("float", "double", "float", "float"),
        Row("bool", "bool", "bool", "bool"),
        Row("str", "std::string", "str", "str"),
        Row("complex", "c10::complex<double>", "complex", "complex"),
        Row("Scalar", "at::Scalar", "int | float | complex | bool", "int | float | complex | bool"),
        Row("ScalarType", "at::ScalarType", "torch.dtype", "int"),
        Row("Device", "at::Device", "torch.device", "torch.device"),
        Row("Layout", "at::Layout", "torch.layout", "int"),
        Row("MemoryFormat", "at::MemoryFormat", "torch.memory_format", "int"),
        Row("Generator", "at::Generator", "torch.Generator", "torch.Generator"),
        Row("Stream", "c10::Stream", "torch.Stream", "torch.Stream"),
        Row("QScheme", "at::QScheme", "torch.qscheme", "int"),
        Row("Storage", "at::Storage", "torch.UntypedStorage", "torch.UntypedStorage"),
        Row("SymInt", "c10::SymInt", "int | torch.SymInt", "int | torch.SymInt"),
        Row("SymBool", "c10::SymBool", "bool | torch.SymBool", "bool | torch.SymBool"),
        Row("Any", "c10::IValue", "Any", "Any"),
        Row("NoneType", "void", "None", "None"),
    )
}

# What takes types in parentheses.
CONTAINERS = ("Dict", "Future")
# c10::DictType::create refuses any other key ("Cannot create dict for key type"), but for Any,
# Device and SymInt: those pass it, and are stopped by the static_assert on c10::Dict's key
# ("Invalid Key type for Dict").
DICT_KEYS = ("str", "int", "float", "bool", "complex", "Tensor")


def walk(t: Type) -> Iterator[Type]:
    """The type itself and everything in it, outermost first."""
    yield t
    for child in t.children:
        yield from walk(child)


def class_names(t: Type) -> list[str]:
    """The custom classes in a type, from left to right."""
    return [part.name for part in walk(t) if isinstance(part, Class)]


_MISREAD = frozenset(map(Base, ("ScalarType", "Layout", "MemoryFormat", "SymInt")))


def is_misread(t: Type) -> bool:
    """Whether torch's parser takes something in a tuple for an int (`SchemaTypeParser::parseFakeAndRealType`)."""
    return any(
        part in _MISREAD for whole in walk(t) if isinstance(whole, Tuple) for part in walk(whole)
    )


def mapped(t: Type, change: Callable[[Type], Type]) -> Type:
    """The type with `change` made of everything in it, innermost first."""

    def inner(part: Type) -> Type:
        return mapped(part, change)

    match t:
        case Optional(element):
            return change(Optional(inner(element)))
        case List(element, size):
            return change(List(inner(element), size))
        case Dict(key, value):
            return change(Dict(inner(key), inner(value)))
        case Tuple(items):
            return change(Tuple(tuple(map(inner, items))))
        case Future(element):
            return change(Future(inner(element)))
    return change(t)


def rename(t: Type, names: Mapping[str, str]) -> Type:
    """The same type with other names for the classes in `names`."""

    def change(part: Type) -> Type:
        return (
            Class(names.get(part.name, part.name), part.span) if isinstance(part, Class) else part
        )

    return mapped(t, change)


def cpp(t: Type, classes: Mapping[str, str]) -> str:
    """The C++ type, by value; `classes` gives the C++ type of each class that is known.

    One that is not is held as what every custom class is to torch, an Object; a container of those has no element
    type that C++ could name.
    """
    match t:
        case Base(name):
            return TABLE[name].cpp
        case Class(name):
            return f"c10::intrusive_ptr<{classes.get(name, 'c10::ivalue::Object')}>"
        case List(element) if set(class_names(element)) - classes.keys():
            return "c10::impl::GenericList"
        case Dict(_, value) if set(class_names(value)) - classes.keys():
            return "c10::impl::GenericDict"
        case Optional(element):
            return f"std::optional<{cpp(element, classes)}>"
        case List(element):
            # std::vector<bool> has no bool& to convert through, and IValue has no constructor from
            # std::vector<IValue>: its static_assert sends to c10::List.
            container = "c10::List" if element in (Base("bool"), Base("Any")) else "std::vector"
            return f"{container}<{cpp(element, classes)}>"
        case Dict(key, value):
            return f"c10::Dict<{cpp(key, classes)}, {cpp(value, classes)}>"
        case Tuple(items):
            return f"std::tuple<{', '.join(cpp(item, classes) for item in items)}>"
        case Future():
            return "c10::intrusive_ptr<c10::ivalue::Future>"
    raise TypeError(t)


def python(t: Type, classes: Mapping[str, str], *, returned: bool = False) -> str:
    """The annotation of an argument, or of a result; `classes` gives the Python class of each that has one."""

    def spell(inner: Type) -> str:
        return python(inner, classes, returned=returned)

    match t:
        case Base(name):
            return TABLE[name].result if returned else TABLE[name].argument
        case Class(name):
            return classes.get(name, "torch._C.ScriptObject")
        case Optional(element):
            return f"{spell(element)} | None"
        case List(element):
            # torch takes lists and tuples but no other sequence, and gives lists.
            return f"list[{spell(element)}]"
        case Dict(key, value):
            return f"dict[{spell(key)}, {spell(value)}]"
        case Tuple(items):
            return f"tuple[{', '.join(map(spell, items)) or '()'}]"
        case Future(element):
            # What comes back is the base class; it has a type parameter in torch's stubs alone.
            module = "torch._C" if returned else "torch.futures"
            return f"{module}.Future[{spell(element)}]"
    raise TypeError(t)


def unsupported(t: Type, *, returned: bool = False) -> str | None:
    """Why no value of this type crosses between Python and C++, or None if it does.

    Nearly all of these compile and fail when called: an IValue keeps the types of its elements as
    torch's parser read them, and inside containers that parser knows fewer types than C++ does, so
    that they differ from `getTypePtr<T>()`.
    """
    if t == Base("NoneType") and returned:
        return None
    return _unsupported(t, "", returned)


def _unsupported(t: Type, inside: str, returned: bool) -> str | None:
    """`inside` spells the containers around `t`, outermost first: L, D, T; no Optional."""
    match t:
        case Base(name):
            return _unsupported_base(name, inside, returned)
        case Optional(Base("Generator")):
            return None
        case Optional(Base("SymBool")) if inside.endswith("L"):
            return None
        case Optional(element):
            return _unsupported(element, inside, returned)
        case Future() if "L" in inside or "D" in inside:
            return "torch keeps no Future in a list or a Dict; take it as an argument of its own"
        case Future():
            # What a future holds is converted by whoever waits for it.
            return None
        case Dict(key) if not (isinstance(key, Base) and key.name in DICT_KEYS):
            return f"{key} is no key of a Dict; torch has {', '.join(DICT_KEYS)}"
    letter = {List: "L", Dict: "D", Tuple: "T"}.get(type(t), "")
    reasons = (_unsupported(child, inside + letter, returned) for child in t.children)
    return next((reason for reason in reasons if reason), None)


def _unsupported_base(name: str, inside: str, returned: bool) -> str | None:
    in_dict, in_list, in_tuple = (letter in inside for letter in "DLT")
    match name:
        case "NoneType":
            return "NoneType is only what a method returns; `T?` is a T or None"
        case "ScalarType" | "Layout" | "MemoryFormat" if in_dict or (in_list and in_tuple):
            where = "inside a Dict, or where lists and tuples meet"
            return f"torch reads {name} as int {where}; write int and convert it in C++"
        case "SymInt" if in_dict or (in_list and "T" in inside[inside.index("L") :]):
            return "torch reads SymInt as int inside a Dict or a list of tuples; write int"
        case "SymBool" if inside.endswith("L"):
            return "torch makes a bool[] of what should be a SymBool[]; write bool[]"
        case "Generator" if in_dict or inside.count("L") > 1 or "TL" in inside:
            return "inside containers C++ has only Generator?; write Generator?"
        case "QScheme" if not returned or inside:
            return "torch converts no Python value to a QScheme; take an int and convert it in C++"
    return None
