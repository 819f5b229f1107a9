// The class registered by hand for torch.classes and TorchScript, and operators of the signatures
// of its methods: they take no object, but know one.
#include <torch/library.h>

#include "counter.h"

namespace peers {
namespace {

const Counter& counter() {
  static const auto made = c10::make_intrusive<Counter>();
  return *made;
}

TORCH_LIBRARY(peers, library) {
  library.class_<Counter>("Counter")
      .def(torch::init<>())
      .def("get", &Counter::get)
      .def("add", &Counter::add, "", {torch::arg("n")})
      .def("search", &Counter::search, "", {torch::arg("limit"), torch::arg("query"), torch::arg("exact")})
      .def("scale", &Counter::scale, "", {torch::arg("x"), torch::arg("k") = 1.0})
      .def("echo", &Counter::echo, "", {torch::arg("text")})
      .def("same", &Counter::same, "", {torch::arg("items")})
      .def("holds_gil", &Counter::holds_gil)
      .def_property("value", &Counter::value);

  library.def("get() -> int", [] { return counter().get(); });
  library.def("add(int n) -> int", [](int64_t n) { return counter().add(n); });
  library.def("search(int? limit, Tensor query, bool exact) -> int",
              [](std::optional<int64_t> limit, const at::Tensor& query, bool exact) { return counter().search(limit, query, exact); });
  library.def("scale(Tensor(a) x, float k=1.0) -> Tensor(a)", [](const at::Tensor& x, double k) { return counter().scale(x, k); });
  library.def("echo(str text) -> str", [](const std::string& text) { return counter().echo(text); });
  library.def("same(int[] items) -> int[]", [](const std::vector<int64_t>& items) { return counter().same(items); });
  library.def("holds_gil() -> bool", [] { return counter().holds_gil(); });
}

}  // namespace
}  // namespace peers
