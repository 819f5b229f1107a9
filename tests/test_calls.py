"""Calls from Python of the methods of classes and of implementations: what they accept, what they say, what they cost.

tests/native/counter.yaml has a value of each kind.
"""

from __future__ import annotations

import contextlib
import copy
import ctypes
import gc
import importlib
import inspect
import pickle
import resource
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from test_warnings import FLAGS

X = torch.ones(2)


@pytest.fixture(scope="session")
def counter(native_packages: Path) -> ModuleType:
    """The package of tests/native/counter.yaml."""
    return importlib.import_module("counter")


@pytest.fixture
def one(counter: ModuleType) -> Any:
    return counter.Counter(3, name="one")


class Index:
    def __index__(self) -> int:
        return 5


class Sub(torch.Tensor):
    """Answers to torch functions itself, as those of users do."""

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return "handled"


class Duck:
    """No tensor, and asked as one where torch calls functions."""

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return "quack"


class Plain(torch.Tensor):
    __torch_function__ = torch._C._disabled_torch_function_impl


class TestAccepted:
    """What users expect to be of a kind is."""

    @pytest.mark.parametrize("value", [4, np.int64(4), np.uint8(4), torch.Size([4])[0]])
    def test_int(self, one: Any, value: Any) -> None:
        assert one.add(value) == 7

    def test_index(self, one: Any) -> None:
        assert one.add(Index()) == 8

    @pytest.mark.parametrize("value", [2.0, 2, np.float32(2), np.float64(2), np.int16(2)])
    def test_float(self, one: Any, value: Any) -> None:
        assert one.reals([value]) == ([2.0], [1, 1])
        assert torch.equal(one.scale(X, value), X * 2)

    def test_bool(self, one: Any) -> None:
        assert one.flag(np.bool_(True)) is True and one.flag(False) is False

    @pytest.mark.parametrize("value", [1j, 1.0, 1, np.complex64(1j), np.float32(1)])
    def test_complex(self, one: Any, value: Any) -> None:
        assert one.complex_number(value) == value

    @pytest.mark.parametrize(
        "value", [True, 2, 2.5, 1j, np.int8(3), np.float32(0.5), -(2**63), 2**63, 2**64 - 1]
    )
    def test_scalar(self, one: Any, value: Any) -> None:
        assert one.number(value) == value

    def test_optional_and_default(self, one: Any) -> None:
        assert [one.mixed(None, X, True), one.mixed(7, X, False)] == [101, 9]
        assert one.mixed(flag=False, limit=None, query=X) == 1
        assert (one.add(), one.add(n=2), one.maybe(), one.maybe(None)) == (4, 6, None, None)

    def test_one_for_all(self, one: Any) -> None:
        assert one.reals((), shape=3) == ([], [3, 3])
        assert one.reals([], shape=(1, 2)) == ([], [1, 2])
        assert (one.shape(3), one.shape([4]), one.shape()) == ([3, 3], [4], None)

    def test_parameters_and_subclasses(self, one: Any) -> None:
        parameter = torch.nn.Parameter(X)
        assert one.scale(parameter).requires_grad
        assert torch.equal(one.scale(X.as_subclass(Plain)), X)

    def test_torch_function(self, one: Any, counter: ModuleType) -> None:
        assert one.scale(X.as_subclass(Sub)) == "handled"
        assert one.pick(X.as_subclass(Sub)) == "handled"
        assert torch.classes.counter.Counter(3).scale(X.as_subclass(Sub)) == "handled"
        assert one.anything(X.as_subclass(Sub)) == one.anything([X.as_subclass(Sub)]) == "handled"
        assert counter.Bare(X.as_subclass(Sub)).has()
        with pytest.raises(TypeError, match="argument 'value' must be Tensor or None, not Duck"):
            counter.Bare(Duck())

    def test_any(self, one: Any) -> None:
        assert [one.anything(v) for v in (np.float32(0.5), np.int8(3))] == [0.5, 3]
        for value in (None, 1, True, 1.5, "a", [1, 2], {"a": X}, (1, "a"), X):
            result = one.anything(value)
            assert result is value or (type(result) is type(value) and result == value)
        itself: list[Any] = []
        itself.append(itself)
        with pytest.raises(RecursionError):
            one.anything(itself)

    def test_capsule(self, one: Any) -> None:
        """Torch 2.13.0 makes a torch.distributed.ProcessGroup of any: torch::jit::toPyObject."""
        for depth in range(3):
            with pytest.raises(TypeError, match="declare a class for what is behind it"):
                one.pointer(depth)

    def test_overloads(self, one: Any) -> None:
        assert [one.pick(v) for v in (1, 1.5, X, Index())] == ["int", "float", "Tensor", "int"]
        assert one.pick_float(1) == "float"


