// What torch lets a hand-written library register, and a spec cannot always say. tests/test_import.py builds it.
#include <torch/custom_class.h>
#include <torch/library.h>

#include <limits>

namespace odd {

struct Plain : torch::CustomClassHolder {
  int64_t twice(int64_t value) { return 2 * value; }
  at::Tensor kept_;
};
struct Other : torch::CustomClassHolder {};
struct Tensor : torch::CustomClassHolder {};
struct Keyword : torch::CustomClassHolder {};
struct Elsewhere : torch::CustomClassHolder {};
struct Unseen : torch::CustomClassHolder {};
struct Static : torch::CustomClassHolder {};
struct Defaults : torch::CustomClassHolder {};

template <class T>
using Ptr = c10::intrusive_ptr<T>;

at::Tensor identity(const at::Tensor& value) { return value; }

TORCH_LIBRARY(odd, m) {
  // A word of the schema language, and one of Python's.
  m.class_<Tensor>("Tensor").def("same", [](const Ptr<Tensor>& self) { return self; });
  m.class_<Keyword>("None").def("get", [](const Ptr<Keyword>&) { return int64_t(1); });
  torch::class_<Elsewhere>("odd_too", "Elsewhere").def(torch::init<>());
  torch::class_<Plain>("odd", "Plain",
                       "Two lines, and what YAML would take amiss: # no comment, 'quotes', \"quotes\" \\ and \t.\n"
                       "  indented\n\nwith a last line: \xc3\xa9\xe2\x80\xa8 \x07 ")
      .def(torch::init<>())
      .def("twice", &Plain::twice, "", {torch::arg("value") = 3})
      // No method of Python's.
      .def("import", &Plain::twice)
      .def("__private__", &Plain::twice)
      .def("__int__", [](const Ptr<Plain>&) { return int64_t(1); })
      .def("delete", [](const Ptr<Plain>&) {})
      .def("Plain", [](const Ptr<Plain>&) {})
      .def("from_script", [](const Ptr<Plain>&) {})
      .def("spaced", [](const Ptr<Plain>&, int64_t) {}, "", {torch::arg("a b")})
      .def("endless", [](const Ptr<Plain>&, double) {}, "", {torch::arg("x") = std::numeric_limits<double>::infinity()})
      .def("mentions", [](const Ptr<Plain>&, const Ptr<Keyword>&) {})
      .def("tensors", [](const Ptr<Plain>&, const Ptr<Tensor>&, const at::Tensor& y) { return y; })
      .def("elsewhere", [](const Ptr<Plain>&, const Ptr<Elsewhere>&) {})
      // Of the same name and schema in two classes; one takes an object first.
      .def_static("make", [](const std::string&) { return int64_t(1); })
      .def_static("of", [](const Ptr<Plain>& first) { return first; })
      .def_property("lambda", [](const Ptr<Plain>&) { return int64_t(1); })
      .def_property("size", [](const Ptr<Plain>&) { return int64_t(1); }, [](const Ptr<Plain>&, int64_t) {})
      .def_readwrite("kept", &Plain::kept_)
      .def("__obj_flatten__", [](const Ptr<Plain>&) { return std::vector<int64_t>{}; })
      .def("tracing_mode", [](const Ptr<Plain>&) -> std::string { return "real"; })
      .def("__getstate__", [](const Ptr<Plain>&) { return int64_t(1); });
  torch::class_<Other>("odd", "Other", "A line that is too long for one: it goes on and on, past what an editor would show at once, until it ends here.")
      .def_static("make", [](const std::string&) { return int64_t(2); })
      .def("__len__", [](const Ptr<Other>&) { return std::string(); });
  m.class_<Unseen>("Unseen");
  // Of text in a default, torch prints neither the quotes nor the escapes.
  c10::Dict<std::string, int64_t> dict;
  dict.insert("a, b=1) -> (", 1);
  torch::class_<Defaults>("odd", "Defaults")
      .def("any", [](const Ptr<Defaults>&, c10::IValue x, c10::IValue y) { return x; }, "",
           {torch::arg("x") = c10::IValue("None, Any y=\"\\\n"), torch::arg("y") = c10::IValue()})
      .def("device", [](const Ptr<Defaults>&, c10::IValue x) { return x; }, "", {torch::arg("x") = at::Device("cuda:1")})
      .def("list", [](const Ptr<Defaults>&, c10::IValue x) { return x; }, "", {torch::arg("x") = std::vector<double>{1, 1e-5}})
      .def("tuple", [](const Ptr<Defaults>&, c10::IValue x) { return x; }, "",
           {torch::arg("x") = c10::IValue(std::make_tuple(1, c10::IValue(), std::string("b")))})
      .def("texts", [](const Ptr<Defaults>&, std::vector<std::string> x) { return x; }, "",
           {torch::arg("x") = std::vector<std::string>{"a", "b, c"}})
      .def("nested", [](const Ptr<Defaults>&, std::vector<std::vector<int64_t>> x) { return x; }, "",
           {torch::arg("x") = std::vector<std::vector<int64_t>>{{1}, {}}})
      .def("tensors", [](const Ptr<Defaults>&, std::vector<at::Tensor> x) { return x; }, "",
           {torch::arg("x") = std::vector<at::Tensor>{}})
      .def("dict", [](const Ptr<Defaults>&, c10::Dict<std::string, int64_t> x) { return x; }, "", {torch::arg("x") = dict})
      .def("pair", [](const Ptr<Defaults>&, std::tuple<int64_t, double> x) { return x; }, "",
           {torch::arg("x") = c10::IValue(std::make_tuple(1, 2.0))})
      .def("complex", [](const Ptr<Defaults>&, c10::complex<double> x) { return x; }, "",
           {torch::arg("x") = c10::complex<double>(-0.0, -INFINITY)})
      .def("real", [](const Ptr<Defaults>&, std::optional<c10::complex<double>> x) { return x; }, "",
           {torch::arg("x") = c10::complex<double>(2.5, 0)})
      .def("scalar", [](const Ptr<Defaults>&, at::Scalar x) { return x; }, "",
           {torch::arg("x") = c10::IValue(at::Scalar(uint64_t(18446744073709551615u)))})
      .def("types", [](const Ptr<Defaults>&, at::ScalarType x, std::optional<at::Device> y) { return y; }, "",
           {torch::arg("x") = int64_t(6), torch::arg("y") = at::Device("cpu")})
      .def("tensor", [](const Ptr<Defaults>&, at::Tensor x) { return x; }, "", {torch::arg("x") = at::Tensor()});
  m.class_<Static>("Static").def_static("lonely", []() { return int64_t(1); });

  m.def("same.overload(__torch__.torch.classes.odd.Plain plain, Tensor(a!) value, *, int[2] shape=1) -> Tensor(a!)", {at::Tag::pt2_compliant_tag});
  m.def("defaults(Tensor(a!) value, float eps=1e-5, str mode=\"a b\", *, int[2] shape=[1, 2], Device? to=None) -> Tensor(a!)");
  m.def("identity(Tensor value) -> Tensor", &identity);
}
TORCH_LIBRARY_FRAGMENT(odd_too, m) {
  m.def("also(Tensor value) -> Tensor");
}
TORCH_LIBRARY_IMPL(odd_too, CPU, m) { m.impl("also", &identity); }
TORCH_LIBRARY_IMPL(aten, PrivateUse1, m) { m.impl("alias", &identity); }

}  // namespace odd
