"""The docs as a site."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from conftest import ROOT, printed


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    """Every page is in the navigation, every link and anchor leads somewhere, and nothing is fetched while reading."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", ".ci/mkdocs.yml"]
    printed(*command, "-d", tmp_path, cwd=ROOT, NO_MKDOCS_2_WARNING="1")
    home = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "C++ for PyTorch from one declaration" in home
    assert not re.findall(r"<(?:script|link)[^>]*(?:src|href)=\"https?://", home)
    pages = [path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.html")]
    assert not any('class="mermaid"' in page for page in pages), "it is drawn by what is fetched"
    assert (tmp_path / "search" / "search_index.json").is_file()
