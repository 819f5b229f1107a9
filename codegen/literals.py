"""Defaults in a schema's text: the value that torch stores for what is written.

Owns which literals each type takes, and which of them torch's parser reads as we do (`torch_reads`). The others are put
into the parsed schema in C++, where an argument may have any value of its type as a default.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from codegen.schema import Argument, Default, Device, Entries, Float, Items, Value, Word, float_text
from codegen.spellings import DEVICES, DTYPES, WORDS
from codegen.tokens import Cursor, Token
from codegen.types import Base, Class, Dict, List, Optional, Tuple, Type

T = TypeVar("T")

# Of a default such as `int[2] x=1`, which torch keeps as a list.
MAX_REPEATED = 1000
# Of what stands for Any; other values are as deep as their types.
MAX_DEPTH = 64

# The types that have literals, with an example.
_LITERALS: Mapping[str, str] = {
    "int": "1",
    "SymInt": "1",
    "float": "1.5",
    "bool": "True or False",
    "SymBool": "True or False",
    "str": '"text" in quotes',
    "complex": "1j or 1.5-2j",
    "Scalar": "1 or 1.5",
    "ScalarType": "float or long",
    "Layout": "strided",
    "MemoryFormat": "contiguous_format",
    "Device": '"cpu" or "cuda:0" in quotes',
}
# Of those, the types that torch's parser reads no default of, and those whose lists it reads.
_UNREAD = frozenset(["SymBool"])
_READ_IN_LISTS = frozenset("int SymInt float bool complex ScalarType Layout MemoryFormat".split())
_READ_WORDS = frozenset([*DTYPES, "Mean", "strided", "contiguous_format"])

# The escapes of torch's parseStringLiteral (torch/csrc/jit/frontend/parse_string_literal.h): no \r,
# no \x, no \u.
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


def default(cursor: Cursor, t: Type, name: str) -> Default:
    """What stands after the `=` of the argument `name`, and moves past it."""
    start = cursor.current.start
    value = _value(cursor, t, f"`{str(t).removesuffix('?')}? {name}=None`")
    return Default(value, (start, cursor.previous_end()))


def torch_reads(argument: Argument) -> bool:
    """Whether torch's parser makes of the default, as `str()` prints it, what C++ takes as this type."""
    assert argument.default is not None
    value, t = argument.default.value, argument.type
    element = t.element if isinstance(t, Optional) else t
    if value is None:
        return element is not t
    match element:
        case Base("Device"):
            return element is t
        case Base(name) if name in _LITERALS.keys() - _UNREAD:
            return _is_read(value)
        case List(Base(name)) if name in _READ_IN_LISTS and isinstance(value, tuple):
            return element is t and all(map(_is_read, value))
    return False


def _is_read(value: Value) -> bool:
    match value:
        case Float(number):
            return _is_normal(number)
        case complex(real=real, imag=imaginary):
            return str(real) == "0.0" and _is_normal(imaginary)
        case int():
            return value < 2**63
        case Word(text=text):
            return text.isdecimal() or text in _READ_WORDS
    return True


def _is_normal(value: float) -> bool:
    """std::stod throws where strtod reports ERANGE, as for what is below the least normal double."""
    return value == 0 or 2.2250738585072014e-308 <= abs(value) < math.inf


def _value(cursor: Cursor, t: Type, instead: str) -> Value:
    """The value of this type that is written."""

    def of(inner: Type) -> Callable[[], Value]:
        return lambda: _value(cursor, inner, instead)

    match t:
        case Optional(element):
            return None if cursor.take("None") else _value(cursor, element, instead)
        case Base("Any") | Class():
            # Whether there is such a class is known later.
            return _untyped(cursor)
    if cursor.current.text == "None":
        cursor.fail(f"None is no default of {t}", instead)
    match t:
        case Base(name) if name in _LITERALS:
            return _constant(cursor, name, instead)
        case List(element, size) if size is not None and cursor.current.text != "[":
            if size > MAX_REPEATED:
                cursor.fail(f"one value for {size}", f"a list, or at most {MAX_REPEATED}")
            return (_value(cursor, element, instead),) * size
        case List(element):
            _open(cursor, t, "`[]`, `[1, 2]`")
            return tuple(_until(cursor, "]", of(element)))
        case Tuple(items):
            return _items(cursor, t, items, instead)
        case Dict(key, value):
            _open(cursor, t, "`{}`, `{key: value}`")
            return _entries(cursor, of(key), of(value))
    cursor.fail(f"{t} has no default", instead)


def _open(cursor: Cursor, t: Type, hint: str) -> None:
    what, bracket = {List: ("a list", "["), Dict: ("a dict", "{"), Tuple: ("a tuple", "(")}[type(t)]
    if not cursor.take(bracket):
        cursor.fail(f"expected {what} as the default of {t}, found {cursor.found()}", hint)


