"""The table of the format as a JSON Schema, draft 7: completion, hover docs and squiggles in editors.

What it refuses, the loader refuses; that names, schemas and rules across declarations are right, only the loader tells.
"""

from __future__ import annotations

import json
import re
from typing import Any

from codegen.format import KINDS, Choice, Either, Key, Kind, ListOf, MapOf, Named, Need, Shape, Text

# YAML gives an editor numbers and booleans where the format takes the text that is written.
_TEXT = ("string", "number", "boolean")
_NAMES = {id(kind): name for name, kind in KINDS.items()}


def text() -> str:
    """The schema as it is committed."""
    root, *others = KINDS
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "torch-backend-codegen, spec format 1",
        "description": "One library: one shared object, one Python package, one C++ namespace.",
        **_kind(KINDS[root]),
        "definitions": {name: _kind(KINDS[name]) for name in others},
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _use(kind: Kind) -> dict[str, Any]:
    """A kind where it is used: by reference if it has a name."""
    name = _NAMES.get(id(kind))
    return {"$ref": f"#/definitions/{name}"} if name else _kind(kind)


def _kind(kind: Kind) -> dict[str, Any]:
    match kind:
        case Named(name):
            return {"$ref": f"#/definitions/{name}"}
        case Text(null):
            return {"type": [*_TEXT, *(["null"] if null else [])], "pattern": r"\S"}
        case Choice(values):
            return {"enum": list(values)}
        case ListOf(item):
            return {"type": "array", "items": _use(item)}
        case MapOf(value):
            return {"type": "object", "additionalProperties": _use(value)}
        case Either(scalar, sequence, mapping):
            return {
                "anyOf": [_use(form) for form in (scalar, sequence, mapping) if form is not None]
            }
        case Shape():
            return _shape(kind)


def _shape(shape: Shape) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: _key(key) for name, key in shape.keys.items()},
        "required": [name for name, key in shape.keys.items() if key.required],
        "additionalProperties": False,
    }
    if shape.any_of:
        schema["anyOf"] = [{"required": [name]} for name in shape.any_of]
    if shape.needs:
        schema["allOf"] = [_need(need) for need in shape.needs]
    return schema


def _key(key: Key) -> dict[str, Any]:
    """With docs that an editor shows; beside a `$ref` draft 7 ignores them, so that stands in `allOf`."""
    used = _use(key.kind)
    body = {"allOf": [used]} if "$ref" in used else used
    doc = re.sub(r"\[(.*?)\]\(.*?\)", r"docs/\1", key.doc)
    doc += f" (default: {key.default})" if key.default else ""
    return {"description": doc.replace("`", ""), "markdownDescription": doc, **body}


def _need(need: Need) -> dict[str, Any]:
    condition: dict[str, Any] = {"required": [need.key]}
    if need.unless is not None:
        condition["properties"] = {need.key: {"not": {"const": need.unless}}}
    filled = {"anyOf": [{"not": {"type": "array"}}, {"minItems": 1}]}
    return {
        "if": condition,
        "then": {"required": [need.needed], "properties": {need.needed: filled}},
    }
