"""torch's function schema language: text to frozen values, and `str()` back to text.

Owns the grammar and the literals. Every value keeps the offsets of the text that it came from;
equality ignores them. A bare name that is no type of TABLE is a `Class`: whether it exists is for
later, when all declarations are known.

`str()` prints as torch's `operator<<` does (ATen/core/function_schema_inl.h), except where torch
cannot read its own print back: a schema printed here is always one that `torch::jit::parseSchema`
reads to the same meaning. In the other direction we refuse what torch takes and then breaks on,
such as `int x=1.5`. tests/test_schema.py lists each difference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple, NoReturn, TypeAlias

from codegen.types import (
    CLASSES_PREFIX,
    DICT_KEYS,
    TABLE,
    Base,
    Class,
    Dict,
    Future,
    List,
    Optional,
    Tuple,
    Type,
    rename,
)

Span: TypeAlias = tuple[int, int]
Value: TypeAlias = "bool | int | float | complex | str | tuple[Value, ...] | None"

MAX_DEPTH = 64
# Of a default such as `int[2] x=1`, which torch keeps as a list.
MAX_REPEATED = 1000


class SchemaError(Exception):
    """What was found at [start, end) of the text and, where known, what to write instead."""

    def __init__(self, message: str, start: int, end: int, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Alias:
    """`(a!)`, `(a -> *)`: the sets a value may be in before and after, and if it is written to."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    is_write: bool

    def __str__(self) -> str:
        after = "" if self.after == self.before else f" -> {'|'.join(self.after)}"
        return f"({'|'.join(self.before)}{'!' if self.is_write else ''}{after})"


@dataclass(frozen=True, slots=True)
class Default:
    """The value torch stores; for a word such as `float` or `Mean` it is an int."""

    value: Value
    word: str | None = field(default=None, compare=False)
    span: Span = field(default=(0, 0), compare=False)


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
            text += f"={_default_text(self.default.value, self.type)}"
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

    def as_method(self, self_type: str = "Any") -> FunctionSchema:
        """The schema for `torch::class_::_def_unboxed`: `self` in front, and exactly one return."""
        if len(self.returns) == 1:
            (result,) = self.returns
            if not result.name and str(result).startswith("("):
                result = replace(result, name="_0")
        elif self.returns:
            result = Argument("_0", Tuple(tuple(_unsized(value.type) for value in self.returns)))
        else:
            result = Argument("_0", Base("NoneType"))
        receiver = Argument("self", parse_type(self_type))
        return replace(self, arguments=(receiver, *self.arguments), returns=(result,))

    def with_classes(self, names: Mapping[str, str]) -> FunctionSchema:
        """The schema with class names replaced: bare ones by `__torch__.torch.classes.ns.Name`."""

        def renamed(values: tuple[Argument, ...]) -> tuple[Argument, ...]:
            return tuple(replace(value, type=rename(value.type, names)) for value in values)

        return replace(self, arguments=renamed(self.arguments), returns=renamed(self.returns))


def _unsized(t: Type) -> Type:
    """The same type where a list can have no size, which is inside another type."""
    match t:
        case List(element):
            return List(element)
        case Optional(List(element)):
            return Optional(List(element))
    return t


def parse(text: str) -> FunctionSchema:
    """A whole schema."""
    parser = _Parser(text)
    schema = parser.schema()
    parser.end("the schema")
    return schema


def parse_type(text: str) -> Type:
    """A type alone, without alias annotations."""
    parser = _Parser(text)
    value = parser.argument_type()
    if value.alias or value.element_alias:
        raise SchemaError("an alias annotation has no meaning here", 0, len(text))
    parser.end("the type")
    return value.type


def parse_arguments(text: str) -> tuple[Argument, ...]:
    """Arguments in their parentheses, such as `(int dim, *, str metric="l2")`."""
    parser = _Parser(text)
    arguments, is_vararg = parser.arguments()
    if is_vararg:
        raise SchemaError("... has no meaning here", 0, len(text), "name every argument")
    parser.end("the arguments")
    return arguments


# ---- words of the language -----------------------------------------------------------------------

