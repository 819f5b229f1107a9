// A library as docs/import.md shows it: written by hand, without a spec. tests/test_import.py builds it.
#include <torch/custom_class.h>
#include <torch/library.h>

namespace vecdb {

struct Index : torch::CustomClassHolder {
  explicit Index(int64_t dim) : dim_(dim) {}
  void add(const at::Tensor& vectors) { vectors_.push_back(vectors); }
  at::Tensor search(const at::Tensor& query, int64_t k) { return query.slice(0, 0, k); }
  int64_t dim_;
  std::vector<at::Tensor> vectors_;
};

at::Tensor l2(const at::Tensor& a, const at::Tensor& b) { return a.sub(b).norm(); }

TORCH_LIBRARY(vecdb, m) {
  torch::class_<Index>("vecdb", "Index", "Vectors, and which of them are near.")
      .def(torch::init<int64_t>(), "", {torch::arg("dim")})
      .def("add", &Index::add)
      .def("search", &Index::search, "", {torch::arg("query"), torch::arg("k") = 10})
      .def("lambda", [](const c10::intrusive_ptr<Index>&) {})
      .def_static("metric", []() -> std::string { return "l2"; })
      .def_readonly("dim", &Index::dim_)
      .def_pickle(
          [](const c10::intrusive_ptr<Index>& self) { return std::make_tuple(self->dim_, self->vectors_); },
          [](std::tuple<int64_t, std::vector<at::Tensor>> state) {
            return c10::make_intrusive<Index>(std::get<0>(state));
          });
  m.def("l2(Tensor a, Tensor b) -> Tensor");
}
TORCH_LIBRARY_IMPL(vecdb, CPU, m) { m.impl("l2", &l2); }

}  // namespace vecdb
