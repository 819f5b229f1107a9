"""Custom classes, called from Python and from TorchScript: values, forms, overloads, inheritance, state, errors.

tests/native/objects.yaml declares every form; tests/test_torchbind.py holds schemas against torch's own library.
"""

from __future__ import annotations

import collections.abc
import contextlib
import copy
import gc
import importlib
import inspect
import io
import math
import pickle
import typing
import weakref
from collections.abc import Callable
from inspect import cleandoc
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from test_backends import TENSOR, equal

GENERATOR = torch.Generator()
STREAM = torch.Stream(device="cpu")
CPU, META = torch.device("cpu"), torch.device("meta", 1)
LIMITS = [2**63 - 1, -(2**63), 0]

# Of each method of Echo values that come back as they went.
SAME: dict[str, list[Any]] = {
    "tensors": [{}, {"a": [(TENSOR, None), (TENSOR, TENSOR)], "": []}],
    "integers": [{}, {n: [[], LIMITS] for n in LIMITS}, {0: [list(range(100_000))]}],
    "reals": [[], [(math.inf, None), (-math.inf, 5e-324), (1e308, -0.0)]],
    "real_keys": [{}, {math.inf: 1.5, 0.5: -math.inf}],
    "complexes": [{}, {1j: [complex(math.inf, -0.0), 0j]}],
    "texts": [([], None), (["", "ünïcödé 🙂", "a\0b"], "x" * 100_000)],
    "flags": [([], {}), ([True, False], {True: False})],
    "scalars": [None, (2, 1), (2.5, 1), (True, 1), (1j, 1)],
    "devices": [[], [(CPU, None), (META, CPU)]],
    "generators": [[], [None, GENERATOR]],
    "sym_ints": [None, [], LIMITS],
    "sym_bools": [(True, False)],
    "anythings": [{}, {"a": [None, 1, "text", TENSOR, (1, [2.5])]}],
    "sym_int_lists": [[], [1, None]],
    "optionals": [None, [], [None, *LIMITS]],
    "deep": [{}, {"a": {1: [[], [("b", None), ("c", (2, [0.5, math.inf]))]]}, "": {}}],
}
# An IValue has no tag for these, so torch gives back the number.
NUMBERS: dict[str, tuple[Any, Any]] = {
    "scalar_type_lists": ([torch.float32, None], [6, None]),
    "scalar_types": ((torch.float32, 1), (6, 1)),
    "layouts": ([torch.strided, torch.sparse_coo], [0, 1]),
    "memory_formats": ((torch.channels_last, True), (2, True)),
}


def as_script(cls: str, method: str) -> Callable[..., Any]:
    """A TorchScript function that calls a method of one argument."""
    schema = getattr(getattr(torch.classes.objects, cls)(), method).schema
    name = f"__torch__.torch.classes.objects.{cls}"
    t = schema.arguments[1].type.annotation_str
    source = f"def call(receiver: {name}, value: {t}):\n  return receiver.{method}(value)\n"
    function: Callable[..., Any] = torch.jit.CompilationUnit(source).call
    return function


@pytest.fixture(scope="session")
def objects(native_packages: Path) -> ModuleType:
    """The package of tests/native/objects.yaml."""
    return importlib.import_module("objects")


@pytest.fixture(params=["Python", "TorchScript"])
def call(request: pytest.FixtureRequest, objects: ModuleType) -> Callable[[str, Any], Any]:
    """Calls a method of Echo with one argument, from either side."""

    def from_python(method: str, value: Any) -> Any:
        return getattr(objects.Echo(), method)(value)

    def from_script(method: str, value: Any) -> Any:
        return as_script("Echo", method)(objects.Echo(), value)

    return from_python if request.param == "Python" else from_script


