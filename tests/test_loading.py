"""Importing a generated package: what is wrong is an ImportError that says what to do, never an abort.

Each case runs in a process of its own, which must live and go on to work; cases that leave nothing behind share one.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from conftest import ROOT

SPEC = "../../tests/native/broken.yaml"

# All that tests/native/broken.h registers wrongly; it also takes the name that the spec gives, which comes last.
WRONG = """\
broken: cannot register torch.classes.native_broken.unreadable: \
expected ident but found 'arrow' here:
next(Any self, -> int
               ~~ <--- HERE

torch.classes.native_broken.unknown:\x20
Unknown custom class type nowhere.Nothing. Please ensure it is registered.:
next(__torch__.torch.classes.nowhere.Nothing self) -> int
                                     ~~~~~~~ <--- HERE

torch.classes.native_broken.two_returns: \
a method has exactly one return: next(Any self) -> (int, int)
torch.classes.native_broken.throws: no schema today
torch.classes.native_broken.throws_a_number: unknown exception
torch.classes.__backends__.1st counter: \
Class name must be a valid Python/C++ identifier. Character '1' at index 0 is illegal.
torch.classes.__backends__.native_counter: \
another library in this process has registered a class of this name
"""

IMPORT_EACH = """if True:
    import importlib, json, sys
    sys.dont_write_bytecode = True
    messages = {}
    for folder in sys.argv[1:]:
        sys.path.insert(0, folder)
        importlib.invalidate_caches()
        try:
            importlib.import_module("broken")
        except ImportError as error:
            messages[folder] = [error.name, error.path, str(error)]
        for name in [name for name in sys.modules if name.split(".")[0] == "broken"]:
            del sys.modules[name]
        del sys.path[0]
    print(json.dumps(messages))
    import broken
    assert broken.native_counter.create().next() == 1
"""

Copy = Callable[[str], Path]

# The table of the packages, read without importing one.
LAYOUTS: dict[str, str] = dict(
    re.findall(
        r'^    "(\d+\.\d+)": "(\w{16})",$',
        (ROOT / "templates" / "python" / "_runtime.py").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
)


@pytest.fixture
def copy(native_packages: Path, tmp_path: Path) -> Copy:
    """A copy of the package `broken` to spoil, in a folder by the name of the case."""

    def make(case: str) -> Path:
        package = tmp_path / case / "broken"
        shutil.copytree(
            native_packages / "broken", package, ignore=shutil.ignore_patterns("__pycache__")
        )
        shutil.copy(native_packages / "codegen.lock", package.parent)
        return package

    return make


def damaged(copy: Copy) -> Iterator[tuple[Path, str]]:
    """Packages that are not as they were built, and what the import says of each."""
    missing = copy("missing")
    (missing / "libbroken.torch.so").unlink()
    yield missing, "libbroken.torch.so is not built"

    whole = (copy("whole") / "libbroken.torch.so").read_bytes()
    for length in (0, 63, 64, 4096, len(whole) // 2, len(whole) - 1):
        package = copy(f"cut_to_{length}")
        (package / "libbroken.torch.so").write_bytes(whole[:length])
        end = ": the end is missing" if length >= 64 else ""
        yield package, f"libbroken.torch.so is damaged{end}"

    for case, content in {
        "zeros": bytes(100_000),
        "text": b"no library at all, but long enough to be one" * 10,
        "directory": None,
    }.items():
        package = copy(case)
        (package / "libbroken.torch.so").unlink()
        if content is None:
            (package / "libbroken.torch.so").mkdir()
            yield package, "libbroken.torch.so is not built"
        else:
            (package / "libbroken.torch.so").write_bytes(content)
            yield package, "libbroken.torch.so is not a library that this package generated"

    foreign = copy("foreign")
    shutil.copyfile(
        Path(torch.__file__).parent / "lib" / "libc10.so", foreign / "libbroken.torch.so"
    )
    yield foreign, "libbroken.torch.so is not a library that this package generated"


def outdated(copy: Copy) -> Iterator[tuple[Path, str]]:
    """Packages whose shared object belongs to something else."""
    running = torch.__version__.split("+")[0]
    package = copy("other_torch")
    library = package / "libbroken.torch.so"
    old, new = f"torch={running} ".encode(), f"torch={'9' + running[1:]} ".encode()
    assert library.read_bytes().count(old) == 1
    library.write_bytes(library.read_bytes().replace(old, new))
    yield (
        package,
        f"libbroken.torch.so is built for torch 9{running[1:]}, and this is torch {running}",
    )

    package = copy("other_spec")
    module = package / "__init__.py"
    text = module.read_text(encoding="utf-8")
    module.write_text(re.sub(r'"[0-9a-f]{16}"', '"0123456789abcdef"', text), encoding="utf-8")
    yield package, "libbroken.torch.so is built from another version of the spec"


def test_what_is_not_as_it_was_built(copy: Copy, run_python: Callable[..., str]) -> None:
    cases = [*damaged(copy), *outdated(copy)]
    messages = json.loads(run_python(IMPORT_EACH, *(package.parent for package, _ in cases)))
    expected = {
        str(package.parent): [
            "broken",
            str(package / "libbroken.torch.so"),
            f"broken: {message}. Build it in {package.parents[1]}:"
            f" python -m codegen build {SPEC} --out {package.parent.name}",
        ]
        for package, message in cases
    }
    assert messages == expected


def test_what_is_installed_was_built_elsewhere(copy: Copy, run_python: Callable[..., str]) -> None:
    package, message = next(outdated(copy))
    (package.parent / "codegen.lock").unlink()
    messages = json.loads(run_python(IMPORT_EACH, package.parent))
    (said,) = (text for _, _, text in messages.values())
    assert said == f"broken: {message}. Install a build of it for this environment"


def stamped(library: Path, version: str, layout: str | None = None) -> None:
    """Writes another torch into the stamp of a shared object: a version of as many letters."""
    data = library.read_bytes()
    (stamp,) = re.findall(rb"torch-backend-codegen torch=\S+ layout=\w+;", data)
    kept = stamp.decode().split("layout=")[1].rstrip(";")
    new = f"torch-backend-codegen torch={version} layout={layout or kept};".encode()
    assert len(new) == len(stamp)
    library.write_bytes(data.replace(stamp, new))


def several(copy: Copy, case: str, **versions: tuple[str, str | None]) -> Path:
    """A package that carries objects for these versions of torch, by their tags."""
    package = copy(case)
    library = package / "libbroken.torch.so"
    (module,) = package.glob("_native.*.so")
    for tag, (version, layout) in versions.items():
        for name in (f"libbroken.{tag}.torch.so", f"_native.{tag}.{module.name.split('.', 1)[1]}"):
            made = package / name
            shutil.copy(module if "_native" in name else library, made)
            stamped(made, version, layout)
    library.unlink()
    module.unlink()
    return package


def test_of_several_objects_those_for_this_torch(
    copy: Copy, run_python: Callable[..., str]
) -> None:
    """What is laid out alike will do; of a version that nobody measured, not even the same hash."""
    running = torch.__version__.split("+")[0]
    layout = LAYOUTS[".".join(running.split(".")[:2])]
    alike = next(version for version in LAYOUTS if LAYOUTS[version] == layout)
    unknown = ("9" + running[1:], None)
    for package in (
        several(copy, "exact", other=(f"{alike}.9", None), fits=(running, None), no=unknown),
        several(copy, "alike", fits=(f"{alike}.9", None), no=unknown),
    ):
        printed = run_python(
            """if True:
            import sys
            sys.path.insert(0, sys.argv[1])
            from broken import _native, native_counter
            assert native_counter.create().next() == 1
            print(_native.__file__, open("/proc/self/maps").read())
            """,
            package.parent,
        )
        assert printed.startswith(str(package / "_native.fits."))
        assert set(re.findall(r"libbroken\.\S+", printed)) == {"libbroken.fits.torch.so"}

    package = several(copy, "none", a=unknown, b=(f"{alike}.9", "0123456789abcdef"))
    (said,) = json.loads(run_python(IMPORT_EACH, package.parent)).values()
    assert said[-1].startswith(
        f"broken: each libbroken of this package is built for torch {unknown[0]}, torch {alike}.9,"
        f" and this is torch {running}. Build it in "
    )


def test_the_layout_of_this_torch_was_measured(native_packages: Path) -> None:
    """What the headers say is what the package expects of this version."""
    data = (native_packages / "broken" / "libbroken.torch.so").read_bytes()
    stamps = re.findall(rb"torch-backend-codegen torch=(\d+\.\d+)\S* layout=(\w+);", data)
    assert [(version.decode(), layout.decode()) for version, layout in stamps] == [
        item for item in LAYOUTS.items() if torch.__version__.startswith(f"{item[0]}.")
    ]


@pytest.mark.parametrize(("first", "second"), [("broken", "rival"), ("rival", "broken")])
def test_a_name_that_another_library_has_taken(
    run_python: Callable[..., str], first: str, second: str
) -> None:
    printed = run_python(
        """if True:
        import importlib, sys
        first, second = sys.argv[1:]
        counter = importlib.import_module(first).native_counter.create()
        for _ in range(2):
            try:
                importlib.import_module(second)
            except ImportError as error:
                print(error)
        print(abs(counter.next()), abs(counter.next()))
        """,
        first,
        second,
    )
    message = (
        f"{second}: cannot register torch.classes.__backends__.native_counter:"
        " another library in this process has registered a class of this name"
    )
    assert printed.splitlines() == [message, message, "1 2"]


def test_registrations_written_by_hand_that_fail(run_python: Callable[..., str]) -> None:
    """A schema that does not parse, a class that is missing, and what else torch or C++ throws: all in one message."""
    printed = run_python(
        """if True:
        import torch
        try:
            import broken
        except ImportError as error:
            print(error)
        print(torch.classes.__backends__.native_counter().next())
        """,
        NATIVE_BROKEN="1",
    )
    assert printed == WRONG + "1\n"


def test_importing_again_and_reloading(run_python: Callable[..., str]) -> None:
    printed = run_python("""if True:
        import importlib, sys
        import broken
        before = broken.native_counter.create()
        assert before.next() == 1
        importlib.reload(broken)
        del sys.modules["broken"], sys.modules["broken._runtime"]
        import broken
        assert broken.native_counter.create().next() == 1 and before.next() == 2
        print("fine")
        """)
    assert printed == "fine\n"
