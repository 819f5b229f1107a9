"""`breaking`: what it says breaks is what really breaks, for callers, saved models, exported programs and extensions.

tests/compatibility declares a library twice, each class changed in one way, with what its callers wrote.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
import torch
from compatibility import cases
from conftest import ROOT, build, git, printed, run
from test_docs import blocks
from torch.utils.cpp_extension import include_paths

from codegen import breaking
from codegen.callers import Caller
from codegen.calls import compare
from codegen.check import check
from codegen.cli import main
from codegen.codes import CODES
from codegen.diagnostics import Diagnostic, Diagnostics
from codegen.load import load
from codegen.model import Library, Method
from codegen.schema_parser import parse
from codegen.source import Source, Span, Text

BREAKING = {code: entry for code, entry in CODES.items() if code.startswith("CG7")}


def declared(text: str, path: str = "spec.yaml") -> Library:
    diagnostics = Diagnostics()
    library = load(Source(path, text), diagnostics)
    assert library is not None
    check([library], diagnostics)
    assert not list(diagnostics)
    return library


def found(old: str, new: str) -> list[Diagnostic]:
    diagnostics = Diagnostics()
    breaking.check([declared(old, "old.yaml")], [declared(new)], diagnostics)
    return list(diagnostics)


@pytest.mark.parametrize("code", BREAKING)
def test_examples_of_the_codes(code: str) -> None:
    """The bad one has this code and no other; the good one breaks nobody."""
    entry = BREAKING[code]
    assert [d.code for d in found(entry.before, entry.bad)] == [code]
    assert [d for d in found(entry.before, entry.good) if d.code != "CG724"] == []


def methods(*schemas: str) -> str:
    lines = ["library: a", "classes:", "- name: A", "  class: A", "  methods:"]
    return "\n".join([*lines, *(f"  - func: {schema}" for schema in schemas)]) + "\n"


def changed_methods(old: tuple[str, ...], new: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(d.code, d.message.split(":")[0]) for d in found(methods(*old), methods(*new))]


@pytest.mark.parametrize(
    ("old", "added", "breaks"),
    [
        ("f.a(float x) -> float", "f.b(int x) -> str", True),
        ("f.a(float x) -> float", "f.b(int x) -> float", False),
        ("f.a(float x) -> float", "f.b(str x) -> str", False),
        ("f.a(int x) -> int", "f.b(float x) -> str", False),
        ("f.a(Any x, *, int k=1) -> int", "f.b(str x, *, int k=1) -> str", True),
        ("f.a(int? x) -> int", "f.b(int x) -> str", True),
    ],
)
def test_overloads_that_take_calls_over(old: str, added: str, breaks: bool) -> None:
    """Wherever it stands, the most specific is called."""
    expected = ["CG726"] if breaks else []
    assert [code for code, _ in changed_methods((old,), (old, added))] == expected


@pytest.mark.parametrize(
    ("old", "added", "what"),
    [
        ((), "__eq__(Any other) -> bool", "objects of 'A' compare by value, and have no hash"),
        (("__hash__() -> int",), "__eq__(Any other) -> bool", "objects of 'A' compare by value"),
        ((), "__len__() -> int", "objects of 'A' may be false"),
        ((), "__bool__() -> bool", "objects of 'A' may be false"),
        (("__bool__() -> bool",), "__len__() -> int", ""),
        (
            ("__len__() -> int",),
            "__bool__() -> bool",
            "objects of 'A' are true by `__bool__`, and were by `__len__`",
        ),
        ((), "__str__() -> str", ""),
    ],
)
def test_added_special_methods(old: tuple[str, ...], added: str, what: str) -> None:
    old = ("f() -> int", *old)
    assert changed_methods(old, (*old, added)) == ([("CG727", what)] if what else [])


def test_a_new_name_stands_for_one_old_name() -> None:
    """In order; what is left over is gone."""
    old = ("a(int x) -> int", "b(int x) -> int", "c(int x) -> int")
    assert changed_methods(old, ("d(int x) -> int", "e(int x) -> int")) == [
        ("CG701", "the method 'A.c' is gone"),
        ("CG702", "the method 'A.a' is called 'd'"),
        ("CG702", "the method 'A.b' is called 'e'"),
    ]


class Lived(NamedTuple):
    """What became of each call, by who made it, with the old build and with the new one."""

    old: Mapping[str, Mapping[str, str]]
    new: Mapping[str, Mapping[str, str]]
    changes: Mapping[str, set[Caller]]
    """Who breaks by our verdict, by class."""


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """Both versions built, the callers run with the old one, and what they saved loaded with the new one."""
    kept = tmp_path_factory.mktemp("kept")
    outcomes, libraries = [], []
    for side, command in (("old", "record"), ("new", "replay")):
        folder = ROOT / "generated" / ".build" / "compatibility" / side
        (folder / "src").mkdir(parents=True, exist_ok=True)
        spec = cases.write(side, folder / "src")
        build(spec, out=folder / "generated")
        libraries.append(declared(spec.read_text(), spec.as_posix()))
        callers = ROOT / "tests" / "compatibility" / "callers.py"
        path = f"{folder / 'generated'}:{ROOT}"
        outcomes.append(
            json.loads(printed(sys.executable, callers, command, kept, PYTHONPATH=path))
        )
    verdicts: dict[str, set[Caller]] = {}
    for change in breaking.compared(breaking.Pair(*libraries)):
        verdicts.setdefault(change.name.split(".")[0], set()).update(change.who)
    return Lived(*outcomes, verdicts)


@pytest.mark.parametrize("case", cases.CASES, ids=lambda case: str(case.name))
def test_what_we_say_breaks_is_what_breaks(case: cases.Case, lived: Lived) -> None:
    """An error breaks, and another result; what did not work before cannot break."""
    broken = set()
    for call in ("pickled", *case.calls):
        key = f"{case.name} {call}"
        for kind, was in lived.old[key].items():
            if not was.startswith("!") and lived.new[key][kind] != was:
                broken.add(Caller[kind.upper()])
    assert lived.changes.get(case.name, set()) - {Caller.EXTENSION} == broken


def test_callers_are_heard(lived: Lived) -> None:
    """What was saved is what is loaded: few of the calls have no model, and those for a reason of torch's."""
    calls = [key for key in lived.old if not key.endswith("pickled")]
    for kind, least in (("python", len(calls)), ("torchscript", 120), ("exported", 90)):
        worked = [key for key in calls if not lived.old[key].get(kind, "!").startswith("!")]
        assert len(worked) >= least, kind
        assert all(kind in lived.new[key] for key in worked)


