#pragma once

#include <ATen/core/Generator.h>
#include <c10/core/QScheme.h>
#include <native/types.h>

#include <sstream>

namespace native {

// One row per type.
#define NATIVE_ECHO(method, ...) \
  __VA_ARGS__ method(__VA_ARGS__ value) override { return value; }

/// Gives back what it was given.
class Types : public TypesInterface {
 public:
  NATIVE_ECHO(tensor, at::Tensor)
  NATIVE_ECHO(integer, int64_t)
  NATIVE_ECHO(real, double)
  NATIVE_ECHO(flag, bool)
  NATIVE_ECHO(text, std::string)
  NATIVE_ECHO(complex_number, c10::complex<double>)
  NATIVE_ECHO(scalar, at::Scalar)
  NATIVE_ECHO(scalar_type, at::ScalarType)
  NATIVE_ECHO(device, at::Device)
  NATIVE_ECHO(layout, at::Layout)
  NATIVE_ECHO(memory_format, at::MemoryFormat)
  NATIVE_ECHO(generator, at::Generator)
  NATIVE_ECHO(stream, c10::Stream)
  NATIVE_ECHO(storage, at::Storage)
  NATIVE_ECHO(sym_int, c10::SymInt)
  NATIVE_ECHO(sym_bool, c10::SymBool)
  NATIVE_ECHO(anything, c10::IValue)
  at::QScheme qscheme() override { return at::kPerTensorSymmetric; }
  NATIVE_ECHO(optional_tensor, std::optional<at::Tensor>)
  NATIVE_ECHO(optional_integer, std::optional<int64_t>)
  NATIVE_ECHO(integers, std::vector<int64_t>)
  NATIVE_ECHO(pair_of_integers, std::vector<int64_t>)
  NATIVE_ECHO(reals, std::vector<double>)
  NATIVE_ECHO(flags, c10::List<bool>)
  NATIVE_ECHO(texts, std::vector<std::string>)
  NATIVE_ECHO(tensors, std::vector<at::Tensor>)
  NATIVE_ECHO(optional_tensors, std::vector<std::optional<at::Tensor>>)
  NATIVE_ECHO(anythings, c10::List<c10::IValue>)
  NATIVE_ECHO(nested, std::vector<std::vector<int64_t>>)
  NATIVE_ECHO(pairs, std::vector<std::tuple<int64_t, std::string>>)
  NATIVE_ECHO(pair, std::tuple<int64_t, std::string>)
  NATIVE_ECHO(optional_pair, std::optional<std::tuple<int64_t, std::string>>)
  NATIVE_ECHO(by_text, c10::Dict<std::string, at::Tensor>)
  NATIVE_ECHO(by_integer, c10::Dict<int64_t, std::string>)
  NATIVE_ECHO(by_real, c10::Dict<double, int64_t>)
  NATIVE_ECHO(by_flag, c10::Dict<bool, int64_t>)
  NATIVE_ECHO(by_complex, c10::Dict<c10::complex<double>, int64_t>)
  NATIVE_ECHO(by_tensor, c10::Dict<at::Tensor, int64_t>)
  NATIVE_ECHO(table, c10::Dict<std::string, std::tuple<int64_t, std::vector<at::Tensor>>>)
  NATIVE_ECHO(tree, c10::Dict<std::string, c10::Dict<std::string, std::vector<int64_t>>>)
  NATIVE_ECHO(future, c10::intrusive_ptr<c10::ivalue::Future>)

  std::string defaults(int64_t a, double b, std::string c, bool d, std::optional<at::Tensor> e,
                       std::vector<int64_t> f, std::vector<double> g, std::optional<int64_t> h,
                       at::Scalar i, at::Device j, at::ScalarType k) override {
    std::ostringstream out;
    out << a << '|' << b << '|' << c << '|' << d << '|' << e.has_value() << '|' << f << '|' << g
        << '|' << h.value_or(-1) << '|' << i << '|' << j << '|' << k;
    return out.str();
  }

  std::vector<int64_t> macros(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f,
                              int64_t g, int64_t h) override {
    return {a, b, c, d, e, f, g, h};
  }

  std::tuple<int64_t, int64_t, int64_t> keywords(int64_t a, int64_t b, int64_t c) override {
    return {a, b, c};
  }
};

#undef NATIVE_ECHO

}  // namespace native