# What torch's lexer keeps for itself (TC_FORALL_TOKEN_KINDS in torch/csrc/jit/frontend/lexer.h):
# never a name.
KEYWORDS = frozenset(
    (
        "def if else elif while return is True False None and or not global for in raise assert"
        " break continue del pass"
        " class import with as Ellipsis NoneType"
    ).split()
)

# The words that torch's parser reads as a default, with the number it stores.
DTYPES: Mapping[str, int] = {
    name: number
    for number, names in {
        0: "uint8",
        1: "int8",
        2: "int16 short",
        3: "int32 int",
        4: "int64 long",
        5: "float16 half",
        6: "float32 float",
        7: "float64 double",
        8: "complex32 chalf",
        9: "complex64 cfloat complex",
        10: "complex128 cdouble",
        11: "bool",
        12: "qint8",
        13: "quint8",
        14: "qint32",
        15: "bfloat16",
        16: "quint4x2",
        17: "quint2x4",
        18: "bits1x8",
        19: "bits2x4",
        20: "bits4x2",
        21: "bits8",
        22: "bits16",
        23: "float8_e5m2",
        24: "float8_e4m3fn",
        25: "float8_e5m2fnuz",
        26: "float8_e4m3fnuz",
        27: "uint16",
        28: "uint32",
        29: "uint64",
    }.items()
    for name in names.split()
}
WORDS: Mapping[str, Mapping[str, int]] = {
    "int": {"Mean": 1},
    "ScalarType": DTYPES,
    "Layout": {"strided": 0},
    "MemoryFormat": {"contiguous_format": 0},
}

DEVICES = frozenset(
    (
        "cpu cuda ipu xpu mkldnn opengl opencl ideep hip ve fpga maia xla lazy vulkan mps meta hpu"
        " mtia"
        " privateuseone"
    ).split()
)

# Types as they are called elsewhere. torch takes an unknown word in lower case for a type variable.
HABITS: Mapping[str, str] = {
    name: schema
    for schema, names in {
        "int": "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t size_t"
        " int8 int16 int32 int64 uint8"
        " long short integer Int",
        "float": "double float32 float64 Float Double",
        "bool": "boolean Bool",
        "str": "string String Str std::string std::string_view c10::string_view",
        "complex": "complex64 complex128 Complex c10::complex std::complex",
        "Tensor": "tensor ndarray at::Tensor torch::Tensor torch.Tensor at::TensorList",
        "Scalar": "number Number scalar at::Scalar c10::Scalar",
        "ScalarType": "dtype torch.dtype at::ScalarType c10::ScalarType",
        "Device": "device torch.device at::Device c10::Device",
        "Layout": "layout torch.layout at::Layout",
        "MemoryFormat": "memory_format torch.memory_format at::MemoryFormat",
        "Generator": "generator torch.Generator at::Generator",
        "Any": "any object typing.Any c10::IValue IValue",
    }.items()
    for name in names.split()
}
_ONE = "{0}[]", "T[]"
_GENERICS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(
        "List list Sequence Iterable vector std::vector c10::List at::ArrayRef".split(), _ONE
    ),
    **dict.fromkeys("Optional optional std::optional c10::optional".split(), ("{0}?", "T?")),
    **dict.fromkeys(
        "Dict dict Mapping map std::map std::unordered_map c10::Dict".split(),
        ("Dict({0}, {1})", "Dict(K, V)"),
    ),
    **dict.fromkeys("Tuple tuple std::tuple std::pair".split(), ("({all})", "(A, B)")),
}

# ---- tokens --------------------------------------------------------------------------------------

# Whitespace is C's isspace; a number is what strtod takes, less its sign, inf and nan; a string is
# Python's.
_TOKEN = re.compile(
    r"""
    (?: [ \t\n\r\f\v] | \\\n | \#[^\n]* )*
    (?:
      (?P<name> [A-Za-z_][A-Za-z0-9_]* )
    | (?P<op> -> | \.\.\.(?!\d) | \.(?!\d) | [()\[\],?*=!|:{}<>-] )
    | (?P<hex> 0[xX][0-9a-fA-F]* )
    | (?P<number> (?: [0-9]+\.?[0-9]* | \.[0-9]+ ) (?: [eE][+-]?[0-9]+ )? j? )
    | (?P<string> \"{3} (?: \\. | [^\\] )*? \"{3} | '{3} (?: \\. | [^\\] )*? '{3}
                | \" (?: \\. | [^\\"\n] )* \" | ' (?: \\. | [^\\'\n] )* ' )
    | (?P<end> \Z )
    | (?P<bad> . )
    )
    """,
    re.VERBOSE | re.DOTALL,
)