def test_keyword_only_arguments_are_in_no_model_that_can_be_loaded(lived: Lived) -> None:
    """torch writes them by position. Where this fails, it no longer does, and `compatibility._callers` is to know."""
    for call in ("OtherDefaultKeyword o.f(x, a=3)", "InitKeyword {cls}(k=3).f(x)"):
        assert "positional arguments" in lived.old[call]["torchscript"], call
    assert "INTERNAL ASSERT" in lived.old["StaticChanged {cls}.f(x, 2)"]["torchscript"]


TYPES = """Tensor Tensor? int int? float bool str Scalar Any SymInt complex Device int[] int?[] float[] Tensor[]
(int,str) (int?,str) Dict(str,int)""".split()
DEFAULTS = {"int": "12", "float": "1.0", "bool": "True", "int?": "3", "str": '"a"'}
# Where torch is stricter than what happens: a bool goes as a number, one int for as many as a list has.
CONVERTED = {("bool", "Scalar"), ("int", "int[2]"), ("SymInt", "int[2]"), ("int[]", "int[2]")}


class Taken(NamedTuple):
    """An argument of a schema that is made up."""

    name: str
    type: str
    default: str = ""
    keyword: bool = False

    def __str__(self) -> str:
        return f"{self.type} {self.name}{f'={self.default}' if self.default else ''}"


def a_schema(rng: random.Random) -> list[Taken]:
    taken = [Taken(name, rng.choice(TYPES)) for name in "abcd"[: rng.randint(0, 4)]]
    keywords = rng.randint(0, len(taken))
    made = [
        t._replace(
            default=DEFAULTS.get(t.type, "") if rng.random() < 0.5 else "",
            keyword=i >= keywords,
        )
        for i, t in enumerate(taken)
    ]
    return readable(made)