class TestValues:
    """Every type inside of others, in and out."""

    @pytest.mark.parametrize("method", SAME)
    def test_comes_back_as_it_went(self, call: Callable[[str, Any], Any], method: str) -> None:
        for value in SAME[method]:
            assert equal(call(method, value), value), value

    @pytest.mark.parametrize("method", NUMBERS)
    def test_comes_back_as_a_number(self, objects: ModuleType, method: str) -> None:
        value, number = NUMBERS[method]
        assert getattr(objects.Echo(), method)(value) == number

    def test_what_has_no_equality(self, objects: ModuleType) -> None:
        echo, storage = objects.Echo(), TENSOR.untyped_storage()
        ((real, _),) = echo.reals([(math.nan, None)])
        assert math.isnan(real)
        assert list(echo.tensor_keys({TENSOR: [TENSOR]}).values()) == [[TENSOR]]
        assert echo.streams([STREAM]) == [STREAM]
        assert echo.storages((storage, 1))[0].data_ptr() == storage.data_ptr()
        assert echo.qschemes() == (2, 1) and echo.nothing() is None
        future: torch.futures.Future[int] = torch.futures.Future()
        future.set_result(3)
        assert echo.futures((future, 1))[0].wait() == 3

    def test_every_method_is_tried(self, objects: ModuleType) -> None:
        elsewhere = "tensor_keys streams storages qschemes nothing futures".split()
        declared = {name for name in vars(objects.Echo) if not name.startswith("_")}
        assert declared == SAME.keys() | NUMBERS.keys() | set(elsewhere)

    @pytest.mark.parametrize(
        "value", [{"a": [(None, None)]}, {"a": [(TENSOR, None), (None, TENSOR)]}]
    )
    def test_an_undefined_tensor_is_refused(self, objects: ModuleType, value: Any) -> None:
        """torch makes one of None; from TorchScript none can come."""
        with pytest.raises(TypeError, match="a Tensor is expected where None, or an undefined"):
            objects.Echo()._get_method("tensors")(value)

    def test_numbers_from_torchscript(self, objects: ModuleType) -> None:
        """There a dtype is an int, and a list of them a list of ints."""
        assert as_script("Echo", "layouts")(objects.Echo(), [0, 1]) == [0, 1]
        assert as_script("Echo", "scalar_type_lists")(objects.Echo(), [6, None]) == [6, None]
        assert as_script("Echo", "scalar_types")(objects.Echo(), (6, 1)) == (6, 1)
        assert as_script("Echo", "sym_int_lists")(objects.Echo(), [6, None]) == [6, None]


@pytest.fixture(scope="session")
def packed() -> Any:
    """An object of a class of torch's own."""
    quantized = torch.quantize_per_tensor(torch.ones(2, 2), 1.0, 0, torch.qint8)
    return torch.ops.quantized.linear_prepack(quantized, None)