def _until(cursor: Cursor, closer: str, read: Callable[[], T]) -> list[T]:
    """What stands before a closing bracket, and moves past the bracket."""
    values: list[T] = []
    while values or not cursor.take(closer):
        values.append(read())
        if cursor.take(closer):
            break
        cursor.expect(",", f"or {closer!r} after a value")
        # As Python writes a tuple of one.
        if closer == ")" and len(values) == 1 and cursor.take(closer):
            break
    return values


def _items(cursor: Cursor, t: Type, types: tuple[Type, ...], instead: str) -> Items:
    rest = iter(types)
    start = cursor.current.start
    _open(cursor, t, f"one value for each type: `({', '.join('...' for _ in types)})`")

    def read() -> Value:
        inner = next(rest, None)
        if inner is None:
            cursor.fail(f"{t} has {len(types)} values, and here is another", "remove it")
        return _value(cursor, inner, instead)

    values = tuple(_until(cursor, ")", read))
    if len(values) < len(types):
        cursor.fail(f"{t} has {len(types)} values, not {len(values)}", "write each", start)
    return Items(values)


def _entries(cursor: Cursor, key: Callable[[], Value], value: Callable[[], Value]) -> Entries:
    known: set[Value] = set()

    def entry() -> tuple[Value, Value]:
        start = cursor.current.start
        name = key()
        if name in known:
            cursor.fail("a second value for this key", "remove one", start)
        known.add(name)
        cursor.expect(":", "after a key", '`{"key": value}`')
        return name, value()

    return Entries(tuple(_until(cursor, "}", entry)))


def _untyped(cursor: Cursor, depth: int = 0) -> Value:
    """A value that tells its type itself."""
    if depth > MAX_DEPTH:
        cursor.fail(f"values are nested more than {MAX_DEPTH} deep", "pass it in the call")

    def inner() -> Value:
        return _untyped(cursor, depth + 1)

    start = cursor.current.start
    token = cursor.current
    if cursor.take("None"):
        return None
    if cursor.take("("):
        return Items(tuple(_until(cursor, ")", inner)))
    if cursor.take("["):
        values = tuple(_until(cursor, "]", inner))
        return _alike(cursor, values, values, "list", start)
    if cursor.take("{"):
        entries = _entries(cursor, inner, inner)
        keys, items = ([pair[i] for pair in entries.pairs] for i in (0, 1))
        _alike(cursor, keys, entries, "dict", start)
        if not all(isinstance(key, str | int | Float | complex) for key in keys):
            cursor.fail("a key is a str or a number", None, start)
        return _alike(cursor, items, entries, "dict", start)
    if token.kind == "name" and token.text in DEVICES:
        return _device(cursor)
    value = _literal(cursor)
    if value is None or (type(value) is int and not -(2**63) <= value < 2**63):
        found = cursor.found() if value is None else str(value)
        hint = 'a value such as 1, 1.5, True, "text", None, [1], {"a": 1} or (1, 2)'
        cursor.fail(f"{found} is no default of Any", hint, None if value is None else start)
    return value


def _alike(cursor: Cursor, values: Sequence[Value], whole: T, what: str, start: int) -> T:
    """What a list or a dict has is of one type, for a saved model is to read it back."""
    if len({_kind(value) for value in values}) > 1:
        message = f"the values of a {what} for Any are of one type"
        cursor.fail(message, 'a tuple, whose values differ: `(1, "a")`', start)
    return whole


def _kind(value: Value) -> object:
    """Values of one kind have one type in TorchScript."""
    match value:
        case tuple():
            return "list", *{_kind(each) for each in value}
        case Entries(pairs):
            return "dict", *{(_kind(key), _kind(item)) for key, item in pairs}
        case Items(values):
            return "tuple", *map(_kind, values)
    return type(value)


def _constant(cursor: Cursor, name: str, instead: str) -> Value:
    """A value of a type that has literals."""
    words = WORDS.get(name, {})
    token = cursor.current
    if token.kind == "name" and token.text in words:
        cursor.at += 1
        return Word(token.text, words[token.text], token.text)
    if name == "Device" and token.text in DEVICES:
        return _device(cursor)
    literal = _literal(cursor)
    value = _fitted(literal, name)
    if value is not None:
        return value
    end = cursor.previous_end() if literal is not None else token.end
    found = cursor.text[token.start : end]
    hint = _almost(found, name) or f"such as {_LITERALS[name]}"
    if literal is None:
        cursor.fail(f"{cursor.found()} is no default of {name}", hint)
    if found.lstrip("- ").isdecimal() and isinstance(_fitted(0, name), int):
        hint = "a smaller number, or a float"
        cursor.fail(f"{found} does not fit into 64 bits", hint, token.start)
    shown = found if isinstance(literal, str) else repr(found)
    cursor.fail(f"{shown} is no default of {name}", hint, token.start)


