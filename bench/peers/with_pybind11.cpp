// The class as pybind11 binds it, with torch's own caster for tensors: Counter releases the GIL
// around each call, Held does not.
#include <torch/csrc/utils/pybind.h>

#include "counter.h"

namespace peers {
namespace {

/// pybind11 binds a C++ class once.
class Held : public Counter {};

template <typename T, typename... Guards>
void bind(py::module_& module, const char* name) {
  const py::call_guard<Guards...> guard;
  py::class_<T, c10::intrusive_ptr<T>>(module, name)
      .def(py::init<>(), guard)
      .def("get", &T::get, guard)
      .def("add", &T::add, py::arg("n"), guard)
      .def("search", &T::search, py::arg("limit"), py::arg("query"), py::arg("exact"), guard)
      .def("scale", &T::scale, py::arg("x"), py::arg("k") = 1.0, guard)
      .def("echo", &T::echo, py::arg("text"), guard)
      .def("same", &T::same, py::arg("items"), guard)
      .def("holds_gil", &T::holds_gil, guard)
      // It takes no notice of a guard that is given to it.
      .def_property_readonly("value", py::cpp_function(py::method_adaptor<T>(&T::value), guard));
}

PYBIND11_MODULE(peers_pybind, module) {
  bind<Counter, py::gil_scoped_release>(module, "Counter");
  bind<Held>(module, "Held");
}

}  // namespace
}  // namespace peers
