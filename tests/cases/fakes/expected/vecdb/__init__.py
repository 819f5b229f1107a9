"""The library vecdb.

Generated from spec.yaml by torch-backend-codegen. Do not edit.
"""

# fmt: off

# ruff: noqa: B006
from __future__ import annotations

from typing import Any, NamedTuple, NoReturn

from typing_extensions import overload

from . import _runtime

# What stands for `...` is in C++: `script_class` puts it there.
# mypy: disable-error-code="empty-body"

__all__ = [
    "Index",
    "IndexSearch",
    "Inverted",
    "Plain",
    "Real",
]

_runtime.load(__file__, "spec.yaml", "2eb9bf2f2687a838")

import torch  # noqa: E402

from . import _classes, _fakes  # noqa: E402


class IndexSearch(NamedTuple):
    """What Index.search returns."""

    distances: torch.Tensor
    ids: torch.Tensor


@_classes.script_class("__torch__.torch.classes.vecdb.Index", "spec.yaml", init=False)
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

    @_classes.calls("named_one")
    def named(self, name: str, *, k: int = 1) -> torch.Tensor: ...

    @overload
    def scale(self, query: torch.Tensor, by: float) -> torch.Tensor: ...

    @overload
    def scale(self, query: torch.Tensor, by: torch.Tensor) -> torch.Tensor: ...

    @_classes.calls("scale", "scale_Tensor_Tensor")
    def scale(self, *args: Any, **kwargs: Any) -> Any: ...

    @property
    def dim(self) -> int: ...

    @property
    def nprobe(self) -> int: ...

    @nprobe.setter
    def nprobe(self, value: int) -> None: ...


@_classes.script_class("__torch__.torch.classes.vecdb.Inverted", "spec.yaml", init=False)
class Inverted(Index):
    """The class torch.classes.vecdb.Inverted."""

    def __init__(self, _: NoReturn) -> None:
        """Objects come from C++ alone."""

    def same(self, query: torch.Tensor) -> torch.Tensor: ...


@_classes.script_class("__torch__.torch.classes.vecdb.Plain", "spec.yaml", init=False)
class Plain(Index):
    """The class torch.classes.vecdb.Plain."""

    def __init__(self, _: NoReturn) -> None:
        """Objects come from C++ alone."""


@_classes.script_class("__torch__.torch.classes.vecdb.Real", "spec.yaml", init=False)
class Real(_classes.ScriptClass):
    """The class torch.classes.vecdb.Real."""

    def __init__(self, _: NoReturn) -> None:
        """Objects come from C++ alone."""

    def tracing_mode(self) -> str:
        """How torch.compile and torch.export trace calls: on the object, or on a fake of it."""


@_fakes.fake_class("vecdb::Index", Index, "spec.yaml")
class _FakeIndex(_fakes.FakeObject):
    """What torch sees of Index while it traces."""

    def same(self, query: Any) -> Any:
        return torch.empty_like(query)

    def other(self, query: Any, *, device: Any = None) -> Any:
        return torch.empty_like(self._state.data, dtype=torch.int64, device=query.device)

    def search(self, query: Any, k: Any = 10, *, nprobe: Any = (1, 2)) -> Any:
        return (
            query.new_empty([query.size(0), k]),
            query.new_empty([query.size(0), k], dtype=torch.int64),
        )

    def matrix(self, rows: Any) -> Any:
        return torch.empty([rows, self._state.dim, 3], dtype=torch.float32, device="cuda:0")

    def scalar(self) -> Any:
        return torch.empty([], dtype=torch.float32)

    def above(self, query: Any, limit: Any) -> Any:
        return query.new_empty([_fakes.dynamic_size()])

    def nowhere(self) -> Any:
        return None

    def halves(self, query: Any) -> Any:
        return [torch.empty_like(query), torch.empty_like(query)]

    def count(self, query: Any) -> Any:
        return _fakes.dynamic_int()

    def sizes(self, query: Any) -> Any:
        return [query.size(-1), 3, self._state.dim]

    def values(self) -> Any:
        return (
            3,
            -1.5,
            True,
            "l2",
            None,
        )

    def flush(self) -> Any:
        return None

    def metric(self) -> Any:
        return self._state.metric

    def data(self) -> Any:
        return torch.empty_like(self._state.data)

    def shape(self) -> Any:
        return self._state.shape

    def add(self, vectors: Any, other: Any = None) -> Any:
        return _fakes.call("vecdb.shapes:add", self, vectors, other)

    def named_one(self, name: Any, *, k: Any = 1) -> Any:
        return _fakes.call("vecdb.shapes:named", self, name, k=k)

    @_fakes.first_of("scale_Tensor_Tensor", query="Tensor", by="float")
    def scale(self, query: Any, by: Any) -> Any:
        return torch.empty_like(query)

    def scale_Tensor_Tensor(self, query: Any, by: Any) -> Any:
        return torch.empty_like(query)

    def dim_getter(self) -> Any:
        return self._state.dim


@_fakes.fake_class("vecdb::Inverted", Inverted, "spec.yaml")
class _FakeInverted(_FakeIndex):
    """What torch sees of Inverted while it traces."""

    def same(self, query: Any) -> Any:
        return torch.empty_like(self._state.data)
