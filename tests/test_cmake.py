"""The project of docs/cmake.md: it builds by CMake, follows its spec, installs, is a wheel, and tells no place.

Compiled once, into ccache: what builds it again elsewhere shows that every object is found again, and costs little.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT, printed
from test_docs import blocks, run

PAGE = ROOT / "docs" / "cmake.md"
OBJECTS = 5
"""Of the run-time and its module, of the library its registration, its stamp and the user's source."""


def write_project(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "CMakeLists.txt").write_text(blocks(PAGE, "cmake")[0])
    (folder / "tickets.yaml").write_text(blocks(PAGE, "yaml")[0])
    (folder / "pyproject.toml").write_text(blocks(PAGE, "toml")[0])
    (folder / "tickets").mkdir()
    for code in blocks(PAGE, "cpp"):
        path, _, text = code.removeprefix("// ").partition("\n")
        (folder / path).write_text(text)
    return folder


class Cmake:
    """CMake in one environment, with a cache of its own."""

    def __init__(self, cache: Path) -> None:
        self.environment = {
            **os.environ,
            "CCACHE_DIR": str(cache),
            "CMAKE_CXX_COMPILER_LAUNCHER": "ccache",
            "CXX": "c++",  # By this name: scikit-build-core would take the one that built Python.
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
        }

    def run(self, *command: object, succeeds: bool = True) -> str:
        done = subprocess.run(
            list(map(str, command)),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert (done.returncode == 0) == succeeds, done.stdout
        return done.stdout

    def configure(self, project: Path, build: Path, *options: str) -> Path:
        """As the page says, but for the generator."""
        place = self.run(sys.executable, "-m", "codegen", "--cmake-dir").strip()
        given = (f"-Dtorch_backend_codegen_DIR={place}", *options)
        self.run("cmake", "-S", project, "-B", build, *given)
        self.run("ccache", "--zero-stats")
        return build

    def build(self, folder: Path, *options: str, succeeds: bool = True) -> str:
        return self.run("cmake", "--build", folder, *options, succeeds=succeeds)

    def compiled(self) -> tuple[int, int]:
        """Of the objects since the last configuration, those that were found and those that were compiled."""
        counts = dict(line.split("\t") for line in self.run("ccache", "--print-stats").splitlines())
        hits = int(counts["direct_cache_hit"]) + int(counts["preprocessed_cache_hit"])
        return hits, int(counts["cache_miss"])


@pytest.fixture(scope="module")
def cmake(tmp_path_factory: pytest.TempPathFactory) -> Cmake:
    return Cmake(tmp_path_factory.mktemp("ccache"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, cmake: Cmake) -> Path:
    """The build folder of the project, in a folder with a space."""
    project = write_project(tmp_path_factory.mktemp("cmake") / "the project")
    build = cmake.configure(project, project / "build" / "ninja", "-GNinja")
    cmake.build(build, "--target", "tickets_bindings")
    assert cmake.compiled() == (0, OBJECTS)
    cmake.build(build)
    return build


def import_from(folder: Path) -> None:
    """Runs the Python of the page."""
    run(PAGE, folder, folder)


def test_it_builds_what_the_page_says(built: Path, cmake: Cmake) -> None:
    import_from(built / "generated")
    cmake.run(built / "print_tickets")
    assert "ninja: no work to do." in cmake.build(built)


def test_a_clone_elsewhere_compiles_nothing_and_follows_its_spec(
    built: Path, cmake: Cmake, tmp_path: Path
) -> None:
    project = write_project(tmp_path / "deeper" / "clone")
    build = cmake.configure(project, project / "build" / "ninja", "-GNinja")
    cmake.build(build, "--target", "tickets_bindings")
    assert cmake.compiled() == (OBJECTS, 0)
    spec = project / "tickets.yaml"
    declared = spec.read_text()

    spec.write_text(declared.replace("tear() -> int", "tear() -> integer"))
    for _ in range(2):
        log = cmake.build(build, succeeds=False)
        assert f"{spec}:11:25: error CG302" in log

    (project / "tickets" / "drum.py").write_text("BALLS = 49\n")
    spec.write_text(
        declared.replace("roll.cpp]", "roll.cpp, tickets/drum.cpp]")
        .replace("tickets/roll.h]", "tickets/roll.h, tickets/drum_impl.h]")
        .replace("classes:", "python: {modules: [tickets/drum.py]}\nclasses:")
        + "backends: [{name: drum, interface: Drum, methods: [func: draw() -> int],"
        " implementations: [{name: fair, class: tickets::Fair}]}]\n"
    )
    (project / "tickets" / "drum_impl.h").write_text(
        "#pragma once\n#include <tickets/drum.h>\nnamespace tickets {\nint64_t draw();\n"
        "struct Fair : Drum {\n  int64_t draw() override { return tickets::draw(); }\n};\n}\n"
    )
    (project / "tickets" / "drum.cpp").write_text(
        '#include "tickets/drum_impl.h"\nint64_t tickets::draw() { return 1; }\n'
    )
    cmake.build(build)
    package = build / "generated" / "tickets"
    assert (package / "include" / "tickets" / "drum.h").is_file()
    assert "ninja: no work to do." in cmake.build(build)

    (project / "tickets" / "drum.py").write_text("BALLS = 50\n")
    assert "Building CXX" not in cmake.build(build)
    assert (package / "drum.py").read_text() == "BALLS = 50\n"
    done = "import tickets, tickets.drum; assert tickets.fair.create().draw() == 1"
    subprocess.run([sys.executable, "-c", done], cwd=build / "generated", check=True)


SERVE = """\
// As a program that only loads a model does, it finds the class by its name.
#include <memory>
#include <string>
namespace c10 { struct ClassType; }
namespace torch { std::shared_ptr<c10::ClassType> getCustomClass(const std::string& name); }

int main() { return torch::getCustomClass("__torch__.torch.classes.tickets.Roll") ? 0 : 1; }
"""


def test_a_program_that_names_nothing_of_the_library_keeps_it(
    built: Path, cmake: Cmake, tmp_path: Path
) -> None:
    """Also where the program stands beside the libraries, and drops what it does not use."""
    project = write_project(tmp_path / "tickets")
    lists = project / "CMakeLists.txt"
    lists.write_text(f"{lists.read_text().partition('add_executable')[0]}add_subdirectory(serve)\n")
    (project / "serve").mkdir()
    (project / "serve" / "main.cpp").write_text(SERVE)
    (project / "serve" / "CMakeLists.txt").write_text(
        "add_executable(serve main.cpp)\ntarget_link_options(serve PRIVATE -Wl,--as-needed)\n"
        "target_link_libraries(serve PRIVATE tickets_bindings)\n"
    )
    options = ("-GNinja", "-DCODEGEN_PYTHON=OFF")
    build = cmake.configure(project, project / "build" / "ninja", *options)
    cmake.build(build, "--target", "serve")
    cmake.run(build / "serve" / "serve")


def test_templates_and_codegen_itself_are_inputs(built: Path, cmake: Cmake) -> None:
    read = cmake.run("ninja", "-C", built, "-t", "query", "build.ninja")
    for path in ("templates/cpp/runtime.h", "codegen/cpp.py", "codegen/fakes.py"):
        assert str(ROOT / path) in read
    assert str(built.parents[1] / "tickets.yaml") in read


def test_cpp_alone(built: Path, cmake: Cmake, tmp_path: Path) -> None:
    project = write_project(tmp_path / "clone")
    build = cmake.configure(project, project / "build" / "ninja", "-GNinja", "-DCODEGEN_PYTHON=OFF")
    cmake.build(build, "--target", "tickets_bindings")
    assert cmake.compiled() == (3, 0)
    library = build / "generated" / "tickets" / "libtickets.torch.so"
    assert list(build.rglob("*.so")) == [library]
    load = f"import torch; torch.ops.load_library({str(library)!r})"
    cmake.run(sys.executable, "-c", f"{load}; torch.classes.tickets.Roll(1)")


def test_makefiles_in_a_folder_of_another_project(cmake: Cmake, tmp_path: Path) -> None:
    """Where two libraries share the run-time. It compiles nothing: others do."""
    project = write_project(tmp_path / "all" / "tickets")
    (project.parent / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.22)\nproject(all CXX)\nadd_subdirectory(tickets)\n"
        "find_package(torch_backend_codegen REQUIRED)\n"
        "codegen_add_library(more SPECS more)\n"
    )
    (project.parent / "more").mkdir()
    spec = project.parent / "more" / "more.yaml"
    spec.write_text("library: more\nbackends: []\n")
    options = ("-GUnix Makefiles", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON")
    build = cmake.configure(project.parent, project.parent / "build", *options)
    commands = json.loads((build / "compile_commands.json").read_text())
    sources = [Path(command["file"]) for command in commands]
    assert all(source.is_file() for source in sources)
    names = sorted("/".join(source.parts[-2:]) for source in sources)
    shared = ["python/module.cpp", "src/registration.cpp"]
    each = ["python/stamp.cpp", "src/registration.cpp"]
    assert names == sorted([*shared, *each, *each, "tickets/main.cpp", "tickets/roll.cpp"])
    spec.write_text("library: more\nbackend: []\n")
    assert f"{spec}:2:1: error CG201" in cmake.build(build, succeeds=False)


def unpack_libtorch(folder: Path) -> Path:
    """A libtorch whose TorchConfig.cmake fails, as that of a CUDA build does without the CUDA toolkit."""
    torch = Path(importlib.util.find_spec("torch").origin).parent  # type: ignore[union-attr, arg-type]
    configuration = folder / "share" / "cmake" / "Torch"
    configuration.mkdir(parents=True)
    shutil.copy(torch / "share" / "cmake" / "Torch" / "TorchConfigVersion.cmake", configuration)
    (configuration / "TorchConfig.cmake").write_text('message(FATAL_ERROR "no CUDA toolkit")\n')
    for name in ("include", "lib"):
        (folder / name).symlink_to(torch / name)
    return folder


def configured_with(build: Path, torch: Path) -> bool:
    """Whether all that is compiled and linked there is of one torch."""
    rules = (build / "build.ninja").read_text()
    included = set(re.findall(r"-isystem (\S+)/include/torch/csrc/api/include", rules))
    linked = set(re.findall(r'([^\s"]+)/lib/libtorch_cpu\.', rules))
    return {Path(path).resolve() for path in included | linked} == {torch.resolve()}


@pytest.mark.parametrize("hint", ["CMAKE_PREFIX_PATH={}", "Torch_DIR={}/share/cmake/Torch"])
def test_a_libtorch_that_needs_cuda(cmake: Cmake, tmp_path: Path, hint: str) -> None:
    libtorch = unpack_libtorch(tmp_path / "libtorch")
    project = write_project(tmp_path / "tickets")
    options = ("-GNinja", "-DCODEGEN_PYTHON=OFF", f"-D{hint.format(libtorch)}")
    build = cmake.configure(project, tmp_path / "build", *options)
    assert configured_with(build, libtorch)


def test_the_torch_that_python_imports_comes_first(cmake: Cmake, tmp_path: Path) -> None:
    """What CMAKE_PREFIX_PATH has is for C++; a package is for its Python."""
    libtorch = unpack_libtorch(tmp_path / "libtorch")
    project = write_project(tmp_path / "tickets")
    build = cmake.configure(project, tmp_path / "b", "-GNinja", f"-DCMAKE_PREFIX_PATH={libtorch}")
    assert configured_with(build, (libtorch / "lib").resolve().parent)


def test_the_torch_that_the_project_has_found(cmake: Cmake, tmp_path: Path) -> None:
    project = write_project(tmp_path / "tickets")
    lists = project / "CMakeLists.txt"
    found = "find_package(Torch REQUIRED)\nfind_package(torch_backend"
    lists.write_text(lists.read_text().replace("find_package(torch_backend", found))
    torch = unpack_libtorch(tmp_path / "libtorch")
    (torch / "share/cmake/Torch/TorchConfig.cmake").write_text(
        f"set(TORCH_INSTALL_PREFIX {torch})\nset(TORCH_CXX_FLAGS -D_GLIBCXX_USE_CXX11_ABI=0)\n"
    )
    build = cmake.configure(project, tmp_path / "build", "-GNinja", f"-DCMAKE_PREFIX_PATH={torch}")
    assert configured_with(build, torch)
    assert "-D_GLIBCXX_USE_CXX11_ABI=0" in (build / "build.ninja").read_text()


def test_there_is_no_torch(cmake: Cmake, tmp_path: Path) -> None:
    """In a project of generated files alone, which does not ask Python."""
    spec = tmp_path / "few.yaml"
    spec.write_text("library: few\nbackends: []\n")
    cmake.run(sys.executable, "-m", "codegen", spec, "--out", tmp_path / "generated")
    options = ("-DCODEGEN_PYTHON=OFF", "-GNinja")
    log = cmake.run(
        "cmake", "-S", tmp_path / "generated", "-B", tmp_path / "build", *options, succeeds=False
    )
    assert "torch is not installed: `pip install torch`, or set CMAKE_PREFIX_PATH" in " ".join(
        log.split()
    )


def shared_objects(build: Path, file: str) -> list[str]:
    """The paths that a file of Ninja gives the shared objects of packages, from the build folder."""
    listed = printed("ninja", "-C", build, "-f", file, "-t", "targets", "all")
    return sorted(re.findall(r"(\S+): CXX_(?:SHARED|MODULE)_LIBRARY_LINKER", listed))


DEFAULTS = """\
set(CMAKE_DEBUG_POSTFIX d)
set(CMAKE_RELEASE_POSTFIX r)
set(CMAKE_SHARED_LIBRARY_PREFIX x)
set(CMAKE_SHARED_LIBRARY_SUFFIX .x)
set(CMAKE_SHARED_MODULE_PREFIX x)
set(CMAKE_SHARED_MODULE_SUFFIX .x)
set(LIBRARY_OUTPUT_PATH ${CMAKE_BINARY_DIR}/x)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/x)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY_DEBUG ${CMAKE_BINARY_DIR}/x)
"""
"""What a project may say of its own shared objects."""


@pytest.mark.parametrize(
    ("generator", "files"),
    [
        ("Ninja", ["build.ninja"]),
        ("Ninja Multi-Config", ["build-Debug.ninja", "build-Release.ninja"]),
    ],
)
@pytest.mark.parametrize("in_place", ["ON", "OFF"])
def test_shared_objects_have_their_names_and_places(
    cmake: Cmake, tmp_path: Path, generator: str, files: list[str], in_place: str
) -> None:
    project = write_project(tmp_path / "tickets")
    lists = project / "CMakeLists.txt"
    lists.write_text(
        f"cmake_minimum_required(VERSION 3.22)\nproject(tickets CXX)\n{DEFAULTS}add_subdirectory(generated)\n"
    )
    cmake.run(
        sys.executable, "-m", "codegen", project / "tickets.yaml", "--out", project / "generated"
    )
    options = ("-DCMAKE_BUILD_TYPE=Debug", f"-DCODEGEN_IN_PLACE={in_place}")
    build = cmake.configure(project, tmp_path / "build", f"-G{generator}", *options)
    module = f"_native{importlib.machinery.EXTENSION_SUFFIXES[0]}"
    for file in files:
        folder = str(project / "generated/tickets") if in_place == "ON" else "generated/tickets"
        if in_place == "OFF" and len(files) > 1:
            folder += "/" + file.removeprefix("build-").removesuffix(".ninja")
        names = [module, "libtickets.torch.so"]
        assert shared_objects(build, file) == [f"{folder}/{name}" for name in names]


INSTALLED = {
    "__init__.py",
    "__init__.pyi",
    "_classes.py",
    "_native.pyi",
    "_runtime.py",
    "libtickets.torch.so",
    "py.typed",
}


def check_installed(packages: Path, places: list[Path]) -> None:
    """The files, and that no path of where they were built is in them."""
    package = packages / "tickets"
    files = {path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file()}
    (native,) = package.glob("_native.*.so")
    assert files == INSTALLED | {native.name}
    for path in package.rglob("*.so"):
        data = path.read_bytes()
        for place in (*places, ROOT, Path(sys.prefix)):
            assert str(place).encode() not in data, path.name
        assert b"/../torch/lib" in data
    import_from(packages)


def test_it_installs(built: Path, cmake: Cmake, tmp_path: Path) -> None:
    cmake.run("cmake", "--install", built, "--prefix", tmp_path, "--component", "tickets")
    check_installed(tmp_path, [built.parents[1]])


def test_it_is_a_wheel(built: Path, cmake: Cmake, tmp_path: Path) -> None:
    """By scikit-build-core, which finds codegen as it is installed from its own wheel."""
    pip = (sys.executable, "-m", "pip")
    options = ("-q", "--no-deps", "--no-build-isolation")
    cmake.run(*pip, "install", *options, "--target", tmp_path / "site", ROOT)
    here = Cmake(Path(cmake.environment["CCACHE_DIR"]))
    here.environment["PYTHONPATH"] = str(tmp_path / "site")
    project = write_project(tmp_path / "tickets")
    here.run("ccache", "--zero-stats")
    here.run(*pip, "wheel", *options, "--wheel-dir", tmp_path / "dist", project)
    assert here.compiled()[0] >= OBJECTS
    (wheel,) = (tmp_path / "dist").glob("tickets-1.0-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "unpacked")
    shutil.rmtree(tmp_path / "unpacked" / "tickets-1.0.dist-info")
    check_installed(tmp_path / "unpacked", [tmp_path])