def readable(taken: list[Taken]) -> list[Taken]:
    """No default stands before a positional argument without one."""
    bare = [i for i, t in enumerate(taken) if not t.keyword and not t.default]
    last = max(bare, default=0)
    return [t._replace(default="") if i < last else t for i, t in enumerate(taken)]


def changed(taken: list[Taken], rng: random.Random) -> list[Taken]:
    """The same with one change."""
    taken = list(taken)
    at = rng.randrange(len(taken) + 1)
    match rng.randrange(7):
        case 0:
            t = rng.choice(TYPES)
            taken.insert(at, Taken("new", t, DEFAULTS.get(t, ""), rng.random() < 0.5))
        case 1:
            del taken[at : at + 1]
        case 2:
            taken[at : at + 2] = reversed(taken[at : at + 2])
        case 3:
            taken[at : at + 1] = [t._replace(name="other") for t in taken[at : at + 1]]
        case 4:
            t = rng.choice([*TYPES, "int[2]"])
            taken[at : at + 1] = [x._replace(type=t, default="") for x in taken[at : at + 1]]
        case 5:
            taken[at : at + 1] = [
                x._replace(default=rng.choice(["", x.default]), keyword=not x.keyword)
                for x in taken[at : at + 1]
            ]
        case 6:
            taken[at : at + 1] = [
                x._replace(default="2" if x.type == "int" else "") for x in taken[at : at + 1]
            ]
    return readable(sorted(taken, key=lambda t: t.keyword))


def text_of(taken: list[Taken], result: str) -> str:
    texts = [str(t) for t in taken]
    keywords = sum(t.keyword for t in taken)
    if keywords:
        texts.insert(len(texts) - keywords, "*")
    return f"f({', '.join(texts)}) -> {result}"


def as_torch_compares(old: list[Taken], new: list[Taken]) -> list[Taken]:
    """Torch compares all arguments by their places, and converts nothing.

    No call can tell the places of keyword-only ones, nor of those behind all that were passed by position.
    """
    types = {t.name: t.type for t in old}
    places = {t.name: i for i, t in enumerate(old)}
    positional = {t.name for t in old if not t.keyword} | {"other"}
    last = max((i for i, t in enumerate(new) if t.name in positional), default=-1)
    new = [
        t._replace(
            type=types[t.name] if (types.get(t.name), t.type) in CONVERTED else t.type,
            keyword=t.keyword or i > last,
        )
        for i, t in enumerate(new)
    ]
    return sorted(new, key=lambda t: (t.keyword, places.get(t.name, 99) if t.keyword else 0))


def method_of(text: str) -> Method:
    return Method(Text(text, Span(Source("", text), 0, 1)), parse(text), "", {}, None)


def test_schemas_are_compatible_where_torch_says_so() -> None:
    """`FunctionSchema.is_backward_compatible_with`, for what a Python caller and a TorchScript model do together."""
    rng = random.Random(1)
    library = declared("library: a\nclasses: [{name: A, class: A, methods: [{func: f() -> ()}]}]")
    agreed = {True: 0, False: 0}
    for _ in range(4000):
        old = a_schema(rng)
        new = changed(old, rng) if rng.random() < 0.9 else list(old)
        result = rng.choice(TYPES)
        returned = result if rng.random() < 0.8 else rng.choice(TYPES)
        before, after = text_of(old, f"({result} r)"), text_of(new, f"({returned} r)")
        torchs = text_of(as_torch_compares(old, new), f"({returned} r)")
        theirs = torch._C.parse_schema(torchs).is_backward_compatible_with(
            torch._C.parse_schema(before)
        )
        who = {Caller.PYTHON, Caller.TORCHSCRIPT}
        ours = not compare("f", method_of(before), method_of(after), who, library)
        assert ours == theirs, f"{before}  ->  {after}"
        agreed[ours] += 1
    assert min(agreed.values()) > 1000


