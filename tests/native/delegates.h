#pragma once

#include <torch/csrc/jit/backends/backend_detail.h>
#include <torch/csrc/jit/backends/backend_interface.h>

#include <cstdlib>

namespace native {

/// What the delegates of the backend `native::backend` share, its two additional methods among it.
class Delegate : public torch::jit::PyTorchBackendInterface {
 public:
  /// Asked at every call, so the answer may change between two of them.
  bool is_available() override { return std::getenv("NATIVE_UNAVAILABLE") == nullptr; }

  int64_t count_runs() const { return runs_; }

  std::string label(const std::string& prefix, int64_t width) const {
    return prefix + std::string(static_cast<size_t>(width), '.');
  }

 protected:
  int64_t runs_ = 0;
};

/// Executes a method by telling what it was compiled from: what preprocess returned, where, and the
/// value of the compile spec with its type.
class Echo : public Delegate {
 public:
  c10::impl::GenericDict compile(c10::IValue processed,
                                 c10::impl::GenericDict method_compile_spec) override;
  c10::impl::GenericList execute(c10::IValue handle, c10::impl::GenericList inputs) override;
};

/// Compiled from what cannot be saved.
class Opaque : public Echo {
 public:
  c10::impl::GenericDict compile(c10::IValue processed,
                                 c10::impl::GenericDict method_compile_spec) override;
};

/// Fails at the first node of the kind that the compile spec names, with the debug handle of that
/// node.
class Debug : public Delegate {
 public:
  c10::impl::GenericDict compile(c10::IValue processed,
                                 c10::impl::GenericDict method_compile_spec) override;
  c10::impl::GenericList execute(c10::IValue handle, c10::impl::GenericList inputs) override;
};

c10::IValue preprocess(const torch::jit::Module& module,
                       const c10::Dict<c10::IValue, c10::IValue>& method_compile_spec,
                       const torch::jit::BackendDebugHandleGenerator& generate_debug_handles);

/// An object of a class that has no `__getstate__`.
c10::IValue preprocess_opaque(
    const torch::jit::Module& module,
    const c10::Dict<c10::IValue, c10::IValue>& method_compile_spec,
    const torch::jit::BackendDebugHandleGenerator& generate_debug_handles);

/// For each method of the spec, the debug handle of the node that `Debug` fails at.
c10::IValue preprocess_debug(const torch::jit::Module& module,
                             const c10::Dict<c10::IValue, c10::IValue>& method_compile_spec,
                             const torch::jit::BackendDebugHandleGenerator& generate_debug_handles);

}  // namespace native
