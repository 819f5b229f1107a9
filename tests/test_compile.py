"""torch.compile, torch.export and AOTInductor over objects of a generated package, for which nobody wrote a fake class.

tests/native/traced.yaml declares them; what is generated for each form of a rule is in tests/cases/fakes.
"""

from __future__ import annotations

import importlib
import logging
import re
import shutil
import warnings
from collections.abc import Callable
from inspect import cleandoc
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from torch._dynamo.testing import CompileCounter

X = torch.tensor([[1.0, -2.0, 0.5], [0.0, 3.0, -1.0]])
ROWS = torch.arange(15.0).reshape(5, 3)
TORCH = tuple(map(int, torch.__version__.split(".")[:2]))
DTYPES = [torch.float32, torch.float64, torch.float16, torch.int64]


@pytest.fixture(scope="session")
def traced(native_packages: Path) -> ModuleType:
    """The package of tests/native/traced.yaml."""
    return importlib.import_module("traced")


@pytest.fixture(autouse=True)
def _nothing_is_compiled() -> None:
    torch._dynamo.reset()


class Holds(torch.nn.Module):
    """A model that calls a table, which is its attribute."""

    def __init__(self, table: Any, call: Callable[[Any, torch.Tensor], Any]) -> None:
        super().__init__()
        self.table = table
        self.call = call

    def forward(self, x: torch.Tensor) -> Any:
        return self.call(self.table, x)


# What a program does with a table; each kind of result is in one.
PROGRAMS: dict[str, Callable[[Any, torch.Tensor], Any]] = {
    "tensor": lambda t, x: t.scale(x) + 1,
    "sizes": lambda t, x: t.nearest(x, k=2) + 1,
    "tuple": lambda t, x: t.search(x, 2)[0] + t.search(x)[1],
    "tuple_with_int": lambda t, x: t.counted(x)[0] * t.counted(x)[1],
    "data_dependent": lambda t, x: t.above(x) + 1,
    "data_dependent_int": lambda t, x: t.count_above(x, limit=0.7) + x,
    "list": lambda t, x: t.halves(x)[0] + t.halves(x)[1],
    "ints": lambda t, x: x * t.shape()[0],
    "special": lambda t, x: x * t.__len__(),
    "flattened_int": lambda t, x: (t.search(x), x * t.searches())[1],
    "flattened_tensor": lambda t, x: t.rows().sum() + x,
    "property": lambda t, x: x * t.factor_getter(),
    "mutation": lambda t, x: (t.add(x), t.all() + t.__len__())[1],
    "order": lambda t, x: t.all() + (t.shift(0.5), t.all())[1],
    "overload": lambda t, x: t.times_tensor(x, x),
    "itself": lambda t, x: t.scale(t.scale(x)),
}


def same(got: Any, wanted: Any) -> bool:
    return torch.allclose(got, wanted) and got.dtype == wanted.dtype


