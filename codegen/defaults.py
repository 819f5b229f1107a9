"""The value of a default as an expression of C++, and of Python."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from codegen.cpp_text import quote
from codegen.literals import torch_reads
from codegen.schema import Device, Entries, Float, FunctionSchema, Items, Value, Word


def split(schema: FunctionSchema, first: int) -> tuple[FunctionSchema, list[str]]:
    """A schema that torch's parser reads, and the defaults that C++ adds to it by the places of their arguments.

    All of them, if torch reads one of them not: an argument without a default cannot follow one that has it.
    """
    if all(torch_reads(argument) for argument in schema.arguments if argument.default):
        return schema, []
    places = enumerate(schema.arguments, first)
    added = [f"{{{i}, {cpp(a.default.value)}}}" for i, a in places if a.default]
    return schema.without_defaults(), added


def cpp(value: Value) -> str:
    """What an IValue is made of. The run-time support gives containers the types of the argument."""
    match value:
        case None:
            return "c10::IValue()"
        case bool():
            return str(value).lower()
        case int():
            return _cpp_integer(value)
        case Float(number, text):
            return text if math.isfinite(number) else _cpp_float(number)
        case complex(real=real, imag=imaginary):
            return f"c10::complex<double>({_cpp_float(real)}, {_cpp_float(imaginary)})"
        case str():
            literal = quote(value)
            return f"std::string({literal}, {len(value.encode())})" if "\0" in value else literal
        case Word(_, number):
            return str(number)
        case Device(name):
            return f"c10::Device({quote(name)})"
        case tuple():
            return f"codegen::listOf({{{_all(cpp, value)}}})"
        case Items(values):
            return f"codegen::tupleOf({{{_all(cpp, values)}}})"
        case Entries(pairs):
            entries = ", ".join(f"{{{_all(cpp, pair)}}}" for pair in pairs)
            return f"codegen::dictOf({{{entries}}})"
    raise TypeError(value)


def _cpp_integer(value: int) -> str:
    if value >= 2**63:
        return f"at::Scalar(uint64_t{{{value}u}})"
    if value == -(2**63):
        return f"int64_t{{{value + 1} - 1}}"
    return str(value) if abs(value) < 2**31 else f"int64_t{{{value}}}"


def _cpp_float(value: float) -> str:
    limits = "std::numeric_limits<double>::"
    if math.isfinite(value):
        return str(value)
    if math.isnan(value):
        return f"{limits}quiet_NaN()"
    return f"{'-' if value < 0 else ''}{limits}infinity()"


def python(value: Value) -> str:
    """As black writes it."""
    match value:
        case str():
            shown = repr(value)
            return shown if '"' in shown else f'"{shown[1:-1]}"'
        case Float(number, text):
            return text if "e" in text else _python_float(number)
        case complex():
            return _python_complex(value)
        case Word("Mean", number):
            return str(number)
        case Word(name):
            # torch.complex is a function.
            return f"torch.{'complex64' if name == 'complex' else name}"
        case Device(name):
            return f'torch.device("{name}")'
        case tuple():
            return f"[{_all(python, value)}]"
        case Items(values):
            return f"({_all(python, values)}{',' if len(values) == 1 else ''})"
        case Entries(pairs):
            return f"{{{', '.join(': '.join(map(python, pair)) for pair in pairs)}}}"
    return repr(value)


def _python_float(value: float) -> str:
    return (
        repr(value)
        if math.isfinite(value)
        else str(value).replace("inf", "torch.inf").replace("nan", "torch.nan")
    )


def _python_complex(value: complex) -> str:
    """A sum of literals where there is one: they have no sign of their own, nor inf and nan."""
    real, imaginary = value.real, value.imag
    if str(real) == "0.0" and math.isfinite(imaginary):
        return f"{imaginary!r}j"
    if not (math.isfinite(real) and math.isfinite(imaginary)) or str(real) == "-0.0":
        return f"complex({_python_float(real)}, {_python_float(imaginary)})"
    sign = "-" if str(imaginary).startswith("-") else "+"
    return f"{real!r} {sign} {str(imaginary).lstrip('-')}j"


def _all(spell: Callable[[Value], str], values: Iterable[Value]) -> str:
    return ", ".join(map(spell, values))
