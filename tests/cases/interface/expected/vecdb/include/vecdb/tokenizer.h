// Generated from spec.yaml by torch-backend-codegen. Do not edit.
#pragma once

#include <codegen/registration.h>

namespace vecdb {

/// Turns text into codes.
class TokenizerInterface : public torch::CustomClassHolder {
 public:
  /// The codes of a text, which may end in """
  /// \param text any text, UTF-8
  /// \param add_special whether to frame it
  virtual std::vector<int64_t> encode(std::string text, bool add_special) = 0;
  virtual std::tuple<std::string, std::vector<double>> decode(
      std::vector<int64_t> codes,
      std::optional<std::string> default_) = 0;
  /// A table of several lines.
  ///
  /// The second paragraph ends with "a quote"
  virtual c10::Dict<std::string, std::tuple<int64_t, std::vector<at::Tensor>>> table(
      c10::Dict<std::string, at::Tensor> weights,
      std::optional<std::tuple<int64_t, std::string>> key,
      at::Device device,
      double scale) = 0;
  virtual int64_t get_size() = 0;
  virtual void setSize(int64_t new_) = 0;
};

namespace tokenizer_methods {

constexpr auto kBackendsNamespace = "vecdb";

inline c10::FunctionSchema getEncodeSchema() {
  return codegen::parseSchema(
      "encode(Any self, str text, *, bool add_special=True) -> int[]");
}

template <class TBackendInterface>
constexpr codegen::UnboxedFunction getEncodeFunc() {
  return [](codegen::Call& call) {
    auto* self = call.self<TBackendInterface>();
    call.run<std::vector<int64_t>(std::string, bool)>(CODEGEN_FN(self->encode));
  };
}

inline c10::FunctionSchema getDecodeSchema() {
  return codegen::parseSchema(
      "decode(Any self, int[] codes, str? default=None) -> ((str, float[]) _0)");
}

template <class TBackendInterface>
constexpr codegen::UnboxedFunction getDecodeFunc() {
  return [](codegen::Call& call) {
    auto* self = call.self<TBackendInterface>();
    call.run<std::tuple<std::string, std::vector<double>>(
        std::vector<int64_t>,
        std::optional<std::string>)>(CODEGEN_FN(self->decode));
  };
}

inline c10::FunctionSchema getTableSchema() {
  return codegen::parseSchema(
      "table(Any self, Dict(str, Tensor) weights, (int, str)? key=None, Device device=\"cpu\", float scale=1e-3) -> Dict(str, (int, Tensor[]))");
}

template <class TBackendInterface>
constexpr codegen::UnboxedFunction getTableFunc() {
  return [](codegen::Call& call) {
    auto* self = call.self<TBackendInterface>();
    call.run<c10::Dict<std::string, std::tuple<int64_t, std::vector<at::Tensor>>>(
        c10::Dict<std::string, at::Tensor>,
        std::optional<std::tuple<int64_t, std::string>>,
        at::Device,
        double)>(CODEGEN_FN(self->table));
  };
}

inline c10::FunctionSchema getGetSizeSchema() {
  return codegen::parseSchema(
      "get_size(Any self) -> int");
}

template <class TBackendInterface>
constexpr codegen::UnboxedFunction getGetSizeFunc() {
  return [](codegen::Call& call) {
    auto* self = call.self<TBackendInterface>();
    call.run<int64_t()>(CODEGEN_FN(self->get_size));
  };
}

inline c10::FunctionSchema getGetSize_2Schema() {
  return codegen::parseSchema(
      "getSize(Any self, int new) -> NoneType _0");
}

template <class TBackendInterface>
constexpr codegen::UnboxedFunction getGetSize_2Func() {
  return [](codegen::Call& call) {
    auto* self = call.self<TBackendInterface>();
    call.run<void(int64_t)>(CODEGEN_FN(self->setSize));
  };
}

}  // namespace tokenizer_methods

/// Registers implementations of vecdb::TokenizerInterface:
/// `static vecdb::tokenizer<T> registered("name");`
template <class TBackendInterface>
class tokenizer {
  static_assert(std::is_base_of_v<TokenizerInterface, TBackendInterface>,
                "vecdb::tokenizer<T> requires T to inherit from vecdb::TokenizerInterface");

 public:
  /// Registers TBackendInterface as `torch.classes.vecdb.<name>`.
  explicit tokenizer(const std::string& name, const std::string& doc = "") {
    static const codegen::Method methods[] = {
        {tokenizer_methods::getEncodeSchema,
         tokenizer_methods::getEncodeFunc<TBackendInterface>(),
         "The codes of a text, which may end in \"\"\"\n\nArgs:\n    text: any text, UTF-8\n    add_special: whether to frame it"},
        {tokenizer_methods::getDecodeSchema,
         tokenizer_methods::getDecodeFunc<TBackendInterface>(),
         ""},
        {tokenizer_methods::getTableSchema,
         tokenizer_methods::getTableFunc<TBackendInterface>(),
         "A table of several lines.\n\nThe second paragraph ends with \"a quote\""},
        {tokenizer_methods::getGetSizeSchema,
         tokenizer_methods::getGetSizeFunc<TBackendInterface>(),
         ""},
        {tokenizer_methods::getGetSize_2Schema,
         tokenizer_methods::getGetSize_2Func<TBackendInterface>(),
         ""},
    };
    codegen::registerClass<TBackendInterface>(tokenizer_methods::kBackendsNamespace, name, doc,
                                              methods);
  }
};

}  // namespace vecdb
