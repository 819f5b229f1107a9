"""`python -m codegen explain [CODE …]`: what diagnostics mean."""

from __future__ import annotations

import argparse
import json

from codegen import console
from codegen.codes import CODES, GROUPS, shown
from codegen.diagnostics import Stop, did_you_mean

DESCRIPTION = (
    "Tells what a diagnostic means, with an example that has it and the same mended; without a code, which\n"
    "codes there are."
)
EXAMPLES = """\
  python -m codegen explain CG401            one code
  python -m codegen explain                  the list of all
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("codes", nargs="*", metavar="CODE", help="such as CG401")
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="text for people, or json (an object a line)",
    )


def run(options: argparse.Namespace) -> int:
    codes = [_known(code) for code in dict.fromkeys(map(str.upper, options.codes))]
    if options.format == "json":
        for code in codes or CODES:
            entry = CODES[code]
            entry = entry._replace(bad=shown(entry.bad), good=shown(entry.good))
            console.write(f"{json.dumps({'code': code, **entry._asdict()})}\n")
    elif codes:
        console.explain(codes)
    else:
        console.write(_listed())
    return 0


def _listed() -> str:
    """All codes, by what they are about."""
    groups = []
    for start, what in GROUPS.items():
        codes = [f"{code}  {each.title}\n" for code, each in CODES.items() if code[:3] == start]
        if codes:
            groups.append(f"{what}:\n{''.join(codes)}")
    return "\n".join(groups)


def _known(code: str) -> str:
    if code not in CODES:
        hint = did_you_mean(code, CODES) or "without a code, explain lists all"
        raise Stop(f"there is no code '{code}'; {hint}")
    return code
