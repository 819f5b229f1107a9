#include "text.h"

namespace text {

std::vector<int64_t> White::encode(std::string) { return {}; }

std::string White::decode(std::vector<int64_t> ids) {
  C10_THROW_ERROR(NotImplementedError, "text::White::decode is not implemented");
}

std::vector<int64_t> Black::encode(std::string text) {
  C10_THROW_ERROR(NotImplementedError, "text::Black::encode is not implemented");
}

std::string Black::decode(std::vector<int64_t> ids) {
  C10_THROW_ERROR(NotImplementedError, "text::Black::decode is not implemented");
}

c10::IValue preprocess(
    const torch::jit::Module& module,
    const c10::Dict<c10::IValue, c10::IValue>& method_compile_spec,
    const torch::jit::BackendDebugHandleGenerator& generate_debug_handles) {
  C10_THROW_ERROR(NotImplementedError, "text::preprocess is not implemented");
}

}  // namespace text
