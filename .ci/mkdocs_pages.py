"""A hook of mkdocs: the pages that stand beside `docs/` are pages of the site too, and links lead to them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parent.parent
BESIDE = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "CHANGELOG.md": "changelog.md",
    "bench/README.md": "measured.md",
    "codegen/spec.schema.json": "spec.schema.json",
}
# The theme would fetch what draws it.
_DIAGRAM = re.compile(r"^```mermaid\n.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<=\]\()([^)#:\s]+)(?=[)#])")


def on_files(files: Files, config: Any) -> Files:
    for path, page in BESIDE.items():
        text = (ROOT / path).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=_relinked(text, (ROOT / path).parent)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    source = page.file.abs_src_path
    markdown = _DIAGRAM.sub(f"[Diagram](reference.html#{page.file.name})", markdown)
    return _relinked(markdown, Path(source).parent) if source else markdown


def _relinked(markdown: str, folder: Path) -> str:
    """Links as they are in the site, where all pages stand below `docs/`."""

    def link(match: re.Match[str]) -> str:
        target = (folder / match[1]).resolve()
        if not target.is_relative_to(ROOT):
            return match[1]
        path = target.relative_to(ROOT).as_posix()
        inside = (
            folder.relative_to(ROOT / "docs") if folder.is_relative_to(ROOT / "docs") else Path()
        )
        up = "../" * len(inside.parts)
        return up + (BESIDE.get(path) or path.removeprefix("docs/"))

    return _LINK.sub(link, markdown)