class TestCompile:
    @pytest.mark.parametrize("backend", ["eager", "aot_eager"])
    @pytest.mark.parametrize("program", PROGRAMS)
    def test_results(self, traced: ModuleType, backend: str, program: str) -> None:
        call = PROGRAMS[program]
        plain, table = traced.Table(ROWS), traced.Table(ROWS)
        compiled = torch.compile(call, backend=backend, fullgraph=True)
        for _ in range(2):
            assert same(compiled(table, X), call(plain, X))
            assert torch.equal(table.all(), plain.all())
            assert table.searches() == plain.searches()

    def test_inductor(self, traced: ModuleType) -> None:
        """All of them in one program: the C++ compiler takes its time."""
        # Inductor of torch 2.10 lowers no method that returns a list of ints.
        names = [name for name in PROGRAMS if name != "ints" or TORCH > (2, 10)]

        def call(table: Any, x: torch.Tensor) -> list[torch.Tensor]:
            return [PROGRAMS[name](table, x) for name in names]

        plain, table = traced.Table(ROWS), traced.Table(ROWS)
        compiled = torch.compile(call, fullgraph=True)
        for got, wanted in zip(compiled(table, X), call(plain, X), strict=True):
            assert same(got, wanted)
        assert torch.equal(table.all(), plain.all()) and table.searches() == plain.searches()

    @pytest.mark.parametrize("is_mended", [True, False])
    def test_order(
        self, traced: ModuleType, monkeypatch: pytest.MonkeyPatch, is_mended: bool
    ) -> None:
        """Inductor alone shifts the rows first: no call waits for another."""
        if not is_mended:
            monkeypatch.setattr(traced._fakes, "_mend_order", lambda graph: None)

        def call(table: Any, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
            scaled, before = table.scale(x.sin() @ x.T), table.all()
            table.shift(0.5)
            return before + 1, scaled, table.all()

        before, _, after = torch.compile(call, fullgraph=True)(traced.Table(ROWS), X)
        assert torch.equal(before, ROWS + 1) is is_mended and torch.equal(after, ROWS + 0.5)

    @pytest.mark.parametrize("dynamic", [False, True])
    @pytest.mark.parametrize("name", ["shift_sized", "shift_counted"])
    def test_a_result_that_nobody_uses(self, traced: ModuleType, name: str, dynamic: bool) -> None:
        """Torch has a symbol for it, or makes one, and deletes the call whose symbol is not used."""

        def call(table: Any, x: torch.Tensor) -> torch.Tensor:
            getattr(table, name)(x)
            return x + 1

        table = traced.Table(ROWS)
        compiled = torch.compile(call, backend="aot_eager", fullgraph=True, dynamic=dynamic)
        for i, x in enumerate((X, torch.ones(5, 2), torch.ones(7, 2)), 1):
            assert same(compiled(table, x), x + 1)
            assert same(table.rows(), ROWS + i)
        exported = torch.export.export(Holds(traced.Table(ROWS), call), (X,), strict=False).module()
        assert same(exported(X), X + 1)
        assert "call_torchbind" in exported.code

    def test_where_an_object_comes_from(self, traced: ModuleType) -> None:
        table = traced.Table(ROWS)
        module = torch.compile(
            Holds(table, PROGRAMS["tensor"]), backend="aot_eager", fullgraph=True
        )
        closure = torch.compile(lambda x: table.scale(x) + 1, backend="aot_eager", fullgraph=True)
        assert same(module(X), X * 2 + 1) and same(closure(X), X * 2 + 1)

    def test_another_object_as_argument(self, traced: ModuleType) -> None:
        compiled = torch.compile(
            lambda a, b, x: a.scale_with(b, x) + 1, backend="aot_eager", fullgraph=True
        )
        assert same(compiled(traced.Table(ROWS, 2.0), traced.Table(ROWS, 3.0), X), X * 3 + 1)

    def test_dynamic_shapes(self, traced: ModuleType) -> None:
        counter = CompileCounter()
        compiled = torch.compile(
            lambda t, x: t.nearest(x, 2) + x.size(0), backend=counter, dynamic=True, fullgraph=True
        )
        for n in (4, 6, 7):
            assert compiled(traced.Table(ROWS), torch.ones(n, 3)).shape == (n, 2)
        assert counter.frame_count == 1

    @pytest.mark.skipif(TORCH == (2, 10), reason="torch 2.10 traces no object without `pickle:`")
    def test_no_class_in_the_way(self, traced: ModuleType) -> None:
        """A derived class, without `pickle:`, has the rules of its base."""
        compiled = torch.compile(PROGRAMS["mutation"], backend="aot_eager", fullgraph=True)
        half = traced.Half(ROWS)
        assert same(compiled(half, X), torch.cat([ROWS / 2, X]) + 7) and half.__len__() == 7

    def test_gradients(self, traced: ModuleType) -> None:
        """Torch would take for a constant what a method returns, and give a wrong gradient."""
        call = lambda t, x: (t.scale(x) * x).sum()  # noqa: E731
        x = X.clone().requires_grad_()
        torch.compile(call, backend="aot_eager")(traced.Table(ROWS), x).backward()
        assert x.grad is not None and same(x.grad, 4 * X)
        torch._dynamo.reset()
        whole = torch.compile(call, backend="aot_eager", fullgraph=True)
        message = "lose the gradient that flows through traced.Table.scale(): call it under"
        with pytest.raises(torch._dynamo.exc.Unsupported, match=re.escape(message)):
            whole(traced.Table(ROWS), x)
        with torch.no_grad():
            assert same(whole(traced.Table(ROWS), x), (2 * X * X).sum())

    @pytest.mark.parametrize("backend", ["eager", "aot_eager"])
    def test_traced_as_it_is(self, traced: ModuleType, backend: str) -> None:
        compiled = torch.compile(lambda t, x: t.twice(x) + 1, backend=backend, fullgraph=True)
        assert same(compiled(traced.Real(), X), X * 2 + 1)

    def test_nothing_is_warned_of(
        self, traced: ModuleType, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Torch warns of methods that a fake does not have."""
        with caplog.at_level(logging.WARNING, "torch"):
            torch.compile(PROGRAMS["tensor"], backend="aot_eager")(traced.Table(ROWS), X)
        assert caplog.text == ""


def _chosen(x: torch.Tensor, is_chosen: bool) -> torch.Tensor:
    return x + 1 if is_chosen else x - 1


# What Python asks an object for, and torch answers for methods alone; the first argument is the module.
ASKED: dict[str, Callable[[Any, Any, torch.Tensor], torch.Tensor]] = {
    "property": lambda m, t, x: x * t.factor,
    "hasattr": lambda m, t, x: _chosen(x, hasattr(t, "factor")),
    "len": lambda m, t, x: x * len(t),
    "isinstance": lambda m, t, x: _chosen(x, isinstance(t, m.Table)),
    "one_of_several": lambda m, t, x: _chosen(x, isinstance(t, (int, m.Table))),
    "another_class": lambda m, t, x: _chosen(x, isinstance(t, m.Half)),
    "a_base": lambda m, t, x: _chosen(x, isinstance(t, torch.ScriptObject)),
    "class": lambda m, t, x: _chosen(x, t.__class__ is m.Table),
}


class TestAsInPython:
    @pytest.mark.parametrize("fullgraph", [True, False])
    @pytest.mark.parametrize("asked", ASKED)
    def test_compiled(self, traced: ModuleType, asked: str, fullgraph: bool) -> None:
        call = ASKED[asked]
        compiled = torch.compile(call, backend="aot_eager", fullgraph=fullgraph)
        for rows in (ROWS, ROWS[:3]):
            table = traced.Table(rows)
            assert same(compiled(traced, table, X), call(traced, table, X))

    @pytest.mark.parametrize("asked", ASKED)
    def test_exported(self, traced: ModuleType, asked: str) -> None:
        module = Holds(traced.Table(ROWS), lambda t, x: ASKED[asked](traced, t, x))
        exported = torch.export.export(module, (X,), strict=False)
        assert same(exported.module()(X), module(X))

    def test_no_rule(self, traced: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        """Dynamo would go on with what the object says now."""
        monkeypatch.delattr(traced._FakeTable, "__len__")
        call = lambda t, x: x * len(t)  # noqa: E731
        with pytest.raises(torch._dynamo.exc.TorchDynamoException, match="write `fake:` beside"):
            torch.compile(call, backend="eager")(traced.Table(ROWS), X)


class TestGuards:
    """A program holds what the flattened items were: when they change, it is compiled again."""

    @pytest.mark.parametrize(
        ("program", "state"),
        [
            (lambda t, x: x * t.searches(), lambda n: (ROWS, 2.0, n)),
            (lambda t, x: x * t.factor_getter(), lambda n: (ROWS, 1.0 + n, 0)),
            (lambda t, x: x * t.all().shape[0], lambda n: (torch.ones(n + 1, 3), 2.0, 0)),
            (lambda t, x: t.all() + 1, lambda n: (ROWS.to(DTYPES[n]), 2.0, 0)),
            (lambda t, x: t.all() + 1, lambda n: (ROWS.as_strided((3, 3), (n, 1)), 2.0, 0)),
        ],
        ids=["int", "float", "size", "dtype", "stride"],
    )
    def test_each_state_is_compiled(self, traced: ModuleType, program: Any, state: Any) -> None:
        """Also the third, where torch would have made ints, floats and sizes dynamic, and guard them no more."""
        counter = CompileCounter()
        compiled = torch.compile(program, backend=counter, fullgraph=True)
        for n in (0, 1, 2, 3, 1):
            table = traced.Table(*state(n))
            assert same(compiled(table, X), program(table, X))
        assert counter.frame_count == 4

    def test_the_same_state_is_not(self, traced: ModuleType) -> None:
        counter = CompileCounter()
        compiled = torch.compile(PROGRAMS["tensor"], backend=counter, fullgraph=True)
        for rows in (ROWS, ROWS + 1, ROWS.clone()):
            compiled(traced.Table(rows), X)
        assert counter.frame_count == 1

    def test_a_plain_object_has_no_guards(self, traced: ModuleType) -> None:
        plain = traced.Table(ROWS)._get_method("twin")()
        assert type(plain) is torch._C.ScriptObject
        with pytest.raises(Exception, match=r"cannot guard .* which a traced\.Table is where"):
            torch.compile(PROGRAMS["tensor"], backend="eager")(plain, X)
        exported = torch.export.export(Holds(plain, PROGRAMS["tensor"]), (X,), strict=False)
        assert same(exported.module()(X), X * 2 + 1)


class TestAnotherTorch:
    """What is private to torch may be called otherwise: then nothing is traced, and everything else works."""

    def test_no_registry(self, run_python: Callable[..., str]) -> None:
        code = """
            import torch
            del torch._library.register_fake_class
            import traced
            x = torch.ones(2)
            print(traced.Table(x).scale(x))
            try:
                torch.compile(lambda t, x: t.scale(x), backend="eager")(traced.Table(x), x)
            except Exception as error:
                print("haven't registered a fake class" in str(error))
            """
        assert run_python(cleandoc(code)) == "tensor([2., 2.])\nTrue\n"

    def test_nothing_is_changed_before(self, run_python: Callable[..., str]) -> None:
        code = """
            import torch
            from torch._higher_order_ops import effects
            def call(t, x): return t.scale(x) + 1
            torchs = effects.handle_effects
            import traced
            assert effects.handle_effects is torchs, "nothing is changed before torch traces"
            x = torch.ones(2)
            torch.compile(call, backend="aot_eager")(traced.Table(x), x)
            assert effects.handle_effects is not torchs
            """
        assert run_python(cleandoc(code)) == ""


TWO = """
import importlib, sys, torch
for name in sys.argv[2:]:
    importlib.import_module(name)
import rival, traced

class Both(torch.nn.Module):
    def __init__(self, returns_tuple=True):
        super().__init__()
        self.returns_tuple = returns_tuple
        self.table = traced.Table(torch.arange(6.0).reshape(2, 3))
        self.lens = rival.Lens(2.0)

    def forward(self, x):
        before = self.lens.bend(self.table.all())
        self.lens.turn(1.5)
        self.table.shift(0.5)
        y = self.table.scale(x)
        left, right = self.lens.split(y) if self.returns_tuple else (self.lens.bend(y), y)
        self.table.add(x)
        return before + 1, left - right, self.lens.bend(self.table.all()) + 1

def export(*args):
    return torch.export.export(Both(*args), (x,), strict=False)

def packaged(exported):
    path = torch._inductor.aoti_compile_and_package(exported, package_path=sys.argv[1])
    return torch._inductor.aoti_load_package(path)

ways = {
    "inductor": lambda: torch.compile(Both(), fullgraph=True),
    "aot_eager": lambda: torch.compile(Both(), backend="aot_eager", fullgraph=True),
    "export": lambda: export().module(),
    "AOTInductor": lambda: packaged(export(False)),
}
x = torch.tensor([[1.0, -2.0, 0.5], [0.0, 3.0, -1.0]])
with torch.no_grad():
    for name, way in ways.items():
        wanted = Both(name != "AOTInductor")(x)
        print(name, all(map(torch.allclose, way()(x), wanted)))
from torch._higher_order_ops import effects
changed, count = effects.handle_effects, 0
while changed := getattr(changed, "__wrapped__", None):
    count += 1
print(count)
"""


class TestTwoPackages:
    """Generated in two runs, in one model: what they change in torch is changed once, by the first that is traced."""

    WORKS = "inductor True\naot_eager True\nexport True\nAOTInductor True\n"

    @pytest.mark.parametrize("names", [("rival", "traced"), ("traced", "rival")])
    def test_in_one_model(
        self, run_python: Callable[..., str], tmp_path: Path, names: tuple[str, str]
    ) -> None:
        assert run_python(TWO, tmp_path / "model.pt2", *names) == f"{self.WORKS}1\n"

    def test_beside_an_earlier_version(
        self, native_packages: Path, run_python: Callable[..., str], tmp_path: Path
    ) -> None:
        """One that changes torch for itself alone, each time that it is imported."""
        earlier = Path(__file__).parent / "native" / "earlier" / "_fakes.py"
        shutil.copytree(native_packages / "traced", tmp_path / "traced")
        shutil.copy(earlier, tmp_path / "traced")
        path = f"{tmp_path}:{native_packages}"
        printed = run_python(TWO, tmp_path / "model.pt2", "rival", "traced", PYTHONPATH=path)
        assert printed.startswith(self.WORKS)


class TestMessages:
    MISSING = (
        "torch.compile and torch.export cannot tell what traced.Table.forget() returns: write `fake:` beside its"
        " `func:` in ../../tests/native/traced.yaml, for example `fake: {like: x}`, or call it outside of what is"
        " traced"
    )

    def test_a_method_without_a_rule(self, traced: ModuleType) -> None:
        call = lambda t, x: (t.scale(x), t.forget(), t.all())  # noqa: E731
        with pytest.raises(torch._dynamo.exc.Unsupported) as raised:
            torch.compile(call, backend="eager", fullgraph=True)(traced.Table(ROWS), X)
        assert self.MISSING in str(raised.value)
        with pytest.raises(NotImplementedError) as missing:
            torch.export.export(Holds(traced.Table(ROWS), call), (X,), strict=False)
        assert str(missing.value) == self.MISSING

    def test_a_graph_breaks_there(self, traced: ModuleType) -> None:
        table = traced.Table(ROWS)
        call = torch.compile(lambda t, x: (t.scale(x) + 1, t.forget(), t.all()), backend="eager")
        scaled, _, rows = call(table, X)
        assert same(scaled, X * 2 + 1) and rows.shape == (0, 3) and table.__len__() == 0
        named = torch.compile(lambda t, x: (t.scale(x), t.name()), backend="eager")
        assert named(table, X)[1] == "table"

    @pytest.mark.parametrize(
        ("call", "error"),
        [
            (lambda t, x: x * t.width, AttributeError),
            (lambda t, x: x * t.width_getter(), NotImplementedError),
        ],
        ids=["property", "getter"],
    )
    def test_a_property_that_is_not_flattened(
        self, traced: ModuleType, call: Any, error: type[Exception]
    ) -> None:
        message = (
            "torch.compile and torch.export cannot tell the property traced.Table.width: list it in `flatten:` of Table"
            " in ../../tests/native/traced.yaml"
        )
        with pytest.raises(error) as raised:
            torch.export.export(Holds(traced.Table(ROWS), call), (X,), strict=False)
        assert str(raised.value) == message
        with pytest.raises(torch._dynamo.exc.TorchDynamoException, match=re.escape(message)):
            torch.compile(call, backend="eager", fullgraph=True)(traced.Table(ROWS), X)

    def test_another_overload(self, traced: ModuleType) -> None:
        with pytest.raises(TypeError) as raised:
            torch.export.export(
                Holds(traced.Table(ROWS), lambda t, x: t.times(x, x)), (X,), strict=False
            )
        assert str(raised.value) == (
            "torch.compile and torch.export see no overloads, and call the first Table.times: in what they trace, call"
            " another by its name: times_tensor"
        )

    def test_no_flatten(self, traced: ModuleType) -> None:
        """torch.compile leaves the rest of a function that uses one alone, and a warning says so, once."""
        call = lambda t, x: t.twice(x + 1) + 1  # noqa: E731
        message = (
            "torch.compile runs a function without compiling it from where it first uses a traced.Plain: Plain has no"
            " `flatten:` in ../../tests/native/traced.yaml. Write `flatten: {}` there, or in it what the results of"
            " methods depend on, and `fake:` beside the methods"
        )
        traced._classes._warned.clear()
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            for _ in range(2):
                torch._dynamo.reset()
                counter = CompileCounter()
                compiled = torch.compile(call, backend=counter)
                assert same(compiled(traced.Plain(), X), X * 2 + 3)
                assert (
                    counter.op_count < 2
                ), "torch 2.12 compiles nothing of it, 2.13 what comes before"
        assert [str(w.message) for w in warned if "flatten" in str(w.message)] == [message]
        with pytest.raises(AttributeError) as raised:
            torch.export.export(Holds(traced.Plain(), call), (X,), strict=False)
        assert str(raised.value) == (
            "torch.compile and torch.export cannot look into a traced.Plain: Plain has no `flatten:` in"
            " ../../tests/native/traced.yaml"
        )


# Torch 2.13 saves no call whose result is not a tensor, a tuple of tensors or None.
SAVED = ["tensor", "sizes", "tuple", "data_dependent", "overload", "itself", "order"]


def _grow(table: Any, x: torch.Tensor) -> torch.Tensor:
    table.add(x)
    rows: torch.Tensor = table.all()
    return rows + 1


class TestExport:
    @pytest.mark.parametrize("program", PROGRAMS)
    def test_results(self, traced: ModuleType, program: str) -> None:
        call = PROGRAMS[program]
        exported = torch.export.export(Holds(traced.Table(ROWS), call), (X,), strict=False)
        assert same(exported.module()(X), call(traced.Table(ROWS), X))

    def test_dynamic_shapes(self, traced: ModuleType) -> None:
        shapes = ({0: torch.export.Dim("n")},)
        module = Holds(traced.Table(ROWS), PROGRAMS["sizes"])
        exported = torch.export.export(module, (X,), dynamic_shapes=shapes, strict=False)
        assert exported.module()(torch.ones(7, 3)).shape == (7, 2)

    def test_in_another_process(
        self, traced: ModuleType, run_python: Callable[..., str], tmp_path: Path
    ) -> None:
        wanted = []
        for name in SAVED:
            module = Holds(traced.Table(ROWS), PROGRAMS[name])
            exported = torch.export.export(module, (X,), strict=False)
            torch.export.save(exported, tmp_path / f"{name}.pt2")
            wanted.append(PROGRAMS[name](traced.Table(ROWS), X))
        exported = torch.export.export(Holds(traced.Table(ROWS), _grow), (X,), strict=False)
        torch.export.save(exported, tmp_path / "mutation.pt2")
        wanted += [torch.cat([ROWS, X]) + 1, torch.cat([ROWS, X, X]) + 1]
        torch.save((X, wanted), tmp_path / "results.pt")
        code = """
            import sys, torch, traced
            x, wanted = torch.load(sys.argv[1] + "/results.pt")
            load = lambda name: torch.export.load(f"{sys.argv[1]}/{name}.pt2").module()
            got = [load(name)(x) for name in sys.argv[2:]]
            grow = load("mutation")
            got += [grow(x), grow(x)]
            print(all(map(torch.equal, got, wanted)), len(got))
            """
        assert run_python(cleandoc(code), tmp_path, *SAVED) == f"True {len(wanted)}\n"

    def test_traced_as_it_is(self, traced: ModuleType) -> None:
        """The operators that its C++ calls are what is exported."""
        call = lambda t, x: t.twice(x)  # noqa: E731
        exported = torch.export.export(Holds(traced.Real(), call), (X,), strict=False)
        assert same(exported.module()(X), X * 2)
        assert "call_torchbind" not in str(exported.graph)


class TestAOTInductor:
    def test_in_another_process(
        self, traced: ModuleType, run_python: Callable[..., str], tmp_path: Path
    ) -> None:
        """The object travels in the package, and its state goes on; results are tensors, each of one method."""

        def call(table: Any, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
            before = table.all() + 1
            table.shift(1.5)
            return table.scale(x) + 1, table.nearest(x, 2), table.above(x), before, table.all()

        exported = torch.export.export(Holds(traced.Table(ROWS), call), (X,), strict=False)
        package = tmp_path / "model.pt2"
        torch._inductor.aoti_compile_and_package(exported, package_path=str(package))
        plain = traced.Table(ROWS)
        torch.save((X, [call(plain, X), call(plain, X)]), tmp_path / "results.pt")
        code = """
            import sys, torch, traced
            import torch._inductor.codecache  # torch 2.10 does not by itself
            x, wanted = torch.load(sys.argv[2])
            run = torch._inductor.aoti_load_package(sys.argv[1])
            for results in wanted:
                print(all(map(torch.equal, run(x), results)))
            """
        printed = run_python(cleandoc(code), package, tmp_path / "results.pt")
        assert printed == "True\nTrue\n"

    def test_a_tuple(self, traced: ModuleType, tmp_path: Path) -> None:
        """What docs/compile.md says of torch."""
        module = Holds(traced.Table(ROWS), PROGRAMS["tuple"])
        exported = torch.export.export(module, (X,), strict=False)
        with pytest.raises(Exception, match=r"Unsupported return type .*TupleType"):
            torch._inductor.aoti_compile_and_package(exported, package_path=str(tmp_path / "x.pt2"))
