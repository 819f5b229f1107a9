"""Nearest-neighbour search.

A text with "quotes", a trailing backslash \\
and {{ braces }}.

Generated from spec.yaml by torch-backend-codegen. Do not edit.
"""

# fmt: off

# ruff: noqa: B008
from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from . import _runtime

__all__ = [
    "Backend",
    "TokenizerInterface",
    "TokenizerInterfaceDecode",
    "bytes_",
    "vecdb_delegate",
    "whitespace",
]

_runtime.load(__file__, "spec.yaml", "f4a35203c0b01342")

import torch  # noqa: E402

from . import _classes  # noqa: E402


class TokenizerInterfaceDecode(NamedTuple):
    """What TokenizerInterface.decode returns."""

    text: str
    scores: list[float]


class Backend(Protocol):
    """Searches on an accelerator."""

    def is_available(self) -> bool:
        """Whether the backend can compile and execute here and now."""
        ...

    def compile(self, processed: Any, method_compile_spec: dict[str, Any]) -> dict[str, Any]:
        """Compile what preprocess returned; gives a handle for each method of the spec."""
        ...

    def execute(self, handle: Any, input: list[Any]) -> list[Any]:
        """Run the method that the handle stands for; gives its outputs as a list."""
        ...

    def devices(self) -> list[str]:
        """The accelerators of this machine."""
        ...

    def reset(self) -> None: ...


class TokenizerInterface(Protocol):
    """Turns text into codes."""

    def encode(self, text: str, *, add_special: bool = True) -> list[int]:
        """The codes of a text, which may end in \"\""

        Args:
            text: any text, UTF-8
            add_special: whether to frame it
        """
        ...

    def decode(self, codes: list[int], default: str | None = None) -> TokenizerInterfaceDecode: ...

    def table(
        self,
        weights: dict[str, torch.Tensor],
        key: tuple[int, str] | None = None,
        device: torch.device = torch.device("cpu"),
        scale: float = 1e-3,
    ) -> dict[str, tuple[int, list[torch.Tensor]]]:
        """A table of several lines.

        The second paragraph ends with "a quote"
        """
        ...

    def get_size(self) -> int: ...

    def getSize(self, new: int) -> None: ...


vecdb_delegate: _runtime.JitBackend[Backend] = _runtime.JitBackend(
    "vecdb",
    "__backends__",
    "vecdb_delegate",
    "The delegate.",
    _classes.implementation("__backends__", "vecdb_delegate", Backend),
)
whitespace: _runtime.Implementation[TokenizerInterface] = _runtime.Implementation(
    "vecdb",
    "vecdb",
    "whitespace",
    "The whitespace implementation of tokenizer.",
    _classes.implementation("vecdb", "whitespace", TokenizerInterface),
)
bytes_: _runtime.Implementation[TokenizerInterface] = _runtime.Implementation(
    "vecdb",
    "vecdb",
    "bytes_",
    "The bytes_ implementation of tokenizer.",
    _classes.implementation("vecdb", "bytes_", TokenizerInterface),
)
