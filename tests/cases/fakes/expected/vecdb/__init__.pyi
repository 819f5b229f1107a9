"""The library vecdb.

Generated from spec.yaml by torch-backend-codegen. Do not edit.
"""

# fmt: off

from typing import NamedTuple, NoReturn
from typing import final as _final

import torch
from typing_extensions import overload

from . import _classes

__all__ = [
    "Index",
    "IndexSearch",
    "Inverted",
    "Plain",
    "Real",
]

class IndexSearch(NamedTuple):
    """What Index.search returns."""

    distances: torch.Tensor
    ids: torch.Tensor

@_final
class Index(_classes.ScriptClass):
    """The class torch.classes.vecdb.Index."""

    def __init__(self, _: NoReturn) -> None:
        """Objects come from C++ alone."""

    def same(self, query: torch.Tensor) -> torch.Tensor: ...
    def other(self, query: torch.Tensor, *, device: torch.device | None = None) -> torch.Tensor: ...
    def search(
        self, query: torch.Tensor, k: int = 10, *, nprobe: list[int] = [1, 2]
    ) -> IndexSearch: ...
    def matrix(self, rows: int) -> torch.Tensor: ...
    def scalar(self) -> torch.Tensor: ...
    def above(self, query: torch.Tensor, limit: float) -> torch.Tensor | None: ...
    def nowhere(self) -> torch.Tensor | None: ...
    def halves(self, query: torch.Tensor) -> list[torch.Tensor]: ...
    def count(self, query: torch.Tensor) -> int: ...
    def sizes(self, query: torch.Tensor) -> list[int]: ...
    def values(self) -> tuple[int, float, bool, str, int | None]: ...
    def flush(self) -> None: ...
    def metric(self) -> str: ...
    def data(self) -> torch.Tensor: ...
    def shape(self) -> list[int]: ...
    def clear(self) -> None: ...
    def clone(self) -> Index: ...
    def __len__(self) -> int: ...
    def add(self, vectors: torch.Tensor, other: Index | None = None) -> None: ...
    def named(self, name: str, *, k: int = 1) -> torch.Tensor: ...
    def named_one(self, name: str, *, k: int = 1) -> torch.Tensor: ...
    @overload
    def scale(self, query: torch.Tensor, by: float) -> torch.Tensor: ...
    @overload
    def scale(self, query: torch.Tensor, by: torch.Tensor) -> torch.Tensor: ...
    def scale_Tensor_Tensor(self, query: torch.Tensor, by: torch.Tensor) -> torch.Tensor: ...
    @property
    def dim(self) -> int: ...
    @property
    def nprobe(self) -> int: ...
    @nprobe.setter
    def nprobe(self, value: int) -> None: ...

@_final
class Inverted(Index):  # type: ignore[misc]
    """The class torch.classes.vecdb.Inverted."""

    def __init__(self, _: NoReturn) -> None:
        """Objects come from C++ alone."""

    def same(self, query: torch.Tensor) -> torch.Tensor: ...

@_final
class Plain(Index):  # type: ignore[misc]
    """The class torch.classes.vecdb.Plain."""

    def __init__(self, _: NoReturn) -> None:
        """Objects come from C++ alone."""

@_final
class Real(_classes.ScriptClass):
    """The class torch.classes.vecdb.Real."""

    def __init__(self, _: NoReturn) -> None:
        """Objects come from C++ alone."""

    def tracing_mode(self) -> str:
        """How torch.compile and torch.export trace calls: on the object, or on a fake of it."""
