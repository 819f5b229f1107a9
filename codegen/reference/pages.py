"""The files of an API reference: a page of Markdown for each library, an index, and all of it as one page of HTML.

A file of ours opens with a banner. What stands in its place without one is the user's; one that has it and is not
produced any more is stale.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from markupsafe import Markup

from codegen import output, render
from codegen.diagnostics import Stop
from codegen.model import Library
from codegen.output import Change, Kind
from codegen.overrides import SHIPPED, Templates
from codegen.reference import contents, markup
from codegen.reference.markup import Html, Markdown
from codegen.reference.page_views import HtmlView, IndexView, LibraryView, PageView

INDEX, HTML = "index.md", "reference.html"
_BANNER = ("<!-- Generated from ", " by torch-backend-codegen. Do not edit. -->")


def texts(libraries: Sequence[Library], templates: Templates = SHIPPED) -> dict[str, str]:
    """Each file by its name."""
    ordered = sorted(libraries, key=lambda library: library.name.value)
    pages = contents.views(ordered, [Markdown(library.name.value) for library in ordered])
    listed = tuple(contents.views(ordered, [Markdown()] * len(ordered)))
    whole = tuple(contents.views(ordered, [Html()] * len(ordered)))

    def rendered(template: str, view: render.View) -> str:
        return render.render(f"docs/{template}", view, templates).text

    return {
        INDEX: rendered("index.md.j2", IndexView(_banner(ordered), listed)),
        HTML: rendered("reference.html.j2", _html(_banner(ordered), whole, templates)),
        **{
            page.page: rendered("library.md.j2", PageView(_banner([library]), page))
            for library, page in zip(ordered, pages, strict=True)
        },
    }


def changes(out: Path, texts: Mapping[str, str]) -> list[Change]:
    """What differs in a folder.

    Raises:
        Stop: A file of the user's is in the way.
    """
    found = []
    for name, after in sorted(texts.items()):
        before = output.read(out / name)
        if before is not None and not _is_ours(before):
            raise Stop(
                f"{out / name} is in the way: it has no banner of codegen's, so it is yours; move or delete it"
            )
        if before != after:
            found.append(
                Change(Kind.MISSING if before is None else Kind.CHANGED, name, before, after)
            )
    return found + list(_stale(out, texts))


def _stale(out: Path, texts: Mapping[str, str]) -> Iterator[Change]:
    """Pages of libraries that are not named any more."""
    for path in sorted(out.glob("*.md")):
        before = output.read(path) if path.name not in texts else None
        if before is not None and _is_ours(before):
            yield Change(Kind.STALE, path.name, before, None)


def _is_ours(text: str) -> bool:
    """By the first line, or of HTML by the second."""
    line = text.removeprefix("<!doctype html>\n").partition("\n")[0]
    return line.startswith(_BANNER[0]) and line.endswith(_BANNER[1])


def _banner(libraries: Sequence[Library]) -> str:
    """By the names of files alone: where they stand is not the reference's. Without a `>` no comment ends."""
    specs = sorted({Path(library.source.path).name for library in libraries})
    return markup.clean(", ".join(specs)).replace(">", "").replace("\n", "").join(_BANNER)


def _html(banner: str, views: tuple[LibraryView, ...], templates: Templates) -> HtmlView:
    style, script = (templates.text(f"docs/reference.{kind}") for kind in ("css", "js"))
    title = f"{views[0].name} API reference" if len(views) == 1 else "API reference"
    # No text of a spec can become a script that runs: only these two are allowed.
    policy = (
        f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}"
    )
    return HtmlView(
        banner=Markup(banner),
        title=title,
        several=len(views) > 1,
        policy=Markup(policy),
        style=Markup(style),
        script=Markup(script),
        libraries=views,
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
