#pragma once

#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/backends/backend_detail.h>
#include <torch/csrc/jit/backends/backend_interface.h>

namespace torch_jit {

/// Runs two methods of two tensors each: `accum` adds them, `sub_accum` subtracts the second from the first. It behaves as
/// `test_backend` of torch/lib/libjitbackend_test.so, so that the two can be held against each other.
class TestBackend : public torch::jit::PyTorchBackendInterface {
 public:
  bool is_available() override { return true; }

  /// A handle is the name of its method; a method of another name is refused.
  c10::impl::GenericDict compile(c10::IValue processed,
                                 c10::impl::GenericDict method_compile_spec) override;

  c10::impl::GenericList execute(c10::IValue handle, c10::impl::GenericList inputs) override;
};

/// The same on a machine that lacks what it needs.
class UnavailableBackend : public TestBackend {
 public:
  bool is_available() override { return false; }
};

/// Hands the module on as it is.
c10::IValue preprocess(const torch::jit::Module& module,
                       const c10::Dict<c10::IValue, c10::IValue>& method_compile_spec,
                       const torch::jit::BackendDebugHandleGenerator& generate_debug_handles);

}  // namespace torch_jit