# Of an interface the methods that it had and has, and what an implementation that overrides the old ones declares.
INTERFACES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "same": (("f(int a) -> int",), ("f(int a) -> int",), "int64_t f(int64_t)"),
    "added": (("f() -> int",), ("f() -> int", "g() -> int"), "int64_t f()"),
    "gone": (
        ("f() -> int", "g() -> ()"),
        ("f() -> int",),
        "int64_t f() override { return 1; } void g()",
    ),
    "argument": (("f() -> int",), ("f(int a=1) -> int",), "int64_t f()"),
    "renamed": (("f(int a) -> int",), ("f(int b) -> int",), "int64_t f(int64_t)"),
    "keyword": (("f(int a) -> int",), ("f(*, int a) -> int",), "int64_t f(int64_t)"),
    "other": (("f(int a=1) -> int",), ("f(int a=2) -> int",), "int64_t f(int64_t)"),
    "optional": (("f(int a) -> int",), ("f(int? a) -> int",), "int64_t f(int64_t)"),
    "sized": (("f(int[] a) -> int",), ("f(int[2] a) -> int",), "int64_t f(std::vector<int64_t>)"),
    "result": (("f() -> int",), ("f() -> float",), "int64_t f()"),
    "named": (
        ("f() -> (int, int)",),
        ("f() -> (int a, int b)",),
        "std::tuple<int64_t, int64_t> f()",
    ),
    "member": (("f() -> int",), ("f() -> int\n    impl: g",), "int64_t f()"),
}


def interfaces(side: int) -> str:
    lines = ["library: ext", "backends:"]
    for name, methods in INTERFACES.items():
        lines += [f"- name: {name}", f"  interface: I{name}", "  methods:"]
        lines += [f"  - func: {method}" for method in methods[side]]
    return "\n".join(lines) + "\n"


def test_implementations_that_no_longer_compile(tmp_path: Path) -> None:
    """Those of the old interfaces against the new headers, a line each."""
    spec = tmp_path / "ext.yaml"
    spec.write_text(interfaces(1))
    assert main([str(spec), "--out", str(tmp_path / "generated")]) == 0
    includes = [f'#include "ext/{name}.h"' for name in INTERFACES]
    lines = {len(includes) + i: name for i, name in enumerate(INTERFACES, 1)}
    code = [
        f"struct A{name} : ext::I{name} {{ {member} override {{ return {{}}; }} }};"
        f" ext::I{name}* {name}() {{ return new A{name}; }}"
        for name, (_, _, member) in INTERFACES.items()
    ]
    code = [
        line.replace("void g() override { return {}; }", "void g() override {}") for line in code
    ]
    (tmp_path / "mine.cpp").write_text("\n".join([*includes, *code]) + "\n")
    folders = [tmp_path / f"generated/{name}/include" for name in ("ext", "_codegen")]
    command = [
        "c++",
        "-std=c++20",
        "-fsyntax-only",
        *(f"-I{f}" for f in [*folders, *include_paths()]),
    ]
    done = run(*command, "mine.cpp", cwd=tmp_path)
    refused = {lines[int(n)] for n in re.findall(r"^mine\.cpp:(\d+):\d+: error", done.stderr, re.M)}
    pair = breaking.Pair(declared(interfaces(0)), declared(interfaces(1)))
    says = {
        change.name.split(".")[0]
        for change in breaking.compared(pair)
        if Caller.EXTENSION in change.who
    }
    assert says == refused == {"added", "gone", "argument", "optional", "result", "member"}


