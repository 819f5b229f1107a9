#pragma once

#include "text/tokenizer.h"

#include <torch/csrc/jit/backends/backend_interface.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/backends/backend_detail.h>

#include <cstdint>
#include <string>
#include <vector>

namespace text {

class White : public Tokenizer {
 public:
  std::vector<int64_t> encode(std::string text) override;
  std::string decode(std::vector<int64_t> ids) override;
};

class Grey : public torch::jit::PyTorchBackendInterface {
 public:
  bool is_available() override { return true; }

  c10::impl::GenericDict compile(
      c10::IValue processed,
      c10::impl::GenericDict method_compile_spec) override {
    C10_THROW_ERROR(NotImplementedError, "text::Grey::compile is not implemented");
  }

  c10::impl::GenericList execute(c10::IValue handle, c10::impl::GenericList input) override {
    C10_THROW_ERROR(NotImplementedError, "text::Grey::execute is not implemented");
  }
};

class Black : public text::Tokenizer {
 public:
  std::vector<int64_t> encode(std::string text) override;
  std::string decode(std::vector<int64_t> ids) override;
};

c10::IValue preprocess(
    const torch::jit::Module& module,
    const c10::Dict<c10::IValue, c10::IValue>& method_compile_spec,
    const torch::jit::BackendDebugHandleGenerator& generate_debug_handles);

}  // namespace text