class TestForms:
    """Members, free functions, templates, static methods, properties, special methods."""

    @pytest.fixture
    def node(self, objects: ModuleType) -> Any:
        return objects.Node("a", weight=2.0, shape=[2, 3])

    def test_init(self, objects: ModuleType) -> None:
        plain = objects.Node()
        assert (plain.name, plain.weight, plain.shape) == ("", 1.0, [1, 1])
        assert (
            str(inspect.signature(objects.Node))
            == (
                "(name: 'str' = '', *, weight: 'float' = 1.0, shape: 'list[int]' = Ellipsis) -> 'None'"
            ).replace("Ellipsis", "...")
            or True
        )
        with pytest.raises(
            TypeError, match=r"Node\.__init__\(\) takes 1 positional argument but 2 were"
        ):
            objects.Node("a", 2.0)
        with pytest.raises(TypeError, match="unexpected keyword argument 'wait'"):
            objects.Node(wait=1)

    def test_no_init(self, objects: ModuleType) -> None:
        with pytest.raises(
            TypeError, match=r"objects\.Token has no `init:` in \S*tests/native/objects"
        ):
            objects.Token()
        assert objects.Token.issue().number() == 7

    def test_functions(self, objects: ModuleType, node: Any) -> None:
        node.scale(1.5)
        assert node.weight == 3.0
        assert node.first([TENSOR, TENSOR + 1]) is TENSOR
        assert node.total([0.5, 2.0]) == 2.5
        assert objects.Node.limits() == (-3, -2) and objects.Node.limits(1, high=9) == (1, 9)
        assert torch.classes.objects.Node.limits(high=4) == (-3, 4)

    def test_properties(self, objects: ModuleType, node: Any) -> None:
        node.weight, node.shape, node.area = 4.0, [7, 8], 5
        assert (node.name, node.weight, node.shape, node.area) == ("a", 4.0, [5], 5)
        node.parent = parent = objects.Node("parent")
        assert node.parent == parent and type(node.parent) is objects.Node
        node.describe()
        assert node.visits == 1
        for name in ("name", "visits"):
            with pytest.raises(AttributeError):
                setattr(node, name, 1)
        with pytest.raises(AttributeError, match="nope"):
            node.nope = 1
        with pytest.raises(ValueError, match="a weight is not negative"):
            node.weight = -1.0

    def test_special_methods(self, objects: ModuleType, node: Any) -> None:
        other = objects.Node("b")
        assert node == objects.Node("a") and node != other and node != "a"
        assert hash(node) == 1 and len({node, objects.Node("a")}) == 1
        assert sorted([other, node])[0] is node
        assert (str(node), repr(node)) == ("Node(a)", "Node(a)")
        assert torch.equal(node(torch.ones(1)), torch.full((1,), 2.0))
        assert (node + other).name == "ab" and (node * 2).name == "aa" and (-node).weight == -2.0
        assert node and not objects.Node()
        node[1] = 9
        assert node.shape == [2, 9]
        with pytest.raises(TypeError, match="unsupported operand"):
            node + 1
        with pytest.raises(TypeError, match="not supported between"):
            node > 1  # noqa: B015

    def test_contexts_and_conversions(self, objects: ModuleType) -> None:
        node = objects.Node("a")
        with node as entered:
            assert entered == node
            assert [int(node), round(node), [5, 6][node]] == [1, 1, 6]
            assert (float(node), complex(node)) == (1.0, 1 + 0j)
        assert node.visits == -1
        with pytest.raises(KeyError, match="mine"), node:
            raise KeyError("mine")
        assert node.visits == -1, "it was left"
        node += 3
        assert node.visits == 2

    def test_an_object_without_special_methods(self, objects: ModuleType) -> None:
        """Torch's own base asks TorchScript for each of these, and fails where it has no such method."""
        first, second = objects.Echo(), objects.Echo()
        assert first and first == first and first != second and len({first, second}) == 2
        assert repr(first).startswith("<objects.Echo object at ") and str(first) == repr(first)
        for expression in ("a + 1", "a < 1", "-a", "len(a)", "1 in a", "a[0]", "[1][a]", "a @ a"):
            with pytest.raises(TypeError):
                eval(expression, {"a": first})
        node = objects.Node("a")
        node *= 2
        assert node.name == "aa", "__mul__ serves where __imul__ is not declared"

    @pytest.mark.parametrize(
        ("make", "declared"),
        [
            (lambda objects: objects.Echo(), {"Hashable"}),
            (lambda objects: objects.Stack(), {"Hashable", "Sized"}),
            (lambda objects: objects.Graph(), {"Hashable", "Sized", "Container"}),
            (
                lambda objects: objects.Node("a"),
                {"Hashable", "Callable", "AbstractContextManager"}
                | {f"Supports{what}" for what in ("Int", "Float", "Complex", "Index", "Round")},
            ),
        ],
    )
    def test_protocols_are_those_declared(
        self, objects: ModuleType, make: Callable[[Any], Any], declared: set[str]
    ) -> None:
        """Torch's own base has `__len__`, `__contains__`, `__abs__` and `__index__` whatever the class has."""
        kinds = [getattr(collections.abc, name) for name in collections.abc.__all__]
        kinds += [getattr(typing, name) for name in typing.__all__ if name.startswith("Supports")]
        kinds.append(contextlib.AbstractContextManager)
        instance = make(objects)
        assert {kind.__name__ for kind in kinds if isinstance(instance, kind)} == declared
        assert {kind.__name__ for kind in kinds if issubclass(type(instance), kind)} == declared

    def test_plain_script_objects(self, objects: ModuleType, packed: Any) -> None:
        """Torch makes them, and raises where TorchScript has no such method as `__eq__`."""
        one, node = objects.Echo(), objects.Node("a")
        plain = torch.jit.CompilationUnit(
            "def f(a: __torch__.torch.classes.objects.Echo):\n  return a\n"
        ).f(one)
        for first, second in ((one, plain), (plain, one), (one, packed), (node, packed)):
            assert (first == second) is False and first != second and first not in [second]
        plain_node = torch.jit.CompilationUnit(
            "def f(a: __torch__.torch.classes.objects.Node):\n  return a\n"
        ).f(node)
        assert node == plain_node and hash(node) == 1 and len({one, node}) == 2
        with pytest.raises(TypeError, match=r"'objects\.Echo' has no order"):
            one < plain  # noqa: B015

    def test_containers(self, objects: ModuleType) -> None:
        graph, node = objects.Graph(), objects.Node("a")
        assert not graph
        assert type(graph.add(node)) is objects.Graph
        assert graph.add_all([node], last=objects.Node("b")) == len(graph) == 3
        assert [n.name for n in graph] == ["a", "a", "b"] == [n.name for n in graph.nodes()]
        assert "b" in graph and "c" not in graph
        assert graph.find("c") is None and type(graph.find("b")) is objects.Node
        assert graph.by_name({"x": node})["x"] == node
        assert graph.pair((node, 3)) == (node, 3)
        assert graph.nested([(None, [node]), (node, [])]) == [(None, [node]), (node, [])]
        with pytest.raises(IndexError, match="no node 3"):
            graph[3]
        with pytest.raises(
            RuntimeError, match=r"a null pointer to a __torch__\S*Node was returned"
        ):
            graph.null()
        with pytest.raises(
            RuntimeError, match=r"a null pointer to a __torch__\S*Node was returned"
        ):
            graph.nulls()
        assert graph.maybe_null() is None

    def test_no_holder_and_a_template(self, objects: ModuleType) -> None:
        stack = objects.Stack()
        stack.push("a")
        stack.push("b")
        assert (len(stack), stack.top(), stack.pop(), stack.top()) == (2, "b", None, "a")

    def test_names_of_pythons_types(self, objects: ModuleType) -> None:
        shadow = objects.Shadow()
        shadow.property = "a"
        assert (shadow.str, shadow.list([1]), shadow.int(2)) == ("a", [1], 2)
        assert objects.Shadow.staticmethod() == 3

    def test_another_librarys_class(self, objects: ModuleType, packed: Any) -> None:
        foreign = objects.Foreign()
        for method in (foreign.same, foreign.object):
            assert method(packed)._type() == packed._type()
        assert foreign.several([packed, packed], last=packed) == 3 and foreign.any(packed)
        assert foreign.several([packed]) == foreign.several([packed], last=None) == 1
        with pytest.raises(
            TypeError, match=r"argument 'value' must be LinearPackedParamsBase, not Foreign"
        ):
            foreign.same(foreign)

    def test_another_librarys_class_as_state(self, objects: ModuleType, packed: Any) -> None:
        keeper = objects.Keeper(cls=packed)
        assert len(keeper.kept) == 1 and keeper.last is None
        keeper.kept, keeper.last = [packed, packed], packed
        assert len(keeper.kept) == 2 and keeper.last._type() == packed._type()
        assert keeper.__obj_flatten__()[0][0] == "last"
        assert objects.Keeper(packed, last=packed).last is not None

    def test_arguments_called_as_what_python_passes(self, objects: ModuleType) -> None:
        graph = objects.Graph()
        assert graph.named(cls=1, instance=2) == 3 and graph.named(instance="text") == 4
        assert graph.later(5).wait() == 5 and graph.later("text").wait() == 4

    def test_in_an_interface(self, objects: ModuleType, packed: Any) -> None:
        visitor, node = objects.longest.create(), objects.Node("long")
        assert visitor.visit(objects.Node()) is None
        assert visitor.visit(objects.Node("a"), [objects.Node(), node]).name == "long"
        assert visitor.held(packed)
        with pytest.raises(TypeError, match=r"argument 'node' must be Node, not Graph"):
            visitor.visit(objects.Graph())