class _Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


class _Annotated(NamedTuple):
    """A type with its alias annotations."""

    type: Type
    alias: Alias | None = None
    element_alias: Alias | None = None


class _Parser:
    """Recursive descent over the tokens of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[_Token] = []
        for match in _TOKEN.finditer(text):
            kind = str(match.lastgroup)
            self.tokens.append(_Token(kind, match[kind], *match.span(kind)))
        self.at = 0
        self.depth = 0

    # -- moving on

    @property
    def current(self) -> _Token:
        return self.tokens[self.at]

    def take(self, text: str) -> bool:
        if self.tokens[self.at].text != text:
            return False
        self.at += 1
        return True

    def expect(self, text: str, where: str, hint: str | None = None) -> None:
        if not self.take(text):
            self.fail(f"expected {text!r} {where}, found {self.found()}", hint)

    def name(self, what: str, hint: str | None = None) -> _Token:
        token = self.current
        if token.kind != "name":
            self.fail(f"expected {what}, found {self.found()}", hint)
        if token.text in KEYWORDS:
            self.fail(
                f"{token.text!r} is a keyword of TorchScript, not {what}", "choose another name"
            )
        self.at += 1
        return token

    def found(self) -> str:
        return "the end" if self.current.kind == "end" else repr(self.current.text)

    def fail(self, message: str, hint: str | None = None, since: int | None = None) -> NoReturn:
        """Refuse the current token or, with `since`, all that was read from that offset on."""
        token = self.current
        if since is None:
            raise SchemaError(message, token.start, token.end, hint)
        raise SchemaError(message, since, max(self.previous_end(), since), hint)

    def previous_end(self) -> int:
        return self.tokens[self.at - 1].end if self.at else 0

    def end(self, what: str) -> None:
        if self.current.kind != "end":
            self.fail(f"expected {what} to end here, found {self.found()}", self.stray())

    def stray(self) -> str | None:
        if self.current.text == "(":
            return "an alias annotation comes before `?`: `Tensor(a!)?`"
        return None

    # -- the function

    def schema(self) -> FunctionSchema:
        start = self.current.start
        name = self.name("the name of a function").text
        if self.take(":"):
            self.expect(":", f"after {name!r}")
            name = f"{name}::{self.name('the name of a function').text}"
        overload = self.overload() if self.take(".") else ""
        name_span = (start, self.previous_end())
        arguments, is_vararg = self.arguments()
        self.expect("->", "after the arguments", "`-> Tensor`, or `-> ()` for nothing")
        returns, is_varret = self.returns()
        return FunctionSchema(name, overload, arguments, returns, is_vararg, is_varret, name_span)

    def overload(self) -> str:
        name = self.name("the name of an overload").text
        # torch.ops.ns.op.default is the overload without a name, and dunder names are attributes of
        # Python's.
        if name == "default" or name.startswith("__"):
            self.at -= 1
            self.fail(f"{name!r} cannot name an overload", "leave it out, or choose another name")
        return name

    def arguments(self) -> tuple[tuple[Argument, ...], bool]:
        self.expect(
            "(", "before the arguments", "`name(int x) -> Tensor`; without any, `name() -> Tensor`"
        )
        arguments: list[Argument] = []
        kwarg_only = is_vararg = False
        while arguments or kwarg_only or not self.take(")"):
            if self.take("..."):
                is_vararg = True
            elif self.current.text == "*":
                if kwarg_only:
                    self.fail("a second `*`", "one `*` stands before all keyword-only arguments")
                self.at += 1
                kwarg_only = True
                self.expect(",", "after `*`", "keyword-only arguments follow: `*, int x`")
                continue
            else:
                arguments.append(self.argument(kwarg_only))
                self.check_order(arguments)
            if self.take(")"):
                break
            if is_vararg:
                self.fail(f"expected ')' after '...', found {self.found()}", "`...` comes last")
            self.separator(f"after argument {arguments[-1].name!r}")
        for argument in arguments:
            if is_vararg and argument.default:
                raise SchemaError(
                    "a default before '...'", *argument.default.span, "drop one of them"
                )
        return tuple(arguments), is_vararg

    def separator(self, where: str) -> None:
        if self.take(","):
            if self.current.text == ")":
                self.fail("a comma with nothing after it", "remove it")
            return
        hint = "separate them with a comma; each is a type and a name: `int x, int y`"
        self.fail(
            f"expected ',' or ')' {where}, found {self.found()}",
            hint if self.current.kind == "name" else self.stray() or "close the parenthesis",
        )

    def check_order(self, arguments: list[Argument]) -> None:
        """Names are unique, and what has no default stands before what has one, as in Python."""
        *before, last = arguments
        if any(argument.name == last.name for argument in before):
            message = f"two arguments are called {last.name!r}"
            raise SchemaError(message, *last.name_span, "rename one of them")
        if last.default is None and not last.kwarg_only and before and before[-1].default:
            raise SchemaError(
                f"{last.name!r} has no default but follows {before[-1].name!r}, which has one",
                *last.span,
                f"give it a default, move it forward, or make it keyword-only: `*, {last}`",
            )

    def argument(self, kwarg_only: bool) -> Argument:
        start = self.current.start
        value = self.argument_type()
        type_span = (start, self.previous_end())
        name = self.argument_name(value.type)
        default = self.default(value.type, name.text) if self.take("=") else None
        return Argument(
            name.text,
            value.type,
            default,
            kwarg_only,
            value.alias,
            value.element_alias,
            (start, self.previous_end()),
            (name.start, name.end),
            type_span,
        )

    def argument_name(self, t: Type) -> _Token:
        if self.current.kind == "name":
            return self.name("the name of an argument")
        hint = self.stray() or f"each argument is a type and a name: `{t} x`"
        if self.current.text == ":":
            hint = f"the type comes first, without a colon: `int {t}`"
        elif isinstance(t, Class) and self.current.text in (",", ")", "="):
            hint = f"each argument is a type and a name: `int {t}`, `{t} x`"
        elif self.current.text == "[":
            hint = "only the outermost list can have a size"
        self.fail(f"expected the name of an argument after {str(t)!r}, found {self.found()}", hint)

    def returns(self) -> tuple[tuple[Argument, ...], bool]:
        if self.take("..."):
            return (), True
        if self.current.text != "(":
            return (self.returned(),), False
        start = self.at
        values: list[Argument] = []
        is_varret = False
        self.at += 1
        while values or not self.take(")"):
            if self.take("..."):
                is_varret = True
            else:
                values.append(self.returned())
            if self.take(")"):
                break
            if is_varret:
                self.fail(f"expected ')' after '...', found {self.found()}", "`...` comes last")
            self.separator("in what is returned")
        if self.current.text in ("[", "?"):
            # `(int, str)[]` is one value after all.
            self.at = start
            return (self.returned(),), False
        self.check_returns(values)
        return tuple(values), is_varret

    def check_returns(self, values: list[Argument]) -> None:
        seen: set[str] = set()
        for value in values:
            if value.name and value.name in seen:
                message = f"two returned values are called {value.name!r}"
                raise SchemaError(message, *value.name_span, "rename one of them")
            seen.add(value.name)

    def returned(self) -> Argument:
        start = self.current.start
        value = self.argument_type()
        type_span = (start, self.previous_end())
        name, name_span = "", (type_span[1], type_span[1])
        if self.current.kind == "name":
            token = self.name("the name of a returned value")
            name, name_span = token.text, (token.start, token.end)
        if self.current.text == "=":
            self.fail("a returned value has no default", "remove it")
        span = (start, self.previous_end())
        return Argument(
            name,
            value.type,
            None,
            False,
            value.alias,
            value.element_alias,
            span,
            name_span,
            type_span,
        )

    # -- types

    def argument_type(self) -> _Annotated:
        """The type of an argument: only there can a list have a size."""
        value = self.annotated()
        if self.current.text != "[" or self.tokens[self.at + 1].kind != "number":
            return value
        if value.element_alias:
            self.fail(
                "an alias annotation two lists deep", "annotate the outer list or its elements"
            )
        self.at += 1
        number = self.current
        if not number.text.isdecimal() or len(number.text) > 9:
            self.fail(f"{number.text!r} is no size of a list", "a whole number: `int[2]`")
        self.at += 1
        self.expect("]", "after the size of a list")
        t: Type = List(value.type, int(number.text))
        alias = self.alias()
        return _Annotated(Optional(t) if self.take("?") else t, alias, value.alias)

    def annotated(self) -> _Annotated:
        """A type and the alias annotations in it."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"types are nested more than {MAX_DEPTH} deep", "use a custom class")
        value = self.postfix(self.atom())
        self.depth -= 1
        return value

    def postfix(self, value: _Annotated) -> _Annotated:
        t, alias, element_alias = value
        lists = 0
        while True:
            if self.current.text == "[" and self.tokens[self.at + 1].text == "]":
                self.at += 2
                lists += 1
                if element_alias:
                    self.fail(
                        "an alias annotation two lists deep",
                        "annotate the outer list or its elements",
                    )
                if lists > MAX_DEPTH:
                    self.fail(f"types are nested more than {MAX_DEPTH} deep", "use a custom class")
                t, element_alias, alias = List(t), alias, self.alias()
            elif self.take("?"):
                # As OptionalType::create does: T?? is T?.
                t = t if isinstance(t, Optional) else Optional(t)
                if t == Optional(Base("NoneType")):
                    self.at -= 1
                    self.fail("NoneType is None already", "remove the `?`")
            else:
                return _Annotated(t, alias, element_alias)

    def inner(self) -> Type:
        """A type inside another one, where torch drops alias annotations without a word."""
        start = self.current.start
        value = self.annotated()
        if value.alias or value.element_alias:
            self.fail("torch ignores an alias annotation in here", "remove it", since=start)
        if self.current.text == "[":
            self.fail("a list inside another type has no size", "`int[]`")
        return value.type

    def atom(self) -> _Annotated:
        token = self.current
        if token.text == "(":
            self.at += 1
            return _Annotated(Tuple(self.types(")")))
        if token.text in ("None", "NoneType"):
            self.at += 1
            return _Annotated(Base("NoneType"), self.alias())
        self.name("a type")
        spelled = self.foreign(token)
        self.refuse_habit(spelled, token.start)
        match spelled:
            case "Dict":
                return _Annotated(self.dict(), self.alias())
            case "Future":
                return _Annotated(self.future())
            case _ if self.current.text == "." or spelled == "__torch__":
                return _Annotated(self.qualified(token))
            case _ if spelled in TABLE:
                return _Annotated(Base(spelled), self.alias())
        if self.current.text == "(" and not spelled.islower():
            # Only a type variable, as in `t(a)`: those are in lower case.
            message = f"torch takes no alias annotation on a class such as {spelled!r}"
            self.fail(message, "remove it")
        return _Annotated(Class(spelled, (token.start, token.end)), self.alias())

    def refuse_habit(self, spelled: str, start: int) -> None:
        """Types that are another language's; torch would take some of them for type variables."""
        message = f"{spelled!r} is no type of torch's schema language"
        if spelled in HABITS:
            self.fail(message, f"`{HABITS[spelled]}`", start)
        if spelled in _GENERICS and (spelled != "Dict" or self.current.text == "["):
            self.generic(message, *_GENERICS[spelled], start)
        if spelled in ("RRef", "Await"):
            self.fail(f"{spelled!r} is not supported", "`Future(int)`", start)
        if not spelled.isidentifier():
            hint = f"`__torch__.{spelled}`" if spelled.startswith("torch.classes.") else None
            self.fail(message, hint, start)

    def types(self, closer: str) -> tuple[Type, ...]:
        """Types up to a closing bracket; the opening one has been read."""
        items: list[Type] = []
        while items or not self.take(closer):
            items.append(self.inner())
            if self.take(closer):
                break
            hint = "types in here have no name" if self.current.kind == "name" else None
            self.expect(",", f"or {closer!r} after a type", hint)
        return tuple(items)

    def dict(self) -> Type:
        self.expect("(", "after 'Dict'", "`Dict(str, Tensor)`")
        start = self.current.start
        key = self.inner()
        # c10::DictType::create; what it lets through for C++ to refuse is left to
        # `types.unsupported`.
        if not isinstance(key, Base) or key.name not in _PARSED_KEYS:
            self.fail(
                f"{str(key)!r} is no key of a Dict",
                f"a key is one of {', '.join(DICT_KEYS)}",
                start,
            )
        self.expect(",", "after the key of a Dict", "`Dict(str, Tensor)`")
        value = self.inner()
        self.expect(")", "after the value of a Dict", "`Dict(str, Tensor)`")
        return Dict(key, value)

    def future(self) -> Type:
        self.expect("(", "after 'Future'", "`Future(int)`")
        element = self.inner()
        self.expect(")", "after what a Future holds", "it holds one type: `Future(int)`")
        return Future(element)

    def qualified(self, token: _Token) -> Type:
        parts = [token.text]
        while self.take("."):
            parts.append(self.name("a part of a class name").text)
        name = ".".join(parts)
        if not name.startswith(CLASSES_PREFIX) or len(parts) != 5:
            self.fail(f"{name!r} names no class", f"`{CLASSES_PREFIX}ns.Name`", since=token.start)
        return Class(name, (token.start, self.previous_end()))

    def foreign(self, token: _Token) -> str:
        """The name just read, with what follows if it is one of C++ or of a Python module."""
        if token.text not in ("std", "at", "c10", "torch", "typing"):
            return token.text
        parts = [token.text]
        while self.current.text in (":", "."):
            parts.append(self.current.text)
            self.at += 1
            if self.current.kind == "name":
                parts.append(self.current.text)
                self.at += 1
        return "".join(parts).removeprefix("typing.") if parts[0] == "typing" else "".join(parts)

    def generic(self, message: str, form: str, general: str, start: int) -> NoReturn:
        """Refuses `List[int]`, `std::vector<int>`, with the same type in the schema's words."""
        hint, after = general, self.at
        closer = {"[": "]", "<": ">", "(": ")"}.get(self.current.text)
        if closer:
            self.at += 1
            try:
                items = [str(item) for item in self.types(closer)]
                hint = form.format(*items, all=", ".join(items))
            except (SchemaError, IndexError):
                self.at = after
        self.fail(message, f"`{hint}`", since=start)

    # -- alias annotations

    def alias(self) -> Alias | None:
        if self.current.text == "!":
            # torch makes up a set whose name it cannot read back, and leaves the set after the call
            # empty.
            self.fail("an alias annotation without a name", "`Tensor(a!)`")
        if not self.take("("):
            return None
        before = self.alias_sets()
        is_write = self.take("!")
        after = self.alias_sets() if self.take("->") else before
        self.expect(")", "after an alias annotation", "`Tensor(a)`, `Tensor(a!)`, `Tensor(a -> *)`")
        return Alias(before, after, is_write)

    def alias_sets(self) -> tuple[str, ...]:
        if self.take("*"):
            return ("*",)
        names = [self.name("an alias set").text]
        while self.take("|"):
            if self.current.text == "*":
                self.fail("`*` holds every other set", "write `*` alone")
            name = self.name("an alias set").text
            if name not in names:
                names.append(name)
        return tuple(names)

    # -- defaults

    def default(self, t: Type, name: str) -> Default:
        start = self.current.start
        value, word = self.value(t, f"`{str(t).removesuffix('?')}? {name}=None`")
        return Default(value, word, (start, self.previous_end()))

    def value(self, t: Type, instead: str) -> tuple[Value, str | None]:
        """The value that torch stores for the text, if C++ can take it as this type."""
        element = t.element if isinstance(t, Optional) else t
        if self.current.text == "None":
            if element is t:
                self.fail(f"None is no default of {t}", instead)
            self.at += 1
            return None, None
        if isinstance(element, Base) and element.name in _LITERALS:
            if element is not t and element.name == "Device":
                self.fail(
                    "torch stores text as the default of a Device?, and then fails on it", instead
                )
            return self.constant(element.name, instead)
        if isinstance(t, List) and isinstance(t.element, Base) and t.element.name in _LIST_LITERALS:
            return self.constants(t, t.element.name, instead), None
        self.fail(
            f"torch reads no default of {t}{' but None' if element is not t else ''}", instead
        )

    def constants(self, t: List, name: str, instead: str) -> Value:
        if not self.take("["):
            if t.size is None:
                self.fail(
                    f"expected a list as the default of {t}, found {self.found()}", "`[]`, `[1, 2]`"
                )
            if t.size > MAX_REPEATED:
                self.fail(f"one value for {t.size}", f"a list, or at most {MAX_REPEATED}")
            value, _ = self.constant(name, instead)
            return (value,) * t.size
        values: list[Value] = []
        while values or not self.take("]"):
            values.append(self.constant(name, instead)[0])
            if self.take("]"):
                break
            self.expect(",", "or ']' in a list")
        return tuple(values)

    def constant(self, name: str, instead: str) -> tuple[Value, str | None]:
        words = WORDS.get(name, {})
        token = self.current
        if token.kind == "name" and token.text in words:
            self.at += 1
            return words[token.text], token.text
        if name == "Device" and token.text in DEVICES:
            return self.device(), None
        negative = self.take("-")
        token = self.current
        if negative and token.kind != "number":
            self.fail(f"expected a number after '-', found {self.found()}", instead)
        value = self.literal(token, negative)
        accepted, example = _LITERALS[name]
        if type(value) is int and accepted == (float,):
            value = float(value)
        elif token.text.isdecimal() and not (isinstance(value, int) and -(2**63) <= value < 2**63):
            self.fail(f"{token.text} does not fit into 64 bits", "a smaller number, or a float")
        if type(value) not in accepted or (name == "Device" and not _DEVICE.fullmatch(str(value))):
            found = token.text if token.kind == "string" else self.found()
            hint = _almost(token.text, name, instead) or f"such as {example}"
            self.fail(f"{found} is no default of {name}", hint)
        self.at += 1
        return value, None

    def device(self) -> str:
        """`cpu`, `cuda:1`: torch prints a device so, though it reads it only in quotes."""
        text = self.current.text
        self.at += 1
        if self.take(":"):
            text += f":{self.current.text}"
            if not _DEVICE.fullmatch(text):
                self.fail(f"{self.found()} is no index of a device", '`"cuda:0"`')
            self.at += 1
        return text

    def literal(self, token: _Token, negative: bool) -> Value:
        """What one token says, whatever is wanted; None if it is no literal."""
        sign = -1 if negative else 1
        if token.text in ("True", "False") and token.kind == "name":
            return token.text == "True"
        if token.kind == "string":
            return self.string(token)
        if token.kind == "hex":
            self.fail("torch reads a hexadecimal number as 0", "write it in decimal")
        if token.kind != "number":
            return None
        following = self.tokens[self.at + 1]
        if following.kind == "name" and following.start == token.end:
            self.fail(f"{token.text + following.text!r} is no number", "digits alone: `1000`")
        if token.text.endswith("j"):
            return complex(0.0, sign * self.check_float(float(token.text[:-1]), token))
        if token.text.isdecimal() and len(token.text) < 20:
            return sign * int(token.text)
        return sign * self.check_float(float(token.text), token)

    def check_float(self, value: float, token: _Token) -> float:
        # std::stod throws on what strtod reports as ERANGE: overflow, and anything below the least
        # normal double.
        digits = token.text.lower().partition("e")[0].strip("0.j")
        if abs(value) == float("inf") or (digits and abs(value) < 2.2250738585072014e-308):
            self.fail(f"{token.text!r} is out of range", "a number that 64 bits can hold")
        return value

    def string(self, token: _Token) -> str:
        quotes = 3 if token.text[:3] in ('"""', "'''") else 1
        body = token.text[quotes:-quotes]
        if "\\" not in body:
            return body

        def unescape(match: re.Match[bytes]) -> bytes:
            escape = match[1]
            if escape in _ESCAPES:
                return _ESCAPES[escape]
            if len(escape) == 3 and int(escape, 8) < 256:
                return bytes([int(escape, 8)])
            self.fail(
                f"torch reads no escape {match[0].decode()!r}",
                r"write the character itself, \n, \t, \\, \" or three octal digits: \015",
            )

        try:
            return _ESCAPE.sub(unescape, body.encode()).decode()
        except UnicodeError:
            self.fail("the octal escapes are no UTF-8", "write the characters themselves")


