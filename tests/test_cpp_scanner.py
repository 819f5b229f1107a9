"""The scanner of C++: what it finds in text that is meant to mislead it, and in all of torch's own headers."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
import torch

from codegen.scaffolding.cpp_scanner import Unsure, scan

HEADERS = Path(torch.__file__).parent / "include"
MISLEADING = r"""
#if 0
 it's dead {
#else
int alive();
#endif
namespace a::b {
class Foo;
template <class T> class Bar;
class TORCH_API alignas(8) Foo final : public torch::CustomClassHolder, private Base<int, (3 > 2)> {
 public:
  using State = std::tuple<double>;
  Foo(double a) : a_(a), b_{1} {}
  ~Foo() override = default;
  virtual int64_t f(const std::string& x = "}") const = 0;
  static c10::intrusive_ptr<Foo> make(int x = f(3, 4));
  template <int N> int g(int x) const { return N; }
  bool operator==(const Foo& o) const;
  bool operator()(const Foo& o) const;
  std::vector<int> *p, q_ = {1}, *r;
  auto h() -> std::map<int, int> { return {}; }
  using Base::bar;
  operator bool() const;
 private:
  struct Inner { int inner; } in;
  enum class E : int { A, B };
  friend class X;
  friend int befriended();
  MACRO(x)
  int after() noexcept(true) try { return 1; } catch (...) { return 2; }
  double a_{}; int bits : 3;
  void (*callback)(int);
  std::function<int(int)> fn{[](int x) { return x < 3; }};
};
inline int Foo::f(const std::string& x) const { return 1; }
Foo::~Foo() {}
namespace { int anonymous(); }
inline namespace v1 { int versioned(); }
}
int a::b::Foo::z() {}
EXPORT int64_t exported();
struct Foo returned() { return 1; }
extern "C" { void c(); }
constexpr auto big = 1'000'000; char quote = '"'; auto raw = R"x(}}}")x"; // { \
 still a comment {
template <> int a::b::special<float>(int x) { return 1; }
"""


def test_misleading() -> None:
    found = scan(MISLEADING)
    inner, foo = found.classes
    assert (inner.qualified, inner.written, inner.space) == (
        "a::b::Foo::Inner",
        "Foo::Inner",
        "a::b",
    )
    assert (foo.qualified, foo.name, foo.certain, foo.template) == ("a::b::Foo", "Foo", True, False)
    assert foo.bases == ("torch::CustomClassHolder", "Base<int,(3>2)>")
    assert [section.access for section in foo.sections] == ["private", "public", "private"]
    members = " ".join(member.name for member in foo.members)
    assert members == (
        "State Foo ~Foo f make g operator== operator() p q_ r h bar operator bool"
        " Inner in E MACRO after a_ bits callback fn"
    )
    bodies = [member.name for member in foo.members if member.body is not None]
    assert bodies == ["Foo", "g", "h", "MACRO", "after"]
    assert [declared.qualified for declared in found.declarations if declared.function] == [
        "alive",
        "a::b::Foo::f",
        "a::b::Foo::~Foo",
        "a::b::anonymous",
        "a::b::versioned",
        "a::b::Foo::z",
        "exported",
        "returned",
        "c",
        "a::b::special<float>",
    ]
    assert [name for name, _ in found.ahead] == ["a::b::Foo", "a::b::Bar"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("int f() {", "a bracket or an #if is left open at its end"),
        ("\nint f() }", "line 2: '}' closes nothing"),
        ("#ifdef A\nint f() {\n#else\nint f(int) {\n#endif\n}", "line 3: an #if has brackets"),
        ("#endif", "line 1: #endif without an #if"),
        ("#if A", "is left open"),
        ("/* without an end", "line 1: a literal or a comment has no end"),
        ("char c = '", "line 1: a literal or a comment has no end"),
    ],
)
def test_unsure(text: str, reason: str) -> None:
    with pytest.raises(Unsure, match=re.escape(reason)):
        scan(text)


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("#ifndef A\n#define A\nint f();\n#endif  // A\n", True),
        ("// mine\n#ifndef A\n#define A\n#endif\n", True),
        ("#ifndef A\n#define A\n#endif\nint f();\n", False),
        ("#ifndef A\n#define A\n#else\n#endif\n", False),
        ("#include <a>\n#ifndef A\n#endif\n", False),
    ],
)
def test_include_guards(text: str, guarded: bool) -> None:
    assert (scan(text).guard is not None) == guarded


def test_torchs_headers() -> None:
    """Every class that stands at the beginning of a line is found, but where an `#if` has half of one."""
    begins = re.compile(
        r"^(?:class|struct)\s+(?:[A-Z_0-9]{3,}\s+)?(\w+)(?:\s+final)?\s*(?::(?!:)[^;{}()]*)?\{",
        re.MULTILINE,
    )
    unsure, found, missed = 0, 0, []
    for folder in ("torch/csrc/jit", "ATen/core", "c10/core"):
        for path in sorted((HEADERS / folder).rglob("*.h")):
            text = path.read_text(encoding="utf-8")
            try:
                classes = {cls.name for cls in scan(text).classes}
            except Unsure:
                unsure += 1
                continue
            wanted = set(begins.findall(re.sub(r'R"\w*\(.*?\)\w*"', "", text, flags=re.DOTALL)))
            found += len(wanted & classes)
            missed += [f"{path.name}: {name}" for name in wanted - classes]
    assert found > 700 and unsure <= 5
    assert missed == []


def test_any_text_is_scanned_or_refused() -> None:
    """Pieces taken out of a text and put in: no other exception, no end that is not reached."""
    chance = random.Random(0)
    pieces = re.findall(r"\w+|\s+|.", MISLEADING)
    outcomes = set()
    for _ in range(400):
        made = list(pieces)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(made))
            put = chance.choice(
                ["<", ">", "::", "class", "namespace", "operator", "~", "=", ":", ";"]
            )
            made[at : at + chance.randint(0, 6)] = [put] * chance.randint(0, 1)
        try:
            scan("".join(made))
            outcomes.add("scanned")
        except Unsure:
            outcomes.add("refused")
    assert outcomes == {"scanned", "refused"}
