"""Runs the methods of TorchScript modules on OpenVINO.

Generated from specs/openvino_delegate.yaml by torch-backend-codegen. Do not edit.
"""

# fmt: off

from __future__ import annotations

from typing import Any, Protocol

from . import _runtime

__all__ = [
    "Backend",
    "openvino_delegate",
]

_runtime.load(__file__, "specs/openvino_delegate.yaml", "9fd962d964be2b1b")

from . import _classes  # noqa: E402


class Backend(Protocol):
    """torch's own interface, and the devices that OpenVINO offers."""

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
        """The devices that a compile spec can name, such as `CPU`."""
        ...


openvino_delegate: _runtime.JitBackend[Backend] = _runtime.JitBackend(
    "openvino_delegate",
    "__backends__",
    "openvino_delegate",
    "Converts each method in Python, compiles it for the device that its compile spec names,\n"
    "and runs it on the memory of the tensors it is called with.",
    _classes.implementation("__backends__", "openvino_delegate", Backend),
    prepare="openvino_delegate.convert:prepare",
)
