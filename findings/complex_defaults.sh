#!/usr/bin/env bash
# torch's schema parser reads a real default of a complex argument as another number, without an error.
#
# Version:  torch 2.13.0, CPython 3.11. The same on torch 2.10.0, 2.14.1 and 2.15.0.
# Expected: `complex x=2.5` is 2.5+0j, as `complex? x=2.5` and `Scalar x=2.5` keep the 2.5.
# Seen:     `complex x=2.5` is 2j, and each real number in the default of a `complex[]` is a whole imaginary one;
#           `complex x=2` is refused with the message "stod". An imaginary default such as 2.5j is read right.
# So:       a schema that is registered by text calls its kernel with a number that nobody wrote. Register such a
#           default as an IValue (`torch::arg("x") = c10::complex<double>(2.5, 0)`).
#
# Exits with 1 when torch behaves otherwise.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/environment"
"$folder/environment/bin/python" -m pip install --quiet --disable-pip-version-check torch==2.13.0 numpy
"$folder/environment/bin/python" - <<'END'
import torch


def default(argument: str) -> object:
    try:
        schema = torch._C.parse_schema(f"f({argument}) -> ()")
    except (RuntimeError, ValueError) as error:
        return str(error).splitlines()[0]
    return schema.arguments[0].default_value


seen = {
    "complex x=2.5": 2j,
    "complex x=2": "stod",
    "complex x=2.5j": 2.5j,
    "complex[] x=[1.5, 2j]": [1j, 2j],
    "complex? x=2.5": 2.5,
    "Scalar x=2.5": 2.5,
}
for argument, expected in seen.items():
    found = default(argument)
    print(f"{argument:24} {found!r}")
    assert repr(found) == repr(expected), f"{argument}: {expected!r} was seen, now {found!r}"
END
