"""A function schema of torch's as frozen values, and `str()` of them.

`schema_parser` makes them from text. Those that a mistake can be about keep the offsets of the text that they
came from; equality ignores them.

`str()` prints as torch's `operator<<` does (ATen/core/function_schema_inl.h), except that defaults keep their
spelling, and where torch cannot read its own print back. `torch::jit::parseSchema` reads a schema printed here to the
same meaning, unless it has a default that torch does not read (`literals.torch_reads`). tests/test_schema.py lists
each difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

from codegen.types import Base, List, Optional, Tuple, Type, class_names, rename, walk

Span: TypeAlias = tuple[int, int]
Value: TypeAlias = (
    "bool | int | Float | complex | str | Word | Device | tuple[Value, ...] | Items | Entries | None"
)
"""Of a default; a tuple of Python's is a list of the schema language's."""

_ANY = Base("Any")


@dataclass(frozen=True, slots=True)
class Float:
    """A float, and how it was written."""

    value: float
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Word:
    """What torch stores as a number: a dtype, a layout, a memory format, or `Mean`; and how it was written."""

    name: str
    number: int
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Device:
    """`cuda:0`"""

    name: str


@dataclass(frozen=True, slots=True)
class Items:
    """A tuple."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Entries:
    """A dict, whose keys differ."""

    pairs: tuple[tuple[Value, Value], ...]


class Alias(NamedTuple):
    """`(a!)`, `(a -> *)`: the sets a value may be in before and after, and if it is written to."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    is_write: bool

    def __str__(self) -> str:
        after = "" if self.after == self.before else f" -> {'|'.join(self.after)}"
        return f"({'|'.join(self.before)}{'!' if self.is_write else ''}{after})"


@dataclass(frozen=True, slots=True, eq=False)
class Default:
    """A value; two are equal if torch stores the same, whatever their spelling."""

    value: Value
    span: Span = (0, 0)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Default) and _stored(self.value) == _stored(other.value)

    def __hash__(self) -> int:
        return hash(_stored(self.value))


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument, or one of the returns: then the name may be empty."""

    name: str
    type: Type
    default: Default | None = None
    kwarg_only: bool = False
    alias: Alias | None = None
    # Of the elements of a list: `Tensor(a)[]`.
    element_alias: Alias | None = None
    span: Span = field(default=(0, 0), compare=False)
    name_span: Span = field(default=(0, 0), compare=False)
    type_span: Span = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        text = _annotated(self.type, self.alias, self.element_alias)
        if self.name:
            text += f" {self.name}"
        if self.default is not None:
            text += f"={default_text(self.default.value, self.type)}"
        return text


@dataclass(frozen=True, slots=True)
class FunctionSchema:
    """`ns::name.overload(arguments) -> returns`"""

    name: str
    overload: str
    arguments: tuple[Argument, ...]
    returns: tuple[Argument, ...]
    is_vararg: bool = False
    is_varret: bool = False
    name_span: Span = field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        arguments: list[str] = []
        for argument in self.arguments:
            if argument.kwarg_only and "*" not in arguments:
                arguments.append("*")
            arguments.append(str(argument))
        if self.is_vararg:
            arguments.append("...")
        overload = f".{self.overload}" if self.overload else ""
        return f"{self.name}{overload}({', '.join(arguments)}) -> {self._returns()}"

    def _returns(self) -> str:
        parts = [str(value) for value in self.returns] + ["..."] * self.is_varret
        # A type that opens with a parenthesis needs a second one: torch's parser does not look
        # ahead, and takes the first for the list of returns.
        if len(parts) == 1 and not parts[0].startswith("("):
            return parts[0]
        return f"({', '.join(parts)})"

    def as_method(self, receiver: Type = _ANY) -> FunctionSchema:
        """The schema for `torch::class_::_def_unboxed`: `self` in front, and exactly one return."""
        arguments = (Argument("self", receiver), *self.arguments)
        return replace(self.with_one_return(), arguments=arguments)

    def with_one_return(self) -> FunctionSchema:
        """As methods are registered: several values are one tuple, none is None."""
        if len(self.returns) == 1:
            (result,) = self.returns
            if not result.name and str(result).startswith("("):
                result = replace(result, name="_0")
        elif self.returns:
            result = Argument("_0", Tuple(tuple(_unsized(value.type) for value in self.returns)))
        else:
            result = Argument("_0", Base("NoneType"))
        return replace(self, returns=(result,))

    def without_defaults(self) -> FunctionSchema:
        arguments = tuple(replace(argument, default=None) for argument in self.arguments)
        return replace(self, arguments=arguments)

    @property
    def class_names(self) -> list[str]:
        """The custom classes that it mentions."""
        return [n for v in (*self.arguments, *self.returns) for n in class_names(v.type)]

    def renamed(self, classes: Mapping[str, str]) -> FunctionSchema:
        """The same schema with other names for the classes in `classes`."""

        def each(values: tuple[Argument, ...]) -> tuple[Argument, ...]:
            return tuple(replace(v, type=rename(v.type, classes)) for v in values)

        return replace(self, arguments=each(self.arguments), returns=each(self.returns))


