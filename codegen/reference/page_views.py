"""What the templates of the API reference print: values of final text, of HTML or of Markdown."""

from __future__ import annotations

from typing import NamedTuple

from codegen.reference.diagram import Drawing


class CodeView(NamedTuple):
    """A signature; `slug` is the language as an identifier."""

    language: str
    slug: str
    text: str


class FactView(NamedTuple):
    label: str
    text: str


class ArgumentView(NamedTuple):
    name: str
    type: str
    default: str
    doc: str


class MemberView(NamedTuple):
    """A method or a property."""

    anchor: str
    name: str
    title: str
    kind: str
    suffix: str
    """What tells overloads apart."""
    badges: tuple[str, ...]
    note: str
    """The badges as a text."""
    codes: tuple[CodeView, ...]
    doc: str
    arguments: tuple[ArgumentView, ...]
    documented: tuple[ArgumentView, ...]
    """All arguments, if anything is said of one."""
    type: str
    """Of a property."""
    returns: str
    facts: tuple[FactView, ...]
    listed: bool
    """Whether there is anything to list below its doc."""


class InheritedView(NamedTuple):
    base: str
    members: str


class EntryView(NamedTuple):
    """A class, an interface or an implementation."""

    anchor: str
    name: str
    title: str
    link: str
    kind: str
    summary: str
    doc: str
    codes: tuple[CodeView, ...] = ()
    facts: tuple[FactView, ...] = ()
    members: tuple[MemberView, ...] = ()
    inherited: tuple[InheritedView, ...] = ()


class GroupView(NamedTuple):
    title: str
    entries: tuple[EntryView, ...]


class LibraryView(NamedTuple):
    anchor: str
    name: str
    title: str
    page: str
    summary: str
    doc: str
    facts: tuple[FactView, ...]
    groups: tuple[GroupView, ...]
    drawings: tuple[Drawing, ...]
    """One, or none where nothing is related."""
    mermaid: tuple[str, ...]


class PageView(NamedTuple):
    """A library on a page of Markdown."""

    banner: str
    library: LibraryView


class IndexView(NamedTuple):
    banner: str
    libraries: tuple[LibraryView, ...]


class HtmlView(NamedTuple):
    """All libraries on one page, with its own style and script."""

    banner: str
    title: str
    several: bool
    policy: str
    style: str
    script: str
    libraries: tuple[LibraryView, ...]
