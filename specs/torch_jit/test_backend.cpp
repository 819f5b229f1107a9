#include "test_backend.h"

#include <ATen/ops/add.h>
#include <ATen/ops/sub.h>
#include <torch/csrc/jit/api/module.h>

namespace torch_jit {

c10::impl::GenericDict TestBackend::compile(c10::IValue /*processed*/,
                                            c10::impl::GenericDict method_compile_spec) {
  c10::impl::GenericDict handles(c10::StringType::get(), c10::AnyType::get());
  for (const auto& entry : method_compile_spec) {
    const auto& method = entry.key().toStringRef();
    TORCH_CHECK(method == "accum" || method == "sub_accum", "the test backend runs accum and sub_accum, not ", method);
    handles.insert(method, method);
  }
  return handles;
}

c10::impl::GenericList TestBackend::execute(c10::IValue handle, c10::impl::GenericList inputs) {
  TORCH_CHECK(inputs.size() == 2, "two inputs are expected, not ", inputs.size());
  const auto x = inputs.get(0).toTensor();
  const auto h = inputs.get(1).toTensor();
  c10::impl::GenericList outputs(c10::AnyType::get());
  outputs.push_back(handle.toStringRef() == "accum" ? at::add(x, h) : at::sub(x, h));
  return outputs;
}

c10::IValue preprocess(const torch::jit::Module& module,
                       const c10::Dict<c10::IValue, c10::IValue>& /*method_compile_spec*/,
                       const torch::jit::BackendDebugHandleGenerator& /*generate_debug_handles*/) {
  return module._ivalue();
}

}  // namespace torch_jit