MESSAGES = {
    "one.add('a')": "Counter.add(): argument 'n' must be int, not str",
    "one.add(True)": "Counter.add(): argument 'n' must be int, not bool",
    "one.add(1.0)": "Counter.add(): argument 'n' must be int, not float",
    "one.add(None)": "Counter.add(): argument 'n' must be int, not None",
    "one.add(torch.tensor(1))": "Counter.add(): argument 'n' must be int, not Tensor",
    "one.add(np.bool_(True))": "Counter.add(): argument 'n' must be int, not numpy.bool",
    "one.add(np.ones(2, int))": "Counter.add(): argument 'n' must be int, not numpy.ndarray",
    "one.mixed('a', X, True)": "Counter.mixed(): argument 'limit' must be int or None, not str",
    "one.mixed(1, None, True)": "Counter.mixed(): argument 'query' must be Tensor, not None",
    "one.mixed(1, [1], True)": "Counter.mixed(): argument 'query' must be Tensor, not list",
    "one.mixed(1, X, 1)": "Counter.mixed(): argument 'flag' must be bool, not int",
    "one.text(b'a')": "Counter.text(): argument 'value' must be str, not bytes",
    "one.scale(X, 'a')": "Counter.scale(): argument 'k' must be float, not str",
    "one.scale(X, True)": "Counter.scale(): argument 'k' must be float, not bool",
    "one.number('1')": "Counter.number(): argument 'value' must be a number, not str",
    "one.dtype(6)": "Counter.dtype(): argument 'value' must be torch.dtype, not int",
    "one.device('cpu')": "Counter.device(): argument 'value' must be torch.device, not str",
    "one.reals([1.0, 'a'])": (
        "Counter.reals(): argument 'values' must be list[float], but values[1] is str"
    ),
    "one.reals(1.0)": "Counter.reals(): argument 'values' must be list[float], not float",
    "one.reals([], shape=1.5)": ("Counter.reals(): argument 'shape' must be list[int], not float"),
    "one.table({'a': [(1, X), (2, 3)]})": (
        "Counter.table(): argument 'value' must be dict[str, list[tuple[int, Tensor or None]]],"
        " but value['a'][1][1] is int"
    ),
    "one.table({'a': [(1, X, 3)]})": (
        "Counter.table(): argument 'value' must be dict[str, list[tuple[int, Tensor or None]]],"
        " but value['a'][0] is a tuple of 3"
    ),
    "one.by_int({'a': True})": (
        "Counter.by_int(): argument 'value' must be dict[int, bool], but a key of value is str"
    ),
    "one.other(3)": "Counter.other(): argument 'other' must be Counter, not int",
    "one.other(Bare())": "Counter.other(): argument 'other' must be Counter, not Bare",
    "one.several([one, None])": (
        "Counter.several(): argument 'others' must be list[Counter], but others[1] is None"
    ),
    "one.anything(object())": (
        "Counter.anything(): argument 'value' must be a value that TorchScript has a type for,"
        " not object"
    ),
    "one.anything([])": (
        "Counter.anything(): argument 'value' must be a value that TorchScript has a type for,"
        " not an empty list, whose type nothing tells"
    ),
    "one.anything({'a': 1, 'b': 'c'})": (
        "Counter.anything(): argument 'value' must be a value that TorchScript has a type for,"
        " not a dict of values without one type"
    ),
    "one.several([Derived()])": (
        "Counter.several(): argument 'others' must be list[Counter],"
        " but others[0] is Derived, which derives"
    ),
    "one.add(1, 2)": "Counter.add() takes 1 positional argument but 2 were given",
    "one.get(1)": "Counter.get() takes 0 positional arguments but 1 was given",
    "one.mixed(1)": "Counter.mixed() is missing the arguments 'query', 'flag'",
    "one.mixed(1, flag=True)": "Counter.mixed() is missing the argument 'query'",
    "one.add(m=1)": "Counter.add() got an unexpected keyword argument 'm'",
    "one.scale(X, 1.0, k=2.0)": "Counter.scale() got multiple values for argument 'k'",
    "one.reals([], 1)": "Counter.reals() takes 1 positional argument but 2 were given",
    "Counter('a')": "Counter.__init__(): argument 'n' must be int, not str",
    "Counter(1, 'a')": "Counter.__init__() takes 1 positional argument but 2 were given",
    "Counter(names='a')": (
        "Counter.__init__() got an unexpected keyword argument 'names'; did you mean 'name'?"
    ),
    "Counter.add(3, 1)": "Counter.add() is called on a Counter, not int",
    "Counter.add()": "Counter.add() is called on a Counter, and there is none",
    "Counter.shared('a')": "Counter.shared(): argument 'by' must be int, not str",
    "setattr(one, 'n', 'a')": "Counter.n must be int, not str",
    "setattr(one, 'weight', 3)": "Counter.weight must be Tensor or None, not int",
    "one['a']": "Counter.__getitem__(): argument 'index' must be int, not str",
    "one.pick('a')": (
        "Counter.pick(): no overload takes (str); there are\n"
        "  pick(value: int) -> str\n  pick(value: float) -> str\n  pick(value: torch.Tensor) -> str"
    ),
    "one + 3": "unsupported operand type(s) for +: 'Counter' and 'int'",
    "corner.create().stock(3)": "corner.stock(): argument 'query' must be Tensor, not int",
    "Counter.from_script(3)": ("Counter.from_script(): argument 'obj' must be Counter, not int"),
    "Counter.from_script(Bare())": (
        "Counter.from_script(): argument 'obj' must be Counter, not Bare"
    ),
}


