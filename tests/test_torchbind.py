"""All that torchbind can say: torch's own test library, declared again, scaffolded, built and held against it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from conftest import ROOT, build

from codegen.cli import main

SPEC = ROOT / "tests" / "native" / "torchbind" / "torchbind.yaml"
TORCHS = Path(torch.__file__).parent / "lib" / "libtorchbind_test.so"
SCHEMAS = """
import sys, torch
before = {str(schema) for schema in torch._C._jit_get_custom_class_schemas()}
if sys.argv[1].endswith(".so"):
    torch.ops.load_library(sys.argv[1])
else:
    sys.path.insert(0, sys.argv[1])
    import torchbind
schemas = {str(schema) for schema in torch._C._jit_get_custom_class_schemas()}
print(*sorted(schemas - before), sep="\\n")
"""
CALL = """
import sys
sys.path.insert(0, sys.argv[1])
import torchbind
for call in (
    lambda: torchbind._ReLUClass(),
    lambda: torchbind._StaticMethod.staticMethod(1),
    lambda: torchbind._LambdaInit(1, 2, True),
):
    try:
        call()
    except NotImplementedError as error:
        print(str(error).splitlines()[0])
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the library of the spec is generated, with its C++ from the scaffold alone."""
    folder = tmp_path_factory.mktemp("torchbind")
    shutil.copy(SPEC, folder)
    assert main(["scaffold", str(folder / SPEC.name)]) == 0
    build(folder / SPEC.name, out=folder / "generated")
    return folder / "generated"


@pytest.mark.skipif(not TORCHS.exists(), reason="this torch ships no libtorchbind_test.so")
def test_the_same_schemas(packages: Path, run_python: Callable[..., str]) -> None:
    ours = run_python(SCHEMAS, packages).splitlines()
    torchs = run_python(SCHEMAS, TORCHS).splitlines()
    assert ours == torchs
    assert len(torchs) == 85


def test_what_is_scaffolded_throws(packages: Path, run_python: Callable[..., str]) -> None:
    assert run_python(CALL, packages).splitlines() == [
        "_ReLUClass.__init__(): torchbind::ReLUClass::ReLUClass is not implemented",
        "_StaticMethod.staticMethod(): torchbind::StaticMethod::staticMethod is not implemented",
        "_LambdaInit.__init__(): torchbind::make_lambda_init is not implemented",
    ]