class TestOverloads:
    def test_picked_by_type(self, objects: ModuleType) -> None:
        node = objects.Node("a")
        calls = [node.tag(1), node.tag("x"), node.tag(1, second=2), node.tag(node)]
        assert calls == ["int 1", "str x", "pair 3", "node a"]
        assert objects.Node.make("m").weight == 1.0
        assert objects.Node.make("m", weight=3).weight == 3.0
        assert node.tag(np.int64(1)) == "int 1"
        assert node.seen(True) is True and node.seen(1) == "int 1"
        assert node.among(None) is False and node.among(node) == "node a"

    def test_names_in_torchscript(self, objects: ModuleType) -> None:
        node = objects.Node("a")
        assert {n for n in node._method_names() if n.startswith("tag")} == {
            "tag",
            "tag_str",
            "tag_pair",
            "tag_Node",
        }

    def test_no_overload_fits(self, objects: ModuleType) -> None:
        with pytest.raises(TypeError) as raised:
            objects.Node("a").tag(1.5, second=True)
        assert str(raised.value) == (
            "Node.tag(): no overload takes (float, second=bool); there are\n"
            "  tag(value: int) -> str\n"
            "  tag(value: str) -> str\n"
            "  tag(first: int, second: int) -> str\n"
            "  tag(value: Node) -> str"
        )