# What may be written for a type, by the Python type of the value, and an example.
_LITERALS: Mapping[str, tuple[tuple[type[object], ...], str]] = {
    "int": ((int,), "1"),
    "SymInt": ((int,), "1"),
    "float": ((float,), "1.5"),
    "bool": ((bool,), "True or False"),
    "str": ((str,), '"text" in quotes'),
    "complex": ((complex,), "1j: torch reads only an imaginary part"),
    "Scalar": ((int, float, bool, complex), "1 or 1.5"),
    "ScalarType": ((int,), "float or long"),
    "Layout": ((int,), "strided"),
    "MemoryFormat": ((int,), "contiguous_format"),
    "Device": ((str,), '"cpu" or "cuda:0" in quotes'),
}
_LIST_LITERALS = frozenset("int SymInt float bool complex ScalarType Layout MemoryFormat".split())
_PARSED_KEYS = frozenset((*DICT_KEYS, *"Any Device SymInt ScalarType Layout MemoryFormat".split()))
_DEVICE = re.compile(rf"(?:{'|'.join(sorted(DEVICES))})(?::(?:0|[1-9][0-9]?|1[01][0-9]|12[0-7]))?")

# The escapes of torch's parseStringLiteral (torch/csrc/jit/frontend/parse_string_literal.h): no \r,
# no \x, no \u.
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_ESCAPES = {
    b"\\": b"\\",
    b"'": b"'",
    b'"': b'"',
    b"\n": b"\n",
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"n": b"\n",
    b"v": b"\v",
    b"t": b"\t",
}


