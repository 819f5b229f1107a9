"""Bad input and its whole message: `errors/<mistake>.yaml` and `errors/<mistake>.stderr`.

`pytest --update` writes the messages anew; read the diff.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.cli import main
from codegen.diagnostics import CODES

ERRORS = Path(__file__).parent / "errors"
SPECS = sorted(ERRORS.glob("*.yaml"))


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_message(
    spec: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.chdir(ERRORS)
    status = main([spec.name, "--out", str(tmp_path / "out")])
    message = capsys.readouterr().err
    golden = spec.with_suffix(".stderr")
    if request.config.getoption("--update"):
        golden.write_text(message, encoding="utf-8")
    assert message == golden.read_text(encoding="utf-8")
    assert status == 1
    assert not (tmp_path / "out").exists()


def test_every_code_has_a_message() -> None:
    """Those of a build are in tests/test_build.py, those of `--check` in tests/test_output.py."""
    messages = "".join(path.read_text(encoding="utf-8") for path in ERRORS.glob("*.stderr"))
    assert [code for code in CODES if code < "CG5" and code not in messages] == []


def test_no_message_is_left_over() -> None:
    assert {p.stem for p in ERRORS.glob("*.stderr")} == {p.stem for p in SPECS}


def test_deep_nesting_and_alias_bombs_do_not_crash(tmp_path: Path) -> None:
    """CSafeLoader dies of the first with a segmentation fault, and loads the second."""
    for name, text in {
        "deep.yaml": "[" * 50_000,
        "bomb.yaml": "a: &a [x, x]\nb: &b [*a, *a]\n",
        "flow.yaml": "{a: " * 50_000,
        "schema.yaml": "library: a\nbackends: [{name: b, methods: [{func: 'f("
        + "(" * 50_000
        + "'}]}]",
    }.items():
        spec = tmp_path / name
        spec.write_text(text)
        assert main([str(spec), "--out", str(tmp_path / "out")]) == 1


def test_libraries_of_one_run_are_held_against_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        "library: {}\nbackends:\n- name: backend\n  implementations: [{{name: same, class: C}}]\n"
    )
    (tmp_path / "a.yaml").write_text(text.format("one"))
    (tmp_path / "b.yaml").write_text(text.format("two"))
    (tmp_path / "c.yaml").write_text(text.format("one"))
    monkeypatch.chdir(tmp_path)
    assert main(["."]) == 1
    assert [line for line in capsys.readouterr().err.splitlines() if "error" in line] == [
        "b.yaml:4:28: error CG402: a second torch.classes.__backends__.same",
        "c.yaml:1:10: error CG402: a second library 'one'",
        "c.yaml:4:28: error CG402: a second torch.classes.__backends__.same",
        "codegen: 3 errors; nothing was written",
    ]
