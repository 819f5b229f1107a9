"""Nodes against the table of the format: keys, kinds of values, nothing of what they mean.

What does not fit becomes a diagnostic and is left out, so that a loader finds in a node what the table promises, or
nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Set

from codegen import format
from codegen.diagnostics import Diagnostics, did_you_mean, nearest
from codegen.format import KINDS, Choice, Either, Kind, ListOf, MapOf, Named, Need, Shape
from codegen.reader import Mapping, Node, Scalar, Sequence
from codegen.source import Text


def fit(node: Node, kind: Kind, diagnostics: Diagnostics) -> Node | None:
    """The node without what does not fit; None where nothing of it does."""
    return _Fitter(diagnostics).fit(node, kind)


class _Fitter:
    def __init__(self, diagnostics: Diagnostics) -> None:
        self._diagnostics = diagnostics

    def fit(self, node: Node, kind: Kind, key: str = "") -> Node | None:
        match kind:
            case Named(name):
                return self.fit(node, KINDS[name], key)
            case Either(scalar, sequence, mapping):
                chosen = {Scalar: scalar, Sequence: sequence}.get(type(node), mapping)
                return self.fit(node, mapping if chosen is None else chosen, key)
            case ListOf(item):
                return self._list(node, item)
            case MapOf():
                return self._map(node, kind, key)
            case Shape():
                return self._shape(node, kind)
            case Choice(values):
                return self._choice(node, values, key)
            case format.Text(null):
                return self._text(node, null)

    def _text(self, node: Node, null: bool) -> Node | None:
        if not isinstance(node, Scalar):
            message = f"text is expected here, not a {type(node).__name__.lower()}"
        elif not node.text.value.strip() or (node.plain and not null and _is_null(node)):
            message = "text is expected here, and nothing is written"
            if _is_comment(node):
                return self._refuse("CG203", node, message, "put a text with ` #` in it in quotes")
        else:
            return node
        return self._refuse("CG203", node, message)

    def _choice(self, node: Node, values: tuple[str | int | bool, ...], key: str) -> Node | None:
        words = {_word(value): value for value in values}
        if not isinstance(node, Scalar):
            found, help = type(node).__name__.lower(), None
        else:
            found, help = f"'{node.text}'", _word_meant(node.text.value, words)
            if node.text.value in words:
                if node.plain or isinstance(words[node.text.value], str):
                    return node
                found = f"the text {found}"
        allowed = " or ".join(f"`{word}`" for word in words)
        return self._refuse("CG205", node, f"`{key}:` is {allowed}, not {found}", help)

    def _list(self, node: Node, item: Kind) -> Node | None:
        if isinstance(node, Scalar) and isinstance(item, format.Text) and node.text.value:
            self._refuse("CG203", node, "a list is expected here", f"`[{node.text}]`")
            node = Sequence((node,), node.span)
        elif not isinstance(node, Sequence):
            return self._refuse("CG203", node, "a list is expected here")
        fitted = (self.fit(each, item) for each in node.items)
        return Sequence(tuple(each for each in fitted if each is not None), node.span)

    def _map(self, node: Node, kind: MapOf, key: str) -> Node | None:
        if not isinstance(node, Mapping):
            return self._refuse("CG203", node, f"`{key}:` maps {kind.what}")
        fitted = ((name, self.fit(value, kind.value)) for name, value in node.entries)
        return Mapping(
            tuple((name, value) for name, value in fitted if value is not None), node.span
        )

    def _shape(self, node: Node, shape: Shape) -> Node | None:
        if not isinstance(node, Mapping):
            return self._refuse("CG203", node, f"{shape.what} is a mapping of keys to values")
        node = self._unknown_keys(node, shape)
        self._missing_keys(node, shape)
        fitted = (
            (key, self.fit(value, shape.keys[key.value].kind, key.value))
            for key, value in node.entries
            if key.value in shape.keys
        )
        entries = tuple((key, value) for key, value in fitted if value is not None)
        if shape.any_of and not any(key.value in shape.any_of for key, _ in entries):
            return None
        return Mapping(entries, node.span)

    def _unknown_keys(self, node: Mapping, shape: Shape) -> Mapping:
        """The mapping, with what an unknown key seems to mean under that key, so that nothing is said to lack it."""
        entries = []
        written = {key.value for key, _ in node.entries}
        known = {*shape.keys, *shape.later}
        for key, value in node.entries:
            if key.value in shape.later:
                message = f"`{key}:` of {shape.what} is part of the format, but not generated yet"
                self._diagnostics.add("CG204", key.span, message, "leave it out for now")
            elif key.value not in known:
                meant = nearest(key.value, known) or _only_one(shape, written)
                others = f"known keys: {', '.join(sorted(known))}"
                help = f"did you mean '{meant}'?" if meant else others
                self._diagnostics.add("CG201", key.span, f"{shape.what} has no key '{key}'", help)
                if meant and meant not in written:
                    written.add(meant)
                    key = Text(meant, key.span)
            entries.append((key, value))
        return Mapping(tuple(entries), node.span)

    def _missing_keys(self, node: Mapping, shape: Shape) -> None:
        at = node.entries[0][0].span if node.entries else node.span
        values = {key.value: value for key, value in node.entries}
        for name, key in shape.keys.items():
            if key.required and name not in values:
                self._diagnostics.add("CG202", at, f"{shape.what} needs `{name}:`")
        if shape.any_of and not values.keys() & {*shape.any_of}:
            *others, last = (f"`{name}:`" for name in shape.any_of)
            message = f"{shape.what} needs {', '.join(others)} or {last}"
            self._diagnostics.add("CG202", at, message)
        for need in shape.needs:
            self._need(values, shape, need)

    def _need(self, values: dict[str, Node], shape: Shape, need: Need) -> None:
        value = values.get(need.key)
        if value is None or _filled(values.get(need.needed)):
            return
        if isinstance(value, Scalar) and need.unless is not None:
            if value.text.value == need.unless:
                return
            message = f"{shape.what} with `{need.key}: {value.text}` needs `{need.needed}:`"
        else:
            message = f"{shape.what} with `{need.key}:` needs `{need.needed}:`"
        self._diagnostics.add("CG202", value.span, message)

    def _refuse(self, code: str, node: Node, message: str, help: str | None = None) -> Node | None:
        self._diagnostics.add(code, node.span, message, help)
        return None


def _only_one(shape: Shape, written: Set[str]) -> str | None:
    """The required key that is missing, if it is one alone: an unknown key stands for it."""
    missing = [name for name, key in shape.keys.items() if key.required and name not in written]
    return missing[0] if len(missing) == 1 else None


def _word_meant(word: str, words: Collection[str]) -> str | None:
    """A word of `words`, also where it is YAML's older or Python's word for it."""
    truth = {"yes": "true", "on": "true", "1": "true", "no": "false", "off": "false", "0": "false"}
    meant = truth.get(word.lower(), word.lower())
    return f"write `{meant}`" if meant in words else did_you_mean(word, words)


def _is_null(node: Scalar) -> bool:
    return node.text.value in ("~", "null", "Null", "NULL")


def _is_comment(node: Scalar) -> bool:
    """Whether a comment stands where the text would."""
    number, column = node.span.position
    return node.span.source.line(number)[column - 1 :].lstrip().startswith("#")


def _word(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _filled(node: Node | None) -> bool:
    return node is not None and (not isinstance(node, Sequence) or bool(node.items))