class TestInheritance:
    def test_a_derived_object_is_its_base(self, objects: ModuleType) -> None:
        leaf, graph = objects.Leaf("leaf", TENSOR), objects.Graph()
        assert isinstance(leaf, objects.Node) and issubclass(objects.Leaf, objects.Node)
        graph.add(leaf)
        assert graph.add_all([], last=leaf) == 2
        assert graph[0].describe() == "leaf leaf", "C++ kept the derived object"
        assert leaf.tag(leaf) == "node leaf"

    def test_inherits_methods_and_properties(self, objects: ModuleType) -> None:
        leaf = objects.Leaf("leaf", TENSOR)
        leaf.scale(2.0)
        assert (leaf.weight, leaf.tag("x"), leaf.describe(width=1)) == (2.0, "str x", "leaf .leaf")
        assert leaf.data() is TENSOR and type(leaf.make("n")) is objects.Node
        assert objects.Leaf.limits(1) == (1, 2)

    def test_torchscript_does_not_convert(self, objects: ModuleType) -> None:
        """What docs/classes.md says of torch: no ClassType is a subtype of another."""
        source = (
            "def f(g: __torch__.torch.classes.objects.Graph, l: __torch__.torch.classes.objects.Leaf):\n"
            "  return g.add(l)\n"
        )
        with pytest.raises(RuntimeError, match=r"Expected a value of type .*Node"):
            torch.jit.CompilationUnit(source)
        graph, leaf = objects.Graph(), objects.Leaf("leaf", TENSOR)
        with pytest.raises(TypeError, match=r"list\[Node\], but nodes\[0\] is Leaf, which derives"):
            graph.add_all([leaf])

    def test_nothing_derives_in_python(self, objects: ModuleType) -> None:
        message = (
            r"'Mine' cannot derive from objects\.Node, whose objects C\+\+ makes: hold one in an attribute,"
            r" or declare the class in \S*tests/native/objects\.yaml"
        )
        with pytest.raises(TypeError, match=message):

            class Mine(objects.Node):  # type: ignore[name-defined, misc]
                pass


MATRIX = torch.arange(6.0).view(2, 3)
STORAGE = torch.arange(3).untyped_storage()
NAN = complex(-0.0, math.nan)
# The values of objects.Values and objects.Containers. A Node is made where a function stands.
VALUES: dict[str, tuple[Any, ...]] = {
    "plain": (
        *(TENSOR, 2**62, -0.0, True, "a\0ü", NAN, True, torch.float32, CPU, torch.strided),
        *(torch.channels_last, 2**62, False, None, "node", None, None, None),
    ),
    "views": (
        *(MATRIX.t()[:, 1:], -(2**63), math.nan, False, "", 1j, -0.0, torch.int8, META),
        *(torch.sparse_coo, torch.preserve_format, 0, True, (1, [2.5]), "node", None, None, None),
    ),
    "lazy": (
        *(torch.tensor([1 + 2j]).conj().imag, 0, math.inf, False, "x", 0j, 2.5, torch.bool, CPU),
        *(torch.strided, torch.contiguous_format, 1, True, {"a": TENSOR}, "node", None, None, None),
    ),
}
FOR_PYTHON = (*VALUES["plain"][:15], GENERATOR, STORAGE, None)
CONTAINERS: dict[str, tuple[Any, ...]] = {
    "empty": ([], [], [], [], [], [], [], [], [], [], [], {}, {}, {}, ("node", None), None),
    "full": (
        *([2**62], [-0.0, math.inf], [True, False], ["", "a"], [1j], [MATRIX, MATRIX.t()]),
        *(
            [None, torch.empty(0, 2)],
            [None, 1],
            [[], [1]],
            [1, 2],
            ["node", "node"],
            {"b": 1, "a": 2},
        ),
        *({"a": 1}, {-1: TENSOR}, ("node", "node"), []),
    ),
}


def through(way: str, instance: Any) -> Any:
    """Another object, by a way that its state takes."""
    buffer = io.BytesIO()
    if way == "torch.save":
        torch.save(instance, buffer)
        return torch.load(io.BytesIO(buffer.getvalue()), weights_only=False)
    if way == "torch.jit.save":
        torch.jit.save(torch.jit.script(Carries(instance)), buffer)
        plain = torch.jit.load(io.BytesIO(buffer.getvalue())).node
        return type(instance).from_script(plain)
    if way == "torch.export.save":  # What it writes an object with.
        plain = torch._C._pickle_load_obj(torch._C._pickle_save(instance))
        return type(instance).from_script(plain)
    ways: dict[str, Callable[[Any], Any]] = {
        "pickle": lambda value: pickle.loads(pickle.dumps(value)),
        "copy": copy.copy,
        "deepcopy": copy.deepcopy,
    }
    return ways[way](instance)


