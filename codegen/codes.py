"""The table of diagnostics: what each code means, how severe it is, an example that has it and one that has not.

`explain`, docs/errors.md, the rules of SARIF and the tests of the examples are made of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

Severity = Literal["error", "warning"]


class Code(NamedTuple):
    """What is said of a code, in Markdown."""

    title: str
    why: str
    """What it means, and what to do."""
    bad: str
    """A whole spec that has this diagnostic and no other."""
    good: str
    """The same, mended."""
    before: str = ""
    """Of a code of `breaking`: the spec as it was."""
    severity: Severity = "error"

    def explanation(self, code: str) -> str:
        """All of it as a page."""
        examples = [("Before", self.before), ("Bad", self.bad), ("Good", self.good)]
        shown = [f"{title}:\n\n```yaml\n{text}```" for title, text in examples if text]
        return "\n\n".join([f"## {code}: {self.title}", self.why, *shown]) + "\n"


CODES: Mapping[str, Code] = {
    "CG001": Code(
        title="a file cannot be read as text",
        why="",
        bad="",
        good="",
    ),
    "CG101": Code(
        title="the YAML is malformed",
        why="",
        bad="",
        good="",
    ),
    "CG102": Code(
        title="a key is written twice",
        why="",
        bad="",
        good="",
    ),
    "CG103": Code(
        title="an anchor, an alias or a tag",
        why="",
        bad="",
        good="",
    ),
    "CG104": Code(
        title="too deeply nested",
        why="",
        bad="",
        good="",
    ),
    "CG105": Code(
        title="not exactly one document",
        why="",
        bad="",
        good="",
    ),
    "CG201": Code(
        title="an unknown key",
        why="",
        bad="",
        good="",
    ),
    "CG202": Code(
        title="something required is missing",
        why="",
        bad="",
        good="",
    ),
    "CG203": Code(
        title="another kind of value is expected",
        why="",
        bad="",
        good="",
    ),
    "CG204": Code(
        title="a part of the format that this version does not generate yet",
        why="",
        bad="",
        good="",
    ),
    "CG205": Code(
        title="a value outside of what is allowed",
        why="",
        bad="",
        good="",
    ),
    "CG301": Code(
        title="a schema that cannot be parsed",
        why="",
        bad="",
        good="",
    ),
    "CG302": Code(
        title="an unknown type",
        why="",
        bad="",
        good="",
    ),
    "CG303": Code(
        title="a type or form that cannot work in torch",
        why="",
        bad="",
        good="",
    ),
    "CG304": Code(
        title="a method of torch's interface declared with another schema",
        why="",
        bad="",
        good="",
    ),
    "CG305": Code(
        title="overloads that a call cannot tell apart",
        why="",
        bad="",
        good="",
    ),
    "CG306": Code(
        title="a rule of `fake:` that does not fit its method",
        why="",
        bad="",
        good="",
    ),
    "CG401": Code(
        title="a name that cannot be used",
        why="",
        bad="",
        good="",
    ),
    "CG402": Code(
        title="the same name twice",
        why="",
        bad="",
        good="",
    ),
    "CG403": Code(
        title="a path that cannot be used",
        why="",
        bad="",
        good="",
    ),
    "CG404": Code(
        title="a piece of C++ or CMake that cannot be used",
        why="",
        bad="",
        good="",
    ),
    "CG405": Code(
        title="documentation of an argument that does not exist",
        why="",
        bad="",
        good="",
    ),
    "CG501": Code(
        title="the compiler refuses what the spec names",
        why="",
        bad="",
        good="",
    ),
    "CG502": Code(
        title="a file that is to be compiled is missing",
        why="",
        bad="",
        good="",
    ),
    "CG503": Code(
        title="a CMake package is not found",
        why="",
        bad="",
        good="",
    ),
}
