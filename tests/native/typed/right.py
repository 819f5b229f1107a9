"""A program that mypy must accept: typed against the stub of `native`."""

import builtins
from typing import Any

import native
import torch

created = native.whitespace.create()
tokens: list[int] = created.encode("a b", add_special=False, special=[1, 2])
counted: tuple[int, float, list[str]] = native.default.create().count("a b")
words: list[str] = native.default.create().count("a b").words
created.reset()

types = native.types_echo.create()
table: dict[str, tuple[int, list[torch.Tensor]]] = types.table({"a": (1, [torch.ones(1)])})
dtype: int = types.scalar_type(torch.float32)
maybe: torch.Tensor | None = types.optional_tensor(None)
described: str = types.defaults(1, 2.0, f=[3], i=2.5, j=torch.device("cpu"))


class Upper:
    """Stands in for an implementation in Python, as in a test of the program."""

    def encode(
        self, text: str, *, add_special: bool = True, special: builtins.list[int] | None = None
    ) -> builtins.list[int]:
        return builtins.list(text.upper().encode())

    def decode(self, tokens: builtins.list[int]) -> str:
        return bytes(tokens).decode()

    def count(self, text: str) -> native.TokenizerInterfaceCount:
        return native.TokenizerInterfaceCount(tokens=0, per_word=0.0, words=[text])

    def list(self, value: builtins.list[int] = []) -> builtins.list[int]:  # noqa: B006
        return value

    def reset(self) -> None: ...

    def fail(self, how: str) -> None: ...


def length(tokenizer: native.TokenizerInterface) -> int:
    return len(tokenizer.encode("text"))


sizes: list[int] = [length(created), length(Upper())]


def lower(module: torch.jit.ScriptModule, spec: dict[str, Any]) -> torch.jit.ScriptModule:
    lowered: torch.jit.ScriptModule = native.native_echo.lower(module, spec)
    runs: int = native.native_echo.create().runs()
    return lowered if runs == 0 and native.native_echo.is_available() else module