class TestRefused:
    @pytest.mark.parametrize("code", MESSAGES)
    def test_a_type_error(self, counter: ModuleType, one: Any, code: str) -> None:
        names = {"one": one, "X": X, "np": np, "torch": torch, **vars(counter)}
        with pytest.raises(TypeError) as raised:
            eval(code, names)
        message = str(raised.value).replace("counter.Counter", "Counter")
        assert message.replace("numpy.bool_", "numpy.bool") == MESSAGES[code]

    def test_overflow(self, one: Any) -> None:
        with pytest.raises(OverflowError) as raised:
            one.add(2**63)
        assert str(raised.value) == ("Counter.add(): argument 'n' does not fit in 64 bits")
        overflows = {
            "one.reals([1.0, 10**400])": (
                "Counter.reals(): argument 'values': values[1] is too large for a float"
            ),
            "one.complex_number(10**5000)": (
                "Counter.complex_number(): argument 'value' is too large for a float"
            ),
            "setattr(one, 'n', 2**64)": "Counter.n does not fit in 64 bits",
            "one.anything([2**64])": "Counter.anything(): argument 'value' does not fit in 64 bits",
        }
        for code, message in overflows.items():
            with pytest.raises(OverflowError) as raised:
                eval(code, {"one": one})
            assert str(raised.value) == message
        assert one.add(-(2**63)) == 3 - 2**63

    def test_what_conversion_raises_is_kept(self, one: Any) -> None:
        class Broken:
            def __index__(self) -> int:
                raise LookupError("from __index__")

        with pytest.raises(LookupError, match="from __index__"):
            one.add(Broken())
        with pytest.raises(UnicodeEncodeError):
            one.text("\ud800")

    def test_attributes(self, one: Any) -> None:
        with pytest.raises(AttributeError) as raised:
            one.nmae = "a"
        assert str(raised.value).endswith("has no attribute 'nmae'; did you mean 'name'?")
        with pytest.raises(AttributeError) as raised:
            one.name = "a"
        assert "did you mean" not in str(raised.value)
        with pytest.raises(AttributeError) as raised:
            one.ad(1)
        # CPython shows the attribute of a similar name when it prints the traceback.
        assert raised.value.name == "ad" and raised.value.obj is one
        assert not hasattr(one, "nothing")