OLD = """\
library: vecdb
namespace: search
python: {modules: [convert.py]}
backends:
- name: tokenizer
  interface: TokenizerInterface
  methods:
  - func: encode(str text) -> int[]
  implementations: [{name: whitespace, class: vecdb::Whitespace}]
classes:
- name: Index
  class: vecdb::Index
  init: (int dim)
  methods:
  - func: search(Tensor query, int k=10) -> Tensor
  - func: add(Tensor rows) -> ()
  - func: count() -> int
  properties:
  - {name: probes, type: int, field: probes_}
  pickle: {state: "(int, Tensor)", get: get_state, set: set_state}
- name: Query
  class: vecdb::Query
"""
NEW = """\
library: vecdb
namespace: vecdb
python: {modules: [convert.py]}
backends:
- name: tokenizer
  interface: TokenizerInterface
  methods:
  - func: encode(str text, *, bool special=True) -> int[]
  implementations: [{name: words, class: vecdb::Whitespace}]
classes:
- name: Index
  class: vecdb::Index
  init: (int dim, str metric)
  methods:
  - func: search(Tensor query, int probes=1, int k=20) -> Tensor
  - func: insert(Tensor rows) -> ()
  - func: count() -> int
    deprecated: use len()
  properties:
  - {name: probes, type: int, field: probes_, readonly: true}
  pickle: {state: "(int, Tensor, str)", get: get_state, set: set_state}
breaking:
- {code: CG709, name: Index.search, reason: ten were too few}
- {code: CG701, name: Index.find, reason: it never worked}
"""
PAGE = ROOT / "docs" / "breaking.md"
GOLDEN = Path(__file__).parent / "compatibility" / "messages.txt"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With the old spec committed and the new one in the working tree."""
    specs = tmp_path / "specs"
    specs.mkdir()
    (specs / "vecdb.yaml").write_text(OLD)
    (specs / "convert.py").write_text("")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "old")
    (specs / "vecdb.yaml").write_text(NEW)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_messages(
    repository: Path, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    """All that is printed; `pytest --update` writes it anew."""
    assert main(["breaking", "specs", "--against", "HEAD"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    if request.config.getoption("--update"):
        GOLDEN.write_text(printed.err)
    assert printed.err == GOLDEN.read_text()


def test_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What docs/breaking.md shows of its two specs is what is printed."""
    before, after, *_ = blocks(PAGE, "yaml")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vecdb.yaml").write_text(before)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "before")
    (tmp_path / "vecdb.yaml").write_text(after)
    assert main(["breaking", "vecdb.yaml", "--against", "HEAD"]) == 1
    assert f"```\n{capsys.readouterr().err}```\n" in PAGE.read_text()


def test_nothing_is_checked_out(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat() for path in repository.rglob("*")}
    main(["breaking", "specs/vecdb.yaml", "--against", "HEAD", "--format", "json"])
    assert {path: path.stat() for path in repository.rglob("*")} == before
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["related"][0]["path"] for line in lines if line["related"]} == {
        "HEAD:specs/vecdb.yaml"
    }


@pytest.mark.parametrize("against", ["old", "old/specs", "old/specs/vecdb.yaml"])
def test_another_folder(repository: Path, against: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A checkout, the folder of specs in it, a spec."""
    (repository / "old" / "specs").mkdir(parents=True)
    (repository / "old" / "specs" / "vecdb.yaml").write_text(OLD)
    assert main(["breaking", "specs/vecdb.yaml", "--against", against]) == 1
    assert " old/specs/vecdb.yaml:15:11: as it was" in capsys.readouterr().err


def test_what_breaks_nobody(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = repository / "specs" / "vecdb.yaml"
    spec.write_text(OLD.replace("int k=10)", "int k=10, int probes=1)"))
    assert main(["breaking", "specs", "--against", "HEAD"]) == 0
    assert capsys.readouterr() == ("", "codegen: nothing breaks: 1 library compared with HEAD\n")
    spec.write_text(
        OLD.replace("- func: count() -> int", "- func: count() -> int\n    deprecated: no")
    )
    assert main(["breaking", "specs", "--against", "HEAD"]) == 0
    assert "warning CG724" in capsys.readouterr().err


def test_a_folder_of_another_name(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was in it and is not anywhere is gone; a library that two specs declared is not chosen from."""
    specs = repository / "specs"
    (specs / "words.yaml").write_text("library: words\nclasses: [{name: Word, class: Word}]\n")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "more")
    git(repository, "mv", "specs", "decl")
    git(repository, "rm", "-qf", "decl/words.yaml")
    assert main(["breaking", "decl", "--against", "HEAD"]) == 1
    assert "CG701: the library 'words' is gone" in capsys.readouterr().err
    (repository / "old").mkdir()
    (repository / "old" / "vecdb.yaml").write_text(NEW.replace("count()", "counted()"))
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "twice")
    git(repository, "mv", "decl", "again")
    assert main(["breaking", "again", "--against", "HEAD"]) == 2
    said = "the library 'vecdb' stood in HEAD:decl/vecdb.yaml and HEAD:old/vecdb.yaml"
    assert said in capsys.readouterr().err