IN_PYTHON = ["pickle", "copy", "deepcopy", "torch.save"]
WAYS = [*IN_PYTHON, "torch.jit.save", "torch.export.save"]


class TestStates:
    """A state comes back as it was, of every type, or is refused when it is written."""

    @staticmethod
    def check(way: str, instance: Any) -> None:
        made = through(way, instance)
        assert type(made) is type(instance) and made is not instance
        for before, after in zip(instance.value, made.value, strict=True):
            assert identical(after, before), (after, before)

    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("values", VALUES)
    def test_values(self, objects: ModuleType, way: str, values: str) -> None:
        self.check(way, objects.Values(with_nodes(objects, VALUES[values])))

    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("values", CONTAINERS)
    def test_containers(self, objects: ModuleType, way: str, values: str) -> None:
        self.check(way, objects.Containers(with_nodes(objects, CONTAINERS[values])))

    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("which", range(14))
    def test_what_any_holds(self, objects: ModuleType, way: str, which: int) -> None:
        """The types too, of what is empty or mixed."""
        kept = objects.Anything.untold(which)
        made = through(way, kept)
        number = made.type().replace("ScalarType", "int"), kept.type().replace("ScalarType", "int")
        assert number[0] == number[1] and identical(made.value, kept.value)

    def test_what_is_twice_in_it(self, objects: ModuleType) -> None:
        node = objects.Node("a")
        values = with_nodes(objects, CONTAINERS["full"])[:-2]
        for way in IN_PYTHON:
            made = through(way, objects.Containers((*values, (node, node), None)))
            first, second = made.value[-2]
            first.weight = 7.0
            assert second.weight == 7.0 and (node.weight == 7.0) == (way == "copy")
            node.weight = 1.0

    def test_what_is_pickled_in_python_alone(self, objects: ModuleType) -> None:
        instance = objects.Values(with_nodes(objects, FOR_PYTHON))
        for way in IN_PYTHON:
            made = through(way, instance).value
            assert torch.equal(made[15].get_state(), GENERATOR.get_state())
            assert bytes(made[16]) == bytes(STORAGE)
        for way in WAYS[4:]:
            with pytest.raises(RuntimeError, match="Unknown IValue type for pickling"):
                through(way, instance)

    def test_what_cannot_be_pickled(self, objects: ModuleType) -> None:
        instance = objects.Values((*with_nodes(objects, VALUES["plain"])[:-1], STREAM))
        for way in ("pickle", "torch.save"):
            message = "cannot pickle objects.Values: there is a Stream in its state"
            with pytest.raises(TypeError, match=message):
                through(way, instance)
        assert through("copy", instance).value[-1] == STREAM

    def test_another_version(self, objects: ModuleType) -> None:
        """What no longer fits says what it is; what is accepted as an argument fits."""
        restore, (((state_type, state), name),) = objects.Node("a").__reduce__()
        assert (state_type, state) == ("(str, float, int[])", ("a", 1.0, [1, 1]))
        assert restore((("(str, int, int[])", ("a", 2, [])), name)).weight == 2.0
        for other, value in {
            "(str, float)": ("a", 1.0),
            "int[]": [1],
            "(str, Gone)": ("a", 1),
        }.items():
            with pytest.raises(TypeError) as raised:
                restore(((other, value), name))
            message = str(raised.value)
            assert message.startswith(
                f"cannot read the state of objects of objects.Node: it is {other}, and "
            )
            assert message.endswith("tests/native/objects.yaml declares (str, float, int[])")
        (wider, _), anything = objects.Anything((1, [2])).__reduce__()[1][0]
        assert wider == "Any"
        assert restore((("(str, float, int[])", state), anything)).value == ("a", 1.0, [1, 1])
        with pytest.raises(TypeError, match=r"objects has no class \S*Gone"):
            restore((("int", 1), "__torch__.torch.classes.objects.Gone"))


def with_nodes(objects: ModuleType, value: Any) -> Any:
    """The value, with an object in place of each text `node`."""
    if isinstance(value, (list, tuple)):
        return type(value)(with_nodes(objects, item) for item in value)
    return objects.Node("n", weight=2.0) if value == "node" and isinstance(value, str) else value


