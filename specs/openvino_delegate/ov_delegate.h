// A JIT backend that runs the methods of a lowered module on OpenVINO.
//
// This header owns the surface that `openvino_delegate.yaml` names. OpenVINO's own headers stay in
// the source file, so that the generated registration does not pay for them.
#pragma once

#include <torch/csrc/jit/backends/backend_detail.h>
#include <torch/csrc/jit/backends/backend_interface.h>

#include <memory>
#include <shared_mutex>
#include <string>
#include <vector>

namespace openvino_delegate {

class CompiledMethod;

/// Compiles what `convert.py` packed, and runs it. One object may be called from many threads at
/// once.
class Delegate final : public torch::jit::PyTorchBackendInterface {
 public:
  Delegate();
  ~Delegate() override;

  /// Whether OpenVINO finds a device. Asked once a process: a lowered method asks before every
  /// call.
  bool is_available() override;

  /// Compiles each method that \p processed holds; a handle is the method's place in `methods_`.
  c10::impl::GenericDict compile(c10::IValue processed,
                                 c10::impl::GenericDict method_compile_spec) override;

  /// Runs a compiled method on tensors of the host.
  c10::impl::GenericList execute(c10::IValue handle, c10::impl::GenericList inputs) override;

  /// The devices that a compile spec can name, such as `CPU`.
  std::vector<std::string> devices();

 private:
  CompiledMethod& find(int64_t handle);

  // Methods are added and never removed, so a reference outlives the lock it was found under.
  std::shared_mutex mutex_;
  std::vector<std::unique_ptr<CompiledMethod>> methods_;
};

/// Checks that the compile spec went through `convert.py`, and returns what `compile` needs from
/// it: the module was converted already, in Python.
c10::IValue preprocess(const torch::jit::Module& module,
                       const c10::Dict<c10::IValue, c10::IValue>& method_compile_spec,
                       const torch::jit::BackendDebugHandleGenerator& generate_debug_handles);

}  // namespace openvino_delegate