def test_a_library_that_is_gone(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is told of where it stood, by a path that an annotation can have; also where its folder is gone with it."""
    for gone in ("specs/vecdb.yaml", "specs/convert.py", "specs"):
        git(repository, "rm", "-rqf", "--ignore-unmatch", gone)
        assert main(["breaking", "specs", "--against", "HEAD"]) == 1
        assert capsys.readouterr().err.startswith(
            "specs/vecdb.yaml:1:10: error CG701: the library 'vecdb' is gone: breaks"
        )


def test_what_cannot_be_compared(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def said(path: str, against: str) -> str:
        assert main(["breaking", path, f"--against={against}"]) == 2
        return capsys.readouterr().err

    assert "'nowhere' is neither a folder, nor a spec, nor a revision" in said("specs", "nowhere")
    assert "is neither a folder" in said("specs", "--exec=x")
    assert "there is no other.yaml, neither here nor in HEAD" in said("other.yaml", "HEAD")
    spec = repository / "specs" / "vecdb.yaml"
    spec.write_text("library: vecdb\nclasses: [{name: Index}]\n")
    git(repository, "commit", "-qam", "wrong")
    assert "is no spec to this version of codegen: HEAD:specs/vecdb.yaml:2:12: CG202" in said(
        "specs", "HEAD"
    )
    assert main(["breaking", "specs", "--against", "HEAD~1"]) == 1
    assert "nothing was compared" in capsys.readouterr().err
    shutil.rmtree(repository / ".git")
    assert "not a git repository" in said("specs", "HEAD")


def test_nothing_compared_is_not_clean(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder or a spec of another name is found, or it is said that nothing was."""

    def breaks(path: str, against: str) -> int:
        return main(["breaking", path, f"--against={against}"])

    assert breaks("specs", "") == 2
    git(repository, "mv", "specs/vecdb.yaml", "specs/index.yaml")
    assert breaks("specs/index.yaml", "HEAD") == 1
    assert "HEAD:specs/vecdb.yaml:" in capsys.readouterr().err
    (repository / "linked").symlink_to("specs")
    assert breaks("linked", "HEAD") == breaks(str(repository / "linked"), "HEAD") == 1
    git(repository, "mv", "specs", "decl")
    for path in ("decl", "decl/index.yaml", str(repository / "decl")):
        capsys.readouterr()
        assert breaks(path, "HEAD") == 1
        assert "HEAD:specs/vecdb.yaml:" in capsys.readouterr().err
    (repository / "far" / "away").mkdir(parents=True)
    git(repository, "mv", "decl/index.yaml", "far/away/index.yaml")
    assert breaks("far/away", "HEAD") == breaks("far/away/index.yaml", "HEAD") == 1
    git(repository, "mv", "far/away/index.yaml", "decl/index.yaml")
    (repository / "decl" / "new.yaml").write_text("library: new\nclasses: [{name: A, class: A}]\n")
    capsys.readouterr()
    assert breaks("decl/new.yaml", "HEAD") == 2
    assert "HEAD has no spec at decl/new.yaml, and no library of that" in capsys.readouterr().err
    (repository / "decl" / "new.yaml").unlink()
    assert breaks("decl", "HEAD:specs") == breaks("decl/index.yaml", "HEAD:specs/vecdb.yaml") == 1
    assert breaks("decl", "HEAD:nowhere") == breaks("decl", "decl") == breaks("decl", ".") == 2
    monkeypatch.chdir(repository / "decl")
    assert breaks("../decl", "../decl/..") == breaks(".", "..") == 2


def test_another_checkout(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From anywhere in it, and by any name: relative, or absolute."""
    other = repository / "checkout"
    git(repository, "worktree", "add", "-q", "--detach", "checkout")
    assert main(["breaking", str(repository / "specs"), "--against", "checkout"]) == 1
    monkeypatch.chdir(repository / "specs")
    assert main(["breaking", "vecdb.yaml", "--against", str(other)]) == 1
    assert main(["breaking", ".", "--against", "../checkout"]) == 1
    shutil.rmtree(other / "specs")
    assert main(["breaking", ".", "--against", "../checkout"]) == 2


def test_a_revision_that_is_a_folder(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(repository, "branch", "docs")
    (repository / "docs").mkdir()
    assert main(["breaking", "specs", "--against", "docs"]) == 2
    assert "write ./docs or refs/heads/docs" in capsys.readouterr().err
    assert main(["breaking", "specs", "--against", "refs/heads/docs"]) == 1
    assert main(["breaking", "specs", "--against", "./docs"]) == 2
    assert "./docs has no spec at specs" in capsys.readouterr().err


def test_a_hook_of_a_linked_worktree(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """git tells it of the repository in its environment."""
    spec = repository / "linked" / "specs" / "vecdb.yaml"
    git(repository, "worktree", "add", "-q", "--detach", "linked")
    spec.write_text(NEW)
    monkeypatch.chdir(repository / "linked")
    monkeypatch.setenv("GIT_DIR", str(repository / ".git" / "worktrees" / "linked"))
    monkeypatch.setenv("GIT_INDEX_FILE", "../.git/worktrees/linked/index")
    assert main(["breaking", "specs", "--against", "HEAD"]) == 1
    monkeypatch.setenv("GIT_DIR", "../.git/worktrees/linked")
    assert main(["breaking", "specs/vecdb.yaml", "--against", "HEAD"]) == 1


def test_links_in_git(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They are followed, and what they and their targets declare counts once."""
    (repository / "also").symlink_to("specs")
    (repository / "specs" / "again.yaml").symlink_to("vecdb.yaml")
    (repository / "convert.py").write_text("")
    (repository / "one.yaml").symlink_to("also/again.yaml")
    git(repository, "stash", "-q", "--", "specs/vecdb.yaml")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "links")
    git(repository, "stash", "pop", "-q")
    for paths in (["specs"], ["also"], ["one.yaml"], ["specs", "also", "one.yaml"]):
        assert main(["breaking", *paths, "--against", "HEAD"]) == 1
        assert "error CG718" in capsys.readouterr().err
    (repository / "specs" / "away.yaml").symlink_to("../../away.yaml")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "away")
    assert main(["breaking", "specs", "--against", "HEAD"]) == 2
    assert "specs/away.yaml was a link to ../away.yaml, which is not in" in capsys.readouterr().err


