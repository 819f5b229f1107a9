"""A cache of tensors with a budget in bytes, for what a server computes again and again:
embeddings, features, blocks of keys and values.

Generated from specs/tensor_cache.yaml by torch-backend-codegen. Do not edit.
"""

# fmt: off

from __future__ import annotations

from typing import NamedTuple

from . import _runtime

# What stands for `...` is in C++: `script_class` puts it there.
# mypy: disable-error-code="empty-body"

__all__ = [
    "LRUCache",
    "LRUCacheStatistics",
]

_runtime.load(__file__, "specs/tensor_cache.yaml", "0daa3c87c5eeeb39")

import torch  # noqa: E402

from . import _classes  # noqa: E402


class LRUCacheStatistics(NamedTuple):
    """What LRUCache.statistics returns."""

    hits: int
    misses: int
    evictions: int


@_classes.script_class("__torch__.torch.classes.tensor_cache.LRUCache", "specs/tensor_cache.yaml")
class LRUCache(_classes.ScriptClass):
    """Tensors by name, in at most `capacity` bytes: what was used longest ago makes room for
    what is new.

    It keeps tensors without copying them, detached from autograd; a view counts with all of
    its storage.
    All methods may be called from several threads at once; each happens as a whole.
    """

    def __init__(self, capacity: int) -> None:
        """Makes one, with:

        Args:
            capacity: how many bytes the storages of the tensors may have together; a ValueError
                unless positive
        """

    def get(self, key: str) -> torch.Tensor | None:
        """The tensor of `key`, or None; counts as a hit or a miss, and as a use."""

    def get_many(self, keys: list[str]) -> list[torch.Tensor | None]:
        """What `get` returns for each of `keys`, with no other thread in between."""

    def put(self, key: str, value: torch.Tensor) -> bool:
        """Store `value` in place of what `key` has, and evict what was used longest ago as far as
        there is no room.

        False if `value` alone is larger than the capacity: then nothing is evicted, and `key`
        has no tensor.

        Args:
            value: any tensor with a storage, so not a sparse one; kept as it is, so clone what
                will be written to
        """

    def update(self, items: dict[str, torch.Tensor]) -> int:
        """Put each of `items` in their order, with no other thread in between; returns how many
        were stored.
        """

    def pop(self, key: str) -> torch.Tensor | None:
        """Remove `key` and return its tensor, or None; counts neither as a hit nor as a miss."""

    def clear(self) -> None:
        """Remove everything; the statistics stay."""

    def resize(self, capacity: int) -> None:
        """Change the capacity, and evict what was used longest ago as far as there is no room.

        Args:
            capacity: in bytes; a ValueError unless positive
        """

    def keys(self) -> list[str]:
        """All keys, the most recently used first."""

    def statistics(self) -> LRUCacheStatistics:
        """Counts since the cache was made; an eviction is a tensor that had to make room, not one
        replaced or removed.
        """

    def __len__(self) -> int:
        """The number of tensors."""

    def __contains__(self, key: str) -> bool:
        """Whether `key` has a tensor; counts neither as a hit or a miss nor as a use."""

    def __getitem__(self, key: str) -> torch.Tensor:
        """As `get`, but an IndexError in place of None."""

    def __setitem__(self, key: str, value: torch.Tensor) -> None:
        """As `put`, but a ValueError in place of False."""

    def __delitem__(self, key: str) -> None:
        """As `pop`, but an IndexError in place of None."""

    @property
    def capacity(self) -> int:
        """The budget in bytes."""

    @property
    def nbytes(self) -> int:
        """The bytes in use, never more than the capacity."""