def _unsized(t: Type) -> Type:
    """The same type where a list can have no size, which is inside another type."""
    match t:
        case List(element):
            return List(element)
        case Optional(List(element)):
            return Optional(List(element))
    return t


def _annotated(t: Type, alias: Alias | None, element_alias: Alias | None) -> str:
    """A type with its annotations, which stand before the `?` of what they annotate."""
    if not alias and not element_alias:
        return str(t)
    if isinstance(t, Optional):
        return f"{_annotated(t.element, alias, element_alias)}?"
    if isinstance(t, List):
        size = "" if t.size is None else t.size
        return f"{_annotated(t.element, element_alias, None)}[{size}]{alias or ''}"
    return f"{t}{alias or ''}"


def default_text(value: Value, t: Type) -> str:
    """A default of this type as a schema has it."""
    match value:
        # native_functions.yaml writes `int[2] stride=1` for [1, 1], and so does torch, for int alone.
        case (first, *rest) if rest and t == List(Base("int"), len(value)) and set(rest) == {first}:
            return _text(first)
    return _text(value, typed=not any(part == _ANY for part in walk(t)))


def _text(value: Value, *, typed: bool = True) -> str:
    """As torch prints it; where the type does not tell a device from text, it stands without quotes."""

    def joined(values: Iterable[Value]) -> str:
        return ", ".join(_text(each, typed=typed) for each in values)

    match value:
        case str():
            return f'"{value.translate(_ESCAPES)}"'
        case Device(name):
            return f'"{name}"' if typed else name
        case complex(real=real, imag=imaginary):
            sign = "" if str(imaginary).startswith("-") else "+"
            is_imaginary = str(real) == "0.0"
            return f"{'' if is_imaginary else float_text(real) + sign}{float_text(imaginary)}j"
        case tuple():
            return f"[{joined(value)}]"
        case Items(values):
            return f"({joined(values)}{',' if len(values) == 1 else ''})"
        case Entries(pairs):
            return (
                f"{{{', '.join(': '.join(_text(v, typed=typed) for v in pair) for pair in pairs)}}}"
            )
    return str(value)


def float_text(value: float) -> str:
    """The shortest text of a float: a whole number as `1.`"""
    if value.is_integer() and abs(value) < 2**63:
        return f"{'-' if str(value)[0] == '-' else ''}{abs(int(value))}."
    return str(value)


def _stored(value: Value) -> str:
    """What differs where torch stores something else."""
    match value:
        case Float(number):
            return float_text(number)
        case Word(_, number):
            return str(number)
        case tuple():
            return f"[{','.join(map(_stored, value))}]"
        case Items(values):
            return f"({','.join(map(_stored, values))})"
        case Entries(pairs):
            return f"{{{','.join(f'{_stored(key)}:{_stored(item)}' for key, item in pairs)}}}"
    return _text(value, typed=False)


# Three octal digits are the one escape for any other character that torch reads.
_ESCAPES = str.maketrans(
    {chr(code): f"\\{code:03o}" for code in (*range(32), 127)}
    | {"\a": r"\a", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\v": r"\v", "\t": r"\t"}
    | {char: f"\\{char}" for char in "\\'\""}
)