def test_several_paths(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is in one that was not there is told."""
    (repository / "more").mkdir()
    (repository / "more" / "words.yaml").write_text(
        "library: words\nclasses: [{name: Word, class: Word}]\n"
    )
    assert main(["breaking", "specs", "more", "--against", "HEAD"]) == 1
    assert "words is not in HEAD: it is new, or had another name" in capsys.readouterr().err
    git(repository, "mv", "specs/vecdb.yaml", "more/vecdb.yaml")
    assert main(["breaking", "specs", "more", "--against", "HEAD"]) == 1
    assert "CG701: the library" not in capsys.readouterr().err


def test_deprecations_reach_the_docs(tmp_path: Path) -> None:
    """The docs of the C++ and of the package, below what they say else."""
    note = "\n    deprecated: use\n      the other"
    spec = tmp_path / "vecdb.yaml"
    spec.write_text(
        OLD.replace("python: {modules: [convert.py]}\n", "")
        .replace("- func: count() -> int", f"- func: count() -> int\n    doc: How many.{note}")
        .replace("field: probes_}", "field: probes_, deprecated: use none}")
        .replace("class: vecdb::Query", "class: vecdb::Query\n  deprecated: use a tensor")
        .replace("-> int[]", f"-> int[]{note}")
    )
    assert main([str(spec), "--out", str(tmp_path / "generated")]) == 0
    package = tmp_path / "generated" / "vecdb"
    for stub in ("__init__.py", "__init__.pyi"):
        text = (package / stub).read_text()
        assert "How many.\n\n        Deprecated: use the other\n" in text
        assert '"""Deprecated: use none"""' in text and '"""Deprecated: use a tensor"""' in text
    assert "/// Deprecated: use the other" in (package / "include/vecdb/tokenizer.h").read_text()
    registered = (package / "src/registration.cpp").read_text()
    assert r"How many.\n\nDeprecated: use the other" in registered
