"""Nearest-neighbour search on tensors.

Generated from spec.yaml by torch-backend-codegen. Do not edit.
"""

# fmt: off

from __future__ import annotations

import builtins
from typing import Any, NamedTuple, NoReturn, Protocol

from typing_extensions import overload

from . import _runtime

# What stands for `...` is in C++: `script_class` puts it there.
# mypy: disable-error-code="empty-body"

__all__ = [
    "IVF",
    "Cursor",
    "Index",
    "IndexSearch",
    "SearcherInterface",
]

_runtime.load(__file__, "spec.yaml", "df9861b900a7ec0a")

import torch  # noqa: E402

from . import _classes, _fakes  # noqa: E402


class IndexSearch(NamedTuple):
    """What Index.search returns."""

    distances: torch.Tensor
    ids: torch.Tensor


@_classes.script_class("__torch__.torch.classes.vectors.Index", "spec.yaml")
class Index(_classes.ScriptClass):
    """Vectors, of which the nearest can be found \\
and "counted".
"""

    def __init__(self, dim: builtins.int, *, metric: str = "l2") -> None:
        """Makes one, with:

        Args:
            dim: of each vector
            metric: l2 or "cosine"
        """

    def search(self, query: torch.Tensor, k: builtins.int = 10) -> IndexSearch:
        """Return the k nearest vectors.

        Args:
            query: float32, shape (n, dim)
            k: how many
        """

    @staticmethod
    def default_metric() -> str:
        """Deprecated: "l2" since 2.0"""

    @overload
    def add(self, vectors: torch.Tensor) -> None: ...

    @overload
    def add(self, vectors: torch.Tensor, names: list[str]) -> None: ...

    @overload
    def add(self, other: Index) -> None:
        """Deprecated: search both"""

    @_classes.calls("add", "add_named", "add_Index")
    def add(self, *args: Any, **kwargs: Any) -> Any:
        """Deprecated: search both"""

    def clone(self) -> Index: ...

    def shards(self, count: builtins.int) -> dict[str, list[tuple[Index, builtins.int | None]]]: ...

    def pack(self, bias: torch._C.ScriptObject | None = None) -> torch._C.ScriptObject: ...

    def __len__(self) -> builtins.int: ...

    def __eq__(self, other: Index) -> bool:  # type: ignore[override]
        ...

    @property
    def dim(self) -> builtins.int:
        """Of each vector."""

    @property
    def nprobe(self) -> builtins.int: ...

    @nprobe.setter
    def nprobe(self, value: builtins.int) -> None: ...

    @property
    @_classes.holds_gil("trained_getter")
    def trained(self) -> bool:
        """Deprecated: it always is"""

    @trained.setter
    @_classes.holds_gil("trained_setter")
    def trained(self, value: bool) -> None: ...

    @property
    @_classes.holds_gil("int_getter")
    def int(self) -> list[builtins.int]: ...


@_classes.script_class("__torch__.torch.classes.vectors.IVF", "spec.yaml")
class IVF(Index):
    """The class torch.classes.vectors.IVF."""

    def __init__(self, dim: int, lists: int) -> None:
        """Clusters first."""

    def list(self, index: int) -> builtins.list[int]: ...

    def tracing_mode(self) -> str:
        """How torch.compile and torch.export trace calls: on the object, or on a fake of it."""


@_classes.script_class("__torch__.torch.classes.vectors.Cursor", "spec.yaml", init=False)
class Cursor(_classes.ScriptClass):
    """Deprecated: use a list"""

    def __init__(self, _: NoReturn) -> None:
        """Objects come from C++ alone."""


@_fakes.fake_class("vectors::Index", Index, "spec.yaml")
class _FakeIndex(_fakes.FakeObject):
    """What torch sees of Index while it traces."""

    def dim_getter(self) -> Any:
        return self._state.dim

    def trained_getter(self) -> Any:
        return self._state.trained


class SearcherInterface(Protocol):
    """What an implementation of the searcher backend can do."""

    def open(self, index: Index, at: Cursor | None = None) -> list[Cursor]: ...
