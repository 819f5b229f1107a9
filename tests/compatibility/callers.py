"""What callers of the library wrote: run with its old version this keeps their models, with its new one it loads them.

Prints, as JSON, what became of each call: of a caller in Python, of a TorchScript model, of an exported program.
"""

from __future__ import annotations

import importlib.util
import json
import pickle
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lab
import torch
from cases import CASES, Case

X = torch.tensor([1.0, 2.0])
BODIES = {
    "_set(o)": ["self.o.p = 7", "return self.o.p"],
    "_set_none(o)": ["self.o.p = None", "return self.o.p"],
}
PYTHON_ONLY = ("_compiled", "_exported", "_sized", "_reads", "isinstance")
HELPERS = """
from typing import Optional, Tuple
import torch
def _t(value: Optional[torch.Tensor]) -> torch.Tensor:
    assert value is not None
    return value
def _i(value: Optional[int]) -> int:
    assert value is not None
    return value
def _2(value: Tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    first, second = value
    return first
"""


def unwrap(value: Any) -> Any:
    assert value is not None
    return value


def _set(o: Any, value: Any = 7) -> Any:
    o.p = value
    return o.p


def _compiled(o: Any, x: torch.Tensor) -> Any:
    torch._dynamo.reset()
    return torch.compile(lambda x: o.f(x) + 1, backend="eager", fullgraph=True)(x)


def _sized(o: Any, x: torch.Tensor) -> Any:
    """A size that torch has a symbol for while it traces."""
    torch._dynamo.reset()
    call = torch.compile(lambda x: o.f(x, x.size(0)), backend="eager", fullgraph=True, dynamic=True)
    return call(x)


def _reads(o: Any, x: torch.Tensor) -> Any:
    torch._dynamo.reset()
    return torch.compile(lambda x: x * o.p_getter(), backend="eager", fullgraph=True)(x)


def _exported(o: Any, x: torch.Tensor) -> Any:
    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.o = o

        def forward(self, x: torch.Tensor) -> Any:
            return self.o.f(x) + 1

    return torch.export.export(Model(), (x,), strict=False).module()(x)


def _two(value: Any) -> Any:
    first, _second = value
    return first


NAMES = {
    "lab": lab,
    "torch": torch,
    "x": X,
    "_": unwrap,
    "_2": _two,
    "_set": _set,
    "_set_none": lambda o: _set(o, None),
    "_compiled": _compiled,
    "_exported": _exported,
    "_sized": _sized,
    "_reads": _reads,
}


def outcome(run: Callable[..., Any], *given: Any) -> str:
    """What is returned, or the first line of the error."""
    try:
        return repr(plain(run(*given)))
    except Exception as error:
        lines = [line for line in str(error).strip().splitlines() if line.strip()]
        return f"!{type(error).__name__}: {' / '.join(lines)[:600]}"


def plain(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.tolist()
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    if isinstance(value, list):
        return list(map(plain, value))
    return value


def in_python(case: Case, call: str) -> Any:
    call = call.replace("{cls}", f"lab.{case.name}")
    o = getattr(lab, case.name)() if "o" in compile(call, "", "eval").co_names else None
    return eval(call, {**NAMES, "o": o})


def model(case: Case, call: str, folder: Path, index: int) -> torch.nn.Module:
    """A module that calls; from a file, for TorchScript reads its source."""
    body = BODIES.get(call) or [f"return {call.replace('{cls}', f'torch.classes.lab.{case.name}')}"]
    code = [HELPERS, "class Model(torch.nn.Module):", "    def __init__(self, o):"]
    code += ["        super().__init__()", "        self.o = o"]
    code += ["    def forward(self, x: torch.Tensor):"]
    unwrapped = "_i(" if "o.p" in call else "_t("
    for line in body:
        line = line.replace("_(", unwrapped)
        code.append("        " + line.replace("o.", "self.o.").replace("self.self.", "self."))
    path = folder / f"{case.name}{index}.py"
    path.write_text("\n".join(code) + "\n")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = getattr(lab, case.name)() if "{cls}" not in call else 0
    return module.Model(made)


def record(folder: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for case in CASES:
        state = folder / f"{case.name}.pickle"
        state.write_bytes(pickle.dumps(getattr(lab, case.name)()))
        found[f"{case.name} pickled"] = {"python": outcome(unpickled, state)}
        for index, call in enumerate(case.calls):
            key = f"{case.name} {call}"
            found[key] = {"python": outcome(in_python, case, call)}
            if call.startswith(PYTHON_ONLY):
                continue
            found[key]["torchscript"] = outcome(scripted, case, call, folder, index)
            if "{cls}" not in call and not call.startswith("_set"):
                found[key]["exported"] = outcome(exported, case, call, folder, index)
    return found


def scripted(case: Case, call: str, folder: Path, index: int) -> Any:
    compiled = torch.jit.script(model(case, call, folder, index))
    torch.jit.save(compiled, folder / f"{case.name}{index}.pt")
    return loaded(folder / f"{case.name}{index}.pt")


def exported(case: Case, call: str, folder: Path, index: int) -> Any:
    path = folder / f"{case.name}{index}.pt2"

    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.o = getattr(lab, case.name)()

        def forward(self, x: torch.Tensor) -> Any:
            return eval(call, {**NAMES, "o": self.o, "x": x})

    made = torch.export.export(Model(), (X,), strict=False)
    torch.export.save(made, path)
    assert "call_torchbind" in str(made.graph)
    return loaded_program(path)


def replay(folder: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for case in CASES:
        state = folder / f"{case.name}.pickle"
        found[f"{case.name} pickled"] = {"python": outcome(unpickled, state)}
        for index, call in enumerate(case.calls):
            key = f"{case.name} {call}"
            found[key] = {"python": outcome(in_python, case, call)}
            for kind, suffix, run in (
                ("torchscript", ".pt", loaded),
                ("exported", ".pt2", loaded_program),
            ):
                path = folder / f"{case.name}{index}{suffix}"
                if path.exists():
                    found[key][kind] = outcome(run, path)
    return found


def unpickled(path: Path) -> Any:
    return type(pickle.loads(path.read_bytes())).__name__


def loaded(path: Path) -> Any:
    return torch.jit.load(path)(X)


def loaded_program(path: Path) -> Any:
    return torch.export.load(path).module()(X)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    command, kept = sys.argv[1], Path(sys.argv[2])
    print(json.dumps((record if command == "record" else replay)(kept)))