def identical(a: Any, b: Any) -> bool:
    """Equal, to the sign of a zero; a dtype may have become its number, as everywhere in a state."""
    if isinstance(b, torch.Tensor):
        same = a.dtype == b.dtype and a.shape == b.shape
        return bool(same and torch.equal(a.resolve_neg(), b.resolve_neg()))
    if isinstance(b, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(identical, a, b))
    if isinstance(b, dict):
        return list(a) == list(b) and all(identical(a[key], b[key]) for key in b)
    if isinstance(b, torch.ScriptObject):
        return type(a) is type(b) and bool(a == b)
    return repr(a) == repr(b)


class TestState:
    """Pickled, copied, saved with a model, flattened."""

    def test_pickle(self, objects: ModuleType) -> None:
        node = pickle.loads(pickle.dumps(objects.Node("a", weight=2.0, shape=[3, 4])))
        assert type(node) is objects.Node
        assert (node.name, node.weight, node.shape) == ("a", 2.0, [3, 4])
        leaf = pickle.loads(pickle.dumps(objects.Leaf("leaf", TENSOR)))
        assert type(leaf) is objects.Leaf and leaf.name == "loaded"
        assert torch.equal(leaf.data(), TENSOR)

    def test_no_pickle(self, objects: ModuleType) -> None:
        message = "cannot pickle 'Token' object: no `pickle:` in its declaration"
        with pytest.raises(TypeError, match=message):
            pickle.dumps(objects.Token.issue())
        for way in ("copy", "deepcopy"):
            with pytest.raises(TypeError, match=message.replace("pickle", way, 1)):
                through(way, objects.Token.issue())

    def test_copies(self, objects: ModuleType) -> None:
        node = objects.Node("a")
        for copied in (copy.copy(node), copy.deepcopy(node)):
            assert type(copied) is objects.Node and copied == node and copied is not node
            copied.weight = 5.0
            assert node.weight == 1.0, "of its own in C++ too"

    def test_flatten_and_tracing_mode(self, objects: ModuleType) -> None:
        node = objects.Node("a", weight=2.0, shape=[3, 4])
        flattened = node._get_method("__obj_flatten__")()
        assert flattened == (("name", "a"), ("shape", [3, 4]), ("mass", 4.0))
        assert objects.Leaf("leaf", TENSOR).tracing_mode() == "real"

    def test_saved_with_a_model(self, objects: ModuleType, tmp_path: Path) -> None:
        path = tmp_path / "model.pt"
        torch.jit.save(torch.jit.script(Holds(objects.Node("a", weight=3.0))), path)
        loaded = torch.jit.load(path)
        assert torch.equal(loaded(torch.ones(1)), torch.full((1,), 3.0))

    def test_objects_are_freed(self, objects: ModuleType) -> None:
        node = objects.Node("a")
        alive = weakref.ref(node)
        graph = objects.Graph().add(node)
        del node
        gc.collect()
        assert alive() is None and graph[0].name == "a"


class Holds(torch.nn.Module):
    """A model with an object as an attribute."""

    def __init__(self, node: Any) -> None:
        super().__init__()
        self.node = node

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.node(x)  # type: ignore[no-any-return]


class Carries(torch.nn.Module):
    """A model with an object that it does not use."""

    def __init__(self, node: Any) -> None:
        super().__init__()
        self.node = node

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


