// Generated from specs/elementwise.yaml by torch-backend-codegen. Do not edit.
#pragma once

#include <codegen/registration.h>
#include <torch/csrc/jit/backends/backend_interface.h>

namespace elementwise {
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

inline c10::FunctionSchema getDisassembleSchema() {
  return codegen::parseSchema(
      "disassemble(Any self, Any handle) -> str");
}

template <class TBackendInterface>
constexpr codegen::UnboxedFunction getDisassembleFunc() {
  return [](codegen::Call& call) {
    auto* self = call.self<TBackendInterface>();
    call.run<std::string(c10::IValue)>(CODEGEN_FN(self->disassemble));
  };
}

}  // namespace backend_methods

/// Torch's interface, and a look at the compiled program.
///
/// Registers implementations of torch::jit::PyTorchBackendInterface:
/// `static elementwise::backend<T> registered("name");`
template <class TBackendInterface>
class backend {
  static_assert(std::is_base_of_v<torch::jit::PyTorchBackendInterface, TBackendInterface>,
                "elementwise::backend<T> requires T to inherit from torch::jit::PyTorchBackendInterface");

 public:
  /// Registers TBackendInterface as `torch.classes.__backends__.<name>`.
  explicit backend(const std::string& name, const std::string& doc = "") {
    static const codegen::Method methods[] = {
        {backend_methods::getIsAvailableSchema,
         backend_methods::getIsAvailableFunc<TBackendInterface>(),
         "Whether the backend can compile and execute here and now."},
        {backend_methods::getCompileSchema,
         backend_methods::getCompileFunc<TBackendInterface>(),
         "Compile what preprocess returned; gives a handle for each method of the spec."},
        {backend_methods::getExecuteSchema,
         backend_methods::getExecuteFunc<TBackendInterface>(),
         "Run the method that the handle stands for; gives its outputs as a list."},
        {backend_methods::getDisassembleSchema,
         backend_methods::getDisassembleFunc<TBackendInterface>(),
         "The program behind a handle that compile returned, one line for each value."},
    };
    codegen::registerClass<TBackendInterface>(backend_methods::kBackendsNamespace, name, doc,
                                              methods);
  }
};

}  // namespace elementwise
