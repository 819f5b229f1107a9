// The class as a careful engineer binds it by hand for CPython, with METH_FASTCALL: Counter releases
// the GIL around each call, Held does not. No argument goes by keyword.
#include <torch/csrc/autograd/python_variable.h>

#include <new>

#include "counter.h"

namespace peers {
namespace {

/// Without the GIL as long as it lives.
class Released {
 public:
  Released() : state_(PyEval_SaveThread()) {}
  ~Released() { PyEval_RestoreThread(state_); }
  Released(const Released&) = delete;
  Released& operator=(const Released&) = delete;

 private:
  PyThreadState* state_;
};

template <bool kReleased, typename Call>
auto run(Call call) {
  if constexpr (kReleased) {
    const Released released;
    return call();
  } else {
    return call();
  }
}

/// What C++ throws, as a Python exception.
template <typename Call>
PyObject* guarded(Call call) noexcept {
  try {
    return call();
  } catch (python_error& error) {
    error.restore();
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
  } catch (...) {
    PyErr_SetString(PyExc_RuntimeError, "unknown exception");
  }
  return nullptr;
}

// Arguments. What returns false has raised a Python exception.

bool refuse(const char* name, const char* wanted, PyObject* given) {
  PyErr_Format(PyExc_TypeError, "%s must be %s, not %.200s", name, wanted, Py_TYPE(given)->tp_name);
  return false;
}

bool counted(const char* method, Py_ssize_t count, Py_ssize_t least, Py_ssize_t most) {
  if (count >= least && count <= most) {
    return true;
  }
  PyErr_Format(PyExc_TypeError, "%s() takes %zd to %zd arguments, %zd given", method, least, most, count);
  return false;
}

bool is_int(PyObject* given) { return PyLong_Check(given) && !PyBool_Check(given); }

bool read(const char* name, PyObject* given, int64_t& value) {
  if (!is_int(given)) {
    return refuse(name, "an int", given);
  }
  value = PyLong_AsLongLong(given);
  return value != -1 || !PyErr_Occurred();
}

bool read(const char* name, PyObject* given, std::optional<int64_t>& value) {
  return Py_IsNone(given) || read(name, given, value.emplace());
}

bool read(const char* name, PyObject* given, double& value) {
  if (PyFloat_Check(given)) {
    value = PyFloat_AS_DOUBLE(given);
    return true;
  }
  if (!is_int(given)) {
    return refuse(name, "a float", given);
  }
  value = PyLong_AsDouble(given);
  return value != -1 || !PyErr_Occurred();
}

bool read(const char* name, PyObject* given, bool& value) {
  value = given == Py_True;
  return PyBool_Check(given) || refuse(name, "a bool", given);
}

/// Counts a reference for a call without the GIL, as torch's own parser of arguments does: another
/// thread may swap what the Python object holds, and C++ that copies the only one takes the GIL.
template <bool kReleased>
bool read(const char* name, PyObject* given, c10::MaybeOwned<at::Tensor>& value) {
  if (!THPVariable_Check(given)) {
    return refuse(name, "a Tensor", given);
  }
  const at::Tensor& tensor = THPVariable_Unpack(given);
  value = kReleased ? c10::MaybeOwned<at::Tensor>::owned(std::in_place, tensor) : c10::MaybeOwned<at::Tensor>::borrowed(tensor);
  return true;
}

bool read(const char* name, PyObject* given, std::string& value) {
  if (!PyUnicode_Check(given)) {
    return refuse(name, "a str", given);
  }
  Py_ssize_t size = 0;
  const char* text = PyUnicode_AsUTF8AndSize(given, &size);
  if (!text) {
    return false;
  }
  value.assign(text, size);
  return true;
}

bool read(const char* name, PyObject* given, std::vector<int64_t>& value) {
  if (!PyList_Check(given) && !PyTuple_Check(given)) {
    return refuse(name, "a list of int", given);
  }
  // Nothing below runs code of Python that could change it.
  const Py_ssize_t size = PySequence_Fast_GET_SIZE(given);
  PyObject* const* items = PySequence_Fast_ITEMS(given);
  value.resize(size);
  for (Py_ssize_t i = 0; i < size; ++i) {
    if (!read(name, items[i], value[i])) {
      return false;
    }
  }
  return true;
}

// The object.

struct Object {
  PyObject head;
  c10::intrusive_ptr<Counter> counter;
};

/// The descriptor of a method has looked at the type of `self`. The caller's reference keeps it.
const Counter& counter_of(PyObject* self) { return *reinterpret_cast<Object*>(self)->counter; }

template <bool kReleased>
PyObject* make(PyTypeObject* type, PyObject* args, PyObject* kwargs) {
  return guarded([&]() -> PyObject* {
    if (PyTuple_GET_SIZE(args) || (kwargs && PyDict_GET_SIZE(kwargs))) {
      PyErr_Format(PyExc_TypeError, "%.200s() takes no arguments", type->tp_name);
      return nullptr;
    }
    auto counter = run<kReleased>([] { return c10::make_intrusive<Counter>(); });
    PyObject* self = type->tp_alloc(type, 0);
    if (self) {
      new (&reinterpret_cast<Object*>(self)->counter) c10::intrusive_ptr<Counter>(std::move(counter));
    }
    return self;
  });
}

void destroy(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  reinterpret_cast<Object*>(self)->counter.~intrusive_ptr();
  type->tp_free(self);
  Py_DECREF(type);
}

template <bool kReleased>
PyObject* value(PyObject* self, void*) {
  return guarded([&] { return PyLong_FromLongLong(run<kReleased>([&] { return counter_of(self).value(); })); });
}

template <bool kReleased>
PyObject* get(PyObject* self, PyObject* const*, Py_ssize_t count) {
  return guarded([&]() -> PyObject* {
    if (!counted("get", count, 0, 0)) {
      return nullptr;
    }
    return PyLong_FromLongLong(run<kReleased>([&] { return counter_of(self).get(); }));
  });
}

template <bool kReleased>
PyObject* add(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  return guarded([&]() -> PyObject* {
    int64_t n = 0;
    if (!counted("add", count, 1, 1) || !read("n", args[0], n)) {
      return nullptr;
    }
    return PyLong_FromLongLong(run<kReleased>([&] { return counter_of(self).add(n); }));
  });
}

template <bool kReleased>
PyObject* search(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  return guarded([&]() -> PyObject* {
    std::optional<int64_t> limit;
    c10::MaybeOwned<at::Tensor> query;
    bool exact = false;
    if (!counted("search", count, 3, 3) || !read("limit", args[0], limit) || !read<kReleased>("query", args[1], query) ||
        !read("exact", args[2], exact)) {
      return nullptr;
    }
    return PyLong_FromLongLong(run<kReleased>([&] { return counter_of(self).search(limit, *query, exact); }));
  });
}

template <bool kReleased>
PyObject* scale(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  return guarded([&]() -> PyObject* {
    c10::MaybeOwned<at::Tensor> x;
    double k = 1.0;
    if (!counted("scale", count, 1, 2) || !read<kReleased>("x", args[0], x) || (count > 1 && !read("k", args[1], k))) {
      return nullptr;
    }
    return THPVariable_Wrap(run<kReleased>([&] { return counter_of(self).scale(*x, k); }));
  });
}

template <bool kReleased>
PyObject* echo(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  return guarded([&]() -> PyObject* {
    std::string text;
    if (!counted("echo", count, 1, 1) || !read("text", args[0], text)) {
      return nullptr;
    }
    const std::string result = run<kReleased>([&] { return counter_of(self).echo(text); });
    return PyUnicode_FromStringAndSize(result.data(), static_cast<Py_ssize_t>(result.size()));
  });
}

template <bool kReleased>
PyObject* same(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  return guarded([&]() -> PyObject* {
    std::vector<int64_t> items;
    if (!counted("same", count, 1, 1) || !read("items", args[0], items)) {
      return nullptr;
    }
    const std::vector<int64_t> result = run<kReleased>([&] { return counter_of(self).same(items); });
    PyObject* list = PyList_New(static_cast<Py_ssize_t>(result.size()));
    for (size_t i = 0; list && i < result.size(); ++i) {
      PyObject* item = PyLong_FromLongLong(result[i]);
      if (!item) {
        Py_CLEAR(list);
        break;
      }
      PyList_SET_ITEM(list, static_cast<Py_ssize_t>(i), item);
    }
    return list;
  });
}

template <bool kReleased>
PyObject* holds_gil(PyObject* self, PyObject* const*, Py_ssize_t count) {
  return guarded([&]() -> PyObject* {
    if (!counted("holds_gil", count, 0, 0)) {
      return nullptr;
    }
    return PyBool_FromLong(run<kReleased>([&] { return counter_of(self).holds_gil(); }));
  });
}

// The types.

PyCFunction fast(PyObject* (*function)(PyObject*, PyObject* const*, Py_ssize_t)) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

template <bool kReleased>
bool add_type(PyObject* module, const char* name, const char* qualified) {
  static PyMethodDef methods[] = {
      {"get", fast(get<kReleased>), METH_FASTCALL, nullptr},
      {"add", fast(add<kReleased>), METH_FASTCALL, nullptr},
      {"search", fast(search<kReleased>), METH_FASTCALL, nullptr},
      {"scale", fast(scale<kReleased>), METH_FASTCALL, nullptr},
      {"echo", fast(echo<kReleased>), METH_FASTCALL, nullptr},
      {"same", fast(same<kReleased>), METH_FASTCALL, nullptr},
      {"holds_gil", fast(holds_gil<kReleased>), METH_FASTCALL, nullptr},
      {nullptr, nullptr, 0, nullptr},
  };
  static PyGetSetDef properties[] = {
      {"value", value<kReleased>, nullptr, nullptr, nullptr},
      {nullptr, nullptr, nullptr, nullptr, nullptr},
  };
  PyType_Slot slots[] = {
      {Py_tp_new, reinterpret_cast<void*>(make<kReleased>)},
      {Py_tp_dealloc, reinterpret_cast<void*>(destroy)},
      {Py_tp_methods, methods},
      {Py_tp_getset, properties},
      {0, nullptr},
  };
  PyType_Spec spec = {qualified, sizeof(Object), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE, slots};
  PyObject* type = PyType_FromSpec(&spec);
  const bool added = type && PyModule_AddObjectRef(module, name, type) == 0;
  Py_XDECREF(type);
  return added;
}

PyModuleDef definition = {PyModuleDef_HEAD_INIT, "peers_by_hand", nullptr, -1, nullptr, nullptr, nullptr, nullptr, nullptr};

}  // namespace
}  // namespace peers

PyMODINIT_FUNC PyInit_peers_by_hand() {
  PyObject* module = PyModule_Create(&peers::definition);
  if (module && !(peers::add_type<true>(module, "Counter", "peers_by_hand.Counter") &&
                  peers::add_type<false>(module, "Held", "peers_by_hand.Held"))) {
    Py_CLEAR(module);
  }
  return module;
}