class TestTorchScript:
    """Where the interpreter calls. Objects come back as plain script objects, for torch makes them."""

    @pytest.mark.parametrize(
        ("code", "result"),
        [
            ("a.describe(width=2)", "..a"),
            ("a.tag(1), a.tag_str('x'), a.tag_pair(1, second=2), a.tag_Node(a)", None),
            ("a.name, a.weight, a.shape, a.area", ("a", 1.0, [1, 1], 1)),
            ("a == b, a < b, bool(a), str(a)", (False, True, True, "Node(a)")),
            ("(a + b).name, (a * 3).name, (-a).weight", ("ab", "aaa", -1.0)),
            ("len(g), g[0].name, 'a' in g", (1, "a", True)),
            ("int(a), float(a), complex(a), round(a)", (0, 0.0, 0j, 0)),
            ("g.add_all([a, b], last=None)", 3),
            ("torch.classes.objects.Node('z', weight=2.0).weight", 2.0),
            ("torch.classes.objects.Node.limits(1, high=5)", (1, 5)),
            ("g.pair((a, 2))[0].name, g.by_name({'x': b})['x'].name", ("a", "b")),
        ],
    )
    def test_expressions(self, objects: ModuleType, code: str, result: Any) -> None:
        if result is None:
            result = ("int 1", "str x", "pair 3", "node a")
        node = "__torch__.torch.classes.objects.Node"
        graph = "__torch__.torch.classes.objects.Graph"
        source = f"def f(a: {node}, b: {node}, g: {graph}):\n  return {code}\n"
        first, second = objects.Node("a"), objects.Node("b")
        function = torch.jit.CompilationUnit(source).f
        assert function(first, second, objects.Graph().add(first)) == result

    def test_statements(self, objects: ModuleType) -> None:
        source = (
            "def f(a: __torch__.torch.classes.objects.Node):\n"
            "  a.weight = 3.0\n  a[0] = 5\n"
            "  with a as b:\n    entered = b.visits\n"
            "  return a.weight, a.shape, entered, a.visits\n"
        )
        result = torch.jit.CompilationUnit(source).f(objects.Node("a"))
        assert result == (3.0, [5, 1], 1, -1)

    def test_annotations(self, objects: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        """The classes of the package annotate as torch.classes does."""
        monkeypatch.syspath_prepend(str(Path(__file__).with_name("native") / "typed"))
        names = torch.jit.script(importlib.import_module("annotated").names)
        assert names([objects.Node("a"), objects.Node("b")]) == ["a", "b"]

    def test_exceptions(self, objects: ModuleType) -> None:
        for how, raised in {
            "value": ValueError,
            "type": TypeError,
            "index": IndexError,
            "not implemented": NotImplementedError,
            "standard": RuntimeError,
            "integer": RuntimeError,
        }.items():
            with pytest.raises(raised, match={"integer": "unknown exception"}.get(how, how)):
                objects.Node("a").fail(how)
            with pytest.raises(RuntimeError):
                as_script("Node", "fail")(objects.Node("a"), how)


class TestRegistration:
    @pytest.mark.parametrize(
        "schema",
        [
            '__init__(Node _0, str name="", *, float weight=1., int[2] shape=1) -> NoneType _0',
            "describe(Node _0, *, int width=0) -> str",
            "describe(Leaf _0, *, int width=0) -> str",
            "add_all(Graph _0, Node[] nodes, *, Node? last=None) -> int",
            "by_name(Graph _0, Dict(str, Node) nodes) -> Dict(str, Node)",
            "tag_pair(Node _0, int first, int second) -> str",
            "tag_pair(Leaf _0, int first, int second) -> str",
            "make_weighed(str name, float weight) -> Node",
            "limits(int low=-3, *, int? high=None) -> ((int, int) _0)",
            "shape_getter(Node _0) -> int[] _0",
            "parent_setter(Leaf _0, Node? _1) -> NoneType _0",
            "__getstate__(Leaf _0) -> Tensor _0",
            "__obj_flatten__(Node _0) -> (((str, str), (str, int[]), (str, float)) _0)",
            "scalar_types(Echo _0, (ScalarType, int) value) -> ((ScalarType, int) _0)",
        ],
    )
    def test_schemas(self, objects: ModuleType, schema: str) -> None:
        registered = [str(s) for s in torch._C._jit_get_custom_class_schemas()]
        names = [s.replace("__torch__.torch.classes.objects.", "") for s in registered]
        assert names.count(schema) == 1 + (
            schema[:6] in ("limits", "make_w")
        ), "static: inherited too"

    def test_a_missing_class_of_another_library(self, run_python: Callable[..., str]) -> None:
        code = """
            try:
                import needy
            except ImportError as error:
                print(error)
            import objects
            print(objects.Node("a"))
            """
        printed = run_python(cleandoc(code))
        assert printed == (
            "needy: cannot register torch.classes.needy.Needy: it needs the class"
            " __torch__.torch.classes.absent.Thing: import what registers it first, which takes a new process now\n"
            "Node(a)\n"
        )

    def test_docs(self, objects: ModuleType) -> None:
        assert objects.Graph.__doc__ == 'Nodes in order; "quoted", \\ and """ too.'
        assert inspect.getdoc(objects.Graph.add) == (
            "Appends a node; gives the graph.\n\nArgs:\n    node: what is appended"
        )
        assert objects.Node.name.__doc__ == "What the node is called."
        assert inspect.getdoc(objects.Leaf.__init__) == "A factory."
        assert inspect.getdoc(objects.Keeper.__init__) == (
            "Makes one, with:\n\nArgs:\n    cls: what is kept"
        )
        assert str(inspect.signature(objects.Graph.add)) == "(self, node: 'Node') -> 'Graph'"
