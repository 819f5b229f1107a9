"""A small compiler of elementwise graphs: a method made of additions, multiplications,
activations and their like runs as one pass over memory.

Generated from specs/elementwise.yaml by torch-backend-codegen. Do not edit.
"""

# fmt: off

from __future__ import annotations

from typing import Any, Protocol

from . import _runtime

__all__ = [
    "Backend",
    "elementwise",
]

_runtime.load(__file__, "specs/elementwise.yaml", "6a9246cacceb4caa")

from . import _classes  # noqa: E402


class Backend(Protocol):
    """Torch's interface, and a look at the compiled program."""

    def is_available(self) -> bool:
        """Whether the backend can compile and execute here and now."""
        ...

    def compile(self, processed: Any, method_compile_spec: dict[str, Any]) -> dict[str, Any]:
        """Compile what preprocess returned; gives a handle for each method of the spec."""
        ...

    def execute(self, handle: Any, input: list[Any]) -> list[Any]:
        """Run the method that the handle stands for; gives its outputs as a list."""
        ...

    def disassemble(self, handle: Any) -> str:
        """The program behind a handle that compile returned, one line for each value."""
        ...


elementwise: _runtime.JitBackend[Backend] = _runtime.JitBackend(
    "elementwise",
    "__backends__",
    "elementwise",
    "Lowers methods made of add, sub, mul, div, neg, reciprocal, relu and sigmoid. The value\n"
    'of a method in the compile spec is not read: write `{"forward": ()}`.',
    _classes.implementation("__backends__", "elementwise", Backend),
)