class TestExceptions:
    """As torch maps them, and pybind11 those of the standard library, with class and method named."""

    @pytest.mark.parametrize(
        ("how", "message"),
        {
            "check": "checked",
            "value": "a value",
            "type": "a type",
            "index": "an index",
            "not implemented": "not yet",
            "linear algebra": "singular",
            "standard": "standard",
        }.items(),
    )
    def test_as_torch_maps_them(self, one: Any, how: str, message: str) -> None:
        with pytest.raises(Exception) as torchs:
            one._get_method("fail")(how)
        with pytest.raises(type(torchs.value)) as ours:
            one.fail(how)
        assert type(ours.value) is type(torchs.value)
        assert str(ours.value).startswith(f"Counter.fail(): {message}")

    @pytest.mark.parametrize(
        ("how", "error", "message"),
        [
            ("integer", RuntimeError, "unknown exception"),
            ("undecodable", RuntimeError, r"caf\xe9"),
            ("undecodable value", ValueError, r"caf\xe9"),
        ],
    )
    def test_what_torch_has_no_words_for(
        self, one: Any, how: str, error: type, message: str
    ) -> None:
        with pytest.raises(error) as raised:
            one.fail(how)
        assert type(raised.value) is error
        assert str(raised.value) == f"Counter.fail(): {message}"

    @pytest.mark.parametrize(
        ("how", "error", "message"),
        [
            ("vector::at", IndexError, "vector::_M_range_check"),
            ("stoi", ValueError, "stoi"),
            ("stoi of much", IndexError, "stoi"),
            ("length", ValueError, "length"),
            ("domain", ValueError, "domain"),
            ("range", ValueError, "range"),
            ("overflow", OverflowError, r"caf\xe9"),
            ("memory", MemoryError, "std::bad_alloc"),
        ],
    )
    def test_of_the_standard_library(self, one: Any, how: str, error: type, message: str) -> None:
        with pytest.raises(error) as raised:
            one.fail(how)
        assert type(raised.value) is error
        assert str(raised.value).startswith(f"Counter.fail(): {message}")

    def test_no_state_is_left(self, one: Any) -> None:
        for _ in range(3):
            with pytest.raises(ValueError, match="a value"):
                one.fail("value")
            assert one.get() == 3


