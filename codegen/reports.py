"""Diagnostics as text for people, and in the formats of machines: a JSON object a line, GitHub's annotations, SARIF.

Each is a pure function of the diagnostics: where the text goes, and whether it may have colours, is `console`'s.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from codegen import __version__
from codegen.codes import CODES
from codegen.diagnostics import Diagnostic
from codegen.source import Span

# Of a longer line an excerpt shows what stands around the place.
LONGEST = 200
SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

Paint = Callable[[str, str], str]
_COLOURS = {"error": "1;31", "warning": "1;33", "place": "1", "gutter": "34", "help": "1;36"}


def painted(text: str, role: str) -> str:
    """In the colour of its role, on a terminal."""
    return f"\033[{_COLOURS[role]}m{text}\033[0m"


def plain(text: str, _role: str) -> str:
    return text


def text(diagnostics: Iterable[Diagnostic], paint: Paint) -> str:
    return "".join(f"{_text(diagnostic, paint)}\n" for diagnostic in diagnostics)


def json_lines(diagnostics: Iterable[Diagnostic]) -> str:
    """An object a line: code, title, severity, message, help, path, line, column, end, related places."""
    return "".join(f"{json.dumps(_json(diagnostic))}\n" for diagnostic in diagnostics)


def github(diagnostics: Iterable[Diagnostic]) -> str:
    """Workflow commands: annotations on the lines of a pull request."""
    return "".join(f"{_github(diagnostic)}\n" for diagnostic in diagnostics)


def sarif(diagnostics: Iterable[Diagnostic]) -> str:
    """One run of SARIF 2.1.0, which code scanning services take; the rules are the codes that were found."""
    found = list(diagnostics)
    codes = sorted({diagnostic.code for diagnostic in found})
    driver = {
        "name": "torch-backend-codegen",
        "semanticVersion": __version__,
        "rules": [_rule(code) for code in codes],
    }
    results = [_result(diagnostic, codes.index(diagnostic.code)) for diagnostic in found]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2) + "\n"


def explanation(code: str, paint: Paint) -> str:
    """What is said of a code; on a terminal the headings stand out."""

    def heading(match: re.Match[str]) -> str:
        return paint(match[0], "place")

    return re.sub(
        r"^(## .*|.*:(?=\n\n```))$", heading, CODES[code].explanation(code), flags=re.MULTILINE
    )


FORMATS: Mapping[str, Callable[[Iterable[Diagnostic]], str]] = {
    "json": json_lines,
    "github": github,
    "sarif": sarif,
}


def _text(diagnostic: Diagnostic, paint: Paint) -> str:
    severity = diagnostic.severity
    kind = paint(f"{severity} {diagnostic.code}", severity)
    lines = [f"{paint(diagnostic.span.place, 'place')}: {kind}: {diagnostic.message}"]
    lines += _excerpt(diagnostic.span, severity, paint)
    for span, what in diagnostic.related:
        lines += [f"  {paint('note', 'help')}: {span.place}: {what}"]
        lines += _excerpt(span, "gutter", paint)
    if diagnostic.help:
        lines.append(f"  {paint('help', 'help')}: {diagnostic.help}")
    return "\n".join(lines)


def _excerpt(span: Span, role: str, paint: Paint) -> list[str]:
    """The first line of a span with carets below it, kept in column under tabs and wide characters."""
    number, column = span.position
    text = span.source.line(number)
    before, marked = text[: column - 1], text[column - 1 : column - 1 + span.end - span.start]
    if len(text) > LONGEST:
        before, marked = before[-LONGEST // 2 :], marked[: LONGEST // 2]
        text = before + text[column - 1 : column - 1 + LONGEST // 2]
    carets = "^" * max(1, _width(marked))
    return [
        paint(f"{number:5} | ", "gutter") + text.replace("\t", " "),
        paint(f"{'|':>7} ", "gutter") + " " * _width(before) + paint(carets, role),
    ]


def _width(text: str) -> int:
    """How many columns of a terminal a text takes: two for what Unicode has no character for, in every CPython."""
    return sum(0 if unicodedata.combining(c) else 2 if _is_wide(c) else 1 for c in text)


def _is_wide(char: str) -> bool:
    return unicodedata.category(char) == "Cn" or unicodedata.east_asian_width(char) in "WF"


def _json(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "title": CODES[diagnostic.code].title,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "help": diagnostic.help,
        **_json_place(diagnostic.span),
        "related": [{"message": what, **_json_place(span)} for span, what in diagnostic.related],
    }


def _json_place(span: Span) -> dict[str, Any]:
    line, column = span.position
    end_line, end_column = span.end_position
    place = {"line": line, "column": column, "end_line": end_line, "end_column": end_column}
    return {"path": span.source.path, **place}


def _github(diagnostic: Diagnostic) -> str:
    line, column = diagnostic.span.position
    end_line, end_column = diagnostic.span.end_position
    place = f"file={_property(diagnostic.span.source.path)},line={line},endLine={end_line}"
    # GitHub takes columns only within a line; `endColumn` is the last one, not the one behind it.
    columns = f",col={column},endColumn={max(end_column - 1, column)}" if line == end_line else ""
    related = (f"{what}: {span.place}" for span, what in diagnostic.related)
    message = "\n".join(filter(None, [diagnostic.message, *related, diagnostic.help]))
    title = f",title={_property(f'{diagnostic.code}: {CODES[diagnostic.code].title}')}"
    return f"::{diagnostic.severity} {place}{columns}{title}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _rule(code: str) -> dict[str, Any]:
    entry = CODES[code]
    return {
        "id": code,
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": entry.why},
        "help": {"text": entry.why, "markdown": entry.explanation(code)},
        "defaultConfiguration": {"level": entry.severity},
    }


def _result(diagnostic: Diagnostic, rule: int) -> dict[str, Any]:
    message = "\n".join(filter(None, [diagnostic.message, diagnostic.help]))
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": diagnostic.severity,
        "message": {"text": message},
        "locations": [_location(diagnostic.span)],
    }
    if diagnostic.related:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": what}, **_location(span)}
            for number, (span, what) in enumerate(diagnostic.related)
        ]
    return result


def _location(span: Span) -> dict[str, Any]:
    from urllib.parse import quote

    line, column = span.position
    end_line, end_column = span.end_position
    region = {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
    }
    path = Path(span.source.path)
    uri = path.as_uri() if path.is_absolute() else quote(path.as_posix())
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}