def _almost(text: str, name: str, instead: str) -> str | None:
    """What was meant by a default that is nearly right."""
    if text in ("'", '"'):
        return "close the quotes"
    if name == "bool":
        return {"true": "`True`", "false": "`False`", "1": "`True`", "0": "`False`"}.get(text)
    if name == "float" and text in ("inf", "nan", "infinity"):
        return f"torch's parser has no inf and nan: {instead}, and set it in C++"
    if name in ("str", "Device") and text.isidentifier():
        return f'in quotes: `"{text}"`'
    if name in ("int", "SymInt") and re.fullmatch(r"[0-9]+\.0*", text):
        return f"`{text.partition('.')[0]}`, or make it a float"
    return None


# ---- printing ------------------------------------------------------------------------------------


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


def _default_text(value: Value, t: Type) -> str:
    if isinstance(value, tuple):
        # native_functions.yaml writes `int[2] stride=1` for [1, 1], and so does torch, for int
        # alone.
        same = t == List(Base("int"), len(value)) and len(value) > 1 and len(set(value)) == 1
        return _literal_text(value[0]) if same else f"[{', '.join(map(_literal_text, value))}]"
    return _literal_text(value)


def _literal_text(value: Value) -> str:
    match value:
        case str():
            return f'"{_UNPRINTABLE.sub(_escaped, value)}"'
        case float():
            return _float_text(value)
        case complex(imag=imaginary):
            return f"{_float_text(imaginary)}j"
        case _:
            return str(value)


def _float_text(value: float) -> str:
    """As IValue's operator<< prints a double: a whole number as `1.`, others with 17 digits."""
    if value.is_integer() and abs(value) < 2**63:
        return f"{'-' if str(value)[0] == '-' else ''}{abs(int(value))}."
    return f"{value:.17g}"


_UNPRINTABLE = re.compile(r"""[\x00-\x1f\x7f\\'"]""")
_NAMED = {"\a": r"\a", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\v": r"\v", "\t": r"\t"}


def _escaped(match: re.Match[str]) -> str:
    char = match[0]
    if char in "\\'\"":
        return f"\\{char}"
    return _NAMED.get(char) or f"\\{ord(char):03o}"
