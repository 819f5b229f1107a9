// The class as nanobind binds it, with a caster for tensors by hand: Counter releases the GIL around
// each call, Held does not.
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>
#include <torch/csrc/autograd/python_variable.h>

#include "counter.h"

namespace nb = nanobind;

namespace nanobind::detail {

template <>
struct type_caster<at::Tensor> {
  NB_TYPE_CASTER(at::Tensor, const_name("torch.Tensor"))

  bool from_python(handle source, uint32_t, cleanup_list*) noexcept {
    try {
      if (!THPVariable_Check(source.ptr())) {
        return false;
      }
      value = THPVariable_Unpack(source.ptr());
      return true;
    } catch (...) {
      PyErr_Clear();
      return false;
    }
  }

  static handle from_cpp(const at::Tensor& tensor, rv_policy, cleanup_list*) noexcept {
    return THPVariable_Wrap(tensor);
  }
};

}  // namespace nanobind::detail

namespace peers {
namespace {

class Held : public Counter {};

template <typename T, typename... Guards>
void bind(nb::module_& module, const char* name) {
  const nb::call_guard<Guards...> guard;
  nb::class_<T>(module, name)
      .def(nb::init<>(), guard)
      .def("get", &T::get, guard)
      .def("add", &T::add, nb::arg("n"), guard)
      .def("search", &T::search, nb::arg("limit").none(), nb::arg("query"), nb::arg("exact"), guard)
      .def("scale", &T::scale, nb::arg("x"), nb::arg("k") = 1.0, guard)
      .def("echo", &T::echo, nb::arg("text"), guard)
      .def("same", &T::same, nb::arg("items"), guard)
      .def("holds_gil", &T::holds_gil, guard)
      .def_prop_ro("value", &T::value, guard);
}

}  // namespace

NB_MODULE(peers_nanobind, module) {
  bind<Counter, nb::gil_scoped_release>(module, "Counter");
  bind<Held>(module, "Held");
}

}  // namespace peers
