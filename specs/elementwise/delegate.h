/// The delegate that `specs/elementwise.yaml` registers, and the preprocess function of its
/// lowering.
#pragma once

#include <torch/csrc/jit/backends/backend_detail.h>
#include <torch/csrc/jit/backends/backend_interface.h>

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

namespace elementwise {

struct Program;

/// Turns each method named in the spec into a program; refuses what is not elementwise, all of it
/// in one message.
c10::IValue preprocess(const torch::jit::Module& module,
                       const c10::Dict<c10::IValue, c10::IValue>& method_compile_spec,
                       const torch::jit::BackendDebugHandleGenerator& generate_debug_handles);

/// Checks and keeps programs, and runs them. All of it may be called from several threads at once.
class Delegate : public torch::jit::PyTorchBackendInterface {
 public:
  bool is_available() override { return true; }
  c10::impl::GenericDict compile(c10::IValue processed,
                                 c10::impl::GenericDict method_compile_spec) override;
  c10::impl::GenericList execute(c10::IValue handle, c10::impl::GenericList inputs) override;
  /// The program behind a handle, as text.
  std::string disassemble(c10::IValue handle);

 private:
  /// A handle is an index: it can be saved, copied and forged, and checked.
  std::shared_ptr<const Program> find(const c10::IValue& handle) const;

  mutable std::shared_mutex mutex_;
  std::vector<std::shared_ptr<const Program>> programs_;  // only ever grows
};

}  // namespace elementwise
