"""Torch's JIT backend subsystem through generated code, point by point.

Three registrations of one implementation stand side by side: `torch_jit_test`, generated from specs/torch_jit.yaml;
`by_hand_test`, written with torch's own header in tests/native/by_hand.cpp; and `test_backend`, which torch ships in
libjitbackend_test.so. What native.yaml declares shows the rest: a spec value that arrives, a preprocess function of
another file, debug handles.
"""

from __future__ import annotations

import copy
import io
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest
import torch
from torch.jit.mobile import _load_for_lite_interpreter
from torch.utils.cpp_extension import include_paths

OURS = "torch_jit_test"
BY_HAND = "by_hand_test"
LIBRARY = Path(torch.__file__).parent / "lib" / "libjitbackend_test.so"
needs_library = pytest.mark.skipif(
    not LIBRARY.exists(), reason=f"this torch ships no {LIBRARY.name}"
)
TORCHS = pytest.param("test_backend", marks=needs_library)

X, H = torch.tensor([3.0, 5.0]), torch.tensor([1.0, 2.0])


class Arithmetic(torch.nn.Module):
    """What the test backends can run: `accum` and `sub_accum`."""

    def accum(self, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        return x + h

    def sub_accum(self, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        return x - h

    def forward(self, x: torch.Tensor, h: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.accum(x, h), self.sub_accum(x, h)


class Described(torch.nn.Module):
    """Lowered to `native_echo`, it says what it was compiled from."""

    def forward(self, x: torch.Tensor) -> str:
        return "eager"


class Around(torch.nn.Module):
    """A module that calls two lowered ones."""

    def __init__(self, first: torch.nn.Module, second: torch.nn.Module) -> None:
        super().__init__()
        self.first = first
        self.second = second

    def forward(self, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        return self.first.accum(x, h) * self.second.sub_accum(x, h)


class Division(torch.nn.Module):
    def forward(self, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        unused = x - h  # noqa: F841
        y = x + h
        return torch.div(y, h)


class Optionals(torch.nn.Module):
    @torch.jit.export
    def accum(self, x: torch.Tensor, h: torch.Tensor = H) -> torch.Tensor:
        return x + h


class Pairs(torch.nn.Module):
    @torch.jit.export
    def accum(self, x: torch.Tensor, h: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return x + h, x - h


# As a class its annotations would be strings here, which torch does not read.
Pair = NamedTuple("Pair", [("first", torch.Tensor), ("second", torch.Tensor)])  # noqa: UP014


class Unlowerable(torch.nn.Module):
    """Methods of which torch writes code that it cannot read."""

    @torch.jit.export
    def receiver(this, x: torch.Tensor) -> torch.Tensor:
        return x

    @torch.jit.export
    def first_result(self, _0: torch.Tensor) -> torch.Tensor:
        return _0

    @torch.jit.export
    def second_result(self, _1: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return _1, _1

    @torch.jit.export
    def exception(self, Exception: torch.Tensor) -> torch.Tensor:
        return Exception

    @torch.jit.export
    def condition(self, bool: torch.Tensor) -> torch.Tensor:
        return bool

    @torch.jit.export
    def keyword(self, *, h: torch.Tensor) -> torch.Tensor:
        return h

    @torch.jit.export
    def takes(self, pair: Pair) -> torch.Tensor:
        return pair.first

    @torch.jit.export
    def returns(self, x: torch.Tensor) -> tuple[torch.Tensor, Pair]:
        return x, Pair(x, x)

    @torch.jit.export
    def nothing(self, x: torch.Tensor) -> tuple[()]:
        return ()


UNLOWERABLE = {
    "receiver": "calls its first parameter 'this'; call it 'self'",
    "first_result": "has the argument '_0', a name that torch takes for itself there; rename it",
    "second_result": "has the argument '_1', a name that torch takes for itself there; rename it",
    "exception": "has the argument 'Exception', a name that torch takes for itself there; rename it",
    "condition": "has the argument 'bool', a name that torch takes for itself there; rename it",
    "keyword": "has the argument 'h', which is keyword-only; torch lowers positional ones alone",
    "takes": "has the argument 'pair' of the type test_jit_backend.Pair, which torch does not know in",
    "returns": "returns a value of the type test_jit_backend.Pair, which torch does not know in",
    "nothing": "returns an empty tuple, with which torch crashes; return None",
}


pytestmark = pytest.mark.filterwarnings("ignore:Lite Interpreter:DeprecationWarning")

SPEC: dict[str, Any] = {"accum": "", "sub_accum": {"level": 3}}


@pytest.fixture(scope="session", autouse=True)
def registered(libraries: Path, native: ModuleType) -> None:
    """All three registrations in this process."""
    __import__("torch_jit")
    if LIBRARY.exists():
        torch.ops.load_library(LIBRARY)


def script(module: torch.nn.Module) -> torch.jit.ScriptModule:
    return torch.jit.script(module)


def lower(
    backend: str, module: torch.nn.Module | None = None, spec: dict[str, Any] | None = None
) -> Any:
    """Torch's own entry, which knows nothing of our package."""
    scripted = script(module or Arithmetic())
    return torch._C._jit_to_backend(backend, scripted, SPEC if spec is None else spec)


def create(backend: str) -> Any:
    return getattr(torch.classes.__backends__, backend)()


def error(call: Callable[[], object]) -> str:
    """All of what a call raises."""
    with pytest.raises(Exception) as raised:
        call()
    return f"{raised.type.__name__}: {raised.value}"


def last_line(call: Callable[[], object]) -> str:
    """What a call raises, without the trace of the TorchScript interpreter above it."""
    return error(call).strip().splitlines()[-1]


def save(module: Any) -> io.BytesIO:
    buffer = io.BytesIO()
    torch.jit.save(module, buffer)
    buffer.seek(0)
    return buffer


def same(results: Any, expected: Any) -> bool:
    return all(torch.equal(a, b) for a, b in zip(results, expected, strict=True))


class TestPoint1Schemas:
    """The class, its name and the schemas of its methods."""

    @pytest.mark.parametrize("other", [BY_HAND, TORCHS])
    def test_schemas_are_those_of_torchs_own_header(self, other: str) -> None:
        def schemas(name: str) -> dict[str, str]:
            found = create(name)
            methods = found._method_names()
            return {m: str(found._get_method(m).schema).replace(name, "X") for m in methods}

        assert schemas(OURS) == schemas(other)

    @pytest.mark.parametrize(
        "schema",
        [
            "is_available(Any self) -> bool available",
            "compile(Any self, Any processed, Dict(str, Any) method_compile_spec)"
            " -> Dict(str, Any) handles",
            "execute(Any self, Any handle, Any[] input) -> (Any[] output)",
        ],
    )
    def test_schemas_are_those_of_the_documentation(self, schema: str) -> None:
        expected = torch._C.parse_schema(schema)
        assert getattr(create(OURS), expected.name).schema == expected

    def test_the_class_stands_where_lowered_modules_look_for_it(self) -> None:
        assert (
            create(OURS)._type().qualified_name() == f"__torch__.torch.classes.__backends__.{OURS}"
        )

    def test_methods_can_be_called_directly(self) -> None:
        handles = {name: create(name).compile("", {"accum": 1}) for name in (OURS, BY_HAND)}
        assert handles[OURS] == handles[BY_HAND] == {"accum": "accum"}
        results = {name: create(name).execute("accum", [X, H]) for name in (OURS, BY_HAND)}
        assert same(results[OURS], [X + H]) and same(results[BY_HAND], [X + H])

    @pytest.mark.parametrize("wrong", [("accum",), ("accum", 3), ("accum", [X], 1)])
    def test_wrong_arguments_are_refused_alike(self, wrong: tuple[object, ...]) -> None:
        messages = [
            last_line(lambda name=name: create(name).execute(*wrong)) for name in (OURS, BY_HAND)
        ]
        assert messages[0] == messages[1]


class TestPoint2Preprocess:
    """A preprocess function, wherever it is registered."""

    def test_from_the_spec_and_by_hand(self, native: ModuleType) -> None:
        by_spec = native.native_echo.lower(script(Described()), {"forward": 1})
        by_hand = native.native_echo_by_hand.lower(script(Described()), {"forward": 1})
        assert by_spec(X) == "by the spec: int = 1"
        assert by_hand(X) == "by hand: int = 1"

    def test_a_backend_without_one(self, native: ModuleType) -> None:
        message = "Preprocessing function for backend native_no_preprocess is not registered."
        with pytest.raises(RuntimeError, match=message):
            native.native_no_preprocess.lower(script(Described()), {"forward": ""})

    def test_it_is_looked_up_before_the_class(self) -> None:
        with pytest.raises(RuntimeError, match="backend nowhere is not registered"):
            lower("nowhere")


class TestPoint3Lowering:
    """What can be lowered, and which compile specs arrive."""

    @pytest.mark.parametrize("backend", [OURS, BY_HAND, TORCHS])
    def test_results(self, backend: str) -> None:
        lowered = lower(backend)
        assert same((lowered.accum(X, H), lowered.sub_accum(X, H)), Arithmetic()(X, H))

    @pytest.mark.parametrize(
        ("value", "arrives"),
        [
            (torch.tensor([1]), "Tensor =  1\n[ CPULongType{1} ]"),
            ("text", "str = text"),
            (b"bytes", "str = bytes"),
            (3, "int = 3"),
            (2.5, "float = 2.5"),
            (True, "bool = True"),
            (None, "NoneType = None"),
            ([1, 2], "List[int] = [1, 2]"),
            ((), "Tuple[()] = ()"),
            ((1, "a"), "Tuple[int, str] = (1, a)"),
            ({"a": 1}, "Dict[str, int] = {a: 1}"),
            ({"a": {"b": [(1, "c")]}}, "Dict[str, Dict[str, List[Tuple[int, str]]]]"),
        ],
        ids=repr,
    )
    def test_a_spec_value_arrives(self, native: ModuleType, value: object, arrives: str) -> None:
        lowered = native.native_echo.lower(script(Described()), {"forward": value})
        assert lowered(X).startswith(f"by the spec: {arrives}")

    @pytest.mark.parametrize(
        ("value", "raised", "message"),
        [
            ({}, ValueError, "method_compile_spec['accum'] is {}, which has no TorchScript type"),
            ([], ValueError, "method_compile_spec['accum'] is [], which has no TorchScript type"),
            ({"a": 1, "b": ""}, ValueError, "method_compile_spec['accum'] mixes types"),
            ([1, ""], ValueError, "method_compile_spec['accum'] mixes types"),
            ({"a": {"b": {}}}, ValueError, "method_compile_spec['accum']['a']['b'] is {}"),
            (object(), TypeError, "method_compile_spec['accum'] is of type object"),
            ([{1}], TypeError, "method_compile_spec['accum'][0] is of type set"),
        ],
        ids=["{}", "[]", "mixed dict", "mixed list", "inner {}", "object", "set"],
    )
    def test_a_spec_value_is_refused(
        self, libraries: Path, value: object, raised: type[Exception], message: str
    ) -> None:
        """By torch, without the place; by `lower`, with it."""
        import torch_jit

        assert "infer type of" in error(lambda: lower(OURS, spec={"accum": value}))
        with pytest.raises(raised) as refused:
            torch_jit.torch_jit_test.lower(script(Arithmetic()), {"accum": value})
        assert f"torch_jit.torch_jit_test.lower(): {message}" in str(refused.value)

    def test_a_value_that_torch_cannot_hold_is_refused(self, libraries: Path) -> None:
        """Torch overflows its stack on the first, and says "Unable to cast" of the second."""
        import torch_jit

        own: list[Any] = [[1]]
        own.append(own)
        for value, message in {
            "itself": (own, "is nested too deeply, or holds itself"),
            "wide": ([2**70], "['accum'][0] has the int 1180591620717411303424"),
        }.values():
            with pytest.raises(ValueError) as refused:
                torch_jit.torch_jit_test.lower(script(Arithmetic()), {"accum": value})
            assert message in str(refused.value)

    @pytest.mark.parametrize("spec", [{"missing": ""}, {"forward": ""}, {"accum": {}}, {1: ""}])
    def test_errors_are_those_of_torchs_own_header(self, spec: dict[str, Any]) -> None:
        """An unknown method, one that compile refuses, a value without a type, a key that is no name."""

        def raised(backend: str) -> str:
            return error(lambda: lower(backend, spec=spec)).replace(backend, "X")

        assert raised(OURS) == raised(BY_HAND)

    def test_a_failing_compile_shows_its_message(self) -> None:
        message = "RuntimeError: the test backend runs accum and sub_accum, not forward"
        assert last_line(lambda: lower(OURS, spec={"forward": ""})) == message

    def test_lower_names_what_is_wrong(self, libraries: Path) -> None:
        import torch_jit

        backend, where = torch_jit.torch_jit_test, "torch_jit.torch_jit_test.lower(): "
        scripted = script(Arithmetic())
        for arguments, message in [
            (
                (Arithmetic(), {"accum": ""}),
                "TypeError: {}argument 'module' must be a scripted or traced module, not Arithmetic;"
                " script it first: torch.jit.script(module)",
            ),
            (
                (scripted, {"missing": ""}),
                "ValueError: {}the module has no method 'missing';"
                " it has accum, forward, sub_accum",
            ),
            (
                (scripted, {}),
                "ValueError: {}argument 'method_compile_spec' is empty;"
                " name a method of the module: accum, forward, sub_accum",
            ),
            (
                (scripted, [("accum", "")]),
                "TypeError: {}argument 'method_compile_spec' must be a dict by method names, not list",
            ),
            (
                (scripted, {1: ""}),
                "TypeError: {}argument 'method_compile_spec' must have methods' names as keys, not 1",
            ),
        ]:
            assert last_line(lambda a=arguments: backend.lower(*a)) == message.format(where)

    @pytest.mark.parametrize("method", UNLOWERABLE)
    def test_a_method_that_torch_cannot_lower(self, libraries: Path, method: str) -> None:
        """Torch reports a line of its own code, if it does not crash."""
        import torch_jit

        with pytest.raises(ValueError) as refused:
            torch_jit.torch_jit_test.lower(script(Unlowerable()), {method: ""})
        where = f"torch_jit.torch_jit_test.lower(): the method '{method}' "
        assert str(refused.value).startswith(where + UNLOWERABLE[method])
        if method != "nothing":
            assert "RuntimeError" in error(lambda: lower(OURS, Unlowerable(), {method: ""}))

    def test_a_traced_module(self, libraries: Path, native: ModuleType) -> None:
        traced = torch.jit.trace_module(Arithmetic(), {"accum": (X, H), "sub_accum": (X, H)})
        lowered = __import__("torch_jit").torch_jit_test.lower(traced, {"accum": ""})
        assert torch.equal(lowered.accum(X, H), X + H)

    def test_lowering_leaves_the_module_as_it_was(self) -> None:
        scripted = script(Arithmetic())
        torch._C._jit_to_backend(OURS, scripted, SPEC)
        assert same(scripted(X, H), Arithmetic()(X, H))

    @pytest.mark.parametrize("backend", [OURS, BY_HAND, TORCHS])
    def test_selective_lowering(self, backend: str) -> None:
        """One of two submodules, by its path; their types must not be shared."""
        module = torch.jit._recursive.create_script_module(
            Around(Arithmetic(), Arithmetic()),
            lambda m: torch.jit._recursive.infer_methods_to_compile(m),
            share_types=False,
        )
        expected = module(X, H)

        def lowering(inner: torch.jit.ScriptModule) -> Any:
            return torch._C._jit_to_backend(backend, inner, SPEC)

        lowered = torch._C._jit_to_backend_selective(module, lowering, ["second"])
        assert torch.equal(lowered(X, H), expected)
        assert "LoweredWrapper" in lowered.second._c._type().qualified_name()
        assert "LoweredWrapper" not in lowered.first._c._type().qualified_name()


class TestPoint4Calls:
    """What a lowered method does."""

    def test_availability_is_asked_at_every_call(
        self, native: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lowered = native.native_echo.lower(script(Described()), {"forward": 1})
        assert lowered(X) == "by the spec: int = 1"
        monkeypatch.setenv("NATIVE_UNAVAILABLE", "1")
        assert last_line(lambda: lowered(X)) == "RuntimeError: Exception: Backend is not available."
        monkeypatch.delenv("NATIVE_UNAVAILABLE")
        assert lowered(X) == "by the spec: int = 1"

    @pytest.mark.parametrize("backend", [OURS, BY_HAND])
    def test_the_number_of_outputs_must_fit(self, backend: str) -> None:
        lowered = lower(backend, Pairs(), {"accum": ""})
        assert "Expected 2 elements in a list but found 1" in error(lambda: lowered.accum(X, H))

    @pytest.mark.parametrize("backend", [OURS, BY_HAND])
    def test_defaults_are_dropped(self, backend: str) -> None:
        lowered = lower(backend, Optionals(), {"accum": ""})
        assert torch.equal(lowered.accum(X, H), X + H)
        assert "missing value for argument 'h'" in error(lambda: lowered.accum(X))

    def test_one_class_under_two_names(self, native: ModuleType) -> None:
        """Torch's `static auto cls` registers the first name only and lowering to the second dies."""
        for backend in (native.native_echo, native.native_echo_again):
            lowered = backend.lower(script(Described()), {"forward": "x"})
            assert lowered(X) == "by the spec: str = x"


class TestPoint5Availability:
    """A backend that cannot compile here."""

    WARNING = (
        "is not available. Execution of this Module is still possible by saving and loading on a"
        " device where the backend is available."
    )

    @pytest.mark.parametrize(
        "backend",
        ["torch_jit_unavailable", pytest.param("test_backend_unavailable", marks=needs_library)],
    )
    def test_lowering_warns_and_saving_works(
        self, backend: str, capfd: pytest.CaptureFixture[str]
    ) -> None:
        lowered = lower(backend)
        assert f"Backend [{backend}] {self.WARNING}" in capfd.readouterr().err
        message = "RuntimeError: Exception: Backend is not available."
        assert last_line(lambda: lowered.accum(X, H)) == message
        saved = save(lowered)
        assert "Backend is not available." in error(lambda: torch.jit.load(saved))

    def test_is_available(self, libraries: Path, native: ModuleType) -> None:
        import torch_jit

        assert torch_jit.torch_jit_test.is_available() is True
        assert torch_jit.torch_jit_unavailable.is_available() is False

    def test_lowered_without_and_loaded_with_it(
        self, native: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NATIVE_UNAVAILABLE", "1")
        saved = save(native.native_echo.lower(script(Described()), {"forward": 1}))
        monkeypatch.delenv("NATIVE_UNAVAILABLE")
        assert torch.jit.load(saved)(X) == "by the spec: int = 1"


class TestPoint6Saving:
    """What is saved, and what loading needs."""

    def test_loading_compiles_again(
        self, native: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        saved = save(native.native_echo.lower(script(Described()), {"forward": {"a": 1}}))
        monkeypatch.setenv("NATIVE_PLACE", "another place")
        loaded = torch.jit.load(saved)
        assert loaded(X) == "by the spec in another place: Dict[str, int] = {a: 1}"

    def test_in_another_process(self, run_python: Callable[..., str], tmp_path: Path) -> None:
        """With the library, without it, and with it once it is imported after all."""
        path = tmp_path / "lowered.pt"
        path.write_bytes(save(lower(OURS)).read())
        printed = run_python(
            """if True:
            import sys, torch
            try:
                torch.jit.load(sys.argv[1])
            except RuntimeError as error:
                print(str(error).strip().splitlines()[0])
            import torch_jit
            lowered = torch.jit.load(sys.argv[1])
            x, h = torch.tensor([3.0, 5.0]), torch.tensor([1.0, 2.0])
            print(lowered.accum(x, h).tolist(), lowered.sub_accum(x, h).tolist())
            """,
            path,
        )
        unknown = f"Unknown type name '__torch__.torch.classes.__backends__.{OURS}':"
        assert printed.splitlines() == [unknown, "[4.0, 7.0] [2.0, 3.0]"]

    def test_what_preprocess_returns_must_be_picklable(self, native: ModuleType) -> None:
        lowered = native.native_opaque.lower(script(Described()), {"forward": 1})
        assert lowered(X) == "opaque: int = 1"
        message = (
            "Cannot serialize custom bound C++ class __torch__.torch.classes.native.by_constructor"
        )
        assert message in error(lambda: save(lowered))


class TestPoint7Copies:
    """deepcopy, freeze and the lite interpreter."""

    def test_deepcopy(self) -> None:
        copied = copy.deepcopy(lower(OURS))
        assert same((copied.accum(X, H), copied.sub_accum(X, H)), Arithmetic()(X, H))

    def test_freeze(self) -> None:
        module = script(Around(lower(OURS), lower(OURS)).eval())
        frozen = torch.jit.freeze(module)
        assert torch.equal(frozen(X, H), (X + H) * (X - H))

    @pytest.mark.parametrize("backends", [(OURS, OURS), (OURS, BY_HAND)])
    def test_lite_interpreter_with_two_lowered_submodules(self, backends: tuple[str, str]) -> None:
        module = script(Around(*map(lower, backends)))
        loaded = _load_for_lite_interpreter(
            io.BytesIO(module._save_to_buffer_for_lite_interpreter())
        )
        assert torch.equal(loaded(X, H), (X + H) * (X - H))


class TestPoint8DebugHandles:
    """A failure inside the delegate, led back to the line of the model."""

    @pytest.fixture
    def lowered(self, native: ModuleType) -> Any:
        return native.native_debug.lower(script(Division()), {"forward": "aten::div"})

    def test_the_message_in_the_full_interpreter(self, lowered: Any) -> None:
        assert last_line(lambda: lowered(X, H)) == "RuntimeError: the delegate gave up"

    def test_the_source_in_the_lite_interpreter(self, lowered: Any) -> None:
        buffer = lowered._save_to_buffer_for_lite_interpreter(_save_mobile_debug_info=True)
        message = error(lambda: _load_for_lite_interpreter(io.BytesIO(buffer))(X, H))
        assert "the delegate gave up" in message
        assert "Module hierarchy:top(Division)" in message
        assert "__loweredModule__(Division)::forward.aten::div" in message
        assert "return torch.div(y, h)\n               ~~~~~~~~~ <--- HERE" in message

    def test_without_debug_info_there_is_none(self, lowered: Any) -> None:
        buffer = lowered._save_to_buffer_for_lite_interpreter()
        message = error(lambda: _load_for_lite_interpreter(io.BytesIO(buffer))(X, H))
        assert "the delegate gave up" in message and "torch.div" not in message


class TestPoint9StableABI:
    """Backends cannot use torch's stable ABI; the generated headers say so as torch's do."""

    @pytest.mark.parametrize(
        "macro", ["TORCH_STABLE_ONLY", "TORCH_TARGET_VERSION=0x020d000000000000"]
    )
    def test_the_generated_header_stops(self, libraries: Path, macro: str, tmp_path: Path) -> None:
        source = tmp_path / "stable.cpp"
        source.write_text("#include <torch_jit/backend.h>\n", encoding="utf-8")
        folders = [
            libraries / "torch_jit" / "include",
            libraries / "_codegen" / "include",
            *include_paths(),
        ]
        done = subprocess.run(
            ["c++", "-std=c++20", "-fsyntax-only", "-Wfatal-errors", f"-D{macro}", str(source)]
            + [f"-I{folder}" for folder in folders],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode != 0
        assert "#error" in done.stderr and "when either TORCH_STABLE_ONLY or" in done.stderr
