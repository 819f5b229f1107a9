"""`python -m codegen docs`: what is written, that it is valid and safe, and that it stays in step with the specs.

tests/test_reference_browser.py reads the page in a browser.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import markdown
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from codegen.cli import main
from codegen.reference import diagram, markup

SPECS = ROOT / "tests" / "reference"
VOID = frozenset("br col embed hr img input link meta wbr".split())


class Page(HTMLParser):
    """A page whose tags must be balanced."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"{tag}: {attrs}"
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> at {self.getpos()}"

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def values(self, name: str) -> list[str]:
        return [value for _, attributes in self.tags if (value := attributes.get(name))]


def written(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The reference of tests/reference, by file."""
    out = tmp_path_factory.mktemp("reference") / "api"
    assert main(["docs", str(SPECS), "--out", str(out)]) == 0
    return written(out)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path in filter(Path.is_file, SPECS.iterdir()):
        shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_expected(pages: dict[str, str], request: pytest.FixtureRequest) -> None:
    """`pytest --update` writes it anew; the style and the script are left out, as they stand in templates/."""
    found = {
        name: re.sub(r"(?s)(<style>|<script>).*?(</style>|</script>)| '?sha256-\S+", r"\1\2", text)
        for name, text in pages.items()
    }
    expected = SPECS / "expected"
    if request.config.getoption("--update"):
        shutil.rmtree(expected, ignore_errors=True)
        expected.mkdir()
        for name, text in found.items():
            (expected / name).write_text(text, encoding="utf-8")
    assert found == written(expected)


def test_the_committed_reference_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["docs", "specs/", "--out", "docs/api", "--check"]) == 0


def test_the_page_is_valid_and_stands_alone(pages: dict[str, str]) -> None:
    page = Page(pages["reference.html"])
    ids = page.values("id")
    assert len(set(ids)) == len(ids)
    links = page.values("href")
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    for name in ("aria-controls", "aria-describedby", "for"):
        assert set(page.values(name)) <= set(ids)
    assert not page.values("src")
    assert not re.search(r"@import|url\(", pages["reference.html"])
    outside = {link for link in links if not link.startswith("#")} - {"data:,"}
    assert outside == {
        "https://example.org/a_b?c=1&d=2",
        "https://example.org/plain",
        "https://example.org/x.png",
        "https://example.org/",
    }


def test_everything_that_is_declared_has_an_anchor(pages: dict[str, str]) -> None:
    anchors = """
        vecdb vecdb.Index vecdb.Index.__init__ vecdb.Index.search vecdb.Index.add vecdb.Index.add_named
        vecdb.Index.add_Index vecdb.Index.nprobe vecdb.Index.parent vecdb.Inverted vecdb.Quantized vecdb.Cursor.log
        vecdb.Backend vecdb.Backend.execute vecdb.Backend.runs vecdb.SearcherInterface.open vecdb.vecdb_delegate
        vecdb.nearest logs logs.Log logs.Log.write logs.Log.size""".split()
    assert set(anchors) <= set(Page(pages["reference.html"]).values("id"))
    markdown_ids = re.findall(r'^<a id="(.*)"></a>$', pages["vecdb.md"] + pages["logs.md"], re.M)
    assert set(anchors) <= set(markdown_ids)
    assert len(set(markdown_ids)) == len(markdown_ids)


def test_markdown_is_tidy(pages: dict[str, str]) -> None:
    for name, text in pages.items():
        if name.endswith(".md"):
            assert not re.search(r"\n\n\n|[ \t]\n|\t", text), name
            assert text.endswith("\n") and not text.endswith("\n\n")


def test_links_of_markdown_lead_to_anchors(pages: dict[str, str]) -> None:
    ids = {name: set(re.findall(r'<a id="(.*)"></a>', text)) for name, text in pages.items()}
    for name, text in pages.items():
        if name.endswith(".md"):
            for target in re.findall(r"(?<!\\)\]\((?!http)([^)]+)\)", text):
                page, _, anchor = target.partition("#")
                assert (page or name) in pages, target
                assert not anchor or anchor in ids[page or name], f"{name}: {target}"


def codes(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)\n```$", page, re.MULTILINE | re.DOTALL)


def test_the_python_is_that_of_the_stub(folder: Path, pages: dict[str, str]) -> None:
    """Every method of the stub but accessors of properties and what nobody declares; defaults aside."""

    def methods(text: str) -> set[str]:
        found = set()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.returns:
                arguments = ast.unparse(node.args)
                for value in [*node.args.defaults, *node.args.kw_defaults]:
                    arguments = (
                        arguments.replace(f"={ast.unparse(value)}", "=...", 1)
                        if value
                        else arguments
                    )
                found.add(f"{node.name}({arguments}) -> {ast.unparse(node.returns)}")
        return found

    assert main(["."]) == 0
    stub = methods(Path("generated/vecdb/__init__.pyi").read_text())
    shown = methods(
        "\n".join(f"{code}: ..." for code in codes(pages["vecdb.md"], "python") if "def " in code)
    )
    accessors = re.compile(r"\w+_(getter|setter)\(|add_\w+\(|(dim|nprobe|trained|counts|parent)\(")
    undeclared = {"__init__(self, _: NoReturn) -> None", "tracing_mode(self) -> str"}
    assert {method for method in stub if not accessors.match(method)} - undeclared == shown


def test_the_cpp_is_what_is_generated(folder: Path, pages: dict[str, str]) -> None:
    """Of what users write, names alone: a spec does not say what their functions take."""

    def squeezed(text: str) -> str:
        return re.sub(r"\s", "", text)

    assert main(["."]) == 0
    declared = squeezed(Path("generated/vecdb/include/vecdb/searcher.h").read_text())
    shown = [code for code in codes(pages["vecdb.md"], "cpp") if "(" in code]
    assert len(shown) == 4
    own = [code for code in shown if "compile(" not in code and "execute(" not in code]
    assert all(f"{squeezed(code)};" in declared for code in own if "is_available" not in code)
    assert "C++: `vecdb::Index::search`" in pages["vecdb.md"].replace("**", "")


# What of tests/reference/logs.yaml is text, and would be more if it were not quoted.
TEXTS = (
    "<script>alert(1)</script> ](javascript:alert(1)) <!-- --> ``` | ~~x~~ $a$ &amp;",
    "[no link](javascript:alert(1)), ![no image](",
    "<img src=x onerror=alert(1)>",
    "an item with code ` and </code> and <b>",
    "\"quotes\" & 'apostrophes' </section></main>",
    "*no emphasis*, _neither_, __nor here__, but snake_case_name",
    "a code | pipe and </dd><script>alert(1)</script>",
    '"</script><script>alert(1)</script>`|`"',
    "</code></pre><script>alert(1)</script>",
    "<style>body{display:none}</style>",
)


def check_nothing_breaks_out(page: Page) -> None:
    text = " ".join("".join(page.text).split())
    for expected in TEXTS:
        assert expected in text
    for tag, attributes in page.tags:
        assert tag not in ("img", "table", "em", "del", "blockquote", "hr", "iframe"), tag
        assert not any(name.startswith("on") for name in attributes), attributes
        href = attributes.get("href") or "#"
        assert re.match(r"#|https://example\.org/|[a-z]+\.md|data:,$", href), href


def test_no_text_of_a_spec_breaks_out_of_the_page(pages: dict[str, str]) -> None:
    page = Page(pages["reference.html"])
    check_nothing_breaks_out(page)
    tags = [tag for tag, _ in page.tags]
    assert tags.count("script") == tags.count("style") == 1
    assert "\u202e" not in pages["reference.html"] and "\x1b" not in pages["reference.html"]


@pytest.mark.parametrize("reader", ["GitHub", "MkDocs"])
def test_no_text_of_a_spec_breaks_out_of_markdown(pages: dict[str, str], reader: str) -> None:
    """As GitHub has it, CommonMark with tables and strikethrough, and MkDocs, Python-Markdown."""
    text = pages["logs.md"]
    if reader == "GitHub":
        html = MarkdownIt("gfm-like", {"linkify": False}).disable("linkify").render(text)
    else:
        html = markdown.markdown(text, extensions=["fenced_code", "tables"])
    html = re.sub(r"<em>(class|constructor|property, read-only)</em>", r"\1", html)
    page = Page(html)
    check_nothing_breaks_out(page)
    headings = re.findall(r"<h\d>(.*?)</h\d>", html)
    assert headings == ["logs", "Log", "__init__", "write", "size"]
    assert (
        html.count("<li>an item")
        == html.count('<li>"quotes"') + html.count("<li>&quot;quotes")
        == 1
    )


@given(st.text(alphabet="`[](){}<>*_~!#-+=|:.&$\\/\"'\n htps1abc", max_size=60))
def test_any_docs_are_quoted(text: str) -> None:
    """Text that looks like anything stays the text it is, and tags stay balanced."""
    html = markup.Html().doc(text, {})
    shown = re.sub(r"[\s`\-*+\d.)\[\](]", "", "".join(Page(str(html)).text))
    for tag, _ in Page(str(html)).tags:
        assert tag in ("p", "ul", "ol", "li", "pre", "code", "a")
    if "http" not in text and "`" not in text:
        assert shown == re.sub(r"[\s`\-*+\d.)\[\](]", "", text)
    read = Page(MarkdownIt("commonmark").render(markup.Markdown().doc(text, {})))
    for tag, attributes in read.tags:
        assert tag in ("p", "ul", "ol", "li", "pre", "code", "a"), tag
        assert re.match("https?://", attributes.get("href") or "https://")


def test_a_file_of_the_users_is_not_written_over(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("docs/api").mkdir(parents=True)
    Path("docs/api/vecdb.md").write_text("# mine\n")
    assert main(["docs", "."]) == 2
    assert "docs/api/vecdb.md is in the way: it has no banner" in capsys.readouterr().err
    assert written(Path("docs/api")) == {"vecdb.md": "# mine\n"}


def test_what_is_out_of_date(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is listed by `--check`, and mended; what has no banner is left alone."""
    assert main(["docs", ".", "--check"]) == 1
    assert "missing      docs/api/index.md\n" in capsys.readouterr().out
    assert not Path("docs").exists()
    assert main(["docs", "."]) == 0
    assert main(["docs", ".", "--check"]) == 0
    before = written(Path("docs/api"))
    Path("docs/api/mine.md").write_text("# mine\n")
    Path("docs/api/vecdb.md").write_text(before["vecdb.md"] + "more\n")
    Path("logs.yaml").unlink()
    capsys.readouterr()
    assert main(["docs", ".", "--check"]) == 1
    changed = ["index.md", "reference.html", "vecdb.md"]
    assert capsys.readouterr().out.splitlines() == [
        *(f"changed      docs/api/{name}" for name in changed),
        "stale        docs/api/logs.md",
    ]
    assert main(["docs", ".", "--check", "--format", "json"]) == 1
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sorted((each["code"], each["path"], each["help"]) for each in found) == [
        *(("CG602", f"docs/api/{name}", "run `python -m codegen docs .`") for name in changed),
        ("CG604", "docs/api/logs.md", "run `python -m codegen docs .`"),
    ]
    assert main(["docs", ".", "--check", "--diff"]) == 1
    assert "--- a/api/vecdb.md\n+++ b/api/vecdb.md\n" in capsys.readouterr().out
    assert main(["docs", "."]) == 0
    assert written(Path("docs/api")).keys() == {"index.md", "reference.html", "vecdb.md", "mine.md"}
    assert main(["docs", ".", "--check"]) == 0


def test_the_reference_does_not_depend_on_where_it_is_made(
    folder: Path, pages: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["docs", "vecdb.yaml", str(folder / "logs.yaml"), "--out", "elsewhere"]) == 0
    assert written(Path("elsewhere")) == pages


def test_wrong_specs_write_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("logs.yaml").write_text("library: logs\nclasses: [{name: Log, class: 1}]\n")
    assert main(["docs", "."]) == 1
    assert main(["docs", "absent.yaml"]) == 2
    assert not Path("docs").exists()


def test_a_library_called_index(folder: Path) -> None:
    text = Path("logs.yaml").read_text().replace("library: logs", "library: Index")
    Path("logs.yaml").write_text(text)
    assert main(["docs", "logs.yaml", "--out", "out"]) == 0
    assert written(Path("out")).keys() == {"index.md", "Index-library.md", "reference.html"}
    assert "](Index-library.md#Index.Log)" in Path("out/index.md").read_text()


def test_the_example_of_the_page(folder: Path) -> None:
    """docs/reference.md shows what its spec becomes."""
    page = (ROOT / "docs" / "reference.md").read_text()
    found = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    shown = re.search(r"````markdown\n(.*?)````", page, re.DOTALL)
    assert found and shown
    Path("words.yaml").write_text(found[1])
    assert main(["docs", "words.yaml"]) == 0
    assert shown[1] in Path("docs/api/words.md").read_text()


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[diagram.Node], list[diagram.Edge]]:
    nodes = [
        diagram.Node(f"k{i}", "N" * (i % 7 + 1), "class") for i in range(draw(st.integers(2, 12)))
    ]
    pairs = [(a, b) for a in range(len(nodes)) for b in range(a)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, min_size=1))
    edges = []
    for a, b in chosen:
        is_a = draw(st.booleans())
        start, end = (b, a) if is_a or draw(st.booleans()) else (a, b)
        mutual = not is_a and draw(st.booleans())
        edges.append(diagram.Edge(f"k{start}", f"k{end}", is_a, False, mutual, ""))
    return nodes, edges


