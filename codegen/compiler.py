"""What GCC and Clang say: the errors in their output, what led to each, and what they suggest.

Knows nothing of specs; `build` leads the errors back to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_PLACE = re.compile(r"(?P<path>[^\s:][^:]*):(?P<line>\d+):(?:(?P<column>\d+):)?\s+(?P<text>.*)")
_COLOUR = re.compile(r"\033\[[0-9;]*[mK]")
_ERROR = re.compile(r"(?:fatal )?error: (.*)")
_NOTE = re.compile(r"note:\s+(.*)")
# GCC says above an error in a template what instantiated it, Clang in notes below it.
_ABOVE = re.compile(r"(?:recursively )?required (?:from|by)\b")
_BELOW = re.compile(r"in instantiation of .* requested here")
# Ninja begins a step, GCC a function or a template: what was said before led to other errors.
_BEGIN = re.compile(r"\[\d+/\d+\] |FAILED: |In file included from |.*: (?:In |At global scope)")
_ASSERTION = re.compile(r"static(?: assertion|_assert) failed(?: due to requirement '.*')?:? (.*)")
_SUGGESTION = re.compile(r"; did you mean (?:to call )?'([^']+)'\?")
_ALTERNATIVE = re.compile(r"suggested alternatives?: '([^']+)'")
_NO_HEADER = re.compile(r"(.+): No such file or directory|'(.+)' file not found")
_NOT_FOUND = re.compile(
    r"' (?:is not a member of|was not declared in|has not been declared|does not name a type)"
    r"|no (?:member|type) named |use of undeclared identifier "
)


class Place(NamedTuple):
    """Where a compiler points to; a path counts from the folder in which it runs."""

    path: str
    line: int
    column: int


class Error(NamedTuple):
    """An error as the compiler says it, and the places that led to it: its own, what instantiated that, and so on."""

    said: str
    trace: list[Place]
    notes: list[tuple[Place, str]]

    @property
    def asserted(self) -> str | None:
        """The text of the static_assert that failed."""
        failed = _ASSERTION.match(self.said)
        return failed[1].strip('"') if failed else None

    @property
    def message(self) -> str:
        """What is wrong, without what is suggested."""
        return self.asserted or _SUGGESTION.sub("", self.said)

    @property
    def suggestion(self) -> str | None:
        """The name that the compiler takes for the one that was meant."""
        alternatives = (_ALTERNATIVE.match(text) for _, text in self.notes)
        found = _SUGGESTION.search(self.said) or next(filter(None, alternatives), None)
        return found[1] if found else None

    @property
    def missing_header(self) -> str | None:
        found = _NO_HEADER.fullmatch(self.said)
        return (found[1] or found[2]) if found else None

    @property
    def lacks_a_name(self) -> bool:
        """Whether a name was not found: the same error comes wherever it is used."""
        return _NOT_FOUND.search(self.said) is not None


def errors(log: str) -> Iterator[Error]:
    """The errors in the order in which they are said."""
    above: list[Place] = []
    error: Error | None = None
    for line in _COLOUR.sub("", log).splitlines():
        found = _PLACE.match(line)
        if found is None:
            if _BEGIN.match(line):
                above = []
            continue
        place = Place(found["path"], int(found["line"]), int(found["column"] or 1))
        if said := _ERROR.match(found["text"]):
            if error:
                yield error
            error = Error(said[1], [place, *above], [])
        elif _ABOVE.match(found["text"]):
            above.append(place)
        elif error and (noted := _NOTE.match(found["text"])):
            if _BELOW.match(noted[1]):
                error.trace.append(place)
            else:
                error.notes.append((place, noted[1]))
    if error:
        yield error
