"""Defaults in a schema's text: the value that torch stores for what is written.

Owns which literals each type takes. We refuse what torch takes and then breaks on, such as `int x=1.5`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from codegen.schema import Default, Value
from codegen.spellings import DEVICES, WORDS
from codegen.tokens import Cursor, Token
from codegen.types import Base, List, Optional, Type

# Of a default such as `int[2] x=1`, which torch keeps as a list.
MAX_REPEATED = 1000

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
    value, word = _value(cursor, t, f"`{str(t).removesuffix('?')}? {name}=None`")
    return Default(value, word, (start, cursor.previous_end()))


def _value(cursor: Cursor, t: Type, instead: str) -> tuple[Value, str | None]:
    """The value that torch stores for the text, if C++ can take it as this type."""
    element = t.element if isinstance(t, Optional) else t
    if cursor.current.text == "None":
        if element is t:
            cursor.fail(f"None is no default of {t}", instead)
        cursor.at += 1
        return None, None
    if isinstance(element, Base) and element.name in _LITERALS:
        if element is not t and element.name == "Device":
            cursor.fail(
                "torch stores text as the default of a Device?, and then fails on it", instead
            )
        return _constant(cursor, element.name, instead)
    if isinstance(t, List) and isinstance(t.element, Base) and t.element.name in _LIST_LITERALS:
        return _constants(cursor, t, t.element.name, instead), None
    cursor.fail(f"torch reads no default of {t}{' but None' if element is not t else ''}", instead)


def _constants(cursor: Cursor, t: List, name: str, instead: str) -> Value:
    if not cursor.take("["):
        if t.size is None:
            cursor.fail(
                f"expected a list as the default of {t}, found {cursor.found()}", "`[]`, `[1, 2]`"
            )
        if t.size > MAX_REPEATED:
            cursor.fail(f"one value for {t.size}", f"a list, or at most {MAX_REPEATED}")
        value, _ = _constant(cursor, name, instead)
        return (value,) * t.size
    values: list[Value] = []
    while values or not cursor.take("]"):
        values.append(_constant(cursor, name, instead)[0])
        if cursor.take("]"):
            break
        cursor.expect(",", "or ']' in a list")
    return tuple(values)


def _constant(cursor: Cursor, name: str, instead: str) -> tuple[Value, str | None]:
    words = WORDS.get(name, {})
    token = cursor.current
    if token.kind == "name" and token.text in words:
        cursor.at += 1
        return words[token.text], token.text
    if name == "Device" and token.text in DEVICES:
        return _device(cursor), None
    negative = cursor.take("-")
    token = cursor.current
    if negative and token.kind != "number":
        cursor.fail(f"expected a number after '-', found {cursor.found()}", instead)
    value = _literal(cursor, token, negative)
    accepted, example = _LITERALS[name]
    if type(value) is int and accepted == (float,):
        value = float(value)
    elif token.text.isdecimal() and not (isinstance(value, int) and -(2**63) <= value < 2**63):
        cursor.fail(f"{token.text} does not fit into 64 bits", "a smaller number, or a float")
    if type(value) not in accepted or (name == "Device" and not _is_device(str(value))):
        found = token.text if token.kind == "string" else cursor.found()
        hint = _almost(token.text, name, instead) or f"such as {example}"
        cursor.fail(f"{found} is no default of {name}", hint)
    cursor.at += 1
    return value, None


def _device(cursor: Cursor) -> str:
    """`cpu`, `cuda:1`: torch prints a device so, though it reads it only in quotes."""
    text = cursor.current.text
    cursor.at += 1
    if cursor.take(":"):
        text += f":{cursor.current.text}"
        if not _is_device(text):
            cursor.fail(f"{cursor.found()} is no index of a device", '`"cuda:0"`')
        cursor.at += 1
    return text


def _literal(cursor: Cursor, token: Token, negative: bool) -> Value:
    """What one token says, whatever is wanted; None if it is no literal."""
    sign = -1 if negative else 1
    if token.text in ("True", "False") and token.kind == "name":
        return token.text == "True"
    if token.kind == "string":
        return _string(cursor, token)
    if token.kind == "hex":
        cursor.fail("torch reads a hexadecimal number as 0", "write it in decimal")
    if token.kind != "number":
        return None
    following = cursor.following
    if following.kind == "name" and following.start == token.end:
        cursor.fail(f"{token.text + following.text!r} is no number", "digits alone: `1000`")
    if token.text.endswith("j"):
        return complex(0.0, sign * _float(cursor, token))
    if token.text.isdecimal() and len(token.text) < 20:
        return sign * int(token.text)
    return sign * _float(cursor, token)


def _float(cursor: Cursor, token: Token) -> float:
    value = float(token.text.removesuffix("j"))
    # std::stod throws on what strtod reports as ERANGE: overflow, and anything below the least
    # normal double.
    digits = token.text.lower().partition("e")[0].strip("0.j")
    if abs(value) == float("inf") or (digits and abs(value) < 2.2250738585072014e-308):
        cursor.fail(f"{token.text!r} is out of range", "a number that 64 bits can hold")
    return value


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