@given(graphs())
def test_a_diagram(graph: tuple[list[diagram.Node], list[diagram.Edge]]) -> None:
    """No box is on another or outside; what is derived stands right of its base; arrows touch the boxes they mean."""
    drawing = diagram.draw(*graph)
    assert drawing == diagram.draw(*graph)
    boxes = {box.key: box for box in drawing.boxes}
    assert len(boxes) == len(graph[0]) and len(drawing.lines) == len(graph[1])
    for box in boxes.values():
        assert box.x >= 0 and box.x + box.width <= drawing.width
        assert box.y >= 0 and box.y + box.height <= drawing.height
        for other in boxes.values():
            apart = (
                box.x + box.width < other.x
                or other.x + other.width < box.x
                or box.y + box.height < other.y
                or other.y + other.height < box.y
            )
            assert box is other or apart
    for edge, line in zip(graph[1], drawing.lines, strict=True):
        if edge.is_a:
            assert boxes[edge.start].x + boxes[edge.start].width < boxes[edge.end].x
        tips = re.findall(r"M\S+ \S+?L(\d+) (\d+)L", line.head)
        assert len(tips) == 1 + edge.mutual
        target = boxes[edge.start if edge.is_a else edge.end]
        assert any(
            int(x) in (target.x, target.x + target.width)
            and target.y <= int(y) <= target.y + target.height
            for x, y in tips
        )