class TestObjects:
    def test_is_a_class(self, counter: ModuleType, one: Any) -> None:
        assert type(one) is counter.Counter and isinstance(one, torch.ScriptObject)
        assert (
            str(inspect.signature(counter.Counter))
            == "(n: 'int' = 0, *, name: 'str' = '') -> 'None'"
        )
        assert str(inspect.signature(counter.Counter.add)) == "(self, n: 'int' = 1) -> 'int'"
        assert str(inspect.signature(one.add)) == "(n: 'int' = 1) -> 'int'"
        assert counter.Counter.add.__doc__ == one.add.__doc__ == "Adds to the count; gives it."
        assert counter.Counter.add.__qualname__ == "Counter.add"
        assert one.add.__module__ == counter.Counter.add.__module__ == "counter"
        assert counter.Counter.pick.__doc__ == (
            "pick(value: int) -> str\npick(value: float) -> str\npick(value: torch.Tensor) -> str"
        )
        assert repr(one) == "Counter(n=3, name='one', weight=None)"
        one.weight = X
        assert repr(one) == "Counter(n=3, name='one', weight=<float32 tensor of shape (2,)>)"
        assert repr(counter.Bare()).startswith("<counter.Bare object at 0x")

    def test_repr_is_short(self, counter: ModuleType) -> None:
        """Getters of what may be long, or lead on, do not run; `docs/calls.md` says which."""
        first, second = counter.Link("a" * 1000), counter.Link("second")
        for one, other in ((first, second), (second, first), (first, first)):
            one.join(other)
        assert repr(first) == (
            f"Link(name='{'a' * 37}...{'a' * 38}', parent=<Link | None>, children=<list[Link]>,"
            " items=<list[int]>, anything=<Any>, reads=0, broken=<RuntimeError>, dtype=6, ...)"
        )
        assert first.ninth == 1, "no getter ran"
        assert len(repr([first.children, {"a": second}])) < 1500

    def test_help(self, counter: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
        help(counter.Counter)
        shown = capsys.readouterr().out
        assert "class Counter(counter._classes.ScriptClass)" in shown
        assert "add(self, n: 'int' = 1) -> 'int'\n |      Adds to the count; gives it." in shown
        assert " |  n\n |      The count." in shown
        assert len(shown.splitlines()) < 130 and "ScriptObject" in shown
        for name in (
            "__matmul__",
            "__getstate__",
            "_get_method",
            "n_getter",
            "__abs__",
            "__copy__",
        ):
            assert f" {name}" not in shown
        for directory in (dir(counter.Counter), dir(counter.Counter())):
            assert {"add", "n", "pick_float", "from_script", "__len__", "__class__"} <= {*directory}
            assert not {"n_getter", "weight_setter", "_type", "setattr", "__abs__"} & {*directory}

    def test_accessors(self, counter: ModuleType, one: Any) -> None:
        """Where torch traces they stand for a property; no other class has them."""
        one.weight_setter(X)
        assert one.weight_getter() is X and counter.Counter.n_getter(one) == 3
        assert counter.Derived().n_getter() == 7
        with pytest.raises(AttributeError, match="'Bare' object has no attribute 'n_getter'"):
            _ = counter.Bare().n_getter

    def test_methods_are_script_methods(self, one: Any) -> None:
        """torch.compile and torch.export take getattr(obj, name) and need just that type."""
        bound = one.add
        assert isinstance(bound, torch.ScriptMethod) and bound.name == "add"
        assert bound.schema.name == "add" and bound.__self__ is one
        assert [bound(1), bound(n=1), torch.ScriptMethod.__call__(bound, 1)] == [4, 5, 6]
        with pytest.raises(TypeError, match=r"Counter\.add\(\): argument 'n' must be int, not str"):
            bound("a")

    def test_are_freed(self, counter: ModuleType) -> None:
        made = counter.Counter()
        alive, bound = weakref.ref(made), made.add
        del made
        assert bound(2) == 2 and alive() is not None
        del bound
        assert alive() is None

    def test_special_methods_are_slots(self, counter: ModuleType, one: Any) -> None:
        assert len(one) == 3 and bool(one) and not counter.Counter(0)
        assert (one + counter.Counter(4)).n == 7 and list(one) == [0, 1, 2]

    def test_objects_come_back_as_their_class(self, counter: ModuleType, one: Any) -> None:
        derived = counter.Derived()
        assert type(one.other(derived)) is counter.Counter, "as declared: torch asks no further"
        several = one.several([one, one])["all"]
        assert [type(each) for each in several] == [counter.Counter] * 2
        assert [type(v) for v in one.anything([one, one])] == [counter.Counter] * 2
        assert type(one.maybe(one)) is counter.Counter
        assert type(counter.corner.create().counter()) is counter.Counter

    def test_from_script(self, counter: ModuleType, one: Any) -> None:
        identity = torch.jit.CompilationUnit(
            "def f(a: __torch__.torch.classes.counter.Counter):\n  return a\n"
        ).f
        plain = identity(one)
        assert type(plain) is torch.ScriptObject
        assert counter.Counter.from_script(plain) is plain
        assert type(plain) is counter.Counter and plain.n == 3
        assert type(one.other(identity(one))) is counter.Counter, "a plain one is an argument too"
        with pytest.raises(TypeError):
            counter.Derived.from_script(plain)

    def test_another_packages_objects(self, counter: ModuleType, native_packages: Path) -> None:
        objects = importlib.import_module("objects")
        assert type(counter.Counter().anything(objects.Node("a"))) is objects.Node

    def test_state(self, counter: ModuleType, one: Any, tmp_path: Path) -> None:
        for copied in (pickle.loads(pickle.dumps(one)), copy.copy(one), copy.deepcopy(one)):
            assert type(copied) is counter.Counter and (copied.n, copied.name) == (3, "one")
        torch.save({"counter": one}, tmp_path / "state.pt")
        for weights_only in (True, False):
            loaded = torch.load(tmp_path / "state.pt", weights_only=weights_only)
            assert type(loaded["counter"]) is counter.Counter

    def test_state_of_another_library(self, counter: ModuleType, one: Any, tmp_path: Path) -> None:
        """A file that torch.load takes for weights makes no object but those of the package."""
        restore, ((state, _),) = one.__reduce__()
        name = "__torch__.torch.classes.quantized.LinearPackedParamsBase"
        with pytest.raises(TypeError, match=f"counter has no class {name}"):
            restore((state, name))

    def test_torch_package(self, counter: ModuleType, one: Any, tmp_path: Path) -> None:
        with torch.package.PackageExporter(str(tmp_path / "package.pt")) as exporter:
            exporter.extern("counter.**")
            exporter.save_pickle("objects", "one.pkl", one)
        importer = torch.package.PackageImporter(str(tmp_path / "package.pt"))
        assert importer.load_pickle("objects", "one.pkl").n == 3

    def test_an_object_that_was_never_made(self, counter: ModuleType, one: Any) -> None:
        """torch makes such; a method of torch's own on it is a crash."""
        empty = torch.ScriptObject.__new__(torch.ScriptObject)
        with pytest.raises(TypeError, match="must be Counter, not"):
            one.other(empty)
        with pytest.raises(TypeError, match="is called on a"):
            counter.Counter.add(empty)
        for value in (empty, [empty], {"a": (empty,)}):
            with pytest.raises(TypeError, match="must be a value that TorchScript has a type for"):
                one.anything(value)
        object.__setattr__(empty, "__class__", counter.Counter)
        for function in (pickle.dumps, copy.copy, copy.deepcopy, counter.Counter.from_script):
            with pytest.raises(TypeError, match="never made"):
                function(empty)
        for name in ("get", "n", "__len__"):
            with pytest.raises(TypeError):
                getattr(empty, name)()

    def test_making_one_twice(self, counter: ModuleType, one: Any) -> None:
        assert type(counter.Counter.__new__(counter.Counter, 3, name="a")) is counter.Counter
        with pytest.raises(TypeError, match="keywords must be strings"):
            counter.Counter.__new__(counter.Counter, **{1: 2})
        with pytest.raises(RuntimeError, match="the object is constructed already"):
            one.__init__(4)

    def test_methods_elsewhere(self, counter: ModuleType, one: Any) -> None:
        """What is no object of the class is refused, wherever a method stands."""

        class Other:
            add = counter.Counter.add

        for receiver in (5, Other(), counter.Bare()):
            with pytest.raises(TypeError, match=r"Counter\.add\(\) is called on a"):
                counter.Counter.add.__get__(receiver)
        with pytest.raises(TypeError, match=r"Counter\.add\(\) is called on a"):
            _ = Other().add
        for internal in (type(counter.Counter.add), type(one.add)):
            with pytest.raises(TypeError, match="cannot create"):
                internal()
        assert repr(one.add) == f"<bound method Counter.add of {one!r}>"
        assert pickle.loads(pickle.dumps(one.add))(1) == 4
        assert pickle.loads(pickle.dumps(counter.Counter.add)) is counter.Counter.add
        assert one.add == one.add and hash(one.add) == hash(one.add)
        assert one.add != one.get and one.add != counter.Counter().add

    def test_traced(self, one: Any) -> None:
        """torch.jit.trace records a call only if it goes torch's way."""

        class Scales(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.one = one

            def forward(self, x: torch.Tensor) -> Any:
                return self.one.scale(x, 3.0)

        traced = torch.jit.trace(Scales(), X, check_trace=False)
        assert "scale" in str(traced.graph)
        assert torch.equal(traced(X + 1), X * 6)

    def test_a_call_while_torch_looks(self, one: Any) -> None:
        from torch._higher_order_ops.torchbind import enable_torchbind_tracing

        seen: list[str] = []
        with enable_torchbind_tracing():
            original = torch.ScriptMethod.__call__

            def spy(self: Any, *args: Any) -> Any:
                seen.append(self.name)
                return original(self, *args)

            torch.ScriptMethod.__call__ = spy  # type: ignore[method-assign]
            try:
                one.get(), one.pick(1.5), one.n
            finally:
                torch.ScriptMethod.__call__ = original  # type: ignore[method-assign]
        one.get()
        assert seen == ["get", "pick_float", "n_getter"]

    def test_imported_while_torch_looks(self, run_python: Callable[..., str]) -> None:
        code = """
import torch
from torch._higher_order_ops import torchbind
with torchbind.enable_torchbind_tracing():
    import counter
one, seen = counter.Counter(), []
torchbind.call_torchbind = lambda owner, name: seen.append(name)
one.get()
with torchbind.enable_torchbind_tracing():
    one.get()
print(seen)
"""
        assert run_python(code) == "['get']\n"

    def test_operators_while_torch_looks(self, one: Any) -> None:
        from torch._higher_order_ops.torchbind import enable_torchbind_tracing

        class Right:
            def __radd__(self, other: Any) -> str:
                return "right"

        with enable_torchbind_tracing():
            assert one + Right() == "right"
            with pytest.raises(TypeError, match="argument 'n' must be int, not str"):
                one.add("a")


class TestThreads:
    @pytest.mark.parametrize(("name", "met"), [("meet", True), ("meet_holding", False)])
    def test_the_gil_is_released_unless_held(self, one: Any, name: str, met: bool) -> None:
        results = []
        method = getattr(one, name)
        threads = [threading.Thread(target=lambda: results.append(method(300))) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [met, met]

    def test_a_method_that_holds_it_has_it(self, one: Any) -> None:
        assert one.get_held() == one.get()
        assert ctypes.pythonapi.PyGILState_Check() == 1

    def test_a_daemon_thread_at_exit(self, run_python: Callable[..., str]) -> None:
        """CPython ends it where it asks for the GIL: in the middle of a call, through C++."""
        code = """
import threading, time
import counter
one = counter.Counter()
def loop():
    while True:
        one.meet(20)
for _ in range(3):
    threading.Thread(target=loop, daemon=True).start()
time.sleep(0.2)
print("end")
"""
        assert run_python(code) == "end\n"

    def test_subinterpreters_are_refused(self, run_python: Callable[..., str]) -> None:
        """torch does not work in them; a clear error, not a crash."""
        code = """
import _xxsubinterpreters as interpreters
made = interpreters.create()
try:
    interpreters.run_string(made, "import counter")
except interpreters.RunFailedError as error:
    print(error)
"""
        printed = run_python(code)
        assert "main interpreter" in printed


@pytest.mark.parametrize("version", ["3.10", "3.12", "3.13", "3.14"])
def test_compiles_for(libraries: Path, version: str) -> None:
    """The module of another CPython, from the same sources: as far as its headers are here."""
    beside = Path(sys.base_prefix).parent.glob(f"{version}*/include/python{version}")
    headers = next((folder for folder in beside if (folder / "Python.h").exists()), None)
    if headers is None:
        pytest.skip(f"no headers of CPython {version} beside those of this one")
    torchs = Path(torch.__file__).parent / "include"
    folders = [torchs, torchs / "torch" / "csrc" / "api" / "include", headers]
    sources = libraries / "_codegen"
    command = ["g++", "-std=c++20", "-fsyntax-only", "-fvisibility=hidden", *FLAGS]
    command += [*(f"-isystem{f}" for f in folders), f"-I{sources / 'include'}"]
    source = sources / "src" / "python" / "module.cpp"
    done = subprocess.run([*command, str(source)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


CALLS = {
    "a trivial one": lambda counter, one: one.get,
    "arguments": lambda counter, one: lambda: one.mixed(None, X, True),
    "keywords": lambda counter, one: lambda: one.mixed(flag=True, query=X, limit=3),
    "text": lambda counter, one: lambda: one.text("a" * 100),
    "a tensor": lambda counter, one: lambda: one.scale(X),
    "containers": lambda counter, one: lambda: one.table({"a": [(1, X), (2, None)]}),
    "any": lambda counter, one: lambda: one.anything([1, 2]),
    "objects": lambda counter, one: lambda: one.several([one, one]),
    "making one": lambda counter, one: lambda: counter.Counter(1, name="a"),
    "a static one": lambda counter, one: lambda: counter.Counter.shared(3),
    "a property": lambda counter, one: lambda: one.name,
    "setting one": lambda counter, one: lambda: setattr(one, "weight", X),
    "an operator": lambda counter, one: lambda: one + one,
    "bound": lambda counter, one: lambda: one.add(0) + one.get() if one.add else 0,
    "overloads": lambda counter, one: lambda: one.pick(X),
    "a type error": lambda counter, one: lambda: raised(one.add, "a"),
    "a value error": lambda counter, one: lambda: raised(one.fail, "value"),
    "an implementation": lambda counter, one: counter.corner.create,
    "a failing constructor": lambda counter, one: lambda: raised(counter.Counter, "a"),
    "a torch function": lambda counter, one: lambda: one.scale(HANDLED),
    "a bound method that is not called": lambda counter, one: lambda: one.add,
}


HANDLED = X.as_subclass(Sub)


def raised(function: Callable[..., Any], *args: Any) -> None:
    with contextlib.suppress(TypeError, ValueError):
        function(*args)


@pytest.mark.parametrize("kind", CALLS)
def test_no_leak(counter: ModuleType, one: Any, kind: str) -> None:
    """The count of objects and the memory stay flat, also under threads: 8 x 2,500 after as many to warm up."""
    call = CALLS[kind](counter, one)

    def loop() -> None:
        for _ in range(2_500):
            call()

    def under_threads() -> None:
        threads = [threading.Thread(target=loop) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    under_threads()
    gc.collect()
    types_ = [counter.Counter, torch.ScriptObject, type(one.add), counter.Counter.add]
    counts = [sys.getrefcount(each) for each in types_]
    objects, blocks = len(gc.get_objects()), sys.getallocatedblocks()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    under_threads()
    gc.collect()
    assert [sys.getrefcount(each) for each in types_] == counts
    assert len(gc.get_objects()) - objects < 100
    assert sys.getallocatedblocks() - blocks < 500
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 2_000, "KB"