def _fitted(value: Value, name: str) -> Value:
    """The value as one of this type; None if it is none."""
    if isinstance(value, bool):
        return value if name in ("bool", "SymBool", "Scalar") else None
    match name, value:
        case ("int" | "SymInt"), int():
            return value if -(2**63) <= value < 2**63 else None
        case "Scalar", int():
            return value if -(2**63) <= value < 2**64 else None
        case ("ScalarType" | "Layout" | "MemoryFormat"), int():
            return next((Word(w, n, str(n)) for w, n in WORDS[name].items() if n == value), None)
        case "float", int():
            return Float(float(value), float_text(float(value)))
        case "complex", (int() | Float() | complex()):
            number = value.value if isinstance(value, Float) else value
            return complex(number)
        case ("float", Float()) | ("Scalar", Float() | complex()) | ("str", str()):
            return value
        case "Device", str() if _is_device(value):
            return Device(value)
    return None


def _device(cursor: Cursor) -> Device:
    """`cpu`, `cuda:1`: torch prints a device so, though it reads it only in quotes."""
    text = cursor.current.text
    cursor.at += 1
    if cursor.take(":"):
        text += f":{cursor.current.text}"
        if not _is_device(text):
            cursor.fail(f"{cursor.found()} is no index of a device", '`"cuda:0"`')
        cursor.at += 1
    return Device(text)


def _literal(cursor: Cursor) -> Value:
    """What is written, whatever is wanted, and moves past it; None if it is no literal."""
    token = cursor.current
    if token.kind == "name" and token.text in ("True", "False"):
        cursor.at += 1
        return token.text == "True"
    if token.kind == "string":
        text = _string(cursor, token)
        cursor.at += 1
        return text
    number = _number(cursor)
    following = cursor.current
    if isinstance(number, int | Float) and following.text in ("+", "-"):
        cursor.at += following.text == "+"
        imaginary = _number(cursor)
        if not isinstance(imaginary, complex):
            cursor.fail("expected an imaginary part", "such as `1+2j`", token.start)
        real = number.value if isinstance(number, Float) else number
        return complex(real, imaginary.imag)
    return number


def _number(cursor: Cursor) -> int | Float | complex | None:
    """A number with its sign."""
    sign = "-" if cursor.take("-") else ""
    token = cursor.current
    if token.kind == "hex":
        cursor.fail("torch reads a hexadecimal number as 0", "write it in decimal")
    text = token.text
    if token.kind != "number" and text not in ("inf", "nan", "infj", "nanj"):
        if sign:
            cursor.fail(f"expected a number after '-', found {cursor.found()}", "such as `-1`")
        return None
    cursor.at += 1
    following = cursor.current
    if following.kind == "name" and following.start == token.end:
        message = f"{text + following.text!r} is no number"
        cursor.at += 1
        cursor.fail(message, "digits alone: `1000`", token.start)
    if text.isdecimal() and len(text) <= 20:
        return int(sign + text)
    value = float(sign + text.removesuffix("j"))
    if math.isinf(value) and token.kind == "number":
        cursor.fail(f"{text!r} is out of range", "a number that 64 bits can hold", token.start)
    if text.endswith("j"):
        return complex(0.0, value)
    spelled = (sign + text).lower()
    return Float(value, spelled if {".", "e"} & set(spelled) else float_text(value))


def _string(cursor: Cursor, token: Token) -> str:
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
        cursor.fail(
            f"torch reads no escape {match[0].decode()!r}",
            r"write the character itself, \n, \t, \\, \" or three octal digits: \015",
        )

    try:
        return re.sub(rb"\\([0-7]{3}|.)", unescape, body.encode(), flags=re.DOTALL).decode()
    except UnicodeError:
        cursor.fail("the octal escapes are no UTF-8", "write the characters themselves")


def _is_device(text: str) -> bool:
    """A device's name, with an index of 8 bits or none."""
    name, colon, index = text.partition(":")
    fits = not colon or re.fullmatch("0|[1-9][0-9]?|1[01][0-9]|12[0-7]", index) is not None
    return name in DEVICES and fits


def _almost(text: str, name: str) -> str | None:
    """What was meant by a default that is nearly right."""
    if text in ("'", '"'):
        return "close the quotes"
    if name == "bool":
        return {"true": "`True`", "false": "`False`", "1": "`True`", "0": "`False`"}.get(text)
    if name == "float" and text.lower() in ("infinity", "inf", "nan"):
        return f"`{text.lower()[:3]}`"
    if name in ("str", "Device") and text.isidentifier():
        return f'in quotes: `"{text}"`'
    if name in ("int", "SymInt") and re.fullmatch(r"-?[0-9]+\.0*", text):
        return f"`{text.partition('.')[0]}`, or make it a float"
    return None
