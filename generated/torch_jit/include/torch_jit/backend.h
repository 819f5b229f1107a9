// Generated from specs/torch_jit.yaml by torch-backend-codegen. Do not edit.
#pragma once

#include <codegen/registration.h>
#include <torch/csrc/jit/backends/backend_interface.h>

namespace torch_jit {
namespace backend_methods {

constexpr auto kBackendsNamespace = "__backends__";

inline c10::FunctionSchema getIsAvailableSchema() {
  return codegen::parseSchema(
      "is_available(Any self) -> bool available");
}

template <class TBackendInterface>
constexpr codegen::UnboxedFunction getIsAvailableFunc() {
  return [](codegen::Call& call) {
    auto* self = call.self<TBackendInterface>();
    call.run<bool()>(CODEGEN_FN(self->is_available));
  };
}

inline c10::FunctionSchema getCompileSchema() {
  return codegen::parseSchema(
      "compile(Any self, Any processed, Dict(str, Any) method_compile_spec) -> Dict(str, Any) handles");
}

template <class TBackendInterface>
constexpr codegen::UnboxedFunction getCompileFunc() {
  return [](codegen::Call& call) {
    auto* self = call.self<TBackendInterface>();
    call.run<c10::impl::GenericDict(
        c10::IValue,
        c10::impl::GenericDict)>(CODEGEN_FN(self->compile));
  };
}

inline c10::FunctionSchema getExecuteSchema() {
  return codegen::parseSchema(
      "execute(Any self, Any handle, Any[] input) -> Any[] output");
}

template <class TBackendInterface>
constexpr codegen::UnboxedFunction getExecuteFunc() {
  return [](codegen::Call& call) {
    auto* self = call.self<TBackendInterface>();
    call.run<c10::impl::GenericList(
        c10::IValue,
        c10::impl::GenericList)>(CODEGEN_FN(self->execute));
  };
}

}  // namespace backend_methods

/// The pattern of torch/csrc/jit/backends/backend.h.
///
/// Registers implementations of torch::jit::PyTorchBackendInterface:
/// `static torch_jit::backend<T> registered("name");`
template <class TBackendInterface>
class backend {
  static_assert(std::is_base_of_v<torch::jit::PyTorchBackendInterface, TBackendInterface>,
                "torch_jit::backend<T> requires T to inherit from torch::jit::PyTorchBackendInterface");

 public:
  /// Registers TBackendInterface as `torch.classes.__backends__.<name>`.
  explicit backend(const std::string& name, const std::string& doc = "") {
    static const codegen::Method methods[] = {
        {backend_methods::getIsAvailableSchema,
         backend_methods::getIsAvailableFunc<TBackendInterface>(),
         "Whether the backend can process delegation calls."},
        {backend_methods::getCompileSchema,
         backend_methods::getCompileFunc<TBackendInterface>(),
         "Compile the module in `processed`; gives a handle for each method of the spec."},
        {backend_methods::getExecuteSchema,
         backend_methods::getExecuteFunc<TBackendInterface>(),
         "Run the method that `handle` stands for."},
    };
    codegen::registerClass<TBackendInterface>(backend_methods::kBackendsNamespace, name, doc,
                                              methods);
  }
};

}  // namespace torch_jit
