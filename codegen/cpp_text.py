"""Pieces of C++ text that all views are made of: literals, comments, calls, and types as a library spells them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from codegen import names, prose, types
from codegen.model import Library
from codegen.schema import FunctionSchema
from codegen.source import Span, is_printable

WIDTH = 100

# Torch's own interface spells these its own way; IValue::to has no other form for them either.
_TORCH_SPELLINGS = {"Dict(str, Any)": "c10::impl::GenericDict", "Any[]": "c10::impl::GenericList"}


class Spelling:
    """How the types of a library's schemas are spelled in C++; `classes` in place of its own names for its classes."""

    def __init__(
        self,
        library: Library,
        *,
        torchs_own: bool = False,
        classes: Mapping[str, str] | None = None,
    ) -> None:
        self._classes = classes or {name: cls.cls.value for name, cls in library.own.items()}
        self._torchs_own = torchs_own

    def __call__(self, t: types.Type) -> str:
        torchs = _TORCH_SPELLINGS.get(str(t)) if self._torchs_own else None
        return torchs or types.cpp(t, self._classes)

    def returns(self, schema: FunctionSchema) -> str:
        spellings = [self(value.type) for value in schema.returns]
        if len(spellings) == 1:
            return spellings[0]
        return f"std::tuple<{', '.join(spellings)}>" if spellings else "void"

    def parameters(self, schema: FunctionSchema) -> list[str]:
        """The parameters of a declaration."""
        words = names.parameters([argument.name for argument in schema.arguments])
        return [f"{self(a.type)} {word}" for a, word in zip(schema.arguments, words, strict=True)]

    def crossing(self, t: types.Type) -> str:
        """The type in the signature of a call, where C++ decides about one that the spec does not know."""
        if not self.is_foreign(t):
            return self(t)
        return f"codegen::Unspelled<{str(isinstance(t, types.Optional)).lower()}>"

    def call(
        self,
        schema: FunctionSchema,
        function: str,
        indent: int,
        *,
        before: Sequence[str] = (),
        result: str = "",
        runs: str = "run",
    ) -> tuple[str, ...]:
        """The statement that calls `function`, with `before` as its first arguments; what it returns is the result."""
        if not result:
            foreign = any(self.is_foreign(value.type) for value in schema.returns)
            result = "codegen::Unspelled<false>" if foreign else self.returns(schema)
        taken = [self.crossing(a.type) for a in schema.arguments]
        given = ", ".join([f"CODEGEN_FN({function})", *before])
        return layout(f"call.{runs}<{result}(", taken, f")>({given});", indent)

    def is_foreign(self, t: types.Type) -> bool:
        """Whether a class of another library is in it, so that C++ may know a better type than the spec."""
        return bool(set(types.class_names(t)) - self._classes.keys())


def mark(span: Span) -> str:
    """Tells the renderer that what follows comes from `span`; it takes the mark out of the text again."""
    return f"\ue000{span.start}:{span.end}\ue001"


def comment(text: str, *parameters: tuple[str, str]) -> tuple[str, ...]:
    """The lines of a `///` comment without the slashes.

    A backslash at the end of a line would continue the comment over the code below it.
    """
    entries = (f"\\param {name} {' '.join(doc.split())}" for name, doc in parameters)
    lines = (
        "\n".join([text, *(prose.wrap(entry, "    ") for entry in entries)]).strip().splitlines()
    )
    stripped = ("".join(c for c in line if is_printable(c)).rstrip() for line in lines)
    return tuple(
        f" {line}{'.' if line.endswith(chr(92)) else ''}" if line else "" for line in stripped
    )


def layout(head: str, items: Sequence[str], tail: str, indent: int) -> tuple[str, ...]:
    """A list in brackets on one line, or one item a line where that is too long."""
    line = head + ", ".join(items) + tail
    if len(line) + indent <= WIDTH or not items:
        return (line,)
    return (head, *(f"    {item}," for item in items[:-1]), f"    {items[-1]}{tail}")


def quote(text: str) -> str:
    """A C++ string literal. Octal escapes end after three digits; hexadecimal ones do not end."""
    plain = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
    return '"' + "".join(plain.get(c) or (c if is_printable(c) else _octal(c)) for c in text) + '"'


def _octal(char: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in char.encode())
