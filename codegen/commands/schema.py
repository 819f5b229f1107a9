"""`python -m codegen schema`: prints the JSON Schema of the format."""

from __future__ import annotations

import argparse

from codegen import console

DESCRIPTION = (
    "Prints the JSON Schema (draft 7) of the format: completion, docs and checks in editors.\n"
    "A spec names it in its first line: # yaml-language-server: $schema=spec.schema.json"
)
EXAMPLES = """\
  python -m codegen schema > spec.schema.json
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none."""


def run(_options: argparse.Namespace) -> int:
    from codegen import json_schema

    console.write(json_schema.text())
    return 0
