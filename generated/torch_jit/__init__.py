"""Torch's own JIT backend interface, declared again.

Generated from specs/torch_jit.yaml by torch-backend-codegen. Do not edit.
"""

# fmt: off

from __future__ import annotations

from typing import Any, Protocol

from . import _runtime

__all__ = [
    "Backend",
    "torch_jit_test",
    "torch_jit_unavailable",
]

_runtime.load(__file__, "specs/torch_jit.yaml", "0294be0b539aac01")

from . import _classes  # noqa: E402


class Backend(Protocol):
    """The pattern of torch/csrc/jit/backends/backend.h."""

    def is_available(self) -> bool:
        """Whether the backend can process delegation calls."""
        ...

    def compile(self, processed: Any, method_compile_spec: dict[str, Any]) -> dict[str, Any]:
        """Compile the module in `processed`; gives a handle for each method of the spec."""
        ...

    def execute(self, handle: Any, input: list[Any]) -> list[Any]:
        """Run the method that `handle` stands for."""
        ...


torch_jit_test: _runtime.JitBackend[Backend] = _runtime.JitBackend(
    "torch_jit",
    "__backends__",
    "torch_jit_test",
    "Adds or subtracts, as torch's own `test_backend` does.",
    _classes.implementation("__backends__", "torch_jit_test", Backend),
)
torch_jit_unavailable: _runtime.JitBackend[Backend] = _runtime.JitBackend(
    "torch_jit",
    "__backends__",
    "torch_jit_unavailable",
    "The same on a machine that lacks what it needs.",
    _classes.implementation("__backends__", "torch_jit_unavailable", Backend),
)
