"""Nearest-neighbour search on tensors.

Generated from spec.yaml by torch-backend-codegen. Do not edit.
"""

# fmt: off

import builtins
from typing import NamedTuple, NoReturn, Protocol
from typing import final as _final

import torch
from typing_extensions import deprecated as _deprecated
from typing_extensions import overload

from . import _classes

__all__ = [
    "IVF",
    "Cursor",
    "Index",
    "IndexSearch",
    "SearcherInterface",
]

class IndexSearch(NamedTuple):
    """What Index.search returns."""

    distances: torch.Tensor
    ids: torch.Tensor

@_final
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
    @_deprecated('"l2" since 2.0')
    def default_metric() -> str:
        """Deprecated: "l2" since 2.0"""

    @overload
    def add(self, vectors: torch.Tensor) -> None: ...
    @overload
    def add(self, vectors: torch.Tensor, names: list[str]) -> None: ...
    @overload
    @_deprecated("search both")
    def add(self, other: Index) -> None:
        """Deprecated: search both"""

    def add_named(self, vectors: torch.Tensor, names: list[str]) -> None: ...
    def add_Index(self, other: Index) -> None:
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
    @_deprecated("it always is")
    def trained(self) -> bool:
        """Deprecated: it always is"""

    @trained.setter
    @_deprecated("it always is")
    def trained(self, value: bool) -> None: ...
    @property
    def int(self) -> list[builtins.int]: ...

@_final
class IVF(Index):  # type: ignore[misc]
    """The class torch.classes.vectors.IVF."""

    def __init__(self, dim: int, lists: int) -> None:
        """Clusters first."""

    def list(self, index: int) -> builtins.list[int]: ...
    def tracing_mode(self) -> str:
        """How torch.compile and torch.export trace calls: on the object, or on a fake of it."""

@_final
@_deprecated("use a list")
class Cursor(_classes.ScriptClass):
    """Deprecated: use a list"""

    def __init__(self, _: NoReturn) -> None:
        """Objects come from C++ alone."""

class SearcherInterface(Protocol):
    """What an implementation of the searcher backend can do."""

    def open(self, index: Index, at: Cursor | None = None) -> list[Cursor]: ...
