"""The cache of tensors against a model in Python: order, budget, memory, TorchScript, saved caches, threads."""

from __future__ import annotations

import copy
import io
import pickle
import random
import weakref
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

load: Any = torch.jit.load  # which torch does not annotate


@pytest.fixture(scope="session")
def lru_cache(library: Callable[[str], ModuleType]) -> Any:
    return library("tensor_cache").LRUCache


class Model:
    """What the cache should do, in the plainest way."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.entries: OrderedDict[str, Tensor] = OrderedDict()  # the most recently used last
        self.hits = self.misses = self.evictions = 0

    @property
    def nbytes(self) -> int:
        return sum(value.untyped_storage().nbytes() for value in self.entries.values())

    def shrink(self) -> None:
        while self.nbytes > self.capacity:
            self.entries.popitem(last=False)
            self.evictions += 1

    def get(self, key: str) -> Tensor | None:
        if key not in self.entries:
            self.misses += 1
            return None
        self.hits += 1
        self.entries.move_to_end(key)
        return self.entries[key]

    def put(self, key: str, value: Tensor) -> bool:
        self.entries.pop(key, None)
        if value.untyped_storage().nbytes() > self.capacity:
            return False
        self.entries[key] = value
        self.shrink()
        return True


def assert_same(got: Tensor | None, want: Tensor | None) -> None:
    """One tensor: the same elements in the same memory."""
    assert (got is None) == (want is None)
    if got is not None and want is not None:
        assert torch.equal(got, want) and got.data_ptr() == want.data_ptr()


def values(cache: Any) -> list[Tensor]:
    return [cache[key] for key in reversed(cache.keys())]


def random_value(choose: random.Random) -> Tensor:
    """Of up to 80 bytes, sometimes a view that shows a part of them, sometimes none at all."""
    size = choose.randint(0, 20)
    return torch.rand(size)[choose.randint(0, size) :]


@pytest.mark.parametrize("seed", range(20))
def test_random_operations(lru_cache: Any, seed: int) -> None:
    choose = random.Random(seed)
    cache, model = lru_cache(200), Model(200)
    for _ in range(300):
        key, value = choose.choice("abcdefgh"), random_value(choose)
        operation = choose.choice(
            "get get get at many put put put put assign update pop del resize clear copy".split()
        )
        if operation == "get":
            assert_same(cache.get(key), model.get(key))
        elif operation == "at":
            want = model.get(key)
            if want is None:
                with pytest.raises(IndexError, match=f"no tensor for '{key}'"):
                    cache[key]
            else:
                assert_same(cache[key], want)
        elif operation == "many":
            keys = choose.choices("abcdefgh", k=choose.randint(0, 4))
            for got, each in zip(cache.get_many(keys), keys, strict=True):
                assert_same(got, model.get(each))
        elif operation == "put":
            assert cache.put(key, value) is model.put(key, value)
        elif operation == "assign":
            if model.put(key, value):
                cache[key] = value
            else:
                with pytest.raises(ValueError, match=f"for '{key}' has .* more than the capacity"):
                    cache[key] = value
        elif operation == "update":
            items = {each: random_value(choose) for each in choose.sample("abcdefgh", 3)}
            assert cache.update(items) == sum([model.put(*item) for item in items.items()])
        elif operation == "pop":
            assert_same(cache.pop(key), model.entries.pop(key, None))
        elif operation == "del":
            if model.entries.pop(key, None) is not None:
                del cache[key]
            else:
                with pytest.raises(IndexError, match=f"no tensor for '{key}'"):
                    del cache[key]
        elif operation == "resize":
            model.capacity = choose.randint(40, 240)
            model.shrink()
            cache.resize(model.capacity)
        elif operation == "clear":
            if choose.random() < 0.2:
                model.entries.clear()
                cache.clear()
        else:
            cache = copy.deepcopy(cache)
            model.hits = model.misses = model.evictions = 0
        assert cache.keys() == list(reversed(model.entries))
        assert (len(cache), cache.nbytes) == (len(model.entries), model.nbytes)
        assert cache.capacity == model.capacity
        assert cache.statistics() == (model.hits, model.misses, model.evictions)
        assert (key in cache) is (key in model.entries)


@pytest.mark.parametrize("capacity", [0, -1, -(2**63)])
def test_a_capacity_is_positive(lru_cache: Any, capacity: int) -> None:
    with pytest.raises(ValueError, match=f"must be positive, but is {capacity}$"):
        lru_cache(capacity)
    cache = lru_cache(2**63 - 1)
    cache["a"] = torch.ones(1)
    with pytest.raises(ValueError, match=f"must be positive, but is {capacity}$"):
        cache.resize(capacity)
    assert (cache.capacity, cache.nbytes) == (2**63 - 1, 4)


def test_sizes_do_not_overflow(lru_cache: Any) -> None:
    """Two tensors without memory whose sizes add up to more than 64 bits can hold."""
    cache = lru_cache(2**63 - 1)
    huge = torch.empty(2**62 + 2**61, dtype=torch.uint8, device="meta")
    assert cache.put("a", huge) and cache.put("b", huge)
    assert (cache.keys(), cache.nbytes) == (["b"], 2**62 + 2**61)


def test_a_view_counts_with_its_storage(lru_cache: Any) -> None:
    cache = lru_cache(100)
    batch = torch.rand(8, 4)
    assert cache.put("row", batch[0]) is False
    assert cache.put("row", batch[0].clone()) is True
    assert cache.nbytes == 16
    half = torch.rand(12)
    assert cache.update({"left": half[:6], "right": half[6:]}) == 2
    assert (
        cache.nbytes == 16 + 48 + 48 - 16
    ), "shared memory counts for each key, so `row` had to go"


def test_what_has_no_storage_is_refused_before_anything_is_stored(lru_cache: Any) -> None:
    cache = lru_cache(100)
    with pytest.raises(ValueError, match="the tensor for 'b' has no storage"):
        cache.update({"a": torch.ones(1), "b": torch.eye(3).to_sparse()})
    assert len(cache) == 0


def test_values_are_detached_and_not_copied(lru_cache: Any) -> None:
    cache = lru_cache(100)
    value = torch.ones(3, requires_grad=True)
    cache["a"] = value
    assert_same(cache["a"], value)
    assert not cache["a"].requires_grad and value.requires_grad
    cache["b"] = plain = torch.ones(3)
    plain.requires_grad_()
    assert not cache["b"].requires_grad


def test_memory_is_given_back(lru_cache: Any) -> None:
    """An array lives as long as the storage that torch made of it."""
    leave: dict[str, Callable[[Any], object]] = {
        "clear": lambda cache: cache.clear(),
        "pop": lambda cache: cache.pop("a"),
        "del": lambda cache: cache.__delitem__("a"),
        "replace": lambda cache: cache.put("a", torch.ones(1)),
        "replace by what is too large": lambda cache: cache.put("a", torch.ones(99)),
        "evict": lambda cache: cache.put("b", torch.ones(20)),
        "resize": lambda cache: cache.resize(10),
    }
    for how, call in leave.items():
        cache = lru_cache(100)
        array = np.ones(20, np.float32)
        cache["a"] = torch.from_numpy(array)
        alive = weakref.ref(array)
        del array
        assert alive() is not None, how
        call(cache)
        assert alive() is None, how
        assert cache.nbytes == sum(value.untyped_storage().nbytes() for value in values(cache))


def test_pickle(lru_cache: Any) -> None:
    cache = lru_cache(100)
    cache.update({"a": torch.rand(2, 3), "b": torch.arange(3), "ü": torch.tensor(True)})
    cache.get("a")
    cache.get("z")
    loaded = pickle.loads(pickle.dumps(cache))
    assert loaded.keys() == cache.keys() == ["a", "ü", "b"]
    assert (loaded.capacity, loaded.nbytes) == (100, cache.nbytes)
    assert loaded.statistics() == (0, 0, 0)
    for got, want in zip(values(loaded), values(cache), strict=True):
        assert torch.equal(got, want) and got.dtype == want.dtype
        assert got.data_ptr() != want.data_ptr()
    loaded.clear()
    assert len(cache) == 3, "each cache is one of its own"


class Encoder(nn.Module):
    def __init__(self, cache: Any) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.rand(3, 2))
        self.cache = cache

    def forward(self, key: str, x: Tensor) -> Tensor:
        hit: Tensor | None = self.cache.get(key)
        if hit is None:
            hit = x @ self.weight
            self.cache.put(key, hit)
        return hit

    @torch.jit.export
    def dunders(self, x: Tensor) -> tuple[int, bool, Tensor, list[str], tuple[int, int, int]]:
        self.cache["x"] = x
        self.cache["y"] = x + 1
        del self.cache["x"]
        y = self.cache["y"]
        return len(self.cache), "x" in self.cache, y, self.cache.keys(), self.cache.statistics()


def test_torchscript(lru_cache: Any) -> None:
    scripted = torch.jit.script(Encoder(lru_cache(1000)))
    x = torch.rand(4, 3)
    with torch.no_grad():
        first = scripted("x", x)
        torch.testing.assert_close(first, x @ scripted.weight)
        assert_same(scripted("x", torch.rand(4, 3)), first)

    file = io.BytesIO()
    torch.jit.save(scripted, file)
    file.seek(0)
    loaded = load(file)
    scripted.cache.clear()
    assert torch.equal(loaded("x", torch.rand(4, 3)), first)
    assert loaded.cache.keys() == ["x"] and loaded.cache.capacity == 1000

    loaded.cache.clear()
    length, contains, y, keys, (hits, misses, _) = loaded.dunders(x)
    assert (length, contains, keys, hits, misses) == (1, False, ["y"], 2, 0)
    torch.testing.assert_close(y, x + 1)


class Hammer(nn.Module):
    """In TorchScript, for threads that Python's lock does not keep apart."""

    def __init__(self, cache: Any) -> None:
        super().__init__()
        self.cache = cache

    def forward(self, seed: int, steps: int) -> int:
        keys = "abcdefghijklmnop"
        lookups = 0
        for _ in range(steps):
            seed = (seed * 1103515245 + 12345) % 2147483648
            operation = (seed // 65536) % 16
            number = (seed // 1048576) % len(keys)
            key = keys[number]
            if operation < 8:
                lookups += 1
                value = self.cache.get(key)
                if value is not None:
                    # A value is the number of its key, so that of another key shows.
                    assert int(value[0]) == number
            elif operation < 14:
                assert self.cache.put(key, torch.full([1 + operation * 4], number))
            elif operation == 14:
                self.cache.pop(key)
            else:
                self.cache.resize(1500 + number * 30)
        return lookups


THREADS = """
import copy, faulthandler, sys, threading
import numpy as np
import tensor_cache, torch

# After a deadlock nothing else may be able to end the process.
faulthandler.dump_traceback_later(120, exit=True)
hammer = torch.jit.load(sys.argv[1])
cache = hammer.cache
failures, lookups = [], []

def run(work):
    try:
        work()
    except BaseException as error:
        failures.append(repr(error))

def script(seed):
    lookups.append(hammer(seed, 60000))

def python(seed):
    for step in range(2000):
        # To free an array takes Python's lock; to copy a cache holds it and waits for the cache.
        cache.put("abcdefghijklmnop"[step % 16], torch.from_numpy(np.full(20, step % 16)))
        assert copy.deepcopy(cache).nbytes <= 1950

works = [(script, 1), (script, 2), (script, 3), (script, 4), (script, 5), (script, 6), (python, 7), (python, 8)]
threads = [threading.Thread(target=run, args=(lambda w=w, s=s: w(s),)) for w, s in works]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert not failures, failures
keys = cache.keys()
assert len(cache) == len(set(keys)) == len(keys)
hits, misses, _ = cache.statistics()
assert hits + misses == sum(lookups)
assert cache.nbytes == sum(cache[key].untyped_storage().nbytes() for key in keys) <= cache.capacity
cache.clear()
assert (len(cache), cache.nbytes) == (0, 0)
print("done")
"""


def test_threads(lru_cache: Any, run_python: Callable[..., str], tmp_path: Path) -> None:
    torch.jit.save(torch.jit.script(Hammer(lru_cache(1500))), tmp_path / "hammer.pt")
    assert run_python(THREADS, tmp_path / "hammer.pt") == "done\n"
